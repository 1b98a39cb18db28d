"""Moving this server's time forward, so that a test from outside can wait a week."""

from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from marshmallow import Schema, fields, validate

from api.blueprint import Blueprint
from api.schemas.base import Instant
from api.server import server
from engine.errors import Conflict, NotFound, Unavailable

blueprint = Blueprint("clock", __name__, url_prefix="/api/v1/clock", description="The test clock")

TEN_YEARS = 315_360_000
LAST_YEAR = 2200

_moving = Lock()  # two advances at once must both count


class AdvanceSchema(Schema):
    seconds = fields.Float(required=True, validate=validate.Range(0, TEN_YEARS))


class NowSchema(Schema):
    now = Instant(required=True, metadata={"description": "The time it is now."})


@blueprint.post("/advance")
@blueprint.arguments(AdvanceSchema, example={"seconds": 604800})
@blueprint.answer(NowSchema, problems=(404, 409), example={"now": "2026-03-09T09:00:00.000000Z"})
def advance(body: dict[str, Any]) -> dict[str, datetime]:
    """Move this server's clock forward

    Only with `BATON_TEST_CLOCK=1`, else 404. What became due meanwhile is looked for at once.
    """
    here = server()
    if not here.settings.test_clock:
        raise NotFound("This server's clock is not a test clock (BATON_TEST_CLOCK).")
    with _moving, here.database.transaction(write=False) as session:
        by = timedelta(seconds=body["seconds"])
        if here.database.now(session).year + by.days // 365 >= LAST_YEAR:
            raise Conflict(f"The clock is not moved beyond the year {LAST_YEAR}.")
        here.database.clock.advance(by)
        now = here.database.now(session)
    with suppress(Unavailable):  # the clock has moved; the next pulse looks again
        here.after_advance()
    return {"now": now}
