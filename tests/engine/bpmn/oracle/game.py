"""A token game after the BPMN standard and `docs/reference/bpmn.md`, which shares nothing with the engine.

Tokens lie on flows, and in the activities and events they have reached. A command moves one of them, and all
that follows is played to the end, one token after the other: models are drawn so that it does not matter
which moves first. It may matter in two places, which the standard leaves open; there the game asks `choose`,
and `Worlds` plays them all:

- which of several inclusive gateways goes on first, when nothing else can move: their rule looks at tokens
  elsewhere, so one that has gone on may change what the next one waits for. To ask none before all others
  have come to rest is legitimate, since nothing says how soon a gateway that may go on must; and it is the
  patient choice: whatever could still come has come;
- which of several timers that are due in the same instant fires first.
"""

from collections import Counter
from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.engine.bpmn.oracle.nets import Event, Loop, Many, Net, Node
from tests.engine.bpmn.oracle.regions import SUBS, WAITED, Region, Round, Undoing, Wait, Work
from tests.engine.bpmn.oracle.scopes import Failed, Scope

TIMED = ("timer",)
HEARD = ("message", "signal")


@dataclass
class Sight:
    """What is to be seen of a case from outside."""

    tasks: list[str]
    jobs: list[str]
    timers: list[tuple[str, int]]
    messages: list[str]
    """And signals."""
    failures: list[str]
    completed: bool
    variables: dict[str, Any]
    seen: list[tuple[str, dict[str, Any]]] | None
    """The variables that open tasks see; None where nobody looked."""
    sent: list[tuple[str, str, str]] | None
    """Messages and signals to other cases: kind, name, payload; None where nobody looked."""


