"""Timers: what is due fires once, in order, however late; what fails backs off and stops nobody."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from engine import bpmn, scheduler, timers
from engine.clock import Clock, FixedClock
from engine.durations import format_instant
from engine.errors import Conflict, Forbidden, NotFound, Unavailable
from engine.sentences import told
from engine.store import base, history
from engine.store.base import Database
from engine.store.process_instances import ProcessInstanceRow
from engine.store.timers import TimerRow
from tests.engine.bpmn import support as draw
from tests.engine.levels import promise, target
from tests.engine.support import (
    ANN,
    AUDRA,
    DESK,
    MIA,
    NIA,
    NOW,
    OUTSIDER,
    PAT,
    ROOT,
    SAM,
    Desk,
    at_once,
    line,
    plans_of,
    traffic,
)
from tests.engine.test_store import cut_others
from tests.server import eventually

WAIT = line(draw.catch("nap", draw.timer("${length}")))
NAP = line(draw.catch("nap", draw.timer("PT1H")))


def beside(*timers_: str, flows: tuple[str, ...] = ()) -> bytes:
    """A task with boundary events, each leading to a task named after it."""
    ids = [f"t{number}" for number in range(len(timers_))]
    events = [
        draw.boundary(
            id, "work", draw.timer_of("timeCycle" if text[0] == "R" else "timeDuration", text), False
        )
        for id, text in zip(ids, timers_, strict=True)
    ]
    after = [draw.user(f"after_{id}", **DESK) + draw.path(id, f"after_{id}") for id in ids]
    return line(draw.user("work", **DESK), beside=(*events, *after))


def fired(desk: Desk, case: str) -> list[str]:
    return [row.element for row in desk.history(case, "timer fired")]


# -- firing -------------------------------------------------------------------------------------------------


def test_a_timer_fires_at_its_time_and_not_before(desk: Desk) -> None:
    desk.deploy(NAP)
    case = desk.start()
    (row,) = desk.timers(case)

    assert (row.due_at, row.next_at, row.state) == (NOW + timedelta(hours=1), row.due_at, "armed")
    assert desk.wait(minutes=59, seconds=59.999999) == 0
    assert desk.wait(seconds=0.000001) == 1
    assert (desk.case(case).state, desk.timers(case)) == ("completed", [])
    desk.check()


def test_an_interrupting_timer_ends_its_task(desk: Desk) -> None:
    late = draw.boundary("late", "work", draw.timer("PT1H"))
    after = draw.user("escalated", **DESK)
    desk.deploy(line(draw.user("work", **DESK), beside=(late, after, draw.path("late escalated"))))
    case = desk.start()
    task = desk.task("work", case)

    desk.wait(hours=1)

    assert desk.open(case) == ["escalated"]
    with pytest.raises(Conflict):
        desk.complete(task)
    assert desk.history(case, "timer fired")[0].actor is None
    desk.check()


def test_a_backlog_after_downtime_fires_once_each_in_the_order_it_was_due(desk: Desk) -> None:
    desk.deploy(WAIT)
    cases = [desk.start({"length": f"PT{1 + number * 7 % 60}M"}) for number in range(60)]

    assert desk.wait(days=30) == 60

    dues = [timedelta(days=30).total_seconds() - late for swept in desk.swept for late in swept.lateness]
    assert dues == sorted(dues)
    assert [swept.cases for swept in desk.swept] == [20, 20, 20]
    assert all(fired(desk, case) == ["nap"] for case in cases)
    assert desk.sweep() == 0


def test_a_thousand_overdue_timers_fire_once_each(desk: Desk) -> None:
    desk.deploy(NAP)
    desk.clone(desk.start(), 999)

    assert desk.wait(days=7) == 1000

    ended = select(ProcessInstanceRow.revision).where(ProcessInstanceRow.state == "completed")
    assert desk.rows(ended) == [2] * 1000
    assert desk.timers() == []


def test_a_repetition_catches_up_in_order(desk: Desk) -> None:
    desk.deploy(beside("R3/PT1H", "PT90M"))
    case = desk.start()

    assert desk.wait(days=1) == 4

    dues = [row.detail["due"] for row in desk.history(case, "timer fired")]
    hours = [format_instant(NOW + timedelta(hours=h)) for h in (1, 1.5, 2, 3)]
    assert dues == hours
    assert desk.open(case) == ["after_t0", "after_t0", "after_t0", "after_t1", "work"]
    assert desk.timers(case) == []
    desk.check()


def test_a_repetition_without_end_goes_on_as_long_as_its_task(desk: Desk) -> None:
    desk.deploy(beside("R/PT1H"))
    case = desk.start()

    assert desk.wait(hours=5.5) == 5
    assert [row.due_at for row in desk.timers(case)] == [NOW + timedelta(hours=6)]
    desk.do("work", case)
    assert desk.timers(case) == []
    desk.check()


def test_of_timers_due_in_one_case_one_may_disarm_the_next(desk: Desk) -> None:
    first = draw.boundary("first", "work", draw.timer("PT1H"))
    second = draw.boundary("second", "work", draw.timer("PT2H"))
    ends = (draw.path("first end"), draw.path("second end"))
    desk.deploy(line(draw.user("work", **DESK), beside=(first, second, *ends)))
    case = desk.start()

    assert desk.wait(hours=3) == 1

    assert fired(desk, case) == ["first"]
    assert desk.case(case).state == "completed"
    desk.check()


def test_a_timer_that_is_due_at_once_fires_with_the_next_look(desk: Desk) -> None:
    desk.deploy(WAIT)
    case = desk.start({"length": "2020-01-01T00:00:00Z"})

    assert desk.sweep() == 1
    assert desk.case(case).state == "completed"


def test_how_late_each_timer_was_is_told(desk: Desk) -> None:
    desk.deploy(NAP)
    desk.start()

    desk.wait(hours=1, seconds=2.5)

    assert [swept.lateness for swept in desk.swept] == [[2.5]]
    assert desk.swept[0].failed == 0


def test_completing_and_firing_at_once_advance_a_case_once(desk: Desk) -> None:
    late = draw.boundary("late", "work", draw.timer("PT1H"))
    after = (draw.user("escalated", **DESK), draw.path("late escalated"))
    desk.deploy(line(draw.user("work", **DESK), beside=(late, *after)))

    for _ in range(10):
        case = desk.start()
        task = desk.task("work", case)
        desk.clock.advance(timedelta(hours=1))

        done, _ = at_once(lambda task=task: desk.complete(task), desk.sweep)
        desk.sweep()

        won = desk.case(case).state == "completed"
        assert won != isinstance(done, Conflict)
        assert desk.open(case) == ([] if won else ["escalated"])
        assert fired(desk, case) == ([] if won else ["late"])
    desk.check()


# -- cases that do not run ----------------------------------------------------------------------------------


def test_the_timers_of_a_suspended_case_wait_until_it_is_resumed(desk: Desk) -> None:
    desk.deploy(NAP)
    case = desk.start()
    desk.operate("suspend", case)

    assert desk.wait(hours=2) == 0
    desk.operate("resume", case)

    assert desk.sweep() == 1
    assert desk.swept[-1].lateness == [3600]


def test_the_timers_of_a_failed_case_go_on(desk: Desk) -> None:
    nap = draw.catch("nap", draw.timer("PT1H"))
    paths = (draw.path("start fork nap work"), draw.path("fork s"))
    work = draw.user("work", **DESK)
    desk.deploy(draw.diagram(draw.start(), draw.par("fork"), nap, work, draw.script("s", "a = b"), *paths))
    case = desk.start()

    assert desk.wait(hours=1) == 1

    assert (desk.case(case).state, desk.open(case)) == ("failed", ["work"])
    desk.check()


def test_what_a_newer_release_has_saved_is_left_to_it(desk: Desk) -> None:
    desk.deploy(NAP)
    case = desk.start()
    desk.execute(update(ProcessInstanceRow).values(state_format=bpmn.FORMAT + 1))

    assert desk.wait(hours=2) == 0

    assert [(row.attempts, row.state) for row in desk.timers(case)] == [(0, "armed")]
    assert [swept.cases for swept in desk.swept] == [0]


# -- failing ------------------------------------------------------------------------------------------------


@pytest.fixture
def broken(desk: Desk) -> str:
    """A case whose state cannot be read, with a timer due in an hour."""
    desk.deploy(NAP)
    case = desk.start()
    broken = update(ProcessInstanceRow).where(ProcessInstanceRow.id == case)
    desk.execute(broken.values(state_data=b"nonsense"))
    return case


def test_a_failing_timer_stops_no_other(desk: Desk, broken: str) -> None:
    other = desk.start()

    assert desk.wait(hours=1) == 1

    (row,) = desk.timers()
    assert (row.instance_id, row.attempts, row.state) == (broken, 1, "armed")
    assert row.cause["code"] == "unexpected"
    assert row.error == row.cause["detail"]
    assert desk.case(other).state == "completed"
    assert (desk.swept[0].fired, desk.swept[0].failed) == (1, 1)


def test_a_failing_timer_backs_off_and_ends_as_a_dead_letter(desk: Desk, broken: str) -> None:
    desk.wait(hours=1)
    pauses = []
    while desk.timers()[0].state == "armed":
        (row,) = desk.timers()
        pauses.append(row.next_at - desk.now)
        assert desk.sweep() == 0
        assert desk.timers()[0].attempts == row.attempts
        desk.clock.set(row.next_at)
        desk.sweep()

    (row,) = desk.timers()
    assert pauses == [timedelta(minutes=minutes) for minutes in (1, 4, 9, 16)]
    assert (row.attempts, row.due_at) == (5, NOW + timedelta(hours=1))
    assert desk.wait(days=365) == 0


def test_a_timer_whose_firing_fails_leaves_its_case_as_it_was(desk: Desk, monkeypatch) -> None:
    desk.deploy(NAP)
    case = desk.start()
    before = desk.everything()

    with monkeypatch.context() as patch:
        patch.setattr(bpmn, "save", lambda execution: 1 / 0)
        assert desk.wait(hours=1) == 0

    after = desk.everything()
    assert {k: v for k, v in after.items() if k != "timer"} == {
        k: v for k, v in before.items() if k != "timer"
    }
    assert desk.wait(minutes=1) == 1
    assert desk.case(case).state == "completed"
    desk.check()


@pytest.mark.parametrize("house_url", ["postgresql"], indirect=True)
def test_what_a_node_holds_that_hangs_is_given_to_the_others(desk: Desk, monkeypatch) -> None:
    desk.deploy(NAP)
    case = desk.start()
    desk.clock.advance(timedelta(hours=1))
    monkeypatch.setattr(base, "HANGS_AFTER_SECONDS", 0.2)
    hanging = Database(desk.database.url.render_as_string(False), desk.clock)

    def hang() -> None:
        with hanging.transaction() as session:
            timers.sweep(session, desk.now)
            eventually(desk.sweep)

    with pytest.raises(Unavailable):
        hang()

    assert fired(desk, case) == ["nap"]
    assert desk.case(case).state == "completed"
    hanging.close()


@pytest.mark.parametrize("house_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what", ["a timer", "thresholds", "a threshold that is caught"])
def test_a_connection_that_is_cut_is_no_failure_of_what_was_to_be_fired(
    desk: Desk, monkeypatch, what: str
) -> None:
    promise(desk, target(target="PT1H"))
    begins = draw.start("start", draw.mark("start resolution"))
    nodes = [begins, draw.user("a", **DESK), draw.end(), draw.path("start a end")]
    if what == "a timer":
        nodes += [draw.boundary("late", "a", draw.timer("PT1H")), draw.path("late end")]
    if what == "a threshold that is caught":
        heard = draw.start("heard", draw.message("sla.resolution.100"))
        nodes += [draw.event_sub("e", heard, draw.end("told"), draw.path("heard told"))]
    desk.deploy(draw.diagram(*nodes, messages=("sla.resolution.100",)))
    case = desk.start()
    other = Database(desk.database.url.render_as_string(False))
    chain = history.chain

    def cut(*about, **more):
        cut_others(other)
        return chain(*about, **more)

    desk.clock.advance(timedelta(hours=2))
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(history, "chain", cut)
        with pytest.raises(Unavailable):
            desk.sweep()

    assert [line["event"] for line in logs] == ["database unavailable"]
    assert desk.sweep() > 0
    assert desk.history(case, "timer fired", "threshold fired")
    desk.check()
    other.close()


def test_after_a_failure_the_next_timer_of_the_case_still_fires(desk: Desk, monkeypatch) -> None:
    desk.deploy(beside("PT1H", "PT2H"))
    case = desk.start()
    save, failures = bpmn.save, iter([True])

    def once(execution: bpmn.Execution) -> bytes:
        if next(failures, False):
            raise RuntimeError("for once")
        return save(execution)

    monkeypatch.setattr(bpmn, "save", once)

    assert desk.wait(hours=3) == 1

    assert fired(desk, case) == ["t1"]
    assert desk.wait(minutes=1) == 1
    assert fired(desk, case) == ["t1", "t0"]
    desk.check()


def dead(desk: Desk) -> TimerRow:
    desk.execute(update(TimerRow).values(state="dead", attempts=5, cause=told("x")))
    return desk.timers()[0]


def retry(desk: Desk, timer: str, by) -> TimerRow:
    with desk.database.transaction() as session:
        return timers.retry(session, timer, by=by, now=desk.now)


@pytest.mark.parametrize("person", [MIA, PAT, ROOT])
def test_a_dead_timer_is_tried_again_at_once_when_somebody_asks(desk: Desk, person) -> None:
    desk.deploy(NAP)
    case = desk.start()
    timer = dead(desk)
    assert desk.wait(hours=2) == 0

    again = retry(desk, timer.id, by=person)

    assert (again.state, again.attempts, again.error) == ("armed", 0, None)
    assert desk.sweep() == 1
    assert [row.actor for row in desk.history(case, "timer retried")] == [person.username]
    desk.check()


def test_who_may_not_retry_a_timer_is_told_why(desk: Desk) -> None:
    desk.deploy(NAP)
    desk.start(by=ANN)
    (armed,) = desk.timers()

    with pytest.raises(NotFound):
        retry(desk, "nothing", by=ROOT)
    with pytest.raises(Conflict):
        retry(desk, armed.id, by=AUDRA)
    dead(desk)
    for person, error in ((OUTSIDER, NotFound), (NIA, NotFound), (ANN, Forbidden), (AUDRA, Forbidden)):
        with pytest.raises(error):
            retry(desk, armed.id, by=person)


# -- looking ------------------------------------------------------------------------------------------------


def test_an_idle_look_is_one_statement_on_one_index_whatever_is_open(desk: Desk) -> None:
    desk.deploy(
        line(
            draw.user("work", **DESK),
            beside=(draw.boundary("t", "work", draw.timer("P9999D")), draw.path("t end")),
        )
    )
    desk.clone(desk.start(), 1000)
    if not desk.database.is_sqlite:
        with desk.database.transaction() as session:
            session.connection().exec_driver_sql("ANALYZE")

    node = Database(desk.database.url.render_as_string(False))  # on the clock it has in production

    with traffic(node) as heard:
        assert scheduler.sweep_all(node) == 0
    (plan,) = plans_of(node, lambda: scheduler.sweep_all(node))

    assert len(heard.statements) == 1
    assert heard.commits == 0
    assert "ix_timer_armed_next_at" in plan
    assert ("Index Cond: (next_at <=" in plan) or ("(next_at<?)" in plan)
    node.close()


def test_two_nodes_at_once_never_fire_a_timer_twice(desk: Desk) -> None:
    desk.deploy(NAP)
    cases = [desk.start() for _ in range(60)]
    desk.clock.advance(timedelta(hours=1))
    nodes = [Database(desk.database.url.render_as_string(False), desk.clock) for _ in range(2)]
    if desk.database.is_sqlite:  # one process owns a file: there are threads, no nodes
        nodes = [desk.database] * 2

    counts = at_once(*(lambda node=node: scheduler.sweep_all(node) for node in nodes))
    rest = desk.sweep()

    assert sum(counts) + rest == 60
    assert all(fired(desk, case) == ["nap"] for case in cases)
    for node in nodes:
        node.close()
    desk.check()


@pytest.mark.parametrize("house_url", ["postgresql"], indirect=True)
def test_a_node_passes_over_what_another_holds(desk: Desk) -> None:
    desk.deploy(NAP)
    cases = [desk.start() for _ in range(25)]
    desk.clock.advance(timedelta(hours=1))
    first = select(ProcessInstanceRow.id).where(ProcessInstanceRow.id.in_(cases[:20])).with_for_update()

    with desk.database.transaction() as another:
        another.execute(first).all()
        assert desk.sweep() == 5

    assert desk.sweep() == 20


@pytest.mark.parametrize("house_url", ["postgresql"], indirect=True)
def test_the_database_tells_the_time_however_far_it_is_moved(desk: Desk) -> None:
    clock = Clock()
    node = Desk(Database(desk.database.url.render_as_string(False), clock), clock)  # type: ignore[arg-type]
    node.deploy(NAP)
    case = node.start()

    before = node.sweep()
    clock.advance(timedelta(hours=1))

    assert (before, node.sweep()) == (0, 1)
    assert node.case(case).state == "completed"
    with node.database.transaction() as session:
        here = node.database.now(session)
    assert abs((here - clock.now()).total_seconds()) < 60
    node.database.close()


# -- lists --------------------------------------------------------------------------------------------------


def test_timers_are_listed_for_those_who_see_their_cases(desk: Desk) -> None:
    desk.deploy(NAP)
    mine, other = desk.start(by=ANN), desk.start(by=OUTSIDER)
    desk.execute(update(TimerRow).where(TimerRow.instance_id == other).values(state="dead"))

    def listed(by, **chosen) -> list[str]:
        with desk.database.transaction(write=False) as session:
            return [row.instance_id for row in timers.page(session, by=by, limit=50, **chosen)]

    assert listed(ROOT) == [mine, other]
    assert (listed(ANN), listed(OUTSIDER), listed(SAM)) == ([mine], [other], [])
    assert listed(AUDRA, state="dead") == [other]
    assert listed(MIA, instance=mine) == [mine]
    with desk.database.transaction(write=False) as session:
        first = timers.page(session, by=ROOT, limit=1)
        rest = timers.page(session, by=ROOT, limit=1, after=first[0].id)
    assert [row.instance_id for row in first + rest] == [mine, other]


def test_a_fixed_clock_stands_still_until_it_is_moved() -> None:
    clock = FixedClock(NOW)
    clock.advance(timedelta(days=1))

    assert (clock.now(), clock.now()) == (NOW + timedelta(days=1),) * 2
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(timedelta(seconds=-1))
