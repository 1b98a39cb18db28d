"""Compensation: what has completed is undone by its handlers, the most recent first."""

import pytest

from engine.bpmn import Limits
from engine.errors import Invalid
from tests.engine.bpmn.support import (
    TERMINATE,
    Case,
    boundary,
    call,
    compensation,
    diagram,
    each,
    end,
    error,
    event_sub,
    extensions,
    flow,
    hands,
    inclusive,
    loop,
    mark,
    message,
    node,
    par,
    params,
    path,
    script,
    send,
    service,
    start,
    sub,
    throw,
    timer,
    undo,
    user,
    xor,
)


def done(id: str) -> str:
    """A task that passes at once, and a user task, named in capitals, that undoes it."""
    return node("task", id) + undoable(id)


def undoable(id: str) -> str:
    return undo(id, id.upper()) + user(id.upper(), isForCompensation=True)


def logged(id: str) -> str:
    """A user task, and a script that undoes it by writing its name into `log`."""
    written = script(id.upper(), f"log = log + ['{id}']", isForCompensation=True)
    return user(id) + undo(id, id.upper()) + written


THROW = throw("t", compensation())


# -- what is undone, and in which order ----------------------------------------------------------------------


def test_what_completed_last_is_undone_first_and_one_after_the_other():
    case = Case(diagram(start(), done("a"), done("b"), done("c"), THROW, user("z"), path("start a b c t z")))

    for handler in ("C", "B", "A"):
        assert case.open == [handler]
        case.complete(handler)

    assert case.open == ["z"]


def test_a_handler_runs_only_when_a_compensation_is_thrown():
    case = Case(diagram(start(), done("a"), user("z"), path("start a z")))

    case.complete("z")

    assert case.completed
    assert case.steps("entered") == ["z"]


def test_nothing_to_undo_passes_straight_through():
    case = Case(diagram(start(), THROW, user("z"), path("start t z")))

    assert case.open == ["z"]


def test_parallel_branches_are_undone_by_the_order_in_which_they_completed():
    branches = [logged("a"), logged("b"), path("start f a j"), path("f b j t z")]
    case = Case(diagram(start(), par("f"), par("j"), *branches, THROW, user("z")), {"log": []})

    case.complete("b")
    case.complete("a")

    assert case.variables["log"] == ["a", "b"]


def test_what_completes_while_others_are_undone_is_not_undone_with_them():
    data = diagram(
        *(start(), par("f"), done("a"), THROW, user("z"), path("start f a t z")),
        *(user("b"), undoable("b"), user("c"), throw("u", compensation()), user("y"), path("f b c u y")),
    )
    case = Case(data)
    assert case.open == ["A", "b"]

    case.complete("b")
    case.complete("A")
    assert case.open == ["c", "z"]
    case.complete("c")

    assert case.open == ["B", "z"]


def test_an_activity_that_completed_three_times_is_undone_three_times():
    data = diagram(
        *(start(), xor("m"), script("a", "n = n + 1"), undo("a", "h"), xor("g", "on"), THROW, user("z")),
        *(script("h", "n = n - 10", isForCompensation=True), path("start m a g"), path("t z")),
        *(flow("g", "m", "n < 3"), flow("g", "t", id="on")),
    )

    assert Case(data, {"n": 0}).variables == {"n": 3 - 30}


def test_what_has_been_undone_is_not_undone_again():
    data = diagram(start(), done("a"), THROW, throw("u", compensation()), user("z"), path("start a t u z"))
    case = Case(data)

    case.complete("A")

    assert case.open == ["z"]


def test_what_did_not_complete_is_not_undone():
    data = diagram(
        *(start(), user("a"), undoable("a"), boundary("b", "a", timer("PT1H")), THROW, user("z")),
        *(path("start a"), path("b t z")),
    )
    case = Case(data)

    case.fire("b")

    assert case.open == ["z"]


