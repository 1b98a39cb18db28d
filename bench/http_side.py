"""What is measured over HTTP, against a real server."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from tests.server import Client


def next_task(client: Client, instance: str, element: str | None = None) -> str:
    items = client.get("/user-tasks", instance=instance)["items"]
    return next(item["id"] for item in items if element in (None, item["element"]))


class Wire:
    """A connection with little of its own to measure."""

    def __init__(self, client: Client) -> None:
        address = urlsplit(client.url)
        self._connection = HTTPConnection(address.hostname or "", address.port)
        self._headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"}

    def post(self, path: str, body: Any) -> tuple[float, Any]:
        """(seconds from sending to having the answer, the answer)."""
        content = json.dumps(body)
        began = time.perf_counter()
        self._connection.request("POST", f"/api/v1{path}", content, self._headers)
        answer = self._connection.getresponse()
        read = answer.read()
        seconds = time.perf_counter() - began
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {answer.status} {read!r:.300}")
        return seconds, json.loads(read)


def measure_cases(client: Client, cases: int) -> dict[str, Any]:
    """Cases a second by their commands (start, two completions), one client; and the seconds of each
    completion.

    Finding a case's next task is a request of its own, and not counted.
    """
    wire = Wire(client)
    starts, steps = [], []
    for _ in range(cases):
        seconds, instance = wire.post("/process-instances", {"definition": "two_tasks"})
        starts.append(seconds)
        for _ in range(2):
            seconds, _answer = wire.post(f"/user-tasks/{client.task(instance['id'])}/complete", {})
            steps.append(seconds)
    return {"cases_per_second": cases / (sum(starts) + sum(steps)), "steps": steps}


def measure_loop(client: Client, admin: Client, key: str, rounds: int) -> dict[str, Any]:
    """A user-task loop: what a step costs around round 10 and after `rounds` rounds (medians of 20), of two
    cases in turn: a machine that is slower for a while is so for both.
    """
    wire = Wire(client)

    def begin() -> str:
        started = client.post("/process-instances", {"definition": key, "variables": {"stop": False}})
        if key.endswith("events"):
            admin.post("/messages", {"name": "bench.nudge", "instance": started["id"]})
        return str(started["id"])

    def step(instance: str) -> float:
        return wire.post(f"/user-tasks/{next_task(client, instance, 'work')}/complete", {})[0]

    old = begin()
    for _ in range(rounds - 10):
        step(old)
    young = begin()
    steps = [(step(young), step(old)) for _ in range(20)]
    for instance in (young, old):
        admin.post(f"/process-instances/{instance}/cancel", {})
    early, late = (median(taken) for taken in zip(*steps, strict=True))
    return {"rounds": rounds, "early_ms": early * 1000, "late_ms": late * 1000, "ratio": late / early}


def measure_lateness(
    client: Client, admin: Client, load: list[Client], *, armed: int, due: int, seconds: int
) -> dict[str, Any]:
    """Timers falling due one after the other within so many seconds, among `armed` that are not due, while
    people work: from when each was due to when it fired.
    """
    later = datetime.now(UTC) + timedelta(days=30)
    for _ in range(armed - due):
        _arm(client, later)
    first = datetime.now(UTC) + timedelta(seconds=2 + due / 60)
    dues = [first + timedelta(seconds=seconds) / due * number for number in range(due)]
    instances = [_arm(client, one) for one in dues]
    stop = threading.Event()
    workers = [threading.Thread(target=_work, args=(person, stop)) for person in load]
    for worker in workers:
        worker.start()
    time.sleep(max(0.0, (dues[-1] - datetime.now(UTC)).total_seconds() + 2))
    stop.set()
    for worker in workers:
        worker.join()
    late = sorted(_lateness(admin, instance) for instance in instances)
    return {
        "armed": armed,
        "due": due,
        "seconds": seconds,
        "p50_ms": late[len(late) // 2] * 1000,
        "p99_ms": late[int(len(late) * 0.99)] * 1000,
    }


def _arm(client: Client, due: datetime) -> str:
    """Start a case that waits for this instant; its id."""
    return client.start("timer", due=due.isoformat())


def _work(client: Client, stop: threading.Event) -> None:
    while not stop.is_set():
        measure_cases(client, 1)


def _lateness(client: Client, instance: str) -> float:
    entries = client.get(f"/process-instances/{instance}/history")["items"]
    fired = [entry for entry in entries if entry["kind"] == "timer fired"]
    if len(fired) != 1:
        raise RuntimeError(f"the timer of {instance} fired {len(fired)} times")
    return (
        datetime.fromisoformat(fired[0]["at"]) - datetime.fromisoformat(fired[0]["detail"]["due"])
    ).total_seconds()


def measure_pages(client: Client, path: str, pages: int = 100, **query: Any) -> dict[str, Any]:
    """The median and the 95th percentile of a first page."""
    taken: list[float] = []
    for _ in range(pages):
        began = time.perf_counter()
        client.get(path, **query)
        taken.append(time.perf_counter() - began)
    return {"p50_ms": median(taken) * 1000, "p95_ms": sorted(taken)[int(pages * 0.95)] * 1000}
