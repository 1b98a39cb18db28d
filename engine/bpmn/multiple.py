"""Events with several definitions: drawn as one, executed as one event for each.

What catches any of several becomes as many events, which lead to where it leads; what throws several becomes
a chain. The check and everything behind it so sees events with one definition only. Elements made here tell
in `DRAWN` the id of the one that people see.
"""

from copy import deepcopy
from itertools import count, pairwise

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.dialect import bpmn, tag

DRAWN = "{urn:baton:executable:1}drawn"
"""The id, as drawn, of the event that an element is a part of."""

MOST, MOST_BYTES = 10, 20_000
"""How many definitions an event may have, and how long it may be: each definition takes a copy of it."""

_CAUGHT = {"timer", "message", "signal", "conditional", "error", "escalation", "cancel"}
_THROWN = {"message", "signal", "escalation", "compensate"}
_LAST = {"terminate", "error", "cancel"}
"""What ends a path can only be thrown when all else is."""


def drawn_id(element: etree._Element) -> str | None:
    """The id of an element as people see it."""
    return element.get(DRAWN) or element.get("id")


def take_apart(root: etree._Element) -> None:
    """Replace the events with several definitions, in place. One that makes no sense, is very large, or wants
    all of its definitions to happen (`parallelMultiple`) is left for the check to refuse."""
    taken = {e.get("id") for e in root.iter()}
    for element in root.iter():
        if DRAWN in element.attrib:
            del element.attrib[DRAWN]  # ours alone
    for event in [e for e in root.iter(*map(bpmn, dialect.EVENTS)) if _is_multiple(e)]:
        _Event(event, taken).take_apart()


def _is_multiple(event: etree._Element) -> bool:
    begins_a_case = tag(event) == "startEvent" and tag(event.getparent()) == "process"
    if begins_a_case or not event.get("id") or dialect.flag(event, "parallelMultiple", False):
        return False
    return 1 < len(dialect.event_definitions(event)) <= MOST and len(etree.tostring(event)) <= MOST_BYTES


class _Event:
    """One event with several definitions, on its way to becoming many with one each."""

    def __init__(self, event: etree._Element, taken: set[str | None]) -> None:
        self.event = event
        self.taken = taken
        self.id = str(event.get("id"))
        self.label = event.get("name") or self.id
        self.kinds = [
            tag(definition).removesuffix(dialect.EVENT_DEFINITION)
            for definition in dialect.event_definitions(event)
        ]

    def take_apart(self) -> None:
        if tag(self.event) in ("intermediateThrowEvent", "endEvent"):
            self.chain()
        elif set(self.kinds) <= _CAUGHT:
            self.fan()

    def fan(self) -> None:
        """One event for each definition; where they lead, they meet in one that takes the flows."""
        parts = [self.event, *(self.part(number) for number in range(1, len(self.kinds)))]
        _keep(self.event, 0)
        for before, part in pairwise(parts):
            before.addnext(part)
        if tag(self.event) == "intermediateCatchEvent":
            self.race(parts)
        if flows := self.flows("sourceRef"):
            self.meet(parts, flows)

    def race(self, parts: list[etree._Element]) -> None:
        """Put an event-based gateway before what is caught on the way, which takes its place and its id;
        behind such a gateway each is one more of its events."""
        gateways = {e.get("id") for e in self.beside("eventBasedGateway")}
        incoming = self.flows("targetRef")
        behind = [str(flow.get("sourceRef")) for flow in incoming if flow.get("sourceRef") in gateways]
        if behind:
            for part in parts[1:]:
                self.flow(behind[0], part.get("id"))
            return
        first = self.fresh()
        for flow in self.flows("sourceRef"):
            flow.set("sourceRef", first)
        self.event.set("id", first)
        self.event.set(DRAWN, self.id)
        self.event.addprevious(etree.Element(bpmn("eventBasedGateway"), id=self.id, name=self.label))
        for part in parts:
            self.flow(self.id, part.get("id"))

    def meet(self, parts: list[etree._Element], flows: list[etree._Element]) -> None:
        plain = len(flows) == 1 and dialect.child(flows[0], "conditionExpression") is None
        meeting = etree.Element(bpmn("exclusiveGateway" if plain else "intermediateThrowEvent"))
        self.call(meeting)
        parts[-1].addnext(meeting)
        for flow in flows:
            flow.set("sourceRef", str(meeting.get("id")))
        for part in parts:
            self.flow(part.get("id"), meeting.get("id"))

    def chain(self) -> None:
        """One event after the other, what ends the path at the end of it."""
        last = [at for at, kind in enumerate(self.kinds) if kind in _LAST]
        may_end = _LAST if tag(self.event) == "endEvent" else set()
        if not set(self.kinds) <= _THROWN | may_end or len(last) > 1:
            return
        order = [at for at in range(len(self.kinds)) if at not in last] + last
        parts = [self.part(at) for at in order[:-1]]
        _keep(self.event, order[-1])
        for part in parts:
            part.tag = bpmn("intermediateThrowEvent")
            self.event.addprevious(part)
        for flow in self.flows("targetRef"):
            flow.set("targetRef", str(parts[0].get("id")))
        for before, after in pairwise([*parts, self.event]):
            self.flow(before.get("id"), after.get("id"))

    def part(self, definition: int) -> etree._Element:
        """A copy with one of the definitions."""
        part = deepcopy(self.event)
        part.tail = None
        _keep(part, definition)
        self.call(part)
        return part

    def call(self, element: etree._Element) -> None:
        """Let an element be a part of the event that was drawn."""
        element.set("id", self.fresh())
        element.set("name", self.label)
        element.set(DRAWN, self.id)

    def fresh(self) -> str:
        id = next(id for number in count(1) if (id := f"{self.id}.{number}") not in self.taken)
        self.taken.add(id)
        return id

    def beside(self, name: str) -> list[etree._Element]:
        scope = self.event.getparent()
        return [] if scope is None else list(dialect.children(scope, name))

    def flows(self, end: str) -> list[etree._Element]:
        """The sequence flows that begin or end at the event, as it is called by now."""
        return [flow for flow in self.beside("sequenceFlow") if flow.get(end) == self.event.get("id")]

    def flow(self, source: str | None, target: str | None) -> None:
        made = etree.Element(bpmn("sequenceFlow"), sourceRef=str(source), targetRef=str(target))
        self.event.addnext(made)


def _keep(event: etree._Element, number: int) -> None:
    for at, definition in enumerate(dialect.event_definitions(event)):
        if at != number:
            event.remove(definition)