class Game:
    """One case. Commands name an element, and which of several that wait there by the order they came."""

    def __init__(self, net: Net, met: Counter[str] | None = None) -> None:
        self.constructs: Counter[str] = Counter() if met is None else met
        """What was come by, by name."""
        self.now = 0
        self.payload: Any = None
        self.sent: list[tuple[str, str, str]] = []
        self.script: list[int] = []
        self.options: list[int] = []
        self._serial = 0
        self.top = Region(self, net, Scope({}), None)

    def __deepcopy__(self, memo: Any) -> "Game":
        twin = object.__new__(Game)
        memo[id(self)] = twin
        memo[id(self.constructs)] = self.constructs
        vars(twin).update({name: deepcopy(value, memo) for name, value in vars(self).items()})
        return twin

    def met(self, *names: str) -> None:
        self.constructs.update(names)

    def choose(self, options: list[Any]) -> Any:
        """What the standard leaves open, as the script of this world says."""
        if len(options) == 1:
            return options[0]
        self.met("two that may go first")
        turn = len(self.options)
        self.options.append(len(options))
        return options[self.script[turn] if turn < len(self.script) else 0]

    # Commands.

    def do(self, verb: str, *told: Any) -> None:
        self.payload, self.sent = None, []
        getattr(self, verb)(*told)
        self.settle()

    def begin(self) -> None:
        self.top.begin()

    def complete(self, element: str, nth: int, data: dict[str, Any]) -> None:
        round = self.rounds("user", element)[nth]
        for name, value in data.items():
            round.scope.write(name, value)
        self.finish(round)

    def work(self, element: str, nth: int, data: dict[str, Any]) -> None:
        round = self.rounds("service", element)[nth]
        # With outputs these read the results; without, all results go to the scope outside.
        if round.work.node.outputs:
            round.scope.names.update(data)
        else:
            for name, value in data.items():
                round.work.scope.write(name, value)
        self.finish(round)

    def throw(self, element: str, nth: int, code: str, dead: bool) -> None:
        """`dead`: a job whose error nobody handles is a dead letter."""
        self.met("job that fails with an error")
        round = self.rounds("service", element)[nth]
        if not round.work.region.thrown_at(round.work, Event("error", code)) and dead:
            round.state = "dead"

    def give_up(self, element: str, nth: int) -> None:
        self.met("dead letter")
        self.rounds("service", element)[nth].state = "dead"

    def fire(self, element: str, nth: int) -> None:
        timer = self.all_waits(TIMED, element)[nth]
        self.now = max(self.now, timer.due)
        self.ring(timer)

    def wait_for_next(self) -> None:
        """Time passes until something is due, and all that is due then fires."""
        self.now = max(self.now, min(timer.due for timer in self.all_waits(TIMED)))
        while due := [timer for timer in self.all_waits(TIMED) if timer.due <= self.now]:
            first = min(timer.due for timer in due)
            self.ring(self.choose([timer for timer in due if timer.due == first]))
            self.settle()

    def send(self, element: str, name: str, nth: int, payload: Any, _told: bool) -> None:
        self.payload = payload
        wait = [wait for wait in self.all_waits(HEARD, element) if wait.event.name == name][nth]
        wait.owner.happened(wait)

    def hear(self, name: str, payload: Any) -> None:
        """A signal comes from another case, to one after the other of those who wait for it."""
        for wait in self.all_waits(("signal",)):
            if wait.event.name == name and wait in self.all_waits(("signal",)):
                self.payload = payload
                wait.owner.happened(wait)
                self.settle()

    def change(self, name: str, value: Any) -> None:
        self.top.scope.names[name] = value

    def retry(self, name: str, value: Any) -> None:
        self.top.scope.names[name] = value
        self.settle()
        for region in list(self.top.inside()):
            for node, begun in list(region.failed):
                if not region.gone and (node, begun) in region.failed:
                    region.failed.remove((node, begun))
                    self.again(region, region.net.nodes[node], begun)
            for work in list(region.works):
                for round in list(work.rounds):
                    if round.state in ("failed", "dead") and round in work.rounds:
                        if round.state == "failed" and not work.node.repeat:
                            self.arm(work)
                        self.enter(round)

    def again(self, region: Region, node: Node, begun: int) -> None:
        if node.kind == "end":
            region.throw_at(node, begun)
        else:
            region.put(node.id)

    # What is going on.

    def rounds(self, kind: str, element: str | None = None) -> list[Round]:
        """Open tasks or jobs, dead ones too, in the order they came."""
        found = [
            round
            for region in self.top.inside()
            for work in region.works
            if work.node.kind == kind and element in (None, work.node.id)
            for round in work.rounds
            if round.state in ("open", "dead")
        ]
        return sorted(found, key=lambda round: round.serial)

    def all_waits(self, kinds: Collection[str], element: str | None = None) -> list[Wait]:
        """Those who wait for such events, in the order in which they began to."""
        found = []
        for region in self.top.inside():
            found += region.listeners + [wait for _, waits in region.waits for wait in waits]
            for work in region.works:
                found += work.boundary + [round.wait for round in work.rounds if round.wait]
        chosen = [wait for wait in found if wait.event.kind in kinds and element in (None, wait.element)]
        return sorted(chosen, key=lambda wait: wait.serial)

    def failures(self) -> list[str]:
        failed = {node for region in self.top.inside() for node, _ in region.failed}
        works = [work for region in self.top.inside() for work in region.works]
        failed |= {work.node.id for work in works for r in work.rounds if r.state in ("failed", "dead")}
        return sorted(failed) or self.stuck()

    def stuck(self) -> list[str]:
        """The joins at which tokens wait when nothing is left that could send any."""
        active = any(work.node.kind in ("user", "service") for r in self.top.inside() for work in r.works)
        if active or self.all_waits(WAITED):
            return []
        regions = list(self.top.inside())
        stuck = sorted({f.target for region in regions for f in region.net.flows if region.marks[f.id]})
        self.met(*["join that nothing can complete"][: len(stuck)])
        return stuck

    def sight(self) -> Sight:
        tasks, jobs = self.rounds("user"), self.rounds("service")
        return Sight(
            sorted(round.work.node.id for round in tasks),
            sorted(round.work.node.id for round in jobs),
            sorted((wait.element, wait.due) for wait in self.all_waits(TIMED)),
            sorted(wait.element for wait in self.all_waits(HEARD)),
            self.failures(),
            self.top.over,
            dict(self.top.scope.names),
            sorted(((r.work.node.id, r.scope.visible()) for r in tasks), key=lambda each: each[0]),
            sorted(self.sent),
        )

    # Events.

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    def waits(self, node: Node, owner: Region | Work | Round, scope: Scope) -> list[Wait]:
        """For each of its events that is one to wait for."""
        waits = [
            Wait(self.serial(), node, event, owner, scope)
            for event in node.event.definitions
            if event.kind in WAITED
        ]
        for wait in waits:
            wait.due = self.now + wait.event.seconds
            wait.left = wait.event.times or 1
        return waits

    def send_out(self, event: Event, scope: Scope) -> None:
        """A message or signal goes to other cases; a signal first to all in this one who wait now."""
        told = scope.read(event.variable) if event.variable else {}
        self.sent.append((event.kind, event.name or "", repr(told)))
        if event.kind == "message":
            return
        waits = [wait for wait in self.all_waits(("signal",)) if wait.event.name == event.name]
        self.met(f"signal that {['nobody', 'one', 'several'][min(len(waits), 2)]} waited for")
        for wait in self.in_turn(waits):
            if wait in self.all_waits(("signal",)):
                self.payload = told
                wait.owner.happened(wait)
            else:
                self.met("signal that ended who waited for it")

    def in_turn(self, waits: list[Wait]) -> list[Wait]:
        """Who hears a signal, one after the other. An event sub-process that another one ends in the moment
        it begins has taken its payload, or not.
        """
        ending = [w for w in waits if w.node.kind in ("boundary", "handler") and w.node.interrupting]
        taking = [w for w in waits if w.node.takes_news and w not in ending]
        if not (ending and taking):
            return waits
        return self.choose([waits, [*ending, *(wait for wait in waits if wait not in ending)]])

    def ring(self, timer: Wait) -> None:
        """A cycle counts from when it was due."""
        assert timer.left
        if timer.event.times not in (None, timer.left):
            self.met("cycle that fires again")
        timer.left -= 1
        timer.due += timer.event.seconds
        timer.owner.happened(timer)
        if not timer.left:
            self.drop(timer)

    def drop(self, wait: Wait) -> None:
        for region in self.top.inside():
            for waits in (region.listeners, *(work.boundary for work in region.works)):
                if wait in waits:
                    waits.remove(wait)

    def holds(self, wait: Wait) -> bool:
        try:
            return bool(wait.scope.value(wait.event.condition))
        except Failed:
            return False

    def met_condition(self) -> bool:
        """Of those that came true the one that waited longest happens. Whether any did."""
        waits = self.all_waits(("conditional",))
        came_true = [wait for wait in waits if self.holds(wait) and not wait.was_true]
        for wait in waits:
            wait.was_true = wait.was_true and self.holds(wait)
        if came_true:
            self.met(*(["several conditions that come true"] if len(came_true) > 1 else []))
            came_true[0].was_true = True
            came_true[0].owner.happened(came_true[0])
        return bool(came_true)

    # Activities.

    def start(self, node: Node, region: Region) -> None:
        work = Work(node, region, region.scope)
        match node.repeat:
            case Many(count=number, collection=collection):
                self.met(
                    "sequential items" if node.repeat.sequential else "parallel items",
                    f"items of {node.kind}",
                )
                self.met("collection" if collection else "cardinality", *(["no items"] if not number else []))
                work.items = region.scope.value(("list", number)) if collection else [None] * number
                work.scope = Scope({}, region.scope)
            case Loop(before=before):
                self.met("asked before" if before else "asked after", f"rounds of {node.kind}")
        if not self.begins(work):
            region.put(node.id)
            return
        region.works.append(work)
        if node.repeat is None:
            work.rounds.append(self.new_round(work))
        self.arm(work)
        if node.repeat is None:
            self.enter(work.rounds[0])
        else:
            self.go_on(work)

    def begins(self, work: Work) -> bool:
        match work.node.repeat:
            case Many():
                return bool(work.items)
            case Loop(before=before, most=most):
                return self.another(work) if before else most != 0
        return True

    def arm(self, work: Work) -> None:
        scope = work.scope if work.node.repeat else work.rounds[0].scope
        for node in work.region.net.boundaries(work.node.id):
            work.boundary += self.waits(node, work, scope)

    def go_on(self, work: Work) -> None:
        """Begin the rounds that may begin now."""
        repeat = work.node.repeat
        at_once = len(work.items) if isinstance(repeat, Many) and not repeat.sequential else 1
        rounds = [self.new_round(work) for _ in range(at_once)]
        work.rounds += rounds
        self.count(work)
        for round in rounds:
            if round in work.rounds:
                self.enter(round)

    def new_round(self, work: Work) -> Round:
        names: dict[str, Any] = {}
        if work.node.repeat:
            names["loopCounter"] = work.begun
        if isinstance(work.node.repeat, Many) and work.node.repeat.collection:
            names["item"] = work.items[work.begun]
        work.begun += 1
        return Round(self.serial(), work, Scope(names, work.scope), names)

    def count(self, work: Work) -> None:
        if isinstance(work.node.repeat, Many):
            active = len(work.rounds)
            numbers = {"nrOfInstances": len(work.items), "nrOfActiveInstances": active}
            work.scope.names.update(numbers, nrOfCompletedInstances=work.done)

    def enter(self, round: Round) -> None:
        node, scope = round.work.node, round.scope
        scope.names = dict(round.own)
        parts = {"inputs": node.inputs, "outputs": node.outputs, "in": node.handed_in, "out": node.handed_out}
        self.met(*(name for name, given in parts.items() if given))
        for name, value in node.inputs:
            scope.names[name] = scope.value(value)
        match node.kind:
            case "user" | "service":
                round.state = "open"
            case "receive":
                round.state = "waiting"
                (round.wait,) = self.waits(node, round, scope)
            case "send":
                self.send_out(node.event, scope)
                self.finish(round)
            case "script" | "decision":
                self.compute(round)
            case "sub" | "transaction" | "call":
                assert node.inner
                round.state = "inside"
                given = {name: scope.value(value) for name, value in node.handed_in}
                inside = Scope(given) if node.kind == "call" else scope
                round.inner = Region(self, node.inner, inside, round)
                round.inner.begin()
            case _:
                self.finish(round)

    def compute(self, round: Round) -> None:
        """A script that fails has changed nothing, and nothing waits at its boundary: it has not begun."""
        try:
            values = [(name, round.scope.value(value)) for name, value in round.work.node.assigned]
        except Failed:
            self.met("script that fails")
            round.state = "failed"
            if not round.work.node.repeat:
                round.work.boundary = []
            return
        for name, value in values:
            round.scope.write(name, value)
        self.finish(round)

    def finish(self, round: Round) -> None:
        """Hand out, and go on: with another round, or onwards."""
        work, node = round.work, round.work.node
        round.state, round.wait = "done", None
        if round.inner:
            values = [(name, round.inner.scope.value(value)) for name, value in node.handed_out]
            for name, value in values:
                round.scope.write(name, value)
        values = [(name, round.scope.value(value)) for name, value in node.outputs]
        for name, value in values:
            work.scope.write(name, value)
        if round.inner and node.kind in SUBS:
            work.remember(round.inner)
        work.rounds.remove(round)
        work.done += 1
        self.count(work)
        if self.continues(work):
            return
        work.region.remember(work)
        self.cancel(work)
        work.region.put(node.id)

    def continues(self, work: Work) -> bool:
        """Whether there is more to do, which then begins."""
        match work.node.repeat:
            case Many(sequential=sequential, until=until):
                if until is not None and work.scope.value(until):
                    self.met("completion condition")
                    return False
                more = work.done < len(work.items)
                if more and sequential:
                    self.go_on(work)
                return more
            case Loop():
                again = self.another(work)
                if again:
                    self.go_on(work)
                return again
        return False

    def another(self, work: Work) -> bool:
        loop = work.node.repeat
        assert isinstance(loop, Loop)
        if loop.most is not None and work.done >= loop.most:
            self.met("loop that is at its most")
            return False
        asked = Scope({"loopCounter": work.done}, work.region.scope)
        return loop.condition is None or bool(asked.value(loop.condition))

    def cancel(self, work: Work) -> None:
        self.forget(work)
        if work in work.region.works:
            work.region.works.remove(work)

    def forget(self, work: Work) -> None:
        for round in work.rounds:
            if round.inner:
                round.inner.end()
        work.rounds, work.boundary = [], []

    # When tokens have come to rest.

    def settle(self) -> None:
        while self.ended_one() or self.met_condition() or self.met_inclusive():
            pass

    def ended_one(self) -> bool:
        for region in list(self.top.inside()):
            if region.over and region is not self.top:
                region.end()
                match region.home:
                    case Region():
                        region.home.handling.remove(region)
                        region.home.remember_handled(region)
                    case Round():
                        self.finish(region.home)
                    case Undoing():
                        region.home.ended()
                return True
        if self.top.over:
            self.top.listeners = []
        return False

    def met_inclusive(self) -> bool:
        ready = [
            (region, join)
            for region in self.top.inside()
            for join in region.net.joins()
            if region.can_meet(join)
        ]
        if ready:
            region, join = self.choose(ready)
            region.meet(join)
        return bool(ready)
