"""The description of the API: OpenAPI 3.1 at `/api/openapi.json`, and as a page for people at `/api/docs`.

The page is plain HTML made from the description itself: it works under the strict CSP and loads nothing from
elsewhere.
"""

import re
from functools import cache
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import flask_smorest
from flask import Blueprint, Flask, Response, render_template
from markupsafe import Markup, escape
from marshmallow import Schema
from marshmallow import fields as plain

from api.auth import COOKIE, CSRF_HEADER, public
from api.errors import PROBLEM_TYPE, problem_entry, problem_type
from api.headers import for_page
from api.schemas.base import SENTENCE_CODE, SENTENCE_VALUES, Instant
from api.serialisation import to_json
from engine.errors import Problem
from engine.sentences import Sentence

CODE = re.compile(r"`([^`]+)`")
STYLE_SHEET = Path(__file__).parent / "templates" / "docs.css"

DESCRIPTION = f"""\
Runs service-management processes as BPMN diagrams. Programs send `Authorization: Bearer` with a token from
`POST /api/v1/auth/token`; browsers sign in with `POST /api/v1/auth/login` and send the session's CSRF token
in `{CSRF_HEADER}` with every change.

Instants are RFC 3339 in UTC. Ids are opaque. Errors are RFC 9457 problems; several are checked in the order
404, 409, 403, 422. Lists take `limit` and `cursor` and answer `items` and `next`. Every POST that commands
something takes an `Idempotency-Key`: sent again within seven days with the same key, it gets the first answer
and does nothing.
"""

PROBLEM_DETAILS = {
    HTTPStatus.BAD_REQUEST: "The body is not valid JSON.",
    HTTPStatus.UNAUTHORIZED: "Sign in first.",
    HTTPStatus.FORBIDDEN: "You are not allowed to do this.",
    HTTPStatus.NOT_FOUND: "There is no such thing, or you may not know of it.",
    HTTPStatus.CONFLICT: "The record is not in a state that allows this.",
    HTTPStatus.PRECONDITION_FAILED: "The record has changed since you read it. Read it again.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "A body of at most 2,000,000 bytes is accepted here.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Send the body as application/json.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The request is not valid.",
    HTTPStatus.PRECONDITION_REQUIRED: "Send the ETag you read as If-Match, so that no edit is lost.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many failed attempts. Wait before you try again.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong that should not have.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database cannot answer right now. Nothing was changed; try again.",
}

PARAMETERS = {
    "IDEMPOTENCY_KEY": (
        "Idempotency-Key",
        "A text of your choice, new for each command: sent again with it, the command is done only once.",
        {"type": "string", "minLength": 1, "maxLength": 255},
    ),
    "IF_MATCH": ("If-Match", "The ETag you read; 412 if the record has changed since.", {"type": "string"}),
    "IF_NONE_MATCH_ANY": (
        "If-None-Match",
        "`*`: only if there is none yet; 412 otherwise.",
        {"type": "string"},
    ),
    "IF_NONE_MATCH": ("If-None-Match", "The ETag you have; 304 if it is still current.", {"type": "string"}),
}

HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": {"schema": {"type": "integer"}}},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": {"schema": {"type": "integer"}}},
}


class ProblemEntrySchema(Schema):
    """One thing that is wrong, and where."""

    pointer = plain.String(metadata={"description": "JSON pointer into the body."})
    file = plain.String(metadata={"description": "The uploaded file."})
    element = plain.String(metadata={"description": "The id of the diagram's element."})
    line = plain.Integer(metadata={"description": "The line in the file."})
    detail = plain.String(required=True)
    code = plain.String(metadata={"description": SENTENCE_CODE})
    values = plain.Dict(keys=plain.String(), metadata={"description": SENTENCE_VALUES})


class ProblemSchema(Schema):
    """RFC 9457."""

    type = plain.String(required=True)
    title = plain.String(required=True)
    status = plain.Integer(required=True)
    detail = plain.String()
    errors = plain.List(plain.Nested(ProblemEntrySchema))


