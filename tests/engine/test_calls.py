"""Called processes: which version is called, what is refused, and what people see of the inside."""

import pytest

from engine import deployments, process_instances, runtime
from engine.calls import MAX_DEPTH
from engine.deployments import Deployed, File
from engine.errors import Forbidden, Invalid
from tests.engine.bpmn import support as draw
from tests.engine.support import DESK, MIA, NOW, PAT, ROOT, SAM, SUE, Desk, form, line


def calling(key: str, *called: str, binding: str | None = None, number: int | None = None) -> File:
    """A file with a process that calls others, one after the other."""
    calls = (draw.call(f"to_{each}", each, binding=binding, number=number) for each in called)
    return File(f"{key}.bpmn", line(draw.user(f"{key}_work", **DESK), *calls, key=key))


def deploy(desk: Desk, *files: File) -> list[Deployed]:
    with desk.database.transaction() as session:
        return deployments.deploy(session, files, by=PAT, now=NOW).definitions


def seed(desk: Desk, *files: File) -> list[tuple[str, int]]:
    with desk.database.transaction() as session:
        done = deployments.seed(session, files, now=NOW)
    return [(each.key, each.version) for each in done.definitions] if done else []


def refused(desk: Desk, *files: File) -> list[tuple[str, str | None, str]]:
    with pytest.raises(Invalid) as caught, desk.database.transaction() as session:
        deployments.check(session, files, by=PAT)
    assert all(problem.line for problem in caught.value.problems)
    return [(problem.file, problem.element, problem.detail) for problem in caught.value.problems]


def changed(file: File) -> File:
    return File(file.path, file.data + b"<!-- again -->")


# -- deploying ----------------------------------------------------------------------------------------------


def test_a_called_process_is_deployed_before_or_with_its_caller(desk: Desk) -> None:
    deploy(desk, calling("a"))

    assert deploy(desk, calling("c", "b", "a"), calling("b", "a")) == [
        Deployed("process", "c", 1),
        Deployed("process", "b", 1),
    ]


def test_an_unknown_process_is_refused_with_file_element_and_line(desk: Desk) -> None:
    assert refused(desk, calling("a", "b")) == [
        ("a.bpmn", "to_b", "There is no process 'b'; deploy it before this one or with it.")
    ]


def test_what_is_called_is_looked_for_among_diagrams_with_other_problems_too(desk: Desk) -> None:
    broken = File("b.bpmn", line(draw.node("serviceTask", "x"), key="b"))

    assert [file for file, _, _ in refused(desk, calling("a", "b"), broken)] == ["b.bpmn"]


def test_lint_knows_only_what_it_is_given(desk: Desk) -> None:
    assert deployments.lint([calling("a", "b"), calling("b")])[0] == []
    (problem,) = deployments.lint([calling("a", "b")])[0]
    assert problem.element == "to_b"


@pytest.mark.parametrize(
    ("files", "ways"),
    [
        ([calling("a", "a")], ["a → a"]),
        ([calling("a", "b"), calling("b", "a")], ["a → b → a", "b → a → b"]),
        ([calling("a", "b"), calling("b", "c"), calling("c", "b")], ["b → c → b", "c → b → c"]),
    ],
)
def test_a_process_that_calls_itself_is_refused_and_the_way_is_told(desk: Desk, files, ways) -> None:
    assert [detail for _, _, detail in refused(desk, *files)] == [
        f"A process cannot call itself: {way}." for way in ways
    ]


def test_an_older_version_of_itself_is_itself_too(desk: Desk) -> None:
    deploy(desk, calling("a"), calling("b", "a"))

    ((_, element, detail),) = refused(desk, calling("a", "b"))

    assert (element, detail) == ("to_b", "A process cannot call itself: a → b → a.")


def test_calls_may_go_so_deep_and_no_deeper(desk: Desk) -> None:
    chain = [calling("p0"), *(calling(f"p{n}", f"p{n - 1}") for n in range(1, MAX_DEPTH + 1))]

    ((file, _, detail),) = refused(desk, *reversed(chain))
    deploy(desk, *reversed(chain[:-1]))

    assert file == f"p{MAX_DEPTH}.bpmn"
    assert f"More than {MAX_DEPTH}" in detail
    assert [element for _, element, _ in refused(desk, chain[-1])] == [f"to_p{MAX_DEPTH - 1}"]


