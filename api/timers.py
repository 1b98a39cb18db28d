"""Timers over HTTP: what is going to fire, and what could not."""

from typing import Any

from api import pages
from api.blueprint import Blueprint
from api.commands import Command, Reading
from api.schemas.messages import TIMER_EXAMPLE, TimerSchema, TimersPage, TimersQuery
from engine import timers

blueprint = Blueprint("timers", __name__, url_prefix="/api/v1/timers", description="What is going to fire")


@blueprint.get("")
@blueprint.arguments(TimersQuery, location="query")
@blueprint.reading(TimersPage, problems=(422,), example={"items": [TIMER_EXAMPLE], "next": None})
def list_timers(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List timers

    Of the cases you may see, in the order they were armed. A `dead` one failed as often as is allowed, and
    waits for a person.
    """
    after = pages.after(query)
    found = timers.page(
        here.session,
        by=here.person,
        limit=query["limit"] + 1,
        instance=query["instance"],
        state=query["state"],
        after=after[0] if after else None,
    )
    return pages.page(found, query["limit"], lambda row: [row.id])


@blueprint.post("/<timer_id>/retry")
@blueprint.command(TimerSchema, problems=(403, 404, 409), example=TIMER_EXAMPLE)
def retry(command: Command, timer_id: str) -> Any:
    """Let a dead timer try again"""
    return timers.retry(command.session, timer_id, by=command.person, now=command.now)
