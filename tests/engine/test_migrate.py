"""The revisions lead from nothing to the tables as they are declared."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from engine.database import Database, pending, upgrade
from engine.errors import Conflict
from engine.store.migrate import all_tables
from engine.store.search import is_declared


def test_the_revisions_lead_to_the_tables_as_they_are_declared(database_url: str) -> None:
    database = Database(database_url)

    before = pending(database)
    upgrade(database)

    with database.transaction(write=False) as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "include_name": is_declared}
        )
        differences = compare_metadata(context, all_tables())
    assert before
    assert pending(database) == []
    assert differences == []
    database.close()


def test_tables_of_a_newer_version_are_left_alone(database_url: str) -> None:
    database = Database(database_url)
    upgrade(database)
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(Conflict, match="newer version of Baton"):
        pending(database)
    with pytest.raises(Conflict, match="9999"):
        upgrade(database)
    database.close()


def test_upgrading_again_changes_nothing(database_url: str) -> None:
    database = Database(database_url)
    upgrade(database)

    upgrade(database)

    assert pending(database) == []
    database.close()
