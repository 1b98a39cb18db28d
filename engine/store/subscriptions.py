"""The table of event subscriptions: which case waits for which message or signal."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, bindparam, delete, insert, null, select, union_all
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store.base import Base, connection_of, new_id, table_of
from engine.store.starts import StartEventRow


class SubscriptionRow(Base):
    """A message or signal event of a case that waits; `correlation_key` None asks for none."""

    __tablename__ = "event_subscription"
    __table_args__ = (Index(None, "name", "kind", "correlation_key"), Index(None, "instance_id", "token"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    token: Mapped[int] = mapped_column(Integer)
    element: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(7))
    name: Mapped[str] = mapped_column(String(255))
    correlation_key: Mapped[str | None] = mapped_column(String(255))


_TABLE = table_of(SubscriptionRow)
_INSERT = insert(_TABLE)
_DELETE = delete(_TABLE).where(
    _TABLE.c.instance_id == bindparam("instance"), _TABLE.c.token.in_(bindparam("tokens", expanding=True))
)


def add(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write new subscriptions."""
    connection_of(session).execute(_INSERT, rows)


def hearing(
    session: Session, instance_id: str, signals: Collection[str]
) -> dict[str, list[tuple[str | None, int | None, str | None]]]:
    """Who hears signals of these names, by name: (case, token, None) of what waits in other cases, and
    (None, None, key) of the processes that begin with one. One statement.
    """
    here, start = _TABLE.c, table_of(StartEventRow).c
    waiting = select(here.name, here.instance_id, here.token, null().label("key")).where(
        here.kind == "signal", here.name.in_(signals), here.instance_id != instance_id
    )
    beginning = select(start.name, null(), null(), start.key).where(
        start.kind == "signal", start.name.in_(signals)
    )
    both = union_all(waiting, beginning).subquery()
    found: dict[str, list[tuple[str | None, int | None, str | None]]] = {}
    in_order = select(both).order_by(both.c.instance_id, both.c.token, both.c.key)
    for name, *receiver in connection_of(session).execute(in_order):
        found.setdefault(name, []).append(tuple(receiver))
    return found


def remove(session: Session, instance_id: str, tokens: Collection[int]) -> None:
    """Remove the subscriptions of these tokens."""
    connection_of(session).execute(_DELETE, {"instance": instance_id, "tokens": list(tokens)})
