"""kill -9 of a server at work, again and again: what was acknowledged is there exactly once, and no case is
half written.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

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
from tests.system.journal import CASE, KEY, Journal, Worker

WORKERS = 4
FEW, MANY = 2, 20
TOLD = ("started", "message", "task completed")
"""The kinds of history entries that somebody was told of; the others follow from them or from the time."""

Count = Counter[tuple[str, str, str | None]]


# Work and kill


def work_while(
    servers: Sequence[Server], interruptions: Sequence[Callable[[], float]]
) -> tuple[Journal, list[float]]:
    """What people were told whose work on these servers was interrupted in these ways, and the seconds until
    it went on, each time.
    """
    root, journal, stop = Client(servers[0].url, "root"), Journal(), threading.Event()
    root.deploy("kept.bpmn", CASE)
    shared = root.post("/process-instances", {"definition": KEY, "variables": {"lates": 0, "notes": 0}})
    urls = [servers[number % len(servers)].url for number in range(WORKERS)]
    workers = [Worker(Client(url, "root"), journal, shared["id"], seed) for seed, url in enumerate(urls)]
    with ThreadPoolExecutor(WORKERS) as threads:
        journal.up.set()
        working = [threads.submit(worker.work, stop) for worker in workers]
        try:
            seconds = [interrupted(journal, interrupt) for interrupt in interruptions]
            journal.wait_for(WORKERS * 5)
        finally:
            stop.set()
        for worker in working:
            worker.result()
    eventually(lambda: not root.get("/timers")["items"])  # all that were armed are due within a second
    journal.note_case(shared)
    return journal, seconds


def interrupted(journal: Journal, interrupt: Callable[[], float]) -> float:
    """Interrupt at some moment of the work; the seconds until it could go on."""
    journal.wait_for(random.randint(20, 60))
    time.sleep(random.uniform(0, 0.05))  # any moment, not always the one after an answer
    journal.up.clear()
    seconds = interrupt()
    journal.up.set()
    return seconds


def work_while_it_is_killed(server: Server, kills: int) -> tuple[Journal, list[float]]:
    def kill_and_restart() -> float:
        server.kill()
        return server.start()

    return work_while([server], [kill_and_restart] * kills)


# Check


def written(session: Session) -> Count:
    """What the histories of all cases say, counted as the journal counts what was acknowledged."""
    entries = select(HistoryRow.kind, HistoryRow.instance_id, HistoryRow.element)
    return Counter(tuple(row) for row in session.execute(entries.where(HistoryRow.kind.in_(TOLD))))


def completed_tasks(session: Session) -> Count:
    rows = select(UserTaskRow.instance_id, UserTaskRow.element)
    done = session.execute(rows.where(UserTaskRow.state == TaskState.COMPLETED))
    return Counter(("task completed", instance, element) for instance, element in done)


def check_cases(session: Session, journal: Journal) -> None:
    """Every case has its number, and its variables count its messages and its timer."""
    cases = {case.id: case for case in session.scalars(select(ProcessInstanceRow))}
    fired = Counter(session.scalars(select(HistoryRow.instance_id).where(HistoryRow.kind == "timer fired")))
    told = journal.count()
    assert {case.id: case.number for case in cases.values()} == journal.numbers
    assert len(set(journal.numbers.values())) == len(cases)
    for case in cases.values():
        execution = runtime.load(session, case, system_now())
        notes = told["message", case.id, "noted"]
        assert execution.variables == {"lates": fired[case.id], "notes": notes}
        at_first = "first" in [position.element for position in execution.positions()]
        assert fired[case.id] in ((1,) if at_first else (0, 1))


def check_nothing_is_lost_or_doubled(database_url: str, journal: Journal) -> None:
    told, database = journal.count(), Database(database_url)
    with database.transaction(write=False) as session:
        done = written(session)
        assert done - told == Counter(), "done, and not acknowledged, or done twice"
        assert told - done == Counter(), "acknowledged, and not done"
        tasks = Counter({what: count for what, count in told.items() if what[0] == "task completed"})
        assert completed_tasks(session) == tasks
        answers = select(func.count(KeptAnswerRow.status))
        assert session.execute(answers).scalar_one() == len(journal.operations)
        check_cases(session, journal)
    with database.transaction(write=False) as session:
        # chains of history, and that what waits in the tables is what the tokens wait for
        assert list(integrity.verify(session, system_now())) == []
    database.close()


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
