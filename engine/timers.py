"""Timers: fire what is due. Called by every node's sweep; the rows decide what is due, and a row fires once.

A batch is one transaction. It takes up to `BATCH` cases that have something due, in the order of their ids
against deadlock, leaving out those another node holds; each timer fires in a savepoint of its own, so that
one that fails neither undoes nor stops the rest.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine import access, bpmn, runtime
from engine.bpmn import Execution
from engine.durations import format_instant
from engine.errors import Conflict, NotFound
from engine.people import Person
from engine.store.base import at_flush
from engine.store.history import Entry
from engine.store.process_instances import OPEN_STATES, ProcessInstanceRow
from engine.store.timers import IS_ARMED, TimerRow, TimerState

__all__ = ["Swept", "TimerState", "anything_due", "page", "retry", "sweep"]

BATCH = 20
BATCH_SECONDS = 0.5
ATTEMPTS = 5
"""How often a timer is tried before it is a dead letter."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Swept:
    """What one batch did: `lateness` in seconds, one for each timer fired, from when it was due to when it
    fired.
    """

    cases: int = 0
    failed: int = 0
    lateness: list[float] = field(default_factory=list)

    @property
    def fired(self) -> int:
        return len(self.lateness)


def sweep(session: Session, now: datetime) -> Swept:
    """Fire what is due at `now` in up to `BATCH` cases, in the order it was due.

    A batch that takes long ends early, so that SQLite's other writers get a turn; what is left stays due.
    """
    held = _hold_due(session, now)
    swept = Swept(cases=len(held))
    moved: set[str] = set()
    deadline = time.monotonic() + BATCH_SECONDS
    for timer in _due_timers(session, held, now):
        if moved and time.monotonic() > deadline:
            break
        if timer.instance_id in moved and not _is_there(session, timer):
            continue  # the one before it has disarmed it
        moved.add(timer.instance_id)
        _fire(session, held, timer, now, swept)
    return swept


def _hold_due(session: Session, now: datetime) -> dict[str, ProcessInstanceRow]:
    """The cases waiting longest, held and by id; those that somebody else holds are passed over."""
    passed = 0
    while ids := set(session.scalars(_due(now).offset(passed).limit(BATCH))):
        due = select(ProcessInstanceRow).where(ProcessInstanceRow.id.in_(ids), *_RUNS)
        held = session.scalars(due.order_by(ProcessInstanceRow.id).with_for_update(skip_locked=True)).all()
        if held:
            session.expunge_all()  # values, as `runtime.lock` gives them
            return {instance.id: instance for instance in held}
        passed += BATCH
    return {}


def _fire(
    session: Session, held: dict[str, ProcessInstanceRow], timer: TimerRow, now: datetime, swept: Swept
) -> None:
    """Fire one timer in a savepoint."""
    instance, token, due_at = held[timer.instance_id], timer.token, timer.due_at
    entry = _entry("timer fired", timer, due=format_instant(due_at))

    def act(case: Execution) -> None:
        case.fire(token)

    try:
        with session.begin_nested():
            runtime.advance(session, instance, act, now=now, actor=None, entries=[entry])
        swept.lateness.append((at_flush(session, now) - due_at).total_seconds())
    except Exception as error:  # one timer must not stop the rest
        _fail(session, timer, now, error)
        swept.failed += 1
        held[instance.id] = runtime.lock(session, instance.id)  # as it was before the attempt


_RUNS = (ProcessInstanceRow.state.in_(OPEN_STATES), ProcessInstanceRow.state_format <= bpmn.FORMAT)
"""Cases this node can move on; what a newer Baton has saved is left to it."""


def _due(present: Any) -> Select[str]:
    """The cases of timers due at an instant, those waiting longest first: one index, whatever is open."""
    due = select(TimerRow.instance_id).where(IS_ARMED, TimerRow.next_at <= present)
    return due.order_by(TimerRow.next_at)


def _due_timers(session: Session, cases: Collection[str], now: datetime) -> list[TimerRow]:
    theirs = select(TimerRow).where(TimerRow.instance_id.in_(cases), IS_ARMED, TimerRow.next_at <= now)
    order = (TimerRow.next_at, TimerRow.due_at, TimerRow.instance_id, TimerRow.token)
    return list(session.scalars(theirs.order_by(*order)))


def _is_there(session: Session, timer: TimerRow) -> bool:
    return session.scalar(select(TimerRow.id).where(TimerRow.id == timer.id)) is not None


def _fail(session: Session, timer: TimerRow, now: datetime, error: Exception) -> None:
    """Spend an attempt: try again after 1, 4, 9... minutes; with none left, the timer is a dead letter."""
    log.error(
        "timer failed", timer=timer.id, instance=timer.instance_id, element=timer.element, exc_info=error
    )
    timer.attempts += 1
    timer.error = f"{type(error).__name__}: {error}"[:1000].replace("\0", "\ufffd")  # PostgreSQL keeps no NUL
    timer.next_at = now + timedelta(minutes=timer.attempts**2)
    if timer.attempts >= ATTEMPTS:
        timer.state = TimerState.DEAD
    session.flush()


def anything_due(session: Session, present: Any) -> bool:
    """Whether something is due at an instant (see `Database.present`): one statement on one index, which
    takes no lock, however many cases are open.
    """
    return session.execute(_due(present).limit(1)).first() is not None


# For people


def page(
    session: Session,
    *,
    by: Person,
    limit: int,
    instance: str | None = None,
    state: str | None = None,
    after: str | None = None,
) -> list[TimerRow]:
    """Up to `limit` timers of the cases that `by` may see, in the order they were armed."""
    statement = select(TimerRow).join(ProcessInstanceRow, ProcessInstanceRow.id == TimerRow.instance_id)
    statement = statement.where(access.visible_instances(by))
    for column, value in ((TimerRow.instance_id, instance), (TimerRow.state, state)):
        if value is not None:
            statement = statement.where(column == value)
    if after is not None:
        statement = statement.where(TimerRow.id > after)
    return list(session.scalars(statement.order_by(TimerRow.id).limit(limit)))


def retry(session: Session, timer_id: str, *, by: Person, now: datetime) -> TimerRow:
    """Let a dead timer try again at once. Raises `NotFound`, `Conflict` when it is not dead, `Forbidden`."""
    found = select(TimerRow).where(TimerRow.id == timer_id)
    owner = session.scalar(found.with_only_columns(TimerRow.instance_id))
    instance = runtime.lock(session, owner) if owner else None
    timer = session.scalars(found).one_or_none()  # once more: it may have gone while we waited for the case
    if instance is None or timer is None:
        raise NotFound("There is no such timer.")
    access.require_visible(session, by, instance)
    if timer.state != TimerState.DEAD:
        raise Conflict("This timer is no dead letter.")
    access.require(by, *access.OPERATORS)
    timer.state, timer.attempts, timer.next_at, timer.error = TimerState.ARMED, 0, now, None
    runtime.record(session, instance, _entry("timer retried", timer), now=now, actor=by.username)
    return timer


def _entry(kind: str, timer: TimerRow, **detail: Any) -> Entry:
    where = {"process": timer.process} if timer.process else {}
    return Entry(kind, timer.element, {**detail, **where})
