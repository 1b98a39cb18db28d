"""A script that only knows the API walks the incident process on a real server, by chance and on purpose."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tests.server import serving
from tests.walker import Explore, Person, Steer, fill, over_http, sign_in

CASES = 12
MOST_STEPS = 25

OBJECT = {"type": "object"}
SCHEMAS: list[dict[str, Any]] = [
    {},
    {"type": "object", "properties": {"a": {"type": "string"}}},
    {"required": ["a"], "properties": {"a": {"type": "string", "minLength": 30, "maxLength": 31}}},
    {"required": ["a"], "properties": {"a": {"type": "string", "maxLength": 2}}},
    {"required": ["a"], "properties": {"a": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"}}},
    {"required": ["a"], "properties": {"a": {"type": "string", "format": "email"}}},
    {"required": ["a"], "properties": {"a": {"type": "string", "format": "date-time"}}},
    {"required": ["a"], "properties": {"a": {"enum": [3, "x", None]}}},
    {"required": ["a"], "properties": {"a": {"const": {"deep": [1]}}}},
    {"required": ["a"], "properties": {"a": {"type": "integer", "minimum": 7, "multipleOf": 5}}},
    {"required": ["a"], "properties": {"a": {"type": "integer", "exclusiveMinimum": 7}}},
    {"required": ["a"], "properties": {"a": {"type": "integer", "maximum": -3}}},
    {"required": ["a"], "properties": {"a": {"type": "number", "minimum": 0.25, "maximum": 1}}},
    {"required": ["a"], "properties": {"a": {"type": "boolean"}}},
    {"required": ["a"], "properties": {"a": {"type": ["null", "string"]}}},
    {"required": ["a"], "properties": {"a": {"type": "array", "minItems": 2, "items": {"type": "integer"}}}},
    {
        "required": ["a"],
        "properties": {"a": {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"enum": [1, 2]}}},
    },
    {"required": ["a"], "properties": {"a": {"oneOf": [{"const": 1, "title": "one"}, {"const": 2}]}}},
    {
        "required": ["a"],
        "properties": {"a": OBJECT | {"required": ["b"], "properties": {"b": {"type": "integer"}}}},
    },
    {
        "required": ["kind"],
        "properties": {"kind": {"enum": ["x", "y"]}, "why": {"type": "string"}, "who": {"type": "string"}},
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": "x"}}, "required": ["kind"]},
                "then": {"required": ["why"]},
                "else": {"required": ["who"]},
            }
        ],
    },
    {
        "required": ["a"],
        "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
        "dependentRequired": {"a": ["b"]},
    },
    {
        "properties": {"a": {"type": "string"}, "b": {"type": "integer"}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_the_walker_fills_any_form(schema: dict[str, Any], seed: int | None) -> None:
    data = fill(schema, Steer() if seed is None else Explore(Random(seed)))

    Draft202012Validator(schema, format_checker=FormatChecker()).validate(data)


def test_the_walker_leaves_out_what_a_form_only_shows_and_gives_what_it_is_told() -> None:
    schema = {
        "properties": {"title": {"readOnly": True}, "note": {"type": "string"}, "a": {"enum": [1, 2]}},
        "required": ["a"],
    }

    data = fill(schema, Steer(a=2), {"title": "Shown", "note": "Kept"})

    assert data == {"a": 2, "note": "Kept"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_script_that_only_knows_the_api_walks_the_incident_process(
    database_url: str, tmp_path: Path
) -> None:
    with serving(database_url, BATON_TEST_CLOCK="1") as url:
        people = [sign_in(over_http(url), name, "demo") for name in ("ann", "sam", "nia")]
        auditor = sign_in(over_http(url), "audra", "demo")

        cases = [wander(people, Random(seed)) for seed in range(CASES)]
        histories = [auditor.everything(f"/process-instances/{case['id']}/history") for case in cases]

    visited = {entry["element"] for history in histories for entry in history}
    tasks_and_ends = {
        "triage",
        "work",
        "answer",
        "confirm",
        "closed",
        "rejected",
        "reopen",
        "hand_over",
        "wait_supplier",
    }
    assert tasks_and_ends <= visited
    assert {case["state"] for case in cases} == {"completed"}


def wander(people: list[Person], random: Random) -> dict[str, Any]:
    """A case that goes where chance sends it; the case at its end."""
    case = people[0].start("incident", Explore(random))
    for _ in range(MOST_STEPS):
        person = random.choice(people)
        tasks = person.tasks(case)
        if tasks:
            person.complete(person.get(f"/user-tasks/{random.choice(tasks)['id']}"), Explore(random))
        if people[0].case(case)["state"] != "active":
            return people[0].case(case)
    people[0].tell(case, "incident.withdraw")
    return people[0].case(case)
