"""Deliveries over HTTP: what diagrams have sent and what has not arrived."""

from typing import Any

from api import pages
from api.blueprint import Blueprint
from api.commands import Command, Reading
from api.schemas.messages import ON_ITS_WAY_EXAMPLE, OnItsWayPage, OnItsWayQuery, OnItsWaySchema
from engine import messages

blueprint = Blueprint(
    "deliveries", __name__, url_prefix="/api/v1/deliveries", description="What diagrams have sent"
)


@blueprint.get("")
@blueprint.arguments(OnItsWayQuery, location="query")
@blueprint.reading(OnItsWayPage, problems=(422,), example={"items": [ON_ITS_WAY_EXAMPLE], "next": None})
def list_deliveries(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List deliveries

    The messages and signals that cases you may see have sent and that have not arrived, in the order they
    were sent. A `dead` one failed as often as is allowed, and waits for a person.
    """
    after = pages.after(query)
    found = messages.deliveries(
        here.session,
        by=here.person,
        limit=query["limit"] + 1,
        instance=query["instance"],
        state=query["state"],
        after=after[0] if after else None,
    )
    return pages.page(found, query["limit"], lambda row: [row.id])


@blueprint.post("/<delivery_id>/retry")
@blueprint.command(OnItsWaySchema, problems=(403, 404, 409), example=ON_ITS_WAY_EXAMPLE)
def retry(command: Command, delivery_id: str) -> Any:
    """Send a dead delivery once more"""
    return messages.retry(command.session, delivery_id, by=command.person, now=command.now)
