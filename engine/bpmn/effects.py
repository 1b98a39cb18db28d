"""What a step of a case means outside it: values that the heart writes down. No live object ever leaves this
package."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Called:
    """The version of a called process in which something is drawn. None in its place: the case's own
    process."""

    key: str
    version: int


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """A user task waits for a person. `groups` and `users` are candidates; `due` is an aware UTC instant."""

    token: int
    element: str
    name: str
    names: dict[str, str]
    assignee: str | None
    users: tuple[str, ...]
    groups: tuple[str, ...]
    priority: int | None
    due: datetime | None
    form: str | None
    separation: tuple[str, ...]
    process: Called | None = None


@dataclass(frozen=True, slots=True)
class TimerArmed:
    """`due` is the aware UTC instant at which the token's timer is to fire."""

    token: int
    element: str
    due: datetime
    process: Called | None = None


MESSAGE, SIGNAL = "message", "signal"
"""What is sent from case to case: to one that waits for it, or to all that do."""

TIMER = "timer"


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The token waits for a `kind` of this name: a message or a signal; `key` is the correlation key it asks
    for, None when it asks for none."""

    token: int
    element: str
    kind: str
    name: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message on its way to the one that waits for it, or a signal on its way to all other cases that
    do."""

    kind: str
    name: str
    key: str | None
    payload: dict[str, Any]
    element: str
    process: Called | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """An element, as drawn, that failed and waits to be retried. `cause` is the message with its code and
    values; see `sentences.told`."""

    element: str
    message: str
    process: Called | None = None
    cause: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Position:
    """Something going on at an element, as drawn: `active`, `listening` or `failed`."""

    element: str
    state: str
    process: Called | None = None


@dataclass(frozen=True, slots=True)
class JobOffered:
    """A service task waits for a program that works on this topic; `variables` are its inputs. `again`: its
    job was a dead letter, and begins anew.
    """

    token: int
    element: str
    topic: str
    variables: dict[str, Any]
    again: bool
    process: Called | None = None


@dataclass(frozen=True, slots=True)
class ClockMark:
    """The diagram does something to the clock of a name: `start`, `pause`, `resume` or `stop`. A pause is its
    token's, and so is its end: several may pause a clock at once.
    """

    name: str
    action: str
    token: int
    element: str
    process: Called | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of history: what happened at which element, as drawn. The detail of a step in a called process
    has its `process`: key and version."""

    kind: str
    element: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Effects:
    """All that came of one command on a case.

    A user task or subscription that came and went in the same command is in neither list; `disarmed` may name
    timers that
    were never written down, and `armed` some that were and now have another due date; `withdrawn`
    may name jobs that were never written down. `renamed` are open user tasks with their new name and its
    translations; `clocks` are the marks that were passed, in order.
    """

    opened: dict[int, TaskOpened] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    armed: dict[int, TimerArmed] = field(default_factory=dict)
    disarmed: set[int] = field(default_factory=set)
    subscribed: dict[int, Subscribed] = field(default_factory=dict)
    unsubscribed: set[int] = field(default_factory=set)
    offered: dict[int, JobOffered] = field(default_factory=dict)
    withdrawn: set[int] = field(default_factory=set)
    renamed: dict[int, tuple[str, dict[str, str]]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    clocks: list[ClockMark] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def open(self, task: TaskOpened) -> None:
        self.opened[task.token] = task

    def close(self, token: int) -> None:
        if self.opened.pop(token, None) is None:
            self.closed.add(token)

    def arm(self, timer: TimerArmed) -> None:
        self.armed[timer.token] = timer
        self.disarmed.discard(timer.token)

    def disarm(self, token: int) -> None:
        self.armed.pop(token, None)
        self.disarmed.add(token)

    def subscribe(self, subscription: Subscribed) -> None:
        self.subscribed[subscription.token] = subscription

    def unsubscribe(self, token: int) -> None:
        if self.subscribed.pop(token, None) is None:
            self.unsubscribed.add(token)

    def offer(self, job: JobOffered) -> None:
        self.offered[job.token] = job

    def withdraw(self, token: int) -> None:
        self.offered.pop(token, None)
        self.withdrawn.add(token)
