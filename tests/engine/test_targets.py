"""Reading policies, and the points on the way to a target."""

from datetime import timedelta
from typing import Any

import pytest

from engine import targets
from engine.errors import Invalid
from engine.targets import Scope

HOUR = timedelta(hours=1)


def target(**changes: Any) -> dict[str, Any]:
    return {"clock": "resolution", "target": "PT4H", "calendar": "office"} | changes


def policy(*given: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"name": "Incidents", "targets": list(given)} | changes


def problems(document: object) -> dict[str | None, str]:
    with pytest.raises(Invalid) as refused:
        targets.read(document)
    return {problem.pointer: problem.detail for problem in refused.value.problems}


def thresholds(*points: str, **changes: Any) -> list[Any]:
    document = policy(target(thresholds=[{"at": point} for point in points], **changes))
    return list(targets.read(document).targets[0].thresholds)


def test_a_policy_is_read_with_its_targets_in_order() -> None:
    read = targets.read(policy(target(priority=1, process="incident"), target(agreement="globex")))

    assert [each.scope for each in read.targets] == [
        Scope(None, None, "incident", 1),
        Scope("globex", None, None, None),
    ]
    assert read.targets[0].target == 4 * HOUR


@pytest.mark.parametrize(
    ("point", "name", "offset"),
    [
        ("75%", "75", 3 * HOUR),
        ("100%", "100", 4 * HOUR),
        ("150%", "150", 6 * HOUR),
        ("before.PT30M", "before.PT30M", 3.5 * HOUR),
        ("after.PT2H", "after.PT2H", 6 * HOUR),
    ],
)
def test_a_threshold_lies_at_a_share_of_the_target_or_before_or_after_it(
    point: str, name: str, offset: timedelta
) -> None:
    (threshold,) = thresholds(point)

    assert (threshold.name, threshold.offset(4 * HOUR)) == (name, offset)


def test_thresholds_are_in_the_order_in_which_they_are_reached() -> None:
    found = thresholds("after.PT1H", "100%", "before.PT3H", "50%")

    assert [each.name for each in found] == ["before.PT3H", "50", "100", "after.PT1H"]


def test_what_a_policy_names_is_told_with_its_place() -> None:
    actions = [
        {"notify": {"people": ["mia"], "roles": ["agent"], "groups": ["cab"], "to": ["assignee"]}},
        {"level": 2},
        {"add_group": "network"},
        {"reassign": "major-incident"},
    ]
    given = target(agreement="globex", service="mail", thresholds=[{"at": "75%", "do": actions}])

    read = targets.read(policy(given))

    at = "#/targets/0"
    do = f"{at}/thresholds/0/do"
    assert set(read.references) == {
        ("agreement", "globex", f"{at}/agreement"),
        ("service", "mail", f"{at}/service"),
        ("calendar", "office", f"{at}/calendar"),
        ("person", "mia", f"{do}/0/notify/people/0"),
        ("role", "agent", f"{do}/0/notify/roles/0"),
        ("group", "cab", f"{do}/0/notify/groups/0"),
        ("group", "network", f"{do}/2/add_group"),
        ("group", "major-incident", f"{do}/3/reassign"),
    }
    assert read.targets[0].thresholds[0].actions == tuple(actions)


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ([], "#"),
        ({"targets": [target()]}, "#/name"),
        (policy(target(), names={"zh-CN": ""}), "#/names/zh-CN"),
        (policy(), "#/targets"),
        (policy(target(), target_="x"), "#/target_"),
        (policy(target(tresholds=[])), "#/targets/0/tresholds"),
        (policy(target(target="P1D")), "#/targets/0/target"),
        (policy(target(target="PT0S")), "#/targets/0/target"),
        (policy(target(target=4)), "#/targets/0/target"),
        (policy(target(target="PT60000H")), "#/targets/0/target"),
        (policy(target(calendar=None)), "#/targets/0/calendar"),
        (policy(target(clock="sla.resolution")), "#/targets/0/clock"),
        (policy(target(clock=None)), "#/targets/0/clock"),
        (policy(target(priority="high")), "#/targets/0/priority"),
        (policy(target(priority=True)), "#/targets/0/priority"),
        (policy(target(process=3)), "#/targets/0/process"),
        (policy(target(thresholds=["75%"])), "#/targets/0/thresholds/0"),
        (policy(target(thresholds=[{"at": "0%"}])), "#/targets/0/thresholds/0/at"),
        (policy(target(thresholds=[{"at": "1001%"}])), "#/targets/0/thresholds/0/at"),
        (policy(target(thresholds=[{"at": "before.P1D"}])), "#/targets/0/thresholds/0/at"),
        (policy(target(thresholds=[{"at": "before.PT4H"}])), "#/targets/0/thresholds/0/at"),
        (policy(target(thresholds=[{"at": "75%"}, {"at": "75%"}])), "#/targets/0/thresholds/1/at"),
        (policy(target(thresholds=[{"at": "75%", "then": []}])), "#/targets/0/thresholds/0/then"),
    ],
)
def test_what_is_wrong_with_a_policy_is_told_with_its_place(document: object, pointer: str) -> None:
    assert list(problems(document)) == [pointer]


@pytest.mark.parametrize(
    ("action", "below"),
    [
        ({"email": "mia"}, ""),
        ({"level": 1, "add_group": "cab"}, ""),
        ("level", ""),
        ({"level": 0}, "/level"),
        ({"level": True}, "/level"),
        ({"add_group": None}, "/add_group"),
        ({"add_group": "cab", "in_hours": True}, "/in_hours"),
        ({"notify": {}}, "/notify"),
        ({"notify": {"to": ["everybody"]}}, "/notify/to/0"),
        ({"notify": {"persons": ["mia"]}}, "/notify/persons"),
        ({"notify": {"to": ["group"]}, "in_hours": "yes"}, "/in_hours"),
    ],
)
def test_what_is_wrong_with_an_action_is_told_with_its_place(action: object, below: str) -> None:
    document = policy(target(thresholds=[{"at": "75%", "do": [action]}]))

    assert next(iter(problems(document))) == f"#/targets/0/thresholds/0/do/0{below}"


def test_everything_that_is_wrong_is_told_at_once() -> None:
    found = problems(policy(target(target="P1D"), target(priority=1, calendar=None), name=None))

    assert set(found) == {"#/name", "#/targets/0/target", "#/targets/1/calendar"}


def test_two_targets_about_the_same_cases_are_refused_at_both() -> None:
    found = problems(policy(target(priority=1), target(priority=2), target(priority=1, target="PT1H")))

    assert set(found) == {"#/targets/0", "#/targets/2"}
    assert "#/targets/2" in found["#/targets/0"]


def test_a_pointer_keeps_slashes_and_tildes_apart() -> None:
    assert list(problems(policy(target(), **{"a/b~c": 1}))) == ["#/a~1b~0c"]
