"""What can be written in an input cell, and what is told to who writes something else."""

import pytest

from engine.dmn.cells import read_value
from engine.scripting import ScriptSyntaxError
from tests.engine.dmn.support import (
    decide,
    decision,
    document,
    failure,
    matches,
    one_cell,
    problems,
    refusal,
    table,
)


@pytest.mark.parametrize("cell", ["-", "", "  ", "\n - \n"])
@pytest.mark.parametrize("value", [None, 0, "a", [], {"a": 1}])
def test_a_dash_and_an_empty_cell_match_anything(cell, value):
    assert matches(cell, value)


@pytest.mark.parametrize(
    ("cell", "yes", "no"),
    [
        ("5", [5, 5.0], [6, "5", None, True]),
        ("-5", [-5], [5]),
        ("1.5", [1.5], [1]),
        (".5", [0.5], [5]),
        ("1e3", [1000], [1]),
        ('"high"', ["high"], ["High", "", None, 5]),
        ("'high'", ["high"], ["low"]),
        ('"a\\"b"', ['a"b'], ["ab"]),
        ('"中, 文"', ["中, 文"], ["中"]),
        ("true", [True], [False, 1, None, "true"]),
        ("false", [False], [True, 0, None]),
        ("null", [None], [0, "", False, []]),
        ('"a","b"', ["a", "b"], ["c", "a,b", None]),
        ("1, 2, 5", [1, 2.0, 5], [3, True, "1"]),
        ('1, "a", null, true', [1, "a", None, True], [2, "b", False]),
    ],
)
def test_literals_match_what_is_equal_and_of_their_type(cell, yes, no):
    assert [matches(cell, value) for value in yes] == [True] * len(yes)
    assert [matches(cell, value) for value in no] == [False] * len(no)


@pytest.mark.parametrize(
    ("cell", "yes", "no"),
    [
        ("< 5", [4, 4.9, -1], [5, 6, None]),
        ("<= 5", [5], [5.1, None]),
        ("> 5", [6], [5, None]),
        (">= 10", [10, 11], [9, None]),
        ("> -5", [-4], [-5]),
        ('< "m"', ["a"], ["m", "z", None]),
        ('= "x"', ["x"], ["y", None, 1]),
        ("== 1", [1], [2, None]),
        ('!= "x"', ["y", None, 1], ["x"]),
        ("= null", [None], [0]),
        ("!= null", [0, ""], [None]),
        ("< 2, > 8, 5", [1, 9, 5], [2, 8, 6]),
    ],
)
def test_comparisons_match_by_order_and_null_is_never_before_or_after(cell, yes, no):
    assert [matches(cell, value) for value in yes] == [True] * len(yes)
    assert [matches(cell, value) for value in no] == [False] * len(no)


@pytest.mark.parametrize(
    ("cell", "yes", "no"),
    [
        ("[1..5]", [1, 3, 5], [0, 6, None]),
        ("(1..5]", [2, 5], [1, None]),
        ("[1..5)", [1, 4.9], [5]),
        ("]1..5[", [2, 4], [1, 5]),
        ("(1..5)", [2, 4], [1, 5]),
        ("]1..5]", [5], [1]),
        ("[1..5[", [1], [5]),
        ("[-1.5..-.5]", [-1], [0]),
        ("[ 1 .. 5 ]", [3], [6]),
        ('["a".."c"]', ["a", "bb", "c"], ["d", None]),
        ("]1..5[, ]7..9[, 20", [2, 8, 20], [5, 7, 21]),
        ("[1..2],(4..5)", [1, 4.5], [3, 4]),
    ],
)
def test_ranges_are_open_and_closed_as_their_brackets_say(cell, yes, no):
    assert [matches(cell, value) for value in yes] == [True] * len(yes)
    assert [matches(cell, value) for value in no] == [False] * len(no)


@pytest.mark.parametrize(
    ("cell", "yes", "no"),
    [
        ('not("a","b")', ["c", None, 1], ["a", "b"]),
        ("not([1..5])", [0, 6], [1, 5]),
        ("not(]1..5[, 9)", [1, 5, 10], [2, 9]),
        ("not(< 5)", [5], [4]),
        ("not(null)", [1], [None]),
        ("not (? > 5)", [5], [6]),
    ],
)
def test_not_matches_whatever_the_tests_inside_do_not(cell, yes, no):
    assert [matches(cell, value) for value in yes] == [True] * len(yes)
    assert [matches(cell, value) for value in no] == [False] * len(no)


