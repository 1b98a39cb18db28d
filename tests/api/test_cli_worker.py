"""`baton worker`: a node of its own on PostgreSQL."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.cli import main
from engine.database import Database
from engine.store.timers import TimerRow
from tests.api.cases import with_cases
from tests.server import eventually

ROOT = Path(__file__).parents[2]


def timers_left(database: Database) -> int:
    with database.transaction(write=False) as session:
        return session.scalar(select(func.count()).select_from(TimerRow)) or 0


def test_on_sqlite_a_worker_has_no_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BATON_DATA_DIR", str(tmp_path))

    status = main(["worker"])

    assert status == 1
    assert "set BATON_DATABASE_URL to a PostgreSQL database" in capsys.readouterr().err


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_fires_what_is_due_and_stops_when_told(database_url: str) -> None:
    with_cases(database_url, 3)
    database = Database(database_url)
    environment = os.environ | {"BATON_DATABASE_URL": database_url}
    worker = subprocess.Popen([sys.executable, "-m", "api.cli", "worker"], cwd=ROOT, env=environment)

    try:
        eventually(lambda: not timers_left(database), every=0.05)
    finally:
        worker.send_signal(signal.SIGTERM)
    status = worker.wait(120)

    left = timers_left(database)
    database.close()
    assert (left, status) == (0, 0)
