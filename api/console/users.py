"""`baton user`: accounts from the command line, above all the first administrator."""

import argparse
import getpass
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from httpx import Client
from rich.console import Console
from rich.table import Table

from api.console import operator
from api.console.reading import read_only_database, require_up_to_date
from config.settings import Settings
from engine import people
from engine.clock import system_now
from engine.database import Database
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
    person: dict[str, Any] = {
        "username": arguments.username,
        "name": arguments.name or arguments.username,
        "roles": sorted(set(roles)),
        "groups": arguments.groups,
    } | ({"email": arguments.email} if arguments.email else {})
    password = _ask_password(arguments.username)

    def here(found: Settings, database: Database) -> None:
        new = people.hashed(password)
        with database.transaction() as session:
            people.add(session, now=system_now(), zone=found.timezone, password=new, **person)

    def there(server: Client) -> None:
        operator.require_success(server.post("/people", json=person | {"password": password}))

    operator.write(here, there)
    print(f"Added {arguments.username} ({', '.join(person['roles'])}).")
    return 0


def run_password(arguments: argparse.Namespace) -> int:
    username, password = arguments.username, _ask_password(arguments.username)

    def here(_found: Settings, database: Database) -> None:
        new = people.hashed(password)
        with database.transaction() as session:
            people.set_password(session, username, new)

    def there(server: Client) -> None:
        path = f"/people/{quote(username, safe='')}"
        operator.require_success(server.patch(path, json={"password": password}))

    operator.write(here, there)
    print(f"{username} has another password and is signed out everywhere.")
    return 0


def run_list(_arguments: argparse.Namespace) -> int:
    with read_only_database() as database:
        require_up_to_date(database)
        with database.transaction(write=False) as session:
            everybody = people.everybody(session)
    table = Table("username", "name", "roles", "groups", "active")
    for person in everybody:
        table.add_row(*_cells(person))
    Console().print(table)
    return 0


def _ask_password(username: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"Password for {username}: ")
    return sys.stdin.readline().rstrip("\r\n")


def _cells(person: Person) -> tuple[str, ...]:
    lists = (", ".join(sorted(names)) for names in (person.roles, person.groups))
    return person.username, person.name, *lists, "yes" if person.active else "no"
