"""A log is played under promises, or under two sets of them, and what the report tells is compared with what
the log and a count of minutes say.
"""

import json
import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import structlog
from rich.progress import Progress

from api.cli import main
from api.console.replay import Trial, promises, replay
from api.console.replay import player as player_module
from api.console.replay.levels import difference
from api.console.replay.log import Incident, read
from api.console.replay.report import figures_of
from api.console.replay.stage import database_for
from engine import service_levels
from engine.clock import FixedClock
from engine.errors import Conflict, Invalid
from tests.api.replay_levels import (
    TARGETS,
    THRESHOLDS,
    Expected,
    Minutes,
    Targets,
    counted,
    documents,
    expected_of,
)
from tests.api.replay_logs import row, write
from tests.content.diagrams import ROOT

OTHER: Targets = {1: (2, "always"), 2: (12, "always"), 3: (30, "berlin"), 4: (20, "new-york")}
QUIET = Progress(disable=True)
Figures = dict[str, Any]


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


def written(path: Path, promised: dict[str, dict[str, Any]]) -> Path:
    """A file of promises."""
    path.write_text("".join(f"{kind} = {_toml(found)}\n" for kind, found in promised.items()))
    return path


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


def any_row(number: int, random: Random) -> dict[str, str]:
    """A case with changes of priority and pauses somewhere in it."""
    opened = datetime(2016, 3, 1) + timedelta(minutes=random.randrange(30 * 24 * 60))
    length = random.choice((random.randrange(60, 600), random.randrange(600, 15_000)))
    resolved = opened + timedelta(minutes=length)
    moments = sorted(random.sample(range(1, length), 6))
    changed, *paused = (opened + timedelta(minutes=minutes) for minutes in moments)
    priorities = [random.randint(1, 4) for _ in range(random.randint(1, 2))]
    pauses = [f"{a.isoformat()}/{b.isoformat()}" for a, b in (paused[0:2], paused[2:4])]
    return row(
        str(number),
        opened_at=opened.isoformat(),
        resolved_at=resolved.isoformat(),
        closed_at=(resolved + timedelta(days=1)).isoformat(),
        priority_first=str(priorities[0]),
        priority_last=str(priorities[-1]),
        priority_changes=f"{changed.isoformat()}={priorities[-1]}" if len(priorities) > 1 else "",
        pauses="|".join(pauses[: random.randint(0, 2)]),
    )


def of(figures: Figures, name: str, **place: Any) -> Figures:
    """The one entry of a list among the figures that is about this."""
    (found,) = (each for each in figures[name] if place.items() <= each.items())
    return found


def expected_figures(cases: Sequence[tuple[Incident, Expected]]) -> Figures:
    """What the report should tell of the resolution clocks of some cases."""
    used = sorted(100 * clock.used() / clock.target for _, clock in cases)
    kept = sum(clock.kept(incident.closed_at) for incident, clock in cases)
    return {
        "clocks": len(cases),
        "measured": len(cases),
        "kept": kept,
        "breached": len(cases) - kept,
        "attainment_percent": round(100 * kept / len(cases), 2),
        "open": 0,
        "unmeasured": 0,
        "cancelled": 0,
        "pauses": sum(len(incident.pauses) + 1 for incident, _ in cases),  # and the wait for a confirmation
        "used_median_percent": round(used[math.ceil(len(used) / 2) - 1], 2),
        "used_p90_percent": round(used[math.ceil(len(used) * 9 / 10) - 1], 2),
    }


def assert_as_counted(
    levels: Figures, incidents: list[Incident], minutes: dict[str, Minutes], targets: Targets
) -> None:
    cases = [(incident, expected_of(incident, minutes, targets)) for incident in incidents]
    for priority in targets:
        chosen = [(incident, clock) for incident, clock in cases if incident.priority_last == priority]
        told = of(levels, "attainment", clock="resolution", priority=priority)
        assert told == {"clock": "resolution", "priority": priority, **expected_figures(chosen)}
    told = of(levels, "attainment_total", clock="resolution")
    assert told == {"clock": "resolution", **expected_figures(cases)}
    fired = Counter(name for _, clock in cases for name, _, _ in clock.fired)
    assert levels["thresholds"] == [
        {"clock": "resolution", "threshold": name.removesuffix("%"), "fired": fired[name.removesuffix("%")]}
        for name in THRESHOLDS
    ]


