"""Which target applies to a clock, and which calendar to a case: everything that is agreed, as it stands now.

A change of any document is seen by the next statement; what did not change since is neither read nor compiled
again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam, select
from sqlalchemy.orm import Session

from engine import agreements, calendars, targets
from engine.agreements import Agreement, Kind, Service
from engine.calendars import Calendar
from engine.errors import NotFound
from engine.kept import Kept
from engine.store import documents
from engine.store.base import connection_of, table_of
from engine.store.documents import Current
from engine.store.people import PersonRow
from engine.store.services import AgreementRow, ServiceRow
from engine.store.sla import SlaPolicyRow, WorkingCalendarRow
from engine.targets import Policy, Scope, Target, Threshold

__all__ = [
    "Book",
    "Selected",
    "Subject",
    "Threshold",
    "book",
    "book_and_organisation",
    "book_of",
    "case_calendar",
    "organisation_of",
    "recalled",
    "selected",
]

TABLES = (WorkingCalendarRow, SlaPolicyRow, ServiceRow, AgreementRow)


@dataclass(frozen=True, slots=True)
class Subject:
    """A clock that looks for its target. `service` is what the case says of it, a key or a name; `at` is when
    the case began. With a `team` the clock is that team's, and only what was agreed with it applies.
    """

    process: str
    clock: str
    priority: int | None
    service: str | None
    organisation: str | None
    at: datetime
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Selected:
    """The target that applies, with the versions it is from; `number` is its place in its policy.
    `thresholds` are in the order in which they are reached.
    """

    policy: str
    policy_version: int
    number: int
    calendar_key: str
    calendar_version: int
    target: timedelta
    calendar: Calendar
    thresholds: tuple[Threshold, ...]
    agreement: str | None


def selected(session: Session, subject: Subject) -> Selected | None:
    """The target that applies to a clock; None when there is none. At most two statements; one while nobody
    edits anything.
    """
    return book(session).selected(subject)


def recalled(
    session: Session,
    policy: str,
    policy_version: int,
    number: int,
    calendar_key: str,
    calendar_version: int,
    agreement: str | None,
) -> Selected:
    """The target that a clock runs under, as `selected` gave it then, whatever was edited since. No statement
    but when this process sees one of these versions for the first time. Raises `NotFound`.
    """
    memory = _memory(session)
    terms = memory.policy(
        policy, policy_version, lambda: _document(session, SlaPolicyRow, policy, policy_version)
    )
    calendar = memory.calendar(
        calendar_key,
        calendar_version,
        lambda: _document(session, WorkingCalendarRow, calendar_key, calendar_version),
    )
    if number >= len(terms.targets):
        raise NotFound(f"The policy {policy!r} has no target {number} in its version {policy_version}.")
    target = terms.targets[number]
    return Selected(
        policy,
        policy_version,
        number,
        calendar_key,
        calendar_version,
        target.target,
        calendar,
        target.thresholds,
        agreement,
    )


def case_calendar(
    session: Session, service: str | None, organisation: str | None, at: datetime
) -> Calendar | None:
    """The calendar of a case of an organisation about a service (its key or name), which began at an instant:
    its agreement's, else its service's, else None. Statements as for `selected`.
    """
    return book(session).case_calendar(service, organisation, at)


def organisation_of(session: Session, username: str | None) -> str | None:
    """The organisation of the person a case is for; None for nobody, or when she belongs to none. One
    statement.
    """
    if username is None:
        return None
    return connection_of(session).execute(_ORGANISATION, {"username": username}).scalar_one_or_none()


_PERSON = table_of(PersonRow)
_ORGANISATION = select(_PERSON.c.organisation_id).where(_PERSON.c.username == bindparam("username"))


# What is agreed


@dataclass(frozen=True)
class Book:
    """All that is agreed, as it stood at one edition; what is retired is not in it."""

    policies: Mapping[str, tuple[int, Policy]]
    services: Mapping[str, Service]
    agreements: Mapping[str, Agreement]
    _calendars: Mapping[str, Current]
    _memory: "_Memory"
    _by_clock: Mapping[str, list["_Offer"]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_clock", _by_clock(self.policies))

    @classmethod
    def of(cls, found: Iterable[Current], memory: "_Memory | None" = None) -> "Book":
        """What these latest versions come to."""
        memory = memory or _Memory()
        live: dict[str, dict[str, Current]] = {table.__tablename__: {} for table in TABLES}
        for each in found:
            if not each.retired:
                live[each.table][each.key] = each
        calendars_, policies, services, agreed = (live[table.__tablename__] for table in TABLES)
        return cls(
            {
                key: (each.version, memory.policy(key, each.version, each.read))
                for key, each in policies.items()
            },
            {key: agreements.read_service(each.document) for key, each in services.items()},
            {key: agreements.read_agreement(each.document) for key, each in agreed.items()},
            calendars_,
            memory,
        )

    def selected(self, subject: Subject) -> Selected | None:
        """See the function of that name."""
        service = self.service(subject.service)
        agreement = self.agreement(service, subject.organisation, subject.at, subject.team)
        asked = Scope(agreement, service, subject.process, subject.priority)
        for offer in self._by_clock.get(subject.clock, ()):
            if offer.target.scope.covers(asked) and (
                subject.team is None or offer.target.scope.agreement is not None
            ):
                return self._selected(offer, agreement)
        return None

    def _selected(self, offer: "_Offer", agreement: str | None) -> Selected | None:
        target = offer.target
        version, calendar = self.calendar(target.calendar)
        return Selected(
            offer.policy,
            offer.version,
            offer.number,
            target.calendar,
            version,
            target.target,
            calendar,
            target.thresholds,
            agreement,
        )

    def service(self, text: str | None) -> str | None:
        """The key of the service a case names, by its key or as people call it."""
        if text is None or text in self.services:
            return text
        wanted = agreements.called(text)
        found = (key for key, each in self.services.items() if wanted in each.called or key == wanted)
        return next(found, None)

    def agreement(
        self, service: str | None, organisation: str | None, at: datetime, team: str | None = None
    ) -> str | None:
        """The key of the agreement that covers a case of an organisation about a service which began at an
        instant; with a team, the one with that team.
        """
        return agreements.most_specific(
            (key, each)
            for key, each in self.agreements.items()
            if _is_with(each, organisation, team) and each.covers(service, self._day(each, at))
        )

    def case_calendar(self, service: str | None, organisation: str | None, at: datetime) -> Calendar | None:
        """See the function of that name."""
        service = self.service(service)
        agreement = self.agreement(service, organisation, at)
        candidates = (
            self.agreements[agreement].calendar if agreement else None,
            self.services[service].calendar if service and service in self.services else None,
        )
        return next((self.calendar(key)[1] for key in candidates if key is not None), None)

    def calendar(self, key: str) -> tuple[int, Calendar]:
        """The latest version of a calendar, compiled when it is first asked for. Raises `NotFound`."""
        found = self._calendars.get(key)
        if found is None:
            raise NotFound(f"There is no calendar {key!r}.")
        return found.version, self._memory.calendar(key, found.version, found.read)

    def with_policy(self, key: str, policy: Policy) -> "Book":
        """This, as it would be with a policy that nobody has saved: its version is 0."""
        return replace(self, policies={**self.policies, key: (0, policy)})

    def keys(self, table: documents.Table) -> set[str]:
        """The keys of what one of the `TABLES` holds."""
        held = (self._calendars, self.policies, self.services, self.agreements)
        return set(dict(zip(TABLES, held, strict=True))[table])

    def _day(self, agreement: Agreement, at: datetime) -> Any:
        """The day of an instant where the agreement's calendar counts days, else in UTC."""
        known = agreement.calendar is not None and agreement.calendar in self._calendars
        zone = self.calendar(agreement.calendar or "")[1].zone if known else UTC
        return at.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class _Offer:
    """A target with where it is from."""

    policy: str
    version: int
    number: int
    target: Target


