"""Process instances, as JSON."""

from typing import Any

from marshmallow import INCLUDE, Schema, fields, post_dump, validate
from webargs.fields import DelimitedList

from api.language import locales
from api.pages import PageQuery, page_of
from api.schemas.base import Instant, cause
from api.schemas.deployments import in_called_process
from engine import comments
from engine.process_instances import InstanceState


class FailureSchema(Schema):
    element = fields.String(
        required=True, metadata={"description": "The id of the element that failed, as drawn."}
    )
    message = fields.String(required=True)
    cause = cause("message", allow_none=False)
    process = in_called_process()


class ProcessInstanceSchema(Schema):
    id = fields.String(required=True)
    number = fields.String(required=True, metadata={"description": "What people call the case."})
    definition = fields.String(attribute="definition_key", required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf([*InstanceState]))
    title = fields.String(required=True)
    priority = fields.Integer(required=True, allow_none=True)
    service = fields.String(required=True, allow_none=True)
    requester = fields.String(required=True, allow_none=True)
    started_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    escalation_level = fields.Integer(
        required=True,
        metadata={"description": "The highest that a threshold of its clocks has raised it to."},
    )
    failures = fields.List(fields.Nested(FailureSchema), required=True)
    revision = fields.Integer(required=True)


class StartSchema(Schema):
    definition = fields.String(
        required=True, validate=validate.Length(1, 255), metadata={"description": "The key of the process."}
    )
    variables = fields.Dict(keys=fields.String(), load_default=dict)
    title = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 1000))
    service = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 255))


class InstancesQuery(PageQuery):
    definition = fields.String(load_default=None, metadata={"description": "Only cases of this process."})
    state = DelimitedList(fields.String(validate=validate.OneOf([*InstanceState])), load_default=())
    q = fields.String(
        load_default=None,
        validate=validate.Length(0, 200),
        metadata={"description": "Words of number, title, texts or comments; the last may be a beginning."},
    )
    requester = fields.String(load_default=None, metadata={"description": "A username, or `me`."})
    priority = fields.Integer(load_default=None, validate=validate.Range(-(2**31), 2**31 - 1))
    service = fields.String(load_default=None)


class OrderSchema(Schema):
    reason = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 2000))


class MigrateSchema(OrderSchema):
    version = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(1, 2**31 - 1),
        metadata={"description": "The version to go on in, newer or older."},
    )


class MigrateQuery(Schema):
    dry_run = fields.Boolean(load_default=False, metadata={"description": "Only tell what would happen."})


def _elements(description: str) -> fields.List[Any]:
    return fields.List(fields.String(), required=True, metadata={"description": description})


class MigrationSchema(Schema):
    instance = fields.Nested(ProcessInstanceSchema, required=True)
    from_version = fields.Integer(required=True)
    to_version = fields.Integer(required=True)
    kept = _elements("The elements at which something goes on as it was.")
    armed = _elements("The events that begin to listen, their times counted from now.")
    disarmed = _elements("The events that listen no longer.")


class VariablesSchema(Schema):
    """Any names, any JSON values."""

    class Meta:
        unknown = INCLUDE

    @post_dump(pass_original=True)
    def _as_they_are(self, _declared: Any, variables: dict[str, Any], **_: Any) -> dict[str, Any]:
        return variables


class HistoryEntrySchema(Schema):
    seq = fields.Integer(attribute="entry.seq", required=True)
    at = Instant(attribute="entry.at", required=True)
    kind = fields.String(attribute="entry.kind", required=True)
    element = fields.String(attribute="entry.element", required=True, allow_none=True)
    element_name = fields.Function(
        lambda told: told.element and told.element.in_(*locales()),
        required=True,
        metadata={
            "type": ["string", "null"],
            "description": "What people call the element, in the reader's language.",
        },
    )
    actor = fields.String(
        attribute="entry.actor",
        required=True,
        allow_none=True,
        metadata={"description": "A username; null: the engine itself, or erased."},
    )
    actor_name = fields.String(
        required=True, allow_none=True, metadata={"description": "What people call her."}
    )
    detail = fields.Dict(attribute="entry.detail", required=True, allow_none=True)
    hash = fields.String(
        attribute="entry.hash",
        required=True,
        metadata={"description": "The entry's link in the case's chain."},
    )


class HistoryQuery(PageQuery):
    sort = fields.String(
        load_default="oldest",
        validate=validate.OneOf(["oldest", "newest"]),
        metadata={"description": "Which entries come first."},
    )


class AuthorSchema(Schema):
    username = fields.String(required=True)
    name = fields.String(required=True)


class CommentSchema(Schema):
    id = fields.String(required=True)
    author = fields.Nested(
        AuthorSchema, required=True, allow_none=True, metadata={"description": "null: erased."}
    )
    text = fields.String(required=True)
    created_at = Instant(required=True)


class NewCommentSchema(Schema):
    text = fields.String(
        required=True,
        validate=[
            validate.Length(1, comments.LONGEST),
            validate.Regexp(r"(?s).*\S", error="Say something."),
        ],
    )


class PositionSchema(Schema):
    element = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "`active`, `listening` or `failed`."})
    process = in_called_process()


class DiagramSchema(Schema):
    xml = fields.String(required=True, metadata={"description": "The diagram as drawn."})
    positions = fields.List(fields.Nested(PositionSchema), required=True)


ProcessInstancesPage = page_of(ProcessInstanceSchema)
CommentsPage = page_of(CommentSchema)
HistoryPage = page_of(HistoryEntrySchema)

INSTANCE_EXAMPLE = {
    "id": "01a204287a6f508e8ac5e73610",
    "number": "INC-000123",
    "definition": "incident",
    "version": 7,
    "state": "active",
    "title": "Printer on floor 3 jams",
    "priority": 3,
    "service": "printing",
    "requester": "ann",
    "started_at": "2026-03-02T09:30:00.000000Z",
    "ended_at": None,
    "escalation_level": 0,
    "failures": [],
    "revision": 4,
}
MIGRATION_EXAMPLE = {
    "instance": INSTANCE_EXAMPLE | {"version": 8, "revision": 5},
    "from_version": 7,
    "to_version": 8,
    "kept": ["triage"],
    "armed": ["reminder_due"],
    "disarmed": [],
}
START_EXAMPLE = {
    "definition": "incident",
    "variables": {
        "title": "Printer on floor 3 jams",
        "description": "Paper tray 2",
        "impact": 2,
        "urgency": 2,
    },
}
POSITION_EXAMPLE = {"element": "triage", "state": "active", "process": None}
COMMENT_EXAMPLE = {
    "id": "01a204287b12c4d2c2b6fe2771",
    "author": {"username": "sam", "name": "Sam Okafor"},
    "text": "The supplier brings a new drum tomorrow.",
    "created_at": "2026-03-02T10:02:00.000000Z",
}
HISTORY_EXAMPLE = {
    "seq": 5,
    "at": "2026-03-02T09:41:07.120000Z",
    "kind": "task completed",
    "element": "triage",
    "element_name": "Triage",
    "actor": "sam",
    "actor_name": "Sam Okafor",
    "detail": {
        "task": "01a204287a86e8a2c2b6fe2769",
        "name": "Triage",
        "data": {"outcome": "work"},
    },
    "hash": "5f0c2d0f6a2b9f43a5f1d5d8b7c6b1d4e0a98f7c6b5a49382716051423324150",
}
