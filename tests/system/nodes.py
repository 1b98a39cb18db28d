"""Nodes on one database, much that falls due for them at one moment, and what the database tells of it
afterwards.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from api.console import serve
from engine import integrity
from engine.clock import FixedClock, system_now
from engine.database import Database, upgrade
from engine.store.history import HistoryRow
from engine.store.timers import IS_ARMED, TimerRow
from tests.engine.bpmn.support import catch, diagram, end, mark, path, start, timer_of, user
from tests.engine.support import Desk
from tests.postgres import PostgresServer
from tests.prepared import Prepared
from tests.server import Client, Server, eventually, running

WORKER = ("-m", "api.cli", "worker")
SHIFTED = ("-m", "tests.system.shifted", "serve")

DATED = diagram(
    start(), catch("wait", timer_of("timeDate", "${due}")), end(), path("start wait end"), key="dated"
)
WATCHED = diagram(
    mark("start answer"), start(), user("a", candidateGroups="cab"), end(), path("start a end"), key="watched"
)


def _begin(database: Database) -> None:
    upgrade(database)
    serve.seed_content(database)
    serve.seed_demo(database)


BEGUN = Prepared(_begin)
"""A database as the first start of a server leaves it, which takes longer than many tests."""


class WorkerNode(Server):
    """`baton worker`: ready once it says what it does."""

    def __init__(self, database_url: str, data: Path, **settings: str) -> None:
        super().__init__(database_url, data, program=WORKER, **settings)

    def is_ready(self, patience: float = 10.0) -> bool:
        return "fires what is due" in self.log()


class Restartable(PostgresServer):
    """A PostgreSQL server that can be stopped as by a crash, and started again."""

    def crash(self) -> None:
        self._run("pg_ctl", "stop", "--pgdata", self._data, "--mode", "immediate", "--wait")

    def recover(self) -> None:
        self._run("pg_ctl", "start", "--pgdata", self._data, "--log", self._home / "log", "--wait")

    def restart(self, mode: str) -> None:
        """Restart it, `fast` (everybody is disconnected) or `immediate` (as by a crash)."""
        log = self._home / "log"
        self._run("pg_ctl", "restart", "--pgdata", self._data, "--mode", mode, "--log", log, "--wait")


class Shifted(Server):
    """`baton serve` on a machine whose clock is set by a test: `ahead` of the real one."""

    def __init__(self, database_url: str, data: Path, ahead: timedelta = timedelta(0)) -> None:
        self._ahead = data / "ahead"
        self._ahead.write_text(str(ahead.total_seconds()))
        super().__init__(database_url, data, program=SHIFTED, CLOCK_AHEAD=str(self._ahead))

    def set_clock(self, ahead: timedelta) -> None:
        """Let its clock be so far ahead of the real one, from this moment on."""
        wanted = str(ahead.total_seconds())
        fresh = self._ahead.with_suffix(".new")
        fresh.write_text(wanted)
        fresh.replace(self._ahead)  # nobody reads half of it
        eventually(lambda: self._ahead.with_suffix(".set").read_text() == wanted)


@contextmanager
def together(database_url: str, directory: Path, count: int) -> Iterator[list[Server]]:
    """So many nodes on one fresh database: a server, then a worker, and so on."""
    BEGUN.copy_to(database_url)
    with ExitStack() as stack:
        nodes: list[Server] = []
        for number in range(count):
            data = directory / f"node-{number}"
            data.mkdir()
            node = Server(database_url, data) if number % 2 == 0 else WorkerNode(database_url, data)
            nodes.append(stack.enter_context(running(node)))
        yield nodes


@dataclass(frozen=True, slots=True)
class Burst:
    """Much that falls due within a second: `names` in each case, in this order, as entries of this kind."""

    kind: str
    cases: list[str]
    names: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.cases) * len(self.names)


def timers_due(root: Client, database_url: str, count: int, within: timedelta) -> Burst:
    """So many cases whose timers are all due at one instant, so long from now."""
    root.deploy("dated.bpmn", DATED)
    case = root.start("dated", due=(datetime.now(UTC) + within).isoformat())
    return Burst("timer fired", [case, *copies(database_url, case, count - 1)], ("wait",))


def thresholds_due(root: Client, database_url: str, count: int, within: timedelta) -> Burst:
    """So many thresholds, four a case, the last of them due so long from now, the others shortly before."""
    seconds = round(within.total_seconds())
    first = max(round(100 * (1 - 1 / seconds)), 70)  # the earliest percent within the last second
    points = tuple(str(first + (100 - first) * number // 3) for number in range(4))
    target = {
        "process": "watched",
        "clock": "answer",
        "target": f"PT{seconds}S",
        "calendar": "24x7",
        "thresholds": [{"at": f"{point}%", "do": []} for point in points],
    }
    root.deploy("watched.bpmn", WATCHED)
    root.save("/sla-policies/watched", {"name": "Watched", "targets": [target]})
    case = root.start("watched")
    return Burst("threshold fired", [case, *copies(database_url, case, count // 4 - 1)], points)


def copies(database_url: str, case: str, count: int) -> list[str]:
    """Copies of a case made in bulk, as a thousand people would have started it at that moment."""
    database = Database(database_url)
    cases = Desk(database, FixedClock(system_now())).clone(case, count)
    database.close()
    return cases


class Watch:
    """What the database tells, whichever node wrote it."""

    def __init__(self, database_url: str) -> None:
        self._database = Database(database_url)

    def left(self, burst: Burst) -> int:
        """How much of a burst has not fired."""
        if burst.kind == "timer fired":
            armed = select(func.count()).where(IS_ARMED, TimerRow.element == "wait")
            with self._database.transaction(write=False) as session:
                return session.execute(armed).scalar_one()
        return burst.size - self.number_fired(burst.kind)

    def number_fired(self, kind: str) -> int:
        """How many entries of this kind all histories have."""
        with self._database.transaction(write=False) as session:
            return session.execute(select(func.count()).where(HistoryRow.kind == kind)).scalar_one()

    def fired(self, kind: str) -> dict[str, list[tuple[str, datetime, datetime]]]:
        """(name, due, fired) of what fired, in the order of each case's history."""
        row, found = HistoryRow, dict[str, list[tuple[str, datetime, datetime]]]()
        entries = select(row.instance_id, row.element, row.detail, row.at).where(row.kind == kind)
        with self._database.transaction(write=False) as session:
            for case, element, detail, at in session.execute(entries.order_by(row.instance_id, row.seq)):
                one = (detail.get("threshold", element), datetime.fromisoformat(detail["due"]), at)
                found.setdefault(case, []).append(one)
        return found

    def faults(self) -> list[Any]:
        """What does not fit together: cases and what waits for them, histories, clocks and their events."""
        with self._database.transaction(write=False) as session:
            return list(integrity.verify(session, system_now()))

    def close(self) -> None:
        """Let go of all connections; whoever asks again opens another."""
        self._database.close()


def check(watch: Watch, burst: Burst) -> list[float]:
    """Everything fired once, in its order, none of it early, and nothing else is wrong. How late each was."""
    told = watch.fired(burst.kind)
    assert sorted(told) == sorted(burst.cases)
    assert {tuple(name for name, _, _ in fired) for fired in told.values()} == {burst.names}
    late = []
    for fired in told.values():
        moments = [at for _, _, at in fired]
        assert moments == sorted(moments)
        late += [(at - due).total_seconds() for _, due, at in fired]
    assert min(late) >= 0
    assert watch.faults() == []
    return sorted(late)
