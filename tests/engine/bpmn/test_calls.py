"""Call activities: another process runs inside the case, sees what it is handed, and is seen for what it
is."""

from engine.bpmn import Called, Position
from tests.engine.bpmn.support import (
    TERMINATE,
    Case,
    boundary,
    call,
    diagram,
    each,
    end,
    error,
    event_sub,
    extensions,
    hands,
    message,
    node,
    par,
    params,
    path,
    script,
    start,
    sub,
    timer,
    user,
)

Q = Called("q", 1)


def called(*inside: str, key: str = "q", **declared: tuple[str, ...]) -> bytes:
    return diagram(start("begin"), *inside, key=key, **declared)


def asking(*handed: str, more: str = "") -> bytes:
    """A process that calls `q` and then asks for `after`."""
    calling = call("c", "q", more or extensions(*handed))
    return diagram(start(), calling, user("after"), end(), path("start c after end"))


WORK = called(user("work"), path("begin work"))


def test_a_called_process_runs_inside_the_case_and_then_the_caller_goes_on():
    case = Case(asking(), calls=(WORK,))
    assert case.open == ["work"]

    case.complete("work")
    assert case.open == ["after"]
    case.complete("after")

    assert case.completed
    assert case.variables == {}


def test_a_called_process_without_a_task_passes_at_once():
    case = Case(asking(), calls=(called(end(), path("begin end")),))

    assert case.open == ["after"]


def test_a_called_process_sees_what_it_is_handed_and_nothing_else():
    handed = (
        hands("in", source="a", target="x"),
        hands("in", sourceExpression="${a + b}", target="sum"),
        hands("in", source="missing", target="gone"),
    )
    case = Case(asking(*handed), {"a": 1, "b": 2}, calls=(WORK,), names={"case_number": "P-1"})

    assert case.seen("work") == {"x": 1, "sum": 3, "gone": None, "case_number": "P-1"}


def test_all_variables_are_handed_in_and_out_and_stay_apart_meanwhile():
    inside = called(script("s", "n = n + 1\nfresh = [n]"), user("work"), path("begin s work"))
    case = Case(
        asking(hands("in", variables="all"), hands("out", variables="all")), {"n": 1, "o": 0}, calls=(inside,)
    )
    assert case.seen("work") == {"n": 2, "o": 0, "fresh": [2]}
    assert case.variables == {"n": 1, "o": 0}

    case.complete("work", n=7)

    assert case.variables == {"n": 7, "o": 0, "fresh": [2]}


def test_a_called_process_changes_no_variable_of_its_caller():
    inside = called(script("s", "n = 5\nm = 6"), end(), path("begin s end"))

    assert Case(asking(), {"n": 1}, calls=(inside,)).variables == {"n": 1}


def test_a_name_the_caller_knows_is_unknown_inside():
    case = Case(asking(), {"n": 1}, calls=(called(script("s", "m = n"), path("begin s")),))

    assert "'n'" in case.failures["s"]


def test_only_local_variables_are_handed_in_when_asked_for():
    inputs = params({"own": "${n}"}).replace("</extensionElements>", "")
    own = inputs + hands("in", variables="all", local="true") + "</extensionElements>"
    case = Case(asking(more=own), {"n": 1}, calls=(WORK,))

    assert case.seen("work") == {"own": 1}


def test_a_local_result_is_for_the_output_parameters_alone():
    handed = hands("out", source="answer", target="result", local="true")
    outputs = params(outputs={"told": "${result * 2}"}).replace(
        "</extensionElements>", handed + "</extensionElements>"
    )
    case = Case(asking(more=outputs), calls=(WORK,))

    case.complete("work", answer=21)

    assert case.variables == {"told": 42}


def test_a_result_nobody_made_is_null():
    case = Case(asking(hands("out", source="answer", target="answer")), calls=(WORK,))

    case.complete("work")

    assert case.variables == {"answer": None}


def test_results_that_cannot_be_told_fail_the_call_and_the_retry_finds_what_was_inside():
    case = Case(asking(hands("out", sourceExpression="${1 // n}", target="m")), calls=(WORK,))
    case.complete("work", n=0)
    assert list(case.failures) == ["c"]
    assert case.open == []
    assert case.variables == {}

    case.retry()
    assert list(case.failures) == ["c"]


