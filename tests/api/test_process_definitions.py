"""What is deployed: the latest, every version, the file byte by byte, the form a case is started with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from tests.content.diagrams import ROOT
from tests.desk import Desk, chain, diagram, open_desk, user

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

TRIP = diagram("trip", chain(user("book")))


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


def test_a_definition_has_its_documented_shape(desk: Desk) -> None:
    found = desk("ann").get("/process-definitions/incident")

    assert set(found) == {
        *(
            "id",
            "key",
            "version",
            "name",
            "names",
            "start_form",
            "plain_start",
            "calls",
            "deployment",
            "file",
            "created_at",
        ),
        *("deployed_at", "deployed_by", "reason", "origin", "description"),
    }
    assert (found["key"], found["version"], found["name"]) == ("incident", 1, "Incident")
    assert found["names"] == {"zh-CN": "事件"}
    assert found["start_form"] == "incident/report"
    assert found in desk("ann").get("/process-definitions")["items"]


def test_every_version_stays_and_the_newest_is_listed_first(desk: Desk) -> None:
    for word in (b"Book", b"Book it", b"Book them"):
        desk("pat").deploy({"trip.bpmn": TRIP.replace(b"Book", word)})

    versions = desk("ann").get("/process-definitions/trip/versions")

    assert [one["version"] for one in versions["items"]] == [3, 2, 1]
    assert desk("ann").get("/process-definitions/trip/versions/2") == versions["items"][1]
    assert desk("ann").get("/process-definitions/trip") == versions["items"][0]


def test_each_version_tells_who_deployed_it_when_and_why(desk: Desk) -> None:
    desk("pat").deploy({"trip.bpmn": TRIP}, reason="We travel again 再次出行")
    desk("root").deploy({"trip.bpmn": TRIP.replace(b"Book", b"Book it")})

    second, first = desk("ann").get("/process-definitions/trip/versions")["items"]
    (shipped,) = desk("ann").get("/process-definitions/incident/versions")["items"]

    told = [(one["deployed_by"], one["reason"], one["origin"]) for one in (first, second, shipped)]
    assert told == [
        ("pat", "We travel again 再次出行", "person"),
        ("root", None, "person"),
        (None, "Content of this release", "seed"),
    ]
    assert first["deployed_at"] <= second["deployed_at"]
    assert desk("ann").get("/process-definitions/trip/versions/1") == first


def described(key: str, attributes: str = "") -> bytes:
    told = (
        f"<documentation>Where to {key}.</documentation><documentation>And how.</documentation>"
        '<extensionElements><baton:name lang="zh-CN">出行</baton:name>'
        '<baton:description lang="zh-CN">去哪里</baton:description></extensionElements>'
    )
    drawn = diagram(key, told + chain(user("book"))).decode()
    return drawn.replace('isExecutable="true"', f'isExecutable="true" {attributes}', 1).encode()


def test_a_definition_tells_what_it_is_for_in_the_readers_language(desk: Desk) -> None:
    desk("pat").deploy({"trip.bpmn": described("trip")})
    desk("pat").deploy({"plain.bpmn": diagram("plain", chain(user("book")))})

    english = desk("ann").get("/process-definitions/trip")
    chinese = desk("ann").get("/process-definitions/trip", Accept_Language="zh-CN")

    assert (english["name"], english["description"]) == ("Trip", "Where to trip.\n\nAnd how.")
    assert (chinese["name"], chinese["description"]) == ("出行", "去哪里")
    assert desk("ann").get("/process-definitions/plain")["description"] is None


def test_a_very_long_description_is_cut(desk: Desk) -> None:
    drawn = described("trip").replace(b"And how.", b"And how. " * 10_000)
    desk("pat").deploy({"trip.bpmn": drawn})

    assert len(desk("ann").get("/process-definitions/trip")["description"]) == 2_000


@pytest.mark.parametrize(
    ("username", "sees"),
    [
        ("ann", {"open"}),
        ("carl", {"open", "for_carl"}),
        ("sam", {"open", "for_desk"}),
        ("audra", set()),
        ("root", {"open", "for_carl", "for_desk"}),
    ],
)
def test_the_catalogue_lists_what_the_reader_may_start(desk: Desk, username: str, sees: set[str]) -> None:
    desk("pat").deploy({"open.bpmn": described("open")})
    desk("pat").deploy({"carl.bpmn": described("for_carl", 'camunda:candidateStarterUsers="carl"')})
    desk("pat").deploy({"desk.bpmn": described("for_desk", 'camunda:candidateStarterGroups="service-desk"')})

    listed = [one["key"] for one in desk(username).get("/process-definitions?startable=true")["items"]]
    by_ones = desk(username).get("/process-definitions?startable=true&limit=1")

    assert {"open", "for_carl", "for_desk"} & set(listed) == sees
    assert [one["key"] for one in by_ones["items"]] == listed[:1]
    assert (by_ones["next"] is None) == (len(listed) < 2)
    everything = [one["key"] for one in desk(username).get("/process-definitions")["items"]]
    assert {"open", "for_carl", "for_desk"} < set(everything)


@pytest.mark.parametrize("file", [TRIP, b"\xef\xbb\xbf" + TRIP, TRIP.decode().encode("utf-16")])
def test_the_file_comes_back_byte_by_byte(desk: Desk, file: bytes) -> None:
    desk("pat").deploy({"trip.bpmn": file})

    reply = desk("ann").send("GET", "/process-definitions/trip/versions/1/xml")
    shipped = desk("ann").send("GET", "/process-definitions/incident/versions/1/xml")

    assert reply.body == file
    assert reply.headers["Content-Type"].startswith("application/xml")
    assert shipped.body == (ROOT / "processes/incident/incident.bpmn").read_bytes()


def test_the_start_form_speaks_the_readers_language(desk: Desk) -> None:
    path = "/process-definitions/incident/start-form"

    english, chinese = desk("ann").get(path), desk("nia").get(path)  # each in her own language
    asked = desk("ann").get(path, Accept_Language="zh-CN,zh;q=0.9,en;q=0.5")
    second = desk("ann").get(path, Accept_Language="fr, zh-CN;q=0.5")

    assert set(english) == {"schema", "ui"}
    assert english["schema"]["title"] == "Report an incident"
    assert chinese["schema"]["title"] == asked["schema"]["title"] == second["schema"]["title"] == "报告事件"
    assert desk("nia").get(path, Accept_Language="*")["schema"]["title"] == "报告事件"
    assert desk("nia").get(path, Accept_Language="de")["schema"]["title"] == "报告事件"
    assert desk("nia").get(path, Accept_Language="en, zh;q=0.5")["schema"]["title"] == "Report an incident"
    assert desk("ann").get(path, Accept_Language="de, zh;q=0")["schema"]["title"] == "Report an incident"


def test_without_a_start_form_it_is_null(desk: Desk) -> None:
    desk("pat").deploy({"trip.bpmn": TRIP})

    reply = desk("ann").send("GET", "/process-definitions/trip/start-form")

    assert (reply.status, reply.body) == (200, None)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/no-such",
            "/no-such/versions",
            "/no-such/start-form",
            "/no-such/versions/1",
            "/incident/versions/0",
        ),
        *("/incident/versions/2", f"/incident/versions/{2**31}", f"/incident/versions/{10**30}/xml"),
        *("/incident/versions/one", "/incident/versions/-1", "/incident/versions/1.0"),
    ],
)
def test_what_was_never_deployed_is_not_found(desk: Desk, path: str) -> None:
    reply = desk("root").send("GET", f"/process-definitions{path}")

    assert reply.status == 404
    assert reply.headers["Content-Type"] == "application/problem+json"
