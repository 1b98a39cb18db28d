"""What the page on escalation says to draw does what the page says, in the shipped incident process."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.content.diagrams import ROOT
from tests.desk import Desk, open_desk
from tests.walker import Steer

PAGE = (ROOT / "docs/how-to/escalate.md").read_text(encoding="utf-8")
INCIDENT = (ROOT / "processes/incident/incident.bpmn").read_text(encoding="utf-8")
DRAWN = re.findall(r"^```xml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path) as desk:
        yield desk


def with_escalation() -> str:
    process, message = DRAWN
    named = re.sub(r' name=""', "", process)
    drawn = INCIDENT.replace("<bpmn:process ", f"{message}<bpmn:process ", 1)
    # Before the artifacts, which the standard has at the end of a process.
    return drawn.replace(
        '<bpmn:sequenceFlow id="to_priority"', f'{named}<bpmn:sequenceFlow id="to_priority"', 1
    )


def test_at_three_quarters_the_manager_is_told_and_a_review_opens(desk: Desk) -> None:
    desk("pat").deploy({"incident/incident.bpmn": with_escalation().encode()})
    case = desk("root").start("incident", Steer(impact=2, urgency=1))  # priority 2
    asked, told = (
        f"/clocks?instance={case['id']}",
        {"Take note of the delay", "Review what stands in the way"},
    )
    (clock,) = [clock for clock in desk("mia").get(asked)["items"] if clock["name"] == "resolution"]
    (warning,) = [threshold for threshold in clock["thresholds"] if threshold["name"] == "75"]
    seconds = (
        datetime.fromisoformat(warning["due_at"]) - datetime.fromisoformat(clock["started_at"])
    ).total_seconds()

    desk("root").post("/clock/advance", {"seconds": seconds - 60})
    before = {task["name"] for task in desk("root").tasks(case)}
    desk("root").post("/clock/advance", {"seconds": 120})
    after = {task["name"] for task in desk("root").tasks(case)}

    assert not told & before
    assert told <= after
    assert "Take note of the delay" in {
        task["name"] for task in desk("mia").everything("/user-tasks?group=mine")
    }
