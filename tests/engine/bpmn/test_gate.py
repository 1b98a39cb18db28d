"""The gate: what would not run as the standard says is refused with element, line and reason, all of it at once."""

# ruff: noqa: E501 (a refusal a line is a table that can be read)

import pytest

from engine import bpmn
from engine.bpmn.check.document import MAX_DECLARATIONS, MAX_FLOWS, MAX_NODES
from engine.bpmn.check.findings import MAX_PROBLEMS
from engine.errors import Invalid, Problem
from tests.engine.bpmn.support import (
    CANCEL,
    NAMESPACES,
    TERMINATE,
    boundary,
    by_event,
    call,
    catch,
    compensation,
    conditional,
    diagram,
    each,
    end,
    error,
    escalation,
    event_sub,
    extensions,
    flow,
    hands,
    loop,
    mark,
    message,
    node,
    par,
    params,
    path,
    receive,
    script,
    send,
    service,
    signal,
    start,
    sub,
    throw,
    timer,
    timer_of,
    transaction,
    undo,
    user,
    xor,
)


def problems(data: bytes, forms: tuple[str, ...] = ()) -> list[Problem]:
    with pytest.raises(Invalid) as caught:
        bpmn.prepare("x.bpmn", data, lambda key: key in forms, lambda key: key == "d")
    return list(caught.value.problems)


def warnings(data: bytes) -> list[Problem]:
    return bpmn.prepare("x.bpmn", data, lambda key: True, lambda key: True)[1]


def around(thing: str, id: str = "x") -> bytes:
    """A diagram in which `thing` comes after the start, on a line of its own: line 5."""
    return diagram(start(), thing, path("start", id), messages=("m",))


def event_of(kind: str) -> str:
    return f"<{kind}EventDefinition/>"


def io(inside: str) -> str:
    return extensions(f"<camunda:inputOutput>{inside}</camunda:inputOutput>")


def called(*handed: str) -> str:
    return call("x", "q", extensions(*handed))


def rule(**attributes: str) -> str:
    """A business rule task for the decision `d`, which there is, with more `camunda:` attributes."""
    given = {"decisionRef": "d", **attributes}
    return node("businessRuleTask", "x", **{f"camunda_{name}": value for name, value in given.items()})


LISTENER = extensions('<camunda:executionListener class="x.Y" event="start"/>')
FORM_DATA = extensions('<camunda:formData><camunda:formField id="f"/></camunda:formData>')
CONNECTOR = extensions(
    "<camunda:connector><camunda:connectorId>http</camunda:connectorId></camunda:connector>"
)
HANDLER = user("h", isForCompensation=True)
LOOPED = user("x", "<standardLoopCharacteristics/>")
SCRIPT_INPUT = io(
    '<camunda:inputParameter name="a"><camunda:script scriptFormat="groovy">1</camunda:script></camunda:inputParameter>'
)
LIST_INPUT = io('<camunda:inputParameter name="a"><camunda:list/></camunda:inputParameter>')
NAMELESS_INPUT = io("<camunda:inputParameter>1</camunda:inputParameter>")
OTHER_INPUT = io('<camunda:inputParam name="a">1</camunda:inputParam>')
BROKEN_INPUT = io('<camunda:inputParameter name="a">${1 +}</camunda:inputParameter>')
BROKEN_OUTPUT = io('<camunda:outputParameter name="a">${import os}</camunda:outputParameter>')
RECEIVER = node("receiveTask", "x", messageRef="m", instantiate=True)

