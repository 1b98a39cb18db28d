"""The headers that every answer carries."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from engine.store import base

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

EVERYWHERE = ["/", "/healthz", "/metrics", "/nowhere", "/api/docs", "/api/openapi.json", "/api/v1/people"]


@on_sqlite
@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_keeps_browsers_from_guessing_framing_and_caching(
    nobody: FlaskClient, path: str
) -> None:
    headers = nobody.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


@on_sqlite
@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_has_a_policy_without_inline_code(nobody: FlaskClient, path: str) -> None:
    policy = nobody.get(path).headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@on_sqlite
def test_a_sane_request_id_is_echoed(nobody: FlaskClient) -> None:
    response = nobody.get("/healthz", headers={"X-Request-Id": "trace-7:1"})

    assert response.headers["X-Request-Id"] == "trace-7:1"


@on_sqlite
@pytest.mark.parametrize("sent", ["x" * 101, "two words", '{"a":1}', ""])
def test_a_request_id_that_could_spoil_the_log_is_replaced(nobody: FlaskClient, sent: str) -> None:
    response = nobody.get("/healthz", headers={"X-Request-Id": sent})

    assert response.headers["X-Request-Id"] not in ("", sent)


@on_sqlite
def test_only_readings_are_kept_by_the_reader_alone_and_asked_for_anew_by_language(
    as_: Callable[[str], FlaskClient],
) -> None:
    root = as_("root")

    reading = root.get("/api/v1/groups").headers
    command = root.post("/api/v1/groups", json={"name": "network", "title": "Network"}).headers
    error = root.get("/api/v1/people/nobody").headers

    assert reading["Cache-Control"] == "private, no-cache"
    assert reading["Vary"] == "Accept-Language"
    assert command["Cache-Control"] == error["Cache-Control"] == "no-store"


@on_sqlite
def test_a_list_that_has_not_changed_is_not_sent_again(as_: Callable[[str], FlaskClient]) -> None:
    sam = as_("sam")
    tag = sam.get("/api/v1/groups").headers["ETag"]

    again = sam.get("/api/v1/groups", headers={"If-None-Match": tag})

    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize("path", ["groups", "jobs", "process-instances", "user-tasks"])
def test_a_reading_tells_the_time_of_its_end_however_long_it_took(
    as_: Callable[[str], FlaskClient], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(base, "TIME_HOLDS_SECONDS", -1)  # the time that the request began with is too old

    answer = as_("root").get(f"/api/v1/{path}")

    assert answer.status_code == 200
    assert (
        abs((datetime.now(UTC) - datetime.fromisoformat(answer.headers["Baton-Time"])).total_seconds()) < 60
    )
