"""Marks of clocks: what a diagram does to them as tokens enter, claim and leave, in order."""

from engine import bpmn
from engine.bpmn import Called
from tests.engine.bpmn.support import (
    Case,
    boundary,
    by_event,
    call,
    diagram,
    each,
    end,
    error,
    event_sub,
    flow,
    mark,
    message,
    node,
    par,
    params,
    path,
    process_of,
    service,
    start,
    sub,
    timer,
    user,
    xor,
)

SLA = mark("start sla")


def marks(case: Case) -> list[str]:
    """What the last command did to clocks."""
    return [f"{each.action} {each.name} {each.element}" for each in case.effects.clocks]


def drawn(*inside: str, **about) -> bytes:
    return diagram(start("start", SLA), *inside, messages=("m",), errors=("E",), **about)


# -- when ---------------------------------------------------------------------------------------------------


def test_a_clock_starts_with_its_process_and_stops_where_it_says():
    case = Case(
        diagram(mark("start all"), start(), user("a"), end("end", mark("stop all")), path("start a end"))
    )
    assert marks(case) == ["start all p"]

    case.complete("a")

    assert marks(case) == ["stop all end"]


def test_marks_are_passed_on_entering_and_on_leaving_in_the_order_drawn():
    task = user("a", mark("start x", "stop x leave", "start y", "stop sla"))
    case = Case(drawn(task, path("start a")))
    assert marks(case) == ["start sla start", "start x a", "start y a", "stop sla a"]

    case.complete("a")

    assert marks(case) == ["stop x a"]


def test_a_pause_lasts_from_entering_to_leaving():
    case = Case(drawn(user("ask", mark("pause sla")), user("work"), path("start ask work")))
    assert marks(case) == ["start sla start", "pause sla ask"]

    case.complete("ask")

    assert marks(case) == ["resume sla ask"]


def test_an_interrupting_event_ends_the_pause_of_what_it_ends():
    late = boundary("late", "ask", timer("PT1H"))
    case = Case(
        drawn(user("ask", mark("pause sla")), late, user("chase"), path("start ask"), path("late chase"))
    )

    case.fire("late")

    assert (marks(case), case.open) == (["resume sla ask"], ["chase"])


def test_cancelling_a_case_ends_its_pauses():
    case = Case(drawn(sub("s", mark("pause sla"), start("i"), user("ask"), path("i ask")), path("start s")))

    case.cancel()

    assert marks(case) == ["resume sla s"]


def test_a_pause_goes_on_while_its_element_has_failed():
    outputs = params(outputs={"x": "${y}"}).removeprefix("<extensionElements>")
    task = user("ask", mark("pause sla").removesuffix("</extensionElements>") + outputs)
    case = Case(drawn(task, user("work"), path("start ask work")))

    case.complete("ask")
    assert (list(case.failures), marks(case)) == (["ask"], [])
    case.retry(y=1)

    assert (case.open, marks(case)) == (["work"], ["resume sla ask"])


def test_a_job_that_begins_anew_enters_once():
    case = Case(drawn(service("s", mark("start job", "pause sla")), path("start s")))
    assert marks(case)[1:] == ["start job s", "pause sla s"]

    case.give_up("s")
    case.retry()
    assert marks(case) == []
    case.work("s")

    assert marks(case) == ["resume sla s"]


# -- claiming -----------------------------------------------------------------------------------------------


def test_a_task_nobody_claimed_is_claimed_by_completing_it():
    case = Case(drawn(user("a", mark("stop sla claim")), path("start a")))
    token = case.tasks[0].token

    case._do(lambda execution: execution.complete_task(token, {}, claimed=False))

    assert marks(case) == ["stop sla a"]


def test_a_task_that_was_claimed_is_not_claimed_again_by_completing_it():
    case = Case(drawn(user("a", mark("stop sla claim")), path("start a")))

    case.complete("a")

    assert marks(case) == []


def test_a_task_that_opens_with_an_assignee_is_claimed():
    case = Case(drawn(user("a", mark("stop sla claim"), assignee="sam"), path("start a")))

    assert marks(case) == ["start sla start", "stop sla a"]


def test_what_claiming_does_is_known_without_the_case():
    called = diagram(start("start", SLA), user("b", mark("stop sla claim")), path("start b"), key="q")
    items = user("each", mark("stop sla claim", "pause sla"), each(times=2))
    process = process_of(drawn(call("c", "q"), items, path("start c each")), called)

    plain, inside = (
        bpmn.claim_marks(process, element, of, 7) for element, of in (("each", None), ("b", Called("q", 1)))
    )

    assert [(m.action, m.element, m.token, m.process) for m in plain] == [("stop", "each", 7, None)]
    assert [(m.action, m.element, m.process) for m in inside] == [("stop", "b", Called("q", 1))]
    assert bpmn.claim_marks(process, "c", None, 7) == []