# What stands on line 5 of the diagram, and a part of the reason it is refused for.
REFUSED = {
    # Elements that do not run.
    "send task without a message": (node("sendTask", "x"), "no message with a name"),
    "send task of a web service": (node("sendTask", "x", messageRef="m", operationRef="o"), "operationRef"),
    "send task with a broken key": (send("x", "m", key="${a +}"), "a +"),
    "send task of no payload": (send("x", "m", payload=""), "names the variable"),
    "send task of a message and a job": (service("x", messageRef="m").replace("serviceTask", "sendTask"), "either sends its message or is a job"),
    "send task in a class": (node("sendTask", "x", camunda_class="x.Y"), "camunda:class"),
    "message thrown without a name": (throw("x", event_of("message")), "no message with a name"),
    "message thrown with no payload": (throw("x", message("m", payload="")), "names the variable"),
    "signal thrown without a name": (throw("x", event_of("signal")), "no signal with a name"),
    "signal caught without a name": (catch("x", event_of("signal")), "no signal with a name"),
    "signal at an end without a name": (end("x", event_of("signal")), "no signal with a name"),
    "signal with a key": (catch("x", signal("s").replace("<extensionElements>", '<extensionElements><baton:correlation key="a"/>')), "baton:correlation"),
    "receive task that starts a case": (RECEIVER, "instantiate"),
    "receive task without a message": (node("receiveTask", "x"), "no message with a name"),
    "receive task of a web service": (node("receiveTask", "x", messageRef="m", operationRef="o"), "operationRef"),
    "receive task with a broken key": (receive("x", "m", key="${a +}"), "a +"),
    "receive task with a payload that is no variable": (receive("x", "m", payload="a-b"), "'a-b' is none"),
    "conditional event without a condition": (catch("x", event_of("conditional")), "needs a condition"),
    "conditional event with an empty condition": (catch("x", conditional(" ")), "needs a condition"),
    "broken condition": (catch("x", conditional("a ==")), "a =="),
    "conditional event for one variable": (catch("x", conditional("a").replace("Definition>", "Definition camunda:variableName='a'>", 1)), "camunda:variableName"),
    "two conditions": (catch("x", conditional("a").replace("<condition>", "<condition>b</condition><condition>")), "only once"),
    "condition of a timer": (catch("x", timer("PT1H").replace("</timerEvent", "<condition>a</condition></timerEvent")), "bpmn:condition in a bpmn:timerEventDefinition"),
    "call of nothing": (node("callActivity", "x"), "needs calledElement"),
    "call of an expression": (call("x", "${q}"), "not an expression"),
    "call by a version tag": (call("x", "q", binding="versionTag"), "versionTag"),
    "call of another tenant's": (call("x", "q", camunda_calledElementTenantId="t"), "camunda:calledElementTenantId"),
    "call with a class that maps": (call("x", "q", camunda_variableMappingClass="x.Y"), "camunda:variableMappingClass"),
    "call of a version without its number": (call("x", "q", binding="version"), "need each other"),
    "number without its binding": (call("x", "q", number="1"), "need each other"),
    "version zero": (call("x", "q", binding="version", number="0"), "count from 1"),
    "version of many digits": (call("x", "q", binding="version", number="9" * 5000), "count from 1"),
    "version by expression": (call("x", "q", binding="version", number="${n}"), "count from 1"),
    "nothing passed in": (called(hands("in", target="a")), "needs one of"),
    "two things passed in": (called(hands("in", source="a", variables="all", target="a")), "needs one of"),
    "business key passed out": (called(hands("out", businessKey="b")), "needs one of"),
    "passed under no name": (called(hands("in", source="a")), "'' is none"),
    "passed under a wrong name": (called(hands("out", source="a", target="a.b")), "'a.b' is none"),
    "passed from no variable": (called(hands("in", source="a + 1", target="a")), "goes in sourceExpression"),
    "broken expression passed": (called(hands("out", sourceExpression="${a +}", target="a")), "a +"),
    "some of the variables": (called(hands("in", variables="some")), 'variables="all"'),
    "all under one name": (called(hands("in", variables="all", target="a")), 'variables="all"'),
    "passed with an unknown attribute": (called(hands("in", source="a", target="a", type="x")), "no attribute type"),
    "neither local nor not": (called(hands("out", source="a", target="a", local="perhaps")), "neither true nor false"),
    "local expression": (called(hands("in", sourceExpression="a", target="a", local="true")), "makes no sense"),
    "transaction of another protocol": (transaction("x", start("s1"), method="##Store"), 'method="##Store"'),
    "transaction that an event starts": (transaction("x", start("s1"), triggeredByEvent=True), "no event sub-process"),
    "cancel end outside of a transaction": (end("x", CANCEL), "Only a transaction is cancelled"),
    "cancelled transaction that nothing leaves": (transaction("x", start("s1"), end("s2", CANCEL), path("s1 s2")), "needs a cancel event at its boundary"),
    "compensation that nobody waits for": (throw("x", compensation(waitForCompletion=False)), 'waitForCompletion="false"'),
    "compensation perhaps waited for": (throw("x", compensation(waitForCompletion="perhaps")), "neither true nor false"),
    "compensation of nothing": (throw("x", compensation("start")), "'start' is no activity beside this event"),
    "compensation end of nothing": (end("x", compensation("none")), "'none' is no activity beside this event"),
    "ad-hoc sub-process": (node("adHocSubProcess", "x", user("u")), "bpmn:adHocSubProcess"),
    "complex gateway": (node("complexGateway", "x"), "bpmn:complexGateway"),
    "choreography task": (node("choreographyTask", "x"), "bpmn:choreographyTask"),
    "an element BPMN does not have": (node("wizardTask", "x"), "bpmn:wizardTask"),
    "standard loop without a condition": (LOOPED, "needs a loopCondition or a loopMaximum"),
    "standard loop with a broken condition": (user("x", loop("a +")), "a +"),
    "standard loop of no number": (user("x", loop("a").replace(">", " loopMaximum='many'>", 1)), "'many' is no whole number"),
    "standard loop and multi-instance": (user("x", loop("a") + each(times=2)), "either multi-instance or a standard loop"),
    "potential owner": (user("x", "<potentialOwner/>"), "bpmn:potentialOwner"),
    # Business rule tasks.
    "no decision": (node("businessRuleTask", "x"), "needs a camunda:decisionRef"),
    "unknown decision": (node("businessRuleTask", "x", camunda_decisionRef="none"), "There is no decision 'none'"),
    "broken reference to a decision": (node("businessRuleTask", "x", camunda_decisionRef="${1 +}"), "In '${1 +}'"),
    "decision of a deployment": (rule(decisionRefBinding="deployment"), "Only the latest version"),
    "decision by version": (rule(decisionRefBinding="version", decisionRefVersion="1"), "camunda:decisionRefVersion"),
    "decision of a tenant": (rule(decisionRefTenantId="t"), "camunda:decisionRefTenantId"),
    "result that is no variable": (rule(resultVariable="a b"), "'a b' is not the name of a variable"),
    "unknown form of a result": (rule(resultVariable="r", mapDecisionResult="all"), "'all' is none of"),
    "rule in a class": (rule(**{"class": "x.Y"}), "camunda:class"),
    "rule as a job": (rule(type="external", topic="t"), "camunda:type"),
    # Service tasks.
    "service without anything": (node("serviceTask", "x"), 'needs camunda:type="external"'),
    "service without a topic": (node("serviceTask", "x", camunda_type="external"), "needs a camunda:topic"),
    "service of another type": (node("serviceTask", "x", camunda_type="mail"), 'camunda:type="mail" is not supported'),
    "service in a class": (node("serviceTask", "x", camunda_class="x.Y"), "camunda:class"),
    "service by delegate": (node("serviceTask", "x", camunda_delegateExpression="${y}"), "camunda:delegateExpression"),
    "service by expression": (node("serviceTask", "x", camunda_expression="${y.z()}"), "camunda:expression"),
    "service by connector": (node("serviceTask", "x", CONNECTOR), "camunda:connector"),
    "service of another engine": (service("x", implementation="kp:http"), 'implementation="kp:http"'),
    "operation of a service": (service("x", operationRef="o"), "operationRef"),
    "broken topic": (service("x", topic="${1 +}"), "In '${1 +}'"),
    "topic too long": (service("x", topic="t" * 256), "at most 255"),
    "priority of a job": (service("x", camunda_taskPriority="7"), "camunda:taskPriority"),
    # Kinds of events.
    **{
        f"{kind} catch": (catch("x", event_of(kind)), f"{kind} event definition")
        for kind in ("escalation", "compensate", "cancel", "error", "terminate")
    },
    **{
        f"{kind} throw": (node("intermediateThrowEvent", "x", event_of(kind)), f"{kind} event definition")
        for kind in ("error", "terminate", "cancel")
    },
    **{
        f"{kind} end": (end("x", event_of(kind)), f"{kind} event definition")
        for kind in ("link",)
    },
    "catch event without a definition": (node("intermediateCatchEvent", "x"), "without an event definition"),
    "several definitions": (catch("x", timer("PT1H") + event_of("link")), "several definitions"),
    "definition declared elsewhere": (catch("x", "<eventDefinitionRef>d</eventDefinitionRef>"), "not supported here"),
    "escalation without a code": (throw("x", escalation()), "escalationCode"),
    "escalation end without a code": (end("x", escalation()), "escalationCode"),
    "escalation that is not declared": (throw("x", escalation("F")), "There is no escalation 'F'"),
    "variable where an error is thrown": (end("x", error("F", camunda_errorCodeVariable="c")), "There is no error 'F'"),
    "variable where an escalation is thrown": (end("x", escalation(camunda_escalationCodeVariable="c")), "for events that catch"),
    # Attributes that ask for something unusual.
    "start quantity": (user("x", startQuantity=2), "startQuantity"),
    "completion quantity": (user("x", completionQuantity=3), "completionQuantity"),
    "implementation by another engine": (user("x", implementation="other"), 'implementation="other"'),
    "starting gateway": (node("eventBasedGateway", "x", instantiate=True), "instantiate"),
    "behaviour of multi-instance": (user("x", each(times=2).replace("isSeq", 'behavior="One" isSeq')), "behavior"),
    "no boolean": (sub("x", start("s1")).replace("<subProcess", '<subProcess triggeredByEvent="True"'), "neither true nor false"),
    "attribute without its prefix": (node("userTask", "x", assignee="sam"), "no attribute 'assignee'"),
    "baton attribute": (node("userTask", "x").replace("<userTask", '<userTask baton:group="a"'), "baton:group is no attribute"),
    # Camunda's ways that run code or change behaviour.
    "listener": (user("x", LISTENER), "camunda:executionListener"),
    "task listener": (user("x", LISTENER.replace("execution", "task")), "camunda:taskListener"),
    "form data": (user("x", FORM_DATA), "camunda:formData"),
    "connector": (user("x", CONNECTOR), "camunda:connector"),
    "class": (node("task", "x", camunda_class="x.Y"), "camunda:class"),
    "delegate expression": (node("task", "x", camunda_delegateExpression="${y}"), "camunda:delegateExpression"),
    "result variable": (script("x", "1").replace("<script>", "<script>x=").replace("<scriptTask", '<scriptTask camunda:resultVariable="r"'), "camunda:resultVariable"),
    "script resource": (script("x", "a = 1").replace("<scriptTask", '<scriptTask camunda:resource="a.py"'), "camunda:resource"),
    "in mapping": (sub("x", extensions('<camunda:in variables="all"/>'), start("s1")), "camunda:in"),
    "form reference": (user("x", camunda_formRef="f"), "camunda:formRef"),
    "follow-up date": (user("x", camunda_followUpDate="PT1H"), "camunda:followUpDate"),
    "unknown baton element": (user("x", extensions("<baton:calendar name='r'/>")), "baton:calendar"),
    "baton element in the wrong place": (user("x", extensions("<baton:record prefix='A'/>")), "baton:record"),
    "baton element with a wrong attribute": (user("x", extensions("<baton:separation of='x'/>")), "no attribute 'of'"),
    "extension outside extensionElements": (user("x", "<camunda:inputOutput/>"), "inside bpmn:extensionElements"),
    "element without a namespace": (user("x", "<script xmlns=''/>"), "does not belong here"),
    # Clocks.
    "clock without a name": (user("x", extensions("<baton:clock action='start'/>")), "needs a name"),
    "clock with a dot in its name": (user("x", mark("start a.b")), "needs a name"),
    "clock without an action": (user("x", extensions("<baton:clock name='r'/>")), "action is start, pause, stop; '' is none"),
    "clock that is resumed": (user("x", mark("start r", "resume r")), "'resume' is none"),
    "clock that starts on leaving": (user("x", mark("start r leave")), 'no start on="leave": that may be on enter'),
    "clock that pauses on claiming": (user("x", mark("start r", "pause r claim")), 'no pause on="claim"'),
    "clock at a moment there is not": (user("x", mark("start r", "stop r never")), "on enter, claim, leave"),
    "clock stopped by claiming a service task": (service("x", mark("start r", "stop r claim")), "Only a user task is claimed"),
    "clock paused where no time passes": (script("x", "y = 1", mark("start r", "pause r")), "takes no time"),
    "clock paused by a throw event": (node("intermediateThrowEvent", "x", mark("start r", "pause r")), "takes no time"),
    "clock that nothing starts": (user("x", mark("stop r")), "Nothing in this file starts the clock 'r'"),
    "clock marked twice": (user("x", mark("start r", "start r")), "marked so twice"),
    "clock on a gateway": (node("exclusiveGateway", "x", mark("start r")), "baton:clock on a bpmn:exclusiveGateway"),
    "clock with an unknown attribute": (user("x", extensions("<baton:clock name='r' action='start' to='x'/>")), "no attribute 'to'"),
    # Multi-instance.
    "loop without a number": (user("x", each()), "collection or a loopCardinality"),
    "loop with two numbers": (user("x", each("xs", times=2)), "collection or a loopCardinality"),
    "loop data input": (user("x", each("xs").replace("></multi", "><loopDataInputRef>d</loopDataInputRef></multi")), "loopDataInputRef"),
    "item without a collection": (user("x", each(variable="v", times=2)), "needs a camunda:collection"),
    "item that is no variable": (user("x", each("xs", "1st")), "not the name of a variable"),
    "cardinality that is no number": (user("x", each(times="many")), "no whole number"),
    "negative cardinality": (user("x", each(times="-1")), "negative"),
    "broken collection": (user("x", each("xs +")), "xs +"),
    "broken completion condition": (user("x", each(times=2, until="a ==")), "a =="),
    "two loops": (user("x", each(times=2), each(times=2)), "only once"),
    # Texts.
    "script without a language": (node("scriptTask", "x", "<script>a = 1</script>"), 'scriptFormat="python"'),
    "script in another language": (node("scriptTask", "x", "<script>a = 1</script>", scriptFormat="javascript"), 'scriptFormat="python"'),
    "script task without a script": (node("scriptTask", "x", scriptFormat="python"), "has no script"),
    "empty script": (script("x", "  "), "has no script"),
    "broken script": (script("x", "a = = 1"), "Script line 1"),
    "script that imports": (script("x", "import os"), "Script line 1"),
    "broken assignee": (user("x", assignee="${a b}"), "a b"),
    "expression without an end": (user("x", assignee="${a"), "closing"),
    "wrong due date": (user("x", dueDate="tomorrow"), "ISO 8601"),
    "wrong priority": (user("x", priority="high"), "no whole number"),
    "assignee too long": (user("x", assignee="a" * 65), "64 characters"),
    "missing form": (user("x", formKey="p/a"), "no form 'p/a'"),
    "form by expression": (user("x", formKey="${f}"), "no form"),
    "script as an input": (user("x", SCRIPT_INPUT), "camunda:script"),
    "list as an input": (user("x", LIST_INPUT), "camunda:list"),
    "input without a name": (user("x", NAMELESS_INPUT), "needs the name of a variable"),
    "unknown parameter": (user("x", OTHER_INPUT), "inputParam"),
    "broken input": (user("x", BROKEN_INPUT), "1 +"),
    "broken output": (user("x", BROKEN_OUTPUT), "import os"),
    "separation from nobody": (user("x", extensions("<baton:separation/>")), "needs from="),
    "separation from what is no task": (user("x", extensions("<baton:separation from='end'/>")), "no user task"),
    "two separations": (user("x", extensions("<baton:separation from='x'/>" * 2)), "only once"),
    # Timers and messages.
    "timer without a text": (catch("x", timer(" ")), "exactly one of"),
    "timer with two texts": (catch("x", "<timerEventDefinition><timeDate>2026-01-01</timeDate><timeCycle>R/P1D</timeCycle></timerEventDefinition>"), "exactly one of"),
    "wrong duration": (catch("x", timer("5 minutes")), "ISO 8601"),
    "wrong date": (catch("x", timer_of("timeDate", "PT5M")), "ISO 8601"),
    "wrong cycle": (catch("x", timer_of("timeCycle", "0 0 12 * * ?")), "ISO 8601 repetition"),
    "cycle with a wrong start": (catch("x", timer_of("timeCycle", "R3/noon/P1D")), "ISO 8601"),
    "broken timer expression": (catch("x", timer("${a +}")), "a +"),
    "message without a name": (catch("x", "<messageEventDefinition messageRef='none'/>"), "no message with a name"),
    "message without a reference": (catch("x", "<messageEventDefinition/>"), "no message with a name"),
    "broken correlation": (catch("x", message("m", key="${a +}")), "a +"),
    "correlation without a key": (catch("x", message("m").replace("<extensionElements>", "<extensionElements><baton:correlation/>")), "needs a key"),
    "payload that is no variable": (catch("x", message("m", payload="a-b")), "'a-b' is none"),
    "payload with a wrong attribute": (catch("x", message("m", payload="").replace("baton:payload", "baton:payload var='x'")), "no attribute 'var'"),
    "event definition in a task": (user("x", timer("PT1H")), "bpmn:timerEventDefinition in a bpmn:userTask"),
    "operation of a message": (catch("x", message("m").replace("<ext", "<operationRef>o</operationRef><ext")), "bpmn:operationRef"),
    "unknown error": (end("x", error("none")), "no error 'none'"),
    "error end without an error": (end("x", error()), "names an error"),
    # Shape.
    "single way out of an event-based gateway": (by_event("x"), "at least two"),
    "two starts in a sub-process": (sub("x", start("s1"), start("s2")), "more than one start event"),
    "sub-process without a start": (sub("x", user("u")), "no start event"),
    "sub-process started by a timer": (sub("x", start("s1", timer("PT1H"))), "timer event definition"),
    "assignment of data": (user("x", "<dataInputAssociation><assignment/></dataInputAssociation>"), "Assignments of data"),
}  # fmt: skip


