"""Cases in the browser: start one, follow it, talk about it, see where it is."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.server import Client
from tests.web.conftest import OpenPage, assert_accessible, assert_accessible_in_every_look

AsProgram = Callable[[str], Client]

CHINESE = "zh-CN"


def report(title: str) -> dict[str, object]:
    return {"title": title, "description": f"About: {title}", "impact": 2, "urgency": 2}


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible()


def fill_report(page: Page, title: str) -> None:
    page.get_by_label("What is wrong?").fill(title)
    page.get_by_label("Description").fill("It jams on every second page.")
    page.get_by_role("radiogroup", name="Impact").get_by_label("2 - a department or site").check()
    page.get_by_role("radiogroup", name="Urgency").get_by_label("2 - work is hindered").check()


def test_from_the_catalogue_to_a_case_with_a_number(open_page: OpenPage) -> None:
    page = open_page("/catalogue", "ann")

    page.get_by_role("link", name="Incident").click()
    fill_report(page, "Printer on floor 3 jams")
    page.get_by_role("button", name="Send").click()

    heading(page, "Printer on floor 3 jams")
    expect(page).to_have_url(re.compile("/cases/[0-9a-z]+$"))
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"INC-\d{6}"))
    expect(page.get_by_text("It is at: Triage")).to_be_visible()


def test_an_answer_that_was_lost_starts_no_second_case(open_page: OpenPage, as_program: AsProgram) -> None:
    page = open_page("/catalogue/incident", "ann")
    lost: list[str] = []

    def lose_the_answer(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(str(route.fetch().status))
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/v1/process-instances", lose_the_answer)

    fill_report(page, "Sent twice, started once")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("sent again, it starts one case only")).to_be_visible()
    page.get_by_role("button", name="Send").click()

    heading(page, "Sent twice, started once")
    assert lost == ["201"]
    assert len(as_program("ann").get("/process-instances", q="Sent twice, started once")["items"]) == 1


def test_what_was_typed_into_a_start_form_survives_a_reload(open_page: OpenPage) -> None:
    page = open_page("/catalogue/incident", "ann")
    page.get_by_label("What is wrong?").fill("Half a report")

    page.reload()

    expect(page.get_by_label("What is wrong?")).to_have_value("Half a report")
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_label("What is wrong?")).to_have_value("")


def test_what_waits_for_the_requester_stands_above_her_requests(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    ann, sam = as_program("ann"), as_program("sam")
    case = ann.start("incident", **report("Asked back"))
    triage = {"outcome": "work", "category": "other", "impact": 2, "urgency": 2}
    sam.post(f"/user-tasks/{sam.task(case)}/complete", {"data": triage | {"assigned_group": "service-desk"}})
    question = {"outcome": "ask", "question": "Which printer?"}
    sam.post(f"/user-tasks/{sam.task(case, 'work')}/complete", {"data": question})

    page = open_page("/requests", "ann")

    waiting = page.get_by_role("region", name="Waiting for you").get_by_role("listitem")
    asked = waiting.filter(has_text="Asked back")
    expect(asked.get_by_role("link", name="Answer the question", exact=True)).to_be_visible()
    assert_accessible(page)
    page.get_by_role("table", name="My requests").get_by_role("link", name="Asked back").click()
    heading(page, "Asked back")
    expect(page.get_by_role("region", name="To be done now")).to_contain_text("Answer the question")


def test_the_history_tells_in_plain_words_who_did_what(open_page: OpenPage, as_program: AsProgram) -> None:
    sam = as_program("sam")
    case = as_program("ann").start("incident", **report("Told in words"))
    sam.post(f"/user-tasks/{sam.task(case)}/claim")

    page = open_page(f"/cases/{case}", "sam")

    entries = page.get_by_role("tabpanel", name="What happened").get_by_role("listitem")
    expect(entries).to_have_count(3)
    expect(entries.nth(0)).to_contain_text("Sam Sorensen claimed Triage")
    expect(entries.nth(1)).to_contain_text("Set priority was decided")
    expect(entries.nth(2)).to_contain_text("Ann Archer started it")
    entries.nth(2).get_by_role("button", name="What was entered").click()
    expect(entries.nth(2)).to_contain_text("2 - a department or site")
    page.get_by_label("Show every step").check()
    expect(entries.filter(has_text="Triage began")).to_be_visible()


def test_the_diagram_shows_the_token_where_the_case_is_and_moves_it_on(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    sam = as_program("sam")
    case = as_program("ann").start("incident", **report("A token that moves"))
    page = open_page(f"/cases/{case}?view=diagram", "sam")
    token = page.locator(".case-token")
    expect(token).to_have_attribute("data-element", "triage")

    triage = {"outcome": "work", "category": "other", "impact": 2, "urgency": 2}
    sam.post(f"/user-tasks/{sam.task(case)}/complete", {"data": triage | {"assigned_group": "service-desk"}})
    page.reload()

    expect(token).to_have_attribute("data-element", "work")
    places = page.get_by_role("tabpanel", name="Diagram").get_by_role("definition")
    expect(places.nth(0)).to_have_text("Work on the incident")
    expect(places.nth(1)).to_contain_text("Requester withdraws")


def test_the_diagram_moves_with_the_keyboard_and_its_names_are_the_readers(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    case = as_program("nia").start("incident", **report("A diagram in Chinese"))
    page = open_page(f"/cases/{case}?view=diagram", "nia")
    drawing = page.get_by_role("region", name="流程图：事件")
    seen = drawing.locator("svg .viewport")
    expect(drawing.get_by_text("分派")).to_be_visible()

    drawing.locator("svg[tabindex]").focus()
    before = seen.get_attribute("transform")
    page.keyboard.press("ArrowRight")
    moved = seen.get_attribute("transform")
    page.keyboard.press("+")
    larger = seen.get_attribute("transform")

    assert len({before, moved, larger}) == 3
    assert_accessible(page)


def test_a_comment_is_kept_over_a_lost_connection_and_said_once(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    case = as_program("ann").start("incident", **report("Talked about"))
    page = open_page(f"/cases/{case}", "ann")
    box = page.get_by_label("Your comment")
    box.fill("It happens\nafter lunch only.")

    page.context.set_offline(True)
    box.press("Control+Enter")
    again = page.get_by_role("button", name="Send it again")
    expect(again).to_be_visible()
    expect(box).to_have_value("It happens\nafter lunch only.")
    page.context.set_offline(False)
    again.click()

    comments = page.get_by_role("region", name="Comments").get_by_role("listitem")
    expect(comments).to_have_count(1)
    expect(comments).to_contain_text("after lunch only.")
    expect(box).to_have_value("")
    assert len(as_program("ann").get(f"/process-instances/{case}/comments")["items"]) == 1


def test_a_comment_that_was_not_sent_is_there_after_a_reload(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    case = as_program("ann").start("incident", **report("Interrupted"))
    page = open_page(f"/cases/{case}", "ann")
    page.get_by_label("Your comment").fill("Half a thought")

    page.reload()

    expect(page.get_by_label("Your comment")).to_have_value("Half a thought")


def test_the_requester_withdraws_her_case(open_page: OpenPage, as_program: AsProgram) -> None:
    case = as_program("ann").start("incident", **report("Not needed any more"))
    page = open_page(f"/cases/{case}", "ann")

    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Requester withdraws").click()
    page.get_by_role("dialog").get_by_role("button", name="Tell it").click()

    expect(page.get_by_text("completed", exact=True)).to_be_visible()
    expect(page.get_by_text("Ann Archer told it: Requester withdraws")).to_be_visible()


@pytest.mark.parametrize(("view", "who"), [("timeline", "sam"), ("diagram", "nia"), ("data", "nia")])
def test_a_case_is_accessible_in_every_view(
    open_page: OpenPage, as_program: AsProgram, view: str, who: str
) -> None:
    case = as_program("nia").start("incident", **report("Seen by everybody"))
    as_program("nia").post(f"/process-instances/{case}/comments", {"text": "Please hurry."})

    page = open_page(f"/cases/{case}?view={view}", who)

    expect(page.get_by_text("Please hurry.")).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    if view == "diagram":
        expect(page.locator(".case-token")).to_be_visible()
    assert_accessible_in_every_look(page)


@pytest.mark.parametrize("path", ["/catalogue", "/catalogue/incident", "/requests", "/cases"])
@pytest.mark.parametrize("who", ["ann", "nia"], ids=["en", "zh"])
def test_lists_and_start_are_accessible(
    open_page: OpenPage, as_program: AsProgram, path: str, who: str
) -> None:
    as_program("ann").start("incident", **report("Listed"))

    page = open_page(path, who)

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert_accessible_in_every_look(page)