def test_results_are_taken_once_though_the_outputs_fail():
    outputs = params(outputs={"done": "${allowed}"})
    handed = hands("out", source="n", target="n")
    case = Case(
        asking(more=outputs.replace("</extensionElements>", handed + "</extensionElements>")), calls=(WORK,)
    )
    case.complete("work", n=1)
    assert list(case.failures) == ["c"]
    assert case.variables == {"n": 1}

    case.retry(n=2, allowed=True)

    assert case.variables == {"n": 2, "allowed": True, "done": True}


def test_what_is_handed_in_can_fail_and_be_retried():
    case = Case(asking(hands("in", sourceExpression="${n + 1}", target="m")), calls=(WORK,))
    assert list(case.failures) == ["c"]
    assert case.tokens == 2

    case.retry(n=1)

    assert case.seen("work") == {"m": 2}


def test_a_call_is_repeated_for_each_item_and_each_keeps_its_own():
    voting = call(
        "c",
        "q",
        extensions(
            hands("in", source="voter", target="who"), hands("out", sourceExpression="${who}", target="last")
        ),
        each("voters", "voter"),
    )
    inside = called(user("vote", assignee="${who}"), path("begin vote"))
    case = Case(
        diagram(start(), voting, end(), path("start c end")),
        {"voters": ["a", "b"], "last": None},
        calls=(inside,),
    )
    assert [task.assignee for task in case.tasks] == ["a", "b"]

    case.complete("vote", nth=1)
    assert case.variables["last"] == "b"
    case.complete("vote")

    assert case.completed
    assert case.variables["last"] == "a"


def test_calls_one_after_the_other_call_once_at_a_time():
    voting = call("c", "q", each(times=3, sequential=True))
    case = Case(diagram(start(), voting, end(), path("start c end")), calls=(WORK,))

    for _ in range(3):
        assert case.open == ["work"]
        case.complete("work")

    assert case.completed


def test_two_calls_of_one_process_at_once_know_nothing_of_each_other():
    data = diagram(
        start(),
        par("f"),
        *(call(id, "q", extensions(hands("out", source="n", target=id))) for id in ("c1", "c2")),
        path("start f c1"),
        path("f c2"),
    )
    case = Case(data, calls=(WORK,))
    assert case.open == ["work", "work"]

    case.complete("work", n=1)
    case.complete("work", n=2)

    assert case.variables == {"c1": 1, "c2": 2}


def test_a_called_process_calls_another_and_both_may_use_the_same_ids():
    inner = diagram(start(), user("work"), path("start work"), key="r")
    outer = diagram(start(), call("c", "r"), user("after"), path("start c after"), key="q")
    case = Case(asking(), calls=(outer, inner))
    assert [(task.element, task.process) for task in case.tasks] == [("work", Called("r", 1))]

    case.complete("work")
    assert [(task.element, task.process) for task in case.tasks] == [("after", Q)]
    case.complete("after")
    assert [(task.element, task.process) for task in case.tasks] == [("after", None)]


def test_a_process_of_the_same_file_can_be_called():
    one, two = asking(), WORK
    file = one.replace(b"</definitions>", two[two.index(b"<process") :])

    assert Case(file).open == ["work"]


def test_two_versions_of_a_process_meet_in_one_case():
    data = diagram(
        start(),
        par("f"),
        *(call(f"c{n}", "q", binding="version", number=n) for n in (1, 2)),
        path("start f c1"),
        path("f c2"),
    )
    case = Case(data, calls=(WORK,))

    assert [task.process for task in case.tasks] == [Q, Called("q", 2)]


def test_what_happens_inside_says_which_process_it_is_drawn_in():
    case = Case(asking(), calls=(called(user("work"), script("bad", "x = y"), path("begin work bad")),))
    assert set(case._load().positions()) == {Position("c", "active"), Position("work", "active", Q)}

    case.complete("work")

    (failure,) = case._load().failures()
    assert (failure.element, failure.process) == ("bad", Q)
    told = {step.element: step.detail.get("process") for step in case.history}
    assert told["work"] == told["bad"] == {"key": "q", "version": 1}
    assert told["start"] is None
    assert next(step for step in case.history if step.element == "c").detail["calls"] == {
        "key": "q",
        "version": 1,
    }


