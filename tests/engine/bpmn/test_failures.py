"""A failing element keeps its token, the rest goes on; a retry continues there and does nothing twice."""

import pytest

from engine import bpmn
from engine.bpmn import Limits, Position
from tests.engine.bpmn.support import (
    Case,
    boundary,
    catch,
    diagram,
    each,
    end,
    event_sub,
    flow,
    message,
    node,
    par,
    params,
    path,
    script,
    service,
    start,
    timer,
    user,
)


def beside_a_task(*failing: str, first: str = "bad") -> bytes:
    return diagram(start(), user("ok"), *failing, path("start ok"), path("start", first), messages=("m",))


@pytest.mark.parametrize(
    ("failing", "message"),
    [
        (script("bad", "x = 1\ny = missing"), "Line 2, column 5: "),
        (script("bad", "x = [1][3]"), "Line 1, column 5: "),
        (script("bad", "xs = [0]\nfor i in range(10**9):\n    xs.append(i)"), "Line"),
        (user("bad", params({"x": "${1 / 0}"})), "Line 1, column "),
        (user("bad", assignee="${missing}"), "missing"),
        (catch("bad", timer("${missing}")), "missing"),
        (catch("bad", message("m", key="${missing}")), "missing"),
        (node("endEvent", "bad", "<errorEventDefinition errorRef='E'/>"), "Nothing handles"),
    ],
)
def test_an_element_that_fails_says_where_and_why_and_stops_nothing_else(failing, message):
    data = beside_a_task(failing).replace(b"<process ", b'<error id="E" errorCode="E"/><process ')
    case = Case(data)

    assert list(case.failures) == ["bad"]
    assert message in case.failures["bad"]
    assert case.open == ["ok"]
    assert case.steps("failed") == ["bad"]
    assert Position("bad", "failed") in case._load().positions()

    case.complete("ok")
    assert not case.completed


def codes(said):
    """The code of a reason, and those of the reasons inside."""
    inside = [codes(value) for value in said["values"].values() if isinstance(value, dict)]
    return [said["code"], *inside] if inside else said["code"]


@pytest.mark.parametrize(
    ("failing", "code"),
    [
        (script("bad", "x = 1\ny = missing"), ["script-failed", "variable-unknown"]),
        (script("bad", "x = [1][3]"), ["script-failed", "no-item-in-list"]),
        (script("bad", "x = {}.name"), ["script-failed", "no-entry"]),
        (script("bad", "x = 1 + 'a'"), ["script-failed", ["not-added", "type-number", "type-text"]]),
        (script("bad", "x = working_time('PT1H')"), ["script-failed", "calendar-missing"]),
        (user("bad", assignee="${1}"), "assignee-no-text"),
        (user("bad", dueDate="${'soon'}"), ["due-date-unreadable", "no-instant"]),
        (catch("bad", timer("${'soon'}")), ["timer-unreadable", "no-instant"]),
        (catch("bad", message("m", key="${[]}")), "correlation-key-no-text"),
        (node("endEvent", "bad", "<errorEventDefinition errorRef='E'/>"), "error-unhandled"),
    ],
)
def test_why_an_element_failed_can_be_said_in_any_language(failing, code):
    data = beside_a_task(failing).replace(b"<process ", b'<error id="E" errorCode="E"/><process ')
    case = Case(data)

    (failure,) = case._load().failures()

    assert codes(failure.cause) == code
    assert failure.cause["detail"] == failure.message
    (noted,) = [step.detail for step in case.history if step.kind == "failed"]
    assert (noted["message"], noted["cause"]) == (failure.message, failure.cause)


def test_the_own_words_of_a_program_stay_as_they_are():
    case = Case(diagram(start(), service("s"), end(), path("start s end")))

    case.give_up("s", "no route at all")

    (failure,) = case._load().failures()
    assert failure.cause == {"detail": "no route at all", "code": None, "values": {}}


def test_a_state_that_was_saved_with_the_text_of_a_failure_alone_is_read():
    case = Case(beside_a_task(script("bad", "y = missing")))
    execution = case._load()
    for token in execution.failed_tokens():
        token.notes["error"] = "Line 1, column 5: It was so."
    case.state = bpmn.save(execution)

    (failure,) = case._load().failures()

    assert failure.message == "Line 1, column 5: It was so."
    assert failure.cause == {"detail": failure.message, "code": None, "values": {}}
    case.retry(missing=1)
    assert case.failures == {}


def test_what_came_before_the_failure_stays_the_completion_too():
    case = Case(diagram(start(), user("a"), script("s", "y = x"), end(), path("start a s end")))

    case.complete("a", done=True)

    assert case.open == []
    assert case.variables == {"done": True}
    assert case.failures.keys() == {"s"}
    case.retry(x=1)
    assert case.completed


def test_a_script_that_fails_has_changed_nothing():
    case = Case(beside_a_task(script("bad", "n = n + 1\nm = missing")), {"n": 1})
    assert case.variables["n"] == 1

    case.retry(missing=0)

    assert case.variables["n"] == 2


def test_outputs_that_fail_do_not_repeat_the_script():
    task = script("bad", "n = n + 1", params(outputs={"out": "${missing}"}))
    case = Case(beside_a_task(task), {"n": 0})
    case.retry()
    case.retry()
    assert case.variables["n"] == 1

    case.retry(missing="x")

    assert case.variables == {"n": 1, "missing": "x", "out": "x"}
    assert case.failures == {}


