"""The table of drafts: what owners are working on and have not deployed."""

from datetime import datetime

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Instant


class DraftRow(Base):
    """A draft of a process, decision or form, of all owners. `based_on` is the version it began from."""

    __tablename__ = "draft"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    content: Mapped[str] = mapped_column(Text, deferred=True)
    based_on: Mapped[int | None] = mapped_column(Integer)
    updated_at: Mapped[datetime] = mapped_column(Instant)
    updated_by: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(Integer)
