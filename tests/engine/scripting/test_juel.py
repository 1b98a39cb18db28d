"""JUEL in our language: the same result, or an error; never silently another."""

import random
from dataclasses import dataclass
from typing import Any

import pytest

from engine.scripting import ScriptError, ScriptRuntimeError, ScriptSyntaxError, Template
from engine.scripting.juel import translated


def inside(text: str) -> str:
    """The translation of one expression."""
    return translated("${" + text + "}")[2:-1]


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("a && b", "is_true(a) and is_true(b)"),
        ("a > 1 && b != null", "a > 1 and b != null"),
        ("a || b and c", "is_true(a) or is_true(b) and is_true(c)"),
        ("(a || b) && c", "(is_true(a) or is_true(b)) and is_true(c)"),
        ("!a", "not is_true(a)"),
        ("!!a", "not not is_true(a)"),
        ("!a == b", "is_equal(not is_true(a), b)"),
        ("!(a == null)", "not a == null"),
        ("!empty a", "not a in [null, '', [], {}]"),
        ("not empty a.b", "not a.b in [null, '', [], {}]"),
        ("empty (a)", "a in [null, '', [], {}]"),
        ("empty a + 1", "+(a in [null, '', [], {}]) + 1"),
        ("a eq 'x'", "is_equal(a, 'x')"),
        ("a ne 1", "not is_equal(a, 1)"),
        ("a eq null", "a == null"),
        ("1 lt 2", "1 < 2"),
        ("a ge b", "a >= b"),
        ("a lt b == true", "(a < b) == true"),
        ("a == b == true || c", "is_equal(a, b) == true or is_true(c)"),
        ("a lt b eq c", "is_equal(a < b, c)"),
        ("a ? 'p' : 'q'", "'p' if is_true(a) else 'q'"),
        ("a ? b : c ? d : e", "b if is_true(a) else d if is_true(c) else e"),
        ("(a ? b : c) ? d : e", "d if is_true(b if is_true(a) else c) else e"),
        ("a ? b : not (c)", "b if is_true(a) else not is_true(c)"),
        ("a ? b : empty (c)", "b if is_true(a) else c in [null, '', [], {}]"),
        ("a ? (b ? 1 : 2) : 3", "(1 if is_true(b) else 2) if is_true(a) else 3"),
        ("a div b", "a / b"),
        ("a mod 3", "remainder(a, 3)"),
        ("a div (b * c)", "a / (+b * +c)"),
        ("a - (b - 1) gt 0", "a - (b - 1) > 0"),
        ("-a + 1 gt 0", "-a + 1 > 0"),
        (r"!a && 'it\'s'", """not is_true(a) and is_true("it's")"""),
        (r"a eq 'it\'s'", """is_equal(a, "it's")"""),
        (r'a eq "C:\\x"', r"is_equal(a, 'C:\\x')"),
        ("a.b['c'].d[0] eq null", "a.b['c'].d[0] == null"),
        ("a.class eq null", "a['class'] == null"),
        ("007 eq 7", "7 == 7"),
        (".5 lt 1. && 1e3 gt 2", ".5 < 1. and 1e3 > 2"),
        (
            "a == null && !(b eq 'x') || empty c ? 'p' : 'q'",
            "'p' if a == null and not is_equal(b, 'x') or c in [null, '', [], {}] else 'q'",
        ),
    ],
)
def test_juel_is_translated_by_its_own_precedence(text: str, ours: str) -> None:
    assert inside(text) == ours
    Template.compile("${" + inside(text) + "}")


