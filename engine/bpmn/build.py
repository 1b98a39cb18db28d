"""Build the specification of a process from its stored executable: the last step before it runs."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, cast

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.dialect import Mark, tag
from engine.bpmn.effects import MESSAGE, SIGNAL
from engine.bpmn.multiple import drawn_id
from engine.bpmn.specs.activities import (
    Activity,
    Assignment,
    BusinessRuleTask,
    PassThrough,
    ReceiveTask,
    ScriptTask,
    SendTask,
    ServiceTask,
    UserTask,
)
from engine.bpmn.specs.base import Element, Flow, Parameter, Process
from engine.bpmn.specs.compensation import CancelEnd, CompensationBoundary, CompensationThrow, Undoing
from engine.bpmn.specs.events import (
    BoundaryEvent,
    Catches,
    CatchEvent,
    EndEvent,
    ErrorEnd,
    EscalationThrow,
    EventStart,
    SendThrow,
    StartEvent,
    TerminateEnd,
    ThrownBoundary,
    ThrownStart,
    Trigger,
)
from engine.bpmn.specs.gateways import (
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
)
from engine.bpmn.specs.scopes import (
    CallActivity,
    EventSubProcess,
    MultiInstance,
    Passing,
    ProcessScope,
    Repetition,
    ScopeMixin,
    StandardLoop,
    SubProcess,
)
from engine.bpmn.specs.triggers import Condition, Message, Sending, Signal, Timer
from engine.scripting import Script, Template

CONTEXT_FUNCTIONS = frozenset({"now", "working_time"})
"""Functions the case itself provides to every expression and script, beside the language's own."""


def template(text: str, line: int = 1) -> Template:
    return Template.compile(text, line=line, functions=CONTEXT_FUNCTIONS)


def bare(text: str) -> str:
    """A text where only an expression makes sense (a collection, a condition) may leave out the `${}` around
    it."""
    return text if "${" in text or text.startswith("#{") else "${" + text + "}"


def optional(text: str | None) -> Template | None:
    return None if text is None else template(text)


def _optional_bare(text: str | None) -> Template | None:
    return None if text is None else template(bare(text))


def compile_script(element: etree._Element) -> Script:
    script = dialect.child(element, "script")
    text = "" if script is None else "".join(map(str, script.itertext()))
    return Script.compile(text, functions=CONTEXT_FUNCTIONS)


Find = Callable[[str, int], Process]
"""The specification of a process by its key and version."""


def build(executable: etree._Element, version: int, find: Find) -> Process:
    """The specification of an executable made by `rewrite.executable`, the processes it calls included. It is
    immutable once built and may be shared by threads."""
    drawn = next(dialect.children(executable, "process"))
    process = Process(drawn.get("id", ""), version)
    root = ProcessScope(process, "#process", element=drawn.get("id"), label=dialect.label(drawn))
    root.clocks = _clocks(drawn)
    process.root = root
    record = dialect.extension(drawn, "record")
    if record is not None:
        process.record = {
            str(name): template(str(text)) for name, text in record.attrib.items() if name != "prefix"
        }
    _Builder(process, find).fill(root, drawn)
    return process


