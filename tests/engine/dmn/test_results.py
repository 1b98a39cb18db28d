"""The forms in which a diagram can ask for a result."""

import pytest

from engine.dmn import MAPPINGS, DecisionError
from tests.engine.dmn.support import decide, decision, document, output, table

ONE = {"x": 1}
TWO = {"x": 2}
NONE = {"x": 0}


def mapped(how, names, outputs=("level",), aggregation=None):
    cells = tuple(f'"{each} {{}}"' for each in outputs)
    rules = [
        ((test,), tuple(cell.format(row) for cell in cells)) for row, test in enumerate(["> 0", "> 1"], 1)
    ]
    data = document(decision(table(["x"], outputs, rules, "COLLECT", aggregation)))
    return MAPPINGS[how](decide(data, names))


def test_the_words_are_camundas():
    assert set(MAPPINGS) == {"singleEntry", "singleResult", "collectEntries", "resultList"}


@pytest.mark.parametrize(
    ("how", "one", "two", "none"),
    [
        ("singleEntry", "level 1", None, None),
        ("singleResult", {"level": "level 1"}, None, None),
        ("collectEntries", ["level 1"], ["level 1", "level 2"], []),
        ("resultList", [{"level": "level 1"}], [{"level": "level 1"}, {"level": "level 2"}], []),
    ],
)
def test_a_result_is_mapped_as_asked(how, one, two, none):
    assert mapped(how, ONE) == one
    assert mapped(how, NONE) == none
    if two:
        assert mapped(how, TWO) == two


@pytest.mark.parametrize("how", ["singleEntry", "singleResult"])
def test_several_results_do_not_fit_a_single_one(how):
    with pytest.raises(
        DecisionError, match=f"^Decision 'D': This is mapped with {how}, but it gave 2 results.$"
    ):
        mapped(how, TWO)


@pytest.mark.parametrize("how", ["singleEntry", "collectEntries"])
def test_several_outputs_do_not_fit_entries(how):
    with pytest.raises(
        DecisionError, match=f"^Decision 'D': This is mapped with {how}, but it has 2 outputs.$"
    ):
        mapped(how, ONE, ("level", "team"))


def test_several_outputs_fit_a_dict():
    assert mapped("singleResult", ONE, ("level", "team")) == {"level": "level 1", "team": "team 1"}


def test_an_aggregate_is_a_single_entry():
    assert mapped("singleEntry", TWO, aggregation="COUNT") == 2
    assert mapped("resultList", TWO, aggregation="COUNT") == [{"level": 2}]


def test_a_result_shares_nothing_with_the_variables():
    data = document(decision(table(["1"], [output("people")], [(("-",), ("team",))])))
    team = ["sam"]

    result = decide(data, {"team": team})
    result.outputs[0]["people"].append("nia")

    assert team == ["sam"]
