"""The heart: a command is one transaction, done once or not at all, whoever else is at it, at a flat cost."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from engine import process_instances, runtime, timers, user_tasks
from engine.clock import Clock
from engine.errors import Conflict, EngineError, NotFound
from engine.store.base import Database
from engine.store.user_tasks import UserTaskRow
from tests.engine.bpmn import support as draw
from tests.engine.support import DESK, MIA, NOW, ROOT, SAM, SUE, Desk, Traffic, at_once, form, line, traffic
from tests.server import eventually

POSTGRES = pytest.mark.parametrize("house_url", ["postgresql"], indirect=True)

PLAIN = line(draw.user("one", **DESK), draw.user("two", **DESK))
LATE = draw.boundary("late", "two", draw.timer("PT1H"), interrupting=False)
RING = draw.boundary("ring", "two", draw.message("call"), interrupting=False)
RICH = line(
    draw.user("one", **DESK),
    draw.user("two", formKey="p/two", candidateUsers="nia", **DESK),
    beside=(LATE, RING, draw.path("late end"), draw.path("ring end")),
    messages=("call",),
)
LOOP = draw.diagram(
    draw.start(),
    draw.xor("again"),
    draw.user("work", **DESK),
    draw.xor("enough", default="enough__again"),
    draw.end(),
    draw.path("start again work enough again"),
    draw.flow("enough", "end", "${defined(stop)}"),
)
LOOP_BESIDE = draw.diagram(
    draw.start(),
    draw.par("fork"),
    draw.xor("again"),
    draw.user("work", **DESK),
    draw.user("waiting", **DESK),
    draw.path("start fork again work again"),
    draw.path("fork waiting"),
    draw.event_sub("s", draw.start("t", draw.timer("P9D")), draw.user("u"), draw.path("t u")),
    draw.event_sub(
        "m",
        draw.start("r", draw.message("call"), isInterrupting=False),
        draw.user("answer", **DESK),
        draw.path("r answer"),
    ),
    messages=("call",),
)


# -- what it costs ------------------------------------------------------------------------------------------


def completing(desk: Desk, diagram: bytes, **forms: bytes) -> Traffic:
    """What completing the first task says to the database, the time asked for as the doors do."""
    desk.deploy(diagram, **forms)
    for _ in range(2):  # the first fills the caches
        task = desk.task("one", desk.start())
        node = Database(desk.database.url.render_as_string(False), Clock())
        with traffic(node) as heard, node.transaction() as session:
            user_tasks.complete(session, task, None, user_tasks.Order(SAM, node.now(session)))
        node.close()
    return heard


def test_a_completion_is_one_commit_and_few_statements(desk: Desk) -> None:
    heard = completing(desk, RICH, two=form(note="string"))

    assert len(heard.statements) <= 10, heard.statements
    assert heard.commits == 1


def test_a_plain_completion_takes_fewer(desk: Desk) -> None:
    heard = completing(desk, PLAIN)

    assert len(heard.statements) <= 8, heard.statements
    assert heard.commits == 1


def newest_task(session: Session, case: str) -> str:
    mine = select(UserTaskRow.id).where(UserTaskRow.instance_id == case, UserTaskRow.element == "work")
    return session.scalars(mine.order_by(UserTaskRow.token.desc()).limit(1)).one()


@pytest.mark.parametrize("diagram", [LOOP, LOOP_BESIDE], ids=["alone", "beside"])
def test_the_thousandth_round_of_a_loop_costs_what_the_tenth_did(desk: Desk, diagram: bytes) -> None:
    desk.deploy(diagram)
    case = desk.start()
    statements, sizes = {}, {}

    for first in range(1, 1001, 20):  # a few rounds a transaction: commits are not what is counted
        with desk.database.transaction() as session:
            for number in range(first, first + 20):
                task = newest_task(session, case)
                with traffic(desk.database) as heard:
                    done = user_tasks.complete(session, task, None, user_tasks.Order(SAM, NOW))
                statements[number], sizes[number] = len(heard.statements), len(done.instance.state_data)

    assert statements[10] == statements[1000]
    assert abs(sizes[10] - sizes[1000]) < 16
    desk.check()


# -- all or nothing -----------------------------------------------------------------------------------------


class Fault(Exception):
    """What a statement runs into."""


@contextmanager
def fault_at(desk: Desk, number: int) -> Iterator[None]:
    """The statement of that number fails; the commit counts as the last."""
    numbers = count(1)

    def fail(*_about: Any) -> None:
        if next(numbers) == number:
            raise Fault

    def execute(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK", "RELEASE")):
            fail()

    event.listen(desk.database.engine, "before_cursor_execute", execute)
    event.listen(desk.database.engine, "commit", fail)
    try:
        yield
    finally:
        event.remove(desk.database.engine, "before_cursor_execute", execute)
        event.remove(desk.database.engine, "commit", fail)


WAITS = line(
    draw.user("one", **DESK),
    draw.user("two", formKey="p/two", **DESK),
    draw.user("three", **DESK),
    beside=(LATE, RING, draw.path("late end"), draw.path("ring end")),
    messages=("call",),
)


@pytest.mark.parametrize("command", ["start", "claim", "complete", "message", "cancel", "suspend", "change"])
def test_a_command_that_fails_at_any_statement_leaves_everything_as_it_was(desk: Desk, command: str) -> None:
    desk.deploy(WAITS, two=form(note="string"))
    case = desk.start()
    desk.do("one", case)
    task = desk.task("two", case)
    acts: dict[str, Callable[[], object]] = {
        "start": desk.start,
        "claim": lambda: desk.claim(task),
        "complete": lambda: desk.complete(task, {"note": "x"}),
        "message": lambda: desk.send("call"),
        "cancel": lambda: desk.operate("cancel", case),
        "suspend": lambda: desk.operate("suspend", case),
        "change": lambda: desk.change(case, a=1),
    }
    before = desk.everything()

    for number in count(1):
        with fault_at(desk, number):
            try:
                acts[command]()
            except Fault:
                assert desk.everything() == before, f"statement {number}"
                continue
        break

    assert number > 4
    assert desk.everything() != before
    desk.check()


def test_a_timer_that_fails_at_any_statement_is_tried_again_and_fires_once(desk: Desk) -> None:
    desk.deploy(WAITS, two=form(note="string"))
    case = desk.start()
    desk.do("one", case)
    desk.clock.advance(timedelta(hours=1))

    for number in count(1):
        with fault_at(desk, number), suppress(Fault):
            desk.sweep()
        desk.check()
        if not desk.timers(case):
            break
        (timer,) = desk.timers(case)
        desk.clock.set(max(timer.next_at, desk.now))
        if timer.state == "dead":
            with desk.database.transaction() as session:
                timers.retry(session, timer.id, by=ROOT, now=desk.now)

    assert number > 5
    assert [row.element for row in desk.history(case, "timer fired")] == ["late"]


# -- at once ------------------------------------------------------------------------------------------------


def test_of_two_people_who_complete_one_task_at_once_one_does(desk: Desk) -> None:
    desk.deploy(PLAIN)

    for _ in range(20):
        case = desk.start()
        task = desk.task("one", case)

        results = at_once(lambda t=task: desk.complete(t, by=SAM), lambda t=task: desk.complete(t, by=SUE))

        assert sorted(type(result).__name__ for result in results) == ["Conflict", "View"]
        assert desk.open(case) == ["two"]
        assert len(desk.history(case, "task completed")) == 1
    desk.check()


def test_of_people_who_claim_one_task_at_once_one_does(desk: Desk) -> None:
    desk.deploy(PLAIN)

    for _ in range(10):
        task = desk.task("one", desk.start())

        results = at_once(*(lambda t=task, p=who: desk.claim(t, p) for who in (SAM, SUE, ROOT)))

        assert sorted(type(result).__name__ for result in results) == ["Conflict", "Conflict", "View"]
    desk.check()


def test_parallel_branches_completed_at_once_meet_at_their_join(desk: Desk) -> None:
    branches = [draw.user(f"b{number}", **DESK) for number in range(4)]
    paths = [draw.path("fork", f"b{number}", "join") for number in range(4)]
    ends = (draw.path("start fork"), draw.path("join after"))
    nodes = (draw.start(), draw.par("fork"), *branches, draw.par("join"), draw.user("after", **DESK))
    desk.deploy(draw.diagram(*nodes, *paths, *ends))

    for _ in range(5):
        case = desk.start()
        tasks = [task.id for task in desk.tasks(case)]

        at_once(*(lambda task=task: desk.complete(task) for task in tasks))

        assert desk.open(case) == ["after"]
    desk.check()


BUSY = draw.diagram(
    draw.start(),
    draw.xor("again"),
    draw.user("work", **DESK),
    draw.path("start again work again"),
    draw.boundary("tick", "work", draw.timer_of("timeCycle", "R/PT1M"), interrupting=False),
    draw.user("ticked", **DESK),
    draw.path("tick ticked"),
    draw.event_sub(
        "m",
        draw.start("r", draw.message("call"), isInterrupting=False),
        draw.user("answer", **DESK),
        draw.path("r answer"),
    ),
    messages=("call",),
)


def test_eight_threads_of_commands_and_sweeps_leave_every_case_whole(desk: Desk) -> None:
    desk.deploy(BUSY)
    cases = [desk.start() for _ in range(3)]

    def worker(seed: int) -> int:
        """Do fifteen things; how many were done and not refused."""
        chance = random.Random(seed)
        done = 0
        for _ in range(15):
            case = chance.choice(cases)
            task = chance.choice(desk.tasks(case)).id
            acts: list[Callable[[], object]] = [
                lambda task=task: desk.complete(task, by=ROOT),
                lambda task=task: desk.complete(task, by=ROOT),
                lambda task=task: desk.claim(task, chance.choice([SAM, SUE])),
                lambda task=task: desk.release(task, by=ROOT),
                lambda case=case: desk.send("call", instance=case),
                lambda case=case: desk.change(case, by=MIA, n=1),
                lambda: desk.wait(minutes=1),
                desk.sweep,
            ]
            try:
                chance.choice(acts)()
                done += 1
            except (Conflict, NotFound):
                pass
        return done

    results = at_once(*(lambda seed=seed: worker(seed) for seed in range(8)))

    assert not [error for error in results if isinstance(error, EngineError)]
    assert sum(results) > 60
    desk.sweep()
    desk.check()


@POSTGRES
def test_who_waits_for_a_case_sees_its_task_as_it_is_then_and_never_stands_in_the_way(desk: Desk) -> None:
    """Whoever holds the case may still write the task, for the one who waits holds neither of the two."""
    desk.deploy(PLAIN)
    case = desk.start()
    task = desk.task("one", case)

    with ThreadPoolExecutor(1) as other, desk.database.transaction() as session:
        runtime.lock(session, case)
        late = other.submit(desk.complete, task)
        eventually(lambda: session.scalar(WAITS_FOR_A_LOCK))
        process_instances.cancel(session, case, process_instances.Order(MIA, NOW))
        session.commit()

        with pytest.raises(Conflict, match="cancelled"):
            late.result(120)
    assert desk.case(case).state == "cancelled"


WAITS_FOR_A_LOCK = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
