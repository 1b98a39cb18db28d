"""The methods of texts, lists and dicts: by exact type, from these tables and nowhere else."""

from collections.abc import Callable

from engine.scripting.errors import ScriptRuntimeError
from engine.scripting.limits import JSON, Meter
from engine.scripting.operators import in_order
from engine.scripting.signatures import Signature, signature_of
from engine.scripting.values import (
    CONTAINER_BYTES,
    ENTRY_BYTES,
    ITEM_BYTES,
    SHORT_TEXT_BYTES,
    described,
    equal,
    items_of,
    search_cost,
)
from engine.sentences import Sentence

Method = Callable[..., JSON]

METHODS: dict[type, dict[str, Signature]] = {str: {}, list: {}, dict: {}}
# These change what they are called on, which expressions never do.
CHANGING = frozenset(
    {"append", "clear", "extend", "insert", "pop", "remove", "reverse", "setdefault", "sort", "update"}
)

_MISSING: JSON = object()


def method_names() -> frozenset[str]:
    """Every name that is a method of something."""
    return frozenset().union(*METHODS.values())


def _of(kind: type) -> Callable[[Method], Method]:
    def register(method: Method) -> Method:
        # list_pop and dict_pop are both pop.
        signature = signature_of(method, method.__name__.removeprefix(kind.__name__ + "_"))
        METHODS[kind][signature.name] = signature
        return method

    return register


def _text(value: JSON, what: str) -> str:
    if type(value) is not str:
        raise ScriptRuntimeError(Sentence("takes-text", method=what, value=described(value)))
    return value


def _index(value: JSON) -> int:
    if type(value) is not int:
        raise ScriptRuntimeError(Sentence("position-no-number", value=described(value)))
    return value


def _rewritten(text: str, rewrite: Callable[[str], str], meter: Meter) -> str:
    meter.charge(len(text) >> 3)
    result = rewrite(text)
    meter.fit(len(result))
    return meter.made(result)


@_of(str)
def lower(meter: Meter, text: str) -> str:
    return _rewritten(text, str.lower, meter)


@_of(str)
def upper(meter: Meter, text: str) -> str:
    return _rewritten(text, str.upper, meter)


@_of(str)
def title(meter: Meter, text: str) -> str:
    return _rewritten(text, str.title, meter)


@_of(str)
def capitalize(meter: Meter, text: str) -> str:
    return _rewritten(text, str.capitalize, meter)


@_of(str)
def strip(meter: Meter, text: str, characters: JSON = None) -> str:
    return _stripped(str.strip, text, characters, meter)


@_of(str)
def lstrip(meter: Meter, text: str, characters: JSON = None) -> str:
    return _stripped(str.lstrip, text, characters, meter)


@_of(str)
def rstrip(meter: Meter, text: str, characters: JSON = None) -> str:
    return _stripped(str.rstrip, text, characters, meter)


def _stripped(cut: Callable[..., str], text: str, characters: JSON, meter: Meter) -> str:
    if characters is None:
        return _rewritten(text, cut, meter)
    # Each end character is looked up among the given ones.
    meter.charge(len(text) * (1 + (len(_text(characters, "strip")) >> 6)) >> 3)
    return _rewritten(text, lambda given: cut(given, characters), meter)


