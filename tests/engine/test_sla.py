"""Clocks against an oracle of cases that two independent solvers agreed on, and against a stepper."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendars import read
from engine.sla import Aim, Course

CASES = json.loads((Path(__file__).parent / "sla_cases.json").read_text())["cases"]
MINUTE = timedelta(minutes=1)
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
OFFICE = read(
    {"tz": "UTC", "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
ALWAYS = read(
    {
        "tz": "UTC",
        "weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    }
)


def instant(text):
    return datetime.fromisoformat(text)


def course(case):
    aims = [Aim(instant(case["start_utc"]), case["target_minutes"] * MINUTE, read(case["calendar"]))]
    for change in case.get("changes", []):
        target = change["target_minutes"] * MINUTE if "target_minutes" in change else aims[-1].target
        calendar = read(change["calendar"]) if "calendar" in change else aims[-1].calendar
        aims.append(Aim(instant(change["at_utc"]), target, calendar))
    pauses = tuple((instant(start), end and instant(end)) for start, end in case.get("pauses_utc", []))
    return Course(aims[0].since, tuple(aims), pauses)


def last(clock):
    return clock.aims[-1].since


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']} {case['title']}")
def test_a_clock_is_due_when_the_oracle_says(case):
    clock = course(case)

    due = clock.due(last(clock))

    assert due == (case["expected"]["due_utc"] and instant(case["expected"]["due_utc"]))


@pytest.mark.parametrize("case", [c for c in CASES if "levels" in c["expected"]], ids=lambda case: case["id"])
def test_levels_are_reached_when_the_oracle_says(case):
    clock = course(case)

    for level in case["expected"]["levels"]:
        assert clock.reached(level["minutes"] * MINUTE, last(clock)) == instant(level["due_utc"])


@pytest.mark.parametrize("case", [c for c in CASES if "checks" in c["expected"]], ids=lambda case: case["id"])
def test_elapsed_remaining_and_broken_are_what_the_oracle_says(case):
    clock = course(case)

    for check in case["expected"]["checks"]:
        at = instant(check["at_utc"])
        assert clock.elapsed(at) / MINUTE == pytest.approx(check["elapsed_minutes"])
        assert clock.remaining(at) / MINUTE == pytest.approx(check["remaining_minutes"])
        assert clock.broken(at) is check["breached"]


minutes = st.integers(0, 3000).map(lambda n: MONDAY + n * MINUTE)
pauses = st.lists(st.tuples(minutes, st.none() | minutes), max_size=4).map(tuple)


def paused(at, of):
    return any(start <= at and (end is None or at < end) for start, end in of)


@settings(max_examples=100, deadline=None)
@given(pauses, st.integers(0, 3500), st.sampled_from([OFFICE, ALWAYS]))
def test_pauses_that_overlap_in_any_way_count_once(given_pauses, length, calendar):
    clock = Course(MONDAY, (Aim(MONDAY, timedelta(hours=8), calendar),), given_pauses)
    steps = [MONDAY + n * MINUTE for n in range(length)]

    elapsed = clock.elapsed(MONDAY + length * MINUTE)

    assert elapsed == sum(calendar.is_open(at) and not paused(at, given_pauses) for at in steps) * MINUTE


@given(pauses, st.integers(1, 1500))
def test_a_due_time_is_the_first_instant_at_which_nothing_remains(given_pauses, target):
    clock = Course(MONDAY, (Aim(MONDAY, target * MINUTE, OFFICE),), given_pauses)

    due = clock.due(MONDAY)

    if due is None:
        assert any(end is None for _, end in given_pauses)
    else:
        assert clock.remaining(due) == timedelta(0)
        assert clock.remaining(due - timedelta(microseconds=1)) > timedelta(0)
        assert not clock.broken(due)


def test_an_open_pause_after_the_breach_moves_nothing():
    clock = Course(MONDAY, (Aim(MONDAY, timedelta(hours=1), OFFICE),), ((MONDAY + timedelta(hours=2), None),))

    assert clock.due(MONDAY + timedelta(hours=3)) == MONDAY + timedelta(hours=1)
    assert clock.broken(MONDAY + timedelta(hours=3))


def test_a_target_of_nothing_is_due_at_the_start_even_while_paused():
    clock = Course(MONDAY, (Aim(MONDAY, timedelta(0), OFFICE),), ((MONDAY, None),))

    assert clock.due(MONDAY) == MONDAY
