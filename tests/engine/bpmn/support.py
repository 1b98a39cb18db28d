"""Diagrams in a few words, and a case that is saved and loaded between all its commands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from engine import bpmn
from engine.bpmn import (
    Circumstances,
    Effects,
    Execution,
    JobOffered,
    Limits,
    Step,
    Subscribed,
    TaskOpened,
    TimerArmed,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:baton="urn:baton:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)

# -- diagrams ------------------------------------------------------------------------------------------------


def diagram(
    *inside: str,
    key: str = "p",
    messages: tuple[str, ...] = (),
    errors: tuple[str, ...] = (),
    escalations: tuple[str, ...] = (),
    signals: tuple[str, ...] = (),
) -> bytes:
    """A file with one process. A message's id and name are the same word, so are a signal's, and an error's
    id and code and an escalation's."""
    declared = [f"<message {_attributes({'id': name, 'name': name})}/>" for name in messages]
    declared += [f"<signal {_attributes({'id': name, 'name': name})}/>" for name in signals]
    declared += [f"<error {_attributes({'id': code, 'errorCode': code})}/>" for code in errors]
    declared += [f"<escalation {_attributes({'id': code, 'escalationCode': code})}/>" for code in escalations]
    body = "\n".join((*declared, f'<process id="{key}" isExecutable="true">', *inside, "</process>"))
    return f"<definitions {NAMESPACES}>\n{body}\n</definitions>".encode()


def node(tag: str, id: str, *inside: str, **attributes: object) -> str:
    """Any element; an attribute `camunda_x` is `camunda:x`."""
    return f"<{tag} {_attributes({'id': id, **attributes})}>{''.join(inside)}</{tag}>"


def _attributes(attributes: Mapping[str, object]) -> str:
    given = {k.replace("camunda_", "camunda:"): v for k, v in attributes.items() if v is not None}
    return " ".join(f"{k}={quoteattr(_text(v))}" for k, v in given.items())


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def start(id: str = "start", *inside: str, **attributes: object) -> str:
    return node("startEvent", id, *inside, **attributes)


def end(id: str = "end", *inside: str) -> str:
    return node("endEvent", id, *inside)


def user(id: str, *inside: str, **attributes: object) -> str:
    """A user task; `assignee`, `candidateGroups`... are `camunda:`."""
    theirs = {"assignee", "candidateGroups", "candidateUsers", "dueDate", "priority", "formKey"}
    given = {f"camunda_{k}" if k in theirs else k: v for k, v in attributes.items()}
    return node("userTask", id, *inside, **given)


def script(id: str, text: str, *inside: str, **attributes: object) -> str:
    code = f"<script>{escape(text)}</script>"
    return node("scriptTask", id, *inside, code, scriptFormat="python", **attributes)


def service(id: str, *inside: str, topic: str | None = "t", **attributes: object) -> str:
    """An external service task."""
    return node("serviceTask", id, *inside, camunda_type="external", camunda_topic=topic, **attributes)


def xor(id: str, default: str | None = None) -> str:
    return node("exclusiveGateway", id, default=default)


def par(id: str) -> str:
    return node("parallelGateway", id)


def inclusive(id: str, default: str | None = None) -> str:
    return node("inclusiveGateway", id, default=default)


def by_event(id: str) -> str:
    return node("eventBasedGateway", id)


def sub(id: str, *inside: str, **attributes: object) -> str:
    return node("subProcess", id, *inside, **attributes)


def transaction(id: str, *inside: str, **attributes: object) -> str:
    return node("transaction", id, *inside, **attributes)


def call(id: str, key: str, *inside: str, **attributes: object) -> str:
    """A call activity; `binding` and `number` say which version."""
    theirs = {"binding": "camunda_calledElementBinding", "number": "camunda_calledElementVersion"}
    given = {theirs.get(name, name): value for name, value in attributes.items()}
    return node("callActivity", id, *inside, calledElement=key, **given)


def hands(kind: str, **attributes: object) -> str:
    """A `camunda:in` or `camunda:out`; goes into `extensions`."""
    return f"<camunda:{kind} {_attributes(attributes)}/>"


