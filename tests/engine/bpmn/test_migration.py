"""A case that goes on in another version: what each kind of element takes along, what stands in its way."""

import pytest

from engine.bpmn.specs.events import ThrownBoundary, ThrownStart
from engine.errors import Invalid
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
    error,
    escalation,
    event_sub,
    extensions,
    hands,
    message,
    params,
    path,
    process_of,
    receive,
    script,
    service,
    start,
    sub,
    timer,
    user,
)

DECLARED = {"messages": ("ask", "tell"), "errors": ("E",), "escalations": ("X",)}


def drawn(*inside: str, key: str = "p") -> bytes:
    return diagram(start(), *inside, key=key, **DECLARED)


def obstacles(case: Case, data: bytes, *calls: bytes) -> dict[str | None, str]:
    with pytest.raises(Invalid) as refused:
        case.move(data, calls)
    return {problem.element: problem.detail for problem in refused.value.problems}


# -- called processes ----------------------------------------------------------------------------------------

CALLED = drawn(user("inner"), boundary("slow", "inner", timer("PT1H")), path("start inner"), key="q")
OTHER = drawn(user("inner"), path("start inner"), key="r")


def calling(key: str = "q", *inside: str, after: str = "after") -> bytes:
    handing = extensions(hands("out", source="said", target="said"))
    return drawn(call("c", key, handing, *inside), user(after), path("start c", after))


def test_a_called_process_goes_on_where_its_call_activity_calls_the_same_version():
    case = Case(calling(), calls=(CALLED,))

    moved = case.move(calling(after="then"), (CALLED,))

    assert (moved.kept, moved.armed, moved.disarmed) == (["c"], [], [])
    assert (case.open, list(case.timers)) == (["inner"], ["slow"])
    case.complete("inner", said="yes")
    assert (case.open, case.variables) == (["then"], {"said": "yes"})


def test_another_called_process_stands_in_the_way():
    case = Case(calling(), calls=(CALLED,))

    assert obstacles(case, calling("r"), OTHER) == {
        "c": "'c' calls version 1 of 'r' in this version, while version 1 of 'q' goes on there."
    }


def test_a_call_that_has_not_begun_may_call_another_process():
    failing = params({"x": "${nowhere}"})
    case = Case(drawn(call("c", "q", failing), path("start c")), calls=(CALLED,))
    assert set(case.failures) == {"c"}

    case.move(drawn(call("c", "r"), path("start c")), (OTHER,))
    case.retry()

    assert case.open == ["inner"]
    assert case.tasks[0].process.key == "r"


def test_each_of_many_calls_goes_on():
    many = each("[1, 2]", "n")
    case = Case(calling("q", many), calls=(CALLED,))

    case.move(calling("q", many, after="then"), (CALLED,))

    case.complete("inner")
    case.complete("inner")
    assert case.open == ["then"]


def test_an_error_from_a_called_process_finds_a_boundary_that_the_version_adds():
    throwing = drawn(user("inner"), end("boom", error("E")), path("start inner boom"), key="q")
    case = Case(calling(), calls=(throwing,))
    caught = (boundary("bad", "c", error("E")), user("mend"), path("bad mend"))

    case.move(drawn(call("c", "q"), *caught, path("start c")), (throwing,))
    case.complete("inner")

    assert case.open == ["mend"]


# -- service tasks -------------------------------------------------------------------------------------------


def serving(topic: str = "old", *beside: str) -> bytes:
    inputs = params({"asked": "${topic_is}" if topic == "new" else "1"})
    return drawn(service("s", inputs, topic=topic), user("after"), path("start s after"), *beside)


def test_a_waiting_job_stays_as_it_was_offered():
    case = Case(serving())
    offered = case.jobs

    case.move(serving("new"))

    assert case.jobs == offered
    case.work("s")
    assert case.open == ["after"]


def test_a_dead_job_is_offered_anew_as_the_other_version_says():
    case = Case(serving(), {"topic_is": "x"})
    case.give_up("s")

    case.move(serving("new"))
    assert case.failures == {"s": "broken"}
    case.retry()

    (job,) = case.jobs
    assert (job.topic, job.variables, job.again) == ("new", {"asked": "x"}, True)


@pytest.mark.parametrize("dead", [False, True])
def test_an_event_that_the_version_adds_waits_beside_a_job(dead):
    case = Case(serving())
    if dead:
        case.give_up("s")

    moved = case.move(serving("old", boundary("slow", "s", timer("PT1H")), user("mend"), path("slow mend")))

    assert moved.armed == ["slow"]
    case.wait(hours=1)
    assert (case.open, case.jobs, case.failures) == (["mend"], [], {})


