"""What expressions give, and what they refuse and where."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.scripting import Expression, LimitExceeded, Limits, ScriptRuntimeError, ScriptSyntaxError

NAMES = {
    "impact": 1,
    "urgency": 2,
    "title": "Printer",
    "nothing": None,
    "yes": True,
    "xs": [3, 1, 2],
    "people": [{"name": "ann", "age": 30}, {"name": "bob", "age": 20}],
    "d": {"a": 1, "b": {"c": None}, "items": "own"},
    "date": "2024-05-01",
}


def evaluate(text: str, **supplied: Callable[..., Any]) -> Any:
    return Expression.compile(text, functions=frozenset(supplied)).evaluate(NAMES, supplied)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("impact == 1 and urgency <= 2", True),
        ("impact == 2 or title", "Printer"),
        ("impact and 0 and 5", 0),
        ("nothing or 0 or 'c'", "c"),
        ("not xs", False),
        ("'high' if impact == 1 else 'low'", "high"),
        ("1 <= urgency < 3 <= 3", True),
        ("7 // 2 + 7 % 2 - 2 ** 3 * 0.5", 0.0),
        ("-7 // 2", -4),
        ("6 / 3", 2.0),
        ("'ab' + 'c' * 2", "abcc"),
        ("[1] + [2] * 2", [1, 2, 2]),
        ("(1, 'b', null, True)", [1, "b", None, True]),
        ("{'k': [1], 'l': {}}", {"k": [1], "l": {}}),
        ("xs[0] + xs[-1]", 5),
        ("xs[1:] + xs[::-1]", [1, 2, 2, 1, 3]),
        ("title[:3] + title[-1]", "Prir"),
        ("d.b.c is null and d['a'] is not None", True),
        ("d.items", "own"),
        ("date", "2024-05-01"),
        ("2 in xs and 'rint' in title and 'a' in d and 9 not in xs", True),
        ("1 in d", False),
        ("[x * 2 for x in xs if x > 1]", [6, 4]),
        ("[[x, y] for x in xs for y in range(x) if y]", [[3, 1], [3, 2], [2, 1]]),
        ("[x for x in [x + 1 for x in xs]]", [4, 2, 3]),
        ("{p.name: p.age for p in people}", {"ann": 30, "bob": 20}),
        ("[k + str(v) for k, v in {'a': 1}.items()]", ["a1"]),
        ("any(p.age > 25 for p in people)", True),
        ("all(p.age > 25 for p in people)", False),
        ("any(1 / x > 0 for x in [1, 0])", True),
        ("sum(p.age for p in people)", 50),
        (
            "f'{title} {impact:03d} {1.5:.2f} {0.25:.0%} {title:>9}|{nothing}|{xs}|{yes}'",
            "Printer 001 1.50 25%   Printer|null|[3,1,2]|true",
        ),
        ("f'{1234567:,} {title:*^9}'", "1,234,567 *Printer*"),
        ("\n impact +\n  1\n", 2),
        ("impact # the first", 1),
    ],
)
def test_an_expression_gives(text: str, value: Any) -> None:
    result = evaluate(text)

    assert (type(result), result) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 == 1.0", True),
        ("1 == true", False),
        ("[1] == [true]", False),
        ("0 == false", False),
        ("null == false", False),
        ("'1' == 1", False),
        ("{'a': [1, 2.0]} == {'a': [1.0, 2]}", True),
        ("true in [1, 2]", False),
        ("[1, 1.0, true].count(1)", 2),
        ("[[1, 2], [1]] < [[1, 2], [1, 0]]", True),
    ],
)
def test_types_are_kept_apart(text: str, value: bool) -> None:
    assert evaluate(text) == value
    assert type(evaluate(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("len(title) + len(xs) + len(d)", 13),
        ("[min(xs), max(xs), min(4, 2), max('a', 'b')]", [1, 3, 2, "b"]),
        ("[abs(-2), round(2.5), round(2.345, 1), floor(-1.5), ceil(1.2)]", [2, 2, 2.3, -2, 2]),
        ("[int('12'), int(' -3 '), int(2.9), int(-2.9), float('1.5'), float(2)]", [12, -3, 2, -2, 1.5, 2.0]),
        (
            "[str(1), str(1.0), str(true), str(null), str([1, 'ä']), str('x')]",
            ["1", "1.0", "true", "null", '[1,"ä"]', "x"],
        ),
        ("[bool(''), bool([0])]", [False, True]),
        ("[list('ab'), list(d), list(xs)]", [["a", "b"], ["a", "b", "items"], [3, 1, 2]]),
        ("dict([['a', 1]])", {"a": 1}),
        ("[range(3), range(1, 3), range(3, 0, -1)]", [[0, 1, 2], [1, 2], [3, 2, 1]]),
        ("[sorted(xs), sorted(xs, reverse=true), reversed(xs)]", [[1, 2, 3], [3, 2, 1], [2, 1, 3]]),
        ("[p[1] for p in sorted([p.age, p.name] for p in people)]", ["bob", "ann"]),
        (
            "[enumerate('ab'), enumerate(xs, 1)[0], zip(xs, 'ab')]",
            [[[0, "a"], [1, "b"]], [1, 3], [[3, "a"], [1, "b"]]],
        ),
        ("[any([0, 1]), all([0, 1]), any([]), all([])]", [True, False, False, True]),
        (
            "[type_of(x) for x in [null, true, 1, 1.5, '', [], {}]]",
            ["null", "boolean", "number", "number", "text", "list", "dict"],
        ),
        ("sum([]) + sum([0.5, 1])", 1.5),
    ],
)
def test_a_function_gives(text: str, value: Any) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("' aB '.strip().lower() + 'ab'.upper() + 'ab c'.title() + 'ab'.capitalize()", "abABAb CAb"),
        ("['xxaxx'.lstrip('x'), 'xxaxx'.rstrip('x')]", ["axx", "xxa"]),
        (
            "[' a  b '.split(), 'a,b,,'.split(','), ','.join(['a', 'b'])]",
            [["a", "b"], ["a", "b", "", ""], "a,b"],
        ),
        (
            "['aXbX'.replace('X', '--'), 'abab'.find('ba'), 'abab'.find('z'), 'abab'.count('ab')]",
            ["a--b--", 1, -1, 2],
        ),
        (
            "['ab'.startswith('a'), 'ab'.endswith('a'), 'ab'.removeprefix('a'), 'ab'.removesuffix('b')]",
            [True, False, "b", "a"],
        ),
        ("['12'.isdigit(), '²'.isdigit(), 'ab'.isalpha(), '7'.zfill(3)]", [True, False, True, "007"]),
        ("[xs.index(1), xs.count(3)]", [1, 1]),
        (
            "[d.get('a'), d.get('z'), d.get('z', 5), d.keys(), d.items()[0]]",
            [1, None, 5, ["a", "b", "items"], ["a", 1]],
        ),
        ("{'a': 1, 'b': 2}.values()", [1, 2]),
    ],
)
def test_a_method_gives(text: str, value: Any) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("defined(title)", True),
        ("defined(nothing)", True),
        ("defined(missing)", False),
        ("defined(d.b.c)", True),
        ("defined(d.b.x)", False),
        ("defined(title.length)", False),
        ("defined(missing.a.b)", False),
        ("defined(missing) and missing > 3", False),
        ("[defined(p.name) for p in people]", [True, True]),
    ],
)
def test_defined_asks_and_never_fails(text: str, value: bool) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("missing", "There is no variable 'missing'"),
        ("len", "len is a function"),
        ("d.x", "There is no 'x' in this dict"),
        ("title.x", "Text has no 'x'"),
        ("title.upper", "write upper(...)"),
        ("nothing.x", "Null has no 'x'"),
        ("d['x']", "There is no 'x'"),
        ("d[1]", "The key of a dict is text"),
        ("xs[3]", "There is no item 3: this list has 3"),
        ("xs[true]", "A position is a whole number, not a boolean"),
        ("xs['a']", "A position is a whole number"),
        ("1[0]", "A number has no items"),
        ("xs[::0]", "no step of 0"),
        ("true + 1", "+ does not work with a boolean and a number"),
        ("'a' + 1", "use str(...)"),
        ("null + 1", "+ does not work with null"),
        ("-title", "- needs a number"),
        ("title % 3", "use an f-string"),
        ("1 / 0", "divides by zero"),
        ("1 // 0.0", "divides by zero"),
        ("1 % 0", "divides by zero"),
        ("0 ** -1", "no negative power"),
        ("(-8) ** 0.5", "has no such power"),
        ("2 ** 53", "too large"),
        ("9007199254740991 + 1", "too large"),
        ("1e308 * 10", "too large"),
        ("10.0 ** 400", "too large"),
        ("1 < 'a'", "A number and text have no order"),
        ("true < false", "have no order"),
        ("sorted([1, 'a'])", "have no order"),
        ("min([])", "at least one value"),
        ("min([null])", "have no order"),
        ("1 in 'abc'", "Only text can be in text"),
        ("1 in 5", "Nothing can be in a number"),
        ("len(1)", "A number has no length"),
        ("sum([1, true])", "sum takes numbers, not a boolean"),
        ("int('1_0')", "not a whole number"),
        ("float('nan')", "not a number"),
        ("','.join([1])", "join takes texts only"),
        ("'a'.split('')", "needs a separator"),
        ("'a'.replace('', 'b')", "at least one character"),
        ("xs.index(9)", "Ask with 'in' first"),
        ("xs.get('a')", "A list has no method 'get'"),
        ("[x for x in 5]", "A number cannot be gone through"),
        ("[a for a, b in [[1, 2, 3]]]", "needs a list of 2 items, not 3 items"),
        ("{1: 2}", "The key of a dict is text"),
        ("f'{title:.2f}'", "does not fit text"),
    ],
)
def test_values_that_do_not_fit_are_an_error_that_says_so(text: str, message: str) -> None:
    with pytest.raises(ScriptRuntimeError) as caught:
        evaluate(text)

    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is no expression here"),
        ("  # nothing", "There is no expression here"),
        ("a b", "cannot be read"),
        ("a = 1", "cannot be read"),
        ("1) + (2", "closes nothing"),
        ("(1", "cannot be read"),
        ("lambda: 1", "no lambda"),
        ("(a := 1)", "no :="),
        ("[*xs]", "no *"),
        ("len(*xs)", "no *"),
        ("len(**d)", "no **"),
        ("{**d}", "no **"),
        ("{1, 2}", "use a list"),
        ("{x for x in xs}", "use a list"),
        ("(x for x in xs)", "square brackets"),
        ("await a", "no await"),
        ("(yield)", "no yield"),
        ("~1", "no ~"),
        ("1 | 2", "operator"),
        ("1 << 2", "operator"),
        ("xs @ xs", "operator"),
        ("b'a'", "no JSON"),
        ("1j", "no JSON"),
        ("...", "no JSON"),
        ("1e999", "too large"),
        ("9007199254740992", "too large"),
        ("title is 'a'", "use =="),
        ("'%s' % 1", "use an f-string"),
        ("f'{title!r}'", "no !r"),
        ("f'{title=}'", "or = in f-strings"),
        ("f'{1:100}'", "A format is like"),
        ("_x", "underscore"),
        ("d._x", "underscore"),
        ("d.__class__", "underscore"),
        ("_f()", "underscore"),
        ("defined(d.__class__)", "underscore"),
        ("length(xs)", "There is no function 'length'. Did you mean 'len'?"),
        ("'a'.uper()", "Did you mean 'upper'?"),
        ("'{}'.format(1)", "There is no method 'format'"),
        ("xs[0]()", "Only functions and methods"),
        ("len()", "len takes 1 argument, not 0"),
        ("round(1, 2, 3)", "round takes 1 to 2 arguments, not 3"),
        ("sorted(xs, key=len)", "no argument named 'key'"),
        ("'a'.upper(1)", "upper takes 0 arguments, not 1"),
        ("xs.append(1)", "only scripts may"),
        ("d.update(d)", "only scripts may"),
        ("defined('a')", "defined takes one name"),
        ("defined(a, b)", "defined takes one name"),
        ("[x for len in xs]", "len is a function"),
        ("[x for null in xs]", "null cannot be assigned"),
        ("[x for d.a in xs]", "needs a name"),
        ("[x async for x in xs]", "async"),
        ("xs[0:1, 2]", "one range"),
    ],
)
def test_what_is_not_in_the_language_is_refused_when_compiled(text: str, message: str) -> None:
    with pytest.raises(ScriptSyntaxError) as caught:
        Expression.compile(text)

    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("1 + missing", 10, 9),
        ("'ä€😀' + missing", 10, 13),
        ("1 +\n  missing", 11, 3),
        ("1 + (2 * 'a' * 'b')", 10, 10),
        ("1 + )", 10, 9),
        ("1 +\n lambda: 1", 11, 2),
    ],
)
def test_an_error_names_line_and_column_in_the_authors_file(text: str, line: int, column: int) -> None:
    with pytest.raises((ScriptSyntaxError, ScriptRuntimeError)) as caught:
        Expression.compile(text, line=10, column=5).evaluate({})

    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(f"line {line}, column {column}: ")


def test_an_expression_knows_the_names_it_reads() -> None:
    expression = Expression.compile("a + b.c + len([x for x in xs if x == y]) + defined(e.f) + true")

    assert expression.reads == {"a", "b", "xs", "y", "e"}


def test_the_result_shares_nothing_with_the_variables() -> None:
    expression = Expression.compile("[xs, xs]")

    first, second = expression.evaluate(NAMES)
    first.append(4)

    assert second == [3, 1, 2]
    assert NAMES["xs"] == [3, 1, 2]


def test_compiling_the_same_text_again_gives_the_same_expression() -> None:
    assert Expression.compile("1 + 1") is Expression.compile("1 + 1")


def test_supplied_functions_can_be_called_and_their_values_are_checked() -> None:
    assert evaluate("now() + later('PT1H')", now=lambda: "a", later=lambda text: text) == "aPT1H"

    with pytest.raises(ScriptRuntimeError, match="no JSON"):
        evaluate("now()", now=lambda: object())
    with pytest.raises(ScriptRuntimeError, match="no calendar"):
        evaluate("later()", later=_fail)
    with pytest.raises(ScriptRuntimeError, match="does not take 1 arguments"):
        evaluate("now(1)", now=lambda: "a")
    with pytest.raises(ScriptSyntaxError, match="no named arguments"):
        evaluate("now(a=1)", now=lambda: "a")
    with pytest.raises(ScriptRuntimeError, match="not available here"):
        Expression.compile("now()", functions=frozenset({"now"})).evaluate({})


def _fail() -> None:
    raise ValueError("This case has no calendar.")


def test_a_supplied_function_cannot_change_the_variables() -> None:
    evaluate("spoil(xs)", spoil=lambda items: items.clear())

    assert NAMES["xs"] == [3, 1, 2]


def test_the_keys_of_other_systems_pass_through_though_they_are_too_large_to_compute_with() -> None:
    names = {"key": 2**63 + 1}

    assert Expression.compile("key").evaluate(names) == 2**63 + 1
    assert Expression.compile("str(key)").evaluate(names) == "9223372036854775809"
    with pytest.raises(ScriptRuntimeError, match="too large"):
        Expression.compile("key + 1").evaluate(names)


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        (Limits(ticks=100), "[x for x in range(50)]"),
        (Limits(seconds=0.0, ticks=10**9), "[x for x in range(50000)]"),
        (Limits(size=10), "'a' * 11"),
        (Limits(size=10), "[xs, xs, xs, xs]"),
        (Limits(memory=1000), "'a' * 2000"),
        (Limits(depth=3), "[[[[1]]]]"),
    ],
)
def test_each_limit_stops_a_run(limits: Limits, text: str) -> None:
    expression = Expression.compile(text)

    assert expression.evaluate(NAMES) is not None
    with pytest.raises(LimitExceeded):
        expression.evaluate(NAMES, None, limits)
