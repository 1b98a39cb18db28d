"""Timers: fire what is due, the thresholds of clocks too. Called by every node's sweep; the rows decide what
is due, and what is due fires once.

A batch is one transaction. It takes up to `BATCH` cases that have something due inside, and more in which
nothing has to be looked at, in the order of their ids against deadlock, leaving out those another node holds;
each timer fires in a savepoint of its own, so that one that fails neither undoes nor stops the rest.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, and_, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from engine import access, bpmn, clockwork, errors, escalations, runtime
from engine.bpmn import Execution
from engine.durations import format_instant
from engine.errors import Conflict, NotFound
from engine.escalations import Firing
from engine.people import Person
from engine.store import clocks, process_instances
from engine.store.base import at_flush, attempt, raise_if_cut_off, table_of
from engine.store.clocks import ClockRow
from engine.store.deliveries import IS_ON_ITS_WAY, DeliveryRow
from engine.store.history import Entry
from engine.store.process_instances import OPEN_STATES, ProcessInstanceRow
from engine.store.starts import StartEventRow
from engine.store.subscriptions import SubscriptionRow
from engine.store.timers import IS_ARMED, TimerRow, TimerState

__all__ = ["Swept", "TimerState", "due_kinds", "next_due", "page", "retry", "sweep"]

BATCH = 20
"""Cases a transaction takes in which something may have to be moved."""
LOOK = 200
"""How many due timers and clocks are looked at for them."""
BATCH_SECONDS = 0.5
ATTEMPTS = 5
"""How often a timer is tried before it is a dead letter."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Swept:
    """What one batch did: `lateness` in seconds, one for each timer fired, from when it was due to when it
    fired; `thresholds` the same for those of clocks, of which `breaches` were targets run out.

    All of it by the clock that tells what is due: the database's, on SQLite the system's. If that is set
    ahead, what it passes over is late by as much, though nobody waited; if it is set back, what is due waits
    until its time is shown again, and is not late by that.
    """

    cases: int = 0
    failed: int = 0
    lateness: list[float] = field(default_factory=list)
    thresholds: list[float] = field(default_factory=list)
    breaches: int = 0

    @property
    def fired(self) -> int:
        return len(self.lateness) + len(self.thresholds)


@dataclass(order=True, frozen=True, slots=True)
class _Due:
    """Something to be fired in a case of which the state is needed: a timer, or a threshold of a clock. In
    the order in which it is done.
    """

    next_at: datetime
    due_at: datetime
    instance_id: str
    token: int
    timer: TimerRow | None = field(default=None, compare=False)
    clock_id: str = field(default="", compare=False)
    threshold: str = field(default="", compare=False)


def sweep(session: Session, now: datetime) -> Swept:
    """Fire what is due at `now`, in the order it was due.

    1. Hold some of the cases that have waited longest; those that somebody else holds are passed over.
    2. Thresholds that no diagram waits for need no case: fire those of all cases at once.
    3. What is left goes case by case into the diagram, timers and thresholds together in their order.

    A batch that takes long ends early, so that SQLite's other writers get a turn; what is left stays due.
    """
    heads = _hold_due(session, now)
    swept = Swept(cases=len(heads))
    timers = _due_timers(session, heads, now)
    firings = _due_firings(session, heads, now)
    inside = {timer.instance_id for timer in timers}
    inside |= {firing.instance.id for firing in firings if firing.caught and not firing.rests}
    _fire_plain(session, [firing for firing in firings if firing.instance.id not in inside], now, swept)
    due = [_Due(t.next_at, t.due_at, t.instance_id, t.token, timer=t) for t in timers]
    due += [_as_due(firing) for firing in firings if firing.instance.id in inside]
    _fire_inside(session, _whole(session, inside), sorted(due), now, swept)
    return swept


def _as_due(firing: Firing) -> _Due:
    at = clockwork.next_of(firing.entry) or firing.due
    return _Due(
        at, firing.due, firing.instance.id, 0, clock_id=firing.clock.id, threshold=firing.entry["name"]
    )


def _fire_inside(
    session: Session, held: dict[str, ProcessInstanceRow], due: list[_Due], now: datetime, swept: Swept
) -> None:
    moved: set[str] = set()
    deadline = time.monotonic() + BATCH_SECONDS
    for each in due:
        if moved and time.monotonic() > deadline:
            break
        if each.timer is None:
            _fire_threshold(session, held, each, now, swept)
        elif each.instance_id not in moved or _is_there(session, each.timer):
            _fire(session, held, each.timer, now, swept)
        moved.add(each.instance_id)


