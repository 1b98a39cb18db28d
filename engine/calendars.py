"""Working time: which stretches of time a calendar counts, how much of it lies between two instants, and
when a given amount of it is used up. Pure.

Membership in opening hours is judged on the wall clock of the calendar's zone, elapsed time is real time: an
hour that the end of summer time repeats counts twice, one that its beginning skips does not count, a date the
zone never had has no hours. A shift that runs past midnight belongs to the day it starts on, which alone
decides (by its weekday, holiday or special hours) about all of it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from itertools import accumulate, islice, pairwise
from operator import gt, sub
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import holidays

from engine import languages
from engine.documents import Reading
from engine.durations import zone

MIDNIGHT = 24 * 60
LOOK_AHEAD = 20
"""Years after which an amount of working time that was not found is answered with never."""


class Hours(NamedTuple):
    """Opening hours in minutes since midnight, `start` < 1440. An `end` that is not after `start` is on the
    next day; 1440 is the midnight that ends the day."""

    start: int
    end: int


Day = tuple[Hours, ...]
"""The opening hours of a day; none: closed."""

CLOSED: Day = ()
ALL_DAY: Day = (Hours(0, MIDNIGHT),)


@dataclass(frozen=True, slots=True)
class Week:
    """The hours of Monday to Sunday from a date on (None: always), until the next week of the calendar that
    begins later."""

    days: tuple[Day, Day, Day, Day, Day, Day, Day]
    begins: date | None = None


class Rule(StrEnum):
    """What decides about a day."""

    WEEK = "week"  # the hours of its weekday
    SPECIAL = "special"  # hours of its own
    CLOSED = "closed"  # named as closed
    HOLIDAY = "holiday"  # a public holiday
    MAKE_UP = "make_up"  # a weekend day that makes up for a holiday


class Stretch(NamedTuple):
    """Time from `since` to before `until` that counts throughout (`is_open`), or does not."""

    is_open: bool
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Calendar:
    """A working calendar. Its answers never change, so whoever keeps it keeps them fast.

    A day's hours are those of `special` if it is named there (a make-up Saturday, a short Christmas Eve),
    else none if it is one of `closed` or a public holiday of `region` (an ISO 3166 country such as `DE`, or a
    country and its subdivision such as `DE-BY`), else those of the week that is valid then. A day on which
    `region` moves work to a weekend has `make_up` hours.
    """

    zone: ZoneInfo
    weeks: tuple[Week, ...]
    closed: frozenset[date] = frozenset()
    special: Mapping[date, Day] = field(default_factory=dict)
    region: str | None = None
    make_up: Day = CLOSED
    _years: dict[int, "_Year"] = field(default_factory=dict, init=False, repr=False, compare=False)

    def hours(self, day: date) -> Day:
        """The opening hours that begin on this day."""
        return self.rule(day)[1]

    def rule(self, day: date) -> tuple["Rule", Day]:
        """What decides about this day, and its opening hours."""
        if (own := self.special.get(day)) is not None:
            return Rule.SPECIAL, own
        if day in self.closed:
            return Rule.CLOSED, CLOSED
        if self.region:
            off, make_up = public_holidays(self.region, day.year)
            if day in off:
                return Rule.HOLIDAY, CLOSED
            if day in make_up:
                return Rule.MAKE_UP, self.make_up
        return Rule.WEEK, self._week(day).days[day.weekday()]

    def holiday(self, day: date, *locales: str) -> str | None:
        """What the public holiday on this day is called, if it is one: in the first of these languages in
        which the library `holidays` knows it, else in English.
        """
        if self.region is None:
            return None
        return public_holidays(self.region, day.year, _language(self.region, locales))[0].get(day)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`, aware instants; nothing when `end` is not after `start`."""
        if end <= start:
            return timedelta(0)
        first, last = _micros(start), _micros(end)
        years = range(_utc(start).year, _utc(end).year + 1)
        whole = sum(self._year(year).total for year in years[:-1])
        used = whole + self._year(years[-1]).before(last) - self._year(years[0]).before(first)
        return timedelta(microseconds=used)

    def after(self, start: datetime, amount: timedelta) -> datetime | None:
        """The earliest instant by which so much working time has passed since `start`; `start` itself for
        none.

        What runs out exactly at closing is due at closing, not at the next opening. None when that is never,
        or not within `LOOK_AHEAD` years.
        """
        if amount <= timedelta(0):
            return start
        year = _utc(start).year
        needed = self._year(year).before(_micros(start)) + amount // _MICROSECOND
        for later in range(year, min(year + LOOK_AHEAD, _LAST_YEAR) + 1):
            table = self._year(later)
            if needed <= table.total:
                return _EPOCH + timedelta(microseconds=table.at(needed))
            needed -= table.total
        return None

    def is_open(self, instant: datetime) -> bool:
        """Whether the step of time that begins at this instant is working time."""
        return self._year(_utc(instant).year).covers(_micros(instant))

    def stretch(self, instant: datetime) -> "Stretch":
        """The time around an instant in which the calendar is either open or closed throughout. After one
        that is open another may follow at once: each ends with the day that its hours belong to. One that is
        closed ends with the next opening, if that is before the end of the next year.
        """
        year = _utc(instant).year
        is_open, since, until = self._year(year).stretch(_micros(instant), _begin(year), _begin(year + 1))
        if not is_open and until == _begin(year + 1) and year < _LAST_YEAR:
            until = next(iter(self._year(year + 1).starts), _begin(year + 2))
        return Stretch(is_open, *(_EPOCH + timedelta(microseconds=end) for end in (since, until)))

    def _week(self, day: date) -> Week:
        valid = [week for week in self.weeks if week.begins is None or week.begins <= day]
        return max(valid, key=lambda week: week.begins or date.min, default=_NO_WEEK)

    @cached_property
    def _patterns(self) -> list[tuple[int, int, "_Pattern"]]:
        """The weeks as patterns, with the day from which and the day to which each is valid."""
        begins = sorted({week.begins or date.min for week in self.weeks} | {date.min})
        return [
            (_number(day), _number(until), _Pattern.of(self._week(day)))
            for day, until in pairwise([*begins, date.max])
        ]

    @cached_property
    def _may_overlap(self) -> bool:
        """Whether something may open before what is open has closed."""
        days = [*(day for week in self.weeks for day in week.days), *self.special.values(), self.make_up]
        return any(
            end > start_of_next
            for day in days
            for (_, end), (start_of_next, _) in pairwise([*_spans(day, 0), (_DAY, _DAY)])
        )

    @cached_property
    def _own_days(self) -> tuple[list[int], list[Day]]:
        """The days with hours of their own, in order, and these."""
        own = {**dict.fromkeys(self.closed, CLOSED), **self.special}
        days = sorted(own)
        return [_number(day) for day in days], [own[day] for day in days]

    def _year(self, year: int) -> "_Year":
        """What is open from the beginning of a year in UTC to its end. Two threads may both work it out: the
        answer is the same."""
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = _Year.of(self, year)
        return table


