"""DMN: read decision tables, refuse what would not be decided as the standard says, and decide.

prepare(file, bytes)     what a deployment stores: one `Decision` each, or `Invalid`
keys(file, bytes)        the keys alone, unchecked
load(bytes)              the `Decisions` of a file, compiled once
Decisions.evaluate(...)  a `Result`, or `DecisionError`
MAPPINGS                 from a result to what a diagram asked for
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.dmn import xml
from engine.dmn.errors import DecisionError
from engine.dmn.read import Reading, Requirement, read
from engine.dmn.results import MAPPINGS, Result
from engine.dmn.tables import Scope
from engine.errors import Invalid, Problem
from engine.scripting import JSON, Limits
from engine.scripting.limits import Frame, Functions
from engine.sentences import Sentence

__all__ = ["MAPPINGS", "Decision", "DecisionError", "Decisions", "Result", "keys", "load", "prepare"]

CONTEXT_FUNCTIONS = frozenset({"now", "working_time"})
"""Functions the case itself provides, beside the language's own."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a file, as a deployment stores it; `xml` is the whole file as it came.

    `requires` are the keys of the decisions it rests on, directly or not, all in the same file. `reads` are
    the variables that it or they read.
    """

    key: str
    name: str
    names: dict[str, str]
    xml: bytes
    requires: tuple[str, ...]
    reads: frozenset[str]


def prepare(
    file: str, data: bytes, functions: frozenset[str] = CONTEXT_FUNCTIONS
) -> tuple[list[Decision], list[Problem]]:
    """The decisions in a file, in its order, and warnings about what has no effect.

    `functions` are the names that expressions may call beside the language's own. Raises `Invalid` with all
    problems at once.
    """
    reading = _sound(file, data, functions)
    required = Decisions(reading).required_by
    return [_decision(reading, key, required(key), data) for key in reading.keys], reading.warnings


def keys(file: str, data: bytes) -> list[str]:
    """The keys of the decisions in a file, unchecked. Raises `Invalid` when it is no DMN."""
    return [decision.get("id", "") for decision in xml.children(xml.read(file, data), "decision")]


def _decision(reading: Reading, key: str, requires: tuple[str, ...], data: bytes) -> Decision:
    compiled = reading.decisions[key]
    reads = compiled.reads.union(*(reading.decisions[of].reads for of in requires))
    return Decision(key, compiled.decided.name, compiled.names, data, requires, reads)


def load(data: bytes, functions: frozenset[str] = CONTEXT_FUNCTIONS, file: str = "") -> "Decisions":
    """The decisions of a file, ready to evaluate. Raises `Invalid`, which names `file`."""
    return Decisions(_sound(file, data, functions))


def _sound(file: str, data: bytes, functions: frozenset[str]) -> Reading:
    reading = read(file, data, functions)
    if reading.problems:
        raise Invalid(reading.problems)
    return reading


class Decisions:
    """The decisions of one file, compiled. Immutable: threads may share it."""

    def __init__(self, reading: Reading) -> None:
        self._decisions = reading.decisions
        self._required: dict[str, tuple[str, ...]] = {}
        for key, each in reading.decisions.items():  # each after those it requires
            before = (key for one in each.requires for key in (*self._required[one.key], one.key))
            self._required[key] = tuple(dict.fromkeys(before))

    def __contains__(self, key: object) -> bool:
        return key in self._decisions

    def required_by(self, key: str) -> tuple[str, ...]:
        """The keys of the decisions that one rests on, directly or not, in the order they are made."""
        return self._required[key]

    def evaluate(
        self,
        key: str,
        names: Mapping[str, JSON],
        functions: Functions | None = None,
        limits: Limits | None = None,
    ) -> Result:
        """Make the decision, after those it requires, with these variables; all within one set of limits.

        The result shares nothing with `names`. Raises DecisionError.
        """
        if key not in self._decisions:
            raise DecisionError(key, key, Sentence("decision-missing-in-file"))
        decided = self._decisions[key].decided
        try:
            results = self._results(key, Frame(names, functions, limits or Limits()), names)
        except (RecursionError, MemoryError):
            raise DecisionError(key, decided.name, Sentence("too-complicated")) from None
        last = results[key]
        before = tuple(results[of] for of in self._required[key])
        return Result(last.key, last.name, last.outputs, last.value, last.rules, before)

    def _results(self, key: str, frame: Frame, names: Mapping[str, JSON]) -> dict[str, Result]:
        results: dict[str, Result] = {}
        for each in (*self._required[key], key):
            compiled = self._decisions[each]
            frame.names = Scope(names, _visible(compiled.requires, results))
            results[each] = compiled.decided.evaluate(frame)
        return results


def _visible(requires: tuple[Requirement, ...], results: dict[str, Result]) -> dict[str, JSON]:
    """The results a decision reads, by the names it reads them under."""
    return {
        name: _part(results[requirement.key].value, output)
        for requirement in requires
        for name, output in requirement.names.items()
    }


def _part(value: JSON, output: str | None) -> JSON:
    """One output of a decision's value, of each rule when it has several."""
    if output is None or value is None:
        return value
    return [each[output] for each in value] if type(value) is list else value[output]
