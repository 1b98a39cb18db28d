"""Deploy diagrams, decisions and forms: all of a deployment is valid and stored, or nothing is."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from engine import access, bpmn, calls, definitions, dmn, forms, starts
from engine.errors import Invalid, Problem
from engine.people import Person
from engine.sentences import Sentence
from engine.store.base import new_id
from engine.store.deployments import (
    DecisionDefinitionRow,
    DeploymentRow,
    FormRow,
    Origin,
    ProcessDefinitionRow,
)
from engine.store.process_instances import prepare_numbers

__all__ = [
    "DEPLOYERS",
    "SUFFIXES",
    "Deployed",
    "Deployment",
    "File",
    "Origin",
    "check",
    "deploy",
    "lint",
    "seed",
]

DEPLOYERS = access.OWNERS
MAX_FILES = 500
MAX_PATH = 200
LONGEST_DESCRIPTION = 2_000
DIAGRAM_SUFFIXES = (".bpmn", ".bpmn20.xml")
DECISION_SUFFIX = ".dmn"
FORM_SUFFIX = ".json"
SUFFIXES = (*DIAGRAM_SUFFIXES, DECISION_SUFFIX, FORM_SUFFIX)

_Kind = type[FormRow] | type[DecisionDefinitionRow] | type[ProcessDefinitionRow]
"""The table of one kind of content; all have `key`, `version` and `digest`."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to deploy. `path` is relative: `incident/triage.json` is the form `incident/triage`."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Deployed:
    """What one key became: `kind` is `process`, `decision` or `form`, `version` what is now the latest."""

    kind: str
    key: str
    version: int


@dataclass(frozen=True, slots=True)
class Deployment:
    """The outcome; `id` is None when nothing was stored because it was only a check."""

    id: str | None
    definitions: list[Deployed]
    warnings: list[Problem]


@dataclass(slots=True)
class _Content:
    """What the files hold, read and checked."""

    processes: list[tuple[File, bpmn.Definition]] = field(default_factory=list)
    decisions: list[tuple[File, dmn.Decision]] = field(default_factory=list)
    forms: list[tuple[File, str, dict[str, Any]]] = field(default_factory=list)
    callers: list[calls.Caller] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def deploy(
    session: Session,
    files: Sequence[File],
    *,
    by: Person | None,
    now: datetime,
    reason: str | None = None,
    origin: Origin = Origin.PERSON,
    zone: str = "UTC",
) -> Deployment:
    """Store new versions of what the files hold. `by` None is the system itself; `zone` is the IANA zone of
    timers that begin cases.

    Bytes identical to the latest version of their key are that version again, unless a process calls one that
    has a newer version since. Raises `Forbidden`, and `Invalid` with all problems of all files at once;
    nothing is stored then.
    """
    if by is not None:
        access.require(by, *DEPLOYERS)
    _queue(session)
    content = _read(session, files)
    row = DeploymentRow(
        id=new_id(), deployed_at=now, deployed_by=by.username if by else None, origin=origin, reason=reason
    )
    session.add(row)
    session.flush()
    deployed = [_store_form(session, file, key, document, row) for file, key, document in content.forms]
    deployed += [_store_decision(session, file, decision, row) for file, decision in content.decisions]
    deployed += _process_versions(session, content, partial(_store_process, session, row, zone))
    return Deployment(row.id, deployed, content.warnings)


def check(session: Session, files: Sequence[File], *, by: Person | None) -> Deployment:
    """What `deploy` would do, without doing it. Raises the same."""
    if by is not None:
        access.require(by, *DEPLOYERS)
    content = _read(session, files)
    deployed = [
        Deployed("form", key, _next_version(session, FormRow, key, file)[0]) for file, key, _ in content.forms
    ]
    deployed += [
        Deployed("decision", d.key, _next_version(session, DecisionDefinitionRow, d.key, f)[0])
        for f, d in content.decisions
    ]
    deployed += _process_versions(session, content, lambda *_new: None)
    return Deployment(None, deployed, content.warnings)


