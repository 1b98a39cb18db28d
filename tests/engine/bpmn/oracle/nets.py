"""A process as a net: nodes, flows, what lies inside, and the expressions it computes with.

Both the diagram and the game are made from it; it knows neither of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Expression = int | str | tuple[Any, ...]
"""A number, a name, or an operator with its operands; see `text`."""

OPERATORS = {"+", "%", "==", ">=", "<", "//"}


def text(expression: Expression) -> str:
    """In Baton's language."""
    match expression:
        case bool() | int() | str():
            return str(expression)
        case ("known", name):
            return f"({name} if defined({name}) else 0)"
        case ("list", length):
            return str([f"item {index}" for index in range(length)])
        case ("told", number):
            return f'{{"number": {number}}}'
        case (operator, left, right) if operator in OPERATORS:
            return f"({text(left)} {operator} {text(right)})"
    raise ValueError(expression)


@dataclass(eq=False)
class Event:
    """What an event waits for or throws."""

    kind: str = "none"
    name: str | None = None
    """Of a message, signal or link; the code of an error or escalation, None catches all; the activity of a
    compensation, None undoes all."""
    condition: Expression = 0
    seconds: int = 0
    times: int | None = None
    """How often a cycle fires; None is a duration."""
    variable: str | None = None
    """For a message's or signal's payload, or the code that was caught."""
    parts: list["Event"] = field(default_factory=list)
    """The definitions of an event that has several."""

    @property
    def definitions(self) -> list["Event"]:
        return self.parts or [self]

    def __deepcopy__(self, _memo: Any) -> "Event":
        return self


@dataclass(eq=False)
class Many:
    """A multi-instance: so many items, of a number or a collection."""

    count: int
    collection: bool
    sequential: bool
    until: Expression | None = None


@dataclass(eq=False)
class Loop:
    """A standard loop."""

    condition: Expression | None
    before: bool
    most: int | None = None


@dataclass(eq=False)
class Node:
    id: str
    kind: str
    event: Event = field(default_factory=Event)
    host: str | None = None
    interrupting: bool = True
    repeat: Many | Loop | None = None
    assigned: list[tuple[str, Expression]] = field(default_factory=list)
    inputs: list[tuple[str, Expression]] = field(default_factory=list)
    outputs: list[tuple[str, Expression]] = field(default_factory=list)
    handed_in: list[tuple[str, Expression]] = field(default_factory=list)
    handed_out: list[tuple[str, Expression]] = field(default_factory=list)
    inner: "Net | None" = None
    undone_by: str | None = None
    """Its compensation handler, which stands beside it without flows."""
    undoes: bool = False
    """Whether it is one."""
    form: str | None = None

    @property
    def takes_news(self) -> bool:
        """Whether it is an event sub-process that keeps what a signal brings."""
        heard = [event for event in self.event.definitions if event.kind == "signal" and event.variable]
        return self.kind == "handler" and bool(heard)

    def __deepcopy__(self, _memo: Any) -> "Node":
        return self


@dataclass(eq=False)
class Flow:
    id: str
    source: str
    target: str
    condition: Expression | None = None
    default: bool = False

    def __deepcopy__(self, _memo: Any) -> "Flow":
        return self


@dataclass(eq=False)
class Net:
    """A process, sub-process or event sub-process."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    handlers: list[Node] = field(default_factory=list)
    """Its event sub-processes; each one's event and `interrupting` are its start's."""
    begins: str | None = None
    """The start event a case begins at, if not the plain one."""

    def __deepcopy__(self, _memo: Any) -> "Net":
        return self

    def out(self, node: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.source == node]

    def into(self, node: str) -> list[Flow]:
        return [flow for flow in self.flows if flow.target == node]

    def boundaries(self, host: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.host == host]

    def caught_link(self, name: str | None) -> Node:
        return next(n for n in self.nodes.values() if n.kind == "linked" and n.event.name == name)

    @property
    def start(self) -> Node:
        """The one it begins at."""
        return next(n for n in self.nodes.values() if n.kind == "start" and self.begins in (None, n.id))

    def everything(self, *, calls: bool = True) -> Iterator[Node]:
        """All nodes, those inside others too; without `calls`, not those of called processes."""
        for node in [*self.nodes.values(), *self.handlers]:
            yield node
            if node.inner and (calls or node.kind != "call"):
                yield from node.inner.everything(calls=calls)

    def joins(self) -> list[Node]:
        """The gateways where inclusive paths meet."""
        return [n for n in self.nodes.values() if n.kind == "inclusive" and len(self.into(n.id)) > 1]