_ENGLISH = "en_US"
_NO_WEEK = Week((CLOSED,) * 7)
_LAST_YEAR = 9998  # a zone west of Greenwich needs the day after the year, too
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH_DAY = _EPOCH.toordinal()
_A_MONDAY = 4  # days after the first of 1970
_SECOND, _MINUTE, _DAY, _WEEK = 1_000_000, 60_000_000, 86_400_000_000, 604_800_000_000


def _begin(year: int) -> int:
    return _micros(datetime(year, 1, 1, tzinfo=UTC))


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class _Pattern:
    """The openings of a week, in microseconds since the Monday of the wall clock, in order."""

    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, week: Week) -> "_Pattern":
        spans = [span for number, day in enumerate(week.days) for span in _spans(day, number * _DAY)]
        return cls([start for start, _ in spans], [end for _, end in spans])


def _spans(day: Day, midnight: int) -> list[tuple[int, int]]:
    """The openings of a day that begins at `midnight`, in order."""
    return sorted(
        (midnight + start * _MINUTE, midnight + (end if end > start else end + MIDNIGHT) * _MINUTE)
        for start, end in day
    )


@dataclass(frozen=True)
class _Year:
    """The open stretches of a year, apart and in order, in microseconds since 1970.

    It is made for one offset of the zone after the other: what every week has is laid out, the days that
    differ are put in their places, and what the wall clock shows under another offset is cut off.
    """

    starts: list[int]
    ends: list[int]

    @classmethod
    def of(cls, calendar: Calendar, year: int) -> "_Year":
        begin, end = _begin(year), _begin(year + 1)
        exceptions = _exceptions(calendar, year)
        starts, ends = list[int](), list[int]()
        for since, until, offset in _offsets(calendar.zone, year):
            low, high = max(since, begin), min(until, end)
            if low < high:
                _add_between(low, high, _shown(calendar, exceptions, low, high, offset), starts, ends)
        return cls(starts, ends)

    @cached_property
    def total(self) -> int:
        return sum(self.ends) - sum(self.starts)

    @cached_property
    def used(self) -> list[int]:
        """What lies before each stretch, and at last before the end of the year."""
        return [0, *accumulate(map(sub, self.ends, self.starts))]

    def before(self, instant: int) -> int:
        """Working time of this year before an instant."""
        at = bisect_right(self.starts, instant)
        return self.used[at] - max(0, self.ends[at - 1] - instant) if at else 0

    def at(self, needed: int) -> int:
        """The earliest instant before which there is so much of it, more than none."""
        at = bisect_left(self.used, needed) - 1
        return self.starts[at] + needed - self.used[at]

    def covers(self, instant: int) -> bool:
        at = bisect_right(self.starts, instant)
        return at > 0 and instant < self.ends[at - 1]

    def stretch(self, instant: int, begin: int, end: int) -> tuple[bool, int, int]:
        """Whether it is open around an instant, since when and until when, from `begin` to `end` of the
        year.
        """
        at = bisect_right(self.starts, instant)
        if self.covers(instant):
            return True, self.starts[at - 1], self.ends[at - 1]
        return (
            False,
            self.ends[at - 1] if at else begin,
            self.starts[at] if at < len(self.starts) else end,
        )


