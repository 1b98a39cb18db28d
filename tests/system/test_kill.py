"""kill -9 of a server at work, again and again: what was acknowledged is there exactly once, and no case is
half written.
"""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import integrity, runtime
from engine.clock import system_now
from engine.database import Database
from engine.store.commands import KeptAnswerRow
from engine.store.history import HistoryRow
from engine.store.process_instances import ProcessInstanceRow
from engine.store.user_tasks import TaskState, UserTaskRow
from tests.server import Client, Server, eventually
from tests.system.journal import BEAT, KEY, Journal, Worker, kept

FEW, MANY = 2, 20
OPERATIONS = int(os.environ.get("OPERATIONS", "26000"))
"""How many a soak lasts for; there are four of them."""
TOLD = ("started", "message", "task completed")
"""The kinds of history entries that somebody was told of; the others follow from them or from the time."""

Count = Counter[tuple[str, str, str | None]]


@dataclass(frozen=True)
class Load:
    """How much is done: by so many people, with so many operations between two interruptions, at tasks that
    are late so soon, beside so many cases in which a timer is due every second; until so many operations
    are acknowledged.
    """

    workers: int = 4
    between: tuple[int, int] = (20, 60)
    late: str = "PT1S"
    beats: int = 0
    operations: int = 0


USUAL = Load()
QUIET = Load(workers=8, between=(400, 1200), late="PT24H", operations=OPERATIONS)
BUSY = Load(workers=8, between=(400, 1200), beats=15, operations=OPERATIONS)


# Work and kill


def work_while(
    servers: Sequence[Server], interruptions: Iterable[Callable[[], float]], load: Load = USUAL
) -> tuple[Journal, list[float]]:
    """What people were told whose work on these servers was interrupted in these ways, and the seconds until
    it went on, each time.
    """
    root, journal, stop = Client(servers[0].url, "root"), Journal(), threading.Event()
    root.deploy("kept.bpmn", kept(load.late))
    root.deploy("beat.bpmn", BEAT)
    shared = root.post("/process-instances", {"definition": KEY, "variables": {"lates": 0, "notes": 0}})
    beating = [root.start("beat", beats=0) for _ in range(load.beats)]
    urls = [servers[number % len(servers)].url for number in range(load.workers)]
    workers = [Worker(Client(url, "root"), journal, shared["id"], seed) for seed, url in enumerate(urls)]
    with ThreadPoolExecutor(load.workers) as threads:
        journal.up.set()
        working = [threads.submit(worker.work, stop) for worker in workers]
        try:
            seconds = [interrupted(journal, interrupt, load) for interrupt in interruptions]
            journal.wait_for(load.workers * 5)
            journal.reach(load.operations)
        finally:
            stop.set()
        for worker in working:
            worker.result()
    for each in beating:
        root.post(f"/process-instances/{each}/cancel", {})
    if load.late == USUAL.late:
        eventually(lambda: not root.get("/timers")["items"])  # all that were armed are due within a second
    journal.note_case(shared)
    return journal, seconds


def interrupted(journal: Journal, interrupt: Callable[[], float], load: Load) -> float:
    """Interrupt at some moment of the work; the seconds until it could go on."""
    journal.wait_for(random.randint(*load.between))
    time.sleep(random.uniform(0, 0.05))  # any moment, not always the one after an answer
    journal.up.clear()
    seconds = interrupt()
    journal.up.set()
    return seconds


def killing(server: Server) -> Callable[[], float]:
    """Kills the server and starts it again; the seconds that took."""

    def kill_and_restart() -> float:
        server.kill()
        return server.start()

    return kill_and_restart


def work_while_it_is_killed(server: Server, kills: int) -> tuple[Journal, list[float]]:
    return work_while([server], [killing(server)] * kills)


# Check

IS_KEPT = ProcessInstanceRow.definition_key == KEY


def written(session: Session) -> Count:
    """What the histories of these cases say, counted as the journal counts what was acknowledged."""
    entries = select(HistoryRow.kind, HistoryRow.instance_id, HistoryRow.element)
    entries = entries.join(ProcessInstanceRow, ProcessInstanceRow.id == HistoryRow.instance_id).where(IS_KEPT)
    return Counter(tuple(row) for row in session.execute(entries.where(HistoryRow.kind.in_(TOLD))))


def completed_tasks(session: Session) -> Count:
    rows = select(UserTaskRow.instance_id, UserTaskRow.element)
    done = session.execute(rows.where(UserTaskRow.state == TaskState.COMPLETED))
    return Counter(("task completed", instance, element) for instance, element in done)


