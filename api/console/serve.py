"""`baton serve`: the server, in one command.

In order: settings, ownership of the database, migration, content and the demo organisation, then the server.
What answers requests and fires timers runs in a child of this process (gunicorn's worker, with threads),
which opens connections of its own.
"""

import argparse
import gc
import socket
import struct
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from gunicorn.app.base import BaseApplication

import config
from api import create_app, logs
from api.console import database_of, operator
from api.console.shipped import calendars, demo_service_levels, shipped
from api.server import Server
from config import settings
from config.settings import Settings
from engine import deployments, people, service_levels
from engine.clock import system_now
from engine.database import Database, ownership, upgrade
from engine.scheduler import Metrics, Scheduler

if TYPE_CHECKING:
    from api.console import Commands

DEMO_ORGANISATION = Path(config.__file__).parent / "people.toml"
OWNER_LEAVES_WITHIN = 10.0
"""Seconds that a killed server's child may need to notice and let go of the database."""

KEEP_ALIVE_SECONDS = 30
RECEIVE_SECONDS = 5
FINISH_SECONDS = 10


def register(commands: "Commands") -> None:
    commands.add_parser("serve", help="run the server").set_defaults(run=run_serve)


def run_serve(_arguments: argparse.Namespace) -> int:
    found = settings.with_secret_key(settings.read())
    logs.configure(found.log)
    with database_of(found) as database, ownership(database, wait=OWNER_LEAVES_WITHIN):
        upgrade(database)
        seed_content(database, found.timezone)
        if found.demo:
            seed_demo(database)
        with operator.admitted(found, database):
            database.close()  # no connection may be shared with the child
            Gunicorn(found).run()
    return 0


def seed_content(database: Database, zone: str = "UTC") -> None:
    """Deploy the processes and forms that come with Baton, where nobody has deployed her own, and save the
    calendars. `zone` is that of timers that begin cases.
    """
    with database.transaction() as session:
        deployments.seed(session, shipped(), now=database.now(session), zone=zone)
        service_levels.seed(session, calendars(), now=database.now(session))


def seed_demo(database: Database) -> None:
    """Add who is absent of the demo organisation, and what it has agreed."""
    demo = tomllib.loads(DEMO_ORGANISATION.read_text())
    with database.transaction() as session:
        people.seed_demo(session, demo, system_now())
        service_levels.seed(session, demo_service_levels(), now=database.now(session))


class Gunicorn(BaseApplication):
    """One worker with threads: one process owns an SQLite file; on PostgreSQL, start more nodes."""

    def __init__(self, found: Settings) -> None:
        self._settings = found
        self._scheduler: Scheduler | None = None
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options().items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, ready, and its scheduler: made in the process that answers requests."""
        app = create_app(
            self._settings, Database(self._settings.database_url, pool_size=self._settings.threads + 4)
        )
        server: Server = app.extensions["baton"]
        self._scheduler = Scheduler(server.database, Metrics(server.metrics))
        server.after_advance = self._scheduler.sweep
        self._scheduler.start()
        server.ready.set()
        # What was imported stays for good: the collector need not walk through it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        return app

    def _stop(self) -> None:
        """Stop the scheduler, in the process that has it. `atexit` would be too late: it comes after the
        threads have ended of themselves, a sweep of many batches among them.
        """
        if self._scheduler is not None:
            self._scheduler.stop()

    def _options(self) -> dict[str, Any]:
        host = f"[{self._settings.host}]" if ":" in self._settings.host else self._settings.host
        return {
            "bind": f"{host}:{self._settings.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": self._settings.threads,
            "keepalive": KEEP_ALIVE_SECONDS,
            "graceful_timeout": FINISH_SECONDS,
            "timeout": 120,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": _bound_waiting,
            "worker_exit": lambda _arbiter, _worker: self._stop(),
            "post_worker_init": lambda _worker: print(_greeting(self._settings, host), flush=True),
        }


def _bound_waiting(arbiter: Any) -> None:
    """Let no thread wait longer than this for the next bytes of a request: eight clients that never finish
    theirs would occupy all of them. Accepted connections inherit it from the socket that listens (Linux).
    """
    for listener in arbiter.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", RECEIVE_SECONDS, 0))


def _greeting(found: Settings, host: str) -> str:
    lines = [f"Baton is at http://{host}:{found.port} (the API: http://{host}:{found.port}/api/docs)"]
    if found.demo:
        names = [person["username"] for person in tomllib.loads(DEMO_ORGANISATION.read_text())["person"]]
        lines.append(f"Sign in as {', '.join(names)}; the password is '{people.DEMO_PASSWORD}'.")
    return "\n".join(lines)
