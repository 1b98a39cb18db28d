"""A change from the catalogue to the board, in the browser; nobody approves her own."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.server import Client
from tests.web.conftest import NARROW, OpenPage
from tests.web.test_cases_carried import ASSESSED, vote

AsProgram = Callable[[str], Client]


def ask_for_a_change(page: Page, title: str) -> str:
    """By the form in the catalogue; the id of the case."""
    page.get_by_label("What is to change?").fill(title)
    page.get_by_label("Normal: assessed and approved first").check()
    services = page.get_by_role("group", name="Services")
    if services.get_by_role("textbox").count() == 0:
        services.get_by_role("button", name="Add").click()
    services.get_by_role("textbox").fill("Network")
    page.get_by_label("Reason").fill("The old one restarts by itself.")
    page.get_by_label("1 - whole organisation").check()
    page.get_by_label("Medium: several steps or teams").check()
    for question in ("Plan and back-out plan are tested", "A service is interrupted meanwhile"):
        page.get_by_role("radiogroup", name=question).get_by_label("Yes").check()
    page.get_by_role("radiogroup", name="Carried out by").get_by_label("Network").check()
    page.get_by_role("textbox", name="Plan", exact=True).fill("Swap it at night.")
    page.get_by_role("textbox", name="Back-out plan", exact=True).fill("Put the old one back.")
    page.get_by_label("Planned start").fill("2030-01-10T22:00")
    page.get_by_label("Planned duration in minutes").fill("120")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    return page.url.rsplit("/", 1)[1]


def test_who_asks_for_a_change_has_no_vote_on_it_though_she_is_on_the_board(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    page = open_page("/catalogue", "cab1", size=NARROW)
    page.get_by_role("link", name="Change", exact=True).click()
    case = ask_for_a_change(page, "New core switch")
    carl, cab1 = as_program("carl"), as_program("cab1")
    carl.post(f"/user-tasks/{carl.task(case)}/complete", {"data": ASSESSED})

    page.goto(f"/cases/{case}")
    now = page.get_by_role("region", name="To be done now")
    expect(now.get_by_text("Vote on the change")).to_have_count(2)
    expect(now.get_by_role("link", name="Open", exact=True)).to_have_count(0)
    refused = cab1.ask(f"/user-tasks/{cab1.task(case)}/complete", {"data": {"vote": "approve"}})
    assert refused.status_code == 403

    for member in ("cab2", "cab3"):
        vote(open_page(f"/cases/{case}", member, size=NARROW, language="en"), "Approve")
    page.reload()
    expect(now).to_contain_text("Schedule the change")
