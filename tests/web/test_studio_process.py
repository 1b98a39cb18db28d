"""An owner edits a process: draws, is told what is wrong, mends it, deploys."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.server import Client
from tests.web import studio
from tests.web.conftest import OpenPage, assert_accessible
from tests.web.studio import SETTLED, append, check, properties, saved, select, write
from tests.web.texts import text

DRAWN = "".join(
    f'<bpmndi:BPMNShape id="{element}_shape" bpmnElement="{element}">'
    f'<dc:Bounds x="{x}" y="{180 - height // 2}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
    for element, x, width, height in (("begin", 180, 36, 36), ("work", 280, 100, 80), ("done", 444, 36, 36))
) + "".join(
    f'<bpmndi:BPMNEdge id="{line}_edge" bpmnElement="{line}">'
    f'<di:waypoint x="{begin}" y="180"/><di:waypoint x="{end}" y="180"/></bpmndi:BPMNEdge>'
    for line, begin, end in (("a", 216, 280), ("b", 380, 444))
)
PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:other="urn:somebody:else"
  id="definitions" targetNamespace="urn:test">
  <bpmn:process id="KEY" name="Small" isExecutable="true">
    <bpmn:startEvent id="begin" name="Begun"/>
    <bpmn:sequenceFlow id="a" sourceRef="begin" targetRef="work"/>
    <bpmn:userTask id="work" name="Work">
      <bpmn:extensionElements><other:note kind="kept">Foreign</other:note></bpmn:extensionElements>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="b" sourceRef="work" targetRef="done"/>
    <bpmn:endEvent id="done" name="Done"/>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plane" bpmnElement="KEY">DRAWN</bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
""".replace("DRAWN", DRAWN)


@pytest.fixture
def pat(as_program: Callable[[str], Client]) -> Client:
    return as_program("pat")


def small(key: str) -> str:
    """A process of one task, with a word of somebody else in it."""
    return PROCESS.replace("KEY", key)


def deployed(pat: Client, key: str) -> str:
    """A small process of this key; its key."""
    pat.deploy(f"{key}/{key}.bpmn", small(key))
    return key


def test_a_task_is_added_a_mistake_led_to_and_mended_and_the_process_deployed(
    open_page: OpenPage, pat: Client
) -> None:
    page = studio.edit(open_page, "processes/incident")
    before = pat.get("/process-definitions/incident")["version"]

    select(page, "Triage")
    append(page, "User task")
    write(page, "Name", "Call the requester")
    write(page, "Teams", "network", "combobox")
    write(page, "Form", "incident/confirmation", "combobox")
    expect(check(page)).to_contain_text("1 problem", timeout=SETTLED)

    select(page, "Work on the incident")
    check(page).get_by_role("button", name="Call the requester").click()
    expect(properties(page).get_by_role("heading", level=2)).to_contain_text("Call the requester")
    write(page, "Form", "incident/confirm", "combobox")
    expect(check(page)).to_contain_text("Ready to deploy", timeout=SETTLED)
    append(page, "End")
    studio.deploy(page, "Somebody has to call")

    latest = pat.get("/process-definitions/incident")
    assert (latest["version"], latest["reason"]) == (before + 1, "Somebody has to call")
    expect(page.get_by_text("Running cases stay on theirs.")).to_be_visible()
    expect(page.get_by_text("As deployed")).to_be_visible()


def test_the_check_speaks_the_owners_language_down_to_what_is_wrong_in_an_expression(
    open_page: OpenPage, pat: Client
) -> None:
    key = deployed(pat, "chinese")
    page = studio.edit(open_page, f"processes/{key}", language="zh-CN")

    select(page, "Work")
    write(page, text(page, "studio:form.key"), "nowhere/form", "combobox")
    expect(check(page)).to_contain_text("没有表单“nowhere/form”", timeout=SETTLED)
    write(page, text(page, "studio:assignment.assignee"), "${len(a, b)}", "combobox")

    expect(check(page)).to_contain_text("中：len 需要 1 个参数，而不是 2 个。", timeout=SETTLED)


