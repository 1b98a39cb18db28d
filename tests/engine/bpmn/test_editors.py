"""What other editors write: it runs as drawn, or is refused by name with what to write instead.

The diagrams are written for these tests, each in the manner of one program: its prefixes, namespaces, ids,
attributes and extensions.
"""

# ruff: noqa: E501 (XML as the programs write it)

import pytest

from engine import bpmn
from engine.errors import Invalid, Problem
from tests.engine.bpmn.support import (
    NAMESPACES,
    Case,
    diagram,
    end,
    extensions,
    flow,
    node,
    path,
    start,
    user,
    xor,
)

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
PICTURES = (
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
)
W3C = 'expressionLanguage="http://www.w3.org/1999/XPath" typeLanguage="http://www.w3.org/2001/XMLSchema"'


def prepared(data: str) -> tuple[list[bpmn.Definition], list[Problem]]:
    return bpmn.prepare("x.bpmn", data.encode(), lambda key: True, lambda key: True)


def refusals(data: str) -> dict[str, list[str | None]]:
    """What is refused: each sentence, and the elements it is said of."""
    with pytest.raises(Invalid) as refused:
        prepared(data)
    found: dict[str, list[str | None]] = {}
    for problem in refused.value.problems:
        found.setdefault(problem.detail, []).append(problem.element)
    return found


def played(data: str, *tasks: str, **variables: object) -> None:
    """A case of it has these user tasks, one after the other, and then is done."""
    case = Case(data.encode(), variables)
    for task in tasks:
        assert case.open == [task]
        case.complete(task)
    assert case.completed


# -- editors that draw, and engines whose words are Camunda 7's ------------------------------------------------


def test_camunda_modeler():
    data = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="{MODEL}" {PICTURES} {XSI} xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn"
    exporter="Camunda Modeler" exporterVersion="5.20.0" modeler:executionPlatform="Camunda Platform"
    modeler:executionPlatformVersion="7.20.0">
  <bpmn:collaboration id="Collaboration_1">
    <bpmn:participant id="Participant_1" name="Desk" processRef="Process_1" />
    <bpmn:participant id="Participant_2" name="Customer" />
    <bpmn:messageFlow id="Flow_m" sourceRef="Participant_2" targetRef="StartEvent_1" />
  </bpmn:collaboration>
  <bpmn:process id="Process_1" isExecutable="true" camunda:historyTimeToLive="180" camunda:versionTag="1">
    <bpmn:startEvent id="StartEvent_1"><bpmn:outgoing>Flow_1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="Activity_1" name="Approve" camunda:assignee="#{{boss}}"><bpmn:incoming>Flow_1</bpmn:incoming></bpmn:userTask>
    <bpmn:exclusiveGateway id="Gateway_1" default="Flow_4" />
    <bpmn:userTask id="Activity_2" name="Do" />
    <bpmn:endEvent id="Event_1" />
    <bpmn:sequenceFlow id="Flow_1" sourceRef="StartEvent_1" targetRef="Activity_1" />
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Activity_1" targetRef="Gateway_1" />
    <bpmn:sequenceFlow id="Flow_3" sourceRef="Gateway_1" targetRef="Activity_2">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{amount gt 1000 &amp;&amp; !vip}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="Flow_4" sourceRef="Gateway_1" targetRef="Event_1" />
    <bpmn:sequenceFlow id="Flow_5" sourceRef="Activity_2" targetRef="Event_1" />
    <bpmn:textAnnotation id="TextAnnotation_1"><bpmn:text>note</bpmn:text></bpmn:textAnnotation>
    <bpmn:association id="Association_1" associationDirection="None" sourceRef="Activity_1" targetRef="TextAnnotation_1" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="D"><bpmndi:BPMNPlane id="P" bpmnElement="Collaboration_1">
    <bpmndi:BPMNShape id="S" bpmnElement="Activity_1" xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" bioc:stroke="#000">
      <dc:Bounds x="1" y="2" width="3" height="4" /></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>"""

    assert prepared(data)[1] == []
    played(data, "Activity_1", "Activity_2", boss="mia", amount=5000, vip=False)
    played(data, "Activity_1", boss="mia", amount=5000, vip=True)


SIGNAVIO = f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{MODEL}" {PICTURES} {XSI} xmlns:signavio="http://www.signavio.com" {W3C} id="sid-1"
    exporter="Signavio Process Editor, http://www.signavio.com" exporterVersion="15.0" targetNamespace="http://www.signavio.com">
  <collaboration id="sid-2">
    <extensionElements><signavio:signavioDiagramMetaData metaKey="revisionid" metaValue="1"/></extensionElements>
    <participant id="sid-3" name="Desk" processRef="sid-4">
      <extensionElements><signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffff"/></extensionElements></participant>
  </collaboration>
  <process id="sid-4" isClosed="false" isExecutable="true" name="Desk" processType="None">
    <extensionElements/>
    <laneSet id="sid-5"><lane id="sid-6" name="service-desk">
      <extensionElements><signavio:signavioMetaData metaKey="bgcolor" metaValue=""/></extensionElements>
      <flowNodeRef>sid-7</flowNodeRef><flowNodeRef>sid-8</flowNodeRef></lane></laneSet>
    <startEvent id="sid-7" name="">
      <extensionElements><signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffff"/></extensionElements>
      <outgoing>sid-9</outgoing></startEvent>
    <userTask completionQuantity="1" id="sid-8" implementation="webService" isForCompensation="false" name="Answer" startQuantity="1">
      <extensionElements>
        <signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffcc"/>
        <signavio:signavioLabel ref="text_name" align="middle"/></extensionElements>
      <incoming>sid-9</incoming></userTask>
    <sequenceFlow id="sid-9" isImmediate="true" sourceRef="sid-7" targetRef="sid-8"/>
  </process>
</definitions>"""


