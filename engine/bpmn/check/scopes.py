"""A process or sub-process: what may lie in it, where it begins, and every node of it by its kind."""

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.check.activities import BY_KIND, activity, start_form
from engine.bpmn.check.events import event_definition
from engine.bpmn.check.findings import Check
from engine.bpmn.check.flows import Flows, flows_of, links, reachable
from engine.bpmn.check.gateways import default, event_based_gateway, exclusive_gateway
from engine.bpmn.check.transactions import transaction
from engine.bpmn.check.vocabulary import only, unusual
from engine.bpmn.dialect import CAMUNDA, tag
from engine.bpmn.multiple import DRAWN
from engine.bpmn.rewrite import DOCUMENTATION
from engine.sentences import Sentence

MAX_NESTING = 20
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


def scope(check: Check, scope: etree._Element, depth: int) -> None:
    """A process or sub-process: what lies directly inside it, then what lies inside that."""
    if depth > MAX_NESTING:
        check.refuse(scope, "nested-too-deep", most=MAX_NESTING)
        return
    for element in dialect.children(scope):
        if tag(element) not in _SCOPE_ELEMENTS:
            check.refuse(element, "element-unsupported", element=tag(element))
    _starts(check, scope)
    _handlers(check, scope)
    links(check, scope)
    flows = flows_of(check, scope)
    for node in dialect.flow_nodes(scope):
        _node(check, node, flows, depth)
    for inner in dialect.event_sub_processes(scope):
        _event_sub_process(check, inner, flows, depth)
    reachable(check, scope, flows)


def _starts(check: Check, scope: etree._Element) -> None:
    found = [e for e in dialect.children(scope, "startEvent") if DRAWN not in e.attrib]
    if not found:
        check.refuse(scope, "no-start", scope=_called(scope))
    by_themselves = [e for e in found if dialect.begins_by_itself(e)]
    for extra in [e for e in found if e not in by_themselves][1:]:
        check.refuse(extra, "several-starts", scope=_called(scope))
    seen = set()
    for event in by_themselves:
        _begins_by_itself(check, event)
        begun_by = (dialect.event_kind(event), dialect.message_name(event) or dialect.signal_name(event))
        if begun_by in seen and begun_by[1]:
            check.refuse(event, "starts-alike", kind=begun_by[0], name=begun_by[1])
        seen.add(begun_by)


def _begins_by_itself(check: Check, event: etree._Element) -> None:
    """What begins a case is not evaluated in one: there is none yet."""
    timer = dialect.timer(event) if dialect.event_kind(event) == "timer" else None
    if timer is not None and "${" in timer[1]:
        check.refuse(event, "start-timer-no-expression")
    if dialect.extension(dialect.definition(event), "correlation") is not None:
        check.refuse(event, "start-without-key")


def _handlers(check: Check, scope: etree._Element) -> None:
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
            check.refuse(event, "caught-twice", element=dialect.label(event), kind=kind)
        elif caught in seen:
            check.refuse(event, "attached-twice", kind=kind)
        seen.add(caught)


def _event_sub_process(check: Check, element: etree._Element, flows: Flows, depth: int) -> None:
    if dialect.extensions(element, CAMUNDA, "inputOutput"):
        check.refuse(element, "event-sub-process-input-output")
    if flows.incoming(element) or flows.outgoing(element):
        check.refuse(element, "event-sub-process-flows")
    if dialect.is_repeated(element):
        check.refuse(element, "event-sub-process-repeated")
    if dialect.flag(element, "isForCompensation", False):
        check.refuse(element, "handler-event-sub-process")
    unusual(check, element)
    scope(check, element, depth + 1)


def _node(check: Check, node: etree._Element, flows: Flows, depth: int) -> None:
    name = tag(node)
    unusual(check, node)
    if name not in dialect.SUB_PROCESSES:
        _contents(check, node)
    if name in dialect.EVENTS:
        event_definition(check, node)
    if name == "startEvent":
        start_form(check, node)
    if name in dialect.ACTIVITIES:
        activity(check, node)
    default(check, node, flows)
    if name == "exclusiveGateway":
        exclusive_gateway(check, node, flows)
    elif name == "eventBasedGateway":
        event_based_gateway(check, node, flows)
    elif name in BY_KIND:
        BY_KIND[name](check, node)
    elif name in dialect.SUB_PROCESSES:
        scope(check, node, depth + 1)
    if name == "transaction":
        transaction(check, node)


def _contents(check: Check, node: etree._Element) -> None:
    name = tag(node)
    allowed = _NODE_ELEMENTS | _ALLOWED_INSIDE.get(name, set())
    if name in dialect.ACTIVITIES:
        allowed = allowed | set(dialect.REPETITIONS)
    definitions = dialect.event_definitions(node) if name in dialect.EVENTS else []
    only(check, node, allowed | {tag(definition) for definition in definitions})
    for definition in definitions:
        only(check, definition, _DEFINITION_ELEMENTS | _IN_DEFINITIONS.get(tag(definition), set()))


def _called(scope: etree._Element) -> Sentence:
    kind = "the-process" if tag(scope) == "process" else "the-sub-process"
    return Sentence(kind, name=dialect.label(scope))
