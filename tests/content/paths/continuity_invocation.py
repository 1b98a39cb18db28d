"""The ways the invocation of a continuity plan can go, when it is started on its own."""

from datetime import datetime, timedelta

from tests.content.walks import Case, assert_over, paths, variables, waits_at
from tests.desk import Desk
from tests.walker import Steer

STEPS = [{"team": "network", "what": "Switch over."}, {"team": "service-desk", "what": "Tell the users."}]


# Steps on the way


def lost(desk: Desk) -> Case:
    """Mia declares it the moment it happens; it has to run again within an hour."""
    given = Steer(lost_at=desk("mia").wait(), rto_minutes=60, rpo_minutes=15)
    return desk("mia").start("continuity_invocation", given)


def invoked(desk: Desk) -> Case:
    case = lost(desk)
    given = Steer(outcome="invoke", met_criteria=["site-lost"], steps=STEPS)
    desk("cora").do(case, "authorise", given)
    return case


def recover(desk: Desk, case: Case) -> None:
    desk("nia").do(case, "recover", Steer(result="Switched."))
    desk("sam").do(case, "recover", Steer(result="Told."))


def back_to_normal(desk: Desk, case: Case) -> None:
    at = (datetime.fromisoformat(case["started_at"]) + timedelta(minutes=50)).isoformat()
    desk("cora").do(case, "return_to_normal", Steer(recovered_at=at, normal_at=at, data_loss_minutes=0))


# The paths


def not_invoked(desk: Desk) -> Case:
    case = lost(desk)

    desk("cora").do(case, "authorise", Steer(outcome="decline", decline_reason="It runs again."))

    assert_over(desk, case, "not_invoked")
    return case


def recovered_in_time_and_reviewed(desk: Desk) -> Case:
    case = invoked(desk)
    desk("cora").wait(minutes=40)
    recover(desk, case)
    back_to_normal(desk, case)

    desk("mia").do(case, "review", Steer(conclusion="It held.", plan_change=False))

    assert_over(desk, case, "reviewed")
    assert [step["result"] for step in variables(desk, case)["recovered"]] == ["Switched.", "Told."]
    return case


def service_management_is_asked_when_three_quarters_of_the_time_are_over(desk: Desk) -> Case:
    case = invoked(desk)
    desk("nia").do(case, "recover", Steer(result="Switched."))
    desk("cora").wait(minutes=44)
    before = waits_at(desk, case)

    desk("cora").wait(minutes=2)
    asked = waits_at(desk, case)
    desk("mia").do(case, "decide", Steer(measure="Two more people."))
    desk("sam").do(case, "recover", Steer(result="Told."))
    back_to_normal(desk, case)
    review = desk("mia").task(case, "review")
    desk("mia").complete(review, Steer(conclusion="Too slow.", plan_change=True, what_to_change="The order."))

    assert (before, asked) == ({"recover"}, {"recover", "decide"})
    assert review["data"]["measure"] == "Two more people."
    assert_over(desk, case, "reviewed")
    return case


PATHS = paths(
    not_invoked,
    recovered_in_time_and_reviewed,
    service_management_is_asked_when_three_quarters_of_the_time_are_over,
)
