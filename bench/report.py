"""The table of budgets: each line says what is wanted, and how it is read from the figures."""

from collections.abc import Callable
from statistics import median
from typing import Any

from rich.table import Table

Figures = dict[str, Any]


def table(results: dict[str, Figures]) -> Table:
    """The budgets, each with what was measured on each kind of database."""
    shown = Table("budget", "wanted", *results, title="Baton against its budgets")
    for label, wanted, read in LINES:
        shown.add_row(label, wanted, *(read(found) for found in results.values()))
    return shown


def _commits(found: Figures) -> str:
    return f"{found['floor']['commits_per_second']:,.0f}/s"


def _floor_cases(found: Figures) -> str:
    return f"{found['floor']['cases_per_second']:.0f}/s"


def _floor_step(found: Figures) -> str:
    return f"{median(found['floor']['steps']) * 1000:.2f} ms"


def _cases(side: str) -> Callable[[Figures], str]:
    def read(found: Figures) -> str:
        bare, ours = found["floor"]["cases_per_second"], found[side]["cases_per_second"]
        return f"{ours:.0f}/s, {ours / bare:.0%}"

    return read


def _completion(found: Figures) -> str:
    bare, ours = median(found["floor"]["steps"]), median(found["http"]["steps"])
    return f"{ours * 1000:.2f} ms, {ours / bare:.1f}x"


def _loop(key: str) -> Callable[[Figures], str]:
    return lambda found: f"{found[key]['ratio']:.2f}"


def _slope(key: str) -> Callable[[Figures], str]:
    return lambda found: f"{found[key]['slope']:.2f}"


def _lateness(found: Figures) -> str:
    return f"{found['lateness']['p50_ms']:.0f} / {found['lateness']['p99_ms']:.0f} ms"


def _burst(found: Figures) -> str:
    bare, ours = 1 / median(found["floor"]["steps"]), found["burst"]["fired_per_second"]
    return f"{ours:,.0f}/s, {ours / bare:.0%}"


def _thresholds(found: Figures) -> str:
    lateness = found["thresholds"]
    return f"{lateness['p50_ms']:,.0f} / {lateness['p99_ms']:,.0f} ms, {lateness['fired_per_second']:,.0f}/s"


def _idle(found: Figures) -> str:
    sweep = found["idle_sweep"]
    return f"{sweep['statements']:g}, {sweep['ms']:.2f} ms"


def _pages(key: str) -> Callable[[Figures], str]:
    return lambda found: f"{found[key]['p50_ms']:.1f} / {found[key]['p95_ms']:.1f} ms"


LINES: tuple[tuple[str, str, Callable[[Figures], str]], ...] = (
    ("one-row commits of this disk", "", _commits),
    ("bare floor: cases, a start and two completions", "", _floor_cases),
    ("bare floor: a completion, median", "", _floor_step),
    ("cases in one process, by the verbs", ">= 40 % of floor", _cases("verbs")),
    ("cases over HTTP, one client", "", _cases("http")),
    ("a completion over HTTP, median", "<= 4x floor", _completion),
    ("loop alone: last step / step 10", "<= 1.2", _loop("loop_alone")),
    ("loop beside a waiting branch", "<= 1.2", _loop("loop_beside_branch")),
    ("loop beside event sub-processes", "<= 1.2", _loop("loop_beside_events")),
    ("slope of a step's cost over 50 to 5,000 rounds behind it", "<= 0.05", _slope("history")),
    ("slope of a step's cost over 50 to 200 branches beside it", "<= 1.1", _slope("branches")),
    ("lateness of 108 timers a minute, 3,794 armed, while people work, p50 / p99", "p99 <= 1 s", _lateness),
    ("10,000 diagram timers due at once", ">= 40 % of floor's steps", _burst),
    ("10,000 uncaught thresholds due in one second, p50 / p99", "p99 <= 5 s", _thresholds),
    ("idle sweep beside open timers", "1 statement", _idle),
    ("a group's queue of 100,000 open, p50 / p95", "p95 <= 50 ms", _pages("queue")),
    ("everything one may do, p50 / p95", "p95 <= 50 ms", _pages("inbox")),
    ("cases one may see, p50 / p95", "p95 <= 50 ms", _pages("cases")),
    ("search that finds a few of 100,000, p50 / p95", "p95 <= 50 ms", _pages("search_one")),
    ("search that finds them all, p50 / p95", "p95 <= 50 ms", _pages("search_many")),
)
