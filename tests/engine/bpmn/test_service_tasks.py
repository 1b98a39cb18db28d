"""Service tasks: a job while it waits, outputs and scopes, errors from outside, dead letters."""

import pytest

from tests.engine.bpmn.support import (
    Case,
    boundary,
    diagram,
    each,
    end,
    error,
    event_sub,
    params,
    path,
    service,
    start,
    sub,
    timer,
    timer_of,
    user,
)


def one(*inside: str, beside: tuple[str, ...] = (), **attributes: object) -> bytes:
    """A service task `call`, then a user task `after`."""
    nodes = (start(), service("call", *inside, **attributes), user("after"), path("start call after"))
    return diagram(*nodes, *beside, errors=("E", "F"))


def then(event: str) -> str:
    """A user task after an event, named after it."""
    return user(f"after_{event}") + path(event, f"after_{event}")


# -- waiting and going on -----------------------------------------------------------------------------------


def test_a_service_task_offers_a_job_with_its_topic_and_inputs():
    case = Case(one(params({"host": "${name}", "port": "${80}"}), topic="monitor.${name}"), {"name": "db"})

    (job,) = case.jobs
    assert (job.element, job.topic, job.variables) == ("call", "monitor.db", {"host": "db", "port": 80})
    assert case.open == []
    assert case.steps("entered") == ["call"]


def test_results_go_to_the_scope_outside_when_no_outputs_are_drawn():
    case = Case(one(params({"host": "db"})), {"ticket": 1})

    case.work("call", ticket=7, host="web")

    assert case.variables == {"ticket": 7, "host": "web"}
    assert (case.open, case.jobs) == (["after"], [])


def test_outputs_alone_hand_results_out_when_they_are_drawn():
    case = Case(one(params({}, {"number": "${ticket + 1}"})))

    case.work("call", ticket=7, secret="x")

    assert case.variables == {"number": 8}


def test_an_output_that_fails_is_retried_without_doing_the_work_again():
    case = Case(one(params({}, {"number": "${ticket + offset}"})))

    case.work("call", ticket=7)
    assert (list(case.failures), case.jobs) == (["call"], [])
    case.retry(offset=1)

    assert case.variables["number"] == 8
    assert case.open == ["after"]


@pytest.mark.parametrize("topic", ["${7}", "${null}", "${' '}", "${'t' * 256}"])
def test_a_topic_that_is_no_short_text_is_a_failure(topic: str):
    case = Case(one(topic=topic))

    assert "topic" in case.failures["call"]
    assert case.jobs == []


def test_each_of_many_has_a_job_and_keeps_its_results_to_itself():
    handed = params({"host": "${each}"}, {"tickets": "${tickets + [ticket]}"})
    case = Case(one(handed, each("hosts", "each")), {"hosts": ["a", "b", "c"], "tickets": []})

    assert [job.variables["host"] for job in case.jobs] == ["a", "b", "c"]
    for number in (3, 2, 1):
        case.work("call", ticket=number)

    assert case.variables["tickets"] == [3, 2, 1]
    assert case.open == ["after"]


# -- events -------------------------------------------------------------------------------------------------


def test_an_interrupting_timer_withdraws_the_job():
    case = Case(one(beside=(boundary("late", "call", timer("PT1H")), then("late"))))

    case.wait(hours=1)

    assert (case.jobs, case.open) == ([], ["after_late"])


def test_a_timer_beside_the_job_leaves_it():
    case = Case(one(beside=(boundary("late", "call", timer("PT1H"), False), then("late"))))

    case.wait(hours=1)

    assert ([job.element for job in case.jobs], case.open) == (["call"], ["after_late"])


def test_cancelling_a_case_withdraws_its_jobs():
    case = Case(one(each(times=3)))

    case.cancel()

    assert case.jobs == []


