"""How much one run may use, and the meter that counts it."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import thread_time
from typing import Any, TypeVar

from engine.scripting.errors import LimitExceeded
from engine.sentences import Sentence

# A JSON value: None, bool, int, float, str, list or dict with str keys. Its type is checked when it is used.
JSON = Any

T = TypeVar("T")

Functions = Mapping[str, Callable[..., JSON]]

TICKS_BETWEEN_LOOKS_AT_THE_TIME = 10_000
BYTES_PER_TICK = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation or run may use.

    `ticks`: steps, each about a tenth of a microsecond of work. `seconds`: processor time of this thread, so
    that a busy server does not fail honest scripts. `size`: cells (items and entries) plus characters of any
    one value. `memory`: bytes of all texts and containers made in the run, given back or not. `depth`: how
    deep values nest.
    """

    ticks: int = 1_000_000
    seconds: float = 0.5
    size: int = 1_000_000
    memory: int = 20_000_000
    depth: int = 64


DEFAULT_LIMITS = Limits()


class Meter:
    """Counts what a run uses, and stops it with LimitExceeded before it uses too much."""

    __slots__ = ("_alarm", "_started", "_ticks", "limits", "memory")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.memory = limits.memory
        self._ticks = limits.ticks
        # The time is asked for the first time after some work: a simple condition never pays for it.
        self._alarm = max(0, limits.ticks - TICKS_BETWEEN_LOOKS_AT_THE_TIME)
        self._started: float | None = None

    def charge(self, ticks: int) -> None:
        """Count work that is about to be done."""
        self._ticks -= ticks
        if self._ticks < self._alarm:
            self._look()

    def fit(self, size: int) -> None:
        """Refuse to make a value of more than `size` cells and characters."""
        if size > self.limits.size:
            raise LimitExceeded(Sentence("value-too-large", most=self.limits.size))

    def spend(self, size: int) -> None:
        """Count `size` bytes of memory, and the work of filling them."""
        self.memory -= size
        if self.memory < 0:
            raise LimitExceeded(Sentence("too-much-memory"))
        self.charge(1 + size // BYTES_PER_TICK)

    def made(self, value: T) -> T:
        """Count a text or container just made; what it refers to is counted on its own."""
        self.spend(sys.getsizeof(value))
        return value

    def _look(self) -> None:
        if self._ticks < 0:
            raise LimitExceeded(Sentence("too-many-ticks", most=self.limits.ticks))
        now = thread_time()
        if self._started is None:
            self._started = now
        elif now - self._started > self.limits.seconds:
            raise LimitExceeded(Sentence("too-many-seconds", most=str(self.limits.seconds)))
        self._alarm = max(0, self._ticks - TICKS_BETWEEN_LOOKS_AT_THE_TIME)


class Frame(Meter):
    """One evaluation or run: the names it sees, the functions it was given, and what it has left to use."""

    __slots__ = ("bound", "functions", "names")

    def __init__(self, names: Any, functions: Functions | None, limits: Limits) -> None:
        Meter.__init__(self, limits)
        self.names = names
        self.functions = functions
        # The variables of loops and comprehensions, by the number the compiler gave each.
        self.bound: dict[int, JSON] = {}
