"""What an event waits for: a time, a message, a signal or a condition. And what is sent to those who wait."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from engine.bpmn.effects import MESSAGE, SIGNAL, Sent, Subscribed, TimerArmed
from engine.bpmn.execution import ElementFailed, Execution, Token
from engine.durations import Duration, Repetition, parse_instant
from engine.scripting import Template

Json = Any


class Timer:
    """When a timer event fires: an instant, a duration from now, or a repetition."""

    awaited = "timer"

    def __init__(self, kind: str, text: Template) -> None:
        self.kind = kind
        self.text = text

    def plan(self, token: Token) -> dict[str, Any]:
        """{"due": first instant, and for a repetition "every", "anchor", "number" and "left"}, evaluated as
        `token` sees things now."""
        value = token.workflow.evaluate(self.text, token)
        if not isinstance(value, str):
            raise ElementFailed(f"The timer's value {value!r:.60} is no ISO 8601 text.")
        try:
            return self._read(value, token.workflow)
        except ValueError as error:
            raise ElementFailed(f"The timer cannot be read: {error}") from error

    def _read(self, value: str, execution: Execution) -> dict[str, Any]:
        now, zone = execution.circumstances.now, execution.circumstances.zone
        if self.kind == "timeCycle":
            repeat = Repetition.parse(value)
            anchor, number = repeat.first(now, zone)
            due = repeat.occurrence(anchor, number, zone)
            return {
                "due": due,
                "every": value,
                "anchor": anchor.isoformat(),
                "number": number,
                "left": repeat.count,
            }
        if self.kind == "timeDuration" and value.lstrip().startswith("P"):
            return {"due": Duration.parse(value).after(now, zone)}
        return {"due": parse_instant(value, zone)}

    def announce(self, token: Token, plan: dict[str, Any]) -> None:
        self._arm(token, plan.pop("due"))
        token.notes.update(plan)

    def rearm(self, token: Token) -> bool:
        """Arm the next of a repetition, counted from its beginning, so that lateness never adds up. Whether
        there is one."""
        notes, zone = token.notes, token.workflow.circumstances.zone
        if "every" not in notes or notes["left"] == 1:
            return False
        anchor, number = datetime.fromisoformat(notes["anchor"]), notes["number"] + 1
        try:
            due = Repetition.parse(notes["every"]).occurrence(anchor, number, zone)
        except ValueError:  # beyond the calendar's end
            return False
        notes.update(number=number, left=None if notes["left"] is None else notes["left"] - 1)
        self._arm(token, due)
        return True

    def withdraw(self, token: Token) -> None:
        token.workflow.effects.disarm(token.id)

    def _arm(self, token: Token, due: datetime) -> None:
        process = token.workflow.process_of(token.spec)
        token.workflow.effects.arm(TimerArmed(token.id, token.spec.element, due, process))


class Message:
    """A message event: the name it waits for, and the correlation key by which a message finds this case."""

    awaited = "subscription"
    kind = MESSAGE

    def __init__(self, name: str, correlation: Template | None = None) -> None:
        self.name = name
        self.correlation = correlation

    def plan(self, token: Token) -> dict[str, Any]:
        return {"key": correlation_of(self.correlation, token)}

    def announce(self, token: Token, plan: dict[str, Any]) -> None:
        waits = Subscribed(token.id, token.spec.element, self.kind, self.name, plan["key"])
        token.workflow.effects.subscribe(waits)

    def answers(self, sent: Sent) -> bool:
        """Whether this is what an event of this trigger waits for; of a message the key decides too, and the
        store knows that."""
        return (self.kind, self.name) == (sent.kind, sent.name)

    def rearm(self, token: Token) -> bool:
        return True  # the subscription stands until the token goes

    def withdraw(self, token: Token) -> None:
        token.workflow.effects.unsubscribe(token.id)


class Signal(Message):
    """A signal event: everything that waits for a signal of the name catches it."""

    kind = SIGNAL


class Condition:
    """A conditional event: fires when its condition comes true, and not again until it was false. It is asked
    when it begins to wait and whenever a variable of the case has changed."""

    awaited = None  # nothing outside has to happen, so no row stands for it

    def __init__(self, text: Template) -> None:
        self.text = text

    def plan(self, token: Token) -> dict[str, Any]:
        return {}

    def announce(self, token: Token, plan: dict[str, Any]) -> None:
        token.notes["held"] = False
        token.workflow.watch(token)

    def came_true(self, token: Token) -> bool:
        """Whether it holds now and did not when it was asked before."""
        before = token.notes["held"]
        token.notes["held"] = token.workflow.holds(self.text, token)
        return token.notes["held"] and not before

    def rearm(self, token: Token) -> bool:
        return True  # it waits to be false, then to be true again

    def withdraw(self, token: Token) -> None:
        token.workflow.unwatch(token)


class Sending:
    """A message or signal to be sent: its name, the correlation key of who is to have it, and the variable
    that is its payload."""

    def __init__(self, kind: str, name: str, correlation: Template | None, payload: str | None) -> None:
        self.kind = kind
        self.name = name
        self.correlation = correlation
        self.payload = payload

    def prepare(self, token: Token) -> Sent:
        """What is to be sent, as `token` sees things now. Raises `ElementFailed`."""
        return Sent(
            self.kind,
            self.name,
            correlation_of(self.correlation, token),
            self._payload(token),
            token.spec.element,
            token.workflow.process_of(token.spec),
        )

    def _payload(self, token: Token) -> dict[str, Any]:
        if self.payload is None:
            return {}
        value = token.workflow.variable(self.payload, token)
        if not isinstance(value, dict):
            raise ElementFailed(f"The payload {self.payload} is no object: its fields are what is sent.")
        return deepcopy(value)  # who receives it in the same case has a value of his own


def receive(token: Token, variable: str | None, payload: Json) -> None:
    """Put a message's payload where the diagram wants it: in one variable, or ("") each field in its own."""
    if variable:
        token.workflow.assign(token, variable, payload)
    elif variable == "" and isinstance(payload, dict):
        for name, value in payload.items():
            token.workflow.assign(token, name, value)


def correlation_of(key: Template | None, token: Token) -> str | None:
    """The correlation key as `token` sees things, as it is compared. Raises `ElementFailed`."""
    if key is None:
        return None
    value = token.workflow.evaluate(key, token)
    if value is None or isinstance(value, (dict, list)):
        raise ElementFailed("The correlation key is neither a text nor a number.")
    text = correlation_text(value)
    if len(text) > _KEY_LENGTH or "\0" in text:
        raise ElementFailed(f"The correlation key {text!r:.60} is longer than {_KEY_LENGTH} characters.")
    return text


_KEY_LENGTH = 255


def correlation_text(key: Json) -> str:
    """A correlation key as it is stored and compared: texts as they are, 7 and 7.0 alike, true as `true`."""
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(int(key)) if isinstance(key, float) and key.is_integer() else str(key)
