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

View = Callable[..., Any]
Answer = type[Schema] | Schema | None

ALWAYS_POSSIBLE = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
WITH_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


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
    ) -> Callable[[View], View]:
        """The view gets a `Command` first: one writing transaction, committed with its answer.

        `guard(reading, **path)` is asked when the body is not valid, and raises what comes before that (404,
        409, 403); a valid body costs nothing extra, for then the verb itself checks.
        """
        dumps = _instance(schema)

        def decorate(view: View) -> View:
            @wraps(view)
            def door(*args: Any, **kwargs: Any) -> Response:
                def act(command: Command) -> Response:
                    return respond(view(command, *args, **kwargs), dumps, status, command.headers)

                return run_command(act)

            vars(door)["guard"] = guard
            return self._describe(door, "command", dumps, status, problems, example)

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
                response.add_etag(weak=True)
                response.make_conditional(request)
                return response

            return self._describe(door, "reading", dumps, HTTPStatus.OK, problems, example)

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

            return self._describe(door, "answer", dumps, status, problems, example)

        return decorate

    def _describe(
        self, door: View, kind: str, schema: Schema | None, status: int, problems: Sequence[int], example: Any
    ) -> View:
        described: View = self.response(status, schema, example=example)(door)
        vars(described)["_apidoc"]["baton"] = {"kind": kind, "problems": tuple(problems)}
        return described

    def _store_endpoint_docs(self, endpoint: str, obj: Any, *args: Any, **options: Any) -> None:
        super()._store_endpoint_docs(endpoint, obj, *args, **options)
        for method, described in self._docs[endpoint].items():
            if method != "parameters":
                described.setdefault("baton", {"kind": "answer", "problems": ()})["public"] = is_public(obj)

    def _document(
        self, doc: dict[str, Any], info: dict[str, Any], *, method: str, **_: Any
    ) -> dict[str, Any]:
        """Add what our doors add: keys and tags in headers, and every problem an endpoint can answer with."""
        ours = info["baton"]
        if ours["kind"] == "command":
            names = ["IDEMPOTENCY_KEY"] * (method == "post") + ["IF_MATCH"]
            doc.setdefault("parameters", []).extend(names)
            statuses = {*ours["problems"], 422}
        else:
            statuses = set(ours["problems"])
        if ours["kind"] == "reading":
            doc.setdefault("parameters", []).append("IF_NONE_MATCH")
            doc["responses"][304] = "NOT_MODIFIED"
        if ours["public"]:
            doc["security"] = []
        else:
            statuses |= {401, 403} if method != "get" else {401}
        statuses |= {*ALWAYS_POSSIBLE, *(WITH_BODY if "requestBody" in doc else ())}
        for status in sorted(statuses):
            doc["responses"].setdefault(int(status), HTTPStatus(status).name)
        return doc


def _instance(schema: Answer) -> Schema | None:
    return schema() if isinstance(schema, type) else schema
