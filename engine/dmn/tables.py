"""Decision tables and literal expressions, compiled: immutable, so that threads share them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

from engine.dmn.cells import Run, Test, Tests, Value
from engine.dmn.errors import DecisionError
from engine.dmn.literals import Type
from engine.dmn.results import Result
from engine.scripting import JSON
from engine.scripting.errors import ScriptRuntimeError
from engine.scripting.functions import FUNCTIONS
from engine.scripting.limits import Frame
from engine.scripting.values import LARGEST_INTEGER, cut_loose, described, equal
from engine.sentences import Sentence

FAULTS = (ScriptRuntimeError, OverflowError)


class HitPolicy(Enum):
    """Which of the matching rules count."""

    UNIQUE = "UNIQUE"  # one at most may match
    FIRST = "FIRST"  # the first that matches
    PRIORITY = "PRIORITY"  # the one whose outputs come first in the outputs' lists of values
    ANY = "ANY"  # any: all that match give the same
    COLLECT = "COLLECT"  # all, or a figure made of them
    RULE_ORDER = "RULE ORDER"  # all, in the order of the table
    OUTPUT_ORDER = "OUTPUT ORDER"  # all, in the order of the outputs' lists of values


GIVES_ONE = frozenset({HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.PRIORITY, HitPolicy.ANY})
BY_PRIORITY = frozenset({HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER})
AGGREGATIONS = frozenset({"SUM", "MIN", "MAX", "COUNT"})


@dataclass(frozen=True, slots=True)
class Input:
    label: str
    value: Value
    type: Type | None
    allowed: Tests


@dataclass(frozen=True, slots=True)
class Output:
    name: str
    label: str
    type: Type | None
    allowed: Tests
    default: Value | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: the tests of the inputs that it looks at, by the input's number, and a value for each output."""

    row: int
    tests: tuple[tuple[int, Test], ...]
    outputs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Match:
    row: int
    entries: dict[str, JSON]


class Scope:
    """The names a decision sees: `own` (results of the decisions it requires) before those around it."""

    __slots__ = ("_around", "own")

    def __init__(self, around: Mapping[str, JSON], own: dict[str, JSON]) -> None:
        self._around = around
        self.own = own

    def __getitem__(self, name: str) -> JSON:
        return self.own[name] if name in self.own else self._around[name]

    def __contains__(self, name: object) -> bool:
        return name in self.own or name in self._around


