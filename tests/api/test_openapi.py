"""The description of the API is complete, and so is the page made from it."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.auth import is_public

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOT_DESCRIBED = {"documentation.docs", "documentation.docs_style", "documentation.openapi", "web.page"}


@pytest.fixture
def description(nobody: FlaskClient) -> dict[str, Any]:
    return nobody.get("/api/openapi.json").json


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]


def test_every_endpoint_is_described(app: Flask, description: dict[str, Any]) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in NOT_DESCRIBED]

    paths = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in rules}

    assert paths == set(description["paths"])
    assert description["openapi"].startswith("3.1")


def test_every_operation_has_a_summary_and_an_example_of_what_it_takes_and_gives(
    description: dict[str, Any],
) -> None:
    for path, method, operation in operations(description):
        assert operation["summary"], (method, path)
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [
            answer.get("content", {}) for code, answer in operation["responses"].items() if code < "400"
        ]
        for content in contents:
            assert all("example" in one for one in content.values()), (method, path)


def test_every_guarded_operation_tells_of_401_and_every_change_of_403(
    app: Flask, description: dict[str, Any]
) -> None:
    for path, method, operation in operations(description):
        answers = operation["responses"]
        assert {"500", "503"} <= set(answers)
        if operation.get("security") == []:
            continue
        assert "401" in answers, (method, path)
        assert method == "get" or "403" in answers, (method, path)
    public = {rule.rule for rule in app.url_map.iter_rules() if is_public(app.view_functions[rule.endpoint])}
    open_paths = {path for path, _, operation in operations(description) if operation.get("security") == []}
    assert open_paths < public


def test_commands_tell_of_their_headers(description: dict[str, Any]) -> None:
    parameters = description["paths"]["/api/v1/people"]["post"]["parameters"]

    references = {parameter["$ref"].rsplit("/", 1)[1] for parameter in parameters}

    assert references == {"IDEMPOTENCY_KEY"}


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    found = set(re.findall(r"'\$ref': '#/components/(\w+)/(\w+)'", str(description)))

    assert found
    assert all(name in description["components"][kind] for kind, name in found)


def test_the_page_shows_every_operation_and_loads_nothing_from_elsewhere(
    nobody: FlaskClient, description: dict[str, Any]
) -> None:
    page = nobody.get("/api/docs").text

    assert all(f"<code>{path}</code>" in page for path in description["paths"])
    assert "<script" not in page
    assert not re.search(r"(src|href)=.(https?:)?//", page)
    assert nobody.get("/api/docs.css").status_code == 200