@pytest.mark.parametrize(("thing", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_run_is_refused_where_it_is(thing, reason):
    found = problems(around(thing))

    telling = [problem for problem in found if reason in problem.detail]
    assert telling, found
    assert (telling[0].file, telling[0].line) == ("x.bpmn", 5)
    assert telling[0].element in {"x", "s1", "s2", "p"}


@pytest.mark.parametrize(
    ("name", "noise"),
    [
        ("service in a class", 0),
        ("service by connector", 0),
        ("no decision", 0),
        ("complex gateway", 0),
        ("listener", 0),
        ("cancel end outside of a transaction", 0),
        ("broken script", 0),
    ],
)
def test_one_mistake_is_one_problem(name, noise):
    assert len(problems(around(REFUSED[name][0]))) == 1 + noise


def around_a(*things: str) -> bytes:
    """A diagram in which a user task `a` comes after the start."""
    return diagram(start(), user("a"), path("start a"), *things)


# Whole diagrams, the element that is named, and a part of the reason.
SHAPES = {
    "no start": (diagram(user("a")), "p", "no start event"),
    "conditional start": (diagram(start("a", conditional("x"))), "a", "conditional event definition"),
    "message start of a sub-process": (diagram(start(), sub("s", start("a", message("m"))), path("start s"), messages=("m",)), "a", "message event definition"),
    "several starts": (diagram(start("a"), start("b")), "b", "more than one start event"),
    "node nothing leads to": (diagram(start(), user("a"), user("b"), path("a b")), "a", "Nothing leads to"),
    "flow to nowhere": (diagram(start(), flow("start", "b", id="f")), "f", "targetRef 'b'"),
    "flow from nowhere": (diagram(start(), flow("b", "start", id="f")), "f", "sourceRef 'b'"),
    "flow into a sub-process": (diagram(start(), sub("s", start("s1"), user("a"), path("s1 a")), path("start s"), flow("start", "a", id="f")), "f", "no element of the same"),
    "flow out of a sub-process": (diagram(start(), user("b"), sub("s", start("s1"), flow("s1", "b", id="f")), path("start s b")), "f", "no element of the same"),
    "flow into a start": (diagram(start(), user("a"), path("start a"), flow("a", "start", id="f")), "f", "cannot lead"),
    "flow out of an end": (diagram(start(), end("e"), user("a"), path("start e"), flow("e", "a", id="f")), "f", "cannot lead"),
    "flow into a boundary event": (diagram(start(), user("a"), boundary("b", "a", timer("PT1H")), path("start a"), flow("a", "b", id="f")), "f", "cannot lead"),
    "flow without a condition out of a choice": (diagram(start(), xor("g"), user("a"), user("b"), path("start g"), flow("g", "a", "x"), flow("g", "b", id="f")), "f", "no condition"),
    "default that is none": (diagram(start(), xor("g", "f"), user("a"), path("start g"), flow("g", "a", "x")), "g", "'f' is none of the outgoing"),
    "default with a condition": (diagram(start(), xor("g", "f"), user("a"), path("start g"), flow("g", "a", "x", id="f")), "f", "has no condition"),
    "condition out of a parallel gateway": (diagram(start(), par("g"), user("a"), path("start g"), flow("g", "a", "x", id="f")), "f", "cannot have a condition"),
    "condition out of a start": (diagram(start(), user("a"), flow("start", "a", "x", id="f")), "f", "cannot have a condition"),
    "empty condition": (diagram(start(), xor("g"), user("a"), path("start g"), flow("g", "a", " ", id="f")), "f", "condition is empty"),
    "broken condition": (diagram(start(), xor("g"), user("a"), path("start g"), flow("g", "a", "x = 1", id="f")), "f", "x = 1"),
    "Java in a condition": (diagram(start(), xor("g"), user("a"), path("start g"), flow("g", "a", "${x && y.run()}", id="f")), "f", "run(...) is a call that JUEL makes into Java"),
    "condition in another language": (diagram(start(), xor("g"), user("a"), path("start g"), flow("g", "a", "x", id="f").replace("<cond", "<cond").replace("Expression>x", 'Expression language="groovy">x')), "f", "'groovy' is not supported"),
    "condition from a file": (diagram(start(), xor("g"), user("a"), path("start g"), flow("g", "a", "x", id="f").replace("Expression>x", 'Expression camunda:resource="x.py">x')), "f", "camunda:resource"),
    "event gateway to a task": (diagram(start(), by_event("g"), user("a"), catch("c", timer("PT1H")), path("start g a"), path("g c")), "a", "intermediate catch events and receive tasks only"),
    "event gateway to a receive task with inputs": (diagram(start(), by_event("g"), node("receiveTask", "r", io('<camunda:inputParameter name="a">1</camunda:inputParameter>'), messageRef="m"), catch("c", timer("PT1H")), path("start g r"), path("g c"), messages=("m",)), "r", "no inputs, no boundary"),
    "event gateway to a receive task with a boundary": (diagram(start(), by_event("g"), receive("r", "m"), boundary("b", "r", timer("PT1H")), catch("c", timer("PT1H")), path("start g r"), path("g c"), messages=("m",)), "r", "no inputs, no boundary"),
    "event gateway to a repeated receive task": (diagram(start(), by_event("g"), receive("r", "m", each(times=2)), catch("c", timer("PT1H")), path("start g r"), path("g c"), messages=("m",)), "r", "no inputs, no boundary"),
    "event gateway to a shared event": (diagram(start(), by_event("g"), catch("c", timer("PT1H")), catch("d", timer("PT2H")), path("start g c"), path("g d"), path("start d")), "d", "no other incoming"),
    "boundary on nothing": (diagram(start(), boundary("b", "none", timer("PT1H")), path("start")), "b", "no activity beside it"),
    "boundary on a gateway": (diagram(start(), xor("g"), boundary("b", "g", timer("PT1H")), path("start g")), "b", "no activity beside it"),
    "boundary on a task in another scope": (diagram(start(), sub("s", start("s1"), user("a"), path("s1 a")), boundary("b", "a", timer("PT1H")), path("start s")), "b", "no activity beside it"),
    "boundary on an event sub-process": (diagram(start(), event_sub("e", start("e1", timer("PT1H"))), boundary("b", "e", timer("PT1H"))), "b", "no activity beside it"),
    "compensation boundary without a handler": (diagram(start(), user("a"), boundary("b", "a", event_of("compensate")), path("start a")), "b", "needs an association"),
    "compensation boundary joined to what is no handler": (diagram(start(), user("a"), user("c"), undo("a", "c"), path("start a c")), "undo_a", "needs an association"),
    "compensation boundary joined to two handlers": (around_a(undo("a", "h"), node("association", "i", sourceRef="undo_a", targetRef="j"), HANDLER, user("j", isForCompensation=True)), "undo_a", "needs an association"),
    "compensation boundary joined to a handler elsewhere": (around_a(undo("a", "h"), sub("s", start("s1"), HANDLER), path("a s")), "undo_a", "needs an association"),
    "compensation boundary with a flow": (around_a(undo("a", "h"), HANDLER, user("c"), flow("undo_a", "c", id="f")), "f", "cannot lead"),
    "compensation boundary that names an activity": (around_a(undo("a", "h").replace("<compensateEventDefinition", "<compensateEventDefinition activityRef='a'"), HANDLER), "undo_a", "for what throws"),
    "two compensation boundaries": (around_a(undo("a", "h"), undo("a", "h").replace("undo_a", "again"), HANDLER), "again", "Another compensate event is attached"),
    "handler of a repeated activity": (diagram(start(), user("a", each(times=2)), undo("a", "h"), HANDLER, path("start a")), "undo_a", "'a' is repeated"),
    "handler that nothing joins": (around_a(HANDLER), "h", "Nothing leads to 'h'"),
    "flow to a handler": (around_a(undo("a", "h"), HANDLER, flow("a", "h", id="f")), "f", "cannot lead"),
    "flow from a handler": (around_a(undo("a", "h"), HANDLER, user("c"), flow("h", "c", id="f")), "f", "cannot lead"),
    "event at a handler": (around_a(undo("a", "h"), HANDLER, boundary("b", "h", timer("PT1H"))), "b", "No event is attached to 'h'"),
    "handler of a handler": (around_a(undo("a", "h"), HANDLER, undo("h", "i"), user("i", isForCompensation=True)), "undo_h", "No event is attached to 'h'"),
    "event sub-process as a handler": (diagram(start(), event_sub("e", start("e1", timer("PT1H"))).replace("<subProcess", "<subProcess isForCompensation='true'")), "e", "no compensation handler"),
    "compensation of an activity without a handler": (around_a(throw("t", compensation("a")), path("a t")), "t", "'a' is no activity beside this event"),
    "compensation of a handler": (around_a(undo("a", "h"), HANDLER, throw("t", compensation("h")), path("a t")), "t", "'h' is no activity beside this event"),
    "compensation of an activity further in": (diagram(start(), sub("s", start("s1"), user("a"), undo("a", "h"), HANDLER, path("s1 a")), throw("t", compensation("a")), path("start s t")), "t", "'a' is no activity beside this event"),
    "compensation of an activity further out": (around_a(undo("a", "h"), HANDLER, sub("s", start("s1"), throw("t", compensation("a")), path("s1 t")), path("a s")), "t", "'a' is no activity beside this event"),
    "compensation of a sub-process that holds no handlers": (diagram(start(), sub("s", start("s1")), throw("t", compensation("s")), path("start s t")), "t", "'s' is no activity beside this event"),
    "cancel end in a sub-process of a transaction": (diagram(start(), transaction("x", start("x1"), sub("s", start("s1"), end("e", CANCEL), path("s1 e")), path("x1 s")), boundary("b", "x", CANCEL), path("start x")), "e", "Only a transaction is cancelled"),
    "cancel boundary on a sub-process": (diagram(start(), sub("s", start("s1")), boundary("b", "s", CANCEL), path("start s")), "b", "Only a transaction is cancelled"),
    "cancel boundary that does not interrupt": (diagram(start(), transaction("x", start("x1")), boundary("b", "x", CANCEL, interrupting=False), path("start x")), "b", "always interrupts"),
    "two cancel boundaries": (diagram(start(), transaction("x", start("x1")), boundary("b", "x", CANCEL), boundary("c", "x", CANCEL), path("start x")), "c", "Another cancel event is attached"),
    "cancelled transaction that is repeated": (diagram(start(), transaction("x", each(times=2), start("x1"), end("e", CANCEL), path("x1 e")), boundary("b", "x", CANCEL), path("start x")), "x", "cannot be repeated"),
    "two catchers of one escalation": (
        diagram(start(), user("a"), boundary("b", "a", escalation("E")), boundary("c", "a", escalation("E"), interrupting=False), path("start a"), escalations=("E",)),
        "c",
        "catches the same escalation",
    ),
    "variable that is none": (
        diagram(start(), user("a"), boundary("b", "a", escalation(camunda_escalationCodeVariable="a.b")), path("start a")),
        "b",
        "'a.b' is none",
    ),
    "message of an error that cannot be told": (
        diagram(start()).replace(b"<process", b'<error id="E" errorCode="E" camunda:errorMessage="${a +}"/><process'),
        "E",
        "a +",
    ),
    "error boundary that does not interrupt": (diagram(start(), user("a"), boundary("b", "a", error(), interrupting=False), path("start a")), "b", "always interrupts"),
    "error handler that does not interrupt": (diagram(start(), event_sub("e", start("e1", error(), isInterrupting=False))), "e1", "always interrupts"),
    "two boundaries for one error": (diagram(start(), user("a"), boundary("b", "a", error()), boundary("c", "a", error()), path("start a")), "c", "catches the same error"),
    "two handlers for one error": (diagram(start(), event_sub("e", start("e1", error("E"))), event_sub("f", start("f1", error("E"))), errors=("E",)), "f1", "catches the same error"),
    "event sub-process that nothing starts": (diagram(start(), event_sub("e", start("e1"))), "e1", "without an event definition"),
    "event sub-process started by a compensation": (diagram(start(), event_sub("e", start("e1", event_of("compensate")))), "e1", "compensate event definition"),
    "event sub-process in the flow": (diagram(start(), event_sub("e", start("e1", timer("PT1H"))), path("start e")), "e", "no sequence flows"),
    "repeated event sub-process": (diagram(start(), event_sub("e", each(times=2), start("e1", timer("PT1H")))), "e", "cannot be repeated"),
    "inputs of an event sub-process": (diagram(start(), event_sub("e", params({"a": "1"}), start("e1", timer("PT1H")))), "e", "no camunda:inputOutput"),
    "form inside a sub-process": (diagram(start(), sub("s", start("s1", camunda_formKey="f")), path("start s")), "s1", "Only the start event of a process"),
    "record without a prefix": (diagram(extensions("<baton:record title='x'/>"), start()), "p", "needs a prefix"),
    "record with a strange prefix": (diagram(extensions("<baton:record prefix='inc'/>"), start()), "p", "needs a prefix"),
    "record with a broken text": (diagram(extensions("<baton:record prefix='A' title='${a +}'/>"), start()), "p", "a +"),
    "record of something else": (diagram(extensions("<baton:record prefix='A' owner='x'/>"), start()), "p", "no attribute 'owner'"),
    "starters by expression": (diagram(start()).replace(b"<process", b"<process camunda:candidateStarterGroups='${x}'"), "p", "not an expression"),
    "lane that is no group": (diagram("<laneSet><lane id='l' name='Sales, EMEA'><flowNodeRef>a</flowNodeRef></lane></laneSet>", start(), user("a"), path("start a")), "a", "baton:group"),
    "lane that looks like an expression": (diagram("<laneSet><lane id='l' name='${x'><flowNodeRef>a</flowNodeRef></lane></laneSet>", start(), user("a"), path("start a")), "a", "baton:group"),
    "the same id twice": (diagram(start(), user("a"), user("a"), path("start a")), "a", "used twice"),
    "id that is no name": (diagram(start(), user("1a"), path("start 1a")), "1a", "not valid"),
    "id with a space": (diagram(start(), node("userTask", "a b")), "a b", "not valid"),
    "id too long": (diagram(start(), user("a" * 256), path("start", "a" * 256)), "a" * 256, "at most 255"),
    "process without an id": (diagram(start()).replace(b'id="p" ', b""), None, "needs an id"),
    "message named by expression": (diagram(start(), catch("a", message("m")), path("start a"), messages=("m",)).replace(b'name="m"', b'name="${m}"'), "m", "plain text"),
    "nothing executable": (diagram(start()).replace(b'"true"', b'"false"'), None, "No process"),
    "no process": (f"<definitions {NAMESPACES}/>".encode(), None, "No process"),
    "choreography": (diagram(start()).replace(b"</definitions>", b"<choreography/></definitions>"), None, "bpmn:choreography"),
    "other expression language": (
        diagram(start(), catch("c", timer("PT1H")), path("start c")).replace(b"<definitions", b"<definitions expressionLanguage='https://www.omg.org/spec/FEEL'"),
        "c",
        "spec/FEEL' is not supported",
    ),
    "expression in another language": (
        diagram(start(), catch("c", conditional("a").replace("<condition>", "<condition language='http://groovy.codehaus.org/'>")), path("start c")),
        "c",
        "'http://groovy.codehaus.org' is not supported",
    ),
    "extension that must be understood": (diagram(start()).replace(b"<process", b"<extension mustUnderstand='true' definition='x:y'/><process"), None, "'x:y' must be understood"),
    "terminate in the middle": (diagram(start(), node("intermediateThrowEvent", "t", TERMINATE), path("start t")), "t", "terminate event definition"),
    "sub-processes too deep": (diagram(start(), "".join(f'<subProcess id="s{n}"><startEvent id="t{n}"/>{path(f"t{n} s{n + 1}") if n < 29 else ""}' for n in range(30)) + "</subProcess>" * 30, path("start s0")), "s20", "nested more than"),
    "too many flows": (diagram(start(), user("a"), "".join(flow("start", "a", id=f"f{n}") for n in range(MAX_FLOWS + 1))), "p", "more than 5,000 sequence flows"),
    "too many messages": (diagram(start(), messages=tuple(f"m{n}" for n in range(MAX_DECLARATIONS + 1))), None, "more than 1,000 messages"),
    "too many elements": (diagram(*(user(f"a{n}") for n in range(MAX_NODES + 1))), "p", "at most 1,000"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "element", "reason"), SHAPES.values(), ids=SHAPES)
def test_a_diagram_that_makes_no_sense_is_refused(data, element, reason):
    found = problems(data)

    assert any(p.element == element and reason in p.detail and (p.line or 0) >= 1 for p in found), found


FILES = {
    "empty": (b"", "not well-formed"),
    "not XML": (b"Dear Sir or Madam", "not well-formed"),
    "cut off": (diagram(start())[:-20], "not well-formed"),
    "another kind of XML": (b"<html/>", "not a BPMN 2.0 diagram"),
    "another namespace": (b"<definitions xmlns='urn:x'/>", "not a BPMN 2.0 diagram"),
    "DOCTYPE": (b"<!DOCTYPE x>" + diagram(start()), "DOCTYPE"),
    "external DOCTYPE": (b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + diagram(start()), "DOCTYPE"),
    "external entity": (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><definitions>&e;</definitions>',
        "DOCTYPE",
    ),
    "billion laughs": (
        b'<!DOCTYPE x [<!ENTITY a "ha">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
        + b']><definitions a="&m;">&m;</definitions>',
        "",
    ),
    "50 MB": (b"<definitions>" + b" " * 50_000_000, "2,000,000"),
    "nested deeply": (b"<a>" * 100_000, "not well-formed"),
    "unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><a/>', "not well-formed"),
    "wrong bytes": (b"<definitions>\xff\xfe</definitions>", "not well-formed"),
    "nothing but zeros": (b"\0" * 100, "not well-formed"),
}


@pytest.mark.parametrize(("data", "reason"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_diagram_is_refused(data, reason):
    (problem,) = problems(data)

    assert problem.file == "x.bpmn"
    assert reason in problem.detail
    assert len(problem.detail) < 400


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1"])
def test_other_encodings_are_read(encoding):
    text = diagram(start("Löschen")).decode()
    data = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>{text}'.encode(encoding)

    (definition,), _ = bpmn.prepare("x.bpmn", data, lambda key: True)

    assert definition.key == "p"


def test_everything_wrong_is_told_at_once():
    bad = [
        user("a", assignee="${"),
        script("b", "import os"),
        node("sendTask", "c"),
        catch("d", timer("soon")),
    ]

    found = problems(diagram(start(), *bad, *(path("start", id) for id in "abcd"), end("lost")))

    assert {problem.element for problem in found} == {"a", "b", "c", "d", "lost"}


def test_the_line_in_a_script_is_the_line_in_the_file():
    thing = script("x", "\na = 1\nb = 2\nc = = 3")

    (problem,) = problems(around(thing))

    assert problem.line == 8
    assert "line 4" in problem.detail


def test_the_largest_diagram_allowed_is_accepted():
    tasks = [node("task", f"a{n}") for n in range(MAX_NODES - 1)]

    bpmn.prepare(
        "x.bpmn",
        diagram(start(), *tasks, path("start", *(f"a{n}" for n in range(MAX_NODES - 1)))),
        lambda key: True,
    )


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        (user("x", camunda_asyncBefore="true"), "camunda:asyncBefore has no effect"),
        (
            user(
                "x", extensions("<camunda:failedJobRetryTimeCycle>R3/PT1M</camunda:failedJobRetryTimeCycle>")
            ),
            "no effect",
        ),
        (user("x", extensions("<other xmlns='urn:other'/>")), "urn:other"),
        (called(hands("in", businessKey="#{execution.processBusinessKey}")), "business key has no effect"),
        (user("x").replace("<userTask", "<userTask xmlns:z='urn:z' z:a='1'"), "urn:z"),
        (user("x", implementation="webService"), "The attribute implementation has no effect"),
        (user("x", params({"a": "${b == 'true'}"})), "no boolean is equal to it"),
        (user("x", params({"a": '${"false" != b}'})), "no boolean is equal to it"),
    ],
)
def test_what_is_kept_but_has_no_effect_is_warned_about(thing, says):
    (warning,) = warnings(around(thing))

    assert says in warning.detail
    assert (warning.element, warning.line) == ("x", 5)


@pytest.mark.parametrize(
    "thing",
    [
        user(
            "x", extensions("<camunda:properties><camunda:property name='a' value='b'/></camunda:properties>")
        ),
        user("x", camunda_modelerTemplate="t"),
        user("x", "<documentation>Do <b xmlns='urn:html'>this</b></documentation>"),
        user("x", implementation="##unspecified"),
        user("x", "<auditing/><monitoring/><categoryValueRef>c</categoryValueRef>"),
        service("x", implementation="##WebService"),
        xor("x").replace("<exclusiveGateway", "<exclusiveGateway gatewayDirection='Diverging'"),
    ],
)
def test_what_means_nothing_to_the_engine_passes_in_silence(thing):
    assert warnings(around(thing)) == []


def test_a_lane_that_names_what_is_not_there_is_warned_about():
    lane = "<laneSet><lane id='l' name='desk'><flowNodeRef>gone</flowNodeRef></lane></laneSet>"

    (warning,) = warnings(diagram(lane, start()))

    assert "'gone'" in warning.detail
    assert warning.element == "l"


def test_nobody_is_told_more_problems_than_can_be_read():
    found = problems(diagram(*(node("serviceTask", f"a{n}") for n in range(2 * MAX_PROBLEMS))))

    assert len(found) == MAX_PROBLEMS + 1
    assert "stopped here" in found[-1].detail
