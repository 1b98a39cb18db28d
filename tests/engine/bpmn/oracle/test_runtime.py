"""Random models on a real database, deployed and run as anybody's: the rows say what the token game says."""

import pytest
from hypothesis import HealthCheck, given, note, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine import deployments, process_instances
from engine.deployments import File
from engine.store.process_instances import ProcessInstanceRow
from tests.engine.bpmn import support as draw
from tests.engine.bpmn.oracle import drawn
from tests.engine.bpmn.oracle.game import Sight
from tests.engine.bpmn.oracle.nets import Net
from tests.engine.bpmn.oracle.play import play
from tests.engine.bpmn.oracle.test_oracle import FIRST_SEED, NETS, QUIET
from tests.engine.support import PAT, ROOT, Desk, form

ANY = [*QUIET, HealthCheck.function_scoped_fixture]
"""All cases are in one database, on a clock that goes on."""


class OnDesk:
    """A case of a process that was deployed a moment ago."""

    bare = False

    def __init__(self, desk: Desk, net: Net) -> None:
        for node in net.everything():
            # What a decision decides is tested elsewhere; here it would need a table for each.
            node.kind = "script" if node.kind == "decision" else node.kind
            node.form = "p/work" if node.kind == "user" else None
        if net.start.event.kind == "timer":
            net.begins = None  # what time begins is tested elsewhere, and goes on to
        self.desk = desk
        self.signals = _named_apart(net, desk)
        files = [File(f"{key}.bpmn", data) for key, data in drawn.files(net).items()]
        files += [File(f"horn_{name}.bpmn", _horn(name)) for name in self.signals]
        with desk.database.transaction() as session:
            deployments.deploy(session, files, by=PAT, now=desk.now)
        self.begun = desk.now
        self.case = self._begun(net)

    def _begun(self, net: Net) -> str:
        """A case, begun by what begins the model."""
        event = net.start.event
        cases = select(ProcessInstanceRow.id).where(ProcessInstanceRow.definition_key == "p")
        before = set(self.desk.rows(cases))
        match event.kind:
            case "none":
                return self.desk.start()
            case "message":
                self.desk.send(event.name or "", by=ROOT, payload={} if event.variable else None)
            case "signal":
                self.hear(event.name or "", {})
        (new,) = set(self.desk.rows(cases)) - before
        return str(new)

    def do(self, verb: str, *told: object) -> None:
        getattr(self, verb)(*told)

    def complete(self, element: str, nth: int, data: dict[str, object]) -> None:
        task = [task for task in self.desk.tasks(self.case) if task.element == element][nth]
        self.desk.complete(task.id, data, by=ROOT)

    def work(self, element: str, nth: int, data: dict[str, object]) -> None:
        self.desk.work("complete", self._job(element, nth), data)

    def throw(self, element: str, nth: int, code: str, _dead: bool) -> None:
        self.desk.work("fail", self._job(element, nth), "broken", error_code=code)

    def give_up(self, element: str, nth: int) -> None:
        self.desk.work("fail", self._job(element, nth), "broken", retry=False)

    def send(self, _element: str, name: str, _nth: int, payload: dict[str, object], told: bool) -> None:
        self.desk.send(name, by=ROOT, instance=self.case, payload=payload if told else None)

    def hear(self, name: str, payload: dict[str, object]) -> None:
        self.desk.start({"told": payload}, key=f"horn_{name}")
        while self.desk.sweep():
            pass

    def wait_for_next(self) -> None:
        due = self.desk.timers(self.case)[0].due_at
        self.desk.wait(seconds=max(0, (due - self.desk.now).total_seconds()))

    def change(self, name: str, value: int) -> None:
        self.desk.change(self.case, **{name: value})

    def retry(self, name: str, value: int) -> None:
        self.change(name, value)
        self.desk.operate("retry", self.case)

    def sight(self) -> Sight:
        timers = [
            (t.element, int((t.due_at - self.begun).total_seconds())) for t in self.desk.timers(self.case)
        ]
        state, failures = self.desk.case(self.case).state, self._failures()
        assert state == ("failed" if failures else state)
        return Sight(
            tasks=self.desk.open(self.case),
            jobs=sorted(job.element for job in self.desk.jobs(self.case)),
            timers=sorted(timers),
            messages=sorted(row.element for row in self.desk.subscriptions(self.case)),
            failures=failures,
            completed=state == "completed",
            variables=self.desk.variables(self.case),
            seen=None,
            sent=None,
        )

    def _job(self, element: str, nth: int) -> str:
        return [job.id for job in self.desk.jobs(self.case) if job.element == element][nth]

    def _failures(self) -> list[str]:
        with self.desk.database.transaction(write=False) as session:
            diagram = process_instances.diagram(session, self.case, by=ROOT, now=self.desk.now)
        return sorted({each.element for each in diagram.positions if each.state == "failed"})


def _named_apart(net: Net, desk: Desk) -> list[str]:
    """Name the signals anew, so that none reaches cases of other models; the names."""
    events = {each for node in net.everything() for each in node.event.definitions if each.kind == "signal"}
    number = len(desk.rows(select(ProcessInstanceRow.id)))
    for event in events:
        event.name = f"{event.name}_{number}"
    return sorted({event.name or "" for event in events})


def _horn(name: str) -> bytes:
    """A process that throws a signal."""
    thrown = draw.end("x", draw.signal(name, payload="told"))
    return draw.diagram(draw.start(), thrown, draw.path("start x"), key=f"horn_{name}", signals=(name,))


def play_on(desk: Desk, number: int, examples: int) -> int:
    """Play so many models from a seed, each a case of its own; how many."""
    desk.deploy(work=form(shared="integer"))
    played = 0

    @seed(number)
    @settings(max_examples=examples, deadline=None, suppress_health_check=ANY, database=None)
    @given(st.one_of(NETS["models"], NETS["models"], NETS["graphs"]), st.data())
    def agree(net: Net, data: st.DataObject) -> None:
        nonlocal played
        stage = OnDesk(desk, net)
        note("\n".join(file.decode() for file in drawn.files(net).values()))
        play(net, stage, lambda options: data.draw(st.sampled_from(options)), most=12)
        played += 1

    agree()
    desk.check()
    return played


def test_a_random_model_runs_in_the_house_as_the_token_game_says(desk: Desk) -> None:
    assert play_on(desk, 0, 8) >= 8


@pytest.mark.proof
def test_five_hundred_random_models_agree_with_the_game_on_each_database(desk: Desk) -> None:
    played = play_on(desk, FIRST_SEED, 500)

    print(f"seed {FIRST_SEED}: {played} models")
    assert played >= 500
