"""What a running server holds: its settings, its database, and what others hook into."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import cast

from flask import current_app
from prometheus_client import CollectorRegistry

from config.settings import Settings
from engine.database import Database


def _nobody_waits() -> None:
    """Without a scheduler nobody needs to hear that the clock was moved."""


@dataclass
class Server:
    """One per application. `ready` is set once the database is migrated, seeded and deployed to."""

    settings: Settings
    database: Database
    ready: Event = field(default_factory=Event)
    after_advance: Callable[[], object] = _nobody_waits
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)


def server() -> Server:
    """The server this request came to."""
    return cast(Server, current_app.extensions["baton"])
