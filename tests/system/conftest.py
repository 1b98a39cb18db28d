"""Servers for the tests that watch whole systems."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import Client, Server, running
from tests.system.nodes import BEGUN, Restartable, Watch


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own on its fresh database: it may be killed and started again."""
    BEGUN.copy_to(database_url)
    with running(Server(database_url, tmp_path)) as server:
        yield server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that tests share, and none harms; they run once on each database."""
    data = tmp_path_factory.mktemp("served")
    if request.param == "sqlite":
        url = f"sqlite:///{data / 'baton.db'}"
        BEGUN.copy_to(url)
        with running(Server(url, data)) as server:
            yield server
        return
    postgres = request.getfixturevalue("postgres")
    name = postgres.create_database()
    BEGUN.copy_to(postgres.url(name))
    with running(Server(postgres.url(name), data)) as server:
        yield server
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def sam(shared_server: Server) -> Client:
    return Client(shared_server.url, "sam")


@pytest.fixture(scope="session")
def nia(shared_server: Server) -> Client:
    return Client(shared_server.url, "nia")


@pytest.fixture(scope="session")
def root(shared_server: Server) -> Client:
    return Client(shared_server.url, "root")


@pytest.fixture(scope="session")
def restartable() -> Iterator[Restartable]:
    """A PostgreSQL that flushes every commit and may be stopped and started again: by one test after another,
    each with a database of its own.
    """
    postgres = Restartable(durable=True)
    yield postgres
    postgres.stop()


@pytest.fixture
def watch(database_url: str) -> Iterator[Watch]:
    """What the test's own database tells."""
    watch = Watch(database_url)
    yield watch
    watch.close()
