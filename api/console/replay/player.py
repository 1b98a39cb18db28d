"""Plays incidents as cases of the shipped process, on a clock that stands at each event's instant.

Everything goes through the verbs that HTTP requests and the scheduler's sweep go through.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from heapq import heappop, heappush
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from api.console.replay.log import Incident
from api.console.replay.stage import PROCESS, Cast
from engine import messages, process_instances, timers, user_tasks
from engine.clock import FixedClock
from engine.database import Database
from engine.errors import EngineError, NotFound
from engine.people import Person

BATCH = 50
"""Events in one transaction, at least; all of one instant are in the same."""

ARMED_AT_MOST = 20
"""Timers that one case of the process can have, and some to spare."""

OPEN_AT_MOST = 20
"""Tasks that one case can have open, and some to spare: the work, the major-incident manager's, and reviews
of a resolution at risk, which nobody does here: they end when it is resolved.
"""

MAJOR = 1
"""The priority at which the process calls the major-incident procedure."""


class Kind(IntEnum):
    """What happens to a case; at one instant in this order."""

    OPEN = 0
    PRIORITY = 1
    ASK = 2  # a pause begins
    ANSWER = 3  # a pause ends
    GO_ON = 4  # the desk waits no longer for an answer
    RESOLVE = 5
    CLOSE = 6


@dataclass(frozen=True, slots=True)
class Event:
    """Something in the log. `priority` is the new one, for a change."""

    at: datetime
    kind: Kind
    incident: Incident
    priority: int = 0


def events_of(incidents: Iterable[Incident]) -> list[Event]:
    """All events of all incidents in the order they are played in; equals stay in the order of the log."""
    events = [event for incident in incidents for event in _events(incident)]
    return sorted(events, key=lambda event: (event.at, event.kind))


def _events(incident: Incident) -> Iterator[Event]:
    yield Event(incident.opened_at, Kind.OPEN, incident)
    for at, priority in incident.changes:
        yield Event(at, Kind.PRIORITY, incident, priority)
    for pause in incident.pauses:
        yield Event(pause.begins, Kind.ASK, incident)
        if pause.ends is None:
            yield Event(incident.resolved_at, Kind.GO_ON, incident)
        else:
            yield Event(pause.ends, Kind.ANSWER, incident)
    yield Event(incident.resolved_at, Kind.RESOLVE, incident)
    yield Event(incident.closed_at, Kind.CLOSE, incident)


def title_of(incident: Incident) -> str:
    """The title that tells which case is which incident."""
    return f"Incident {incident.number}"


@dataclass(slots=True)
class Played:
    """What the player saw. `until` is the last instant played, with all its events; None before the first.

    `armed` counts, per number, the rows of timers that appeared; `stuck` tells for a number which event was
    refused and why: the rest of that case was not played.
    """

    until: datetime | None = None
    armed: Counter[str] = field(default_factory=Counter)
    stuck: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


class Player:
    """Plays events, in order, into a database; `played` is what came of it so far."""

    def __init__(self, database: Database, clock: FixedClock, cast: Cast, auto_close_after: str) -> None:
        self._database = database
        self._clock = clock
        self._cast = cast
        self._auto_close_after = auto_close_after
        self._cases: dict[str, str] = {}
        self._timers: dict[str, set[str]] = {}
        self._major: set[str] = set()
        self._due: list[tuple[datetime, str]] = []
        self.played = Played()

    def play(
        self, events: Sequence[Event], advanced: Callable[[int], None], stopped: Callable[[], bool]
    ) -> None:
        """Play all events, batch by batch, until `stopped`; `advanced` is told how many each batch were."""
        begun = time.monotonic()
        for batch in _batches(events):
            if stopped():
                break
            with self._database.transaction() as session:
                for event in batch:
                    self._fire_until(session, event.at)
                    self._clock.set(event.at)
                    self._happen(session, event)
            self.played.until = batch[-1].at
            self.played.seconds = time.monotonic() - begun
            advanced(len(batch))

    # Timers

    def _fire_until(self, session: Session, at: datetime) -> None:
        """Fire every timer and threshold due up to that instant, each with the clock at its own due
        instant.
        """
        while (due := timers.next_due(session)) is not None and due <= at:
            now = max(due, self._clock.now())
            self._clock.set(now)
            while timers.sweep(session, now).fired:
                pass  # there may be more
            for number in self._pop(now):
                self._look_at_timers(session, number)

    def _pop(self, until: datetime) -> set[str]:
        """The cases that had a timer due by then."""
        numbers = set()
        while self._due and self._due[0][0] <= until:
            numbers.add(heappop(self._due)[1])
        return numbers

    def _look_at_timers(self, session: Session, number: str) -> None:
        """Note when the case's timers are due, as their rows say, and count those that are new."""
        rows = timers.page(
            session,
            by=self._cast.administrator,
            limit=ARMED_AT_MOST,
            instance=self._cases[number],
            state=timers.TimerState.ARMED,
        )
        before = self._timers.get(number, set())
        self._timers[number] = {row.id for row in rows}
        self.played.armed[number] += len(self._timers[number] - before)
        for row in rows:
            if row.next_at > self._clock.now() or row.id not in before:
                heappush(self._due, (row.next_at, number))

    # Events

    def _happen(self, session: Session, event: Event) -> None:
        """Let an event happen; when it is refused, undo it and leave the case where it is."""
        number = event.incident.number
        if number in self.played.stuck:
            return
        try:
            with session.begin_nested():
                _ACTS[event.kind](self, session, event)
        except EngineError as error:
            self.played.stuck[number] = f"{event.kind.name.lower()}: {error.detail}"

    def _open(self, session: Session, event: Event) -> None:
        """Report it, and at once put it to work; only the requester may close it while the log plays."""
        incident = event.incident
        levels = {"impact": incident.impact, "urgency": incident.urgency}
        report = {"title": title_of(incident), "description": "Played from a log.", **levels}
        case = process_instances.start(
            session, PROCESS, report, by=self._cast.requester, now=event.at, zone="UTC"
        )
        self._cases[incident.number] = case.id
        process_instances.change_variables(
            session,
            case.id,
            {"auto_close_after": self._auto_close_after},
            process_instances.Order(self._cast.administrator, event.at, reason="Beyond the end of the log"),
        )
        self._stand_down(session, event, incident.priority_first)
        triage = {"outcome": "work", "category": "other", "assigned_group": "service-desk", **levels}
        self._complete(session, event, "triage", self._cast.agent, triage)

    def _change_priority(self, session: Session, event: Event) -> None:
        self._send(session, event, "incident.reprioritise", {"priority": event.priority})
        self._stand_down(session, event, event.priority)

    def _stand_down(self, session: Session, event: Event, priority: int) -> None:
        """Stand the major-incident procedure down: the log does not tell of it.

        A case calls it when its priority becomes 1 for the first time.
        """
        number = event.incident.number
        if priority != MAJOR or number in self._major:
            return
        self._major.add(number)
        answer = {"outcome": "stand_down", "stand_down_reason": "The log does not tell of major incidents."}
        self._complete(session, event, "take_the_lead", self._cast.agent, answer)

    def _ask(self, session: Session, event: Event) -> None:
        question = {"outcome": "ask", "question": "Waiting for the requester, as the log says."}
        self._complete(session, event, "work", self._cast.agent, question)
        self._look_at_timers(session, event.incident.number)

    def _answer(self, session: Session, event: Event) -> None:
        answer = {"answer": "No longer waiting, as the log says."}
        self._complete(session, event, "answer", self._cast.requester, answer)

    def _go_on(self, session: Session, event: Event) -> None:
        self._send(session, event, "incident.continue", None)

    def _resolve(self, session: Session, event: Event) -> None:
        resolution = {
            "outcome": "resolve",
            "resolution": "Resolved, as the log says.",
            "resolution_code": "fixed",
        }
        self._complete(session, event, "work", self._cast.agent, resolution)
        self._look_at_timers(session, event.incident.number)

    def _close(self, session: Session, event: Event) -> None:
        self._complete(session, event, "confirm", self._cast.requester, {"outcome": "confirm"})

    def _complete(
        self, session: Session, event: Event, element: str, by: Person, data: Mapping[str, Any]
    ) -> None:
        """Complete the case's one open task at `element`."""
        chosen = user_tasks.Filter(
            instance=self._cases[event.incident.number], state=user_tasks.TaskState.OPEN
        )
        open_tasks = [view.task for view in user_tasks.page(session, chosen, by=by, limit=OPEN_AT_MOST)]
        found = [task for task in open_tasks if task.element == element]
        if len(found) != 1:
            raise NotFound(f"Of the tasks at {element!r} there is not one that {by.username} could do.")
        user_tasks.complete(session, found[0].id, data, user_tasks.Order(by, event.at))

    def _send(self, session: Session, event: Event, name: str, payload: dict[str, Any] | None) -> None:
        case = self._cases[event.incident.number]
        messages.publish(session, name, by=self._cast.agent, now=event.at, instance=case, payload=payload)


_ACTS: dict[Kind, Callable[[Player, Session, Event], None]] = {
    Kind.OPEN: Player._open,
    Kind.PRIORITY: Player._change_priority,
    Kind.ASK: Player._ask,
    Kind.ANSWER: Player._answer,
    Kind.GO_ON: Player._go_on,
    Kind.RESOLVE: Player._resolve,
    Kind.CLOSE: Player._close,
}


def _batches(events: Sequence[Event]) -> Iterator[list[Event]]:
    """The events in pieces of at least `BATCH`, none of which ends within an instant."""
    batch: list[Event] = []
    for _, together in groupby(events, key=attrgetter("at")):
        batch += together
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