# -- events -------------------------------------------------------------------------------------------------


def test_an_intermediate_event_pauses_while_it_waits_and_stops_when_it_happens():
    reply = node("intermediateCatchEvent", "reply", mark("pause sla", "stop sla leave"), message("m"))
    case = Case(drawn(reply, path("start reply")))
    assert marks(case) == ["start sla start", "pause sla reply"]

    case.send("m")

    assert marks(case) == ["resume sla reply", "stop sla reply"]


def test_events_behind_a_gateway_pause_from_the_gateway_until_one_of_them_happens():
    reply = node("intermediateCatchEvent", "reply", mark("pause sla", "stop sla leave"), message("m"))
    late = node("intermediateCatchEvent", "late", mark("pause sla", "start chase"), timer("PT1H"))
    case = Case(drawn(by_event("g"), reply, late, path("start g reply"), path("g late")))
    assert marks(case) == ["start sla start", "pause sla reply", "pause sla late", "start chase late"]

    case.send("m")

    assert marks(case) == ["resume sla late", "resume sla reply", "stop sla reply"]


def test_a_boundary_event_and_an_event_sub_process_begin_when_they_happen():
    ring = node(
        "boundaryEvent", "ring", mark("start call"), message("m"), attachedToRef="a", cancelActivity=False
    )
    begins = start("begins", mark("start more"), timer("PT1H"), isInterrupting=False)
    inner = event_sub("e", mark("start body", "stop body leave"), begins, user("b"), path("begins b"))
    case = Case(drawn(user("a"), ring, inner, path("start a")))
    assert marks(case) == ["start sla start"]

    case.send("m")
    assert marks(case) == ["start call ring"]
    case.fire("begins")
    assert marks(case) == ["start body e", "start more begins"]
    case.complete("b")

    assert marks(case) == ["stop body e"]


def test_an_error_that_is_caught_passes_the_mark_of_what_catches_it():
    caught = node("boundaryEvent", "caught", mark("stop sla"), error("E"), attachedToRef="s")
    inside = sub("s", start("i"), user("a"), end("bad", error("E")), path("i a bad"))
    case = Case(drawn(inside, caught, path("start s")))

    case.complete("a")

    assert marks(case) == ["stop sla caught"]


# -- many ---------------------------------------------------------------------------------------------------


def test_an_activity_of_many_items_is_entered_and_left_once():
    case = Case(
        drawn(user("a", mark("pause sla", "start votes", "stop votes leave"), each(times=2)), path("start a"))
    )
    assert marks(case) == ["start sla start", "pause sla a", "start votes a"]

    case.complete("a")
    assert marks(case) == []
    case.complete("a")

    assert marks(case) == ["resume sla a", "stop votes a"]


def test_each_round_of_a_loop_pauses_anew():
    again = (xor("again", "done"), flow("again", "ask", "${more}"), flow("again", "work", id="done"))
    case = Case(drawn(user("ask", mark("pause sla")), *again, user("work"), path("start ask again")))

    case.complete("ask", more=True)
    assert marks(case) == ["resume sla ask", "pause sla ask"]
    case.complete("ask", more=False)

    assert marks(case) == ["resume sla ask"]


def test_several_tokens_pause_a_clock_each_for_itself():
    two = (user("a", mark("pause sla")), user("b", mark("pause sla")), path("start both a"), path("both b"))
    case = Case(drawn(par("both"), *two))
    execution = case._load()
    assert len(execution.pausing("sla")) == 2

    case.complete("a")

    assert (marks(case), len(case._load().pausing("sla"))) == (["resume sla a"], 1)


# -- called processes and other versions --------------------------------------------------------------------


def test_a_called_process_says_that_its_marks_are_its_own():
    called = diagram(mark("start inner"), start("i"), user("b", mark("pause inner")), path("i b"), key="q")
    case = Case(drawn(call("c", "q", mark("pause sla")), path("start c")), calls=(called,))

    assert marks(case) == ["start sla start", "pause sla c", "start inner q", "pause inner b"]
    assert [m.process for m in case.effects.clocks] == [None, None, Called("q", 1), Called("q", 1)]
    case.complete("b")
    assert marks(case) == ["resume inner b", "resume sla c"]


def test_a_pause_that_began_ends_in_a_version_that_has_no_such_mark():
    case = Case(drawn(user("ask", mark("pause sla")), user("work"), path("start ask work")))

    case.move(drawn(user("ask"), user("work"), path("start ask work")))
    assert marks(case) == []
    case.complete("ask")

    assert marks(case) == ["resume sla ask"]


def test_a_pause_that_another_version_brings_begins_when_its_element_is_entered_next():
    case = Case(drawn(user("ask"), user("work"), path("start ask work")))

    case.move(drawn(user("ask", mark("pause sla")), user("work", mark("pause sla")), path("start ask work")))
    case.complete("ask")

    assert marks(case) == ["pause sla work"]
