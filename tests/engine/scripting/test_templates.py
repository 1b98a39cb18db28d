"""Text with expressions in it."""

from typing import Any

import pytest

from engine.scripting import LimitExceeded, Limits, ScriptRuntimeError, ScriptSyntaxError, Template

NAMES = {"number": 7, "title": "Printer", "tags": ["a", "ü"], "d": {"x": None}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        ("no expression { } $ $$ {x}", "no expression { } $ $$ {x}"),
        ("${number}", 7),
        ("${tags}", ["a", "ü"]),
        ("${ {'a': '}'} }", {"a": "}"}),
        ("${ {'a': {'b': \"}\"}}.a }", {"b": "}"}),
        ("${f'{number}}}'}", "7}"),
        ("${'''it's }'''}", "it's }"),
        (r"${'\'}'}", "'}"),
        ("Case ${number}: ${title}", "Case 7: Printer"),
        (" ${number}", " 7"),
        ("${number}${number}", "77"),
        ("${tags} ${d} ${null} ${true} ${1.0}", '["a","ü"] {"x":null} null true 1.0'),
        ("$${number} costs $${", "${number} costs ${"),
        ("$$${number}", "$${number}"),
        ("${\n  number\n  + 1\n}", 8),
    ],
)
def test_a_template_gives(text: str, value: Any) -> None:
    assert Template.compile(text).evaluate(NAMES) == value


@pytest.mark.parametrize(
    ("text", "literal"), [("text", True), ("$${x}", True), ("", True), ("${x}", False), ("a ${x}", False)]
)
def test_a_template_knows_whether_it_computes_anything(text: str, literal: bool) -> None:
    assert Template.compile(text).is_literal is literal


def test_a_template_knows_the_names_it_reads() -> None:
    assert Template.compile("${a + b} and ${len(c)}").reads == {"a", "b", "c"}


@pytest.mark.parametrize("text", ["${", "a ${number", "${'}", "${(}", "${number # }"])
def test_an_expression_that_never_ends_is_refused(text: str) -> None:
    with pytest.raises(ScriptSyntaxError):
        Template.compile(text)


@pytest.mark.parametrize("text", ["${}", "${ }", "${1 +}", "${import os}", "a ${len()}"])
def test_an_expression_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ScriptSyntaxError):
        Template.compile(text)


def test_errors_name_line_and_column_in_the_whole_text() -> None:
    with pytest.raises(ScriptRuntimeError) as at_run_time:
        Template.compile("first\nsecond ${number + missing}", line=3).evaluate(NAMES)
    with pytest.raises(ScriptSyntaxError) as at_compile_time:
        Template.compile("a ${lambda: 1}")
    with pytest.raises(ScriptSyntaxError) as behind_others:
        Template.compile("${a}\n$${ ${b +\n1} ${c}${d +}")

    assert (behind_others.value.line, behind_others.value.column) == (3, 13)
    assert (at_run_time.value.line, at_run_time.value.column) == (4, 19)
    assert (at_compile_time.value.line, at_compile_time.value.column) == (1, 5)


def test_one_limit_holds_for_all_expressions_of_a_template_together() -> None:
    one = "${'a' * 600}"

    assert Template.compile(one).evaluate({}, None, Limits(size=1000)) == "a" * 600
    with pytest.raises(LimitExceeded):
        Template.compile(one + one).evaluate({}, None, Limits(size=1000))


def test_supplied_functions_can_be_called() -> None:
    template = Template.compile("at ${now()}", functions=frozenset({"now"}))

    assert template.evaluate({}, {"now": lambda: "noon"}) == "at noon"
