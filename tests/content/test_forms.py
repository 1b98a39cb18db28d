"""Every form we ship: it is one, a diagram uses it, and it can be read in both languages."""

import json

import pytest

from engine.forms import Form, check_document
from tests.content.diagrams import CAMUNDA, FILES, FORMS, ROOT, Diagram
from tests.content.people import GROUPS


@pytest.fixture(params=FORMS, ids=lambda path: str(path.relative_to(ROOT)))
def document(request):
    return json.loads(request.param.read_text(encoding="utf-8"))


def test_it_is_a_form(document):
    assert check_document(document, "form") == []


def test_every_form_is_used_by_a_diagram():
    used = {e.get(f"{CAMUNDA}formKey") for path in FILES for e in Diagram(path).nodes()}

    assert [
        key for path in FORMS if (key := str(path.relative_to(ROOT / "forms").with_suffix(""))) not in used
    ] == []


def test_the_order_names_every_field_once(document):
    assert sorted(document["ui"]["ui:order"]) == sorted(document["schema"]["properties"])


def test_every_text_is_there_in_english_and_in_chinese(document):
    english, chinese = Form(document).localised("en"), Form(document).localised("zh-CN")
    titled = [(english["schema"], chinese["schema"])]
    titled += [
        (field, chinese["schema"]["properties"][name])
        for name, field in english["schema"]["properties"].items()
    ]

    for before, after in titled:
        for word in ("title", "description") if "description" in before else ("title",):
            assert before[word].isascii()
            assert not after[word].isascii(), f"{before[word]!r} is not translated"


def test_every_choice_has_a_name_in_both_languages(document):
    choices = {
        name: field["enum"] for name, field in document["schema"]["properties"].items() if "enum" in field
    }

    for view in (Form(document).localised("en"), Form(document).localised("zh-CN")):
        names = {name: view["ui"][name]["ui:enumNames"] for name in choices}
        assert {name: len(shown) for name, shown in names.items()} == {n: len(v) for n, v in choices.items()}


def test_every_group_to_choose_exists(document):
    for name in ("assigned_group", "reassign_to"):
        assert set(document["schema"]["properties"].get(name, {}).get("enum", ())) <= GROUPS
