"""My work and a task's page: finding, taking and doing what is to be done."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.server import Client
from tests.web.conftest import OpenPage, assert_accessible, assert_accessible_in_every_look
from tests.web.test_forms import deploy

AsProgram = Callable[[str], Client]

LATE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="urn:test">
  <process id="errand" name="Errand" isExecutable="true" camunda:historyTimeToLive="P1D">
    <startEvent id="start" />
    <sequenceFlow id="one" sourceRef="start" targetRef="run" />
    <userTask id="run" name="Run the errand" camunda:candidateGroups="service-desk"
        camunda:dueDate="${due}" camunda:priority="${urgency}" />
    <sequenceFlow id="two" sourceRef="run" targetRef="end" />
    <endEvent id="end" />
  </process>
</definitions>
"""


@pytest.fixture
def errand(as_program: AsProgram) -> Callable[..., str]:
    """Starts a case with one task without a form: `errand("title", due="PT1H", urgency=2)`; the task's id."""
    deploy(as_program("pat"), {"errand/errand.bpmn": LATE})
    sam = as_program("sam")

    def start(title: str, *, due: str | None = None, urgency: int = 3) -> str:
        body = {"definition": "errand", "title": title, "variables": {"due": due, "urgency": urgency}}
        return sam.task(sam.post("/process-instances", body)["id"])

    return start


def incident(as_program: AsProgram, title: str) -> tuple[str, str]:
    """An incident that ann has reported: the case's id and that of its triage."""
    details = {"description": "It stopped.", "impact": 2, "urgency": 2}
    case = as_program("ann").start("incident", title=title, **details)
    return case, as_program("sam").task(case)


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("row").filter(has_text=text)


def complete(page: Page) -> None:
    page.get_by_role("button", name="Complete", exact=True).click()


# The list


