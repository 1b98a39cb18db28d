"""An incident log is played with service levels, and every threshold that fired is compared with what the log
and a count of minutes say: no code of ours is asked for that.
"""

import os
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from api.console.replay.log import Incident, read
from api.console.replay.player import Player, events_of, title_of
from api.console.replay.stage import database_for, set_up
from engine import service_levels
from engine.clock import FixedClock
from engine.database import Database
from engine.store.history import HistoryRow
from engine.store.process_instances import ProcessInstanceRow
from tests.api.replay_levels import Fired, counted, documents, expected_of
from tests.api.replay_logs import row, write
from tests.content.diagrams import ROOT

LOG = Path(os.environ.get("INCIDENT_LOG", ROOT.parent / "shared/data/uci-incidents.csv.gz"))
LIMIT = int(os.environ.get("INCIDENT_LIMIT", 0)) or None


def play(incidents: Sequence[Incident], url: str) -> dict[str, list[Fired]]:
    """The thresholds that fired in each incident's case, in the order they did."""
    events = events_of(incidents)
    clock = FixedClock(events[0].at)
    span = events[-1].at - events[0].at
    with database_for(url, clock) as database:
        cast = set_up(database, clock.now())
        promise(database, clock.now())
        player = Player(database, clock, cast, f"P{span.days + 2}D")
        player.play(events, lambda _count: None, lambda: False)
        assert player.played.stuck == {}
        return fired_in(database)


def promise(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        service_levels.seed(session, documents(), now=now)


def fired_in(database: Database) -> dict[str, list[Fired]]:
    found: dict[str, list[Fired]] = defaultdict(list)
    told = (
        select(ProcessInstanceRow.title, HistoryRow.at, HistoryRow.detail)
        .join(ProcessInstanceRow, ProcessInstanceRow.id == HistoryRow.instance_id)
        .where(HistoryRow.kind == "threshold fired")
        .order_by(HistoryRow.instance_id, HistoryRow.seq)
    )
    with database.transaction(write=False) as session:
        for title, at, detail in session.execute(told):
            if detail["clock"] == "resolution":
                found[title].append((detail["threshold"], datetime.fromisoformat(detail["due"]), at))
    return found


def compare(incidents: Sequence[Incident], url: str) -> dict[int, list[bool]]:
    """Fails where what fired is not what the log says; whether each promise was kept, by last priority."""
    minutes = counted(incidents)
    found, kept = play(incidents, url), defaultdict(list)
    different = {}
    for incident in incidents:
        expected = expected_of(incident, minutes)
        kept[expected.priority].append(expected.kept(incident.closed_at))
        if found[title_of(incident)] != expected.fired:
            different[incident.number] = (expected.fired, found[title_of(incident)])
    assert different == {}
    assert sum(map(len, found.values())) > 0
    return kept


TWICE = "2016-03-02T11:10:00=2|2016-03-02T11:10:00=1"
PAUSES = "2016-03-02T10:00:00/2016-03-03T15:30:00|2016-03-04T08:00:00/"
ROWS = (
    row("plain"),
    row("paused", pauses=PAUSES, opened_at="2016-03-01T15:20:00"),
    row("raised", priority_changes="2016-03-02T11:10:00=2", priority_last="2"),
    row("raised and lowered", priority_changes="2016-03-01T12:00=1|2016-03-01T17:30=4", priority_last="4"),
    row("raised twice at once", priority_changes=TWICE, priority_last="1"),
    row("quick", resolved_at="2016-03-01T09:10:00"),
    row("raised while paused", pauses=PAUSES, priority_changes="2016-03-02T12:00:00=1", priority_last="1"),
    row("over a change of time", opened_at="2016-03-11T20:00:00", resolved_at="2016-03-30T09:00:00",
        closed_at="2016-04-02T09:00:00"),
)  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_each_threshold_fires_once_at_its_minute_as_a_count_of_minutes_says(
    tmp_path: Path, database_url: str
) -> None:
    log = read(write(tmp_path / "log.csv", *ROWS))
    assert (len(log.incidents), log.skipped) == (len(ROWS), [])
    compare(log.incidents, database_url)


@pytest.mark.proof
def test_the_thresholds_of_a_whole_log_fire_once_each_as_a_count_of_minutes_says(tmp_path: Path) -> None:
    assert LOG.exists(), "Set INCIDENT_LOG to a log that `baton replay` reads."
    incidents = read(LOG, LIMIT).incidents

    kept = compare(incidents, f"sqlite:///{tmp_path / 'replay.db'}")

    for priority, promises in sorted(kept.items()):
        share = sum(promises) / len(promises)
        print(f"priority {priority}: {len(promises):6} cases, {share:6.1%} within their target")
