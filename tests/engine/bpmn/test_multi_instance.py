"""Activities that run once for each item: together or one after the other, until a condition holds."""

import pytest

from engine.bpmn import Limits
from tests.engine.bpmn.support import (
    Case,
    boundary,
    diagram,
    each,
    end,
    error,
    flow,
    message,
    params,
    path,
    script,
    start,
    sub,
    user,
)


def many(activity: str, *more: str, id: str = "v") -> bytes:
    return diagram(
        start(), activity, user("after"), path("start", id, "after"), *more, errors=("E",), messages=("m",)
    )


def finish(case: Case, element: str = "v", **data: object) -> int:
    """Complete instances until the activity is over; how many there were."""
    count = 0
    while element in case.open:
        case.complete(element, **data)
        count += 1
    return count


def test_all_instances_open_together_each_with_its_own_item():
    task = user("v", each("voters", "voter"), assignee="${voter}", candidateGroups="${loopCounter}th")
    case = Case(many(task), {"voters": ["ann", "sam"]})

    assert [(t.assignee, t.groups) for t in case.tasks] == [("ann", ("0th",)), ("sam", ("1th",))]

    case.complete("v", nth=1)
    assert case.open == ["v"]
    case.complete("v")
    assert case.open == ["after"]


def test_sequential_instances_open_one_after_the_other():
    task = user(
        "v", each("voters", "voter", sequential=True), assignee="${voter}", candidateGroups="${loopCounter}."
    )
    case = Case(many(task), {"voters": ["ann", "sam", "nia"]})

    seen = []
    while case.open == ["v"]:
        seen.append((case.tasks[0].assignee, case.tasks[0].groups))
        case.complete("v")

    assert seen == [("ann", ("0.",)), ("sam", ("1.",)), ("nia", ("2.",))]
    assert case.open == ["after"]


@pytest.mark.parametrize("times", [3, "3", "${n}", "${'3'}"])
@pytest.mark.parametrize("sequential", [False, True])
def test_a_cardinality_says_how_many(times, sequential):
    case = Case(many(user("v", each(times=times, sequential=sequential))), {"n": 3})

    assert finish(case) == 3


@pytest.mark.parametrize("loop", [each("${[]}", "x"), each(times=0), each("none", "x", sequential=True)])
def test_nothing_to_do_passes_at_once(loop):
    assert Case(many(user("v", loop)), {"none": []}).open == ["after"]


@pytest.mark.parametrize(
    "activity",
    [
        script("v", "total = total + item", each("${[1, 2, 3]}", "item")),
        script("v", "total = total + item", each("${[1, 2, 3]}", "item", sequential=True)),
        sub("v", each("[1, 2, 3]", "item"), start("s1"), script("s", "total = total + item"), path("s1 s")),
    ],
)
def test_scripts_and_sub_processes_are_repeated_as_well(activity):
    case = Case(many(activity), {"total": 0})

    assert case.open == ["after"]
    assert case.variables == {"total": 6}


def test_each_voter_keeps_her_own_answer_and_hands_out_what_counts():
    io = params({"answer": "${null}", "reason": "${''}"}, {"votes": "${votes + [[voter, answer]]}"})
    case = Case(many(user("v", io, each("voters", "voter"))), {"voters": ["ann", "sam", "nia"], "votes": []})

    case.complete("v", nth=1, answer="no", reason="costs")
    assert case.seen("v", 0)["answer"] is None
    case.complete("v", nth=1, answer="yes")
    case.complete("v", answer="yes")

    assert case.variables == {
        "voters": ["ann", "sam", "nia"],
        "votes": [["sam", "no"], ["nia", "yes"], ["ann", "yes"]],
    }


@pytest.mark.parametrize("sequential", [False, True])
def test_the_completion_condition_counts_and_ends_the_rest(sequential):
    io = params({"answer": "${null}"}, {"yes": "${yes + (1 if answer else 0)}"})
    loop = each(
        "voters",
        "voter",
        until="${yes >= 2 or nrOfCompletedInstances == nrOfInstances}",
        sequential=sequential,
    )
    case = Case(many(user("v", io, loop)), {"voters": ["a", "b", "c", "d"], "yes": 0})

    case.complete("v", answer=True)
    case.complete("v", answer=False)
    assert "after" not in case.open
    case.complete("v", answer=True)

    assert case.open == ["after"]
    assert case.variables["yes"] == 2
    assert case.steps("cancelled") == ([] if sequential else ["v"])


def test_the_counters_are_seen_by_the_instances():
    counted = "${[nrOfInstances, nrOfCompletedInstances, nrOfActiveInstances]}"
    case = Case(
        many(user("v", params(outputs={"log": "${log + [" + counted[2:-1] + "]}"}), each(times=3))),
        {"log": []},
    )

    finish(case)

    assert case.variables == {"log": [[3, 0, 3], [3, 1, 2], [3, 2, 1]]}


def test_the_condition_is_asked_with_the_counters_after_each_instance():
    loop = each(times=5, until="nrOfCompletedInstances / nrOfInstances >= 0.5 and nrOfActiveInstances == 2")

    assert finish(Case(many(user("v", loop)))) == 3


