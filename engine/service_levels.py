"""Working calendars, services, agreements and service-level policies: look at them, write them, retire them.

All are documents kept version by version. An edit makes a version, which applies to clocks that start later;
to restore an old one, save it again. Nothing is deleted: what applies no more is retired.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import access, agreements, calendars, policies, targets
from engine.documents import Reading
from engine.errors import Conflict, Invalid, NotFound, PreconditionFailed, Problem
from engine.people import Person, Role
from engine.policies import Book, Selected, Subject
from engine.store import documents
from engine.store.deployments import Origin
from engine.store.documents import DocumentRow
from engine.store.people import GroupRow, OrganisationRow, PersonRow
from engine.store.services import AgreementRow, ServiceRow
from engine.store.sla import SlaPolicyRow, WorkingCalendarRow
from engine.targets import Reference


class Kind(StrEnum):
    """What a document is about; the word that people are told."""

    CALENDAR = "calendar"
    SERVICE = "service"
    AGREEMENT = "agreement"
    POLICY = "policy"


KEY = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
"""What a key looks like."""

CONFIDENTIAL = (Kind.AGREEMENT, Kind.POLICY)
"""What tells one customer about another: not for those who only request services."""

_TABLES = {
    Kind.CALENDAR: WorkingCalendarRow,
    Kind.SERVICE: ServiceRow,
    Kind.AGREEMENT: AgreementRow,
    Kind.POLICY: SlaPolicyRow,
}


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of a document: who makes it and when, and at which version she last saw it (None: whichever).
    `by` None is the system itself.
    """

    by: Person | None
    now: datetime
    revision: int | None = None


# Reading


def page(
    session: Session, kind: Kind, *, by: Person, limit: int, after: str | None = None
) -> list[DocumentRow]:
    """The latest version of up to `limit` documents after the key `after`, in the order of keys. Raises
    `Forbidden`.
    """
    require_reader(kind, by)
    return documents.page(session, _TABLES[kind], limit=limit, after=after)


def get(session: Session, kind: Kind, key: str, *, by: Person) -> DocumentRow:
    """The latest version of a document. Raises `Forbidden`, `NotFound`."""
    require_reader(kind, by)
    return _latest(session, kind, key)


def version(session: Session, kind: Kind, key: str, number: int, *, by: Person) -> DocumentRow:
    """One version of a document. Raises `Forbidden`, `NotFound`."""
    require_reader(kind, by)
    found = documents.numbered(session, _TABLES[kind], key, number)
    if found is None:
        raise NotFound(f"There is no version {number} of the {kind} {key!r}.")
    return found


def versions(
    session: Session, kind: Kind, key: str, *, by: Person, limit: int, before: int | None = None
) -> list[DocumentRow]:
    """Up to `limit` versions of a document, the newest first, older than `before`. Raises `Forbidden`,
    `NotFound`.
    """
    get(session, kind, key, by=by)
    return documents.versions(session, _TABLES[kind], key, limit=limit, before=before)


def require_reader(kind: Kind, by: Person) -> None:
    """Raises `Forbidden` for what is not for everybody's eyes."""
    if kind in CONFIDENTIAL:
        access.require(by, *access.STAFF)


def _latest(session: Session, kind: Kind, key: str) -> DocumentRow:
    found = documents.latest(session, _TABLES[kind], key)
    if found is None:
        raise NotFound(f"There is no {kind} {key!r}.")
    return found


# Writing


def require_writer(session: Session, kind: Kind, by: Person, key: str | None = None) -> None:
    """What comes before a document is looked at. Raises `NotFound` when there is nothing under a key that is
    to be edited, `Forbidden`.
    """
    require_reader(kind, by)
    if key is not None:
        _latest(session, kind, key)
    access.require(by, *access.OPERATORS)


def create(session: Session, kind: Kind, key: str, document: object, edit: Edit) -> DocumentRow:
    """Write the first version of a document. Raises `Forbidden`, `PreconditionFailed` when the key is taken,
    and `Invalid` with all that is wrong with it.
    """
    if edit.by is not None:
        require_writer(session, kind, edit.by)
    documents.queue(session)
    if documents.latest(session, _TABLES[kind], key) is not None:
        raise PreconditionFailed(f"There is a {kind} {key!r} already. Read it.")
    if not re.fullmatch(KEY, key):
        raise Invalid("A key has letters, digits and . _ -, at most 64, a letter or digit first.")
    check(session, kind, key, document)
    return _add(session, kind, key, 1, document, edit)


