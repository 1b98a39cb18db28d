"""Random models: blocks within blocks, and how they are laid out as a net.

A command on a case must mean the same in whatever order its tokens move, or nobody could say who is right. So

- a counter is written at one place, and asked right after it; items that run side by side have their own;
- `shared` is written by tasks that are completed, and by nobody else; `total` is only added to, and read when
  its process has ended;
- of what is waited for behind one event-based gateway no two things can happen at once;
- a person comes before whatever is thrown, ends others or changes what conditional events ask, and after
  whatever may go on by itself beside others: an event that happened, a script that was mended.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from tests.engine.bpmn.oracle.nets import Event, Expression, Flow, Loop, Many, Net, Node

Block = Any
"""A word for a leaf, or a tuple of its kind and what it consists of."""

WAITED = ["timer", "message", "signal", "conditional"]
KINDS = [*WAITED, "error", "escalation"]
SENT = ["message", "signal"]
LEAVES = st.sampled_from(
    [
        *["user"] * 3,
        "service",
        "script",
        "decision",
        "task",
        "nothing",
        "raise",
        "escalate",
        "bail",
        "leave",
        "terminate",
        "link",
        "catch timer",
        "catch message",
        "catch conditional",
        "catch signal",
        "again",
        "signal",
        "several",
        "last",
        "undo",
        "catch " + "+".join(WAITED),
    ]
)
CAUGHT = st.tuples(
    st.sampled_from([*KINDS, *KINDS, "timer", "signal", *map("+".join, combinations(KINDS, 2))]),
    st.booleans(),
)
"""What is caught, one event or any of several, and whether it interrupts."""
COUNTED = st.sampled_from([None, None, None, 1, 2])
"""How often a cycle fires, of a timer that does not interrupt."""
BOUNDARIES = st.lists(st.tuples(CAUGHT, COUNTED, st.booleans()), max_size=2)
"""Whether what was caught joins the way on as well."""
REPEATS = st.one_of(
    st.none(),
    st.none(),
    st.tuples(
        st.just("many"), st.integers(0, 3), st.booleans(), st.booleans(), st.sampled_from([0, 0, 1, 2])
    ),
    st.tuples(st.just("again"), st.integers(0, 2), st.booleans(), st.sampled_from([None, 0, 1, 2])),
)
"""Items: how many, of a collection, sequential, until so many are done. Rounds: how many, asked before, at
most."""
MAPPED = st.sampled_from(["", "", "in", "out", "in out"])
HANDLERS = st.tuples(
    st.sampled_from(["user", "user", "service", "receive", "script", "mended", "send", "sub", "call"]),
    MAPPED,
    REPEATS,
    st.sampled_from(["nothing", "bail", "escalate", "signal", "done"]),
)
"""What undoes, and what is done in it when it is a sub-process."""
HANDLED = ("event sub-process", "again")
UNDONE = st.tuples(st.sampled_from(["user", "user", "service", "receive"]), MAPPED, HANDLERS)


_INNERMOST = st.lists(st.tuples(CAUGHT, COUNTED, LEAVES, st.just([])), max_size=1)
"""The event sub-processes of an event sub-process."""


def _nested(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    few = st.lists(inner, min_size=2, max_size=3)
    handlers = st.lists(st.tuples(CAUGHT, COUNTED, inner, _INNERMOST), max_size=2)
    simple = st.sampled_from(["user", "service", "receive", "script", "mended", "send"])
    thrown = st.sampled_from(["error", "escalation", "signal"])
    raced = st.sampled_from([*WAITED, "signal", "receive", "message+signal", "timer+conditional"])
    again = st.sampled_from(["nothing", "bail", "escalate"])
    done = st.lists(UNDONE, min_size=1, max_size=2)
    undone = st.one_of(st.none(), st.none(), HANDLERS)
    undoing = st.sampled_from(["here", "beside", "end", "event sub-process", "again"])
    cancelled = st.sampled_from(["after", "beside", "inside"])
    return st.one_of(
        st.tuples(st.just("sequence"), few),
        st.tuples(
            st.just("thrown"), inner, thrown, st.sampled_from(["boundary", "handler"]), again, st.booleans()
        ),
        st.tuples(st.just("parallel"), few, st.booleans()),
        st.tuples(st.just("choice"), few, st.integers(0, 2)),
        st.tuples(
            st.just("inclusive"), few, st.integers(0, 5), st.sampled_from(["default", "always", "task"])
        ),
        st.tuples(st.just("loop"), inner, st.integers(1, 3), st.booleans()),
        st.tuples(st.just("race"), few, st.lists(raced, min_size=3, max_size=3)),
        st.tuples(st.just("called"), few),
        st.tuples(st.just("activity"), simple, REPEATS, MAPPED, BOUNDARIES),
        st.tuples(st.just("activity"), simple, REPEATS, MAPPED, BOUNDARIES),
        st.tuples(st.just("inside"), inner, st.booleans(), handlers, REPEATS, MAPPED, BOUNDARIES, undone),
        st.tuples(st.just("inside"), inner, st.booleans(), handlers, REPEATS, MAPPED, BOUNDARIES, undone),
        st.tuples(st.just("undone"), done, inner, undoing, CAUGHT, BOUNDARIES),
        st.tuples(st.just("undone_inside"), done, inner, handlers, REPEATS, MAPPED, BOUNDARIES),
        st.tuples(st.just("transaction"), done, inner, cancelled, handlers, MAPPED, BOUNDARIES, undone),
        st.tuples(st.just("transaction"), done, inner, cancelled, handlers, MAPPED, BOUNDARIES, undone),
    )


BLOCKS = st.recursive(LEAVES, _nested, max_leaves=9)
MODELS = st.tuples(
    st.tuples(st.just("sequence"), st.lists(BLOCKS, min_size=2, max_size=3)),
    st.lists(st.tuples(CAUGHT, COUNTED, BLOCKS, _INNERMOST), max_size=2),
    st.lists(st.sampled_from(["message", "signal", "timer"]), max_size=2),
    st.integers(0, 2),
)
"""A process, its event sub-processes, its further start events, and which of all it begins at."""

At = tuple[str, Expression | None, bool]
"""Where a block is entered from: the node, and the condition of the flow or whether it is the default."""


def laid_out(model: tuple[Block, list[Any], list[str], int]) -> Net:
    block, handlers, starts, begins = model
    maker = _Maker()
    net = maker.net(("sequence", [("started", starts), block]), handlers)
    ids = [node.id for node in net.nodes.values() if node.kind == "start"]
    net.begins = ids[begins] if 0 < begins < len(ids) else None
    return net


class _Maker:
    def __init__(self) -> None:
        self.count = 0

    def net(self, block: Block, handlers: list[Any], event: Event | None = None) -> Net:
        net = Net()
        start = self.node(net, "start", event=event or Event())
        begun = "user" if any("conditional" in kind for (kind, _), *_ in handlers) else "nothing"
        at = self.block(net, block, self.block(net, begun, (start.id, None, False)))
        self.on(net, at, "end")
        for (kind, interrupting), times, handled, innermost in handlers:
            self.handler(net, kind, interrupting or "error" in kind, times, handled, innermost)
        return net

    def handler(
        self, net: Net, kind: str, interrupting: bool, times: int | None, block: Block, innermost: list[Any]
    ) -> None:
        event = self.event_beside(net.handlers, kind, None if interrupting else times)
        inner = self.net(("sequence", ["user", block]), innermost, event)
        inner.start.interrupting = interrupting
        handler = Node(self.name("handler"), "handler", event, interrupting=interrupting, inner=inner)
        net.handlers.append(handler)

    def started(self, net: Net, at: At, kinds: list[str]) -> At:
        """Where a case that something else begins joins in."""
        if not kinds:
            return at
        starts = [self.node(net, "start", event=self.event(kind)) for kind in kinds]
        for start in starts:
            start.event.variable = None  # what a start brings is tested elsewhere
        for start in starts[1:]:
            start.event.name = start.event.name and f"{start.event.name}b"  # none begins two cases
        merge = self.on(net, at, "exclusive")
        for start in starts:
            self.flow(net, self.then(net, (start.id, None, False), "user"), merge)
        return merge, None, False

    # Nodes and flows.

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def node(self, net: Net, kind: str, **told: Any) -> Node:
        node = Node(self.name(kind), kind, **told)
        net.nodes[node.id] = node
        return node

    def on(self, net: Net, at: At, kind: str, **told: Any) -> str:
        """A node that comes next."""
        node = self.node(net, kind, **told)
        self.flow(net, at, node.id)
        return node.id

    def then(self, net: Net, at: At, *kinds: str) -> At:
        for kind in kinds:
            at = self.on(net, at, kind), None, False
        return at

    def flow(self, net: Net, at: At, target: str) -> None:
        net.flows.append(Flow(self.name("f"), at[0], target, at[1], at[2]))

    def counter(self, net: Net, at: At) -> str:
        name = self.name("script")
        net.nodes[name] = Node(name, "script", assigned=[(name, ("+", ("known", name), 1))])
        self.flow(net, at, name)
        return name

    def event(self, kind: str, times: int | None = None) -> Event:
        """Something to wait for or catch, under a name of its own."""
        if "+" in kind:
            return Event("multiple", parts=[self.event(each, times) for each in kind.split("+")])
        self.count += 1
        match kind:
            case "signal":
                return Event(
                    "signal", self.signal(), variable=[None, f"told{self.count}"][self.count // 2 % 2]
                )
            case "timer":
                return Event("timer", seconds=600 + 61 * self.count, times=times)
            case "message":
                return Event(
                    "message", f"m{self.count}", variable=[None, f"told{self.count}"][self.count % 2]
                )
            case "conditional":
                return Event("conditional", condition=("==", ("%", f"go{self.count % 3}", 2), 1))
            case "error":
                told = [None, f"code{self.count}"][self.count // 2 % 2]
                return Event("error", ["E", None][self.count % 2], variable=told)
        told = [None, f"code{self.count}"][self.count // 2 % 2]
        return Event("escalation", ["X", None][self.count % 2], variable=told)

    def event_beside(self, others: list[Node], kind: str, times: int | None) -> Event:
        """Not what another of them catches already."""
        if "+" in kind:
            parts = [self.event_beside(others, each, times) for each in kind.split("+")]
            return Event("multiple", parts=parts)
        caught = [(each.kind, each.name) for other in others for each in other.event.definitions]
        event = self.event(kind, times)
        while kind in ("error", "escalation") and (kind, event.name) in caught:
            event = self.event(kind, times)
        return event

    def signal(self) -> str:
        return f"s{self.count % 3 // 2}"

    # Blocks.

    def block(self, net: Net, block: Block, at: At) -> At:
        if not isinstance(block, str):
            return getattr(self, block[0])(net, at, *block[1:])
        word, *rest = block.split()
        if method := getattr(self, f"leaf_{word}", None):
            return method(net, at, *rest)
        return self.then(net, at, word)

    def leaf_nothing(self, _net: Net, at: At) -> At:
        return at

    def leaf_script(self, net: Net, at: At) -> At:
        return self.counter(net, at), None, False

    def leaf_decision(self, net: Net, at: At) -> At:
        name = self.name("decision")
        net.nodes[name] = Node(name, "decision", assigned=[(name, ("+", ("known", name), 1))])
        self.flow(net, at, name)
        return name, None, False

    def leaf_catch(self, net: Net, at: At, kind: str) -> At:
        return self.then(net, (self.on(net, at, "catch", event=self.event(kind)), None, False), "user")

    def leaf_again(self, net: Net, at: At) -> At:
        """Who has heard a signal waits for the next."""
        signal = self.event("signal")
        for _ in range(2):
            at = self.on(net, at, "catch", event=signal), None, False
        return self.then(net, at, "user")

    def leaf_undo(self, net: Net, at: At, where: str = "") -> At:
        """All, or one of what was drawn before."""
        self.count += 1
        found = [node.id for node in net.nodes.values() if _can_be_undone(node)]
        one = found[self.count % len(found)] if found and self.count // 2 % 2 else None
        event = Event("compensation", one)
        if self.count % 5 == 0:
            event = Event("multiple", parts=[Event("escalation", "X"), event, Event("signal", self.signal())])
        if where == "end":
            return self.sometimes(net, at, event)
        at = self.then(net, at, "user")
        return self.then(net, (self.on(net, at, "throw", event=event), None, False), "user")

    def leaf_cancel(self, net: Net, at: At) -> At:
        return self.sometimes(net, at, Event("cancel"))

    def leaf_link(self, net: Net, at: At) -> At:
        name = self.name("link")
        self.on(net, at, "link", event=Event("link", name))
        return self.node(net, "linked", event=Event("link", name)).id, None, False

    def leaf_raise(self, net: Net, at: At) -> At:
        """A condition comes true, or ceases to be."""
        self.count += 1
        name = f"go{self.count % 3}"
        at = self.then(net, at, "user")
        script = self.on(net, at, "script", assigned=[(name, ("+", ("known", name), 1))])
        return self.then(net, (script, None, False), "user")

    def leaf_escalate(self, net: Net, at: At) -> At:
        at = self.then(net, at, "user")
        code = "XY"[self.count % 2]
        return self.on(net, at, "throw", event=Event("escalation", code)), None, False

    def leaf_signal(self, net: Net, at: At) -> At:
        return self.throws(net, at, [Event("signal", self.signal())])

    def leaf_several(self, net: Net, at: At) -> At:
        """In one order or the other."""
        event = Event("escalation", "XY"[self.count % 2])
        thrown = [Event("signal", self.signal()), event, Event("message", f"to{self.count % 2}")]
        return self.throws(net, at, thrown[:: [1, -1][self.count // 2 % 2]])

    def throws(self, net: Net, at: At, events: list[Event]) -> At:
        """What is sent may tell something that was written a moment ago."""
        at = self.then(net, at, "user")
        self.count += 1
        if self.count % 2:
            name = f"news{self.count}"
            at = self.on(net, at, "script", assigned=[(name, ("told", self.count))]), None, False
            events = [replace(each, variable=name) if each.kind in SENT else each for each in events]
        event = Event("multiple", parts=events) if len(events) > 1 else events[0]
        return self.on(net, at, "throw", event=event), None, False

    def leaf_bail(self, net: Net, at: At) -> At:
        return self.sometimes(net, at, Event("error", "EF"[self.count % 2]))

    def leaf_leave(self, net: Net, at: At) -> At:
        kind = ["none", "escalation", "signal"][self.count % 3]
        return self.sometimes(net, at, Event(kind, {"escalation": "X", "signal": "s0"}.get(kind)))

    def leaf_terminate(self, net: Net, at: At) -> At:
        return self.sometimes(net, at, Event("terminate"))

    def leaf_last(self, net: Net, at: At) -> At:
        """What ends the path comes after all else."""
        last = [Event("terminate"), Event("error", "EF"[self.count // 2 % 2])][self.count % 2]
        others = [Event("signal", self.signal()), Event("escalation", "X"), Event("message", "to0")]
        return self.sometimes(net, at, Event("multiple", parts=[others[self.count % 3], last]))

    def sometimes(self, net: Net, at: At, event: Event) -> At:
        """Every second time it ends here."""
        counter = self.counter(net, self.then(net, at, "user"))
        gateway = self.on(net, (counter, None, False), "exclusive")
        self.on(net, (gateway, ("==", ("%", counter, 2), 1), False), "end", event=event)
        return gateway, None, True

    def sequence(self, net: Net, at: At, blocks: list[Block]) -> At:
        for block in blocks:
            at = self.block(net, block, at)
        return at

    def parallel(self, net: Net, at: At, blocks: list[Block], implicit: bool) -> At:
        split = self.on(net, at, "task" if implicit else "parallel")
        return self.joined(net, blocks, [(split, None, False) for _ in blocks], "parallel")

    def joined(self, net: Net, blocks: list[Block], ways: list[At], kind: str) -> At:
        join = self.node(net, kind).id
        for block, way in zip(blocks, ways, strict=True):
            self.flow(net, self.block(net, block, way), join)
        return join, None, False

    def choice(self, net: Net, at: At, blocks: list[Block], remainder: int) -> At:
        counter = self.counter(net, at)
        gateway = self.on(net, (counter, None, False), "exclusive")
        asked = [("==", ("%", counter, 3), (n + remainder) % 3) for n, _ in enumerate(blocks)]
        ways = [(gateway, condition, False) for condition in asked]
        return self.joined(net, blocks, [*ways[:-1], (gateway, None, True)], "exclusive")

    def inclusive(self, net: Net, at: At, blocks: list[Block], mask: int, last: str) -> At:
        """The last way is the default, or always taken; or a task splits instead of a gateway."""
        counter = self.counter(net, at)
        split = self.on(net, (counter, None, False), "task" if last == "task" else "inclusive")
        ways: list[At] = [
            (split, ("<", ("%", ("+", counter, mask * (n + 1)), 3), 2), False) for n, _ in enumerate(blocks)
        ]
        ways[-1] = (split, None, last != "always")
        return self.joined(net, blocks, ways, "inclusive")

    def loop(self, net: Net, at: At, body: Block, times: int, linked: bool) -> At:
        merge = self.on(net, at, "exclusive")
        counter = self.counter(net, self.block(net, body, (merge, None, False)))
        gateway = self.on(net, (counter, None, False), "exclusive")
        back: At = (gateway, None, True)
        self.flow(net, self.leaf_link(net, back) if linked else back, merge)
        return gateway, ("==", ("%", counter, times), 0), False

    def race(self, net: Net, at: At, blocks: list[Block], kinds: list[str]) -> At:
        gateway = self.on(net, at, "eventBased")
        ways: list[At] = []
        for kind, _ in zip(_told_apart(kinds), blocks, strict=False):
            caught = self.event("message" if kind == "receive" else kind)
            told = "receive" if kind == "receive" else "catch"
            event = self.on(net, (gateway, None, False), told, event=caught)
            ways.append(self.then(net, (event, None, False), "user"))
        return self.joined(net, blocks, ways, "exclusive")

    def called(self, net: Net, at: At, blocks: list[Block]) -> At:
        """A signal is thrown beside several who wait for it."""
        name = self.signal()
        split = self.on(net, at, "parallel")
        ways = [self.throws(net, (split, None, False), [Event("signal", name)])]
        for _ in blocks:
            event = self.event("signal")
            event.name = name
            caught = self.on(net, (split, None, False), "catch", event=event)
            ways.append(self.then(net, (caught, None, False), "user"))
        return self.joined(net, ["user", *blocks], ways, "parallel")

    def thrown(
        self, net: Net, at: At, beside: Block, kind: str, where: str, again: str, interrupting: bool
    ) -> At:
        """Something is thrown beside other work, where it is caught; and who handles it may throw again."""
        throws = {"error": "bail", "escalation": "escalate", "signal": "signal"}[kind]
        body = ("parallel", [beside, ("sequence", [throws, "user"])], False)
        handlers = [((each, interrupting), None, again, []) for each in ("error", "escalation", "signal")]
        handlers = handlers if where == "handler" else []
        boundaries = [((kind, interrupting), None, True)] if where == "boundary" else []
        return self.inside(net, at, body, False, handlers, None, "", boundaries)

    # Activities, with all that may be drawn at them.

    def activity(self, net: Net, at: At, kind: str, repeat: Any, mapped: str, boundaries: list[Any]) -> At:
        node = self.simple(net, kind, mapped)
        after = self.attached(net, at, node, repeat, mapped, boundaries)
        return self.then(net, after, "user") if kind == "mended" else after

    def simple(self, net: Net, kind: str, mapped: str, **told: Any) -> Node:
        node = self.node(net, "script" if kind == "mended" else kind, **told)
        if kind == "receive":
            node.event = self.event("message")
        if kind == "send":
            node.event = Event("message", f"to{self.count % 2}")
            if "in" in mapped:
                node.inputs, node.event.variable = [("news", ("told", self.count))], "news"
        if kind == "script":
            node.assigned = [(node.id, ("+", ("known", node.id), 1))]
        if kind == "mended":
            ok = ("known", f"ok{self.count % 2}")
            node.assigned = [(node.id, ("//", ("+", ("known", node.id), 1), ok))]
        return node

    def inside(
        self,
        net: Net,
        at: At,
        body: Block,
        called: bool,
        handlers: list[Any],
        repeat: Any,
        mapped: str,
        boundaries: list[Any],
        undone: Any = None,
    ) -> At:
        node = self.node(net, "call" if called else "sub")
        undone = None if repeat else undone
        waits = (
            any("conditional" in kind for (kind, _), *_ in boundaries) or (repeat and repeat[-1]) or undone
        )
        node.inner = self.net(("sequence", ["user", body]) if waits else body, handlers)
        if called and "in" in mapped:
            node.handed_in = [("given", ("known", "shared"))]
        if called and "out" in mapped:
            node.handed_out = [(f"got{node.id}", ("+", ("known", "given"), ("known", "total")))]
        return self.attached(net, at, node, repeat, mapped, boundaries, undone)

    def attached(
        self,
        net: Net,
        at: At,
        node: Node,
        repeat: Any,
        mapped: str,
        boundaries: list[Any],
        undone: Any = None,
    ) -> At:
        self.flow(net, at, node.id)
        if undone:
            node.undone_by = self.undoes(net, *undone)
        self.mapped(node, repeat, mapped)
        after: At = (node.id, None, False)
        for (kind, interrupting), times, joins in boundaries:
            after = self.boundary(net, node, after, kind, interrupting, times, joins)
        return after

    def mapped(self, node: Node, repeat: Any, mapped: str) -> None:
        node.repeat = self.repetition(repeat)
        if "in" in mapped:
            node.inputs += [("shared", ("+", ("known", "shared"), 1)), (f"mine{node.id}", "shared")]
        if "out" in mapped:
            node.outputs = [("total", ("+", ("known", "total"), 1)), (f"out{node.id}", ("known", "shared"))]
        if node.outputs and node.inputs:
            node.inputs.append((f"out{node.id}", 0))  # hides what is handed out under the same name
        if isinstance(node.repeat, Many) and not node.repeat.sequential:
            node.inputs += [(name, 0) for name in _counters(node)]

    # What can be undone.

    def undoes(self, net: Net, kind: str, mapped: str, repeat: Any, body: Block) -> str:
        """A compensation handler."""
        node = self.simple(net, kind, mapped, undoes=True)
        if kind in ("sub", "call"):
            node.inner = self.net(("sequence", ["user", body]), [])
        self.mapped(node, repeat, mapped)
        return node.id

    def leaf_done(self, net: Net, at: At) -> At:
        """Something that can be undone."""
        return self.thing(net, at, "user", "", ("user", "", None, "nothing"))

    def undone(
        self, net: Net, at: At, done: list[Any], inner: Block, where: str, caught: Any, boundaries: list[Any]
    ) -> At:
        """Activities that have handlers, and something that undoes them: here, beside them, at the end of a
        sub-process, in an event sub-process of it, or in one that interrupts the undoing."""
        things = ("sequence", [("thing", *thing) for thing in done])
        if where == "here":
            return self.sequence(net, at, [things, inner, "undo"])
        if where == "beside":
            return self.parallel(net, at, [things, ("sequence", [inner, "undo"])], False)
        last = {"end": "undo end", "again": "undo"}.get(where, "user")
        kind, interrupting = caught
        handlers = [((kind, interrupting or where == "again"), None, "undo", [])] if where in HANDLED else []
        body = ("sequence", [things, inner, last])
        return self.inside(net, at, body, False, handlers, None, "in", boundaries)

    def undone_inside(
        self,
        net: Net,
        at: At,
        done: list[Any],
        inner: Block,
        handlers: list[Any],
        repeat: Any,
        mapped: str,
        boundaries: list[Any],
    ) -> At:
        """A sub-process that has completed is undone from inside."""
        things = ("sequence", [*(("thing", *thing) for thing in done), inner])
        at = self.inside(net, at, things, False, handlers, repeat, mapped, boundaries)
        return self.leaf_undo(net, at)

    def thing(self, net: Net, at: At, kind: str, mapped: str, handler: Any) -> At:
        return self.attached(net, at, self.simple(net, kind, mapped), None, mapped, [], handler)

    def transaction(
        self,
        net: Net,
        at: At,
        done: list[Any],
        inner: Block,
        cancelled: str,
        handlers: list[Any],
        mapped: str,
        boundaries: list[Any],
        undone: Any,
    ) -> At:
        node = self.node(net, "transaction")
        things = ("sequence", [("thing", *thing) for thing in done])
        last = ["undo", "nothing"][self.count % 2]
        body = ("parallel", [("sequence", [things, inner, last]), "cancel"], False)
        if cancelled == "after":
            body = ("sequence", [things, inner, "cancel"])
        if cancelled == "inside":
            handler = ("user", "", None, "nothing") if self.count % 2 else None
            inside = ("inside", ("sequence", [things, inner]), False, handlers, None, mapped, [], handler)
            body = ("parallel", [inside, ("sequence", ["user", "cancel"])], False)
        node.inner = self.net(("sequence", ["user", body]), handlers)
        after = self.attached(net, at, node, None, mapped, boundaries, undone)
        left = self.node(net, "boundary", event=Event("cancel"), host=node.id)
        return self.joined_after(net, after, left)

    def joined_after(self, net: Net, after: At, boundary: Node) -> At:
        """What was caught, handled by somebody, joins the way on."""
        merge = self.on(net, after, "exclusive")
        self.flow(net, self.then(net, (boundary.id, None, False), "user"), merge)
        return merge, None, False

    def repetition(self, repeat: Any) -> Many | Loop | None:
        match repeat:
            case ("many", count, collection, sequential, until):
                condition = (">=", "nrOfCompletedInstances", until) if until else None
                return Many(count, collection, sequential, condition)
            case ("again", rounds, before, most):
                return Loop(("<", "loopCounter", rounds + 1), before, most)
        return None

    def boundary(
        self, net: Net, host: Node, after: At, kind: str, interrupting: bool, times: int | None, joins: bool
    ) -> At:
        """What was caught ends in a task, and there, or where its activity leads too."""
        if "conditional" in kind and host.kind in ("script", "send"):
            return after
        interrupting = interrupting or "error" in kind
        event = self.event_beside(net.boundaries(host.id), kind, None if interrupting else times)
        caught = self.node(net, "boundary", event=event, host=host.id, interrupting=interrupting)
        if joins:
            return self.joined_after(net, after, caught)
        self.on(net, self.then(net, (caught.id, None, False), "user"), "end")
        return after


def _told_apart(kinds: list[str]) -> Iterator[str]:
    """A signal or condition that two ways wait for would leave open which is taken: a message instead."""
    used: set[str] = set()
    for kind in kinds:
        seen = {each for each in kind.split("+") if each in ("signal", "conditional")}
        yield "message" if seen & used else kind
        used |= seen


def _can_be_undone(node: Node) -> bool:
    """It has a handler, or is a sub-process that holds some."""
    inner = node.inner.nodes.values() if node.inner and node.kind in ("sub", "transaction") else []
    return not node.undoes and (node.undone_by is not None or any(map(_can_be_undone, inner)))


def _counters(node: Node) -> Iterator[str]:
    """What the items of an activity count."""
    nodes = [node, *(node.inner.everything(calls=False) if node.inner and node.kind != "call" else [])]
    for each in nodes:
        if each.kind in ("script", "decision"):
            yield from (name for name, _ in each.assigned if not name.startswith("go"))
