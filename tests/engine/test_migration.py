"""A running case goes on in another version of its process, or stays whole where it was."""

import re
from datetime import timedelta

import pytest

from engine import process_instances
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.people import Person
from engine.process_instances import Migration, Order
from tests.engine.bpmn import support as draw
from tests.engine.support import ANN, AUDRA, MIA, NOW, OUTSIDER, PAT, ROOT, SAM, Desk, form, line

WORK = draw.user("work", candidateGroups="service-desk")
LATE = (
    draw.boundary("late", "work", draw.timer("PT4H"), interrupting=False),
    *(draw.end("told"), draw.path("late", "told")),
)
ASKED = (
    draw.boundary("asked", "work", draw.message("ask"), interrupting=False),
    *(draw.end("answered"), draw.path("asked", "answered")),
)
CHECK = draw.user("check", candidateGroups="service-desk")
PLAIN = line(WORK)
CHINESE = draw.extensions('<baton:name lang="zh-CN">工作</baton:name>')
RENAMED = line(draw.user("work", CHINESE, name="Do the work", candidateGroups="service-desk"), CHECK)
WITH_TIMER = line(WORK, beside=LATE)
WITH_LATER_TIMER = line(WORK, beside=(LATE[0].replace("PT4H", "PT9H"), *LATE[1:]))
WITH_MESSAGE = line(WORK, beside=ASKED, messages=("ask",))


def move(desk: Desk, case: str, version: int, by: Person = PAT, **how: object) -> Migration:
    with desk.database.transaction() as session:
        dry_run = bool(how.pop("dry_run", False))
        return process_instances.migrate(session, case, version, Order(by, desk.now, **how), dry_run=dry_run)


def obstacles(desk: Desk, case: str, version: int) -> dict[str | None, str]:
    """What stands in the way, by element; nothing has changed then."""
    before = desk.everything()
    with pytest.raises(Invalid) as refused:
        move(desk, case, version)
    assert desk.everything() == before
    return {problem.element: problem.detail for problem in refused.value.problems}


def versions(desk: Desk, *diagrams: bytes) -> str:
    """A case of the first, while the others are deployed after it."""
    desk.deploy(diagrams[0])
    case = desk.start({"title": "x"})
    for diagram in diagrams[1:]:
        desk.deploy(diagram)
    return case


def test_a_case_goes_on_in_the_newer_version_and_ends_as_that_is_drawn(desk: Desk) -> None:
    case = versions(desk, PLAIN, RENAMED)
    task = desk.task("work", case)

    done = move(desk, case, 2, reason="Checks are wanted")

    assert (done.from_version, done.to_version, done.kept) == (1, 2, ["work"])
    (open_task,) = desk.tasks(case)
    assert (open_task.id, open_task.name, open_task.names) == (task, "Do the work", {"zh-CN": "工作"})
    assert desk.case(case).version == 2
    desk.check()
    desk.do("work", case)
    assert desk.open(case) == ["check"]
    (entry,) = desk.history(case, "migrated")
    assert entry.actor == "pat"
    assert entry.detail == {"from": 1, "to": 2, "reason": "Checks are wanted", "armed": [], "disarmed": []}


def test_a_case_goes_back_to_the_older_version(desk: Desk) -> None:
    case = versions(desk, RENAMED, PLAIN)
    move(desk, case, 2)

    move(desk, case, 1, by=ROOT)

    assert desk.case(case).version == 1
    assert desk.tasks(case)[0].name == "Do the work"
    desk.check()


def test_timers_keep_their_due_dates_and_their_rows(desk: Desk) -> None:
    case = versions(desk, WITH_TIMER, WITH_LATER_TIMER)
    (before,) = desk.timers(case)
    desk.clock.advance(timedelta(hours=1))

    done = move(desk, case, 2)

    (after,) = desk.timers(case)
    assert (after.id, after.due_at) == (before.id, NOW + timedelta(hours=4))
    assert (done.armed, done.disarmed) == ([], [])
    assert desk.wait(hours=3) == 1


def test_events_come_and_go_with_the_diagram(desk: Desk) -> None:
    case = versions(desk, WITH_TIMER, WITH_MESSAGE)
    desk.clock.advance(timedelta(hours=1))

    there = move(desk, case, 2)
    assert (there.armed, there.disarmed) == (["asked"], ["late"])
    assert (desk.timers(case), len(desk.subscriptions(case))) == ([], 1)
    desk.check()

    back = move(desk, case, 1)
    assert (back.armed, back.disarmed) == (["late"], ["asked"])
    assert [timer.due_at for timer in desk.timers(case)] == [NOW + timedelta(hours=5)]
    assert desk.subscriptions(case) == []
    desk.check()


