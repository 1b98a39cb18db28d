"""Expressions: from a syntax tree to closures over a frame. What has no handler is refused."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches

from engine.errors import reason_of
from engine.scripting.errors import ScriptRuntimeError, ScriptSyntaxError
from engine.scripting.functions import FUNCTIONS
from engine.scripting.limits import JSON, Frame
from engine.scripting.methods import CHANGING, METHODS, key, method_names
from engine.scripting.operators import ARITHMETIC, COMPARISONS, negative, positive
from engine.scripting.signatures import Signature
from engine.scripting.source import Places
from engine.scripting.values import (
    CONTAINER_BYTES,
    ENTRY_BYTES,
    NUMBERS,
    cut_loose,
    described,
    items_of,
    joined,
    number,
    sound,
    to_text,
)
from engine.sentences import Said, Sentence

Run = Callable[[Frame], JSON]
Bind = Callable[[Frame, JSON], None]
Place = tuple[int, int]

CONSTANTS = {"true": True, "false": False, "null": None}
BUILTINS = frozenset(FUNCTIONS) | {"defined"}
FAULTS = (ScriptRuntimeError, OverflowError)

FORMAT = re.compile(r"(?:.?[<>^])?[+ -]?0?(?:[1-9]\d?)?,?(?:\.1?\d)?[dfs%]?", re.ASCII | re.DOTALL)

REFUSED: dict[type[ast.AST], str] = {
    ast.Lambda: "no-lambda",
    ast.NamedExpr: "no-walrus",
    ast.Starred: "no-stars",
    ast.Await: "no-await",
    ast.Yield: "no-yield",
    ast.YieldFrom: "no-yield",
    ast.Set: "no-sets",
    ast.SetComp: "no-sets",
    ast.GeneratorExp: "brackets-missing",
    ast.Slice: "slice-unclear",
}


def located(error: Exception, place: Place) -> ScriptRuntimeError:
    """The error, as one of the language's own that says where."""
    if not isinstance(error, ScriptRuntimeError):
        error = ScriptRuntimeError(Sentence("number-too-large"))
    error.locate(place)
    return error


