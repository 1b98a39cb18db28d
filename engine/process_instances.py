"""Process instances: start them, look at them, hold them, repair them, end them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine import access, clockwork, definitions, history, people, runtime, words
from engine.bpmn import Execution, Position
from engine.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed, Problem
from engine.people import Person
from engine.store import jobs, search, timers
from engine.store.base import table_of
from engine.store.deployments import ProcessDefinitionRow
from engine.store.history import Entry, HistoryRow
from engine.store.process_instances import POSSIBLE_IN, WITHOUT_STATE, InstanceState, ProcessInstanceRow

__all__ = [
    "Diagram",
    "Filter",
    "InstanceState",
    "Migration",
    "Order",
    "Position",
    "cancel",
    "change_variables",
    "diagram",
    "get",
    "history_page",
    "migrate",
    "page",
    "require_possible",
    "resume",
    "retry",
    "start",
    "startable",
    "suspend",
    "timeline",
    "timeline_backwards",
    "variables",
]


@dataclass(frozen=True, slots=True)
class Diagram:
    """A case's diagram as drawn, and what goes on in it now."""

    xml: str
    positions: list[Position]


def startable(
    session: Session, *, by: Person, limit: int, after: str | None = None
) -> list[ProcessDefinitionRow]:
    """The latest version of up to `limit` definitions that `by` may start, after the key `after`, in the
    order of keys.
    """
    found: list[ProcessDefinitionRow] = []
    while len(found) < limit:
        read = definitions.page(session, limit=limit, after=after)
        found += [each for each in read if each.plain_start and access.may_start(by, each)]
        if len(read) < limit:
            break
        after = read[-1].key
    return found[:limit]


def start(
    session: Session,
    key: str,
    variables: Mapping[str, Any],
    *,
    by: Person,
    now: datetime,
    zone: str,
    title: str | None = None,
    service: str | None = None,
) -> ProcessInstanceRow:
    """Start the latest version of a process and run it until everything in it waits.

    The variables go through the start form if the process has one. `zone` is the IANA zone of its calendar
    days, unless it has a working calendar. Raises `NotFound`, `Forbidden`, `Conflict` when it
    only begins by itself, and `Invalid`.
    """
    definition = definitions.latest(session, key)
    if not access.may_start(by, definition):
        raise Forbidden(f"You may not start {definition.name!r}.")
    if not definition.plain_start:
        raise Conflict(f"{definition.name!r} begins by itself: it has no plain start event.")
    form = definitions.start_form(session, definition)
    if form is not None:
        variables = form.check(variables, pointer="#/variables")
    else:
        runtime.require_names(variables, "#/variables")
        runtime.require_own_names(variables, "#/variables")
    what = runtime.Beginning(
        variables=variables,
        requester=by.username,
        title=title,
        service=service,
        zone=zone,
        organisation=by.organisation_id,
    )
    return runtime.begin(session, definition, what, now=now, actor=by.username)


def get(session: Session, instance_id: str, *, by: Person) -> ProcessInstanceRow:
    """The case. Raises `NotFound`."""
    return access.see_instance(session, by, instance_id)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cases to list. `text` is looked for word by word in number, title, texts and comments, whatever
    the case.
    """

    definition: str | None = None
    states: Sequence[str] = ()
    text: str | None = None
    requester: str | None = None
    priority: int | None = None
    service: str | None = None


def page(
    session: Session, chosen: Filter, *, by: Person, limit: int, before: str | None = None
) -> list[ProcessInstanceRow]:
    """Up to `limit` cases that `by` may see, the newest first, started before the one called `before`."""
    wanted = _conditions(chosen)
    if chosen.text:
        wanted.append(search.found_by(session, words.wanted(chosen.text), table_of(ProcessInstanceRow).c.id))
    ids = access.first_instances(session, by, wanted, states=chosen.states, limit=limit, before=before)
    statement = select(ProcessInstanceRow).where(ProcessInstanceRow.id.in_(ids)).options(WITHOUT_STATE)
    return list(session.scalars(statement.order_by(ProcessInstanceRow.id.desc())))


def _conditions(chosen: Filter) -> list[ColumnElement[bool]]:
    row = table_of(ProcessInstanceRow).c
    equal = (
        (row.definition_key, chosen.definition),
        (row.requester, chosen.requester),
        (row.priority, chosen.priority),
        (row.service, chosen.service),
    )
    found: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
    if chosen.states:
        found.append(row.state.in_(chosen.states))
    return found


def variables(session: Session, instance_id: str, *, by: Person, now: datetime) -> dict[str, Any]:
    """The case's own variables; those of inner scopes are seen where they are. Raises `NotFound`."""
    return runtime.load(session, access.see_instance(session, by, instance_id), now).variables


