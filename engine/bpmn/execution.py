"""Execute one case: SpiffWorkflow's task tree, kept as the tree of what is going on now.

The library keeps every task a case ever had, so its steps grow slower and at about 240 rounds it stops. Here
a token that
leaves an element is removed in the same breath and the next one hangs under the same scope: the tree holds
scopes,
waiting tokens and nothing else, however long a case runs and whatever waits beside it. A parent in the tree
is
the scope a token lives in, `Task.data` is what that scope holds, and nothing is copied from task to task.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from SpiffWorkflow import Workflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.dialect import CLAIM
from engine.bpmn.effects import SIGNAL, Called, ClockMark, Effects, Failure, Position, Sent, Step
from engine.calendars import LOOK_AHEAD, Calendar
from engine.durations import format_instant, parse_instant, working_time
from engine.errors import Unreadable
from engine.scripting import Expression, Script, ScriptError, Template
from engine.sentences import Sentence, told

if TYPE_CHECKING:
    from engine.bpmn.specs.base import Element, Process

Json = Any


class ElementFailed(Exception):
    """An element could not do what the diagram asks. Its token waits there; the rest of the case goes on."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one command may do before the element it has reached is stopped: an endless loop without a
    wait ends here. The seconds are the thread's own work: a machine that stands still fails nobody's case."""

    steps: int = 10_000
    tokens: int = 5_000
    seconds: float = 2.0
    items: int = 1_000
    completed: int = 1_000


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision gave: by which version and rules, a dict of outputs for each rule, and these in the
    form that was asked for."""

    version: int
    rules: tuple[int, ...]
    outputs: list[dict[str, Json]]
    value: Json


Decide = Callable[[str, str, Mapping[str, Json], Mapping[str, Callable[..., Json]]], Decided]
"""Makes the decision of a key, in a form (`camunda:mapDecisionResult`), with names and functions. Raises
`ElementFailed`."""


CalendarOf = Callable[[Mapping[str, Json]], Calendar | None]
"""The working calendar of the case whose head (see `Execution.record`) is this."""


def _no_calendar(_head: Mapping[str, Json]) -> None:
    return None


def _no_decision(key: str, *_: Any) -> Decided:
    raise ElementFailed(Sentence("decision-not-deployed", decision=key))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a case is told from outside for one command.

    `now` is the command's instant; `zone` is where calendar days are counted; `names` are names every
    expression may read and no variable holds (`case_number`, `requester`...), hidden by a variable of the
    same name; `decide` makes decisions; `calendar_of` finds the case's calendar when it is first asked for.
    """

    now: datetime
    zone: ZoneInfo
    names: Mapping[str, Json] = field(default_factory=dict)
    limits: Limits = Limits()
    decide: Decide = _no_decision
    calendar_of: CalendarOf = _no_calendar


class Token(Task):
    """A token: `task_spec` is where it stands, `parent` the scope it is in, `data` the variables it holds
    itself.

    `internal_data` holds `phase` (see `specs.Element`), the flow it came by, a timer's due date, a failure.
    """

    workflow: "Execution"
    taking: list[Any]

    @property
    def spec(self) -> "Element":
        return self.task_spec  # type: ignore[no-any-return]

    @property
    def notes(self) -> dict[str, Any]:
        return self.internal_data  # type: ignore[no-any-return]

    @property
    def active(self) -> bool:
        """Whether the scope this token is in cannot end before it."""
        return not self.has_state(TaskState.WAITING)

    @property
    def waits(self) -> bool:
        """Whether it has begun to wait for something from outside, or for tokens inside it."""
        begun = TaskState.WAITING | TaskState.STARTED
        return self.has_state(begun) and not self.notes.get("phase")

    @property
    def scope(self) -> "Token":
        parent = self.parent
        assert parent is not None, "the process itself is in no scope"
        return parent  # type: ignore[no-any-return]

    def _set_state(self, value: int) -> None:
        self._state = value  # the library collects a log record on every change, wanted or not

    def cancel(self) -> None:
        """End this token and all inside it, innermost first, each saying so."""
        for child in reversed(self.children):
            child.cancel()
        self.task_spec._on_cancel(self)
        self._set_state(TaskState.CANCELLED)
        self.workflow.discard(self)

    def clear(self, keep: Callable[["Token"], bool] = lambda _: False) -> None:
        """Cancel everything inside this scope but what `keep` says."""
        for child in reversed(self.children):
            if not keep(child):
                child.cancel()


class Names(Mapping[str, Json]):
    """The variables a token sees: its own, then each scope's further out, then what the case is told from
    outside."""

    __slots__ = ("_token",)

    def __init__(self, token: Token) -> None:
        self._token = token

    def __getitem__(self, name: str) -> Json:
        holder = _holder(self._token, name)
        return holder.data[name] if holder else self._token.workflow.circumstances.names[name]

    def __contains__(self, name: object) -> bool:
        return _holder(self._token, str(name)) is not None or name in self._token.workflow.circumstances.names

    def __iter__(self) -> Any:
        raise TypeError("Names are looked up, not listed.")

    def __len__(self) -> int:
        raise TypeError("Names are looked up, not counted.")


class _NotThereYet(Exception):
    """A condition asks for a variable that nothing has set so far."""


class _Expectant(Names):
    """For a condition that waits to come true."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Json:
        if name not in self:
            raise _NotThereYet
        return super().__getitem__(name)


