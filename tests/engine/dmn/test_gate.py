"""What is refused in a DMN file, and what is kept as documentation."""

# ruff: noqa: E501 (a refusal a line is a table that can be read)

import pytest

from engine import dmn
from engine.dmn.read import MAX_CELLS, MAX_DECISIONS, MAX_PROBLEMS, MAX_RULES
from engine.dmn.xml import DMN
from engine.safe_xml import MAX_BYTES
from engine.scripting import Limits
from tests.engine.dmn.support import (
    column,
    decide,
    decision,
    document,
    literal,
    one_cell,
    output,
    problems,
    refusal,
    table,
    warnings,
)

SIMPLE = table(["x"], ["out"], [(("1",), ("2",))])


def with_logic(old: str, new: str) -> bytes:
    assert old in SIMPLE
    return document(decision(SIMPLE.replace(old, new)))


@pytest.mark.parametrize("namespace", sorted(DMN))
def test_dmn_1_1_to_1_3_is_read(namespace):
    assert decide(document(decision(SIMPLE), namespace=namespace), {"x": 1}).value == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "This is not well-formed XML"),
        (b"not xml", "This is not well-formed XML"),
        (b"\\x00\\xff", "This is not well-formed XML"),
        (b'<!DOCTYPE d [<!ENTITY e "x">]><d>&e;</d>', "A DOCTYPE is not allowed."),
        (b"<definitions/>", "This is not DMN 1.1 to 1.5: its root must be definitions."),
        (
            document(namespace="https://www.omg.org/spec/DMN/20990101/MODEL/"),
            "This is not DMN 1.1 to 1.5: its root must be definitions.",
        ),
        (b" " * (MAX_BYTES + 1), f"The file has {MAX_BYTES + 1:,} bytes; at most {MAX_BYTES:,} are allowed."),
        (document(), "There is no decision in this file."),
    ],
)
def test_what_is_no_dmn_file_is_refused(data, message):
    assert refusal(data).startswith(message)


def test_what_a_deployment_stores():
    named = "<extensionElements><baton:name lang='zh-CN'>优先级</baton:name></extensionElements>"
    data = document(
        decision(table(["impact + x"], ["out"], [(("> limit",), ("y",))]), "b", "Second", ["a"], named),
        decision(table(["region"], ["x"], [(("-",), ("1",))]), "a", "First\n one"),
    )

    (second, first), found = dmn.prepare("x.dmn", data)

    assert (second.key, second.name, second.names) == ("b", "Second", {"zh-CN": "优先级"})
    assert (second.xml, second.requires) == (data, ("a",))
    assert second.reads == {"impact", "limit", "y", "region"}
    assert (first.key, first.name, first.requires, first.reads) == ("a", "First one", (), {"region"})
    assert found == []


@pytest.mark.parametrize("thing", ["businessKnowledgeModel", "decisionService", "import"])
def test_what_is_not_supported_at_the_root_is_refused(thing):
    (problem,) = problems(document(decision(SIMPLE), f"<{thing} id='t'/>"))

    assert "not supported" in problem.detail or "cannot import" in problem.detail


def test_what_documents_is_kept():
    data = document(
        "<inputData id='i' name='Impact'><variable name='impact' typeRef='number'/></inputData>",
        "<knowledgeSource id='k'/><textAnnotation id='t'><text>why</text></textAnnotation>",
        "<x:drawing xmlns:x='urn:x'><x:shape/></x:drawing>",
        decision(
            SIMPLE.replace("<rule>", "<annotation name='n'/><rule><description>why</description>").replace(
                "</rule>", "<annotationEntry><text>n</text></annotationEntry></rule>"
            ),
            inside="<question>?</question><informationRequirement><requiredInput href='#i'/>"
            "</informationRequirement><authorityRequirement><requiredAuthority href='#k'/></authorityRequirement>",
        ),
    )

    assert decide(data, {"x": 1}).value == 2
    assert warnings(data) == []


