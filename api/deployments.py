"""Deploying over HTTP: diagrams, decisions and forms, all or nothing."""

from typing import Any

from flask import Response, request

from api.auth import current_person
from api.blueprint import Blueprint
from api.commands import Command, Reading, reading, respond, run_command
from api.payload import View, body_limit
from api.schemas.deployments import DEPLOYMENT_EXAMPLE, DeploymentSchema, DeployQuery
from api.server import server
from engine import access, deployments
from engine.deployments import DEPLOYERS, Deployment, File
from engine.errors import Invalid, Problem

blueprint = Blueprint(
    "deployments",
    __name__,
    url_prefix="/api/v1/deployments",
    description="Deploying diagrams, decisions and forms",
)

DEPLOYMENT_LIMIT = 60_000_000
"""Bytes of one deployment; a diagram has a limit of its own (`engine.bpmn.read`), and says so by its name."""

LONGEST_REASON = 1_000

_ANSWER = DeploymentSchema()

_PARTS = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {
                        "type": "array",
                        "items": {"type": "string", "format": "binary"},
                        "description": "`.bpmn` diagrams, `.dmn` decisions and `.json` forms.",
                    },
                    "paths": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "The files' relative paths, in order, for clients that drop folders.",
                    },
                    "reason": {
                        "type": "string",
                        "maxLength": LONGEST_REASON,
                        "description": "Why this is deployed.",
                    },
                },
            },
            "example": {
                "files": ["<bpmn:definitions .../>", '{"schema": {"type": "object"}}'],
                "paths": ["incident/incident.bpmn", "incident/report.json"],
                "reason": "Reminders every two days",
            },
        }
    },
}


def _require_deployer(here: Reading) -> None:
    access.require(here.person, *DEPLOYERS)


def _for_deployers(view: View) -> View:
    """Whoever may not deploy is told so before she is told what is wrong with her request."""
    vars(view)["guard"] = _require_deployer
    return view


@blueprint.post("")
@blueprint.doc(requestBody=_PARTS)
@blueprint.arguments(DeployQuery, location="query")
@blueprint.answer(DeploymentSchema, 201, problems=(403, 413, 422), example=DEPLOYMENT_EXAMPLE)
@body_limit(DEPLOYMENT_LIMIT)
@_for_deployers
def deploy(query: dict[str, Any]) -> Response:
    """Deploy diagrams, decisions and forms

    For process owners and administrators. `incident/triage.json` is the form `incident/triage`; the keys of a
    diagram or a decision file are the ids of its processes or decisions. Everything wrong with all files is
    reported at once, and nothing is stored then. Bytes identical to the latest version are that version
    again. A dry run answers 200, without `id`.
    """
    access.require(current_person(), *DEPLOYERS)
    files, reason = _files(), _reason()
    with reading() as here:  # what is refused is refused while nobody waits for us to write
        checked = deployments.check(here.session, files, by=here.person)
    if query["dry_run"]:
        return respond(_shown(checked), _ANSWER, 200)

    def act(command: Command) -> Response:
        done = deployments.deploy(
            command.session,
            files,
            by=command.person,
            now=command.now,
            reason=reason,
            zone=server().settings.timezone,
        )
        return respond(_shown(done), _ANSWER, 201)

    return run_command(act)


def _files() -> list[File]:
    files, paths = request.files.getlist("files"), request.form.getlist("paths")
    if paths and len(paths) != len(files):
        raise Invalid([Problem(f"{len(files)} files came with {len(paths)} paths.", pointer="#/paths")])
    return [
        File(path, file.read())
        for path, file in zip(paths or [file.filename or "" for file in files], files, strict=True)
    ]


def _reason() -> str | None:
    reason = request.form.get("reason") or None
    if reason is not None and (len(reason) > LONGEST_REASON or "\0" in reason):
        raise Invalid(
            [Problem(f"Give a reason of at most {LONGEST_REASON:,} characters, without NUL.", "#/reason")]
        )
    return reason


def _shown(deployment: Deployment) -> dict[str, Any]:
    shown = {"definitions": deployment.definitions, "warnings": deployment.warnings}
    return shown if deployment.id is None else {"id": deployment.id} | shown
