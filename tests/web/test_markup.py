"""Names and texts that are markup to a browser are words to Baton: shown as they are, and nothing runs."""

# ruff: noqa: E501 (a shape a line)

import json
from collections.abc import Callable
from html import escape

from playwright.sync_api import Page, expect

from tests.server import Client, eventually
from tests.web.conftest import OpenPage

AsProgram = Callable[[str], Client]

MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>{{7*7}}${x}"
HREF = "javascript:document.title='owned'"
NAMED = escape(MARKUP, quote=True)
DIAGRAM = f"""
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:baton="urn:baton:bpmn:1"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="t">
  <bpmn:process id="markup" name="{NAMED}" isExecutable="true">
    <bpmn:documentation>{NAMED}</bpmn:documentation>
    <bpmn:startEvent id="start" name="{NAMED}" />
    <bpmn:sequenceFlow id="one" name="{NAMED}" sourceRef="start" targetRef="work" />
    <bpmn:userTask id="work" name="{NAMED}" camunda:candidateGroups="service-desk"
        camunda:formKey="markup/form" />
    <bpmn:sequenceFlow id="two" sourceRef="work" targetRef="broken" />
    <bpmn:scriptTask id="broken" name="{NAMED}" scriptFormat="python"><bpmn:script>x = [title][5]</bpmn:script>
    </bpmn:scriptTask>
    <bpmn:sequenceFlow id="three" sourceRef="broken" targetRef="end" /><bpmn:endEvent id="end" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="markup">
    <bpmndi:BPMNShape id="s1" bpmnElement="start"><dc:Bounds x="100" y="100" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="s2" bpmnElement="work"><dc:Bounds x="200" y="80" width="100" height="80" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="s3" bpmnElement="broken"><dc:Bounds x="360" y="80" width="100" height="80" /></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="s4" bpmnElement="end"><dc:Bounds x="520" y="100" width="36" height="36" /></bpmndi:BPMNShape>
    <bpmndi:BPMNEdge id="e1" bpmnElement="one"><di:waypoint x="136" y="118" /><di:waypoint x="200" y="118" /></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="e2" bpmnElement="two"><di:waypoint x="300" y="118" /><di:waypoint x="360" y="118" /></bpmndi:BPMNEdge>
    <bpmndi:BPMNEdge id="e3" bpmnElement="three"><di:waypoint x="460" y="118" /><di:waypoint x="520" y="118" /></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
"""
FORM = {
    "schema": {
        "type": "object",
        "title": MARKUP,
        "description": f"[here]({HREF}) {MARKUP}",
        "properties": {
            "note": {"type": "string", "title": MARKUP, "description": f"[here]({HREF})"},
            "choice": {"type": "string", "oneOf": [{"const": "a", "title": MARKUP}]},
        },
    },
    "ui": {"note": {"ui:placeholder": MARKUP, "ui:help": MARKUP}},
}  # fmt: skip


def nothing_ran(page: Page) -> None:
    """The page has its own title, and none of what the markup would have made."""
    page.wait_for_load_state("networkidle")
    assert page.title() != "owned"
    assert page.locator("img[src=x], script:not([src])").count() == 0
    assert page.locator("a[href^='javascript:' i]").count() == 0


def test_markup_in_names_texts_and_forms_is_shown_as_it_is_and_nothing_runs(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    pat, sam = as_program("pat"), as_program("sam")
    pat.deploy("markup/form.json", json.dumps(FORM))
    pat.deploy("markup.bpmn", DIAGRAM)
    case = sam.post(
        "/process-instances", {"definition": "markup", "variables": {"title": MARKUP}, "title": MARKUP}
    )
    sam.post(f"/process-instances/{case['id']}/comments", {"text": MARKUP})
    task = sam.task(case["id"])
    sam.post(f"/user-tasks/{task}/claim")

    page = open_page("/catalogue", "sam")
    expect(page.get_by_text(MARKUP).first).to_be_attached()
    nothing_ran(page)
    for path in ("/work", f"/tasks/{task}", f"/cases/{case['id']}", "/cases"):
        page.goto(path)
        expect(page.get_by_text(MARKUP).first).to_be_attached()
        nothing_ran(page)

    sam.post(f"/user-tasks/{task}/complete", {"data": {"note": MARKUP}})
    eventually(lambda: sam.get(f"/process-instances/{case['id']}")["state"] == "failed")
    for path in (
        f"/cases/{case['id']}",
        "/studio",
        "/studio/processes/markup",
        "/studio/processes/markup/edit",
    ):
        page = open_page(path, "pat")
        expect(page.get_by_text(MARKUP).first).to_be_attached()
        nothing_ran(page)
