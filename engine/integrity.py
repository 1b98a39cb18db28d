"""Whether what the database holds fits together: each case's history, and what it waits for."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from engine import clocks, history, runtime
from engine.bpmn import NewerFormat
from engine.history import Fault
from engine.store.base import hold_still
from engine.store.history import HistoryRow
from engine.store.jobs import JobRow
from engine.store.process_instances import InstanceState, ProcessInstanceRow
from engine.store.subscriptions import SubscriptionRow
from engine.store.timers import TimerRow
from engine.store.user_tasks import IS_OPEN, CandidateRow, UserTaskRow

CASES_AT_ONCE = 100

_ENDED = ProcessInstanceRow.state.in_((InstanceState.COMPLETED, InstanceState.CANCELLED))


@dataclass(frozen=True, slots=True)
class _Wait:
    """A kind of row that stands for a token of a case that waits."""

    noun: str
    kind: str
    table: Any
    condition: Any = true()  # noqa: RUF009 - a constant of SQLAlchemy's


_WAITS = (
    _Wait("user task", "task", UserTaskRow, IS_OPEN),
    _Wait("timer", "timer", TimerRow),
    _Wait("subscription", "subscription", SubscriptionRow),
    _Wait("job", "job", JobRow),
)


def verify(session: Session, now: datetime) -> Iterator[Fault]:
    """Every fault there is, in a fresh reading transaction, which sees one instant throughout.

    1. Each case's history is whole and as it was written.
    2. Whatever belongs to a case belongs to one that is there.
    3. Nothing waits for a case that has ended.
    4. Every service-level clock stands as its events say.
    5. In a case that runs, what waits in the tables is what its tokens wait for, neither more nor less.
    """
    hold_still(session)
    yield from history.verify(session)
    yield from _without_a_case(session)
    yield from _for_an_ended_case(session)
    yield from _candidates_of_closed_tasks(session)
    for found in clocks.recompute(session):
        stored = f"{found.what} is {found.stored}, and by its events {found.computed}"
        yield Fault(f"The clock {found.clock} does not stand as its events say: {stored}.", found.case)
    for cases in _running(session):
        yield from _without_a_token(session, cases, now)


def _without_a_case(session: Session) -> Iterator[Fault]:
    known = select(ProcessInstanceRow.id)
    for noun, table in (*((wait.noun, wait.table) for wait in _WAITS), ("history entry", HistoryRow)):
        lost = select(table.instance_id, func.count()).where(table.instance_id.not_in(known))
        for instance_id, count in session.execute(lost.group_by(table.instance_id)):
            yield Fault(f"The case {instance_id} is not there, but has {count} of this kind: {noun}.")


def _for_an_ended_case(session: Session) -> Iterator[Fault]:
    for wait in _WAITS:
        left = select(ProcessInstanceRow.number, wait.table.element).join(
            ProcessInstanceRow, ProcessInstanceRow.id == wait.table.instance_id
        )
        for number, element in session.execute(left.where(wait.condition, _ENDED)):
            yield Fault(f"The case has ended, but a {wait.noun} at {element} still waits.", number)


def _candidates_of_closed_tasks(session: Session) -> Iterator[Fault]:
    still_open = select(UserTaskRow.id).where(IS_OPEN)
    left = select(CandidateRow.task_id).where(CandidateRow.task_id.not_in(still_open)).distinct()
    for task_id in session.scalars(left):
        yield Fault(f"The user task {task_id} is not open, but still has candidates.")


def _running(session: Session) -> Iterator[list[ProcessInstanceRow]]:
    """The cases that have not ended, some at a time."""
    after = ""
    while True:
        statement = select(ProcessInstanceRow).where(~_ENDED, ProcessInstanceRow.id > after)
        cases = list(session.scalars(statement.order_by(ProcessInstanceRow.id).limit(CASES_AT_ONCE)))
        if not cases:
            return
        yield cases
        after = cases[-1].id
        session.expunge_all()


def _without_a_token(session: Session, cases: list[ProcessInstanceRow], now: datetime) -> Iterator[Fault]:
    waiting = _waiting(session, cases)
    for case in cases:
        try:
            execution = runtime.load(session, case, now)
        except NewerFormat:
            continue  # no fault, and none of ours to judge
        except Exception as error:  # whatever is wrong with a state, the other cases are to be looked at
            yield Fault(f"Its state cannot be read: {type(error).__name__}: {error}", case.number)
            continue
        awaited = execution.awaited()
        for wait in _WAITS:
            stored, wanted = waiting[case.id, wait.kind], awaited[wait.kind]
            for token, element in stored.items():
                if token not in wanted:
                    yield Fault(
                        f"A {wait.noun} at {element} waits for a token that the case does not have.",
                        case.number,
                    )
            for token in wanted - stored.keys():
                yield Fault(f"The case waits for a {wait.noun} that is missing (token {token}).", case.number)


def _waiting(session: Session, cases: list[ProcessInstanceRow]) -> dict[tuple[str, str], dict[int, str]]:
    """The element of each token that something in the tables waits for, by case and kind."""
    found: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    ids = [case.id for case in cases]
    for wait in _WAITS:
        rows = select(wait.table.instance_id, wait.table.element, wait.table.token)
        for instance_id, element, token in session.execute(
            rows.where(wait.condition, wait.table.instance_id.in_(ids))
        ):
            found[instance_id, wait.kind][token] = element
    return found
