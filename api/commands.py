"""The door: one command is one transaction, done once however often it is sent; one reading sees one state.

Endpoints normally come through `api.blueprint.Blueprint.command` and `.reading`, which use what is here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import blake2b, sha256
from typing import Any

from flask import Response, request
from marshmallow import Schema
from sqlalchemy.orm import Session

from api.auth import current_person
from api.serialisation import to_json
from api.server import server
from engine import idempotency
from engine.clock import system_now
from engine.errors import Invalid, PreconditionFailed
from engine.people import Person

KEY_LENGTH = range(1, 256)
KEPT_HEADERS = ("Content-Type", "ETag", "Location")


@dataclass
class Reading:
    """A reading transaction, and who reads."""

    session: Session
    person: Person

    @cached_property
    def now(self) -> datetime:
        """The one instant of this transaction (aware, UTC, moved with the clock), asked for once."""
        return server().database.now(self.session)


@dataclass
class Command(Reading):
    """A writing transaction, and who commands. `headers` go with the answer."""

    headers: dict[str, str] = field(default_factory=dict)

    @property
    def expected_revision(self) -> int | None:
        """The revision the caller read, from `If-Match`; None when she does not mind.

        Give it to the verb, which compares it under the row's lock and raises `PreconditionFailed`.
        """
        tags = request.if_match
        if "If-Match" not in request.headers or tags.star_tag:
            return None
        # werkzeug gives None for an empty tag; int() refuses more digits than any revision has
        told = [tag.partition(".")[0] for tag in tags.as_set() if tag]
        revisions = [revision for revision in told if revision.isdecimal() and len(revision) < 20]
        if len(revisions) != 1:
            raise PreconditionFailed
        return int(revisions[0])


@contextmanager
def reading() -> Iterator[Reading]:
    """A reading transaction for this request."""
    with server().database.transaction(write=False) as session:
        yield Reading(session, current_person())


def run_command(act: Callable[[Command], Response]) -> Response:
    """Run one command and commit it together with its answer.

    1. Read all that was sent: a client that dawdles with its body must hold up nobody but itself.
    2. Without an `Idempotency-Key`: act, commit, answer.
    3. With one, take it in the one transaction. If it has an answer already, give that and do nothing; if the
       first command with it still runs, this waits for it. `Invalid` when it came with another request.
    4. Act, and keep the answer in the same transaction. An error rolls all back, the taken key too, so that a
       corrected or repeated attempt is a new one.
    """
    _receive()
    person, key = current_person(), request.headers.get("Idempotency-Key")
    if key is None:
        with server().database.transaction() as session:
            return act(Command(session, person))
    scope = idempotency.scope_of(person.id, request.method, request.path, _checked(key))
    fingerprint = _fingerprint()
    with server().database.transaction() as session:
        kept = idempotency.take(session, scope, fingerprint, system_now())
        if kept is not None:
            return Response(kept.body, kept.status, kept.headers | {"Idempotency-Replayed": "true"})
        response = act(Command(session, person))
        idempotency.keep(session, scope, _answer(response))
        return response


def respond(
    value: Any, schema: Schema | None, status: int, headers: dict[str, str] | None = None
) -> Response:
    """The answer for a value: as its schema writes it. If it has a revision, that begins its ETag; what
    follows the dot stands for what is shown of other records, such as a task's case, for readers to compare.
    """
    if isinstance(value, Response):
        return value
    if schema is None:
        return Response(b"", status, headers)
    content = to_json(schema.dump(value))
    response = Response(content, status, headers, content_type="application/json")
    revision = value.get("revision") if isinstance(value, dict) else getattr(value, "revision", None)
    if revision is not None:
        response.set_etag(f"{revision}.{blake2b(content, digest_size=6).hexdigest()}")
    return response


def _checked(key: str) -> str:
    if len(key) not in KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise Invalid("An Idempotency-Key has 1 to 255 printable ASCII characters.")
    return key


def _receive() -> None:
    """Read the whole body; an endpoint that has read it already costs nothing more."""
    if _has_parts():
        _ = request.files
    else:
        request.get_data(cache=True)


def _has_parts() -> bool:
    return request.mimetype == "multipart/form-data"


def _fingerprint() -> str:
    """A digest of all that was sent; of multipart its parts, for its boundary differs each time."""
    digest = sha256(request.query_string)
    if not _has_parts():
        digest.update(b"\0" + request.get_data(cache=True))
        return digest.hexdigest()
    for name, text in request.form.items(multi=True):
        digest.update(to_json([name, text]))
    for name, file in request.files.items(multi=True):
        file.stream.seek(0)  # the endpoint may have read it
        content = sha256(file.stream.read()).hexdigest()
        file.stream.seek(0)
        digest.update(to_json([name, file.filename, content]))
    return digest.hexdigest()


def _answer(response: Response) -> idempotency.Answer:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    return idempotency.Answer(response.status_code, headers, response.get_data())
