"""Random tables decide as an evaluator does that knows nothing but what the cells mean."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn import DecisionError
from tests.engine.dmn.support import decide, decision, document, output, table

NAMES = ("a", "b", "c")
LEVELS = ["top", "middle", "bottom"]
SINGLE = ("UNIQUE", "FIRST", "ANY", "PRIORITY")
FIGURES: dict[str, Callable[[list[int]], Any]] = {
    "SUM": lambda found: sum(found) if found else None,
    "MIN": lambda found: min(found, default=None),
    "MAX": lambda found: max(found, default=None),
    "COUNT": len,
}


@dataclass(frozen=True)
class Meaning:
    """A cell, and what it means: whether an input matches."""

    text: str
    holds: Callable[[Any], bool]


def _range(low: int, high: int, opening: str, closing: str) -> Meaning:
    def holds(value: Any) -> bool:
        if value is None or value < low or value > high:
            return False
        return not (value == low and opening != "[") and not (value == high and closing != "]")

    return Meaning(f"{opening}{low}..{high}{closing}", holds)


def _order(sign: str, bound: int) -> Meaning:
    reached = {
        "<": lambda x: x < bound,
        "<=": lambda x: x <= bound,
        ">": lambda x: x > bound,
        ">=": lambda x: x >= bound,
    }
    return Meaning(f"{sign} {bound}", lambda value: value is not None and reached[sign](value))


def _asked(low: int, high: int) -> Meaning:
    return Meaning(f"? >= {low} and ? < {high}", lambda value: value is not None and low <= value < high)


def _list(tests: list[Meaning]) -> Meaning:
    return Meaning(
        ",".join(each.text for each in tests), lambda value: any(each.holds(value) for each in tests)
    )


def _not(tests: list[Meaning]) -> Meaning:
    inside = _list(tests)
    return Meaning(f"not({inside.text})", lambda value: not inside.holds(value))


small = st.integers(-3, 6)
pairs = st.tuples(small, small).map(sorted)
equals = small.map(lambda given: Meaning(str(given), lambda value: value == given))
nulls = st.just(Meaning("null", lambda value: value is None))
ranges = st.builds(
    lambda pair, low, high: _range(*pair, low, high), pairs, st.sampled_from("[(]"), st.sampled_from("])[")
)
orders = st.builds(_order, st.sampled_from(["<", "<=", ">", ">="]), small)
single = equals | nulls | ranges | orders
cells = (
    st.just(Meaning("-", lambda value: True))
    | st.just(Meaning("", lambda value: True))
    | single
    | st.builds(_asked, small, small)
    | st.lists(single, min_size=1, max_size=4).map(_list)
    | st.lists(single, min_size=1, max_size=3).map(_not)
)
rules = st.lists(
    st.tuples(st.tuples(*[cells] * len(NAMES)), st.sampled_from(LEVELS), st.integers(-5, 5)), max_size=8
)
inputs = st.fixed_dictionaries({name: small | st.none() for name in NAMES})


def expected(drawn: list[Any], policy: str, values: dict[str, Any]) -> tuple[list[str], list[int]]:
    """The outputs and rows that the standard asks for, or AssertionError."""
    found = [
        (level, row)
        for row, (tests, level, _) in enumerate(drawn, 1)
        if all(test.holds(values[name]) for name, test in zip(NAMES, tests, strict=True))
    ]
    if policy == "UNIQUE":
        assert len(found) <= 1
    if policy == "ANY":
        assert len({level for level, _ in found}) <= 1
        return [level for level, _ in found[:1]], [row for _, row in found]
    if policy in ("PRIORITY", "OUTPUT ORDER"):
        found = sorted(found, key=lambda each: LEVELS.index(each[0]))
    if policy in SINGLE:
        found = found[:1]
    return [level for level, _ in found], [row for _, row in found]


@settings(max_examples=250, deadline=None)
@given(rules, st.sampled_from([*SINGLE, "COLLECT", "RULE ORDER", "OUTPUT ORDER"]), inputs)
def test_a_table_gives_what_its_cells_mean(drawn, policy, values):
    listed = output("level", ",".join(f'"{level}"' for level in LEVELS))
    written = [([test.text for test in tests], [f'"{level}"']) for tests, level, _ in drawn]
    data = document(decision(table(NAMES, [listed], written, policy)))

    try:
        result = decide(data, values)
        given_ = ([each["level"] for each in result.outputs], list(result.rules))
    except DecisionError:
        given_ = None
    try:
        wanted = expected(drawn, policy, values)
    except AssertionError:
        wanted = None

    assert given_ == wanted
    if wanted:
        assert result.value == ((wanted[0] or [None])[0] if policy in SINGLE else wanted[0])


@settings(max_examples=60, deadline=None)
@given(rules, st.sampled_from(sorted(FIGURES)), inputs)
def test_an_aggregate_is_the_figure_of_what_matches(drawn, aggregation, values):
    written = [([test.text for test in tests], [str(figure)]) for tests, _, figure in drawn]
    data = document(decision(table(NAMES, ["figure"], written, "COLLECT", aggregation)))

    matching = [
        figure
        for tests, _, figure in drawn
        if all(test.holds(values[name]) for name, test in zip(NAMES, tests, strict=True))
    ]

    assert decide(data, values).value == FIGURES[aggregation](matching)
