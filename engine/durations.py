"""Time as the wall clock and the calendar count it: ISO 8601 durations and repetitions in a zone. Pure."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.errors import Unreadable
from engine.sentences import Sentence

_DURATION = re.compile(
    r"P(?!$)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?!$)(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,9})M)?"
    r"(?:(?P<seconds>\d{1,10}(?:[.,]\d{1,6})?)S)?)?",
    re.ASCII,
)
_REPEAT = re.compile(r"R(?P<times>\d{0,6})/(?:(?P<start>[^/PR][^/]*)/)?(?P<every>P[^/]*)", re.ASCII)


_FIRST_YEAR = 1000  # earlier ones are not written with four digits everywhere, and would sort wrongly


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name. Raises ValueError for a name there is not."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Unreadable(Sentence("no-time-zone", zone=name)) from error


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration: years to days count on the calendar, hours to seconds are real time."""

    months: int = 0
    days: int = 0
    time: timedelta = timedelta(0)

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read `P1Y2M3DT4H5M6.5S` or `P2W`. Raises ValueError, in words for the author, for anything else."""
        match = _DURATION.fullmatch(text.strip())
        if not match:
            raise Unreadable(Sentence("no-duration", text=text))
        part = {name: value or "0" for name, value in match.groupdict().items()}
        try:
            return cls(
                months=12 * int(part["years"]) + int(part["months"]),
                days=7 * int(part["weeks"]) + int(part["days"]),
                time=timedelta(
                    hours=int(part["hours"]),
                    minutes=int(part["minutes"]),
                    seconds=float(part["seconds"].replace(",", ".")),
                ),
            )
        except OverflowError as error:
            raise Unreadable(Sentence("duration-too-long", text=text)) from error

    def times(self, number: int) -> "Duration":
        """So many of these, one after the other. Raises OverflowError when that is too long."""
        return Duration(self.months * number, self.days * number, self.time * number)

    def after(self, instant: datetime, tz: ZoneInfo) -> datetime:
        """The aware UTC instant this long after `instant`.

        Days and months move the wall clock of `tz` (09:00 stays 09:00 over a change of daylight saving, the
        31st becomes the last day of a shorter month); a wall time that a change skips is read with the offset
        before it. Then the time part passes as real time. Raises ValueError beyond the year 9999.
        """
        try:
            if self.months or self.days:
                # The wall clock is moved without its offset; attaching the zone afterwards is what keeps
                # 09:00 at 09:00.
                wall = instant.astimezone(tz)
                day = shift(wall.date(), self.months, self.days)
                instant = datetime.combine(day, wall.time().replace(fold=0), tz).astimezone(UTC)
            return instant.astimezone(UTC) + self.time
        except (OverflowError, ValueError) as error:
            raise Unreadable(Sentence("instant-too-late")) from error


def working_time(text: object) -> timedelta:
    """An amount of working time: hours, minutes and seconds, such as `PT4H`. Raises ValueError, in words for
    whoever wrote it, for anything else: days of work are not all of one length.
    """
    duration = Duration.parse(text) if isinstance(text, str) else None
    if duration is None or duration.months or duration.days:
        raise Unreadable(Sentence("no-working-time"))
    if not timedelta(0) < duration.time <= LONGEST_WORKING_TIME:
        longest = LONGEST_WORKING_TIME // timedelta(hours=1)
        raise Unreadable(Sentence("working-time-out-of-bounds", most=longest))
    return duration.time


LONGEST_WORKING_TIME = timedelta(hours=50_000)


def shift(day: date, months: int, days: int) -> date:
    """The date so many months and then days on; the 31st, a month on, is the last day of a shorter month.

    Raises ValueError or OverflowError beyond the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Repetition:
    """An ISO 8601 repetition `R3/PT10M`, `R/P1D` (for ever) or `R3/2026-01-01T08:00:00Z/P1D`."""

    count: int | None
    start: str | None
    every: Duration

    @classmethod
    def parse(cls, text: str) -> "Repetition":
        """Raises ValueError, in words for the author."""
        match = _REPEAT.fullmatch(text.strip())
        if not match:
            raise Unreadable(Sentence("no-repetition", text=text))
        every = Duration.parse(match["every"])
        if every == Duration():
            raise Unreadable(Sentence("repetition-without-interval", text=text))
        if not (every.months or every.days) and every.time < timedelta(seconds=1):
            raise Unreadable(Sentence("repetition-too-short", text=text))
        count = int(match["times"]) if match["times"] else None
        if count == 0:
            raise Unreadable(Sentence("repetition-never", text=text))
        return cls(count, match["start"], every)

    def first(self, now: datetime, tz: ZoneInfo) -> tuple[datetime, int]:
        """(the instant that occurrences are counted from, the number of the first one to come).

        Without a start that is now, and the first comes an interval later. An endless repetition that started
        in the past goes on with the next one; one with a count is made up for, from its start.
        """
        if self.start is None:
            return now, 1
        start = parse_instant(self.start, tz)
        return start, self._next(start, now, tz) if self.count is None and start < now else 0

    def occurrence(self, anchor: datetime, number: int, tz: ZoneInfo) -> datetime:
        """The instant of an occurrence. Each is counted from the anchor, so that what is monthly from the
        31st on
        comes back to the 31st after February. Raises ValueError beyond the calendar's end.
        """
        try:
            return self.every.times(number).after(anchor, tz)
        except OverflowError as error:
            raise Unreadable(Sentence("instant-too-late")) from error

    def _next(self, start: datetime, now: datetime, tz: ZoneInfo) -> int:
        days = self.every.months * _DAYS_A_MONTH + self.every.days
        about = (now - start) / (timedelta(days=days) + self.every.time)
        number = max(0, int(about) - 2)  # months and summer time make it inexact; the rest is stepped
        while self.occurrence(start, number, tz) < now:
            number += 1
        return number


_DAYS_A_MONTH = 30.436875


def parse_instant(text: str, tz: ZoneInfo) -> datetime:
    """Read an ISO 8601 date or date and time; without an offset it is wall time in `tz`. Aware UTC;
    ValueError otherwise."""
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Unreadable(Sentence("no-instant", text=text)) from error
    try:
        instant = (value if value.tzinfo else value.replace(tzinfo=tz)).astimezone(UTC)
    except OverflowError as error:
        raise Unreadable(Sentence("instant-beyond", text=text)) from error
    if instant.year < _FIRST_YEAR:
        raise Unreadable(Sentence("instant-too-early", text=text, year=_FIRST_YEAR))
    return instant


def format_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with fractions, as the API and the script language write instants."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def format_duration(length: timedelta) -> str:
    """ISO 8601 in hours, minutes and seconds, `PT25H` for a day and an hour; `-` before a negative one."""
    whole, micros = divmod(abs(length) // timedelta(microseconds=1), 10**6)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    fraction = f".{micros:06}".rstrip("0") if micros else ""
    found = [(hours, f"{hours}H"), (minutes, f"{minutes}M"), (rest or micros, f"{rest}{fraction}S")]
    parts = "".join(part for amount, part in found if amount)
    return ("-" if length < timedelta(0) else "") + "PT" + (parts or "0S")