def event_sub(id: str, *inside: str) -> str:
    return node("subProcess", id, *inside, triggeredByEvent=True)


def catch(id: str, event: str) -> str:
    return node("intermediateCatchEvent", id, event)


def throw(id: str, event: str) -> str:
    return node("intermediateThrowEvent", id, event)


def boundary(id: str, host: str, event: str, interrupting: bool = True) -> str:
    return node("boundaryEvent", id, event, attachedToRef=host, cancelActivity=interrupting)


def extensions(*inside: str) -> str:
    return f"<extensionElements>{''.join(inside)}</extensionElements>"


def timer(duration: str) -> str:
    return timer_of("timeDuration", duration)


def timer_of(kind: str, text: str) -> str:
    return f"<timerEventDefinition><{kind}>{escape(text)}</{kind}></timerEventDefinition>"


def message(name: str, *, key: str | None = None, payload: str | None = None) -> str:
    """A message's event definition; `payload` names its variable, "" spreads it over variables."""
    inside = f"<baton:correlation key={quoteattr(key)}/>" if key is not None else ""
    if payload is not None:
        inside += f'<baton:payload variable="{payload}"/>' if payload else "<baton:payload/>"
    return f'<messageEventDefinition messageRef="{name}">{extensions(inside)}</messageEventDefinition>'


def signal(name: str, *, payload: str | None = None) -> str:
    """A signal's event definition; `payload` as for `message`."""
    told = message(name, payload=payload)
    return told.replace("messageEvent", "signalEvent").replace("messageRef", "signalRef")


def send(id: str, name: str, *inside: str, key: str | None = None, payload: str | None = None) -> str:
    """A send task; `key` and `payload` as for `message`, `inside` without extensions."""
    return receive(id, name, *inside, key=key, payload=payload).replace("receiveTask", "sendTask")


def receive(id: str, name: str, *inside: str, key: str | None = None, payload: str | None = None) -> str:
    """A receive task; `key` and `payload` as for `message`, `inside` without extensions."""
    told = message(name, key=key, payload=payload)
    return node("receiveTask", id, told[told.index(">") + 1 : told.rindex("<")], *inside, messageRef=name)


def conditional(condition: str) -> str:
    """The event definition of a condition that is waited for."""
    return (
        f"<conditionalEventDefinition><condition>{escape(condition)}</condition></conditionalEventDefinition>"
    )


def error(code: str | None = None, **attributes: object) -> str:
    return f"<errorEventDefinition {_attributes({'errorRef': code, **attributes})}/>"


def escalation(code: str | None = None, **attributes: object) -> str:
    return f"<escalationEventDefinition {_attributes({'escalationRef': code, **attributes})}/>"


TERMINATE = "<terminateEventDefinition/>"
CANCEL = "<cancelEventDefinition/>"


def compensation(activity: str | None = None, **attributes: object) -> str:
    """The event definition of what throws a compensation, of one activity or of all."""
    return f"<compensateEventDefinition {_attributes({'activityRef': activity, **attributes})}/>"


def undo(host: str, handler: str) -> str:
    """A compensation event at an activity, `undo_` and its name, joined to a handler."""
    id = f"undo_{host}"
    joined = node("association", f"{id}__{handler}", sourceRef=id, targetRef=handler)
    return node("boundaryEvent", id, "<compensateEventDefinition/>", attachedToRef=host) + joined


def mark(*marks: str) -> str:
    """Marks of clocks in their extension elements, each as `start resolution` or `stop response claim`."""
    return extensions(*(_mark(*each.split()) for each in marks))


def _mark(action: str, name: str, on: str | None = None) -> str:
    return f"<baton:clock {_attributes({'name': name, 'action': action, 'on': on})}/>"


def params(inputs: Mapping[str, str] | None = None, outputs: Mapping[str, str] | None = None) -> str:
    """`camunda:inputOutput`, in its extension elements."""
    lines = [
        f'<camunda:{kind}Parameter name="{name}">{escape(value)}</camunda:{kind}Parameter>'
        for kind, values in (("input", inputs or {}), ("output", outputs or {}))
        for name, value in values.items()
    ]
    return extensions(f"<camunda:inputOutput>{''.join(lines)}</camunda:inputOutput>")


