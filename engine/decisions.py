"""Decisions: read what is deployed, and decide, for a case or for somebody who tries a table out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import dmn
from engine.bpmn import Decided, ElementFailed
from engine.dmn import MAPPINGS, DecisionError, Decisions, Result
from engine.durations import format_instant
from engine.errors import Invalid, NotFound, Problem
from engine.kept import Kept
from engine.sentences import Sentence
from engine.store import versions as stored
from engine.store.base import connection_of, table_of
from engine.store.deployments import DecisionDefinitionRow

# By the digest of the file: its decisions share what was compiled, and so do versions with the same bytes.
_files: Kept[str, Decisions] = Kept(256)


def latest(session: Session, key: str) -> DecisionDefinitionRow:
    """The latest version of a decision. Raises `NotFound`."""
    found = stored.latest(session, DecisionDefinitionRow, key)
    if found is None:
        raise NotFound(f"No decision {key!r} is deployed.")
    return found


def version(session: Session, key: str, number: int) -> DecisionDefinitionRow:
    """One version of a decision. Raises `NotFound`."""
    found = stored.numbered(session, DecisionDefinitionRow, key, number)
    if found is None:
        raise NotFound(f"There is no version {number} of the decision {key!r}.")
    return found


def page(session: Session, *, limit: int, after: str | None = None) -> list[DecisionDefinitionRow]:
    """The latest version of up to `limit` decisions after the key `after`, in the order of keys."""
    return stored.page(session, DecisionDefinitionRow, limit=limit, after=after)


def versions(
    session: Session, key: str, *, limit: int, before: int | None = None
) -> list[DecisionDefinitionRow]:
    """Up to `limit` versions of a decision, the newest first, older than `before`. Raises `NotFound` for an
    unknown key.
    """
    latest(session, key)
    return stored.versions(session, DecisionDefinitionRow, key, limit=limit, before=before)


def file(session: Session, decision_id: str) -> bytes:
    """The XML file of a decision's version, as it came, with all that was in it."""
    return session.execute(_XML, {"id": decision_id}).scalar_one()


def evaluate(
    session: Session, key: str, variables: Mapping[str, Any], *, now: datetime
) -> tuple[DecisionDefinitionRow, Result]:
    """Make a decision with these variables, as its latest version says, for nobody's case. Raises `NotFound`,
    and `Invalid` when it cannot be made with them.
    """
    found = latest(session, key)
    return found, _tried(_compiled(session, found.id, found.digest), key, variables, now)


def evaluate_draft(xml: str, key: str, variables: Mapping[str, Any], *, now: datetime) -> Result:
    """The same by a file that is not deployed. Raises `Invalid`, with all that is wrong with the file if
    something is.
    """
    return _tried(dmn.load(xml.encode(), file=f"{key}.dmn"), key, variables, now)


def _tried(decisions: Decisions, key: str, variables: Mapping[str, Any], now: datetime) -> Result:
    try:
        return decisions.evaluate(key, variables, {"now": lambda: format_instant(now)})
    except DecisionError as error:
        raise Invalid([Problem.of(error.sentence, pointer="#/variables")]) from error


class Decider:
    """Makes the decisions of one command on a case, each by the version that is the latest when it is first
    asked for: one statement for each decision, none where there is none.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._latest: dict[str, Any] = {}

    def __call__(
        self, key: str, form: str, names: Mapping[str, Any], functions: Mapping[str, Any]
    ) -> Decided:
        """Decide, and give the result in one of the forms of `dmn.MAPPINGS`. Raises `ElementFailed`."""
        found = self._found(key)
        try:
            result = _compiled(self._session, found.id, found.digest).evaluate(key, names, functions)
            return Decided(found.version, result.rules, result.result_list(), MAPPINGS[form](result))
        except DecisionError as error:
            raise ElementFailed(error.sentence) from error

    def _found(self, key: str) -> Any:
        if key not in self._latest:
            found = connection_of(self._session).execute(_LATEST, {"key": key}).one_or_none()
            if found is None:
                raise ElementFailed(Sentence("decision-not-deployed", decision=key))
            self._latest[key] = found
        return self._latest[key]


_TABLE = table_of(DecisionDefinitionRow)
_LATEST = (
    select(_TABLE.c.id, _TABLE.c.version, _TABLE.c.digest)
    .where(_TABLE.c.key == bindparam("key"))
    .order_by(_TABLE.c.version.desc())
    .limit(1)
)
_XML = select(DecisionDefinitionRow.xml).where(DecisionDefinitionRow.id == bindparam("id"))


def _compiled(session: Session, decision_id: str, digest: str) -> Decisions:
    return _files.get(digest, lambda: dmn.load(file(session, decision_id)))
