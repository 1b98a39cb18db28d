"""Turn the bytes of an uploaded diagram into XML: the first step, before anything else looks at it."""

from itertools import islice

from lxml import etree

from engine import safe_xml
from engine.bpmn import dialect
from engine.sentences import Sentence

MAX_ELEMENTS = 100_000
"""Of all kinds, the picture's among them: more than the largest process that is accepted needs."""


def read(file: str, data: bytes) -> etree._Element:
    """The root `bpmn:definitions` of a diagram. Raises what `safe_xml.read` does, for another root, and for
    more than `MAX_ELEMENTS`."""
    root = safe_xml.read(file, data, "diagram")
    if sum(1 for _ in islice(root.iter(), MAX_ELEMENTS + 1)) > MAX_ELEMENTS:
        raise safe_xml.refused(file, Sentence("too-many-in-file", most=MAX_ELEMENTS))
    if root.tag != dialect.bpmn("definitions"):
        raise safe_xml.refused(file, Sentence("no-diagram"), dialect.line(root))
    _leave_prefixes_out(root)
    return root


def _leave_prefixes_out(root: etree._Element) -> None:
    """These references may begin with a prefix for the namespace of the file; the id is what follows."""
    for element in root.iter(dialect.bpmn("boundaryEvent"), dialect.bpmn("callActivity")):
        for name in ("attachedToRef", "calledElement"):
            prefix, colon, id = (element.get(name) or "").partition(":")
            if colon and prefix in element.nsmap:
                element.set(name, id)
