"""How often we look for due work. What is due stands in the database and only there; APScheduler is our
pulse, never our memory.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy.orm import Session

from engine import idempotency, messages, people, starts, timers
from engine.clock import system_now
from engine.errors import Unavailable
from engine.store.base import Database

SWEEP_SECONDS = 0.25
AT_ONCE = 20
"""Of what is done one by one, between two batches of timers: neither waits for the other."""
COUNT_SECONDS = 15
PURGE_SECONDS = 3600

log = structlog.get_logger(__name__)

# While one long sweep is at work, each pulse would warn that it is skipped. It is meant to be.
logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


class Metrics:
    """What the sweep tells about itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        buckets = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 86400)
        self.lateness = Histogram(
            "baton_timer_lateness_seconds",
            "From when a timer was due to when it fired.",
            buckets=buckets,
            registry=registry,
        )
        self.failed = Counter(
            "baton_timer_failures", "Attempts to fire a timer or threshold that failed.", registry=registry
        )
        self.thresholds = Histogram(
            "baton_sla_threshold_lateness_seconds",
            "From when a threshold of a clock was due, or known to be, to when it fired.",
            buckets=buckets,
            registry=registry,
        )
        self.breaches = Counter("baton_sla_breaches", "Targets that ran out.", registry=registry)
        self.armed = Gauge(
            "baton_due_armed",
            "Timers, clocks with a threshold to come, and what is on its way.",
            ("kind",),
            registry=registry,
        )
        self.overdue = Gauge(
            "baton_due_overdue", "How many of these are overdue by now.", ("kind",), registry=registry
        )

    def observe(self, swept: timers.Swept) -> None:
        for seconds in swept.lateness:
            self.lateness.observe(seconds)
        for seconds in swept.thresholds:
            self.thresholds.observe(seconds)
        self.breaches.inc(swept.breaches)
        self.failed.inc(swept.failed)

    def show(self, outlook: timers.Outlook) -> None:
        for kind in outlook.armed:
            self.armed.labels(kind).set(outlook.armed[kind])
            self.overdue.labels(kind).set(outlook.overdue[kind])


def sweep_all(
    database: Database,
    observe: Callable[[timers.Swept], None] = lambda swept: None,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Batch after batch, each in its own transaction, until nothing is due, or `stopped` says so between two.
    How many timers fired, messages and signals arrived and cases began by themselves.
    """
    total = 0
    while not stopped() and (due := _due_kinds(database)):
        swept = _fire(database) if timers.MOVES in due else timers.Swept()
        observe(swept)
        done = sum(_one_by_one(database, act, stopped) for kind, act in _SINGLE.items() if kind in due)
        total += swept.fired + done
        if not (swept.cases or done):  # another node holds all that is due
            break
    return total


_SINGLE = {timers.DELIVERIES: messages.deliver_next, timers.STARTS: starts.begin_next}
"""What is done one by one, each in a transaction of its own."""


def _fire(database: Database) -> timers.Swept:
    with database.transaction() as session:
        return timers.sweep(session, database.now(session))


def _one_by_one(
    database: Database, act: Callable[[Session, datetime], bool], stopped: Callable[[], bool]
) -> int:
    """Do some of what is due. How many were tried."""
    for tried in range(AT_ONCE):
        if stopped():
            return tried
        with database.transaction() as session:
            if not act(session, database.now(session)):
                return tried
    return AT_ONCE


def _due_kinds(database: Database) -> set[str]:
    with database.transaction(write=False) as session:
        return timers.due_kinds(session, database.present())


class _Pulse(BackgroundScheduler):  # type: ignore[misc]  # the library has no types
    """APScheduler's, which goes on when the system's clock is set: back, it would look at nothing until the
    clock has caught up; far ahead, it would count every pulse that was passed over.
    """

    def _process_jobs(self) -> float:
        """Do what is to be done now; seconds until the next look. (What its own schedulers are made of.)"""
        now = datetime.now(UTC)
        for job in self.get_jobs():
            if abs(job.next_run_time - now) > job.trigger.interval:
                job.modify(next_run_time=now)
        seconds: float | None = super()._process_jobs()  # None once it is stopped
        # The clock may be set between the library's two looks at it: never wait for longer than a pulse.
        return SWEEP_SECONDS if seconds is None else min(seconds, SWEEP_SECONDS)


class Scheduler:
    """Looks for due timers every quarter of a second until it is stopped, whatever happens to the system's
    clock.
    """

    def __init__(self, database: Database, metrics: Metrics) -> None:
        self._database = database
        self._metrics = metrics
        self._stopping = Event()
        # One look at a time; a missed pulse is made up by the next, however late, and never by several.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._pulse = _Pulse(timezone=UTC, job_defaults=defaults)
        self._pulse.add_job(
            self._guarded(self.sweep),
            "interval",
            seconds=SWEEP_SECONDS,
            id="sweep",
            next_run_time=datetime.now(UTC),
        )
        self._pulse.add_job(self._guarded(self.count), "interval", seconds=COUNT_SECONDS, id="count")
        self._pulse.add_job(self._guarded(self.purge), "interval", seconds=PURGE_SECONDS, id="purge")

    def start(self) -> None:
        self._pulse.start()

    def stop(self) -> None:
        """Stop looking; a batch that is under way is finished first, and what is left stays due."""
        self._stopping.set()
        self._pulse.shutdown(wait=True)

    def sweep(self) -> int:
        """Fire all that is due. How many timers that were."""
        return sweep_all(self._database, self._metrics.observe, self._stopping.is_set)

    def count(self) -> None:
        """Count what is to be fired, for the metrics."""
        with self._database.transaction(write=False) as session:
            self._metrics.show(timers.outlook(session, self._database.present()))

    def purge(self) -> None:
        """Forget kept answers, tokens, sessions and failed sign-ins whose time is over."""
        with self._database.transaction() as session:
            now = system_now()
            idempotency.purge(session, now)
            people.purge(session, now)

    def _guarded(self, work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            except Unavailable:
                log.warning("database unavailable", work=work.__name__)
            except Exception:  # one process must not stop the rest
                log.exception("scheduled work failed", work=work.__name__)

        return run
