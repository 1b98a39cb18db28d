"""Diagrams that would hang, fill or break an engine: each is refused or stopped soon, with words, while others
work on.

Prints how long each took, what the server grew by, and how long a colleague waited meanwhile.
"""

# ruff: noqa: E501 (a diagram a line is a table that can be read)

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import pytest

from tests.engine.bpmn.support import (
    NAMESPACES,
    call,
    diagram,
    each,
    end,
    event_sub,
    flow,
    inclusive,
    loop,
    node,
    par,
    path,
    script,
    signal,
    start,
    sub,
    throw,
    timer_of,
    user,
    xor,
)
from tests.server import Client, Server, running

SECONDS, GROWTH = 2.0, 200_000_000
"""The most that one of them may take of anybody's time, and of memory."""

PLAIN = diagram(
    start(), user("work", candidateGroups="service-desk"), end(), path("start work end"), key="plain"
)


def drawn(*parts: str, **more: Any) -> bytes:
    return diagram(*parts, key="hostile", **more)


def looped(activity: str, *inside: str) -> str:
    return activity.replace("</scriptTask>", "".join(inside) + "</scriptTask>")


def chain(length: int) -> bytes:
    tasks = [node("task", f"t{number}") for number in range(length)]
    ids = ["start", *(f"t{number}" for number in range(length))]
    return drawn(start(), *tasks, *(flow(a, b) for a, b in pairwise(ids)))


def nested(depth: int) -> bytes:
    inner = node("task", "core")
    for number in range(depth):
        begin = f"s{number}"
        inside = "core" if number == 0 else f"n{number - 1}"
        inner = sub(f"n{number}", start(begin), inner, path(begin, inside))
    return drawn(start(), inner, path(f"start n{depth - 1}"))


def grown(factor: str) -> bytes:
    """A text that doubles for as long as it can."""
    return drawn(
        start(), script("x", f"text = text {factor}"), xor("again", "out"), end(), path("start x again"),
        flow("again", "x", "true"), flow("again", "end", id="out"),
    )  # fmt: skip


ENTITIES = b"".join(
    b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"x" * 10) for n in range(9)
)

REFUSED: dict[str, Callable[[], bytes]] = {
    "a chain of 5,000 tasks": lambda: chain(5_000),
    "sub-processes 1,000 deep": lambda: nested(1_000),
    "sub-processes 100 deep": lambda: nested(100),
    "a process that calls itself": lambda: drawn(start(), call("c", "hostile"), path("start c")),
    "entities in entities": lambda: b"<!DOCTYPE d [" + ENTITIES + b"]><definitions>&e8;</definitions>",
    "an entity from a file": lambda: b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><definitions>&e;</definitions>',
    "50 MB of elements": lambda: f"<definitions {NAMESPACES}>".encode() + b"<a/>" * 12_500_000 + b"</definitions>",
    "2 MB of elements": lambda: f"<definitions {NAMESPACES}>".encode() + b"<a/>" * 490_000 + b"</definitions>",
    "elements 100,000 deep": lambda: b"<a>" * 100_000 + b"</a>" * 100_000,
    "100,000 attributes": lambda: b"<definitions " + b" ".join(b'a%d=""' % n for n in range(100_000)) + b"/>",
    "a condition nested 10,000 deep": lambda: drawn(
        start(), xor("g"), node("task", "a"), path("start g"), flow("g", "a", "(" * 10_000 + "1" + ")" * 10_000)
    ),
    "a cycle every microsecond": lambda: drawn(
        start(), node("intermediateCatchEvent", "c", timer_of("timeCycle", "R/PT0.000001S")), path("start c")
    ),
}  # fmt: skip
STOPPED: dict[str, tuple[bytes, dict[str, Any]]] = {
    "an endless loop": (
        drawn(start(), xor("m"), node("task", "t"), path("start m t m")),
        {},
    ),
    "an endless standard loop": (drawn(start(), looped(script("x", "n = 1"), loop("true")), path("start x")), {}),
    "a million items": (drawn(start(), user("x", each(times=10**6)), path("start x")), {}),
    "a thousand times a thousand items": (
        drawn(start(), sub("s", start("i"), user("x", each(times=1000)), path("i x"), each(times=1000)), path("start s")),
        {},
    ),
    "a fork that forks": (
        drawn(start(), xor("m"), par("f"), node("task", "a"), node("task", "b"), path("start m f a m"), path("f b m")),
        {},
    ),
    "an inclusive fork that forks": (
        drawn(start(), xor("m"), inclusive("f"), node("task", "a"), node("task", "b"), path("start m f a m"), path("f b m")),
        {},
    ),
    "a signal that answers itself": (
        drawn(
            start(), throw("x", signal("s")), end(), path("start x end"), signals=("s",)
        ).replace(
            b"</process>",
            event_sub("e", start("got", signal("s"), isInterrupting=False), throw("y", signal("s")), path("got y")).encode() + b"</process>",
        ),
        {},
    ),
    "a text that doubles": (grown("+ text"), {"text": "x" * 1000}),
    "a list of itself": (grown("+ [text, text]"), {"text": []}),
    "a number that grows": (grown("* 10 ** 50"), {"text": 10}),
    "a pattern that backtracks": (
        drawn(start(), script("x", "n = 'a' * 30 + '!'\nok = len([c for c in n * 100000 if c == 'a'])"), path("start x")),
        {},
    ),
    "a range of a billion": (drawn(start(), script("x", "n = sum([i for i in range(1000000000)])"), path("start x")), {}),
}  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile")
    url = f"sqlite:///{folder / 'baton.db'}"
    if request.param == "postgresql":
        postgres = request.getfixturevalue("postgres")
        url = postgres.url(postgres.create_database())
    server = Server(url, folder)
    with running(server):
        Client(server.url, "pat").deploy("plain.bpmn", PLAIN)
        yield server