def test_flows_that_cannot_be_chosen_repeat_neither_script_nor_outputs():
    task = script("bad", "n = n + 1", params(outputs={"m": "${m + 1}"}))
    case = Case(beside_a_task(task, user("x"), flow("bad", "x", "go")), {"n": 0, "m": 0})
    case.retry()
    assert (case.variables["n"], case.variables["m"]) == (1, 1)

    case.retry(go=True)

    assert case.open == ["ok", "x"]
    assert (case.variables["n"], case.variables["m"]) == (1, 1)


def test_an_input_that_reads_what_it_hides_is_computed_once():
    task = user("bad", params({"n": "${n + 1}"}), assignee="${who}")
    case = Case(beside_a_task(task), {"n": 1})
    case.retry()
    case.retry(who="sam")

    assert case.seen("bad")["n"] == 2


def test_a_completed_task_whose_outputs_fail_is_not_open_again():
    task = user("bad", params(outputs={"out": "${missing}"}))
    case = Case(beside_a_task(task, end(), path("bad end")))

    case.complete("bad", answer=1)
    assert case.open == ["ok"]

    case.retry(missing=2)
    assert case.open == ["ok"]
    assert case.variables == {"answer": 1, "missing": 2, "out": 2}


def test_a_failed_activity_can_still_be_ended_by_its_boundary_event():
    task = user("bad", params(outputs={"out": "${missing}"}))
    case = Case(beside_a_task(task, boundary("b", "bad", timer("PT1H")), user("late"), path("b late")))
    case.complete("bad")

    case.fire("b")

    assert case.open == ["late", "ok"]
    assert case.failures == {}


@pytest.mark.parametrize(("repeated", "waits"), [("", []), (each(times=2), ["late"])])
def test_at_the_boundary_of_what_failed_on_entering_waits_only_what_stands_beside_many_items(repeated, waits):
    bad = script("bad", "a = x", repeated)
    guard = (boundary("late", "bad", timer("PT1H")), user("escape"), path("late escape"))

    case = Case(diagram(start(), bad, user("after"), *guard, path("start bad after")))

    assert (list(case.failures), list(case.timers)) == (["bad"], waits)
    case.retry(x=1)
    assert (case.open, case.timers) == (["after"], {})


def test_several_failures_are_retried_together_and_fail_apart():
    case = Case(beside_a_task(script("bad", "a = x"), script("worse", "b = y"), path("start worse")))
    assert case.failures.keys() == {"bad", "worse"}

    case.retry(x=1)

    assert case.failures.keys() == {"worse"}


def test_a_failed_branch_holds_its_join():
    data = diagram(
        start(),
        par("f"),
        user("a"),
        script("s", "y = x"),
        par("j"),
        end(),
        path("start f a j end"),
        path("f s j"),
    )
    case = Case(data)

    case.complete("a")
    assert not case.completed

    case.retry(x=1)
    assert case.completed


def test_a_process_whose_event_sub_process_cannot_wait_begins_when_it_can():
    late = event_sub("e", start("e1", timer("${late}"), isInterrupting=False), user("y"), path("e1 y"))
    case = Case(diagram(start(), late, user("a"), path("start a")), {"late": "?"})
    assert list(case.failures) == ["p"]
    assert case.open == []

    case.retry(late="PT1H")

    assert case.open == ["a"]
    assert list(case.timers) == ["e1"]


def test_a_failure_inside_an_event_sub_process_leaves_it_listening():
    body = event_sub("e", start("e1", message("m"), isInterrupting=False), script("s", "y = x"), path("e1 s"))
    case = Case(diagram(start(), body, user("a"), path("start a"), messages=("m",)))

    case.send("m")
    case.send("m")

    assert len(case._load().failures()) == 2
    assert case.messages == [("m", None)]
    case.retry(x=1)
    assert case.failures == {}
    case.complete("a")
    assert case.completed


def test_the_budget_of_steps_is_per_command_and_stops_what_is_under_way():
    chain = [script(f"s{i}", "n = n + 1") for i in range(30)]
    data = diagram(start(), *chain, end(), path("start", *(f"s{i}" for i in range(30)), "end"))
    case = Case(data, {"n": 0}, limits=Limits(steps=12, seconds=60))

    retries = 0
    while not case.completed:
        assert len(case.failures) == 1
        case.retry()
        retries += 1

    assert case.variables["n"] == 30
    assert retries == 2


@pytest.mark.parametrize("steps", range(1, 40))
def test_wherever_the_budget_ends_a_retry_finishes_and_nothing_happens_twice(steps):
    io = params({"mine": "${0}"}, {"votes": "${votes + 1}"})
    work = script("v", "mine = mine + 1\nn = n + mine", io, each(times=3, until="${false}"))
    within = node(
        "subProcess",
        "s",
        params(outputs={"outs": "${outs + 1}"}),
        start("s1"),
        par("f"),
        work,
        script("w", "n = n + 1"),
        par("j"),
        path("s1 f v j"),
        path("f w j"),
    )
    data = diagram(start(), within, boundary("b", "s", timer("PT1H")), end(), path("start s end"))
    case = Case(data, {"n": 0, "votes": 0, "outs": 0}, limits=Limits(steps=steps, seconds=60))

    while not case.completed:
        case.retry()

    assert case.variables == {"n": 4, "votes": 3, "outs": 1}
    assert case.steps("left").count("v") == 3
    assert case.timers == {}
