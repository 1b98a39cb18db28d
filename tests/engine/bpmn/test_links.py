"""Link events: a flow that is drawn as two halves."""

import pytest

from engine import bpmn
from engine.errors import Invalid
from tests.engine.bpmn.support import Case, catch, diagram, end, flow, path, start, sub, throw, user, xor


def link(name: str | None) -> str:
    return "<linkEventDefinition/>" if name is None else f'<linkEventDefinition name="{name}"/>'


def refused(data: bytes) -> list[tuple[str | None, str]]:
    with pytest.raises(Invalid) as caught:
        bpmn.prepare("x.bpmn", data, lambda key: True, lambda key: True)
    return [(problem.element, problem.detail) for problem in caught.value.problems]


def test_a_link_that_is_thrown_goes_on_where_it_is_caught():
    case = Case(
        diagram(
            start(),
            throw("away", link("l")),
            catch("here", link("l")),
            user("a"),
            path("start away"),
            path("here a"),
        )
    )

    assert case.open == ["a"]
    assert [element for element in case.steps("left") if element in ("away", "here")] == ["away", "here"]


def test_several_lead_to_one_and_each_token_goes_its_own_way():
    case = Case(
        diagram(
            start(),
            user("a"),
            user("b"),
            throw("one", link("l")),
            throw("two", link("l")),
            catch("here", link("l")),
            user("after"),
            path("start a one"),
            path("start b two"),
            path("here after"),
        )
    )

    case.complete("a")
    case.complete("b")

    assert case.open == ["after", "after"]


def test_a_link_leads_back_in_a_loop():
    case = Case(
        diagram(
            start(),
            xor("merge"),
            user("work"),
            xor("again", "on"),
            throw("back", link("l")),
            catch("here", link("l")),
            user("done"),
            path("start merge work again"),
            flow("again", "back", "more"),
            flow("again", "done", id="on"),
            path("here merge"),
        )
    )

    for _ in range(3):
        case.complete("work", more=True)
    case.complete("work", more=False)

    assert case.open == ["done"]


def test_a_link_stays_within_its_sub_process():
    inner = sub(
        "s",
        start("i"),
        throw("away", link("l")),
        catch("here", link("l")),
        user("a"),
        path("i away"),
        path("here a"),
    )
    outer = throw("away2", link("l")), catch("here2", link("l")), user("b")

    case = Case(diagram(start(), inner, *outer, path("start s away2"), path("here2 b")))
    assert case.open == ["a"]
    case.complete("a")

    assert case.open == ["b"]


@pytest.mark.parametrize(
    ("parts", "element", "reason"),
    [
        ((throw("t", link("l")), path("start t")), "t", "No link event of the same"),
        ((throw("t", link(None)), path("start t")), "t", "the name of its link"),
        (
            (throw("t", link("l")), catch("c", link("l")), catch("d", link("l")), path("start t")),
            "c",
            "Another link",
        ),
        ((catch("c", link("l")), user("a"), path("start a"), path("c a")), "c", "Nothing leads to"),
        (
            (throw("t", link("l")), catch("c", link("l")), user("a"), path("start t a")),
            "t__a",
            "cannot lead from 't'",
        ),
        (
            (throw("t", link("l")), catch("c", link("l")), path("start t"), path("start c")),
            "start__c",
            "cannot lead",
        ),
        (
            (
                throw("t", link("l")),
                sub("s", start("i"), catch("c", link("l")), path("i c")),
                path("start t"),
            ),
            "t",
            "same",
        ),
        ((end("e", link("l")), path("start e")), "e", "link event definition is not supported"),
    ],
)
def test_a_link_that_leads_nowhere_is_refused(parts, element, reason):
    problems = refused(diagram(start(), *parts))

    assert any(where == element and reason in detail for where, detail in problems), problems
