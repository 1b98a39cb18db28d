"""Calendars, services, agreements and policies over HTTP: versions, edits that none overwrites, previews."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.schemas.service_levels import AGREEMENT_EXAMPLE, CALENDAR_EXAMPLE, POLICY_EXAMPLE, SERVICE_EXAMPLE
from config.settings import Settings
from tests.desk import Desk, open_desk
from tests.walker import Reply

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PATHS = ("calendars", "services", "agreements", "sla-policies")
FRIDAY = "2026-03-06T16:50:00Z"


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


def put(desk: Desk, path: str, document: Any, by: str = "mia", **headers: str) -> Reply:
    return desk(by).send("PUT", path, document, **headers)


def new(desk: Desk, path: str, document: Any, by: str = "mia") -> Reply:
    return put(desk, path, document, by, If_None_Match="*")


def test_a_document_is_written_read_edited_and_restored(desk: Desk) -> None:
    path = "/calendars/mine"
    made = new(desk, path, CALENDAR_EXAMPLE)
    edited = put(desk, path, CALENDAR_EXAMPLE | {"tz": "UTC"}, If_Match=made.headers["ETag"])
    old = desk("sam").send("GET", f"{path}/versions/1").body["document"]
    restored = put(desk, path, old, by="pat", If_Match=edited.headers["ETag"])

    read = desk("ann").send("GET", path)
    assert (made.status, edited.status, restored.status) == (200, 200, 200)
    assert read.body == restored.body
    assert read.headers["ETag"] == restored.headers["ETag"]
    assert read.body["document"] == CALENDAR_EXAMPLE
    told = {name: read.body[name] for name in ("key", "version", "retired", "origin", "created_by")}
    assert told == {"key": "mine", "version": 3, "retired": False, "origin": "person", "created_by": "pat"}
    listed = desk("mia").get(f"{path}/versions?limit=2")
    assert [one["version"] for one in listed["items"]] == [3, 2]
    assert "document" not in listed["items"][0]
    older = desk("mia").get(f"{path}/versions?limit=2&cursor={listed['next']}")["items"]
    assert [one["version"] for one in older] == [1]


@on_sqlite
@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/calendars/office-hours", CALENDAR_EXAMPLE),
        ("/services/new", SERVICE_EXAMPLE | {"name": "Post"}),
        ("/agreements/globex", AGREEMENT_EXAMPLE),
        ("/sla-policies/incidents", POLICY_EXAMPLE),
    ],
)
def test_the_examples_of_the_documentation_can_be_saved(desk: Desk, path: str, document: Any) -> None:
    there = desk("mia").send("GET", path).status == 200

    saved = put(desk, path, document, **({"If_Match": "*"} if there else {"If_None_Match": "*"}))

    assert (saved.status, saved.body.get("document")) == (200, document)


@on_sqlite
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_overwritten_without_saying_what_was_read(desk: Desk, path: str) -> None:
    first = desk("mia").get(f"/{path}")["items"][0]
    one = f"/{path}/{first['key']}"
    document = desk("mia").get(one)["document"]

    assert put(desk, one, document).status == 428
    assert desk("mia").send("DELETE", one).status == 428
    assert put(desk, one, document, If_Match='"7"').status == 412
    assert put(desk, one, document, If_None_Match="*").status == 412
    assert put(desk, one, document, If_Match="*", If_None_Match="*").status == 412
    assert put(desk, f"/{path}/nothing", document, If_Match='"1"').status == 404
    assert desk("mia").send("DELETE", f"/{path}/nothing", If_Match="*").status == 404


@on_sqlite
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("username", ["ann", "sam", "audra"])
def test_others_are_refused_before_what_they_send_is_looked_at(desk: Desk, path: str, username: str) -> None:
    assert put(desk, f"/{path}/new", {}, by=username, If_None_Match="*").status == 403
    assert desk(username).send("PUT", f"/{path}/new", [], If_None_Match="*").status == 403
    key = desk("mia").get(f"/{path}")["items"][0]["key"]
    assert put(desk, f"/{path}/{key}", {}, by=username, If_Match="*").status == 403
    assert desk(username).send("DELETE", f"/{path}/{key}", If_Match="*").status == 403


@on_sqlite
@pytest.mark.parametrize(
    ("username", "may"),
    [("ann", (True, True, False, False)), ("sam", (True,) * 4), ("audra", (True,) * 4)],
)
def test_who_reads_what(desk: Desk, username: str, may: tuple[bool, ...]) -> None:
    for path, allowed in zip(PATHS, may, strict=True):
        key = desk("mia").get(f"/{path}")["items"][0]["key"]
        for at in (f"/{path}", f"/{path}/{key}", f"/{path}/{key}/versions", f"/{path}/{key}/versions/1"):
            assert (desk(username).send("GET", at).status == 200) is allowed, at


@on_sqlite
def test_names_come_in_the_readers_language(desk: Desk) -> None:
    told = [
        desk("mia").send("GET", "/services/email", None, Accept_Language=language).body["name"]
        for language in ("zh-CN", "fr", "en")
    ]

    assert told == ["电子邮件", "E-mail", "E-mail"]


@on_sqlite
def test_everything_wrong_with_a_document_is_told_at_once_with_pointers(desk: Desk) -> None:
    wrong = {"targets": [{"clock": "resolution", "target": "P1D", "calendar": "office-hours"}]}

    refused = new(desk, "/sla-policies/new", wrong)

    assert refused.status == 422
    assert {error["pointer"] for error in refused.body["errors"]} == {"#/name", "#/targets/0/target"}
    assert new(desk, "/sla-policies/new", []).status == 422
    assert new(desk, "/calendars/bad key", CALENDAR_EXAMPLE).status == 422


@on_sqlite
def test_what_is_named_is_not_retired_and_what_is_retired_is_restored(desk: Desk) -> None:
    named = desk("mia").send("DELETE", "/calendars/office-hours", If_Match="*")
    new(desk, "/calendars/mine", CALENDAR_EXAMPLE)
    gone = desk("mia").send("DELETE", "/calendars/mine", If_Match='"1"')
    back = put(desk, "/calendars/mine", CALENDAR_EXAMPLE, If_Match=gone.headers["ETag"])

    assert (named.status, gone.status, back.status) == (409, 200, 200)
    assert [reply.body["retired"] for reply in (gone, back)] == [True, False]
    assert back.body["version"] == 3


# -- days ----------------------------------------------------------------------------------------------------


@on_sqlite
def test_the_days_of_a_calendar_tell_what_opens_why_and_which_holiday_it_is(desk: Desk) -> None:
    def days(path: str, language: str = "en") -> list[tuple[Any, ...]]:
        found = desk("ann").send("GET", path, None, Accept_Language=language).body
        return [(each["date"], each["hours"], each["rule"], each["holiday"]) for each in found["days"]]

    make_up = [["09:00", "12:00"], ["13:00", "18:00"]]
    assert days("/calendars/shanghai/days?from=2026-02-14&to=2026-02-16", "zh-CN") == [
        ("2026-02-14", make_up, "make_up", None),
        ("2026-02-15", [], "week", None),
        ("2026-02-16", [], "holiday", "农历除夕"),
    ]
    (christmas_eve, christmas) = days("/calendars/office-hours/days?from=2026-12-24&to=2026-12-25")
    assert christmas_eve == ("2026-12-24", [["08:00", "12:00"]], "special", None)
    assert christmas == ("2026-12-25", [], "holiday", "Christmas Day")
    (always,) = days("/calendars/24x7/days?from=2026-02-14&to=2026-02-14")
    assert always[1] == [["00:00", "24:00"]]


@on_sqlite
def test_a_version_and_a_draft_have_days_too(desk: Desk) -> None:
    new(desk, "/calendars/mine", CALENDAR_EXAMPLE)
    put(desk, "/calendars/mine", CALENDAR_EXAMPLE | {"weekly": {}}, If_Match="*")
    span = {"from": "2026-03-02", "to": "2026-03-02"}

    path = "/calendars/mine/days?from=2026-03-02&to=2026-03-02"

    def hours(query: str) -> Any:
        return desk("ann").get(path + query)["days"][0]["hours"]

    assert (hours(""), hours("&version=1")) == ([], [["09:00", "12:00"], ["13:00", "17:30"]])
    assert desk("ann").send("GET", f"{path}&version=3").status == 404
    draft = desk("ann").post("/calendars/preview", {"calendar": CALENDAR_EXAMPLE, **span})
    assert draft["days"][0]["hours"] == hours("&version=1")
    wrong = {"calendar": {"tz": "Mars", "weekly": {}}, **span}
    refused = desk("ann").send("POST", "/calendars/preview", wrong)
    assert [error["pointer"] for error in refused.body["errors"]] == ["#/calendar/tz"]


@on_sqlite
@pytest.mark.parametrize("span", [(0, -1), (0, 400), (-50_000, -49_990), (70_000, 70_010)])
def test_only_so_many_days_of_our_times_are_told(desk: Desk, span: tuple[int, int]) -> None:
    begin, end = (date(2026, 1, 1) + timedelta(days=days) for days in span)

    assert desk("ann").send("GET", f"/calendars/24x7/days?from={begin}&to={end}").status == 422
    assert len(desk("ann").get("/calendars/24x7/days?from=2026-01-01&to=2026-12-31")["days"]) == 365


# -- which target applies ------------------------------------------------------------------------------------


def ask(desk: Desk, by: str = "mia", **changes: Any) -> Reply:
    question = {"process": "incident", "clock": "resolution", "priority": 2, "opened_at": FRIDAY}
    return desk(by).send("POST", "/sla-policies/preview", question | changes)


def test_a_preview_tells_which_target_applies_and_when_it_is_due(desk: Desk) -> None:
    for_globex = ask(desk, requester="ann").body
    for_us = ask(desk, organisation="acme", service="E-mail").body

    assert for_globex["agreement"] == "globex"
    assert for_globex["policy"] == {"key": "incidents-globex", "version": 1, "target": 3}
    assert for_globex["calendar"] == {"key": "new-york", "version": 1, "tz": "America/New_York"}
    assert (for_globex["target"], for_globex["due_at"]) == ("PT4H", "2026-03-06T20:50:00.000000Z")
    # New York has left for the weekend by then, and comes back in summer time.
    assert for_globex["thresholds"][-1] == {"name": "after.PT2H", "at": "2026-03-09T13:50:00.000000Z"}
    assert (for_us["agreement"], for_us["service"]) == (None, "email")
    assert for_us["policy"]["key"] == "incidents"


@on_sqlite
def test_a_preview_tells_of_a_case_that_nothing_is_promised_for(desk: Desk) -> None:
    told = ask(desk, priority=5).body

    assert (told["policy"], told["calendar"], told["due_at"], told["thresholds"]) == (None, None, None, [])


@on_sqlite
def test_a_preview_takes_a_policy_under_edit_in_the_place_of_the_one_it_is_for(desk: Desk) -> None:
    edited = POLICY_EXAMPLE | {"targets": [{"clock": "resolution", "target": "PT1H", "calendar": "24x7"}]}

    told = ask(desk, policy=edited, policy_key="incidents").body
    beside = ask(desk, policy=edited).body
    refused = ask(desk, policy=POLICY_EXAMPLE)

    assert (told["policy"], told["due_at"]) == (
        {"key": "incidents", "version": 0, "target": 0},
        "2026-03-06T17:50:00.000000Z",
    )
    assert beside["policy"]["key"] == "incidents"
    assert [error["pointer"] for error in refused.body["errors"]] == ["#/policy/targets/0"]
    assert desk("mia").get("/sla-policies/incidents")["version"] == 1


@on_sqlite
def test_a_preview_for_a_team_tells_what_was_agreed_with_it(desk: Desk) -> None:
    told = ask(desk, team="network", service="internet").body

    assert (told["agreement"], told["target"]) == ("carrier", "PT6H")


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"requester": "nobody"}, "#/requester"),
        ({"opened_at": "1066-01-01T00:00:00Z"}, "#/opened_at"),
        ({"clock": ""}, "#/clock"),
        ({"policy_key": "a b"}, "#/policy_key"),
        ({"policy": {"targets": []}}, "#/policy/name"),
    ],
)
def test_what_is_wrong_with_a_question_is_told(desk: Desk, changes: dict[str, Any], pointer: str) -> None:
    refused = ask(desk, **changes)

    assert refused.status == 422
    assert pointer in [error["pointer"] for error in refused.body["errors"]]


@on_sqlite
def test_previews_of_policies_are_not_for_who_only_requests_services(desk: Desk) -> None:
    assert ask(desk, by="ann").status == 403
    assert ask(desk, by="audra").status == 200
