"""Documents of service levels over HTTP: the endpoints that calendars, services, agreements and policies have
in common.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import request
from werkzeug.exceptions import PreconditionRequired

from api import pages
from api.blueprint import Blueprint
from api.commands import Command, Reading
from api.pages import existing, page_of
from api.schemas.service_levels import NAMED_EXAMPLE, DocumentSchema, DocumentsQuery, NamedSchema, opened
from engine import service_levels
from engine.errors import PreconditionFailed
from engine.service_levels import Edit, Kind

View = TypeVar("View", bound=Callable[..., Any])

_Page = page_of(NamedSchema)


@dataclass(frozen=True, slots=True)
class Resource:
    """What tells one resource from the others; `one` and `many` are its words with their articles."""

    kind: Kind
    path: str
    one: str
    many: str
    description: str
    schema: type[DocumentSchema]
    example: Mapping[str, Any]


def blueprint_of(resource: Resource) -> Blueprint:
    """The blueprint with the endpoints of a resource."""
    kind, one, many = resource.kind, resource.one, resource.many
    blueprint = Blueprint(
        resource.path, __name__, url_prefix=f"/api/v1/{resource.path}", description=resource.description
    )
    version = opened(resource.schema)
    named = NAMED_EXAMPLE | {"name": resource.example["name"]}
    example = named | {"document": resource.example}
    listed = {"items": [named], "next": None}
    closed = (403,) if kind in service_levels.CONFIDENTIAL else ()

    @blueprint.get("")
    @blueprint.arguments(DocumentsQuery, location="query")
    @blueprint.reading(_Page, problems=(*closed, 422), example=listed)
    @_documented(f"List {many}", "The latest version of each, in the order of keys, without its document.")
    def list_documents(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
        after = pages.after(query)
        found = service_levels.page(
            here.session, kind, by=here.person, limit=query["limit"] + 1, after=after[0] if after else None
        )
        return pages.page(found, query["limit"], lambda row: [row.key])

    @blueprint.get("/<key>")
    @blueprint.reading(version, problems=(*closed, 404), example=example)
    @_documented(f"Get {one}", "Its latest version.")
    def get_document(here: Reading, key: str) -> Any:
        return service_levels.get(here.session, kind, key, by=here.person)

    @blueprint.get("/<key>/versions")
    @blueprint.arguments(DocumentsQuery, location="query")
    @blueprint.reading(_Page, problems=(*closed, 404, 422), example=listed)
    @_documented(f"List the versions of {one}", "The newest first, without their documents.")
    def list_versions(here: Reading, query: dict[str, Any], key: str) -> dict[str, Any]:
        after = pages.after(query)
        found = service_levels.versions(
            here.session,
            kind,
            key,
            by=here.person,
            limit=query["limit"] + 1,
            before=after[0] if after else None,
        )
        return pages.page(found, query["limit"], lambda row: [row.version])

    @blueprint.get("/<key>/versions/<int:number>")
    @blueprint.reading(version, problems=(*closed, 404), example=example)
    @_documented(f"Get one version of {one}", "To restore it, send its document as an edit.")
    def get_version(here: Reading, key: str, number: int) -> Any:
        return service_levels.version(here.session, kind, key, existing(number), by=here.person)

    def guard(here: Reading, key: str) -> None:
        new = request.if_none_match.star_tag
        service_levels.require_writer(here.session, kind, here.person, None if new else key)

    @blueprint.put("/<key>")
    @blueprint.doc(parameters=["IF_NONE_MATCH_ANY", "IF_MATCH"])
    @blueprint.arguments(resource.schema, example=resource.example)
    @blueprint.command(version, problems=(403, 404, 412, 428), example=example, guard=guard)
    @_documented(
        f"Save {one}",
        "With `If-None-Match: *` the first version of a new one; with `If-Match` the next version of the one "
        "you read, which applies again if it was retired. 412 if somebody was there before you, 428 with "
        "neither. It holds for what starts from now on. For service managers, process owners and "
        "administrators.",
    )
    def put_document(command: Command, body: dict[str, Any], key: str) -> Any:
        if request.if_none_match.star_tag:
            edit = Edit(command.person, command.now)
            return service_levels.create(command.session, kind, key, body, edit)
        guard(command, key)
        edit = Edit(command.person, command.now, _expected(command))
        return service_levels.replace(command.session, kind, key, body, edit)

    @blueprint.delete("/<key>")
    @blueprint.doc(parameters=["IF_MATCH"])
    @blueprint.command(version, problems=(403, 404, 409, 412, 428), example=example | {"retired": True})
    @_documented(
        f"Retire {one}",
        "With `If-Match`, the ETag you read. It applies to nothing that starts from now on; 409 while "
        "another document names it. For service managers, process owners and administrators.",
    )
    def delete_document(command: Command, key: str) -> Any:
        guard(command, key)
        edit = Edit(command.person, command.now, _expected(command))
        return service_levels.retire(command.session, kind, key, edit)

    return blueprint


def _documented(summary: str, description: str) -> Callable[[View], View]:
    def write(view: View) -> View:
        view.__doc__ = f"{summary}\n\n{description}"
        return view

    return write


def _expected(command: Command) -> int | None:
    """The version the caller read; None when she says `*`. Raises 428 when she says nothing."""
    if "If-Match" not in request.headers:
        raise PreconditionRequired("Send the ETag you read as If-Match, so that no edit is lost.")
    if request.if_none_match:
        raise PreconditionFailed("Send If-Match or If-None-Match, not both.")
    return command.expected_revision
