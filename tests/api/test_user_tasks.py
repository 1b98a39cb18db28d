"""The work of people over HTTP: seen by whom it concerns, claimed once, completed once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from tests.desk import Desk, chain, diagram, open_desk, script, user
from tests.walker import Reply, Steer

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PLAIN = diagram("plain", chain(user("do")))
FOUR_EYES = diagram(
    "eyes",
    chain(
        user("write"),
        user(
            "check",
            'camunda:candidateGroups="service-desk" camunda:dueDate="P1D" camunda:priority="7"',
            '<extensionElements><baton:separation from="write"/><baton:name lang="zh-CN">复核</baton:name>'
            "</extensionElements>",
        ),
    ),
)
WORK = {
    "outcome": "work",
    "category": "network",
    "impact": 1,
    "urgency": 2,
    "assigned_group": "network",
}


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        assert desk("pat").deploy({"plain.bpmn": PLAIN, "eyes.bpmn": FOUR_EYES}).status == 201
        yield desk


def triage(desk: Desk) -> dict[str, Any]:
    """The triage of a new incident that ann reported."""
    case = desk("ann").start("incident", Steer(title="No network", impact=2, urgency=2))
    return desk("root").task(case, "triage")


def act(
    desk: Desk, username: str, task: dict[str, Any], verb: str, body: Any = None, **headers: str
) -> Reply:
    return desk(username).send("POST", f"/user-tasks/{task['id']}/{verb}", body, **headers)


# Seeing


def test_a_task_has_its_documented_shape(desk: Desk) -> None:
    task = triage(desk)
    listed = desk("sam").get("/user-tasks")["items"]

    told = {
        "element": "triage",
        "process": None,
        "name": "Triage",
        "state": "open",
        "assignee": None,
        "candidate_groups": ["service-desk"],
        "candidate_users": [],
        "priority": 3,
        "due_at": None,
        "completed_at": None,
        "completed_by": None,
    }
    assert task | told == task
    assert set(task) == {*told, "id", "instance", "created_at", "revision", "case", "clock", "form", "data"}
    shown = {"name", "state", "due_at", "remaining_minutes", "pace", "breached", "at_risk"}
    assert set(task["clock"]) == shown
    assert set(task["clock"]["pace"]) == {"counts", "since", "until", "remaining_minutes"}
    assert set(task["case"]) == {"number", "title", "definition", "definition_name", "requester"}
    assert listed == [{name: value for name, value in task.items() if name not in ("form", "data")}]


def test_a_task_comes_with_its_form_filled_from_the_case(desk: Desk) -> None:
    task = triage(desk)

    assert set(task["form"]) == {"schema", "ui"}
    assert task["data"] | {"title": "No network", "impact": 2, "urgency": 2} == task["data"]
    assert "outcome" not in task["data"]


@on_sqlite
def test_a_task_without_a_form_takes_no_data(desk: Desk) -> None:
    case = desk("ann").start("plain")
    task = desk("sam").task(case, "do")

    refused = act(desk, "sam", task, "complete", {"data": {"x": 1}})

    assert (task["form"], task["data"]) == (None, {})
    assert refused.status == 422
    assert refused.body["errors"][0]["pointer"] == "#/data/x"
    assert act(desk, "sam", task, "complete", {"data": {}}).status == 200


@on_sqlite
def test_a_name_and_a_form_are_in_the_readers_language(desk: Desk) -> None:
    task = triage(desk)

    def read(username: str, **headers: str) -> dict[str, Any]:
        return desk(username).get(f"/user-tasks/{task['id']}", **headers)

    assert read("sam")["name"] == "Triage"
    assert read("sam", Accept_Language="zh-CN,zh;q=0.9")["name"] == "分派"
    assert read("sam", Accept_Language="zh-CN")["form"]["schema"]["title"] == "事件分派"
    assert read("root", Accept_Language="fr")["name"] == "Triage"


def test_tasks_are_found_by_who_has_them_and_how_they_stand(desk: Desk) -> None:
    task = triage(desk)
    eyes = desk("ann").start("eyes")
    desk("sam").do(eyes, "write")
    (check,) = desk("root").tasks(eyes)
    act(desk, "sam", task, "claim")

    def found(username: str, query: str) -> list[str]:
        return [item["id"] for item in desk(username).get(f"/user-tasks?{query}")["items"]]

    assert found("sam", "") == [task["id"], check["id"]]
    assert found("sam", "assignee=me") == found("mia", "assignee=sam") == [task["id"]]
    assert found("mia", "assignee=me") == found("ann", "") == []
    assert found("sam", "group=service-desk&unassigned=true") == [check["id"]]
    assert found("mia", "group=network") == []
    assert found("mia", f"instance={task['instance']}") == [task["id"]]
    assert len(found("sam", "state=completed")) == 1
    assert found("sam", "overdue=true") == []
    desk("sam").wait(days=1, seconds=1)
    assert found("sam", "overdue=true") == [check["id"]]


@on_sqlite
def test_pages_of_tasks_follow_one_another(desk: Desk) -> None:
    expected = [triage(desk)["id"] for _ in range(5)]
    pages, cursor = [], ""
    while True:
        page = desk("sam").get(f"/user-tasks?limit=2{cursor}")
        pages.append([task["id"] for task in page["items"]])
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert pages == [expected[:2], expected[2:4], expected[4:]]


@on_sqlite
@pytest.mark.parametrize("query", ["state=finished", "overdue=perhaps", "unassigned=2"])
def test_a_filter_that_makes_no_sense_is_not_valid(desk: Desk, query: str) -> None:
    assert desk("sam").send("GET", f"/user-tasks?{query}").status == 422


# Claiming, releasing, assigning


def test_a_task_is_claimed_by_one_released_and_claimed_by_another(desk: Desk) -> None:
    task = triage(desk)

    claimed = act(desk, "sam", task, "claim")
    again = act(desk, "sam", task, "claim")
    other = act(desk, "root", task, "claim")
    released = act(desk, "sam", task, "release")
    twice = act(desk, "sam", task, "release")

    assert (claimed.status, claimed.body["assignee"]) == (200, "sam")
    assert (again.status, again.body) == (200, claimed.body)
    assert other.status == 409
    assert (released.status, released.body["assignee"]) == (200, None)
    assert twice.status == 409


def test_a_task_is_assigned_to_somebody_who_then_sees_and_does_it(desk: Desk) -> None:
    task = triage(desk)

    assigned = act(desk, "sam", task, "assign", {"assignee": "nia"})

    assert (assigned.status, assigned.body["assignee"]) == (200, "nia")
    assert act(desk, "sam", task, "complete", {"data": WORK}).status == 403
    assert act(desk, "nia", task, "complete", {"data": WORK}).status == 200


@on_sqlite
@pytest.mark.parametrize("assignee", ["nobody", "", "x" * 65, 5, None, "\u202e", "Sam"])
def test_a_task_is_assigned_to_people_alone(desk: Desk, assignee: Any) -> None:
    task = triage(desk)

    reply = act(desk, "sam", task, "assign", {"assignee": assignee})

    assert reply.status == 422
    assert reply.body["errors"][0]["pointer"] == "#/assignee"


# Completing


def test_completing_moves_the_case_on_and_counts_as_claiming(desk: Desk) -> None:
    task = triage(desk)

    done = act(desk, "sam", task, "complete", {"data": WORK})

    assert done.status == 200
    told = {"state": "completed", "assignee": "sam", "completed_by": "sam"}
    assert done.body | told == done.body
    assert done.body["completed_at"]
    assert [item["element"] for item in desk("nia").get("/user-tasks")["items"]] == ["work"]


@pytest.mark.parametrize(
    ("data", "pointers"),
    [
        (None, {"#/data/outcome"}),
        ([], {"#/data"}),
        ("text", {"#/data"}),
        ({"outcome": "perhaps"}, {"#/data/outcome"}),
        ({"outcome": "reject"}, {"#/data/rejection_reason"}),
        (WORK | {"impact": 9, "urgency": "2"}, {"#/data/impact", "#/data/urgency"}),
        (WORK | {"state": "completed", "a/b": 1}, {"#/data/state", "#/data/a~1b"}),
        ({"outcome": "reject", "rejection_reason": "x" * 10_000}, {"#/data/rejection_reason"}),
    ],
)
def test_wrong_data_is_pointed_at_and_harms_nothing(desk: Desk, data: Any, pointers: set[str]) -> None:
    task = triage(desk)
    case = desk("ann").case({"id": task["instance"]})

    reply = act(desk, "sam", task, "complete", {"data": data})

    assert reply.status == 422
    assert {error["pointer"] for error in reply.body["errors"]} == pointers
    assert desk("sam").get(f"/user-tasks/{task['id']}") == task
    assert desk("ann").case(case) == case


@on_sqlite
def test_what_a_form_only_shows_cannot_be_changed_through_it(desk: Desk) -> None:
    task = triage(desk)

    done = act(desk, "sam", task, "complete", {"data": WORK | {"title": "forged", "description": "forged"}})

    assert done.status == 200
    assert done.body["case"]["title"] == "No network"


def test_a_task_is_completed_once(desk: Desk) -> None:
    task = triage(desk)
    body = {"data": WORK}

    first = act(desk, "sam", task, "complete", body, Idempotency_Key="k")
    same = act(desk, "sam", task, "complete", body, Idempotency_Key="k")
    second = act(desk, "sam", task, "complete", body)
    other = act(desk, "sam", task, "complete", {"data": WORK | {"impact": 3}}, Idempotency_Key="k")

    assert (first.status, same.status, second.status, other.status) == (200, 200, 409, 422)
    assert same.body == first.body
    assert same.headers["Idempotency-Replayed"] == "true"
    assert len(desk("nia").get("/user-tasks")["items"]) == 1


@pytest.mark.parametrize(("keys", "expected"), [(("a", "b"), [200, 409]), (("a", "a"), [200, 200])])
def test_of_two_at_once_one_completes_and_the_other_hears_of_it(
    desk: Desk, keys: tuple[str, str], expected: list[int]
) -> None:
    task = triage(desk)
    desk("sam")

    with ThreadPoolExecutor(2) as threads:
        replies = list(
            threads.map(
                lambda key: act(desk, "sam", task, "complete", {"data": WORK}, Idempotency_Key=key), keys
            )
        )

    assert sorted(reply.status for reply in replies) == expected
    assert len(desk("nia").get("/user-tasks")["items"]) == 1
    history = desk("sam").everything(f"/process-instances/{task['instance']}/history")
    assert sum(entry["kind"] == "task completed" for entry in history) == 1


def test_duties_that_are_separated_are_separated_for_administrators_too(desk: Desk) -> None:
    case = desk("ann").start("eyes")
    desk("root").do(case, "write")
    check = desk("root").task(case, "check")

    assert act(desk, "root", check, "claim").status == 403
    assert act(desk, "root", check, "complete").status == 403
    assert act(desk, "mia", check, "assign", {"assignee": "root"}).status == 403
    assert (check["priority"], check["due_at"] is not None) == (7, True)
    assert act(desk, "sam", check, "complete").status == 200


@on_sqlite
def test_a_task_at_another_revision_is_412_and_stays(desk: Desk) -> None:
    task = triage(desk)
    tag = desk("sam").send("GET", f"/user-tasks/{task['id']}").headers["ETag"]
    act(desk, "sam", task, "claim")

    stale = act(desk, "sam", task, "complete", {"data": WORK}, If_Match=tag)
    current = desk("sam").send("GET", f"/user-tasks/{task['id']}").headers["ETag"]

    assert stale.status == 412
    assert act(desk, "sam", task, "complete", {"data": WORK}, If_Match=current).status == 200


@on_sqlite
def test_an_unchanged_task_is_304_and_a_claimed_one_is_not(desk: Desk) -> None:
    task = triage(desk)
    path = f"/user-tasks/{task['id']}"
    tag = desk("sam").send("GET", path).headers["ETag"]

    before = desk("sam").send("GET", path, If_None_Match=tag).status
    act(desk, "sam", task, "claim")
    after = desk("sam").send("GET", path, If_None_Match=tag).status

    assert (before, after) == (304, 200)


@on_sqlite
def test_a_task_whose_case_has_changed_is_not_304(desk: Desk) -> None:
    task = triage(desk)
    path = f"/user-tasks/{task['id']}"
    tag = desk("sam").send("GET", path).headers["ETag"]
    desk("ann").tell(desk("ann").case({"id": task["instance"]}), "incident.reprioritise", priority=1)

    reply = desk("sam").send("GET", path, If_None_Match=tag)

    assert (reply.status, reply.body["priority"]) == (200, 1)


# The order of refusals


BODIES: dict[str, tuple[Any, Any]] = {
    "claim": (None, None),
    "release": (None, None),
    "assign": ({"assignee": "mia"}, {"assignee": ""}),
    "complete": ({"data": WORK}, {"data": 5}),
}


@on_sqlite
@pytest.mark.parametrize("verb", BODIES)
def test_a_command_is_refused_for_the_first_reason_in_order(desk: Desk, verb: str) -> None:
    """404, 409, 403, 422: with a body that is valid and with one that is not."""
    hers, done = triage(desk), triage(desk)
    act(desk, "sam", hers, "claim")
    act(desk, "sam", done, "complete", {"data": WORK})
    valid, invalid = BODIES[verb]

    for body in (valid, invalid):
        assert act(desk, "sam", {"id": "nothing"}, verb, body).status == 404
        assert act(desk, "ann", hers, verb, body).status == 404
        for sees_it in ("audra", "ann"):  # to whoever sees the case, what is done is told
            assert act(desk, sees_it, done, verb, body).status == 409
        assert act(desk, "audra", hers, verb, body).status == (409 if verb == "claim" else 403)
    if invalid:
        assert act(desk, "sam", hers, verb, invalid).status == 422
    assert act(desk, "sam", hers, verb, valid).status == 200


@on_sqlite
def test_the_tasks_of_a_case_that_is_held_wait_with_it(desk: Desk) -> None:
    task = triage(desk)
    desk("mia").post(f"/process-instances/{task['instance']}/suspend")

    assert {act(desk, "sam", task, verb).status for verb in ("claim", "complete")} == {409}
    desk("mia").post(f"/process-instances/{task['instance']}/resume")
    assert act(desk, "sam", task, "claim").status == 200


@on_sqlite
def test_a_failing_script_keeps_the_completion_and_is_told_on_the_case(desk: Desk) -> None:
    desk("pat").deploy({"bad.bpmn": diagram("bad", chain(user("do"), script("run", "x = 1 / 0")))})
    case = desk("ann").start("bad")

    done = desk("sam").do(case, "do")

    assert done["state"] == "completed"
    assert desk("ann").case(case)["state"] == "failed"


@on_sqlite
@pytest.mark.parametrize("key", ["nothing", "%00", "x" * 5000, "%F0%9F%92%A9", "..%2fetc", "%ED%A0%80"])
def test_an_id_of_nothing_is_not_found_however_strange(desk: Desk, key: str) -> None:
    assert desk("root").send("GET", f"/user-tasks/{key}").status == 404
    assert act(desk, "root", {"id": key}, "complete", {"data": {}}).status == 404


def test_a_completed_task_shows_what_was_sent_to_whoever_sees_its_case(desk: Desk) -> None:
    case = desk("ann").start("incident", Steer(title="Printer"))
    task = desk("sam").task(case, "triage")
    desk("sam").do(case, "triage", Steer(outcome="work", assigned_group="service-desk"))

    for username in ("ann", "sam", "audra"):
        shown = desk(username).get(f"/user-tasks/{task['id']}")
        assert shown["form"] == task["form"] or username != "sam"
        assert (shown["state"], shown["data"]["outcome"]) == ("completed", "work")
    assert desk("carl").send("GET", f"/user-tasks/{task['id']}").status == 404
    (working,) = desk("sam").tasks(case)
    assert desk("ann").send("GET", f"/user-tasks/{working['id']}").status == 404


def test_a_list_tells_what_a_screen_needs_of_each_case(desk: Desk) -> None:
    case = desk("ann").start("incident", Steer(title="Printer"))

    (task,) = desk("sam").get("/user-tasks?group=mine&sort=due&q=printer")["items"]
    chinese = desk("sam").get("/user-tasks?q=printer", Accept_Language="zh-CN")["items"][0]

    assert task["case"] == {
        "number": case["number"],
        "title": "Printer",
        "definition": "incident",
        "definition_name": "Incident",
        "requester": "ann",
    }
    assert chinese["case"]["definition_name"] == "事件"


def test_a_cursor_goes_on_in_its_own_order_only(desk: Desk) -> None:
    for _ in range(3):
        desk("ann").start("incident")

    by_due = desk("sam").get("/user-tasks?sort=due&limit=2")
    rest = desk("sam").get(f"/user-tasks?sort=due&limit=2&cursor={by_due['next']}")

    assert len({task["id"] for task in by_due["items"] + rest["items"]}) == 3
    assert desk("sam").send("GET", f"/user-tasks?cursor={by_due['next']}").status == 422
    older = desk("sam").get("/user-tasks?limit=1")["next"]
    assert desk("sam").send("GET", f"/user-tasks?sort=due&cursor={older}").status == 422
    assert desk("sam").send("GET", "/user-tasks?sort=priority").status == 422


def test_a_timeline_names_elements_and_people_in_the_readers_language(desk: Desk) -> None:
    case = desk("ann").start("incident", Steer(title="Printer"))
    desk("sam").do(case, "triage", Steer(outcome="work", assigned_group="service-desk"))
    path = f"/process-instances/{case['id']}/history"

    (english,) = [one for one in desk("ann").everything(path) if one["kind"] == "task completed"]
    chinese = desk("ann").get(f"{path}?limit=200", Accept_Language="zh-CN")["items"]

    assert (english["element_name"], english["actor"]) == ("Triage", "sam")
    assert english["actor_name"] == desk("sam").get("/people/sam")["name"]
    (told,) = [one["element_name"] for one in chinese if one["kind"] == "task completed"]
    assert told not in (None, "Triage")
    assert chinese[0]["element_name"] is None