def each(
    collection: str | None = None,
    variable: str | None = None,
    *,
    times: object = None,
    until: str | None = None,
    sequential: bool = False,
) -> str:
    """Multi-instance over a collection, or `times` times."""
    inside = "" if times is None else f"<loopCardinality>{escape(str(times))}</loopCardinality>"
    inside += "" if until is None else f"<completionCondition>{escape(until)}</completionCondition>"
    attributes = _attributes(
        {"isSequential": sequential, "camunda_collection": collection, "camunda_elementVariable": variable}
    )
    return f"<multiInstanceLoopCharacteristics {attributes}>{inside}</multiInstanceLoopCharacteristics>"


def loop(condition: str | None = None, *, before: bool = False, most: int | None = None) -> str:
    """A standard loop: as long as the condition holds, at most so often."""
    inside = "" if condition is None else f"<loopCondition>{escape(condition)}</loopCondition>"
    attributes = _attributes({"testBefore": before, "loopMaximum": most})
    return f"<standardLoopCharacteristics {attributes}>{inside}</standardLoopCharacteristics>"


def path(*nodes: str) -> str:
    """Sequence flows from each of the nodes, given in a text or as arguments, to the next."""
    ids = " ".join(nodes).split()
    return "".join(flow(a, b) for a, b in pairwise(ids))


def flow(source: str, target: str, condition: str | None = None, id: str | None = None) -> str:
    name = id or f"{source}__{target}"
    asked = "" if condition is None else f"<conditionExpression>{escape(condition)}</conditionExpression>"
    return f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{asked}</sequenceFlow>'


# -- cases ---------------------------------------------------------------------------------------------------


def process_of(data: bytes, *called: bytes) -> bpmn.Process:
    """The first process of a diagram, which must pass the check; what it calls is in it or in one of
    the others."""
    return built(executables_of(data, *called))


def executables_of(data: bytes, *called: bytes) -> dict[str, str]:
    """What a deployment would store of the processes in these diagrams, by their keys."""
    definitions = [
        each
        for file in (data, *called)
        for each in bpmn.prepare("p.bpmn", file, lambda key: True, lambda key: True)[0]
    ]
    return {each.key: bpmn.pinned(each, lambda call: call.number or 1) for each in definitions}


def built(executables: Mapping[str, str]) -> bpmn.Process:
    """The first of these processes."""
    first = next(iter(executables.values()))
    return bpmn.specification(first, 1, lambda key, version: executables[key])


@dataclass
class _Known:
    tasks: dict[int, TaskOpened]
    timers: dict[int, TimerArmed]
    subscriptions: dict[int, Subscribed]
    jobs: dict[int, JobOffered]


_ROWS = {
    "tasks": ("token", "element"),
    "timers": ("token", "element", "due"),
    "subscriptions": ("token", "element", "kind", "name", "key"),
    "jobs": ("token", "element"),
}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


