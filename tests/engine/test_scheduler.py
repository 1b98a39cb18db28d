"""The pulse: due timers fire without being told, whatever went wrong before, and stopping ends cleanly."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread

import pytest
import time_machine
from apscheduler.events import EVENT_JOB_MAX_INSTANCES
from prometheus_client import CollectorRegistry
from sqlalchemy import event

from engine import people, timers
from engine.clock import system_now
from engine.errors import Unavailable
from engine.scheduler import Metrics, Scheduler
from engine.store.base import Database
from engine.store.commands import KeptAnswerRow
from engine.store.people import ApiTokenRow
from tests.engine.bpmn import support as draw
from tests.engine.levels import promise, target
from tests.engine.support import DESK, MIA, Desk, line

NAP = line(draw.catch("nap", draw.timer("PT1H")))
ENOUGH = 120
"""Seconds to wait for what should take less than one."""


class Watch(Metrics):
    """Metrics that say when something was fired."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        super().__init__(self.registry)
        self.seen = Event()

    def observe(self, swept: timers.Swept) -> None:
        super().observe(swept)
        self.seen.set()

    def value(self, name: str) -> float | None:
        return self.registry.get_sample_value(name)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def pulse(desk: Desk, watch: Watch) -> Iterator[Scheduler]:
    """A scheduler that is not started yet."""
    pulse = Scheduler(desk.database, watch)
    yield pulse
    if pulse._pulse.running:
        pulse.stop()


def test_a_due_timer_fires_without_being_told(desk: Desk, pulse: Scheduler, watch: Watch) -> None:
    desk.deploy(NAP)
    case = desk.start()
    pulse.start()

    desk.clock.advance(timedelta(hours=1, seconds=3))

    assert watch.seen.wait(ENOUGH)
    assert desk.case(case).state == "completed"
    assert watch.value("baton_timer_lateness_seconds_count") == 1
    assert watch.value("baton_timer_lateness_seconds_sum") == 3
    assert watch.value("baton_timer_failures_total") == 0


