"""Reports over all cases: which promises were kept, and what fired on the way, counted for each priority."""

from dataclasses import asdict

import pytest

from engine import escalations, reports
from engine.errors import Forbidden
from engine.people import Person
from engine.reports import Attainment, percentile
from tests.engine.bpmn import support as draw
from tests.engine.bpmn.support import mark
from tests.engine.levels import promise, target
from tests.engine.support import ANN, AUDRA, DESK, MIA, SAM, Desk, traffic
from tests.engine.test_clocks import drawn

HALF = {"at": "50%", "do": []}
PAUSING = drawn(
    draw.user("work", **DESK), draw.user("ask", mark("pause resolution"), **DESK), draw.user("go", **DESK)
)


def attainment(desk: Desk, by: Person = MIA) -> dict[int | None, Attainment]:
    with desk.database.transaction(write=False) as session:
        return reports.attainment(session, "p", by=by)["resolution"]


def fired(desk: Desk, by: Person = MIA) -> reports.Fired:
    with desk.database.transaction(write=False) as session:
        return reports.fired(session, "p", by=by)


def counts(found: Attainment) -> dict[str, int]:
    return {name: count for name, count in asdict(found).items() if name != "used" and count}


def test_promises_are_counted_as_they_ended(desk: Desk) -> None:
    promise(desk, target(priority=1), target(priority=2, target="PT1H"))
    desk.deploy(PAUSING)
    kept, late, cancelled, going_on, nobodys = (desk.start({"prio": prio}) for prio in (1, 2, 1, 1, 3))
    desk.wait(hours=2)
    for case in (kept, late, nobodys):
        for element in ("work", "ask", "go"):
            desk.do(element, case)
    desk.do("work", going_on)

    desk.operate("cancel", cancelled)

    found = attainment(desk)
    assert list(found) == [1, 2, 3]
    assert counts(found[1]) == {"kept": 1, "cancelled": 1, "open": 1, "pauses": 2}
    assert counts(found[2]) == {"breached": 1, "pauses": 1}
    assert counts(found[3]) == {"unmeasured": 1, "pauses": 1}
    assert [found[priority].used for priority in (1, 2, 3)] == [[0.5], [2.0], []]
    assert [found[priority].kept_of_ended for priority in (1, 2, 3)] == [1.0, 0.0, None]
    assert [found[priority].clocks for priority in (1, 2, 3)] == [3, 1, 1]


def test_a_clock_counts_for_the_last_priority_of_its_case_and_without_one_at_the_end(desk: Desk) -> None:
    promise(desk, target())
    desk.deploy(PAUSING)
    desk.start()
    raised = desk.start({"prio": 4})

    desk.change(raised, prio=1)

    assert {priority: found.open for priority, found in attainment(desk).items()} == {1: 1, None: 1}
    assert list(attainment(desk)) == [1, None]


def test_a_promise_that_was_broken_before_a_pause_stays_broken(desk: Desk) -> None:
    promise(desk, target(target="PT1H"))
    desk.deploy(PAUSING)
    case = desk.start({"prio": 1})
    desk.wait(hours=1, minutes=1)

    for element in ("work", "ask", "go"):
        desk.do(element, case)

    assert counts(attainment(desk)[1]) == {"breached": 1, "pauses": 1}


def test_thresholds_are_counted_by_name_and_how_late_they_were(desk: Desk) -> None:
    promise(desk, target(thresholds=[HALF]))
    desk.deploy(PAUSING)
    first, second = desk.start(), desk.start()
    desk.wait(hours=2, seconds=30)
    desk.do("work", second)

    desk.wait(hours=2)

    found = fired(desk)
    assert found.times == {("resolution", "50"): 2, ("resolution", "100"): 1}
    assert sorted(found.lateness) == [30.0, 30.0, 30.0]
    assert found.given_up == 0
    assert desk.told(first).count("threshold fired") == 2


def test_a_threshold_that_was_given_up_did_not_fire(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no")

    promise(desk, target())
    desk.deploy(PAUSING)
    desk.start()
    monkeypatch.setattr(escalations, "fire", fails)

    for _ in range(5):
        desk.wait(hours=5)

    found = fired(desk)
    assert (found.times, found.given_up, found.lateness) == ({}, 1, [])


def test_each_report_is_one_statement_however_many_cases_there_are(desk: Desk) -> None:
    promise(desk, target(thresholds=[HALF]))
    desk.deploy(PAUSING)
    for _ in range(5):
        desk.start()
    desk.wait(hours=3)

    with traffic(desk.database) as heard:
        attainment(desk)
        fired(desk)

    assert len([statement for statement in heard.statements if statement.startswith("SELECT")]) == 2


@pytest.mark.parametrize("by", [ANN, SAM])
def test_only_those_who_oversee_read_reports(desk: Desk, by: Person) -> None:
    with pytest.raises(Forbidden):
        attainment(desk, by)
    with pytest.raises(Forbidden):
        fired(desk, by)
    assert fired(desk, AUDRA).times == {}


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([], 50, None), ([3], 99, 3), ([4, 1, 3, 2], 50, 2), (range(1, 101), 90, 90), (range(1, 102), 99, 100)],
)
def test_a_percentile_is_a_value_that_was_there(values: list[float], percent: int, expected: float) -> None:
    assert percentile(values, percent) == expected
