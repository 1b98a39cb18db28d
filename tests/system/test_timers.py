"""Timers of a real server: once each and in time, beside many open cases and after downtime."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, func, select, update

from engine.database import Database
from engine.store.history import HistoryRow
from engine.store.timers import TimerRow
from tests.engine.bpmn.support import boundary, catch, diagram, end, path, start, timer, user
from tests.server import Client, Server, eventually
from tests.system.nodes import DATED, copies

OPEN = 1000
BACKLOG = 1000

PROMISE = diagram(start(), catch("wait", timer("PT2S")), end(), path("start wait end"), key="promise")
IDLE = diagram(
    start(), user("a", candidateGroups="cab"), boundary("late", "a", timer("P30D")), end(),
    path("start a end"), path("late end"), key="idle",
)  # fmt: skip


class Fired:
    """What the database tells of timers: those that wait, and each that fired with when it was due."""

    def __init__(self, database_url: str) -> None:
        self._database = Database(database_url)

    def waiting(self) -> int:
        with self._database.transaction(write=False) as session:
            return session.execute(select(func.count()).select_from(TimerRow)).scalar_one()

    def all(self) -> list[tuple[str, datetime, datetime]]:
        """(case, due, fired) of each, the earliest due first."""
        rows = select(HistoryRow.instance_id, HistoryRow.detail, HistoryRow.at)
        with self._database.transaction(write=False) as session:
            fired = session.execute(rows.where(HistoryRow.kind == "timer fired")).all()
        return sorted(
            ((case, datetime.fromisoformat(detail["due"]), at) for case, detail, at in fired),
            key=lambda one: one[1],
        )

    def close(self) -> None:
        self._database.close()


@pytest.fixture
def fired(database_url: str) -> Iterator[Fired]:
    fired = Fired(database_url)
    yield fired
    fired.close()


def set_due(database_url: str, cases: list[str], first_due: datetime) -> None:
    """Let the timers of these cases be due one a millisecond."""
    mine = update(TimerRow.__table__).where(TimerRow.instance_id == bindparam("case"))
    database = Database(database_url)
    with database.transaction() as session:
        dues = [
            {"case": case, "due": first_due + timedelta(milliseconds=number)}
            for number, case in enumerate(cases)
        ]
        session.connection().execute(mine.values(due_at=bindparam("due"), next_at=bindparam("due")), dues)
    database.close()


def lateness_beside_open_cases(root: Client, database_url: str) -> list[timedelta]:
    """How late timers fire beside a thousand open cases, each of them once."""
    root.deploy("idle.bpmn", IDLE)
    root.deploy("promise.bpmn", PROMISE)
    copies(database_url, root.start("idle"), OPEN)

    cases = [root.start("promise") for _ in range(5)]
    for case in cases:
        eventually(lambda: root.get(f"/process-instances/{case}")["state"] == "completed")  # noqa: B023

    entries = [entry for case in cases for entry in root.history(case, "timer fired")]
    assert len(entries) == len(cases)
    moment = datetime.fromisoformat
    return [moment(entry["at"]) - moment(entry["detail"]["due"]) for entry in entries]


def test_a_timer_fires_once_and_not_early_beside_a_thousand_open_cases(
    shared_server: Server, root: Client
) -> None:
    late = lateness_beside_open_cases(root, shared_server.database_url)

    assert min(late) >= timedelta(0)


@pytest.mark.proof
def test_a_timer_fires_within_a_second_of_its_time_beside_a_thousand_open_cases(
    shared_server: Server, root: Client
) -> None:
    late = lateness_beside_open_cases(root, shared_server.database_url)

    assert timedelta(0) <= min(late) <= max(late) <= timedelta(seconds=1)


def test_timers_overdue_after_downtime_fire_once_each_in_their_order(
    server: Server, database_url: str, fired: Fired
) -> None:
    root = Client(server.url, "root")
    root.deploy("idle.bpmn", IDLE)
    root.deploy("dated.bpmn", DATED)
    root.start("idle")
    case = root.start("dated", due=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    cases = [case, *copies(database_url, case, BACKLOG - 1)]
    server.kill()
    set_due(database_url, cases, datetime.now(UTC) - timedelta(milliseconds=BACKLOG))

    server.start()
    eventually(lambda: fired.waiting() == 1, within=60)

    told = fired.all()
    assert [case for case, _, _ in told] == cases
    moments = [at for _, _, at in told]
    assert moments == sorted(moments)
    assert {root.get(f"/process-instances/{case}")["state"] for case in cases[::50]} == {"completed"}
