"""Errors and escalations on their way outwards: from level to level, out of called processes, to who catches
them."""

import pytest

from tests.engine.bpmn.support import (
    Case,
    boundary,
    call,
    diagram,
    each,
    end,
    error,
    escalation,
    event_sub,
    extensions,
    hands,
    params,
    path,
    script,
    start,
    sub,
    throw,
    user,
)

CODES = {"errors": ("E", "F"), "escalations": ("X", "Y")}


def drawn(*inside: str, key: str = "p") -> bytes:
    return diagram(start("begin"), *inside, key=key, **CODES)


def beside(id: str, event: str, *body: str, interrupting: bool = True) -> str:
    return event_sub(id, start(f"{id}1", event, isInterrupting=interrupting), *body)


def throws(event: str) -> tuple[str, ...]:
    """A task, and an end that throws."""
    return user("x"), end("boom", event), path("i x boom")


THROWN = {"error": error("E"), "escalation": escalation("X")}
OTHER = {"error": error("F"), "escalation": escalation("Y")}
ANY = {"error": error(), "escalation": escalation()}


@pytest.mark.parametrize("kind", THROWN)
@pytest.mark.parametrize("catcher", [THROWN, ANY], ids=["by code", "all"])
def test_what_is_thrown_passes_those_who_do_not_catch_it(kind, catcher):
    inner = sub("s1", start("i"), *throws(THROWN[kind]))
    middle = sub(
        "s2", start("j"), inner, boundary("no", "s1", OTHER[kind]), user("n"), path("j s1"), path("no n")
    )
    outer = sub("s3", start("k"), middle, path("k s2"))
    data = drawn(outer, boundary("b", "s3", catcher[kind]), user("mend"), path("begin s3"), path("b mend"))
    case = Case(data)

    case.complete("x")

    assert case.open == ["mend"]
    assert case.failures == {}


@pytest.mark.parametrize("kind", THROWN)
def test_what_is_thrown_passes_from_called_process_to_called_process(kind):
    inmost = diagram(start("i"), *throws(THROWN[kind]), key="r", **CODES)
    middle = diagram(
        start("j"),
        call("c", "r"),
        boundary("no", "c", OTHER[kind]),
        user("n"),
        path("j c"),
        path("no n"),
        key="q",
        **CODES,
    )
    data = drawn(
        call("d", "q"), boundary("b", "d", THROWN[kind]), user("mend"), path("begin d"), path("b mend")
    )
    case = Case(data, calls=(middle, inmost))

    case.complete("x")

    assert case.open == ["mend"]


@pytest.mark.parametrize("kind", THROWN)
def test_an_event_sub_process_of_the_called_process_goes_before_the_boundary_of_the_call(kind):
    inner = diagram(
        start("i"), *throws(THROWN[kind]), beside("e", ANY[kind], user("y"), path("e1 y")), key="q", **CODES
    )
    data = drawn(
        call("d", "q"), boundary("b", "d", THROWN[kind]), user("mend"), path("begin d"), path("b mend")
    )
    case = Case(data, calls=(inner,))

    case.complete("x")

    assert case.open == ["y"]


@pytest.mark.parametrize("kind", THROWN)
def test_at_one_level_the_one_that_names_the_code_catches(kind):
    within = sub("s", start("i"), *throws(THROWN[kind]))
    catchers = [
        boundary("all", "s", ANY[kind]),
        boundary("mine", "s", THROWN[kind]),
        boundary("other", "s", OTHER[kind]),
    ]
    data = drawn(
        within,
        *catchers,
        *map(user, ("a", "m", "o")),
        path("begin s"),
        path("all a"),
        path("mine m"),
        path("other o"),
    )
    case = Case(data)

    case.complete("x")

    assert case.open == ["m"]


def test_an_error_of_one_item_ends_all_of_them():
    within = sub("s", each(times=3), start("i"), *throws(error("E")))
    case = Case(drawn(within, boundary("b", "s", error()), user("mend"), path("begin s"), path("b mend")))

    case.complete("x", nth=1)

    assert case.open == ["mend"]


def test_who_catches_an_error_is_told_its_code_and_message():
    declared = b'<error id="E" errorCode="E" camunda:errorMessage="${\'no \' + what}"/>'
    within = sub("s", params({"what": "${'paper'}", "code": "${0}"}), start("i"), *throws(error("E")))
    told = error(camunda_errorCodeVariable="code", camunda_errorMessageVariable="why")
    data = drawn(within, boundary("b", "s", told), user("mend"), path("begin s"), path("b mend"))
    case = Case(
        data.replace(b'<error id="E" errorCode="E"></error>', declared).replace(
            b'<error id="E" errorCode="E"/>', declared
        )
    )

    case.complete("x")

    assert case.variables == {"code": "E", "why": "no paper"}


def test_an_error_without_a_message_tells_none_and_one_that_cannot_be_told_fails_where_it_is_thrown():
    told = error(camunda_errorMessageVariable="why")
    data = drawn(
        sub("s", start("i"), *throws(error("E")), beside("e", told, user("y"), path("e1 y"))), path("begin s")
    )
    case = Case(data)
    case.complete("x")
    assert (case.open, case.seen("y")) == (["y"], {"why": None})

    broken = Case(data.replace(b'errorCode="E"', b'errorCode="E" camunda:errorMessage="${what}"'))
    broken.complete("x")
    assert list(broken.failures) == ["boom"]
    broken.retry(what="paper")
    assert broken.seen("y") == {"what": "paper", "why": "paper"}


