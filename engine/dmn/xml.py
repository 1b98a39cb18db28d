"""A DMN file as XML: parsed safely, and the vocabulary to look at it with."""

from collections.abc import Iterator
from functools import lru_cache
from typing import cast

from lxml.etree import QName, _Element

from engine import safe_xml
from engine.sentences import Sentence

NAMES_KEPT = 512

DMN = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",  # 1.1
        "http://www.omg.org/spec/DMN/20180521/MODEL/",  # 1.2
        "https://www.omg.org/spec/DMN/20191111/MODEL/",  # 1.3
        "https://www.omg.org/spec/DMN/20211108/MODEL/",  # 1.4
        "https://www.omg.org/spec/DMN/20230324/MODEL/",  # 1.5
    }
)
"""The versions that say decision tables alike."""
CAMUNDA = "http://camunda.org/schema/1.0/dmn"
BATON = "urn:baton:bpmn:1"


def read(file: str, data: bytes) -> _Element:
    """The root `definitions` of a DMN file. Raises what `safe_xml.read` does, and for another root."""
    root = safe_xml.read(file, data, "decision")
    if tag(root) != "definitions":
        raise safe_xml.refused(file, Sentence("no-dmn"), line(root))
    return root


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