def test_a_chain_of_very_many_processes_is_refused_as_well(desk: Desk) -> None:
    chain = [calling("p0"), *(calling(f"p{n}", f"p{n - 1}") for n in range(1, 400))]

    assert len(refused(desk, *reversed(chain))) == 400 - MAX_DEPTH


@pytest.mark.parametrize(
    ("binding", "number", "versions"),
    [(None, None, [2, 3]), ("latest", None, [2, 3]), ("version", 1, [1, 1]), ("deployment", None, [None, 3])],
)
def test_the_binding_says_which_version_is_called(desk: Desk, binding, number, versions) -> None:
    deploy(desk, calling("b"))
    deploy(desk, changed(calling("b")))
    caller = calling("a", "b", binding=binding, number=number)

    if versions[0] is None:
        assert "is not in this deployment" in refused(desk, caller)[0][2]
    else:
        deploy(desk, caller)
        assert pinned(desk, "a") == versions[0]
    deploy(desk, changed(caller), changed(changed(calling("b"))))
    assert pinned(desk, "a") == versions[1]


def test_a_version_that_does_not_exist_is_refused(desk: Desk) -> None:
    deploy(desk, calling("b"))

    ((_, _, detail),) = refused(desk, calling("a", "b", binding="version", number=2))

    assert detail == "There is no version 2 of the process 'b'."


def test_a_number_that_no_version_can_have_is_refused_without_being_looked_for(desk: Desk) -> None:
    ((_, element, detail),) = refused(desk, calling("a", "b", binding="version", number=2**31))

    assert (element, "count from 1" in detail) == ("to_b", True)


def pinned(desk: Desk, key: str) -> int:
    with desk.database.transaction(write=False) as session:
        (call,) = deployments.definitions.latest(session, key).calls
    assert call["element"] == f"to_{call['key']}"
    return call["version"]


def test_a_newer_version_is_called_once_the_caller_is_deployed_again(desk: Desk) -> None:
    deploy(desk, calling("a", "b"), calling("b"))
    deploy(desk, changed(calling("b")))
    assert pinned(desk, "a") == 1

    assert deploy(desk, calling("a", "b")) == [Deployed("process", "a", 2)]
    assert pinned(desk, "a") == 2
    assert deploy(desk, calling("a", "b")) == [Deployed("process", "a", 2)]


def test_a_check_foresees_the_same_versions(desk: Desk) -> None:
    deploy(desk, calling("a", "b"), calling("b"))
    files = (calling("a", "b"), changed(calling("b")))

    with desk.database.transaction() as session:
        foreseen = deployments.check(session, files, by=PAT).definitions

    assert foreseen == deploy(desk, *files) == [Deployed("process", "a", 2), Deployed("process", "b", 2)]


def test_seeding_renews_the_callers_of_what_it_renews_and_nothing_twice(desk: Desk) -> None:
    files = (calling("a", "b"), calling("b", "c"), calling("c"), calling("d"))
    assert seed(desk, *files) == [("a", 1), ("b", 1), ("c", 1), ("d", 1)]
    assert seed(desk, *files) == []

    renewed = (*files[:2], changed(files[2]), files[3])

    assert seed(desk, *renewed) == [("a", 2), ("b", 2), ("c", 2)]
    assert seed(desk, *renewed) == []


# -- running ------------------------------------------------------------------------------------------------

INSIDE = (
    draw.user("look", formKey="p/look", **DESK),
    draw.user("approve", draw.extensions("<baton:separation from='look'/>"), **DESK),
)


def called(desk: Desk, *inside: str, handed: str = "", beside: tuple[str, ...] = (), **declared) -> str:
    """A case of `p` that calls `q` with these elements, one after the other."""
    diagram = line(draw.call("c", "q", draw.extensions(handed)), draw.user("last", **DESK))
    files = [File("p.bpmn", diagram), File("q.bpmn", line(*inside, key="q", beside=beside, **declared))]
    deploy(desk, *files, File("p/look.json", form(answer="string")))
    return desk.start({"n": 1})