def replace(session: Session, kind: Kind, key: str, document: object, edit: Edit) -> DocumentRow:
    """Write the next version of a document; one that was retired applies again. The very same document is the
    latest version again. Raises `Forbidden`, `NotFound`, `PreconditionFailed` when somebody else edited it
    meanwhile, and `Invalid` with all that is wrong with it.
    """
    latest = _held(session, kind, key, edit)
    check(session, kind, key, document)
    if latest.document == document and not latest.retired:
        return latest
    return _add(session, kind, key, latest.version + 1, document, edit)


def retire(session: Session, kind: Kind, key: str, edit: Edit) -> DocumentRow:
    """Let a document apply to nothing that begins from now on; clocks that run go on as they are. Raises
    `Forbidden`, `NotFound`, `PreconditionFailed`, and `Conflict` while another document names it.
    """
    latest = _held(session, kind, key, edit)
    if latest.retired:
        return latest
    if users := sorted(_users(policies.book(session), kind, key)):
        raise Conflict(f"The {kind} {key!r} is named by {', '.join(users)}. Change that first.")
    return _add(session, kind, key, latest.version + 1, latest.document, edit, retired=True)


def _held(session: Session, kind: Kind, key: str, edit: Edit) -> DocumentRow:
    if edit.by is not None:
        require_writer(session, kind, edit.by, key)
    documents.queue(session)
    latest = _latest(session, kind, key)
    if edit.revision is not None and edit.revision != latest.version:
        raise PreconditionFailed
    return latest


def _add(
    session: Session,
    kind: Kind,
    key: str,
    number: int,
    document: object,
    edit: Edit,
    *,
    retired: bool = False,
    origin: Origin = Origin.PERSON,
) -> DocumentRow:
    values = {
        "key": key,
        "version": number,
        "retired": retired,
        "origin": origin,
        "created_at": edit.now,
        "created_by": edit.by.username if edit.by else None,
        "document": document,
    }
    return documents.add(session, _TABLES[kind], values)


# Checking


def references(kind: Kind, document: object, pointer: str = "#") -> tuple[Reference, ...]:
    """What a document names, whether or not there is such a thing. Raises `Invalid` with all that is wrong
    with it by itself, and where below `pointer`.
    """
    return _READ[kind](document, pointer)


def check(session: Session, kind: Kind, key: str, document: object, pointer: str = "#") -> None:
    """Whether a document could be saved under this key. Raises `Invalid` with all that is wrong with it, and
    where below `pointer`: with itself, with what it names, or beside the others there are.
    """
    named = references(kind, document, pointer)
    book = policies.book(session)
    problems = [*_unknown(session, book, named), *_BESIDE[kind](book, key, document, pointer)]
    if problems:
        raise Invalid(problems)


def _read_calendar(document: object, pointer: str) -> tuple[Reference, ...]:
    reading = Reading(pointer)
    if isinstance(document, dict):
        reading.known_keys(document, ("name", "names", *calendars.KEYS))
        reading.names(document)
    try:
        calendars.read(document, pointer)
    except Invalid as invalid:
        reading.problems += invalid.problems
    reading.require_right()
    return ()


_READ: dict[Kind, Callable[[object, str], tuple[Reference, ...]]] = {
    Kind.CALENDAR: _read_calendar,
    Kind.SERVICE: lambda document, pointer: agreements.read_service(document, pointer).references,
    Kind.AGREEMENT: lambda document, pointer: agreements.read_agreement(document, pointer).references,
    Kind.POLICY: lambda document, pointer: targets.read(document, pointer).references,
}


def _unknown(session: Session, book: Book, references: Iterable[Reference]) -> Iterable[Problem]:
    wanted: dict[str, set[str]] = {}
    for each in references:
        wanted.setdefault(each.kind, set()).add(each.name)
    known = {kind: _known(session, book, kind, names) for kind, names in wanted.items()}
    for each in references:
        if each.name not in known[each.kind]:
            yield Problem(f"There is no {each.kind} {each.name!r}.", each.pointer)


def _known(session: Session, book: Book, kind: str, names: set[str]) -> set[str]:
    """Which of these names something of this kind bears."""
    if kind in _PEOPLE:
        column = _PEOPLE[kind]
        return set(session.scalars(select(column).where(column.in_(names))))
    if kind == "role":
        return set(Role)
    return names & book.keys(_TABLES[Kind(kind)])


_PEOPLE: dict[str, Any] = {
    "group": GroupRow.name,
    "organisation": OrganisationRow.id,
    "person": PersonRow.username,
}


