"""What diagrams send: a message arrives once at the one case that waits for it, a signal once at all."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import messages, scheduler
from engine.errors import Conflict, Forbidden, NotFound
from engine.store.base import Database
from engine.store.deliveries import DeliveryRow
from tests.engine.bpmn import support as draw
from tests.engine.support import ANN, DESK, MIA, ROOT, SAM, Desk, at_once, line

RING = {"messages": ("ring",), "signals": ("alarm",)}
RECEIVER = line(
    draw.catch("call", draw.message("ring", payload="said")), draw.user("work", **DESK), key="r", **RING
)
KEYED = line(draw.catch("call", draw.message("ring", key="${key}", payload="said")), key="r", **RING)
HEARER = line(
    draw.catch("heard", draw.signal("alarm", payload="said")), draw.user("work", **DESK), key="h", **RING
)


def sender(event: str, *before: str) -> bytes:
    return line(*before, draw.throw("x", event), draw.user("after", **DESK), key="s", **RING)


SENDS = sender(draw.message("ring", payload="told"))
SENDS_KEYED = sender(draw.message("ring", key="${key}", payload="told"))
CALLS = sender(draw.signal("alarm", payload="told"))


def on_the_way(desk: Desk) -> list[DeliveryRow]:
    return desk.rows(select(DeliveryRow).order_by(DeliveryRow.id))


def retry(desk: Desk, delivery: str, by=MIA) -> None:
    with desk.database.transaction() as session:
        messages.retry(session, delivery, by=by, now=desk.now)


# -- messages -----------------------------------------------------------------------------------------------


def test_a_message_a_diagram_sends_arrives_at_the_case_that_waits_for_it(desk: Desk) -> None:
    desk.deploy(RECEIVER)
    desk.deploy(SENDS)
    case = desk.start(key="r")
    other = desk.start({"told": {"a": 1}}, key="s")

    assert (desk.open(other), desk.open(case), len(on_the_way(desk))) == (["after"], [], 1)
    assert desk.sweep() == 1

    assert (desk.open(case), desk.variables(case), on_the_way(desk)) == (["work"], {"said": {"a": 1}}, [])
    (entry,) = desk.history(case, "message")
    assert entry.actor is None
    assert entry.detail == {"message": "ring", "payload": {"a": 1}, "from": desk.case(other).number}
    assert [e.detail["message"] for e in desk.history(other, "sent")] == ["ring"]
    desk.check()


def test_the_key_says_which_case_it_is_for(desk: Desk) -> None:
    desk.deploy(KEYED)
    desk.deploy(SENDS_KEYED)
    cases = {key: desk.start({"key": key}, key="r") for key in ("a", "b")}

    desk.start({"key": "b", "told": {}}, key="s")
    desk.sweep()

    assert [desk.case(cases[key]).state for key in "ab"] == ["active", "completed"]


def test_a_case_may_send_itself_a_message(desk: Desk) -> None:
    fork = (draw.par("fork"), draw.catch("call", draw.message("ring")), draw.throw("x", draw.message("ring")))
    desk.deploy(draw.diagram(draw.start(), *fork, draw.path("start fork call"), draw.path("fork x"), **RING))

    case = desk.start()
    assert desk.case(case).state == "active"
    desk.sweep()

    assert desk.case(case).state == "completed"
    assert "from" not in desk.history(case, "message")[0].detail


def test_a_message_nobody_waits_for_yet_is_tried_again_and_arrives(desk: Desk) -> None:
    desk.deploy(RECEIVER)
    desk.deploy(SENDS)
    desk.start({"told": {}}, key="s")

    desk.sweep()
    (row,) = on_the_way(desk)
    assert (row.attempts, row.error, row.next_at - desk.now) == (
        1,
        "No case waits for this message.",
        timedelta(minutes=1),
    )
    case = desk.start(key="r")
    desk.wait(seconds=59)
    assert desk.open(case) == []
    desk.wait(seconds=1)

    assert (desk.open(case), on_the_way(desk)) == (["work"], [])


@pytest.mark.parametrize("receivers", [0, 2])
def test_one_that_cannot_arrive_ends_as_a_dead_letter_that_its_senders_history_tells(
    desk: Desk, receivers
) -> None:
    desk.deploy(RECEIVER)
    desk.deploy(SENDS)
    cases = [desk.start(key="r") for _ in range(receivers)]
    sending = desk.start({"told": {}}, key="s")

    tries = 1 + sum(desk.wait(minutes=minutes) for minutes in (0, 1, 4, 9, 16, 600))

    (row,) = on_the_way(desk)
    assert (tries - 1, row.attempts, row.state) == (5, 5, "dead")
    assert ("Several cases" if receivers else "No case") in row.error
    assert row.cause == {
        "detail": row.error,
        "code": "several-wait" if receivers else "nobody-waits",
        "values": {},
    }
    (entry,) = desk.history(sending, "not delivered")
    assert (entry.element, entry.detail["message"]) == ("x", "ring")
    assert (entry.detail["error"], entry.detail["cause"]) == (row.error, row.cause)

    with pytest.raises(Forbidden):
        retry(desk, row.id, by=SAM)
    for case in cases[1:]:
        desk.operate("cancel", case)
    receiver = cases[0] if cases else desk.start(key="r")
    retry(desk, row.id)
    desk.sweep()

    assert (desk.open(receiver), on_the_way(desk)) == (["work"], [])
    desk.check()


def test_only_a_dead_letter_that_one_may_see_is_sent_once_more(desk: Desk) -> None:
    desk.deploy(SENDS)
    desk.start({"told": {}}, key="s", by=SAM)
    (row,) = on_the_way(desk)

    with pytest.raises(Conflict):
        retry(desk, row.id)
    with pytest.raises(NotFound):
        retry(desk, row.id, by=ANN)
    with pytest.raises(NotFound):
        retry(desk, "nothing")


def test_what_the_receiver_cannot_take_waits_and_is_told(desk: Desk) -> None:
    desk.deploy(line(draw.catch("call", draw.message("ring")), key="r", **RING))
    desk.deploy(SENDS)
    case = desk.start(key="r")
    desk.start({"told": {"a": 1}}, key="s")

    desk.sweep()

    (row,) = on_the_way(desk)
    assert "does not say what becomes of a payload" in row.error
    assert row.cause["code"] == "payload-unused"
    assert desk.case(case).state == "active"
    desk.check()


def test_a_suspended_case_receives_when_it_is_resumed_and_no_attempt_is_spent(desk: Desk) -> None:
    desk.deploy(RECEIVER)
    desk.deploy(SENDS)
    case = desk.start(key="r")
    desk.operate("suspend", case)
    desk.start({"told": {}}, key="s")

    for _ in range(20):
        desk.wait(minutes=1)
    assert [row.attempts for row in on_the_way(desk)] == [0]
    desk.operate("resume", case)
    desk.wait(minutes=1)

    assert (desk.open(case), on_the_way(desk)) == (["work"], [])


def test_a_case_that_sent_and_ended_has_sent_all_the_same(desk: Desk) -> None:
    desk.deploy(RECEIVER)
    desk.deploy(line(draw.throw("x", draw.message("ring")), key="s", **RING))
    case = desk.start(key="r")

    sending = desk.start(key="s")
    assert desk.case(sending).state == "completed"
    desk.sweep()

    assert desk.open(case) == ["work"]


# -- signals ------------------------------------------------------------------------------------------------


def test_a_signal_reaches_every_case_that_waits_for_it_when_it_is_thrown(desk: Desk) -> None:
    desk.deploy(HEARER)
    desk.deploy(CALLS)
    cases = [desk.start(key="h") for _ in range(3)]

    sending = desk.start({"told": {"n": 1}}, key="s")
    late = desk.start(key="h")
    assert desk.sweep() == 3

    assert [desk.open(case) for case in cases] == [["work"]] * 3
    assert [desk.variables(case) for case in cases] == [{"said": {"n": 1}}] * 3
    assert (desk.open(late), desk.case(late).state) == ([], "active")
    (entry,) = desk.history(cases[0], "signal")
    assert entry.detail == {"message": "alarm", "payload": {"n": 1}, "from": desk.case(sending).number}
    desk.check()


def test_a_signal_no_case_waits_for_leaves_nothing_behind(desk: Desk) -> None:
    desk.deploy(CALLS)

    case = desk.start({"told": {}}, key="s")

    assert (desk.open(case), on_the_way(desk)) == (["after"], [])


def test_a_case_that_waits_no_longer_when_a_signal_arrives_is_left_alone(desk: Desk) -> None:
    desk.deploy(HEARER)
    desk.deploy(CALLS)
    case = desk.start(key="h")
    desk.start({"told": {}}, key="s")
    desk.operate("cancel", case)

    desk.sweep()

    assert on_the_way(desk) == []
    assert desk.history(case, "signal") == []


def test_two_events_of_one_case_both_hear_it(desk: Desk) -> None:
    both = (draw.par("fork"), *(draw.catch(id, draw.signal("alarm")) for id in ("one", "two")))
    desk.deploy(
        draw.diagram(draw.start(), *both, draw.path("start fork one"), draw.path("fork two"), key="h", **RING)
    )
    desk.deploy(CALLS)
    case = desk.start(key="h")

    desk.start({"told": {}}, key="s")
    desk.sweep()

    assert desk.case(case).state == "completed"
    assert [entry.element for entry in desk.history(case, "signal")] == ["one", "two"]


def test_a_signal_thrown_in_a_case_is_caught_there_at_once(desk: Desk) -> None:
    parts = (draw.par("fork"), draw.catch("c", draw.signal("alarm")), draw.throw("x", draw.signal("alarm")))
    desk.deploy(draw.diagram(draw.start(), *parts, draw.path("start fork c"), draw.path("fork x"), **RING))

    case = desk.start()

    assert desk.case(case).state == "completed"
    assert on_the_way(desk) == []


def test_nobody_may_send_a_signal_in_the_place_of_a_message(desk: Desk) -> None:
    desk.deploy(HEARER)
    case = desk.start(key="h")

    with pytest.raises(NotFound):
        desk.send("alarm", by=ROOT, instance=case)


# -- many nodes, and what they are seen by ------------------------------------------------------------------


def test_two_nodes_at_once_let_everything_arrive_once(desk: Desk) -> None:
    desk.deploy(HEARER)
    desk.deploy(CALLS)
    cases = [desk.start(key="h") for _ in range(12)]
    for _ in range(2):
        desk.start({"told": {}}, key="s")
    nodes = [Database(desk.database.url.render_as_string(False), desk.clock) for _ in range(2)]
    if desk.database.is_sqlite:  # one process owns a file: there are threads, no nodes
        nodes = [desk.database] * 2

    at_once(*(lambda node=node: scheduler.sweep_all(node) for node in nodes))
    desk.sweep()

    assert on_the_way(desk) == []
    assert [len(desk.history(case, "signal")) for case in cases] == [1] * 12
    for node in nodes:
        node.close()
    desk.check()


def test_what_is_on_its_way_is_listed_for_those_who_see_its_case(desk: Desk) -> None:
    desk.deploy(SENDS)
    for _ in range(3):
        desk.start({"told": {}}, key="s", by=SAM)

    with desk.database.transaction(write=False) as session:
        first = messages.deliveries(session, by=MIA, limit=2)
        rest = messages.deliveries(session, by=MIA, limit=2, after=first[-1].id, state="on its way")
        assert (len(first), len(rest)) == (2, 1)
        assert messages.deliveries(session, by=ANN, limit=9) == []
        assert len(messages.deliveries(session, by=MIA, limit=9, instance=first[0].instance_id)) == 1
        assert messages.deliveries(session, by=MIA, limit=9, state="dead") == []
