"""Signing in, staying signed in, and being kept out."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.auth import COOKIE, is_public
from engine import people
from engine.clock import system_now
from engine.database import Database

PUBLIC = {
    "auth.issue_token",
    "auth.login",
    "documentation.docs",
    "documentation.docs_style",
    "documentation.openapi",
    "health.healthz",
    "health.metrics",
    "health.readyz",
    "web.page",
}
SAM = {"username": "sam", "password": "demo"}

As = Callable[[str], FlaskClient]


def test_every_endpoint_needs_somebody_unless_it_is_listed_as_public(app: Flask) -> None:
    assert {name for name, view in app.view_functions.items() if is_public(view)} == PUBLIC


def test_no_endpoint_answers_a_stranger(app: Flask, nobody: FlaskClient) -> None:
    guarded = [rule for rule in app.url_map.iter_rules() if not is_public(app.view_functions[rule.endpoint])]
    assert guarded

    for rule in guarded:
        path = re.sub("<[^>]+>", "1", rule.rule)  # a number fits wherever a text does
        for method in rule.methods or ():
            response = nobody.open(path, method=method)
            assert response.status_code == 401, (method, path)


def test_a_program_signs_in_and_acts_with_its_token(nobody: FlaskClient) -> None:
    signed_in = nobody.post("/api/v1/auth/token", json=SAM)
    token = signed_in.json["token"]

    me = nobody.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})

    assert signed_in.status_code == 200
    assert set(signed_in.json) == {"token", "expires_at"}
    assert me.json["person"]["username"] == "sam"
    assert me.json["person"]["groups"] == ["service-desk"]
    assert me.json["csrf_token"] is None


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer", "Basic c2FtOmRlbW8=", ""])
def test_a_token_that_proves_nothing_is_refused_and_says_what_is_wanted(
    nobody: FlaskClient, header: str
) -> None:
    response = nobody.get("/api/v1/auth/me", headers={"Authorization": header})

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_token_proves_nothing(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        sam = people.named(session, "sam")
        token, _ = people.issue_token(session, sam.id, system_now() - timedelta(hours=25))

    response = app.test_client().get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 401


@pytest.mark.parametrize(
    "credentials",
    [
        {"username": "sam", "password": "wrong"},
        {"username": "nobody", "password": "demo"},
        {"username": "DROP TABLE; --", "password": "demo"},
    ],
)
def test_wrong_credentials_get_one_answer_whatever_was_wrong(
    nobody: FlaskClient, credentials: dict[str, str]
) -> None:
    response = nobody.post("/api/v1/auth/token", json=credentials)

    assert response.status_code == 401
    assert response.json["detail"] == "The username or the password is wrong."


def test_too_many_failures_close_the_door_even_for_the_right_password(nobody: FlaskClient) -> None:
    wrong = {"username": "sam", "password": "wrong"}
    failures = [nobody.post("/api/v1/auth/token", json=wrong) for _ in range(people.FAILURES_PER_USERNAME)]

    response = nobody.post("/api/v1/auth/token", json=SAM)

    assert {failure.status_code for failure in failures} == {401}
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= people.FAILURES_COUNT_FOR.total_seconds()


def test_only_failures_count_against_the_limit(nobody: FlaskClient) -> None:
    answers = [nobody.post("/api/v1/auth/token", json=SAM) for _ in range(2 * people.FAILURES_PER_USERNAME)]

    assert {answer.status_code for answer in answers} == {200}


def test_a_browser_signs_in_with_a_cookie_that_scripts_cannot_read(nobody: FlaskClient) -> None:
    response = nobody.post("/api/v1/auth/login", json=SAM)

    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert nobody.get("/api/v1/auth/me").json["csrf_token"] == response.json["csrf_token"]


def test_over_https_the_cookie_is_marked_secure(nobody: FlaskClient) -> None:
    response = nobody.post("/api/v1/auth/login", json=SAM, base_url="https://localhost")

    assert "Secure" in response.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in response.headers


@pytest.mark.parametrize("csrf", [{}, {"X-CSRF-Token": "guessed"}, {"X-CSRF-Token": "gu\xe9"}])
def test_a_change_by_cookie_needs_the_csrf_token(nobody: FlaskClient, csrf: dict[str, str]) -> None:
    nobody.post("/api/v1/auth/login", json=SAM)

    response = nobody.post("/api/v1/auth/logout", headers=csrf)

    assert response.status_code == 403
    assert nobody.get("/api/v1/auth/me").status_code == 200


def test_signing_out_ends_the_session_for_a_copied_cookie_too(app: Flask, nobody: FlaskClient) -> None:
    csrf_token = nobody.post("/api/v1/auth/login", json=SAM).json["csrf_token"]
    cookie = nobody.get_cookie(COOKIE)
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie(COOKIE, cookie.value)

    response = nobody.post("/api/v1/auth/logout", headers={"X-CSRF-Token": csrf_token})

    assert response.status_code == 204
    assert nobody.get("/api/v1/auth/me").status_code == 401
    assert thief.get("/api/v1/auth/me").status_code == 401


def test_tokens_are_listed_without_their_text_and_can_be_revoked(as_: As, nobody: FlaskClient) -> None:
    sam = as_("sam")
    made = sam.post("/api/v1/auth/tokens", json={"name": "monitoring", "days": 30})
    token = made.json["token"]

    listed = sam.get("/api/v1/auth/tokens")
    newest = listed.json["items"][0]
    revoked = sam.delete(f"/api/v1/auth/tokens/{newest['id']}")

    assert made.status_code == 201
    assert newest["name"] == "monitoring"
    assert token not in listed.text
    assert revoked.status_code == 204
    assert nobody.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_nobody_revokes_a_token_of_somebody_else(as_: As) -> None:
    sam, ann = as_("sam"), as_("ann")
    token = sam.get("/api/v1/auth/tokens").json["items"][0]

    assert ann.delete(f"/api/v1/auth/tokens/{token['id']}").status_code == 404
    assert sam.get("/api/v1/auth/me").status_code == 200


def test_another_password_ends_every_session(as_: As, nobody: FlaskClient) -> None:
    sam = as_("sam")

    wrong = sam.post("/api/v1/auth/password", json={"current": "wrong", "password": "a longer one"})
    right = sam.post("/api/v1/auth/password", json={"current": "demo", "password": "a longer one"})

    assert wrong.status_code == 422
    assert wrong.json["errors"][0]["pointer"] == "#/current"
    assert right.status_code == 204
    assert sam.get("/api/v1/auth/me").status_code == 401
    assert nobody.post("/api/v1/auth/token", json=SAM).status_code == 401
    assert nobody.post("/api/v1/auth/token", json=SAM | {"password": "a longer one"}).status_code == 200


def test_no_secret_is_stored_as_it_is(nobody: FlaskClient, database: Database) -> None:
    token = nobody.post("/api/v1/auth/token", json=SAM).json["token"]
    nobody.post("/api/v1/auth/login", json=SAM)
    cookie = nobody.get_cookie(COOKIE)
    assert cookie is not None

    with database.engine.connect() as connection:
        tables = people.PersonRow.metadata.sorted_tables
        everything = str([row for table in tables for row in connection.execute(table.select())])

    assert "sam" in everything
    assert token not in everything
    assert cookie.value not in everything
    assert "'demo'" not in everything
