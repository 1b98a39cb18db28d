"""Timers over HTTP: what is going to fire, and letting a dead one try again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from engine import runtime
from tests.desk import Desk, chain, diagram, open_desk, user

NAP = (
    '<intermediateCatchEvent id="nap"><timerEventDefinition id="nap_definition">'
    "<timeDuration>PT1H</timeDuration></timerEventDefinition></intermediateCatchEvent>"
)


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        assert desk("pat").deploy({"rest.bpmn": diagram("rest", chain(NAP, user("do")))}).status == 201
        yield desk


def dead(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A timer that failed as often as it may: something in the house was broken for two hours."""
    case = desk("ann").start("rest")
    with monkeypatch.context() as broken:
        broken.setattr(runtime, "advance", _breaks)
        for _ in range(6):
            desk("sam").wait(hours=1)
    (timer,) = desk("mia").get(f"/timers?instance={case['id']}")["items"]
    return timer


def _breaks(*_arguments: Any, **_options: Any) -> None:
    raise RuntimeError("broken")


def test_a_timer_has_its_documented_shape(desk: Desk) -> None:
    case = desk("ann").start("rest")

    (timer,) = desk("ann").get(f"/timers?instance={case['id']}")["items"]

    assert set(timer) == {
        *("id", "instance", "element", "process", "state"),
        *("due_at", "attempts", "error", "cause"),
    }
    told = {
        "instance": case["id"],
        "element": "nap",
        "state": "armed",
        "attempts": 0,
        "error": None,
        "process": None,
    }
    assert timer | told == timer
    started = datetime.fromisoformat(case["started_at"])
    assert datetime.fromisoformat(timer["due_at"]) == started + timedelta(hours=1)


def test_a_timer_fires_when_it_is_due_and_is_gone(desk: Desk) -> None:
    case = desk("ann").start("rest")

    desk("sam").wait(minutes=59)
    before = desk("ann").case(case), desk("root").tasks(case)
    desk("sam").wait(minutes=1)

    assert before[1] == []
    assert [task["element"] for task in desk("sam").tasks(case)] == ["do"]
    assert desk("ann").get("/timers")["items"] == []


def test_a_case_that_is_held_fires_what_fell_due_when_it_is_resumed(desk: Desk) -> None:
    case = desk("ann").start("rest")
    desk("mia").post(f"/process-instances/{case['id']}/suspend")

    desk("sam").wait(days=1)
    held = desk("root").tasks(case)
    desk("mia").post(f"/process-instances/{case['id']}/resume")
    desk("sam").wait(seconds=0)

    assert held == []
    assert [task["element"] for task in desk("root").tasks(case)] == ["do"]


def test_timers_are_listed_page_by_page_and_only_of_cases_one_may_see(desk: Desk) -> None:
    cases = [desk("ann").start("rest")["id"] for _ in range(3)]
    first = desk("ann").get("/timers?limit=2")

    second = desk("ann").get(f"/timers?limit=2&cursor={first['next']}")

    assert [timer["instance"] for timer in first["items"] + second["items"]] == cases
    assert second["next"] is None
    assert desk("carl").get("/timers")["items"] == []
    assert desk("ann").get("/timers?state=dead")["items"] == []
    assert desk("ann").send("GET", "/timers?state=late").status == 422


def test_a_dead_timer_tries_again_when_an_operator_lets_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    timer = dead(desk, monkeypatch)

    def retry(username: str, key: str) -> int:
        return desk(username).send("POST", f"/timers/{key}/retry").status

    assert (timer["state"], timer["attempts"]) == ("dead", 5)
    assert timer["error"] == "RuntimeError: broken"
    assert timer["cause"] == {
        "detail": "RuntimeError: broken",
        "code": "unexpected",
        "values": {"kind": "RuntimeError", "reason": "broken"},
    }
    assert retry("mia", "nothing") == 404
    assert retry("carl", timer["id"]) == 404
    assert retry("ann", timer["id"]) == retry("audra", timer["id"]) == 403
    assert retry("mia", timer["id"]) == 200
    assert retry("ann", timer["id"]) == 409
    desk("sam").wait(seconds=0)
    assert [task["element"] for task in desk("root").tasks({"id": timer["instance"]})] == ["do"]