def test_an_error_of_a_job_finds_a_boundary_that_the_version_adds():
    case = Case(serving())

    case.move(serving("old", boundary("bad", "s", error("E")), user("mend"), path("bad mend")))

    assert case.throw("s", "E") is True
    assert case.open == ["mend"]


# -- events --------------------------------------------------------------------------------------------------


def watching(condition: str, *, interrupting: bool = False) -> bytes:
    event = boundary("seen", "x", conditional(condition), interrupting=interrupting)
    return drawn(user("x"), event, user("y"), path("start x"), path("seen y"))


def test_a_condition_that_was_met_is_not_met_again_by_moving():
    case = Case(watching("n > 1"), {"n": 2})
    assert case.open == ["x", "y"]

    case.move(watching("n > 1"))
    assert case.open == ["x", "y"]

    case.complete("y", n=1)
    case.move(watching("n > 1"))
    case.complete("x", n=2)
    assert case.completed is True


def test_a_condition_is_asked_as_the_other_version_writes_it():
    case = Case(watching("n > 5"), {"n": 2})

    moved = case.move(watching("n > 1"))

    assert (moved.armed, moved.disarmed) == ([], [])
    assert case.open == ["x", "y"]


def test_a_condition_that_the_version_adds_is_met_at_once_if_it_holds():
    case = Case(drawn(user("x"), path("start x")), {"n": 2})

    assert case.move(watching("n > 1")).armed == ["seen"]

    assert case.open == ["x", "y"]


def test_a_condition_that_failed_stays_failed():
    case = Case(watching("n"), {"n": 2})
    assert set(case.failures) == {"seen"}

    case.move(watching("n > 1"))
    assert set(case.failures) == {"seen"}
    case.retry()

    assert (case.failures, case.open) == ({}, ["x", "y"])


def test_an_event_of_another_kind_takes_the_place_of_one_that_has_fired():
    case = Case(watching("n > 1"), {"n": 2})
    timed = boundary("seen", "x", timer("PT1H"), interrupting=False)

    moved = case.move(drawn(user("x"), timed, user("y"), path("start x"), path("seen y")))

    assert (moved.armed, moved.disarmed) == (["seen"], ["seen"])
    assert list(case.timers) == ["seen"]


def receiving(name: str, **how: str) -> bytes:
    return drawn(receive("r", name, **how), user("after"), path("start r after"))


def test_a_receive_task_goes_on_waiting_with_the_key_it_had():
    case = Case(receiving("ask", key="${1}"))

    case.move(receiving("ask", key="${2}", payload="told"))

    assert case.messages == [("ask", "1")]
    case.send("ask", {"a": 1})
    assert (case.open, case.variables) == (["after"], {"told": {"a": 1}})


def test_a_receive_task_for_another_message_stands_in_the_way():
    assert obstacles(Case(receiving("ask")), receiving("tell")) == {
        "r": "'r' is of another kind in this version."
    }


def choosing(first: str, second: str) -> bytes:
    """An event-based gateway with two of three events, each before a task of its own; the third comes
    after."""
    kinds = {"on_ask": message("ask"), "on_tell": message("tell"), "late": timer("PT1H")}
    (later,) = kinds.keys() - {first, second}
    catches = (catch(event, kind) + user(f"{event}_task") for event, kind in kinds.items())
    ways = (path("g", event, f"{event}_task") for event in (first, second))
    return drawn(
        by_event("g"), *catches, *ways, path("start g"), path(f"{first}_task", later, f"{later}_task")
    )


def test_events_at_a_gateway_come_and_go_with_the_diagram():
    case = Case(choosing("on_ask", "late"))

    moved = case.move(choosing("on_ask", "on_tell"))

    assert (moved.kept, moved.armed, moved.disarmed) == (["g", "on_ask"], ["on_tell"], ["late"])
    assert (case.messages, case.timers) == ([("ask", None), ("tell", None)], {})
    case.send("tell")
    assert case.open == ["on_tell_task"]
    assert case.messages == []


def beside(event: str, *, interrupting: bool = False, **also: str) -> bytes:
    alone = interrupting or event == error("E")
    handler = event_sub("e", start("e1", event, isInterrupting=alone), user("handle"), path("e1 handle"))
    return drawn(user("x"), handler, path("start x"), *also.values())


STARTS = {
    "timer": timer("PT1H"),
    "message": message("ask"),
    "condition": conditional("false"),
    "error": error("E"),
    "escalation": escalation("X"),
}


