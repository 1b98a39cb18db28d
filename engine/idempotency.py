"""Answers kept for commands that may be sent twice: the second gets the first's answer, and does nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.errors import Invalid
from engine.store.commands import KeptAnswerRow

KEPT_FOR = timedelta(days=7)
"""How long an answer is kept, by the system's time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first command was answered."""

    status: int
    headers: dict[str, str]
    body: bytes


def scope_of(person_id: str, method: str, path: str, key: str) -> str:
    """The digest that stands for one person's one key on one path."""
    return sha256("\0".join((person_id, method, path, key)).encode()).hexdigest()


def take(session: Session, scope: str, fingerprint: str, now: datetime) -> Answer | None:
    """Take this key for the running command, or give the answer it already has.

    None means: the key is ours, run the command and `keep` its answer in the same transaction. On PostgreSQL
    the insert itself waits for another transaction that holds the same key; on SQLite writers queue anyway.
    Raises `Invalid` when the key was used for something else.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {"scope": scope, "fingerprint": fingerprint, "created_at": now}
    # RETURNING tells whether a row was written; PostgreSQL's row count does not survive the ORM here.
    written = insert(KeptAnswerRow).values(row).on_conflict_do_nothing().returning(KeptAnswerRow.scope)
    if session.execute(written).first() is not None:
        return None
    kept = session.execute(select(KeptAnswerRow).where(KeptAnswerRow.scope == scope)).scalar_one()
    if kept.fingerprint != fingerprint:
        raise Invalid("This Idempotency-Key was already used for a different request.")
    assert kept.status is not None, "a row is committed with its answer or not at all"
    return Answer(kept.status, kept.headers or {}, kept.body or b"")


def keep(session: Session, scope: str, answer: Answer) -> None:
    """Keep the command's answer under the key it took. An error is never kept: it rolls the key back."""
    values = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    session.execute(update(KeptAnswerRow).where(KeptAnswerRow.scope == scope).values(values))


def purge(session: Session, now: datetime) -> int:
    """Drop the answers older than `KEPT_FOR`; how many those were."""
    purged = session.execute(delete(KeptAnswerRow).where(KeptAnswerRow.created_at < now - KEPT_FOR))
    assert isinstance(purged, CursorResult)
    return purged.rowcount
