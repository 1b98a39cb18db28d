"""Exclusive, parallel and event-based gateways, in loops too."""

import pytest

from engine.bpmn import Limits
from tests.engine.bpmn.support import (
    Case,
    by_event,
    catch,
    diagram,
    end,
    event_sub,
    flow,
    message,
    par,
    path,
    script,
    start,
    timer,
    user,
    xor,
)


def choice(*flows: str, default: str | None = None) -> bytes:
    return diagram(start(), xor("g", default), user("a"), user("b"), user("c"), path("start g"), *flows)


@pytest.mark.parametrize(("n", "taken"), [(5, "a"), (1, "b"), (-1, "c")])
def test_an_exclusive_gateway_takes_the_first_flow_whose_condition_holds_in_the_order_drawn(n, taken):
    flows = (flow("g", "c", id="else"), flow("g", "a", "n > 1"), flow("g", "b", "n > 0"))

    case = Case(choice(*flows, default="else"), {"n": n})

    assert case.open == [taken]


def test_a_single_flow_needs_no_condition_and_is_asked_if_it_has_one():
    free = diagram(start(), xor("g"), user("a"), path("start g a"))
    asked = diagram(start(), xor("g"), user("a"), path("start g"), flow("g", "a", "ok"))

    assert Case(free).open == ["a"]
    assert Case(asked, {"ok": True}).open == ["a"]
    assert list(Case(asked, {"ok": False}).failures) == ["g"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [({"n": 0}, "None of the conditions"), ({"n": "x"}, "text"), ({}, "n"), ({"n": None}, "null")],
)
def test_a_choice_that_cannot_be_made_fails_and_is_made_when_it_can(variables, message):
    case = Case(
        choice(flow("g", "a", "n > 1"), flow("g", "b", "n == 1"), flow("g", "c", "n == 2")), variables
    )

    assert message in case.failures["g"]
    assert case.open == []

    case.retry(n=1)
    assert case.open == ["b"]


@pytest.mark.parametrize("value", [1, "true", None, [True]])
def test_a_condition_is_true_or_false_and_nothing_else(value):
    case = Case(choice(flow("g", "a", "${v}"), flow("g", "b", "not v"), flow("g", "c", "v")), {"v": value})

    assert "neither true nor false" in case.failures["g"]


def test_a_parallel_gateway_starts_every_branch_and_waits_for_every_branch():
    data = diagram(
        start(), par("f"), *map(user, "abcd"), par("j"), path("start f a j d"), path("f b j"), path("f c j")
    )
    case = Case(data)

    for element, others in (("b", ["a", "c"]), ("a", ["c"]), ("c", ["d"])):
        case.complete(element)
        assert case.open == others


@pytest.mark.parametrize("first", ["a", "b"])
def test_a_parallel_join_in_a_loop_waits_for_every_branch_in_every_round(first):
    second = {"a": "b", "b": "a"}[first]
    data = diagram(
        start(),
        xor("again"),
        par("f"),
        *map(user, "ab"),
        par("j"),
        user("more"),
        xor("g", "no"),
        end(),
        path("start again f a j more g"),
        path("f b j"),
        flow("g", "again", "more"),
        flow("g", "end", id="no"),
    )
    case = Case(data)

    for _ in range(4):
        case.complete(first)
        assert case.open == [second]
        case.complete(second)
        assert case.open == ["more"]
        case.complete("more", more=True)
        assert case.open == ["a", "b"]
    case.complete(first)
    case.complete(second)
    case.complete("more", more=False)

    assert case.completed


def test_a_second_token_on_the_same_flow_stays_for_the_next_round():
    # Each completion of `a` or `b` brings a token to the join and opens the same task again.
    data = diagram(
        start(),
        par("f"),
        xor("xa"),
        xor("xb"),
        *map(user, "abc"),
        par("j"),
        path("start f xa a j c"),
        path("f xb b j"),
        path("a xa"),
        path("b xb"),
    )
    case = Case(data)

    case.complete("a")
    case.complete("a")
    assert case.open == ["a", "b"]

    case.complete("b")
    assert case.open == ["a", "b", "c"]
    case.complete("b")
    assert case.open == ["a", "b", "c", "c"]
    case.complete("b")
    assert case.open == ["a", "b", "c", "c"]
    case.complete("a")
    assert case.open == ["a", "b", "c", "c", "c"]


