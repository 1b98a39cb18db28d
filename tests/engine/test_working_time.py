"""Working time in diagrams: timers, due dates and scripts count on the case's calendar."""

from datetime import UTC, datetime

import pytest

from engine.service_levels import Kind
from tests.engine.bpmn import support as draw
from tests.engine.levels import agreement, calendar, create, replace, retire, service
from tests.engine.support import ANN, DESK, SAM, Desk, line, traffic

# It is Monday 09:00 UTC; Berlin works from 08:00 to 16:00 UTC, Tokyo from 00:00 to 08:00 UTC.
BERLIN_DUE = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
EIGHT_HOURS = "${working_time('PT8H')}"


def agree(desk: Desk) -> None:
    """Globex has an agreement in Tokyo's hours, mail is looked after in Berlin's."""
    create(desk, Kind.CALENDAR, "berlin", calendar("Europe/Berlin"))
    create(desk, Kind.CALENDAR, "tokyo", calendar("Asia/Tokyo"))
    create(desk, Kind.SERVICE, "mail", service("Mail", calendar="berlin"))
    create(desk, Kind.AGREEMENT, "globex", agreement(calendar="tokyo"))


def record(diagram: bytes, attributes: str) -> bytes:
    drawn = f'<extensionElements><baton:record prefix="P" {attributes}/></extensionElements><startEvent'
    return diagram.replace(b"<startEvent", drawn.encode(), 1)


def waits(text: str = EIGHT_HOURS, kind: str = "timeDuration") -> bytes:
    return line(draw.catch("later", draw.timer_of(kind, text)))


@pytest.mark.parametrize("kind", ["timeDuration", "timeDate"])
def test_a_timer_waits_for_working_time_by_the_calendar_of_the_agreement(desk: Desk, kind: str) -> None:
    agree(desk)
    desk.deploy(waits(kind=kind))

    desk.start(by=ANN)

    assert [timer.due_at for timer in desk.timers()] == [datetime(2026, 3, 3, 8, 0, tzinfo=UTC)]


def test_without_an_agreement_the_service_has_the_calendar(desk: Desk) -> None:
    agree(desk)
    desk.deploy(record(waits(), 'service="${service}"'))

    desk.start({"service": "Mail"}, by=SAM)

    assert [timer.due_at for timer in desk.timers()] == [BERLIN_DUE]


def test_a_due_date_and_a_script_count_working_time_too(desk: Desk) -> None:
    agree(desk)
    script = "first = working_time('PT1H')\nsecond = working_time('PT1H', '2026-03-02T23:30:00Z')"
    desk.deploy(line(draw.script("count", script), draw.user("a", dueDate="${working_time('PT9H')}", **DESK)))

    case = desk.start(by=ANN)

    (task,) = desk.tasks(case)
    assert task.due_at == datetime(2026, 3, 4, 1, 0, tzinfo=UTC)
    assert desk.variables(case) == {
        "first": "2026-03-03T01:00:00.000000Z",
        "second": "2026-03-03T01:00:00.000000Z",
    }


def test_a_case_counts_its_days_where_its_calendar_does(desk: Desk) -> None:
    agree(desk)
    desk.deploy(record(waits("2026-03-05T09:00:00", "timeDate"), 'service="${service}"'))

    cases = [desk.start({"service": what}, by=by) for what, by in (("", ANN), ("mail", SAM), ("", SAM))]

    assert [desk.case(case).zone for case in cases] == ["Asia/Tokyo", "Europe/Berlin", "UTC"]
    assert [timer.due_at.hour for timer in desk.timers()] == [0, 8, 9]


def test_the_requester_that_the_diagram_names_decides_whose_agreement_holds(desk: Desk) -> None:
    agree(desk)
    desk.deploy(record(waits(), 'requester="${who}"'))

    case = desk.start({"who": "ann"}, by=SAM)

    assert desk.case(case).zone == "Asia/Tokyo"


def test_a_case_without_a_calendar_fails_in_words_and_goes_on_when_it_has_one(desk: Desk) -> None:
    desk.deploy(waits())

    case = desk.start(by=ANN)

    (failure,) = desk.case(case).failures
    assert "This case has no calendar" in failure["message"]
    agree(desk)
    desk.operate("retry", case)
    assert (desk.case(case).state, len(desk.timers())) == ("active", 1)


def test_an_edit_of_the_calendar_holds_for_the_next_timer(desk: Desk) -> None:
    agree(desk)
    desk.deploy(waits())
    replace(desk, Kind.CALENDAR, "tokyo", calendar("UTC"))

    desk.start(by=ANN)

    assert [timer.due_at for timer in desk.timers()] == [datetime(2026, 3, 2, 17, 0, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("${working_time('P1D')}", "hours, minutes and seconds"),
        ("${working_time(4)}", "hours, minutes and seconds"),
        ("${working_time('PT1H', 'tomorrow')}", "ISO 8601 date and time"),
        ("${working_time('PT1H', '2066-01-01T00:00:00Z')}", "20 years"),
        ("${working_time('PT50000H')}", "20 years"),
        ("${working_time()}", "does not take 0 arguments"),
    ],
)
def test_what_is_no_working_time_fails_in_words(desk: Desk, text: str, words: str) -> None:
    agree(desk)
    replace(desk, Kind.CALENDAR, "tokyo", calendar("Asia/Tokyo", weekly={"mon": [["09:00", "10:00"]]}))
    desk.deploy(waits(text))

    case = desk.start(by=ANN)

    assert words in desk.case(case).failures[0]["message"]


def test_a_calendar_cannot_depend_on_itself(desk: Desk) -> None:
    agree(desk)
    several = " ".join(f"{name}=\"${{working_time('PT1H')}}\"" for name in ("service", "requester", "title"))
    desk.deploy(record(waits(), several))

    case = desk.start(by=SAM)

    assert "no calendar" in desk.case(case).failures[0]["message"]


def test_a_case_that_asks_for_no_working_time_pays_for_none(desk: Desk) -> None:
    agree(desk)
    desk.deploy(line(draw.user("a", **DESK), draw.user("b", **DESK)))
    case = desk.start(by=ANN)

    with traffic(desk.database) as heard:
        desk.do("a", case)

    assert not [each for each in heard.statements if "sla_edition" in each or "organisation_id" in each]


def test_starting_a_case_asks_once_what_is_agreed(desk: Desk) -> None:
    agree(desk)
    desk.deploy(waits())
    desk.start(by=ANN)

    with traffic(desk.database) as heard:
        desk.start(by=ANN)

    assert len([each for each in heard.statements if "sla_edition" in each]) == 1
    assert not [each for each in heard.statements if "working_calendar" in each or "FROM person" in each]


def test_what_is_retired_gives_no_calendar(desk: Desk) -> None:
    agree(desk)
    retire(desk, Kind.AGREEMENT, "globex")
    desk.deploy(waits())

    case = desk.start(by=ANN)

    assert desk.case(case).state == "failed"
