"""`python -m bench`: the table of budgets, for what exists, on SQLite and PostgreSQL; `--json FILE` keeps the
figures.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import engine_side, floor, http_side, slopes
from bench.diagrams import ALL
from bench.report import table
from tests.postgres import PostgresServer
from tests.server import Client, serving

LOOPS = ("loop_alone", "loop_beside_branch", "loop_beside_events")


def main() -> int:
    parser = argparse.ArgumentParser("bench", description="Measure Baton against its budgets.")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the work, for trying the bench itself"
    )
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="measure on this database only")
    arguments = parser.parse_args()
    size = 0.1 if arguments.quick else 1.0
    results = {}
    if arguments.only != "postgresql":
        # On the disk of the checkout, not in memory.
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            results["sqlite"] = measure(sqlite_urls(Path(folder)), floor.SqliteRows, size)
    if arguments.only != "sqlite":
        with postgres_urls() as urls:
            results["postgresql"] = measure(urls, floor.PostgresRows, size)
    Console(width=max(120, Console().width)).print(table(results))
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2))
    return 0


def sqlite_urls(folder: Path) -> Callable[[str], str]:
    return lambda name: str(folder / f"{name}.db") if name == "floor" else f"sqlite:///{folder / name}.db"


@contextmanager
def postgres_urls() -> Iterator[Callable[[str], str]]:
    server = PostgresServer(durable=True)
    try:
        yield lambda _name: server.url(server.create_database())
    finally:
        server.stop()


def measure(url: Callable[[str], str], rows: Callable[[str], Any], size: float) -> dict[str, Any]:
    """All figures for one kind of database. The floor is measured on the same disk."""
    found = {"floor": measure_floor(rows(url("floor")), size)}
    found |= measure_engine(url("verbs"), size)
    served = url("served")
    found |= measure_server(served, size)
    found |= measure_lists(served, size)
    return found


def measure_floor(rows: Any, size: float) -> dict[str, Any]:
    say("the bare floor")
    return floor.measure(rows, round(300 * size))


def measure_engine(url: str, size: float) -> dict[str, Any]:
    say("the verbs in this process")
    database, person = engine_side.prepare(url)
    try:
        return {
            "verbs": engine_side.measure_cases(database, person, round(300 * size)),
            "idle_sweep": engine_side.measure_idle_sweep(database, person, round(1000 * size)),
            "history": slopes.measure_history(database, person, _some(slopes.ROUNDS, size)),
            "branches": slopes.measure_branches(database, person),
            "burst": engine_side.measure_burst(database, person, round(10_000 * size)),
            "thresholds": engine_side.measure_thresholds(database, round(10_000 * size)),
        }
    finally:
        database.close()


def _some(points: tuple[int, ...], size: float) -> tuple[int, ...]:
    return tuple(point for point in points if point <= max(points) * size)


def measure_server(url: str, size: float) -> dict[str, Any]:
    with serving(url) as address:
        sam, root, pat = (Client(address, name) for name in ("sam", "root", "pat"))
        for path, xml in ALL.items():
            pat.deploy(path, xml)
        say("cases over HTTP")
        found = {"http": http_side.measure_cases(sam, round(300 * size))}
        for key in LOOPS:
            say(f"{key} over HTTP")
            found[key] = http_side.measure_loop(sam, root, key, round(1000 * size))
        say("timers while people work")
        load = [Client(address, "sam") for _ in range(2)]
        # A busy service desk.
        armed, due, seconds = round(3_794 * size), round(108 * size), round(60 * size)
        found["lateness"] = http_side.measure_lateness(sam, root, load, armed=armed, due=due, seconds=seconds)
        sam.start("two_tasks")
    return found


def measure_lists(url: str, size: float) -> dict[str, Any]:
    say("lists beside 100,000 open tasks")
    filled = engine_side.Database(url)
    engine_side.fill_inbox(filled, round(100_000 * size))
    filled.close()
    with serving(url) as address:
        sam = Client(address, "sam")
        return {
            "queue": http_side.measure_pages(sam, "/user-tasks", group="service-desk"),
            "inbox": http_side.measure_pages(sam, "/user-tasks"),
            "cases": http_side.measure_pages(sam, "/process-instances"),
            "search_one": http_side.measure_pages(sam, "/process-instances", q="BULK-4711"),
            "search_many": http_side.measure_pages(sam, "/process-instances", q="打印机 case"),
        }


def say(what: str) -> None:
    print(f"Measuring {what}.", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
