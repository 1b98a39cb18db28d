"""What the operators do with JSON values: exact types, bounded numbers, nothing that Python would guess."""

from collections.abc import Callable
from functools import cmp_to_key
from math import log2

from engine.scripting.errors import ScriptRuntimeError
from engine.scripting.limits import JSON, Meter
from engine.scripting.values import (
    ITEM_BYTES,
    NUMBERS,
    contains,
    described,
    equal,
    number,
)
from engine.sentences import Sentence

Operator = Callable[[JSON, JSON, Meter], JSON]
# Two to a larger power than this is no whole number we keep.
LARGEST_EXPONENT = 53


def add(left: JSON, right: JSON, meter: Meter) -> JSON:
    """Numbers are added; texts, and lists, are put one after the other."""
    kind, other = type(left), type(right)
    if kind in NUMBERS and other in NUMBERS:
        return number(left + right)
    if kind is other and (kind is str or kind is list):
        meter.fit(len(left) + len(right))
        return meter.made(left + right)
    if str in (kind, other):
        raise ScriptRuntimeError(Sentence("not-added", one=described(left), other=described(right)))
    raise _not_with("+", left, right)


def subtract(left: JSON, right: JSON, meter: Meter) -> JSON:
    _numbers("-", left, right)
    return number(left - right)


def multiply(left: JSON, right: JSON, meter: Meter) -> JSON:
    """Numbers are multiplied; a text or a list is repeated."""
    if type(left) in NUMBERS and type(right) in NUMBERS:
        return number(left * right)
    if type(left) is int and type(right) in (str, list):
        left, right = right, left
    if type(left) in (str, list) and type(right) is int:
        meter.fit(len(left) * max(0, right))
        return meter.made(left * right)
    raise _not_with("*", left, right)


def divide(left: JSON, right: JSON, meter: Meter) -> JSON:
    _numbers("/", left, right)
    return number(left / _divisor(right))


def floor_divide(left: JSON, right: JSON, meter: Meter) -> JSON:
    _numbers("//", left, right)
    return number(left // _divisor(right))


def remainder(left: JSON, right: JSON, meter: Meter) -> JSON:
    if type(left) is str:
        raise ScriptRuntimeError(Sentence("text-not-formatted-so"))
    _numbers("%", left, right)
    return number(left % _divisor(right))


def power(left: JSON, right: JSON, meter: Meter) -> JSON:
    _numbers("**", left, right)
    if left == 0 and right < 0:
        raise ScriptRuntimeError(Sentence("zero-no-power"))
    if type(left) is int and type(right) is int and abs(left) > 1 and right > LARGEST_EXPONENT:
        raise ScriptRuntimeError(Sentence("number-too-large"))
    result = left**right
    if type(result) is complex:
        raise ScriptRuntimeError(Sentence("negative-no-power"))
    return number(result)


def negative(value: JSON, meter: Meter) -> JSON:
    if type(value) not in NUMBERS:
        raise ScriptRuntimeError(Sentence("sign-needs-number", sign="-", value=described(value)))
    return -value


def positive(value: JSON, meter: Meter) -> JSON:
    if type(value) not in NUMBERS:
        raise ScriptRuntimeError(Sentence("sign-needs-number", sign="+", value=described(value)))
    return value


def compare(left: JSON, right: JSON, meter: Meter) -> int:
    """Below, at or above zero as `left` comes before, with or after `right`: numbers, texts, lists."""
    return _compare(left, right, meter, meter.limits.depth)


def _compare(left: JSON, right: JSON, meter: Meter, depth: int) -> int:
    kind, other = type(left), type(right)
    if kind in NUMBERS and other in NUMBERS:
        return int(left > right) - int(left < right)
    if kind is str and other is str:
        meter.charge(1 + (min(len(left), len(right)) >> 5))
        return int(left > right) - int(left < right)
    if kind is list and other is list and depth:
        meter.charge(1 + min(len(left), len(right)))
        for a, b in zip(left, right, strict=False):
            if order := 0 if equal(a, b, meter) else _compare(a, b, meter, depth - 1):
                return order
        return len(left) - len(right)
    raise ScriptRuntimeError(Sentence("no-order", one=described(left), other=described(right)))


def in_order(values: list[JSON], meter: Meter, *, reverse: bool = False) -> list[JSON]:
    """The values in ascending order (`reverse`: descending), equal ones as they stood."""
    kinds = set(map(type, values))
    comparisons = int(len(values) * log2(len(values) + 1)) + 1
    if kinds <= NUMBERS:
        meter.charge(comparisons)
        return meter.made(sorted(values, reverse=reverse))
    if kinds == {str}:
        meter.charge(comparisons + (sum(map(len, values)) * int(log2(len(values)) + 1) >> 5))
        return meter.made(sorted(values, reverse=reverse))
    meter.spend(8 * ITEM_BYTES * len(values))
    return sorted(values, key=cmp_to_key(lambda a, b: _counted(a, b, meter)), reverse=reverse)


def _counted(left: JSON, right: JSON, meter: Meter) -> int:
    meter.charge(5)
    return compare(left, right, meter)


def _numbers(sign: str, left: JSON, right: JSON) -> None:
    if type(left) not in NUMBERS or type(right) not in NUMBERS:
        raise _not_with(sign, left, right)


def _divisor(value: int | float) -> int | float:
    if value == 0:
        raise ScriptRuntimeError(Sentence("divides-by-zero"))
    return value


def _not_with(sign: str, left: JSON, right: JSON) -> ScriptRuntimeError:
    return ScriptRuntimeError(
        Sentence("sign-not-with", sign=sign, one=described(left), other=described(right))
    )


def _less(left: JSON, right: JSON, meter: Meter) -> bool:
    if type(left) in NUMBERS and type(right) in NUMBERS:
        return bool(left < right)
    return compare(left, right, meter) < 0


def _less_or_equal(left: JSON, right: JSON, meter: Meter) -> bool:
    if type(left) in NUMBERS and type(right) in NUMBERS:
        return bool(left <= right)
    return compare(left, right, meter) <= 0


# In the terms of the syntax tree, by the name of its node.
ARITHMETIC: dict[str, Operator] = {
    "Add": add,
    "Sub": subtract,
    "Mult": multiply,
    "Div": divide,
    "FloorDiv": floor_divide,
    "Mod": remainder,
    "Pow": power,
}
COMPARISONS: dict[str, Operator] = {
    "Eq": equal,
    "NotEq": lambda left, right, meter: not equal(left, right, meter),
    "Lt": _less,
    "LtE": _less_or_equal,
    "Gt": lambda left, right, meter: _less(right, left, meter),
    "GtE": lambda left, right, meter: _less_or_equal(right, left, meter),
    "In": lambda left, right, meter: contains(right, left, meter),
    "NotIn": lambda left, right, meter: not contains(right, left, meter),
}
