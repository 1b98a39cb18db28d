"""The ways an incident can go."""

from typing import Any

from tests.content import walks
from tests.content.paths.major_incident import finish, lead, restored, split
from tests.content.walks import Case, Walk, clocks, paths, variables, wait_for_threshold, waits_at
from tests.desk import Desk
from tests.walker import Steer

STAGES = ("triage", "work", "answer", "supplier", "confirm", "work again")


# Steps on the way


def reported(desk: Desk, **fields: Any) -> Case:
    return desk("ann").start("incident", Steer(**{"impact": 2, "urgency": 2} | fields))


def triaged(desk: Desk, **fields: Any) -> Case:
    case = reported(desk)
    desk("sam").do(case, "triage", Steer(outcome="work", assigned_group="network", **fields))
    return case


def asked(desk: Desk) -> Case:
    case = triaged(desk)
    desk("nia").do(case, "work", Steer(outcome="ask", question="Which floor?"))
    return case


def ordered(desk: Desk) -> Case:
    case = triaged(desk)
    order = {"supplier": "Initech Telecom", "supplier_request": "Mend the line."}
    desk("nia").do(case, "work", Steer(outcome="supplier", **order))
    return case


def resolved(desk: Desk) -> Case:
    case = triaged(desk)
    desk("nia").do(case, "work", Steer(outcome="resolve", resolution="Replaced the cable."))
    return case


def reopened(desk: Desk) -> Case:
    case = resolved(desk)
    desk("ann").do(case, "confirm", Steer(outcome="reopen", reopen_reason="It is down again."))
    return case


AT: dict[str, Walk] = dict(zip(STAGES, (reported, triaged, asked, ordered, resolved, reopened), strict=True))


def assert_over(desk: Desk, case: Case, end: str) -> None:
    """It has come to this end, and does not listen any more."""
    walks.assert_over(desk, case, end)
    message = {"name": "incident.withdraw", "correlation_key": case["number"]}
    assert desk("ann").send("POST", "/messages", message).status == 404


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


def waited_for_the_supplier(desk: Desk) -> Case:
    case = ordered(desk)
    meanwhile = {name: clock["state"] for name, clock in clocks(desk, case).items()}

    desk("sam").wait(days=3)
    desk("nia").do(case, "wait_supplier", Steer(supplier_reference="T-1", supplier_answer="Mended."))

    afterwards = {name: clock["state"] for name, clock in clocks(desk, case).items()}
    assert meanwhile | {"resolution": "paused", "supplier": "running"} == meanwhile
    assert afterwards | {"resolution": "running", "supplier": "stopped"} == afterwards
    assert desk("nia").task(case, "work")["data"]["supplier_answer"] == "Mended."
    return case


def reviewed_while_the_work_goes_on(desk: Desk) -> Case:
    case = triaged(desk)

    wait_for_threshold(desk, case, "resolution", "75")
    opened = waits_at(desk, case)
    desk("mia").do(case, "review", Steer(review_decision="Nia gets help."))

    assert (opened, waits_at(desk, case)) == ({"work", "review"}, {"work"})
    assert desk("nia").task(case, "work")["data"]["review_decision"] == "Nia gets help."
    return case


def resolved_before_it_was_reviewed(desk: Desk) -> Case:
    case = triaged(desk)
    wait_for_threshold(desk, case, "resolution", "75")

    desk("nia").do(case, "work", Steer(outcome="resolve"))

    assert waits_at(desk, case) == {"confirm"}
    desk("ann").do(case, "confirm", Steer(outcome="confirm"))
    assert_over(desk, case, "closed")
    return case


def rejected_before_it_was_reviewed(desk: Desk) -> Case:
    case = reported(desk)
    wait_for_threshold(desk, case, "resolution", "75")

    desk("sam").do(case, "triage", Steer(outcome="reject", rejection_reason="A wish, no incident."))

    assert_over(desk, case, "at_risk")
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
    assert waits_at(desk, case) == {"work", "review"}
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


def withdrawn_at(stage: str) -> Walk:
    def walk(desk: Desk) -> Case:
        case = AT[stage](desk)

        desk("ann").tell(case, "incident.withdraw")

        assert_over(desk, case, "withdraw")
        assert variables(desk, case)["outcome"] == "withdrawn"
        return case

    return walk


def reprioritised_at(stage: str) -> Walk:
    def walk(desk: Desk) -> Case:
        case = AT[stage](desk)
        before = waits_at(desk, case)

        desk("sam" if stage == "triage" else "nia").tell(case, "incident.reprioritise", impact=1)
        by_impact = desk("ann").case(case)["priority"]
        desk("ann").tell(case, "incident.reprioritise", priority=1)

        assert (by_impact, desk("ann").case(case)["priority"]) == (2, 1)
        assert waits_at(desk, case) == before | {"take_the_lead"}
        assert {task["priority"] for task in desk("root").tasks(case)} == {1}
        return case

    return walk


def became_major_by_its_priority_and_was_resolved_beside(desk: Desk) -> Case:
    case = reported(desk, urgency=1)
    before = waits_at(desk, case)
    desk("sam").tell(case, "incident.reprioritise", impact=1)
    lead(desk, case)
    split(desk, case)
    desk("sam").do(case, "triage", Steer(outcome="work", impact=1, urgency=1, assigned_group="network"))
    desk("nia").do(case, "work", Steer(outcome="resolve", resolution="Replaced the line."))
    desk("ann").do(case, "confirm", Steer(outcome="confirm"))
    state = desk("ann").case(case)["state"]

    restored(desk, case)
    finish(desk, case)

    assert before == {"triage"}
    assert state == "active"
    now = variables(desk, case)
    assert (now["major_outcome"], now["major_responsible"]) == ("restored", "mia")
    assert now["major_report"] == "A cable was cut."
    assert_over(desk, case, "major")
    return case


def declared_major_again_after_standing_down(desk: Desk) -> Case:
    case = triaged(desk)
    for reason in ("All of floor 3.", "The whole house."):
        desk("sam").tell(case, "incident.declare_major", reason=reason)
        asked = desk("mia").task(case, "take_the_lead")
        assert asked["data"]["reason"] == reason
        assert asked["process"]["key"] == "major_incident"
        desk("mia").complete(asked, Steer(outcome="stand_down", stand_down_reason="Not yet."))

    assert waits_at(desk, case) == {"work"}
    assert variables(desk, case)["major_outcome"] == "stand_down"
    return case


def declared_while_the_procedure_runs(desk: Desk) -> Case:
    case = reported(desk)
    desk("sam").tell(case, "incident.declare_major")

    desk("sam").tell(case, "incident.declare_major", reason="Once more.")
    desk("sam").tell(case, "incident.reprioritise", priority=1)

    assert sorted(task["element"] for task in desk("root").tasks(case)) == ["take_the_lead", "triage"]
    return case


PATHS = paths(
    rejected,
    resolved_and_confirmed,
    reassessed_in_triage,
    reopened_and_resolved_again,
    handed_over_and_back,
    asked_and_answered,
    waited_for_the_supplier,
    reviewed_while_the_work_goes_on,
    resolved_before_it_was_reviewed,
    rejected_before_it_was_reviewed,
    reminded_until_it_goes_on_without_an_answer,
    closed_for_want_of_a_reply,
    became_major_by_its_priority_and_was_resolved_beside,
    declared_major_again_after_standing_down,
    declared_while_the_procedure_runs,
)
PATHS |= {f"withdrawn at {stage}": withdrawn_at(stage) for stage in STAGES}
PATHS |= {f"reprioritised at {stage}": reprioritised_at(stage) for stage in STAGES}
