"""Errors as the caller sees them: RFC 9457 problems. Only here do the engine's errors become status codes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, cast

import structlog
from flask import Flask, Response
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from api.serialisation import to_json
from engine.errors import (
    Conflict,
    EngineError,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Problem,
    TooManyAttempts,
    Unauthenticated,
    Unavailable,
)

PROBLEM_TYPE = "application/problem+json"

STATUS: dict[type[EngineError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Forbidden: HTTPStatus.FORBIDDEN,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

log = structlog.get_logger(__name__)


def install(app: Flask) -> None:
    """Answer every error of this application with a problem, none with a stack trace."""
    app.register_error_handler(EngineError, engine_problem)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(DataError, data_problem)
    app.register_error_handler(Exception, unexpected_problem)


def problem_response(
    status: int,
    detail: str | None = None,
    problems: tuple[Problem, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document; its `type` is a URN that tells the kinds apart, one per status."""
    title = HTTPStatus(status).phrase
    document: dict[str, Any] = {"type": problem_type(status), "title": title, "status": int(status)}
    if detail:
        document["detail"] = detail
    if problems:
        document["errors"] = [problem_entry(problem) for problem in problems]
    return Response(to_json(document), int(status), headers, content_type=PROBLEM_TYPE)


def problem_type(status: int) -> str:
    """The URN of this kind of problem, such as `urn:baton:problem:not-found`."""
    return "urn:baton:problem:" + re.sub(r"[^a-z]+", "-", HTTPStatus(status).phrase.lower())


def engine_problem(error: EngineError) -> Response:
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if status is None:
        return unexpected_problem(error)
    problems = error.problems if isinstance(error, Invalid) else ()
    return problem_response(status, error.detail, problems, dict(_engine_headers(error)))


def http_problem(error: HTTPException) -> Response:
    """Errors of werkzeug, Flask and webargs, whose findings about arguments become one entry per field."""
    if error.code is None or error.code < 400:
        return cast(Response, error.get_response())  # a redirect is no error
    messages = getattr(error, "data", {}).get("messages")
    if messages is not None:
        return problem_response(error.code, "The request is not valid.", tuple(_argument_problems(messages)))
    headers = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return problem_response(error.code, error.description, headers=headers)


def data_problem(error: DataError) -> Response:
    """A value the database cannot hold, though it is valid JSON, such as a number beyond its column."""
    log.info("value refused by the database", error=str(error.orig))
    return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, "A value of the request cannot be stored.")


def unexpected_problem(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    detail = "Something went wrong that should not have. It was logged under the X-Request-Id of this answer."
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def problem_entry(problem: Problem) -> dict[str, Any]:
    """A problem as an entry of the document's `errors`."""
    told = {name: value for name, value in asdict(problem).items() if value is not None}
    if problem.code is None:
        del told["values"]
    return told


def _engine_headers(error: EngineError) -> Iterator[tuple[str, str]]:
    if isinstance(error, TooManyAttempts | Unavailable):
        yield "Retry-After", str(error.retry_after)
    if isinstance(error, Unauthenticated):
        yield "WWW-Authenticate", 'Bearer realm="baton"'


def _argument_problems(messages: Any) -> Iterator[Problem]:
    """One problem per message; what is wrong in the JSON body is pointed at, a query parameter is named."""
    for location, found in messages.items() if isinstance(messages, Mapping) else [("json", messages)]:
        for path, text in _leaves(found, ()):
            if location == "json":
                yield Problem(text, pointer("#", path))
            else:
                yield Problem(f"{'.'.join(path)}: {text}" if path else text)


def _leaves(found: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(found, Mapping):
        for name, inner in found.items():
            yield from _leaves(inner, path if name == "_schema" else (*path, str(name)))
    elif isinstance(found, list | tuple):
        for inner in found:
            yield from _leaves(inner, path)
    else:
        yield path, str(found)


def pointer(start: str, path: tuple[str, ...]) -> str:
    """The JSON pointer that leads from `start` along these names."""
    return "/".join((start, *(name.replace("~", "~0").replace("/", "~1") for name in path)))
