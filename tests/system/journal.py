"""What people at work were told, kept outside the server: one half of the proof that nothing is lost."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.engine.bpmn.support import (
    boundary,
    diagram,
    end,
    event_sub,
    message,
    path,
    script,
    start,
    timer,
    timer_of,
    user,
)
from tests.server import Client, Unavailable

KEY = "kept"
DESK = {"candidateGroups": "service-desk"}


def kept(late: str = "PT1S") -> bytes:
    """A script counts every timer, due so long after its task opened, and every message, so that one that
    came twice shows in a variable, too.
    """
    return diagram(
        start(), user("first", **DESK), user("second", **DESK), end(), path("start first second end"),
        boundary("late", "first", timer(late), interrupting=False), script("count_late", "lates = lates + 1"),
        path("late count_late"),
        event_sub("on_note", start("noted", message("kept.note"), isInterrupting=False),
                  script("count_note", "notes = notes + 1"), path("noted count_note")),
        key=KEY, messages=("kept.note",),
    )  # fmt: skip


BEAT = diagram(
    start(), user("first", **DESK), end(), path("start first end"),
    boundary("due", "first", timer_of("timeCycle", "R/PT1S"), interrupting=False),
    script("count", "beats = beats + 1"), path("due count"),
    key="beat",
)  # fmt: skip
"""A case in which a timer is due every second, until it is cancelled."""

PATIENCE = 120
"""Seconds within which what was killed must be back."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A command that was acknowledged: which one, on which case, at which element, how often it was sent."""

    kind: str
    instance: str
    element: str | None
    sent: int
    replayed: bool

    @property
    def what(self) -> tuple[str, str, str | None]:
        return self.kind, self.instance, self.element


class Journal:
    """The acknowledged operations of all who work, and the numbers of their cases.

    `up` is set while the server is meant to answer.
    """

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.numbers: dict[str, str] = {}
        self.up = threading.Event()
        self._grown = threading.Condition()

    def note_case(self, case: dict[str, Any]) -> None:
        assert case["id"] not in self.numbers, "two starts were answered with one case"
        self.numbers[case["id"]] = case["number"]

    def note(self, operation: Operation) -> None:
        with self._grown:
            self.operations.append(operation)
            self._grown.notify_all()

    def wait_for(self, more: int) -> None:
        """Wait until so many more operations are acknowledged than now."""
        with self._grown:
            wanted = len(self.operations) + more
            assert self._grown.wait_for(lambda: len(self.operations) >= wanted, PATIENCE)

    def reach(self, total: int) -> None:
        """Wait until so many operations are acknowledged in all."""
        while (left := total - len(self.operations)) > 0:
            self.wait_for(min(left, 500))

    def count(self) -> Counter[tuple[str, str, str | None]]:
        """How often each (kind, case, element) was acknowledged, the shared case's start included."""
        told: Counter[tuple[str, str, str | None]] = Counter(("started", case, None) for case in self.numbers)
        told.update(one.what for one in self.operations if one.kind != "started")
        return told

    def summary(self) -> str:
        again = [one for one in self.operations if one.sent > 1]
        done = sum(one.replayed for one in again)
        return (
            f"{len(self.operations)} operations on {len(self.numbers)} cases acknowledged; "
            f"{len(again)} sent again: {done} had been done before the kill, {len(again) - done} had not"
        )


class Worker:
    """Somebody who starts cases, sends them notes and completes their tasks, and sends again, with the same
    key, whatever was not answered.
    """

    def __init__(self, client: Client, journal: Journal, shared: str, seed: int) -> None:
        self._client, self._journal, self._shared = client, journal, shared
        self._chance = random.Random(seed)

    def work(self, until: threading.Event) -> None:
        """Case after case; some are left where they are."""
        while not until.is_set():
            instance = self._start()
            self._note(self._shared)  # the one case that all workers fight for
            if self._chance.random() < 0.5:
                self._note(instance)
            for element in ("first", "second")[: self._chance.choice((0, 1, 2, 2, 2))]:
                self._complete(instance, element)

    def _start(self) -> str:
        body = {"definition": KEY, "variables": {"lates": 0, "notes": 0}}
        answer, sent = self._command("/process-instances", body)
        case = answer.json()
        self._journal.note_case(case)
        self._acknowledged("started", case["id"], None, answer, sent)
        return str(case["id"])

    def _note(self, instance: str) -> None:
        answer, sent = self._command("/messages", {"name": "kept.note", "instance": instance})
        self._acknowledged("message", instance, "noted", answer, sent)

    def _complete(self, instance: str, element: str) -> None:
        task = self._patiently(lambda: self._client.task(instance, element))
        answer, sent = self._command(f"/user-tasks/{task}/complete", {})
        self._acknowledged("task completed", instance, element, answer, sent)

    def _acknowledged(
        self, kind: str, instance: str, element: str | None, answer: httpx.Response, sent: int
    ) -> None:
        replayed = answer.headers.get("Idempotency-Replayed") == "true"
        self._journal.note(Operation(kind, instance, element, sent, replayed))

    def _command(self, path: str, body: Any) -> tuple[httpx.Response, int]:
        """The answer to a command, and how often it was sent."""
        key, sent = uuid4().hex, 0

        def send() -> httpx.Response:
            nonlocal sent
            sent += 1
            answer = self._client.ask(path, body, key=key)
            if answer.status_code == 503:
                raise Unavailable(answer.text)
            return answer

        answer = self._patiently(send)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer, sent

    def _patiently(self, ask: Callable[[], Any]) -> Any:
        while True:
            try:
                return ask()
            except (httpx.TransportError, Unavailable):  # it may have been done, or not
                assert self._journal.up.wait(PATIENCE), "the server did not come back"
