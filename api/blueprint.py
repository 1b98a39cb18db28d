"""How an endpoint is written: a function, below one decorator for its arguments and one for its door.

    @blueprint.post("/<task_id>/claim")
    @blueprint.command(UserTaskSchema, problems=(403, 404, 409))
    def claim(command, task_id):
        \"\"\"Claim a user task\"\"\"
        return user_tasks.claim(command.session, task_id, by=command.person, now=command.now)

The docstring is the endpoint's documentation: its first line the summary, the rest the description.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

import flask_smorest
from flask import Response, request
from marshmallow import Schema

from api.arguments import ArgumentParser
from api.auth import is_public
from api.commands import Command, reading, respond, run_command
from engine.durations import format_instant

View = Callable[..., Any]
Answer = type[Schema] | Schema | None

NOT_MODIFIED_BY = "IF_NONE_MATCH"
TOLD_AT = "Baton-Time"


class Blueprint(flask_smorest.Blueprint):
    """A resource: its endpoints, their doors and their documentation."""

    ARGUMENTS_PARSER = ArgumentParser()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._prepare_doc_cbks.append(self._document)

    def arguments(self, schema: type[Schema] | Schema, **options: Any) -> Callable[[View], View]:
        """The view gets what was sent, as this schema reads it. Making a schema is slow: it is made once."""
        decorate: Callable[[View], View] = super().arguments(_instance(schema), **options)
        return decorate

    def command(
        self,
        schema: Answer = None,
        status: int = 200,
        *,
        problems: Sequence[int] = (),
        example: Any = None,
        guard: View | None = None,
        revised: bool = False,
    ) -> Callable[[View], View]:
        """The view gets a `Command` first: one writing transaction, committed with its answer.

        `guard(reading, **path)` is asked when the body is not valid, and raises what comes before that (404,
        409, 403); a valid body costs nothing extra, for then the verb itself checks. `revised` says that the
        view gives the verb `command.expected_revision`, so that `If-Match` is documented.
        """
        dumps = _instance(schema)

        def decorate(view: View) -> View:
            @wraps(view)
            def door(*args: Any, **kwargs: Any) -> Response:
                def act(command: Command) -> Response:
                    return respond(view(command, *args, **kwargs), dumps, status, command.headers)

                return run_command(act)

            vars(door)["guard"] = guard
            possible = [*problems, 422, *([412] if revised else [])]
            headers = ["IDEMPOTENCY_KEY", *(["IF_MATCH"] if revised else [])]
            return self._describe(door, dumps, status, example, possible, headers)

        return decorate

    def reading(
        self, schema: Answer, *, problems: Sequence[int] = (), example: Any = None
    ) -> Callable[[View], View]:
        """The view gets a `Reading` first: one reading transaction. 304 if the caller has the answer."""
        dumps = _instance(schema)

        def decorate(view: View) -> View:
            @wraps(view)
            def door(*args: Any, **kwargs: Any) -> Response:
                with reading() as here:
                    response = respond(view(here, *args, **kwargs), dumps, HTTPStatus.OK)
                    # What counts down on a screen counts by this clock, not by that of the reader's machine.
                    response.headers[TOLD_AT] = format_instant(here.now)  # may ask the database
                response.add_etag(weak=True)
                # Kept by the reader's browser alone, and never shown again without asking us.
                response.headers["Cache-Control"] = "private, no-cache"
                response.vary.add("Accept-Language")
                response.make_conditional(request)
                return response

            return self._describe(door, dumps, HTTPStatus.OK, example, problems, [NOT_MODIFIED_BY])

        return decorate

    def answer(
        self, schema: Answer = None, status: int = 200, *, problems: Sequence[int] = (), example: Any = None
    ) -> Callable[[View], View]:
        """The view opens its own transactions, or needs none."""
        dumps = _instance(schema)

        def decorate(view: View) -> View:
            @wraps(view)
            def door(*args: Any, **kwargs: Any) -> Response:
                return respond(view(*args, **kwargs), dumps, status)

            return self._describe(door, dumps, status, example, problems)

        return decorate

    def _describe(
        self,
        door: View,
        schema: Schema | None,
        status: int,
        example: Any,
        problems: Sequence[int],
        headers: Sequence[str] = (),
    ) -> View:
        described: View = self.response(status, schema, example=example)(door)
        vars(described)["_apidoc"]["door"] = {"problems": tuple(problems), "headers": tuple(headers)}
        return described

    def _store_endpoint_docs(self, endpoint: str, obj: Any, *args: Any, **options: Any) -> None:
        super()._store_endpoint_docs(endpoint, obj, *args, **options)
        for method, described in self._docs[endpoint].items():
            if method != "parameters":
                described["door"]["public"] = is_public(obj)

    def _document(
        self, doc: dict[str, Any], info: dict[str, Any], *, method: str, **_: Any
    ) -> dict[str, Any]:
        """Add what our doors add: their headers, and every problem an endpoint can answer with."""
        door = info["door"]
        if door["headers"]:
            doc.setdefault("parameters", []).extend(door["headers"])
        if NOT_MODIFIED_BY in door["headers"]:
            doc["responses"][HTTPStatus.NOT_MODIFIED] = HTTPStatus.NOT_MODIFIED.name
        if door["public"]:
            doc["security"] = []
        problems = {*door["problems"], *_always(method, door["public"], "requestBody" in doc)}
        for status in sorted(problems):
            doc["responses"].setdefault(int(status), HTTPStatus(status).name)
        return doc


def _always(method: str, public: bool, has_body: bool) -> set[int]:
    """The problems that every endpoint of this kind can answer with."""
    problems: set[int] = {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE}
    if not public:
        problems |= {HTTPStatus.UNAUTHORIZED} | (set() if method == "get" else {HTTPStatus.FORBIDDEN})
    if has_body:
        problems |= {400, 413, 415}
    return problems


def _instance(schema: Answer) -> Schema | None:
    return schema() if isinstance(schema, type) else schema
