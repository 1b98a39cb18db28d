"""The floor: bare SpiffWorkflow, its specification parsed once, one JSON row an instance, one commit a step.

What our server adds (people, access, forms, history, timers, scopes, HTTP) is measured against this, on the
same disk in the same run.
"""

import io
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import psycopg
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

TWO_TASKS = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="bench">
  <bpmn:process id="two_tasks" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="first" />
    <bpmn:userTask id="first"
    name="First"><bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:userTask>
    <bpmn:sequenceFlow id="f2" sourceRef="first" targetRef="second" /> <bpmn:userTask id="second"
    name="Second"><bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing></bpmn:userTask>
    <bpmn:sequenceFlow id="f3" sourceRef="second" targetRef="end" /> <bpmn:endEvent
    id="end"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


class SqliteRows:
    """One table of JSON texts, each write a synchronous commit."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("CREATE TABLE instance (id INTEGER PRIMARY KEY, state TEXT)")

    def write(self, number: int, state: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO instance VALUES (?, ?)", (number, state))

    def read(self, number: int) -> str:
        return str(
            self._connection.execute("SELECT state FROM instance WHERE id = ?", (number,)).fetchone()[0]
        )


class PostgresRows:
    """The same on PostgreSQL."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)
        self._connection.execute("CREATE TABLE floor_instance (id integer PRIMARY KEY, state text)")

    def write(self, number: int, state: str) -> None:
        put = (
            "INSERT INTO floor_instance VALUES (%s, %s) ON CONFLICT (id) DO UPDATE SET state = excluded.state"
        )
        self._connection.execute(put, (number, state))

    def read(self, number: int) -> str:
        row = self._connection.execute("SELECT state FROM floor_instance WHERE id = %s", (number,)).fetchone()
        assert row is not None
        return str(row[0])


class Floor:
    """Start cases and complete their tasks, with nothing but the library and a table."""

    def __init__(self, rows: SqliteRows | PostgresRows) -> None:
        parser = BpmnParser()
        parser.add_bpmn_io(io.BytesIO(TWO_TASKS.encode()))
        self._spec = parser.get_spec("two_tasks")
        self._serializer = BpmnWorkflowSerializer()
        self._rows = rows

    def start(self, number: int) -> None:
        workflow = BpmnWorkflow(self._spec)
        workflow.do_engine_steps()
        self._rows.write(number, self._serializer.serialize_json(workflow))

    def complete_next(self, number: int) -> None:
        workflow = self._serializer.deserialize_json(self._rows.read(number))
        workflow.get_next_task(state=TaskState.READY, manual=True).run()
        workflow.do_engine_steps()
        self._rows.write(number, self._serializer.serialize_json(workflow))


def commits_per_second(write: Callable[[int, str], None], count: int = 300) -> float:
    """How many one-row commits the disk takes in a second."""
    began = time.perf_counter()
    for number in range(count):
        write(-1 - number, "x" * 200)
    return count / (time.perf_counter() - began)


def measure(rows: SqliteRows | PostgresRows, cases: int) -> dict[str, Any]:
    """Cases a second (start and two completions), and the seconds of each completion."""
    floor = Floor(rows)
    for number in range(20):
        floor.start(1_000_000 + number)
    steps: list[float] = []
    began = time.perf_counter()
    for number in range(cases):
        floor.start(number)
        for _ in range(2):
            step = time.perf_counter()
            floor.complete_next(number)
            steps.append(time.perf_counter() - step)
    return {
        "cases_per_second": cases / (time.perf_counter() - began),
        "steps": steps,
        "commits_per_second": commits_per_second(rows.write),
    }
