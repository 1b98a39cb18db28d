"""The functions of the language: each takes the meter and JSON values, and gives a JSON value."""

import math
from collections.abc import Callable, Iterable

from engine.scripting import dates
from engine.scripting.errors import ScriptRuntimeError
from engine.scripting.limits import JSON, Meter
from engine.scripting.operators import add, compare, in_order
from engine.scripting.signatures import Signature, signature_of
from engine.scripting.values import (
    CONTAINER_BYTES,
    ENTRY_BYTES,
    ITEM_BYTES,
    NUMBERS,
    described,
    equal,
    items_of,
    number,
    to_text,
    type_name,
)
from engine.sentences import Sentence

INTEGER_BYTES = 32
LONGEST_NUMBER = 40

_DATES: dict[str, Callable[..., JSON]] = {
    "add": dates.add,
    "date": dates.date_of,
    "days_between": dates.days_between,
    "duration": dates.duration,
    "format_date": dates.format_date,
    "in_zone": dates.in_zone,
    "instant": dates.instant,
    "seconds": dates.seconds,
    "seconds_between": dates.seconds_between,
    "subtract": dates.subtract,
    "weekday": dates.weekday,
}
FUNCTIONS: dict[str, Signature] = {name: signature_of(function, name) for name, function in _DATES.items()}


def _function(function: Callable[..., JSON]) -> Callable[..., JSON]:
    # A name that Python's own function has ends in an underscore here.
    name = function.__name__.rstrip("_")
    FUNCTIONS[name] = signature_of(function, name)
    return function


@_function
def len_(meter: Meter, value: JSON) -> int:
    if type(value) not in (str, list, dict):
        raise ScriptRuntimeError(Sentence("no-length", value=described(value)))
    return len(value)


@_function
def sum_(meter: Meter, values: JSON) -> JSON:
    total: JSON = 0
    for value in _list(values, meter):
        _need_number("sum", value)
        total = add(total, value, meter)
    return total


@_function
def min_(meter: Meter, *values: JSON) -> JSON:
    return _first("min", values, -1, meter)


@_function
def max_(meter: Meter, *values: JSON) -> JSON:
    return _first("max", values, 1, meter)


def _first(name: str, values: tuple[JSON, ...], direction: int, meter: Meter) -> JSON:
    candidates = _list(values[0], meter) if len(values) == 1 else list(values)
    if not candidates:
        raise ScriptRuntimeError(Sentence("needs-a-value", function=name))
    best = candidates[0]
    # The first is compared with itself, so that a null on its own does not pass for the smallest.
    for value in candidates:
        if compare(value, best, meter) * direction > 0:
            best = value
    return best


@_function
def abs_(meter: Meter, value: JSON) -> JSON:
    return abs(_need_number("abs", value))


@_function
def round_(meter: Meter, value: JSON, digits: JSON = None) -> JSON:
    _need_number("round", value)
    if digits is None:
        return number(round(value))
    if type(digits) is not int or abs(digits) > 15:
        raise ScriptRuntimeError(Sentence("round-digits"))
    return number(round(value, digits))


@_function
def floor(meter: Meter, value: JSON) -> JSON:
    return number(math.floor(_need_number("floor", value)))


@_function
def ceil(meter: Meter, value: JSON) -> JSON:
    return number(math.ceil(_need_number("ceil", value)))


@_function
def int_(meter: Meter, value: JSON) -> JSON:
    if type(value) is str:
        return number(_read_number(value, int, "a-whole-number"))
    return number(int(_need_number("int", value)))


@_function
def float_(meter: Meter, value: JSON) -> JSON:
    if type(value) is str:
        return number(_read_number(value, float, "a-number"))
    return number(float(_need_number("float", value)))


@_function
def str_(meter: Meter, value: JSON) -> str:
    return to_text(value, meter)


@_function
def bool_(meter: Meter, value: JSON) -> bool:
    return bool(value)


@_function
def is_true(meter: Meter, value: JSON) -> bool:
    """A boolean as it is, null as false: what JUEL's operators make of them."""
    if value is not None and type(value) is not bool:
        raise ScriptRuntimeError(Sentence("neither-true", value=described(value)))
    return bool(value)


