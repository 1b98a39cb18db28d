"""The test clock, and that nothing moves without it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine import people
from engine.clock import system_now
from engine.database import Database
from engine.errors import Unavailable

ADVANCE = "/api/v1/clock/advance"


@pytest.fixture
def tester(test_clock_app: Flask, database: Database) -> FlaskClient:
    client = test_clock_app.test_client()
    with database.transaction() as session:
        token, _ = people.issue_token(session, people.named(session, "sam").id, system_now())
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def test_without_the_test_clock_there_is_nothing_to_move(
    as_: Callable[[str], FlaskClient], database: Database
) -> None:
    response = as_("root").post(ADVANCE, json={"seconds": 60})

    assert response.status_code == 404
    assert database.clock.offset == timedelta(0)


def test_the_clock_moves_and_whoever_waits_is_told(
    test_clock_app: Flask, tester: FlaskClient, database: Database
) -> None:
    told: list[timedelta] = []
    test_clock_app.extensions["baton"].after_advance = lambda: told.append(database.clock.offset)

    before = system_now()
    response = tester.post(ADVANCE, json={"seconds": 604800})

    assert response.status_code == 200
    assert datetime.fromisoformat(response.json["now"]) >= before + timedelta(days=7)
    assert told == [timedelta(days=7)]


def test_a_look_for_due_work_that_fails_leaves_the_clock_moved_and_the_answer_true(
    test_clock_app: Flask, tester: FlaskClient, database: Database
) -> None:
    def fail() -> None:
        raise Unavailable

    test_clock_app.extensions["baton"].after_advance = fail

    response = tester.post(ADVANCE, json={"seconds": 60})

    assert response.status_code == 200
    assert database.clock.offset == timedelta(minutes=1)


def test_a_moved_clock_signs_nobody_out(tester: FlaskClient) -> None:
    tester.post(ADVANCE, json={"seconds": 300_000_000})

    assert tester.get("/api/v1/auth/me").status_code == 200


@pytest.mark.parametrize("seconds", [-1, 1e12, "a week", None])
def test_the_clock_never_moves_back_or_by_nonsense(
    tester: FlaskClient, database: Database, seconds: object
) -> None:
    assert tester.post(ADVANCE, json={"seconds": seconds}).status_code == 422
    assert database.clock.offset == timedelta(0)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000"])
def test_a_server_with_the_test_clock_answers_only_under_the_names_of_this_machine(
    tester: FlaskClient, host: str
) -> None:
    assert tester.get("/api/v1/auth/me", headers={"Host": host}).status_code == 400
    assert tester.get("/api/v1/auth/me", headers={"Host": "[::1]:8000"}).status_code == 200
