"""`baton verify`: proves that history is as it was written and that what is stored fits together."""

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from api.console.reading import read_only_database, require_up_to_date
from engine import integrity
from engine.clock import system_now
from engine.history import Fault

if TYPE_CHECKING:
    from api.console import Commands


def register(commands: "Commands") -> None:
    verify = commands.add_parser("verify", help="check every case's history and what it waits for")
    verify.add_argument("--json", action="store_true", help="print JSON and nothing else on standard output")
    verify.set_defaults(run=run_verify)


def run_verify(arguments: argparse.Namespace) -> int:
    """0 when nothing is wrong, else 1."""
    with read_only_database() as database:
        require_up_to_date(database)
        with database.transaction(write=False) as session:
            faults = list(integrity.verify(session, system_now()))
    if arguments.json:
        print(json.dumps([asdict(fault) for fault in faults], ensure_ascii=False))
    else:
        for fault in faults:
            print(_line(fault))
        print("Nothing is wrong." if not faults else f"Faults: {len(faults)}.", file=sys.stderr)
    return 1 if faults else 0


def _line(fault: Fault) -> str:
    entry = "" if fault.entry is None else f", entry {fault.entry}"
    return f"{fault.case}{entry}: {fault.detail}" if fault.case else fault.detail
