"""Events: what begins, interrupts, catches and ends."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.bpmn.effects import Sent
from engine.bpmn.execution import ElementFailed, Token
from engine.bpmn.specs.base import HAND_OUT, Element, Flow, Process
from engine.bpmn.specs.gateways import EventBasedGateway
from engine.bpmn.specs.triggers import Condition, Message, Sending, Timer, receive
from engine.scripting import Template
from engine.sentences import Sentence

if TYPE_CHECKING:
    from engine.bpmn.specs.scopes import EventSubProcess

Json = Any

Trigger = Timer | Message | Condition

ERROR, ESCALATION, CANCEL = "error", "escalation", "cancel"
"""What can be thrown."""


class CatchEvent(Element):
    """An intermediate event that waits for a time, a message, a signal or a condition."""

    def __init__(
        self, process: Process, name: str, trigger: Trigger, payload: str | None = None, **about: Any
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

    def waits_for(self, token: Token, sent: Sent) -> bool:
        return isinstance(self.trigger, Message) and token.waits and self.trigger.answers(sent)

    def withdraw(self, token: Token) -> None:
        if token.waits:
            self.trigger.withdraw(token)

    def fired(self, token: Token, payload: Json) -> None:
        if isinstance(token.scope.spec, EventBasedGateway):
            self.receive(token.scope.spec.chosen(token, self), payload)
        else:
            self.trigger.withdraw(token)
            self.receive(token, payload)
            token.workflow.go_on(token)

    def receive(self, token: Token, payload: Json) -> None:
        receive(token, self.payload, payload)


class BoundaryEvent(CatchEvent):
    """Waits beside its activity; ends it, if interrupting, and sends a token along its own flows."""

    def __init__(
        self, process: Process, name: str, trigger: Trigger, interrupting: bool, **about: Any
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


@dataclass(frozen=True, slots=True)
class Thrown:
    """An error, an escalation or the end of a cancelled transaction on its way outwards."""

    kind: str
    code: str
    message: Json = None


@dataclass(frozen=True, slots=True)
class Catches:
    """What of the things thrown inside an event catches: a kind, with `code` None of every code; and the
    variables that take the code and the message."""

    kind: str
    code: str | None
    code_variable: str | None = None
    message_variable: str | None = None

    def take(self, thrown: Thrown) -> bool:
        return self.kind == thrown.kind and self.code in (thrown.code, None)

    def tell(self, token: Token, code: Json, message: Json) -> None:
        """Write the variables as they are seen from where the event stands."""
        for name, value in ((self.code_variable, code), (self.message_variable, message)):
            if name is not None:
                token.workflow.assign(token, name, value)


class ThrownBoundary(Element):
    """Catches an error or escalation thrown inside its activity, or that its transaction is cancelled.
    Nothing waits for it: it is looked for when something is thrown."""

    def __init__(
        self, process: Process, name: str, catches: Catches, interrupting: bool, **about: Any
    ) -> None:
        super().__init__(process, name, **about)
        self.catches = catches
        self.interrupting = interrupting

    def caught(self, host: Token, thrown: Thrown) -> None:
        scope = host.scope
        if self.interrupting:
            host.cancel()
        begun = host.workflow.place(self, scope, phase=HAND_OUT)
        self.catches.tell(begun, thrown.code, thrown.message)


class StartEvent(Element):
    """Where a process or sub-process begins."""


class EventStart(CatchEvent):
    """The start event of an event sub-process: waits as long as the scope it lies in is active."""

    body: "EventSubProcess"

    def __init__(
        self, process: Process, name: str, trigger: Trigger, interrupting: bool, **about: Any
    ) -> None:
        super().__init__(process, name, trigger, **about)
        self.interrupting = interrupting

    def fired(self, token: Token, payload: Json) -> None:
        scope, execution = token.scope, token.workflow
        if self.interrupting:
            interrupt(scope)
        elif not self.trigger.rearm(token):
            token.cancel()
        execution.place(self.body, scope).notes.update(start=self.name, payload=payload)


class ThrownStart(Element):
    """The start event of an event sub-process that handles an error or an escalation."""

    body: "EventSubProcess"

    def __init__(
        self, process: Process, name: str, catches: Catches, interrupting: bool, **about: Any
    ) -> None:
        super().__init__(process, name, **about)
        self.catches = catches
        self.interrupting = interrupting

    def caught(self, scope: Token, thrown: Thrown) -> None:
        if self.interrupting:
            interrupt(scope)
        body = scope.workflow.place(self.body, scope)
        body.notes.update(start=self.name, payload={"code": thrown.code, "message": thrown.message})

    def receive(self, token: Token, payload: Json) -> None:
        self.catches.tell(token, payload["code"], payload["message"])


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

    def __init__(
        self, process: Process, name: str, code: str, message: Template | None, **about: Any
    ) -> None:
        super().__init__(process, name, **about)
        self.code = code
        self.message = message

    def choose(self, token: Token) -> list[Flow]:
        message = None if self.message is None else token.workflow.evaluate(self.message, token)
        token.notes["message"] = message
        if find_handler(token, Thrown(ERROR, self.code)) is None:
            raise ElementFailed(Sentence("error-unhandled", error=self.code))
        return []

    def left(self, token: Token) -> None:
        thrown = Thrown(ERROR, self.code, token.notes["message"])
        found = find_handler(token, thrown)
        assert found is not None, "choose() has seen the handler a moment ago"
        handler, scope = found
        token.workflow.discard(token)
        handler.caught(scope, thrown)


class SendThrow(Element):
    """Sends a message or a signal and goes on, whoever catches it."""

    def __init__(self, process: Process, name: str, sending: Sending, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.sending = sending

    def choose(self, token: Token) -> list[Flow]:
        taken = super().choose(token)
        token.notes["sending"] = self.sending.prepare(token)
        return taken

    def left(self, token: Token) -> None:
        send(token, token.notes.pop("sending"))
        if token.id in token.workflow.tasks:  # else who caught it has ended what it is in
            super().left(token)


def send(token: Token, what: Sent) -> None:
    """Send something and say so in history."""
    key = {"key": what.key} if what.key is not None else {}
    token.workflow.note("sent", token.spec, sent=what.kind, message=what.name, **key, payload=what.payload)
    token.workflow.send(what)


class EscalationThrow(Element):
    """Tells a scope further out, and goes on, unless what handles it interrupts. It is no failure when nobody
    listens."""

    def __init__(self, process: Process, name: str, code: str, **about: Any) -> None:
        super().__init__(process, name, **about)
        self.code = code

    def left(self, token: Token) -> None:
        thrown = Thrown(ESCALATION, self.code)
        found = find_handler(token, thrown)
        caught = None if found is None else found[0].element
        token.workflow.note("escalated", self, code=self.code, caught=caught)
        if found is None:
            super().left(token)
            return
        handler, scope = found
        if handler.interrupting:
            token.workflow.discard(token)
            handler.caught(scope, thrown)
        else:
            handler.caught(scope, thrown)  # first: its scope has then not ended with this token
            super().left(token)


def find_handler(
    token: Token, thrown: Thrown, *, itself: bool = False
) -> tuple[ThrownStart | ThrownBoundary, Token] | None:
    """The innermost handler and the scope it handles for; at one level, event sub-processes go before the
    boundary, and one that names the code before one that catches all. `itself`: what stands at the boundary
    of the token's own activity handles it too."""
    inside, scope = token, token if itself else token.parent
    while scope is not None:
        starts: list[ThrownStart] = getattr(scope.spec, "thrown_starts", [])
        # An interrupted scope listens no longer, and nothing handles what it throws itself.
        listening = [] if inside.spec.interrupts else [s for s in starts if s.body is not inside.spec]
        for handlers in (listening, getattr(scope.spec, "thrown_boundaries", [])):
            matching = [handler for handler in handlers if handler.catches.take(thrown)]
            if matching:
                return min(matching, key=lambda handler: handler.catches.code is None), scope
        inside, scope = scope, scope.parent
    return None
