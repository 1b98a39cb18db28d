"""Random models against a token game played after the standard, which shares no code with the engine.

A model is made of blocks: sequences, parallel blocks, choices, loops, sub-processes, called processes around
user tasks, service tasks, scripts and decisions, and some throw an error or escalation to who catches it
further out. It becomes a net of nodes and flows, and the net both a diagram and a game. People and programs
complete tasks in random order, and what a program does may fail with an error that is caught; the case is
saved and loaded between any two. After each step both must have the same tasks open, at the end the same
variables; and a case that is moved to another copy of its process after each step must not show it.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.bpmn import Decided, Effects, Limits, Process
from tests.engine.bpmn import support
from tests.engine.bpmn.support import Case

Condition = tuple[str, int, int]
"""(counter, modulus, remainder)"""


@dataclass
class Edge:
    id: str
    source: str
    target: str
    condition: Condition | None
    default: bool


@dataclass
class Net:
    """The nodes of a process or sub-process by id, its flows, and what lies inside its sub-processes."""

    nodes: dict[str, str] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    inner: dict[str, "Net"] = field(default_factory=dict)
    guards: dict[str, "Guard"] = field(default_factory=dict)


@dataclass
class Guard:
    """The event at the boundary of a sub-process or call, and what it catches."""

    id: str
    kind: str
    interrupting: bool


# -- from blocks to a net ------------------------------------------------------------------------------------

LEAVES = st.sampled_from(
    [*["user"] * 3, "service", "script", "decision", "task", "nothing", "escalate", "bail"]
)
GUARDS = st.sampled_from([("error", True), ("escalation", True), ("escalation", False)])


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    few = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        st.tuples(st.just("sequence"), few),
        st.tuples(st.just("parallel"), few, st.booleans()),
        st.tuples(st.just("choice"), few, st.integers(0, 2)),
        st.tuples(st.just("loop"), inner, st.integers(1, 3)),
        st.tuples(st.just("sub"), inner, st.booleans()),
        st.tuples(st.just("guard"), inner, st.booleans(), GUARDS),
    )


MODELS = st.recursive(LEAVES, _nested, max_leaves=12)


class Maker:
    """Lays blocks out as a net. `at` is where a block is entered from: (node, condition, default)."""

    def __init__(self) -> None:
        self.count = 0
        self.caught: list[str] = []
        """What is caught further out, where the next block lies."""

    def net(self, block: Any) -> Net:
        net = Net()
        start = self.node(net, "start")
        self.join_on(net, self.block(net, block, (start, None, False)), "end")
        return net

    def node(self, net: Net, kind: str) -> str:
        self.count += 1
        net.nodes[f"{kind}{self.count}"] = kind
        return f"{kind}{self.count}"

    def join_on(self, net: Net, at: tuple[str, Condition | None, bool], kind: str) -> str:
        target = self.node(net, kind)
        self.edge(net, at, target)
        return target

    def edge(self, net: Net, at: tuple[str, Condition | None, bool], target: str) -> None:
        self.count += 1
        net.edges.append(Edge(f"f{self.count}", at[0], target, at[1], at[2]))

    def block(self, net: Net, block: Any, at: tuple[str, Condition | None, bool]) -> Any:
        if block == "nothing":
            return at
        if block in ("escalate", "bail"):
            return getattr(self, block)(net, at)
        if isinstance(block, str):
            return self.join_on(net, at, block), None, False
        return getattr(self, block[0])(net, at, *block[1:])

    def sequence(self, net: Net, at: Any, blocks: list[Any]) -> Any:
        for block in blocks:
            at = self.block(net, block, at)
        return at

    def parallel(self, net: Net, at: Any, blocks: list[Any], implicit: bool) -> Any:
        split = self.join_on(net, at, "task" if implicit else "parallel")
        join = self.node(net, "parallel")
        for block in blocks:
            self.edge(net, self.block(net, block, (split, None, False)), join)
        return join, None, False

    def choice(self, net: Net, at: Any, blocks: list[Any], remainder: int) -> Any:
        counter = self.join_on(net, at, "script")
        gateway = self.join_on(net, (counter, None, False), "exclusive")
        merge = self.node(net, "exclusive")
        for index, block in enumerate(blocks):
            last = index == len(blocks) - 1
            way = (gateway, None if last else (counter, 3, (index + remainder) % 3), last)
            self.edge(net, self.block(net, block, way), merge)
        return merge, None, False

    def loop(self, net: Net, at: Any, body: Any, times: int) -> Any:
        merge = self.join_on(net, at, "exclusive")
        counter = self.join_on(net, self.block(net, body, (merge, None, False)), "script")
        gateway = self.join_on(net, (counter, None, False), "exclusive")
        self.edge(net, (gateway, None, True), merge)
        return gateway, (counter, times, 0), False

    def sub(self, net: Net, at: Any, body: Any, called: bool) -> Any:
        node = self.join_on(net, at, "call" if called else "sub")
        net.inner[node] = self.net(body)
        return node, None, False

    def guard(self, net: Net, at: Any, body: Any, called: bool, guard: tuple[str, bool]) -> Any:
        """A sub-process or call that is guarded: what is caught ends in a task, which leads back if it
        interrupted."""
        kind, interrupting = guard
        self.caught.append(kind)
        node, _, _ = self.sub(net, at, body, called)
        self.caught.pop()
        event = self.node(net, "boundary")
        net.guards[node] = Guard(event, kind, interrupting)
        mended = self.join_on(net, (event, None, False), "user")
        if not interrupting:
            self.join_on(net, (mended, None, False), "end")
            return node, None, False
        merge = self.join_on(net, (node, None, False), "exclusive")
        self.edge(net, (mended, None, False), merge)
        return merge, None, False

    # A person comes before what is thrown, so that nothing else moves when it ends what is around it.

    def escalate(self, net: Net, at: Any) -> Any:
        return self.join_on(net, (self.join_on(net, at, "user"), None, False), "throw"), None, False

    def bail(self, net: Net, at: Any) -> Any:
        """Every second time an error, where one is caught."""
        if "error" not in self.caught:
            return self.join_on(net, at, "user"), None, False
        counter = self.join_on(net, (self.join_on(net, at, "user"), None, False), "script")
        gateway = self.join_on(net, (counter, None, False), "exclusive")
        self.join_on(net, (gateway, (counter, 2, 1), False), "error")
        return gateway, None, True


# -- from a net to a diagram ---------------------------------------------------------------------------------


CODES = {"errors": ("E",), "escalations": ("X",)}


def drawn(net: Net) -> str:
    return "".join(
        [_drawn(net, id, kind) for id, kind in net.nodes.items()] + [_flow(edge) for edge in net.edges]
    )


def called_by(net: Net) -> list[bytes]:
    """A file for each process that is called, from here or further inside."""
    files = [support.diagram(drawn(net.inner[id]), key=f"of_{id}", **CODES) for id in _calls(net)]
    return files + [file for inner in net.inner.values() for file in called_by(inner)]


def _calls(net: Net) -> list[str]:
    return [id for id, kind in net.nodes.items() if kind == "call"]


def _drawn(net: Net, id: str, kind: str) -> str:
    default = next((e.id for e in net.edges if e.source == id and e.default), None)
    match kind:
        case "script":
            return support.script(id, f"{id} = {id} + 1 if defined({id}) else 1")
        case "sub":
            return support.sub(id, drawn(net.inner[id]))
        case "call":
            return support.call(id, f"of_{id}")
        case "boundary":
            host, guard = next((host, guard) for host, guard in net.guards.items() if guard.id == id)
            caught = support.error() if guard.kind == "error" else support.escalation("X")
            return support.boundary(id, host, caught, interrupting=guard.interrupting)
        case "throw":
            return support.throw(id, support.escalation("X"))
        case "error":
            return support.end(id, support.error("E"))
        case "exclusive":
            return support.xor(id, default)
        case "parallel":
            return support.par(id)
        case "decision":
            told = {"camunda_decisionRef": id, "camunda_resultVariable": id}
            return support.node("businessRuleTask", id, camunda_mapDecisionResult="singleEntry", **told)
        case "user":
            return support.user(id)
        case "service":
            return support.service(id)
        case "task":
            return support.node("task", id)
        case _:
            return support.node(f"{kind}Event", id)


def _flow(edge: Edge) -> str:
    condition = None
    if edge.condition:
        counter, modulus, remainder = edge.condition
        condition = f"{counter} % {modulus} == {remainder}"
    return support.flow(edge.source, edge.target, condition, id=edge.id)


# -- the game ------------------------------------------------------------------------------------------------


class Game:
    """Tokens lie on flows. A node takes what it needs and puts out what the standard says."""

    def __init__(self, net: Net, counters: Counter[str], outer: tuple["Game", str] | None = None) -> None:
        self.net = net
        self.counters = counters
        self.outer = outer
        self.ended = False
        self.marks: Counter[str] = Counter()
        self.open: list[str] = []
        self.inside: list[tuple[str, Game]] = []
        start = next(id for id, kind in net.nodes.items() if kind == "start")
        self.put(start)
        self.play()

    def put(self, node: str) -> None:
        out = [e for e in self.net.edges if e.source == node]
        if self.net.nodes[node] == "exclusive":
            holds = [
                e
                for e in out
                if e.condition and self.counters[e.condition[0]] % e.condition[1] == e.condition[2]
            ]
            plain = [e for e in out if not e.condition and not e.default]
            out = (holds + plain + [e for e in out if e.default])[:1]
        self.marks.update(e.id for e in out)

    def holds(self, counter: str, modulus: int, remainder: int) -> bool:
        return self.counters[counter] % modulus == remainder

    def play(self) -> None:
        while self.step():
            pass

    def step(self) -> bool:
        if self.ended:
            return False
        for edge in reversed(self.net.edges):
            if self.marks[edge.id] and self.can_take(edge):
                self.take(edge)
                return True
        for index, (node, game) in enumerate(self.inside):
            if game.over:
                del self.inside[index]
                self.put(node)
                return True
        return False

    def take(self, edge: Edge) -> None:
        kind = self.net.nodes[edge.target]
        taken = [e for e in self.net.edges if e.target == edge.target] if kind == "parallel" else [edge]
        self.marks.subtract(e.id for e in taken)
        self.enter(edge.target, kind)

    def can_take(self, edge: Edge) -> bool:
        if self.net.nodes[edge.target] != "parallel":
            return True
        return all(self.marks[e.id] for e in self.net.edges if e.target == edge.target)

    def enter(self, node: str, kind: str) -> None:
        if kind in ("user", "service"):
            self.open.append(node)
        elif kind in ("sub", "call"):
            # What a called process counts is its own, and gone with it.
            counters = Counter() if kind == "call" else self.counters
            self.inside.append((node, Game(self.net.inner[node], counters, (self, node))))
        elif kind in ("throw", "error"):
            if not self.throw("error" if kind == "error" else "escalation"):
                self.put(node)
        else:
            self.counters[node] += kind in ("script", "decision")
            self.put(node)

    def throw(self, kind: str) -> bool:
        """Hand something outwards to who catches it. Whether that ended what threw it."""
        game, passed = self, [self]
        while game.outer:
            game, host = game.outer
            guard = game.net.guards.get(host)
            if guard and guard.kind == kind:
                game.put(guard.id)
                if guard.interrupting:
                    game.inside = [each for each in game.inside if each[1] is not passed[-1]]
                    for each in passed:
                        each.ended = True
                return guard.interrupting
            passed.append(game)
        return False

    def complete(self, node: str, *, thrown: bool = False) -> None:
        """A task is done; or ends with an error, which is caught."""
        if node in self.open:
            self.open.remove(node)
            if thrown:
                self.throw("error")
            else:
                self.put(node)
        else:
            self.inside_with(node).complete(node, thrown=thrown)
        self.play()

    def inside_with(self, node: str) -> "Game":
        return next(game for _, game in self.inside if node in game.all_open)

    def catches_error(self, node: str) -> bool:
        """Whether an error at a task would be caught somewhere."""
        if node in self.open:
            return False
        inner = self.inside_with(node)
        guard = self.net.guards.get(next(host for host, game in self.inside if game is inner))
        return inner.catches_error(node) or (guard is not None and guard.kind == "error")

    @property
    def all_open(self) -> list[str]:
        return sorted([*self.open, *(node for _, game in self.inside for node in game.all_open)])

    @property
    def over(self) -> bool:
        return not (self.open or self.inside or self.marks.total())


def counted(key: str, _form: str, names: Any, _functions: Any) -> Decided:
    """A decision that counts how often it was made."""
    times = names[key] + 1 if key in names else 1
    return Decided(1, (1,), [{"times": times}], times)


def play_both(block: Any, choose: Any, *, moving: bool = False) -> None:
    net = Maker().net(block)
    files = support.diagram(drawn(net), **CODES), *called_by(net)
    case = Case(files[0], calls=files[1:], limits=Limits(steps=100_000, seconds=60), decide=counted)
    copies = cycle([support.process_of(*files), case.process])
    game = Game(net, Counter())
    completed: Counter[str] = Counter()

    for _ in range(40):
        if moving:
            move_unnoticed(case, next(copies))
        assert case.waiting == game.all_open
        if not game.all_open:
            break
        element = choose(game.all_open)
        if element.startswith("service") and game.catches_error(element) and choose([True, False]):
            assert case.throw(element, "E")
            game.complete(element, thrown=True)
            continue
        completed[f"did_{element}"] += 1
        do = case.work if element.startswith("service") else case.complete
        do(element, **{f"did_{element}": completed[f"did_{element}"]})
        game.complete(element)

    assert case.failures == {}
    assert case.completed is game.over
    mine = {
        name: times for name, times in completed.items() if name.removeprefix("did_") not in inside_calls(net)
    }
    assert case.variables == {**{k: v for k, v in game.counters.items() if v}, **mine}


def move_unnoticed(case: Case, copy: Process) -> None:
    """Move a case to a copy of its process, which changes nothing in it and tells nothing outside."""
    state, history = case.state, len(case.history)

    moved = case.move(copy)

    assert (moved.armed, moved.disarmed) == ([], [])
    assert case.effects == Effects()
    assert (case.state, len(case.history)) == (state, history)


def inside_calls(net: Net, called: bool = False) -> set[str]:
    """The nodes of all called processes: what is written there is gone with them."""
    within = set(net.nodes) if called else set()
    return within.union(
        *(inside_calls(inner, called or net.nodes[id] == "call") for id, inner in net.inner.items())
    )


QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=300, deadline=None, suppress_health_check=QUIET)
@given(MODELS, st.data(), st.booleans())
def test_a_random_model_runs_as_the_token_game_says(block, data, moving):
    play_both(block, lambda choices: data.draw(st.sampled_from(choices)), moving=moving)


@pytest.mark.proof
@settings(max_examples=5000, deadline=None, suppress_health_check=QUIET)
@given(MODELS, st.data(), st.booleans())
def test_thousands_of_random_models_run_as_the_token_game_says(block, data, moving):
    play_both(block, lambda choices: data.draw(st.sampled_from(choices)), moving=moving)


def test_the_game_itself_knows_when_a_join_must_wait():
    net = Maker().net(("loop", ("parallel", ["user", "user"], False), 2))
    game = Game(net, Counter())
    first, second = game.all_open

    game.complete(first)
    assert game.all_open == [second]
    game.complete(second)
    assert game.all_open == [first, second]
    game.complete(second)
    assert game.all_open == [first]
    game.complete(first)
    assert game.over