class _Builder:
    def __init__(self, process: Process, find: Find) -> None:
        self.process = process
        self.find = find

    def fill(self, scope: ScopeMixin, drawn: etree._Element) -> None:
        """Build everything directly inside a process or sub-process, and connect it."""
        events = [e for e in dialect.flow_nodes(drawn) if tag(e) == "boundaryEvent"]
        nodes = {e.get("id", ""): self.node(e) for e in dialect.flow_nodes(drawn)}
        for node in nodes.values():
            node.within = cast(Element, scope)
        for flow in dialect.children(drawn, "sequenceFlow"):
            condition = dialect.condition(flow)
            target = nodes[flow.get("targetRef", "")]
            if isinstance(target, ParallelGateway | InclusiveGateway):
                target.incoming.append(flow.get("id", ""))
            nodes[flow.get("sourceRef", "")].flows.append(
                Flow(flow.get("id", ""), target, None if condition is None else template(bare(condition)))
            )
        _join_links(dialect.flow_nodes(drawn), nodes)
        _join_handlers(events, nodes)
        for event in events:
            self.attach(nodes[event.get("id", "")], nodes[event.get("attachedToRef", "")])
        if not isinstance(scope, EventSubProcess) and (start := dialect.plain_start(drawn)) is not None:
            scope.start = nodes[start.get("id", "")]
        for inner in dialect.event_sub_processes(drawn):
            self.event_sub_process(scope, inner)

    def node(self, e: etree._Element) -> Element:
        node: Element = getattr(self, "_" + tag(e))(e, _about(e))
        node.default = e.get("default")
        node.clocks = _clocks(e)
        if not isinstance(node, Activity):
            return node
        built = self._repeat(e, self._activity(e, node))
        if isinstance(node, SubProcess):
            for scope in {node, built}:
                scope.undone_by = Undoing(self.process, scope)
        return built

    def attach(self, event: Element, host: Element) -> None:
        assert isinstance(host, Activity), "the check lets boundary events stand on activities only"
        event.within = host
        if isinstance(event, ThrownBoundary):
            host.thrown_boundaries.append(event)
        elif isinstance(event, BoundaryEvent):
            host.boundaries.append(event)
        elif isinstance(event, CompensationBoundary):
            host.undone_by = event

    def event_sub_process(self, scope: ScopeMixin, drawn: etree._Element) -> None:
        body = EventSubProcess(self.process, drawn.get("id", ""), **_about(drawn))
        body.within = cast(Element, scope)
        body.clocks = _clocks(drawn)
        body.undone_by = Undoing(self.process, body)
        self.fill(body, drawn)
        starts = [self.process.task_specs[e.get("id", "")] for e in dialect.children(drawn, "startEvent")]
        body.start = starts[0]
        for start in starts:
            start.body = body
            (scope.thrown_starts if isinstance(start, ThrownStart) else scope.event_starts).append(start)

    # One method a kind of element, named by its tag.

    def _task(self, e: etree._Element, about: dict[str, Any]) -> Element:
        return PassThrough(self.process, e.get("id", ""), **about)

    _manualTask = _task

    def _scriptTask(self, e: etree._Element, about: dict[str, Any]) -> Element:
        return ScriptTask(self.process, e.get("id", ""), compile_script(e), **about)

    def _receiveTask(self, e: etree._Element, about: dict[str, Any]) -> Element:
        return ReceiveTask(self.process, e.get("id", ""), _message(e), dialect.payload(e), **about)

    def _sendTask(self, e: etree._Element, about: dict[str, Any]) -> Element:
        if dialect.camunda(e, "type"):
            return self._serviceTask(e, about)
        return SendTask(self.process, e.get("id", ""), _sending(e, MESSAGE), **about)

    def _businessRuleTask(self, e: etree._Element, about: dict[str, Any]) -> Element:
        return BusinessRuleTask(
            self.process,
            e.get("id", ""),
            template(dialect.camunda(e, "decisionRef") or ""),
            dialect.camunda(e, "resultVariable"),
            dialect.camunda(e, "mapDecisionResult") or "resultList",
            **about,
        )

    def _serviceTask(self, e: etree._Element, about: dict[str, Any]) -> Element:
        topic = template(dialect.camunda(e, "topic") or "")
        return ServiceTask(self.process, e.get("id", ""), topic, **about)

    def _userTask(self, e: etree._Element, about: dict[str, Any]) -> Element:
        separation = dialect.extension(e, "separation")
        assignment = Assignment(
            assignee=optional(dialect.camunda(e, "assignee")),
            users=optional(dialect.camunda(e, "candidateUsers")),
            groups=optional(dialect.camunda(e, "candidateGroups")),
            due=optional(dialect.camunda(e, "dueDate")),
            priority=optional(dialect.camunda(e, "priority")),
            form=dialect.camunda(e, "formKey"),
            separation=() if separation is None else _separated(separation),
            names=dialect.names(e),
        )
        return UserTask(self.process, e.get("id", ""), assignment, **about)

    def _subProcess(self, e: etree._Element, about: dict[str, Any]) -> Element:
        scope = SubProcess(self.process, e.get("id", ""), **about)
        self.fill(scope, e)
        return scope

    _transaction = _subProcess

    def _callActivity(self, e: etree._Element, about: dict[str, Any]) -> Element:
        call = dialect.call(e)
        assert call.number is not None, "a deployment pins the version"
        called = self.find(call.key, call.number)
        self.process.called |= {called.identity: called, **called.called}
        takes, gives = _passed(e, "in"), _passed(e, "out")
        return CallActivity(self.process, e.get("id", ""), called, takes=takes, gives=gives, **about)

    def _exclusiveGateway(self, e: etree._Element, about: dict[str, Any]) -> Element:
        return ExclusiveGateway(self.process, e.get("id", ""), **about)

    def _eventBasedGateway(self, e: etree._Element, about: dict[str, Any]) -> Element:
        return EventBasedGateway(self.process, e.get("id", ""), **about)

    def _inclusiveGateway(self, e: etree._Element, about: dict[str, Any]) -> Element:
        return InclusiveGateway(self.process, e.get("id", ""), **about)

    def _parallelGateway(self, e: etree._Element, about: dict[str, Any]) -> Element:
        return ParallelGateway(self.process, e.get("id", ""), **about)

    def _startEvent(self, e: etree._Element, about: dict[str, Any]) -> Element:
        kind = dialect.event_kind(e)
        if kind == "none" or dialect.begins_by_itself(e):
            return StartEvent(self.process, e.get("id", ""), **about)
        if kind in dialect.THROWN:
            return ThrownStart(self.process, e.get("id", ""), _catches(e), dialect.interrupting(e), **about)
        return EventStart(
            self.process, e.get("id", ""), _trigger(e), dialect.interrupting(e), payload=_payload(e), **about
        )

    def _boundaryEvent(self, e: etree._Element, about: dict[str, Any]) -> Element:
        kind = dialect.event_kind(e)
        if kind == dialect.COMPENSATE:
            return CompensationBoundary(self.process, e.get("id", ""), **about)
        if kind in (*dialect.THROWN, dialect.CANCEL):
            return ThrownBoundary(
                self.process, e.get("id", ""), _catches(e), dialect.interrupting(e), **about
            )
        return BoundaryEvent(
            self.process, e.get("id", ""), _trigger(e), dialect.interrupting(e), payload=_payload(e), **about
        )

    def _intermediateCatchEvent(self, e: etree._Element, about: dict[str, Any]) -> Element:
        if dialect.event_kind(e) == "link":
            return Element(self.process, e.get("id", ""), **about)
        return CatchEvent(self.process, e.get("id", ""), _trigger(e), payload=_payload(e), **about)

    def _intermediateThrowEvent(self, e: etree._Element, about: dict[str, Any]) -> Element:
        kind = dialect.event_kind(e)
        if kind == "escalation":
            return EscalationThrow(self.process, e.get("id", ""), dialect.thrown_code(e) or "", **about)
        if kind in (MESSAGE, SIGNAL):
            return SendThrow(self.process, e.get("id", ""), _sending(e, kind), **about)
        if kind == dialect.COMPENSATE:
            return self._compensation(e, about)
        return Element(self.process, e.get("id", ""), **about)

    def _compensation(self, e: etree._Element, about: dict[str, Any]) -> Element:
        return CompensationThrow(self.process, e.get("id", ""), dialect.compensated_activity(e), **about)

    def _endEvent(self, e: etree._Element, about: dict[str, Any]) -> Element:
        match kind := dialect.event_kind(e):
            case "message" | "signal":
                return SendThrow(self.process, e.get("id", ""), _sending(e, kind), **about)
            case dialect.COMPENSATE:
                return self._compensation(e, about)
            case dialect.CANCEL:
                return CancelEnd(self.process, e.get("id", ""), **about)
            case "terminate":
                return TerminateEnd(self.process, e.get("id", ""), **about)
            case "error":
                message = optional(dialect.error_message(e))
                return ErrorEnd(self.process, e.get("id", ""), dialect.thrown_code(e) or "", message, **about)
            case "escalation":
                return EscalationThrow(self.process, e.get("id", ""), dialect.thrown_code(e) or "", **about)
            case _:
                return EndEvent(self.process, e.get("id", ""), **about)

    def _activity(self, e: etree._Element, node: Activity) -> Activity:
        node.input_parameters = [
            Parameter(name, template(text)) for name, text, _ in dialect.parameters(e, "inputParameter")
        ]
        node.output_parameters = [
            Parameter(name, template(text)) for name, text, _ in dialect.parameters(e, "outputParameter")
        ]
        return node

    def _repeat(self, e: etree._Element, item: Activity) -> Element:
        """Put an activity that is repeated under the one that repeats it, which takes its id and its
        place."""
        if not dialect.is_repeated(e):
            return item
        self.process.task_specs[item_name := f"{item.name}#item"] = self.process.task_specs.pop(item.name)
        item.name = item_name
        body = self._multi_instance(e, item) or self._standard_loop(e, item)
        body.default = item.default
        body.clocks = tuple(mark for mark in item.clocks if mark.on != dialect.CLAIM)
        item.clocks = tuple(mark for mark in item.clocks if mark.on == dialect.CLAIM)
        item.within = body
        return body

    def _multi_instance(self, e: etree._Element, item: Activity) -> Repetition | None:
        loop = dialect.multi_instance(e)
        if loop is None:
            return None
        return MultiInstance(
            self.process,
            e.get("id", ""),
            item,
            sequential=loop.sequential,
            collection=_optional_bare(loop.collection),
            cardinality=optional(loop.cardinality),
            variable=loop.item,
            until=_optional_bare(loop.until),
            **_about(e),
        )

    def _standard_loop(self, e: etree._Element, item: Activity) -> Repetition:
        loop = dialect.standard_loop(e)
        assert loop is not None, "what is no multi-instance is a standard loop"
        condition, most = _optional_bare(loop.condition), None if loop.most is None else int(loop.most)
        return StandardLoop(
            self.process,
            e.get("id", ""),
            item,
            condition=condition,
            before=loop.before,
            most=most,
            **_about(e),
        )


