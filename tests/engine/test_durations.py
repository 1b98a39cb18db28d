"""Durations, repetitions and instants as the wall clock counts them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.durations import Duration, Repetition, format_instant, parse_instant, zone

BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def berlin(*wall: int) -> datetime:
    return datetime(*wall, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT30M", Duration(time=timedelta(minutes=30))),
        ("P2W", Duration(days=14)),
        ("P1Y2M3DT4H5M6.5S", Duration(14, 3, timedelta(hours=4, minutes=5, seconds=6.5))),
        ("PT0,5S", Duration(time=timedelta(seconds=0.5))),
        (" P1D ", Duration(days=1)),
        ("PT0S", Duration()),
    ],
)
def test_a_duration_is_read(text, duration):
    assert Duration.parse(text) == duration


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "1D",
        "P1H",
        "PT1D",
        "-P1D",
        "P-1D",
        "P1.5D",
        "pt1h",
        "P1D2W",
        "PT1H1H",
        "P1",
        "PT٣H",
        "P9999999D",
        "PT1H\nx",
    ],
)
def test_what_is_no_duration_is_refused_in_words(text):
    with pytest.raises(ValueError, match="duration"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("P1D", berlin(2026, 3, 28, 9), berlin(2026, 3, 29, 9)),  # 23 hours
        ("PT24H", berlin(2026, 3, 28, 9), berlin(2026, 3, 29, 10)),
        ("P1D", berlin(2026, 10, 24, 9), berlin(2026, 10, 25, 9)),  # 25 hours
        (
            "P1DT2H",
            berlin(2026, 10, 24, 1),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
        ),  # to 01:00, then on through 02:59 to 02:00
        ("P1D", berlin(2026, 3, 28, 2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # 02:30 is skipped
        ("P1M", berlin(2026, 1, 31, 9), berlin(2026, 2, 28, 9)),
        ("P1Y", berlin(2024, 2, 29, 9), berlin(2025, 2, 28, 9)),
        ("P13M", berlin(2026, 12, 1, 9), berlin(2028, 1, 1, 9)),
        ("P1W", berlin(2026, 3, 25, 9), berlin(2026, 4, 1, 9)),
    ],
)
def test_days_and_months_move_the_wall_clock_and_hours_are_real_time(text, since, until):
    assert Duration.parse(text).after(since, BERLIN) == until


def test_a_day_counted_through_the_hour_that_comes_twice_is_no_shorter():
    second_two_thirty = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    assert Duration.parse("P1D").after(second_two_thirty, BERLIN) == berlin(2026, 10, 26, 2, 30)


@pytest.mark.parametrize("text", ["P9999Y", "P99999M", "P999999D", "PT9999999999S"])
def test_what_lies_beyond_the_calendars_end_is_refused(text):
    with pytest.raises(ValueError, match="end"):
        Duration.parse(text).after(datetime(9990, 1, 1, tzinfo=UTC), BERLIN)


@given(
    st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 400),
    st.sampled_from([BERLIN, SHANGHAI, ZoneInfo("America/St_Johns")]),
)
def test_days_keep_the_wall_clock_but_where_the_clocks_change(instant, days, tz):
    later = Duration(days=days).after(instant, tz)

    moved = later.astimezone(tz).replace(tzinfo=None) - instant.astimezone(tz).replace(tzinfo=None)
    assert abs(moved - timedelta(days=days)) <= timedelta(hours=1)
    assert later.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "times", "begin", "every"),
    [
        ("R3/PT10M", 3, None, "PT10M"),
        ("R/P1D", None, None, "P1D"),
        ("R2/2026-01-01T08:00:00Z/P1D", 2, "2026-01-01T08:00:00Z", "P1D"),
    ],
)
def test_a_repetition_is_read(text, times, begin, every):
    assert Repetition.parse(text) == Repetition(times, begin, Duration.parse(every))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "R",
        "R3",
        "PT1H",
        "R3/",
        "R0/PT1H",
        "R3/PT0S",
        "R-1/PT1H",
        "R3/P1D/2026-01-01",
        "R3/x/y/P1D",
        "R3/PT",
    ],
)
def test_what_is_no_repetition_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"repetition|duration"):
        Repetition.parse(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-07-01T09:00:00Z", datetime(2026, 7, 1, 9, tzinfo=UTC)),
        ("2026-07-01T09:00:00+02:00", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("2026-07-01T09:00", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        (" 2026-07-01T09:00:00.25Z ", datetime(2026, 7, 1, 9, 0, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_an_instant_without_an_offset_is_wall_time(text, instant):
    assert parse_instant(text, BERLIN) == instant


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-13-01", "2026-01-01T25:00", "0001-01-01T00:00", "9999-12-31T23:59:59-23:00", "P1D"],
)
def test_what_is_no_instant_is_refused_in_words(text):
    with pytest.raises(ValueError, match=r"ISO 8601|calendar's end|before the year"):
        parse_instant(text, BERLIN)


@given(st.datetimes(datetime(1000, 1, 2), timezones=st.just(UTC)))
def test_an_instant_is_written_so_that_it_is_read_again_and_sorts_as_text(instant):
    text = format_instant(instant)

    assert parse_instant(text, BERLIN) == instant
    assert len(text) == 27


@pytest.mark.parametrize("name", ["Nowhere/Town", "", "../etc/passwd", "a\0b"])
def test_a_zone_there_is_not_is_refused(name):
    with pytest.raises(ValueError, match="time zone"):
        zone(name)


def occurrences(text, now, number):
    repetition = Repetition.parse(text)
    anchor, first = repetition.first(now, BERLIN)
    return [repetition.occurrence(anchor, first + n, BERLIN) for n in range(number)]


def test_what_is_monthly_from_the_31st_on_comes_back_to_the_31st():
    found = occurrences("R/2026-01-31T09:00:00Z/P1M", datetime(2026, 1, 1, tzinfo=UTC), 4)

    assert [(at.month, at.day) for at in found] == [(1, 31), (2, 28), (3, 31), (4, 30)]


def test_an_endless_repetition_from_the_past_goes_on_with_its_next_occurrence():
    now = datetime(2026, 11, 22, 17, 30, 30, tzinfo=UTC)

    assert occurrences("R/2020-01-01T00:00:00Z/PT1M", now, 2) == [
        datetime(2026, 11, 22, 17, 31, tzinfo=UTC),
        datetime(2026, 11, 22, 17, 32, tzinfo=UTC),
    ]


def test_a_counted_repetition_from_the_past_begins_with_its_first_occurrence():
    now = datetime(2026, 11, 22, tzinfo=UTC)

    assert occurrences("R3/2026-11-20T00:00:00Z/P1D", now, 1) == [datetime(2026, 11, 20, tzinfo=UTC)]


@given(
    st.sampled_from(["PT7M", "P1D", "P1M", "P1W", "P1M2DT3H", "P1Y"]),
    st.datetimes(datetime(2015, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)),
    st.datetimes(datetime(2026, 1, 2), datetime(2030, 1, 1), timezones=st.just(UTC)),
)
def test_the_next_occurrence_is_the_first_that_is_not_past(every, start, now):
    repetition = Repetition.parse(f"R/{start:%Y-%m-%dT%H:%M:%SZ}/{every}")
    anchor, number = repetition.first(now, BERLIN)

    assert repetition.occurrence(anchor, number, BERLIN) >= now
    assert repetition.occurrence(anchor, number - 1, BERLIN) < now
