"""Drafts: owners share them, and two who work on one notice each other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from tests.desk import Desk, open_desk
from tests.walker import Reply


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FORM = "/drafts/form/incident/triage"


def keep(desk: Desk, content: str, by: str = "pat", path: str = FORM, **headers: str) -> Reply:
    return desk(by).send("PUT", path, {"content": content}, **headers)


def begin(desk: Desk, content: str = "{}", path: str = FORM) -> Reply:
    return keep(desk, content, path=path, If_None_Match="*")


def test_a_draft_is_kept_as_it_is_and_shared_by_owners(desk: Desk) -> None:
    made = desk("pat").send(
        "PUT", FORM, {"content": '{"not yet\n JSON 表单', "based_on": 3}, If_None_Match="*"
    )

    read = desk("root").send("GET", FORM)

    assert made.status == 200
    assert read.body == made.body
    assert set(read.body) == {"kind", "key", "content", "based_on", "updated_at", "updated_by", "revision"}
    assert (read.body["content"], read.body["based_on"]) == ('{"not yet\n JSON 表单', 3)
    assert (read.body["kind"], read.body["key"], read.body["updated_by"]) == (
        "form",
        "incident/triage",
        "pat",
    )
    assert read.headers["ETag"] == made.headers["ETag"]


def test_of_two_who_change_a_draft_the_second_is_told(desk: Desk) -> None:
    tag = begin(desk).headers["ETag"]

    first = keep(desk, "first", If_Match=tag)
    second = keep(desk, "second", by="root", If_Match=tag)
    after_reading = keep(desk, "both", by="root", If_Match=first.headers["ETag"])

    assert (first.status, second.status, after_reading.status) == (200, 412, 200)
    assert desk("pat").get(FORM)["content"] == "both"
    assert after_reading.body["revision"] == 3


def test_of_two_who_begin_a_draft_the_second_is_told(desk: Desk) -> None:
    assert begin(desk, "mine").status == 200

    again = keep(desk, "yours", by="root", If_None_Match="*")

    assert again.status == 412
    assert desk("pat").get(FORM)["content"] == "mine"


@on_sqlite
def test_nothing_is_overwritten_or_forgotten_without_saying_what_was_read(desk: Desk) -> None:
    tag = begin(desk).headers["ETag"]

    assert keep(desk, "x").status == 428
    assert desk("pat").send("DELETE", FORM).status == 428
    assert keep(desk, "x", If_Match='"7"').status == 412
    assert keep(desk, "x", If_Match="*").status == 200
    assert desk("pat").send("DELETE", FORM, If_Match=tag).status == 412
    assert keep(desk, "x", path="/drafts/form/other", If_Match='"1"').status == 404


def test_a_draft_that_is_done_with_is_forgotten(desk: Desk) -> None:
    tag = begin(desk).headers["ETag"]

    gone = desk("pat").send("DELETE", FORM, If_Match=tag)

    assert gone.status == 204
    assert desk("pat").send("GET", FORM).status == 404
    assert desk("pat").send("DELETE", FORM, If_Match="*").status == 404
    assert begin(desk).status == 200


def test_drafts_are_listed_by_kind_and_key_page_by_page(desk: Desk) -> None:
    for path in ("process/b", "form/a/z", "form/a", "decision/c"):
        begin(desk, path=f"/drafts/{path}")

    listed: list[dict[str, Any]] = []
    page = desk("pat").get("/drafts?limit=1")
    while page["next"]:
        listed += page["items"]
        page = desk("pat").get(f"/drafts?limit=1&cursor={page['next']}")
    listed += page["items"]

    assert [(one["kind"], one["key"]) for one in listed] == [
        *(("decision", "c"), ("form", "a"), ("form", "a/z"), ("process", "b"))
    ]
    assert all("content" not in one for one in listed)
    assert [one["key"] for one in desk("pat").get("/drafts?kind=form")["items"]] == ["a", "a/z"]


@on_sqlite
def test_a_draft_is_as_large_as_a_diagram_may_be(desk: Desk) -> None:
    assert begin(desk, "é" * 2_500_000).status == 200

    larger = keep(desk, "é" * 2_500_001, path="/drafts/form/larger", If_None_Match="*")

    assert larger.status == 422
    assert larger.body["errors"][0]["pointer"] == "#/content"


@on_sqlite
@pytest.mark.parametrize("path", ["/drafts/poem/a", f"/drafts/form/{'k' * 256}"])
def test_there_are_drafts_of_what_can_be_deployed_only(desk: Desk, path: str) -> None:
    assert keep(desk, "x", path=path, If_None_Match="*").status == 404
    assert desk("pat").send("GET", path).status == 404


@on_sqlite
@pytest.mark.parametrize("username", ["ann", "sam", "mia", "audra"])
def test_drafts_are_for_owners(desk: Desk, username: str) -> None:
    begin(desk)

    assert desk(username).send("GET", FORM).status == 403
    assert keep(desk, "x", by=username, If_Match="*").status == 403
    assert desk(username).send("PUT", FORM, {"content": 7}).status == 403
