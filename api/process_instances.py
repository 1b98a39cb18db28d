"""Process instances over HTTP: start cases, follow them, hold, repair and end them."""

from collections.abc import Callable
from typing import Any

from api import pages
from api.blueprint import Blueprint
from api.commands import Command, Reading
from api.pages import PageQuery
from api.payload import json_body
from api.schemas.messages import AWAITED_EXAMPLE, AwaitedMessagesPage
from api.schemas.process_instances import (
    COMMENT_EXAMPLE,
    HISTORY_EXAMPLE,
    INSTANCE_EXAMPLE,
    MIGRATION_EXAMPLE,
    POSITION_EXAMPLE,
    START_EXAMPLE,
    CommentSchema,
    CommentsPage,
    DiagramSchema,
    HistoryPage,
    HistoryQuery,
    InstancesQuery,
    MigrateQuery,
    MigrateSchema,
    MigrationSchema,
    NewCommentSchema,
    OrderSchema,
    ProcessInstanceSchema,
    ProcessInstancesPage,
    StartSchema,
    VariablesSchema,
)
from api.server import server
from engine import access, comments, definitions, messages, process_instances
from engine.errors import Forbidden
from engine.process_instances import Filter, Order

blueprint = Blueprint(
    "process-instances", __name__, url_prefix="/api/v1/process-instances", description="Cases"
)


def _require_startable(here: Reading) -> None:
    """What `start` checks before it looks at anything but the key."""
    body = json_body()
    key = body.get("definition") if isinstance(body, dict) else None
    if isinstance(key, str) and not access.may_start(here.person, definitions.latest(here.session, key)):
        raise Forbidden


@blueprint.post("")
@blueprint.arguments(StartSchema, example=START_EXAMPLE)
@blueprint.command(
    ProcessInstanceSchema, 201, problems=(403, 404, 409), example=INSTANCE_EXAMPLE, guard=_require_startable
)
def start(command: Command, body: dict[str, Any]) -> Any:
    """Start a process instance

    The latest version of the process runs until everything in it waits. If it has a start form, the variables
    go through it; else any are taken.
    """
    instance = process_instances.start(
        command.session,
        body["definition"],
        body["variables"],
        by=command.person,
        now=command.now,
        zone=server().settings.timezone,
        title=body["title"],
        service=body["service"],
    )
    command.headers["Location"] = f"/api/v1/process-instances/{instance.id}"
    return instance


