"""An owner changes a process that is running: new cases follow it as it is now, old ones as it was."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.server import ROOT, Client
from tests.web import studio
from tests.web.conftest import OpenPage
from tests.web.studio import SETTLED, check, properties, saved, write
from tests.web.test_forms import deploy
from tests.web.texts import LANGUAGES, text

AsProgram = Callable[[str], Client]

DETAILS = {"description": "It stopped.", "impact": 2, "urgency": 2}
TRIAGED = {"outcome": "work", "category": "network", "impact": 2, "urgency": 2, "assigned_group": "network"}
RESOLVED = {"outcome": "resolve", "resolution": "A new cable.", "resolution_code": "fixed"}

NAMES = {"en": "Call the requester", "zh-CN": "致电请求人"}
LABELS = {"en": "What the requester said", "zh-CN": "请求人说了什么"}
FORM = {
    "schema": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"said": {"type": "string", "title": LABELS["en"], "minLength": 1}},
        "required": ["said"],
    },
    "i18n": {"zh-CN": {"schema": {"properties": {"said": {"title": LABELS["zh-CN"]}}}}},
}

# Of a line with corners, in pixels of the page.
MIDDLE = """path => {
    const at = path.getPointAtLength(path.getTotalLength() / 2).matrixTransform(path.getScreenCTM());
    return [at.x, at.y];
}"""


@pytest.fixture
def version(as_program: AsProgram) -> Iterator[int]:
    """The version of the incident process as it is shipped, with a form for calls; it is left so."""
    shipped = (ROOT / "processes" / "incident" / "incident.bpmn").read_text(encoding="utf-8")
    pat = as_program("pat")
    files = {"incident/incident.bpmn": shipped, "incident/call.json": json.dumps(FORM)}
    deploy(pat, files)
    yield int(pat.get("/process-definitions/incident")["version"])
    deploy(pat, files)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_task_drawn_into_a_running_process_is_in_new_cases_and_not_in_old_ones(
    open_page: OpenPage, as_program: AsProgram, version: int, language: str
) -> None:
    sam = as_program("sam")
    old = as_program("ann").start("incident", title="Begun before", **DETAILS)

    page = studio.edit(open_page, "processes/incident", language=language)
    add_the_call(page)
    mend_its_form(page)
    saved(page)
    studio.deploy(page, "Talking first saves a visit")
    live = text(page, "studio:deploy.live", key="incident", version=version + 1)
    expect(page.get_by_text(live)).to_be_visible(timeout=SETTLED)

    new = as_program("ann").start("incident", title=f"Begun afterwards, {language}", **DETAILS)
    triage(sam, new)
    desk = open_page("/work?tab=team", "sam", language=language)
    make_the_call(desk, f"Begun afterwards, {language}", language)
    assert sam.get(f"/process-instances/{new}/variables")["said"] == "Only at noon."
    resolve(as_program, new)
    assert outcome(sam, new) == ("completed", version + 1)

    triage(sam, old)
    resolve(as_program, old)
    assert outcome(sam, old) == ("completed", version)
    for case, times in ((new, 1), (old, 0)):
        desk.goto(f"/cases/{case}?view=diagram")
        expect(desk.locator("svg [data-element-id=triage]")).to_be_visible(timeout=SETTLED)
        expect(desk.locator("svg .djs-shape").get_by_text(NAMES[language])).to_have_count(times)


def resolve(as_program: AsProgram, case: str) -> None:
    """What nia and ann have to do after the triage."""
    for who, data in (("nia", RESOLVED), ("ann", {"outcome": "confirm"})):
        client = as_program(who)
        client.post(f"/user-tasks/{client.task(case)}/complete", {"data": data})


def triage(sam: Client, case: str) -> None:
    sam.post(f"/user-tasks/{sam.task(case)}/complete", {"data": TRIAGED})


def add_the_call(page: Page) -> None:
    """A task in the way from the triage to the work, for a team, with a slip in its form's name."""
    draw_on_line(page, "to_work")
    write(page, text(page, "studio:general.name"), NAMES["en"])
    write(page, text(page, "studio:general.nameChinese"), NAMES["zh-CN"])
    write(page, text(page, "studio:assignment.groups"), "service-desk", "combobox")
    write(page, text(page, "studio:form.key"), "incident/calls", "combobox")


def draw_on_line(page: Page, line: str) -> None:
    """Take a user task from the palette and let it go on a line, which then leads through it."""
    page.locator(".djs-palette [data-action=user]").click()
    x, y = page.locator(f"[data-element-id={line}] .djs-visual > path").evaluate(MIDDLE)
    page.mouse.move(x - 40, y + 40)
    page.mouse.move(x, y, steps=10)
    page.mouse.click(x, y)


def mend_its_form(page: Page) -> None:
    """Be led from the check to the task, and name the form right."""
    problem = check(page).get_by_role("button", name=NAMES["en"])
    expect(problem).to_be_visible(timeout=SETTLED)
    page.keyboard.press("Escape")
    problem.click()
    expect(properties(page).get_by_role("heading", level=2)).to_contain_text(NAMES["en"])
    write(page, text(page, "studio:form.key"), "incident/call", "combobox")
    expect(problem).to_be_hidden(timeout=SETTLED)


def make_the_call(desk: Page, title: str, language: str) -> None:
    """From the list of what sam's team could take to a completed task."""
    row = desk.get_by_role("row").filter(has_text=title)
    expect(row).to_contain_text(NAMES[language])
    row.get_by_role("link").first.click()
    desk.get_by_role("button", name=text(desk, "work:claim"), exact=True).click()
    desk.get_by_label(LABELS[language]).fill("Only at noon.")
    desk.get_by_role("button", name=text(desk, "work:complete"), exact=True).click()
    expect(desk.get_by_role("heading", name=text(desk, "work:completedByYou"))).to_be_visible()


def outcome(client: Client, case: str) -> tuple[Any, Any]:
    """What became of a case, on which version."""
    instance = client.get(f"/process-instances/{case}")
    return instance["state"], instance["version"]