_Stretches = tuple[list[int], list[int]]
"""From and to, each in order; nothing overlaps."""


def _shown(calendar: Calendar, exceptions: Mapping[int, Day], low: int, high: int, offset: int) -> _Stretches:
    """What the wall clock shows as open around the time from `low` to `high`, if it is so far ahead of UTC
    all the time.
    """
    first, last = (low + offset) // _DAY - 1, (high + offset) // _DAY + 1
    starts, ends = list[int](), list[int]()
    for begins, until, pattern in calendar._patterns:
        if begins < last and until > first:
            _lay_out(pattern, max(begins, first), min(until, last), offset, starts, ends)
    for number, hours in exceptions.items():
        if first <= number < last:
            _put_in(hours, number * _DAY - offset, starts, ends)
    overlaps = calendar._may_overlap and any(map(gt, ends, islice(starts, 1, None)))
    return _apart(starts, ends) if overlaps else (starts, ends)


def _lay_out(
    pattern: "_Pattern", first: int, last: int, offset: int, starts: list[int], ends: list[int]
) -> None:
    """Add what a pattern has on the days from `first` to before `last`."""
    begin, end = first * _DAY - offset, last * _DAY - offset
    mondays = range(begin - (first - _A_MONDAY) % 7 * _DAY, end, _WEEK)
    from_ = [monday + start for monday in mondays for start in pattern.starts]
    inside = slice(bisect_left(from_, begin), bisect_left(from_, end))
    starts += from_[inside]
    ends += [monday + end for monday in mondays for end in pattern.ends][inside]


def _exceptions(calendar: Calendar, year: int) -> dict[int, Day]:
    """The days of a year and around it on which something else than the week decides."""
    found: dict[int, Day] = {}
    if calendar.region:
        for one in (year - 1, year, year + 1):
            off, make_up = _numbers_of_holidays(calendar.region, one)
            found |= dict.fromkeys(make_up, calendar.make_up) | dict.fromkeys(off, CLOSED)
    days, hours = calendar._own_days
    around = slice(*(bisect_left(days, _number(date(*day))) for day in ((year - 1, 12, 1), (year + 1, 2, 1))))
    return found | dict(zip(days[around], hours[around], strict=True))


