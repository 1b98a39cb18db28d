"""The ways the major-incident procedure can go, when the manager starts it on her own."""

from typing import Any

from tests.content.walks import Case, assert_over, paths, variables, waits_at
from tests.desk import Desk
from tests.walker import Steer

STREAMS = [
    {"team": "network", "goal": "Find the fault."},
    {"team": "service-desk", "goal": "Tell the users."},
]


# Steps on the way


def declared(desk: Desk) -> Case:
    return desk("mia").start("major_incident", Steer(title="No network", description="Anywhere."))


def led(desk: Desk) -> Case:
    case = declared(desk)
    lead(desk, case)
    return case


def lead(desk: Desk, case: Case) -> None:
    given = Steer(outcome="lead", criteria=["whole-organisation"], responsible="mia")
    desk("mia").do(case, "take_the_lead", given)


def split(desk: Desk, case: Case, streams: list[dict[str, str]] = STREAMS) -> None:
    desk("mia").do(case, "plan_workstreams", Steer(workstreams=streams))


def restored(desk: Desk, case: Case) -> dict[str, Any]:
    task = desk("mia").task(case, "coordinate")
    desk("mia").complete(task, Steer(outcome="restored", resolution="The line works again."))
    return task


def finish(desk: Desk, case: Case) -> None:
    desk("mia").do(case, "report", Steer(report="A cable was cut."))
    desk("mia").do(case, "review", Steer(problem_needed=True))


# The paths


def stood_down(desk: Desk) -> Case:
    case = declared(desk)

    desk("mia").do(case, "take_the_lead", Steer(outcome="stand_down", stand_down_reason="One floor only."))

    assert_over(desk, case, "stood_down")
    return case


def restored_by_teams_that_work_in_parallel(desk: Desk) -> Case:
    case = led(desk)
    split(desk, case)
    desk("nia").do(case, "workstream_task", Steer(result="A cable is cut."))
    desk("sam").do(case, "workstream_task", Steer(result="They know."))

    shown = restored(desk, case)
    waiting = waits_at(desk, case)
    finish(desk, case)

    assert [each["result"] for each in shown["data"]["results"]] == ["A cable is cut.", "They know."]
    assert waiting == {"report"}
    assert_over(desk, case, "reviewed")
    assert variables(desk, case)["report"] == "A cable was cut."
    return case


def more_workstreams_are_opened(desk: Desk) -> Case:
    case = led(desk)
    split(desk, case, STREAMS[:1])

    desk("mia").do(case, "coordinate", Steer(outcome="more"))
    split(desk, case, STREAMS[1:])

    open_streams = [task["element"] for task in desk("root").tasks(case)].count("workstream_task")
    assert open_streams == 2
    assert desk("sam").task(case, "workstream_task")["data"]["goal"] == "Tell the users."
    return case


def top_management_hears_of_it_every_half_hour(desk: Desk) -> Case:
    case = led(desk)
    at_once = desk("mia").task(case, "inform")
    desk("mia").complete(at_once, Steer(status="We search."))
    desk("mia").wait(minutes=29)
    before = waits_at(desk, case)
    desk("mia").wait(minutes=1)
    again = desk("mia").task(case, "inform")
    desk("mia").complete(again, Steer(status="We know."))
    split(desk, case)

    restored(desk, case)
    desk("mia").wait(days=1)

    assert before == {"plan_workstreams"}
    assert "status" not in again["data"]
    assert [update["status"] for update in variables(desk, case)["updates"]] == ["We search.", "We know."]
    assert waits_at(desk, case) == {"report"}
    return case


PATHS = paths(
    stood_down,
    restored_by_teams_that_work_in_parallel,
    more_workstreams_are_opened,
    top_management_hears_of_it_every_half_hour,
)
