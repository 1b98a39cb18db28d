"""From a DMN file to compiled decisions. What would not be decided as the standard says is refused here.

All problems are reported at once: in a cell by the row, from 1, and the column's label.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lxml.etree import _Element

from engine.dmn import xml
from engine.dmn.cells import ANYTHING, NULL, Tests, Value, read_tests, read_value
from engine.dmn.literals import TYPES, UNTYPED, Literal, Type
from engine.dmn.tables import (
    AGGREGATIONS,
    BY_PRIORITY,
    HitPolicy,
    Input,
    LiteralExpression,
    Output,
    Rule,
    Table,
)
from engine.dmn.xml import child, children, label, line, line_of_text, tag, text_of
from engine.errors import Problem
from engine.scripting import JSON, ScriptSyntaxError
from engine.sentences import Said, Sentence

Cell = TypeVar("Cell", Tests, Value)
Column = TypeVar("Column", Input, Output)

MAX_DECISIONS = 200
MAX_RULES = 10_000
MAX_CELLS = 50_000
MAX_CHARACTERS = 500_000
"""In all cells together: reading takes some microseconds a character at worst."""
MAX_PROBLEMS = 500
MAX_ID_LENGTH = 255

_FEEL = re.compile(r"feel|https?://www\.omg\.org/spec/(DMN|FEEL)/.*", re.IGNORECASE)
_HARMLESS = frozenset({"versionTag", "historyTimeToLive", "diagramRelationId"})
_PROSE = frozenset({"description", "extensionElements"})
_ABOUT_A_DECISION = frozenset(
    {
        *("question", "allowedAnswers", "variable", "informationRequirement", "authorityRequirement"),
        *("supportedObjective", "impactedPerformanceIndicator", "decisionMaker", "decisionOwner"),
        *("usingProcess", "usingTask"),
    }
)
_ASIDE = frozenset(
    {
        *("inputData", "knowledgeSource", "itemDefinition", "elementCollection", "performanceIndicator"),
        *("organizationUnit", "textAnnotation", "association", "group"),
    }
)
_TEXT = frozenset({"text"})
_INSIDE: dict[str, Set[str]] = {  # what may stand in each element that decides, beside prose
    "definitions": _ASIDE | {"decision"},
    "decision": _ABOUT_A_DECISION | {"decisionTable", "literalExpression"},
    "informationRequirement": {"requiredDecision", "requiredInput"},
    "decisionTable": {"input", "output", "rule", "annotation"},
    "input": {"inputExpression", "inputValues"},
    "output": {"outputValues", "defaultOutputEntry"},
    "rule": {"inputEntry", "outputEntry", "annotationEntry"},
    **dict.fromkeys(("inputExpression", "inputValues", "outputValues"), _TEXT),
    **dict.fromkeys(("inputEntry", "outputEntry", "defaultOutputEntry", "literalExpression"), _TEXT),
}
_ATTRIBUTES = frozenset({"id", "label", "name", "typeRef", "expressionLanguage"})
_OF_A_TABLE = frozenset({"hitPolicy", "aggregation", "preferredOrientation", "outputLabel"})
_KEY = re.compile(r"[^\W\d][\w.\-·]*")
_REASONS = {
    **dict.fromkeys(("businessKnowledgeModel", "knowledgeRequirement"), "knowledge-model-unsupported"),
    "decisionService": "decision-service-unsupported",
    "import": "import-unsupported",
    "importedValues": "values-not-imported",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """A decision that another rests on. `names` are those of its result that are read there: the name of the
    output that is meant, or None for the whole value."""

    key: str
    names: dict[str, str | None]


@dataclass(slots=True)
class Compiled:
    """A decision as it was read.

    `variables` are the names its value has where it is required, `outputs` those of its outputs; `reads` the
    names it takes from around. `requires` is filled when the decisions of the file are linked.
    """

    decided: Table | LiteralExpression
    names: dict[str, str]
    variables: frozenset[str]
    outputs: tuple[str, ...]
    reads: frozenset[str]
    requires: tuple[Requirement, ...] = ()


@dataclass(slots=True)
class Reading:
    """What is in a file: the keys in its order; the decisions, each after those it requires.

    `problems` stop a deployment, `warnings` tell what has no effect.
    """

    keys: list[str] = field(default_factory=list)
    decisions: dict[str, Compiled] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read(file: str, data: bytes, functions: frozenset[str]) -> Reading:
    """Read a file whose expressions may call these functions beside the language's own. Raises `Invalid` when
    it is no DMN."""
    root = xml.read(file, data)
    reader = _Reader(file, functions)
    with suppress(_Enough):
        reader.document(root)
    return reader.reading


class _Enough(Exception):
    """There are more problems than anyone reads."""


class _Reader:
    def __init__(self, file: str, functions: frozenset[str]) -> None:
        self.file = file
        self.functions = functions
        self.reading = Reading()
        self._tests: dict[str, Tests] = {}
        self._values: dict[str, Value] = {}
        self._characters = 0
        self._drawn: dict[str, _Element] = {}
        # The names that the decision at hand reads, gathered cell by cell.
        self._reads: set[str] = set()

    # -- saying so ------------------------------------------------------------------------------------------

    def refuse(self, element: _Element, code: str, /, **values: Said) -> None:
        """Refuse what stands there for the fault of that code, with what its sentence tells."""
        self._refuse_for(element, Sentence(code, **values))

    def warn(self, element: _Element, code: str, /, **values: Said) -> None:
        if len(self.reading.warnings) < MAX_PROBLEMS:
            self.reading.warnings.append(self._problem(element, Sentence(code, **values), None))

    def _refuse_for(self, element: _Element, reason: Sentence, at: int | None = None) -> None:
        problems = self.reading.problems
        problems.append(self._problem(element, reason, at))
        if len(problems) == MAX_PROBLEMS:
            problems.append(Problem.of(Sentence("check-stopped"), file=self.file))
            raise _Enough

    def _problem(self, element: _Element, reason: Sentence, at: int | None) -> Problem:
        return Problem.of(reason, file=self.file, element=_decision_id(element), line=at or line(element))

    # -- the file -------------------------------------------------------------------------------------------

    def document(self, root: _Element) -> None:
        """Read every decision, then connect each with those it requires."""
        drawn = list(children(root, "decision"))
        cells = sum(tag(each) in ("inputEntry", "outputEntry") for each in root.iter())
        if not drawn:
            self.refuse(root, "no-decision")
        if len(drawn) > MAX_DECISIONS or cells > MAX_CELLS:
            self.refuse(root, "too-many-decisions", decisions=MAX_DECISIONS, cells=MAX_CELLS)
            return
        self._structure(root)
        for element in drawn:
            self._decision(element)
        self.reading.keys = list(self._drawn)
        if not self.reading.problems:
            self._link()

    def _structure(self, element: _Element) -> None:
        """Refuse what the standard does not know there, or what is not supported."""
        self._attributes(element)
        allowed = _INSIDE[tag(element)]
        for inner in element:
            name = tag(inner)
            if name in _REASONS:
                self.refuse(inner, _REASONS[name])
            elif not name and tag(element) == "definitions":
                continue  # the drawing
            elif name not in allowed and name not in _PROSE:
                self.refuse(
                    inner, "decision-element-unsupported", element=name or str(inner.tag), inside=tag(element)
                )
            elif name in _INSIDE:
                self._structure(inner)

    def _attributes(self, element: _Element) -> None:
        known = _OF_A_TABLE if tag(element) == "decisionTable" else frozenset()
        for attribute, value in element.attrib.items():
            namespace, name = xml.qualified(str(attribute))
            if name == "expressionLanguage" and not namespace and not _is_feel(str(value)):
                self.refuse(element, "decision-language", language=str(value))
            elif namespace == xml.CAMUNDA and name == "inputVariable":
                self.refuse(element, "input-variable-unsupported")
            elif namespace == xml.CAMUNDA and name not in _HARMLESS:
                self.warn(element, "decision-attribute-no-effect", attribute=name)
            elif not namespace and name not in _ATTRIBUTES | known and tag(element) != "definitions":
                self.refuse(element, "decision-attribute-unknown", element=tag(element), attribute=name)

    # -- one decision ---------------------------------------------------------------------------------------

    def _decision(self, element: _Element) -> None:
        key = element.get("id") or ""
        if not _KEY.fullmatch(key) or len(key) > MAX_ID_LENGTH:
            return self.refuse(element, "decision-without-id", most=MAX_ID_LENGTH)
        if key in self._drawn:
            return self.refuse(element, "decision-twice", decision=key)
        self._drawn[key] = element
        logic = [*children(element, "decisionTable"), *children(element, "literalExpression")]
        if len(logic) != 1:
            return self.refuse(element, "decision-logic-unclear")
        self._reads = set()
        read = self._table if tag(logic[0]) == "decisionTable" else self._literal_expression
        decided = read(element, logic[0])
        outputs = decided.outputs if isinstance(decided, Table) else (decided.output,)
        self.reading.decisions[key] = Compiled(
            decided,
            xml.names(element),
            frozenset({key, decided.name, _variable(element)}),
            tuple(each.name for each in outputs),
            frozenset(self._reads),
        )

    def _literal_expression(self, element: _Element, logic: _Element) -> LiteralExpression:
        variable = child(element, "variable")
        name = _variable(element) or label(element)
        type_ = self._type(logic if variable is None else variable)
        output = Output(name, "", type_, ANYTHING, None)
        value = self._output_cell(logic, None, output)
        if not text_of(logic).strip():
            self.refuse(logic, "literal-expression-empty")
        return LiteralExpression(element.get("id") or "", label(element), output, value)

    def _table(self, element: _Element, logic: _Element) -> Table:
        policy, aggregation = self._policy(logic)
        inputs = tuple(self._input(each, at) for at, each in enumerate(children(logic, "input"), 1))
        outputs = self._outputs(element, logic)
        self._check_outputs(logic, outputs, policy, aggregation)
        drawn = list(children(logic, "rule"))
        if len(drawn) > MAX_RULES:
            self.refuse(logic, "too-many-rules", most=MAX_RULES)
        if not drawn:
            self.warn(logic, "no-rules")
        rules = tuple(self._rule(each, row, inputs, outputs) for row, each in enumerate(drawn, 1))
        cost = 1 + sum(1 + len(rule.tests) for rule in rules)
        key = element.get("id") or ""
        return Table(key, label(element), policy, aggregation, inputs, outputs, rules, cost)

    def _policy(self, logic: _Element) -> tuple[HitPolicy, str | None]:
        written = logic.get("hitPolicy", "UNIQUE").strip()
        aggregation = (logic.get("aggregation") or "").strip() or None
        try:
            policy = HitPolicy(written)
        except ValueError:
            known = ", ".join(each.value for each in HitPolicy)
            self.refuse(logic, "hit-policy-unknown", policy=written, known=known)
            policy = HitPolicy.UNIQUE
        if aggregation and (aggregation not in AGGREGATIONS or policy is not HitPolicy.COLLECT):
            self.refuse(logic, "aggregation-unknown")
        return policy, aggregation

    def _check_outputs(
        self, logic: _Element, outputs: tuple[Output, ...], policy: HitPolicy, aggregation: str | None
    ) -> None:
        names = [each.name for each in outputs]
        if not outputs:
            self.refuse(logic, "no-output")
        if len(outputs) > 1 and (not all(names) or len(set(names)) < len(names)):
            self.refuse(logic, "outputs-without-names")
        if aggregation and len(outputs) > 1:
            self.refuse(logic, "aggregation-one-output", aggregation=aggregation)
        if policy in BY_PRIORITY and not any(each.allowed.is_list for each in outputs):
            self.refuse(logic, "priorities-missing", policy=policy.value)

    # -- columns --------------------------------------------------------------------------------------------

    def _input(self, element: _Element, at: int) -> Input:
        expression = child(element, "inputExpression")
        written = _one_line(text_of(expression))
        title = _one_line(element.get("label") or "") or written or f"input {at}"
        if expression is None or not written:
            self.refuse(element, "column-without-expression", column=title)
            return Input(title, NULL, None, ANYTHING)
        type_ = self._type(expression)
        value = self._value(expression, None, title)
        return Input(title, value, type_, self._allowed(element, "inputValues", title, type_))

    def _outputs(self, element: _Element, logic: _Element) -> tuple[Output, ...]:
        drawn = list(children(logic, "output"))
        # One output may go without a name: then it has the decision's.
        otherwise = (element.get("id") or "") if len(drawn) == 1 else ""
        return tuple(self._output(each, at, otherwise) for at, each in enumerate(drawn, 1))

    def _output(self, element: _Element, at: int, otherwise: str) -> Output:
        name = _one_line(element.get("name") or "") or otherwise
        title = _one_line(element.get("label") or "") or name or f"output {at}"
        type_ = self._type(element)
        output = Output(name, title, type_, self._allowed(element, "outputValues", title, type_), None)
        default = child(element, "defaultOutputEntry")
        return (
            output if default is None else replace(output, default=self._output_cell(default, None, output))
        )

    def _allowed(self, element: _Element, name: str, title: str, type_: Type | None) -> Tests:
        holder = child(element, name)
        if holder is None:
            return ANYTHING
        allowed = self._test(holder, None, title)
        column = Output("", title, type_, ANYTHING, None)
        for each in allowed.alternatives:
            self._check_known(holder, None, column, each.equals)
        return allowed

    def _type(self, element: _Element) -> Type | None:
        written = (element.get("typeRef") or "").strip().split(":")[-1]
        if written not in TYPES and written not in UNTYPED:
            self.warn(element, "type-not-checked", type=written)
        return TYPES.get(written)

    # -- cells ----------------------------------------------------------------------------------------------

    def _rule(
        self, element: _Element, row: int, inputs: tuple[Input, ...], outputs: tuple[Output, ...]
    ) -> Rule:
        tests = [
            self._input_cell(cell, row, column).test
            for cell, column in self._cells(element, row, "inputEntry", inputs)
        ]
        values = [
            self._output_cell(cell, row, column)
            for cell, column in self._cells(element, row, "outputEntry", outputs)
        ]
        looks = tuple((at, test) for at, test in enumerate(tests) if test)
        return Rule(row, looks, tuple(each.run for each in values))

    def _cells(
        self, rule: _Element, row: int, name: str, columns: tuple[Column, ...]
    ) -> Iterable[tuple[_Element, Column]]:
        cells = list(children(rule, name))
        if len(cells) != len(columns):
            code = "input-cells-missing" if name == "inputEntry" else "output-cells-missing"
            self.refuse(rule, code, row=row, cells=len(cells), columns=len(columns))
            return ()
        return zip(cells, columns, strict=True)

    def _input_cell(self, cell: _Element, row: int, column: Input) -> Tests:
        tests = self._test(cell, row, column.label)
        for each in tests.alternatives:
            self._check_known(cell, row, column, each.equals)
        return tests

    def _output_cell(self, cell: _Element, row: int | None, column: Output) -> Value:
        value = self._value(cell, row, column.label)
        self._check_known(cell, row, column, value.known)
        return value

    def _check_known(
        self, cell: _Element, row: int | None, column: Input | Output, known: Literal | None
    ) -> None:
        """Refuse a literal that is not of its column's type, or not among its values."""
        if known is None or known.value is None:
            return
        value: JSON = known.value
        if column.type and not column.type.includes(value):
            self._refuse_cell(cell, row, column.label, Sentence(column.type.refusal))
        elif column.allowed.is_known and not column.allowed.admits(value):
            self._refuse_cell(cell, row, column.label, Sentence("cell-not-allowed"))

    def _test(self, cell: _Element, row: int | None, title: str) -> Tests:
        return self._read(cell, (row, title), self._tests, read_tests, ANYTHING)

    def _value(self, cell: _Element, row: int | None, title: str) -> Value:
        return self._read(cell, (row, title), self._values, read_value, NULL)

    def _read(
        self,
        cell: _Element,
        where: tuple[int | None, str],
        known: dict[str, Cell],
        reader: Callable[[str, frozenset[str]], Cell],
        otherwise: Cell,
    ) -> Cell:
        """What a cell says; equal cells share it."""
        text = text_of(cell)
        self._count(cell, text)
        try:
            if text not in known:
                known[text] = reader(text, self.functions)
        except ScriptSyntaxError as error:
            self._refuse_cell(cell, *where, error.reason, error.line)
            return otherwise
        self._reads |= known[text].reads
        return known[text]

    def _count(self, cell: _Element, text: str) -> None:
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            self.refuse(cell, "too-many-characters", most=MAX_CHARACTERS)
            raise _Enough

    def _refuse_cell(self, cell: _Element, row: int | None, title: str, reason: Said, at: int = 1) -> None:
        start = line_of_text(cell)
        self._refuse_for(cell, _in_place(row, title, reason), start + at - 1 if start else None)

    # -- what rests on what ---------------------------------------------------------------------------------

    def _link(self) -> None:
        """Connect each decision with those it requires, and put those before it."""
        decisions = self.reading.decisions
        required = {key: self._required(self._drawn[key]) for key in decisions}
        ordered: dict[str, Compiled] = {}
        for key in decisions:
            self._put_after(key, required, ordered, ())
        self.reading.decisions = ordered
        for key in ordered:
            self._connect(key, required[key])

    def _required(self, element: _Element) -> list[str]:
        keys = []
        for requirement in children(element, "informationRequirement"):
            for each in children(requirement, "requiredDecision"):
                href = (each.get("href") or "").strip()
                if href.removeprefix("#") in self.reading.decisions and href.startswith("#"):
                    keys.append(href.removeprefix("#"))
                else:
                    self.refuse(each, "decision-not-here", decision=href)
        return list(dict.fromkeys(keys))

    def _put_after(
        self, key: str, required: dict[str, list[str]], ordered: dict[str, Compiled], path: tuple[str, ...]
    ) -> None:
        if key in ordered:
            return
        if key in path:
            circle = " requires ".join(repr(each) for each in (*path[path.index(key) :], key))
            self.refuse(self._drawn[key], "decisions-in-a-circle", circle=circle)
            raise _Enough
        for each in required[key]:
            self._put_after(each, required, ordered, (*path, key))
        ordered[key] = self.reading.decisions[key]

    def _connect(self, key: str, required: list[str]) -> None:
        """Say what each name a decision reads means: the result of one it requires, or a variable."""
        compiled = self.reading.decisions[key]
        meanings: dict[str, list[tuple[str, str | None]]] = {}
        for other in required:
            for name, output in _given(self.reading.decisions[other]):
                meanings.setdefault(name, []).append((other, output))
        used = {name: meanings[name] for name in sorted(compiled.reads & meanings.keys())}
        for name, found in used.items():
            if len(found) > 1:
                self.refuse(self._drawn[key], "result-ambiguous", name=name)
        compiled.requires = tuple(
            Requirement(other, {name: found[0][1] for name, found in used.items() if found[0][0] == other})
            for other in required
        )
        compiled.reads -= meanings.keys()
        for name in sorted(compiled.reads & self.reading.decisions.keys()):
            self.warn(self._drawn[key], "decision-not-required", name=name)


