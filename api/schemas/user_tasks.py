"""User tasks, as JSON."""

from marshmallow import Schema, fields, validate

from api.language import locales
from api.pages import PageQuery, page_of
from api.schemas.base import Instant
from api.schemas.clocks import CLOCK_OF_TASK_EXAMPLE, ClockOfTaskSchema
from api.schemas.deployments import FORM_EXAMPLE, FormSchema, in_called_process
from engine.user_tasks import TaskState


class CaseOfTaskSchema(Schema):
    number = fields.String(attribute="instance.number", required=True)
    title = fields.String(attribute="instance.title", required=True)
    definition = fields.String(attribute="instance.definition_key", required=True)
    definition_name = fields.Function(
        lambda view: view.process.in_(*locales()),
        required=True,
        metadata={"type": "string", "description": "What the process is called, in the reader's language."},
    )
    requester = fields.String(attribute="instance.requester", required=True, allow_none=True)


class UserTaskSchema(Schema):
    id = fields.String(attribute="task.id", required=True)
    instance = fields.String(attribute="task.instance_id", required=True)
    element = fields.String(
        attribute="task.element", required=True, metadata={"description": "The element's id, as drawn."}
    )
    process = in_called_process(attribute="task.process")
    name = fields.Function(lambda view: view.name_in(*locales()), required=True, metadata={"type": "string"})
    state = fields.String(attribute="task.state", required=True, validate=validate.OneOf([*TaskState]))
    assignee = fields.String(attribute="task.assignee", required=True, allow_none=True)
    candidate_groups = fields.List(fields.String(), attribute="task.candidate_groups", required=True)
    candidate_users = fields.List(fields.String(), attribute="task.candidate_users", required=True)
    priority = fields.Integer(required=True, allow_none=True)
    created_at = Instant(attribute="task.created_at", required=True)
    due_at = Instant(attribute="task.due_at", required=True, allow_none=True)
    completed_at = Instant(attribute="task.completed_at", required=True, allow_none=True)
    completed_by = fields.String(attribute="task.completed_by", required=True, allow_none=True)
    revision = fields.Integer(required=True)
    clock = fields.Nested(
        ClockOfTaskSchema,
        required=True,
        allow_none=True,
        metadata={"description": "The clock of its case that is due next; null: none runs, or it is closed."},
    )
    case = fields.Nested(CaseOfTaskSchema, attribute="itself", required=True)


class OpenedUserTaskSchema(UserTaskSchema):
    form = fields.Nested(
        FormSchema, required=True, allow_none=True, metadata={"description": "null: the task takes no data."}
    )
    data = fields.Dict(
        required=True,
        metadata={"description": "What the form shows at first; of a completed task what was sent."},
    )


class UserTasksQuery(PageQuery):
    assignee = fields.String(load_default=None, metadata={"description": "A username, or `me`."})
    group = fields.String(
        load_default=None, metadata={"description": "Offered to this group; `mine`: to one of my groups."}
    )
    instance = fields.String(load_default=None)
    definition = fields.String(
        load_default=None, metadata={"description": "Only tasks of cases of the process with this key."}
    )
    priority = fields.Integer(load_default=None)
    state = fields.String(load_default=TaskState.OPEN, validate=validate.OneOf([*TaskState]))
    unassigned = fields.Boolean(
        load_default=False, metadata={"description": "Only tasks nobody has claimed."}
    )
    q = fields.String(
        load_default=None,
        validate=validate.Length(0, 200),
        metadata={"description": "Words of the task's name, or of its case as there."},
    )
    sort = fields.String(
        load_default="created",
        validate=validate.OneOf(["created", "due"]),
        metadata={"description": "`created`: the oldest first; `due`: what is due next first."},
    )
    overdue = fields.Boolean(
        load_default=False,
        metadata={"description": "Only open tasks past their due date, or that of a clock of their case."},
    )


class CompletionSchema(Schema):
    data = fields.Raw(
        load_default=None,
        allow_none=True,
        metadata={"description": "What the form's schema asks for.", "type": "object"},
    )


class AssignmentSchema(Schema):
    assignee = fields.String(
        required=True, validate=validate.Length(1, 64), metadata={"description": "A username."}
    )


UserTasksPage = page_of(UserTaskSchema)

TASK_EXAMPLE = {
    "id": "01a204287a86e8a2c2b6fe2769",
    "instance": "01a204287a6f508e8ac5e73610",
    "element": "triage",
    "process": None,
    "name": "Triage",
    "state": "open",
    "assignee": None,
    "candidate_groups": ["service-desk"],
    "candidate_users": [],
    "priority": 3,
    "created_at": "2026-03-02T09:30:00.000000Z",
    "due_at": None,
    "completed_at": None,
    "completed_by": None,
    "revision": 1,
    "clock": CLOCK_OF_TASK_EXAMPLE,
    "case": {
        "number": "INC-000123",
        "title": "Printer on floor 3 jams",
        "definition": "incident",
        "definition_name": "Incident",
        "requester": "ann",
    },
}
OPENED_TASK_EXAMPLE = TASK_EXAMPLE | {"form": FORM_EXAMPLE, "data": {"title": "Printer on floor 3 jams"}}
