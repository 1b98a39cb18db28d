"""The `baton` command: finds the command asked for, runs it, and says in one line what went wrong."""

import argparse
import sys
from collections.abc import Callable, Sequence

from api.console import backup, content, database, doctor, replay, serve, sla, users, verify, worker
from config.settings import BadSetting
from engine.errors import EngineError, Invalid

GROUPS = (serve, worker, database, backup, content, replay, users, verify, sla, doctor)

FAILED = 1
MISUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 for success, 1 for failure and 2 for bad settings or usage."""
    parsed = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return run(parsed)
    except BadSetting as error:
        return _say(f"Bad setting: {error}", MISUSED)
    except Invalid as error:
        return _say("\n".join(problem.detail for problem in error.problems), FAILED)
    except EngineError as error:
        return _say(error.detail, FAILED)
    except KeyboardInterrupt:
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "baton", description="Runs service-management processes as BPMN diagrams."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for group in GROUPS:
        group.register(commands)
    return parser


def _say(text: str, status: int) -> int:
    print(text, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
