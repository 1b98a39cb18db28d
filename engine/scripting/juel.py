"""JUEL, the language of Camunda 7, put into ours: what other editors' diagrams have in `${...}`.

The grammar is that of the Unified Expression Language 2.2. Where JUEL would convert a value from one type to
another, the translation is an error: nothing means silently something else. What reads in our language
already is left as it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from keyword import iskeyword

from engine.scripting.errors import ScriptSyntaxError
from engine.scripting.language import NO_FUNCTIONS, Expression
from engine.scripting.source import TOKEN, closing_brace
from engine.sentences import Said, Sentence

_OPENING = re.compile(r"(?P<escaped>\$\$\{|##\{)|[$#]\{")
_TOKEN = re.compile(
    r"""(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*") | (?P<unclosed>['"].*)
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>&&|\|\||->|[=!<>+]=|\S)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {
    **{"and": "&&", "or": "||", "not": "!", "div": "/", "mod": "%"},
    **{"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="},
    **{"empty": "empty", "instanceof": "instanceof"},
}
"""The operators that are words, and the signs that mean the same."""
_CONSTANTS = ("true", "false", "null")
_ONLY_JUEL = frozenset({"&&", "||", "!", "?", "->", ";"} | set(_WORDS)) - {"and", "or", "not"}
"""What tells that an expression we cannot read is meant as JUEL."""
_PRECEDENCE = {
    **{"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4},
    **{"+": 5, "-": 5, "*": 6, "/": 6, "%": 6},
}
_OF_CAMUNDA = re.compile(r"(?<![\w.])(?:(?:execution|caseExecution)\s*\.\s*\w+|authenticatedUserId\b)")
_BOUNDS = frozenset({"text-too-long", "nests-too-deeply", "bracket-closes-nothing"})


def translated(text: str, *, line: int = 1, functions: frozenset[str] = NO_FUNCTIONS) -> str:
    """The text of a template with every expression in our language, in the line it was in.

    `#{...}` is an expression as `${...}` is; `##{` stands for `#{` itself. One that never ends stays as it
    is. Raises ScriptSyntaxError, with the place in `text`, for an expression that is in neither language, or
    says in JUEL what ours cannot.
    """
    pieces = []
    at = counted = begins = 0
    while opening := _OPENING.search(text, at):
        pieces.append(text[at : opening.start()])
        at = opening.end()
        line += text.count("\n", counted, at)
        begins = max(begins, text.rfind("\n", counted, at) + 1)
        counted = at
        if opening["escaped"]:
            pieces.append("#{" if opening[0] == "##{" else opening[0])
            continue
        end = closing_brace(text, at)
        if end is None:
            pieces.append(opening[0])
            break
        alone = opening.start() == 0 and end == len(text) - 1
        tokens = _Tokens(text[at:end], line, at - begins + 1)
        pieces.append("${" + _expression(tokens, alone, functions) + "}")
        at = end + 1
    return "".join(pieces) + text[at:]


def _expression(tokens: "_Tokens", alone: bool, functions: frozenset[str]) -> str:
    """One expression of a text in our language; `alone`: there is nothing beside it."""
    text = tokens.text
    if text.lstrip().startswith("="):
        raise tokens.refused("no-feel", 0)
    _refuse_what_is_camundas(tokens)
    try:
        Expression.compile(text, line=tokens.line, column=tokens.column, functions=functions)
        return text
    except ScriptSyntaxError as ours:
        if not isinstance(ours.reason, Sentence) or ours.reason.code in _BOUNDS or not tokens.only_in_juel():
            raise
    try:
        read = _Reader(tokens).expression()
    except RecursionError:
        raise tokens.refused("nests-too-deeply-here", 0) from None
    # As many lines as it had, for the places of what follows.
    return (read if alone else _in_text(read, tokens)).text + "\n" * text.count("\n")


def _refuse_what_is_camundas(tokens: "_Tokens") -> None:
    """What a case would look for in vain, whichever language it is read in."""
    without_texts = TOKEN.sub(lambda each: " " * len(each[0]) if each["string"] else each[0], tokens.text)
    if found := _OF_CAMUNDA.search(without_texts):
        raise tokens.refused("camunda-name", found.start(), name=found[0])


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


class _Tokens:
    """The tokens of an expression that begins at this line and column, gone through from left to right."""

    def __init__(self, text: str, line: int, column: int) -> None:
        self.text = text
        self.line = line
        self.column = column
        self._found = [_Token(each.lastgroup or "", each[0], each.start()) for each in _TOKEN.finditer(text)]
        self._end = _Token("end", "", len(text))
        self._next = 0

    def peek(self, ahead: int = 0) -> _Token:
        return self._at(self._next + ahead)

    def _at(self, position: int) -> _Token:
        return self._found[position] if position < len(self._found) else self._end

    def take(self) -> _Token:
        token = self.peek()
        self._next += 1
        return token

    def only_in_juel(self) -> bool:
        """Whether some sign or word in it is JUEL's and not ours."""
        return any(
            (each.kind != "text" and each.text in _ONLY_JUEL) or self.prefixed(at)
            for at, each in enumerate(self._found)
        )

    def prefixed(self, at: int | None = None) -> str | None:
        """The name of the function that is called next, or there, as `fn:length(...)`; None when none is."""
        first = self._next if at is None else at
        prefix, colon, name, bracket = (self._at(first + step) for step in range(4))
        # After `? a :` an operator may be a word: `? a : not (b)`.
        is_call = prefix.kind == name.kind == "word" and (colon.text, bracket.text) == (":", "(")
        return f"{prefix.text}:{name.text}" if is_call and name.text not in _WORDS else None

    def refused(self, code: str, at: int, /, **values: Said) -> ScriptSyntaxError:
        """The error that says what is wrong at a character of the text: the fault of that code."""
        row = self.text.count("\n", 0, at)
        column = at - self.text.rfind("\n", 0, at) + (0 if row else self.column - 1)
        return ScriptSyntaxError(Sentence(code, **values), self.line + row, column)


class _Kind(Enum):
    """What is known of a value before there is one."""

    ANYTHING = auto()
    NULL = auto()
    BOOLEAN = auto()
    NUMBER = auto()
    TEXT = auto()


class _Level(IntEnum):
    """How tightly an expression of our language holds together."""

    CHOICE = auto()
    OR = auto()
    AND = auto()
    NOT = auto()
    COMPARISON = auto()
    SUM = auto()
    PRODUCT = auto()
    SIGN = auto()
    ATOM = auto()


@dataclass(frozen=True, slots=True)
class _Read:
    """An expression in our language."""

    text: str
    level: _Level
    kind: _Kind

    def within(self, level: int) -> str:
        """As an operand of something that holds its operands together so tightly."""
        return self.text if self.level >= level else f"({self.text})"


class _Reader:
    """Reads JUEL by the precedence of its operators, and writes our language."""

    def __init__(self, tokens: _Tokens) -> None:
        self._tokens = tokens

    def expression(self) -> _Read:
        read = self._choice()
        if self._tokens.peek().kind != "end":
            raise self._unexpected()
        return read

    def _choice(self) -> _Read:
        condition = self._operation(1)
        if not self._taken("?"):
            return condition
        then = self._choice()
        self._expect(":")
        otherwise = self._choice()
        kind = then.kind if then.kind is otherwise.kind else _Kind.ANYTHING
        text = (
            f"{then.within(_Level.OR)} if {_truth(condition).within(_Level.OR)} "
            f"else {otherwise.within(_Level.CHOICE)}"
        )
        return _Read(text, _Level.CHOICE, kind)

    def _operation(self, least: int) -> _Read:
        left = self._operand()
        while (strength := _PRECEDENCE.get(self._operator(), 0)) >= least:
            sign = self._operator()
            self._tokens.take()
            left = _BINARY[sign](sign, left, self._operation(strength + 1))
        return left

    def _operand(self) -> _Read:
        if self._taken("!"):
            return _Read(f"not {_truth(self._operand()).within(_Level.NOT)}", _Level.NOT, _Kind.BOOLEAN)
        if self._taken("-"):
            return _Read(f"-{self._operand().within(_Level.SIGN)}", _Level.SIGN, _Kind.NUMBER)
        if self._taken("empty"):
            operand = self._operand().within(_Level.SUM)
            return _Read(f"{operand} in [null, '', [], {{}}]", _Level.COMPARISON, _Kind.BOOLEAN)
        return self._parts(self._value())

    def _parts(self, value: _Read) -> _Read:
        """The value, or what the `.b` and `[0]` behind it lead to."""
        while (sign := self._operator()) in (".", "["):
            self._tokens.take()
            if sign == "[":
                step = f"[{self._index()}]"
                self._expect("]")
            else:
                name = self._member()
                step = f"[{name!r}]" if iskeyword(name) or name.startswith("_") else f".{name}"
            value = _Read(value.within(_Level.ATOM) + step, _Level.ATOM, _Kind.ANYTHING)
        return value

    def _member(self) -> str:
        token = self._tokens.peek()
        if token.kind != "word" or token.text in _WORDS or token.text in _CONSTANTS:
            raise self._unexpected()
        if self._tokens.peek(1).text == "(":
            raise self._tokens.refused("juel-call", token.at, name=token.text)
        return self._tokens.take().text

    def _index(self) -> str:
        # Not by what only the case knows: from -1 on, ours counts from the end, where JUEL finds nothing.
        token = self._tokens.peek()
        if token.kind not in ("text", "number") or self._tokens.peek(1).text != "]":
            raise self._tokens.refused("juel-index", token.at)
        return self._value().text

    def _value(self) -> _Read:
        token = self._tokens.peek()
        if token.text == "(":
            self._tokens.take()
            inside = self._choice()
            self._expect(")")
            return inside
        if token.kind == "text":
            return _Read(repr(self._unescaped(self._tokens.take())), _Level.ATOM, _Kind.TEXT)
        if token.kind == "number":
            return _Read(_number(self._tokens.take().text), _Level.SIGN, _Kind.NUMBER)
        if token.kind != "word" or token.text in _WORDS:
            raise self._unexpected()
        return self._named(token)

    def _named(self, token: _Token) -> _Read:
        name = token.text
        if name in _CONSTANTS:
            self._tokens.take()
            return _Read(name, _Level.ATOM, _Kind.NULL if name == "null" else _Kind.BOOLEAN)
        if self._tokens.peek(1).text == "(":
            raise self._tokens.refused("juel-call", token.at, name=name)
        if called := self._tokens.prefixed():
            raise self._tokens.refused("juel-call", token.at, name=called)
        if name.startswith("_"):
            raise self._tokens.refused("name-with-underscore", token.at, name=name)
        if iskeyword(name):
            raise self._tokens.refused("juel-name", token.at, name=name)
        self._tokens.take()
        return _Read(name, _Level.ATOM, _Kind.ANYTHING)

    def _unescaped(self, token: _Token) -> str:
        quote = token.text[0]
        for escape in re.finditer(r"\\(.)", token.text[1:-1], re.DOTALL):
            if escape[1] not in ("\\", quote):
                raise self._tokens.refused("juel-escape", token.at + 1 + escape.start(), escape=escape[0])
        return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL)

    def _operator(self) -> str:
        """The operator that comes next, words as the signs they stand for; "" when none does."""
        token = self._tokens.peek()
        if token.kind == "word":
            return _WORDS.get(token.text, "")
        return token.text if token.kind == "sign" else ""

    def _taken(self, sign: str) -> bool:
        found = self._operator() == sign
        if found:
            self._tokens.take()
        return found

    def _expect(self, sign: str) -> None:
        if not self._taken(sign):
            raise self._unexpected()

    def _unexpected(self) -> ScriptSyntaxError:
        token = self._tokens.peek()
        if token.kind == "end":
            return self._tokens.refused("juel-unfinished", token.at)
        return self._tokens.refused("juel-sign", token.at, sign=token.text)


