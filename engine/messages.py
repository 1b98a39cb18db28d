"""Messages and signals: deliver them to the cases that wait for them.

A message from outside is delivered at once or refused. What a diagram sends is written down with the step
that sent it and arrives in a transaction of its own, so that no case waits for another's lock: once, tried
again while nobody waits for it, and in the end a dead letter that somebody sees.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from engine import access, definitions, escalations, runtime, starts
from engine.bpmn import MESSAGE, SIGNAL, Execution, correlation_text
from engine.definitions import Named
from engine.errors import Conflict, EngineError, Forbidden, NotFound
from engine.people import Person
from engine.sentences import Sentence
from engine.store import process_instances
from engine.store.base import at_flush, attempt, raise_if_cut_off
from engine.store.deliveries import IS_ON_ITS_WAY, DeliveryRow, DeliveryState
from engine.store.history import Entry
from engine.store.process_instances import InstanceState, ProcessInstanceRow
from engine.store.starts import StartEventRow
from engine.store.subscriptions import SubscriptionRow

__all__ = [
    "Awaited",
    "Delivery",
    "DeliveryState",
    "awaited",
    "deliver_next",
    "deliveries",
    "publish",
    "retry",
]

ATTEMPTS = 5
"""How often a delivery is tried before it is a dead letter."""
AGAIN_WHEN_SUSPENDED = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A message that a case waits for, and at which element. Without a correlation key it needs none."""

    token: int
    message: str
    element: str
    name: Named | None
    correlation_key: str | None
    takes_payload: bool


