"""The words of a cell, and what single values they make: literals, and expressions of our own language.

FEEL and our language write most values alike. Where they differ, the words are translated here (`=`,
`@"..."`, `date and time(...)`, `?`), and what FEEL has beyond is refused with what to write instead.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from engine.dmn.literals import Literal, at_literal, date_literal, duration_literal, instant_literal
from engine.scripting import Expression, ScriptRuntimeError, ScriptSyntaxError
from engine.scripting.source import MAX_LENGTH
from engine.scripting.values import number, sound
from engine.sentences import Sentence

INPUT = "ʔ"
"""The name that `?` has in our language: one letter too, so that columns stay what they are."""

Tokens = Sequence["Token"]

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
      | (?P<format>[fF](?:"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'))
      | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<moment>date\s+and\s+time(?=\s*\())
      | (?P<name>[^\W\d]\w*)
      | (?P<sign>\.\.|<=|>=|!=|==|\*\*|//|[-+*/%<>=?@.,:()\[\]{}])
      | (?P<strange>.)""",
    re.VERBOSE | re.DOTALL,
)
_STRING = "string"
_STRANGE = {
    "$": "expression-in-braces",
    **dict.fromkeys("“”„‘’", "quotes-not-straight"),
    **dict.fromkeys("\"'", "text-unclosed"),
}
_CONSTANTS = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_READERS: dict[str, Callable[[str], Literal]] = {
    "@": at_literal,
    "date": date_literal,
    "date and time": instant_literal,
    "duration": duration_literal,
}
_TRANSLATED = {"?": INPUT, "=": "==", "date and time": "instant"}
_LINKS = frozenset({"and", "or", "not", "in", "is", "if", "else", "for"})
_BEYOND = {
    "then": "instead-of-then",
    "between": "instead-of-between",
    "some": "instead-of-some",
    "every": "instead-of-every",
    "satisfies": "instead-of-satisfies",
    "return": "instead-of-return",
    "instance": "instead-of-instance",
    "function": "instead-of-function",
}


class Token(NamedTuple):
    """A word or sign, and where it begins and ends in its cell."""

    kind: str
    text: str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """The words and signs of a cell. Raises ScriptSyntaxError for what has no place in any."""
    if len(text) > MAX_LENGTH:
        raise ScriptSyntaxError(Sentence("text-too-long", most=MAX_LENGTH), 1, 1)
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "strange" or INPUT in (match[0] if kind == "name" else ""):
            raise refusal(text, match.start(), _strange(match[0]))
        if kind != "space":
            word = "date and time" if kind == "moment" else match[0]
            found.append(Token(kind, word, match.start(), match.end()))
    return found


def _strange(sign: str) -> Sentence:
    return Sentence(_STRANGE[sign]) if sign in _STRANGE else Sentence("sign-meaningless", sign=sign)


def refusal(text: str, at: int, reason: str | Sentence) -> ScriptSyntaxError:
    """The error at that character of a cell, in the cell's lines and columns."""
    return ScriptSyntaxError(reason, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def literal(text: str, tokens: Tokens) -> Literal | None:
    """The value, if the tokens are one literal and nothing else."""
    first = tokens[0]
    if len(tokens) == 1 and first.kind in (_STRING, "number"):
        return _scalar(text, first)
    if len(tokens) == 1 and first.text in _CONSTANTS:
        return Literal(_CONSTANTS[first.text])
    if len(tokens) == 2 and first.text == "-" and tokens[1].kind == "number":
        return Literal(-_scalar(text, tokens[1]).value)
    typed = _typed(text, tokens, 0)
    return typed[0] if typed and typed[1] == len(tokens) else None


def expression(text: str, tokens: Tokens, functions: frozenset[str]) -> Expression:
    """The tokens as an expression of our language. Raises ScriptSyntaxError."""
    _refuse_foreign(text, tokens)
    translated = "".join(_translated(text, tokens))
    try:
        return Expression.compile(translated, functions=functions)
    except ScriptSyntaxError as error:
        raise refusal(text, tokens[0].start, _as_written(error.reason)) from None


def _as_written(reason: str | Sentence) -> str | Sentence:
    """What our language says of a cell, in which the input is a sign and no name."""
    if isinstance(reason, str):
        return reason.replace(INPUT, "?")
    values = {
        name: value.replace(INPUT, "?") if isinstance(value, str) else value
        for name, value in reason.values.items()
    }
    return Sentence(reason.code, **values)


def _scalar(text: str, token: Token) -> Literal:
    try:
        if token.kind == "number":
            return Literal(number(int(token.text) if token.text.isdecimal() else float(token.text)))
        if "\\" not in token.text:
            return Literal(sound(token.text[1:-1]))
    except (ScriptRuntimeError, ValueError) as error:
        reason = error.reason if isinstance(error, ScriptRuntimeError) else Sentence("number-too-large")
        raise refusal(text, token.start, reason) from None
    return Literal(expression(text, [token], frozenset()).evaluate({}))


def _typed(text: str, tokens: Tokens, at: int) -> tuple[Literal, int] | None:
    """The date, instant or duration that begins there, and where the tokens after it begin."""
    first = tokens[at]
    read = None if first.kind == _STRING else _READERS.get(first.text)
    if read is None:
        return None
    shape = [_STRING] if first.text == "@" else ["(", _STRING, ")"]
    end = at + 1 + len(shape)
    if [_STRING if token.kind == _STRING else token.text for token in tokens[at + 1 : end]] != shape:
        return None
    try:
        return read(_scalar(text, tokens[at + 1 + shape.index(_STRING)]).value), end
    except ScriptRuntimeError as error:
        raise refusal(text, first.start, error.reason) from None


def _translated(text: str, tokens: Tokens) -> Iterator[str]:
    at, end = 0, tokens[0].start
    while at < len(tokens):
        token = tokens[at]
        yield text[end : token.start]
        typed = _typed(text, tokens, at)
        if typed:
            value, at = typed
            yield json.dumps(value.value, ensure_ascii=False)
        else:
            yield _TRANSLATED.get(token.text, text[token.start : token.end])
            at += 1
        end = tokens[at - 1].end


def _refuse_foreign(text: str, tokens: Tokens) -> None:
    for token in tokens:
        if token.text == "..":
            raise refusal(text, token.start, Sentence("range-inside"))
    for before, token in pairwise(tokens):
        if token.kind != "name" or not _ends_value(before) or token.text in _LINKS:
            continue
        for word in (token, before):
            if word.text in _BEYOND:
                reason = Sentence("word-unknown", word=word.text, instead=Sentence(_BEYOND[word.text]))
                raise refusal(text, word.start, reason)
        if before.kind == "name":
            raise refusal(text, before.start, Sentence("name-with-space", one=before.text, other=token.text))


def _ends_value(token: Token) -> bool:
    if token.kind == "name":
        return token.text not in _LINKS
    return token.kind in (_STRING, "number") or token.text in ("?", ")", "]")