def diagram(session: Session, instance_id: str, *, by: Person, now: datetime) -> Diagram:
    """The diagram with what goes on in it and in the processes it calls. Raises `NotFound`."""
    instance = access.see_instance(session, by, instance_id)
    positions = [] if instance.ended_at else runtime.load(session, instance, now).positions()
    xml = definitions.diagram(session, instance.definition_id)
    return Diagram(xml.decode("utf-8", errors="replace"), positions)


def history_page(
    session: Session, instance_id: str, *, by: Person, limit: int, after: int = 0
) -> list[HistoryRow]:
    """Up to `limit` entries of a case's history, in order, after the entry `after`. Raises `NotFound`."""
    return history.page(session, access.see_instance(session, by, instance_id).id, limit=limit, after=after)


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of a case's history with what its element and its actor are called, as far as is known."""

    entry: HistoryRow
    element: definitions.Named | None
    actor_name: str | None


def timeline(session: Session, instance_id: str, *, by: Person, limit: int, after: int = 0) -> list[Told]:
    """As `history_page`, with names for people to read."""
    instance = access.see_instance(session, by, instance_id)
    return _told(session, instance, history.page(session, instance.id, limit=limit, after=after))


def timeline_backwards(
    session: Session, instance_id: str, *, by: Person, limit: int, before: int | None = None
) -> list[Told]:
    """As `timeline`, the newest first, before the entry `before`."""
    instance = access.see_instance(session, by, instance_id)
    return _told(session, instance, history.newest(session, instance.id, limit=limit, before=before))


def _told(session: Session, instance: ProcessInstanceRow, entries: list[HistoryRow]) -> list[Told]:
    elements = definitions.names(session, instance.definition_id).elements
    called = people.names(session, {entry.actor for entry in entries if entry.actor})
    return [
        Told(entry, elements.get(entry.element or "") or _as_noted(entry), called.get(entry.actor or ""))
        for entry in entries
    ]


def _as_noted(entry: HistoryRow) -> definitions.Named | None:
    """What the element was called in the version that the case has left since."""
    name = (entry.detail or {}).get("name") if entry.element else None
    return definitions.Named(name, {}) if isinstance(name, str) else None


# Commands on a case


@dataclass(frozen=True, slots=True)
class Order:
    """A command on a case: who gives it and when, why, and at which revision she last saw it (None:
    whichever).
    """

    by: Person
    now: datetime
    reason: str | None = None
    revision: int | None = None

    def entry(self, kind: str, **detail: Any) -> Entry:
        return Entry(kind, detail=detail | ({"reason": self.reason} if self.reason else {}))


def cancel(session: Session, instance_id: str, order: Order) -> ProcessInstanceRow:
    """End a case before its end: its tasks, timers, subscriptions and jobs go. Raises `NotFound`, `Conflict`
    when it has ended, `Forbidden`.
    """
    instance = _hold(session, instance_id, "cancel", order)
    instance.state = InstanceState.CANCELLED
    _advance(session, instance, Execution.cancel_case, order, order.entry("cancelled"))
    return instance


def suspend(session: Session, instance_id: str, order: Order) -> ProcessInstanceRow:
    """Hold a case: nothing happens in it until it is resumed; timers that fall due meanwhile fire then."""
    instance = _hold(session, instance_id, "suspend", order)
    instance.state = InstanceState.SUSPENDED
    timers.hold(session, instance.id)
    jobs.hold(session, instance.id)
    runtime.record(session, instance, order.entry("suspended"), now=order.now, actor=order.by.username)
    return instance


