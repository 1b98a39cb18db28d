"""The table of event subscriptions: which case waits for which message or signal."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, bindparam, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store.base import Base, connection_of, new_id, table_of


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


def waiting_elsewhere(
    session: Session, instance_id: str, signals: Collection[str]
) -> dict[str, list[tuple[str, int]]]:
    """(case, token) of all that wait for signals of these names in other cases, by name."""
    wanted = select(_TABLE.c.name, _TABLE.c.instance_id, _TABLE.c.token).where(
        _TABLE.c.kind == "signal", _TABLE.c.name.in_(signals), _TABLE.c.instance_id != instance_id
    )
    found: dict[str, list[tuple[str, int]]] = {}
    for name, case, token in connection_of(session).execute(
        wanted.order_by(_TABLE.c.instance_id, _TABLE.c.token)
    ):
        found.setdefault(name, []).append((case, token))
    return found


def remove(session: Session, instance_id: str, tokens: Collection[int]) -> None:
    """Remove the subscriptions of these tokens."""
    connection_of(session).execute(_DELETE, {"instance": instance_id, "tokens": list(tokens)})
