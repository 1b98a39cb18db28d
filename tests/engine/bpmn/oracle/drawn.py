"""From a net to diagrams."""

from tests.engine.bpmn import support
from tests.engine.bpmn.oracle.nets import Event, Flow, Loop, Many, Net, Node, text

DECLARED = {"errors": ("E", "F"), "escalations": ("X", "Y")}


def files(net: Net) -> dict[str, bytes]:
    """By the keys of the processes, the process itself first, then all that it calls."""
    calls = [node for node in net.everything() if node.kind == "call"]
    called = {f"of_{node.id}": _file(node.inner, f"of_{node.id}") for node in calls if node.inner}
    return {"p": _file(net, "p"), **called}


def _file(net: Net, key: str) -> bytes:
    events = (node.event for node in net.everything(calls=False))
    named = {(each.kind, each.name): None for event in events for each in event.definitions if each.name}
    messages = tuple(name for kind, name in named if kind == "message")
    signals = tuple(name for kind, name in named if kind == "signal")
    return support.diagram(_net(net), key=key, messages=messages, signals=signals, **DECLARED)


def _net(net: Net) -> str:
    nodes = [_node(net, node) for node in net.nodes.values()]
    nodes += [support.undo(node.id, node.undone_by) for node in net.nodes.values() if node.undone_by]
    handlers = [
        support.event_sub(handler.id, _net(handler.inner)) for handler in net.handlers if handler.inner
    ]
    return "".join([*nodes, *handlers, *map(_flow, net.flows)])


def _flow(flow: Flow) -> str:
    condition = None if flow.condition is None else text(flow.condition)
    return support.flow(flow.source, flow.target, condition, id=flow.id)


def _node(net: Net, node: Node) -> str:
    default = next((flow.id for flow in net.out(node.id) if flow.default), None)
    inside = _inside(node)
    match node.kind:
        case "start":
            interrupting = None if node.event.kind == "none" else node.interrupting
            return support.start(node.id, _events(node), isInterrupting=interrupting)
        case "end":
            return support.end(node.id, _events(node))
        case "throw" | "link":
            return support.throw(node.id, _events(node))
        case "catch" | "linked":
            return support.catch(node.id, _events(node))
        case "boundary":
            return support.boundary(node.id, node.host or "", _events(node), node.interrupting)
        case "exclusive" | "parallel" | "inclusive" | "eventBased":
            return support.node(f"{node.kind}Gateway", node.id, default=default)
    return _activity(node, inside, default)


def _activity(node: Node, inside: list[str], default: str | None) -> str:
    tags = {"sub": "subProcess", "call": "callActivity", "decision": "businessRuleTask", "task": "task"}
    told: dict[str, object] = {"default": default, "isForCompensation": node.undoes or None}
    match node.kind:
        case "user":
            told["camunda_formKey"] = node.form
        case "script":
            lines = "\n".join(f"{name} = {text(value)}" for name, value in node.assigned)
            inside.append(f"<script>{support.escape(lines)}</script>")
            told["scriptFormat"] = "python"
        case "service":
            told |= {"camunda_type": "external", "camunda_topic": "t"}
        case "receive" | "send":
            told["messageRef"] = node.event.name
        case "decision":
            told |= {"camunda_decisionRef": node.id, "camunda_resultVariable": node.id}
            told["camunda_mapDecisionResult"] = "singleEntry"
        case "sub" | "transaction":
            assert node.inner
            inside.append(_net(node.inner))
        case "call":
            told["calledElement"] = f"of_{node.id}"
    tag = node.kind if node.kind == "transaction" else tags.get(node.kind, f"{node.kind}Task")
    return support.node(tag, node.id, *inside, **told)


def _inside(node: Node) -> list[str]:
    """Extension elements first, as the standard has it, then the repetition."""
    inside = [
        f'<camunda:in sourceExpression="${{{support.escape(text(value))}}}" target="{name}"/>'
        for name, value in node.handed_in
    ]
    inside += [
        f'<camunda:out sourceExpression="${{{support.escape(text(value))}}}" target="{name}"/>'
        for name, value in node.handed_out
    ]
    if node.kind in ("receive", "send") and node.event.variable:
        inside.append(f'<baton:payload variable="{node.event.variable}"/>')
    if node.inputs or node.outputs:
        mapped = support.params(_computed(node.inputs), _computed(node.outputs))
        inside.append(mapped.removeprefix("<extensionElements>").removesuffix("</extensionElements>"))
    return [*([support.extensions(*inside)] if inside else []), *_repetition(node.repeat)]


def _computed(parameters: list[tuple[str, object]]) -> dict[str, str]:
    return {name: f"${{{text(value)}}}" for name, value in parameters}


def _repetition(repeat: Many | Loop | None) -> list[str]:
    match repeat:
        case None:
            return []
        case Loop():
            condition = None if repeat.condition is None else text(repeat.condition)
            return [support.loop(condition, before=repeat.before, most=repeat.most)]
        case Many():
            until = None if repeat.until is None else text(repeat.until)
            told = {"until": until, "sequential": repeat.sequential}
            if repeat.collection:
                return [support.each(text(("list", repeat.count)), "item", **told)]
            return [support.each(times=repeat.count, **told)]


def _events(node: Node) -> str:
    return "".join(map(_event, node.event.definitions))


def _event(event: Event) -> str:
    match event.kind:
        case "none":
            return ""
        case "timer" if event.times is None:
            return support.timer(f"PT{event.seconds}S")
        case "timer":
            return support.timer_of("timeCycle", f"R{event.times}/PT{event.seconds}S")
        case "message":
            return support.message(event.name or "", payload=event.variable)
        case "signal":
            return support.signal(event.name or "", payload=event.variable)
        case "conditional":
            return support.conditional(text(event.condition))
        case "error":
            return support.error(event.name, camunda_errorCodeVariable=event.variable)
        case "escalation":
            return support.escalation(event.name, camunda_escalationCodeVariable=event.variable)
        case "compensation":
            return support.compensation(event.name)
        case "cancel":
            return support.CANCEL
        case "terminate":
            return support.TERMINATE
        case "link":
            return f'<linkEventDefinition name="{event.name}"/>'
    raise ValueError(event.kind)
