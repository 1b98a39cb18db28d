"""Gateways, and the default flow, which activities may have as well."""

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.check.findings import Check
from engine.bpmn.check.flows import Flows, is_link
from engine.bpmn.dialect import tag


def default(check: Check, node: etree._Element, flows: Flows) -> None:
    wanted = node.get("default")
    if not wanted:
        return
    default = [f for f in flows.outgoing(node) if f.get("id") == wanted]
    if not default:
        check.refuse(node, "default-not-outgoing", flow=wanted)
    elif dialect.child(default[0], "conditionExpression") is not None:
        check.refuse(default[0], "default-with-condition")


def exclusive_gateway(check: Check, node: etree._Element, flows: Flows) -> None:
    outgoing = flows.outgoing(node)
    for flow in outgoing if len(outgoing) > 1 else []:
        if dialect.child(flow, "conditionExpression") is None and flow.get("id", "") != (
            node.get("default") or None
        ):
            check.refuse(flow, "flow-without-condition", gateway=dialect.label(node))


def event_based_gateway(check: Check, node: etree._Element, flows: Flows) -> None:
    if len(flows.outgoing(node)) < 2:
        check.refuse(node, "event-gateway-too-few")
    for target in flows.targets(node):
        if not _waits_behind_gateway(target):
            check.refuse(target, "event-gateway-leads-elsewhere")
        elif tag(target) == "receiveTask" and _has_more(target):
            check.refuse(target, "event-gateway-plain-receive")
        elif len(flows.incoming(target)) > 1:
            check.refuse(target, "event-gateway-shared-event")


def _waits_behind_gateway(node: etree._Element) -> bool:
    event = tag(node) == "intermediateCatchEvent" and not is_link(node)
    return event or tag(node) == "receiveTask"


def _has_more(task: etree._Element) -> bool:
    """Whether a receive task is more than an event that waits."""
    inputs, scope = dialect.parameters(task, "inputParameter"), task.getparent()
    beside = () if scope is None else dialect.children(scope, "boundaryEvent")
    attached = any(event.get("attachedToRef") == task.get("id") for event in beside)
    return bool(inputs) or attached or dialect.is_repeated(task)
