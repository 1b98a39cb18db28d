"""What a threshold of a clock does when it fires: who is told, which level the case reaches, whose work it
becomes. Called with the rows of the cases held; it looks into no case, so it takes a few statements for many.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from engine import clockwork, people, policies
from engine.calendars import Calendar
from engine.durations import format_instant
from engine.people import Person
from engine.store import clocks, history, notifications, process_instances, user_tasks
from engine.store.base import new_id
from engine.store.clocks import ClockRow
from engine.store.history import Entry
from engine.store.process_instances import InstanceState, ProcessInstanceRow
from engine.store.user_tasks import UserTaskRow

THRESHOLD = "threshold"
"""The kind of a notification about a threshold."""

MESSAGES = "sla."
"""What the names of thresholds' messages begin with."""

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Firing:
    """A threshold that is due: its entry among those of its clock. The rows are values, held. `caught` says
    that the diagram of the case waits for it.
    """

    instance: ProcessInstanceRow
    clock: ClockRow
    entry: dict[str, Any]
    caught: bool = False

    @property
    def message(self) -> str:
        """The message by which the case's diagram may catch it."""
        return message_of(self.clock, self.entry)

    @property
    def due(self) -> datetime:
        return datetime.fromisoformat(self.entry["due"])

    @property
    def rests(self) -> bool:
        """Whether its case is suspended: people are told, and nothing in it is moved."""
        return self.instance.state == InstanceState.SUSPENDED

    def late(self, now: datetime) -> float:
        """Seconds since it was due; since one knew that, if that was later. None were lost if one knew it
        before the system's clock was set back.
        """
        known = max(self.due, datetime.fromisoformat(self.entry["armed"]))
        return max(now - known, timedelta(0)).total_seconds()


def message_of(clock: ClockRow, entry: dict[str, Any]) -> str:
    return f"{MESSAGES}{clock.name}.{entry['name']}"


@dataclass
class _Written:
    """What firings come to, to be written each kind in one statement."""

    entries: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    told: list[dict[str, Any]] = field(default_factory=list)


def fire(session: Session, firings: Collection[Firing], now: datetime) -> list[Firing]:
    """Let thresholds do what their policies say, in their order, and remember it. Those that were told just
    now.

    In a suspended case people are told and the level is raised; what would move the case is owed until it is
    resumed.
    """
    written = _Written()
    does = _actions(session, firings)
    work = _Work.of(session, does)
    told = [firing for firing in firings if firing.entry["fired"] is None]
    for firing, actions in does:
        if firing.entry["fired"] is None:
            _tell(written, firing, actions, work, now)
        if firing.rests:
            firing.entry["owed"] = (
                clockwork.HELD if firing.caught or any(_moves(each) for each in actions) else None
            )
        else:
            firing.entry["owed"] = None
            for action in actions:
                written.entries[firing.instance.id] += work.move(session, firing.instance, action)
        firing.clock.warned = clockwork.is_warned(firing.clock)
        clockwork.arm(firing.clock)
    _write(session, firings, written, now)
    return told


def give_up(session: Session, firing: Firing, now: datetime) -> None:
    """A threshold that could not be fired as often as is allowed is over, and that is remembered."""
    firing.entry["again"], firing.entry["owed"] = None, None
    firing.entry["dead"] = True
    cause = firing.entry["cause"]
    why = {"error": cause["detail"], "cause": cause}
    detail = {"threshold": firing.entry["name"], "due": firing.entry["due"], **why}
    told = clockwork.happened(firing.clock, "threshold failed", at=now, **detail)
    history.append(session, history.chain(firing.instance, [told], at=now, actor=None))
    process_instances.save_escalations(session, [firing.instance])


_Doing = list[tuple[Firing, list[dict[str, Any]]]]
"""What each of some thresholds does."""


def _actions(session: Session, firings: Iterable[Firing]) -> _Doing:
    """By the policies that their clocks run under; those that run under the same one are looked up once."""
    known: dict[tuple[Any, ...], dict[str, list[dict[str, Any]]]] = {}
    found: _Doing = []
    for firing in firings:
        clock = firing.clock
        terms = (clock.policy_key, clock.policy_version, clock.target_number)
        if terms not in known:
            selected = clockwork.target_of(session, clock)
            points = clockwork.points_of(selected) if selected else ()
            known[terms] = {point.name: list(point.actions) for point in points}
        found.append((firing, known[terms].get(firing.entry["name"], [])))
    return found


def _moves(action: dict[str, Any]) -> bool:
    return "add_group" in action or "reassign" in action


def _tell(
    written: _Written, firing: Firing, actions: list[dict[str, Any]], work: "_Work", now: datetime
) -> None:
    instance, clock, entry = firing.instance, firing.clock, firing.entry
    late = firing.late(now)
    entry.update(fired=format_instant(now), late=late, again=None, cause=None)
    detail = {"threshold": entry["name"], "due": entry["due"], "late": late}
    written.entries[instance.id].append(clockwork.happened(clock, "threshold fired", at=now, **detail))
    for action in actions:
        if (level := action.get("level", 0)) > instance.escalation_level:
            raised = {"from": instance.escalation_level, "to": level}
            written.entries[instance.id].append(Entry("level raised", None, raised))
            instance.escalation_level = level
        if "notify" in action:
            written.told += work.notifications(firing, action, now)


