"""Service-level clocks where people work: counting down, on cases, on the board, and as notifications."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.desk import chain, diagram, user
from tests.server import Client
from tests.web.conftest import OpenPage, assert_accessible, assert_accessible_in_every_look

AsProgram = Callable[[str], Client]
Watch = Callable[..., str]

HOUR = 3600
SETTLED = 120_000
LOOKS_AGAIN = 16_000
"""A list asks the server again before so many milliseconds have passed."""
STARTS = '<extensionElements><baton:clock name="resolution" action="start"/></extensionElements>'
PAUSES = '<extensionElements><baton:clock name="resolution" action="pause"/></extensionElements>'
POLICY = {
    "name": "Watching",
    "targets": [
        {
            "process": "watched",
            "clock": "resolution",
            "target": "PT4H",
            "calendar": "24x7",
            "thresholds": [
                {"at": "50%", "do": [{"notify": {"people": ["mia"]}}]},
                {"at": "100%", "do": [{"notify": {"people": ["mia"]}}, {"level": 1}]},
            ],
        }
    ],
}


@pytest.fixture
def watch(as_program: AsProgram) -> Watch:
    """Starts a case with a clock of four hours round the clock: `watch("Its title")`; its id. It is worked on
    first and then waits, which pauses the clock. `measured=False`: without a target.
    """
    pat = as_program("pat")
    steps = chain(user("work"), user("wait", inside=PAUSES))
    for key in ("watched", "unwatched"):
        pat.deploy(f"{key}/{key}.bpmn", diagram(key, STARTS + steps))
    pat.save("/sla-policies/watching", POLICY)

    def start(title: str, *, measured: bool = True) -> str:
        body = {"definition": "watched" if measured else "unwatched", "title": title, "variables": {}}
        return str(as_program("sam").post("/process-instances", body)["id"])

    return start


def later(as_program: AsProgram, seconds: float) -> None:
    as_program("root").post("/clock/advance", {"seconds": seconds})


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("row").filter(has_text=text)


def test_time_remaining_counts_down_until_it_is_breached_in_words(
    open_page: OpenPage, as_program: AsProgram, watch: Watch
) -> None:
    watch("Watch the seconds")
    page = open_page("/work?tab=team&q=seconds", "sam", moved=True)
    expect(row(page, "seconds")).to_contain_text(re.compile(r"Resolution · 3h 5\dm left"))

    later(as_program, 3 * HOUR + 55 * 60)
    page.clock.fast_forward(LOOKS_AGAIN)
    told = row(page, "seconds").get_by_text("left")
    expect(told).to_contain_text(re.compile(r"[1-4]m \d+s left"))
    before = told.inner_text()
    expect(told).not_to_have_text(before)
    later(as_program, 10 * 60)
    page.clock.fast_forward(LOOKS_AGAIN)

    expect(row(page, "seconds")).to_contain_text(re.compile(r"breached by [5-9]m \d+s"))


def test_time_that_does_not_count_is_not_counted_down(
    open_page: OpenPage, as_program: AsProgram, watch: Watch
) -> None:
    pat = as_program("pat")
    some_day = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    hours = {
        "name": "Some day",
        "tz": "Europe/Berlin",
        "weekly": {},
        "special_days": {some_day: [["09:00", "17:00"]]},
    }
    pat.save("/calendars/some-day", hours)
    target = POLICY["targets"][0] | {"calendar": "some-day", "thresholds": []}
    watch("Watch the days")
    pat.save("/sla-policies/watching", {"name": "Watching", "targets": [target]})
    as_program("sam").post(
        "/process-instances", {"definition": "watched", "title": "Watch no days", "variables": {}}
    )

    page = open_page("/work?tab=team&q=days", "sam")

    expect(row(page, "the days")).to_contain_text(re.compile(r"Resolution · 3h 5\dm left"))
    expect(row(page, "no days")).to_contain_text(re.compile(r"Resolution · 4h left, from .*\b09:00"))


def test_what_burns_next_comes_first(open_page: OpenPage, as_program: AsProgram, watch: Watch) -> None:
    watch("Burning first")
    later(as_program, HOUR)
    watch("Burning second")

    page = open_page("/work?tab=team&q=burning", "sam")

    expect(row(page, "Burning")).to_have_count(2)
    expect(row(page, "Burning").first).to_contain_text("Burning first")


def test_a_case_tells_all_about_its_clock(open_page: OpenPage, as_program: AsProgram, watch: Watch) -> None:
    case = watch("Told in full")
    sam = as_program("sam")
    later(as_program, 2 * HOUR + 60)
    sam.post(f"/user-tasks/{sam.task(case)}/complete", {"data": None})
    later(as_program, HOUR)

    page = open_page(f"/cases/{case}?view=clocks", "sam")
    clock = page.get_by_role("region", name="Resolution")

    expect(clock).to_contain_text(re.compile(r"paused, 1h 5\dm left"), timeout=SETTLED)
    expect(clock).to_contain_text("not while it is paused")
    expect(clock).to_contain_text(re.compile(r"4h · 5\d % used"))
    expect(row(page, "50 % of the target")).to_contain_text(re.compile(r"\d:\d\d"))
    expect(clock).to_contain_text(re.compile(r"Service desk 2h \dm · paused"))
    expect(clock.get_by_role("listitem").filter(has_text="started")).to_contain_text("Sam Sorensen")
    expect(clock.get_by_role("listitem").filter(has_text="threshold reached: 50 %")).to_be_visible()
    assert_accessible_in_every_look(page)


def test_a_case_without_a_target_says_so(open_page: OpenPage, watch: Watch) -> None:
    case = watch("Promised nothing", measured=False)

    page = open_page(f"/cases/{case}?view=clocks", "sam")

    expect(page.get_by_text("not measured").first).to_be_visible()
    expect(page.get_by_text("No target applies to this case")).to_be_visible()


def test_the_managers_board_shows_what_is_breached_paused_and_in_nobodys_hands(
    open_page: OpenPage, as_program: AsProgram, watch: Watch
) -> None:
    sam = as_program("sam")
    watch("Board breached")
    later(as_program, 5 * HOUR)
    waiting = watch("Board paused")
    sam.post(f"/user-tasks/{sam.task(waiting)}/complete", {"data": None})
    taken = watch("Board taken")
    sam.post(f"/user-tasks/{sam.task(taken)}/claim")

    page = open_page("/service-levels?process=watched", "mia")

    expect(row(page, "Board taken")).to_contain_text(re.compile(r"3h 5\dm left"))
    expect(row(page, "Board taken")).to_contain_text("Sam Sorensen")
    expect(row(page, "Board breached")).to_have_count(0)
    page.get_by_role("tab", name="Breached").click()
    expect(row(page, "Board breached")).to_contain_text(re.compile(r"breached by 1h"))
    expect(row(page, "Board breached")).to_contain_text("escalation level 1")
    page.get_by_role("tab", name="Paused").click()
    expect(row(page, "Board paused")).to_contain_text(re.compile(r"paused, 3h 5\dm left"))
    page.get_by_role("tab", name="Nobody has it").click()
    expect(row(page, "Board breached")).to_be_visible()
    expect(row(page, "Board taken")).to_have_count(0)
    page.get_by_role("button", name="Service desk").click()
    expect(page).to_have_url(re.compile("team=service-desk"))
    expect(row(page, "Board breached")).to_be_visible()
    assert_accessible_in_every_look(page)


def test_the_bell_tells_and_leads_to_the_case(
    open_page: OpenPage, as_program: AsProgram, watch: Watch
) -> None:
    watch("Rung for")
    later(as_program, 2 * HOUR + 60)

    page = open_page("/work", "mia")
    page.get_by_role("button", name=re.compile(r"Notifications, \d+ unread")).click(timeout=SETTLED)
    told = (
        page.get_by_role("dialog", name="Notifications").get_by_role("listitem").filter(has_text="Rung for")
    )
    expect(told).to_contain_text(re.compile(r"Resolution of \S+ has used 50 % of its time"))
    assert_accessible(page)
    told.get_by_role("link").click()

    expect(page.get_by_role("heading", level=1, name="Rung for")).to_be_visible()
    page.get_by_role("button", name=re.compile("Notifications")).click()
    expect(told).not_to_contain_text("unread")
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