@pytest.mark.parametrize(
    "trouble", [Unavailable(), RuntimeError("a bug")], ids=["database away", "exception"]
)
def test_it_goes_on_after_trouble(
    desk: Desk, pulse: Scheduler, watch: Watch, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    desk.deploy(NAP)
    case = desk.start()
    desk.clock.advance(timedelta(hours=1))
    troubled, present = Event(), desk.database.present

    def present_after_trouble() -> object:
        if troubled.is_set():
            return present()
        troubled.set()
        raise trouble

    monkeypatch.setattr(desk.database, "present", present_after_trouble)

    pulse.start()

    assert watch.seen.wait(ENOUGH)
    assert troubled.is_set()
    assert desk.case(case).state == "completed"


@pytest.mark.parametrize("hours", [-1, 1])
def test_it_goes_on_when_the_systems_clock_is_set(
    desk: Desk, pulse: Scheduler, watch: Watch, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    desk.deploy(NAP)
    case = desk.start()
    looked, present = Event(), desk.database.present
    monkeypatch.setattr(desk.database, "present", lambda: (looked.set(), present())[1])
    pulse.start()
    assert looked.wait(ENOUGH)

    with time_machine.travel(system_now() + timedelta(hours=hours)):
        desk.clock.advance(timedelta(hours=1))

        assert watch.seen.wait(ENOUGH)

    assert desk.case(case).state == "completed"
    assert watch.value("baton_timer_lateness_seconds_sum") == 0


def test_it_waits_for_a_database_that_is_away(watch: Watch, tmp_path) -> None:
    nowhere = Database(f"sqlite:///{tmp_path}/no/such/place.db")
    asked = Event()
    event.listen(nowhere.engine, "do_connect", lambda *_about: asked.set())
    pulse = Scheduler(nowhere, watch)

    pulse.start()
    assert asked.wait(ENOUGH)
    asked.clear()

    assert asked.wait(ENOUGH)  # once more
    pulse.stop()
    nowhere.close()


def test_stopping_finishes_the_batch_and_leaves_the_rest_due(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "BATCH_SECONDS", ENOUGH)  # a busy machine would end it earlier
    desk.deploy(NAP)
    desk.clone(desk.start(), 59)
    desk.clock.advance(timedelta(hours=1))
    in_a_batch, go_on = Event(), Event()

    class Slow(Watch):
        def observe(self, swept: timers.Swept) -> None:
            in_a_batch.set()
            go_on.wait(ENOUGH)

    pulse = Scheduler(desk.database, Slow())
    pulse.start()
    assert in_a_batch.wait(ENOUGH)
    stopping = Thread(target=pulse.stop)
    stopping.start()
    pulse._stopping.wait(ENOUGH)
    go_on.set()
    stopping.join(ENOUGH)

    assert not stopping.is_alive()
    assert len(desk.timers()) == 40
    assert desk.sweep() == 40
    desk.check()


def test_pulses_that_find_a_sweep_at_work_are_skipped_in_silence(
    desk: Desk, pulse: Scheduler, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    skipped, present = Event(), desk.database.present

    def present_after_a_while() -> object:
        skipped.wait(ENOUGH)
        return present()

    monkeypatch.setattr(desk.database, "present", present_after_a_while)
    pulse._pulse.add_listener(lambda _event: skipped.set(), EVENT_JOB_MAX_INSTANCES)

    pulse.start()

    assert skipped.wait(ENOUGH)
    pulse.stop()
    assert caplog.messages == []


def test_failed_attempts_are_counted(desk: Desk, pulse: Scheduler, watch: Watch) -> None:
    watch.observe(timers.Swept(cases=2, failed=2, lateness=[1.0]))

    assert watch.value("baton_timer_failures_total") == 2
    assert watch.value("baton_timer_lateness_seconds_count") == 1


def test_what_is_kept_for_a_time_is_forgotten_after_it(desk: Desk, pulse: Scheduler) -> None:
    now = system_now()
    answers = {"fingerprint": "f", "status": 200, "headers": {}, "body": b""}
    with desk.database.transaction() as session:
        owner = people.named(session, MIA.username).id
        for age in (6, 8):
            kept = KeptAnswerRow(scope=f"{age} days", created_at=now - timedelta(days=age), **answers)
            session.add(kept)
        people.issue_token(session, owner, now - timedelta(days=3), name="old", lasts=timedelta(days=1))
        people.issue_token(session, owner, now, name="new", lasts=timedelta(days=1))
        session.flush()

    pulse.purge()

    with desk.database.transaction(write=False) as session:
        assert [row.scope for row in session.query(KeptAnswerRow)] == ["6 days"]
        assert [row.name for row in session.query(ApiTokenRow)] == ["new"]


def test_what_is_armed_and_overdue_is_counted(desk: Desk, pulse: Scheduler, watch: Watch) -> None:
    promise(desk, target(thresholds=[{"at": "50%", "do": []}]))
    begins = draw.start("start", draw.mark("start resolution"))
    nap = draw.catch("nap", draw.timer("PT1H"))
    desk.deploy(draw.diagram(begins, nap, draw.end(), draw.path("start nap end")))
    desk.start()
    desk.start()
    desk.clock.advance(timedelta(minutes=90))

    pulse.count()

    told = {
        (what, kind): watch.registry.get_sample_value(f"baton_due_{what}", {"kind": kind})
        for what in ("armed", "overdue")
        for kind in ("timer", "clock")
    }
    assert told == {
        ("armed", "timer"): 2, ("armed", "clock"): 2, ("overdue", "timer"): 2, ("overdue", "clock"): 0,
    }  # fmt: skip


def test_how_late_thresholds_were_and_what_was_breached_is_told(
    desk: Desk, pulse: Scheduler, watch: Watch
) -> None:
    promise(desk, target(target="PT1H"))
    begins = draw.start("start", draw.mark("start resolution"))
    work = draw.user("work", **DESK)
    desk.deploy(draw.diagram(begins, work, draw.end(), draw.path("start work end")))
    desk.start()
    desk.clock.advance(timedelta(minutes=61))

    pulse.sweep()

    assert watch.value("baton_sla_threshold_lateness_seconds_sum") == 60
    assert watch.value("baton_sla_breaches_total") == 1
