"""People and groups over HTTP."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

PEOPLE = "/api/v1/people"
As = Callable[[str], FlaskClient]


def usernames(client: FlaskClient, **query: object) -> list[str]:
    return [person["username"] for person in client.get(PEOPLE, query_string=query).json["items"]]


def test_an_agent_sees_everybody_and_a_requester_herself_and_her_organisation(as_: As) -> None:
    as_("root").post(PEOPLE, json={"username": "gil", "name": "Gil", "organisation": "globex"})

    assert usernames(as_("sam")) == ["ann", "gil", "root", "sam"]
    assert usernames(as_("ann")) == ["ann", "gil"]
    assert as_("ann").get(f"{PEOPLE}/gil").status_code == 200
    assert as_("ann").get(f"{PEOPLE}/root").status_code == 404


def test_people_are_found_by_part_of_a_name_and_by_group(as_: As) -> None:
    sam = as_("sam")

    assert usernames(sam, q="SOREN") == ["sam"]
    assert usernames(sam, q="100%") == []
    assert usernames(sam, group="service-desk") == ["sam"]


def test_pages_follow_each_other_without_gap_or_repetition(as_: As) -> None:
    sam = as_("sam")
    found, cursor = [], None

    while True:
        page = sam.get(PEOPLE, query_string={"limit": 1} | ({"cursor": cursor} if cursor else {})).json
        found += [person["username"] for person in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert found == ["ann", "root", "sam"]


@pytest.mark.parametrize(
    "tamper", [lambda text: text[:-1], lambda text: "A" + text[1:], lambda text: "\xe9" + text]
)
def test_a_cursor_that_was_tampered_with_is_not_valid(as_: As, tamper: Callable[[str], str]) -> None:
    sam = as_("sam")
    cursor = sam.get(f"{PEOPLE}?limit=1").json["next"]

    response = sam.get(PEOPLE, query_string={"cursor": tamper(cursor)})

    assert response.status_code == 422


def test_a_cursor_of_one_list_is_not_one_of_another(as_: As) -> None:
    sam = as_("sam")
    cursor = sam.get(f"{PEOPLE}?limit=1").json["next"]

    assert sam.get("/api/v1/groups", query_string={"cursor": cursor}).status_code == 422


def test_an_administrator_adds_somebody_who_can_sign_in(as_: As, nobody: FlaskClient) -> None:
    kim = {
        "username": "kim",
        "name": "Kim",
        "email": "kim@example.com",
        "roles": ["agent"],
        "groups": ["cab"],
        "password": "correct horse",
    }

    added = as_("root").post(PEOPLE, json=kim)
    signed_in = nobody.post("/api/v1/auth/token", json={"username": "kim", "password": "correct horse"})

    assert added.status_code == 201
    assert "password" not in added.text
    assert added.json["groups"] == ["cab"]
    assert signed_in.status_code == 200


def test_everything_wrong_with_a_new_person_is_said_at_once(as_: As) -> None:
    kim = {
        "username": "Kim K",
        "name": "Kim",
        "groups": ["cab", "choir"],
        "organisation": "hidden",
        "zone": "Mars",
    }

    response = as_("root").post(PEOPLE, json=kim)

    pointers = {error["pointer"] for error in response.json["errors"]}
    assert response.status_code == 422
    assert pointers == {"#/username", "#/groups/1", "#/organisation", "#/zone"}


def test_a_name_that_is_taken_is_a_conflict(as_: As) -> None:
    root = as_("root")

    assert root.post(PEOPLE, json={"username": "sam", "name": "Sam"}).status_code == 409
    assert root.post("/api/v1/groups", json={"name": "cab", "title": "Cab"}).status_code == 409


@pytest.mark.parametrize("caller", ["ann", "sam"])
def test_only_administrators_change_people_and_groups(as_: As, caller: str) -> None:
    client = as_(caller)

    assert client.post(PEOPLE, json={"username": "kim", "name": "Kim"}).status_code == 403
    assert client.patch(f"{PEOPLE}/{caller}", json={"roles": ["administrator"]}).status_code == 403
    assert client.post("/api/v1/groups", json={"name": "choir", "title": "Choir"}).status_code == 403


def test_a_change_keeps_what_was_not_sent(as_: As) -> None:
    response = as_("root").patch(f"{PEOPLE}/sam", json={"groups": ["cab"]})

    assert response.status_code == 200
    assert response.json["groups"] == ["cab"]
    assert response.json["name"] == "Sam Sorensen"


def test_somebody_made_inactive_is_out_at_once(as_: As, nobody: FlaskClient) -> None:
    sam = as_("sam")

    as_("root").patch(f"{PEOPLE}/sam", json={"active": False})

    assert sam.get("/api/v1/auth/me").status_code == 401
    assert nobody.post("/api/v1/auth/token", json={"username": "sam", "password": "demo"}).status_code == 401


@pytest.mark.parametrize("change", [{"active": False}, {"roles": ["agent"]}])
def test_the_last_administrator_stays_one(as_: As, change: dict[str, object]) -> None:
    root = as_("root")

    assert root.patch(f"{PEOPLE}/root", json=change).status_code == 409
    assert root.get("/api/v1/auth/me").json["person"]["roles"] == ["administrator"]


def test_a_new_group_can_be_given_members(as_: As) -> None:
    root = as_("root")

    added = root.post("/api/v1/groups", json={"name": "network", "title": "Network"})
    root.patch(f"{PEOPLE}/sam", json={"groups": ["network"]})

    assert added.status_code == 201
    assert [group["name"] for group in root.get("/api/v1/groups").json["items"]] == [
        "cab",
        "network",
        "service-desk",
    ]
    assert usernames(root, group="network") == ["sam"]


def test_groups_are_called_what_the_reader_calls_them(as_: As) -> None:
    root = as_("root")
    root.post("/api/v1/groups", json={"name": "night", "title": "Night shift", "titles": {"zh-CN": "夜班"}})

    def title(language: str) -> str:
        items = root.get("/api/v1/groups", headers={"Accept-Language": language}).json["items"]
        return next(item["title"] for item in items if item["name"] == "night")

    assert [title("zh-CN"), title("de"), title("en")] == ["夜班", "Night shift", "Night shift"]
