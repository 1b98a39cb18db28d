"""Service levels over HTTP: what a clock would say, before anybody promises it."""

from datetime import timedelta
from typing import Any

from api.blueprint import Blueprint
from api.schemas.sla import FORECAST_EXAMPLE, PREVIEW_EXAMPLE, ForecastSchema, PreviewSchema
from engine.calendars import read
from engine.sla import Aim, Course

blueprint = Blueprint("sla", __name__, url_prefix="/api/v1/sla", description="Service levels")

MINUTE = timedelta(minutes=1)


@blueprint.post("/preview")
@blueprint.arguments(PreviewSchema, example=PREVIEW_EXAMPLE)
@blueprint.answer(ForecastSchema, problems=(422,), example=FORECAST_EXAMPLE)
def preview(body: dict[str, Any]) -> dict[str, Any]:
    """Preview a clock

    When would it be due, reach its levels, and what would it say at given instants? Nothing is stored.
    Minutes have four decimals.
    """
    course = _course(body)
    last = course.aims[-1].since
    return {
        "due_utc": course.due(last),
        "levels": [
            {"minutes": minutes, "due_utc": course.reached(minutes * MINUTE, last)}
            for minutes in body["levels_minutes"]
        ],
        "checks": [
            {
                "at_utc": at,
                "elapsed_minutes": _minutes(course.elapsed(at)),
                "remaining_minutes": _minutes(course.remaining(at)),
                "breached": course.broken(at),
            }
            for at in body["check_at_utc"]
        ],
    }


def _course(body: dict[str, Any]) -> Course:
    aims = [Aim(body["start_utc"], body["target_minutes"] * MINUTE, read(body["calendar"], "#/calendar"))]
    for number, change in enumerate(body["changes"]):
        minutes, calendar = change["target_minutes"], change["calendar"]
        aims.append(
            Aim(
                change["at_utc"],
                aims[-1].target if minutes is None else minutes * MINUTE,
                aims[-1].calendar if calendar is None else read(calendar, f"#/changes/{number}/calendar"),
            )
        )
    aims.sort(key=lambda aim: aim.since)
    return Course(body["start_utc"], tuple(aims), tuple(body["pauses_utc"]))


def _minutes(amount: timedelta) -> float:
    return round(amount / MINUTE, 4)
