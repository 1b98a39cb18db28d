"""Jobs: the work of programs. A service task opens one; who does it completes it, or tells why it failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import access, runtime
from engine.bpmn import Execution
from engine.errors import Conflict, NotFound
from engine.people import Person
from engine.sentences import Sentence
from engine.store import jobs as stored
from engine.store.base import at_flush
from engine.store.history import Entry
from engine.store.jobs import JobRow, JobState
from engine.store.process_instances import ProcessInstanceRow

__all__ = ["Filter", "JobState", "Order", "complete", "fail", "get", "page", "require_workable", "retry"]

ATTEMPTS = 5
"""How often a job may fail before it is a dead letter."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which jobs to list."""

    state: str | None = None
    instance: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A command on a job: who gives it and when."""

    by: Person
    now: datetime


def page(
    session: Session, chosen: Filter, *, by: Person, limit: int, after: str | None = None
) -> list[JobRow]:
    """Up to `limit` jobs after the one with the id `after`, the oldest first. Raises `Forbidden`."""
    access.require(by, *access.WORKERS)
    statement = select(JobRow)
    wanted = (
        (JobRow.state, chosen.state),
        (JobRow.instance_id, chosen.instance),
        (JobRow.topic, chosen.topic),
    )
    for column, value in wanted:
        if value is not None:
            statement = statement.where(column == value)
    if after is not None:
        statement = statement.where(JobRow.id > after)
    return list(session.scalars(statement.order_by(JobRow.id).limit(limit)))


def get(session: Session, job_id: str, *, by: Person) -> JobRow:
    """The job. Raises `NotFound`, and `Forbidden` when she may see its case but does no jobs."""
    job = stored.found(session, job_id)
    if job is None:
        raise _no_such_job()
    access.require_visible(session, by, session.get_one(ProcessInstanceRow, job.instance_id), "job")
    access.require(by, *access.WORKERS)
    return job


def require_workable(session: Session, job_id: str, *, by: Person) -> None:
    """What a command on a job that waits checks before it looks at anything sent. Raises `NotFound`,
    `Conflict`, `Forbidden`.
    """
    job = stored.found(session, job_id)
    if job is None:
        raise _no_such_job()
    instance = session.get_one(ProcessInstanceRow, job.instance_id)
    access.require_visible(session, by, instance, "job")
    _require_waiting(instance, job)
    access.require(by, *access.WORKERS)


# Commands


def complete(session: Session, job_id: str, variables: Mapping[str, Any], order: Order) -> JobRow:
    """The work is done: its case goes on until everything in it waits. The job as it was, `done`.

    If the diagram maps outputs, they read these variables; if not, the variables are written to the scope
    outside. Raises `NotFound`, `Conflict`, `Forbidden`, `Invalid` for what is no name of a variable; the case
    is unharmed then.
    """
    instance, job = _hold_waiting(session, job_id, order)
    runtime.require_names(variables, "#/variables")
    entry = _entry("job completed", job, variables=dict(variables))
    _advance(session, instance, lambda case: case.complete_job(job.token, variables), order, entry)
    job.state = JobState.DONE
    return job


def fail(
    session: Session,
    job_id: str,
    message: str,
    order: Order,
    *,
    error_code: str | None = None,
    retry: bool = True,
) -> JobRow:
    """The work could not be done.

    With an `error_code` the BPMN error is thrown where the service task stands: what the diagram handles is
    no failure, and the job is `done`. Else an attempt is spent, and the job waits for 1, 4, 9... minutes;
    with none left, without `retry`, or when nothing handles the error, it is a dead letter and its case fails
    there. Raises `NotFound`, `Conflict`, `Forbidden`.
    """
    instance, job = _hold_waiting(session, job_id, order)
    message = message.replace("\0", "\ufffd")  # PostgreSQL keeps no NUL
    entry = _entry("job failed", job, message=message, **({"error_code": error_code} if error_code else {}))
    if error_code is not None:
        _throw(session, instance, job, error_code, order, entry)
    elif retry and job.attempts + 1 < ATTEMPTS:
        job.next_at = at_flush(session, order.now) + timedelta(minutes=(job.attempts + 1) ** 2)
        runtime.record(session, instance, entry, now=order.now, actor=order.by.username)
    else:
        _advance(session, instance, lambda case: case.fail_job(job.token, message), order, entry)
        job.state = JobState.DEAD
    if job.state != JobState.DONE:
        job.attempts, job.error = job.attempts + 1, message
        stored.save(session, job)
    return job


def retry(session: Session, job_id: str, order: Order) -> JobRow:
    """Let a dead job begin anew, with the inputs as they are now. Raises `NotFound`, `Conflict` when it is
    not dead, `Forbidden`.
    """
    instance, job = _hold(session, job_id, order)
    if job.state != JobState.DEAD:
        raise Conflict("This job is no dead letter.")
    access.require(order.by, *access.WORKERS)
    entry = _entry("job retried", job)
    _advance(session, instance, lambda case: case.retry_at(job.token), order, entry)
    again = stored.found(session, job_id)
    assert again is not None, "retrying leaves the row, whether it waits again or its inputs failed"
    return again


def _throw(
    session: Session, instance: ProcessInstanceRow, job: JobRow, code: str, order: Order, entry: Entry
) -> None:
    """Throw a BPMN error; one that nothing handles makes the job a dead letter."""

    def act(case: Execution) -> None:
        if case.throw_at(job.token, code, entry.detail["message"]):
            job.state = JobState.DONE
        else:
            job.state = JobState.DEAD
            told = entry.detail["message"]
            case.fail_job(job.token, Sentence("error-unhandled-told", error=code, message=told))

    _advance(session, instance, act, order, entry)


def _hold(session: Session, job_id: str, order: Order) -> tuple[ProcessInstanceRow, JobRow]:
    """Lock the case of a job that somebody may see, and see that it runs.

    The instance is locked by one statement and the job read by the next: a join would show the job as it was
    before the wait for the lock.
    """
    instance = stored.locked_instance(session, job_id)
    job = stored.found(session, job_id)
    if instance is None or job is None:
        raise _no_such_job()
    access.require_visible(session, order.by, instance, "job")
    runtime.require_open(instance)
    return instance, job


def _hold_waiting(session: Session, job_id: str, order: Order) -> tuple[ProcessInstanceRow, JobRow]:
    instance, job = _hold(session, job_id, order)
    _require_waiting(instance, job)
    access.require(order.by, *access.WORKERS)
    return instance, job


def _require_waiting(instance: ProcessInstanceRow, job: JobRow) -> None:
    runtime.require_open(instance)
    if job.state == JobState.DEAD:
        raise Conflict("This job is a dead letter; retry it first.")


def _entry(kind: str, job: JobRow, **detail: Any) -> Entry:
    return Entry(kind, job.element, {"topic": job.topic, **detail, **job.whereabouts})


def _no_such_job() -> NotFound:
    return NotFound("There is no such job.")


def _advance(session: Session, instance: ProcessInstanceRow, act: Any, order: Order, entry: Entry) -> None:
    runtime.advance(session, instance, act, now=order.now, actor=order.by.username, entries=[entry])