def test_what_fired_already_is_not_armed_again(desk: Desk) -> None:
    case = versions(desk, WITH_TIMER, WITH_LATER_TIMER)
    desk.wait(hours=5)

    assert move(desk, case, 2).armed == []
    assert desk.timers(case) == []
    desk.check()


SUB = draw.sub("room", draw.start("in"), WORK, draw.end("out"), draw.path("in", "work", "out"))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (line(draw.user("other")), "not in this version"),
        (line(draw.script("work", "x = 1")), "another kind"),
        (line(SUB), "another sub-process"),
        (line(draw.catch("work", draw.timer("PT1H"))), "another kind"),
    ],
)
def test_what_has_no_counterpart_is_named_and_nothing_is_changed(desk: Desk, other: bytes, said: str) -> None:
    case = versions(desk, PLAIN, other)

    assert said in obstacles(desk, case, 2)["work"]


def test_every_element_in_the_way_is_named_at_once(desk: Desk) -> None:
    both = draw.diagram(
        *(draw.start(), draw.par("fork"), draw.user("one"), draw.user("two"), draw.par("meet"), draw.end()),
        draw.path("start", "fork", "one", "meet", "end"),
        draw.path("fork", "two", "meet"),
    )
    case = versions(desk, both, line(draw.user("three")))

    assert set(obstacles(desk, case, 2)) == {"one", "two"}


def test_a_message_of_another_name_is_another_event(desk: Desk) -> None:
    heard = line(draw.catch("hear", draw.message("ask")), messages=("ask",))
    case = versions(desk, heard, heard.replace(b'"ask"', b'"tell"'))

    assert "another kind" in obstacles(desk, case, 2)["hear"]


def test_a_timer_that_cannot_be_armed_stands_in_the_way(desk: Desk) -> None:
    bad = line(WORK, beside=(LATE[0].replace("PT4H", "${nowhere}"), *LATE[1:]))
    case = versions(desk, PLAIN, bad)

    assert set(obstacles(desk, case, 2)) == {"late"}


def test_new_event_sub_processes_listen_from_now_on(desk: Desk) -> None:
    listening = draw.event_sub(
        "help",
        draw.start("called", draw.message("ask"), isInterrupting=False),
        draw.end("e"),
        draw.path("called", "e"),
    )
    case = versions(desk, PLAIN, line(WORK, beside=(listening,), messages=("ask",)))

    assert move(desk, case, 2).armed == ["called"]
    desk.check()
    desk.send("ask", instance=case)
    desk.check()


def test_inside_a_multi_instance_sub_process_each_item_goes_on(desk: Desk) -> None:
    twice = "<loopCardinality>2</loopCardinality>"
    loop = f"<multiInstanceLoopCharacteristics>{twice}</multiInstanceLoopCharacteristics>"
    inside = (draw.start("in"), WORK, draw.end("out"), draw.path("in", "work", "out"))
    many = line(draw.node("subProcess", "room", loop, *inside))
    after = line(
        draw.node("subProcess", "room", loop, *inside), draw.user("check", candidateGroups="service-desk")
    )
    case = versions(desk, many, after)

    move(desk, case, 2)

    desk.check()
    for task in desk.tasks(case):
        desk.complete(task.id)
    assert desk.open(case) == ["check"]


def test_a_dry_run_tells_the_same_and_changes_nothing(desk: Desk) -> None:
    case = versions(desk, WITH_TIMER, WITH_MESSAGE)
    before = desk.everything()

    told = move(desk, case, 2, dry_run=True)

    assert (told.kept, told.armed, told.disarmed) == (["work"], ["asked"], ["late"])
    assert desk.everything() == before


def test_timers_of_a_suspended_case_stay_held(desk: Desk) -> None:
    case = versions(desk, PLAIN, WITH_TIMER)
    desk.operate("suspend", case)

    move(desk, case, 2)

    assert desk.wait(hours=5) == 0
    desk.operate("resume", case)
    assert desk.sweep() == 1


