"""Messages: each finds the one case that waits for it, and is caught once."""

import pytest
from sqlalchemy import select

from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store.subscriptions import SubscriptionRow
from tests.engine.bpmn import support as draw
from tests.engine.support import ANN, AUDRA, DESK, MIA, NIA, OUTSIDER, PAT, ROOT, SAM, Desk, at_once, line

WAITING = line(draw.catch("call", draw.message("ring", payload="said")), messages=("ring",))
KEYED = line(draw.catch("call", draw.message("ring", key="${key}")), messages=("ring",))
LISTENING = line(
    draw.user("work", **DESK),
    beside=(
        draw.event_sub(
            "listener",
            draw.start("heard", draw.message("ring", payload="said"), isInterrupting=False),
            draw.user("answer", **DESK),
            draw.path("heard answer"),
        ),
    ),
    messages=("ring",),
)


def state(desk: Desk, case: str) -> str:
    return desk.case(case).state


# -- finding the case ---------------------------------------------------------------------------------------


def test_a_message_finds_the_only_case_that_waits_for_it(desk: Desk) -> None:
    desk.deploy(WAITING)
    case = desk.start()

    delivery = desk.send("ring", by=MIA)

    assert (delivery.instance, delivery.number, delivery.element) == (case, "CASE-000001", "call")
    assert state(desk, case) == "completed"
    desk.check()


def test_a_message_for_a_named_case_goes_there(desk: Desk) -> None:
    desk.deploy(WAITING)
    first, second = desk.start(), desk.start()

    desk.send("ring", by=MIA, instance=second)

    assert (state(desk, first), state(desk, second)) == ("active", "completed")


def test_a_message_several_cases_wait_for_goes_nowhere(desk: Desk) -> None:
    desk.deploy(WAITING)
    cases = [desk.start(), desk.start()]

    with pytest.raises(Conflict):
        desk.send("ring", by=MIA)

    assert {state(desk, case) for case in cases} == {"active"}


@pytest.mark.parametrize(
    ("key", "sent"), [("A-1", "A-1"), (7, 7), (7, "7"), (7.0, 7), ("7", 7.0), (2.5, "2.5"), ("é ", "é ")]
)
def test_a_key_finds_its_case_be_it_text_or_number(desk: Desk, key, sent) -> None:
    desk.deploy(KEYED)
    case, other = desk.start({"key": key}), desk.start({"key": "other"})

    desk.send("ring", by=MIA, correlation_key=sent)

    assert (state(desk, case), state(desk, other)) == ("completed", "active")


def test_two_cases_with_one_key_are_a_conflict(desk: Desk) -> None:
    desk.deploy(KEYED)
    for _ in range(2):
        desk.start({"key": "same"})

    with pytest.raises(Conflict):
        desk.send("ring", by=MIA, correlation_key="same")


def test_a_case_that_asks_for_a_key_is_not_found_without_one_unless_it_is_named(desk: Desk) -> None:
    desk.deploy(KEYED)
    case = desk.start({"key": "a"})

    with pytest.raises(NotFound):
        desk.send("ring", by=MIA)
    with pytest.raises(NotFound):
        desk.send("ring", by=MIA, correlation_key="b")
    with pytest.raises(NotFound):
        desk.send("ring", by=MIA, correlation_key="b", instance=case)
    desk.send("ring", by=MIA, instance=case)


def test_a_message_nobody_waits_for_is_not_found(desk: Desk) -> None:
    desk.deploy(WAITING)
    case = desk.start()

    with pytest.raises(NotFound):
        desk.send("other", by=MIA)
    with pytest.raises(NotFound):
        desk.send("ring", by=MIA, instance="nothing")
    desk.send("ring", by=MIA)
    with pytest.raises(NotFound):
        desk.send("ring", by=MIA, instance=case)


def test_many_catchers_in_one_case_do_not_hide_another_case(desk: Desk) -> None:
    call = draw.boundary("call", "work", draw.message("ring"), interrupting=False)
    many = draw.user("work", draw.each(times=60), **DESK)
    desk.deploy(line(many, beside=(call, draw.path("call end")), messages=("ring",)))
    desk.start()
    desk.start()

    with pytest.raises(Conflict):
        desk.send("ring", by=MIA)


# -- what becomes of it -------------------------------------------------------------------------------------