def test_signavio_is_warned_about_once_for_what_stands_on_every_element():
    assert [(warning.element, warning.detail) for warning in prepared(SIGNAVIO)[1]] == [
        ("sid-6", "The extension {http://www.signavio.com}signavioMetaData has no effect."),
        ("sid-8", "The extension {http://www.signavio.com}signavioLabel has no effect."),
        ("sid-8", "The attribute implementation has no effect."),
    ]

    case = Case(SIGNAVIO.encode())

    assert [task.groups for task in case.tasks] == [("service-desk",)]
    case.complete("sid-8")
    assert case.completed


def test_signavio_says_that_its_drawings_are_not_to_be_run():
    assert refusals(SIGNAVIO.replace('isExecutable="true"', 'isExecutable="false"')) == {
        'No process in this diagram is executable: set isExecutable="true" on the one to run.': [None]
    }


def test_bizagi():
    extension = (
        '<extensionElements><bizagi:BizagiExtensions xmlns:bizagi="http://www.bizagi.com/bpmn20"><bizagi:BizagiProperties>'
        '<bizagi:BizagiProperty name="bgColor" value="White" /></bizagi:BizagiProperties></bizagi:BizagiExtensions></extensionElements>'
    )
    data = f"""<?xml version="1.0"?>
<definitions xmlns:xsd="http://www.w3.org/2001/XMLSchema" {XSI} xmlns="{MODEL}" id="_2026"
    targetNamespace="http://www.bizagi.com/definitions/_2026">
  <process id="Id_a77e9019-520a" name="Leave">
    <documentation />
    <laneSet id="Id_e7232ea6-9e62" />
    <task id="Id_5d0dc591-4400" name="Think"><documentation />{extension}<incoming>Id_f1</incoming></task>
    <userTask id="Id_5d0dc591-4401" name="Ask">{extension}</userTask>
    <startEvent id="Id_51bab053-f5ca" name="">{extension}</startEvent>
    <sequenceFlow id="Id_f1" sourceRef="Id_51bab053-f5ca" targetRef="Id_5d0dc591-4400">{extension}</sequenceFlow>
    <sequenceFlow id="Id_f2" sourceRef="Id_5d0dc591-4400" targetRef="Id_5d0dc591-4401" />
  </process>
</definitions>"""

    (warning,) = prepared(data)[1]

    assert "BizagiExtensions has no effect" in warning.detail
    played(data, "Id_5d0dc591-4401")


