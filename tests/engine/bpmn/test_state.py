"""The saved state: small, without the specification, and as flat after a thousand rounds as after ten."""

import orjson
import pytest
import zstandard

from engine import bpmn
from engine.errors import Invalid
from tests.engine.bpmn.support import (
    Case,
    boundary,
    diagram,
    each,
    end,
    event_sub,
    flow,
    message,
    par,
    params,
    path,
    script,
    start,
    timer_of,
    user,
    xor,
)

LOOP = (xor("m"), user("t"), script("s", "n = n + 1"), path("m t s m"))
BESIDE = {
    "alone": (start(), *LOOP, path("start m")),
    "beside a waiting branch": (start(), par("f"), *LOOP, user("w"), path("start f m"), path("f w")),
    "beside a half-filled join": (
        *(start(), par("f"), *LOOP, user("w"), par("j"), user("k"), end()),
        *(path("start f m"), path("f w j end"), path("f k j")),
    ),
    "beside listening event sub-processes": (
        *(start(), *LOOP, path("start m")),
        event_sub(
            "e", start("e1", timer_of("timeCycle", "R/P1D"), isInterrupting=False), user("u"), path("e1 u")
        ),
        event_sub("o", start("o1", message("m1"), isInterrupting=False), user("v"), path("o1 v")),
    ),
    "with a boundary and a vote in each round": (
        *(start(), xor("m"), user("t", each(times=2), params({"x": "${1}"})), script("s", "n = n + 1")),
        *(boundary("b", "t", timer_of("timeDuration", "P1D")), path("start m t s m"), path("b m")),
    ),
}


def size(case: Case) -> int:
    return len(zstandard.ZstdDecompressor().decompress(case.state))


@pytest.mark.parametrize("inside", BESIDE.values(), ids=BESIDE)
def test_a_loop_of_a_thousand_rounds_keeps_the_state_as_it_was(inside):
    case = Case(diagram(*inside, messages=("m1",)), {"n": 1000})
    if case.messages:
        case.send("m1")
    if "k" in case.open:
        case.complete("k")
    process = case.process

    def play_round() -> None:
        for _ in range(case.open.count("t")):
            case.complete("t")

    for _ in range(10):
        play_round()
    tokens, bytes_ = case.tokens, size(case)
    case.history.clear()
    for _ in range(990):
        play_round()

    assert case.variables["n"] == 2000
    assert case.tokens == tokens
    assert abs(size(case) - bytes_) <= 16
    assert case.process is process


def test_no_specification_is_in_a_state():
    case = Case(
        diagram(start(), user("a", name="A very particular name", assignee="${'sam'}"), path("start a"))
    )

    saved = zstandard.ZstdDecompressor().decompress(case.state)

    assert b"particular" not in saved
    assert b"sam" not in saved
    assert orjson.loads(saved).keys() == {"last", "completed", "tokens"}


def test_a_state_continues_on_a_specification_built_anew():
    data = diagram(
        start(),
        par("f"),
        user("a"),
        user("b", each(times=2)),
        par("j"),
        end(),
        path("start f a j end"),
        path("f b j"),
    )
    case = Case(data)
    (definition,), _ = bpmn.prepare("p.bpmn", data, lambda key: True)

    for element in ("b", "a", "b"):
        case.process = bpmn.specification(definition.executable)
        case.complete(element)

    assert case.completed


def test_saving_what_was_loaded_gives_the_same():
    case = Case(
        diagram(start(), par("f"), user("a"), user("b", each("[1, 2]", "x")), path("start f a"), path("f b")),
        {"v": [1]},
    )

    assert bpmn.save(case._load()) == case.state


def test_a_state_of_a_newer_format_is_left_alone():
    case = Case(diagram(start(), user("a"), path("start a")))

    with pytest.raises(bpmn.NewerFormat):
        bpmn.load(case.state, bpmn.FORMAT + 1, case.process, case.circumstances)


def test_variables_that_have_grown_out_of_bounds_are_refused_and_the_case_stays_as_it_was():
    case = Case(diagram(start(), user("a"), path("start a")))

    with pytest.raises(Invalid, match="bytes"):
        case.complete("a", text="x" * 9_000_000)

    assert case.open == ["a"]
    case.complete("a")


def test_values_that_json_cannot_hold_are_refused():
    case = Case(diagram(start(), user("a"), path("start a")))

    with pytest.raises(Invalid, match="JSON"):
        case.complete("a", number=2**70)
    with pytest.raises(Invalid, match="JSON"):
        case.complete("a", thing=object())
    with pytest.raises(Invalid, match="JSON"):
        case.complete("a", text="\ud800")


def test_two_cases_of_one_specification_know_nothing_of_each_other():
    data = diagram(
        start(), user("a", params({"x": "${x + 1}"})), flow("a", "b", "x > 2"), user("b"), path("start a")
    )
    one = Case(data, {"x": 1})
    two = Case(one.process, {"x": 5})

    one.complete("a", y=1)

    assert (list(one.failures), one.variables) == (["a"], {"x": 1, "y": 1})
    assert (two.open, two.variables) == (["a"], {"x": 5})
    two.complete("a")
    assert two.open == ["b"]