def lint(files: Sequence[File]) -> tuple[list[Problem], list[Problem]]:
    """The problems and the warnings `deploy` would have, without a database: only the forms, decisions and
    processes given exist.
    """
    content = _inspect(files, lambda _kind, _key: False, calls.nothing_stored)
    return content.problems, content.warnings


def seed(session: Session, files: Sequence[File], *, now: datetime, zone: str = "UTC") -> Deployment | None:
    """Deploy the content that comes with Baton, but touch no key that somebody else has deployed since.

    A key is renewed when it is absent or its latest version came from seeding. None when there is nothing to
    renew.
    """
    _queue(session)
    fresh = _to_renew(session, [file for file in files if _may_renew(session, file)])
    return (
        deploy(
            session, fresh, by=None, now=now, reason="Content of this release", origin=Origin.SEED, zone=zone
        )
        if fresh
        else None
    )


# Reading


def _read(session: Session, files: Sequence[File]) -> _Content:
    """Read and check every file against what is stored. Raises `Invalid`."""
    stored: dict[tuple[_Kind, str], bool] = {}

    def is_stored(kind: _Kind, key: str) -> bool:
        if (kind, key) not in stored:
            stored[kind, key] = session.scalar(select(func.count()).where(kind.key == key)) != 0
        return stored[kind, key]

    content = _inspect(files, is_stored, calls.look_in(session))
    if content.problems:
        raise Invalid(
            content.problems,
            f"Nothing was deployed: {len(content.problems)} to mend.",
        )
    return content


def _inspect(files: Sequence[File], is_stored: Callable[[_Kind, str], bool], look: calls.Look) -> _Content:
    """What the files hold and what is wrong with it; diagrams last, for they may name all else."""
    content = _Content()
    _check_paths(files, content)
    for file in files:
        if file.path.endswith(FORM_SUFFIX):
            _read_form(file, content)
        elif file.path.endswith(DECISION_SUFFIX):
            _read_decisions(file, content)
    forms_here = {key for _, key, _ in content.forms}
    decisions_here = {decision.key for _, decision in content.decisions}

    def form_exists(key: str) -> bool:
        return key in forms_here or is_stored(FormRow, key)

    def decision_exists(key: str) -> bool:
        return key in decisions_here or is_stored(DecisionDefinitionRow, key)

    for file in files:
        if file.path.endswith(DIAGRAM_SUFFIXES):
            _read_diagram(file, content, form_exists, decision_exists)
    content.problems += calls.problems(content.callers, look)
    _check_keys(content)
    return content


def _check_paths(files: Sequence[File], content: _Content) -> None:
    if not files:
        content.problems.append(Problem.of(Sentence("no-files"), pointer="#/files"))
    if len(files) > MAX_FILES:
        content.problems.append(Problem.of(Sentence("too-many-files", most=MAX_FILES), pointer="#/files"))
    for file in files:
        parts = file.path.split("/")
        if (
            len(file.path) > MAX_PATH
            or "\\" in file.path
            or any(part in ("", ".", "..") for part in parts)
            or not file.path.isprintable()
        ):
            content.problems.append(Problem.of(Sentence("path-not-plain"), file=file.path[:MAX_PATH]))
        elif not file.path.endswith(SUFFIXES):
            content.problems.append(Problem.of(Sentence("not-deployable"), file=file.path))


def _read_form(file: File, content: _Content) -> None:
    try:
        document = orjson.loads(file.data)
    except orjson.JSONDecodeError as error:
        reason = Sentence("no-json", reason=error.msg)
        content.problems.append(Problem.of(reason, file=file.path, line=error.lineno))
        return
    problems = forms.check_document(document, file.path)
    content.problems += problems
    if not problems:
        content.forms.append((file, file.path.removesuffix(".json"), document))


