"""Errors are problems: one shape, one meaning each, never a stack trace."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.database import Database
from engine.errors import EngineError, Invalid, Problem, Unavailable

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

As = Callable[[str], FlaskClient]
PEOPLE = "/api/v1/people"


def test_a_problem_has_the_members_of_rfc_9457(nobody: FlaskClient) -> None:
    response = nobody.get("/nowhere")

    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert response.json["type"] == "urn:baton:problem:not-found"
    assert response.json["title"] == "Not Found"
    assert response.json["status"] == 404
    assert response.json["detail"]


def test_every_wrong_field_is_pointed_at_at_once(as_: As) -> None:
    body = {"username": "kim", "name": "", "roles": ["agent", "king"], "unheard/of": 1}

    response = as_("root").post(PEOPLE, json=body)

    assert response.status_code == 422
    assert {error["pointer"] for error in response.json["errors"]} == {"#/name", "#/roles/1", "#/unheard~1of"}


def test_a_wrong_parameter_is_named(as_: As) -> None:
    response = as_("root").get(f"{PEOPLE}?limit=0")

    assert response.status_code == 422
    assert response.json["errors"][0]["detail"].startswith("limit: ")


@pytest.mark.parametrize("body", ["{", "", "NaN", '{"username": "\\ud800"}', "[" * 100_000])
def test_a_body_that_is_no_json_is_a_bad_request_or_lacks_fields(as_: As, body: str) -> None:
    response = as_("root").post(PEOPLE, data=body, content_type="application/json")

    assert response.status_code == (400 if body else 422)
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize("body", ["[]", "1", "null", '"text"'])
def test_a_body_that_is_no_object_is_not_valid(as_: As, body: str) -> None:
    response = as_("root").post(PEOPLE, data=body, content_type="application/json")

    assert response.status_code == 422


def test_a_body_of_another_type_is_refused_rather_than_overlooked(as_: As) -> None:
    response = as_("root").patch(f"{PEOPLE}/sam", data='{"name": "Kim"}', content_type="text/plain")

    assert response.status_code == 415


def test_a_body_beyond_the_limit_is_refused(as_: As) -> None:
    response = as_("root").post(PEOPLE, json={"username": "x" * 2_000_000})

    assert response.status_code == 413


def test_another_method_names_those_that_are_allowed(as_: As) -> None:
    response = as_("root").put(PEOPLE)

    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


@pytest.mark.parametrize("path", [f"{PEOPLE}/sam%00", f"{PEOPLE}?q=%00", f"{PEOPLE}?cursor=%00"])
def test_the_character_nul_reaches_no_database(as_: As, path: str) -> None:
    assert as_("root").get(path).status_code in (404, 422)


def test_the_character_nul_in_a_body_is_not_valid_but_its_escape_spelt_out_is(as_: As) -> None:
    nul = as_("root").post(
        PEOPLE, data='{"username": "kim", "name": "a\\u0000"}', content_type="application/json"
    )
    spelt = as_("root").post(
        PEOPLE, data='{"username": "kim", "name": "a\\\\u0000"}', content_type="application/json"
    )

    assert nul.status_code == 422
    assert spelt.status_code == 201


@pytest.mark.parametrize(
    ("caller", "path", "status"), [("root", "/nobody", 404), ("sam", "/nobody", 404), ("sam", "/ann", 403)]
)
def test_what_is_not_found_or_forbidden_comes_before_what_is_not_valid(
    as_: As, caller: str, path: str, status: int
) -> None:
    response = as_(caller).patch(PEOPLE + path, json={"active": "perhaps"})

    assert response.status_code == status


def test_a_database_that_does_not_answer_is_unavailable_with_a_hint_when_to_retry(
    app: Flask, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_("sam")
    monkeypatch.setattr(app.extensions["baton"], "database", Database("sqlite:////nowhere/at/all.db"))

    response = client.get(PEOPLE)

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("secret"), 500), (EngineError("secret"), 500), (Unavailable(), 503)]
)
def test_what_nobody_expected_is_told_without_its_details(
    own_app: Flask, error: Exception, status: int
) -> None:
    def fail() -> None:
        raise error

    fail.__dict__["public"] = True
    own_app.add_url_rule("/fail", view_func=fail)

    response = own_app.test_client().get("/fail")

    assert response.status_code == status
    assert "secret" not in response.text
    assert "Traceback" not in response.text


def test_problems_in_files_say_where(own_app: Flask) -> None:
    def refuse() -> None:
        raise Invalid(
            [Problem("Two start events.", file="a.bpmn", element="start_2", line=7), Problem("No id.")]
        )

    refuse.__dict__["public"] = True
    own_app.add_url_rule("/refuse", view_func=refuse)

    errors = own_app.test_client().get("/refuse").json["errors"]

    assert errors == [
        {"detail": "Two start events.", "file": "a.bpmn", "element": "start_2", "line": 7},
        {"detail": "No id."},
    ]
