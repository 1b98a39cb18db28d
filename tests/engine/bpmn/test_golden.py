"""Cases that an earlier Baton saved go on in this one as they went on then."""

from typing import Any

import pytest

from engine import bpmn
from tests.engine.bpmn import golden
from tests.engine.bpmn.support import Case

KEPT = dict(golden.kept())


def test_every_scenario_is_kept():
    assert set(KEPT) == {golden.path_of(name).stem for name in golden.SCENARIOS}


@pytest.mark.parametrize("name", KEPT)
def test_a_case_that_was_saved_goes_on_as_it_did_then(name: str):
    document = KEPT[name]
    case = restored(document)

    assert golden.seen(case) == document["before"]
    golden.play(case, document["moves"])

    assert golden.seen(case) == document["after"]


@pytest.mark.parametrize("name", KEPT)
def test_what_was_saved_is_saved_again_as_it_was(name: str):
    """Else the first look at a case would change it, and an older node beside this one could not read it."""
    document = KEPT[name]
    case = restored(document)
    before = case.state

    case.wait(seconds=0)

    assert document["format"] == bpmn.FORMAT
    assert case.state == before


def restored(document: dict[str, Any]) -> Case:
    """The case, knowing what waits outside as the database would."""
    executables = document["executables"]
    first = next(iter(executables))
    process = bpmn.specification(executables[first], 1, lambda key, _version: executables[key])
    return Case.restored(process, golden.state_of(document), document["waiting"])
