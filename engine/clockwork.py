"""What a step of a case means for its clocks. Part of the heart: called with the case's row held, in its
transaction; it reads the open clocks in one statement if there are any, and writes each table in one.

A clock is aimed at the target that applies when it starts, and again when the case's priority, service or
requester has changed. Where it stands is carried on from step to step (`used`, `since`); a new aim recounts
everything from its events. Both come to what `engine.sla.Course` says of these.
"""

import zoneinfo
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from engine import policies
from engine.bpmn import ClockMark
from engine.durations import format_instant
from engine.policies import Selected, Subject
from engine.sla import Aim, Course, Pause
from engine.store import clocks
from engine.store.base import new_id
from engine.store.clocks import ClockEvent, ClockRow, ClockState
from engine.store.history import Entry
from engine.store.process_instances import InstanceState, ProcessInstanceRow
from engine.targets import Threshold

BREACH = Threshold("100", 100, timedelta(0), ())
"""The target itself, which is fired for every clock, whether or not its policy names it."""

HELD, DUE = "held", "due"
"""What a threshold that fired owes its case while that is suspended, and once it is resumed."""

_MICROSECOND, _SECOND = timedelta(microseconds=1), timedelta(seconds=1)

Reached = Callable[[timedelta], datetime | None]
"""When so much working time of a clock is used up; None: not as far as one knows."""

Head = tuple[str | None, int | None, str | None]


def head_of(instance: ProcessInstanceRow) -> Head:
    """What of a case decides about its targets."""
    return instance.service, instance.priority, instance.requester


@dataclass
class Followed:
    """The clocks that a step has touched, and what is to be remembered of them. `entries` are for the history
    of the case, `write` is for when its row is there. `organisations` are those of people as far as they are
    known.
    """

    session: Session
    instance: ProcessInstanceRow
    now: datetime
    actor: str | None
    touched: dict[str, ClockRow] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    organisations: dict[str | None, str | None] = field(default_factory=dict)

    def _agreed(self) -> tuple[policies.Book, str | None]:
        """All that is agreed, and the organisation of the case: looked up once."""
        requester, known = self.instance.requester, self.organisations
        if requester not in known:
            _, known[requester] = policies.book_and_organisation(self.session, requester)
        return policies.book(self.session), known[requester]

    def open_clocks(self, *, aims: bool) -> list[ClockRow]:
        """The open clocks of the case; if something is to be aimed, with what that needs in one statement."""
        session, case = self.session, self.instance
        if not case.open_clocks:
            return []
        if not aims:
            return clocks.open_of(session, case.id)
        found, agreed = clocks.open_and_agreed(session, case.id, case.requester)
        if agreed is not None:
            edition, self.organisations[case.requester] = agreed
            policies.book_of(session, edition)
        return found

    def select(self, clock: str) -> Selected | None:
        """The target that applies to a clock of this case now."""
        case, (book, organisation) = self.instance, self._agreed()
        subject = Subject(
            process=case.definition_key,
            clock=clock,
            priority=case.priority,
            service=case.service,
            organisation=organisation,
            at=case.started_at,
        )
        return book.selected(subject)

    def note(
        self, clock: ClockRow, kind: str, *, element: str | None = None, at: datetime, **detail: Any
    ) -> None:
        """Write down what happened to a clock."""
        self.touched[clock.id] = clock
        self.entries.append(happened(clock, kind, element=element, at=at, **detail))

    def write(self) -> None:
        if self.touched:
            clocks.put(self.session, self.touched.values())


def happened(clock: ClockRow, kind: str, *, element: str | None = None, at: datetime, **detail: Any) -> Entry:
    """Count an event of a clock, for the history of its case."""
    clock.events += 1
    clock.changed_at = max(at, clock.changed_at)  # the system's clock may have been set back
    return clocks.entry_of(clock, kind, element, at, **detail)


def follow(
    session: Session,
    instance: ProcessInstanceRow,
    marks: Sequence[ClockMark],
    *,
    before: Head | None,
    pausing: Callable[[str], set[int]],
    now: datetime,
    actor: str | None,
    organisations: Mapping[str | None, str | None] | None = None,
) -> Followed:
    """Let the clocks of a case follow a step of it. The case has its new head already; `before` is the one it
    had, None of a new case. `pausing` tells the tokens that pause a clock now.

    1. Pass the marks, in order.
    2. A case that has ended ends its clocks.
    3. Another head aims those anew that were running before.
    """
    step = Followed(session, instance, now, actor, organisations=dict(organisations or {}))
    changed = before is not None and before != head_of(instance)
    if not marks and not (instance.open_clocks and (changed or instance.ended_at)):
        return step
    known = step.open_clocks(aims=changed or any(mark.action == "start" for mark in marks))
    running = {clock.name: clock for clock in known}
    for number, mark in enumerate(marks):
        _pass(step, running, mark, _Pausing(pausing, marks[number:]))
    if instance.ended_at:
        _end(step, running)
    elif changed:
        _aim_anew(step, [clock for clock in known if clock.stopped_at is None])
    instance.open_clocks = len(running)
    instance.due_at = next_due(running.values())
    return step


