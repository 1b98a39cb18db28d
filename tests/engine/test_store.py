"""The database under everything: transactions, waiting, instants, ids and the indexes of the main lists."""

import re
from collections import deque
from datetime import UTC, datetime, timedelta, timezone
from threading import Event, Semaphore, Thread

import pytest
import time_machine
from sqlalchemy import event, insert, literal, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from engine import process_instances, timers, user_tasks
from engine.clock import Clock, FixedClock, system_now
from engine.errors import Unavailable
from engine.store import base
from engine.store.base import Database, FairLock, IdTime, at_flush, connection_of, new_id
from engine.store.deployments import DeploymentRow
from engine.store.process_instances import ProcessInstanceRow
from engine.store.user_tasks import CandidateRow, FormerAssigneeRow
from tests.engine.bpmn import support as draw
from tests.engine.support import ANN, DESK, NIA, NOW, ROOT, SAM, Desk, line, plans_of, traffic

ONLY = pytest.mark.parametrize
SQLITE = ONLY("house_url", ["sqlite"], indirect=True)
POSTGRES = ONLY("house_url", ["postgresql"], indirect=True)


def deployments(database: Database) -> list[str]:
    with database.transaction(write=False) as session:
        return list(session.scalars(text("SELECT reason FROM deployment ORDER BY reason")))


def add(session: Session, reason: str, at: datetime = NOW, id: str | None = None) -> str:
    row = DeploymentRow(id=id or new_id(), deployed_at=at, deployed_by=None, origin="person", reason=reason)
    session.add(row)
    session.flush()
    return row.id


def write(database: Database, reason: str) -> None:
    with database.transaction() as session:
        add(session, reason)


# -- transactions -------------------------------------------------------------------------------------------


def test_a_transaction_is_kept_when_its_block_ends_and_undone_when_it_raises(desk: Desk) -> None:
    with desk.database.transaction() as session:
        kept = add(session, "kept")
    with pytest.raises(IntegrityError), desk.database.transaction() as session:
        add(session, "undone", id=kept)

    assert deployments(desk.database) == ["kept"]


def test_a_reader_keeps_nothing(desk: Desk) -> None:
    with desk.database.transaction(write=False) as session:
        add(session, "lost")

    assert deployments(desk.database) == []


@POSTGRES
def test_what_the_server_was_asked_to_prepare_stays_prepared_after_a_reading(desk: Desk) -> None:
    def prepared() -> int:
        with desk.database.transaction(write=False) as session:
            found = session.execute(text("SELECT count(*) FROM pg_prepared_statements"))
            return int(found.scalar_one())

    asked = [prepared() for _ in range(12)]  # psycopg prepares what was asked five times

    assert asked[-1] >= 1


def test_a_glance_is_one_statement_and_no_transaction(desk: Desk) -> None:
    write(desk.database, "there")

    with traffic(desk.database) as heard, desk.database.glance() as session:
        found = connection_of(session).execute(text("SELECT reason FROM deployment")).scalar_one()

    assert found == "there"
    assert (heard.everything, heard.commits) == (["SELECT reason FROM deployment"], 0)


def test_readers_never_wait_for_a_writer_and_see_what_was_before(desk: Desk) -> None:
    with desk.database.transaction() as session:
        add(session, "under way")

        assert deployments(desk.database) == []

    assert deployments(desk.database) == ["under way"]


def test_a_commit_that_fails_leaves_no_transaction_behind(desk: Desk) -> None:
    def fail(_connection: object) -> None:
        raise RuntimeError("the disk is full")

    event.listen(desk.database.engine, "commit", fail)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="full"), desk.database.transaction() as session:
            add(session, "lost")
    event.remove(desk.database.engine, "commit", fail)

    with desk.database.transaction() as session:
        add(session, "kept")
    assert deployments(desk.database) == ["kept"]


@SQLITE
def test_a_writer_that_waits_too_long_is_told_to_try_again(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(base, "WAIT_FOR_WRITER_SECONDS", 0.01)

    with desk.database.transaction(), pytest.raises(Unavailable), desk.database.transaction():
        pass

    with desk.database.transaction() as session:
        add(session, "the next one gets its turn")


@SQLITE
def test_a_file_somebody_else_has_locked_is_unavailable(desk: Desk, house_url: str) -> None:
    other = Database(house_url)
    event.listen(desk.database.engine, "connect", lambda c, _record: c.execute("PRAGMA busy_timeout=10"))

    with other.transaction() as session:
        add(session, "theirs")
        with pytest.raises(Unavailable):
            write(desk.database, "ours")

    assert deployments(desk.database) == ["theirs"]
    other.close()


def cut_others(database: Database) -> None:
    """End every connection to this PostgreSQL database but our own."""
    with database.transaction() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )


@POSTGRES
def test_whether_a_commit_was_done_is_not_known_when_its_connection_dies(desk: Desk) -> None:
    other = Database(desk.database.url.render_as_string(False))
    event.listen(desk.database.engine, "commit", lambda _connection: cut_others(other), once=True)

    with pytest.raises(Unavailable, match="is not known"):
        write(desk.database, "perhaps")

    write(desk.database, "kept")
    assert deployments(desk.database) == ["kept"]
    other.close()


