"""Start events: what begins a case by itself, at a time, with a message or with a signal.

Those of a process' latest version are rows, written when it is deployed. A timer begins each of its cases
once, in the transaction that tells when the next is due.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import bpmn, definitions, durations, policies, runtime
from engine.store.base import at_flush, attempt, raise_if_cut_off
from engine.store.deployments import ProcessDefinitionRow
from engine.store.process_instances import ProcessInstanceRow
from engine.store.starts import StartEventRow

LONGEST_WAIT = timedelta(minutes=30)
"""The most there is between two attempts to begin a case at its time: it is never given up."""

log = structlog.get_logger(__name__)


def replace(
    session: Session,
    definition: ProcessDefinitionRow,
    starts: Sequence[bpmn.Start],
    *,
    now: datetime,
    zone: str,
) -> None:
    """Let a new version of a process begin by its own start events, and by those of no earlier version.
    Timers count from `now`.
    """
    session.execute(delete(StartEventRow).where(StartEventRow.key == definition.key))
    session.add_all([_row(definition, start, now, zone) for start in starts])
    session.flush()


def _row(definition: ProcessDefinitionRow, start: bpmn.Start, now: datetime, zone: str) -> StartEventRow:
    plan = bpmn.first_time(*start.timer, now, durations.zone(zone)) if start.timer else {}
    due = plan.pop("due", None)
    return StartEventRow(
        definition_id=definition.id,
        key=definition.key,
        element=start.element,
        kind=start.kind,
        name=start.name,
        payload=start.payload,
        zone=zone,
        plan=plan,
        due_at=due,
        next_at=due,
        attempts=0,
        cause=None,
    )


def of_process(session: Session, key: str, *, limit: int, after: str = "") -> list[StartEventRow]:
    """Up to `limit` start events by which a process begins by itself, in the order of their elements, after
    the element `after`. Raises `NotFound` when there is no such process.
    """
    definitions.latest(session, key)
    mine = select(StartEventRow).where(StartEventRow.key == key, StartEventRow.element > after)
    return list(session.scalars(mine.order_by(StartEventRow.element).limit(limit)))


def answering(session: Session, kind: str, name: str) -> list[StartEventRow]:
    """The start events that begin a case with a message or signal of this name, by the keys of their
    processes.
    """
    row = StartEventRow
    return list(session.scalars(select(row).where(row.kind == kind, row.name == name).order_by(row.key)))


def begin(
    session: Session,
    start: StartEventRow,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    zone: str | None = None,
    requester: str | None = None,
    actor: str | None = None,
    told: Mapping[str, Any] | None = None,
) -> ProcessInstanceRow:
    """Begin a case at a start event, for a requester if somebody caused it. `told` goes into the first entry
    of its history. Raises `Invalid` when the payload of a message has nowhere to go.
    """
    what = runtime.Beginning(
        variables=_variables(start, payload),
        requester=requester,
        title=None,
        service=None,
        zone=zone or start.zone,
        organisation=policies.organisation_of(session, requester),
        at=start.element,
        told=told or {},
    )
    definition = session.get_one(ProcessDefinitionRow, start.definition_id)
    return runtime.begin(session, definition, what, now=now, actor=actor)


def _variables(start: StartEventRow, payload: Mapping[str, Any]) -> dict[str, Any]:
    if start.payload:
        return {start.payload: dict(payload)}
    if payload and start.kind == bpmn.MESSAGE:
        runtime.require_use(start.payload is not None)
    variables = dict(payload) if start.payload == "" else {}
    runtime.require_names(variables, "#/payload")
    return variables


def begin_next(session: Session, now: datetime) -> bool:
    """Begin the case whose time has come first, in the caller's transaction. Whether there was one that
    nobody else is beginning.

    Every time of a repetition begins a case, in order, once, after an outage too. An attempt that fails is
    made again after 1, 4, 9... minutes, at most half an hour.
    """
    due = select(StartEventRow).where(StartEventRow.next_at <= now).order_by(StartEventRow.next_at)
    start = session.scalars(due.limit(1).with_for_update(skip_locked=True)).first()
    if start is None:
        return False
    try:
        with attempt(session):
            due_at = durations.format_instant(start.due_at or now)
            begin(session, start, {}, now=now, told={"due": due_at})
            _arm_next(start)
    except Exception as error:  # one must not stop the rest
        raise_if_cut_off(session, error)
        log.error("start failed", process=start.key, element=start.element, exc_info=error)
        start.next_at = at_flush(session, now) + min(start.fail(error), LONGEST_WAIT)
    session.flush()
    return True


def _arm_next(start: StartEventRow) -> None:
    following = bpmn.next_time(start.plan, durations.zone(start.zone)) or {}
    start.due_at = start.next_at = following.pop("due", None)
    start.plan = {**start.plan, **following}
    start.begin_anew()
