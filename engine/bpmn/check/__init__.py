"""Refuse what Baton would not run as the standard says, with file, element, line and reason.

The check looks at a diagram as it was drawn and reports everything wrong with it at once; nothing is silently
skipped. No `Report.problems` means that `rewrite` and `build` will succeed and every element will run. The
API's dry run, `baton lint` and the editor share it.
"""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn import dialect, engines
from engine.bpmn.build import bare, compile_script, template
from engine.bpmn.dialect import BATON, BPMN, CAMUNDA, bpmn, tag
from engine.bpmn.multiple import DRAWN, drawn_id
from engine.bpmn.rewrite import DOCUMENTATION, lane_candidates
from engine.bpmn.specs.activities import MAX_TOPIC, whole_number
from engine.bpmn.translate import in_baton
from engine.durations import Duration, Repetition, parse_instant, zone
from engine.errors import Problem, Unreadable
from engine.scripting import ScriptError, Template
from engine.sentences import Said, Sentence

MAX_NODES = 1_000
MAX_FLOWS = 5_000
MAX_DECLARATIONS = 1_000
MAX_PROBLEMS = 500
"""Enough to work on; the check stops there, and keeps no more warnings than that."""
MAX_NESTING = 20

MAX_ID_LENGTH = 255
MAX_NAME_LENGTH = 64
"""The longest name of a person or group."""
MAX_LABEL_LENGTH = 255
"""The longest name of an element, in any language."""

_LETTERS = (
    r"A-Z_a-z\xC0-\xD6\xD8-\xF6\xF8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF"
    r"\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_NCNAME = re.compile(rf"[{_LETTERS}][{_LETTERS}\-.0-9\xB7\u0300-\u036F\u203F\u2040]*")
_VARIABLE = re.compile(r"[^\W\d_]\w*")
_BOOLEAN_AS_TEXT = re.compile(
    r"""[!=]=\s*(?P<q>["'])(true|false)(?P=q)|(?P<p>["'])(true|false)(?P=p)\s*[!=]="""
)
"""What JUEL converts to compare it, and Baton's language does not."""
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,9}")
_DEFINED_APART = (
    *("timer", "message", "conditional", "error", "escalation", "terminate"),
    *("signal", "link", "compensate", "cancel"),
)
_ROOT_ELEMENTS = DOCUMENTATION | {
    "process",
    "collaboration",
    "message",
    "error",
    "signal",
    "escalation",
    "itemDefinition",
    "extensionElements",
    "extension",
    "relationship",
    *("import", "interface", "resource", "endPoint", "partnerEntity", "partnerRole"),
    *("globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask"),
    *(f"{kind}{dialect.EVENT_DEFINITION}" for kind in _DEFINED_APART),
}
"""What may stand beside a process. What only a reference to it would bring to life is refused where it is
referred to."""
_SCOPE_ELEMENTS = (
    DOCUMENTATION | dialect.FLOW_NODES | {"sequenceFlow", "extensionElements", *dialect.REPETITIONS}
)
_NODE_ELEMENTS = DOCUMENTATION | {"extensionElements"}
_DEFINITION_ELEMENTS = {"documentation", "extensionElements"}
_IN_DEFINITIONS = {
    "timerEventDefinition": set(dialect.TIMERS),
    "conditionalEventDefinition": {"condition"},
    "linkEventDefinition": {"source", "target"},
}
_ALLOWED_INSIDE = {"scriptTask": {"script"}} | {
    name: {"dataOutput", "dataInput", "outputSet", "inputSet"} for name in dialect.EVENTS
}
_NAMES_DECLARED = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
"""The attribute by which each kind of declaration is known in a case."""
_REFERRED_TO = dialect.FLOW_NODES | {"process", "sequenceFlow", *_NAMES_DECLARED}
"""Whose ids mean something to a case; some editors put other signs into those of parts."""
_EVENT_KINDS = {
    "startEvent": {"none"},
    "endEvent": {"none", "terminate", "error", "escalation", "message", "signal", "compensate", "cancel"},
    "intermediateCatchEvent": {"timer", "message", "signal", "conditional", "link"},
    "intermediateThrowEvent": {"none", "escalation", "message", "signal", "link", "compensate"},
    "boundaryEvent": {
        *("timer", "message", "signal", "conditional"),
        *("error", "escalation", "compensate", "cancel"),
    },
}
_PROCESS_STARTS = {"none", "timer", "message", "signal"}
_EVENT_SUB_PROCESS_STARTS = {"timer", "message", "signal", "conditional", "error", "escalation"}
_THROWING = {"intermediateThrowEvent", "endEvent"}
_CATCHING = {"startEvent", "boundaryEvent"}
"""Where what is thrown is caught."""

