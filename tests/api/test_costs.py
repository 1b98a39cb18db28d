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
    for table in ("timer", "message_subscription"):
        assert f"DELETE FROM {table} " in told
    for table in ("timer", "message_subscription", "user_task_candidate", "case_words"):
        assert f"INSERT INTO {table} " in told
    assert len(heard.statements) <= MOST_STATEMENTS, heard.statements
    assert heard.commits == 1
