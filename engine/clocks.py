"""Service-level clocks: look at them, prove them from their events, and aim open ones anew when what was
agreed has changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import groupby, islice, pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from engine import access, clockwork, definitions, policies, runtime
from engine.clockwork import Followed, Standing, pauses_of
from engine.definitions import Named
from engine.durations import format_instant
from engine.errors import Conflict, NotFound
from engine.people import Person
from engine.policies import Selected, Subject
from engine.sla import Aim, Course, Pause
from engine.store import clocks as store
from engine.store import user_tasks
from engine.store.base import table_of
from engine.store.clocks import ClockEvent, ClockRow, ClockState
from engine.store.history import HistoryRow
from engine.store.people import PersonRow
from engine.store.process_instances import WITHOUT_STATE, ProcessInstanceRow
from engine.store.user_tasks import GROUP, CandidateRow, TaskState, UserTaskRow

__all__ = [
    "OPEN",
    "ClockState",
    "Filter",
    "Opened",
    "View",
    "get",
    "held_by",
    "opened",
    "page",
    "re_aim",
    "recompute",
    "retry",
]

MINUTE, _SECOND = timedelta(minutes=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class View(Standing):
    """How a clock stands, with its case and the open tasks of that."""

    instance: ProcessInstanceRow
    process: Named
    tasks: tuple[UserTaskRow, ...] = ()

    @property
    def itself(self) -> "View":
        """For what is shown of a clock and of its case in one."""
        return self

    @property
    def groups(self) -> list[str]:
        """The groups that the open tasks of its case are offered to."""
        return list(dict.fromkeys(group for task in self.tasks for group in task.candidate_groups))

    @property
    def assignees(self) -> list[str]:
        """Those who have an open task of its case."""
        return list(dict.fromkeys(task.assignee for task in self.tasks if task.assignee))

    @property
    def thresholds(self) -> list[dict[str, Any]]:
        """The thresholds, in the order in which they are reached."""
        return [
            {
                "name": entry["name"],
                "due_at": _instant(entry["due"]),
                "fired_at": _instant(entry["fired"]),
                "lateness_seconds": entry.get("late") if entry["fired"] else None,
                "error": entry["cause"] and entry["cause"]["detail"],
                "cause": entry["cause"],
                "dead": entry["dead"],
            }
            for entry in self.clock.thresholds
            if not entry["past"]
        ]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which clocks to list. `team`: of cases whose work is offered to that group; `unassigned`: of cases with
    work that nobody has; `at_risk`: a threshold on the way to the target has fired, and it is not broken.
    """

    instance: str | None = None
    states: Sequence[str] = ()
    name: str | None = None
    process: str | None = None
    service: str | None = None
    priority: int | None = None
    team: str | None = None
    breached: bool | None = None
    at_risk: bool | None = None
    unassigned: bool = False


OPEN = (ClockState.RUNNING, ClockState.PAUSED, ClockState.UNMEASURED)
_CLOCK, _CASE = table_of(ClockRow).c, table_of(ProcessInstanceRow).c
_TASK, _CANDIDATE = table_of(UserTaskRow).c, table_of(CandidateRow).c


def page(
    session: Session,
    chosen: Filter,
    *,
    by: Person,
    now: datetime,
    limit: int,
    after: tuple[datetime | None, str] | None = None,
) -> list[View]:
    """Up to `limit` clocks of cases that `by` may see: what is due next first, what has no due time last,
    after the one with this due time and id.
    """
    wanted = [access.visible_instances(by), *_conditions(chosen, now)]
    found: list[tuple[ClockRow, ProcessInstanceRow]] = []
    if after is None or after[0] is not None:
        dated = [*wanted, _CLOCK.due_at.is_not(None), *([] if after is None else [_later(*after)])]
        found, after = _rows(session, dated, (ClockRow.due_at, ClockRow.id), limit), None
    if len(found) < limit:
        undated = [*wanted, _CLOCK.due_at.is_(None), *([] if after is None else [_CLOCK.id > after[1]])]
        found += _rows(session, undated, (ClockRow.id,), limit - len(found))
    return _views(session, found, now)


