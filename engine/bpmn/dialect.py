"""What a diagram says, read off its XML: the vocabulary of BPMN 2.0, `camunda:` and `baton:` that Baton
knows.

Everything here is a pure look at one element. Checking and building share it, so they cannot differ in what
they read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from lxml.etree import QName, _Element

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
BATON = "urn:baton:bpmn:1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

TASKS = frozenset(
    {
        *("task", "manualTask", "userTask", "scriptTask", "businessRuleTask", "serviceTask"),
        *("receiveTask", "sendTask"),
    }
)
SUB_PROCESSES = frozenset({"subProcess", "transaction"})
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS

MULTI_INSTANCE = "multiInstanceLoopCharacteristics"
STANDARD_LOOP = "standardLoopCharacteristics"
REPETITIONS = (MULTI_INSTANCE, STANDARD_LOOP)
"""What says that an activity is repeated."""

EVENT_DEFINITION = "EventDefinition"

STARTER = "#starter"
"""Stands among the tasks of a separation for the requester, who made the start happen. No id begins so."""


def bpmn(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def tag(element: _Element | None) -> str:
    """The local name of a BPMN element, or "" for an element of another namespace and for none."""
    namespace, name = ("", "") if element is None else qualified(element.tag)
    return name if namespace == BPMN else ""


def qualified(name: str | bytes) -> tuple[str, str]:
    """(namespace, local name) of an element's tag or an attribute's name; the namespace may be ""."""
    parsed = QName(name)
    return parsed.namespace or "", parsed.localname


def line(element: _Element) -> int | None:
    """The line of the file an element begins in."""
    return cast("int | None", element.sourceline)


def children(element: _Element, *names: str) -> Iterator[_Element]:
    """The BPMN children with one of these local names, or all of them."""
    for child in element:
        if isinstance(child.tag, str) and (tag(child) in names if names else tag(child)):
            yield child


def child(element: _Element, name: str) -> _Element | None:
    return element.find(bpmn(name))


_ASIDE = frozenset({"", "extensionElements", "documentation", "text"})


def spoken(element: _Element) -> Iterator[_Element]:
    """The element and all inside it in document order, not into extensions, prose or foreign elements."""
    queue = [element]
    while queue:
        yield (at := queue.pop())
        if tag(at) not in _ASIDE:
            queue += reversed(at)


def text_of(element: _Element | None) -> str:
    """The whole text inside, trimmed; "" when there is no such element."""
    return "" if element is None else "".join(map(str, element.itertext())).strip()


def camunda(element: _Element, name: str) -> str | None:
    """A `camunda:` attribute, trimmed; None when absent or blank."""
    return (element.get(f"{{{CAMUNDA}}}{name}") or "").strip() or None


def extensions(element: _Element, namespace: str, name: str) -> list[_Element]:
    """The children of this name in the element's own `extensionElements`."""
    holder = child(element, "extensionElements")
    return [] if holder is None else holder.findall(f"{{{namespace}}}{name}")


def extension(element: _Element, name: str) -> _Element | None:
    """The first `baton:` extension of this name."""
    found = extensions(element, BATON, name)
    return found[0] if found else None


def computes(text: str) -> bool:
    """Whether an expression seems to be in it, as other editors write them too."""
    return "${" in text or "#{" in text


def flag(element: _Element, name: str, default: bool) -> bool:
    value = element.get(name)
    return default if value is None else value.strip() in ("true", "1")


def label(element: _Element) -> str:
    """What people call it: its name in one line, else its id."""
    return " ".join((element.get("name") or "").split()) or element.get("id") or tag(element)


def names(element: _Element) -> dict[str, str]:
    """Its names in other languages: `<baton:name lang="zh-CN">`."""
    return _translations(element, "name")


def description(element: _Element) -> str | None:
    """What its `documentation` says, paragraph by paragraph; None when it says nothing."""
    return "\n\n".join(filter(None, map(text_of, children(element, "documentation")))) or None


def descriptions(element: _Element) -> dict[str, str]:
    """What it says in other languages: `<baton:description lang="zh-CN">`."""
    return _translations(element, "description")


def _translations(element: _Element, name: str) -> dict[str, str]:
    return {
        e.get("lang", ""): text_of(e)
        for e in extensions(element, BATON, name)
        if e.get("lang") and text_of(e)
    }


