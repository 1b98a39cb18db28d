"""Inclusive gateways: as many ways as conditions hold, and a meeting of those that can still come."""

import pytest

from tests.engine.bpmn.support import (
    Case,
    boundary,
    diagram,
    each,
    end,
    error,
    event_sub,
    flow,
    inclusive,
    message,
    node,
    par,
    path,
    script,
    start,
    sub,
    timer,
    user,
    xor,
)

SPLIT = "".join(
    (
        flow("split", "a", "'a' in ways"),
        flow("split", "b", "'b' in ways"),
        flow("split", "c", id="else"),
    )
)


def meeting(*more: str, between: str = path("a join") + path("b join") + path("c join")) -> bytes:
    """Ways a and b by condition, else c; they meet before `after`."""
    return diagram(
        start(),
        inclusive("split", "else"),
        *map(user, "abc"),
        inclusive("join"),
        user("after"),
        path("start split"),
        path("join after"),
        SPLIT,
        between,
        *more,
        messages=("m",),
        errors=("E",),
    )


@pytest.mark.parametrize(
    ("ways", "taken"), [("a", ["a"]), ("b", ["b"]), ("ab", ["a", "b"]), ("", ["c"]), ("x", ["c"])]
)
def test_every_way_is_taken_whose_condition_holds_and_else_the_default(ways, taken):
    assert Case(meeting(), {"ways": ways}).open == taken


def test_a_way_without_a_condition_is_always_taken():
    process = diagram(
        start(), inclusive("g"), user("a"), user("b"), path("start g a"), flow("g", "b", "n > 0")
    )

    assert Case(process, {"n": 0}).open == ["a"]
    assert Case(process, {"n": 1}).open == ["a", "b"]


def test_a_gateway_fails_when_no_condition_holds_and_there_is_no_default():
    process = diagram(start(), inclusive("g"), user("a"), path("start g"), flow("g", "a", "n > 0"))

    case = Case(process, {"n": 0})
    assert "None of the conditions" in case.failures["g"]

    case.retry(n=1)
    assert case.open == ["a"]


@pytest.mark.parametrize(("ways", "order"), [("a", "a"), ("ab", "ab"), ("ab", "ba"), ("", "c")])
def test_the_ways_that_were_taken_meet_and_no_other_is_waited_for(ways, order):
    case = Case(meeting(), {"ways": ways})

    for element in order[:-1]:
        case.complete(element)
        assert "after" not in case.open
    case.complete(order[-1])

    assert case.open == ["after"]


def test_they_meet_in_every_round_of_a_loop():
    back = flow("again", "split", "rounds > 0") + flow("again", "done", id="out")
    process = diagram(
        start(),
        xor("first"),
        inclusive("split", "else"),
        *map(user, "abc"),
        inclusive("join"),
        script("count", "rounds = rounds - 1; ways = 'a' if ways == 'ab' else 'ab'"),
        xor("again", "out"),
        user("done"),
        path("start first split"),
        path("a join"),
        path("b join"),
        path("c join"),
        path("join count again"),
        SPLIT,
        back.replace('targetRef="split"', 'targetRef="first"'),
    )
    case = Case(process, {"ways": "ab", "rounds": 4})

    for ways in ("ab", "a", "ab", "a"):
        assert case.open == list(ways)
        for element in ways:
            case.complete(element)

    assert case.open == ["done"]


def test_a_branch_that_ends_elsewhere_is_waited_for_until_it_does():
    leave = xor("leave", "on") + flow("leave", "gone", "left") + flow("leave", "join", id="on") + end("gone")
    case = Case(meeting(leave, between=path("a join") + path("b leave") + path("c join")), {"ways": "ab"})

    case.complete("a")
    assert case.open == ["b"]
    case.complete("b", left=True)

    assert case.open == ["after"]


def test_what_waits_at_the_boundary_of_a_task_could_still_lead_to_the_meeting():
    guard = boundary("late", "b", timer("PT1H")) + path("late join")
    process = meeting(
        guard, between=path("a join") + path("b elsewhere") + user("elsewhere") + path("c join")
    )
    case = Case(process, {"ways": "ab"})

    case.complete("a")
    assert case.open == ["b"]
    case.fire("late")

    assert case.open == ["after"]


def test_nothing_is_waited_for_any_longer_once_no_boundary_event_can_lead_there():
    guard = boundary("late", "b", timer("PT1H")) + path("late join")
    process = meeting(
        guard, between=path("a join") + path("b elsewhere") + user("elsewhere") + path("c join")
    )
    case = Case(process, {"ways": "ab"})

    case.complete("a")
    case.complete("b")

    assert case.open == ["after", "elsewhere"]


