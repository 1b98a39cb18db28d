"""The ways a problem can go."""

from collections.abc import Callable
from typing import Any

from tests.content.walks import Case, Walk, assert_over, clocks, paths, variables, waits_at
from tests.desk import Desk
from tests.walker import Steer

# Steps on the way


def recorded(desk: Desk, **fields: Any) -> Case:
    return desk("sam").start("problem", Steer(impact=2, recurrence="repeated", **fields))


def classified(desk: Desk, **fields: Any) -> Case:
    case = recorded(desk, **fields)
    desk("mia").do(case, "classify", Steer(outcome="accept", assigned_group="network"))
    return case


def analysed(desk: Desk) -> Case:
    case = classified(desk)
    desk("nia").do(case, "analyse", Steer(outcome="found", cause_class="technical"))
    desk("nia").do(case, "known_error", Steer(workaround="Unplug the switch and plug it in again."))
    return case


def decided(desk: Desk, action: str) -> Case:
    case = analysed(desk)
    desk("mia").do(case, "decide", Steer(action_taken=action, verify_after_days=14))
    return case


def change_of(case: Case) -> str:
    """The number of the change that solves this problem."""
    return case["number"].replace("PRB", "CHG")


def waiting_for_the_change(desk: Desk) -> Case:
    case = decided(desk, "change")
    desk("nia").do(case, "request_change", Steer(change_number=change_of(case)))
    return case


def change_closed(desk: Desk, case: Case, **payload: Any) -> None:
    message = {"name": "change.closed", "correlation_key": change_of(case), "payload": payload}
    desk("root").post("/messages", message)


def measured(desk: Desk) -> Case:
    case = decided(desk, "measure")
    desk("nia").do(case, "carry_out")
    return case


def verified(desk: Desk, case: Case, outcome: str = "gone") -> None:
    desk("mia").wait(days=14)
    desk("mia").do(case, "verify", Steer(outcome=outcome))


# The paths


def rejected(desk: Desk) -> Case:
    case = recorded(desk)

    desk("mia").do(case, "classify", Steer(outcome="reject", rejection_reason="PRB-000001 is the same."))

    assert_over(desk, case, "rejected")
    return case


def solved_by_a_change(desk: Desk) -> Case:
    case = waiting_for_the_change(desk)

    change_closed(desk, case, result="successful")
    verified(desk, case)
    desk("mia").do(case, "review", Steer(known_error_status="retired"))

    assert_over(desk, case, "closed")
    assert variables(desk, case)["closing_reason"] == "solved"
    return case


def solved_by_a_change_that_tells_no_result(desk: Desk) -> Case:
    case = waiting_for_the_change(desk)

    change_closed(desk, case)
    verified(desk, case)

    assert waits_at(desk, case) == {"review"}
    return case


def only_its_own_change_counts(desk: Desk) -> Case:
    case = waiting_for_the_change(desk)
    message = {"name": "change.closed", "correlation_key": "CHG-999999", "payload": {}}

    assert desk("root").send("POST", "/messages", message).status == 404
    assert not waits_at(desk, case)
    return case


def decided_anew_when_the_change_has_failed(desk: Desk) -> Case:
    case = waiting_for_the_change(desk)

    change_closed(desk, case, result="backed-out")

    assert desk("mia").task(case, "decide")["data"]["change_number"] == change_of(case)
    return case


def looked_at_again_when_the_change_takes_long(desk: Desk) -> Case:
    case = waiting_for_the_change(desk)

    desk("mia").wait(days=29, hours=23)
    before = waits_at(desk, case)
    desk("mia").wait(hours=1)

    assert (before, waits_at(desk, case)) == (set(), {"decide"})
    return case


def solved_by_a_measure(desk: Desk) -> Case:
    case = measured(desk)

    desk("mia").wait(days=13, hours=23)
    before = waits_at(desk, case)
    verified(desk, case)
    desk("mia").do(case, "review")

    assert before == set()
    assert_over(desk, case, "closed")
    return case


