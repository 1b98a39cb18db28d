"""Put what other editors write in `${...}` and `#{...}` into Baton's language, the only one stored."""

from contextlib import suppress

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.build import CONTEXT_FUNCTIONS, bare
from engine.bpmn.dialect import BATON, CAMUNDA
from engine.scripting import ScriptError, juel

_CONDITIONS = frozenset({"conditionExpression", "condition", "completionCondition", "loopCondition"})
_COMPUTED = _CONDITIONS | {"loopCardinality", *dialect.TIMERS}
_BARE = frozenset({"collection", "sourceExpression"})
"""Attributes that may leave out the `${}`, as conditions may."""


def in_baton(text: str) -> str:
    """A text with its expressions in Baton's language. Raises `ScriptError` for one that can be in none."""
    return juel.translated(text, functions=CONTEXT_FUNCTIONS)


def translate(root: etree._Element) -> None:
    """Translate every expression in a checked diagram, in its place."""
    for element in root.iter(etree.Element):
        namespace, name = dialect.qualified(element.tag)
        extension = namespace in (CAMUNDA, BATON)
        if element.text and (extension or name in _COMPUTED):
            element.text = _translated(element.text.strip(), name in _CONDITIONS) or element.text
        for attribute, value in element.attrib.items():
            space, called = dialect.qualified(attribute)
            if space == CAMUNDA or (extension and not space):
                # As they are read: what is in `baton:` attributes keeps the blanks around it.
                given = str(value) if namespace == BATON else str(value).strip()
                element.set(attribute, _translated(given, called in _BARE) or value)


def _translated(text: str, may_be_bare: bool) -> str | None:
    """The text in Baton's language; None when it is there already."""
    given = bare(text) if may_be_bare else text
    # What the check let pass and is none is no expression: a property, a name.
    with suppress(ScriptError):
        translation = in_baton(given)
        return None if translation == given else translation
    return None
