"""The table of answers kept for commands that carried an idempotency key."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Instant, Json


class KeptAnswerRow(Base):
    """The answer to one command, written in its own transaction; without a status it still runs.

    `scope` is a digest of who asked what with which key, `fingerprint` a digest of all else that was sent.
    """

    __tablename__ = "kept_answer"

    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[dict[str, str] | None] = mapped_column(Json)
    body: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(Instant, index=True)
