"""Which of the matching rules count, and what they give."""

# ruff: noqa: E501 (a refusal a line is a table that can be read)

import pytest

from tests.engine.dmn.support import (
    column,
    decide,
    decision,
    document,
    failure,
    one_cell,
    output,
    problems,
    refusal,
    table,
    warnings,
)

MATRIX = {(1, 1): 1, (1, 2): 2, (2, 1): 2, (2, 2): 3, (2, 3): 4, (3, 1): 3, (3, 2): 4, (3, 3): 4}
OVERLAPPING = [(("> 0",), ('"low"',)), (("> 5",), ('"high"',)), (("> 8",), ('"low"',))]
LEVELS = '"high","middle","low"'


def graded(policy, rules=OVERLAPPING, aggregation=None, out="level"):
    return document(decision(table(["x"], [out], rules, policy, aggregation)))


def priced(aggregation, **options):
    rules = [(("> 0",), ("10",)), (("> 5",), ("2.5",)), (("> 8",), ("10",))]
    return graded("COLLECT", rules, aggregation, output("price", **options))


@pytest.mark.parametrize(("pair", "priority"), MATRIX.items())
def test_the_matrix_of_impact_and_urgency_gives_the_priority(pair, priority):
    rules = [((str(impact), str(urgency)), (str(given),)) for (impact, urgency), given in MATRIX.items()]
    matrix = document(decision(table(["impact", "urgency"], ["priority"], rules)))

    result = decide(matrix, {"impact": pair[0], "urgency": pair[1]})

    assert (result.value, result.outputs) == (priority, [{"priority": priority}])
    assert result.rules == (list(MATRIX).index(pair) + 1,)


def test_unique_gives_the_one_rule_that_matches():
    result = decide(graded("UNIQUE"), {"x": 3})

    assert (result.value, result.rules) == ("low", (1,))


def test_unique_fails_when_several_match_and_names_them():
    assert failure(graded("UNIQUE"), {"x": 9}) == (
        "Decision 'D': Rules 1, 2, 3 match together, but the hit policy is UNIQUE."
    )


def test_a_table_without_a_hit_policy_is_unique():
    data = graded("UNIQUE").replace(b'hitPolicy="UNIQUE"', b"")

    assert "UNIQUE" in failure(data, {"x": 9})


def test_first_gives_the_first_in_the_order_of_the_table():
    result = decide(graded("FIRST"), {"x": 9})

    assert (result.value, result.outputs, result.rules) == ("low", [{"level": "low"}], (1,))


def test_first_does_not_look_behind_the_rule_it_found():
    rules = [(("1",), ('"a"',)), (("> unknown",), ('"b"',))]

    assert decide(graded("FIRST", rules), {"x": 1}).value == "a"


def test_any_gives_what_all_agree_on_and_tells_all_rules():
    rules = [(("> 0",), ('"a"',)), (("> 1",), ('"a"',))]

    result = decide(graded("ANY", rules), {"x": 2})

    assert (result.value, result.outputs, result.rules) == ("a", [{"level": "a"}], (1, 2))


def test_any_fails_when_the_rules_differ():
    assert failure(graded("ANY"), {"x": 6}) == (
        "Decision 'D': Rules 1 and 2 match together and give different outputs, but the hit policy is ANY."
    )


def test_priority_gives_the_output_that_is_listed_first():
    result = decide(graded("PRIORITY", out=output("level", LEVELS)), {"x": 9})

    assert (result.value, result.rules) == ("high", (2,))


def test_output_order_gives_all_by_the_list_and_equal_ones_by_the_table():
    result = decide(graded("OUTPUT ORDER", out=output("level", LEVELS)), {"x": 9})

    assert (result.value, result.rules) == (["high", "low", "low"], (2, 1, 3))


def test_priority_of_several_outputs_goes_from_left_to_right():
    outputs = [output("level", LEVELS), output("team", '"network","desk"')]
    rules = [((f"> {at}",), cells) for at, cells in enumerate([('"low"', '"network"'), ('"high"', '"desk"')])]
    rules.append((("> 1",), ('"high"', '"network"')))
    data = document(decision(table(["x"], outputs, rules, "PRIORITY")))

    result = decide(data, {"x": 5})

    assert (result.value, result.rules) == ({"level": "high", "team": "network"}, (3,))


def test_an_output_without_a_list_of_values_has_no_say_in_the_order():
    outputs = [output("team"), output("level", LEVELS)]
    rules = [((f"> {at}",), cells) for at, cells in enumerate([('"desk"', '"low"'), ('"network"', '"high"')])]
    data = document(decision(table(["x"], outputs, rules, "OUTPUT ORDER")))

    assert decide(data, {"x": 5}).rules == (2, 1)


