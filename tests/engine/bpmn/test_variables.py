"""Variables live in scopes; nothing is copied from task to task, and nothing is merged."""

from itertools import permutations

import pytest

from tests.engine.bpmn.support import (
    NOW,
    Case,
    diagram,
    each,
    end,
    par,
    params,
    path,
    script,
    start,
    sub,
    user,
)

BRANCHES = diagram(
    start(), par("f"), user("a"), user("b"), par("j"), user("c"), path("start f a j c"), path("f b j")
)


@pytest.mark.parametrize("order", list(permutations("ab")))
def test_a_write_is_seen_at_once_by_every_branch_and_the_last_one_stays(order):
    first, second = order
    case = Case(BRANCHES, {"priority": 3, "other": 1})

    case.complete(first, priority=1)
    assert case.seen(second)["priority"] == 1
    case.complete(second, other=2)

    assert case.seen("c") == {"priority": 1, "other": 2}


@pytest.mark.parametrize("order", list(permutations("ab")))
def test_of_two_branches_that_write_one_variable_the_later_one_counts(order):
    case = Case(BRANCHES, {"priority": 3})

    for element in order:
        case.complete(element, priority=element)

    assert case.variables == {"priority": order[1]}


@pytest.mark.parametrize("order", list(permutations("ab")))
def test_scripts_in_two_branches_that_add_to_one_variable_give_the_same_in_every_order(order):
    data = diagram(
        start(),
        par("f"),
        user("a"),
        script("sa", "n = n + 1\nlog.append('a')"),
        user("b"),
        script("sb", "n = n + 10\nlog.append('b')"),
        par("j"),
        end(),
        path("start f a sa j end"),
        path("f b sb j"),
    )
    case = Case(data, {"n": 0, "log": []})

    for element in order:
        case.complete(element)

    assert case.completed
    assert case.variables == {"n": 11, "log": list(order)}


def test_an_input_is_local_to_its_activity_and_hides_the_variable_outside():
    task = user("a", params({"x": "${x + 1}", "y": "${x * 10}"}))
    case = Case(diagram(start(), task, user("b"), path("start a b")), {"x": 1})
    assert case.seen("a") == {"x": 2, "y": 20}

    case.complete("a", x=5, z=7)

    assert case.seen("b") == {"x": 1, "z": 7}


def test_outputs_are_evaluated_together_and_written_to_the_scope_outside():
    task = user("a", params({"x": "${0}"}, {"x": "${x}", "y": "${x + 1}"}))
    case = Case(diagram(start(), task, user("b"), path("start a b")), {"x": 100, "y": 200})

    case.complete("a", x=5)

    assert case.seen("b") == {"x": 5, "y": 6}


def test_a_write_goes_to_the_nearest_scope_that_holds_the_name_else_to_the_instance():
    task = user("a", params({"mine": "${1}"}))
    within = sub(
        "s", params({"theirs": "${1}"}, {"out": "${[theirs, fresh]}"}), start("s1"), task, path("s1 a")
    )
    case = Case(diagram(start(), within, user("b"), path("start s b")), {"ours": 1})

    case.complete("a", mine=2, theirs=2, ours=2, fresh=2)

    assert case.variables == {"ours": 2, "fresh": 2, "out": [2, 2]}


def test_a_script_changes_the_variable_it_sees():
    within = sub(
        "s",
        params({"n": "${n}"}, {"result": "${n}"}),
        start("s1"),
        script("x", "n = n + 1\nm = n"),
        path("s1 x"),
    )
    case = Case(diagram(start(), within, end(), path("start s end")), {"n": 1})

    assert case.variables == {"n": 1, "m": 2, "result": 2}


def test_items_share_the_scope_around_them_and_keep_what_is_their_own():
    io = params({"mine": "${0}"})
    case = Case(diagram(start(), user("v", io, each("[1, 2]", "item")), user("b"), path("start v b")))

    case.complete("v", mine=5, shared="x", item=9)

    assert case.seen("v")["shared"] == "x"
    assert case.seen("v")["item"] == 2
    case.complete("v", mine=6, shared="y")
    assert case.variables == {"shared": "y"}


def test_what_a_script_left_sharing_one_value_is_apart_for_the_next():
    data = diagram(start(), script("x", "b = a\nc = {'a': a}"), script("y", "a.append(2)"), path("start x y"))

    assert Case(data, {"a": []}).variables == {"a": [2], "b": [], "c": {"a": []}}


def test_what_the_case_is_told_from_outside_is_read_like_a_variable_and_hidden_by_one():
    data = diagram(
        start(),
        script("x", "seen = case_number\ncase_number = 7\nlater = now()"),
        user("a", assignee="${requester}"),
        path("start x a"),
    )

    case = Case(data, names={"case_number": "INC-1", "requester": "ann"})

    assert case.variables == {
        "seen": "INC-1",
        "case_number": 7,
        "later": NOW.strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
    }
    assert case.tasks[0].assignee == "ann"


def test_values_of_every_json_type_survive_a_save():
    values = {
        "a": None,
        "b": True,
        "c": [1, 2.5, "ü\U0001f600", {"x": []}],
        "d": 2**53,
        "e": "",
        "f": -0.5,
        "g": 2**63,
    }

    assert Case(diagram(start(), user("a"), path("start a")), values).variables == values