@pytest.mark.parametrize("before", STARTS)
@pytest.mark.parametrize("after", STARTS)
def test_event_sub_processes_that_only_listen_come_and_go(before, after):
    case = Case(beside(STARTS[before]))
    waiting = {"timer", "message", "condition"}

    moved = case.move(beside(STARTS[after]))

    same = before == after
    assert moved.armed == (["e1"] if after in waiting and not same else [])
    assert moved.disarmed == (["e1"] if before in waiting and not same else [])
    assert (list(case.timers) == ["e1"]) is (after == "timer")
    assert (case.messages == [("ask", None)]) is (after == "message")


def test_an_event_sub_process_at_work_goes_on_only_as_what_it_is():
    case = Case(beside(message("ask")))
    case.send("ask")

    for other in (beside(message("ask"), interrupting=True), beside(message("tell")), beside(error("E"))):
        assert obstacles(case, other) == {"e": "'e' is of another kind in this version."}
    case.move(beside(message("ask")))

    assert case.open == ["handle", "x"]
    assert case.messages == [("ask", None)]


def test_what_has_ended_all_else_around_it_stays_alone():
    case = Case(beside(message("ask"), interrupting=True))
    case.send("ask")
    more = event_sub("f", start("f1", message("tell")), end("f2"), path("f1 f2"))

    moved = case.move(beside(message("ask"), interrupting=True, more=more))

    assert (moved.armed, case.messages) == ([], [])


def test_a_failed_handler_of_an_error_goes_on_when_its_way_is_mended():
    def way(condition: str) -> bytes:
        inner = sub("s", start("i"), user("x"), end("boom", error("E")), path("i x boom"))
        caught = boundary("bad", "s", error("E"))
        ways = f'<sequenceFlow id="w" sourceRef="bad" targetRef="mend"><conditionExpression>{condition}'
        tail = "</conditionExpression></sequenceFlow>"
        return drawn(inner, caught, user("mend"), path("start s"), ways + tail)

    case = Case(way("${no}"))
    case.complete("x")
    assert set(case.failures) == {"bad"}

    assert case.move(way("${true}")).kept == ["bad"]
    case.retry()

    assert case.open == ["mend"]


# -- failures, and where elements lie ------------------------------------------------------------------------


def test_a_script_that_failed_is_tried_again_as_the_other_version_writes_it():
    case = Case(drawn(script("s", "x = nowhere"), user("after"), path("start s after")))

    case.move(drawn(script("s", "x = 1"), user("after"), path("start s after")))
    case.retry()

    assert (case.open, case.variables) == (["after"], {"x": 1})


def test_the_next_of_a_sequence_is_as_the_other_version_draws_it():
    case = Case(drawn(user("x", each("[1, 2]", "n", sequential=True)), path("start x")))

    case.move(drawn(user("x", each("[1, 2]", "m", sequential=True), name="X"), path("start x")))
    case.complete("x")

    assert case.seen("x")["m"] == 2
    assert case.tasks[0].name == "X"


def test_every_element_says_in_which_it_lies():
    """It is what a move compares; only a process lies in nothing."""
    handler = event_sub("e", start("e1", error("E")), user("h"), path("e1 h"))
    listener = event_sub("f", start("f1", timer("PT1H")), user("k"), path("f1 k"))
    inner = (
        start("i"),
        user("u"),
        service("s"),
        receive("r", "ask"),
        by_event("g"),
        path("i u s r g a"),
        path("g a2"),
    )
    room = sub(
        "room",
        *inner,
        catch("a", message("ask")),
        catch("a2", message("tell")),
        handler,
        listener,
        each("[1]", "n"),
    )
    events = (boundary("b1", "room", timer("PT1H")), boundary("b2", "room", escalation("X")))
    called = call("c", "q", each("[1]", "n"))
    process = process_of(drawn(room, *events, called, path("start room c")), CALLED)

    def way(name: str) -> list[str]:
        at, found = process.task_specs[name].within, []
        while at is not None:
            found.append(at.name)
            at = at.within
        return found

    outside = {spec.name for spec in process.task_specs.values() if spec.within is None}
    assert outside == {"#process"}
    assert all(way(name)[-1] == "#process" for name in process.task_specs if name != "#process")
    assert way("u") == ["room#item", "room", "#process"]
    assert way("h") == ["e", "room#item", "room", "#process"]
    assert way("b1") == way("b2") == ["room", "#process"]
    assert way("c#item") == ["c", "#process"]
    assert isinstance(process.task_specs["b2"], ThrownBoundary)
    assert isinstance(process.task_specs["e1"], ThrownStart)
