"""The table of message subscriptions: which case waits for which message."""

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, new_id


class SubscriptionRow(Base):
    """A message event of a case that waits; `correlation_key` None asks for none."""

    __tablename__ = "message_subscription"
    __table_args__ = (Index(None, "message", "correlation_key"), Index(None, "instance_id", "token"))

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    token: Mapped[int] = mapped_column(Integer)
    element: Mapped[str] = mapped_column(String(255))
    message: Mapped[str] = mapped_column(String(255))
    correlation_key: Mapped[str | None] = mapped_column(String(255))