def resume(session: Session, instance_id: str, order: Order) -> ProcessInstanceRow:
    """Let a suspended case go on. Conditions that came true while it was held are met now."""
    instance = _hold(session, instance_id, "resume", order)
    instance.state = InstanceState.FAILED if instance.failures else InstanceState.ACTIVE
    timers.release(session, instance.id)
    if instance.open_clocks:
        clockwork.release(session, instance)
    jobs.release(session, instance.id)
    _advance(session, instance, Execution.run, order, order.entry("resumed"))
    return instance


def retry(session: Session, instance_id: str, order: Order) -> ProcessInstanceRow:
    """Let every failed element of a case try again."""
    instance = _hold(session, instance_id, "retry", order)
    _advance(session, instance, Execution.retry, order, order.entry("retried"))
    return instance


def change_variables(
    session: Session, instance_id: str, values: Mapping[str, Any], order: Order
) -> dict[str, Any]:
    """Set variables of the case itself, to repair it; all of them as they are then. History keeps before and
    after.
    """
    instance = _hold(session, instance_id, "change_variables", order)
    runtime.require_names(values, "#")
    after: dict[str, Any] = {}

    def change(execution: Execution) -> None:
        before = {name: execution.variables[name] for name in values if name in execution.variables}
        entries.append(order.entry("variables changed", before=before, after=dict(values)))
        execution.change_variables(values)
        if instance.state != InstanceState.SUSPENDED:
            execution.run()  # a condition may have come true
        after.update(execution.variables)

    entries: list[Entry] = []
    runtime.advance(session, instance, change, now=order.now, actor=order.by.username, entries=entries)
    return after


@dataclass(frozen=True, slots=True)
class Migration:
    """A case that was moved from one version to another, or would be: the elements at which something goes
    on, the events that begin to listen and those that stop.
    """

    instance: ProcessInstanceRow
    from_version: int
    to_version: int
    kept: list[str]
    armed: list[str]
    disarmed: list[str]

    @property
    def revision(self) -> int:
        return self.instance.revision


def migrate(
    session: Session, instance_id: str, version: int, order: Order, *, dry_run: bool = False
) -> Migration:
    """Let a running case go on in another version of its process, newer or older. Raises `NotFound`,
    `Conflict` when it has ended, `Forbidden`, and `Invalid` with an entry for each element that has no
    counterpart there; nothing is changed then, nor by a dry run.
    """
    instance = _hold(session, instance_id, "migrate", order)
    before, target = instance.version, _target(session, instance, version)
    if dry_run:
        move = runtime.preview_migration(session, instance, target, order.now)
    else:
        entry = order.entry("migrated", **{"from": before, "to": version})
        move = runtime.migrate(session, instance, target, entry, now=order.now, actor=order.by.username)
        if instance.state == InstanceState.SUSPENDED:
            timers.hold(session, instance.id)
    return Migration(instance, before, version, move.kept, move.armed, move.disarmed)


def require_possible(instance: ProcessInstanceRow, command: str, by: Person) -> None:
    """What a command (see `POSSIBLE_IN`) checks of a case that `by` may see before it looks at what was sent.
    Raises `Conflict`, `Forbidden`.
    """
    if instance.state not in POSSIBLE_IN[command]:
        raise Conflict(f"{instance.number} is {instance.state}.")
    access.require(by, *(access.OWNERS if command == "migrate" else access.OPERATORS))


def _target(session: Session, instance: ProcessInstanceRow, version: int) -> ProcessDefinitionRow:
    if version == instance.version:
        raise Invalid([Problem(f"{instance.number} is on version {version} already.", pointer="#/version")])
    try:
        return definitions.version(session, instance.definition_key, version)
    except NotFound as error:
        raise Invalid([Problem(error.detail, pointer="#/version")]) from error


def _hold(session: Session, instance_id: str, command: str, order: Order) -> ProcessInstanceRow:
    """Lock a case that somebody may see, and see that the command is possible."""
    instance = runtime.lock(session, instance_id)
    access.require_visible(session, order.by, instance)
    if order.revision is not None and order.revision != instance.revision:
        raise PreconditionFailed
    require_possible(instance, command, order.by)
    return instance


def _advance(session: Session, instance: ProcessInstanceRow, act: Any, order: Order, entry: Entry) -> None:
    runtime.advance(session, instance, act, now=order.now, actor=order.by.username, entries=[entry])
