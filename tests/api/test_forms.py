"""Forms that are deployed, as their owners read them: the document in all its languages, every version."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from config.settings import Settings
from tests.content.diagrams import ROOT
from tests.desk import Desk, open_desk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SHIPPED = {path.relative_to(ROOT / "forms").as_posix() for path in (ROOT / "forms").rglob("*.json")}


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


def form(title: str) -> bytes:
    return orjson.dumps({"schema": {"type": "object", "title": title, "properties": {}}})


def test_forms_are_listed_by_key_without_their_documents(desk: Desk) -> None:
    found = desk("ann").get("/forms?limit=200")["items"]
    first = desk("ann").get("/forms?limit=2")
    second = desk("ann").get(f"/forms?limit=2&cursor={first['next']}")

    assert [one["key"] for one in found] == sorted(path.removesuffix(".json") for path in SHIPPED)
    described = {"id", "key", "version", "created_at"}
    assert set(found[0]) == described | {"deployment", "deployed_at", "deployed_by", "reason", "origin"}
    assert (found[0]["deployed_by"], found[0]["origin"]) == (None, "seed")
    assert first["items"] + second["items"] == found[:4]


def test_a_form_comes_as_it_was_deployed_with_its_versions(desk: Desk) -> None:
    for title in ("One", "Two"):
        desk("pat").deploy({"trip/book.json": form(title)})

    latest = desk("ann").get("/forms/trip/book")
    first = desk("ann").get("/forms/trip/book/versions/1")

    assert (latest["key"], latest["version"]) == ("trip/book", 2)
    assert latest["document"] == orjson.loads(form("Two"))
    assert [one["version"] for one in latest["versions"]] == [2, 1]
    assert (first["version"], first["document"]) == (1, orjson.loads(form("One")))
    assert set(first) == set(latest) - {"versions"}
    shipped = desk("ann").get("/forms/incident/report")["document"]
    assert shipped == orjson.loads((ROOT / "forms/incident/report.json").read_bytes())


@pytest.mark.parametrize(
    "path", ["/nothing", "/incident", "/incident/report/versions/2", f"/incident/report/versions/{2**31}"]
)
def test_what_was_never_deployed_is_not_found(desk: Desk, path: str) -> None:
    assert desk("root").send("GET", f"/forms{path}").status == 404