def test_yaoqiang():
    data = f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<definitions xmlns="{MODEL}" {PICTURES} {XSI} xmlns:tns="http://sourceforge.net/bpmn/definitions/_1" {W3C}
    xmlns:yaoqiang="http://bpmn.sourceforge.net" exporter="Yaoqiang BPMN Editor" id="_1" name=""
    targetNamespace="http://sourceforge.net/bpmn/definitions/_1">
  <error errorCode="E" id="E1" name="E" /><escalation escalationCode="C" id="C1" />
  <process id="PROCESS_1" isClosed="false" isExecutable="true" processType="None">
    <extensionElements><yaoqiang:pageFormat height="842.4" width="597.6"/></extensionElements>
    <startEvent id="_2" isInterrupting="true" name="Start Event" parallelMultiple="false"><outgoing>_6</outgoing>
      <outputSet/></startEvent>
    <subProcess completionQuantity="1" id="_3" isForCompensation="false" startQuantity="1" triggeredByEvent="false">
      <startEvent id="_3s" isInterrupting="true" parallelMultiple="false"/>
      <userTask completionQuantity="1" id="_4" implementation="##unspecified" isForCompensation="false" startQuantity="1"/>
      <exclusiveGateway gatewayDirection="Diverging" id="_4g" default="_g2"/>
      <endEvent id="_5"><errorEventDefinition errorRef="tns:E1" id="_5d"/></endEvent>
      <endEvent id="_5b"/>
      <sequenceFlow id="_f1" sourceRef="_3s" targetRef="_4"/>
      <sequenceFlow id="_f2" sourceRef="_4" targetRef="_4g"/>
      <sequenceFlow id="_g1" sourceRef="_4g" targetRef="_5">
        <conditionExpression xsi:type="tFormalExpression"><![CDATA[${{!fine}}]]></conditionExpression></sequenceFlow>
      <sequenceFlow id="_g2" sourceRef="_4g" targetRef="_5b"/>
    </subProcess>
    <boundaryEvent attachedToRef="tns:_3" cancelActivity="true" id="_7" parallelMultiple="false">
      <errorEventDefinition errorRef="tns:E1"/></boundaryEvent>
    <userTask completionQuantity="1" id="_8" implementation="##WebService" isForCompensation="false" startQuantity="1"/>
    <sequenceFlow id="_6" sourceRef="_2" targetRef="_3"/>
    <sequenceFlow id="_9" sourceRef="_7" targetRef="_8"/>
  </process>
</definitions>"""

    played(data, "_4", "_8", fine=False)
    played(data, "_4", fine=True)


def test_bonita():
    data = f"""<?xml version="1.0" encoding="UTF-8"?>
<model:definitions xmlns:model="{MODEL}" {XSI} xmlns:java="http://jcp.org/en/jsr/detail?id=270"
    xmlns:bonitaConnector="http://www.bonitasoft.org/studio/connector/definition/6.0"
    exporter="BonitaSoft" expressionLanguage="http://groovy.codehaus.org/" targetNamespace="http://bonitasoft.com/_1">
  <model:collaboration id="_1"><model:participant id="_p" name="Pool" processRef="_2"/></model:collaboration>
  <model:process id="_2" name="Pool">
    <model:ioSpecification id="_io"><model:inputSet id="_is"/><model:outputSet id="_os"/></model:ioSpecification>
    <model:userTask id="_3" name="Step"/>
    <model:intermediateCatchEvent id="_4" name="2 hours">
      <model:timerEventDefinition id="eventdef-2 hours"><model:timeDuration>PT2H</model:timeDuration></model:timerEventDefinition>
    </model:intermediateCatchEvent>
    <model:startEvent id="_5"/>
    <model:sequenceFlow id="_6" sourceRef="_5" targetRef="_3"/>
    <model:sequenceFlow id="_7" sourceRef="_3" targetRef="_4"/>
  </model:process>
