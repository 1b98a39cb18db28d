"""Drafts: what owners work on before they deploy it. They share them, and none overwrites another unseen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Executable, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from engine import access
from engine.errors import NotFound, PreconditionFailed
from engine.people import Person
from engine.store.drafts import DraftRow

LARGEST = 5_000_000
"""Bytes of a draft's text in UTF-8."""


class Kind(StrEnum):
    """What a draft is to become."""

    PROCESS = "process"  # a BPMN diagram
    DECISION = "decision"  # a DMN file
    FORM = "form"  # a form's JSON


@dataclass(frozen=True, slots=True)
class Work:
    """What is kept: the text as it is, valid or not, and the version it began from."""

    content: str
    based_on: int | None = None


def page(
    session: Session, *, by: Person, limit: int, kind: str | None = None, after: tuple[str, str] = ("", "")
) -> list[DraftRow]:
    """Up to `limit` drafts without their content, by kind and key, after these. Raises `Forbidden`."""
    access.require(by, *access.OWNERS)
    row = DraftRow
    later = (row.kind > after[0]) | ((row.kind == after[0]) & (row.key > after[1]))
    statement = select(row).where(later).order_by(row.kind, row.key).limit(limit)
    return list(session.scalars(statement if kind is None else statement.where(row.kind == kind)))


def get(session: Session, kind: str, key: str, *, by: Person) -> DraftRow:
    """The draft with its content. Raises `Forbidden`, `NotFound`."""
    access.require(by, *access.OWNERS)
    statement = select(DraftRow).where(DraftRow.kind == kind, DraftRow.key == key)
    found = session.scalars(statement.options(undefer(DraftRow.content))).one_or_none()
    if found is None:
        raise NotFound(f"There is no draft of the {kind} {key!r}.")
    return found


def create(session: Session, kind: str, key: str, work: Work, *, by: Person, now: datetime) -> DraftRow:
    """Keep a new draft. Raises `Forbidden`, and `PreconditionFailed` when there is one already."""
    access.require(by, *access.OWNERS)
    new = {"kind": kind, "key": key, "revision": 1, **_said(work, by, now)}
    try:
        with session.begin_nested():
            session.execute(insert(DraftRow).values(new))
    except IntegrityError as error:
        raise PreconditionFailed("Somebody has begun this draft already. Read it.") from error
    return get(session, kind, key, by=by)


def replace(
    session: Session, kind: str, key: str, work: Work, *, by: Person, now: datetime, revision: int | None
) -> DraftRow:
    """Keep what a draft has become since that revision (None: whichever). Raises `Forbidden`, `NotFound`, and
    `PreconditionFailed` when somebody else kept something meanwhile.
    """
    access.require(by, *access.OWNERS)
    kept = update(DraftRow).where(*_same(kind, key, revision)).values(**_said(work, by, now))
    _require_hit(session, kept.values(revision=DraftRow.revision + 1), kind, key, by)
    session.expire_all()
    return get(session, kind, key, by=by)


def discard(session: Session, kind: str, key: str, *, by: Person, revision: int | None) -> None:
    """Forget a draft as it was at that revision (None: whichever). Raises as `replace` does."""
    access.require(by, *access.OWNERS)
    _require_hit(session, delete(DraftRow).where(*_same(kind, key, revision)), kind, key, by)


def _said(work: Work, by: Person, now: datetime) -> dict[str, object]:
    about = {"updated_at": now, "updated_by": by.username}
    return {"content": work.content, "based_on": work.based_on, **about}


def _same(kind: str, key: str, revision: int | None) -> list[ColumnElement[bool]]:
    same = [DraftRow.kind == kind, DraftRow.key == key]
    return same if revision is None else [*same, DraftRow.revision == revision]


def _require_hit(session: Session, statement: Executable, kind: str, key: str, by: Person) -> None:
    """The statement itself compares the revision: of two at once, the second finds it changed."""
    done = session.execute(statement, execution_options={"synchronize_session": False})
    if not getattr(done, "rowcount", 0):
        get(session, kind, key, by=by)
        raise PreconditionFailed
