"""Prepares a database for a replay: its tables, the shipped incident process, and those who act in it."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.console.shipped import shipped
from engine import deployments, people, process_instances
from engine.clock import Clock, system_now
from engine.database import Database, ownership, upgrade
from engine.errors import Conflict, NotFound
from engine.people import Person, Role

PROCESS = "incident"
CALLED = "major_incident"
GROUPS = {
    "service-desk": "Service desk",
    "network": "Network",
    "major-incident": "Major incident management",
}
"""The groups that the forms of the process let work be given to, and the one that leads major incidents."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts. None of them has a password, so nobody can sign in as one of them."""

    requester: Person
    agent: Person
    administrator: Person


@contextmanager
def database_for(url: str | None, clock: Clock) -> Iterator[Database]:
    """The database of that URL, else one in a temporary file, removed afterwards; migrated, and owned by us.

    Raises `Conflict` when another process owns it, `Unavailable` when it does not answer.
    """
    with ExitStack() as stack:
        if url is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="baton-replay-"))
            url = f"sqlite:///{folder}/replay.db"
        database = Database(url, clock)
        stack.callback(database.close)
        stack.enter_context(ownership(database))
        upgrade(database)
        yield database


def set_up(database: Database, now: datetime) -> Cast:
    """Deploy the process as of `now` and add who acts in it.

    Raises `Conflict` for a database that holds cases or an incident process of somebody's own: they would mix
    with the replay's.
    """
    with database.transaction() as session:
        cast = _cast(session)
        if process_instances.page(session, process_instances.Filter(), by=cast.administrator, limit=1):
            raise Conflict("This database holds cases already. Replay into an empty one.")
        _deploy(session, now)
    return cast


def _cast(session: Session) -> Cast:
    for name, title in GROUPS.items():
        with suppress(Conflict):  # it is there already
            people.add_group(session, name, title)
    return Cast(
        requester=_person(session, "replay-requester", Role.REQUESTER),
        agent=_person(session, "replay-agent", Role.AGENT, *GROUPS),
        administrator=_person(session, "replay-administrator", Role.ADMINISTRATOR),
    )


def _person(session: Session, username: str, role: Role, *groups: str) -> Person:
    try:
        return people.named(session, username)
    except NotFound:
        return people.add(
            session, username=username, name=username, roles=[role], groups=groups, now=system_now()
        )


def _deploy(session: Session, now: datetime) -> None:
    files = [file for file in shipped() if file.path.startswith((f"{PROCESS}/", f"{CALLED}/"))]
    deployment = deployments.deploy(session, files, by=None, now=now, origin=deployments.Origin.SEED)
    if any(one.version > 1 for one in deployment.definitions):
        raise Conflict("This database holds an incident process of its own. Replay into an empty one.")