def next_due(open_clocks: Iterable[ClockRow]) -> datetime | None:
    """When the next of the clocks of a case is due."""
    return min((clock.due_at for clock in open_clocks if clock.due_at is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Pausing:
    """What pauses a clock that starts, beside what is about to."""

    now: Callable[[str], set[int]]
    marks: Sequence[ClockMark]

    def of(self, name: str) -> set[int]:
        return self.now(name) - {mark.token for mark in self.marks if mark.name == name}


def _pass(step: Followed, running: dict[str, ClockRow], mark: ClockMark, pausing: _Pausing) -> None:
    """Let a mark take effect. What it would do to a clock that does not run is nothing."""
    clock = running.get(mark.name)
    if mark.action == "start":
        if clock is None:
            running[mark.name] = _start(step, mark, pausing.of(mark.name))
    elif clock is None:
        return
    elif mark.action == "stop":
        _stop(step, running.pop(mark.name), mark)
    else:
        _pause(step, clock, mark) if mark.action == "pause" else _resume(step, clock, mark)


def _start(step: Followed, mark: ClockMark, pausing: set[int]) -> ClockRow:
    clock = ClockRow(
        id=new_id(),
        instance_id=step.instance.id,
        name=mark.name,
        state=ClockState.RUNNING,
        started_at=step.now,
        changed_at=step.now,
        used=0,
        warned=False,
        thresholds=[],
        pausing=sorted(pausing),
        pauses=len(pausing),
        events=0,
    )
    for empty in ("stopped_at", "since", "due_at", "next_at", "data_versions"):
        setattr(clock, empty, None)
    pauses = [(step.now, None)] if pausing else []
    aim = _take_aim(step, clock, pauses, step.now)
    held: dict[str, Any] = {"pausing": clock.pausing} if pausing else {}
    step.note(clock, "started", at=step.now, **_where(mark), **held, **aim)
    return clock


def _pause(step: Followed, clock: ClockRow, mark: ClockMark) -> None:
    if mark.token in clock.pausing:
        return
    at = _at(step, clock)
    clock.pausing, clock.pauses = [*clock.pausing, mark.token], clock.pauses + 1
    if clock.since is not None:
        _rest(clock, step.session, at)
    clock.state = state_of(clock)
    step.note(clock, "paused", at=at, token=mark.token, **_where(mark))


def _resume(step: Followed, clock: ClockRow, mark: ClockMark) -> None:
    if mark.token not in clock.pausing:
        return
    at = _at(step, clock)
    clock.pausing = [token for token in clock.pausing if token != mark.token]
    if not clock.pausing:
        _go_on(clock, step.session, at)
    clock.state = state_of(clock)
    step.note(clock, "resumed", at=at, token=mark.token, **_where(mark))


def _stop(step: Followed, clock: ClockRow, mark: ClockMark | None) -> None:
    """The clock has its result, with all it was counted by. What it had reached is fired still."""
    at = _at(step, clock)
    if clock.since is not None:
        due = clock.due_at
        _rest(clock, step.session, at)
        clock.due_at = due  # it ran until it stopped: what it was to be stopped by
    _close(clock, ClockState.STOPPED, at)
    clock.data_versions = data_versions()
    where = _where(mark) if mark else {}
    step.note(clock, "stopped", at=at, **where, used=clock.used, due=_text(clock.due_at), **_data(clock))


def _data(clock: ClockRow) -> dict[str, Any]:
    return {"data": clock.data_versions, "breached": breached(clock, clock.changed_at)}


def _cancel(step: Followed, clock: ClockRow) -> None:
    """Nothing is promised to anybody any more."""
    at = _at(step, clock)
    if clock.since is not None:
        _rest(clock, step.session, at)
    _close(clock, ClockState.CANCELLED, at)
    for entry in clock.thresholds:
        entry["due"] = entry["due"] if entry["fired"] else None
    clock.next_at = None
    step.note(clock, "cancelled", at=at, used=clock.used)


def _close(clock: ClockRow, state: ClockState, at: datetime) -> None:
    clock.state, clock.stopped_at, clock.pausing = state, at, []


def _end(step: Followed, running: dict[str, ClockRow]) -> None:
    for clock in running.values():
        if step.instance.state == InstanceState.CANCELLED:
            _cancel(step, clock)
        else:
            _stop(step, clock, None)
    running.clear()


def _where(mark: ClockMark) -> dict[str, Any]:
    called = {"process": {"key": mark.process.key, "version": mark.process.version}} if mark.process else {}
    return {"element": mark.element, **called}


def _at(step: Followed, clock: ClockRow) -> datetime:
    """When something happens to a clock: never before what happened last, whoever sets the system's clock."""
    return max(step.now, clock.changed_at)


# Aims


def _aim_anew(step: Followed, open_clocks: list[ClockRow]) -> None:
    """Aim at what applies now, from the original start, pauses kept."""
    chosen = [(clock, step.select(clock.name)) for clock in open_clocks]
    moved = [(clock, to) for clock, to in chosen if not _is_aimed_at(clock, to)]
    if moved:
        aim_at(step, moved, {"priority": step.instance.priority, "service": step.instance.service})


def aim_at(step: Followed, moved: list[tuple[ClockRow, Selected | None]], why: dict[str, Any]) -> None:
    """Aim clocks at targets: recount what is used up by the calendar that now applies."""
    just_now = [clocks.event_of(entry) for entry in step.entries]
    paused_now = [id for id, event in just_now if event.kind == "paused"]
    before = any(clock.pauses > paused_now.count(clock.id) for clock, _ in moved)
    told = clocks.events_in(step.session, [step.instance.id]) if before else {}
    for clock, selected in moved:
        at, was = _at(step, clock), _told(clock)
        events = [*told.get(clock.id, ()), *(event for id, event in just_now if id == clock.id)]
        aim = _take_aim(step, clock, pauses_of(events), at, selected=selected)
        step.note(clock, "re-aimed", at=at, before=was, why=why, **aim)


def _is_aimed_at(clock: ClockRow, selected: Selected | None) -> bool:
    """Whether a clock runs to this target already; one that only has newer versions is for later clocks."""
    if selected is None:
        return clock.target is None
    same = (clock.policy_key, clock.target_number, clock.calendar_key, clock.agreement)
    return same == (selected.policy, selected.number, selected.calendar_key, selected.agreement) and (
        clock.target == selected.target // _SECOND
    )


_ANY: Any = object()


def _take_aim(
    step: Followed,
    clock: ClockRow,
    pauses: Sequence[Pause],
    at: datetime,
    *,
    selected: Selected | None = _ANY,
) -> dict[str, Any]:
    """Aim a clock, and tell at what."""
    if selected is _ANY:
        selected = step.select(clock.name)
    if selected is None:
        _measure_nothing(clock, at)
    else:
        name_target(clock, selected)
        course = Course(
            clock.started_at, (Aim(clock.started_at, selected.target, selected.calendar),), tuple(pauses)
        )
        clock.used = course.elapsed(at) // _MICROSECOND
        clock.since = None if clock.pausing else at
        clock.due_at = course.due(at)
        reach(clock, selected, lambda amount: course.reached(amount, at), at, anew=True)
    clock.state = state_of(clock)
    return _told(clock)


def name_target(clock: ClockRow, selected: Selected | None) -> None:
    """Say which target a clock is aimed at."""
    clock.target = selected.target // _SECOND if selected else None
    clock.policy_key = selected.policy if selected else None
    clock.policy_version = selected.policy_version if selected else None
    clock.target_number = selected.number if selected else None
    clock.calendar_key = selected.calendar_key if selected else None
    clock.calendar_version = selected.calendar_version if selected else None
    clock.agreement = selected.agreement if selected else None


def _measure_nothing(clock: ClockRow, at: datetime) -> None:
    name_target(clock, None)
    clock.used, clock.since, clock.due_at = 0, None if clock.pausing else at, None
    clock.thresholds = _past(clock.thresholds)
    clock.next_at, clock.warned = None, False


def _told(clock: ClockRow) -> dict[str, Any]:
    """What a clock is aimed at, for its events."""
    if clock.target is None:
        return {"target": None, "due": None}
    return {
        "target": clock.target,
        "due": _text(clock.due_at),
        "policy": {"key": clock.policy_key, "version": clock.policy_version, "number": clock.target_number},
        "calendar": {"key": clock.calendar_key, "version": clock.calendar_version},
        "agreement": clock.agreement,
    }


def target_of(session: Session, clock: ClockRow) -> Selected | None:
    """The target a clock runs under, with the versions it was given; None when nothing is measured."""
    if clock.policy_key is None:
        return None
    assert clock.calendar_key is not None, "a clock that is aimed has a calendar"
    return policies.recalled(
        session,
        clock.policy_key,
        clock.policy_version or 1,
        clock.target_number or 0,
        clock.calendar_key,
        clock.calendar_version or 1,
        clock.agreement,
    )


# Running and resting


def _rest(clock: ClockRow, session: Session, at: datetime) -> None:
    """Stop counting: what was reached stays reached, the rest has no time for now."""
    selected = target_of(session, clock)
    since, clock.since = clock.since, None
    if selected is None or since is None:
        return
    before = timedelta(microseconds=clock.used)
    rest = Course(since, (Aim(since, selected.target - before, selected.calendar),), ((at, None),))
    clock.used += rest.elapsed(at) // _MICROSECOND
    if selected.target > before:
        clock.due_at = rest.due(at)
    reach(clock, selected, lambda amount: rest.reached(amount - before, at), at, before=before)


def _go_on(clock: ClockRow, session: Session, at: datetime) -> None:
    selected = target_of(session, clock)
    clock.since = at
    if selected is None:
        return
    before = timedelta(microseconds=clock.used)
    if selected.target > before:
        clock.due_at = selected.calendar.after(at, selected.target - before)
    reach(clock, selected, lambda amount: selected.calendar.after(at, amount - before), at, before=before)


def state_of(clock: ClockRow) -> ClockState:
    """How an open clock stands."""
    if clock.target is None:
        return ClockState.UNMEASURED
    return ClockState.PAUSED if clock.pausing else ClockState.RUNNING


def breached(clock: ClockRow, now: datetime) -> bool:
    """Whether the promise is broken by now, or was when the clock stopped."""
    if clock.due_at is None or clock.state == ClockState.CANCELLED:
        return False
    return clock.due_at < (clock.stopped_at or now)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a clock counts for a while: at `since` so much of its target was `remaining`, and until `until`
    all time counts, or none does. It stays the same as long as it holds.
    """

    counts: bool
    since: datetime
    until: datetime
    remaining: timedelta


@dataclass(frozen=True, slots=True)
class Standing:
    """A clock, the target it runs under (None: nothing is measured), and how it stands at `now`."""

    clock: ClockRow
    selected: Selected | None
    now: datetime

    @property
    def elapsed(self) -> timedelta:
        """Working time used up."""
        used, since = timedelta(microseconds=self.clock.used), self.clock.since
        if self.selected is None or since is None:
            return used
        return used + self.selected.calendar.elapsed(since, self.now)

    @property
    def remaining(self) -> timedelta | None:
        """What is left of the target, below nothing once it is broken; None when nothing is measured."""
        return None if self.selected is None else self.selected.target - self.elapsed

    @property
    def pace(self) -> Pace | None:
        """None for a clock that does not run, and when nothing is measured."""
        began = self.clock.since
        if self.selected is None or began is None:
            return None
        calendar = self.selected.calendar
        counts, since, until = calendar.stretch(self.now)
        at = max(since, began)
        used = timedelta(microseconds=self.clock.used) + calendar.elapsed(began, at)
        return Pace(counts, at, until, self.selected.target - used)

    @property
    def percent(self) -> float | None:
        return None if self.selected is None else 100 * (self.elapsed / self.selected.target)

    @property
    def breached(self) -> bool:
        return breached(self.clock, self.now)

    @property
    def breached_at(self) -> datetime | None:
        return self.clock.due_at if self.breached else None

    @property
    def at_risk(self) -> bool:
        """Whether a threshold on the way to the target has fired, and there is time left."""
        return self.clock.warned and self.clock.stopped_at is None and not self.breached


def most_urgent(session: Session, instance_ids: Collection[str], now: datetime) -> dict[str, Standing]:
    """The open clock of each of these cases that is due next; one without a due time only if all are. One
    statement.
    """
    found: dict[str, Standing] = {}
    for clock in clocks.open_in(session, instance_ids) if instance_ids else ():
        found.setdefault(clock.instance_id, Standing(clock, target_of(session, clock), now))
    return found


# Thresholds: each is an entry of the clock, by name, with when it is due (None: nobody knows for now), since
# when one has known that, when it was fired, and what came of attempts that failed.


def points_of(selected: Selected) -> Iterator[Threshold]:
    """The thresholds of a target, the target itself among them."""
    yield from selected.thresholds
    if all(threshold.name != BREACH.name for threshold in selected.thresholds):
        yield BREACH


def reach(
    clock: ClockRow,
    selected: Selected,
    reached: Reached,
    at: datetime,
    *,
    before: timedelta | None = None,
    anew: bool = False,
) -> None:
    """Say when each threshold is due. What was reached `before` the present run stays as it was; one that
    has fired is armed again only when a clock is aimed `anew` and its new instant lies ahead.
    """
    known = {entry["name"]: entry for entry in clock.thresholds}
    clock.thresholds = []
    for threshold in points_of(selected):
        entry = known.pop(threshold.name, None) or _new_entry(threshold.name, at)
        entry["past"] = False
        offset = threshold.offset(selected.target)
        entry["early"] = offset < selected.target
        if before is None or offset > before:
            _set_due(entry, reached(offset), at, anew)
        clock.thresholds.append(entry)
    clock.thresholds += _past(known.values())
    arm(clock)
    clock.warned = is_warned(clock)


def _new_entry(name: str, at: datetime) -> dict[str, Any]:
    return {
        "name": name,
        "early": True,
        "past": False,
        "due": None,
        "armed": format_instant(at),
        "fired": None,
        "tries": 0,
        "again": None,
        "cause": None,
        "dead": False,
        "owed": None,
    }


def _set_due(entry: dict[str, Any], due: datetime | None, at: datetime, anew: bool) -> None:
    if entry["fired"] is not None:
        if not (anew and due is not None and due > at):
            return
        entry.update(fired=None, tries=0, again=None, cause=None, owed=None)
    if _text(due) != entry["due"]:
        entry.update(due=_text(due), armed=format_instant(at), again=None)


def is_warned(clock: ClockRow) -> bool:
    """Whether a threshold on the way to the target has fired."""
    return any(entry["fired"] and entry["early"] and not entry["past"] for entry in clock.thresholds)


def _past(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What has fired and is no threshold of the present target: were it one again, it has fired already."""
    return [entry | {"past": True} for entry in entries if entry["fired"]]


def arm(clock: ClockRow) -> None:
    """Let the sweep look at a clock when the next of its thresholds is to be fired."""
    nexts = [next_of(entry) for entry in clock.thresholds]
    clock.next_at = min((at for at in nexts if at is not None), default=None)


def next_of(entry: dict[str, Any]) -> datetime | None:
    """When a threshold is to be fired, or tried again; None when it is not."""
    done = entry["fired"] is not None and entry["owed"] != DUE
    if done or entry["due"] is None or entry["dead"]:
        return None
    return datetime.fromisoformat(entry["again"] or entry["due"])


def due_now(clock: ClockRow, now: datetime) -> list[dict[str, Any]]:
    """The thresholds that are to be fired by now, in the order they were due."""
    found = [e for e in clock.thresholds if (at := next_of(e)) is not None and at <= now]
    return sorted(found, key=lambda entry: entry["due"])


def release(session: Session, instance: ProcessInstanceRow) -> None:
    """The case was suspended and is resumed: what its thresholds owe it is due."""
    open_clocks = clocks.open_of(session, instance.id)
    owing = [clock for clock in open_clocks if any(entry["owed"] for entry in clock.thresholds)]
    for clock in owing:
        for entry in clock.thresholds:
            entry["owed"] = entry["owed"] and DUE
        arm(clock)
    if owing:
        clocks.put(session, owing)


# From the events of a clock


def pauses_of(events: Iterable[ClockEvent]) -> list[Pause]:
    """How a clock was paused, token by token."""
    began: dict[int, datetime] = {}
    pauses: list[Pause] = []
    for event in events:
        if event.kind == "started":
            began.update(dict.fromkeys(event.detail.get("pausing", ()), event.at))
        elif event.kind == "paused":
            began[event.detail["token"]] = event.at
        elif event.kind == "resumed" and (since := began.pop(event.detail["token"], None)) is not None:
            pauses.append((since, event.at))
    return [*pauses, *((since, None) for since in began.values())]


@lru_cache(1)
def data_versions() -> dict[str, str]:
    """What knew about holidays and time zones when a clock was counted."""
    return {"holidays": version("holidays"), "tzdata": _zones()}


def _zones() -> str:
    """The release of the time zones in use: the system's, which goes first, or the package's."""
    for folder in map(Path, zoneinfo.TZPATH):
        if (folder / "UTC").exists():
            told = folder / "tzdata.zi"
            return told.open().readline().split()[-1] if told.exists() else "the system's"
    return version("tzdata")


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)
