"""User tasks: who may claim, hand on and complete them, with which form, and what lists show of them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import user_tasks
from engine.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from engine.people import Person
from engine.store.people import PersonRow
from engine.store.user_tasks import CandidateRow, UserTaskRow
from engine.user_tasks import Filter
from tests.engine.bpmn import support as draw
from tests.engine.support import (
    ANN,
    AUDRA,
    DESK,
    MIA,
    NIA,
    NOW,
    OUTSIDER,
    PAT,
    ROOT,
    SAM,
    SUE,
    Desk,
    form,
    line,
)

PLAIN = line(draw.user("work", **DESK))


@pytest.fixture
def task(desk: Desk) -> str:
    """An open task for the service desk, in a case of Ann's."""
    desk.deploy(PLAIN)
    return desk.task("work", desk.start())


def state_of(desk: Desk, task: str, by: Person = ROOT) -> tuple[str, str | None, str | None]:
    with desk.database.transaction(write=False) as session:
        found = user_tasks.get(session, task, by=by).task
        return found.state, found.assignee, found.completed_by


def listed(desk: Desk, by: Person, limit: int = 50, after: str | None = None, **chosen) -> list[str]:
    """The elements of the tasks a person is shown."""
    with desk.database.transaction(write=False) as session:
        views = user_tasks.page(session, Filter(**chosen), by=by, limit=limit, after=after)
        return [view.task.element for view in views]


# -- claiming -----------------------------------------------------------------------------------------------


def test_a_candidate_claims_an_offered_task(desk: Desk, task: str) -> None:
    view = desk.claim(task, SAM)

    assert (view.task.assignee, view.revision) == ("sam", 2)
    assert state_of(desk, task) == ("open", "sam", None)
    desk.check()


def test_claiming_what_is_hers_already_changes_nothing(desk: Desk, task: str) -> None:
    desk.claim(task, SAM)
    before = desk.everything()

    desk.claim(task, SAM)

    assert desk.everything() == before


def test_a_task_somebody_has_claimed_is_gone_for_the_others(desk: Desk, task: str) -> None:
    desk.claim(task, SAM)

    with pytest.raises(Conflict, match="sam"):
        desk.claim(task, SUE)
    with pytest.raises(Conflict):
        desk.claim(task, ROOT)


@pytest.mark.parametrize(
    ("person", "error"),
    [
        (ANN, NotFound),
        (NIA, NotFound),
        (OUTSIDER, NotFound),
        (MIA, Forbidden),
        (PAT, Forbidden),
        (AUDRA, Forbidden),
    ],
)
def test_a_task_is_claimed_by_candidates_only(desk: Desk, task: str, person, error) -> None:
    with pytest.raises(error):
        desk.claim(task, person)

    assert state_of(desk, task) == ("open", None, None)


def test_a_conflict_is_told_before_a_prohibition(desk: Desk, task: str) -> None:
    desk.claim(task, SAM)

    with pytest.raises(Conflict):
        desk.claim(task, AUDRA)


# -- releasing and assigning --------------------------------------------------------------------------------


def test_a_released_task_is_offered_to_all_again(desk: Desk, task: str) -> None:
    desk.claim(task, SAM)

    desk.release(task, SAM)

    assert desk.claim(task, SUE).task.assignee == "sue"


@pytest.mark.parametrize("person", [SAM, MIA, ROOT])
def test_the_assignee_and_managers_release(desk: Desk, task: str, person) -> None:
    desk.claim(task, SAM)

    assert desk.release(task, person).task.assignee is None


@pytest.mark.parametrize(
    ("person", "error"),
    [(SUE, Forbidden), (PAT, Forbidden), (AUDRA, Forbidden), (ANN, NotFound), (OUTSIDER, NotFound)],
)
def test_nobody_else_releases(desk: Desk, task: str, person, error) -> None:
    desk.claim(task, SAM)

    with pytest.raises(error):
        desk.release(task, person)


def test_what_nobody_has_claimed_cannot_be_released(desk: Desk, task: str) -> None:
    with pytest.raises(Conflict):
        desk.release(task, SAM)


@pytest.mark.parametrize("person", [SAM, SUE, MIA, ROOT])
def test_candidates_and_managers_assign(desk: Desk, task: str, person) -> None:
    assert desk.assign(task, "nia", person).task.assignee == "nia"
    assert listed(desk, NIA) == ["work"]


