"""Migrated databases with the cast in them, copied for each test from one made once a run, and a desk."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from engine.clock import FixedClock
from engine.people import Person
from engine.store.base import Database
from engine.store.migrate import upgrade
from tests.engine.support import NOW, Desk, seed_cast
from tests.postgres import PostgresServer


def pytest_make_parametrize_id(val: object) -> str | None:
    """People, errors and sets by their names, the same in every process of a run."""
    if isinstance(val, Person):
        return val.username
    if isinstance(val, set):
        return "+".join(sorted(val)) or "nothing"
    return val.__name__ if isinstance(val, type) else None


@pytest.fixture(autouse=True)
def _quiet_logs() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the cast in it; copy it."""
    path = tmp_path_factory.mktemp("template") / "baton.db"
    _prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a migrated PostgreSQL database with the cast in it; nobody is connected to it."""
    name = postgres.create_database()
    _prepare(postgres.url(name))
    return name


def _prepare(url: str) -> None:
    database = Database(url)
    upgrade(database)
    with database.transaction() as session:
        seed_cast(session)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def house_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database with the cast in it and nothing else; once on each kind.

    For one kind only: `@pytest.mark.parametrize("house_url", ["postgresql"], indirect=True)`.
    """
    if request.param == "sqlite":
        path = tmp_path / "house.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create_database(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def desk(house_url: str) -> Iterator[Desk]:
    """A desk on a clock that stands at `NOW`."""
    clock = FixedClock(NOW)
    database = Database(house_url, clock)
    yield Desk(database, clock)
    database.close()
