"""The change process: what its decision tables decide and what its forms demand."""

import json
from itertools import product
from typing import Any

import pytest

from engine import dmn
from engine.errors import Invalid
from engine.forms import Form
from tests.content.diagrams import BATON, ROOT, Diagram

DECISIONS = dmn.load((ROOT / "processes/change/change_risk.dmn").read_bytes())
KINDS = ("standard", "normal", "emergency")
ANSWERS = ((1, 2, 3), ("low", "medium", "high"), (True, False), (True, False))


def routed(kind: str, *answers: Any) -> dict[str, Any]:
    """How a change is approved, from impact, likelihood, whether it is tested, whether a service is out."""
    names = dict(zip(("impact", "likelihood", "plan_tested", "outage"), answers, strict=True))
    return dmn.MAPPINGS["singleResult"](DECISIONS.evaluate("change_route", {"kind": kind, **names}))


def form(name: str) -> Form:
    return Form(json.loads((ROOT / f"forms/change/{name}.json").read_text(encoding="utf-8")))


def demanded(name: str, **data: Any) -> set[str]:
    """The fields a submission lacks."""
    with pytest.raises(Invalid) as caught:
        form(name).check(data)
    return {problem.pointer.removeprefix("#/data/") for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("answers", "risk"),
    [
        ((3, "low", True, False), "low"),
        ((3, "low", False, False), "low"),
        ((3, "medium", False, True), "medium"),
        ((2, "medium", True, True), "medium"),
        ((2, "medium", False, False), "high"),
        ((1, "low", True, False), "medium"),
        ((1, "high", True, False), "high"),
    ],
)
def test_the_risk_follows_from_what_a_failure_would_do_and_what_is_done_against_it(answers, risk):
    assert routed("normal", *answers)["risk"] == risk


def test_every_change_has_one_route_whatever_the_answers():
    routes = {(kind, *answers): routed(kind, *answers) for kind in KINDS for answers in product(*ANSWERS)}

    assert all(routes.values())
    assert {each["route"] for key, each in routes.items() if key[0] == "emergency"} == {"emergency"}
    assert {each["route"] for key, each in routes.items() if key[0] == "normal"} == {"manager", "board"}
    assert {each["risk"] for each in routes.values() if each["route"] == "pre-approved"} == {"low"}


def test_testing_never_raises_a_risk_and_an_interruption_never_lowers_it():
    order = ("low", "medium", "high")
    for impact, likelihood, other in product((1, 2, 3), order, (True, False)):
        tested, untested = (routed("normal", impact, likelihood, each, other) for each in (True, False))
        out, up = (routed("normal", impact, likelihood, other, each) for each in (True, False))

        assert order.index(tested["risk"]) <= order.index(untested["risk"])
        assert order.index(out["risk"]) >= order.index(up["risk"])


def test_whoever_asks_for_a_change_is_kept_from_everything_that_approves_it():
    diagram = Diagram(ROOT / "processes/change/change.bpmn")
    apart = {
        separation.getparent().getparent().get("id"): set(separation.get("from").split())
        for separation in diagram.root.iter(f"{BATON}separation")
    }

    assert all("requested" in apart[task] for task in ("assess", "vote", "decide", "approve_emergency"))
    assert apart["implement"] >= {"vote", "decide", "approve_emergency"}
    assert apart["verify"] == {"implement"}


ALWAYS = {"title", "kind", "services", "reason"} | {"impact", "likelihood", "plan_tested", "outage"}
PLANS = {"plan", "back_out_plan", "planned_start", "planned_minutes"}


@pytest.mark.parametrize(("kind", "plans"), [("standard", PLANS), ("normal", PLANS), ("emergency", set())])
def test_a_request_brings_its_plans_unless_it_cannot_wait(kind, plans):
    assert demanded("request", kind=kind) == ALWAYS - {"kind"} | plans | {"implementing_group"}


@pytest.mark.parametrize(
    ("name", "given", "fields"),
    [
        ("assess", {"outcome": "ask"}, {"question"}),
        ("assess", {"outcome": "reject"}, {"rejection_reason"}),
        ("vote", {"vote": "reject"}, {"comment"}),
        ("decide", {"decision": "reject"}, {"decision_reason"}),
        ("schedule", {"outcome": "conflict"}, {"conflict_note"}),
        ("back_out", {"outcome": "not-restored", "back_out_log": "Tried."}, {"incident_number"}),
        ("verify", {"outcome": "works", "evidence": "Seen."}, {"configuration"}),
    ],
)
def test_a_decision_needs_its_reasons(name, given, fields):
    assert demanded(name, **given) == fields


def test_a_vote_is_never_filled_in_from_another():
    assert form("vote").initial({"vote": "approve", "comment": "Fine.", "title": "New switch"}) == {
        "title": "New switch"
    }
