"""A small process with a timer and a message beside its task, and cases of it, for the tests of commands."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from engine import deployments, people, process_instances
from engine.database import Database, upgrade
from engine.deployments import File
from engine.people import Role
from tests.prepared import Prepared

STARTED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:baton="urn:baton:bpmn:1"
    targetNamespace="urn:test">
  <bpmn:message id="m" name="nudge"/>
  <bpmn:process id="wait" name="Wait" isExecutable="true">
    <bpmn:extensionElements><baton:record prefix="W" title="Wäit 等"/></bpmn:extensionElements>
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="look"/>
    <bpmn:userTask id="look" name="Look" camunda:candidateGroups="service-desk"/>
    <bpmn:sequenceFlow id="f2" sourceRef="look" targetRef="done"/>
    <bpmn:endEvent id="done"/>
    <bpmn:boundaryEvent id="late" attachedToRef="look" cancelActivity="false">
      <bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="f3" sourceRef="late" targetRef="reminded"/>
    <bpmn:endEvent id="reminded"/>
    <bpmn:boundaryEvent id="nudged" attachedToRef="look" cancelActivity="false">
      <bpmn:messageEventDefinition messageRef="m"/>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="f4" sourceRef="nudged" targetRef="heard"/>
    <bpmn:endEvent id="heard"/>
  </bpmn:process>
</bpmn:definitions>
"""


def diagram_in(folder: Path, text: str = DIAGRAM) -> Path:
    """The diagram as a file in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "wait.bpmn"
    path.write_text(text, encoding="utf-8")
    return path


def with_cases(url: str, count: int) -> None:
    """Make this empty database one with a person, the process and so many cases, all waiting since
    `STARTED`.
    """
    _prepared(count).copy_to(url)


@cache
def _prepared(count: int) -> Prepared:
    return Prepared(lambda database: _fill(database, count))


def _fill(database: Database, count: int) -> None:
    upgrade(database)
    with database.transaction() as session:
        people.add_group(session, "service-desk", "Service desk")
        boss = people.add(
            session,
            username="boss",
            name="The boss",
            now=STARTED,
            roles=[Role.ADMINISTRATOR],
            groups=["service-desk"],
            password=people.hashed("correct horse"),
        )
        deployments.deploy(session, [File("wait.bpmn", DIAGRAM.encode())], by=boss, now=STARTED)
    start_cases(database, count)


def start_cases(database: Database, count: int) -> list[str]:
    """Start so many cases; their numbers."""
    numbers = []
    with database.transaction() as session:
        boss = people.named(session, "boss")
        for number in range(count):
            what = {"deep": {"number": number, "text": "é — 漢字", "share": 0.1, "none": None}}
            case = process_instances.start(session, "wait", what, by=boss, now=STARTED, zone="UTC")
            numbers.append(case.number)
    return numbers
