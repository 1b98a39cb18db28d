"""Whatever is written, nothing but the language's own errors comes out, and every result is JSON."""

import json
import math
import operator

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.scripting import BUILTINS, Expression, Limits, Script, ScriptError, Template
from engine.scripting.methods import method_names

SMALL = Limits(ticks=20_000, seconds=0.2, size=5_000, memory=500_000, depth=20)
VARIABLES = {
    "x": 1,
    "half": 0.5,
    "t": "text ü",
    "yes": True,
    "nothing": None,
    "xs": [3, 1, [2, "a"], None],
    "d": {"a": 1, "b": {"c": [1, {"e": "f"}]}, "items": "of d"},
    "big": 2**63,
    "odd": "\ud800",
    "day": "2024-02-29",
    "moment": "2024-03-31T00:30:00Z",
}
FUNCTIONS = {"now": lambda: "2024-05-01T10:00:00.000000Z", "strange": lambda *given: (given, object())}

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)

FRAGMENTS = [
    *"+-*/%<>=!~&|^@.,:;()[]{}#\\\n\t'\"` $_0123456789",
    *[
        "**",
        "//",
        "==",
        "!=",
        "<=",
        ":=",
        "->",
        "...",
        "f'",
        "f'{",
        "}'",
        "'''",
        "${",
        "$${",
        "\n    ",
        "0x",
        "1e400",
        "1j",
    ],
    *[
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "else",
        "elif",
        "for",
        "while",
        "lambda",
        "def",
        "class",
        "import",
    ],
    *[
        "del",
        "pass",
        "break",
        "continue",
        "try",
        "with",
        "return",
        "yield",
        "await",
        "async",
        "match",
        "global",
    ],
    *[
        "true",
        "false",
        "null",
        "True",
        "None",
        "__class__",
        "__import__",
        "\ud800",
        "\x00",
        "\uff3f\uff3fx",
        "ﬁ",
        "é",
    ],
    *sorted(VARIABLES),
    *sorted(BUILTINS),
    *sorted(method_names()),
]
sources = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=30).map(
    lambda pieces: " ".join(pieces) if len(pieces) % 2 else "".join(pieces)
)

atoms = st.sampled_from(
    [
        *VARIABLES,
        "0",
        "1",
        "-3",
        "2.5",
        "9007199254740991",
        "'a'",
        "''",
        "'P1M'",
        "[]",
        "{}",
        "null",
        "true",
        "unknown",
    ]
)


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    arguments = st.lists(inner, max_size=3).map(", ".join)
    return st.one_of(
        st.tuples(
            inner,
            st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", "in", "and", "or"]),
            inner,
        ).map(lambda each: f"({each[0]} {each[1]} {each[2]})"),
        inner.map(lambda each: f"(not {each})"),
        inner.map(lambda each: f"(-{each})"),
        st.tuples(inner, inner, inner).map(lambda each: f"({each[0]} if {each[1]} else {each[2]})"),
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
        st.tuples(inner, inner).map(lambda each: f"{{{each[0]}: {each[1]}}}"),
        st.tuples(inner, inner).map(lambda each: f"{each[0]}[{each[1]}]"),
        st.tuples(inner, inner, inner).map(lambda each: f"{each[0]}[{each[1]}:{each[2]}]"),
        st.tuples(inner, st.sampled_from(["a", "b", "items"])).map(lambda each: f"({each[0]}).{each[1]}"),
        st.tuples(st.sampled_from(sorted(BUILTINS | FUNCTIONS.keys())), arguments).map(
            lambda each: f"{each[0]}({each[1]})"
        ),
        st.tuples(inner, st.sampled_from(sorted(method_names())), arguments).map(
            lambda each: f"({each[0]}).{each[1]}({each[2]})"
        ),
        st.tuples(inner, inner, inner).map(lambda each: f"[{each[0]} for v in {each[1]} if {each[2]}]"),
        st.tuples(inner, inner).map(lambda each: f"any(v == {each[0]} for v in {each[1]})"),
        st.tuples(inner, inner).map(lambda each: f"{{str(v): {each[0]} for v in {each[1]}}}"),
        inner.filter(lambda each: "'" not in each).map(lambda each: f"f'<{{{each}}}|{{{each}:>7}}>'"),
    )


expressions = st.recursive(atoms, _expressions, max_leaves=12)


def _indented(block: str) -> str:
    return "".join(f"    {line}\n" for line in block.splitlines())


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    block = st.lists(inner, min_size=1, max_size=3).map("".join)
    return st.one_of(
        st.tuples(expressions, block, block).map(
            lambda each: f"if {each[0]}:\n{_indented(each[1])}else:\n{_indented(each[2])}"
        ),
        st.tuples(expressions, block).map(lambda each: f"for w in {each[0]}:\n{_indented(each[1])}"),
    )