def _hold_due(session: Session, now: datetime) -> dict[str, ProcessInstanceRow]:
    """The cases waiting longest, held and by id, without their states."""
    passed = 0
    while found := session.execute(_due(now).offset(passed).limit(LOOK)).all():
        tried: set[str] = set()
        while ids := _first_cases(found, tried):
            if held := process_instances.held(session, ids, bpmn.FORMAT):
                return {instance.id: instance for instance in held}
            tried |= ids  # somebody else holds them all
        passed += LOOK
    return {}


def _first_cases(found: Iterable[Any], tried: Collection[str]) -> set[str]:
    """As many cases as a batch takes: few of those in which something may have to be moved."""
    cases: set[str] = set()
    inside = 0
    for row in found:
        if row.instance_id not in cases and row.instance_id not in tried:
            inside += row.inside
            if inside > BATCH:
                break
            cases.add(row.instance_id)
    return cases


def _whole(session: Session, ids: Collection[str]) -> dict[str, ProcessInstanceRow]:
    """Cases that are held, with their states."""
    if not ids:
        return {}
    found = session.scalars(select(ProcessInstanceRow).where(ProcessInstanceRow.id.in_(ids))).all()
    for instance in found:
        session.expunge(instance)  # values, as `runtime.lock` gives them
    return {instance.id: instance for instance in found}


def _fire(
    session: Session, held: dict[str, ProcessInstanceRow], timer: TimerRow, now: datetime, swept: Swept
) -> None:
    """Fire one timer in a savepoint."""
    instance, token, due_at = held[timer.instance_id], timer.token, timer.due_at
    entry = _entry("timer fired", timer, due=format_instant(due_at))

    def act(case: Execution) -> None:
        case.fire(token)

    try:
        with attempt(session):
            runtime.advance(session, instance, act, now=now, actor=None, entries=[entry])
        swept.lateness.append((at_flush(session, now) - due_at).total_seconds())
    except Exception as error:  # one timer must not stop the rest
        raise_if_cut_off(session, error)
        _fail(session, timer, now, error)
        swept.failed += 1
        held[instance.id] = runtime.lock(session, instance.id)  # as it was before the attempt


_ARMED_CLOCK = table_of(ClockRow).c
_SUBSCRIPTION = table_of(SubscriptionRow).c
_CATCHES = and_(
    _SUBSCRIPTION.kind == bpmn.MESSAGE,
    _SUBSCRIPTION.name.startswith(escalations.MESSAGES, autoescape=True),
)


def _due(present: Any) -> Select[Any]:
    """(case, whether something inside it may have to be moved) of what is due at an instant, what has waited
    longest first: two indexes, whatever is open.
    """
    waits = select(1).where(_SUBSCRIPTION.instance_id == _ARMED_CLOCK.instance_id, _CATCHES).exists()
    timer = select(TimerRow.instance_id, TimerRow.next_at, literal(1).label("inside"))
    clock = select(_ARMED_CLOCK.instance_id, _ARMED_CLOCK.next_at, case((waits, 1), else_=0))
    both = union_all(
        timer.where(IS_ARMED, TimerRow.next_at <= present), clock.where(_ARMED_CLOCK.next_at <= present)
    ).subquery()
    return select(both.c.instance_id, both.c.inside).order_by(both.c.next_at)


def _due_timers(session: Session, cases: Collection[str], now: datetime) -> list[TimerRow]:
    theirs = select(TimerRow).where(TimerRow.instance_id.in_(cases), IS_ARMED, TimerRow.next_at <= now)
    return list(session.scalars(theirs)) if cases else []


# Thresholds


def _due_firings(session: Session, heads: Mapping[str, ProcessInstanceRow], now: datetime) -> list[Firing]:
    """The thresholds that are due in these cases, in their order."""
    found = clocks.due_of(session, heads, now) if heads else []
    if not found:
        return []
    caught = _caught(session, {clock.instance_id for clock in found})
    firings = [
        Firing(
            heads[clock.instance_id],
            clock,
            entry,
            (clock.instance_id, escalations.message_of(clock, entry)) in caught,
        )
        for clock in found
        for entry in clockwork.due_now(clock, now)
    ]
    return sorted(firings, key=lambda firing: (firing.due, firing.clock.id))


def _caught(session: Session, cases: Collection[str]) -> set[tuple[str, str]]:
    """(case, message) of what diagrams wait for of their clocks."""
    waiting = select(SubscriptionRow.instance_id, SubscriptionRow.name)
    found = session.execute(waiting.where(SubscriptionRow.instance_id.in_(cases), _CATCHES))
    return {(instance, message) for instance, message in found}


