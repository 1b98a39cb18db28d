"""Calendars, services, agreements and policies: seen, edited, brought back, and what they would mean."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.server import Client
from tests.web.conftest import OpenPage, assert_accessible, assert_accessible_in_every_look
from tests.web.test_clocks import POLICY, Watch, row, watch
from tests.web.texts import text

AsProgram = Callable[[str], Client]

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
SETTLED = 120_000
__all__ = ["watch"]


def save(page: Page) -> None:
    page.get_by_role("button", name=text(page, "serviceLevels:save"), exact=True).click()


def day(page: Page, title: str) -> Locator:
    """A day of the year that is shown, by the beginning of what it says."""
    return page.locator(f"[title^='{title}']")


def test_a_calendar_is_seen_as_a_week_and_a_year_and_edited(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    as_program("mia").save(
        "/calendars/seen", {"name": "Seen", "tz": "Europe/Berlin", "weekly": WEEK, "region": "DE-BE"}
    )
    page = open_page("/service-levels/calendars/seen", "mia")
    year = page.locator("section", has=page.get_by_role("button", name="The year after"))
    week = page.get_by_role("figure", name="The week")
    expect(week.get_by_role("listitem").first.get_by_role("img")).to_have_accessible_name("09:00–17:00")
    expect(year.locator("[title*='Christmas Day']").first).to_be_visible(timeout=SETTLED)
    assert_accessible_in_every_look(page)

    monday = page.get_by_role("group", name="Monday")
    monday.get_by_role("textbox", name="closes (1)").fill("13:00")
    expect(week.get_by_role("listitem").first.get_by_role("img")).to_have_accessible_name("09:00–13:00")
    expect(year.locator("[title*='09:00–13:00']").first).to_be_visible(timeout=SETTLED)
    save(page)

    expect(page.get_by_text("Seen is now version 2.")).to_be_visible()
    page.get_by_role("button", name="Show version 1").click()
    expect(page.get_by_text("This is version 1. Save it to bring it back")).to_be_visible()
    expect(monday.get_by_role("textbox", name="closes (1)")).to_have_value("17:00")
    save(page)
    expect(page.get_by_text("Seen is now version 3.")).to_be_visible()
    assert as_program("mia").get("/calendars/seen")["document"]["weekly"] == WEEK


def test_what_was_written_wrong_is_told_and_nothing_is_saved(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    as_program("mia").save("/calendars/wrong", {"name": "Wrong", "tz": "Europe/Berlin", "weekly": WEEK})
    page = open_page("/service-levels/calendars/wrong", "mia")

    page.get_by_role("combobox", name="Time zone").fill("Mars/Olympus")
    save(page)

    expect(page.get_by_role("alert").first).to_contain_text("tz")
    assert as_program("mia").get("/calendars/wrong")["version"] == 1


def test_somebody_elses_edit_is_not_overwritten(open_page: OpenPage, as_program: AsProgram) -> None:
    as_program("mia").save("/services/fax", {"name": "Fax"})
    page = open_page("/service-levels/services/fax", "mia")
    page.get_by_role("textbox", name="Name", exact=True).fill("Fax machines")

    as_program("pat").save("/services/fax", {"name": "Telefax"})
    save(page)

    expect(page.get_by_role("alert")).to_contain_text("It has changed meanwhile")
    assert as_program("mia").get("/services/fax")["document"]["name"] == "Telefax"


def test_a_policy_says_in_a_sentence_what_it_would_mean_as_it_is_edited(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    target = {"process": "change", "clock": "weighing", "target": "PT8H", "calendar": "sentences"}
    as_program("mia").save(
        "/calendars/sentences", {"name": "Sentence hours", "tz": "Europe/Zurich", "weekly": WEEK}
    )
    as_program("mia").save("/sla-policies/sentences", {"name": "Sentences", "targets": [target]})
    page = open_page("/service-levels/sla-policies/sentences", "mia")
    meaning = page.get_by_role("region", name="What it would mean")

    meaning.get_by_label("Opened").fill("2026-03-06T16:50")
    expect(meaning).to_contain_text(re.compile(r"A P2 Change opened Fri, 6 Mar.* is due Mon, 9 Mar"))
    page.get_by_role("button", name=re.compile("weighing · Change: 8h, Sentence hours")).click()
    hours = page.get_by_role("textbox", name="Target: h")
    hours.fill("9")
    hours.press("Tab")
    expect(meaning).to_contain_text(re.compile(r"is due Tue, 10 Mar 2026, 09:50"), timeout=SETTLED)
    page.get_by_role("button", name="Add a threshold").click()
    page.get_by_role("button", name="Add what it does").click()
    expect(meaning).to_contain_text("75 % of the target")
    assert_accessible(page)
    save(page)

    expect(page.get_by_text("Sentences is now version 2.")).to_be_visible()
    saved = as_program("mia").get("/sla-policies/sentences")["document"]["targets"][0]
    assert saved["target"] == "PT9H"
    assert saved["thresholds"] == [{"at": "75%", "do": [{"notify": {"to": ["assignee"]}}]}]


def test_open_clocks_are_aimed_anew_after_a_look_at_what_would_change(
    open_page: OpenPage, as_program: AsProgram, watch: Watch
) -> None:
    case = watch("Aimed anew")
    shorter = POLICY["targets"][0] | {"target": "PT2H"}  # type: ignore[index]
    as_program("mia").save("/sla-policies/watching", POLICY | {"targets": [shorter]})
    page = open_page("/service-levels/sla-policies/watching", "mia")

    page.get_by_role("button", name="Aim open clocks anew").click()
    dialog = page.get_by_role("dialog", name="Aim open clocks anew")
    expect(row(page, "Aimed anew")).to_contain_text("4h")
    expect(row(page, "Aimed anew")).to_contain_text("2h")
    assert_accessible(page)
    dialog.get_by_role("button", name=re.compile("Aim .* anew")).last.click()

    expect(page.get_by_text(re.compile("aimed anew"))).to_be_visible()
    clock = as_program("mia").get("/clocks", instance=case)["items"][0]
    assert clock["target"] == "PT2H"


def test_a_service_and_an_agreement_about_it_are_made(open_page: OpenPage, as_program: AsProgram) -> None:
    page = open_page("/service-levels/services", "mia")
    page.get_by_role("button", name="New service").click()
    page.get_by_role("textbox", name="Name").fill("Video calls")
    expect(page.get_by_role("textbox", name="Key")).to_have_value("video-calls")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("combobox", name="Looked after by").click()
    page.get_by_role("option", name="Network").click()
    save(page)
    expect(page.get_by_text("Video calls is now version 1.")).to_be_visible()

    page.get_by_role("link", name="Service levels").first.click()
    page.get_by_role("link", name="Agreements").click()
    page.get_by_role("button", name="New agreement").click()
    page.get_by_role("textbox", name="Name").fill("Globex calls")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("combobox", name="Organisation").fill("globex")
    page.get_by_role("combobox", name="Services").click()
    page.get_by_role("option", name="Video calls").click()
    page.keyboard.press("Escape")
    assert_accessible_in_every_look(page)
    save(page)

    expect(page.get_by_text("Globex calls is now version 1.")).to_be_visible()
    agreed = as_program("mia").get("/agreements/globex-calls")["document"]
    assert (agreed["kind"], agreed["organisation"], agreed["services"]) == ("sla", "globex", ["video-calls"])


def test_an_auditor_reads_everything_and_changes_nothing(open_page: OpenPage) -> None:
    page = open_page("/service-levels/sla-policies/incidents", "audra")

    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


def test_the_pages_of_service_levels_speak_chinese(open_page: OpenPage) -> None:
    page = open_page("/service-levels/calendars/office-hours", "mia", language="zh-CN")

    expect(page.get_by_role("heading", level=1, name="办公时间")).to_be_visible()
    expect(page.get_by_role("figure", name="一周")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="策略").or_(page.get_by_role("link", name="服务级别")).first.click()

    expect(page.get_by_role("heading", level=1, name="服务级别")).to_be_visible()
