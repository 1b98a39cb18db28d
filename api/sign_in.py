"""Signing in and out, one's own tokens and password.

Answers with secrets in them are never kept under an idempotency key.
"""

from datetime import timedelta
from typing import Any

from flask import Response, request

from api.auth import COOKIE, current_person, public
from api.blueprint import Blueprint
from api.commands import Command, Reading, respond
from api.schemas.people import PERSON_EXAMPLE
from api.schemas.sign_in import (
    CredentialsSchema,
    ListedTokensSchema,
    NewPasswordSchema,
    NewTokenSchema,
    SessionSchema,
    TokenSchema,
)
from api.server import server
from engine import people
from engine.clock import system_now
from engine.errors import Invalid, Problem, Unauthenticated
from engine.people import Person

blueprint = Blueprint(
    "auth", __name__, url_prefix="/api/v1/auth", description="Signing in, tokens, passwords"
)

CREDENTIALS = {"username": "ann", "password": "demo"}
TOKEN = {"token": "baton_0Zk3...", "expires_at": "2026-03-03T09:00:00.000000Z"}
LISTED_TOKEN = {
    "id": "019b0c6e5f3a4c1d9e8f7a6b5c",
    "name": "monitoring",
    "created_at": "2026-03-02T09:00:00.000000Z",
    "expires_at": "2026-05-31T09:00:00.000000Z",
}
_SESSION_SCHEMA = SessionSchema()
SESSION = {"person": PERSON_EXAMPLE, "csrf_token": "5f0c..."}


@blueprint.post("/token")
@blueprint.arguments(CredentialsSchema, example=CREDENTIALS)
@blueprint.answer(TokenSchema, problems=(401, 422, 429), example=TOKEN)
@public
def issue_token(body: dict[str, Any]) -> dict[str, Any]:
    """Sign a program in

    The token is good for 24 hours, as `Authorization: Bearer`. Failures are limited by name and by address;
    successes are not.
    """
    person = _sign_in(body["username"], body["password"])
    with server().database.transaction() as session:
        token, expires_at = people.issue_token(session, person.id, system_now())
    return {"token": token, "expires_at": expires_at}


@blueprint.post("/login")
@blueprint.arguments(CredentialsSchema, example=CREDENTIALS)
@blueprint.answer(SessionSchema, problems=(401, 422, 429), example=SESSION)
@public
def login(body: dict[str, Any]) -> Response:
    """Sign a browser in

    Sets a cookie for 12 hours. Send the answer's `csrf_token` as `X-CSRF-Token` with every change.
    """
    person = _sign_in(body["username"], body["password"])
    with server().database.transaction() as session:
        secret, expires_at = people.open_session(session, person.id, system_now())
    response = _session(person, secret)
    response.set_cookie(
        COOKIE, secret, expires=expires_at, httponly=True, secure=request.is_secure, samesite="Lax", path="/"
    )
    return response


@blueprint.post("/logout")
@blueprint.answer(status=204)
def logout() -> Response:
    """Sign this browser out"""
    with server().database.transaction() as session:
        people.close_session(session, request.cookies.get(COOKIE, ""))
    response = Response(status=204)
    response.delete_cookie(COOKIE, path="/")
    return response


@blueprint.get("/me")
@blueprint.answer(SessionSchema, example=SESSION)
def me() -> Response:
    """Who am I

    With a browser's session also its CSRF token, for a page that was loaded anew.
    """
    by_cookie = "Authorization" not in request.headers
    return _session(current_person(), request.cookies[COOKIE] if by_cookie else None)


@blueprint.post("/password")
@blueprint.arguments(NewPasswordSchema, example={"current": "demo", "password": "correct horse battery"})
@blueprint.answer(status=204, problems=(422, 429))
def change_password(body: dict[str, Any]) -> None:
    """Change my password

    Ends all my sessions and revokes all my tokens, the one used here too.
    """
    person = current_person()
    try:
        _sign_in(person.username, body["current"])
    except Unauthenticated:
        raise Invalid([Problem("This is not your password.", "#/current")]) from None
    with server().database.transaction() as session:
        people.set_password(session, person.username, body["password"])


@blueprint.get("/tokens")
@blueprint.reading(ListedTokensSchema, example={"items": [LISTED_TOKEN]})
def list_tokens(reading: Reading) -> dict[str, Any]:
    """List my tokens

    Those that have not expired, the newest first, without their texts.
    """
    return {"items": people.tokens(reading.session, reading.person.id, system_now())}


@blueprint.post("/tokens")
@blueprint.arguments(NewTokenSchema, example={"name": "monitoring", "days": 90})
@blueprint.answer(TokenSchema, 201, problems=(422,), example=TOKEN)
def add_token(body: dict[str, Any]) -> dict[str, Any]:
    """Make a token for a program that acts for me"""
    with server().database.transaction() as session:
        lasts = timedelta(days=body["days"])
        token, expires_at = people.issue_token(
            session, current_person().id, system_now(), name=body["name"], lasts=lasts
        )
    return {"token": token, "expires_at": expires_at}


@blueprint.delete("/tokens/<token_id>")
@blueprint.command(status=204, problems=(404,))
def revoke_token(command: Command, token_id: str) -> None:
    """Revoke one of my tokens"""
    people.revoke_token(command.session, command.person.id, token_id)


def _sign_in(username: str, password: str) -> Person:
    """Who has this name and password.

    Raises `TooManyAttempts`, and `Unauthenticated` once the failure is committed.
    """
    database = server().database
    with database.transaction(write=False) as session:
        attempt = people.begin_sign_in(session, username, request.remote_addr or "", system_now())
    # Tried for a name that nobody has, too: the time it takes must not tell which names there are.
    fits = people.password_fits(attempt, password)
    with database.transaction() as session:
        if fits:
            people.forgive_failures(session, attempt)
        else:
            people.note_failure(session, attempt, system_now())
    if not fits or attempt.person is None:
        raise Unauthenticated("The username or the password is wrong.")
    return attempt.person


def _session(person: Person, secret: str | None) -> Response:
    csrf_token = None if secret is None else people.csrf_token(secret)
    return respond({"person": person, "csrf_token": csrf_token}, _SESSION_SCHEMA, 200)
