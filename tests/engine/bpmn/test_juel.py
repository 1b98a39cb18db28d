"""JUEL in a diagram: translated wherever an expression may stand, and stored in Baton's language alone."""

from datetime import timedelta

import pytest

from engine import bpmn
from engine.errors import Invalid
from tests.engine.bpmn.support import (
    NOW,
    Case,
    boundary,
    call,
    catch,
    conditional,
    diagram,
    each,
    end,
    error,
    extensions,
    flow,
    hands,
    loop,
    message,
    node,
    params,
    path,
    service,
    start,
    timer,
    timer_of,
    user,
    xor,
)

CALLED = diagram(start("q1"), user("inside"), path("q1 inside"), key="q")


def prepared(data: bytes) -> bpmn.Definition:
    (definition,), warnings = bpmn.prepare("x.bpmn", data, lambda key: True, lambda key: True)
    assert warnings == []
    return definition


@pytest.mark.parametrize(
    ("variables", "taken"),
    [
        ({"amount": 5, "vip": False, "note": ""}, "plain"),
        ({"amount": 5, "vip": True, "note": ""}, "special"),
        ({"amount": 5_000, "vip": None, "note": "x"}, "special"),
    ],
)
def test_a_condition_in_juel_decides_the_way(variables, taken):
    condition = "${(amount gt 1000 && !empty note) || vip}"
    case = Case(
        diagram(
            *(start(), xor("g", "no"), user("special"), user("plain"), path("start g")),
            *(flow("g", "special", condition), flow("g", "plain", id="no")),
        ),
        variables,
    )

    assert case.open == [taken]


def test_what_juel_would_convert_fails_where_it_is_asked_and_goes_on_when_mended():
    case = Case(
        diagram(
            *(start(), xor("g", "no"), user("a"), user("b"), path("start g")),
            *(flow("g", "a", "${n eq '1'}"), flow("g", "b", id="no")),
        ),
        {"n": 1},
    )

    assert "cannot be compared" in case.failures["g"]

    case.retry(n="1")

    assert case.open == ["a"]


def test_a_task_is_given_out_and_due_by_juel():
    task = user(
        "a",
        assignee="#{boss}",
        candidateUsers="${vip ? 'x,y' : 'z'}",
        candidateGroups="${empty group ? 'desk' : 'x'}",
        dueDate="${vip && true ? 'P1D' : 'P2D'}",
        priority="${vip ? 9 : 1}",
    )

    case = Case(diagram(start(), task, path("start a")), {"boss": "mia", "vip": True, "group": None})

    (opened,) = case.tasks
    assert opened.assignee == "mia"
    assert opened.users == ("x", "y")
    assert opened.groups == ("desk",)
    assert opened.due == NOW + timedelta(days=1)
    assert opened.priority == 9


def test_repetitions_inputs_and_outputs_are_computed_by_juel():
    voters = each("#{vip ? many : few}", "v", until="${nrOfCompletedInstances ge 1 && vip}")
    task = user("a", params({"x": "${!vip}"}, {"y": "${x ? 'p' : 'q'}"}), voters)
    counted = user("b", each(times="${vip ? 2 : 1}"))

    case = Case(
        diagram(start(), task, counted, path("start a b")),
        {"vip": True, "many": ["m", "n"], "few": []},
    )
    assert case.open == ["a", "a"]
    assert case.seen("a")["x"] is False
    case.complete("a")

    assert case.variables["y"] == "q"
    assert case.open == ["b", "b"]


def test_timers_messages_conditions_and_topics_are_computed_by_juel():
    case = Case(
        diagram(
            *(
                start(),
                node("parallelGateway", "f"),
                path("start f a"),
                path("f b"),
                path("f c"),
                path("f d"),
            ),
            *(catch("a", timer("${vip ? 'PT1H' : 'PT2H'}")), catch("b", message("m", key="#{number}"))),
            *(catch("c", conditional("vip && n gt 1")), service("d", topic="${vip ? 't1' : 't2'}")),
            *(user("late"), boundary("l", "d", timer_of("timeCycle", "${vip ? 'R2/PT3H' : ''}"), False)),
            *(path("l late"), user("then"), path("c then")),
            messages=("m",),
        ),
        {"vip": True, "number": 7, "n": 1},
    )

    assert case.timers == {"a": NOW + timedelta(hours=1), "l": NOW + timedelta(hours=3)}
    assert case.messages == [("m", "7")]
    assert [job.topic for job in case.jobs] == ["t1"]
    assert case.open == []

    case.retry(n=2)

    assert case.open == ["then"]


