"""Decision tables in a few words."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine import dmn
from engine.dmn import DecisionError, Result
from engine.errors import Invalid, Problem

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
OTHERS = 'xmlns:camunda="http://camunda.org/schema/1.0/dmn" xmlns:baton="urn:baton:bpmn:1"'
NOW = "2026-03-02T09:00:00.000000Z"


def document(*decisions: str, namespace: str = MODEL, attributes: str = "") -> bytes:
    """A file, each decision on lines of its own from line 2."""
    inside = "\n".join(decisions)
    return f'<definitions xmlns="{namespace}" {OTHERS} {attributes}>\n{inside}\n</definitions>'.encode()


def text(tag: str, inside: str, attributes: str = "") -> str:
    return f"<{tag} {attributes}><text>{escape(inside)}</text></{tag}>"


def column(expression: str, values: str | None = None, type_: str = "", label: str = "") -> str:
    """An input column."""
    allowed = "" if values is None else text("inputValues", values)
    inside = text("inputExpression", expression, f"typeRef={quoteattr(type_)}") + allowed
    return f"<input label={quoteattr(label)}>{inside}</input>"


def output(name: str, values: str | None = None, type_: str = "", default: str | None = None) -> str:
    """An output column."""
    inside = "" if values is None else text("outputValues", values)
    inside += "" if default is None else text("defaultOutputEntry", default)
    return f"<output name={quoteattr(name)} typeRef={quoteattr(type_)}>{inside}</output>"


def rule(cells: Sequence[str], outputs: Sequence[str]) -> str:
    inputs = "".join(text("inputEntry", each) for each in cells)
    return f"<rule>{inputs}{''.join(text('outputEntry', each) for each in outputs)}</rule>"


def table(
    columns: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[tuple[Sequence[str], Sequence[str]]],
    policy: str = "UNIQUE",
    aggregation: str | None = None,
) -> str:
    """A decision table; a column or output without markup is an expression or a name. One rule a line."""
    inside = [each if each.startswith("<") else column(each) for each in columns]
    inside += [each if each.startswith("<") else output(each) for each in outputs]
    inside += [rule(*each) for each in rules]
    figure = "" if aggregation is None else f"aggregation={quoteattr(aggregation)}"
    return (
        f"<decisionTable hitPolicy={quoteattr(policy)} {figure}>\n" + "\n".join(inside) + "\n</decisionTable>"
    )


def decision(
    logic: str, key: str = "d", name: str = "D", requires: Sequence[str] = (), inside: str = ""
) -> str:
    needed = "".join(
        f'<informationRequirement><requiredDecision href="#{each}"/></informationRequirement>'
        for each in requires
    )
    return f"<decision id={quoteattr(key)} name={quoteattr(name)}>{inside}{needed}\n{logic}\n</decision>"


def literal(expression: str) -> str:
    return text("literalExpression", expression)


def one_cell(cell: str, input_: str = "x", type_: str = "", values: str | None = None) -> bytes:
    """A table that says true where its only cell matches `x`, else false."""
    logic = table(
        [column(input_, values, type_, "X")], [output("met", default="false")], [((cell,), ("true",))]
    )
    return document(decision(logic))


def decide(data: bytes, names: Mapping[str, Any] | None = None, key: str = "d") -> Result:
    return dmn.load(data).evaluate(key, names or {}, {"now": lambda: NOW})


def matches(cell: str, value: Any, **names: Any) -> bool:
    """Whether a cell matches an input."""
    met = decide(one_cell(cell), {"x": value, **names}).value
    assert type(met) is bool
    return met


def failure(data: bytes, names: Mapping[str, Any] | None = None, key: str = "d") -> str:
    with pytest.raises(DecisionError) as caught:
        decide(data, names, key)
    return str(caught.value)


def problems(data: bytes) -> list[Problem]:
    with pytest.raises(Invalid) as caught:
        dmn.prepare("x.dmn", data)
    return list(caught.value.problems)


def refusal(data: bytes) -> str:
    """The one problem of a file."""
    (problem,) = problems(data)
    return problem.detail


def warnings(data: bytes) -> list[str]:
    return [each.detail for each in dmn.prepare("x.dmn", data)[1]]