def _later(due: datetime | None, id: str) -> ColumnElement[bool]:
    return or_(_CLOCK.due_at > due, and_(_CLOCK.due_at == due, _CLOCK.id > id))


def _rows(
    session: Session, wanted: list[ColumnElement[bool]], order: tuple[Any, ...], limit: int
) -> list[Any]:
    statement = select(ClockRow, ProcessInstanceRow).join(
        ProcessInstanceRow, ProcessInstanceRow.id == ClockRow.instance_id
    )
    statement = statement.where(*wanted).order_by(*order).limit(limit).options(WITHOUT_STATE)
    return [tuple(row) for row in session.execute(statement)]


def _conditions(chosen: Filter, now: datetime) -> list[ColumnElement[bool]]:
    equal = (
        (_CLOCK.instance_id, chosen.instance),
        (_CLOCK.name, chosen.name),
        (_CASE.definition_key, chosen.process),
        (_CASE.service, chosen.service),
        (_CASE.priority, chosen.priority),
    )
    found: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
    if chosen.states:
        found.append(_CLOCK.state.in_(chosen.states))
    if not any(state not in OPEN for state in chosen.states) and (chosen.states or chosen.instance is None):
        found.append(_CLOCK.stopped_at.is_(None))  # the index of the open ones serves
    broken = and_(
        _CLOCK.due_at < now,
        or_(_CLOCK.stopped_at.is_(None), _CLOCK.due_at < _CLOCK.stopped_at),
        _CLOCK.state != ClockState.CANCELLED,
    )
    if chosen.breached is not None:
        found.append(broken if chosen.breached else or_(~broken, _CLOCK.due_at.is_(None)))
    if chosen.at_risk is not None:
        at_risk = and_(_CLOCK.warned, _CLOCK.stopped_at.is_(None), or_(~broken, _CLOCK.due_at.is_(None)))
        found.append(at_risk if chosen.at_risk else ~at_risk)
    if chosen.team is not None:
        mine = (_CANDIDATE.kind == GROUP, _CANDIDATE.name == chosen.team)
        found.append(exists().where(_CANDIDATE.instance_id == _CLOCK.instance_id, *mine))
    if chosen.unassigned:
        nobodys = (_TASK.state == TaskState.OPEN, _TASK.assignee.is_(None))
        found.append(exists().where(_TASK.instance_id == _CLOCK.instance_id, *nobodys))
    return found


def _views(session: Session, found: list[tuple[ClockRow, ProcessInstanceRow]], now: datetime) -> list[View]:
    cases = {instance.id for _, instance in found}
    tasks: dict[str, list[UserTaskRow]] = {id: [] for id in cases}
    for task in user_tasks.open_of(session, cases) if cases else ():
        tasks[task.instance_id].append(task)
    return [
        View(
            clock,
            clockwork.target_of(session, clock),
            now,
            instance,
            definitions.names(session, instance.definition_id).process,
            tuple(tasks[instance.id]),
        )
        for clock, instance in found
    ]


def get(session: Session, clock_id: str, *, by: Person, now: datetime) -> View:
    """A clock of a case that `by` may see. Raises `NotFound`."""
    clock = session.get(ClockRow, clock_id)
    if clock is None:
        raise NotFound("There is no such clock.")
    try:
        instance = access.see_instance(session, by, clock.instance_id)
    except NotFound as error:
        raise NotFound("There is no such clock.") from error
    return _views(session, [(clock, instance)], now)[0]


@dataclass(frozen=True, slots=True)
class Opened(View):
    """A clock with all that happened to it, in order, and who had its case when."""

    events: tuple[ClockEvent, ...] = ()
    spans: tuple["Span", ...] = ()
    teams: tuple["Team", ...] = ()

    @property
    def paused_minutes(self) -> float:
        paused = sum((span.used for span in self.spans if span.paused), timedelta(0))
        return round(paused / MINUTE, 4)


