"""Small incident logs, written by hand: a row is valid unless a test says otherwise."""

import csv
from pathlib import Path

COLUMNS = (
    "number",
    "opened_at",
    "resolved_at",
    "closed_at",
    "priority_first",
    "priority_last",
    "impact",
    "urgency",
    "reopens",
    "priority_changes",
    "pauses",
)


def row(number: str = "1", **cells: str) -> dict[str, str]:
    """A case of priority 3, opened on 1 March, resolved on the 8th, closed on the 10th, each at nine."""
    usual = {
        "opened_at": "2016-03-01T09:00:00",
        "resolved_at": "2016-03-08T09:00:00",
        "closed_at": "2016-03-10T09:00:00",
        "priority_first": "3",
        "priority_last": "3",
        "impact": "2",
        "urgency": "2",
        "reopens": "0",
        "priority_changes": "",
        "pauses": "",
    }
    return {"number": number, **usual, **cells}


def write(path: Path, *rows: dict[str, str]) -> Path:
    """A log of these rows; the first stands in line 2."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path
