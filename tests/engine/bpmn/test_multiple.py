"""Events with several definitions: any of what is caught, all of what is thrown."""

import pytest

from engine import bpmn
from engine.bpmn.multiple import DRAWN, MOST
from engine.errors import Invalid
from tests.engine.bpmn.support import (
    CANCEL,
    TERMINATE,
    Case,
    boundary,
    by_event,
    catch,
    compensation,
    conditional,
    diagram,
    end,
    error,
    escalation,
    event_sub,
    flow,
    mark,
    message,
    node,
    par,
    path,
    signal,
    start,
    sub,
    throw,
    timer,
    timer_of,
    transaction,
    undo,
    user,
)

DECLARED = {"messages": ("m", "k"), "signals": ("s",), "errors": ("E",), "escalations": ("X",)}
ANY = timer("PT1H") + message("m", payload="said") + signal("s") + conditional("n > 1")


def drawn(*parts: str) -> bytes:
    return diagram(*parts, **DECLARED)


def happens(case: Case, what: str) -> None:
    match what:
        case "timer":
            case.fire("x")
        case "message":
            case.send("m", {"a": 1})
        case "signal":
            case.send("s")
        case _:
            case.retry(n=2)


EVENTS = ["timer", "message", "signal", "condition"]


@pytest.mark.parametrize("what", EVENTS)
def test_any_of_several_events_on_the_way_is_enough_and_the_others_are_forgotten(what):
    case = Case(drawn(start(), catch("x", ANY), user("a"), path("start x a")), {"n": 0})
    assert (case.open, list(case.timers), case.messages) == ([], ["x"], [("m", None), ("s", None)])

    happens(case, what)

    assert (case.open, case.timers, case.messages, case.failures) == (["a"], {}, [], {})
    assert {step.element for step in case.history} == {"start", "x", "a"}


@pytest.mark.parametrize("what", EVENTS)
@pytest.mark.parametrize(("interrupting", "left"), [(True, ["got"]), (False, ["got", "work"])])
def test_any_of_several_events_at_a_boundary(what, interrupting, left):
    case = Case(
        drawn(
            start(),
            user("work"),
            boundary("x", "work", ANY, interrupting),
            user("got"),
            path("start work"),
            path("x got"),
        ),
        {"n": 0},
    )

    happens(case, what)

    assert case.open == left
    assert (case.messages == []) is interrupting


def test_a_boundary_that_does_not_interrupt_goes_on_listening_to_the_others():
    events = timer_of("timeCycle", "R2/PT1H") + message("m")
    case = Case(
        drawn(
            start(),
            user("work"),
            boundary("x", "work", events, interrupting=False),
            user("got"),
            path("start work"),
            path("x got"),
        )
    )

    case.fire("x")
    case.send("m")
    case.fire("x")
    case.send("m")

    assert case.open == ["got"] * 4 + ["work"]


@pytest.mark.parametrize("what", ["error", "timer"])
def test_an_error_may_be_one_of_them(what):
    host = sub("h", start("i"), user("u"), end("bad", error("E")), path("i u bad"))
    case = Case(
        drawn(
            start(),
            host,
            boundary("x", "h", error("E") + timer("PT1H")),
            user("got"),
            path("start h"),
            path("x got"),
        )
    )

    case.complete("u") if what == "error" else case.fire("x")

    assert (case.open, case.timers) == (["got"], {})


@pytest.mark.parametrize("what", ["timer", "message", "signal", "escalation"])
def test_any_of_several_events_starts_an_event_sub_process(what):
    events = (
        timer("PT1H")
        + message("m", payload="said")
        + signal("s")
        + escalation("X", camunda_escalationCodeVariable="code")
    )
    handler = event_sub("e", start("x", events, isInterrupting=False), user("got"), path("x got"))
    tell = (user("go"), throw("t", escalation("X")), user("on"), path("start go t on"))
    case = Case(drawn(start(), *tell, handler))

    case.complete("go") if what == "escalation" else happens(case, what)

    assert "got" in case.open
    assert case.variables == {"message": {"said": {"a": 1}}, "escalation": {"code": "X"}}.get(what, {})


def test_each_of_them_starts_it_again():
    handler = event_sub(
        "e", start("x", message("m") + signal("s"), isInterrupting=False), user("got"), path("x got")
    )
    case = Case(drawn(start(), user("work"), handler, path("start work")))

    for name in ("m", "s", "m"):
        case.send(name)

    assert case.open == ["got", "got", "got", "work"]


@pytest.mark.parametrize(("what", "left"), [("m", "a"), ("s", "a"), ("k", "b")])
def test_behind_an_event_based_gateway_each_is_one_of_the_events(what, left):
    case = Case(
        drawn(
            *(
                start(),
                by_event("g"),
                catch("x", message("m") + signal("s")),
                catch("y", message("k")),
                user("a"),
                user("b"),
            ),
            *(path("start g x a"), path("g y b")),
        )
    )

    case.send(what)

    assert (case.open, case.messages) == ([left], [])


def test_all_flows_behind_it_are_taken():
    case = Case(
        drawn(
            *(
                start(),
                catch("x", message("m") + signal("s")),
                user("a"),
                user("b"),
                user("c"),
                path("start x a"),
                path("x b"),
            ),
            flow("x", "c", "n > 1"),
        ),
        {"n": 1},
    )

    case.send("s")

    assert case.open == ["a", "b"]


