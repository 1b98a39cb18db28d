"""A real server in a process of its own, and a person's way to talk to it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent
START_SECONDS = 60


class Client:
    """One signed-in person on one kept-alive connection."""

    def __init__(self, url: str, username: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/v1", timeout=60)
        answer = self._http.post("/auth/token", json={"username": username, "password": "demo"})
        self._http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['token']}"

    def get(self, path: str, **query: Any) -> Any:
        return self._http.get(path, params=query).raise_for_status().json()

    def post(self, path: str, body: Any = None) -> Any:
        return self._http.post(path, json=body).raise_for_status().json()

    def deploy(self, path: str, xml: str) -> Any:
        return (
            self._http.post("/deployments", files={"files": (path, xml.encode())}).raise_for_status().json()
        )


@contextmanager
def serving(database_url: str, port: int, **settings: str) -> Iterator[str]:
    """`baton serve` with the demo organisation on loopback; gives its URL once it is ready."""
    with tempfile.TemporaryDirectory() as data:
        environment = os.environ | {
            "BATON_DATABASE_URL": database_url,
            "BATON_DATA_DIR": data,
            "BATON_PORT": str(port),
            "BATON_DEMO": "1",
            "BATON_LOG": "error",
            "BATON_SECRET_KEY": "only for this bench, and long enough for it",
            **settings,
        }
        log = Path(data) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "api.cli", "serve"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
            )
        try:
            yield _ready(f"http://127.0.0.1:{port}", process, log)
        finally:
            process.terminate()
            process.wait()


def _ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return url
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError(f"The server did not come up:\n{log.read_text()[-4000:]}")
