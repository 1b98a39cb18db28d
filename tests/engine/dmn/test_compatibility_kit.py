"""The decision tables of the public Technology Compatibility Kit of DMN (github.com/dmn-tck/tck).

`DMN_TCK` names the folder `TestCases` of a copy. Every expectation about a decision table is right, or its
file is refused at deployment: nothing is decided wrongly. The figures are those of docs/reference/dmn.md.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from lxml.etree import QName, _Element

from engine import dmn
from engine.errors import Invalid

KIT = Path(os.environ.get("DMN_TCK", "tck/TestCases"))
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NUMBERS = {"decimal", "double", "integer", "int", "float", "long"}
STATED = {"right": 55, "refused": 31}


@pytest.mark.proof
def test_every_expectation_of_the_kit_is_met_or_its_file_is_refused():
    assert KIT.is_dir(), "Set DMN_TCK to the folder TestCases of a copy of github.com/dmn-tck/tck."
    found: Counter[str] = Counter()
    for test in sorted(KIT.glob("*/*/*test*.xml")):
        found += verdicts(test)
    print(dict(found))

    assert dict(found) == STATED


def verdicts(test: Path) -> Counter[str]:
    """What becomes of the expectations of a file of the kit."""
    root = etree.parse(test).getroot()
    model = test.parent / "".join(named(root, "modelName").itertext())
    if not model.exists():
        return Counter()
    data = model.read_bytes()
    tables = {e.get("name"): e.get("id") for e in decision_tables(data)}
    expected = [
        (inputs_of(case), tables[result.get("name")], value(named(result, "expected")))
        for case in all_named(root, "testCase")
        for result in all_named(case, "resultNode")
        if result.get("name") in tables
    ]
    if not expected:
        return Counter()
    try:
        decisions = dmn.load(data)
    except Invalid:
        return Counter(refused=len(expected))
    return Counter(
        "right" if alike(decisions.evaluate(key, inputs, {}).value, wanted) else "wrong"
        for inputs, key, wanted in expected
    )


def decision_tables(data: bytes) -> Iterator[_Element]:
    for element in etree.fromstring(data).iter():
        if isinstance(element.tag, str) and QName(element).localname == "decisionTable":
            parent = element.getparent()
            if parent is not None and QName(parent).localname == "decision":
                yield parent


def all_named(element: _Element, name: str) -> list[_Element]:
    return [each for each in element if isinstance(each.tag, str) and QName(each).localname == name]


def named(element: _Element, name: str) -> _Element:
    return all_named(element, name)[0]


def inputs_of(case: _Element) -> dict[str, Any]:
    return {str(node.get("name")): value(node) for node in all_named(case, "inputNode")}


def value(node: _Element) -> Any:
    """What a node of a test says: a value, a list, or components."""
    for written in all_named(node, "value"):
        return None if written.get(XSI + "nil") == "true" else plain(written)
    for items in all_named(node, "list"):
        return [value(item) for item in all_named(items, "item")]
    return {part.get("name"): value(part) for part in all_named(node, "component")} or None


def plain(written: _Element) -> Any:
    kind, text = (written.get(XSI + "type") or "").rpartition(":")[2], written.text or ""
    if kind in NUMBERS:
        return float(text)
    return text == "true" if kind == "boolean" else text


def alike(one: Any, other: Any) -> bool:
    """Equal, numbers to eight places."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < 1e-8
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other
