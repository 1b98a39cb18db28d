"""Service-level clocks over HTTP: what burns next, how a clock came to stand as it does, and aiming open ones
anew.
"""

from typing import Any

from api import pages
from api.blueprint import Blueprint
from api.commands import Command, Reading
from api.schemas.clocks import (
    CLOCK_EXAMPLE,
    OPENED_CLOCK_EXAMPLE,
    RE_AIM_EXAMPLE,
    ClockSchema,
    ClocksPage,
    ClocksQuery,
    OpenedClockSchema,
    ReAimAnswerSchema,
    ReAimSchema,
)
from engine import clocks
from engine.clocks import ClockState, Filter, Opened, View
from engine.errors import Invalid

blueprint = Blueprint("clocks", __name__, url_prefix="/api/v1/clocks", description="Service-level clocks")


@blueprint.get("")
@blueprint.arguments(ClocksQuery, location="query")
@blueprint.reading(ClocksPage, problems=(422,), example={"items": [CLOCK_EXAMPLE], "next": None})
def list_clocks(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List service-level clocks

    Of the cases you may see: what is due next first, what has no due time (paused, or nothing is measured)
    last. The open ones, unless `state` or `instance` says otherwise.
    """
    after = pages.after(query)
    if after is not None and len(after) != 2:
        raise Invalid("This cursor is not one of this list.")
    found = clocks.page(
        here.session,
        _filter(query),
        by=here.person,
        now=here.now,
        limit=query["limit"] + 1,
        after=(after[0], after[1]) if after else None,
    )
    return pages.page(found, query["limit"], lambda view: [view.clock.due_at, view.clock.id])


def _filter(query: dict[str, Any]) -> Filter:
    states = tuple(query["state"])
    if query["paused"] is not None:
        asked = {ClockState.PAUSED} if query["paused"] else {*ClockState} - {ClockState.PAUSED}
        states = tuple(sorted(set(states or clocks.OPEN) & asked)) or ("none",)
    same = ("instance", "name", "process", "service", "priority", "team", "breached", "at_risk", "unassigned")
    return Filter(states=states, **{name: query[name] for name in same})


@blueprint.get("/<clock_id>")
@blueprint.reading(OpenedClockSchema, problems=(404,), example=OPENED_CLOCK_EXAMPLE)
def get_clock(here: Reading, clock_id: str) -> Opened:
    """Get a service-level clock

    With all that happened to it, and who had its case when.
    """
    return clocks.opened(here.session, clock_id, by=here.person, now=here.now)


@blueprint.post("/<clock_id>/retry")
@blueprint.command(ClockSchema, problems=(403, 404, 409), example=CLOCK_EXAMPLE)
def retry(command: Command, clock_id: str) -> View:
    """Let thresholds that were given up try again

    Those that failed as often as is allowed, all of this clock. For service managers, process owners and
    administrators.
    """
    return clocks.retry(command.session, clock_id, by=command.person, now=command.now)


@blueprint.post("/re-aim")
@blueprint.arguments(ReAimSchema, example={"dry_run": True, "policy": "incidents"})
@blueprint.command(ReAimAnswerSchema, problems=(403,), example=RE_AIM_EXAMPLE)
def re_aim(command: Command, body: dict[str, Any]) -> dict[str, Any]:
    """Aim open clocks anew

    At the latest versions of policies and calendars: those that run under a policy or a calendar, or all that
    are open; from their original start, pauses kept. With `dry_run` (unless you say otherwise) it is only
    told which would change, and how. `more` says that there are others beyond what one command takes; send
    it again for those. For service managers, process owners and administrators.
    """
    batch = clocks.re_aim(
        command.session,
        by=command.person,
        now=command.now,
        policy=body["policy"],
        calendar=body["calendar"],
        dry_run=body["dry_run"],
    )
    return {"dry_run": body["dry_run"], "changed": batch.changed, "more": batch.more}
