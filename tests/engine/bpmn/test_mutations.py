"""Whatever is done to a diagram, it is refused as a whole or it runs: there is nothing in between."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine import bpmn
from engine.bpmn import Limits, dialect
from engine.errors import Invalid, Problem
from tests.engine.bpmn.support import (
    CANCEL,
    TERMINATE,
    Case,
    boundary,
    by_event,
    call,
    catch,
    compensation,
    diagram,
    each,
    end,
    error,
    event_sub,
    extensions,
    flow,
    hands,
    message,
    node,
    par,
    params,
    path,
    script,
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

EVERYTHING = diagram(
    extensions("<baton:record prefix='INC' title='${title}' priority='${n}'/>"),
    "<laneSet id='ls'><lane id='l' name='desk'><flowNodeRef>t</flowNodeRef></lane></laneSet>",
    *(
        start(),
        par("f"),
        user("t", params({"x": "${n}"}, {"n": "${x}"})),
        user("v", each("xs", "y", until="${false}")),
    ),
    *(script("s", "n = n + 1"), xor("g", "no"), par("j"), end(), catch("c", timer("PT1H")), by_event("e")),
    *(
        catch("e1", message("m", key="${n}", payload="p")),
        catch("e2", timer_of("timeDate", "2026-04-01")),
        end("stop", TERMINATE),
    ),
    sub(
        "u",
        start("u1"),
        user("w"),
        end("boom", error("E")),
        path("u1 w boom"),
        event_sub(
            "h",
            start("h1", timer_of("timeCycle", "R3/PT1H"), isInterrupting=False),
            node("task", "h2"),
            path("h1 h2"),
        ),
    ),
    *(boundary("b", "u", error("E")), boundary("b2", "v", message("m", payload=""), interrupting=False)),
    *(
        path("start f t j"),
        path("f v j s g"),
        flow("g", "f", "n < 5"),
        flow("g", "u", id="no"),
        path("u end"),
    ),
    *(
        call("k", "q", extensions(hands("in", source="n", target="n"), hands("out", variables="all"))),
        boundary("b3", "k", error()),
        flow("f", "k"),
        path("k end"),
        path("b3 end"),
    ),
    *(path("b c end"), path("b2 e e1 stop"), path("e e2 end")),
    transaction(
        "x",
        *(start("x1"), script("xs1", "n = n + 1"), undo("xs1", "xh"), xor("xg", "xo")),
        *(script("xh", "n = n - 1", isForCompensation=True), end("xc", CANCEL), end("xe")),
        *(path("x1 xs1 xg"), flow("xg", "xc", "n < 4"), flow("xg", "xe", id="xo")),
    ),
    *(boundary("b4", "x", CANCEL), throw("xt", compensation("x")), end("xa", compensation())),
    *(path("s x xt end"), path("b4 xa")),
    messages=("m",),
    errors=("E",),
)
INCIDENT = (Path(__file__).parents[3] / "processes/incident/incident.bpmn").read_bytes()
VARIABLES = {"n": 1, "xs": [1, 2], "title": "x", "impact": 1, "urgency": 2}

TAGS = [
    *sorted(dialect.FLOW_NODES),
    "serviceTask",
    "sequenceFlow",
    "extensionElements",
    "lane",
    "message",
    "conditionExpression",
    "timerEventDefinition",
    "errorEventDefinition",
    "messageEventDefinition",
    "terminateEventDefinition",
    "compensateEventDefinition",
    "cancelEventDefinition",
    "association",
    "dataObject",
    "multiInstanceLoopCharacteristics",
    "loopCardinality",
    "completionCondition",
    "script",
    "timeCycle",
    "process",
    "definitions",
]
ATTRIBUTES = [
    *(
        "id",
        "sourceRef",
        "targetRef",
        "default",
        "attachedToRef",
        "cancelActivity",
        "triggeredByEvent",
        "isInterrupting",
        "isForCompensation",
        "activityRef",
    ),
    *(
        "isSequential",
        "errorRef",
        "messageRef",
        "name",
        "calledElement",
        "key",
        "variable",
        "prefix",
        "scriptFormat",
        "isExecutable",
        "language",
    ),
    *(
        f"{{{dialect.CAMUNDA}}}{name}"
        for name in (
            "assignee",
            "candidateGroups",
            "collection",
            "elementVariable",
            "dueDate",
            "priority",
            "formKey",
        )
    ),
]
VALUES = [
    *(
        "",
        " ",
        "true",
        "false",
        "t",
        "v",
        "g",
        "start",
        "f",
        "m",
        "E",
        "u",
        "x",
        "xs1",
        "xh",
        "x.y",
        "a b",
        "1",
        "-1",
        "PT1H",
        "R/PT1H",
        "n < 2",
    ),
    *(
        "${n}",
        "${",
        "${missing}",
        "${xs}",
        "${{}}",
        "${n lt 2 && true}",
        " ${n eq 1 ? n + 1 : m}\n",
        "#{n}",
        "!n || n gt 1",
        "${a.b(1) && n}",
        "= n",
        "xs",
        "null",
        "n = n + 1",
        "ü",
        "x" * 300,
        "2026-01-01",
        "python",
    ),
]


def mutate(data: bytes, dice: random.Random, times: int) -> bytes:
    """Drop, double, rename, move and rewrite elements of a diagram at random."""
    root = etree.fromstring(data)
    for _ in range(times):
        elements = [e for e in root.iter() if isinstance(e.tag, str) and e is not root]
        if not elements:
            break
        chosen, other = dice.choice(elements), dice.choice([root, *elements])
        match dice.randrange(7):
            case 0:
                chosen.getparent().remove(chosen)
            case 1:
                chosen.addnext(etree.fromstring(etree.tostring(chosen)))
            case 2:
                chosen.tag = dialect.bpmn(dice.choice(TAGS))
            case 3 | 4:
                chosen.set(dice.choice(ATTRIBUTES), dice.choice(VALUES))
            case 5:
                if other not in chosen.iter():
                    other.append(chosen)
            case 6:
                chosen.text = dice.choice(VALUES)
    return etree.tostring(root)


CALLED = diagram(
    start("begin"),
    user("inside"),
    end("inside_end", error("E")),
    path("begin inside inside_end"),
    errors=("E",),
)


def runnable(definition: bpmn.Definition) -> bpmn.Process:
    """Whatever it calls is the same small process."""
    (called,), _ = bpmn.prepare("q.bpmn", CALLED, lambda key: True)
    executable = bpmn.pinned(definition, lambda call: 1)
    return bpmn.specification(executable, 1, lambda key, version: called.executable)


def play(process: bpmn.Process, dice: random.Random) -> None:
    """Do whatever can be done in a case, for a while."""
    case = Case(process, VARIABLES, limits=Limits(steps=300, seconds=60, items=20))
    for _ in range(8):
        possible = [("complete", e) for e in case.open] + [("fire", e) for e in case.timers]
        possible += [("send", name) for name, _ in case.messages]
        possible += [("retry", "")] if case.failures else []
        if not possible:
            break
        what, where = dice.choice(possible)
        case.retry() if what == "retry" else getattr(case, what)(where)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([EVERYTHING, EVERYTHING, INCIDENT]), st.randoms(use_true_random=False), st.integers(0, 4)
)
def test_a_mutated_diagram_is_refused_or_runs(original, dice, times):
    data = mutate(original, dice, times)

    found = prepared(data)

    for definition in found.definitions:
        play(runnable(definition), dice)
    assert found.definitions or found.problems
    assert all(problem.detail and problem.file == "x.bpmn" for problem in found.problems)


@dataclass
class Prepared:
    definitions: list[bpmn.Definition] = field(default_factory=list)
    problems: Sequence[Problem] = ()


def prepared(data: bytes) -> Prepared:
    try:
        return Prepared(bpmn.prepare("x.bpmn", data, lambda key: True, lambda key: True)[0])
    except Invalid as refused:
        return Prepared(problems=refused.problems)


def test_the_diagrams_that_are_mutated_run_as_they_are():
    for original in (EVERYTHING, INCIDENT):
        (definition,), _ = bpmn.prepare("x.bpmn", original, lambda key: True, lambda key: True)
        play(runnable(definition), random.Random(7))
