"""Words: the same for what is kept and what is looked for, in every script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import words
from engine.words import Wanted


def finds(typed: str, *texts: str) -> bool:
    """Whether a case with these texts is found by what somebody typed."""
    kept = words.of(texts)
    wanted = words.wanted(typed)
    return bool(wanted) and all(
        any(word.startswith(one.text) if one.begins else word == one.text for word in kept) for one in wanted
    )


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("printer", "The Printer jams."),
        ("PRINTER jam", "The printer jams."),
        ("inc-0001", "INC-000123"),
        ("inc-000123", "INC-000123"),
        ("Straße", "STRASSE"),
        ("İstanbul", "i̇stanbul"),
        ("ﬁle", "file"),
        ("Ｐｒｉｎｔｅｒ", "printer"),
        ("打印", "三楼的打印机坏了"),
        ("打印机", "三楼的打印机坏了"),
        ("坏", "三楼的打印机坏了"),
        ("了", "三楼的打印机坏了"),
        ("打印机abc", "打印机 ABC123"),
        ("プリンタ", "新しいプリンターです"),
        ("프린터", "새프린터가 고장"),
        ("เครื่อง", "ซ่อมเครื่องพิมพ์"),
        ("हिन्दी", "यह हिन्दी है"),
        ("принтер", "Сломан ПРИНТЕР"),
        ("κόσμος", "Γειά σου ΚΌΣΜΟΣ"),
        ("𠀀𠀁", "a𠀀𠀁b"),
    ],
)
def test_a_text_is_found_by_its_words_in_any_script(typed: str, text: str) -> None:
    assert finds(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("print jam", "printer jams"),  # only the last word may be a beginning
        ("rinter", "printer"),
        ("机印", "打印机"),
        ("印机坏", "打印机"),
        ("", "printer"),
        ("!?%", "printer 100%!?"),
        ("हिन्दू", "यह हिन्दी है"),
    ],
)
def test_other_words_do_not_find_it(typed: str, text: str) -> None:
    assert not finds(typed, text)


def test_all_words_have_to_be_there_in_whatever_text() -> None:
    assert finds("printer sam", "Sam has it", "The printer")
    assert not finds("printer kim", "Sam has it", "The printer")


def test_a_word_without_end_is_cut_and_still_found() -> None:
    long = "x" * 10_000

    assert words.of([long]) == ["x" * words.LONGEST]
    assert finds(long, long)
    assert words.wanted(long) == [Wanted("x" * words.LONGEST, begins=True)]


def test_each_word_is_kept_once() -> None:
    assert words.of(["a b a", "B 打打"]) == ["a", "b", "打打", "打"]


@given(st.text(max_size=80))
def test_every_text_with_a_word_is_found_by_itself(text: str) -> None:
    assert finds(text, text) == bool(words.of([text]))
    assert all(word and " " not in word and word.isprintable() for word in words.of([text]))
