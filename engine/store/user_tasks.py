"""The tables of user tasks and their candidates."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, Text, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Instant, Json, new_id


class TaskState(StrEnum):
    """Where a user task stands."""

    OPEN = "open"  # waits for a person
    COMPLETED = "completed"  # done by a person
    CANCELLED = "cancelled"  # no longer wanted: its case went another way or ended


class UserTaskRow(Base):
    """A user task. `token` is where it stands in its case, `form_id` the form version it opened with."""

    __tablename__ = "user_task"
    __table_args__ = (
        Index(None, "instance_id", "token"),
        Index(
            "ix_user_task_open_assignee",
            "assignee",
            "id",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_user_task_open_due_at",
            "due_at",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(None, "assignee", "instance_id"),
        Index(None, "completed_by", "instance_id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    token: Mapped[int] = mapped_column(Integer)
    element: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(10))
    assignee: Mapped[str | None] = mapped_column(String(64))
    candidate_users: Mapped[list[str]] = mapped_column(Json)
    candidate_groups: Mapped[list[str]] = mapped_column(Json)
    priority: Mapped[int | None] = mapped_column(Integer)
    form_id: Mapped[str | None] = mapped_column(ForeignKey("form.id"))
    separation: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    completed_by: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(Integer)


class CandidateRow(Base):
    """Somebody, or a group, that may claim an open task. Gone when the task closes, so a queue is read along
    the index.
    """

    __tablename__ = "user_task_candidate"
    __table_args__ = (Index(None, "task_id"), Index(None, "instance_id", "kind", "name"))

    kind: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("user_task.id", ondelete="CASCADE"), primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(26))


GROUP, USER = "group", "user"

IS_OPEN = UserTaskRow.state == literal_column("'open'")
"""Spelled out rather than bound: only then do both databases see that the partial indexes serve."""
