"""The words of a diagram, attributes and extension elements: known, harmless, or refused by name."""

from collections.abc import Collection

from lxml import etree

from engine.bpmn import dialect, engines
from engine.bpmn.check.clocks import clocks
from engine.bpmn.check.findings import Check
from engine.bpmn.check.texts import BOOLEANS
from engine.bpmn.dialect import BATON, BPMN, CAMUNDA, tag
from engine.bpmn.multiple import DRAWN

_HARMLESS = {
    "modelerTemplate",
    "modelerTemplateVersion",
    "modelerTemplateIcon",
    "versionTag",
    "historyTimeToLive",
    "isStartableInTasklist",
    "diagramRelationId",
}
_ASYNCHRONOUS = {"asyncBefore", "asyncAfter", "async", "exclusive", "jobPriority"}
_CAMUNDA_ATTRIBUTES = {
    "process": {"candidateStarterGroups", "candidateStarterUsers"},
    "startEvent": {"formKey"},
    "userTask": {"assignee", "candidateUsers", "candidateGroups", "formKey", "dueDate", "priority"},
    "callActivity": {"calledElementBinding", "calledElementVersion"},
    "businessRuleTask": {"decisionRef", "decisionRefBinding", "resultVariable", "mapDecisionResult"},
    "serviceTask": {"type", "topic"},
    "sendTask": {"type", "topic"},
    dialect.MULTI_INSTANCE: {"collection", "elementVariable"},
    "error": {"errorMessage"},
    "errorEventDefinition": {"errorCodeVariable", "errorMessageVariable"},
    "escalationEventDefinition": {"escalationCodeVariable"},
}
_BATON_ELEMENTS = {name: {"clock", "name"} for name in dialect.ACTIVITIES | dialect.EVENTS} | {
    "process": {"clock", "record", "name", "description"},
    "lane": {"group", "name"},
    "userTask": {"clock", "separation", "name"},
    "receiveTask": {"clock", "correlation", "payload", "name"},
    "sendTask": {"clock", "correlation", "payload", "name"},
    "messageEventDefinition": {"correlation", "payload"},
    "signalEventDefinition": {"payload"},
}
_REPEATED = {"name", "description", "clock"}
"""The `baton:` elements that one element may have several of."""
BATON_ATTRIBUTES = {
    "record": {"prefix", "title", "priority", "service", "requester"},
    "name": {"lang"},
    "description": {"lang"},
    "group": {"name"},
    "separation": {"from"},
    "correlation": {"key"},
    "payload": {"variable"},
    "clock": {"name", "action", "on"},
}
_ACTIVITY_ATTRIBUTES = {"default", "isForCompensation", "startQuantity", "completionQuantity"}
_CAMUNDA_ELEMENTS = {name: {"inputOutput"} for name in dialect.ACTIVITIES} | {
    "callActivity": {"inputOutput", "in", "out"}
}
_EXPRESSION_ATTRIBUTES = {"language", "evaluatesToTypeRef"}
_ATTRIBUTES = {  # what BPMN 2.0 knows on each element that runs, beside id and name
    "process": {"processType", "isClosed", "isExecutable", "definitionalCollaborationRef"},
    "lane": {"partitionElementRef"},
    "message": {"itemRef"},
    "signal": {"structureRef"},
    "error": {"errorCode", "structureRef"},
    "escalation": {"escalationCode", "structureRef"},
    "sequenceFlow": {"sourceRef", "targetRef", "isImmediate"},
    "task": _ACTIVITY_ATTRIBUTES,
    "manualTask": _ACTIVITY_ATTRIBUTES,
    "userTask": _ACTIVITY_ATTRIBUTES | {"implementation"},
    "scriptTask": _ACTIVITY_ATTRIBUTES | {"scriptFormat"},
    "receiveTask": _ACTIVITY_ATTRIBUTES | {"implementation", "messageRef", "operationRef", "instantiate"},
    "sendTask": _ACTIVITY_ATTRIBUTES | {"implementation", "messageRef", "operationRef"},
    "businessRuleTask": _ACTIVITY_ATTRIBUTES | {"implementation"},
    "serviceTask": _ACTIVITY_ATTRIBUTES | {"implementation", "operationRef"},
    "script": set(),
    "subProcess": _ACTIVITY_ATTRIBUTES | {"triggeredByEvent"},
    "transaction": _ACTIVITY_ATTRIBUTES | {"triggeredByEvent", "method"},
    "callActivity": _ACTIVITY_ATTRIBUTES | {"calledElement"},
    dialect.MULTI_INSTANCE: {"isSequential", "behavior", "oneBehaviorEventRef", "noneBehaviorEventRef"},
    dialect.STANDARD_LOOP: {"testBefore", "loopMaximum"},
    "exclusiveGateway": {"gatewayDirection", "default"},
    "inclusiveGateway": {"gatewayDirection", "default"},
    "parallelGateway": {"gatewayDirection"},
    "eventBasedGateway": {"gatewayDirection", "instantiate", "eventGatewayType"},
    "startEvent": {"isInterrupting", "parallelMultiple"},
    "intermediateCatchEvent": {"parallelMultiple"},
    "intermediateThrowEvent": set(),
    "boundaryEvent": {"attachedToRef", "cancelActivity", "parallelMultiple"},
    "endEvent": set(),
    "timerEventDefinition": set(),
    "messageEventDefinition": {"messageRef"},
    "signalEventDefinition": {"signalRef"},
    "conditionalEventDefinition": set(),
    "condition": _EXPRESSION_ATTRIBUTES,
    "errorEventDefinition": {"errorRef"},
    "escalationEventDefinition": {"escalationRef"},
    "compensateEventDefinition": {"activityRef", "waitForCompletion"},
    "cancelEventDefinition": set(),
    "terminateEventDefinition": set(),
    "linkEventDefinition": set(),
    "conditionExpression": _EXPRESSION_ATTRIBUTES,
    "completionCondition": _EXPRESSION_ATTRIBUTES,
    "loopCardinality": _EXPRESSION_ATTRIBUTES,
    "loopCondition": _EXPRESSION_ATTRIBUTES,
    "timeDate": _EXPRESSION_ATTRIBUTES,
    "timeDuration": _EXPRESSION_ATTRIBUTES,
    "timeCycle": _EXPRESSION_ATTRIBUTES,
}
_YES_OR_NO = {
    *("isExecutable", "triggeredByEvent", "isSequential", "isInterrupting", "cancelActivity"),
    *("isForCompensation", "instantiate", "parallelMultiple", "testBefore", "waitForCompletion"),
}
_ONE_AT_MOST = {
    *("extensionElements", "conditionExpression", "completionCondition", "loopCardinality", "script"),
    *("condition", "loopCondition"),
    *dialect.REPETITIONS,
}
_LANGUAGES = {"", "python", "juel", "xpath"}
"""The expression languages a diagram may name: none, ours, and what modellers write unasked."""
_WEB_SERVICE = {"##WebService", "WebService", "webService"}
"""What many editors write unasked; of a service, send or receive task it is what the standard assumes."""
_WORKED_ON_HERE = {"userTask", "businessRuleTask"}
_UNUSUAL = {  # attribute -> the values that mean nothing unusual is asked
    "waitForCompletion": {"true", "1"},
    "method": {"##Compensate"},
    "instantiate": {"false", "0"},
    "parallelMultiple": {"false", "0"},
    "startQuantity": {"1"},
    "completionQuantity": {"1"},
    "eventGatewayType": {"Exclusive"},
    "implementation": {"##unspecified", "unspecified", *_WEB_SERVICE},
    "behavior": {"All"},
}
_XML = "http://www.w3.org/XML/1998/namespace"


