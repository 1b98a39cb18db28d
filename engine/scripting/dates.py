"""Dates and times for authors: instants, dates and durations are texts, as they are in JSON.

An instant is RFC 3339 text, given back in UTC with six digits of fractions, so that instants compare as texts
do; a date is `YYYY-MM-DD`; a duration is ISO 8601 text. The functions here are those of the language.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

from engine.durations import Duration, format_duration, format_instant, shift
from engine.errors import reason_of
from engine.scripting.errors import ScriptRuntimeError
from engine.scripting.limits import JSON, Meter
from engine.scripting.values import NUMBERS, described
from engine.sentences import Sentence

Given = TypeVar("Given")
Read = TypeVar("Read")

INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
PATTERN_WORD = re.compile(r"YYYY|MM|DD|HH|mm|ss")
LONGEST_PATTERN = 100
# Finding a zone reads a file the first time, and each time for a zone that does not exist.
TICKS_TO_FIND_A_ZONE = 2_000


def instant(meter: Meter, value: JSON, zone: JSON = None) -> str:
    """An instant in UTC; with a zone, also that of a date (its midnight) or a time on the clocks there."""
    text = _text(value)
    if zone is None:
        return format_instant(_moment(text))
    if DATE.fullmatch(text):
        return _in_utc(datetime.combine(_day(text), time(), _zone(zone, meter)))
    if LOCAL_TIME.fullmatch(text):
        return _in_utc(_read(text, datetime.fromisoformat).replace(tzinfo=_zone(zone, meter)))
    return format_instant(_moment(text))


def date_of(meter: Meter, value: JSON, zone: JSON = None) -> str:
    """The date of a date or an instant, in UTC or in a zone."""
    return _date(value, zone, meter).isoformat()


def add(meter: Meter, value: JSON, length: JSON, zone: JSON = None) -> str:
    """A date or instant, and a duration later. Days and longer are calendar days, in UTC or in a zone."""
    return _moved(meter, value, _Duration(length), 1, zone)


def subtract(meter: Meter, value: JSON, length: JSON, zone: JSON = None) -> str:
    """A date or instant, and a duration earlier."""
    return _moved(meter, value, _Duration(length), -1, zone)


def seconds_between(meter: Meter, start: JSON, end: JSON) -> JSON:
    """The seconds from one instant to another; negative when the second is earlier."""
    return _plain((_moment(_text(end)) - _moment(_text(start))).total_seconds())


def days_between(meter: Meter, start: JSON, end: JSON, zone: JSON = None) -> int:
    """The days from one date (or an instant's date) to another; negative when the second is earlier."""
    return (_date(end, zone, meter) - _date(start, zone, meter)).days


def weekday(meter: Meter, value: JSON, zone: JSON = None) -> int:
    """The day of the week: Monday is 1, Sunday is 7."""
    return _date(value, zone, meter).isoweekday()


def in_zone(meter: Meter, value: JSON, zone: JSON) -> str:
    """The instant as clocks in a zone show it, with its offset there."""
    return _local(_moment(_text(value)), _zone(zone, meter)).isoformat(timespec="seconds")


def format_date(meter: Meter, value: JSON, pattern: JSON, zone: JSON = None) -> str:
    """A date or instant in words of the pattern: YYYY MM DD HH mm ss; all else stands as it is."""
    if len(_text(pattern)) > LONGEST_PATTERN:
        raise ScriptRuntimeError(Sentence("pattern-too-long", most=LONGEST_PATTERN))
    if _is_date(value):
        moment = datetime.combine(_day(value), time())
    else:
        moment = _local(_moment(_text(value)), _zone(zone, meter))
    words = {
        "YYYY": f"{moment.year:04}",
        "MM": f"{moment.month:02}",
        "DD": f"{moment.day:02}",
        "HH": f"{moment.hour:02}",
        "mm": f"{moment.minute:02}",
        "ss": f"{moment.second:02}",
    }
    return PATTERN_WORD.sub(lambda word: words[word[0]], pattern)


def seconds(meter: Meter, value: JSON) -> JSON:
    """How many seconds a duration has; it may have no months and years, which differ."""
    length = _Duration(value)
    if length.months:
        raise ScriptRuntimeError(Sentence("months-no-seconds"))
    return _plain((timedelta(days=length.days) + length.exact).total_seconds() * length.sign)


def duration(meter: Meter, value: JSON) -> str:
    """So many seconds as a duration in hours, minutes and seconds."""
    if type(value) not in NUMBERS or not abs(value) < 10**11:
        raise ScriptRuntimeError(Sentence("duration-takes", value=described(value)))
    return format_duration(timedelta(microseconds=round(value * 10**6)))


class _Duration:
    """A duration text, read: months, then days, then exact time, all in one direction."""

    def __init__(self, value: JSON) -> None:
        text = _text(value)
        self.sign = -1 if text.startswith("-") else 1
        try:
            found = Duration.parse(text.removeprefix("-"))
        except ValueError as error:
            raise ScriptRuntimeError(reason_of(error)) from None
        self.months, self.days, self.exact = found.months, found.days, found.time


def _moved(meter: Meter, value: JSON, length: _Duration, direction: int, zone: JSON) -> str:
    direction *= length.sign
    if _is_date(value):
        if length.exact:
            raise ScriptRuntimeError(Sentence("date-by-days"))
        return _shifted(_day(value), length, direction).isoformat()
    local = _local(_moment(_text(value)), _zone(zone, meter))
    if length.months or length.days:
        local = datetime.combine(_shifted(local.date(), length, direction), local.timetz())
    # Back to UTC first: adding hours to a local time errs when the clocks change.
    return _read(local, lambda given: format_instant(given.astimezone(UTC) + length.exact * direction))


def _shifted(day: date, length: _Duration, direction: int) -> date:
    return _read(day, lambda given: shift(given, length.months * direction, length.days * direction))


def _date(value: JSON, zone: JSON, meter: Meter) -> date:
    if _is_date(value):
        return _day(value)
    return _local(_moment(_text(value)), _zone(zone, meter)).date()


def _is_date(value: JSON) -> bool:
    return DATE.fullmatch(_text(value)) is not None


def _day(text: str) -> date:
    return _read(text, date.fromisoformat)


def _moment(text: str) -> datetime:
    if not INSTANT.fullmatch(text):
        raise ScriptRuntimeError(Sentence("no-moment", text=text[:_SHOWN]))
    return _read(text, lambda given: datetime.fromisoformat(given.upper()).astimezone(UTC))


def _local(moment: datetime, zone: tzinfo) -> datetime:
    return _read(moment, lambda given: given.astimezone(zone))


def _in_utc(moment: datetime) -> str:
    return _read(moment, format_instant)


def _read(given: Given, reader: Callable[[Given], Read]) -> Read:
    try:
        return reader(given)
    except (ValueError, OverflowError):
        what = Sentence("this-moment")
        if isinstance(given, str):
            what = Sentence("text-told", text=given[:_SHOWN])
        raise ScriptRuntimeError(Sentence("moment-out-of-years", what=what)) from None


def _zone(name: JSON, meter: Meter) -> tzinfo:
    if name is None:
        return UTC
    meter.charge(TICKS_TO_FIND_A_ZONE)
    try:
        return ZoneInfo(_text(name))
    except (LookupError, ValueError, OSError):
        raise ScriptRuntimeError(Sentence("no-zone-name", text=name[:_SHOWN])) from None


def _text(value: JSON) -> str:
    if type(value) is not str:
        raise ScriptRuntimeError(Sentence("times-are-texts", value=described(value)))
    return value


_SHOWN = 40  # characters of a text that is none of these


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() else value