def test_an_activity_left_by_an_error_is_not_undone():
    data = diagram(
        *(start(), service("a"), undoable("a"), boundary("b", "a", error("E")), THROW, user("z")),
        *(path("start a"), path("b t z")),
        errors=("E",),
    )
    case = Case(data)

    assert case.throw("a", "E")

    assert case.open == ["z"]


def test_one_activity_alone_is_undone_when_the_throw_event_names_it():
    data = diagram(
        *(start(), done("a"), done("b"), throw("t", compensation("a")), throw("u", compensation())),
        *(user("z"), path("start a b t u z")),
    )
    case = Case(data)
    assert case.open == ["A"]

    case.complete("A")

    assert case.open == ["B"]


def test_a_compensation_end_event_undoes_and_ends():
    case = Case(diagram(start(), done("a"), end("e", compensation()), path("start a e")))
    assert not case.completed

    case.complete("A")

    assert case.completed
    assert case.steps("left")[-2:] == ["A", "e"]


def test_two_throw_events_at_once_share_what_is_to_be_undone():
    data = diagram(
        *(start(), done("a"), done("b"), par("f"), throw("t", compensation("a")), throw("u", compensation())),
        *(user("y"), user("z"), path("start a b f t y"), path("f u z")),
    )
    case = Case(data)
    assert case.open == ["A", "B"]

    case.complete("B")

    assert case.open == ["A", "z"]


def test_people_see_the_throw_event_and_the_handler_at_work():
    case = Case(diagram(start(), done("a"), THROW, user("z"), path("start a t z")))

    assert {(p.element, p.state) for p in case._load().positions()} == {("t", "active"), ("A", "active")}
    case.complete("A")
    assert case.steps("entered") == ["t", "A", "z"]
    assert case.steps("left") == ["start", "a", "undo_a", "A", "t"]


# -- handlers ------------------------------------------------------------------------------------------------


def handled_by(*handler: str) -> bytes:
    """Task `a` is undone by the activity `h`."""
    return diagram(
        *(start(), node("task", "a"), undo("a", "h"), *handler, THROW, user("z"), path("start a t z")),
        messages=("m",),
        errors=("E",),
    )


H = {"isForCompensation": True}


def test_a_program_can_undo():
    case = Case(handled_by(service("h", params({"what": "${n}"}, {"n": "${n + got}"}), **H)), {"n": 1})
    assert case.jobs[0].variables == {"what": 1}

    case.work("h", got=4)

    assert (case.open, case.variables) == (["z"], {"n": 5})


def test_a_dead_job_that_undoes_holds_up_the_rest_until_it_is_retried():
    case = Case(handled_by(service("h", **H)))

    case.give_up("h")
    assert (case.open, case.failures) == ([], {"h": "broken"})
    case.retry()
    case.work("h")

    assert (case.open, case.failures) == (["z"], {})


def test_a_message_can_undo():
    sending = send("h", "m").replace("<sendTask", '<sendTask isForCompensation="true"')

    case = Case(handled_by(sending))

    assert case.sent == [("message", "m", None, {})]
    assert case.open == ["z"]


def test_a_sub_process_can_undo():
    case = Case(handled_by(sub("h", start("h1"), user("u"), path("h1 u"), **H)))
    assert case.open == ["u"]

    case.complete("u")

    assert case.open == ["z"]


def test_a_called_process_can_undo():
    inner = diagram(start(), user("u"), path("start u"), key="q")
    passes = extensions(hands("in", source="n", target="n"), hands("out", source="n", target="n"))
    case = Case(handled_by(call("h", "q", passes, **H)), {"n": 1}, calls=(inner,))

    case.complete("u", n=2)

    assert (case.open, case.variables) == (["z"], {"n": 2})


@pytest.mark.parametrize("repeated", [each(times=2), loop(most=2)])
def test_a_handler_may_be_repeated(repeated):
    case = Case(handled_by(user("h", repeated, **H)))

    case.complete("h")
    assert case.open == ["h"]
    case.complete("h")

    assert case.open == ["z"]


