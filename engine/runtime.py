"""The heart: advance one process instance, and write down everything that follows, in the caller's one
transaction.

Every command, a click as much as a timer, comes through `begin` or `advance`. The instance's row is locked
first and the whole case is written once at the end; what the case waits for stands in tables, so nothing is
ever fired from memory alone.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import bpmn, clockwork, policies, words
from engine.bpmn import Circumstances, Effects, Execution, Process
from engine.calendars import Calendar
from engine.decisions import Decider
from engine.durations import zone
from engine.errors import Conflict, Invalid, NotFound, Problem
from engine.kept import Kept
from engine.sentences import Sentence
from engine.store import (
    deliveries,
    history,
    jobs,
    process_instances,
    search,
    subscriptions,
    timers,
    user_tasks,
)
from engine.store.base import at_flush, new_id
from engine.store.clocks import ClockRow
from engine.store.deliveries import DeliveryState
from engine.store.deployments import ProcessDefinitionRow
from engine.store.history import Entry
from engine.store.jobs import JobState
from engine.store.process_instances import OPEN_STATES, InstanceState, ProcessInstanceRow, next_number
from engine.store.timers import TimerState
from engine.store.user_tasks import TaskState, UserTaskRow

CASE_NAMES = ("case_number", "requester")
"""What expressions know of the case itself, unless a variable of that name hides it."""

NO_HISTORY = "0" * 64
"""The hash before the first entry of a chain."""

LIMITS = bpmn.Limits()


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new instance is told at its start. `organisation` is the requester's; `zone` is the IANA zone
    its calendar days are counted in if it has no calendar; `at` is the start event that begins it by itself,
    `told` what its history says of that.
    """

    variables: Mapping[str, Any]
    requester: str | None
    title: str | None
    service: str | None
    zone: str
    organisation: str | None
    at: str | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


def begin(
    session: Session, definition: ProcessDefinitionRow, what: Beginning, *, now: datetime, actor: str | None
) -> ProcessInstanceRow:
    """Start an instance and run it until everything in it waits."""
    instance = ProcessInstanceRow(
        id=new_id(),
        number=next_number(session, definition.prefix),
        definition_id=definition.id,
        definition_key=definition.key,
        version=definition.version,
        state=InstanceState.ACTIVE,
        title=_head_text("title", what.title or definition.name),
        service=what.service and _head_text("service", what.service),
        requester=what.requester,
        zone=what.zone,
        started_at=now,
        escalation_level=0,
        open_clocks=0,
        due_at=None,
        failures=[],
        revision=0,
        history_length=0,
        history_hash=NO_HISTORY,
    )
    process = _specification(session, definition.id)
    circumstances = _circumstances(session, instance, now, {what.requester: what.organisation})
    head = bpmn.head(process, what.variables, circumstances)
    if (calendar := circumstances.calendar_of(head)) is not None:
        instance.zone = calendar.zone.key
        circumstances = replace(circumstances, zone=calendar.zone)
    execution = bpmn.start(process, what.variables, circumstances, what.at)
    detail = {"variables": dict(what.variables), "version": definition.version, **what.told}
    entry = Entry("started", what.at, detail)
    known = {what.requester: what.organisation}
    _write(session, instance, execution, [entry], _Writing(now, actor, known=0, organisations=known))
    return instance


def lock(session: Session, instance_id: str) -> ProcessInstanceRow:
    """The instance's row, held until the transaction ends. Raises `NotFound`."""
    instance = process_instances.locked(session, instance_id)
    if instance is None:
        raise NotFound("There is no such process instance.")
    return instance


def lock_of_task(session: Session, task_id: str) -> tuple[ProcessInstanceRow, UserTaskRow]:
    """A user task and its instance, both rows held until the transaction ends. Raises `NotFound`."""
    found = user_tasks.locked(session, task_id)
    if found is None:
        raise NotFound("There is no such user task.")
    return found


def require_open(instance: ProcessInstanceRow) -> None:
    """Raises `Conflict` unless the instance runs."""
    if instance.state not in OPEN_STATES:
        raise Conflict(f"{instance.number} is {instance.state}.")


def require_names(values: Collection[str], pointer: str) -> None:
    """Only what an expression can name is a variable. Raises `Invalid`."""
    bad = [name for name in values if not name.isidentifier() or name.startswith("_")]
    if bad:
        raise Invalid(
            [Problem.of(Sentence("no-variable", name=name[:_LONGEST_NAME]), pointer=pointer) for name in bad]
        )


