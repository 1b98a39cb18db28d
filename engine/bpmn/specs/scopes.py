"""Scopes: what tokens live in. A process, its sub-processes, and the repetition of an activity."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.bpmn.execution import ElementFailed, Token
from engine.bpmn.specs.activities import Activity, whole_number
from engine.bpmn.specs.base import HAND_OUT, Element, Flow, Process
from engine.bpmn.specs.compensation import remember
from engine.bpmn.specs.events import BoundaryEvent, EventStart, ThrownStart, interrupt
from engine.scripting import Template
from engine.sentences import Sentence

Json = Any


@dataclass(frozen=True, slots=True)
class Passing:
    """What a call activity passes into or out of the called process: a variable, an expression's value, or
    (neither) everything."""

    source: str | None
    expression: Template | None
    target: str
    local: bool

    def values(self, token: Token, held: Mapping[str, Json]) -> dict[str, Json]:
        """What is passed, by its name on the other side. `held` are the variables to take from; one that is
        not there is passed as null, as Camunda does."""
        if self.expression is not None:
            return {self.target: token.workflow.evaluate(self.expression, token)}
        return dict(held) if self.source is None else {self.target: held.get(self.source)}


class ScopeMixin:
    """What a process, a sub-process and an event sub-process have in common: a start, and events waiting
    inside."""

    start: Element

    def __init__(self, process: Process, name: str, **about: Any) -> None:
        super().__init__(process, name, **about)  # type: ignore[call-arg]
        self.event_starts: list[EventStart] = []
        self.thrown_starts: list[ThrownStart] = []

    def open_scope(self, token: Token) -> None:
        plans = [(start, start.plan(token)) for start in self.event_starts]
        for start, plan in plans:
            start.announce(token.workflow.listen(start, token), plan)
        self.place_start(token)

    def place_start(self, token: Token) -> None:
        token.workflow.place(self.start, token)

    def emptied(self, token: Token) -> None:
        """Nothing is left inside but listeners, which no longer start anything: not even while its outputs
        fail."""
        interrupt(token)
        token.workflow.go_on(token)


class ProcessScope(ScopeMixin, Element):
    """The process itself: its token is the root of the tree, its data the instance's variables. A called
    process lies in the token of its call activity, with variables of its own."""

    visible = False
    outermost = True

    def enter(self, token: Token) -> bool:
        self.open_scope(token)
        return False

    def place_start(self, token: Token) -> None:
        at = token.notes.pop("at", None)  # which of several, if not the plain one
        token.workflow.place(self.start if at is None else self.process.task_specs[at], token)

    def emptied(self, token: Token) -> None:
        if token.parent is None:
            token.workflow.finish()
            return
        interrupt(token)
        token.workflow.go_on(token.scope)


class SubProcess(ScopeMixin, Activity):
    """An embedded sub-process, or a transaction: one that a cancel end in it may end."""

    def begin(self, token: Token) -> bool:
        self.open_scope(token)
        token.workflow.note("entered", self)
        return False


class CallActivity(Activity):
    """Runs another process in the same case. That process sees what is passed to it, and nothing else.

    Its own scope stays until what it hands out has been written, so a retry finds it as it was.
    """

    def __init__(
        self,
        process: Process,
        name: str,
        called: Process,
        *,
        takes: list[Passing],
        gives: list[Passing],
        **about: Any,
    ) -> None:
        super().__init__(process, name, **about)
        self.called = called
        self.takes, self.gives = takes, gives

    def begin(self, token: Token) -> bool:
        variables: dict[str, Json] = {}
        for each in self.takes:
            variables.update(
                each.values(token, token.data if each.local else token.workflow.seen_from(token))
            )
        token.workflow.place(self.called.root, token).data.update(variables)
        token.workflow.note("entered", self, calls=asdict(self.called.identity))
        return False

    def hand_out(self, token: Token) -> None:
        self._take_results(token)
        super().hand_out(token)

    def _take_results(self, token: Token) -> None:
        """Once: a retry of the output parameters must not undo what was written since."""
        inside = next((t for t in token.children if t.spec is self.called.root), None)
        if inside is None:
            return
        results = [(each, each.values(inside, inside.data)) for each in self.gives]
        for each, values in results:
            for name, value in values.items():
                if each.local:
                    token.data[name] = value
                    token.workflow.changed()
                else:
                    token.workflow.assign(token, name, value)
        token.workflow.discard(inside)


class EventSubProcess(ScopeMixin, Element):
    """Runs inside the scope it lies in, once for each time its start event fires."""

    acts_for_scope = True
    start: EventStart | ThrownStart

    @property
    def interrupts(self) -> bool:
        return self.start.interrupting

    def enter(self, token: Token) -> bool:
        self.open_scope(token)
        token.workflow.note("entered", self)
        return False

    def place_start(self, token: Token) -> None:
        start = self.process.task_specs[token.notes.pop("start", self.start.name)]  # one of several, perhaps
        begun = token.workflow.place(start, token, phase=HAND_OUT)
        start.receive(begun, token.notes.pop("payload", None))

    def choose(self, token: Token) -> list[Flow]:
        remember(token)
        return []


class Repetition(Activity):
    """The repetition of an activity; each of its item tokens has a scope of its own."""

    visible = False

    def __init__(self, process: Process, name: str, item: Activity, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.item = item
        item.repeated = self

    def count(self, item: Token) -> None:
        """One more item has completed (called once per item, when its outputs are written)."""
        raise NotImplementedError

    def judge(self, item: Token) -> None:
        """Ask what decides whether the repetition goes on."""
        raise NotImplementedError

    def item_done(self, item: Token) -> None:
        """An item has gone its way to the end."""
        raise NotImplementedError

    def emptied(self, body: Token) -> None:
        body.workflow.go_on(body)


class StandardLoop(Repetition):
    """Runs an activity again and again as long as a condition holds, at most a number of times.

    `loopCounter` is the number of rounds done: from 0 inside of them.
    """

    def __init__(
        self,
        process: Process,
        name: str,
        item: Activity,
        *,
        condition: Template | None,
        before: bool,
        most: int | None,
        **about: Any,
    ) -> None:
        super().__init__(process, name, item, **about)
        self.condition, self.before, self.most = condition, before, most

    def begin(self, token: Token) -> bool:
        token.notes["rounds"] = token.data["loopCounter"] = 0
        if self.most == 0 or (self.before and not self._again(token)):
            return True
        self._place(token)
        return False

    def _place(self, body: Token) -> None:
        """A round has a counter of its own, which stays with it when it is to be undone."""
        body.workflow.place(self.item, body).data["loopCounter"] = body.notes["rounds"]

    def count(self, item: Token) -> None:
        body = item.scope
        body.notes["rounds"] += 1
        body.data["loopCounter"] = body.notes["rounds"]
        body.workflow.changed()

    def judge(self, item: Token) -> None:
        body = item.scope
        item.notes["again"] = body.notes["rounds"] != self.most and self._again(body)

    def item_done(self, item: Token) -> None:
        body, execution, again = item.scope, item.workflow, item.notes["again"]
        item.clear()
        execution.discard(item)
        if again:
            self._place(body)
        else:
            execution.check_finished(body)

    def _again(self, token: Token) -> bool:
        again = True if self.condition is None else token.workflow.evaluate(self.condition, token)
        if not isinstance(again, bool):
            raise ElementFailed(Sentence("loop-condition-no-boolean"))
        return again


class MultiInstance(Repetition):
    """The repetition of an activity, in parallel or one after the other."""

    def __init__(
        self,
        process: Process,
        name: str,
        item: Activity,
        *,
        sequential: bool,
        collection: Template | None,
        cardinality: Template | None,
        variable: str | None,
        until: Template | None,
        **about: Any,
    ) -> None:
        super().__init__(process, name, item, **about)
        self.sequential, self.variable, self.until = sequential, variable, until
        self.collection, self.cardinality = collection, cardinality

    def begin(self, token: Token) -> bool:
        items = self._items(token)
        token.notes.update(instances=len(items), completed=0, active=0)
        _show_counters(token)
        waiting = items[1:] if self.sequential else []
        if waiting:
            token.notes["items"] = waiting
        for index, item in enumerate(items[: len(items) - len(waiting)]):
            self._place(token, index, item)
        return not items

    def count(self, item: Token) -> None:
        body = item.scope
        body.notes["completed"] += 1
        body.notes["active"] -= 1
        _show_counters(body)

    def judge(self, item: Token) -> None:
        """The completion condition is asked as the instance that completed sees things."""
        if self.until is None:
            return
        enough = item.workflow.evaluate(self.until, item)
        if not isinstance(enough, bool):
            raise ElementFailed(Sentence("completion-condition-no-boolean"))
        item.notes["enough"] = enough

    def item_done(self, item: Token) -> None:
        body, execution = item.scope, item.workflow
        enough = item.notes.get("enough", False)
        item.clear()
        execution.discard(item)
        if enough:
            body.clear(keep=lambda token: isinstance(token.spec, BoundaryEvent))
        elif remaining := body.notes.get("items"):
            following = remaining.pop(0)
            self._place(body, body.notes["completed"], following)
        execution.check_finished(body)

    def _place(self, body: Token, index: int, value: Json) -> None:
        item = body.workflow.place(self.item, body)
        item.data["loopCounter"] = index
        if self.variable:
            item.data[self.variable] = value
        body.notes["active"] += 1
        _show_counters(body)

    def _items(self, token: Token) -> list[Json]:
        if self.cardinality is not None:
            number = whole_number(token.workflow.evaluate(self.cardinality, token))
            if number is None or number < 0:
                raise ElementFailed(Sentence("cardinality-no-number"))
            self._bound(number, token)
            return [None] * number
        assert self.collection is not None, "the check asks for a collection or a cardinality"
        items = token.workflow.evaluate(self.collection, token)
        if not isinstance(items, list):
            raise ElementFailed(Sentence("collection-no-list"))
        self._bound(len(items), token)
        return list(items)

    def _bound(self, number: int, token: Token) -> None:
        most = token.workflow.circumstances.limits.items
        if number > most:
            raise ElementFailed(Sentence("repeated-too-often", number=number, most=most))
        token.workflow.require_room(number)


def _show_counters(body: Token) -> None:
    """The counters as variables, for expressions to read; writing to these names changes no counting."""
    body.data.update(
        nrOfInstances=body.notes["instances"],
        nrOfCompletedInstances=body.notes["completed"],
        nrOfActiveInstances=body.notes["active"],
    )
    body.workflow.changed()
