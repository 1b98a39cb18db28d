"""Messages over HTTP: tell a case that something has happened."""

from typing import Any

from api.blueprint import Blueprint
from api.commands import Command
from api.schemas.messages import DELIVERY_EXAMPLE, MESSAGE_EXAMPLE, DeliverySchema, MessageSchema
from api.server import server
from engine import messages
from engine.messages import Delivery

blueprint = Blueprint("messages", __name__, url_prefix="/api/v1/messages", description="Messages to cases")


@blueprint.post("")
@blueprint.arguments(MessageSchema, example=MESSAGE_EXAMPLE)
@blueprint.command(DeliverySchema, problems=(403, 404, 409), example=DELIVERY_EXAMPLE)
def publish(command: Command, body: dict[str, Any]) -> Delivery:
    """Send a message to a case

    To the one that waits for it: named by `instance`, found by the correlation key, or the only one. When
    none does, it begins a case of the process that begins with it, if you may start that one. 404 when no
    case that you may see waits for it and none begins, 409 when several do. In a case the event that has
    waited longest catches it.
    """
    return messages.publish(
        command.session,
        body.pop("name"),
        by=command.person,
        now=command.now,
        zone=server().settings.timezone,
        **body,
    )