@_function
def is_equal(meter: Meter, one: JSON, other: JSON) -> bool:
    """As `==`, but an error where JUEL would convert one of the two into the other's type."""
    kinds = {type(one), type(other)}
    if len(kinds) == 1 or type(None) in kinds or kinds == NUMBERS or kinds == {list, dict}:
        return equal(one, other, meter)
    raise ScriptRuntimeError(Sentence("not-compared", one=described(one), other=described(other)))


@_function
def remainder(meter: Meter, one: JSON, other: JSON) -> JSON:
    """What is left of a division that is cut off, not rounded down: it has the sign of `one`."""
    _need_number("remainder", one)
    if _need_number("remainder", other) == 0:
        raise ScriptRuntimeError(Sentence("divides-by-zero"))
    if type(one) is int and type(other) is int:
        return number(one - other * (abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1)))
    return number(math.fmod(one, other))


@_function
def list_(meter: Meter, value: JSON) -> list[JSON]:
    return meter.made(list(_list(value, meter)))


@_function
def dict_(meter: Meter, value: JSON) -> dict[str, JSON]:
    if type(value) is dict:
        return meter.made(dict(value))
    pairs = _list(value, meter)
    meter.spend(ENTRY_BYTES * len(pairs))
    if not all(type(pair) is list and len(pair) == 2 and type(pair[0]) is str for pair in pairs):
        raise ScriptRuntimeError(Sentence("dict-takes"))
    return {name: value for name, value in pairs}


@_function
def range_(meter: Meter, start: JSON, stop: JSON = None, step: JSON = 1) -> list[JSON]:
    if stop is None:
        start, stop = 0, start
    if not (type(start) is type(stop) is type(step) is int and step):
        raise ScriptRuntimeError(Sentence("range-takes"))
    numbers = range(number(start), number(stop), number(step))
    meter.fit(len(numbers))
    meter.spend((INTEGER_BYTES + ITEM_BYTES) * len(numbers))
    return list(numbers)


@_function
def sorted_(meter: Meter, values: JSON, *, reverse: JSON = False) -> list[JSON]:
    return in_order(_list(values, meter), meter, reverse=bool(reverse))


@_function
def reversed_(meter: Meter, values: JSON) -> list[JSON]:
    return meter.made(_list(values, meter)[::-1])


@_function
def enumerate_(meter: Meter, values: JSON, start: JSON = 0) -> list[list[JSON]]:
    if type(start) is not int:
        raise ScriptRuntimeError(Sentence("enumerate-takes"))
    return _rows(enumerate(_list(values, meter), number(start)), len(_list(values, meter)), 2, meter)


@_function
def zip_(meter: Meter, *values: JSON) -> list[list[JSON]]:
    columns = [_list(each, meter) for each in values]
    return _rows(zip(*columns, strict=False), min(map(len, columns), default=0), len(columns), meter)


def _rows(rows: Iterable[tuple[JSON, ...]], count: int, width: int, meter: Meter) -> list[list[JSON]]:
    meter.fit(count * width)
    meter.spend((CONTAINER_BYTES + INTEGER_BYTES + ITEM_BYTES * (width + 1)) * count)
    return [list(row) for row in rows]


@_function
def any_(meter: Meter, values: JSON) -> bool:
    meter.charge(len(_list(values, meter)) >> 2)
    return any(_list(values, meter))


@_function
def all_(meter: Meter, values: JSON) -> bool:
    meter.charge(len(_list(values, meter)) >> 2)
    return all(_list(values, meter))


@_function
def type_of(meter: Meter, value: JSON) -> str:
    return type_name(value)


def _list(value: JSON, meter: Meter) -> list[JSON]:
    found = items_of(value, meter)
    meter.charge(len(found) >> 2)
    return found


def _need_number(name: str, value: JSON) -> JSON:
    if type(value) not in NUMBERS:
        raise ScriptRuntimeError(Sentence("takes-numbers", function=name, value=described(value)))
    return value


def _read_number(text: str, read: Callable[[str], JSON], what: str) -> JSON:
    # Python would also read 1_000, nan, and the digits of other alphabets.
    plain = text.strip() if len(text) <= LONGEST_NUMBER else ""
    if plain.isascii() and "_" not in plain and "n" not in plain.lower():
        try:
            return read(plain)
        except ValueError:
            pass
    raise ScriptRuntimeError(Sentence("text-is-not", text=text[:LONGEST_NUMBER], what=Sentence(what)))