_LONGEST_NAME = 60  # of what is none


def require_own_names(values: Collection[str], pointer: str) -> None:
    """Without a form nobody has said that whoever starts a case may say whose it is. Raises `Invalid`."""
    told = [
        Problem.of(Sentence("told-by-baton", name=name), pointer=f"{pointer}/{name}")
        for name in CASE_NAMES
        if name in values
    ]
    if told:
        raise Invalid(told)


def require_use(takes_payload: bool) -> None:
    """A message brings a payload only where the diagram says what becomes of it. Raises `Invalid`."""
    if not takes_payload:
        raise Invalid([Problem.of(Sentence("payload-unused"), pointer="#/payload")])


def load(session: Session, instance: ProcessInstanceRow, now: datetime) -> Execution:
    """The case in memory. Raises `bpmn.NewerFormat` when a newer Baton saved it."""
    process = _specification(session, instance.definition_id)
    return bpmn.load(
        instance.state_data, instance.state_format, process, _circumstances(session, instance, now)
    )


def advance(
    session: Session,
    instance: ProcessInstanceRow,
    act: Callable[[Execution], None],
    *,
    now: datetime,
    actor: str | None,
    entries: Collection[Entry] = (),
    done: UserTaskRow | None = None,
) -> None:
    """Load a locked instance, act on it, run it until everything waits, and write what follows.

    `entries` come first in its history; `done` is the user task that a person completed by this command.
    """
    now = at_flush(session, now)  # it may have waited for the case since it was asked for
    execution = load(session, instance, now)
    head = clockwork.head_of(instance)
    how = _Writing(now, actor, execution.last_id, done, _texts(instance, execution), head)
    act(execution)
    _write(session, instance, execution, entries, how)


def migrate(
    session: Session, instance: ProcessInstanceRow, to: ProcessDefinitionRow, entry: Entry, **by: Any
) -> bpmn.Move:
    """Let a locked instance go on in another version of its process; what that came to is added to the
    entry. `by` is as for `advance`. Raises `Invalid` with an entry for each element in the way.
    """
    process = _specification(session, to.id)
    moved: list[bpmn.Move] = []

    def act(execution: Execution) -> None:
        moved.append(bpmn.move(execution, process))
        entry.detail.update(armed=moved[0].armed, disarmed=moved[0].disarmed)
        instance.definition_id, instance.version = to.id, to.version
        if instance.state != InstanceState.SUSPENDED:
            execution.run()  # a condition may hold as this version writes it

    advance(session, instance, act, entries=[entry], **by)
    return moved[0]


def preview_migration(
    session: Session, instance: ProcessInstanceRow, to: ProcessDefinitionRow, now: datetime
) -> bpmn.Move:
    """What `migrate` would come to. Raises the same; changes nothing."""
    return bpmn.move(load(session, instance, now), _specification(session, to.id))


def record(
    session: Session, instance: ProcessInstanceRow, *entries: Entry, now: datetime, actor: str | None
) -> None:
    """Remember something that does not move the case, and count it as a change of its row."""
    rows = history.chain(instance, entries, at=now, actor=actor)
    instance.revision += 1
    process_instances.save(session, instance)
    history.append(session, rows)


def claimed(
    session: Session,
    instance: ProcessInstanceRow,
    task: UserTaskRow,
    entry: Entry,
    *,
    now: datetime,
    actor: str | None,
) -> None:
    """Remember that somebody has a task that nobody had, and let the clocks follow that the diagram stops by
    it.
    """
    called = None if task.process_key is None else bpmn.Called(task.process_key, task.process_version or 0)
    process = _specification(session, instance.definition_id)
    due = instance.due_at
    followed = clockwork.follow(
        session,
        instance,
        bpmn.claim_marks(process, task.element, called, task.token),
        before=clockwork.head_of(instance),
        pausing=lambda _: set(),  # claiming starts no clock
        now=now,
        actor=actor,
    )
    record(session, instance, entry, *followed.entries, now=now, actor=actor)
    followed.write()
    if instance.due_at != due:
        user_tasks.burn(session, instance.id, instance.due_at)