def test_a_handler_that_fails_is_retried_and_then_the_rest_is_undone():
    data = diagram(
        *(start(), done("a"), node("task", "b"), undo("b", "h"), script("h", "m = n", **H)),
        *(THROW, user("z"), path("start a b t z")),
    )
    case = Case(data)
    assert set(case.failures) == {"h"}

    case.retry(n=1)

    assert (case.open, case.variables) == (["A"], {"n": 1, "m": 1})


def test_an_error_of_a_handler_is_handled_where_the_compensation_was_thrown():
    boom = sub("h", start("h1"), end("h2", error("E")), path("h1 h2"), **H)
    inside = sub("s", start("s1"), node("task", "a"), undo("a", "h"), boom, THROW, path("s1 a t"))
    data = diagram(
        *(start(), inside, boundary("b", "s", error("E")), user("y"), path("start s"), path("b y")),
        errors=("E",),
    )

    assert Case(data).open == ["y"]


def test_what_completes_in_a_handler_is_not_undone_itself():
    inside = sub("h", start("h1"), done("b"), path("h1 b"), **H)
    data = diagram(
        *(start(), node("task", "a"), undo("a", "h"), inside, THROW, throw("u", compensation()), user("z")),
        path("start a t u z"),
    )

    assert Case(data).open == ["z"]


def test_a_clock_is_marked_where_something_is_undone():
    data = diagram(
        *(start(), node("task", "a", mark("start r")), undo("a", "h"), user("h", mark("pause r"), **H)),
        *(THROW, user("z"), path("start a t z")),
    )
    case = Case(data)
    assert [(clock.element, clock.action) for clock in case.effects.clocks] == [
        ("a", "start"),
        ("h", "pause"),
    ]

    case.complete("h")

    assert [(clock.element, clock.action) for clock in case.effects.clocks] == [("h", "resume")]


# -- sub-processes -------------------------------------------------------------------------------------------


def test_a_sub_process_is_undone_from_inside():
    inside = sub("s", start("s1"), done("b"), done("c"), path("s1 b c"))
    case = Case(diagram(start(), done("a"), inside, done("d"), THROW, user("z"), path("start a s d t z")))

    for handler in ("D", "C", "B", "A"):
        assert case.open == [handler]
        case.complete(handler)

    assert case.open == ["z"]


def test_a_sub_process_with_a_handler_is_undone_by_that_alone():
    inside = sub("s", start("s1"), done("b"), path("s1 b"))
    case = Case(diagram(start(), inside, undoable("s"), THROW, user("z"), path("start s t z")))
    assert case.open == ["S"]

    case.complete("S")

    assert case.open == ["z"]


def test_a_sub_process_can_be_named():
    one, two = (sub(id, start(f"{id}1"), done(task), path(f"{id}1 {task}")) for id, task in ("sa", "rb"))
    case = Case(diagram(start(), one, two, throw("t", compensation("s")), user("z"), path("start s r t z")))
    assert case.open == ["A"]

    case.complete("A")

    assert case.open == ["z"]


def test_sub_processes_within_one_another_are_undone_by_the_order_in_which_they_completed():
    inner = sub("s2", start("i2"), done("b"), path("i2 b"))
    outer = sub("s", start("i"), done("a"), inner, done("c"), path("i a s2 c"))
    case = Case(diagram(start(), outer, THROW, user("z"), path("start s t z")))

    for handler in ("C", "B", "A"):
        assert case.open == [handler]
        case.complete(handler)

    assert case.open == ["z"]


def test_a_handler_sees_the_variables_of_its_sub_process_as_they_were_when_it_completed():
    inside = sub(
        *("s", params({"room": "${next}"}, {"next": "${next + 1}"}), start("s1"), node("task", "a")),
        *(undo("a", "h"), script("h", "log = log + [[room, next]]\nroom = 0", **H), path("s1 a")),
    )
    data = diagram(
        *(start(), xor("m"), inside, xor("g", "on"), THROW, user("z"), path("start m s g"), path("t z")),
        *(flow("g", "m", "next < 3"), flow("g", "t", id="on")),
    )

    case = Case(data, {"next": 1, "log": []})

    assert case.variables == {"next": 3, "log": [[2, 3], [1, 3]]}


