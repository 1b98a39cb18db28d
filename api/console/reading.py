"""The database of this environment for a command that only reads: a server that owns it is not disturbed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url

from api.console import database_of
from config import settings
from config.settings import Settings
from engine.database import Database, pending
from engine.errors import Conflict, Invalid, NotFound

SQLITE_BEGINS = b"SQLite format 3\0"


@contextmanager
def read_only_database() -> Iterator[Database]:
    """The database, closed afterwards; an SQLite file is opened so that nothing can be written.

    Raises `NotFound` when there is none yet, `Invalid` for a file that is something else.
    """
    found = settings.read()
    with database_of(_read_only(found) if found.on_sqlite else found) as database:
        yield database


def require_up_to_date(database: Database) -> None:
    """Raises `Conflict` when the tables are not those this version of Baton knows."""
    if missing := pending(database):
        raise Conflict(f"The database lacks {', '.join(missing)}; `baton db upgrade` brings it up to date.")


def _read_only(found: Settings) -> Settings:
    url = make_url(found.database_url)
    path = Path(url.database or "")
    _require_sqlite(path)
    # A URI's path is unquoted by SQLite itself; without the quotes a `?` in a folder's name would end it.
    url = url.set(database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
    return replace(found, database_url=url.render_as_string(hide_password=False))


def _require_sqlite(path: Path) -> None:
    try:
        with path.open("rb") as file:
            begins = file.read(len(SQLITE_BEGINS))
    except FileNotFoundError:
        raise NotFound(
            f"There is no database at {path}; check BATON_DATABASE_URL and BATON_DATA_DIR."
        ) from None
    except OSError as error:
        raise Invalid(f"The database {path} cannot be read: {error.strerror}.") from None
    if begins != SQLITE_BEGINS:
        raise Invalid(f"{path} is no SQLite database; check BATON_DATABASE_URL.")
