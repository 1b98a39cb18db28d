"""Move a running case to another version of its process: every token to the element of the same id.

All that goes on has to have its counterpart there, of the same kind and in the same sub-processes; what only
listens comes and goes with the diagram: events that the other version lacks are disarmed, those it adds to
what is going on are armed as of now. What both have goes on as it was announced: a timer with the due date it
had, a user task with its form, a job with its topic and inputs, a subscription with its correlation key. A
condition has no row, so it is asked as the other version writes it. What goes on in a called process stays
there, for its call activity has to call the same version of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.bpmn.execution import ElementFailed, Execution, Token
from engine.bpmn.specs.activities import Activity, ReceiveTask, UserTask
from engine.bpmn.specs.base import Element, Process
from engine.bpmn.specs.events import CatchEvent
from engine.bpmn.specs.gateways import EventBasedGateway, InclusiveGateway, ParallelGateway
from engine.bpmn.specs.scopes import CallActivity, EventSubProcess, MultiInstance, Repetition, ScopeMixin
from engine.bpmn.specs.triggers import Message
from engine.errors import Invalid, Problem
from engine.sentences import Sentence


@dataclass(slots=True)
class Move:
    """What a move comes to, by the ids of elements as drawn in the case's own process."""

    kept: list[str] = field(default_factory=list)
    armed: list[str] = field(default_factory=list)
    disarmed: list[str] = field(default_factory=list)


def move(execution: Execution, target: Process) -> Move:
    """Put the case on another version of its process; it goes on there with the next `run`. Raises `Invalid`
    with an entry for each element that stands in the way; the execution is of no use then.

    1. See that all that goes on has its counterpart.
    2. Disarm the events that have none.
    3. Put every token on its counterpart.
    4. Arm the events that are new.
    """
    _refuse(_obstacles(execution, target))
    done = Move()
    for token in list(execution.tasks.values()):
        if not token.active and not _still_listens(token, target):
            done.disarmed.append(token.spec.element)
            token.cancel()
    before = {token.id: token.spec for token in execution.tasks.values()}
    done.kept = sorted({t.spec.element for t in execution.tasks.values() if t.parent and _is_own(t)})
    for token in execution.tasks.values():
        token.task_spec = _counterpart(token, target)
        _rename(token, before[token.id])
    execution.spec = target
    _refuse(list(_arm_new(execution, before, done)))
    return done


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise Invalid(problems, "The case cannot go on in this version.")


def _is_own(token: Token) -> bool:
    """Whether its element is drawn in the case's own process, not in one that is called."""
    return token.spec.process is token.workflow.spec


def _counterpart(token: Token, target: Process) -> Element | None:
    """What the token stands on in the other version, if that is there. A version of a called process is the
    same for every caller, but each caller has specs of its own for it.
    """
    process = target if _is_own(token) else target.called[token.spec.process.identity]
    return process.task_specs.get(token.spec.name)  # type: ignore[no-any-return]


def _obstacles(execution: Execution, target: Process) -> list[Problem]:
    found = {}
    own = [token for token in execution.tasks.values() if _is_own(token)]
    for token in own:
        if token.active and (reason := _obstacle(token, target)) is not None:
            found[token.spec.name] = Problem.of(reason, element=token.spec.element)
    for name in dict.fromkeys(name for token in own for name in _undone_by(token.notes)):
        spec = execution.spec.task_specs[name]
        if (reason := _misses(spec, target.task_specs.get(name))) is not None:
            found[name] = Problem.of(reason, element=spec.element)
    return list(found.values())


def _undone_by(noted: Mapping[str, Any]) -> Iterator[str]:
    """The names of what is to undo what has completed in a scope, and in the sub-processes of it."""
    for entry in noted.get("done", ()):
        yield entry["by"]
        yield from _undone_by(entry)


def _misses(spec: Element, other: Element | None) -> Sentence | None:
    """Why the other version has no element that could go on in place of this one; None when it has."""
    if other is None:
        return Sentence("not-in-version", element=spec.label)
    if not _same_kind(spec, other):
        return Sentence("other-kind-in-version", element=spec.label)
    if _path(spec) != _path(other):
        return Sentence("elsewhere-in-version", element=spec.label)
    return None


