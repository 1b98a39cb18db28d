"""`baton doctor`: what was understood of the settings, and whether the database is as it should be."""

import argparse
import os
from dataclasses import fields
from typing import TYPE_CHECKING

from api.console import database_of
from config import settings
from config.settings import Settings
from engine.database import Database, answers, pending
from engine.errors import EngineError

if TYPE_CHECKING:
    from api.console import Commands


def register(commands: "Commands") -> None:
    commands.add_parser("doctor", help="check the settings and the database").set_defaults(run=run_doctor)


def run_doctor(_arguments: argparse.Namespace) -> int:
    """0 if all is well, else 1."""
    found = settings.read()
    for one in fields(Settings):
        print(f"BATON_{one.name.upper()} = {_shown(found, one.name)}")
    complaints = [f"{name} is no setting of Baton's." for name in settings.unknown_variables(os.environ)]
    with database_of(found) as database:
        complaints += _complaints_about(database)
    print("\n".join(complaints) or "All is well.")
    return 1 if complaints else 0


def _shown(found: Settings, name: str) -> object:
    if name == "secret_key":
        return "(given)" if found.secret_key else "(not given)"
    if name == "database_url":
        return Database(found.database_url).url.render_as_string(hide_password=True)
    return getattr(found, name)


def _complaints_about(database: Database) -> list[str]:
    if database.is_sqlite and not os.path.exists(database.url.database or ""):
        return [f"There is no database yet at {database.url.database}; `baton serve` makes it."]
    try:
        answers(database)
        missing = pending(database)
    except EngineError as error:
        return [error.detail]
    return (
        [f"The database lacks {', '.join(missing)}; `baton db upgrade` brings it up to date."]
        if missing
        else []
    )
