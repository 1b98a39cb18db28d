"""Cases: started, looked at, held, repaired and ended, by those who may."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from engine import process_instances
from engine.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from engine.people import Person
from engine.process_instances import Filter
from engine.store.process_instances import ProcessInstanceRow
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
    at_once,
    form,
    line,
    on_process,
)

PLAIN = line(draw.user("work", **DESK))
RECORD = '<baton:record prefix="INC" title="${title}" priority="${priority}" service="${service}"/>'


def listed(desk: Desk, by: Person, limit: int = 50, before: str | None = None, **chosen) -> list[str]:
    """The ids of the cases a person is shown."""
    with desk.database.transaction(write=False) as session:
        found = process_instances.page(session, Filter(**chosen), by=by, limit=limit, before=before)
        return [case.id for case in found]


# -- starting -----------------------------------------------------------------------------------------------


def test_a_case_starts_and_runs_until_everything_waits(desk: Desk) -> None:
    desk.deploy(PLAIN)

    case = desk.case(desk.start({"a": 1}))

    assert (case.number, case.state, case.version, case.requester) == ("CASE-000001", "active", 1, "ann")
    assert (case.started_at, case.ended_at, case.revision) == (NOW, None, 1)
    assert desk.open(case.id) == ["work"]
    desk.check()


def test_a_case_without_a_wait_is_over_at_once(desk: Desk) -> None:
    desk.deploy(line(draw.script("s", "a = 1")))

    case = desk.case(desk.start())

    assert (case.state, case.ended_at) == ("completed", NOW)
    assert [row.kind for row in desk.history(case.id)][-1] == "completed"
    desk.check()


def test_the_head_of_a_case_follows_its_variables(desk: Desk) -> None:
    desk.deploy(line(draw.user("w", **DESK), beside=(draw.extensions(RECORD),)))
    case = desk.start({"title": "Printer", "priority": 2})
    first = desk.case(case)

    desk.change(case, title="The printer", priority=1, service="print")

    then = desk.case(case)
    assert (first.number, first.title, first.priority, first.service) == ("INC-000001", "Printer", 2, None)
    assert (then.number, then.title, then.priority, then.service) == ("INC-000001", "The printer", 1, "print")


@pytest.mark.parametrize("value", [2**40, 1.5, True, "high", [1]])
def test_a_priority_that_is_no_small_whole_number_is_none(desk: Desk, value) -> None:
    desk.deploy(line(draw.user("w", **DESK), beside=(draw.extensions(RECORD),)))

    assert desk.case(desk.start({"priority": value})).priority is None


def test_texts_no_database_can_hold_are_cut_to_what_it_can(desk: Desk) -> None:
    desk.deploy(line(draw.user("w", **DESK), beside=(draw.extensions(RECORD),)))

    case = desk.case(desk.start({"title": "a\0b" + "x" * 2000, "service": "s" * 300}))

    assert case.title.startswith("a\ufffdbx")
    assert (len(case.title), len(case.service)) == (1000, 255)


def test_variables_and_titles_may_hold_any_character(desk: Desk) -> None:
    desk.deploy(PLAIN)
    odd = "\0 \u2028 \U0001f525 \\u0000 '\""

    with desk.database.transaction() as session:
        case = process_instances.start(
            session, "p", {"odd": odd}, by=ANN, now=NOW, zone="UTC", title=odd, service=odd
        )

    assert desk.variables(case.id) == {"odd": odd}
    assert desk.case(case.id).title == odd.replace("\0", "\ufffd")
    assert desk.history(case.id, "started")[0].detail["variables"] == {"odd": odd}
    desk.check()


def test_a_new_version_is_for_new_cases_only(desk: Desk) -> None:
    desk.deploy(PLAIN)
    earlier = desk.start()
    desk.deploy(line(draw.user("work", **DESK), draw.user("more", **DESK)))
    later = desk.start()

    desk.do("work", earlier)
    desk.do("work", later)

    assert (desk.case(earlier).version, desk.case(earlier).state) == (1, "completed")
    assert (desk.case(later).version, desk.open(later)) == (2, ["more"])


def test_variables_go_through_the_start_form(desk: Desk) -> None:
    start = draw.start("start", camunda_formKey="p/report")
    diagram = draw.diagram(start, draw.user("w", **DESK), draw.path("start w"))
    desk.deploy(diagram, report=form(text="string"))

    with pytest.raises(Invalid) as caught:
        desk.start({"text": 1, "other": 2})

    assert {p.pointer for p in caught.value.problems} == {"#/variables/text", "#/variables/other"}
    assert listed(desk, ROOT) == []
    assert desk.variables(desk.start({"text": "x"})) == {"text": "x"}


def test_an_unknown_process_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.start(key="nothing")


@pytest.mark.parametrize("name", ["requester", "case_number"])
def test_without_a_start_form_nobody_says_whose_a_case_is(desk: Desk, name: str) -> None:
    desk.deploy(PLAIN)

    with pytest.raises(Invalid) as refused:
        desk.start({name: "sue", "a": 1})

    assert [problem.pointer for problem in refused.value.problems] == [f"#/variables/{name}"]


@pytest.mark.parametrize("person", [ANN, SAM, MIA, PAT, ROOT, OUTSIDER])
def test_everyone_signed_in_may_start_what_names_nobody(desk: Desk, person) -> None:
    desk.deploy(PLAIN)

    assert desk.case(desk.start(by=person)).requester == person.username


def test_an_auditor_starts_nothing(desk: Desk) -> None:
    desk.deploy(PLAIN)

    with pytest.raises(Forbidden):
        desk.start(by=AUDRA)


@pytest.mark.parametrize(
    ("person", "may"),
    [(SAM, True), (SUE, True), (ANN, True), (ROOT, True), (NIA, False), (MIA, False), (PAT, False)],
)
def test_those_a_diagram_names_may_start_it(desk: Desk, person, may) -> None:
    groups, users = 'camunda:candidateStarterGroups="service-desk"', 'camunda:candidateStarterUsers="ann"'
    desk.deploy(on_process(PLAIN, f"{groups} {users}"))

    if may:
        desk.start(by=person)
    else:
        with pytest.raises(Forbidden):
            desk.start(by=person)


def test_cases_started_at_once_have_numbers_of_their_own(desk: Desk) -> None:
    desk.deploy(PLAIN)

    started = at_once(*[lambda: [desk.start() for _ in range(10)]] * 5)

    numbers = {desk.case(case).number for cases in started for case in cases}
    assert len(numbers) == 50


# -- seeing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "sees"),
    [
        (ANN, True),
        (SAM, True),
        (MIA, True),
        (PAT, True),
        (AUDRA, True),
        (ROOT, True),
        (NIA, False),
        (OUTSIDER, False),
    ],
)
def test_a_case_is_seen_by_those_it_concerns(desk: Desk, person, sees) -> None:
    desk.deploy(PLAIN)
    case = desk.start(by=ANN)
    looks = (
        lambda s: process_instances.get(s, case, by=person),
        lambda s: process_instances.variables(s, case, by=person, now=NOW),
        lambda s: process_instances.diagram(s, case, by=person, now=NOW),
        lambda s: process_instances.history_page(s, case, by=person, limit=9),
    )

    assert listed(desk, person) == ([case] if sees else [])
    for look in looks:
        with desk.database.transaction(write=False) as session:
            if sees:
                assert look(session) is not None
            else:
                with pytest.raises(NotFound):
                    look(session)


def test_who_had_a_task_in_a_case_goes_on_seeing_it(desk: Desk) -> None:
    desk.deploy(line(draw.user("a", **DESK), draw.user("b", candidateGroups="network")))
    case = desk.start()
    before = listed(desk, NIA)

    desk.do("a", case, SAM)

    assert (before, listed(desk, NIA)) == ([], [case])
    assert (listed(desk, SAM), listed(desk, SUE)) == ([case], [])


@pytest.mark.parametrize("person", [NIA, OUTSIDER])
def test_whom_a_case_does_not_concern_cannot_do_anything_with_it(desk: Desk, person) -> None:
    desk.deploy(PLAIN)
    case = desk.start(by=ANN)
    before = desk.everything()

    for verb in ("cancel", "suspend", "resume", "retry"):
        with pytest.raises(NotFound):
            desk.operate(verb, case, by=person)
    with pytest.raises(NotFound):
        desk.change(case, by=person, a=1)

    assert desk.everything() == before


def test_an_unknown_case_is_not_found(desk: Desk) -> None:
    for verb in ("cancel", "suspend", "resume", "retry"):
        with pytest.raises(NotFound):
            desk.operate(verb, "nothing")


def test_the_diagram_shows_where_a_case_is(desk: Desk) -> None:
    late = draw.boundary("late", "work", draw.timer("PT1H"))
    desk.deploy(line(draw.user("work", **DESK), beside=(late,)))
    case = desk.start()

    def positions() -> set[tuple[str, str]]:
        with desk.database.transaction(write=False) as session:
            drawn = process_instances.diagram(session, case, by=ANN, now=NOW)
            return {(position.element, position.state) for position in drawn.positions}

    before = positions()
    desk.do("work", case)

    assert before == {("work", "active"), ("late", "listening")}
    assert positions() == set()


# -- holding and ending -------------------------------------------------------------------------------------

OPERATORS = [MIA, PAT, ROOT]
OTHERS = [ANN, SAM, AUDRA]


@pytest.mark.parametrize("person", OPERATORS)
def test_operators_suspend_resume_and_cancel(desk: Desk, person) -> None:
    desk.deploy(PLAIN)
    case = desk.start()

    assert desk.operate("suspend", case, by=person).state == "suspended"
    assert desk.operate("resume", case, by=person).state == "active"
    assert desk.operate("cancel", case, by=person).state == "cancelled"
    desk.check()


@pytest.mark.parametrize("person", OTHERS)
def test_nobody_else_suspends_resumes_cancels_or_changes_variables(desk: Desk, person) -> None:
    desk.deploy(PLAIN)
    case, held = desk.start(by=ANN), desk.start(by=ANN)
    desk.operate("suspend", held)
    before = desk.everything()

    for verb, of in (("suspend", case), ("cancel", case), ("resume", held)):
        with pytest.raises(Forbidden):
            desk.operate(verb, of, by=person)
    with pytest.raises(Forbidden):
        desk.change(case, by=person, a=1)

    assert desk.everything() == before


def test_a_cancelled_case_waits_for_nothing(desk: Desk) -> None:
    late = draw.boundary("late", "work", draw.timer("PT1H"))
    call = draw.boundary("call", "work", draw.message("ring"), interrupting=False)
    desk.deploy(
        line(
            draw.user("work", **DESK),
            beside=(late, call, draw.path("late end"), draw.path("call end")),
            messages=("ring",),
        )
    )
    case = desk.start()

    cancelled = desk.operate("cancel", case, reason="A duplicate.")

    assert (cancelled.state, cancelled.ended_at) == ("cancelled", NOW)
    assert (desk.open(case), desk.timers(case), desk.subscriptions(case)) == ([], [], [])
    assert [task.state for task in desk.tasks(case, None)] == ["cancelled"]
    (told,) = [row for row in desk.history(case) if row.kind == "cancelled" and row.element is None]
    assert (told.actor, told.detail) == ("mia", {"reason": "A duplicate."})
    desk.check()


@pytest.mark.parametrize("ended", ["completed", "cancelled"])
def test_nothing_is_done_with_a_case_that_has_ended(desk: Desk, ended: str) -> None:
    desk.deploy(PLAIN)
    case = desk.start()
    if ended == "completed":
        desk.do("work", case)
    else:
        desk.operate("cancel", case)
    before = desk.everything()

    for verb in ("suspend", "resume", "cancel", "retry"):
        for person in (MIA, AUDRA):  # the conflict is told before the prohibition
            with pytest.raises(Conflict):
                desk.operate(verb, case, by=person)
    with pytest.raises(Conflict):
        desk.change(case, a=1)

    assert desk.everything() == before


def test_what_is_suspended_cannot_be_suspended_and_what_is_not_cannot_be_resumed(desk: Desk) -> None:
    desk.deploy(PLAIN)
    case = desk.start()

    with pytest.raises(Conflict):
        desk.operate("resume", case)
    desk.operate("suspend", case)
    with pytest.raises(Conflict):
        desk.operate("suspend", case)


def test_an_order_given_on_an_older_revision_is_refused(desk: Desk) -> None:
    desk.deploy(PLAIN)
    case = desk.start()

    desk.operate("suspend", case, revision=1)

    with pytest.raises(PreconditionFailed):
        desk.operate("resume", case, revision=1)
    assert desk.operate("resume", case, revision=2).revision == 3


# -- repairing ----------------------------------------------------------------------------------------------

BRANCHES = draw.diagram(
    draw.start(),
    draw.par("fork"),
    draw.user("work", **DESK),
    draw.script("divide", "share = 10 / people"),
    draw.user("after", **DESK),
    draw.user("beside", **DESK),
    draw.path("start fork work divide after"),
    draw.path("fork beside"),
)


@pytest.fixture
def failed(desk: Desk) -> str:
    """A case whose script failed after a completion, beside another branch."""
    desk.deploy(BRANCHES)
    case = desk.start({"people": 0})
    desk.do("work", case)
    return case


def test_a_failing_script_keeps_the_completion_and_fails_the_case(desk: Desk, failed: str) -> None:
    case = desk.case(failed)

    assert case.state == "failed"
    assert [failure["element"] for failure in case.failures] == ["divide"]
    assert "zero" in case.failures[0]["message"].lower()
    assert [(t.element, t.state) for t in desk.tasks(failed, None) if t.element == "work"] == [
        ("work", "completed")
    ]
    assert [row.element for row in desk.history(failed, "failed")] == ["divide"]
    desk.check()


def test_the_other_branches_of_a_failed_case_go_on(desk: Desk, failed: str) -> None:
    desk.do("beside", failed)

    assert (desk.open(failed), desk.case(failed).state) == ([], "failed")
    desk.check()


def test_a_retry_after_changed_variables_heals_a_case(desk: Desk, failed: str) -> None:
    after = desk.change(failed, people=5)
    healed = desk.operate("retry", failed)

    assert after == {"people": 5}
    assert (healed.state, healed.failures) == ("active", [])
    assert desk.variables(failed) == {"people": 5, "share": 2}
    assert desk.open(failed) == ["after", "beside"]
    desk.check()


def test_a_retry_that_fails_again_leaves_the_case_failed(desk: Desk, failed: str) -> None:
    assert desk.operate("retry", failed).state == "failed"
    assert len(desk.case(failed).failures) == 1


def test_a_failed_case_can_be_suspended_resumed_and_cancelled(desk: Desk, failed: str) -> None:
    desk.operate("suspend", failed)
    assert desk.operate("resume", failed).state == "failed"
    assert desk.operate("cancel", failed).failures == []
    desk.check()


@pytest.mark.parametrize("person", OTHERS)
def test_only_operators_retry(desk: Desk, failed: str, person) -> None:
    with pytest.raises(Forbidden):
        desk.operate("retry", failed, by=person)


def test_there_is_nothing_to_retry_where_nothing_failed(desk: Desk) -> None:
    desk.deploy(PLAIN)

    with pytest.raises(Conflict):
        desk.operate("retry", desk.start())


def test_history_keeps_changed_variables_before_and_after(desk: Desk) -> None:
    desk.deploy(PLAIN)
    case = desk.start({"a": 1})

    desk.change(case, a=2, b=3)

    (told,) = desk.history(case, "variables changed")
    assert told.detail == {"before": {"a": 1}, "after": {"a": 2, "b": 3}}


def test_variables_can_be_changed_while_a_case_is_held(desk: Desk) -> None:
    desk.deploy(PLAIN)
    case = desk.start()
    desk.operate("suspend", case)

    desk.change(case, a=1)

    assert (desk.variables(case), desk.case(case).state) == ({"a": 1}, "suspended")


@pytest.mark.parametrize("name", ["", "1a", "a b", "a.b", "_a"])
def test_a_variable_has_a_name_scripts_can_say(desk: Desk, name: str) -> None:
    desk.deploy(PLAIN)
    case = desk.start()

    with pytest.raises(Invalid):
        desk.change(case, **{name: 1})


def test_a_case_that_fails_in_its_first_step_is_there_to_be_repaired(desk: Desk) -> None:
    desk.deploy(line(draw.script("s", "a = missing"), draw.user("work", **DESK)))
    case = desk.start()
    assert desk.case(case).state == "failed"

    desk.change(case, missing=1)
    desk.operate("retry", case)

    assert (desk.case(case).state, desk.open(case)) == ("active", ["work"])
    desk.check()


def test_the_state_of_a_newer_release_is_not_touched(desk: Desk) -> None:
    desk.deploy(PLAIN)
    case = desk.start()
    desk.execute(update(ProcessInstanceRow).values(state_format=99))
    before = desk.everything()

    with pytest.raises(Exception, match="newer"):
        desk.do("work", case)
    with pytest.raises(Exception, match="newer"):
        desk.operate("cancel", case)

    assert desk.everything() == before


# -- lists --------------------------------------------------------------------------------------------------


def test_lists_are_filtered_and_the_newest_comes_first(desk: Desk) -> None:
    desk.deploy(PLAIN.replace(b'id="p"', b'id="p" name="Help 100%_"'))
    desk.deploy(line(draw.user("w"), key="q"))
    first, second = desk.start(by=ANN), desk.start(by=OUTSIDER, key="q")
    desk.operate("cancel", second)
    number = desk.case(first).number

    assert listed(desk, ROOT) == sorted([first, second], reverse=True)
    assert listed(desk, ROOT, definition="q") == [second]
    assert listed(desk, ROOT, states=["cancelled"]) == [second]
    assert listed(desk, ROOT, states=["active", "cancelled"]) == sorted([first, second], reverse=True)
    assert listed(desk, ROOT, requester="ann") == [first]
    assert listed(desk, ROOT, text=number.lower()) == [first]
    assert listed(desk, ROOT, text="100% HELP_") == [first]
    assert listed(desk, ROOT, text="%") == []
    assert listed(desk, ROOT, priority=1) == []
    assert listed(desk, ROOT, service="x") == []


def test_pages_neither_skip_nor_repeat_while_cases_come_and_go(desk: Desk) -> None:
    desk.deploy(PLAIN)
    steady = [desk.start() for _ in range(9)]
    seen: list[str] = []

    while page := listed(desk, ANN, limit=4, before=seen[-1] if seen else None, states=["active"]):
        seen += page
        desk.start()

    assert seen == sorted(steady, reverse=True)


def test_history_is_read_in_pages(desk: Desk) -> None:
    desk.deploy(PLAIN)
    case = desk.start()
    desk.clock.advance(timedelta(hours=1))
    desk.do("work", case)

    with desk.database.transaction(write=False) as session:
        first = process_instances.history_page(session, case, by=ANN, limit=3)
        rest = process_instances.history_page(session, case, by=ANN, limit=50, after=3)

    entries = first + rest
    assert [row.seq for row in entries] == list(range(1, len(entries) + 1))
    assert len(first) == 3
    assert (entries[0].kind, entries[-1].kind) == ("started", "completed")
    assert entries[-1].at == NOW + timedelta(hours=1)


# -- conditions ---------------------------------------------------------------------------------------------


def waiting_for_parts(desk: Desk) -> str:
    """A case that goes on when `parts` has come true."""
    desk.deploy(line(draw.catch("ready", draw.conditional("parts")), draw.user("build", **DESK)))
    return desk.start({"parts": False})


def test_a_variable_changed_by_hand_meets_a_condition(desk: Desk) -> None:
    case = waiting_for_parts(desk)
    assert desk.open(case) == []

    assert desk.change(case, parts=True) == {"parts": True}

    assert desk.open(case) == ["build"]
    desk.check()


def test_a_suspended_case_meets_its_condition_when_it_is_resumed(desk: Desk) -> None:
    case = waiting_for_parts(desk)
    desk.operate("suspend", case)
    desk.change(case, parts=True)
    assert desk.open(case) == []

    resumed = desk.operate("resume", case)

    assert (resumed.state, desk.open(case)) == ("active", ["build"])
    desk.check()


def test_a_condition_that_fails_is_shown_and_retried(desk: Desk) -> None:
    case = waiting_for_parts(desk)
    desk.change(case, parts="some")
    assert [failure["element"] for failure in desk.case(case).failures] == ["ready"]

    desk.change(case, parts=True)
    desk.operate("retry", case)

    assert (desk.case(case).state, desk.open(case)) == ("active", ["build"])
