"""Playing a log: cases live as it says, timers fire at their moments, and a comparison shows what differs."""

import json
import logging
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from rich.progress import Progress
from sqlalchemy import insert, select

from api.cli import main
from api.console.replay import Trial, replay, stop_on_interrupt
from api.console.replay import player as player_module
from api.console.replay.comparison import Comparison, compare
from api.console.replay.log import Incident, read
from api.console.replay.player import Event, Player, events_of
from api.console.replay.promises import Promises
from api.console.replay.report import Outcome
from api.console.replay.stage import Cast, database_for, set_up
from api.console.shipped import shipped
from engine import deployments
from engine.clock import FixedClock
from engine.database import Database
from engine.errors import Conflict
from engine.service_levels import Kind
from engine.store.history import HistoryRow
from tests.api.replay_logs import row, write

QUIET = Progress(disable=True)
NOTHING_PROMISED = Promises("nothing", {kind: {} for kind in Kind})

EVERY_KIND = (
    row("plain"),
    # Two reminders; the priority changes while it waits, and a second one in the same instant wins.
    row(
        "asked",
        pauses="2016-03-02T09:00/2016-03-07T10:00",
        priority_changes="2016-03-04T09:00=1|2016-03-04T09:00=2",
        priority_last="2",
    ),
    # Never answered; the second reminder is due in the instant of the resolution, and fires.
    row("silent", pauses="2016-03-04T09:00/"),
    # Waits from the beginning until the resolution, which is the closing.
    row("unresolved", resolved_at="", pauses="2016-03-01T09:00/2016-03-10T09:00"),
    # All in one instant; impact and urgency are the last ones.
    row(
        "instant",
        closed_at="2016-03-01T09:00",
        resolved_at="2016-03-01T09:00",
        pauses="2016-03-01T09:00/2016-03-01T09:00",
        impact="1",
        urgency="1",
        priority_first="4",
        priority_last="1",
        priority_changes="2016-03-01T09:00=1",
    ),
    # The priority changes after the resolution.
    row("late", priority_changes="2016-03-09T09:00=4", priority_last="4"),
)
REMINDERS = 2 + 2 + 4
PAUSES = 4
MAJOR = 2


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """The command configures the logs of its process; put back what other tests see."""
    handlers = logging.root.handlers[:]
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def never() -> bool:
    return False


def play(path: Path, url: str | None, stopped: Callable[[], bool] = never) -> Outcome:
    (outcome,) = replay(read(path), [Trial(NOTHING_PROMISED, url)], QUIET, stopped)
    return outcome


def played(database: Database, clock: FixedClock, events: list[Event]) -> tuple[Player, Cast]:
    cast = set_up(database, clock.now())
    player = Player(database, clock, cast, "P90D")
    player.play(events, lambda count: None, never)
    return player, cast


def compared(database: Database, incidents: list[Incident], player: Player, cast: Cast) -> Comparison:
    with database.transaction(write=False) as session:
        return compare(session, incidents, player.played, cast.administrator)


def fields(comparison: Comparison) -> set[str]:
    return {mismatch.field for mismatch in comparison.mismatches}


def test_every_kind_of_row_is_played_as_the_log_says(path: Path, database_url: str) -> None:
    outcome = play(write(path, *EVERY_KIND), database_url)

    figures = outcome.figures()
    assert outcome.as_the_log_says
    assert figures["mismatched"] == []
    assert (figures["cases"], figures["closed"]) == (6, 6)
    assert figures["fired"] == REMINDERS
    assert figures["timers_armed"] == PAUSES + REMINDERS + 6
    assert (figures["missed"], figures["doubled"]) == (0, 0)
    assert figures["tasks"] == 6 * 3 + PAUSES * 2 - 1 + MAJOR  # nobody answered the silent one
    assert figures["notes"] == {
        "impact_and_urgency_chosen": 1,
        "pauses_never_left": 1,
        "resolved_at_closing": 1,
    }


def test_reminders_fire_before_what_happens_in_the_same_instant(path: Path) -> None:
    pause = "2016-03-02T09:00/2016-03-04T09:00"

    outcome = play(write(path, row(pauses=pause, resolved_at="2016-03-04T09:00")), None)

    assert (outcome.comparison.fired, outcome.comparison.missed) == (1, 0)
    assert outcome.as_the_log_says


