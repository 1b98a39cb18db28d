"""Reading an incident log: what is played, what is adapted and noted, what is skipped and why."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.console.replay.log import Log, Note, Pause, read
from engine.errors import Invalid
from tests.api.replay_logs import COLUMNS, row, write


def march(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2016, 3, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def log_of(path: Path, **cells: str) -> Log:
    return read(write(path, row(**cells)))


def test_a_time_without_an_offset_is_utc(path: Path) -> None:
    (incident,) = log_of(
        path, opened_at="2016-03-01T09:00:00", closed_at="2016-03-10T10:00:00+02:00"
    ).incidents

    assert (incident.opened_at, incident.closed_at) == (march(1), march(10, 8))


def test_a_row_without_resolution_is_resolved_at_its_closing(path: Path) -> None:
    log = log_of(path, resolved_at="")

    assert log.incidents[0].resolved_at == march(10)
    assert log.notes == {Note.RESOLVED_AT_CLOSING: 1}


def test_impact_and_urgency_are_chosen_to_give_the_first_priority(path: Path) -> None:
    log = log_of(path, priority_first="4", priority_last="1", impact="1", urgency="1")

    incident = log.incidents[0]
    assert min(incident.impact + incident.urgency - 1, 4) == 4
    assert log.notes == {Note.LEVELS_CHOSEN: 1}


def test_changes_of_priority_keep_their_order_within_an_instant(path: Path) -> None:
    log = log_of(path, priority_changes="2016-03-04T09:00=2|2016-03-02T09:00=4|2016-03-04T09:00=1")

    assert log.incidents[0].changes == ((march(2), 4), (march(4), 2), (march(4), 1))


@pytest.mark.parametrize(
    ("pauses", "settled", "notes"),
    [
        ("2016-03-02T09:00/2016-03-03T09:00", [Pause(march(2), march(3))], {}),
        ("2016-03-02T09:00/2016-03-02T09:00", [Pause(march(2), march(2))], {}),
        ("2016-03-02T09:00/", [Pause(march(2), None)], {Note.PAUSES_UNANSWERED: 1}),
        ("2016-03-02T09:00/2016-03-09T09:00", [Pause(march(2), None)], {Note.PAUSES_AFTER: 1}),
        ("2016-02-20T09:00/2016-03-02T09:00", [Pause(march(1), march(2))], {Note.PAUSES_BEFORE: 1}),
        ("2016-03-09T09:00/2016-03-09T10:00", [], {Note.PAUSES_OUTSIDE: 1}),
        ("2016-02-20T09:00/2016-02-21T09:00", [], {Note.PAUSES_OUTSIDE: 1}),
        (
            "2016-03-03T09:00/2016-03-05T09:00|2016-03-02T09:00/2016-03-04T09:00",
            [Pause(march(2), march(5))],
            {Note.PAUSES_JOINED: 1},
        ),
        (
            "2016-03-02T09:00/2016-03-06T09:00|2016-03-03T09:00/2016-03-04T09:00",
            [Pause(march(2), march(6))],
            {Note.PAUSES_JOINED: 1},
        ),
        (
            "2016-03-02T09:00/2016-03-03T09:00|2016-03-03T09:00/2016-03-04T09:00",
            [Pause(march(2), march(4))],
            {Note.PAUSES_JOINED: 1},
        ),
        (
            "2016-03-02T09:00/|2016-03-03T09:00/2016-03-04T09:00",
            [Pause(march(2), None)],
            {Note.PAUSES_UNANSWERED: 1, Note.PAUSES_JOINED: 1},
        ),
    ],
)
def test_pauses_lie_inside_the_case_one_after_the_other_and_every_change_is_noted(
    path: Path, pauses: str, settled: list[Pause], notes: dict[Note, int]
) -> None:
    log = log_of(path, pauses=pauses)

    assert list(log.incidents[0].pauses) == settled
    assert log.notes == notes


def test_reopens_are_counted_since_the_log_does_not_say_when(path: Path) -> None:
    assert log_of(path, reopens="2").notes == {Note.REOPENS_IGNORED: 2}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"number": ""}, "It has no number."),
        ({"number": "a\x00b"}, "printable"),
        ({"number": "9" * 101}, "at most 100"),
        ({"opened_at": ""}, "opened_at is missing."),
        ({"opened_at": "yesterday"}, "opened_at is no time: 'yesterday'."),
        ({"opened_at": "0001-01-01T00:00:00+02:00"}, "opened_at is no time"),
        ({"closed_at": "9999-01-01T00:00:00"}, "between 1970 and 2100"),
        ({"closed_at": ""}, "closed_at is missing."),
        ({"closed_at": "2016-02-01T09:00:00"}, "closed_at lies before opened_at."),
        ({"resolved_at": "2016-02-01T09:00:00"}, "resolved_at does not lie between"),
        ({"resolved_at": "2016-03-11T09:00:00"}, "resolved_at does not lie between"),
        ({"priority_first": "5"}, "priority_first must be 1 to 4, not '5'."),
        ({"priority_last": "high"}, "priority_last must be 1 to 4, not 'high'."),
        ({"impact": "0"}, "impact must be 1 to 3, not '0'."),
        ({"urgency": "?"}, "urgency must be 1 to 3, not '?'."),
        ({"priority_changes": "2016-03-02T09:00"}, "The priority after a change must be 1 to 4"),
        ({"priority_changes": "soon=2"}, "A change of priority is no time"),
        ({"priority_changes": "2016-03-11T09:00=2"}, "between opened_at and closed_at"),
        ({"pauses": "2016-03-02T09:00"}, "written from/to"),
        ({"pauses": "/2016-03-02T09:00"}, "The beginning of a pause is missing."),
        ({"pauses": "2016-03-03T09:00/2016-03-02T09:00"}, "A pause ends before it begins."),
    ],
)
def test_a_row_that_makes_no_sense_is_skipped_with_its_line_and_reason(
    path: Path, cells: dict[str, str], reason: str
) -> None:
    log = read(write(path, row("good"), row(**{"number": "bad", **cells}), row("also good")))

    assert [incident.number for incident in log.incidents] == ["good", "also good"]
    assert [skipped.line for skipped in log.skipped] == [3]
    assert reason in log.skipped[0].reason


def test_a_number_that_came_before_is_skipped_and_the_earlier_line_named(path: Path) -> None:
    log = read(write(path, row("1"), row("2"), row("1")))

    assert [(s.line, s.number, s.reason) for s in log.skipped] == [
        (4, "1", "The number is also that of line 2.")
    ]


def test_a_row_cut_short_is_skipped_and_the_next_one_is_read(path: Path) -> None:
    write(path, row("1"), row("2"))
    heading, first, second = path.read_text().splitlines()
    path.write_text(f"{heading}\n{first[:30]}\n\n{second}\n")

    log = read(path)

    assert [incident.line for incident in log.incidents] == [4]
    assert "the first line has 11" in log.skipped[0].reason


def test_lines_are_counted_in_the_file_though_a_row_may_span_several(path: Path) -> None:
    log = read(write(path, row("1"), row("2", urgency="high\nor low"), row("3"), row("4", impact="x")))

    assert [(skipped.line, skipped.number) for skipped in log.skipped] == [(3, "2"), (6, "4")]


def test_bytes_that_are_no_text_spoil_their_row_only(path: Path) -> None:
    write(path, row("1"), row("2"))
    path.write_bytes(path.read_bytes().replace(b"1,2016-03-01", b"1,\xff\xfe016-03-01", 1))

    log = read(path)

    assert [incident.number for incident in log.incidents] == ["2"]
    assert [skipped.line for skipped in log.skipped] == [2]


def test_a_limit_counts_rows_good_or_bad(path: Path) -> None:
    log = read(write(path, row("1"), row("2", impact="x"), row("3")), limit=2)

    assert (len(log.incidents), len(log.skipped)) == (1, 1)


def test_a_packed_log_is_recognised_by_its_content(path: Path) -> None:
    write(path, row("1"), row("2"))
    path.write_bytes(gzip.compress(path.read_bytes()))

    assert len(read(path).incidents) == 2


def test_a_packed_log_that_was_not_copied_whole_is_refused(path: Path) -> None:
    write(path, *(row(str(number)) for number in range(200)))
    path.write_bytes(gzip.compress(path.read_bytes())[:-20])

    with pytest.raises(Invalid, match="ends in the middle"):
        read(path)


@pytest.mark.parametrize(
    "content", [b"", b"number,opened_at\n1,2016-03-01\n", b"\x1f\x8bnonsense", b"PK\x03\x04"]
)
def test_a_file_that_is_no_log_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(Invalid):
        read(path)


def test_a_missing_column_is_named(path: Path) -> None:
    path.write_text(",".join(name for name in COLUMNS if name != "pauses"))

    with pytest.raises(Invalid, match="lacks pauses"):
        read(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"none\.csv cannot be read: No such file"):
        read(tmp_path / "none.csv")
