"""Sub-processes, and event sub-processes beside what they are part of."""

from datetime import timedelta
from itertools import permutations

import pytest

from tests.engine.bpmn.support import (
    NOW,
    TERMINATE,
    Case,
    boundary,
    catch,
    diagram,
    end,
    error,
    event_sub,
    message,
    node,
    par,
    params,
    path,
    script,
    start,
    sub,
    timer,
    timer_of,
    user,
)


def beside(event: str, *body: str, interrupting: bool = True) -> str:
    """An event sub-process `e` whose start is `e1`."""
    return event_sub("e", start("e1", event, isInterrupting=interrupting), *body)


def test_a_sub_process_ends_when_all_its_tokens_have():
    within = sub(
        "s",
        start("s1"),
        par("f"),
        user("x"),
        user("y"),
        end("e1"),
        end("e2"),
        path("s1 f x e1"),
        path("f y e2"),
    )
    case = Case(diagram(start(), within, user("a"), path("start s a")))

    case.complete("x")
    assert case.open == ["y"]

    case.complete("y")
    assert case.open == ["a"]


def test_sub_processes_nest_and_hand_out_their_outputs():
    inner = sub("i", params({"n": "${n + 1}"}, {"seen": "${[n, m]}"}), start("i1"), user("x"), path("i1 x"))
    outer = sub(
        "o", params({"n": "${n + 1}", "m": "${n * 10}"}, {"result": "${n}"}), start("o1"), inner, path("o1 i")
    )
    case = Case(diagram(start(), outer, end(), path("start o end")), {"n": 1})

    case.complete("x")

    assert case.completed
    assert case.variables == {"n": 1, "result": 2, "seen": [3, 20]}


def test_a_sub_process_without_a_task_passes_at_once_and_takes_its_boundary_with_it():
    within = sub("s", start("s1"), end("s2"), path("s1 s2"))
    case = Case(diagram(start(), within, boundary("b", "s", timer("PT1H")), end(), path("start s end")))

    assert case.completed


@pytest.mark.parametrize("event", [timer("PT1H"), message("m")], ids=["timer", "message"])
def test_an_interrupting_event_sub_process_ends_what_it_is_part_of_and_replaces_it(event):
    other = event_sub("o", start("o1", timer("P1D")), user("q"), path("o1 q"))
    within = sub("s", start("s1"), user("x"), beside(event, user("y"), path("e1 y")), other, path("s1 x"))
    case = Case(
        diagram(
            start(), within, user("a"), boundary("b", "s", timer("P2D")), path("start s a"), messages=("m",)
        )
    )

    case.fire("e1") if "e1" in case.timers else case.send("m")

    assert case.open == ["y"]
    assert list(case.timers) == ["b"]
    assert case.messages == []
    case.complete("y")
    assert case.open == ["a"]


def test_an_event_sub_process_that_does_not_interrupt_runs_once_for_each_message():
    data = diagram(
        start(),
        user("x"),
        beside(message("m"), user("y"), path("e1 y"), interrupting=False),
        path("start x"),
        messages=("m",),
    )
    case = Case(data)

    case.send("m")
    case.send("m")
    assert case.open == ["x", "y", "y"]

    case.complete("x")
    assert case.messages == [("m", None)]  # the process goes on, and so does its listening
    case.complete("y")
    case.send("m")
    case.complete("y")
    case.complete("y")
    assert case.completed
    assert case.messages == []


def test_an_event_sub_process_with_a_repeating_timer_fires_every_time_it_is_due():
    ticks = beside(
        timer_of("timeCycle", "R/PT1H"), script("s", "n = n + 1"), path("e1 s"), interrupting=False
    )
    case = Case(diagram(start(), user("x"), ticks, path("start x")), {"n": 0})

    case.wait(hours=5, minutes=30)

    assert case.variables["n"] == 5
    assert case.timers == {"e1": NOW + timedelta(hours=6)}
    case.complete("x")
    assert case.completed
    assert case.timers == {}


@pytest.mark.parametrize("order", list(permutations(["message", "x", "y"])))
def test_an_event_sub_process_reads_and_writes_the_variables_around_it_in_every_order(order):
    body = (script("s", "log = log + [['e', n, text]]\nn = n + 1"), path("e1 s"))
    data = diagram(
        start(),
        par("f"),
        user("x"),
        script("sx", "log = log + [['x', n]]\nn = n + 10"),
        user("y"),
        script("sy", "log = log + [['y', n]]\nn = n + 100"),
        user("last"),
        path("start f x sx"),
        path("f y sy"),
        path("f last"),
        beside(message("m", payload=""), *body, interrupting=False),
        messages=("m",),
    )
    case = Case(data, {"n": 0, "log": []})

    seen, expected = 0, []
    for what in order:
        case.send("m", {"text": "hi"}) if what == "message" else case.complete(what)
        expected.append(["e", seen, "hi"] if what == "message" else [what, seen])
        seen += {"message": 1, "x": 10, "y": 100}[what]

    assert case.variables["log"] == expected
    assert case.variables["n"] == 111


def test_an_event_sub_process_writes_to_the_scope_it_lies_in_before_the_one_outside():
    body = (script("s", "local = 'changed'\nfresh = 1"), path("e1 s"))
    within = sub(
        "sp",
        params({"local": "${'given'}"}),
        start("s1"),
        user("x"),
        path("s1 x"),
        beside(message("m"), *body, interrupting=False),
    )
    case = Case(diagram(start(), within, path("start sp"), messages=("m",)), {"local": "outer"})

    case.send("m")

    assert case.seen("x") == {"local": "changed", "fresh": 1}
    assert case.variables == {"local": "outer", "fresh": 1}