def opened(session: Session, clock_id: str, *, by: Person, now: datetime) -> Opened:
    """As `get`, with all that happened."""
    view = get(session, clock_id, by=by, now=now)
    events = _events_of(session, view.clock)
    known = {each.name: getattr(view, each.name) for each in fields(View)}
    spans = _spans(session, view, events)
    return Opened(
        **known, events=tuple(events), spans=tuple(spans), teams=tuple(_teams(session, view, spans))
    )


def _events_of(session: Session, clock: ClockRow) -> list[ClockEvent]:
    return store.events_in(session, [clock.instance_id])[clock.id]


# Who had it when


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a clock's time: with which group the case was (None: with no group), or paused; `used` is
    working time.
    """

    group: str | None
    paused: bool
    since: datetime
    until: datetime
    used: timedelta


def held_by(session: Session, view: View) -> list[Span]:
    """Who had the case when, from the start of a clock to its end, or till now: the times of all spans are
    the clock's whole working time, those that are not paused what it has used up. Nothing for a clock that
    measures nothing.

    Of several open tasks the one that opened first tells, by the first group it is offered to.
    """
    return _spans(session, view, _events_of(session, view.clock))


def _spans(session: Session, view: View, events: list[ClockEvent]) -> list[Span]:
    clock, selected = view.clock, view.selected
    end = clock.stopped_at or max(view.now, clock.changed_at)
    if selected is None:
        return []
    pauses = pauses_of(events)
    held = _offers(session, clock.instance_id, end)
    moments = {clock.started_at, end, *_ends(pauses), *(at for offer in held for at in offer[1:3])}
    cut = sorted(at for at in moments if clock.started_at <= at <= end)
    pieces = [
        Span(_holder(held, a), _is_paused(pauses, a), a, b, selected.calendar.elapsed(a, b))
        for a, b in pairwise(cut)
    ]
    return [_joined(list(same)) for _, same in groupby(pieces, key=lambda span: (span.group, span.paused))]


@dataclass(frozen=True, slots=True)
class Team:
    """How long a group (None: no group) had a case, in working time of the clock, and what was agreed with
    it: a target, and the time used by the calendar of that.
    """

    group: str | None
    used: timedelta
    target: timedelta | None = None
    used_of_target: timedelta | None = None


def _teams(session: Session, view: View, spans: list[Span]) -> Iterator[Team]:
    """In the order in which they had it first."""
    times: dict[str | None, list[Span]] = {}
    for span in spans:
        if not span.paused:
            times.setdefault(span.group, []).append(span)
    book = policies.book(session) if times else None
    for group, theirs in times.items():
        used = sum((span.used for span in theirs), timedelta(0))
        agreed = book.selected(_subject(view, group)) if book and group is not None else None
        if agreed is None:
            yield Team(group, used)
            continue
        by_theirs = (agreed.calendar.elapsed(span.since, span.until) for span in theirs)
        yield Team(group, used, agreed.target, sum(by_theirs, timedelta(0)))


def _subject(view: View, team: str) -> Subject:
    case = view.instance
    return Subject(
        process=case.definition_key,
        clock=view.clock.name,
        priority=case.priority,
        service=case.service,
        organisation=None,
        at=case.started_at,
        team=team,
    )


_Offer = tuple[str | None, datetime, datetime, str]
"""A group, from when to when a task was offered to it, and the task."""


def _offers(session: Session, instance_id: str, end: datetime) -> list[_Offer]:
    """Which groups tasks were offered to, the task that opened first first."""
    tasks = session.scalars(
        select(UserTaskRow)
        .where(UserTaskRow.instance_id == instance_id)
        .order_by(UserTaskRow.opened_at, UserTaskRow.token)
    ).all()
    moved = _moves(session, instance_id)
    return [offer for task in tasks for offer in _offers_of(task, moved.get(task.id, []), end)]


def _offers_of(task: UserTaskRow, moves: list[tuple[datetime, Any]], end: datetime) -> Iterator[_Offer]:
    since = task.opened_at
    for at, detail in moves:
        yield _first(detail["from"]), since, at, task.id
        since = at
    yield _first(task.candidate_groups), since, task.closed_at or max(end, since), task.id


def _moves(session: Session, instance_id: str) -> dict[str, list[tuple[datetime, Any]]]:
    """When tasks were offered to other groups, by task."""
    row = HistoryRow
    moves = select(row.at, row.detail).where(
        row.instance_id == instance_id, row.kind.in_(("group added", "reassigned"))
    )
    found: dict[str, list[tuple[datetime, Any]]] = {}
    for at, detail in session.execute(moves.order_by(row.seq)):
        found.setdefault(detail["task"], []).append((at, detail))
    return found


def _first(groups: Sequence[str]) -> str | None:
    return groups[0] if groups else None


def _holder(held: list[_Offer], at: datetime) -> str | None:
    return next((group for group, since, until, _ in held if since <= at < until), None)


def _is_paused(pauses: list[Pause], at: datetime) -> bool:
    return any(since <= at and (until is None or at < until) for since, until in pauses)


def _ends(pauses: list[Pause]) -> Iterator[datetime]:
    for since, until in pauses:
        yield since
        if until is not None:
            yield until


def _joined(spans: list[Span]) -> Span:
    used = sum((span.used for span in spans), timedelta(0))
    return Span(spans[0].group, spans[0].paused, spans[0].since, spans[-1].until, used)


# Proof


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stored of a clock that does not follow from its events."""

    clock: str
    case: str
    what: str
    stored: Any
    computed: Any


