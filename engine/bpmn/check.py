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

from engine.bpmn import dialect
from engine.bpmn.build import bare, compile_script, template
from engine.bpmn.dialect import BATON, BPMN, CAMUNDA, bpmn, tag
from engine.bpmn.rewrite import DOCUMENTATION, lane_candidates
from engine.bpmn.specs.activities import MAX_TOPIC, whole_number
from engine.durations import Duration, Repetition, parse_instant, zone
from engine.errors import Problem
from engine.scripting import ScriptError, Template

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
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,9}")
_ROOT_ELEMENTS = DOCUMENTATION | {
    "process",
    "collaboration",
    "message",
    "error",
    "signal",
    "escalation",
    "itemDefinition",
    "extensionElements",
    "relationship",
}
_SCOPE_ELEMENTS = (
    DOCUMENTATION | dialect.FLOW_NODES | {"sequenceFlow", "extensionElements", dialect.MULTI_INSTANCE}
)
_NODE_ELEMENTS = DOCUMENTATION | {"extensionElements"}
_DEFINITION_ELEMENTS = {"documentation", "extensionElements"}
_IN_DEFINITIONS = {"timerEventDefinition": set(dialect.TIMERS), "conditionalEventDefinition": {"condition"}}
_ALLOWED_INSIDE = {"scriptTask": {"script"}} | {
    name: {"dataOutput", "dataInput", "outputSet", "inputSet"} for name in dialect.EVENTS
}
_NAMES_DECLARED = {"message": "name", "error": "errorCode", "escalation": "escalationCode"}
"""The attribute by which each kind of declaration is known in a case."""
_EVENT_KINDS = {
    "startEvent": {"none"},
    "endEvent": {"none", "terminate", "error", "escalation"},
    "intermediateCatchEvent": {"timer", "message", "conditional"},
    "intermediateThrowEvent": {"none", "escalation"},
    "boundaryEvent": {"timer", "message", "conditional", "error", "escalation"},
}
_EVENT_SUB_PROCESS_STARTS = {"timer", "message", "conditional", "error", "escalation"}
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
    "messageEventDefinition": {"correlation", "payload"},
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
    "subProcess",
    "callActivity",
    "intermediateCatchEvent",
}
"""What is left at another time than it is entered, so that a clock can pause there."""
_ACTIVITY_ATTRIBUTES = {"default", "isForCompensation", "startQuantity", "completionQuantity"}
_EXPRESSION_ATTRIBUTES = {"language", "evaluatesToTypeRef"}
_ATTRIBUTES = {  # what BPMN 2.0 knows on each element that runs, beside id and name
    "process": {"processType", "isClosed", "isExecutable", "definitionalCollaborationRef"},
    "lane": {"partitionElementRef"},
    "message": {"itemRef"},
    "error": {"errorCode", "structureRef"},
    "escalation": {"escalationCode", "structureRef"},
    "sequenceFlow": {"sourceRef", "targetRef", "isImmediate"},
    "task": _ACTIVITY_ATTRIBUTES,
    "manualTask": _ACTIVITY_ATTRIBUTES,
    "userTask": _ACTIVITY_ATTRIBUTES | {"implementation"},
    "scriptTask": _ACTIVITY_ATTRIBUTES | {"scriptFormat"},
    "receiveTask": _ACTIVITY_ATTRIBUTES | {"implementation", "messageRef", "operationRef", "instantiate"},
    "businessRuleTask": _ACTIVITY_ATTRIBUTES | {"implementation"},
    "serviceTask": _ACTIVITY_ATTRIBUTES | {"implementation", "operationRef"},
    "script": set(),
    "subProcess": _ACTIVITY_ATTRIBUTES | {"triggeredByEvent"},
    "callActivity": _ACTIVITY_ATTRIBUTES | {"calledElement"},
    dialect.MULTI_INSTANCE: {"isSequential", "behavior", "oneBehaviorEventRef", "noneBehaviorEventRef"},
    "exclusiveGateway": {"gatewayDirection", "default"},
    "parallelGateway": {"gatewayDirection"},
    "eventBasedGateway": {"gatewayDirection", "instantiate", "eventGatewayType"},
    "startEvent": {"isInterrupting", "parallelMultiple"},
    "intermediateCatchEvent": {"parallelMultiple"},
    "intermediateThrowEvent": set(),
    "boundaryEvent": {"attachedToRef", "cancelActivity", "parallelMultiple"},
    "endEvent": set(),
    "timerEventDefinition": set(),
    "messageEventDefinition": {"messageRef"},
    "conditionalEventDefinition": set(),
    "condition": _EXPRESSION_ATTRIBUTES,
    "errorEventDefinition": {"errorRef"},
    "escalationEventDefinition": {"escalationRef"},
    "terminateEventDefinition": set(),
    "conditionExpression": _EXPRESSION_ATTRIBUTES,
    "completionCondition": _EXPRESSION_ATTRIBUTES,
    "loopCardinality": _EXPRESSION_ATTRIBUTES,
    "timeDate": _EXPRESSION_ATTRIBUTES,
    "timeDuration": _EXPRESSION_ATTRIBUTES,
    "timeCycle": _EXPRESSION_ATTRIBUTES,
}
_YES_OR_NO = {
    *("isExecutable", "triggeredByEvent", "isSequential", "isInterrupting", "cancelActivity"),
    *("isForCompensation", "instantiate", "parallelMultiple"),
}
_ONE_AT_MOST = {
    *("extensionElements", "conditionExpression", "completionCondition", "loopCardinality", "script"),
    "condition",
    dialect.MULTI_INSTANCE,
}
_DECISION_RESULTS = {"singleEntry", "singleResult", "collectEntries", "resultList"}
_LANGUAGES = {"", "python", "juel", "xpath"}
"""The expression languages a diagram may name: none, ours, and what modellers write unasked."""
_UNUSUAL = {  # attribute -> the values that mean nothing unusual is asked
    "isForCompensation": {"false", "0"},
    "instantiate": {"false", "0"},
    "parallelMultiple": {"false", "0"},
    "startQuantity": {"1"},
    "completionQuantity": {"1"},
    "eventGatewayType": {"Exclusive"},
    "implementation": {"##unspecified"},
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
        self.report = Report()

    # -- saying so -------------------------------------------------------------------------------------------

    def refuse(self, element: etree._Element, detail: str, line: int | None = None) -> None:
        problems = self.report.problems
        problems.append(self._problem(element, detail, line))
        if len(problems) == MAX_PROBLEMS:
            problems.append(Problem("There may be more problems: the check stopped here.", file=self.file))
            raise _Enough

    def warn(self, element: etree._Element, detail: str) -> None:
        if len(self.report.warnings) < MAX_PROBLEMS:
            self.report.warnings.append(self._problem(element, detail, None))

    def _problem(self, element: etree._Element, detail: str, line: int | None) -> Problem:
        return Problem(
            detail, file=self.file, element=_nearest_id(element), line=line or dialect.line(element)
        )

    # -- the document ----------------------------------------------------------------------------------------

    def document(self, root: etree._Element) -> None:
        self.ids(root)
        for element in dialect.children(root):
            if tag(element) not in _ROOT_ELEMENTS:
                self.refuse(element, f"bpmn:{tag(element)} is not supported.")
        self.language(root, root.get("expressionLanguage"))
        if not self.declarations(root):
            return
        processes = dialect.processes(root)
        if not processes:
            self.refuse(
                root, 'No process in this diagram is executable: set isExecutable="true" on the one to run.'
            )
        self.clocks_started = {
            mark.name
            for process in processes
            for element in dialect.spoken(process)
            for mark in dialect.clock_marks(element)
            if mark.action == dialect.START
        }
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
            if not _NCNAME.fullmatch(given):
                self.refuse(element, f"The id {given!r} is not valid: {_WHAT_AN_ID_IS}")
            elif len(given) > MAX_ID_LENGTH:
                self.refuse(
                    element, f"The id has {len(given)} characters; at most {MAX_ID_LENGTH} are allowed."
                )
            if given in seen:
                self.refuse(element, f"The id {given!r} is used twice.")
            seen.add(given)

    def names(self, element: etree._Element) -> None:
        """A name goes into every line of history, so it is bounded."""
        for name in (dialect.label(element), *dialect.names(element).values()):
            if len(name) > MAX_LABEL_LENGTH:
                self.refuse(
                    element, f"The name has {len(name):,} characters; at most {MAX_LABEL_LENGTH} are allowed."
                )

    def declarations(self, root: etree._Element) -> bool:
        declarations = list(dialect.children(root, *_NAMES_DECLARED))
        if len(declarations) > MAX_DECLARATIONS:
            self.refuse(
                root, f"The file declares more than {MAX_DECLARATIONS:,} messages, errors and escalations."
            )
            return False
        for declared in declarations:
            name = declared.get(_NAMES_DECLARED[tag(declared)]) or ""
            if "${" in name:
                self.refuse(
                    declared, f"The bpmn:{tag(declared)} {name!r} needs a plain text here, not an expression."
                )
            elif len(name) > MAX_ID_LENGTH:
                self.refuse(
                    declared, f"The name has {len(name)} characters; at most {MAX_ID_LENGTH} are allowed."
                )
            if (message := dialect.camunda(declared, "errorMessage")) is not None:
                self.template(declared, message)
            self.attributes(declared)
            self.extensions(declared)
        return True

    def process(self, process: etree._Element) -> None:
        if not process.get("id"):
            self.refuse(process, "The process needs an id: it is the key by which it is started.")
        nodes = sum(1 for e in process.iter(*(bpmn(name) for name in dialect.FLOW_NODES)))
        if nodes > MAX_NODES:
            self.refuse(process, f"The process has {nodes:,} elements; at most {MAX_NODES:,} are allowed.")
            return
        if sum(1 for _ in process.iter(bpmn("sequenceFlow"))) > MAX_FLOWS:
            self.refuse(process, f"The process has more than {MAX_FLOWS:,} sequence flows.")
            return
        self.vocabulary(process)
        self.record(process)
        self.lanes(process)
        for name in ("candidateStarterUsers", "candidateStarterGroups"):
            if "${" in (dialect.camunda(process, name) or ""):
                self.refuse(process, f"camunda:{name} is a list of names, not an expression.")
        self.scope(process, 0)

    def record(self, process: etree._Element) -> None:
        record = dialect.extension(process, "record")
        if record is None:
            return
        if not _PREFIX.fullmatch(record.get("prefix", "")):
            self.refuse(
                record, "baton:record needs a prefix of 1 to 10 capital letters and digits, such as INC."
            )
        for name, value in record.attrib.items():
            if name in _BATON_ATTRIBUTES["record"] and name != "prefix":
                self.template(record, str(value))

    def lanes(self, process: etree._Element) -> None:
        """A lane's name is taken as it is; as the group of a task it must be a name."""
        ids = {element.get("id") for element in dialect.spoken(process)}
        for reference in process.iter(bpmn("flowNodeRef")):
            if dialect.text_of(reference) not in ids:
                self.warn(
                    reference, f"The lane names {dialect.text_of(reference)!r}, which is not in the process."
                )
        for task, group in lane_candidates(process):
            if "," in group or "${" in group or len(group) > MAX_NAME_LENGTH:
                self.refuse(
                    task,
                    f"The lane {group!r} cannot be the name of a group; say which one is meant with "
                    "baton:group in the lane.",
                )

    # -- scopes ----------------------------------------------------------------------------------------------

    def scope(self, scope: etree._Element, depth: int) -> None:
        """A process or sub-process: what lies directly inside it, then what lies inside that."""
        if depth > MAX_NESTING:
            self.refuse(scope, f"Sub-processes are nested more than {MAX_NESTING} deep.")
            return
        for element in dialect.children(scope):
            if tag(element) not in _SCOPE_ELEMENTS:
                self.refuse(element, f"bpmn:{tag(element)} is not supported.")
        self.starts(scope)
        self.handlers(scope)
        flows = self.flows(scope)
        for node in dialect.flow_nodes(scope):
            self.node(node, flows, depth)
        for inner in dialect.event_sub_processes(scope):
            self.event_sub_process(inner, flows, depth)
        self.reachable(scope, flows)

    def starts(self, scope: etree._Element) -> None:
        found = list(dialect.children(scope, "startEvent"))
        if not found:
            self.refuse(scope, f"{_called(scope)} has no start event.")
        for extra in found[1:]:
            self.refuse(extra, f"{_called(scope)} has more than one start event; that is not supported.")

    def handlers(self, scope: etree._Element) -> None:
        """Of two handlers that catch the same error or escalation at the same place, one would never run."""
        seen = set()
        boundaries = [(e.get("attachedToRef"), e) for e in dialect.children(scope, "boundaryEvent")]
        starts = [
            (None, start)
            for inner in dialect.event_sub_processes(scope)
            for start in dialect.children(inner, "startEvent")
        ]
        for host, event in (*boundaries, *starts):
            kind = dialect.event_kind(event)
            if kind not in dialect.THROWN:
                continue
            caught = (host, kind, dialect.thrown_code(event))
            if caught in seen:
                self.refuse(event, f"Another event beside {dialect.label(event)!r} catches the same {kind}.")
            seen.add(caught)

    def flows(self, scope: etree._Element) -> "_Flows":
        # What is not supported is refused on its own; that a flow leads there is no second problem.
        nodes = {e.get("id"): e for e in children_with_id(scope) if tag(e) not in _NO_NODES}
        flows = _Flows()
        for flow in dialect.children(scope, "sequenceFlow"):
            source, target = nodes.get(flow.get("sourceRef")), nodes.get(flow.get("targetRef"))
            if source is None or target is None:
                end = "sourceRef" if source is None else "targetRef"
                self.refuse(
                    flow,
                    f"The sequence flow's {end} {flow.get(end)!r} is no element of the same process "
                    "or sub-process.",
                )
                continue
            if tag(target) in ("startEvent", "boundaryEvent") or tag(source) == "endEvent":
                self.refuse(
                    flow,
                    f"A sequence flow cannot lead from {dialect.label(source)!r} to "
                    f"{dialect.label(target)!r}.",
                )
            flows.add(flow, source, target)
            self.flow(flow, source)
        return flows

    def flow(self, flow: etree._Element, source: etree._Element) -> None:
        expression = dialect.child(flow, "conditionExpression")
        if expression is None:
            return
        if tag(source) in ("parallelGateway", "eventBasedGateway", "startEvent"):
            self.refuse(flow, f"A flow out of a bpmn:{tag(source)} cannot have a condition.")
        if text := dialect.condition(flow):
            self.template(expression, bare(text))
        else:
            self.refuse(flow, "The condition is empty.")

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
        for node in dialect.flow_nodes(scope):
            if node not in seen and tag(node) != "startEvent":
                self.refuse(node, f"Nothing leads to {dialect.label(node)!r} from the start.")

    def event_sub_process(self, element: etree._Element, flows: "_Flows", depth: int) -> None:
        if dialect.extensions(element, CAMUNDA, "inputOutput"):
            self.refuse(
                element,
                "An event sub-process has no camunda:inputOutput: its messages carry a baton:payload.",
            )
        if flows.incoming(element) or flows.outgoing(element):
            self.refuse(
                element, "An event sub-process has no sequence flows of its own: its start event starts it."
            )
        if dialect.multi_instance(element) is not None:
            self.refuse(element, "An event sub-process cannot be repeated.")
        self.unusual(element)
        self.scope(element, depth + 1)

    # -- nodes -----------------------------------------------------------------------------------------------

    def node(self, node: etree._Element, flows: "_Flows", depth: int) -> None:
        name = tag(node)
        self.unusual(node)
        if name != "subProcess":
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
        elif name == "callActivity":
            self.call_activity(node)
        elif name == "businessRuleTask":
            self.business_rule_task(node)
        elif name == "serviceTask":
            self.service_task(node)
        elif name == "subProcess":
            self.scope(node, depth + 1)

    def contents(self, node: etree._Element) -> None:
        name = tag(node)
        allowed = _NODE_ELEMENTS | _ALLOWED_INSIDE.get(name, set())
        if name in dialect.ACTIVITIES:
            allowed = allowed | {dialect.MULTI_INSTANCE}
        definitions = dialect.event_definitions(node) if name in dialect.EVENTS else []
        self.only(node, allowed | {tag(definition) for definition in definitions})
        for definition in definitions:
            self.only(definition, _DEFINITION_ELEMENTS | _IN_DEFINITIONS.get(tag(definition), set()))

    def only(self, element: etree._Element, allowed: Collection[str]) -> None:
        """Refuse what else lies in an element."""
        for inner in dialect.children(element):
            if tag(inner) not in allowed:
                self.refuse(inner, f"bpmn:{tag(inner)} in a bpmn:{tag(element)} is not supported.")

    def unusual(self, element: etree._Element) -> None:
        for holder in (element, *dialect.children(element, dialect.MULTI_INSTANCE)):
            for name, usual in _UNUSUAL.items():
                if holder.get(name, next(iter(usual))).strip() not in usual:
                    self.refuse(element, f'{name}="{holder.get(name)}" is not supported.')

    def default(self, node: etree._Element, flows: "_Flows") -> None:
        wanted = node.get("default")
        if not wanted:
            return
        default = [f for f in flows.outgoing(node) if f.get("id") == wanted]
        if not default:
            self.refuse(node, f"The default flow {wanted!r} is none of the outgoing flows.")
        elif dialect.child(default[0], "conditionExpression") is not None:
            self.refuse(default[0], "A default flow has no condition: it is taken when no other is.")

    def exclusive_gateway(self, node: etree._Element, flows: "_Flows") -> None:
        outgoing = flows.outgoing(node)
        for flow in outgoing if len(outgoing) > 1 else []:
            if dialect.child(flow, "conditionExpression") is None and flow.get("id", "") != (
                node.get("default") or None
            ):
                self.refuse(
                    flow,
                    f"A flow out of the gateway {dialect.label(node)!r} has no condition and is not "
                    "its default.",
                )

    def event_based_gateway(self, node: etree._Element, flows: "_Flows") -> None:
        if len(flows.outgoing(node)) < 2:
            self.refuse(node, "An event-based gateway needs at least two outgoing flows.")
        for target in flows.targets(node):
            if tag(target) != "intermediateCatchEvent":
                self.refuse(target, "An event-based gateway leads to intermediate catch events only.")
            elif len(flows.incoming(target)) > 1:
                self.refuse(target, "An event after an event-based gateway has no other incoming flow.")

    # -- events ----------------------------------------------------------------------------------------------

    def event(self, event: etree._Element) -> None:
        definitions = dialect.event_definitions(event)
        if len(definitions) > 1:
            self.refuse(event, "An event with several definitions is not supported.")
            return
        kind = dialect.event_kind(event)
        if kind not in self.kinds_allowed(event):
            self.refuse(event, self.kind_refused(event, kind))
            return
        if tag(event) == "boundaryEvent":
            self.boundary(event)
        if kind == "timer":
            self.timer(event)
        elif kind == "message":
            self.message(event)
        elif kind == "conditional":
            self.conditional(event)
        elif kind in dialect.THROWN:
            self.thrown(event, kind)

    def kinds_allowed(self, event: etree._Element) -> set[str]:
        if tag(event) == "startEvent" and dialect.is_event_sub_process(event.getparent()):
            return _EVENT_SUB_PROCESS_STARTS
        return _EVENT_KINDS[tag(event)]

    def kind_refused(self, event: etree._Element, kind: str) -> str:
        where = (
            "start event of an event sub-process"
            if tag(event) == "startEvent" and dialect.is_event_sub_process(event.getparent())
            else f"bpmn:{tag(event)}"
        )
        what = "without an event definition" if kind == "none" else f"with a {kind} event definition"
        return f"A {where} {what} is not supported here."

    def boundary(self, event: etree._Element) -> None:
        scope = event.getparent()
        beside = dialect.children(scope) if scope is not None else ()
        host = next((e for e in beside if e.get("id") == event.get("attachedToRef")), None)
        if host is None or tag(host) not in dialect.ACTIVITIES or dialect.is_event_sub_process(host):
            self.refuse(
                event,
                f"The boundary event is attached to {event.get('attachedToRef')!r}, which is no "
                "activity beside it.",
            )

    def timer(self, event: etree._Element) -> None:
        given = dialect.timer(event)
        if given is None:
            self.refuse(
                event, "A timer event needs exactly one of timeDate, timeDuration and timeCycle, with a text."
            )
            return
        kind, text = given
        self.literal(event, text, _TIMER_READERS[kind])

    def conditional(self, event: etree._Element) -> None:
        condition = dialect.event_condition(event)
        if condition is None:
            self.refuse(event, "A conditional event needs a condition.")
        else:
            self.template(event, bare(condition))

    def message(self, event: etree._Element) -> None:
        if not dialect.message_name(event):
            self.refuse(event, f"{dialect.label(event)!r} refers to no message with a name.")
        if (key := dialect.correlation(event)) is not None:
            self.template(event, key)
        elif dialect.extension(dialect.definition(event), "correlation") is not None:
            self.refuse(event, "baton:correlation needs a key.")
        if (variable := dialect.payload(event)) and not _VARIABLE.fullmatch(variable):
            self.refuse(event, f"baton:payload needs the name of a variable; {variable!r} is none.")

    def thrown(self, event: etree._Element, kind: str) -> None:
        """An error or an escalation, where it is thrown and where it is caught."""
        catching = tag(event) in _CATCHING
        definition = dialect.event_definitions(event)[0]
        if kind == "error" and catching and not dialect.interrupting(event):
            self.refuse(event, "An event that catches an error always interrupts.")
        reference = definition.get(f"{kind}Ref")
        if reference and dialect.referred(event, f"{kind}Ref", kind) is None:
            self.refuse(event, f"There is no {kind} {reference!r}.")
        elif not catching and not dialect.thrown_code(event):
            self.refuse(event, f"What throws an {kind} names an {kind} with an {kind}Code.")
        for what in ("Code", "Message"):
            variable = dialect.told(event, what)
            if variable is not None and not catching:
                self.refuse(event, f"camunda:{kind}{what}Variable is for events that catch.")
            elif variable is not None and not _VARIABLE.fullmatch(variable):
                self.refuse(event, f"camunda:{kind}{what}Variable needs a variable; {variable!r} is none.")

    # -- activities ------------------------------------------------------------------------------------------

    def activity(self, activity: etree._Element) -> None:
        for kind in ("inputParameter", "outputParameter"):
            for name, text, parameter in dialect.parameters(activity, kind):
                if not _VARIABLE.fullmatch(name):
                    self.refuse(
                        parameter, f"A camunda:{kind} needs the name of a variable; {name!r} is none."
                    )
                if len(parameter):
                    self.refuse(
                        parameter,
                        f"camunda:{dialect.qualified(parameter[0].tag)[1]} in a camunda:{kind} is not "
                        "supported; write an expression.",
                    )
                else:
                    self.template(parameter, text)
        self.multi_instance(activity)

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
                self.refuse(
                    inner,
                    f"bpmn:{tag(inner)} is not supported; use camunda:collection and "
                    "camunda:elementVariable.",
                )
        if (loop.collection is None) == (loop.cardinality is None):
            self.refuse(
                element, "A multi-instance activity needs either camunda:collection or a loopCardinality."
            )
        if loop.collection is not None:
            self.template(element, bare(loop.collection))
        if loop.cardinality is not None:
            self.literal(element, loop.cardinality, _cardinality)
        if loop.until is not None:
            self.template(element, bare(loop.until))
        if loop.item is not None and loop.collection is None:
            self.refuse(
                element, "camunda:elementVariable needs a camunda:collection to take its values from."
            )
        if loop.item is not None and not _VARIABLE.fullmatch(loop.item):
            self.refuse(element, f"camunda:elementVariable {loop.item!r} is not the name of a variable.")

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
            self.refuse(element, f"There is no form {key!r}; deploy forms/{key}.json with the diagram.")

    def separation(self, task: etree._Element, separation: etree._Element) -> None:
        ids = (separation.get("from") or "").split()
        root = task.getroottree().getroot()
        starts = (
            e for process in root.iter(bpmn("process")) for e in dialect.children(process, "startEvent")
        )
        known = {e.get("id") for e in (*root.iter(bpmn("userTask")), *starts)}
        if not ids:
            self.refuse(
                separation, "baton:separation needs from= with the ids of user tasks or of the start event."
            )
        for other in ids:
            if other not in known:
                self.refuse(
                    separation,
                    f"baton:separation names {other!r}, which is no user task and no start.",
                )

    def script_task(self, task: etree._Element) -> None:
        if (task.get("scriptFormat") or "").strip().lower() != "python":
            self.refuse(task, 'A script task needs scriptFormat="python".')
        script = dialect.child(task, "script")
        if script is None or not dialect.text_of(script):
            self.refuse(task, "The script task has no script.")
            return
        try:
            compile_script(task)
        except ScriptError as error:
            self.refuse(
                task,
                f"Script line {error.line}, column {error.column}: {error.message}",
                _line_in_file(script, script.text or "", error),
            )

    def receive_task(self, task: etree._Element) -> None:
        if task.get("operationRef"):
            self.refuse(task, "operationRef is not supported.")
        self.message(task)

    def call_activity(self, activity: etree._Element) -> None:
        """What it says; whether there is such a process, the deployment knows."""
        call = dialect.call(activity)
        if not call.key:
            self.refuse(activity, "A call activity needs calledElement: the key of the process it calls.")
        elif "{" in call.key:
            self.refuse(activity, "calledElement is the key of a process, not an expression.")
        if call.binding not in (dialect.LATEST, dialect.TOGETHER, dialect.NUMBERED):
            self.refuse(activity, f'camunda:calledElementBinding="{call.binding}" is not supported.')
        elif call.numbered != bool(dialect.camunda(activity, "calledElementVersion")):
            self.refuse(
                activity,
                'camunda:calledElementBinding="version" and camunda:calledElementVersion need each other.',
            )
        elif call.numbered and call.number is None:
            self.refuse(activity, "camunda:calledElementVersion is no version: those count from 1.")
        for kind in ("in", "out"):
            for mapping in dialect.extensions(activity, CAMUNDA, kind):
                self.passed(mapping, kind)

    def passed(self, mapping: etree._Element, kind: str) -> None:
        what = [
            name for name in ("source", "sourceExpression", "variables", "businessKey") if mapping.get(name)
        ]
        for name in mapping.attrib:
            if name not in ("source", "sourceExpression", "variables", "businessKey", "target", "local"):
                self.refuse(mapping, f"camunda:{kind} has no attribute {name!s}.")
        if what == ["businessKey"] and kind == "in":
            self.warn(mapping, "A business key has no effect: the called process is part of the same case.")
            return
        if len(what) != 1 or what == ["businessKey"]:
            self.refuse(mapping, f'camunda:{kind} needs one of source, sourceExpression and variables="all".')
            return
        self.passed_value(mapping, kind, what[0])
        if (local := mapping.get("local")) is not None and local.strip() not in _BOOLEANS:
            self.refuse(mapping, f'local="{local}" is neither true nor false.')

    def passed_value(self, mapping: etree._Element, kind: str, what: str) -> None:
        value, target = str(mapping.get(what)).strip(), (mapping.get("target") or "").strip()
        if what == "variables":
            if value != "all" or target:
                self.refuse(mapping, f'camunda:{kind} passes variables="all", each under its own name.')
            return
        if not _VARIABLE.fullmatch(target):
            self.refuse(mapping, f"The target of a camunda:{kind} is a variable; {target!r} is none.")
        if what == "sourceExpression":
            self.template(mapping, bare(value))
        elif not _VARIABLE.fullmatch(value):
            self.refuse(mapping, f"{value!r} is no variable: an expression goes in sourceExpression.")
        if what == "sourceExpression" and kind == "in" and dialect.flag(mapping, "local", False):
            self.refuse(mapping, "A sourceExpression sees what it sees: local makes no sense with it.")

    def business_rule_task(self, task: etree._Element) -> None:
        self.decision(task)
        if (dialect.camunda(task, "decisionRefBinding") or "latest") != "latest":
            self.refuse(
                task, "Only the latest version of a decision is used: leave camunda:decisionRefBinding out."
            )
        variable, mapping = (
            dialect.camunda(task, "resultVariable"),
            dialect.camunda(task, "mapDecisionResult"),
        )
        if variable is not None and not _VARIABLE.fullmatch(variable):
            self.refuse(task, f"camunda:resultVariable {variable!r} is not the name of a variable.")
        if mapping is not None and mapping not in _DECISION_RESULTS:
            known = ", ".join(sorted(_DECISION_RESULTS))
            self.refuse(task, f"camunda:mapDecisionResult {mapping!r} is none of {known}.")
        if variable is None and mapping is not None:
            self.warn(task, "camunda:mapDecisionResult has no effect without a camunda:resultVariable.")
        if variable is None and not dialect.parameters(task, "outputParameter"):
            self.warn(
                task, "The result goes nowhere: there is neither a camunda:resultVariable nor an output."
            )

    def decision(self, task: etree._Element) -> None:
        reference = dialect.camunda(task, "decisionRef")
        if reference is None:
            self.refuse(
                task, "A business rule task needs a camunda:decisionRef; nothing else can decide here."
            )
            return
        compiled = self.template(task, reference)
        if compiled is not None and compiled.is_literal and not self.decision_exists(reference):
            self.refuse(
                task, f"There is no decision {reference!r}; deploy the .dmn file with it, or before it."
            )

    def service_task(self, task: etree._Element) -> None:
        """Every service task is a job. Camunda's other ways to run one are refused where they are read."""
        kind, topic = dialect.camunda(task, "type"), dialect.camunda(task, "topic")
        if task.get("operationRef"):
            self.refuse(task, "operationRef is not supported; give the service task a topic.")
        if kind == "external" and topic is not None:
            self.literal(task, topic, _topic)
        elif kind == "external":
            self.refuse(task, "The service task needs a camunda:topic: what its job is for.")
        elif kind is not None:
            self.refuse(task, f'camunda:type="{kind}" is not supported: a service task is external.')
        elif not self.has_other_service(task):
            self.refuse(task, 'A service task needs camunda:type="external" and a camunda:topic.')

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
            self.refuse(
                element, f"{element.tag} does not belong here; extensions go inside bpmn:extensionElements."
            )
        elif tag(element) in _ATTRIBUTES:
            self.attributes(element)
            self.extensions(element)
            self.clocks(element)
            self.language(element, element.get("language"))
            once = [tag(e) for e in dialect.children(element, *_ONE_AT_MOST)]
            for name in sorted({name for name in once if once.count(name) > 1}):
                self.refuse(element, f"bpmn:{name} may be given only once.")
        elif tag(element) in ("assignment", "transformation"):
            self.refuse(
                element, "Assignments of data associations are not supported; use camunda:inputOutput."
            )

    def attributes(self, element: etree._Element) -> None:
        known = _ATTRIBUTES[tag(element)] | {"id", "name"}
        camunda = _CAMUNDA_ATTRIBUTES.get(tag(element), set())
        for attribute, value in element.attrib.items():
            namespace, name = dialect.qualified(attribute)
            if namespace == "" and name not in known:
                self.refuse(
                    element,
                    f"BPMN knows no attribute {name!r} on a bpmn:{tag(element)}; is its prefix "
                    "camunda: missing?",
                )
            elif namespace == "" and name in _YES_OR_NO and str(value).strip() not in _BOOLEANS:
                self.refuse(element, f'{name}="{value!s}" is neither true nor false.')
            elif namespace == CAMUNDA and name not in camunda:
                self.camunda_attribute(element, name)
            elif namespace == BATON:
                self.refuse(
                    element,
                    f"baton:{name} is no attribute: baton: elements go inside bpmn:extensionElements.",
                )
            elif namespace not in ("", BPMN, CAMUNDA, dialect.XSI, _XML):
                self.warn(element, f"The attribute {attribute!s} has no effect.")

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
            self.refuse(element, f"baton:{name} may be given only once.")

    def language(self, element: etree._Element, given: str | None) -> None:
        language = (given or "").rsplit("/", 1)[-1].lower()
        if language not in _LANGUAGES:
            self.refuse(element, f"The expression language {language!r} is not supported.")

    def camunda_attribute(self, element: etree._Element, name: str) -> None:
        if name in _ASYNCHRONOUS:
            self.warn(element, f"camunda:{name} has no effect: every command is one transaction.")
        elif name not in _HARMLESS:
            self.refuse(element, f"camunda:{name} on a bpmn:{tag(element)} is not supported.")

    def start_form(self, event: etree._Element) -> None:
        if dialect.camunda(event, "formKey") is None:
            return
        if tag(event.getparent()) != "process":
            self.refuse(event, "Only the start event of a process has a form.")
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
            self.warn(found, "camunda:failedJobRetryTimeCycle has no effect.")
        elif namespace == CAMUNDA and name != "properties":
            self.refuse(found, f"camunda:{name} on a bpmn:{tag(element)} is not supported.")
        elif namespace != CAMUNDA:
            self.warn(found, f"The extension {found.tag!s} has no effect.")

    def input_output(self, holder: etree._Element) -> None:
        for parameter in holder:
            if dialect.qualified(parameter.tag) not in (
                (CAMUNDA, "inputParameter"),
                (CAMUNDA, "outputParameter"),
            ):
                self.refuse(parameter, f"{parameter.tag!s} in a camunda:inputOutput is not supported.")

    def baton(self, element: etree._Element, found: etree._Element, name: str) -> None:
        if name not in _BATON_ELEMENTS.get(tag(element), {"name"}):
            self.refuse(found, f"baton:{name} on a bpmn:{tag(element)} is not supported.")
            return
        for attribute in found.attrib:
            if attribute not in _BATON_ATTRIBUTES[name]:
                self.refuse(found, f"baton:{name} has no attribute {attribute!r}.")

    def clocks(self, element: etree._Element) -> None:
        """The marks of clocks on an element: known ones, where they can happen, each once."""
        drawn = dialect.extensions(element, BATON, "clock")
        seen: set[dialect.Mark] = set()
        for found, mark in zip(drawn, dialect.clock_marks(element), strict=True):
            if reason := self.clock_refused(element, mark):
                self.refuse(found, reason)
            elif mark in seen:
                self.refuse(found, f"The clock {mark.name!r} is marked so twice here.")
            seen.add(mark)

    def clock_refused(self, element: etree._Element, mark: dialect.Mark) -> str | None:
        """Why a mark is none; None when it is one."""
        moments = dialect.CLOCK_MOMENTS.get(mark.action)
        if not _CLOCK_NAME.fullmatch(mark.name):
            return "baton:clock needs a name of at most 64 letters, digits, '-' and '_'."
        if moments is None:
            return f"A clock's action is {', '.join(dialect.CLOCK_MOMENTS)}; {mark.action!r} is none."
        if mark.on not in moments:
            allowed = " or ".join(moments)
            return f'A clock has no {mark.action} on="{mark.on}": that may be on {allowed}.'
        if mark.on == dialect.CLAIM and tag(element) != "userTask":
            return "Only a user task is claimed."
        if tag(element) == "process" and mark.action != dialect.START:
            return "On a process a clock can only start."
        if mark.action == dialect.PAUSE and tag(element) not in _TAKES_TIME:
            return f"A bpmn:{tag(element)} takes no time, so no clock can pause there."
        if mark.name not in self.clocks_started:
            return f"Nothing in this file starts the clock {mark.name!r}."
        return None

    def literal(self, element: etree._Element, text: str, reader: Callable[[str], object]) -> None:
        """Check a text as far as it can be: an expression in it by its grammar, one without any by what it
        must say."""
        compiled = self.template(element, text)
        if compiled is None or not compiled.is_literal:
            return
        try:
            reader(text)
        except ValueError as error:
            self.refuse(element, f"{error}")

    def template(self, element: etree._Element, text: str) -> Template | None:
        try:
            return template(text)
        except ScriptError as error:
            line = _line_in_file(element, text, error)
            self.refuse(element, f"In {text.strip()!r:.120}: {error.message}", line)
            return None


_WHAT_AN_ID_IS = "begin with a letter or _, then letters, digits, '.', '-' and '_'."
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
_NO_NODES = DOCUMENTATION | {"sequenceFlow", "extensionElements", dialect.MULTI_INSTANCE}


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


def _line_in_file(element: etree._Element, text: str, error: ScriptError) -> int:
    # A text that ends too early is found wrong on the line after its last.
    return (dialect.line(element) or 1) + error.line - 1


def _nearest_id(element: etree._Element) -> str | None:
    """The id of the element people see: itself, or the one it is a part of."""
    at: etree._Element | None = element
    while at is not None:
        if at.get("id") and tag(at.getparent()) in _HOLDERS:
            return at.get("id")
        at = at.getparent()
    return None


def _called(scope: etree._Element) -> str:
    return f"The {'process' if tag(scope) == 'process' else 'sub-process'} {dialect.label(scope)!r}"


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
        raise ValueError(f"{text!r:.40} is no whole number.")
    return number


def _cardinality(text: str) -> None:
    if _whole(text) < 0:
        raise ValueError("The loopCardinality is negative.")


def _person_or_group(text: str) -> None:
    if len(text.strip()) > MAX_NAME_LENGTH:
        raise ValueError(
            f"{text!r:.40} is longer than the {MAX_NAME_LENGTH} characters a person's or group's name "
            "may have."
        )


def _persons_or_groups(text: str) -> None:
    for name in text.split(","):
        _person_or_group(name)


def _topic(text: str) -> None:
    if len(text) > MAX_TOPIC:
        raise ValueError(f"The topic has {len(text)} characters; at most {MAX_TOPIC} are allowed.")


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