def _given(compiled: Compiled) -> Iterator[tuple[str, str | None]]:
    """The names of a decision's result where it is required, and the output each means; None: the value."""
    if len(compiled.outputs) == 1:
        yield from ((name, None) for name in compiled.variables | set(compiled.outputs))
    else:
        yield from ((name, None) for name in compiled.variables)
        yield from ((name, name) for name in compiled.outputs)


def _variable(decision: _Element) -> str:
    """The name of the decision's variable; "" when it has none."""
    variable = child(decision, "variable")
    return "" if variable is None else _one_line(variable.get("name") or "")


def _decision_id(element: _Element) -> str | None:
    at: _Element | None = element
    while at is not None and tag(at) != "decision":
        at = at.getparent()
    return (None if at is None else at.get("id")) or None


def _in_place(row: int | None, title: str, reason: Said) -> Sentence:
    """The reason, and where in the table: the row, from 1, and the label of the column, if any."""
    if row and title:
        return Sentence("wrong-in-cell", row=row, column=title, reason=reason)
    if row:
        return Sentence("wrong-in-rule", row=row, reason=reason)
    if title:
        return Sentence("wrong-in-column", column=title, reason=reason)
    return Sentence("wrong-in-table", reason=reason)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_feel(language: str) -> bool:
    return not language.strip() or _FEEL.fullmatch(language.strip()) is not None