def test_no_more_instances_than_allowed_are_made():
    data = many(user("v", each(times="${n}")))

    case = Case(data, {"n": 4}, limits=Limits(items=3, seconds=60))

    assert "at most 3" in case.failures["v"]
    case.retry(n=3)
    assert case.open == ["v"] * 3


@pytest.mark.parametrize("sequential", [False, True])
def test_a_million_items_are_refused_quickly(sequential):
    case = Case(many(user("v", each(times=1_000_000, sequential=sequential))))

    assert list(case.failures) == ["v"]
    assert case.tokens == 2


@pytest.mark.parametrize("value", ["abc", None, 5, {"a": 1}])
def test_a_collection_is_a_list(value):
    case = Case(many(user("v", each("xs", "x"))), {"xs": value})

    assert "no list" in case.failures["v"]
    case.retry(xs=[1])
    assert case.open == ["v"]


@pytest.mark.parametrize("value", ["abc", None, -1, 1.5, True, [1], "²"])
def test_a_cardinality_is_a_whole_number(value):
    case = Case(many(user("v", each(times="${n}"))), {"n": value})

    assert "whole number" in case.failures["v"]
    case.retry(n=1)
    assert case.open == ["v"]


def test_a_completion_condition_that_fails_is_asked_again_and_the_instance_counts_once():
    io = params({"answer": "${null}"}, {"votes": "${votes + [answer]}"})
    case = Case(many(user("v", io, each(times=2, until="${enough}"))), {"votes": []})

    case.complete("v", answer=1)
    assert list(case.failures) == ["v"]
    case.retry()
    assert list(case.failures) == ["v"]
    assert case.variables["votes"] == [1]

    case.retry(enough=False)
    assert case.failures == {}
    assert case.open == ["v"]
    case.complete("v", answer=2)

    assert case.open == ["after"]
    assert case.variables["votes"] == [1, 2]


def test_a_completion_condition_is_true_or_false():
    case = Case(many(user("v", each(times=2, until="${'yes'}"))))

    case.complete("v")

    assert "neither true nor false" in case.failures["v"]


def test_outputs_that_fail_are_written_once_when_they_can_be():
    io = params(outputs={"a": "${a + 1}", "b": "${missing}"})
    case = Case(many(user("v", io, each(times=2))), {"a": 0})

    case.complete("v")
    assert case.variables == {"a": 0}

    case.retry(missing=1)
    assert case.variables == {"a": 1, "b": 1, "missing": 1}
    case.complete("v")
    assert case.open == ["after"]
    assert case.variables["a"] == 2


def test_an_instance_that_cannot_open_fails_alone():
    case = Case(many(user("v", each("xs", "x"), priority="${x}")), {"xs": [1, "high", 3]})

    assert list(case.failures) == ["v"]
    assert case.open == ["v", "v"]
    case.complete("v")
    case.complete("v")
    assert case.open == []

    case.retry()
    assert list(case.failures) == ["v"]
    case.cancel()
    assert case.completed


def test_a_sub_process_for_each_item_runs_its_own_inside():
    within = sub("v", each("xs", "x"), start("s1"), user("t", assignee="${x}"), user("u"), path("s1 t u"))
    case = Case(many(within), {"xs": ["ann", "sam"]})

    case.complete("t", nth=1)
    assert case.open == ["t", "u"]
    case.complete("u")
    case.complete("t")
    case.complete("u")

    assert case.open == ["after"]


def test_multi_instances_nest():
    inner = user("t", each("x.members", "member"), assignee="${member}", candidateGroups="${x.name}")
    within = sub("v", each("xs", "x"), start("s1"), inner, path("s1 t"))
    case = Case(many(within), {"xs": [{"name": "A", "members": ["a", "b"]}, {"name": "B", "members": ["c"]}]})

    assert [(t.assignee, t.groups[0]) for t in case.tasks] == [("a", "A"), ("b", "A"), ("c", "B")]
    assert finish(case, "t") == 3
    assert case.open == ["after"]


def test_an_error_in_one_of_many_can_stay_inside_it():
    risky = sub("i", start("i1"), user("t"), end("boom", error("E")), path("i1 t boom"))
    within = sub(
        "v",
        each(times=2),
        start("s1"),
        risky,
        boundary("b", "i", error("E")),
        user("mend"),
        path("s1 i"),
        path("b mend"),
    )
    case = Case(many(within))

    case.complete("t")

    assert case.open == ["mend", "t"]


def test_a_boundary_event_stands_on_the_whole_not_on_each():
    case = Case(
        many(user("v", each(times=3)), boundary("b", "v", message("m")), user("late"), path("b late"))
    )
    assert case.messages == [("m", None)]

    case.complete("v")
    case.send("m")

    assert case.open == ["late"]


def test_conditional_flows_are_asked_once_when_all_are_done():
    flows = flow("v", "big", "n == 2") + flow("v", "small", "n < 2")
    io = params(outputs={"n": "${n + 1}"})
    case = Case(
        diagram(start(), user("v", io, each(times=2)), user("big"), user("small"), path("start v"), flows),
        {"n": 0},
    )

    finish(case)

    assert case.open == ["big"]
