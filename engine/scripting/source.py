"""From text to a syntax tree that is safe to walk: bounded before it is parsed, with places for messages."""

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.scripting.errors import ScriptSyntaxError
from engine.sentences import Sentence

MAX_LENGTH = 20_000
# Brackets within brackets and operators in a row, together: what a parser (and our closures) recurse on.
MAX_NESTING = 150

TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<prefix>\b[A-Za-z]{1,2}(?=["']))?
        (?P<string>'''(?:[^\\]|\\.)*?(?:'''|\\?\Z) | \"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\\?\Z)
                 | '(?:[^'\\\n]|\\.)*(?:'|(?=\n)|\\?\Z) | "(?:[^"\\\n]|\\.)*(?:"|(?=\n)|\\?\Z))
      | (?P<open>[(\[{]) | (?P<close>[)\]}])
      | (?P<word>[^\W\d]\w*) | (?P<number>\d[\w.]*)
      | (?P<operator>\*\*|//|<<|>>|[<>=!:]=|[-+*/%@&|^~<>.=:])
      | (?P<comma>[,;]) | (?P<newline>\n)""",
    re.VERBOSE | re.DOTALL,
)
OPERATOR_WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "for", "lambda", "await", "yield"})


@dataclass(frozen=True, slots=True)
class Source:
    """A text that parsed, with the way from places in the tree to places in the author's file."""

    tree: Any
    places: "Places"


class Places:
    """Turns the parser's places (lines, and bytes in UTF-8) into the author's lines and columns.

    `line` and `column` say where the parsed text begins; `margin` is what was taken off each of its lines.
    """

    def __init__(self, text: str, line: int, column: int, margin: int = 0) -> None:
        self._lines = text.split("\n")
        self._line = line
        self._column = column
        self._margin = margin

    def of(self, node: ast.AST) -> tuple[int, int]:
        """Line and column of a node, both from 1."""
        row = getattr(node, "lineno", 1)
        offset = getattr(node, "col_offset", 0)
        text = self._lines[row - 1] if row <= len(self._lines) else ""
        return self.at(row, len(text.encode("utf-8", "replace")[:offset].decode("utf-8", "ignore")))

    def at(self, row: int, characters: int) -> tuple[int, int]:
        """Line and column of a character: rows of the parsed text from 1, characters from 0. What the parser
        only
        missed behind the end of the text is told at its end.
        """
        if row > len(self._lines):
            row, characters = len(self._lines), len(self._lines[-1])
        before = self._column if row == 1 else 1
        return self._line + row - 1, max(1, before + self._margin + characters)


def parse_expression(text: str, line: int, column: int) -> Source:
    """The tree of one expression, which may run over several lines."""
    _refuse_long(text, line, column)
    text = _with_plain_line_ends(text)
    if not re.sub(r"#[^\n]*", "", text).strip():
        raise ScriptSyntaxError(Sentence("expression-missing"), line, column)
    # In brackets of our own, line breaks mean nothing. The check sees that the text closes only its own.
    places = Places(f"({text}", line, column - 1)
    _refuse_deep(text, places, first_column=1)
    return Source(_parse(f"({text}\n)", "eval", places), places)


def parse_script(text: str, line: int) -> Source:
    """The tree of a script, which may be indented as a whole."""
    _refuse_long(text, line, 1)
    text = _with_plain_line_ends(text)
    dedented = textwrap.dedent(text)
    places = Places(dedented, line, 1, _margin(text, dedented))
    _refuse_deep(dedented, places, first_column=0)
    return Source(_parse(dedented, "exec", places), places)


def closing_brace(text: str, start: int) -> int | None:
    """Where the `}` is that closes a `{` before `start`, past brackets and texts; None if there is none."""
    open_brackets = 0
    for token in TOKEN.finditer(text, start):
        if token.lastgroup == "open":
            open_brackets += 1
        elif token.lastgroup == "close":
            if open_brackets == 0:
                return token.start()
            open_brackets -= 1
    return None


def _with_plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _margin(text: str, dedented: str) -> int:
    lines = zip(text.split("\n"), dedented.split("\n"), strict=True)
    return next((len(before) - len(after) for before, after in lines if after), 0)


def _parse(text: str, mode: str, places: Places) -> ast.AST:
    try:
        return ast.parse(text, mode=mode)
    except SyntaxError as error:
        # The parser may add a line number of its own in brackets, which is not the author's.
        reason = re.sub(r" \([^()]*line \d+\)", "", error.msg)
        place = places.at(error.lineno or 1, (error.offset or 1) - 1)
        raise ScriptSyntaxError(Sentence("unreadable", reason=reason), *place) from None
    except (ValueError, MemoryError, RecursionError, OverflowError):
        raise ScriptSyntaxError(Sentence("unreadable-characters"), *places.at(1, 0)) from None


def _refuse_long(text: str, line: int, column: int) -> None:
    if len(text) > MAX_LENGTH:
        raise ScriptSyntaxError(Sentence("text-too-long", most=MAX_LENGTH), line, column)


def _refuse_deep(text: str, places: Places, first_column: int) -> None:
    for depth, open_brackets, position in _nesting(text):
        if depth <= MAX_NESTING and open_brackets >= 0:
            continue
        row = text.count("\n", 0, position) + 1
        characters = position - (text.rfind("\n", 0, position) + 1)
        place = places.at(row, characters + (first_column if row == 1 else 0))
        if open_brackets < 0:
            raise ScriptSyntaxError(Sentence("bracket-closes-nothing"), *place)
        raise ScriptSyntaxError(Sentence("nests-too-deeply"), *place)


def _nesting(text: str) -> Iterator[tuple[int, int, int]]:
    """After each token: an upper bound of the tree's depth there, how many brackets are open, and where.

    What follows a closed bracket hangs on it (`a[0][0]`), so a closed pair counts as an operator; a comma
    starts afresh.
    """
    chains = [0]
    depth = 0
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            chains.append(0)
            depth += 1
        elif kind == "close":
            depth -= chains.pop()
            if not chains:
                yield depth, -1, token.start()
                return
            chains[-1] += 1
        elif kind == "operator" or (kind == "word" and token["word"] in OPERATOR_WORDS):
            chains[-1] += 1
            depth += 1
        elif kind == "comma" or (kind == "newline" and len(chains) == 1):
            depth -= chains[-1]
            chains[-1] = 0
        elif kind == "string" and "f" in (token["prefix"] or "").lower():
            for inside, _, _ in _nesting(token["string"].strip("\"'")):
                yield depth + inside, len(chains) - 1, token.start()
        yield depth, len(chains) - 1, token.start()
