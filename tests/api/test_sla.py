"""Previews of service-level clocks over HTTP, by the oracle's cases as they stand."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from tests.desk import Desk, open_desk

CASES = json.loads((Path(__file__).parents[1] / "engine" / "sla_cases.json").read_text())["cases"]


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def plain(**changes: Any) -> dict[str, Any]:
    return CASES[0] | changes


def test_a_preview_answers_every_case_of_the_oracle(desk: Desk) -> None:
    for case in CASES:
        answer = desk("ann").post("/sla/preview", case)

        expected = case["expected"]
        assert instant(answer["due_utc"]) == instant(expected["due_utc"]), case["id"]
        for level, told in zip(answer["levels"], expected.get("levels", []), strict=True):
            assert (level["minutes"], instant(level["due_utc"])) == (
                told["minutes"],
                instant(told["due_utc"]),
            )
        for check, told in zip(answer["checks"], expected.get("checks", []), strict=True):
            at = {"at_utc": instant(check["at_utc"])}
            assert check | at == told | {"at_utc": instant(told["at_utc"])}, case["id"]


WRONG = [
    ({"calendar": {"tz": "Nowhere", "weekly": {}}}, "#/calendar/tz"),
    ({"calendar": {"tz": "UTC", "weekly": {"mon": [["9", "17"]]}}}, "#/calendar/weekly/mon/0"),
    ({"start_utc": "yesterday"}, "#/start_utc"),
    ({"target_minutes": -1}, "#/target_minutes"),
    ({"check_at_utc": ["2099-01-01T00:00:00Z"]}, "#/check_at_utc"),
    ({"pauses_utc": [["2025-06-02T14:00:00Z"]]}, "#/pauses_utc/0"),
    (
        {"changes": [{"at_utc": "2025-06-02T15:00:00Z", "calendar": {"tz": "UTC"}}]},
        "#/changes/0/calendar/weekly",
    ),
]


@pytest.mark.parametrize(("change", "pointer"), WRONG)
def test_a_preview_that_cannot_be_read_is_refused_with_a_pointer(
    desk: Desk, change: dict[str, Any], pointer: str
) -> None:
    answer = desk("ann").send("POST", "/sla/preview", plain(**change))

    assert answer.status == 422
    assert pointer in [error["pointer"] for error in answer.body["errors"]]


def test_a_change_of_priority_may_find_its_target_used_up(desk: Desk) -> None:
    change = {"at_utc": "2025-06-02T19:00:00Z", "target_minutes": 60}

    answer = desk("ann").post("/sla/preview", plain(changes=[change], check_at_utc=["2025-06-02T19:00:00Z"]))

    assert answer["due_utc"] == "2025-06-02T15:00:00.000000Z"
    assert answer["checks"][0]["breached"] is True
