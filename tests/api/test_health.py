"""What balancers and monitoring ask."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.database import Database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_server_that_still_starts_lives_but_is_not_ready(app: Flask, nobody: FlaskClient) -> None:
    app.extensions["baton"].ready.clear()

    assert nobody.get("/healthz").status_code == 200
    assert nobody.get("/readyz").status_code == 503


def test_a_server_is_ready_once_it_was_told_so(nobody: FlaskClient) -> None:
    assert nobody.get("/readyz").status_code == 200


def test_a_server_without_its_database_lives_but_is_not_ready(app: Flask, nobody: FlaskClient) -> None:
    app.extensions["baton"].database = Database("sqlite:////nowhere/at/all.db")

    assert nobody.get("/healthz").status_code == 200
    assert nobody.get("/readyz").status_code == 503
    assert "Retry-After" in nobody.get("/readyz").headers


def test_metrics_count_requests_by_endpoint_and_never_by_path(own_app: Flask) -> None:
    nobody = own_app.test_client()
    nobody.get("/healthz")
    nobody.get("/nowhere/secret")

    text = nobody.get("/metrics").text

    assert 'baton_http_requests_total{endpoint="health.healthz",method="GET",status="200"} 1.0' in text
    assert 'baton_http_request_seconds_count{endpoint="health.healthz"} 1.0' in text
    assert "secret" not in text


def test_the_front_door_leads_to_the_documentation(nobody: FlaskClient) -> None:
    response = nobody.get("/", follow_redirects=True)

    assert response.request.path == "/api/docs"
    assert response.status_code == 200
