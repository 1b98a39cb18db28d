"""Working calendars against a stepper that looks at every minute, over random calendars and zones."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.calendars import ALL_DAY, MIDNIGHT, Calendar, Hours, Week, _offsets, _Year, read
from engine.errors import Invalid

MINUTE = timedelta(minutes=1)
NINE_TO_FIVE = [["09:00", "17:00"]]
OFFICE = {
    "mon": NINE_TO_FIVE,
    "tue": NINE_TO_FIVE,
    "wed": NINE_TO_FIVE,
    "thu": NINE_TO_FIVE,
    "fri": NINE_TO_FIVE,
}
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Pacific/Apia"]
# Around changes of daylight saving on both halves of the globe, a date that Samoa skipped, and a year's end.
MOMENTS = [
    datetime(2025, 3, 28), datetime(2025, 10, 24), datetime(2025, 3, 7), datetime(2025, 10, 31),
    datetime(2025, 4, 4), datetime(2025, 10, 3), datetime(2011, 12, 28), datetime(2024, 12, 29),
    datetime(2025, 6, 2),
]  # fmt: skip


def office(**more: object) -> Calendar:
    return read({"tz": "America/New_York", "weekly": OFFICE} | more)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def counts(calendar: Calendar, step: datetime) -> bool:
    """Whether a step that begins then is working time, said with the wall clock alone."""
    wall = step.astimezone(calendar.zone)
    minute = wall.hour * 60 + wall.minute
    today, yesterday = calendar.hours(wall.date()), calendar.hours(wall.date() - timedelta(days=1))
    return any(start <= minute and (minute < end or end <= start) for start, end in today) or any(
        end <= start and minute < end for start, end in yesterday
    )


hours = st.builds(
    Hours,
    st.integers(0, MIDNIGHT // 15 - 1).map(lambda n: n * 15),
    st.integers(0, MIDNIGHT // 15).map(lambda n: n * 15),
)
days = st.lists(hours, max_size=3).map(tuple)
offsets = st.integers(0, 6)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar, and a moment at which something about it is worth a look."""
    moment = draw(st.sampled_from(MOMENTS)).replace(tzinfo=UTC) + draw(st.integers(0, 3 * MIDNIGHT)) * MINUTE
    near = st.integers(-1, 6).map(lambda n: moment.date() + timedelta(days=n))
    weeks = [Week(draw(st.tuples(*[days] * 7)))]
    if draw(st.booleans()):
        weeks.append(Week(draw(st.tuples(*[days] * 7)), draw(near)))
    calendar = Calendar(
        ZoneInfo(draw(st.sampled_from(ZONES))),
        tuple(weeks),
        frozenset(draw(st.lists(near, max_size=2))),
        draw(st.dictionaries(near, days, max_size=2)),
        draw(st.sampled_from([None, "DE", "CN", "US"])),
        draw(days),
    )
    return calendar, moment


@settings(max_examples=100, deadline=None)
@given(calendars(), st.integers(0, 4 * MIDNIGHT))
def test_elapsed_time_is_what_a_look_at_every_minute_counts(given_, length):
    calendar, start = given_

    elapsed = calendar.elapsed(start, start + length * MINUTE)

    assert elapsed == sum(counts(calendar, start + n * MINUTE) for n in range(length)) * MINUTE


@settings(max_examples=100, deadline=None)
@given(calendars(), st.integers(0, 2 * MIDNIGHT))
def test_an_amount_runs_out_at_the_earliest_minute_that_a_stepper_finds(given_, amount):
    calendar, start = given_
    left, minutes = amount, 0
    while left and minutes < 5 * MIDNIGHT:
        left -= counts(calendar, start + minutes * MINUTE)
        minutes += 1

    due = calendar.after(start, amount * MINUTE)

    if left:
        assert due is None or due > start + minutes * MINUTE
    else:
        assert due == start + minutes * MINUTE


@given(calendars(), st.integers(0, 2 * MIDNIGHT))
def test_an_instant_is_open_when_the_step_that_begins_there_counts(given_, later):
    calendar, start = given_

    assert calendar.is_open(start + later * MINUTE) is counts(calendar, start + later * MINUTE)


@given(calendars(), st.integers(0, 2 * MIDNIGHT))
def test_a_stretch_is_open_or_closed_from_its_beginning_to_its_end(given_, later):
    calendar, start = given_
    instant = start + later * MINUTE

    is_open, since, until = calendar.stretch(instant)

    assert since <= instant < until
    assert is_open is counts(calendar, instant)
    assert calendar.elapsed(since, until) == (until - since if is_open else timedelta(0))


@given(calendars(), st.timedeltas(timedelta(0), timedelta(days=300)))
@example(
    (Calendar(ZoneInfo("UTC"), (Week((ALL_DAY,) * 7),)), utc("2024-12-31 23:59:59.5")), timedelta(seconds=1)
)
def test_what_has_elapsed_at_the_due_time_is_the_amount_to_the_microsecond(given_, amount):
    calendar, start = given_

    due = calendar.after(start, amount)

    assert due is None or calendar.elapsed(start, due) == amount


def test_a_calendar_that_never_opens_is_never_due():
    closed = read({"tz": "UTC", "weekly": {}})

    assert closed.after(utc("2026-01-05 09:00"), MINUTE) is None
    assert closed.elapsed(utc("2026-01-05 09:00"), utc("2036-01-05 09:00")) == timedelta(0)


def test_time_that_runs_backwards_has_not_elapsed():
    assert office().elapsed(utc("2026-01-06 15:00"), utc("2026-01-05 15:00")) == timedelta(0)


