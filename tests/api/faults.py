"""A database that breaks once, at any word said to it; and what all its tables hold, to compare and to put
back.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Connection, Table, event

from engine.database import Database
from engine.store.migrate import all_tables

# Breaking


class Kind(StrEnum):
    """How a statement or a commit fails."""

    REFUSED = "refused"  # the disk is full: it is not done
    CUT = "cut"  # the connection has died before it: it is not done, and nothing more can be said
    BROKEN = "broken"  # it is done, and what comes next in our own code fails
    LOST = "lost"  # it is done, and the connection dies before that is told

    @property
    def done(self) -> bool:
        """Whether what failed in this way was done."""
        return self in (Kind.BROKEN, Kind.LOST)


COMMIT = "COMMIT"


class Broken(RuntimeError):
    """What nobody foresaw."""


@dataclass
class Fault:
    """Fails the word `at` (from 1; 0 is none) of what is said to a database. `said` are all: statements, and
    `COMMIT`. `commits` counts those that were done. `look` is called after each of them, and what it says
    meanwhile is not heard.
    """

    at: int
    kind: Kind
    look: Callable[[], object] = lambda: None
    said: list[str] = field(default_factory=list)
    commits: int = 0
    _looking: bool = False

    @property
    def met(self) -> bool:
        """Whether so much was said that it has failed."""
        return 0 < self.at <= len(self.said)

    def say(self, connection: Any, what: str, act: Callable[[], object]) -> None:
        """Do what is said on this connection of the driver, unless it is what fails."""
        if not self._looking:
            self.said.append(what)
        if self._looking or len(self.said) != self.at:
            act()
            return
        if self.kind is Kind.REFUSED:
            _refuse(connection)
        if self.kind.done:
            act()
        if self.kind is Kind.BROKEN:
            raise Broken
        connection.rollback()  # as its server does for it
        connection.close()
        act()  # as the driver says it of a connection that is gone

    def commit(self, connection: Any, act: Callable[[], object]) -> None:
        def count() -> None:
            act()
            self.commits += 1
            self._looking = True
            self.look()
            self._looking = False

        self.say(connection, COMMIT, count)


@contextmanager
def failing(
    database: Database,
    at: int = 0,
    kind: Kind = Kind.REFUSED,
    look: Callable[[], object] = lambda: None,
) -> Iterator[Fault]:
    """Let one word fail of those said to the database while the block runs, or none."""
    fault, dialect = Fault(at, kind, look), database.engine.dialect

    def execute(cursor: Any, statement: str, parameters: Any, _context: Any) -> bool:
        fault.say(cursor.connection, statement, lambda: cursor.execute(statement, parameters))
        return True

    def execute_many(cursor: Any, statement: str, parameters: Any, _context: Any) -> bool:
        fault.say(cursor.connection, statement, lambda: cursor.executemany(statement, parameters))
        return True

    def commit(connection: Any) -> None:
        fault.commit(connection.dbapi_connection, connection.commit)

    event.listen(database.engine, "do_execute", execute)
    event.listen(database.engine, "do_executemany", execute_many)
    dialect.do_commit = commit
    try:
        yield fault
    finally:
        del dialect.do_commit
        event.remove(database.engine, "do_execute", execute)
        event.remove(database.engine, "do_executemany", execute_many)


def _refuse(connection: Any) -> None:
    """Fail as on a full disk. SQLite then rolls back the whole transaction by itself, PostgreSQL refuses
    whatever comes before a rollback.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.rollback()
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error
    connection.execute("DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$")


# Comparing

Row = tuple[Any, ...]
Rows = dict[str, dict[Row, Row]]
"""Every row of every table by its key, as the driver gives it, JSON as its text."""

Growth = dict[str, tuple[int, int, int]]
"""How many rows of a table came, went and changed; without tables where none did."""


def everything(database: Database) -> Rows:
    """All that the database holds."""
    with database.transaction(write=False) as session:
        connection = session.connection()
        return {table.name: _rows(connection, table) for table in all_tables().sorted_tables}


def growth(before: Rows, after: Rows) -> Growth:
    """What came of all that happened between the two."""
    found = {name: _grown(before[name], after[name]) for name in before}
    return {name: counts for name, counts in found.items() if any(counts)}


def put_back(database: Database, before: Rows) -> None:
    """Let the database hold this again, and nothing else."""
    after = everything(database)
    tables = [table for table in all_tables().sorted_tables if before[table.name] != after[table.name]]
    with database.transaction() as session:
        connection = session.connection()
        for table in reversed(tables):
            for key in after[table.name].keys() - before[table.name].keys():
                _execute(connection, f"DELETE FROM {table.name} WHERE {_equal(table.primary_key)}", key)
        for table in tables:
            _put_back_rows(connection, table, before[table.name], after[table.name])


def _rows(connection: Connection, table: Table) -> dict[Row, Row]:
    places = [list(table.columns).index(column) for column in table.primary_key]
    columns = ", ".join(_read(connection, column) for column in table.columns)
    found = _execute(connection, f"SELECT {columns} FROM {table.name}")
    return {tuple(row[place] for place in places): tuple(row) for row in found}


def _read(connection: Connection, column: Column[Any]) -> str:
    is_json = isinstance(column.type, JSON) and connection.dialect.name == "postgresql"
    return f'"{column.name}"::text' if is_json else f'"{column.name}"'


def _grown(before: Mapping[Row, Row], after: Mapping[Row, Row]) -> tuple[int, int, int]:
    changed = sum(before[key] != after[key] for key in before.keys() & after.keys())
    return len(after.keys() - before.keys()), len(before.keys() - after.keys()), changed


def _put_back_rows(
    connection: Connection, table: Table, before: Mapping[Row, Row], after: Mapping[Row, Row]
) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    for key, row in before.items():
        if key not in after:
            values = ", ".join("?" for _ in row)
            # A trigger may have put it back already: candidates come with their task.
            new = f"INSERT INTO {table.name} ({names}) VALUES ({values}) ON CONFLICT DO NOTHING"
            _execute(connection, new, row)
        elif after[key] != row:
            settings = ", ".join(f'"{column.name}" = ?' for column in table.columns)
            changed = f"UPDATE {table.name} SET {settings} WHERE {_equal(table.primary_key)}"
            _execute(connection, changed, row + key)


def _equal(columns: Iterable[Column[Any]]) -> str:
    return " AND ".join(f'"{column.name}" = ?' for column in columns)


def _execute(connection: Connection, statement: str, values: Row = ()) -> Any:
    marked = statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")
    return connection.exec_driver_sql(marked, values)