@pytest.mark.parametrize(
    ("person", "error"),
    [(PAT, Forbidden), (AUDRA, Forbidden), (NIA, NotFound), (ANN, NotFound), (OUTSIDER, NotFound)],
)
def test_nobody_else_assigns(desk: Desk, task: str, person, error) -> None:
    with pytest.raises(error):
        desk.assign(task, "sam", person)


def test_a_task_is_assigned_to_somebody_who_exists_and_is_active(desk: Desk, task: str) -> None:
    desk.execute(update(PersonRow).where(PersonRow.username == "sue").values(active=False))

    for username in ("nobody", "sue"):
        with pytest.raises(Invalid) as caught:
            desk.assign(task, username)
        assert [problem.pointer for problem in caught.value.problems] == ["#/assignee"]


# -- completing ---------------------------------------------------------------------------------------------


def test_a_candidate_who_completes_an_unclaimed_task_has_claimed_it(desk: Desk, task: str) -> None:
    desk.complete(task, by=SAM)

    assert state_of(desk, task) == ("completed", "sam", "sam")
    desk.check()


def test_completing_what_another_has_claimed_is_forbidden(desk: Desk, task: str) -> None:
    desk.claim(task, SAM)

    with pytest.raises(Forbidden, match="sam"):
        desk.complete(task, by=SUE)


def test_an_administrator_completes_the_work_of_others(desk: Desk, task: str) -> None:
    desk.claim(task, SAM)

    desk.complete(task, by=ROOT)

    assert state_of(desk, task) == ("completed", "sam", "root")


@pytest.mark.parametrize(
    ("person", "error"),
    [
        (ANN, NotFound),
        (NIA, NotFound),
        (OUTSIDER, NotFound),
        (MIA, Forbidden),
        (PAT, Forbidden),
        (AUDRA, Forbidden),
    ],
)
def test_nobody_else_completes(desk: Desk, task: str, person, error) -> None:
    before = desk.everything()

    with pytest.raises(error):
        desk.complete(task, by=person)

    assert desk.everything() == before


@pytest.mark.parametrize("verb", ["claim", "release", "complete"])
def test_nothing_is_done_with_a_task_that_is_completed(desk: Desk, task: str, verb: str) -> None:
    desk.complete(task)
    before = desk.everything()

    with pytest.raises(Conflict):
        getattr(desk, verb)(task, by=SAM)
    with pytest.raises(Conflict):
        desk.assign(task, "sue")

    assert desk.everything() == before


def test_nothing_is_done_with_the_tasks_of_a_suspended_or_cancelled_case(desk: Desk, task: str) -> None:
    case = desk.rows(select(CandidateRow.instance_id))[0]

    for verb in ("suspend", "cancel"):
        desk.operate(verb, case)
        with pytest.raises(Conflict):
            desk.complete(task)
        with pytest.raises(Conflict):
            desk.claim(task)


def test_an_unknown_task_is_not_found(desk: Desk) -> None:
    for act in (desk.claim, desk.release, desk.complete):
        with pytest.raises(NotFound):
            act("nothing")


def test_an_order_given_on_an_older_revision_is_refused(desk: Desk, task: str) -> None:
    desk.claim(task, SAM, revision=1)

    with pytest.raises(PreconditionFailed):
        desk.complete(task, by=SAM, revision=1)
    desk.complete(task, by=SAM, revision=2)


def test_a_completed_task_leaves_the_queue(desk: Desk, task: str) -> None:
    desk.complete(task)

    assert desk.rows(select(CandidateRow)) == []
    assert listed(desk, SAM, state="open") == []


def test_history_tells_what_became_of_a_task(desk: Desk) -> None:
    desk.deploy(line(draw.user("work", formKey="p/work", **DESK)), work=form(note="string"))
    case = desk.start()
    task = desk.task("work", case)

    desk.claim(task, SAM)
    desk.release(task, MIA)
    desk.assign(task, "nia", SUE)
    desk.complete(task, {"note": "done"}, NIA)

    kinds = ("claimed", "released", "assigned", "task completed")
    told = [(row.kind, row.actor, row.detail) for row in desk.history(case, *kinds)]
    assert told == [
        ("claimed", "sam", {"name": "work", "from": None, "to": "sam"}),
        ("released", "mia", {"name": "work", "from": "sam", "to": None}),
        ("assigned", "sue", {"name": "work", "from": None, "to": "nia"}),
        ("task completed", "nia", {"task": task, "name": "work", "data": {"note": "done"}}),
    ]


