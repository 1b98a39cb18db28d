"""Dates, instants and durations, as texts."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from engine.durations import format_instant
from engine.scripting import Expression, ScriptRuntimeError


def evaluate(text: str) -> Any:
    return Expression.compile(text).evaluate({})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("instant('2024-05-01T12:00:00+02:00')", "2024-05-01T10:00:00.000000Z"),
        ("instant('2024-05-01t10:00z')", "2024-05-01T10:00:00.000000Z"),
        ("instant('2024-05-01T10:00:00.123456789Z')", "2024-05-01T10:00:00.123456Z"),
        ("instant('2024-05-01', 'Europe/Berlin')", "2024-04-30T22:00:00.000000Z"),
        ("instant('2024-12-01T09:30', 'America/New_York')", "2024-12-01T14:30:00.000000Z"),
        ("instant('2024-12-01T09:30:00Z', 'America/New_York')", "2024-12-01T09:30:00.000000Z"),
        ("date('2024-05-01T23:30:00Z')", "2024-05-01"),
        ("date('2024-05-01T23:30:00Z', 'Europe/Berlin')", "2024-05-02"),
        ("date('2024-05-01')", "2024-05-01"),
        ("in_zone('2024-07-01T10:00:00Z', 'Asia/Kolkata')", "2024-07-01T15:30:00+05:30"),
        ("format_date('2024-05-01', 'DD.MM.YYYY')", "01.05.2024"),
        (
            "format_date('2024-05-01T22:05:09Z', 'YYYY-MM-DD HH:mm:ss', 'Europe/Berlin')",
            "2024-05-02 00:05:09",
        ),
        ("weekday('2024-05-05')", 7),
        ("weekday('2024-05-05T23:00:00Z', 'Europe/Berlin')", 1),
        ("days_between('2024-02-28', '2024-03-01')", 2),
        ("days_between('2024-03-01', '2024-02-28')", -2),
        ("days_between('2024-05-01T23:00:00Z', '2024-05-02', 'Europe/Berlin')", 0),
        ("seconds_between('2024-05-01T10:00:00Z', '2024-05-01T12:00:00+01:00')", 3600),
        ("seconds_between('2024-05-01T10:00:00.5Z', '2024-05-01T10:00:00Z')", -0.5),
        ("seconds('P1DT1H1M1.5S')", 90061.5),
        ("seconds('-PT30M')", -1800),
        ("seconds('P1W')", 604800),
        ("duration(5400)", "PT1H30M"),
        ("duration(-90.25)", "-PT1M30.25S"),
        ("duration(0)", "PT0S"),
        ("duration(86400)", "PT24H"),
        ("seconds(duration(123456.789))", 123456.789),
    ],
)
def test_a_function_for_dates_gives(text: str, value: Any) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("add('2024-01-31', 'P1M')", "2024-02-29"),
        ("add('2023-12-31', 'P1Y2M')", "2025-02-28"),
        ("add('2024-01-31', 'P1M1D')", "2024-03-01"),
        ("subtract('2024-03-31', 'P1M')", "2024-02-29"),
        ("subtract('2024-01-01', 'P1W')", "2023-12-25"),
        ("add('2024-01-01', '-P1D')", "2023-12-31"),
        ("add('2024-05-01T10:00:00Z', 'PT90M')", "2024-05-01T11:30:00.000000Z"),
        ("subtract('2024-05-01T10:00:00Z', 'PT0.5S')", "2024-05-01T09:59:59.500000Z"),
        ("add('2024-05-01T10:00:00Z', 'P1DT1H')", "2024-05-02T11:00:00.000000Z"),
    ],
)
def test_durations_are_added_and_taken_away(text: str, value: str) -> None:
    assert evaluate(text) == value


def test_a_day_in_a_zone_is_as_long_as_it_is_there() -> None:
    night_of_the_change = "'2024-03-30T11:00:00Z'"

    assert evaluate(f"add({night_of_the_change}, 'P1D', 'Europe/Berlin')") == "2024-03-31T10:00:00.000000Z"
    assert evaluate(f"add({night_of_the_change}, 'P1D')") == "2024-03-31T11:00:00.000000Z"
    assert evaluate(f"add({night_of_the_change}, 'PT24H', 'Europe/Berlin')") == "2024-03-31T11:00:00.000000Z"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("instant('2024-05-01')", "not an instant"),
        ("instant('2024-05-01T10:00')", "not an instant"),
        ("instant('2024-02-30T10:00:00Z')", "not a date or time"),
        ("instant('2024-05-01T10:00:00+99:00')", "not a date or time"),
        ("instant('٢٠٢٤-05-01T10:00:00Z')", "not an instant"),
        ("instant(5)", "are texts, not a number"),
        ("date('2024-13-01')", "not a date or time"),
        ("date('today')", "not an instant"),
        ("add('2024-05-01', 'PT1H')", "whole days"),
        ("add('2024-05-01', 'P')", "not an ISO 8601 duration"),
        ("add('2024-05-01', 'P1DT')", "not an ISO 8601 duration"),
        ("add('2024-05-01', '1 day')", "not an ISO 8601 duration"),
        ("add('9999-12-31', 'P1D')", "between the years 1 and 9999"),
        ("subtract('0001-01-01', 'P1M')", "between the years 1 and 9999"),
        ("add('9999-12-31T23:59:59Z', 'PT1S')", "between the years 1 and 9999"),
        ("in_zone('2024-05-01T10:00:00Z', 'Mars/Base')", "not a time zone"),
        ("in_zone('2024-05-01T10:00:00Z', 'Europe')", "not a time zone"),
        ("in_zone('0001-01-01T00:00:00Z', 'America/New_York')", "between the years 1 and 9999"),
        ("seconds('P1M')", "no fixed number"),
        ("duration('PT1H')", "takes a number of seconds"),
        ("duration(1e20)", "takes a number of seconds"),
    ],
)
def test_what_is_no_date_is_an_error_that_says_so(text: str, message: str) -> None:
    with pytest.raises(ScriptRuntimeError) as caught:
        evaluate(text)

    assert message in caught.value.message


def test_instants_are_written_so_that_they_compare_as_texts() -> None:
    earlier = datetime(2024, 5, 1, 10, 0, 0, tzinfo=UTC)
    later = datetime(2024, 5, 1, 12, 0, 0, 500_000, tzinfo=timezone(timedelta(hours=2)))

    assert format_instant(earlier) == "2024-05-01T10:00:00.000000Z"
    assert format_instant(earlier) < format_instant(later)