class Colleague:
    """Somebody who works on cases of her own all the while; how long each completion took."""

    def __init__(self, server: Server) -> None:
        self.client = Client(server.url, "sam")
        self.taken: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> "Colleague":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            case = self.client.start("plain")
            task = self.client.task(case)
            began = time.perf_counter()
            self.client.post(f"/user-tasks/{task}/complete", {})
            self.taken.append(time.perf_counter() - began)


def peak(server: Server) -> int:
    """The most memory a process of the server has held, in bytes."""
    return max(_peak(pid) for pid in _family(server.process.pid))


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _family(int(child)))]


def forget_peak(server: Server) -> int:
    """Begin to count the most memory anew; what is held now."""
    for pid in _family(server.process.pid):
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    return peak(server)


def tried(server: Server, name: str, act: Callable[[], Any]) -> Any:
    """Do something hostile beside a colleague's work, and hold it to its bounds."""
    with Colleague(server) as sam:
        time.sleep(0.3)  # she has begun
        before = forget_peak(server)
        began = time.perf_counter()
        answer = act()
        taken = time.perf_counter() - began
        grown_by = peak(server) - before
    print(
        f"{name}: {taken:.2f} s, +{grown_by / 1e6:.0f} MB, colleague {median(sam.taken) * 1000:.0f} ms, "
        f"at most {max(sam.taken) * 1000:.0f} ms"
    )
    assert grown_by < GROWTH
    return answer, taken, max(sam.taken)


@pytest.mark.proof
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_run_is_refused_soon(server: Server, name: str) -> None:
    data, token = REFUSED[name](), Client(server.url, "pat").token

    def deploy() -> httpx.Response:
        with httpx.Client(base_url=f"{server.url}/api/v1", timeout=60) as http:
            http.headers["Authorization"] = f"Bearer {token}"
            return http.post("/deployments", files={"files": ("hostile.bpmn", data)})

    answer, taken, waited = tried(server, name, deploy)

    assert answer.status_code in (413, 422)
    assert answer.json()["title"]
    assert taken < SECONDS
    assert waited < SECONDS


@pytest.mark.proof
@pytest.mark.parametrize("name", STOPPED)
def test_what_never_ends_is_stopped_soon_and_says_so(server: Server, name: str) -> None:
    data, variables = STOPPED[name]
    Client(server.url, "pat").deploy("hostile.bpmn", data)
    root = Client(server.url, "root")

    case, taken, waited = tried(server, name, lambda: root.start("hostile", **variables))

    found = root.get(f"/process-instances/{case}")
    assert found["state"] == "failed"
    assert found["failures"][0]["message"]
    assert taken < SECONDS * 2  # two seconds of processor time, shared with a colleague
    assert waited < SECONDS * 2
    root.post(f"/process-instances/{case}/cancel", {"reason": "It was a trial."})
