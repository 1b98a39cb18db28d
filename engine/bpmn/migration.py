"""Move a running case to another version of its process: every token to the element of the same id.

All that goes on has to have its counterpart there, of the same kind and in the same sub-processes; what only
listens comes and goes with the diagram: events that the other version lacks are disarmed, those it adds to
what is going on are armed as of now. What both have goes on as it was, with the due date it had.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.bpmn.execution import ElementFailed, Execution, Token
from engine.bpmn.specs.activities import Activity, UserTask
from engine.bpmn.specs.base import Element, Process
from engine.bpmn.specs.events import CatchEvent
from engine.bpmn.specs.gateways import EventBasedGateway, ParallelGateway
from engine.bpmn.specs.scopes import MultiInstance, ScopeMixin
from engine.bpmn.specs.triggers import Message
from engine.errors import Invalid, Problem


@dataclass(slots=True)
class Move:
    """What a move comes to, by the ids of elements as drawn."""

    kept: list[str] = field(default_factory=list)
    armed: list[str] = field(default_factory=list)
    disarmed: list[str] = field(default_factory=list)


def move(execution: Execution, target: Process) -> Move:
    """Continue the case in another version of its process. Raises `Invalid` with an entry for each element
    that stands in the way; the execution is of no use then.

    1. See that all that goes on has its counterpart.
    2. Disarm the events that have none.
    3. Put every token on its counterpart.
    4. Arm the events that are new.
    """
    _refuse(_obstacles(execution, target))
    done = Move()
    for token in list(execution.tasks.values()):
        if not token.active and _obstacle(token, target) is not None:
            done.disarmed.append(token.spec.element)
            token.cancel()
    before = {token.id: token.spec for token in execution.tasks.values()}
    for token in execution.tasks.values():
        token.task_spec = target.task_specs[token.spec.name]
        _rename(token, before[token.id])
    execution.spec = target
    done.kept = sorted({token.spec.element for token in execution.tasks.values() if token.parent is not None})
    _refuse(list(_arm_new(execution, before, done)))
    execution.run()
    return done


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise Invalid(problems, "The case cannot go on in this version.")


def _obstacles(execution: Execution, target: Process) -> list[Problem]:
    found = {}
    for token in execution.tasks.values():
        if token.active and (reason := _obstacle(token, target)) is not None:
            found[token.spec.name] = Problem(reason, element=token.spec.element)
    return list(found.values())


def _obstacle(token: Token, target: Process) -> str | None:
    """Why the token cannot go on in the other version; None when it can."""
    spec, other = token.spec, target.task_specs.get(token.spec.name)
    if other is None:
        return f"{spec.label!r} is not in this version."
    if not _same_kind(spec, other):
        return f"{spec.label!r} is of another kind in this version."
    if _path(spec) != _path(other):
        return f"{spec.label!r} is in another sub-process, or at another host, in this version."
    if isinstance(spec, ParallelGateway) and set(spec.incoming) != set(other.incoming):
        return f"Other branches meet at {spec.label!r} in this version."
    return None


def _same_kind(spec: Element, other: Element) -> bool:
    if type(spec) is not type(other):
        return False
    if isinstance(spec, MultiInstance):
        return spec.sequential == other.sequential and type(spec.item) is type(other.item)
    if isinstance(spec, CatchEvent):
        one, two = spec.trigger, other.trigger
        names = [trigger.name for trigger in (one, two) if isinstance(trigger, Message)]
        return type(one) is type(two) and len(set(names)) < 2
    return True


def _path(spec: Element) -> list[str]:
    """What the element lies in, from the inside out."""
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
        known = {(event.name, type(event)) for event in _listeners(before[host.id])}
        present = {child.spec.name for child in host.children}
        for event in _listeners(host.spec):
            had = (event.name, type(event)) in known and event.name not in done.disarmed
            if had or event.name in present or not _listens(host, event):
                continue
            try:
                event.announce(execution.listen(event, host), event.plan(host))
                done.armed.append(event.element)
            except ElementFailed as failure:
                yield Problem(str(failure), element=event.element)


def _listeners(spec: Element) -> list[CatchEvent]:
    """The events that wait beside or inside an element while it waits."""
    found: list[CatchEvent] = []
    if isinstance(spec, Activity) and spec.waits:
        found += spec.boundaries
    if isinstance(spec, ScopeMixin):
        found += spec.event_starts
    if isinstance(spec, EventBasedGateway):
        found += [flow.target for flow in spec.flows if isinstance(flow.target, CatchEvent)]
    return found


def _listens(host: Token, event: CatchEvent) -> bool:
    """Whether the event would be waiting if it had been there from the beginning."""
    inside = isinstance(host.spec, ScopeMixin) and event in host.spec.event_starts
    interrupted = any(child.spec.interrupts for child in host.children)
    return host.waits and not (inside and interrupted)