def _number(text: str) -> str:
    """Whole numbers may begin with zeros in JUEL."""
    return text.lstrip("0") or "0" if text.isdigit() else text


def _truth(read: _Read) -> _Read:
    if read.kind is _Kind.BOOLEAN:
        return read
    return _Read(f"is_true({read.text})", _Level.ATOM, _Kind.BOOLEAN)


def _counted(read: _Read) -> _Read:
    """What is surely a number, or an error: a sign needs one."""
    if read.kind is _Kind.NUMBER:
        return read
    return _Read(f"+{read.within(_Level.SIGN)}", _Level.SIGN, _Kind.NUMBER)


def _in_text(read: _Read, tokens: _Tokens) -> _Read:
    """An expression with text around it: JUEL writes null and numbers in other words than we do."""
    if read.kind in (_Kind.TEXT, _Kind.BOOLEAN):
        return read
    if read.kind is not _Kind.ANYTHING:
        raise tokens.refused("juel-in-text", 0)
    return _Read(f"{read.within(_Level.SUM)} + ''", _Level.SUM, _Kind.TEXT)


def _logical(sign: str, left: _Read, right: _Read) -> _Read:
    word, level = {"&&": ("and", _Level.AND), "||": ("or", _Level.OR)}[sign]
    text = f"{_truth(left).within(level)} {word} {_truth(right).within(level + 1)}"
    return _Read(text, level, _Kind.BOOLEAN)


