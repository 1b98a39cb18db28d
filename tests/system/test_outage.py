"""Down for six hours: what its clocks had promised meanwhile is told at the start, in order, once, with when
it was due and how late that was.
"""

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.console import serve
from engine import service_levels
from engine.clock import FixedClock, system_now
from engine.database import Database, upgrade
from engine.service_levels import Edit, Kind
from engine.store.history import HistoryRow
from tests.engine.bpmn.support import diagram, end, mark, path, start, user
from tests.engine.support import MIA, Desk
from tests.server import Server, eventually
from tests.system.nodes import Watch

FEW, MANY = 30, 1_000
OUTAGE = timedelta(hours=6)
A_MINUTE = 60

PROMISED = diagram(
    mark("start response", "start resolution"), start(), user("a", candidateGroups="cab"), end(),
    path("start a end"), key="promised",
)  # fmt: skip
DOES = [{"notify": {"to": ["group"]}}, {"level": 1}]
TARGETS = {"response": "PT50M", "resolution": "PT4H"}
POINTS = ("25%", "50%", "75%", "100%", "after.PT1H")
POLICY = {
    "name": "Promised",
    "targets": [
        {
            "process": "promised",
            "clock": clock,
            "target": target,
            "calendar": "24x7",
            "thresholds": [{"at": at, "do": DOES} for at in POINTS],
        }
        for clock, target in TARGETS.items()
    ],
}
PROMISES = (
    *(("response", "25", 12.5), ("response", "50", 25), ("response", "75", 37.5), ("response", "100", 50)),
    *(("resolution", "25", 60), ("response", "after.PT1H", 110), ("resolution", "50", 120)),
    *(("resolution", "75", 180), ("resolution", "100", 240), ("resolution", "after.PT1H", 300)),
)
"""(clock, threshold, minutes after its case began when it is due), in order."""


def open_cases(database_url: str, count: int, began: datetime) -> list[str]:
    """Cases that began then, and nothing was running since."""
    clock = FixedClock(began)
    database = Database(database_url, clock)
    upgrade(database)
    serve.seed_content(database)
    with database.transaction() as session:
        service_levels.create(session, Kind.POLICY, "promised", POLICY, Edit(MIA, began))
    desk = Desk(database, clock)
    desk.deploy(PROMISED)
    case = desk.start(key="promised")
    cases = [case, *desk.clone(case, count - 1)]
    database.close()
    return cases


def told(database_url: str) -> dict[str, list[dict[str, Any]]]:
    """What the histories of cases say of thresholds, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    row, database = HistoryRow, Database(database_url)
    with database.transaction(write=False) as session:
        entries = select(row.instance_id, row.detail, row.at).where(row.kind == "threshold fired")
        for case, detail, at in session.execute(entries.order_by(row.instance_id, row.seq)):
            found.setdefault(case, []).append(detail | {"at": at})
    database.close()
    return found


def catch_up(database_url: str, directory: Path, watch: Watch, count: int) -> float:
    """Start a server after the outage; the seconds from its start until everything overdue has fired and is
    as it should be.
    """
    began = system_now() - OUTAGE
    cases = open_cases(database_url, count, began)
    server = Server(database_url, directory)
    starting = time.monotonic()
    server.start()
    try:
        wanted = len(cases) * len(PROMISES)
        eventually(lambda: watch.number_fired("threshold fired") == wanted, within=300)
        seconds = time.monotonic() - starting
    finally:
        server.stop()

    found = told(database_url)
    assert sorted(found) == sorted(cases)
    for entries in found.values():
        assert [(entry["clock"], entry["threshold"]) for entry in entries] == [each[:2] for each in PROMISES]
        for entry, (_, _, minutes) in zip(entries, PROMISES, strict=True):
            due = datetime.fromisoformat(entry["due"])
            assert due == began + timedelta(minutes=minutes)
            assert entry["late"] == (entry["at"] - due).total_seconds()
    assert watch.faults() == []
    return seconds


def test_thresholds_overdue_after_six_hours_down_fire_in_order_once_and_say_how_late(
    database_url: str, tmp_path: Path, watch: Watch
) -> None:
    catch_up(database_url, tmp_path, watch, FEW)


@pytest.mark.proof
def test_all_thresholds_of_a_thousand_cases_fire_within_a_minute_after_six_hours_down(
    database_url: str, tmp_path: Path, watch: Watch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = catch_up(database_url, tmp_path, watch, MANY)

    assert seconds < A_MINUTE
    with capsys.disabled():
        print(f"\n{database_url.split(':')[0]}: {MANY * len(PROMISES)} thresholds of {MANY} cases")
        print(f"  fired after six hours down, once, in order, within {seconds:.1f} s of the server's start")
