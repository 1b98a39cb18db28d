"""The ways of a continuity plan through the years."""

from tests.content.paths.continuity_exercise import plan, run
from tests.content.walks import Case, assert_over, paths, variables, waits_at
from tests.desk import Desk
from tests.walker import Steer

STEPS = [{"team": "network", "what": "Switch over."}]


# Steps on the way


def written(desk: Desk) -> Case:
    case = desk("cora").start(
        "continuity", Steer(title="Mail", service="mail", rto_minutes=60, rpo_minutes=15)
    )
    desk("cora").do(
        case, "write_plan", Steer(steps=STEPS, plan_reference="In the safe.", exercise_every="P1Y")
    )
    return case


def ready(desk: Desk) -> Case:
    case = written(desk)
    desk("mia").do(case, "approve", Steer(outcome="approve"))
    return case


def exercise(desk: Desk, case: Case, **conclusion: object) -> None:
    plan(desk, case)
    run(desk, case)
    desk("cora").do(case, "record_results", Steer(recovery_minutes=30, data_loss_minutes=0))
    desk("mia").do(case, "review", Steer(conclusion="It holds.", **conclusion))


# The paths


def written_again_until_approved(desk: Desk) -> Case:
    case = written(desk)
    desk("mia").do(case, "approve", Steer(outcome="refuse", refusal_reason="Who tells the users?"))
    again = desk("cora").task(case, "write_plan")
    desk("cora").complete(again, Steer())

    desk("mia").do(case, "approve", Steer(outcome="approve"))

    assert again["data"]["refusal_reason"] == "Who tells the users?"
    assert waits_at(desk, case) == {"keep_ready"}
    return case


def exercised_and_found_good(desk: Desk) -> Case:
    case = ready(desk)
    desk("cora").do(case, "keep_ready", Steer(outcome="exercise"))

    exercise(desk, case, plan_change=False)

    assert waits_at(desk, case) == {"keep_ready"}
    assert variables(desk, case)["last_exercise"] == "It holds."
    return case


def exercised_after_a_year_and_changed(desk: Desk) -> Case:
    case = ready(desk)
    desk("cora").wait(days=364)
    before = waits_at(desk, case)
    desk("cora").wait(days=2)

    exercise(desk, desk("cora").case(case), plan_change=True, what_to_change="The telephone numbers.")

    assert before == {"keep_ready"}
    assert desk("cora").task(case, "write_plan")["data"]["what_to_change"] == "The telephone numbers."
    return case


def changed_when_somebody_asks(desk: Desk) -> Case:
    case = ready(desk)

    desk("mia").tell(case, "continuity.change", what="The mail servers have moved.")

    shown = desk("cora").task(case, "write_plan")["data"]
    assert shown["change_request"] == {"what": "The mail servers have moved."}
    return case


def changed_by_its_keeper(desk: Desk) -> Case:
    case = ready(desk)

    desk("cora").do(case, "keep_ready", Steer(outcome="change"))

    assert waits_at(desk, case) == {"write_plan"}
    return case


def not_invoked_after_all(desk: Desk) -> Case:
    case = ready(desk)
    given = Steer(outcome="invoke", loss="No mail.", lost_at=case["started_at"])
    desk("cora").do(case, "keep_ready", given)
    authorise = desk("cora").task(case, "authorise")

    desk("cora").complete(authorise, Steer(outcome="decline", decline_reason="It is back."))

    assert authorise["data"]["loss"] == "No mail."
    assert authorise["data"]["steps"] == STEPS
    assert waits_at(desk, case) == {"keep_ready"}
    assert variables(desk, case)["last_invocation"] == "decline"
    return case


def retired(desk: Desk) -> Case:
    case = ready(desk)

    desk("cora").do(case, "keep_ready", Steer(outcome="retire"))

    assert_over(desk, case, "retired")
    return case


PATHS = paths(
    written_again_until_approved,
    exercised_and_found_good,
    exercised_after_a_year_and_changed,
    changed_when_somebody_asks,
    changed_by_its_keeper,
    not_invoked_after_all,
    retired,
)
