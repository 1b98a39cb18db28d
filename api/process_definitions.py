"""Process definitions over HTTP: what is deployed, version by version."""

from typing import Any

from flask import Response

from api import pages
from api.blueprint import Blueprint
from api.commands import Reading
from api.language import locales
from api.pages import PageQuery, existing
from api.schemas.deployments import (
    DEFINITION_EXAMPLE,
    FORM_EXAMPLE,
    START_EXAMPLE,
    DefinitionsQuery,
    FormSchema,
    ProcessDefinitionSchema,
    ProcessDefinitionsPage,
    StartsPage,
)
from api.serialisation import to_json
from engine import definitions, process_instances, starts

blueprint = Blueprint(
    "process-definitions", __name__, url_prefix="/api/v1/process-definitions", description="What is deployed"
)

_PAGE_EXAMPLE = {"items": [DEFINITION_EXAMPLE], "next": None}


@blueprint.get("")
@blueprint.arguments(DefinitionsQuery, location="query")
@blueprint.reading(ProcessDefinitionsPage, problems=(422,), example=_PAGE_EXAMPLE)
def list_definitions(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List process definitions

    The latest version of each, in the order of keys; with `startable=true` those you may start.
    """
    after = pages.after(query)
    limit, last = query["limit"] + 1, after[0] if after else None
    if query["startable"]:
        found = process_instances.startable(here.session, by=here.person, limit=limit, after=last)
    else:
        found = definitions.page(here.session, limit=limit, after=last)
    return pages.page(found, query["limit"], lambda row: [row.key])


@blueprint.get("/<key>")
@blueprint.reading(ProcessDefinitionSchema, problems=(404,), example=DEFINITION_EXAMPLE)
def get_definition(here: Reading, key: str) -> Any:
    """Get the latest version of a process definition"""
    return definitions.latest(here.session, key)


@blueprint.get("/<key>/versions")
@blueprint.arguments(PageQuery, location="query")
@blueprint.reading(ProcessDefinitionsPage, problems=(404, 422), example=_PAGE_EXAMPLE)
def list_versions(here: Reading, query: dict[str, Any], key: str) -> dict[str, Any]:
    """List the versions of a process definition

    The newest first.
    """
    after = pages.after(query)
    found = definitions.versions(
        here.session, key, limit=query["limit"] + 1, before=after[0] if after else None
    )
    return pages.page(found, query["limit"], lambda row: [row.version])


@blueprint.get("/<key>/starts")
@blueprint.arguments(PageQuery, location="query")
@blueprint.reading(StartsPage, problems=(404, 422), example={"items": [START_EXAMPLE], "next": None})
def list_starts(here: Reading, query: dict[str, Any], key: str) -> dict[str, Any]:
    """List what begins a process by itself

    The start events of its latest version but the plain one, in the order of their ids: timers, messages and
    signals.
    """
    after = pages.after(query)
    found = starts.of_process(here.session, key, limit=query["limit"] + 1, after=after[0] if after else "")
    return pages.page(found, query["limit"], lambda row: [row.element])


@blueprint.get("/<key>/versions/<int:number>")
@blueprint.reading(ProcessDefinitionSchema, problems=(404,), example=DEFINITION_EXAMPLE)
def get_version(here: Reading, key: str, number: int) -> Any:
    """Get one version of a process definition"""
    return _version(here, key, number)


@blueprint.get("/<key>/versions/<int:number>/xml")
@blueprint.doc(
    responses={
        "200": {
            "description": "The BPMN file.",
            "content": {
                "application/xml": {"schema": {"type": "string"}, "example": "<bpmn:definitions .../>"}
            },
        }
    }
)
@blueprint.reading(None, problems=(404,))
def get_xml(here: Reading, key: str, number: int) -> Response:
    """Get the diagram of one version

    The file as it was deployed, byte by byte.
    """
    found = _version(here, key, number)
    return Response(definitions.diagram(here.session, found.id), content_type="application/xml")


def _version(here: Reading, key: str, number: int) -> Any:
    return definitions.version(here.session, key, existing(number))


@blueprint.get("/<key>/start-form")
@blueprint.reading(FormSchema(), problems=(404,), example=FORM_EXAMPLE)
def get_start_form(here: Reading, key: str) -> Response:
    """Get the form a process is started with

    `null` when there is none: then whoever may start it may give any variables. In the language of `Accept-
    Language`.
    """
    form = definitions.start_form(here.session, definitions.latest(here.session, key))
    return Response(to_json(form and form.localised(*locales())), content_type="application/json")