class Api(flask_smorest.Api):
    """flask-smorest's description of our endpoints, with our problems and without its pages."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_doc_blueprint(self) -> None:
        """We serve the description ourselves."""

    def _register_error_handlers(self) -> None:
        """`api.errors` answers them all."""

    def _register_etag_headers(self) -> None:
        for name, (header, description, schema) in PARAMETERS.items():
            fields = {"name": header, "description": description, "schema": schema}
            self.spec.components.parameter(name, "header", fields, lazy=True)

    def _register_responses(self) -> None:
        self.spec.components.response("NOT_MODIFIED", {"description": "You have it already."}, lazy=True)
        for status, detail in PROBLEM_DETAILS.items():
            self.spec.components.response(status.name, _problem(status, detail), lazy=True)


def install(app: Flask) -> Api:
    """Serve the description of what is registered on the returned `Api`."""
    app.config |= {"API_TITLE": "Baton", "API_VERSION": "v1", "OPENAPI_VERSION": "3.1.0"}
    info = {"description": DESCRIPTION, "version": _release()}
    api = Api(app, spec_kwargs={"info": info, "security": [{"token": []}, {"cookie": [], "csrf": []}]})
    api.register_field(Instant, "string", "date-time")
    schemes = api.spec.components
    schemes.security_scheme("token", {"type": "http", "scheme": "bearer"})
    schemes.security_scheme("cookie", {"type": "apiKey", "in": "cookie", "name": COOKIE})
    schemes.security_scheme("csrf", {"type": "apiKey", "in": "header", "name": CSRF_HEADER})
    app.register_blueprint(_pages(api))
    return api


def _pages(api: Api) -> Blueprint:
    pages = Blueprint("documentation", __name__, url_prefix="/api")

    # Made when first asked for: by then every blueprint is registered, and afterwards nothing changes.
    @cache
    def description() -> dict[str, Any]:
        document: dict[str, Any] = api.spec.to_dict()
        return document

    @cache
    def document() -> bytes:
        return to_json(description())

    @cache
    def page() -> str:
        return render_template(
            "docs.html", spec=description(), operations=_by_tag(description()), prose=_prose
        )

    @pages.get("/openapi.json")
    @public
    def openapi() -> Response:
        return Response(document(), content_type="application/json")

    @pages.get("/docs")
    @public
    def docs() -> Response:
        return for_page(Response(page(), content_type="text/html; charset=utf-8"))

    @pages.get("/docs.css")
    @public
    def docs_style() -> Response:
        return Response(STYLE_SHEET.read_bytes(), content_type="text/css; charset=utf-8")

    return pages


def _by_tag(description: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations as the page shows them: by resource, with references replaced by what they refer to."""
    found: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in description["tags"]}
    for path, methods in description["paths"].items():
        shared = methods.get("parameters", [])
        for method, operation in methods.items():
            if method != "parameters":
                shown = {**operation, "method": method.upper(), "path": path}
                shown["parameters"] = [*shared, *operation.get("parameters", [])]
                found[operation["tags"][0]].append(_resolved(shown, description))
    return found


def _resolved(value: Any, description: dict[str, Any]) -> Any:
    """The value with references to parameters and responses followed; those to schemas become links."""
    if isinstance(value, list):
        return [_resolved(inner, description) for inner in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("$ref", "")
    if reference and not reference.startswith("#/components/schemas/"):
        _, _, kind, name = reference.split("/")
        return _resolved(description["components"][kind][name], description)
    return {name: _resolved(inner, description) for name, inner in value.items()}


def _prose(text: str) -> Markup:
    """A description as HTML: what stands between backticks is code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped first


def _problem(status: HTTPStatus, detail: str) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": problem_type(status),
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
    }
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        problem = Problem.of(Sentence("choose", options="1, 2, 3"), pointer="#/data/impact")
        example["errors"] = [problem_entry(problem)]
    content = {PROBLEM_TYPE: {"schema": ProblemSchema, "example": example}}
    return {"description": detail, "content": content, "headers": HEADERS.get(status, {})}


def _release() -> str:
    try:
        return version("baton")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0"
