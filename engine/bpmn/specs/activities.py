"""Activities: the work itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from engine.bpmn.dialect import CLAIM
from engine.bpmn.effects import JobOffered, TaskOpened
from engine.bpmn.execution import ElementFailed, Execution, Token
from engine.bpmn.specs.base import Element, Flow, Parameter, Process
from engine.bpmn.specs.compensation import remember
from engine.bpmn.specs.events import ERROR, BoundaryEvent, Thrown, ThrownBoundary, find_handler, send
from engine.bpmn.specs.gateways import EventBasedGateway
from engine.bpmn.specs.triggers import Message, Sending, receive
from engine.durations import Duration, parse_instant
from engine.errors import reason_of
from engine.scripting import Script, Template
from engine.sentences import Sentence

if TYPE_CHECKING:
    from engine.bpmn.specs.scopes import Repetition

Json = Any


class Activity(Element):
    """A piece of work: input and output parameters, and events waiting at its boundary while it waits
    itself."""

    waits: ClassVar[bool] = True

    def __init__(self, process: Process, name: str, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.input_parameters: list[Parameter] = []
        self.output_parameters: list[Parameter] = []
        self.boundaries: list[BoundaryEvent] = []
        self.thrown_boundaries: list[ThrownBoundary] = []
        self.repeated: Repetition | None = None

    @property
    def attached(self) -> list[Element]:
        return [*self.boundaries, *self.thrown_boundaries]

    def enter(self, token: Token) -> bool:
        held = dict(token.data)
        try:
            return self._enter(token)
        except ElementFailed:
            token.data = held  # else the retry of an input `x = ${x + 1}` would read its own first result
            raise

    def _enter(self, token: Token) -> bool:
        self.take_inputs(token)
        plans = [(b, b.plan(token)) for b in self.boundaries] if self.waits else []
        done = self.begin(token)
        if not done:
            for boundary, plan in plans:
                boundary.announce(token.workflow.listen(boundary, token), plan)
        return done

    def take_inputs(self, token: Token) -> None:
        for parameter in self.input_parameters:  # one may read the one before it
            token.data[parameter.name] = token.workflow.evaluate(parameter.value, token)

    def begin(self, token: Token) -> bool:
        """Do the work, or begin it and return False."""
        return True

    def hand_out(self, token: Token) -> None:
        values = [(p.name, token.workflow.evaluate(p.value, token)) for p in self.output_parameters]
        for name, value in values:
            token.workflow.assign(token.scope, name, value)
        if self.repeated:
            self.repeated.count(token)

    def choose(self, token: Token) -> list[Flow]:
        if self.repeated:
            self.repeated.judge(token)
        flows = [] if self.repeated else super().choose(token)
        remember(token)
        return flows

    def left(self, token: Token) -> None:
        if self.repeated:
            self.repeated.item_done(token)
        else:
            super().left(token)


class PassThrough(Activity):
    """A manual or plain task: the engine has nothing to do there."""

    waits = False


class ScriptTask(Activity):
    waits = False

    def __init__(self, process: Process, name: str, script: Script, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.script = script

    def begin(self, token: Token) -> bool:
        for name, value in token.workflow.run_script(self.script, token).items():
            token.workflow.assign(token, name, value)
        return True


class ReceiveTask(Activity):
    """Waits for a message as an event does, and is an activity all the same. Behind an event-based gateway it
    waits as one of its events, and has neither inputs nor boundary."""

    def __init__(
        self, process: Process, name: str, trigger: Message, payload: str | None, **about: Any
    ) -> None:
        super().__init__(process, name, **about)
        self.trigger = trigger
        self.payload = payload

    def begin(self, token: Token) -> bool:
        plan = self.plan(token)
        token.workflow.note("entered", self)
        self.announce(token, plan)
        return False

    def plan(self, token: Token) -> dict[str, Any]:
        return self.trigger.plan(token)

    def announce(self, token: Token, plan: dict[str, Any]) -> None:
        self.trigger.announce(token, plan)

    def awaits(self, token: Token) -> str | None:
        return self.trigger.awaited if token.waits else None

    def withdraw(self, token: Token) -> None:
        if token.waits:
            self.trigger.withdraw(token)

    def fired(self, token: Token, payload: Json) -> None:
        if isinstance(token.scope.spec, EventBasedGateway):
            receive(token.scope.spec.chosen(token, self), self.payload, payload)
        else:
            self.trigger.withdraw(token)
            receive(token, self.payload, payload)
            token.workflow.go_on(token)


class SendTask(Activity):
    """Sends a message, as an event does, and is an activity all the same."""

    waits = False

    def __init__(self, process: Process, name: str, sending: Sending, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.sending = sending

    def begin(self, token: Token) -> bool:
        send(token, self.sending.prepare(token))
        return True


class BusinessRuleTask(Activity):
    """Work for a decision table. The result is `decisionResult` to its own outputs, a dict for each rule; in
    the form the diagram asks for, it is a variable."""

    waits = False

    def __init__(
        self, process: Process, name: str, decision: Template, variable: str | None, form: str, **about: Any
    ) -> None:
        super().__init__(process, name, **about)
        self.decision = decision
        self.variable = variable
        self.form = form

    def begin(self, token: Token) -> bool:
        execution = token.workflow
        key = execution.evaluate(self.decision, token)
        if not isinstance(key, str):
            raise ElementFailed(Sentence("decision-key-no-text"))
        decided = execution.decide(key, self.form, token)
        token.data["decisionResult"] = decided.outputs
        if self.variable:
            execution.assign(token, self.variable, decided.value)
        execution.note("decided", self, decision=key, version=decided.version, rules=list(decided.rules))
        return True


class ServiceTask(Activity):
    """Work for a program: a job under a topic, a row in the store until it is done.

    A token whose job is a dead letter has failed, with the note `dead`: its boundary events go on waiting,
    and a retry begins nothing anew but the job.
    """

    def __init__(self, process: Process, name: str, topic: Template, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.topic = topic

    def _enter(self, token: Token) -> bool:
        if "dead" not in token.notes:
            return super()._enter(token)
        self.take_inputs(token)
        done = self.begin(token)
        del token.notes["dead"]
        return done

    def begin(self, token: Token) -> bool:
        topic = token.workflow.evaluate(self.topic, token)
        if not isinstance(topic, str) or not topic.strip() or len(topic) > MAX_TOPIC or "\0" in topic:
            raise ElementFailed(Sentence("topic-no-text", topic=f"{topic!r:.40}", most=MAX_TOPIC))
        given = {parameter.name: token.data[parameter.name] for parameter in self.input_parameters}
        token.workflow.note("entered", self)
        again, process = "dead" in token.notes, token.workflow.process_of(self)
        job = JobOffered(token.id, self.element, topic.strip(), given, again, process)
        token.workflow.effects.offer(job)
        return False

    def take_results(self, token: Token, results: Mapping[str, Json]) -> None:
        """Put what the work gave where the outputs read it; without outputs, into the scope outside."""
        if self.output_parameters:
            token.data.update(results)
            return
        for name, value in results.items():
            token.workflow.assign(token.scope, name, value)

    def throw(self, token: Token, code: str, message: str) -> bool:
        """Throw an error, to the task's own boundary first. Whether something handles it."""
        thrown = Thrown(ERROR, code, message)
        found = find_handler(token, thrown, itself=True)
        if found is None:
            return False
        handler, scope = found
        handler.caught(scope, thrown)
        return True

    def awaits(self, token: Token) -> str | None:
        return "job" if token.waits or "dead" in token.notes else None

    def withdraw(self, token: Token) -> None:
        if self.awaits(token):
            token.workflow.effects.withdraw(token.id)


