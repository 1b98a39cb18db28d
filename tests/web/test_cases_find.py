"""Finding cases: words in any script, filters, the box in the header."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.server import Client
from tests.web.conftest import OpenPage

AsProgram = Callable[[str], Client]


def start(as_program: AsProgram, title: str, impact: int = 2) -> str:
    return as_program("ann").start("incident", title=title, description=title, impact=impact, urgency=2)


def found(page: Page) -> list[str]:
    table = page.get_by_role("table", name="Cases")
    return table.get_by_role("row").get_by_role("link").all_inner_texts()


def test_two_chinese_characters_find_a_case(open_page: OpenPage, as_program: AsProgram) -> None:
    start(as_program, "会议室投影仪无法连接")
    start(as_program, "打印机卡纸")
    page = open_page("/cases", "mia")

    page.get_by_label("Number or words").fill("投影")

    expect(page).to_have_url(re.compile("q=%E6%8A%95%E5%BD%B1"))
    expect(page.get_by_role("row").filter(has_text="打印机卡纸")).to_have_count(0)
    assert found(page) == ["会议室投影仪无法连接"]


def test_a_slash_leads_to_the_search_from_any_page(open_page: OpenPage, as_program: AsProgram) -> None:
    case = start(as_program, "Telescope out of focus")
    number = as_program("ann").get(f"/process-instances/{case}")["number"]
    page = open_page("/catalogue", "sam")
    expect(page.get_by_role("heading", level=1, name="Start something")).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type(number)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1, name="Cases")).to_be_visible()
    expect(page.get_by_label("Number or words")).to_have_value(number)
    expect(page.get_by_role("link", name="Telescope out of focus")).to_be_visible()
    assert found(page) == ["Telescope out of focus"]


def test_filters_narrow_the_list_and_stay_in_the_address(open_page: OpenPage, as_program: AsProgram) -> None:
    urgent, usual = "Anvil is broken", "Anvil is scratched"
    start(as_program, urgent, impact=1)
    start(as_program, usual, impact=3)
    page = open_page("/cases?q=Anvil", "mia")
    expect(page.get_by_role("link", name=usual)).to_be_visible()

    page.get_by_role("combobox", name="Priority").click()
    page.get_by_role("option", name="2", exact=True).click()
    expect(page.get_by_role("link", name=usual)).to_have_count(0)
    page.reload()

    expect(page.get_by_role("link", name=urgent)).to_be_visible()
    expect(page.get_by_role("link", name=usual)).to_have_count(0)
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_role("link", name=usual)).to_be_visible()


def test_a_search_without_a_find_says_so(open_page: OpenPage) -> None:
    page = open_page("/cases?q=xylophonist", "mia")

    expect(page.get_by_text("Nothing found")).to_be_visible()
