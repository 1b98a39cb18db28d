"""The database as the doors know it: open it, own it, migrate it, ask whether it answers."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from engine.errors import Conflict
from engine.store.base import Database
from engine.store.migrate import pending, upgrade

__all__ = ["Database", "answers", "ownership", "pending", "upgrade"]

POLL_SECONDS = 0.1


def answers(database: Database) -> None:
    """Ask the database for one row; raises `Unavailable` when it does not give it."""
    with database.transaction(write=False) as session:
        session.execute(text("SELECT 1")).scalar_one()


@contextmanager
def ownership(database: Database, *, wait: float = 0.0) -> Iterator[None]:
    """Own the SQLite file while the block runs, so that no second process writes to it.

    Waits up to `wait` seconds for the present owner to go: the child of a server that was killed needs a
    moment to notice. Raises `Conflict` when it stays. The lock goes with the process, however that ends.
    """
    if not database.is_sqlite or database.url.database in (None, "", ":memory:"):
        yield
        return
    path = Path(f"{database.url.database}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, path, time.monotonic() + wait)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            if time.monotonic() >= deadline:
                raise Conflict(f"Another process owns this database: it holds {path}.") from error
        time.sleep(POLL_SECONDS)
