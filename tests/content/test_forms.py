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

    for before, after in titled(english["schema"], chinese["schema"]):
        for word in ("title", "description") if "description" in before else ("title",):
            assert before[word].isascii()
            assert not after[word].isascii(), f"{before[word]!r} is not translated"


def titled(english, chinese):
    """A schema and all fields in it, at every level, in both languages."""
    yield english, chinese
    for name, field in english.get("properties", {}).items():
        yield from titled(field, chinese["properties"][name])
    if "properties" in english.get("items", {}):
        for name, field in english["items"]["properties"].items():
            yield from titled(field, chinese["items"]["properties"][name])


def test_every_choice_has_a_name_in_both_languages(document):
    for language in ("en", "zh-CN"):
        view = Form(document).localised(language)
        unnamed = [
            name
            for name, field, ui in choices(view["schema"], view["ui"])
            if len(ui.get("ui:enumNames", ())) != len(field["enum"])
        ]
        assert unnamed == []


def choices(schema, ui):
    """Each field to choose in, at every level, with how it looks; that of a list of choices is the list's."""
    for name, field in schema.get("properties", {}).items():
        look = ui.get(name, {})
        items = field.get("items", {})
        if "enum" in field or "enum" in items:
            yield name, field if "enum" in field else items, look
        yield from choices(items, look.get("items", {}))


def test_every_group_to_choose_exists(document):
    for name, field, _ in choices(document["schema"], document["ui"]):
        if name in ("assigned_group", "reassign_to", "team"):
            assert set(field["enum"]) <= GROUPS
