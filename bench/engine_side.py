"""What is measured without HTTP: the verbs on a database in this process."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event, insert, select, text

from bench.diagrams import ALL
from engine import deployments, people, process_instances, scheduler, service_levels, user_tasks, words
from engine.clock import system_now
from engine.database import Database, upgrade
from engine.deployments import File
from engine.durations import format_instant
from engine.people import Person
from engine.service_levels import Edit, Kind
from engine.store import search
from engine.store.base import new_id
from engine.store.clocks import ClockRow
from engine.store.process_instances import ProcessInstanceRow
from engine.store.user_tasks import UserTaskRow


def prepare(url: str) -> tuple[Database, Person]:
    """A migrated database with the processes deployed, and somebody at the service desk."""
    database = Database(url)
    upgrade(database)
    with database.transaction() as session:
        people.add_group(session, "service-desk", "Service desk")
        groups = ["service-desk"]
        person = people.add(
            session, username="bench", name="Bench", now=system_now(), roles=["agent"], groups=groups
        )
        files = [File(path, xml.encode()) for path, xml in ALL.items()]
        deployments.deploy(session, files, by=None, now=database.now(session))
    return database, person


def start(database: Database, person: Person, key: str, **variables: Any) -> str:
    with database.transaction() as session:
        now = database.now(session)
        return process_instances.start(session, key, variables, by=person, now=now, zone="UTC").id


def complete_next(database: Database, person: Person, instance: str) -> None:
    with database.transaction() as session:
        task = session.connection().execute(_OPEN_TASK, {"instance": instance}).scalar_one()
        user_tasks.complete(session, task, None, user_tasks.Order(person, database.now(session)))


_OPEN_TASK = text("SELECT id FROM user_task WHERE instance_id = :instance AND state = 'open'")


def measure_cases(database: Database, person: Person, cases: int) -> dict[str, Any]:
    """Cases a second: start and two completions, each a transaction of its own, in turn."""
    for _ in range(10):
        start(database, person, "two_tasks")
    began = time.perf_counter()
    for _ in range(cases):
        instance = start(database, person, "two_tasks")
        complete_next(database, person, instance)
        complete_next(database, person, instance)
    return {"cases_per_second": cases / (time.perf_counter() - began)}


def measure_idle_sweep(database: Database, person: Person, open_cases: int) -> dict[str, Any]:
    """Statements and milliseconds of a sweep with nothing due, beside open cases with timers."""
    later = (system_now() + timedelta(days=30)).isoformat()
    for _ in range(open_cases):
        start(database, person, "timer", due=later)
    counted = _Statements(database.engine)
    rounds = 200
    began = time.perf_counter()
    for _ in range(rounds):
        scheduler.sweep_all(database)
    seconds = time.perf_counter() - began
    return {"open_cases": open_cases, "statements": counted.stop() / rounds, "ms": seconds / rounds * 1000}


def measure_burst(database: Database, person: Person, count: int) -> dict[str, Any]:
    """Many timers of diagrams due in the same second: fired a second, by one sweep."""
    due = (system_now() - timedelta(seconds=1)).isoformat()
    for _ in range(count):
        start(database, person, "timer", due=due)
    began = time.perf_counter()
    fired = scheduler.sweep_all(database)
    seconds = time.perf_counter() - began
    if fired != count:
        raise RuntimeError(f"{fired} of {count} timers fired")
    return {"timers": count, "fired_per_second": count / seconds}


ROUND_THE_CLOCK = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def measure_thresholds(database: Database, count: int) -> dict[str, Any]:
    """Many thresholds of clocks that no diagram waits for, due within one second: how late each fired."""
    case = _promise(database)
    start = datetime.now(UTC) + timedelta(seconds=3 + count / 2_000)
    with database.transaction() as session:
        instance = session.get_one(ProcessInstanceRow, case)
        clock = session.scalars(select(ClockRow).where(ClockRow.instance_id == case)).one()
        for first in range(0, count, 2_000):
            numbers = range(first, min(first + 2_000, count))
            copies = [_copies_with_clock(instance, clock, start + n * SECOND / count) for n in numbers]
            for at, table in enumerate((ProcessInstanceRow, ClockRow)):
                session.execute(insert(table), [each[at] for each in copies])
        session.delete(clock)
    _analyse(database)
    late: list[float] = []
    time.sleep(max(0.0, (start - datetime.now(UTC)).total_seconds()))
    began = time.perf_counter()
    while len(late) < count:
        scheduler.sweep_all(database, lambda swept: late.extend(swept.thresholds))
        time.sleep(scheduler.SWEEP_SECONDS / 10)
    seconds = time.perf_counter() - began
    late.sort()
    return {
        "thresholds": count,
        "fired_per_second": count / seconds,
        "p50_ms": late[count // 2] * 1000,
        "p99_ms": late[count * 99 // 100] * 1000,
    }


SECOND = timedelta(seconds=1)


def _promise(database: Database) -> str:
    """Promise something to a case with a clock."""
    with database.transaction() as session:
        now = system_now()
        boss = people.add(session, username="boss", name="Boss", now=now, roles=["administrator"])
        edit = Edit(boss, now)
        calendar = {"name": "Always", "tz": "UTC", "weekly": ROUND_THE_CLOCK}
        service_levels.create(session, Kind.CALENDAR, "always", calendar, edit)
        target = {"clock": "answer", "target": "PT1H", "calendar": "always"}
        service_levels.create(session, Kind.POLICY, "all", {"name": "All", "targets": [target]}, edit)
    return start(database, boss, "measured")


def _copies_with_clock(
    case: ProcessInstanceRow, clock: ClockRow, due: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same case again, whose clock reaches its target then."""
    id = new_id()
    names, columns = ProcessInstanceRow.__table__.columns.keys(), ClockRow.__table__.columns.keys()
    instance = {name: getattr(case, name) for name in names} | {"id": id, "number": f"SLA-{id}"}
    entry = clock.thresholds[0] | {"due": format_instant(due), "armed": format_instant(case.started_at)}
    changed = {"id": new_id(), "instance_id": id, "due_at": due, "next_at": due, "thresholds": [entry]}
    return instance, {name: getattr(clock, name) for name in columns} | changed


