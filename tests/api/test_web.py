"""The browser side is served from what the build left."""

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api import create_app
from config.settings import Settings
from engine.database import Database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

INDEX = (
    '<meta name="csp-nonce" content="{{ nonce }}"><script src="/assets/index-1a2b.js"></script>'
    '<!-- signed in: <link rel="modulepreload" href="/assets/soon-3c4d.js"> -->'
)
SCRIPT = b"console.log('baton')"


@pytest.fixture
def browser(settings: Settings, database: Database, tmp_path: Path) -> FlaskClient:
    """Somebody's browser, before a server with a built browser side."""
    built = tmp_path / "dist"
    assets = built / "assets"
    assets.mkdir(parents=True)
    (built / "index.html").write_text(INDEX)
    (assets / "index-1a2b.js").write_bytes(SCRIPT)
    (assets / "index-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT, mtime=0))
    (assets / "index-1a2b.js.br").write_bytes(b"as brotli")
    (assets / "notes.txt").write_text("not for browsers")
    return create_app(settings, database, built=built).test_client()


@pytest.mark.parametrize("path", ["/", "/work", "/cases/01a2", "/studio/my.process/versions/3", "/apiary"])
def test_every_path_a_person_may_stand_at_answers_the_page(browser: FlaskClient, path: str) -> None:
    response = browser.get(path)

    assert response.status_code == 200
    assert response.mimetype == "text/html"
    assert response.headers["Cache-Control"] == "no-store"
    assert "/assets/index-1a2b.js" in response.text


def test_each_answer_lets_in_only_the_styles_of_its_own_nonce(browser: FlaskClient) -> None:
    first, second = browser.get("/"), browser.get("/")

    nonces = []
    for response in (first, second):
        (nonce,) = re.findall(r'content="([\w-]{22})"', response.text)
        policy = response.headers["Content-Security-Policy"]
        assert f"style-src 'self' 'nonce-{nonce}';" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


def test_only_who_has_a_session_loads_ahead_what_the_pages_of_every_day_share(browser: FlaskClient) -> None:
    nobody = browser.get("/sign-in").text
    browser.set_cookie("baton_session", "whatever")
    somebody = browser.get("/work").text

    assert "soon-3c4d" not in nobody
    assert '<link rel="modulepreload" href="/assets/soon-3c4d.js">' in somebody
    assert "<!--" not in nobody + somebody


@pytest.mark.parametrize("path", ["/api", "/api/v1/nowhere", "/engine-rest/task", "/assets", "/assets/"])
def test_what_programs_ask_for_stays_a_problem_when_it_is_unknown(browser: FlaskClient, path: str) -> None:
    response = browser.get(path)

    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["/favicon.ico", "/robots.txt", "/index.html"])
def test_files_that_browsers_look_for_by_themselves_are_not_the_page(browser: FlaskClient, path: str) -> None:
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    ("accepted", "encoding", "content"),
    [
        ("gzip, deflate, br", "br", b"as brotli"),
        ("gzip", "gzip", gzip.compress(SCRIPT, mtime=0)),
        ("br;q=0, gzip", "gzip", gzip.compress(SCRIPT, mtime=0)),
        ("identity", None, SCRIPT),
    ],
)
def test_a_file_comes_compressed_as_the_browser_takes_it_and_is_kept_for_ever(
    browser: FlaskClient, accepted: str, encoding: str | None, content: bytes
) -> None:
    response = browser.get("/assets/index-1a2b.js", headers={"Accept-Encoding": accepted})

    assert response.headers.get("Content-Encoding") == encoding
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Vary"] == "Accept-Encoding"
    if encoding != "gzip":
        assert response.data == content
    else:
        assert gzip.decompress(response.data) == SCRIPT


@pytest.mark.parametrize(
    "name",
    [
        "../index.html",
        "..%2Findex.html",
        "%2e%2e/index.html",
        "notes.txt",
        "index-1a2b.js.gz",
        "gone.js",
        ".js",
    ],
)
def test_nothing_but_the_built_files_is_served(browser: FlaskClient, name: str) -> None:
    assert browser.get(f"/assets/{name}").status_code == 404
