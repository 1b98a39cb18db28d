"""Gateways: where paths part and meet."""

from collections.abc import Set
from typing import Any

from engine.bpmn.execution import ElementFailed, Token
from engine.bpmn.specs.base import HAND_OUT, Element, Flow, Process, holds
from engine.sentences import Sentence


class ExclusiveGateway(Element):
    visible = False

    def choose(self, token: Token) -> list[Flow]:
        for flow in self.flows:
            if flow.id != self.default and (flow.condition is None or holds(flow, token)):
                return [flow]
        if default := [flow for flow in self.flows if flow.id == self.default]:
            return default
        if not self.flows:
            return []
        raise ElementFailed(Sentence("no-condition-holds"))


class ParallelGateway(Element):
    """Waits for one token on every incoming flow, takes exactly one from each, and sends one along every
    outgoing flow.

    A token waits with the name of the flow it came by, so a join in a loop waits for every branch in every
    round, and a second token on one flow stays for the next. (SpiffWorkflow counts finished predecessors and
    so fires early from the second round on.)
    """

    visible = False
    joins = True

    def __init__(self, process: Process, name: str, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.incoming: list[str] = []

    def enter(self, token: Token) -> bool:
        if len(self.incoming) < 2:
            return True
        first: dict[str, Token] = {}
        for other in token.scope.children:  # in order of arrival
            if other.task_spec is self:
                first.setdefault(other.notes["flow"], other)
        if len(first) < len(self.incoming):
            return False
        for other in first.values():
            if other is not token:  # the one that completed the set goes on for all of them
                token.workflow.discard(other)
        return True

    def choose(self, token: Token) -> list[Flow]:
        return self.flows


class InclusiveGateway(Element):
    """Sends a token along every outgoing flow whose condition holds; where flows meet, waits for every token
    that could still come.

    A token elsewhere in the scope is waited for when it could reach an incoming flow on which none waits, and
    none on which one does; ways through the gateway itself do not count (BPMN 2.0.2, 13.4.3). That is asked
    when all else has come to rest, so it also goes on when the last other token has gone another way.
    """

    visible = False
    joins = True

    def __init__(self, process: Process, name: str, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.incoming: list[str] = []
        self._ways: dict[Element, frozenset[str]] = {}

    def enter(self, token: Token) -> bool:
        if len(self.incoming) < 2:
            return True
        token.workflow.gather(token)
        return False

    def gathered(self, token: Token) -> bool:
        """Whether nothing is to be waited for any longer. If so the token goes on for the first on each other
        flow."""
        first: dict[str, Token] = {}
        others = []
        for other in token.scope.children:  # in order of arrival
            if other.task_spec is self:
                first.setdefault(other.notes["flow"], other)
            elif other.active:
                others.append(other.spec)
        missing = set(self.incoming) - first.keys()
        if missing and any(self._may_still_come(other, missing, first.keys()) for other in others):
            return False
        for other in first.values():
            if other is not token:
                token.workflow.discard(other)
        return True

    def _may_still_come(self, other: Element, missing: Set[str], here: Set[str]) -> bool:
        ways = self._ways_from(other)
        return bool(ways & missing) and not ways & here

    def _ways_from(self, other: Element) -> frozenset[str]:
        """The incoming flows that a token on the other element could come by."""
        if other not in self._ways:
            self._ways[other] = self._explore(other)
        return self._ways[other]

    def _explore(self, other: Element) -> frozenset[str]:
        found, seen, queue = set(), {other}, [other]
        while queue:
            element = queue.pop()
            for event in element.attached:
                if event not in seen:
                    seen.add(event)
                    queue.append(event)
            for flow in element.flows:
                if flow.target is self:
                    found.add(flow.id)
                elif flow.target not in seen:
                    seen.add(flow.target)
                    queue.append(flow.target)
        return frozenset(found)


class EventBasedGateway(Element):
    """Waits for the first of several events; the others are then forgotten."""

    visible = False

    def enter(self, token: Token) -> bool:
        plans = [(flow.target, flow.target.plan(token)) for flow in self.flows]
        for target, plan in plans:
            listener = token.workflow.listen(target, token)
            target.announce(listener, plan)
            target.entered(listener)
        return False

    def chosen(self, listener: Token, event: Element) -> Token:
        """Go on behind the event that happened first, and wait for the others no longer. Its new token."""
        gateway, execution = listener.scope, listener.workflow
        scope = gateway.scope
        gateway.cancel()
        return execution.place(event, scope, phase=HAND_OUT)
