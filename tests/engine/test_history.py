"""History: a chain an instance, whole or found out; people can be erased from it and it stays whole."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine import history
from engine.store.history import HistoryRow
from engine.store.process_instances import ProcessInstanceRow
from tests.engine.bpmn import support as draw
from tests.engine.support import DESK, NIA, SAM, Desk, form, line


@pytest.fixture
def case(desk: Desk) -> str:
    """A case in which Ann, Sam and Nia did something, beside another."""
    nia = {"candidateGroups": "network"}
    desk.deploy(line(draw.user("a", formKey="p/a", **DESK), draw.user("b", **nia)), a=form(note="string"))
    case = desk.start({"word": "hello", "number": 1.5, "deep": {"list": [None, True, "é"]}})
    desk.do("a", case, SAM, note="from Sam")
    desk.do("b", case, NIA)
    desk.start()
    return case


def faults(desk: Desk) -> list[history.Fault]:
    with desk.database.transaction(write=False) as session:
        return list(history.verify(session))


def at(case: str, seq: int):
    return (HistoryRow.instance_id == case) & (HistoryRow.seq == seq)


def test_what_nobody_touched_is_whole(desk: Desk, case: str) -> None:
    assert faults(desk) == []
    assert len(desk.history(case)) > 6


def test_entries_are_numbered_from_one_and_each_has_a_salt_of_its_own(desk: Desk, case: str) -> None:
    rows = desk.history(case)

    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert len({row.salt for row in rows}) == len(rows)


@pytest.mark.parametrize(
    "change",
    [
        {"detail": {"note": "forged"}},
        {"detail": None},
        {"actor": "nia"},
        {"actor": None},
        {"kind": "left"},
        {"element": "b"},
        {"salt": "0" * 32},
        {"salt": None},
        {"salt": None, "actor": None},
        {"digest": "0" * 64},
        {"hash": "0" * 64},
    ],
    ids=lambda change: "+".join(f"{name}={value}"[:16] for name, value in change.items()),
)
def test_a_changed_entry_is_found(desk: Desk, case: str, change: dict[str, object]) -> None:
    (entry,) = desk.history(case, "task completed")[:1]

    desk.execute(update(HistoryRow).where(at(case, entry.seq)).values(change))

    found = faults(desk)
    assert found[0].entry == entry.seq
    assert {fault.case for fault in found} == {desk.case(case).number}


def test_a_changed_time_is_found(desk: Desk, case: str) -> None:
    desk.clock.advance(desk.now - desk.now.replace(hour=0))

    desk.execute(update(HistoryRow).where(at(case, 3)).values(at=desk.now))

    assert [fault.entry for fault in faults(desk)] == [3]


def remove_one(session: Session, case: str) -> None:
    session.execute(delete(HistoryRow).where(at(case, 4)))


def remove_the_first(session: Session, case: str) -> None:
    session.execute(delete(HistoryRow).where(at(case, 1)))


def remove_all(session: Session, case: str) -> None:
    session.execute(delete(HistoryRow).where(HistoryRow.instance_id == case))


def cut_the_end(session: Session, case: str) -> None:
    session.execute(delete(HistoryRow).where(HistoryRow.instance_id == case, HistoryRow.seq > 5))


def close_the_gap(session: Session, case: str) -> None:
    remove_one(session, case)
    for seq in session.scalars(
        select(HistoryRow.seq).where(HistoryRow.instance_id == case).order_by("seq")
    ).all():
        session.execute(update(HistoryRow).where(at(case, seq)).values(seq=seq - (seq > 4)))


def swap(session: Session, case: str) -> None:
    for old, new in ((3, 99), (4, 3), (99, 4)):
        session.execute(update(HistoryRow).where(at(case, old)).values(seq=new))


def cut_the_end_and_the_length(session: Session, case: str) -> None:
    cut_the_end(session, case)
    shorter = update(ProcessInstanceRow).where(ProcessInstanceRow.id == case)
    session.execute(shorter.values(history_length=5))


@pytest.mark.parametrize(
    "tamper",
    [
        remove_one,
        remove_the_first,
        remove_all,
        cut_the_end,
        close_the_gap,
        swap,
        cut_the_end_and_the_length,
    ],
)
def test_removed_and_swapped_entries_are_found(
    desk: Desk, case: str, tamper: Callable[[Session, str], None]
) -> None:
    with desk.database.transaction() as session:
        tamper(session, case)

    assert {fault.case for fault in faults(desk)} == {desk.case(case).number}


def test_somebody_erased_leaves_the_chains_whole(desk: Desk, case: str) -> None:
    before = {row.seq: row for row in desk.history(case)}
    hers = [seq for seq, row in before.items() if row.actor == "sam"]

    with desk.database.transaction() as session:
        erased = history.erase_actor(session, "sam")

    assert erased == len(hers) > 0
    for row in desk.history(case):
        kept = (before[row.seq].actor, before[row.seq].detail)
        assert (row.actor, row.detail) == ((None, None) if row.seq in hers else kept)
    assert faults(desk) == []


def test_what_is_written_over_an_erased_entry_is_found(desk: Desk, case: str) -> None:
    with desk.database.transaction() as session:
        history.erase_actor(session, "sam")
    (entry,) = (row for row in desk.history(case, "task completed") if row.actor is None)

    desk.execute(update(HistoryRow).where(at(case, entry.seq)).values(detail={"note": "forged"}))

    assert [fault.entry for fault in faults(desk)] == [entry.seq]


def test_erasing_again_finds_nothing_more(desk: Desk, case: str) -> None:
    for expected in (True, False):
        with desk.database.transaction() as session:
            assert bool(history.erase_actor(session, "sam")) is expected
