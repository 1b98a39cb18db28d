"""Which of several translations a reader is given."""

import pytest

from engine import languages

NAMES = {"zh-CN": "事件", "de": "Störung", "de-CH": "Störig"}


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ([], "Incident"),
        (["zh-CN"], "事件"),
        (["ZH-cn"], "事件"),
        (["zh"], "事件"),
        (["de-AT"], "Störung"),
        (["de-CH"], "Störig"),
        (["fr"], "Incident"),
        (["fr", "zh-CN"], "事件"),
        (["fr", "de", "zh-CN"], "Störung"),
        (["en-GB", "zh-CN"], "Incident"),
    ],
)
def test_the_first_language_there_is_counts_the_very_tag_before_its_kin(tags: list[str], name: str) -> None:
    assert languages.chosen(NAMES, *tags, written="Incident") == name


def test_what_is_written_is_not_taken_for_english_when_there_is_an_english_translation() -> None:
    assert languages.chosen({"en": "Incident"}, "en-US", "de", written="Störung") == "Incident"
