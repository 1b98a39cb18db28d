"""The incident process: what its decision, scripts and computed values give, and what its forms demand."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import dmn
from engine.errors import Invalid
from engine.forms import Form
from engine.scripting import Script, Template
from tests.content.diagrams import BPMN, CAMUNDA, ROOT, Diagram
from tests.desk import Desk, open_desk
from tests.walker import Steer

PROVIDED = {"now": lambda: "2026-03-31T12:00:00Z", "working_time": lambda text: text}
MATRIX = {(1, 1): 1, (1, 2): 2, (2, 1): 2, (2, 2): 3, (2, 3): 4, (3, 1): 3, (3, 2): 4, (3, 3): 4, (1, 3): 3}
ASSESSMENTS = [
    ({"impact": 1}, 2),
    ({"impact": 1, "urgency": 1}, 1),
    ({"priority": 4}, 4),
    ({"impact": 1, "urgency": 1, "priority": 3}, 3),
    ({"impact": 9, "priority": "high"}, 3),
    ({}, 3),
]


def run(element, **variables):
    task = Diagram(ROOT / "processes/incident/incident.bpmn").elements[element]
    script = Script.compile(task.findtext(f"{BPMN}script"), functions=frozenset(PROVIDED))
    return script.run(variables, PROVIDED)


def computed(element, output, **variables):
    """What one of an activity's outputs gives."""
    task = Diagram(ROOT / "processes/incident/incident.bpmn").elements[element]
    text = task.findtext(f".//{CAMUNDA}outputParameter[@name='{output}']")
    return Template.compile(text, functions=frozenset(PROVIDED)).evaluate(variables, PROVIDED)


def demanded(name, **data):
    """The fields a submission lacks."""
    with pytest.raises(Invalid) as caught:
        form(name).check(data)
    return {problem.pointer.removeprefix("#/data/") for problem in caught.value.problems}


def form(name):
    return Form(json.loads((ROOT / f"forms/incident/{name}.json").read_text(encoding="utf-8")))


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path) as desk:
        yield desk


def test_priority_follows_from_impact_and_urgency():
    decisions = dmn.load((ROOT / "processes/incident/incident_priority.dmn").read_bytes())

    decided = {
        (impact, urgency): decisions.evaluate(
            "incident_priority", {"impact": impact, "urgency": urgency}, PROVIDED
        ).value
        for impact, urgency in MATRIX
    }

    assert decided == MATRIX


@pytest.mark.parametrize(("name", "usual"), [("auto_close_after", "P5D"), ("reminder_every", "R/P2D")])
def test_the_periods_are_five_and_two_days_unless_the_case_came_with_its_own(name, usual):
    assert computed("set_priority", name) == usual
    assert computed("set_priority", name, **{name: "P90D"}) == "P90D"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_new_assessment_counts_as_far_as_it_makes_sense(desk):
    case = desk("ann").start("incident", Steer(impact=2, urgency=2))

    found = []
    for update, _ in ASSESSMENTS:
        desk("sam").tell(case, "incident.reprioritise", impact=2, urgency=2)
        desk("sam").tell(case, "incident.reprioritise", **update)
        found.append(desk("sam").case(case)["priority"])

    assert found == [priority for _, priority in ASSESSMENTS]


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
        ("work", "supplier", {"supplier", "supplier_request"}),
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
