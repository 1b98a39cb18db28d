"""What watches over a server asks: does it live, may it be sent work, how is it doing. Anybody may ask."""

from flask import Response
from marshmallow import Schema, fields
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.auth import public
from api.blueprint import Blueprint
from api.server import server
from engine.database import answers
from engine.errors import Unavailable

blueprint = Blueprint("health", __name__, description="For balancers and monitoring")


class HealthSchema(Schema):
    status = fields.String(required=True)


@blueprint.get("/healthz")
@blueprint.answer(HealthSchema, example={"status": "alive"})
@public
def healthz() -> dict[str, str]:
    """Does the server live

    Asks nothing of the database: restarting the server would not mend that.
    """
    return {"status": "alive"}


@blueprint.get("/readyz")
@blueprint.answer(HealthSchema, example={"status": "ready"})
@public
def readyz() -> dict[str, str]:
    """May the server be sent work

    503 until the database is migrated, seeded and deployed to, and whenever it does not answer.
    """
    here = server()
    if not here.ready.is_set():
        raise Unavailable("The server is still starting.")
    answers(here.database)
    return {"status": "ready"}


@blueprint.get("/metrics")
@blueprint.answer()
@public
def metrics() -> Response:
    """Numbers for Prometheus

    Counts and times by endpoint; nothing about people or cases.
    """
    return Response(generate_latest(server().metrics), content_type=CONTENT_TYPE_LATEST)
