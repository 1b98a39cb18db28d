"""`baton db`: the database's tables."""

import argparse
from typing import TYPE_CHECKING

from api.console import own_database
from engine.database import pending, upgrade

if TYPE_CHECKING:
    from api.console import Commands


def register(commands: "Commands") -> None:
    parser = commands.add_parser("db", help="the database's tables")
    verbs = parser.add_subparsers(required=True, metavar="verb")
    verbs.add_parser("upgrade", help="bring the tables up to date").set_defaults(run=run_upgrade)


def run_upgrade(_arguments: argparse.Namespace) -> int:
    with own_database() as (_, database):
        missing = pending(database)
        upgrade(database)
    print(f"Applied {', '.join(missing)}." if missing else "The database is up to date.")
    return 0