_HARMLESS = {
    "modelerTemplate",
    "modelerTemplateVersion",
    "modelerTemplateIcon",
    "versionTag",
    "historyTimeToLive",
    "isStartableInTasklist",
    "diagramRelationId",
}
_ASYNCHRONOUS = {"asyncBefore", "asyncAfter", "async", "exclusive", "jobPriority"}
_CAMUNDA_ATTRIBUTES = {
    "process": {"candidateStarterGroups", "candidateStarterUsers"},
    "startEvent": {"formKey"},
    "userTask": {"assignee", "candidateUsers", "candidateGroups", "formKey", "dueDate", "priority"},
    "callActivity": {"calledElementBinding", "calledElementVersion"},
    "businessRuleTask": {"decisionRef", "decisionRefBinding", "resultVariable", "mapDecisionResult"},
    "serviceTask": {"type", "topic"},
    "sendTask": {"type", "topic"},
    dialect.MULTI_INSTANCE: {"collection", "elementVariable"},
    "error": {"errorMessage"},
    "errorEventDefinition": {"errorCodeVariable", "errorMessageVariable"},
    "escalationEventDefinition": {"escalationCodeVariable"},
}
_OTHER_SERVICES = ("class", "delegateExpression", "expression")
_BATON_ELEMENTS = {name: {"clock", "name"} for name in dialect.ACTIVITIES | dialect.EVENTS} | {
    "process": {"clock", "record", "name", "description"},
    "lane": {"group", "name"},
    "userTask": {"clock", "separation", "name"},
    "receiveTask": {"clock", "correlation", "payload", "name"},
    "sendTask": {"clock", "correlation", "payload", "name"},
    "messageEventDefinition": {"correlation", "payload"},
    "signalEventDefinition": {"payload"},
}
_REPEATED = {"name", "description", "clock"}
"""The `baton:` elements that one element may have several of."""
_BATON_ATTRIBUTES = {
    "record": {"prefix", "title", "priority", "service", "requester"},
    "name": {"lang"},
    "description": {"lang"},
    "group": {"name"},
    "separation": {"from"},
    "correlation": {"key"},
    "payload": {"variable"},
    "clock": {"name", "action", "on"},
}
_CLOCK_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_TAKES_TIME = {
    "userTask",
    "receiveTask",
    "serviceTask",
    *dialect.SUB_PROCESSES,
    "callActivity",
    "intermediateCatchEvent",
}
"""What is left at another time than it is entered, so that a clock can pause there."""
_ACTIVITY_ATTRIBUTES = {"default", "isForCompensation", "startQuantity", "completionQuantity"}
_CAMUNDA_ELEMENTS = {name: {"inputOutput"} for name in dialect.ACTIVITIES} | {
    "callActivity": {"inputOutput", "in", "out"}
}
_EXPRESSION_ATTRIBUTES = {"language", "evaluatesToTypeRef"}
_ATTRIBUTES = {  # what BPMN 2.0 knows on each element that runs, beside id and name
    "process": {"processType", "isClosed", "isExecutable", "definitionalCollaborationRef"},
    "lane": {"partitionElementRef"},
    "message": {"itemRef"},
    "signal": {"structureRef"},
    "error": {"errorCode", "structureRef"},
    "escalation": {"escalationCode", "structureRef"},
    "sequenceFlow": {"sourceRef", "targetRef", "isImmediate"},
    "task": _ACTIVITY_ATTRIBUTES,
    "manualTask": _ACTIVITY_ATTRIBUTES,
    "userTask": _ACTIVITY_ATTRIBUTES | {"implementation"},
    "scriptTask": _ACTIVITY_ATTRIBUTES | {"scriptFormat"},
    "receiveTask": _ACTIVITY_ATTRIBUTES | {"implementation", "messageRef", "operationRef", "instantiate"},
    "sendTask": _ACTIVITY_ATTRIBUTES | {"implementation", "messageRef", "operationRef"},
    "businessRuleTask": _ACTIVITY_ATTRIBUTES | {"implementation"},
    "serviceTask": _ACTIVITY_ATTRIBUTES | {"implementation", "operationRef"},
    "script": set(),
    "subProcess": _ACTIVITY_ATTRIBUTES | {"triggeredByEvent"},
    "transaction": _ACTIVITY_ATTRIBUTES | {"triggeredByEvent", "method"},
    "callActivity": _ACTIVITY_ATTRIBUTES | {"calledElement"},
    dialect.MULTI_INSTANCE: {"isSequential", "behavior", "oneBehaviorEventRef", "noneBehaviorEventRef"},
    dialect.STANDARD_LOOP: {"testBefore", "loopMaximum"},
    "exclusiveGateway": {"gatewayDirection", "default"},
    "inclusiveGateway": {"gatewayDirection", "default"},
    "parallelGateway": {"gatewayDirection"},
    "eventBasedGateway": {"gatewayDirection", "instantiate", "eventGatewayType"},
    "startEvent": {"isInterrupting", "parallelMultiple"},
    "intermediateCatchEvent": {"parallelMultiple"},
    "intermediateThrowEvent": set(),
    "boundaryEvent": {"attachedToRef", "cancelActivity", "parallelMultiple"},
    "endEvent": set(),
    "timerEventDefinition": set(),
    "messageEventDefinition": {"messageRef"},
    "signalEventDefinition": {"signalRef"},
    "conditionalEventDefinition": set(),
    "condition": _EXPRESSION_ATTRIBUTES,
    "errorEventDefinition": {"errorRef"},
    "escalationEventDefinition": {"escalationRef"},
    "compensateEventDefinition": {"activityRef", "waitForCompletion"},
    "cancelEventDefinition": set(),
    "terminateEventDefinition": set(),
    "linkEventDefinition": set(),
    "conditionExpression": _EXPRESSION_ATTRIBUTES,
    "completionCondition": _EXPRESSION_ATTRIBUTES,
    "loopCardinality": _EXPRESSION_ATTRIBUTES,
    "loopCondition": _EXPRESSION_ATTRIBUTES,
    "timeDate": _EXPRESSION_ATTRIBUTES,
    "timeDuration": _EXPRESSION_ATTRIBUTES,
    "timeCycle": _EXPRESSION_ATTRIBUTES,
}
_YES_OR_NO = {
    *("isExecutable", "triggeredByEvent", "isSequential", "isInterrupting", "cancelActivity"),
    *("isForCompensation", "instantiate", "parallelMultiple", "testBefore", "waitForCompletion"),
}
_ONE_AT_MOST = {
    *("extensionElements", "conditionExpression", "completionCondition", "loopCardinality", "script"),
    *("condition", "loopCondition"),
    *dialect.REPETITIONS,
}
_DECISION_RESULTS = {"singleEntry", "singleResult", "collectEntries", "resultList"}
_LANGUAGES = {"", "python", "juel", "xpath"}
"""The expression languages a diagram may name: none, ours, and what modellers write unasked."""
_WEB_SERVICE = {"##WebService", "WebService", "webService"}
"""What many editors write unasked; of a service, send or receive task it is what the standard assumes."""
_WORKED_ON_HERE = {"userTask", "businessRuleTask"}
_UNUSUAL = {  # attribute -> the values that mean nothing unusual is asked
    "waitForCompletion": {"true", "1"},
    "method": {"##Compensate"},
    "instantiate": {"false", "0"},
    "parallelMultiple": {"false", "0"},
    "startQuantity": {"1"},
    "completionQuantity": {"1"},
    "eventGatewayType": {"Exclusive"},
    "implementation": {"##unspecified", "unspecified", *_WEB_SERVICE},
    "behavior": {"All"},
}


