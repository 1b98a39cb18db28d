"""The table of timers: what is due is a row, so nothing is forgotten when every process dies."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store.base import (
    Attempted,
    Base,
    DrawnInProcess,
    Instant,
    change_state,
    connection_of,
    new_id,
    table_of,
)


class TimerState(StrEnum):
    """Where a timer stands. A timer that fired is gone."""

    ARMED = "armed"  # waits for its time, or for its next attempt
    HELD = "held"  # its case is suspended: it waits for the case to be resumed, whatever the time
    DEAD = "dead"  # a dead letter: it failed as often as is allowed and waits for a person


_ARMED = text("state = 'armed'")


class TimerRow(DrawnInProcess, Attempted, Base):
    """A timer of a case. `due_at` is the promise; `next_at` when it is tried next: the same until an attempt
    fails.
    """

    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("instance_id", "token"),
        Index("ix_timer_armed_next_at", "next_at", sqlite_where=_ARMED, postgresql_where=_ARMED),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    token: Mapped[int] = mapped_column(Integer)
    element: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(5))
    due_at: Mapped[datetime] = mapped_column(Instant)
    next_at: Mapped[datetime] = mapped_column(Instant)


IS_ARMED = TimerRow.state == literal_column("'armed'")
"""Spelled out rather than bound: only then do both databases see that the partial index serves."""


_TABLE = table_of(TimerRow)
_INSERT = insert(_TABLE)
_DELETE = delete(_TABLE).where(
    _TABLE.c.instance_id == bindparam("instance"), _TABLE.c.token.in_(bindparam("tokens", expanding=True))
)


def add(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write new timers."""
    connection_of(session).execute(_INSERT, rows)


def hold(session: Session, instance_id: str) -> None:
    """Hold the armed timers of a case: they no longer come up when due timers are looked for."""
    change_state(session, _TABLE, instance_id, TimerState.ARMED, TimerState.HELD)


def release(session: Session, instance_id: str) -> None:
    """Arm the held timers of a case again, with the times they had."""
    change_state(session, _TABLE, instance_id, TimerState.HELD, TimerState.ARMED)


def remove(session: Session, instance_id: str, tokens: Collection[int]) -> None:
    """Remove the timers of these tokens."""
    connection_of(session).execute(_DELETE, {"instance": instance_id, "tokens": list(tokens)})
