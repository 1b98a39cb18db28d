"""Who asks: a bearer token, or a browser's cookie together with its CSRF token.

Every endpoint that is not marked public needs somebody.
"""

import hmac
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from api.server import server
from engine import people
from engine.clock import system_now
from engine.errors import Forbidden, Unauthenticated
from engine.people import Person

COOKIE = "baton_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., Any])


def install(app: Flask) -> None:
    """Ask every request of this application who sends it."""
    app.before_request(_authenticate)


def public(view: View) -> View:
    """Let anybody call this endpoint, signed in or not."""
    vars(view)["public"] = True
    return view


def is_public(view: Callable[..., Any]) -> bool:
    """Whether anybody may call this endpoint."""
    return bool(getattr(view, "public", False))


def current_person() -> Person:
    """Who sent this request. Raises `Unauthenticated` on a public endpoint, where nobody was asked."""
    if "person" not in g:
        raise Unauthenticated
    person: Person = g.person
    return person


def _authenticate() -> None:
    # Without an endpoint the answer is 404 or 405, whoever asks.
    if request.endpoint is None or is_public(current_app.view_functions[request.endpoint]):
        return
    g.person = _person_of_header() if "Authorization" in request.headers else _person_of_cookie()


def _person_of_header() -> Person:
    scheme, _, token = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("Send Authorization: Bearer with a token from POST /api/v1/auth/token.")
    with server().database.glance() as session:
        person = people.person_of_token(session, token.strip(), system_now())
    if person is None:
        raise Unauthenticated("This token is unknown, has expired or was revoked.")
    return person


def _person_of_cookie() -> Person:
    secret = request.cookies.get(COOKIE)
    if not secret:
        raise Unauthenticated
    with server().database.glance() as session:
        person = people.person_of_session(session, secret, system_now())
    if person is None:
        raise Unauthenticated("Your session has ended. Sign in again.")
    if request.method not in SAFE_METHODS:
        _check_csrf(secret)
    return person


def _check_csrf(secret: str) -> None:
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), people.csrf_token(secret).encode()):
        raise Forbidden(f"Send the csrf_token of your session in the header {CSRF_HEADER}.")
