"""Forms over HTTP: the documents that are deployed, version by version."""

from typing import Any

from api import pages
from api.blueprint import Blueprint
from api.commands import Reading
from api.pages import HIGHEST_LIMIT, PageQuery, existing
from api.schemas.deployments import (
    FORM_DEFINITION_EXAMPLE,
    FORM_DOCUMENT_EXAMPLE,
    FormDefinitionsPage,
    FormDocumentSchema,
    LatestFormSchema,
)
from engine import definitions

blueprint = Blueprint("forms", __name__, url_prefix="/api/v1/forms", description="Forms that are deployed")

_TOLD = ("id", "key", "version", "deployment_id", "deployment", "created_at", "document")


@blueprint.get("")
@blueprint.arguments(PageQuery, location="query")
@blueprint.reading(
    FormDefinitionsPage, problems=(422,), example={"items": [FORM_DEFINITION_EXAMPLE], "next": None}
)
def list_forms(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List forms

    The latest version of each, in the order of keys, without its document.
    """
    after = pages.after(query)
    found = definitions.form_page(here.session, limit=query["limit"] + 1, after=after[0] if after else None)
    return pages.page(found, query["limit"], lambda row: [row.key])


@blueprint.get("/<path:key>")
@blueprint.reading(
    LatestFormSchema,
    problems=(404,),
    example=FORM_DOCUMENT_EXAMPLE | {"versions": [FORM_DEFINITION_EXAMPLE]},
)
def get_form(here: Reading, key: str) -> dict[str, Any]:
    """Get the latest version of a form, and what versions there are

    The document is as it was deployed, in all its languages.
    """
    form = definitions.latest_form(here.session, key)
    versions = definitions.form_versions(here.session, key, limit=HIGHEST_LIMIT)
    told = {name: getattr(form, name) for name in _TOLD}
    return told | {"versions": versions}


@blueprint.get("/<path:key>/versions/<int:number>")
@blueprint.reading(FormDocumentSchema, problems=(404,), example=FORM_DOCUMENT_EXAMPLE)
def get_version(here: Reading, key: str, number: int) -> Any:
    """Get one version of a form"""
    return definitions.form_version(here.session, key, existing(number))