def test_a_log_that_contradicts_itself_is_told(path: Path) -> None:
    log = write(path, row("1"), row("2", priority_changes="2016-03-02T09:00=1", priority_last="4"))

    outcome = play(log, None)

    assert outcome.figures()["mismatched"] == [
        {"number": "2", "line": 3, "field": "priority_last", "expected": 4, "found": 1}
    ]
    assert not outcome.as_the_log_says


class TestComparison:
    """The database was played from one log and is compared with another."""

    @pytest.fixture
    def incident(self, path: Path) -> Incident:
        return read(write(path, row(pauses="2016-03-02T09:00/2016-03-07T10:00"))).incidents[0]

    @pytest.fixture
    def stage(self, incident: Incident) -> Iterator[tuple[Database, Player, Cast]]:
        clock = FixedClock(incident.opened_at)
        with database_for(None, clock) as database:
            yield database, *played(database, clock, events_of([incident]))

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"resolved_at": "2016-03-08T09:01"}, "resolved_at"),
            ({"closed_at": "2016-03-09T09:00"}, "closed_at"),
            ({"priority_last": "1"}, "priority_last"),
        ],
    )
    def test_what_differs_from_the_log_is_found(
        self, stage: tuple[Database, Player, Cast], path: Path, change: dict[str, str], field: str
    ) -> None:
        database, player, cast = stage
        other = read(write(path, row(**{"pauses": "2016-03-02T09:00/2016-03-07T10:00", **change})))

        assert fields(compared(database, other.incidents, player, cast)) == {field}

    def test_a_timer_that_did_not_fire_is_missed(
        self, stage: tuple[Database, Player, Cast], path: Path
    ) -> None:
        database, player, cast = stage
        other = read(write(path, row(pauses="2016-03-02T09:00/2016-03-08T09:00")))

        found = compared(database, other.incidents, player, cast)

        assert (found.fired, found.missed) == (2, 1)

    def test_a_timer_that_fired_at_another_time_is_missed_and_a_mismatch(
        self, stage: tuple[Database, Player, Cast], path: Path
    ) -> None:
        database, player, cast = stage
        other = read(write(path, row(pauses="2016-03-02T10:00/2016-03-07T10:00")))

        found = compared(database, other.incidents, player, cast)

        assert found.missed == 2
        assert fields(found) == {"reminder_due"}

    def test_a_timer_that_fired_again_is_doubled(
        self, stage: tuple[Database, Player, Cast], incident: Incident
    ) -> None:
        database, player, cast = stage
        with database.transaction() as session:
            fired = session.execute(
                select(HistoryRow.__table__).where(HistoryRow.kind == "timer fired").limit(1)
            )
            again = dict(fired.mappings().one())
            session.execute(insert(HistoryRow), [again | {"seq": again["seq"] + 1000}])

        found = compared(database, [incident], player, cast)

        assert (found.fired, found.missed, found.doubled) == (3, 0, 1)

    def test_a_case_that_is_not_there_and_one_too_many_are_found(
        self, stage: tuple[Database, Player, Cast], incident: Incident
    ) -> None:
        database, player, cast = stage

        found = compared(database, [replace(incident, number="other")], player, cast)

        assert [(m.number, m.field, m.expected, m.found) for m in found.mismatches if m.field == "cases"] == [
            ("other", "cases", 1, 0),
            ("", "cases", None, "Incident 1"),
        ]


def test_an_event_that_is_refused_leaves_its_case_and_the_others_go_on(path: Path) -> None:
    first, second = read(write(path, row("1"), row("2"))).incidents
    clock = FixedClock(first.opened_at)
    unresolved = [e for e in events_of([first, second]) if (e.kind.name, e.incident) != ("RESOLVE", first)]

    with database_for(None, clock) as database:
        player, cast = played(database, clock, unresolved)
        found = compared(database, [first, second], player, cast)

    assert player.played.stuck.keys() == {"1"}
    assert {mismatch.number for mismatch in found.mismatches} == {"1"}
    assert (found.cases, found.closed) == (2, 1)