def _fire_plain(session: Session, firings: list[Firing], now: datetime, swept: Swept) -> None:
    """Fire thresholds that move no case: all in one savepoint, and if that fails each in one of its own."""
    if not firings:
        return
    try:
        with attempt(session):
            told = escalations.fire(session, firings, at_flush(session, now))
        _count(swept, told)
    except Exception as error:
        raise_if_cut_off(session, error)
        log.error("thresholds failed", count=len(firings), exc_info=error)
        alone: dict[str, ProcessInstanceRow] = {}
        for firing in firings:
            due = _as_due(firing)
            alone[due.instance_id] = runtime.lock(session, due.instance_id)
            _fire_threshold(session, alone, due, now, swept)


def _count(swept: Swept, firings: Iterable[Firing]) -> None:
    for firing in firings:
        swept.thresholds.append(firing.entry["late"])
        swept.breaches += firing.entry["name"] == clockwork.BREACH.name


def _fire_threshold(
    session: Session, held: dict[str, ProcessInstanceRow], due: _Due, now: datetime, swept: Swept
) -> None:
    """Fire one threshold in a savepoint, and let the diagram catch it where it waits for it. What went before
    may have disarmed it.
    """
    instance = held[due.instance_id]
    try:
        with attempt(session):
            firing = _firing(session, instance, due, now)
            if firing is None:
                return
            told = escalations.fire(session, [firing], at_flush(session, now))
            if not firing.rests:
                _deliver(session, firing, now)
        _count(swept, told)
    except Exception as error:  # one threshold must not stop the rest
        raise_if_cut_off(session, error)
        held[instance.id] = instance = runtime.lock(session, instance.id)  # as it was before the attempt
        _fail_threshold(session, instance, due, now, error)
        swept.failed += 1


def _firing(session: Session, instance: ProcessInstanceRow, due: _Due, now: datetime) -> Firing | None:
    clock = clocks.get(session, due.clock_id)
    found = [] if clock is None else [e for e in clockwork.due_now(clock, now) if e["name"] == due.threshold]
    if clock is None or not found:
        return None
    firing = Firing(instance, clock, found[0])
    return replace(firing, caught=bool(_catchers(session, firing)))


def _catchers(session: Session, firing: Firing) -> list[Any]:
    """(token, element) of what waits for a threshold in its case, what has waited longest first."""
    waiting = select(SubscriptionRow.token, SubscriptionRow.element).where(
        SubscriptionRow.instance_id == firing.instance.id,
        SubscriptionRow.kind == bpmn.MESSAGE,
        SubscriptionRow.name == firing.message,
    )
    return list(session.execute(waiting.order_by(SubscriptionRow.token)).all())


def _deliver(session: Session, firing: Firing, now: datetime) -> None:
    """Send the message of a threshold to all that wait for it in its case now; it is never kept for later."""
    if firing.instance.state not in OPEN_STATES:
        return
    payload = {"clock": firing.clock.name, "threshold": firing.entry["name"], "due": firing.entry["due"]}
    for token, element in _catchers(session, firing):

        def act(execution: Execution, token: int = token) -> None:
            if execution.waits_at(token):
                execution.fire(token, dict(payload))

        entry = Entry("message", element, {"message": firing.message, "payload": payload})
        runtime.advance(session, firing.instance, act, now=now, actor=None, entries=[entry])


def _fail_threshold(
    session: Session, instance: ProcessInstanceRow, due: _Due, now: datetime, error: Exception
) -> None:
    """Spend an attempt, as of a timer; with none left, the case's history tells that it was given up."""
    log.error("threshold failed", clock=due.clock_id, threshold=due.threshold, exc_info=error)
    clock = clocks.get(session, due.clock_id)
    entry = next((e for e in clock.thresholds if e["name"] == due.threshold), None) if clock else None
    if clock is None or entry is None:
        return
    entry["tries"] += 1
    entry["cause"] = errors.kept(error)
    entry["again"] = format_instant(now + timedelta(minutes=entry["tries"] ** 2))
    if entry["tries"] >= ATTEMPTS:
        escalations.give_up(session, Firing(instance, clock, entry), now)
    clockwork.arm(clock)
    clocks.put(session, [clock])


def _is_there(session: Session, timer: TimerRow) -> bool:
    return session.scalar(select(TimerRow.id).where(TimerRow.id == timer.id)) is not None


