"""What a service-level policy promises: for which cases a target holds, and what happens on the way to it.
Pure.

    {"name": "Incidents", "names": {"zh-CN": "事件"},
     "targets": [{"process": "incident", "clock": "resolution", "priority": 1, "target": "PT4H",
                  "calendar": "office-hours", "agreement": "globex", "service": null,
                  "thresholds": [{"at": "75%", "do": [{"notify": {"to": ["assignee"]}, "in_hours": true}]},
                                 {"at": "before.PT30M", "do": [{"level": 1}, {"add_group": "network"}]},
                                 {"at": "100%", "do": [{"reassign": "major-incident"}]}]}]}

The most specific target that applies to a case holds: one that names its agreement before one that names its
service, before one that names its process, before one that names its priority.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from engine.documents import Reading
from engine.durations import working_time

MOST_TARGETS, MOST_THRESHOLDS, MOST_ACTIONS, MOST_NAMED = 2_000, 50, 20, 100
HIGHEST_PERCENT, HIGHEST_LEVEL, HIGHEST_PRIORITY = 1_000, 9, 2**31 - 1

TO = ("assignee", "requester", "group")
"""Whom a notification may go to beside those it names: who has the work, whose case it is, everybody in the
groups it is with.
"""

_PERCENT = re.compile(r"([1-9]\d{0,3})%", re.ASCII)
_OFFSET = re.compile(r"(before|after)\.(PT.*)", re.ASCII)
_CLOCK = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


class Reference(NamedTuple):
    """A name in a document that something must bear: a `calendar`, `service`, `agreement`, `organisation`,
    `group`, `person` or `role`.
    """

    kind: str
    name: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """A point on the way to a target, or after it. `name` is what follows `sla.<clock>.` in the message that
    it sends; `actions` are as the document has them, in their order.
    """

    name: str
    percent: int
    shift: timedelta
    actions: tuple[dict[str, Any], ...]

    def offset(self, target: timedelta) -> timedelta:
        """After how much working time it is reached by a clock with this target."""
        return target * self.percent / 100 + self.shift


class Scope(NamedTuple):
    """Which clocks a target is for; None: whichever. The order is that in which naming one counts."""

    agreement: str | None
    service: str | None
    process: str | None
    priority: int | None

    def covers(self, asked: "Scope") -> bool:
        return all(own is None or own == theirs for own, theirs in zip(self, asked, strict=True))

    @property
    def specificity(self) -> tuple[bool, ...]:
        """The greater decides. Two that cover the same clock are equal only if they name the same."""
        return tuple(named is not None for named in self)


@dataclass(frozen=True, slots=True)
class Target:
    """A promise: `target` is working time of the calendar of that key. Thresholds are in their order."""

    clock: str
    scope: Scope
    target: timedelta
    calendar: str
    thresholds: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy, read. Targets are in the order of the document."""

    targets: tuple[Target, ...]
    references: tuple[Reference, ...]


def read(document: object, pointer: str = "#") -> Policy:
    """The policy of a document of JSON values (see above). Raises `Invalid` with every problem and its
    pointer below `pointer`; whether what it names exists is for the caller to see.
    """
    reading = _Reading(pointer)
    policy = reading.policy(document)
    reading.require_right()
    return policy


def ties(targets: tuple[Target, ...]) -> Iterator[tuple[int, int]]:
    """The numbers of two targets that say something about exactly the same clocks."""
    first: dict[tuple[str, Scope], int] = {}
    for number, target in enumerate(targets):
        earlier = first.setdefault((target.clock, target.scope), number)
        if earlier != number:
            yield earlier, number


