"""What the tables of service levels share: documents that people edit, kept version by version, each version
never changed afterwards. Of all of them together there is one edition, which every edit replaces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, String, bindparam, exists, literal, select, text, union_all
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from engine.store.base import Base, Instant, Json, connection_of, new_id, table_of
from engine.store.people import PersonRow


class DocumentRow(Base):
    """A version of a document; `key` and `version` (from 1) name it. A key whose latest version is `retired`
    applies to nothing any more. `origin` is an `Origin`.
    """

    __abstract__ = True

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    retired: Mapped[bool] = mapped_column()
    origin: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str | None] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column(Json)

    @property
    def revision(self) -> int:
        """What an edit has to know: each makes a version."""
        return self.version


class SlaEditionRow(Base):
    """The one row that names the present state of all documents together. It is a fresh text after every
    edit and no count: what one transaction read under it before it was rolled back must never pass for what
    another wrote.
    """

    __tablename__ = "sla_edition"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    edition: Mapped[str] = mapped_column(String(26))


Table = type[DocumentRow]

_EDITION = select(table_of(SlaEditionRow).c.edition)
_ONLY = 1


def edition(session: Session) -> str | None:
    """The edition; None when there are no documents."""
    return connection_of(session).execute(_EDITION).scalar_one_or_none()


_ORGANISATION = select(table_of(PersonRow).c.organisation_id).where(
    table_of(PersonRow).c.username == bindparam("username")
)
EDITION_AND_ORGANISATION = (
    _EDITION.scalar_subquery().label("edition"),
    _ORGANISATION.scalar_subquery().label("organisation"),
)
_BOTH = select(*EDITION_AND_ORGANISATION)


def edition_and_organisation(session: Session, username: str | None) -> tuple[str | None, str | None]:
    """The edition, and the organisation of a person, in one statement."""
    edition, organisation = connection_of(session).execute(_BOTH, {"username": username}).one()
    return edition, organisation


@dataclass(frozen=True, slots=True)
class Current:
    """The latest version of a document."""

    table: str
    key: str
    version: int
    retired: bool
    document: dict[str, Any]

    def read(self) -> dict[str, Any]:
        return self.document


def current(session: Session, tables: Sequence[Table]) -> list[Current]:
    """The latest version of every document in these tables, in one statement."""
    return [Current(*row) for row in connection_of(session).execute(_all_current(tuple(tables)))]


@cache
def _all_current(tables: tuple[Table, ...]) -> Any:
    parts = []
    for row in tables:
        table, newer = table_of(row), table_of(row).alias()
        superseded = exists().where(newer.c.key == table.c.key, newer.c.version > table.c.version)
        columns = (table.c.key, table.c.version, table.c.retired, table.c.document)
        parts.append(select(literal(row.__tablename__), *columns).where(~superseded))
    return union_all(*parts)


def numbered(session: Session, table: Table, key: str, version: int) -> DocumentRow | None:
    """One version of a document."""
    return session.get(table, (key, version))


def latest(session: Session, table: Table, key: str) -> DocumentRow | None:
    """The latest version of a document."""
    statement = select(table).where(table.key == key).order_by(table.version.desc()).limit(1)
    return session.scalars(statement).one_or_none()


def page(session: Session, table: Table, *, limit: int, after: str | None) -> list[DocumentRow]:
    """The latest version of up to `limit` documents after the key `after`, in the order of keys."""
    newer = aliased(table)
    superseded = exists().where(newer.key == table.key, newer.version > table.version)
    statement = select(table).where(~superseded).order_by(table.key).limit(limit)
    return list(session.scalars(statement if after is None else statement.where(table.key > after)))


def versions(
    session: Session, table: Table, key: str, *, limit: int, before: int | None
) -> list[DocumentRow]:
    """Up to `limit` versions of a document, the newest first, older than `before`."""
    statement = select(table).where(table.key == key).order_by(table.version.desc()).limit(limit)
    return list(session.scalars(statement if before is None else statement.where(table.version < before)))


def queue(session: Session) -> None:
    """One edit at a time, until this transaction ends: what an edit is checked against stays as it is.
    (SQLite's writers queue already.)
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE sla_edition IN EXCLUSIVE MODE"))


def add(session: Session, table: Table, values: Mapping[str, Any]) -> DocumentRow:
    """Write a new version, and begin another edition. Call `queue` before you look what is there."""
    row = table(**values)
    session.add(row)
    session.merge(SlaEditionRow(id=_ONLY, edition=new_id()))
    session.flush()
    session.info[_EDITS] = True
    return row


def edits(session: Session) -> bool:
    """Whether something was edited in this transaction."""
    return _EDITS in session.info


_EDITS = "baton_edits_sla"