def test_what_the_handlers_of_a_sub_process_write_there_each_sees_and_nobody_after_them():
    inside = sub(
        *("s", params({"n": "${1}"}), start("s1"), node("task", "a"), undo("a", "ha"), node("task", "b")),
        *(undo("b", "hb"), script("ha", "seen = n", **H), script("hb", "n = 7", **H), path("s1 a b")),
    )
    case = Case(diagram(start(), inside, THROW, user("z"), path("start s t z")), {"n": 0})

    assert case.variables == {"n": 0, "seen": 7}


def test_events_of_a_sub_process_listen_no_longer_while_it_is_undone():
    inside = sub(
        *("s", start("s1"), done("a"), path("s1 a")),
        event_sub("e", start("e1", message("m"), isInterrupting=False), user("u"), path("e1 u")),
    )
    data = diagram(
        *(start(), inside, boundary("b", "s", timer("PT1H")), THROW, user("z"), path("start s t z")),
        messages=("m",),
    )
    case = Case(data)

    assert case.open == ["A"]
    assert (case.messages, case.timers) == ([], {})


def test_every_item_of_a_repeated_sub_process_is_undone_with_its_own_variables():
    inside = sub(
        *("s", each("rooms", "room"), start("s1"), user("a"), undo("a", "h"), path("s1 a")),
        script("h", "log = log + [room]", **H),
    )
    case = Case(
        diagram(start(), inside, THROW, user("z"), path("start s t z")), {"rooms": ["x", "y", "w"], "log": []}
    )

    for nth in (1, 1, 0):
        case.complete("a", nth=nth)

    assert (case.open, case.variables["log"]) == (["z"], ["x", "w", "y"])


def test_every_round_of_a_looped_sub_process_is_undone():
    inside = sub("s", loop(most=2), start("s1"), done("a"), path("s1 a"))
    case = Case(diagram(start(), inside, THROW, user("z"), path("start s t z")))
    seen = []

    while case.open == ["A"]:
        seen.append(case.seen("A")["loopCounter"])
        case.complete("A")

    assert (case.open, seen) == (["z"], [1, 0])


def test_a_throw_event_undoes_only_what_lies_in_its_own_sub_process():
    inside = sub("s", start("s1"), done("b"), THROW, user("y"), path("s1 b t y"))
    case = Case(diagram(start(), done("a"), inside, path("start a s")))

    case.complete("B")

    assert case.open == ["y"]


def test_a_sub_process_that_was_interrupted_is_not_undone():
    inside = sub("s", start("s1"), done("a"), user("b"), path("s1 a b"))
    data = diagram(
        *(start(), inside, boundary("x", "s", timer("PT1H")), THROW, user("z")),
        *(path("start s"), path("x t z")),
    )
    case = Case(data)

    case.fire("x")

    assert case.open == ["z"]


def test_a_sub_process_that_a_terminate_end_ended_is_undone():
    inside = sub(
        "s", start("s1"), done("a"), par("f"), user("b"), end("e", TERMINATE), path("s1 a f e"), path("f b")
    )
    case = Case(diagram(start(), inside, THROW, user("z"), path("start s t z")))

    assert case.open == ["A"]


def test_a_called_process_is_undone_by_a_handler_at_its_call_activity_alone():
    inner = diagram(start(), done("a"), path("start a"), key="q")
    data = diagram(
        *(start(), call("c", "q"), call("d", "q"), undoable("d"), THROW, user("z"), path("start c d t z"))
    )
    case = Case(data, calls=(inner,))
    assert case.open == ["D"]

    case.complete("D")

    assert case.open == ["z"]


def test_what_completed_in_a_called_process_can_be_undone_inside_of_it():
    inner = diagram(start(), done("a"), THROW, user("y"), path("start a t y"), key="q")
    case = Case(diagram(start(), call("c", "q"), path("start c")), calls=(inner,))

    case.complete("A")

    assert case.open == ["y"]


