"""The table of notifications: what somebody is to be told about a case."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, insert, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store.base import Base, Instant, Json, connection_of, new_id, table_of

_UNREAD = text("read_at IS NULL")


class NotificationRow(Base):
    """Something to tell one person; not before `not_before`. `detail` is what its kind says more."""

    __tablename__ = "notification"
    __table_args__ = (
        Index(None, "person", "id"),
        Index("ix_notification_unread", "person", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
        Index(None, "instance_id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    person: Mapped[str] = mapped_column(String(64))
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    clock_id: Mapped[str | None] = mapped_column(ForeignKey("clock.id", ondelete="CASCADE"))
    clock: Mapped[str | None] = mapped_column(String(64))
    threshold: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Instant)
    not_before: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)


_INSERT = insert(table_of(NotificationRow))


def add(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write new notifications, in one statement."""
    connection_of(session).execute(_INSERT, rows)
