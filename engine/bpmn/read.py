"""Turn the bytes of an uploaded diagram into XML: the first step, before anything else looks at it."""

from lxml import etree

from engine import safe_xml
from engine.bpmn import dialect
from engine.sentences import Sentence


def read(file: str, data: bytes) -> etree._Element:
    """The root `bpmn:definitions` of a diagram. Raises what `safe_xml.read` does, and for another root."""
    root = safe_xml.read(file, data, "diagram")
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