# -- event sub-processes -------------------------------------------------------------------------------------


def test_an_event_sub_process_undoes_first_what_was_done_in_it_and_then_what_was_done_around_it():
    handler = event_sub("e", start("e1", message("m")), done("b"), THROW, user("y"), path("e1 b t y"))
    data = diagram(start(), done("a"), user("w"), handler, path("start a w"), messages=("m",))
    case = Case(data)

    case.send("m")
    for handled in ("B", "A"):
        assert case.open == [handled]
        case.complete(handled)

    assert case.open == ["y"]


def test_an_event_sub_process_that_goes_on_beside_the_rest_can_undo_it():
    start_event = start("e1", message("m"), isInterrupting=False)
    handler = event_sub("e", start_event, throw("t", compensation("a")), path("e1 t"))
    data = diagram(start(), done("a"), user("w"), handler, path("start a w"), messages=("m",))
    case = Case(data)

    case.send("m")
    assert case.open == ["A", "w"]
    case.complete("A")
    case.send("m")

    assert case.open == ["w"]


def test_what_an_event_sub_process_has_done_is_undone_like_the_rest():
    handler = event_sub("e", start("e1", message("m"), isInterrupting=False), done("b"), path("e1 b"))
    data = diagram(
        *(start(), done("a"), user("w"), handler, THROW, user("z"), path("start a w t z")), messages=("m",)
    )
    case = Case(data)
    case.send("m")
    case.send("m")

    case.complete("w")

    for handled in ("B", "B", "A"):
        assert case.open == [handled]
        case.complete(handled)
    assert case.open == ["z"]


# -- when something comes in between -------------------------------------------------------------------------


def test_what_ends_the_scope_ends_the_undoing_with_it():
    inside = sub("s", start("s1"), done("a"), done("b"), THROW, path("s1 a b t"))
    data = diagram(
        *(start(), inside, boundary("x", "s", timer("PT1H")), user("y"), throw("u", compensation())),
        *(user("z"), path("start s"), path("x y u z")),
    )
    case = Case(data)

    case.fire("x")
    assert case.open == ["y"]
    case.complete("y")

    assert case.open == ["z"]


def test_what_an_interrupted_compensation_has_not_undone_is_left_for_the_next():
    handler = event_sub("e", start("e1", message("m")), throw("u", compensation()), path("e1 u"))
    data = diagram(
        *(start(), done("a"), done("b"), done("c"), THROW, handler, path("start a b c t")), messages=("m",)
    )
    case = Case(data)
    case.complete("C")
    assert case.open == ["B"]

    case.send("m")

    for handled in ("B", "A"):
        assert case.open == [handled]
        case.complete(handled)
    assert case.completed


def test_an_interrupted_compensation_of_a_sub_process_goes_on_with_what_is_left_of_it():
    inside = sub("s", params({"n": "${1}"}), start("s1"), done("a"), done("b"), path("s1 a b"))
    handler = event_sub("e", start("e1", message("m")), throw("u", compensation()), path("e1 u"))
    case = Case(diagram(start(), inside, THROW, handler, path("start s t"), messages=("m",)))
    case.complete("B", n=2)
    assert case.open == ["A"]

    case.send("m")

    assert case.open == ["A"]
    assert case.seen("A")["n"] == 1
    case.complete("A")
    assert case.completed


def test_a_terminate_end_ends_the_undoing():
    data = diagram(
        *(start(), done("a"), par("f"), THROW, user("w"), end("e", TERMINATE)),
        *(path("start a f t"), path("f w e")),
    )
    case = Case(data)
    assert case.open == ["A", "w"]

    case.complete("w")

    assert case.completed


def test_a_cancelled_case_undoes_nothing():
    case = Case(diagram(start(), done("a"), THROW, path("start a t")))

    case.cancel()

    assert case.completed
    assert case.open == []


