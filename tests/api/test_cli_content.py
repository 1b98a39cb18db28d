"""`baton lint` and `baton deploy`: files, checked and deployed, whether or not a server owns the database."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from api.cli import main
from engine import people
from engine.clock import system_now
from engine.database import Database, ownership
from engine.store.deployments import DeploymentRow, ProcessDefinitionRow
from tests.api.cases import DIAGRAM, diagram_in
from tests.server import START_SECONDS, answers, eventually

ROOT = Path(__file__).parents[2]
SHIPPED = (str(ROOT / "processes"), str(ROOT / "forms"))
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

BROKEN = DIAGRAM.replace('targetRef="done"', 'targetRef="nowhere"')
WITH_FORM = DIAGRAM.replace('name="Look"', 'name="Look" camunda:formKey="wait/look"')
WITH_WARNING = DIAGRAM.replace('name="Look"', 'name="Look" camunda:asyncBefore="true"')
FORM = '{"schema": {"type": "object", "properties": {"seen": {"type": "boolean"}}}, "ui": {}}'

Output = pytest.CaptureFixture[str]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", database_url)
    monkeypatch.setenv("BATON_DATA_DIR", str(tmp_path))


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "content"


def latest_version(url: str) -> int:
    """The latest version of the process `wait`; 0 when it is not deployed."""
    database = Database(url)
    with database.transaction(write=False) as session:
        versions = session.scalars(select(ProcessDefinitionRow.version)).all()
    database.close()
    return max(versions, default=0)


# Lint


def test_what_is_shipped_has_no_problem(capsys: Output) -> None:
    status = main(["lint", *SHIPPED])

    output = capsys.readouterr()
    assert (status, output.out) == (0, "")
    assert "no problems" in output.err


def test_a_problem_is_told_with_file_line_and_element(folder: Path, capsys: Output) -> None:
    path = diagram_in(folder, BROKEN)

    status = main(["lint", str(path)])

    first = capsys.readouterr().out.splitlines()[0]
    assert status == 1
    assert first.startswith(f"{path}:11 f2: ")


def test_a_form_counts_as_there_when_it_is_among_the_paths(folder: Path, capsys: Output) -> None:
    diagram_in(folder / "processes" / "wait", WITH_FORM)
    form = folder / "forms" / "wait" / "look.json"
    form.parent.mkdir(parents=True)
    form.write_text(FORM)

    without = main(["lint", str(folder / "processes")])
    with_it = main(["lint", str(folder / "processes"), str(folder / "forms")])

    assert (without, with_it) == (1, 0)
    assert "There is no form 'wait/look'" in capsys.readouterr().out


def test_warnings_alone_are_told_and_let_pass(folder: Path, capsys: Output) -> None:
    status = main(["lint", str(diagram_in(folder, WITH_WARNING))])

    assert status == 0
    assert "look: warning: " in capsys.readouterr().out


def test_lint_tells_programs_everything_in_one_list(folder: Path, capsys: Output) -> None:
    path = diagram_in(folder, BROKEN)

    status = main(["lint", "--json", str(folder)])

    found = json.loads(capsys.readouterr().out)
    assert status == 1
    assert {"level": "error", "file": str(path), "line": 11, "element": "f2"}.items() <= found[0].items()


def test_lint_needs_and_makes_no_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: Path
) -> None:
    monkeypatch.setenv("BATON_DATA_DIR", str(tmp_path / "var"))

    main(["lint", str(diagram_in(folder))])

    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("command", ["lint", "deploy"])
def test_a_path_that_is_not_there_is_named(tmp_path: Path, capsys: Output, command: str) -> None:
    status = main([command, str(tmp_path / "absent")])

    assert status == 1
    assert f"{tmp_path / 'absent'} cannot be read: No such file" in capsys.readouterr().err


def test_a_directory_without_content_is_named(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam")

    status = main(["lint", str(tmp_path)])

    assert status == 1
    assert f"form (.json) in {tmp_path}" in capsys.readouterr().err


# Deploy


@pytest.mark.usefixtures("here")
def test_files_are_deployed_and_the_same_bytes_are_the_same_version(
    database_url: str, folder: Path, capsys: Output
) -> None:
    diagram_in(folder)

    first, second = main(["deploy", str(folder)]), main(["deploy", str(folder)])

    lines = capsys.readouterr().out.splitlines()
    assert (first, second) == (0, 0)
    assert lines == ["The process wait is now at version 1."] * 2
    assert latest_version(database_url) == 1


@pytest.mark.usefixtures("here")
def test_deploy_tells_programs_what_the_api_would(folder: Path, capsys: Output) -> None:
    status = main(["deploy", "--json", str(diagram_in(folder, WITH_WARNING))])

    told = json.loads(capsys.readouterr().out)
    assert status == 0
    assert told["definitions"] == [{"kind": "process", "key": "wait", "version": 1}]
    assert [warning["element"] for warning in told["warnings"]] == ["look"]
    assert told["id"]


@pytest.mark.usefixtures("here")
def test_one_bad_file_keeps_all_from_being_deployed(database_url: str, folder: Path, capsys: Output) -> None:
    diagram_in(folder)
    (folder / "bad.json").write_text("{")

    status = main(["deploy", str(folder)])

    output = capsys.readouterr()
    assert status == 1
    assert f"{folder / 'bad.json'}:1" in output.out
    assert "Nothing was deployed" in output.err
    assert latest_version(database_url) == 0


@pytest.mark.usefixtures("here")
def test_a_dry_run_says_what_would_be_and_changes_nothing(
    database_url: str, folder: Path, capsys: Output
) -> None:
    main(["deploy", str(diagram_in(folder))])
    diagram_in(folder, WITH_WARNING)
    capsys.readouterr()

    status = main(["deploy", "--dry-run", str(folder)])

    assert status == 0
    assert "The process wait would be at version 2." in capsys.readouterr().out
    assert latest_version(database_url) == 1


@SQLITE
@pytest.mark.usefixtures("here")
def test_a_dry_run_makes_no_database(folder: Path, tmp_path: Path, capsys: Output) -> None:
    status = main(["deploy", "--dry-run", str(diagram_in(folder))])

    assert status == 1
    assert "There is no database" in capsys.readouterr().err
    assert not (tmp_path / "baton.db").exists()


@SQLITE
@pytest.mark.usefixtures("here")
def test_while_another_command_works_on_the_database_deploying_waits_its_turn(
    database_url: str, folder: Path, capsys: Output
) -> None:
    with ownership(Database(database_url)):
        status = main(["deploy", str(diagram_in(folder))])

    assert status == 1
    assert "try again later" in capsys.readouterr().err


# Deploy, while a server owns the database


@contextmanager
def serving(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`baton serve`, ready; stopped afterwards as a service manager would."""
    environment = os.environ | {"BATON_PORT": str(port), "HTTP_PROXY": "http://127.0.0.1:9"}
    server = subprocess.Popen([sys.executable, "-m", "api.cli", "serve"], cwd=ROOT, env=environment)
    try:
        eventually(lambda: answers(f"http://127.0.0.1:{port}"), within=START_SECONDS, every=0.05)
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(120)


