"""What the API says of itself is true: examples fit, answers are those it announces, lists page alike."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.settings import Settings
from tests.content.diagrams import ROOT
from tests.desk import Desk, chain, diagram, open_desk
from tests.walker import Steer, in_process

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

DESCRIPTION = "/api/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# What would end the caller's own session, move the clock for all that follows, or wait for a page.
LEFT_OUT = "/api/v1/(auth/(logout|password|login|token$)|clock/advance)|/metrics|/readyz"


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


@pytest.fixture
def description(desk: Desk) -> dict[str, Any]:
    return in_process(desk.app)("GET", DESCRIPTION, None, {}).body


def contents(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything with a schema and an example, and where it stands."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            yield from _of_content(f"{method} {path}", operation.get("requestBody", {}))
            for status, answer in operation["responses"].items():
                yield from _of_content(f"{method} {path} {status}", answer)
    for name, answer in description["components"]["responses"].items():
        yield from _of_content(name, answer)


def _of_content(place: str, holder: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, content in holder.get("content", {}).items():
        yield f"{place} {kind}", content


def test_every_example_is_valid_under_its_schema(description: dict[str, Any]) -> None:
    checked = 0
    for place, content in contents(description):
        if "example" not in content:
            continue
        schema = {**content["schema"], "components": description["components"]}
        errors = [error.message for error in Draft202012Validator(schema).iter_errors(content["example"])]
        assert (place, errors) == (place, [])
        checked += 1

    assert checked > 60


def test_every_schema_is_one(description: dict[str, Any]) -> None:
    for schema in description["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_tells_what_it_is_for_in_words(description: dict[str, Any]) -> None:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                summary = operation["summary"]
                assert summary[0].isupper(), (method, path)
                assert not summary.endswith("."), (method, path)
                assert len(summary) < 80, (method, path)


def test_every_list_pages_the_same_way(desk: Desk, description: dict[str, Any]) -> None:
    deploy_by_one_key(desk)
    cases = [desk("ann").start("incident", Steer(title=str(number))) for number in range(3)]
    key = f"/process-instances/{cases[0]['id']}"
    lists = [
        path
        for path, methods in description["paths"].items()
        if any(parameter.get("name") == "cursor" for parameter in _parameters(methods.get("get", {})))
    ]

    assert len(lists) >= 6
    for path in lists:
        path = (
            path.removeprefix("/api/v1").replace("{instance_id}", cases[0]["id"]).replace("{key}", "incident")
        )
        page = desk("root").get(f"{path}?limit=1")
        assert set(page) >= {"items", "next"}
        assert len(page["items"]) <= 1
        for bad in ("limit=0", "limit=201", "limit=x", "cursor=", "cursor=abc", "cursor=%FF", "cursor=%00"):
            assert desk("root").send("GET", f"{path}?{bad}").status == 422, (path, bad)
    foreign = desk("root").get("/user-tasks?limit=1")["next"]
    assert desk("root").send("GET", f"{key}/history?cursor={foreign}").status == 422
    assert desk("root").send("GET", f"/process-instances?cursor={foreign}").status == 422


def _parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return operation.get("parameters", [])


def test_the_reference_has_a_line_on_every_endpoint(description: dict[str, Any]) -> None:
    lines = (ROOT / "docs/reference/http.md").read_text(encoding="utf-8").splitlines()

    for path in description["paths"]:
        words = [word for word in path.removeprefix("/api/v1").split("/") if word and "{" not in word]
        assert any(all(word in line for word in words) for line in lines), path


DECISION = (
    b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="incident">'
    b"<literalExpression><text>impact + 1</text></literalExpression></decision></definitions>"
)


ERRAND = diagram("errand", chain('<serviceTask id="go" camunda:type="external" camunda:topic="shop"/>'))


def deploy_by_one_key(desk: Desk) -> None:
    """Something of every kind with the key of a process, so that one key serves all paths."""
    form = b'{"schema": {"type": "object", "properties": {}}}'
    assert desk("pat").deploy({"incident.dmn": DECISION, "incident.json": form}).status == 201
    always = {"name": "Always", "tz": "UTC", "weekly": {}}
    target = {"clock": "incident", "target": "PT1H", "calendar": "incident"}
    for path, document in {
        "calendars": always,
        "services": {"name": "Incident"},
        "agreements": {"name": "Incident", "kind": "sla"},
        "sla-policies": {"name": "Incident", "targets": [target]},
    }.items():
        made = desk("pat").send("PUT", f"/{path}/incident", document, If_None_Match="*")
        assert made.status in (200, 412), made.body  # it is there already when this desk is asked again


def known(desk: Desk) -> dict[str, Any]:
    """What parameters of paths may stand for: a new case of ann's with a task, a timer and a clock."""
    deploy_by_one_key(desk)
    case = desk("ann").start("incident")
    desk("sam").do(case, "triage", Steer(outcome="work", assigned_group="service-desk"))
    desk("sam").do(case, "work", Steer(outcome="resolve"))
    (task,) = desk("ann").tasks(case)
    (timer,) = desk("ann").get(f"/timers?instance={case['id']}")["items"]
    desk("pat").deploy({"errand.bpmn": ERRAND})
    (job,) = desk("root").get(f"/jobs?instance={desk('ann').start('errand')['id']}")["items"]
    return {
        "job_id": job["id"],
        "instance_id": case["id"],
        "task_id": task["id"],
        "timer_id": timer["id"],
        "clock_id": desk("ann").get(f"/clocks?instance={case['id']}")["items"][0]["id"],
        "key": "incident",
        "kind": "process",
        "number": 1,
        "username": "cab3",
    }


def fuzz(desk: Desk, callers: tuple[str, ...], examples: int) -> int:
    """Call every operation with generated requests, some valid, some not, for what is there and for what is
    not, each as all of these callers; how many calls that were.
    """
    schema = schemathesis.openapi.from_wsgi(DESCRIPTION, desk.app).exclude(path_regex=LEFT_OUT)
    headers = [{"Authorization": f"Bearer {desk(caller).token}"} for caller in callers]
    calls = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        there = known(desk) if "{" in operation.path else {}
        calls += _calls(operation, there, headers, examples)
    return calls


def _calls(
    operation: schemathesis.APIOperation,
    there: dict[str, Any],
    headers: list[dict[str, str]],
    examples: int,
) -> int:
    calls = 0

    @hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(), exists=st.booleans())
    def call(case: schemathesis.Case, exists: bool) -> None:
        nonlocal calls
        if exists:
            case.path_parameters |= {name: there[name] for name in case.path_parameters if name in there}
            case.headers.pop("If-Match", None)
        for one in headers:
            calls += 1
            case.call_and_validate(headers=one, checks=CHECKS)

    call()
    return calls


def test_no_request_breaks_the_server_and_every_answer_is_as_described(desk: Desk) -> None:
    assert fuzz(desk, ("ann", "root"), examples=4) > 300


@pytest.mark.proof
def test_thousands_of_requests_neither(desk: Desk) -> None:
    assert fuzz(desk, ("ann", "sam", "audra", "root"), examples=200) > 20_000