CAUGHT = {
    "its own boundary": one(beside=(boundary("bad", "call", error("E")), then("bad"))),
    "a boundary that catches all": one(beside=(boundary("bad", "call", error()), then("bad"))),
    "the boundary of many": one(each(times=2), beside=(boundary("bad", "call", error("E")), then("bad"))),
    "a sub-process around it": diagram(
        start(),
        sub("around", start("s1"), service("call"), path("s1 call")),
        boundary("bad", "around", error("E")),
        then("bad"),
        path("start around"),
        errors=("E",),
    ),
    "an event sub-process beside it": one(
        beside=(event_sub("esp", start("bad", error("E")), user("after_bad"), path("bad after_bad")),)
    ),
}


@pytest.mark.parametrize("data", CAUGHT.values(), ids=CAUGHT)
def test_an_error_from_outside_is_handled_as_one_thrown_inside(data: bytes):
    case = Case(data)

    assert case.throw("call", "E")

    assert (case.jobs, case.open, case.failures) == ([], ["after_bad"], {})


def test_the_boundary_that_names_the_error_goes_first_and_then_the_nearest():
    both = (boundary("all", "call", error()), boundary("bad", "call", error("E")), then("all"), then("bad"))

    named, other = Case(one(beside=both)), Case(one(beside=both))
    named.throw("call", "E")
    other.throw("call", "X")

    assert (named.open, other.open) == (["after_bad"], ["after_all"])


def test_an_error_that_nothing_handles_changes_nothing():
    case = Case(one(beside=(boundary("bad", "call", error("F")), then("bad"))))

    assert not case.throw("call", "E")

    assert ([job.element for job in case.jobs], case.failures) == (["call"], {})


# -- dead letters -------------------------------------------------------------------------------------------


def test_a_dead_job_is_a_failure_that_a_retry_begins_anew_with_inputs_as_they_are_now():
    case = Case(one(params({"host": "${name}"})), {"name": "db"})

    case.give_up("call", "no route")
    assert case.failures == {"call": "no route"}
    case.retry(name="web")

    assert [(job.element, job.variables) for job in case.jobs] == [("call", {"host": "web"})]
    assert case.failures == {}
    case.work("call")
    assert case.open == ["after"]


def test_boundary_events_of_a_dead_job_go_on_waiting_and_are_not_doubled_by_its_retry():
    cycle = boundary("tick", "call", timer_of("timeCycle", "R2/PT1H"), False)
    case = Case(one(beside=(cycle, then("tick"), boundary("late", "call", timer("PT5H")), then("late"))))
    due = case.timers

    case.wait(hours=2)  # the cycle has ended, and must not begin again
    case.give_up("call")
    case.retry()
    case.give_up("call")
    case.retry()

    assert case.timers == {"late": due["late"]}
    case.wait(hours=3)
    assert (case.jobs, case.open) == ([], ["after_late", "after_tick", "after_tick"])


def test_a_boundary_event_ends_a_dead_job():
    case = Case(one(beside=(boundary("late", "call", timer("PT1H")), then("late"))))

    case.give_up("call")
    case.wait(hours=1)

    assert (case.jobs, case.failures, case.open) == ([], {}, ["after_late"])


def test_a_retry_whose_inputs_fail_leaves_the_dead_job_to_another():
    late = (boundary("late", "call", timer("PT9H")), then("late"))
    case = Case(one(params({"host": "${names[0]}"}), beside=late), {"names": ["db"]})
    case.give_up("call")

    case.retry(names=[])
    assert case.failures["call"].startswith("Line 1")
    case.retry(names=["web"])

    assert [job.variables for job in case.jobs] == [{"host": "web"}]
    assert (case.failures, list(case.timers)) == ({}, ["late"])


def test_other_branches_go_on_beside_a_dead_job():
    ways = (path("start call end"), path("start other end"))
    data = diagram(start(), service("call"), user("other"), end(), *ways)
    case = Case(data)

    case.give_up("call")
    case.complete("other")
    case.retry()
    case.work("call")

    assert case.completed