class ExpressionCompiler:
    """Compiles expressions of one text, and notes the names they read."""

    changes_values = False

    def __init__(self, places: Places, functions: frozenset[str]) -> None:
        self.places = places
        self.functions = functions
        self.reads: set[str] = set()
        # How many nodes were compiled: each costs a tick whenever its loop, or the whole, runs.
        self.nodes = 0
        # The variables of the loops around the present place, by name: the number of each in the frame.
        self.bound: dict[str, int] = {}
        self._numbers_given = 0

    def compile(self, node: ast.AST) -> Run:
        """The closure that evaluates this node."""
        self.nodes += 1
        handler = EXPRESSIONS.get(type(node))
        if handler is None:
            raise self.refusal(REFUSED.get(type(node), "not-in-language"), node)
        return handler(self, node)

    def refusal(self, code: str, node: ast.AST, /, **values: Said) -> ScriptSyntaxError:
        """The error that says why this node is not accepted: the fault of that code."""
        return ScriptSyntaxError(Sentence(code, **values), *self.places.of(node))

    def check_name(self, name: str, node: ast.AST) -> str:
        """The name, unless it starts with an underscore."""
        if name.startswith("_"):
            raise self.refusal("name-with-underscore", node, name=name)
        return name

    def read(self, name: str, node: ast.AST) -> None:
        """Note that a name from outside is read."""
        self.reads.add(name)

    def bind(self, target: ast.AST) -> Bind:
        """What puts an item into the variables of a loop, which are known from here on."""
        if isinstance(target, ast.Name):
            return self._bind_name(target)
        if not isinstance(target, ast.Tuple | ast.List):
            raise self.refusal("loop-needs-names", target)
        return unpacking([self._bind_name(each) for each in target.elts], self.places.of(target))

    def _bind_name(self, target: ast.AST) -> Bind:
        if not isinstance(target, ast.Name):
            raise self.refusal("loop-needs-names", target)
        self.check_target(target)
        self._numbers_given += 1
        slot = self.bound[target.id] = self._numbers_given

        def put(frame: Frame, value: JSON) -> None:
            frame.bound[slot] = value

        return put

    def check_target(self, target: ast.Name) -> None:
        """Refuse names that mean something already."""
        name = self.check_name(target.id, target)
        if name in CONSTANTS:
            raise self.refusal("name-not-assignable", target, name=name)
        if name in BUILTINS or name in self.functions:
            raise self.refusal("name-is-function", target, name=name)

    def constant(self, node: ast.Constant) -> Run:
        try:
            value = sound(number(node.value) if type(node.value) in NUMBERS else node.value)
        except ScriptRuntimeError as error:
            raise ScriptSyntaxError(error.reason, *self.places.of(node)) from None
        return lambda frame: value

    def name(self, node: ast.Name) -> Run:
        name = self.check_name(node.id, node)
        if name in CONSTANTS:
            value = CONSTANTS[name]
            return lambda frame: value
        if name in self.bound:
            slot = self.bound[name]
            return lambda frame: frame.bound[slot]
        self.read(name, node)
        place = self.places.of(node)
        missing = Sentence("variable-unknown", name=name)
        if name in BUILTINS or name in self.functions:
            missing = Sentence("function-not-called", name=name)

        def run(frame: Frame) -> JSON:
            try:
                return frame.names[name]
            except KeyError:
                raise ScriptRuntimeError(missing, *place) from None
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def all_or_any(self, node: ast.BoolOp) -> Run:
        runs = [self.compile(each) for each in node.values]
        *first, last = runs
        wanted = isinstance(node.op, ast.Or)
        if len(first) == 1:
            return _either(first[0], last) if wanted else _both(first[0], last)

        def run(frame: Frame) -> JSON:
            for each in first:
                value = each(frame)
                if bool(value) is wanted:
                    return value
            return last(frame)

        return run

    def unary(self, node: ast.UnaryOp) -> Run:
        operand = self.compile(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda frame: not operand(frame)
        if isinstance(node.op, ast.Invert):
            raise self.refusal("no-tilde", node)
        apply = negative if isinstance(node.op, ast.USub) else positive
        place = self.places.of(node)

        def run(frame: Frame) -> JSON:
            try:
                return apply(operand(frame), frame)
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def binary(self, node: ast.BinOp) -> Run:
        operator = ARITHMETIC.get(type(node.op).__name__)
        if operator is None:
            raise self.refusal("operator-unknown", node)
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant | ast.JoinedStr):
            self._refuse_percent_formatting(node)
        left, right = self.compile(node.left), self.compile(node.right)
        place = self.places.of(node)

        def run(frame: Frame) -> JSON:
            try:
                return operator(left(frame), right(frame), frame)
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _refuse_percent_formatting(self, node: ast.BinOp) -> None:
        if isinstance(node.left, ast.JoinedStr) or type(getattr(node.left, "value", None)) is str:
            raise self.refusal("text-not-formatted-so", node)

    def comparison(self, node: ast.Compare) -> Run:
        sides = [node.left, *node.comparators]
        links = [
            self._link(operator, left, right)
            for operator, left, right in zip(node.ops, sides[:-1], sides[1:], strict=True)
        ]
        runs = [self.compile(side) for side in sides]
        place = self.places.of(node)
        if len(links) == 1:
            return _compared(runs[0], links[0], runs[1], place)

        def run(frame: Frame) -> JSON:
            try:
                left = runs[0](frame)
                for link, side in zip(links, runs[1:], strict=True):
                    right = side(frame)
                    if not link(left, right, frame):
                        return False
                    left = right
                return True
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _link(
        self, operator: ast.cmpop, left: ast.AST, right: ast.AST
    ) -> Callable[[JSON, JSON, Frame], JSON]:
        if not isinstance(operator, ast.Is | ast.IsNot):
            return COMPARISONS[type(operator).__name__]
        if not (_is_null(left) or _is_null(right)):
            raise self.refusal("is-null-only", right)
        if isinstance(operator, ast.Is):
            return lambda one, other, frame: one is other
        return lambda one, other, frame: one is not other

    def conditional(self, node: ast.IfExp) -> Run:
        condition, then, otherwise = (
            self.compile(node.test),
            self.compile(node.body),
            self.compile(node.orelse),
        )
        return lambda frame: then(frame) if condition(frame) else otherwise(frame)

    def list_of(self, node: ast.List | ast.Tuple) -> Run:
        runs = [self.compile(each) for each in node.elts]
        place = self.places.of(node)

        def run(frame: Frame) -> JSON:
            values = [each(frame) for each in runs]
            try:
                return frame.made(values)
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def dict_of(self, node: ast.Dict) -> Run:
        if None in node.keys:
            raise self.refusal("no-stars-in-dict", node)
        pairs = [
            (self.compile(name), self.compile(value))
            for name, value in zip(node.keys, node.values, strict=True)
            if name is not None
        ]
        place = self.places.of(node)

        def run(frame: Frame) -> JSON:
            try:
                frame.spend(CONTAINER_BYTES + ENTRY_BYTES * len(pairs))
                return {key(name(frame)): value(frame) for name, value in pairs}
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def attribute(self, node: ast.Attribute) -> Run:
        name = self.check_name(node.attr, node)
        value = self.compile(node.value)
        place = self.places.of(node)
        is_method = name in method_names()

        def missing(reason: Sentence) -> ScriptRuntimeError:
            told = Sentence("method-to-call", reason=reason, name=name) if is_method else reason
            return ScriptRuntimeError(told, *place)

        def run(frame: Frame) -> JSON:
            found = value(frame)
            if type(found) is not dict:
                raise missing(Sentence("has-no-entry", value=described(found), name=name))
            try:
                return found[name]
            except KeyError:
                raise missing(Sentence("no-entry", name=name)) from None

        return run

    def subscript(self, node: ast.Subscript) -> Run:
        value = self.compile(node.value)
        place = self.places.of(node)
        if isinstance(node.slice, ast.Slice):
            return self._slice(value, node.slice, place)
        index = self.compile(node.slice)

        def run(frame: Frame) -> JSON:
            try:
                return item(value(frame), index(frame))
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _slice(self, value: Run, node: ast.Slice, place: Place) -> Run:
        lower, upper, step = (self._bound_of_slice(each) for each in (node.lower, node.upper, node.step))

        def run(frame: Frame) -> JSON:
            try:
                return _sliced(value(frame), lower(frame), upper(frame), step(frame), frame)
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _bound_of_slice(self, node: ast.expr | None) -> Run:
        return self.compile(node) if node else lambda frame: None

    def call(self, node: ast.Call) -> Run:
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func)
        if not isinstance(node.func, ast.Name):
            raise self.refusal("only-functions-called", node)
        name = self.check_name(node.func.id, node.func)
        if name == "defined":
            return self._defined(node)
        if name in ("any", "all") and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return self._first_that_decides(node.args[0], name == "any", self.places.of(node))
        if name in self.functions:
            return self._supplied(name, node)
        if name not in FUNCTIONS:
            unknown = Sentence("function-unknown", name=name)
            raise self._with_hint(unknown, name, BUILTINS | self.functions, node)
        return self._function(FUNCTIONS[name], node)

    def _function(self, function: Signature, node: ast.Call) -> Run:
        arguments, keywords = self._arguments(node)
        if problem := function.problem(len(arguments), frozenset(keywords)):
            raise ScriptSyntaxError(problem, *self.places.of(node))
        call = function.call
        place = self.places.of(node)

        def run(frame: Frame) -> JSON:
            try:
                values = [each(frame) for each in arguments]
                return call(frame, *values, **{name: each(frame) for name, each in keywords.items()})
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _supplied(self, name: str, node: ast.Call) -> Run:
        arguments, keywords = self._arguments(node)
        if keywords:
            raise self.refusal("function-no-named-arguments", node, function=name)
        place = self.places.of(node)

        def run(frame: Frame) -> JSON:
            try:
                values = [cut_loose(each(frame), frame) for each in arguments]
                return cut_loose(_call_supplied(name, values, frame), frame)
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _method(self, node: ast.Call, function: ast.Attribute) -> Run:
        name = self.check_name(function.attr, function)
        arguments, keywords = self._arguments(node)
        self._check_method(name, len(arguments), frozenset(keywords), node)
        if name in CHANGING:
            self.change(function.value)
        value = self.compile(function.value)
        place = self.places.of(function)

        def run(frame: Frame) -> JSON:
            try:
                target = value(frame)
                method = METHODS.get(type(target), {}).get(name)
                if method is None:
                    raise ScriptRuntimeError(Sentence("has-no-method", value=described(target), name=name))
                values = [each(frame) for each in arguments]
                if problem := method.problem(len(values), frozenset(keywords), method=True):
                    raise ScriptRuntimeError(problem)
                return method.call(
                    frame, target, *values, **{word: each(frame) for word, each in keywords.items()}
                )
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _check_method(self, name: str, arguments: int, keywords: frozenset[str], node: ast.Call) -> None:
        known = [methods[name] for methods in METHODS.values() if name in methods]
        if not known:
            raise self._with_hint(Sentence("method-unknown", name=name), name, method_names(), node)
        if name in CHANGING and not self.changes_values:
            raise self.refusal("method-changes", node, method=name)
        problems = [method.problem(arguments, keywords, method=True) for method in known]
        if None not in problems:
            raise ScriptSyntaxError(problems[0] or "", *self.places.of(node))

    def change(self, target: ast.AST) -> None:
        """Note that what `target` refers to is about to be changed."""

    def _with_hint(
        self, reason: Sentence, name: str, known: frozenset[str], node: ast.AST
    ) -> ScriptSyntaxError:
        close = get_close_matches(name[:40], known, n=1)
        if close:
            return self.refusal("did-you-mean", node, reason=reason, name=close[0])
        return ScriptSyntaxError(reason, *self.places.of(node))

    def _arguments(self, node: ast.Call) -> tuple[list[Run], dict[str, Run]]:
        keywords: dict[str, Run] = {}
        for each in node.keywords:
            if each.arg is None:
                raise self.refusal("no-stars-in-call", node)
            keywords[each.arg] = self.compile(each.value)
        return [self._argument(each) for each in node.args], keywords

    def _argument(self, node: ast.expr) -> Run:
        if isinstance(node, ast.GeneratorExp):
            self.nodes += 1
            return self.list_comprehension(node)
        return self.compile(node)

    def _defined(self, node: ast.Call) -> Run:
        if len(node.args) != 1 or node.keywords:
            raise self.refusal("defined-takes-a-name", node)
        path: list[str] = []
        inner: ast.AST = node.args[0]
        while isinstance(inner, ast.Attribute):
            path.insert(0, self.check_name(inner.attr, inner))
            inner = inner.value
        if not isinstance(inner, ast.Name):
            raise self.refusal("defined-takes-a-name", node)
        root = self.check_name(inner.id, inner)
        value = self.compile(inner)
        if root in self.bound or root in CONSTANTS:
            return lambda frame: _leads_somewhere(value(frame), path)
        return lambda frame: root in frame.names and (not path or _leads_somewhere(value(frame), path))

    def list_comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> Run:
        steps = self._steps(node.generators, lambda: self.compile(node.elt))
        place = self.places.of(node)

        def run(frame: Frame) -> JSON:
            try:
                return frame.made(list(steps(frame)))
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def dict_comprehension(self, node: ast.DictComp) -> Run:
        steps = self._steps(node.generators, lambda: self._pair(node))
        place = self.places.of(node)

        def run(frame: Frame) -> JSON:
            result: dict[str, JSON] = {}
            try:
                for name, value in steps(frame):
                    frame.spend(ENTRY_BYTES)
                    result[key(name)] = value
                return result
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _pair(self, node: ast.DictComp) -> Run:
        name, value = self.compile(node.key), self.compile(node.value)
        return lambda frame: (name(frame), value(frame))

    def _first_that_decides(self, node: ast.GeneratorExp, wanted: bool, place: Place) -> Run:
        steps = self._steps(node.generators, lambda: self.compile(node.elt))

        def run(frame: Frame) -> JSON:
            try:
                return any(bool(value) is wanted for value in steps(frame)) is wanted
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _steps(
        self, clauses: Sequence[ast.comprehension], element: Callable[[], Run]
    ) -> Callable[[Frame], Iterator[JSON]]:
        """What goes through a comprehension's clauses and yields the element for each round."""
        around = dict(self.bound)
        clause, *inner_clauses = clauses
        if clause.is_async:
            raise self.refusal("no-async", clause.iter)
        items = self.compile(clause.iter)
        before = self.nodes
        bind = self.bind(clause.target)
        conditions = [self.compile(each) for each in clause.ifs]
        inner = self._steps(inner_clauses, element) if inner_clauses else _once(element())
        cost = self.nodes - before + 2
        self.bound = around

        def steps(frame: Frame) -> Iterator[JSON]:
            for value in items_of(items(frame), frame):
                frame.charge(cost)
                bind(frame, value)
                if all(condition(frame) for condition in conditions):
                    yield from inner(frame)

        return steps

    def formatted_text(self, node: ast.JoinedStr) -> Run:
        runs = [self.compile(each) for each in node.values]
        place = self.places.of(node)

        def run(frame: Frame) -> JSON:
            try:
                return joined((each(frame) for each in runs), frame)
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def formatted_value(self, node: ast.FormattedValue) -> Run:
        if node.conversion != -1:
            raise self.refusal("no-conversion-in-text", node)
        value = self.compile(node.value)
        specification = self._specification(node)
        place = self.places.of(node)

        def run(frame: Frame) -> JSON:
            try:
                return _formatted(value(frame), specification, frame)
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _specification(self, node: ast.FormattedValue) -> str:
        if node.format_spec is None:
            return ""
        parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
        texts = [str(each.value) for each in parts if isinstance(each, ast.Constant)]
        specification = "".join(texts)
        if len(texts) != len(parts) or not FORMAT.fullmatch(specification):
            raise self.refusal("format-unclear", node)
        return specification


