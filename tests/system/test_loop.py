"""A case that goes round and round: its step costs the same however long it runs and whatever waits beside
it. Counted, not timed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select

from engine.database import Database
from engine.store.process_instances import ProcessInstanceRow
from tests.engine.bpmn.support import (
    diagram,
    end,
    event_sub,
    flow,
    message,
    par,
    path,
    script,
    start,
    timer,
    user,
    xor,
)
from tests.server import Client, Server, running
from tests.system.nodes import BEGUN

EARLY, LATE, PROOF = 10, 110, 1000
MOST_STATEMENTS = 12
FEW_BYTES = 16
"""The numbers in a state grow by digits: of the round, and of the tokens that have come and gone."""

DESK = {"candidateGroups": "service-desk"}
WORK = (
    user("work", **DESK), script("count", "n = n + 1"), xor("again", default="back"), end(),
    path("work count again"), flow("again", "work", id="back"), flow("again", "end", "${stop}"),
)  # fmt: skip
ALONE = (start(), *WORK, path("start work"))
BESIDE_A_BRANCH = (
    start(), par("fork"), user("waiting", **DESK), *WORK, path("start fork work"), path("fork waiting"),
)  # fmt: skip
BESIDE_EVENTS = (
    *ALONE,
    event_sub("on_time", start("late", timer("P30D"), isInterrupting=False)),
    event_sub("on_message", start("told", message("loop.told"), isInterrupting=False), user("look", **DESK),
              path("told look")),
)  # fmt: skip
LOOPS = {"alone": ALONE, "beside_a_branch": BESIDE_A_BRANCH, "beside_events": BESIDE_EVENTS}


class Step(NamedTuple):
    """What one completion cost, and the size of the case's state after it."""

    statements: list[str]
    size: int


class Loop:
    """A case in its loop, and what its steps cost."""

    def __init__(self, client: Client, database: Database, statements: Path, kind: str) -> None:
        self._client, self._database, self._statements = client, database, statements
        self.instance = client.start(f"loop_{kind}", n=0, stop=False)
        if kind == "beside_events":
            client.post("/messages", {"name": "loop.told", "instance": self.instance})
        self._round = 0

    def run_to(self, number: int) -> Step:
        """Go round until the round with this number; what that one cost."""
        while True:
            self._round += 1
            task = self._client.task(self.instance, "work")
            self._statements.write_text("")
            self._client.post(f"/user-tasks/{task}/complete", {})
            if self._round == number:
                return Step(self._of_the_step(task), self._size())

    def _of_the_step(self, task: str) -> list[str]:
        lines = (line.split("\t") for line in self._statements.read_text().splitlines())
        return [what for where, what in lines if task in where and not what.startswith("BEGIN")]

    def _size(self) -> int:
        state = select(ProcessInstanceRow.state_data).where(ProcessInstanceRow.id == self.instance)
        with self._database.transaction(write=False) as session:
            return len(session.execute(state).scalar_one())


@pytest.fixture
def statements(tmp_path: Path) -> Path:
    return tmp_path / "statements"


@pytest.fixture
def client(database_url: str, tmp_path: Path, statements: Path) -> Iterator[Client]:
    """Root, at a server that notes its statements."""
    counted = ("-m", "tests.system.counted", "serve")
    BEGUN.copy_to(database_url)
    with running(Server(database_url, tmp_path, program=counted, STATEMENTS=str(statements))) as server:
        client = Client(server.url, "root")
        for kind, content in LOOPS.items():
            client.deploy(f"{kind}.bpmn", diagram(*content, key=f"loop_{kind}", messages=("loop.told",)))
        yield client


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def the_last_step_costs_what_an_early_one_did(loop: Loop, rounds: int) -> None:
    early, late = loop.run_to(EARLY), loop.run_to(rounds)

    assert late.statements == early.statements
    assert late.statements.count("COMMIT") == 1
    assert 0 < len(late.statements) - 1 <= MOST_STATEMENTS
    assert abs(late.size - early.size) <= FEW_BYTES


def test_a_step_of_a_loop_costs_the_same_after_many_rounds(
    client: Client, database: Database, statements: Path
) -> None:
    for kind in LOOPS:
        loop = Loop(client, database, statements, kind)

        the_last_step_costs_what_an_early_one_did(loop, LATE)

        assert client.get(f"/process-instances/{loop.instance}/variables")["n"] == LATE


@pytest.mark.proof
@pytest.mark.parametrize("kind", LOOPS)
def test_a_step_of_a_loop_costs_the_same_after_a_thousand_rounds(
    client: Client, database: Database, statements: Path, kind: str
) -> None:
    the_last_step_costs_what_an_early_one_did(Loop(client, database, statements, kind), PROOF)
