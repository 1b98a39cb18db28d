"""Scripts: statements compiled to closures that work on copies of the names they touch."""

import ast
import json
from collections.abc import Callable
from enum import Enum
from typing import Any

from engine.scripting.errors import ScriptRuntimeError
from engine.scripting.expressions import (
    EXPRESSIONS,
    FAULTS,
    Bind,
    ExpressionCompiler,
    Place,
    Run,
    item,
    located,
    position,
    unpacking,
)
from engine.scripting.limits import JSON, Frame
from engine.scripting.methods import key, put
from engine.scripting.operators import ARITHMETIC, Operator
from engine.scripting.source import Places
from engine.scripting.values import cut_loose, described, items_of
from engine.sentences import Sentence

CONTAINERS = (list, dict)
# Blocks within blocks; each elif is one within the one before.
MAX_BLOCKS = 50


class Jump(Enum):
    """Where a statement sends the loop around it."""

    BREAK = "leave the loop"
    CONTINUE = "go on with its next round"


Statement = Callable[[Frame], Jump | None]

REFUSED: dict[type[ast.AST], str] = {
    ast.Import: "no-import",
    ast.ImportFrom: "no-import",
    ast.FunctionDef: "no-functions",
    ast.AsyncFunctionDef: "no-functions",
    ast.ClassDef: "no-classes",
    ast.Return: "no-return",
    ast.While: "no-while",
    ast.Try: "no-try",
    ast.With: "no-with",
    ast.AsyncFor: "no-async",
    ast.AsyncWith: "no-async",
    ast.Raise: "no-raise",
    ast.Assert: "no-assert",
    ast.Global: "no-global",
    ast.Nonlocal: "no-nonlocal",
    ast.AnnAssign: "no-types",
}


class Scope(dict[str, JSON]):
    """The variables as a script sees them: its own, and what it read, copied if the script changes anything.

    `names` is where unknown ones are looked for; it and its values are never touched. What was read is kept
    as it was, to tell in the end what has changed.
    """

    __slots__ = ("_copies", "_names", "_read", "frame")

    def __init__(self, names: Any, *, copies: bool) -> None:
        super().__init__()
        self._names = names
        self._copies = copies
        self._read: dict[str, JSON] = {}
        self.frame: Frame

    def __missing__(self, name: str) -> JSON:
        value = self._names[name]
        self._read[name] = value
        if self._copies and type(value) in CONTAINERS:
            value = cut_loose(value, self.frame)
        self[name] = value
        return value

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or name in self._names

    def assign(self, name: str, value: JSON) -> None:
        """Make `value` the variable's value; it is the script's own from here on."""
        self[name] = value
        self._read.pop(name, None)

    def results(self) -> dict[str, JSON]:
        """What was assigned or changed, each cut loose from all else."""
        return {name: result for name, value in self.items() for result in self._result(name, value)}

    def _result(self, name: str, value: JSON) -> list[JSON]:
        if name not in self._read:
            return [self._loose(name, value)]
        if not self._copies or type(value) not in CONTAINERS:
            return []
        result = self._loose(name, value)
        return [result] if json.dumps(result) != json.dumps(self._read[name]) else []

    def _loose(self, name: str, value: JSON) -> JSON:
        try:
            return cut_loose(value, self.frame)
        except ScriptRuntimeError as error:
            raise type(error)(f"{error.message} It is the value of {name!r}.") from None


