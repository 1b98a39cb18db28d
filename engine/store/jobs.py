"""The table of jobs: work for programs, a row from when a service task begins until it is done."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store.base import (
    Base,
    DrawnInProcess,
    Instant,
    Json,
    as_value,
    change_state,
    connection_of,
    new_id,
    table_of,
    values_of,
)
from engine.store.process_instances import ProcessInstanceRow


class JobState(StrEnum):
    """Where a job stands. One that is done has no row: only the answer to whoever did it still tells."""

    WAITING = "waiting"  # to be worked on, from `next_at`
    HELD = "held"  # its case is suspended: it waits for the case to be resumed
    DEAD = "dead"  # a dead letter: it failed as often as is allowed, its case is failed until a person helps
    DONE = "done"  # completed, or the diagram handled its error


class JobRow(DrawnInProcess, Base):
    """A job of a case. `variables` are the inputs of its service task; `attempts` counts those that failed
    since it was opened or retried, `error` tells the last; `next_at` is when it may be tried next.
    """

    __tablename__ = "job"
    __table_args__ = (
        UniqueConstraint("instance_id", "token"),
        Index(None, "state", "id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    token: Mapped[int] = mapped_column(Integer)
    element: Mapped[str] = mapped_column(String(255))
    topic: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(7))
    variables: Mapped[dict[str, Any]] = mapped_column(Json)
    attempts: Mapped[int] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime] = mapped_column(Instant)


_TABLE = table_of(JobRow)
_INSTANCE = table_of(ProcessInstanceRow)
_CHANGING = ("state", "attempts", "error", "next_at")
_FIND = select(_TABLE).where(_TABLE.c.id == bindparam("id"))
_INSTANCE_OF = select(_TABLE.c.instance_id).where(_TABLE.c.id == bindparam("id")).scalar_subquery()
_LOCK_INSTANCE = select(_INSTANCE).where(_INSTANCE.c.id == _INSTANCE_OF).with_for_update()
_UPDATE = (
    update(_TABLE).where(_TABLE.c.id == bindparam("row_id")).values({n: bindparam(n) for n in _CHANGING})
)
_INSERT = insert(_TABLE)
_REOPENED = (*_CHANGING, "topic", "variables")
_REOPEN = (
    update(_TABLE)
    .where(_TABLE.c.instance_id == bindparam("of_instance"), _TABLE.c.token == bindparam("at_token"))
    .values({name: bindparam(name) for name in _REOPENED})
)
_DELETE = delete(_TABLE).where(
    _TABLE.c.instance_id == bindparam("instance"), _TABLE.c.token.in_(bindparam("tokens", expanding=True))
)


def found(session: Session, job_id: str) -> JobRow | None:
    """The job, if there is one. It is a value: `save` writes it back."""
    columns = connection_of(session).execute(_FIND, {"id": job_id}).one_or_none()
    return None if columns is None else as_value(JobRow, columns)


def locked_instance(session: Session, job_id: str) -> ProcessInstanceRow | None:
    """The instance a job belongs to, held until the transaction ends, if there is such a job."""
    columns = connection_of(session).execute(_LOCK_INSTANCE, {"id": job_id}).one_or_none()
    return None if columns is None else as_value(ProcessInstanceRow, columns)


def save(session: Session, job: JobRow) -> None:
    """Write what may have changed of a job whose instance is held."""
    connection_of(session).execute(_UPDATE, values_of(job, _CHANGING) | {"row_id": job.id})


def add(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write new jobs."""
    connection_of(session).execute(_INSERT, rows)


def reopen(session: Session, rows: list[dict[str, Any]]) -> None:
    """Let the dead jobs of these tokens begin anew, under their ids."""
    told = [
        {name: row[name] for name in _REOPENED}
        | {"of_instance": row["instance_id"], "at_token": row["token"]}
        for row in rows
    ]
    connection_of(session).execute(_REOPEN, told)


def remove(session: Session, instance_id: str, tokens: Collection[int]) -> None:
    """Remove the jobs of these tokens."""
    connection_of(session).execute(_DELETE, {"instance": instance_id, "tokens": list(tokens)})


def hold(session: Session, instance_id: str) -> None:
    """Hold the waiting jobs of a case: they no longer come up when work is looked for."""
    change_state(session, _TABLE, instance_id, JobState.WAITING, JobState.HELD)


def release(session: Session, instance_id: str) -> None:
    """Let the held jobs of a case wait again, with the times they had."""
    change_state(session, _TABLE, instance_id, JobState.HELD, JobState.WAITING)
