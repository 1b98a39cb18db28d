"""What each kind of element does when a token enters it, while it waits there, and when it leaves.

Every class is a task spec of SpiffWorkflow, run by the library's `Task.run`. A token passes three phases, and
a failure is retried from the one that failed, so nothing is done twice:

    0  enter    evaluate inputs, begin the work; return False to wait for someone, something or an inner token
    1  hand out evaluate the outputs and write them to the scope outside
    2  choose   decide on the outgoing flows, then go
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs.base import TaskSpec

from engine.bpmn.effects import Subscribed, TaskOpened, TimerArmed
from engine.bpmn.execution import ElementFailed, Execution, Token
from engine.calendars import Duration, Repetition, parse_instant
from engine.scripting import Script, Template

Json = Any

ENTER, HAND_OUT, CHOOSE = range(3)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow: where it leads, and the condition it asks, if any."""

    id: str
    target: "Element"
    condition: Template | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A `camunda:inputParameter` or `outputParameter`."""

    name: str
    value: Template


class Process(BpmnProcessSpec):
    """The specification of one process version: `task_specs` by name, `root` the process itself."""

    root: "ProcessScope"

    def __init__(self, key: str) -> None:
        super().__init__(name=key)
        self.record: dict[str, Template] = {}
        self.task_specs.clear()  # the library's own start and end tasks have no part in this


class Element(TaskSpec):
    """A flow node that passes tokens straight through; the other kinds say what they do differently.

    `name` is unique in the process and stored with a token; `element` is the id as drawn, `label` what people
    call it.
    """

    visible: ClassVar[bool] = True
    """Whether passing it is worth a line of history."""

    def __init__(self, process: Process, name: str, *, element: str | None = None, label: str = "") -> None:
        super().__init__(process, name)
        self.element = element or name
        self.label = label
        self.flows: list[Flow] = []
        self.default: str | None = None

    # The library's hooks, in the order it calls them.

    def test(self) -> None:
        """The library refuses task specs without inputs; the check at deployment knows better."""

    def _update_hook(self, token: Token) -> bool:
        return (
            False  # tokens become ready through `Execution.place`, never by the library's data-copying update
        )

    def _run_hook(self, token: Token) -> bool | None:
        notes = token.notes
        if notes.setdefault("phase", ENTER) == ENTER:
            if not self.enter(token):
                return None
            notes["phase"] = HAND_OUT
        if notes["phase"] == HAND_OUT:
            self.hand_out(token)
            notes["phase"] = CHOOSE
        token.taking = self.choose(token)
        return True

    def _on_complete_hook(self, token: Token) -> None:
        if self.visible:
            token.workflow.note("left", self)
        self.left(token)

    def _on_cancel(self, token: Token) -> None:
        if token.active and self.visible:
            token.workflow.note("cancelled", self)
        self.withdraw(token)

    # What the kinds override.

    def enter(self, token: Token) -> bool:
        """Begin. Evaluate all that can fail before changing anything: a retry begins here again."""
        return True

    def hand_out(self, token: Token) -> None:
        """Write results to the scope outside."""

    def choose(self, token: Token) -> list[Flow]:
        """The flows to take: all without a condition, all whose condition holds, else the default."""
        if not self.flows:
            return []
        taken = [f for f in self.flows if f.id != self.default and (f.condition is None or _holds(f, token))]
        taken = taken or [f for f in self.flows if f.id == self.default]
        if not taken:
            raise ElementFailed(
                "None of the conditions on the outgoing flows holds, and there is no default flow."
            )
        return taken

    def left(self, token: Token) -> None:
        token.workflow.take(token, token.taking)

    def withdraw(self, token: Token) -> None:
        """Take back what the token announced outside: its user task, timer or subscription."""


def _holds(flow: Flow, token: Token) -> bool:
    assert flow.condition is not None
    value = token.workflow.evaluate(flow.condition, token)
    if not isinstance(value, bool):
        raise ElementFailed(f"The condition of the flow {flow.id!r} is neither true nor false.")
    return value


# -- gateways ------------------------------------------------------------------------------------------------
# ---------------


class ExclusiveGateway(Element):
    visible = False

    def choose(self, token: Token) -> list[Flow]:
        for flow in self.flows:
            if flow.id != self.default and (flow.condition is None or _holds(flow, token)):
                return [flow]
        if default := [flow for flow in self.flows if flow.id == self.default]:
            return default
        if not self.flows:
            return []
        raise ElementFailed(
            "None of the conditions on the outgoing flows holds, and there is no default flow."
        )


class ParallelGateway(Element):
    """Waits for one token on every incoming flow, takes exactly one from each, and sends one along every
    outgoing flow.

    A token waits with the name of the flow it came by, so a join in a loop waits for every branch in every
    round, and a second token on one flow stays for the next. (SpiffWorkflow counts finished predecessors and
    so fires early from the second round on.)
    """

    visible = False

    def __init__(self, process: Process, name: str, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.incoming: list[str] = []

    def enter(self, token: Token) -> bool:
        if len(self.incoming) < 2:
            return True
        first: dict[str, Token] = {}
        for other in token.scope.children:  # in order of arrival
            if other.task_spec is self:
                first.setdefault(other.notes["flow"], other)
        if len(first) < len(self.incoming):
            return False
        for other in first.values():
            if other is not token:  # the one that completed the set goes on for all of them
                token.workflow.discard(other)
        return True

    def choose(self, token: Token) -> list[Flow]:
        return self.flows


class EventBasedGateway(Element):
    """Waits for the first of several events; the others are then forgotten."""

    visible = False

    def enter(self, token: Token) -> bool:
        plans = [(flow.target, flow.target.plan(token)) for flow in self.flows]
        for target, plan in plans:
            target.announce(token.workflow.listen(target, token), plan)
        return False


# -- events --------------------------------------------------------------------------------------------------
# ---------------


class Timer:
    """When a timer event fires: an instant, a duration from now, or a repetition."""

    def __init__(self, kind: str, text: Template) -> None:
        self.kind = kind
        self.text = text

    def plan(self, token: Token) -> dict[str, Any]:
        """{"due": first instant, and for a repetition "every", "anchor", "number" and "left"}, evaluated as
        `token` sees things now."""
        value = token.workflow.evaluate(self.text, token)
        if not isinstance(value, str):
            raise ElementFailed(f"The timer's value {value!r:.60} is no ISO 8601 text.")
        try:
            return self._read(value, token.workflow)
        except ValueError as error:
            raise ElementFailed(f"The timer cannot be read: {error}") from error

    def _read(self, value: str, execution: Execution) -> dict[str, Any]:
        now, zone = execution.circumstances.now, execution.circumstances.zone
        if self.kind == "timeCycle":
            repeat = Repetition.parse(value)
            anchor, number = repeat.first(now, zone)
            due = repeat.occurrence(anchor, number, zone)
            return {
                "due": due,
                "every": value,
                "anchor": anchor.isoformat(),
                "number": number,
                "left": repeat.count,
            }
        if self.kind == "timeDuration" and value.lstrip().startswith("P"):
            return {"due": Duration.parse(value).after(now, zone)}
        return {"due": parse_instant(value, zone)}

    def announce(self, token: Token, plan: dict[str, Any]) -> None:
        self._arm(token, plan.pop("due"))
        token.notes.update(plan)

    def rearm(self, token: Token) -> bool:
        """Arm the next of a repetition, counted from its beginning, so that lateness never adds up. Whether
        there is one."""
        notes, zone = token.notes, token.workflow.circumstances.zone
        if "every" not in notes or notes["left"] == 1:
            return False
        anchor, number = datetime.fromisoformat(notes["anchor"]), notes["number"] + 1
        try:
            due = Repetition.parse(notes["every"]).occurrence(anchor, number, zone)
        except ValueError:  # beyond the calendar's end
            return False
        notes.update(number=number, left=None if notes["left"] is None else notes["left"] - 1)
        self._arm(token, due)
        return True

    def withdraw(self, token: Token) -> None:
        token.workflow.effects.disarm(token.id)

    def _arm(self, token: Token, due: datetime) -> None:
        token.workflow.effects.arm(TimerArmed(token.id, token.spec.element, due))


class Message:
    """A message event: the name it waits for, and the correlation key by which a message finds this case."""

    def __init__(self, name: str, correlation: Template | None) -> None:
        self.name = name
        self.correlation = correlation

    def plan(self, token: Token) -> dict[str, Any]:
        if self.correlation is None:
            return {"key": None}
        key = token.workflow.evaluate(self.correlation, token)
        if key is None or isinstance(key, (dict, list)):
            raise ElementFailed("The correlation key is neither a text nor a number.")
        text = correlation_text(key)
        if len(text) > _KEY_LENGTH or "\0" in text:
            raise ElementFailed(f"The correlation key {text!r:.60} is longer than {_KEY_LENGTH} characters.")
        return {"key": text}

    def announce(self, token: Token, plan: dict[str, Any]) -> None:
        token.workflow.effects.subscribe(Subscribed(token.id, token.spec.element, self.name, plan["key"]))

    def rearm(self, token: Token) -> bool:
        return True  # the subscription stands until the token goes

    def withdraw(self, token: Token) -> None:
        token.workflow.effects.unsubscribe(token.id)


_KEY_LENGTH = 255


def correlation_text(key: Json) -> str:
    """A correlation key as it is stored and compared: texts as they are, 7 and 7.0 alike, true as `true`."""
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(int(key)) if isinstance(key, float) and key.is_integer() else str(key)


class CatchEvent(Element):
    """An intermediate event that waits for a timer or a message."""

    def __init__(
        self, process: Process, name: str, trigger: Timer | Message, payload: str | None = None, **about: Any
    ) -> None:
        super().__init__(process, name, **about)
        self.trigger = trigger
        self.payload = payload

    def enter(self, token: Token) -> bool:
        self.announce(token, self.plan(token))
        return False

    def plan(self, token: Token) -> dict[str, Any]:
        """All that can fail about waiting, done before anything is changed."""
        return self.trigger.plan(token)

    def announce(self, token: Token, plan: dict[str, Any]) -> None:
        self.trigger.announce(token, plan)

    def withdraw(self, token: Token) -> None:
        if token.notes.get("phase", ENTER) == ENTER:
            self.trigger.withdraw(token)

    def fired(self, token: Token, payload: Json) -> None:
        gateway = token.scope
        if isinstance(gateway.spec, EventBasedGateway):
            scope = gateway.scope
            gateway.cancel()
            self.receive(token.workflow.place(self, scope, phase=HAND_OUT), payload)
        else:
            self.trigger.withdraw(token)
            self.receive(token, payload)
            token.workflow.go_on(token)

    def receive(self, token: Token, payload: Json) -> None:
        """Put a message's payload where the diagram wants it."""
        if self.payload:
            token.workflow.assign(token, self.payload, payload)
        elif self.payload == "" and isinstance(payload, dict):
            for name, value in payload.items():
                token.workflow.assign(token, name, value)