def keep_aims(session: Session, step: clockwork.Followed, open_clocks: Collection[ClockRow]) -> None:
    """Write what became of the clocks of a locked case that were aimed anew: its revision stays."""
    instance = step.instance
    instance.due_at = clockwork.next_due(open_clocks)
    rows = history.chain(instance, step.entries, at=step.now, actor=step.actor)
    process_instances.save_escalations(session, [instance])
    history.append(session, rows)
    step.write()
    user_tasks.burn(session, instance.id, instance.due_at)


def remark(
    session: Session, instance: ProcessInstanceRow, *entries: Entry, now: datetime, actor: str | None
) -> None:
    """Remember something that changes nothing in a locked case: its revision stays."""
    rows = history.chain(instance, entries, at=now, actor=actor)
    process_instances.save_end_of_history(session, instance)
    history.append(session, rows)


# Specifications

_specifications: Kept[str, Process] = Kept(256)


def _specification(session: Session, definition_id: str) -> Process:
    """The process of a definition version, built once in this process: a version never changes."""

    def build() -> Process:
        row = ProcessDefinitionRow
        statement = select(row.executable, row.version).where(row.id == definition_id)
        executable, version = session.execute(statement).one()
        return bpmn.specification(executable, version, lambda *called: _executable(session, *called))

    return _specifications.get(definition_id, build)


def _executable(session: Session, key: str, version: int) -> str:
    row = ProcessDefinitionRow
    found = select(row.executable).where(row.key == key, row.version == version)
    return session.execute(found).scalar_one()


def _circumstances(
    session: Session,
    instance: ProcessInstanceRow,
    now: datetime,
    organisations: Mapping[str | None, str | None] | None = None,
) -> Circumstances:
    names = dict(zip(CASE_NAMES, (instance.number, instance.requester), strict=True))
    return Circumstances(
        now=now,
        zone=zone(instance.zone),
        names=names,
        limits=LIMITS,
        decide=Decider(session),
        calendar_of=_calendar_of(session, instance, organisations or {}),
    )


def _calendar_of(
    session: Session, instance: ProcessInstanceRow, organisations: Mapping[str | None, str | None]
) -> bpmn.CalendarOf:
    """Finds the calendar of a case when an expression asks for it: a command that asks for none pays nothing.
    `organisations` are those of people as far as they are known already.
    """
    found: dict[tuple[str | None, str | None], Calendar | None] = {}

    def find(head: Mapping[str, Any]) -> Calendar | None:
        service, requester = (_told(head, name, instance) for name in ("service", "requester"))
        if (service, requester) not in found:
            organisation = (
                organisations[requester]
                if requester in organisations
                else policies.organisation_of(session, requester)
            )
            since = instance.started_at
            found[service, requester] = policies.case_calendar(session, service, organisation, since)
        return found[service, requester]

    return find


def _told(head: Mapping[str, Any], name: str, instance: ProcessInstanceRow) -> str | None:
    """What a case's head will say when it is written, as far as that can be told now."""
    value = head.get(name)
    told: str | None = getattr(instance, name) if value is None else _head_text(name, str(value))
    return told


# Writing


@dataclass(frozen=True, slots=True)
class _Writing:
    """What `_write` is told: tokens up to `known` were in the database before; `done` is the task a person
    completed just now; `texts` are what the case was found by until now, and `head` is what decided about its
    targets; `organisations` are those of people as far as they are known.
    """

    now: datetime
    actor: str | None
    known: int
    done: UserTaskRow | None = None
    texts: tuple[str, ...] = ()
    head: clockwork.Head | None = None
    organisations: Mapping[str | None, str | None] = field(default_factory=dict)


def _write(
    session: Session,
    instance: ProcessInstanceRow,
    execution: Execution,
    entries: Collection[Entry],
    how: _Writing,
) -> None:
    """Write a case that has come to rest: its head and state, its history, then what it no longer and what it
    now waits for.
    """
    _set_head(instance, execution, how.now)
    steps = [Entry(step.kind, step.element, step.detail) for step in execution.effects.steps]
    due = instance.due_at
    followed = clockwork.follow(
        session,
        instance,
        execution.effects.clocks,
        before=how.head,
        pausing=execution.pausing,
        now=how.now,
        actor=how.actor,
        organisations=how.organisations,
    )
    end = [Entry("completed")] if instance.state == InstanceState.COMPLETED else []
    told = [*entries, *steps, *followed.entries, *end]
    rows = history.chain(instance, told, at=how.now, actor=how.actor)
    (process_instances.save if how.known else process_instances.add)(session, instance)
    history.append(session, rows)
    followed.write()
    if (texts := _texts(instance, execution)) != how.texts:
        search.put(session, instance.id, words.of(texts))
    stays = instance.due_at != due and bool(execution.awaited()["task"] - execution.effects.opened.keys())
    _close(session, instance, execution.effects, how, burns=stays)
    _open(session, instance, execution.effects, how.now, at_flush(session, how.now))


