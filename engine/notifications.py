"""Notifications: what people were told about cases, each for one person, who reads it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.people import Person
from engine.store.notifications import NotificationRow
from engine.store.process_instances import WITHOUT_STATE, ProcessInstanceRow

__all__ = ["View", "page", "read", "read_all", "unread"]


@dataclass(frozen=True, slots=True)
class View:
    """A notification and the case it is about."""

    row: NotificationRow
    instance: ProcessInstanceRow


def page(
    session: Session,
    *,
    by: Person,
    now: datetime,
    limit: int,
    unread: bool = False,
    before: tuple[datetime, str] | None = None,
) -> list[View]:
    """Up to `limit` notifications to `by` whose time has come, the newest first, older than the one with this
    time and id.
    """
    row = NotificationRow
    statement = select(row, ProcessInstanceRow).join(
        ProcessInstanceRow, ProcessInstanceRow.id == row.instance_id
    )
    statement = statement.where(*_hers(by, now)).options(WITHOUT_STATE)
    if unread:
        statement = statement.where(row.read_at.is_(None))
    if before is not None:
        at, id = before
        statement = statement.where((row.not_before < at) | ((row.not_before == at) & (row.id < id)))
    statement = statement.order_by(row.not_before.desc(), row.id.desc()).limit(limit)
    return [View(*found) for found in session.execute(statement)]


def unread(session: Session, *, by: Person, now: datetime) -> int:
    """How many notifications she has not read."""
    counted = select(func.count()).select_from(NotificationRow)
    waiting = counted.where(*_hers(by, now), NotificationRow.read_at.is_(None))
    return int(session.execute(waiting).scalar_one())


def read(session: Session, notification_id: str, *, by: Person, now: datetime) -> View:
    """She has read it; reading it again changes nothing. Raises `NotFound` for what is not hers."""
    row = session.scalars(
        select(NotificationRow).where(NotificationRow.id == notification_id, *_hers(by, now))
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such notification.")
    if row.read_at is None:
        row.read_at = now
    return View(row, session.get_one(ProcessInstanceRow, row.instance_id, options=[WITHOUT_STATE]))


def read_all(session: Session, *, by: Person, now: datetime) -> int:
    """She has read all there are. How many that were."""
    mine = update(NotificationRow).where(*_hers(by, now), NotificationRow.read_at.is_(None))
    done = session.execute(mine.values(read_at=now), execution_options={"synchronize_session": False})
    return int(getattr(done, "rowcount", 0))


def _hers(by: Person, now: datetime) -> list[ColumnElement[bool]]:
    return [NotificationRow.person == by.username, NotificationRow.not_before <= now]
