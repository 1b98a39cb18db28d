"""A real server in processes of its own, and a person's way to talk to it: for tests and benches."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

ROOT = Path(__file__).parent.parent
START_SECONDS = 180
SERVE = ("-m", "api.cli", "serve")

Value = TypeVar("Value")


class Unavailable(AssertionError):
    """The server says that its database does not answer; whether a command was done may be unknown."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str, patience: float = 10.0) -> bool:
    """Whether a server here says that it is ready, within so many seconds."""
    # httpx would read all certificates for each question: a good part of what a start costs.
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=patience)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def eventually(ask: Callable[[], Value], *, within: float = 120.0, every: float = 0.02) -> Value:
    """Ask again and again until the answer is true, and give it. Fails when it is not within so many
    seconds.
    """
    deadline = time.monotonic() + within
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"still {answer!r} after {within:g} seconds"
        time.sleep(every)
    return answer


class Client:
    """One signed-in person on one kept-alive connection; her token outlives a restart of the server."""

    def __init__(self, url: str, username: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/api/v1", timeout=120)
        answer = self._http.post("/auth/token", json={"username": username, "password": "demo"})
        self.token: str = _value(answer)["token"]
        self._http.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path: str, **query: Any) -> Any:
        return _value(self._http.get(path, params=query))

    def post(self, path: str, body: Any = None) -> Any:
        return _value(self.ask(path, body))

    def save(self, path: str, document: Any) -> Any:
        """Put a document where there was none, or after the version there is."""
        there = self._http.get(path)
        match = {"If-Match": f'"{there.json()["version"]}"'} if there.is_success else {"If-None-Match": "*"}
        return _value(self._http.put(path, json=document, headers=match))

    def ask(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        """Send a command, with an idempotency key or without one; the answer, whatever it says."""
        return self._http.post(path, json=body, headers={"Idempotency-Key": key} if key else None)

    def deploy(self, path: str, xml: str | bytes) -> Any:
        content = xml.encode() if isinstance(xml, str) else xml
        return _value(self._http.post("/deployments", files={"files": (path, content)}))

    def start(self, definition: str, **variables: Any) -> str:
        """Start a case; its id."""
        body = {"definition": definition, "variables": variables}
        return str(self.post("/process-instances", body)["id"])

    def task(self, instance: str, element: str | None = None) -> str:
        """The id of the case's open task (at an element, if there are several)."""
        items = self.get("/user-tasks", instance=instance, state="open")["items"]
        return next(item["id"] for item in items if element in (None, item["element"]))

    def history(self, instance: str, kind: str | None = None) -> list[dict[str, Any]]:
        """The first entries of a case's history, or those of one kind among them."""
        items = self.get(f"/process-instances/{instance}/history", limit=200)["items"]
        return [item for item in items if kind in (None, item["kind"])]


def _value(answer: httpx.Response) -> Any:
    if answer.status_code == 503:
        raise Unavailable(answer.text)
    assert answer.is_success, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
    return answer.json()


class Server:
    """`baton serve` with the demo organisation on loopback: a process group of its own, which may be killed
    and started again on the same port and data.
    """

    def __init__(
        self, database_url: str, data: Path, *, program: tuple[str, ...] = SERVE, **settings: str
    ) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.database_url = database_url
        self._command = [sys.executable, *program]
        self._log = data / f"serve-{port}.log"
        self._environment = os.environ | {
            "BATON_DATABASE_URL": database_url,
            "BATON_DATA_DIR": str(data),
            "BATON_PORT": str(port),
            "BATON_DEMO": "1",
            "BATON_LOG": "error",
            "BATON_SECRET_KEY": "only for this run, and long enough for it",
            **settings,
        }
        self.process: subprocess.Popen[bytes]

    def launch(self) -> None:
        """Start the processes, and do not wait for them."""
        with self._log.open("ab") as output:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def start(self) -> float:
        """Start, and wait until it is ready; how many seconds that took."""
        began = time.monotonic()
        self.launch()
        while time.monotonic() < began + START_SECONDS and self.process.poll() is None:
            if self.is_ready():
                return time.monotonic() - began
            time.sleep(0.05)
        if self.process.poll() is None:
            self.kill()
        raise AssertionError(f"The server did not come up:\n{self.log()[-4000:]}")

    def is_ready(self, patience: float = 10.0) -> bool:
        """Whether it says so within so many seconds."""
        return answers(self.url, patience)

    def kill(self) -> None:
        """End it as a power cut would: every process of its group, at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def suspend(self) -> None:
        """Let it stand still as a virtual machine does that is suspended, until it is woken up."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def wake_up(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    def stop(self) -> int:
        """Ask it to finish, and wait for that; its exit status."""
        self.process.terminate()
        return self.process.wait(timeout=120)

    def run(self, verb: str) -> int:
        """The exit status of another command on its data."""
        with self._log.open("ab") as output:
            command = [sys.executable, "-m", "api.cli", verb]
            done = subprocess.run(command, cwd=ROOT, env=self._environment, stdout=output, stderr=output)
        return done.returncode

    def log(self) -> str:
        """What it has written so far, over all its starts."""
        return self._log.read_text(errors="replace")


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """The server, started; afterwards stopped, whether it was started again meanwhile or killed."""
    server.start()
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


@contextmanager
def serving(database_url: str, **settings: str) -> Iterator[str]:
    """A server on this database with a data directory of its own; gives its URL once it is ready."""
    with (
        tempfile.TemporaryDirectory() as data,
        running(Server(database_url, Path(data), **settings)) as server,
    ):
        yield server.url
