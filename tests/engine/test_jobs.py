"""Jobs: rows for programs to work on, attempts and dead letters, held with their case, in the right hands."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import integrity, jobs, user_tasks
from engine.clock import Clock
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.jobs import ATTEMPTS, Filter
from engine.store.base import Database
from engine.store.jobs import JobRow
from engine.store.process_instances import ProcessInstanceRow
from tests.engine.bpmn import support as draw
from tests.engine.support import (
    ANN,
    AUDRA,
    DESK,
    MIA,
    OUTSIDER,
    PAT,
    ROOT,
    SAM,
    Desk,
    at_once,
    line,
    plans_of,
    traffic,
)

CALL = draw.service("call", draw.params({"host": "${name}"}), topic="monitor")
AFTER = draw.user("after", **DESK)
PLAIN = line(CALL, AFTER)
CAUGHT = line(
    CALL,
    AFTER,
    beside=(draw.boundary("bad", "call", draw.error("E")), draw.user("mend", **DESK), draw.path("bad mend")),
    errors=("E",),
)


def begin(desk: Desk, diagram: bytes = PLAIN) -> tuple[str, str]:
    """The ids of a case and of its job."""
    desk.deploy(diagram)
    case = desk.start({"name": "db"})
    (job,) = desk.jobs(case)
    return case, job.id


def failures(desk: Desk, case: str) -> list[tuple[str, str]]:
    return [(failure["element"], failure["message"]) for failure in desk.case(case).failures]


def listed(desk: Desk, by: Any = ROOT, **chosen: Any) -> list[str]:
    with desk.database.transaction(write=False) as session:
        return [job.id for job in jobs.page(session, Filter(**chosen), by=by, limit=50)]


# -- a job's life -------------------------------------------------------------------------------------------


def test_a_service_task_leaves_a_job_with_its_inputs(desk: Desk) -> None:
    case, job_id = begin(desk)

    (job,) = desk.jobs(case)
    assert (job.id, job.element, job.topic, job.state) == (job_id, "call", "monitor", "waiting")
    assert (job.variables, job.attempts, job.error) == ({"host": "db"}, 0, None)
    assert job.created_at == job.next_at == desk.now
    desk.check()


def test_completing_a_job_moves_the_case_on_and_takes_the_row_away(desk: Desk) -> None:
    case, job_id = begin(desk)

    done = desk.work("complete", job_id, {"ticket": 7})

    assert (done.id, done.state) == (job_id, "done")
    assert (desk.open(case), desk.jobs(case)) == (["after"], [])
    assert desk.variables(case) == {"name": "db", "ticket": 7}
    (entry,) = desk.history(case, "job completed")
    assert (entry.element, entry.actor) == ("call", "root")
    assert entry.detail == {"topic": "monitor", "variables": {"ticket": 7}}
    desk.check()


def test_what_is_no_name_of_a_variable_is_refused_and_nothing_happens(desk: Desk) -> None:
    _, job_id = begin(desk)
    before = desk.everything()

    with pytest.raises(Invalid) as caught:
        desk.work("complete", job_id, {"a b": 1, "_x": 2, "fine": 3})

    assert [problem.pointer for problem in caught.value.problems] == ["#/variables"] * 2
    assert desk.everything() == before


def test_a_job_that_fails_waits_longer_each_time_and_ends_as_a_dead_letter(desk: Desk) -> None:
    case, job_id = begin(desk)

    waits = []
    for _ in range(ATTEMPTS - 1):
        failed = desk.work("fail", job_id, "no route")
        waits.append((failed.state, failed.next_at - desk.now))
    assert waits == [("waiting", timedelta(minutes=minutes)) for minutes in (1, 4, 9, 16)]
    assert desk.case(case).state == "active"
    dead = desk.work("fail", job_id, "no route at all")

    assert (dead.state, dead.attempts, dead.error) == ("dead", 5, "no route at all")
    assert desk.case(case).state == "failed"
    assert failures(desk, case) == [("call", "no route at all")]
    assert len(desk.history(case, "job failed")) == 5
    desk.check()


def test_a_job_that_is_not_to_be_retried_is_dead_at_once(desk: Desk) -> None:
    case, job_id = begin(desk)

    assert desk.work("fail", job_id, "gone for good", retry=False).state == "dead"

    assert desk.case(case).state == "failed"
    desk.check()


@pytest.mark.parametrize("way", ["job", "case"])
def test_a_dead_job_begins_anew_under_its_id_by_its_own_retry_or_the_cases(desk: Desk, way: str) -> None:
    case, job_id = begin(desk)
    desk.work("fail", job_id, "wrong host", retry=False)
    desk.change(case, name="web")
    desk.clock.advance(timedelta(hours=1))

    if way == "job":
        desk.work("retry", job_id)
    else:
        desk.operate("retry", case)

    (job,) = desk.jobs(case)
    assert (job.id, job.state, job.attempts, job.error) == (job_id, "waiting", 0, None)
    assert (job.variables, job.next_at) == ({"host": "web"}, desk.now)
    assert (desk.case(case).state, desk.case(case).failures) == ("active", [])
    desk.work("complete", job_id, {})
    assert desk.open(case) == ["after"]
    desk.check()


def test_a_retry_whose_inputs_fail_leaves_the_job_dead(desk: Desk) -> None:
    desk.deploy(line(draw.service("call", draw.params({"host": "${names[0]}"})), AFTER))
    case = desk.start({"names": ["db"]})
    (job,) = desk.jobs(case)
    desk.work("fail", job.id, "wrong", retry=False)
    desk.change(case, names=[])

    again = desk.work("retry", job.id)

    assert (again.state, desk.case(case).state) == ("dead", "failed")
    desk.check()
    desk.change(case, names=["web"])
    assert desk.work("retry", job.id).variables == {"host": "web"}
    desk.check()


def test_a_service_task_that_failed_before_it_had_a_job_gets_one_by_the_retry(desk: Desk) -> None:
    desk.deploy(PLAIN)
    case = desk.start()
    assert (desk.case(case).state, desk.jobs(case)) == ("failed", [])

    desk.change(case, name="db")
    desk.operate("retry", case)

    assert [job.variables for job in desk.jobs(case)] == [{"host": "db"}]
    desk.check()


def test_an_error_that_the_diagram_handles_is_no_failure(desk: Desk) -> None:
    case, job_id = begin(desk, CAUGHT)

    done = desk.work("fail", job_id, "no such host", error_code="E")

    assert (done.state, desk.jobs(case)) == ("done", [])
    assert (desk.case(case).state, desk.open(case)) == ("active", ["mend"])
    (entry,) = desk.history(case, "job failed")
    assert entry.detail == {"topic": "monitor", "message": "no such host", "error_code": "E"}
    desk.check()


def test_an_error_that_nothing_handles_makes_a_dead_letter(desk: Desk) -> None:
    case, job_id = begin(desk, CAUGHT)

    dead = desk.work("fail", job_id, "on fire", error_code="X")

    assert (dead.state, dead.attempts) == ("dead", 1)
    assert failures(desk, case) == [("call", "Nothing handles the error 'X': on fire")]
    desk.check()


def test_cancelling_a_case_removes_its_jobs(desk: Desk) -> None:
    case, job_id = begin(desk)

    desk.operate("cancel", case)

    assert desk.jobs(case) == []
    with pytest.raises(NotFound):
        desk.work("complete", job_id, {})
    desk.check()


def test_a_job_inside_a_called_process_names_it(desk: Desk) -> None:
    desk.deploy(PLAIN)
    desk.deploy(line(draw.call("sub", "p", draw.extensions('<camunda:in variables="all"/>')), key="outer"))
    case = desk.start({"name": "db"}, key="outer")
    (job,) = desk.jobs(case)

    desk.work("complete", job.id, {})

    assert (job.element, job.process) == ("call", {"key": "p", "version": 1})
    (entry,) = desk.history(case, "job completed")
    assert entry.detail["process"] == {"key": "p", "version": 1}
    desk.check()


# -- states that do not allow it ----------------------------------------------------------------------------


@pytest.mark.parametrize(("verb", "what"), [("complete", ({},)), ("fail", ("x",))])
def test_a_suspended_case_holds_its_jobs(desk: Desk, verb: str, what: tuple[Any, ...]) -> None:
    case, job_id = begin(desk)
    desk.operate("suspend", case)

    assert [job.state for job in desk.jobs(case)] == ["held"]
    assert listed(desk, state="waiting") == []
    with pytest.raises(Conflict, match="suspended"):
        desk.work(verb, job_id, *what)
    desk.operate("resume", case)

    assert listed(desk, state="waiting") == [job_id]
    desk.work(verb, job_id, *what)
    desk.check()


def test_a_dead_job_is_retried_before_anything_else_and_stays_dead_while_its_case_is_held(desk: Desk) -> None:
    case, job_id = begin(desk)
    with pytest.raises(Conflict, match="no dead letter"):
        desk.work("retry", job_id)
    desk.work("fail", job_id, "x", retry=False)

    for verb, what in (("complete", ({},)), ("fail", ("x",))):
        with pytest.raises(Conflict, match="dead letter"):
            desk.work(verb, job_id, *what)
    desk.operate("suspend", case)
    with pytest.raises(Conflict, match="suspended"):
        desk.work("retry", job_id)
    desk.operate("resume", case)

    assert [job.state for job in desk.jobs(case)] == ["dead"]
    assert desk.case(case).state == "failed"
    desk.check()


def test_of_two_who_complete_at_once_one_does(desk: Desk) -> None:
    case, job_id = begin(desk)

    done = at_once(*[lambda: desk.work("complete", job_id, {})] * 2)

    assert sorted(type(each).__name__ for each in done) == ["JobRow", "NotFound"]
    assert desk.open(case) == ["after"]
    desk.check()


# -- who may ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "refusal"),
    [
        (OUTSIDER, NotFound),
        (SAM, NotFound),
        (ANN, Forbidden),
        (AUDRA, Forbidden),
        (MIA, Forbidden),
        (PAT, Forbidden),
    ],
)
def test_only_administrators_work_on_jobs(desk: Desk, person: Any, refusal: type[Exception]) -> None:
    _, job_id = begin(desk)
    before = desk.everything()

    for verb, what in (("complete", ({},)), ("fail", ("x",))):
        with pytest.raises(refusal):
            desk.work(verb, job_id, *what, by=person)
    with pytest.raises(refusal), desk.database.transaction(write=False) as session:
        jobs.get(session, job_id, by=person)
    with pytest.raises(Forbidden):
        listed(desk, by=person)

    assert desk.everything() == before
    with desk.database.transaction(write=False) as session:
        assert jobs.get(session, job_id, by=ROOT).id == job_id


def test_jobs_are_listed_oldest_first_by_state_case_and_topic(desk: Desk) -> None:
    case, first = begin(desk)
    desk.deploy(line(draw.service("other", topic="mail"), key="q"))
    other = desk.jobs(desk.start(key="q"))[0].id
    desk.work("fail", other, "x", retry=False)

    assert listed(desk) == [first, other]
    assert listed(desk, state="dead") == [other]
    assert listed(desk, topic="monitor") == listed(desk, instance=case) == [first]


# -- what it costs, and what watches over it ----------------------------------------------------------------

RICH = line(
    draw.user("one", draw.params(None, {"done": "${true}"}), **DESK),
    draw.service("call", draw.params({"host": "db"})),
    beside=(
        *(draw.boundary("late", "one", draw.timer("PT1H")), draw.end("gone"), draw.path("late gone")),
        *(draw.boundary("slow", "call", draw.timer("PT1H")), draw.end("left"), draw.path("slow left")),
        *(draw.boundary("nudge", "call", draw.message("m")), draw.end("off"), draw.path("nudge off")),
    ),
    messages=("m",),
)


def test_completing_a_task_that_opens_a_job_is_one_commit_and_at_most_twelve_statements(desk: Desk) -> None:
    desk.deploy(RICH)
    for _ in range(2):  # the first fills the caches
        case = desk.start()
        node = Database(desk.database.url.render_as_string(False), Clock())
        with traffic(node) as heard, node.transaction() as session:
            order = user_tasks.Order(SAM, node.now(session))
            user_tasks.complete(session, desk.task("one", case), None, order)
        node.close()

    assert len(desk.jobs(case)) == 1
    assert heard.commits == 1
    assert len(heard.statements) <= 12, heard.statements


@pytest.mark.parametrize("verb", ["complete", "fail"])
def test_a_command_on_a_job_is_few_statements(desk: Desk, verb: str) -> None:
    for _ in range(2):
        _, job_id = begin(desk)
        with traffic(desk.database) as heard:
            desk.work(verb, job_id, {} if verb == "complete" else "x")

    assert heard.commits == 1
    assert len(heard.statements) <= (8 if verb == "complete" else 5), heard.statements


def test_a_job_is_found_along_its_key(desk: Desk) -> None:
    _, job_id = begin(desk)

    plans = plans_of(desk.database, lambda: desk.work("complete", job_id, {}))

    if desk.database.is_sqlite:
        assert not [plan for plan in plans if "SCAN job" in plan]


def test_a_job_without_a_token_and_a_token_without_a_job_are_faults(desk: Desk) -> None:
    _, job_id = begin(desk)
    other = desk.start({"name": "web"})
    desk.execute(update(JobRow).where(JobRow.id == job_id).values(instance_id=other, token=99))

    with desk.database.transaction(write=False) as session:
        faults = [str(fault.detail) for fault in integrity.verify(session, desk.now)]

    assert len(faults) == 2
    assert [fault for fault in faults if "waits for a job that is missing" in fault]
    assert [fault for fault in faults if "A job at call waits for a token" in fault]


def test_a_job_of_an_ended_case_is_a_fault(desk: Desk) -> None:
    case, _ = begin(desk)
    desk.execute(update(ProcessInstanceRow).where(ProcessInstanceRow.id == case).values(state="cancelled"))

    with desk.database.transaction(write=False) as session:
        faults = [fault.detail for fault in integrity.verify(session, desk.now)]

    assert faults == ["The case has ended, but a job at call still waits."]
    assert desk.rows(select(JobRow.state)) == ["waiting"]