def flow_nodes(scope: _Element) -> Iterator[_Element]:
    """The flow nodes directly in a process or sub-process, event sub-processes left out."""
    return (e for e in children(scope, *FLOW_NODES) if not is_event_sub_process(e))


def event_sub_processes(scope: _Element) -> list[_Element]:
    return [e for e in children(scope, "subProcess") if is_event_sub_process(e)]


def plain_start(process: _Element) -> _Element | None:
    """The start event at which people and calls begin a process; None when it only begins by events."""
    return next((e for e in children(process, "startEvent") if event_kind(e) == "none"), None)


def begins_by_itself(start: _Element) -> bool:
    """Whether it is a start event of a process that begins cases when something happens."""
    return tag(start.getparent()) == "process" and event_kind(start) != "none"


def is_event_sub_process(element: _Element | None) -> bool:
    return element is not None and tag(element) == "subProcess" and flag(element, "triggeredByEvent", False)


def event_definitions(event: _Element) -> list[_Element]:
    return [e for e in children(event) if tag(e).endswith(EVENT_DEFINITION) or tag(e) == "eventDefinitionRef"]


def definition(element: _Element) -> _Element:
    """Where it says what an event, or a task that waits for one, is about: its definition, or the task."""
    found = event_definitions(element)
    return found[0] if found else element


def event_kind(event: _Element) -> str:
    """`none`, `timer`, `message`, `error`, `terminate`...; the first definition decides."""
    found = event_definitions(event)
    return tag(found[0]).removesuffix(EVENT_DEFINITION) if found else "none"


def interrupting(event: _Element) -> bool:
    """Whether a boundary event or an event sub-process' start event ends what it is attached to."""
    return flag(event, "cancelActivity" if tag(event) == "boundaryEvent" else "isInterrupting", True)


TIMERS = ("timeDate", "timeDuration", "timeCycle")


def timer(event: _Element) -> tuple[str, str] | None:
    """(`timeDate` | `timeDuration` | `timeCycle`, its text), or None when no single one is given."""
    given = [e for e in children(event_definitions(event)[0], *TIMERS)]
    return (tag(given[0]), text_of(given[0])) if len(given) == 1 and text_of(given[0]) else None


def event_condition(event: _Element) -> str | None:
    """What a conditional event waits for to come true."""
    return text_of(child(event_definitions(event)[0], "condition")) or None


def message_name(event: _Element) -> str | None:
    """The name of the message an event or task waits for or sends; None when its reference leads nowhere."""
    return _referred(event, "messageRef", "message", "name")


def signal_name(event: _Element) -> str | None:
    """The name of the signal an event throws or catches; None when its reference leads nowhere."""
    return _referred(event, "signalRef", "signal", "name")


COMPENSATE, CANCEL = "compensate", "cancel"

THROWN = ("error", "escalation")
"""What is thrown outwards, and caught by who stands there."""


def thrown_code(event: _Element) -> str | None:
    """The code of the error or escalation an event throws or catches; None: it names none, or one without a
    code (it catches all)."""
    kind = event_kind(event)
    return _referred(event, f"{kind}Ref", kind, f"{kind}Code")


def error_message(event: _Element) -> str | None:
    """The template of the message of the error an event throws: `camunda:errorMessage`."""
    return _referred(event, "errorRef", "error", f"{{{CAMUNDA}}}errorMessage")


def told(event: _Element, what: str) -> str | None:
    """The variable that takes the `Code` or `Message` of what an event catches."""
    return camunda(event_definitions(event)[0], f"{event_kind(event)}{what}Variable")


def _referred(event: _Element, reference: str, kind: str, attribute: str) -> str | None:
    declared = referred(event, reference, kind)
    return None if declared is None else (declared.get(attribute) or "").strip() or None


def referred(event: _Element, reference: str, kind: str) -> _Element | None:
    """The declaration an event refers to; None when there is none of that id."""
    ref = definition(event).get(reference)
    if not ref:
        return None
    local = ref.split(":")[-1]
    root = event.getroottree().getroot()
    return next((e for e in root.iterchildren(bpmn(kind)) if e.get("id") in (ref, local)), None)


