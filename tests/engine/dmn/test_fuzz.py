"""Whatever is written in a cell or a file, only Invalid and DecisionError come out, and results are JSON."""

import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import dmn
from engine.dmn import DecisionError
from engine.errors import Invalid
from engine.scripting import Limits
from tests.engine.dmn.support import NOW, column, decision, document, literal, output, table

SMALL = Limits(ticks=20_000, seconds=0.2, size=5_000, memory=500_000, depth=20)
FRAGMENTS = [
    *"+-*/<>=!?@.,:()[]{}\\\n\t'\"` $0129_;#ʔ",
    *[
        "..",
        "<=",
        ">=",
        "!=",
        "==",
        "**",
        "//",
        "'a'",
        '"b"',
        '""',
        "f'{x}'",
        "1.5",
        "1e9",
        "9" * 400,
        "0x1f",
    ],
    *[
        "not(",
        "not",
        "and",
        "or",
        "in",
        "is",
        "if",
        "else",
        "for",
        "then",
        "between",
        "null",
        "true",
        "false",
    ],
    *[
        "date(",
        "date and time(",
        "duration(",
        "time(",
        "now()",
        "@",
        '"2026-01-31"',
        '"P1D"',
        '"P1M"',
        '"-PT1H"',
    ],
    *[
        '"2026-01-31T09:00:00Z"',
        '"2026-01-31T09:00:00@Europe/Berlin"',
        '"@"',
        "x",
        "d.a",
        "xs",
        "xs[0]",
        "unknown",
    ],
    *["[1..5]", "(1..", "..5)", "]1..5[", "len(", "sorted(", "中", "\u00a0", "٣", "é", "__class__", "lambda"],
]
sources = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(
    lambda pieces: " ".join(pieces) if len(pieces) % 2 else "".join(pieces)
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["2026-01-31", "2026-01-31T09:00:00Z", "P1D", "P1M", "-PT1H", "x" * 200])
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner)
)
types = st.sampled_from(
    ["", "string", "number", "integer", "boolean", "date", "dateTime", "dayTimeDuration", "tOwn"]
)
policies = st.sampled_from(
    ["UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER", "OTHER"]
)


def tried(data, names):
    with suppress(Invalid, DecisionError):
        result = dmn.load(data).evaluate("d", names, {"now": lambda: NOW}, SMALL)
        json.dumps([result.outputs, result.value], allow_nan=False)
        for mapping in dmn.MAPPINGS.values():
            with suppress(DecisionError):
                json.dumps(mapping(result), allow_nan=False)


@settings(max_examples=120, deadline=None)
@given(sources, sources, values, types)
def test_any_cell_is_refused_or_decides_or_fails(cell, given_, value, type_):
    rules = [((cell,), (given_,)), (("-",), ("1",))]
    data = document(
        decision(table([column("x", type_=type_)], [output("out", type_=type_)], rules, "RULE ORDER"))
    )

    tried(data, {"x": value, "xs": [1, "a"], "d": {"a": 1}})


@settings(max_examples=50, deadline=None)
@given(sources, sources, sources, policies, st.sampled_from([None, "SUM", "MIN", "COUNT"]), values)
def test_any_table_is_refused_or_decides_or_fails(expression, allowed, default, policy, aggregation, value):
    columns = [column("x", allowed), column(expression)]
    outputs = [output("out", allowed, default=default)]
    rules = [(("-", "-"), (cell,)) for cell in ("1", '"a"', "x", "")]
    data = document(decision(table(columns, outputs, rules, policy, aggregation)))

    tried(data, {"x": value, "xs": [1, "a"], "d": {"a": 1}})


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_decides_or_fails(data):
    whole = document(
        decision(
            table(["x"], [output("out", '"a"', default='"a"')], [(("[1..2]",), ('"a"',))]), "d", "D", ["e"]
        ),
        decision(literal("x + 1"), "e", "E"),
    ).decode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 30)))
    put = data.draw(
        st.sampled_from(["", "<rule>", "</rule>", "<text/>", 'id="e"', "&lt;", "&x;", "\x00", "中", "<a:b/>"])
    )

    tried((whole[:start] + put + whole[end:]).encode(), {"x": 1})
