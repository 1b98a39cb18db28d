"""Messages over HTTP: to the one case that waits, once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from tests.desk import Desk, chain, diagram, open_desk, user
from tests.walker import Reply

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CATCH = (
    '<intermediateCatchEvent id="wait"><messageEventDefinition id="wait_definition" messageRef="go">'
    '<extensionElements>{correlation}<baton:payload variable="told"/></extensionElements>'
    "</messageEventDefinition></intermediateCatchEvent>"
)
GO = '<message id="go" name="go"/>'
BY_KEY = diagram(
    "parcel", chain(CATCH.format(correlation='<baton:correlation key="${number}"/>'), user("do")), declared=GO
)
BY_NAME = diagram("any", chain(CATCH.format(correlation=""), user("do")), declared=GO.replace("go", "come"))
ANY = BY_NAME.replace(b'messageRef="go"', b'messageRef="come"')


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        assert desk("pat").deploy({"parcel.bpmn": BY_KEY, "any.bpmn": ANY}).status == 201
        yield desk


def start(desk: Desk, definition: str, **variables: Any) -> dict[str, Any]:
    return desk("ann").post("/process-instances", {"definition": definition, "variables": variables})


def send(desk: Desk, name: str, *, by: str = "ann", key: str | None = None, **body: Any) -> Reply:
    headers = {"Idempotency_Key": key} if key else {}
    return desk(by).send("POST", "/messages", {"name": name, **body}, **headers)


@pytest.mark.parametrize(("number", "sent"), [("A-1", "A-1"), (17, 17), (17, "17"), (2.5, 2.5)])
def test_a_message_finds_its_case_by_the_key(desk: Desk, number: Any, sent: Any) -> None:
    case, _other = start(desk, "parcel", number=number), start(desk, "parcel", number="other")

    reply = send(desk, "go", correlation_key=sent, payload={"text": "网络", "deep": [{"a": None}]})

    assert reply.status == 200
    assert reply.body == {"instance": case["id"], "number": case["number"], "element": "wait"}
    told = desk("ann").get(f"/process-instances/{case['id']}/variables")["told"]
    assert told == {"text": "网络", "deep": [{"a": None}]}


def test_a_message_finds_its_case_by_id_or_as_the_only_one(desk: Desk) -> None:
    one = start(desk, "any")
    by_name = send(desk, "come")
    two, three = start(desk, "any"), start(desk, "any")

    several = send(desk, "come")
    by_id = send(desk, "come", instance=three["id"])
    the_other = send(desk, "come")

    assert by_name.body["instance"] == one["id"]
    assert several.status == 409
    assert by_id.body["instance"] == three["id"]
    assert the_other.body["instance"] == two["id"]


def test_a_message_is_caught_once(desk: Desk) -> None:
    start(desk, "parcel", number=1)

    first = send(desk, "go", correlation_key=1, key="k")
    again = send(desk, "go", correlation_key=1, key="k")
    new = send(desk, "go", correlation_key=1)
    other = send(desk, "go", correlation_key=2, key="k")

    assert (first.status, again.status, new.status, other.status) == (200, 200, 404, 422)
    assert again.body == first.body


@pytest.mark.parametrize(("keys", "expected"), [((None, None), [200, 404]), (("k", "k"), [200, 200])])
def test_of_two_at_once_one_is_caught(
    desk: Desk, keys: tuple[str | None, str | None], expected: list[int]
) -> None:
    case = start(desk, "parcel", number=1)

    with ThreadPoolExecutor(2) as threads:
        replies = list(threads.map(lambda key: send(desk, "go", correlation_key=1, key=key), keys))

    assert sorted(reply.status for reply in replies) == expected
    history = desk("ann").everything(f"/process-instances/{case['id']}/history")
    assert sum(entry["kind"] == "message" for entry in history) == 1


@on_sqlite
def test_a_message_reaches_only_cases_its_sender_may_see(desk: Desk) -> None:
    start(desk, "parcel", number=1)

    assert send(desk, "go", by="carl", correlation_key=1).status == 404
    assert send(desk, "go", by="audra", correlation_key=1).status == 403
    assert send(desk, "go", by="mia", correlation_key=1).status == 200


@on_sqlite
def test_a_case_that_is_held_hears_nothing(desk: Desk) -> None:
    case = start(desk, "parcel", number=1)
    desk("mia").post(f"/process-instances/{case['id']}/suspend")

    assert send(desk, "go", correlation_key=1).status == 409


@on_sqlite
def test_a_payload_that_the_diagram_has_no_place_for_is_refused_and_the_case_unharmed(desk: Desk) -> None:
    case = desk("ann").start("incident")

    reply = send(desk, "incident.withdraw", correlation_key=case["number"], payload={"x": 1})

    assert reply.status == 422
    assert reply.body["errors"][0]["pointer"] == "#/payload"
    assert desk("ann").case(case) == case


@on_sqlite
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/name"),
        ({"name": ""}, "#/name"),
        ({"name": "x" * 256}, "#/name"),
        ({"name": "go", "payload": []}, "#/payload"),
        ({"name": "go", "correlation_key": True}, "#/correlation_key"),
        ({"name": "go", "correlation_key": {}}, "#/correlation_key"),
        ({"name": "go", "instance": 5}, "#/instance"),
        ({"name": "go", "x~y": 5}, "#/x~0y"),
    ],
)
def test_what_is_wrong_with_a_message_is_pointed_at(desk: Desk, body: dict[str, Any], pointer: str) -> None:
    reply = desk("ann").send("POST", "/messages", body)

    assert reply.status == 422
    assert [error["pointer"] for error in reply.body["errors"]] == [pointer]


@pytest.mark.parametrize("key", [10**30, 1e308, -0.0, "x" * 10_000, "\u202e<b>", "' OR 1=1 --", ""])
def test_a_key_that_nobody_waits_for_is_not_found_however_strange(desk: Desk, key: Any) -> None:
    start(desk, "parcel", number=1)

    assert send(desk, "go", correlation_key=key).status == 404
    assert send(desk, "go", instance=str(key)).status == 404


def test_a_case_tells_which_messages_it_waits_for(desk: Desk) -> None:
    parcel, other = start(desk, "parcel", number=17), start(desk, "any")

    waiting = desk("ann").get(f"/process-instances/{parcel['id']}/messages")
    send(desk, "come", instance=other["id"])
    caught = desk("ann").get(f"/process-instances/{other['id']}/messages")

    assert waiting["items"] == [
        {
            "message": "go",
            "element": "wait",
            "element_name": "wait",
            "correlation_key": "17",
            "takes_payload": True,
        }
    ]
    assert caught == {"items": [], "next": None}


@on_sqlite
def test_awaited_messages_come_in_pages_in_the_readers_language(desk: Desk) -> None:
    report = {"title": "Printer", "description": "It jams", "impact": 2, "urgency": 2}
    case = start(desk, "incident", **report)
    path = f"/process-instances/{case['id']}/messages"

    first = desk("ann").get(f"{path}?limit=1")
    rest = desk("ann").get(f"{path}?cursor={first['next']}")
    chinese = desk("ann").send("GET", path, Accept_Language="zh-CN").body["items"]

    found = {one["message"]: one["takes_payload"] for one in first["items"] + rest["items"]}
    told = {"incident.withdraw": False, "incident.reprioritise": True, "incident.declare_major": True}
    assert found == told
    assert all("一" <= one["element_name"][0] <= "鿿" for one in chinese)


@on_sqlite
def test_who_may_not_see_a_case_is_not_told_what_it_waits_for(desk: Desk) -> None:
    case = start(desk, "parcel", number=17)

    reply = desk("cab1").send("GET", f"/process-instances/{case['id']}/messages")

    assert reply.status == 404
