"""What the checks say: each sentence under a code, with the values it tells."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from engine.errors import Problem
from engine.sentences import LONGEST, SENTENCES, Sentence

ENGINE = Path(__file__).parents[2] / "engine"
SAY = {"Sentence", "refuse", "warn", "refusal"}


def names(code: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(SENTENCES[code]) if name}


@cache
def sources() -> dict[Path, ast.Module]:
    """The engine's modules, but for the sentences themselves."""
    files = sorted(ENGINE.rglob("*.py"))
    return {
        path: ast.parse(path.read_text(encoding="utf-8")) for path in files if path.name != "sentences.py"
    }


def said() -> Iterator[tuple[str, str, set[str]]]:
    """Every sentence that the engine's source says by its code: where, the code, and the values given."""
    for path, tree in sources().items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
            texts = [arg.value for arg in call.args[:2] if isinstance(arg, ast.Constant)]
            codes = [text for text in texts if isinstance(text, str)]
            if name in SAY and codes and None not in (given := {word.arg for word in call.keywords}):
                yield f"{path.name}:{call.lineno}", codes[0], {str(word) for word in given}


def test_codes_name_their_faults_in_plain_words() -> None:
    assert [code for code in SENTENCES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)] == []


def test_every_code_that_is_said_has_a_sentence_which_tells_the_values_given() -> None:
    found = list(said())

    wrong = [each for each in found if each[1] not in SENTENCES or each[2] != names(each[1])]

    assert len(found) > 200
    assert wrong == []


def test_every_sentence_is_said_somewhere() -> None:
    written = {
        node.value
        for tree in sources().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # One of something has a sentence of its own, under the code for several.
    unsaid = {code for code in SENTENCES if code not in written and code.removesuffix("-one") not in written}

    assert unsaid == set()


def test_whatever_fails_in_a_case_is_said_under_a_code() -> None:
    fail = {"ElementFailed", "ScriptRuntimeError", "LimitExceeded"}
    plain = [
        f"{path.name}:{call.lineno}"
        for path, tree in sources().items()
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        if getattr(call.func, "id", None) in fail and isinstance(call.args[0], (ast.Constant, ast.JoinedStr))
    ]

    assert plain == []


def test_a_sentence_that_begins_with_another_begins_with_a_capital_letter() -> None:
    assert str(Sentence("no-length", value=Sentence("type-number"))) == "A number has no length."
    assert str(Sentence("takes-numbers", function="sum", value=Sentence("type-text"))) == (
        "sum takes numbers, not text."
    )


def test_a_sentence_inside_another_is_told_with_its_own_code() -> None:
    reason = Sentence("name-not-assignable", name="true")

    problem = Problem.of(Sentence("script-wrong", line=2, column=5, reason=reason), file="a.bpmn")

    assert problem.detail == "Script line 2, column 5: true cannot be assigned."
    assert problem.code == "script-wrong"
    assert problem.values == {
        "line": 2,
        "column": 5,
        "reason": {
            "detail": "true cannot be assigned.",
            "code": "name-not-assignable",
            "values": {"name": "true"},
        },
    }


def test_a_sentence_tells_only_so_much_of_what_somebody_wrote() -> None:
    problem = Problem.of(Sentence("id-twice", id="x" * 2 * LONGEST))

    assert problem.values == {"id": "x" * LONGEST}
