"""One variable, written by two branches and by an event sub-process, over HTTP: every write is seen by all at
once, and nothing is merged.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from threading import Barrier

import pytest

from tests.engine.bpmn.support import diagram, end, event_sub, message, par, path, script, start, user
from tests.server import Client

# None of these may be swapped with another without changing the result, so a lost or doubled write shows.
EFFECTS: dict[str, Callable[[int], int]] = {
    "a": lambda n: n + 1,
    "b": lambda n: n * 10,
    "told": lambda n: 7 - n,
}
DESK = {"candidateGroups": "service-desk"}
SHARED = diagram(
    start(), par("fork"), user("a", **DESK), script("after_a", "n = n + 1\nlog.append(['a', n])"),
    user("b", **DESK), script("after_b", "n = n * 10\nlog.append(['b', n])"),
    par("join"), user("last", **DESK), end(),
    event_sub("telling", start("told", message("shared.told"), isInterrupting=False),
              script("after_told", "n = 7 - n\nlog.append(['told', n])"), path("told after_told")),
    path("start fork a after_a join last end"), path("fork b after_b join"),
    key="shared", messages=("shared.told",),
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _deployed(root: Client) -> None:
    root.deploy("shared.bpmn", SHARED)


def expected(order: list[str]) -> list[list[object]]:
    """What is logged when the writes happen in this order, each seeing the one before."""
    n, log = 2, []
    for what in order:
        n = EFFECTS[what](n)
        log.append([what, n])
    return log


def do(client: Client, instance: str, what: str) -> None:
    if what == "told":
        client.post("/messages", {"name": "shared.told", "instance": instance})
    else:
        client.post(f"/user-tasks/{client.task(instance, what)}/complete", {})


@pytest.mark.parametrize("order", [list(order) for order in permutations(EFFECTS)])
def test_two_branches_and_an_event_sub_process_see_each_others_writes_in_every_order(
    sam: Client, order: list[str]
) -> None:
    instance = sam.start("shared", n=2, log=[])

    for what in order:
        do(sam, instance, what)

    variables = sam.get(f"/process-instances/{instance}/variables")
    assert variables == {"n": expected(order)[-1][1], "log": expected(order)}
    assert sam.task(instance, "last")


def test_writes_at_the_same_moment_happen_one_after_the_other(sam: Client) -> None:
    for _ in range(8):
        instance = sam.start("shared", n=2, log=[])
        barrier = Barrier(len(EFFECTS))

        def together(what: str, instance: str = instance, barrier: Barrier = barrier) -> None:
            barrier.wait(60)
            do(sam, instance, what)

        with ThreadPoolExecutor(len(EFFECTS)) as threads:
            list(threads.map(together, EFFECTS))

        variables = sam.get(f"/process-instances/{instance}/variables")
        order = [what for what, _ in variables["log"]]
        assert sorted(order) == sorted(EFFECTS)
        assert variables == {"n": expected(order)[-1][1], "log": expected(order)}