def test_a_called_process_has_no_case_of_its_own(desk: Desk) -> None:
    case = called(desk, *INSIDE)

    with desk.database.transaction(write=False) as session:
        (found,) = process_instances.page(session, process_instances.Filter(), by=ROOT, limit=5)

    assert found.id == case
    assert (found.definition_key, found.number) == ("p", "CASE-000001")


def test_whoever_may_not_start_it_may_well_go_through_it(desk: Desk) -> None:
    nobody = line(draw.user("look", **DESK), key="q").replace(
        b'isExecutable="true"', b'isExecutable="true" camunda:candidateStarterUsers="nobody"'
    )
    deploy(desk, File("p.bpmn", line(draw.call("c", "q"))), File("q.bpmn", nobody))

    assert desk.open(desk.start()) == ["look"]


def test_a_task_inside_shows_its_process_and_takes_its_form(desk: Desk) -> None:
    case = called(desk, *INSIDE, handed=draw.hands("out", source="answer", target="answer"))
    (task,) = desk.tasks(case)
    assert (task.process, task.form_id is not None) == ({"key": "q", "version": 1}, True)

    desk.do("look", case, answer="yes")
    desk.do("approve", case, by=SUE)

    assert desk.variables(case) == {"n": 1, "answer": "yes"}
    assert [task.process for task in desk.tasks(case)] == [None]
    told = {row.element: row.detail.get("process") for row in desk.history(case, "task completed", "claimed")}
    assert told == {"look": {"key": "q", "version": 1}, "approve": {"key": "q", "version": 1}}
    desk.check()


def test_duties_are_separated_inside_by_the_diagram_they_are_drawn_in(desk: Desk) -> None:
    case = called(desk, *INSIDE)
    desk.do("look", case, answer="yes", by=SAM)

    with pytest.raises(Forbidden):
        desk.do("approve", case, by=SAM)

    desk.do("approve", case, by=SUE)


def test_a_namesake_in_another_diagram_separates_nobody(desk: Desk) -> None:
    outer = line(draw.user("look", **DESK), draw.call("c", "q"))
    inner = line(
        draw.user("approve", draw.extensions("<baton:separation from='look'/>"), **DESK),
        draw.user("look"),
        key="q",
    )
    deploy(desk, File("p.bpmn", outer), File("q.bpmn", inner))
    case = desk.start()
    desk.do("look", case, by=SAM)

    desk.do("approve", case, by=SAM)

    assert desk.open(case) == ["look"]


def test_timers_and_messages_inside_say_where_they_were_drawn(desk: Desk) -> None:
    soon = draw.boundary("soon", "look", draw.timer("PT1H"), interrupting=False)
    asked = draw.boundary("asked", "look", draw.message("m"), interrupting=False)
    beside = (soon, asked, draw.path("soon end"), draw.path("asked end"))
    case = called(desk, INSIDE[0], beside=beside, messages=("m",))
    assert [timer.process for timer in desk.timers(case)] == [{"key": "q", "version": 1}]
    desk.wait(hours=2)
    desk.send("m", instance=case)

    rows = desk.history(case, "timer fired", "message")

    assert [(row.element, row.detail["process"]["key"]) for row in rows] == [("soon", "q"), ("asked", "q")]
    desk.check()


def test_a_failure_inside_says_which_process_it_is_drawn_in(desk: Desk) -> None:
    case = called(desk, draw.script("bad", "x = n"))

    (failure,) = desk.case(case).failures
    assert (failure["element"], failure["process"]) == ("bad", {"key": "q", "version": 1})
    with desk.database.transaction(write=False) as session:
        drawn = process_instances.diagram(session, case, by=MIA, now=NOW)
    places = {(place.element, place.state, place.process and place.process.key) for place in drawn.positions}
    assert places == {("c", "active", None), ("bad", "failed", "q")}


def test_a_running_case_stays_with_the_versions_it_began_with(desk: Desk) -> None:
    case = called(desk, *INSIDE)
    deploy(desk, File("q.bpmn", line(draw.user("other", **DESK), key="q")))
    deploy(desk, File("p.bpmn", line(draw.call("c", "q"), key="p")))
    runtime._specifications._values.clear()

    desk.do("look", case, answer="x")
    newer = desk.start()

    assert desk.open(case) == ["approve"]
    assert desk.open(newer) == ["other"]
