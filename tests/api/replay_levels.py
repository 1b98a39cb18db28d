"""Service levels of an incident log, worked out from its rows and a count of minutes off the wall clock: no
code of ours is asked.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.console.replay.log import Incident

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
Targets = dict[int, tuple[int, str]]
TARGETS: Targets = {1: (4, "always"), 2: (8, "berlin"), 3: (24, "new-york"), 4: (40, "new-york")}
"""Hours and calendar by priority, so that no two thresholds ever fall together."""


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
    targets: Targets
    runs: list[tuple[datetime, datetime]] = field(default_factory=list)
    since: datetime | None = None
    over: set[str] = field(default_factory=set)
    fired: list[Fired] = field(default_factory=list)

    @property
    def target(self) -> int:
        return self.targets[self.priority][0] * 60

    @property
    def offsets(self) -> dict[str, int]:
        """Minutes of working time after which each threshold fires."""
        shares = {str(percent): self.target * percent // 100 for percent in (25, 50, 75, 100)}
        return shares | {"before.PT30M": self.target - 30, "after.PT2H": self.target + 120}

    @property
    def counted(self) -> Minutes:
        return self.minutes[self.targets[self.priority][1]]

    def due(self, amount: int) -> datetime | None:
        """When so many minutes are used up; None while nobody knows."""
        counted = self.counted
        for start, end in self.runs:
            here = counted.at(end) - counted.at(start)
            if amount <= here:
                return counted.reached(counted.at(start) + amount)
            amount -= here
        return None if self.since is None else counted.reached(counted.at(self.since) + amount)

    def used(self) -> int:
        counted = self.counted
        return sum(counted.at(end) - counted.at(start) for start, end in self.runs)

    def kept(self, ended: datetime) -> bool:
        """Whether the target had not run out before: at closing it has, though all until opening is free."""
        due = self.due(self.target)
        return due is None or due >= ended

    def fire(self, until: datetime) -> None:
        dues = ((self.due(amount), name) for name, amount in self.offsets.items())
        for due, name in sorted((due, name) for due, name in dues if due is not None and due <= until):
            if name not in self.over:
                self.over.add(name)
                self.fired.append((name, due, max(due, self.changed)))

    def aim(self, at: datetime, priority: int) -> None:
        self.priority = priority
        dues = {name: self.due(amount) for name, amount in self.offsets.items()}
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


def expected_of(incident: Incident, minutes: dict[str, Minutes], targets: Targets = TARGETS) -> Expected:
    opened = incident.opened_at
    clock = Expected(minutes, incident.priority_first, opened, targets, since=opened)
    # What happened at one instant stays in the order of the log: the last priority is the last.
    for at, what, priority in sorted(steps(incident), key=lambda step: step[:2]):
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


def counted(incidents: Sequence[Incident]) -> dict[str, Minutes]:
    """The working minutes of each week, for as long as these incidents could take."""
    start = min(incident.opened_at for incident in incidents).replace(hour=0, minute=0)
    end = max(incident.closed_at for incident in incidents) + timedelta(days=60)
    return {key: Minutes(week, start, end) for key, week in WEEKS.items()}


def documents(promised: Targets = TARGETS) -> dict[str, dict[str, Any]]:
    """The weeks and these targets as calendars and a policy."""
    targets = [
        {
            "clock": "resolution",
            "process": "incident",
            "priority": priority,
            "target": f"PT{hours}H",
            "calendar": calendar,
            "thresholds": [{"at": at, "do": []} for at in THRESHOLDS],
        }
        for priority, (hours, calendar) in promised.items()
    ]
    policy = {"name": "Incidents", "targets": targets}
    return {
        "calendar": {key: week.document for key, week in WEEKS.items()},
        "policy": {"incidents": policy},
    }
