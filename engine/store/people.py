"""The tables of people: organisations, persons, groups, and what proves who somebody is.

Secrets are never stored: of a password its argon2 hash, of a token or a session the SHA-256 digest.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Instant, Json, new_id


class OrganisationRow(Base):
    """Who people work for. `id` is the short name its administrator chose."""

    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class PersonRow(Base):
    """An account. Without a password nobody signs in with it; inactive, it proves nothing at all."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    organisation_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    roles: Mapped[list[str]] = mapped_column(Json)
    locale: Mapped[str] = mapped_column(String(35))
    zone: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class GroupRow(Base):
    """A team that work is given to. Diagrams name it, so its name is its identity ("group" is SQL's word)."""

    __tablename__ = "person_group"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    titles: Mapped[dict[str, str]] = mapped_column(Json)


class MembershipRow(Base):
    """A person is in a group."""

    __tablename__ = "membership"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    group_name: Mapped[str] = mapped_column(
        ForeignKey("person_group.name", ondelete="CASCADE"), primary_key=True, index=True
    )


class ApiTokenRow(Base):
    """What a program shows to act for a person."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


class BrowserSessionRow(Base):
    """What a browser's cookie shows. The CSRF token is derived from the cookie's secret: no column for it."""

    __tablename__ = "browser_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


class LoginFailureRow(Base):
    """A wrong password, for as long as it counts against the name and the address it came from."""

    __tablename__ = "login_failure"
    __table_args__ = (
        Index(None, "username", "failed_at"),
        Index(None, "address", "failed_at"),
        Index(None, "failed_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[datetime] = mapped_column(Instant)
