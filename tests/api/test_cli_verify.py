"""`baton verify`: what was tampered with, or does not fit together, is found and named."""

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from api.cli import main
from engine.database import Database, ownership
from engine.store.history import HistoryRow
from engine.store.process_instances import ProcessInstanceRow
from engine.store.timers import TimerRow
from tests.api.cases import with_cases

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", database_url)
    monkeypatch.setenv("BATON_DATA_DIR", str(tmp_path))
    with_cases(database_url, 3)


def change(url: str, table: type, number: str, **values: object) -> None:
    """Change the rows of one case behind Baton's back."""
    database = Database(url)
    with database.transaction() as session:
        instance = session.query(ProcessInstanceRow).filter_by(number=number).one()
        key = table.id if table is ProcessInstanceRow else table.instance_id
        session.execute(update(table).where(key == instance.id).values(values))
    database.close()


def test_what_nobody_touched_is_sound_also_while_a_server_runs(database_url: str, capsys: Output) -> None:
    with ownership(Database(database_url)):
        status = main(["verify"])

    assert status == 0
    assert "Nothing is wrong." in capsys.readouterr().err


def test_a_changed_history_is_found(database_url: str, capsys: Output) -> None:
    change(database_url, HistoryRow, "W-000002", actor="mallory")

    status = main(["verify"])

    assert status == 1
    assert capsys.readouterr().out.startswith("W-000002, entry 1: The actor or the detail is not what was")


def test_a_timer_for_a_token_that_the_case_does_not_have_is_found(database_url: str, capsys: Output) -> None:
    change(database_url, TimerRow, "W-000003", token=999)

    status = main(["verify"])

    assert status == 1
    assert "W-000003: A timer at late waits for a token that" in capsys.readouterr().out


def test_a_timer_that_is_missing_is_found(database_url: str, capsys: Output) -> None:
    change(database_url, TimerRow, "W-000003", token=999)

    status = main(["verify"])

    assert status == 1
    assert "W-000003: The case waits for a timer that is missing (token" in capsys.readouterr().out


def test_what_still_waits_for_an_ended_case_is_found(database_url: str, capsys: Output) -> None:
    change(database_url, ProcessInstanceRow, "W-000001", state="completed")

    status = main(["verify"])

    lines = capsys.readouterr().out.splitlines()
    assert status == 1
    assert "W-000001: The case has ended, but a user task at look still waits." in lines
    assert "W-000001: The case has ended, but a timer at late still waits." in lines


def test_a_state_that_cannot_be_read_is_found_and_hides_no_other_fault(
    database_url: str, capsys: Output
) -> None:
    change(database_url, ProcessInstanceRow, "W-000001", state_data=b"rubbish")
    change(database_url, TimerRow, "W-000002", token=999)

    status = main(["verify", "--json"])

    faults = json.loads(capsys.readouterr().out)
    assert status == 1
    assert [fault["case"] for fault in faults] == ["W-000001", "W-000002", "W-000002"]
    assert faults[0]["detail"].startswith("Its state cannot be read")