def awaited(
    session: Session, instance_id: str, *, by: Person, now: datetime, limit: int, after: int = 0
) -> list[Awaited]:
    """Up to `limit` messages that a case waits for, after the token `after`: what has waited longest first.
    Those of its clocks come by themselves and are not among them. Raises `NotFound`.
    """
    case = access.see_instance(session, by, instance_id)
    row = SubscriptionRow
    waiting = select(row).where(row.kind == MESSAGE, row.instance_id == case.id, row.token > after)
    told = waiting.where(~row.name.startswith(escalations.MESSAGES, autoescape=True))
    found = session.scalars(told.order_by(row.token).limit(limit)).all()
    if not found:
        return []
    execution = runtime.load(session, case, now)
    names = definitions.names(session, case.definition_id).elements
    return [
        Awaited(
            one.token,
            one.name,
            one.element,
            names.get(one.element),
            one.correlation_key,
            execution.takes_payload(one.token),
        )
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a message went: the case, and the element that caught it."""

    instance: str
    number: str
    element: str


def publish(
    session: Session,
    name: str,
    *,
    by: Person,
    now: datetime,
    correlation_key: str | int | float | None = None,
    instance: str | None = None,
    payload: dict[str, Any] | None = None,
    zone: str = "UTC",
) -> Delivery:
    """Deliver a message to the one case that waits for it, and let the case go on; when none does, begin one
    of the process that begins with it.

    It finds a case by `instance`, by the correlation key, or because only one waits for it. In a case the
    event that has waited longest catches it; a message is caught once. Raises `NotFound` when no case that
    `by` may see waits for it, `Conflict` when several do, `Forbidden`, and `Invalid` when it has a payload
    and the diagram does not say what becomes of one.
    """
    key = None if correlation_key is None else correlation_text(correlation_key)
    waiting = _waiting(name, key, instance).where(access.visible_instances(by))
    found = _hold_waiting(session, waiting)
    if found is None:
        return _begin(session, name, payload or {}, by, now, zone, instance)
    case, subscription = found
    runtime.require_open(case)
    if not access.may_send_messages(by):
        raise Forbidden
    _catch(session, case, subscription, payload or {}, now=now, actor=by.username)
    return Delivery(case.id, case.number, subscription.element)


def _begin(
    session: Session,
    name: str,
    payload: dict[str, Any],
    by: Person,
    now: datetime,
    zone: str,
    instance: str | None,
) -> Delivery:
    start = None if instance is not None else _beginning(session, name)
    if start is None:
        raise NotFound(f"No case waits for the message {name!r} with this key.")
    if not access.may_start(by, definitions.latest(session, start.key)):
        raise Forbidden(f"You may not start {start.key!r}.")
    if start.payload == "":
        runtime.require_own_names(payload, "#/payload")
    told = {"message": name, "payload": payload}
    case = starts.begin(
        session, start, payload, now=now, zone=zone, requester=by.username, actor=by.username, told=told
    )
    return Delivery(case.id, case.number, start.element)


def _beginning(session: Session, name: str) -> StartEventRow | None:
    """The start event of the one process that begins with a message. Raises `Conflict` when several do."""
    found = starts.answering(session, MESSAGE, name)
    if len(found) > 1:
        raise Conflict(Sentence("several-begin"))
    return found[0] if found else None


def _waiting(name: str, key: str | None, instance: str | None = None) -> Select[SubscriptionRow]:
    """The subscriptions that a message could be for."""
    row = SubscriptionRow
    statement = select(row).join(ProcessInstanceRow, ProcessInstanceRow.id == row.instance_id)
    statement = statement.where(row.kind == MESSAGE, row.name == name)
    if instance is not None:
        statement = statement.where(row.instance_id == instance)
    if key is not None:
        statement = statement.where(or_(row.correlation_key == key, row.correlation_key.is_(None)))
    elif instance is None:
        statement = statement.where(row.correlation_key.is_(None))
    return statement


def _hold_waiting(
    session: Session, waiting: Select[SubscriptionRow]
) -> tuple[ProcessInstanceRow, SubscriptionRow] | None:
    """The one case that waits, locked, and what has waited there longest. Raises `Conflict` when several
    do.
    """
    cases = session.scalars(waiting.with_only_columns(SubscriptionRow.instance_id).distinct().limit(2)).all()
    if len(cases) > 1:
        raise Conflict(Sentence("several-wait"))
    case = runtime.lock(session, cases[0]) if cases else None
    oldest = waiting.order_by(SubscriptionRow.token).limit(1)
    # Looked up under the lock: another message may have been caught while we waited for it.
    subscription = session.scalar(oldest.where(SubscriptionRow.instance_id == case.id)) if case else None
    return None if case is None or subscription is None else (case, subscription)


def _catch(
    session: Session,
    case: ProcessInstanceRow,
    subscription: SubscriptionRow,
    payload: dict[str, Any],
    *,
    now: datetime,
    actor: str | None,
    **told: Any,
) -> None:
    """Let the event at a subscription of a locked case catch what it waits for."""
    kind = subscription.kind

    def act(execution: Execution) -> None:
        if kind == MESSAGE and payload:
            runtime.require_use(execution.takes_payload(subscription.token))
        detail = {"message": subscription.name, "payload": payload, **told}
        where = execution.whereabouts(subscription.token)
        entries.append(Entry(kind, subscription.element, detail | where))
        execution.fire(subscription.token, payload)

    entries: list[Entry] = []
    runtime.advance(session, case, act, now=now, actor=actor, entries=entries)


# What diagrams send


def deliver_next(session: Session, now: datetime) -> bool:
    """Let the message or signal that has been on its way longest arrive, in the caller's transaction. Whether
    there was one that nobody else is delivering.

    One that cannot arrive is tried again after 1, 4, 9 and 16 minutes; the fifth failure makes it a dead
    letter, which the history of the case that sent it tells. What is for a suspended case waits. A signal
    whose receiver no longer waits for it has nobody left to reach, and goes.
    """
    due = select(DeliveryRow).where(IS_ON_ITS_WAY, DeliveryRow.next_at <= now)
    first = (
        due.order_by(DeliveryRow.next_at, DeliveryRow.position, DeliveryRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    delivery = session.scalars(first).first()
    if delivery is None:
        return False
    try:
        with attempt(session):
            _arrive(session, delivery, now)
    except Exception as error:  # one must not stop the rest
        raise_if_cut_off(session, error)
        _spend_attempt(session, delivery, now, error)
    return True


def _arrive(session: Session, delivery: DeliveryRow, now: datetime) -> None:
    start = _start_for(session, delivery)
    if start is not None:
        _begin_for(session, delivery, start, now)
        return
    found = (
        _receiver_of_signal(session, delivery) if delivery.kind == SIGNAL else _receiver(session, delivery)
    )
    if found is None:
        session.delete(delivery)
        return
    case, subscription = found
    if case.state == InstanceState.SUSPENDED:
        delivery.next_at = at_flush(session, now) + AGAIN_WHEN_SUSPENDED
        return
    payload, told = dict(delivery.payload), _sender(session, delivery, case)
    session.delete(delivery)
    _catch(session, case, subscription, payload, now=now, actor=None, **told)


def _start_for(session: Session, delivery: DeliveryRow) -> StartEventRow | None:
    """The start event it begins a case at: a signal at the one it is for, a message when no case waits."""
    if delivery.kind == SIGNAL:
        found = starts.answering(session, SIGNAL, delivery.name) if delivery.starts else []
        return next((start for start in found if start.key == delivery.starts), None)
    waiting = _waiting(delivery.name, delivery.correlation_key)
    taken = session.scalars(waiting.with_only_columns(SubscriptionRow.id).limit(1)).first() is not None
    return None if taken else _beginning(session, delivery.name)


def _begin_for(session: Session, delivery: DeliveryRow, start: StartEventRow, now: datetime) -> None:
    """Begin a case for the requester of the one that sent it."""
    row = ProcessInstanceRow
    sender = select(row.number, row.requester).where(row.id == delivery.instance_id)
    number, requester = session.execute(sender).one()
    payload = dict(delivery.payload)
    told = {"message": delivery.name, "payload": payload, "from": number}
    session.delete(delivery)
    starts.begin(session, start, payload, now=now, requester=requester, told=told)


def _sender(session: Session, delivery: DeliveryRow, receiver: ProcessInstanceRow) -> dict[str, str]:
    """What the receiver's history says of the case it came from, if that is another."""
    if delivery.instance_id == receiver.id:
        return {}
    row = ProcessInstanceRow
    return {"from": session.scalars(select(row.number).where(row.id == delivery.instance_id)).one()}


def _receiver(session: Session, delivery: DeliveryRow) -> tuple[ProcessInstanceRow, SubscriptionRow]:
    found = _hold_waiting(session, _waiting(delivery.name, delivery.correlation_key))
    if found is None:
        raise Conflict(Sentence("nobody-waits"))
    return found


def _receiver_of_signal(
    session: Session, delivery: DeliveryRow
) -> tuple[ProcessInstanceRow, SubscriptionRow] | None:
    case = process_instances.locked(session, str(delivery.receiver_id))
    row = SubscriptionRow
    mine = select(row).where(row.instance_id == delivery.receiver_id, row.token == delivery.token)
    subscription = session.scalars(mine).one_or_none()
    return None if case is None or subscription is None else (case, subscription)


def _spend_attempt(session: Session, delivery: DeliveryRow, now: datetime, error: Exception) -> None:
    if not isinstance(error, EngineError):
        log.error("delivery failed", delivery=delivery.id, instance=delivery.instance_id, exc_info=error)
    delivery.next_at = at_flush(session, now) + delivery.fail(error)
    if delivery.attempts >= ATTEMPTS:
        delivery.state = DeliveryState.DEAD
        sender = runtime.lock(session, delivery.instance_id)
        runtime.remark(session, sender, _entry("not delivered", delivery), now=now, actor=None)
    session.flush()


def deliveries(
    session: Session,
    *,
    by: Person,
    limit: int,
    instance: str | None = None,
    state: str | None = None,
    after: str | None = None,
) -> list[DeliveryRow]:
    """Up to `limit` messages and signals that cases which `by` may see have sent and that have not arrived
    yet, in the order they were sent.
    """
    return access.rows_of_cases(
        session, DeliveryRow, by, limit=limit, after=after, instance_id=instance, state=state
    )


def retry(session: Session, delivery_id: str, *, by: Person, now: datetime) -> DeliveryRow:
    """Send a dead letter once more, at once. Raises `NotFound`, `Conflict` when it is none, `Forbidden`."""
    held = select(DeliveryRow).where(DeliveryRow.id == delivery_id).with_for_update()
    delivery = session.scalars(held).one_or_none()
    if delivery is None:
        raise NotFound("There is no such delivery.")
    sender = runtime.lock(session, delivery.instance_id)
    access.require_visible(session, by, sender, "delivery")
    if delivery.state != DeliveryState.DEAD:
        raise Conflict("This delivery is no dead letter.")
    access.require(by, *access.OPERATORS)
    delivery.state, delivery.next_at = DeliveryState.ON_ITS_WAY, now
    delivery.begin_anew()
    runtime.remark(session, sender, _entry("delivery retried", delivery), now=now, actor=by.username)
    return delivery


def _entry(kind: str, delivery: DeliveryRow) -> Entry:
    told = {"sent": delivery.kind, "message": delivery.name, "error": delivery.error, "cause": delivery.cause}
    return Entry(kind, delivery.element, told | delivery.whereabouts)
