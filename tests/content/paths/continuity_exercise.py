"""The ways an exercise of a continuity plan can go, when it is started on its own."""

from datetime import datetime, timedelta
from typing import Any

from tests.content.walks import Case, assert_over, paths, variables, waits_at
from tests.desk import Desk
from tests.walker import Steer

BOTH_TEAMS = [
    {"team": "service-desk", "part": "Tell the users."},
    {"team": "network", "part": "Switch over."},
]
ONE_ACTION = [{"team": "network", "what": "Order a second line.", "due": "2030-01-31"}]


# Steps on the way


def tomorrow(case: Case) -> str:
    return (datetime.fromisoformat(case["started_at"]) + timedelta(days=1)).isoformat()


def planned(desk: Desk) -> Case:
    case = desk("cora").start("continuity_exercise", Steer(rto_minutes=60, rpo_minutes=15))
    plan(desk, case)
    return case


def plan(desk: Desk, case: Case, participants: list[dict[str, str]] = BOTH_TEAMS) -> None:
    given = Steer(kind="simulation", begins_at=tomorrow(case), participants=participants)
    desk("cora").do(case, "plan_exercise", given)


def run(desk: Desk, case: Case) -> None:
    desk("cora").wait(days=1)
    for person in ("sam", "nia"):
        desk(person).do(case, "take_part", Steer(observation=f"Done by {person}."))


def recorded(desk: Desk, **results: Any) -> Case:
    case = planned(desk)
    run(desk, case)
    desk("cora").do(
        case, "record_results", Steer(**{"recovery_minutes": 45, "data_loss_minutes": 5} | results)
    )
    return case


def missed(desk: Desk) -> Case:
    return recorded(desk, recovery_minutes=90, data_loss_minutes=20, findings=["Two numbers were wrong."])


def mended(desk: Desk, *, retest: bool) -> Case:
    case = missed(desk)
    desk("cora").do(case, "plan_actions", Steer(actions=ONE_ACTION, retest=retest))
    desk("nia").do(case, "carry_out", Steer(done="Ordered."))
    return case


# The paths


def exercised_within_the_objectives(desk: Desk) -> Case:
    case = planned(desk)
    before = waits_at(desk, case)
    run(desk, case)
    results = desk("cora").task(case, "record_results")
    desk("cora").complete(results, Steer(recovery_minutes=60, data_loss_minutes=15))

    desk("mia").do(case, "review", Steer(conclusion="It holds.", plan_change=False))

    assert before == set()
    assert [each["observation"] for each in results["data"]["observations"]] == [
        "Done by sam.",
        "Done by nia.",
    ]
    assert_over(desk, case, "reviewed")
    assert variables(desk, case)["gaps"] == []
    return case


def mended_and_exercised_again(desk: Desk) -> Case:
    case = mended(desk, retest=True)
    shown = desk("cora").task(case, "plan_exercise")
    plan(desk, case)
    desk("cora").wait(days=1)
    run(desk, case)
    desk("cora").do(case, "record_results", Steer(recovery_minutes=30, data_loss_minutes=0))
    desk("mia").do(case, "review", Steer(conclusion="Now it holds.", plan_change=True))

    assert shown["data"]["gaps"] == [
        "Recovery took 90 minutes, the objective is 60.",
        "Data of 20 minutes was lost, the objective is 15.",
        "Two numbers were wrong.",
    ]
    assert_over(desk, case, "reviewed")
    assert variables(desk, case)["gaps"] == []
    return case


def mended_without_another_exercise(desk: Desk) -> Case:
    case = mended(desk, retest=False)

    desk("mia").do(case, "review", Steer(conclusion="Enough.", plan_change=False))

    assert_over(desk, case, "reviewed")
    return case


def evaluated_although_a_team_did_not_report(desk: Desk) -> Case:
    case = planned(desk)
    desk("cora").wait(days=1)
    desk("sam").do(case, "take_part", Steer(observation="Told them."))

    desk("cora").wait(days=3)

    assert waits_at(desk, case) == {"record_results"}
    assert [each["team"] for each in variables(desk, case)["observations"]] == ["service-desk"]
    return case


PATHS = paths(
    exercised_within_the_objectives,
    mended_and_exercised_again,
    mended_without_another_exercise,
    evaluated_although_a_team_did_not_report,
)
