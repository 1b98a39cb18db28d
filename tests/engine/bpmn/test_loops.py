"""Standard loops: an activity runs again as long as a condition holds."""

import pytest

from engine.bpmn import Limits
from tests.engine.bpmn.support import (
    Case,
    boundary,
    call,
    diagram,
    error,
    loop,
    params,
    path,
    receive,
    script,
    service,
    start,
    sub,
    timer,
    user,
)


def looped(activity: str, *more: str, id: str = "w") -> bytes:
    return diagram(
        start(), activity, user("after"), path("start", id, "after"), *more, messages=("m",), errors=("E",)
    )


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_a_task_runs_again_as_long_as_its_condition_holds_after_it(rounds):
    case = Case(looped(user("w", loop("loopCounter < wanted"))), {"wanted": rounds})

    for _ in range(rounds):
        assert case.open == ["w"]
        case.complete("w")

    assert case.open == ["after"]


@pytest.mark.parametrize("wanted", [0, 1, 3])
def test_asked_before_it_may_not_run_at_all(wanted):
    case = Case(looped(user("w", loop("${loopCounter < wanted}", before=True))), {"wanted": wanted})

    for _ in range(wanted):
        case.complete("w")

    assert case.open == ["after"]


def test_it_runs_no_more_often_than_its_maximum():
    case = Case(looped(user("w", loop("true", most=2))))

    case.complete("w")
    case.complete("w")

    assert case.open == ["after"]


def test_a_maximum_is_enough_and_of_nought_it_does_not_run():
    assert Case(looped(user("w", loop(most=0)))).open == ["after"]
    assert Case(looped(user("w", loop(most=1)))).open == ["w"]


def test_the_condition_sees_what_the_round_has_written():
    case = Case(looped(user("w", loop("answer != 'yes'"))))

    case.complete("w", answer="no")
    assert case.open == ["w"]
    case.complete("w", answer="yes")

    assert case.open == ["after"]


def test_each_round_has_a_scope_and_a_counter_of_its_own():
    inputs = params({"mine": "${loopCounter}"}, {"seen": "${seen + [mine]}"})
    case = Case(looped(user("w", inputs, loop("loopCounter < 3"))), {"seen": []})

    assert case.seen("w")["mine"] == 0
    for _ in range(3):
        case.complete("w")

    assert case.variables == {"seen": [0, 1, 2]}


@pytest.mark.parametrize(
    "activity",
    [
        script("w", "n = n + 1").replace("</scriptTask>", loop("n < 3") + "</scriptTask>"),
        sub("w", start("s"), script("t", "n = n + 1"), path("s t"), loop("n < 3")),
        call("w", "q", params({}, {"n": "${n + 1}"}), loop("n < 3")),
    ],
    ids=["script", "sub-process", "call"],
)
def test_what_waits_for_nothing_is_looped_too(activity):
    called = diagram(start(), key="q")

    case = Case(looped(activity), {"n": 0}, calls=(called,))

    assert (case.open, case.variables["n"]) == (["after"], 3)


def test_a_job_and_a_message_are_waited_for_in_every_round():
    case = Case(looped(service("w", loop("loopCounter < 2"))))
    case.work("w")
    case.work("w")
    assert case.open == ["after"]

    case = Case(looped(receive("w", "m", loop("loopCounter < 2"))))
    case.send("m")
    case.send("m")
    assert case.open == ["after"]


def test_a_boundary_event_stands_beside_all_rounds_and_ends_them():
    process = looped(
        user("w", loop("true")), boundary("late", "w", timer("PT1H")), user("escape"), path("late escape")
    )
    case = Case(process)

    case.complete("w")
    case.complete("w")
    case.fire("late")

    assert case.open == ["escape"]


def test_an_error_inside_a_round_ends_the_loop():
    inner = sub(
        "w", start("s"), user("u"), f'<endEvent id="x">{error("E")}</endEvent>', path("s u x"), loop("true")
    )
    case = Case(looped(inner, boundary("caught", "w", error("E")), user("mend"), path("caught mend")))

    case.complete("u")

    assert case.open == ["mend"]


def test_a_condition_that_cannot_be_asked_fails_and_is_asked_again_without_another_round():
    case = Case(looped(user("w", loop("go_on"))))

    case.complete("w")
    assert list(case.failures) == ["w"]
    case.retry(go_on=True)
    assert case.open == ["w"]
    case.complete("w", go_on="perhaps")
    assert "neither true nor false" in case.failures["w"]
    case.retry(go_on=False)

    assert case.open == ["after"]


def test_an_endless_loop_that_waits_for_nothing_is_stopped_by_the_budget():
    activity = script("w", "n = n + 1").replace("</scriptTask>", loop("true") + "</scriptTask>")

    case = Case(looped(activity), {"n": 0}, limits=Limits(steps=100, seconds=60))

    assert "steps without waiting" in case.failures["w"]


def test_a_round_costs_the_same_however_many_there_were():
    case = Case(looped(user("w", loop("true"))))
    sizes = []

    for _ in range(200):
        case.complete("w")
        sizes.append(case.tokens)

    assert set(sizes) == {3}
