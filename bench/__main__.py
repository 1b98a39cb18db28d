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
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import engine_side, floor, http_side
from bench.diagrams import ALL
from tests.postgres import PostgresServer
from tests.server import Client, serving

LOOPS = ("loop_alone", "loop_beside_branch", "loop_beside_events")


def main() -> int:
    parser = argparse.ArgumentParser("bench", description="Measure Baton against its budgets.")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the work, for trying the bench itself"
    )
    arguments = parser.parse_args()
    size = 0.1 if arguments.quick else 1.0
    results = {}
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:  # on the disk of the checkout, not in memory
        results["sqlite"] = measure(sqlite_urls(Path(folder)), floor.SqliteRows, size)
        with postgres_urls() as urls:
            results["postgresql"] = measure(urls, floor.PostgresRows, size)
    Console().print(table(results))
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
    """All figures for one kind of database."""
    cases, found = round(300 * size), {}
    say("the bare floor")
    found["floor"] = floor.measure(rows(url("floor")), cases)
    say("verbs in this process")
    database, person = engine_side.prepare(url("verbs"))
    found["verbs"] = engine_side.measure_cases(database, person, cases)
    found["idle_sweep"] = engine_side.measure_idle_sweep(database, person, round(1000 * size))
    found["burst"] = engine_side.measure_burst(database, person, round(2000 * size))
    database.close()
    served = url("served")
    with serving(served) as address:
        sam, nia, root, pat = (Client(address, name) for name in ("sam", "nia", "root", "pat"))
        for path, xml in ALL.items():
            pat.deploy(path, xml)
        say("cases over HTTP")
        found["http"] = http_side.measure_cases(sam, cases)
        for key in LOOPS:
            say(f"{key} over HTTP")
            found[key] = http_side.measure_loop(sam, root, key, round(1000 * size))
        say("timers under load")
        found["lateness"] = http_side.measure_lateness(
            sam, root, [Client(address, "sam") for _ in range(2)], round(400 * size)
        )
        del nia
    say("an inbox of 100,000")
    filled = engine_side.Database(served)
    engine_side.fill_inbox(filled, round(100_000 * size))
    filled.close()
    with serving(served) as address:
        found["inbox"] = http_side.measure_inbox(Client(address, "sam"))
    return found


def table(results: dict[str, Any]) -> Table:
    """The budgets, each with what was measured."""
    shown = Table("budget", "wanted", *results, title="Baton against its budgets")
    for label, wanted, read in LINES:
        shown.add_row(label, wanted, *(read(found) for found in results.values()))
    return shown


def _times_floor(found: dict[str, Any], what: str) -> str:
    bare = found["floor"]["cases_per_second"]
    ours = found[what]["cases_per_second"]
    return f"{ours:.0f}/s, {ours / bare:.0%}"


LINES: list[tuple[str, str, Callable[[dict[str, Any]], str]]] = [
    ("one-row commits of this disk", "", lambda f: f"{f['floor']['commits_per_second']:.0f}/s"),
    ("bare floor: start + two completions", "", lambda f: f"{f['floor']['cases_per_second']:.0f} cases/s"),
    ("bare floor: a completion, median", "", lambda f: f"{median(f['floor']['steps']) * 1000:.2f} ms"),
    ("ours, verbs: start + two completions", ">= 40 % of floor", lambda f: _times_floor(f, "verbs")),
    ("ours, HTTP, one client, with finding tasks", "", lambda f: _times_floor(f, "http")),
    (
        "ours, HTTP: a completion, median",
        "<= 4x floor",
        lambda f: (
            f"{median(f['http']['steps']) * 1000:.2f} ms, {median(f['http']['steps']) / median(f['floor']['steps']):.1f}x"
        ),
    ),
    *[(f"{key}: step after all rounds / step 10", "<= 1.2", lambda f, key=key: f"{f[key]['ratio']:.2f}") for key in LOOPS],
    ("timer lateness under load, p50 / p99", "p99 <= 1 s", lambda f: f"{f['lateness']['p50_ms']:.0f} / {f['lateness']['p99_ms']:.0f} ms"),
    ("diagram timers due at once, fired", "", lambda f: f"{f['burst']['fired_per_second']:.0f}/s"),
    (
        "idle sweep",
        "1 statement",
        lambda f: f"{f['idle_sweep']['statements']:g}, {f['idle_sweep']['ms']:.2f} ms beside {f['idle_sweep']['open_cases']:,}",
    ),
    ("inbox page of 100,000 open, p50 / p95", "p95 <= 50 ms", lambda f: f"{f['inbox']['p50_ms']:.1f} / {f['inbox']['p95_ms']:.1f} ms"),
]  # fmt: skip


def say(what: str) -> None:
    print(f"Measuring {what}.", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
