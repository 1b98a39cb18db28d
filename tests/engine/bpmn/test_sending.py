"""Messages and signals that a diagram sends, and signals that it catches."""

import pytest

from engine.bpmn import Limits
from tests.engine.bpmn.support import (
    Case,
    boundary,
    by_event,
    catch,
    diagram,
    each,
    end,
    event_sub,
    message,
    node,
    par,
    params,
    path,
    send,
    service,
    signal,
    start,
    sub,
    throw,
    user,
)

DECLARED = {"messages": ("m",), "signals": ("s", "other")}


def drawn(*parts: str) -> bytes:
    return diagram(*parts, **DECLARED)


# Messages


def sender(thing: str, after: str = "after") -> bytes:
    return drawn(start(), thing, user("after"), path("start x after"))


@pytest.mark.parametrize(
    "thing",
    [
        throw("x", message("m", key="${key}", payload="told")),
        send("x", "m", key="${key}", payload="told"),
    ],
    ids=["event", "task"],
)
def test_a_message_is_sent_with_its_key_and_payload_and_the_case_goes_on(thing):
    case = Case(sender(thing), {"key": 7, "told": {"a": [1]}})

    assert case.open == ["after"]
    assert case.sent == [("message", "m", "7", {"a": [1]})]
    assert case.steps("sent") == ["x"]


def test_an_end_event_sends_too():
    case = Case(drawn(start(), end("x", message("m")), path("start x")))

    assert case.completed
    assert case.sent == [("message", "m", None, {})]


@pytest.mark.parametrize(
    ("thing", "reason"),
    [
        (throw("x", message("m", key="${missing}")), "missing"),
        (throw("x", message("m", key="${[1]}")), "neither a text nor a number"),
        (throw("x", message("m", payload="missing")), "no variable missing"),
        (throw("x", message("m", payload="text")), "no object"),
        (send("x", "m", payload="text"), "no object"),
    ],
)
def test_what_cannot_be_sent_fails_and_is_sent_once_after_a_retry(thing, reason):
    case = Case(sender(thing), {"text": "x"})

    assert reason in case.failures["x"]
    assert case.sent == []
    case.retry(missing={"a": 1} if "variable" in reason else 1, text={})
    if "neither" not in reason:
        assert (case.open, len(case.sent)) == (["after"], 1)


def test_a_send_task_is_an_activity_with_inputs_and_repetition():
    told = params({"told": "${{'n': loopCounter}}"})
    task = send("x", "m", each(times=3), payload="told").replace(
        "<extensionElements>", "<extensionElements>" + told.split(">", 1)[1].rsplit("<", 1)[0]
    )

    case = Case(sender(task))

    assert sorted(payload["n"] for _, _, _, payload in case.sent) == [0, 1, 2]
    assert case.open == ["after"]


def test_a_send_task_with_a_topic_is_a_job():
    case = Case(sender(service("x").replace("serviceTask", "sendTask")))

    assert [job.topic for job in case.jobs] == ["t"]
    case.work("x")
    assert case.open == ["after"]


# Signals


def test_a_signal_reaches_all_in_the_case_that_wait_for_it_and_leaves_for_the_others():
    case = Case(
        drawn(
            *(start(), par("all"), catch("one", signal("s")), catch("two", signal("s"))),
            *(catch("three", signal("other")), user("work"), throw("x", signal("s")), user("after")),
            *(user("a"), user("b"), user("c")),
            *(path("start all one a"), path("all two b"), path("all three c"), path("all work x after")),
        )
    )
    assert [name for name, _ in case.messages] == ["other", "s", "s"]

    case.complete("work")

    assert case.open == ["a", "after", "b"]
    assert case.sent == [("signal", "s", None, {})]


def test_a_signal_is_not_kept_for_who_waits_later():
    case = Case(
        drawn(start(), throw("x", signal("s")), catch("late", signal("s")), user("a"), path("start x late a"))
    )

    assert case.open == []
    assert case.messages == [("s", None)]
    case.send("s")
    assert case.open == ["a"]


