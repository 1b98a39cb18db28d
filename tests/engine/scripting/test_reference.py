"""The reference page lists the whole language."""

import re
from pathlib import Path

import pytest

from engine.scripting import BUILTINS, Limits
from engine.scripting.methods import METHODS
from engine.scripting.source import MAX_LENGTH, MAX_NESTING
from engine.scripting.statements import MAX_BLOCKS

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "scripting.md").read_text()


@pytest.mark.parametrize("name", sorted(BUILTINS))
def test_every_function_is_in_the_reference(name: str) -> None:
    assert re.search(rf"`{name}\(", PAGE)


@pytest.mark.parametrize(("kind", "word"), [(str, "text"), (list, "list"), (dict, "dict")])
def test_the_reference_lists_exactly_the_methods_there_are(kind: type, word: str) -> None:
    section = PAGE.split("## Methods")[1].split("##")[0]
    rows = [row for row in section.splitlines() if row.startswith(f"| {word}")]

    assert {name for row in rows for name in re.findall(r"`(\w+)\(", row)} == METHODS[kind].keys()


@pytest.mark.parametrize(
    "figure",
    [MAX_LENGTH, MAX_NESTING, MAX_BLOCKS, Limits().ticks, Limits().seconds, Limits().size, Limits().depth],
)
def test_the_reference_gives_the_limits(figure: float) -> None:
    assert f"{figure:,}" in PAGE.split("## Limits")[1]
