"""Messages and timers, as JSON."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from api.language import locales
from api.pages import PageQuery, page_of
from api.schemas.base import Instant, cause
from api.schemas.deployments import in_called_process
from engine.messages import DeliveryState
from engine.timers import TimerState


def _a_key(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValidationError("Give a text or a number.")


class MessageSchema(Schema):
    name = fields.String(required=True, validate=validate.Length(1, 255))
    correlation_key = fields.Raw(
        load_default=None, allow_none=True, validate=_a_key, metadata={"type": ["string", "number"]}
    )
    instance = fields.String(
        load_default=None, allow_none=True, metadata={"description": "The id of the case it is for."}
    )
    payload = fields.Dict(keys=fields.String(), load_default=None, allow_none=True)


class DeliverySchema(Schema):
    instance = fields.String(required=True)
    number = fields.String(required=True)
    element = fields.String(required=True, metadata={"description": "The id of the event that caught it."})


class AwaitedMessageSchema(Schema):
    message = fields.String(required=True, metadata={"description": "The `name` to send."})
    element = fields.String(
        required=True, metadata={"description": "The id of the event that waits for it, as drawn."}
    )
    element_name = fields.Function(
        lambda awaited: awaited.name and awaited.name.in_(*locales()),
        required=True,
        metadata={
            "type": ["string", "null"],
            "description": "What people call the event, in the reader's language.",
        },
    )
    correlation_key = fields.String(
        required=True, allow_none=True, metadata={"description": "null: it asks for none."}
    )
    takes_payload = fields.Boolean(
        required=True, metadata={"description": "Whether the diagram says what becomes of a payload."}
    )


class TimerSchema(Schema):
    id = fields.String(required=True)
    instance = fields.String(attribute="instance_id", required=True)
    element = fields.String(required=True)
    process = in_called_process()
    state = fields.String(required=True, validate=validate.OneOf([*TimerState]))
    due_at = Instant(required=True)
    attempts = fields.Integer(required=True)
    error = fields.String(required=True, allow_none=True)
    cause = cause("error")


class TimersQuery(PageQuery):
    instance = fields.String(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf([*TimerState]))


class OnItsWaySchema(Schema):
    """A delivery that has not arrived."""

    id = fields.String(required=True)
    instance = fields.String(
        attribute="instance_id", required=True, metadata={"description": "The id of the case that sent it."}
    )
    element = fields.String(required=True)
    process = in_called_process()
    kind = fields.String(required=True, validate=validate.OneOf(["message", "signal"]))
    name = fields.String(required=True)
    correlation_key = fields.String(required=True, allow_none=True)
    payload = fields.Dict(keys=fields.String(), required=True)
    state = fields.String(required=True, validate=validate.OneOf([*DeliveryState]))
    sent_at = Instant(required=True)
    next_at = Instant(required=True, metadata={"description": "When it is tried next."})
    attempts = fields.Integer(required=True)
    error = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it did not arrive yet."}
    )
    cause = cause("error")


class OnItsWayQuery(PageQuery):
    instance = fields.String(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf([*DeliveryState]))


AwaitedMessagesPage = page_of(AwaitedMessageSchema)
TimersPage = page_of(TimerSchema)
OnItsWayPage = page_of(OnItsWaySchema)

MESSAGE_EXAMPLE = {
    "name": "incident.reprioritise",
    "correlation_key": "INC-000123",
    "payload": {"priority": 1},
}
DELIVERY_EXAMPLE = {
    "instance": "01a204287a6f508e8ac5e73610",
    "number": "INC-000123",
    "element": "reprioritised",
}
AWAITED_EXAMPLE = {
    "message": "incident.reprioritise",
    "element": "reprioritise_requested",
    "element_name": "New priority asked for",
    "correlation_key": "INC-000123",
    "takes_payload": True,
}
TIMER_EXAMPLE = {
    "id": "01a204287a86e8a2c2b6fe2770",
    "instance": "01a204287a6f508e8ac5e73610",
    "element": "confirmation_overdue",
    "process": None,
    "state": "armed",
    "due_at": "2026-03-07T09:30:00.000000Z",
    "attempts": 0,
    "error": None,
    "cause": None,
}
ON_ITS_WAY_EXAMPLE = {
    "id": "01a204287a86e8a2c2b6fe2771",
    "instance": "01a204287a6f508e8ac5e73610",
    "element": "order_placed",
    "process": None,
    "kind": "message",
    "name": "change.closed",
    "correlation_key": "CHG-000007",
    "payload": {"outcome": "done"},
    "state": "on its way",
    "sent_at": "2026-03-07T09:30:00.000000Z",
    "next_at": "2026-03-07T09:31:00.000000Z",
    "attempts": 1,
    "error": "No case waits for this message.",
    "cause": {"detail": "No case waits for this message.", "code": "nobody-waits", "values": {}},
}
