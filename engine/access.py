"""Who may see and do what: every object-level decision of the house, in one place. Denied unless something
here allows it.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true, union
from sqlalchemy.orm import Session

from engine.errors import Forbidden, NotFound
from engine.people import Person, Role
from engine.store.deployments import ProcessDefinitionRow
from engine.store.process_instances import ProcessInstanceRow
from engine.store.user_tasks import GROUP, USER, CandidateRow, FormerAssigneeRow, TaskState, UserTaskRow

OVERSEERS = (Role.SERVICE_MANAGER, Role.PROCESS_OWNER, Role.AUDITOR, Role.ADMINISTRATOR)
"""Roles that see every case and task."""

OPERATORS = (Role.SERVICE_MANAGER, Role.PROCESS_OWNER, Role.ADMINISTRATOR)
"""Roles that may hold, repair and end a case that is not theirs."""


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
        instance.in_(select(CandidateRow.instance_id).where(_candidate(person))),
    )


def ways_to_instances(person: Person) -> list[Select[str]]:
    """The ids of the cases somebody may see, one statement for each way she may come to see them, the newest
    first: the same decision as `visible_instances`, for lists (see `ways_to_tasks`).
    """
    every = select(ProcessInstanceRow.id)
    if person.has(*OVERSEERS):
        return [every.order_by(ProcessInstanceRow.id.desc())]
    me = person.username
    ways: list[tuple[Any, ColumnElement[bool]]]
    ways = [(UserTaskRow, UserTaskRow.assignee == me), (UserTaskRow, UserTaskRow.completed_by == me)]
    ways += [(FormerAssigneeRow, FormerAssigneeRow.username == me)]
    ways += [(CandidateRow, _is(GROUP, group)) for group in sorted(person.groups)]
    ways += [(CandidateRow, _is(USER, me))]
    return [
        every.where(ProcessInstanceRow.requester == me).order_by(ProcessInstanceRow.id.desc()),
        *(
            every.join(row, row.instance_id == ProcessInstanceRow.id)
            .where(way)
            .distinct()
            .order_by(ProcessInstanceRow.id.desc())
            for row, way in ways
        ),
    ]


def first_ids(
    session: Session, ways: list[Select[str]], limit: int, *, newest_first: bool = False
) -> list[str]:
    """The first ids of all ways together: each is cut before they meet, so a page costs the same anywhere."""
    found = [way.limit(limit).subquery() for way in ways]
    together = union(*(select(way.c.id) for way in found)).subquery()
    order = together.c.id.desc() if newest_first else together.c.id
    return list(session.scalars(select(together.c.id).order_by(order).limit(limit)))


def _is(kind: str, name: str) -> ColumnElement[bool]:
    return and_(CandidateRow.kind == kind, CandidateRow.name == name)


def see_instance(session: Session, person: Person, instance_id: str) -> ProcessInstanceRow:
    """The case, if she may see it. Raises `NotFound` otherwise: she is not told that there is one."""
    statement = select(ProcessInstanceRow).where(
        ProcessInstanceRow.id == instance_id, visible_instances(person)
    )
    instance = session.execute(statement).scalar_one_or_none()
    if instance is None:
        raise NotFound("There is no such process instance.")
    return instance


def require_visible(session: Session, person: Person, instance: ProcessInstanceRow) -> None:
    """For a case whose row is held already. Raises `NotFound`."""
    if person.has(*OVERSEERS) or instance.requester == person.username:
        return
    see_instance(session, person, instance.id)


def may_operate(person: Person) -> bool:
    """Whether she may suspend, resume, retry, change and cancel cases."""
    return person.has(*OPERATORS)


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


def may_send_messages(person: Person) -> bool:
    """Whether she may send messages to the cases she sees; an auditor only reads."""
    return person.has(Role.REQUESTER, Role.AGENT, *OPERATORS)


# Tasks


def ways_to_open_tasks(person: Person) -> list[Select[str]]:
    """The ids of the tasks somebody may see and that may be open, one statement for each way she may come to
    see them: overseers, the assignee, the candidates.

    Each follows an index in the order of ids, so that a page is cut from their beginnings, however many tasks
    there are; one condition for all of them would be tried on every task.
    """
    if person.has(*OVERSEERS):
        return [_IDS.order_by(UserTaskRow.id)]
    assigned = _IDS.where(UserTaskRow.assignee == person.username).order_by(UserTaskRow.id)
    return [assigned, _offered(USER, person.username), *map(queue_of, sorted(person.groups))]


def ways_to_tasks(person: Person) -> list[Select[str]]:
    """The ids of all tasks somebody may see: those that may be open, and those that she did."""
    ways = ways_to_open_tasks(person)
    if person.has(*OVERSEERS):
        return ways
    return [*ways, _IDS.where(UserTaskRow.completed_by == person.username).order_by(UserTaskRow.id)]


def queue_of(group: str) -> Select[str]:
    """The ids of the tasks offered to a group, in order."""
    return _offered(GROUP, group)


def sees_queue(person: Person, group: str) -> bool:
    """Whether she sees all that is offered to a group."""
    return person.has(*OVERSEERS) or group in person.groups


_IDS = select(UserTaskRow.id)


def _offered(kind: str, name: str) -> Select[str]:
    offered = _IDS.join(CandidateRow, CandidateRow.task_id == UserTaskRow.id)
    return offered.where(_is(kind, name)).order_by(CandidateRow.task_id)


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
    return _is_hers(person, task) if task.assignee is not None else _is_offered(person, task)


def may_claim(person: Person, task: UserTaskRow) -> bool:
    return person.has(Role.ADMINISTRATOR) or _is_offered(person, task) or _is_hers(person, task)


def may_assign(person: Person, task: UserTaskRow) -> bool:
    """Whether she may give the task to somebody: who has it, those it is offered to while nobody has it, and
    managers.
    """
    return (
        person.has(Role.SERVICE_MANAGER, Role.ADMINISTRATOR)
        or _is_hers(person, task)
        or (task.assignee is None and _is_offered(person, task))
    )


def may_be_given_work(person: Person) -> bool:
    """Whether a task may be assigned to her at all."""
    return person.active and not _only_reads(person)


def may_release(person: Person, task: UserTaskRow) -> bool:
    return person.has(Role.SERVICE_MANAGER, Role.ADMINISTRATOR) or _is_hers(person, task)


def _is_offered(person: Person, task: UserTaskRow) -> bool:
    return is_candidate(person, task) and not _only_reads(person)


def _is_hers(person: Person, task: UserTaskRow) -> bool:
    return task.assignee == person.username and not _only_reads(person)


def _only_reads(person: Person) -> bool:
    """Whether she is an auditor and nothing else: whatever group she is in, she changes nothing."""
    return person.roles == {Role.AUDITOR}


def require_separation(session: Session, username: str, task: UserTaskRow) -> None:
    """Separation of duties: whoever completed one of the tasks that the diagram names may not do this one,
    administrators included.

    Raises `Forbidden`.
    """
    if not task.separation:
        return
    done = select(UserTaskRow.name).where(
        UserTaskRow.instance_id == task.instance_id,
        UserTaskRow.element.in_(task.separation),
        UserTaskRow.state == TaskState.COMPLETED,
        UserTaskRow.completed_by == username,
    )
    name = session.execute(done.limit(1)).scalar_one_or_none()
    if name is not None:
        raise Forbidden(f"Separation of duties: who did {name!r} may not do {task.name!r}.")


def _candidate(person: Person) -> ColumnElement[bool]:
    by_name = and_(CandidateRow.kind == USER, CandidateRow.name == person.username)
    if not person.groups:
        return by_name
    return or_(by_name, and_(CandidateRow.kind == GROUP, CandidateRow.name.in_(sorted(person.groups))))