def unpacking(binds: list[Bind], place: Place) -> Bind:
    """What puts the items of a list into as many variables."""

    def put(frame: Frame, value: JSON) -> None:
        if type(value) is not list or len(value) != len(binds):
            found = Sentence("items", number=len(value)) if type(value) is list else described(value)
            raise ScriptRuntimeError(Sentence("needs-items", wanted=len(binds), found=found), *place)
        for bind, each in zip(binds, value, strict=True):
            bind(frame, each)

    return put


def item(value: JSON, index: JSON) -> JSON:
    """An item of a list or text by position, or an entry of a dict by key."""
    if type(value) is dict:
        if key(index) not in value:
            raise ScriptRuntimeError(Sentence("no-entry", name=index[:100]))
        return value[index]
    return value[position(value, index)]


def position(value: JSON, index: JSON) -> int:
    """The index, if the list or text has an item there."""
    if type(value) not in (list, str):
        raise ScriptRuntimeError(Sentence("no-items", value=described(value)))
    if type(index) is not int:
        raise ScriptRuntimeError(Sentence("position-no-number", value=described(index)))
    if not -len(value) <= index < len(value):
        code = "no-item-in-list" if type(value) is list else "no-item-in-text"
        raise ScriptRuntimeError(Sentence(code, position=index, number=len(value)))
    return index


