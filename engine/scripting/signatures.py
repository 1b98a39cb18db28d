"""How many arguments a function or method takes, read from the Python function behind it."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from engine.scripting.limits import JSON
from engine.sentences import Sentence

MANY = 100


@dataclass(frozen=True, slots=True)
class Signature:
    """A function, `call(meter, *arguments, **keywords)`; the first argument of a method is its object."""

    name: str
    call: Callable[..., JSON]
    least: int
    most: int
    keywords: frozenset[str]

    def problem(self, arguments: int, keywords: frozenset[str], *, method: bool = False) -> Sentence | None:
        """What is wrong with a call of so many arguments; None if nothing is."""
        least, most = self.least - method, self.most - method
        if strange := sorted(keywords - self.keywords):
            return Sentence("argument-unknown", function=self.name, argument=strange[0])
        if least <= arguments <= most:
            return None
        if least < most:
            return Sentence("arguments-between", function=self.name, least=least, most=most, given=arguments)
        code = "arguments-one" if least == 1 else "arguments-exactly"
        return Sentence(code, function=self.name, wanted=least, given=arguments)


def signature_of(function: Callable[..., JSON], name: str) -> Signature:
    """The signature, under this name, of a Python function whose first parameter is the meter."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    positional = [each for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    any_number = any(each.kind is each.VAR_POSITIONAL for each in parameters)
    return Signature(
        name=name,
        call=function,
        least=sum(each.default is each.empty for each in positional),
        most=MANY if any_number else len(positional),
        keywords=frozenset(each.name for each in parameters if each.kind is each.KEYWORD_ONLY),
    )
