"""Signing in and out, and what stays."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.server import Server
from tests.web.conftest import NARROW, OpenPage, assert_accessible, assert_accessible_in_every_look

SESSION_COOKIE = "baton_session"


def fill_in(page: Page, username: str, password: str = "demo") -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible()


def test_the_sign_in_page_is_accessible(open_page: OpenPage) -> None:
    page = open_page("/sign-in")

    heading(page, "Baton")

    assert_accessible_in_every_look(page)


def test_who_signs_in_begins_where_her_work_is(open_page: OpenPage) -> None:
    page = open_page("/")

    fill_in(page, "sam")

    heading(page, "My work")
    expect(page).to_have_title("My work · Baton")
    expect(page).to_have_url(re.compile("/work$"))


def test_a_wrong_password_is_told_and_nobody_is_signed_in(open_page: OpenPage) -> None:
    page = open_page("/sign-in")

    fill_in(page, "sam", "wrong")

    expect(page.get_by_role("alert")).to_contain_text("The username or the password is wrong.")
    assert_accessible(page)
    assert page.context.cookies() == []


def test_too_many_wrong_passwords_lock_the_name_for_a_while(open_page: OpenPage) -> None:
    page = open_page("/sign-in")
    refused = page.get_by_role("alert")

    # A name nobody has, so that nobody else of this run is locked out.
    for _ in range(20):
        fill_in(page, "nobody-of-ours", "wrong")
        expect(page.get_by_role("button", name="Sign in")).to_be_enabled()
        expect(refused).to_be_visible()
        if "Too many" in refused.inner_text():
            break

    expect(refused).to_contain_text("Too many failed attempts. Try again in")


def test_who_signs_out_is_out_in_every_tab(open_page: OpenPage) -> None:
    page = open_page("/work", "sam")
    other = page.context.new_page()
    other.goto("/requests")
    heading(other, "My requests")

    page.get_by_role("button", name="Sam Sorensen").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page).to_have_url(re.compile("/sign-in$"))
    expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    assert [cookie["name"] for cookie in page.context.cookies()] == []


def test_after_an_ended_session_she_is_back_where_she_was(open_page: OpenPage) -> None:
    page = open_page("/catalogue", "sam")  # a page that does not look again by itself
    heading(page, "Start something")
    page.context.clear_cookies(name=SESSION_COOKIE)

    page.get_by_role("link", name="Cases").click()
    expect(page.get_by_text("Sign in to go on where you were.")).to_be_visible()
    fill_in(page, "sam")

    heading(page, "Cases")
    expect(page).to_have_url(re.compile("/cases$"))


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/", "\\\\elsewhere.example"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(
    open_page: OpenPage, web_server: Server, target: str
) -> None:
    page = open_page(f"/sign-in?next={target}")

    fill_in(page, "sam")

    heading(page, "My work")
    assert page.url.startswith(web_server.url)


def test_a_name_that_is_nowhere_is_told_so(open_page: OpenPage) -> None:
    page = open_page("/nowhere/at/all", "sam")

    heading(page, "Page not found")

    assert_accessible(page)


def test_the_language_of_the_profile_is_spoken_until_another_is_chosen_and_that_is_kept(
    open_page: OpenPage,
) -> None:
    page = open_page("/work", "nia")
    heading(page, "我的工作")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")

    page.get_by_role("button", name="Nia Ning").click()
    page.get_by_text("English").click()
    heading(page, "My work")
    page.reload()

    heading(page, "My work")


def test_who_chooses_a_language_to_sign_in_keeps_it(open_page: OpenPage) -> None:
    page = open_page("/sign-in", locale="zh-CN")
    expect(page.get_by_role("button", name="登录")).to_be_visible()

    page.get_by_text("English").click()
    fill_in(page, "nia")

    heading(page, "My work")


def test_the_colours_follow_the_device_until_they_are_chosen_and_that_is_kept(open_page: OpenPage) -> None:
    page = open_page("/work", "sam", colours="dark")
    scheme = page.locator("html")
    expect(scheme).to_have_attribute("data-mantine-color-scheme", "dark")

    page.get_by_role("button", name="Sam Sorensen").click()
    page.get_by_text("Light", exact=True).click()
    expect(scheme).to_have_attribute("data-mantine-color-scheme", "light")
    page.reload()

    heading(page, "My work")
    expect(scheme).to_have_attribute("data-mantine-color-scheme", "light")


def test_a_lost_connection_is_told_until_it_is_back_and_what_was_asked_is_then_shown(
    open_page: OpenPage,
) -> None:
    page = open_page("/work", "sam")
    heading(page, "My work")

    page.context.set_offline(True)
    banner = page.get_by_text("The server cannot be reached. What you type is kept here")
    expect(banner).to_be_visible()
    assert_accessible(page)
    page.context.set_offline(False)

    expect(banner).to_be_hidden()
    page.get_by_role("link", name="Cases").click()
    heading(page, "Cases")


def test_a_busy_server_is_told_and_asked_again(open_page: OpenPage) -> None:
    page = open_page("/work", "sam")
    heading(page, "My work")

    tried: list[bool] = []

    def busy(route: Route) -> None:
        if tried:
            route.continue_()
        else:
            route.fulfill(status=503, headers={"Retry-After": "0"}, json={"status": 503, "title": "Busy"})

    # Busy until the click: the list asks again by itself, too, and the button would be gone.
    page.expose_function("triedAgain", lambda: tried.append(True))
    page.route("**/api/v1/process-instances*", busy)
    page.get_by_role("link", name="Cases").click()
    expect(page.get_by_role("alert")).to_contain_text("The server is busy")
    page.evaluate("addEventListener('click', () => triedAgain(), true)")
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("alert")).to_be_hidden()


@pytest.mark.parametrize("who", ["sam", "nia"], ids=["en", "zh"])
def test_the_frame_is_accessible(open_page: OpenPage, who: str) -> None:
    page = open_page("/work", who)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_accessible_in_every_look(page)

    page.locator("header button").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()

    assert_accessible_in_every_look(page)


def test_on_a_phone_the_navigation_is_a_drawer_that_fingers_can_use(open_page: OpenPage) -> None:
    page = open_page("/work", "sam", size=NARROW)

    page.get_by_role("button", name="Open the navigation").click()
    entry = page.get_by_role("dialog").get_by_role("link", name="Cases")
    box = entry.bounding_box()
    assert_accessible(page)
    entry.click()

    heading(page, "Cases")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert box is not None
    assert box["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_the_keyboard_leads_past_the_navigation_and_to_each_new_page(open_page: OpenPage) -> None:
    page = open_page("/work", "sam")
    heading(page, "My work")

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.get_by_role("link", name="Cases").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1, name="Cases")).to_be_focused()
