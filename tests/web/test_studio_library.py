"""The library of processes, decisions and forms."""

from playwright.sync_api import expect

from tests.web.conftest import OpenPage, assert_accessible_in_every_look
from tests.web.studio import SETTLED, summary


def test_the_library_is_accessible(open_page: OpenPage) -> None:
    page = open_page("/studio", "pat")

    expect(page.get_by_role("link", name="Incident", exact=True)).to_be_visible()

    assert_accessible_in_every_look(page)


def test_a_new_process_begins_as_one_that_deploys(open_page: OpenPage) -> None:
    page = open_page("/studio", "pat")

    page.get_by_role("button", name="New process").click()
    page.get_by_role("textbox", name="Name").fill("Onboard somebody")
    expect(page.get_by_role("textbox", name="Key")).to_have_value("onboard_somebody")
    page.get_by_role("button", name="Create").click()

    expect(page.get_by_role("heading", level=1, name="onboard_somebody")).to_be_visible(timeout=SETTLED)
    expect(summary(page)).to_have_text("Ready to deploy", timeout=SETTLED)
    page.goto("/studio")
    expect(page.get_by_text("Draft, pat").first).to_be_visible()


def test_a_key_that_is_taken_is_told_before_anything_is_made(open_page: OpenPage) -> None:
    page = open_page("/studio", "pat")

    page.get_by_role("button", name="New process").click()
    page.get_by_role("textbox", name="Key").fill("incident")

    expect(page.get_by_text("There is one with this key already.")).to_be_visible()
    expect(page.get_by_role("button", name="Create")).to_be_disabled()


def test_the_studio_speaks_chinese(open_page: OpenPage) -> None:
    page = open_page("/studio/processes/incident/edit", "pat", locale="zh-CN")
    page.get_by_role("button", name="Pat Poole").click()
    page.get_by_text("简体中文").click()
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="部署…")).to_be_visible()
    expect(page.get_by_role("button", name="创建用户任务")).to_be_visible()
    expect(page.get_by_text("可以部署")).to_be_visible(timeout=SETTLED)
