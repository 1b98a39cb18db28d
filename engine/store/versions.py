"""Look up what is deployed version by version, each with its deployment, in any table of content that has a
`key` and a `version`.
"""

from typing import TypeVar

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased, joinedload
from sqlalchemy.orm.interfaces import ORMOption

from engine.store.deployments import DecisionDefinitionRow, FormRow, ProcessDefinitionRow

Row = TypeVar("Row", DecisionDefinitionRow, FormRow, ProcessDefinitionRow)


def _select(table: type[Row]) -> Select[Row]:
    return select(table).options(joinedload(table.deployment, innerjoin=True))


def latest(session: Session, table: type[Row], key: str) -> Row | None:
    """The latest version of a key."""
    statement = _select(table).where(table.key == key).order_by(table.version.desc()).limit(1)
    return session.scalars(statement).one_or_none()


def numbered(session: Session, table: type[Row], key: str, number: int) -> Row | None:
    """One version of a key."""
    return session.scalars(_select(table).where(table.key == key, table.version == number)).one_or_none()


def page(
    session: Session, table: type[Row], *options: ORMOption, limit: int, after: str | None = None
) -> list[Row]:
    """The latest version of up to `limit` keys after the key `after`, in the order of keys."""
    newer = aliased(table)
    superseded = exists().where(newer.key == table.key, newer.version > table.version)
    statement = _select(table).where(~superseded).order_by(table.key).limit(limit).options(*options)
    if after is not None:
        statement = statement.where(table.key > after)
    return list(session.scalars(statement))


def versions(
    session: Session, table: type[Row], key: str, *options: ORMOption, limit: int, before: int | None = None
) -> list[Row]:
    """Up to `limit` versions of a key, the newest first, older than `before`."""
    statement = _select(table).where(table.key == key).options(*options)
    if before is not None:
        statement = statement.where(table.version < before)
    return list(session.scalars(statement.order_by(table.version.desc()).limit(limit)))
