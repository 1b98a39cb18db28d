"""Baton's pages in a real browser, on a real server with the demo people.

A page that logs an error, breaks the content security policy or leaves a rejection unhandled fails its test.
"""

import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.server import Client, Server, running
from tests.web import browser as browsers

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 390, "height": 844}
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
AUDIT = """([without, rules]) => axe.run(
    {exclude: without.map(one => [one])},
    {resultTypes: ['violations'], rules: Object.fromEntries(rules.map(rule => [rule, {enabled: false}]))},
)"""
# While a dialog is open the page behind it is hidden, and its heading with it; the dialog's own header is
# taken for the page's.
BEHIND_A_DIALOG = ["landmark-no-duplicate-banner", "landmark-unique", "page-has-heading-one"]
# A failed request is logged by the browser itself; whether it should fail, tests say by what the page shows.
FAILED_REQUEST = re.compile(r"Failed to load resource: (the server responded with a status of|net::ERR)")

# Playwright's own Node needs a library that a bare Debian has not.
os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(browsers.NODE)
PATIENCE = 90_000
"""Milliseconds: the machine may be busy with other tests."""
expect.set_options(timeout=PATIENCE)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """For pytest-playwright: one browser for each worker of pytest-xdist."""
    chromium = browsers.found()
    environment = {**os.environ, **chromium.environment}
    return {"executable_path": chromium.path, "args": [*browsers.ARGUMENTS], "env": environment}


@pytest.fixture(scope="session")
def web_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that this worker's tests share; its clock moves with `POST /api/v1/clock/advance`."""
    data = tmp_path_factory.mktemp("web")
    with running(Server(f"sqlite:///{data / 'baton.db'}", data, BATON_TEST_CLOCK="1")) as server:
        yield server


@pytest.fixture(scope="session")
def sessions() -> dict[str, list[Any]]:
    """The cookies of those who have signed in already."""
    return {}


@pytest.fixture
def open_page(browser: Browser, web_server: Server, sessions: dict[str, list[Any]]) -> Iterator[OpenPage]:
    """Opens a page in a browser profile of its own: `open_page("/work", "sam")`, signed in as sam.

    Without a name nobody is signed in. `size`: `WIDE` or `NARROW`; `locale`: the browser's language;
    `colours`: what the device prefers, `light` or `dark`; `language`: what she chose on this device, `en` or
    `zh-CN`, and the page is then in it; `moved`: its time goes on, and `page.clock` moves it.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(
        path: str = "/",
        who: str | None = None,
        *,
        size: dict[str, int] = WIDE,
        locale: str = "en-GB",
        colours: str = "light",
        language: str | None = None,
        moved: bool = False,
    ) -> Page:
        context = browser.new_context(
            base_url=web_server.url,
            viewport=size,
            has_touch=size == NARROW,
            locale=locale,
            color_scheme=colours,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if who is not None:
            person = resume(context, who, sessions)
            if language is not None:
                choose_language(context, person, language)
        page = context.new_page()
        watch(page, faults)
        if moved:
            page.clock.install()
        page.goto(path)
        if language is not None:
            expect(page.locator("html")).to_have_attribute("lang", language)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(context: BrowserContext, who: str) -> str:
    """Give this browser profile a session of the demo person's, without its form; her id."""
    answer = context.request.post("/api/v1/auth/login", data={"username": who, "password": "demo"})
    assert answer.ok, answer.text()
    return str(answer.json()["person"]["id"])


def resume(context: BrowserContext, who: str, sessions: dict[str, list[Any]]) -> str:
    """As `sign_in`, but with the session she has already, unless a test has ended it."""
    if who in sessions:
        context.add_cookies(sessions[who])
        answer = context.request.get("/api/v1/auth/me")
        if answer.ok:
            return str(answer.json()["person"]["id"])
        context.clear_cookies()
    person = sign_in(context, who)
    sessions[who] = list(context.cookies())
    return person


def choose_language(context: BrowserContext, person: str, language: str) -> None:
    """As if this person had chosen it before, on this device."""
    context.add_init_script(f"localStorage.setItem('baton.language.{person}', '{language}')")


def watch(page: Page, faults: list[str]) -> None:
    """Note what went wrong inside the page."""

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not FAILED_REQUEST.match(message.text):
            faults.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))


def assert_accessible(page: Page, *, without: tuple[str, ...] = ()) -> None:
    """Fail when axe-core finds something that keeps people out; `without`: selectors of what is not ours."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    behind_a_dialog = page.get_by_role("dialog").and_(page.locator("[aria-modal=true]")).count() > 0
    found = page.evaluate(AUDIT, [list(without), BEHIND_A_DIALOG if behind_a_dialog else []])["violations"]
    told = [
        f"{violation['id']} ({violation['impact']}): {node['target']} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]
    assert told == []


def assert_accessible_in_every_look(page: Page, *, without: tuple[str, ...] = ()) -> None:
    """As `assert_accessible`, wide and light, dark and as narrow as a phone; and nothing sticks out of it.

    The page is the same all along, as when somebody turns her tablet and her room grows dark.
    """
    looks: tuple[tuple[dict[str, int], Literal["light", "dark"]], ...] = ((WIDE, "light"), (NARROW, "dark"))
    for size, colours in looks:
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        page.emulate_media(color_scheme=colours)
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", colours)
        assert_accessible(page, without=without)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.fixture(scope="session")
def as_program(web_server: Server) -> Callable[[str], Client]:
    """A person's way to talk to the API, to prepare what a page shows: `as_program("ann").start(...)`."""
    return cache(lambda who: Client(web_server.url, who))