def _by_clock(policies: Mapping[str, tuple[int, Policy]]) -> dict[str, list[_Offer]]:
    """The targets for each clock, the most specific first."""
    found: dict[str, list[_Offer]] = {}
    for key, (version, policy) in policies.items():
        for number, target in enumerate(policy.targets):
            found.setdefault(target.clock, []).append(_Offer(key, version, number, target))
    for offers in found.values():
        offers.sort(key=lambda offer: offer.target.scope.specificity, reverse=True)
    return found


def _is_with(agreement: Agreement, organisation: str | None, team: str | None) -> bool:
    if team is not None:
        return agreement.kind is not Kind.SLA and agreement.whom == team
    return agreement.kind is Kind.SLA and agreement.whom in (None, organisation)


# Kept between commands


class _Memory:
    """What was compiled for one database, by key and version, which never change once they are committed."""

    def __init__(self) -> None:
        self._books: Kept[str, Book] = Kept(4)
        self._policies: Kept[tuple[str, int], Policy] = Kept(512)
        self._calendars: Kept[tuple[str, int], Calendar] = Kept(256)

    def book(self, edition: str, make: Callable[[], Book]) -> Book:
        return self._books.get(edition, make)

    def policy(self, key: str, version: int, document: Callable[[], Any]) -> Policy:
        return self._policies.get((key, version), lambda: targets.read(document()))

    def calendar(self, key: str, version: int, document: Callable[[], Any]) -> Calendar:
        return self._calendars.get((key, version), lambda: calendars.read(document()))


_memories: WeakKeyDictionary[Engine, _Memory] = WeakKeyDictionary()


def _memory(session: Session) -> _Memory:
    """What is kept for this database; nothing in a transaction that edits, for it may be rolled back."""
    if documents.edits(session):
        return _Memory()
    return _memories.setdefault(connection_of(session).engine, _Memory())


def book(session: Session) -> Book:
    """All that is agreed now: as this transaction saw it first, unless it edits something itself."""
    return _known(session) or book_of(session, documents.edition(session))


def _known(session: Session) -> Book | None:
    return None if documents.edits(session) else session.info.get(_KNOWN)


def book_and_organisation(session: Session, username: str | None) -> tuple[Book, str | None]:
    """As `book`, and the organisation of a person, in one statement."""
    if (known := _known(session)) is not None:
        return known, organisation_of(session, username)
    edition, organisation = documents.edition_and_organisation(session, username)
    return book_of(session, edition), organisation


_KNOWN = "baton_book"


def book_of(session: Session, edition: str | None) -> Book:
    """As `book`, for whoever has just read the edition."""
    if (known := _known(session)) is not None:
        return known
    memory = _memory(session)
    if edition is None:
        found = Book.of((), memory)
    else:
        found = memory.book(edition, lambda: Book.of(documents.current(session, TABLES), memory))
    session.info[_KNOWN] = found
    return found


def _document(session: Session, table: documents.Table, key: str, version: int) -> Any:
    row = documents.numbered(session, table, key, version)
    if row is None:
        raise NotFound(f"There is no version {version} of {key!r}.")
    return row.document
