"""The table of comments: what people say about a case beside doing something in it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store.base import Base, Instant, connection_of, new_id, table_of, values_of


class CommentRow(Base):
    """A comment. `seq` is its entry in the case's history, and its place among the comments."""

    __tablename__ = "comment"
    __table_args__ = (Index(None, "instance_id", "seq", unique=True), Index(None, "author"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(Integer)
    author: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


_TABLE = table_of(CommentRow)
_COLUMNS = _TABLE.columns.keys()
_INSERT = insert(_TABLE)


def add(session: Session, comment: CommentRow) -> None:
    """Write a new comment."""
    connection_of(session).execute(_INSERT, values_of(comment, _COLUMNS))