@_of(str)
def split(meter: Meter, text: str, separator: JSON = None) -> list[str]:
    if separator is not None and not _text(separator, "split"):
        raise ScriptRuntimeError(Sentence("split-needs"))
    meter.charge(search_cost(text, separator or " "))
    # No more pieces than there is memory for: a text of separators comes apart into one for each character.
    pieces = text.split(separator, meter.memory // (SHORT_TEXT_BYTES + ITEM_BYTES))
    meter.spend(len(text) + (SHORT_TEXT_BYTES + ITEM_BYTES) * len(pieces))
    return pieces


@_of(str)
def join(meter: Meter, separator: str, items: JSON) -> str:
    if type(items) is not list:
        raise ScriptRuntimeError(Sentence("join-takes", value=described(items)))
    meter.charge(2 * len(items))
    if any(type(item) is not str for item in items):
        raise ScriptRuntimeError(Sentence("join-takes-texts"))
    meter.fit(sum(map(len, items)) + len(separator) * max(0, len(items) - 1))
    return meter.made(separator.join(items))


@_of(str)
def replace(meter: Meter, text: str, old: JSON, new: JSON) -> str:
    if not _text(old, "replace"):
        raise ScriptRuntimeError(Sentence("replace-needs"))
    meter.charge(2 * search_cost(text, old))
    meter.fit(len(text) + text.count(old) * (len(_text(new, "replace")) - len(old)))
    return meter.made(text.replace(old, new))


@_of(str)
def startswith(meter: Meter, text: str, start: JSON) -> bool:
    meter.charge(len(_text(start, "startswith")) >> 6)
    return text.startswith(start)


@_of(str)
def endswith(meter: Meter, text: str, end: JSON) -> bool:
    meter.charge(len(_text(end, "endswith")) >> 6)
    return text.endswith(end)


@_of(str)
def removeprefix(meter: Meter, text: str, start: JSON) -> str:
    return _rewritten(text, lambda given: given.removeprefix(_text(start, "removeprefix")), meter)


@_of(str)
def removesuffix(meter: Meter, text: str, end: JSON) -> str:
    return _rewritten(text, lambda given: given.removesuffix(_text(end, "removesuffix")), meter)


@_of(str)
def find(meter: Meter, text: str, part: JSON) -> int:
    meter.charge(search_cost(text, _text(part, "find")))
    return text.find(part)


@_of(str)
def str_count(meter: Meter, text: str, part: JSON) -> int:
    meter.charge(search_cost(text, _text(part, "count")))
    return text.count(part)


@_of(str)
def isdigit(meter: Meter, text: str) -> bool:
    meter.charge(len(text) >> 3)
    return text.isascii() and text.isdigit()


@_of(str)
def isalpha(meter: Meter, text: str) -> bool:
    meter.charge(len(text) >> 3)
    return text.isalpha()


@_of(str)
def zfill(meter: Meter, text: str, width: JSON) -> str:
    if _index(width) > 100:
        raise ScriptRuntimeError(Sentence("zfill-most"))
    return _rewritten(text, lambda given: given.zfill(width), meter)


@_of(list)
def index(meter: Meter, items: list[JSON], item: JSON) -> int:
    position = _position(items, item, meter)
    if position is None:
        raise ScriptRuntimeError(Sentence("item-not-in-list"))
    return position


@_of(list)
def list_count(meter: Meter, items: list[JSON], item: JSON) -> int:
    meter.charge(len(items))
    return sum(equal(each, item, meter) for each in items)


@_of(list)
def append(meter: Meter, items: list[JSON], item: JSON) -> None:
    meter.fit(len(items) + 1)
    meter.spend(2 * ITEM_BYTES)
    items.append(item)


@_of(list)
def extend(meter: Meter, items: list[JSON], more: JSON) -> None:
    added = items_of(more, meter)
    meter.fit(len(items) + len(added))
    meter.spend(2 * ITEM_BYTES * len(added))
    items.extend(added)


@_of(list)
def insert(meter: Meter, items: list[JSON], position: JSON, item: JSON) -> None:
    meter.fit(len(items) + 1)
    meter.charge(len(items) >> 4)
    meter.spend(2 * ITEM_BYTES)
    items.insert(_bounded(_index(position), items), item)


@_of(list)
def list_pop(meter: Meter, items: list[JSON], position: JSON = -1) -> JSON:
    meter.charge(len(items) >> 4)
    if not -len(items) <= _index(position) < len(items):
        raise ScriptRuntimeError(Sentence("no-item-to-pop", position=position, number=len(items)))
    return items.pop(position)


@_of(list)
def remove(meter: Meter, items: list[JSON], item: JSON) -> None:
    position = _position(items, item, meter)
    if position is None:
        raise ScriptRuntimeError(Sentence("item-not-in-list"))
    del items[position]


@_of(list)
def sort(meter: Meter, items: list[JSON], *, reverse: JSON = False) -> None:
    items[:] = in_order(items, meter, reverse=bool(reverse))


@_of(list)
def reverse(meter: Meter, items: list[JSON]) -> None:
    meter.charge(len(items) >> 3)
    items.reverse()


@_of(list)
def list_clear(meter: Meter, items: list[JSON]) -> None:
    items.clear()


def _position(items: list[JSON], item: JSON, meter: Meter) -> int | None:
    meter.charge(len(items))
    return next((position for position, each in enumerate(items) if equal(each, item, meter)), None)


def _bounded(position: int, items: list[JSON]) -> int:
    return max(-len(items), min(len(items), position))


def key(value: JSON) -> str:
    """The value, if it may be the key of a dict."""
    if type(value) is not str:
        raise ScriptRuntimeError(Sentence("key-no-text", value=described(value)))
    return value


def put(meter: Meter, entries: dict[str, JSON], name: str, value: JSON) -> None:
    """Set an entry of a dict."""
    if name not in entries:
        meter.fit(len(entries) + 1)
        meter.spend(ENTRY_BYTES)
    entries[name] = value


@_of(dict)
def get(meter: Meter, entries: dict[str, JSON], name: JSON, default: JSON = None) -> JSON:
    return entries.get(key(name), default)


@_of(dict)
def keys(meter: Meter, entries: dict[str, JSON]) -> list[str]:
    return meter.made(list(entries))


@_of(dict)
def values(meter: Meter, entries: dict[str, JSON]) -> list[JSON]:
    return meter.made(list(entries.values()))


@_of(dict)
def items(meter: Meter, entries: dict[str, JSON]) -> list[list[JSON]]:
    meter.spend((CONTAINER_BYTES + 3 * ITEM_BYTES) * len(entries))
    return [list(entry) for entry in entries.items()]


@_of(dict)
def update(meter: Meter, entries: dict[str, JSON], more: JSON) -> None:
    if type(more) is not dict:
        raise ScriptRuntimeError(Sentence("update-takes", value=described(more)))
    meter.fit(len(entries) + len(more))
    meter.spend(ENTRY_BYTES * len(more))
    entries.update(more)


@_of(dict)
def dict_pop(meter: Meter, entries: dict[str, JSON], name: JSON, default: JSON = _MISSING) -> JSON:
    if key(name) not in entries and default is _MISSING:
        raise ScriptRuntimeError(Sentence("no-entry-to-pop", name=name))
    return entries.pop(name, default)


@_of(dict)
def setdefault(meter: Meter, entries: dict[str, JSON], name: JSON, default: JSON = None) -> JSON:
    if key(name) not in entries:
        put(meter, entries, name, default)
    return entries[name]


@_of(dict)
def dict_clear(meter: Meter, entries: dict[str, JSON]) -> None:
    entries.clear()
