"""Receive tasks: a message waited for by an activity."""

import pytest

from tests.engine.bpmn.support import (
    Case,
    boundary,
    by_event,
    catch,
    diagram,
    each,
    end,
    error,
    event_sub,
    message,
    params,
    path,
    receive,
    start,
    sub,
    timer,
    user,
)


def receiving(*beside: str, task: str = "") -> bytes:
    task = task or receive("r", "m", key="${'order-' + n}", payload="got")
    return diagram(start(), task, user("a"), *beside, path("start r a"), messages=("m", "k"))


def test_a_receive_task_waits_for_its_message():
    case = Case(receiving(), {"n": "7"})
    assert case.messages == [("m", "order-7")]
    assert case._load().takes_payload(next(iter(case._known.subscriptions)))

    case.send("m", {"x": 1})

    assert (case.open, case.messages) == (["a"], [])
    assert case.variables == {"n": "7", "got": {"x": 1}}


def test_its_payload_is_written_from_inside_and_its_outputs_handed_out():
    task = receive("r", "m", payload="").replace(
        "</extensionElements>",
        params({"x": "${0}"}, {"told": "${x + y}"}).removeprefix("<extensionElements>"),
    )
    case = Case(receiving(task=task))

    case.send("m", {"x": 1, "y": 2})

    assert case.variables == {"y": 2, "told": 3}


@pytest.mark.parametrize("interrupting", [True, False])
def test_it_has_boundary_events(interrupting):
    late = boundary("late", "r", timer("PT1H"), interrupting=interrupting)
    case = Case(receiving(late, user("remind"), path("late remind")), {"n": "1"})

    case.fire("late")

    assert case.open == ["remind"]
    assert case.messages == ([] if interrupting else [("m", "order-1")])


def test_it_is_repeated_and_each_item_waits_under_its_own_key():
    task = receive("r", "m", each("orders", "order"), key="${order}", payload="got")
    case = Case(receiving(task=task), {"orders": ["a", "b"]})
    assert case.messages == [("m", "a"), ("m", "b")]

    case.send("m", key="b")
    assert case.messages == [("m", "a")]
    case.send("m", key="a")

    assert case.open == ["a"]


def test_a_key_that_is_none_fails_and_can_be_retried():
    case = Case(receiving(boundary("late", "r", timer("PT1H")), end(), path("late end")), {"n": 3})
    assert list(case.failures) == ["r"]
    assert (case.messages, case.timers) == ([], {})

    case.retry(n="3")

    assert case.messages == [("m", "order-3")]
    assert list(case.timers) == ["late"]


def test_its_message_goes_with_what_is_around_it():
    alarm = event_sub("e", start("e1", message("k")), end("boom", error("E")), path("e1 boom"))
    within = sub("s", start("i"), receive("r", "m"), alarm, path("i r"))
    data = diagram(
        start(),
        within,
        boundary("b", "s", error()),
        user("a"),
        path("start s"),
        path("b a"),
        messages=("m", "k"),
        errors=("E",),
    )
    case = Case(data)

    case.send("k")

    assert (case.open, case.messages) == (["a"], [])


def raced() -> bytes:
    """A receive task and a timer behind an event-based gateway."""
    task = receive("r", "m", key="${n}", payload="got").replace(
        "</extensionElements>",
        '<camunda:inputOutput><camunda:outputParameter name="heard">${got.x}</camunda:outputParameter>'
        "</camunda:inputOutput></extensionElements>",
    )
    return diagram(
        start(),
        by_event("g"),
        task,
        catch("t", timer("PT1H")),
        user("a"),
        user("late"),
        path("start g r a"),
        path("g t late"),
        messages=("m",),
    )


def test_behind_an_event_based_gateway_it_is_one_of_the_events():
    case = Case(raced(), {"n": 7})
    assert (case.messages, list(case.timers)) == ([("m", "7")], ["t"])

    case.send("m", {"x": 1})

    assert (case.open, case.messages, case.timers) == (["a"], [], {})
    assert case.variables == {"n": 7, "got": {"x": 1}, "heard": 1}
    assert case.steps("left")[-1] == "r"


def test_behind_an_event_based_gateway_it_is_forgotten_when_another_event_was_first():
    case = Case(raced(), {"n": 7})

    case.fire("t")

    assert (case.open, case.messages) == (["late"], [])


def test_a_case_that_waits_there_moves_to_another_version_and_waits_on():
    case = Case(raced(), {"n": 7})

    case.move(raced().replace(b'id="late"', b'id="late" name="Too late"'))
    case.send("m", {"x": 2})

    assert case.open == ["a"]
