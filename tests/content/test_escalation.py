"""The escalation that the incident process draws is what the page about it shows, and does what it says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from tests.content.diagrams import ROOT, Diagram
from tests.content.paths.incident import triaged
from tests.content.walks import clocks, fired, steps, wait_for_threshold, waits_at
from tests.desk import Desk, open_desk
from tests.walker import Steer

PAGE = (ROOT / "docs/how-to/escalate.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^```xml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
INCIDENT = Diagram(ROOT / "processes/incident/incident.bpmn")


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path) as desk:
        yield desk


def content(element: etree._Element) -> list[tuple[str, dict[str, str], str]]:
    """What is written in an element, whatever its indentation."""
    return [(part.tag, dict(part.attrib), (part.text or "").strip()) for part in element.iter()]


def test_the_page_shows_what_is_drawn() -> None:
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in INCIDENT.root.nsmap.items())
    process, message = (etree.fromstring(f"<page {spaces}>{part}</page>")[0] for part in SHOWN)

    assert content(process) == content(INCIDENT.elements["at_risk"])
    assert content(message) == content(INCIDENT.elements["message_resolution_75"])


def test_at_three_quarters_the_manager_is_told_by_the_policy_and_given_a_review_by_the_diagram(
    desk: Desk,
) -> None:
    case = desk("root").start("incident", Steer(impact=2, urgency=1))  # priority 2

    wait_for_threshold(desk, case, "resolution", "75")

    told = [(each["clock"], each["threshold"]) for each in desk("mia").get("/notifications")["items"]]
    offered = [
        each for each in desk("mia").everything("/user-tasks?group=mine") if each["element"] == "review"
    ]
    assert told.count(("resolution", "75")) == 1
    assert [each["instance"] for each in offered] == [case["id"]]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_while_the_requester_or_a_supplier_has_it_nobody_reviews_what_does_not_run_out(desk: Desk) -> None:
    case = triaged(desk)
    order = {"supplier": "Initech Telecom", "supplier_request": "Mend the line."}
    desk("nia").do(case, "work", Steer(outcome="supplier", **order))

    desk("sam").wait(days=60)

    assert waits_at(desk, case) == {"wait_supplier"}
    assert clocks(desk, case)["resolution"]["state"] == "paused"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_review_that_comes_after_the_resolution_is_over_at_once(desk: Desk) -> None:
    """A higher priority uses the time up for an incident that waits for its confirmation."""
    case = triaged(desk)
    desk("sam").wait(hours=3)
    desk("nia").do(case, "work", Steer(outcome="resolve"))

    desk("sam").tell(case, "incident.reprioritise", priority=1)
    desk("mia").do(case, "take_the_lead", Steer(outcome="stand_down"))
    desk("sam").wait(minutes=1)

    assert fired(desk, case, "resolution", "75")
    assert ("left", "overtaken") in steps(desk, case)
    assert waits_at(desk, case) == {"confirm"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_is_asked_to_send_what_a_clock_sends(desk: Desk) -> None:
    case = triaged(desk)

    asked_for = {
        one["message"] for one in desk("ann").get(f"/process-instances/{case['id']}/messages")["items"]
    }

    assert asked_for == {"incident.declare_major", "incident.reprioritise", "incident.withdraw"}
