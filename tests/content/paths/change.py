"""The ways a change can go."""

from datetime import datetime, timedelta
from typing import Any

from tests.content.walks import Case, Walk, assert_over, paths, variables, waits_at
from tests.desk import Desk
from tests.walker import Person, Steer

BOARD = ["cab1", "cab2", "cab3"]
RISKY = {"impact": 1, "likelihood": "high", "plan_tested": True, "outage": True}
HARMLESS = {"impact": 3, "likelihood": "low", "plan_tested": True, "outage": False}


# Steps on the way


def requested(desk: Desk, kind: str = "normal", by: str = "ann", **fields: Any) -> Case:
    given = RISKY | {"kind": kind, "services": ["Network", "Mail"], "implementing_group": "network"}
    given |= {"planned_start": "2020-01-06T09:00:00Z"}
    return desk(by).start("change", Steer(**given | fields))


def assessed(desk: Desk, board: list[str] = BOARD, by: str = "ann", **fields: Any) -> Case:
    case = requested(desk, by=by)
    desk("carl").do(case, "assess", Steer(outcome="go-on", board=board, **fields))
    return case


def votes(desk: Desk, case: Case, **said: str) -> None:
    """Each of them completes the vote that is hers."""
    for voter, vote in said.items():
        (task,) = [task for task in desk(voter).tasks(case) if task["assignee"] == voter]
        task = desk(voter).get(f"/user-tasks/{task['id']}")
        desk(voter).complete(task, Steer(vote=vote, comment="So it is."))


def approved(desk: Desk) -> Case:
    case = assessed(desk)
    votes(desk, case, cab1="approve", cab2="approve")
    return case


def scheduled(desk: Desk) -> Case:
    case = approved(desk)
    let_it_begin(desk, case)
    return case


def let_it_begin(desk: Desk, case: Case) -> None:
    desk("carl").do(case, "schedule", Steer(outcome="fits"))
    desk("carl").wait(seconds=1)


def implemented(desk: Desk) -> Case:
    case = scheduled(desk)
    desk("nia").do(case, "implement", Steer(outcome="done"))
    return case


def emergency(desk: Desk, **said: str) -> Case:
    """An emergency on which these two have been heard."""
    case = requested(desk, "emergency")
    for person, vote in said.items():
        hear(desk, case, person, vote)
    return case


def hear(desk: Desk, case: Case, person: str, vote: str) -> None:
    group = "change-management" if person == "carl" else "cab"
    (task,) = [task for task in desk(person).tasks(case) if group in task["candidate_groups"]]
    task = desk(person).get(f"/user-tasks/{task['id']}")
    desk(person).complete(task, Steer(vote=vote, comment="So it is."))


def saved_in_an_emergency(desk: Desk) -> Case:
    case = emergency(desk, carl="approve", cab1="approve")
    desk("nia").do(case, "implement", Steer(outcome="done"))
    desk("carl").do(case, "verify", Steer(outcome="works"))
    return case


def finish(desk: Desk, case: Case, outcome: str = "works") -> None:
    """From a change that is implemented to its end."""
    desk("carl").do(case, "verify", Steer(outcome=outcome))
    if outcome == "fails":
        desk("nia").do(case, "back_out", Steer(outcome="restored"))
    desk("carl").do(case, "review")


def refuses(person: Person, case: Case, element: str) -> bool:
    """Whether separation of duties keeps her from the task at this element."""
    task = next(task for task in person.tasks(case) if task["element"] == element)
    reply = person.send("POST", f"/user-tasks/{task['id']}/claim")
    return reply.status == 403 and "Separation of duties" in reply.body["detail"]


# The paths


def approved_by_the_board_and_successful(desk: Desk) -> Case:
    case = implemented(desk)

    finish(desk, case)

    assert_over(desk, case, "closed")
    now = variables(desk, case)
    assert (now["result"], now["risk"], now["approvals"], len(now["votes"])) == ("successful", "high", 2, 2)
    head = desk("ann").case(case)
    assert (head["priority"], head["service"], head["requester"]) == (2, "Network, Mail", "ann")
    return case


def approved_as_soon_as_a_majority_says_yes(desk: Desk) -> Case:
    case = assessed(desk)

    votes(desk, case, cab3="reject", cab1="approve")
    undecided = waits_at(desk, case)
    votes(desk, case, cab2="approve")

    assert (undecided, waits_at(desk, case)) == ({"vote"}, {"schedule"})
    return case