class ScriptCompiler(ExpressionCompiler):
    """Compiles the statements of one script, and notes the names it reads and writes."""

    changes_values = True

    def __init__(self, places: Places, functions: frozenset[str]) -> None:
        super().__init__(places, functions)
        self.writes: dict[str, Place] = {}
        # Whether anything is changed in place, so that what is read must be copied.
        self.copies = False
        # Names that have surely been assigned at the present place, and those whose loop is over.
        self._assigned: set[str] = set()
        self._over: set[str] = set()
        self._loops = 0
        self._blocks = 0

    def block(self, nodes: list[ast.stmt]) -> Statement:
        """The statements, one after the other, until one jumps."""
        if self._blocks >= MAX_BLOCKS and nodes:
            raise self.refusal("too-many-elif", nodes[0])
        self._blocks += 1
        statements = [self._statement(node) for node in nodes]
        self._blocks -= 1

        def run(frame: Frame) -> Jump | None:
            for statement in statements:
                if jump := statement(frame):
                    return jump
            return None

        return run

    def read(self, name: str, node: ast.AST) -> None:
        self._refuse_if_over(name, node)
        if name not in self._assigned:
            self.reads.add(name)

    def change(self, target: ast.AST) -> None:
        self.copies = True
        while isinstance(target, ast.Attribute | ast.Subscript):
            target = target.value
        if isinstance(target, ast.Name) and target.id not in self.bound:
            self.writes.setdefault(target.id, self.places.of(target))

    def _statement(self, node: ast.stmt) -> Statement:
        self.nodes += 1
        handler = STATEMENTS.get(type(node))
        if handler is None:
            raise self.refusal(REFUSED.get(type(node), "not-in-language"), node)
        return handler(self, node)

    def assignment(self, node: ast.Assign) -> Statement:
        value = self.compile(node.value)
        binds = [self._target(target) for target in node.targets]
        place = self.places.of(node)

        def run(frame: Frame) -> None:
            found = value(frame)
            try:
                for bind in binds:
                    bind(frame, found)
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _target(self, node: ast.expr) -> Bind:
        self.nodes += 1
        if isinstance(node, ast.Name):
            return self._variable(node)
        if isinstance(node, ast.Tuple | ast.List):
            if not all(isinstance(each, ast.Name) for each in node.elts):
                raise self.refusal("unpacking-unclear", node)
            return unpacking([self._target(each) for each in node.elts], self.places.of(node))
        container, index = self._inside(node)

        def bind(frame: Frame, value: JSON) -> None:
            _set(container(frame), index(frame), value, frame)

        return bind

    def _variable(self, node: ast.Name) -> Bind:
        self.check_target(node)
        name = node.id
        if name in self.bound:
            slot = self.bound[name]

            def bind_slot(frame: Frame, value: JSON) -> None:
                frame.bound[slot] = value

            return bind_slot
        self._refuse_if_over(name, node)
        self.writes.setdefault(name, self.places.of(node))
        self._assigned.add(name)

        def bind(frame: Frame, value: JSON) -> None:
            frame.names.assign(name, value)

        return bind

    def _inside(self, node: ast.expr) -> tuple[Run, Run]:
        """What evaluates the container and the key or position of `a.b` or `a[i]`."""
        if isinstance(node, ast.Attribute):
            name = self.check_name(node.attr, node)
            self.change(node.value)
            return self.compile(node.value), lambda frame: name
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            self.change(node.value)
            return self.compile(node.value), self.compile(node.slice)
        raise self.refusal("only-names-assigned", node)

    def augmented(self, node: ast.AugAssign) -> Statement:
        operator = ARITHMETIC.get(type(node.op).__name__)
        if operator is None:
            raise self.refusal("operator-unknown-assigned", node)
        if isinstance(node.target, ast.Name):
            return self._augmented_variable(node, node.target, operator)
        container, index = self._inside(node.target)
        value = self.compile(node.value)
        place = self.places.of(node)

        def run(frame: Frame) -> None:
            try:
                inside, at = container(frame), index(frame)
                _set(inside, at, operator(item(inside, at), value(frame), frame), frame)
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def _augmented_variable(self, node: ast.AugAssign, target: ast.Name, operator: Operator) -> Statement:
        before, value = self.compile(target), self.compile(node.value)
        bind = self._variable(target)
        place = self.places.of(node)

        def run(frame: Frame) -> None:
            try:
                bind(frame, operator(before(frame), value(frame), frame))
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def deletion(self, node: ast.Delete) -> Statement:
        if any(isinstance(target, ast.Name) for target in node.targets):
            raise self.refusal("variable-not-deleted", node)
        insides = [self._inside(target) for target in node.targets]
        place = self.places.of(node)

        def run(frame: Frame) -> None:
            try:
                for container, index in insides:
                    _delete(container(frame), index(frame), frame)
            except FAULTS as error:
                raise located(error, place) from None

        return run

    def choice(self, node: ast.If) -> Statement:
        condition = self.compile(node.test)
        before = set(self._assigned)
        then = self.block(node.body)
        after_then, self._assigned = self._assigned, before
        otherwise = self.block(node.orelse)
        self._assigned &= after_then
        return lambda frame: then(frame) if condition(frame) else otherwise(frame)

    def loop(self, node: ast.For) -> Statement:
        items = self.compile(node.iter)
        around, assigned, nodes = dict(self.bound), set(self._assigned), self.nodes
        bind = self.bind(node.target)
        self._refuse_shared_names(node.target)
        self._loops += 1
        body = self.block(node.body)
        self._loops -= 1
        cost = self.nodes - nodes + 2
        # The body may not run at all, and the else does not after a break.
        self.bound, self._assigned = around, set(assigned)
        self._over |= _names(node.target) - around.keys()
        otherwise = self.block(node.orelse)
        self._assigned = assigned
        place = self.places.of(node)

        def run(frame: Frame) -> Jump | None:
            try:
                for value in items_of(items(frame), frame):
                    frame.charge(cost)
                    bind(frame, value)
                    if body(frame) is Jump.BREAK:
                        return None
            except FAULTS as error:
                raise located(error, place) from None
            return otherwise(frame)

        return run

    def _refuse_shared_names(self, target: ast.AST) -> None:
        for name in sorted(_names(target) & self.writes.keys()):
            raise self.refusal("loop-name-taken", target, name=name)

    def _refuse_if_over(self, name: str, node: ast.AST) -> None:
        if name in self._over:
            raise self.refusal("loop-name-outside", node, name=name)

    def jump(self, node: ast.Break | ast.Continue) -> Statement:
        if not self._loops:
            raise self.refusal("no-loop-around", node)
        where = Jump.BREAK if isinstance(node, ast.Break) else Jump.CONTINUE
        return lambda frame: where

    def nothing(self, node: ast.Pass) -> Statement:
        return lambda frame: None

    def bare(self, node: ast.Expr) -> Statement:
        is_remark = isinstance(node.value, ast.Constant) and type(node.value.value) is str
        if type(node.value) in EXPRESSIONS and not (is_remark or isinstance(node.value, ast.Call)):
            # Most often == was written for =.
            raise self.refusal("line-does-nothing", node)
        value = self.compile(node.value)

        def run(frame: Frame) -> None:
            value(frame)

        return run


def _names(target: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}


def _set(container: JSON, index: JSON, value: JSON, frame: Frame) -> None:
    if type(container) is dict:
        put(frame, container, key(index), value)
    elif type(container) is list:
        container[position(container, index)] = value
    else:
        raise ScriptRuntimeError(Sentence("nothing-set-inside", value=described(container)))


def _delete(container: JSON, index: JSON, frame: Frame) -> None:
    if type(container) not in CONTAINERS:
        raise ScriptRuntimeError(Sentence("nothing-deleted-from", value=described(container)))
    # Refuses what is not there.
    item(container, index)
    frame.charge(len(container) >> 4 if type(container) is list else 1)
    del container[index]


STATEMENTS: dict[type[ast.AST], Callable[..., Statement]] = {
    ast.Assign: ScriptCompiler.assignment,
    ast.AugAssign: ScriptCompiler.augmented,
    ast.Delete: ScriptCompiler.deletion,
    ast.If: ScriptCompiler.choice,
    ast.For: ScriptCompiler.loop,
    ast.Break: ScriptCompiler.jump,
    ast.Continue: ScriptCompiler.jump,
    ast.Pass: ScriptCompiler.nothing,
    ast.Expr: ScriptCompiler.bare,
}