@pytest.mark.parametrize(
    "text",
    [
        *("a == null", "a == 'x'", "not a", "a and b", "-7 % 3", "a / 2", "a[-1]", "'a' + 'b'", "eq + lt"),
        *("a if b else c", "defined(a)", "x['execution.id']", "a.execution.id", "'a && b'", "f'{a} ? {b}'"),
    ],
)
def test_what_reads_in_our_language_is_left_as_it_is(text: str) -> None:
    assert inside(text) == text


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("execution.getVariable('a')", "camunda-name", "execution.getVariable"),
        ("execution.processInstanceId", "camunda-name", "execution.processInstanceId"),
        ("a && execution.id eq 'x'", "camunda-name", "execution.id"),
        ("authenticatedUserId", "camunda-name", "authenticatedUserId"),
        ("bean.check(a) && b", "juel-call", "check"),
        ("!check(a)", "juel-call", "check"),
        ("fn:length(a)", "juel-call", "fn:length"),
        ("T(java.lang.Math).random() gt 1", "juel-call", "T"),
        ("x -> x + 1", "juel-sign", "->"),
        ("a && b; c", "juel-sign", ";"),
        ("a instanceof b", "juel-sign", "instanceof"),
        ("a eq {1}", "juel-sign", "{"),
        ("a && b = 1", "juel-sign", "="),
        ("a eq 'b\n", "juel-sign", "'b"),
        ("a += b ? 1 : 2", "juel-sign", "+="),
        ("a && b c", "juel-sign", "c"),
        ("a.empty eq 1", "juel-sign", "empty"),
        ("a ? b", "juel-unfinished", ""),
        ("a &&", "juel-unfinished", ""),
        (r"a eq 'x\n'", "juel-escape", r"\n"),
        ("a && b[c]", "juel-index", ""),
        ("a && b[-1]", "juel-index", ""),
        ("a && class", "juel-name", "class"),
        ("a && _b", "name-with-underscore", "_b"),
        ("= a > 1", "no-feel", ""),
        ("!" * 10_000 + "a", "nests-too-deeply-here", ""),
        ("(" * 200 + "a" + ")" * 200 + " && b", "nests-too-deeply", ""),
        ("a &&" * 6_000 + "b", "text-too-long", ""),
    ],
)
def test_what_is_not_translated_is_refused_by_name(text: str, code: str, told: str) -> None:
    with pytest.raises(ScriptSyntaxError) as refused:
        translated("${" + text + "}")

    assert refused.value.reason.code == code
    assert told in str(refused.value)


@pytest.mark.parametrize("text", ["a +", "import os", "a = 1", "a b", "bean.go(a)", "go(a)", "lambda: 1"])
def test_what_is_in_neither_language_is_refused_as_ours(text: str) -> None:
    with pytest.raises(ScriptSyntaxError) as refused:
        translated("${" + text + "}")
    with pytest.raises(ScriptSyntaxError) as ours:
        Template.compile("${" + text + "}")

    assert refused.value.reason.told() == ours.value.reason.told()


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("", ""),
        ("no expression # { $", "no expression # { $"),
        ("#{a}", "${a}"),
        ("#{a} and ${b}", "${a} and ${b}"),
        ("##{a} $${b}", "#{a} $${b}"),
        ("ticket #{", "ticket #{"),
        ("${a eq 'b}", "${a eq 'b}"),
        ("${!a}: ${b}", "${not is_true(a)}: ${b}"),
        ("a ${b ? 'x' : 'y'}", "a ${'x' if is_true(b) else 'y'}"),
        ("a ${b ? c : d}", "a ${(c if is_true(b) else d) + ''}"),
        ("${a\n&& b} ${c}", "${is_true(a) and is_true(b)\n} ${c}"),
        ("${a eq '}'} ${b}", "${is_equal(a, '}')} ${b}"),
    ],
)
def test_every_expression_of_a_text_is_translated_in_its_place(text: str, ours: str) -> None:
    assert translated(text) == ours


def test_what_a_text_would_say_in_other_words_is_refused_or_an_error() -> None:
    with pytest.raises(ScriptSyntaxError, match="give a text"):
        translated("n: ${a ? 1 : 2.5}")
    with pytest.raises(ScriptRuntimeError):
        Template.compile(translated("n: ${a ? b : c}")).evaluate({"a": True, "b": None})


def test_a_refusal_names_line_and_column_in_the_whole_text() -> None:
    with pytest.raises(ScriptSyntaxError) as refused:
        translated("${a}\n  ${b &&\n bean.go()}", line=4)

    assert (refused.value.line, refused.value.column) == (6, 7)

    with pytest.raises(ScriptSyntaxError) as refused:
        translated("a\n##{x} ${a} #{b && c(1)}")

    assert (refused.value.line, refused.value.column) == (2, 19)