def test_an_open_task_keeps_the_form_it_opened_with(desk: Desk) -> None:
    with_form = line(draw.user("work", candidateGroups="service-desk", formKey="p/work"))
    desk.deploy(with_form, work=form(a="string"))
    case = desk.start()
    desk.deploy(with_form.replace(b"<process", b" <process"), work=form(b="string"))

    move(desk, case, 2)

    desk.do("work", case, a="as it was")
    assert desk.variables(case)["a"] == "as it was"


# -- what the case calls, and what programs do for it


def call_and_work(*after: str) -> bytes:
    ids = " ".join(["start", "call", *(re.search(r'id="([^"]+)"', node)[1] for node in after), "end"])
    return draw.diagram(draw.start(), draw.call("call", "q"), *after, draw.end(), draw.path(ids))


def test_a_case_goes_on_in_the_version_it_called_and_not_in_another(desk: Desk) -> None:
    called = line(WORK, beside=LATE, key="q")
    desk.deploy(called)
    case = versions(desk, call_and_work(), call_and_work(CHECK))
    before = desk.everything()

    assert move(desk, case, 2).kept == ["call"]

    after = desk.everything()
    assert [after[table] for table in ("user_task", "timer")] == [
        before[table] for table in ("user_task", "timer")
    ]
    desk.check()
    desk.deploy(line(WORK, key="q"))
    desk.deploy(call_and_work())
    assert "calls version 2 of 'q'" in obstacles(desk, case, 3)["call"]
    desk.do("work", case)
    assert desk.open(case) == ["check"]


def served(topic: str, *beside: str) -> bytes:
    return line(draw.service("call", draw.params({"host": "${title}"}), topic=topic), beside=beside)


def test_an_open_job_keeps_its_row_and_its_topic(desk: Desk) -> None:
    case = versions(desk, served("old"), served("new"))
    before = desk.everything()["job"]

    move(desk, case, 2)

    assert desk.everything()["job"] == before
    desk.check()


def test_a_job_that_was_held_waits_when_its_case_is_resumed_in_the_other_version(desk: Desk) -> None:
    case = versions(desk, served("old"), served("old", *LATE).replace(b'"work"', b'"call"'))
    desk.operate("suspend", case)

    move(desk, case, 2)

    assert [job.state for job in desk.jobs(case)] == ["held"]
    desk.operate("resume", case)
    assert [job.state for job in desk.jobs(case)] == ["waiting"]
    assert [timer.state for timer in desk.timers(case)] == ["armed"]
    desk.check()


def test_a_dead_job_begins_anew_under_the_topic_of_the_other_version(desk: Desk) -> None:
    case = versions(desk, served("old"), served("new"))
    (job,) = desk.jobs(case)
    desk.work("fail", job.id, "no answer", retry=False)

    move(desk, case, 2)
    assert [(job.state, job.topic) for job in desk.jobs(case)] == [("dead", "old")]
    desk.change(case, title="db")
    desk.operate("retry", case)

    (again,) = desk.jobs(case)
    assert (again.id, again.state, again.topic, again.variables) == (
        *(job.id, "waiting", "new"),
        {"host": "db"},
    )
    desk.check()


def test_a_condition_is_met_only_when_a_suspended_case_is_resumed(desk: Desk) -> None:
    seen = (
        draw.boundary("seen", "work", draw.conditional("title == 'x'"), interrupting=False),
        *(CHECK, draw.path("seen check")),
    )
    case = versions(desk, PLAIN, line(WORK, beside=seen))
    desk.operate("suspend", case)

    assert move(desk, case, 2).armed == ["seen"]
    assert desk.open(case) == ["work"]
    desk.check()

    desk.operate("resume", case)
    assert desk.open(case) == ["check", "work"]


# -- who may, and when


@pytest.mark.parametrize(
    ("by", "error"),
    [(MIA, Forbidden), (SAM, Forbidden), (ANN, Forbidden), (AUDRA, Forbidden), (OUTSIDER, NotFound)],
)
def test_only_those_who_own_processes_move_cases(desk: Desk, by: Person, error: type[Exception]) -> None:
    case = versions(desk, PLAIN, RENAMED)

    with pytest.raises(error):
        move(desk, case, 2, by=by)


def test_an_ended_case_and_a_version_that_is_not_there_are_refused(desk: Desk) -> None:
    case = versions(desk, PLAIN, RENAMED)
    for version in (1, 3):
        with pytest.raises(Invalid) as refused:
            move(desk, case, version)
        assert refused.value.problems[0].pointer == "#/version"

    desk.operate("cancel", case)

    with pytest.raises(Conflict):
        move(desk, case, 2)
