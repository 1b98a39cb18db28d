"""With ten thousand open tasks, how soon the first row of my work stands there. Prints its figures."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import insert, select, text

from engine.database import Database
from engine.store.base import new_id
from engine.store.process_instances import ProcessInstanceRow
from engine.store.user_tasks import UserTaskRow
from tests.server import Client, Server, running
from tests.web.conftest import WIDE, sign_in

TASKS = 10_000
MINE = 200
RUNS = 10
REQUESTS = 200
QUERIES = ("assignee=me&sort=due", "group=mine&unassigned=true&sort=due", "group=mine&sort=created")

Row = dict[str, Any]


@pytest.fixture
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose service desk has ten thousand open tasks, two hundred of them sam's."""
    folder = tmp_path_factory.mktemp("crowded")
    url = f"sqlite:///{folder / 'baton.db'}"
    server = Server(url, folder)
    with running(server):
        details = {"description": "It jams.", "impact": 2, "urgency": 2}
        Client(server.url, "ann").start("incident", title="Printer jams", **details)
    fill(Database(url))
    with running(server):
        yield server


def fill(database: Database) -> None:
    with database.transaction() as session:
        task = session.scalars(select(UserTaskRow)).one()
        case = session.get_one(ProcessInstanceRow, task.instance_id)
        copies = [copied(columns(case), columns(task), number) for number in range(TASKS)]
        for place, table in enumerate((ProcessInstanceRow, UserTaskRow)):
            session.execute(insert(table), [copy[place] for copy in copies])
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    database.engine.dispose()


def columns(row: Any) -> Row:
    return {column.key: getattr(row, column.key) for column in type(row).__table__.columns}


def copied(case: Row, task: Row, number: int) -> tuple[Row, Row]:
    """A case like this one, waiting at the same task; one in two is due some day."""
    case = case | {"id": new_id(), "number": f"BULK-{number}", "title": f"Printer {number} jams"}
    task = task | {
        "id": new_id(),
        "instance_id": case["id"],
        "assignee": "sam" if number % (TASKS // MINE) == 0 else None,
        "due_at": task["created_at"] + timedelta(minutes=number) if number % 2 else None,
    }
    return case, task


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


@contextmanager
def visitor(browser: Browser, server: Server) -> Iterator[BrowserContext]:
    """Sam at a browser that has seen nothing of Baton yet."""
    context = browser.new_context(base_url=server.url, viewport=WIDE)
    sign_in(context, "sam")
    yield context
    context.close()


def open_my_work(context: BrowserContext) -> float:
    """Seconds until the first row of my work stands there, in a new tab."""
    page = context.new_page()
    first = page.locator("[data-row]").first
    taken = seconds(lambda: (page.goto("/work", wait_until="commit"), first.wait_for()))
    page.close()
    return taken


def tell(what: str, taken: list[float]) -> None:
    print(f"\n{what}, {TASKS:,} open tasks: median {median(taken):.2f} s of {len(taken)} runs,")
    print(f"  each {', '.join(f'{one:.2f}' for one in taken)} s")


@pytest.mark.proof
def test_the_first_row_of_my_work_stands_there_within_a_second(browser: Browser, crowded: Server) -> None:
    sam = Client(crowded.url, "sam")

    def visits(context: BrowserContext, times: int) -> list[float]:
        return [open_my_work(context) for _ in range(times)]

    def fresh_visit() -> float:
        with visitor(browser, crowded) as context:
            return open_my_work(context)

    fresh_visit()  # the server reads the process and its forms once
    with visitor(browser, crowded) as context:
        visits(context, 2)  # the browser keeps what it has compiled from the second visit on
        again = visits(context, RUNS)
    tell("the first row of my work on coming back", again)
    at_first = [fresh_visit() for _ in range(RUNS)]
    tell("with nothing in the browser's cache", at_first)
    for query in QUERIES:
        asked = [seconds(lambda query=query: sam.get(f"/user-tasks?{query}")) for _ in range(REQUESTS)]
        p95 = quantiles(asked, n=20)[-1] * 1000
        print(f"GET /user-tasks?{query}: median {median(asked) * 1000:.0f} ms, p95 {p95:.0f} ms")

    assert median(again) < 1
    assert median(at_first) < 1
