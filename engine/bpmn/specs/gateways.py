"""Gateways: where paths part and meet."""

from typing import Any

from engine.bpmn.execution import ElementFailed, Token
from engine.bpmn.specs.base import Element, Flow, Process, holds


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
        raise ElementFailed(
            "None of the conditions on the outgoing flows holds, and there is no default flow."
        )


class ParallelGateway(Element):
    """Waits for one token on every incoming flow, takes exactly one from each, and sends one along every
    outgoing flow.

    A token waits with the name of the flow it came by, so a join in a loop waits for every branch in every
    round, and a second token on one flow stays for the next. (SpiffWorkflow counts finished predecessors and
    so fires early from the second round on.)
    """

    visible = False

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
