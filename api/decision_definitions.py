"""Decisions over HTTP: what is deployed, version by version, and trying a table out."""

from typing import Any

from flask import Response

from api import pages
from api.blueprint import Blueprint
from api.commands import Reading, reading
from api.pages import PageQuery, existing
from api.payload import View, json_body
from api.schemas.deployments import (
    DECIDED_EXAMPLE,
    DECISION_EXAMPLE,
    DecidedSchema,
    DecisionDefinitionSchema,
    DecisionDefinitionsPage,
    TrialSchema,
)
from engine import access, decisions
from engine.deployments import DEPLOYERS

blueprint = Blueprint(
    "decision-definitions",
    __name__,
    url_prefix="/api/v1/decision-definitions",
    description="Decisions that are deployed",
)

_PAGE_EXAMPLE = {"items": [DECISION_EXAMPLE], "next": None}


@blueprint.get("")
@blueprint.arguments(PageQuery, location="query")
@blueprint.reading(DecisionDefinitionsPage, problems=(422,), example=_PAGE_EXAMPLE)
def list_decisions(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List decisions

    The latest version of each, in the order of keys.
    """
    after = pages.after(query)
    found = decisions.page(here.session, limit=query["limit"] + 1, after=after[0] if after else None)
    return pages.page(found, query["limit"], lambda row: [row.key])


@blueprint.get("/<key>")
@blueprint.reading(DecisionDefinitionSchema, problems=(404,), example=DECISION_EXAMPLE)
def get_decision(here: Reading, key: str) -> Any:
    """Get the latest version of a decision"""
    return decisions.latest(here.session, key)


@blueprint.get("/<key>/versions")
@blueprint.arguments(PageQuery, location="query")
@blueprint.reading(DecisionDefinitionsPage, problems=(404, 422), example=_PAGE_EXAMPLE)
def list_versions(here: Reading, query: dict[str, Any], key: str) -> dict[str, Any]:
    """List the versions of a decision

    The newest first.
    """
    after = pages.after(query)
    found = decisions.versions(
        here.session, key, limit=query["limit"] + 1, before=after[0] if after else None
    )
    return pages.page(found, query["limit"], lambda row: [row.version])


@blueprint.get("/<key>/versions/<int:number>")
@blueprint.reading(DecisionDefinitionSchema, problems=(404,), example=DECISION_EXAMPLE)
def get_version(here: Reading, key: str, number: int) -> Any:
    """Get one version of a decision"""
    return decisions.version(here.session, key, existing(number))


@blueprint.get("/<key>/versions/<int:number>/xml")
@blueprint.doc(
    responses={
        "200": {
            "description": "The DMN file.",
            "content": {"application/xml": {"schema": {"type": "string"}, "example": "<definitions .../>"}},
        }
    }
)
@blueprint.reading(None, problems=(404,))
def get_xml(here: Reading, key: str, number: int) -> Response:
    """Get the file of one version of a decision

    The file as it was deployed, byte by byte, with every decision that is in it.
    """
    found = decisions.version(here.session, key, existing(number))
    return Response(decisions.file(here.session, found.id), content_type="application/xml")


def _require_deployer(here: Reading, key: str) -> None:
    body = json_body()
    if not (isinstance(body, dict) and body.get("xml")):
        decisions.latest(here.session, key)
    access.require(here.person, *DEPLOYERS)


def _for_deployers(view: View) -> View:
    """Whoever may not try it is told so before she is told what is wrong with her request."""
    vars(view)["guard"] = _require_deployer
    return view


@blueprint.post("/<key>/evaluate")
@blueprint.arguments(TrialSchema, example={"variables": {"impact": 2, "urgency": 1}})
@blueprint.answer(DecidedSchema, problems=(403, 404, 422), example=DECIDED_EXAMPLE)
@_for_deployers
def evaluate(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Try a decision out

    For process owners and administrators: what the latest version decides with these variables, or, with
    `xml`, what a file would that is not deployed. Nothing is changed. When it cannot be decided, the problem
    names rule and column.
    """
    with reading() as here:
        _require_deployer(here, key)
        if body["xml"]:
            version, result = (
                None,
                decisions.evaluate_draft(body["xml"], key, body["variables"], now=here.now),
            )
        else:
            found, result = decisions.evaluate(here.session, key, body["variables"], now=here.now)
            version = found.version
    return {"result": result.result_list(), "matched": result.rules, "version": version}
