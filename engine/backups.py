"""Backups: all that a database holds as one archive, from which a database of either kind can be restored.

An archive is a zip file: for each table its rows as lines of JSON, the first line naming the columns, and
`baton-backup.json`, which tells the schema they fit, the last case numbers, and every table's checksum.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, is_zipfile
from zlib import error as ZlibError

import orjson
from sqlalchemy import (
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    delete,
    event,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.types import JSON

from engine.errors import Conflict, Invalid
from engine.store.base import Instant, Json, hold_still
from engine.store.migrate import all_tables, knows, revision_of, upgrade_to
from engine.store.process_instances import CaseNumberRow, ProcessInstanceRow, prepare_numbers

FORMAT = 1
MANIFEST = "baton-backup.json"
ROWS_AT_ONCE = 200
BYTES_AT_ONCE = 4_000_000
PREFIX = re.compile(r"[A-Z0-9]{1,10}")
HIGHEST_NUMBER = 2**31 - 1

Progress = Callable[[int], None]
"""Told how many more rows were written or read."""


@dataclass(frozen=True, slots=True)
class TableSummary:
    """How many rows of a table an archive has, and the SHA-256 of its lines."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says about itself. `revision` is the schema's, `numbers` the last of each prefix."""

    format: int
    revision: str
    made_at: str
    source: str
    tables: dict[str, TableSummary]
    numbers: dict[str, int]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def cases(self) -> int:
        found = self.tables.get(ProcessInstanceRow.__tablename__)
        return 0 if found is None else found.rows


def _nobody_listens(_rows: int) -> None:
    """For those who do not ask how far it is."""


# Making one


def back_up(
    session: Session, file: IO[bytes], *, now: datetime, progress: Progress = _nobody_listens
) -> Manifest:
    """Write everything the database holds at one instant, while others go on writing to it.

    The session's transaction must be a fresh reading one. Few rows at a time are held in memory. Raises
    `Conflict` when there is nothing of Baton's to back up.
    """
    hold_still(session)
    revision = revision_of(session)
    if revision is None:
        raise Conflict("This database has no tables of Baton's yet: there is nothing to back up.")
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        tables = {str(table.name): _write(session, archive, table, progress) for table in _tables(session)}
        manifest = Manifest(
            format=FORMAT,
            revision=revision,
            made_at=_instant(now),
            source=session.get_bind().dialect.name,
            tables=tables,
            numbers=_numbers(session),
        )
        archive.writestr(MANIFEST, orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
    return manifest


def _write(session: Session, archive: ZipFile, table: Table, progress: Progress) -> TableSummary:
    digest, count = sha256(), 0
    rows = session.execute(
        select(table).order_by(*table.primary_key), execution_options={"yield_per": ROWS_AT_ONCE}
    )
    with archive.open(_member(table.name), "w", force_zip64=True) as file:
        for line in _lines([column.name for column in table.columns], rows):
            digest.update(line)
            file.write(line)
            count += 1
            if count % ROWS_AT_ONCE == 0:
                progress(ROWS_AT_ONCE)
    progress(count % ROWS_AT_ONCE)
    return TableSummary(count - 1, digest.hexdigest())


def _lines(names: list[str], rows: Any) -> Iterator[bytes]:
    options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATETIME
    yield orjson.dumps(names, option=options)
    for row in rows:
        yield orjson.dumps(list(row), default=_plain, option=options)


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, datetime):
        return _instant(value)
    raise TypeError(f"a {type(value).__name__} has no place in an archive")


def _instant(value: datetime) -> str:
    """As SQLite has it, whose columns hold the text itself."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# Restoring one


def is_backup(path: Path) -> bool:
    """Whether this file is a backup of Baton's, whole or not to be restored."""
    try:
        with ZipFile(path) as archive:
            return MANIFEST in archive.namelist()
    except (BadZipFile, OSError):
        return False


def inspect_archive(file: IO[bytes]) -> Manifest:
    """What a backup says about itself, once every line of it was found whole.

    Raises `Invalid` for what is no backup of Baton's, is damaged, or comes from a newer version.
    """
    if not is_zipfile(file):
        raise Invalid("This is no backup of Baton's, or it was cut off.")
    try:
        with ZipFile(file) as archive:
            manifest = _manifest(archive)
            for name, summary in manifest.tables.items():
                if _summary(archive, name) != summary:
                    raise Invalid(f"This backup is damaged: the table {name} is not what was written.")
    except (BadZipFile, ZlibError, EOFError) as error:
        raise Invalid(f"This backup is damaged: {error}") from error
    return manifest


def cases(session: Session) -> int:
    """How many cases a restore would replace; 0 also for a database without tables."""
    name = ProcessInstanceRow.__tablename__
    if not inspect(session.connection()).has_table(name):
        return 0
    return int(session.execute(select(func.count()).select_from(ProcessInstanceRow)).scalar_one())


def restore(
    session: Session, file: IO[bytes], manifest: Manifest, *, progress: Progress = _nobody_listens
) -> None:
    """Replace all that the database holds by what a backup has, in the caller's one transaction.

    `manifest` is what `inspect_archive` said of this file. The tables are made as they were when it was
    written, filled, and brought up to date as an upgrade would have done. Raises `Invalid` for rows that are
    none of Baton's, and `Conflict` when others are connected to a PostgreSQL database; an SQLite file is the
    caller's to own.
    """
    _require_alone(session)
    _clear(session)
    upgrade_to(session, manifest.revision)
    with ZipFile(file) as archive:
        for table in _tables(session):
            _fill(session, archive, table, progress)
    _set_numbers(session, manifest.numbers)
    upgrade_to(session, "head")