def voted_down_as_soon_as_no_majority_is_left(desk: Desk) -> Case:
    case = assessed(desk)

    votes(desk, case, cab3="reject", cab1="reject")

    assert_over(desk, case, "rejected")
    return case


def decided_by_the_change_manager_after_three_days(desk: Desk) -> Case:
    case = assessed(desk)
    votes(desk, case, cab1="approve")

    desk("carl").wait(days=2, hours=23)
    before = waits_at(desk, case)
    desk("carl").wait(hours=1)
    opened = desk("carl").task(case, "decide")
    desk("carl").complete(opened, Steer(decision="reject"))

    assert (before, variables(desk, case)["board_reminders"]) == ({"vote"}, 2)
    assert (opened["data"]["approvals"], opened["data"]["rejections"]) == (1, 0)
    assert_over(desk, case, "rejected")
    return case


def decided_by_the_change_manager_when_the_risk_is_low(desk: Desk) -> Case:
    case = assessed(desk, **HARMLESS)

    desk("carl").do(case, "decide", Steer(decision="approve"))

    assert waits_at(desk, case) == {"schedule"}
    assert variables(desk, case)["risk"] == "low"
    return case


def decided_by_the_change_manager_when_only_the_requester_sits_on_the_board(desk: Desk) -> Case:
    case = assessed(desk, board=["cab1"], by="cab1")

    assert waits_at(desk, case) == {"decide"}
    return case


def nobody_approves_her_own(desk: Desk) -> Case:
    case = requested(desk, by="carl")
    refused = refuses(desk("carl"), case, "assess")
    desk("mia").do(case, "assess", Steer(outcome="go-on", board=BOARD, **HARMLESS))

    assert refused
    assert refuses(desk("carl"), case, "decide")
    assert refuses(desk("root"), desk("root").start("change", Steer(kind="emergency")), "approve_emergency")
    desk("mia").do(case, "decide", Steer(decision="approve"))
    return case


def a_requester_on_the_board_has_no_vote(desk: Desk) -> Case:
    case = assessed(desk, by="cab1")
    first, second = sorted(desk("root").tasks(case), key=lambda task: task["assignee"])

    own = desk("mia").send("POST", f"/user-tasks/{first['id']}/assign", {"assignee": "cab1"})
    votes(desk, case, cab2="approve")
    twice = desk("mia").send("POST", f"/user-tasks/{second['id']}/assign", {"assignee": "cab2"})

    assert (first["assignee"], second["assignee"]) == ("cab2", "cab3")
    assert (own.status, twice.status) == (403, 403)
    return case


def a_deputy_votes_for_a_member(desk: Desk) -> Case:
    case = assessed(desk, board=["cab1"])
    task = desk("cab1").task(case, "vote")

    desk("cab1").post(f"/user-tasks/{task['id']}/release")
    desk("cab2").do(case, "vote", Steer(vote="approve"))

    assert waits_at(desk, case) == {"schedule"}
    return case


def who_approves_does_not_carry_out(desk: Desk) -> Case:
    case = assessed(desk, **HARMLESS)
    desk("root").do(case, "decide", Steer(decision="approve"))
    let_it_begin(desk, case)

    assert refuses(desk("root"), case, "implement")
    desk("nia").do(case, "implement", Steer(outcome="done"))
    assert not refuses(desk("root"), case, "verify")
    return case


def standard_and_done_without_approval(desk: Desk) -> Case:
    case = requested(desk, "standard", **HARMLESS)

    let_it_begin(desk, case)
    desk("nia").do(case, "implement", Steer(outcome="done"))
    desk("carl").do(case, "verify", Steer(outcome="works"))

    assert_over(desk, case, "closed")
    assert "votes" not in variables(desk, case)
    return case


def standard_but_too_risky_for_that(desk: Desk) -> Case:
    case = requested(desk, "standard", **HARMLESS | {"impact": 1})

    assert waits_at(desk, case) == {"assess"}
    return case


def asked_reminded_and_completed(desk: Desk) -> Case:
    case = requested(desk)
    desk("carl").do(case, "assess", Steer(outcome="ask", question="Which switches?"))

    desk("ann").wait(days=5)
    desk("ann").do(case, "revise", Steer(answer="All of floor 3."))

    assert desk("carl").task(case, "assess")["data"]["answer"] == "All of floor 3."
    assert variables(desk, case)["reminders"] == 2
    return case


def rejected_in_assessment(desk: Desk) -> Case:
    case = requested(desk)

    desk("carl").do(case, "assess", Steer(outcome="reject", rejection_reason="Not worth it."))

    assert_over(desk, case, "rejected_early")
    return case