def _join_links(drawn: Iterable[etree._Element], nodes: dict[str, Element]) -> None:
    """Lead each link that is thrown to the one of its name that catches it."""
    links = [e for e in drawn if tag(e) in dialect.EVENTS and dialect.event_kind(e) == "link"]
    caught = {dialect.link(e): nodes[e.get("id", "")] for e in links if tag(e) == "intermediateCatchEvent"}
    for e in links:
        if tag(e) == "intermediateThrowEvent":
            id = e.get("id", "")
            nodes[id].flows.append(Flow(id, caught[dialect.link(e)]))


def _join_handlers(events: Iterable[etree._Element], nodes: dict[str, Element]) -> None:
    """Lead each compensation event to its handler."""
    for e in filter(dialect.is_compensation_boundary, events):
        id = e.get("id", "")
        nodes[id].flows.append(Flow(id, nodes[dialect.joined_handler(e)]))


def _clocks(e: etree._Element) -> tuple[Mark, ...]:
    """The marks of an element. What catches something for a scope is entered and left when it happens."""
    marks = dialect.clock_marks(e)
    if tag(e) == "boundaryEvent" or (tag(e) == "startEvent" and dialect.event_kind(e) != "none"):
        return tuple(replace(mark, on=dialect.LEAVE) for mark in marks)
    return tuple(marks)