def test_where_it_leads_to_a_join_it_is_one_path():
    case = Case(
        drawn(
            *(
                start(),
                par("fork"),
                catch("x", message("m") + signal("s")),
                user("a"),
                par("join"),
                user("after"),
            ),
            *(path("start fork x join after"), path("fork a join")),
        )
    )

    case.send("m")
    assert case.open == ["a"]
    case.complete("a")

    assert case.open == ["after"]


@pytest.mark.parametrize("kind", ["intermediateThrowEvent", "endEvent"])
def test_all_of_several_events_are_thrown_in_their_order(kind):
    thrown = node(kind, "x", message("m", key="7") + signal("s") + escalation("X"))
    handler = event_sub("e", start("h", escalation("X"), isInterrupting=False), user("told"), path("h told"))
    more = (user("after"), path("x after")) if kind == "intermediateThrowEvent" else ()
    case = Case(drawn(start(), thrown, path("start x"), handler, *more))

    assert [each[:3] for each in case.sent] == [("message", "m", "7"), ("signal", "s", None)]
    assert case.open == (["after", "told"] if more else ["told"])
    assert {step.element for step in case.history if step.kind in ("sent", "escalated")} == {"x"}


@pytest.mark.parametrize("order", [TERMINATE + message("m"), message("m") + TERMINATE])
def test_what_ends_the_path_is_thrown_last(order):
    case = Case(drawn(start(), par("g"), user("a"), end("x", order), path("start g a"), path("g x")))

    assert case.completed
    assert len(case.sent) == 1


def test_an_error_with_a_message_tells_both():
    inner = sub("h", start("i"), end("x", error("E") + message("m")), path("i x"))
    case = Case(
        drawn(start(), inner, boundary("b", "h", error("E")), user("got"), path("start h"), path("b got"))
    )

    assert (case.open, len(case.sent)) == (["got"], 1)


def test_a_cancel_end_with_a_message_does_both_and_either_of_two_events_catches_it():
    undone = (node("task", "u"), undo("u", "back"), user("back", isForCompensation=True))
    inner = transaction("h", start("i"), *undone, end("x", CANCEL + message("m")), path("i u x"))
    leaves = (boundary("b", "h", error("E") + CANCEL), user("got"), path("start h"), path("b got"))
    case = Case(drawn(start(), inner, *leaves))
    assert (case.open, len(case.sent)) == (["back"], 1)

    case.complete("back")

    assert case.open == ["got"]


def test_a_compensation_with_a_message_does_both():
    undone = (node("task", "u"), undo("u", "back"), user("back", isForCompensation=True))
    x = throw("x", compensation("u") + message("m"))
    case = Case(drawn(start(), *undone, x, user("after"), path("start u x after")))
    assert (case.open, case.sent) == (["back"], [])

    case.complete("back")

    assert (case.open, len(case.sent)) == (["after"], 1)


def test_clocks_are_marked_as_on_one_event():
    marks = mark("pause resolution")
    case = Case(
        drawn(
            *(
                mark("start resolution"),
                start(),
                node("intermediateCatchEvent", "x", marks, message("m") + signal("s")),
            ),
            *(user("a"), path("start x a")),
        )
    )
    assert [c.action for c in case.effects.clocks] == ["start", "pause", "pause"]

    case.send("m")

    assert [c.action for c in case.effects.clocks].count("resume") == 2


def test_a_case_that_waits_at_one_moves_to_a_copy():
    data = drawn(start(), catch("x", message("m") + timer("PT1H")), user("a"), path("start x a"))
    case = Case(data)

    case.move(data.replace(b'id="a"', b'id="a" name="A"'))
    case.send("m")

    assert case.open == ["a"]


SHAPES = {
    "all at once": node("intermediateCatchEvent", "x", timer("PT1H") + message("m"), parallelMultiple=True),
    "a link among them": catch("x", timer("PT1H") + '<linkEventDefinition name="l"/>'),
    "an error on the way": catch("x", timer("PT1H") + error("E")),
    "a timer thrown": throw("x", timer("PT1H") + message("m")),
    "an error on the way out": throw("x", error("E") + message("m")),
    "two ends": end("x", error("E") + TERMINATE),
    "a compensation caught": catch("x", compensation() + message("m")),
    "very many": catch("x", message("m") * (MOST + 1)),
    "very long": catch("x", f"<documentation>{'x' * 30_000}</documentation>" + message("m") + timer("PT1H")),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_makes_no_sense_is_refused_where_it_was_drawn(name):
    with pytest.raises(Invalid) as caught:
        bpmn.prepare("x.bpmn", drawn(start(), SHAPES[name], path("start x")), lambda _: True)

    assert {problem.element for problem in caught.value.problems} == {"x"}


def test_a_mistake_in_one_of_them_names_the_event_that_was_drawn():
    with pytest.raises(Invalid) as caught:
        bpmn.prepare(
            "x.bpmn",
            drawn(start(), catch("x", message("m") + timer("soon")), path("start x")),
            lambda _: True,
        )

    assert [problem.element for problem in caught.value.problems] == ["x"]


def test_nobody_passes_an_element_off_as_another():
    data = drawn(start(), user("a"), path("start a")).replace(
        b'id="a"',
        f'id="a" d:{DRAWN.rpartition("}")[2]}="start" xmlns:d="{DRAWN[1:].partition("}")[0]}"'.encode(),
    )

    assert Case(data).open == ["a"]
