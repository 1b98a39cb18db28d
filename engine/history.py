"""Read the history of cases, prove that nobody has changed it, and erase people from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import words
from engine.runtime import NO_HISTORY
from engine.store import search
from engine.store.clocks import TOLD
from engine.store.comments import CommentRow
from engine.store.history import HistoryRow, digest_of, hash_of
from engine.store.process_instances import ProcessInstanceRow
from engine.store.user_tasks import UserTaskRow


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the database that does not fit. `case` is the case's number, `entry` counts in its
    history.
    """

    detail: str
    case: str | None = None
    entry: int | None = None


def page(session: Session, instance_id: str, *, limit: int, after: int) -> list[HistoryRow]:
    """Up to `limit` entries of an instance after the entry `after`, in order."""
    statement = select(HistoryRow).where(HistoryRow.instance_id == instance_id, HistoryRow.seq > after)
    return list(session.scalars(statement.order_by(HistoryRow.seq).limit(limit)))


def newest(session: Session, instance_id: str, *, limit: int, before: int | None) -> list[HistoryRow]:
    """Up to `limit` entries of an instance before the entry `before` (None: all), the newest first."""
    statement = select(HistoryRow).where(HistoryRow.instance_id == instance_id)
    if before is not None:
        statement = statement.where(HistoryRow.seq < before)
    return list(session.scalars(statement.order_by(HistoryRow.seq.desc()).limit(limit)))


def submitted(session: Session, task: UserTaskRow) -> dict[str, Any]:
    """The data a completed task was completed with; empty when whoever did it was erased."""
    row = HistoryRow
    of_task = select(row.detail).where(
        row.instance_id == task.instance_id,
        row.element == task.element,
        row.kind == "task completed",
        row.at <= task.completed_at,
    )
    # The newest first: a loop passes the element often, and many items may complete at one instant.
    for detail in session.scalars(of_task.order_by(row.seq.desc()).limit(_COMPLETED_AT_ONCE)):
        if detail and detail.get("task") == task.id:
            return dict(detail["data"])
    return {}


_COMPLETED_AT_ONCE = 1_000


def verify(session: Session) -> Iterator[Fault]:
    """Check every chain: every entry there, in order, unchanged, to the last one its instance knows of."""
    instances = select(
        ProcessInstanceRow.id,
        ProcessInstanceRow.number,
        ProcessInstanceRow.history_length,
        ProcessInstanceRow.history_hash,
    )
    for instance in session.execute(instances.order_by(ProcessInstanceRow.id)).all():
        yield from _faults(
            session, instance.id, instance.number, instance.history_length, instance.history_hash
        )


def _faults(session: Session, instance_id: str, number: str, length: int, last: str) -> Iterator[Fault]:
    before, seq = NO_HISTORY, 0
    for row in session.scalars(
        select(HistoryRow).where(HistoryRow.instance_id == instance_id).order_by(HistoryRow.seq)
    ):
        seq += 1
        if row.seq != seq:
            yield Fault("The entry is missing.", number, seq)
            return
        erased = row.salt is None and row.actor is None and (row.detail is None or row.kind in TOLD)
        if not erased and digest_of(row.salt or "", row.actor, row.detail) != row.digest:
            yield Fault("The actor or the detail is not what was written.", number, seq)
        if hash_of(before, instance_id, seq, row.at, row.kind, row.element, row.digest) != row.hash:
            yield Fault("The entry does not follow from the one before it.", number, seq)
        before = row.hash
    if seq != length or before != last:
        yield Fault("The last entries are missing.", number, length)


def erase_actor(session: Session, username: str) -> int:
    """Take somebody out of all history: her name, the details she gave and her comments. The chains stay
    whole. What clocks are counted by stays, without her name: it tells nothing that she gave. How many
    entries those were.
    """
    _erase_comments(session, username)
    hers = update(HistoryRow).where(HistoryRow.actor == username, HistoryRow.salt.is_not(None))
    of_clocks = session.execute(hers.where(HistoryRow.kind.in_(TOLD)).values(actor=None, salt=None))
    others = session.execute(hers.values(actor=None, detail=None, salt=None))
    return sum(int(getattr(erased, "rowcount", 0)) for erased in (of_clocks, others))


def _erase_comments(session: Session, username: str) -> None:
    cases = set(session.scalars(select(CommentRow.instance_id).where(CommentRow.author == username)))
    session.execute(update(CommentRow).where(CommentRow.author == username).values(author=None, text=""))
    for case in cases:
        left = session.scalars(select(CommentRow.text).where(CommentRow.instance_id == case))
        search.say_all(session, case, words.of(left))
