"""BPMN: read a diagram, refuse or rewrite it, execute it, save it. The only package that knows SpiffWorkflow.

prepare(file, bytes)          what a deployment stores: one `Definition` an executable process, or `Invalid`
pinned(definition, choose)    its executable, in which every call names a version
specification(executable)     the process to execute, built from what was stored
start / load, save            an `Execution`: one case, for one command
move                          continue a case in another version of its process
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.bpmn import dialect
from engine.bpmn.build import build
from engine.bpmn.check import check
from engine.bpmn.dialect import STARTER, Call
from engine.bpmn.effects import (
    MESSAGE,
    SIGNAL,
    TIMER,
    Called,
    ClockMark,
    Effects,
    Failure,
    JobOffered,
    Position,
    Sent,
    Step,
    Subscribed,
    TaskOpened,
    TimerArmed,
)
from engine.bpmn.execution import CalendarOf, Circumstances, Decided, ElementFailed, Execution, Limits
from engine.bpmn.migration import Move, move
from engine.bpmn.multiple import take_apart
from engine.bpmn.read import read
from engine.bpmn.rewrite import executable
from engine.bpmn.specs.base import Process
from engine.bpmn.specs.triggers import correlation_text, first_time, next_time
from engine.bpmn.state import FORMAT, NewerFormat, load, save
from engine.errors import Invalid, Problem

__all__ = [
    "FORMAT",
    "MESSAGE",
    "SIGNAL",
    "STARTER",
    "TIMER",
    "CalendarOf",
    "Call",
    "Called",
    "Circumstances",
    "ClockMark",
    "Decided",
    "Definition",
    "Effects",
    "ElementFailed",
    "Execution",
    "Failure",
    "JobOffered",
    "Limits",
    "Move",
    "NewerFormat",
    "Position",
    "Process",
    "Sent",
    "Start",
    "Step",
    "Subscribed",
    "TaskOpened",
    "TimerArmed",
    "calls",
    "claim_marks",
    "correlation_text",
    "first_time",
    "head",
    "keys",
    "labels",
    "load",
    "move",
    "next_time",
    "pinned",
    "prepare",
    "save",
    "specification",
    "start",
]

DEFAULT_PREFIX = "CASE"


@dataclass(frozen=True, slots=True)
class Start:
    """A start event that begins a case when something happens: a timer, with the kind of its text and that,
    or a message or signal of a name, whose payload becomes the variable `payload` ("": each of its fields
    does; None: it takes none)."""

    element: str
    kind: str
    name: str | None
    timer: tuple[str, str] | None
    payload: str | None


@dataclass(frozen=True, slots=True)
class Definition:
    """One executable process of a diagram, as a deployment stores it; `xml` is the file as it came."""

    key: str
    name: str
    names: dict[str, str]
    description: str | None
    descriptions: dict[str, str]
    xml: bytes
    executable: str
    start_form: str | None
    starter_users: tuple[str, ...]
    starter_groups: tuple[str, ...]
    prefix: str
    calls: tuple[Call, ...]
    plain_start: bool
    starts: tuple[Start, ...]


def _nothing(_key: str) -> bool:
    return False


def prepare(
    file: str,
    data: bytes,
    form_exists: Callable[[str], bool],
    decision_exists: Callable[[str], bool] = _nothing,
) -> tuple[list[Definition], list[Problem]]:
    """The definitions in a diagram, and warnings about what has no effect. Raises `Invalid` with all its
    problems at once."""
    root = read(file, data)
    take_apart(root)
    report = check(file, root, form_exists, decision_exists)
    if report.problems:
        raise Invalid(report.problems)
    return [_definition(process, data) for process in dialect.processes(root)], report.warnings


def keys(file: str, data: bytes) -> list[str]:
    """The keys of the executable processes in a diagram, unchecked. Raises `Invalid` when it is no
    diagram."""
    return list(calls(file, data))


def calls(file: str, data: bytes) -> dict[str, tuple[Call, ...]]:
    """What each executable process in a diagram calls, by its key, unchecked. Raises `Invalid` when it is no
    diagram."""
    return {process.get("id", ""): _calls(process) for process in dialect.processes(read(file, data))}


def labels(executable_xml: str) -> dict[str, tuple[str, dict[str, str]]]:
    """What people call each element of a stored executable, by its id: its name, and that in other
    languages.
    """
    root = _parsed(executable_xml)
    nodes = root.iter(*(dialect.bpmn(name) for name in dialect.FLOW_NODES))
    return {e.get("id", ""): (dialect.label(e), dialect.names(e)) for e in nodes}


def _definition(process: etree._Element, drawn: bytes) -> Definition:
    start = dialect.plain_start(process)
    record = dialect.extension(process, "record")
    runs = executable(process)
    return Definition(
        key=process.get("id", ""),
        name=dialect.label(process),
        names=dialect.names(process),
        description=dialect.description(process),
        descriptions=dialect.descriptions(process),
        xml=drawn,
        executable=etree.tostring(runs, encoding="unicode"),
        start_form=None if start is None else dialect.camunda(start, "formKey"),
        starter_users=_listed(dialect.camunda(process, "candidateStarterUsers")),
        starter_groups=_listed(dialect.camunda(process, "candidateStarterGroups")),
        prefix=DEFAULT_PREFIX if record is None else record.get("prefix", DEFAULT_PREFIX),
        calls=_calls(runs),
        plain_start=start is not None,
        starts=tuple(_starts(next(dialect.children(runs, "process")))),
    )


def _starts(process: etree._Element) -> Iterator[Start]:
    for event in filter(dialect.begins_by_itself, dialect.children(process, "startEvent")):
        kind = dialect.event_kind(event)
        name = {MESSAGE: dialect.message_name, SIGNAL: dialect.signal_name}.get(kind, lambda _: None)(event)
        timer = dialect.timer(event) if kind == TIMER else None
        yield Start(event.get("id", ""), kind, name, timer, dialect.payload(event))


def _calls(process: etree._Element) -> tuple[Call, ...]:
    return tuple(dialect.call(activity) for activity in process.iter(dialect.bpmn("callActivity")))


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def pinned(definition: Definition, choose: Callable[[Call], int]) -> str:
    """The executable in which every call activity calls the version chosen for it, for good."""
    if not definition.calls:
        return definition.executable
    runs = _parsed(definition.executable)
    for activity in runs.iter(dialect.bpmn("callActivity")):
        dialect.pin(activity, choose(dialect.call(activity)))
    return etree.tostring(runs, encoding="unicode")


def _calls_nothing(key: str, version: int) -> str:
    raise LookupError(f"Nobody said where version {version} of the called process {key!r} is found.")


def specification(
    executable_xml: str, version: int = 1, stored: Callable[[str, int], str] = _calls_nothing
) -> Process:
    """Build a version of a process from the executable a deployment stored; `stored` gives the executables of
    those it calls, by key and version."""
    called: dict[tuple[str, int], Process] = {}

    def find(key: str, version: int) -> Process:
        # One object each: whoever calls it, a token finds the elements it stood on before.
        if (key, version) not in called:
            called[key, version] = build(_parsed(stored(key, version)), version, find)
        return called[key, version]

    return build(_parsed(executable_xml), version, find)


def claim_marks(process: Process, element: str, called: Called | None, token: int) -> list[ClockMark]:
    """What claiming the user task at `token` does to clocks, known without loading the case."""
    specs = (process if called is None else process.called[called]).task_specs
    spec = specs.get(f"{element}#item") or specs.get(element)
    marks = () if spec is None else spec.clocks
    return [
        ClockMark(mark.name, mark.action, token, element, called)
        for mark in marks
        if mark.on == dialect.CLAIM
    ]


def _parsed(executable_xml: str) -> etree._Element:
    return etree.fromstring(executable_xml.encode(), etree.XMLParser(resolve_entities=False, no_network=True))


def head(process: Process, variables: Mapping[str, Any], circumstances: Circumstances) -> dict[str, Any]:
    """The head of a case (see `Execution.record`) that is about to begin with these variables."""
    return Execution(process, circumstances).foretell(variables)


def start(
    process: Process, variables: Mapping[str, Any], circumstances: Circumstances, at: str | None = None
) -> Execution:
    """A new case, run until everything in it waits; `at` is the start event it begins at, if not the plain
    one."""
    execution = Execution(process, circumstances)
    execution.start(variables, at)
    return execution
