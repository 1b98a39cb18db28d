"""The commands of `baton`, a module per group of commands.

Each module has `register(commands)`, which adds its parsers and sets `run` on them: a function of the parsed
arguments that gives the exit status. A new group is a new module in `api.cli.GROUPS`.
"""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from config import settings
from config.settings import Settings
from engine.database import Database, ownership
from engine.errors import Conflict

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


@contextmanager
def database_of(found: Settings) -> Iterator[Database]:
    """The database of these settings, closed afterwards."""
    database = Database(found.database_url, pool_size=found.threads + 4)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def own_database() -> Iterator[tuple[Settings, Database]]:
    """The database of this environment, for a command that writes to it: nobody else may own it meanwhile."""
    found = settings.read()
    with database_of(found) as database, ExitStack() as stack:
        try:
            stack.enter_context(ownership(database))
        except Conflict as error:
            raise Conflict(f"{error.detail} Stop it first.") from None
        yield found, database