MAX_TOPIC = 255


@dataclass(slots=True)
class Assignment:
    """Who is to do a user task, by when, with which form: templates, evaluated when it opens."""

    assignee: Template | None = None
    users: Template | None = None
    groups: Template | None = None
    due: Template | None = None
    priority: Template | None = None
    form: str | None = None
    separation: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)


class UserTask(Activity):
    """Work for a person: a row in the store until somebody completes it."""

    def __init__(self, process: Process, name: str, assignment: Assignment, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.assignment = assignment

    def begin(self, token: Token) -> bool:
        a, execution = self.assignment, token.workflow
        task = TaskOpened(
            token=token.id,
            element=self.element,
            name=self.label,
            names=a.names,
            assignee=_one(_value(a.assignee, token)),
            users=_several(_value(a.users, token)),
            groups=_several(_value(a.groups, token)),
            priority=_priority(_value(a.priority, token)),
            due=_due(_value(a.due, token), execution),
            form=a.form,
            separation=a.separation,
            process=execution.process_of(self),
        )
        execution.note("entered", self)
        execution.effects.open(task)
        return False

    def entered(self, token: Token) -> None:
        super().entered(token)
        opened = token.workflow.effects.opened.get(token.id)
        if opened is not None and opened.assignee is not None:
            self.mark(token, CLAIM)  # somebody has it, and nobody is going to claim it

    def awaits(self, token: Token) -> str | None:
        return "task" if token.waits else None

    def withdraw(self, token: Token) -> None:
        if token.waits:
            token.workflow.effects.close(token.id)


def _value(template: Template | None, token: Token) -> Json:
    return None if template is None else token.workflow.evaluate(template, token)


_NAME_LENGTH = 64
_MOST_CANDIDATES = 100


def _one(value: Json) -> str | None:
    if value is None or isinstance(value, str):
        return _name(value or "") or None
    raise ElementFailed(Sentence("assignee-no-text"))


def _name(text: str) -> str:
    """The name of a person or group, as far as the database can hold one."""
    name = text.strip()
    if len(name) > _NAME_LENGTH or "\0" in name:
        raise ElementFailed(Sentence("no-holder", name=name, most=_NAME_LENGTH))
    return name


def _several(value: Json) -> tuple[str, ...]:
    """Candidates: a list of texts, or one text with commas."""
    items = (value or "").split(",") if value is None or isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ElementFailed(Sentence("candidates-no-list"))
    if len(items) > _MOST_CANDIDATES:
        raise ElementFailed(Sentence("too-many-candidates", most=_MOST_CANDIDATES))
    return tuple(dict.fromkeys(name for item in items if (name := _name(item))))


def _priority(value: Json) -> int | None:
    number = whole_number(value)
    if value is not None and number is None:
        raise ElementFailed(Sentence("task-priority-no-number", value=f"{value!r:.40}"))
    return number


_DIGITS = re.compile(r"-?\d{1,10}", re.ASCII)


_LARGEST = 2**31 - 1


def whole_number(value: Json) -> int | None:
    """The whole number of at most 31 bits that a value is or a text says; None when it is something else."""
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and -_LARGEST <= value <= _LARGEST else None


def _due(value: Json, execution: Execution) -> datetime | None:
    if value is None:
        return None
    now, zone = execution.circumstances.now, execution.circumstances.zone
    if not isinstance(value, str):
        raise ElementFailed(Sentence("due-date-no-text", value=f"{value!r:.60}"))
    try:
        return (
            Duration.parse(value).after(now, zone)
            if value.lstrip().startswith("P")
            else parse_instant(value, zone)
        )
    except ValueError as error:
        raise ElementFailed(Sentence("due-date-unreadable", reason=reason_of(error))) from error