def _fail(session: Session, timer: TimerRow, now: datetime, error: Exception) -> None:
    """Spend an attempt: try again after 1, 4, 9... minutes; with none left, the timer is a dead letter."""
    log.error(
        "timer failed", timer=timer.id, instance=timer.instance_id, element=timer.element, exc_info=error
    )
    timer.next_at = now + timer.fail(error)
    if timer.attempts >= ATTEMPTS:
        timer.state = TimerState.DEAD
    session.flush()


MOVES, DELIVERIES, STARTS = "moves", "deliveries", "starts"


def due_kinds(session: Session, present: Any) -> set[str]:
    """Whether timers or thresholds (`MOVES`) are due at an instant (see `Database.present`), something that
    was sent (`DELIVERIES`), or cases that begin by themselves (`STARTS`): one statement on indexes, which
    takes no lock, however many cases are open.
    """
    moves = _due(present).limit(1).subquery()
    sent = select(DeliveryRow.id).where(IS_ON_ITS_WAY, DeliveryRow.next_at <= present)
    arrives = sent.order_by(DeliveryRow.next_at).limit(1).subquery()
    # Not EXISTS, within which PostgreSQL forgets the limit, and with it the indexes.
    begins = select(StartEventRow.id).where(StartEventRow.next_at <= present)
    begins = begins.order_by(StartEventRow.next_at).limit(1)
    kinds = ((MOVES, moves), (DELIVERIES, arrives), (STARTS, begins.subquery()))
    return set(session.scalars(union_all(*(select(literal(kind)).select_from(due) for kind, due in kinds))))


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many timers, and clocks with a threshold to come, are armed and how many messages and signals are
    on their way, and how many of these are overdue.
    """

    armed: dict[str, int]
    overdue: dict[str, int]


def outlook(session: Session, present: Any) -> Outlook:
    """What is to be fired, in one statement."""
    late = func.coalesce(func.sum(case((TimerRow.next_at <= present, 1), else_=0)), 0)
    timer = select(literal("timer"), func.count(), late).where(IS_ARMED)
    overdue = func.coalesce(func.sum(case((_ARMED_CLOCK.next_at <= present, 1), else_=0)), 0)
    clock = select(literal("clock"), func.count(), overdue).where(_ARMED_CLOCK.next_at.is_not(None))
    behind = func.coalesce(func.sum(case((DeliveryRow.next_at <= present, 1), else_=0)), 0)
    delivery = select(literal("delivery"), func.count(), behind).where(IS_ON_ITS_WAY)
    counted = session.execute(union_all(timer, clock, delivery)).all()
    return Outlook(
        {kind: count for kind, count, _ in counted}, {kind: int(late) for kind, _, late in counted}
    )


def next_due(session: Session) -> datetime | None:
    """When the next timer, threshold, delivery or start falls due, or fell due; None when there is none. For
    those who move the clock themselves.
    """
    timer, clock, delivery = TimerRow.next_at, _ARMED_CLOCK.next_at, DeliveryRow.next_at
    start = StartEventRow.next_at
    nexts = (
        session.scalar(select(timer).where(IS_ARMED).order_by(timer).limit(1)),
        session.scalar(select(clock).where(clock.is_not(None)).order_by(clock).limit(1)),
        session.scalar(select(delivery).where(IS_ON_ITS_WAY).order_by(delivery).limit(1)),
        session.scalar(select(start).where(start.is_not(None)).order_by(start).limit(1)),
    )
    return min((at for at in nexts if at is not None), default=None)


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
    return access.rows_of_cases(
        session, TimerRow, by, limit=limit, after=after, instance_id=instance, state=state
    )


def retry(session: Session, timer_id: str, *, by: Person, now: datetime) -> TimerRow:
    """Let a dead timer try again at once. Raises `NotFound`, `Conflict` when it is not dead, `Forbidden`."""
    found = select(TimerRow).where(TimerRow.id == timer_id)
    owner = session.scalar(found.with_only_columns(TimerRow.instance_id))
    instance = runtime.lock(session, owner) if owner else None
    timer = session.scalars(found).one_or_none()  # once more: it may have gone while we waited for the case
    if instance is None or timer is None:
        raise NotFound("There is no such timer.")
    access.require_visible(session, by, instance, "timer")
    if timer.state != TimerState.DEAD:
        raise Conflict("This timer is no dead letter.")
    access.require(by, *access.OPERATORS)
    timer.state, timer.next_at = TimerState.ARMED, now
    timer.begin_anew()
    runtime.record(session, instance, _entry("timer retried", timer), now=now, actor=by.username)
    return timer


def _entry(kind: str, timer: TimerRow, **detail: Any) -> Entry:
    return Entry(kind, timer.element, detail | timer.whereabouts)
