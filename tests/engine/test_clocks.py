"""Clocks of cases: aimed, paused, aimed anew and stopped in the step that does it, and proved from events."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from engine import clocks, clockwork, history, integrity, user_tasks
from engine.clockwork import Pace, Standing
from engine.errors import Forbidden, NotFound
from engine.service_levels import Kind
from engine.store.clocks import ClockRow
from engine.store.history import HistoryRow
from tests.engine.bpmn import support as draw
from tests.engine.bpmn.support import mark
from tests.engine.levels import agreement, calendar, create, policy, promise, replace, target
from tests.engine.support import ANN, AUDRA, DESK, MIA, NOW, OUTSIDER, ROOT, SAM, Desk, line, traffic

RECORD = '<baton:record prefix="INC" priority="${prio}" service="${about}" requester="${who}"/>'
HOUR = timedelta(hours=1)


def drawn(*nodes: str, marks: tuple[str, ...] = ("start resolution",), beside: tuple[str, ...] = ()) -> bytes:
    """A process that starts its clocks when it begins, with a head of variables."""
    extended = draw.mark(*marks).replace("</extensionElements>", RECORD + "</extensionElements>")
    return line(*nodes, beside=beside).replace(
        b'isExecutable="true">', f'isExecutable="true">{extended}'.encode()
    )


TWO = drawn(draw.user("work", **DESK), draw.user("check", **DESK))
PAUSING = drawn(
    draw.user("work", **DESK), draw.user("ask", mark("pause resolution"), **DESK), draw.user("go", **DESK)
)
ASKING = drawn(draw.user("ask", mark("pause resolution"), **DESK), draw.user("work", **DESK))
RESPONDING = drawn(
    draw.user("work", mark("stop response claim"), **DESK), draw.user("go", **DESK), marks=("start response",)
)


def at(**after: float) -> datetime:
    return NOW + timedelta(**after)


def look(desk: Desk, clock: str, by: Any = MIA) -> clocks.View:
    with desk.database.transaction(write=False) as session:
        return clocks.get(session, clock, by=by, now=desk.now)


def listed(desk: Desk, by: Any = MIA, limit: int = 50, after: Any = None, **chosen: Any) -> list[clocks.View]:
    with desk.database.transaction(write=False) as session:
        return clocks.page(session, clocks.Filter(**chosen), by=by, now=desk.now, limit=limit, after=after)


# -- aimed --------------------------------------------------------------------------------------------------


def test_a_clock_starts_with_the_target_that_applies(desk: Desk) -> None:
    promise(desk, target(), target(priority=1, target="PT30M"))
    desk.deploy(TWO)

    case, urgent = desk.start(), desk.start({"prio": 1})

    clock = desk.measured(case)
    assert (clock.state, clock.started_at, clock.due_at, clock.target) == ("running", NOW, at(hours=4), 14400)
    assert (clock.policy_key, clock.policy_version, clock.calendar_key) == ("promises", 1, "office")
    assert desk.measured(urgent).due_at == at(minutes=30)
    assert desk.case(case).open_clocks == 1
    (entry,) = desk.history(case, "clock started")
    assert (entry.element, entry.detail["due"], entry.actor) == ("p", "2026-03-02T13:00:00.000000Z", "ann")
    desk.check()


def test_a_clock_without_a_target_is_there_and_measures_nothing(desk: Desk) -> None:
    desk.deploy(TWO)

    case = desk.start()

    clock = desk.measured(case)
    assert (clock.state, clock.due_at, clock.target, clock.next_at) == ("unmeasured", None, None, None)
    view = look(desk, clock.id)
    assert (view.remaining, view.percent, view.breached, view.thresholds) == (None, None, False, [])
    desk.check()


def test_a_case_without_marks_says_nothing_to_the_tables_of_clocks(desk: Desk) -> None:
    desk.deploy(line(draw.user("work", **DESK)))

    with traffic(desk.database) as heard:
        desk.do("work", desk.start())

    assert not any(" clock" in statement for statement in heard.statements)


def test_the_agreement_of_the_requesters_organisation_decides(desk: Desk) -> None:
    create(desk, Kind.CALENDAR, "office", calendar())
    create(desk, Kind.AGREEMENT, "globex", agreement())
    create(desk, Kind.POLICY, "promises", policy(target(), target(agreement="globex", target="PT1H")))
    desk.deploy(TWO)

    ours, theirs = desk.start(by=SAM), desk.start(by=ANN)

    assert desk.measured(ours).due_at == at(hours=4)
    assert (desk.measured(theirs).due_at, desk.measured(theirs).agreement) == (at(hours=1), "globex")


# -- paused and stopped -------------------------------------------------------------------------------------


def test_a_pause_takes_the_due_time_away_and_its_end_gives_it_back_later(desk: Desk) -> None:
    promise(desk, target(thresholds=[{"at": "50%", "do": []}]))
    desk.deploy(
        drawn(
            draw.user("work", **DESK),
            draw.user("ask", mark("pause resolution"), **DESK),
            draw.user("go", **DESK),
        )
    )
    case = desk.start()
    desk.wait(hours=1)

    desk.do("work", case)
    clock = desk.measured(case)
    assert (clock.state, clock.due_at, clock.next_at) == ("paused", None, None)
    assert look(desk, clock.id).remaining == 3 * HOUR
    desk.wait(hours=2)
    assert look(desk, clock.id).remaining == 3 * HOUR
    desk.check()
    desk.do("ask", case)

    clock = desk.measured(case)
    assert (clock.state, clock.due_at, clock.next_at) == ("running", at(hours=6), at(hours=4))
    assert desk.told(case) == ["started", "paused", "resumed"]
    desk.check()


def test_a_pause_after_the_breach_moves_nothing(desk: Desk) -> None:
    promise(desk, target(target="PT1H"))
    desk.deploy(
        drawn(
            draw.user("work", **DESK),
            draw.user("ask", mark("pause resolution"), **DESK),
            draw.user("go", **DESK),
        )
    )
    case = desk.start()
    desk.wait(hours=2)

    desk.do("work", case)
    clock = desk.measured(case)
    assert (clock.state, clock.due_at, look(desk, clock.id).breached) == ("paused", at(hours=1), True)
    desk.wait(hours=2)
    desk.do("ask", case)

    assert desk.measured(case).due_at == at(hours=1)
    desk.check()


def test_a_clock_that_starts_while_something_pauses_it_is_paused(desk: Desk) -> None:
    promise(desk, target())
    two = (draw.par("both"), draw.path("start both ask"), draw.path("both go later"))
    later = draw.user("later", mark("start resolution"), **DESK)
    ask, go = draw.user("ask", mark("pause resolution"), **DESK), draw.user("go", **DESK)
    desk.deploy(draw.diagram(draw.start(), ask, go, later, *two))
    case = desk.start()

    desk.do("go", case)
    assert desk.measured(case).state == "paused"
    desk.check()
    desk.wait(hours=1)
    desk.do("ask", case)

    assert (desk.measured(case).state, desk.measured(case).due_at) == ("running", at(hours=5))
    desk.check()


def test_a_stopped_clock_keeps_its_result_and_a_new_start_is_a_new_clock(desk: Desk) -> None:
    promise(desk, target())
    again = draw.user("again", mark("start resolution"), **DESK)
    desk.deploy(drawn(draw.user("work", mark("stop resolution leave"), **DESK), again))
    case = desk.start()
    desk.wait(hours=1)
    desk.do("work", case)
    first, second = sorted(desk.rows(_of(case)), key=lambda clock: clock.id)

    assert (first.state, first.stopped_at, first.used, first.due_at) == (
        "stopped", at(hours=1), 3600 * 10**6, at(hours=4),
    )  # fmt: skip
    assert set(first.data_versions) == {"holidays", "tzdata"}
    assert (second.state, second.started_at) == ("running", at(hours=1))
    desk.wait(days=3)
    desk.do("again", case)

    assert (look(desk, first.id).elapsed, look(desk, first.id).breached) == (HOUR, False)
    assert look(desk, second.id).breached
    assert desk.case(case).open_clocks == 0
    desk.check()


def _of(case: str) -> Any:
    return select(ClockRow).where(ClockRow.instance_id == case)


def test_the_end_of_a_case_stops_its_clocks_and_cancelling_it_cancels_them(desk: Desk) -> None:
    promise(desk, target())
    desk.deploy(TWO)
    ended, cancelled = desk.start(), desk.start()
    desk.wait(hours=1)

    desk.do("work", ended)
    desk.do("check", ended)
    desk.operate("cancel", cancelled)

    assert [desk.measured(case).state for case in (ended, cancelled)] == ["stopped", "cancelled"]
    assert desk.measured(cancelled).next_at is None
    assert desk.told(cancelled)[-1] == "cancelled"
    assert desk.wait(days=1) == 0
    desk.check()


@pytest.mark.parametrize("how", ["claim", "assign", "complete"])
def test_a_clock_stops_when_somebody_has_the_task(desk: Desk, how: str) -> None:
    promise(desk, target(clock="response"))
    desk.deploy(
        drawn(
            draw.user("work", mark("stop response claim"), **DESK),
            draw.user("go", **DESK),
            marks=("start response",),
        )
    )
    case = desk.start()
    task = desk.task("work", case)
    desk.wait(minutes=5)

    if how == "claim":
        desk.claim(task)
    elif how == "assign":
        desk.assign(task, "sue")
    else:
        desk.complete(task)

    clock = desk.measured(case, "response")
    assert (clock.state, clock.stopped_at) == ("stopped", at(minutes=5))
    desk.check()


def test_a_task_that_changes_hands_asks_for_no_clock_again(desk: Desk) -> None:
    promise(desk, target(clock="response"))
    desk.deploy(RESPONDING)
    case = desk.start()
    task = desk.task("work", case)
    desk.claim(task)

    with traffic(desk.database) as heard:
        desk.assign(task, "sue")

    assert not any(
        "clock" in statement for statement in heard.statements if "process_instance" not in statement
    )


def test_a_suspended_case_keeps_its_promise(desk: Desk) -> None:
    promise(desk, target())
    desk.deploy(TWO)
    case = desk.start()

    desk.operate("suspend", case)
    desk.wait(hours=5)

    assert (desk.measured(case).state, desk.measured(case).due_at) == ("running", at(hours=4))
    assert look(desk, desk.measured(case).id).breached
    assert desk.told(case) == ["started", "threshold fired"]
    desk.check()


# -- aimed anew ---------------------------------------------------------------------------------------------


def test_another_priority_aims_anew_from_the_start_pauses_kept(desk: Desk) -> None:
    promise(desk, target(), target(priority=1, target="PT2H"))
    desk.deploy(ASKING)
    case = desk.start()
    desk.wait(hours=1)
    desk.do("ask", case)
    assert desk.measured(case).due_at == at(hours=5)

    desk.change(case, prio=1)

    assert desk.measured(case).due_at == at(hours=3)
    (entry,) = desk.history(case, "clock re-aimed")
    assert (entry.detail["before"]["target"], entry.detail["target"]) == (14400, 7200)
    assert entry.detail["why"] == {"priority": 1, "service": None}
    desk.check()


def test_a_clock_that_measured_nothing_is_measured_once_there_is_a_target(desk: Desk) -> None:
    promise(desk, target(priority=2))
    desk.deploy(ASKING)
    case = desk.start()
    desk.wait(hours=1)
    desk.do("ask", case)
    assert desk.measured(case).state == "unmeasured"
    desk.wait(hours=1)

    desk.change(case, prio=2)
    assert (desk.measured(case).state, desk.measured(case).due_at) == ("running", at(hours=5))
    desk.check()
    desk.change(case, prio=3)

    assert (desk.measured(case).state, desk.measured(case).due_at) == ("unmeasured", None)
    desk.check()


def test_thresholds_then_in_the_past_fire_once_and_those_ahead_again(desk: Desk) -> None:
    points = [{"at": "50%", "do": []}, {"at": "before.PT30M", "do": []}]
    promise(
        desk, target(target="PT4H", thresholds=points), target(priority=1, target="PT2H", thresholds=points)
    )
    desk.deploy(TWO)
    case = desk.start()
    desk.wait(hours=2, minutes=30)
    assert fired(desk, case) == [("50", at(hours=2))]

    desk.change(case, prio=1)
    assert desk.sweep() == 2
    assert fired(desk, case)[1:] == [("before.PT30M", at(hours=1.5)), ("100", at(hours=2))]
    desk.check()
    desk.change(case, prio=2)
    assert (desk.measured(case).due_at, desk.measured(case).next_at) == (at(hours=4), at(hours=3.5))
    desk.check()
    desk.wait(hours=2)

    assert fired(desk, case)[3:] == [("before.PT30M", at(hours=3.5)), ("100", at(hours=4))]
    desk.check()


def fired(desk: Desk, case: str) -> list[tuple[str, datetime]]:
    """(threshold, when it was due) of each that fired, in order."""
    entries = [row.detail for row in desk.history(case, "threshold fired")]
    return [(detail["threshold"], datetime.fromisoformat(detail["due"])) for detail in entries]


def test_an_edited_policy_is_for_clocks_started_later_until_open_ones_are_aimed_anew(desk: Desk) -> None:
    promise(desk, target())
    desk.deploy(TWO)
    before = desk.start()
    replace(desk, Kind.POLICY, "promises", policy(target(target="PT2H")))
    after = desk.start()
    desk.do("work", before)
    assert [desk.measured(case).due_at for case in (before, after)] == [at(hours=4), at(hours=2)]

    (would,) = re_aim(desk, dry_run=True)
    assert (would.instance.id, would.due_before, would.due_after) == (before, at(hours=4), at(hours=2))
    assert desk.measured(before).due_at == at(hours=4)
    (was,) = re_aim(desk, dry_run=False, policy="promises")

    assert was.due_after == desk.measured(before).due_at == at(hours=2)
    assert re_aim(desk, dry_run=True) == []
    assert desk.history(before, "clock re-aimed")[0].actor == "mia"
    desk.check()


def re_aim(desk: Desk, by: Any = MIA, **how: Any) -> list[clocks.ReAimed]:
    with desk.database.transaction() as session:
        return clocks.re_aim(session, by=by, now=desk.now, **how).changed


def test_more_than_one_command_takes_are_aimed_by_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "MOST_AIMED", 2)
    promise(desk, target())
    desk.deploy(TWO)
    cases = [desk.start() for _ in range(3)]
    replace(desk, Kind.POLICY, "promises", policy(target(target="PT2H")))

    assert len(re_aim(desk, dry_run=True)) == 3
    assert [len(re_aim(desk, dry_run=False)) for _ in range(3)] == [2, 1, 0]

    assert {desk.measured(case).due_at for case in cases} == {at(hours=2)}
    desk.check()


def test_only_operators_aim_open_clocks_anew(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        re_aim(desk, by=AUDRA)


# -- lists --------------------------------------------------------------------------------------------------


def test_clocks_are_listed_by_what_burns_next(desk: Desk) -> None:
    promise(desk, *(target(priority=number, target=f"PT{number}H") for number in (1, 2, 3)))
    desk.deploy(TWO)
    cases = {number: desk.start({"prio": number}) for number in (3, 1, 4, 2)}

    order = [view.instance.id for view in listed(desk)]
    assert order == [cases[number] for number in (1, 2, 3, 4)]
    first = listed(desk, limit=2)
    last = first[-1].clock
    assert [view.instance.id for view in listed(desk, after=(last.due_at, last.id))] == order[2:]
    assert [view.instance.id for view in listed(desk, priority=3)] == [cases[3]]
    assert [view.instance.id for view in listed(desk, states=["unmeasured"])] == [cases[4]]
    desk.wait(hours=1.5)
    assert [view.instance.id for view in listed(desk, breached=True)] == [cases[1]]
    assert [view.instance.id for view in listed(desk, team="service-desk", unassigned=True)] == order
    assert listed(desk, team="network") == []


def test_a_clock_is_seen_by_who_sees_its_case(desk: Desk) -> None:
    promise(desk, target())
    desk.deploy(TWO)
    clock = desk.measured(desk.start())

    assert [len(listed(desk, by=by)) for by in (ANN, SAM, MIA, OUTSIDER)] == [1, 1, 1, 0]
    with pytest.raises(NotFound):
        look(desk, clock.id, by=OUTSIDER)


# -- who had it when ----------------------------------------------------------------------------------------


def test_the_times_of_groups_and_pauses_are_the_whole_of_a_clocks_time(desk: Desk) -> None:
    promise(desk, target())
    second = draw.user("second", candidateGroups="network")
    asking = draw.user("ask", mark("pause resolution"), assignee="ann")
    desk.deploy(drawn(draw.user("first", **DESK), asking, second, draw.user("last", **DESK)))
    case = desk.start()
    for element, minutes in (("first", 61), ("ask", 17), ("second", 33)):
        desk.wait(minutes=minutes, seconds=7)
        desk.do(element, case, by=ANN if element == "ask" else ROOT)
    desk.wait(hours=30)

    view = look(desk, desk.measured(case).id)
    with desk.database.transaction(write=False) as session:
        spans = clocks.held_by(session, view)

    assert [(span.group, span.paused) for span in spans] == [
        ("service-desk", False), (None, True), ("network", False), ("service-desk", False),
    ]  # fmt: skip
    assert spans[0].used == timedelta(minutes=61, seconds=7)
    assert sum((s.used for s in spans if not s.paused), timedelta(0)) == view.elapsed
    whole = view.selected.calendar.elapsed(view.clock.started_at, desk.now)
    assert sum((s.used for s in spans), timedelta(0)) == whole
    assert (spans[0].since, spans[-1].until) == (view.clock.started_at, desk.now)


def test_what_was_agreed_with_a_team_stands_beside_its_time(desk: Desk) -> None:
    create(desk, Kind.CALENDAR, "office", calendar())
    ola = {"name": "Network", "kind": "ola", "team": "network"}
    create(desk, Kind.AGREEMENT, "network", ola)
    terms = target(agreement="network", target="PT30M")
    create(desk, Kind.POLICY, "promises", policy(target(), terms))
    desk.deploy(drawn(draw.user("first", **DESK), draw.user("second", candidateGroups="network")))
    case = desk.start()
    desk.wait(minutes=50)
    desk.do("first", case, by=ROOT)
    desk.wait(minutes=40)

    with desk.database.transaction(write=False) as session:
        opened = clocks.opened(session, desk.measured(case).id, by=MIA, now=desk.now)

    told = [(team.group, team.used, team.target) for team in opened.teams]
    half, minutes = timedelta(minutes=30), timedelta(minutes=1)
    assert told == [("service-desk", 50 * minutes, None), ("network", 40 * minutes, half)]
    assert opened.teams[1].used_of_target == 40 * minutes


def test_a_threshold_that_fired_is_remembered_while_it_is_none(desk: Desk) -> None:
    half = [{"at": "50%", "do": []}]
    promise(desk, target(priority=1, target="PT2H", thresholds=half), target(priority=2))
    desk.deploy(TWO)
    case = desk.start({"prio": 1})
    desk.wait(hours=1)
    for priority in (2, 9, 1):
        desk.change(case, prio=priority)
        desk.wait(minutes=5)

    assert fired(desk, case) == [("50", at(hours=1))]
    assert [entry["name"] for entry in look(desk, desk.measured(case).id).thresholds] == ["50", "100"]
    desk.check()


# -- proof --------------------------------------------------------------------------------------------------


def test_what_somebody_changed_in_the_table_is_found(desk: Desk) -> None:
    promise(desk, target())
    desk.deploy(TWO)
    case = desk.start()

    desk.execute(update(ClockRow).values(due_at=at(hours=5)))

    with desk.database.transaction(write=False) as session:
        (found,) = clocks.recompute(session)
    assert (found.clock, found.case, found.what) == ("resolution", desk.case(case).number, "due")
    assert (found.stored, found.computed) == (at(hours=5), at(hours=4))
    with desk.database.transaction(write=False) as session:
        (fault,) = integrity.verify(session, desk.now)
    assert fault.detail.startswith("The clock resolution does not stand as its events say: due is ")


def test_a_clock_can_be_counted_when_whoever_worked_on_its_case_was_erased(desk: Desk) -> None:
    promise(desk, target())
    desk.deploy(PAUSING)
    case = desk.start()
    desk.wait(hours=1)
    desk.do("work", case)
    desk.wait(hours=2)
    desk.do("ask", case)

    with desk.database.transaction() as session:
        for person in (ANN, SAM):
            assert history.erase_actor(session, person.username) > 0

    desk.check()
    told = desk.history(case, "clock paused", "clock resumed")
    assert [(entry.actor, entry.salt) for entry in told] == [(None, None)] * 2


def test_a_clock_without_its_events_is_told_and_the_others_are_looked_at(desk: Desk) -> None:
    promise(desk, target())
    desk.deploy(TWO)
    desk.start()
    desk.start()

    desk.execute(delete(HistoryRow).where(HistoryRow.kind == "clock started"))

    with desk.database.transaction(write=False) as session:
        assert [found.what for found in clocks.recompute(session)] == ["events", "events"]


def test_a_clock_says_how_it_counts_until_its_hours_open_or_close(desk: Desk) -> None:
    promise(desk, target(target="PT10H"))
    desk.deploy(TWO)
    case = desk.start()
    until_closing = Pace(True, at(), at(hours=7), 10 * HOUR)

    assert pace_of(desk, case) == until_closing
    desk.wait(hours=1)
    assert pace_of(desk, case) == until_closing
    desk.wait(hours=9)
    assert pace_of(desk, case) == Pace(False, at(hours=7), at(hours=23), 3 * HOUR)


def pace_of(desk: Desk, case: str) -> Pace | None:
    with desk.database.transaction(write=False) as session:
        clock = desk.measured(case)
        return Standing(clock, clockwork.target_of(session, clock), desk.now).pace


# -- on the tasks -------------------------------------------------------------------------------------------


def test_tasks_are_sorted_by_what_burns_next_be_it_a_clock_of_their_case(desk: Desk) -> None:
    promise(desk, *(target(priority=number, target=f"PT{number}H") for number in (1, 2, 3)))
    desk.deploy(drawn(draw.user("work", dueDate="PT150M", **DESK), draw.user("check", **DESK)))
    third, none, first = (desk.start({"prio": number}) for number in (3, 9, 1))

    assert burning(desk) == [(first, at(hours=1)), (third, at(hours=2.5)), (none, at(hours=2.5))]
    desk.do("work", third)
    assert burning(desk)[-1] == (third, at(hours=3))
    desk.change(third, prio=2)
    assert burning(desk)[1] == (third, at(hours=2))
    desk.change(third, prio=9)

    assert burning(desk)[-1] == (third, None)


def burning(desk: Desk) -> list[tuple[str, datetime | None]]:
    with desk.database.transaction(write=False) as session:
        found = user_tasks.page_by_due(session, user_tasks.Filter(state="open"), by=SAM, limit=9)
        return [(view.instance.id, view.task.burns_at) for view in found]


def test_tasks_show_the_clock_of_their_case_that_is_due_next_in_one_statement(desk: Desk) -> None:
    promise(desk, target(), target(clock="response", target="PT1H"))
    desk.deploy(drawn(draw.user("work", **DESK), marks=("start resolution", "start response", "start other")))
    desk.start()
    desk.start()

    with desk.database.transaction(write=False) as session, traffic(desk.database) as heard:
        views = user_tasks.page(session, user_tasks.Filter(state="open"), by=SAM, limit=9)
        before = len(heard.statements)
        shown = user_tasks.with_clocks(session, views, desk.now)
        assert len(heard.statements) == before + 1

    assert [(v.clock.clock.name, v.clock.remaining) for v in shown] == [("response", HOUR)] * 2
