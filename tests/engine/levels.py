"""Calendars, services, agreements and policies for tests, and how somebody saves them."""

from typing import Any

from engine import service_levels
from engine.people import Person
from engine.service_levels import Edit, Kind
from engine.store.documents import DocumentRow
from tests.engine.support import MIA, Desk

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def calendar(tz: str = "Europe/Berlin", **changes: Any) -> dict[str, Any]:
    return {"name": "Office", "tz": tz, "weekly": WEEK} | changes


def service(name: str = "Mail", **changes: Any) -> dict[str, Any]:
    return {"name": name} | changes


def agreement(**changes: Any) -> dict[str, Any]:
    return {"name": "Globex", "kind": "sla", "organisation": "globex"} | changes


def target(**changes: Any) -> dict[str, Any]:
    return {"clock": "resolution", "target": "PT4H", "calendar": "office"} | changes


def policy(*targets: dict[str, Any]) -> dict[str, Any]:
    return {"name": "Promises", "targets": list(targets)}


def create(desk: Desk, kind: Kind, key: str, document: Any, by: Person = MIA) -> DocumentRow:
    with desk.database.transaction() as session:
        return service_levels.create(session, kind, key, document, Edit(by, desk.now))


def replace(
    desk: Desk, kind: Kind, key: str, document: Any, by: Person = MIA, revision: int | None = None
) -> DocumentRow:
    with desk.database.transaction() as session:
        return service_levels.replace(session, kind, key, document, Edit(by, desk.now, revision))


def retire(desk: Desk, kind: Kind, key: str, by: Person = MIA, revision: int | None = None) -> DocumentRow:
    with desk.database.transaction() as session:
        return service_levels.retire(session, kind, key, Edit(by, desk.now, revision))


def promise(desk: Desk, *targets: dict[str, Any]) -> None:
    """Let these targets apply, in office hours."""
    create(desk, Kind.CALENDAR, "office", calendar())
    create(desk, Kind.POLICY, "promises", policy(*targets))
