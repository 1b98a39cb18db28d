"""Transactions: sub-processes that may be cancelled, and are then undone."""

from tests.engine.bpmn.support import (
    CANCEL,
    Case,
    boundary,
    compensation,
    diagram,
    each,
    end,
    error,
    event_sub,
    flow,
    mark,
    message,
    node,
    par,
    params,
    path,
    script,
    start,
    sub,
    throw,
    timer,
    transaction,
    undo,
    user,
    xor,
)


def done(id: str) -> str:
    """A task that passes at once, and a user task, named in capitals, that undoes it."""
    return node("task", id) + undoable(id)


def undoable(id: str) -> str:
    return undo(id, id.upper()) + user(id.upper(), isForCompensation=True)


def around(*inside: str, beside: tuple[str, ...] = ()) -> bytes:
    """A transaction `s`: after it comes the task `kept`, when it was cancelled `dropped`, after an error
    `mended`."""
    return diagram(
        *(start(), transaction("s", start("s1"), *inside), user("kept"), path("start s kept")),
        *(boundary("cancelled", "s", CANCEL), user("dropped"), path("cancelled dropped")),
        *(boundary("broken", "s", error("E")), user("mended"), path("broken mended")),
        *beside,
        messages=("m",),
        errors=("E",),
    )


CANCELS = end("x", CANCEL)


def test_a_transaction_that_is_not_cancelled_goes_on_as_a_sub_process_does():
    case = Case(around(user("a"), undoable("a"), path("s1 a")))

    case.complete("a")

    assert case.open == ["kept"]


def test_a_cancelled_transaction_is_undone_the_last_first_and_left_by_its_cancel_event():
    case = Case(around(done("a"), done("b"), CANCELS, path("s1 a b x")))

    for handler in ("B", "A"):
        assert case.open == [handler]
        case.complete(handler)

    assert case.open == ["dropped"]
    assert case.steps("left")[-3:] == ["A", "x", "cancelled"]
    assert case.steps("cancelled") == ["s"]


def test_a_cancelled_transaction_with_nothing_to_undo_is_left_at_once():
    case = Case(around(CANCELS, path("s1 x")))

    assert case.open == ["dropped"]


def test_cancelling_ends_all_else_that_goes_on_in_the_transaction():
    listening = event_sub("e", start("e1", message("m"), isInterrupting=False), user("u"), path("e1 u"))
    case = Case(
        around(
            *(done("a"), par("f"), user("w"), user("v"), CANCELS, listening),
            *(path("s1 a f w x"), path("f v")),
        )
    )
    case.send("m")
    assert case.open == ["u", "v", "w"]

    case.complete("w")

    assert case.open == ["A"]
    assert case.messages == []


def test_what_goes_on_outside_is_not_touched():
    beside = (par("f"), user("o"), path("start f o"))
    case = Case(around(done("a"), CANCELS, path("s1 a x"), beside=beside))
    assert case.open == ["A", "o"]

    case.complete("A")

    assert case.open == ["dropped", "o"]


def test_what_was_done_before_the_transaction_is_not_undone_by_cancelling_it():
    data = diagram(
        *(start(), done("b"), transaction("s", start("s1"), done("a"), CANCELS, path("s1 a x"))),
        *(boundary("c", "s", CANCEL), user("dropped"), path("start b s"), path("c dropped")),
    )
    case = Case(data)

    case.complete("A")

    assert case.open == ["dropped"]


def test_sub_processes_in_a_cancelled_transaction_are_undone_from_inside():
    inside = sub("r", params({"n": "${1}"}), start("r1"), done("b"), path("r1 b"))
    case = Case(around(done("a"), inside, CANCELS, path("s1 a r x")), {"n": 0})

    assert case.open == ["B"]
    assert case.seen("B")["n"] == 1
    case.complete("B")
    assert case.open == ["A"]
    case.complete("A")

    assert case.open == ["dropped"]


def test_a_transaction_in_a_transaction_is_undone_with_it():
    inner = transaction("r", start("r1"), done("b"), path("r1 b"))
    case = Case(around(done("a"), inner, CANCELS, path("s1 a r x")))

    for handler in ("B", "A"):
        assert case.open == [handler]
        case.complete(handler)

    assert case.open == ["dropped"]


def test_a_cancelled_transaction_within_another_leaves_nothing_to_undo():
    inner = transaction("r", start("r1"), done("b"), end("y", CANCEL), path("r1 b y"))
    case = Case(around(done("a"), inner, boundary("q", "r", CANCEL), CANCELS, path("s1 a r"), path("q x")))

    for handler in ("B", "A"):
        assert case.open == [handler]
        case.complete(handler)

    assert case.open == ["dropped"]


def test_a_completed_transaction_is_undone_as_a_sub_process_is():
    case = Case(
        diagram(
            *(start(), transaction("s", start("s1"), done("a"), path("s1 a")), throw("t", compensation("s"))),
            *(user("z"), path("start s t z")),
        )
    )
    assert case.open == ["A"]

    case.complete("A")

    assert case.open == ["z"]


def test_a_cancelled_transaction_hands_out_nothing_and_cannot_be_undone_later():
    inside = (params({"n": "${1}"}, {"n": "${n}"}), start("s1"), done("a"), CANCELS, path("s1 a x"))
    data = diagram(
        *(start(), transaction("s", *inside), boundary("c", "s", CANCEL), throw("t", compensation())),
        *(user("z"), path("start s"), path("c t z")),
    )
    case = Case(data, {"n": 0})

    case.complete("A")

    assert (case.open, case.variables) == (["z"], {"n": 0})


