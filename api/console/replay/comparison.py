"""Compares what a replay left in the database with what the log says: the player is not asked what it did."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.console.replay.log import Incident
from api.console.replay.player import MAJOR, Played, title_of
from api.console.replay.stage import PROCESS
from engine import process_instances
from engine.durations import format_instant
from engine.people import Person
from engine.process_instances import InstanceState

STAND_DOWN = "take_the_lead"
REMINDER = "reminder_due"
REMINDER_EVERY = timedelta(days=2)
"""What the process says, R/P2D, written down a second time: that is the point of a comparison."""

CASES_AT_ONCE = 200
ENTRIES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A case is not as the log says. `expected` and `found` are texts, numbers or None."""

    number: str
    line: int
    field: str
    expected: Any
    found: Any


@dataclass(slots=True)
class Comparison:
    """What was found, in figures. `missed` timers were due and did not fire, `doubled` ones fired again."""

    cases: int = 0
    closed: int = 0
    tasks: int = 0
    timers_armed: int = 0
    fired: int = 0
    missed: int = 0
    doubled: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)


@dataclass(slots=True)
class _Case:
    """What the database holds of a case. `fired` is (element, due, fired at) of each timer; calendar days are
    counted in `zone`, which what was agreed may decide about.
    """

    zone: ZoneInfo
    closed: datetime | None
    priority: int | None
    resolved: datetime | None = None
    stood_down: int = 0
    tasks: int = 0
    fired: list[tuple[str, datetime, datetime]] = field(default_factory=list)


def compare(session: Session, incidents: Iterable[Incident], played: Played, by: Person) -> Comparison:
    """Compare all that was played, up to the instant `played.until`."""
    result = Comparison(timers_armed=played.armed.total())
    cases = _read_cases(session, by)
    if played.until is None:
        return result
    for incident in incidents:
        if incident.opened_at <= played.until:
            _compare_incident(incident, cases.pop(title_of(incident), []), played, result)
    for title in cases:
        result.mismatches.append(Mismatch("", 0, "cases", None, title))
    return result


# What the database holds


def _read_cases(session: Session, by: Person) -> dict[str, list[_Case]]:
    """Every case of the process, by its title."""
    found: dict[str, list[_Case]] = defaultdict(list)
    chosen = process_instances.Filter(definition=PROCESS)
    before: str | None = None
    while rows := process_instances.page(session, chosen, by=by, limit=CASES_AT_ONCE, before=before):
        for row in rows:
            ended = row.ended_at if row.state == InstanceState.COMPLETED else None
            case = _Case(ZoneInfo(row.zone), closed=ended, priority=row.priority)
            for entry in _entries(session, row.id, by):
                _note(case, entry)
            found[row.title].append(case)
        before = rows[-1].id
    return found


def _entries(session: Session, instance: str, by: Person) -> Iterator[Any]:
    after = 0
    while rows := process_instances.history_page(
        session, instance, by=by, limit=ENTRIES_AT_ONCE, after=after
    ):
        yield from rows
        if len(rows) < ENTRIES_AT_ONCE:
            return
        after = rows[-1].seq


def _note(case: _Case, entry: Any) -> None:
    if entry.kind == "timer fired":
        case.fired.append((entry.element, datetime.fromisoformat(entry.detail["due"]), entry.at))
    elif entry.kind == "task completed":
        case.tasks += 1
        if entry.element == "work" and entry.detail["data"]["outcome"] == "resolve":
            case.resolved = entry.at
        case.stood_down += entry.element == STAND_DOWN


# What the log says


def _reminders(incident: Incident, zone: ZoneInfo, until: datetime) -> list[datetime]:
    """When reminders were due: every two days of each pause, its last instant included."""
    due = []
    for pause in incident.pauses:
        wall = pause.begins.astimezone(zone)
        for number in count(1):
            # An aware datetime moves by the wall clock: 09:00 stays 09:00 when summer time begins.
            at = (wall + number * REMINDER_EVERY).astimezone(UTC)
            if at > min(pause.ends or incident.resolved_at, until):
                break
            due.append(at)
    return due


def _armings(incident: Incident, reminders: list[datetime], until: datetime) -> int:
    """How many timers were armed: each pause's first and next reminders, and the auto-close when resolved."""
    pauses = sum(pause.begins <= until for pause in incident.pauses)
    return pauses + len(reminders) + (incident.resolved_at <= until)


def _priority(incident: Incident, until: datetime) -> int:
    if incident.closed_at <= until:
        return incident.priority_last
    changed = [priority for at, priority in incident.changes if at <= until]
    return changed[-1] if changed else incident.priority_first


def _stood_down(incident: Incident, until: datetime) -> int:
    """How often the major-incident procedure was called, and stood down: once, if it ever had priority 1."""
    changed = [priority for at, priority in incident.changes if at <= until]
    return int(MAJOR in (incident.priority_first, *changed))


# Comparing


def _compare_incident(incident: Incident, cases: list[_Case], played: Played, result: Comparison) -> None:
    assert played.until is not None
    result.cases += len(cases)
    mismatches = _Mismatches(incident, result)
    mismatches.unless_equal("refused", None, played.stuck.get(incident.number))
    mismatches.unless_equal("cases", 1, len(cases))
    if len(cases) != 1:
        return
    case, until = cases[0], played.until
    reminders = _reminders(incident, case.zone, until)
    result.closed += case.closed is not None
    result.tasks += case.tasks
    mismatches.unless_equal("resolved_at", _reached(incident.resolved_at, until), case.resolved)
    mismatches.unless_equal("closed_at", _reached(incident.closed_at, until), case.closed)
    mismatches.unless_equal("priority_last", _priority(incident, until), case.priority)
    mismatches.unless_equal("stood_down", _stood_down(incident, until), case.stood_down)
    armings = _armings(incident, reminders, until)
    mismatches.unless_equal("timers_armed", armings, played.armed[incident.number])
    _compare_timers(reminders, case, mismatches, result)


def _reached(at: datetime, until: datetime) -> datetime | None:
    return at if at <= until else None


def _compare_timers(
    reminders: list[datetime], case: _Case, mismatches: "_Mismatches", result: Comparison
) -> None:
    result.fired += len(case.fired)
    times = Counter((element, due) for element, due, _ in case.fired)
    expected = {(REMINDER, due) for due in reminders}
    result.missed += len(expected - times.keys())
    result.doubled += sum(count - 1 for count in times.values())
    for element, due in times.keys() - expected:
        mismatches.unless_equal(element, None, due)
    for element, due, at in case.fired:
        mismatches.unless_equal(element, due, at)


@dataclass(frozen=True, slots=True)
class _Mismatches:
    """Collects the mismatches of one incident."""

    incident: Incident
    result: Comparison

    def unless_equal(self, name: str, expected: Any, found: Any) -> None:
        if expected != found:
            one = Mismatch(self.incident.number, self.incident.line, name, _plain(expected), _plain(found))
            self.result.mismatches.append(one)


def _plain(value: Any) -> Any:
    return format_instant(value) if isinstance(value, datetime) else value