def _sliced(value: JSON, lower: JSON, upper: JSON, step: JSON, frame: Frame) -> JSON:
    if type(value) not in (list, str):
        raise ScriptRuntimeError(Sentence("no-slices", value=described(value)))
    if any(bound is not None and type(bound) is not int for bound in (lower, upper, step)) or step == 0:
        raise ScriptRuntimeError(Sentence("slice-takes"))
    return frame.made(value[lower:upper:step])


def _both(first: Run, second: Run) -> Run:
    return lambda frame: first(frame) and second(frame)


def _either(first: Run, second: Run) -> Run:
    return lambda frame: first(frame) or second(frame)


def _once(element: Run) -> Callable[[Frame], Iterator[JSON]]:
    def steps(frame: Frame) -> Iterator[JSON]:
        yield element(frame)

    return steps


def _compared(left: Run, link: Callable[[JSON, JSON, Frame], JSON], right: Run, place: Place) -> Run:
    def run(frame: Frame) -> JSON:
        try:
            return link(left(frame), right(frame), frame)
        except FAULTS as error:
            raise located(error, place) from None

    return run


def _is_null(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id == "null"
    return isinstance(node, ast.Constant) and node.value is None


def _leads_somewhere(value: JSON, path: list[str]) -> bool:
    for name in path:
        if type(value) is not dict or name not in value:
            return False
        value = value[name]
    return True


def _call_supplied(name: str, values: list[JSON], frame: Frame) -> JSON:
    function = (frame.functions or {}).get(name)
    if function is None:
        raise ScriptRuntimeError(Sentence("not-available", name=name))
    try:
        return function(*values)
    except ValueError as error:
        raise ScriptRuntimeError(reason_of(error)) from None
    except TypeError:
        if _accepts(function, values):
            raise
        raise ScriptRuntimeError(Sentence("arguments-not-taken", name=name, number=len(values))) from None


def _accepts(function: Callable[..., JSON], values: list[JSON]) -> bool:
    try:
        inspect.signature(function).bind(*values)
    except TypeError:
        return False
    return True


def _formatted(value: JSON, specification: str, frame: Frame) -> str:
    if not specification:
        return to_text(value, frame)
    if type(value) not in NUMBERS:
        value = to_text(value, frame)
    try:
        return frame.made(format(value, specification))
    except ValueError:
        raise ScriptRuntimeError(
            Sentence("format-does-not-fit", format=specification, value=described(value))
        ) from None


EXPRESSIONS: dict[type[ast.AST], Callable[..., Run]] = {
    ast.Constant: ExpressionCompiler.constant,
    ast.Name: ExpressionCompiler.name,
    ast.BoolOp: ExpressionCompiler.all_or_any,
    ast.UnaryOp: ExpressionCompiler.unary,
    ast.BinOp: ExpressionCompiler.binary,
    ast.Compare: ExpressionCompiler.comparison,
    ast.IfExp: ExpressionCompiler.conditional,
    ast.List: ExpressionCompiler.list_of,
    ast.Tuple: ExpressionCompiler.list_of,
    ast.Dict: ExpressionCompiler.dict_of,
    ast.Attribute: ExpressionCompiler.attribute,
    ast.Subscript: ExpressionCompiler.subscript,
    ast.Call: ExpressionCompiler.call,
    ast.ListComp: ExpressionCompiler.list_comprehension,
    ast.DictComp: ExpressionCompiler.dict_comprehension,
    ast.JoinedStr: ExpressionCompiler.formatted_text,
    ast.FormattedValue: ExpressionCompiler.formatted_value,
}