@pytest.mark.parametrize(("interrupting", "left"), [(True, ["mend"]), (False, ["mend", "work"])])
def test_a_signal_at_a_boundary_ends_the_activity_or_leaves_it(interrupting, left):
    case = Case(
        drawn(
            *(start(), user("work"), boundary("b", "work", signal("s"), interrupting), user("mend")),
            *(path("start work"), path("b mend")),
        )
    )

    case.send("s")

    assert case.open == left


def test_a_boundary_that_does_not_interrupt_hears_every_signal():
    case = Case(
        drawn(
            *(start(), par("g"), user("work"), boundary("b", "work", signal("s"), interrupting=False)),
            *(user("note"), user("again", each(times=3)), throw("x", signal("s"))),
            *(path("start g work"), path("b note"), path("g again x")),
        )
    )

    for _ in range(3):
        case.complete("again")
    assert case.open == ["note", "work"]
    case.send("s")

    assert case.open == ["note", "note", "work"]


@pytest.mark.parametrize(("interrupting", "left"), [(True, ["handle"]), (False, ["handle", "work"])])
def test_a_signal_starts_an_event_sub_process(interrupting, left):
    handler = event_sub(
        "e",
        start("got", signal("s", payload="told"), isInterrupting=interrupting),
        user("handle"),
        path("got handle"),
    )
    case = Case(drawn(start(), user("work"), handler, path("start work")))

    case.send("s", {"a": 1})

    assert case.open == left
    assert case.variables["told"] == {"a": 1}


def test_the_first_of_several_events_may_be_a_signal():
    case = Case(
        drawn(
            *(
                start(),
                by_event("g"),
                catch("one", signal("s")),
                catch("two", message("m")),
                user("a"),
                user("b"),
            ),
            *(path("start g one a"), path("g two b")),
        )
    )

    case.send("s")

    assert (case.open, case.messages) == (["a"], [])


def test_a_signal_that_ends_what_threw_it_goes_no_further():
    inner = sub(
        "inner", start("i"), user("work"), throw("x", signal("s")), user("never"), path("i work x never")
    )
    case = Case(
        drawn(
            start(),
            inner,
            boundary("b", "inner", signal("s")),
            user("after"),
            path("start inner"),
            path("b after"),
        )
    )

    case.complete("work")

    assert case.open == ["after"]


def test_an_end_event_throws_a_signal_to_a_scope_that_still_runs():
    inner = sub("inner", start("i"), end("x", signal("s", payload="told")), path("i x"))
    case = Case(
        drawn(
            *(start(), par("g"), inner, catch("c", signal("s", payload="heard")), user("a"), user("b")),
            *(path("start g c a"), path("g inner b")),
        ),
        {"told": {"n": [1]}},
    )

    assert case.open == ["a", "b"]
    assert case.variables["heard"] == {"n": [1]}


def test_what_a_signal_brought_is_the_receivers_own():
    case = Case(
        drawn(
            *(
                start(),
                par("g"),
                catch("c", signal("s", payload="heard")),
                user("wait"),
                throw("x", signal("s", payload="told")),
            ),
            *(
                node("scriptTask", "change", "<script>heard['n'] = 2</script>", scriptFormat="python"),
                user("done"),
            ),
            *(path("start g c change done"), path("g wait x")),
        ),
        {"told": {"n": 1}},
    )

    case.complete("wait")

    assert (case.variables["told"], case.variables["heard"]) == ({"n": 1}, {"n": 2})


def test_one_who_takes_no_payload_hears_the_signal_all_the_same():
    case = Case(drawn(start(), catch("c", signal("s")), user("a"), path("start c a")))

    case.send("s", {"a": 1})

    assert case.open == ["a"]
    assert "a" not in case.variables


def test_an_endless_answer_to_ones_own_signal_is_stopped_by_the_budget():

    handler = event_sub(
        "e", start("got", signal("s"), isInterrupting=False), throw("again", signal("s")), path("got again")
    )
    case = Case(
        drawn(
            start(), user("work"), throw("x", signal("s")), user("after"), handler, path("start work x after")
        ),
        limits=Limits(steps=200, seconds=60),
    )

    case.complete("work")

    assert "steps without waiting" in next(iter(case.failures.values()))
