"""Which of several translations a reader is given."""

from collections.abc import Mapping
from typing import TypeVar

AS_WRITTEN = "en"
"""What is written counts as English while it has no English translation: else who prefers English and reads
another language too would be given that one.
"""

Text = TypeVar("Text")


def chosen(translations: Mapping[str, Text], *tags: str, written: Text) -> Text:
    """The translation into the first of these languages (tags such as `zh-CN`, the most wanted first) that
    there is one for: for the very tag, else for another of the same language. `written` when there is none.
    """
    known = {tag.lower(): text for tag, text in translations.items()}
    for wanted in map(str.lower, tags):
        alike = [text for tag, text in known.items() if _language(tag) == _language(wanted)]
        if alike:
            return known.get(wanted, alike[0])
        if _language(wanted) == AS_WRITTEN:
            break
    return written


def _language(tag: str) -> str:
    return tag.partition("-")[0]
