"""A command sent twice with one key is done once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from threading import Event

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from marshmallow import Schema, fields
from sqlalchemy import event

from api.blueprint import Blueprint
from api.commands import Command
from engine import idempotency
from engine.clock import system_now
from engine.database import Database
from engine.errors import Conflict
from engine.store import base
from tests.walker import multipart

PEOPLE = "/api/v1/people"
KEY = {"Idempotency-Key": "key-1"}
KIM = {"username": "kim", "name": "Kim"}

As = Callable[[str], FlaskClient]


class CountSchema(Schema):
    count = fields.Integer()
    revision = fields.Integer()


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Endpoints are added to it."""
    return own_app


@pytest.fixture
def counter(app: Flask) -> list[Event]:
    """Adds `POST /count`: it notes each run, then waits for what a test put into the list."""
    blueprint = Blueprint("count", __name__)
    runs: list[str] = []
    gates: list[Event] = []

    @blueprint.post("/count")
    @blueprint.command(CountSchema, 201)
    def count(command: Command) -> dict[str, int]:
        runs.append(request.get_data(as_text=True) + str(len(request.files)))
        if "fail" in request.args:
            raise Conflict
        if gates:
            gates[0].set()
            assert gates[1].wait(60)
        command.headers["Location"] = "/count/1"
        return {"count": len(runs), "revision": 7}

    app.register_blueprint(blueprint)
    return gates


def test_the_same_key_gets_the_first_answer_and_does_nothing(as_: As) -> None:
    root = as_("root")

    first = root.post(PEOPLE, json=KIM, headers=KEY)
    second = root.post(PEOPLE, json=KIM, headers=KEY)

    assert first.status_code == second.status_code == 201
    assert first.data == second.data
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.content_type == "application/json"
    assert root.post(PEOPLE, json=KIM).status_code == 409


def test_the_first_answer_keeps_its_headers(counter: list[Event], as_: As) -> None:
    root = as_("root")

    first = root.post("/count", headers=KEY)
    second = root.post("/count", headers=KEY)

    assert first.json == second.json == {"count": 1, "revision": 7}
    assert second.headers["ETag"] == first.headers["ETag"]
    assert first.headers["ETag"].startswith('"7.')
    assert second.headers["Location"] == "/count/1"


@pytest.mark.parametrize(
    "other", [{"json": KIM | {"name": "Kim K."}}, {"json": KIM, "query_string": {"dry_run": "1"}}]
)
def test_the_same_key_for_another_request_is_not_valid(as_: As, other: dict[str, object]) -> None:
    root = as_("root")
    root.post(PEOPLE, json=KIM, headers=KEY)

    assert root.post(PEOPLE, headers=KEY, **other).status_code == 422


def test_keys_of_different_people_and_paths_do_not_meet(counter: list[Event], as_: As) -> None:
    root, sam = as_("root"), as_("sam")

    counts = [
        root.post("/count", headers=KEY).json["count"],
        sam.post("/count", headers=KEY).json["count"],
        root.post("/count", headers={"Idempotency-Key": "key-2"}).json["count"],
    ]

    assert counts == [1, 2, 3]
    assert root.post(PEOPLE, json=KIM, headers=KEY).status_code == 201


def test_a_failed_command_keeps_no_answer_and_may_be_tried_again(counter: list[Event], as_: As) -> None:
    root = as_("root")

    failed = root.post("/count?fail", headers=KEY)
    again = root.post("/count", headers=KEY)

    assert failed.status_code == 409
    assert again.status_code == 201
    assert again.json["count"] == 2