def _service_beside(book: Book, key: str, document: object, pointer: str) -> Iterable[Problem]:
    """Cases name services as people call them, so no two are called the same."""
    called = agreements.read_service(document).called | {agreements.called(key)}
    for other, service in book.services.items():
        if other != key and (called & (service.called | {agreements.called(other)})):
            yield Problem(f"The service {other!r} is called that, too.", f"{pointer}/name")


def _agreement_beside(book: Book, key: str, document: object, pointer: str) -> Iterable[Problem]:
    agreement = agreements.read_agreement(document)
    for other, theirs in book.agreements.items():
        if other != key and agreement.ties_with(theirs):
            yield Problem(
                f"The agreement {other!r} covers the same cases at the same time. Let one end before "
                "the other begins, or name the services of each.",
                f"{pointer}/services",
            )


def _policy_beside(book: Book, key: str, document: object, pointer: str) -> Iterable[Problem]:
    theirs = {
        (target.clock, target.scope): (other, number)
        for other, (_, policy) in book.policies.items()
        if other != key
        for number, target in enumerate(policy.targets)
    }
    for number, target in enumerate(targets.read(document).targets):
        if (target.clock, target.scope) in theirs:
            other, there = theirs[target.clock, target.scope]
            detail = f"The policy {other!r} has a target about the same cases: its #/targets/{there}."
            yield Problem(detail, f"{pointer}/targets/{number}")


_BESIDE: dict[Kind, Callable[[Book, str, object, str], Iterable[Problem]]] = {
    Kind.CALENDAR: lambda *_: (),
    Kind.SERVICE: _service_beside,
    Kind.AGREEMENT: _agreement_beside,
    Kind.POLICY: _policy_beside,
}


def _users(book: Book, kind: Kind, key: str) -> set[str]:
    """The documents that name this one, in words."""
    named: list[tuple[Kind, str, Iterable[Reference]]] = [
        *((Kind.SERVICE, each, service.references) for each, service in book.services.items()),
        *((Kind.AGREEMENT, each, agreed.references) for each, agreed in book.agreements.items()),
        *((Kind.POLICY, each, policy.references) for each, (_, policy) in book.policies.items()),
    ]
    return {
        f"the {user} {each!r}"
        for user, each, references in named
        if any((reference.kind, reference.name) == (kind, key) for reference in references)
    }


# Looking ahead


@dataclass(frozen=True, slots=True)
class Reached:
    """A threshold, and when a clock would reach it; `at` is None for never."""

    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would apply to a clock: the service and the agreement of its case; and, if a target does, that,
    when it would run out (None: never) and its thresholds in order.
    """

    service: str | None
    agreement: str | None
    selected: Selected | None
    due: datetime | None
    thresholds: tuple[Reached, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy under edit: the key it is for, and the document so far."""

    key: str
    document: object


def forecast(session: Session, subject: Subject, *, by: Person, draft: Draft | None = None) -> Forecast:
    """What a clock that starts with its case would be aimed at, as everything stands, or would with a policy
    under edit. Raises `Forbidden`, and `Invalid` with all that is wrong with that policy (below `#/policy`).
    """
    require_reader(Kind.POLICY, by)
    book = policies.book(session)
    if draft is not None:
        check(session, Kind.POLICY, draft.key, draft.document, "#/policy")
        book = book.with_policy(draft.key, targets.read(draft.document))
    found = book.selected(subject)
    service = book.service(subject.service)
    agreement = book.agreement(service, subject.organisation, subject.at, subject.team)
    if found is None:
        return Forecast(service, agreement, None, None, ())
    reached = tuple(
        Reached(each.name, found.calendar.after(subject.at, each.offset(found.target)))
        for each in found.thresholds
    )
    return Forecast(service, agreement, found, found.calendar.after(subject.at, found.target), reached)


# What comes with Baton


def seed(session: Session, given: Mapping[str, Mapping[str, Any]], *, now: datetime) -> list[str]:
    """Write the documents of `given` (see `config/sla.toml`), by kind and key, that are absent or whose
    latest version came unchanged from seeding; what somebody has edited or retired is left alone. What the
    others name comes first. Returns the keys written. Raises `Invalid` for what cannot be saved.
    """
    edit = Edit(by=None, now=now)
    documents.queue(session)
    written = []
    for kind in Kind:
        for key, document in given.get(kind, {}).items():
            latest = documents.latest(session, _TABLES[kind], key)
            if latest is None or (latest.origin == Origin.SEED and latest.document != document):
                check(session, kind, key, document)
                number = latest.version + 1 if latest else 1
                _add(session, kind, key, number, document, edit, origin=Origin.SEED)
                written.append(key)
    return written
