"""The incident process: what its scripts compute and what its forms demand."""

import json

import pytest

from engine.errors import Invalid
from engine.forms import Form
from engine.scripting import Script
from tests.content.diagrams import BPMN, ROOT, Diagram

PROVIDED = {"now": lambda: "2026-03-31T12:00:00Z", "working_time": lambda text: text}
MATRIX = {(1, 1): 1, (1, 2): 2, (2, 1): 2, (2, 2): 3, (2, 3): 4, (3, 1): 3, (3, 2): 4, (3, 3): 4, (1, 3): 3}


def run(element, **variables):
    task = Diagram(ROOT / "processes/incident/incident.bpmn").elements[element]
    script = Script.compile(task.findtext(f"{BPMN}script"), functions=frozenset(PROVIDED))
    return script.run(variables, PROVIDED)


def demanded(name, **data):
    """The fields a submission lacks."""
    with pytest.raises(Invalid) as caught:
        form(name).check(data)
    return {problem.pointer.removeprefix("#/data/") for problem in caught.value.problems}


def form(name):
    return Form(json.loads((ROOT / f"forms/incident/{name}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize(("levels", "priority"), MATRIX.items())
@pytest.mark.parametrize("element", ["set_priority", "update_priority"])
def test_priority_follows_from_impact_and_urgency(element, levels, priority):
    impact, urgency = levels

    assert run(element, impact=impact, urgency=urgency)["priority"] == priority


def test_the_periods_are_five_and_two_days_unless_the_case_came_with_its_own():
    usual = run("set_priority", impact=1, urgency=1)
    own = run("set_priority", impact=1, urgency=1, auto_close_after="P90D")

    assert (usual["auto_close_after"], usual["reminder_every"]) == ("P5D", "R/P2D")
    assert own.get("auto_close_after", "P90D") == "P90D"


@pytest.mark.parametrize(
    ("update", "priority"),
    [
        ({"impact": 1}, 2),
        ({"impact": 1, "urgency": 1}, 1),
        ({"priority": 4}, 4),
        ({"impact": 1, "urgency": 1, "priority": 3}, 3),
        ({"impact": 9, "priority": "high"}, 3),
        ({}, 3),
    ],
)
def test_a_new_assessment_counts_as_far_as_it_makes_sense(update, priority):
    after = run("reassess", impact=2, urgency=2, priority=3, update=update)

    assert after["priority"] == priority


def test_a_hand_over_moves_the_work_and_is_counted():
    after = run("hand_over", assigned_group="service-desk", reassign_to="network", reassignments=1)

    assert after == {"assigned_group": "network", "reassignments": 2}


@pytest.mark.parametrize(("outcome", "confirmed"), [("confirm", True), ("resolve", False)])
def test_closing_tells_a_confirmation_from_a_missing_reply(outcome, confirmed):
    after = run("close", outcome=outcome)

    assert (after["outcome"], after["confirmed"]) == ("closed", confirmed)


def test_a_report_needs_what_sets_its_priority():
    assert demanded("report") == {"title", "description", "impact", "urgency"}


@pytest.mark.parametrize(
    ("name", "outcome", "fields"),
    [
        ("triage", "work", {"category", "impact", "urgency", "assigned_group"}),
        ("triage", "reject", {"rejection_reason"}),
        ("work", "resolve", {"resolution", "resolution_code"}),
        ("work", "ask", {"question"}),
        ("work", "reassign", {"reassign_to"}),
        ("confirm", "reopen", {"reopen_reason"}),
    ],
)
def test_a_decision_needs_its_reasons(name, outcome, fields):
    assert demanded(name, outcome=outcome) == fields


def test_a_decision_is_never_filled_in_from_the_one_before():
    before = {"outcome": "resolve", "resolution": "Replaced the cable.", "question": "Which room?"}

    assert form("work").initial(before) == {"resolution": "Replaced the cable."}


def test_a_requester_cannot_change_the_resolution_while_confirming_it():
    assert form("confirm").check({"outcome": "confirm", "resolution": "forged"}) == {"outcome": "confirm"}