def _manifest(archive: ZipFile) -> Manifest:
    try:
        told = orjson.loads(archive.read(MANIFEST))
        made_by, revision = int(told["format"]), str(told["revision"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Invalid("This is no backup of Baton's.") from error
    if made_by > FORMAT or not knows(revision):
        raise Invalid("This backup was made by a newer version of Baton; restore it with that one.")
    try:
        return Manifest(
            format=made_by,
            revision=revision,
            made_at=str(told["made_at"]),
            source=str(told["source"]),
            tables={
                str(name): TableSummary(int(one["rows"]), str(one["sha256"]))
                for name, one in told["tables"].items()
            },
            numbers=dict(map(_number, told["numbers"].items())),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise Invalid(f"This backup is damaged: its {MANIFEST} is not as Baton writes it.") from error


def _number(told: tuple[str, Any]) -> tuple[str, int]:
    """A prefix and its last number. It becomes part of a statement, and an archive may come from anybody."""
    prefix, last = told[0], int(told[1])
    if not PREFIX.fullmatch(prefix) or not 0 <= last <= HIGHEST_NUMBER:
        raise ValueError(prefix)
    return prefix, last


def _summary(archive: ZipFile, name: str) -> TableSummary | None:
    """What the archive really has of a table; None when there is nothing."""
    digest, count = sha256(), -1
    if _member(name) not in archive.namelist():
        return None
    with archive.open(_member(name)) as file:
        for line in file:
            digest.update(line)
            count += 1
    return TableSummary(count, digest.hexdigest())


def _require_alone(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        return
    others = session.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
    ).scalar_one()
    if others:
        raise Conflict(
            f"Others are connected to this database ({others}); stop every node and whoever else uses it."
        )


def _clear(session: Session) -> None:
    all_tables().drop_all(session.connection())
    session.execute(text("DROP TABLE IF EXISTS alembic_version"))


def _fill(session: Session, archive: ZipFile, table: Table, progress: Progress) -> None:
    try:
        _insert_all(session, archive, table, progress)
    except OperationalError:
        raise
    except (LookupError, TypeError, ValueError, OverflowError, StopIteration, StatementError) as error:
        raise Invalid(f"This backup is damaged: the table {table.name} is not as Baton writes it.") from error


def _insert_all(session: Session, archive: ZipFile, table: Table, progress: Progress) -> None:
    session.execute(delete(table))  # triggers have filled it, as far as other tables imply what it holds
    with archive.open(_member(table.name)) as file:
        columns = [table.columns[name] for name in orjson.loads(next(file))]
        for lines in _batches(file):
            rows = [_row(columns, orjson.loads(line)) for line in lines]
            session.execute(insert(table), rows)
            progress(len(rows))


def _batches(lines: IO[bytes]) -> Iterator[list[bytes]]:
    """Lines, as many at once as are quick to insert and small to hold."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line)
        if len(batch) == ROWS_AT_ONCE or size > BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _row(columns: list[Column[Any]], values: list[Any]) -> dict[str, Any]:
    return {column.name: _value(column, value) for column, value in zip(columns, values, strict=True)}


def _value(column: Column[Any], value: Any) -> Any:
    if value is not None and isinstance(column.type, LargeBinary):
        return b64decode(value)
    if value is not None and isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    return value


# Tables and numbers


def _tables(session: Session) -> list[Table]:
    """The tables as this database has them, whichever its revision, those that others refer to first."""
    names = all_tables().tables.keys() - {CaseNumberRow.__tablename__}
    found = MetaData()
    event.listen(found, "column_reflect", _with_own_type)
    found.reflect(session.connection(), only=lambda name, _: name in names)
    return found.sorted_tables


def _with_own_type(_inspector: Any, _table: Table, column: Any) -> None:
    """A database knows columns by its own types; ours give the same instants and JSON on both."""
    if isinstance(column["type"], JSON):
        column["type"] = Json
    elif isinstance(column["type"], DateTime):
        column["type"] = Instant()


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _numbers(session: Session) -> dict[str, int]:
    """The last case number of each prefix. No snapshot holds sequences; read last, they are only ahead."""
    if session.get_bind().dialect.name == "sqlite":
        found = session.execute(select(CaseNumberRow.prefix, CaseNumberRow.last))
    else:
        found = session.execute(
            text(
                "SELECT upper(substr(sequencename, 13)), coalesce(last_value, 0) FROM pg_sequences"
                " WHERE schemaname = current_schema() AND starts_with(sequencename, 'case_number_')"
            )
        )
    return {prefix: last for prefix, last in found}


def _set_numbers(session: Session, numbers: dict[str, int]) -> None:
    if session.get_bind().dialect.name == "sqlite":
        statement = text("UPDATE case_number SET last = :last WHERE prefix = :prefix")
    else:
        # A sequence that gave no number yet stands at 1, not yet called: it cannot be set to 0.
        sequence = "CAST('case_number_' || lower(:prefix) AS regclass)"
        statement = text(f"SELECT setval({sequence}, greatest(:last, 1), :last > 0)")
    for prefix, last in sorted(numbers.items()):
        prepare_numbers(session, prefix)
        session.execute(statement, {"prefix": prefix, "last": last})