def test_a_lane_of_the_called_process_gives_its_group():
    lane = "<laneSet><lane id='l' name='network'><flowNodeRef>work</flowNodeRef></lane></laneSet>"

    (task,) = Case(asking(), calls=(called(lane, user("work"), path("begin work")),)).tasks

    assert task.groups == ("network",)


def test_the_record_of_a_called_process_does_not_apply():
    record = extensions("<baton:record prefix='Q' title='${1 + 1}'/>")
    execution = Case(asking(), calls=(called(record, user("work"), path("begin work")),))._load()

    assert execution.record() == {}


def test_a_timer_at_a_call_ends_all_that_goes_on_inside():
    data = diagram(
        start(),
        call("c", "q"),
        boundary("late", "c", timer("PT1H")),
        user("after"),
        path("start c"),
        path("late after"),
    )
    inside = called(
        user("work"),
        event_sub("e", start("e1", message("m")), user("y"), path("e1 y")),
        boundary("soon", "work", timer("P1D"), interrupting=False),
        path("begin work"),
        path("soon work"),
        messages=("m",),
    )
    case = Case(data, calls=(inside,))
    assert (sorted(case.timers), case.messages) == (["late", "soon"], [("m", None)])

    case.fire("late")

    assert (case.open, case.timers, case.messages) == (["after"], {}, [])
    assert "work" in case.steps("cancelled")


def test_a_message_at_a_call_that_does_not_interrupt_leaves_the_inside_as_it_is():
    data = diagram(
        start(),
        call("c", "q"),
        boundary("b", "c", message("m"), interrupting=False),
        user("note"),
        path("start c"),
        path("b note"),
        messages=("m",),
    )
    case = Case(data, calls=(WORK,))

    case.send("m")

    assert case.open == ["note", "work"]


def test_a_terminate_end_inside_ends_the_called_process_alone():
    inside = called(
        par("f"), user("x"), user("y"), end("stop", TERMINATE), path("begin f x stop"), path("f y")
    )
    case = Case(asking(), calls=(inside,))

    case.complete("x")

    assert case.open == ["after"]


def test_an_event_sub_process_of_the_called_process_runs_with_its_variables():
    inside = called(
        user("work"),
        event_sub(
            "e",
            start("e1", message("m", payload="got"), isInterrupting=False),
            script("s", "n = got"),
            path("e1 s"),
        ),
        path("begin work"),
        messages=("m",),
    )
    case = Case(asking(), calls=(inside,))

    case.send("m", {"a": 1})

    assert case.seen("work") == {"got": {"a": 1}, "n": {"a": 1}}
    assert case.variables == {}


def test_a_called_process_that_cannot_begin_fails_and_can_be_retried():
    inside = called(
        user("work"),
        event_sub("e", start("e1", timer("${late}")), user("y"), path("e1 y")),
        path("begin work"),
    )
    case = Case(asking(hands("in", source="late", target="late")), {"late": "PT1H"}, calls=(inside,))
    assert list(case.timers) == ["e1"]

    stuck = Case(asking(), calls=(inside,))
    assert list(stuck.failures) == ["q"]
    assert Position("q", "failed", Q) in stuck._load().positions()
    stuck.retry()
    assert list(stuck.failures) == ["q"]


def test_an_error_inside_is_caught_at_the_call():
    data = diagram(
        start(),
        sub(
            "s",
            start("s1"),
            call("c", "q"),
            boundary("b", "c", error("E")),
            user("mend"),
            path("s1 c"),
            path("b mend"),
        ),
        path("start s"),
        errors=("E",),
    )
    inside = called(user("work"), end("boom", error("E")), path("begin work boom"), errors=("E",))
    case = Case(data, calls=(inside,))

    case.complete("work")

    assert case.open == ["mend"]


def test_an_error_nobody_handles_fails_inside():
    inside = called(user("work"), end("boom", error("E")), path("begin work boom"), errors=("E",))
    case = Case(asking(), calls=(inside,))

    case.complete("work")

    assert list(case.failures) == ["boom"]


def test_a_thousand_calls_leave_nothing_behind():
    data = diagram(
        start(),
        node("exclusiveGateway", "m"),
        call("c", "q"),
        script("s", "n = n + 1"),
        path("start m c s m"),
    )
    case = Case(data, {"n": 0}, calls=(WORK,))
    tokens = case.tokens

    for _ in range(1000):
        case.complete("work")
        case.history.clear()

    assert case.tokens == tokens
    assert case.variables == {"n": 1000}