def correlation(event: _Element) -> str | None:
    """The template of the correlation key, from the `<baton:correlation key=...>` of the event definition or
    receive task."""
    found = extension(definition(event), "correlation")
    return None if found is None else found.get("key")


def payload(event: _Element) -> str | None:
    """The variable that takes, or gives, the payload of a message or signal; "" when its fields become
    variables; None when there is none."""
    found = extension(definition(event), "payload")
    return None if found is None else (found.get("variable") or "").strip()


@dataclass(frozen=True, slots=True)
class MultiInstance:
    """How often an activity runs: once per item of a collection, or a number of times."""

    sequential: bool
    collection: str | None
    cardinality: str | None
    item: str | None
    until: str | None


def multi_instance(activity: _Element) -> MultiInstance | None:
    loop = child(activity, MULTI_INSTANCE)
    if loop is None:
        return None
    return MultiInstance(
        sequential=flag(loop, "isSequential", False),
        collection=camunda(loop, "collection"),
        cardinality=text_of(child(loop, "loopCardinality")) or None,
        item=camunda(loop, "elementVariable"),
        until=text_of(child(loop, "completionCondition")) or None,
    )


@dataclass(frozen=True, slots=True)
class StandardLoop:
    """As long as a condition holds an activity runs again: asked before the first time too, or only after
    each; `most` is the most it runs, as a text."""

    condition: str | None
    before: bool
    most: str | None


def standard_loop(activity: _Element) -> StandardLoop | None:
    loop = child(activity, STANDARD_LOOP)
    if loop is None:
        return None
    return StandardLoop(
        condition=text_of(child(loop, "loopCondition")) or None,
        before=flag(loop, "testBefore", False),
        most=(loop.get("loopMaximum") or "").strip() or None,
    )


def is_handler(activity: _Element) -> bool:
    """Whether an activity is there to undo another one."""
    return tag(activity) in ACTIVITIES and flag(activity, "isForCompensation", False)


def is_compensation_boundary(event: _Element) -> bool:
    return tag(event) == "boundaryEvent" and event_kind(event) == COMPENSATE


def compensated_activity(event: _Element) -> str | None:
    """The id of the one activity for which a compensation event is thrown; None: for all there are."""
    return (definition(event).get("activityRef") or "").strip() or None


def activities(root: _Element) -> dict[str, _Element]:
    """All activities of a file by their ids."""
    return {e.get("id", ""): e for e in root.iter(*map(bpmn, ACTIVITIES)) if e.get("id")}


def associated(root: _Element) -> dict[str, list[_Element]]:
    """The activities that associations join to an element, by its id."""
    known, joined = activities(root), set[tuple[str, str]]()
    for association in root.iter(bpmn("association")):
        ends = association.get("sourceRef", ""), association.get("targetRef", "")
        joined |= {ends, ends[::-1]}
    found: dict[str, list[_Element]] = {}
    for one, other in sorted(joined):
        if other in known:
            found.setdefault(one, []).append(known[other])
    return found


def associated_handler(event: _Element, associated: Mapping[str, list[_Element]]) -> _Element | None:
    """The handler that an association joins to a compensation boundary event; None when it is joined to
    anything but one handler beside it."""
    joined = [e for e in associated.get(event.get("id", ""), ()) if e.getparent() is event.getparent()]
    return joined[0] if len(joined) == 1 and is_handler(joined[0]) else None


_HANDLER = f"{{{BATON}}}handler"


def join(event: _Element, handler: _Element) -> None:
    """Let a compensation boundary event say itself which is its handler: associations are set aside."""
    event.set(_HANDLER, handler.get("id", ""))


def joined_handler(event: _Element) -> str:
    """The id of the handler of a compensation boundary event, in an executable."""
    return event.get(_HANDLER, "")


def is_repeated(activity: _Element) -> bool:
    return any(True for _ in children(activity, *REPETITIONS))


def link(event: _Element) -> str | None:
    """The name by which a link that is thrown and one that is caught belong together."""
    return (event_definitions(event)[0].get("name") or "").strip() or None


