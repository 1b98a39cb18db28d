"""Brings a database's tables to the state this version of Baton needs, and writes the next revision.

Write a revision with `python -m engine.store.migrate "what changes"`; read it before you keep it.
"""

import sys
import tempfile
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.orm import Session

import engine.store
from engine.errors import Conflict
from engine.store.base import Base, Database

MIGRATION_LOCK = 0x6261746F6E  # "baton": nodes that start together migrate one after the other


def all_tables() -> MetaData:
    """The metadata with every table in it: each module of the store is imported, so none is forgotten."""
    for module in iter_modules(engine.store.__path__):
        if module.name not in ("migrate", "migrations"):
            import_module(f"engine.store.{module.name}")
    return Base.metadata


def upgrade(database: Database) -> None:
    """Run the revisions that are missing, all in one transaction. Raises `Unavailable`, and `Conflict` when a
    newer version of Baton made the tables.
    """
    with database.transaction() as session:
        upgrade_to(session, "head")


def upgrade_to(session: Session, revision: str) -> None:
    """Run the revisions that are missing up to this one, in the caller's transaction."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    _known_revision(session)
    command.upgrade(_config(connection), revision)


def revision_of(session: Session) -> str | None:
    """The last revision this database has; None when it has no tables yet."""
    return MigrationContext.configure(session.connection()).get_current_revision()


def knows(revision: str) -> bool:
    """Whether this version of Baton has this revision; one it lacks was made by a newer version."""
    return any(known.revision == revision for known in _scripts().walk_revisions())


def pending(database: Database) -> list[str]:
    """The revisions this database still lacks, the next one first; empty when it is up to date. Raises
    `Conflict` when a newer version of Baton made the tables.
    """
    with database.transaction(write=False) as session:
        applied = _known_revision(session)
    missing = _scripts().iterate_revisions("heads", applied or "base")
    return [revision.revision for revision in missing if revision.revision != applied][::-1]


def _known_revision(session: Session) -> str | None:
    revision = revision_of(session)
    if revision is not None and not knows(revision):
        raise Conflict(
            f"A newer version of Baton has used this database (its revision is {revision}); use that one."
        )
    return revision


def write_revision(message: str) -> None:
    """Write the revision that leads from the last one to the tables as they are declared now."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        upgrade(database)
        with database.transaction() as session:
            config = _config(session.connection())
            number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
        database.close()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    config.attributes["tables"] = all_tables()
    return config


if __name__ == "__main__":
    write_revision(sys.argv[1])