@dataclass(slots=True)
class Report:
    """`problems` stop a deployment; `warnings` tell what is kept but has no effect here."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def check(
    file: str,
    root: etree._Element,
    form_exists: Callable[[str], bool],
    decision_exists: Callable[[str], bool],
) -> Report:
    """Check every executable process of a diagram; `form_exists` and `decision_exists` say whether one of
    that key can be had."""
    checker = _Checker(file, form_exists, decision_exists)
    with suppress(_Enough):
        checker.document(root)
    return checker.report


class _Enough(Exception):
    """There are more problems than anyone reads."""


class _Checker:
    def __init__(
        self, file: str, form_exists: Callable[[str], bool], decision_exists: Callable[[str], bool]
    ) -> None:
        self.file = file
        self.form_exists = form_exists
        self.decision_exists = decision_exists
        self.clocks_started: set[str] = set()
        self.aside: set[tuple[Said, ...]] = set()
        self.usual_language = ""
        self.activities: dict[str, etree._Element] = {}
        self.associated: dict[str, list[etree._Element]] = {}
        self.compensated: set[str | None] = set()
        """The ids of activities with a handler, and of sub-processes that hold such."""
        self.left_when_cancelled: set[str | None] = set()
        """The ids of activities with a cancel event at their boundary."""
        self.report = Report()

    # -- saying so -------------------------------------------------------------------------------------------

    def refuse(self, element: etree._Element, code: str, line: int | None = None, /, **values: Said) -> None:
        """Refuse an element for the fault of that code, with what its sentence tells."""
        self.refuse_for(element, Sentence(code, **values), line)

    def refuse_for(self, element: etree._Element, reason: Sentence, line: int | None = None) -> None:
        problems = self.report.problems
        problems.append(self._problem(element, reason, line))
        if len(problems) == MAX_PROBLEMS:
            problems.append(Problem.of(Sentence("check-stopped"), file=self.file))
            raise _Enough

    def warn(self, element: etree._Element, code: str, /, **values: Said) -> None:
        if len(self.report.warnings) < MAX_PROBLEMS:
            self.report.warnings.append(self._problem(element, Sentence(code, **values), None))

    def set_aside(self, element: etree._Element, code: str, /, **values: Said) -> None:
        """Warn of what has no effect, where it is met first: editors write the same on every element."""
        if (code, *values.values()) not in self.aside:
            self.aside.add((code, *values.values()))
            self.warn(element, code, **values)

    def _problem(self, element: etree._Element, reason: Sentence, line: int | None) -> Problem:
        return Problem.of(
            reason, file=self.file, element=_nearest_id(element), line=line or dialect.line(element)
        )

    # -- the document ----------------------------------------------------------------------------------------

    def document(self, root: etree._Element) -> None:
        self.ids(root)
        for element in dialect.children(root):
            if tag(element) not in _ROOT_ELEMENTS:
                self.refuse(element, "element-unsupported", element=tag(element))
            elif tag(element) == "extension" and dialect.flag(element, "mustUnderstand", False):
                self.refuse(
                    element, "extension-must-be-understood", extension=element.get("definition") or ""
                )
        self.usual_language = root.get("expressionLanguage") or ""
        if not self.declarations(root):
            return
        processes = dialect.processes(root)
        if not processes:
            self.refuse(root, "nothing-executable")
        self.clocks_started = {
            mark.name
            for process in processes
            for element in dialect.spoken(process)
            for mark in dialect.clock_marks(element)
            if mark.action == dialect.START
        }
        self.activities = dialect.activities(root)
        self.associated = dialect.associated(root)
        self.boundaries(root)
        for process in processes:
            self.process(process)

    def ids(self, root: etree._Element) -> None:
        seen: set[str] = set()
        for element in dialect.spoken(root):
            if not tag(element):
                continue
            self.names(element)
            given = element.get("id")
            if given is None:
                continue
            if tag(element) in _REFERRED_TO and not _NCNAME.fullmatch(given):
                self.refuse(element, "id-invalid", id=given)
            elif len(given) > MAX_ID_LENGTH:
                self.refuse(element, "id-too-long", length=len(given), most=MAX_ID_LENGTH)
            if given in seen:
                self.refuse(element, "id-twice", id=given)
            seen.add(given)

    def names(self, element: etree._Element) -> None:
        """A name goes into every line of history, so it is bounded."""
        for name in (dialect.label(element), *dialect.names(element).values()):
            if len(name) > MAX_LABEL_LENGTH:
                self.refuse(element, "name-too-long", length=len(name), most=MAX_LABEL_LENGTH)

    def boundaries(self, root: etree._Element) -> None:
        """Note once for the whole file what can be compensated, and what is left when it is cancelled."""
        for event in root.iter(bpmn("boundaryEvent")):
            if _is_cancel(event):
                self.left_when_cancelled.add(event.get("attachedToRef"))
            elif dialect.is_compensation_boundary(event):
                self.compensated.add(event.get("attachedToRef"))
                for scope in event.iterancestors():
                    if tag(scope) not in dialect.SUB_PROCESSES or dialect.is_handler(scope):
                        break
                    self.compensated.add(scope.get("id"))

    def declarations(self, root: etree._Element) -> bool:
        declarations = list(dialect.children(root, *_NAMES_DECLARED))
        if len(declarations) > MAX_DECLARATIONS:
            self.refuse(root, "too-many-declarations", most=MAX_DECLARATIONS)
            return False
        for declared in declarations:
            name = declared.get(_NAMES_DECLARED[tag(declared)]) or ""
            if dialect.computes(name):
                self.refuse(declared, "declaration-no-expression", element=tag(declared), name=name)
            elif len(name) > MAX_ID_LENGTH:
                self.refuse(declared, "name-too-long", length=len(name), most=MAX_ID_LENGTH)
            if (message := dialect.camunda(declared, "errorMessage")) is not None:
                self.template(declared, message)
            self.attributes(declared)
            self.extensions(declared)
        return True

    def process(self, process: etree._Element) -> None:
        if not process.get("id"):
            self.refuse(process, "process-without-id")
        nodes = sum(1 for e in process.iter(*(bpmn(name) for name in dialect.FLOW_NODES)))
        if nodes > MAX_NODES:
            self.refuse(process, "too-many-elements", number=nodes, most=MAX_NODES)
            return
        if sum(1 for _ in process.iter(bpmn("sequenceFlow"))) > MAX_FLOWS:
            self.refuse(process, "too-many-flows", most=MAX_FLOWS)
            return
        self.vocabulary(process)
        self.record(process)
        self.lanes(process)
        for name in ("candidateStarterUsers", "candidateStarterGroups"):
            if dialect.computes(dialect.camunda(process, name) or ""):
                self.refuse(process, "starters-no-expression", attribute=name)
        self.scope(process, 0)

    def record(self, process: etree._Element) -> None:
        record = dialect.extension(process, "record")
        if record is None:
            return
        if not _PREFIX.fullmatch(record.get("prefix", "")):
            self.refuse(record, "record-without-prefix")
        for name, value in record.attrib.items():
            if name in _BATON_ATTRIBUTES["record"] and name != "prefix":
                self.template(record, str(value))

    def lanes(self, process: etree._Element) -> None:
        """A lane's name is taken as it is; as the group of a task it must be a name."""
        ids = {element.get("id") for element in dialect.spoken(process)}
        for reference in process.iter(bpmn("flowNodeRef")):
            if dialect.text_of(reference) not in ids:
                self.warn(reference, "lane-names-nothing", name=dialect.text_of(reference))
        for task, group in lane_candidates(process):
            if "," in group or dialect.computes(group) or len(group) > MAX_NAME_LENGTH:
                self.refuse(task, "lane-no-group", lane=group)

    # -- scopes ----------------------------------------------------------------------------------------------

    def scope(self, scope: etree._Element, depth: int) -> None:
        """A process or sub-process: what lies directly inside it, then what lies inside that."""
        if depth > MAX_NESTING:
            self.refuse(scope, "nested-too-deep", most=MAX_NESTING)
            return
        for element in dialect.children(scope):
            if tag(element) not in _SCOPE_ELEMENTS:
                self.refuse(element, "element-unsupported", element=tag(element))
        self.starts(scope)
        self.handlers(scope)
        self.links(scope)
        flows = self.flows(scope)
        for node in dialect.flow_nodes(scope):
            self.node(node, flows, depth)
        for inner in dialect.event_sub_processes(scope):
            self.event_sub_process(inner, flows, depth)
        self.reachable(scope, flows)

    def starts(self, scope: etree._Element) -> None:
        found = [e for e in dialect.children(scope, "startEvent") if DRAWN not in e.attrib]
        if not found:
            self.refuse(scope, "no-start", scope=_called(scope))
        by_themselves = [e for e in found if dialect.begins_by_itself(e)]
        for extra in [e for e in found if e not in by_themselves][1:]:
            self.refuse(extra, "several-starts", scope=_called(scope))
        seen = set()
        for event in by_themselves:
            self.begins_by_itself(event)
            begun_by = (dialect.event_kind(event), dialect.message_name(event) or dialect.signal_name(event))
            if begun_by in seen and begun_by[1]:
                self.refuse(event, "starts-alike", kind=begun_by[0], name=begun_by[1])
            seen.add(begun_by)

    def begins_by_itself(self, event: etree._Element) -> None:
        """What begins a case is not evaluated in one: there is none yet."""
        timer = dialect.timer(event) if dialect.event_kind(event) == "timer" else None
        if timer is not None and "${" in timer[1]:
            self.refuse(event, "start-timer-no-expression")
        if dialect.extension(dialect.definition(event), "correlation") is not None:
            self.refuse(event, "start-without-key")

    def handlers(self, scope: etree._Element) -> None:
        """Of two events that catch the same error or escalation at the same place, or that it is cancelled or
        compensated, one would never happen."""
        seen = set()
        boundaries = [(e.get("attachedToRef"), e) for e in dialect.children(scope, "boundaryEvent")]
        starts = [
            (None, start)
            for inner in dialect.event_sub_processes(scope)
            for start in dialect.children(inner, "startEvent")
        ]
        for host, event in (*boundaries, *starts):
            kind = dialect.event_kind(event)
            if kind not in (*dialect.THROWN, dialect.CANCEL, dialect.COMPENSATE):
                continue
            caught = (host, kind, dialect.thrown_code(event))
            if caught in seen and kind in dialect.THROWN:
                self.refuse(event, "caught-twice", element=dialect.label(event), kind=kind)
            elif caught in seen:
                self.refuse(event, "attached-twice", kind=kind)
            seen.add(caught)

    def flows(self, scope: etree._Element) -> "_Flows":
        # What is not supported is refused on its own; that a flow leads there is no second problem.
        nodes = {e.get("id"): e for e in children_with_id(scope) if tag(e) not in _NO_NODES}
        flows = _Flows()
        for flow in dialect.children(scope, "sequenceFlow"):
            source, target = nodes.get(flow.get("sourceRef")), nodes.get(flow.get("targetRef"))
            if source is None or target is None:
                end = "sourceRef" if source is None else "targetRef"
                self.refuse(flow, "flow-leads-nowhere", end=end, id=flow.get(end) or "")
                continue
            if _begins(target) or _ends(source):
                self.refuse(flow, "flow-not-here", source=dialect.label(source), target=dialect.label(target))
            flows.add(flow, source, target)
            self.flow(flow, source)
        return flows

    def flow(self, flow: etree._Element, source: etree._Element) -> None:
        expression = dialect.child(flow, "conditionExpression")
        if expression is None:
            return
        if tag(source) in ("parallelGateway", "eventBasedGateway", "startEvent"):
            self.refuse(flow, "flow-without-condition-here", element=tag(source))
        if text := dialect.condition(flow):
            self.template(expression, bare(text))
        else:
            self.refuse(flow, "condition-empty")

    def reachable(self, scope: etree._Element, flows: "_Flows") -> None:
        seen: set[etree._Element] = set()
        queue = [e for e in dialect.flow_nodes(scope) if tag(e) == "startEvent"]
        boundaries = list(dialect.children(scope, "boundaryEvent"))
        while queue:
            node = queue.pop()
            if node in seen:
                continue
            seen.add(node)
            queue += flows.targets(node)
            queue += [b for b in boundaries if b.get("attachedToRef") == node.get("id")]
            queue += self.linked(scope, node)
            queue += self.joined(node)
        for node in dialect.flow_nodes(scope):
            if node not in seen and tag(node) != "startEvent":
                self.refuse(node, "unreachable", element=dialect.label(node))

    def event_sub_process(self, element: etree._Element, flows: "_Flows", depth: int) -> None:
        if dialect.extensions(element, CAMUNDA, "inputOutput"):
            self.refuse(element, "event-sub-process-input-output")
        if flows.incoming(element) or flows.outgoing(element):
            self.refuse(element, "event-sub-process-flows")
        if dialect.is_repeated(element):
            self.refuse(element, "event-sub-process-repeated")
        if dialect.flag(element, "isForCompensation", False):
            self.refuse(element, "handler-event-sub-process")
        self.unusual(element)
        self.scope(element, depth + 1)

    # -- nodes -----------------------------------------------------------------------------------------------

    def node(self, node: etree._Element, flows: "_Flows", depth: int) -> None:
        name = tag(node)
        self.unusual(node)
        if name not in dialect.SUB_PROCESSES:
            self.contents(node)
        if name in dialect.EVENTS:
            self.event(node)
        if name == "startEvent":
            self.start_form(node)
        if name in dialect.ACTIVITIES:
            self.activity(node)
        self.default(node, flows)
        if name == "exclusiveGateway":
            self.exclusive_gateway(node, flows)
        elif name == "eventBasedGateway":
            self.event_based_gateway(node, flows)
        elif name == "userTask":
            self.user_task(node)
        elif name == "scriptTask":
            self.script_task(node)
        elif name == "receiveTask":
            self.receive_task(node)
        elif name == "sendTask":
            self.send_task(node)
        elif name == "callActivity":
            self.call_activity(node)
        elif name == "businessRuleTask":
            self.business_rule_task(node)
        elif name == "serviceTask":
            self.service_task(node)
        elif name in dialect.SUB_PROCESSES:
            self.scope(node, depth + 1)
        if name == "transaction":
            self.transaction(node)

    def contents(self, node: etree._Element) -> None:
        name = tag(node)
        allowed = _NODE_ELEMENTS | _ALLOWED_INSIDE.get(name, set())
        if name in dialect.ACTIVITIES:
            allowed = allowed | set(dialect.REPETITIONS)
        definitions = dialect.event_definitions(node) if name in dialect.EVENTS else []
        self.only(node, allowed | {tag(definition) for definition in definitions})
        for definition in definitions:
            self.only(definition, _DEFINITION_ELEMENTS | _IN_DEFINITIONS.get(tag(definition), set()))

    def only(self, element: etree._Element, allowed: Collection[str]) -> None:
        """Refuse what else lies in an element."""
        for inner in dialect.children(element):
            if tag(inner) not in allowed:
                self.refuse(inner, "element-unsupported-inside", element=tag(inner), inside=tag(element))

    def unusual(self, element: etree._Element) -> None:
        if tag(element) in _WORKED_ON_HERE and element.get("implementation") in _WEB_SERVICE:
            self.set_aside(element, "attribute-no-effect", attribute="implementation")
        for holder in (element, *dialect.children(element, *dialect.REPETITIONS)):
            for name, usual in _UNUSUAL.items():
                if holder.get(name, next(iter(usual))).strip() not in usual:
                    self.refuse(
                        element, "attribute-value-unsupported", attribute=name, value=holder.get(name) or ""
                    )

    def default(self, node: etree._Element, flows: "_Flows") -> None:
        wanted = node.get("default")
        if not wanted:
            return
        default = [f for f in flows.outgoing(node) if f.get("id") == wanted]
        if not default:
            self.refuse(node, "default-not-outgoing", flow=wanted)
        elif dialect.child(default[0], "conditionExpression") is not None:
            self.refuse(default[0], "default-with-condition")

    def exclusive_gateway(self, node: etree._Element, flows: "_Flows") -> None:
        outgoing = flows.outgoing(node)
        for flow in outgoing if len(outgoing) > 1 else []:
            if dialect.child(flow, "conditionExpression") is None and flow.get("id", "") != (
                node.get("default") or None
            ):
                self.refuse(flow, "flow-without-condition", gateway=dialect.label(node))

    def event_based_gateway(self, node: etree._Element, flows: "_Flows") -> None:
        if len(flows.outgoing(node)) < 2:
            self.refuse(node, "event-gateway-too-few")
        for target in flows.targets(node):
            if not _waits_behind_gateway(target):
                self.refuse(target, "event-gateway-leads-elsewhere")
            elif tag(target) == "receiveTask" and _has_more(target):
                self.refuse(target, "event-gateway-plain-receive")
            elif len(flows.incoming(target)) > 1:
                self.refuse(target, "event-gateway-shared-event")

    # -- events ----------------------------------------------------------------------------------------------

    def event(self, event: etree._Element) -> None:
        definitions = dialect.event_definitions(event)
        for definition in definitions:
            self.unusual(definition)
        if len(definitions) > 1:
            self.refuse(event, "several-event-definitions")
            return
        kind = dialect.event_kind(event)
        if kind not in self.kinds_allowed(event):
            self.refuse_for(event, self.kind_refused(event, kind))
            return
        if tag(event) == "boundaryEvent":
            self.boundary(event)
        if kind == "timer":
            self.timer(event)
        elif kind in ("message", "signal") and tag(event) in _THROWING:
            self.sent(event)
        elif kind == "message":
            self.message(event)
        elif kind == "signal":
            self.signal(event)
        elif kind == "conditional":
            self.conditional(event)
        elif kind in dialect.THROWN:
            self.thrown(event, kind)
        elif kind == dialect.COMPENSATE:
            self.compensation(event)
        elif kind == dialect.CANCEL:
            self.cancel(event)

    def links(self, scope: etree._Element) -> None:
        """Every link that is thrown is caught once, beside it."""
        caught = [dialect.link(e) for e in _links(scope, "intermediateCatchEvent")]
        for event in _links(scope, "intermediateCatchEvent"):
            if (name := dialect.link(event)) is None:
                self.refuse(event, "link-without-name")
            elif caught.count(name) > 1:
                self.refuse(event, "link-caught-twice", name=name)
        for event in _links(scope, "intermediateThrowEvent"):
            if (name := dialect.link(event)) is None:
                self.refuse(event, "link-without-name")
            elif name not in caught:
                self.refuse(event, "link-leads-nowhere", name=name)

    def linked(self, scope: etree._Element, node: etree._Element) -> list[etree._Element]:
        """Where a link leads that is thrown there."""
        if not _is_link(node) or tag(node) != "intermediateThrowEvent":
            return []
        name = dialect.link(node)
        return [e for e in _links(scope, "intermediateCatchEvent") if dialect.link(e) == name]

    def kinds_allowed(self, event: etree._Element) -> set[str]:
        if tag(event) == "startEvent" and tag(event.getparent()) == "process":
            return _PROCESS_STARTS
        if tag(event) == "startEvent" and dialect.is_event_sub_process(event.getparent()):
            return _EVENT_SUB_PROCESS_STARTS
        return _EVENT_KINDS[tag(event)]

    def kind_refused(self, event: etree._Element, kind: str) -> Sentence:
        if tag(event) == "startEvent" and dialect.is_event_sub_process(event.getparent()):
            where = Sentence("event-sub-process-start")
        else:
            where = Sentence("element", element=tag(event))
        if kind == "none":
            return Sentence("event-without-kind", event=where)
        return Sentence("event-of-kind-unsupported", event=where, kind=kind)

    def boundary(self, event: etree._Element) -> None:
        host = self.activities.get(event.get("attachedToRef", ""))
        beside = host is not None and host.getparent() is event.getparent()
        if host is None or not beside or dialect.is_event_sub_process(host):
            self.refuse(event, "boundary-attached-to-nothing", host=event.get("attachedToRef") or "")
            return
        if dialect.is_handler(host):
            self.refuse(event, "boundary-of-handler", element=dialect.label(host))
        if dialect.event_kind(event) == dialect.COMPENSATE and dialect.is_repeated(host):
            self.refuse(event, "compensation-of-repeated", element=dialect.label(host))
        if dialect.event_kind(event) == dialect.CANCEL and tag(host) != "transaction":
            self.refuse(event, "cancel-outside-transaction")

    def timer(self, event: etree._Element) -> None:
        given = dialect.timer(event)
        if given is None:
            self.refuse(event, "timer-unclear")
            return
        kind, text = given
        self.literal(event, text, _TIMER_READERS[kind])

    def conditional(self, event: etree._Element) -> None:
        condition = dialect.event_condition(event)
        if condition is None:
            self.refuse(event, "conditional-event-empty")
        else:
            self.template(event, bare(condition))

    def message(self, event: etree._Element) -> None:
        if not dialect.message_name(event):
            self.refuse(event, "message-without-name", element=dialect.label(event))
        if (key := dialect.correlation(event)) is not None:
            self.template(event, key)
        elif dialect.extension(dialect.definition(event), "correlation") is not None:
            self.refuse(event, "correlation-without-key")
        self.payload(event)

    def signal(self, event: etree._Element) -> None:
        if not dialect.signal_name(event):
            self.refuse(event, "signal-without-name", element=dialect.label(event))
        self.payload(event)

    def payload(self, event: etree._Element) -> None:
        if (variable := dialect.payload(event)) and not _VARIABLE.fullmatch(variable):
            self.refuse(event, "payload-no-variable", variable=variable)

    def sent(self, event: etree._Element) -> None:
        """A message or signal where it is thrown."""
        (self.signal if dialect.event_kind(event) == "signal" else self.message)(event)
        if dialect.payload(event) == "":
            self.refuse(event, "payload-of-nothing")

    def thrown(self, event: etree._Element, kind: str) -> None:
        """An error or an escalation, where it is thrown and where it is caught."""
        catching = tag(event) in _CATCHING
        definition = dialect.event_definitions(event)[0]
        if kind == "error" and catching and not dialect.interrupting(event):
            self.refuse(event, "error-always-interrupts")
        reference = definition.get(f"{kind}Ref")
        if reference and dialect.referred(event, f"{kind}Ref", kind) is None:
            self.refuse(event, "thrown-unknown", kind=kind, name=reference)
        elif not catching and not dialect.thrown_code(event):
            self.refuse(event, "thrown-without-code", kind=kind)
        for what in ("Code", "Message"):
            variable = dialect.told(event, what)
            if variable is not None and not catching:
                self.refuse(event, "thrown-variable-catches-only", kind=kind, what=what)
            elif variable is not None and not _VARIABLE.fullmatch(variable):
                self.refuse(event, "thrown-no-variable", kind=kind, what=what, variable=variable)

    def compensation(self, event: etree._Element) -> None:
        """What is compensated where it is thrown, and by whom where it is attached."""
        activity = dialect.compensated_activity(event)
        if tag(event) == "boundaryEvent":
            if activity is not None:
                self.refuse(event, "compensation-reference-thrown-only")
            if dialect.associated_handler(event, self.associated) is None:
                self.refuse(event, "compensation-without-handler")
        elif activity is not None and not (
            activity in self.compensated and _sees(event, self.activities.get(activity))
        ):
            self.refuse(event, "compensation-of-nothing", id=activity)

    def joined(self, node: etree._Element) -> list[etree._Element]:
        """The handler of a compensation event."""
        if not dialect.is_compensation_boundary(node):
            return []
        handler = dialect.associated_handler(node, self.associated)
        return [] if handler is None else [handler]

    def cancel(self, event: etree._Element) -> None:
        """The end in a transaction that cancels it, or the event at its boundary by which it is left then."""
        if tag(event) == "endEvent" and tag(event.getparent()) != "transaction":
            self.refuse(event, "cancel-outside-transaction")
        if tag(event) == "boundaryEvent" and not dialect.interrupting(event):
            self.refuse(event, "cancel-always-interrupts")

    def transaction(self, transaction: etree._Element) -> None:
        if dialect.flag(transaction, "triggeredByEvent", False):
            self.refuse(transaction, "transaction-by-event")
        cancels = any(_is_cancel(e) for e in dialect.children(transaction, "endEvent"))
        if cancels and transaction.get("id") not in self.left_when_cancelled:
            self.refuse(transaction, "cancel-without-boundary", element=dialect.label(transaction))
        if cancels and dialect.is_repeated(transaction):
            self.refuse(transaction, "cancel-of-repeated", element=dialect.label(transaction))

    # -- activities ------------------------------------------------------------------------------------------

    def activity(self, activity: etree._Element) -> None:
        for kind in ("inputParameter", "outputParameter"):
            for name, text, parameter in dialect.parameters(activity, kind):
                if not _VARIABLE.fullmatch(name):
                    self.refuse(parameter, "parameter-without-name", kind=kind, name=name)
                if len(parameter):
                    self.refuse(
                        parameter,
                        "parameter-no-expression",
                        element=dialect.qualified(parameter[0].tag)[1],
                        kind=kind,
                    )
                else:
                    self.template(parameter, text)
        self.multi_instance(activity)
        self.standard_loop(activity)

    def standard_loop(self, activity: etree._Element) -> None:
        loop, element = dialect.standard_loop(activity), dialect.child(activity, dialect.STANDARD_LOOP)
        if loop is None or element is None:
            return
        if dialect.multi_instance(activity) is not None:
            self.refuse(element, "repeated-twice")
        self.only(element, {"loopCondition", "documentation", "extensionElements"})
        if loop.condition is not None:
            self.template(element, bare(loop.condition))
        elif loop.most is None:
            self.refuse(element, "loop-without-end")
        if loop.most is not None and not loop.most.isdecimal():
            self.refuse(element, "loop-maximum-no-number", text=loop.most)

    def multi_instance(self, activity: etree._Element) -> None:
        loop = dialect.multi_instance(activity)
        if loop is None:
            return
        element = dialect.child(activity, dialect.MULTI_INSTANCE)
        assert element is not None
        for inner in dialect.children(element):
            if tag(inner) not in (
                "loopCardinality",
                "completionCondition",
                "documentation",
                "extensionElements",
            ):
                self.refuse(inner, "repetition-element-unsupported", element=tag(inner))
        if (loop.collection is None) == (loop.cardinality is None):
            self.refuse(element, "repetition-unclear")
        if loop.collection is not None:
            self.template(element, bare(loop.collection))
        if loop.cardinality is not None:
            self.literal(element, loop.cardinality, _cardinality)
        if loop.until is not None:
            self.template(element, bare(loop.until))
        if loop.item is not None and loop.collection is None:
            self.refuse(element, "item-without-collection")
        if loop.item is not None and not _VARIABLE.fullmatch(loop.item):
            self.refuse(element, "item-no-variable", variable=loop.item)

    def user_task(self, task: etree._Element) -> None:
        for name, reader in _ASSIGNMENT_READERS.items():
            if (text := dialect.camunda(task, name)) is not None:
                self.literal(task, text, reader)
        self.form(task)
        separation = dialect.extension(task, "separation")
        if separation is not None:
            self.separation(task, separation)

    def form(self, element: etree._Element) -> None:
        key = dialect.camunda(element, "formKey")
        if key is not None and not self.form_exists(key):
            self.refuse(element, "form-unknown", form=key)

    def separation(self, task: etree._Element, separation: etree._Element) -> None:
        ids = (separation.get("from") or "").split()
        root = task.getroottree().getroot()
        starts = (
            e for process in root.iter(bpmn("process")) for e in dialect.children(process, "startEvent")
        )
        known = {e.get("id") for e in (*root.iter(bpmn("userTask")), *starts)}
        if not ids:
            self.refuse(separation, "separation-empty")
        for other in ids:
            if other not in known:
                self.refuse(separation, "separation-names-nothing", id=other)

    def script_task(self, task: etree._Element) -> None:
        if (task.get("scriptFormat") or "").strip().lower() != "python":
            self.refuse(task, "script-format")
        script = dialect.child(task, "script")
        if script is None or not dialect.text_of(script):
            self.refuse(task, "script-missing")
            return
        try:
            compile_script(task)
        except ScriptError as error:
            self.refuse(
                task,
                "script-wrong",
                _line_in_file(script, script.text or "", error),
                line=error.line,
                column=error.column,
                reason=error.reason,
            )

    def receive_task(self, task: etree._Element) -> None:
        if task.get("operationRef"):
            self.refuse(task, "operation-unsupported")
        self.message(task)

    def send_task(self, task: etree._Element) -> None:
        """It sends a message; or, as Camunda has it, is a service task in another dress."""
        if dialect.camunda(task, "type") is None:
            self.message(task)
            if dialect.payload(task) == "":
                self.refuse(task, "payload-of-nothing")
            if task.get("operationRef"):
                self.refuse(task, "operation-unsupported")
        elif task.get("messageRef"):
            self.refuse(task, "send-and-job")
        else:
            self.service_task(task)

    def call_activity(self, activity: etree._Element) -> None:
        """What it says; whether there is such a process, the deployment knows."""
        call = dialect.call(activity)
        if not call.key:
            self.refuse(activity, "call-without-key")
        elif "{" in call.key:
            self.refuse(activity, "call-no-expression")
        if call.binding not in (dialect.LATEST, dialect.TOGETHER, dialect.NUMBERED):
            self.refuse(activity, "call-binding-unsupported", binding=call.binding)
        elif call.numbered != bool(dialect.camunda(activity, "calledElementVersion")):
            self.refuse(activity, "call-binding-and-version")
        elif call.numbered and call.number is None:
            self.refuse(activity, "call-version-invalid")
        for kind in ("in", "out"):
            for mapping in dialect.extensions(activity, CAMUNDA, kind):
                self.passed(mapping, kind)

    def passed(self, mapping: etree._Element, kind: str) -> None:
        what = [
            name for name in ("source", "sourceExpression", "variables", "businessKey") if mapping.get(name)
        ]
        for name in mapping.attrib:
            if name not in ("source", "sourceExpression", "variables", "businessKey", "target", "local"):
                self.refuse(mapping, "passed-attribute-unknown", kind=kind, attribute=str(name))
        if what == ["businessKey"] and kind == "in":
            self.warn(mapping, "business-key-no-effect")
            return
        if len(what) != 1 or what == ["businessKey"]:
            self.refuse(mapping, "passed-unclear", kind=kind)
            return
        self.passed_value(mapping, kind, what[0])
        if (local := mapping.get("local")) is not None and local.strip() not in _BOOLEANS:
            self.refuse(mapping, "neither-true-nor-false", attribute="local", value=local)

    def passed_value(self, mapping: etree._Element, kind: str, what: str) -> None:
        value, target = str(mapping.get(what)).strip(), (mapping.get("target") or "").strip()
        if what == "variables":
            if value != "all" or target:
                self.refuse(mapping, "passed-all-own-names", kind=kind)
            return
        if not _VARIABLE.fullmatch(target):
            self.refuse(mapping, "passed-target-no-variable", kind=kind, variable=target)
        if what == "sourceExpression":
            self.template(mapping, bare(value))
        elif not _VARIABLE.fullmatch(value):
            self.refuse(mapping, "passed-source-no-variable", value=value)
        if what == "sourceExpression" and kind == "in" and dialect.flag(mapping, "local", False):
            self.refuse(mapping, "passed-local-expression")

    def business_rule_task(self, task: etree._Element) -> None:
        self.decision(task)
        if (dialect.camunda(task, "decisionRefBinding") or "latest") != "latest":
            self.refuse(task, "decision-binding-unsupported")
        variable, mapping = (
            dialect.camunda(task, "resultVariable"),
            dialect.camunda(task, "mapDecisionResult"),
        )
        if variable is not None and not _VARIABLE.fullmatch(variable):
            self.refuse(task, "result-no-variable", variable=variable)
        if mapping is not None and mapping not in _DECISION_RESULTS:
            known = ", ".join(sorted(_DECISION_RESULTS))
            self.refuse(task, "result-mapping-unknown", mapping=mapping, known=known)
        if variable is None and mapping is not None:
            self.warn(task, "result-mapping-no-effect")
        if variable is None and not dialect.parameters(task, "outputParameter"):
            self.warn(task, "result-unused")

    def decision(self, task: etree._Element) -> None:
        reference = dialect.camunda(task, "decisionRef")
        if reference is None:
            self.refuse(task, "decision-missing")
            return
        compiled = self.template(task, reference)
        if compiled is not None and compiled.is_literal and not self.decision_exists(reference):
            self.refuse(task, "decision-unknown", decision=reference)

    def service_task(self, task: etree._Element) -> None:
        """Every service task is a job. Camunda's other ways to run one are refused where they are read."""
        kind, topic = dialect.camunda(task, "type"), dialect.camunda(task, "topic")
        if task.get("operationRef"):
            self.refuse(task, "service-operation-unsupported")
        if kind == "external" and topic is not None:
            self.literal(task, topic, _topic)
        elif kind == "external":
            self.refuse(task, "service-without-topic")
        elif kind is not None:
            self.refuse(task, "service-type-unsupported", type=kind)
        elif not self.has_other_service(task):
            self.refuse(task, "service-not-external")

    def has_other_service(self, task: etree._Element) -> bool:
        """Whether it is refused already, for how it would run elsewhere."""
        return any(dialect.camunda(task, name) for name in _OTHER_SERVICES) or bool(
            dialect.extensions(task, CAMUNDA, "connector")
        )

    # -- extensions and texts --------------------------------------------------------------------------------

    def vocabulary(self, process: etree._Element) -> None:
        """Everything said in a process is known, harmless, or refused: no word of it is passed over."""
        for element in dialect.spoken(process):
            self.words(element)

    def words(self, element: etree._Element) -> None:
        if not tag(element):
            self.refuse(element, "foreign-element", element=element.tag)
        elif tag(element) in _ATTRIBUTES:
            self.attributes(element)
            self.extensions(element)
            self.clocks(element)
            self.language(element)
            once = [tag(e) for e in dialect.children(element, *_ONE_AT_MOST)]
            for name in sorted({name for name in once if once.count(name) > 1}):
                self.refuse(element, "only-once", element=name)
        elif tag(element) in ("assignment", "transformation"):
            self.refuse(element, "data-association-unsupported")

    def attributes(self, element: etree._Element) -> None:
        known = _ATTRIBUTES[tag(element)] | {"id", "name"}
        camunda = _CAMUNDA_ATTRIBUTES.get(tag(element), set())
        for attribute, value in element.attrib.items():
            namespace, name = dialect.qualified(attribute)
            if namespace == "" and name not in known:
                self.refuse(element, "attribute-unknown", attribute=name, element=tag(element))
            elif namespace == "" and name in _YES_OR_NO and str(value).strip() not in _BOOLEANS:
                self.refuse(element, "neither-true-nor-false", attribute=name, value=str(value))
            elif namespace == CAMUNDA and name not in camunda:
                self.camunda_attribute(element, name)
            elif namespace == BATON:
                self.refuse(element, "baton-attribute", attribute=name)
            elif namespace not in ("", BPMN, CAMUNDA, dialect.XSI, _XML) and attribute != DRAWN:
                if reason := engines.refused(namespace, name, str(value), camunda):
                    self.refuse_for(element, reason)
                else:
                    self.set_aside(element, "attribute-no-effect", attribute=str(attribute))

    def extensions(self, element: etree._Element) -> None:
        """Extension elements of `camunda:` and `baton:`: known, harmless, or refused by name."""
        holder = dialect.child(element, "extensionElements")
        found = [] if holder is None else list(holder)
        for each in found:
            self.extension(element, each)
        names = [
            name
            for space, name in (dialect.qualified(e.tag) for e in found)
            if space == BATON and name not in _REPEATED
        ]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.refuse(element, "baton-only-once", element=name)

    def language(self, element: etree._Element) -> None:
        """An expression names its language, or means the one the file names for all."""
        if "language" not in _ATTRIBUTES[tag(element)]:
            return
        language = (element.get("language") or self.usual_language).rstrip("/")
        if language.rsplit("/", 1)[-1].lower() not in _LANGUAGES:
            self.refuse(element, "language-unsupported", language=language)

    def camunda_attribute(self, element: etree._Element, name: str) -> None:
        if name in _ASYNCHRONOUS:
            self.warn(element, "asynchronous-no-effect", attribute=name)
        elif name not in _HARMLESS:
            self.refuse(element, "camunda-unsupported", name=name, element=tag(element))

    def start_form(self, event: etree._Element) -> None:
        if dialect.camunda(event, "formKey") is None:
            return
        if tag(event.getparent()) != "process" or dialect.event_kind(event) != "none":
            self.refuse(event, "form-start-only")
        self.form(event)

    def extension(self, element: etree._Element, found: etree._Element) -> None:
        namespace, name = dialect.qualified(found.tag)
        if namespace == BATON:
            self.baton(element, found, name)
        elif namespace == CAMUNDA and name == "inputOutput" and tag(element) in dialect.ACTIVITIES:
            self.input_output(found)
        elif namespace == CAMUNDA and name in ("in", "out") and tag(element) == "callActivity":
            pass  # `call_activity` looks at them
        elif namespace == CAMUNDA and name == "failedJobRetryTimeCycle":
            self.warn(found, "retry-no-effect")
        elif namespace == CAMUNDA and name != "properties":
            self.refuse(found, "camunda-unsupported", name=name, element=tag(element))
        elif namespace != CAMUNDA:
            ours = _CAMUNDA_ELEMENTS.get(tag(element), set())
            if reason := engines.refused(namespace, name, found.get("name") or "", ours):
                self.refuse_for(found, reason)
            else:
                self.set_aside(found, "extension-no-effect", element=str(found.tag))

    def input_output(self, holder: etree._Element) -> None:
        for parameter in holder:
            if dialect.qualified(parameter.tag) not in (
                (CAMUNDA, "inputParameter"),
                (CAMUNDA, "outputParameter"),
            ):
                self.refuse(parameter, "input-output-element-unsupported", element=parameter.tag)

    def baton(self, element: etree._Element, found: etree._Element, name: str) -> None:
        if name not in _BATON_ELEMENTS.get(tag(element), {"name"}):
            self.refuse(found, "baton-unsupported", name=name, element=tag(element))
            return
        for attribute in found.attrib:
            if attribute not in _BATON_ATTRIBUTES[name]:
                self.refuse(found, "baton-attribute-unknown", element=name, attribute=str(attribute))

    def clocks(self, element: etree._Element) -> None:
        """The marks of clocks on an element: known ones, where they can happen, each once."""
        drawn = dialect.extensions(element, BATON, "clock")
        seen: set[dialect.Mark] = set()
        for found, mark in zip(drawn, dialect.clock_marks(element), strict=True):
            if reason := self.clock_refused(element, mark):
                self.refuse_for(found, reason)
            elif mark in seen:
                self.refuse(found, "clock-marked-twice", clock=mark.name)
            seen.add(mark)

    def clock_refused(self, element: etree._Element, mark: dialect.Mark) -> Sentence | None:
        """Why a mark is none; None when it is one."""
        moments = dialect.CLOCK_MOMENTS.get(mark.action)
        if not _CLOCK_NAME.fullmatch(mark.name):
            return Sentence("clock-without-name")
        if moments is None:
            known = ", ".join(dialect.CLOCK_MOMENTS)
            return Sentence("clock-action-unknown", action=mark.action, known=known)
        if mark.on not in moments:
            allowed = ", ".join(moments)
            return Sentence("clock-moment-unknown", action=mark.action, moment=mark.on, allowed=allowed)
        if mark.on == dialect.CLAIM and tag(element) != "userTask":
            return Sentence("clock-claim-elsewhere")
        if tag(element) == "process" and mark.action != dialect.START:
            return Sentence("clock-of-process")
        if mark.action == dialect.PAUSE and tag(element) not in _TAKES_TIME:
            return Sentence("clock-pause-elsewhere", element=tag(element))
        if mark.name not in self.clocks_started:
            return Sentence("clock-never-starts", clock=mark.name)
        return None

    def literal(self, element: etree._Element, text: str, reader: Callable[[str], object]) -> None:
        """Check a text as far as it can be: an expression in it by its grammar, one without any by what it
        must say."""
        compiled = self.template(element, text)
        if compiled is None or not compiled.is_literal:
            return
        try:
            reader(text)
        except Unreadable as error:
            self.refuse_for(element, error.sentence)

    def template(self, element: etree._Element, text: str) -> Template | None:
        try:
            translation = in_baton(text)
            compiled = template(translation)
        except ScriptError as error:
            line = _line_in_file(element, text, error)
            self.refuse(element, "expression-wrong", line, text=text.strip(), reason=error.reason)
            return None
        if found := _BOOLEAN_AS_TEXT.search(translation):
            self.warn(element, "text-no-boolean", text=found[0])
        return compiled