def test_public_holidays_of_a_region_are_closed_and_their_names_are_known():
    bavaria = read({"tz": "Europe/Berlin", "weekly": OFFICE, "region": "DE-BY"})
    saxony = read({"tz": "Europe/Berlin", "weekly": OFFICE, "region": "DE-SN"})
    corpus_christi = date(2026, 6, 4)

    assert bavaria.hours(corpus_christi) == ()
    assert saxony.hours(corpus_christi) == (Hours(540, 1020),)


def test_a_weekend_that_makes_up_for_a_holiday_has_make_up_hours():
    china = read({"tz": "Asia/Shanghai", "weekly": OFFICE, "region": "CN", "make_up": [["09:00", "17:00"]]})
    without = read({"tz": "Asia/Shanghai", "weekly": OFFICE, "region": "CN"})
    sunday_before_spring_festival = date(2025, 1, 26)

    assert china.hours(sunday_before_spring_festival) == (Hours(540, 1020),)
    assert without.hours(sunday_before_spring_festival) == ()


def test_special_hours_win_over_a_holiday():
    calendar = office(holidays=["2026-12-24"], special_days={"2026-12-24": [["09:00", "12:00"]]})

    assert calendar.hours(date(2026, 12, 24)) == (Hours(540, 720),)


def test_special_days_may_be_closed():
    assert office(special_days={"2026-12-23": []}).hours(date(2026, 12, 23)) == ()


def test_a_change_of_opening_hours_is_valid_from_its_date_on():
    calendar = office(changes=[{"from": "2027-01-01", "weekly": {"fri": [["09:00", "13:00"]]}}])

    assert calendar.hours(date(2026, 12, 25)) == (Hours(540, 1020),)
    assert calendar.hours(date(2027, 1, 8)) == (Hours(540, 780),)
    assert calendar.hours(date(2027, 1, 11)) == ()


def test_ten_years_are_answered_from_what_was_laid_out_once(monkeypatch):
    calendar = office(region="US")
    start, end = utc("2020-01-01T00:00"), utc("2030-01-01T00:00")
    total = calendar.elapsed(start, end)
    monkeypatch.setattr(_Year, "of", None)

    assert calendar.elapsed(start, end) == total
    assert calendar.after(start, total) <= end


@pytest.mark.parametrize(
    ("zone", "year"),
    [
        ("America/Boa_Vista", 2000),  # two changes a week apart
        ("Africa/Casablanca", 2026),  # out of summer time for Ramadan
        ("Australia/Lord_Howe", 2026),  # by half an hour
        ("Asia/Gaza", 2011),  # four changes
        ("Pacific/Apia", 2011),  # a day that never was
        ("UTC", 2026),
    ],
)
def test_every_change_of_a_zones_offset_is_known(zone, year):
    offsets = _offsets(ZoneInfo(zone), year)

    assert all(a[1] == b[0] for a, b in pairwise(offsets))
    for hour in range(365 * 24):
        instant = datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        micros = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        (ahead,) = [offset for since, until, offset in offsets if since <= micros < until]
        assert timedelta(microseconds=ahead) == instant.astimezone(ZoneInfo(zone)).utcoffset()


WRONG = [
    ([], "#"),
    ({"tz": "Mars/Olympus", "weekly": {}}, "#/tz"),
    ({"weekly": {}}, "#/tz"),
    ({"tz": "UTC"}, "#/weekly"),
    ({"tz": "UTC", "weekly": {"monday": []}}, "#/weekly/monday"),
    ({"tz": "UTC", "weekly": {"mon": "09:00-17:00"}}, "#/weekly/mon"),
    ({"tz": "UTC", "weekly": {"mon": [["9:00", "17:00"]]}}, "#/weekly/mon/0"),
    ({"tz": "UTC", "weekly": {"mon": [["24:00", "24:00"]]}}, "#/weekly/mon/0"),
    ({"tz": "UTC", "weekly": {"mon": [["09:00", "24:30"]]}}, "#/weekly/mon/0"),
    ({"tz": "UTC", "weekly": {"mon": [["09:00"]]}}, "#/weekly/mon/0"),
    ({"tz": "UTC", "weekly": {}, "holidays": ["2026-02-30"]}, "#/holidays/0"),
    ({"tz": "UTC", "weekly": {}, "holidays": ["2026-12-25"] * 5_001}, "#/holidays"),
    ({"tz": "UTC", "weekly": {}, "special_days": {"soon": []}}, "#/special_days/soon"),
    ({"tz": "UTC", "weekly": {}, "region": "XX"}, "#/region"),
    ({"tz": "UTC", "weekly": {}, "region": ["DE"]}, "#/region"),
    ({"tz": "UTC", "weekly": {}, "changes": [{"weekly": {}}]}, "#/changes/0/from"),
    ({"tz": "UTC", "weekly": {}, "changes": ["soon"]}, "#/changes/0"),
]


@pytest.mark.parametrize(("document", "pointer"), WRONG)
def test_a_calendar_that_cannot_be_read_is_refused_with_a_pointer(document, pointer):
    with pytest.raises(Invalid) as refused:
        read(document)

    assert pointer in [problem.pointer for problem in refused.value.problems]


def test_everything_wrong_with_a_calendar_is_said_at_once():
    with pytest.raises(Invalid) as refused:
        read({"tz": "", "weekly": {"mon": 1, "tue": [1]}, "holidays": [1]})

    assert len(refused.value.problems) == 4