def moved_to_another_window_and_begun_when_it_opens(desk: Desk) -> Case:
    case = approved(desk)
    opens = datetime.fromisoformat(case["started_at"]) + timedelta(days=2)
    desk("carl").do(case, "schedule", Steer(outcome="conflict", conflict_note="The mail server moves then."))

    desk("ann").do(case, "propose", Steer(planned_start=opens.isoformat()))
    desk("carl").do(case, "schedule", Steer(outcome="fits"))
    desk("carl").wait(days=1, hours=23)
    before = waits_at(desk, case)
    desk("carl").wait(hours=1)

    assert (before, waits_at(desk, case)) == (set(), {"implement"})
    return case


def backed_out_when_it_does_not_work(desk: Desk) -> Case:
    case = implemented(desk)

    finish(desk, case, "fails")

    assert_over(desk, case, "closed")
    assert variables(desk, case)["result"] == "backed-out"
    return case


def backed_out_when_it_cannot_be_implemented(desk: Desk) -> Case:
    case = scheduled(desk)

    desk("nia").do(case, "implement", Steer(outcome="failed"))
    desk("nia").do(case, "back_out", Steer(outcome="not-restored"))
    desk("carl").do(case, "review")

    assert_over(desk, case, "closed")
    assert variables(desk, case)["result"] == "failed"
    return case


def emergency_recorded_in_time(desk: Desk) -> Case:
    case = saved_in_an_emergency(desk)

    desk("carl").wait(hours=23)
    desk("nia").do(case, "complete_record")
    desk("carl").do(case, "review")

    assert_over(desk, case, "closed")
    assert "record_late" not in variables(desk, case)
    assert [vote["member"] for vote in variables(desk, case)["votes"]] == ["change manager", "board"]
    return case


def emergency_recorded_late(desk: Desk) -> Case:
    case = saved_in_an_emergency(desk)

    desk("carl").wait(hours=24)
    desk("nia").do(case, "complete_record")
    opened = desk("carl").task(case, "review")
    desk("carl").complete(opened)

    assert opened["data"]["record_late"] is True
    assert_over(desk, case, "closed")
    return case


def emergency_refused(desk: Desk) -> Case:
    case = emergency(desk, cab1="reject")

    assert_over(desk, case, "refused")
    return case


def emergency_refused_by_the_second(desk: Desk) -> Case:
    case = emergency(desk, cab1="approve", carl="reject")

    assert_over(desk, case, "refused")
    return case


def an_emergency_needs_two_persons(desk: Desk) -> Case:
    case = emergency(desk, root="approve")

    assert waits_at(desk, case) == {"approve_emergency"}
    assert refuses(desk("root"), case, "approve_emergency")
    return case


def withdrawn(desk: Desk) -> Case:
    case = assessed(desk)

    desk("ann").tell(case, "change.withdraw")

    assert_over(desk, case, "withdraw")
    assert variables(desk, case)["outcome"] == "withdrawn"
    return case


def withdrawn_while_it_is_carried_out(desk: Desk) -> Case:
    case = scheduled(desk)

    desk("ann").tell(case, "change.withdraw")
    begun = waits_at(desk, case)
    desk("nia").do(case, "restore", Steer(outcome="restored"))

    assert begun == {"restore"}
    assert_over(desk, case, "withdraw")
    return case


PATHS: dict[str, Walk] = paths(
    approved_by_the_board_and_successful,
    approved_as_soon_as_a_majority_says_yes,
    voted_down_as_soon_as_no_majority_is_left,
    decided_by_the_change_manager_after_three_days,
    decided_by_the_change_manager_when_the_risk_is_low,
    decided_by_the_change_manager_when_only_the_requester_sits_on_the_board,
    nobody_approves_her_own,
    a_requester_on_the_board_has_no_vote,
    a_deputy_votes_for_a_member,
    who_approves_does_not_carry_out,
    standard_and_done_without_approval,
    standard_but_too_risky_for_that,
    asked_reminded_and_completed,
    rejected_in_assessment,
    moved_to_another_window_and_begun_when_it_opens,
    backed_out_when_it_does_not_work,
    backed_out_when_it_cannot_be_implemented,
    emergency_recorded_in_time,
    emergency_recorded_late,
    emergency_refused,
    emergency_refused_by_the_second,
    an_emergency_needs_two_persons,
    withdrawn,
    withdrawn_while_it_is_carried_out,
)
