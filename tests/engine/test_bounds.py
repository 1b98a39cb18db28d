"""What one case, one batch of timers or one form may take, so that the others get their turn."""

import itertools
import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from engine import timers
from engine.errors import Invalid
from engine.forms import UNDECLARED, Form, check_document
from tests.engine.bpmn import support as draw
from tests.engine.support import DESK, Desk, line

# -- cases ---------------------------------------------------------------------------------------------------


def test_a_thousand_failures_are_told_as_twenty_and_all_can_be_retried(desk: Desk) -> None:
    many = draw.node(
        "scriptTask", "bad", draw.each(times=1000), "<script>x = y</script>", scriptFormat="python"
    )
    desk.deploy(line(many, draw.user("work", **DESK)))

    case = desk.start()

    failures = desk.case(case).failures
    assert desk.case(case).state == "failed"
    assert [failure["element"] for failure in failures] == ["bad"] * 20
    assert len(desk.history(case, "failed")) == 1000

    desk.change(case, y=1)
    desk.operate("retry", case)

    assert (desk.case(case).state, desk.case(case).failures, desk.open(case)) == ("active", [], ["work"])
    desk.check()


def test_a_long_message_of_a_failure_is_told_by_its_first_thousand_characters(desk: Desk) -> None:
    desk.deploy(line(draw.script("bad", f"x = {'y' * 5000}")))

    (failure,) = desk.case(desk.start()).failures

    assert failure["message"].startswith("Line 1, column 5: ")
    assert len(failure["message"]) == 1000


# -- timers --------------------------------------------------------------------------------------------------

NAP = line(draw.catch("sleep", draw.timer("PT30M")), key="nap")


def sweep_once(desk: Desk) -> timers.Swept:
    with desk.database.transaction() as session:
        return timers.sweep(session, desk.now)


def fired(desk: Desk, case: str) -> int:
    return len(desk.history(case, "timer fired"))


def test_repetitions_that_are_years_behind_keep_no_other_timer_waiting_for_long(desk: Desk) -> None:
    tick = draw.boundary(
        "tick", "work", draw.timer_of("timeCycle", "R99999/2000-01-01T00:00:00Z/PT1S"), False
    )
    after = draw.end("ticked") + draw.path("tick ticked")
    desk.deploy(line(draw.user("work", **DESK), beside=(tick, after)))
    desk.deploy(NAP)
    behind = [desk.start() for _ in range(25)]
    case = desk.start(key="nap")

    desk.clock.advance(timedelta(hours=1))
    batches = [sweep_once(desk), sweep_once(desk)]

    assert [batch.cases for batch in batches] == [timers.BATCH, timers.BATCH]
    assert desk.case(case).state == "completed"
    assert all(fired(desk, one) >= 1 for one in behind)
    desk.check()


def test_a_batch_that_takes_long_ends_early_and_leaves_the_rest_due(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.deploy(NAP)
    cases = [desk.start(key="nap") for _ in range(8)]
    desk.clock.advance(timedelta(hours=1))
    looks = itertools.count(step=timers.BATCH_SECONDS / 2.5)  # so much passes before each look at the clock

    with monkeypatch.context() as patch:
        patch.setattr(timers, "time", SimpleNamespace(monotonic=lambda: next(looks)))
        batch = sweep_once(desk)

    assert (batch.fired, batch.failed) == (3, 0)
    assert sorted(fired(desk, case) for case in cases) == [0] * 5 + [1] * 3
    assert desk.sweep() == 5
    assert [fired(desk, case) for case in cases] == [1] * 8
    desk.check()


def test_every_batch_fires_something_however_long_it_takes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.deploy(NAP)
    cases = [desk.start(key="nap") for _ in range(4)]
    looks = itertools.count(step=timers.BATCH_SECONDS * 10)
    monkeypatch.setattr(timers, "time", SimpleNamespace(monotonic=lambda: next(looks)))

    assert desk.wait(hours=1) == 4

    assert [batch.fired for batch in desk.swept] == [1, 1, 1, 1]
    assert [desk.case(case).state for case in cases] == ["completed"] * 4


# -- forms ---------------------------------------------------------------------------------------------------


def alternatives(number: int) -> dict[str, Any]:
    """A list whose every item may be one of so many things."""
    options = [{"type": "string", "const": f"option {one}"} for one in range(number)]
    return {"type": "object", "properties": {"items": {"type": "array", "items": {"anyOf": options}}}}


def patterns(number: int) -> dict[str, Any]:
    """Fields that are named by so many patterns."""
    return {
        "type": "object",
        "patternProperties": {f"^a*b?{one}$": {"maxLength": 5} for one in range(number)},
    }


ALTERNATIVES, PATTERNS = alternatives(600), patterns(1_900)
TOO_LONG = "This takes too long to check. Send less."
HEAVY = {
    "100 items of 600 alternatives": (ALTERNATIVES, {"items": [f"none {one}" for one in range(100)]}),
    "9,000 items of 600 alternatives": (ALTERNATIVES, {"items": [f"none {one}" for one in range(9_000)]}),
    "300 fields for 1,900 patterns": (PATTERNS, {f"{'a' * 100}{one}": "x" for one in range(300)}),
    "9,000 fields for 1,900 patterns": (PATTERNS, {f"{'a' * 10}{one}": "x" for one in range(9_000)}),
}


@pytest.mark.parametrize(("schema", "data"), HEAVY.values(), ids=HEAVY)
def test_a_submission_that_is_slow_to_check_is_refused_in_time(
    schema: dict[str, Any], data: dict[str, Any]
) -> None:
    assert check_document({"schema": schema, "ui": {}}, "p/form.json") == []
    form = Form({"schema": schema, "ui": {}})
    began = time.process_time()

    with pytest.raises(Invalid) as caught:
        form.check(data)

    assert time.process_time() - began < 5  # ten times the bound: a busy machine counts more
    (told,) = {problem.detail for problem in caught.value.problems}
    assert told in (TOO_LONG, "This is not one of the allowed values.", UNDECLARED)
    if len(data.get("items", data)) == 9_000:
        assert [(problem.pointer, problem.detail) for problem in caught.value.problems] == [
            ("#/data", TOO_LONG)
        ]
    assert form.check({}) == {}  # the time is each submission's own