def test_an_error_that_leads_out_of_a_sub_process_may_still_come():
    inner = sub(
        "b2",
        start("s"),
        user("work"),
        xor("ok", "fine"),
        end("e", error("E")),
        end("e2"),
        path("s work ok"),
        flow("ok", "e", "bad"),
        flow("ok", "e2", id="fine"),
    )
    guard = boundary("failed", "b2", error("E")) + path("failed join")
    process = meeting(
        inner, guard, user("elsewhere"), between=path("a join") + path("b b2 elsewhere") + path("c join")
    )

    case = Case(process, {"ways": "ab"})
    case.complete("a")
    case.complete("b")
    assert case.open == ["work"]
    case.complete("work", bad=True)
    assert case.open == ["after"]

    case = Case(process, {"ways": "ab"})
    case.complete("a")
    case.complete("b")
    case.complete("work", bad=False)
    assert case.open == ["after", "elsewhere"]


def test_a_token_that_could_come_by_a_way_on_which_one_waits_already_is_not_waited_for():
    """The standard's rule: then the two would be two tokens on one flow, in whatever order they come."""
    rework = xor("rework", "on") + flow("rework", "a", "back") + flow("rework", "join", id="on")
    case = Case(meeting(rework, between=path("a join") + path("b rework") + path("c join")), {"ways": "ab"})

    case.complete("a")

    assert case.open == ["after", "b"]


def test_a_second_token_on_one_way_stays_for_the_next_meeting():
    process = diagram(
        start(),
        par("all"),
        xor("merge"),
        user("b"),
        inclusive("join"),
        user("after"),
        user("x1"),
        user("x2"),
        path("start all x1 merge"),
        path("all x2 merge"),
        path("all b join after"),
        path("merge join"),
    )
    case = Case(process)

    case.complete("x1")
    case.complete("x2")
    assert case.open == ["b"]
    case.complete("b")

    assert case.open == ["after", "after"]


def test_a_token_inside_a_sub_process_or_item_beside_it_is_waited_for():
    inside = sub("b2", start("s"), user("work"), path("s work"), each(times=2))
    case = Case(meeting(inside, between=path("a join") + path("b b2 join") + path("c join")), {"ways": "ab"})

    case.complete("a")
    case.complete("b")
    case.complete("work")
    assert case.open == ["work"]
    case.complete("work")

    assert case.open == ["after"]


def test_what_cannot_reach_the_meeting_is_not_waited_for():
    handler = event_sub(
        "handler",
        node("startEvent", "got", message("m"), isInterrupting=False),
        user("handle"),
        path("got handle"),
    )
    case = Case(meeting(handler), {"ways": "ab"})

    case.send("m")
    case.complete("a")
    case.complete("b")

    assert case.open == ["after", "handle"]


def test_each_item_of_a_repetition_meets_on_its_own():
    inner = sub(
        "many",
        start("s"),
        inclusive("split"),
        user("a"),
        user("b"),
        inclusive("join"),
        user("after"),
        path("s split a join after"),
        path("split b join"),
        each(times=2),
    )
    case = Case(diagram(start(), inner, path("start many")))

    case.complete("a", nth=0)
    case.complete("b", nth=1)
    assert "after" not in case.open
    case.complete("a")

    assert case.open == ["after", "b"]


def test_a_failed_element_that_could_lead_there_is_waited_for():
    process = meeting(
        script("broken", "x = missing"), between=path("a join") + path("b broken join") + path("c join")
    )
    case = Case(process, {"ways": "ab"})

    case.complete("a")
    case.complete("b")
    assert (case.open, list(case.failures)) == ([], ["broken"])
    case.retry(missing=1)

    assert case.open == ["after"]


def test_a_link_leads_to_the_meeting_too():
    linked = (
        '<intermediateThrowEvent id="away"><linkEventDefinition name="l"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="here"><linkEventDefinition name="l"/></intermediateCatchEvent>'
    )
    case = Case(
        meeting(linked, between=path("a join") + path("b away") + path("here join") + path("c join")),
        {"ways": "ab"},
    )

    case.complete("a")
    assert case.open == ["b"]
    case.complete("b")

    assert case.open == ["after"]


def test_a_case_that_waits_at_a_meeting_moves_to_a_version_with_the_same_ways_only():
    case = Case(meeting(), {"ways": "ab"})
    case.complete("a")

    case.move(meeting(user("added"), path("after added")))
    assert case.open == ["b"]
    case.complete("b")

    assert case.open == ["after"]