@SQLITE
def test_the_log_tells_why_the_database_could_not_answer(desk: Desk) -> None:
    with (
        capture_logs() as logs,
        pytest.raises(Unavailable),
        desk.database.transaction(write=False) as session,
    ):
        session.execute(text("SELECT 1 FROM nowhere WHERE 'secret' = :secret"), {"secret": "secret"})

    assert [line["reason"] for line in logs] == ["no such table: nowhere"]


@POSTGRES
def test_a_database_whose_connections_were_cut_is_unavailable_once(desk: Desk) -> None:
    other = Database(desk.database.url.render_as_string(False))

    def lose_the_connection() -> None:
        with desk.database.transaction() as session:
            add(session, "lost")
            cut_others(other)
            add(session, "lost too")

    with pytest.raises(Unavailable, match="Nothing was changed"):
        lose_the_connection()

    with desk.database.transaction() as session:
        add(session, "kept")
    assert deployments(desk.database) == ["kept"]
    other.close()


@POSTGRES
def test_a_machine_that_goes_without_a_word_is_noticed_within_half_a_minute(desk: Desk) -> None:
    with desk.database.transaction(write=False) as session:
        asked = session.connection().connection.driver_connection.info.get_parameters()

    idle, interval, count = (int(asked[f"keepalives_{what}"]) for what in ("idle", "interval", "count"))
    assert idle + interval * count <= 30
    assert int(asked["tcp_user_timeout"]) <= 30_000


def test_a_database_that_is_not_there_is_unavailable(tmp_path) -> None:
    for url in (f"sqlite:///{tmp_path}/no/where.db", f"postgresql://nobody@/none?host={tmp_path}"):
        database = Database(url)
        with pytest.raises(Unavailable):
            deployments(database)
        database.close()


# -- the queue of writers -----------------------------------------------------------------------------------


def test_the_lock_is_handed_over_in_the_order_it_was_asked_for() -> None:
    asked, order = Semaphore(0), []

    class Queue(deque[Event]):
        def append(self, turn: Event) -> None:
            super().append(turn)
            asked.release()

    lock = FairLock()
    lock._queue = Queue()

    def ask(number: int) -> None:
        assert lock.acquire(120)
        order.append(number)
        lock.release()

    lock.acquire(1)
    threads = []
    for number in range(6):
        threads.append(Thread(target=ask, args=(number,)))
        threads[-1].start()
        assert asked.acquire(timeout=120)
    lock.release()
    for thread in threads:
        thread.join(120)

    assert order == list(range(6))


def test_who_gives_up_waiting_leaves_the_queue() -> None:
    lock = FairLock()
    lock.acquire(1)

    assert not lock.acquire(0.01)
    lock.release()

    assert lock.acquire(0.01)


# -- values -------------------------------------------------------------------------------------------------


@ONLY(
    "instant",
    [
        NOW,
        datetime(2026, 12, 31, 23, 59, 59, 999999, UTC),
        datetime(1999, 1, 1, tzinfo=UTC),
        datetime(2026, 3, 2, 11, 0, 0, 1, timezone(timedelta(hours=5, minutes=45))),
    ],
)
def test_an_instant_comes_back_as_it_was_in_utc(desk: Desk, instant: datetime) -> None:
    with desk.database.transaction() as session:
        key = add(session, "x", instant)
    with desk.database.transaction(write=False) as session:
        back = session.get_one(DeploymentRow, key).deployed_at

    assert back == instant
    assert back.utcoffset() == timedelta(0)


def test_instants_are_in_order_of_time(desk: Desk) -> None:
    moments = [NOW + timedelta(microseconds=n) for n in (0, 1, 10, 999_999, 1_000_000)]
    with desk.database.transaction() as session:
        for number in (3, 0, 4, 1, 2):
            add(session, str(number), moments[number])

    with desk.database.transaction(write=False) as session:
        by_time = session.scalars(text("SELECT reason FROM deployment ORDER BY deployed_at")).all()
    assert by_time == ["0", "1", "2", "3", "4"]


def test_ids_are_unique_and_follow_time() -> None:
    ids = [new_id() for _ in range(1000)]

    assert len(set(ids)) == 1000
    assert all(len(id) == 26 for id in ids)
    assert [id[:12] for id in ids] == sorted(id[:12] for id in ids)


def test_ids_follow_one_another_when_the_systems_clock_is_set_back() -> None:
    before = new_id()

    with time_machine.travel(system_now() - timedelta(hours=1)):
        after = new_id()

    assert before[:12] <= after[:12]


@pytest.mark.parametrize("minutes", [-1, 1])
def test_ids_of_machines_whose_clocks_differ_have_the_time_of_the_database(minutes: int) -> None:
    with time_machine.travel(system_now() + timedelta(minutes=minutes)):
        ids = IdTime()

    ids.follow(told := system_now())

    assert -1 <= ids.milliseconds() - told.timestamp() * 1000 < 20_000


