"""Working calendars over HTTP, and their days for those who want to see them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from api.commands import Reading
from api.documents import Resource, blueprint_of
from api.language import locales
from api.schemas.service_levels import (
    CALENDAR_EXAMPLE,
    CALENDAR_PREVIEW_EXAMPLE,
    DAYS_EXAMPLE,
    CalendarDocumentSchema,
    CalendarPreviewSchema,
    DaysSchema,
    StoredDaysQuery,
)
from engine import calendars, service_levels
from engine.calendars import Calendar
from engine.service_levels import Kind

blueprint = blueprint_of(
    Resource(
        Kind.CALENDAR,
        "calendars",
        "a working calendar",
        "working calendars",
        "When work is done",
        CalendarDocumentSchema,
        CALENDAR_EXAMPLE,
    )
)


@blueprint.get("/<key>/days")
@blueprint.arguments(StoredDaysQuery, location="query")
@blueprint.reading(DaysSchema, problems=(404, 422), example=DAYS_EXAMPLE)
def get_days(here: Reading, query: dict[str, Any], key: str) -> dict[str, Any]:
    """Get the days of a working calendar

    From `from` to `to`, at most 400: what opens on each, what decides about it, and its public holiday.
    """
    found = (
        service_levels.get(here.session, Kind.CALENDAR, key, by=here.person)
        if query["version"] is None
        else service_levels.version(here.session, Kind.CALENDAR, key, query["version"], by=here.person)
    )
    return _days(calendars.read(found.document), query)


@blueprint.post("/preview")
@blueprint.arguments(CalendarPreviewSchema, example=CALENDAR_PREVIEW_EXAMPLE)
@blueprint.answer(DaysSchema, problems=(422,), example=DAYS_EXAMPLE)
def preview_calendar(body: dict[str, Any]) -> dict[str, Any]:
    """Preview a working calendar

    The days it would have, at most 400; nothing is stored.
    """
    return _days(calendars.read(body["calendar"], "#/calendar"), body)


def _days(calendar: Calendar, asked: dict[str, Any]) -> dict[str, Any]:
    languages = locales()
    days = [_day(calendar, day, languages) for day in _each(asked["begin"], asked["end"])]
    return {"tz": calendar.zone.key, "days": days}


def _day(calendar: Calendar, day: date, languages: list[str]) -> dict[str, Any]:
    rule, hours = calendar.rule(day)
    return {
        "date": day,
        "hours": [calendars.as_written(each) for each in hours],
        "rule": rule,
        "holiday": calendar.holiday(day, *languages),
    }


def _each(begin: date, end: date) -> Iterator[date]:
    for number in range((end - begin).days + 1):
        yield begin + timedelta(days=number)
