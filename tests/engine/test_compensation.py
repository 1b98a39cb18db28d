"""Undoing what has been done, as the database holds it: what handlers wait for has rows like all else."""

from tests.engine.bpmn import support as draw
from tests.engine.support import DESK, Desk, line

HANDLER = {"isForCompensation": True}
BOOKED = line(
    draw.transaction(
        "trip",
        *(draw.start("s"), draw.user("book", **DESK), draw.undo("book", "unbook")),
        *(draw.user("unbook", **HANDLER, **DESK), draw.service("pay"), draw.undo("pay", "refund")),
        *(draw.service("refund", topic="refunds", **HANDLER), draw.user("judge", **DESK)),
        *(draw.end("dropped", draw.CANCEL), draw.path("s book pay judge dropped")),
    ),
    beside=(
        *(draw.boundary("late", "trip", draw.timer("PT1H"), interrupting=False), draw.user("remind", **DESK)),
        *(draw.boundary("cancelled", "trip", draw.CANCEL), draw.user("tell", **DESK)),
        *(draw.path("late remind"), draw.path("cancelled tell")),
    ),
)


def cancelled(desk: Desk) -> str:
    """A case whose trip was booked, paid and cancelled."""
    desk.deploy(BOOKED)
    case = desk.start()
    desk.do("book", case)
    desk.work("complete", desk.jobs(case)[0].id, {})
    desk.do("judge", case)
    return case


def test_people_and_programs_undo_a_cancelled_transaction_the_last_first(desk: Desk) -> None:
    case = cancelled(desk)
    (job,) = desk.jobs(case)
    assert (job.topic, desk.open(case)) == ("refunds", [])

    desk.work("complete", job.id, {})
    assert desk.open(case) == ["unbook"]
    assert len(desk.timers(case)) == 1
    desk.do("unbook", case)

    assert (desk.open(case), desk.jobs(case), desk.timers(case)) == (["tell"], [], [])
    left = [entry.element for entry in desk.history(case, "left")]
    assert left[-6:] == ["undo_pay", "refund", "undo_book", "unbook", "dropped", "cancelled"]
    assert [entry.element for entry in desk.history(case, "cancelled")] == ["trip"]
    desk.check()


def test_a_dead_job_that_undoes_shows_in_the_case_and_can_be_retried(desk: Desk) -> None:
    case = cancelled(desk)

    desk.work("fail", desk.jobs(case)[0].id, "The bank is closed.", retry=False)
    assert desk.case(case).state == "failed"
    desk.wait(hours=1)
    assert desk.open(case) == ["remind"]
    desk.operate("retry", case)
    desk.work("complete", desk.jobs(case)[0].id, {})

    assert (desk.case(case).state, desk.open(case)) == ("active", ["remind", "unbook"])
    desk.check()


def test_a_case_that_is_cancelled_while_it_undoes_leaves_nothing_behind(desk: Desk) -> None:
    case = cancelled(desk)

    desk.operate("cancel", case, reason="Enough.")

    assert (desk.open(case), desk.jobs(case), desk.timers(case)) == ([], [], [])
    desk.check()
