"""`baton worker`: a node that answers nobody and only fires what is due, beside others on PostgreSQL."""

import argparse
import signal
from threading import Event
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from api import logs
from api.console import database_of
from config import settings
from engine.database import upgrade
from engine.errors import Conflict
from engine.scheduler import Metrics, Scheduler

if TYPE_CHECKING:
    from api.console import Commands


def register(commands: "Commands") -> None:
    worker = commands.add_parser("worker", help="fire what is due, and serve nobody (PostgreSQL)")
    worker.set_defaults(run=run_worker)


def run_worker(_arguments: argparse.Namespace) -> int:
    """Runs until SIGTERM or SIGINT; a batch that is under way is finished first."""
    found = settings.read()
    if found.on_sqlite:
        raise Conflict(
            "An SQLite file has one owner, and `baton serve` fires its timers itself."
            " For nodes of their own, set BATON_DATABASE_URL to a PostgreSQL database."
        )
    logs.configure(found.log)
    told_to_stop = _stop_signals()
    with database_of(found) as database:
        upgrade(database)
        scheduler = Scheduler(database, Metrics(CollectorRegistry()))
        scheduler.start()
        print("Baton's worker fires what is due.", flush=True)
        told_to_stop.wait()
        scheduler.stop()
    return 0


def _stop_signals() -> Event:
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    return told
