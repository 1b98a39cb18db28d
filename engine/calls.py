"""Which version of a process each call activity calls: found when the caller is deployed, and pinned with it.

A process of the same deployment goes before what is stored; a process never calls itself, directly or through
others, whatever the versions.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.bpmn import Call
from engine.errors import Problem
from engine.sentences import Sentence
from engine.store.deployments import ProcessDefinitionRow

MAX_DEPTH = 10
"""How many processes may be inside one another."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A process that is to be deployed, and what it calls."""

    file: str
    key: str
    calls: tuple[Call, ...]
    plain_start: bool = True


@dataclass(frozen=True, slots=True)
class Stored:
    """A version that is stored, and the (key, version) of each process it calls."""

    number: int
    calls: frozenset[tuple[str, int]]
    plain_start: bool


Look = Callable[[str, int | None], Stored | None]
"""The stored version of a key; None for a number asks for the latest."""


def look_in(session: Session) -> Look:
    """Look versions up in the database, each once."""
    row = ProcessDefinitionRow
    seen: dict[tuple[str, int | None], Stored | None] = {}

    def look(key: str, number: int | None) -> Stored | None:
        if (key, number) not in seen:
            statement = select(row.version, row.calls, row.plain_start).where(row.key == key)
            if number is not None:
                statement = statement.where(row.version == number)
            found = session.execute(statement.order_by(row.version.desc()).limit(1)).one_or_none()
            seen[key, number] = (
                None if found is None else Stored(found.version, _called(found.calls), found.plain_start)
            )
        return seen[key, number]

    return look


def _called(pins: Iterable[Mapping[str, object]]) -> frozenset[tuple[str, int]]:
    return frozenset((str(pin["key"]), int(str(pin["version"]))) for pin in pins)


def nothing_stored(_key: str, _number: int | None) -> None:
    """For a check without a database: only what is given exists."""


def pin(call: Call, fresh: Mapping[str, int], look: Look) -> int:
    """The version a call calls. `fresh` are the versions of those deployed together, by key. The call has
    been found right by `problems`."""
    if call.numbered:
        assert call.number is not None, "the check asks for one"
        return call.number
    if call.key in fresh:
        return fresh[call.key]
    stored = look(call.key, None)
    assert stored is not None, "`problems` has seen it"
    return stored.number


def callees_first(callers: Collection[Caller]) -> list[Caller]:
    """The processes of one deployment in an order in which each comes after all that it calls. There must be
    no cycle."""
    by_key = {caller.key: caller for caller in callers}
    ordered: dict[str, Caller] = {}
    for caller in callers:
        stack = [caller.key]
        while stack:
            wanted = [key for key in _fresh(by_key[stack[-1]], by_key) if key not in ordered]
            if wanted:
                stack.append(wanted[0])
            else:
                done = stack.pop()
                ordered[done] = by_key[done]
    return list(ordered.values())


def _fresh(caller: Caller, by_key: Mapping[str, Caller]) -> Iterator[str]:
    return (call.key for call in caller.calls if not call.numbered and call.key in by_key)


def problems(callers: Sequence[Caller], look: Look) -> list[Problem]:
    """What is wrong with the calls of a deployment: nothing to call, a cycle, or too deep."""
    graph = _Graph(callers, look)
    found = [
        _problem(caller, call, reason)
        for caller in callers
        for call in caller.calls
        if call.key and (reason := graph.missing(call))
    ]
    found += [
        _problem(caller, call, Sentence("calls-itself", path=" → ".join([caller.key, *path])))
        for caller in callers
        for call, path in graph.cycles(caller)
    ]
    return found or [
        _problem(caller, caller.calls[0], Sentence("calls-too-deep", most=MAX_DEPTH))
        for caller in callees_first(callers)  # so that no question goes deeper than one step
        if graph.depth((caller.key, None)) > MAX_DEPTH
    ]


def _problem(caller: Caller, call: Call, reason: Sentence) -> Problem:
    return Problem.of(reason, file=caller.file, element=call.element, line=call.line)


_Node = tuple[str, int | None]
"""A process: its key, and its version unless it is one of the deployment."""


class _Graph:
    """Who calls whom, over the processes of a deployment and all that is stored behind them."""

    def __init__(self, callers: Sequence[Caller], look: Look) -> None:
        self.fresh = {caller.key: caller for caller in callers}
        self.look = look
        self.depths: dict[_Node, int] = {}

    def missing(self, call: Call) -> Sentence | None:
        """Why there is nothing to call, if so."""
        if call.numbered:
            if call.number is None:
                return None  # the check has refused it
            if self.look(call.key, call.number) is None:
                return Sentence("process-version-unknown", version=call.number, process=call.key)
        elif call.key not in self.fresh:
            if call.together:
                return Sentence("process-not-together", process=call.key)
            if self.look(call.key, None) is None:
                return Sentence("process-unknown", process=call.key)
        if not self._called(call).plain_start:
            return Sentence("calls-without-start", process=call.key)
        return None

    def _called(self, call: Call) -> Caller | Stored:
        """What a call calls, which is there."""
        if not call.numbered and call.key in self.fresh:
            return self.fresh[call.key]
        stored = self.look(call.key, call.number if call.numbered else None)
        assert stored is not None, "`missing` has looked"
        return stored

    def cycles(self, caller: Caller) -> Iterator[tuple[Call, list[str]]]:
        """The first call of each process through which a process comes back to itself, and the way."""
        told = set()
        for call in caller.calls:
            if call.key not in told and (path := self._way(self._node(call), caller.key)):
                told.add(call.key)
                yield call, path

    def depth(self, node: _Node) -> int:
        """How many processes lie inside one another from here on, this one included."""
        if node not in self.depths:
            self.depths[node] = 1 + max(map(self.depth, self._next(node)), default=0)
        return self.depths[node]

    def _way(self, begin: _Node, key: str) -> list[str] | None:
        """The shortest way to a process of this key."""
        ways: dict[_Node, list[str]] = {begin: [begin[0]]}
        queue = [begin]
        for node in queue:
            if node[0] == key:
                return ways[node]
            for following in self._next(node):
                if following not in ways:
                    ways[following] = [*ways[node], following[0]]
                    queue.append(following)
        return None

    def _node(self, call: Call) -> _Node:
        if call.numbered:
            return call.key, call.number
        stored = None if call.key in self.fresh else self.look(call.key, None)
        return call.key, stored.number if stored else None

    def _next(self, node: _Node) -> list[_Node]:
        key, number = node
        if number is None:
            caller = self.fresh.get(key)
            return sorted({self._node(call) for call in caller.calls}, key=repr) if caller else []
        stored = self.look(key, number)
        return sorted(stored.calls) if stored else []
