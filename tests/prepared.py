"""Databases made once in this process, to be copied by each test that begins with what is in them."""

import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from engine.database import Database

_FOLDER = tempfile.TemporaryDirectory(prefix="baton-prepared-")
_NAMES = (f"prepared_{number}" for number in itertools.count(1))


class Prepared:
    """What `fill` puts into an empty database: done when it is first asked for, once on each server."""

    def __init__(self, fill: Callable[[Database], object]) -> None:
        self._fill = fill
        self._name = next(_NAMES)
        self._made: set[str] = set()

    def copy_to(self, database_url: str) -> None:
        """Put a copy in place of a fresh, empty database (`database_url` of `tests.conftest`)."""
        if database_url.startswith("sqlite"):
            shutil.copyfile(self._file(), database_url.removeprefix("sqlite:///"))
        else:
            self._copy_on_server(make_url(database_url))

    def _file(self) -> Path:
        path = Path(_FOLDER.name) / f"{self._name}.db"
        if str(path) not in self._made:
            self._make(f"sqlite:///{path}", str(path))
            with sqlite3.connect(path) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path

    def _copy_on_server(self, url: URL) -> None:
        with _maintaining(url.set(database="postgres")) as execute:
            if (server := str(url.query["host"])) not in self._made:
                execute("CREATE DATABASE {}", self._name)
                self._make(url.set(database=self._name).render_as_string(hide_password=False), server)
            execute("DROP DATABASE {} WITH (FORCE)", url.database)
            execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", url.database, self._name)

    def _make(self, url: str, place: str) -> None:
        database = Database(url)
        self._fill(database)
        database.close()
        self._made.add(place)


@contextmanager
def _maintaining(server: URL) -> Iterator[Callable[..., object]]:
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        yield lambda statement, *names: connection.execute(
            sql.SQL(statement).format(*map(sql.Identifier, names))
        )