def test_what_was_drawn_survives_a_reload(open_page: OpenPage, pat: Client) -> None:
    key = deployed(pat, "survivor")
    page = studio.edit(open_page, f"processes/{key}")

    select(page, "Work")
    write(page, "Name", "Work with care")
    saved(page)
    page.reload()

    select(page, "Work with care")
    expect(page.get_by_text("draft from version 1")).to_be_visible()


def test_undo_takes_back_exactly_what_was_done(open_page: OpenPage, pat: Client) -> None:
    key = deployed(pat, "undone")
    page = studio.edit(open_page, f"processes/{key}")
    undo = page.get_by_role("button", name="Undo")
    select(page, "Work")

    write(page, "Name in Chinese", "工作")
    properties(page).get_by_role("button", name="On its border").click()
    page.get_by_role("menuitem", name="After a time").click()
    expect(check(page)).to_contain_text("problem", timeout=SETTLED)
    undo.click()
    undo.click()

    expect(undo).to_be_disabled()
    expect(check(page)).to_contain_text("1 warning", timeout=SETTLED)
    expect(page.get_by_text("As deployed")).to_be_visible(timeout=SETTLED)
    assert key not in [draft["key"] for draft in pat.get("/drafts", kind="process")["items"]]


def test_what_others_wrote_into_a_diagram_stays(open_page: OpenPage, pat: Client) -> None:
    key = deployed(pat, "foreign")
    page = studio.edit(open_page, f"processes/{key}")

    select(page, "Work")
    write(page, "Not by whoever did", "work", "combobox")
    saved(page)

    content = pat.get(f"/drafts/process/{key}")["content"]
    assert '<other:note kind="kept">Foreign</other:note>' in content
    assert '<baton:separation from="work" />' in content


def test_a_file_is_imported_and_exported(open_page: OpenPage, pat: Client) -> None:
    page = open_page("/studio", "pat")

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import a file").click()
    file = {"name": "lost.bpmn", "mimeType": "text/xml", "buffer": small("imported").encode()}
    chooser.value.set_files(files=[file])  # type: ignore[list-item]
    expect(page.get_by_role("heading", level=1, name="imported")).to_be_visible(timeout=SETTLED)
    page.get_by_role("button", name="File").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export").click()

    assert download.value.suggested_filename == "imported.bpmn"
    assert download.value.path().read_text() == small("imported")


def test_an_earlier_version_is_looked_at_and_restored(open_page: OpenPage, pat: Client) -> None:
    key = deployed(pat, "restored")
    pat.deploy(f"{key}/{key}.bpmn", small(key).replace("Work", "Toil"))
    page = open_page(f"/studio/processes/{key}", "pat")

    page.get_by_role("link", name="version 1").click()
    expect(page.locator("[data-element-id=work]")).to_contain_text("Work", timeout=SETTLED)
    page.get_by_role("button", name="Restore").click()
    page.get_by_role("textbox", name="Why").fill("It was better")
    page.get_by_role("button", name="Deploy it again").click()

    expect(page.get_by_text(f"{key} is now version 3.")).to_be_visible(timeout=SETTLED)
    assert pat.get(f"/process-definitions/{key}")["reason"] == "It was better"


def test_two_owners_cannot_overwrite_each_other_unseen(open_page: OpenPage, pat: Client) -> None:
    key = deployed(pat, "contested")
    page = studio.edit(open_page, f"processes/{key}")
    other = open_page(f"/studio/processes/{key}/edit", "root")
    select(other, "Work")
    write(other, "Name", "Their work")
    saved(other)

    select(page, "Work")
    write(page, "Name", "My work")
    page.get_by_role("button", name="Keep mine").click(timeout=SETTLED)

    saved(page)
    assert 'name="My work"' in pat.get(f"/drafts/process/{key}")["content"]