@dataclass(frozen=True, slots=True)
class LiteralExpression:
    """A decision that is one expression; its result has the name of the decision's variable."""

    key: str
    name: str
    output: Output
    value: Value

    def evaluate(self, frame: Frame) -> Result:
        """Decide, in a frame whose names are a Scope. Raises DecisionError."""
        value = _output(self, self.output, self.value.run, frame, None)
        return Result(self.key, self.name, [{self.output.name: value}], value, ())


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table. `cost` is how many ticks it takes to look at every rule."""

    key: str
    name: str
    policy: HitPolicy
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    cost: int

    def evaluate(self, frame: Frame) -> Result:
        """Decide, in a frame whose names are a Scope. Raises DecisionError."""
        try:
            return self._decide(frame)
        except FAULTS as error:
            _fail(self, error)

    def _decide(self, frame: Frame) -> Result:
        """The steps of a decision.

        1. Work out the inputs, and see that each may be what it is.
        2. Find the rules that match: all, or the first where only that counts.
        3. Work out their outputs; where none matched, the defaults.
        4. Choose and order by the hit policy, and aggregate.
        """
        frame.charge(self.cost)
        values = [_input(self, each, frame) for each in self.inputs]
        rules = self._matching(values, frame)
        if not rules:
            return self._nothing_matched(frame)
        matches = self._chosen([self._match(rule, frame) for rule in rules], frame)
        outputs = [match.entries for match in matches]
        if self.aggregation:
            return self._figure(self._aggregate(outputs, frame), tuple(rule.row for rule in rules))
        decided = rules if self.policy is HitPolicy.ANY else matches
        return self._result(outputs, tuple(each.row for each in decided))

    def _result(self, outputs: list[dict[str, JSON]], rows: tuple[int, ...]) -> Result:
        values = [self._only(entries) for entries in outputs]
        if self.policy in GIVES_ONE:
            return Result(self.key, self.name, outputs, values[0] if values else None, rows)
        return Result(self.key, self.name, outputs, values, rows)

    def _figure(self, figure: JSON, rows: tuple[int, ...]) -> Result:
        return Result(self.key, self.name, [{self.outputs[0].name: figure}], figure, rows)

    def _only(self, entries: dict[str, JSON]) -> JSON:
        """The entry, where there is one output; else all."""
        return entries[self.outputs[0].name] if len(self.outputs) == 1 else entries

    def _nothing_matched(self, frame: Frame) -> Result:
        defaults = {each.name: _default(self, each, frame) for each in self.outputs}
        has_defaults = any(each.default for each in self.outputs)
        if self.aggregation:
            nothing = 0 if self.aggregation == "COUNT" else None
            return self._figure(defaults[self.outputs[0].name] if has_defaults else nothing, ())
        return self._result([defaults] if has_defaults else [], ())

    def _matching(self, values: list[JSON], frame: Frame) -> list[Rule]:
        if self.policy is HitPolicy.FIRST:
            return next(([rule] for rule in self.rules if self._matches(rule, values, frame)), [])
        found = [rule for rule in self.rules if self._matches(rule, values, frame)]
        if self.policy is HitPolicy.UNIQUE and len(found) > 1:
            raise DecisionError(self.key, self.name, Sentence("rules-overlap", rules=_rows(found)))
        return found

    def _matches(self, rule: Rule, values: list[JSON], frame: Frame) -> bool:
        at = 0
        try:
            for at, test in rule.tests:
                if not test(values[at], frame):
                    return False
        except FAULTS as error:
            _fail(self, error, rule.row, self.inputs[at].label)
        return True

    def _match(self, rule: Rule, frame: Frame) -> Match:
        cells = zip(self.outputs, rule.outputs, strict=True)
        return Match(rule.row, {out.name: _output(self, out, run, frame, rule.row) for out, run in cells})

    def _chosen(self, matches: list[Match], frame: Frame) -> list[Match]:
        if self.policy in BY_PRIORITY:
            matches = sorted(matches, key=lambda match: self._priority(match, frame))
        if self.policy is HitPolicy.ANY:
            self._refuse_disagreement(matches, frame)
        return matches[:1] if self.policy in GIVES_ONE else matches

    def _priority(self, match: Match, frame: Frame) -> list[int]:
        positions = []
        for output in self.outputs:
            if not output.allowed.is_list:
                continue
            found = output.allowed.position(match.entries[output.name], frame)
            if found is None:
                reason = Sentence("output-without-place")
                raise DecisionError(self.key, self.name, reason, match.row, output.label)
            positions.append(found)
        return positions

    def _refuse_disagreement(self, matches: list[Match], frame: Frame) -> None:
        first, *others = matches
        for other in others:
            if not equal(first.entries, other.entries, frame):
                reason = Sentence("rules-disagree", one=first.row, other=other.row)
                raise DecisionError(self.key, self.name, reason)

    def _aggregate(self, outputs: list[dict[str, JSON]], frame: Frame) -> JSON:
        if self.aggregation in (None, "COUNT"):
            return len(outputs)
        try:
            figures = [self._only(entries) for entries in outputs]
            return FUNCTIONS[self.aggregation.lower()].call(frame, figures)
        except FAULTS as error:
            _fail(self, error, None, self.outputs[0].label)


Decided = Table | LiteralExpression


def _input(decided: Table, column: Input, frame: Frame) -> JSON:
    try:
        value = column.value.run(frame)
        _refuse_value(value, column.type, column.allowed, frame)
        return value
    except FAULTS as error:
        _fail(decided, error, None, column.label)


def _output(decided: Decided, column: Output, run: Run, frame: Frame, row: int | None) -> JSON:
    try:
        value = cut_loose(run(frame), frame)
        _refuse_value(value, column.type, column.allowed, frame)
        return value
    except FAULTS as error:
        _fail(decided, error, row, column.label)


def _default(decided: Decided, column: Output, frame: Frame) -> JSON:
    return _output(decided, column, column.default.run, frame, None) if column.default else None


def _refuse_value(value: JSON, type_: Type | None, allowed: Tests, frame: Frame) -> None:
    if value is None:
        return
    if type_ and not type_.includes(value):
        raise ScriptRuntimeError(Sentence("column-of-other-type", type=type_.name, value=_shown(value)))
    if allowed.test and not allowed.test(value, frame):
        raise ScriptRuntimeError(Sentence("not-among-values", value=_shown(value)))


def _shown(value: JSON) -> str | Sentence:
    """A short value as it is; of all others the type."""
    if type(value) is bool:
        return "true" if value else "false"
    is_short = type(value) is float or (type(value) is int and -LARGEST_INTEGER <= value <= LARGEST_INTEGER)
    return repr(value) if is_short or (type(value) is str and len(value) <= 40) else described(value)


def _fail(decided: Decided, error: Exception, row: int | None = None, column: str | None = None) -> NoReturn:
    reason = error.reason if isinstance(error, ScriptRuntimeError) else Sentence("number-too-large")
    raise DecisionError(decided.key, decided.name, reason, row, column or None) from None


def _rows(rules: Sequence[Rule]) -> str:
    shown = ", ".join(str(rule.row) for rule in rules[:10])
    return shown + (", ..." if len(rules) > 10 else "")
