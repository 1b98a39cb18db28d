"""A DMN file as XML: parsed safely, and the vocabulary to look at it with."""

from collections.abc import Iterator
from functools import lru_cache
from typing import cast

from lxml import etree
from lxml.etree import QName, _Element

from engine.errors import Invalid, Problem

MAX_BYTES = 2_000_000
NAMES_KEPT = 512

DMN = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",  # 1.1
        "http://www.omg.org/spec/DMN/20180521/MODEL/",  # 1.2
        "https://www.omg.org/spec/DMN/20191111/MODEL/",  # 1.3
    }
)
"""The versions that say decision tables alike."""
CAMUNDA = "http://camunda.org/schema/1.0/dmn"
BATON = "urn:baton:bpmn:1"


def read(file: str, data: bytes) -> _Element:
    """The root `definitions` of a DMN file.

    Raises `Invalid` naming `file` and the line: more than 2 MB, not XML, a DOCTYPE (so no entities either),
    no DMN 1.1 to 1.3.
    """
    if len(data) > MAX_BYTES:
        raise _refused(file, f"The file has {len(data):,} bytes; a decision may have {MAX_BYTES:,}.")
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
        reason = str(error).split(" (<string>")[0][:300] or "it is empty."
        at = getattr(error, "lineno", None)
        raise _refused(file, f"This is not well-formed XML: {reason}", at) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _refused(file, "A DOCTYPE is not allowed in a decision.", 1)
    if tag(root) != "definitions":
        raise _refused(file, "This is not DMN 1.1, 1.2 or 1.3: its root must be definitions.", line(root))
    return root


def _refused(file: str, detail: str, line: int | None = None) -> Invalid:
    return Invalid([Problem(detail, file=file, line=line)])


@lru_cache(NAMES_KEPT)
def qualified(name: str) -> tuple[str, str]:
    """(namespace, local name) of a tag or an attribute; the namespace may be ""."""
    parsed = QName(name)
    return parsed.namespace or "", parsed.localname


def tag(element: _Element) -> str:
    """The local name of a DMN element, or "" for one of another namespace."""
    namespace, name = qualified(str(element.tag))
    return name if namespace in DMN else ""


def line(element: _Element) -> int | None:
    """The line of the file an element begins in."""
    return cast("int | None", element.sourceline)


def children(element: _Element, name: str = "") -> Iterator[_Element]:
    """The DMN children of that name, or all of them."""
    return (child for child in element if tag(child) and name in ("", tag(child)))


def child(element: _Element, name: str) -> _Element | None:
    return next(children(element, name), None)


def text_of(element: _Element | None) -> str:
    """What stands in its `text`, as it stands; "" when there is none."""
    holder = None if element is None else child(element, "text")
    return "" if holder is None else "".join(map(str, holder.itertext()))


def line_of_text(element: _Element) -> int | None:
    """The line its `text` begins in."""
    holder = child(element, "text")
    return line(element if holder is None else holder)


def label(element: _Element) -> str:
    """What people call it: its name in one line, else its id."""
    return " ".join((element.get("name") or "").split()) or element.get("id") or tag(element)


def names(element: _Element) -> dict[str, str]:
    """Its names in other languages: `<baton:name lang="zh-CN">` in its `extensionElements`."""
    holder = child(element, "extensionElements")
    found = [] if holder is None else holder.findall(f"{{{BATON}}}name")
    texts = {each.get("lang", ""): "".join(map(str, each.itertext())).strip() for each in found}
    return {language: text for language, text in texts.items() if language and text}
