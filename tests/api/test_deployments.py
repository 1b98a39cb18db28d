"""Deploying: all or nothing, everything wrong at once, and what was there already is that version again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from tests.desk import Desk, chain, diagram, open_desk, user
from tests.walker import Reply, multipart

TRIP = diagram("trip", chain(user("book", 'camunda:formKey="trip/book" camunda:assignee="sam"')))
BOOK = b'{"schema": {"type": "object", "properties": {"to": {"type": "string"}}}}'
FILES = {"trip/trip.bpmn": TRIP, "trip/book.json": BOOK}


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def errors(reply: Reply) -> list[dict[str, Any]]:
    assert reply.status == 422, reply
    assert reply.headers["Content-Type"] == "application/problem+json"
    return reply.body["errors"]


def keys(desk: Desk) -> set[str]:
    return {definition["key"] for definition in desk("pat").everything("/process-definitions")}


def test_a_deployment_tells_its_id_and_what_each_key_became(desk: Desk) -> None:
    reply = desk("pat").deploy(FILES, reason="A new one")

    assert reply.status == 201
    assert reply.body.pop("id")
    assert reply.body == {
        "definitions": [
            {"kind": "form", "key": "trip/book", "version": 1},
            {"kind": "process", "key": "trip", "version": 1},
        ],
        "warnings": [],
    }


def test_the_same_bytes_are_the_same_version_and_others_the_next(desk: Desk) -> None:
    pat = desk("pat")
    pat.deploy(FILES)

    again = pat.deploy(FILES)
    changed = pat.deploy({**FILES, "trip/trip.bpmn": TRIP.replace(b"Book", b"Book it")})

    assert [one["version"] for one in again.body["definitions"]] == [1, 1]
    assert [one["version"] for one in changed.body["definitions"]] == [1, 2]
    assert pat.get("/process-definitions/trip")["version"] == 2


@on_sqlite
def test_going_back_to_older_bytes_is_a_version_of_its_own(desk: Desk) -> None:
    pat = desk("pat")
    for xml in (TRIP, TRIP.replace(b"Book", b"Book it")):
        pat.deploy({**FILES, "trip/trip.bpmn": xml})

    back = pat.deploy(FILES)

    assert back.body["definitions"][1]["version"] == 3


@on_sqlite
def test_a_dry_run_tells_the_same_without_an_id_and_stores_nothing(desk: Desk) -> None:
    dry = desk("pat").deploy(FILES, "?dry_run=true")
    real = desk("pat").deploy(FILES)

    assert dry.status == 200
    assert dry.body == {name: value for name, value in real.body.items() if name != "id"}
    assert desk("pat").deploy({"a.bpmn": b"<a/>"}, "?dry_run=true").status == 422
    assert desk("sam").deploy(FILES, "?dry_run=true").status == 403


@on_sqlite
def test_paths_name_the_files_where_a_client_drops_folders(desk: Desk) -> None:
    body, kind = multipart([("files", "trip.bpmn", TRIP), ("files", "book.json", BOOK)], {})
    names = "".join(
        f'--baton\r\nContent-Disposition: form-data; name="paths"\r\n\r\n{path}\r\n' for path in FILES
    )

    reply = desk("pat").send("POST", "/deployments", names.encode() + body, Content_Type=kind)

    assert [one["key"] for one in reply.body["definitions"]] == ["trip/book", "trip"]


@on_sqlite
def test_files_and_paths_that_do_not_match_are_not_valid(desk: Desk) -> None:
    assert errors(desk("pat").deploy(FILES, paths="trip.bpmn"))[0]["pointer"] == "#/paths"


@on_sqlite
@pytest.mark.parametrize("username", ["ann", "sam", "mia", "audra"])
@pytest.mark.parametrize("query", ["", "?dry_run=true", "?dry_run=perhaps"])
def test_only_owners_and_administrators_deploy_whatever_else_is_wrong(
    desk: Desk, username: str, query: str
) -> None:
    reply = desk(username).deploy({"a.bpmn": b"no diagram"}, query, paths="too few", reason="\0")

    assert reply.status == 403


def test_a_deployment_sent_twice_with_one_key_is_one(desk: Desk) -> None:
    body, kind = multipart([("files", path, data) for path, data in FILES.items()], {})
    other, _ = multipart([("files", "trip/book.json", BOOK)], {})

    def send(content: bytes) -> Reply:
        headers = {"Content_Type": kind, "Idempotency_Key": "once"}
        return desk("pat").send("POST", "/deployments", content, **headers)

    first, second, another = send(body), send(body), send(other)

    assert (first.status, second.status, another.status) == (201, 201, 422)
    assert first.body == second.body
    assert second.headers["Idempotency-Replayed"] == "true"


# How bad input ends


BAD_FILES: dict[str, tuple[str, bytes, int | None, str | None]] = {
    "no XML": ("bad.bpmn", b"hello", 1, None),
    "nothing": ("bad.bpmn", b"", None, None),
    "a DOCTYPE": ("bad.bpmn", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', None, None),
    "another root": ("bad.bpmn", b"<html/>", 1, None),
    "more than 2 MB": ("bad.bpmn", b"<a>" + b"x" * 2_000_000 + b"</a>", None, None),
    "an element outside the gate": (
        "bad.bpmn",
        diagram("bad", chain('<sendTask id="send"/>')),
        5,
        "send",
    ),
    "a missing form": (
        "bad.bpmn",
        diagram("bad", chain(user("ask", 'camunda:formKey="no/such"'))),
        5,
        "ask",
    ),
    "a broken expression": (
        "bad.bpmn",
        diagram("bad", chain(user("ask", 'camunda:assignee="${1 +}"'))),
        5,
        "ask",
    ),
    "a broken script": (
        "bad.bpmn",
        diagram(
            "bad", chain('<scriptTask id="run" scriptFormat="python"><script>import os</script></scriptTask>')
        ),
        5,
        "run",
    ),
    "no JSON": ("bad.json", b'{\n"schema": }', 2, None),
    "JSON that is no form": ("bad.json", b'{"schema": {"type": 5}}', None, None),
    "deeply nested JSON": ("bad.json", b"[" * 100_000, None, None),
    "another kind of file": ("bad.exe", b"MZ", None, None),
}


@on_sqlite
@pytest.mark.parametrize(("file", "data", "line", "element"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_told_with_its_place_and_nothing_is_stored(
    desk: Desk, file: str, data: bytes, line: int | None, element: str | None
) -> None:
    before = keys(desk)

    found = errors(desk("pat").deploy({file: data, **FILES}))

    assert {error["file"] for error in found} == {file}
    assert all(error["detail"] for error in found)
    assert line is None or line in [error.get("line") for error in found]
    assert element in [error.get("element") for error in found]
    assert keys(desk) == before


def test_everything_wrong_with_all_files_is_told_at_once(desk: Desk) -> None:
    bad = diagram("bad", chain(user("one", 'camunda:assignee="${(}"'), '<sendTask id="two"/>'))
    before = keys(desk)

    found = errors(desk("pat").deploy({"bad.bpmn": bad, "worse.bpmn": b"hello", "bad.json": b"[", **FILES}))

    assert {(error["file"], error.get("element")) for error in found} >= {
        ("bad.bpmn", "one"),
        ("bad.bpmn", "two"),
        ("worse.bpmn", None),
        ("bad.json", None),
    }
    assert keys(desk) == before


@on_sqlite
def test_fifty_megabytes_are_refused_by_name_and_more_than_a_deployment_may_have_at_all(desk: Desk) -> None:
    fifty = desk("pat").deploy({"big.bpmn": b"<a/>" * 12_500_000})
    more = desk("pat").deploy({"big.bpmn": b"<a/>" * 15_100_000})

    assert errors(fifty)[0]["file"] == "big.bpmn"
    assert more.status == 413


@on_sqlite
@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "/etc/a.bpmn",
            "../a.bpmn",
            "a/../b.bpmn",
            "a//b.bpmn",
            "a\\b.bpmn",
            "\u202ea.bpmn",
            "a\tb.bpmn",
        ),
        *("x" * 300 + ".bpmn", "a.bpmn/", "a.bpmn.exe"),
    ],
)
def test_a_path_that_is_not_plain_is_refused(desk: Desk, path: str) -> None:
    assert errors(desk("pat").deploy({"a.bpmn": TRIP}, paths=path))


@pytest.mark.parametrize("reason", ["a\0b", "x" * 1_001])
def test_a_reason_that_cannot_be_kept_is_refused(desk: Desk, reason: str) -> None:
    before = keys(desk)

    assert errors(desk("pat").deploy(FILES, reason=reason))[0]["pointer"] == "#/reason"
    assert keys(desk) == before


@on_sqlite
def test_a_deployment_needs_files(desk: Desk) -> None:
    assert errors(desk("pat").send("POST", "/deployments"))[0]["pointer"] == "#/files"
