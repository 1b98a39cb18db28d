"""The `baton` command: accounts, tables, and the server as a process of its own."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from api.cli import main
from engine.database import Database, ownership
from engine.store.process_instances import ProcessInstanceRow
from engine.store.timers import TimerRow
from tests.api.cases import with_cases
from tests.server import START_SECONDS, answers, eventually
from tests.system.nodes import copies

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BATON_DATA_DIR", str(tmp_path))


def type_password(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(password + "\n"))


def test_the_first_administrator_is_made_without_a_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_password(monkeypatch, "correct horse")

    status = main(["user", "add", "boss", "--admin"])
    main(["user", "list"])

    output = capsys.readouterr().out
    assert status == 0
    assert "Added boss (administrator)." in output
    assert "│ boss" in output


def test_a_short_password_is_refused_and_nobody_is_added(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_password(monkeypatch, "short")

    status = main(["user", "add", "boss", "--admin"])
    main(["user", "list"])

    captured = capsys.readouterr()
    assert status == 1
    assert "at least 8" in captured.err
    assert "boss" not in captured.out


def test_a_database_that_another_command_owns_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    type_password(monkeypatch, "correct horse")

    with ownership(Database(f"sqlite:///{tmp_path / 'baton.db'}")):
        added = main(["user", "add", "boss", "--admin"])
        upgraded = main(["db", "upgrade"])

    errors = capsys.readouterr().err
    assert (added, upgraded) == (1, 1)
    assert "Another command of Baton is at work on this database" in errors
    assert "Stop it first." in errors


def test_nobody_is_listed_of_a_database_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["user", "list"])

    assert status == 1
    assert f"There is no database at {tmp_path / 'baton.db'}" in capsys.readouterr().err
    assert not (tmp_path / "baton.db").exists()


@pytest.mark.parametrize("command", ["serve", "doctor", "db upgrade", "user list"])
def test_a_database_of_a_newer_version_ends_a_command_with_one_sentence(tmp_path: Path, command: str) -> None:
    main(["db", "upgrade"])
    with closing(sqlite3.connect(tmp_path / "baton.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    # in a process of its own: it says for all of its process where the log goes
    program = [sys.executable, "-m", "api.cli", *command.split()]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 1
    told = "A newer version of Baton has used this database (its revision is 9999)"
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_tables_are_brought_up_to_date_once(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = main(["db", "upgrade"]), main(["db", "upgrade"])

    lines = capsys.readouterr().out.splitlines()
    assert (first, second) == (0, 0)
    assert lines[0].startswith("Applied 0001")
    assert lines[1] == "The database is up to date."


def test_the_doctor_shows_the_settings_and_finds_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BATON_PROT", "8000")
    monkeypatch.setenv("BATON_SECRET_KEY", "x" * 40)

    ill = main(["doctor"])
    monkeypatch.delenv("BATON_PROT")
    main(["db", "upgrade"])
    capsys.readouterr()
    well = main(["doctor"])

    output = capsys.readouterr().out
    assert (ill, well) == (1, 0)
    assert "BATON_PORT = 8000" in output
    assert "x" * 40 not in output


def test_a_bad_setting_stops_the_start_and_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BATON_PORT", "eighty")

    status = main(["serve"])

    assert status == 2
    assert "BATON_PORT" in capsys.readouterr().err


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(port: int) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"BATON_PORT": str(port), "BATON_DEMO": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(120)


def wait_until_ready(port: int) -> None:
    eventually(lambda: answers(f"http://127.0.0.1:{port}"), within=START_SECONDS, every=0.05)


def test_the_server_starts_greets_and_lets_demo_people_in() -> None:
    port = free_port()

    with serving(port) as process:
        assert process.stdout is not None
        greeting = process.stdout.readline()
        wait_until_ready(port)
        signed_in = httpx.post(
            f"http://127.0.0.1:{port}/api/v1/auth/token",
            json={"username": "ann", "password": "demo"},
            timeout=60,
        )

    assert f"http://127.0.0.1:{port}" in greeting
    assert signed_in.status_code == 200
    assert process.returncode == 0


def test_while_a_server_runs_it_adds_people_for_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()

    with serving(port):
        wait_until_ready(port)
        statuses = []
        for password, *command in (
            ("correct horse", "add", "boss", "--admin", "--email", "boss@example.com"),
            ("better horse", "password", "boss"),
            ("correct horse", "add", "boss"),
            ("correct horse", "password", "nobody?at=all"),
            ("short", "add", "kim"),
        ):
            type_password(monkeypatch, password)
            statuses.append(main(["user", *command]))
        credentials = {"username": "boss", "password": "better horse"}
        signed_in = httpx.post(f"http://127.0.0.1:{port}/api/v1/auth/token", json=credentials, timeout=60)

    output = capsys.readouterr()
    assert statuses == [0, 0, 1, 1, 1]
    assert signed_in.status_code == 200
    assert "Added boss (administrator)." in output.out
    assert "There is already somebody called 'boss'." in output.err
    assert "There is nobody called 'nobody?at=all'." in output.err
    assert "between 8 and 1024" in output.err


def test_a_killed_server_can_be_started_again_at_once() -> None:
    port = free_port()
    with serving(port) as killed:
        wait_until_ready(port)
        killed.kill()

        with serving(port) as next_one:
            assert next_one.stdout is not None
            greeting = next_one.stdout.readline()

    assert "Baton is at" in greeting


def only_case(url: str) -> str:
    database = Database(url)
    with database.transaction(write=False) as session:
        case = session.scalars(select(ProcessInstanceRow.id)).one()
    database.close()
    return case


def test_a_server_told_to_stop_finishes_the_batch_it_fires_and_leaves_the_rest_due(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'baton.db'}"
    with_cases(url, 1)
    copies(url, only_case(url), 1500)  # more than it fires while a busy machine lets us wait for its greeting

    with serving(free_port()) as process:
        assert process.stdout is not None
        assert "Baton is at" in process.stdout.readline()

    database = Database(url)
    with database.transaction(write=False) as session:
        left = session.scalar(select(func.count()).select_from(TimerRow))
    database.close()
    assert process.returncode == 0
    assert left is not None
    assert left > 0


def test_a_body_far_beyond_the_limit_is_answered_though_the_client_still_sends() -> None:
    port = free_port()

    with serving(port):
        wait_until_ready(port)
        response = httpx.post(
            f"http://127.0.0.1:{port}/api/v1/auth/token",
            content=b"0" * 20_000_000,
            headers={"Content-Type": "application/json"},
            timeout=60,
        )

    assert response.status_code == 413
