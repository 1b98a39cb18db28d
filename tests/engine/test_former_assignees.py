"""Somebody who had a task may still see its case, and a group still finds what it has done."""

from engine import process_instances, user_tasks
from engine.people import Person
from engine.user_tasks import Filter
from tests.engine.bpmn import support as draw
from tests.engine.support import DESK, MIA, NIA, OUTSIDER, ROOT, SAM, SUE, Desk, line


def cases_of(desk: Desk, person: Person) -> list[str]:
    with desk.database.transaction(write=False) as session:
        found = process_instances.page(session, process_instances.Filter(), by=person, limit=10)
        return [case.id for case in found]


def test_who_was_relieved_of_a_task_still_sees_the_case(desk: Desk) -> None:
    desk.deploy(line(draw.user("work", candidateUsers="mia")))
    case = desk.start()
    task = desk.task("work", case)
    desk.assign(task, "nia", by=MIA)

    desk.assign(task, "sam", by=MIA)

    assert cases_of(desk, NIA) == [case]
    with desk.database.transaction(write=False) as session:
        assert process_instances.get(session, case, by=NIA).id == case
    assert cases_of(desk, OUTSIDER) == []


def test_a_case_is_listed_once_however_many_ways_lead_to_it(desk: Desk) -> None:
    fork = (draw.user("a", **DESK), draw.user("b", **DESK))
    desk.deploy(line(*fork))
    case = desk.start(by=SAM)
    desk.do("a", case)

    assert cases_of(desk, SAM) == [case]


def test_a_group_finds_what_it_has_done(desk: Desk) -> None:
    desk.deploy(line(draw.user("work", **DESK)))
    desk.do("work", desk.start())

    with desk.database.transaction(write=False) as session:
        for group, found in (("service-desk", 1), ("network", 0), ("service_desk", 0)):
            chosen = Filter(group=group, state="completed")
            assert len(user_tasks.page(session, chosen, by=ROOT, limit=5)) == found
        hers = Filter(group="service-desk", state="completed")
        assert user_tasks.page(session, hers, by=SUE, limit=5) == []
