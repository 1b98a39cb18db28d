"""Expressions, scripts and templates: compiled once, run many times, each run within its limits."""

from functools import lru_cache
from typing import Any

from engine.scripting.errors import LimitExceeded, ScriptRuntimeError, ScriptSyntaxError
from engine.scripting.expressions import ExpressionCompiler, Place, Run
from engine.scripting.limits import DEFAULT_LIMITS, JSON, Frame, Functions, Limits
from engine.scripting.source import closing_brace, parse_expression, parse_script
from engine.scripting.statements import Scope, ScriptCompiler, Statement
from engine.scripting.values import SCALARS, cut_loose, joined, sound, to_text
from engine.sentences import Sentence

COMPILED_KEPT = 2048
NO_FUNCTIONS: frozenset[str] = frozenset()


class Expression:
    """One expression: a condition, a computed value. Immutable."""

    __slots__ = ("_cost", "_run", "place", "reads", "text")

    def __init__(self, text: str, line: int, column: int, functions: frozenset[str]) -> None:
        source = parse_expression(text, line, column)
        compiler = ExpressionCompiler(source.places, functions)
        self.text = text
        self.place: Place = (line, column)
        self._run: Run = _without_overflow(lambda: compiler.compile(source.tree.body), self.place)
        self._cost = compiler.nodes
        self.reads = frozenset(compiler.reads)

    @staticmethod
    def compile(
        text: str, *, line: int = 1, column: int = 1, functions: frozenset[str] = NO_FUNCTIONS
    ) -> "Expression":
        """Compile a text that begins at this line and column, and may call these functions beside the listed.

        Raises ScriptSyntaxError when the text is not in the language.
        """
        return _expression(text, line, column, functions)

    def evaluate(
        self, names: Any, functions: Functions | None = None, limits: Limits = DEFAULT_LIMITS
    ) -> JSON:
        """The value, sharing nothing with `names`, which has `[name]` (KeyError if unknown) and `in`.

        Raises ScriptRuntimeError, LimitExceeded among them.
        """
        frame = Frame(names, functions, limits)
        try:
            value = self.value(frame)
            return sound(value) if type(value) in SCALARS else cut_loose(value, frame)
        except ScriptRuntimeError as error:
            error.locate(self.place)
            raise
        except (RecursionError, MemoryError):
            raise LimitExceeded(Sentence("too-complicated"), *self.place) from None

    def value(self, frame: Frame) -> JSON:
        """The value in a frame, which may be shared with other expressions of one evaluation."""
        frame.charge(self._cost)
        return self._run(frame)


class Script:
    """A few statements that compute variables. Immutable.

    `reads` are the names it may ask for before it assigns them, `writes` those it assigns or changes by name.
    """

    __slots__ = ("_body", "_copies", "_cost", "place", "reads", "text", "writes")

    def __init__(self, text: str, line: int, functions: frozenset[str]) -> None:
        source = parse_script(text, line)
        compiler = ScriptCompiler(source.places, functions)
        self.text = text
        self._body: Statement = _without_overflow(lambda: compiler.block(source.tree.body), (line, 1))
        self._cost = compiler.nodes
        self._copies = compiler.copies
        self.place: Place = (line, 1)
        self.reads = frozenset(compiler.reads)
        self.writes = frozenset(compiler.writes)

    @staticmethod
    def compile(text: str, *, line: int = 1, functions: frozenset[str] = NO_FUNCTIONS) -> "Script":
        """Compile a text that begins at this line, and may call these functions beside the listed.

        Raises ScriptSyntaxError when the text is not in the language.
        """
        return _script(text, line, functions)

    def run(
        self, names: Any, functions: Functions | None = None, limits: Limits = DEFAULT_LIMITS
    ) -> dict[str, JSON]:
        """The variables it assigned or changed, with their new values; `names` and what it holds stay as is.

        A variable that was changed in place and ended as it began is not among them. Raises
        ScriptRuntimeError, LimitExceeded among them; then nothing has happened.
        """
        scope = Scope(names, copies=self._copies)
        frame = scope.frame = Frame(scope, functions, limits)
        try:
            frame.charge(self._cost)
            self._body(frame)
            return scope.results()
        except ScriptRuntimeError as error:
            error.locate(self.place)
            raise
        except (RecursionError, MemoryError):
            raise LimitExceeded(Sentence("too-complicated-to-run"), *self.place) from None


