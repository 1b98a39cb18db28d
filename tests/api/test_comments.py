"""What people say about a case: seen by all who see the case, in order, and disturbing nobody."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from engine import history
from engine.database import Database
from tests.desk import Desk, open_desk
from tests.engine.support import traffic
from tests.walker import Steer


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


@pytest.fixture
def case(desk: Desk) -> dict[str, Any]:
    return desk("ann").start("incident", Steer(title="Printer"))


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def say(desk: Desk, case: dict[str, Any], text: str, by: str = "ann") -> Any:
    return desk(by).post(f"/process-instances/{case['id']}/comments", {"text": text})


def said(desk: Desk, case: dict[str, Any]) -> list[str]:
    return [one["text"] for one in desk("ann").everything(f"/process-instances/{case['id']}/comments")]


def test_comments_are_listed_in_the_order_they_were_made(desk: Desk, case: dict[str, Any]) -> None:
    for number in range(5):
        say(desk, case, f"第{number} — é\n", by=("ann", "sam")[number % 2])

    path = f"/process-instances/{case['id']}/comments"
    first = desk("sam").get(f"{path}?limit=2")
    second = desk("sam").get(f"{path}?limit=3&cursor={first['next']}")

    assert [one["text"] for one in first["items"] + second["items"]] == [f"第{n} — é\n" for n in range(5)]
    assert second["next"] is None
    assert [one["author"]["username"] for one in first["items"]] == ["ann", "sam"]


def test_a_comment_tells_who_made_it_by_the_name_people_call_her(desk: Desk, case: dict[str, Any]) -> None:
    made = say(desk, case, "Again today", by="sam")

    assert set(made) == {"id", "author", "text", "created_at"}
    assert made["author"] == {"username": "sam", "name": desk("sam").get("/people/sam")["name"]}
    assert desk("ann").get(f"/process-instances/{case['id']}/comments")["items"] == [made]


def test_a_comment_is_part_of_the_history_and_of_its_chain(desk: Desk, case: dict[str, Any]) -> None:
    made = say(desk, case, "Again today")

    last = desk("ann").everything(f"/process-instances/{case['id']}/history")[-1]

    assert (last["kind"], last["actor"], last["element"]) == ("commented", "ann", None)
    assert last["detail"] == {"comment": made["id"], "text": "Again today"}
    with desk.database.transaction(write=False) as session:
        assert list(history.verify(session)) == []


def test_a_comment_makes_nobodys_edit_stale(desk: Desk, case: dict[str, Any]) -> None:
    path = f"/process-instances/{case['id']}"
    read = desk("mia").send("GET", path)
    say(desk, case, "Any news?")

    changed = desk("mia").send(
        "PATCH", f"{path}/variables", {"note": "x"}, If_Match=read.headers["ETag"].removeprefix("W/")
    )

    assert changed.status == 200
    assert desk("mia").send("GET", path).body["revision"] == read.body["revision"] + 1


def test_a_closed_case_is_still_commented_on(desk: Desk, case: dict[str, Any]) -> None:
    desk("mia").post(f"/process-instances/{case['id']}/cancel", {})

    say(desk, case, "It was the cable")

    assert said(desk, case) == ["It was the cable"]


def test_a_comment_is_one_commit_and_few_statements(desk: Desk, case: dict[str, Any]) -> None:
    say(desk, case, "Warm")

    with traffic(desk.database) as heard:
        say(desk, case, "Counted")

    assert heard.commits == 1
    assert len(heard.statements) <= 8, heard.statements


def test_the_same_command_sent_twice_says_it_once(desk: Desk, case: dict[str, Any]) -> None:
    path = f"/process-instances/{case['id']}/comments"

    first, second = (
        desk("ann").send("POST", path, {"text": "Once"}, Idempotency_Key="one") for _ in range(2)
    )

    assert first.body == second.body
    assert said(desk, case) == ["Once"]


@on_sqlite
@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": " \n"}, {"text": "x" * 10_001}, {"text": 1}])
def test_nothing_and_too_much_cannot_be_said(desk: Desk, case: dict[str, Any], body: Any) -> None:
    path = f"/process-instances/{case['id']}/comments"

    refused = desk("ann").send("POST", path, body)

    assert refused.status == 422
    assert refused.body["errors"][0]["pointer"] == "#/text"
    assert desk("carl").send("POST", path, body).status == 404
    assert desk("audra").send("POST", path, body).status == 403


@on_sqlite
def test_an_auditor_reads_comments_and_makes_none(desk: Desk, case: dict[str, Any]) -> None:
    say(desk, case, "Any news?")
    path = f"/process-instances/{case['id']}/comments"

    assert [one["text"] for one in desk("audra").get(path)["items"]] == ["Any news?"]
    assert desk("audra").send("POST", path, {"text": "Noted"}).status == 403


def test_whoever_is_erased_leaves_no_words_behind(desk: Desk, case: dict[str, Any]) -> None:
    say(desk, case, "My telephone is 555-0199")
    say(desk, case, "Noted", by="sam")

    erase(desk.database, "ann")

    first, second = desk("sam").get(f"/process-instances/{case['id']}/comments")["items"]
    assert (first["author"], first["text"], second["text"]) == (None, "", "Noted")
    assert "555-0199" not in str(desk("sam").everything(f"/process-instances/{case['id']}/history"))
    with desk.database.transaction(write=False) as session:
        assert list(history.verify(session)) == []


def erase(database: Database, username: str) -> None:
    with database.transaction() as session:
        history.erase_actor(session, username)