@SQLITE
@pytest.mark.usefixtures("here")
def test_a_server_that_owns_the_database_deploys_for_the_command_line(
    database_url: str, folder: Path, tmp_path: Path, free_port: int, capfd: pytest.CaptureFixture[str]
) -> None:
    form = folder / "forms" / "wait" / "look.json"
    form.parent.mkdir(parents=True)
    form.write_text(FORM)
    diagram = diagram_in(folder, WITH_FORM)
    access = tmp_path / "baton.db.operator"

    with serving(free_port):
        mode = stat.S_IMODE(access.stat().st_mode)
        token = json.loads(access.read_text())["token"]
        deployed = main(["deploy", str(diagram), str(folder / "forms"), "--reason", "Ünusual"])
        diagram_in(folder, BROKEN)
        refused = main(["deploy", str(diagram)])

    output = capfd.readouterr().out
    database = Database(database_url)
    with database.transaction(write=False) as session:
        latest = session.scalars(select(DeploymentRow).order_by(DeploymentRow.id.desc())).first()
        assert people.person_of_token(session, token, system_now()) is None
    database.close()
    assert (deployed, refused, mode) == (0, 1, 0o600)
    assert "The form wait/look is now at version 1." in output
    assert f"{diagram}:11 f2: " in output
    assert latest is not None
    assert (latest.reason, latest.deployed_by) == ("Ünusual", "_operator")
    assert not access.exists()


@SQLITE
@pytest.mark.usefixtures("here")
def test_a_server_that_does_not_answer_is_told_apart_from_a_refusal(
    database_url: str, folder: Path, tmp_path: Path, free_port: int, capsys: Output
) -> None:
    gone = {"url": f"http://127.0.0.1:{free_port}", "token": "baton_gone"}
    (tmp_path / "baton.db.operator").write_text(json.dumps(gone))

    with ownership(Database(database_url)):
        status = main(["deploy", str(diagram_in(folder))])

    assert status == 1
    assert f"does not answer at http://127.0.0.1:{free_port}" in capsys.readouterr().err