def _read_decisions(file: File, content: _Content) -> None:
    try:
        decisions, warnings = dmn.prepare(file.path, file.data)
    except Invalid as invalid:
        content.problems += invalid.problems
        return
    content.decisions += [(file, decision) for decision in decisions]
    content.warnings += warnings


def _read_diagram(
    file: File, content: _Content, form_exists: Callable[[str], bool], decision_exists: Callable[[str], bool]
) -> None:
    try:
        definitions, warnings = bpmn.prepare(file.path, file.data, form_exists, decision_exists)
    except Invalid as invalid:
        content.problems += invalid.problems
        with suppress(Invalid):  # what it calls, and who calls it, can be looked at all the same
            found = bpmn.calls(file.path, file.data).items()
            content.callers += [calls.Caller(file.path, key, theirs) for key, theirs in found]
        return
    content.processes += [(file, definition) for definition in definitions]
    content.callers += [
        calls.Caller(file.path, each.key, each.calls, each.plain_start) for each in definitions
    ]
    content.warnings += warnings


def _check_keys(content: _Content) -> None:
    for code, keys in (
        ("process-also-in", [(d.key, file.path) for file, d in content.processes]),
        ("decision-also-in", [(d.key, file.path) for file, d in content.decisions]),
        ("form-also-in", [(key, file.path) for file, key, _ in content.forms]),
    ):
        seen: dict[str, str] = {}
        for key, path in keys:
            if key in seen:
                reason = Sentence(code, key=key, file=seen[key])
                content.problems.append(Problem.of(reason, file=path, element=key))
            seen[key] = path


# Storing


def _queue(session: Session) -> None:
    """One deployment at a time, so that versions count without gaps. (SQLite's writers queue already.)"""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE deployment IN EXCLUSIVE MODE"))


def _digest(file: File) -> str:
    return sha256(file.data).hexdigest()


def _latest(session: Session, table: _Kind, key: str) -> tuple[int, str] | None:
    """(version, digest) of the latest version of a key."""
    statement = (
        select(table.version, table.digest).where(table.key == key).order_by(table.version.desc()).limit(1)
    )
    found = session.execute(statement).one_or_none()
    return None if found is None else (found.version, found.digest)


def _next_version(session: Session, table: _Kind, key: str, file: File) -> tuple[int, bool]:
    """(the version this file's bytes are, whether it is a new one)."""
    latest = _latest(session, table, key)
    if latest is None:
        return 1, True
    return (latest[0], False) if latest[1] == _digest(file) else (latest[0] + 1, True)


def _store_form(
    session: Session, file: File, key: str, document: dict[str, Any], deployment: DeploymentRow
) -> Deployed:
    number, new = _next_version(session, FormRow, key, file)
    if new:
        about = {
            "deployment_id": deployment.id,
            "created_at": deployment.deployed_at,
            "digest": _digest(file),
        }
        session.add(FormRow(key=key, version=number, document=document, **about))
        session.flush()
    return Deployed("form", key, number)


def _store_decision(
    session: Session, file: File, decision: dmn.Decision, deployment: DeploymentRow
) -> Deployed:
    number, new = _next_version(session, DecisionDefinitionRow, decision.key, file)
    if new:
        session.add(
            DecisionDefinitionRow(
                key=decision.key,
                version=number,
                name=decision.name,
                names=decision.names,
                deployment_id=deployment.id,
                file=file.path,
                digest=_digest(file),
                created_at=deployment.deployed_at,
                xml=decision.xml,
            )
        )
        session.flush()
    return Deployed("decision", decision.key, number)


_Pin = Callable[[bpmn.Call], int]


