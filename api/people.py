"""People and groups over HTTP: everybody signed in looks, administrators change."""

from dataclasses import replace
from typing import Any

from api import pages
from api.blueprint import Blueprint
from api.commands import Command, Reading
from api.language import locales
from api.pages import PageQuery
from api.schemas.people import (
    GROUP_EXAMPLE,
    PERSON_EXAMPLE,
    ChangedPersonSchema,
    GroupSchema,
    GroupsPage,
    NewPersonSchema,
    PeoplePage,
    PeopleQuery,
    PersonSchema,
)
from api.server import server
from engine import people
from engine.clock import system_now
from engine.errors import Forbidden
from engine.people import Group, Person, Role

blueprint = Blueprint("people", __name__, url_prefix="/api/v1/people", description="Accounts")
groups_blueprint = Blueprint(
    "groups", __name__, url_prefix="/api/v1/groups", description="Teams that work is given to"
)

NEW_PERSON = {
    "username": "sam",
    "name": "Sam Okafor",
    "roles": ["agent"],
    "groups": ["service-desk"],
    "password": "correct horse battery",
}


def _demand_administrator(reading: Reading) -> None:
    if not reading.person.has(Role.ADMINISTRATOR):
        raise Forbidden("Only administrators change people and groups.")


def _demand_right_to_change(reading: Reading, username: str) -> None:
    people.visible(reading.session, username, reading.person)
    _demand_administrator(reading)


@blueprint.get("")
@blueprint.arguments(PeopleQuery, location="query")
@blueprint.reading(PeoplePage, problems=(422,), example={"items": [PERSON_EXAMPLE], "next": None})
def list_people(reading: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List people

    In the order of usernames. Who only requests services sees herself and her own organisation.
    """
    after = pages.after(query)
    found = people.page(
        reading.session,
        reading.person,
        limit=query["limit"] + 1,
        after=after[0] if after else None,
        text=query["q"],
        group=query["group"],
    )
    return pages.page(found, query["limit"], lambda person: [person.username])


@blueprint.get("/<username>")
@blueprint.reading(PersonSchema, problems=(404,), example=PERSON_EXAMPLE)
def get_person(reading: Reading, username: str) -> Person:
    """Get a person"""
    return people.visible(reading.session, username, reading.person)


@blueprint.post("")
@blueprint.arguments(NewPersonSchema, example=NEW_PERSON)
@blueprint.command(PersonSchema, 201, problems=(409,), example=PERSON_EXAMPLE, guard=_demand_administrator)
def add_person(command: Command, body: dict[str, Any]) -> Person:
    """Add a person

    For administrators. Without a password she cannot sign in until she is given one.
    """
    _demand_administrator(command)
    defaults = {"zone": server().settings.timezone}
    return people.add(command.session, now=system_now(), **(defaults | body))


@blueprint.patch("/<username>")
@blueprint.arguments(ChangedPersonSchema, example={"groups": ["service-desk", "network"]})
@blueprint.command(PersonSchema, problems=(404, 409), example=PERSON_EXAMPLE, guard=_demand_right_to_change)
def change_person(command: Command, body: dict[str, Any], username: str) -> Person:
    """Change a person

    For administrators. What is not sent stays. Made inactive or given another password, she is signed out
    everywhere.
    """
    _demand_right_to_change(command, username)
    return people.change(command.session, username, body)


@groups_blueprint.get("")
@groups_blueprint.arguments(PageQuery, location="query")
@groups_blueprint.reading(GroupsPage, problems=(422,), example={"items": [GROUP_EXAMPLE], "next": None})
def list_groups(reading: Reading, query: dict[str, Any]) -> dict[str, Any]:
    """List groups

    In the order of names, each with its title in the language of `Accept-Language`.
    """
    after = pages.after(query)
    found = people.groups(reading.session, limit=query["limit"] + 1, after=after[0] if after else None)
    told = [replace(group, title=group.title_in(*locales())) for group in found]
    return pages.page(told, query["limit"], lambda group: [group.name])


@groups_blueprint.post("")
@groups_blueprint.arguments(GroupSchema, example=GROUP_EXAMPLE)
@groups_blueprint.command(
    GroupSchema, 201, problems=(409,), example=GROUP_EXAMPLE, guard=_demand_administrator
)
def add_group(command: Command, body: dict[str, Any]) -> Group:
    """Add a group

    For administrators.
    """
    _demand_administrator(command)
    return people.add_group(command.session, body["name"], body["title"], body["titles"])
