"""`baton replay`: plays an incident log through the shipped incident process and compares what came of it."""

import argparse
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from api import logs
from api.console.replay import promises
from api.console.replay.comparison import Comparison, compare
from api.console.replay.levels import Levels, read_levels
from api.console.replay.log import Log, read
from api.console.replay.player import Event, Player, events_of
from api.console.replay.promises import Promises, promise
from api.console.replay.report import Outcome, figures_of, print_tables
from api.console.replay.stage import Cast, database_for, set_up
from api.serialisation import to_json
from engine.clock import FixedClock
from engine.database import Database

if TYPE_CHECKING:
    from api.console import Commands

DATABASES = ("sqlite", "postgresql", "postgresql+psycopg", "postgres")


def register(commands: "Commands") -> None:
    parser = commands.add_parser("replay", help="play an incident log through the incident process")
    parser.add_argument("file", type=Path, help="the log, a CSV file, plain or packed with gzip")
    parser.add_argument("--limit", type=_count, metavar="N", help="play the first N rows only")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument(
        "--database",
        type=_database_url,
        metavar="URL",
        help="play into this database, which holds no cases yet, and keep it; else a temporary one is used",
    )
    parser.add_argument(
        "--sla",
        type=Path,
        metavar="FILE",
        help="what is promised, in the form of config/sla.toml; else what the demo organisation promises",
    )
    parser.add_argument(
        "--compare",
        type=Path,
        metavar="FILE",
        help="play the log a second time, under these promises, and tell the difference",
    )
    parser.set_defaults(run=run_replay)


@dataclass(frozen=True, slots=True)
class Trial:
    """Under which promises a log is played, and into which database; None is a temporary one."""

    promises: Promises
    url: str | None


def run_replay(arguments: argparse.Namespace) -> int:
    """0 if there was something to play and all went as the log says, skipped rows aside; else 1."""
    logs.configure("error")
    aside = Console(stderr=True)
    trials = _trials(arguments)
    log = read(arguments.file, arguments.limit)
    with progress_on(aside) as progress, stop_on_interrupt() as stopped:
        outcomes = replay(log, trials, progress, stopped)
    if arguments.json:
        print(to_json(figures_of(outcomes)).decode())
    else:
        print_tables(outcomes, Console(), aside)
    return 0 if all(outcome.as_the_log_says for outcome in outcomes) else 1


def _trials(arguments: argparse.Namespace) -> list[Trial]:
    first = promises.read(arguments.sla) if arguments.sla else promises.demo()
    trials = [Trial(first, arguments.database)]
    if arguments.compare:
        trials.append(Trial(promises.read(arguments.compare), None))
    return trials


def replay(
    log: Log, trials: Sequence[Trial], progress: Progress, stopped: Callable[[], bool]
) -> list[Outcome]:
    """Play a log once for each trial, and compare what came of it with the log.

    When `stopped`, what was played until then is compared, and the trials that follow are left out. All
    databases are prepared before the first is played into, so that what is wrong with the last promises is
    told at once. Raises `Invalid` for promises that cannot be made, `Conflict` for a database that is in use
    or not empty, `Unavailable` for one that does not answer.
    """
    events = events_of(log.incidents)
    if not events:
        return [_nothing(log, trial) for trial in trials]
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        for stage in [stack.enter_context(_stage(trial, events)) for trial in trials]:
            outcomes.append(_play(log, events, stage, progress, stopped))
            if outcomes[-1].interrupted:
                break
    return outcomes


def _nothing(log: Log, trial: Trial) -> Outcome:
    return Outcome(log, Comparison(), Levels(trial.promises.name), seconds=0.0, interrupted=False)


@dataclass(frozen=True, slots=True)
class _Stage:
    """A database that a log can be played into under its promises."""

    promises: Promises
    database: Database
    clock: FixedClock
    cast: Cast


@contextmanager
def _stage(trial: Trial, events: list[Event]) -> Iterator[_Stage]:
    clock = FixedClock(events[0].at)
    with database_for(trial.url, clock) as database:
        cast = set_up(database, clock.now())
        cast = promise(database, cast, trial.promises, clock.now())
        yield _Stage(trial.promises, database, clock, cast)


def _play(
    log: Log, events: list[Event], stage: _Stage, progress: Progress, stopped: Callable[[], bool]
) -> Outcome:
    player = Player(stage.database, stage.clock, stage.cast, _beyond(events))
    task = progress.add_task(f"Playing under {stage.promises.name}", total=len(events))
    player.play(events, lambda count: progress.advance(task, count), stopped)
    progress.update(task, description="Comparing")
    with stage.database.transaction(write=False) as session:
        found = compare(session, log.incidents, player.played, stage.cast.administrator)
        levels = read_levels(session, stage.promises.name, stage.cast.administrator)
    played = player.played
    return Outcome(log, found, levels, played.seconds, interrupted=played.until != events[-1].at)


def _beyond(events: list[Event]) -> str:
    """A period that, from any instant of the log, ends after the log."""
    span: timedelta = events[-1].at - events[0].at
    return f"P{span.days + 2}D"


def progress_on(console: Console) -> Progress:
    """A bar on that console, if it is a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


@contextmanager
def stop_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed while the block runs. Pressed again, it interrupts as usual."""
    asked = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, not '{text}'")
    return int(text)


def _database_url(text: str) -> str:
    try:
        known = make_url(text).drivername in DATABASES
    except ArgumentError:
        known = False
    if not known:
        raise argparse.ArgumentTypeError("must begin with sqlite:/// or postgresql://")
    return text
