"""Forms as people fill them in: every kind of field, what is wrong told where it is, nothing lost."""

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.server import Client, Server
from tests.web.conftest import NARROW, OpenPage, assert_accessible_in_every_look

PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="urn:test">
  <process id="paper" name="Paper" isExecutable="true" camunda:historyTimeToLive="P1D">
    <startEvent id="start" />
    <sequenceFlow id="one" sourceRef="start" targetRef="fill" />
    <userTask id="fill" name="Fill in" camunda:formKey="paper/all" camunda:candidateGroups="service-desk" />
    <sequenceFlow id="two" sourceRef="fill" targetRef="sign" />
    <userTask id="sign" name="Sign it" camunda:candidateGroups="service-desk" />
    <sequenceFlow id="three" sourceRef="sign" targetRef="end" />
    <endEvent id="end" />
  </process>
</definitions>
"""
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "Name", "minLength": 1},
        "team": {"type": "string", "title": "Team", "enum": ["service-desk", "network"]},
    },
    "required": ["name", "team"],
}
FORM = {
    "schema": {
        "type": "object",
        "properties": {
            "given": {"type": "string", "title": "As given", "readOnly": True},
            "known": {
                "type": "array",
                "title": "Known people",
                "readOnly": True,
                "items": PERSON,
            },
            "name": {"type": "string", "title": "Name of it", "minLength": 1, "maxLength": 40},
            "what": {"type": "string", "title": "What it is", "description": "In a few words."},
            "mail": {"type": "string", "title": "Mail to", "format": "email"},
            "how_many": {"type": "integer", "title": "How many", "minimum": 1, "maximum": 9},
            "share": {"type": "number", "title": "Share", "multipleOf": 0.01},
            "day": {"type": "string", "title": "Day", "format": "date"},
            "moment": {"type": "string", "title": "Moment", "format": "date-time"},
            "sure": {"type": "boolean", "title": "I am sure"},
            "colours": {
                "type": "array",
                "title": "Colours",
                "items": {"type": "string", "enum": ["red", "green", "blue"]},
                "minItems": 1,
                "uniqueItems": True,
            },
            "words": {
                "type": "array",
                "title": "Words",
                "items": {"type": "string", "minLength": 1},
                "maxItems": 3,
            },
            "people": {"type": "array", "title": "People", "items": PERSON},
            "place": {
                "type": "object",
                "title": "Place",
                "properties": {"room": {"type": "string", "title": "Room"}},
            },
            "kind": {"type": "string", "title": "Kind", "enum": ["thing", "idea"]},
        },
        "required": ["name", "kind", "colours"],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": "thing"}}, "required": ["kind"]},
                "then": {
                    "properties": {"weight": {"type": "integer", "title": "Weight", "minimum": 1}},
                    "required": ["weight"],
                },
            }
        ],
    },
    "ui": {
        "what": {"ui:widget": "textarea"},
        "colours": {"ui:widget": "checkboxes", "ui:enumNames": ["Red", "Green", "Blue"]},
        "kind": {"ui:widget": "radio", "ui:enumNames": ["A thing", "An idea"]},
        "people": {"items": {"team": {"ui:enumNames": ["Service desk", "Network"]}}},
        "known": {"items": {"team": {"ui:enumNames": ["Service desk", "Network"]}}},
    },
    "i18n": {
        "zh-CN": {
            "schema": {"properties": {"name": {"title": "名称"}, "kind": {"title": "种类"}}},
            "ui": {"kind": {"ui:enumNames": ["物品", "想法"]}},
        }
    },
}

Paper = Callable[[], str]


@pytest.fixture(scope="module")
def paper(web_server: Server) -> Callable[[], str]:
    """Starts a case whose form has every kind of field; gives the path of the task's page."""
    pat, sam = Client(web_server.url, "pat"), Client(web_server.url, "sam")
    deploy(pat, {"paper/paper.bpmn": PROCESS, "paper/all.json": json.dumps(FORM)})

    def start() -> str:
        case = sam.start("paper", given="From before", known=[{"name": "Bo", "team": "network"}])
        return f"/tasks/{sam.task(case)}"

    return start


def deploy(client: Client, files: dict[str, str]) -> None:
    answer = httpx.post(
        f"{client.url}/api/v1/deployments",
        headers={"Authorization": f"Bearer {client.token}"},
        files=[("files", (name, content.encode())) for name, content in files.items()],
        timeout=60,
    )
    assert answer.is_success, answer.text


