"""Jobs over HTTP: the work of programs that service tasks wait for."""

from typing import Any

from api import pages
from api.blueprint import Blueprint
from api.commands import Command, Reading
from api.schemas.jobs import JOB_EXAMPLE, JobFailureSchema, JobSchema, JobsPage, JobsQuery, ResultsSchema
from engine import jobs
from engine.jobs import Filter, Order

blueprint = Blueprint("jobs", __name__, url_prefix="/api/v1/jobs", description="The work of programs")

_DONE = JOB_EXAMPLE | {"state": "done"}


@blueprint.get("")
@blueprint.arguments(JobsQuery, location="query")
@blueprint.reading(JobsPage, problems=(403, 422), example={"items": [JOB_EXAMPLE], "next": None})
def list_jobs(here: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List jobs

    For administrators; the oldest first. A `dead` one failed as often as is allowed, and waits for a person.
    """
    chosen = Filter(query["state"], query["instance"], query["topic"])
    after = pages.after(query)
    found = jobs.page(
        here.session, chosen, by=here.person, limit=query["limit"] + 1, after=after[0] if after else None
    )
    return pages.page(found, query["limit"], lambda row: [row.id])


@blueprint.get("/<job_id>")
@blueprint.reading(JobSchema, problems=(403, 404), example=JOB_EXAMPLE)
def get_job(here: Reading, job_id: str) -> Any:
    """Get a job"""
    return jobs.get(here.session, job_id, by=here.person)


def _guard(here: Reading, job_id: str) -> None:
    jobs.require_workable(here.session, job_id, by=here.person)


def _order(command: Command) -> Order:
    return Order(command.person, command.now)


@blueprint.post("/<job_id>/complete")
@blueprint.arguments(ResultsSchema, example={"variables": {"ticket": "M-118"}})
@blueprint.command(JobSchema, problems=(403, 404, 409), example=_DONE, guard=_guard)
def complete(command: Command, body: dict[str, Any], job_id: str) -> Any:
    """Complete a job

    The case goes on until everything in it waits. The outputs of the service task read the variables; without
    outputs they become variables of the case.
    """
    return jobs.complete(command.session, job_id, body["variables"], _order(command))


@blueprint.post("/<job_id>/fail")
@blueprint.arguments(JobFailureSchema, example={"message": "The monitoring system does not answer."})
@blueprint.command(JobSchema, problems=(403, 404, 409), example=JOB_EXAMPLE, guard=_guard)
def fail(command: Command, body: dict[str, Any], job_id: str) -> Any:
    """Say that a job could not be done

    It is to be tried again after 1, 4, 9... minutes; after five attempts, or without `retry`, it is `dead`
    and its case has failed. An `error_code` throws that BPMN error instead: if the diagram handles it, the
    job is `done`.
    """
    return jobs.fail(
        command.session,
        job_id,
        body["message"],
        _order(command),
        error_code=body["error_code"],
        retry=body["retry"],
    )


@blueprint.post("/<job_id>/retry")
@blueprint.command(JobSchema, problems=(403, 404, 409), example=JOB_EXAMPLE)
def retry(command: Command, job_id: str) -> Any:
    """Let a dead job begin anew

    With the inputs as they are now. Retrying the case does the same for all that failed in it.
    """
    return jobs.retry(command.session, job_id, _order(command))
