"""How a command reaches the server that owns the database: a file beside it tells where, and opens the door.

SQLite has one owner, so while a server runs, commands that write ask it over HTTP. The server writes the
file, readable by its own account alone, when it starts, and takes it and its token away when it stops.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx

from api.console import database_of
from config import settings
from config.settings import Settings
from engine import people
from engine.clock import system_now
from engine.database import Database, ownership, upgrade
from engine.errors import Conflict, EngineError, Forbidden, Invalid, NotFound, Problem, Unavailable

SECONDS = 120.0
"""How long the server may take to answer: a large deployment is checked and stored meanwhile."""

UNPROCESSABLE = 422
REFUSALS: dict[int, type[EngineError]] = {401: Forbidden, 403: Forbidden, 404: NotFound, 503: Unavailable}

Done = TypeVar("Done")

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}
"""An address to listen on that is none to call, and the one to call instead."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the server is and what lets the command line in."""

    url: str
    token: str = field(repr=False)

    def client(self) -> httpx.Client:
        """A client of that server's API. Its requests raise httpx's errors: see `reached`."""
        # trust_env: a proxy of the environment is for the world outside, and is not to see the token.
        return httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=SECONDS,
            trust_env=False,
        )


@contextmanager
def admitted(found: Settings, database: Database) -> Iterator[None]:
    """Let the command line in while the block runs: for the server, once it owns and migrated the database.

    Not needed on PostgreSQL, where commands write to the database themselves.
    """
    if not _has_owner(database):
        yield
        return
    server = os.getpid()
    with database.transaction() as session:
        token = people.admit_operator(session, system_now())
    _write(path_of(database), Access(_url(found), token))
    try:
        yield
    finally:
        # The children that answer requests leave through here as well; the door is closed by the parent.
        if os.getpid() == server:
            path_of(database).unlink(missing_ok=True)
            with database.transaction() as session:
                people.dismiss_operator(session)


def access(database: Database) -> Access:
    """How to reach the server that owns this database. Raises `Conflict` when its owner let nobody in."""
    path = path_of(database)
    try:
        return Access(**json.loads(path.read_text()))
    except FileNotFoundError:
        raise Conflict(
            f"Another command of Baton is at work on this database (there is no {path}); try again later."
        ) from None
    except (OSError, ValueError, TypeError) as error:
        raise Conflict(
            f"A server owns this database, but {path} cannot be read: {error}."
            " Run the command under the server's account, or stop the server first."
        ) from None


def write(here: Callable[[Settings, Database], Done], there: Callable[[httpx.Client], Done]) -> Done:
    """Write `here`, to the migrated database of this environment, when nobody owns it; else have the server
    that does write it, `there`. Raises what either raises, and `Conflict` and `Unavailable` when that server
    cannot be reached.
    """
    found = settings.read()
    with database_of(found) as database, ExitStack() as stack:
        try:
            stack.enter_context(ownership(database))
        except Conflict:
            with reached(access(database)) as client:
                return there(client)
        upgrade(database)
        return here(found, database)


def require_success(response: httpx.Response) -> None:
    """Raises what the server's problem document says, as the engine would have said it here."""
    if response.is_success:
        return
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    detail = problem.get("detail") or f"The server answered {response.status_code}."
    if response.status_code == UNPROCESSABLE:
        raise Invalid([Problem(**entry) for entry in problem.get("errors", [])] or detail, detail)
    raise REFUSALS.get(response.status_code, Conflict)(f"The server refused: {detail}")


@contextmanager
def reached(server: Access) -> Iterator[httpx.Client]:
    """A client of the server. Raises `Unavailable` when nothing answers there."""
    try:
        with server.client() as client:
            yield client
    except httpx.TransportError as error:
        raise Unavailable(
            f"The server that owns this database does not answer at {server.url} ({error})."
            " If it is just starting, try again; else stop it first."
        ) from error


def path_of(database: Database) -> Path:
    """Where the file is."""
    return Path(f"{database.url.database}.operator")


def _has_owner(database: Database) -> bool:
    return database.is_sqlite and database.url.database not in (None, "", ":memory:")


def _url(found: Settings) -> str:
    host = EVERYWHERE.get(found.host, found.host)
    return f"http://[{host}]:{found.port}" if ":" in host else f"http://{host}:{found.port}"


def _write(path: Path, content: Access) -> None:
    """Put the file there whole and readable by its owner alone, whatever a killed server left behind."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(content), file)
    partial.replace(path)
