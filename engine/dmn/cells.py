"""Cells: FEEL's unary tests around our expression language, compiled to closures.

A cell is read once. Literals are decided without the expression language, so that a row of numbers and texts
costs a few comparisons.
"""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from engine.dmn.literals import Literal
from engine.dmn.words import INPUT, Token, Tokens, expression, literal, refusal, tokens_of
from engine.scripting import JSON, Expression, ScriptRuntimeError
from engine.scripting.limits import Frame, Limits
from engine.scripting.operators import COMPARISONS
from engine.scripting.values import NUMBERS, contains, described, equal
from engine.sentences import Sentence

Test = Callable[[JSON, Frame], bool]
Run = Callable[[Frame], JSON]
Operand = Literal | Expression

ORDERS = {"<": "Lt", "<=": "LtE", ">": "Gt", ">=": "GtE"}
EQUALITIES = frozenset({"=", "==", "!="})
_PLAIN: dict[str, Callable[[Any, Any], bool]] = {
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}
_LOWER_BOUNDS = {"[": "GtE", "(": "Gt", "]": "Gt"}
_UPPER_BOUNDS = {"]": "LtE", ")": "Lt", "[": "Lt"}


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the tests between commas. `operands` are what it compares with; `equals` the value it names."""

    test: Test
    operands: tuple[Operand, ...]
    equals: Literal | None = None


@dataclass(frozen=True, slots=True)
class Tests:
    """What an input cell, or a list of allowed values, says: `test`, or anything at all when it is None."""

    test: Test | None
    alternatives: tuple[Alternative, ...]
    is_negated: bool = False

    @property
    def reads(self) -> frozenset[str]:
        """The names of variables it reads."""
        return _reads(operand for each in self.alternatives for operand in each.operands)

    @property
    def is_known(self) -> bool:
        """Whether every value in it is a literal, so that a value can be tested before anything runs."""
        return all(isinstance(each, Literal) for one in self.alternatives for each in one.operands)

    @property
    def is_list(self) -> bool:
        """Whether it lists values, and nothing else."""
        return (
            bool(self.alternatives) and not self.is_negated and all(each.equals for each in self.alternatives)
        )

    def admits(self, value: JSON) -> bool:
        """Whether a value passes, of tests that are known. One that has no order with theirs does not."""
        try:
            return self.test is None or self.test(value, Frame({}, None, Limits()))
        except ScriptRuntimeError:
            return False

    def position(self, value: JSON, frame: Frame) -> int | None:
        """Where a value stands in a list; None when it is not there."""
        return next((at for at, each in enumerate(self.alternatives) if each.test(value, frame)), None)


@dataclass(frozen=True, slots=True)
class Value:
    """What an output cell or an input expression gives. `known` is the literal, where it is one."""

    run: Run
    known: Literal | None = None
    reads: frozenset[str] = frozenset()


ANYTHING = Tests(None, ())
NULL = Value(lambda frame: None, Literal(None))


def read_tests(text: str, functions: frozenset[str]) -> Tests:
    """The tests of an input cell; `-` and nothing are anything. Raises ScriptSyntaxError."""
    tokens = tokens_of(text)
    if [token.text for token in tokens] in ([], ["-"]):
        return ANYTHING
    return _TestReader(text, functions).read(tokens)


def read_value(text: str, functions: frozenset[str]) -> Value:
    """The value of an output cell or an expression; nothing is null. Raises ScriptSyntaxError."""
    tokens = tokens_of(text)
    if not tokens:
        return NULL
    if [token.text for token in tokens] == ["-"]:
        raise refusal(text, 0, Sentence("dash-in-output"))
    for token in tokens:
        if token.text == "?":
            raise refusal(text, token.start, Sentence("input-sign-in-output"))
    known = literal(text, tokens)
    if known is None:
        found = expression(text, tokens, functions)
        return Value(found.value, None, found.reads)
    value = known.value
    return Value(lambda frame: value, known)


class _TestReader:
    def __init__(self, text: str, functions: frozenset[str]) -> None:
        self.text = text
        self.functions = functions

    def read(self, tokens: Tokens) -> Tests:
        inside = self._parts(tokens[2:-1]) if _is_negation(tokens) else None
        parts = inside or self._parts(tokens) or [tokens]
        if inside is None and len(parts) == 1:
            alternatives = [self._alternative(tokens)]
        else:
            alternatives = [self._listed(part) for part in parts]
        test = _any_of(alternatives)
        return Tests(_negated(test) if inside else test, tuple(alternatives), inside is not None)

    def _parts(self, tokens: Tokens) -> list[Tokens] | None:
        """The tests between the commas; None when the brackets do not pair up."""
        parts, at = [], 0
        while True:
            end = _end_of_test(tokens, at)
            if end is None:
                return None
            if end == at:
                where = tokens[min(at, len(tokens) - 1)].start if tokens else 0
                raise refusal(self.text, where, Sentence("value-missing-beside"))
            parts.append(tokens[at:end])
            if end == len(tokens):
                return parts
            at = end + 1

    def _listed(self, tokens: Tokens) -> Alternative:
        if _is_negation(tokens):
            raise refusal(self.text, tokens[0].start, Sentence("not-around-all"))
        return self._alternative(tokens)

    def _alternative(self, tokens: Tokens) -> Alternative:
        first = tokens[0].text
        if first in ORDERS:
            bound = self._bound(tokens[1:], tokens[0])
            return Alternative(_ordered(ORDERS[first], bound), (bound,))
        if first in EQUALITIES:
            other = self._operand(tokens[1:], tokens[0])
            test = _same(other)
            return Alternative(_negated(test) if first == "!=" else test, (other,))
        if span := _range(tokens, 0):
            return self._between(tokens, span[0])
        known = literal(self.text, tokens)
        if known is not None:
            return Alternative(_same(known), (known,), known)
        found = expression(self.text, tokens, self.functions)
        speaks_of_null = any(token.text in ("null", "None") for token in tokens)
        test = _condition(found, speaks_of_null) if INPUT in found.reads else _equal_or_in(found)
        return Alternative(test, (found,))

    def _between(self, tokens: Tokens, dots: int) -> Alternative:
        low = self._bound(tokens[1:dots], tokens[0])
        high = self._bound(tokens[dots + 1 : -1], tokens[dots])
        if isinstance(low, Literal) and isinstance(high, Literal):
            self._refuse_empty(low, high, tokens[0])
        above = _ordered(_LOWER_BOUNDS[tokens[0].text], low)
        below = _ordered(_UPPER_BOUNDS[tokens[-1].text], high)
        return Alternative(lambda value, frame: above(value, frame) and below(value, frame), (low, high))

    def _refuse_empty(self, low: Literal, high: Literal, at: Token) -> None:
        if low.kind is not high.kind:
            raise refusal(self.text, at.start, Sentence("range-of-two-kinds"))
        try:
            reaches = _ordered("LtE", high)(low.value, Frame({}, None, Limits()))
        except ScriptRuntimeError as error:
            raise refusal(self.text, at.start, error.reason) from None
        if not reaches:
            raise refusal(self.text, at.start, Sentence("range-empty"))

    def _bound(self, tokens: Tokens, before: Token) -> Operand:
        if any(token.text in ("and", "or", "not", *ORDERS, *EQUALITIES) for token in _outside(tokens)):
            raise refusal(self.text, before.start, Sentence("both-sides-missing"))
        found = self._operand(tokens, before)
        if isinstance(found, Literal) and (found.value is None or type(found.value) is bool):
            code = "null-has-no-order" if found.value is None else "boolean-has-no-order"
            raise refusal(self.text, before.start, Sentence(code))
        return found

    def _operand(self, tokens: Tokens, before: Token) -> Operand:
        if not tokens:
            raise refusal(self.text, before.start, Sentence("value-missing", sign=before.text))
        known = literal(self.text, tokens)
        return expression(self.text, tokens, self.functions) if known is None else known


# -- where tests begin and end -----------------------------------------------------------------------------


def _is_negation(tokens: Tokens) -> bool:
    return len(tokens) > 2 and [tokens[0].text, tokens[1].text, tokens[-1].text] == ["not", "(", ")"]


def _end_of_test(tokens: Tokens, at: int) -> int | None:
    """Where the test that begins there ends; None when its brackets do not pair up."""
    if span := _range(tokens, at):
        return span[1]
    depth = 0
    for index in range(at, len(tokens)):
        text = tokens[index].text
        if text == "," and not depth:
            return index
        depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
        if depth < 0:
            return None
    return None if depth else len(tokens)


def _range(tokens: Tokens, at: int) -> tuple[int, int] | None:
    """Of the range that begins there: where its dots are, and where the tokens after it begin."""
    if at == len(tokens) or tokens[at].text not in _LOWER_BOUNDS:
        return None
    depth, dots = 0, None
    for index in range(at + 1, len(tokens)):
        text = tokens[index].text
        is_last = index + 1 == len(tokens) or tokens[index + 1].text == ","
        if dots and is_last and not depth and text in _UPPER_BOUNDS:
            return dots, index + 1
        if text == ".." and not depth:
            dots = index
        depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
        if depth < 0 or (text == "," and not depth):
            return None
    return None


def _outside(tokens: Tokens) -> Iterable[Token]:
    """The tokens that are in no bracket."""
    depth = 0
    for token in tokens:
        depth -= token.text in (")", "]", "}")
        if not depth:
            yield token
        depth += token.text in ("(", "[", "{")


# -- tests -------------------------------------------------------------------------------------------------


def _reads(operands: Iterable[Operand]) -> frozenset[str]:
    found = (each.reads for each in operands if isinstance(each, Expression))
    return frozenset().union(*found) - {INPUT}


def _any_of(alternatives: list[Alternative]) -> Test:
    plain = [each.equals.value for each in alternatives if each.equals and not each.equals.kind]
    tests = [each.test for each in alternatives if not each.equals or each.equals.kind]
    if plain:
        tests.insert(0, _one_of(plain))
    if len(tests) == 1:
        return tests[0]

    def either(value: JSON, frame: Frame) -> bool:
        frame.charge(len(tests))
        return any(test(value, frame) for test in tests)

    return either


def _negated(test: Test) -> Test:
    return lambda value, frame: not test(value, frame)


def _one_of(values: list[JSON]) -> Test:
    """Whether the input is one of these numbers, texts, booleans and nulls; true is not 1."""
    texts = frozenset(each for each in values if type(each) is str)
    numbers = frozenset(each for each in values if type(each) in NUMBERS)
    others = [each for each in values if each is None or type(each) is bool]
    if len(values) == 1 and texts:
        only = values[0]
        return lambda value, frame: bool(value == only)

    def test(value: JSON, frame: Frame) -> bool:
        if type(value) is str:
            return value in texts
        if type(value) in NUMBERS:
            return value in numbers
        return any(value is each for each in others)

    return test


def _same(other: Operand) -> Test:
    if isinstance(other, Expression):
        run = _asked(other)
        return lambda value, frame: equal(value, run(value, frame), frame)
    if other.kind is None:
        value_named = other.value
        return lambda value, frame: equal(value, value_named, frame)
    kind, key = other.kind, other.key
    return lambda value, frame: kind.same(value, key)


def _ordered(order: str, bound: Operand) -> Test:
    """Whether the input is before or after a bound. Null is neither; what has no order is an error."""
    if isinstance(bound, Expression):
        return _ordered_beside(order, bound)
    plain, compare, limit = _PLAIN[order], COMPARISONS[order], bound.value
    if bound.kind:
        kind, key = bound.kind, bound.key
        return lambda value, frame: value is not None and plain(kind.key(value), key)
    if type(limit) is str:
        return lambda value, frame: value is not None and compare(value, limit, frame)

    def test(value: JSON, frame: Frame) -> bool:
        if type(value) in NUMBERS:
            return plain(value, limit)
        return value is not None and compare(value, limit, frame)

    return test


def _ordered_beside(order: str, bound: Expression) -> Test:
    compare, run = COMPARISONS[order], _asked(bound)

    def test(value: JSON, frame: Frame) -> bool:
        limit = run(value, frame)
        return value is not None and limit is not None and bool(compare(value, limit, frame))

    return test


def _condition(found: Expression, speaks_of_null: bool) -> Test:
    """Whether an expression with ? in it is true. Null never meets one that does not speak of null."""
    run = _asked(found)

    def test(value: JSON, frame: Frame) -> bool:
        if value is None and not speaks_of_null:
            return False
        answer = run(value, frame)
        if answer is None or type(answer) is bool:
            return answer is True
        raise ScriptRuntimeError(Sentence("condition-gives-other", value=described(answer)))

    return test


def _equal_or_in(found: Expression) -> Test:
    """Whether the input is what an expression gives, or one of the items when that is a list."""
    run = found.value

    def test(value: JSON, frame: Frame) -> bool:
        other = run(frame)
        if type(other) is bool and value is not None and type(value) is not bool:
            raise ScriptRuntimeError(Sentence("condition-without-input"))
        return equal(value, other, frame) or (type(other) is list and contains(other, value, frame))

    return test


def _asked(found: Expression) -> Callable[[JSON, Frame], JSON]:
    """What evaluates an expression that may ask for the input."""
    run = found.value
    if INPUT not in found.reads:
        return lambda value, frame: run(frame)

    def ask(value: JSON, frame: Frame) -> JSON:
        frame.names.own[INPUT] = value
        return run(frame)

    return ask