@blueprint.get("")
@blueprint.arguments(InstancesQuery, location="query")
@blueprint.reading(ProcessInstancesPage, problems=(422,), example={"items": [INSTANCE_EXAMPLE], "next": None})
def list_instances(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List process instances

    Those you may see, the newest first.
    """
    requester = here.person.username if query["requester"] == "me" else query["requester"]
    chosen = Filter(
        query["definition"], query["state"], query["q"], requester, query["priority"], query["service"]
    )
    after = pages.after(query)
    found = process_instances.page(
        here.session, chosen, by=here.person, limit=query["limit"] + 1, before=after[0] if after else None
    )
    return pages.page(found, query["limit"], lambda row: [row.id])


@blueprint.get("/<instance_id>")
@blueprint.reading(ProcessInstanceSchema, problems=(404,), example=INSTANCE_EXAMPLE)
def get_instance(here: Reading, instance_id: str) -> Any:
    """Get a process instance"""
    return process_instances.get(here.session, instance_id, by=here.person)


@blueprint.get("/<instance_id>/history")
@blueprint.arguments(HistoryQuery, location="query")
@blueprint.reading(HistoryPage, problems=(404, 422), example={"items": [HISTORY_EXAMPLE], "next": None})
def get_history(here: Reading, query: dict[str, Any], instance_id: str) -> dict[str, Any]:
    """Get what happened in a process instance

    In order, or with `sort=newest` backwards. `seq` counts from 1 without a gap; each entry's `hash` follows
    from the one before.
    """
    after, limit = pages.after(query), query["limit"] + 1
    if query["sort"] == "newest":
        found = process_instances.timeline_backwards(
            here.session, instance_id, by=here.person, limit=limit, before=after[0] if after else None
        )
    else:
        found = process_instances.timeline(
            here.session, instance_id, by=here.person, limit=limit, after=after[0] if after else 0
        )
    return pages.page(found, query["limit"], lambda told: [told.entry.seq])


@blueprint.get("/<instance_id>/messages")
@blueprint.arguments(PageQuery, location="query")
@blueprint.reading(
    AwaitedMessagesPage, problems=(404, 422), example={"items": [AWAITED_EXAMPLE], "next": None}
)
def list_messages(here: Reading, query: dict[str, Any], instance_id: str) -> dict[str, Any]:
    """List the messages a process instance waits for

    What has waited longest first. Send one with `POST /messages`. Those of its clocks (`sla.resolution.75`)
    come by themselves and are not among them.
    """
    after = pages.after(query)
    found = messages.awaited(
        here.session,
        instance_id,
        by=here.person,
        now=here.now,
        limit=query["limit"] + 1,
        after=after[0] if after else 0,
    )
    return pages.page(found, query["limit"], lambda awaited: [awaited.token])


@blueprint.get("/<instance_id>/comments")
@blueprint.arguments(PageQuery, location="query")
@blueprint.reading(CommentsPage, problems=(404, 422), example={"items": [COMMENT_EXAMPLE], "next": None})
def list_comments(here: Reading, query: dict[str, Any], instance_id: str) -> dict[str, Any]:
    """List the comments on a process instance

    The oldest first.
    """
    after = pages.after(query)
    found = comments.page(
        here.session, instance_id, by=here.person, limit=query["limit"] + 1, after=after[0] if after else 0
    )
    return pages.page(found, query["limit"], lambda comment: [comment.seq])


def _guard_comment(here: Reading, instance_id: str) -> None:
    comments.require_addable(here.session, instance_id, by=here.person)


@blueprint.post("/<instance_id>/comments")
@blueprint.arguments(NewCommentSchema, example={"text": COMMENT_EXAMPLE["text"]})
@blueprint.command(CommentSchema, 201, problems=(403, 404), example=COMMENT_EXAMPLE, guard=_guard_comment)
def add_comment(command: Command, body: dict[str, Any], instance_id: str) -> Any:
    """Comment on a process instance

    For whoever may see it, in any state of it. Its revision stays, so that nobody else's command fails.
    """
    return comments.add(command.session, instance_id, body["text"], by=command.person, now=command.now)


@blueprint.get("/<instance_id>/variables")
@blueprint.reading(
    VariablesSchema, problems=(404,), example={"title": "Printer on floor 3 jams", "priority": 3}
)
def get_variables(here: Reading, instance_id: str) -> dict[str, Any]:
    """Get the variables of a process instance

    The case's own; those inside sub-processes and of single items of a multi-instance activity are not among
    them.
    """
    return process_instances.variables(here.session, instance_id, by=here.person, now=here.now)


@blueprint.get("/<instance_id>/diagram")
@blueprint.reading(
    DiagramSchema,
    problems=(404,),
    example={"xml": "<bpmn:definitions .../>", "positions": [POSITION_EXAMPLE]},
)
def get_diagram(here: Reading, instance_id: str) -> Any:
    """Get the diagram of a process instance, and where it stands

    Inside a process that it calls, a position says which version of which process its element is drawn in.
    """
    return process_instances.diagram(here.session, instance_id, by=here.person, now=here.now)


def _guard(name: str) -> Callable[..., None]:
    """What a command on a case checks before it looks at its body."""

    def check(here: Reading, instance_id: str) -> None:
        instance = process_instances.get(here.session, instance_id, by=here.person)
        process_instances.require_possible(instance, name, here.person)

    return check


def _order(command: Command, body: dict[str, Any]) -> Order:
    return Order(command.person, command.now, body.get("reason"), command.expected_revision)


def _command(verb: Callable[..., Any], documentation: str) -> None:
    """An endpoint, named like its verb, for a command on a case that takes nothing but a reason."""
    name = verb.__name__

    def view(command: Command, body: dict[str, Any], instance_id: str) -> Any:
        return verb(command.session, instance_id, _order(command, body))

    view.__name__, view.__doc__ = name, documentation
    view = blueprint.command(
        ProcessInstanceSchema,
        problems=(403, 404, 409),
        revised=True,
        example=INSTANCE_EXAMPLE,
        guard=_guard(name),
    )(view)
    view = blueprint.arguments(OrderSchema, example={"reason": "Agreed with the requester."})(view)
    blueprint.post(f"/<instance_id>/{name}")(view)


_command(
    process_instances.cancel,
    "Cancel a process instance\n\nIts open tasks, timers, subscriptions and jobs end. This cannot be undone.",
)
_command(
    process_instances.suspend,
    "Suspend a process instance\n\nNothing happens until it is resumed; timers due meanwhile fire then.",
)
_command(process_instances.resume, "Resume a suspended process instance")
_command(
    process_instances.retry,
    "Let the failed elements of a process instance try again\n\nEach goes on from the step that failed.",
)


@blueprint.patch("/<instance_id>/variables")
@blueprint.arguments(VariablesSchema, example={"amount": 12})
@blueprint.command(
    VariablesSchema,
    problems=(403, 404, 409),
    revised=True,
    example={"amount": 12},
    guard=_guard("change_variables"),
)
def change_variables(command: Command, body: dict[str, Any], instance_id: str) -> dict[str, Any]:
    """Change variables of a process instance

    For service managers, process owners and administrators: to repair a case. What is not sent stays; history
    keeps before and after.
    """
    return process_instances.change_variables(command.session, instance_id, body, _order(command, {}))


@blueprint.post("/<instance_id>/migrate")
@blueprint.arguments(MigrateQuery, location="query")
@blueprint.arguments(MigrateSchema, example={"version": 8, "reason": "The new reminders are wanted."})
@blueprint.command(
    MigrationSchema,
    problems=(403, 404, 409),
    revised=True,
    example=MIGRATION_EXAMPLE,
    guard=_guard("migrate"),
)
def migrate(
    command: Command, query: dict[str, Any], body: dict[str, Any], instance_id: str
) -> process_instances.Migration:
    """Let a process instance go on in another version

    For process owners and administrators. Everything that goes on in the case needs its counterpart in that
    version: an element with the same id, of the same kind and in the same sub-processes; else 422 with an
    entry for each that has none, and nothing is changed. A call activity at work has to call the same version
    there. Timers keep their due dates, open tasks their form, jobs their topic and inputs.
    """
    return process_instances.migrate(
        command.session, instance_id, body["version"], _order(command, body), dry_run=query["dry_run"]
    )
