"""The cast everyone knows, diagrams in a line, and a desk where all that somebody does is one transaction."""

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import orjson
from SpiffWorkflow.util.task import TaskState as TokenState
from sqlalchemy import Table, event, insert, select, update
from sqlalchemy.orm import Session

from engine import (
    clocks,
    deployments,
    history,
    jobs,
    messages,
    people,
    process_instances,
    runtime,
    scheduler,
    timers,
    user_tasks,
)
from engine.bpmn.specs.activities import ReceiveTask, ServiceTask, UserTask
from engine.bpmn.specs.events import CatchEvent
from engine.bpmn.specs.triggers import Condition, Timer
from engine.clock import FixedClock
from engine.deployments import Deployment, File
from engine.errors import EngineError
from engine.people import Person, Role
from engine.store.base import Database, new_id
from engine.store.clocks import TOLD, ClockRow, events_in
from engine.store.history import Entry, HistoryRow, chain
from engine.store.jobs import JobRow
from engine.store.process_instances import ProcessInstanceRow
from engine.store.subscriptions import SubscriptionRow
from engine.store.timers import TimerRow
from engine.store.user_tasks import CandidateRow, TaskState, UserTaskRow
from tests.engine.bpmn import support as draw

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

# -- the cast -----------------------------------------------------------------------------------------------

GROUPS = ("service-desk", "network", "cab")
ORGANISATIONS = ("acme", "globex")


def _person(username: str, *roles: Role, groups: tuple[str, ...] = (), organisation: str = "acme") -> Person:
    return Person(
        id=username,
        username=username,
        name=username.title(),
        email=None,
        roles=frozenset(roles),
        groups=frozenset(groups),
        organisation_id=organisation,
        locale="en",
        zone="UTC",
    )


ANN = _person("ann", Role.REQUESTER, organisation="globex")
SAM = _person("sam", Role.AGENT, groups=("service-desk",))
SUE = _person("sue", Role.AGENT, groups=("service-desk",))
NIA = _person("nia", Role.AGENT, groups=("network",))
MIA = _person("mia", Role.SERVICE_MANAGER)
PAT = _person("pat", Role.PROCESS_OWNER)
AUDRA = _person("audra", Role.AUDITOR, groups=("service-desk",))
ROOT = _person("root", Role.ADMINISTRATOR)
OUTSIDER = _person("otto", Role.REQUESTER, organisation="globex")
CAST = (ANN, SAM, SUE, NIA, MIA, PAT, AUDRA, ROOT, OUTSIDER)


def seed_cast(session: Session) -> None:
    """Put the cast into a database that has none."""
    for name in GROUPS:
        people.add_group(session, name, name.title())
    for key in ORGANISATIONS:
        people.add_organisation(session, key, key.title())
    for person in CAST:
        people.add(
            session,
            username=person.username,
            name=person.name,
            organisation=person.organisation_id,
            roles=person.roles,
            groups=person.groups,
            now=NOW,
        )


# -- what is deployed ---------------------------------------------------------------------------------------

DESK = {"candidateGroups": "service-desk"}


def line(*nodes: str, beside: tuple[str, ...] = (), key: str = "p", **declared: tuple[str, ...]) -> bytes:
    """A diagram that goes from its start through the nodes, one after the other, to its end."""
    ids = [re.search(r'id="([^"]+)"', node)[1] for node in nodes]
    steps = (draw.start(), *nodes, draw.end(), draw.path("start", *ids, "end"))
    return draw.diagram(*steps, *beside, key=key, **declared)


def on_process(diagram: bytes, attributes: str) -> bytes:
    """The diagram with more attributes on its process."""
    return diagram.replace(b'isExecutable="true"', f'isExecutable="true" {attributes}'.encode(), 1)


def form(**properties: Any) -> bytes:
    """A form document with these fields: `outcome="string"`, or a schema."""
    fields = {name: {"type": kind} if isinstance(kind, str) else kind for name, kind in properties.items()}
    return orjson.dumps({"schema": {"type": "object", "properties": fields}, "ui": {}})


# -- the desk -----------------------------------------------------------------------------------------------


