"""Clocks, notifications and aiming anew over HTTP."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from tests.desk import Desk, chain, diagram, open_desk, user

MARK = '<extensionElements><baton:clock name="answer" action="start"/></extensionElements>'
ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
POINTS = [
    {"at": "50%", "do": [{"notify": {"people": ["mia"], "to": ["requester"]}}, {"level": 1}]},
    {"at": "after.PT1H", "do": []},
]


def policy(target: str = "PT4H") -> dict[str, Any]:
    terms = {"process": "ask", "clock": "answer", "target": target, "calendar": "round", "thresholds": POINTS}
    return {"name": "Answers", "targets": [terms]}


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        drawn = diagram("ask", MARK + chain(user("answer")))
        assert desk("pat").deploy({"ask.bpmn": drawn}).status == 201
        put(desk, "/calendars/round", {"name": "Round the clock", "tz": "UTC", "weekly": ALWAYS})
        put(desk, "/sla-policies/answers", policy())
        yield desk


def put(desk: Desk, path: str, document: dict[str, Any], **headers: str) -> Any:
    reply = desk("pat").send("PUT", path, document, **(headers or {"If_None_Match": "*"}))
    assert reply.status == 200, reply.body
    return reply


def clock_of(desk: Desk, case: dict[str, Any], by: str = "mia") -> dict[str, Any]:
    (clock,) = desk(by).get(f"/clocks?instance={case['id']}")["items"]
    return clock


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_clock_has_its_documented_shape(desk: Desk) -> None:
    case = desk("ann").start("ask")
    desk("sam").wait(hours=1)

    clock = clock_of(desk, case)

    assert clock["instance"] == {
        "id": case["id"], "number": case["number"], "title": case["title"], "state": "active",
        "definition": "ask", "definition_name": "Ask", "priority": None, "service": None, "requester": "ann",
        "escalation_level": 0, "groups": ["service-desk"], "assignees": [],
    }  # fmt: skip
    started = at(case["started_at"])
    assert at(clock["due_at"]) == started + timedelta(hours=4)
    assert (clock["name"], clock["state"], clock["target"], clock["breached"]) == (
        "answer", "running", "PT4H", False,
    )  # fmt: skip
    assert clock["elapsed_minutes"] == pytest.approx(60, abs=1)
    assert clock["remaining_minutes"] == pytest.approx(180, abs=1)
    assert clock["policy"] == {"key": "answers", "version": 1}
    assert clock["calendar"] == {"key": "round", "version": 1}
    assert [(t["name"], at(t["due_at"]) - started) for t in clock["thresholds"]] == [
        ("50", timedelta(hours=2)), ("after.PT1H", timedelta(hours=5)), ("100", timedelta(hours=4)),
    ]  # fmt: skip


def test_an_opened_clock_tells_what_happened_and_who_had_it(desk: Desk) -> None:
    case = desk("ann").start("ask")
    desk("sam").wait(hours=2)

    clock = desk("sam").get(f"/clocks/{clock_of(desk, case)['id']}")

    assert [(event["kind"], event["by"]) for event in clock["events"]] == [
        ("started", "ann"), ("threshold fired", None),
    ]  # fmt: skip
    (team,) = clock["teams"]
    assert team["group"] == "service-desk"
    assert team["minutes"] == pytest.approx(clock["elapsed_minutes"], abs=0.1)
    assert [(span["group"], span["paused"]) for span in clock["spans"]] == [("service-desk", False)]
    assert clock["paused_minutes"] == 0
    (fired,) = [t for t in clock["thresholds"] if t["fired_at"]]
    assert fired["lateness_seconds"] >= 0
    assert clock["at_risk"]


def test_lists_narrow_to_what_is_asked_for(desk: Desk) -> None:
    case = desk("ann").start("ask")
    desk("sam").wait(hours=2)

    def found(query: str) -> int:
        return len(desk("mia").get(f"/clocks?{query}")["items"])

    assert (found("at_risk=true"), found("breached=true"), found("paused=true")) == (1, 0, 0)
    assert (found("unassigned=true"), found("process=ask"), found("process=other")) == (1, 1, 0)
    assert (found("team=service-desk"), found("team=network"), found("name=answer")) == (1, 0, 1)
    desk("sam").wait(hours=3)
    assert [found(query) for query in ("at_risk=true", "breached=true", "breached=false")] == [0, 1, 0]
    (task,) = desk("sam").tasks(case)
    desk("sam").post(f"/user-tasks/{task['id']}/complete", {})
    assert (found("process=ask"), found("state=stopped"), found(f"instance={case['id']}")) == (0, 1, 1)


def test_pages_of_clocks_follow_what_burns_next(desk: Desk) -> None:
    cases = [desk("ann").start("ask")["id"] for _ in range(3)]

    first = desk("mia").get("/clocks?limit=2")
    rest = desk("mia").get(f"/clocks?limit=2&cursor={first['next']}")

    assert [item["instance"]["id"] for item in first["items"] + rest["items"]] == cases
    assert rest["next"] is None


def test_who_does_not_see_the_case_does_not_see_its_clock(desk: Desk) -> None:
    case = desk("ann").start("ask")
    clock = clock_of(desk, case)

    assert desk("carl").get("/clocks")["items"] == []
    assert desk("carl").send("GET", f"/clocks/{clock['id']}").status == 404
    assert desk("ann").get(f"/clocks/{clock['id']}")["id"] == clock["id"]


def test_tasks_show_the_clock_that_is_due_next(desk: Desk) -> None:
    case = desk("ann").start("ask")

    (task,) = desk("sam").tasks(case)
    claimed = desk("sam").send("POST", f"/user-tasks/{task['id']}/claim").body
    done = desk("sam").send("POST", f"/user-tasks/{task['id']}/complete", {}).body

    assert task["clock"]["name"] == claimed["clock"]["name"] == "answer"
    assert (task["clock"]["state"], task["clock"]["remaining_minutes"]) == ("running", None)
    assert task["clock"]["due_at"] == clock_of(desk, case)["due_at"]
    assert done["clock"] is None


def test_notifications_are_read_one_by_one_or_all_at_once(desk: Desk) -> None:
    case = desk("ann").start("ask")
    desk("ann").start("ask")
    desk("sam").wait(hours=2)

    mine = desk("mia").get("/notifications")
    assert (mine["unread"], len(mine["items"])) == (2, 2)
    oldest = mine["items"][-1]
    assert (oldest["kind"], oldest["clock"], oldest["threshold"]) == ("threshold", "answer", "50")
    read = desk("mia").send("POST", f"/notifications/{oldest['id']}/read").body
    assert read["read_at"] is not None
    assert desk("mia").get("/notifications?unread=true")["unread"] == 1
    assert desk("carl").send("POST", f"/notifications/{oldest['id']}/read").status == 404
    assert desk("mia").send("POST", "/notifications/read").body == {"read": 1}

    assert desk("mia").get("/notifications")["unread"] == 0
    assert desk("ann").get("/notifications")["unread"] == 2
    assert desk("mia").get(f"/process-instances/{case['id']}")["escalation_level"] == 1


def test_aiming_anew_is_told_before_it_is_done(desk: Desk) -> None:
    case = desk("ann").start("ask")
    before = clock_of(desk, case)
    etag = desk("pat").send("GET", "/sla-policies/answers").headers["ETag"]
    put(desk, "/sla-policies/answers", policy("PT2H"), If_Match=etag)

    told = desk("mia").send("POST", "/clocks/re-aim", {"policy": "answers"}).body
    assert told["dry_run"]
    (change,) = told["changed"]
    assert (change["due_before"], change["target_before"], change["target_after"]) == (
        before["due_at"], "PT4H", "PT2H",
    )  # fmt: skip
    assert clock_of(desk, case)["due_at"] == before["due_at"]
    done = desk("mia").send("POST", "/clocks/re-aim", {"policy": "answers", "dry_run": False}).body

    assert done["changed"] == told["changed"]
    assert clock_of(desk, case)["due_at"] == change["due_after"]
    assert clock_of(desk, case)["policy"]["version"] == 2
    assert desk("sam").send("POST", "/clocks/re-aim", {}).status == 403