def test_loops_go_on_as_long_as_juel_says():
    task = user("a", loop("${!done && loopCounter lt 3}"))

    case = Case(diagram(start(), task, path("start a")), {"done": False})
    case.complete("a")
    case.complete("a", done=True)

    assert case.completed


def test_what_is_around_an_expression_in_the_file_changes_nothing():
    task = user("a", params({"x": "\n  ${vip ? n : m}\n  "}), assignee=" ${boss eq null ? 'x' : boss} ")

    case = Case(diagram(start(), task, path("start a")), {"vip": True, "n": 7, "m": None, "boss": None})

    assert case.seen("a")["x"] == 7
    assert case.tasks[0].assignee == "x"


def test_what_a_call_is_handed_is_computed_by_juel():
    handed = extensions(
        hands("in", sourceExpression="${vip && true}", target="a"),
        hands("in", sourceExpression="vip ? 1 : 2", target="b"),
    )

    case = Case(diagram(start(), call("k", "q", handed), path("start k")), {"vip": True}, calls=(CALLED,))

    assert (case.seen("inside")["a"], case.seen("inside")["b"]) == (True, 1)


def test_a_case_is_numbered_and_an_error_told_by_juel():
    record = extensions("<baton:record prefix='A' title='#{title}' priority=\"${vip ? 1 : 2}\"/>")
    data = diagram(
        *(record, start(), service("s"), path("start s")),
        *(node("boundaryEvent", "b", error("E", camunda_errorMessageVariable="m"), attachedToRef="s"),),
        *(end("e"), path("b e")),
        errors=("E",),
    ).replace(b'errorCode="E"', b"errorCode=\"E\" camunda:errorMessage=\"${vip ? 'x' : 'y'}\"")

    case = Case(data, {"title": "Printer", "vip": True})

    assert case._load().record() == {"title": "Printer", "priority": 1}
    assert "'x' if is_true(vip) else 'y'" in prepared(data).executable


def test_what_is_stored_is_in_batons_language_and_the_drawing_as_it_was():
    data = diagram(start(), user("a", assignee="#{x ? 'p' : y}"), path("start a"))

    definition = prepared(data)

    assert "${'p' if is_true(x) else y}" in definition.executable
    assert "#{" not in definition.executable
    assert definition.xml == data


def test_a_text_in_a_property_is_no_expression():
    inside = (
        "<camunda:properties><camunda:property name='a' value='${bean.go(1) ? 1 : 2}'/></camunda:properties>"
    )

    definition = prepared(diagram(start(), user("a", extensions(inside)), path("start a")))

    assert "${bean.go(1) ? 1 : 2}" in definition.executable


@pytest.mark.parametrize(
    ("thing", "reason"),
    [
        (user("x", assignee="${execution.getVariable('a')}"), "execution.getVariable is Camunda's"),
        (user("x", assignee="#{starter.of(a) || b}"), "of(...) is a call that JUEL makes into Java"),
        (user("x", candidateGroups="${groups.of(a)}"), "There is no method 'of'"),
        (user("x", each("#{xs[i] && y}")), "Only a number or a text between [ and ]"),
        (user("x", params({"a": "n: ${b ? 1 : 2}"})), "within a text, give a text"),
        (catch("x", conditional("=a > 1")), "This is FEEL"),
        (service("x", topic="${a eq fn:x(b)}"), "fn:x(...)"),
    ],
)
def test_what_is_not_translated_is_refused_by_name_at_its_element(thing, reason):
    with pytest.raises(Invalid) as refused:
        bpmn.prepare("x.bpmn", diagram(start(), thing, path("start x")), lambda key: True)

    (problem,) = refused.value.problems
    assert reason in problem.detail
    assert (problem.element, problem.line) == ("x", 4)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (diagram(start()).replace(b"<process", b'<process camunda:candidateStarterUsers="#{x}"'), "starters"),
        (diagram(start(), messages=("#{x}",)).replace(b'id="#{x}"', b'id="m"'), "declaration"),
    ],
)
def test_where_no_expression_may_stand_one_behind_a_number_sign_is_refused_too(data, code):
    with pytest.raises(Invalid) as refused:
        bpmn.prepare("x.bpmn", data, lambda key: True)

    assert [problem.code for problem in refused.value.problems] == [f"{code}-no-expression"]
