"""Conditional events: what comes true is met once, whoever made it true, and again after it was false."""

import pytest

from tests.engine.bpmn.support import (
    Case,
    boundary,
    by_event,
    call,
    catch,
    conditional,
    diagram,
    each,
    end,
    event_sub,
    extensions,
    flow,
    hands,
    message,
    node,
    par,
    params,
    path,
    script,
    start,
    sub,
    timer,
    user,
)


def watching(condition: str, *, interrupting: bool = True, **variables: object) -> Case:
    """A case with a task `x`, then `after`, and an event sub-process that opens `y` when the condition is
    met."""
    handler = event_sub(
        "e", start("e1", conditional(condition), isInterrupting=interrupting), user("y"), path("e1 y")
    )
    again = node("exclusiveGateway", "m")
    return Case(
        diagram(start(), again, user("x"), user("after"), handler, path("start m x after m")), variables
    )


def test_a_condition_that_comes_true_interrupts():
    case = watching("n > 1", n=1)
    assert case.open == ["x"]

    case.complete("x", n=2)

    assert case.open == ["y"]
    assert case.completed is False


@pytest.mark.parametrize("condition", ["n > 1", "${n > 1}"])
def test_what_is_true_from_the_beginning_is_met_at_once(condition):
    assert watching(condition, n=2).open == ["y"]


def test_it_is_met_again_only_after_it_was_false():
    case = watching("n > 1", interrupting=False, n=1)
    met = []

    for n in (2, 3, 1, 0, 5, 6):
        case.complete("x", n=n)
        met.append(case.open.count("y"))
        case.complete("after")

    assert met == [1, 1, 1, 1, 2, 2]


def test_a_variable_that_passes_through_the_right_value_between_two_steps_is_seen():
    steps = (script("up", "n = 5"), script("down", "n = 0"))
    handler = event_sub(
        "e", start("e1", conditional("n == 5"), isInterrupting=False), user("y"), path("e1 y")
    )
    case = Case(diagram(start(), user("x"), *steps, user("z"), handler, path("start x up down z")), {"n": 0})

    case.complete("x")

    assert case.open == ["y", "z"]


def test_a_name_that_is_not_there_yet_makes_it_not_true():
    case = watching("n > 1")
    assert case.failures == {}

    case.complete("x", n=2)

    assert case.open == ["y"]


@pytest.mark.parametrize("value", ["many", None])
def test_a_condition_that_cannot_be_worked_with_fails_beside_the_work_until_it_is_retried(value):
    case = watching("n > 1", n=value)
    assert list(case.failures) == ["e1"]
    assert case.open == ["x"]
    case.complete("x")
    assert case.steps("failed") == ["e1"]

    case.retry(n=0)
    assert case.failures == {}
    case.complete("after", n=2)

    assert case.open == ["y"]


def test_a_failed_condition_keeps_nobody_from_finishing():
    within = sub(
        "s",
        start("i"),
        user("x"),
        event_sub("e", start("e1", conditional("n")), user("y"), path("e1 y")),
        path("i x"),
    )
    case = Case(diagram(start(), within, end(), path("start s end")), {"n": 3})
    assert case.failures == {"e1": "The condition is neither true nor false."}

    case.complete("x")

    assert case.completed


def test_a_variable_changed_by_hand_is_seen():
    case = watching("n > 1", n=1)

    case._do(lambda execution: (execution.change_variables({"n": 2}), execution.run()))

    assert case.open == ["y"]


def test_an_intermediate_event_waits_until_its_condition_is_met():
    ready = catch("c", conditional("ready"))
    case = Case(
        diagram(start(), par("f"), ready, user("x"), user("go"), path("start f c go"), path("f x")),
        {"ready": False},
    )
    assert case.open == ["x"]

    case.complete("x", ready=True)

    assert case.open == ["go"]


def test_an_intermediate_event_whose_condition_holds_lets_pass():
    data = diagram(start(), catch("c", conditional("n == 1")), user("go"), path("start c go"))

    assert Case(data, {"n": 1}).open == ["go"]


def test_an_intermediate_event_that_cannot_be_asked_fails_and_can_be_retried():
    case = Case(diagram(start(), catch("c", conditional("n")), user("go"), path("start c go")), {"n": 1})
    assert list(case.failures) == ["c"]

    case.retry(n=False)
    assert (case.failures, case.open) == ({}, [])
    case._do(lambda execution: (execution.change_variables({"n": True}), execution.run()))

    assert case.open == ["go"]


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_boundary_sees_the_inputs_of_its_activity(interrupting):
    within = sub(
        "s", params({"left": "${3}"}), start("i"), user("x"), script("c", "left = left - 1"), path("i x c x")
    )
    event = boundary("b", "s", conditional("left == 1"), interrupting=interrupting)
    case = Case(diagram(start(), within, event, user("mend"), path("start s"), path("b mend")))

    case.complete("x")
    assert case.open == ["x"]
    case.complete("x")

    assert case.open == (["mend"] if interrupting else ["mend", "x"])
    assert case.variables == {}


