"""A disk that is really full, again and again, under a server at work: a small one in memory, which only root
may mount.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.engine.bpmn.support import diagram, end, path, start, user
from tests.postgres import PostgresServer
from tests.server import Client, Server, eventually, running
from tests.system.test_kill import Load, check_nothing_is_lost_or_doubled, work_while

SIZE = 48_000_000
TIMES = 5
LOAD = Load(between=(20, 60), beats=5)
NOTICE = {"definition": "notice", "variables": {"said": "All that was said. " * 3_000}}

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk")


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A disk at this place while the block runs."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=777", "none", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)
        place.rmdir()


def filling(disk: Path, root: Client) -> Callable[[], float]:
    """Fills the disk to the last byte, sees that what is sent is refused, and makes room again; the seconds
    until the server says that it can go on.
    """

    def fill_and_clear() -> float:
        ballast = disk / "ballast"
        with ballast.open("wb", buffering=0) as file:
            with suppress(OSError):
                while True:
                    file.write(bytes(65_536))
            with suppress(OSError):
                while True:
                    file.write(b"\0")
        refused = eventually(lambda: refusal(root))
        assert int(refused.headers["Retry-After"]) > 0
        ballast.unlink()
        began = time.monotonic()
        eventually(lambda: root.ask("/process-instances", NOTICE).status_code == 201)
        return time.monotonic() - began

    return fill_and_clear


def refusal(root: Client) -> Any:
    """The answer that something does not fit, once it does not."""
    answer = root.ask("/process-instances", NOTICE)
    assert answer.status_code in (201, 503), answer.text
    return answer if answer.status_code == 503 else None


def work_while_it_is_full(database_url: str, data: Path, disk: Path) -> str:
    """Let people work while the disk is full now and then, and check what they were told; in short."""
    with running(Server(database_url, data)) as server:
        root = Client(server.url, "root")
        root.deploy(
            "notice.bpmn", diagram(start(), user("read"), end(), path("start read end"), key="notice")
        )
        journal, _ = work_while([server], [filling(disk, root)] * TIMES, LOAD)
        assert server.stop() == 0
        beats = check_nothing_is_lost_or_doubled(database_url, journal, LOAD)
        assert server.run("verify") == 0
    return f"{journal.summary()}; {beats} timers fired; full {TIMES} times, 0 lost, 0 doubled, 0 half written"


@pytest.mark.proof
@ROOT_ONLY
def test_a_full_disk_loses_and_doubles_nothing_on_sqlite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(tmp_path / "small") as disk:
        told = work_while_it_is_full(f"sqlite:///{disk / 'baton.db'}", tmp_path, disk)

    with capsys.disabled():
        print(f"\nsqlite: {told}")


@pytest.mark.proof
@ROOT_ONLY
def test_a_full_disk_loses_and_doubles_nothing_on_postgresql(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    # Where the server's account reaches it; only the tables are on it, for without room for its log the
    # server itself would stop, as by a crash.
    place = Path(tempfile.mkdtemp(prefix="baton-disk-"))
    place.chmod(0o755)
    with small_disk(place / "small") as disk:
        postgres.create_tablespace("small", disk)
        name = postgres.create_database(tablespace="small")
        told = work_while_it_is_full(postgres.url(name), tmp_path_factory.mktemp("served"), disk)
        postgres.drop_database(name)
        postgres.drop_tablespace("small")
    place.rmdir()

    with capsys.disabled():
        print(f"\npostgresql: {told}")
