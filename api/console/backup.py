"""`baton backup` and `baton restore`: all that the database holds, in one file."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bar

from api.console import own_database
from api.console.reading import read_only_database
from engine import backups, people
from engine.backups import Manifest, Progress
from engine.clock import system_now
from engine.errors import Conflict, Invalid

if TYPE_CHECKING:
    from api.console import Commands


def register(commands: "Commands") -> None:
    backup = commands.add_parser(
        "backup", help="write all that the database holds to a file, while it is used"
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="replaced if it is an earlier backup")
    backup.set_defaults(run=run_backup)
    restore = commands.add_parser("restore", help="replace all that the database holds by a backup")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--force", action="store_true", help="even if the database holds cases")
    restore.set_defaults(run=run_restore)


def run_backup(arguments: argparse.Namespace) -> int:
    target: Path = arguments.file
    _require_replaceable(target)
    try:
        manifest = _back_up(target)
        size = target.stat().st_size
    except OSError as error:
        raise Invalid(f"{target} cannot be written: {error.strerror}.") from None
    print(f"Backed up {_described(manifest)} to {target} ({size / 1e6:,.1f} MB).")
    return 0


def run_restore(arguments: argparse.Namespace) -> int:
    source: Path = arguments.file
    try:
        with source.open("rb") as file:
            manifest = backups.inspect_archive(file)
            _restore(file, manifest, force=arguments.force)
    except OSError as error:
        raise Invalid(f"{source} cannot be read: {error.strerror}.") from None
    print(f"Restored {_described(manifest)} as of {manifest.made_at}.")
    print("Timers that fell due since then fire once a server runs.")
    return 0


def _back_up(target: Path) -> Manifest:
    with (
        read_only_database() as database,
        _placed(target) as file,
        _shown("Backing up", None) as progress,
        database.transaction(write=False) as session,
    ):
        return backups.back_up(session, file, now=system_now(), progress=progress)


def _restore(file: IO[bytes], manifest: Manifest, *, force: bool) -> None:
    with (
        own_database() as (_, database),
        _shown("Restoring", manifest.rows) as progress,
        database.transaction() as session,
    ):
        if not force and (held := backups.cases(session)):
            raise Conflict(f"This database holds {held:,} cases. Give --force to replace them.")
        backups.restore(session, file, manifest, progress=progress)
        people.dismiss_operator(session)  # a server that ran during the backup had let the command line in


def _require_replaceable(target: Path) -> None:
    """A slip of the pen must not cost a database or a letter: only an earlier backup is replaced."""
    if target.is_dir():
        raise Invalid(f"{target} is a directory; give the name of a file in it.")
    if target.exists() and not backups.is_backup(target):
        raise Invalid(f"{target} exists and is no backup of Baton's; give another name.")


@contextmanager
def _placed(target: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name only when it is whole and on the disk; readable by its owner alone."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
    _sync(target.parent)


def _sync(directory: Path) -> None:
    """Only then does the new name survive a loss of power."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _shown(doing: str, rows: int | None) -> Iterator[Progress]:
    """What counts rows on a terminal's standard error, and nowhere else."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    quiet = not sys.stderr.isatty()
    with Bar(
        *columns, TextColumn("rows"), console=Console(stderr=True), transient=True, disable=quiet
    ) as bar:
        task = bar.add_task(doing, total=rows)
        yield lambda more: bar.advance(task, more)


def _described(manifest: Manifest) -> str:
    return f"{manifest.cases:,} case{'' if manifest.cases == 1 else 's'} ({manifest.rows:,} rows)"
