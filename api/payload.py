"""What is sent to us, before any endpoint sees it: how large it may be, and what it must not contain."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from webargs import missing
from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge, UnsupportedMediaType

from api.serialisation import from_json
from engine.errors import Invalid, Problem

BODY_LIMIT = 2_000_000
DRAINED_AT_MOST = 100_000_000
CHUNK = 65_536
DEEPEST = 64

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
PORT = re.compile(r":\d+$")

View = TypeVar("View", bound=Callable[..., Any])


def install(app: Flask) -> None:
    """Bound what every request of this application may send."""
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.before_request(_check)


def install_loopback_only(app: Flask) -> None:
    """Answer only requests addressed to this machine by one of its own names."""
    app.before_request(_check_host)


def body_limit(size: int) -> Callable[[View], View]:
    """Let this endpoint take bodies of up to `size` bytes instead of 2 MB."""

    def mark(view: View) -> View:
        vars(view)["body_limit"] = size
        return view

    return mark


def json_body() -> Any:
    """The JSON value of the request's body; webargs' `missing` when there is no body.

    Raises 415 for a body in another type and 400 for a text that is no JSON.
    """
    body = request.get_data(cache=True)
    limit = request.max_content_length or BODY_LIMIT
    if request.content_length is None and len(body) >= limit:
        raise _too_large(limit)  # sent in chunks; what was read is cut off at the limit
    if not body:
        return missing
    if not request.is_json:
        raise UnsupportedMediaType("Send the body as application/json.")
    try:
        value = from_json(body)
    except ValueError as error:
        raise BadRequest(f"The body is not valid JSON: {error}.") from error
    if b"\\u0000" in body or body.count(b"[") + body.count(b"{") > DEEPEST:
        _refuse_odd(value)
    return value


def _check() -> None:
    _limit_body()
    # PostgreSQL's texts have no NUL; nothing we know by name has one either.
    if "\0" in request.path:
        raise NotFound
    if b"%00" in request.query_string:
        raise Invalid("A parameter contains the character NUL.")


def _check_host() -> None:
    # Not Flask's TRUSTED_HOSTS, which knows no IPv6 address.
    if PORT.sub("", request.host) not in LOOPBACK_NAMES:
        raise BadRequest(f"This server is addressed as one of {', '.join(sorted(LOOPBACK_NAMES))} only.")


def _limit_body() -> None:
    limit = BODY_LIMIT
    if request.endpoint is not None:
        limit = getattr(current_app.view_functions[request.endpoint], "body_limit", BODY_LIMIT)
    request.max_content_length = limit
    if request.content_length is not None and request.content_length > limit:
        _drain()
        raise _too_large(limit)


def _too_large(limit: int) -> RequestEntityTooLarge:
    return RequestEntityTooLarge(f"A body of at most {limit:,} bytes is accepted here.")


def _drain() -> None:
    """Read what is still being sent and forget it: a client cut off while sending never sees the answer."""
    request.max_content_length = DRAINED_AT_MOST
    if (request.content_length or 0) <= DRAINED_AT_MOST:
        while request.stream.read(CHUNK):
            pass


def _refuse_odd(value: Any) -> None:
    """Refuse a text with NUL, which PostgreSQL has none of, and what is nested deeper than anybody nests.

    Level by level, never by recursion: a body may nest deeper than Python's stack.
    """
    level = [value]
    for _ in range(DEEPEST):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, str) and "\0" in one:
                raise Invalid([Problem("A text contains the character NUL, which cannot be stored.", "#")])
            if isinstance(one, dict):
                inner += one.keys()
                inner += one.values()
            elif isinstance(one, list):
                inner += one
        if not inner:
            return
        level = inner
    raise Invalid([Problem(f"The body is nested deeper than {DEEPEST} levels.", "#")])
