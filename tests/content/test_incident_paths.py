"""Every path of the incident process, walked by the people of the demo organisation through the API."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.content.diagrams import BPMN, ROOT, Diagram
from tests.desk import Desk, open_desk
from tests.walker import Steer

Case = dict[str, Any]
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
STAGES = ("triage", "work", "answer", "confirm", "work again")


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path) as desk:
        yield desk


# Steps on the way


def reported(desk: Desk, **fields: Any) -> Case:
    return desk("ann").start("incident", Steer(impact=2, urgency=2, **fields))


def triaged(desk: Desk, **fields: Any) -> Case:
    case = reported(desk)
    desk("sam").do(case, "triage", Steer(outcome="work", assigned_group="network", **fields))
    return case


def asked(desk: Desk) -> Case:
    case = triaged(desk)
    desk("nia").do(case, "work", Steer(outcome="ask", question="Which floor?"))
    return case


def resolved(desk: Desk) -> Case:
    case = triaged(desk)
    desk("nia").do(case, "work", Steer(outcome="resolve", resolution="Replaced the cable."))
    return case


def reopened(desk: Desk) -> Case:
    case = resolved(desk)
    desk("ann").do(case, "confirm", Steer(outcome="reopen", reopen_reason="It is down again."))
    return case


AT: dict[str, Callable[[Desk], Case]] = dict(
    zip(STAGES, (reported, triaged, asked, resolved, reopened), strict=True)
)


# What became of it


def variables(desk: Desk, case: Case) -> dict[str, Any]:
    return desk("root").get(f"/process-instances/{case['id']}/variables")


def waits_at(desk: Desk, case: Case) -> set[str]:
    """The user tasks a case waits at."""
    return {task["element"] for task in desk("root").tasks(case)}


def assert_over(desk: Desk, case: Case, end: str) -> None:
    """The case has come to this end, and nothing of it is left behind."""
    assert desk("ann").case(case)["state"] == "completed"
    assert desk("ann").case(case)["ended_at"]
    assert steps(desk, case)[-1] == ("left", end)
    assert not desk("root").tasks(case)
    assert not desk("root").everything(f"/timers?instance={case['id']}")
    message = {"name": "incident.withdraw", "correlation_key": case["number"]}
    assert desk("ann").send("POST", "/messages", message).status == 404


def history(desk: Desk, case: Case) -> list[dict[str, Any]]:
    return desk("root").everything(f"/process-instances/{case['id']}/history")


def steps(desk: Desk, case: Case) -> list[tuple[str, str]]:
    """What happened at which element, in order."""
    return [
        (entry["kind"], entry["element"])
        for entry in history(desk, case)
        if entry["kind"] in ("entered", "left", "cancelled")
    ]


# The paths


def rejected(desk: Desk) -> Case:
    case = reported(desk)

    desk("sam").do(case, "triage", Steer(outcome="reject", rejection_reason="A wish, no incident."))

    assert_over(desk, case, "rejected")
    assert variables(desk, case)["rejection_reason"] == "A wish, no incident."
    return case


def resolved_and_confirmed(desk: Desk) -> Case:
    case = resolved(desk)

    desk("ann").do(case, "confirm", Steer(outcome="confirm"))

    assert_over(desk, case, "closed")
    assert variables(desk, case) | {"outcome": "closed", "confirmed": True} == variables(desk, case)
    return case


def reassessed_in_triage(desk: Desk) -> Case:
    case = triaged(desk, impact=1, urgency=1)

    assert desk("ann").case(case)["priority"] == 1
    return case


def reopened_and_resolved_again(desk: Desk) -> Case:
    case = reopened(desk)
    opened = desk("nia").task(case, "work")

    desk("nia").complete(opened, Steer(outcome="resolve", resolution="Replaced the switch."))
    desk("ann").do(case, "confirm", Steer(outcome="confirm"))

    assert opened["data"]["reopen_reason"] == "It is down again."
    assert_over(desk, case, "closed")
    assert variables(desk, case)["reopened"] == 1
    return case


def handed_over_and_back(desk: Desk) -> Case:
    case = triaged(desk)

    desk("nia").do(case, "work", Steer(outcome="reassign", reassign_to="service-desk"))
    desk("sam").do(case, "work", Steer(outcome="reassign", reassign_to="network"))

    assert desk("nia").task(case, "work")["candidate_groups"] == ["network"]
    assert variables(desk, case)["reassignments"] == 2
    return case


def asked_and_answered(desk: Desk) -> Case:
    case = asked(desk)

    desk("ann").do(case, "answer", Steer(answer="The third."))

    assert desk("nia").task(case, "work")["data"]["answer"] == "The third."
    return case


def reminded_until_it_goes_on_without_an_answer(desk: Desk) -> Case:
    case = asked(desk)

    desk("sam").wait(days=1)
    before = variables(desk, case)["reminders"]
    desk("sam").wait(days=6)
    after = variables(desk, case)["reminders"]
    desk("nia").tell(case, "incident.continue")
    desk("sam").wait(days=30)

    assert (before, after, variables(desk, case)["reminders"]) == (0, 3, 3)
    assert waits_at(desk, case) == {"work"}
    return case


def closed_for_want_of_a_reply(desk: Desk) -> Case:
    case = resolved(desk)

    desk("sam").wait(days=4, hours=23)
    before = waits_at(desk, case)
    desk("sam").wait(hours=1)

    assert before == {"confirm"}
    assert_over(desk, case, "closed")
    assert variables(desk, case)["confirmed"] is False
    return case


def withdrawn_at(stage: str) -> Callable[[Desk], Case]:
    def walk(desk: Desk) -> Case:
        case = AT[stage](desk)

        desk("ann").tell(case, "incident.withdraw")

        assert_over(desk, case, "withdraw")
        assert variables(desk, case)["outcome"] == "withdrawn"
        return case

    return walk


def reprioritised_at(stage: str) -> Callable[[Desk], Case]:
    def walk(desk: Desk) -> Case:
        case = AT[stage](desk)
        before = waits_at(desk, case)

        desk("sam" if stage == "triage" else "nia").tell(case, "incident.reprioritise", impact=1)
        by_impact = desk("ann").case(case)["priority"]
        desk("ann").tell(case, "incident.reprioritise", priority=1)

        assert (by_impact, desk("ann").case(case)["priority"]) == (2, 1)
        assert waits_at(desk, case) == before
        assert {task["priority"] for task in desk("root").tasks(case)} == {1}
        return case

    return walk


PATHS: dict[str, Callable[[Desk], Case]] = {
    walk.__name__: walk
    for walk in (
        rejected,
        resolved_and_confirmed,
        reassessed_in_triage,
        reopened_and_resolved_again,
        handed_over_and_back,
        asked_and_answered,
        reminded_until_it_goes_on_without_an_answer,
        closed_for_want_of_a_reply,
    )
}
PATHS |= {f"withdrawn at {stage}": withdrawn_at(stage) for stage in STAGES}
PATHS |= {f"reprioritised at {stage}": reprioritised_at(stage) for stage in STAGES}


@ON_SQLITE
@pytest.mark.parametrize("walk", PATHS.values(), ids=PATHS)
def test_a_case_goes_the_way_that_people_and_time_send_it(desk: Desk, walk: Callable[[Desk], Case]) -> None:
    case = walk(desk)

    assert not desk("root").case(case)["failures"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_paths_visit_every_element_and_take_every_flow_of_the_diagram(desk: Desk) -> None:
    diagram = Diagram(ROOT / "processes/incident/incident.bpmn")
    visited: set[str] = set()
    taken: set[str] = set()
    for walk in PATHS.values():
        case = walk(desk)
        visited |= {entry["element"] for entry in history(desk, case)}
        for flows in _travelled(diagram, steps(desk, case)):
            taken |= {flow.get("id") for flow in flows}
            visited |= {flow.get("sourceRef") for flow in flows}

    assert {node.get("id") for node in diagram.nodes()} - visited == set()
    assert {flow.get("id") for flow in diagram.flows()} - taken == set()


def _travelled(diagram: Diagram, happened: list[tuple[str, str]]) -> Iterator[list[Any]]:
    """The sequence flows between elements that followed one another; gateways leave no trace of their own."""
    for (kind, source), (_, target) in pairwise(happened):
        if kind == "left":
            yield from _ways(diagram, source, target)


def _ways(diagram: Diagram, source: str, target: str) -> Iterator[list[Any]]:
    """The ways from one element to another through gateways alone."""
    for flow in diagram.flows():
        if flow.get("sourceRef") != source:
            continue
        following = flow.get("targetRef")
        if following == target:
            yield [flow]
        elif diagram.elements[following].tag == f"{BPMN}exclusiveGateway":
            yield from ([flow, *rest] for rest in _ways(diagram, following, target))
