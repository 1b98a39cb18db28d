"""Activities that are repeated: multi-instance and standard loops."""

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.build import bare
from engine.bpmn.check.findings import Check
from engine.bpmn.check.texts import VARIABLE, literal, template, whole
from engine.bpmn.check.vocabulary import only
from engine.bpmn.dialect import tag
from engine.errors import Unreadable
from engine.sentences import Sentence


def standard_loop(check: Check, activity: etree._Element) -> None:
    loop, element = dialect.standard_loop(activity), dialect.child(activity, dialect.STANDARD_LOOP)
    if loop is None or element is None:
        return
    if dialect.multi_instance(activity) is not None:
        check.refuse(element, "repeated-twice")
    only(check, element, {"loopCondition", "documentation", "extensionElements"})
    if loop.condition is not None:
        template(check, element, bare(loop.condition))
    elif loop.most is None:
        check.refuse(element, "loop-without-end")
    if loop.most is not None and not loop.most.isdecimal():
        check.refuse(element, "loop-maximum-no-number", text=loop.most)


def multi_instance(check: Check, activity: etree._Element) -> None:
    loop = dialect.multi_instance(activity)
    if loop is None:
        return
    element = dialect.child(activity, dialect.MULTI_INSTANCE)
    assert element is not None
    for inner in dialect.children(element):
        if tag(inner) not in (
            "loopCardinality",
            "completionCondition",
            "documentation",
            "extensionElements",
        ):
            check.refuse(inner, "repetition-element-unsupported", element=tag(inner))
    if (loop.collection is None) == (loop.cardinality is None):
        check.refuse(element, "repetition-unclear")
    if loop.collection is not None:
        template(check, element, bare(loop.collection))
    if loop.cardinality is not None:
        literal(check, element, loop.cardinality, _cardinality)
    if loop.until is not None:
        template(check, element, bare(loop.until))
    if loop.item is not None and loop.collection is None:
        check.refuse(element, "item-without-collection")
    if loop.item is not None and not VARIABLE.fullmatch(loop.item):
        check.refuse(element, "item-no-variable", variable=loop.item)


def _cardinality(text: str) -> None:
    if whole(text) < 0:
        raise Unreadable(Sentence("cardinality-negative"))