@lru_cache(1024)
def _numbers_of_holidays(region: str, year: int) -> tuple[list[int], list[int]]:
    off, make_up = public_holidays(region, year)
    return [_number(day) for day in off], [_number(day) for day in make_up]


def _put_in(hours: Day, midnight: int, starts: list[int], ends: list[int]) -> None:
    """Let these be the openings of the day that begins at `midnight`."""
    day = slice(bisect_left(starts, midnight), bisect_left(starts, midnight + _DAY))
    spans = _spans(hours, midnight) if hours else []
    starts[day] = [start for start, _ in spans]
    ends[day] = [end for _, end in spans]


def _apart(starts: list[int], ends: list[int]) -> _Stretches:
    """What is open twice counts once."""
    joined = _joined(list(zip(starts, ends, strict=True)))
    return [start for start, _ in joined], [end for _, end in joined]


def _add_between(low: int, high: int, found: _Stretches, starts: list[int], ends: list[int]) -> None:
    """Add what of these stretches lies between `low` and `high`."""
    inside = slice(bisect_right(found[1], low), bisect_left(found[0], high))
    if inside.start < inside.stop:
        added = len(starts)
        starts += found[0][inside]
        ends += found[1][inside]
        starts[added], ends[-1] = max(starts[added], low), min(ends[-1], high)


def _number(day: date) -> int:
    """The day, counted from 1970."""
    return day.toordinal() - _EPOCH_DAY


@lru_cache(1024)
def _offsets(zone: ZoneInfo, year: int) -> list[tuple[int, int, int]]:
    """(since, until, what the wall clock is ahead of UTC) over a year and a few days around it.

    No zone has changed its offset twice within five days since 1970: a week apart is the least so far.
    """
    first = datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=5)
    looks = [first + timedelta(days=number) for number in range(0, 380, 5)]
    moments = [first]
    for look, next_look in pairwise(looks):
        if _ahead(look, zone) != _ahead(next_look, zone):
            moments.append(_transition(zone, look, next_look))
    moments.append(looks[-1])
    return [(_micros(a), _micros(b), _ahead(a, zone)) for a, b in pairwise(moments)]


def _ahead(instant: datetime, zone: ZoneInfo) -> int:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset // _MICROSECOND


