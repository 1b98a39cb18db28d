"""Variables of the game: scopes within scopes, by `docs/reference/bpmn.md`, and expressions in them."""

from dataclasses import dataclass
from typing import Any

from tests.engine.bpmn.oracle.nets import Expression


class Failed(Exception):
    """An expression cannot be worked with, or nobody handles an error."""


@dataclass(eq=False)
class Scope:
    """Variables by name; `outer` is looked up next, and nothing beyond a process."""

    names: dict[str, Any]
    outer: "Scope | None" = None

    def holder(self, name: str) -> "Scope | None":
        scope: Scope | None = self
        while scope and name not in scope.names:
            scope = scope.outer
        return scope

    def read(self, name: str) -> Any:
        holder = self.holder(name)
        if holder is None:
            raise Failed(name)
        return holder.names[name]

    def write(self, name: str, value: Any) -> None:
        (self.holder(name) or self.outermost).names[name] = value

    @property
    def outermost(self) -> "Scope":
        return self.outer.outermost if self.outer else self

    def visible(self) -> dict[str, Any]:
        return {**(self.outer.visible() if self.outer else {}), **self.names}

    def value(self, expression: Expression) -> Any:
        match expression:
            case bool() | int():
                return expression
            case str():
                return self.read(expression)
            case ("known", name):
                return self.read(name) if self.holder(name) else 0
            case ("list", length):
                return [f"item {index}" for index in range(length)]
            case ("told", number):
                return {"number": number}
            case (operator, left, right):
                return _computed(operator, self.value(left), self.value(right))
        raise ValueError(expression)


def _computed(operator: str, left: Any, right: Any) -> Any:
    match operator:
        case "+":
            return left + right
        case "%":
            return left % right
        case "//":
            if right == 0:
                raise Failed("division by zero")
            return left // right
        case "==":
            return left == right
        case ">=":
            return left >= right
        case "<":
            return left < right
    raise ValueError(operator)
