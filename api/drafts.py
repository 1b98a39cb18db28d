"""Drafts over HTTP: what owners are working on, for the studio."""

from typing import Any

from flask import request
from werkzeug.exceptions import PreconditionRequired

from api import pages
from api.blueprint import Blueprint
from api.commands import Command, Reading
from api.payload import body_limit
from api.schemas.drafts import (
    DRAFT_EXAMPLE,
    OPENED_DRAFT_EXAMPLE,
    DraftsPage,
    DraftsQuery,
    DraftWorkSchema,
    OpenedDraftSchema,
)
from engine import access, drafts
from engine.drafts import Kind, Work
from engine.errors import NotFound, PreconditionFailed

blueprint = Blueprint(
    "drafts", __name__, url_prefix="/api/v1/drafts", description="What owners have not deployed yet"
)

LONGEST_KEY = 255
BODY = 6 * drafts.LARGEST
"""As JSON, where a character may take six bytes."""


@blueprint.get("")
@blueprint.arguments(DraftsQuery, location="query")
@blueprint.reading(DraftsPage, problems=(403, 422), example={"items": [DRAFT_EXAMPLE], "next": None})
def list_drafts(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List drafts

    Of all owners, by kind and key, without their content. For process owners and administrators.
    """
    after = pages.after(query)
    last = (after[0], after[1]) if after else ("", "")
    found = drafts.page(
        here.session, by=here.person, limit=query["limit"] + 1, kind=query["kind"], after=last
    )
    return pages.page(found, query["limit"], lambda row: [row.kind, row.key])


@blueprint.get("/<kind>/<path:key>")
@blueprint.reading(OpenedDraftSchema, problems=(403, 404), example=OPENED_DRAFT_EXAMPLE)
def get_draft(here: Reading, kind: str, key: str) -> Any:
    """Get a draft"""
    return drafts.get(here.session, kind, key, by=here.person)


def _guard(here: Reading, kind: str, key: str) -> None:
    access.require(here.person, *access.OWNERS)
    _check_name(kind, key)


def _check_name(kind: str, key: str) -> None:
    if kind not in tuple(Kind) or len(key) > LONGEST_KEY:
        raise NotFound("There are drafts of processes, decisions and forms, by keys as they are deployed.")


@blueprint.put("/<kind>/<path:key>")
@blueprint.doc(parameters=["IF_NONE_MATCH_ANY", "IF_MATCH"])
@blueprint.arguments(DraftWorkSchema, example={"content": OPENED_DRAFT_EXAMPLE["content"], "based_on": 3})
@blueprint.command(
    OpenedDraftSchema, problems=(403, 404, 412, 428), example=OPENED_DRAFT_EXAMPLE, guard=_guard
)
@body_limit(BODY)
def put_draft(command: Command, body: dict[str, Any], kind: str, key: str) -> Any:
    """Keep a draft

    With `If-None-Match: *` a new one; with `If-Match` what the one you read has become. 412 if somebody was
    there before you, 428 with neither. For process owners and administrators.
    """
    _guard(command, kind, key)
    work = Work(body["content"], body["based_on"])
    if request.if_none_match.star_tag:
        return drafts.create(command.session, kind, key, work, by=command.person, now=command.now)
    revision = _expected(command)
    return drafts.replace(
        command.session, kind, key, work, by=command.person, now=command.now, revision=revision
    )


@blueprint.delete("/<kind>/<path:key>")
@blueprint.doc(parameters=["IF_MATCH"])
@blueprint.command(status=204, problems=(403, 404, 412, 428))
def delete_draft(command: Command, kind: str, key: str) -> None:
    """Forget a draft

    With `If-Match`, the ETag you read. For process owners and administrators.
    """
    _guard(command, kind, key)
    drafts.discard(command.session, kind, key, by=command.person, revision=_expected(command))


def _expected(command: Command) -> int | None:
    """The revision the caller read; None when she says `*`. Raises 428 when she says nothing."""
    if "If-Match" not in request.headers:
        raise PreconditionRequired("Send the ETag you read as If-Match, so that no edit is lost.")
    if request.if_none_match:
        raise PreconditionFailed("Send If-Match or If-None-Match, not both.")
    return command.expected_revision