def test_an_event_sub_process_listens_only_while_its_scope_is_active():
    within = sub("s", start("s1"), user("x"), path("s1 x"), beside(message("m"), user("y"), path("e1 y")))
    case = Case(
        diagram(start(), user("before"), within, user("after"), path("start before s after"), messages=("m",))
    )
    assert case.messages == []

    case.complete("before")
    assert case.messages == [("m", None)]

    case.complete("x")
    assert case.messages == []
    assert case.open == ["after"]


@pytest.mark.parametrize("code", ["E", None])
def test_an_event_sub_process_handles_an_error_of_the_scope_it_lies_in(code):
    within = sub(
        "s",
        start("s1"),
        user("x"),
        user("z"),
        end("boom", error("E")),
        path("s1 x boom"),
        path("s1 z"),
        beside(error(code), user("y"), path("e1 y")),
    )
    outside = boundary("b", "s", error("E"))
    case = Case(
        diagram(
            start(), within, outside, user("a"), user("no"), path("start s a"), path("b no"), errors=("E",)
        )
    )

    case.complete("x")
    assert case.open == ["y"]

    case.complete("y")
    assert case.open == ["a"]


def test_an_error_thrown_by_its_own_handler_goes_outwards():
    handler = beside(error("E"), user("y"), end("again", error("E")), path("e1 y again"))
    within = sub("s", start("s1"), end("boom", error("E")), path("s1 boom"), handler)
    case = Case(
        diagram(
            start(),
            within,
            boundary("b", "s", error("E")),
            user("a"),
            path("start s"),
            path("b a"),
            errors=("E",),
        )
    )

    case.complete("y")

    assert case.open == ["a"]


def test_an_error_thrown_beside_the_flow_is_handled_by_the_scope_both_are_in():
    alarm = event_sub(
        "o", start("o1", message("m"), isInterrupting=False), end("boom", error("E")), path("o1 boom")
    )
    handler = beside(error("E"), user("y"), path("e1 y"))
    case = Case(diagram(start(), user("x"), alarm, handler, path("start x"), messages=("m",), errors=("E",)))

    case.send("m")

    assert case.open == ["y"]


def test_a_terminate_end_in_an_event_sub_process_ends_that_one_only():
    body = (user("y"), user("z"), end("stop", TERMINATE), path("e1 y stop"), path("e1 z"))
    case = Case(
        diagram(
            start(),
            user("x"),
            beside(message("m"), *body, interrupting=False),
            path("start x"),
            messages=("m",),
        )
    )
    case.send("m")

    case.complete("y")

    assert case.open == ["x"]
    assert case.messages == [("m", None)]


def test_event_sub_processes_nest():
    inner = event_sub("i", start("i1", message("n", payload="")), user("z"), path("i1 z"))
    case = Case(
        diagram(
            start(),
            user("x"),
            beside(message("m"), user("y"), path("e1 y"), inner, interrupting=False),
            path("start x"),
            messages=("m", "n"),
        )
    )
    assert case.messages == [("m", None)]

    case.send("m")
    assert case.messages == [("m", None), ("n", None)]
    case.send("n", {"v": 1})

    assert case.open == ["x", "z"]
    assert case.variables == {"v": 1}


def test_a_sub_process_whose_outputs_fail_listens_no_longer_but_its_boundary_does():
    within = sub(
        "s",
        params(outputs={"out": "${missing}"}),
        start("s1"),
        user("x"),
        path("s1 x"),
        beside(message("m"), user("y"), path("e1 y"), interrupting=False),
    )
    case = Case(
        diagram(
            start(),
            within,
            boundary("b", "s", timer("PT1H")),
            user("a"),
            user("late"),
            path("start s a"),
            path("b late"),
            messages=("m",),
        )
    )

    case.complete("x")
    assert list(case.failures) == ["s"]
    assert case.messages == []

    case.fire("b")
    assert case.open == ["late"]
    assert case.failures == {}


def test_an_event_sub_process_that_cannot_open_keeps_its_payload_for_the_retry():
    inner = event_sub("i", start("i1", timer("${late}")), user("z"), path("i1 z"))
    body = beside(message("m", payload="got"), user("y"), path("e1 y"), inner, interrupting=False)
    case = Case(diagram(start(), user("x"), body, path("start x"), messages=("m",)), {"late": "?"})
    case.send("m", {"a": 1})
    assert list(case.failures) == ["e"]
    assert case.open == ["x"]

    case.retry(late="PT1H")

    assert case.open == ["x", "y"]
    assert case.variables["got"] == {"a": 1}
    assert list(case.timers) == ["i1"]


def test_a_waiting_event_inside_a_sub_process_goes_with_it():
    within = sub("s", start("s1"), catch("c", message("m")), path("s1 c"))
    case = Case(
        diagram(
            start(),
            within,
            boundary("b", "s", timer("PT1H")),
            end(),
            path("start s end"),
            path("b end"),
            messages=("m",),
        )
    )

    case.fire("b")

    assert case.messages == []
    assert case.completed


def test_a_sub_process_in_a_loop_has_fresh_variables_each_time():
    within = sub(
        "s",
        params({"n": "${0}"}),
        start("s1"),
        user("x"),
        script("add", "n = n + 1\nlast = n"),
        path("s1 x add"),
    )
    case = Case(diagram(start(), node("exclusiveGateway", "m"), within, path("start m s m")))

    for _ in range(3):
        case.complete("x")

    assert case.variables == {"last": 1}
