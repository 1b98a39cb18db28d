"""Take the pictures of the documentation, on a server of their own with the demo people.

python web/screenshots.py [FOLDER]      # docs/images unless told otherwise
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.server import Client, Server, running
from tests.web import browser as browsers
from tests.web import studio
from tests.web.conftest import choose_language, sign_in
from tests.web.texts import text

SIZES = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}

Then = Callable[[Page], object]


def nothing(page: Page) -> None:
    """The page as it stands."""


def year(page: Page) -> None:
    """Wait for the year of a calendar."""
    page.locator("[data-rule=holiday][title]").first.wait_for()


def meaning(page: Page) -> None:
    """Wait for the sentence that says what a policy would mean."""
    page.get_by_text(" is due ").wait_for()


def checked(page: Page) -> None:
    """Wait for the studio's check."""
    expect(studio.summary(page)).not_to_have_text(text(page, "studio:check.checking"), timeout=30_000)


def name_a_form_that_is_not(page: Page) -> None:
    """Of the triage; and wait until the check has found it."""
    checked(page)
    studio.select(page, "Triage")
    studio.write(page, text(page, "studio:form.key"), "incident/triag", "combobox")
    page.locator("[data-kind=problem]").first.wait_for()
    form = page.get_by_role("combobox", name=text(page, "studio:form.key"), exact=True)
    form.evaluate("field => field.scrollIntoView({block: 'center'})")


EDITOR = "/studio/processes/incident/edit"
# What is shown: name, path, who (None: nobody signed in), width, language, colours, and what is done before.
PICTURES: list[tuple[str, str, str | None, str, str, str, Then]] = [
    ("sign-in", "/sign-in", None, "1440", "en", "light", nothing),
    ("work", "/work", "sam", "1440", "en", "light", nothing),
    ("work-zh-phone", "/work?tab=team", "sam", "390", "zh-CN", "dark", nothing),
    ("task", "/tasks/{ann.task}", "sam", "1440", "en", "light", nothing),
    ("task-zh-phone", "/tasks/{ann.task}", "sam", "390", "zh-CN", "light", nothing),
    ("case", "/cases/{ann.case}?view=diagram", "sam", "1440", "en", "light", nothing),
    ("service-levels", "/service-levels", "mia", "1440", "en", "light", nothing),
    ("calendar", "/service-levels/calendars/shanghai", "mia", "1440", "en", "light", year),
    ("policy", "/service-levels/sla-policies/incidents", "mia", "1440", "en", "light", meaning),
    ("catalogue", "/catalogue", "ann", "1440", "en", "light", nothing),
    ("studio-process-zh", EDITOR, "pat", "1440", "zh-CN", "dark", checked),
    ("studio-process", EDITOR, "pat", "1440", "en", "light", name_a_form_that_is_not),
    ("studio-decision", "/studio/decisions/change_risk/edit", "pat", "1440", "en", "light", checked),
    ("studio-form", "/studio/forms/incident%2Ftriage/edit", "pat", "1440", "en", "light", checked),
]

REPORTS = [
    ("ann", "Printer on floor 3 jams", "It jams on every second page.", 3, 2),
    ("sam", "Shared drive is slow", "Opening a file takes half a minute.", 2, 2),
    ("ann", "VPN drops every few minutes", "Since this morning, for everybody at home.", 2, 1),
    ("nia", "会议室投影仪无法连接", "投影仪开机后显示无信号。", 3, 2),
]


class Shown(NamedTuple):
    """What a path of a picture may name."""

    case: str
    task: str


def furnish(url: str) -> dict[str, Shown]:
    """Report a few incidents, and let sam take some of them on. The last of each who reported one."""
    sam = Client(url, "sam")
    shown: dict[str, Shown] = {}
    for who, title, description, impact, urgency in REPORTS:
        case = Client(url, who).start(
            "incident", title=title, description=description, impact=impact, urgency=urgency
        )
        shown[who] = Shown(case, sam.task(case))
        if who == "ann":
            sam.post(f"/user-tasks/{shown[who].task}/claim")
            sam.post(f"/process-instances/{case}/comments", {"text": "We are looking into it."})
    return shown


def take(browser: Browser, url: str, shown: dict[str, Shown], folder: Path) -> None:
    """Every picture of the table, as a PNG in this folder; paths name a case or task by who reported it."""
    for name, path, who, width, language, colours, then in PICTURES:
        context = browser.new_context(
            base_url=url,
            viewport=SIZES[width],
            locale=language,
            color_scheme=colours,
            reduced_motion="reduce",
        )
        if who is not None:
            choose_language(context, sign_in(context, who), language)
        page = context.new_page()
        page.goto(path.format(**shown))
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
        shown = furnish(server.url)
        environment = {**os.environ, **chromium.environment}
        browser = playwright.chromium.launch(
            executable_path=chromium.path, args=[*browsers.ARGUMENTS], env=environment
        )
        take(browser, server.url, shown, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
