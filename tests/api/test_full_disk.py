"""The disk is full: what does not fit is refused and has changed nothing, nothing due is given up, and with
room again everything goes on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import event

from engine.database import Database
from tests.api.faults import everything, growth
from tests.api.house import Command, House

LONG = "All that was said. " * 2_000
CASE = {"definition": "trial", "variables": {"by": 2, "notes": 0}}
COMMANDS = (
    Command("POST /process-instances", "ann", CASE | {"variables": {"said": LONG}}),
    Command("POST /process-instances/{fresh_case}/comments", "ann", {"text": LONG[:10_000]}),
    Command("PATCH /process-instances/{failed_case}/variables", "mia", {"said": LONG}),
    Command("PUT /drafts/process/trial", "pat", {"content": LONG}, {"If-None-Match": "*"}),
)
SWEEPS = 20
"""Many more than a timer has attempts."""


@pytest.fixture(autouse=True)
def _quiet_logs() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(f"sqlite:///{tmp_path / 'baton.db'}", tmp_path)
    yield house
    house.database.close()


@contextmanager
def full(database: Database) -> Iterator[None]:
    """An SQLite file that has no room to grow while the block runs."""
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def bound(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(database.engine, "checkout", bound)
    yield
    event.remove(database.engine, "checkout", bound)
    database.engine.dispose()  # each connection has kept its bound


def fill(house: House) -> None:
    """Start cases until there is no room for another."""
    statuses = (house.send(Command("POST /process-instances", "ann", CASE)).status for _ in range(100))
    assert next(status for status in statuses if status != 201) == 503


def test_on_a_full_disk_what_does_not_fit_is_refused_and_is_done_when_there_is_room_again(
    house: House,
) -> None:
    keys = [uuid4().hex for _ in COMMANDS]

    with full(house.database):
        fill(house)
        before = everything(house.database)
        refused = [house.send(command, key) for command, key in zip(COMMANDS, keys, strict=True)]
        changes = growth(before, everything(house.database))
    done = [house.send(command, key) for command, key in zip(COMMANDS, keys, strict=True)]

    assert [reply.status for reply in refused] == [503] * len(COMMANDS)
    assert {reply.body["type"] for reply in refused} == {"urn:baton:problem:service-unavailable"}
    assert all(int(reply.headers["Retry-After"]) > 0 for reply in refused)
    assert changes == {}
    assert [reply.status for reply in done] == [201, 201, 200, 200]
    assert not any("Idempotency-Replayed" in reply.headers for reply in done)
    assert house.faults() == []


def test_however_long_a_disk_is_full_nothing_that_is_due_is_given_up(house: House) -> None:
    house.database.clock.advance(timedelta(minutes=100))

    with full(house.database):
        fill(house)
        began = house.fired()
        for _ in range(SWEEPS):
            house.sweep()
            house.database.clock.advance(timedelta(minutes=1))
        meanwhile = house.fired()
        attempts = [timer["attempts"] for timer in house("mia").get("/timers?state=armed")["items"]]
    house.sweep()

    assert meanwhile == began
    assert attempts
    assert set(attempts) == {0}
    fired = house.fired() - began
    assert {threshold for _, _, _, threshold in fired} >= {None, "50"}  # timers, and thresholds
    assert {number for (_, kind, _, _), number in fired.items() if kind != "started"} == {1}
    assert house.faults() == []