def opened(open_page: OpenPage, path: str, who: str = "sam", **how: Any) -> Page:
    page = open_page(path, who, **how)
    expect(page.locator("form button[type=submit]").first).to_be_visible()
    return page


def complete(page: Page) -> None:
    page.locator("form button[type=submit]").first.click()


def fill_in_what_is_needed(page: Page) -> None:
    page.get_by_label("Name of it").fill("A chair")
    page.get_by_label("Red", exact=True).check()
    page.get_by_label("An idea").check()


def is_done(page: Page) -> None:
    expect(page.get_by_role("heading", name="You have completed this task")).to_be_visible()


def test_every_kind_of_field_is_sent_as_it_was_filled_in(
    open_page: OpenPage, paper: Paper, as_program: Callable[[str], Client]
) -> None:
    path = paper()
    page = opened(open_page, path)

    fill_in_what_is_needed(page)
    page.get_by_label("What it is").fill("First line\nsecond line")
    page.get_by_label("Mail to").fill("bo@example.org")
    page.get_by_label("How many").fill("3")
    page.get_by_label("Share").fill("4.35")
    page.get_by_label("Day").fill("2026-04-01")
    page.get_by_label("Moment").focus()
    page.keyboard.type("03032026")
    page.keyboard.press("Tab")
    page.keyboard.type("1111A")  # A: for a browser that asks whether before noon
    page.get_by_label("I am sure").check()
    page.get_by_label("Blue").check()
    words = page.get_by_role("group", name="Words")
    words.get_by_role("button", name="Add").click()
    expect(words.get_by_label("Words 1", exact=True)).to_be_focused()
    page.keyboard.type("alpha")
    words.get_by_role("button", name="Add").click()
    words.get_by_label("Words 2", exact=True).fill("beta")
    words.get_by_role("button", name="Move Words 2 up").click()
    people = page.get_by_role("group", name="People", exact=True)
    people.get_by_role("button", name="Add").click()
    people.get_by_label("Name").fill("Cy")
    people.get_by_label("Team").select_option("Network")
    page.get_by_label("Room").fill("12")
    complete(page)

    is_done(page)
    task = as_program("sam").get(f"/user-tasks/{path.rpartition('/')[2]}")
    assert task["data"] == {
        "name": "A chair",
        "what": "First line\nsecond line",
        "mail": "bo@example.org",
        "how_many": 3,
        "share": 4.35,
        "day": "2026-04-01",
        # Sam's clocks are an hour ahead of UTC on that day.
        "moment": "2026-03-03T10:11:00.000Z",
        "sure": True,
        "colours": ["red", "blue"],
        "words": ["beta", "alpha"],
        "people": [{"name": "Cy", "team": "network"}],
        "place": {"room": "12"},
        "kind": "idea",
    }


def test_what_is_only_to_be_read_is_text_and_no_field(open_page: OpenPage, paper: Paper) -> None:
    page = opened(open_page, paper())

    form = page.get_by_role("main").locator("form").first
    expect(form.get_by_text("From before")).to_be_visible()
    expect(form.get_by_role("listitem").filter(has_text="Bo")).to_contain_text("Network")
    expect(form.locator(":disabled")).to_have_count(0)
    expect(form.get_by_text("As given")).to_be_visible()


def test_the_first_wrong_field_gets_the_focus_and_the_summary_leads_to_the_others(
    open_page: OpenPage, paper: Paper
) -> None:
    page = opened(open_page, paper())

    page.get_by_label("How many").fill("12")
    complete(page)
    summary = page.get_by_role("alert").filter(has_text="4 fields need your attention")
    expect(summary).to_be_visible()
    expect(page.get_by_label("Name of it")).to_be_focused()
    expect(summary.get_by_role("listitem")).to_have_text(
        [
            "Name of it: Fill this in.",
            "How many: Give 9 or less.",
            "Colours: Fill this in.",
            "Kind: Fill this in.",
        ]
    )
    summary.get_by_role("button", name="Kind").click()

    expect(page.get_by_label("A thing")).to_be_focused()
    page.keyboard.press("Space")
    expect(summary.get_by_text("Kind")).to_be_hidden()
    expect(page.get_by_label("How many")).to_have_value("12")


