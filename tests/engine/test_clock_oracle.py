"""Clocks of real cases, whatever happens to them, against their course written down beside and computed from
scratch.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine import calendars
from engine.sla import Aim, Course, Pause
from engine.store.sla import SlaPolicyRow
from tests.engine.bpmn import support as draw
from tests.engine.bpmn.support import mark
from tests.engine.levels import calendar, promise, target
from tests.engine.support import DESK, NOW, ROOT, Desk
from tests.engine.test_clocks import RECORD, fired, look

OFFICE = calendars.read(calendar())
HOUR = timedelta(hours=1)
POINTS = {1: ("50%", "before.PT20M"), 2: ("25%", "50%", "after.PT1H"), 4: ("50%",)}
"""The thresholds by priority; the target is so many hours times itself. No priority has a target beside."""


def offset(point: str, length: timedelta) -> timedelta:
    if point.endswith("%"):
        return length * int(point[:-1]) / 100
    return length - timedelta(minutes=20) if point.startswith("before") else length + HOUR


def name(point: str) -> str:
    return point.removesuffix("%")


def looping() -> bytes:
    """Two branches that go from work to waiting and back for ever, and a third that stops the clock."""
    begin = mark("start resolution").replace("</extensionElements>", RECORD + "</extensionElements>")
    nodes = [begin, draw.start(), draw.par("fork"), draw.path("start fork")]
    for at in "ab":
        nodes += [draw.user(f"work_{at}", **DESK), draw.user(f"ask_{at}", mark("pause resolution"), **DESK)]
        nodes.append(draw.path(f"fork work_{at} ask_{at}") + draw.flow(f"ask_{at}", f"work_{at}"))
    nodes += [draw.user("finish", mark("stop resolution leave"), **DESK), draw.path("fork finish")]
    return draw.diagram(*nodes)


@dataclass
class Model:
    """What somebody would write down who watches the case."""

    start: datetime
    priority: int | None = None
    pauses: list[Pause] = field(default_factory=list)
    asking: dict[str, datetime] = field(default_factory=dict)
    fired: dict[str, datetime] = field(default_factory=dict)
    log: list[tuple[str, datetime]] = field(default_factory=list)
    ended: datetime | None = None
    cancelled: bool = False

    @property
    def length(self) -> timedelta | None:
        return None if self.priority not in POINTS else HOUR * self.priority**2

    def course(self, *, to_end: bool = False) -> Course | None:
        if self.length is None:
            return None
        going_on = [(since, None) for since in self.asking.values()]
        end = [(self.ended, None)] if self.ended and to_end else []
        return Course(self.start, (Aim(self.start, self.length, OFFICE),), (*self.pauses, *going_on, *end))

    def points(self) -> list[tuple[str, timedelta]]:
        assert self.length is not None
        named = [(name(point), offset(point, self.length)) for point in POINTS[self.priority or 0]]
        return [*named, ("100", self.length)]

    def due(self, now: datetime) -> list[tuple[datetime, str]]:
        course = self.course(to_end=True)
        if course is None or self.cancelled:
            return []
        found = [(course.reached(after, self.ended or now), at) for at, after in self.points()]
        return [(due, at) for due, at in found if due is not None]

    def sweep(self, now: datetime) -> None:
        for due, at in sorted(self.due(now)):
            if at not in self.fired and due <= now:
                self.fired[at] = due
                self.log.append((at, due))

    def prioritise(self, priority: int, now: datetime) -> None:
        if self.ended:
            return
        self.priority = priority
        for due, at in self.due(now):
            if due > now:
                self.fired.pop(at, None)

    def complete(self, element: str, now: datetime) -> None:
        if self.ended:
            return
        if element.startswith("work"):
            self.asking["ask" + element[4:]] = now
        elif element == "finish":
            self.ended = now
        else:
            self.pauses.append((self.asking.pop(element), now))

    def cancel(self, now: datetime) -> None:
        if not self.ended:
            self.ended, self.cancelled = now, True


MINUTES = st.integers(0, 2000)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("complete"), st.integers(0, 9)),
        st.tuples(st.just("prioritise"), st.sampled_from([1, 2, 3, 4])),
        st.tuples(st.just("wait"), MINUTES),
        st.tuples(st.just("wait"), MINUTES),
        st.tuples(st.just("sleep"), MINUTES),
        st.tuples(st.sampled_from(["suspend", "cancel", "finish"]), st.just(0)),
    ),
    max_size=14,
)


def do(desk: Desk, case: str, model: Model, step: str, value: int) -> None:
    if step == "wait":
        desk.wait(minutes=value)
        model.sweep(desk.now)
    elif step == "sleep":  # nobody looks meanwhile
        desk.clock.advance(timedelta(minutes=value))
    elif desk.case(case).state == "cancelled":
        return
    elif step == "prioritise":
        desk.change(case, prio=value)
        model.prioritise(value, desk.now)
    elif step == "suspend":
        desk.operate("suspend", case)
        desk.wait(minutes=30)
        model.sweep(desk.now)
        desk.operate("resume", case)
    elif step == "cancel":
        desk.operate("cancel", case)
        model.cancel(desk.now)
    else:
        elements = [e for e in desk.open(case) if (e == "finish") == (step == "finish")]
        if elements:
            element = elements[value % len(elements)]
            desk.do(element, case, by=ROOT)
            model.complete(element, desk.now)


def compare(desk: Desk, case: str, model: Model) -> None:
    clock, course = desk.measured(case), model.course()
    end = model.ended or desk.now
    assert fired(desk, case) == model.log
    assert clock.stopped_at == model.ended
    if course is None:
        assert (clock.target, clock.due_at) == (None, None)
        return
    view = look(desk, clock.id)
    assert view.elapsed == course.elapsed(end)
    assert view.remaining == course.remaining(end)
    if not model.cancelled:
        assert clock.due_at == course.due(end)
        assert view.breached == course.broken(end)
    to_come = [due for due, at in model.due(desk.now) if at not in model.fired]
    assert clock.next_at == min(to_come, default=None)


QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)
@settings(max_examples=30, deadline=None, suppress_health_check=QUIET)
@given(steps=STEPS, priority=st.sampled_from([1, 2, 3, 4]))
def test_whatever_happens_to_a_case_its_clock_is_what_its_course_says(
    desk: Desk, steps: list[tuple[str, Any]], priority: int
) -> None:
    if not desk.rows(select(SlaPolicyRow.key)):
        promise(
            desk,
            *(
                target(priority=key, target=f"PT{key**2}H", thresholds=[{"at": p, "do": []} for p in points])
                for key, points in POINTS.items()
            ),
        )
        desk.deploy(looping())
    desk.clock.set(NOW)
    case = desk.start({"prio": priority})
    model = Model(NOW, priority)

    for step, value in steps:
        do(desk, case, model, step, value)
        compare(desk, case, model)

    desk.check()
    desk.sweep()
    if desk.case(case).state != "cancelled":
        desk.operate("cancel", case)  # leaves the next example alone
