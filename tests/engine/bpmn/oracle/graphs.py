"""Random graphs: gateways, tasks and sub-processes with flows from anywhere to anywhere.

A flow that leads back leads to a task, so that every round waits for somebody, and every condition asks what
was written when a task was completed, so that all tokens that then move find the same. What is left to chance
is which of two inclusive gateways goes on first; the game plays both.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.engine.bpmn.oracle.nets import Event, Expression, Flow, Net, Node

KINDS = st.sampled_from(
    ["user"] * 4
    + ["shout"]
    + ["inclusive"] * 3
    + ["exclusive", "exclusive", "parallel", "parallel"]
    + ["task", "sub"]
)

PEOPLE = ("user", "shout")


@st.composite
def _graphs(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    split = draw(st.sampled_from(["parallel", "parallel", "inclusive"]))
    meeting = draw(st.sampled_from(["inclusive", "inclusive", "parallel"]))
    kinds = [split, *draw(st.lists(KINDS, min_size=3, max_size=8)), meeting, "user"]
    number = st.integers(0, len(kinds) - 1)
    spanning = [draw(st.integers(0, min(target - 1, 3))) for target in range(1, len(kinds) - 2)]
    more = draw(st.lists(st.tuples(number, number), max_size=len(kinds)))
    links = draw(st.lists(number, max_size=2, unique=True))
    boundaries = draw(
        st.lists(st.tuples(number, number, st.booleans()), max_size=2, unique_by=lambda b: b[0])
    )
    return kinds, spanning, more, links, boundaries, draw(st.integers(0, 2))


GRAPHS = _graphs()
"""Kinds of nodes, the last but one a meeting of all that leads to no other; from where the others are
reached; more flows; those of them that are links; events at the boundary of a node that lead to another; and
what the conditions add."""


def laid_out(graph: Any) -> Net:
    kinds, spanning, more, links, boundaries, added = graph
    net = Net()
    for number, kind in enumerate(kinds):
        _node(net, f"n{number}", kind)
    net.nodes["start"] = Node("start", "start")
    net.flows.append(Flow("first", "start", "n0"))
    for number, (source, target) in enumerate(_pairs(kinds, spanning, more)):
        _flow(net, number, f"n{source}", f"n{target}", linked=number in links)
    for number, (host, target, interrupting) in enumerate(boundaries):
        if kinds[host] in ("user", "shout", "sub"):
            _boundary(net, number, f"n{host}", f"n{target}", interrupting)
    for number, kind in enumerate(kinds):
        _ask(net, net.nodes[f"n{number}"], kind, added)
    return net


def _pairs(kinds: list[str], spanning: list[int], more: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """From where to where the flows lead."""
    meeting, last = len(kinds) - 2, len(kinds) - 1
    pairs = [(source, number + 1) for number, source in enumerate(spanning)] + [(meeting, last)]
    pairs += [(source, target) for source, target in more if source < target or kinds[target] in PEOPLE]
    sources = {source for source, target in pairs if source < target <= meeting}
    return pairs + [(source, meeting) for source in range(meeting) if source not in sources]


def _node(net: Net, id: str, kind: str) -> None:
    """A person shouts when her task is completed."""
    net.nodes[id] = Node(id, "user" if kind == "shout" else kind, inner=_inner(id) if kind == "sub" else None)
    if kind == "shout":
        net.nodes[f"t{id}"] = Node(f"t{id}", "throw", Event("signal", "s"))
        net.flows.append(Flow(f"s{id}", id, f"t{id}"))


def _inner(host: str) -> Net:
    start, inside = f"start_{host}", f"inside_{host}"
    nodes = {start: Node(start, "start"), inside: Node(inside, "user")}
    return Net(nodes, [Flow(f"into_{host}", start, inside)])


def _flow(net: Net, number: int, source: str, target: str, *, linked: bool) -> None:
    """A flow, or one drawn as two halves."""
    source = f"t{source}" if f"t{source}" in net.nodes else source
    if not linked:
        net.flows.append(Flow(f"f{number}", source, target))
        return
    event = Event("link", f"l{number}")
    for kind in ("link", "linked"):
        net.nodes[f"{kind}{number}"] = Node(f"{kind}{number}", kind, event)
    net.flows.append(Flow(f"f{number}", source, f"link{number}"))
    net.flows.append(Flow(f"g{number}", f"linked{number}", target))


def _boundary(net: Net, number: int, host: str, target: str, interrupting: bool) -> None:
    message, signal, id = Event("message", f"m{number}"), Event("signal", "s"), f"b{number}"
    event = [signal, Event("multiple", parts=[message, signal])][number]
    net.nodes[id] = Node(id, "boundary", event, host=host, interrupting=interrupting)
    net.flows.append(Flow(f"c{number}", id, target))


def _ask(net: Net, node: Node, kind: str, added: int) -> None:
    """Conditions for the flows out of a node that chooses; the last is the default."""
    out = net.out(node.id)
    if kind not in ("exclusive", "inclusive", "task") or len(out) < 2:
        if kind in ("exclusive", "inclusive") and not out:
            net.nodes["end"] = Node("end", "end")
            net.flows.append(Flow(f"end_{node.id}", node.id, "end"))
        return
    for index, flow in enumerate(out[:-1]):
        flow.condition = _condition(kind, index, added)
    out[-1].default = kind != "task" or added > 0


def _condition(kind: str, index: int, added: int) -> Expression:
    turn: Expression = ("%", ("+", ("known", "shared"), added * index), 3)
    return ("==", turn, index % 3) if kind == "exclusive" else ("<", turn, 2)
