"""Comments: what people tell each other about a case. They move nothing and are part of its history."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import access, people, runtime, words
from engine.errors import Forbidden
from engine.people import Person
from engine.store import comments, search
from engine.store.base import at_flush, new_id
from engine.store.comments import CommentRow
from engine.store.history import Entry

LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a comment, by the name people call her."""

    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; without `author`, and with an empty text, when its author was erased."""

    id: str
    seq: int
    author: Author | None
    text: str
    created_at: datetime


def page(session: Session, instance_id: str, *, by: Person, limit: int, after: int = 0) -> list[Comment]:
    """Up to `limit` comments on a case, the oldest first, after the one with `seq` `after`. Raises
    `NotFound`.
    """
    case = access.see_instance(session, by, instance_id).id
    statement = select(CommentRow).where(CommentRow.instance_id == case, CommentRow.seq > after)
    found = session.scalars(statement.order_by(CommentRow.seq).limit(limit)).all()
    names = people.names(session, {row.author for row in found if row.author})
    return [_shown(row, names.get(row.author or "")) for row in found]


def add(session: Session, instance_id: str, text: str, *, by: Person, now: datetime) -> Comment:
    """Say something about a case, whatever its state. Nobody who changes the case at the same time is
    disturbed: its revision stays. Raises `NotFound`, `Forbidden` for who only reads.
    """
    instance = runtime.lock(session, instance_id)
    access.require_visible(session, by, instance)
    _require_voice(by)
    now = at_flush(session, now)  # it may have waited for the case
    row = CommentRow(
        id=new_id(),
        instance_id=instance.id,
        seq=instance.history_length + 1,
        author=by.username,
        text=text,
        created_at=now,
    )
    comments.add(session, row)
    search.say(session, instance.id, words.of([text]))
    entry = Entry("commented", detail={"comment": row.id, "text": text})
    runtime.remark(session, instance, entry, now=now, actor=by.username)
    return _shown(row, by.name)


def require_addable(session: Session, instance_id: str, *, by: Person) -> None:
    """What `add` checks before it looks at the text. Raises `NotFound`, `Forbidden`."""
    access.see_instance(session, by, instance_id)
    _require_voice(by)


def _require_voice(person: Person) -> None:
    if not access.may_comment(person):
        raise Forbidden("An auditor reads and changes nothing.")


def _shown(row: CommentRow, name: str | None) -> Comment:
    author = None if row.author is None else Author(row.author, name or row.author)
    return Comment(row.id, row.seq, author, row.text, row.created_at)
