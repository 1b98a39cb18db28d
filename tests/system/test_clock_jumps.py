"""The system's clock jumps by an hour, both ways, under a running server: nothing fires twice, nothing is
lost. Where the process tells the time (SQLite), what the clock passes over is due at once, and late by as
much; set back, it fires what has become due by the time it shows. PostgreSQL tells the time of its own
machine, whatever those of the nodes say.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.engine.bpmn.support import catch, diagram, end, mark, path, start, timer, user
from tests.server import Client, eventually, running
from tests.system.nodes import BEGUN, Shifted, Watch

HOUR = timedelta(hours=1)
NONE = timedelta(0)
POINTS = ("50", "75", "100", "after.PT10M")

NAP = diagram(start(), catch("wait", timer("${nap}")), end(), path("start wait end"), key="nap")
PROMISED = diagram(
    mark("start answer"),
    start(),
    user("a", candidateGroups="cab"),
    end(),
    path("start a end"),
    key="promised",
)
TARGET = {
    "process": "promised",
    "clock": "answer",
    "target": "PT20M",
    "calendar": "24x7",
    "thresholds": [{"at": "50%", "do": []}, {"at": "75%", "do": []}, {"at": "after.PT10M", "do": []}],
}


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Shifted]:
    """A server whose clock is the real one, until it is set."""
    BEGUN.copy_to(database_url)
    with running(server := Shifted(database_url, tmp_path)):
        yield server


def test_what_is_due_fires_once_though_the_clock_jumps_an_hour_back_and_ahead(
    server: Shifted, watch: Watch, database_url: str
) -> None:
    root = Client(server.url, "root")
    root.deploy("nap.bpmn", NAP)
    root.deploy("promised.bpmn", PROMISED)
    root.save("/sla-policies/promised", {"name": "Promised", "targets": [TARGET]})

    def takes_a_second() -> str:
        case = root.start("nap", nap="PT1S")
        eventually(lambda: root.get(f"/process-instances/{case}")["state"] == "completed")
        return case

    within_the_hour = [root.start("nap", nap="PT30M"), root.start("promised")]
    fired = [takes_a_second()]
    for ahead in (-HOUR, NONE, HOUR, NONE):
        server.set_clock(ahead)
        fired.append(takes_a_second())
    assert server.stop() == 0

    timers, thresholds = watch.fired("timer fired"), watch.fired("threshold fired")
    if database_url.startswith("sqlite"):  # the clock has passed over them
        fired.append(within_the_hour[0])
        assert [name for name, _, _ in thresholds[within_the_hour[1]]] == list(POINTS)
    else:
        assert thresholds == {}
    assert {case: len(told) for case, told in timers.items()} == dict.fromkeys(fired, 1)
    told = [one for case in (timers | thresholds).values() for one in case]
    assert all(NONE <= at - due <= HOUR for _, due, at in told)
    assert watch.faults() == []