lines = st.one_of(
    st.tuples(
        st.sampled_from(["r", "xs", "d", "d.a", "d['z']", "xs[0]", "r, s", "xs[-1].q"]), expressions
    ).map(lambda each: f"{each[0]} = {each[1]}\n"),
    st.tuples(
        st.sampled_from(["x", "xs", "d.a", "t"]), st.sampled_from(["+=", "-=", "*=", "%="]), expressions
    ).map(lambda each: f"{each[0]} {each[1]} {each[2]}\n"),
    st.tuples(
        st.sampled_from(["xs.append", "xs.extend", "xs.insert", "d.update", "xs.pop", "d.pop"]), expressions
    ).map(lambda each: f"{each[0]}({each[1]})\n"),
    st.sampled_from(
        ["del d.a\n", "del xs[0]\n", "xs.sort()\n", "xs.append(xs)\n", "pass\n", "break\n", "continue\n"]
    ),
)
programs = st.lists(st.recursive(lines, _statements, max_leaves=8), min_size=1, max_size=5).map("".join)


def _evaluated(source: str) -> None:
    try:
        result = Expression.compile(source, functions=frozenset(FUNCTIONS)).evaluate(
            VARIABLES, FUNCTIONS, SMALL
        )
    except ScriptError as error:
        _check(error)
    else:
        json.dumps(result, allow_nan=False, ensure_ascii=False).encode()


def _run(source: str) -> None:
    before = repr(VARIABLES)
    try:
        result = Script.compile(source, functions=frozenset(FUNCTIONS)).run(VARIABLES, FUNCTIONS, SMALL)
    except ScriptError as error:
        _check(error)
    else:
        json.dumps(result, allow_nan=False, ensure_ascii=False).encode()
    assert repr(VARIABLES) == before


def _check(error: ScriptError) -> None:
    assert error.line >= 1
    assert error.column >= 1
    assert error.message


@settings(max_examples=150, deadline=None)
@given(sources)
def test_no_text_makes_anything_but_a_value_or_an_error_of_the_language(source: str) -> None:
    _evaluated(source)
    _run(source)


@settings(max_examples=80, deadline=None)
@given(sources)
def test_no_text_breaks_a_template(source: str) -> None:
    try:
        result = Template.compile("${" + source).evaluate(VARIABLES, FUNCTIONS, SMALL)
    except ScriptError as error:
        _check(error)
    else:
        json.dumps(result, allow_nan=False, ensure_ascii=False).encode()


@settings(max_examples=200, deadline=None)
@given(expressions)
def test_every_expression_gives_json_or_an_error_of_the_language(source: str) -> None:
    _evaluated(source)


@settings(max_examples=150, deadline=None)
@given(programs)
def test_every_script_gives_json_or_an_error_of_the_language_and_leaves_its_input_alone(source: str) -> None:
    _run(source)


@given(values)
def test_a_value_comes_out_as_it_went_in_or_is_refused(value: object) -> None:
    try:
        result = Expression.compile("value").evaluate({"value": value})
    except ScriptError as error:
        _check(error)
    else:
        assert json.dumps(result) == json.dumps(value)


@given(values)
def test_a_changing_script_never_touches_the_value_it_was_given(value: object) -> None:
    before = json.dumps(value)

    try:
        Script.compile("x = value\nfor each in x:\n    x.append(1)\n    break").run({"value": value})
    except ScriptError as error:
        _check(error)

    assert json.dumps(value) == before


OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
safe_numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)


@given(safe_numbers, st.sampled_from(sorted(OPERATORS)), safe_numbers)
def test_arithmetic_agrees_with_python_wherever_json_can_hold_the_result(
    a: float, sign: str, b: float
) -> None:
    try:
        expected = OPERATORS[sign](a, b)
    except (ZeroDivisionError, OverflowError):
        expected = math.inf
    held = math.isfinite(expected) and (isinstance(expected, float) or abs(expected) < 2**53)

    try:
        result = Expression.compile(f"a {sign} b").evaluate({"a": a, "b": b})
    except ScriptError:
        assert not held
    else:
        assert (type(result), result) == (type(expected), expected)


whole_numbers = st.integers(-(2**53), 2**53)


@given(
    st.lists(whole_numbers | st.floats(allow_nan=False, allow_infinity=False))
    | st.lists(st.text())
    | st.lists(st.lists(whole_numbers))
)
def test_sorting_agrees_with_python(items: list[object]) -> None:
    assert Expression.compile("sorted(xs)").evaluate({"xs": items}) == sorted(items)
    assert Script.compile("xs.sort(reverse=true)").run({"xs": items}).get("xs", items) == sorted(
        items, reverse=True
    )