def test_an_auditor_does_nothing_even_with_a_task_that_was_assigned_to_her(desk: Desk, task: str) -> None:
    with pytest.raises(Invalid, match="does no tasks"):
        desk.assign(task, "audra", MIA)
    desk.execute(update(UserTaskRow).values(assignee="audra"))
    before = desk.everything()

    for act in (desk.claim, desk.release, desk.complete):
        with pytest.raises(Forbidden):
            act(task, by=AUDRA)
    with pytest.raises(Forbidden):
        desk.assign(task, "sam", AUDRA)

    assert desk.everything() == before


# -- separation of duties -----------------------------------------------------------------------------------


@pytest.fixture
def check(desk: Desk) -> str:
    """An open task of a case in which Sam did the one that must be done by somebody else."""
    apart = draw.extensions('<baton:separation from="make"/>')
    desk.deploy(line(draw.user("make", **DESK), draw.user("check", apart, **DESK)))
    case = desk.start()
    desk.do("make", case, SAM)
    return desk.task("check", case)


def test_who_did_the_one_may_neither_claim_nor_complete_the_other(desk: Desk, check: str) -> None:
    for act in (desk.claim, desk.complete):
        with pytest.raises(Forbidden, match="Separation of duties"):
            act(check, by=SAM)

    desk.complete(check, by=SUE)
    assert state_of(desk, check)[0] == "completed"


def test_the_other_cannot_be_assigned_to_who_did_the_one(desk: Desk, check: str) -> None:
    for person in (SUE, MIA, ROOT):
        with pytest.raises(Forbidden, match="Separation of duties"):
            desk.assign(check, "sam", person)


def test_separation_of_duties_holds_for_administrators(desk: Desk) -> None:
    apart = draw.extensions('<baton:separation from="make"/>')
    desk.deploy(line(draw.user("make", **DESK), draw.user("check", apart, **DESK)))
    case = desk.start()
    desk.do("make", case, ROOT)

    for act in (desk.claim, desk.complete):
        with pytest.raises(Forbidden, match="Separation of duties"):
            act(desk.task("check", case), by=ROOT)


@pytest.mark.parametrize("requester", [SAM, ROOT])
def test_who_started_the_case_may_not_do_a_task_that_is_apart_from_its_start(
    desk: Desk, requester: Person
) -> None:
    apart = draw.extensions('<baton:separation from="start"/>')
    desk.deploy(line(draw.user("check", apart, **DESK)))
    task = desk.task("check", desk.start(by=requester))

    for act in (desk.claim, desk.complete):
        with pytest.raises(Forbidden, match="Separation of duties"):
            act(task, by=requester)
    with pytest.raises(Forbidden, match="Separation of duties"):
        desk.assign(task, requester.username, MIA)

    desk.complete(task, by=SUE)
    assert state_of(desk, task)[0] == "completed"


def test_of_a_task_for_several_nobody_does_two_when_it_is_apart_from_itself(desk: Desk) -> None:
    apart = draw.extensions('<baton:separation from="vote"/>')
    twice = draw.each("[1, 2]")
    desk.deploy(line(draw.user("vote", apart + twice, **DESK)))
    first, second = (row.id for row in desk.tasks(desk.start()))
    desk.complete(first, by=SAM)

    with pytest.raises(Forbidden, match="Separation of duties"):
        desk.complete(second, by=SAM)


def test_separation_counts_within_one_case(desk: Desk, check: str) -> None:
    other = desk.start()
    desk.do("make", other, SUE)

    desk.do("check", other, SAM)

    assert desk.case(other).state == "completed"


# -- forms --------------------------------------------------------------------------------------------------

FORMED = line(draw.user("work", formKey="p/work", **DESK))


def test_the_data_of_a_form_become_variables(desk: Desk) -> None:
    desk.deploy(FORMED, work=form(note="string", more="integer"))
    case = desk.start({"note": "before"})

    desk.do("work", case, note="after", more=3)

    assert desk.variables(case) == {"note": "after", "more": 3}


