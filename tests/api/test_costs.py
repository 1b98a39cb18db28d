"""What the worst of commands says to the database: every statement counted, from who asks to the commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.settings import Settings
from engine.store.base import Database
from tests.desk import Desk, open_desk
from tests.engine.bpmn import support as draw
from tests.engine.support import DESK, form, line, traffic

MOST_STATEMENTS = 12


def waiting(name: str, *inside: str) -> tuple[str, tuple[str, ...]]:
    """A task with candidates by name and by group, a form, a timer and a message; and what stands beside."""
    task = draw.user(name, *inside, formKey="p/note", candidateUsers="nia", **DESK)
    late = draw.boundary(f"{name}_late", name, draw.timer("PT1H"), interrupting=False)
    ring = draw.boundary(f"{name}_ring", name, draw.message("call"), interrupting=False)
    ends = (draw.path(f"{name}_late {name}_late_end"), draw.path(f"{name}_ring {name}_ring_end"))
    return task, (late, ring, draw.end(f"{name}_late_end"), draw.end(f"{name}_ring_end"), *ends)


TWO_AT_ONCE = draw.each(times=2, until="${nrOfCompletedInstances == 1}")


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


@contextmanager
def new_node(desk: Desk) -> Iterator[Database]:
    """Answer requests through connections that nobody has asked anything yet, the time neither."""
    server = desk.app.extensions["baton"]
    server.database = Database(desk.database.url.render_as_string(False))
    yield server.database
    server.database.close()
    server.database = desk.database


@pytest.mark.parametrize("inside", [(), (TWO_AT_ONCE,)], ids=["one", "and cancels another"])
def test_a_completion_that_closes_and_opens_everything_is_within_its_statements(
    desk: Desk, inside: tuple[str, ...]
) -> None:
    (first, beside_first), (second, beside_second) = waiting("one", *inside), waiting("two", *inside)
    drawn = line(first, second, beside=beside_first + beside_second, messages=("call",))
    desk("pat").deploy({"p.bpmn": drawn, "p/note.json": form(note="string")})
    sam = desk("sam")
    for _ in range(2):  # the first fills the caches
        task = sam.tasks(sam.start("p"))[0]
        with new_node(desk) as database, traffic(database) as heard:
            reply = sam.send("POST", f"/user-tasks/{task['id']}/complete", {"data": {"note": "x"}})

    assert reply.status == 200
    told = " ".join(heard.statements)
    for table in ("timer", "event_subscription"):
        assert f"DELETE FROM {table} " in told
    for table in ("timer", "event_subscription", "user_task", "case_words"):
        assert f"INSERT INTO {table} " in told
    assert len(heard.statements) <= MOST_STATEMENTS, heard.statements
    assert heard.commits == 1


MARKS = draw.mark("start response", "start resolution")
RECORD = '<baton:record prefix="INC" priority="${prio}"/>'
TARGETS = [
    {"clock": clock, "priority": priority, "target": f"PT{priority}H", "calendar": "24x7"}
    for clock in ("response", "resolution")
    for priority in (1, 2)
]


def measured(desk: Desk, *nodes: str, beside: tuple[str, ...] = ()) -> None:
    """Deploy a process with two clocks, and promise something for both."""
    marks = MARKS.replace("</extensionElements>", RECORD + "</extensionElements>").encode()
    begins = b'isExecutable="true">'
    drawn = line(*nodes, beside=beside, messages=("call",)).replace(begins, begins + marks)
    fields = {"note": "string", "prio": "integer"}
    desk("pat").deploy({"p.bpmn": drawn, "p/note.json": form(**fields)})
    policy = {"name": "Promises", "targets": TARGETS}
    assert desk("pat").send("PUT", "/sla-policies/p", policy, If_None_Match="*").status == 200


@pytest.mark.parametrize("prio", [2, 1], ids=["as it was aimed", "aimed anew"])
def test_a_completion_that_stops_pauses_and_aims_clocks_is_within_its_statements(
    desk: Desk, prio: int
) -> None:
    task = draw.user("one", draw.mark("stop response claim"), formKey="p/note", **DESK)
    late = draw.boundary("late", "one", draw.timer("PT1H"), interrupting=False)
    asks = draw.user("two", draw.mark("pause resolution"), formKey="p/note", **DESK)
    measured(desk, task, asks, beside=(late, draw.end("late_end"), draw.path("late late_end")))
    sam = desk("sam")
    for _ in range(2):
        case = sam.post("/process-instances", {"definition": "p", "variables": {"prio": 2}})
        task_id = sam.tasks(case)[0]["id"]
        with traffic(desk.database) as heard:
            data = {"note": "x", "prio": prio}
            reply = sam.send("POST", f"/user-tasks/{task_id}/complete", {"data": data})

    assert reply.status == 200, reply.body
    told = [row["kind"] for row in sam.get(f"/process-instances/{reply.body['instance']}/history")["items"]]
    assert {"clock stopped", "clock paused"} <= set(told)
    assert ("clock re-aimed" in told) == (prio == 1)
    assert len(heard.statements) <= MOST_STATEMENTS, heard.statements
    assert heard.commits == 1
