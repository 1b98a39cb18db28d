"""What a replay tells: figures as JSON or as a table."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.console.replay.comparison import Comparison
from api.console.replay.log import Log

SHOWN = 20
"""Mismatches that are told one by one; all are counted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A replay that has ended. `seconds` is how long the playing took, without the comparison."""

    log: Log
    comparison: Comparison
    seconds: float
    interrupted: bool

    @property
    def as_the_log_says(self) -> bool:
        """Whether everything was played, and nothing differs."""
        comparison = self.comparison
        faults = len(comparison.mismatches) + comparison.missed + comparison.doubled
        return bool(comparison.cases) and not (faults or self.interrupted)

    def figures(self) -> dict[str, Any]:
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
        }

    def _rate(self, count: int) -> float:
        return round(count / self.seconds, 1) if self.seconds else 0.0


def print_table(outcome: Outcome, out: Console, aside: Console) -> None:
    """The figures, notes and mismatches to `out`, every skipped row to `aside`."""
    for row in outcome.log.skipped:
        number = f" ({row.number})" if row.number else ""
        aside.print(f"Line {row.line}{number} is skipped. {row.reason}", markup=False, highlight=False)
    figures = outcome.figures()
    mismatched, skipped, notes = (figures.pop(name) for name in ("mismatched", "skipped_rows", "notes"))
    figures["skipped_rows"] = len(skipped)
    table = Table("figure", "value")
    table.columns[1].justify = "right"
    for name, value in (figures | notes).items():
        table.add_row(name.replace("_", " "), _shown(value))
    out.print(table)
    if mismatched:
        out.print(_mismatch_table(mismatched))


def _mismatch_table(mismatched: list[dict[str, Any]]) -> Table:
    table = Table("line", "number", "field", "the log says", "found", title="Mismatches, the first of them")
    for one in mismatched:
        table.add_row(*(Text(str(one[name])) for name in ("line", "number", "field", "expected", "found")))
    return table


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}"
