"""What a replay tells of service levels: how promises were kept, which thresholds fired, and how two sets of
promises compare on the same log.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text
from sqlalchemy.orm import Session

from api.console.replay.stage import PROCESS
from engine import reports
from engine.people import Person
from engine.reports import Attainment, Fired, percentile

Figures = dict[str, Any]

KEYS = {
    "attainment": ("clock", "priority"),
    "attainment_total": ("clock",),
    "thresholds": ("clock", "threshold"),
}
"""The lists among the figures, and what tells one of their entries from the others."""


@dataclass(frozen=True, slots=True)
class Levels:
    """What was promised, by its name, and what came of it, by clock and the last priority of the case."""

    promises: str
    attainment: Mapping[str, Mapping[int | None, Attainment]] = field(default_factory=dict)
    fired: Fired = field(default_factory=Fired)

    def figures(self) -> Figures:
        """What `--json` prints of it."""
        by_priority = [
            {"clock": clock, "priority": priority, **_figures(found)}
            for clock, priorities in self.attainment.items()
            for priority, found in priorities.items()
        ]
        totals = [
            {"clock": clock, **_figures(_total(priorities.values()))}
            for clock, priorities in self.attainment.items()
        ]
        thresholds = [
            {"clock": clock, "threshold": threshold, "fired": count}
            for (clock, threshold), count in self.fired.times.items()
        ]
        return {
            "promises": self.promises,
            "attainment": by_priority,
            "attainment_total": totals,
            "thresholds": sorted(thresholds, key=_place),
            "given_up": self.fired.given_up,
            "lateness_p99_seconds": percentile(self.fired.lateness, 99),
            "lateness_max_seconds": max(self.fired.lateness, default=None),
        }


def read_levels(session: Session, promises: str, by: Person) -> Levels:
    """What came of promises in a database into which a log was played under them."""
    attainment = reports.attainment(session, PROCESS, by=by)
    return Levels(promises, attainment, reports.fired(session, PROCESS, by=by))


def _figures(found: Attainment) -> Figures:
    return {
        "clocks": found.clocks,
        "measured": found.measured,
        "kept": found.kept,
        "breached": found.breached,
        "attainment_percent": _percent(found.kept_of_ended),
        "open": found.open,
        "unmeasured": found.unmeasured,
        "cancelled": found.cancelled,
        "pauses": found.pauses,
        "used_median_percent": _percent(percentile(found.used, 50)),
        "used_p90_percent": _percent(percentile(found.used, 90)),
    }


def _total(found: Iterable[Attainment]) -> Attainment:
    total = Attainment()
    for each in found:
        total.add(each)
    return total


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


def _place(threshold: Figures) -> tuple[str, float, str]:
    """Where a threshold stands among those of its clock; what lies before or after the target, beside it."""
    name = threshold["threshold"]
    where, _, _ = name.partition(".")
    beside = {"before": 99.5, "after": 100.5}
    return threshold["clock"], beside[where] if where in beside else int(where), name


# Two sets of promises


def difference(first: Figures, second: Figures) -> Figures:
    """By how much the figures of the second are more than those of the first; None where one of them is."""
    return {
        name: [
            {key: one[key] if key in keys else _more(key, one, other) for key in one}
            for one, other in _pairs(name, first, second)
        ]
        for name, keys in KEYS.items()
    }


def _more(name: str, one: Figures, other: Figures) -> float | None:
    before, after = one[name], other[name]
    return None if before is None or after is None else round(after - before, 2)


def _pairs(name: str, first: Figures, second: Figures) -> list[tuple[Figures, Figures]]:
    """What belongs together in these lists of both; where one side has nothing, its counts are 0."""
    keys = KEYS[name]
    ones, others = (
        {tuple(row[key] for key in keys): row for row in figures[name]} for figures in (first, second)
    )
    blank = {place: _nothing_like(row, keys) for place, row in (ones | others).items()}
    pairs = [(ones.get(place, nothing), others.get(place, nothing)) for place, nothing in blank.items()]
    return sorted(pairs, key=lambda pair: _place(pair[0])) if name == "thresholds" else pairs


def _nothing_like(row: Figures, keys: Sequence[str]) -> Figures:
    nothing = {name: 0 if isinstance(value, int) else None for name, value in row.items()}
    return nothing | {key: row[key] for key in keys}


# Tables


SELDOM = ("open", "unmeasured", "cancelled")
"""Columns that are left out where there is nothing to tell."""

COLUMNS = {
    "measured": "measured",
    "kept": "kept",
    "breached": "breached",
    "attainment_percent": "attainment %",
    **{name: name for name in SELDOM},
}
USED = "Working time used of the target, and pauses"
USED_COLUMNS = {"used_median_percent": "median %", "used_p90_percent": "p90 %", "pauses": "pauses"}


def tables(levels: Figures) -> Iterator[Table]:
    """What `Levels.figures` tells, for people."""
    rows = [*levels["attainment"], *levels["attainment_total"]]
    shown = {
        name: title for name, title in COLUMNS.items() if name not in SELDOM or any(row[name] for row in rows)
    }
    yield _clock_table(f"SLA attainment, as promised by {levels['promises']}", shown, rows)
    yield _clock_table(USED, USED_COLUMNS, rows)
    found = _table("Thresholds fired", "clock", "threshold", "fired")
    for row in levels["thresholds"]:
        found.add_row(row["clock"], row["threshold"], shown_figure(row["fired"]))
    yield found


def _clock_table(title: str, columns: Mapping[str, str], rows: Iterable[Figures]) -> Table:
    found = _table(title, "clock", "priority", *columns.values())
    for row in rows:
        found.add_row(row["clock"], _priority(row), *(shown_figure(row[name]) for name in columns))
    return found


def comparing_tables(first: Figures, second: Figures) -> Iterator[Table]:
    """What two plays of a log tell, side by side: A is the first, B the second."""
    pairs = _pairs("attainment", first, second) + _pairs("attainment_total", first, second)
    found = _table(
        "SLA attainment", "clock", "priority", "attainment % A", "B", "B - A", "breached A", "B", "B - A"
    )
    for one, other in pairs:
        found.add_row(
            one["clock"],
            _priority(one),
            *_side_by_side("attainment_percent", one, other),
            *_side_by_side("breached", one, other),
        )
    yield found
    titles = (title for column in USED_COLUMNS.values() for title in (f"{column} A", "B"))
    found = _table(USED, "clock", "priority", *titles)
    for one, other in pairs:
        told = (shown_figure(each[name]) for name in USED_COLUMNS for each in (one, other))
        found.add_row(one["clock"], _priority(one), *told)
    yield found
    found = _table("Thresholds fired", "clock", "threshold", "A", "B", "B - A")
    for one, other in _pairs("thresholds", first, second):
        found.add_row(one["clock"], one["threshold"], *_side_by_side("fired", one, other))
    yield found


def _side_by_side(name: str, one: Figures, other: Figures) -> Iterator[str]:
    more = _more(name, one, other)
    yield from (shown_figure(one[name]), shown_figure(other[name]))
    yield f"+{shown_figure(more)}" if more and more > 0 else shown_figure(more)


def _table(title: str, *columns: str) -> Table:
    """With words to the left and figures to the right."""
    found = Table(
        title=Text(title), box=box.SIMPLE, title_justify="left", padding=(0, 1, 0, 0), pad_edge=False
    )
    for number, column in enumerate(columns):
        found.add_column(column, justify="left" if number < 2 else "right")
    return found


def _priority(row: Figures) -> str:
    priority = row.get("priority", "all")
    return "none" if priority is None else str(priority)


def shown_figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
