"""The tables of process instances, and how they are numbered."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    bindparam,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from engine.store.base import Base, Instant, Json, as_value, connection_of, new_id, table_of, values_of


class InstanceState(StrEnum):
    """Where a process instance stands."""

    ACTIVE = "active"  # something in it waits for a person, an event or a time
    SUSPENDED = "suspended"  # held by a person: nothing happens until it is resumed
    FAILED = "failed"  # an element failed and was not retried; everything else goes on
    COMPLETED = "completed"  # ran to its end
    CANCELLED = "cancelled"  # ended by a person before its end


OPEN_STATES = (InstanceState.ACTIVE, InstanceState.FAILED)
"""States in which tasks can be completed and timers fire."""

_GOES_ON = (*OPEN_STATES, InstanceState.SUSPENDED)

POSSIBLE_IN = {
    "cancel": _GOES_ON,
    "suspend": OPEN_STATES,
    "resume": (InstanceState.SUSPENDED,),
    "retry": (InstanceState.FAILED,),
    "change_variables": _GOES_ON,
    "migrate": _GOES_ON,
}
"""The states in which each command on a whole case, by the name of its verb, is possible."""


class ProcessInstanceRow(Base):
    """A process instance: its head for lists, and all that is going on in it as one compressed value.

    `state_data` was written in `state_format` (see `engine.bpmn.state`). `history_length` and `history_hash`
    are the end of its history chain. `revision` counts commands and is the ETag. `open_clocks` counts the
    clocks that have not ended, so that a case without any asks for none; `due_at` is when the next of them is
    due.
    """

    __tablename__ = "process_instance"
    __table_args__ = (
        Index(None, "definition_key", "state", "id"),
        Index(None, "state", "id"),
        Index(None, "requester", "id"),
        Index(None, "number", unique=True),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32))
    definition_id: Mapped[str] = mapped_column(ForeignKey("process_definition.id"), index=True)
    definition_key: Mapped[str] = mapped_column(String(255))
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(Text)
    priority: Mapped[int | None] = mapped_column(Integer)
    service: Mapped[str | None] = mapped_column(String(255))
    requester: Mapped[str | None] = mapped_column(String(64))
    zone: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    escalation_level: Mapped[int] = mapped_column(Integer, default=0)
    open_clocks: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    failures: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(Integer)
    history_length: Mapped[int] = mapped_column(Integer)
    history_hash: Mapped[str] = mapped_column(String(64))
    state_format: Mapped[int] = mapped_column(Integer)
    state_data: Mapped[bytes] = mapped_column(LargeBinary)


_INSTANCE = table_of(ProcessInstanceRow)
_COLUMNS = _INSTANCE.columns.keys()
_CHANGING = [name for name in _COLUMNS if name not in ("id", "number", "zone", "started_at")]
_INSERT = insert(_INSTANCE)
_UPDATE = (
    update(_INSTANCE)
    .where(_INSTANCE.c.id == bindparam("row_id"))
    .values({n: bindparam(n) for n in _CHANGING})
)
_LOCK = select(_INSTANCE).where(_INSTANCE.c.id == bindparam("id")).with_for_update()


def locked(session: Session, instance_id: str) -> ProcessInstanceRow | None:
    """The instance, held until the transaction ends, if there is one. `save` writes it back."""
    columns = connection_of(session).execute(_LOCK, {"id": instance_id}).one_or_none()
    return None if columns is None else as_value(ProcessInstanceRow, columns)


def add(session: Session, instance: ProcessInstanceRow) -> None:
    """Write a new instance."""
    connection_of(session).execute(_INSERT, values_of(instance, _COLUMNS))


def save(session: Session, instance: ProcessInstanceRow) -> None:
    """Write what may have changed of a held instance."""
    connection_of(session).execute(_UPDATE, values_of(instance, _CHANGING) | {"row_id": instance.id})


_END_OF_HISTORY = ("history_length", "history_hash")
_UPDATE_END = (
    update(_INSTANCE)
    .where(_INSTANCE.c.id == bindparam("row_id"))
    .values({n: bindparam(n) for n in _END_OF_HISTORY})
)


def save_end_of_history(session: Session, instance: ProcessInstanceRow) -> None:
    """Write where the history of a held instance ends now, and nothing else of it."""
    connection_of(session).execute(
        _UPDATE_END, values_of(instance, _END_OF_HISTORY) | {"row_id": instance.id}
    )


_ESCALATIONS = (*_END_OF_HISTORY, "escalation_level", "due_at")
_UPDATE_ESCALATIONS = (
    update(_INSTANCE)
    .where(_INSTANCE.c.id == bindparam("row_id"))
    .values({n: bindparam(n) for n in _ESCALATIONS})
)


def save_escalations(session: Session, instances: Iterable[ProcessInstanceRow]) -> None:
    """Write where the histories of held instances end now, which level they have reached and when they are
    due.
    """
    rows = [values_of(instance, _ESCALATIONS) | {"row_id": instance.id} for instance in instances]
    connection_of(session).execute(_UPDATE_ESCALATIONS, rows)


_HEAD = [column for column in _INSTANCE.columns if column.name != "state_data"]
_HOLD = (
    select(*_HEAD)
    .where(
        _INSTANCE.c.id.in_(bindparam("ids", expanding=True)), _INSTANCE.c.state_format <= bindparam("format")
    )
    .order_by(_INSTANCE.c.id)
    .with_for_update(skip_locked=True)
)


def held(session: Session, ids: Collection[str], newest_format: int) -> list[ProcessInstanceRow]:
    """Those of these instances that nobody else holds, held, in the order of their ids, without their states;
    what was saved in a newer format is left to whoever knows it.
    """
    found = connection_of(session).execute(_HOLD, {"ids": list(ids), "format": newest_format})
    return [_as_head(columns) for columns in found]


def _as_head(columns: Iterable[Any]) -> ProcessInstanceRow:
    """A value of an instance without its state."""
    value: ProcessInstanceRow = ProcessInstanceRow.__mapper__.class_manager.new_instance()
    vars(value).update(zip((column.name for column in _HEAD), columns, strict=True))
    return value


WITHOUT_STATE = defer(ProcessInstanceRow.state_data)
"""Leave a case's state, which may be large, in the database; it is read when it is asked for."""


class CaseNumberRow(Base):
    """The last number given for a prefix, on SQLite. PostgreSQL has sequences, which do not make starting
    cases wait for each other.
    """

    __tablename__ = "case_number"

    prefix: Mapped[str] = mapped_column(String(10), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


def prepare_numbers(session: Session, prefix: str) -> None:
    """Make sure that numbers with this prefix can be given. `prefix` is capital letters and digits (the
    diagram check sees to it).
    """
    assert prefix.isalnum(), "it becomes part of a statement"
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sqlite.insert(CaseNumberRow).values(prefix=prefix, last=0).on_conflict_do_nothing())
    else:
        session.execute(text(f"CREATE SEQUENCE IF NOT EXISTS case_number_{prefix.lower()}"))


def next_number(session: Session, prefix: str) -> str:
    """The next case number, as `INC-000123`. A number whose transaction is rolled back may be lost: gaps are
    allowed.
    """
    sqlite_ = session.get_bind().dialect.name == "sqlite"
    number = session.execute(_COUNT if sqlite_ else _SEQUENCE, {"prefix": prefix}).scalar_one()
    return f"{prefix}-{number:06d}"


_COUNT = text("UPDATE case_number SET last = last + 1 WHERE prefix = :prefix RETURNING last")
_SEQUENCE = text("SELECT nextval(CAST('case_number_' || lower(:prefix) AS regclass))")
