"""What tests of the studio share: its pages, and the words they wait for."""

from playwright.sync_api import Locator, Page, expect

from tests.web.conftest import OpenPage
from tests.web.texts import text

SETTLED = 120_000
"""Milliseconds the check or a draft may take on a busy machine."""


def edit(open_page: OpenPage, path: str, **options: object) -> Page:
    """An editor, open and checked, as pat sees it: `edit(open_page, "processes/incident")`."""
    page = open_page(f"/studio/{path}/edit", "pat", **options)
    expect(summary(page)).not_to_have_text(text(page, "studio:check.checking"), timeout=SETTLED)
    return page


def check(page: Page) -> Locator:
    return page.get_by_role("region", name=text(page, "studio:check.title"))


def summary(page: Page) -> Locator:
    return check(page).get_by_role("status")


def properties(page: Page) -> Locator:
    return page.get_by_role("complementary", name=text(page, "studio:process.panel"))


def select(page: Page, name: str) -> None:
    """Go to an element by the list, as one does without a mouse."""
    chosen = properties(page).get_by_role("combobox", name=text(page, "studio:steps.element"))
    chosen.click()
    chosen.fill(name)
    page.get_by_role("option", name=name).first.click()
    expect(properties(page).get_by_role("heading", level=2).first).to_contain_text(name)


def append(page: Page, kind: str) -> None:
    properties(page).get_by_role("button", name=text(page, "studio:steps.next")).click()
    page.get_by_role("menuitem", name=kind, exact=True).click()


def write(page: Page, label: str, text: str, role: str = "textbox") -> None:
    """Type into a property and leave it."""
    field = properties(page).get_by_role(role, name=label, exact=True)  # type: ignore[arg-type]
    field.fill(text)
    field.press("Tab")


def deploy(page: Page, reason: str) -> None:
    page.get_by_role("button", name=text(page, "studio:frame.deploy")).click()
    dialog = page.get_by_role("dialog", name=text(page, "studio:deploy.title"))
    dialog.get_by_role("textbox", name=text(page, "studio:deploy.reason")).fill(reason)
    dialog.get_by_role("button", name=text(page, "studio:deploy.action"), exact=True).click(timeout=SETTLED)
    expect(dialog).to_be_hidden(timeout=SETTLED)


def saved(page: Page) -> None:
    """Wait until the server has the draft."""
    expect(page.get_by_text(text(page, "studio:save.saved"))).to_be_visible(timeout=SETTLED)