def _process_versions(
    session: Session, content: _Content, store: Callable[[File, bpmn.Definition, int, _Pin], None]
) -> list[Deployed]:
    """What each process becomes, those that are called before those that call them; `store` what is new."""
    given = {definition.key: (file, definition) for file, definition in content.processes}
    look, fresh = calls.look_in(session), dict[str, int]()

    def pin(call: bpmn.Call) -> int:
        return calls.pin(call, fresh, look)

    for caller in calls.callees_first(content.callers):
        file, definition = given[caller.key]
        number, new = _next_version(session, ProcessDefinitionRow, definition.key, file)
        if not new and _pins(definition, pin) != definitions.version(session, definition.key, number).calls:
            number, new = number + 1, True  # the same drawing, but what it calls has a newer version
        fresh[definition.key] = number
        if new:
            store(file, definition, number, pin)
    return [Deployed("process", definition.key, fresh[definition.key]) for _, definition in content.processes]


def _store_process(
    session: Session,
    deployment: DeploymentRow,
    zone: str,
    file: File,
    definition: bpmn.Definition,
    number: int,
    pin: _Pin,
) -> None:
    prepare_numbers(session, definition.prefix)
    row = ProcessDefinitionRow(
        key=definition.key,
        version=number,
        name=definition.name,
        names=definition.names,
        description=_shortened(definition.description),
        descriptions={lang: _shortened(text) for lang, text in definition.descriptions.items()},
        deployment_id=deployment.id,
        file=file.path,
        digest=_digest(file),
        start_form=definition.start_form,
        starter_users=list(definition.starter_users),
        starter_groups=list(definition.starter_groups),
        prefix=definition.prefix,
        calls=_pins(definition, pin),
        created_at=deployment.deployed_at,
        xml=definition.xml,
        executable=bpmn.pinned(definition, pin),
        plain_start=definition.plain_start,
    )
    session.add(row)
    session.flush()
    starts.replace(session, row, definition.starts, now=deployment.deployed_at, zone=zone)


def _pins(definition: bpmn.Definition, pin: _Pin) -> list[dict[str, Any]]:
    return [{"element": call.element, "key": call.key, "version": pin(call)} for call in definition.calls]


def _shortened(text: str | None) -> str | None:
    """A description as a list can show it; the diagram has it whole."""
    return text and text[:LONGEST_DESCRIPTION]


# Seeding


def _keys(file: File) -> Iterable[tuple[_Kind, str]]:
    """The tables and keys a file of ours fills; they are read without checking it."""
    if file.path.endswith(FORM_SUFFIX):
        return [(FormRow, file.path.removesuffix(".json"))]
    if file.path.endswith(DECISION_SUFFIX):
        return [(DecisionDefinitionRow, key) for key in dmn.keys(file.path, file.data)]
    return [(ProcessDefinitionRow, key) for key in bpmn.keys(file.path, file.data)]


def _to_renew(session: Session, files: Sequence[File]) -> list[File]:
    """Those that are not the latest version of their keys, and those that call one of them."""
    changed = [not _is_latest(session, file) for file in files]
    keys = {key for file, new in zip(files, changed, strict=True) if new for _, key in _keys(file)}
    called = [_called_keys(file) for file in files]
    while more := [n for n, new in enumerate(changed) if not new and called[n] & keys]:
        for number in more:
            changed[number] = True
            keys |= {key for _, key in _keys(files[number])}
    return [file for file, new in zip(files, changed, strict=True) if new]


def _called_keys(file: File) -> set[str]:
    if not file.path.endswith(DIAGRAM_SUFFIXES):
        return set()
    return {call.key for each in bpmn.calls(file.path, file.data).values() for call in each}


def _may_renew(session: Session, file: File) -> bool:
    return all(_origin(session, table, key) in (None, Origin.SEED) for table, key in _keys(file))


def _is_latest(session: Session, file: File) -> bool:
    return all((_latest(session, table, key) or (0, ""))[1] == _digest(file) for table, key in _keys(file))


def _origin(session: Session, table: _Kind, key: str) -> str | None:
    """Who deployed the latest version of a key; None when there is none."""
    statement = (
        select(DeploymentRow.origin)
        .join(table, table.deployment_id == DeploymentRow.id)
        .where(table.key == key)
    )
    return session.scalars(statement.order_by(table.version.desc()).limit(1)).one_or_none()
