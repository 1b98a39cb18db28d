"""Turn the bytes of an uploaded diagram into XML, safely: the first step, before anything else looks at
it."""

from lxml import etree

from engine.bpmn import dialect
from engine.errors import Invalid, Problem

MAX_BYTES = 2_000_000
"""lxml's own limits refuse entities and deep nesting, but 55 MB of small elements cost it 1.7 GB."""


def read(file: str, data: bytes) -> etree._Element:
    """The root `bpmn:definitions` of a diagram.

    Raises `Invalid` naming `file` and the line: more than 2 MB, not XML, a DOCTYPE (so no entities either),
    no BPMN 2.0.
    """
    if len(data) > MAX_BYTES:
        raise _refused(file, f"The file has {len(data):,} bytes; a diagram may have {MAX_BYTES:,}.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line: int | None = getattr(error, "lineno", None)
        raise _refused(file, f"This is not well-formed XML: {_reason(error)}", line) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused(file, "A DOCTYPE is not allowed in a diagram.", 1)
    if root.tag != dialect.bpmn("definitions"):
        raise _refused(
            file, "This is not a BPMN 2.0 diagram: its root must be bpmn:definitions.", dialect.line(root)
        )
    return root


def _reason(error: Exception) -> str:
    return str(error).split(" (<string>")[0][:300] or "it is empty."


def _refused(file: str, detail: str, line: int | None = None) -> Invalid:
    return Invalid([Problem(detail, file=file, line=line)])
