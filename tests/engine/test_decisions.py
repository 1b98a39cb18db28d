"""Business rule tasks: cases ask decisions, the latest there is, and history tells which one it was."""

from typing import Any

import pytest

from engine import deployments, user_tasks
from engine.clock import Clock
from engine.deployments import Deployment, File
from engine.errors import Invalid
from engine.store.base import Database
from tests.engine.bpmn import support as draw
from tests.engine.dmn.support import decision, document, literal, table
from tests.engine.support import DESK, PAT, SAM, Desk, line, traffic

MATRIX = document(
    decision(
        table(["impact"], ["priority"], [(("1",), ("1",)), (("> 1",), ("impact + 1",))], "COLLECT"),
        key="matrix",
        name="Matrix",
    )
)
LATER = MATRIX.replace(b"impact + 1", b"impact + 10")


def rule(id: str, *inside: str, **attributes: str) -> str:
    """A business rule task; the attributes are `camunda:`."""
    given = {f"camunda_{name}": value for name, value in ({"decisionRef": "matrix"} | attributes).items()}
    return draw.node("businessRuleTask", id, *inside, **given)


def deploy(desk: Desk, *diagrams: bytes, **decisions: bytes) -> Deployment:
    files = [File(f"{name}.dmn", data) for name, data in decisions.items()]
    files += [File(f"{number}.bpmn", data) for number, data in enumerate(diagrams)]
    with desk.database.transaction() as session:
        return deployments.deploy(session, files, by=PAT, now=desk.now)


def decided(desk: Desk, case: str) -> list[dict[str, Any]]:
    return [row.detail for row in desk.history(case, "decided")]


# -- deploying ----------------------------------------------------------------------------------------------


def test_a_decision_comes_with_its_diagram_or_before_it(desk: Desk) -> None:
    together = deploy(desk, line(rule("ask", resultVariable="r")), matrix=MATRIX)
    after = deploy(desk, line(rule("ask", resultVariable="s")))

    assert [(d.kind, d.key, d.version) for d in together.definitions] == [
        ("decision", "matrix", 1),
        ("process", "p", 1),
    ]
    assert [d.version for d in after.definitions] == [2]


def test_a_diagram_without_its_decision_is_refused_with_element_and_line(desk: Desk) -> None:
    with pytest.raises(Invalid) as caught:
        deploy(desk, line(rule("ask", resultVariable="r")), other=MATRIX.replace(b'"matrix"', b'"other"'))

    (problem,) = caught.value.problems
    assert (problem.file, problem.element, problem.line) == ("0.bpmn", "ask", 4)
    assert "'matrix'" in problem.detail


def test_linting_knows_the_decisions_among_the_files(desk: Desk) -> None:
    diagram = File("p.bpmn", line(rule("ask", resultVariable="r")))

    assert [problem.element for problem in deployments.lint([diagram])[0]] == ["ask"]
    assert deployments.lint([diagram, File("m.dmn", MATRIX)]) == ([], [])


# -- deciding -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "result"),
    [
        (None, [{"priority": 3}]),
        ("resultList", [{"priority": 3}]),
        ("singleResult", {"priority": 3}),
        ("singleEntry", 3),
        ("collectEntries", [3]),
    ],
)
def test_the_result_has_the_form_the_diagram_asks_for(desk: Desk, form: str | None, result: Any) -> None:
    mapped = {"mapDecisionResult": form} if form else {}
    deploy(desk, line(rule("ask", resultVariable="r", **mapped)), matrix=MATRIX)

    case = desk.start({"impact": 2})

    assert desk.case(case).state == "completed"
    assert desk.variables(case) == {"impact": 2, "r": result}
    desk.check()


def test_inputs_are_what_is_decided_on_and_outputs_are_handed_out(desk: Desk) -> None:
    parameters = draw.params({"impact": "${1}"}, {"priority": "${decisionResult[0].priority}"})
    deploy(desk, line(rule("ask", parameters)), matrix=MATRIX)

    case = desk.start({"impact": 2})

    assert desk.variables(case) == {"impact": 2, "priority": 1}