def _equality(sign: str, left: _Read, right: _Read) -> _Read:
    kinds = {left.kind, right.kind}
    if _Kind.NULL in kinds or (len(kinds) == 1 and _Kind.ANYTHING not in kinds):
        return _comparison(sign, left, right)
    same = f"is_equal({left.text}, {right.text})"
    if sign == "==":
        return _Read(same, _Level.ATOM, _Kind.BOOLEAN)
    return _Read(f"not {same}", _Level.NOT, _Kind.BOOLEAN)


def _comparison(sign: str, left: _Read, right: _Read) -> _Read:
    text = f"{left.within(_Level.SUM)} {sign} {right.within(_Level.SUM)}"
    return _Read(text, _Level.COMPARISON, _Kind.BOOLEAN)


def _arithmetic(sign: str, left: _Read, right: _Read) -> _Read:
    level = _Level.SUM if sign in "+-" else _Level.PRODUCT
    if sign in "+*":  # which ours also has for texts and lists
        left, right = _counted(left), _counted(right)
    return _Read(f"{left.within(level)} {sign} {right.within(level + 1)}", level, _Kind.NUMBER)


def _remainder(sign: str, left: _Read, right: _Read) -> _Read:
    return _Read(f"remainder({left.text}, {right.text})", _Level.ATOM, _Kind.NUMBER)


_BINARY: dict[str, Callable[[str, _Read, _Read], _Read]] = {
    **dict.fromkeys(("&&", "||"), _logical),
    **dict.fromkeys(("==", "!="), _equality),
    **dict.fromkeys(("<", "<=", ">", ">="), _comparison),
    **dict.fromkeys(("+", "-", "*", "/"), _arithmetic),
    "%": _remainder,
}