def test_wrong_data_are_refused_and_leave_the_case_unharmed(desk: Desk) -> None:
    desk.deploy(FORMED, work=form(note="string"))
    task = desk.task("work", desk.start())
    before = desk.everything()

    with desk.database.transaction() as session:
        try:
            user_tasks.complete(session, task, {"note": 7, "extra": 1}, user_tasks.Order(SAM, NOW))
        except Invalid as invalid:  # even if a door went on and committed
            refused = invalid

    assert {problem.pointer for problem in refused.problems} == {"#/data/note", "#/data/extra"}
    assert desk.everything() == before


def test_a_task_without_a_form_takes_no_data(desk: Desk, task: str) -> None:
    with pytest.raises(Invalid):
        desk.complete(task, {"note": "x"})

    desk.complete(task, {})


def test_a_task_keeps_the_form_version_it_opened_with(desk: Desk) -> None:
    desk.deploy(FORMED, work=form(old="string"))
    earlier, later = desk.task("work", desk.start()), ""

    desk.deploy(work=form(new="string"))
    later = desk.task("work", desk.start())

    with pytest.raises(Invalid):
        desk.complete(earlier, {"new": "x"})
    desk.complete(earlier, {"old": "x"})
    with pytest.raises(Invalid):
        desk.complete(later, {"old": "x"})
    desk.complete(later, {"new": "x"})


def test_a_form_shows_what_the_case_knows(desk: Desk) -> None:
    desk.deploy(FORMED, work=form(note="string", other="string"))
    task = desk.task("work", desk.start({"note": "hello", "secret": 1}))

    with desk.database.transaction(write=False) as session:
        view = user_tasks.get_with_form(session, task, by=SAM, now=NOW, locales=["en"])

    assert view.data == {"note": "hello"}
    assert set(view.form["schema"]["properties"]) == {"note", "other"}


def test_a_task_without_a_form_shows_none(desk: Desk, task: str) -> None:
    with desk.database.transaction(write=False) as session:
        assert user_tasks.get_with_form(session, task, by=SAM, now=NOW, locales=["en"]).form is None


def data_of(desk: Desk, task: str) -> dict[str, Any]:
    with desk.database.transaction(write=False) as session:
        return user_tasks.get_with_form(session, task, by=SAM, now=NOW, locales=["en"]).data


def test_the_form_of_a_completed_task_shows_what_was_sent_and_of_a_cancelled_one_nothing(desk: Desk) -> None:
    desk.deploy(FORMED, work=form(note="string"))
    done, gone = (desk.start({"note": "hello"}) for _ in range(2))
    completed, cancelled = desk.task("work", done), desk.task("work", gone)

    desk.complete(completed, {"note": "x"})
    desk.operate("cancel", gone)

    assert data_of(desk, completed) == {"note": "x"}
    assert data_of(desk, cancelled) == {}


# -- what a task carries ------------------------------------------------------------------------------------


def test_a_task_carries_what_the_diagram_says(desk: Desk) -> None:
    users = {"candidateUsers": "nia, sam", "candidateGroups": "${[group]}"}
    desk.deploy(line(draw.user("work", name="The work", dueDate="P1D", priority="${1 + 1}", **users)))

    (task,) = desk.tasks(desk.start({"group": "cab"}))

    assert (task.name, task.priority, task.due_at) == ("The work", 2, NOW + timedelta(days=1))
    assert (task.candidate_users, task.candidate_groups) == (["nia", "sam"], ["cab"])
    assert (task.created_at, task.revision, task.assignee) == (NOW, 1, None)


def test_a_task_assigned_by_the_diagram_is_its_assignees(desk: Desk) -> None:
    desk.deploy(line(draw.user("work", assignee="${requester}")))
    case = desk.start(by=ANN)

    assert listed(desk, ANN, assignee="ann") == ["work"]
    desk.do("work", case, ANN)
    assert desk.case(case).state == "completed"


def test_a_name_in_the_readers_language_is_given(desk: Desk) -> None:
    chinese = draw.extensions('<baton:name lang="zh-CN">工作</baton:name>')
    desk.deploy(line(draw.user("work", chinese, name="Work", **DESK)))
    desk.start()

    with desk.database.transaction(write=False) as session:
        (view,) = user_tasks.page(session, Filter(), by=SAM, limit=1)

    assert (view.name_in("zh-CN"), view.name_in("de")) == ("工作", "Work")