</model:definitions>"""

    assert refusals(data) == {
        "The expression language 'http://groovy.codehaus.org' is not supported.": ["_4"]
    }

    case = Case(data.replace("http://groovy.codehaus.org/", "").encode())
    case.complete("_3")
    case.wait(hours=2)
    assert case.completed


def test_trisotech():
    data = f"""<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<semantic:definitions xmlns:semantic="{MODEL}" {PICTURES} {XSI} xmlns="http://www.trisotech.com/definitions/_1"
    xmlns:triso="http://www.trisotech.com/2015/triso/modeling" xmlns:trisobpmn="http://www.trisotech.com/2014/triso/bpmn"
    id="_1" name="Leave" targetNamespace="http://www.trisotech.com/definitions/_1" exporter="BPMN Modeler"
    expressionLanguage="https://www.omg.org/spec/DMN/20191111/FEEL/" triso:logoChoice="Default">
  <semantic:import importType="http://www.w3.org/2001/XMLSchema" location="x.xsd" namespace="urn:x"/>
  <semantic:extension mustUnderstand="false" definition="triso:x"/>
  <semantic:resource id="_r" name="Clerk"/>
  <semantic:signalEventDefinition id="_sig"/>
  <semantic:globalUserTask id="_g" name="Elsewhere" implementation="##WebService"/>
  <semantic:process id="WFP-6-" isExecutable="true" trisobpmn:isDiagram="true">
    <semantic:startEvent id="_a" triso:shape="x"/>
    <semantic:userTask id="_b" implementation="##WebService" triso:displayName="Ask"/>
    <semantic:sequenceFlow id="_c" sourceRef="_a" targetRef="_b" triso:displayName=""/>
  </semantic:process>
</semantic:definitions>"""

    assert [warning.element for warning in prepared(data)[1]] == ["WFP-6-", "_a", "_b", "_b"]
    played(data, "_b")


@pytest.mark.parametrize(
    ("engine", "prefix", "namespace"),
    [
        ("Flowable", "flowable", "http://flowable.org/bpmn"),
        ("Activiti", "activiti", "http://activiti.org/bpmn"),
        ("Operaton", "operaton", "http://operaton.org/schema/1.0/bpmn"),
        ("Camunda fox", "fox", "http://www.camunda.com/fox"),
    ],
)
def test_engines_with_camundas_words(engine, prefix, namespace):
    data = f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{MODEL}" {XSI} xmlns:e="{namespace}" {PICTURES} {W3C} targetNamespace="http://www.{prefix}.org/processdef">
  <process id="leave" name="Leave" isExecutable="true" e:versionTag="1">
    <startEvent id="start" e:initiator="who"/>
    <userTask id="ask" e:assignee="${{boss}}" e:formKey="f" e:async="true">
      <extensionElements><e:taskListener event="create" class="x.Y"/></extensionElements>
      <multiInstanceLoopCharacteristics isSequential="false" e:collection="people" e:elementVariable="p"/></userTask>
    <serviceTask id="do" e:class="x.Y"/>
    <callActivity id="call" calledElement="q"><extensionElements><e:in source="a" target="b"/></extensionElements></callActivity>
    <sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>
    <sequenceFlow id="f2" sourceRef="ask" targetRef="do"/>
    <sequenceFlow id="f3" sourceRef="do" targetRef="call"/>
  </process>
</definitions>"""

    def instead(word: str) -> str:
        return f"{prefix}:{word} is for {engine}: here, write camunda:{word}."

    def nothing(word: str) -> str:
        return f"{prefix}:{word} changes what {engine} does, and nothing here does the same."

    found = refusals(data)

    assert {sentence: ids for sentence, ids in found.items() if prefix in sentence} == {
        nothing("initiator"): ["start"],
        instead("assignee"): ["ask"],
        instead("formKey"): ["ask"],
        nothing("taskListener"): ["ask"],
        instead("collection"): ["ask"],
        instead("elementVariable"): ["ask"],
        nothing("class"): ["do"],
        instead("in"): ["call"],
    }


# -- engines with words of their own -----------------------------------------------------------------------------


def test_camunda_8():
    data = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="{MODEL}" {XSI} xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="Definitions_1"
    xmlns:modeler="http://camunda.org/schema/modeler/1.0" targetNamespace="http://bpmn.io/schema/bpmn"
    modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.6.0">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:extensionElements><zeebe:versionTag value="1"/></bpmn:extensionElements>
    <bpmn:startEvent id="start"/>
    <bpmn:userTask id="ask"><bpmn:extensionElements><zeebe:userTask/><zeebe:formDefinition formId="f"/>
      <zeebe:assignmentDefinition assignee="=boss" candidateGroups="desk"/></bpmn:extensionElements></bpmn:userTask>
    <bpmn:exclusiveGateway id="choose" default="no"/>
    <bpmn:serviceTask id="mail" zeebe:modelerTemplate="t"><bpmn:extensionElements><zeebe:taskDefinition type="mail"/>
      <zeebe:ioMapping><zeebe:input source="=a" target="b"/></zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>
    <bpmn:endEvent id="end"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="ask"/>
    <bpmn:sequenceFlow id="f2" sourceRef="ask" targetRef="choose"/>
    <bpmn:sequenceFlow id="yes" sourceRef="choose" targetRef="mail">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=amount &gt; 1000</bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="no" sourceRef="choose" targetRef="end"/>
  </bpmn:process>