@pytest.mark.parametrize(
    ("cell", "yes", "no"),
    [
        ('date("2026-01-01")', ["2026-01-01"], ["2026-01-02", None, "soon", 5, "2026-01-01T00:00:00Z"]),
        ('< date("2026-01-01")', ["2025-12-31"], ["2026-01-01", None]),
        ('[date("2026-01-01")..date("2026-12-31")]', ["2026-12-31"], ["2027-01-01"]),
        ('@"2026-01-01"', ["2026-01-01"], ["2026-01-02"]),
        ('@"2026-01-01T10:00:00Z"', ["2026-01-01T11:00:00+01:00"], ["2026-01-01T11:00:00Z"]),
        ('date and time("2026-01-01T10:00:00+01:00")', ["2026-01-01T09:00:00.000000Z"], ["2026-01-01"]),
        ('date and time("2026-07-01T10:00:00@Europe/Berlin")', ["2026-07-01T08:00:00Z"], [None]),
        (
            '>= date  and time("2026-01-01T10:00:00Z")',
            ["2026-01-01T12:00:00+02:00"],
            ["2026-01-01T09:59:59Z"],
        ),
        ('duration("P1D")', ["PT24H", "P1D"], ["PT23H", None]),
        ('<= duration("P1D")', ["PT24H", "-P3D"], ["PT25H", None]),
        ('> @"P1Y"', ["P13M"], ["P12M"]),
        ('not(@"2026-01-01", @"2026-12-25")', ["2026-01-02"], ["2026-12-25"]),
    ],
)
def test_dates_instants_and_durations_compare_by_what_they_mean(cell, yes, no):
    assert [matches(cell, value) for value in yes] == [True] * len(yes)
    assert [matches(cell, value) for value in no] == [False] * len(no)


def test_cells_compare_with_other_variables():
    assert matches("> limit", 11, limit=10)
    assert not matches("> limit", 10, limit=10)
    assert not matches("> limit", 10, limit=None)
    assert matches("[low..low + xs[0]]", 5, low=3, xs=[2])
    assert matches("case.owner", "ann", case={"owner": "ann"})
    assert matches("= limit / 2", 5, limit=10)
    assert matches("not(low, high)", 3, low=1, high=2)


def test_an_expression_that_gives_a_list_matches_its_items_and_itself():
    assert matches("team", "sam", team=["sam", "nia"])
    assert not matches("team", "ann", team=["sam", "nia"])
    assert matches("team", ["sam"], team=["sam"])


def test_a_question_mark_is_the_input():
    assert matches("? > 5 and ? < 10", 7)
    assert not matches("? > 5 and ? < 10", 10)
    assert matches('? = "a" or len(?) > 3', "long")
    assert matches('"b" in ?', ["a", "b"])
    assert matches("? * 2 = other", 4, other=8)


def test_a_null_input_meets_no_question_unless_the_cell_speaks_of_null():
    assert not matches("? > 5 or true", None)
    assert matches("? is null or ? > 5", None)


def test_expressions_in_cells_may_use_the_functions_of_the_case():
    assert matches("< now()", "2026-01-01T00:00:00.000000Z")
    assert matches('? < date and time("2026-03-01T00:00:00Z")', "2026-01-01T00:00:00.000000Z")
    assert matches("seconds(?) > seconds(duration('PT1H'))", "PT2H")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            "Approval Status",
            "Names have no spaces here: 'Approval Status'. Use one word, such as 'Approval_Status'.",
        ),
        ('"open', "This text has no closing quote."),
        ("“open”", 'Texts stand in straight quotes: "...".'),
        ("${x > 5}", "An expression stands here as it is, without ${...}."),
        ("5 ; 6", "';' means nothing here."),
        ("> 5 and < 10", "Write out both sides, with ? for the input: ? > 5 and ? < 10."),
        ("> 5 and ? < 10", "Write out both sides, with ? for the input: ? > 5 and ? < 10."),
        ("? between 1 and 5", "'between' is not known here: write '1 <= ? <= 5', or the range [1..5]."),
        ("if a then b else c", "'then' is not known here: write 'a if condition else b'."),
        ("some x in xs satisfies x > 1", "'some' is not known here: write 'any(... for x in xs)'."),
        ("[5..1]", "This range ends before it begins, so nothing is in it."),
        ('[1.."a"]', "A number and text have no order."),
        ('[1..date("2026-01-01")]', "The two ends of a range are of one kind."),
        ("1..5", "A range is a test of its own: [1..5], (1..5] or ]1..5[."),
        ("[1..5", "A range is a test of its own: [1..5], (1..5] or ]1..5[."),
        ("[..5]", "There is a value missing beside '['."),
        ("< true", "A boolean has no order."),
        ("< null", "Null has no order."),
        ("<", "There is a value missing beside '<'."),
        ('"a",', "There is a value missing beside this comma or bracket."),
        ("not()", "There is a value missing beside this comma or bracket."),
        ('not("a"), "b"', "not(...) goes around the whole cell, once."),
        ('not(not("a"))', "not(...) goes around the whole cell, once."),
        ('date("2026-02-30")', "'2026-02-30' is not a date or time between the years 1 and 9999."),
        ('date("soon")', "'soon' is not a date such as '2026-01-31'. Of an instant, take date(...)."),
        (
            'date and time("2026-01-01T10:00:00")',
            "'2026-01-01T10:00:00' needs a zone: Z, an offset such as +02:00, or @Europe/Berlin.",
        ),
        ('duration("P1M2D")', "A duration has years and months, or days and shorter, not both."),
        ('time("10:00:00")', "There is no function 'time'."),
        ("__class__", "Names do not start with an underscore here: '__class__'."),
        ("99999999999999999999", "This number is too large: whole numbers go up to 9007199254740991."),
        ("1e999", "This number is too large."),
        ("9" * 5000, "This number is too large."),
        ("x" * 20_001, "This is longer than 20000 characters. Split it up."),
    ],
)
def test_what_cannot_be_read_is_refused_by_rule_and_column(cell, message):
    assert refusal(one_cell(cell)) == f"Rule 1, column 'X': {message}"


