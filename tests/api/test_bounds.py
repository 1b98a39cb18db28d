"""What one caller may send, and how slowly; what the logs never tell; to whom work may be given."""

import io
import logging
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest
import structlog
from sqlalchemy import text

from api import errors, logs
from config.settings import Settings
from engine import people, process_instances
from tests.desk import Desk, chain, diagram, open_desk, user
from tests.server import Client, Server, running
from tests.walker import API, Person, Reply, in_process, multipart

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WORK = diagram("work", chain(user("look")))


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


# -- what is sent --------------------------------------------------------------------------------------------

NESTED = {
    "lists": ("[" * 1000, "]" * 1000),
    "objects": ('{"a":' * 1000, "}" * 1000),
    "both": ('[{"a":' * 500, "}]" * 500),
}
INSIDE = {"nothing odd": '"x"', "NUL": '"\\u0000"', "a key with NUL": '{"\\u0000": 1}'}


@pytest.mark.usefixtures("logged")  # structlog's own way to show an error would never end on such a body
@pytest.mark.parametrize("inside", INSIDE.values(), ids=INSIDE)
@pytest.mark.parametrize("nest", NESTED.values(), ids=NESTED)
def test_a_body_nested_a_thousand_deep_is_refused_quickly_whoever_sends_it(
    desk: Desk, nest: tuple[str, str], inside: str
) -> None:
    deep = inside.join(nest)
    bodies = {
        "/auth/token": f'{{"username": "sam", "password": {deep}}}',
        "/process-instances": f'{{"definition": "incident", "variables": {{"title": {deep}}}}}',
        "/messages": f'{{"name": "m", "payload": {deep}}}',
    }
    sam = desk("sam")
    began = time.process_time()

    replies = [in_process(desk.app)("POST", f"{API}/auth/token", bodies["/auth/token"].encode(), {})]
    replies += [sam.send("POST", path, body.encode()) for path, body in bodies.items()]

    assert time.process_time() - began < 5  # a busy machine counts more than a quiet one
    assert {reply.status for reply in replies} <= {400, 422}
    assert {reply.headers["Content-Type"] for reply in replies} == {"application/problem+json"}


def test_a_text_with_nul_is_refused_at_any_depth(desk: Desk) -> None:
    for depth in (0, 1, 30):
        payload = '{"a":' * depth + '"\\u0000"' + "}" * depth
        body = f'{{"definition": "incident", "variables": {{"title": {payload}}}}}'

        reply = desk("ann").send("POST", "/process-instances", body.encode())

        assert reply.status == 422
        assert "NUL" in reply.body["errors"][0]["detail"]


def test_a_body_of_hundreds_of_thousands_of_lists_is_answered_quickly(desk: Desk) -> None:
    body = b'{"username": "sam", "password": [' + b"[]," * 400_000 + b"[]]}"
    began = time.process_time()

    reply = in_process(desk.app)("POST", f"{API}/auth/token", body, {})

    assert time.process_time() - began < 10
    assert reply.status == 422


# -- what is logged ------------------------------------------------------------------------------------------

SECRET = "correct-horse-battery-staple"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """What a server would write to standard error; put back what other tests see."""
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(written, write_through=True))
    for module in (errors, logs):  # a logger that has logged keeps its configuration
        monkeypatch.setattr(module, "log", structlog.get_logger())
    logs.configure("debug")
    yield lambda: written.getvalue().decode()
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def breaking(monkeypatch: pytest.MonkeyPatch, module: ModuleType, verb: str) -> None:
    """Let a verb fail as only a mistake of ours would, with all that it was given among its variables."""

    def fail(*given: Any, **named: Any) -> None:
        held = [given, named, SECRET]
        raise RuntimeError(f"broken with {len(held)} things in hand")

    monkeypatch.setattr(module, verb, fail)


def errors_in(written: str) -> list[dict[str, Any]]:
    lines = [orjson.loads(line) for line in written.splitlines()]
    return [line for line in lines if line["level"] == "error"]


def told_without_the_secret(reply: Reply, written: str) -> None:
    assert reply.status == 500
    (error,) = errors_in(written)
    assert error["request_id"] == reply.headers["X-Request-Id"]
    assert error["exception"][0]["exc_type"] == "RuntimeError"
    assert "fail" in [frame["name"] for frame in error["exception"][0]["frames"]]
    assert SECRET not in written
    assert SECRET not in str(reply.body)


def test_an_internal_error_at_sign_in_logs_no_password(
    desk: Desk, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, people, "password_fits")
    body = {"username": "sam", "password": SECRET}

    reply = in_process(desk.app)("POST", f"{API}/auth/token", body, {})

    told_without_the_secret(reply, logged())


