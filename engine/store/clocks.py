"""The table of service-level clocks, and their events, which are entries of the history."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    bindparam,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store import documents
from engine.store.base import Base, Instant, Json, as_value, connection_of, new_id, table_of, values_of
from engine.store.history import Entry, HistoryRow


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"  # working time counts
    PAUSED = "paused"  # something pauses it: it has time remaining and no due time
    UNMEASURED = "unmeasured"  # no target applies to its case: nothing is promised, and that is told
    STOPPED = "stopped"  # it has its result, which never changes
    CANCELLED = "cancelled"  # its case was cancelled: nothing is promised any more


_OPEN = text("stopped_at IS NULL")
_ARMED = text("next_at IS NOT NULL")


class ClockRow(Base):
    """A clock of a case. All of it follows from its events, and is kept to be found and to be moved on.

    `used` is the working time, in microseconds, before `since`, from when on it runs; without `since` it does
    not run. `target` is in seconds. `due_at` is there while it runs, and for good once it has passed.
    `next_at` is when the next of its `thresholds` is to be fired, whatever else: one row a clock is all that
    the sweep has to look at. `pausing` are the tokens that pause it; `pauses` counts how often one did,
    `events` all that happened to it, last at `changed_at`.
    """

    __tablename__ = "clock"
    __table_args__ = (
        Index("ix_clock_armed_next_at", "next_at", sqlite_where=_ARMED, postgresql_where=_ARMED),
        Index("ix_clock_open_due_at", "due_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "instance_id"),
        Index("ix_clock_policy_key", "policy_key", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime] = mapped_column(Instant)
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    since: Mapped[datetime | None] = mapped_column(Instant)
    used: Mapped[int] = mapped_column(BigInteger)
    target: Mapped[int | None] = mapped_column(Integer)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    warned: Mapped[bool] = mapped_column(Boolean)
    policy_key: Mapped[str | None] = mapped_column(String(255))
    policy_version: Mapped[int | None] = mapped_column(Integer)
    target_number: Mapped[int | None] = mapped_column(Integer)
    calendar_key: Mapped[str | None] = mapped_column(String(255))
    calendar_version: Mapped[int | None] = mapped_column(Integer)
    agreement: Mapped[str | None] = mapped_column(String(255))
    thresholds: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    pausing: Mapped[list[int]] = mapped_column(Json)
    data_versions: Mapped[dict[str, str] | None] = mapped_column(Json)
    pauses: Mapped[int] = mapped_column(Integer)
    events: Mapped[int] = mapped_column(Integer)


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """Something that happened to a clock."""

    at: datetime
    kind: str
    detail: dict[str, Any]
    actor: str | None = None


_KINDS = ("started", "paused", "resumed", "stopped", "cancelled", "re-aimed")
_TOLD_AS = {kind: f"clock {kind}" for kind in _KINDS}
_TOLD_AS |= {kind: kind for kind in ("threshold fired", "threshold failed", "threshold retried")}
_KIND_OF = {told: kind for kind, told in _TOLD_AS.items()}
TOLD = tuple(_KIND_OF)
"""The kinds of the entries in the history that are events of clocks."""


def entry_of(clock: ClockRow, kind: str, element: str | None, at: datetime, **detail: Any) -> Entry:
    """What happened to a clock, for the history of its case."""
    return Entry(_TOLD_AS[kind], element, {"clock": clock.name, "id": clock.id, **detail}, at)


def event_of(entry: Any, actor: str | None = None) -> tuple[str, ClockEvent]:
    """What an entry tells of a clock, and the id of that."""
    detail = {name: value for name, value in entry.detail.items() if name not in ("clock", "id")}
    if entry.element:
        detail["element"] = entry.element
    return entry.detail["id"], ClockEvent(entry.at, _KIND_OF[entry.kind], detail, actor)


_CLOCK, _HISTORY = table_of(ClockRow), table_of(HistoryRow)
_COLUMNS = _CLOCK.columns.keys()
_FIXED = ("id", "instance_id", "name", "started_at")
_OPEN_OF = select(_CLOCK).where(_CLOCK.c.instance_id == bindparam("instance"), _CLOCK.c.stopped_at.is_(None))
_DUE_OF = select(_CLOCK).where(
    _CLOCK.c.instance_id.in_(bindparam("instances", expanding=True)), _CLOCK.c.next_at <= bindparam("now")
)
_BY_ID = select(_CLOCK).where(_CLOCK.c.id == bindparam("id"))
_EVENTS_IN = (
    select(*(_HISTORY.c[name] for name in ("kind", "element", "detail", "at", "actor")))
    .where(_HISTORY.c.instance_id.in_(bindparam("instances", expanding=True)), _HISTORY.c.kind.in_(TOLD))
    .order_by(_HISTORY.c.instance_id, _HISTORY.c.seq)
)
_OPEN_AND_AGREED = _OPEN_OF.add_columns(*documents.EDITION_AND_ORGANISATION)
# What has no due time last, as both databases sort it.
_OPEN_IN = (
    select(_CLOCK)
    .where(_CLOCK.c.instance_id.in_(bindparam("instances", expanding=True)), _CLOCK.c.stopped_at.is_(None))
    .order_by(_CLOCK.c.due_at.is_(None), _CLOCK.c.due_at, _CLOCK.c.id)
)


def _put(dialect: Any) -> Any:
    new = dialect.insert(_CLOCK)
    changing = {name: new.excluded[name] for name in _COLUMNS if name not in _FIXED}
    return new.on_conflict_do_update(index_elements=["id"], set_=changing)


_PUT = {"sqlite": _put(sqlite), "postgresql": _put(postgresql)}


def open_of(session: Session, instance_id: str) -> list[ClockRow]:
    """The clocks of a case that have not ended, as values: `put` writes them back."""
    found = connection_of(session).execute(_OPEN_OF, {"instance": instance_id})
    return [as_value(ClockRow, columns) for columns in found]


def open_and_agreed(
    session: Session, instance_id: str, requester: str | None
) -> tuple[list[ClockRow], tuple[str | None, str | None] | None]:
    """As `open_of`, and what `documents.edition_and_organisation` tells of the requester, in one statement;
    None in its place when there is no such clock.
    """
    asked = {"instance": instance_id, "username": requester}
    found = connection_of(session).execute(_OPEN_AND_AGREED, asked).all()
    here = [as_value(ClockRow, columns[:-2]) for columns in found]
    return here, (found[0][-2], found[0][-1]) if found else None


def open_in(session: Session, instance_ids: Collection[str]) -> list[ClockRow]:
    """The clocks of these cases that have not ended, what is due next first, as values."""
    found = connection_of(session).execute(_OPEN_IN, {"instances": list(instance_ids)})
    return [as_value(ClockRow, columns) for columns in found]


def due_of(session: Session, instance_ids: Collection[str], now: datetime) -> list[ClockRow]:
    """The clocks of these cases that have a threshold to fire by now, as values."""
    found = connection_of(session).execute(_DUE_OF, {"instances": list(instance_ids), "now": now})
    return [as_value(ClockRow, columns) for columns in found]


def get(session: Session, clock_id: str) -> ClockRow | None:
    """A clock as a value."""
    found = connection_of(session).execute(_BY_ID, {"id": clock_id}).one_or_none()
    return None if found is None else as_value(ClockRow, found)


def copied(clock: ClockRow) -> ClockRow:
    """A value with what this clock has, to try something out on."""
    columns = values_of(clock, _COLUMNS)
    return as_value(ClockRow, (deepcopy(columns[name]) for name in _COLUMNS))


def put(session: Session, clocks: Collection[ClockRow]) -> None:
    """Write clocks, new ones and changed ones, in one statement."""
    connection = connection_of(session)
    connection.execute(_PUT[connection.dialect.name], [values_of(clock, _COLUMNS) for clock in clocks])


_FIRED = ("changed_at", "next_at", "warned", "thresholds", "events")
_SAVE_FIRED = (
    update(_CLOCK).where(_CLOCK.c.id == bindparam("row_id")).values({n: bindparam(n) for n in _FIRED})
)


def save_fired(session: Session, clocks: Iterable[ClockRow]) -> None:
    """Write which thresholds of clocks have fired, and when the next is to, in one statement."""
    rows = [values_of(clock, _FIRED) | {"row_id": clock.id} for clock in clocks]
    connection_of(session).execute(_SAVE_FIRED, rows)


def events_in(session: Session, instance_ids: Collection[str]) -> dict[str, list[ClockEvent]]:
    """All that happened to the clocks of these cases, in order, by clock."""
    found: dict[str, list[ClockEvent]] = defaultdict(list)
    for row in connection_of(session).execute(_EVENTS_IN, {"instances": list(instance_ids)}):
        clock_id, event = event_of(row, row.actor)
        found[clock_id].append(event)
    return found