def test_a_command_may_ask_how_late_it_has_become(desk: Desk) -> None:
    running = Database(desk.database.url.render_as_string(False), Clock())
    running.clock.advance(timedelta(days=1))

    with running.transaction() as session:
        now = running.now(session)
        flushed = at_flush(session, now)
    with desk.database.transaction() as session:
        still = desk.database.now(session)
        assert at_flush(session, still) == still == NOW

    assert timedelta(0) < flushed - now < timedelta(seconds=30)
    assert abs(now - datetime.now(UTC) - timedelta(days=1)) < timedelta(seconds=30)
    running.close()


def test_a_clock_is_moved_forward_only() -> None:
    clock = FixedClock(NOW)
    clock.advance(timedelta(hours=1))

    with pytest.raises(ValueError, match="backwards"):
        clock.advance(timedelta(seconds=-1))
    assert clock.now() == NOW + timedelta(hours=1)


# -- the indexes lists are read along -----------------------------------------------------------------------


def lists(desk: Desk, case: str) -> dict[str, list[str]]:
    """The plans of what people ask for most."""

    def plans(act) -> list[str]:
        def run() -> None:
            with desk.database.transaction(write=False) as session:
                act(session)

        return plans_of(desk.database, run)

    def inbox(by, **chosen):
        return lambda s: user_tasks.page(s, user_tasks.Filter(state="open", **chosen), by=by, limit=50)

    cases = process_instances.page
    return {
        "my tasks": plans(inbox(SAM, assignee="sam")),
        "the queue of my group": plans(inbox(SAM, group="service-desk")),
        "another group's queue": plans(inbox(ROOT, group="service-desk")),
        "what I may see": plans(inbox(NIA)),
        "all open tasks": plans(inbox(ROOT)),
        "the tasks of a case": plans(inbox(ROOT, instance=case)),
        "overdue": plans(inbox(ROOT, overdue_at=NOW)),
        "my cases": plans(lambda s: cases(s, process_instances.Filter(requester="ann"), by=ANN, limit=50)),
        "open cases": plans(
            lambda s: cases(s, process_instances.Filter(states=["active"]), by=ROOT, limit=50)
        ),
        "cases I had to do with": plans(lambda s: cases(s, process_instances.Filter(), by=SAM, limit=50)),
        "those of them that ended": plans(
            lambda s: cases(s, process_instances.Filter(states=["completed"]), by=SAM, limit=50)
        ),
        "those of them that failed": plans(
            lambda s: cases(s, process_instances.Filter(states=["failed"]), by=SAM, limit=50)
        ),
        "what I did": plans(
            lambda s: user_tasks.page(s, user_tasks.Filter(state="completed"), by=SAM, limit=50)
        ),
        "a case's history": plans(lambda s: process_instances.history_page(s, case, by=ROOT, limit=50)),
        "a case's timers": plans(lambda s: timers.page(s, by=ROOT, instance=case, limit=50)),
        "what is due": plans(lambda s: timers.sweep(s, NOW)),
    }


def fill(desk: Desk, times: int) -> str:
    """A case of Ann's for the service desk among so many of somebody else's for another group."""
    late = draw.boundary("late", "work", draw.timer("P9D"))
    rung = draw.boundary("rung", "work", draw.message("call"))
    work = draw.user("work", draw.mark("start resolution"), dueDate="P1D", **DESK)
    beside = (late, draw.path("late end"), rung, draw.path("rung end"))
    desk.deploy(line(work, beside=beside, messages=("call",)))
    case = desk.start()
    desk.clone(case, times)
    desk.execute(update(CandidateRow).where(CandidateRow.instance_id != case).values(name="cab"))
    desk.execute(update(ProcessInstanceRow).where(ProcessInstanceRow.id != case).values(requester="otto"))
    others = select(literal("otto"), ProcessInstanceRow.id).where(ProcessInstanceRow.id != case)
    desk.execute(insert(FormerAssigneeRow).from_select(["username", "instance_id"], others))
    if not desk.database.is_sqlite:
        desk.execute(text("ANALYZE"))
    return case


# Of the one definition there is, names are read once; PostgreSQL's index would be longer than the table.
WHOLE = re.compile(r"Seq Scan on (?!process_definition)\w+|^SCAN (?!anon_)\w+$", re.MULTILINE)


def assert_no_table_is_read_whole(plans: dict[str, list[str]]) -> None:
    for name, found in plans.items():
        for plan in found:
            assert not WHOLE.search(plan), f"{name}:\n{plan}"


def test_the_main_lists_are_read_along_indexes(desk: Desk) -> None:
    case = fill(desk, 2000)

    assert_no_table_is_read_whole(lists(desk, case))


@pytest.mark.proof
def test_with_a_hundred_thousand_open_tasks_lists_are_still_read_along_indexes(desk: Desk) -> None:
    case = fill(desk, 100_000)

    assert_no_table_is_read_whole(lists(desk, case))