def vocabulary(check: Check, process: etree._Element) -> None:
    """Everything said in a process is known, harmless, or refused: no word of it is passed over."""
    for element in dialect.spoken(process):
        _words(check, element)


def _words(check: Check, element: etree._Element) -> None:
    if not tag(element):
        check.refuse(element, "foreign-element", element=element.tag)
    elif tag(element) in _ATTRIBUTES:
        attributes(check, element)
        extensions(check, element)
        clocks(check, element)
        _language(check, element)
        once = [tag(e) for e in dialect.children(element, *_ONE_AT_MOST)]
        for name in sorted({name for name in once if once.count(name) > 1}):
            check.refuse(element, "only-once", element=name)
    elif tag(element) in ("assignment", "transformation"):
        check.refuse(element, "data-association-unsupported")


def attributes(check: Check, element: etree._Element) -> None:
    known = _ATTRIBUTES[tag(element)] | {"id", "name"}
    camunda = _CAMUNDA_ATTRIBUTES.get(tag(element), set())
    for attribute, value in element.attrib.items():
        namespace, name = dialect.qualified(attribute)
        if namespace == "" and name not in known:
            check.refuse(element, "attribute-unknown", attribute=name, element=tag(element))
        elif namespace == "" and name in _YES_OR_NO and str(value).strip() not in BOOLEANS:
            check.refuse(element, "neither-true-nor-false", attribute=name, value=str(value))
        elif namespace == CAMUNDA and name not in camunda:
            _camunda_attribute(check, element, name)
        elif namespace == BATON:
            check.refuse(element, "baton-attribute", attribute=name)
        elif namespace not in ("", BPMN, CAMUNDA, dialect.XSI, _XML) and attribute != DRAWN:
            if reason := engines.refused(namespace, name, str(value), camunda):
                check.refuse_for(element, reason)
            else:
                check.set_aside(element, "attribute-no-effect", attribute=str(attribute))