def recompute(session: Session, *, at_once: int = 500) -> Iterator[Difference]:
    """Compute every clock anew from its events, and tell what is stored otherwise. Changes nothing."""
    after = ""
    while True:
        clocks = list(
            session.scalars(select(ClockRow).where(ClockRow.id > after).order_by(ClockRow.id).limit(at_once))
        )
        if not clocks:
            return
        cases = select(_CASE.id, _CASE.number).where(_CASE.id.in_({clock.instance_id for clock in clocks}))
        numbers = {row.id: row.number for row in session.execute(cases)}
        told = store.events_in(session, {clock.instance_id for clock in clocks})
        for clock in clocks:
            for what, stored, computed in _found(session, clock, told[clock.id]):
                yield Difference(clock.name, numbers[clock.instance_id], what, stored, computed)
        after = clocks[-1].id
        session.expunge_all()


def _found(session: Session, clock: ClockRow, happened: list[ClockEvent]) -> list[tuple[str, Any, Any]]:
    """The differences; events that nothing follows from are one."""
    try:
        return list(differences(session, clock, happened))
    except (LookupError, TypeError, ValueError, NotFound) as error:
        return [("events", clock.events, f"{type(error).__name__}: {error}")]


def differences(
    session: Session, clock: ClockRow, happened: list[ClockEvent]
) -> Iterator[tuple[str, Any, Any]]:
    """(what, as stored, as computed) of all that does not follow from a clock's events."""
    course, selected = course_of(session, happened)
    end = next((event.at for event in happened if event.kind in ("stopped", "cancelled")), None)
    at = end or clock.changed_at
    yield from _differs("events", clock.events, len(happened))
    yield from _differs("started", clock.started_at, happened[0].at)
    yield from _differs("stopped", clock.stopped_at, end)
    yield from _differs("target", clock.target, selected.target // _SECOND if selected else None)
    if course is None or selected is None:
        yield from _differs("due", clock.due_at, None)
        return
    cancelled = clock.state == ClockState.CANCELLED
    ended = Course(course.start, course.aims, (*course.pauses, (end, None))) if end else course
    due = ended.due(at) if cancelled else course.due(at)
    yield from _differs("due", clock.due_at, due)
    until = clock.since or at
    yield from _differs("used", clock.used, ended.elapsed(until) // timedelta(microseconds=1))
    fired = {
        (event.detail["threshold"], event.detail["due"])
        for event in happened
        if event.kind == "threshold fired"
    }
    stored = {entry["name"]: entry for entry in clock.thresholds}
    for point in clockwork.points_of(selected):
        entry = stored.get(point.name)
        if entry is None:
            yield f"threshold {point.name}", None, "there"
        elif entry["fired"]:
            yield from _differs(f"threshold {point.name}", (point.name, entry["due"]) in fired, True)
        else:
            reached = ended.reached(point.offset(selected.target), at)
            computed = None if cancelled or reached is None else format_instant(reached)
            yield from _differs(f"threshold {point.name}", entry["due"], computed)


def _differs(what: str, stored: Any, computed: Any) -> Iterator[tuple[str, Any, Any]]:
    if stored != computed:
        yield what, stored, computed


def course_of(session: Session, happened: list[ClockEvent]) -> tuple[Course | None, Selected | None]:
    """The course of a clock by its events, and what it is aimed at last; None for what measures nothing."""
    aims = [
        (event.at, _target_told(session, event.detail))
        for event in happened
        if event.kind in ("started", "re-aimed")
    ]
    start, last = happened[0].at, aims[-1][1]
    if last is None:
        return None, None
    # What came before nothing was measured has no part in what is measured now: the last aim recounts all.
    measured = tuple(Aim(at, aim.target, aim.calendar) for at, aim in aims if aim is not None)
    return Course(start, measured, tuple(pauses_of(happened))), last


def _target_told(session: Session, detail: dict[str, Any]) -> Selected | None:
    if detail["target"] is None:
        return None
    policy, calendar = detail["policy"], detail["calendar"]
    return policies.recalled(
        session,
        policy["key"],
        policy["version"],
        policy["number"],
        calendar["key"],
        calendar["version"],
        detail["agreement"],
    )


# What was given up


def retry(session: Session, clock_id: str, *, by: Person, now: datetime) -> View:
    """Let the thresholds of a clock that were given up try again at once. Raises `NotFound`, `Conflict` when
    none was, `Forbidden`.
    """
    owner = session.scalar(select(_CLOCK.instance_id).where(_CLOCK.id == clock_id))
    instance = runtime.lock(session, owner) if owner else None
    clock = store.get(session, clock_id)
    if instance is None or clock is None:
        raise NotFound("There is no such clock.")
    access.require_visible(session, by, instance, "clock")
    dead = [entry for entry in clock.thresholds if entry["dead"]]
    if not dead:
        raise Conflict("No threshold of this clock was given up.")
    access.require(by, *access.OPERATORS)
    for entry in dead:
        entry.update(dead=False, tries=0, cause=None, again=format_instant(now))
    clockwork.arm(clock)
    told = [clockwork.happened(clock, "threshold retried", at=now, threshold=each["name"]) for each in dead]
    runtime.remark(session, instance, *told, now=now, actor=by.username)
    store.put(session, [clock])
    return _views(session, [(clock, instance)], now)[0]


# Aiming anew what is open


@dataclass(frozen=True, slots=True)
class ReAimed:
    """An open clock that what is agreed now would aim otherwise."""

    clock: ClockRow
    instance: ProcessInstanceRow
    due_before: datetime | None
    due_after: datetime | None
    target_before: int | None
    target_after: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Open clocks that changed, or would; `more` says that there are others, for another command."""

    changed: list[ReAimed]
    more: bool


MOST_TOLD, MOST_AIMED = 1_000, 200
"""Cases that one command tells of, and that it changes: more would keep other writers waiting."""


def re_aim(
    session: Session,
    *,
    by: Person,
    now: datetime,
    policy: str | None = None,
    calendar: str | None = None,
    dry_run: bool = True,
) -> Batch:
    """Aim open clocks at what is agreed now, at the latest versions of policies and calendars: those that run
    under this policy or this calendar, or all. A dry run changes nothing. Raises `Forbidden`.
    """
    access.require(by, *access.OPERATORS)
    most = MOST_TOLD if dry_run else MOST_AIMED
    found = list(islice(_to_aim(session, policy, calendar, by, now), most + 1))
    why = {"policy": policy, "calendar": calendar}
    aim = _would_aim if dry_run else _aim
    changed = [one for step, moved in found[:most] for one in aim(step, moved, why)]
    return Batch(changed, len(found) > most)


_Moved = list[tuple[ClockRow, Selected | None]]
AT_ONCE = 500


def _to_aim(
    session: Session, policy: str | None, calendar: str | None, by: Person, now: datetime
) -> Iterator[tuple[Followed, _Moved]]:
    """Case by case in the order of their ids, the clocks that run under something else than applies now."""
    wanted, after = _concerned(policy, calendar), ""
    while ids := _cases_after(session, wanted, after):
        rows = session.execute(_of_cases(ids, wanted)).all()
        for _, theirs in groupby(rows, key=lambda row: row[0].instance_id):
            clocks = list(theirs)
            _, instance, organisation = clocks[0]
            known = {instance.requester: organisation}
            step = Followed(session, instance, now, by.username, organisations=known)
            chosen = [(clock, step.select(clock.name)) for clock, *_ in clocks]
            if moved := [(clock, to) for clock, to in chosen if _is_other(clock, to)]:
                yield step, moved
        after = ids[-1]


def _cases_after(session: Session, wanted: list[ColumnElement[bool]], after: str) -> list[str]:
    found = select(_CLOCK.instance_id).where(*wanted, _CLOCK.instance_id > after).distinct()
    return list(session.scalars(found.order_by(_CLOCK.instance_id).limit(AT_ONCE)))


def _of_cases(ids: list[str], wanted: list[ColumnElement[bool]]) -> Any:
    """The clocks of cases, each with its case and the organisation of that."""
    person = table_of(PersonRow).c
    organisation = select(person.organisation_id).where(person.username == _CASE.requester).scalar_subquery()
    rows = select(ClockRow, ProcessInstanceRow, organisation).join(
        ProcessInstanceRow, ProcessInstanceRow.id == ClockRow.instance_id
    )
    rows = rows.where(_CLOCK.instance_id.in_(ids), *wanted).options(WITHOUT_STATE)
    return rows.order_by(_CLOCK.instance_id, _CLOCK.id)


def _concerned(policy: str | None, calendar: str | None) -> list[ColumnElement[bool]]:
    """What measures nothing so far may have a target there now."""
    keys = ((_CLOCK.policy_key, policy), (_CLOCK.calendar_key, calendar))
    named = [or_(column == key, column.is_(None)) for column, key in keys if key is not None]
    return [_CLOCK.stopped_at.is_(None), *named]


def _would_aim(step: Followed, moved: _Moved, why: dict[str, Any]) -> list[ReAimed]:
    """What would become of the clocks of a case: of copies."""
    return _aimed_anew(step, [(store.copied(clock), to) for clock, to in moved], why)


def _aim(step: Followed, moved: _Moved, why: dict[str, Any]) -> list[ReAimed]:
    """Under the lock of the case, and as it is then."""
    step.instance = runtime.lock(step.session, step.instance.id)
    running = store.open_of(step.session, step.instance.id)
    named = {clock.id for clock, _ in moved}
    chosen = [(clock, step.select(clock.name)) for clock in running if clock.id in named]
    changed = _aimed_anew(step, [(clock, to) for clock, to in chosen if _is_other(clock, to)], why)
    if changed:
        runtime.keep_aims(step.session, step, running)
    return changed


def _aimed_anew(step: Followed, moved: _Moved, why: dict[str, Any]) -> list[ReAimed]:
    before = [(clock.due_at, clock.target) for clock, _ in moved]
    clockwork.aim_at(step, moved, why)
    return [
        ReAimed(clock, step.instance, due, clock.due_at, target, clock.target)
        for (clock, _), (due, target) in zip(moved, before, strict=True)
    ]


def _is_other(clock: ClockRow, selected: Selected | None) -> bool:
    """Whether a clock runs under something else than what applies now, be it an older version."""
    if selected is None:
        return clock.target is not None
    now = (selected.policy, selected.policy_version, selected.number, selected.agreement)
    was = (clock.policy_key, clock.policy_version, clock.target_number, clock.agreement)
    calendars = (selected.calendar_key, selected.calendar_version)
    return now != was or calendars != (clock.calendar_key, clock.calendar_version)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