def test_two_flows_from_one_gateway_to_one_join_are_two_branches():
    twice = flow("f", "j", id="one") + flow("f", "j", id="two")

    case = Case(diagram(start(), par("f"), par("j"), end(), path("start f"), twice, path("j end")))

    assert case.completed


def test_a_join_that_never_gets_all_its_tokens_holds_the_case():
    data = diagram(
        start(),
        xor("g", "no"),
        user("a"),
        par("j"),
        end(),
        path("start g"),
        path("a j end"),
        path("start j"),
        flow("g", "a", "yes"),
        flow("g", "end", id="no"),
    )

    case = Case(data, {"yes": False})

    assert not case.completed
    assert case.open == []


def test_a_gateway_that_joins_and_splits_does_both():
    data = diagram(
        start(), par("f"), *map(user, "abcd"), par("both"), path("start f a both c"), path("f b both d")
    )
    case = Case(data)

    case.complete("a")
    assert case.open == ["b"]
    case.complete("b")
    assert case.open == ["c", "d"]


RACE = diagram(
    start(),
    by_event("g"),
    catch("asked", message("m", key="${k}", payload="answer")),
    catch("late", timer("PT1H")),
    user("a"),
    user("b"),
    path("start g asked a"),
    path("g late b"),
    messages=("m",),
)


def test_of_the_events_after_an_event_based_gateway_the_first_wins_and_the_others_are_forgotten():
    case = Case(RACE, {"k": 7})
    assert case.messages == [("m", "7")]
    assert list(case.timers) == ["late"]

    case.send("m", {"text": "yes"}, key="7")

    assert case.open == ["a"]
    assert case.timers == {}
    assert case.messages == []
    assert case.variables["answer"] == {"text": "yes"}


def test_the_timer_wins_when_no_message_comes():
    case = Case(RACE, {"k": 7})

    case.wait(hours=2)

    assert case.open == ["b"]
    assert case.messages == []


def test_an_event_based_gateway_that_cannot_wait_for_one_event_waits_for_none_until_retried():
    case = Case(RACE, {"k": None})

    assert "correlation key" in case.failures["g"]
    assert case.timers == {}

    case.retry(k=True)
    assert case.messages == [("m", "true")]
    assert list(case.timers) == ["late"]


def test_an_endless_loop_is_stopped_and_goes_on_when_it_has_an_end():
    data = diagram(
        start(),
        xor("m"),
        script("s", "n = n + 1"),
        xor("g", "out"),
        end(),
        user("a"),
        path("start m s g"),
        flow("g", "m", "n < most"),
        flow("g", "end", id="out"),
        path("start a"),
    )
    case = Case(data, {"n": 0, "most": 10**9}, limits=Limits(steps=100, seconds=60))

    (message,) = case.failures.values()
    assert "endless loop" in message
    assert case.open == ["a"]
    done = case.variables["n"]
    assert 20 < done < 50

    case.retry(most=done + 3)

    assert case.failures == {}
    assert case.variables["n"] == done + 3
    case.complete("a")
    assert case.completed


def test_a_case_that_is_busy_too_long_is_stopped():
    data = diagram(start(), script("a", "x = 1"), end(), path("start a end"))

    case = Case(data, limits=Limits(seconds=0))

    assert "busy" in next(iter(case.failures.values()))


def half_joined(*more: str) -> bytes:
    """One of two ways to a join ends elsewhere."""
    return diagram(
        start(),
        par("split"),
        user("a"),
        user("b"),
        par("join"),
        user("after"),
        xor("leave", "on"),
        end("gone"),
        path("start split a join after"),
        path("split b leave"),
        flow("leave", "gone", "left"),
        flow("leave", "join", id="on"),
        *more,
        messages=("m",),
    )


def test_a_join_that_nothing_can_complete_any_more_is_a_failure_people_see():
    case = Case(half_joined())

    case.complete("a")
    case.complete("b", left=True)

    assert list(case.failures) == ["join"]
    assert "nothing is left" in case.failures["join"]
    case.retry()
    assert list(case.failures) == ["join"]
    assert not case.completed


def test_a_join_is_no_failure_while_an_event_may_still_change_things():
    handler = event_sub(
        "handler", start("got", message("m"), isInterrupting=True), user("rescue"), path("got rescue")
    )
    case = Case(half_joined(handler))

    case.complete("a")
    case.complete("b", left=True)
    assert case.failures == {}
    case.send("m")

    assert case.open == ["rescue"]
