"""Where the time comes from: one source, which a test or a replay may move."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def system_now() -> datetime:
    """The system's time: an aware instant in UTC. Credentials, sessions and leases use this one, never a
    moved clock.
    """
    return datetime.now(UTC)


class Clock:
    """The engine's time: the system's, plus how far it was moved.

    `source` gives an aware UTC instant. On PostgreSQL the doors give the database's time instead (see
    `engine.store.base.Database.now`) and add `offset` to it, so that nodes with differing clocks agree.
    """

    follows_system = True
    """Whether this clock tells real time, so that the database may be asked in its place."""

    def __init__(self, source: Callable[[], datetime] = system_now) -> None:
        self._source = source
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self._source() + self.offset

    def advance(self, by: timedelta) -> None:
        """Move this clock. Only replays, tests and the test-clock endpoint do; never backwards."""
        if by < timedelta(0):
            raise ValueError("A clock is never moved backwards.")
        self.offset += by


class FixedClock(Clock):
    """A clock that stands still until it is set or advanced: for replays and tests."""

    follows_system = False

    def __init__(self, instant: datetime) -> None:
        self._instant = instant
        super().__init__(lambda: self._instant)

    def set(self, instant: datetime) -> None:
        """Stand at `instant` (aware UTC)."""
        self._instant = instant
        self.offset = timedelta(0)
