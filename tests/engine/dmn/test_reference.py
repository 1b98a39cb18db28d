"""The reference page says what there is."""

import re
from pathlib import Path

import pytest

from engine.dmn import MAPPINGS
from engine.dmn.literals import TYPES
from engine.dmn.read import MAX_CELLS, MAX_CHARACTERS, MAX_DECISIONS, MAX_RULES
from engine.dmn.tables import AGGREGATIONS, HitPolicy
from engine.scripting.source import MAX_LENGTH
from tests.engine.dmn.support import matches

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "dmn.md").read_text()
CELLS = PAGE.split("## Cells of inputs")[1].split("###")[0]
DATES = PAGE.split("### Dates")[1].split("## Cells of outputs")[0]
NAMES = {"limit": 5, "low": 5, "high": 8, "team": [7]}


@pytest.mark.parametrize("word", [*(each.value for each in HitPolicy), *sorted(AGGREGATIONS)])
def test_every_hit_policy_and_aggregation_is_in_the_reference(word):
    assert word in PAGE.split("## Hit policies")[1].split("##")[0]


@pytest.mark.parametrize("word", [*MAPPINGS, *(each for each in TYPES if " " not in each)])
def test_every_mapping_and_type_is_in_the_reference(word):
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize("figure", [MAX_CELLS, MAX_CHARACTERS, MAX_DECISIONS, MAX_RULES, MAX_LENGTH])
def test_the_reference_gives_the_limits(figure):
    assert f"{figure:,}" in PAGE.split("## Limits")[1]


def test_every_cell_of_the_reference_is_read():
    rows = [line.split("|")[1] for line in CELLS.splitlines() if line.startswith("| `")]
    written = [cell for row in rows for cell in re.findall(r"`([^`]+)`", row)]

    said = {
        cell: matches(cell, "seven" if '"vip"' in cell or "len" in cell else 7, **NAMES) for cell in written
    }

    assert len(said) > 20
    assert {cell for cell, met in said.items() if met} >= {
        "-",
        "7",
        "5, 7",
        "> 5",
        ">= 5",
        "= 7",
        "[1..7]",
        "(1..7]",
    }
    assert {cell for cell, met in said.items() if not met} >= {"< 5", "!= 7", "(1..7)", "]1..7[", "[1..7)"}
    assert said["not(5, [8..9])"] is True
    assert said["? > 5 and ? < 10"] is True


@pytest.mark.parametrize("cell", re.findall(r"`([a-z ]*[(@][^`]+)`", DATES.split("Variables hold")[0]))
def test_every_date_of_the_reference_is_read(cell):
    assert matches(cell, "soon") is False
