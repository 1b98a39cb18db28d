"""What can go wrong in a script or expression: always one of these, always saying where."""

from engine.sentences import Sentence


class ScriptError(Exception):
    """A script or expression is wrong, or went wrong.

    `message` is a sentence its author can act on; `reason` is the same, with a code where it has one. `line`
    and `column` count from 1 in the text as the author wrote it (in the file, when the compiler was told
    where the text begins).
    """

    def __init__(self, reason: str | Sentence, line: int = 0, column: int = 0) -> None:
        self.reason = reason
        self.line = line
        self.column = column
        super().__init__(reason)

    @property
    def message(self) -> str:
        return str(self.reason)

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class ScriptSyntaxError(ScriptError):
    """The text is not in the language. Raised when compiling, never when running."""


class ScriptRuntimeError(ScriptError):
    """The text is in the language, but these values cannot be worked with so."""

    def locate(self, position: tuple[int, int]) -> None:
        """Say where it happened, unless a place further inside already did."""
        if not self.line:
            self.line, self.column = position


class LimitExceeded(ScriptRuntimeError):
    """The run took more steps, time, memory or depth than it may."""
