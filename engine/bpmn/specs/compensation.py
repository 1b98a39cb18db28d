"""Compensation: what has completed is undone by its handlers, the most recent first.

A scope's token notes what completed in it and can be undone, in `done`, an entry each: `by` is the element
that undoes it, `taken` the throwing token that has begun with it or is going to. A sub-process leaves its own
list and its variables, as they were, in the entry of itself.

    throw event              takes the entries it is to undo, and lets their elements run inside its token
      compensation boundary  passes on to its handler, which runs there as any activity does
      undoing                of a sub-process: a scope with its variables, where its list is worked off
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from engine.bpmn.execution import ElementFailed, Token
from engine.bpmn.specs.base import Element, Process
from engine.bpmn.specs.events import CANCEL, BoundaryEvent, Thrown, find_handler
from engine.sentences import Sentence

Entry = dict[str, Any]


class CompensationBoundary(Element):
    """Stands for its activity among what has completed; its only flow leads to the handler."""


class Compensating(Element):
    """Undoes entries one after the other. An entry is forgotten when it is undone, and not before: one that
    was interrupted is there for the next who compensates."""

    def current(self, token: Token) -> tuple[list[Entry], int] | None:
        """The entry to be undone now, by its list and its place there; None when nothing is left."""
        raise NotImplementedError

    def enter(self, token: Token) -> bool:
        return not self._begin_next(token)

    def emptied(self, token: Token) -> None:
        found = self.current(token)
        assert found is not None, "what has ended here was begun for an entry"
        done, place = found
        del done[place]
        if not self._begin_next(token):
            token.workflow.go_on(token)

    def _begin_next(self, token: Token) -> bool:
        """Whether there was one."""
        found = self.current(token)
        if found is None:
            return False
        done, place = found
        begun = token.workflow.place(self.process.task_specs[done[place]["by"]], token)
        begun.data.update(deepcopy(done[place].get("data", {})))  # the entry's stay as they were
        return True


class Undoing(Compensating):
    """A sub-process that has completed, while what was done in it is undone. None of its events listens."""

    visible = False

    def __init__(self, process: Process, scope: Element) -> None:
        super().__init__(process, _undoing(scope), element=scope.element, label=scope.label)
        self.within = scope

    def current(self, token: Token) -> tuple[list[Entry], int] | None:
        around = token.scope.spec
        assert isinstance(around, Compensating)
        found = around.current(token.scope)
        assert found is not None, "its own entry stays until it has left"
        done, place = found
        inside: list[Entry] = done[place]["done"]
        return (inside, len(inside) - 1) if inside else None


class CompensationThrow(Compensating):
    """Undoes what has completed in its scope (in an event sub-process, then also in the scope that this
    handles), or one activity of it alone. What completes meanwhile is not undone."""

    def __init__(self, process: Process, name: str, activity: str | None = None, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.activity = activity

    def enter(self, token: Token) -> bool:
        for done in _remembered(token):
            for entry in done:
                if "taken" not in entry and self._undoes(entry):
                    entry["taken"] = token.id
        if nothing := super().enter(token):
            return nothing
        token.workflow.note("entered", self)
        return False

    def _undoes(self, entry: Entry) -> bool:
        if self.activity is None:
            return True
        by = self.process.task_specs[self.activity].undone_by
        return by is not None and by.name == entry["by"]

    def current(self, token: Token) -> tuple[list[Entry], int] | None:
        for done in _remembered(token):
            for place in range(len(done) - 1, -1, -1):
                if done[place].get("taken") == token.id:
                    return done, place
        return None

    def withdraw(self, token: Token) -> None:
        for done in _remembered(token):
            for entry in done:
                if entry.get("taken") == token.id:
                    del entry["taken"]


class CancelEnd(CompensationThrow):
    """Cancels the transaction it lies in: all else in it ends, what has completed in it is undone, in its
    unfinished sub-processes too, and a cancel boundary event goes on in its place."""

    @property
    def interrupts(self) -> bool:
        return True

    def enter(self, token: Token) -> bool:
        _remember_unfinished(token.scope)
        token.scope.clear(keep=lambda other: other is token or isinstance(other.spec, BoundaryEvent))
        return super().enter(token)

    def left(self, token: Token) -> None:
        thrown = Thrown(CANCEL, "")
        found = find_handler(token, thrown)
        assert found is not None, "the check asks for a cancel event at the transaction's boundary"
        handler, scope = found
        token.workflow.discard(token)
        handler.caught(scope, thrown)


def remember(token: Token) -> None:
    """Note in its scope that what the token stands on has completed, if it can be undone. Raises
    `ElementFailed` when the scope would have to remember too much."""
    by = token.spec.undone_by
    inside = token.notes.get("done")
    if by is None or isinstance(token.scope.spec, Compensating) or (isinstance(by, Undoing) and not inside):
        return
    done = token.scope.notes.setdefault("done", [])
    most = token.workflow.circumstances.limits.completed
    if len(done) >= most:
        raise ElementFailed(Sentence("too-many-to-undo", most=most))
    done.append(_from_inside(token) if isinstance(by, Undoing) else {"by": by.name})


def _remember_unfinished(scope: Token) -> None:
    """Note what has completed in the sub-processes that are at work in a scope, before they are ended."""
    for token in scope.children:
        if _undoing(token.spec) in token.spec.process.task_specs:
            _remember_unfinished(token)
            if token.notes.get("done"):
                scope.notes.setdefault("done", []).append(_from_inside(token))


def _from_inside(token: Token) -> Entry:
    return {"by": _undoing(token.spec), "data": token.data, "done": token.notes["done"]}


def _undoing(scope: Element) -> str:
    """The name of what undoes a sub-process from inside."""
    return f"{scope.name}#undo"


def _remembered(token: Token) -> Iterator[list[Entry]]:
    """What is remembered in the scopes that a throw event compensates, the innermost first."""
    scope = token.scope
    yield scope.notes.get("done", [])
    while scope.spec.acts_for_scope:
        scope = scope.scope
        yield scope.notes.get("done", [])
