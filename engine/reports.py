"""Reports over all cases of a process: which promises were kept, and what fired on the way. Each takes one
statement, however many cases there are.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import access, clockwork
from engine.people import Person
from engine.store.base import table_of
from engine.store.clocks import ClockRow, ClockState
from engine.store.history import HistoryRow
from engine.store.process_instances import ProcessInstanceRow

_CLOCK, _CASE, _ENTRY = (table_of(row).c for row in (ClockRow, ProcessInstanceRow, HistoryRow))
_SECOND = timedelta(seconds=1) // timedelta(microseconds=1)


# Attainment


@dataclass(slots=True)
class Attainment:
    """What became of clocks. `kept` and `breached` are those that were measured and have ended, and `used` is
    how much of its target each of these used up, 1 being all of it. `open` are measured and have not ended,
    overdue or not; `unmeasured` had no target at last; `cancelled` ended with cancelled cases. `pauses`
    counts how often all of them were paused.
    """

    kept: int = 0
    breached: int = 0
    open: int = 0
    unmeasured: int = 0
    cancelled: int = 0
    pauses: int = 0
    used: list[float] = field(default_factory=list)

    @property
    def measured(self) -> int:
        return self.kept + self.breached + self.open

    @property
    def clocks(self) -> int:
        return self.measured + self.unmeasured + self.cancelled

    @property
    def kept_of_ended(self) -> float | None:
        """The share of promises that were kept, of those that were made and have ended; None of nothing."""
        ended = self.kept + self.breached
        return self.kept / ended if ended else None

    def add(self, other: "Attainment") -> None:
        for name in ("kept", "breached", "open", "unmeasured", "cancelled", "pauses"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.used += other.used


def attainment(session: Session, process: str, *, by: Person) -> dict[str, dict[int | None, Attainment]]:
    """What became of the clocks of all cases of a process: by clock, then by the last priority of the case,
    in order, cases without one last. Raises `Forbidden`.
    """
    access.require(by, *access.OVERSEERS)
    columns = [getattr(_CLOCK, name) for name in _ASKED]
    rows = select(*columns, _CASE.priority).join(ProcessInstanceRow, _CASE.id == _CLOCK.instance_id)
    rows = rows.where(_CASE.definition_key == process)
    found: dict[str, dict[int | None, Attainment]] = {}
    for row in session.execute(rows.order_by(_CLOCK.name, _CASE.priority.is_(None), _CASE.priority)):
        _count(found.setdefault(row.name, {}).setdefault(row.priority, Attainment()), row)
    return found


_ASKED = ("name", "state", "stopped_at", "due_at", "target", "used", "pauses")


def _count(told: Attainment, clock: Any) -> None:
    told.pauses += clock.pauses
    if clock.state == ClockState.CANCELLED:
        told.cancelled += 1
    elif clock.target is None:
        told.unmeasured += 1
    elif clock.stopped_at is None:
        told.open += 1
    else:
        broken = clockwork.breached(clock, clock.stopped_at)
        told.breached += broken
        told.kept += not broken
        told.used.append(clock.used / (clock.target * _SECOND))


# Thresholds


@dataclass(slots=True)
class Fired:
    """How often each (clock, threshold) fired, how many thresholds were given up after too many attempts, and
    how late those that fired were, in seconds.
    """

    times: Counter[tuple[str, str]] = field(default_factory=Counter)
    given_up: int = 0
    lateness: list[float] = field(default_factory=list)


def fired(session: Session, process: str, *, by: Person) -> Fired:
    """The thresholds that fired in all cases of a process, by their histories. Raises `Forbidden`."""
    access.require(by, *access.OVERSEERS)
    told = Fired()
    for clock, threshold, failed, late, count in session.execute(_fired(process)):
        if failed:
            told.given_up += count
        else:
            told.times[clock, threshold] += count
            told.lateness += [late] * count
    return told


def _fired(process: str) -> Any:
    """Grouped outside a subquery: PostgreSQL would take the key of a JSON field, given twice as a parameter,
    for two.
    """
    entries = (
        select(
            _ENTRY.detail["clock"].as_string().label("clock"),
            _ENTRY.detail["threshold"].as_string().label("threshold"),
            (_ENTRY.kind == "threshold failed").label("failed"),
            _ENTRY.detail["late"].as_float().label("late"),
        )
        .join(ProcessInstanceRow, _CASE.id == _ENTRY.instance_id)
        .where(_CASE.definition_key == process, _ENTRY.kind.in_(("threshold fired", "threshold failed")))
        .subquery()
    )
    return select(*entries.c, func.count()).group_by(*entries.c)


# Figures


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The smallest of the values that so many percent of them do not exceed; None of nothing."""
    place = max(math.ceil(len(values) * percent / 100), 1) - 1
    return sorted(values)[place] if values else None
