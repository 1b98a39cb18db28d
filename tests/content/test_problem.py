"""The problem process: what its decision table decides and what its forms demand."""

import json
from itertools import pairwise, product
from typing import Any

import pytest

from engine import dmn
from engine.errors import Invalid
from engine.forms import Form
from engine.scripting import Script
from tests.content.diagrams import BPMN, ROOT, Diagram

DECISIONS = dmn.load((ROOT / "processes/problem/problem_priority.dmn").read_bytes())
OFTEN = ("constant", "repeated", "once")


def priority(impact: int, recurrence: str) -> int:
    result = DECISIONS.evaluate("problem_priority", {"impact": impact, "recurrence": recurrence})
    return dmn.MAPPINGS["singleEntry"](result)


def demanded(name: str, **data: Any) -> set[str]:
    """The fields a submission lacks."""
    form = Form(json.loads((ROOT / f"forms/problem/{name}.json").read_text(encoding="utf-8")))
    with pytest.raises(Invalid) as caught:
        form.check(data)
    return {problem.pointer.removeprefix("#/data/") for problem in caught.value.problems}


def run(element: str, **variables: Any) -> dict[str, Any]:
    task = Diagram(ROOT / "processes/problem/problem.bpmn").elements[element]
    provided = {"now": lambda: "2026-03-31T12:00:00Z"}
    return Script.compile(task.findtext(f"{BPMN}script"), functions=frozenset(provided)).run(
        variables, provided
    )


def test_the_more_people_and_the_more_often_the_sooner():
    for recurrence in OFTEN:
        assert all(priority(a, recurrence) <= priority(b, recurrence) for a, b in pairwise((1, 2, 3)))
    for impact in (1, 2, 3):
        assert all(priority(impact, a) <= priority(impact, b) for a, b in pairwise(OFTEN))

    assert {priority(*each) for each in product((1, 2, 3), OFTEN)} == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ("change", "solved"),
        ("measure", "solved"),
        ("accept", "accepted-risk"),
        ("none", "no-further-action"),
    ],
)
def test_it_closes_for_a_reason(action, reason):
    assert run("close", action_taken=action)["closing_reason"] == reason


def test_nothing_is_more_urgent_than_the_highest_priority():
    assert run("raise_priority", priority=1)["priority"] == 1


@pytest.mark.parametrize(
    ("name", "given", "fields"),
    [
        ("classify", {"outcome": "accept"}, {"category", "impact", "recurrence", "assigned_group"}),
        ("classify", {"outcome": "reject"}, {"rejection_reason"}),
        ("analyse", {"outcome": "found"}, {"method", "cause_class", "root_cause"}),
        ("analyse", {"outcome": "not-found"}, {"method", "findings"}),
        ("analyse", {"outcome": "supplier"}, {"supplier", "supplier_request"}),
        ("analyse", {"outcome": "hand-over"}, {"reassign_to"}),
        ("decide", {"action_taken": "change", "decision_reason": "So."}, {"verify_after_days"}),
        ("decide", {"action_taken": "accept", "decision_reason": "So."}, {"risk_owner"}),
        ("review", {}, {"cause_class", "known_error_status", "lessons"}),
    ],
)
def test_a_decision_needs_its_reasons(name, given, fields):
    assert demanded(name, **given) == fields