@dataclass
class Desk:
    """What people do at Baton, each in a transaction of its own, on a clock that stands still until moved."""

    database: Database
    clock: FixedClock
    swept: list[timers.Swept] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    # What people do.

    def deploy(self, diagram: bytes | None = None, /, by: Person | None = PAT, **forms: bytes) -> Deployment:
        """Deploy a diagram as `p.bpmn`, and forms of `p/`."""
        files = [File(f"p/{name}.json", data) for name, data in forms.items()]
        files += [File("p.bpmn", diagram)] if diagram is not None else []
        with self.database.transaction() as session:
            return deployments.deploy(session, files, by=by, now=self.now)

    def start(self, variables: Mapping[str, Any] | None = None, by: Person = ANN, key: str = "p") -> str:
        """The id of a new case."""
        with self.database.transaction() as session:
            case = process_instances.start(session, key, variables or {}, by=by, now=self.now, zone="UTC")
            return case.id

    def claim(self, task: str, by: Person = SAM, revision: int | None = None) -> user_tasks.View:
        with self.database.transaction() as session:
            return user_tasks.claim(session, task, user_tasks.Order(by, self.now, revision))

    def release(self, task: str, by: Person = SAM) -> user_tasks.View:
        with self.database.transaction() as session:
            return user_tasks.release(session, task, user_tasks.Order(by, self.now))

    def assign(self, task: str, to: str, by: Person = SAM) -> user_tasks.View:
        with self.database.transaction() as session:
            return user_tasks.assign(session, task, to, user_tasks.Order(by, self.now))

    def complete(
        self,
        task: str,
        data: Mapping[str, Any] | None = None,
        by: Person = SAM,
        revision: int | None = None,
    ) -> user_tasks.View:
        with self.database.transaction() as session:
            return user_tasks.complete(session, task, data, user_tasks.Order(by, self.now, revision))

    def do(self, element: str, case: str, by: Person = SAM, **data: Any) -> user_tasks.View:
        """Complete the open task at an element of a case."""
        return self.complete(self.task(element, case), data or None, by)

    def operate(self, verb: str, case: str, by: Person = MIA, **order: Any) -> ProcessInstanceRow:
        """cancel | suspend | resume | retry"""
        with self.database.transaction() as session:
            act = getattr(process_instances, verb)
            return act(session, case, process_instances.Order(by, self.now, **order))

    def change(self, case: str, by: Person = MIA, **values: Any) -> dict[str, Any]:
        with self.database.transaction() as session:
            order = process_instances.Order(by, self.now)
            return process_instances.change_variables(session, case, values, order)

    def work(self, verb: str, job: str, *what: Any, by: Person = ROOT, **more: Any) -> JobRow:
        """complete | fail | retry"""
        with self.database.transaction() as session:
            return getattr(jobs, verb)(session, job, *what, jobs.Order(by, self.now), **more)

    def send(self, name: str, by: Person = SAM, **more: Any) -> messages.Delivery:
        with self.database.transaction() as session:
            return messages.publish(session, name, by=by, now=self.now, **more)

    def wait(self, **how_long: float) -> int:
        """Let time pass, then sweep until nothing is due. How many timers fired."""
        self.clock.advance(timedelta(**how_long))
        return self.sweep()

    def sweep(self) -> int:
        return scheduler.sweep_all(self.database, self.swept.append)

    def clone(self, case: str, times: int) -> list[str]:
        """The ids of so many copies of a case, each with a history of its own."""
        ids = [new_id() for _ in range(times)]
        with self.database.transaction() as session:
            for first in range(0, times, 1000):
                _clone(session, case, ids[first : first + 1000])
            _end_at_last_entries(session)
        return ids

    # What is to be seen.

    def case(self, case: str) -> ProcessInstanceRow:
        with self.database.transaction(write=False) as session:
            return session.get_one(ProcessInstanceRow, case)

    def variables(self, case: str) -> dict[str, Any]:
        with self.database.transaction(write=False) as session:
            return process_instances.variables(session, case, by=ROOT, now=self.now)

    def tasks(self, case: str, state: str | None = TaskState.OPEN) -> list[UserTaskRow]:
        """The tasks of a case in the order they opened."""
        statement = select(UserTaskRow).where(UserTaskRow.instance_id == case).order_by(UserTaskRow.token)
        return [task for task in self.rows(statement) if state in (None, task.state)]

    def open(self, case: str) -> list[str]:
        """The elements of the open tasks, in alphabetical order."""
        return sorted(task.element for task in self.tasks(case))

    def task(self, element: str, case: str) -> str:
        """The id of the open task at an element."""
        (found,) = (task.id for task in self.tasks(case) if task.element == element)
        return found

    def timers(self, case: str | None = None) -> list[TimerRow]:
        """Timers in the order they are due."""
        statement = select(TimerRow).order_by(TimerRow.due_at, TimerRow.id)
        return self.rows(statement.where(TimerRow.instance_id == case) if case else statement)

    def jobs(self, case: str) -> list[JobRow]:
        """Jobs in the order they were opened."""
        return self.rows(select(JobRow).where(JobRow.instance_id == case).order_by(JobRow.token))

    def measured(self, case: str, name: str = "resolution") -> ClockRow:
        """The latest clock of a name."""
        mine = select(ClockRow).where(ClockRow.instance_id == case, ClockRow.name == name)
        return self.rows(mine.order_by(ClockRow.id.desc()).limit(1))[0]

    def told(self, case: str, name: str = "resolution") -> list[str]:
        """What happened to the latest clock of a name, in order."""
        with self.database.transaction(write=False) as session:
            return [event.kind for event in events_in(session, [case])[self.measured(case, name).id]]

    def subscriptions(self, case: str) -> list[SubscriptionRow]:
        return self.rows(select(SubscriptionRow).where(SubscriptionRow.instance_id == case))

    def history(self, case: str, *kinds: str) -> list[HistoryRow]:
        statement = select(HistoryRow).where(HistoryRow.instance_id == case).order_by(HistoryRow.seq)
        return [row for row in self.rows(statement) if not kinds or row.kind in kinds]

    def rows(self, statement: Any) -> list[Any]:
        with self.database.transaction(write=False) as session:
            return list(session.scalars(statement))

    def execute(self, statement: Any) -> None:
        with self.database.transaction() as session:
            session.execute(statement)

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that the tables of cases hold, to compare before and after."""
        tables = (
            ProcessInstanceRow,
            UserTaskRow,
            CandidateRow,
            TimerRow,
            SubscriptionRow,
            JobRow,
            HistoryRow,
            ClockRow,
        )
        with self.database.transaction(write=False) as session:
            return {
                table.__tablename__: sorted(map(repr, session.execute(select(table.__table__))))
                for table in tables
            }

    # What must always hold.

    def check(self) -> None:
        """What the tables say a case waits for is what its tokens wait for; every history chain is whole."""
        with self.database.transaction(write=False) as session:
            assert list(history.verify(session)) == []
            assert list(clocks.recompute(session)) == []
            for case in session.scalars(select(ProcessInstanceRow)):
                _check_case(session, case, self.now)
                _check_revision(session, case)


def _check_case(session: Session, case: ProcessInstanceRow, now: datetime) -> None:
    def tokens(row: Any, *conditions: Any) -> list[int]:
        return sorted(session.scalars(select(row.token).where(row.instance_id == case.id, *conditions)))

    execution = runtime.load(session, case, now)
    waiting = [
        token
        for token in execution.tasks.values()
        if token.has_state(TokenState.STARTED | TokenState.WAITING) and token.notes.get("phase", 0) == 0
    ]
    events = [token for token in waiting if isinstance(token.spec, CatchEvent)]
    catching = [token for token in events if not isinstance(token.spec.trigger, Condition)]
    timing = {token.id for token in catching if isinstance(token.spec.trigger, Timer)}
    open_tasks = tokens(UserTaskRow, UserTaskRow.state == TaskState.OPEN)
    assert open_tasks == sorted(t.id for t in waiting if isinstance(t.spec, UserTask))
    failed = [token for token in execution.tasks.values() if "dead" in token.notes]
    serving = {token.id for token in waiting if isinstance(token.spec, ServiceTask)}
    assert tokens(JobRow, JobRow.state != "dead") == sorted(serving)
    assert tokens(JobRow, JobRow.state == "dead") == sorted(token.id for token in failed)
    assert tokens(TimerRow) == sorted(timing)
    receiving = {token.id for token in waiting if isinstance(token.spec, ReceiveTask)}
    assert tokens(SubscriptionRow) == sorted({token.id for token in catching} - timing | receiving)
    mine = select(UserTaskRow.id).where(UserTaskRow.instance_id == case.id, UserTaskRow.state == "open")
    offered = select(CandidateRow.task_id).where(CandidateRow.instance_id == case.id)
    assert set(session.scalars(offered)) <= set(session.scalars(mine))
    assert (case.ended_at is not None) == (case.state in ("completed", "cancelled")) == execution.completed


COMMANDS = (
    *("started", "claimed", "released", "assigned", "task completed", "message", "signal", "timer fired"),
    *("suspended", "resumed", "retried", "variables changed", "timer retried", "migrated"),
    *("job completed", "job failed", "job retried"),
)
"""What history calls the commands on a case; a case that was cancelled has one more, without an element."""


def _check_revision(session: Session, case: ProcessInstanceRow) -> None:
    """Every command was written down once and counted once."""
    told = select(HistoryRow.kind, HistoryRow.element).where(HistoryRow.instance_id == case.id)
    commands = [
        kind for kind, at in session.execute(told) if kind in COMMANDS or (kind, at) == ("cancelled", None)
    ]
    assert case.revision == len(commands)


_OF_A_CASE = (*(ProcessInstanceRow, UserTaskRow, TimerRow, SubscriptionRow, JobRow, HistoryRow, ClockRow),)


def _clone(session: Session, case: str, ids: list[str]) -> None:
    for row in _OF_A_CASE:
        originals = _rows_of(session, row.__table__, case)
        copy = _chained_anew if row is HistoryRow else _as_another
        if copies := [fresh for id in ids for fresh in copy(originals, case, id)]:
            session.execute(insert(row.__table__), copies)


def _rows_of(session: Session, table: Table, case: str) -> list[dict[str, Any]]:
    owner = table.c.id if table.name == "process_instance" else table.c.instance_id
    ordered = select(table).where(owner == case).order_by(*table.primary_key)
    return [dict(row) for row in session.execute(ordered).mappings()]


_IDS = ("id",)


def _as_another(originals: list[dict[str, Any]], case: str, id: str) -> Iterator[dict[str, Any]]:
    """The rows of a case in one table, as those of another case."""
    for row in originals:
        fresh = {name: _id_of_copy(row[name], case, id) for name in _IDS if name in row}
        fresh |= {name: id for name in ("instance_id",) if name in row}
        fresh |= {name: f"COPY-{id[-20:]}" for name in ("number",) if name in row}
        yield row | fresh


def _id_of_copy(original: str, case: str, id: str) -> str:
    return id if original == case else id[:12] + original[12:16] + id[-10:]


def _chained_anew(originals: list[dict[str, Any]], case: str, id: str) -> Iterator[dict[str, Any]]:
    copy = ProcessInstanceRow(id=id, history_length=0, history_hash=runtime.NO_HISTORY)
    for row in originals:
        detail = row["detail"]
        if row["kind"] in TOLD:
            detail = detail | {"id": _id_of_copy(detail["id"], case, id)}
        entry = Entry(row["kind"], row["element"], detail)
        yield from chain(copy, [entry], at=row["at"], actor=row["actor"])


def _end_at_last_entries(session: Session) -> None:
    """A case knows the end of its chain."""
    case, entry = ProcessInstanceRow, HistoryRow
    last = select(entry.hash).where(entry.instance_id == case.id, entry.seq == case.history_length)
    ended = update(case).where(case.number.startswith("COPY-")).values(history_hash=last.scalar_subquery())
    session.execute(ended, execution_options={"synchronize_session": False})


# -- watching the database ----------------------------------------------------------------------------------


@dataclass
class Traffic:
    """What was said to the database: everything, statements (those that open a transaction left out), and
    commits.
    """

    everything: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def traffic(database: Database) -> Iterator[Traffic]:
    """Listen to a database while the block runs."""
    heard = Traffic()

    def execute(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.everything.append(statement)
        if not statement.startswith("BEGIN"):
            heard.statements.append(statement)

    def commit(_connection: Any) -> None:
        heard.commits += 1

    event.listen(database.engine, "before_cursor_execute", execute)
    event.listen(database.engine, "commit", commit)
    try:
        yield heard
    finally:
        event.remove(database.engine, "before_cursor_execute", execute)
        event.remove(database.engine, "commit", commit)


def plan_of(database: Database, statement: str, parameters: Any = None) -> str:
    """How the database would find what a statement asks for."""
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    with database.transaction(write=False) as session:
        rows = session.connection().exec_driver_sql(explain + statement, parameters)
        return "\n".join(str(row[-1]) for row in rows)


def plans_of(database: Database, act: Callable[[], object]) -> list[str]:
    """The plans of all statements that `act` executes."""
    heard: list[tuple[str, Any]] = []

    def execute(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            heard.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", execute)
    try:
        act()
    finally:
        event.remove(database.engine, "before_cursor_execute", execute)
    return [plan_of(database, statement, parameters) for statement, parameters in heard]


# -- doing things at once -----------------------------------------------------------------------------------


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do everything at once, a thread each: what each returned, or the engine's error it raised."""
    together = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        together.wait(120)
        try:
            return act()
        except EngineError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
