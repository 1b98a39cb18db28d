"""Events: what begins, interrupts, catches and ends."""

from typing import TYPE_CHECKING, Any

from engine.bpmn.execution import ElementFailed, Token
from engine.bpmn.specs.base import HAND_OUT, Element, Flow, Process
from engine.bpmn.specs.gateways import EventBasedGateway
from engine.bpmn.specs.triggers import Message, Timer

if TYPE_CHECKING:
    from engine.bpmn.specs.scopes import EventSubProcess

Json = Any


class CatchEvent(Element):
    """An intermediate event that waits for a timer or a message."""

    def __init__(
        self, process: Process, name: str, trigger: Timer | Message, payload: str | None = None, **about: Any
    ) -> None:
        super().__init__(process, name, **about)
        self.trigger = trigger
        self.payload = payload

    def enter(self, token: Token) -> bool:
        self.announce(token, self.plan(token))
        return False

    def plan(self, token: Token) -> dict[str, Any]:
        """All that can fail about waiting, done before anything is changed."""
        return self.trigger.plan(token)

    def announce(self, token: Token, plan: dict[str, Any]) -> None:
        self.trigger.announce(token, plan)

    def awaits(self, token: Token) -> str | None:
        return self.trigger.awaited if token.waits else None

    def withdraw(self, token: Token) -> None:
        if token.waits:
            self.trigger.withdraw(token)

    def fired(self, token: Token, payload: Json) -> None:
        gateway = token.scope
        if isinstance(gateway.spec, EventBasedGateway):
            scope = gateway.scope
            gateway.cancel()
            self.receive(token.workflow.place(self, scope, phase=HAND_OUT), payload)
        else:
            self.trigger.withdraw(token)
            self.receive(token, payload)
            token.workflow.go_on(token)

    def receive(self, token: Token, payload: Json) -> None:
        """Put a message's payload where the diagram wants it."""
        if self.payload:
            token.workflow.assign(token, self.payload, payload)
        elif self.payload == "" and isinstance(payload, dict):
            for name, value in payload.items():
                token.workflow.assign(token, name, value)


class BoundaryEvent(CatchEvent):
    """Waits beside its activity; ends it, if interrupting, and sends a token along its own flows."""

    def __init__(
        self, process: Process, name: str, trigger: Timer | Message, interrupting: bool, **about: Any
    ) -> None:
        super().__init__(process, name, trigger, **about)
        self.interrupting = interrupting

    def fired(self, token: Token, payload: Json) -> None:
        host, execution = token.scope, token.workflow
        scope = host.scope
        if self.interrupting:
            host.cancel()
        elif not self.trigger.rearm(token):
            token.cancel()
        self.receive(execution.place(self, scope, phase=HAND_OUT), payload)


class ErrorBoundaryEvent(Element):
    """Catches an error thrown inside its activity; `code` None catches every error."""

    def __init__(self, process: Process, name: str, code: str | None, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.code = code

    def caught(self, host: Token) -> None:
        scope = host.scope
        host.cancel()
        host.workflow.place(self, scope, phase=HAND_OUT)


class StartEvent(Element):
    """Where a process or sub-process begins."""


class EventStart(CatchEvent):
    """The start event of an event sub-process: waits as long as the scope it lies in is active."""

    body: "EventSubProcess"

    def __init__(
        self, process: Process, name: str, trigger: Timer | Message, interrupting: bool, **about: Any
    ) -> None:
        super().__init__(process, name, trigger, **about)
        self.interrupting = interrupting

    def fired(self, token: Token, payload: Json) -> None:
        scope, execution = token.scope, token.workflow
        if self.interrupting:
            interrupt(scope)
        elif not self.trigger.rearm(token):
            token.cancel()
        execution.place(self.body, scope).notes["payload"] = payload


class ErrorStart(Element):
    """The start event of an event sub-process that handles an error; it always interrupts."""

    body: "EventSubProcess"

    def __init__(self, process: Process, name: str, code: str | None, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.code = code

    def caught(self, scope: Token) -> None:
        interrupt(scope)
        scope.workflow.place(self.body, scope)


def interrupt(scope: Token) -> None:
    """End all that goes on in a scope, its waiting event sub-processes too; what waits at its own boundary
    goes on waiting."""
    scope.clear(keep=lambda token: isinstance(token.spec, BoundaryEvent))


class EndEvent(Element):
    """The end of a path."""


class TerminateEnd(Element):
    """Ends everything in the process or sub-process it lies in."""

    def left(self, token: Token) -> None:
        scope = token.scope
        token.workflow.discard(token)
        interrupt(scope)
        token.workflow.check_finished(scope)


class ErrorEnd(Element):
    """Throws an error outwards, to the nearest scope that handles it. One that nobody handles is a failure of
    this element."""

    def __init__(self, process: Process, name: str, code: str | None, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.code = code

    def choose(self, token: Token) -> list[Flow]:
        if find_error_handler(token, self.code) is None:
            raise ElementFailed(f"Nothing handles the error {self.code or self.label!r}.")
        return []

    def left(self, token: Token) -> None:
        found = find_error_handler(token, self.code)
        assert found is not None, "choose() has seen the handler a moment ago"
        handler, scope = found
        token.workflow.discard(token)
        handler.caught(scope)


def find_error_handler(
    token: Token, code: str | None
) -> tuple[ErrorStart | ErrorBoundaryEvent, Token] | None:
    """The innermost handler and the scope it handles the error for; at one level, one that names the code
    goes first."""
    inside, scope = token, token.parent
    while scope is not None:
        # An interrupted scope listens no longer: what its handler throws goes outwards, never to itself.
        starts = () if inside.spec.interrupts else getattr(scope.spec, "error_starts", ())
        for handlers in (starts, getattr(scope.spec, "error_boundaries", ())):
            matching = [h for h in handlers if h.code in (code, None)]
            if matching:
                return min(matching, key=lambda h: h.code is None), scope
        inside, scope = scope, scope.parent
    return None