# -- random expressions, against an evaluator that knows nothing but the rules of EL -------------------------


class Refused(Exception):
    """JUEL gives an error."""


class Converted(Exception):
    """JUEL converts a value into another type, or finds null where there is nothing."""


class Apart(Exception):
    """Two lists are asked for their order: in JUEL they have none."""


@dataclass(frozen=True)
class Node:
    """An expression: what is done, with what."""

    does: str
    parts: tuple[Any, ...] = ()


VARIABLES: dict[str, Any] = {
    **{"n": 3, "m": -7, "z": 0, "f": 2.5, "t": True, "u": False, "nil": None, "s": "x", "e": "", "d": "7"},
    **{"yes": "true", "xs": [1, "a", None], "none": [], "o": {"k": 1, "p": {"q": "x"}}, "bare": {}},
}
BINARY = {
    **{"||": 1, "or": 1, "&&": 2, "and": 2, "==": 3, "eq": 3, "!=": 3, "ne": 3},
    **{"<": 4, "lt": 4, "<=": 4, "le": 4, ">": 4, "gt": 4, ">=": 4, "ge": 4},
    **{"+": 5, "-": 5, "*": 6, "/": 6, "div": 6, "%": 6, "mod": 6},
}
MEANS = {
    **{"or": "||", "and": "&&", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="},
    **{"div": "/", "mod": "%", "not": "!"},
}


def grown(chance: random.Random, depth: int) -> Node:
    """A random expression."""
    kind = chance.random() if depth else 0
    if kind < 0.25:
        leaf = chance.choice(["name", "name", "name", "number", "text", "word", "path"])
        values = {
            "name": [*VARIABLES, "unknown"],
            "number": ["0", "1", "3", "7", "2.5", "1e2"],
            "text": ["", "x", "true", "7", "it's", 'say "x"', "back\\slash"],
            "word": ["true", "false", "null"],
            "path": ["o.k", "o['k']", "o.p.q", "xs[0]", "xs[9]", "o.missing", "nil.k", "o.p"],
        }
        return Node(leaf, (chance.choice(values[leaf]),))
    if kind < 0.8:
        sign = chance.choice([*BINARY, "&&", "||", "==", "eq", "!="])
        return Node("binary", (sign, grown(chance, depth - 1), grown(chance, depth - 1)))
    if kind < 0.93:
        return Node("unary", (chance.choice(["!", "not ", "-", "empty "]), grown(chance, depth - 1)))
    return Node("choice", tuple(grown(chance, depth - 1) for _ in range(3)))


def written(node: Node, strength: int = 0) -> str:
    """The expression in JUEL, with no more brackets than its grammar needs."""
    match node.does:
        case "text":
            quote = '"' if "'" in node.parts[0] else "'"
            escaped = node.parts[0].replace("\\", "\\\\").replace(quote, "\\" + quote)
            return f"{quote}{escaped}{quote}"
        case "binary":
            sign, left, right = node.parts
            own = BINARY[sign]
            text, needs = f"{written(left, own)} {sign} {written(right, own + 1)}", own < strength
        case "unary":
            text, needs = node.parts[0] + written(node.parts[1], 7), strength > 7
        case "choice":
            condition, then, other = node.parts
            text, needs = f"{written(condition, 1)} ? {written(then)} : {written(other)}", strength > 0
        case _:
            return str(node.parts[0])
    return f"({text})" if needs else text


def value(node: Node) -> Any:
    """What JUEL gives: raises `Refused` for an error, `Converted` where it would convert."""
    match node.does:
        case "name":
            if node.parts[0] not in VARIABLES:
                raise Refused
            return VARIABLES[node.parts[0]]
        case "number":
            return float(node.parts[0]) if set(node.parts[0]) & set(".e") else int(node.parts[0])
        case "text":
            return node.parts[0]
        case "word":
            return {"true": True, "false": False, "null": None}[node.parts[0]]
        case "path":
            found = {"o.k": 1, "o['k']": 1, "o.p.q": "x", "xs[0]": 1, "o.p": {"q": "x"}}
            if node.parts[0] not in found:
                raise Converted  # null, where there is nothing
            return found[node.parts[0]]
        case "choice":
            condition, then, other = node.parts
            return value(then) if truth(value(condition)) else value(other)
        case "unary":
            return unary(node.parts[0].strip(), value(node.parts[1]))
        case _:
            sign, left, right = node.parts
            return binary(MEANS.get(sign, sign), left, right)


def unary(sign: str, operand: Any) -> Any:
    if sign == "empty":
        return operand is None or operand in ("", [], {})
    return -figure(operand) if sign == "-" else not truth(operand)


def binary(sign: str, left: Node, right: Node) -> Any:
    if sign in ("&&", "||"):
        decided = truth(value(left))
        return decided if decided is (sign == "||") else truth(value(right))
    one, other = value(left), value(right)
    if sign in ("==", "!="):
        return same(one, other) is (sign == "==")
    if sign in ("<", "<=", ">", ">="):
        return ordered(sign, one, other)
    one, other = figure(one), figure(other)
    if sign == "+":
        return one + other
    if sign == "-":
        return one - other
    if sign == "*":
        return one * other
    if other == 0:
        raise Refused  # or infinite, or no number: what JSON cannot hold
    if sign == "/":
        return one / other
    left_over = abs(one) % abs(other)
    return -left_over if one < 0 else left_over


def is_number(x: Any) -> bool:
    return isinstance(x, int | float) and not isinstance(x, bool)


def truth(x: Any) -> bool:
    if isinstance(x, str):
        raise Converted
    if x is None or isinstance(x, bool):
        return bool(x)
    raise Refused


def figure(x: Any) -> Any:
    if x is None or isinstance(x, str):
        raise Converted
    if is_number(x):
        return x
    raise Refused


def same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    if is_number(one) and is_number(other):
        return bool(one == other)
    if isinstance(one, str) or isinstance(other, str):
        if isinstance(one, str) and isinstance(other, str):
            return one == other
        raise Converted
    if type(one) is not type(other) and any(isinstance(each, int | float) for each in (one, other)):
        raise Refused
    return bool(one == other)


def ordered(sign: str, one: Any, other: Any) -> bool:
    if one is None or other is None:
        raise Converted  # false, or true of both for <= and >=
    if not (is_number(one) and is_number(other)):
        if {type(one), type(other)} == {list}:
            raise Apart
        if isinstance(one, bool) and isinstance(other, bool):
            raise Converted
        if not (isinstance(one, str) and isinstance(other, str)):
            raise Refused if not isinstance(one, str) and not isinstance(other, str) else Converted
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[sign]


def agrees(node: Node) -> str:
    """How the translation of an expression compares with JUEL: `same`, `refused` where both do, `error` where
    only JUEL would convert, `apart` where nothing is asked; else what differs."""
    text = "${true ? " + written(node, 1) + " : null}"
    try:
        expected: Any = value(node)
    except (Refused, Converted) as fault:
        expected = fault
    except Apart:
        return "apart"
    try:
        found: Any = Template.compile(translated(text)).evaluate(VARIABLES)
    except ScriptError as fault:
        found = fault
    if isinstance(expected, Exception) and isinstance(found, ScriptError):
        return "error" if isinstance(expected, Converted) else "refused"
    if type(expected) is type(found) and expected == found:
        return "same"
    return f"{text}: {expected!r} in JUEL, {found!r} in ours"


def compared(seed: int, number: int) -> dict[str, int]:
    chance = random.Random(seed)
    outcomes: dict[str, int] = {}
    for _ in range(number):
        outcome = agrees(grown(chance, 4))
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return outcomes


def test_random_expressions_give_what_juel_gives_or_an_error() -> None:
    outcomes = compared(seed=1, number=2_000)

    assert outcomes.keys() <= {"same", "refused", "error", "apart"}
    assert outcomes["same"] > 500
    assert outcomes["refused"] > 250
    assert outcomes["error"] > 250


@pytest.mark.proof
def test_very_many_random_expressions_give_what_juel_gives_or_an_error() -> None:
    outcomes = compared(seed=2, number=100_000)

    assert outcomes.keys() <= {"same", "refused", "error", "apart"}
