"""The history of cases: append-only, one hash chain an instance over salted digests.

What was done, by whom and with which values is digested with a salt of its own, and only the digest is
chained. Erasing somebody's values (the actor, the detail and the salt) therefore leaves the chain whole, and
nothing in it can be guessed back.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import ForeignKey, Integer, String, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store.base import Base, Instant, Json, connection_of, table_of
from engine.store.process_instances import ProcessInstanceRow


class HistoryRow(Base):
    """One entry. `seq` counts from 1 in each instance and is the order; time may stand still or be moved."""

    __tablename__ = "history"

    instance_id: Mapped[str] = mapped_column(
        ForeignKey("process_instance.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str] = mapped_column(String(20))
    element: Mapped[str | None] = mapped_column(String(255))
    actor: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, Any] | None] = mapped_column(Json)
    salt: Mapped[str | None] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be remembered; `at` is when, if not at the instant of the command."""

    kind: str
    element: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def chain(
    instance: ProcessInstanceRow, entries: Iterable[Entry], *, at: datetime, actor: str | None
) -> list[dict[str, Any]]:
    """The rows that put entries at the end of an instance's chain; the instance, whose row the caller holds,
    is moved on.
    """
    rows = []
    for entry in entries:
        seq, then = instance.history_length + 1, entry.at or at
        salt = secrets.token_hex(16)
        digest = digest_of(salt, actor, entry.detail)
        instance.history_hash = hash_of(
            instance.history_hash, instance.id, seq, then, entry.kind, entry.element, digest
        )
        instance.history_length = seq
        rows.append(
            {
                "instance_id": instance.id,
                "seq": seq,
                "at": then,
                "kind": entry.kind,
                "element": entry.element,
                "actor": actor,
                "detail": entry.detail,
                "salt": salt,
                "digest": digest,
                "hash": instance.history_hash,
            }
        )
    return rows


_INSERT = insert(table_of(HistoryRow))


def append(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write the rows that `chain` made, in one statement."""
    connection_of(session).execute(_INSERT, rows)


def digest_of(salt: str, actor: str | None, detail: dict[str, Any] | None) -> str:
    """The salted digest of the part of an entry that can be erased."""
    return sha256(orjson.dumps([salt, actor, detail], option=orjson.OPT_SORT_KEYS)).hexdigest()


def hash_of(
    before: str, instance_id: str, seq: int, at: datetime, kind: str, element: str | None, digest: str
) -> str:
    """An entry's link in the chain."""
    return sha256(orjson.dumps([before, instance_id, seq, at.isoformat(), kind, element, digest])).hexdigest()
