"""The tables of user tasks and their candidates."""

from collections.abc import Collection, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    case,
    event,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store.base import (
    Base,
    DrawnInProcess,
    Instant,
    Json,
    as_value,
    connection_of,
    new_id,
    table_of,
    values_of,
)
from engine.store.deployments import FormRow
from engine.store.process_instances import ProcessInstanceRow


class TaskState(StrEnum):
    """Where a user task stands."""

    OPEN = "open"  # waits for a person
    COMPLETED = "completed"  # done by a person
    CANCELLED = "cancelled"  # no longer wanted: its case went another way or ended


def _where(condition: str, *columns: str) -> Index:
    """An index of the rows that meet a condition: the others cost nothing."""
    name = f"ix_user_task_{'_'.join(columns)}"
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


class UserTaskRow(DrawnInProcess, Base):
    """A user task. `token` is where it stands in its case, `form_id` the form version it opened with;
    `burns_at` is when it or a clock of its case is due, whichever is earlier, while it is open;
    `opened_at` and `closed_at` are the instants of the commands by which it came and went, as clocks count.
    """

    __tablename__ = "user_task"
    __table_args__ = (
        Index(None, "instance_id", "token"),
        _where("assignee IS NOT NULL", "assignee", "state", "id"),
        _where("assignee IS NOT NULL", "assignee", "instance_id"),
        _where("completed_by IS NOT NULL", "completed_by", "id"),
        _where("completed_by IS NOT NULL", "completed_by", "instance_id"),
        _where("state = 'open'", "burns_at"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True, default=new_id)
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id", ondelete="CASCADE"))
    token: Mapped[int] = mapped_column(Integer)
    element: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(10))
    assignee: Mapped[str | None] = mapped_column(String(64))
    candidate_users: Mapped[list[str]] = mapped_column(Json)
    candidate_groups: Mapped[list[str]] = mapped_column(Json)
    priority: Mapped[int | None] = mapped_column(Integer)
    form_id: Mapped[str | None] = mapped_column(ForeignKey("form.id"))
    separation: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    burns_at: Mapped[datetime | None] = mapped_column(Instant)
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    completed_by: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(Integer)


GROUP, USER = "group", "user"


class CandidateRow(Base):
    """Somebody, or a group, that may claim an open task, so that a queue is read along the index. Written by
    triggers of `user_task` alone, from the lists there, and gone when the task closes.
    """

    __tablename__ = "user_task_candidate"
    __table_args__ = (
        Index(None, "task_id"),
        Index(None, "instance_id", "kind", "name"),
        Index(None, "kind", "name", "instance_id"),
    )

    kind: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("user_task.id", ondelete="CASCADE"), primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(26))


# Triggers, since every command that completes a task and opens another would need two statements more.
_WITHDRAW = "DELETE FROM user_task_candidate WHERE task_id = new.id; "
_OFFER = (
    "INSERT INTO user_task_candidate (kind, name, task_id, instance_id) "
    "SELECT DISTINCT 'user', value, new.id, new.instance_id FROM {items}(new.candidate_users) AS value "
    "UNION ALL "
    "SELECT DISTINCT 'group', value, new.id, new.instance_id FROM {items}(new.candidate_groups) AS value; "
)
_TRIGGERS = {
    "user_task_opened": ("INSERT", "new.state = 'open'", _OFFER),
    "user_task_offered": (
        "UPDATE OF candidate_users, candidate_groups",
        "new.state = 'open'",
        _WITHDRAW + _OFFER,
    ),
    "user_task_closed": ("UPDATE OF state", "new.state <> 'open'", _WITHDRAW),
}


def _on_sqlite(name: str, change: str, condition: str, does: str) -> Iterator[str]:
    does = does.format(items="json_each")
    yield f"CREATE TRIGGER {name} AFTER {change} ON user_task WHEN {condition} BEGIN {does}END"


def _on_postgresql(name: str, change: str, condition: str, does: str) -> Iterator[str]:
    does = does.format(items="json_array_elements_text")
    body = f"$$ BEGIN {does}RETURN NULL; END $$"
    yield f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS {body}"
    yield (
        f"CREATE TRIGGER {name} AFTER {change} ON user_task "
        f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
    )


