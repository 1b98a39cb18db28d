"""Where tokens are in the game: running processes, sub-processes and event sub-processes, activities and
their rounds, and what is listened for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.engine.bpmn.oracle.nets import Event, Flow, Net, Node
from tests.engine.bpmn.oracle.scopes import Failed, Scope

if TYPE_CHECKING:
    from tests.engine.bpmn.oracle.game import Game

ACTIVITIES = {
    "task",
    "user",
    "script",
    "service",
    "receive",
    "send",
    "decision",
    "sub",
    "transaction",
    "call",
}
SUBS = ("sub", "transaction")
WAITED = {"timer", "message", "signal", "conditional"}
"""What is waited for, while an error or escalation finds who handles it."""


@dataclass(eq=False)
class Wait:
    """An event that is listened for: in between, at a boundary, by an event sub-process or receive task."""

    serial: int
    node: Node
    event: Event
    """It, or one of its several."""
    owner: "Region | Work | Round"
    scope: Scope
    due: int = 0
    left: int | None = None
    """How often a timer still fires."""
    was_true: bool = False

    @property
    def element(self) -> str:
        """Of an event sub-process its start."""
        return self.node.inner.start.id if self.node.kind == "handler" and self.node.inner else self.node.id


@dataclass(eq=False)
class Round:
    """One run of an activity: an item, a round of a loop, or its only one."""

    serial: int
    work: "Work"
    scope: Scope
    own: dict[str, Any]
    """The variables it has besides its inputs."""
    state: str = "new"
    """new | open | inside | waiting | failed | dead | done"""
    inner: "Region | None" = None
    wait: Wait | None = None

    def happened(self, _wait: Wait) -> None:
        """A receive task has its message."""
        if variable := self.work.node.event.variable:
            self.scope.write(variable, self.work.region.game.payload)
        self.work.region.game.finish(self)


@dataclass(eq=False)
class Work:
    """An activity from its first to its last round, with what listens at its boundary."""

    node: Node
    region: "Region"
    scope: Scope
    rounds: list[Round] = field(default_factory=list)
    boundary: list[Wait] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)
    begun: int = 0
    done: int = 0
    undone: "list[Done]" = field(default_factory=list)
    """What has completed in its rounds and can be undone."""

    def remember(self, inner: "Region") -> None:
        """That a round has completed."""
        if inner.done:
            self.undone.append(Done(self.node, dict(inner.scope.names), inner.done))

    def all_undone(self) -> "list[Done]":
        """What is remembered of it: of one that is repeated, its rounds within it."""
        if not (self.node.repeat and self.undone):
            return self.undone
        own = self.scope is not self.region.scope
        return [Done(self.node, dict(self.scope.names) if own else {}, self.undone)]

    def happened(self, wait: Wait) -> None:
        """An event at its boundary."""
        game, node = self.region.game, wait.node
        way = "interrupting" if node.interrupting else "not interrupting"
        game.met(f"{way} boundary {wait.event.kind}", f"boundary of {self.node.kind}")
        game.met(*["one of several at a boundary"][: len(node.event.parts)])
        if node.interrupting:
            game.cancel(self)
        self.region.note_payload(wait)
        self.region.put(node.id)


@dataclass(eq=False)
class Done:
    """An activity or event sub-process that has completed and can be undone."""

    node: Node
    names: dict[str, Any] = field(default_factory=dict)
    """Its variables, as they were when it completed."""
    inside: "list[Done] | None" = None
    """What is undone in its place when it has no handler of its own."""
    scope: Scope | None = None
    """With its variables, while it is undone from inside."""
    taken: "Undoing | None" = None

    def left(self) -> None:
        """Whoever began to undo it does not go on."""
        self.taken = self.scope = None
        for done in self.inside or []:
            done.left()

    def snapshot(self) -> Any:
        inside = self.inside and [done.snapshot() for done in self.inside]
        return self.node.id, sorted(self.names.items()), inside, self.taken is not None


class Undoing:
    """What a throw event undoes, one after the other: what has completed until now in its region, in an event
    sub-process then in the one that this handles."""

    def __init__(self, region: "Region", node: Node, number: int) -> None:
        self.region = region
        self.node = node
        self.number = number
        """Which of its events throws."""
        self.current: Region | None = None
        """Where a handler is at work, by itself."""
        self.done: tuple[Done, list[Done]]
        """What it undoes, and among which."""

    def begin(self, activity: str | None) -> bool:
        """Whether there is any."""
        for region in self.region.undone_together():
            for done in region.done:
                if not done.taken and activity in (None, done.node.id):
                    done.taken = self
        return self.next()

    def next(self) -> bool:
        """Let the handler run of what completed last; whether one was left."""
        return any(
            self.undo(done, region.done, region.net, region.scope)
            for region in self.region.undone_together()
            for done in reversed(list(region.done))
            if done.taken is self
        )

    def undo(self, done: Done, among: list[Done], net: Net, scope: Scope) -> bool:
        if done.inside is None:
            self.run(done, among, net, scope)
            return True
        assert done.node.inner
        done.scope = done.scope or Scope(dict(done.names), scope)
        while done.inside:
            self.region.game.met(f"{done.node.kind} that is undone from inside")
            if self.undo(done.inside[-1], done.inside, done.node.inner, done.scope):
                return True
        among.remove(done)
        return False

    def run(self, done: Done, among: list[Done], net: Net, scope: Scope) -> None:
        game, handler = self.region.game, net.nodes[done.node.undone_by or ""]
        game.met(f"{done.node.kind} that is undone", f"{handler.kind} that undoes")
        game.met(*["handler that is repeated"][: 1 if handler.repeat else 0])
        self.done = done, among
        self.current = Region(game, net, scope, self)
        self.current.interrupted = True
        game.start(handler, self.current)

    def ended(self) -> None:
        """A handler has done its work."""
        done, among = self.done
        among.remove(done)
        self.current = None
        if not self.next():
            self.region.undoings.remove(self)
            self.region.undone(self)

    def end(self) -> None:
        """What it has not undone is left for the next."""
        if self.current:
            self.region.game.met("compensation that is interrupted")
            self.current.end()
        for region in self.region.undone_together():
            for done in region.done:
                if done.taken is self:
                    done.left()


class Region:
    """A process, sub-process or event sub-process that is running."""

    def __init__(
        self, game: "Game", net: Net, scope: Scope, home: "Round | Region | Undoing | None", handler: str = ""
    ):
        self.game = game
        self.net = net
        self.scope = scope
        self.home = home
        """The round of the activity it is inside of, the region whose event sub-process it is, or what lets a
        handler run in it."""
        self.handler = handler
        """Which event sub-process it is."""
        self.marks: Counter[str] = Counter()
        self.works: list[Work] = []
        self.waits: list[tuple[str, list[Wait]]] = []
        """Where tokens wait for events, and for which."""
        self.failed: list[tuple[str, int]] = []
        """Gateways and ends that failed, and at which of the events they throw."""
        self.listeners: list[Wait] = []
        self.handling: list[Region] = []
        self.done: list[Done] = []
        self.undoings: list[Undoing] = []
        self.interrupted = False
        self.gone = False
        self.era = 0
        """Tokens of an earlier one were ended."""

    # Beginning and ending.

    def begin(self) -> None:
        for handler in self.net.handlers:
            self.listeners += self.game.waits(handler, self, self.scope)
        self.game.met(*[f"begun by a {self.net.start.event.kind}"][: 1 if self.net.begins else 0])
        self.put(self.net.start.id)

    def clear(self) -> None:
        """End everything in it."""
        for work in self.works:
            work.region.game.forget(work)
        for handling in self.handling:
            handling.end()
        for undoing in self.undoings:
            undoing.end()
        self.era += 1
        self.marks.clear()
        self.works, self.waits, self.failed, self.listeners, self.handling = [], [], [], [], []
        self.undoings = []

    def end(self) -> None:
        self.clear()
        self.gone = True

    @property
    def over(self) -> bool:
        tokens = self.marks.total() or self.works or self.waits or self.failed
        return not (tokens or self.handling or self.undoings or self.gone)

    @property
    def place(self) -> str:
        match self.home:
            case Region():
                return "event sub-process"
            case Round():
                return self.home.work.node.kind
            case Undoing():
                return "undoing"
        return "process"

    def inside(self) -> Iterator["Region"]:
        yield self
        for work in list(self.works):
            for round in work.rounds:
                if round.inner:
                    yield from round.inner.inside()
        for handling in list(self.handling):
            yield from handling.inside()
        for undoing in list(self.undoings):
            if undoing.current:
                yield from undoing.current.inside()

    def snapshot(self) -> Any:
        """All that its future depends on, save what can be seen from outside."""
        works = [(w.node.id, w.done, w.begun, [_round_snapshot(r) for r in w.rounds]) for w in self.works]
        waits = [(at, [wait.element for wait in waits]) for at, waits in self.waits]
        handling = [(region.handler, region.snapshot()) for region in self.handling]
        marks = sorted((flow, number) for flow, number in self.marks.items() if number)
        undoings = [(u.node.id, u.number, u.current and u.current.snapshot()) for u in self.undoings]
        undone = [done.snapshot() for done in self.done], sorted(map(repr, undoings))
        parts = sorted(map(repr, works)), sorted(map(repr, waits)), sorted(map(repr, handling))
        return marks, parts, undone, sorted(self.failed), self.interrupted, sorted(self.scope.names.items())

    # Tokens.

    def put(self, node: str) -> None:
        """A token leaves a node by the flows it takes."""
        era = self.era
        try:
            taken = self.chosen(self.net.nodes[node])
        except Failed:
            self.failed.append((node, 0))
            return
        for flow in taken:
            if self.era == era:
                self.arrive(flow)

    def chosen(self, node: Node) -> list[Flow]:
        out = self.net.out(node.id)
        asked = [f for f in out if not f.default and (f.condition is None or self.scope.value(f.condition))]
        default = [flow for flow in out if flow.default]
        if node.kind == "exclusive":
            asked = asked[:1]
        taken = asked or default
        if out and not taken and node.kind in ("exclusive", "inclusive"):
            raise Failed(node.id)
        return taken

    def arrive(self, flow: Flow) -> None:
        node = self.net.nodes[flow.target]
        if node.kind not in ("parallel", "inclusive"):
            self.enter(node)
            return
        self.marks[flow.id] += 1
        into = self.net.into(node.id)
        if (node.kind == "parallel" or len(into) == 1) and all(self.marks[each.id] for each in into):
            self.meet(node)

    def meet(self, node: Node) -> None:
        """A gateway takes one token from each flow that has any."""
        into = self.net.into(node.id)
        self.game.met(f"{node.kind} {'join' if len(into) > 1 else 'split'}")
        for flow in into:
            self.marks[flow.id] -= self.marks[flow.id] > 0
        if any(self.marks[flow.id] for flow in into):
            self.game.met(f"{node.kind} join with a token for the next time")
        self.put(node.id)

    def enter(self, node: Node) -> None:
        kind = node.event.kind
        self.game.met(f"{node.kind} {kind}" if kind not in ("none", node.kind) else node.kind)
        match node.kind:
            case kind if kind in ACTIVITIES:
                self.game.start(node, self)
            case "catch":
                self.listen(node.id, [node])
            case "eventBased":
                ways = [self.net.nodes[flow.target] for flow in self.net.out(node.id)]
                self.game.met(
                    *(f"way behind an event-based gateway: {way.kind} {way.event.kind}" for way in ways)
                )
                self.listen(node.id, ways)
            case "link":
                self.put(self.net.caught_link(node.event.name).id)
            case "throw" | "end":
                self.throw_at(node)
            case _:
                self.put(node.id)

    def listen(self, at: str, nodes: list[Node]) -> None:
        self.waits.append((at, [wait for node in nodes for wait in self.game.waits(node, self, self.scope)]))

    def happened(self, wait: Wait) -> None:
        """An event that a token, or an event sub-process, has waited for."""
        if wait.node.kind == "handler":
            self.handle(wait.node, wait.event, self.game.payload)
            return
        self.game.met(*["one of several on the way"][: len(wait.node.event.parts)])
        self.waits = [each for each in self.waits if wait not in each[1]]
        self.note_payload(wait)
        self.put(wait.node.id)

    def note_payload(self, wait: Wait) -> None:
        if wait.event.variable:
            self.scope.write(wait.event.variable, self.game.payload)

    def handle(self, handler: Node, event: Event, told: Any) -> None:
        """An event sub-process begins, in the place of all that goes on if it interrupts."""
        way = "interrupting" if handler.interrupting else "not interrupting"
        self.game.met(f"{way} event sub-process {event.kind}")
        self.game.met(*["one of several at an event sub-process"][: len(handler.event.parts)])
        self.game.met(f"event sub-process in {self.place}")
        if any(handling.handler == handler.id for handling in self.handling):
            self.game.met("event sub-process beside itself")
        if handler.interrupting:
            self.clear()
            self.interrupted = True
        assert handler.inner
        handling = Region(self.game, handler.inner, Scope({}, self.scope), self, handler.id)
        self.handling.append(handling)
        if event.variable:
            handling.scope.write(event.variable, told)
        handling.begin()

    def throw_at(self, node: Node, begun: int = 0) -> None:
        """Throw all that it throws, one after the other, unless one of them ends it; from this one on."""
        era, events = self.era, node.event.definitions
        for number, event in enumerate(events[begun:], begun):
            self.game.met(*[f"{event.kind} thrown as one of several"][: len(node.event.parts)])
            if event.kind in ("compensation", "cancel"):
                if self.compensate(node, number, event):
                    return
                if event.kind == "cancel":
                    self.leave_cancelled()
            elif not self.throw(event):
                self.failed.append((node.id, number))
                return
            if self.era != era:
                self.game.met(*["the rest of several is not thrown"][: len(events) - number - 1])
                return
        self.put(node.id)

    def throw(self, event: Event) -> bool:
        """Whether it did not fail."""
        match event.kind:
            case "terminate":
                self.clear()
            case "error":
                if not self.thrown(event):
                    self.game.met("error nobody catches")
                    return False
            case "escalation":
                if not self.thrown(event):
                    self.game.met("escalation nobody catches")
            case "signal" | "message":
                self.game.send_out(event, self.scope)
        return True

    # What is undone.

    def undone_together(self) -> "Iterator[Region]":
        yield self
        if isinstance(self.home, Region):
            yield from self.home.undone_together()

    def remember(self, work: Work) -> None:
        """That it has completed; but what completes in a handler is not undone itself."""
        if not isinstance(self.home, Undoing):
            self.done += [Done(work.node)] if work.node.undone_by else work.all_undone()

    def remember_handled(self, handling: "Region") -> None:
        """The same of an event sub-process."""
        if handling.done:
            handler = next(handler for handler in self.net.handlers if handler.id == handling.handler)
            self.done.append(Done(handler, dict(handling.scope.names), handling.done))

    def compensate(self, node: Node, number: int, event: Event) -> bool:
        """Whether there is something to undo, which is begun."""
        if event.kind == "cancel":
            self.remember_unfinished()
            self.clear()
            self.interrupted = True
        undoing = Undoing(self, node, number)
        self.undoings.append(undoing)
        self.game.met(*["one activity alone that is undone"][: 1 if event.name else 0])
        if undoing.begin(event.name):
            self.game.met(f"{event.kind} that undoes")
            if event.kind == "cancel" and isinstance(self.home, Round) and self.home.work.boundary:
                self.game.met("event that waits beside a cancelled transaction")
            return True
        self.game.met(f"{event.kind} with nothing to undo")
        self.undoings.remove(undoing)
        return False

    def undone(self, undoing: Undoing) -> None:
        """All of it, and the event goes on."""
        if undoing.node.event.definitions[undoing.number].kind == "cancel":
            self.leave_cancelled()
        else:
            self.throw_at(undoing.node, undoing.number + 1)

    def leave_cancelled(self) -> None:
        assert isinstance(self.home, Round)
        work = self.home.work
        boundary = next(
            boundary
            for boundary in work.region.net.boundaries(work.node.id)
            if any(event.kind == "cancel" for event in boundary.event.definitions)
        )
        self.game.cancel(work)
        work.region.put(boundary.id)

    def remember_unfinished(self) -> None:
        """What has completed in sub-processes that have not is undone first, as if they had by now."""
        for work in self.works:
            for round in work.rounds:
                if round.inner and work.node.kind in SUBS:
                    round.inner.remember_unfinished()
                    work.remember(round.inner)
            self.game.met(*["unfinished sub-process that is undone"][: len(work.undone)])
            self.done += work.all_undone()
        for handling in self.handling:
            handling.remember_unfinished()
            self.game.met(*["unfinished event sub-process that is undone"][: len(handling.done)])
            self.remember_handled(handling)

    # What is thrown, and who catches it.

    def thrown(self, event: Event, past: str = "") -> bool:
        """Hand an error or escalation to who catches it, from here outwards. `past` is the event sub-process
        it comes out of. Whether anybody did."""
        if not self.interrupted:
            handlers = [handler for handler in self.net.handlers if handler.id != past]
            if caught := _catcher(handlers, event):
                self.handle(*caught, event.name)
                return True
        match self.home:
            case Region():
                return self.home.thrown(event, self.handler)
            case Round():
                return self.home.work.region.thrown_at(self.home.work, event)
            case Undoing():
                self.game.met(f"{event.kind} thrown by what undoes")
                return self.home.region.thrown(event)
        return False

    def thrown_at(self, work: Work, event: Event) -> bool:
        """The same for what leaves an activity in it."""
        caught = _catcher(self.net.boundaries(work.node.id), event)
        if caught is None:
            return self.thrown(event)
        boundary, by = caught
        way = "interrupting" if boundary.interrupting else "not interrupting"
        self.game.met(f"{way} boundary {event.kind}")
        self.game.met(*["one of several at a boundary"][: len(boundary.event.parts)])
        if boundary.interrupting:
            self.game.cancel(work)
        if by.variable:
            self.scope.write(by.variable, event.name)
        self.put(boundary.id)
        return True

    # Where inclusive paths meet.

    def can_meet(self, join: Node) -> bool:
        """The standard's rule, 13.4.3: whoever can reach a flow without a token, and none with one, is waited
        for."""
        into = self.net.into(join.id)
        full = {flow.id for flow in into if self.marks[flow.id]}
        if not full:
            return False
        empty = {flow.id for flow in into} - full
        for flows in self.tokens():
            reached = self.reached(flows, join.id)
            if reached & empty and not reached & full:
                return False
        return True

    def tokens(self) -> Iterator[list[Flow]]:
        """For each token the flows from which it goes on."""
        for flow in self.net.flows:
            if self.marks[flow.id]:
                yield [flow]
        works, failed = [work.node.id for work in self.works], [node for node, _ in self.failed]
        undoings = [undoing.node.id for undoing in self.undoings]
        for node in [*works, *(at for at, _ in self.waits), *failed, *undoings]:
            yield self.onwards(node)

    def onwards(self, node: str) -> list[Flow]:
        nodes = [node, *(boundary.id for boundary in self.net.boundaries(node))]
        if self.net.nodes[node].kind == "link":
            nodes.append(self.net.caught_link(self.net.nodes[node].event.name).id)
        return [flow for each in nodes for flow in self.net.out(each)]

    def reached(self, flows: list[Flow], join: str) -> set[str]:
        """The flows into the join that can be reached without passing through it."""
        seen: dict[str, Flow] = {}
        while flows:
            flow = flows.pop()
            if flow.id not in seen:
                seen[flow.id] = flow
                flows += [] if flow.target == join else self.onwards(flow.target)
        return {flow.id for flow in seen.values() if flow.target == join}


def _round_snapshot(round: Round) -> Any:
    return round.state, sorted(round.scope.names.items()), round.inner and round.inner.snapshot()


def _catcher(nodes: list[Node], event: Event) -> tuple[Node, Event] | None:
    """Who names the code goes before who catches all; and by which of its events."""
    listening = [(node, by) for node in nodes for by in node.event.definitions if by.kind == event.kind]
    named = [(node, by) for node, by in listening if by.name == event.name]
    return next(iter([*named, *((node, by) for node, by in listening if by.name is None)]), None)
