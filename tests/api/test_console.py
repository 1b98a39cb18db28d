"""The `baton` command: accounts, tables, and the server as a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import httpx
import pytest

from api.cli import main
from engine.database import Database, ownership

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


def test_a_database_that_a_server_owns_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    type_password(monkeypatch, "correct horse")

    with ownership(Database(f"sqlite:///{tmp_path / 'baton.db'}")):
        status = main(["user", "add", "boss", "--admin"])

    assert status == 1
    assert "Use that server's HTTP API, or stop it first." in capsys.readouterr().err


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
        process.wait(20)


def wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            continue
    raise AssertionError("the server was not ready within a minute")


def test_the_server_starts_greets_and_lets_demo_people_in() -> None:
    port = free_port()

    with serving(port) as process:
        assert process.stdout is not None
        greeting = process.stdout.readline()
        wait_until_ready(port)
        signed_in = httpx.post(
            f"http://127.0.0.1:{port}/api/v1/auth/token", json={"username": "ann", "password": "demo"}
        )

    assert f"http://127.0.0.1:{port}" in greeting
    assert signed_in.status_code == 200
    assert process.returncode == 0


def test_a_killed_server_can_be_started_again_at_once() -> None:
    port = free_port()
    with serving(port) as killed:
        wait_until_ready(port)
        killed.kill()

        with serving(port) as next_one:
            assert next_one.stdout is not None
            greeting = next_one.stdout.readline()

    assert "Baton is at" in greeting


def test_a_body_far_beyond_the_limit_is_answered_though_the_client_still_sends() -> None:
    port = free_port()

    with serving(port):
        wait_until_ready(port)
        response = httpx.post(
            f"http://127.0.0.1:{port}/api/v1/auth/token",
            content=b"0" * 20_000_000,
            headers={"Content-Type": "application/json"},
        )

    assert response.status_code == 413