# For all tables, since a migration makes a table of its own with the name of ours.
@event.listens_for(Table, "after_create")
def _offer_what_opens(made: Table, connection: Connection, **_: Any) -> None:
    if made.name == CandidateRow.__tablename__:
        written = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgresql
        for name, told in _TRIGGERS.items():
            for statement in written(name, *told):
                connection.exec_driver_sql(statement)


@event.listens_for(Table, "before_drop")
def _offer_nothing(dropped: Table, connection: Connection, **_: Any) -> None:
    if dropped.name == CandidateRow.__tablename__:
        of_table = "" if connection.dialect.name == "sqlite" else " ON user_task"
        for name in _TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{of_table}")


class FormerAssigneeRow(Base):
    """Somebody who had a task of a case and no longer has it: she may still see the case."""

    __tablename__ = "former_assignee"

    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    instance_id: Mapped[str] = mapped_column(
        ForeignKey("process_instance.id", ondelete="CASCADE"), primary_key=True
    )


IS_OPEN = table_of(UserTaskRow).c.state == literal_column("'open'")
"""Spelled out rather than bound: only then do both databases see that the partial indexes serve."""


_TASK = table_of(UserTaskRow)
_CHANGING = ("assignee", "revision")
_UPDATE = update(_TASK).where(_TASK.c.id == bindparam("row_id")).values({n: bindparam(n) for n in _CHANGING})
_INSTANCE = table_of(ProcessInstanceRow)
_INSTANCE_COLUMNS = len(_INSTANCE.columns)
# Both rows, for only a locked row is read as it is after the wait; the instance first, as everywhere.
_LOCK = (
    select(*_INSTANCE.columns, *(column.label(f"task_{column.name}") for column in _TASK.columns))
    .join(_TASK, _TASK.c.instance_id == _INSTANCE.c.id)
    .where(_TASK.c.id == bindparam("id"))
    .with_for_update(of=[_INSTANCE, _TASK])
)

_FORM = table_of(FormRow)
_LATEST_FORM = (
    select(_FORM.c.id).where(_FORM.c.key == bindparam("form_key")).order_by(_FORM.c.version.desc()).limit(1)
)
_INSERT = insert(_TASK).values(form_id=_LATEST_FORM.scalar_subquery())

_AT_TOKENS = (_TASK.c.instance_id == bindparam("instance")) & _TASK.c.token.in_(
    bindparam("tokens", expanding=True)
)
_IS_DONE = _TASK.c.token == bindparam("done")
_CLOSED: dict[str, Any] = {
    "state": case((_IS_DONE, TaskState.COMPLETED), else_=TaskState.CANCELLED),
    "assignee": case((_IS_DONE, bindparam("assignee", type_=String)), else_=_TASK.c.assignee),
    "completed_at": case((_IS_DONE, bindparam("completed_at", type_=Instant))),
    "completed_by": case((_IS_DONE, bindparam("completed_by", type_=String))),
    "closed_at": bindparam("closed_at", type_=Instant),
    "revision": _TASK.c.revision + 1,
}
_CLOSE = update(_TASK).where(_AT_TOKENS, _TASK.c.state == TaskState.OPEN).values(_CLOSED)
_DUE = bindparam("due", type_=Instant)
_BURNS_AT = case((_TASK.c.due_at < _DUE, _TASK.c.due_at), else_=func.coalesce(_DUE, _TASK.c.due_at))
_OPEN_OF_CASE = (_TASK.c.instance_id == bindparam("instance")) & IS_OPEN
_CLOSE_AND_BURN = (
    update(_TASK)
    .where(_OPEN_OF_CASE)
    .values({name: case((_AT_TOKENS, value), else_=_TASK.c[name]) for name, value in _CLOSED.items()})
    .values(burns_at=_BURNS_AT)
)
_BURN = update(_TASK).where(_OPEN_OF_CASE).values(burns_at=_BURNS_AT)
_COMPLETION = ("assignee", "completed_at", "completed_by")
_NOT_DONE = {"done": -1} | dict.fromkeys(_COMPLETION)


