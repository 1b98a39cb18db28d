"""Engine and game, side by side: the same commands to both, and after each the same to be seen."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import cycle
from typing import Any, Protocol

from engine.bpmn import Decided, Effects, Limits
from tests.engine.bpmn import support
from tests.engine.bpmn.oracle import drawn
from tests.engine.bpmn.oracle.game import Sight, Worlds
from tests.engine.bpmn.oracle.nets import Net
from tests.engine.bpmn.support import Case

Command = tuple[Any, ...]
Choose = Callable[[list[Any]], Any]


class Stage(Protocol):
    """Where the engine plays."""

    def do(self, verb: str, *told: Any) -> None: ...

    def sight(self) -> Sight: ...


class OnCase:
    """A case that is saved and loaded between all commands; or even moved to a copy of its process."""

    def __init__(self, net: Net, *, moving: bool = False) -> None:
        executables = support.executables_of(*drawn.files(net))
        process, limits = support.built(executables), Limits(steps=100_000, seconds=60)
        self.case = Case(process, limits=limits, decide=_counted)
        self._copies = cycle([support.built(executables), process]) if moving else None

    def do(self, verb: str, *told: Any) -> None:
        getattr(self, verb)(*told)
        if self._copies:
            self._move_unnoticed()

    def complete(self, element: str, nth: int, data: dict[str, Any]) -> None:
        self.case.complete(element, nth=nth, **data)

    def work(self, element: str, nth: int, data: dict[str, Any]) -> None:
        self.case.work(element, nth=nth, **data)

    def throw(self, element: str, nth: int, code: str) -> None:
        self.case.throw(element, code, nth=nth)

    def give_up(self, element: str, nth: int) -> None:
        self.case.give_up(element, nth=nth)

    def fire(self, element: str, nth: int) -> None:
        self.case.fire(element, nth=nth)

    def send(self, element: str, nth: int, payload: Any) -> None:
        self.case.send_to(element, payload, nth=nth)

    def change(self, name: str, value: Any) -> None:
        self.case.change(**{name: value})

    def retry(self, name: str, value: Any) -> None:
        self.case.retry(**{name: value})

    def sight(self) -> Sight:
        execution, known = self.case._load(), self.case.known
        timers = known.timers.values()
        return Sight(
            tasks=self.case.open,
            jobs=sorted(job.element for job in known.jobs.values()),
            timers=sorted((timer.element, _seconds_from_start(timer.due)) for timer in timers),
            messages=sorted(subscribed.element for subscribed in known.subscriptions.values()),
            failures=sorted({failure.element for failure in execution.failures()}),
            completed=bool(execution.completed),
            variables=dict(execution.variables),
            seen=sorted(
                ((task.element, execution.visible_variables(task.token)) for task in self.case.tasks),
                key=lambda each: each[0],
            ),
        )

    def _move_unnoticed(self) -> None:
        """Move the case to a copy of its process, which changes nothing in it and tells nothing outside."""
        assert self._copies
        state, history = self.case.state, len(self.case.history)

        moved = self.case.move(next(self._copies))

        assert (moved.armed, moved.disarmed) == ([], [])
        assert self.case.effects == Effects()
        assert (self.case.state, len(self.case.history)) == (state, history)


def _seconds_from_start(due: datetime) -> int:
    return int((due - support.NOW).total_seconds())


def _counted(key: str, _form: str, names: Any, _functions: Any) -> Decided:
    """A decision that counts how often it was made."""
    times = names[key] + 1 if key in names else 1
    return Decided(1, (1,), [{"times": times}], times)


def commands(worlds: Worlds) -> list[Command]:
    """What may be done now, the likelier the more often."""
    game = worlds.game
    found: list[Command] = []
    for verb, kind in (("complete", "user"), ("work", "service")):
        for element, nth in _numbered(round.work.node.id for round in game.rounds(kind)):
            if game.rounds(kind, element)[nth].state == "open":
                found += [(verb, element, nth)] * 3
                found += [(other, element, nth) for other in ("throw", "give_up") if verb == "work"]
    for verb, kind in (("fire", "timer"), ("send", "message")):
        found += [(verb, *where) for where in _numbered(wait.element for wait in game.all_waits(kind))]
    if game.all_waits("conditional"):
        found += [("change", f"go{n}") for n in range(3)]
    if game.failures():
        found += [("retry", f"ok{n}") for n in range(2)]
    return found


def _numbered(elements: Iterable[str]) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    found = []
    for element in elements:
        found.append((element, counted[element]))
        counted[element] += 1
    return found


def play(
    net: Net, stage: Stage, choose: Choose, *, most: int = 25, met: Counter[str] | None = None
) -> Worlds:
    """Do so many things at random to both, and compare after each."""
    worlds = Worlds(net, met)
    worlds.keep(stage.sight())
    for turn in range(1, most + 1):
        if not (possible := commands(worlds)):
            break
        command = _with_data(choose(possible), turn, choose)
        stage.do(*command)
        worlds.do(*command)
        worlds.keep(stage.sight())
    return worlds


def _with_data(command: Command, turn: int, choose: Choose) -> Command:
    match command:
        case ("complete" | "work", element, _):
            return *command, {f"did_{element}": turn, "shared": turn}
        case ("throw", *_):
            return *command, choose(["E", "F"])
        case ("send", *_):
            return *command, {"turn": turn}
        case ("change" | "retry", *_):
            return *command, choose([1, 0])
    return command
