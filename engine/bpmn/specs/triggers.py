"""What an event waits for: a time, a message, a signal or a condition. And what is sent to those who wait."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.bpmn.effects import MESSAGE, SIGNAL, Sent, Subscribed, TimerArmed
from engine.bpmn.execution import ElementFailed, Token
from engine.durations import Duration, Repetition, parse_instant
from engine.errors import reason_of
from engine.scripting import Template
from engine.sentences import Sentence

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
            raise ElementFailed(Sentence("timer-no-text", value=f"{value!r:.60}"))
        circumstances = token.workflow.circumstances
        try:
            return first_time(self.kind, value, circumstances.now, circumstances.zone)
        except ValueError as error:
            raise ElementFailed(Sentence("timer-unreadable", reason=reason_of(error))) from error

    def announce(self, token: Token, plan: dict[str, Any]) -> None:
        self._arm(token, plan.pop("due"))
        token.notes.update(plan)

    def rearm(self, token: Token) -> bool:
        """Arm the next of a repetition, counted from its beginning, so that lateness never adds up. Whether
        there is one."""
        following = next_time(token.notes, token.workflow.circumstances.zone)
        if following is None:
            return False
        self._arm(token, following.pop("due"))
        token.notes.update(following)
        return True

    def withdraw(self, token: Token) -> None:
        token.workflow.effects.disarm(token.id)

    def _arm(self, token: Token, due: datetime) -> None:
        process = token.workflow.process_of(token.spec)
        token.workflow.effects.arm(TimerArmed(token.id, token.spec.element, due, process))


def first_time(kind: str, text: str, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """When a timer that is armed now is due: {"due": first instant, and for a repetition "every", "anchor",
    "number" and "left"}. Raises `ValueError`."""
    if kind == "timeCycle":
        repeat = Repetition.parse(text)
        anchor, number = repeat.first(now, zone)
        due = repeat.occurrence(anchor, number, zone)
        return {
            "due": due,
            "every": text,
            "anchor": anchor.isoformat(),
            "number": number,
            "left": repeat.count,
        }
    if kind == "timeDuration" and text.lstrip().startswith("P"):
        return {"due": Duration.parse(text).after(now, zone)}
    return {"due": parse_instant(text, zone)}


def next_time(plan: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any] | None:
    """What follows the time of a plan that has passed, with its instant as "due"; None: nothing does."""
    if "every" not in plan or plan["left"] == 1:
        return None
    number = plan["number"] + 1
    try:
        due = Repetition.parse(plan["every"]).occurrence(datetime.fromisoformat(plan["anchor"]), number, zone)
    except ValueError:  # beyond the calendar's end
        return None
    return {"due": due, "number": number, "left": None if plan["left"] is None else plan["left"] - 1}


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
            raise ElementFailed(Sentence("payload-no-object", variable=self.payload))
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
        raise ElementFailed(Sentence("correlation-key-no-text"))
    text = correlation_text(value)
    if len(text) > _KEY_LENGTH or "\0" in text:
        raise ElementFailed(Sentence("correlation-key-too-long", key=text, most=_KEY_LENGTH))
    return text


_KEY_LENGTH = 255


def correlation_text(key: Json) -> str:
    """A correlation key as it is stored and compared: texts as they are, 7 and 7.0 alike, true as `true`."""
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(int(key)) if isinstance(key, float) and key.is_integer() else str(key)