def _set_head(instance: ProcessInstanceRow, execution: Execution, now: datetime) -> None:
    for name, value in execution.record().items():
        if name == "priority":
            instance.priority = value if type(value) is int and abs(value) < 2**31 else None
        elif value is not None:
            setattr(instance, name, _head_text(name, str(value)))
    instance.failures = [
        {
            "element": failure.element,
            "message": failure.message[:_LONGEST_MESSAGE],
            "cause": {**failure.cause, "detail": failure.message[:_LONGEST_MESSAGE]},
            "process": asdict(failure.process) if failure.process else None,
        }
        for failure in execution.failures()[:_FAILURES_TOLD]
    ]
    if execution.completed:
        instance.ended_at = now
        if instance.state != InstanceState.CANCELLED:
            instance.state = InstanceState.COMPLETED
    elif instance.state != InstanceState.SUSPENDED:
        instance.state = InstanceState.FAILED if instance.failures else InstanceState.ACTIVE
    instance.state_format, instance.state_data = bpmn.FORMAT, bpmn.save(execution)
    instance.revision += 1


_FAILURES_TOLD, _LONGEST_MESSAGE = 20, 1_000  # a case in a list; its history tells all

_HEAD_LENGTH = {"title": 1000, "service": 255, "requester": 64}


def _head_text(name: str, text: str) -> str:
    """A text as its column can hold it: PostgreSQL keeps no NUL."""
    return text.replace("\0", "\ufffd")[: _HEAD_LENGTH[name]]


_LONGEST_TEXT, _MOST_TEXT = 2_000, 20_000  # characters that are searched, of one text and of a case


def _texts(instance: ProcessInstanceRow, execution: Execution) -> tuple[str, ...]:
    """What a case is found by: its number, its title, and the texts among its own variables, the oldest
    first, as far as there is room.
    """
    found, room = [instance.number, instance.title], _MOST_TEXT
    for value in execution.variables.values():
        if room > 0 and isinstance(value, str):
            found.append(value[: min(_LONGEST_TEXT, room)])
            room -= len(found[-1])
    return tuple(found)


def _close(
    session: Session, instance: ProcessInstanceRow, effects: Effects, how: _Writing, *, burns: bool
) -> None:
    """Take away what the case no longer waits for. Tokens that came and went within this command have no
    rows. `burns`: the tasks that stay are due at another time than before, by the case's clocks.
    """
    instance_id = instance.id
    closed = _known(effects.closed, how) | ({how.done.token} if how.done else set())
    if burns:
        user_tasks.close_and_burn(session, instance_id, closed, how.done, how.now, instance.due_at)
    elif closed:
        user_tasks.close_tasks(session, instance_id, closed, how.done, how.now)
    if stale := _known(effects.disarmed | effects.armed.keys(), how):
        timers.remove(session, instance_id, stale)
    if gone := _known(effects.unsubscribed, how):
        subscriptions.remove(session, instance_id, gone)
    if withdrawn := _known(effects.withdrawn, how):
        jobs.remove(session, instance_id, withdrawn)
    if effects.renamed:
        user_tasks.rename(session, instance_id, effects.renamed)


def _known(tokens: Collection[int], how: _Writing) -> set[int]:
    return {token for token in tokens if token <= how.known}


def _open(
    session: Session, instance: ProcessInstanceRow, effects: Effects, now: datetime, created_at: datetime
) -> None:
    """Write down what the case now waits for: each kind in one statement."""
    instance_id = instance.id
    if effects.opened:
        tasks = [_task_row(task, instance, now, created_at) for task in effects.opened.values()]
        user_tasks.open_tasks(session, tasks)
    if effects.armed:
        timers.add(session, [_timer_row(timer, instance_id, created_at) for timer in effects.armed.values()])
    if effects.subscribed:
        subscriptions.add(session, [_subscription_row(s, instance_id) for s in effects.subscribed.values()])
    if effects.offered:
        _offer(session, instance_id, effects.offered.values(), created_at)
    if effects.sent:
        _send(session, instance_id, effects.sent, created_at)


