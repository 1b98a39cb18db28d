"""Read XML that somebody uploaded, safely, before anything else looks at it."""

from lxml import etree

from engine.errors import Invalid, Problem
from engine.sentences import Sentence

MAX_BYTES = 2_000_000
"""lxml's own limits refuse entities and deep nesting, but 55 MB of small elements cost it 1.7 GB."""


def read(file: str, data: bytes, what: str) -> etree._Element:
    """The root of an uploaded document; `what` is what people call it ("diagram", "decision").

    Raises `Invalid` naming `file` and the line: more than `MAX_BYTES`, not XML, a DOCTYPE (so no entities
    either). Nothing is fetched, and comments and processing instructions are dropped.
    """
    if len(data) > MAX_BYTES:
        raise refused(file, Sentence("file-too-large", size=len(data), most=MAX_BYTES))
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
        raise refused(file, Sentence("no-xml", reason=_reason(error)), line) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise refused(file, Sentence("doctype"), 1)
    return root


def refused(file: str, reason: Sentence, line: int | None = None) -> Invalid:
    """The error for a document that is refused as a whole."""
    return Invalid([Problem.of(reason, file=file, line=line)])


def _reason(error: Exception) -> str:
    return str(error).split(" (<string>")[0][:300] or "it is empty."
