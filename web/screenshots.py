"""Take the pictures of the documentation, on a server of their own with the demo people.

python web/screenshots.py [FOLDER]      # docs/images unless told otherwise
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, sync_playwright

from tests.server import Client, Server, running
from tests.web import browser as browsers

SIZES = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}
PASSWORD = "demo"  # noqa: S105 - the demo people's

Then = Callable[[Page], object]


def nothing(page: Page) -> None:
    """The page as it stands."""


def open_menu(page: Page) -> None:
    page.locator("header button").last.click()
    page.get_by_role("dialog").wait_for()


# What is shown: name, path, who (None: nobody signed in), width, colours, and what is done before.
# Who decides the language: nia and cab2 read Chinese.
PICTURES: list[tuple[str, str, str | None, str, str, Then]] = [
    ("sign-in", "/sign-in", None, "1440", "light", nothing),
    ("sign-in-phone-dark", "/sign-in", None, "390", "dark", nothing),
    ("work", "/work", "sam", "1440", "light", nothing),
    ("work-zh-dark", "/work", "nia", "1440", "dark", open_menu),
    ("work-zh-phone", "/work", "nia", "390", "light", nothing),
    ("cases", "/cases", "mia", "1440", "light", nothing),
    ("case", "/cases/{ann}", "sam", "1440", "light", nothing),
    ("case-diagram-dark", "/cases/{ann}?view=diagram", "sam", "1440", "dark", nothing),
    ("case-zh-phone", "/cases/{nia}", "nia", "390", "light", nothing),
    ("catalogue", "/catalogue", "ann", "1440", "light", nothing),
    ("start-zh-phone", "/catalogue/incident", "nia", "390", "dark", nothing),
    ("requests-phone", "/requests", "ann", "390", "light", nothing),
    ("studio", "/studio", "pat", "1440", "light", nothing),
]

REPORTS = [
    ("ann", "Printer on floor 3 jams", 2, 2),
    ("ann", "VPN drops every few minutes", 2, 1),
    ("nia", "会议室投影仪无法连接", 3, 2),
]


def furnish(url: str) -> dict[str, str]:
    """Report a few incidents, and let sam take some of them on. The last case of each who reported one."""
    sam = Client(url, "sam")
    cases: dict[str, str] = {}
    for who, title, impact, urgency in REPORTS:
        cases[who] = case = Client(url, who).start(
            "incident", title=title, description=title, impact=impact, urgency=urgency
        )
        if who == "ann":
            sam.post(f"/user-tasks/{sam.task(case)}/claim")
            sam.post(f"/process-instances/{case}/comments", {"text": "We are looking into it."})
    return cases


def take(browser: Browser, url: str, cases: dict[str, str], folder: Path) -> None:
    """Every picture of the table, as a PNG in this folder; paths name a case by who reported it."""
    for name, path, who, width, colours, then in PICTURES:
        context = browser.new_context(
            base_url=url, viewport=SIZES[width], locale="en-GB", color_scheme=colours, reduced_motion="reduce"
        )
        if who is not None:
            context.request.post("/api/v1/auth/login", data={"username": who, "password": PASSWORD})
        page = context.new_page()
        page.goto(path.format(**cases))
        page.get_by_role("heading", level=1).wait_for()
        page.wait_for_load_state("networkidle")
        then(page)
        page.screenshot(path=folder / f"{name}.png")
        context.close()
        print(name, flush=True)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chromium = browsers.found()
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(browsers.NODE)
    with (
        tempfile.TemporaryDirectory() as data,
        running(Server(f"sqlite:///{data}/baton.db", Path(data))) as server,
        sync_playwright() as playwright,
    ):
        cases = furnish(server.url)
        environment = {**os.environ, **chromium.environment}
        browser = playwright.chromium.launch(
            executable_path=chromium.path, args=[*browsers.ARGUMENTS], env=environment
        )
        take(browser, server.url, cases, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