def test_each_of_many_is_decided_on_its_own(desk: Desk) -> None:
    handed = draw.params({}, {"found": "${found + [decisionResult[0].priority]}"})
    deploy(desk, line(rule("ask", handed, draw.each("impacts", "impact"))), matrix=MATRIX)

    case = desk.start({"impacts": [1, 2, 5], "found": []})

    assert desk.variables(case)["found"] == [1, 3, 6]
    assert [each["rules"] for each in decided(desk, case)] == [[1], [2], [2]]


def test_the_latest_version_decides_and_history_tells_which_it_was(desk: Desk) -> None:
    deploy(desk, line(draw.user("one", **DESK), rule("ask", resultVariable="r")), matrix=MATRIX)
    before, after = desk.start({"impact": 2}), desk.start({"impact": 2})
    desk.do("one", before)

    deploy(desk, matrix=LATER)
    desk.do("one", after)

    assert [desk.variables(case)["r"] for case in (before, after)] == [[{"priority": 3}], [{"priority": 12}]]
    told = {"name": "ask", "decision": "matrix", "rules": [2]}
    assert decided(desk, before) == [told | {"version": 1}]
    assert decided(desk, after) == [told | {"version": 2}]


def test_an_expression_may_name_the_decision(desk: Desk) -> None:
    deploy(desk, line(rule("ask", decisionRef="${which}", resultVariable="r")), matrix=MATRIX)

    found, lost = desk.start({"impact": 1, "which": "matrix"}), desk.start({"impact": 1, "which": "maze"})
    strange = desk.start({"impact": 1, "which": 7})

    assert desk.variables(found)["r"] == [{"priority": 1}]
    (failure,) = desk.case(lost).failures
    assert (failure["element"], failure["message"]) == ("ask", "No decision 'maze' is deployed.")
    assert "no text" in desk.case(strange).failures[0]["message"]


def test_a_decision_that_fails_names_row_and_column_and_can_be_retried(desk: Desk) -> None:
    deploy(desk, line(rule("ask", resultVariable="r")), matrix=MATRIX)
    case = desk.start({"impact": "much"})

    (failure,) = desk.case(case).failures
    assert failure["element"] == "ask"
    assert failure["message"].startswith("Decision 'Matrix', rule 2, column 'impact': ")
    desk.change(case, impact=3)
    desk.operate("retry", case)

    assert desk.variables(case)["r"] == [{"priority": 4}]
    assert len(decided(desk, case)) == 1
    desk.check()


def test_a_result_that_does_not_fit_its_form_is_a_failure(desk: Desk) -> None:
    all_match = document(
        decision(table(["x"], ["y"], [(("-",), ("1",)), (("-",), ("2",))], "COLLECT"), key="d")
    )
    task = rule("ask", decisionRef="d", resultVariable="r", mapDecisionResult="singleEntry")
    deploy(desk, line(task), d=all_match)

    (failure,) = desk.case(desk.start({"x": 1})).failures

    assert "it gave 2 results" in failure["message"]


def test_the_case_gives_a_decision_its_own_names_and_its_time(desk: Desk) -> None:
    when = document(decision(literal("[now(), requester, case_number]"), key="d", name="d"))
    deploy(
        desk, line(rule("ask", decisionRef="d", resultVariable="r", mapDecisionResult="singleEntry")), d=when
    )

    found = desk.variables(desk.start())["r"]

    assert found == ["2026-03-02T09:00:00.000000Z", "ann", "CASE-000001"]


# -- what it costs ------------------------------------------------------------------------------------------


def completing(desk: Desk, key: str) -> list[str]:
    """The statements of completing the first task of a case, once the caches are full."""
    for _ in range(2):
        task = desk.task("one", desk.start({"impact": 2}, key=key))
        node = Database(desk.database.url.render_as_string(False), Clock())
        with traffic(node) as heard, node.transaction() as session:
            user_tasks.complete(session, task, None, user_tasks.Order(SAM, node.now(session)))
        node.close()
    return heard.statements


def test_a_decision_costs_one_statement_however_often_it_is_asked_and_none_where_it_is_not(
    desk: Desk,
) -> None:
    first, last = draw.user("one", **DESK), draw.user("two", **DESK)
    asks = rule("ask", draw.each(times=50), resultVariable="r")
    deploy(desk, line(first, asks, last, key="asks"), line(first, last, key="plain"), matrix=MATRIX)

    with_it, without = completing(desk, "asks"), completing(desk, "plain")

    assert len(with_it) == len(without) + 1
    assert [each for each in without if "decision_definition" in each] == []
