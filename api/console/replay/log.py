"""Reads an incident log: a row becomes an incident to play, or is skipped and the reason kept."""

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from engine.errors import Invalid

COLUMNS = (
    "number",
    "opened_at",
    "resolved_at",
    "closed_at",
    "priority_first",
    "priority_last",
    "impact",
    "urgency",
    "priority_changes",
    "pauses",
)
PRIORITIES = range(1, 5)
LEVELS = range(1, 4)
YEARS = range(1970, 2101)
LONGEST_NUMBER = 100

LEVELS_OF_PRIORITY = {1: (1, 1), 2: (1, 2), 3: (2, 2), 4: (3, 3)}
"""Impact and urgency to open a case with when those of the row give another priority than its first."""


class Note(StrEnum):
    """What was read in another way than it is written. The names are those of the report."""

    RESOLVED_AT_CLOSING = "resolved_at_closing"  # no resolved_at
    LEVELS_CHOSEN = "impact_and_urgency_chosen"  # those of the row do not give its first priority
    REOPENS_IGNORED = "reopens_ignored"  # the log does not say when
    PAUSES_OUTSIDE = "pauses_outside_ignored"  # ended before opening, or began after the resolution
    PAUSES_BEFORE = "pauses_cut_at_opening"
    PAUSES_AFTER = "pauses_cut_at_resolution"
    PAUSES_UNANSWERED = "pauses_never_left"  # the desk goes on by itself at the resolution
    PAUSES_JOINED = "pauses_joined"  # began before, or in the instant, that another ended


