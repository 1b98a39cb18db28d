"""What a check of one file has found, and what all parts of it know of that file."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.dialect import tag
from engine.bpmn.multiple import drawn_id
from engine.errors import Problem
from engine.sentences import Said, Sentence

MAX_PROBLEMS = 500
"""Enough to work on; the check stops there, and keeps no more warnings than that."""
_HOLDERS = {
    "definitions",
    "process",
    "subProcess",
    "transaction",
    "adHocSubProcess",
    "laneSet",
    "childLaneSet",
}


@dataclass(slots=True)
class Report:
    """`problems` stop a deployment; `warnings` tell what is kept but has no effect here."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class Enough(Exception):
    """There are more problems than anyone reads."""


class Check:
    """One look at one file: what is refused and warned of, and what concerns the file as a whole, noted
    before its processes are looked at."""

    def __init__(
        self, file: str, form_exists: Callable[[str], bool], decision_exists: Callable[[str], bool]
    ) -> None:
        self.file = file
        self.form_exists = form_exists
        self.decision_exists = decision_exists
        self.clocks_started: set[str] = set()
        """The names of clocks that some element starts."""
        self.usual_language = ""
        self.activities: dict[str, etree._Element] = {}
        self.associated: dict[str, list[etree._Element]] = {}
        self.compensated: set[str | None] = set()
        """The ids of activities with a handler, and of sub-processes that hold such."""
        self.left_when_cancelled: set[str | None] = set()
        """The ids of activities with a cancel event at their boundary."""
        self.report = Report()
        self._aside: set[tuple[Said, ...]] = set()

    def refuse(self, element: etree._Element, code: str, line: int | None = None, /, **values: Said) -> None:
        """Refuse an element for the fault of that code, with what its sentence tells."""
        self.refuse_for(element, Sentence(code, **values), line)

    def refuse_for(self, element: etree._Element, reason: Sentence, line: int | None = None) -> None:
        problems = self.report.problems
        problems.append(self._problem(element, reason, line))
        if len(problems) == MAX_PROBLEMS:
            problems.append(Problem.of(Sentence("check-stopped"), file=self.file))
            raise Enough

    def warn(self, element: etree._Element, code: str, /, **values: Said) -> None:
        if len(self.report.warnings) < MAX_PROBLEMS:
            self.report.warnings.append(self._problem(element, Sentence(code, **values), None))

    def set_aside(self, element: etree._Element, code: str, /, **values: Said) -> None:
        """Warn of what has no effect, where it is met first: editors write the same on every element."""
        if (code, *values.values()) not in self._aside:
            self._aside.add((code, *values.values()))
            self.warn(element, code, **values)

    def _problem(self, element: etree._Element, reason: Sentence, line: int | None) -> Problem:
        return Problem.of(
            reason, file=self.file, element=_nearest_id(element), line=line or dialect.line(element)
        )


def _nearest_id(element: etree._Element) -> str | None:
    """The id of the element people see: itself, or the one it is a part of."""
    at: etree._Element | None = element
    while at is not None:
        if at.get("id") and tag(at.getparent()) in _HOLDERS:
            return drawn_id(at)
        at = at.getparent()
    return None