def test_camundas_version_marks_are_harmless_and_its_other_marks_warn():
    data = document(
        decision(SIMPLE).replace("id=", 'camunda:versionTag="1" camunda:historyTimeToLive="P30D" id='),
        attributes='camunda:diagramRelationId="r"',
    )
    other = document(decision(SIMPLE).replace("id=", 'camunda:strange="1" id='))

    assert warnings(data) == []
    assert warnings(other) == ["camunda:strange has no effect here."]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '<input label="">',
            '<input camunda:inputVariable="v">',
            "camunda:inputVariable is not supported: write ? for the input.",
        ),
        ("hitPolicy=", "hitpolicy=", "decisionTable has no attribute 'hitpolicy'."),
        ("<rule>", '<rule priority="1">', "rule has no attribute 'priority'."),
        ("<rule>", "<context/><rule>", "context is not supported in decisionTable."),
        (
            "<inputExpression ",
            '<inputExpression expressionLanguage="juel" ',
            "The expression language is FEEL, not 'juel'.",
        ),
        (
            "<inputEntry ",
            '<inputEntry expressionLanguage="groovy" ',
            "The expression language is FEEL, not 'groovy'.",
        ),
        ("<text>x</text>", "<text/>", "Column 'input 1' has no expression to look at."),
        (
            "<text>x</text>",
            "<text>Total Impact</text>",
            "Column 'Total Impact': Names have no spaces here: 'Total Impact'. Use one word, such as 'Total_Impact'.",
        ),
        (
            "<text>x</text>",
            "<text>${x}</text>",
            "Column '${x}': An expression stands here as it is, without ${...}.",
        ),
        (
            "<text>x</text>",
            "<text>? + 1</text>",
            "Column '? + 1': ? stands for the input, in input cells only.",
        ),
        ("<inputEntry ><text>1</text></inputEntry>", "", "Rule 1 has 0 input cells for 1 input columns."),
        ("</rule>", "<outputEntry/></rule>", "Rule 1 has 2 output cells for 1 output columns."),
    ],
)
def test_a_table_that_would_not_run_as_drawn_is_refused(old, new, message):
    assert message in [each.detail for each in problems(with_logic(old, new))]


@pytest.mark.parametrize("language", ["feel", "FEEL", "https://www.omg.org/spec/DMN/20191111/FEEL/", ""])
def test_feel_is_the_language(language):
    data = with_logic("<inputEntry ", f'<inputEntry expressionLanguage="{language}" ')

    assert decide(data, {"x": 1}).value == 2


def test_the_language_of_a_whole_file_is_feel_too():
    assert refusal(document(decision(SIMPLE), attributes='expressionLanguage="juel"')) == (
        "The expression language is FEEL, not 'juel'."
    )


@pytest.mark.parametrize(
    ("logic", "message"),
    [
        ("", "A decision has one decision table, or one literal expression."),
        (SIMPLE + SIMPLE, "A decision has one decision table, or one literal expression."),
        (literal(" "), "The literal expression is empty."),
        (literal("a +"), "This cannot be read: invalid syntax."),
        (table(["x"], [], [(("1",), ())]), "The table has no output."),
        (
            table(["x"], ["a", "a"], [(("1",), ("1", "2"))]),
            "Of several outputs, each needs a name of its own.",
        ),
        (
            table(["x"], ["a", output("")], [(("1",), ("1", "2"))]),
            "Of several outputs, each needs a name of its own.",
        ),
        (
            table([column("x", values="1,,2")], ["a"], []),
            "Column 'x': There is a value missing beside this comma or bracket.",
        ),
        (table(["x"], [output("a", default="1 2")], []), "Column 'a': This cannot be read: invalid syntax."),
    ],
)
def test_a_decision_without_sound_logic_is_refused(logic, message):
    assert refusal(document(decision(logic))).startswith(message)


@pytest.mark.parametrize("key", ["", "1a", "a b", "x" * 256, "{x}"])
def test_a_decision_without_a_key_is_refused(key):
    assert refusal(document(decision(SIMPLE, key=key))).startswith("A decision needs an id")


def test_two_decisions_of_one_key_are_refused():
    assert refusal(document(decision(SIMPLE), decision(SIMPLE))) == "There are two decisions 'd'."


