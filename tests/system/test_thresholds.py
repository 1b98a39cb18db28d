"""Thresholds of a real server: once each and in their order, though it is killed among them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from engine import clocks
from engine.database import Database
from engine.store.clocks import ClockRow
from engine.store.history import HistoryRow
from tests.server import Client, Server, eventually
from tests.system.nodes import WATCHED, copies

CASES = 120
POINTS = ("10", "20", "40", "60", "80", "100")

POLICY = {
    "name": "Watched",
    "targets": [
        {
            "process": "watched",
            "clock": "answer",
            "target": "PT10S",
            "calendar": "24x7",
            "thresholds": [{"at": f"{point}%", "do": []} for point in POINTS],
        }
    ],
}


class Watch:
    """What the database tells of thresholds."""

    def __init__(self, database_url: str) -> None:
        self._database = Database(database_url)

    def number_fired(self) -> int:
        with self._database.transaction(write=False) as session:
            fired = select(func.count()).select_from(HistoryRow)
            return session.execute(fired.where(HistoryRow.kind == "threshold fired")).scalar_one()

    def fired(self) -> dict[str, list[str]]:
        """The thresholds of each case, in the order in which they fired."""
        found: dict[str, list[str]] = {}
        rows = select(HistoryRow.instance_id, HistoryRow.detail).where(HistoryRow.kind == "threshold fired")
        with self._database.transaction(write=False) as session:
            for case, detail in session.execute(rows.order_by(HistoryRow.instance_id, HistoryRow.seq)):
                found.setdefault(case, []).append(detail["threshold"])
        return found

    def last_due(self) -> datetime:
        with self._database.transaction(write=False) as session:
            return session.execute(select(func.max(ClockRow.due_at))).scalar_one()

    def differences(self) -> list[clocks.Difference]:
        with self._database.transaction(write=False) as session:
            return list(clocks.recompute(session))

    def close(self) -> None:
        self._database.close()


@pytest.fixture
def watch(database_url: str) -> Iterator[Watch]:
    watch = Watch(database_url)
    yield watch
    watch.close()


def watched_cases(server: Server) -> list[str]:
    root = Client(server.url, "root")
    root.deploy("watched.bpmn", WATCHED)
    root.save("/sla-policies/watched", POLICY)
    case = root.start("watched")
    return [case, *copies(server.database_url, case, CASES - 1)]


def test_thresholds_among_which_a_server_is_killed_fire_once_each_in_their_order(
    server: Server, watch: Watch
) -> None:
    cases = watched_cases(server)
    eventually(lambda: watch.number_fired() >= CASES, within=120, every=0.01)
    server.kill()
    before = watch.number_fired()
    assert 0 < before < CASES * len(POINTS)
    eventually(lambda: datetime.now(UTC) > watch.last_due(), within=120)

    server.start()
    eventually(lambda: watch.number_fired() == CASES * len(POINTS), within=60)

    assert watch.fired() == {case: list(POINTS) for case in cases}
    assert watch.differences() == []