def test_what_was_played_until_an_interruption_is_compared(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player_module, "BATCH", 1)
    answers = iter([False] * 3 + [True] * 100)

    outcome = play(write(path, *EVERY_KIND), None, lambda: next(answers))

    assert outcome.interrupted
    assert not outcome.as_the_log_says
    assert outcome.comparison.mismatches == []
    assert (outcome.comparison.cases, outcome.comparison.closed) == (6, 1)
    assert (outcome.comparison.fired, outcome.comparison.missed) == (2, 0)


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Interrupts arrive, although a shell's background jobs are started deaf to them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_the_first_interrupt_asks_to_stop_and_the_second_interrupts() -> None:
    with stop_on_interrupt() as stopped:
        signal.raise_signal(signal.SIGINT)

        assert stopped()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


class TestDatabase:
    def test_a_temporary_one_is_removed(
        self, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "temporary"
        folder.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(folder))

        play(write(path, row()), None)

        assert list(folder.iterdir()) == []

    def test_one_that_holds_cases_is_refused(self, path: Path, database_url: str) -> None:
        play(write(path, row()), database_url)

        with pytest.raises(Conflict, match="holds cases already"):
            play(path, database_url)

    def test_one_with_an_incident_process_of_its_own_is_refused_and_unchanged(
        self, path: Path, tmp_path: Path
    ) -> None:
        url = f"sqlite:///{tmp_path / 'own.db'}"
        write(path, row())
        clock = FixedClock(read(path).incidents[0].opened_at)
        files = [file for file in shipped() if file.path.startswith(("incident/", "major_incident/"))]
        edited = [replace(f, data=f.data.replace(b"Triage", b"Sorting")) for f in files]
        with database_for(url, clock) as database, database.transaction() as session:
            deployments.deploy(session, edited, by=None, now=clock.now())

        with pytest.raises(Conflict, match="incident process of its own"):
            play(path, url)

        with database_for(url, clock) as database, database.transaction() as session:
            again = deployments.check(session, edited, by=None)
        assert {one.version for one in again.definitions} == {1}


class TestCommand:
    def test_json_is_all_there_is_on_standard_output(
        self, path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write(path, row("1", pauses="2016-03-02T09:00/2016-03-05T09:00"), row("2", impact="9"))

        status = main(["replay", str(path), "--json"])

        figures = json.loads(capsys.readouterr().out)
        assert status == 0
        assert figures["skipped_rows"] == [
            {"line": 3, "number": "2", "reason": "impact must be 1 to 3, not '9'."}
        ]
        assert (figures["cases"], figures["closed"], figures["fired"]) == (1, 1, 1)
        assert figures["cases_per_second"] > 0

    def test_without_json_it_is_a_table_and_skipped_rows_are_told_beside_it(
        self, path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write(path, row("1"), row("[2]", impact="9"))

        status = main(["replay", str(path)])

        output = capsys.readouterr()
        assert status == 0
        assert "mismatches" in output.out
        assert output.err == "Line 3 ([2]) is skipped. impact must be 1 to 3, not '9'.\n"

    def test_mismatches_fail_and_are_shown(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        status = main(["replay", str(write(path, row("[7]", priority_last="1")))])

        output = capsys.readouterr().out
        assert status == 1
        assert "priority_last" in output
        assert "[7]" in output

    def test_a_log_without_a_row_to_play_fails_and_tells_every_reason(
        self, path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        status = main(["replay", str(write(path, row(impact="9"), row(number=""))), "--json"])

        figures = json.loads(capsys.readouterr().out)
        assert status == 1
        assert (figures["cases"], len(figures["skipped_rows"])) == (0, 2)

    def test_a_limit_plays_the_first_rows(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        main(["replay", str(write(path, row("1"), row("2"))), "--limit", "1", "--json"])

        assert json.loads(capsys.readouterr().out)["cases"] == 1

    @pytest.mark.parametrize(
        "options",
        [["--limit", "0"], ["--limit", "many"], ["--database", "mysql://host/name"], ["--database", "x"]],
    )
    def test_nonsense_is_misuse(self, path: Path, options: list[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            main(["replay", str(path), *options])

        assert caught.value.code == 2

    def test_a_file_that_is_no_log_fails_with_a_sentence(
        self, path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path.write_text("hello")

        status = main(["replay", str(path), "--json"])

        output = capsys.readouterr()
        assert status == 1
        assert output.out == ""
        assert output.err.startswith("This is no incident log: its first line lacks number")
