"""What is undone: compensation, and transactions that are cancelled."""

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.check.findings import Check
from engine.bpmn.dialect import bpmn, tag


def boundaries(check: Check, root: etree._Element) -> None:
    """Note once for the whole file what can be compensated, and what is left when it is cancelled."""
    for event in root.iter(bpmn("boundaryEvent")):
        if _is_cancel(event):
            check.left_when_cancelled.add(event.get("attachedToRef"))
        elif dialect.is_compensation_boundary(event):
            check.compensated.add(event.get("attachedToRef"))
            for scope in event.iterancestors():
                if tag(scope) not in dialect.SUB_PROCESSES or dialect.is_handler(scope):
                    break
                check.compensated.add(scope.get("id"))


def compensation(check: Check, event: etree._Element) -> None:
    """What is compensated where it is thrown, and by whom where it is attached."""
    activity = dialect.compensated_activity(event)
    if tag(event) == "boundaryEvent":
        if activity is not None:
            check.refuse(event, "compensation-reference-thrown-only")
        if dialect.associated_handler(event, check.associated) is None:
            check.refuse(event, "compensation-without-handler")
    elif activity is not None and not (
        activity in check.compensated and _sees(event, check.activities.get(activity))
    ):
        check.refuse(event, "compensation-of-nothing", id=activity)


def cancel(check: Check, event: etree._Element) -> None:
    """The end in a transaction that cancels it, or the event at its boundary by which it is left then."""
    if tag(event) == "endEvent" and tag(event.getparent()) != "transaction":
        check.refuse(event, "cancel-outside-transaction")
    if tag(event) == "boundaryEvent" and not dialect.interrupting(event):
        check.refuse(event, "cancel-always-interrupts")


def transaction(check: Check, transaction: etree._Element) -> None:
    if dialect.flag(transaction, "triggeredByEvent", False):
        check.refuse(transaction, "transaction-by-event")
    cancels = any(_is_cancel(e) for e in dialect.children(transaction, "endEvent"))
    if cancels and transaction.get("id") not in check.left_when_cancelled:
        check.refuse(transaction, "cancel-without-boundary", element=dialect.label(transaction))
    if cancels and dialect.is_repeated(transaction):
        check.refuse(transaction, "cancel-of-repeated", element=dialect.label(transaction))


def _is_cancel(node: etree._Element) -> bool:
    return dialect.event_kind(node) == dialect.CANCEL


def _sees(event: etree._Element, activity: etree._Element | None) -> bool:
    """Whether a compensation event may name an activity: one beside it, or in an event sub-process one
    beside that."""
    if activity is None or dialect.is_event_sub_process(activity) or dialect.is_handler(activity):
        return False
    scope, holder = event.getparent(), activity.getparent()
    while scope is not holder and dialect.is_event_sub_process(scope):
        assert scope is not None, "it is an event sub-process"
        scope = scope.getparent()
    return scope is holder
