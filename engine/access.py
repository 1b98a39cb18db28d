"""Who may see and do what: every object-level decision of the house, in one place. Denied unless something
here allows it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    exists,
    false,
    literal_column,
    or_,
    select,
    text,
    true,
    union,
)
from sqlalchemy.orm import Session

from engine.bpmn import STARTER
from engine.errors import Forbidden, NotFound
from engine.people import Person, Role
from engine.store.base import Found, connection_of, table_of
from engine.store.deployments import ProcessDefinitionRow
from engine.store.process_instances import InstanceState, ProcessInstanceRow
from engine.store.user_tasks import GROUP, USER, CandidateRow, FormerAssigneeRow, TaskState, UserTaskRow

_INSTANCE, _TASK = table_of(ProcessInstanceRow), table_of(UserTaskRow)
_CANDIDATE, _FORMER = table_of(CandidateRow), table_of(FormerAssigneeRow)

OVERSEERS = (Role.SERVICE_MANAGER, Role.PROCESS_OWNER, Role.AUDITOR, Role.ADMINISTRATOR)
"""Roles that see every case and task."""

STAFF = (Role.AGENT, *OVERSEERS)
"""Roles of those who provide services: all but who only requests them."""

OPERATORS = (Role.SERVICE_MANAGER, Role.PROCESS_OWNER, Role.ADMINISTRATOR)
"""Roles that may hold, repair and end a case that is not theirs, and say what is promised to whom."""

WORKERS = (Role.ADMINISTRATOR,)
"""Roles that may see jobs, complete, fail and retry them."""

OWNERS = (Role.PROCESS_OWNER, Role.ADMINISTRATOR)
"""Roles that decide how processes run: they deploy, draft, and move cases from version to version."""


def require(person: Person, *roles: Role) -> None:
    """Raises `Forbidden` unless she has one of these roles."""
    if not person.has(*roles):
        raise Forbidden


# Cases


def visible_instances(person: Person) -> ColumnElement[bool]:
    """The condition on `ProcessInstanceRow` for the cases somebody may see: as overseer, as requester, by a
    task she has or had, by a group it is with.
    """
    if person.has(*OVERSEERS):
        return true()
    instance = ProcessInstanceRow.id
    hers = or_(UserTaskRow.assignee == person.username, UserTaskRow.completed_by == person.username)
    former = FormerAssigneeRow.username == person.username
    return or_(
        ProcessInstanceRow.requester == person.username,
        instance.in_(select(UserTaskRow.instance_id).where(hers)),
        instance.in_(select(FormerAssigneeRow.instance_id).where(former)),
        instance.in_(select(CandidateRow.instance_id).where(or_(*_offers(person)))),
    )


def rows_of_cases(
    session: Session, row: type[Found], by: Person, *, limit: int, after: str | None, **wanted: str | None
) -> list[Found]:
    """Up to `limit` rows that belong to cases which `by` may see, in the order of their ids, after the id
    `after`. `wanted` names columns and what they are; None means any.
    """
    of = table_of(row).c
    statement = select(row).join(ProcessInstanceRow, ProcessInstanceRow.id == of.instance_id)
    statement = statement.where(visible_instances(by))
    statement = statement.where(*(of[name] == value for name, value in wanted.items() if value is not None))
    if after is not None:
        statement = statement.where(of.id > after)
    return list(session.scalars(statement.order_by(of.id).limit(limit)))


def first_instances(
    session: Session,
    person: Person,
    wanted: Sequence[ColumnElement[bool]],
    *,
    states: Collection[str],
    limit: int,
    before: str | None,
) -> list[str]:
    """The newest cases somebody may see and that are as wanted (conditions on the table's columns), older
    than `before`: the same decision as `visible_instances`, for lists. `states` are the only ones wanted.
    """
    ways = [
        _ids(way, _INSTANCE, wanted).where(true() if before is None else way.id < before)
        for way in _ways_to_instances(person, frozenset(states))
    ]
    return _first(session, ways, limit, order="id DESC")


_RARE_STATES = {InstanceState.FAILED, InstanceState.SUSPENDED}
_ENDED = {InstanceState.COMPLETED, InstanceState.CANCELLED}


def _ways_to_instances(person: Person, states: frozenset[str]) -> list["Way"]:
    """Where few cases are wanted, each is looked at; nobody is a candidate in one that has ended."""
    if person.has(*OVERSEERS):
        return [Way(_INSTANCE.c.id, true())]
    if states and states <= _RARE_STATES:
        return [Way(_INSTANCE.c.id, visible_instances(person))]
    me, task = person.username, _TASK.c
    offers = [] if states and states <= _ENDED else _offers(person)
    return [
        Way(_INSTANCE.c.id, _INSTANCE.c.requester == me),
        Way(task.instance_id, task.assignee == me, repeats=True),
        Way(task.instance_id, task.completed_by == me, repeats=True),
        Way(_FORMER.c.instance_id, _FORMER.c.username == me),
        *(Way(_CANDIDATE.c.instance_id, offered, repeats=True) for offered in offers),
    ]


def see_instance(session: Session, person: Person, instance_id: str) -> ProcessInstanceRow:
    """The case, if she may see it. Raises `NotFound` otherwise: she is not told that there is one."""
    statement = select(ProcessInstanceRow).where(
        ProcessInstanceRow.id == instance_id, visible_instances(person)
    )
    instance = session.execute(statement).scalar_one_or_none()
    if instance is None:
        raise NotFound("There is no such process instance.")
    return instance


def require_visible(
    session: Session, person: Person, instance: ProcessInstanceRow, of: str = "process instance"
) -> None:
    """For a case whose row is held already, or for something `of` it. Raises `NotFound`, which tells nobody
    that there is such a case.
    """
    if person.has(*OVERSEERS) or instance.requester == person.username:
        return
    try:
        see_instance(session, person, instance.id)
    except NotFound:
        raise NotFound(f"There is no such {of}.") from None


def may_start(person: Person, definition: ProcessDefinitionRow) -> bool:
    """Those the diagram names may start it; if it names nobody, everyone signed in, but for an auditor, who
    changes nothing. An administrator may start everything.
    """
    if person.has(Role.ADMINISTRATOR):
        return True
    if _only_reads(person):
        return False
    if not (definition.starter_users or definition.starter_groups):
        return True
    return person.username in definition.starter_users or not person.groups.isdisjoint(
        definition.starter_groups
    )


def may_comment(person: Person) -> bool:
    """Whether she may say something about the cases she sees."""
    return not _only_reads(person)


def may_send_messages(person: Person) -> bool:
    """Whether she may send messages to the cases she sees; an auditor only reads."""
    return person.has(Role.REQUESTER, Role.AGENT, *OPERATORS)


# Tasks


@dataclass(frozen=True, slots=True)
class Narrow:
    """What narrows a list of tasks to few, or to queues: a case, who has them, the groups that open tasks are
    offered to (None: whichever); and the state they are in.
    """

    instance: str | None
    assignee: str | None
    queues: tuple[str, ...] | None
    state: str | None

    @property
    def few(self) -> bool:
        return self.instance is not None or self.assignee is not None


_Wanted = Sequence[ColumnElement[bool]]


def first_tasks(
    session: Session, person: Person, narrow: Narrow, wanted: _Wanted, *, limit: int, after: str | None
) -> list[str]:
    """The oldest tasks somebody may see, so narrowed, and as wanted (conditions on the table's columns),
    younger than `after`.
    """
    wanted = [*wanted, *_beside(person, narrow)]
    ways = [
        _ids(way, _TASK, wanted).where(true() if after is None else way.id > after)
        for way in _ways_to_tasks(person, narrow)
    ]
    return _first(session, ways, limit)


def first_due_tasks(
    session: Session,
    person: Person,
    narrow: Narrow,
    wanted: _Wanted,
    *,
    limit: int,
    after: tuple[datetime | None, str] | None,
) -> list[str]:
    """As `first_tasks`, but what burns next first and what never does last, after this instant and id."""
    due, found = _TASK.c.burns_at, list[str]()
    if after is None or after[0] is not None:
        later = [] if after is None else [_due_later(*after)]
        dated = [*wanted, *_beside(person, narrow), due.is_not(None), *later]
        ways = [_due_ids(way, dated) for way in _ways_to_tasks(person, narrow)]
        found, after = _first(session, ways, limit, order="burns_at, id"), None
    if len(found) < limit:
        youngest = after[1] if after else None
        undated = [*wanted, due.is_(None)]
        found += first_tasks(session, person, narrow, undated, limit=limit - len(found), after=youngest)
    return found


def _due_later(due: datetime | None, id: str) -> ColumnElement[bool]:
    # No comparison of pairs: SQLAlchemy would not write an instant in a pair as the column has it.
    return or_(_TASK.c.burns_at > due, and_(_TASK.c.burns_at == due, _TASK.c.id > id))


def _beside(person: Person, narrow: Narrow) -> list[ColumnElement[bool]]:
    """What the ways do not ask: being offered to groups that she does not see all of."""
    if narrow.queues is None or narrow.few or _sees_queues(person, narrow.queues):
        return []
    return [_is_offered(_in_queues(narrow.queues))]


def _ways_to_tasks(person: Person, narrow: Narrow) -> list["Way"]:
    """Overseers; the assignee; the candidates, which no closed task has; who did it, which nobody did yet to
    an open one.
    """
    if narrow.few:
        return [_way_to_few(person, narrow)]
    if narrow.queues is not None and _sees_queues(person, narrow.queues):
        return [Way(_CANDIDATE.c.task_id, _is(GROUP, queue)) for queue in narrow.queues]
    if person.has(*OVERSEERS):
        return [Way(_TASK.c.id, true())]
    ways = [Way(_TASK.c.id, _TASK.c.assignee == person.username)]
    if narrow.state in (None, TaskState.OPEN):
        ways += [Way(_CANDIDATE.c.task_id, offered) for offered in _offers(person)]
    if narrow.state != TaskState.OPEN:
        ways.append(Way(_TASK.c.id, _TASK.c.completed_by == person.username))
    return ways


def _way_to_few(person: Person, narrow: Narrow) -> "Way":
    """Look at each of the few."""
    conditions = [] if narrow.queues is None else [_is_offered(_in_queues(narrow.queues))]
    if narrow.instance is not None:
        conditions.append(_TASK.c.instance_id == narrow.instance)
    if narrow.assignee is not None:
        conditions.append(_TASK.c.assignee == narrow.assignee)
    if not person.has(*OVERSEERS) and narrow.assignee != person.username:
        me = person.username
        hers = (_TASK.c.assignee == me, _TASK.c.completed_by == me, _is_offered(or_(*_offers(person))))
        conditions.append(or_(*hers))
    return Way(_TASK.c.id, and_(*conditions))


def _in_queues(groups: Sequence[str]) -> ColumnElement[bool]:
    return or_(false(), *(_is(GROUP, group) for group in groups))


def _sees_queues(person: Person, groups: Sequence[str]) -> bool:
    """Whether she sees all that is offered to these groups."""
    return person.has(*OVERSEERS) or person.groups >= set(groups)


def _is_offered(offered: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_CANDIDATE.c.task_id == _TASK.c.id, offered)


def may_see_task(person: Person, task: UserTaskRow) -> bool:
    """The same decision for one row; the candidates of a task that is closed still see what became of it."""
    return (
        person.has(*OVERSEERS)
        or person.username in (task.assignee, task.completed_by)
        or is_candidate(person, task)
    )


def is_candidate(person: Person, task: UserTaskRow) -> bool:
    """Whether the task was offered to her, by name or by group."""
    return person.username in task.candidate_users or not person.groups.isdisjoint(task.candidate_groups)


def may_work_on(person: Person, task: UserTaskRow) -> bool:
    """Whether the task is hers to do: assigned to her, or offered to her and assigned to nobody. An
    administrator may do everybody's.
    """
    if person.has(Role.ADMINISTRATOR):
        return True
    return _is_hers(person, task) if task.assignee is not None else _may_take(person, task)


def may_claim(person: Person, task: UserTaskRow) -> bool:
    return person.has(Role.ADMINISTRATOR) or _may_take(person, task) or _is_hers(person, task)


def may_assign(person: Person, task: UserTaskRow) -> bool:
    """Whether she may give the task to somebody: who has it, those it is offered to while nobody has it, and
    managers.
    """
    return (
        person.has(Role.SERVICE_MANAGER, Role.ADMINISTRATOR)
        or _is_hers(person, task)
        or (task.assignee is None and _may_take(person, task))
    )


def may_be_given_work(person: Person) -> bool:
    """Whether a task may be assigned to her at all."""
    return person.active and not _only_reads(person)


def may_release(person: Person, task: UserTaskRow) -> bool:
    return person.has(Role.SERVICE_MANAGER, Role.ADMINISTRATOR) or _is_hers(person, task)


def _may_take(person: Person, task: UserTaskRow) -> bool:
    return is_candidate(person, task) and not _only_reads(person)


def _is_hers(person: Person, task: UserTaskRow) -> bool:
    return task.assignee == person.username and not _only_reads(person)


def _only_reads(person: Person) -> bool:
    """Whether she is an auditor and nothing else: whatever group she is in, she changes nothing."""
    return person.roles == {Role.AUDITOR}


def require_separation(
    session: Session, username: str, task: UserTaskRow, instance: ProcessInstanceRow
) -> None:
    """Separation of duties: whoever completed one of the tasks that the diagram names may not do this one,
    nor may the requester when it names the start; administrators included.

    Raises `Forbidden`.
    """
    if not task.separation:
        return
    if STARTER in task.separation and username == instance.requester:
        raise Forbidden(f"Separation of duties: whose case it is may not do {task.name!r}.")
    done = select(UserTaskRow.name).where(
        UserTaskRow.instance_id == task.instance_id,
        UserTaskRow.element.in_(task.separation),
        UserTaskRow.process_key.is_not_distinct_from(task.process_key),  # ids are of one diagram
        UserTaskRow.state == TaskState.COMPLETED,
        UserTaskRow.completed_by == username,
    )
    name = session.execute(done.limit(1)).scalar_one_or_none()
    if name is not None:
        raise Forbidden(f"Separation of duties: who did {name!r} may not do {task.name!r}.")


def _offers(person: Person) -> list[ColumnElement[bool]]:
    """The conditions on candidates that mean her: by name, or by one of her groups."""
    return [_is(USER, person.username), *(_is(GROUP, group) for group in sorted(person.groups))]


def _is(kind: str, name: str) -> ColumnElement[bool]:
    return and_(_CANDIDATE.c.kind == kind, _CANDIDATE.c.name == name)


# Lists: each way to a record follows an index in the order of the list, so that a page is cut from the ways'
# beginnings, however many records there are; one condition for all ways would be tried on every record.


@dataclass(frozen=True, slots=True)
class Way:
    """A way to see records: their ids in some table's column where a condition holds, perhaps repeatedly."""

    id: ColumnElement[str]
    condition: ColumnElement[bool]
    repeats: bool = False


def _ids(way: Way, table: Table, wanted: Sequence[ColumnElement[bool]]) -> Select[str]:
    """The ids along a way whose records in the table are as wanted."""
    ids = select(way.id.label("id")).where(way.condition)
    if way.repeats:
        ids = ids.distinct()
    if way.id.table is table:
        return ids.where(*wanted)
    # The offset keeps PostgreSQL from making a join of it, which it might begin at the other end.
    record: Select[Any] = (
        select(literal_column("1")).where(table.c.id == way.id, *wanted).offset(literal_column("0"))
    )
    return ids.where(record.exists()) if wanted else ids


def _due_ids(way: Way, wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """As `_ids` of tasks, with their due dates to order by."""
    ids = select(way.id.label("id"), _TASK.c.burns_at).where(way.condition, *wanted)
    return ids if way.id.table is _TASK else ids.join(_TASK, _TASK.c.id == way.id)


def _first(session: Session, ways: list[Select[Any]], limit: int, *, order: str = "id") -> list[str]:
    """The first ids of all ways together: each is cut before they meet."""
    if not ways:
        return []
    cut = [way.order_by(text(order)).limit(limit) for way in ways]
    if len(cut) > 1:
        columns: list[ColumnElement[Any]] = [
            literal_column(name) for name in order.removesuffix(" DESC").split(", ")
        ]
        together = union(*(select(*columns).select_from(way.subquery()) for way in cut))
        cut = [select(_ID).select_from(together.subquery()).order_by(text(order)).limit(limit)]
    return list(connection_of(session).execute(cut[0]).scalars())


# By its name: to make columns for each subquery takes longer than to execute them all.
_ID: ColumnElement[str] = literal_column("id")
