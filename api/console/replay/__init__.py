"""`baton replay`: plays an incident log through the shipped incident process and compares what came of it."""

import argparse
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from api import logs
from api.console.replay.comparison import Comparison, compare
from api.console.replay.log import Log, read
from api.console.replay.player import Event, Player, events_of
from api.console.replay.report import Outcome, print_table
from api.console.replay.stage import database_for, set_up
from api.serialisation import to_json
from engine.clock import FixedClock

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
    parser.set_defaults(run=run_replay)


def run_replay(arguments: argparse.Namespace) -> int:
    """0 if there was something to play and all went as the log says, skipped rows aside; else 1."""
    logs.configure("error")
    aside = Console(stderr=True)
    log = read(arguments.file, arguments.limit)
    with progress_on(aside) as progress, stop_on_interrupt() as stopped:
        outcome = replay(log, arguments.database, progress, stopped)
    if arguments.json:
        print(to_json(outcome.figures()).decode())
    else:
        print_table(outcome, Console(), aside)
    return 0 if outcome.as_the_log_says else 1


def replay(log: Log, url: str | None, progress: Progress, stopped: Callable[[], bool]) -> Outcome:
    """Play a log into the database of that URL, None being a temporary one, and compare.

    When `stopped`, what was played until then is compared. Raises `Conflict` for a database that is in use or
    not empty, `Unavailable` for one that does not answer.
    """
    events = events_of(log.incidents)
    if not events:
        return Outcome(log, Comparison(), seconds=0.0, interrupted=False)
    clock = FixedClock(events[0].at)
    with database_for(url, clock) as database:
        cast = set_up(database, clock.now())
        player = Player(database, clock, cast, _beyond(events))
        task = progress.add_task("Playing", total=len(events))
        player.play(events, lambda count: progress.advance(task, count), stopped)
        progress.update(task, description="Comparing")
        with database.transaction(write=False) as session:
            found = compare(session, log.incidents, player.played, cast.administrator)
    return Outcome(log, found, player.played.seconds, interrupted=player.played.until != events[-1].at)


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
