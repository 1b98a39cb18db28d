"""Notifications, as JSON."""

from marshmallow import Schema, fields

from api.pages import PageQuery, page_of
from api.schemas.base import Instant


class CaseOfNotificationSchema(Schema):
    id = fields.String(required=True)
    number = fields.String(required=True)
    title = fields.String(required=True)


class NotificationSchema(Schema):
    id = fields.String(attribute="row.id", required=True)
    kind = fields.String(
        attribute="row.kind",
        required=True,
        metadata={"description": "`threshold`: a clock has reached one of its thresholds."},
    )
    instance = fields.Nested(CaseOfNotificationSchema, required=True)
    clock = fields.String(attribute="row.clock", required=True, allow_none=True)
    threshold = fields.String(attribute="row.threshold", required=True, allow_none=True)
    detail = fields.Dict(attribute="row.detail", required=True)
    at = Instant(attribute="row.not_before", required=True, metadata={"description": "When she was told."})
    read_at = Instant(attribute="row.read_at", required=True, allow_none=True)


class NotificationsQuery(PageQuery):
    unread = fields.Boolean(load_default=False, metadata={"description": "Only those you have not read."})


class NotificationsPage(page_of(NotificationSchema)):  # type: ignore[misc]
    unread = fields.Integer(required=True, metadata={"description": "How many you have not read."})


class ReadSchema(Schema):
    read = fields.Integer(required=True, metadata={"description": "How many were unread."})


NOTIFICATION_EXAMPLE = {
    "id": "01a204287b12c4d2c2b6fe2799",
    "kind": "threshold",
    "instance": {
        "id": "01a204287a6f508e8ac5e73610",
        "number": "INC-000123",
        "title": "Printer on floor 3 jams",
    },
    "clock": "resolution",
    "threshold": "75",
    "detail": {"due": "2026-03-02T15:30:00.000000Z", "level": 1},
    "at": "2026-03-02T15:30:00.120000Z",
    "read_at": None,
}
