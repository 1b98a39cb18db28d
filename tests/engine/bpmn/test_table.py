"""The tables of docs/reference/bpmn.md: no row stands there that is not executed here, token by token."""

# ruff: noqa: E501 (a diagram a line is a table that can be read)

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import bpmn
from engine.bpmn import Decided
from engine.errors import Invalid
from tests.engine.bpmn.support import (
    CANCEL,
    TERMINATE,
    Case,
    boundary,
    by_event,
    call,
    catch,
    compensation,
    conditional,
    diagram,
    each,
    end,
    error,
    escalation,
    event_sub,
    flow,
    inclusive,
    loop,
    message,
    node,
    par,
    path,
    receive,
    script,
    send,
    service,
    signal,
    start,
    sub,
    throw,
    timer,
    transaction,
    undo,
    user,
    xor,
)

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "bpmn.md"


def rows_under(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, its head first."""
    section = PAGE.read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = section[section.index("\n|") + 1 :].splitlines()
    table: list[list[str]] = []
    for line in lines:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return [table[0], *table[2:]]


DECLARED: dict[str, Any] = {
    "messages": ("m",),
    "signals": ("s",),
    "errors": ("E",),
    "escalations": ("X",),
}


def drawn(*parts: str) -> bytes:
    return diagram(*parts, **DECLARED)


def straight(thing: str, id: str = "x", *beside: str) -> bytes:
    """From the start through a thing to a task."""
    return drawn(start(), thing, user("after"), path("start", id, "after"), *beside)


def refused(data: bytes) -> bool:
    try:
        bpmn.prepare("x.bpmn", data, lambda _: True, lambda _: True)
    except Invalid:
        return True
    return False


def plays(
    data: bytes,
    *moves: Any,
    variables: dict[str, Any] | None = None,
    calls: tuple[bytes, ...] = (),
) -> None:
    """Alternate what is open (a text of task ids) with what is done: a task's id, or a function of the case."""
    case = Case(data, variables, calls=calls, decide=lambda *_: Decided(1, (1,), [{"y": 1}], 1))
    for number, move in enumerate(moves):
        if number % 2 == 0:
            assert " ".join(case.open) == move, (number, moves)
        elif callable(move):
            move(case)
        else:
            case.complete(move)
    assert case.failures == {}


Play = Callable[[], None]


def after_all(*moves: Any, **more: Any) -> Callable[[bytes], Play]:
    return lambda data: lambda: plays(data, *moves, **more)


now = after_all("after")
"""It is passed at once."""

MULTI = " ".join("x" * 3)

RUNS: dict[str, list[Play]] = {
    "process": [after_all("a", "a", "")(drawn(start(), user("a"), end(), path("start a end")))],
    "lane": [
        lambda: _lane(),
    ],
    "user task": [after_all("x", "x", "after")(straight(user("x")))],
    "manual task, task": [now(straight(node("manualTask", "x"))), now(straight(node("task", "x")))],
    "script task": [now(straight(script("x", "n = 1")))],
    "business rule task": [
        now(straight(node("businessRuleTask", "x", camunda_decisionRef="d", camunda_resultVariable="y")))
    ],
    "service task": [after_all("", lambda case: case.work("x"), "after")(straight(service("x")))],
    "receive task": [after_all("", lambda case: case.send("m"), "after")(straight(receive("x", "m")))],
    "send task": [now(straight(send("x", "m"))), lambda: _sends(straight(send("x", "m")))],
    "call activity": [
        after_all("u", "u", "after", calls=(diagram(start(), user("u"), path("start u"), key="q"),))(
            straight(call("x", "q"))
        )
    ],
    "sub-process": [after_all("u", "u", "after")(straight(sub("x", start("i"), user("u"), path("i u"))))],
    "event sub-process": [
        after_all("a", lambda case: case.send("m"), "a h", "h", "a", "a", "")(
            drawn(
                start(),
                user("a"),
                path("start a"),
                event_sub("e", start("i", message("m"), isInterrupting=False), user("h"), path("i h")),
            )
        )
    ],
    "transaction": [
        after_all("u", "u", "after")(straight(transaction("x", start("i"), user("u"), path("i u"))))
    ],
    "compensation handler (`isForCompensation`)": [
        after_all("x", "x", "h", "h", "after")(
            drawn(
                *(start(), user("x"), undo("x", "h"), user("h", isForCompensation=True)),
                *(throw("t", compensation()), user("after"), path("start x t after")),
            )
        )
    ],
    "multi-instance, parallel and sequential": [
        after_all(MULTI, "x", "x x", "x", "x", "x", "after")(straight(user("x", each(times=3)))),
        after_all("x", "x", "x", "x", "after")(straight(user("x", each(times=2, sequential=True)))),
    ],
    "standard loop": [after_all("x", "x", "x", "x", "after")(straight(user("x", loop(most=2))))],
    "exclusive gateway": [
        after_all("b", variables={"n": 2})(
            drawn(
                *(start(), xor("g", "else"), user("a"), user("b"), user("c"), path("start g")),
                *(flow("g", "a", "n == 1"), flow("g", "b", "n == 2"), flow("g", "c", id="else")),
            )
        )
    ],
    "parallel gateway": [
        after_all("a b", "a", "b", "b", "after")(
            drawn(
                *(start(), par("fork"), user("a"), user("b"), par("j"), user("after")),
                *(path("start fork a j after"), path("fork b j")),
            )
        )
    ],
    "event-based gateway": [
        after_all("", lambda case: case.fire("t"), "a")(
            drawn(
                *(start(), by_event("g"), catch("t", timer("PT1H")), catch("m1", message("m")), user("a"), user("b")),
                *(path("start g t a"), path("g m1 b")),
            )
        )
    ],
    "inclusive gateway": [
        after_all("a b", "a", "b", "b", "after", variables={"n": 1})(
            drawn(
                *(start(), inclusive("fork"), user("a"), user("b"), user("c"), inclusive("j"), user("after")),
                *(path("start fork"), path("a j after"), path("b j"), path("c j")),
                *(flow("fork", "a", "n > 0"), flow("fork", "b", "n == 1"), flow("fork", "c", "n == 2")),
            )
        )
    ],
    "several flows out of an activity": [
        after_all("x", "x", "a b", variables={"n": 1})(
            drawn(
                *(start(), user("x"), user("a"), user("b"), user("c"), path("start x a")),
                *(flow("x", "b", "n == 1"), flow("x", "c", "n == 2")),
            )
        )
    ],
    "several flows into an activity": [
        after_all("x x", "x", "after x")(
            drawn(start(), par("g"), user("x"), user("after"), path("start g"), flow("g", "x", id="f"),
                  flow("g", "x", id="h"), path("x after"))
        )
    ],
    "sequence flow": [now(straight(node("task", "x")).replace(b' id="start__x"', b""))],
    "message, signal, error, escalation": [now(straight(node("task", "x")))],
}  # fmt: skip


def _lane() -> None:
    lanes = '<laneSet id="l"><lane id="l1" name="desk"><flowNodeRef>x</flowNodeRef></lane></laneSet>'
    assert Case(straight(user("x"), "x", lanes)).tasks[0].groups == ("desk",)


def _sends(data: bytes) -> None:
    assert Case(data).sent == [("message", "m", None, {})]


REFUSED: dict[str, list[bytes]] = {
    "ad-hoc sub-process": [straight(node("adHocSubProcess", "x", user("u")))],
    "`startQuantity`, `completionQuantity` other than 1": [
        straight(node("userTask", "x", startQuantity=2)),
        straight(node("userTask", "x", completionQuantity=2)),
    ],
    "complex gateway": [straight(node("complexGateway", "x"))],
    "choreography, conversation and others": [
        straight(node("choreographyTask", "x")),
        straight(node("wizardTask", "x")),
    ],
}

POOL = b'<collaboration id="c"><participant id="pool" processRef="p"/><messageFlow id="mf" sourceRef="pool" targetRef="x"/></collaboration>'
ASIDE: dict[str, list[bytes]] = {
    "collaboration, participant, message flow": [
        straight(node("task", "x")).replace(b"<process", POOL + b"<process", 1)
    ],
    "text annotation, association, group, documentation, category": [
        straight(
            node("task", "x", "<documentation>Words</documentation>"),
            "x",
            '<textAnnotation id="t"><text>Words</text></textAnnotation><group id="g"/>',
            '<association id="a" sourceRef="x" targetRef="t"/>',
        )
    ],
    "data object, data store, property, data association, `ioSpecification`": [
        straight(
            node("task", "x", '<property id="pr"/>', '<dataOutputAssociation id="doa"><targetRef>dr</targetRef></dataOutputAssociation>'),
            "x",
            '<dataObject id="d"/><dataObjectReference id="dr" dataObjectRef="d"/>',
            '<dataStoreReference id="ds"/>',
        )
    ],
    "`auditing`, `monitoring`, `categoryValueRef`": [
        straight(
            node("task", "x", '<auditing id="au"/><monitoring id="mo"/><categoryValueRef>v</categoryValueRef>')
        )
    ],
    "item definition": [
        straight(node("task", "x")).replace(b"<process", b'<itemDefinition id="i" structureRef="s"/><process', 1)
    ],
}  # fmt: skip

ELEMENTS = {name: status for name, status, *_ in rows_under("Elements")[1:]}


def test_every_row_of_the_table_of_elements_is_executed_and_no_other():
    said = {
        status: {name for name, told in ELEMENTS.items() if told == status} for status in ELEMENTS.values()
    }

    assert said == {"runs": set(RUNS), "refused": set(REFUSED), "aside": set(ASIDE)}


@pytest.mark.parametrize("name", RUNS)
def test_what_the_table_says_runs_does(name: str):
    for play in RUNS[name]:
        play()


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_table_says_is_refused_is(name: str):
    assert all(refused(data) for data in REFUSED[name])


@pytest.mark.parametrize("name", ASIDE)
def test_what_the_table_says_is_set_aside_changes_nothing(name: str):
    for data in ASIDE[name]:
        plays(data, "after")


# -- events -------------------------------------------------------------------------------------------------

DEFINITIONS: dict[str, str] = {
    "none": "",
    "timer": timer("PT1H"),
    "message": message("m"),
    "signal": signal("s"),
    "error": error("E"),
    "escalation": escalation("X"),
    "terminate": TERMINATE,
    "compensation": compensation(),
    "conditional": conditional("n == 1"),
    "link": '<linkEventDefinition name="l"/>',
    "cancel": CANCEL,
    "multiple": signal("s") + message("m"),
    "parallel multiple": timer("PT1H") + message("m"),
}


CAUGHT = ("error", "escalation", "cancel")
"""What is thrown inside of what catches it."""


def at(place: str, kind: str) -> bytes:
    """A diagram with an event of a kind at a place. Where it leads is `got`; what goes on beside it is `on`."""
    event, many = DEFINITIONS[kind], {"parallelMultiple": True} if kind == "parallel multiple" else {}
    got = user("got"), path("x got")
    match place:
        case "start of a process":
            return drawn(start("x", event, **many), *got)
        case "start of an event sub-process":
            body = event_sub("e", start("x", event, **many), *got)
            return drawn(start(), user("on"), path("start on"), body, *_thrower(kind, "start"))
        case "intermediate catch":
            away = (throw("away", event), path("start away")) if kind == "link" else (path("start x"),)
            return drawn(start(), node("intermediateCatchEvent", "x", event, **many), *got, *away)
        case "boundary":
            inside = _thrower(kind, "i")
            host = transaction if kind == "cancel" else sub
            on = host("on", start("i"), user("on1"), path("i on1"), *inside)
            event = node("boundaryEvent", "x", event, attachedToRef="on", **many)
            leads = got
            if kind == "compensation":
                handler = user("got", isForCompensation=True)
                association = node("association", "x__got", sourceRef="x", targetRef="got")
                leads = (handler, association, throw("t", compensation()), path("on t"))
            return drawn(start(), on, path("start on"), event, *leads)
        case "intermediate throw":
            here = (catch("here", event), path("here got")) if kind == "link" else (path("x got"),)
            return drawn(start(), throw("x", event), path("start x"), user("got"), *here)
        case _:
            host = transaction if kind == "cancel" else sub
            inner = host("on", start("i"), end("x", event), path("i x"))
            caught = (boundary("b", "on", event), path("b got")) if kind in CAUGHT else ()
            return drawn(start(), inner, user("got"), path("start on got"), *caught)


def _thrower(kind: str, begin: str) -> tuple[str, ...]:
    """What throws, where something is only caught when it is thrown inside: after the task `go`."""
    if kind not in CAUGHT:
        return ()
    return (user("go"), end("thrown", DEFINITIONS[kind]), path(f"{begin} go thrown"))


def happens(case: Case, kind: str) -> None:
    """What an event of this kind waits for."""
    match kind:
        case "timer":
            case.fire("x")
        case "message" | "signal" | "multiple":
            case.send("s" if kind == "signal" else "m")
        case "conditional":
            case.retry(n=1)
        case "error" | "escalation" | "cancel":
            case.complete("go")
        case "compensation":
            case.complete("on1")


def executes(place: str, kind: str) -> None:
    data = at(place, kind)
    if place == "start of a process":
        case = Case(data) if kind == "none" else Case(data, begins="x")
    else:
        case = Case(data, {"n": 0})
    waits = kind not in ("none", "link", "terminate") and place in CATCHING
    if waits:
        assert "got" not in case.open
        happens(case, kind)
    assert "got" in case.open, (place, kind, case.open, case.failures)
    assert "on" not in case.open
    assert "on1" not in case.open
    if place in ("intermediate throw", "end") and kind in ("message", "signal"):
        assert [sent[0] for sent in case.sent] == [kind]
    assert case.failures == {}


CATCHING = ("start of an event sub-process", "intermediate catch", "boundary")


def cells() -> Iterator[tuple[str, str, str]]:
    (_, *places), *rows = rows_under("Events")
    for names, *told in rows:
        for name in names.split(", "):
            for place, status in zip(places, told, strict=True):
                yield name, place, status.partition(",")[0].partition(" ")[0] or "refused"


def test_the_table_of_events_has_a_row_for_every_kind():
    assert {name for name, _, _ in cells()} == set(DEFINITIONS)


@pytest.mark.parametrize(("kind", "place", "status"), list(cells()))
def test_an_event_runs_or_is_refused_as_the_table_says(kind: str, place: str, status: str):
    if status == "runs":
        executes(place, kind)
    else:
        assert status == "refused"
        assert refused(at(place, kind))


# -- what others get wrong ----------------------------------------------------------------------------------


def _twice_around(data: bytes, *rounds: str) -> Play:
    """Complete in every round what the text names; what is open is told after it."""

    def play() -> None:
        case = Case(data)
        for each_round in rounds:
            done, _, left = each_round.partition(" > ")
            for task in done.split():
                case.complete(task)
            assert " ".join(case.open) == left

    return play


JOINED = drawn(
    start(), xor("merge"), par("fork"), user("a"), user("b"), par("join"), script("count", "n = n + 1 if defined(n) else 1"),
    xor("again", "out"), user("after"), path("start merge fork a join count again"), path("fork b join"),
    flow("again", "merge", "n < 3"), flow("again", "after", id="out"),
)  # fmt: skip
OFTEN = drawn(
    start(), xor("merge"), inclusive("fork"), user("a"), user("b"), inclusive("join"), script("count", "n = n + 1 if defined(n) else 1"),
    xor("again", "out"), user("after"), path("start merge fork a join count again"), path("fork b join"),
    flow("again", "merge", "n < 3"), flow("again", "after", id="out"),
)  # fmt: skip
THROWN = sub(
    "x",
    start("i"),
    user("u"),
    end("e", error("E")),
    event_sub("h", start("c", error("E")), user("mend"), path("c mend")),
    path("i u e"),
)
SIGNALLED = drawn(
    start(),
    par("fork"),
    catch("c", signal("s")),
    user("got"),
    user("u"),
    end("e", signal("s")),
    path("start fork c got"),
    path("fork u e"),
)
WRITES = drawn(
    start(),
    par("fork"),
    user("a"),
    user("b"),
    par("join"),
    user("after"),
    path("start fork a join after"),
    path("fork b join"),
)
TOLD = drawn(
    start(),
    user("a"),
    event_sub("h", start("i", message("m"), isInterrupting=False), script("w", "n = n + 1"), path("i w")),
    path("start a"),
)


def _last_write_wins() -> None:
    for first, second, left in (("a", "b", 2), ("b", "a", 1)):
        case = Case(WRITES, {"n": 0})
        for task in (first, second):
            case.complete(task, n={"a": 1, "b": 2}[task])
        assert case.variables["n"] == left
        assert case.open == ["after"]


def _told_from_inside() -> None:
    case = Case(TOLD, {"n": 1})
    case.send("m")
    case.send("m")
    assert (case.variables["n"], case.open) == (3, ["a"])


FAULTS: dict[str, list[Play]] = {
    "A parallel join in a loop": [
        _twice_around(JOINED, "a > b", "b > a b", "b > a", "a > a b", "a b > after")
    ],
    "An inclusive join in a loop": [
        _twice_around(OFTEN, "a > b", "b > a b", "b > a", "a > a b", "a b > after")
    ],
    "A sequence flow without an id": RUNS["sequence flow"],
    "A link": [lambda: executes("intermediate throw", "link")],
    "A signal at an end": [after_all("u", "u", "got")(SIGNALLED)],
    "An event sub-process for an error or escalation": [
        after_all("u", "u", "mend", "mend", "after")(straight(THROWN))
    ],
    "An element called `Start` or `End`": [
        after_all("a", "a", "")(drawn(start("Start"), user("a"), end("End"), path("Start a End")))
    ],
    "Two flows out of a task, a condition on one": RUNS["several flows out of an activity"],
    "Data stores and data associations": [
        lambda: plays(
            ASIDE["data object, data store, property, data association, `ioSpecification`"][0], "after"
        )
    ],
    "`PT5M` without quotes": [
        after_all("", lambda case: case.fire("x"), "after")(straight(catch("x", timer("PT5M"))))
    ],
    "Two branches that write one variable": [_last_write_wins],
    "A write in an event sub-process": [_told_from_inside],
    "Manual and plain tasks": RUNS["manual task, task"],
}
REFUSED_FAULTS = {"Two plain start events": drawn(start("one"), start("two"))}


def test_every_fault_on_the_page_is_executed_and_no_other():
    assert [name for name, *_ in rows_under("Where others go wrong")[1:]] == [*FAULTS, *REFUSED_FAULTS]


@pytest.mark.parametrize("name", FAULTS)
def test_what_others_get_wrong_runs_as_the_standard_says(name: str):
    for play in FAULTS[name]:
        play()


@pytest.mark.parametrize("name", REFUSED_FAULTS)
def test_what_others_pass_over_is_refused(name: str):
    assert refused(REFUSED_FAULTS[name])