def _camunda_attribute(check: Check, element: etree._Element, name: str) -> None:
    if name in _ASYNCHRONOUS:
        check.warn(element, "asynchronous-no-effect", attribute=name)
    elif name not in _HARMLESS:
        check.refuse(element, "camunda-unsupported", name=name, element=tag(element))


def _language(check: Check, element: etree._Element) -> None:
    """An expression names its language, or means the one the file names for all."""
    if "language" not in _ATTRIBUTES[tag(element)]:
        return
    language = (element.get("language") or check.usual_language).rstrip("/")
    if language.rsplit("/", 1)[-1].lower() not in _LANGUAGES:
        check.refuse(element, "language-unsupported", language=language)


def extensions(check: Check, element: etree._Element) -> None:
    """Extension elements of `camunda:` and `baton:`: known, harmless, or refused by name."""
    holder = dialect.child(element, "extensionElements")
    found = [] if holder is None else list(holder)
    for each in found:
        _extension(check, element, each)
    names = [
        name
        for space, name in (dialect.qualified(e.tag) for e in found)
        if space == BATON and name not in _REPEATED
    ]
    for name in sorted({name for name in names if names.count(name) > 1}):
        check.refuse(element, "baton-only-once", element=name)


def _extension(check: Check, element: etree._Element, found: etree._Element) -> None:
    namespace, name = dialect.qualified(found.tag)
    if namespace == BATON:
        _baton(check, element, found, name)
    elif namespace == CAMUNDA and name == "inputOutput" and tag(element) in dialect.ACTIVITIES:
        _input_output(check, found)
    elif namespace == CAMUNDA and name in ("in", "out") and tag(element) == "callActivity":
        pass  # `call_activity` looks at them
    elif namespace == CAMUNDA and name == "failedJobRetryTimeCycle":
        check.warn(found, "retry-no-effect")
    elif namespace == CAMUNDA and name != "properties":
        check.refuse(found, "camunda-unsupported", name=name, element=tag(element))
    elif namespace != CAMUNDA:
        ours = _CAMUNDA_ELEMENTS.get(tag(element), set())
        if reason := engines.refused(namespace, name, found.get("name") or "", ours):
            check.refuse_for(found, reason)
        else:
            check.set_aside(found, "extension-no-effect", element=str(found.tag))


def _input_output(check: Check, holder: etree._Element) -> None:
    for parameter in holder:
        if dialect.qualified(parameter.tag) not in (
            (CAMUNDA, "inputParameter"),
            (CAMUNDA, "outputParameter"),
        ):
            check.refuse(parameter, "input-output-element-unsupported", element=parameter.tag)


def _baton(check: Check, element: etree._Element, found: etree._Element, name: str) -> None:
    if name not in _BATON_ELEMENTS.get(tag(element), {"name"}):
        check.refuse(found, "baton-unsupported", name=name, element=tag(element))
        return
    for attribute in found.attrib:
        if attribute not in BATON_ATTRIBUTES[name]:
            check.refuse(found, "baton-attribute-unknown", element=name, attribute=str(attribute))


def unusual(check: Check, element: etree._Element) -> None:
    if tag(element) in _WORKED_ON_HERE and element.get("implementation") in _WEB_SERVICE:
        check.set_aside(element, "attribute-no-effect", attribute="implementation")
    for holder in (element, *dialect.children(element, *dialect.REPETITIONS)):
        for name, usual in _UNUSUAL.items():
            if holder.get(name, next(iter(usual))).strip() not in usual:
                check.refuse(
                    element, "attribute-value-unsupported", attribute=name, value=holder.get(name) or ""
                )


def only(check: Check, element: etree._Element, allowed: Collection[str]) -> None:
    """Refuse what else lies in an element."""
    for inner in dialect.children(element):
        if tag(inner) not in allowed:
            check.refuse(inner, "element-unsupported-inside", element=tag(inner), inside=tag(element))
