"""What comes with Baton in service levels fits the processes that come with it."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.console.shipped import calendars, demo_service_levels, shipped
from engine import bpmn, targets

TARGETS = [
    target for policy in demo_service_levels()["policy"].values() for target in targets.read(policy).targets
]


def shipped_processes() -> Iterator[str]:
    for file in shipped():
        if file.path.endswith(".bpmn"):
            yield from bpmn.keys(file.path, file.data)


def test_every_target_is_for_a_process_that_comes_with_baton() -> None:
    assert {target.scope.process for target in TARGETS} <= set(shipped_processes())


@pytest.mark.parametrize("priority", [1, 2, 3, 4])
@pytest.mark.parametrize("clock", ["response", "resolution"])
def test_an_incident_of_every_priority_has_targets(clock: str, priority: int) -> None:
    found = [target for target in TARGETS if (target.clock, target.scope.priority) == (clock, priority)]

    assert any(target.scope.agreement is None for target in found)


def test_changes_problems_and_continuity_have_targets() -> None:
    promised = {(target.scope.process, target.clock) for target in TARGETS}

    assert promised >= {
        ("change", "assessment"),
        ("change", "approval"),
        ("problem", "analysis"),
        ("continuity_invocation", "recovery"),
    }


def test_everything_has_a_chinese_name() -> None:
    given: list[Any] = [
        document
        for source in (calendars(), demo_service_levels())
        for documents in source.values()
        for document in documents.values()
    ]

    assert all("zh-CN" in document["names"] for document in given)


def test_without_the_demo_nothing_is_promised() -> None:
    assert set(calendars()) == {"calendar"}