def test_the_condition_behind_a_throw_event_is_asked_when_all_is_undone():
    data = diagram(
        *(start(), done("a"), THROW, user("y"), user("z"), path("start a t")),
        *(flow("t", "y", "ok"), flow("t", "z", "not ok")),
    )
    case = Case(data)

    case.complete("A", ok=False)

    assert case.open == ["z"]


def test_an_inclusive_join_waits_for_what_is_being_undone():
    data = diagram(
        *(start(), done("a"), inclusive("f"), THROW, user("w"), inclusive("j"), user("z")),
        *(path("start a f t j z"), path("f w j")),
    )
    case = Case(data)

    case.complete("w")
    assert case.open == ["A"]
    case.complete("A")

    assert case.open == ["z"]


# -- how much is remembered ----------------------------------------------------------------------------------


def test_a_scope_that_would_have_to_remember_too_much_fails_where_it_is():
    data = diagram(
        *(start(), xor("m"), user("a"), undoable("a"), xor("g", "on"), THROW, user("z")),
        *(path("start m a g"), path("t z"), flow("g", "m", "more"), flow("g", "t", id="on")),
    )
    case = Case(data, {"more": True}, limits=Limits(completed=2, seconds=60))
    case.complete("a")
    case.complete("a")

    case.complete("a")

    assert case.failures == {"a": "More than 2 completed activities would have to be kept to be undone."}


def test_a_case_remembers_nothing_where_nothing_can_be_undone():
    inside = sub("s", start("s1"), node("task", "b"), path("s1 b"))
    case = Case(diagram(start(), node("task", "a"), inside, user("z"), path("start a s z")))

    assert case._load().task_tree.notes == {"phase": 0}


def test_the_state_is_as_small_as_before_when_all_is_undone():
    case = Case(diagram(start(), xor("m"), user("w"), done("a"), THROW, path("start m w a t m")))
    tokens, remembered = set(), []

    for _ in range(20):
        case.complete("w")
        case.complete("A")
        tokens.add(case.tokens)
        remembered += case._load().task_tree.notes["done"]

    assert (tokens, remembered) == ({2}, [])


# -- another version -----------------------------------------------------------------------------------------


def before(*things: str, way: str = "start a w t z") -> bytes:
    return diagram(start(), user("w"), user("z"), path(way), *things)


def test_what_has_completed_is_undone_as_the_version_draws_it_to_which_the_case_was_moved():
    case = Case(before(done("a"), THROW))

    case.move(before(node("task", "a"), undo("a", "h"), user("h", **H), THROW))
    case.complete("w")

    assert case.open == ["h"]


def test_a_version_that_cannot_undo_what_has_completed_is_refused():
    case = Case(before(done("a"), THROW))

    with pytest.raises(Invalid) as refused:
        case.move(before(node("task", "a"), THROW))

    (problem,) = refused.value.problems
    assert (problem.element, problem.code) == ("undo_a", "not-in-version")


def test_a_version_that_cannot_undo_a_sub_process_from_inside_is_refused():
    inside = sub("a", start("s1"), done("b"), path("s1 b"))
    case = Case(before(inside, THROW))

    with pytest.raises(Invalid) as refused:
        case.move(before(sub("a", start("s1"), node("task", "b"), path("s1 b")), THROW))

    (problem,) = refused.value.problems
    assert (problem.element, problem.code) == ("undo_b", "not-in-version")


def test_what_completed_before_a_version_gave_it_a_handler_is_not_undone():
    case = Case(before(node("task", "a"), THROW))

    case.move(before(done("a"), THROW))
    case.complete("w")

    assert case.open == ["z"]


def test_a_compensation_under_way_goes_on_in_another_version():
    inside = sub("a", start("s1"), done("b"), done("c"), path("s1 b c"))
    case = Case(before(inside, THROW))
    case.complete("w")
    assert case.open == ["C"]

    case.move(before(inside, THROW, node("task", "new"), path("z new")))
    case.complete("C")
    assert case.open == ["B"]
    case.complete("B")

    assert case.open == ["z"]
