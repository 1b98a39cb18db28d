"""How the paths of our processes are declared, and what a walk along one leaves behind.

The paths of the process `processes/<folder>/<key>.bpmn` stand in `tests/content/paths/<key>.py`. A path is a
function that takes a desk, has people do one case through the API, asserts what became of it, and returns it:

    def rejected(desk: Desk) -> Case:
        case = desk("ann").start("incident", Steer(impact=2, urgency=2))

        desk("sam").do(case, "triage", Steer(outcome="reject", rejection_reason="A wish."))

        assert_over(desk, case, "rejected")
        return case

    PATHS = paths(rejected, resolved_and_confirmed) | {"withdrawn early": withdrawn_at("triage")}

`test_paths.py` finds the file, walks each path, and names every element and flow of the diagram that none of
them visits. A process that others call has a file too; its paths may start it or its caller.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from lxml import etree

from tests.content.diagrams import BPMN, Diagram
from tests.desk import Desk

Case = dict[str, Any]
Walk = Callable[[Desk], Case]


def paths(*walks: Walk) -> dict[str, Walk]:
    """Paths by the names of their functions."""
    return {walk.__name__: walk for walk in walks}


# What became of a case


def variables(desk: Desk, case: Case) -> dict[str, Any]:
    return desk("root").get(f"/process-instances/{case['id']}/variables")


def waits_at(desk: Desk, case: Case) -> set[str]:
    """The user tasks a case waits at."""
    return {task["element"] for task in desk("root").tasks(case)}


def assert_over(desk: Desk, case: Case, end: str) -> None:
    """The case has come to this end, and nothing of it is left behind."""
    now = desk("root").case(case)
    assert (now["state"], now["failures"]) == ("completed", [])
    assert now["ended_at"]
    assert steps(desk, case)[-1] == ("left", end)
    assert not desk("root").tasks(case)
    assert not desk("root").everything(f"/timers?instance={case['id']}")


def history(desk: Desk, case: Case) -> list[dict[str, Any]]:
    return desk("root").everything(f"/process-instances/{case['id']}/history")


def clocks(desk: Desk, case: Case) -> dict[str, dict[str, Any]]:
    """The clocks of a case, the newest of each name."""
    listed = desk("root").get(f"/clocks?instance={case['id']}")["items"]
    return {clock["name"]: clock for clock in sorted(listed, key=lambda clock: clock["started_at"])}


def wait_for_threshold(desk: Desk, case: Case, clock: str, name: str) -> None:
    """Let time pass until a threshold of a clock has just fired, and not a minute longer."""
    (threshold,) = [each for each in clocks(desk, case)[clock]["thresholds"] if each["name"] == name]
    due, now = datetime.fromisoformat(threshold["due_at"]), desk("root").wait(seconds=0)
    ahead = (due - datetime.fromisoformat(now)).total_seconds()
    desk("root").wait(seconds=ahead - 30)
    assert not fired(desk, case, clock, name)
    desk("root").wait(seconds=31)
    assert fired(desk, case, clock, name)


def fired(desk: Desk, case: Case, clock: str, name: str) -> list[dict[str, Any]]:
    """What the history of a case tells of a threshold of a clock that has fired."""
    return [
        entry
        for entry in history(desk, case)
        if entry["kind"] == "threshold fired"
        and (entry["detail"]["clock"], entry["detail"]["threshold"]) == (clock, name)
    ]


def steps(desk: Desk, case: Case, process: str | None = None) -> list[tuple[str, str]]:
    """What happened at which element, in order; of a process it called, if one is named."""
    wanted = process or case["definition"]
    return [
        (entry["kind"], entry["element"])
        for entry in history(desk, case)
        if entry["kind"] in ("entered", "left", "cancelled")
        and entry["detail"].get("process", {}).get("key", case["definition"]) == wanted
    ]


# Where it went


class Trail:
    """The elements a case visited and the sequence flows it took, as its history tells.

    Gateways leave no trace of their own: a way through gateways alone was taken when the element it ends at
    was reached after the one it begins at was left. Of several such ways the one left last counts, but all
    that lead into a parallel gateway do.
    """

    def __init__(self, diagram: Diagram, happened: list[tuple[str, str]]) -> None:
        self.visited = {element for _, element in happened}
        self.taken: set[str] = set()
        self._left: dict[str, int] = {}
        self._incoming: dict[str, list[etree._Element]] = {}
        self._diagram = diagram
        for flow in diagram.flows():
            self._incoming.setdefault(flow.get("targetRef", ""), []).append(flow)
        for at, element, kind in _moves(happened):
            if kind == "reached":
                _, ways = self._ways(element, frozenset())
                self._take(ways)
            else:
                self._left[element] = at

    def _take(self, flows: set[str]) -> None:
        self.taken |= flows
        self.visited |= {self._diagram.elements[flow].get("sourceRef", "") for flow in flows}

    def _ways(self, element: str, seen: frozenset[str]) -> tuple[int, set[str]]:
        """When the last way to an element was begun, -1 for never, and its flows."""
        found = [self._way(flow, seen) for flow in self._incoming.get(element, ())]
        if self._tag(element) == "parallelGateway":
            complete = bool(found) and all(at >= 0 for at, _ in found)
            return (
                (max(at for at, _ in found), set().union(*(f for _, f in found))) if complete else (-1, set())
            )
        last = max((at for at, _ in found), default=-1)
        return last, set().union(*(flows for at, flows in found if at == last >= 0))

    def _way(self, flow: etree._Element, seen: frozenset[str]) -> tuple[int, set[str]]:
        source, key = flow.get("sourceRef", ""), flow.get("id", "")
        if not self._tag(source).endswith("Gateway"):
            return self._left.get(source, -1), {key}
        if source in seen:
            return -1, set()
        at, flows = self._ways(source, seen | {source})
        return at, flows | {key}

    def _tag(self, element: str) -> str:
        return self._diagram.elements[element].tag.removeprefix(BPMN)


def _moves(happened: list[tuple[str, str]]) -> Iterator[tuple[int, str, str]]:
    """When which element was reached or left; what passes straight through is only ever left."""
    inside: Counter[str] = Counter()
    for at, (kind, element) in enumerate(happened):
        if kind == "entered" or not inside[element]:
            yield at, element, "reached"
        inside[element] += 1 if kind == "entered" else -1 if inside[element] else 0
        if kind == "left":
            yield at, element, "left"
