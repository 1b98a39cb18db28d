"""Cuts text into the words it is found by, the same way for what is kept and for what is looked for.

Where a script puts spaces, words are what stands between them. Chinese, Japanese, Korean, Thai and their like
are cut into pairs of neighbouring characters, so that any two characters that stand together are found.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

LONGEST = 64
"""Characters of a word; what is longer is cut, wherever it stands."""

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1100-\u11ff"  # Hangul letters
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3021-\u3029"  # Chinese numerals and repetition marks
    "\u3040-\u30ff\u31f0-\u31ff"  # Japanese syllables
    "\u3100-\u312f\u31a0-\u31bf"  # Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese characters
    "\uac00-\ud7af"  # Hangul syllables
)
_RUN = re.compile(f"(?P<unspaced>[{_UNSPACED}]+)|[^ {_UNSPACED}]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A word that has to be there; with `begins`, one that begins like it."""

    text: str
    begins: bool = False


def of(texts: Iterable[str]) -> list[str]:
    """The words of these texts, each once, in the order they come."""
    return list(dict.fromkeys(word for text in texts for run in _runs(text) for word in _kept(run)))


def wanted(text: str) -> list[Wanted]:
    """What has to be there for a text to be found by what somebody typed: all its words, the last one as far
    as it was typed. Empty when there is no word in it.
    """
    runs = list(_runs(text))
    found = [word for number, run in enumerate(runs) for word in _asked(run, number == len(runs) - 1)]
    return list(dict.fromkeys(found))


def found(texts: Iterable[str], wanted: Collection[Wanted]) -> bool:
    """Whether these texts have all that is wanted; nothing is found by nothing."""
    kept = of(texts)
    return bool(wanted) and all(
        any(word.startswith(one.text) if one.begins else word == one.text for word in kept) for one in wanted
    )


def _runs(text: str) -> Iterable[re.Match[str]]:
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _RUN.finditer(plain.translate(_LETTERS))


def _kept(run: re.Match[str]) -> list[str]:
    # The last character stands for itself too: so every character begins a word, and is found alone.
    return [*_pairs(run[0]), run[0][-1]] if run["unspaced"] else [run[0][:LONGEST]]


def _asked(run: re.Match[str], last: bool) -> list[Wanted]:
    if run["unspaced"]:
        return [Wanted(pair) for pair in _pairs(run[0])] or [Wanted(run[0], begins=True)]
    return [Wanted(run[0][:LONGEST], begins=last)]


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


class _Letters(dict[int, int]):
    """For `str.translate`: letters, marks and digits as they are, all else a space."""

    def __missing__(self, code: int) -> int:
        self[code] = code if unicodedata.category(chr(code))[0] in "LMN" else ord(" ")
        return self[code]


_LETTERS = _Letters()