def test_a_task_that_is_being_completed_is_done_before_its_boundary_is_asked():
    event = boundary("b", "x", conditional("n > 1"))
    case = Case(
        diagram(start(), user("x"), event, user("after"), user("no"), path("start x after"), path("b no"))
    )

    case.complete("x", n=2)

    assert case.open == ["after"]


def test_a_boundary_of_a_repetition_sees_its_counters():
    event = boundary("b", "x", conditional("nrOfCompletedInstances == 2"))
    case = Case(diagram(start(), user("x", each(times=5)), event, user("go"), path("start x"), path("b go")))
    case.complete("x")
    assert len(case.open) == 4

    case.complete("x")

    assert case.open == ["go"]


def test_the_first_of_several_events_ends_the_others():
    first, second = catch("c1", conditional("n > 1")), catch("c2", timer("PT1H"))
    case = Case(
        diagram(
            *(start(), par("f"), user("x"), by_event("g"), first, second, user("a"), user("b")),
            *(path("start f x"), path("f g c1 a"), path("g c2 b")),
        )
    )

    case.complete("x", n=2)

    assert (case.open, case.timers) == (["a"], {})


def test_of_two_that_come_true_together_one_ends_the_other():
    events = [catch(f"c{n}", conditional("n > 1")) for n in (1, 2)]
    case = Case(
        diagram(
            *(start(), par("f"), user("x"), by_event("g"), *events, user("a"), user("b")),
            *(path("start f x"), path("f g c1 a"), path("g c2 b")),
        )
    )

    case.complete("x", n=2)

    assert case.open == ["a"]
    assert case.completed is False


def test_a_condition_inside_a_called_process_sees_that_process_alone():
    inside = diagram(
        start("i"),
        user("work"),
        event_sub("e", start("e1", conditional("n > 1")), user("y"), path("e1 y")),
        end("j"),
        path("i work j"),
        key="q",
    )
    data = diagram(
        start(),
        par("f"),
        user("x"),
        call("c", "q", extensions(hands("in", source="n", target="n"))),
        path("start f x"),
        path("f c"),
    )
    case = Case(data, {"n": 1}, calls=(inside,))
    case.complete("x", n=2)
    assert case.open == ["work"]

    case.complete("work", n=3)

    assert case.open == ["y"]


def test_a_payload_makes_a_condition_true():
    handler = event_sub("e", start("e1", conditional("answer == 'yes'")), user("y"), path("e1 y"))
    data = diagram(
        start(),
        user("x"),
        boundary("b", "x", message("m", payload=""), interrupting=False),
        end(),
        handler,
        path("start x"),
        path("b end"),
        messages=("m",),
    )
    case = Case(data)

    case.send("m", {"answer": "yes"})

    assert case.open == ["y"]


def test_conditions_that_make_each_other_true_for_ever_are_stopped():
    handlers = [
        event_sub(
            f"e{n}",
            start(f"s{n}", conditional(f"n == {n}"), isInterrupting=False),
            script(f"c{n}", f"n = {1 - n}"),
            path(f"s{n} c{n}"),
        )
        for n in (0, 1)
    ]
    case = Case(diagram(start(), user("x"), *handlers, path("start x")), {"n": 5})
    case.complete("x", n=5)

    endless = Case(diagram(start(), user("x"), *handlers, path("start x")), {"n": 0})

    assert case.completed
    assert "endless loop" in next(iter(endless.failures.values()))


def test_a_thousand_rounds_of_conditions_leave_nothing_behind():
    handler = event_sub(
        "e", start("e1", conditional("n % 2 == 0"), isInterrupting=False), node("task", "t"), path("e1 t")
    )
    case = Case(
        diagram(
            start(),
            node("exclusiveGateway", "m"),
            user("x"),
            script("s", "n = n + 1"),
            handler,
            path("start m x s m"),
            flow("x", "t2"),
            node("task", "t2"),
        ),
        {"n": 1},
    )
    tokens, met = case.tokens, 0

    for _ in range(1000):
        case.complete("x")
        met += case.steps("entered").count("e")
        case.history.clear()

    assert case.tokens == tokens
    assert met == 500
