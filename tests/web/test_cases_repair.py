"""What failed is shown in plain words, repaired and tried again; cases are held and ended."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.desk import diagram
from tests.server import Client
from tests.web.conftest import OpenPage, assert_accessible

AsProgram = Callable[[str], Client]

SHAPES = {"start": (100, 118, 36, 36), "work_out": (200, 96, 100, 80), "end": (360, 118, 36, 36)}
DIVIDES = """
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:tests"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
  <process id="estimate" name="Cost estimate" isExecutable="true">
    <startEvent id="start" name="Asked"/>
    <sequenceFlow id="one" sourceRef="start" targetRef="work_out"/>
    <scriptTask id="work_out" name="Work out the cost" scriptFormat="python">
      <script>cost = 100 / parts</script>
    </scriptTask>
    <sequenceFlow id="two" sourceRef="work_out" targetRef="end"/>
    <endEvent id="end" name="Known"/>
  </process>
  <bpmndi:BPMNDiagram id="drawn"><bpmndi:BPMNPlane id="plane" bpmnElement="estimate">
    {shapes}
    <bpmndi:BPMNEdge id="one_di" bpmnElement="one">
      <di:waypoint x="136" y="136"/><di:waypoint x="200" y="136"/>
    </bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="two_di" bpmnElement="two">
      <di:waypoint x="300" y="136"/><di:waypoint x="360" y="136"/>
    </bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</definitions>
