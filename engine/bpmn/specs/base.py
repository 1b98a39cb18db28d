"""What every element of a diagram has in common: how a token enters it, and how it leaves.

Every class is a task spec of SpiffWorkflow, run by the library's `Task.run`. A token passes three phases, and
a failure is retried from the one that failed, so nothing is done twice:

    0  enter    evaluate inputs, begin the work; return False to wait for someone, something or an inner token
    1  hand out evaluate the outputs and write them to the scope outside
    2  choose   decide on the outgoing flows, then go
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.specs.base import TaskSpec

from engine.bpmn.dialect import ENTER as ON_ENTER
from engine.bpmn.dialect import LEAVE as ON_LEAVE
from engine.bpmn.dialect import PAUSE, RESUME, Mark
from engine.bpmn.effects import Called, Sent
from engine.bpmn.execution import ElementFailed, Token
from engine.scripting import Template
from engine.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.bpmn.specs.scopes import ProcessScope


ENTER, HAND_OUT, CHOOSE = range(3)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow: where it leads, and the condition it asks, if any."""

    id: str
    target: "Element"
    condition: Template | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A `camunda:inputParameter` or `outputParameter`."""

    name: str
    value: Template


class Process(BpmnProcessSpec):
    """The specification of one process version: `task_specs` by name, `root` the process itself."""

    root: "ProcessScope"

    def __init__(self, key: str, version: int) -> None:
        super().__init__(name=key)
        self.identity = Called(key, version)
        self.called: dict[Called, Process] = {}
        """All that it calls, directly or through others."""
        self.record: dict[str, Template] = {}
        self.task_specs.clear()  # the library's own start and end tasks have no part in this


class Element(TaskSpec):
    """A flow node that passes tokens straight through; the other kinds say what they do differently.

    `name` is unique in the process and stored with a token; `element` is the id as drawn, `label` what people
    call it; `within` is the scope it lies in, of a boundary event its host, None of the process itself;
    `undone_by` is what undoes it once it has completed (see `compensation`).
    """

    visible: ClassVar[bool] = True
    """Whether passing it is worth a line of history."""

    joins: ClassVar[bool] = False
    """Whether tokens may wait here for other tokens."""

    acts_for_scope: ClassVar[bool] = False
    """Whether it is an event sub-process: what it does it does for the scope it lies in."""

    outermost: ClassVar[bool] = False
    """Whether it is a process: nothing inside sees or changes a variable outside."""

    def __init__(self, process: Process, name: str, *, element: str | None = None, label: str = "") -> None:
        super().__init__(process, name)
        self.element = element or name
        self.label = label
        self.flows: list[Flow] = []
        self.default: str | None = None
        self.within: Element | None = None
        self.undone_by: Element | None = None
        self.clocks: tuple[Mark, ...] = ()

    @property
    def process(self) -> Process:
        """The process it is drawn in, which may be one that the case's own process calls."""
        return self._wf_spec  # type: ignore[no-any-return]

    @property
    def attached(self) -> "Sequence[Element]":
        """The events at its boundary, by which a token may leave it too."""
        return ()

    @property
    def interrupts(self) -> bool:
        """Whether it handles an event that has ended all else in the scope around it."""
        return False

    # The library's hooks, in the order it calls them.

    def test(self) -> None:
        """The library refuses task specs without inputs; the check at deployment knows better."""

    def _update_hook(self, token: Token) -> bool:
        return (
            False  # tokens become ready through `Execution.place`, never by the library's data-copying update
        )

    def _run_hook(self, token: Token) -> bool | None:
        notes = token.notes
        if notes.setdefault("phase", ENTER) == ENTER:
            done = self.enter(token)
            self.entered(token)
            if not done:
                return None
            notes["phase"] = HAND_OUT
        if notes["phase"] == HAND_OUT:
            self.hand_out(token)
            notes["phase"] = CHOOSE
        token.taking = self.choose(token)
        return True

    def _on_complete_hook(self, token: Token) -> None:
        if self.visible:
            token.workflow.note("left", self)
        self._resume_clocks(token)
        self.mark(token, ON_LEAVE)
        self.left(token)

    def _on_cancel(self, token: Token) -> None:
        if token.active and self.visible:
            token.workflow.note("cancelled", self)
        self._resume_clocks(token)
        self.withdraw(token)

    # Clocks: what is marked on an element happens to those of its case.

    def entered(self, token: Token) -> None:
        """Pass the marks of entering, once: a dead job that begins anew was entered before."""
        if not self.clocks or "entered" in token.notes:
            return
        token.notes["entered"] = True
        self.mark(token, ON_ENTER)
        if pauses := [mark.name for mark in self.clocks if mark.action == PAUSE]:
            token.notes["pauses"] = pauses

    def mark(self, token: Token, moment: str) -> None:
        for mark in self.clocks:
            if mark.on == moment:
                token.workflow.mark(token, mark.name, mark.action)

    def _resume_clocks(self, token: Token) -> None:
        """End the pauses that began with this token: as they began, whatever the diagram says by now."""
        for name in token.notes.pop("pauses", ()):
            token.workflow.mark(token, name, RESUME)

    # What the kinds override.

    def enter(self, token: Token) -> bool:
        """Begin. Evaluate all that can fail before changing anything: a retry begins here again."""
        return True

    def hand_out(self, token: Token) -> None:
        """Write results to the scope outside."""

    def choose(self, token: Token) -> list[Flow]:
        """The flows to take: all without a condition, all whose condition holds, else the default."""
        if not self.flows:
            return []
        taken = [f for f in self.flows if f.id != self.default and (f.condition is None or holds(f, token))]
        taken = taken or [f for f in self.flows if f.id == self.default]
        if not taken:
            raise ElementFailed(Sentence("no-condition-holds"))
        return taken

    def left(self, token: Token) -> None:
        token.workflow.take(token, token.taking)

    def awaits(self, token: Token) -> str | None:
        """What the token waits for from outside: a `task`, a `timer`, a `subscription`, a `job`, or nothing
        (None)."""
        return None

    def waits_for(self, token: Token, sent: Sent) -> bool:
        """Whether the token waits for what is sent."""
        return False

    def withdraw(self, token: Token) -> None:
        """Take back what the token announced outside: its user task, timer, subscription or job."""


def holds(flow: Flow, token: Token) -> bool:
    assert flow.condition is not None
    value = token.workflow.evaluate(flow.condition, token)
    if not isinstance(value, bool):
        raise ElementFailed(Sentence("flow-condition-no-boolean", flow=flow.id))
    return value
