"""Two at once, an answer that never arrives, a database that goes away: one of them wins, and nothing is done
twice.
"""

import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx
import pytest

from engine import history
from engine.database import Database
from tests.engine.bpmn.support import catch, diagram, end, path, start, timer, user
from tests.server import Client, Server, eventually, running
from tests.system.nodes import BEGUN, Restartable

ROUNDS = 30
WORK = diagram(
    start(), user("first", candidateGroups="service-desk,network"),
    user("second", candidateGroups="service-desk,network"), end(), path("start first second end"),
    key="work",
)  # fmt: skip
PAUSE = diagram(start(), catch("wait", timer("PT2S")), end(), path("start wait end"), key="pause")


def at_once(*commands: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """The answers to commands sent at the same moment."""
    barrier = Barrier(len(commands))

    def send(command: Callable[[], httpx.Response]) -> httpx.Response:
        barrier.wait(60)
        return command()

    with ThreadPoolExecutor(len(commands)) as threads:
        return list(threads.map(send, commands))


def replayed(answer: httpx.Response) -> bool:
    return answer.headers.get("Idempotency-Replayed") == "true"


def completions(client: Client, instance: str) -> list[tuple[str, str]]:
    """(element, who) of every completion that the case's history tells of."""
    return [(entry["element"], entry["actor"]) for entry in client.history(instance, "task completed")]


@pytest.fixture(scope="module")
def desk(root: Client) -> Client:
    """Root, once the processes are deployed."""
    root.deploy("work.bpmn", WORK)
    root.deploy("pause.bpmn", PAUSE)
    return root


def test_of_two_people_who_complete_one_task_at_once_one_is_told_that_she_is_late(
    desk: Client, sam: Client, nia: Client
) -> None:
    for _ in range(ROUNDS):
        instance = desk.start("work")
        complete = f"/user-tasks/{desk.task(instance)}/complete"

        answers = at_once(lambda: sam.ask(complete, {}), lambda: nia.ask(complete, {}))  # noqa: B023

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        winner = ["sam", "nia"][[answer.status_code for answer in answers].index(200)]
        assert completions(desk, instance) == [("first", winner)]
        assert [task["element"] for task in desk.get("/user-tasks", instance=instance)["items"]] == ["second"]


def test_of_two_people_who_claim_one_task_at_once_one_has_it(desk: Client, sam: Client, nia: Client) -> None:
    for _ in range(ROUNDS // 3):
        task = desk.task(desk.start("work"))

        answers = at_once(*(lambda who=who: who.ask(f"/user-tasks/{task}/claim") for who in (sam, nia)))  # noqa: B023

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        given = next(answer for answer in answers if answer.status_code == 200).json()
        assert desk.get(f"/user-tasks/{task}")["assignee"] == given["assignee"]


def test_one_key_sent_twice_at_once_is_done_once_and_answered_alike(
    shared_server: Server, desk: Client, sam: Client
) -> None:
    again = Client(shared_server.url, "sam")
    for _ in range(ROUNDS // 3):
        key, body = uuid4().hex, {"definition": "work", "title": f"Twice {uuid4().hex}"}

        starts = at_once(
            *(lambda who=who: who.ask("/process-instances", body, key=key) for who in (sam, again))  # noqa: B023
        )
        instance = starts[0].json()["id"]
        complete, key = f"/user-tasks/{desk.task(instance)}/complete", uuid4().hex
        ends = at_once(*(lambda who=who: who.ask(complete, {}, key=key) for who in (sam, again)))  # noqa: B023

        for answers, status in ((starts, 201), (ends, 200)):
            assert [answer.status_code for answer in answers] == [status, status]
            assert answers[0].content == answers[1].content
            assert sorted(map(replayed, answers)) == [False, True]
        assert len(desk.get("/process-instances", q=body["title"])["items"]) == 1
        assert completions(desk, instance) == [("first", "sam")]


def raw_post(client: Client, url: str, path: str, *headers: str) -> bytes:
    """The head of a POST with an empty JSON object as its body, which is yet to be sent."""
    lines = [
        f"POST /api/v1{path} HTTP/1.1",
        f"Host: {url.removeprefix('http://')}",
        f"Authorization: Bearer {client.token}",
        "Content-Type: application/json",
        "Content-Length: 2",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join((*lines, "", "")).encode()


def connect(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=120)


def test_a_retry_after_a_lost_reply_gets_the_first_answer(
    shared_server: Server, desk: Client, sam: Client
) -> None:
    instance, key = desk.start("work"), uuid4().hex
    complete = f"/user-tasks/{desk.task(instance)}/complete"
    with connect(shared_server.url) as connection:
        connection.sendall(raw_post(sam, shared_server.url, complete, f"Idempotency-Key: {key}") + b"{}")
    eventually(lambda: completions(desk, instance))

    retried = sam.ask(complete, {}, key=key)
    without_key = sam.ask(complete, {})

    assert (retried.status_code, replayed(retried)) == (200, True)
    assert retried.json()["state"] == "completed"
    assert without_key.status_code == 409
    assert completions(desk, instance) == [("first", "sam")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the database has no part in it
def test_sigterm_lets_a_request_under_way_finish(server: Server, database_url: str) -> None:
    root = Client(server.url, "root")
    root.deploy("work.bpmn", WORK)
    instance = root.start("work")
    complete = f"/user-tasks/{root.task(instance)}/complete"

    with connect(server.url) as connection:
        connection.sendall(raw_post(root, server.url, complete, "Expect: 100-continue"))
        assert connection.recv(1000).startswith(b"HTTP/1.1 100")  # a thread of the server reads the body now
        server.process.send_signal(signal.SIGTERM)
        eventually(lambda: not server.is_ready(patience=0.5))  # it takes no new requests any more
        connection.sendall(b"{}")
        answer = connection.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 200")
    assert server.process.wait(120) == 0
    assert completed_once(database_url, instance)


def completed_once(database_url: str, instance: str) -> bool:
    """Whether the history of a case has one completion, asked of the database: no server runs."""
    database = Database(database_url)
    with database.transaction(write=False) as session:
        kinds = [entry.kind for entry in history.page(session, instance, limit=200, after=0)]
    database.close()
    return kinds.count("task completed") == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_second_server_on_one_sqlite_file_is_refused_and_the_first_goes_on(
    server: Server, database_url: str, tmp_path: Path
) -> None:
    second = Server(database_url, tmp_path)

    second.launch()
    status = second.process.wait(120)

    assert status == 1
    assert f"Another process owns this database: it holds {tmp_path / 'baton.db'}.lock." in second.log()
    assert "Traceback" not in second.log()
    assert server.is_ready()


def test_a_server_outlives_a_restart_of_its_database(restartable: Restartable, tmp_path: Path) -> None:
    url = restartable.url(restartable.create_database())
    BEGUN.copy_to(url)
    with running(Server(url, tmp_path)) as server:
        root = Client(server.url, "root")
        root.deploy("work.bpmn", WORK)
        root.deploy("pause.bpmn", PAUSE)
        waiting, instance, key = root.start("pause"), root.start("work"), uuid4().hex
        complete = f"/user-tasks/{root.task(instance)}/complete"

        restartable.crash()
        refused = [root.ask(complete, {}, key=key) for _ in range(3)]
        health = [httpx.get(f"{server.url}/{path}", timeout=60).status_code for path in ("healthz", "readyz")]
        restartable.recover()
        done = eventually(lambda: succeeded(root.ask(complete, {}, key=key)))

        assert [answer.status_code for answer in refused] == [503, 503, 503]
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
        assert all(answer.json()["type"] == "urn:baton:problem:service-unavailable" for answer in refused)
        assert health == [200, 503]
        assert (done.status_code, replayed(done)) == (200, False)
        assert completions(root, instance) == [("first", "root")]
        eventually(lambda: root.get(f"/process-instances/{waiting}")["state"] == "completed")
        assert len(root.history(waiting, "timer fired")) == 1


def succeeded(answer: httpx.Response) -> Any:
    return answer if answer.is_success else None