def check_cases(session: Session, journal: Journal, load: Load) -> None:
    """Every case has its number, and its variables count its messages and its timer."""
    cases = {case.id: case for case in session.scalars(select(ProcessInstanceRow).where(IS_KEPT))}
    fired = Counter(session.scalars(select(HistoryRow.instance_id).where(HistoryRow.kind == "timer fired")))
    told = journal.count()
    assert {case.id: case.number for case in cases.values()} == journal.numbers
    assert len(set(journal.numbers.values())) == len(cases)
    for case in cases.values():
        execution = runtime.load(session, case, system_now())
        notes = told["message", case.id, "noted"]
        assert execution.variables == {"lates": fired[case.id], "notes": notes}
        if load.late == USUAL.late:
            at_first = "first" in [position.element for position in execution.positions()]
            assert fired[case.id] in ((1,) if at_first else (0, 1))


def check_beats(session: Session, load: Load) -> int:
    """In each case whose timer was due every second it fired for every second, once; how often in all."""
    beating = select(ProcessInstanceRow).where(ProcessInstanceRow.definition_key == "beat")
    cases = list(session.scalars(beating))
    assert len(cases) == load.beats
    total = 0
    for case in cases:
        entries = select(HistoryRow.detail).where(HistoryRow.instance_id == case.id)
        told = session.scalars(entries.where(HistoryRow.kind == "timer fired").order_by(HistoryRow.seq))
        due = [datetime.fromisoformat(detail["due"]) for detail in told]
        assert {later - earlier for earlier, later in pairwise(due)} <= {timedelta(seconds=1)}
        assert runtime.load(session, case, system_now()).variables == {"beats": len(due)}
        total += len(due)
    return total


def check_nothing_is_lost_or_doubled(database_url: str, journal: Journal, load: Load = USUAL) -> int:
    """How many timers fired in the cases in which one was due every second."""
    told, database = journal.count(), Database(database_url)
    with database.transaction(write=False) as session:
        done = written(session)
        assert done - told == Counter(), "done, and not acknowledged, or done twice"
        assert told - done == Counter(), "acknowledged, and not done"
        tasks = Counter({what: count for what, count in told.items() if what[0] == "task completed"})
        assert completed_tasks(session) == tasks
        answers = select(func.count(KeptAnswerRow.status))
        assert session.execute(answers).scalar_one() == len(journal.operations)
        check_cases(session, journal, load)
        beats = check_beats(session, load)
    with database.transaction(write=False) as session:
        # chains of history, and that what waits in the tables is what the tokens wait for
        assert list(integrity.verify(session, system_now())) == []
    database.close()
    return beats


@pytest.mark.durable
def test_a_killed_server_has_lost_nothing_and_does_nothing_twice(server: Server, database_url: str) -> None:
    journal, _ = work_while_it_is_killed(server, FEW)

    assert server.stop() == 0
    check_nothing_is_lost_or_doubled(database_url, journal)


@pytest.mark.durable
@pytest.mark.proof
def test_a_server_killed_twenty_times_has_lost_nothing_and_does_nothing_twice(
    server: Server, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    journal, restarts = work_while_it_is_killed(server, MANY)

    assert server.stop() == 0
    check_nothing_is_lost_or_doubled(database_url, journal)
    with capsys.disabled():
        print(f"\n{database_url.split(':')[0]}: {journal.summary()}")
        print(f"  {MANY} kills, 0 lost, 0 doubled; back after {min(restarts):.1f} to {max(restarts):.1f} s")


@pytest.mark.durable
@pytest.mark.proof
@pytest.mark.parametrize("load", [QUIET, BUSY], ids=["quiet", "busy"])
def test_of_many_thousand_operations_none_is_lost_or_doubled_though_the_server_is_killed_all_the_while(
    server: Server, database_url: str, load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    kills, began = -(-load.operations // (sum(load.between) // 2)), time.monotonic()

    journal, restarts = work_while([server], [killing(server)] * kills, load)
    seconds = time.monotonic() - began

    assert server.stop() == 0
    beats = check_nothing_is_lost_or_doubled(database_url, journal, load)
    assert server.run("verify") == 0
    assert len(journal.operations) >= load.operations
    with capsys.disabled():
        print(f"\n{database_url.split(':')[0]}, {'busy' if load.beats else 'quiet'}: {journal.summary()}")
        print(f"  {beats} timers due each second fired; {kills} kills in {seconds:.0f} s, 0 lost, 0 doubled,")
        print(f"  0 half written; back after {min(restarts):.1f} to {max(restarts):.1f} s")
