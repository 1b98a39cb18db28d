"""Logs: one JSON object a line on standard error, with the id of the request they belong to.

Never logged: bodies, query strings, headers, parameters of statements. A request's id comes from
`X-Request-Id` if it looks like one, and goes back in the answer.
"""

import logging
import re
import secrets
import sys
from time import perf_counter
from typing import Any

import orjson
import structlog
from flask import Flask, Response, g, request

REQUEST_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,100}")
QUIET = frozenset({"health.healthz", "health.readyz", "health.metrics"})

log = structlog.get_logger("api.requests")

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    # Without the frames' variables: they hold passwords, and whatever people wrote.
    structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=30)
    ),
]


def configure(level: str) -> None:
    """Log what this process does from `level` on, what its libraries do from warnings on."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*_SHARED, structlog.processors.JSONRenderer(serializer=_dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.add_logger_name],
            processor=structlog.processors.JSONRenderer(serializer=lambda *a, **k: _dumps(*a, **k).decode()),
        )
    )
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def install(app: Flask) -> None:
    """Give every request of this application an id and a line in the log."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def _begin() -> None:
    sent = request.headers.get("X-Request-Id", "")
    g.request_id = sent if REQUEST_ID.fullmatch(sent) else secrets.token_hex(8)
    g.started = perf_counter()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    tell = log.debug if request.endpoint in QUIET else log.info
    tell(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        ms=round((perf_counter() - g.started) * 1000, 2),
        person=g.person.id if "person" in g else None,
    )
    return response


def _forget(_error: BaseException | None) -> None:
    structlog.contextvars.clear_contextvars()


def _dumps(value: Any, default: Any = None, **_options: Any) -> bytes:
    return orjson.dumps(value, default=default or str)
