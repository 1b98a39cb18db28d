"""What is promised in a replay: service levels from a file, checked and written into its database."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.console.replay.stage import Cast
from api.console.shipped import calendars, demo_service_levels
from engine import people, service_levels
from engine.database import Database
from engine.errors import Conflict, Invalid, Problem
from engine.people import Role
from engine.service_levels import Kind

DEMO = "config/sla.toml"


@dataclass(frozen=True, slots=True)
class Promises:
    """Documents by kind and key, as `service_levels.seed` takes them; the report calls them `name`."""

    name: str
    documents: Mapping[str, Mapping[str, Any]]


def demo() -> Promises:
    """What the demo organisation has agreed."""
    return _with_shipped_calendars(DEMO, demo_service_levels())


def read(path: Path) -> Promises:
    """The promises of a TOML file in the form of `config/sla.toml`. Raises `Invalid` for what has not that
    form; what its documents say is checked when they are written.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Invalid(f"{path} is no text in UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"{path} is no TOML: {error}.") from None
    if problems := list(_misplaced(path, given)):
        raise Invalid(problems)
    return _with_shipped_calendars(str(path), given)


def _misplaced(path: Path, given: Mapping[str, Any]) -> Iterator[Problem]:
    for name, documents in given.items():
        if name not in list(Kind):
            yield Problem(f"{path}: {name!r:.80} means nothing here: there are {', '.join(Kind)}.")
        elif not isinstance(documents, dict):
            yield Problem(f"{path}: {name} must be tables [{name}.KEY].")


def _with_shipped_calendars(name: str, given: Mapping[str, Mapping[str, Any]]) -> Promises:
    """Every installation has these; a file may have others under their keys."""
    always = calendars()
    return Promises(name, {kind: {**always.get(kind, {}), **given.get(kind, {})} for kind in Kind})


def promise(database: Database, cast: Cast, promises: Promises, now: datetime) -> Cast:
    """Write promises into a database as of `now`. The cast again, its agent in all groups that may be given
    work.

    The groups, organisations and people that they name are those of the installation they are meant for: here
    they are added. Raises `Invalid` with what is wrong and where, `Conflict` when the database holds service
    levels of its own.
    """
    with database.transaction() as session:
        _require_nothing_else(session, promises, cast)
        groups = set(cast.agent.groups)
        for kind in Kind:
            problems: list[Problem] = []
            for key, document in promises.documents[kind].items():
                try:
                    groups |= _write(session, kind, key, document, now)
                except Invalid as invalid:
                    problems += invalid.problems
            if problems:
                raise Invalid([_placed(promises, each) for each in problems])
        agent = people.change(session, cast.agent.username, {"groups": groups})
    return replace(cast, agent=agent)


def _require_nothing_else(session: Session, promises: Promises, cast: Cast) -> None:
    for kind in Kind:
        given = promises.documents[kind]
        held = service_levels.page(session, kind, by=cast.administrator, limit=len(given) + 1)
        if any(row.retired or given.get(row.key) != row.document for row in held):
            raise Conflict("This database holds service levels of its own. Replay into an empty one.")


def _write(session: Session, kind: Kind, key: str, document: object, now: datetime) -> set[str]:
    """Write a document. The groups it names."""
    pointer = f"#/{kind}/{key}"
    named = service_levels.references(kind, document, pointer)
    for each in named:
        _add_named(session, each.kind, each.name, now)
    service_levels.check(session, kind, key, document, pointer)
    service_levels.seed(session, {kind: {key: document}}, now=now)
    return {each.name for each in named if each.kind == "group"}


def _add_named(session: Session, kind: str, name: str, now: datetime) -> None:
    """Add somebody or something that is taken as being there. A name that nothing could bear is told by the
    check that follows.
    """
    with suppress(Conflict, Invalid):  # it is there already
        if kind == "group":
            people.add_group(session, name, name)
        elif kind == "organisation":
            people.add_organisation(session, name, name)
        elif kind == "person":
            people.add(session, username=name, name=name, roles=[Role.AGENT], now=now)


def _placed(promises: Promises, problem: Problem) -> Problem:
    return replace(problem, detail=f"{promises.name}, {problem.pointer}: {problem.detail}")