def test_an_internal_error_in_a_command_logs_neither_body_nor_token(
    desk: Desk, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch, process_instances, "start")
    ann = desk("ann")
    body = {"definition": "incident", "variables": {"title": SECRET}}

    reply = ann.send("POST", f"/process-instances?secret={SECRET}", body, X_Secret=SECRET)

    told_without_the_secret(reply, logged())
    assert ann.token not in logged()


def test_an_error_of_the_database_logs_no_parameters(
    desk: Desk, logged: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(session: Any, *_given: Any, **_named: Any) -> None:
        session.execute(text("SELECT :secret FROM nowhere"), {"secret": SECRET})

    monkeypatch.setattr(process_instances, "start", start)

    reply = desk("ann").send("POST", "/process-instances", {"definition": "incident", "variables": {}})

    assert reply.status >= 500
    assert "nowhere" in logged()
    assert SECRET not in logged()


# -- how slowly it is sent -----------------------------------------------------------------------------------


@contextmanager
def dawdling(url: str, who: Client, path: str, kind: str, body: bytes) -> Iterator[Callable[[], bytes]]:
    """Send half of a command with an idempotency key; call what this gives for the rest, and the answer."""
    host, port = url.removeprefix("http://").split(":")
    head = [
        f"POST {API}{path} HTTP/1.1",
        f"Host: {host}:{port}",
        f"Authorization: Bearer {who.token}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        f"Idempotency-Key: {path}",
        "Expect: 100-continue",  # answered when the server begins to work on the request
        "Connection: close",
    ]
    half = len(body) // 2
    with socket.create_connection((host, int(port)), timeout=120) as connection:
        connection.sendall("\r\n".join((*head, "", "")).encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body[:half])

        def finish() -> bytes:
            for byte in body[half:-1]:
                connection.send(bytes([byte]))
            connection.sendall(body[-1:])
            return connection.makefile("rb").readline()

        yield finish


def test_whoever_trickles_a_command_keeps_nobody_from_writing(database_url: str, tmp_path: Path) -> None:
    with running(Server(database_url, tmp_path)) as server:
        root, sam = Client(server.url, "root"), Client(server.url, "sam")
        root.deploy("work.bpmn", WORK)
        claim = f"/user-tasks/{root.task(root.start('work'))}/claim"
        form, parts = multipart([("files", "a/b.json", b'{"schema": {"type": "object"}}')], {"reason": "why"})
        commands = [
            ("/process-instances", "application/json", b'{"definition": "work", "variables": {}}', b"201"),
            (claim, "application/json", b"{" + b" " * 100 + b"}", b"200"),
            ("/deployments", parts, form, b"201"),
        ]
        for path, kind, body, status in commands:
            with dawdling(server.url, root, path, kind, body) as finish:
                # More than one, for the first may come before the command has got to its transaction.
                answers = [sam.ask("/process-instances", {"definition": "work"}) for _ in range(10)]

                assert [answer.status_code for answer in answers] == [201] * 10
                assert status in finish()


# -- to whom work may be given -------------------------------------------------------------------------------


@pytest.fixture
def task(desk: Desk) -> str:
    """A task for the service desk, where Sam has a colleague."""
    colleague = {"username": "sue", "name": "Sue", "roles": ["agent"], "groups": ["service-desk"]}
    desk("root").post("/people", colleague)
    assert desk("pat").deploy({"work.bpmn": WORK}).status == 201
    case = desk("ann").start("work")
    return f"/user-tasks/{desk('sam').task(case, 'look')['id']}"


def assigned(person: Person, task: str, to: str) -> Reply:
    return person.send("POST", f"{task}/assign", {"assignee": to})


def test_what_a_colleague_has_claimed_nobody_takes_by_assigning_it_to_herself(desk: Desk, task: str) -> None:
    desk("sam").post(f"{task}/claim")

    replies = [assigned(desk("sue"), task, to) for to in ("sue", "sam", "nia", "nobody")]

    assert [reply.status for reply in replies] == [403] * 4
    assert desk("sue").get(task)["assignee"] == "sam"
    assert assigned(desk("sam"), task, "sue").status == 200
    assert assigned(desk("mia"), task, "sam").status == 200
    assert desk("sue").get(task)["assignee"] == "sam"


def test_an_unclaimed_task_is_handed_on_by_those_it_is_offered_to(desk: Desk, task: str) -> None:
    assert assigned(desk("sue"), task, "sam").status == 200
    assert assigned(desk("sue"), task, "sue").status == 403


@pytest.mark.parametrize("giver", ["sam", "mia", "root"])
def test_an_auditor_is_given_no_work(desk: Desk, task: str, giver: str) -> None:
    reply = assigned(desk(giver), task, "audra")

    assert reply.status == 422
    assert reply.body["errors"] == [{"pointer": "#/assignee", "detail": "audra does no tasks."}]
    assert desk("sam").get(task)["assignee"] is None
