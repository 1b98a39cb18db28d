"""An owner edits a decision, tries it out and deploys it."""

from playwright.sync_api import Page, expect

from tests.web import studio
from tests.web.conftest import OpenPage, assert_accessible
from tests.web.studio import SETTLED, summary


def begun(open_page: OpenPage, name: str) -> Page:
    """A new decision of this name, open in its editor."""
    page = open_page("/studio?kind=decision", "pat")
    page.get_by_role("button", name="New decision").click()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("button", name="Create").click()
    expect(summary(page)).to_have_text("Ready to deploy", timeout=SETTLED)
    return page


def test_a_cell_is_changed_tried_out_and_deployed(open_page: OpenPage) -> None:
    page = begun(open_page, "Urgency")

    page.locator("td.output-cell").first.click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("4")
    page.get_by_role("textbox", name="Variables").fill('{"impact": 2}')
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text('"priority": 4')).to_be_visible(timeout=SETTLED)
    studio.deploy(page, "Four it is")

    expect(page.get_by_text("urgency is now version 1.")).to_be_visible(timeout=SETTLED)


def test_a_cell_that_cannot_be_read_is_told(open_page: OpenPage) -> None:
    page = begun(open_page, "Unreadable")

    page.locator("td.output-cell").first.click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("1 +")

    expect(summary(page)).to_have_text("1 problem", timeout=SETTLED)


def test_the_decision_editor_is_accessible(open_page: OpenPage) -> None:
    page = begun(open_page, "Accessible")

    assert_accessible(page, without=(".dmn-js-parent",))
