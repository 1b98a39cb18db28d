"""The browser and the server judge what is filled into our forms alike, field by field."""

import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import forms
from engine.errors import Invalid
from tests.web.browser import NODE

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
FORMS = sorted((ROOT / "forms").glob("*/*.json"))
FILLED_IN = 60
JUDGE = """
import {readFileSync} from 'node:fs';
import {faultsOf} from './faults.js';
const cases = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(cases.map(([schema, data]) => faultsOf(schema, data).map(({path}) => path))));
"""
# The server alone decides on these; whatever is generated for them is right.
FORMATTED = {"date": "2026-03-31", "date-time": "2026-03-31T14:00:00Z", "email": "bo@example.org"}

Case = tuple[dict[str, Any], dict[str, Any]]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A script that tells which fields the browser finds wrong, made of the code that the pages run."""
    folder = tmp_path_factory.mktemp("judge")
    bundler = WEB / "node_modules" / "rolldown" / "bin" / "cli.mjs"
    source = WEB / "src" / "forms" / "faults.ts"
    subprocess.run([NODE, bundler, source, "--dir", folder, "--log-level", "silent"], check=True, cwd=WEB)
    script = folder / "judge.mjs"
    (folder / "package.json").write_text('{"type": "module"}')
    script.write_text(JUDGE)
    return script


def of_the_browser(judge: Path, cases: list[Case]) -> list[set[str]]:
    asked = json.dumps(cases).encode()
    answered = subprocess.run([NODE, judge], input=asked, capture_output=True, check=True).stdout
    return [{pointer(path) for path in paths} for paths in json.loads(answered)]


def of_the_server(form: forms.Form, data: dict[str, Any]) -> set[str]:
    try:
        form.check(data)
    except Invalid as invalid:
        # A page sends no field that its form has not.
        found = invalid.problems
        return {str(problem.pointer) for problem in found if problem.detail != forms.UNDECLARED}
    return set()


def pointer(path: list[str | int]) -> str:
    return "/".join(["#/data", *map(str, path)])


def layers(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema, and all that may hold beside it."""
    yield schema
    parts = [part for word in ("allOf", "anyOf", "oneOf") for part in schema.get(word, ())]
    parts += [schema[word] for word in ("then", "else") if word in schema]
    for part in parts:
        yield from layers(part)


def anything(schema: dict[str, Any], chance: random.Random) -> Any:
    """Mostly what fits, often what nearly does, and now and then what does not at all."""
    if chance.random() < 0.06:
        texts = [] if "format" in schema else ["", "x" * 5000]
        return chance.choice([None, 0, -1, 1.5, True, [], {}, *texts])
    if "enum" in schema:
        return chance.choice([*schema["enum"], *schema["enum"], "other"])
    if "const" in schema:
        return schema["const"]
    if "format" in schema:
        return FORMATTED[schema["format"]]
    kind = schema.get("type", "string")
    if kind == "object":
        return filled_in(schema, chance)
    if kind == "array":
        count = chance.choice([0, schema.get("minItems", 1), 2, schema.get("maxItems", 2) + 1])
        # Not so many that the server stops telling: it names a hundred faults.
        return [anything(schema.get("items", {}), chance) for _ in range(min(count, 21))]
    if kind in ("integer", "number"):
        edges = [schema.get("minimum", 0), schema.get("maximum", 9)]
        return chance.choice([*edges, edges[0] - 1, edges[1] + 1, edges[0] + 0.5, 4.35])
    if kind == "boolean":
        return chance.random() < 0.5
    longest = schema.get("maxLength", 40)
    return chance.choice(["some words", "", "不", "é" * longest, "x" * (longest + 1), "\U0001f600" * longest])


def filled_in(schema: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    declared: dict[str, dict[str, Any]] = {}
    for layer in layers(schema):
        for name, field in layer.get("properties", {}).items():
            declared[name] = declared.get(name, {}) | field
    return {name: anything(field, chance) for name, field in declared.items() if chance.random() < 0.75}


@pytest.mark.parametrize("file", FORMS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_browser_and_server_find_the_same_fields_wrong(file: Path, judge: Path) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))
    form, chance = forms.Form(document), random.Random(file.stem)
    cases = [(document["schema"], filled_in(document["schema"], chance)) for _ in range(FILLED_IN)]

    verdicts = zip(cases, of_the_browser(judge, cases), strict=True)
    differences = [
        (data, sorted(browser ^ server))
        for (_, data), browser in verdicts
        if browser != (server := of_the_server(form, data))
    ]

    assert differences == []
    assert any(of_the_server(form, data) for _, data in cases)
