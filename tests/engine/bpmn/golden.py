"""States and definitions as a release of Baton left them: `python -m tests.engine.bpmn.golden` writes those that are
missing, and never touches one that is there.

Each file holds what the database holds of a case, its executables and its saved state, and how it was seen to go on
then. Whatever Baton becomes, a test reads them and goes on the same way.
"""

# ruff: noqa: E501 (a diagram a line can be read)

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import bpmn
from tests.engine.bpmn.support import (
    CANCEL,
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
    par,
    params,
    path,
    receive,
    script,
    service,
    signal,
    start,
    sub,
    throw,
    timer,
    timer_of,
    transaction,
    undo,
    user,
    xor,
)

FOLDER = Path(__file__).parent / "golden"
DECLARED: dict[str, Any] = {
    "messages": ("m",),
    "signals": ("s",),
    "errors": ("E",),
    "escalations": ("X",),
}

Move = list[Any]
"""What is done to a case: ["complete", "task", {...}], ["fire", "timer"], ["send", "m", {...}], ["work", "job"],
["give_up", "job"], ["retry", {...}]."""


@dataclass(frozen=True)
class Scenario:
    """A case that is left after the first moves and goes on with the others."""

    files: tuple[bytes, ...]
    variables: dict[str, Any]
    before: list[Move]
    after: list[Move]


def drawn(*parts: str, key: str = "p") -> bytes:
    return diagram(*parts, key=key, **DECLARED)


def play(case: Case, moves: list[Move]) -> None:
    for verb, *what in moves:
        keywords = what.pop() if what and isinstance(what[-1], dict) and verb != "send" else {}
        getattr(case, verb)(*what, **keywords)


def seen(case: Case) -> dict[str, Any]:
    """What people see of a case."""
    return {
        "open": case.open,
        "jobs": [job.element for job in case.jobs],
        "timers": {element: due.isoformat() for element, due in sorted(case.timers.items())},
        "messages": [list(each) for each in case.messages],
        "variables": case.variables,
        "failures": case.failures,
        "completed": case.completed,
    }