def test_a_literal_expression_is_a_decision():
    data = document(decision(literal("impact * 2"), inside="<variable name='score' typeRef='number'/>"))

    result = decide(data, {"impact": 3})

    assert (result.value, result.outputs, result.rules) == (6, [{"score": 6}], ())


# -- bounds ----------------------------------------------------------------------------------------------------


def test_a_table_of_10000_rules_is_read_and_decides_within_the_limits():
    rules = [((str(at),), (str(at),)) for at in range(MAX_RULES)]

    assert (
        decide(document(decision(table(["x"], ["out"], rules))), {"x": MAX_RULES - 1}).value == MAX_RULES - 1
    )


def test_more_rules_than_that_are_refused():
    rules = [(("1",), ("1",))] * (MAX_RULES + 1)

    assert refusal(document(decision(table(["x"], ["out"], rules)))) == "A table has at most 10,000 rules."


@pytest.mark.parametrize(
    "data",
    [
        document(
            decision(
                "<decisionTable>" + "<rule>" + "<inputEntry/>" * (MAX_CELLS + 1) + "</rule></decisionTable>"
            )
        ),
        document(*(decision(literal("1"), key=f"d{at}") for at in range(MAX_DECISIONS + 1))),
    ],
    ids=["cells", "decisions"],
)
def test_a_file_with_too_much_in_it_is_refused(data):
    assert refusal(data) == "A file has at most 200 decisions and 50,000 cells."


def test_more_text_in_the_cells_than_is_read_in_seconds_is_refused():
    rules = [((",".join(str(at + more) for at in range(3000)),), ("1",)) for more in range(90)]

    (*_, last) = problems(document(decision(table(["x"], ["out"], rules))))

    assert last.detail == "The cells of a file have at most 500,000 characters together."


def test_the_check_stops_when_there_are_more_problems_than_anyone_reads():
    rules = [((";",), (";",))] * MAX_PROBLEMS

    found = problems(document(decision(table(["x"], ["out"], rules))))

    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1].detail == "There may be more problems: the check stopped here."


def test_a_cell_that_works_too_much_fails():
    data = one_cell("? in [y for y in range(1000) for z in range(10000)]")

    with pytest.raises(dmn.DecisionError, match=r"Decision 'D', rule 1, column 'X': This takes too long"):
        decide(data, {"x": 1})


def test_long_cells_in_many_rules_are_counted():
    rules = [((",".join(f"> {at}" for at in range(100)),), ("1",))] * 500
    data = document(decision(table(["x"], ["out"], rules, "COLLECT")))

    assert decide(data, {"x": 0}).value == []
    with pytest.raises(dmn.DecisionError, match=r"rule \d+, column 'x': This takes too long"):
        dmn.load(data).evaluate("d", {"x": 0}, limits=Limits(ticks=40_000))


def test_all_decisions_of_an_evaluation_share_one_set_of_limits():
    work = "len([1 for y in range(100) for z in range(500)])"
    chain = [
        decision(literal(f"{work} + d{at - 1}" if at else work), f"d{at}", "D", [f"d{at - 1}"] if at else [])
        for at in range(10)
    ]

    assert decide(document(*chain[:2]), key="d1").value == 100_000
    with pytest.raises(dmn.DecisionError, match="This takes too long"):
        decide(document(*chain), key="d9")


def test_a_decision_that_is_not_in_the_file_cannot_be_made():
    with pytest.raises(dmn.DecisionError, match="There is no such decision in this file"):
        decide(one_cell("1"), {}, "other")


def test_a_comment_in_a_cell_is_no_part_of_it():
    data = document(decision(SIMPLE)).replace(b"<text>1</text>", b"<text>1<!-- one -->0</text>")

    assert decide(data, {"x": 10}).value == 2


def test_a_cell_may_be_character_data():
    data = document(decision(SIMPLE)).replace(b"<text>1</text>", b"<text><![CDATA[< 5]]></text>")

    assert decide(data, {"x": 4}).value == 2
