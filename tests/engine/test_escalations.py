"""Thresholds: fired once, in order with the case's timers, and what they do."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import clocks, escalations, timers
from engine.errors import Conflict
from engine.service_levels import Kind
from engine.store.clocks import ClockRow
from engine.store.notifications import NotificationRow
from engine.store.process_instances import ProcessInstanceRow
from tests.engine.bpmn import support as draw
from tests.engine.bpmn.support import mark
from tests.engine.levels import calendar, create, promise, service, target
from tests.engine.support import DESK, MIA, NOW, ROOT, Desk, traffic
from tests.engine.test_clocks import at, drawn, fired

WORK = drawn(draw.user("work", **DESK), draw.user("check", candidateGroups="cab"))


def points(**does: Any) -> list[dict[str, Any]]:
    """Thresholds: `p50=[...]` is at 50 %."""
    return [{"at": f"{name[1:]}%", "do": do} for name, do in does.items()]


def notified(desk: Desk) -> list[tuple[str, str]]:
    """(person, threshold) of each notification, in order."""
    rows = desk.rows(select(NotificationRow).order_by(NotificationRow.id))
    return sorted((row.person, row.threshold) for row in rows)


def listening(
    message: str = "sla.resolution.75", interrupting: bool = False, payload: str | None = None
) -> bytes:
    """A case whose diagram catches a threshold and opens a review."""
    begins = draw.start("begins", draw.message(message, payload=payload), isInterrupting=interrupting)
    inner = draw.event_sub(
        "e", begins, draw.user("review", candidateGroups="cab"), draw.path("begins review")
    )
    declared = f'<message id="{message}" name="{message}"/>'.encode()
    drawn_ = drawn(draw.user("work", **DESK), beside=(inner,))
    return drawn_.replace(b"<process", declared + b"<process", 1)


# -- when ---------------------------------------------------------------------------------------------------


def test_thresholds_fire_at_their_times_in_their_order_and_once(desk: Desk) -> None:
    after = {"at": "after.PT1H", "do": []}
    promise(desk, target(thresholds=[after, *points(p75=[], p50=[])]))
    desk.deploy(WORK)
    case = desk.start()

    assert desk.wait(hours=1.99) == 0
    assert desk.wait(hours=0.01) == 1
    assert desk.wait(hours=10) == 3

    assert fired(desk, case) == [
        ("50", at(hours=2)), ("75", at(hours=3)), ("100", at(hours=4)), ("after.PT1H", at(hours=5)),
    ]  # fmt: skip
    assert desk.sweep() == 0
    assert [late for swept in desk.swept for late in swept.thresholds] == [0, 9 * 3600, 8 * 3600, 7 * 3600]
    assert sum(swept.breaches for swept in desk.swept) == 1
    assert desk.measured(case).next_at is None
    desk.check()


def test_a_threshold_that_no_diagram_waits_for_loads_no_case(desk: Desk) -> None:
    promise(desk, target())
    desk.deploy(WORK)
    desk.clone(desk.start(), 30)
    desk.clock.advance(timedelta(hours=5))

    with traffic(desk.database) as heard:
        assert desk.sweep() == 31

    assert not any("state_data" in statement for statement in heard.statements)
    assert len(heard.statements) <= 20, heard.statements
    assert heard.commits == 1


def test_what_was_reached_before_a_stop_fires_after_it(desk: Desk) -> None:
    promise(desk, target(thresholds=points(p50=[])))
    desk.deploy(WORK)
    case = desk.start()
    desk.clock.advance(timedelta(hours=3))

    desk.do("work", case)
    desk.do("check", case, by=ROOT)

    assert desk.case(case).state == "completed"
    assert desk.wait(days=1) == 1
    assert fired(desk, case) == [("50", at(hours=2))]
    desk.check()


def test_a_threshold_is_not_late_by_less_than_nothing_when_the_systems_clock_was_set_back(desk: Desk) -> None:
    half = points(p50=[])
    promise(desk, target(thresholds=half), target(priority=1, target="PT2H", thresholds=half))
    desk.deploy(WORK)
    case = desk.start()
    desk.clock.advance(timedelta(minutes=90))
    desk.change(case, prio=1)
    desk.clock.set(at(minutes=75))

    assert desk.sweep() == 1

    assert desk.swept[-1].thresholds == [0]
    assert desk.measured(case).changed_at == at(minutes=90)
    desk.check()


def test_timers_and_thresholds_of_a_case_go_in_the_order_they_are_due(desk: Desk) -> None:
    promise(desk, target(thresholds=points(p75=[])))
    late = draw.boundary("late", "work", draw.timer("PT3H30M"), interrupting=False)
    early = draw.boundary("early", "work", draw.timer("PT2H"), interrupting=False)
    ends = (late, early, draw.path("late end"), draw.path("early end"))
    desk.deploy(drawn(draw.user("work", **DESK), beside=ends))
    case = desk.start()

    assert desk.wait(days=1) == 4

    told = [row.kind for row in desk.history(case, "timer fired", "threshold fired")]
    assert told == ["timer fired", "threshold fired", "timer fired", "threshold fired"]
    desk.check()


def test_a_timer_that_stops_a_clock_disarms_its_later_thresholds(desk: Desk) -> None:
    promise(desk, target())
    stop = draw.boundary("stop", "work", draw.timer("PT2H")).replace(
        "<timerEventDefinition>", mark("stop resolution") + "<timerEventDefinition>"
    )
    desk.deploy(
        drawn(draw.user("work", **DESK), draw.user("go", **DESK), beside=(stop, draw.path("stop go")))
    )
    case = desk.start()

    assert desk.wait(hours=2) == 1

    assert desk.measured(case).state == "stopped"
    assert desk.wait(days=1) == 0
    desk.check()


# -- into the diagram ---------------------------------------------------------------------------------------


def test_a_diagram_catches_a_threshold_in_the_same_moment(desk: Desk) -> None:
    promise(desk, target(thresholds=points(p75=[])))
    desk.deploy(listening(payload="told"))
    case = desk.start()

    assert desk.wait(hours=3) == 1

    assert desk.open(case) == ["review", "work"]
    due = "2026-03-02T12:00:00.000000Z"
    assert desk.variables(case)["told"] == {"clock": "resolution", "threshold": "75", "due": due}
    kinds = [row.kind for row in desk.history(case, "threshold fired", "message")]
    assert kinds == ["threshold fired", "message"]
    desk.check()


def test_a_message_nobody_waits_for_is_not_kept(desk: Desk) -> None:
    promise(desk, target(thresholds=points(p75=[])))
    waits = draw.receive("listen", "sla.resolution.75")
    diagram = drawn(draw.user("work", **DESK), waits).replace(
        b"<process", b'<message id="sla.resolution.75" name="sla.resolution.75"/><process', 1
    )
    desk.deploy(diagram)
    case = desk.start()
    desk.wait(hours=3)

    desk.do("work", case)
    desk.wait(hours=3)

    assert [row.name for row in desk.subscriptions(case)] == ["sla.resolution.75"]
    desk.check()


def test_two_catchers_present_both_catch_it(desk: Desk) -> None:
    promise(desk, target(thresholds=points(p75=[])))
    ring = draw.boundary("ring", "work", draw.message("sla.resolution.75"), interrupting=False)
    declared = b'<message id="sla.resolution.75" name="sla.resolution.75"/><process'
    beside = (ring, draw.user("call", **DESK), draw.path("ring call"))
    begins = draw.start("begins", draw.message("sla.resolution.75"), isInterrupting=False)
    inner = draw.event_sub("e", begins, draw.user("review", **DESK), draw.path("begins review"))
    diagram = drawn(draw.user("work", **DESK), beside=(*beside, inner))
    desk.deploy(diagram.replace(b"<process", declared, 1))
    case = desk.start()

    desk.wait(hours=3)

    assert desk.open(case) == ["call", "review", "work"]
    desk.check()


# -- what it does -------------------------------------------------------------------------------------------


def test_people_roles_groups_and_those_concerned_are_told_once_each(desk: Desk) -> None:
    to = {
        "people": ["nia"],
        "roles": ["service-manager"],
        "groups": ["network"],
        "to": ["assignee", "requester"],
    }
    offered = {"to": ["group"]}
    promise(desk, target(thresholds=points(p50=[{"notify": to}], p75=[{"notify": offered}])))
    desk.deploy(WORK)
    case = desk.start()
    desk.claim(desk.task("work", case))

    desk.wait(hours=2)
    assert notified(desk) == [("ann", "50"), ("mia", "50"), ("nia", "50"), ("sam", "50")]
    desk.wait(hours=1)

    told = {person for person, threshold in notified(desk) if threshold == "75"}
    assert told == {"audra", "sam", "sue"}
    (row,) = [r for r in desk.rows(select(NotificationRow)) if (r.person, r.threshold) == ("mia", "50")]
    assert (row.instance_id, row.clock, row.kind, row.read_at) == (case, "resolution", "threshold", None)
    assert (row.created_at, row.not_before) == (at(hours=2), at(hours=2))


def test_a_notice_in_hours_waits_for_the_opening_of_the_calendar_of_her_group(desk: Desk) -> None:
    late = {"mon": [["20:00", "22:00"]]}
    notify = {"notify": {"groups": ["network", "service-desk"]}, "in_hours": True}
    create(desk, Kind.CALENDAR, "late", calendar(tz="UTC", weekly=late))
    create(desk, Kind.CALENDAR, "always", calendar(tz="UTC", weekly={d: [["00:00", "24:00"]] for d in DAYS}))
    create(desk, Kind.SERVICE, "net", service(calendar="late", owner_group="network"))
    promise(desk, target(calendar="always", thresholds=points(p50=[notify])))
    desk.deploy(WORK)
    desk.start()

    desk.wait(hours=2)

    starts = {row.person: row.not_before for row in desk.rows(select(NotificationRow))}
    assert starts["nia"] == datetime.fromisoformat("2026-03-02T20:00:00Z")
    assert starts["sam"] == at(hours=2)


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def test_the_level_is_raised_and_never_lowered(desk: Desk) -> None:
    promise(desk, target(thresholds=points(p50=[{"level": 2}], p75=[{"level": 1}])))
    desk.deploy(WORK)
    case = desk.start()

    desk.wait(hours=4)

    assert desk.case(case).escalation_level == 2
    (entry,) = desk.history(case, "level raised")
    assert entry.detail == {"from": 0, "to": 2}
    desk.check()


def test_another_group_is_asked_to_help(desk: Desk) -> None:
    promise(desk, target(thresholds=points(p50=[{"add_group": "network"}], p75=[{"add_group": "network"}])))
    desk.deploy(WORK)
    case = desk.start()
    desk.claim(desk.task("work", case))

    desk.wait(hours=3)

    (task,) = desk.tasks(case)
    assert (task.candidate_groups, task.assignee, task.revision) == (["service-desk", "network"], "sam", 3)
    (entry,) = desk.history(case, "group added")
    assert (entry.element, entry.detail["to"]) == ("work", ["service-desk", "network"])
    desk.check()


def test_work_that_is_reassigned_is_taken_from_who_had_it(desk: Desk) -> None:
    promise(desk, target(thresholds=points(p50=[{"reassign": "network"}])))
    desk.deploy(WORK)
    case = desk.start()
    task = desk.task("work", case)
    desk.claim(task)

    desk.wait(hours=2)

    (row,) = desk.tasks(case)
    assert (row.candidate_groups, row.assignee) == (["network"], None)
    (entry,) = desk.history(case, "reassigned")
    assert entry.detail["assignee"] == "sam"
    desk.check()


def test_the_work_of_one_person_is_left_to_her(desk: Desk) -> None:
    promise(desk, target(thresholds=points(p50=[{"reassign": "network"}])))
    desk.deploy(drawn(draw.user("answer", assignee="ann")))
    case = desk.start()

    desk.wait(hours=2)

    (row,) = desk.tasks(case)
    assert (row.candidate_groups, row.assignee) == ([], "ann")


# -- suspended ----------------------------------------------------------------------------------------------


def test_in_a_suspended_case_people_are_told_and_the_diagram_waits(desk: Desk) -> None:
    do = [{"level": 1}, {"add_group": "network"}, {"notify": {"people": ["mia"]}}]
    promise(desk, target(thresholds=points(p75=do)))
    desk.deploy(listening())
    case = desk.start()
    desk.operate("suspend", case)

    assert desk.wait(hours=3) == 1
    assert (notified(desk), desk.case(case).escalation_level) == ([("mia", "75")], 1)
    assert (desk.open(case), desk.tasks(case)[0].candidate_groups) == (["work"], ["service-desk"])
    assert desk.sweep() == 0
    desk.check()
    desk.operate("resume", case)
    desk.sweep()

    assert desk.open(case) == ["review", "work"]
    assert desk.tasks(case)[0].candidate_groups == ["service-desk", "network"]
    assert (notified(desk), fired(desk, case)) == ([("mia", "75")], [("75", at(hours=3))])
    desk.check()


# -- what fails ---------------------------------------------------------------------------------------------


def test_a_threshold_that_fails_is_tried_again_and_stops_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(desk, target(thresholds=points(p75=[])))
    desk.deploy(WORK)
    bad, good = desk.start(), desk.start()
    real = escalations.fire

    def fails(session: Any, firings: Any, now: datetime) -> Any:
        if any(firing.instance.id == bad and firing.entry["name"] == "75" for firing in firings):
            raise RuntimeError("broken")
        return real(session, firings, now)

    monkeypatch.setattr(escalations, "fire", fails)
    desk.wait(hours=4)
    assert (fired(desk, good), fired(desk, bad)) == (
        [("75", at(hours=3)), ("100", at(hours=4))], [("100", at(hours=4))],
    )  # fmt: skip
    assert desk.measured(bad).next_at == at(hours=4, minutes=1)
    monkeypatch.setattr(escalations, "fire", real)
    desk.wait(minutes=1)

    assert fired(desk, bad) == [("100", at(hours=4)), ("75", at(hours=3))]
    desk.check()


def test_a_threshold_that_always_fails_is_given_up_and_that_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise(desk, target())
    desk.deploy(WORK)
    case = desk.start()

    def fails(*_: Any) -> Any:
        raise RuntimeError("broken")

    monkeypatch.setattr(escalations, "fire", fails)
    desk.wait(hours=4)
    for minutes in (1, 4, 9, 16):
        desk.wait(minutes=minutes)

    assert sum(swept.failed for swept in desk.swept) == timers.ATTEMPTS
    assert desk.measured(case).next_at is None
    (entry,) = desk.history(case, "threshold failed")
    assert entry.detail["error"] == "RuntimeError: broken"
    assert entry.detail["cause"] == {
        "detail": "RuntimeError: broken",
        "code": "unexpected",
        "values": {"kind": "RuntimeError", "reason": "broken"},
    }
    assert desk.told(case)[-1] == "threshold failed"
    monkeypatch.undo()
    retried(desk, case)
    desk.wait(minutes=0)

    assert fired(desk, case) == [("100", at(hours=4))]
    assert desk.told(case)[-2:] == ["threshold retried", "threshold fired"]
    desk.check()
    with pytest.raises(Conflict):
        retried(desk, case)


def retried(desk: Desk, case: str) -> None:
    with desk.database.transaction() as session:
        clocks.retry(session, desk.measured(case).id, by=MIA, now=desk.now)


def test_a_case_saved_by_a_newer_baton_is_left_to_it(desk: Desk) -> None:
    promise(desk, target())
    desk.deploy(WORK)
    desk.start()
    desk.execute(update(ProcessInstanceRow).values(state_format=99))

    assert desk.wait(hours=5) == 0


def test_an_idle_look_is_one_statement_on_two_indexes(desk: Desk) -> None:
    promise(desk, target())
    desk.deploy(WORK)
    desk.clone(desk.start(), 10)

    with traffic(desk.database) as heard:
        assert desk.sweep() == 0

    assert len(heard.statements) == 1
    assert desk.rows(select(ClockRow.id).where(ClockRow.next_at > NOW))