</bpmn:definitions>"""

    found = refusals(data)

    assert found == {
        "zeebe:formDefinition is for Camunda 8: here, write camunda:formKey.": ["ask"],
        "zeebe:assignmentDefinition is for Camunda 8: here, write camunda:assignee, camunda:candidateUsers and "
        "camunda:candidateGroups.": ["ask"],
        'zeebe:taskDefinition is for Camunda 8: here, write camunda:type="external" and camunda:topic.': [
            "mail"
        ],
        "zeebe:ioMapping is for Camunda 8: here, write camunda:inputOutput.": ["mail"],
        'A service task needs camunda:type="external" and a camunda:topic.': ["mail"],
        "In '${=amount > 1000}': This is FEEL, the language of Camunda 8. Write it in Baton's, without the = before "
        "it.": ["yes"],
    }


def test_jbpm():
    name = "<bpmn2:extensionElements>{}</bpmn2:extensionElements>".format(
        '<drools:metaData name="elementname"><drools:metaValue><![CDATA[x]]></drools:metaValue></drools:metaData>{}'
    )
    data = f"""<bpmn2:definitions {XSI} xmlns="http://www.omg.org/bpmn20" xmlns:bpmn2="{MODEL}"
    xmlns:drools="http://www.jboss.org/drools" xmlns:bpsim="http://www.bpsim.org/schemas/1.0" id="_d"
    expressionLanguage="http://www.mvel.org/2.0" targetNamespace="http://www.omg.org/bpmn20" typeLanguage="http://www.java.com/javaTypes">
  <bpmn2:itemDefinition id="_aItem" structureRef="String"/>
  <bpmn2:process id="evaluation" drools:packageName="com.x" drools:version="1.0" drools:adHoc="false" isExecutable="true" processType="Public">
    <bpmn2:property id="a" itemSubjectRef="_aItem" name="a"/>
    <bpmn2:startEvent id="_S" drools:selectable="true">{name.format("")}<bpmn2:outgoing>_1</bpmn2:outgoing></bpmn2:startEvent>
    <bpmn2:userTask id="_U">{name.format("")}</bpmn2:userTask>
    <bpmn2:sequenceFlow id="_1" sourceRef="_S" targetRef="_U"/>
  </bpmn2:process>
  <bpmn2:relationship type="BPSimData"><bpmn2:extensionElements><bpsim:BPSimData/></bpmn2:extensionElements>
    <bpmn2:source>_d</bpmn2:source><bpmn2:target>_d</bpmn2:target></bpmn2:relationship>
