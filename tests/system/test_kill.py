"""kill -9 of a server at work, again and again: what was acknowledged is there exactly once, and no case is half
written.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from SpiffWorkflow.util.task import TaskState as TokenState

from engine import integrity, runtime
from engine.bpmn import Execution
from engine.bpmn.specs import CatchEvent, Timer, UserTask
from engine.clock import system_now
from engine.database import Database
from engine.store.commands import KeptAnswerRow
from engine.store.history import HistoryRow
from engine.store.messages import SubscriptionRow
from engine.store.process_instances import InstanceState, ProcessInstanceRow
from engine.store.timers import TimerRow
from engine.store.user_tasks import IS_OPEN, TaskState, UserTaskRow
from tests.server import Client, Server, eventually
from tests.system.journal import CASE, KEY, Journal, Worker

WORKERS = 4
FEW, MANY = 2, 20
SECONDS_TO_COME_BACK = 30
"""A bound for a machine that is busy with other things, too."""


def work_while_it_is_killed(server: Server, kills: int) -> tuple[Journal, list[float]]:
    """What people were told whose server was killed so many times, and the seconds each restart took."""
    root, journal, stop = Client(server.url, "root"), Journal(), threading.Event()
    root.deploy("kept.bpmn", CASE)
    shared = root.start(KEY, lates=0, notes=0)
    workers = [Worker(Client(server.url, "root"), journal, shared, seed) for seed in range(WORKERS)]
    journal.up.set()
    with ThreadPoolExecutor(WORKERS) as threads:
        working = [threads.submit(worker.work, stop) for worker in workers]
        try:
            restarts = [kill_and_restart(server, journal) for _ in range(kills)]
            journal.wait_for(WORKERS * 5)
        finally:
            stop.set()
            journal.up.set()
        for worker in working:
            worker.result()
    eventually(lambda: not root.get("/timers")["items"])  # whatever was armed is due within a second
    return journal, restarts


def kill_and_restart(server: Server, journal: Journal) -> float:
    """Kill the server at some moment of its work; the seconds until it was back."""
    journal.wait_for(random.randint(20, 60))
    time.sleep(random.uniform(0, 0.05))  # the moment is to be any, not always the one after an answer
    journal.up.clear()
    server.kill()
    seconds = server.start()
    journal.up.set()
    return seconds


class Ledger:
    """What the database says, counted as the journal counts it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.cases = {row.id: row for row in session.scalars(select(ProcessInstanceRow))}
        self.entries: Counter[tuple[str, str, str | None]] = Counter(
            session.execute(select(HistoryRow.kind, HistoryRow.instance_id, HistoryRow.element)).tuples()
        )

    def differences(self, journal: Journal) -> tuple[list[object], list[object]]:
        """(what was acknowledged and is not there, what is there more often than it was acknowledged)."""
        told = Counter((one.kind, one.instance, one.element) for one in journal.operations)
        mine = {entry: count for entry, count in self.entries.items() if entry[0] in KINDS}
        # The case all workers share was started before them.
        shared = set(self.cases) - set(journal.numbers)
        mine = {e: c for e, c in mine.items() if not (e[0] == "started" and e[1] in shared)}
        lost = [(told - Counter(mine)).total(), told - Counter(mine)]
        doubled = Counter(mine) - told
        return list((told - Counter(mine)).elements()), list(doubled.elements())
