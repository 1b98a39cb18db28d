"""The processes that are measured."""

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    ' xmlns:baton="urn:baton:bpmn:1" targetNamespace="bench">'
    '<bpmn:message id="nudge" name="bench.nudge" />'
)

LOOP = """
<bpmn:startEvent id="start" /><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="{after_start}" />
<bpmn:userTask id="work" name="Work" camunda:candidateGroups="service-desk" />
<bpmn:sequenceFlow id="f2" sourceRef="work" targetRef="again" />
<bpmn:exclusiveGateway id="again" default="back" />
<bpmn:sequenceFlow id="back" sourceRef="again" targetRef="work" />
<bpmn:sequenceFlow id="out" sourceRef="again" targetRef="end">
  <bpmn:conditionExpression>${{stop}}</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:endEvent id="end" />
{beside}
"""

PARALLEL_BRANCH = """
<bpmn:parallelGateway id="fork" /><bpmn:sequenceFlow id="f3" sourceRef="fork" targetRef="work" />
<bpmn:sequenceFlow id="f4" sourceRef="fork" targetRef="waiting" />
<bpmn:userTask id="waiting" name="Waiting" camunda:candidateGroups="cab" />
"""

EVENT_SUB_PROCESSES = """
<bpmn:subProcess id="on_time" triggeredByEvent="true">
  <bpmn:startEvent id="in_time" isInterrupting="false"><bpmn:timerEventDefinition>
    <bpmn:timeDuration>P30D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:startEvent>
  <bpmn:sequenceFlow id="g1" sourceRef="in_time" targetRef="late" /><bpmn:task id="late" />
</bpmn:subProcess>
<bpmn:subProcess id="on_message" triggeredByEvent="true">
  <bpmn:startEvent id="nudged" isInterrupting="false"><bpmn:messageEventDefinition messageRef="nudge"
  /></bpmn:startEvent> <bpmn:sequenceFlow id="g2" sourceRef="nudged" targetRef="look" /> <bpmn:userTask
  id="look" name="Look" camunda:candidateGroups="cab" />
</bpmn:subProcess>
"""


def process(key: str, content: str) -> str:
    return f'{HEAD}<bpmn:process id="{key}" isExecutable="true">{content}</bpmn:process></bpmn:definitions>'


LOOP_ALONE = process("loop_alone", LOOP.format(after_start="work", beside=""))
LOOP_BESIDE_BRANCH = process("loop_beside_branch", LOOP.format(after_start="fork", beside=PARALLEL_BRANCH))
LOOP_BESIDE_EVENTS = process(
    "loop_beside_events", LOOP.format(after_start="work", beside=EVENT_SUB_PROCESSES)
)

TWO_TASKS = process(
    "two_tasks",
    """<bpmn:startEvent id="start" /><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="first" />
    <bpmn:userTask id="first" name="First" camunda:candidateGroups="service-desk" />
    <bpmn:sequenceFlow id="f2" sourceRef="first" targetRef="second" />
    <bpmn:userTask id="second" name="Second" camunda:candidateGroups="service-desk" />
    <bpmn:sequenceFlow id="f3" sourceRef="second" targetRef="end" /><bpmn:endEvent id="end" />""",
)

MANY = process(
    "many",
    """<bpmn:startEvent id="start" /><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="work" />
    <bpmn:userTask id="work" name="Work" camunda:candidateGroups="service-desk">
      <bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>${n}</bpmn:loopCardinality>
      </bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>
    <bpmn:sequenceFlow id="f2" sourceRef="work" targetRef="end" /><bpmn:endEvent id="end" />""",
)

TIMER = process(
    "timer",
    """<bpmn:startEvent id="start" /><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="wait" />
    <bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition>
      <bpmn:timeDate>${due}</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="f2" sourceRef="wait" targetRef="end" /><bpmn:endEvent id="end" />""",
)

MEASURED = process(
    "measured",
    """<bpmn:extensionElements><baton:clock name="answer" action="start" /></bpmn:extensionElements>
    <bpmn:startEvent id="start" /><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="answer" />
    <bpmn:userTask id="answer" name="Answer" camunda:candidateGroups="service-desk" />
    <bpmn:sequenceFlow id="f2" sourceRef="answer" targetRef="end" /><bpmn:endEvent id="end" />""",
)

ALL = {
    "two_tasks.bpmn": TWO_TASKS,
    "many.bpmn": MANY,
    "timer.bpmn": TIMER,
    "measured.bpmn": MEASURED,
    "loop_alone.bpmn": LOOP_ALONE,
    "loop_beside_branch.bpmn": LOOP_BESIDE_BRANCH,
    "loop_beside_events.bpmn": LOOP_BESIDE_EVENTS,
}