def _obstacle(token: Token, target: Process) -> Sentence | None:
    """Why the token cannot go on in the other version; None when it can."""
    spec, other = token.spec, _counterpart(token, target)
    if (reason := _misses(spec, other)) is not None:
        return reason
    assert other is not None, "it would be missed"
    if isinstance(spec, ParallelGateway | InclusiveGateway) and set(spec.incoming) != set(other.incoming):
        return Sentence("other-branches-in-version", element=spec.label)
    if (
        isinstance(spec, CallActivity)
        and _has_called(token)
        and spec.called.identity != other.called.identity
    ):
        here, there = spec.called.identity, other.called.identity
        return Sentence(
            "calls-other-in-version",
            element=spec.label,
            process=there.key,
            version=there.version,
            process_now=here.key,
            version_now=here.version,
        )
    return None


def _has_called(token: Token) -> bool:
    return any(child.spec.outermost for child in token.children)


def _still_listens(token: Token, target: Process) -> bool:
    """Whether an event that waits beside or inside something waits there in the other version too."""
    host, event = _counterpart(token.scope, target), _counterpart(token, target)
    assert host is not None, "what stands in the way was refused"
    return event is not None and event in _listeners(host) and _same_kind(token.spec, event)


def _same_kind(spec: Element, other: Element) -> bool:
    if type(spec) is not type(other):
        return False
    if isinstance(spec, MultiInstance) and spec.sequential != other.sequential:
        return False
    if isinstance(spec, Repetition):
        return type(spec.item) is type(other.item)
    if isinstance(spec, EventSubProcess):
        return spec.interrupts == other.interrupts and _same_kind(spec.start, other.start)
    if isinstance(spec, (CatchEvent, ReceiveTask)):
        one, two = spec.trigger, other.trigger
        names = [trigger.name for trigger in (one, two) if isinstance(trigger, Message)]
        return type(one) is type(two) and len(set(names)) < 2
    return True


def _path(spec: Element) -> list[str]:
    """What the element lies in within its process, from the inside out."""
    path, at = [], spec.within
    while at is not None:
        path.append(at.name)
        at = at.within
    return path


def _rename(token: Token, before: Element) -> None:
    """An open task is called what the other version calls it."""
    spec = token.spec
    if isinstance(spec, UserTask) and isinstance(before, UserTask) and token.waits:
        name, names = spec.label, spec.assignment.names
        if (name, names) != (before.label, before.assignment.names):
            token.workflow.effects.renamed[token.id] = (name, names)


def _arm_new(execution: Execution, before: dict[int, Element], done: Move) -> Iterator[Problem]:
    for host in list(execution.tasks.values()):
        known = {event.name: event for event in _listeners(before[host.id])}
        for event in _listeners(host.spec):
            had = event.name in known and _same_kind(known[event.name], event)
            if had or not _listens(host, event):
                continue
            try:
                event.announce(execution.listen(event, host), event.plan(host))
                done.armed.append(event.element)
            except ElementFailed as failure:
                yield Problem.of(failure.sentence, element=event.element)


def _listeners(spec: Element) -> list[CatchEvent | ReceiveTask]:
    """The events that wait beside or inside an element while it waits."""
    found: list[CatchEvent | ReceiveTask] = []
    if isinstance(spec, Activity) and spec.waits:
        found += spec.boundaries
    if isinstance(spec, ScopeMixin):
        found += spec.event_starts
    if isinstance(spec, EventBasedGateway):
        found += [flow.target for flow in spec.flows if isinstance(flow.target, CatchEvent | ReceiveTask)]
    return found


def _listens(host: Token, event: CatchEvent | ReceiveTask) -> bool:
    """Whether the event would be waiting if it had been there from the beginning."""
    inside = isinstance(host.spec, ScopeMixin) and event in host.spec.event_starts
    interrupted = any(child.spec.interrupts for child in host.children)
    return (host.waits or "dead" in host.notes) and not (inside and interrupted)
