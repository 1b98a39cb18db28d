"""Notifications over HTTP: what you were told about cases."""

from typing import Any

from api import pages
from api.blueprint import Blueprint
from api.commands import Command, Reading
from api.schemas.notifications import (
    NOTIFICATION_EXAMPLE,
    NotificationSchema,
    NotificationsPage,
    NotificationsQuery,
    ReadSchema,
)
from engine import notifications
from engine.errors import Invalid

blueprint = Blueprint(
    "notifications", __name__, url_prefix="/api/v1/notifications", description="What you were told"
)

_READ = NOTIFICATION_EXAMPLE | {"read_at": "2026-03-02T15:41:00.000000Z"}


@blueprint.get("")
@blueprint.arguments(NotificationsQuery, location="query")
@blueprint.reading(
    NotificationsPage,
    problems=(422,),
    example={"items": [NOTIFICATION_EXAMPLE], "next": None, "unread": 1},
)
def list_notifications(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List your notifications

    The newest first. One that is to respect your working hours is there when they begin.
    """
    after = pages.after(query)
    if after is not None and len(after) != 2:
        raise Invalid("This cursor is not one of this list.")
    found = notifications.page(
        here.session,
        by=here.person,
        now=here.now,
        limit=query["limit"] + 1,
        unread=query["unread"],
        before=(after[0], after[1]) if after else None,
    )
    answer = pages.page(found, query["limit"], lambda view: [view.row.not_before, view.row.id])
    return answer | {"unread": notifications.unread(here.session, by=here.person, now=here.now)}


@blueprint.post("/<notification_id>/read")
@blueprint.command(NotificationSchema, problems=(404,), example=_READ)
def read(command: Command, notification_id: str) -> Any:
    """Mark a notification as read"""
    return notifications.read(command.session, notification_id, by=command.person, now=command.now)


@blueprint.post("/read")
@blueprint.command(ReadSchema, example={"read": 3})
def read_all(command: Command) -> dict[str, int]:
    """Mark all your notifications as read"""
    return {"read": notifications.read_all(command.session, by=command.person, now=command.now)}
