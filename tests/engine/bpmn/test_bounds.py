"""What one element may take: time, names, candidates, tokens. Beyond that it is refused, or fails alone."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import pytest

from engine import bpmn
from engine.bpmn import Failure, Limits, execution
from engine.bpmn.read import MAX_ELEMENTS
from engine.errors import Invalid
from tests.engine.bpmn.support import (
    Case,
    boundary,
    catch,
    diagram,
    each,
    end,
    extensions,
    flow,
    message,
    node,
    params,
    path,
    script,
    start,
    sub,
    timer_of,
    user,
    xor,
)

MANY = 200
AMPLE = Limits(seconds=60)


def refusals(data: bytes) -> list[str]:
    with pytest.raises(Invalid) as caught:
        bpmn.prepare("x.bpmn", data, lambda key: True)
    return [problem.detail for problem in caught.value.problems]


# -- time ----------------------------------------------------------------------------------------------------


def with_inputs(values: list[str]) -> bytes:
    inputs = {f"v{number}": value for number, value in enumerate(values)}
    return diagram(start(), user("heavy", params(inputs)), path("start heavy"))


def with_outputs(values: list[str]) -> bytes:
    outputs = {f"v{number}": value for number, value in enumerate(values)}
    heavy = script("heavy", "x = 1", params(outputs=outputs))
    return diagram(start(), heavy, user("after"), path("start heavy after"))


def with_conditions(values: list[str], gateway: str = xor("heavy", default="else")) -> bytes:
    flows = [flow("heavy", "end", f"${{{v[2:-1]} == []}}", id=f"f{n}") for n, v in enumerate(values)]
    otherwise = flow("heavy", "after", id="else")
    return diagram(start(), gateway, user("after"), end(), path("start heavy"), *flows, otherwise)


def with_conditions_of_a_task(values: list[str]) -> bytes:
    return with_conditions(values, node("task", "heavy", default="else"))


def with_boundaries(values: list[str]) -> bytes:
    events = [
        boundary(f"b{number}", "heavy", timer_of("timeDuration", f"P${{len({value[2:-1]}) + 1}}D"))
        + path(f"b{number}", "end")
        for number, value in enumerate(values)
    ]
    return diagram(start(), user("heavy"), end(), path("start heavy end"), *events)


@pytest.mark.parametrize(
    "drawn", [with_inputs, with_outputs, with_conditions, with_conditions_of_a_task, with_boundaries]
)
def test_an_element_of_many_expressions_is_stopped_in_time_and_can_be_tried_again(drawn, monkeypatch):
    data = drawn(["${[1]}"] * MANY)
    looks = itertools.count(step=0.01)  # a clock on which as much passes before each look at it
    monkeypatch.setattr(execution, "time", SimpleNamespace(thread_time=lambda: next(looks)))

    case = Case(data, limits=Limits(seconds=1))

    assert case.failures == {"heavy": "The case was busy for 1 seconds without waiting for anything."}
    assert next(looks) < 1.1
    assert (case.open, case.timers) == ([], {})
    assert case.variables.keys() <= {"x"}  # none of the outputs without the others

    case.circumstances = replace(case.circumstances, limits=AMPLE)
    case.retry()

    assert case.failures == {}
    assert case.open in (["after"], ["heavy"])


@pytest.mark.parametrize("drawn", [with_inputs, with_outputs, with_conditions])
def test_expressions_that_burn_time_end_with_the_commands_time(drawn):
    burning = "${[x for x in range(80000) if x < 0] + [1]}"
    never_reached = "${[unheard_of]}"

    case = Case(drawn([*[burning] * MANY, never_reached]), limits=Limits(seconds=0.3))

    assert case.failures == {"heavy": "The case was busy for 0.3 seconds without waiting for anything."}


# -- names ---------------------------------------------------------------------------------------------------

LONG = "n" * 256
NAMED = {
    "a user task": user("x", name=LONG),
    "a script": node("scriptTask", "x", "<script>a = 1</script>", scriptFormat="python", name=LONG),
    "an event": node("intermediateThrowEvent", "x", name=LONG),
    "a gateway": node("exclusiveGateway", "x", name=LONG),
    "a sub-process": node("subProcess", "x", start("s"), name=LONG),
    "what is inside a sub-process": sub("x", start("s", name=LONG)),
    "another language": user("x", extensions(f'<baton:name lang="zh-CN">{LONG}</baton:name>')),
    "the start's other language": start("x", extensions(f'<baton:name lang="de">{LONG}</baton:name>')),
}


@pytest.mark.parametrize("named", NAMED.values(), ids=NAMED)
def test_a_name_of_more_than_255_characters_is_refused(named):
    begins = [] if named.startswith("<startEvent") else [start(), path("start x")]

    assert refusals(diagram(*begins, named)) == ["The name has 256 characters; at most 255 are allowed."]
    bpmn.prepare("x.bpmn", diagram(*begins, named.replace(LONG, LONG[1:])), lambda key: True)


def test_a_file_of_very_many_elements_is_refused_whatever_they_are():
    assert refusals(diagram(start(), "<a/>" * MAX_ELEMENTS)) == [
        "The file has more than 100,000 XML elements."
    ]


@pytest.mark.parametrize("place", ["process", "sequenceFlow", "message", "lane"])
def test_the_name_of_what_is_no_step_is_bounded_as_well(place):
    lanes = '<laneSet id="lanes"><lane id="l"><flowNodeRef>x</flowNodeRef></lane></laneSet>'
    data = diagram(lanes, start(), user("x"), path("start x"), messages=("m",)).decode()
    data = data.replace(' name="m"', "").replace(f"<{place} ", f'<{place} name="{LONG}" ', 1)

    assert "The name has 256 characters; at most 255 are allowed." in refusals(data.encode())


def test_an_element_without_an_id_has_no_longer_name():
    unnamed = f'<sequenceFlow name="{LONG}" sourceRef="start" targetRef="x"/>'

    found = refusals(diagram(start(), user("x"), unnamed))

    assert found == ["The name has 256 characters; at most 255 are allowed."]


# -- counters ------------------------------------------------------------------------------------------------

COUNTERS = ("nrOfInstances", "nrOfCompletedInstances", "nrOfActiveInstances")
TWO_DONE = "${nrOfCompletedInstances == 2 and nrOfActiveInstances == nrOfInstances - 2}"
ODD = pytest.mark.parametrize("odd", [99, -1, "many", None, []])


def repeated(activity: str, *more: str) -> bytes:
    return diagram(start(), activity, user("after"), path("start v after"), *more, messages=("m",))


def complete_until_over(case: Case, **data: object) -> int:
    count = 0
    while "v" in case.open:
        case.complete("v", **data)
        count += 1
    return count


@ODD
@pytest.mark.parametrize("name", COUNTERS)
def test_a_form_field_named_like_a_counter_changes_no_counting(name, odd):
    case = Case(repeated(user("v", each(times=4, until=TWO_DONE))))

    assert complete_until_over(case, **{name: odd}) == 2
    assert (case.open, case.failures) == (["after"], {})


@ODD
@pytest.mark.parametrize("name", COUNTERS)
def test_an_output_named_like_a_counter_changes_no_counting(name, odd):
    outputs = params(outputs={name: "${odd}"})
    case = Case(repeated(user("v", outputs, each(times=4, until=TWO_DONE))), {"odd": odd})

    assert complete_until_over(case) == 2
    assert (case.open, case.failures) == (["after"], {})


@ODD
@pytest.mark.parametrize("name", COUNTERS)
def test_a_script_that_writes_a_counter_changes_no_counting(name, odd):
    once_each = node(
        "scriptTask",
        "v",
        each(times=4, until="${nrOfCompletedInstances == 3}"),
        f"<script>{name} = odd\nruns = runs + 1</script>",
        scriptFormat="python",
    )
    case = Case(repeated(once_each), {"odd": odd, "runs": 0})

    assert (case.open, case.failures) == (["after"], {})
    assert case.variables == {"odd": odd, "runs": 3}


@ODD
@pytest.mark.parametrize("sequential", [False, True])
@pytest.mark.parametrize("name", [*COUNTERS, "loopCounter"])
def test_items_named_like_a_counter_are_counted_all_the_same(name, sequential, odd):
    case = Case(repeated(user("v", each("items", name, sequential=sequential))), {"items": [odd] * 3})
    assert case.seen("v")[name] == odd

    assert complete_until_over(case) == 3
    assert (case.open, case.failures) == (["after"], {})


@ODD
@pytest.mark.parametrize("name", COUNTERS)
def test_a_message_inside_that_writes_a_counter_changes_no_counting(name, odd):
    inside = sub("v", each(times=3), start("s"), catch("c", message("m", payload="")), path("s c"))
    case = Case(repeated(inside))

    for _ in range(3):
        assert case.open == []
        case.send("m", {name: odd})

    assert (case.open, case.failures) == (["after"], {})


# -- candidates ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attribute", ["candidateUsers", "candidateGroups"])
@pytest.mark.parametrize("as_text", [False, True], ids=["list", "text"])
def test_more_than_a_hundred_candidates_fail_the_element(attribute, as_text):
    def offered(number: int) -> object:
        names = [f"n{n}" for n in range(number)]
        return ",".join(names) if as_text else names

    task = diagram(start(), user("work", **{attribute: "${them}"}), path("start work"))
    case = Case(task, {"them": offered(101)})
    assert case.failures == {"work": "There are more than 100 candidates; offer the task to a group."}

    case.retry(them=offered(100))

    assert (case.open, case.failures) == (["work"], {})
    assert len(case.tasks[0].users + case.tasks[0].groups) == 100


# -- repetitions ---------------------------------------------------------------------------------------------

TOO_OFTEN = ["R/PT0.5S", "R3/PT0.999999S", "R/2000-01-01T00:00:00Z/PT0.000001S"]


def repeating(cycle: str) -> bytes:
    event = boundary("tick", "work", timer_of("timeCycle", cycle), interrupting=False)
    return diagram(start(), user("work"), event, end(), path("start work"), path("tick end"))


@pytest.mark.parametrize("cycle", TOO_OFTEN)
def test_a_repetition_more_often_than_once_a_second_is_refused(cycle):
    (told,) = refusals(repeating(cycle))

    assert "shorter than a second" in told


@pytest.mark.parametrize("cycle", TOO_OFTEN)
def test_a_computed_repetition_more_often_than_once_a_second_fails_its_element(cycle):
    case = Case(repeating("${cycle}"), {"cycle": cycle})
    assert case.failures.keys() == {"work"}
    assert "shorter than a second" in case.failures["work"]
    assert (case.open, case.timers) == ([], {})

    case.retry(cycle="R/PT1S")

    assert (case.open, list(case.timers)) == (["work"], ["tick"])


# -- tokens --------------------------------------------------------------------------------------------------


def test_nested_repetitions_fail_where_the_case_would_have_too_much_going_on():
    nested = sub("outer", each(times=100), start("s"), user("inner", each(times=100)), path("s inner"))
    case = Case(diagram(start(), nested, path("start outer")), limits=replace(AMPLE, tokens=1_500))

    told = "The case would have more than 1,500 things going on at once."
    assert set(case._load().failures()) == {Failure("inner", told)}
    assert len(case.open) % 100 == 0
    assert 0 < len(case.open) < case.tokens <= 1_500