def _write(session: Session, firings: Collection[Firing], written: _Written, now: datetime) -> None:
    instances = {firing.instance.id: firing.instance for firing in firings}
    rows = [
        row
        for id, entries in written.entries.items()
        for row in history.chain(instances[id], entries, at=now, actor=None)
    ]
    if rows:
        history.append(session, rows)
        process_instances.save_escalations(session, instances.values())
    clocks.save_fired(session, {firing.clock.id: firing.clock for firing in firings}.values())
    if written.told:
        notifications.add(session, written.told)


# Whom it concerns


@dataclass
class _Work:
    """The open tasks of the cases concerned, and who there is to be told."""

    tasks: dict[str, list[UserTaskRow]]
    persons: list[Person]
    book: policies.Book | None

    @classmethod
    def of(cls, session: Session, does: _Doing) -> "_Work":
        """Read what this needs, and nothing when it needs nothing."""
        about = [(firing, action) for firing, actions in does for action in actions]
        notices = [(firing, action["notify"]) for firing, action in about if "notify" in action]
        with_tasks = {
            firing.instance.id
            for firing, action in about
            if _moves(action) or {"assignee", "group"} & set(action.get("notify", {}).get("to", ()))
        }
        tasks: dict[str, list[UserTaskRow]] = defaultdict(list)
        for task in user_tasks.open_of(session, with_tasks) if with_tasks else ():
            tasks[task.instance_id].append(task)
        persons = _persons(session, notices, tasks) if notices else []
        waits = any(action.get("in_hours") for _, action in about)
        return cls(tasks, persons, policies.book(session) if waits else None)

    def notifications(
        self, firing: Firing, action: dict[str, Any], now: datetime
    ) -> Iterator[dict[str, Any]]:
        instance, clock, entry = firing.instance, firing.clock, firing.entry
        for person in self._recipients(instance, action["notify"]):
            yield {
                "id": new_id(),
                "person": person.username,
                "instance_id": instance.id,
                "kind": THRESHOLD,
                "clock_id": clock.id,
                "clock": clock.name,
                "threshold": entry["name"],
                "detail": {"due": entry["due"], "level": instance.escalation_level},
                "created_at": now,
                "not_before": self._opening(person, firing, now) if action.get("in_hours") else now,
                "read_at": None,
            }

    def _recipients(self, instance: ProcessInstanceRow, notify: dict[str, Any]) -> list[Person]:
        """Everybody once, in the order of their names."""
        tasks = self.tasks[instance.id]
        users, groups = _named(instance, notify, tasks)
        roles = set(notify.get("roles", ()))
        return [
            person
            for person in self.persons
            if person.username in users or person.groups & groups or roles & set(person.roles)
        ]

    def _opening(self, person: Person, firing: Firing, now: datetime) -> datetime:
        """When somebody works next: by the calendar of a service that a group of hers owns, the earliest of
        several; else by that of the clock.
        """
        openings = [_opens(calendar, now) for calendar in self._calendars(person, firing)]
        return min((at for at in openings if at is not None), default=now)

    def _calendars(self, person: Person, firing: Firing) -> list[Calendar]:
        assert self.book is not None, "it was read for this"
        services = self.book.services.values()
        keys = {each.calendar for each in services if each.calendar and each.owner_group in person.groups}
        own = firing.clock.calendar_key
        return [self.book.calendar(key)[1] for key in keys or ({own} if own else ())]

    def move(self, session: Session, instance: ProcessInstanceRow, action: dict[str, Any]) -> Iterator[Entry]:
        """Offer the work of a case to another group too, or to that group alone. The work of one person stays
        hers.
        """
        for task in self.tasks[instance.id]:
            if task.candidate_groups and _moves(action):
                yield from _offer(session, task, action)


def _offer(session: Session, task: UserTaskRow, action: dict[str, Any]) -> Iterator[Entry]:
    before, anew = list(task.candidate_groups), "reassign" in action
    group: str = action["reassign"] if anew else action["add_group"]
    after = [group] if anew else [*before, group]
    if before == after or (group in before and not anew):
        return
    detail: dict[str, Any] = {"task": task.id, "name": task.name, "from": before, "to": after}
    if anew:
        detail["assignee"] = task.assignee
        if task.assignee is not None:
            user_tasks.remember_assignee(session, task)
        task.assignee, task.candidate_users = None, []
    task.candidate_groups = after
    task.revision += 1
    user_tasks.offer_anew(session, task)
    yield Entry("reassigned" if anew else "group added", task.element, detail | task.whereabouts)


def _named(
    instance: ProcessInstanceRow, notify: dict[str, Any], tasks: Iterable[UserTaskRow]
) -> tuple[set[str], set[str]]:
    """The persons and the groups that are told."""
    to = notify.get("to", ())
    users, groups = set(notify.get("people", ())), set(notify.get("groups", ()))
    if "requester" in to and instance.requester:
        users.add(instance.requester)
    for task in tasks:
        if "assignee" in to and task.assignee:
            users.add(task.assignee)
        if "group" in to:
            groups.update(task.candidate_groups)
    return users, groups


def _persons(
    session: Session,
    notices: list[tuple[Firing, dict[str, Any]]],
    tasks: dict[str, list[UserTaskRow]],
) -> list[Person]:
    """Everybody whom one of these may mean."""
    users, groups, roles = set[str](), set[str](), set[str]()
    for firing, notify in notices:
        more_users, more_groups = _named(firing.instance, notify, tasks[firing.instance.id])
        users |= more_users
        groups |= more_groups
        roles |= set(notify.get("roles", ()))
    return people.addressed(session, users, groups, roles)


def _opens(calendar: Calendar, now: datetime) -> datetime | None:
    if calendar.is_open(now):
        return now
    soon = calendar.after(now, _MOMENT)
    return None if soon is None else soon - _MOMENT
