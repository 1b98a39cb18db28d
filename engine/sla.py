"""Service-level clocks: how much of a target is used up, when it runs out, and whether it is broken. Pure:
everything follows from the events of a clock and the calendar that applies.

The conventions are those of `docs/reference/sla.md`: a target that runs out exactly at closing is due at
closing; a change of target or calendar recounts from the clock's start, pauses kept; while paused there is no
due time, only time remaining; broken is later than due, and a pause after that moves nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.calendars import Calendar

Pause = tuple[datetime, datetime | None]
"""From and to, as aware instants; still going on when there is no to."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a clock is measured against from an instant on. `target` is working time of `calendar`."""

    since: datetime
    target: timedelta
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Course:
    """A clock as it ran: when it started, how it was paused, and what it was aimed at, in order.

    The last aim at or before the asked instant decides about everything, elapsed time included: a higher
    priority may find its target used up already. Pauses may overlap; they count once.
    """

    start: datetime
    aims: tuple[Aim, ...]
    pauses: tuple[Pause, ...] = ()

    def aim(self, at: datetime) -> Aim:
        """What the clock is aimed at then; before the second aim, the first."""
        return [aim for aim in self.aims if aim is self.aims[0] or aim.since <= at][-1]

    def elapsed(self, at: datetime) -> timedelta:
        """Working time used up by then, pauses taken out."""
        calendar = self.aim(at).calendar
        runs = ((start, min(end or at, at)) for start, end in self._runs())
        return sum((calendar.elapsed(start, end) for start, end in runs), timedelta(0))

    def remaining(self, at: datetime) -> timedelta:
        """What is left of the target; below nothing once it is broken."""
        return self.aim(at).target - self.elapsed(at)

    def due(self, at: datetime) -> datetime | None:
        """When the target runs out, as one knows at `at`: None while it is paused with time left, and for a
        calendar that never opens long enough.
        """
        return self.reached(self.aim(at).target, at)

    def reached(self, amount: timedelta, at: datetime) -> datetime | None:
        """The earliest instant by which so much is used up, counted by the calendar that applies at `at`."""
        if amount <= timedelta(0):
            return self.start
        calendar = self.aim(at).calendar
        for start, end in self._runs():
            if end is None:
                return calendar.after(start, amount)
            in_this_run = calendar.elapsed(start, end)
            if amount <= in_this_run:
                return calendar.after(start, amount)
            amount -= in_this_run
        return None

    def broken(self, at: datetime) -> bool:
        """Whether the promise is broken by then."""
        due = self.due(at)
        return due is not None and at > due

    def _runs(self) -> Iterator[tuple[datetime, datetime | None]]:
        """The stretches in which the clock runs; the last without an end unless it is paused still."""
        start = self.start
        for pause_start, pause_end in _joined(self.pauses):
            if pause_start > start:
                yield start, pause_start
            if pause_end is None:
                return
            start = max(start, pause_end)
        yield start, None


def _joined(pauses: Sequence[Pause]) -> list[Pause]:
    """In order and apart."""
    apart: list[Pause] = []
    for start, end in sorted(pauses, key=lambda pause: pause[0]):
        if end is not None and end <= start:
            continue
        if apart and ((last := apart[-1][1]) is None or start <= last):
            apart[-1] = (apart[-1][0], None if last is None or end is None else max(last, end))
        else:
            apart.append((start, end))
    return apart
