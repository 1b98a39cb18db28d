"""Jobs over HTTP: what service tasks wait for, done or failed by an administrator for now."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from tests.desk import Desk, chain, diagram, open_desk, user

CALL = (
    '<serviceTask id="call" name="Call" camunda:type="external" camunda:topic="monitor"><extensionElements>'
    '<camunda:inputOutput><camunda:inputParameter name="host">db</camunda:inputParameter>'
    "</camunda:inputOutput></extensionElements></serviceTask>"
)
BAD = (
    '<boundaryEvent id="bad" attachedToRef="call"><errorEventDefinition errorRef="E"/></boundaryEvent>'
    + user("mend")
    + '<sequenceFlow id="to_mend" sourceRef="bad" targetRef="mend"/>'
)
ERRAND = diagram("errand", chain(CALL, user("do")) + BAD, declared='<error id="E" errorCode="E"/>')


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        assert desk("pat").deploy({"errand.bpmn": ERRAND}).status == 201
        yield desk


def begun(desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    """A case of ann's, and its job."""
    case = desk("ann").start("errand")
    (job,) = desk("root").get(f"/jobs?instance={case['id']}")["items"]
    return case, job


def order(desk: Desk, job: dict[str, Any], verb: str, body: Any = None, by: str = "root") -> Any:
    return desk(by).send("POST", f"/jobs/{job['id']}/{verb}", body)


def tasks(desk: Desk, case: dict[str, Any]) -> list[str]:
    return [task["element"] for task in desk("root").tasks(case)]


def test_a_job_has_its_documented_shape(desk: Desk) -> None:
    case, job = begun(desk)

    assert set(job) == {
        *("id", "instance", "element", "process", "topic", "state", "variables"),
        *("attempts", "error", "created_at", "next_at"),
    }
    told = {"instance": case["id"], "element": "call", "topic": "monitor", "state": "waiting"}
    assert job | told | {"variables": {"host": "db"}, "attempts": 0, "error": None} == job
    assert job["created_at"] == job["next_at"]
    assert desk("root").get(f"/jobs/{job['id']}") == job


def test_completing_a_job_moves_the_case_on(desk: Desk) -> None:
    case, job = begun(desk)

    reply = order(desk, job, "complete", {"variables": {"ticket": 7}})

    assert (reply.status, reply.body) == (200, job | {"state": "done"})
    assert tasks(desk, case) == ["do"]
    assert desk("ann").get(f"/process-instances/{case['id']}/variables") == {"ticket": 7}
    assert order(desk, job, "complete", {}).status == 404


def test_the_same_key_completes_a_job_once_and_answers_alike(desk: Desk) -> None:
    _, job = begun(desk)
    path = f"/jobs/{job['id']}/complete"

    first = desk("root").send("POST", path, {"variables": {}}, Idempotency_Key="k1")
    second = desk("root").send("POST", path, {"variables": {}}, Idempotency_Key="k1")

    assert (first.status, second.status) == (200, 200)
    assert first.body == second.body


def test_a_failed_job_waits_and_a_dead_one_fails_its_case_until_it_is_retried(desk: Desk) -> None:
    case, job = begun(desk)

    failed = order(desk, job, "fail", {"message": "no answer"}).body
    dead = order(desk, job, "fail", {"message": "no host", "retry": False}).body

    assert (failed["state"], failed["attempts"], failed["error"]) == ("waiting", 1, "no answer")
    waits = datetime.fromisoformat(failed["next_at"]) - datetime.fromisoformat(job["next_at"])
    assert timedelta(minutes=1) <= waits < timedelta(minutes=2)
    assert dead["state"] == "dead"
    shown = desk("ann").case(case)
    assert shown["state"] == "failed"
    assert [(each["element"], each["message"]) for each in shown["failures"]] == [("call", "no host")]
    assert shown["failures"][0]["cause"] == {"detail": "no host", "code": None, "values": {}}
    assert desk("root").get("/jobs?state=dead")["items"] == [dead]
    assert order(desk, job, "complete", {}).status == order(desk, job, "fail", {"message": "x"}).status == 409
    again = order(desk, job, "retry").body
    assert (again["id"], again["state"], again["attempts"], again["error"]) == (job["id"], "waiting", 0, None)
    assert desk("ann").case(case)["state"] == "active"
    assert order(desk, job, "retry").status == 409


def test_an_error_code_takes_the_way_the_diagram_draws(desk: Desk) -> None:
    case, job = begun(desk)

    reply = order(desk, job, "fail", {"message": "no such host", "error_code": "E"})

    assert (reply.status, reply.body["state"]) == (200, "done")
    assert tasks(desk, case) == ["mend"]


def test_a_case_that_is_held_refuses_completion(desk: Desk) -> None:
    case, job = begun(desk)
    desk("mia").post(f"/process-instances/{case['id']}/suspend")

    assert order(desk, job, "complete", {}).status == 409
    assert desk("root").get(f"/jobs/{job['id']}")["state"] == "held"
    desk("mia").post(f"/process-instances/{case['id']}/resume")
    assert order(desk, job, "complete", {}).status == 200


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("complete", {"variables": []}),
        ("complete", {"variables": {"a b": 1}}),
        ("complete", {"results": {}}),
        ("fail", {}),
        ("fail", {"message": ""}),
        ("fail", {"message": "x", "error_code": ""}),
        ("fail", {"message": "x", "retry": "soon"}),
    ],
)
def test_what_makes_no_sense_is_refused_and_the_job_stays(desk: Desk, verb: str, body: Any) -> None:
    _, job = begun(desk)

    assert order(desk, job, verb, body).status == 422
    assert order(desk, job, verb, body, by="ann").status == 403
    assert order(desk, job, verb, body, by="carl").status == 404
    assert desk("root").get(f"/jobs/{job['id']}") == job


def test_jobs_are_for_administrators(desk: Desk) -> None:
    _, job = begun(desk)
    bodies = {"complete": {}, "fail": {"message": "x"}}

    for person, status in (("ann", 403), ("mia", 403), ("pat", 403), ("audra", 403), ("carl", 404)):
        assert {order(desk, job, verb, body, by=person).status for verb, body in bodies.items()} == {status}
        assert desk(person).send("GET", f"/jobs/{job['id']}").status == status
        assert desk(person).send("GET", "/jobs").status == 403
    assert desk("root").send("GET", "/jobs/nothing").status == 404
    assert desk("root").send("GET", "/jobs?state=done").status == 422


def test_jobs_are_listed_page_by_page_and_by_topic(desk: Desk) -> None:
    jobs = [begun(desk)[1] for _ in range(3)]
    first = desk("root").get("/jobs?topic=monitor&limit=2")

    second = desk("root").get(f"/jobs?topic=monitor&limit=2&cursor={first['next']}")

    assert first["items"] + second["items"] == jobs
    assert second["next"] is None
    assert desk("root").get("/jobs?topic=mail")["items"] == []
