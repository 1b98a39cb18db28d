"""A database that is locked or gone: 503 with a hint when to retry, and nothing half done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text

from config.settings import Settings
from engine import runtime
from engine.store import base
from tests.desk import Desk, open_desk
from tests.postgres import PostgresServer
from tests.walker import Reply, Steer

SHORT = {"sqlite": "PRAGMA busy_timeout=30", "postgresql": "SET lock_timeout='30ms'"}


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


@pytest.fixture
def impatient(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk that waits for locks only as long as a test can."""
    monkeypatch.setattr(base, "WAIT_FOR_WRITER_SECONDS", 0.03)
    engine = desk.database.engine
    engine.dispose()

    @event.listens_for(engine, "connect")
    def hurry(connection: Any, _record: Any) -> None:
        connection.execute(SHORT[engine.dialect.name])
        connection.commit()  # a setting made in a transaction goes with it

    return desk


def assert_unavailable(reply: Reply) -> None:
    assert reply.status == 503
    assert int(reply.headers["Retry-After"]) > 0
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.body["type"] == "urn:baton:problem:service-unavailable"
    assert "sqlite" not in str(reply.body).lower()
    assert "SELECT" not in str(reply.body)


def triage(desk: Desk) -> dict[str, Any]:
    return desk("sam").task(desk("ann").start("incident"), "triage")


def test_a_case_that_somebody_else_holds_too_long_is_unavailable_then_unharmed(impatient: Desk) -> None:
    task = triage(impatient)
    path = f"/user-tasks/{task['id']}/claim"
    impatient("sam")

    with impatient.database.transaction() as session:
        runtime.lock(session, task["instance"])
        blocked = impatient("sam").send("POST", path, Idempotency_Key="k")
        read = impatient("sam").get(f"/user-tasks/{task['id']}")

    assert_unavailable(blocked)
    assert read == task
    assert impatient("sam").send("POST", path, Idempotency_Key="k").status == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_another_program_writes_to_is_unavailable_then_unharmed(impatient: Desk) -> None:
    task = triage(impatient)
    other = create_engine(impatient.database.url)

    with other.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE"))
        blocked = impatient("sam").send("POST", f"/user-tasks/{task['id']}/claim")
    other.dispose()

    assert_unavailable(blocked)
    assert impatient("sam").get(f"/user-tasks/{task['id']}") == task
    assert impatient("sam").complete(task, Steer(outcome="work"))["state"] == "completed"


def test_a_server_that_is_gone_is_unavailable_for_readers_and_writers(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    name = postgres.create_database()
    with open_desk(postgres.url(name), tmp_path) as desk:
        ann = desk("ann")
        case = ann.start("incident")

        postgres.drop_database(name)  # ends every connection, and no new one is let in

        for _ in range(3):
            assert_unavailable(ann.send("GET", f"/process-instances/{case['id']}"))
            assert_unavailable(ann.send("POST", "/process-instances", {"definition": "incident"}))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_connections_that_were_cut_are_made_anew(desk: Desk) -> None:
    case = desk("ann").start("incident")

    with desk.database.engine.connect() as connection:
        cut = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute(cut)
        connection.execute(text("SELECT 1"))
    statuses = [desk("ann").send("GET", f"/process-instances/{case['id']}").status for _ in range(4)]

    assert set(statuses) <= {200, 503}
    assert statuses[-1] == 200
