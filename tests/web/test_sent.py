"""What diagrams send: drawn in the editor, beginning cases, and sent once more when it did not arrive."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.desk import diagram
from tests.server import Client, eventually
from tests.web import studio
from tests.web.conftest import OpenPage, assert_accessible, assert_accessible_in_every_look
from tests.web.studio import SETTLED, append, check, properties, select, write

AsProgram = Callable[[str], Client]

ASKED = '<message id="m" name="stock.asked"/>'
ASKS = diagram(
    "asking",
    '<startEvent id="start"/><sequenceFlow id="one" sourceRef="start" targetRef="ask"/>'
    '<sendTask id="ask" name="Ask the stock" messageRef="m"/>'
    '<sequenceFlow id="two" sourceRef="ask" targetRef="end"/><endEvent id="end"/>',
    declared=ASKED,
)
IS_ASKED = diagram(
    "asked",
    '<startEvent id="somebody" name="Somebody asks"><messageEventDefinition messageRef="m"/></startEvent>'
    '<startEvent id="daily" name="Every morning"><timerEventDefinition>'
    "<timeCycle>R/2100-01-01T09:00/P1D</timeCycle></timerEventDefinition></startEvent>"
    '<sequenceFlow id="one" sourceRef="somebody" targetRef="count"/>'
    '<sequenceFlow id="two" sourceRef="daily" targetRef="count"/><manualTask id="count"/>'
    '<sequenceFlow id="three" sourceRef="count" targetRef="end"/><endEvent id="end"/>',
    declared=ASKED,
)
TRIES = 5


def pick(page: Page, label: str, option: str) -> None:
    properties(page).get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_an_owner_draws_what_begins_with_a_message_repeats_and_ends_with_a_signal(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    page = open_page("/studio", "pat")
    page.get_by_role("button", name="New process").click()
    page.get_by_role("textbox", name="Name").fill("Restore")
    page.get_by_role("button", name="Create").click()

    # What was said before and means nothing then is not left behind: the check would refuse it.
    select(page, "Started")
    write(page, "Form", "incident/report", "combobox")
    pick(page, "A case begins when", "a message comes")
    check(page).get_by_role("button", name="Started").click(timeout=SETTLED)
    write(page, "Message", "network.broken", "combobox")
    pick(page, "What it brings", "each field becomes a variable")
    select(page, "Do the work")
    write(page, "Given to", "${who}", "combobox")
    properties(page).get_by_role("button", name="Repetition").click()
    pick(page, "Done", "many times, side by side")
    write(page, "Called", "no item of anything")
    pick(page, "Done", "as long as a condition holds")
    write(page, "As long as", "${loopCounter < rounds}")
    properties(page).get_by_role("button", name="On its border").click()
    page.get_by_role("menuitem", name="On a signal").click()
    write(page, "Signal", "network.restored", "combobox")
    append(page, "Throw a signal")
    write(page, "Signal", "network.checked", "combobox")
    append(page, "Go on elsewhere (link)")
    write(page, "Link", "over", "combobox")
    properties(page).get_by_role("button", name="Draw where it goes on").click()
    append(page, "End")
    expect(check(page)).to_contain_text("Ready to deploy", timeout=SETTLED)
    assert_accessible(page, without=(".djs-container",))
    studio.deploy(page, "The network mends itself")

    sent = {"name": "network.broken", "payload": {"who": "sam", "rounds": 2}}
    case = as_program("ann").post("/messages", sent)["instance"]
    for _ in range(2):
        as_program("sam").post(f"/user-tasks/{as_program('sam').task(case)}/complete", {"data": {}})
    page.goto(f"/cases/{case}")
    expect(page.get_by_text("Ann Archer began it with the message network.broken")).to_be_visible()
    expect(page.get_by_text("completed Do the work")).to_have_count(2)


@pytest.fixture
def dead(as_program: AsProgram) -> str:
    """A case that has sent a message which nobody waited for, however often it was tried."""
    as_program("pat").deploy("asking.bpmn", ASKS)
    case = as_program("ann").start("asking")

    def was_tried(times: int) -> bool:
        [letter] = as_program("mia").get("/deliveries", instance=case)["items"]
        return bool(letter["attempts"] == times)

    for tried in range(1, TRIES):
        eventually(lambda tried=tried: was_tried(tried))
        as_program("root").post("/clock/advance", {"seconds": 60 * tried**2})
    eventually(lambda: was_tried(TRIES))
    return case


def test_why_something_did_not_arrive_is_said_in_the_readers_language(open_page: OpenPage, dead: str) -> None:
    page = open_page(f"/cases/{dead}", "mia", language="zh-CN")
    expect(page.get_by_role("alert")).to_contain_text("消息 stock.asked：没有工单在等待此消息。")

    page.goto("/failures")
    letter = page.get_by_role("row").filter(has=page.locator(f"a[href$='{dead}']"))
    expect(letter).to_contain_text("没有工单在等待此消息。")
    expect(page.get_by_text("No case waits for this message.")).to_have_count(0)


def test_what_did_not_arrive_is_sent_once_more_when_somebody_waits_for_it(
    open_page: OpenPage, as_program: AsProgram, dead: str
) -> None:
    page = open_page(f"/cases/{dead}", "mia")
    alert = page.get_by_role("alert").filter(has_text="did not arrive")
    expect(alert).to_contain_text("At: Ask the stock")
    expect(alert).to_contain_text("Message stock.asked: No case waits for this message.")
    assert_accessible(page)

    as_program("pat").deploy("asked.bpmn", IS_ASKED)
    page.get_by_role("button", name="Send it once more").click()

    expect(page.get_by_text("stock.asked is on its way again.")).to_be_visible()
    expect(alert).to_have_count(0)
    eventually(lambda: as_program("mia").get("/process-instances", definition="asked")["items"])
    page.reload()
    expect(page.get_by_text("Mia Moreau had Ask the stock send stock.asked once more")).to_be_visible()


def test_the_library_says_what_begins_a_process_and_nobody_is_asked_to_start_it(
    open_page: OpenPage, as_program: AsProgram
) -> None:
    as_program("pat").deploy("asked.bpmn", IS_ASKED)
    page = open_page("/studio/processes/asked", "pat")

    beginnings = page.get_by_role("region", name="What begins it")
    expect(beginnings.get_by_role("listitem").filter(has_text="Every morning")).to_contain_text("next")
    expect(beginnings).to_contain_text("Somebody asks · with the message stock.asked")
    expect(beginnings).to_contain_text("nobody can start it")
    assert_accessible_in_every_look(page)

    page.goto("/catalogue/asked")
    expect(page.get_by_text("It begins by itself")).to_be_visible()
    expect(page.get_by_role("button", name="Start", exact=True)).to_have_count(0)
