"""Texts that are read when a case runs: expressions, and what one must say that computes nothing."""

import re
from collections.abc import Callable

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.build import template as compile_template
from engine.bpmn.check.findings import Check
from engine.bpmn.specs.activities import whole_number
from engine.bpmn.translate import in_baton
from engine.durations import Duration, parse_instant, zone
from engine.errors import Unreadable
from engine.scripting import ScriptError, Template
from engine.sentences import Sentence

MAX_NAME_LENGTH = 64
"""The longest name of a person or group."""
VARIABLE = re.compile(r"[^\W\d_]\w*")
BOOLEANS = {"true", "false", "1", "0"}
_BOOLEAN_AS_TEXT = re.compile(
    r"""[!=]=\s*(?P<q>["'])(true|false)(?P=q)|(?P<p>["'])(true|false)(?P=p)\s*[!=]="""
)
"""What JUEL converts to compare it, and Baton's language does not."""
UTC = zone("UTC")


def literal(check: Check, element: etree._Element, text: str, reader: Callable[[str], object]) -> None:
    """Check a text as far as it can be: an expression in it by its grammar, one without any by what it
    must say."""
    compiled = template(check, element, text)
    if compiled is None or not compiled.is_literal:
        return
    try:
        reader(text)
    except Unreadable as error:
        check.refuse_for(element, error.sentence)


def template(check: Check, element: etree._Element, text: str) -> Template | None:
    """Check the expressions in a text by their grammar; None when one is refused."""
    try:
        translation = in_baton(text)
        compiled = compile_template(translation)
    except ScriptError as error:
        line = line_in_file(element, text, error)
        check.refuse(element, "expression-wrong", line, text=text.strip(), reason=error.reason)
        return None
    if found := _BOOLEAN_AS_TEXT.search(translation):
        check.warn(element, "text-no-boolean", text=found[0])
    return compiled


def line_in_file(element: etree._Element, text: str, error: ScriptError) -> int:
    # A text that ends too early is found wrong on the line after its last.
    return (dialect.line(element) or 1) + error.line - 1


def duration_or_instant(text: str) -> None:
    if text.lstrip().startswith("P"):
        Duration.parse(text)
    else:
        parse_instant(text, UTC)


def whole(text: str) -> int:
    number = whole_number(text)
    if number is None:
        raise Unreadable(Sentence("no-whole-number", text=text))
    return number
