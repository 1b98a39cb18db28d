"""The table of start events: what begins a case of a process by itself, of its latest version."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Attempted, Base, Instant, Json, new_id

_ARMED = text("next_at IS NOT NULL")


class StartEventRow(Attempted, Base):
    """A start event that begins cases. A timer is due at `due_at` and tried at `next_at`, both empty when
    nothing follows; `plan` is how it repeats, in the zone `zone`.
    """

    __tablename__ = "start_event"
    __table_args__ = (
        UniqueConstraint("key", "element"),
        Index(None, "name", "kind"),
        Index("ix_start_event_next_at", "next_at", sqlite_where=_ARMED, postgresql_where=_ARMED),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    definition_id: Mapped[str] = mapped_column(ForeignKey("process_definition.id"))
    key: Mapped[str] = mapped_column(String(255))
    element: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(7))
    name: Mapped[str | None] = mapped_column(String(255))
    payload: Mapped[str | None] = mapped_column(String(255))
    zone: Mapped[str] = mapped_column(String(64))
    plan: Mapped[dict[str, Any]] = mapped_column(Json)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    next_at: Mapped[datetime | None] = mapped_column(Instant)