@pytest.mark.parametrize(
    "cell", ["? ?", "1,", "lambda: 1", "(1", "1)", "x = = 2", "import os", "[", "]", "not(", "ʔ", "()+"]
)
def test_a_broken_cell_is_refused_at_deployment(cell):
    (problem,) = problems(one_cell(cell))

    assert problem.detail.startswith("Rule 1, column 'X': ")
    assert (problem.file, problem.element) == ("x.dmn", "d")


def test_a_problem_names_the_line_of_the_cell_in_the_file():
    data = one_cell("1,\n2,\n;")
    lines = data.decode().split("\n")

    (problem,) = problems(data)

    assert problem.line == 1 + next(at for at, line in enumerate(lines) if line.startswith(";"))


@pytest.mark.parametrize(
    ("cell", "value", "message"),
    [
        ("< 5", "4", "Text and a number have no order."),
        ('["a".."c"]', 1, "Text and a number have no order."),
        (
            '< date("2026-01-01")',
            "soon",
            "'soon' is not a date such as '2026-01-31'. Of an instant, take date(...).",
        ),
        (
            '< date("2026-01-01")',
            "2025-01-01T00:00:00Z",
            "'2025-01-01T00:00:00Z' is not a date such as '2026-01-31'. Of an instant, take date(...).",
        ),
        ('< duration("P1D")', "P1M", "Months and days have no order: months differ in length."),
        ("> limit", 5, "There is no variable 'limit'. Ask with defined(limit) where it may be missing."),
        ("y > 5", 5, "This gives true or false. Write ? for the input, as in ? > limit."),
        ("? + 1", 5, "A cell with ? says true or false, but this gives a number."),
    ],
)
def test_what_cannot_be_compared_fails_by_rule_and_column(cell, value, message):
    assert failure(one_cell(cell), {"x": value, "y": 6}) == f"Decision 'D', rule 1, column 'X': {message}"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"a"', "a"),
        ("-1.5", -1.5),
        ("", None),
        ("true", True),
        ('date("2026-01-31")', "2026-01-31"),
        ('date and time("2026-01-31T10:00:00+01:00")', "2026-01-31T09:00:00.000000Z"),
        ('@"P1D"', "P1D"),
        ("limit + 1", 11),
        ('["a", name]', ["a", "n"]),
        ("'in ' + str(limit) if limit = 10 else 'out'", "in 10"),
        ("{'a': limit}", {"a": 10}),
        ('add(date("2026-01-31"), duration("P1D"))', "2026-02-01"),
    ],
)
def test_outputs_are_literals_and_expressions(cell, value):
    data = document(decision(table(["limit"], ["out"], [(("-",), (cell,))])))

    assert decide(data, {"limit": 10, "name": "n"}).value == value


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("-", "'-' is for input cells. An output is a value, or left empty for null."),
        ("?", "? stands for the input, in input cells only."),
        ("High Risk", "Names have no spaces here: 'High Risk'. Use one word, such as 'High_Risk'."),
    ],
)
def test_an_output_that_is_no_value_is_refused(cell, message):
    data = document(decision(table(["x"], ["out"], [(("-",), (cell,))])))

    assert refusal(data) == f"Rule 1, column 'out': {message}"


def test_reading_a_value_notes_the_variables_it_asks_for():
    assert read_value("a + b.c * len(a)", frozenset()).reads == {"a", "b"}
    with pytest.raises(ScriptSyntaxError):
        read_value("a +", frozenset())
