"""What the browser's editor offers to draw is what the engine runs."""

import json
from pathlib import Path

from engine.bpmn import dialect
from engine.bpmn.check.events import EVENT_KINDS, EVENT_SUB_PROCESS_STARTS, PROCESS_STARTS

OFFERED = json.loads(
    (Path(__file__).parents[3] / "web" / "src" / "studio" / "process" / "runs.json").read_text()
)


def moddle(name: str) -> str:
    """An element's name as the editor's library has it."""
    return f"bpmn:{name[0].upper()}{name[1:]}"


def test_the_editor_offers_every_kind_of_element_that_runs_and_no_other() -> None:
    assert set(OFFERED["nodes"]) == {moddle(name) for name in dialect.FLOW_NODES}


def test_the_editor_offers_every_kind_of_event_that_runs_and_no_other() -> None:
    runs = {moddle(event): kinds for event, kinds in EVENT_KINDS.items()}
    runs["event sub-process"] = EVENT_SUB_PROCESS_STARTS
    runs["process"] = PROCESS_STARTS

    assert {event: set(kinds) for event, kinds in OFFERED["events"].items()} == runs


def test_the_editor_offers_behind_an_event_based_gateway_what_may_stand_there() -> None:
    waited_for = EVENT_KINDS["intermediateCatchEvent"] - {"link"}

    assert set(OFFERED["after an event-based gateway"]) == waited_for
