"""The ways through one scope: its sequence flows and links, their conditions, and where they lead."""

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.build import bare
from engine.bpmn.check.findings import Check
from engine.bpmn.check.texts import template
from engine.bpmn.dialect import tag
from engine.bpmn.rewrite import DOCUMENTATION

_NO_NODES = DOCUMENTATION | {"sequenceFlow", "extensionElements", *dialect.REPETITIONS}


class Flows:
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


def flows_of(check: Check, scope: etree._Element) -> Flows:
    """The flows of a scope that lead somewhere; the others are refused."""
    # What is not supported is refused on its own; that a flow leads there is no second problem.
    nodes = {e.get("id"): e for e in dialect.children(scope) if e.get("id") and tag(e) not in _NO_NODES}
    flows = Flows()
    for flow in dialect.children(scope, "sequenceFlow"):
        source, target = nodes.get(flow.get("sourceRef")), nodes.get(flow.get("targetRef"))
        if source is None or target is None:
            end = "sourceRef" if source is None else "targetRef"
            check.refuse(flow, "flow-leads-nowhere", end=end, id=flow.get(end) or "")
            continue
        if _begins(target) or _ends(source):
            check.refuse(flow, "flow-not-here", source=dialect.label(source), target=dialect.label(target))
        flows.add(flow, source, target)
        _condition(check, flow, source)
    return flows


def _condition(check: Check, flow: etree._Element, source: etree._Element) -> None:
    expression = dialect.child(flow, "conditionExpression")
    if expression is None:
        return
    if tag(source) in ("parallelGateway", "eventBasedGateway", "startEvent"):
        check.refuse(flow, "flow-without-condition-here", element=tag(source))
    if text := dialect.condition(flow):
        template(check, expression, bare(text))
    else:
        check.refuse(flow, "condition-empty")


def reachable(check: Check, scope: etree._Element, flows: Flows) -> None:
    """Every node lies on a way from where the scope begins."""
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
        queue += _linked(scope, node)
        queue += _joined(check, node)
    for node in dialect.flow_nodes(scope):
        if node not in seen and tag(node) != "startEvent":
            check.refuse(node, "unreachable", element=dialect.label(node))


def links(check: Check, scope: etree._Element) -> None:
    """Every link that is thrown is caught once, beside it."""
    caught = [dialect.link(e) for e in _links_in(scope, "intermediateCatchEvent")]
    for event in _links_in(scope, "intermediateCatchEvent"):
        if (name := dialect.link(event)) is None:
            check.refuse(event, "link-without-name")
        elif caught.count(name) > 1:
            check.refuse(event, "link-caught-twice", name=name)
    for event in _links_in(scope, "intermediateThrowEvent"):
        if (name := dialect.link(event)) is None:
            check.refuse(event, "link-without-name")
        elif name not in caught:
            check.refuse(event, "link-leads-nowhere", name=name)


def _linked(scope: etree._Element, node: etree._Element) -> list[etree._Element]:
    """Where a link leads that is thrown there."""
    if not is_link(node) or tag(node) != "intermediateThrowEvent":
        return []
    name = dialect.link(node)
    return [e for e in _links_in(scope, "intermediateCatchEvent") if dialect.link(e) == name]


def _joined(check: Check, node: etree._Element) -> list[etree._Element]:
    """The handler of a compensation event."""
    if not dialect.is_compensation_boundary(node):
        return []
    handler = dialect.associated_handler(node, check.associated)
    return [] if handler is None else [handler]


def is_link(node: etree._Element) -> bool:
    return tag(node) in dialect.EVENTS and dialect.event_kind(node) == "link"


def _links_in(scope: etree._Element, name: str) -> list[etree._Element]:
    return [e for e in dialect.children(scope, name) if is_link(e)]


def _begins(node: etree._Element) -> bool:
    """Whether no flow leads to it: it is where a path begins."""
    return (
        tag(node) in ("startEvent", "boundaryEvent")
        or (tag(node) == "intermediateCatchEvent" and is_link(node))
        or dialect.is_handler(node)
    )


def _ends(node: etree._Element) -> bool:
    """Whether no flow leads on from it."""
    return (
        tag(node) == "endEvent"
        or (tag(node) == "intermediateThrowEvent" and is_link(node))
        or dialect.is_compensation_boundary(node)
        or dialect.is_handler(node)
    )
