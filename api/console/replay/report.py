"""What a replay tells: figures as JSON or as a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.console.replay.comparison import Comparison
from api.console.replay.levels import Figures, Levels, comparing_tables, difference, shown_figure, tables
from api.console.replay.log import Log

SHOWN = 20
"""Mismatches that are told one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A replay that has ended. `seconds` is how long the playing took, without the comparison."""

    log: Log
    comparison: Comparison
    levels: Levels
    seconds: float
    interrupted: bool

    @property
    def as_the_log_says(self) -> bool:
        """Whether everything was played, and nothing differs."""
        comparison = self.comparison
        faults = len(comparison.mismatches) + comparison.missed + comparison.doubled
        return bool(comparison.cases) and not (faults or self.interrupted)

    def figures(self) -> Figures:
        """What `--json` prints."""
        found = self.comparison
        return {
            "cases": found.cases,
            "closed": found.closed,
            "tasks": found.tasks,
            "timers_armed": found.timers_armed,
            "fired": found.fired,
            "missed": found.missed,
            "doubled": found.doubled,
            "mismatches": len(found.mismatches),
            "mismatched": [asdict(one) for one in found.mismatches[:SHOWN]],
            "skipped_rows": [asdict(one) for one in self.log.skipped],
            "notes": {str(note): count for note, count in sorted(self.log.notes.items())},
            "interrupted": self.interrupted,
            "seconds": round(self.seconds, 3),
            "cases_per_second": self._rate(found.cases),
            "tasks_per_second": self._rate(found.tasks),
            "service_levels": self.levels.figures(),
        }

    def _rate(self, count: int) -> float:
        return round(count / self.seconds, 1) if self.seconds else 0.0


def figures_of(outcomes: Sequence[Outcome]) -> Figures:
    """What `--json` prints of one replay, or of two; these are compared if the second was played whole."""
    first, *others = [outcome.figures() for outcome in outcomes]
    if not others:
        return first
    (second,) = others
    whole = not second["interrupted"]
    more = difference(first["service_levels"], second["service_levels"]) if whole else None
    return {**first, "compare": second, "difference": more}


def print_tables(outcomes: Sequence[Outcome], out: Console, aside: Console) -> None:
    """The figures, notes and mismatches to `out`, every skipped row to `aside`; the first of two
    replays is A, the second B.
    """
    for row in outcomes[0].log.skipped:
        number = f" ({row.number})" if row.number else ""
        aside.print(f"Line {row.line}{number} is skipped. {row.reason}", markup=False, highlight=False)
    told = {letter: outcome.figures() for letter, outcome in zip("AB", outcomes, strict=False)}
    if len(told) > 1:
        for letter, figures in told.items():
            name = f"{letter}: {figures['service_levels']['promises']}"
            out.print(name, markup=False, highlight=False, soft_wrap=True)
    for table in (_figures_table(told), *_mismatch_tables(told), *_level_tables(told)):
        if table.row_count:
            out.print(table)


def _figures_table(told: Mapping[str, Figures]) -> Table:
    table = Table("figure", *(told if len(told) > 1 else ["value"]))
    for column in table.columns[1:]:
        column.justify = "right"
    rows = [_rows(figures) for figures in told.values()]
    for name in rows[0]:
        table.add_row(name.replace("_", " "), *(_shown(row[name]) for row in rows))
    return table


def _level_tables(told: Mapping[str, Figures]) -> Iterator[Table]:
    """Side by side, if both were played whole."""
    first, *others = told.values()
    if others and not others[0]["interrupted"]:
        return comparing_tables(first["service_levels"], others[0]["service_levels"])
    return tables(first["service_levels"])


def _mismatch_tables(told: Mapping[str, Figures]) -> Iterator[Table]:
    for letter, figures in told.items():
        where = f" of {letter}" if len(told) > 1 else ""
        yield _mismatch_table(f"Mismatches{where}, the first of them", figures["mismatched"])


def _rows(figures: Figures) -> Figures:
    """The figures that are one number each."""
    levels = figures["service_levels"]
    plain = {name: value for name, value in figures.items() if isinstance(value, int | float)}
    late = ("given_up", "lateness_p99_seconds", "lateness_max_seconds")
    thresholds: Figures = {f"thresholds_{name}": levels[name] for name in late}
    skipped = {"skipped_rows": len(figures["skipped_rows"])}
    return {**plain, **skipped, **thresholds, **figures["notes"]}


def _mismatch_table(title: str, mismatched: list[dict[str, Any]]) -> Table:
    table = Table("line", "number", "field", "the log says", "found", title=title)
    for one in mismatched:
        table.add_row(*(Text(str(one[name])) for name in ("line", "number", "field", "expected", "found")))
    return table


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return shown_figure(value)
