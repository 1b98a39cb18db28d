"""Decisions that are deployed: the latest, every version, the file byte by byte, and trying a table out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from tests.desk import Desk, open_desk
from tests.engine.dmn.support import decision, document, literal, output, table

PATH = "/decision-definitions"
RISK = decision(
    table(["impact"], ["level"], [(("< 3",), ('"low"',)), ((">= 3",), ('"high"',))]),
    key="risk",
    name="Risk",
    inside='<extensionElements><baton:name lang="zh-CN">风险</baton:name></extensionElements>',
)
ROUTE = decision(
    literal('"board" if risk == "high" else "desk"'), key="route", name="route", requires=["risk"]
)
FILE = document(RISK, ROUTE)
LATER = FILE.replace(b" 3<", b" 2<")
WRONG = document(decision(table(["impact"], ["level"], [(("< ",), ('"low"',)), (("1",), ("oh no",))])))


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


def trial(desk: Desk, key: str, by: str = "pat", **variables: Any) -> Any:
    return desk(by).send("POST", f"{PATH}/{key}/evaluate", {"variables": variables})


def test_a_deployment_tells_each_decision_of_a_file(desk: Desk) -> None:
    dry = desk("pat").deploy({"risk.dmn": FILE}, "?dry_run=true")
    reply = desk("pat").deploy({"risk.dmn": FILE})

    told = [{"kind": "decision", "key": key, "version": 1} for key in ("risk", "route")]
    assert (dry.status, dry.body["definitions"]) == (200, told)
    assert (reply.status, reply.body["definitions"]) == (201, told)


def test_a_decision_has_its_documented_shape(desk: Desk) -> None:
    desk("pat").deploy({"change/risk.dmn": FILE})

    found = desk("ann").get(f"{PATH}/risk")

    described = {"id", "key", "version", "name", "names", "file", "created_at"}
    assert set(found) == described | {"deployment", "deployed_at", "deployed_by", "reason", "origin"}
    assert (found["deployed_by"], found["origin"]) == ("pat", "person")
    assert (found["key"], found["version"], found["file"]) == ("risk", 1, "change/risk.dmn")
    assert (found["name"], found["names"]) == ("Risk", {"zh-CN": "风险"})
    assert found in desk("ann").get(PATH)["items"]


def test_every_version_stays_with_its_file_and_the_newest_is_listed_first(desk: Desk) -> None:
    for file in (FILE, LATER, LATER):
        desk("pat").deploy({"risk.dmn": file})

    versions = desk("ann").get(f"{PATH}/risk/versions")
    page = desk("ann").get(f"{PATH}/risk/versions?limit=1")

    assert [one["version"] for one in versions["items"]] == [2, 1]
    assert desk("ann").get(f"{PATH}/risk/versions/1") == versions["items"][1]
    assert desk("ann").get(f"{PATH}/risk/versions?cursor={page['next']}")["items"] == versions["items"][1:]
    assert desk("ann").send("GET", f"{PATH}/route/versions/1/xml").body == FILE
    reply = desk("ann").send("GET", f"{PATH}/risk/versions/2/xml")
    assert (reply.body, reply.headers["Content-Type"]) == (LATER, "application/xml")


def test_everything_wrong_with_a_table_is_told_by_row_and_column(desk: Desk) -> None:
    reply = desk("pat").deploy({"risk.dmn": WRONG, "broken.dmn": b"<definitions"})

    details = [(error["file"], error["detail"]) for error in reply.body["errors"]]
    assert reply.status == 422
    assert [file for file, _ in details] == ["risk.dmn", "risk.dmn", "broken.dmn"]
    assert "ule 1" in details[0][1]
    assert "ule 2" in details[1][1]
    assert desk("ann").send("GET", f"{PATH}/d").status == 404


def test_an_owner_tries_a_table_out(desk: Desk) -> None:
    desk("pat").deploy({"risk.dmn": FILE})
    desk("pat").deploy({"risk.dmn": LATER})

    risk, route = trial(desk, "risk", impact=2), trial(desk, "route", by="root", impact=1)

    assert (risk.status, risk.body) == (200, {"result": [{"level": "high"}], "matched": [2], "version": 2})
    assert route.body == {"result": [{"route": "desk"}], "matched": [], "version": 2}


def test_what_cannot_be_decided_names_the_column_and_changes_nothing(desk: Desk) -> None:
    desk("pat").deploy({"risk.dmn": FILE})

    reply = trial(desk, "risk", impact="much")

    (error,) = reply.body["errors"]
    assert (reply.status, error["pointer"]) == (422, "#/variables")
    assert "'Risk', rule 1" in error["detail"]
    assert "impact" in trial(desk, "risk").body["errors"][0]["detail"]


def test_only_those_who_deploy_try_tables_out(desk: Desk) -> None:
    desk("pat").deploy({"risk.dmn": FILE})

    for person in ("ann", "sam", "mia", "audra"):
        assert trial(desk, "risk", by=person, impact=1).status == 403
        assert desk(person).send("POST", f"{PATH}/risk/evaluate", {"wrong": 1}).status == 403
    assert trial(desk, "nothing").status == 404
    assert desk("pat").send("POST", f"{PATH}/risk/evaluate", {}).status == 422


def test_a_draft_is_tried_out_before_it_is_deployed(desk: Desk) -> None:
    def draft(xml: bytes, key: str = "risk", by: str = "pat") -> Any:
        body = {"variables": {"impact": 2}, "xml": xml.decode()}
        return desk(by).send("POST", f"{PATH}/{key}/evaluate", body)

    good, broken = draft(LATER), draft(FILE.replace(b" 3<", b" <"))

    assert (good.status, good.body) == (200, {"result": [{"level": "high"}], "matched": [2], "version": None})
    assert (broken.status, broken.body["errors"][0]["file"]) == (422, "risk.dmn")
    assert "Rule 1, column 'impact'" in broken.body["errors"][0]["detail"]
    assert draft(LATER, key="peril").status == 422
    assert draft(LATER, by="ann").status == 403
    assert desk("ann").send("GET", f"{PATH}/risk").status == 404


def test_the_default_of_a_table_is_a_result_without_a_rule(desk: Desk) -> None:
    column = output("level", default='"unknown"')
    desk("pat").deploy({"d.dmn": document(decision(table(["x"], [column], [(("1",), ('"one"',))])))})

    assert trial(desk, "d", x=7).body == {"result": [{"level": "unknown"}], "matched": [], "version": 1}


@pytest.mark.parametrize(
    "path",
    [
        "/no-such",
        "/no-such/versions",
        "/no-such/versions/1",
        "/risk/versions/2",
        f"/risk/versions/{2**31}/xml",
    ],
)
def test_what_was_never_deployed_is_not_found(desk: Desk, path: str) -> None:
    desk("pat").deploy({"risk.dmn": FILE})

    assert desk("root").send("GET", PATH + path).status == 404