class Template:
    """Text with `${...}` in it, as diagrams have it. Immutable.

    `is_literal`: there is no `${...}`. `reads`: the names its expressions read.
    """

    __slots__ = ("_parts", "is_literal", "place", "reads", "text")

    def __init__(self, text: str, line: int, functions: frozenset[str]) -> None:
        self.text = text
        self.place: Place = (line, 1)
        self._parts = _parts(text, line, functions)
        expressions = [part for part in self._parts if isinstance(part, Expression)]
        self.is_literal = not expressions
        self.reads = frozenset().union(*(each.reads for each in expressions))

    @staticmethod
    def compile(text: str, *, line: int = 1, functions: frozenset[str] = NO_FUNCTIONS) -> "Template":
        """Compile a text that begins at this line; `$${` in it stands for `${` itself.

        Raises ScriptSyntaxError when an expression in it is not in the language, or never ends.
        """
        return _template(text, line, functions)

    def evaluate(
        self, names: Any, functions: Functions | None = None, limits: Limits = DEFAULT_LIMITS
    ) -> JSON:
        """The value of the one expression that is the whole text; else text, with each value as JSON has it.

        Raises what Expression.evaluate raises.
        """
        if len(self._parts) == 1 and isinstance(self._parts[0], Expression):
            return self._parts[0].evaluate(names, functions, limits)
        frame = Frame(names, functions, limits)
        try:
            return sound(joined((_written(part, frame) for part in self._parts), frame))
        except ScriptRuntimeError as error:
            error.locate(self.place)
            raise
        except (RecursionError, MemoryError):
            raise LimitExceeded(Sentence("too-complicated"), *self.place) from None


@lru_cache(COMPILED_KEPT)
def _expression(text: str, line: int, column: int, functions: frozenset[str]) -> Expression:
    return Expression(text, line, column, functions)


@lru_cache(COMPILED_KEPT)
def _script(text: str, line: int, functions: frozenset[str]) -> Script:
    return Script(text, line, functions)


@lru_cache(COMPILED_KEPT)
def _template(text: str, line: int, functions: frozenset[str]) -> Template:
    return Template(text, line, functions)


def _without_overflow(compile_it: Any, place: Place) -> Any:
    try:
        return compile_it()
    except (RecursionError, MemoryError):
        raise ScriptSyntaxError(Sentence("nests-too-deeply-here"), *place) from None


def _parts(text: str, line: int, functions: frozenset[str]) -> tuple[str | Expression, ...]:
    """The text between expressions, and the expressions, in order; nothing empty."""
    parts: list[str | Expression] = []
    literal = ""
    at = counted = begins = 0
    while (dollar := text.find("${", at)) >= 0:
        if dollar > at and text[dollar - 1] == "$":
            literal += text[at:dollar] + "{"
            at = dollar + 2
            continue
        literal += text[at:dollar]
        end = closing_brace(text, dollar + 2)
        line += text.count("\n", counted, dollar)
        begins = max(begins, text.rfind("\n", counted, dollar) + 1)
        counted = dollar
        column = dollar + 3 - begins
        if end is None:
            raise ScriptSyntaxError(Sentence("expression-unclosed"), line, column)
        parts += [literal] if literal else []
        parts.append(
            Expression.compile(text[dollar + 2 : end], line=line, column=column, functions=functions)
        )
        literal = ""
        at = end + 1
    literal += text[at:]
    return (*parts, literal) if literal else tuple(parts)


def _written(part: str | Expression, frame: Frame) -> str:
    if isinstance(part, str):
        return part
    try:
        return to_text(part.value(frame), frame)
    except ScriptRuntimeError as error:
        error.locate(part.place)
        raise