def locked(session: Session, task_id: str) -> tuple[ProcessInstanceRow, UserTaskRow] | None:
    """The task and its instance, held until the transaction ends, if there is such a task. They are values:
    `save` writes them back.
    """
    found = connection_of(session).execute(_LOCK, {"id": task_id}).one_or_none()
    if found is None:
        return None
    instance, task = found[:_INSTANCE_COLUMNS], found[_INSTANCE_COLUMNS:]
    return as_value(ProcessInstanceRow, instance), as_value(UserTaskRow, task)


def save(session: Session, task: UserTaskRow) -> None:
    """Write who has a task that is held."""
    connection_of(session).execute(_UPDATE, values_of(task, _CHANGING) | {"row_id": task.id})


def remember_assignee(session: Session, task: UserTaskRow) -> None:
    """Remember who has the task, before somebody else is given it."""
    insert_ = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    former = {"username": task.assignee, "instance_id": task.instance_id}
    session.execute(insert_(FormerAssigneeRow).values(former).on_conflict_do_nothing())


def open_tasks(session: Session, tasks: list[dict[str, Any]]) -> None:
    """Write new tasks, in one statement. Each has the columns of the table, but `form_key` for `form_id`: the
    form is pinned to the version that is the latest now.
    """
    connection_of(session).execute(_INSERT, tasks)


def close_tasks(
    session: Session, instance_id: str, tokens: Collection[int], done: UserTaskRow | None, at: datetime
) -> None:
    """Cancel the open tasks at these tokens, which withdraws them from their candidates; but the one that is
    `done` is completed as it says. They are closed `at` that instant.
    """
    there = {"instance": instance_id, "tokens": list(tokens), "closed_at": at}
    completion = {"done": done.token} | values_of(done, _COMPLETION) if done else _NOT_DONE
    connection_of(session).execute(_CLOSE, there | completion)


_OPEN_OF = (
    select(_TASK)
    .where(_TASK.c.instance_id.in_(bindparam("instances", expanding=True)), IS_OPEN)
    .order_by(_TASK.c.id)
)


def open_of(session: Session, instance_ids: Collection[str]) -> list[UserTaskRow]:
    """The open tasks of these cases, the oldest first, as values."""
    found = connection_of(session).execute(_OPEN_OF, {"instances": list(instance_ids)})
    return [as_value(UserTaskRow, columns) for columns in found]


_OFFERED = ("assignee", "candidate_users", "candidate_groups", "revision")
_REOFFER = update(_TASK).where(_TASK.c.id == bindparam("row_id")).values({n: bindparam(n) for n in _OFFERED})


def offer_anew(session: Session, task: UserTaskRow) -> None:
    """Write who an open task is offered to now, and who has it."""
    connection_of(session).execute(_REOFFER, values_of(task, _OFFERED) | {"row_id": task.id})


def burn(session: Session, instance_id: str, due: datetime | None) -> None:
    """The clocks of a case are due then: its open tasks are to be done by that time, if not before."""
    connection_of(session).execute(_BURN, {"instance": instance_id, "due": due})


_RENAME = (
    update(_TASK)
    .where(_TASK.c.instance_id == bindparam("instance"), _TASK.c.token == bindparam("at"))
    .values(name=bindparam("name"), names=bindparam("names"), revision=_TASK.c.revision + 1)
)


def close_and_burn(
    session: Session,
    instance_id: str,
    tokens: Collection[int],
    done: UserTaskRow | None,
    at: datetime,
    due: datetime | None,
) -> None:
    """As `close_tasks` and `burn`, in one statement."""
    if not tokens:
        burn(session, instance_id, due)
        return
    there = {"instance": instance_id, "tokens": list(tokens), "closed_at": at, "due": due}
    completion = {"done": done.token} | values_of(done, _COMPLETION) if done else _NOT_DONE
    connection_of(session).execute(_CLOSE_AND_BURN, there | completion)


def rename(session: Session, instance_id: str, named: dict[int, tuple[str, dict[str, str]]]) -> None:
    """Call the tasks at these tokens otherwise: the name, and its translations."""
    rows = [
        {"instance": instance_id, "at": token, "name": name, "names": names}
        for token, (name, names) in named.items()
    ]
    connection_of(session).execute(_RENAME, rows)