def _transition(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which a zone's offset changes between two instants."""
    low, high = 0, int((after - before).total_seconds())
    was = _ahead(before, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _ahead(before + timedelta(seconds=middle), zone) == was:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _joined(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted stretches without overlaps: what is open twice counts once."""
    apart: list[tuple[int, int]] = []
    for start, end in stretches:
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


@lru_cache(1024)
def public_holidays(
    region: str, year: int, language: str = _ENGLISH
) -> tuple[Mapping[date, str], frozenset[date]]:
    """(the public holidays of a region with their names, the weekend days that make up for some) of a year.

    `region` is a country or a country and its subdivision (`CN`, `DE-BY`). Raises ValueError, in words for
    whoever chose it, for one that the library `holidays` does not know.
    """
    country, _, subdivision = region.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=language)
    except NotImplementedError as error:
        raise ValueError(f"There are no public holidays for {region!r}.") from error
    make_up = getattr(found, "weekend_workdays", ())
    return dict(found.items()), frozenset(day for day in make_up if day.year == year)


@lru_cache(256)
def _language(region: str, locales: tuple[str, ...]) -> str:
    """The language of the library for people who read these, the most wanted first."""
    known = holidays.country_holidays(region.partition("-")[0]).supported_languages
    tags = {name.replace("_", "-"): name for name in known if not name.startswith("en")}
    return languages.chosen(tags, *locales, written=_ENGLISH)


# Reading a calendar as people and files write it

KEYS = ("tz", "weekly", "region", "holidays", "special_days", "make_up", "changes")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(?P<hour>[01]\d|2[0-4]):(?P<minute>[0-5]\d)", re.ASCII)
_MOST_DAYS, _MOST_HOURS, _MOST_WEEKS = 5_000, 24, 100


def read(document: object, pointer: str = "#") -> Calendar:
    """The calendar of a document of JSON values:

        {"tz": "Europe/Berlin", "weekly": {"mon": [["09:00", "17:30"]], ...}, "holidays": ["2026-12-24"],
         "special_days": {"2026-12-31": [["09:00", "12:00"]]},
         "region": "DE-BY", "make_up": [["09:00", "17:00"]],
         "changes": [{"from": "2027-01-01", "weekly": {...}}]}

    Only `tz` and `weekly` are needed. A weekday that is not named is closed; `changes` are weeks valid from a
    date on; `24:00` is the midnight that ends the day; hours that end before they start run past midnight.
    Raises `Invalid` with every problem and its pointer below `pointer`; unknown keys are ignored.
    """
    reading = Reading(pointer)
    calendar = _read(reading, document)
    reading.require_right()
    assert calendar is not None
    return calendar


def _read(reading: Reading, given: object) -> Calendar | None:
    if not isinstance(given, dict):
        reading.wrong("A calendar is an object with tz and weekly.")
        return None
    tz = reading.checked(zone, str(given.get("tz", "")), "tz")
    weeks = [Week(_weekly(reading, given.get("weekly"), "weekly")), *_changes(reading, given)]
    closed = reading.listed(given.get("holidays"), _MOST_DAYS, "holidays")
    region = given.get("region")
    if region is not None:
        reading.checked(lambda text: public_holidays(text, 2000), str(region), "region")
    special = reading.mapped(given.get("special_days"), _MOST_DAYS, "special_days")
    holidays = [reading.checked(_day, str(day), "holidays", at) for at, day in enumerate(closed)]
    hours = {
        reading.checked(_day, day, "special_days", day): _hours(reading, value, "special_days", day)
        for day, value in special.items()
    }
    make_up = _hours(reading, given.get("make_up"), "make_up")
    if tz is None:
        return None
    return Calendar(
        tz,
        tuple(weeks),
        frozenset(filter(None, holidays)),
        {d: h for d, h in hours.items() if d},
        region,
        make_up,
    )


def _changes(reading: Reading, document: Mapping[str, Any]) -> Iterator[Week]:
    for at, change in enumerate(reading.listed(document.get("changes"), _MOST_WEEKS, "changes")):
        given = reading.mapped(change, 2, "changes", at)
        begins = reading.checked(_day, str(given.get("from", "")), "changes", at, "from")
        yield Week(_weekly(reading, given.get("weekly"), "changes", at, "weekly"), begins)


def _weekly(reading: Reading, given: object, *path: str | int) -> Any:
    if not isinstance(given, dict):
        reading.wrong("The hours of the week are an object of weekdays.", *path)
        return _NO_WEEK.days
    for name in given.keys() - set(WEEKDAYS):
        reading.wrong(f"{name!r} is no weekday: they are {', '.join(WEEKDAYS)}.", *path, name)
    return tuple(_hours(reading, given.get(name), *path, name) for name in WEEKDAYS)


def _hours(reading: Reading, given: object, *path: str | int) -> Day:
    listed = enumerate(reading.listed(given, _MOST_HOURS, *path))
    return tuple(filter(None, (reading.checked(_interval, one, *path, at) for at, one in listed)))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{text!r} is no date such as 2026-12-24.") from error


def _interval(given: object) -> Hours:
    if not (isinstance(given, list) and len(given) == 2):
        raise ValueError('Opening hours are a pair such as ["09:00", "17:30"].')
    start, end = map(_minutes, given)
    if start >= MIDNIGHT:
        raise ValueError("Opening hours start before midnight.")
    return Hours(start, end)


def as_written(hours: Hours) -> list[str]:
    """Opening hours as a document has them."""
    return [f"{minutes // 60:02}:{minutes % 60:02}" for minutes in hours]


def _minutes(text: object) -> int:
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None or (minutes := int(match["hour"]) * 60 + int(match["minute"])) > MIDNIGHT:
        raise ValueError(f"{text!r} is no time of day from 00:00 to 24:00.")
    return minutes
