"""User tasks over HTTP: the work of people."""

from typing import Any

from api import pages
from api.blueprint import Blueprint
from api.commands import Command, Reading
from api.language import locales
from api.schemas.user_tasks import (
    OPENED_TASK_EXAMPLE,
    TASK_EXAMPLE,
    AssignmentSchema,
    CompletionSchema,
    OpenedUserTaskSchema,
    UserTaskSchema,
    UserTasksPage,
    UserTasksQuery,
)
from engine import user_tasks
from engine.errors import Invalid
from engine.user_tasks import Filter, Order, View

MINE = "mine"

blueprint = Blueprint(
    "user-tasks", __name__, url_prefix="/api/v1/user-tasks", description="The work of people"
)


@blueprint.get("")
@blueprint.arguments(UserTasksQuery, location="query")
@blueprint.reading(UserTasksPage, problems=(422,), example={"items": [TASK_EXAMPLE], "next": None})
def list_tasks(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List user tasks

    Open ones, unless `state` says otherwise, that you may see; the oldest first, or with `sort=due` what
    burns next: by its own due date or that of its case's clocks, whichever is earlier, and last what is never
    due.
    """
    mine = query["group"] == MINE
    chosen = Filter(
        assignee=here.person.username if query["assignee"] == "me" else query["assignee"],
        group=None if mine else query["group"],
        mine=mine,
        text=query["q"],
        instance=query["instance"],
        definition=query["definition"],
        priority=query["priority"],
        state=query["state"],
        unassigned=query["unassigned"],
        overdue_at=here.now if query["overdue"] else None,
    )
    list_ = _by_due if query["sort"] == "due" else _by_age
    return list_(here, query, chosen)


def _by_age(here: Reading, query: dict[str, Any], chosen: Filter) -> dict[str, Any]:
    after = _after(query, 1)
    found = user_tasks.page(
        here.session, chosen, by=here.person, limit=query["limit"] + 1, after=after[0] if after else None
    )
    found = user_tasks.with_clocks(here.session, found, here.now)
    return pages.page(found, query["limit"], lambda view: [view.task.id])


def _by_due(here: Reading, query: dict[str, Any], chosen: Filter) -> dict[str, Any]:
    after = _after(query, 2)
    found = user_tasks.page_by_due(
        here.session,
        chosen,
        by=here.person,
        limit=query["limit"] + 1,
        after=(after[0], after[1]) if after else None,
    )
    found = user_tasks.with_clocks(here.session, found, here.now)
    return pages.page(found, query["limit"], lambda view: [view.task.burns_at, view.task.id])


def _after(query: dict[str, Any], values: int) -> list[Any] | None:
    after = pages.after(query)
    if after is not None and len(after) != values:
        raise Invalid("This cursor is one of this list in another order.")
    return after


@blueprint.get("/<task_id>")
@blueprint.reading(OpenedUserTaskSchema, problems=(404,), example=OPENED_TASK_EXAMPLE)
def get_task(here: Reading, task_id: str) -> View:
    """Get a user task with its form

    The form is the version that was the latest when the task opened, in the language of `Accept-Language`. A
    completed task shows what was sent with it, to whoever may see its case.
    """
    view = user_tasks.get_with_form(here.session, task_id, by=here.person, now=here.now, locales=locales())
    return _with_clock(here, view)


def _with_clock(here: Reading, view: View) -> View:
    return user_tasks.with_clocks(here.session, [view], here.now)[0]


def _order(command: Command) -> Order:
    return Order(command.person, command.now, command.expected_revision)


def _guard(here: Reading, task_id: str) -> None:
    user_tasks.require_workable(here.session, task_id, by=here.person)


def _guard_assignable(here: Reading, task_id: str) -> None:
    user_tasks.require_assignable(here.session, task_id, by=here.person)


@blueprint.post("/<task_id>/claim")
@blueprint.command(UserTaskSchema, problems=(403, 404, 409), revised=True, example=TASK_EXAMPLE)
def claim(command: Command, task_id: str) -> View:
    """Claim a user task

    One that was offered to you and nobody has claimed. Claiming what is yours already changes nothing.
    """
    return _with_clock(command, user_tasks.claim(command.session, task_id, _order(command)))


@blueprint.post("/<task_id>/release")
@blueprint.command(UserTaskSchema, problems=(403, 404, 409), revised=True, example=TASK_EXAMPLE)
def release(command: Command, task_id: str) -> View:
    """Release a user task

    It goes back to those it was offered to.
    """
    return _with_clock(command, user_tasks.release(command.session, task_id, _order(command)))


@blueprint.post("/<task_id>/assign")
@blueprint.arguments(AssignmentSchema, example={"assignee": "nia"})
@blueprint.command(
    UserTaskSchema, problems=(403, 404, 409), revised=True, example=TASK_EXAMPLE, guard=_guard_assignable
)
def assign(command: Command, body: dict[str, Any], task_id: str) -> View:
    """Assign a user task to somebody"""
    return _with_clock(
        command, user_tasks.assign(command.session, task_id, body["assignee"], _order(command))
    )


@blueprint.post("/<task_id>/complete")
@blueprint.arguments(CompletionSchema, example={"data": {"outcome": "work", "assigned_group": "network"}})
@blueprint.command(
    UserTaskSchema,
    problems=(403, 404, 409),
    revised=True,
    example=TASK_EXAMPLE | {"state": "completed"},
    guard=_guard,
)
def complete(command: Command, body: dict[str, Any], task_id: str) -> View:
    """Complete a user task

    The data is checked against the task's form; wrong data is refused with a pointer for each field, and the
    task stays open. Then the case goes on until everything in it waits. Whoever completes an unclaimed task
    has claimed it by that.
    """
    return user_tasks.complete(command.session, task_id, body["data"], _order(command))