def test_a_field_that_only_matters_sometimes_comes_and_goes_with_what_was_typed(
    open_page: OpenPage, paper: Paper, as_program: Callable[[str], Client]
) -> None:
    path = paper()
    page = opened(open_page, path)
    expect(page.get_by_label("Weight")).to_be_hidden()

    fill_in_what_is_needed(page)
    page.get_by_label("A thing").check()
    page.get_by_label("Weight").fill("7")
    page.get_by_label("An idea").check()
    expect(page.get_by_label("Weight")).to_be_hidden()
    page.get_by_label("A thing").check()
    expect(page.get_by_label("Weight")).to_have_value("7")
    page.get_by_label("An idea").check()
    complete(page)

    is_done(page)
    sent = as_program("sam").get(f"/user-tasks/{path.rpartition('/')[2]}")["data"]
    assert sent == {"name": "A chair", "colours": ["red"], "kind": "idea"}


def test_what_only_the_server_finds_wrong_is_shown_at_its_field_until_it_is_changed(
    open_page: OpenPage, paper: Paper
) -> None:
    page = opened(open_page, paper())
    fill_in_what_is_needed(page)
    mail = page.get_by_label("Mail to")
    mail.fill("bo at home")

    complete(page)
    expect(mail).to_be_focused()
    expect(mail).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").filter(has_text="Mail to")).to_be_visible()
    mail.fill("bo@example.org")
    expect(mail).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_be_hidden()
    complete(page)

    is_done(page)


def test_what_only_the_server_finds_wrong_is_told_in_the_readers_language(
    open_page: OpenPage, paper: Paper
) -> None:
    page = opened(open_page, paper(), language="zh-CN")
    page.get_by_label("名称").fill("椅子")
    page.get_by_label("Red", exact=True).check()
    page.get_by_label("想法").check()
    page.get_by_label("Mail to").fill("bo at home")

    complete(page)

    expect(page.get_by_role("alert").filter(has_text="Mail to")).to_contain_text("请输入电子邮件地址。")


def test_an_empty_entry_of_a_list_is_to_be_filled_in_or_removed(open_page: OpenPage, paper: Paper) -> None:
    page = opened(open_page, paper())
    fill_in_what_is_needed(page)
    words = page.get_by_role("group", name="Words")
    words.get_by_role("button", name="Add").click()

    complete(page)
    expect(words.get_by_label("Words 1", exact=True)).to_be_focused()
    expect(words.get_by_text("Fill this in.")).to_be_visible()
    words.get_by_role("button", name="Remove Words 1").click()
    expect(words.get_by_role("button", name="Add")).to_be_focused()
    complete(page)

    is_done(page)


def test_a_form_speaks_the_readers_language(open_page: OpenPage, paper: Paper) -> None:
    page = opened(open_page, paper(), "root", locale="zh-CN")
    page.evaluate("localStorage.setItem('baton.language', 'zh-CN')")
    page.get_by_role("button", name=re.compile("account|账户")).click()
    page.get_by_text("简体中文").click()
    page.keyboard.press("Escape")

    expect(page.get_by_label("名称")).to_be_visible()
    page.get_by_role("button", name="完成").click()

    expect(page.get_by_role("alert").filter(has_text="种类")).to_contain_text("请填写")
    expect(page.get_by_label("物品")).to_be_visible()


def test_a_form_is_accessible_with_and_without_mistakes(open_page: OpenPage, paper: Paper) -> None:
    page = opened(open_page, paper())
    page.get_by_role("group", name="Words").get_by_role("button", name="Add").click()
    page.get_by_role("group", name="People", exact=True).get_by_role("button", name="Add").click()
    assert_accessible_in_every_look(page)

    complete(page)
    expect(page.get_by_role("alert").first).to_be_visible()

    assert_accessible_in_every_look(page)


def test_fingers_can_use_every_field(open_page: OpenPage, paper: Paper) -> None:
    page = opened(open_page, paper(), size=NARROW)
    page.get_by_role("group", name="Words").get_by_role("button", name="Add").click()

    small = page.evaluate(
        """() => [...document.querySelectorAll('main form :is(input, select, textarea, button)')]
            .filter(one => one.type !== 'hidden')
            .map(one => one.closest('.mantine-Radio-body, .mantine-Checkbox-body') ?? one)
            .filter(one => one.getBoundingClientRect().height < 44)
            .map(one => one.outerHTML.slice(0, 120))"""
    )

    assert small == []
