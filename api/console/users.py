"""`baton user`: accounts from the command line, above all the first administrator."""

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from api.console import database_of, own_database
from config import settings
from config.settings import Settings
from engine import people
from engine.clock import system_now
from engine.database import upgrade
from engine.people import Person, Role

if TYPE_CHECKING:
    from api.console import Commands


def register(commands: "Commands") -> None:
    parser = commands.add_parser("user", help="accounts, above all the first administrator")
    verbs = parser.add_subparsers(required=True, metavar="verb")
    _register_add(verbs)
    password = verbs.add_parser(
        "password", help="give somebody another password, and sign her out everywhere"
    )
    password.add_argument("username")
    password.set_defaults(run=run_password)
    listing = verbs.add_parser("list", help="list everybody")
    listing.set_defaults(run=run_list)


def _register_add(verbs: "Commands") -> None:
    add = verbs.add_parser("add", help="add somebody; asks for the password, or reads it from standard input")
    add.add_argument("username")
    add.add_argument("--name", help="her name; the username if not given")
    add.add_argument("--email")
    add.add_argument("--admin", action="store_true", help="make her an administrator")
    add.add_argument("--role", action="append", default=[], choices=[*Role], dest="roles")
    add.add_argument("--group", action="append", default=[], dest="groups")
    add.set_defaults(run=run_add)


def run_add(arguments: argparse.Namespace) -> int:
    roles = [*arguments.roles, *([Role.ADMINISTRATOR] if arguments.admin else [])] or [Role.REQUESTER]
    with own_database() as (found, database):
        password = _ask_password(arguments.username)
        upgrade(database)
        with database.transaction() as session:
            person = _add(session, arguments, roles, password, found)
    print(f"Added {person.username} ({', '.join(sorted(person.roles))}).")
    return 0


def run_password(arguments: argparse.Namespace) -> int:
    with own_database() as (_, database):
        password = _ask_password(arguments.username)
        with database.transaction() as session:
            people.set_password(session, arguments.username, password)
    print(f"{arguments.username} has another password and is signed out everywhere.")
    return 0


def run_list(_arguments: argparse.Namespace) -> int:
    # Reading disturbs no server that owns the database.
    with database_of(settings.read()) as database, database.transaction(write=False) as session:
        everybody = people.everybody(session)
    table = Table("username", "name", "roles", "groups", "active")
    for person in everybody:
        table.add_row(*_cells(person))
    Console().print(table)
    return 0


def _add(
    session: Session, arguments: argparse.Namespace, roles: list[Role], password: str, found: Settings
) -> Person:
    return people.add(
        session,
        username=arguments.username,
        name=arguments.name or arguments.username,
        email=arguments.email,
        roles=roles,
        groups=arguments.groups,
        zone=found.timezone,
        password=password,
        now=system_now(),
    )


def _ask_password(username: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"Password for {username}: ")
    return sys.stdin.readline().rstrip("\r\n")


def _cells(person: Person) -> tuple[str, ...]:
    lists = (", ".join(sorted(names)) for names in (person.roles, person.groups))
    return person.username, person.name, *lists, "yes" if person.active else "no"
