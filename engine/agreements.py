"""Services, and what was agreed about them: with a customer (`sla`), between teams (`ola`), with a supplier
(`uc`). Which agreement covers a case. Pure.

    service:   {"name": "E-mail", "names": {}, "calendar": "office-hours", "owner_group": "network"}
    agreement: {"name": "Globex", "names": {}, "kind": "sla", "organisation": "globex", "services": ["email"],
                "calendar": "globex", "valid_from": "2026-01-01", "valid_to": null}
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from engine.documents import Reading
from engine.targets import Reference

MOST_SERVICES = 1_000


class Kind(StrEnum):
    """Whom an agreement is with."""

    SLA = "sla"  # a customer: its organisation's cases
    OLA = "ola"  # a team of our own: the time a case is with it
    UC = "uc"  # a supplier: the time a case is with the team that stands for it


@dataclass(frozen=True, slots=True)
class Service:
    """A service; cases name it by its key, or as people call it."""

    called: frozenset[str]
    calendar: str | None
    references: tuple[Reference, ...] = ()
    owner_group: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement. `whom` is the organisation of an `sla` (None: everybody), the team of the others; no
    services: all; the dates are its first and its last day.
    """

    kind: Kind
    whom: str | None
    services: frozenset[str]
    calendar: str | None
    valid_from: date | None
    valid_to: date | None
    references: tuple[Reference, ...] = ()

    def covers(self, service: str | None, day: date) -> bool:
        """Whether it covers a case about this service that began on that day."""
        return self._includes(service) and self._is_valid(day)

    def _includes(self, service: str | None) -> bool:
        return not self.services or service in self.services

    def _is_valid(self, day: date) -> bool:
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)

    @property
    def specificity(self) -> tuple[bool, bool]:
        """Of those that cover a case, the greater is its agreement."""
        return self.whom is not None, bool(self.services)

    def ties_with(self, other: "Agreement") -> bool:
        """Whether both would be the agreement of one case."""
        same = (self.kind is Kind.SLA) == (other.kind is Kind.SLA) and self.whom == other.whom
        if not same or self.specificity != other.specificity:
            return False
        begin = max(self.valid_from or date.min, other.valid_from or date.min)
        end = min(self.valid_to or date.max, other.valid_to or date.max)
        return begin <= end and (not self.services or bool(self.services & other.services))


def called(text: str) -> str:
    """What people call a service, as it is compared: letters' case and spaces around count for nothing."""
    return text.strip().casefold()


def most_specific(agreements: Iterable[tuple[str, Agreement]]) -> str | None:
    """The key of the agreement that holds, of those that cover a case."""
    return max(agreements, key=lambda each: each[1].specificity, default=(None, None))[0]


def read_service(document: object, pointer: str = "#") -> Service:
    """The service of a document of JSON values (see above). Raises `Invalid` with every problem and its
    pointer; whether what it names exists is for the caller to see.
    """
    reading = Reading(pointer)
    given = _given(reading, document, ("calendar", "owner_group"))
    references = [
        *_reference(reading, given, "calendar", "calendar"),
        *_reference(reading, given, "owner_group", "group"),
    ]
    reading.require_right()
    names = [given["name"], *(given.get("names") or {}).values()]
    return Service(
        frozenset(map(called, names)), given.get("calendar"), tuple(references), given.get("owner_group")
    )


def read_agreement(document: object, pointer: str = "#") -> Agreement:
    """The agreement of a document of JSON values (see above). Raises as `read_service` does."""
    reading = Reading(pointer)
    given = _given(reading, document, _AGREEMENT)
    kind = reading.checked(_kind, given.get("kind"), "kind")
    services = reading.texts(given.get("services"), MOST_SERVICES, "services")
    begin, end = (reading.checked(_date, given.get(name), name) for name in ("valid_from", "valid_to"))
    if begin and end and end < begin:
        reading.wrong("The last day lies before the first.", "valid_to")
    reading.text(given.get("supplier"), "supplier")
    if kind in (Kind.OLA, Kind.UC) and given.get("team") is None:
        reading.wrong("Name the group that the work is with under this agreement.", "team")
    references = [
        *_reference(reading, given, "organisation", "organisation"),
        *_reference(reading, given, "team", "group"),
        *_reference(reading, given, "calendar", "calendar"),
        *(Reference("service", key, reading.pointer("services", at)) for at, key in enumerate(services)),
    ]
    reading.require_right()
    assert kind is not None
    whom = given.get("organisation" if kind is Kind.SLA else "team")
    return Agreement(kind, whom, frozenset(services), given.get("calendar"), begin, end, tuple(references))


_AGREEMENT = (
    "kind",
    "organisation",
    "team",
    "supplier",
    "services",
    "calendar",
    "valid_from",
    "valid_to",
)


def _given(reading: Reading, document: object, known: Iterable[str]) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        reading.wrong("This is an object with a name.")
        return {}
    reading.known_keys(document, ("name", "names", *known))
    reading.names(document)
    return document


def _reference(reading: Reading, given: Mapping[str, Any], name: str, kind: str) -> list[Reference]:
    text = reading.text(given.get(name), name)
    return [] if text is None else [Reference(kind, text, reading.pointer(name))]


def _kind(given: object) -> Kind:
    if isinstance(given, str) and given in tuple(Kind):
        return Kind(given)
    raise ValueError(f"An agreement is one of {', '.join(Kind)}.")


def _date(given: object) -> date | None:
    if given is None:
        return None
    try:
        return date.fromisoformat(str(given))
    except ValueError as error:
        raise ValueError(f"{str(given)!r:.40} is no date such as 2026-12-24.") from error
