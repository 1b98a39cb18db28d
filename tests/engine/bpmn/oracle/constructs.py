"""What random models must come by, as `Game.met` calls it."""


def _words(text: str) -> frozenset[str]:
    return frozenset(" ".join(text.split()).split(", "))


COMMON = _words(
    """
    user, script, service, receive message, decision, task, sub, call, throw escalation, link, end, end error,
    end terminate, catch timer, catch conditional, exclusive, eventBased,
    parallel split, parallel join, inclusive split, inclusive join, inputs, outputs, in, out,
    parallel items, sequential items, asked before, asked after, script that fails, error nobody catches,
    event sub-process in process, catch signal, throw signal, send message, signal that nobody waited for,
    signal that one waited for, one of several on the way, one of several at an event sub-process,
    throw compensation, transaction, event sub-process in sub, event sub-process beside itself
    """
)
"""A few dozen models come by these."""

UNDONE = ("user", "service", "receive", "sub", "transaction", "call")
UNDOING = ("user", "service", "receive", "script", "send", "sub", "call")
ACTIVITIES = ("user", "script", "service", "receive", "sub", "call")
BEHIND = (
    "catch timer",
    "catch message",
    "catch signal",
    "catch conditional",
    "catch multiple",
    "receive message",
)
EVENTS = ("timer", "message", "signal", "conditional", "error", "escalation")

EVERYTHING = COMMON.union(
    (f"{what} of {activity}" for what in ("boundary", "items", "rounds") for activity in ACTIVITIES),
    (f"interrupting {where} {event}" for where in ("boundary", "event sub-process") for event in EVENTS),
    (
        f"not interrupting {where} {event}"
        for where in ("boundary", "event sub-process")
        for event in EVENTS
        if event != "error"
    ),
    (f"way behind an event-based gateway: {way}" for way in BEHIND),
    (f"{what} of send" for what in ("items", "rounds")),
    (f"one of several {where}" for where in ("on the way", "at a boundary", "at an event sub-process")),
    (
        f"{event} thrown as one of several"
        for event in ("message", "signal", "escalation", "error", "terminate")
    ),
    (f"event sub-process in {place}" for place in ("call", "event sub-process")),
    (f"begun by a {event}" for event in ("timer", "message", "signal")),
    (f"{activity} that is undone" for activity in UNDONE),
    (f"{activity} that undoes" for activity in UNDOING),
    (f"{scope} that is undone from inside" for scope in ("sub", "transaction", "handler")),
    (f"{gateway} join with a token for the next time" for gateway in ("parallel", "inclusive")),
    _words(
        """
    cardinality, collection, no items, completion condition, loop that is at its most, cycle that fires again,
    several conditions that come true, job that fails with an error, dead letter, escalation nobody catches,
    join that nothing can complete, two that may go first, signal that several waited for, end signal,
    end escalation, catch message,
    signal that ended who waited for it, the rest of several is not thrown,
    throw compensation, end compensation, end cancel, compensation with nothing to undo,
    cancel with nothing to undo, cancel that undoes, event that waits beside a cancelled transaction,
    compensation that is interrupted, one activity alone that is undone,
    unfinished sub-process that is undone, handler that is repeated, error thrown by what undoes,
    escalation thrown by what undoes, compensation thrown as one of several
    """
    ),
)
"""Hundreds do."""
