"""Deploying over HTTP: diagrams and forms, all or nothing."""

from typing import Any

from flask import Response, request

from api.blueprint import Blueprint
from api.commands import Command, Reading, reading, respond, run_command
from api.payload import body_limit
from api.schemas.deployments import DEPLOYMENT_EXAMPLE, DeploymentSchema, DeployQuery
from engine import deployments
from engine.deployments import Deployment, File
from engine.errors import Invalid, Problem

blueprint = Blueprint(
    "deployments", __name__, url_prefix="/api/v1/deployments", description="Deploying diagrams and forms"
)

DEPLOYMENT_LIMIT = 60_000_000
"""Bytes of one deployment; a diagram has a limit of its own (`engine.bpmn.read`), and says so by its name."""

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
                        "description": "`.bpmn` diagrams and `.json` forms.",
                    },
                    "paths": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "The files' relative paths, in order, for clients that drop folders.",
                    },
                    "reason": {"type": "string", "description": "Why this is deployed."},
                },
            }
        }
    },
}


@blueprint.post("")
@blueprint.doc(requestBody=_PARTS)
@blueprint.arguments(DeployQuery, location="query")
@blueprint.answer(DeploymentSchema, 201, problems=(403, 413, 422), example=DEPLOYMENT_EXAMPLE)
@body_limit(DEPLOYMENT_LIMIT)
def deploy(query: dict[str, Any]) -> Response:
    """Deploy diagrams and forms

    For process owners and administrators. `incident/triage.json` is the form `incident/triage`; a diagram's
    keys are the ids of its processes. Everything wrong with all files is reported at once, and nothing is
    stored then. Bytes identical to the latest version are that version again. A dry run answers 200, without
    `id`.
    """
    if query["dry_run"]:
        with reading() as here:
            return respond(_shown(_check(here)), _ANSWER, 200)
    return run_command(lambda command: respond(_shown(_deploy(command)), _ANSWER, 201))


def _check(here: Reading) -> Deployment:
    return deployments.check(here.session, _files(), by=here.person)


def _deploy(command: Command) -> Deployment:
    reason = request.form.get("reason") or None
    return deployments.deploy(command.session, _files(), by=command.person, now=command.now, reason=reason)


def _files() -> list[File]:
    files, paths = request.files.getlist("files"), request.form.getlist("paths")
    if paths and len(paths) != len(files):
        raise Invalid([Problem(f"{len(files)} files came with {len(paths)} paths.", pointer="#/paths")])
    return [
        File(path, file.read())
        for path, file in zip(paths or [file.filename or "" for file in files], files, strict=True)
    ]


def _shown(deployment: Deployment) -> dict[str, Any]:
    shown = {"definitions": deployment.definitions, "warnings": deployment.warnings}
    return shown if deployment.id is None else {"id": deployment.id} | shown
