"""An incident log is played with service levels, and every threshold that fired is compared with what the log
and a count of minutes say: no code of ours is asked for that.
"""

import os
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from api.console.replay.log import Incident, read
from api.console.replay.player import Player, events_of, title_of
from api.console.replay.stage import database_for, set_up
from engine import service_levels
from engine.clock import FixedClock
from engine.database import Database
from engine.service_levels import Edit, Kind
from engine.store.history import HistoryRow
from engine.store.process_instances import ProcessInstanceRow
from tests.api.replay_logs import row, write
from tests.content.diagrams import ROOT

LOG = Path(os.environ.get("INCIDENT_LOG", ROOT.parent / "shared/data/uci-incidents.csv.gz"))
LIMIT = int(os.environ.get("INCIDENT_LIMIT", 0)) or None
MINUTE = timedelta(minutes=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

THRESHOLDS = ("25%", "50%", "75%", "before.PT30M", "100%", "after.PT2H")
Fired = tuple[str, datetime, datetime]
"""A threshold's name, when it was due and when it fired."""


@dataclass(frozen=True)
class Week:
    """A working week: hours from and to on some days, in a zone, but on a few dates."""

    zone: str
    days: Sequence[int]
    opens: int
    closes: int
    closed: tuple[date, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        hours = [[f"{self.opens:02}:00", f"{self.closes:02}:00"]]
        weekly = {DAYS[day]: hours for day in self.days}
        closed = [day.isoformat() for day in self.closed]
        return {"name": self.zone, "tz": self.zone, "weekly": weekly, "holidays": closed}


WEEKS = {
    "always": Week("UTC", range(7), 0, 24),
    "berlin": Week("Europe/Berlin", range(5), 8, 18, (date(2016, 3, 25), date(2016, 3, 28))),
    "new-york": Week("America/New_York", range(5), 9, 17, (date(2016, 5, 30), date(2016, 7, 4))),
}
TARGETS = {1: (4, "always"), 2: (8, "berlin"), 3: (24, "new-york"), 4: (40, "new-york")}
"""Hours and calendar by priority, so that no two thresholds ever fall together."""


def offsets(priority: int) -> dict[str, int]:
    """Minutes of working time after which each threshold fires."""
    target = TARGETS[priority][0] * 60
    shares = {str(percent): target * percent // 100 for percent in (25, 50, 75, 100)}
    return shares | {"before.PT30M": target - 30, "after.PT2H": target + 120}


class Minutes:
    """The working minutes of a week, counted one by one off the wall clock."""

    def __init__(self, week: Week, start: datetime, end: datetime) -> None:
        self._start, zone, total = start, ZoneInfo(week.zone), 0
        self._until = array("l", [0])
        for minute in range((end - start) // MINUTE):
            here = (start + minute * MINUTE).astimezone(zone)
            total += (
                here.weekday() in week.days
                and week.opens <= here.hour < week.closes
                and here.date() not in week.closed
            )
            self._until.append(total)

    def at(self, instant: datetime) -> int:
        place, rest = divmod(instant - self._start, MINUTE)
        assert not rest, "the log counts in minutes"
        return self._until[place]

    def reached(self, total: int) -> datetime:
        """The first instant with so many; far away when there is none."""
        place = bisect_left(self._until, total)
        return self._start + place * MINUTE if place < len(self._until) else datetime.max.replace(tzinfo=UTC)


@dataclass
class Expected:
    """One incident's clock, worked out from its row."""

    minutes: dict[str, Minutes]
    priority: int
    changed: datetime
    runs: list[tuple[datetime, datetime]] = field(default_factory=list)
    since: datetime | None = None
    over: set[str] = field(default_factory=set)
    fired: list[Fired] = field(default_factory=list)

    def due(self, amount: int) -> datetime | None:
        """When so many minutes are used up; None while nobody knows."""
        counted = self.minutes[TARGETS[self.priority][1]]
        for start, end in self.runs:
            here = counted.at(end) - counted.at(start)
            if amount <= here:
                return counted.reached(counted.at(start) + amount)
            amount -= here
        return None if self.since is None else counted.reached(counted.at(self.since) + amount)

    def used(self) -> int:
        counted = self.minutes[TARGETS[self.priority][1]]
        return sum(counted.at(end) - counted.at(start) for start, end in self.runs)

    def fire(self, until: datetime) -> None:
        dues = ((self.due(amount), name) for name, amount in offsets(self.priority).items())
        for due, name in sorted((due, name) for due, name in dues if due is not None and due <= until):
            if name not in self.over:
                self.over.add(name)
                self.fired.append((name, due, max(due, self.changed)))

    def aim(self, at: datetime, priority: int) -> None:
        self.priority = priority
        dues = {name: self.due(amount) for name, amount in offsets(priority).items()}
        self.over -= {name for name, due in dues.items() if due is not None and due > at}

    def pause(self, at: datetime) -> None:
        assert self.since is not None
        self.runs.append((self.since, at))
        self.since = None


def steps(incident: Incident) -> Iterator[tuple[datetime, int, int]]:
    """(instant, what, priority) of what moves the clock: 0 aims, 1 pauses, 2 resumes, 3 pauses for good."""
    yield from ((at, 0, priority) for at, priority in incident.changes)
    for pause in incident.pauses:
        yield pause.begins, 1, 0
        yield pause.ends or incident.resolved_at, 2, 0
    yield incident.resolved_at, 3, 0


def expected_of(incident: Incident, minutes: dict[str, Minutes]) -> Expected:
    clock = Expected(minutes, incident.priority_first, incident.opened_at, since=incident.opened_at)
    for at, what, priority in sorted(steps(incident)):
        clock.fire(at)
        if what == 0:
            clock.aim(at, priority)
        elif what == 2:
            clock.since = at
        else:
            clock.pause(at)
        clock.changed = at
    clock.fire(incident.closed_at)
    return clock


def play(incidents: Sequence[Incident], url: str) -> dict[str, list[Fired]]:
    """The thresholds that fired in each incident's case, in the order they did."""
    events = events_of(incidents)
    clock = FixedClock(events[0].at)
    span = events[-1].at - events[0].at
    with database_for(url, clock) as database:
        cast = set_up(database, clock.now())
        promise(database, clock.now())
        player = Player(database, clock, cast, f"P{span.days + 2}D")
        player.play(events, lambda _count: None, lambda: False)
        assert player.played.stuck == {}
        return fired_in(database)


def promise(database: Database, now: datetime) -> None:
    targets = [
        {
            "clock": "resolution",
            "process": "incident",
            "priority": priority,
            "target": f"PT{hours}H",
            "calendar": calendar,
            "thresholds": [{"at": at, "do": []} for at in THRESHOLDS],
        }
        for priority, (hours, calendar) in TARGETS.items()
    ]
    with database.transaction() as session:
        for key, week in WEEKS.items():
            service_levels.create(session, Kind.CALENDAR, key, week.document, Edit(None, now))
        policy = {"name": "Incidents", "targets": targets}
        service_levels.create(session, Kind.POLICY, "incidents", policy, Edit(None, now))


def fired_in(database: Database) -> dict[str, list[Fired]]:
    found: dict[str, list[Fired]] = defaultdict(list)
    told = (
        select(ProcessInstanceRow.title, HistoryRow.at, HistoryRow.detail)
        .join(ProcessInstanceRow, ProcessInstanceRow.id == HistoryRow.instance_id)
        .where(HistoryRow.kind == "threshold fired")
        .order_by(HistoryRow.instance_id, HistoryRow.seq)
    )
    with database.transaction(write=False) as session:
        for title, at, detail in session.execute(told):
            if detail["clock"] == "resolution":
                found[title].append((detail["threshold"], datetime.fromisoformat(detail["due"]), at))
    return found


def compare(incidents: Sequence[Incident], url: str) -> dict[int, list[bool]]:
    """Fails where what fired is not what the log says; whether each promise was kept, by last priority."""
    start = min(incident.opened_at for incident in incidents).replace(hour=0, minute=0)
    end = max(incident.closed_at for incident in incidents) + timedelta(days=60)
    minutes = {key: Minutes(week, start, end) for key, week in WEEKS.items()}
    found, kept = play(incidents, url), defaultdict(list)
    different = {}
    for incident in incidents:
        expected = expected_of(incident, minutes)
        kept[expected.priority].append(expected.used() <= TARGETS[expected.priority][0] * 60)
        if found[title_of(incident)] != expected.fired:
            different[incident.number] = (expected.fired, found[title_of(incident)])
    assert different == {}
    assert sum(map(len, found.values())) > 0
    return kept


PAUSES = "2016-03-02T10:00:00/2016-03-03T15:30:00|2016-03-04T08:00:00/"
ROWS = (
    row("plain"),
    row("paused", pauses=PAUSES, opened_at="2016-03-01T15:20:00"),
    row("raised", priority_changes="2016-03-02T11:10:00=2", priority_last="2"),
    row("raised and lowered", priority_changes="2016-03-01T12:00=1|2016-03-01T17:30=4", priority_last="4"),
    row("quick", resolved_at="2016-03-01T09:10:00"),
    row("raised while paused", pauses=PAUSES, priority_changes="2016-03-02T12:00:00=1", priority_last="1"),
    row("over a change of time", opened_at="2016-03-11T20:00:00", resolved_at="2016-03-30T09:00:00",
        closed_at="2016-04-02T09:00:00"),
)  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_each_threshold_fires_once_at_its_minute_as_a_count_of_minutes_says(
    tmp_path: Path, database_url: str
) -> None:
    log = read(write(tmp_path / "log.csv", *ROWS))
    assert (len(log.incidents), log.skipped) == (len(ROWS), [])
    compare(log.incidents, database_url)


@pytest.mark.proof
def test_the_thresholds_of_a_whole_log_fire_once_each_as_a_count_of_minutes_says(tmp_path: Path) -> None:
    assert LOG.exists(), "Set INCIDENT_LOG to a log that `baton replay` reads."
    incidents = read(LOG, LIMIT).incidents

    kept = compare(incidents, f"sqlite:///{tmp_path / 'replay.db'}")

    for priority, promises in sorted(kept.items()):
        share = sum(promises) / len(promises)
        print(f"priority {priority}: {len(promises):6} cases, {share:6.1%} within their target")
