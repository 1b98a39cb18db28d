"""A server in this process, the people who call it, and a way to be one of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from api import create_app
from config import settings as all_settings
from config.settings import Settings
from engine import people
from engine.clock import system_now
from engine.database import Database
from engine.store.migrate import all_tables

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
    environment = {
        "BATON_DATABASE_URL": database_url,
        "BATON_DATA_DIR": str(tmp_path),
        "BATON_SECRET_KEY": SECRET_KEY,
    }
    return all_settings.read(environment)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    all_tables().create_all(database.engine)
    with database.transaction() as session:
        people.seed_demo(session, ORGANISATION, system_now())
    yield database
    database.close()


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
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
