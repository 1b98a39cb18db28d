"""The reference of the command line names every command and every option there is."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from api.cli import _parser

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
ELSEWHERE = {"baton replay": DOCS / "how-to" / "replay.md"}
"""Commands whose options a page of their own explains."""


def commands(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """(what is typed, its parser) of every command."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for group in groups:
        for verb, inner in group.choices.items():
            yield from commands(inner, f"{name} {verb}")
    if not groups:
        yield name, parser


def test_every_command_is_in_the_reference() -> None:
    missing = [
        name for name, _ in commands(_parser(), "baton") if f"`{name.removeprefix('baton ')}`" not in PAGE
    ]

    assert missing == []


def options() -> set[tuple[str, str]]:
    """(what is typed, an option of it) of all commands."""
    return {
        (name, option)
        for name, parser in commands(_parser(), "baton")
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }


def test_every_option_is_in_the_reference() -> None:
    usages = [line.strip() for line in PAGE.splitlines() if line.startswith("    baton ")]
    missing = [
        (name, option)
        for name, option in options()
        if name not in ELSEWHERE
        and not any(usage.startswith(f"{name} ") and option in usage for usage in usages)
    ]

    assert missing == []


def test_every_option_that_a_page_of_its_own_explains_is_there() -> None:
    pages = {name: page.read_text(encoding="utf-8") for name, page in ELSEWHERE.items()}

    missing = [
        (name, option) for name, option in options() if name in pages and f"`{option}" not in pages[name]
    ]

    assert missing == []
