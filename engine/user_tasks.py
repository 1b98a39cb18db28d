"""User tasks: the work of people. List it, claim it, hand it on, complete it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, false, or_, select
from sqlalchemy.orm import Session

from engine import access, clockwork, definitions, forms, history, languages, people, runtime, words
from engine.bpmn import Execution
from engine.clockwork import Standing
from engine.definitions import Named
from engine.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed, Problem
from engine.people import Person
from engine.store import search
from engine.store import user_tasks as tasks
from engine.store.base import at_flush, table_of
from engine.store.deployments import ProcessDefinitionRow
from engine.store.history import Entry
from engine.store.process_instances import WITHOUT_STATE, ProcessInstanceRow
from engine.store.user_tasks import IS_OPEN, TaskState, UserTaskRow

__all__ = [
    "Filter",
    "Order",
    "TaskState",
    "View",
    "assign",
    "claim",
    "complete",
    "get",
    "get_with_form",
    "page",
    "page_by_due",
    "release",
    "require_assignable",
    "require_workable",
    "with_clocks",
]


@dataclass(frozen=True, slots=True)
class View:
    """A task to work on: its row, its case, its form (`{"schema", "ui"}` in the reader's language, or None),
    what the form shows at first, of a completed task what was sent, what its process is called, and the clock
    of its case that is due next (see `with_clocks`).
    """

    task: UserTaskRow
    instance: ProcessInstanceRow
    form: dict[str, Any] | None
    data: dict[str, Any]
    process: Named
    clock: Standing | None = None

    @property
    def itself(self) -> "View":
        """For what is shown of a task and of its case in one."""
        return self

    @property
    def revision(self) -> int:
        return self.task.revision

    @property
    def is_open(self) -> bool:
        return self.task.state == TaskState.OPEN

    @property
    def priority(self) -> int | None:
        """The task's own priority if the diagram gives it one, else its case's."""
        return self.instance.priority if self.task.priority is None else self.task.priority

    def name_in(self, *locales: str) -> str:
        """The task's name in the first of these languages there is (see `languages.chosen`)."""
        return languages.chosen(self.task.names, *locales, written=self.task.name)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which tasks to list. `mine`: those offered to a group of the reader's; `text`: words of the case (see
    `process_instances.Filter`) or of the task's name; `overdue_at`: those due before that instant, or with a
    clock of their case that is.
    """

    assignee: str | None = None
    group: str | None = None
    instance: str | None = None
    state: str | None = None
    unassigned: bool = False
    mine: bool = False
    text: str | None = None
    overdue_at: datetime | None = None
    definition: str | None = None
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A command on a task: who gives it and when, and at which revision she last saw it (None: whichever)."""

    by: Person
    now: datetime
    revision: int | None = None


def page(session: Session, chosen: Filter, *, by: Person, limit: int, after: str | None = None) -> list[View]:
    """Up to `limit` tasks that `by` may see, without their forms, the oldest first, after the task with the
    id `after`.
    """
    return _views(session, _page_of_ids(session, chosen, by, limit, after))


def _views(session: Session, ids: list[str]) -> list[View]:
    statement = select(UserTaskRow, ProcessInstanceRow).join(
        ProcessInstanceRow, ProcessInstanceRow.id == UserTaskRow.instance_id
    )
    statement = statement.where(UserTaskRow.id.in_(ids)).order_by(UserTaskRow.id).options(WITHOUT_STATE)
    return [_bare(session, task, instance) for task, instance in session.execute(statement)]


def page_by_due(
    session: Session,
    chosen: Filter,
    *,
    by: Person,
    limit: int,
    after: tuple[datetime | None, str] | None = None,
) -> list[View]:
    """As `page`, but what is due next first and what is never due last, after the task with this due date and
    id.
    """
    narrow, wanted = _narrow(chosen, by), _conditions(session, chosen, by)
    ids = access.first_due_tasks(session, by, narrow, wanted, limit=limit, after=after)
    views = {view.task.id: view for view in _views(session, ids)}
    return [views[id] for id in ids if id in views]


def _page_of_ids(session: Session, chosen: Filter, by: Person, limit: int, after: str | None) -> list[str]:
    narrow, wanted = _narrow(chosen, by), _conditions(session, chosen, by)
    return access.first_tasks(session, by, narrow, wanted, limit=limit, after=after)


def _narrow(chosen: Filter, by: Person) -> access.Narrow:
    return access.Narrow(chosen.instance, chosen.assignee, _queues(chosen, by), chosen.state)


def _queues(chosen: Filter, by: Person) -> tuple[str, ...] | None:
    if chosen.state != TaskState.OPEN:
        return None  # a closed task is in no queue
    if chosen.mine:
        return tuple(sorted(by.groups))
    return None if chosen.group is None else (chosen.group,)


