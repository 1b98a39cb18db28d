"""Read what was deployed: process definitions and forms. Versions never change, so a form is compiled once
and kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, defer

from engine import bpmn, languages
from engine.errors import NotFound
from engine.forms import Form
from engine.kept import Kept
from engine.store import versions as stored
from engine.store.deployments import FormRow, ProcessDefinitionRow

_forms: Kept[str, Form] = Kept(512)
_names: Kept[str, "Names"] = Kept(256)


@dataclass(frozen=True, slots=True)
class Named:
    """What people call something: as it was written, and in other languages."""

    name: str
    names: Mapping[str, str]

    def in_(self, *locales: str) -> str:
        """The name in the first of these languages there is (see `languages.chosen`)."""
        return languages.chosen(self.names, *locales, written=self.name)


@dataclass(frozen=True, slots=True)
class Names:
    """The names in a process version: its own, and those of its elements by their ids as drawn."""

    process: Named
    elements: Mapping[str, Named]


_LATEST = (
    select(ProcessDefinitionRow)
    .where(ProcessDefinitionRow.key == bindparam("key"))
    .order_by(ProcessDefinitionRow.version.desc())
    .limit(1)
)


def latest(session: Session, key: str) -> ProcessDefinitionRow:
    """The latest version of a process definition. Raises `NotFound`."""
    found = session.execute(_LATEST, {"key": key}).scalar_one_or_none()
    if found is None:
        raise NotFound(f"No process definition {key!r} is deployed.")
    return found


def version(session: Session, key: str, number: int) -> ProcessDefinitionRow:
    """One version of a process definition. Raises `NotFound`."""
    found = stored.numbered(session, ProcessDefinitionRow, key, number)
    if found is None:
        raise NotFound(f"There is no version {number} of the process definition {key!r}.")
    return found


def diagram(session: Session, definition_id: str) -> bytes:
    """The XML file of a definition version, as it was drawn."""
    return session.execute(
        select(ProcessDefinitionRow.xml).where(ProcessDefinitionRow.id == definition_id)
    ).scalar_one()


def page(session: Session, *, limit: int, after: str | None = None) -> list[ProcessDefinitionRow]:
    """The latest version of up to `limit` definitions after the key `after`, in the order of keys."""
    return stored.page(session, ProcessDefinitionRow, limit=limit, after=after)


def versions(
    session: Session, key: str, *, limit: int, before: int | None = None
) -> list[ProcessDefinitionRow]:
    """Up to `limit` versions of a definition, the newest first, older than `before`. Raises `NotFound` for an
    unknown key.
    """
    latest(session, key)
    return stored.versions(session, ProcessDefinitionRow, key, limit=limit, before=before)


def names(session: Session, definition_id: str) -> Names:
    """The names in the definition version of that id; kept, for a version never changes."""

    def read() -> Names:
        row = ProcessDefinitionRow
        wanted = select(row.name, row.names, row.executable).where(row.id == definition_id)
        found = session.execute(wanted).one()
        elements = {key: Named(*called) for key, called in bpmn.labels(found.executable).items()}
        return Names(Named(found.name, found.names), elements)

    return _names.get(definition_id, read)


def form(session: Session, form_id: str) -> Form:
    """The form version of that id."""

    def compile_() -> Form:
        document: Any = session.execute(select(FormRow.document).where(FormRow.id == form_id)).scalar_one()
        return Form(document)

    return _forms.get(form_id, compile_)


def start_form(session: Session, definition: ProcessDefinitionRow) -> Form | None:
    """The latest version of the form that a process is started with; None when it has none."""
    if definition.start_form is None:
        return None
    latest_id = (
        select(FormRow.id)
        .where(FormRow.key == definition.start_form)
        .order_by(FormRow.version.desc())
        .limit(1)
    )
    return form(session, session.execute(latest_id).scalar_one())


# Forms as documents


_WITHOUT_DOCUMENT = defer(FormRow.document)


def form_page(session: Session, *, limit: int, after: str | None = None) -> list[FormRow]:
    """The latest version of up to `limit` forms after the key `after`, in the order of keys, documents left
    out.
    """
    return stored.page(session, FormRow, _WITHOUT_DOCUMENT, limit=limit, after=after)


def latest_form(session: Session, key: str) -> FormRow:
    """The latest version of a form. Raises `NotFound`."""
    found = stored.latest(session, FormRow, key)
    if found is None:
        raise NotFound(f"No form {key!r} is deployed.")
    return found


def form_version(session: Session, key: str, number: int) -> FormRow:
    """One version of a form. Raises `NotFound`."""
    found = stored.numbered(session, FormRow, key, number)
    if found is None:
        raise NotFound(f"There is no version {number} of the form {key!r}.")
    return found


def form_versions(session: Session, key: str, *, limit: int) -> list[FormRow]:
    """The newest versions of a form, up to `limit`, documents left out."""
    return stored.versions(session, FormRow, key, _WITHOUT_DOCUMENT, limit=limit)
