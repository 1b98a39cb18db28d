"""What the server's checks say, the browser says in its reader's language, by the code of each sentence."""

import json
import re
from string import Formatter

from engine.sentences import SENTENCES
from tests.web.texts import FILES

CHINESE: dict[str, str] = json.loads((FILES / "zh-CN" / "problems.json").read_text(encoding="utf-8"))


def told_in_english(code: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(SENTENCES[code]) if name}


def told_in_chinese(code: str) -> set[str]:
    return set(re.findall(r"{{(\w+)}}", CHINESE[code]))


def test_every_sentence_of_the_checks_is_there_in_chinese() -> None:
    assert sorted(CHINESE.keys() ^ SENTENCES.keys()) == []


def test_a_sentence_tells_the_same_in_chinese() -> None:
    differing = {code for code in SENTENCES if told_in_english(code) != told_in_chinese(code)}

    assert differing == set()
