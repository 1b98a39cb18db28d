"""An owner edits a form and sees it as the person will."""

from playwright.sync_api import expect

from tests.web import studio
from tests.web.conftest import OpenPage, assert_accessible
from tests.web.studio import SETTLED, summary

FORM = '{"schema": {"type": "object", "properties": {"%s": {"type": "string", "title": "Colour"}}}}'


def test_a_form_is_edited_with_its_preview_and_deployed(open_page: OpenPage) -> None:
    page = studio.edit(open_page, "forms/incident%2Fanswer")
    document = page.get_by_role("textbox", name="Form document")
    preview = page.get_by_role("region", name="Preview")

    document.fill(FORM % "colour")
    expect(preview.get_by_role("textbox", name="Colour")).to_be_visible()
    studio.deploy(page, "Ask for the colour")

    expect(page.get_by_text("incident/answer is now version 2.")).to_be_visible(timeout=SETTLED)


def test_the_preview_is_shown_in_chinese_too(open_page: OpenPage) -> None:
    page = studio.edit(open_page, "forms/incident%2Ftriage")
    preview = page.get_by_role("region", name="Preview")

    preview.get_by_text("简体中文").click()

    expect(preview.get_by_text("类别")).to_be_visible()


def test_a_slip_in_the_document_is_told_where_it_is(open_page: OpenPage) -> None:
    page = studio.edit(open_page, "forms/incident%2Freport")
    document = page.get_by_role("textbox", name="Form document")

    document.fill('{\n  "schema": {\n    "type" "object"\n  }\n}')

    expect(page.get_by_text("Line 3: this is not JSON.")).to_be_visible()
    expect(summary(page)).to_have_text("1 problem", timeout=SETTLED)


def test_the_form_editor_is_accessible(open_page: OpenPage) -> None:
    page = studio.edit(open_page, "forms/incident%2Fwork")

    assert_accessible(page)
