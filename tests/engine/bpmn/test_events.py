"""Timer, message, error and terminate events: waited for in the flow, at a boundary, and ending things."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.engine.bpmn.support import (
    NOW,
    TERMINATE,
    Case,
    boundary,
    catch,
    diagram,
    each,
    end,
    error,
    extensions,
    flow,
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

SPRING_FORWARD = datetime(2026, 3, 28, 8, 0, tzinfo=UTC)  # 09:00 in Berlin, the day before the clocks change


def waits_for(event: str, *messages: str) -> bytes:
    return diagram(start(), catch("c", event), user("a"), path("start c a"), messages=messages)


@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("timeDuration", "PT90M", SPRING_FORWARD + timedelta(minutes=90)),
        ("timeDuration", "P1D", datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
        ("timeDuration", "PT24H", datetime(2026, 3, 29, 8, 0, tzinfo=UTC)),
        ("timeDuration", "2026-04-01T10:00:00", datetime(2026, 4, 1, 8, 0, tzinfo=UTC)),
        ("timeDuration", "${now()}", SPRING_FORWARD),
        ("timeDate", "2026-04-01T10:00:00Z", datetime(2026, 4, 1, 10, 0, tzinfo=UTC)),
        ("timeDate", "${'2026-04-0' + text}", datetime(2026, 3, 31, 22, 0, tzinfo=UTC)),
        ("timeCycle", "R3/PT10M", SPRING_FORWARD + timedelta(minutes=10)),
        ("timeCycle", "R/2026-04-01T10:00:00/P1D", datetime(2026, 4, 1, 8, 0, tzinfo=UTC)),
    ],
)
def test_a_timer_is_due_when_its_text_says_in_the_zone_of_the_case(kind, text, due):
    case = Case(waits_for(timer_of(kind, text)), {"text": "1"}, zone="Europe/Berlin", now=SPRING_FORWARD)

    assert case.timers == {"c": due}

    case.fire("c")
    assert case.open == ["a"]
    assert case.timers == {}


@pytest.mark.parametrize(
    "value", ["soon", 5, None, "R0/PT1H", "PT", "P9999Y", "", "R3/soon/PT1H", "0001-01-01"]
)
@pytest.mark.parametrize("kind", ["timeDate", "timeDuration", "timeCycle"])
def test_a_timer_text_that_makes_no_sense_fails_where_the_timer_is_and_can_be_retried(kind, value):
    case = Case(waits_for(timer_of(kind, "${value}")), {"value": value})

    assert "timer" in case.failures["c"]

    case.retry(value="R/PT1H" if kind == "timeCycle" else "2027-01-01")
    assert case.failures == {}
    assert list(case.timers) == ["c"]


def test_a_message_event_waits_under_its_name_and_correlation_key():
    case = Case(waits_for(message("m", key="${'order-' + n}"), "m"), {"n": "7"})

    assert case.messages == [("m", "order-7")]

    case.send("m")
    assert case.open == ["a"]
    assert case.messages == []


@pytest.mark.parametrize(
    ("key", "text"), [("a b", "a b"), (7, "7"), (7.0, "7"), (1.5, "1.5"), (True, "true")]
)
def test_a_correlation_key_is_compared_as_a_text(key, text):
    case = Case(waits_for(message("m", key="${key}"), "m"), {"key": key})

    assert case.messages == [("m", text)]


@pytest.mark.parametrize("key", [None, [], {}, "x" * 256, "a\0"])
def test_a_correlation_key_that_is_none_fails_and_can_be_retried(key):
    case = Case(waits_for(message("m", key="${key}"), "m"), {"key": key})

    assert "correlation key" in case.failures["c"]
    assert case.messages == []

    case.retry(key=1)
    assert case.messages == [("m", "1")]


@pytest.mark.parametrize(
    ("payload", "variables"),
    [(None, {}), ("answer", {"answer": {"x": 1, "y": 2}}), ("", {"x": 1, "y": 2})],
)
def test_a_payload_goes_where_the_diagram_says(payload, variables):
    case = Case(waits_for(message("m", payload=payload), "m"))
    assert case._load().takes_payload(next(iter(case._known.subscriptions))) is (payload is not None)

    case.send("m", {"x": 1, "y": 2})

    assert case.variables == variables


HOSTS = {
    "user task": user("h"),
    "sub-process": sub("h", start("h1"), user("h2"), path("h1 h2")),
    "multi-instance": user("h", each(times=3)),
    "multi-instance sub-process": sub("h", each(times=2), start("h1"), user("h2"), path("h1 h2")),
}


@pytest.mark.parametrize("event", [timer("PT1H"), message("m")], ids=["timer", "message"])
@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_an_interrupting_boundary_event_ends_its_activity_and_takes_its_own_way(host, event):
    data = diagram(
        start(),
        host,
        boundary("b", "h", event),
        user("late"),
        end(),
        path("start h end"),
        path("b late"),
        messages=("m",),
    )
    case = Case(data)

    case.fire("b") if case.timers else case.send("m")

    assert case.open == ["late"]
    assert (case.timers, case.messages) == ({}, [])
    assert "h" in case.steps("cancelled") or "h2" in case.steps("cancelled")
    case.complete("late")
    assert case.completed


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_a_boundary_event_that_does_not_interrupt_leaves_its_activity_alone(host):
    data = diagram(
        start(),
        host,
        boundary("b", "h", message("m"), interrupting=False),
        user("extra"),
        end(),
        path("start h end"),
        path("b extra"),
        messages=("m",),
    )
    case = Case(data)
    before = case.open

    case.send("m")
    case.send("m")

    assert case.open == ["extra", "extra", *before]
    while set(case.open) != {"extra"}:
        case.complete(case.open[-1])
    assert case.messages == []
    case.complete("extra")
    case.complete("extra")
    assert case.completed


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_a_finished_activity_takes_its_boundary_events_with_it(host):
    data = diagram(start(), host, boundary("b", "h", timer("PT1H")), user("a"), path("start h a"))
    case = Case(data)

    while case.open != ["a"]:
        case.complete(case.open[0])

    assert case.timers == {}


def test_a_boundary_timer_that_repeats_counts_from_when_it_was_due_however_late_it_fires():
    reminds = boundary("b", "h", timer_of("timeCycle", "R3/PT1H"), interrupting=False)
    case = Case(
        diagram(start(), user("h"), reminds, script("s", "n = n + 1"), path("start h"), path("b s")), {"n": 0}
    )
    case.circumstances = type(case.circumstances)(
        now=NOW + timedelta(hours=2, minutes=30), zone=case.circumstances.zone
    )

    due = []
    while case.timers:
        due.append(case.timers["b"])
        case.fire("b")

    assert due == [NOW + timedelta(hours=n) for n in (1, 2, 3)]
    assert case.variables["n"] == 3
    assert case.open == ["h"]


def test_a_daily_timer_keeps_its_hour_when_the_clocks_change():
    reminds = boundary("b", "h", timer_of("timeCycle", "R/P1D"), interrupting=False)
    case = Case(
        diagram(start(), user("h"), reminds, path("start h")), zone="Europe/Berlin", now=SPRING_FORWARD
    )

    case.wait(days=2)

    assert case.timers["b"] == datetime(2026, 3, 31, 7, 0, tzinfo=UTC)


def test_a_boundary_timer_that_does_not_repeat_fires_once():
    reminds = boundary("b", "h", timer("PT1H"), interrupting=False)
    case = Case(diagram(start(), user("h"), reminds, user("r"), path("start h"), path("b r")))

    case.wait(days=1)

    assert case.open == ["h", "r"]
    assert case.timers == {}


def test_a_boundary_timer_sees_the_inputs_of_its_activity():
    task = user("h", params({"limit": "PT${hours}H"}))
    case = Case(diagram(start(), task, boundary("b", "h", timer("${limit}")), path("start h")), {"hours": 3})

    assert case.timers == {"b": NOW + timedelta(hours=3)}


def test_a_boundary_event_that_cannot_be_read_keeps_the_task_from_opening_until_retried():
    task = user("h", params({"n": "${n + 1}"}))
    case = Case(
        diagram(start(), task, boundary("b", "h", timer("${late}")), path("start h")), {"n": 1, "late": "?"}
    )

    assert list(case.failures) == ["h"]
    assert (case.open, case.timers) == ([], {})

    case.retry(late="PT1H")

    assert case.open == ["h"]
    assert case.seen("h")["n"] == 2
    assert case.variables["n"] == 1


def throws(*around: str, code: str = "E", codes: tuple[str, ...] = ("E", "F")) -> bytes:
    """A sub-process `s` with a task and an end that throws, and what stands around it."""
    within = sub(
        "s", start("s1"), user("x"), user("y"), end("boom", error(code)), path("s1 x boom"), path("s1 y")
    )
    return diagram(start(), within, user("a"), path("start s a"), *around, errors=codes)


@pytest.mark.parametrize(
    ("catchers", "caught"),
    [
        ({"b": "E"}, "b"),
        ({"b": None}, "b"),
        ({"b": None, "c": "E"}, "c"),
        ({"b": "F", "c": None}, "c"),
    ],
)
def test_an_error_ends_the_scope_it_leaves_and_goes_to_the_handler_that_names_it_or_catches_all(
    catchers, caught
):
    around = [
        boundary(id, "s", error(code)) + user(f"{id}_") + path(f"{id} {id}_") for id, code in catchers.items()
    ]
    case = Case(throws(*around))

    case.complete("x")

    assert case.open == [f"{caught}_"]
    assert case.failures == {}


def test_an_error_that_nobody_handles_waits_at_its_end_event_and_the_rest_goes_on():
    case = Case(throws(boundary("b", "s", error("F")), path("b a")))

    case.complete("x")

    assert case.failures == {"boom": "Nothing handles the error 'E'."}
    assert case.open == ["y"]
    case.retry()
    assert list(case.failures) == ["boom"]


def test_an_error_passes_scopes_that_do_not_handle_it():
    inner = sub("i", start("i1"), end("boom", error("E")), path("i1 boom"))
    outer = sub("o", start("o1"), inner, user("x"), path("o1 i"), path("o1 x"))
    data = diagram(
        start(), outer, boundary("b", "o", error("E")), user("a"), path("start o"), path("b a"), errors=("E",)
    )

    assert Case(data).open == ["a"]


@pytest.mark.parametrize("sequential", [False, True])
def test_an_error_in_one_of_many_ends_them_all(sequential):
    many = sub(
        "s",
        each(times=3, sequential=sequential),
        start("s1"),
        user("x"),
        end("boom", error("E")),
        path("s1 x boom"),
    )
    case = Case(
        diagram(
            start(),
            many,
            boundary("b", "s", error("E")),
            user("a"),
            path("start s"),
            path("b a"),
            errors=("E",),
        )
    )

    case.complete("x")

    assert case.open == ["a"]


def test_a_terminate_end_ends_all_of_its_process():
    data = diagram(
        start(),
        user("a"),
        user("b"),
        user("c"),
        boundary("t", "c", timer("P1D")),
        end("stop", TERMINATE),
        path("start a stop"),
        path("start b"),
        path("start c"),
    )
    case = Case(data)

    case.complete("a")

    assert case.completed
    assert (case.open, case.timers) == ([], {})


def test_a_terminate_end_in_a_sub_process_ends_that_one_only():
    within = sub(
        "s",
        params(outputs={"out": "${1}"}),
        start("s1"),
        user("x"),
        user("y"),
        end("stop", TERMINATE),
        path("s1 x stop"),
        path("s1 y"),
    )
    case = Case(diagram(start(), within, user("a"), user("b"), path("start s a"), path("start b")))

    case.complete("x")

    assert case.open == ["a", "b"]
    assert case.variables == {"out": 1}


def test_a_plain_end_ends_its_own_path_only():
    case = Case(
        diagram(start(), par("f"), user("a"), user("b"), end(), path("start f a end"), path("f b end"))
    )

    case.complete("a")
    assert not case.completed

    case.complete("b")
    assert case.completed


def test_an_intermediate_event_that_throws_nothing_passes_through():
    case = Case(diagram(start(), node("intermediateThrowEvent", "m"), user("a"), path("start m a")))

    assert case.open == ["a"]


def test_a_cancelled_case_waits_for_nothing():
    ask = boundary("b", "h", message("m", key="${1}"))
    case = Case(
        diagram(
            start(),
            user("h"),
            ask,
            catch("c", timer("P1D")),
            path("start h"),
            path("start c"),
            messages=("m",),
        )
    )

    case.cancel()

    assert case.completed
    assert (case.open, case.timers, case.messages) == ([], {}, [])


def test_a_case_that_could_not_even_begin_can_be_cancelled():
    late = node("subProcess", "e", start("e1", timer("${late}")), triggeredByEvent=True)
    case = Case(diagram(start(), late, user("a"), path("start a")), {"late": 1})
    assert list(case.failures) == ["p"]

    case.cancel()

    assert case.completed
    assert case.failures == {}


def test_flows_out_of_an_event_may_have_conditions():
    asked = flow("c", "a", "x > 1") + flow("c", "b", "x > 0")
    case = Case(
        diagram(
            start(),
            catch("c", message("m", payload="")),
            user("a"),
            user("b"),
            path("start c"),
            asked,
            messages=("m",),
        )
    )

    case.send("m", {"x": 1})
    assert case.open == ["b"]


def test_a_message_stands_for_the_element_that_waits_for_it():
    asks = boundary("b", "h", message("m"), interrupting=False)
    nothing = extensions("<camunda:properties/>")
    case = Case(diagram(start(), user("h", nothing), asks, path("start h"), messages=("m",)))

    (subscription,) = case._known.subscriptions.values()
    assert (subscription.element, subscription.name, subscription.key) == ("b", "m", None)