class Case:
    """A case between commands is nothing but its saved state and what it announced, as in the database;
    `begins` is the start event it begins at, if not the plain one; `told` are more of its circumstances."""

    def __init__(
        self,
        data: bytes | bpmn.Process,
        variables: Mapping[str, Any] | None = None,
        *,
        zone: str = "UTC",
        now: datetime = NOW,
        limits: Limits | None = None,
        calls: tuple[bytes, ...] = (),
        begins: str | None = None,
        **told: Any,
    ) -> None:
        self.process = process_of(data, *calls) if isinstance(data, bytes) else data
        # Only tests of the budget mean it; a busy machine must not fail the others.
        limits = limits or Limits(seconds=60)
        self.circumstances = Circumstances(now=now, zone=ZoneInfo(zone), limits=limits, **told)
        self._known = _Known({}, {}, {}, {})
        self.history: list[Step] = []
        self.effects = Effects()
        """What came of the last command."""
        self._note(bpmn.start(self.process, variables or {}, self.circumstances, begins))

    @classmethod
    def restored(cls, process: bpmn.Process, state: bytes, waiting: Mapping[str, Any]) -> "Case":
        """A case of a state, with what waits for it outside as the database tells (see `waiting_outside`)."""
        case = cls.__new__(cls)
        case.process, case.state, case.history, case.effects = process, state, [], Effects()
        case.circumstances = Circumstances(now=NOW, zone=ZoneInfo("UTC"), limits=Limits(seconds=60))
        rows = {
            kind: {row["token"]: SimpleNamespace(**row) for row in theirs} for kind, theirs in waiting.items()
        }
        for timer in rows["timers"].values():
            timer.due = datetime.fromisoformat(timer.due)
        case._known = _Known(**rows)
        return case

    def waiting_outside(self) -> dict[str, list[dict[str, Any]]]:
        """What the database would have of the tasks, timers, subscriptions and jobs that wait."""
        return {
            kind: [
                {name: _plain(getattr(one, name)) for name in names}
                for one in getattr(self._known, kind).values()
            ]
            for kind, names in _ROWS.items()
        }

    # What people and clocks do.

    def complete(self, element: str, /, *, nth: int = 0, **data: Any) -> None:
        """Complete the nth open user task at the element."""
        token = self._at(element, self._known.tasks)[nth]
        self._do(lambda execution: execution.complete_task(token, data))

    def send(self, name: str, payload: Mapping[str, Any] | None = None, *, key: str | None = None) -> None:
        """Deliver a message to the first that waits for it."""
        waiting = self._known.subscriptions.values()
        token = next(s.token for s in waiting if s.name == name and (key is None or s.key == key))
        self._do(lambda execution: execution.fire(token, dict(payload or {})))

    def send_to(
        self,
        element: str,
        payload: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        nth: int = 0,
    ) -> None:
        """Deliver a message or signal to the nth that waits at the element for one, or for that `name`."""
        waiting = self._known.subscriptions
        token = self._at(element, {t: s for t, s in waiting.items() if name in (None, s.name)})[nth]
        self._do(lambda execution: execution.fire(token, dict(payload or {})))

    def change(self, **variables: Any) -> None:
        """Change variables by hand."""
        self._do(lambda execution: (execution.change_variables(variables), execution.run()))

    def fire(self, element: str, *, nth: int = 0) -> None:
        """The nth timer at the element is due: the clock moves there, and it fires."""
        armed = self._known.timers.pop(self._at(element, self._known.timers)[nth])
        self.circumstances = replace(self.circumstances, now=max(self.circumstances.now, armed.due))
        self._do(lambda execution: execution.fire(armed.token))

    def wait(self, **how_long: float) -> None:
        """Let time pass, and everything that becomes due fire in its order."""
        until = self.circumstances.now + timedelta(**how_long)
        while due := sorted((t for t in self._known.timers.values() if t.due <= until), key=lambda t: t.due):
            self.fire(due[0].element)
        self.circumstances = replace(self.circumstances, now=until)

    def work(self, element: str, /, *, nth: int = 0, **results: Any) -> None:
        """Complete the nth job at the element."""
        token = self._at(element, self._known.jobs)[nth]
        self._do(lambda execution: execution.complete_job(token, results))

    def give_up(self, element: str, message: str = "broken", *, nth: int = 0) -> None:
        """The nth job at the element is a dead letter."""
        token = self._at(element, self._known.jobs)[nth]
        self._do(lambda execution: execution.fail_job(token, message))

    def throw(self, element: str, code: str, *, nth: int = 0) -> bool:
        """Throw an error at the nth job at the element; whether something handled it."""
        token, handled = self._at(element, self._known.jobs)[nth], []
        self._do(lambda execution: handled.append(execution.throw_at(token, code, "broken")))
        return handled[0]

    def retry(self, **variables: Any) -> None:
        if variables:
            self._do(lambda execution: execution.change_variables(variables))
        self._do(lambda execution: execution.retry())

    def cancel(self) -> None:
        self._do(lambda execution: execution.cancel_case())

    def move(self, data: bytes | bpmn.Process, calls: tuple[bytes, ...] = ()) -> bpmn.Move:
        """Go on in another version of the process."""
        target, execution = process_of(data, *calls) if isinstance(data, bytes) else data, self._load()
        moved = bpmn.move(execution, target)
        execution.run()
        self.process = target
        self._note(execution)
        return moved

    # What is to be seen.

    @property
    def open(self) -> list[str]:
        """The elements of the open user tasks, in alphabetical order."""
        return sorted(task.element for task in self._known.tasks.values())

    @property
    def waiting(self) -> list[str]:
        """The elements of open user tasks and jobs, in alphabetical order."""
        return sorted([*self.open, *(job.element for job in self.jobs)])

    @property
    def tasks(self) -> list[TaskOpened]:
        return [task for _, task in sorted(self._known.tasks.items())]

    @property
    def jobs(self) -> list[JobOffered]:
        return [job for _, job in sorted(self._known.jobs.items())]

    @property
    def timers(self) -> dict[str, datetime]:
        return {timer.element: timer.due for timer in self._known.timers.values()}

    @property
    def messages(self) -> list[tuple[str, str | None]]:
        waiting = [(s.name, s.key) for s in self._known.subscriptions.values()]
        return sorted(waiting, key=lambda each: (each[0], each[1] or ""))

    @property
    def sent(self) -> list[tuple[str, str, str | None, dict[str, Any]]]:
        """(kind, name, key, payload) of what the last command sent to other cases."""
        return [(each.kind, each.name, each.key, each.payload) for each in self.effects.sent]

    @property
    def variables(self) -> dict[str, Any]:
        return dict(self._load().variables)

    @property
    def failures(self) -> dict[str, str]:
        return {failure.element: failure.message for failure in self._load().failures()}

    @property
    def completed(self) -> bool:
        return bool(self._load().completed)

    @property
    def tokens(self) -> int:
        return len(self._load().tasks)

    @property
    def known(self) -> _Known:
        """What waits outside, by token."""
        return self._known

    def seen(self, element: str, nth: int = 0) -> dict[str, Any]:
        """The variables an open user task sees."""
        return self._load().visible_variables(self._at(element, self._known.tasks)[nth])

    def steps(self, kind: str) -> list[str]:
        """The elements at which history notes this kind of step, in order."""
        return [step.element for step in self.history if step.kind == kind]

    def _at(self, element: str, known: Mapping[int, Any]) -> list[int]:
        found = sorted(token for token, what in known.items() if what.element == element)
        assert found, f"nothing waits at {element!r}: {known}"
        return found

    def _load(self) -> Execution:
        return bpmn.load(self.state, bpmn.FORMAT, self.process, self.circumstances)

    def _do(self, act: Callable[[Execution], object]) -> None:
        execution = self._load()
        act(execution)
        self._note(execution)

    def _note(self, execution: Execution) -> None:
        self.state = bpmn.save(execution)  # first, for what cannot be saved has not happened
        self.effects = effects = execution.effects
        known = self._known
        known.tasks = {t: v for t, v in known.tasks.items() if t not in effects.closed} | effects.opened
        known.timers = {t: v for t, v in known.timers.items() if t not in effects.disarmed} | effects.armed
        left = {t: v for t, v in known.subscriptions.items() if t not in effects.unsubscribed}
        known.subscriptions = left | effects.subscribed
        known.jobs = {t: v for t, v in known.jobs.items() if t not in effects.withdrawn} | effects.offered
        self.history += effects.steps
        self._check_against(execution)

    def _check_against(self, execution: Execution) -> None:
        """What was announced outside is what the tokens wait for: no more and no less."""
        awaited = execution.awaited()
        assert set(self._known.tasks) == awaited["task"]
        assert set(self._known.timers) == awaited["timer"]
        assert set(self._known.subscriptions) == awaited["subscription"]
        assert set(self._known.jobs) == awaited["job"]
        assert not execution.completed or len(execution.tasks) == 1
        assert not execution.agenda