class BoundaryEvent(CatchEvent):
    """Waits beside its activity; ends it, if interrupting, and sends a token along its own flows."""

    def __init__(
        self, process: Process, name: str, trigger: Timer | Message, interrupting: bool, **about: Any
    ) -> None:
        super().__init__(process, name, trigger, **about)
        self.interrupting = interrupting

    def fired(self, token: Token, payload: Json) -> None:
        host, execution = token.scope, token.workflow
        scope = host.scope
        if self.interrupting:
            host.cancel()
        elif not self.trigger.rearm(token):
            token.cancel()
        self.receive(execution.place(self, scope, phase=HAND_OUT), payload)


class ErrorBoundaryEvent(Element):
    """Catches an error thrown inside its activity; `code` None catches every error."""

    def __init__(self, process: Process, name: str, code: str | None, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.code = code

    def caught(self, host: Token) -> None:
        scope = host.scope
        host.cancel()
        host.workflow.place(self, scope, phase=HAND_OUT)


class StartEvent(Element):
    """Where a process or sub-process begins."""


class EventStart(CatchEvent):
    """The start event of an event sub-process: waits as long as the scope it lies in is active."""

    body: "EventSubProcess"

    def __init__(
        self, process: Process, name: str, trigger: Timer | Message, interrupting: bool, **about: Any
    ) -> None:
        super().__init__(process, name, trigger, **about)
        self.interrupting = interrupting

    def fired(self, token: Token, payload: Json) -> None:
        scope, execution = token.scope, token.workflow
        if self.interrupting:
            interrupt(scope)
        elif not self.trigger.rearm(token):
            token.cancel()
        execution.place(self.body, scope).notes["payload"] = payload


class ErrorStart(Element):
    """The start event of an event sub-process that handles an error; it always interrupts."""

    body: "EventSubProcess"

    def __init__(self, process: Process, name: str, code: str | None, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.code = code

    def caught(self, scope: Token) -> None:
        interrupt(scope)
        scope.workflow.place(self.body, scope)


def interrupt(scope: Token) -> None:
    """End all that goes on in a scope, its waiting event sub-processes too; what waits at its own boundary
    goes on waiting."""
    scope.clear(keep=lambda token: isinstance(token.spec, BoundaryEvent))


class EndEvent(Element):
    """The end of a path."""


class TerminateEnd(Element):
    """Ends everything in the process or sub-process it lies in."""

    def left(self, token: Token) -> None:
        scope = token.scope
        token.workflow.discard(token)
        interrupt(scope)
        token.workflow.check_finished(scope)


class ErrorEnd(Element):
    """Throws an error outwards, to the nearest scope that handles it. One that nobody handles is a failure of
    this element."""

    def __init__(self, process: Process, name: str, code: str | None, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.code = code

    def choose(self, token: Token) -> list[Flow]:
        if find_error_handler(token, self.code) is None:
            raise ElementFailed(f"Nothing handles the error {self.code or self.label!r}.")
        return []

    def left(self, token: Token) -> None:
        found = find_error_handler(token, self.code)
        assert found is not None, "choose() has seen the handler a moment ago"
        handler, scope = found
        token.workflow.discard(token)
        handler.caught(scope)


def find_error_handler(
    token: Token, code: str | None
) -> tuple[ErrorStart | ErrorBoundaryEvent, Token] | None:
    """The innermost handler and the scope it handles the error for; at one level, one that names the code
    goes first."""
    inside, scope = token, token.parent
    while scope is not None:
        # An interrupted scope listens no longer: what its handler throws goes outwards, never to itself.
        interrupted = isinstance(inside.spec, EventSubProcess) and inside.spec.interrupts
        starts = () if interrupted else getattr(scope.spec, "error_starts", ())
        for handlers in (starts, getattr(scope.spec, "error_boundaries", ())):
            matching = [h for h in handlers if h.code in (code, None)]
            if matching:
                return min(matching, key=lambda h: h.code is None), scope
        inside, scope = scope, scope.parent
    return None


# -- activities ----------------------------------------------------------------------------------------------


class Activity(Element):
    """A piece of work: input and output parameters, and events waiting at its boundary while it waits
    itself."""

    waits: ClassVar[bool] = True

    def __init__(self, process: Process, name: str, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.input_parameters: list[Parameter] = []
        self.output_parameters: list[Parameter] = []
        self.boundaries: list[BoundaryEvent] = []
        self.error_boundaries: list[ErrorBoundaryEvent] = []
        self.repeated: MultiInstance | None = None

    def enter(self, token: Token) -> bool:
        held = dict(token.data)
        try:
            return self._enter(token)
        except ElementFailed:
            token.data = held  # else the retry of an input `x = ${x + 1}` would read its own first result
            raise

    def _enter(self, token: Token) -> bool:
        for parameter in self.input_parameters:  # one may read the one before it
            token.data[parameter.name] = token.workflow.evaluate(parameter.value, token)
        plans = [(b, b.plan(token)) for b in self.boundaries] if self.waits else []
        done = self.begin(token)
        if not done:
            for boundary, plan in plans:
                boundary.announce(token.workflow.listen(boundary, token), plan)
        return done

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
            return []
        return super().choose(token)

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
        )
        execution.note("entered", self)
        execution.effects.open(task)
        return False

    def withdraw(self, token: Token) -> None:
        if token.notes.get("phase", ENTER) == ENTER and token.notes.get("error") is None:
            token.workflow.effects.close(token.id)


def _value(template: Template | None, token: Token) -> Json:
    return None if template is None else token.workflow.evaluate(template, token)


_NAME_LENGTH = 64


def _one(value: Json) -> str | None:
    if value is None or isinstance(value, str):
        return _name(value or "") or None
    raise ElementFailed("The assignee is no text.")


def _name(text: str) -> str:
    """The name of a person or group, as far as the database can hold one."""
    name = text.strip()
    if len(name) > _NAME_LENGTH or "\0" in name:
        raise ElementFailed(
            f"{name!r:.40} is no name of a person or group: it is longer than {_NAME_LENGTH} characters."
        )
    return name


def _several(value: Json) -> tuple[str, ...]:
    """Candidates: a list of texts, or one text with commas."""
    items = (value or "").split(",") if value is None or isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ElementFailed("The candidates are no list of texts.")
    return tuple(dict.fromkeys(name for item in items if (name := _name(item))))


def _priority(value: Json) -> int | None:
    number = whole_number(value)
    if value is not None and number is None:
        raise ElementFailed(f"The task's priority {value!r:.40} is no whole number.")
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
        raise ElementFailed(f"The due date {value!r:.60} is no ISO 8601 text.")
    try:
        return (
            Duration.parse(value).after(now, zone)
            if value.lstrip().startswith("P")
            else parse_instant(value, zone)
        )
    except ValueError as error:
        raise ElementFailed(f"The due date cannot be read: {error}") from error


# -- scopes --------------------------------------------------------------------------------------------------
# ---------------


class ScopeMixin:
    """What a process, a sub-process and an event sub-process have in common: a start, and events waiting
    inside."""

    start: Element

    def __init__(self, process: Process, name: str, **about: Any) -> None:
        super().__init__(process, name, **about)  # type: ignore[call-arg]
        self.event_starts: list[EventStart] = []
        self.error_starts: list[ErrorStart] = []

    def open_scope(self, token: Token) -> None:
        plans = [(start, start.plan(token)) for start in self.event_starts]
        for start, plan in plans:
            start.announce(token.workflow.listen(start, token), plan)
        self.place_start(token)

    def place_start(self, token: Token) -> None:
        token.workflow.place(self.start, token)

    def emptied(self, token: Token) -> None:
        """Nothing is left inside but listeners, which no longer start anything: not even while its outputs
        fail."""
        interrupt(token)
        token.workflow.go_on(token)


class ProcessScope(ScopeMixin, Element):
    """The process itself: its token is the root of the tree, its data the instance's variables."""

    def enter(self, token: Token) -> bool:
        self.open_scope(token)
        return False

    def emptied(self, token: Token) -> None:
        token.workflow.finish()


class SubProcess(ScopeMixin, Activity):
    """An embedded sub-process."""

    def begin(self, token: Token) -> bool:
        self.open_scope(token)
        token.workflow.note("entered", self)
        return False


class EventSubProcess(ScopeMixin, Element):
    """Runs inside the scope it lies in, once for each time its start event fires."""

    start: EventStart | ErrorStart

    @property
    def interrupts(self) -> bool:
        return isinstance(self.start, ErrorStart) or self.start.interrupting

    def enter(self, token: Token) -> bool:
        self.open_scope(token)
        token.workflow.note("entered", self)
        return False

    def place_start(self, token: Token) -> None:
        begun = token.workflow.place(self.start, token, phase=HAND_OUT)
        if isinstance(self.start, EventStart):
            self.start.receive(begun, token.notes.pop("payload", None))


class MultiInstance(Activity):
    """The repetition of an activity, in parallel or one after the other; its item tokens each have a scope of
    their own."""

    visible = False

    def __init__(
        self,
        process: Process,
        name: str,
        item: Activity,
        *,
        sequential: bool,
        collection: Template | None,
        cardinality: Template | None,
        variable: str | None,
        until: Template | None,
        **about: Any,
    ) -> None:
        super().__init__(process, name, **about)
        self.item = item
        self.sequential, self.variable, self.until = sequential, variable, until
        self.collection, self.cardinality = collection, cardinality
        item.repeated = self

    def begin(self, token: Token) -> bool:
        items = self._items(token)
        token.data.update(nrOfInstances=len(items), nrOfCompletedInstances=0, nrOfActiveInstances=0)
        waiting = items[1:] if self.sequential else []
        if waiting:
            token.notes["items"] = waiting
        for index, item in enumerate(items[: len(items) - len(waiting)]):
            self._place(token, index, item)
        return not items

    def count(self, item: Token) -> None:
        """One more instance has completed (called once per instance, when its outputs are written)."""
        body = item.scope
        body.data["nrOfCompletedInstances"] += 1
        body.data["nrOfActiveInstances"] -= 1

    def judge(self, item: Token) -> None:
        """Whether the completion condition holds now, seen from the instance that completed."""
        if self.until is None:
            return
        enough = item.workflow.evaluate(self.until, item)
        if not isinstance(enough, bool):
            raise ElementFailed("The completion condition is neither true nor false.")
        item.notes["enough"] = enough

    def item_done(self, item: Token) -> None:
        body, execution = item.scope, item.workflow
        enough = item.notes.get("enough", False)
        item.clear()
        execution.discard(item)
        if enough:
            body.clear(keep=lambda token: isinstance(token.spec, BoundaryEvent))
        elif remaining := body.notes.get("items"):
            following = remaining.pop(0)
            self._place(body, body.data["nrOfCompletedInstances"], following)
        execution.check_finished(body)

    def emptied(self, body: Token) -> None:
        body.workflow.go_on(body)

    def _place(self, body: Token, index: int, value: Json) -> None:
        item = body.workflow.place(self.item, body)
        item.data["loopCounter"] = index
        if self.variable:
            item.data[self.variable] = value
        body.data["nrOfActiveInstances"] += 1

    def _items(self, token: Token) -> list[Json]:
        if self.cardinality is not None:
            number = whole_number(token.workflow.evaluate(self.cardinality, token))
            if number is None or number < 0:
                raise ElementFailed("The loop cardinality is no whole number.")
            self._bound(number, token)
            return [None] * number
        assert self.collection is not None, "the check asks for a collection or a cardinality"
        items = token.workflow.evaluate(self.collection, token)
        if not isinstance(items, list):
            raise ElementFailed("The collection is no list.")
        self._bound(len(items), token)
        return list(items)

    def _bound(self, number: int, token: Token) -> None:
        most = token.workflow.circumstances.limits.items
        if number > most:
            raise ElementFailed(f"The activity is to run {number:,} times; at most {most:,} are allowed.")
