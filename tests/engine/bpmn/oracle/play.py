"""Engine and game, side by side: the same commands to both, and after each the same to be seen."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import cycle
from typing import Any, Protocol

from engine.bpmn import Decided, Effects, Limits
from tests.engine.bpmn import support
from tests.engine.bpmn.oracle import drawn
from tests.engine.bpmn.oracle.game import HEARD, TIMED, Game, Sight
from tests.engine.bpmn.oracle.nets import Net
from tests.engine.bpmn.oracle.worlds import Worlds
from tests.engine.bpmn.support import Case

Command = tuple[Any, ...]
Choose = Callable[[list[Any]], Any]


class Stage(Protocol):
    """Where the engine plays."""

    bare: bool
    """Whether it is the engine alone, which takes any variables, and fires what one likes; or the whole
    house, which asks forms, fires what is due, and lets nobody choose who catches a message."""

    def do(self, verb: str, *told: Any) -> None: ...

    def sight(self) -> Sight: ...


class OnCase:
    """A case that is saved and loaded between all commands; or even moved to a copy of its process."""

    bare = True

    def __init__(self, net: Net, *, moving: bool = False) -> None:
        executables = support.executables_of(*drawn.files(net).values())
        process, limits = support.built(executables), Limits(steps=100_000, seconds=60)
        self.case = Case(process, limits=limits, decide=_counted, begins=net.begins)
        self._copies = cycle([support.built(executables), process]) if moving else None
        self.sent = self.case.sent

    def do(self, verb: str, *told: Any) -> None:
        getattr(self, verb)(*told)
        self.sent = self.case.sent
        if self._copies:
            self._move_unnoticed()

    def complete(self, element: str, nth: int, data: dict[str, Any]) -> None:
        self.case.complete(element, nth=nth, **data)

    def work(self, element: str, nth: int, data: dict[str, Any]) -> None:
        self.case.work(element, nth=nth, **data)

    def throw(self, element: str, nth: int, code: str, _dead: bool) -> None:
        handled = self.case.throw(element, code, nth=nth)
        assert handled or not self.case.effects.closed

    def give_up(self, element: str, nth: int) -> None:
        self.case.give_up(element, nth=nth)

    def fire(self, element: str, nth: int) -> None:
        self.case.fire(element, nth=nth)

    def send(self, element: str, name: str, nth: int, payload: Any, told: bool) -> None:
        self.case.send_to(element, payload if told else None, name=name, nth=nth)

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
            sent=sorted((kind, name, repr(payload)) for kind, name, _, payload in self.sent),
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


def commands(game: Game, *, bare: bool = True) -> list[Command]:
    """What may be done now, the likelier the more often."""
    found: list[Command] = []
    for verb, kind in (("complete", "user"), ("work", "service")):
        for element, nth in _numbered(round.work.node.id for round in game.rounds(kind)):
            if game.rounds(kind, element)[nth].state == "open":
                found += [(verb, element, nth)] * 3
                found += [(other, element, nth) for other in ("throw", "give_up") if verb == "work"]
    timers = _numbered(wait.element for wait in game.all_waits(TIMED))
    found += [("fire", *where) for where in timers] if bare else [("wait_for_next",)] * len(timers)
    messages, signals = _waited(game, "message"), _waited(game, "signal")
    if bare:
        found += [("send", *where, nth) for where, nth in _numbered(messages + signals)]
    else:
        found += [("send", *where, 0) for where in dict.fromkeys(messages)]
        found += [("hear", name) for name in sorted({name for _, name in signals})]
    if game.all_waits(("conditional",)):
        found += [("change", f"go{n}") for n in range(3)]
    if game.failures():
        found += [("retry", f"ok{n}") for n in range(2)]
    return found


def _waited(game: Game, kind: str) -> list[tuple[str, str]]:
    """Who waits, and for which."""
    return [(wait.element, wait.event.name or "") for wait in game.all_waits((kind,))]


def _numbered(elements: Iterable[Any]) -> list[tuple[Any, int]]:
    counted: Counter[Any] = Counter()
    found = []
    for element in elements:
        found.append((element, counted[element]))
        counted[element] += 1
    return found


def play(
    net: Net, stage: Stage | None, choose: Choose, *, most: int = 25, met: Counter[str] | None = None
) -> None:
    """Do so many things at random to both, and compare after each. Without a stage the game is played alone,
    in any of its worlds."""
    worlds, bare = Worlds(net, met), stage is None or stage.bare
    worlds.keep(stage.sight() if stage else worlds.game.sight())
    for turn in range(1, most + 1):
        if not (possible := commands(worlds.game, bare=bare)):
            break
        command = with_data(worlds.game, choose(possible), turn, choose, bare=bare)
        worlds.do(*command)
        if stage:
            stage.do(*command)
        worlds.keep(stage.sight() if stage else worlds.game.sight())


def with_data(game: Game, command: Command, turn: int, choose: Choose, *, bare: bool = True) -> Command:
    match command:
        case ("complete", *_) if not bare:
            return *command, {"shared": turn}
        case ("complete" | "work", element, _):
            return *command, {f"did_{element}": turn, "shared": turn}
        case ("throw", *_):
            return *command, choose(["E", "F"]), not bare
        case ("send", element, name, _):
            events = [wait.event for wait in game.all_waits(HEARD, element) if wait.event.name == name]
            return *command, {"turn": turn}, events[0].kind == "signal" or events[0].variable is not None
        case ("hear", _):
            return *command, {"turn": turn}
        case ("change" | "retry", *_):
            return *command, choose([1, 0])
    return command
