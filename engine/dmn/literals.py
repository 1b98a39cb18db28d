"""Values a cell names outright, the types a column can have, and how dates, instants and durations compare.

JSON has no dates: they are texts (`engine.scripting.dates`). A cell that says `date("2026-01-01")` compares as
dates do, so texts that write one instant or duration differently are equal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, total_ordering
from typing import Any

from engine.calendars import Duration
from engine.scripting import JSON, Limits, ScriptError
from engine.scripting.dates import DATE, date_of, instant
from engine.scripting.errors import ScriptRuntimeError
from engine.scripting.limits import Meter
from engine.scripting.values import NUMBERS, described

KEYS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of text that compares by what it means. `key` raises ScriptRuntimeError for other values."""

    name: str
    key: Callable[[JSON], Any]

    def same(self, value: JSON, key: Any) -> bool:
        """Whether a value is of this kind and means the same; anything else is not equal, and no error."""
        try:
            return type(value) is str and bool(self.key(value) == key)
        except ScriptRuntimeError:
            return False

    def includes(self, value: JSON) -> bool:
        return self.same(value, self.key(value)) if type(value) is str and self._reads(value) else False

    def _reads(self, text: str) -> bool:
        try:
            self.key(text)
        except ScriptRuntimeError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in a cell, as JSON has it; dates, instants and durations know their kind and key."""

    value: JSON
    kind: Kind | None = None
    key: Any = None


def typed(kind: Kind, text: str) -> Literal:
    """The literal of that kind. Raises ScriptRuntimeError when the text is none."""
    if kind is INSTANT:
        text = _instant(text)
    return Literal(text, kind, kind.key(text))


def at_literal(text: str) -> Literal:
    """The literal `@"..."`: a date, an instant or a duration by its shape."""
    if DATE.fullmatch(text):
        return typed(DATE_KIND, text)
    return typed(DURATION if text.lstrip("-").startswith("P") else INSTANT, text)


@total_ordering
@dataclass(frozen=True, slots=True)
class _Length:
    """A duration: so many months, or so many seconds; the two have no order between them."""

    months: int
    seconds: float

    def __lt__(self, other: "_Length") -> bool:
        if (self.months and other.seconds) or (self.seconds and other.months):
            raise ScriptRuntimeError("Months and years have no order with days and hours: they differ in length.")
        return (self.months, self.seconds) < (other.months, other.seconds)


def _read(reader: Callable[[str], Any]) -> Callable[[JSON], Any]:
    # The same few texts meet every row of a table.
    kept = lru_cache(KEYS_KEPT)(reader)

    def key(value: JSON) -> Any:
        if type(value) is not str:
            raise ScriptRuntimeError(f"Dates, instants and durations are texts, not {described(value)}.")
        return kept(value)

    return key


def _meter() -> Meter:
    return Meter(Limits())


def _date(text: str) -> str:
    if not DATE.fullmatch(text):
        raise ScriptRuntimeError(f"{text[:40]!r} is not a date such as '2026-01-31'. Of an instant, take date(...).")
    return date_of(_meter(), text)


def _instant(text: str) -> str:
    moment, _, zone = text.partition("@")
    return instant(_meter(), moment, zone or None)


def _length(text: str) -> _Length:
    try:
        found = Duration.parse(text.removeprefix("-"))
    except ValueError as error:
        raise ScriptRuntimeError(str(error)) from None
    seconds = found.days * 86_400 + found.time.total_seconds()
    if found.months and seconds:
        raise ScriptRuntimeError("A duration has years and months, or days and shorter, not both.")
    sign = -1 if text.startswith("-") else 1
    return _Length(sign * found.months, sign * seconds)


DATE_KIND = Kind("date", _read(_date))
INSTANT = Kind("date and time", _read(_instant))
DURATION = Kind("duration", _read(_length))


@dataclass(frozen=True, slots=True)
class Type:
    """What a column may hold beside null. `name` completes "is no ..."."""

    name: str
    includes: Callable[[JSON], bool]


def _whole(value: JSON) -> bool:
    return type(value) is int or (type(value) is float and value.is_integer())


_TEXT = Type("text", lambda value: type(value) is str)
_NUMBER = Type("number", lambda value: type(value) in NUMBERS)
_WHOLE = Type("whole number", _whole)
# Editors for Camunda 7 call date what the standard calls date and time.
_DATE_TYPE = Type("date", lambda value: DATE_KIND.includes(value) or INSTANT.includes(value))
_INSTANT_TYPE = Type("date and time", INSTANT.includes)
_DURATION_TYPE = Type("duration", DURATION.includes)

TYPES: dict[str, Type] = {
    "string": _TEXT,
    "boolean": Type("boolean", lambda value: type(value) is bool),
    **dict.fromkeys(("number", "double", "decimal"), _NUMBER),
    **dict.fromkeys(("integer", "long"), _WHOLE),
    "date": _DATE_TYPE,
    **dict.fromkeys(("date and time", "dateTime"), _INSTANT_TYPE),
    **dict.fromkeys(
        ("days and time duration", "years and months duration", "dayTimeDuration", "yearMonthDuration"),
        _DURATION_TYPE,
    ),
}
UNTYPED = frozenset({"", "Any", "any"})

__all__ = ["DATE_KIND", "DURATION", "INSTANT", "TYPES", "UNTYPED", "Kind", "Literal", "ScriptError", "Type"]