def test_the_event_that_has_waited_longest_catches(desk: Desk) -> None:
    one, two = (draw.catch(name, draw.message("ring", payload="said")) for name in ("one", "two"))
    branches = (draw.par("fork"), draw.user("later", **DESK), one, two)
    paths = (draw.path("start fork two"), draw.path("fork later one"))
    desk.deploy(draw.diagram(draw.start(), *branches, *paths, messages=("ring",)))
    case = desk.start()
    desk.do("later", case)

    caught = [desk.send("ring", by=MIA).element for _ in range(2)]

    assert caught == ["two", "one"]
    assert state(desk, case) == "completed"


def test_a_payload_goes_where_the_diagram_says(desk: Desk) -> None:
    desk.deploy(LISTENING)
    case = desk.start()

    desk.send("ring", payload={"text": "hello", "n": [1, None]})

    assert desk.variables(case)["said"] == {"text": "hello", "n": [1, None]}
    (told,) = desk.history(case, "message")
    assert (told.actor, told.element) == ("sam", "heard")
    assert told.detail == {"message": "ring", "payload": {"text": "hello", "n": [1, None]}}


def test_a_payload_the_diagram_does_not_declare_is_refused(desk: Desk) -> None:
    desk.deploy(KEYED)
    case = desk.start({"key": "a"})
    before = desk.everything()

    with pytest.raises(Invalid) as caught:
        desk.send("ring", by=MIA, correlation_key="a", payload={"x": 1})

    assert [problem.pointer for problem in caught.value.problems] == ["#/payload"]
    assert desk.everything() == before
    desk.send("ring", by=MIA, correlation_key="a", payload={})
    assert state(desk, case) == "completed"


def test_an_event_sub_process_hears_a_message_as_often_as_it_comes(desk: Desk) -> None:
    desk.deploy(LISTENING)
    case = desk.start()

    for _ in range(3):
        desk.send("ring")
        desk.check()

    assert desk.open(case) == ["answer", "answer", "answer", "work"]
    assert len(desk.subscriptions(case)) == 1
    for task in desk.tasks(case):
        desk.complete(task.id)
    assert state(desk, case) == "completed"
    assert desk.rows(select(SubscriptionRow)) == []
    desk.check()


def test_of_messages_at_once_one_is_caught(desk: Desk) -> None:
    desk.deploy(WAITING)

    for _ in range(10):
        case = desk.start()
        results = at_once(*[lambda c=case: desk.send("ring", by=MIA, instance=c)] * 3)

        assert sorted(type(result).__name__ for result in results) == ["Delivery", "NotFound", "NotFound"]
        assert len(desk.history(case, "message")) == 1
    desk.check()


def test_a_message_to_a_suspended_case_is_a_conflict_for_the_auditor_too(desk: Desk) -> None:
    desk.deploy(WAITING)
    case = desk.start()
    desk.operate("suspend", case)

    for person in (MIA, AUDRA):
        with pytest.raises(Conflict):
            desk.send("ring", by=person)
    desk.operate("resume", case)
    desk.send("ring", by=MIA)


# -- who may ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", [ANN, SAM, MIA, PAT, ROOT])
def test_those_who_see_a_case_send_it_messages(desk: Desk, person) -> None:
    desk.deploy(LISTENING)
    case = desk.start(by=ANN)

    assert desk.send("ring", by=person).instance == case


@pytest.mark.parametrize(("person", "error"), [(OUTSIDER, NotFound), (NIA, NotFound), (AUDRA, Forbidden)])
def test_others_do_not(desk: Desk, person, error) -> None:
    desk.deploy(LISTENING)
    case = desk.start(by=ANN)
    before = desk.everything()

    for more in ({}, {"instance": case}, {"correlation_key": "x"}):
        with pytest.raises(error):
            desk.send("ring", by=person, **more)

    assert desk.everything() == before


def test_a_message_finds_the_case_among_those_the_sender_sees(desk: Desk) -> None:
    desk.deploy(WAITING)
    hers, _ = desk.start(by=ANN), desk.start(by=OUTSIDER)

    assert desk.send("ring", by=ANN).instance == hers


def test_a_receive_task_catches_a_message_by_its_key(desk: Desk) -> None:
    task = draw.receive("r", "m", key="${order}", payload="got")
    desk.deploy(line(task, draw.user("a", **DESK), messages=("m",)))
    first, second = desk.start({"order": 1}), desk.start({"order": 2})

    delivery = desk.send("m", by=MIA, correlation_key=2, payload={"x": 1})

    assert (delivery.instance, delivery.element) == (second, "r")
    assert (desk.open(first), desk.open(second)) == ([], ["a"])
    assert desk.variables(second) == {"order": 2, "got": {"x": 1}}
    desk.check()