def test_a_task_is_found_claimed_in_place_and_given_back(open_page: OpenPage, as_program: AsProgram) -> None:
    incident(as_program, "Lamp flickers oddly")
    page = open_page("/work?tab=team", "sam")

    page.get_by_role("main").get_by_role("searchbox").fill("flickers oddly")
    expect(page).to_have_url(re.compile("q=flickers"))
    expect(page.get_by_role("row")).to_have_count(2)
    row(page, "Lamp").get_by_role("button", name="Claim").click()
    expect(page.get_by_text("No task fits.")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    page.get_by_role("tab", name="Mine").click()
    row(page, "Lamp").get_by_role("button", name="Give back").click()

    expect(row(page, "Lamp")).to_be_hidden()
    page.get_by_role("tab", name="For my teams").click()
    expect(row(page, "Lamp")).to_be_visible()


def test_what_is_due_next_comes_first_and_what_is_late_says_so(
    open_page: OpenPage, as_program: AsProgram, errand: Callable[..., str]
) -> None:
    errand("Errand never")
    errand("Errand later", due="PT5H")
    errand("Errand late", due="2020-01-01T00:00:00Z", urgency=1)

    page = open_page("/work?tab=team&process=errand", "sam")

    expect(row(page, "Errand")).to_have_count(3)
    expect(row(page, "Errand").first).to_contain_text("overdue")
    titles = page.get_by_role("row").filter(has_text="Errand").all_inner_texts()
    assert [re.search(r"Errand (never|later|late)\b", title).group(1) for title in titles] == [  # type: ignore[union-attr]
        "late",
        "later",
        "never",
    ]
    page.locator("label", has_text="Only overdue").click()
    expect(row(page, "Errand")).to_have_count(1)
    page.locator("label", has_text="Only overdue").click()
    page.get_by_label("Priority").select_option("Priority 1")
    expect(row(page, "Errand")).to_have_count(1)
    page.reload()
    expect(row(page, "Errand")).to_have_count(1)


def test_a_list_is_worked_through_with_the_keyboard(open_page: OpenPage, errand: Callable[..., str]) -> None:
    for number in (1, 2, 3):
        errand(f"Keys {number}", due=f"PT{number}H")
    page = open_page("/work?tab=team&process=errand&q=keys", "sam")
    expect(row(page, "Keys")).to_have_count(3)

    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("c")
    expect(row(page, "Keys 2")).to_be_hidden()
    # The row that took its place has the focus.
    expect(row(page, "Keys 3").get_by_role("link")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Keys 1")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="Run the errand")).to_be_visible()
    page.go_back()
    expect(row(page, "Keys")).to_have_count(2)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("claims it")
    assert_accessible(page)


def test_a_long_list_is_shown_page_by_page(open_page: OpenPage, errand: Callable[..., str]) -> None:
    for number in range(53):
        errand(f"Long {number}", due="PT1H")

    page = open_page("/work?tab=team&q=long", "sam")

    expect(row(page, "Long")).to_have_count(50)
    page.get_by_role("button", name="Show more").click()
    expect(row(page, "Long")).to_have_count(53)
    expect(page.get_by_role("tab", name="For my teams")).to_contain_text("50+")
    lowest = row(page, "Long").last.get_by_role("link")
    lowest.click()
    expect(page.get_by_role("heading", level=1, name="Run the errand")).to_be_visible()
    page.go_back()
    expect(lowest).to_be_in_viewport()


def test_the_exact_time_is_told_to_who_points_at_it_or_comes_by_with_the_keyboard(
    open_page: OpenPage, errand: Callable[..., str]
) -> None:
    errand("Punctual", due="2020-01-01T00:00:00Z")
    page = open_page("/work?tab=team&q=punctual", "sam")
    due = row(page, "Punctual").locator("time").first
    expect(due).to_have_accessible_description("")

    due.hover()
    expect(page.get_by_role("tooltip")).to_contain_text(re.compile("Wed, 1 Jan 2020,? 01:00 CET"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
    page.mouse.move(0, 0)
    due.focus()
    expect(due).to_have_accessible_description(re.compile("1 Jan 2020"))
    due.blur()

    expect(page.get_by_role("tooltip")).to_be_hidden()


def test_who_has_nothing_to_do_is_told_where_to_look(open_page: OpenPage) -> None:
    page = open_page("/work", "cora")

    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="See what my teams could take").click()

    expect(page.get_by_role("tab", name="For my teams")).to_have_attribute("aria-selected", "true")


def test_the_pages_of_work_are_accessible(open_page: OpenPage, as_program: AsProgram) -> None:
    _, task = incident(as_program, "To look at")
    page = open_page("/work?tab=team&q=to+look+at", "mia")
    page.get_by_role("tab", name="Everything").click()
    expect(page.get_by_text("To look at").first).to_be_visible()
    assert_accessible_in_every_look(page)

    page.goto(f"/tasks/{task}")
    expect(page.get_by_text("it is for others to do")).to_be_visible()
    expect(page.get_by_role("tab", name="Comments")).to_be_visible()

    assert_accessible_in_every_look(page)


# A task


def test_two_people_claim_one_task_and_the_second_is_told_who_was_first(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    _, task = incident(as_program, "Wanted by two")
    page = open_page(f"/tasks/{task}", "sam")
    expect(page.get_by_role("button", name="Claim")).to_be_visible()
    as_program("mia").post(f"/user-tasks/{task}/assign", {"assignee": "root"})

    page.get_by_role("button", name="Claim").click()

    expect(page.get_by_role("alert").filter(has_text="has claimed this task").first).to_be_visible()
    expect(page.get_by_text("has claimed this task; you can read it.")).to_be_visible()
    expect(page.get_by_role("button", name="Complete")).to_be_hidden()


def test_what_was_typed_survives_a_reload_and_can_be_thrown_away(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    _, task = incident(as_program, "Draft of mine")
    page = open_page(f"/tasks/{task}", "sam")
    expect(page.get_by_label("No, reject it")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Restored what you typed")).to_be_hidden()

    page.get_by_label("No, reject it").check()
    page.get_by_label("Why it is no incident").fill("It is a wish.")
    page.reload()
    expect(page.get_by_label("Why it is no incident")).to_have_value("It is a wish.")
    expect(page.get_by_text("Restored what you typed")).to_be_visible()
    page.get_by_role("button", name="Start over").click()

    expect(page.get_by_label("No, reject it")).not_to_be_checked()
    page.reload()
    expect(page.get_by_label("No, reject it")).not_to_be_checked()
    expect(page.get_by_text("Restored what you typed")).to_be_hidden()


def test_losing_the_connection_while_sending_loses_nothing_and_sends_once(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    case, task = incident(as_program, "Sent into the void")
    page = open_page(f"/tasks/{task}", "sam")
    page.get_by_label("No, reject it").check()
    page.get_by_label("Why it is no incident").fill("It is a wish.")

    def swallow(route: Route) -> None:
        route.fetch()  # the server does it, but its answer is lost
        route.abort()

    page.route("**/complete", swallow)
    complete(page)
    expect(page.get_by_role("alert").filter(has_text="cannot be reached")).to_be_visible()
    expect(page.get_by_label("Why it is no incident")).to_have_value("It is a wish.")
    expect(page.get_by_text("What you typed is still here.")).to_be_visible()
    page.unroute("**/complete")
    complete(page)

    expect(page.get_by_role("heading", name="You have completed this task")).to_be_visible()
    assert len(as_program("root").history(case, "task completed")) == 1


def test_a_busy_server_keeps_what_was_typed(open_page: OpenPage, as_program: AsProgram) -> None:
    _, task = incident(as_program, "Busy")
    page = open_page(f"/tasks/{task}", "sam")
    page.get_by_label("No, reject it").check()
    page.get_by_label("Why it is no incident").fill("It is a wish.")
    page.route("**/complete", lambda route: route.fulfill(status=503, json={"status": 503, "title": "Busy"}))

    complete(page)

    expect(page.get_by_role("alert")).to_contain_text("The server is busy")
    expect(page.get_by_role("button", name="Complete", exact=True)).to_be_focused()
    expect(page.get_by_label("Why it is no incident")).to_have_value("It is a wish.")


def test_who_is_overtaken_sees_by_whom_and_keeps_what_she_typed(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    _, task = incident(as_program, "Overtaken")
    page = open_page(f"/tasks/{task}", "sam")
    page.get_by_label("No, reject it").check()
    page.get_by_label("Why it is no incident").fill("It is a wish.")
    # Meanwhile:
    answer = {"outcome": "reject", "rejection_reason": "Already known."}
    as_program("root").post(f"/user-tasks/{task}/complete", {"data": answer})

    complete(page)

    expect(page.get_by_role("heading", name=re.compile("has completed this task"))).to_be_focused()
    unsent = page.get_by_role("alert").filter(has_text="What you typed was not sent")
    expect(unsent).to_contain_text("It is a wish.")
    expect(page.get_by_text("Already known.")).to_be_visible()
    assert_accessible(page)
    unsent.get_by_role("button", name="Throw it away").click()
    expect(unsent).to_be_hidden()


def test_a_task_without_a_form_asks_before_it_is_done(
    open_page: OpenPage, as_program: AsProgram, errand: Callable[..., str]
) -> None:
    task = errand("Without a form")
    page = open_page(f"/tasks/{task}", "sam")

    complete(page)
    dialog = page.get_by_role("dialog", name="Complete Run the errand?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert as_program("sam").get(f"/user-tasks/{task}")["state"] == "open"
    complete(page)
    dialog.get_by_role("button", name="Complete").click()

    expect(page.get_by_role("heading", name="You have completed this task")).to_be_visible()


def test_after_a_task_the_next_one_is_offered(
    open_page: OpenPage, as_program: AsProgram, errand: Callable[..., str]
) -> None:
    task, following = errand("First of two"), errand("Second of two", due="PT1M", urgency=1)
    as_program("sam").post(f"/user-tasks/{following}/claim")
    page = open_page(f"/tasks/{task}", "sam")

    complete(page)
    page.get_by_role("dialog").get_by_role("button", name="Complete").click()
    offers = page.get_by_role("region", name="Next for you")
    offers.get_by_role("link", name=re.compile("Second of two")).click()

    expect(page).to_have_url(re.compile(f"/tasks/{following}$"))
    expect(page.get_by_role("button", name="Complete", exact=True)).to_be_visible()


def test_a_task_that_is_not_for_her_or_not_there_is_explained(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    _, task = incident(as_program, "Not for cora")

    page = open_page(f"/tasks/{task}", "cora")

    expect(page.get_by_role("heading", level=1, name="There is no such task")).to_be_visible()
    expect(page.get_by_text("It may have ended, or it is not for you.")).to_be_visible()
    assert_accessible(page)


def test_a_manager_gives_a_task_to_somebody(open_page: OpenPage, as_program: AsProgram) -> None:
    _, task = incident(as_program, "To be given")
    page = open_page(f"/tasks/{task}", "mia")

    page.get_by_role("button", name="Give to …").click()
    dialog = page.get_by_role("dialog", name="Give this task to")
    dialog.get_by_label("Name of the person").fill("sam")
    dialog.get_by_role("button", name=re.compile("Sam Sorensen")).click()

    expect(page.get_by_text("Sam Sorensen has claimed this task; you can read it.")).to_be_visible()
    assert as_program("sam").get(f"/user-tasks/{task}")["assignee"] == "sam"


def test_beside_a_task_stand_its_comments_its_history_and_its_place_in_the_diagram(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    case, task = incident(as_program, "In context")
    as_program("ann").post(f"/process-instances/{case}/comments", {"text": "It smells too."})
    page = open_page(f"/tasks/{task}", "sam")

    expect(page.get_by_text("It smells too.")).to_be_visible()
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("Ann Archer")
    page.get_by_role("button", name="Where this is in the process").click()

    expect(page.locator(".djs-container")).to_be_visible()
    assert_accessible(page, without=(".djs-container",))


def test_a_list_that_has_not_changed_costs_only_its_headers(
    open_page: OpenPage, errand: Callable[..., str]
) -> None:
    errand("Cheap to ask for")
    page = open_page("/work?tab=team&q=cheap", "sam")
    expect(row(page, "Cheap")).to_be_visible()

    etag = page.evaluate(
        "fetch('/api/v1/user-tasks?group=mine&definition=errand').then(one => one.headers.get('ETag'))"
    )
    status = page.evaluate(
        "etag => fetch('/api/v1/user-tasks?group=mine&definition=errand', "
        "{cache: 'no-store', headers: {'If-None-Match': etag}}).then(one => one.status)",
        etag,
    )

    assert status == 304