def test_an_upload_sent_again_is_the_same_though_its_boundary_differs(counter: list[Event], as_: As) -> None:
    root = as_("root")

    def upload(content: bytes) -> tuple[int, str | None]:
        response = root.post("/count", data={"files": (BytesIO(content), "a.bpmn")}, headers=KEY)
        return response.status_code, response.headers.get("Idempotency-Replayed")

    assert upload(b"<a/>") == (201, None)
    assert upload(b"<a/>") == (201, "true")
    assert upload(b"<b/>") == (422, None)


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\tkey", "caf\xe9"])
def test_a_key_that_is_none_is_not_valid(as_: As, key: str) -> None:
    response = as_("root").post(PEOPLE, json=KIM, headers={"Idempotency-Key": key})

    assert response.status_code == 422


class Dawdling(BytesIO):
    """A body that is still being sent: whatever is read of it, somebody else writes meanwhile."""

    def __init__(self, content: bytes, database: Database) -> None:
        super().__init__(content)
        self._database = database

    def read(self, size: int | None = -1) -> bytes:
        with self._database.transaction():
            return super().read(size)


@pytest.mark.parametrize("headers", [{}, KEY], ids=["without key", "with key"])
@pytest.mark.parametrize("path", ["/count", "/api/v1/groups", "/api/v1/deployments"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whoever_dawdles_with_her_body_keeps_nobody_from_writing(
    counter: list[Event],
    as_: As,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    headers: dict[str, str],
) -> None:
    monkeypatch.setattr(base, "WAIT_FOR_WRITER_SECONDS", 0.01)
    body, kind = b'{"name": "network", "title": "Network"}', "application/json"
    if path == "/api/v1/deployments":
        body, kind = multipart([("files", "a.json", b'{"schema": {"type": "object"}}')], {})

    response = as_("root").post(
        path,
        input_stream=Dawdling(body, database),
        content_length=len(body),
        content_type=kind,
        headers=headers,
    )

    assert response.status_code == 201


def test_other_files_under_the_same_key_are_another_deployment(as_: As) -> None:
    root = as_("root")

    def deploy(form: bytes) -> int:
        files = {"files": (BytesIO(form), "a/b.json")}
        return root.post("/api/v1/deployments", data=files, headers=KEY).status_code

    assert deploy(b'{"schema": {"type": "object"}}') == 201
    assert deploy(b'{"schema": {"type": "object"}, "ui": {}}') == 422


def test_a_second_sending_waits_for_the_answer_of_the_first(
    counter: list[Event], as_: As, app: Flask, database: Database
) -> None:
    first, second = as_("root"), as_("root")
    running, go_on = Event(), Event()
    counter.extend((running, go_on))

    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(first.post, "/count", headers=KEY)
        assert running.wait(10)
        two = threads.submit(second.post, "/count", headers=KEY)
        go_on.set()
        answers = [one.result(), two.result()]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert [answer.json["count"] for answer in answers] == [1, 1]
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true"]


def test_kept_answers_go_after_seven_days(as_: As, database: Database) -> None:
    root = as_("root")
    root.post(PEOPLE, json=KIM, headers=KEY)

    with database.transaction() as session:
        early = idempotency.purge(session, system_now() + idempotency.KEPT_FOR - timedelta(minutes=1))
        late = idempotency.purge(session, system_now() + idempotency.KEPT_FOR + timedelta(minutes=1))

    assert (early, late) == (0, 1)
    assert root.post(PEOPLE, json=KIM, headers=KEY).status_code == 409


def test_a_command_is_one_commit_and_a_key_costs_two_statements(
    counter: list[Event], as_: As, database: Database
) -> None:
    root = as_("root")
    statements: list[str] = []
    commits: list[object] = []
    event.listen(database.engine, "before_cursor_execute", lambda *execution: statements.append(execution[2]))
    event.listen(database.engine, "commit", commits.append)

    root.post("/count")
    without = [text for text in statements if not text.startswith("BEGIN")]
    statements.clear()
    root.post("/count", headers=KEY)
    with_key = [text for text in statements if not text.startswith("BEGIN")]

    assert len(without) == 1  # who asks
    assert len(with_key) == 3
    assert len(commits) == 2  # one each