class _Lenient(Names):
    """For a case's head: a name that does not exist yet is null."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Json:
        return super().__getitem__(name) if name in self else None


def _holder(token: Token, name: str) -> Token | None:
    """The nearest scope that holds a variable, not looked for outside the process the token is in."""
    while name not in token.data:
        if token.spec.outermost:
            return None
        token = token.scope
    return token


def _outermost(token: Token) -> Token:
    while not token.spec.outermost:
        token = token.scope
    return token


class Execution(Workflow):
    """One case in memory, for one command. Afterwards `effects` says what is to be written, `state.save`
    keeps the rest."""

    def __init__(self, process: "Process", circumstances: Circumstances) -> None:
        super().__init__(process, deserializing=True)
        self.circumstances = circumstances
        self.effects = Effects()
        self.agenda: deque[Token] = deque()
        self.last_id = 0
        self._watching: set[int] = set()
        self._gathering: set[int] = set()
        self._changed = False
        self._asking = False
        self._steps_left = circumstances.limits.steps
        self._deadline = time.thread_time() + circumstances.limits.seconds
        self._functions: dict[str, Callable[..., Json]] = {
            "now": lambda: format_instant(circumstances.now),
            "working_time": self._working_time,
        }

    # -- commands --------------------------------------------------------------------------------------------

    def start(self, variables: Mapping[str, Json], at: str | None = None) -> None:
        """Begin the process with these variables, at its plain start event or at another one, and go on until
        everything waits."""
        self.task_tree = self._new_token(self.spec.root, None)
        if at is not None:
            self.task_tree.notes["at"] = at
        self.task_tree.data.update(variables)
        self._ready(self.task_tree)
        self.run()

    def complete_task(self, token: int, data: Mapping[str, Json], *, claimed: bool = True) -> None:
        """A person completed the user task at `token`: its variables are written, then the case goes on.
        With `claimed` False nobody had claimed it: it is claimed by that."""
        waiting = self._token(token)
        if not claimed:
            waiting.spec.mark(waiting, CLAIM)
        for name, value in data.items():
            self.assign(waiting, name, value)
        self.effects.closed.add(token)
        self.go_on(waiting)
        self.run()

    def fire(self, token: int, payload: Json = None) -> None:
        """What the token waits for has happened: its timer is due or its message came."""
        waiting = self._token(token)
        waiting.spec.fired(waiting, payload)
        self.run()

    def complete_job(self, token: int, results: Mapping[str, Json]) -> None:
        """The work of the service task at `token` is done, with these results; the case goes on."""
        waiting = self._token(token)
        waiting.spec.take_results(waiting, results)
        self.changed()
        self.effects.withdraw(token)
        self.go_on(waiting)
        self.run()

    def fail_job(self, token: int, reason: str | Sentence) -> None:
        """The work of the service task at `token` was given up: it has failed until it is retried. The reason
        is in the program's own words, or Baton's."""
        waiting = self._token(token)
        waiting.notes["dead"] = True
        self._fail(waiting, reason)

    def throw_at(self, token: int, code: str, message: str) -> bool:
        """Throw an error where the service task at `token` waits. Whether something handles it; if nothing
        does, nothing has happened."""
        waiting = self._token(token)
        if not waiting.spec.throw(waiting, code, message):
            return False
        self.run()
        return True

    def retry(self) -> None:
        """Let every failed element try again, each from the step that failed."""
        self._retry(self.failed_tokens())

    def retry_at(self, token: int) -> None:
        """Let the failed element at `token` try again."""
        self._retry([self._token(token)])

    def _retry(self, failed: list[Token]) -> None:
        for token in failed:
            del token.notes["error"]
            if token.has_state(TaskState.ERROR):
                self._ready(token)
        self.changed()
        self.run()

    def change_variables(self, values: Mapping[str, Json]) -> None:
        """Set variables of the instance itself. What waits for them goes on with the next `run`."""
        self.task_tree.data.update(values)
        self.changed()

    def cancel_case(self) -> None:
        """End everything that is going on in the case."""
        self.task_tree.clear()
        self.task_tree.notes.pop("error", None)
        self.task_tree._set_state(TaskState.CANCELLED)
        self.completed = True

    def run(self) -> None:
        """Step until nothing is left to do without someone or something from outside."""
        if not self.agenda:  # else the first step comes first: what was completed is done
            self._ask_conditions()
        while self.agenda or self._gathered():
            token = self.agenda.popleft()
            if token.id not in self.tasks or not token.has_state(TaskState.READY):
                continue  # cancelled by a sibling since it was put on the agenda
            try:
                self._spend()
                token.run()
            except ElementFailed as failure:
                self._fail(token, failure.sentence)
            self._ask_conditions()
        self._tell_stuck()

    # -- what specs ask of the case --------------------------------------------------------------------------

    def place(self, spec: "Element", scope: Token, *, phase: int = 0, flow: str | None = None) -> Token:
        """Put a new token on an element, to be run in its turn."""
        token = self._new_token(spec, scope)
        if phase:
            token.notes["phase"] = phase
        if flow is not None:
            token.notes["flow"] = flow
        self._ready(token)
        return token

    def require_room(self, number: int) -> None:
        """Raises `ElementFailed` when so many tokens more would be too many for one case."""
        most = self.circumstances.limits.tokens
        if len(self.tasks) + number > most:
            raise ElementFailed(Sentence("too-many-tokens", most=most))

    def listen(self, spec: "Element", host: Token) -> Token:
        """Put a token beside the work of `host` that waits for an event and keeps nobody from finishing."""
        token = self._new_token(spec, host)
        token._set_state(TaskState.WAITING)
        return token

    def go_on(self, token: Token) -> None:
        """What the token waited for is done: let it hand out its results and leave."""
        token.notes["phase"] = 1
        self._ready(token)

    def take(self, token: Token, flows: list[Any]) -> None:
        """Let a finished token go: out of the tree, and a new one on every flow it takes."""
        scope = token.scope
        token.clear()
        self.discard(token)
        for flow in flows:
            self.place(flow.target, scope, flow=flow.id)
        self.check_finished(scope)

    def check_finished(self, scope: Token) -> None:
        """A scope in which only listeners are left has finished."""
        if scope.id in self.tasks and not any(child.active for child in scope.children):
            scope.spec.emptied(scope)

    def finish(self) -> None:
        """The process itself has no token left."""
        self.task_tree.clear()
        self.completed = True

    def discard(self, token: Token) -> None:
        self._remove_task(token.id)

    def assign(self, token: Token, name: str, value: Json) -> None:
        """Write a variable where it is seen from `token`: in the nearest scope that holds it, else in the
        process'."""
        (_holder(token, name) or _outermost(token)).data[name] = value
        self.changed()

    def changed(self) -> None:
        """A variable of the case is another than before."""
        self._changed = True

    def watch(self, token: Token) -> None:
        """Ask the condition that the token waits for, now and after every change."""
        self._watching.add(token.id)
        self.changed()

    def gather(self, token: Token) -> None:
        """Ask the inclusive gateway where the token waits, whenever all else has come to rest, whether more
        may come."""
        self._gathering.add(token.id)

    def unwatch(self, token: Token) -> None:
        self._watching.discard(token.id)

    def holds(self, condition: Template, token: Token) -> bool:
        """Whether a condition holds as `token` sees things; not when a name in it is not there yet. Raises
        `ElementFailed`."""
        self._check_time()
        try:
            value = condition.evaluate(_Expectant(token), self._functions)
        except _NotThereYet:
            return False
        except ScriptError as error:
            raise _script_failed(error) from error
        if not isinstance(value, bool):
            raise ElementFailed(Sentence("condition-no-boolean"))
        return value

    def seen_from(self, token: Token) -> dict[str, Json]:
        """All variables that a token sees, inner scopes over outer ones."""
        seen = dict(token.data)
        while not token.spec.outermost:
            token = token.scope
            seen = {**token.data, **seen}
        return seen

    def variable(self, name: str, token: Token) -> Json:
        """The value of a variable as `token` sees it. Raises `ElementFailed` when there is none."""
        try:
            return Names(token)[name]
        except KeyError:
            raise ElementFailed(Sentence("variable-missing", name=name)) from None

    def evaluate(self, text: Expression | Template, token: Token) -> Json:
        """The value of an expression or template as `token` sees it. Raises `ElementFailed`."""
        self._check_time()
        try:
            return text.evaluate(Names(token), self._functions)
        except ScriptError as error:
            raise _script_failed(error) from error

    def run_script(self, script: Script, token: Token) -> dict[str, Json]:
        """The variables a script assigns; writing them is the caller's. Raises `ElementFailed`."""
        self._check_time()
        try:
            return script.run(Names(token), self._functions)
        except ScriptError as error:
            raise _script_failed(error) from error

    def decide(self, key: str, form: str, token: Token) -> Decided:
        """Make a decision with the variables that `token` sees. Raises `ElementFailed`."""
        self._check_time()
        return self.circumstances.decide(key, form, Names(token), self._functions)

    def send(self, what: Sent) -> None:
        """Send a message or signal. A signal is caught at once by all in this case that wait for it, in the
        order in which they began to; what is sent to other cases leaves with the case's effects."""
        self.effects.sent.append(what)
        if what.kind == SIGNAL:
            for token in [token for token in self.tasks.values() if token.spec.waits_for(token, what)]:
                if token.id in self.tasks and token.spec.waits_for(token, what):
                    token.spec.fired(token, what.payload)

    def note(self, kind: str, spec: "Element", **detail: Json) -> None:
        self.effects.steps.append(
            Step(kind, spec.element, {"name": spec.label, **detail, **self._where(spec)})
        )

    def mark(self, token: Token, name: str, action: str) -> None:
        """Something happens to the clock of a name, because of `token`."""
        process = self.process_of(token.spec)
        self.effects.clocks.append(ClockMark(name, action, token.id, token.spec.element, process))

    # -- what the heart asks ---------------------------------------------------------------------------------

    @property
    def variables(self) -> dict[str, Json]:
        """The instance's variables."""
        return self.task_tree.data  # type: ignore[no-any-return]

    def record(self) -> dict[str, Json]:
        """The case's head by `baton:record`, as far as it can be told now: what cannot be evaluated yet is
        None."""
        return {name: self._try(text) for name, text in self.spec.record.items()}

    def foretell(self, variables: Mapping[str, Json]) -> dict[str, Json]:
        """The head before anything has happened, if the case begins with these variables."""
        self.task_tree = self._new_token(self.spec.root, None)
        self.task_tree.data.update(variables)
        return self.record()

    def _try(self, text: Template) -> Json:
        try:
            return text.evaluate(_Lenient(self.task_tree), self._functions)
        except ScriptError:
            return None

    def failed_tokens(self) -> list[Token]:
        return [t for t in self.tasks.values() if "error" in t.notes]

    def failures(self) -> list[Failure]:
        """Every element that failed and was not retried."""
        return [self._failure(token) for token in self.failed_tokens()]

    def _failure(self, token: Token) -> Failure:
        noted = token.notes["error"]
        cause = told(noted) if isinstance(noted, str) else noted  # early states hold the text alone
        return Failure(token.spec.element, cause["detail"], self.process_of(token.spec), cause)

    def process_of(self, spec: "Element") -> Called | None:
        """The called process an element is drawn in; None: the case's own."""
        return None if spec.process is self.spec else spec.process.identity

    def whereabouts(self, token: int) -> dict[str, Json]:
        """What an entry of history about this token says beside the element: the called process it is in, if
        it is."""
        return self._where(self._token(token).spec)

    def _where(self, spec: "Element") -> dict[str, Json]:
        called = self.process_of(spec)
        return {"process": asdict(called)} if called else {}

    def waits_at(self, token: int) -> bool:
        """Whether there is such a token; a timer or message for one that has gone is stale."""
        return token in self.tasks

    def awaited(self) -> dict[str, set[int]]:
        """The tokens that wait for a `task`, a `timer`, a `subscription` or a `job`: each has its row in the
        store."""
        found: dict[str, set[int]] = {"task": set(), "timer": set(), "subscription": set(), "job": set()}
        for token in self.tasks.values():
            if (kind := token.spec.awaits(token)) is not None:
                found[kind].add(token.id)
        return found

    def pausing(self, clock: str) -> set[int]:
        """The tokens that pause the clock of a name now."""
        return {token.id for token in self.tasks.values() if clock in token.notes.get("pauses", ())}

    def takes_payload(self, token: int) -> bool:
        """Whether the message event at `token` declares what becomes of a payload."""
        return getattr(self._token(token).spec, "payload", None) is not None

    def visible_variables(self, token: int) -> dict[str, Json]:
        """All that a token sees, inner scopes over outer ones over what the case is told from outside."""
        return {**self.circumstances.names, **self.seen_from(self._token(token))}

    def positions(self) -> list[Position]:
        """Everything that is going on, for the picture of the diagram. A process is no element of it, unless
        it failed to begin."""
        return [
            Position(t.spec.element, _kind_of(t), self.process_of(t.spec))
            for t in self.tasks.values()
            if not t.spec.outermost or t.has_state(TaskState.ERROR)
        ]

    # -- inside ----------------------------------------------------------------------------------------------

    def _working_time(self, amount: Json, since: Json = None) -> str:
        """The instant so much working time after now, or after another instant, by the case's calendar."""
        needed = working_time(amount)
        start = self.circumstances.now if since is None else self._near(since)
        due = self._calendar().after(start, needed)
        if due is None:
            raise Unreadable(Sentence("calendar-closed", years=LOOK_AHEAD))
        return format_instant(due)

    def _calendar(self) -> Calendar:
        if self._asking:
            raise Unreadable(Sentence("calendar-in-circle"))
        self._asking = True
        try:
            calendar = self.circumstances.calendar_of(self.record())
        finally:
            self._asking = False
        if calendar is None:
            raise Unreadable(Sentence("calendar-missing"))
        return calendar

    def _near(self, text: Json) -> datetime:
        """An instant that is not so far away that years without end would have to be worked out."""
        start = parse_instant(str(text), self.circumstances.zone)
        if abs(start - self.circumstances.now) > _FARTHEST:
            raise Unreadable(Sentence("instant-too-far", text=f"{text!r:.60}", years=LOOK_AHEAD))
        return start

    def _new_token(self, spec: "Element", scope: Token | None) -> Token:
        self.last_id += 1
        token = Token(self, spec, scope, state=TaskState.FUTURE, id=self.last_id)
        token.data, token.taking = {}, []
        return token

    def _ready(self, token: Token) -> None:
        token._set_state(TaskState.READY)
        self.agenda.append(token)

    def _token(self, token: int) -> Token:
        return self.tasks[token]  # type: ignore[no-any-return]

    def _spend(self) -> None:
        self._steps_left -= 1
        if self._steps_left < 0:
            raise ElementFailed(Sentence("too-many-steps", steps=self.circumstances.limits.steps))
        self._check_time()

    def _check_time(self) -> None:
        """Between two tokens, and before each of an element's many expressions."""
        if time.thread_time() > self._deadline:
            seconds = f"{self.circumstances.limits.seconds:g}"
            raise ElementFailed(Sentence("busy-too-long", seconds=seconds))

    def _ask_conditions(self) -> None:
        """Fire the events whose conditions have come true since they were last asked, the oldest first."""
        if not (self._changed and self._watching):
            return
        self._changed = False
        self._watching &= self.tasks.keys()  # what was cancelled watches no longer
        waiting = [self._token(id_) for id_ in sorted(self._watching)]
        for token in [token for token in waiting if self._came_true(token)]:
            if token.id in self._watching and token.id in self.tasks:  # not ended by the one before it
                token.spec.fired(token, None)

    def _gathered(self) -> bool:
        """Let one inclusive gateway go on that has nothing left to wait for, that of the oldest token first.
        Whether there was one."""
        self._gathering &= self.tasks.keys()
        for token in map(self._token, sorted(self._gathering)):
            if token.spec.gathered(token):
                self._gathering.discard(token.id)
                self.go_on(token)
                return True
        return False

    def _tell_stuck(self) -> None:
        """When tokens wait at joins for others, and nothing is left in the case that could send one there: as
        the standard says they wait for ever. That people must see, not find out."""
        waiting = [token for token in self.tasks.values() if token.spec.joins and token.waits]
        if not waiting or self._watching:
            return
        if any(t.spec.awaits(t) is not None or "error" in t.notes for t in self.tasks.values()):
            return
        for token in waiting:
            self._fail(token, Sentence("stuck-at-join"))

    def _came_true(self, token: Token) -> bool:
        if "error" in token.notes:
            return False
        try:
            return bool(token.spec.trigger.came_true(token))
        except ElementFailed as failure:
            self._fail(token, failure.sentence)
            return False

    def _fail(self, token: Token, reason: str | Sentence) -> None:
        if token.active:  # else it listens beside the work, and keeps nobody from finishing
            token._set_state(TaskState.ERROR)
        token.notes["error"] = cause = told(reason)
        self.note("failed", token.spec, message=cause["detail"], cause=cause)

    def _task_completed_notify(self, task: Token) -> None:
        """The library would walk the whole tree here after every step; our tokens say themselves when they
        are done."""


_FARTHEST = timedelta(days=366 * LOOK_AHEAD)


def _kind_of(token: Token) -> str:
    if "error" in token.notes:
        return "failed"
    return "active" if token.active else "listening"


def _script_failed(error: ScriptError) -> ElementFailed:
    where = {"line": error.line, "column": error.column}
    return ElementFailed(Sentence("script-failed", reason=error.reason, **where))