def test_who_catches_an_escalation_is_told_its_code():
    told = escalation(camunda_escalationCodeVariable="code")
    data = drawn(
        user("x"),
        throw("t", escalation("Y")),
        beside("e", told, user("y"), path("e1 y"), interrupting=False),
        path("begin x t"),
    )
    case = Case(data)

    case.complete("x")

    assert case.seen("y") == {"code": "Y"}


@pytest.mark.parametrize("kind", ["intermediate", "end"])
def test_an_escalation_that_does_not_interrupt_lets_both_go_on(kind):
    thrown = throw("t", escalation("X")) if kind == "intermediate" else end("t", escalation("X"))
    then = (user("then"), path("t then")) if kind == "intermediate" else ()
    within = sub("s", start("i"), user("x"), thrown, user("z"), *then, path("i x t"), path("i z"))
    catcher = boundary("b", "s", escalation("X"), interrupting=False)
    case = Case(drawn(within, catcher, user("note"), user("after"), path("begin s after"), path("b note")))

    case.complete("x")
    assert case.open == ["note", *(["then"] if then else []), "z"]

    case.complete("z")
    if then:
        case.complete("then")
    assert case.open == ["after", "note"]


def test_an_escalation_may_happen_again():
    within = sub("s", start("i"), user("x", each(times=3, sequential=True)), path("i x"))
    inner = sub(
        "t", each(times=2, sequential=True), start("j"), within, throw("up", escalation("X")), path("j s up")
    )
    catcher = boundary("b", "t", escalation("X"), interrupting=False)
    case = Case(drawn(inner, catcher, script("c", "n = n + 1"), path("begin t"), path("b c")), {"n": 0})

    for _ in range(6):
        case.complete("x")

    assert case.completed
    assert case.variables == {"n": 2}


def test_an_escalation_that_interrupts_ends_all_that_goes_on_inside():
    within = sub(
        "s",
        start("i"),
        user("x"),
        throw("t", escalation("X")),
        user("then"),
        user("z"),
        path("i x t then"),
        path("i z"),
    )
    case = Case(
        drawn(
            within,
            boundary("b", "s", escalation("X")),
            user("mend"),
            user("after"),
            path("begin s after"),
            path("b mend"),
        )
    )

    case.complete("x")

    assert case.open == ["mend"]
    assert "z" in case.steps("cancelled")


@pytest.mark.parametrize("kind", ["intermediate", "end"])
def test_an_escalation_nobody_catches_is_noted_and_no_failure(kind):
    thrown = throw("t", escalation("X")) if kind == "intermediate" else end("t", escalation("X"))
    then = (user("then"), path("t then")) if kind == "intermediate" else ()
    case = Case(drawn(user("x"), thrown, *then, path("begin x t")))

    case.complete("x")

    assert case.failures == {}
    assert case.open == (["then"] if then else [])
    assert case.completed is not bool(then)
    (step,) = [step for step in case.history if step.kind == "escalated"]
    assert (step.element, step.detail) == ("t", {"name": "t", "code": "X", "caught": None})


def test_history_says_who_caught_an_escalation():
    catcher = beside("e", escalation("X"), user("y"), path("e1 y"), interrupting=False)
    case = Case(drawn(user("x"), end("t", escalation("X")), catcher, path("begin x t")))

    case.complete("x")

    (step,) = [step for step in case.history if step.kind == "escalated"]
    assert step.detail["caught"] == "e1"


@pytest.mark.parametrize("interrupting", [True, False])
def test_what_a_handler_throws_itself_goes_further_out(interrupting):
    again = beside(
        "e",
        escalation("X"),
        user("y"),
        throw("again", escalation("X")),
        path("e1 y again"),
        interrupting=interrupting,
    )
    within = sub("s", start("i"), *throws(escalation("X")), user("z"), path("i z"), again)
    catcher = boundary("b", "s", escalation("X"), interrupting=False)
    case = Case(drawn(within, catcher, user("note"), path("begin s"), path("b note")))
    case.complete("x")

    case.complete("y")

    assert case.open == (["note"] if interrupting else ["note", "z"])


def test_another_handler_of_the_same_scope_catches_what_a_handler_throws():
    first = beside(
        "e", escalation("X"), throw("other", escalation("Y")), path("e1 other"), interrupting=False
    )
    second = beside("f", escalation("Y"), user("y"), path("f1 y"), interrupting=False)
    case = Case(drawn(user("x"), end("boom", escalation("X")), first, second, path("begin x boom")))

    case.complete("x")

    assert case.open == ["y"]
    assert not case.completed


def test_an_escalation_out_of_a_called_process_leaves_it_running_and_sees_nothing_of_it():
    inner = diagram(
        start("i"), user("x"), throw("t", escalation("X")), user("then"), path("i x t then"), key="q", **CODES
    )
    told = escalation(camunda_escalationCodeVariable="code")
    data = drawn(
        call("c", "q", extensions(hands("in", source="n", target="n"))),
        boundary("b", "c", told, interrupting=False),
        user("note"),
        path("begin c"),
        path("b note"),
    )
    case = Case(data, {"n": 1}, calls=(inner,))

    case.complete("x")

    assert case.open == ["note", "then"]
    assert case.seen("note") == {"n": 1, "code": "X"}
    assert case.seen("then") == {"n": 1}