class _Reading(Reading):
    def __init__(self, root: str) -> None:
        super().__init__(root)
        self._references: list[Reference] = []

    def policy(self, document: object) -> Policy:
        if not isinstance(document, dict):
            self.wrong("A policy is an object with a name and targets.")
            return Policy((), ())
        self.known_keys(document, ("name", "names", "targets"))
        self.names(document)
        given = self.listed(document.get("targets"), MOST_TARGETS, "targets")
        if not given and not self.problems:
            self.wrong("A policy has at least one target.", "targets")
        targets = tuple(self._target(one, "targets", at) for at, one in enumerate(given))
        if not self.problems:
            self._check_ties(targets)
        return Policy(targets, tuple(self._references))

    def _check_ties(self, targets: tuple[Target, ...]) -> None:
        for pair in ties(targets):
            for at, other in (pair, pair[::-1]):
                there = self.pointer("targets", other)
                self.wrong(f"{there} is about the same cases: one of the two must go.", "targets", at)

    def _target(self, document: object, *path: str | int) -> Target:
        given = document if isinstance(document, dict) else {}
        self.known_keys(given, _TARGET_KEYS, *path)
        clock = self.checked(_clock, given.get("clock"), *path, "clock")
        target = self.checked(working_time, given.get("target"), *path, "target")
        scope = Scope(
            agreement=self._named("agreement", given, *path),
            service=self._named("service", given, *path),
            process=self.text(given.get("process"), *path, "process"),
            priority=self.checked(_priority, given.get("priority"), *path, "priority"),
        )
        calendar = self.needed_text(given.get("calendar"), *path, "calendar")
        if calendar is not None:
            self._refer("calendar", calendar, *path, "calendar")
        promised = target or timedelta(0)
        thresholds = self._thresholds(given.get("thresholds"), promised, *path, "thresholds")
        return Target(clock or "", scope, promised, calendar or "", thresholds)

    def _named(self, kind: str, given: Mapping[str, Any], *path: str | int) -> str | None:
        name = self.text(given.get(kind), *path, kind)
        if name is not None:
            self._refer(kind, name, *path, kind)
        return name

    def _refer(self, kind: str, name: str, *path: str | int) -> None:
        self._references.append(Reference(kind, name, self.pointer(*path)))

    # -- thresholds ------------------------------------------------------------------------------------------

    def _thresholds(self, given: object, target: timedelta, *path: str | int) -> tuple[Threshold, ...]:
        found: dict[str, Threshold] = {}
        for at, one in enumerate(self.listed(given, MOST_THRESHOLDS, *path)):
            threshold = self._threshold(one, *path, at)
            if threshold is None:
                continue
            if threshold.name in found:
                self.wrong(f"{threshold.name} is there already.", *path, at, "at")
            if target and threshold.offset(target) <= timedelta(0):
                self.wrong("This lies before the clock starts.", *path, at, "at")
            found[threshold.name] = threshold
        return tuple(sorted(found.values(), key=lambda each: each.offset(target)))

    def _threshold(self, given: object, *path: str | int) -> Threshold | None:
        if not isinstance(given, dict):
            self.wrong('A threshold is an object such as {"at": "75%", "do": []}.', *path)
            return None
        self.known_keys(given, ("at", "do"), *path)
        found = self.checked(_point, given.get("at"), *path, "at")
        listed = enumerate(self.listed(given.get("do"), MOST_ACTIONS, *path, "do"))
        actions = tuple(self._action(one, *path, "do", at) for at, one in listed)
        return Threshold(*found, actions) if found else None

    def _action(self, given: object, *path: str | int) -> dict[str, Any]:
        kinds = [kind for kind in _ACTIONS if isinstance(given, dict) and kind in given]
        if not isinstance(given, dict) or len(kinds) != 1:
            self.wrong(f"An action is an object with one of {', '.join(_ACTIONS)}.", *path)
            return {}
        (kind,) = kinds
        self.known_keys(given, (kind, "in_hours") if kind == "notify" else (kind,), *path)
        if kind == "notify":
            self._notify(given, *path)
        elif kind == "level":
            self.checked(_level, given["level"], *path, "level")
        elif group := self.needed_text(given[kind], *path, kind):
            self._refer("group", group, *path, kind)
        return given

    def _notify(self, given: Mapping[str, Any], *path: str | int) -> None:
        if not isinstance(given.get("in_hours", False), bool):
            self.wrong("in_hours is true or false.", *path, "in_hours")
        path = (*path, "notify")
        whom = self.mapped(given["notify"], len(_WHOM) + 1, *path)
        self.known_keys(whom, (*_WHOM, "to"), *path)
        for name, kind in _WHOM.items():
            for at, each in enumerate(self.texts(whom.get(name), MOST_NAMED, *path, name)):
                self._refer(kind, each, *path, name, at)
        for at, each in enumerate(self.texts(whom.get("to"), len(TO), *path, "to")):
            if each not in TO:
                self.wrong(f"This is one of {', '.join(TO)}.", *path, "to", at)
        if not any(whom.values()):
            self.wrong("Say who is notified.", *path)


_TARGET_KEYS = (
    "agreement",
    "service",
    "process",
    "clock",
    "priority",
    "target",
    "calendar",
    "thresholds",
)
_ACTIONS = ("notify", "level", "add_group", "reassign")
_WHOM = {"people": "person", "roles": "role", "groups": "group"}


def _point(text: object) -> tuple[str, int, timedelta]:
    """(name, percent, shift) of where a threshold lies."""
    if isinstance(text, str) and (percent := _PERCENT.fullmatch(text)):
        if int(percent[1]) > HIGHEST_PERCENT:
            raise ValueError(f"A threshold lies at {HIGHEST_PERCENT}% of its target at most.")
        return percent[1], int(percent[1]), timedelta(0)
    if isinstance(text, str) and (offset := _OFFSET.fullmatch(text)):
        amount = working_time(offset[2])
        return text, 100, -amount if offset[1] == "before" else amount
    raise ValueError("A threshold lies at a point such as 75%, before.PT30M or after.PT2H.")


def _clock(name: object) -> str:
    if isinstance(name, str) and _CLOCK.fullmatch(name):
        return name
    raise ValueError("A clock has a name of letters, digits, - and _, as its marks in the diagram have it.")


def _priority(given: object) -> int | None:
    if given is None or (type(given) is int and abs(given) <= HIGHEST_PRIORITY):
        return given
    raise ValueError("A priority is a whole number, or null for all.")


def _level(given: object) -> int:
    if type(given) is int and 1 <= given <= HIGHEST_LEVEL:
        return given
    raise ValueError(f"A level is a whole number from 1 to {HIGHEST_LEVEL}.")
