"""What an event catches or throws."""

from collections.abc import Callable

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.build import bare
from engine.bpmn.check.findings import Check
from engine.bpmn.check.texts import UTC, VARIABLE, duration_or_instant, literal, template
from engine.bpmn.check.transactions import cancel, compensation
from engine.bpmn.check.vocabulary import unusual
from engine.bpmn.dialect import tag
from engine.durations import Repetition, parse_instant
from engine.sentences import Sentence

EVENT_KINDS = {
    "startEvent": {"none"},
    "endEvent": {"none", "terminate", "error", "escalation", "message", "signal", "compensate", "cancel"},
    "intermediateCatchEvent": {"timer", "message", "signal", "conditional", "link"},
    "intermediateThrowEvent": {"none", "escalation", "message", "signal", "link", "compensate"},
    "boundaryEvent": {
        *("timer", "message", "signal", "conditional"),
        *("error", "escalation", "compensate", "cancel"),
    },
}
PROCESS_STARTS = {"none", "timer", "message", "signal"}
EVENT_SUB_PROCESS_STARTS = {"timer", "message", "signal", "conditional", "error", "escalation"}
_THROWING = {"intermediateThrowEvent", "endEvent"}
_CATCHING = {"startEvent", "boundaryEvent"}
"""Where what is thrown is caught."""


def _repetition(text: str) -> None:
    repetition = Repetition.parse(text)
    if repetition.start:
        parse_instant(repetition.start, UTC)


_TIMER_READERS: dict[str, Callable[[str], object]] = {
    "timeDate": lambda text: parse_instant(text, UTC),
    "timeDuration": duration_or_instant,
    "timeCycle": _repetition,
}


def event_definition(check: Check, event: etree._Element) -> None:
    definitions = dialect.event_definitions(event)
    for definition in definitions:
        unusual(check, definition)
    if len(definitions) > 1:
        check.refuse(event, "several-event-definitions")
        return
    kind = dialect.event_kind(event)
    if kind not in _kinds_allowed(event):
        check.refuse_for(event, _kind_refused(event, kind))
        return
    if tag(event) == "boundaryEvent":
        _boundary(check, event)
    if kind == "timer":
        _timer(check, event)
    elif kind in ("message", "signal") and tag(event) in _THROWING:
        _sent(check, event)
    elif kind == "message":
        message(check, event)
    elif kind == "signal":
        _signal(check, event)
    elif kind == "conditional":
        _conditional(check, event)
    elif kind in dialect.THROWN:
        _thrown(check, event, kind)
    elif kind == dialect.COMPENSATE:
        compensation(check, event)
    elif kind == dialect.CANCEL:
        cancel(check, event)


def _kinds_allowed(event: etree._Element) -> set[str]:
    if tag(event) == "startEvent" and tag(event.getparent()) == "process":
        return PROCESS_STARTS
    if tag(event) == "startEvent" and dialect.is_event_sub_process(event.getparent()):
        return EVENT_SUB_PROCESS_STARTS
    return EVENT_KINDS[tag(event)]


def _kind_refused(event: etree._Element, kind: str) -> Sentence:
    if tag(event) == "startEvent" and dialect.is_event_sub_process(event.getparent()):
        where = Sentence("event-sub-process-start")
    else:
        where = Sentence("element", element=tag(event))
    if kind == "none":
        return Sentence("event-without-kind", event=where)
    return Sentence("event-of-kind-unsupported", event=where, kind=kind)


def _boundary(check: Check, event: etree._Element) -> None:
    host = check.activities.get(event.get("attachedToRef", ""))
    beside = host is not None and host.getparent() is event.getparent()
    if host is None or not beside or dialect.is_event_sub_process(host):
        check.refuse(event, "boundary-attached-to-nothing", host=event.get("attachedToRef") or "")
        return
    if dialect.is_handler(host):
        check.refuse(event, "boundary-of-handler", element=dialect.label(host))
    if dialect.event_kind(event) == dialect.COMPENSATE and dialect.is_repeated(host):
        check.refuse(event, "compensation-of-repeated", element=dialect.label(host))
    if dialect.event_kind(event) == dialect.CANCEL and tag(host) != "transaction":
        check.refuse(event, "cancel-outside-transaction")


def _timer(check: Check, event: etree._Element) -> None:
    given = dialect.timer(event)
    if given is None:
        check.refuse(event, "timer-unclear")
        return
    kind, text = given
    literal(check, event, text, _TIMER_READERS[kind])


def _conditional(check: Check, event: etree._Element) -> None:
    condition = dialect.event_condition(event)
    if condition is None:
        check.refuse(event, "conditional-event-empty")
    else:
        template(check, event, bare(condition))


def message(check: Check, event: etree._Element) -> None:
    """A message, of an event or of a task that receives or sends."""
    if not dialect.message_name(event):
        check.refuse(event, "message-without-name", element=dialect.label(event))
    if (key := dialect.correlation(event)) is not None:
        template(check, event, key)
    elif dialect.extension(dialect.definition(event), "correlation") is not None:
        check.refuse(event, "correlation-without-key")
    _payload(check, event)


def _signal(check: Check, event: etree._Element) -> None:
    if not dialect.signal_name(event):
        check.refuse(event, "signal-without-name", element=dialect.label(event))
    _payload(check, event)


def _payload(check: Check, event: etree._Element) -> None:
    if (variable := dialect.payload(event)) and not VARIABLE.fullmatch(variable):
        check.refuse(event, "payload-no-variable", variable=variable)


def _sent(check: Check, event: etree._Element) -> None:
    """A message or signal where it is thrown."""
    (_signal if dialect.event_kind(event) == "signal" else message)(check, event)
    if dialect.payload(event) == "":
        check.refuse(event, "payload-of-nothing")


def _thrown(check: Check, event: etree._Element, kind: str) -> None:
    """An error or an escalation, where it is thrown and where it is caught."""
    catching = tag(event) in _CATCHING
    definition = dialect.event_definitions(event)[0]
    if kind == "error" and catching and not dialect.interrupting(event):
        check.refuse(event, "error-always-interrupts")
    reference = definition.get(f"{kind}Ref")
    if reference and dialect.referred(event, f"{kind}Ref", kind) is None:
        check.refuse(event, "thrown-unknown", kind=kind, name=reference)
    elif not catching and not dialect.thrown_code(event):
        check.refuse(event, "thrown-without-code", kind=kind)
    for what in ("Code", "Message"):
        variable = dialect.told(event, what)
        if variable is not None and not catching:
            check.refuse(event, "thrown-variable-catches-only", kind=kind, what=what)
        elif variable is not None and not VARIABLE.fullmatch(variable):
            check.refuse(event, "thrown-no-variable", kind=kind, what=what, variable=variable)