_HOLDERS = {
    "definitions",
    "process",
    "subProcess",
    "transaction",
    "adHocSubProcess",
    "laneSet",
    "childLaneSet",
}
_PASSED = ("source", "sourceExpression", "variables", "businessKey")
_BOOLEANS = {"true", "false", "1", "0"}
_XML = "http://www.w3.org/XML/1998/namespace"
_NO_NODES = DOCUMENTATION | {"sequenceFlow", "extensionElements", *dialect.REPETITIONS}


class _Flows:
    """The sequence flows of one scope, by their ends."""

    def __init__(self) -> None:
        self._out: dict[etree._Element, list[tuple[etree._Element, etree._Element]]] = {}
        self._in: dict[etree._Element, list[etree._Element]] = {}

    def add(self, flow: etree._Element, source: etree._Element, target: etree._Element) -> None:
        self._out.setdefault(source, []).append((flow, target))
        self._in.setdefault(target, []).append(flow)

    def outgoing(self, node: etree._Element) -> list[etree._Element]:
        return [flow for flow, _ in self._out.get(node, [])]

    def targets(self, node: etree._Element) -> list[etree._Element]:
        return [target for _, target in self._out.get(node, [])]

    def incoming(self, node: etree._Element) -> list[etree._Element]:
        return self._in.get(node, [])