def _conditions(session: Session, chosen: Filter, by: Person) -> list[ColumnElement[bool]]:
    row = table_of(UserTaskRow).c
    found: list[ColumnElement[bool]] = []
    if chosen.state is not None:
        found.append(IS_OPEN if chosen.state == TaskState.OPEN else row.state == chosen.state)
    if chosen.group is not None and chosen.state != TaskState.OPEN:
        found.append(_was_offered(chosen.group))
    if chosen.mine and chosen.state != TaskState.OPEN:
        found.append(or_(false(), *map(_was_offered, sorted(by.groups))))
    if chosen.text:
        found.append(_has_words(session, chosen.text))
    if chosen.definition is not None:
        found.append(_is_of(chosen.definition))
    if chosen.priority is not None:
        found.append(row.priority == chosen.priority)
    if chosen.unassigned:
        found.append(row.assignee.is_(None))
    if chosen.overdue_at is not None:
        found += [IS_OPEN, row.burns_at < chosen.overdue_at]
    return found


def _is_of(key: str) -> ColumnElement[bool]:
    """Whether a task belongs to a case of a process: looked up by the task, so that lists are still walked in
    their own order.
    """
    task, case = table_of(UserTaskRow).c, table_of(ProcessInstanceRow).c
    its_own = select(1).where(case.id == task.instance_id, case.definition_key == key)
    return its_own.correlate(table_of(UserTaskRow)).exists()


def _was_offered(group: str) -> ColumnElement[bool]:
    # A closed task is in no queue. JSON as text: a group's name has no character that JSON would escape.
    return cast(table_of(UserTaskRow).c.candidate_groups, String).contains(f'"{group}"', autoescape=True)


def _has_words(session: Session, text: str) -> ColumnElement[bool]:
    """Whether a task's case is found by a text, or its own name in some language."""
    wanted = words.wanted(text)
    called = {
        named.name
        for definition_id in session.scalars(select(ProcessDefinitionRow.id))
        for named in definitions.names(session, definition_id).elements.values()
        if words.found([named.name, *named.names.values()], wanted)
    }
    in_case = search.found_by(session, wanted, table_of(UserTaskRow).c.instance_id)
    return or_(in_case, table_of(UserTaskRow).c.name.in_(called)) if called else in_case


def get(session: Session, task_id: str, *, by: Person) -> View:
    """The task without its form. One that was completed is part of its case, and seen by whoever sees that.
    Raises `NotFound`.
    """
    task = session.get(UserTaskRow, task_id)
    if task is None:
        raise _no_such_task()
    _require_visible(session, by, task)
    return _bare(session, task, session.get_one(ProcessInstanceRow, task.instance_id))


def _require_visible(session: Session, by: Person, task: UserTaskRow) -> None:
    if not (access.may_see_task(by, task) or _is_told(session, by, task)):
        raise _no_such_task()


def _no_such_task() -> NotFound:
    return NotFound("There is no such user task.")


def _is_told(session: Session, by: Person, task: UserTaskRow) -> bool:
    if task.state != TaskState.COMPLETED:
        return False
    try:
        access.see_instance(session, by, task.instance_id)
    except NotFound:
        return False
    return True


def get_with_form(
    session: Session, task_id: str, *, by: Person, now: datetime, locales: Sequence[str]
) -> View:
    """The task with its form, in the first of these languages there is, filled from what the case knows; of
    a completed task with what was sent. Raises `NotFound`.
    """
    view = get(session, task_id, by=by)
    if view.task.form_id is None:
        return view
    form = definitions.form(session, view.task.form_id)
    return replace(view, form=form.localised(*locales), data=_shown(session, view, form, now))


def _shown(session: Session, view: View, form: forms.Form, now: datetime) -> dict[str, Any]:
    if view.task.state == TaskState.OPEN:
        return form.initial(_seen(session, view, now))
    return history.submitted(session, view.task) if view.task.state == TaskState.COMPLETED else {}


def _seen(session: Session, view: View, now: datetime) -> dict[str, Any]:
    execution = runtime.load(session, view.instance, now)
    return execution.visible_variables(view.task.token) if execution.waits_at(view.task.token) else {}


def with_clocks(session: Session, views: Sequence[View], now: datetime) -> list[View]:
    """The tasks with the clocks of their cases, as far as they are open: one statement if there are any."""
    cases = {view.instance.id for view in views if view.instance.open_clocks and view.is_open}
    urgent = clockwork.most_urgent(session, cases, now)
    return [replace(view, clock=urgent.get(view.instance.id)) if view.is_open else view for view in views]


# Commands


def claim(session: Session, task_id: str, order: Order) -> View:
    """Take an offered task. Claiming what is hers already changes nothing. Raises `NotFound`, `Conflict`,
    `Forbidden`.
    """
    instance, task = _hold(session, task_id, order)
    if task.assignee not in (None, order.by.username):
        raise Conflict(f"{task.assignee} has claimed this task.")
    if not access.may_claim(order.by, task):
        raise Forbidden
    access.require_separation(session, order.by.username, task, instance)
    if task.assignee is None:
        _give(session, instance, task, order.by.username, "claimed", order)
    return _bare(session, task, instance)