def unexplained(figures: Figures) -> set[str]:
    """The names of figures that the page does not explain."""
    levels = figures["service_levels"]
    names = figures.keys() | levels.keys() | levels["attainment"][0].keys() | levels["thresholds"][0].keys()
    page = (ROOT / "docs" / "how-to" / "replay.md").read_text(encoding="utf-8")
    return {name for name in names if f"`{name}`" not in page}


def test_two_sets_of_promises_are_told_as_a_count_of_minutes_has_them(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    random = Random(4)
    # The target runs out at closing; it is resolved before the next opening, and late.
    eve = row("eve", opened_at="2016-03-01T12:00:00", resolved_at="2016-03-04T10:00:00")
    write(log, eve, *(any_row(number, random) for number in range(24)))
    first = written(tmp_path / "first.toml", documents())
    second = written(tmp_path / "second.toml", documents(OTHER))

    status = main(["replay", str(log), "--sla", str(first), "--compare", str(second), "--json"])

    figures = json.loads(capsys.readouterr().out)
    ours, theirs = figures["service_levels"], figures["compare"]["service_levels"]
    incidents = read(log).incidents
    minutes = counted(incidents)
    assert (status, figures["mismatched"], figures["compare"]["mismatched"]) == (0, [], [])
    assert (ours["promises"], theirs["promises"]) == (str(first), str(second))
    assert_as_counted(ours, incidents, minutes, TARGETS)
    assert_as_counted(theirs, incidents, minutes, OTHER)
    for priority in TARGETS:
        place = {"clock": "resolution", "priority": priority}
        before, after, more = (
            of(each, "attainment", **place) for each in (ours, theirs, figures["difference"])
        )
        assert more["kept"] == after["kept"] - before["kept"]
        points = after["attainment_percent"] - before["attainment_percent"]
        assert more["attainment_percent"] == pytest.approx(points, abs=0.01)
    assert any(each["kept"] for each in figures["difference"]["attainment"])
    assert unexplained(figures) == set()
    for levels in (ours, theirs):
        assert (levels["lateness_p99_seconds"], levels["lateness_max_seconds"]) == (0, 0)
        assert levels["given_up"] == 0


def test_without_a_file_the_demo_organisation_promises(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quick, slow = row("1", resolved_at="2016-03-02T09:00:00"), row("2", resolved_at="2016-03-09T09:00:00")
    write(log, quick, slow, row("3", pauses="2016-03-01T10:00:00/2016-03-08T08:00:00"))

    assert main(["replay", str(log), "--json"]) == 0

    levels = json.loads(capsys.readouterr().out)["service_levels"]
    assert levels["promises"] == "config/sla.toml"
    resolution = of(levels, "attainment", clock="resolution", priority=3)
    # 24 hours of an office in Berlin: ten a day from eight o'clock, eight and a half on Friday
    assert (resolution["kept"], resolution["breached"], resolution["attainment_percent"]) == (2, 1, 66.67)
    assert resolution["used_median_percent"] == round(100 * 10 / 24, 2)
    response = of(levels, "attainment", clock="response", priority=3)
    assert (response["kept"], response["used_p90_percent"], response["pauses"]) == (3, 0.0, 0)
    # once by the slow one, and by nobody else
    assert [(each["threshold"], each["fired"]) for each in levels["thresholds"]] == [
        ("75", 1), ("before.PT30M", 1), ("100", 1), ("after.PT4H", 1),
    ]  # fmt: skip


def test_what_nobody_promised_is_told_and_is_no_attainment(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    only_urgent = {priority: target for priority, target in TARGETS.items() if priority < 3}
    promised = written(tmp_path / "urgent.toml", documents(only_urgent))
    write(log, row("1"), row("2", priority_first="2", priority_last="2"))

    main(["replay", str(log), "--sla", str(promised), "--json"])

    levels = json.loads(capsys.readouterr().out)["service_levels"]
    nobodys = of(levels, "attainment", clock="resolution", priority=3)
    assert (nobodys["clocks"], nobodys["measured"], nobodys["unmeasured"]) == (1, 0, 1)
    assert (nobodys["attainment_percent"], nobodys["used_median_percent"]) == (None, None)
    total = of(levels, "attainment_total", clock="resolution")
    assert (total["measured"], total["unmeasured"], total["attainment_percent"]) == (1, 1, 0.0)


def test_days_are_counted_where_the_agreement_counts_them(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reminders come every two days, by the wall clock: summer time begins while the requester is asked."""
    promised = documents() | {"agreement": {"all": {"name": "All", "kind": "sla", "calendar": "berlin"}}}
    times = {"resolved_at": "2016-03-30T09:00:00", "closed_at": "2016-03-31T09:00:00"}
    write(log, row(pauses="2016-03-24T12:00:00/2016-03-30T09:00:00", **times))

    status = main(["replay", str(log), "--sla", str(written(tmp_path / "sla.toml", promised)), "--json"])

    figures = json.loads(capsys.readouterr().out)
    assert (status, figures["fired"], figures["mismatched"]) == (0, 2, [])


def test_groups_organisations_and_people_that_promises_name_are_there(
    log: Path, tmp_path: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Work that a threshold gives to another group is still done."""
    promised = documents()
    doing = [{"reassign": "night-shift"}, {"notify": {"people": ["bob"]}}]
    promised["policy"]["incidents"]["targets"][2]["thresholds"] = [{"at": "50%", "do": doing}]
    promised["agreement"] = {"initech": {"name": "Initech", "kind": "sla", "organisation": "initech"}}
    write(log, row())

    path = written(tmp_path / "sla.toml", promised)
    status = main(["replay", str(log), "--sla", str(path), "--database", database_url, "--json"])

    levels = json.loads(capsys.readouterr().out)["service_levels"]
    assert status == 0
    assert [each["threshold"] for each in levels["thresholds"]] == ["50", "100"]


def test_tables_show_both_side_by_side(log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = written(tmp_path / "second.toml", documents())
    write(log, row("1"), row("2", priority_first="2", priority_last="2"))

    assert main(["replay", str(log), "--compare", str(second)]) == 0

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[:2] == ["A: config/sla.toml", f"B: {second}"]
    assert "resolution 3 0.0 0.0 0.0 1 1 0" in lines
    assert "response 3 100.0 - - 0 0 0" in lines
    assert "resolution 25 0 2 +2" in lines


def test_tables_of_one_fit_a_terminal(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(log, row("1"))

    assert main(["replay", str(log)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert "SLA attainment, as promised by config/sla.toml" in " ".join(lines)
    assert ["resolution", "3", "1", "0", "1", "0.0"] in map(str.split, lines)
    assert ["resolution", "3", "202.1", "202.1", "1"] in map(str.split, lines)
    assert max(map(len, lines)) <= 80


def test_tables_tell_which_of_two_replays_differs_from_the_log(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(log, row("1", priority_last="1"))

    assert main(["replay", str(log), "--compare", os.devnull]) == 1

    told = capsys.readouterr().out
    assert "Mismatches of A, the first of them" in told
    assert "Mismatches of B, the first of them" in told
    assert ["resolution", "3", "0.0", "-", "-", "1", "0", "-1"] in map(str.split, told.splitlines())
    assert ["response", "all", "0.0", "-", "0.0", "-", "0", "0"] in map(str.split, told.splitlines())


def test_figures_that_only_one_side_has_differ_from_nothing() -> None:
    def levels(*thresholds: tuple[str, int]) -> Figures:
        fired = [{"clock": "c", "threshold": name, "fired": count} for name, count in thresholds]
        return {"attainment": [], "attainment_total": [], "thresholds": fired}

    found = difference(levels(("before.PT1H", 2), ("100", 5)), levels(("75", 4), ("100", 6)))

    assert [(each["threshold"], each["fired"]) for each in found["thresholds"]] == [
        ("75", 4), ("before.PT1H", -2), ("100", 1),
    ]  # fmt: skip


class TestInterrupted:
    def trials(self) -> list[Trial]:
        return [Trial(promises.demo(), None), Trial(promises.demo(), None)]

    def test_the_second_is_not_played_after_the_first_was_interrupted(self, log: Path) -> None:
        outcomes = replay(read(write(log, row())), self.trials(), QUIET, lambda: True)

        assert len(outcomes) == 1
        assert "difference" not in figures_of(outcomes)

    def test_nothing_is_compared_when_the_second_was_interrupted(
        self, log: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(player_module, "BATCH", 1)
        answers = iter([False] * 3 + [True])

        outcomes = replay(read(write(log, row())), self.trials(), QUIET, lambda: next(answers))

        figures = figures_of(outcomes)
        assert (figures["interrupted"], figures["compare"]["interrupted"]) == (False, True)
        assert figures["difference"] is None


class TestFile:
    """What is wrong with a file of promises is told, with its place, before anything is played."""

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("[policy", "no TOML"),
            ("policy = 3", "policy must be tables"),
            ("[polices.x]\nname = 'X'", "'polices' means nothing here: there are calendar, service"),
        ],
    )
    def test_one_that_has_not_the_form_is_refused(self, tmp_path: Path, text: str, told: str) -> None:
        path = tmp_path / "sla.toml"
        path.write_text(text)

        with pytest.raises(Invalid, match=told) as caught:
            promises.read(path)

        assert str(path) in caught.value.detail

    def test_one_that_cannot_be_read_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Invalid, match=r"nowhere\.toml cannot be read: No such file"):
            promises.read(tmp_path / "nowhere.toml")
        path = tmp_path / "binary.toml"
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(Invalid, match="no text in UTF-8"):
            promises.read(path)

    def test_everything_wrong_with_the_policies_to_compare_is_told_before_the_log_is_played(
        self, log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def play(*_: object) -> None:
            raise AssertionError("nothing is played")

        monkeypatch.setattr(player_module.Player, "play", play)
        promised = documents()
        first, second, *_ = promised["policy"]["incidents"]["targets"]
        first["calendar"], second["target"] = "nowhere", "P1D"
        promised["policy"]["others"] = {"name": "Others"}
        path = written(tmp_path / "sla.toml", promised)

        status = main(["replay", str(write(log, row())), "--compare", str(path)])

        told = capsys.readouterr().err.splitlines()
        assert status == 1
        assert told == [
            f"{path}, #/policy/incidents/targets/1/target: Working time is given in hours, "
            "minutes and seconds, such as PT4H or PT30M.",
            f"{path}, #/policy/others/targets: A policy has at least one target.",
        ]

    def test_a_name_that_nothing_bears_is_told_with_its_place(self, log: Path, tmp_path: Path) -> None:
        promised = documents()
        target = promised["policy"]["incidents"]["targets"][0]
        target["calendar"] = "nowhere"
        target["thresholds"] = [{"at": "50%", "do": [{"add_group": "no group"}]}]
        trial = Trial(promises.read(written(tmp_path / "sla.toml", promised)), None)

        with pytest.raises(Invalid) as caught:
            replay(read(write(log, row())), [trial], QUIET, lambda: False)

        here = "#/policy/incidents/targets/0"
        assert [problem.detail.partition(", ")[2] for problem in caught.value.problems] == [
            f"{here}/calendar: There is no calendar 'nowhere'.",
            f"{here}/thresholds/0/do/0/add_group: There is no group 'no group'.",
        ]


def test_a_database_with_other_service_levels_is_refused(
    log: Path, tmp_path: Path, database_url: str
) -> None:
    incidents = read(write(log, row()))
    clock = FixedClock(incidents.incidents[0].opened_at)
    other = promises.read(written(tmp_path / "sla.toml", documents()))
    with database_for(database_url, clock) as database, database.transaction() as session:
        service_levels.seed(session, documents(OTHER), now=clock.now())

    with pytest.raises(Conflict, match="service levels of its own"):
        replay(incidents, [Trial(other, database_url)], QUIET, lambda: False)