def children_with_id(scope: etree._Element) -> Iterator[etree._Element]:
    return (e for e in dialect.children(scope) if e.get("id"))


def _is_link(node: etree._Element) -> bool:
    return tag(node) in dialect.EVENTS and dialect.event_kind(node) == "link"


def _links(scope: etree._Element, name: str) -> list[etree._Element]:
    return [e for e in dialect.children(scope, name) if _is_link(e)]


def _waits_behind_gateway(node: etree._Element) -> bool:
    event = tag(node) == "intermediateCatchEvent" and not _is_link(node)
    return event or tag(node) == "receiveTask"


def _has_more(task: etree._Element) -> bool:
    """Whether a receive task is more than an event that waits."""
    inputs, scope = dialect.parameters(task, "inputParameter"), task.getparent()
    beside = () if scope is None else dialect.children(scope, "boundaryEvent")
    attached = any(event.get("attachedToRef") == task.get("id") for event in beside)
    return bool(inputs) or attached or dialect.is_repeated(task)


def _is_cancel(node: etree._Element) -> bool:
    return dialect.event_kind(node) == dialect.CANCEL


def _sees(event: etree._Element, activity: etree._Element | None) -> bool:
    """Whether a compensation event may name an activity: one beside it, or in an event sub-process one
    beside that."""
    if activity is None or dialect.is_event_sub_process(activity) or dialect.is_handler(activity):
        return False
    scope, holder = event.getparent(), activity.getparent()
    while scope is not holder and dialect.is_event_sub_process(scope):
        assert scope is not None, "it is an event sub-process"
        scope = scope.getparent()
    return scope is holder


