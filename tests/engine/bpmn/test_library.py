"""Faults of SpiffWorkflow that our own specs replace, shown on the bare library.

A test that fails here is good news: a new release has mended the fault, and a mend of ours may be taken out.
"""

from itertools import pairwise
from typing import Any

import pytest
from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnEvent
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.camunda.parser import CamundaParser

from tests.engine.bpmn.support import (
    boundary,
    catch,
    diagram,
    end,
    error,
    event_sub,
    flow,
    message,
    node,
    par,
    path,
    script,
    start,
    timer,
    user,
    xor,
)


def bare(data: bytes, parser: Any = BpmnParser) -> BpmnWorkflow:
    """A case as the library alone runs it, stepped until everything waits."""
    reader = parser()
    reader.add_bpmn_xml(etree.fromstring(data))
    workflow = BpmnWorkflow(reader.get_spec("p"), reader.find_all_specs())
    workflow.do_engine_steps()
    return workflow


def open_tasks(workflow: BpmnWorkflow) -> list[str]:
    return sorted(t.task_spec.bpmn_id for t in workflow.get_tasks(state=TaskState.READY, manual=True))


def complete(workflow: BpmnWorkflow, element: str, **data: Any) -> None:
    task = next(t for t in workflow.get_tasks(state=TaskState.READY) if t.task_spec.bpmn_id == element)
    task.data.update(data)
    task.run()
    workflow.do_engine_steps()
    workflow.refresh_timers()
    workflow.do_engine_steps()


def test_a_parallel_join_in_a_loop_fires_after_one_branch_in_the_second_round():
    data = diagram(
        *(start(), xor("m"), par("f"), user("a"), user("b"), par("j"), user("c"), xor("g", "no"), end()),
        *(path("start m f a j c g"), path("f b j"), flow("g", "m", "True"), flow("g", "end", id="no")),
    )
    workflow = bare(data)
    for element in ("a", "b", "c"):
        complete(workflow, element)
    assert open_tasks(workflow) == ["a", "b"]

    complete(workflow, "b")

    assert open_tasks(workflow) == ["a", "c"]  # two approvals have become one


def test_a_flow_without_an_id_is_dropped_and_the_case_completes():
    data = diagram(start(), user("a"), user("b"), end(), path("start a b end")).replace(b'id="a__b" ', b"")
    workflow = bare(data)

    complete(workflow, "a")

    assert open_tasks(workflow) == []
    assert workflow.is_completed()


@pytest.mark.parametrize(("order", "priority"), [("ab", 3), ("ba", 1)])
def test_data_is_copied_from_task_to_task_so_that_a_branch_overwrites_what_its_sibling_wrote(order, priority):
    data = diagram(
        start(),
        script("s", "priority = 3"),
        par("f"),
        user("a"),
        user("b"),
        par("j"),
        user("c"),
        end(),
        path("start s f a j c end"),
        path("f b j"),
    )
    workflow = bare(data)

    for element in order:
        complete(workflow, element, **({"priority": 1} if element == "a" else {}))

    joined = next(iter(workflow.get_tasks(state=TaskState.READY, manual=True)))
    assert joined.data["priority"] == priority


def test_the_tree_of_a_case_only_grows():
    workflow = bare(diagram(start(), xor("m"), user("a"), path("start m a m")))
    sizes = []

    for _ in range(20):
        complete(workflow, "a")
        sizes.append(len(workflow.tasks))

    assert all(later > earlier for earlier, later in pairwise(sizes))


def test_a_task_with_two_outgoing_flows_and_a_condition_is_not_run_as_drawn():
    data = diagram(
        start(),
        user("a"),
        user("b"),
        user("c"),
        path("start a"),
        flow("a", "b", "False"),
        flow("a", "c", "True"),
    )

    try:
        workflow = bare(data)
        complete(workflow, "a")
        taken = open_tasks(workflow)
    except Exception:
        taken = []

    assert taken != ["c"]


def test_manual_and_plain_tasks_wait_for_a_person():
    assert open_tasks(bare(diagram(start(), node("manualTask", "a"), end(), path("start a end")))) == ["a"]
    assert open_tasks(bare(diagram(start(), node("task", "a"), end(), path("start a end")))) == ["a"]


def test_of_two_starts_the_second_is_silently_skipped():
    workflow = bare(diagram(start("s1"), start("s2"), user("a"), user("b"), path("s1 a"), path("s2 b")))

    assert open_tasks(workflow) == ["a"]


def test_a_start_may_not_be_called_start():
    with pytest.raises(Exception, match="No output task"):
        bare(diagram(start("Start"), user("a"), end("e"), path("Start a e")))


def test_an_unquoted_duration_passes_the_parser_and_fails_when_the_case_gets_there():
    with pytest.raises(Exception, match="PT5M"):
        bare(diagram(start(), catch("c", timer("PT5M")), end(), path("start c end")))


def test_an_event_sub_process_for_an_error_begins_without_one():
    handler = event_sub("e", start("e1", error("E")), user("h"), end("e2"), path("e1 h e2"))

    workflow = bare(diagram(start(), user("a"), end(), handler, path("start a end"), errors=("E",)))

    assert "h" in open_tasks(workflow)


def test_conditions_are_python_with_everything_in_reach():
    data = diagram(start(), script("s", "import os\nleaked = os.getpid()"), user("a"), path("start s a"))

    workflow = bare(data)

    (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
    assert task.data["leaked"] > 0


def test_an_endless_loop_has_no_bound_of_its_own():
    workflow = bare(
        diagram(start(), xor("m"), script("s", "n = 1"), user("a"), path("start a"), path("a m s m"))
    )
    steps = []

    class Enough(Exception):
        pass

    def count(task: Any) -> None:
        steps.append(task)
        if len(steps) > 150:
            raise Enough

    next(iter(workflow.get_tasks(state=TaskState.READY, manual=True))).run()
    with pytest.raises(Enough):
        workflow.do_engine_steps(did_complete_task=count)


def test_the_camunda_parser_drops_who_a_task_is_for():
    workflow = bare(diagram(start(), user("a", assignee="sam"), end(), path("start a end")), CamundaParser)

    (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
    assert "sam" not in str(vars(task.task_spec))


def test_a_message_for_an_event_sub_process_writes_where_the_main_flow_never_looks():
    listener = event_sub(
        "e", start("e1", message("m"), isInterrupting=False), script("s", "n = 2"), end("e2"), path("e1 s e2")
    )
    workflow = bare(
        diagram(start(), user("a"), user("b"), end(), listener, path("start a b end"), messages=("m",))
    )
    waiting = workflow.subprocess_specs["e"].task_specs["e1"]

    workflow.catch(BpmnEvent(waiting.event_definition, {}))
    workflow.do_engine_steps()
    assert [inner.data for inner in workflow.subprocesses.values()] == [{"n": 2}]
    complete(workflow, "a")

    (task,) = workflow.get_tasks(state=TaskState.READY, manual=True)
    assert "n" not in task.data


def test_a_timer_asks_the_system_what_time_it_is():
    data = diagram(
        start(), user("a"), boundary("b", "a", timer('"PT0S"')), user("late"), path("start a"), path("b late")
    )

    workflow = bare(data)
    workflow.refresh_timers()
    workflow.do_engine_steps()

    assert open_tasks(workflow) == ["late"]  # nobody has told it that any time has passed
