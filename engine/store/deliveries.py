"""The table of deliveries: messages and signals that a diagram has sent and that have not arrived yet."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, insert, literal_column, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store.base import Attempted, Base, DrawnInProcess, Instant, Json, connection_of, new_id, table_of


class DeliveryState(StrEnum):
    """Where a delivery stands. One that arrived is gone."""

    ON_ITS_WAY = "on its way"  # waits for its turn, or for its next attempt
    DEAD = "dead"  # a dead letter: it failed as often as is allowed and waits for a person


_ON_ITS_WAY = text("state = 'on its way'")


class DeliveryRow(DrawnInProcess, Attempted, Base):
    """Something sent by `element` of the case `instance_id`. A signal is for the event at `token` of the case
    `receiver_id`, or begins a case of the process `starts`; a message finds its receiver when it is
    delivered.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_next_at", "next_at", sqlite_where=_ON_ITS_WAY, postgresql_where=_ON_ITS_WAY),
        Index(None, "instance_id"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    element: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(7))
    name: Mapped[str] = mapped_column(String(255))
    correlation_key: Mapped[str | None] = mapped_column(String(255))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    receiver_id: Mapped[str | None] = mapped_column(String(26))
    token: Mapped[int | None] = mapped_column(Integer)
    starts: Mapped[str | None] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(10))
    position: Mapped[int] = mapped_column(Integer)  # among what one command sent
    sent_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime] = mapped_column(Instant)


IS_ON_ITS_WAY = DeliveryRow.state == literal_column("'on its way'")
"""Spelled out rather than bound: only then do both databases see that the partial index serves."""

_INSERT = insert(table_of(DeliveryRow))


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write down what is sent."""
    connection_of(session).execute(_INSERT, list(rows))