def test_a_running_case_is_moved_to_another_version(open_page: OpenPage, pat: Client) -> None:
    key = deployed(pat, "moved")
    case = pat.start(key)
    pat.deploy(f"{key}/{key}.bpmn", small(key).replace("Work", "Toil"))
    page = open_page(f"/studio/processes/{key}", "pat")

    page.get_by_role("button", name="Move a running case").click()
    page.get_by_role("dialog").get_by_role("button", name="version 1").click()
    page.get_by_role("combobox", name="To").click()
    page.get_by_role("option", name="version 2").click()
    expect(page.get_by_text("The case can go on in version 2")).to_be_visible(timeout=SETTLED)
    page.get_by_role("button", name="Move the case").click()

    expect(page.get_by_text("is now on version 2.")).to_be_visible(timeout=SETTLED)
    assert pat.get(f"/process-instances/{case}")["version"] == 2


def test_a_reader_sees_versions_and_can_change_nothing(open_page: OpenPage) -> None:
    page = open_page("/studio", "audra")

    page.get_by_role("link", name="Incident", exact=True).click()

    expect(page.get_by_role("link", name="version 1")).to_be_visible()
    expect(page.get_by_role("link", name="Edit")).to_be_hidden()


def test_the_process_editor_is_accessible(open_page: OpenPage) -> None:
    page = studio.edit(open_page, "processes/incident")
    select(page, "Triage")

    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        assert_accessible(page, without=(".djs-container",))


def test_the_process_editor_works_at_1024(open_page: OpenPage) -> None:
    page: Page = studio.edit(open_page, "processes/incident", size={"width": 1024, "height": 768})

    select(page, "Triage")

    expect(page.locator("[data-element-id=triage]").first).to_be_in_viewport()
    expect(page.get_by_role("button", name="Deploy…")).to_be_in_viewport()
    expect(page.locator(".bjs-powered-by")).to_be_visible()


def test_an_owner_says_when_a_clock_starts_pauses_and_stops(open_page: OpenPage, pat: Client) -> None:
    key = deployed(pat, "clocked")
    page = studio.edit(open_page, f"processes/{key}")
    clocks = properties(page).get_by_role("group", name="What it does to clocks of the case")

    def marks() -> list[str]:
        if not clocks.is_visible():
            properties(page).get_by_role("button", name="Service-level clocks").click()
        clocks.get_by_role("button", name="Add").click()
        clocks.get_by_role("combobox", name="What happens").click()
        return page.get_by_role("option").all_inner_texts()

    select(page, "Begun")
    assert marks() == ["starts when it begins", "stops when it begins", "stops when it is done"]
    page.keyboard.press("Escape")
    select(page, "Work")
    assert "pauses while it lasts" in marks()
    page.get_by_role("option", name="stops once somebody has it").click()
    assert_accessible(page, without=(".djs-container",))
    studio.deploy(page, "Measure the response")

    xml = page.request.get(f"/api/v1/process-definitions/{key}/versions/2/xml").text()
    assert '<baton:clock name="resolution" action="start" on="enter"' in xml
    assert '<baton:clock name="resolution" action="stop" on="claim"' in xml


def test_an_owner_draws_how_a_step_is_undone(open_page: OpenPage, pat: Client) -> None:
    key = deployed(pat, "undone")
    page = studio.edit(open_page, f"processes/{key}")

    select(page, "Work")
    properties(page).get_by_role("button", name="On its border").click()
    page.get_by_role("menuitem", name="To undo it").click()
    append(page, "User task")
    write(page, "Name", "Take back")
    select(page, "Done")
    page.locator(".djs-context-pad").get_by_title("Change element").click()
    page.locator(".djs-popup .entry").filter(has_text="Compensation end event").click()
    properties(page).get_by_role("combobox", name="Activity").fill("work")
    page.get_by_role("option", name="Work (work)").click()
    expect(check(page)).not_to_contain_text("not supported")
    studio.deploy(page, "Take back what was done")

    xml = page.request.get(f"/api/v1/process-definitions/{key}/versions/2/xml").text()
    assert 'isForCompensation="true"' in xml
    assert 'activityRef="work"' in xml
    assert "<bpmn:association " in xml