# -- lists --------------------------------------------------------------------------------------------------

BRANCHES = draw.diagram(
    draw.start(),
    draw.par("fork"),
    draw.user("desk", candidateGroups="service-desk", dueDate="PT1H"),
    draw.user("net", candidateGroups="network"),
    draw.user("hers", candidateUsers="ann"),
    draw.path("start fork desk"),
    draw.path("fork net"),
    draw.path("fork hers"),
)


@pytest.mark.parametrize(
    ("person", "elements"),
    [
        (SAM, {"desk"}),
        (NIA, {"net"}),
        (ANN, {"hers"}),
        (OUTSIDER, set()),
        (MIA, {"desk", "net", "hers"}),
        (PAT, {"desk", "net", "hers"}),
        (AUDRA, {"desk", "net", "hers"}),
        (ROOT, {"desk", "net", "hers"}),
    ],
)
def test_each_person_is_shown_her_tasks(desk: Desk, person, elements) -> None:
    desk.deploy(BRANCHES)
    case = desk.start()

    assert set(listed(desk, person)) == elements
    for task in desk.tasks(case):
        with desk.database.transaction(write=False) as session:
            if task.element in elements:
                assert user_tasks.get(session, task.id, by=person).task.element == task.element
            else:
                with pytest.raises(NotFound):
                    user_tasks.get(session, task.id, by=person)


def test_lists_are_filtered(desk: Desk) -> None:
    desk.deploy(BRANCHES)
    first, second = desk.start(), desk.start()
    desk.claim(desk.task("desk", first), SAM)
    desk.do("net", second, NIA)

    assert listed(desk, ROOT, assignee="sam") == ["desk"]
    assert listed(desk, ROOT, group="network", state="open") == ["net"]
    assert listed(desk, ROOT, group="network", state="completed") == ["net"]
    assert sorted(listed(desk, ROOT, instance=second)) == ["desk", "hers", "net"]
    assert sorted(listed(desk, ROOT, instance=second, state="open")) == ["desk", "hers"]
    assert listed(desk, ROOT, state="completed") == ["net"]
    assert listed(desk, NIA, state="completed") == ["net"]
    assert sorted(listed(desk, SAM, group="service-desk")) == ["desk", "desk"]
    assert listed(desk, SAM, group="network") == listed(desk, OUTSIDER, group="network") == []
    assert listed(desk, SAM, assignee="sam", group="service-desk", instance=second) == []
    assert listed(desk, ROOT, state="cancelled") == []
    assert sorted(listed(desk, ROOT, instance=first, unassigned=True)) == ["hers", "net"]
    desk.assign(desk.task("net", first), "sam", by=NIA)
    assert listed(desk, SAM, group="network") == ["net"]


def test_overdue_tasks_are_those_due_before_now(desk: Desk) -> None:
    desk.deploy(BRANCHES)
    desk.start()

    assert listed(desk, ROOT, overdue_at=NOW + timedelta(hours=1)) == []
    assert listed(desk, ROOT, overdue_at=NOW + timedelta(hours=1, microseconds=1)) == ["desk"]


def test_who_did_a_task_still_sees_it_and_who_could_have_is_told_what_became_of_it(
    desk: Desk, task: str
) -> None:
    desk.complete(task, by=SAM)

    assert listed(desk, SAM) == ["work"]
    assert listed(desk, SUE) == []
    assert state_of(desk, task, by=SUE)[0] == "completed"


def test_pages_neither_skip_nor_repeat_while_tasks_come_and_go(desk: Desk) -> None:
    desk.deploy(PLAIN)
    cases = [desk.start() for _ in range(12)]
    steady = {desk.task("work", case) for case in cases[3:]}
    seen: list[str] = []

    with desk.database.transaction(write=False) as session:
        views = user_tasks.page(session, Filter(state="open"), by=SAM, limit=4)
    while views:
        seen += [view.task.id for view in views]
        gone = next((case for case in cases[:3] if desk.open(case)), None)
        if gone:
            desk.do("work", gone)
            desk.start()
        with desk.database.transaction(write=False) as session:
            views = user_tasks.page(session, Filter(state="open"), by=SAM, limit=4, after=seen[-1])

    assert len(seen) == len(set(seen))
    assert steady <= set(seen)
