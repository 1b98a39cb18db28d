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
    return root
