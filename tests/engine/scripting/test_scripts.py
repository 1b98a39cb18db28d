"""What scripts do to the variables, and what they refuse."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from engine.scripting import LimitExceeded, Script, ScriptError, ScriptRuntimeError, ScriptSyntaxError


def run(text: str, **names: Any) -> dict[str, Any]:
    return Script.compile(textwrap.dedent(text)).run(names)


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("a = 1\nb = a + 1", {"a": 1, "b": 2}),
        ("a = b = [0]\na.append(1)", {"a": [0, 1], "b": [0, 1]}),
        ("a, b = 1, 2\na, b = b, a", {"a": 2, "b": 1}),
        ("a = 5\na += 1\na -= 2\na *= 6\na /= 4\na //= 4\na **= 3\na %= 2", {"a": 1.0}),
        ("a = 'x'\na += 'y'", {"a": "xy"}),
        ("d = {}\nd.a = 1\nd['b'] = [0]\nd.b[0] = 2\nd.a += 1\nd.b[-1] *= 3", {"d": {"a": 2, "b": [6]}}),
        ("d = {'a': 1, 'b': 2}\ndel d.a, d['b']\nxs = [1, 2, 3]\ndel xs[1]", {"d": {}, "xs": [1, 3]}),
        ("if false:\n    a = 1\nelif true:\n    a = 2\nelse:\n    a = 3", {"a": 2}),
        (
            "a = []\nfor i in range(5):\n    if i == 1:\n        continue\n    if i == 3:\n        break\n"
            "    a.append(i)\n"
            "else:\n    a.append('end')",
            {"a": [0, 2]},
        ),
        ("a = []\nfor x in 'ab':\n    pass\nelse:\n    a.append('end')", {"a": ["end"]}),
        (
            "n = 0\nfor i in range(3):\n    for j in range(3):\n        if j > i:\n            break\n"
            "        n += 1",
            {"n": 6},
        ),
        ("s = ''\nfor k, v in {'a': 1, 'b': 2}.items():\n    s += f'{k}{v}'", {"s": "a1b2"}),
        (
            "xs = [3]\nxs.append(1)\nxs.extend([2, 2])\nxs.insert(0, 9)\nxs.remove(2)\n"
            "a = xs.pop()\nb = xs.pop(0)",
            {"xs": [3, 1], "a": 2, "b": 9},
        ),
        (
            "xs = [2, 3, 1]\nxs.sort()\nys = list(xs)\nys.reverse()\nxs.sort(reverse=true)",
            {"xs": [3, 2, 1], "ys": [3, 2, 1]},
        ),
        ("xs = [1]\nxs.clear()\nd = {'a': 1}\nd.clear()", {"xs": [], "d": {}}),
        (
            "d = {'a': 1}\nd.update({'b': 2})\na = d.pop('a')\nz = d.pop('z', 0)\nc = d.setdefault('c', 3)",
            {"d": {"b": 2, "c": 3}, "a": 1, "z": 0, "c": 3},
        ),
        ("'''A remark.'''\npass\n# and another\n", {}),
        ("", {}),
    ],
)
def test_a_script_assigns(text: str, results: dict[str, Any]) -> None:
    assert run(text) == results


def test_a_script_hands_out_what_it_assigned_or_changed_and_nothing_else() -> None:
    names = {"order": {"lines": [{"qty": 2}]}, "log": ["a"], "seen": [1], "n": 1, "same": 1}

    results = Script.compile("order.lines[0].qty += n\nlog.append(len(seen))\nsame = same").run(names)

    assert results == {"order": {"lines": [{"qty": 3}]}, "log": ["a", 1], "same": 1}
    assert names == {"order": {"lines": [{"qty": 2}]}, "log": ["a"], "seen": [1], "n": 1, "same": 1}


def test_a_change_through_another_name_is_handed_out_too() -> None:
    results = run(
        "for line in lines:\n    line.done = true\nlast = lines[-1]\nlast.n = 1.0", lines=[{"n": 1}]
    )

    assert results == {"lines": [{"n": 1.0, "done": True}], "last": {"n": 1.0, "done": True}}
    assert type(results["lines"][0]["n"]) is float


def test_what_is_handed_out_shares_nothing() -> None:
    results = run("a = [1]\nb = a\nc = [a, a]\nd = given", given=[2])

    results["a"].append(9)
    results["c"][0].append(9)

    assert results == {"a": [1, 9], "b": [1], "c": [[1, 9], [1]], "d": [2]}


def test_appending_shows_under_every_name_and_plus_equals_makes_a_new_list() -> None:
    assert run("a = xs\na.append(2)", xs=[1]) == {"a": [1, 2], "xs": [1, 2]}
    assert run("a = xs\na += [2]", xs=[1]) == {"a": [1, 2]}


def test_a_failing_script_leaves_everything_as_it_was() -> None:
    names = {"xs": [1]}

    with pytest.raises(ScriptRuntimeError):
        Script.compile("xs.append(2)\nxs[9] = 1").run(names)

    assert names == {"xs": [1]}


def test_a_loops_variable_is_no_variable_of_the_case() -> None:
    assert run(
        "n = 0\nfor item in items:\n    item = item * 2\n    n += item", items=[1, 2], item="kept"
    ) == {"n": 6}


def test_names_are_only_asked_for_when_they_are_read() -> None:
    class Asked(Mapping[str, Any]):
        def __init__(self) -> None:
            self.asked: list[str] = []

        def __getitem__(self, name: str) -> Any:
            self.asked.append(name)
            return {"a": 1}[name]

        def __iter__(self) -> Iterator[str]:
            raise AssertionError("The names are never listed.")

        def __len__(self) -> int:
            raise AssertionError("The names are never counted.")

    names = Asked()

    assert Script.compile("b = a + a\nif false:\n    c = z").run(names) == {"b": 2}
    assert names.asked == ["a"]


def test_defined_sees_what_the_script_assigned() -> None:
    assert run("a = defined(b)\nb = {'c': 1}\nd = defined(b.c)\ne = defined(x)", x=None) == {
        "a": False,
        "b": {"c": 1},
        "d": True,
        "e": True,
    }


@pytest.mark.parametrize(
    ("text", "reads", "writes"),
    [
        ("a = b + c.d", {"b", "c"}, {"a"}),
        ("a = 1\nb = a", set(), {"a", "b"}),
        ("b = a\na = 1", {"a"}, {"a", "b"}),
        ("a += 1", {"a"}, {"a"}),
        ("a.b = 1\nc[0].d = e", {"a", "c", "e"}, {"a", "c"}),
        ("a.b.append(1)\ndel c.d", {"a", "c"}, {"a", "c"}),
        ("if c:\n    a = 1\nb = a", {"a", "c"}, {"a", "b"}),
        ("if c:\n    a = 1\nelse:\n    a = 2\nb = a", {"c"}, {"a", "b"}),
        ("for x in xs:\n    a = x\nb = a", {"xs", "a"}, {"a", "b"}),
        ("for x in xs:\n    if x:\n        break\nelse:\n    a = 1\nb = a", {"xs", "a"}, {"a", "b"}),
        ("for x in xs:\n    a = x\n    b = a", {"xs"}, {"a", "b"}),
        ("a = [x for x in xs]", {"xs"}, {"a"}),
    ],
)
def test_a_script_knows_the_names_it_reads_and_writes(text: str, reads: set[str], writes: set[str]) -> None:
    script = Script.compile(text)

    assert (script.reads, script.writes) == (reads, writes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import os", "Nothing can be imported"),
        ("from os import path", "Nothing can be imported"),
        ("def f():\n    pass", "Functions cannot be defined"),
        ("@f\ndef g():\n    pass", "Functions cannot be defined"),
        ("class A:\n    pass", "Classes cannot be defined"),
        ("f = lambda: 1", "no lambda"),
        ("while true:\n    pass", "no while"),
        ("try:\n    a = 1\nexcept:\n    pass", "no try"),
        ("with a:\n    pass", "no with"),
        ("raise a", "no raise"),
        ("assert a", "no assert"),
        ("return 1", "no return"),
        ("global a", "no global"),
        ("nonlocal a", "no nonlocal"),
        ("async def f():\n    pass", "Functions cannot be defined"),
        ("match a:\n    case 1:\n        pass", "not part of the language"),
        ("a: int = 1", "take no type"),
        ("a = (b := 1)", "no :="),
        ("a = *b, 1", "no *"),
        ("*a, b = c", "names with commas"),
        ("(a, (b, c)) = d", "names with commas"),
        ("a.b, c = d", "names with commas"),
        ("a[0:1] = b", "Only names, a.b and a[i]"),
        ("len = 1", "len is a function"),
        ("now = 1", "now is a function"),
        ("true = 1", "true cannot be assigned"),
        ("None = 1", "cannot be read"),
        ("_a = 1", "underscore"),
        ("a._b = 1", "underscore"),
        ("a.__class__ = 1", "underscore"),
        ("for _ in a:\n    pass", "underscore"),
        ("del a", "assign null"),
        ("a @= b", "operator"),
        ("a == 1", "single '='"),
        ("a.append", "single '='"),
        ("break", "no loop"),
        ("for x in a:\n    pass\ncontinue", "no loop"),
        ("for x in a:\n    pass\nb = x", "lives in its loop only"),
        ("for x in a:\n    pass\nx = 1", "lives in its loop only"),
        ("x = 1\nfor x in a:\n    pass", "already a variable"),
        ("if a:\nb = 1", "cannot be read"),
        ("a = 1\n  b = 2", "cannot be read"),
        ("a = 1\n)", "closes nothing"),
        ("a = '\x00'", "cannot be read"),
    ],
)
def test_what_is_not_in_the_language_is_refused_when_compiled(text: str, message: str) -> None:
    with pytest.raises(ScriptSyntaxError) as caught:
        Script.compile(text, functions=frozenset({"now"}))

    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = missing", "There is no variable 'missing'"),
        ("missing.a = 1", "There is no variable 'missing'"),
        ("missing += 1", "There is no variable 'missing'"),
        ("x.a = 1", "Nothing can be set inside a number"),
        ("t[0] = 'a'", "Nothing can be set inside text"),
        ("xs[1] = 1", "There is no item 1"),
        ("d[1] = 1", "The key of a dict is text"),
        ("del d.z", "There is no 'z'"),
        ("del xs[5]", "There is no item 5"),
        ("del x.a", "Nothing can be deleted from a number"),
        ("a, b = xs", "needs a list of 2 items, not 1 items"),
        ("a, b = t", "needs a list of 2 items, not text"),
        ("xs += 1", "+ does not work with a list and a number"),
        ("xs.pop(3)", "no item 3"),
        ("xs.remove(9)", "Ask with 'in' first"),
        ("d.pop('z')", "no 'z'"),
        ("d.append(1)", "A dict has no method 'append'"),
        ("xs.pop('a', 2)", "pop takes 0 to 1 arguments, not 2"),
        ("d.update(xs)", "update takes a dict, not a list"),
        ("for x in 5:\n    pass", "cannot be gone through"),
    ],
)
def test_values_that_do_not_fit_are_an_error_that_says_so(text: str, message: str) -> None:
    with pytest.raises(ScriptRuntimeError) as caught:
        run(text, x=1, t="text", xs=[0], d={"a": 1})

    assert message in caught.value.message


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("\n    a = 1\n    b = a + missing\n", 22, 13),
        ("\n    if true:\n        xs[9] = 1\n", 22, 9),
        ("\n    a = 1\n    while a:\n        pass\n", 22, 5),
        ("\n    a = 1 +\n", 21, 12),
        ("a = 'ä' * missing", 20, 11),
        ("a = 1\r\nb = missing", 21, 5),
    ],
)
def test_an_error_names_line_and_column_in_the_authors_file(text: str, line: int, column: int) -> None:
    with pytest.raises(ScriptError) as caught:
        Script.compile(text, line=20).run({"xs": []})

    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_list_that_contains_itself_is_stopped_and_named() -> None:
    with pytest.raises(LimitExceeded, match=r"contains itself\. It is the value of 'a'"):
        run("a = []\na.append(a)")


def test_compiling_the_same_text_again_gives_the_same_script() -> None:
    assert Script.compile("a = 1") is Script.compile("a = 1")
