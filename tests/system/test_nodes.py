"""Several nodes share what is due: all of it fires once, though one of them is killed, their machines' clocks
differ, or the database is restarted under them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle, islice, pairwise
from pathlib import Path

import httpx
import pytest

from tests.engine.bpmn.support import diagram, end, path, start, user
from tests.server import Client, Server, eventually, running
from tests.system.nodes import (
    BEGUN,
    Burst,
    Restartable,
    Shifted,
    Watch,
    check,
    thresholds_due,
    timers_due,
    together,
)
from tests.system.test_kill import USUAL, Load, check_nothing_is_lost_or_doubled, work_while

FEW, MANY = 300, 10_000
SOON = timedelta(seconds=4)
ONCE_ARMED = timedelta(seconds=25)
"""Within this, ten thousand are armed."""
PATIENCE = 300
A_MINUTE, A_MOMENT = timedelta(minutes=1), timedelta(seconds=1)
RESTARTS = ("fast", "immediate")
TALK = diagram(start(), user("a", candidateGroups="cab"), end(), path("start a end"), key="talk")

Due = Callable[[Client, str, int, timedelta], Burst]
KINDS = pytest.mark.parametrize("due", [timers_due, thresholds_due], ids=["timers", "thresholds"])
POSTGRES = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def number_fired(node: Server) -> float:
    """How much this server says it has fired."""
    counts = ("baton_timer_lateness_seconds_count", "baton_sla_threshold_lateness_seconds_count")
    lines = httpx.get(f"{node.url}/metrics").text.splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith(counts))


def kill_one_amid(watch: Watch, burst: Burst, nodes: list[Server]) -> int:
    """Kill the last node when a third has fired, and wait until the others have fired the rest; alone, it is
    started again. How much was left when it was killed.
    """
    eventually(lambda: watch.left(burst) < burst.size * 2 // 3, within=PATIENCE, every=0.01)
    nodes[-1].kill()
    left = watch.left(burst)
    if len(nodes) == 1:
        nodes[0].start()
    eventually(lambda: not watch.left(burst), within=PATIENCE)
    return left


def told(what: str, burst: Burst, late: list[float]) -> str:
    middle, most = late[len(late) // 2], late[len(late) * 99 // 100]
    lateness = f"late by {middle:.1f} s (p50), {most:.1f} s (p99), {late[-1]:.1f} s at most"
    return f"\n{what}: {burst.size} x {burst.kind}, {lateness}"


# A node is killed


@POSTGRES
def test_what_is_due_on_two_nodes_fires_once_though_one_of_them_dies(
    database_url: str, tmp_path: Path, watch: Watch
) -> None:
    with together(database_url, tmp_path, 2) as nodes:
        root = Client(nodes[0].url, "root")
        # The timers last: however long it takes to arm them, none has fired for long when we look.
        bursts = [due(root, database_url, FEW, SOON) for due in (thresholds_due, timers_due)]

        left = kill_one_amid(watch, bursts[1], nodes)
        eventually(lambda: not any(watch.left(burst) for burst in bursts))

    assert left > 0
    for burst in bursts:
        check(watch, burst)


@pytest.mark.proof
@KINDS
@pytest.mark.parametrize(
    ("database_url", "count"),
    [("sqlite", 1), ("postgresql", 1), ("postgresql", 2), ("postgresql", 4)],
    indirect=["database_url"],
)
def test_ten_thousand_due_in_one_second_fire_once_each_though_a_node_is_killed(
    database_url: str,
    tmp_path: Path,
    watch: Watch,
    capsys: pytest.CaptureFixture[str],
    due: Due,
    count: int,
) -> None:
    with together(database_url, tmp_path, count) as nodes:
        burst = due(Client(nodes[0].url, "root"), database_url, MANY, ONCE_ARMED)

        left = kill_one_amid(watch, burst, nodes)
        own = number_fired(nodes[0])

    assert left > 0
    assert 0 < own < MANY
    late = check(watch, burst)
    with capsys.disabled():
        print(told(f"{count} nodes on {database_url.split(':')[0]}", burst, late))
        print(f"  one killed when {left} were left; {own:.0f} fired by the first since its start")


# A node hangs


@pytest.mark.proof
@KINDS
@POSTGRES
def test_what_a_suspended_node_holds_is_fired_by_the_other_and_not_again_when_it_wakes_up(
    database_url: str, tmp_path: Path, watch: Watch, capsys: pytest.CaptureFixture[str], due: Due
) -> None:
    with together(database_url, tmp_path, 2) as nodes:
        burst = due(Client(nodes[0].url, "root"), database_url, MANY, ONCE_ARMED)

        eventually(lambda: watch.left(burst) < burst.size * 2 // 3, within=PATIENCE, every=0.01)
        nodes[0].suspend()
        left = watch.left(burst)
        eventually(lambda: not watch.left(burst), within=PATIENCE)
        nodes[0].wake_up()
        eventually(nodes[0].is_ready)

    assert left > 0
    late = check(watch, burst)
    with capsys.disabled():
        print(told("2 nodes", burst, late))
        print(f"  one suspended when {left} were left")


# The clocks of their machines differ


@contextmanager
def two_minutes_apart(database_url: str, directory: Path) -> Iterator[list[Server]]:
    """Two servers, the clock of one a minute ahead, that of the other a minute behind."""
    BEGUN.copy_to(database_url)
    with ExitStack() as stack:
        nodes = []
        for name, ahead in (("ahead", A_MINUTE), ("behind", -A_MINUTE)):
            (directory / name).mkdir()
            node = Shifted(database_url, directory / name, ahead)
            nodes.append(stack.enter_context(running(node)))
        yield nodes


@POSTGRES
def test_nodes_whose_clocks_differ_fire_all_in_time_and_write_in_order(
    database_url: str, tmp_path: Path, watch: Watch
) -> None:
    with two_minutes_apart(database_url, tmp_path) as nodes:
        by_turns = [Client(node.url, "root") for node in nodes]
        by_turns[0].deploy("talk.bpmn", TALK)
        bursts = [due(by_turns[0], database_url, FEW, SOON) for due in (timers_due, thresholds_due)]
        cases = [root.start("talk") for root in (*by_turns, *by_turns)]
        for root in (*by_turns, *by_turns):
            root.post(f"/process-instances/{cases[0]}/comments", {"text": "Still waiting."})
        listed = by_turns[0].get("/process-instances", definition="talk")["items"]
        entries = by_turns[0].history(cases[0])
        eventually(lambda: not any(watch.left(burst) for burst in bursts))

    assert all(check(watch, burst)[-1] < A_MINUTE.total_seconds() / 2 for burst in bursts)
    assert [case["id"] for case in listed] == cases[::-1]
    moments = [datetime.fromisoformat(entry["at"]) for entry in entries]
    assert all(after - before > -A_MOMENT for before, after in pairwise(moments))
    assert moments[-1] - moments[0] < A_MINUTE / 2


@pytest.mark.proof
@KINDS
@POSTGRES
def test_nodes_whose_clocks_differ_fire_ten_thousand_once_and_in_time_though_one_is_killed(
    database_url: str, tmp_path: Path, watch: Watch, capsys: pytest.CaptureFixture[str], due: Due
) -> None:
    with two_minutes_apart(database_url, tmp_path) as nodes:
        burst = due(Client(nodes[0].url, "root"), database_url, MANY, ONCE_ARMED)

        left = kill_one_amid(watch, burst, nodes)

    assert left > 0
    late = check(watch, burst)
    with capsys.disabled():
        print(told("2 nodes with clocks two minutes apart", burst, late))


# The database is restarted


def work_while_it_restarts(restartable: Restartable, directory: Path, times: int, load: Load) -> str:
    """Let people work on a server beside a worker while their database is restarted, by turns in an orderly
    way and as by a crash, and check what they were told; in short.
    """
    url = restartable.url(restartable.create_database())
    with together(url, directory, 2) as nodes:

        def restart(mode: str) -> float:
            began = time.monotonic()
            restartable.restart(mode)
            eventually(nodes[0].is_ready)
            return time.monotonic() - began

        modes = islice(cycle(RESTARTS), times)
        journal, _ = work_while(nodes[:1], [partial(restart, mode) for mode in modes], load)

    beats = check_nothing_is_lost_or_doubled(url, journal, load)
    return f"{journal.summary()}; {beats} timers fired; restarted {times} times, 0 lost, 0 doubled"


@pytest.mark.durable
def test_what_was_acknowledged_is_there_once_though_the_database_was_restarted_under_two_nodes(
    restartable: Restartable, tmp_path: Path
) -> None:
    work_while_it_restarts(restartable, tmp_path, 2, USUAL)


@pytest.mark.durable
@pytest.mark.proof
def test_of_what_was_acknowledged_nothing_is_lost_or_doubled_though_the_database_is_restarted_all_the_while(
    restartable: Restartable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = work_while_it_restarts(restartable, tmp_path, 20, Load(workers=8, between=(100, 300), beats=15))

    with capsys.disabled():
        print(f"\npostgresql: {told}")


@pytest.mark.proof
@KINDS
def test_ten_thousand_due_in_one_second_fire_once_each_though_the_database_is_restarted_twice(
    restartable: Restartable, tmp_path: Path, capsys: pytest.CaptureFixture[str], due: Due
) -> None:
    url = restartable.url(restartable.create_database())
    watch = Watch(url)
    with together(url, tmp_path, 2) as nodes:
        burst = due(Client(nodes[0].url, "root"), url, MANY, ONCE_ARMED)

        lefts = [restart_amid(restartable, watch, burst, third) for third in (1, 2)]
        eventually(lambda: not watch.left(burst), within=PATIENCE)

    late = check(watch, burst)
    watch.close()
    assert min(lefts) > 0
    with capsys.disabled():
        print(told("2 nodes on a PostgreSQL that is restarted", burst, late))
        print(f"  restarted when {lefts[0]} were left (fast), and {lefts[1]} (immediate)")


def restart_amid(restartable: Restartable, watch: Watch, burst: Burst, third: int) -> int:
    """Restart the database when so many thirds have fired; how much was left then."""
    eventually(lambda: watch.left(burst) < burst.size * (3 - third) // 3, within=PATIENCE, every=0.01)
    restartable.restart(RESTARTS[third - 1])
    watch.close()  # its connections are dead
    return watch.left(burst)