def parameters(activity: _Element, kind: str) -> list[tuple[str, str, _Element]]:
    """(name, template, element) of each `camunda:inputParameter` or `outputParameter`, in the order drawn."""
    return [
        ((p.get("name") or "").strip(), text_of(p), p)
        for io in extensions(activity, CAMUNDA, "inputOutput")
        for p in io.findall(f"{{{CAMUNDA}}}{kind}")
    ]


START, PAUSE, RESUME, STOP = "start", "pause", "resume", "stop"
"""What happens to a clock. A diagram says when it starts, pauses and stops; it resumes when what paused it
is over."""

ENTER, CLAIM, LEAVE = "enter", "claim", "leave"
"""When a mark of a clock takes effect."""

CLOCK_MOMENTS = {START: (ENTER,), PAUSE: (ENTER,), STOP: (ENTER, CLAIM, LEAVE)}
"""The moments at which each action may be marked. A pause lasts from entering to leaving."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What an element does to the clock of a name, and when."""

    name: str
    action: str
    on: str


def clock_marks(element: _Element) -> list[Mark]:
    """The marks of clocks on a process, an activity or an event, in the order drawn."""
    return [
        Mark(
            (e.get("name") or "").strip(),
            (e.get("action") or "").strip(),
            (e.get("on") or ENTER).strip(),
        )
        for e in extensions(element, BATON, "clock")
    ]


LATEST, TOGETHER, NUMBERED = "latest", "deployment", "version"
"""How a call activity says which version it calls: the latest, the one deployed with it, or a number."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call activity: the key of the process it calls, and by `binding` which version of it; `number` is the
    one it names, None when it names none that could be."""

    key: str
    binding: str
    number: int | None
    element: str | None
    line: int | None

    @property
    def numbered(self) -> bool:
        return self.binding == NUMBERED

    @property
    def together(self) -> bool:
        return self.binding == TOGETHER


def call(activity: _Element) -> Call:
    number = camunda(activity, "calledElementVersion") or ""
    is_version = number.isdecimal() and len(number) <= 10 and 1 <= int(number) < 2**31
    return Call(
        key=(activity.get("calledElement") or "").strip(),
        binding=camunda(activity, "calledElementBinding") or LATEST,
        number=int(number) if is_version else None,
        element=activity.get("id"),
        line=line(activity),
    )


def pin(activity: _Element, number: int) -> None:
    """Let a call activity call this version, whatever it said."""
    activity.set(f"{{{CAMUNDA}}}calledElementBinding", NUMBERED)
    activity.set(f"{{{CAMUNDA}}}calledElementVersion", str(number))


@dataclass(frozen=True, slots=True)
class Passed:
    """A `camunda:in` or `camunda:out`: a variable, the value of an expression or (neither) everything, and
    what it is called on the other side; `local`: only between the call activity's own variables."""

    source: str | None
    expression: str | None
    target: str | None
    local: bool


def passed(activity: _Element, kind: str) -> list[Passed]:
    """What a call activity hands `in` or takes `out`, in the order drawn; business keys are left out."""
    return [
        Passed(
            _given(e, "source"), _given(e, "sourceExpression"), _given(e, "target"), flag(e, "local", False)
        )
        for e in extensions(activity, CAMUNDA, kind)
        if e.get("businessKey") is None
    ]


def _given(element: _Element, name: str) -> str | None:
    return (element.get(name) or "").strip() or None


def condition(flow: _Element) -> str | None:
    return text_of(child(flow, "conditionExpression")) or None


def processes(definitions: _Element) -> list[_Element]:
    """The processes to run: those not marked `isExecutable="false"`; a lone process without the mark is meant
    to run."""
    found = list(children(definitions, "process"))
    if len(found) == 1:
        return [p for p in found if flag(p, "isExecutable", True)]
    return [p for p in found if flag(p, "isExecutable", False)]


def lane_groups(process: _Element) -> dict[str, str]:
    """Element id -> the group of the innermost lane it lies in: the lane's `<baton:group name=...>`, else the
    lane's name."""
    groups: dict[str, str] = {}
    for lane in process.iter(
        bpmn("lane")
    ):  # document order: an inner lane comes after its outer one and wins
        found = extension(lane, "group")
        group = (found.get("name") if found is not None else lane.get("name")) or ""
        for ref in children(lane, "flowNodeRef"):
            if group.strip():
                groups[text_of(ref)] = group.strip()
    return groups
