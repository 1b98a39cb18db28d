"""The tables of what was deployed: process definitions, decisions and forms, version by version, never
changed afterwards.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from engine.store.base import Base, Instant, Json, new_id


class Origin(StrEnum):
    """Who brought a version of something that may come with Baton."""

    PERSON = "person"  # somebody made it: seeding leaves its key alone from then on
    SEED = "seed"  # it came with Baton and a newer Baton may renew it


class DeploymentRow(Base):
    """One act of deploying. `origin` is an `Origin`."""

    __tablename__ = "deployment"

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    deployed_at: Mapped[datetime] = mapped_column(Instant)
    deployed_by: Mapped[str | None] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(Text)


class ProcessDefinitionRow(Base):
    """A version of a process. `xml` is the diagram's file as it came, `executable` what is run, made once at
    deployment; `calls` are the versions its call activities call: `{"element", "key", "version"}` each.
    Without a `plain_start` it only begins by itself.
    """

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(255))
    version: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    description: Mapped[str | None] = mapped_column(Text)
    descriptions: Mapped[dict[str, str]] = mapped_column(Json)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"), index=True)
    file: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64))
    start_form: Mapped[str | None] = mapped_column(String(255))
    starter_users: Mapped[list[str]] = mapped_column(Json)
    starter_groups: Mapped[list[str]] = mapped_column(Json)
    prefix: Mapped[str] = mapped_column(String(10))
    calls: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    plain_start: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    xml: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    executable: Mapped[str] = deferred(mapped_column(Text))
    deployment: Mapped[DeploymentRow] = relationship(viewonly=True)


class DecisionDefinitionRow(Base):
    """A version of a decision. `xml` is the whole file as it came: other decisions in it may be required, and
    are deployed with it. `digest` is the file's, so decisions of one file share it.
    """

    __tablename__ = "decision_definition"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(255))
    version: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"), index=True)
    file: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    xml: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    deployment: Mapped[DeploymentRow] = relationship(viewonly=True)


class FormRow(Base):
    """A version of a form: `document` is `{"schema", "ui", "i18n"}`."""

    __tablename__ = "form"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(255))
    version: Mapped[int] = mapped_column(Integer)
    deployment_id: Mapped[str] = mapped_column(ForeignKey("deployment.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
    document: Mapped[dict[str, object]] = mapped_column(Json)
    deployment: Mapped[DeploymentRow] = relationship(viewonly=True)