def reopened_when_it_is_still_there(desk: Desk) -> Case:
    case = measured(desk)

    verified(desk, case, "recurs")

    assert desk("nia").task(case, "analyse")["data"]["reopened"] == 1
    return case


def reopened_when_it_happens_again(desk: Desk) -> Case:
    case = measured(desk)

    desk("sam").tell(case, "problem.recurred")
    desk("sam").wait(days=30)

    assert waits_at(desk, case) == {"analyse"}
    assert variables(desk, case)["reopened"] == 1
    return case


def closed_with(action: str, reason: str) -> Callable[[Desk], Case]:
    def walk(desk: Desk) -> Case:
        case = decided(desk, action)

        desk("mia").do(case, "review", Steer(known_error_status="kept"))

        assert_over(desk, case, "closed")
        assert variables(desk, case)["closing_reason"] == reason
        return case

    return walk


def decided_without_a_cause(desk: Desk) -> Case:
    case = classified(desk)

    desk("nia").do(case, "analyse", Steer(outcome="not-found", findings="Nothing in six weeks of logs."))

    assert desk("mia").task(case, "decide")["data"]["findings"] == "Nothing in six weeks of logs."
    assert clocks(desk, case)["analysis"]["state"] == "stopped"
    return case


def handed_over(desk: Desk) -> Case:
    case = classified(desk)
    before = clocks(desk, case)["analysis"]

    desk("nia").do(case, "analyse", Steer(outcome="hand-over", reassign_to="service-desk"))

    after = clocks(desk, case)["analysis"]
    assert desk("sam").task(case, "analyse")["candidate_groups"] == ["service-desk"]
    assert (after["id"], after["state"]) == (before["id"], "running")
    return case


def waited_for_the_supplier(desk: Desk) -> Case:
    case = classified(desk)
    order = {"supplier": "Initech Telecom", "supplier_request": "Send the logs of the line."}

    desk("nia").do(case, "analyse", Steer(outcome="supplier", **order))
    meanwhile = {name: clock["state"] for name, clock in clocks(desk, case).items()}
    desk("nia").do(case, "wait_supplier", Steer(supplier_answer="Attached."))

    afterwards = {name: clock["state"] for name, clock in clocks(desk, case).items()}
    assert meanwhile == {"analysis": "paused", "supplier": "running"}
    assert afterwards == {"analysis": "running", "supplier": "stopped"}
    assert desk("nia").task(case, "analyse")["data"]["supplier_answer"] == "Attached."
    return case


def escalated_when_the_analysis_takes_long(desk: Desk) -> Case:
    case = classified(desk)
    before = desk("sam").case(case)["priority"]

    desk("sam").wait(days=20)

    assert (before, desk("sam").case(case)["priority"]) == (3, 2)
    assert waits_at(desk, case) == {"analyse"}
    return case


def another_incident_linked(desk: Desk) -> Case:
    case = classified(desk, incidents=["INC-000001"])

    desk("sam").tell(case, "problem.incident", number="INC-000002")
    desk("sam").tell(case, "problem.incident", number="INC-000001")
    desk("sam").tell(case, "problem.incident", number=7)

    assert variables(desk, case)["incidents"] == ["INC-000001", "INC-000002"]
    assert desk("nia").task(case, "analyse")["data"]["incidents"] == ["INC-000001", "INC-000002"]
    return case


PATHS: dict[str, Walk] = paths(
    rejected,
    solved_by_a_change,
    solved_by_a_change_that_tells_no_result,
    only_its_own_change_counts,
    decided_anew_when_the_change_has_failed,
    looked_at_again_when_the_change_takes_long,
    solved_by_a_measure,
    reopened_when_it_is_still_there,
    reopened_when_it_happens_again,
    decided_without_a_cause,
    handed_over,
    waited_for_the_supplier,
    escalated_when_the_analysis_takes_long,
    another_incident_linked,
)
PATHS["closed with the risk accepted"] = closed_with("accept", "accepted-risk")
PATHS["closed without further action"] = closed_with("none", "no-further-action")
