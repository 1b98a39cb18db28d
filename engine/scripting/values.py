"""JSON values inside a run: when they are equal, how they are written, how they are cut loose."""

import json
import math
from collections.abc import Iterable

from engine.scripting.errors import LimitExceeded, ScriptRuntimeError
from engine.scripting.limits import JSON, Meter
from engine.sentences import Sentence

# Whole numbers that every reader of JSON keeps exactly (RFC 7493).
LARGEST_INTEGER = 2**53 - 1
LARGEST_FOREIGN_BITS = 64

SCALARS = frozenset({type(None), bool, int, float, str})
NUMBERS = frozenset({int, float})
NAMES_OF_TYPES = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "text",
    list: "list",
    dict: "dict",
}

# What CPython takes for an entry beside the key and the value: enough not to undercount.
ENTRY_BYTES = 100
ITEM_BYTES = 8
CONTAINER_BYTES = 80
SHORT_TEXT_BYTES = 76


def type_name(value: JSON) -> str:
    """What people call the type of a value."""
    return NAMES_OF_TYPES.get(type(value), "something that is no JSON")


def described(value: JSON) -> Sentence:
    """The type of a value, as a sentence takes it."""
    return Sentence(_TYPES_TOLD.get(type_name(value), "type-none-of-json"))


_TYPES_TOLD = {
    "null": "type-null",
    "text": "type-text",
    "boolean": "type-boolean",
    "number": "type-number",
    "list": "type-list",
    "dict": "type-dict",
}


def number(value: JSON) -> JSON:
    """The number, if JSON can hold it."""
    if type(value) is int:
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise ScriptRuntimeError(Sentence("whole-number-too-large"))
    elif not math.isfinite(value):
        raise ScriptRuntimeError(Sentence("number-too-large"))
    return value


def equal(left: JSON, right: JSON, meter: Meter) -> bool:
    """Equal as JSON values: 1 is 1.0, true is not 1, values of different types are never equal."""
    kind, other = type(left), type(right)
    if kind is other:
        if kind is str:
            if len(left) == len(right) > 64:
                meter.charge(len(left) >> 6)
            return bool(left == right)
        if kind is list or kind is dict:
            return left is right or _equal_inside(left, right, meter, meter.limits.depth)
        return bool(left == right)
    return kind in NUMBERS and other in NUMBERS and bool(left == right)


def _equal_inside(left: JSON, right: JSON, meter: Meter, depth: int) -> bool:
    if type(left) is not type(right) or type(left) in SCALARS:
        return equal(left, right, meter)
    if left is right:
        return True
    if depth == 0:
        raise _too_deep()
    meter.charge(2 + 2 * len(left))
    if len(left) != len(right):
        return False
    if type(left) is list:
        return all(_equal_inside(a, b, meter, depth - 1) for a, b in zip(left, right, strict=True))
    return all(key in right and _equal_inside(left[key], right[key], meter, depth - 1) for key in left)


def contains(container: JSON, item: JSON, meter: Meter) -> bool:
    """Whether `item` is an item of a list, a key of a dict or a part of a text."""
    if type(container) is list:
        meter.charge(len(container))
        return any(equal(each, item, meter) for each in container)
    if type(container) is dict:
        return type(item) is str and item in container
    if type(container) is str and type(item) is str:
        meter.charge(search_cost(container, item))
        return item in container
    if type(container) is str:
        raise ScriptRuntimeError(Sentence("only-text-in-text", value=described(item)))
    raise ScriptRuntimeError(Sentence("nothing-in", value=described(container)))


def search_cost(text: str, part: str) -> int:
    """Ticks to look for a part in a text: linear in long texts, a product in short ones."""
    return 1 + (len(text) >> 3) + (min(len(text), 2500) * min(len(part), 2500) >> 8)


def items_of(value: JSON, meter: Meter) -> list[JSON]:
    """What a loop goes through: a list's items (the list itself), a dict's keys, a text's characters."""
    if type(value) is list:
        return value
    if type(value) is dict:
        meter.spend(CONTAINER_BYTES + ITEM_BYTES * len(value))
        return list(value)
    if type(value) is str:
        meter.spend((SHORT_TEXT_BYTES + ITEM_BYTES) * len(value))
        return list(value)
    raise ScriptRuntimeError(Sentence("not-gone-through", value=described(value)))


def cut_loose(value: JSON, meter: Meter) -> JSON:
    """A copy that shares nothing with the original or within itself; surely JSON, of bounded size."""
    if type(value) in SCALARS:
        return sound(value)
    return _Copier(meter).copy(value, meter.limits.depth)


def sound(value: JSON) -> JSON:
    """The scalar, if JSON can hold it."""
    kind = type(value)
    if kind is str:
        if not value.isascii() and not _is_unicode(value):
            raise ScriptRuntimeError(Sentence("half-a-character"))
    elif kind is float:
        if not math.isfinite(value):
            raise ScriptRuntimeError(Sentence("number-not-finite"))
    elif kind is int:
        # Larger than our own arithmetic makes: the 64-bit keys of other systems pass through.
        if value.bit_length() > LARGEST_FOREIGN_BITS:
            raise ScriptRuntimeError(Sentence("number-too-large"))
    elif kind not in SCALARS:
        raise ScriptRuntimeError(Sentence("no-json-type", type=kind.__name__))
    return value


def to_text(value: JSON, meter: Meter) -> str:
    """Text as it is, everything else as compact JSON."""
    if type(value) is str:
        return value
    if type(value) is int:
        return str(sound(value))
    written = json.dumps(cut_loose(value, meter), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    meter.fit(len(written))
    meter.made(written)
    return written


def joined(pieces: Iterable[str], meter: Meter) -> str:
    """The pieces, one after the other, in one text."""
    kept = list(pieces)
    meter.fit(sum(map(len, kept)))
    return meter.made("".join(kept))


class _Copier:
    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._left = meter.limits.size

    def copy(self, value: JSON, depth: int) -> JSON:
        kind = type(value)
        if kind is list:
            self._enter(len(value), ITEM_BYTES, depth)
            return [self.copy(item, depth - 1) for item in value]
        if kind is dict:
            self._enter(len(value), ENTRY_BYTES, depth)
            return {self._key(key): self.copy(item, depth - 1) for key, item in value.items()}
        if kind is str:
            self._take(len(value))
        return sound(value)

    def _enter(self, items: int, bytes_per_item: int, depth: int) -> None:
        if depth == 0:
            raise _too_deep()
        self._take(1 + items)
        self._meter.charge(2 * items)
        self._meter.spend(CONTAINER_BYTES + bytes_per_item * items)

    def _key(self, key: object) -> str:
        if type(key) is not str:
            raise ScriptRuntimeError(Sentence("keys-are-texts"))
        self._take(len(key))
        return str(sound(key))

    def _take(self, size: int) -> None:
        # Counted while going in: what is shared would be written out again for each place it stands in.
        self._left -= size
        if self._left < 0:
            raise LimitExceeded(Sentence("value-larger", most=self._meter.limits.size))


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_deep() -> LimitExceeded:
    return LimitExceeded(Sentence("value-too-deep"))
