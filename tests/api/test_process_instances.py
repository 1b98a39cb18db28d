"""Cases over HTTP: start them, find them, follow them, hold, repair and end them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from tests.desk import Desk, chain, diagram, open_desk, script, user
from tests.engine.bpmn import support as draw
from tests.engine.support import line
from tests.walker import Steer

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
REPORT = {"title": "No network", "description": "Since nine", "impact": 2, "urgency": 2}
HEAD = '<extensionElements><baton:record prefix="JOB" title="${label}"/></extensionElements>'
JOB = diagram("job", HEAD + chain(user("do"), script("run", "result = 10 / divisor")))


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        assert desk("pat").deploy({"job.bpmn": JOB}).status == 201
        yield desk


def start(desk: Desk, username: str = "ann", definition: str = "job", **variables: Any) -> dict[str, Any]:
    body = {"definition": definition, "variables": variables}
    return desk(username).post("/process-instances", body)


def failed(desk: Desk) -> dict[str, Any]:
    """A case whose script divided by zero after its task was done."""
    case = start(desk, divisor=0)
    desk("sam").do(case, "do")
    return desk("ann").case(case)


# Starting


def test_a_case_has_its_documented_shape(desk: Desk) -> None:
    case = start(desk, definition="incident", **REPORT)

    assert set(case) == {
        *("id", "number", "definition", "version", "state", "title", "priority", "service", "requester"),
        *("started_at", "ended_at", "failures", "revision", "escalation_level"),
    }
    assert re.fullmatch(r"INC-\d{6}", case["number"])
    assert INSTANT.fullmatch(case["started_at"])
    told = {
        "definition": "incident",
        "version": 1,
        "state": "active",
        "title": "No network",
        "priority": 3,
        "service": None,
        "requester": "ann",
        "ended_at": None,
        "failures": [],
        "escalation_level": 0,
    }
    assert case | told == case


@on_sqlite
def test_starting_is_201_and_tells_where_the_case_is(desk: Desk) -> None:
    reply = desk("ann").send("POST", "/process-instances", {"definition": "incident", "variables": REPORT})

    assert reply.status == 201
    assert reply.headers["Location"] == f"/api/v1/process-instances/{reply.body['id']}"
    assert reply.headers["ETag"].startswith(f'"{reply.body["revision"]}.')
    assert desk("ann").case(reply.body) == reply.body


@on_sqlite
def test_a_title_and_a_service_may_be_given_where_the_diagram_says_none(desk: Desk) -> None:
    body = {"definition": "job", "title": "Move the printer", "service": "printing"}

    case = desk("ann").post("/process-instances", body)

    assert (case["title"], case["service"]) == ("Move the printer", "printing")


@on_sqlite
@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"#/definition"}),
        ({"definition": 5}, {"#/definition"}),
        ({"definition": "incident", "variables": []}, {"#/variables"}),
        ({"definition": "incident", "unheard": 1}, {"#/unheard"}),
        ({"definition": "job", "title": "", "service": 5}, {"#/title", "#/service"}),
        (
            {"definition": "incident", "variables": {"title": "", "impact": 9, "urgency": 1, "x/y": 1}},
            {"#/variables/title", "#/variables/description", "#/variables/impact", "#/variables/x~1y"},
        ),
    ],
)
def test_what_is_wrong_with_a_start_is_pointed_at_and_nothing_begins(
    desk: Desk, body: dict[str, Any], pointers: set[str]
) -> None:
    reply = desk("ann").send("POST", "/process-instances", body)

    assert reply.status == 422
    assert {error["pointer"] for error in reply.body["errors"]} == pointers
    assert desk("root").get("/process-instances")["items"] == []


@on_sqlite
def test_what_is_not_deployed_cannot_be_started(desk: Desk) -> None:
    for body in ({"definition": "no-such"}, {"definition": "no-such", "variables": 5, "unheard": 1}):
        assert desk("ann").send("POST", "/process-instances", body).status == 404


@on_sqlite
def test_only_those_the_diagram_names_start_it_and_administrators(desk: Desk) -> None:
    secret = JOB.replace(b'"job"', b'"secret" camunda:candidateStarterGroups="cab" ').replace(b"JOB", b"SEC")
    desk("pat").deploy({"secret.bpmn": secret})

    statuses = {
        name: desk(name).send("POST", "/process-instances", {"definition": "secret"}).status
        for name in ("ann", "cab1", "pat", "root")
    }

    assert statuses == {"ann": 403, "cab1": 201, "pat": 403, "root": 201}
    invalid = {"definition": "secret", "variables": []}
    assert desk("ann").send("POST", "/process-instances", invalid).status == 403
    assert desk("cab1").send("POST", "/process-instances", invalid).status == 422


def test_a_start_sent_twice_with_one_key_is_one_case(desk: Desk) -> None:
    body = {"definition": "incident", "variables": REPORT}

    replies = [desk("ann").send("POST", "/process-instances", body, Idempotency_Key="k") for _ in range(2)]
    other = desk("ann").send("POST", "/process-instances", body | {"title": "x"}, Idempotency_Key="k")

    assert [reply.status for reply in replies] == [201, 201]
    assert replies[0].body == replies[1].body
    assert other.status == 422
    assert len(desk("ann").get("/process-instances")["items"]) == 1


# Finding


def test_cases_are_found_by_what_they_are(desk: Desk) -> None:
    printer = start(desk, definition="incident", **REPORT | {"title": "Drucker klemmt", "service": "print"})
    network = start(desk, definition="incident", **REPORT | {"title": "网络故障：三楼", "impact": 1})
    job = start(desk, "sam", label="100% of_it")
    desk("mia").post(f"/process-instances/{job['id']}/cancel")

    def found(query: str) -> list[str]:
        return [case["id"] for case in desk("root").get(f"/process-instances?{query}")["items"]]

    assert found("") == [job["id"], network["id"], printer["id"]]
    assert found("definition=incident") == [network["id"], printer["id"]]
    assert found("definition=no-such") == []
    assert found("state=cancelled") == [job["id"]]
    assert found("state=active,cancelled") == [job["id"], network["id"], printer["id"]]
    assert found("requester=ann&priority=2") == [network["id"]]
    assert found("service=print") == [printer["id"]]
    assert found(f"q={printer['number'].lower()}") == [printer["id"]]
    assert found("q=DRUCKER") == [printer["id"]]
    assert found("q=故障") == [network["id"]]
    assert found("q=三楼") == [network["id"]]
    assert found("q=100%25+of") == [job["id"]]
    assert found("q=%25") == found("q=lemmt") == []
    assert [case["id"] for case in desk("sam").get("/process-instances?requester=me")["items"]] == [job["id"]]


@on_sqlite
def test_pages_follow_one_another_without_gaps_while_cases_come(desk: Desk) -> None:
    cases = [start(desk, label=str(number))["id"] for number in range(5)]
    first = desk("ann").get("/process-instances?limit=2")
    start(desk, label="one more")

    second = desk("ann").get(f"/process-instances?limit=2&cursor={first['next']}")
    third = desk("ann").get(f"/process-instances?limit=2&cursor={second['next']}")

    pages = [case["id"] for page in (first, second, third) for case in page["items"]]
    assert pages == cases[::-1]
    assert third["next"] is None


@on_sqlite
@pytest.mark.parametrize(
    "query", ["state=wrong", "priority=high", f"priority={10**30}", f"priority={2**31}", f"q={'x' * 201}"]
)
def test_a_filter_that_makes_no_sense_is_not_valid(desk: Desk, query: str) -> None:
    assert desk("ann").send("GET", f"/process-instances?{query}").status == 422


@on_sqlite
@pytest.mark.parametrize(
    "key",
    [
        *("nothing", "%00", "a%00b", "x" * 5000, "%F0%9F%92%A9", "%ED%A0%80", "..%2f..%2fetc%2fpasswd"),
        *("%2e%2e", "'%20OR%201=1--", "-1", "1e400", "%E2%80%AE", "%0A", "null"),
    ],
)
@pytest.mark.parametrize("path", ["", "/history", "/variables", "/diagram", "/cancel"])
def test_an_id_of_nothing_is_not_found_however_strange(desk: Desk, key: str, path: str) -> None:
    method = "POST" if path == "/cancel" else "GET"

    reply = desk("root").send(method, f"/process-instances/{key}{path}")

    assert reply.status == 404
    assert reply.headers["Content-Type"] == "application/problem+json"


# Following


def test_history_tells_in_order_who_did_what(desk: Desk) -> None:
    case = start(desk, divisor=5)
    desk("sam").do(case, "do")

    entries = desk("ann").get(f"/process-instances/{case['id']}/history")["items"]

    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    keys = {"seq", "at", "kind", "element", "element_name", "actor", "actor_name", "detail", "hash"}
    assert all(set(entry) == keys for entry in entries)
    assert all(INSTANT.fullmatch(entry["at"]) for entry in entries)
    told = [(entry["kind"], entry["element"], entry["actor"]) for entry in entries]
    assert told[0] == ("started", None, "ann")
    assert ("claimed", "do", "sam") in told
    assert ("task completed", "do", "sam") in told
    assert told[-1] == ("completed", None, "sam")


@on_sqlite
def test_history_comes_in_pages(desk: Desk) -> None:
    case = start(desk, divisor=5)
    path = f"/process-instances/{case['id']}/history"
    whole = desk("ann").get(path)["items"]

    first = desk("ann").get(f"{path}?limit=2")
    rest = desk("ann").get(f"{path}?cursor={first['next']}")

    assert first["items"] + rest["items"] == whole


def test_history_is_read_backwards_too(desk: Desk) -> None:
    case = desk("ann").start("incident", Steer(title="Printer"))
    path = f"/process-instances/{case['id']}/history"
    entries = desk("ann").everything(path)

    first = desk("ann").get(f"{path}?sort=newest&limit=2")
    rest = desk("ann").get(f"{path}?sort=newest&limit=200&cursor={first['next']}")

    assert len(entries) > 3
    assert first["items"] + rest["items"] == entries[::-1]
    assert rest["next"] is None


def test_variables_are_the_cases_own(desk: Desk) -> None:
    values = {"divisor": 5, "list": [1, 2.5, None, {"a": True}], "text": "网络"}

    case = start(desk, **values)

    assert desk("sam").get(f"/process-instances/{case['id']}/variables") == values


def test_the_diagram_shows_where_the_case_stands(desk: Desk) -> None:
    case = start(desk, divisor=0)
    path = f"/process-instances/{case['id']}/diagram"

    before = desk("ann").get(path)
    desk("sam").do(case, "do")
    after = desk("ann").get(path)

    assert before["xml"].encode() == JOB
    assert before["positions"] == [{"element": "do", "state": "active", "process": None}]
    assert after["positions"] == [{"element": "run", "state": "failed", "process": None}]


@on_sqlite
def test_an_unchanged_case_is_304_and_a_changed_one_is_not(desk: Desk) -> None:
    case = start(desk, divisor=1)
    tags = {
        path: desk("ann").send("GET", f"/process-instances{path}").headers["ETag"]
        for path in ("", f"/{case['id']}", f"/{case['id']}/history", f"/{case['id']}/variables")
    }

    def statuses() -> set[int]:
        return {
            desk("ann").send("GET", f"/process-instances{path}", If_None_Match=tag).status
            for path, tag in tags.items()
        }

    before = statuses()
    desk("mia").send("PATCH", f"/process-instances/{case['id']}/variables", {"divisor": 2})
    tags.pop("")  # a list shows no variables, but the revision

    assert before == {304}
    assert statuses() == {200}


# Commands


def test_a_case_is_held_resumed_and_ended(desk: Desk) -> None:
    case = start(desk, divisor=1)
    path = f"/process-instances/{case['id']}"

    states = [
        desk("mia").post(f"{path}/{verb}", {"reason": "Agreed."})["state"]
        for verb in ("suspend", "resume", "cancel")
    ]

    assert states == ["suspended", "active", "cancelled"]
    assert desk("mia").case(case)["ended_at"]
    assert desk("mia").tasks(case, "cancelled")[0]["element"] == "do"
    details = [entry["detail"] for entry in desk("mia").get(f"{path}/history")["items"]]
    assert sum(detail.get("reason") == "Agreed." for detail in details) == 3


def test_a_failed_case_tells_why_and_goes_on_once_it_is_repaired(desk: Desk) -> None:
    case = failed(desk)
    path = f"/process-instances/{case['id']}"
    (failure,) = case["failures"]

    again = desk("mia").post(f"{path}/retry")
    repaired = desk("mia").send("PATCH", f"{path}/variables", {"divisor": 5})
    after = desk("mia").post(f"{path}/retry")

    assert (case["state"], failure["element"]) == ("failed", "run")
    assert failure["cause"] == {
        "detail": failure["message"],
        "code": "script-failed",
        "values": {
            "line": 1,
            "column": failure["cause"]["values"]["column"],
            "reason": {"detail": "This divides by zero.", "code": "divides-by-zero", "values": {}},
        },
    }
    assert again["state"] == "failed"
    assert repaired.body["divisor"] == 5
    assert (after["state"], after["failures"]) == ("completed", [])
    assert desk("ann").get(f"{path}/variables")["result"] == 2


BODIES: dict[str, Any] = {"cancel": {"reason": ""}, "suspend": {"reason": 5}, "resume": {"x": 1}, "retry": []}


@on_sqlite
@pytest.mark.parametrize("verb", BODIES)
def test_a_command_is_refused_for_the_first_reason_in_order(desk: Desk, verb: str) -> None:
    """404, 409, 403, 422: with a body that is not valid either, and with one that is."""
    possible = failed(desk) if verb == "retry" else start(desk, divisor=1)
    if verb == "resume":
        desk("mia").post(f"/process-instances/{possible['id']}/suspend")
    impossible = start(desk, divisor=1)
    if verb != "retry" and verb != "resume":
        desk("mia").post(f"/process-instances/{impossible['id']}/cancel")

    def status(username: str, key: str, body: Any) -> int:
        return desk(username).send("POST", f"/process-instances/{key}/{verb}", body).status

    for body in (None, BODIES[verb]):
        assert status("mia", "nothing", body) == 404
        assert status("carl", possible["id"], body) == 404
        assert status("ann", impossible["id"], body) == 409
        assert status("ann", possible["id"], body) == 403
        assert status("audra", possible["id"], body) == 403
    assert status("mia", possible["id"], BODIES[verb]) == 422
    assert status("mia", possible["id"], None) == 200


@on_sqlite
@pytest.mark.parametrize("body", [{"a b": 1}, []])
def test_changing_variables_is_refused_for_the_first_reason_in_order(desk: Desk, body: Any) -> None:
    case, over = start(desk, divisor=1), start(desk, divisor=1)
    desk("mia").post(f"/process-instances/{over['id']}/cancel")

    def status(username: str, key: str) -> int:
        return desk(username).send("PATCH", f"/process-instances/{key}/variables", body).status

    assert status("mia", "nothing") == 404
    assert status("carl", case["id"]) == 404
    assert status("ann", over["id"]) == 409
    assert status("ann", case["id"]) == 403
    assert status("mia", case["id"]) == 422


@on_sqlite
@pytest.mark.parametrize("name", ["a b", "_private", "a/b~c", "", "1st", "a.b"])
def test_the_name_of_a_variable_is_one_that_expressions_can_use(desk: Desk, name: str) -> None:
    case = start(desk, divisor=1)

    reply = desk("mia").send("PATCH", f"/process-instances/{case['id']}/variables", {name: 1})

    assert reply.status == 422
    assert desk("mia").get(f"/process-instances/{case['id']}/variables") == {"divisor": 1}


def test_a_command_at_another_revision_is_412_and_does_nothing(desk: Desk) -> None:
    case = start(desk, divisor=1)
    path = f"/process-instances/{case['id']}/suspend"
    current = desk("mia").send("GET", f"/process-instances/{case['id']}").headers["ETag"]

    for stale in ('"0"', '"99"', 'W/"1"', "abc", f'{current}, "7"', '""', '"' + "1" * 5000 + '"'):
        assert desk("mia").send("POST", path, If_Match=stale).status == 412
    assert desk("mia").case(case) == case
    assert desk("mia").send("POST", path, If_Match=current).status == 200
    assert desk("mia").send("POST", f"/process-instances/{case['id']}/resume", If_Match="*").status == 200


# Hostile values


HOSTILE: dict[str, bytes] = {
    "markup": b'"<script>alert(1)</script><b>"',
    "right to left": '"\u202egpj.exe\u2066"'.encode(),
    "long": b'"' + b"x" * 10_000 + b'"',
    "emoji": '"\U0001f4a9\u200d\u0000"'.encode().replace(b"\0", b""),
    "whole number": b"1000000000000000000000000000000",
    "exact number": b"18446744073709551615",
    "NUL": b'"a\\u0000b"',
    "lone surrogate": b'"\\ud800"',
    "infinite": b"1e400",
    "NaN": b"NaN",
    "nested": b"[" * 50 + b"]" * 50,
    "deep": b"[" * 900 + b"]" * 900,
    "very deep": b"[" * 100_000 + b"]" * 100_000,
    "1 MB": b'"' + b"x" * 1_000_000 + b'"',
    "5 MB": b'"' + b"x" * 5_000_000 + b'"',
}
REFUSED = {"NUL", "lone surrogate", "infinite", "NaN", "deep", "very deep", "5 MB"}


@pytest.mark.parametrize(("kind", "text"), HOSTILE.items(), ids=HOSTILE)
def test_a_hostile_value_is_refused_or_stored_as_it_is(desk: Desk, kind: str, text: bytes) -> None:
    body = b'{"definition": "job", "variables": {"label": ' + text + b"}}"

    reply = desk("ann").send("POST", "/process-instances", body)

    if kind in REFUSED:
        assert reply.status in (400, 413, 422)
        assert desk("root").get("/process-instances")["items"] == []
        return
    assert reply.status == 201
    raw = desk("ann").get(f"/process-instances/{reply.body['id']}/variables")
    assert raw == read_json(b'{"label": ' + text + b"}")
    assert len(reply.body["title"]) <= 1000
    assert desk("ann").get(f"/process-instances/{reply.body['id']}/history")["items"]


def read_json(text: bytes) -> Any:
    """The value as every JSON reader with double precision has it."""
    return json.loads(text, parse_int=lambda digits: float(digits) if len(digits) > 20 else int(digits))


def test_what_expressions_make_of_the_head_never_breaks_a_case(desk: Desk) -> None:
    nasty = diagram(
        "nasty",
        '<extensionElements><baton:record prefix="NA" title="${label}" priority="${size}"/>'
        "</extensionElements>"
        + chain(user("do"), script("run", 'label = "a\\0b" + "x" * 100000\nsize = 10 ** 15')),
    )
    desk("pat").deploy({"nasty.bpmn": nasty})
    case = start(desk, definition="nasty", label=7, size=5)

    desk("sam").do(case, "do")

    after = desk("ann").case(case)
    assert (case["title"], case["priority"]) == ("7", 5)
    assert (after["state"], after["priority"]) == ("completed", None)
    assert after["title"].startswith("a\ufffdb")
    assert len(after["title"]) == 1000


@on_sqlite
def test_variables_may_grow_to_several_megabytes_and_come_back_whole(desk: Desk) -> None:
    case = start(desk, divisor=1)
    path = f"/process-instances/{case['id']}/variables"

    blobs = {name: name * 1_900_000 for name in "abc"}
    for name, blob in blobs.items():
        assert desk("mia").send("PATCH", path, {name: blob}).status == 200

    assert desk("mia").get(path) == {"divisor": 1, **blobs}
    assert desk("sam").do(case, "do", Steer())["state"] == "completed"


# Called processes


@on_sqlite
def test_people_see_which_diagram_something_inside_a_called_process_is_drawn_in(desk: Desk) -> None:
    inner = line(draw.user("look", candidateGroups="service-desk"), key="inner")
    outer = line(draw.call("ask", "inner"), key="outer")
    desk("pat").deploy({"outer.bpmn": outer, "inner.bpmn": inner})
    case = start(desk, definition="outer")
    inside = {"key": "inner", "version": 1}

    drawn = desk("mia").get(f"/process-instances/{case['id']}/diagram")
    (task,) = desk("sam").get("/user-tasks")["items"]
    told = desk("mia").get(f"/process-instances/{case['id']}/history")["items"]

    assert drawn["positions"] == [
        {"element": "ask", "state": "active", "process": None},
        {"element": "look", "state": "active", "process": inside},
    ]
    assert (task["element"], task["process"]) == ("look", inside)
    assert [row["detail"].get("process") for row in told if row["element"] == "look"] == [inside]
    assert desk("ann").get("/process-definitions/outer")["calls"] == [{"element": "ask", **inside}]


def test_a_case_is_moved_to_another_version_or_every_obstacle_is_named(desk: Desk) -> None:
    trip = diagram("trip", chain(user("book")))
    desk("pat").deploy({"trip.bpmn": trip})
    case = desk("ann").start("trip")
    desk("pat").deploy({"trip.bpmn": diagram("trip", chain(user("book"), user("pack")))})
    desk("pat").deploy({"trip.bpmn": diagram("trip", chain(user("fly")))})
    path = f"/process-instances/{case['id']}/migrate"

    told = desk("pat").post(f"{path}?dry_run=true", {"version": 2})
    moved = desk("pat").send("POST", path, {"version": 2, "reason": "Packing counts"})
    refused = desk("root").send("POST", path, {"version": 3})

    assert told["instance"]["version"] == 1
    assert (told["from_version"], told["to_version"], told["kept"]) == (1, 2, ["book"])
    assert moved.body == told | {"instance": desk("ann").case(case)}
    assert moved.headers["ETag"].startswith(f'"{moved.body["instance"]["revision"]}.')
    assert refused.status == 422
    assert [error["element"] for error in refused.body["errors"]] == ["book"]
    assert desk("pat").send("POST", path, {"version": "x"}).body["errors"][0]["pointer"] == "#/version"
    assert desk("mia").send("POST", path, {"version": "x"}).status == 403
    assert desk("carl").send("POST", path, {"version": "x"}).status == 404