""".strip()
SHAPE = (
    '<bpmndi:BPMNShape id="{0}_di" bpmnElement="{0}"><dc:Bounds x="{1}" y="{2}" width="{3}" height="{4}"/>'
    "</bpmndi:BPMNShape>"
)
CALLS = diagram(
    "calling",
    '<startEvent id="start"/><sequenceFlow id="one" sourceRef="start" targetRef="ask"/>'
    '<serviceTask id="ask" name="Ask the stock" camunda:type="external" camunda:topic="stock.ask"/>'
    '<sequenceFlow id="two" sourceRef="ask" targetRef="end"/><endEvent id="end"/>',
)


@pytest.fixture
def failed(as_program: AsProgram) -> str:
    """A case that failed for a division by zero."""
    shapes = "".join(SHAPE.format(name, *bounds) for name, bounds in SHAPES.items())
    as_program("pat").deploy("estimate.bpmn", DIVIDES.format(shapes=shapes))
    return as_program("ann").start("estimate", parts=0, customer="Printer & Söhne")


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible()


def test_a_failed_case_is_repaired_and_goes_on(open_page: OpenPage, failed: str) -> None:
    page = open_page("/failures", "pat")
    row = page.get_by_role("row").filter(has=page.locator(f"a[href$='{failed}']"))
    expect(row).to_contain_text("Work out the cost")
    expect(row).to_contain_text("This divides by zero.")
    row.get_by_role("link").click()

    expect(page.get_by_text("Cost estimate · version 1")).to_be_visible()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("At: Work out the cost")
    expect(alert).to_contain_text("This divides by zero.")
    page.get_by_role("button", name="Show it in the diagram").click()
    expect(page.locator(".case-token[data-state=failed]")).to_have_attribute("data-element", "work_out")
    assert_accessible(page)

    page.get_by_role("button", name="Look at the data").click()
    page.get_by_role("button", name="Change parts").click()
    dialog = page.get_by_role("dialog", name="Change parts")
    dialog.get_by_label("Value").fill("5")
    expect(dialog.get_by_text("Before")).to_be_visible()
    assert_accessible(page)
    dialog.get_by_role("button", name="Change it").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_text("completed", exact=True)).to_be_visible()
    expect(alert).to_have_count(0)
    page.get_by_role("tab", name="What happened").click()
    expect(page.get_by_text("Pat Poole changed data")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="changed data")).to_contain_text("parts 0 → 5")


def test_why_a_case_failed_is_said_in_the_readers_language(open_page: OpenPage, failed: str) -> None:
    page = open_page("/failures", "pat", language="zh-CN")
    row = page.get_by_role("row").filter(has=page.locator(f"a[href$='{failed}']"))
    expect(row).to_contain_text("第 1 行第 8 列：这里除以零。")
    row.get_by_role("link").click()

    expect(page.get_by_role("alert")).to_contain_text("第 1 行第 8 列：这里除以零。")
    page.get_by_role("tab", name="经过").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("第 1 行第 8 列：这里除以零。")
    expect(page.get_by_text("This divides by zero.")).to_have_count(0)


def test_who_may_not_repair_is_told_what_happened_and_offered_nothing(
    open_page: OpenPage, failed: str
) -> None:
    page = open_page(f"/cases/{failed}", "ann")

    expect(page.get_by_role("alert")).to_contain_text("Those who look after the process have to mend it.")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(page.get_by_role("tab", name="Data")).to_have_count(0)


def test_a_case_is_suspended_resumed_and_cancelled_with_a_reason(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    report = {"title": "Held for a while", "description": "Later", "impact": 2, "urgency": 2}
    case = as_program("ann").start("incident", **report)
    page = open_page(f"/cases/{case}", "mia")

    def order(name: str, reason: str) -> None:
        page.get_by_role("button", name="Actions").click()
        page.get_by_role("menuitem", name=name).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason").fill(reason)
        dialog.get_by_role("button", name=name).click()
        expect(dialog).to_be_hidden()

    order("Suspend", "The supplier is on strike.")
    expect(page.get_by_text("suspended", exact=True)).to_be_visible()
    order("Resume", "They deliver again.")
    expect(page.get_by_text("active", exact=True)).to_be_visible()
    order("Cancel the case", "Not worth it.")

    expect(page.get_by_text("cancelled", exact=True)).to_be_visible()
    expect(page.get_by_role("blockquote").filter(has_text="Not worth it.")).to_be_visible()
    expect(page.get_by_role("button", name="Actions")).to_have_count(0)


def test_an_administrator_does_a_programs_work(open_page: OpenPage, as_program: AsProgram) -> None:
    as_program("pat").deploy("calling.bpmn", CALLS)
    case = as_program("ann").start("calling")
    page = open_page("/jobs", "root")
    row = page.get_by_role("row").filter(has=page.locator(f"a[href$='{case}']"))
    expect(row).to_contain_text("stock.ask")
    assert_accessible(page)

    row.get_by_role("button", name="Actions: stock.ask").click()
    page.get_by_role("menuitem", name="Fail").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why it could not be done").fill("The stock is closed.")
    dialog.get_by_label("It may be tried again").uncheck()
    dialog.get_by_role("button", name="Fail").click()
    expect(row).to_contain_text("given up")
    row.get_by_role("button", name="Begin anew").click()
    expect(row).to_contain_text("waiting")
    row.get_by_role("button", name="Actions: stock.ask").click()
    page.get_by_role("menuitem", name="Complete").click()
    dialog.get_by_role("button", name="Add a value").click()
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("left")
    dialog.get_by_label("Kind").select_option("number")
    dialog.get_by_label("Value").fill("a dozen")
    expect(dialog.get_by_text("This is no number.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Complete")).to_be_disabled()
    assert_accessible(page)
    dialog.get_by_label("Value").fill("12")
    dialog.get_by_role("button", name="Write it as JSON").click()
    expect(dialog.get_by_label("Results")).to_have_value('{\n  "left": 12\n}')
    dialog.get_by_role("button", name="Back to the fields").click()
    dialog.get_by_role("button", name="Complete").click()

    expect(row).to_have_count(0)
    assert as_program("root").get(f"/process-instances/{case}/variables")["left"] == 12
    assert as_program("ann").get(f"/process-instances/{case}")["state"] == "completed"