def _catches(e: etree._Element) -> Catches:
    return Catches(
        kind=dialect.event_kind(e),
        code=dialect.thrown_code(e),
        code_variable=dialect.told(e, "Code"),
        message_variable=dialect.told(e, "Message"),
    )


def _passed(e: etree._Element, kind: str) -> list[Passing]:
    return [
        Passing(
            source=each.source,
            expression=None if each.expression is None else template(bare(each.expression)),
            target=each.target or "",
            local=each.local,
        )
        for each in dialect.passed(e, kind)
    ]


def _separated(separation: etree._Element) -> tuple[str, ...]:
    """The tasks whose doers may not do this one; where the process' start is named, `dialect.STARTER`."""
    starts = {e.get("id") for e in separation.getroottree().getroot().iter(dialect.bpmn("startEvent"))}
    return tuple(dialect.STARTER if id in starts else id for id in (separation.get("from") or "").split())


def _about(e: etree._Element) -> dict[str, Any]:
    return {"element": drawn_id(e), "label": dialect.label(e)}


def _trigger(e: etree._Element) -> Trigger:
    if dialect.event_kind(e) == "conditional":
        return Condition(template(bare(dialect.event_condition(e) or "")))
    if dialect.event_kind(e) == "timer":
        given = dialect.timer(e)
        assert given is not None, "the check asks for one timer text"
        return Timer(given[0], template(given[1]))
    if dialect.event_kind(e) == SIGNAL:
        return Signal(dialect.signal_name(e) or "")
    return _message(e)


def _sending(e: etree._Element, kind: str) -> Sending:
    name = dialect.signal_name(e) if kind == SIGNAL else dialect.message_name(e)
    return Sending(kind, name or "", optional(dialect.correlation(e)), dialect.payload(e))


def _message(e: etree._Element) -> Message:
    return Message(dialect.message_name(e) or "", optional(dialect.correlation(e)))


def _payload(e: etree._Element) -> str | None:
    return dialect.payload(e) if dialect.event_kind(e) in (MESSAGE, SIGNAL) else None