def release(session: Session, task_id: str, order: Order) -> View:
    """Give a task back to those it was offered to."""
    instance, task = _hold(session, task_id, order)
    if task.assignee is None:
        raise Conflict("Nobody has claimed this task.")
    if not access.may_release(order.by, task):
        raise Forbidden
    _give(session, instance, task, None, "released", order)
    return _bare(session, task, instance)


def assign(session: Session, task_id: str, username: str, order: Order) -> View:
    """Give a task to somebody. Raises `Invalid` when there is no such active person, `Forbidden` also when
    duties are separated.
    """
    instance, task = _hold(session, task_id, order)
    if not access.may_assign(order.by, task):
        raise Forbidden
    try:
        person = people.visible(session, username, order.by)
    except NotFound as error:
        raise Invalid([Problem(error.detail, pointer="#/assignee")]) from error
    if not access.may_be_given_work(person):
        raise Invalid([Problem(f"{username} does no tasks.", pointer="#/assignee")])
    access.require_separation(session, person.username, task, instance)
    _give(session, instance, task, person.username, "assigned", order)
    return _bare(session, task, instance)


def complete(session: Session, task_id: str, data: Mapping[str, Any] | None, order: Order) -> View:
    """Complete a task with its form's data, and let the case go on until everything in it waits.

    1. Hold the case; the task has to be open and hers, or offered to her. 2. Check the data against the form
    version pinned when the task opened. 3. Write down who did it, and advance. Raises `NotFound`, `Conflict`,
    `Forbidden`, `Invalid`; the case is unharmed then.
    """
    instance, task = _hold(session, task_id, order)
    if not access.may_work_on(order.by, task):
        raise Forbidden(f"{task.assignee} has claimed this task." if task.assignee else None)
    access.require_separation(session, order.by.username, task, instance)
    entries: list[Entry] = []
    was_claimed = task.assignee is not None

    def act(execution: Execution) -> None:
        accepted = _accepted(session, task, data, execution)
        entries.append(
            Entry(
                "task completed",
                task.element,
                {"task": task.id, "name": task.name, "data": accepted, **task.whereabouts},
            )
        )
        task.assignee = task.assignee or order.by.username
        task.state, task.completed_by = TaskState.COMPLETED, order.by.username
        task.completed_at = at_flush(session, order.now)
        task.revision += 1
        execution.complete_task(task.token, accepted, claimed=was_claimed)

    runtime.advance(
        session, instance, act, now=order.now, actor=order.by.username, entries=entries, done=task
    )
    return _bare(session, task, instance)


def require_workable(session: Session, task_id: str, *, by: Person) -> None:
    """What `complete` checks before it looks at the data. Raises `NotFound`, `Conflict`, `Forbidden`."""
    view = get(session, task_id, by=by)
    _require_open(view.task, view.instance)
    if not access.may_work_on(by, view.task):
        raise Forbidden
    access.require_separation(session, by.username, view.task, view.instance)


def require_assignable(session: Session, task_id: str, *, by: Person) -> None:
    """What `assign` checks before it looks for the person. Raises `NotFound`, `Conflict`, `Forbidden`."""
    view = get(session, task_id, by=by)
    _require_open(view.task, view.instance)
    if not access.may_assign(by, view.task):
        raise Forbidden


def _require_open(task: UserTaskRow, instance: ProcessInstanceRow) -> None:
    if task.state != TaskState.OPEN:
        raise Conflict(f"This task is {task.state}.")
    runtime.require_open(instance)


def _hold(session: Session, task_id: str, order: Order) -> tuple[ProcessInstanceRow, UserTaskRow]:
    """Lock the case of a task that somebody may see, and see that both are open."""
    instance, task = runtime.lock_of_task(session, task_id)
    _require_visible(session, order.by, task)
    _require_open(task, instance)
    if order.revision is not None and order.revision != task.revision:
        raise PreconditionFailed
    return instance, task


def _give(
    session: Session,
    instance: ProcessInstanceRow,
    task: UserTaskRow,
    username: str | None,
    kind: str,
    order: Order,
) -> None:
    entry = Entry(
        kind, task.element, {"name": task.name, "from": task.assignee, "to": username, **task.whereabouts}
    )
    nobodys = task.assignee is None
    if not nobodys:
        tasks.remember_assignee(session, task)
    task.assignee = username
    task.revision += 1
    tasks.save(session, task)
    if nobodys:
        runtime.claimed(session, instance, task, entry, now=order.now, actor=order.by.username)
    else:
        runtime.record(session, instance, entry, now=order.now, actor=order.by.username)


def _accepted(
    session: Session, task: UserTaskRow, data: Mapping[str, Any] | None, execution: Execution
) -> dict[str, Any]:
    if task.form_id is None:
        forms.check_no_form(data)
        return {}
    return definitions.form(session, task.form_id).check(
        data, current=execution.visible_variables(task.token)
    )


def _bare(session: Session, task: UserTaskRow, instance: ProcessInstanceRow) -> View:
    return View(task, instance, None, {}, definitions.names(session, instance.definition_id).process)
