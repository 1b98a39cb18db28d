"""How a step's cost grows with what a case has behind it and beside it: slopes over two logarithms."""

import time
from itertools import cycle, islice
from math import log
from statistics import linear_regression, median
from typing import Any

from sqlalchemy import text

from bench.engine_side import start
from engine import user_tasks
from engine.database import Database
from engine.people import Person

ROUNDS = (50, 158, 500, 1_581, 5_000)
BRANCHES = (50, 100, 200)


def measure_history(database: Database, person: Person, points: tuple[int, ...] = ROUNDS) -> dict[str, Any]:
    """A step of a loop after so many rounds, against one of a fresh case in turn with it: a machine that is
    slower for a while is so for both.
    """
    old, done = start(database, person, "loop_alone", stop=False), 0
    ratios = []
    for point in points:
        while done < point - 20:
            _step(database, person, old)
            done += 1
        young = start(database, person, "loop_alone", stop=False)
        for _ in range(10):
            _step(database, person, young)
        steps = [(_step(database, person, young), _step(database, person, old)) for _ in range(40)]
        done += 40
        early, late = (median(taken) for taken in zip(*steps, strict=True))
        ratios.append(late / early)
    return {"points": points, "ratios": ratios, "slope": _slope(points, ratios)}


def measure_branches(
    database: Database, person: Person, points: tuple[int, ...] = BRANCHES
) -> dict[str, Any]:
    """A completion beside so many other open tasks of the case, the cases of each size in turn."""
    cases = {n: [start(database, person, "many", n=n) for _ in range(4)] for n in points}
    taken: dict[int, list[float]] = {n: [] for n in points}
    for case in islice(cycle(range(4)), 20):
        for n in points:
            taken[n].append(_step(database, person, cases[n][case]))
    costs = [median(taken[n]) for n in points]
    return {"points": points, "ms": [cost * 1000 for cost in costs], "slope": _slope(points, costs)}


def _slope(sizes: tuple[int, ...], costs: list[float]) -> float:
    return linear_regression([log(size) for size in sizes], [log(cost) for cost in costs]).slope


def _step(database: Database, person: Person, instance: str) -> float:
    with database.transaction() as session:
        task = session.connection().execute(_OPEN_TASK, {"instance": instance}).scalars().first()
        assert task is not None, "something is always open"
        began = time.perf_counter()
        user_tasks.complete(session, task, None, user_tasks.Order(person, database.now(session)))
        return time.perf_counter() - began


_OPEN_TASK = text("SELECT id FROM user_task WHERE instance_id = :instance AND state = 'open' LIMIT 1")