def test_an_error_that_leaves_a_transaction_undoes_nothing():
    case = Case(around(done("a"), end("e", error("E")), path("s1 a e")))

    assert case.open == ["mended"]


def test_an_error_of_a_handler_leaves_the_transaction_by_its_error_event():
    boom = sub("h", start("h1"), end("h2", error("E")), path("h1 h2"), isForCompensation=True)
    handles = event_sub("e", start("e1", error("E")), user("u"), path("e1 u"))
    case = Case(
        around(done("a"), node("task", "b"), undo("b", "h"), boom, handles, CANCELS, path("s1 a b x"))
    )

    assert case.open == ["mended"]


def test_a_handler_that_fails_holds_up_the_transaction_until_it_is_retried():
    failing = script("h", "m = n", isForCompensation=True)
    case = Case(around(done("a"), node("task", "b"), undo("b", "h"), failing, CANCELS, path("s1 a b x")))
    assert set(case.failures) == {"h"}

    case.retry(n=1)
    case.complete("A")

    assert (case.open, case.variables) == (["dropped"], {"n": 1, "m": 1})


def test_what_a_compensation_under_way_has_not_undone_the_cancelling_does():
    case = Case(
        around(
            *(done("a"), done("b"), done("c"), par("f"), throw("t", compensation()), user("w"), CANCELS),
            *(path("s1 a b c f t"), path("f w x")),
        )
    )
    case.complete("C")
    assert case.open == ["B", "w"]

    case.complete("w")

    for handler in ("B", "A"):
        assert case.open == [handler]
        case.complete(handler)
    assert case.open == ["dropped"]


def test_what_has_completed_in_a_sub_process_that_the_cancelling_ends_is_undone_too():
    inner = sub("r", params({"n": "${1}"}), start("r1"), done("b"), user("v"), path("r1 b v"))
    case = Case(
        around(
            *(done("a"), par("f"), inner, undoable("r"), user("w"), CANCELS),
            *(path("s1 a f r"), path("f w x")),
        )
    )
    assert case.open == ["v", "w"]

    case.complete("w")

    assert case.open == ["B"]
    assert case.seen("B")["n"] == 1
    case.complete("B")
    assert case.open == ["A"]
    case.complete("A")
    assert case.open == ["dropped"]


def test_what_a_compensation_in_an_unfinished_sub_process_has_not_undone_the_cancelling_does():
    inner = sub("r", start("r1"), done("a"), done("b"), throw("t", compensation()), path("r1 a b t"))
    case = Case(around(par("f"), inner, user("w"), CANCELS, path("s1 f r"), path("f w x")))
    case.complete("B")
    assert case.open == ["A", "w"]

    case.complete("w")

    assert case.open == ["A"]
    case.complete("A")
    assert case.open == ["dropped"]


def test_an_event_at_the_boundary_ends_the_undoing():
    late = (boundary("late", "s", timer("PT1H")), user("y"), path("late y"))
    case = Case(around(done("a"), CANCELS, path("s1 a x"), beside=late))
    assert case.open == ["A"]

    case.fire("late")

    assert case.open == ["y"]


def test_an_event_beside_the_undoing_leaves_it_alone():
    reminder = (boundary("late", "s", timer("PT1H"), interrupting=False), user("y"), path("late y"))
    case = Case(around(done("a"), CANCELS, path("s1 a x"), beside=reminder))

    case.fire("late")
    assert case.open == ["A", "y"]
    case.complete("A")

    assert case.open == ["dropped", "y"]


def test_each_item_of_a_repeated_sub_process_cancels_its_own_transaction():
    inner = transaction("s", start("s1"), user("a"), undoable("a"), xor("g", "ok"), CANCELS, end("fine"))
    ways = (path("s1 a g"), flow("g", "x", "bad"), flow("g", "fine", id="ok"))
    inner = inner.replace("</transaction>", "".join(ways) + "</transaction>")
    item = sub(
        *("i", each(times=2), params({"bad": "${loopCounter == 1}"}), start("i1"), inner),
        *(boundary("c", "s", CANCEL), user("dropped"), path("i1 s"), path("c dropped")),
    )
    case = Case(diagram(start(), item, user("z"), path("start i z")))

    case.complete("a")
    case.complete("a")
    case.complete("A")
    case.complete("dropped")

    assert case.open == ["z"]


def test_a_clock_paused_by_a_transaction_runs_on_when_it_is_cancelled():
    inside = (mark("pause r"), start("s1"), done("a"), CANCELS, path("s1 a x"))
    data = diagram(
        *(start("start", mark("start r")), transaction("s", *inside), boundary("c", "s", CANCEL)),
        *(user("z"), path("start s"), path("c z")),
    )
    case = Case(data)
    assert [(clock.element, clock.action) for clock in case.effects.clocks] == [
        ("start", "start"),
        ("s", "pause"),
    ]

    case.complete("A")

    assert [(clock.element, clock.action) for clock in case.effects.clocks] == [("s", "resume")]


def test_a_cancelled_transaction_arms_no_event_that_another_version_adds_inside():
    def drawn(*more: str) -> bytes:
        return around(done("a"), CANCELS, path("s1 a x"), *more)

    case = Case(drawn())
    added = event_sub("e", start("e1", message("m")), user("u"), path("e1 u"))

    case.move(drawn(added))

    assert case.messages == []
    case.complete("A")
    assert case.open == ["dropped"]
