"""The marks of clocks on elements."""

import re

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.check.findings import Check
from engine.bpmn.dialect import BATON, tag
from engine.sentences import Sentence

_CLOCK_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_TAKES_TIME = {
    "userTask",
    "receiveTask",
    "serviceTask",
    *dialect.SUB_PROCESSES,
    "callActivity",
    "intermediateCatchEvent",
}
"""What is left at another time than it is entered, so that a clock can pause there."""


def clocks(check: Check, element: etree._Element) -> None:
    """The marks of clocks on an element: known ones, where they can happen, each once."""
    drawn = dialect.extensions(element, BATON, "clock")
    seen: set[dialect.Mark] = set()
    for found, mark in zip(drawn, dialect.clock_marks(element), strict=True):
        if reason := _clock_refused(check, element, mark):
            check.refuse_for(found, reason)
        elif mark in seen:
            check.refuse(found, "clock-marked-twice", clock=mark.name)
        seen.add(mark)


def _clock_refused(check: Check, element: etree._Element, mark: dialect.Mark) -> Sentence | None:
    """Why a mark is none; None when it is one."""
    moments = dialect.CLOCK_MOMENTS.get(mark.action)
    if not _CLOCK_NAME.fullmatch(mark.name):
        return Sentence("clock-without-name")
    if moments is None:
        known = ", ".join(dialect.CLOCK_MOMENTS)
        return Sentence("clock-action-unknown", action=mark.action, known=known)
    if mark.on not in moments:
        allowed = ", ".join(moments)
        return Sentence("clock-moment-unknown", action=mark.action, moment=mark.on, allowed=allowed)
    if mark.on == dialect.CLAIM and tag(element) != "userTask":
        return Sentence("clock-claim-elsewhere")
    if tag(element) == "process" and mark.action != dialect.START:
        return Sentence("clock-of-process")
    if mark.action == dialect.PAUSE and tag(element) not in _TAKES_TIME:
        return Sentence("clock-pause-elsewhere", element=tag(element))
    if mark.name not in check.clocks_started:
        return Sentence("clock-never-starts", clock=mark.name)
    return None