def _send(session: Session, instance_id: str, sent: Collection[bpmn.Sent], at: datetime) -> None:
    """Write down what is on its way: a message once, a signal for each event of another case that waits for
    it.
    """
    rows = [_delivery_row(each, instance_id, at) for each in sent if each.kind == bpmn.MESSAGE]
    signals = [each for each in sent if each.kind == bpmn.SIGNAL]
    if signals:
        hearing = subscriptions.hearing(session, instance_id, {each.name for each in signals})
        rows += [
            _delivery_row(each, instance_id, at) | dict(zip(_RECEIVER, receiver, strict=True))
            for each in signals
            for receiver in hearing.get(each.name, ())
        ]
    if rows:
        deliveries.add(session, [row | {"position": position} for position, row in enumerate(rows)])


_RECEIVER = ("receiver_id", "token", "starts")


def _delivery_row(sent: bpmn.Sent, instance_id: str, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "instance_id": instance_id,
        "element": sent.element,
        **_drawn_in(sent.process),
        "kind": sent.kind,
        "name": sent.name,
        "correlation_key": sent.key,
        "payload": sent.payload,
        **dict.fromkeys(_RECEIVER),
        "state": DeliveryState.ON_ITS_WAY,
        "sent_at": at,
        "next_at": at,
        "attempts": 0,
        "cause": None,
    }


def _offer(
    session: Session, instance_id: str, offered: Collection[bpmn.JobOffered], created_at: datetime
) -> None:
    """Write new jobs, and let dead letters begin anew under their ids."""
    if fresh := [_job_row(job, instance_id, created_at) for job in offered if not job.again]:
        jobs.add(session, fresh)
    if again := [_job_row(job, instance_id, created_at) for job in offered if job.again]:
        jobs.reopen(session, again)


def _drawn_in(process: bpmn.Called | None) -> dict[str, Any]:
    return {
        "process_key": process.key if process else None,
        "process_version": process.version if process else None,
    }


def _task_row(
    task: bpmn.TaskOpened, instance: ProcessInstanceRow, now: datetime, created_at: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "instance_id": instance.id,
        "token": task.token,
        "element": task.element,
        **_drawn_in(task.process),
        "name": task.name,
        "names": task.names,
        "state": TaskState.OPEN,
        "assignee": task.assignee,
        "candidate_users": list(task.users),
        "candidate_groups": list(task.groups),
        "priority": task.priority,
        "form_key": task.form,
        "separation": list(task.separation),
        "created_at": created_at,
        "due_at": task.due,
        "burns_at": min((at for at in (task.due, instance.due_at) if at is not None), default=None),
        "completed_at": None,
        "opened_at": now,
        "closed_at": None,
        "completed_by": None,
        "revision": 1,
    }


def _timer_row(timer: bpmn.TimerArmed, instance_id: str, armed_at: datetime) -> dict[str, Any]:
    """One that is late already waits behind those that were armed before: a repetition that makes up for
    years
    must not keep the others from their turn.
    """
    return {
        "id": new_id(),
        "instance_id": instance_id,
        "token": timer.token,
        "element": timer.element,
        **_drawn_in(timer.process),
        "state": TimerState.ARMED,
        "due_at": timer.due,
        "next_at": max(timer.due, armed_at),
        "attempts": 0,
        "cause": None,
    }


def _subscription_row(subscription: bpmn.Subscribed, instance_id: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "instance_id": instance_id,
        "token": subscription.token,
        "element": subscription.element,
        "kind": subscription.kind,
        "name": subscription.name,
        "correlation_key": subscription.key,
    }


def _job_row(job: bpmn.JobOffered, instance_id: str, created_at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "instance_id": instance_id,
        "token": job.token,
        "element": job.element,
        **_drawn_in(job.process),
        "topic": job.topic,
        "state": JobState.WAITING,
        "variables": job.variables,
        "attempts": 0,
        "error": None,
        "created_at": created_at,
        "next_at": created_at,
    }
