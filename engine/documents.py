"""Read documents of JSON values that people write: everything wrong with one is told at once, each with its
pointer. Pure.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from engine.errors import Invalid, Problem

T = TypeVar("T")

LONGEST_NAME = 200
MOST_NAMES = 50


class Reading:
    """One document being read. What is wrong is noted in `problems` and read as nothing; `require_right`
    raises `Invalid` at the end. A path is what follows `root`, the pointer to the document.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self.problems: list[Problem] = []

    def wrong(self, detail: str, *path: str | int) -> None:
        self.problems.append(Problem(detail, self.pointer(*path)))

    def pointer(self, *path: str | int) -> str:
        parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
        return "/".join([self._root, *parts])

    def require_right(self) -> None:
        if self.problems:
            raise Invalid(self.problems)

    def checked(self, read: Callable[[Any], T], given: object, *path: str | int) -> T | None:
        """What `read` makes of it; a ValueError of it is a problem, in its words."""
        try:
            return read(given)
        except ValueError as error:
            self.wrong(str(error), *path)
            return None

    def known_keys(self, given: Mapping[str, Any], known: Iterable[str], *path: str | int) -> None:
        """No other keys than these, so that a slip of the pen is not taken for nothing said."""
        known = list(known)
        for key in given.keys() - set(known):
            self.wrong(f"{key!r:.80} means nothing here: there are {', '.join(known)}.", *path, key)

    def listed(self, given: object, most: int, *path: str | int) -> list[Any]:
        if given is None:
            return []
        if not isinstance(given, list) or len(given) > most:
            self.wrong(f"This is a list of at most {most:,}.", *path)
            return []
        return given

    def mapped(self, given: object, most: int, *path: str | int) -> dict[str, Any]:
        if given is None:
            return {}
        if not isinstance(given, dict) or len(given) > most:
            self.wrong(f"This is an object of at most {most:,} entries.", *path)
            return {}
        return given

    def text(self, given: object, *path: str | int, most: int = LONGEST_NAME) -> str | None:
        """A text with something in it; None when it is null."""
        if given is None:
            return None
        if isinstance(given, str) and given.strip() and len(given) <= most and given.isprintable():
            return given
        self.wrong(f"This is a text of 1 to {most} characters.", *path)
        return None

    def texts(self, given: object, most: int, *path: str | int) -> tuple[str, ...]:
        given = self.listed(given, most, *path)
        read = [self.needed_text(one, *path, at) for at, one in enumerate(given)]
        return tuple(text for text in read if text is not None)

    def needed_text(self, given: object, *path: str | int) -> str | None:
        if given is None:
            self.wrong("This is needed.", *path)
        return self.text(given, *path)

    def names(self, document: Mapping[str, Any]) -> None:
        """The `name` that every document has, and `names` in other languages by their tags."""
        self.needed_text(document.get("name"), "name")
        for tag, name in self.mapped(document.get("names"), MOST_NAMES, "names").items():
            self.needed_text(name, "names", tag)
