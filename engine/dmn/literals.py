"""Values a cell names outright, the types a column can have, and how dates, instants and durations compare.

JSON has no dates: they are texts (`engine.scripting.dates`). A cell that says `date("2026-01-01")` compares
as dates do, so texts that write one instant or duration differently are equal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, total_ordering
from typing import Any

from engine.durations import Duration
from engine.errors import Unreadable
from engine.scripting import JSON, Limits
from engine.scripting.dates import DATE, LOCAL_TIME, date_of, instant
from engine.scripting.errors import ScriptRuntimeError
from engine.scripting.limits import Meter
from engine.scripting.values import NUMBERS, described
from engine.sentences import Sentence

KEYS_KEPT = 4096
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of text that compares by what it means. `key` raises ScriptRuntimeError for any other value."""

    name: str
    key: Callable[[JSON], Any]

    def same(self, value: JSON, key: Any) -> bool:
        """Whether a value is of this kind and means the same; anything else is not equal, and no error."""
        try:
            return bool(self.key(value) == key)
        except ScriptRuntimeError:
            return False

    def includes(self, value: JSON) -> bool:
        """Whether a value is of this kind."""
        try:
            self.key(value)
        except ScriptRuntimeError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in a cell, as JSON has it; a date, instant or duration with its kind and key."""

    value: JSON
    kind: Kind | None = None
    key: Any = None


def date_literal(text: str) -> Literal:
    """`date("2026-01-31")`. This and the next three raise ScriptRuntimeError for other texts."""
    return Literal(text, DATE_KIND, DATE_KIND.key(text))


def instant_literal(text: str) -> Literal:
    """`date and time("2026-01-31T09:00:00Z")`, or with an offset or `@Europe/Berlin`; UTC from here on."""
    moment, _, zone = text.partition("@")
    if not zone and LOCAL_TIME.fullmatch(text):
        raise ScriptRuntimeError(Sentence("instant-without-zone", text=text))
    value = instant(_meter(), moment, zone or None)
    return Literal(value, INSTANT, value)


def duration_literal(text: str) -> Literal:
    """`duration("P1D")`."""
    return Literal(text, DURATION, DURATION.key(text))


def at_literal(text: str) -> Literal:
    """`@"..."`: a date, a duration or an instant, by its shape."""
    if DATE.fullmatch(text):
        return date_literal(text)
    return duration_literal(text) if text.removeprefix("-").startswith("P") else instant_literal(text)


@total_ordering
@dataclass(frozen=True, slots=True)
class _Length:
    """A duration: so many months, or so many seconds."""

    months: int
    seconds: float

    def __lt__(self, other: "_Length") -> bool:
        if (self.months and other.seconds) or (self.seconds and other.months):
            raise ScriptRuntimeError(Sentence("months-and-days"))
        return (self.months, self.seconds) < (other.months, other.seconds)


def _read(reader: Callable[[str], Any]) -> Callable[[JSON], Any]:
    # A table asks for the same text in every row.
    kept = lru_cache(KEYS_KEPT)(reader)

    def key(value: JSON) -> Any:
        if type(value) is not str:
            raise ScriptRuntimeError(Sentence("moments-are-texts", value=described(value)))
        if len(value) > LONGEST:
            raise ScriptRuntimeError(Sentence("moment-too-long"))
        return kept(value)

    return key


def _meter() -> Meter:
    return Meter(Limits())


def _date(text: str) -> str:
    if not DATE.fullmatch(text):
        raise ScriptRuntimeError(Sentence("no-date", text=text))
    return date_of(_meter(), text)


def _instant(text: str) -> str:
    return instant(_meter(), text)


def _length(text: str) -> _Length:
    try:
        found = Duration.parse(text.removeprefix("-"))
    except Unreadable as error:
        raise ScriptRuntimeError(error.sentence) from None
    seconds = found.days * 86_400 + found.time.total_seconds()
    if found.months and seconds:
        raise ScriptRuntimeError(Sentence("duration-mixed"))
    sign = -1 if text.startswith("-") else 1
    return _Length(sign * found.months, sign * seconds)


DATE_KIND = Kind("date", _read(_date))
INSTANT = Kind("date and time", _read(_instant))
DURATION = Kind("duration", _read(_length))


@dataclass(frozen=True, slots=True)
class Type:
    """What a column may hold beside null; `name` is what people call it, `refusal` the code of the sentence
    that something is none.
    """

    name: str
    refusal: str
    includes: Callable[[JSON], bool]


def _whole(value: JSON) -> bool:
    return type(value) is int or (type(value) is float and value.is_integer())


_NUMBER = Type("number", "cell-no-number", lambda value: type(value) in NUMBERS)
_WHOLE = Type("whole number", "cell-no-whole-number", _whole)
_INSTANT = Type("date and time", "cell-no-instant", INSTANT.includes)
_DURATION = Type("duration", "cell-no-duration", DURATION.includes)

TYPES: dict[str, Type] = {
    "string": Type("text", "cell-no-text", lambda value: type(value) is str),
    "boolean": Type("boolean", "cell-no-boolean", lambda value: type(value) is bool),
    **dict.fromkeys(("number", "double", "decimal"), _NUMBER),
    **dict.fromkeys(("integer", "long"), _WHOLE),
    # Editors for Camunda 7 call a date what the standard calls date and time.
    "date": Type("date", "cell-no-date", lambda value: DATE_KIND.includes(value) or INSTANT.includes(value)),
    **dict.fromkeys(("date and time", "dateTime"), _INSTANT),
    **dict.fromkeys(("days and time duration", "dayTimeDuration"), _DURATION),
    **dict.fromkeys(("years and months duration", "yearMonthDuration"), _DURATION),
}
UNTYPED = frozenset({"", "Any"})
