"""What can go wrong, in the words of the domain; only `api.errors` turns these into status codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.sentences import Sentence, told


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input, and where.

    `pointer` is a JSON pointer fragment into the request body (`#/data/impact`); `file`, `element` and `line`
    say where in an uploaded file. `detail` is a sentence a person can act on. `code` names the fault, if it
    has a name, and `values` are what the sentence tells, so that it can be said in another language; a
    value that is a sentence itself is a dict of its `detail`, `code` and `values`.
    """

    detail: str
    pointer: str | None = None
    file: str | None = None
    element: str | None = None
    line: int | None = None
    code: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        sentence: Sentence,
        *,
        pointer: str | None = None,
        file: str | None = None,
        element: str | None = None,
        line: int | None = None,
    ) -> "Problem":
        """The problem that this sentence tells."""
        return cls(**sentence.told(), pointer=pointer, file=file, element=element, line=line)


class Unreadable(ValueError):
    """A text that is not what it should be, or that nothing can be made of here; `sentence` tells its author
    why."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))


def reason_of(error: ValueError) -> str | Sentence:
    """Why a value cannot be read: a sentence where the error has one."""
    return error.sentence if isinstance(error, Unreadable) else str(error)


class EngineError(Exception):
    """Something went wrong."""

    def __init__(self, reason: str | Sentence | None = None) -> None:
        self.reason = reason or (self.__doc__ or "").strip()
        self.detail = str(self.reason)
        super().__init__(self.detail)

    def told(self) -> dict[str, Any]:
        """Why, as JSON; see `sentences.told`."""
        return told(self.reason)


class NotFound(EngineError):
    """There is no such thing, or you may not know of it."""


class Conflict(EngineError):
    """The record is not in a state that allows this."""


class Forbidden(EngineError):
    """You are not allowed to do this."""


class Unauthenticated(EngineError):
    """Sign in first."""


class TooManyAttempts(EngineError):
    """Too many failed attempts. Wait before you try again."""

    def __init__(self, detail: str | None = None, retry_after: int = 60) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class PreconditionFailed(EngineError):
    """The record has changed since you read it. Read it again."""


class Invalid(EngineError):
    """The input is not valid. `problems` lists everything wrong with it, all at once."""

    def __init__(self, problems: Sequence[Problem] | str, detail: str | None = None) -> None:
        self.problems = (Problem(problems),) if isinstance(problems, str) else tuple(problems)
        super().__init__(detail or (self.problems[0].detail if self.problems else None))

    def told(self) -> dict[str, Any]:
        for problem in self.problems:
            if problem.detail == self.detail:
                return {"detail": problem.detail, "code": problem.code, "values": dict(problem.values)}
        return super().told()


class Unavailable(EngineError):
    """The database cannot answer right now. Nothing was changed; try again."""

    def __init__(self, detail: str | None = None, retry_after: int = 2) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


def kept(error: Exception) -> dict[str, Any]:
    """What a row keeps of why something failed, for operators to read: a short sentence as JSON; see
    `sentences.told`.
    """
    if isinstance(error, EngineError):
        return error.told()
    return Sentence("unexpected", kind=type(error).__name__, reason=str(error)).told()