def _analyse(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


class _Statements:
    """Counts the statements an engine executes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._count = 0
        event.listen(engine, "before_cursor_execute", self._one)

    def _one(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self._count += not statement.startswith("BEGIN")

    def stop(self) -> int:
        event.remove(self._engine, "before_cursor_execute", self._one)
        return self._count


def fill_inbox(database: Database, tasks: int) -> None:
    """Put open tasks of as many cases into the tables, one in ten for the service desk, with real states."""
    with database.transaction() as session:
        like = select(ProcessInstanceRow).where(ProcessInstanceRow.definition_key == "two_tasks").limit(1)
        case = session.scalars(like).one()
        for first in range(0, tasks, 5_000):
            rows = [_copies(case, number) for number in range(first, min(first + 5_000, tasks))]
            for column, table in enumerate((ProcessInstanceRow, UserTaskRow)):
                session.execute(insert(table), [row[column] for row in rows])
            for instance, *_ in rows:
                search.put(session, instance["id"], words.of([instance["number"], instance["title"]]))
    _analyse(database)


def _copies(case: ProcessInstanceRow, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A case like this one, waiting at its first task."""
    names = ProcessInstanceRow.__table__.columns.keys()
    title = f"Case {number} 三楼的打印机坏了"
    changed = {"id": new_id(), "number": f"BULK-{number}", "title": title, "state": "active"}
    instance = {name: getattr(case, name) for name in names} | changed
    group = "service-desk" if number % 10 == 0 else f"group-{number % 10}"
    task = {
        "id": new_id(),
        "instance_id": instance["id"],
        "token": 3,
        "element": "first",
        "name": "First",
        "names": {},
        "state": "open",
        "candidate_users": [],
        "candidate_groups": [group],
        "separation": [],
        "created_at": datetime.now(UTC),
        "opened_at": case.started_at,
        "revision": 1,
    }
    return instance, task
