"""`baton sla`: proves that what is stored of service-level clocks follows from what happened to them."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.console.reading import read_only_database, require_up_to_date
from engine import clocks
from engine.clocks import Difference
from engine.durations import format_instant

if TYPE_CHECKING:
    from api.console import Commands


def register(commands: "Commands") -> None:
    sla = commands.add_parser("sla", help="prove service-level clocks from their events")
    verbs = sla.add_subparsers(required=True, metavar="verb")
    recompute = verbs.add_parser(
        "recompute", help="compute every clock anew and tell what is stored otherwise"
    )
    recompute.add_argument(
        "--dry-run",
        action="store_true",
        required=True,
        help="required: nothing is ever changed",
    )
    recompute.add_argument(
        "--json", action="store_true", help="print JSON and nothing else on standard output"
    )
    recompute.set_defaults(run=run_recompute)


def run_recompute(arguments: argparse.Namespace) -> int:
    """0 when everything stored follows from the events, else 1."""
    with read_only_database() as database:
        require_up_to_date(database)
        with database.transaction(write=False) as session:
            found = list(clocks.recompute(session))
    if arguments.json:
        print(json.dumps([_told(each) for each in found], ensure_ascii=False))
    else:
        for each in found:
            print(_line(_told(each)))
        print(
            "All clocks are as their events say." if not found else f"Differences: {len(found)}.",
            file=sys.stderr,
        )
    return 1 if found else 0


def _told(difference: Difference) -> dict[str, Any]:
    return {
        name: format_instant(value) if isinstance(value, datetime) else value
        for name, value in asdict(difference).items()
    }


def _line(told: dict[str, Any]) -> str:
    return f"{told['case']} {told['clock']}: {told['what']} is {told['stored']}, not {told['computed']}"