@pytest.mark.parametrize("policy", ["PRIORITY", "OUTPUT ORDER"])
def test_an_order_of_outputs_needs_their_values_listed(policy):
    assert (
        refusal(graded(policy)) == f"{policy} needs a list of values for an output, the most important first."
    )


def test_an_output_without_a_place_in_the_order_fails():
    data = graded("PRIORITY", [(("-",), ("",))], out=output("level", LEVELS))

    assert failure(data, {"x": 1}) == (
        "Decision 'D', rule 1, column 'level': This output has no place in the list of values."
    )


@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER"])
def test_collect_and_rule_order_give_all_in_the_order_of_the_table(policy):
    result = decide(graded(policy), {"x": 9})

    assert (result.value, result.rules) == (["low", "high", "low"], (1, 2, 3))
    assert result.outputs == [{"level": "low"}, {"level": "high"}, {"level": "low"}]


@pytest.mark.parametrize(("aggregation", "figure"), [("SUM", 22.5), ("MIN", 2.5), ("MAX", 10), ("COUNT", 3)])
def test_collect_aggregates(aggregation, figure):
    result = decide(priced(aggregation), {"x": 9})

    assert (result.value, result.outputs, result.rules) == (figure, [{"price": figure}], (1, 2, 3))


@pytest.mark.parametrize(
    ("aggregation", "figure"), [("SUM", None), ("MIN", None), ("MAX", None), ("COUNT", 0)]
)
def test_the_aggregate_of_nothing_is_null_and_its_count_0(aggregation, figure):
    result = decide(priced(aggregation), {"x": -1})

    assert (result.value, result.rules) == (figure, ())


def test_the_aggregate_of_nothing_is_the_default_where_there_is_one():
    assert decide(priced("SUM", default="7"), {"x": -1}).value == 7


def test_a_sum_of_texts_fails():
    assert failure(graded("COLLECT", aggregation="SUM"), {"x": 1}) == (
        "Decision 'D', column 'level': sum takes numbers, not text."
    )


def test_the_latest_date_is_a_maximum():
    rules = [((">= 0",), ('@"2026-01-01"',)), ((">= 0",), ('@"2026-02-01"',))]

    assert decide(graded("COLLECT", rules, "MAX"), {"x": 1}).value == "2026-02-01"


@pytest.mark.parametrize(
    ("policy", "value"),
    [("UNIQUE", None), ("FIRST", None), ("ANY", None), ("COLLECT", []), ("RULE ORDER", [])],
)
def test_when_nothing_matches_the_value_is_null_or_an_empty_list(policy, value):
    result = decide(graded(policy), {"x": -1})

    assert (result.value, result.outputs, result.rules) == (value, [], ())


def test_when_nothing_matches_the_default_outputs_are_given():
    outputs = [output("level", default='"none"'), output("team", default="desk"), output("note")]
    data = document(decision(table(["x"], outputs, [(("1",), ('"a"', '"b"', '"c"'))], "FIRST")))

    result = decide(data, {"x": 2, "desk": "service-desk"})

    assert result.value == {"level": "none", "team": "service-desk", "note": None}
    assert result.rules == ()


def test_several_outputs_give_a_dict():
    data = document(decision(table(["x"], ["level", "hours"], [(("1",), ('"a"', "x * 4"))])))

    assert decide(data, {"x": 1}).value == {"level": "a", "hours": 4}


def test_a_single_output_without_a_name_has_the_decisions_key():
    data = document(decision(table(["x"], [output("")], [(("1",), ('"a"',))]), key="risk"))

    assert decide(data, {"x": 1}, "risk").outputs == [{"risk": "a"}]


def test_a_table_without_rules_gives_nothing_and_a_warning():
    data = document(decision(table(["x"], ["out"], [])))

    assert decide(data, {"x": 1}).value is None
    assert warnings(data) == ["The table has no rules."]


def test_all_inputs_of_a_rule_have_to_match():
    rules = [(("1", "> 5", '"a"'), ("1",)), (("1", "-", '"b"'), ("2",))]
    data = document(decision(table(["x", "y", "z"], ["out"], rules)))

    assert decide(data, {"x": 1, "y": 6, "z": "a"}).value == 1
    assert decide(data, {"x": 1, "y": 1, "z": "b"}).value == 2
    assert decide(data, {"x": 1, "y": 1, "z": "a"}).value is None