HANDLED = event_sub(
    "e", start("got", message("m", payload="said"), isInterrupting=False), user("h"), path("got h")
)
SCENARIOS: dict[str, Scenario] = {
    "a task with inputs and a boundary timer": Scenario(
        (
            drawn(
                *(start(), user("a", params({"mine": "${n + 1}"}, {"n": "${mine * 2}"})), user("late"), user("after")),
                *(boundary("t", "a", timer_of("timeCycle", "R3/PT1H"), interrupting=False), path("start a after")),
                path("t late"),
            ),
        ),
        {"n": 1},
        [["fire", "t"]],
        [["fire", "t"], ["complete", "a", {"mine": 5}], ["complete", "late"]],
    ),
    "a parallel join half reached in a loop": Scenario(
        (
            drawn(
                *(start(), xor("merge"), par("f"), user("a"), user("b"), par("j"), script("c", "n = n + 1"), xor("g", "out")),
                *(user("after"), path("start merge f a j c g"), path("f b j")),
                *(flow("g", "merge", "n < 2"), flow("g", "after", id="out")),
            ),
        ),
        {"n": 0},
        [["complete", "a"], ["complete", "b"], ["complete", "b"]],
        [["complete", "a"], ["complete", "after"]],
    ),
    "an inclusive join half reached": Scenario(
        (
            drawn(
                *(start(), inclusive("f"), user("a"), user("b"), user("c"), inclusive("j"), user("after")),
                *(flow("f", "a", "n > 0"), flow("f", "b", "n > 1"), flow("f", "c", "n > 9")),
                *(path("start f"), path("a j after"), path("b j"), path("c j")),
            ),
        ),
        {"n": 5},
        [["complete", "a"]],
        [["complete", "b"], ["complete", "after"]],
    ),
    "items of a repetition, some done": Scenario(
        (
            drawn(
                *(start(), user("v", params({"answer": "${null}"}, {"votes": "${votes + [answer]}"}), each("who", "one", until="nrOfCompletedInstances >= 3"))),
                *(user("after"), path("start v after")),
            ),
        ),
        {"who": ["x", "y", "z", "w"], "votes": []},
        [["complete", "v", {"nth": 1, "answer": 1}]],
        [["complete", "v", {"answer": 2}], ["complete", "v", {"answer": 3}], ["complete", "after"]],
    ),
    "a sequential repetition of a sub-process": Scenario(
        (
            drawn(
                *(start(), sub("many", start("i"), user("u"), path("i u"), each("who", "one", sequential=True))),
                *(user("after"), path("start many after")),
            ),
        ),
        {"who": [1, 2, 3]},
        [["complete", "u"]],
        [["complete", "u"], ["complete", "u"], ["complete", "after"]],
    ),
    "a standard loop in its second round": Scenario(
        (drawn(start(), user("w", loop("loopCounter < 3")), user("after"), path("start w after")),),
        {},
        [["complete", "w"]],
        [["complete", "w"], ["complete", "w"], ["complete", "after"]],
    ),
    "events that wait at once": Scenario(
        (
            drawn(
                *(start(), by_event("g"), catch("t", timer("PT1H")), catch("s1", signal("s")), user("a"), user("b")),
                *(par("f"), catch("c", conditional("n > 1")), user("d"), HANDLED),
                *(path("start f g t a"), path("g s1 b"), path("f c d")),
            ),
        ),
        {"n": 0},
        [["send", "m", {"a": 1}]],
        [["send", "m", {"a": 2}], ["send", "s", {}], ["complete", "h", {"n": 2}], ["complete", "h"], ["complete", "d"]],
    ),
    "an error and an escalation out of a called process": Scenario(
        (
            drawn(
                *(start(), call("c", "q", params({"n": "${n}"})), boundary("x", "c", escalation("X"), interrupting=False)),
                *(boundary("e", "c", error("E")), user("told"), user("mend"), user("after")),
                *(path("start c after"), path("x told"), path("e mend")),
            ),
            drawn(
                *(start(), throw("t", escalation("X")), user("u"), end("bad", error("E")), path("start t u bad")),
                key="q",
            ),
        ),
        {"n": 1},
        [["complete", "told"]],
        [["complete", "u"], ["complete", "mend"]],
    ),
    "a cancelled transaction, half undone": Scenario(
        (
            drawn(
                *(start(), user("first"), undo("first", "unfirst"), user("unfirst", isForCompensation=True)),
                transaction(
                    *("tr", start("i"), user("a"), undo("a", "una"), user("una", isForCompensation=True)),
                    sub("inner", params({"room": "${n}"}), start("ii"), user("b"), undo("b", "unb"),
                        script("unb", "given_back = room", isForCompensation=True),
                        user("c"), undo("c", "unc"), user("unc", isForCompensation=True), path("ii b c")),
                    *(end("x", CANCEL), path("i a inner x")),
                ),
                *(boundary("cancelled", "tr", CANCEL), throw("t", compensation("first")), user("after")),
                *(path("start first tr"), path("cancelled t after")),
            ),
        ),
        {"n": 7},
        [["complete", "first"], ["complete", "a"], ["complete", "b"], ["complete", "c", {"n": 8}]],
        [["complete", "unc"], ["complete", "una"], ["complete", "unfirst"], ["complete", "after"]],
    ),
    "an element that failed and a dead job": Scenario(
        (
            drawn(
                *(start(), par("f"), script("bad", "x = missing + 1"), user("after"), service("j"), receive("r", "m")),
                *(path("start f bad after"), path("f j r")),
            ),
        ),
        {},
        [["give_up", "j"]],
        [["retry", {"missing": 1}], ["work", "j", {"y": 2}], ["send", "m", {}], ["complete", "after"]],
    ),
}  # fmt: skip


def written(scenario: Scenario) -> dict[str, Any]:
    """What is kept of a scenario."""
    case = Case(scenario.files[0], scenario.variables, calls=scenario.files[1:])
    play(case, scenario.before)
    kept = {
        "format": bpmn.FORMAT,
        "executables": executables(scenario.files),
        "state": b64encode(case.state).decode(),
        "waiting": case.waiting_outside(),
        "before": seen(case),
        "moves": scenario.after,
    }
    play(case, scenario.after)
    return {**kept, "after": seen(case)}


def executables(files: tuple[bytes, ...]) -> dict[str, str]:
    definitions = [
        each for file in files for each in bpmn.prepare("p.bpmn", file, lambda _: True, lambda _: True)[0]
    ]
    return {each.key: bpmn.pinned(each, lambda called: called.number or 1) for each in definitions}


def path_of(name: str) -> Path:
    return FOLDER / f"{name.replace(' ', '-')}.json"


def kept() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every file there is, by its name."""
    for file in sorted(FOLDER.glob("*.json")):
        yield file.stem, json.loads(file.read_text())


def state_of(document: dict[str, Any]) -> bytes:
    return b64decode(document["state"])


def main(say: Callable[[str], None] = print) -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, scenario in SCENARIOS.items():
        if not path_of(name).exists():
            document = json.dumps(written(scenario), indent=1, ensure_ascii=False)
            path_of(name).write_text(document + "\n")
            say(f"written: {path_of(name).name}")


if __name__ == "__main__":
    main()
