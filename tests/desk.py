"""A whole server in this process: the shipped content, the demo organisation and a clock that tests move."""

import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

from flask import Flask

import config
from api import create_app
from api.console.shipped import calendars, demo_service_levels, shipped
from api.server import Server
from config import settings as all_settings
from engine import deployments, people, scheduler, service_levels
from engine.clock import system_now
from engine.database import Database
from engine.store.migrate import all_tables
from tests.prepared import Prepared
from tests.walker import Person, in_process

SECRET_KEY = "a key that only these tests know, long enough"
_NOWHERE = tempfile.TemporaryDirectory(prefix="baton-desk-")
ORGANISATION = tomllib.loads((Path(config.__file__).parent / "people.toml").read_text())


class Desk:
    """The application, its database, and the people who call it: `desk("ann").start("incident")`.

    A swept clock: `/clock/advance` fires everything that fell due before it answers.
    """

    def __init__(self, app: Flask, database: Database) -> None:
        self.app = app
        self.database = database
        self._tokens: dict[str, str] = {}

    def __call__(self, username: str) -> Person:
        """Somebody of the demo organisation, signed in."""
        if username not in self._tokens:
            with self.database.transaction() as session:
                person = people.named(session, username)
                self._tokens[username], _ = people.issue_token(session, person.id, system_now())
        return Person(in_process(self.app), self._tokens[username])


@contextmanager
def open_desk(database_url: str, directory: Path) -> Iterator[Desk]:
    """A desk on a fresh, empty database (`database_url` of `tests.conftest`), closed after the block."""
    BEGINNING.copy_to(database_url)
    database = Database(database_url)
    app = _application()
    server: Server = app.extensions["baton"]
    server.settings, server.database = all_settings.read(_environment(database_url, directory)), database
    server.after_advance = lambda: scheduler.sweep_all(database)
    server.ready.set()
    try:
        yield Desk(app, database)
    finally:
        database.close()


def diagram(key: str, inside: str, *, declared: str = "") -> bytes:
    """A BPMN file with one process; `declared` stands beside it (messages)."""
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"\n'
        ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:baton="urn:baton:bpmn:1">\n'
        f'{declared}<process id="{key}" name="{key.title()}" isExecutable="true">\n{inside}\n'
        "</process></definitions>"
    ).encode()


def chain(*nodes: str) -> str:
    """Nodes one after the other, between a start and an end."""
    ids = ["start", *(node.split('id="')[1].split('"')[0] for node in nodes), "end"]
    flows = [
        f'<sequenceFlow id="flow{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(pairwise(ids))
    ]
    return "\n".join(['<startEvent id="start"/>', *nodes, '<endEvent id="end"/>', *flows])


def user(key: str, attributes: str = 'camunda:candidateGroups="service-desk"', inside: str = "") -> str:
    return f'<userTask id="{key}" name="{key.title()}" {attributes}>{inside}</userTask>'


def script(key: str, text: str) -> str:
    return f'<scriptTask id="{key}" scriptFormat="python"><script>{escape(text)}</script></scriptTask>'


@cache
def _application() -> Flask:
    """The application that all desks of this process share, one after the other: what differs between two is
    in its `Server`. To build it takes longer than most tests.
    """
    nowhere = Path(_NOWHERE.name)
    settings = all_settings.read(_environment(f"sqlite:///{nowhere / 'none.db'}", nowhere))
    return create_app(settings, Database(settings.database_url), built=nowhere / "nothing was built")


def _environment(database_url: str, directory: Path) -> dict[str, str]:
    return {
        "BATON_DATABASE_URL": database_url,
        "BATON_DATA_DIR": str(directory),
        "BATON_SECRET_KEY": SECRET_KEY,
        "BATON_TEST_CLOCK": "1",
    }


def _prepare(database: Database) -> None:
    all_tables().create_all(database.engine)
    with database.transaction() as session:
        people.seed_demo(session, ORGANISATION, system_now())
        deployments.seed(session, shipped(), now=database.now(session))
        service_levels.seed(session, calendars(), now=database.now(session))
        service_levels.seed(session, demo_service_levels(), now=database.now(session))


BEGINNING = Prepared(_prepare)
"""What a desk begins with: all that is shipped, and the demo organisation."""