def _begins(node: etree._Element) -> bool:
    """Whether no flow leads to it: it is where a path begins."""
    return (
        tag(node) in ("startEvent", "boundaryEvent")
        or (tag(node) == "intermediateCatchEvent" and _is_link(node))
        or dialect.is_handler(node)
    )


def _ends(node: etree._Element) -> bool:
    """Whether no flow leads on from it."""
    return (
        tag(node) == "endEvent"
        or (tag(node) == "intermediateThrowEvent" and _is_link(node))
        or dialect.is_compensation_boundary(node)
        or dialect.is_handler(node)
    )


def _line_in_file(element: etree._Element, text: str, error: ScriptError) -> int:
    # A text that ends too early is found wrong on the line after its last.
    return (dialect.line(element) or 1) + error.line - 1


def _nearest_id(element: etree._Element) -> str | None:
    """The id of the element people see: itself, or the one it is a part of."""
    at: etree._Element | None = element
    while at is not None:
        if at.get("id") and tag(at.getparent()) in _HOLDERS:
            return drawn_id(at)
        at = at.getparent()
    return None


def _called(scope: etree._Element) -> Sentence:
    kind = "the-process" if tag(scope) == "process" else "the-sub-process"
    return Sentence(kind, name=dialect.label(scope))


_UTC = zone("UTC")