@pytest.mark.parametrize(
    ("policy", "aggregation", "message"),
    [
        (
            "first",
            None,
            "There is no hit policy 'first', only UNIQUE, FIRST, PRIORITY, ANY, COLLECT, RULE ORDER, OUTPUT ORDER.",
        ),
        ("COLLECT", "AVG", "An aggregation is SUM, MIN, MAX or COUNT, of the hit policy COLLECT."),
        ("FIRST", "SUM", "An aggregation is SUM, MIN, MAX or COUNT, of the hit policy COLLECT."),
    ],
)
def test_a_hit_policy_there_is_not_is_refused(policy, aggregation, message):
    assert refusal(graded(policy, aggregation=aggregation)) == message


def test_an_aggregate_of_several_outputs_is_refused():
    data = document(decision(table(["x"], ["a", "b"], [(("1",), ("1", "2"))], "COLLECT", "SUM")))

    assert refusal(data) == "SUM is for tables with one output."


# -- what a column may hold ------------------------------------------------------------------------------------


def test_an_input_outside_its_values_fails():
    data = one_cell("-", values="1,2,3")

    assert decide(data, {"x": 3}).value is True
    assert decide(data, {"x": None}).value is True
    assert failure(data, {"x": 7}) == "Decision 'D', column 'X': 7 is not among the values of this column."


def test_a_literal_outside_the_values_of_its_column_is_refused():
    assert refusal(one_cell("1, 4", values="[1..3]")) == (
        "Rule 1, column 'X': This is not among the values of its column."
    )
    data = document(decision(table(["x"], [output("level", LEVELS)], [(("1",), ('"hihg"',))])))
    assert refusal(data) == "Rule 1, column 'level': This is not among the values of its column."


def test_an_output_outside_its_values_fails():
    data = document(decision(table(["x"], [output("level", LEVELS)], [(("-",), ("x",))])))

    assert decide(data, {"x": "low"}).value == "low"
    assert failure(data, {"x": "hihg"}) == (
        "Decision 'D', rule 1, column 'level': 'hihg' is not among the values of this column."
    )


@pytest.mark.parametrize(
    ("type_", "fits", "not_this", "shown"),
    [
        ("string", "a", 1, "of type text, but this is 1"),
        ("number", 1.5, "1", "of type number, but this is '1'"),
        ("integer", 2.0, 2.5, "of type whole number, but this is 2.5"),
        ("boolean", True, 1, "of type boolean, but this is 1"),
        ("date", "2026-01-31", True, "of type date, but this is true"),
        ("date", "2026-01-31T00:00:00Z", [1], "of type date, but this is a list"),
        ("dateTime", "2026-01-31T00:00:00Z", "2026-01-31", "of type date and time, but this is '2026-01-31'"),
        ("feel:days and time duration", "P1D", "x" * 50, "of type duration, but this is text"),
    ],
)
def test_a_value_of_another_type_than_its_columns_fails(type_, fits, not_this, shown):
    data = one_cell("-", type_=type_)

    assert decide(data, {"x": fits}).value is True
    assert decide(data, {"x": None}).value is True
    assert failure(data, {"x": not_this}) == f"Decision 'D', column 'X': The column is {shown}."


def test_a_literal_of_another_type_than_its_columns_is_refused():
    assert refusal(one_cell("5", type_="string")) == "Rule 1, column 'X': This is no text."
    data = document(decision(table(["x"], [output("p", type_="integer")], [(("1",), ('"1"',))])))
    assert refusal(data) == "Rule 1, column 'p': This is no whole number."


def test_a_type_of_the_files_own_is_not_checked_and_a_warning_says_so():
    data = one_cell("5", type_="tImpact")

    assert decide(data, {"x": "any"}).value is False
    assert warnings(data) == ["The type 'tImpact' is not checked."]


def test_a_number_too_long_to_be_shown_fails_like_any_other():
    assert failure(one_cell("-", type_="string"), {"x": 10**5000}) == (
        "Decision 'D', column 'X': The column is of type text, but this is a number."
    )


def test_an_input_that_cannot_be_worked_out_fails_with_its_column():
    data = document(decision(table([column("amount / n", label="Share")], ["out"], [(("-",), ("1",))])))

    assert failure(data, {"amount": 1, "n": 0}) == "Decision 'D', column 'Share': This divides by zero."


def test_all_problems_of_a_table_are_told_at_once():
    rules = [(("1;",), ("2",)), (("2",), ("-",)), (("<",), ("$",))]

    found = [each.detail.split(":")[0] for each in problems(graded("UNIQUE", rules))]

    assert found == [
        "Rule 1, column 'x'",
        "Rule 2, column 'level'",
        "Rule 3, column 'x'",
        "Rule 3, column 'level'",
    ]
