"""Timers of a real server: on time beside many open cases, and once each after downtime."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from engine.database import Database
from engine.store.history import HistoryRow
from engine.store.timers import TimerRow
from tests.engine.bpmn.support import boundary, catch, diagram, end, path, start, timer, timer_of, user
from tests.server import Client, Server, eventually

OPEN = 1000
BACKLOG = 1000
CLIENTS = 4
SAMPLE = 100

PROMISE = diagram(start(), catch("wait", timer("PT2S")), end(), path("start wait end"), key="promise")
DATED = diagram(
    start(), catch("wait", timer_of("timeDate", "${due}")), end(), path("start wait end"), key="dated"
)
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


class Crowd:
    """Several clients who start cases at once."""

    def __init__(self, url: str) -> None:
        self._clients = [Client(url, "root") for _ in range(CLIENTS)]

    def start(self, count: int, definition: str, first_due: datetime | None = None) -> list[str]:
        """Start so many cases; with `first_due`, each is due a millisecond after the one before."""

        def start_one(client: Client, number: int) -> str:
            if first_due is None:
                return client.start(definition)
            return client.start(definition, due=(first_due + timedelta(milliseconds=number)).isoformat())

        def start_share(first: int) -> list[str]:
            return [start_one(self._clients[first], number) for number in range(first, count, CLIENTS)]

        with ThreadPoolExecutor(CLIENTS) as threads:
            return [case for share in threads.map(start_share, range(CLIENTS)) for case in share]

    def ready_at(self, count: int) -> datetime:
        """When they will surely have started so many, as fast as it goes here and now."""
        began = datetime.now(UTC)
        self.start(SAMPLE, "idle")
        now = datetime.now(UTC)
        return now + (now - began) * (3 * count / SAMPLE) + timedelta(seconds=3)


def test_a_timer_fires_within_a_second_of_its_time_beside_a_thousand_open_cases(
    shared_server: Server, root: Client
) -> None:
    root.deploy("idle.bpmn", IDLE)
    root.deploy("promise.bpmn", PROMISE)
    Crowd(shared_server.url).start(OPEN, "idle")

    cases = [root.start("promise") for _ in range(5)]
    for case in cases:
        eventually(lambda: root.get(f"/process-instances/{case}")["state"] == "completed")  # noqa: B023

    for case in cases:
        (entry,) = root.history(case, "timer fired")
        due = datetime.fromisoformat(entry["detail"]["due"])
        assert due <= datetime.fromisoformat(entry["at"]) <= due + timedelta(seconds=1)


def test_timers_overdue_after_downtime_fire_once_each_in_their_order(server: Server, fired: Fired) -> None:
    root = Client(server.url, "root")
    root.deploy("idle.bpmn", IDLE)
    root.deploy("dated.bpmn", DATED)
    crowd = Crowd(server.url)
    first_due = crowd.ready_at(BACKLOG)
    others = fired.waiting()
    cases = crowd.start(BACKLOG, "dated", first_due)
    server.kill()
    assert (fired.waiting() - others, fired.all()) == (BACKLOG, [])
    eventually(lambda: datetime.now(UTC) > first_due + timedelta(milliseconds=BACKLOG), within=120)

    server.start()
    eventually(lambda: fired.waiting() == others, within=60)

    told = fired.all()
    assert sorted(case for case, _, _ in told) == sorted(cases)
    moments = [at for _, _, at in told]
    assert moments == sorted(moments)
    assert {root.get(f"/process-instances/{case}")["state"] for case in cases[::50]} == {"completed"}
