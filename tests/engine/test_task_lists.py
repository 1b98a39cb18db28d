"""Lists of tasks as screens need them: by what is due, for all of one's groups, found by words."""

from datetime import datetime, timedelta

import pytest

from engine import user_tasks
from engine.people import Person
from engine.store import search
from engine.user_tasks import Filter
from tests.engine.bpmn import support as draw
from tests.engine.support import ANN, MIA, NIA, OUTSIDER, ROOT, SAM, Desk, line

After = tuple[datetime | None, str] | None
DUE = line(draw.user("work", candidateGroups="service-desk", dueDate="${due}"))
NETWORK = line(draw.user("wire", candidateGroups="network"), key="n")
NAMED = draw.extensions('<baton:name lang="zh-CN">检查打印机</baton:name>')
CHECK = line(draw.user("check", NAMED, name="Check the toner", candidateGroups="service-desk"), key="c")


def by_due(
    desk: Desk, by: Person, limit: int = 50, after: After = None, **chosen: object
) -> list[user_tasks.View]:
    with desk.database.transaction(write=False) as session:
        chosen = {"state": "open"} | chosen
        return user_tasks.page_by_due(session, Filter(**chosen), by=by, limit=limit, after=after)


def listed(desk: Desk, by: Person, **chosen: object) -> list[str]:
    """The elements of the open tasks found."""
    with desk.database.transaction(write=False) as session:
        views = user_tasks.page(session, Filter(**({"state": "open"} | chosen)), by=by, limit=50)
        return [view.task.element for view in views]


@pytest.mark.parametrize("by", [SAM, MIA])
def test_what_is_due_next_comes_first_and_what_is_never_due_last(desk: Desk, by: Person) -> None:
    desk.deploy(DUE)
    dues = ["PT3H", None, "PT1H", "PT2H", None, "PT1H"]
    cases = [desk.start({"due": due}) for due in dues]
    expected = [cases[index] for index in (2, 5, 3, 0, 1, 4)]

    found = [view.task.instance_id for view in by_due(desk, by)]
    walked: list[user_tasks.View] = []
    while page := by_due(desk, by, 2, (walked[-1].task.due_at, walked[-1].task.id) if walked else None):
        walked += page

    assert found == [view.task.instance_id for view in walked]
    assert sorted(found[:2]) == sorted(expected[:2])
    assert found[2:4] == expected[2:4]
    assert sorted(found[4:]) == sorted(expected[4:])
    assert by_due(desk, OUTSIDER) == []
    assert [view.task.due_at for view in by_due(desk, by, overdue_at=desk.now + timedelta(minutes=61))] == [
        *([desk.now + timedelta(hours=1)] * 2)
    ]


def test_mine_are_the_tasks_of_all_my_groups(desk: Desk) -> None:
    desk.deploy(DUE)
    desk.deploy(NETWORK)
    desk.start({"due": None})
    other = desk.start(key="n")

    assert listed(desk, SAM, mine=True) == ["work"]
    assert listed(desk, NIA, mine=True) == ["wire"]
    assert listed(desk, ANN, mine=True) == listed(desk, ROOT, mine=True) == []
    desk.do("wire", other, by=NIA)
    assert listed(desk, NIA, mine=True, state="completed") == ["wire"]
    assert listed(desk, SAM, mine=True, state="completed") == []
    assert by_due(desk, ROOT, mine=True) == []


@pytest.mark.parametrize("few", [0, 1_000])
def test_tasks_are_found_by_their_name_and_their_case(
    desk: Desk, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    desk.deploy(CHECK)
    desk.deploy(NETWORK)
    desk.start({"title": "Paper jams"}, key="c")
    wire = desk.start({"title": "三楼的电缆"}, key="n")

    assert listed(desk, ROOT, text="toner che") == listed(desk, ROOT, text="打印机") == ["check"]
    assert listed(desk, ROOT, text="paper") == listed(desk, SAM, text="paper") == ["check"]
    assert listed(desk, ROOT, text="电缆") == listed(desk, NIA, text=desk.case(wire).number) == ["wire"]
    assert listed(desk, SAM, text="电缆") == listed(desk, ROOT, text="%") == []


def test_a_list_is_narrowed_to_a_process_and_to_a_priority(desk: Desk) -> None:
    desk.deploy(line(draw.user("urgent", candidateGroups="service-desk", priority="1"), key="u"))
    desk.deploy(line(draw.user("calm", candidateGroups="service-desk", priority="4"), key="v"))
    desk.start(key="u")
    desk.start(key="v")

    assert listed(desk, SAM, definition="u") == listed(desk, MIA, definition="u") == ["urgent"]
    assert listed(desk, SAM, mine=True, priority=4) == listed(desk, ROOT, priority=4) == ["calm"]
    assert listed(desk, SAM, definition="u", priority=4) == listed(desk, SAM, definition="nowhere") == []
    assert [view.task.element for view in by_due(desk, SAM, definition="v")] == ["calm"]