def _duration_or_instant(text: str) -> None:
    if text.lstrip().startswith("P"):
        Duration.parse(text)
    else:
        parse_instant(text, _UTC)


def _repetition(text: str) -> None:
    repetition = Repetition.parse(text)
    if repetition.start:
        parse_instant(repetition.start, _UTC)


def _whole(text: str) -> int:
    number = whole_number(text)
    if number is None:
        raise Unreadable(Sentence("no-whole-number", text=text))
    return number


def _cardinality(text: str) -> None:
    if _whole(text) < 0:
        raise Unreadable(Sentence("cardinality-negative"))


def _person_or_group(text: str) -> None:
    if len(text.strip()) > MAX_NAME_LENGTH:
        raise Unreadable(Sentence("holder-too-long", text=text, most=MAX_NAME_LENGTH))


def _persons_or_groups(text: str) -> None:
    for name in text.split(","):
        _person_or_group(name)


def _topic(text: str) -> None:
    if len(text) > MAX_TOPIC:
        raise Unreadable(Sentence("topic-too-long", length=len(text), most=MAX_TOPIC))


_TIMER_READERS: dict[str, Callable[[str], object]] = {
    "timeDate": lambda text: parse_instant(text, _UTC),
    "timeDuration": _duration_or_instant,
    "timeCycle": _repetition,
}
_ASSIGNMENT_READERS: dict[str, Callable[[str], object]] = {
    "assignee": _person_or_group,
    "candidateUsers": _persons_or_groups,
    "candidateGroups": _persons_or_groups,
    "dueDate": _duration_or_instant,
    "priority": _whole,
}
