"""Cases that begin by themselves: at a time, with a message, with a signal."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engine import deployments, scheduler, starts
from engine.bpmn import prepare
from engine.deployments import File
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store.base import Database
from engine.store.process_instances import ProcessInstanceRow
from engine.store.starts import StartEventRow
from tests.engine.bpmn import support as draw
from tests.engine.support import ANN, AUDRA, DESK, MIA, PAT, SAM, Desk, at_once, line, on_process

DECLARED = {"messages": ("order", "ring"), "signals": ("alarm",)}


def begun_by(*events: str, key: str = "b") -> bytes:
    """A process that begins at s0, s1... and goes to one task."""
    begins = [draw.start(f"s{number}", event) for number, event in enumerate(events)]
    paths = [draw.path(f"s{number} work") for number, _ in enumerate(events)]
    return draw.diagram(*begins, draw.user("work", **DESK), *paths, key=key, **DECLARED)


ORDERED = begun_by(draw.message("order", payload=""))


def cases(desk: Desk, key: str = "b") -> list[str]:
    row = ProcessInstanceRow
    return desk.rows(select(row.id).where(row.definition_key == key).order_by(row.number))


def started(desk: Desk, case: str) -> tuple[str | None, str | None]:
    """(at which start event, by whom) a case began."""
    (entry,) = desk.history(case, "started")
    return entry.element, entry.actor


# -- messages -----------------------------------------------------------------------------------------------


def test_a_message_that_no_case_waits_for_begins_one(desk: Desk) -> None:
    desk.deploy(ORDERED)

    delivery = desk.send("order", by=SAM, payload={"item": "desk", "number": 2})

    (case,) = cases(desk)
    assert (delivery.instance, delivery.element) == (case, "s0")
    assert (desk.open(case), desk.variables(case)) == (["work"], {"item": "desk", "number": 2})
    assert (desk.case(case).requester, started(desk, case)) == ("sam", ("s0", "sam"))
    desk.check()


def test_a_case_that_waits_goes_before_one_that_could_begin(desk: Desk) -> None:
    desk.deploy(ORDERED)
    desk.deploy(line(draw.catch("call", draw.message("order")), key="w", **DECLARED))
    waiting = desk.start(key="w")

    desk.send("order", by=MIA)

    assert (desk.case(waiting).state, cases(desk)) == ("completed", [])


def test_every_message_begins_a_case_of_its_own(desk: Desk) -> None:
    desk.deploy(ORDERED)

    for _ in range(3):
        desk.send("order", by=SAM)

    assert len(cases(desk)) == 3


def test_only_those_who_may_start_it_begin_it(desk: Desk) -> None:
    desk.deploy(on_process(ORDERED, 'camunda:candidateStarterGroups="service-desk"'))

    for outsider in (ANN, AUDRA):
        with pytest.raises(Forbidden):
            desk.send("order", by=outsider)
    desk.send("order", by=SAM)

    assert len(cases(desk)) == 1


def test_two_processes_that_begin_with_one_message_are_a_conflict(desk: Desk) -> None:
    desk.deploy(ORDERED)
    desk.deploy(begun_by(draw.message("order"), key="c"))

    with pytest.raises(Conflict):
        desk.send("order", by=SAM)


def test_a_message_for_a_named_case_begins_none(desk: Desk) -> None:
    desk.deploy(ORDERED)

    with pytest.raises(NotFound):
        desk.send("order", by=SAM, instance="nothing")


@pytest.mark.parametrize("payload", [{"requester": "ann"}, {"case_number": "X"}, {"no name": 1}, {"_x": 1}])
def test_a_payload_is_not_taken_for_what_baton_says_itself(desk: Desk, payload) -> None:
    desk.deploy(ORDERED)

    with pytest.raises(Invalid):
        desk.send("order", by=SAM, payload=payload)

    assert cases(desk) == []


def test_a_payload_goes_where_the_diagram_says_or_is_refused(desk: Desk) -> None:
    desk.deploy(begun_by(draw.message("order", payload="order"), draw.message("ring")))

    desk.send("order", by=SAM, payload={"requester": "x"})
    with pytest.raises(Invalid):
        desk.send("ring", by=SAM, payload={"a": 1})
    desk.send("ring", by=SAM)

    one, two = cases(desk)
    assert (desk.variables(one), desk.variables(two)) == ({"order": {"requester": "x"}}, {})
    assert [started(desk, case)[0] for case in (one, two)] == ["s0", "s1"]


def test_a_diagram_begins_another_with_a_message_for_the_same_requester(desk: Desk) -> None:
    desk.deploy(ORDERED)
    desk.deploy(line(draw.throw("x", draw.message("order", payload="told")), key="s", **DECLARED))

    sender = desk.start({"told": {"item": "chair"}}, key="s", by=ANN)
    desk.sweep()

    (case,) = cases(desk)
    assert (desk.case(case).requester, desk.variables(case)) == ("ann", {"item": "chair"})
    (entry,) = desk.history(case, "started")
    assert (entry.actor, entry.detail["from"]) == (None, desk.case(sender).number)
    desk.check()


# -- signals ------------------------------------------------------------------------------------------------


def test_a_signal_begins_a_case_of_every_process_that_begins_with_it(desk: Desk) -> None:
    desk.deploy(begun_by(draw.signal("alarm", payload="told")))
    desk.deploy(begun_by(draw.signal("alarm"), key="c"))
    desk.deploy(line(draw.throw("x", draw.signal("alarm", payload="what")), key="s", **DECLARED))

    desk.start({"what": {"n": 1}}, key="s")
    desk.sweep()

    assert [len(cases(desk, key)) for key in "bc"] == [1, 1]
    assert desk.variables(cases(desk, "b")[0]) == {"told": {"n": 1}}
    assert desk.variables(cases(desk, "c")[0]) == {}
    desk.check()


# -- timers -------------------------------------------------------------------------------------------------


def test_a_timer_begins_a_case_at_its_time_after_deployment(desk: Desk) -> None:
    desk.deploy(begun_by(draw.timer("PT1H")))

    desk.wait(minutes=59)
    assert cases(desk) == []
    desk.wait(minutes=1)
    desk.wait(days=9)

    (case,) = cases(desk)
    assert (desk.open(case), desk.case(case).requester, started(desk, case)) == (["work"], None, ("s0", None))
    desk.check()


def test_a_cycle_begins_one_each_time_and_after_an_outage_all_in_order(desk: Desk) -> None:
    desk.deploy(begun_by(draw.timer_of("timeCycle", "R4/PT1H")))

    desk.wait(hours=1)
    assert len(cases(desk)) == 1
    desk.wait(hours=9)

    due = [desk.history(case, "started")[0].detail["due"] for case in cases(desk)]
    assert due == [f"2026-03-02T{hour}:00:00.000000Z" for hour in (10, 11, 12, 13)]
    assert desk.rows(select(StartEventRow.next_at)) == [None]


def test_a_daily_case_begins_by_the_wall_clock_of_its_zone(desk: Desk) -> None:
    files = [File("p.bpmn", begun_by(draw.timer_of("timeCycle", "R/2026-03-28T09:00:00/P1D")))]
    with desk.database.transaction() as session:
        deployments.deploy(session, files, by=PAT, now=desk.now, zone="Europe/Berlin")

    desk.wait(seconds=(datetime(2026, 3, 30, 12, tzinfo=UTC) - desk.now).total_seconds())

    due = [desk.history(case, "started")[0].detail["due"][8:13] for case in cases(desk)]
    assert due == ["28T08", "29T07", "30T07"]


def test_a_new_version_begins_by_its_own_events_alone(desk: Desk) -> None:
    desk.deploy(begun_by(draw.timer("PT1H"), draw.message("order")))
    desk.deploy(begun_by(draw.timer("PT2H")))

    desk.wait(minutes=90)
    with pytest.raises(NotFound):
        desk.send("order", by=SAM)
    assert cases(desk) == []
    desk.wait(minutes=30)

    assert [desk.case(case).version for case in cases(desk)] == [2]


def test_deploying_the_same_bytes_again_moves_no_time(desk: Desk) -> None:
    desk.deploy(begun_by(draw.timer("PT1H")))
    desk.wait(minutes=30)
    desk.deploy(begun_by(draw.timer("PT1H")))

    desk.wait(minutes=30)

    assert len(cases(desk)) == 1


def test_an_attempt_that_fails_is_made_again_and_never_given_up(desk: Desk, monkeypatch) -> None:
    desk.deploy(begun_by(draw.timer("PT1H")))
    begin = starts.begin

    def fail(*_about, **_more):
        raise RuntimeError("broken")

    monkeypatch.setattr(starts, "begin", fail)
    for minutes in (60, 1, 4, 9, 16, 25, 30, 30):
        desk.wait(minutes=minutes)
    assert desk.rows(select(StartEventRow.attempts)) == [8]
    monkeypatch.setattr(starts, "begin", begin)
    desk.wait(minutes=30)

    assert len(cases(desk)) == 1
    assert desk.rows(select(StartEventRow.cause)) == [None]


def test_two_nodes_at_once_begin_a_case_once(desk: Desk) -> None:
    desk.deploy(begun_by(draw.timer_of("timeCycle", "R10/PT1M")))
    desk.clock.advance(timedelta(hours=1))
    nodes = [Database(desk.database.url.render_as_string(False), desk.clock) for _ in range(2)]
    if desk.database.is_sqlite:  # one process owns a file: there are threads, no nodes
        nodes = [desk.database] * 2

    at_once(*(lambda node=node: scheduler.sweep_all(node) for node in nodes))
    desk.sweep()

    assert len(cases(desk)) == 10
    for node in nodes:
        node.close()
    desk.check()


# -- beside a plain start -----------------------------------------------------------------------------------


def test_a_process_may_begin_by_hand_and_by_itself(desk: Desk) -> None:
    both = (draw.start("plain"), draw.start("called", draw.message("order")), draw.user("work", **DESK))
    other = (draw.user("other", **DESK), draw.path("plain work"), draw.path("called other"))
    desk.deploy(draw.diagram(*both, *other, key="b", **DECLARED))

    by_hand = desk.start(key="b")
    by_itself = desk.send("order", by=SAM).instance

    assert (desk.open(by_hand), desk.open(by_itself)) == (["work"], ["other"])


def test_what_only_begins_by_itself_is_not_started_by_hand(desk: Desk) -> None:
    desk.deploy(ORDERED)

    with pytest.raises(Conflict, match="begins by itself"):
        desk.start(key="b")


def test_what_only_begins_by_itself_cannot_be_called(desk: Desk) -> None:
    desk.deploy(ORDERED)

    for caller in (line(draw.call("c", "b")), line(draw.call("c", "b", binding="version", number=1))):
        with pytest.raises(Invalid) as caught:
            desk.deploy(caller)
        assert "no plain start event" in caught.value.problems[0].detail


# -- the gate -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "element", "reason"),
    [
        ((draw.timer("${wait}"),), "s0", "plain ISO 8601 text"),
        ((draw.timer("soon"),), "s0", "soon"),
        ((draw.message("order", key="${x}"),), "s0", "no correlation key"),
        ((draw.message("order"), draw.message("order")), "s1", "Another start event"),
        ((draw.conditional("x > 1"),), "s0", "conditional"),
        ((draw.error(),), "s0", "error"),
        ((draw.escalation(),), "s0", "escalation"),
    ],
)
def test_a_start_that_could_not_begin_a_case_is_refused(events, element, reason) -> None:
    with pytest.raises(Invalid) as caught:
        prepare("x.bpmn", begun_by(*events), lambda _: True)

    assert [(each.element, reason in each.detail) for each in caught.value.problems] == [(element, True)]
