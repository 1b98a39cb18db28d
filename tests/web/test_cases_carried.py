"""Whole cases in the browser: a board votes, a continuity plan is exercised."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.server import Client, eventually
from tests.web.conftest import NARROW, OpenPage

AsProgram = Callable[[str], Client]

ASKED = {
    "kind": "normal",
    "services": ["Network"],
    "reason": "The old one restarts by itself.",
    "impact": 1,
    "likelihood": "medium",
    "plan_tested": True,
    "outage": True,
    "implementing_group": "network",
    "plan": "Swap it at night.",
    "back_out_plan": "Put the old one back.",
    "planned_start": "2030-01-10T22:00:00+01:00",
    "planned_minutes": 120,
}
ASSESSED = {
    "outcome": "go-on",
    "impact": 1,
    "likelihood": "medium",
    "plan_tested": True,
    "outage": True,
    "implementing_group": "network",
    "benefit": "Ends two outages a week.",
    "board": ["cab1", "cab2", "cab3"],
}


@pytest.fixture
def change(as_program: AsProgram) -> str:
    """A change that the board is to vote on."""
    case = as_program("ann").start("change", title="New core switch", **ASKED)
    carl = as_program("carl")
    carl.post(f"/user-tasks/{carl.task(case)}/complete", {"data": ASSESSED})
    return case


def do_what_is_mine(page: Page) -> None:
    """From the case to the form of the task that waits there."""
    page.get_by_role("region", name="To be done now").get_by_role("link", name="Open", exact=True).click()


def complete(page: Page) -> None:
    button = page.get_by_role("button", name="Complete")
    button.click()
    expect(button).to_have_count(0)


def vote(page: Page, choice: str, reason: str = "") -> None:
    do_what_is_mine(page)
    page.get_by_role("radio", name=choice).check()
    if reason:
        page.get_by_label("Reason or condition").fill(reason)
    complete(page)


def test_the_board_votes_a_change_through(open_page: OpenPage, change: str) -> None:
    for member in ("cab1", "cab3"):
        vote(open_page(f"/cases/{change}", member), "Approve")

    page = open_page(f"/cases/{change}", "carl")

    expect(page.get_by_role("region", name="To be done now")).to_contain_text("Schedule the change")
    voted = page.get_by_role("listitem").filter(has_text="completed Vote on the change")
    expect(voted).to_have_count(2)
    voted.first.get_by_role("button", name="What was entered").click()
    expect(voted.first).to_contain_text("Approve")


def test_the_board_votes_a_change_down(open_page: OpenPage, change: str) -> None:
    for member in ("cab1", "cab3"):
        vote(open_page(f"/cases/{change}", member), "Reject", "Not before the holidays.")

    page = open_page(f"/cases/{change}", "ann")

    expect(page.get_by_text("completed", exact=True)).to_be_visible()
    page.get_by_role("tab", name="Diagram").click()
    expect(page.get_by_text("Nothing goes on in it any more.")).to_be_visible()


def plan(cora: Client, case: str) -> None:
    """Of an exercise that begins at once."""
    teams = [{"team": "service-desk", "part": "Tell them."}, {"team": "network", "part": "Switch over."}]
    given: dict[str, Any] = {"kind": "simulation", "scenario": "The room burns.", "participants": teams}
    data = given | {"begins_at": "2026-01-10T09:00:00Z"}
    cora.post(f"/user-tasks/{cora.task(case)}/complete", {"data": data})


def test_cora_runs_an_exercise(open_page: OpenPage, as_program: AsProgram) -> None:
    page = open_page("/catalogue/continuity_exercise", "cora", size=NARROW)
    page.get_by_label("Name of the plan").fill("Mail is lost")
    page.get_by_label("Service", exact=False).first.fill("Mail")
    page.get_by_label("Recovery time objective (minutes)").fill("60")
    page.get_by_label("Recovery point objective (minutes)").fill("15")
    page.get_by_label("Where the plan is").fill("In the safe")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1, name="Mail is lost")).to_be_visible()
    case = page.url.rsplit("/", 1)[1]

    plan(as_program("cora"), case)
    sam, nia = as_program("sam"), as_program("nia")
    parts = eventually(lambda: sam.get("/user-tasks", instance=case)["items"])
    assert len(parts) == 1
    nia.post(f"/user-tasks/{nia.task(case)}/complete", {"data": {"observation": "Switched over."}})
    desk = open_page(f"/cases/{case}", "sam", size=NARROW)
    desk.get_by_role("button", name="Claim").click()
    do_what_is_mine(desk)
    desk.get_by_role("textbox", name="What happened").fill("Everybody was told within ten minutes.")
    complete(desk)

    page.goto(f"/cases/{case}")
    page.get_by_role("button", name="Claim").click()
    do_what_is_mine(page)
    page.get_by_label("Time it took to recover (minutes)").fill("45")
    page.get_by_label("Data lost (minutes)").fill("5")
    complete(page)
    reviewer = open_page(f"/cases/{case}", "mia", size=NARROW)
    reviewer.get_by_role("button", name="Claim").click()
    do_what_is_mine(reviewer)
    reviewer.get_by_label("Conclusion").fill("It holds.")
    reviewer.get_by_role("radio", name="No").check()
    complete(reviewer)

    page.goto(f"/cases/{case}")
    expect(page.get_by_text("completed", exact=True)).to_be_visible()
