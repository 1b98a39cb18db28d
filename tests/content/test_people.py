"""The demo organisation: everybody the documentation names is there, and belongs to what exists."""

from zoneinfo import ZoneInfo

from engine.people import Role
from tests.content.people import DEMO, GROUPS, PEOPLE

CAST = {"ann", "sam", "nia", "mia", "carl", "cab1", "cab2", "cab3", "pat", "cora", "audra", "root"}


def test_the_cast_is_complete_and_each_has_her_role():
    roles = {name: set(person["roles"]) for name, person in PEOPLE.items()}

    assert roles.keys() == CAST
    assert roles["ann"] == {"requester"}
    assert roles["sam"] == roles["nia"] == {"agent"}
    assert "service-manager" in roles["mia"]
    assert roles["pat"] == {"process-owner"}
    assert roles["audra"] == {"auditor"}
    assert roles["root"] == {"administrator"}


def test_everybody_has_known_roles_groups_organisation_and_zone():
    organisations = {organisation["key"] for organisation in DEMO["organisation"]}

    for person in PEOPLE.values():
        assert set(person["roles"]) <= set(Role)
        assert set(person["groups"]) <= GROUPS
        assert person["organisation"] in organisations
        assert ZoneInfo(person["zone"]).key == person["zone"]


def test_every_group_has_somebody_in_it():
    assert {group for person in PEOPLE.values() for group in person["groups"]} == GROUPS


def test_nobody_has_a_password_in_the_file():
    assert [name for name, person in PEOPLE.items() if "password" in person] == []
