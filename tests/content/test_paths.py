"""Every path of every process we ship, walked through the API by the people of the demo organisation."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request, request_finished, request_started

from tests.content.diagrams import FILES, Diagram
from tests.content.walks import Trail, Walk, steps
from tests.desk import Desk, open_desk
from tests.engine.support import traffic

DECLARED = sorted(path.stem for path in Path(__file__).parent.glob("paths/*.py"))
PATHS: dict[str, dict[str, Walk]] = {
    key: import_module(f"tests.content.paths.{key}").PATHS for key in DECLARED
}
WALKS = [
    pytest.param(walk, id=f"{key}: {name}") for key, walks in PATHS.items() for name, walk in walks.items()
]
MOST_STATEMENTS = 12
DIAGRAMS = {path.stem: path for path in FILES}


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(database_url, tmp_path) as desk:
        yield desk


def test_every_process_has_its_paths_declared() -> None:
    assert list(PATHS) == sorted(DIAGRAMS)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("walk", WALKS)
def test_a_case_goes_the_way_that_people_and_time_send_it_within_its_statements(
    desk: Desk, walk: Walk
) -> None:
    with completions(desk) as counted:
        case = walk(desk)

    assert not desk("root").case(case)["failures"]
    assert max(counted, default=0) <= MOST_STATEMENTS, counted


@contextmanager
def completions(desk: Desk) -> Iterator[list[int]]:
    """How many statements each completion of a task took, from who asks to the commit."""
    counted: list[int] = []
    with traffic(desk.database) as heard:

        def start(_app: Flask, **_: Any) -> None:
            heard.statements.clear()

        def finish(_app: Flask, response: Response, **_: Any) -> None:
            if request.path.endswith("/complete") and response.status_code == 200:
                counted.append(len(heard.statements))

        with request_started.connected_to(start, desk.app), request_finished.connected_to(finish, desk.app):
            yield counted


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("key", PATHS)
def test_the_paths_visit_every_element_and_take_every_flow_of_the_diagram(desk: Desk, key: str) -> None:
    diagram = Diagram(DIAGRAMS[key])
    visited: set[str] = set()
    taken: set[str] = set()
    for walk in PATHS[key].values():
        trail = Trail(diagram, steps(desk, walk(desk), key))
        visited |= trail.visited
        taken |= trail.taken

    assert {node.get("id") for node in diagram.nodes()} - visited == set()
    assert {flow.get("id") for flow in diagram.flows()} - taken == set()
