"""Messages from outside: find the case that waits for one, and deliver it there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from engine import access, definitions, runtime
from engine.bpmn import Execution, correlation_text
from engine.definitions import Named
from engine.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from engine.people import Person
from engine.store.history import Entry
from engine.store.messages import SubscriptionRow
from engine.store.process_instances import ProcessInstanceRow


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
    Raises `NotFound`.
    """
    case = access.see_instance(session, by, instance_id)
    row = SubscriptionRow
    waiting = select(row).where(row.instance_id == case.id, row.token > after)
    found = session.scalars(waiting.order_by(row.token).limit(limit)).all()
    if not found:
        return []
    execution = runtime.load(session, case, now)
    names = definitions.names(session, case.definition_id).elements
    return [
        Awaited(
            one.token,
            one.message,
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
) -> Delivery:
    """Deliver a message to the one case that waits for it, and let the case go on.

    It finds a case by `instance`, by the correlation key, or because only one waits for it. In a case the
    event that has waited longest catches it; a message is caught once. Raises `NotFound` when no case that
    `by` may see waits for it, `Conflict` when several do, `Forbidden`, and `Invalid` when it has a payload
    and the diagram does not say what becomes of one.
    """
    key = None if correlation_key is None else correlation_text(correlation_key)
    waiting = _waiting(name, key, instance, by)
    cases = session.scalars(waiting.with_only_columns(SubscriptionRow.instance_id).distinct().limit(2)).all()
    if len(cases) > 1:
        raise Conflict("Several cases wait for this message. Name one, or give a correlation key.")
    case = runtime.lock(session, cases[0]) if cases else None
    oldest = waiting.order_by(SubscriptionRow.token).limit(1)
    # Looked up under the lock: another message may have been caught while we waited for it.
    subscription = session.scalar(oldest.where(SubscriptionRow.instance_id == case.id)) if case else None
    if case is None or subscription is None:
        raise NotFound(f"No case waits for the message {name!r} with this key.")
    runtime.require_open(case)
    if not access.may_send_messages(by):
        raise Forbidden
    return _deliver(session, case, subscription, payload, by, now)


def _waiting(name: str, key: str | None, instance: str | None, by: Person) -> Select[SubscriptionRow]:
    """The subscriptions of cases that `by` may see which a message could be for."""
    row = SubscriptionRow
    statement = select(row).join(ProcessInstanceRow, ProcessInstanceRow.id == row.instance_id)
    statement = statement.where(row.message == name, access.visible_instances(by))
    if instance is not None:
        statement = statement.where(row.instance_id == instance)
    if key is not None:
        statement = statement.where(or_(row.correlation_key == key, row.correlation_key.is_(None)))
    elif instance is None:
        statement = statement.where(row.correlation_key.is_(None))
    return statement


def _deliver(
    session: Session,
    case: ProcessInstanceRow,
    subscription: SubscriptionRow,
    payload: dict[str, Any] | None,
    by: Person,
    now: datetime,
) -> Delivery:
    def act(execution: Execution) -> None:
        if payload and not execution.takes_payload(subscription.token):
            raise Invalid(
                [
                    Problem(
                        "The diagram does not say what becomes of a payload of this message.",
                        pointer="#/payload",
                    )
                ]
            )
        detail = {"message": subscription.message, "payload": payload or {}}
        where = execution.whereabouts(subscription.token)
        entries.append(Entry("message", subscription.element, detail | where))
        execution.fire(subscription.token, payload or {})

    entries: list[Entry] = []
    runtime.advance(session, case, act, now=now, actor=by.username, entries=entries)
    return Delivery(case.id, case.number, subscription.element)