@dataclass(frozen=True, slots=True)
class Pause:
    """The desk waits for the requester. `ends` None: she never answered, it waits until the resolution."""

    begins: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class Incident:
    """A row that can be played. Its pauses lie between opening and resolution and do not touch each other.

    Impact and urgency give `priority_first`; `changes` are (instant, priority) in the order of time.
    """

    line: int
    number: str
    opened_at: datetime
    resolved_at: datetime
    closed_at: datetime
    priority_first: int
    priority_last: int
    impact: int
    urgency: int
    changes: tuple[tuple[datetime, int], ...]
    pauses: tuple[Pause, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that cannot be played. `number` is empty if it has none."""

    line: int
    number: str
    reason: str


@dataclass(slots=True)
class Log:
    """What a file holds."""

    incidents: list[Incident] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: Counter[Note] = field(default_factory=Counter)


class BadRow(Exception):
    """The row cannot be played; the message tells why."""


def read(path: Path, limit: int | None = None) -> Log:
    """The first `limit` rows of a log (None: all), plain or packed with gzip.

    Raises `Invalid` for what is no incident log at all: no such file, damaged, a column missing.
    """
    log, lines = Log(), dict[str, int]()
    try:
        with _opened(path) as text:
            for line, cells in _rows(text, limit):
                _take(log, line, cells, lines)
    except EOFError:
        raise Invalid(f"{path} ends in the middle: it was not copied whole.") from None
    except (OSError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Invalid(f"{path} cannot be read: {reason}.") from None
    return log


@contextmanager
def _opened(path: Path) -> Iterator[io.TextIOWrapper]:
    with path.open("rb") as file:
        packed = file.peek(2)[:2] == b"\x1f\x8b"
        data = gzip.GzipFile(fileobj=file) if packed else file
        # A byte that is no UTF-8 spoils at most its own cell.
        yield io.TextIOWrapper(data, encoding="utf-8-sig", errors="replace", newline="")


def _rows(text: io.TextIOWrapper, limit: int | None) -> Iterator[tuple[int, dict[str, str] | BadRow]]:
    """(the line it begins on, its cells by column or why there are none) of each row but blank ones."""
    records = _records(text)
    _, heading = next(records, (0, []))
    columns = [] if isinstance(heading, BadRow) else [name.strip() for name in heading]
    if missing := [name for name in COLUMNS if name not in columns]:
        raise Invalid(f"This is no incident log: its first line lacks {', '.join(missing)}.")
    count = 0
    for line, record in records:
        if record == []:
            continue
        if count == limit:
            return
        count += 1
        yield line, _cells(columns, record)


def _records(text: io.TextIOWrapper) -> Iterator[tuple[int, list[str] | BadRow]]:
    reader = csv.reader(text)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, BadRow(f"It is no line of a CSV file: {error}.")


def _cells(columns: Sequence[str], record: list[str] | BadRow) -> dict[str, str] | BadRow:
    if isinstance(record, BadRow):
        return record
    if len(record) != len(columns):
        return BadRow(f"It has {len(record)} fields; the first line has {len(columns)}.")
    return {name: cell.strip() for name, cell in zip(columns, record, strict=True)}


def _take(log: Log, line: int, cells: dict[str, str] | BadRow, lines: dict[str, int]) -> None:
    """Put a row among the incidents or the skipped ones; `lines` is where each number was seen."""
    number = ""
    try:
        if isinstance(cells, BadRow):
            raise cells
        number = _number(cells)
        if number in lines:
            raise BadRow(f"The number is also that of line {lines[number]}.")
        incident, notes = _incident(line, number, cells)
    except BadRow as bad:
        log.skipped.append(Skipped(line, number, str(bad)))
        return
    lines[number] = line
    log.incidents.append(incident)
    log.notes += notes


# A row


def _incident(line: int, number: str, cells: dict[str, str]) -> tuple[Incident, Counter[Note]]:
    """The incident of a row and what was read otherwise. Raises `BadRow`."""
    notes: Counter[Note] = Counter()
    opened, resolved, closed = _times(cells, notes)
    first, last = (_one_of(PRIORITIES, cells[name], name) for name in ("priority_first", "priority_last"))
    impact, urgency = _levels(cells, first, notes)
    pauses = _settled(_pauses(cells["pauses"]), opened, resolved, notes)
    changes = _changes(cells["priority_changes"], opened, closed)
    if (reopens := cells.get("reopens", "")).isdecimal() and int(reopens):
        notes[Note.REOPENS_IGNORED] += int(reopens)
    incident = Incident(
        line, number, opened, resolved, closed, first, last, impact, urgency, tuple(changes), tuple(pauses)
    )
    return incident, notes


def _number(cells: dict[str, str]) -> str:
    number = cells["number"]
    if not number:
        raise BadRow("It has no number.")
    if len(number) > LONGEST_NUMBER or not number.isprintable():
        raise BadRow(f"The number must be printable and have at most {LONGEST_NUMBER} characters.")
    return number


def _times(cells: dict[str, str], notes: Counter[Note]) -> tuple[datetime, datetime, datetime]:
    opened, closed = (_instant(cells[name], name) for name in ("opened_at", "closed_at"))
    if closed < opened:
        raise BadRow("closed_at lies before opened_at.")
    if not cells["resolved_at"]:
        notes[Note.RESOLVED_AT_CLOSING] += 1
        return opened, closed, closed
    resolved = _instant(cells["resolved_at"], "resolved_at")
    if not opened <= resolved <= closed:
        raise BadRow("resolved_at does not lie between opened_at and closed_at.")
    return opened, resolved, closed


def _instant(text: str, what: str) -> datetime:
    """The instant a text tells; without an offset it is UTC."""
    if not text:
        raise BadRow(f"{what} is missing.")
    try:
        at = datetime.fromisoformat(text)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadRow(f"{what} is no time: {text!r:.60}.") from None
    if at.year not in YEARS:
        raise BadRow(f"{what} does not lie between {YEARS[0]} and {YEARS[-1]}: {text!r:.60}.")
    return at


def _one_of(allowed: range, text: str, what: str) -> int:
    if text not in {str(number) for number in allowed}:
        raise BadRow(f"{what} must be {allowed[0]} to {allowed[-1]}, not {text!r:.60}.")
    return int(text)


def _levels(cells: dict[str, str], priority: int, notes: Counter[Note]) -> tuple[int, int]:
    """Impact and urgency that give the first priority: the row's, unless those are the last ones."""
    impact, urgency = (_one_of(LEVELS, cells[name], name) for name in ("impact", "urgency"))
    if min(impact + urgency - 1, PRIORITIES[-1]) == priority:
        return impact, urgency
    notes[Note.LEVELS_CHOSEN] += 1
    return LEVELS_OF_PRIORITY[priority]


def _changes(text: str, opened: datetime, closed: datetime) -> list[tuple[datetime, int]]:
    changes = []
    for part in filter(None, text.split("|")):
        at, _, priority = part.partition("=")
        change = (
            _instant(at, "A change of priority"),
            _one_of(PRIORITIES, priority, "The priority after a change"),
        )
        if not opened <= change[0] <= closed:
            raise BadRow("A change of priority does not lie between opened_at and closed_at.")
        changes.append(change)
    return sorted(changes, key=lambda change: change[0])  # two in one instant stay in the order of the log


def _pauses(text: str) -> list[Pause]:
    pauses = []
    for part in filter(None, text.split("|")):
        begins, slash, ends = part.partition("/")
        if not slash:
            raise BadRow(f"A pause is written from/to, not {part!r:.60}.")
        pause = Pause(
            _instant(begins, "The beginning of a pause"),
            _instant(ends, "The end of a pause") if ends else None,
        )
        if pause.ends is not None and pause.ends < pause.begins:
            raise BadRow("A pause ends before it begins.")
        pauses.append(pause)
    return sorted(pauses, key=lambda pause: pause.begins)


def _settled(
    pauses: Sequence[Pause], opened: datetime, resolved: datetime, notes: Counter[Note]
) -> list[Pause]:
    """The pauses, given in the order of their beginnings, as one case can wait: one after the other.

    At one instant a pause begins before one ends, so two that touch are one.
    """
    settled: list[Pause] = []
    for pause in pauses:
        if pause.begins > resolved or (pause.ends is not None and pause.ends < opened):
            notes[Note.PAUSES_OUTSIDE] += 1
            continue
        pause = _cut(pause, opened, resolved, notes)
        if settled and _touch(settled[-1], pause):
            notes[Note.PAUSES_JOINED] += 1
            settled[-1] = _joined(settled[-1], pause)
        else:
            settled.append(pause)
    return settled


def _cut(pause: Pause, opened: datetime, resolved: datetime, notes: Counter[Note]) -> Pause:
    """The part of a pause inside the case's time; one that outlasts the resolution was not answered."""
    if pause.begins < opened:
        notes[Note.PAUSES_BEFORE] += 1
    if pause.ends is None:
        notes[Note.PAUSES_UNANSWERED] += 1
    elif pause.ends > resolved:
        notes[Note.PAUSES_AFTER] += 1
    answered = pause.ends is not None and pause.ends <= resolved
    return Pause(max(pause.begins, opened), pause.ends if answered else None)


def _touch(earlier: Pause, later: Pause) -> bool:
    return earlier.ends is None or later.begins <= earlier.ends


def _joined(earlier: Pause, later: Pause) -> Pause:
    if earlier.ends is None or later.ends is None:
        return Pause(earlier.begins, None)
    return Pause(earlier.begins, max(earlier.ends, later.ends))
