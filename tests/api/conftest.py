"""A server in this process, the people who call it, and a way to be one of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from api import create_app
from api.server import Server
from config import settings as all_settings
from config.settings import Settings
from engine import people
from engine.clock import system_now
from engine.database import Database
from engine.store.migrate import all_tables
from tests.prepared import Prepared

ORGANISATION = {
    "organisation": [{"key": "acme", "name": "Acme"}, {"key": "globex", "name": "Globex"}],
    "group": [{"name": "cab", "title": "Board"}, {"name": "service-desk", "title": "Service desk"}],
    "person": [
        {"username": "ann", "name": "Ann Archer", "roles": ["requester"], "organisation": "globex"},
        {"username": "sam", "name": "Sam Sorensen", "roles": ["agent"], "groups": ["service-desk"]},
        {"username": "root", "name": "Root", "roles": ["administrator"], "organisation": "acme"},
    ],
}
SECRET_KEY = "a key that only these tests know, long enough"

As = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return _settings(database_url, tmp_path)


def _settings(database_url: str, directory: Path) -> Settings:
    environment = {
        "BATON_DATABASE_URL": database_url,
        "BATON_DATA_DIR": str(directory),
        "BATON_SECRET_KEY": SECRET_KEY,
    }
    return all_settings.read(environment)


def _prepare(database: Database) -> None:
    all_tables().create_all(database.engine)
    with database.transaction() as session:
        people.seed_demo(session, ORGANISATION, system_now())


BEGINNING = Prepared(_prepare)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    BEGINNING.copy_to(database_url)
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application that tests share, one after the other; to build it takes longer than most of them."""
    folder = tmp_path_factory.mktemp("shared")
    settings = _settings(f"sqlite:///{folder / 'none.db'}", folder)
    return _built(settings, Database(settings.database_url))


@pytest.fixture
def app(shared_app: Flask, settings: Settings, database: Database) -> Flask:
    """The application on the test's own settings and database: all that differs is in its `Server`."""
    server: Server = shared_app.extensions["baton"]
    server.settings, server.database = settings, database
    server.ready.set()
    return shared_app


@pytest.fixture
def own_app(settings: Settings, database: Database) -> Flask:
    """An application of the test's own, to which it may add endpoints, and which nobody has called yet."""
    return _built(settings, database)


def _built(settings: Settings, database: Database) -> Flask:
    # Whether or not somebody built the browser side.
    app = create_app(settings, database, built=Path("nowhere"))
    app.extensions["baton"].ready.set()
    return app


@pytest.fixture
def test_clock_app(settings: Settings, database: Database) -> Flask:
    return create_app(replace(settings, test_clock=True), database)


@pytest.fixture
def nobody(app: Flask) -> FlaskClient:
    """A caller who has not signed in."""
    return app.test_client()


@pytest.fixture
def as_(app: Flask, database: Database) -> As:
    """A caller with the token of somebody: `as_("sam").get(...)`."""

    def client(username: str) -> FlaskClient:
        with database.transaction() as session:
            person = people.named(session, username)
            token, _ = people.issue_token(session, person.id, system_now())
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return client