</bpmn2:definitions>"""

    played(data, "_U")

    script = '<drools:onEntry-script scriptFormat="java"/><drools:metaData name="customAsync"/>'
    owner = "<bpmn2:potentialOwner><bpmn2:resourceAssignmentExpression/></bpmn2:potentialOwner>"
    more = (
        data.replace(f'_U">{name.format("")}', f'_U" drools:taskName="Log">{name.format(script)}{owner}')
        .replace('adHoc="false"', 'adHoc="true"')
        .replace(
            "<bpmn2:userTask",
            '<bpmn2:scriptTask id="_T" scriptFormat="http://www.java.com/java"><bpmn2:script>x = 1</bpmn2:script></bpmn2:scriptTask><bpmn2:userTask',
        )
    )
    assert set(refusals(more)) == {
        "drools:adHoc changes what jBPM does, and nothing here does the same.",
        'drools:taskName is for jBPM: here, write camunda:type="external" and camunda:topic, on a service task.',
        "drools:onEntry-script is for jBPM: here, write a script task before it.",
        "drools:metaData changes what jBPM does, and nothing here does the same.",
        "bpmn:potentialOwner in a bpmn:userTask is not supported.",
        'A script task needs scriptFormat="python".',
        "Nothing leads to '_T' from the start.",
    }


@pytest.mark.parametrize(
    ("word", "namespace", "sentence"),
    [
        (
            "e:postScript",
            "http://spiffworkflow.org/bpmn/schema/1.0/core",
            "spiffworkflow:postScript is for SpiffArena: here, write camunda:inputOutput.",
        ),
        (
            "e:properties",
            "http://spiffworkflow.org/bpmn/schema/1.0/core",
            "spiffworkflow:properties changes what SpiffArena does, and nothing here does the same.",
        ),
        (
            "e:startConfig",
            "http://processmaker.com/BPMN/2.0/Schema.xsd",
            "pm:startConfig changes what ProcessMaker does, and nothing here does the same.",
        ),
    ],
)
def test_other_engines(word, namespace, sentence):
    data = diagram(
        start(), user("x", extensions(f'<{word} xmlns:e="{namespace}"/>')), path("start x")
    ).decode()

    assert refusals(data) == {sentence: ["x"]}


# -- ids, prefixes and pools -------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["_3c2f-01", "Prüfung.2", "检查", "sid-A_b.c-9", "a·b"])
def test_any_name_of_xml_is_an_id(id):
    played(
        diagram(
            start(),
            user(id),
            xor("g", f"{id}-no"),
            end(),
            path("start", id, "g"),
            flow("g", "end", id=f"{id}-no"),
        ).decode(),
        id,
    )


def test_what_no_case_refers_to_may_have_no_id_or_a_strange_one():
    data = f"""<definitions {NAMESPACES} id="a b">
  <process id="p" isExecutable="true">
    <documentation id="1 2"/>
    <laneSet><lane name="desk"><flowNodeRef>t</flowNodeRef></lane></laneSet>
    <startEvent id="s"/><userTask id="t"/><sequenceFlow sourceRef="s" targetRef="t"/>
    <boundaryEvent id="b" attachedToRef="t" cancelActivity="false">
      <timerEventDefinition id="_1-semantic:timer"><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>
    <userTask id="late"/><sequenceFlow sourceRef="b" targetRef="late"/>
    <subProcess triggeredByEvent="true">
      <startEvent id="es"><timerEventDefinition><timeDuration>PT2H</timeDuration></timerEventDefinition></startEvent>
      <userTask id="last"/><sequenceFlow sourceRef="es" targetRef="last"/></subProcess>
  </process>
</definitions>"""

    case = Case(data.encode())
    case.wait(hours=1)
    assert case.open == ["late", "t"]
    case.wait(hours=1)
    assert case.open == ["last"]


def test_a_reference_may_name_the_namespace_of_the_file():
    data = f"""<b:definitions xmlns:b="{MODEL}" xmlns:tns="urn:mine" targetNamespace="urn:mine">
  <b:message id="M" name="m"/>
  <b:process id="p" isExecutable="true">
    <b:startEvent id="s"/><b:userTask id="t"/><b:sequenceFlow id="f" sourceRef="s" targetRef="t"/>
    <b:boundaryEvent id="e" attachedToRef="tns:t"><b:messageEventDefinition messageRef="tns:M"/></b:boundaryEvent>
    <b:callActivity id="c" calledElement="tns:q"/><b:sequenceFlow id="g" sourceRef="e" targetRef="c"/>
  </b:process>
  <b:process id="q" isExecutable="true">
    <b:startEvent id="qs"/><b:userTask id="qt"/><b:sequenceFlow id="qf" sourceRef="qs" targetRef="qt"/>
  </b:process>
</b:definitions>"""

    case = Case(data.encode())
    case.send("m")

    assert case.open == ["qt"]
    assert [call.key for call in prepared(data)[0][0].calls] == ["q"]


def test_a_pool_that_is_not_to_be_run_may_hold_anything():
    other = node(
        "process", "other", node("sendTask", "x", name="?"), node("complexGateway", "y"), isExecutable=False
    )
    data = diagram(start(), user("a"), path("start a")).decode()
    together = data.replace("<process", f"{other}<process", 1)

    assert [definition.key for definition in prepared(together)[0]] == ["p"]
    assert prepared(together)[1] == []
    played(together, "a")


@pytest.mark.parametrize("others", ["", ' isExecutable="false"'])
def test_of_several_pools_those_marked_run(others):
    data = diagram(start(), user("a"), path("start a")).decode()
    second = f'<process id="r"{others}><startEvent id="rs"/></process>'

    assert [each.key for each in prepared(data.replace("<process", f"{second}<process", 1))[0]] == ["p"]
