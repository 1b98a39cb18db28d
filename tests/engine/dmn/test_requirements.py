"""Decisions that rest on others of the same file."""

import pytest

from tests.engine.dmn.support import decide, decision, document, failure, literal, refusal, table, warnings

RISK = decision(
    table(["impact"], ["level"], [((">= 3",), ('"high"',)), (("< 3",), ('"low"',))]), "risk", "Risk"
)


def asking(name, requires=("risk",), key="d"):
    return decision(
        table([name], ["out"], [(('"high"',), ("1",)), (("-",), ("name",))], "FIRST"), key, "D", requires
    )


@pytest.mark.parametrize("name", ["risk", "Risk", "level"])
def test_a_required_result_is_known_by_key_name_and_its_only_output(name):
    result = decide(document(asking(name), RISK), {"impact": 3})

    assert (result.value, result.rules) == (1, (1,))


def test_a_required_result_is_known_by_its_variable():
    variable = "<variable name='estimate'/>"
    risk = RISK.replace('name="Risk">', f'name="Risk">{variable}')

    assert decide(document(asking("estimate"), risk), {"impact": 3}).value == 1


def test_the_result_tells_what_the_required_decisions_gave():
    result = decide(document(asking("risk"), RISK), {"impact": 3})

    (risk,) = result.required
    assert (risk.key, risk.name, risk.value, risk.rules) == ("risk", "Risk", "high", (1,))


def test_a_required_result_goes_before_a_variable_of_that_name():
    assert decide(document(asking("level"), RISK), {"impact": 3, "level": "low"}).value == 1


def test_a_required_decision_is_made_once_however_many_rest_on_it():
    data = document(
        decision(literal("left + right"), "top", "Top", ["left", "right"]),
        decision(literal("base + 1"), "left", "Left", ["base"]),
        decision(literal("base + 2"), "right", "Right", ["base"]),
        decision(literal("x * 10"), "base", "Base"),
    )

    result = decide(data, {"x": 1}, "top")

    assert result.value == 23
    assert [each.key for each in result.required] == ["base", "left", "right"]


def test_any_decision_of_a_file_can_be_asked_for():
    result = decide(document(asking("risk"), RISK), {"impact": 1}, "risk")

    assert (result.value, result.required) == ("low", ())


def test_several_outputs_are_known_by_their_names_and_as_a_dict():
    both = decision(table(["x"], ["level", "hours"], [(("1",), ('"a"', "4"))]), "risk", "Risk")
    top = decision(literal("[risk.level, level, hours]"), "d", "D", ["risk"])

    assert decide(document(top, both), {"x": 1}).value == ["a", "a", 4]


def test_several_outputs_of_several_rules_are_lists():
    rules = [(("1",), ('"a"', "4"))] * 2
    both = decision(table(["x"], ["level", "hours"], rules, "COLLECT"), "risk", "Risk")
    top = decision(literal("[level, sum(hours), len(risk)]"), "d", "D", ["risk"])

    assert decide(document(top, both), {"x": 1}).value == [["a", "a"], 8, 2]


def test_a_required_decision_that_found_nothing_is_null():
    top = decision(literal("risk is null and level is null"), "d", "D", ["risk"])

    assert decide(document(top, RISK), {"impact": None}).value is True


def test_what_is_required_only_further_down_is_not_seen():
    data = document(
        decision(literal("base"), "top", "Top", ["middle"]),
        decision(literal("base"), "middle", "Middle", ["base"]),
        decision(literal("1"), "base", "Base"),
    )

    assert failure(data, key="top") == (
        "Decision 'Top': There is no variable 'base'. Ask with defined(base) where it may be missing."
    )
    assert warnings(data) == ["This reads the variable 'base': it does not require that decision."]


def test_a_failure_names_the_decision_it_happened_in():
    assert failure(document(asking("risk"), RISK), {}).startswith("Decision 'Risk', column 'impact': ")


def test_a_name_that_means_two_results_is_refused_when_it_is_read():
    other = RISK.replace('"risk"', '"other"').replace('"Risk"', '"Other"')

    assert refusal(document(asking("level", ["risk", "other"]), RISK, other)) == (
        "'level' means several results of the decisions required here."
    )
    assert decide(document(asking("other", ["risk", "other"]), RISK, other), {"impact": 3}).value == 1


def test_a_circle_is_refused():
    data = document(asking("b", ["b"], "a"), asking("c", ["c"], "b"), asking("a", ["a"], "c"))

    assert refusal(data) == (
        "Decisions cannot rest on each other in a circle: 'a' requires 'b' requires 'c' requires 'a'."
    )


def test_a_decision_that_requires_itself_is_refused():
    assert refusal(document(asking("x", ["d"]))).endswith("'d' requires 'd'.")


def test_a_requirement_that_leads_nowhere_is_refused():
    assert refusal(document(asking("risk"))) == "There is no decision '#risk' in this file to require."


def test_a_requirement_of_another_file_is_refused():
    data = document(asking("risk"), RISK).replace(b'"#risk"', b'"other.dmn#risk"')

    assert refusal(data) == "There is no decision 'other.dmn#risk' in this file to require."


def test_a_chain_of_200_decisions_is_decided():
    chain = [
        decision(literal(f"d{at - 1} + 1" if at else "0"), f"d{at}", f"D{at}", [f"d{at - 1}"] if at else [])
        for at in range(200)
    ]

    assert decide(document(*reversed(chain)), key="d199").value == 199
