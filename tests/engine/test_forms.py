"""Forms: what is refused at deployment, and what is refused, kept or ignored when one is sent in."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.forms import FORMATS, KEYWORDS, MAX_PROBLEMS, Form, check_document, check_no_form


def form(properties: dict[str, Any], **rest: Any) -> Form:
    document = {"schema": {"type": "object", "properties": properties, **rest}, "ui": {}}
    assert check_document(document, "test/form.json") == []
    return Form(document)


def refused(subject: Form, data: object, **options: Any) -> dict[str | None, str]:
    with pytest.raises(Invalid) as caught:
        subject.check(data, **options)
    pointers = [problem.pointer for problem in caught.value.problems]
    assert len(pointers) == len(set(pointers)), "one problem per field"
    return {problem.pointer: problem.detail for problem in caught.value.problems}


def faults(schema: Any, **rest: Any) -> list[str]:
    return [problem.detail for problem in check_document({"schema": schema, **rest}, "test/form.json")]


def when(field: str, value: str, **then: Any) -> dict[str, Any]:
    return {"if": {"properties": {field: {"const": value}}, "required": [field]}, "then": then}


WORK = form(
    {
        "outcome": {"type": "string", "enum": ["resolve", "ask"]},
        "resolution": {"type": "string", "minLength": 3},
        "number": {"type": "string", "readOnly": True},
    },
    required=["outcome"],
    allOf=[
        when("outcome", "resolve", required=["resolution"]),
        when("outcome", "ask", required=["question"], properties={"question": {"type": "string"}}),
    ],
)


class TestSubmission:
    def test_a_fitting_submission_comes_back_as_a_copy(self):
        sent = {"outcome": "ask", "question": "Since when?"}

        kept = WORK.check(sent)

        assert kept == sent
        assert kept is not sent

    def test_every_wrong_field_is_reported_at_once_with_its_pointer(self):
        subject = form(
            {
                "title": {"type": "string", "minLength": 3},
                "impact": {"type": "integer", "minimum": 1},
                "a/b~c": {"type": "boolean"},
            },
            required=["title", "contact"],
        )

        problems = refused(subject, {"title": "ab", "impact": 0, "a/b~c": "yes"})

        assert problems == {
            "#/data/title": "Enter at least 3 characters.",
            "#/data/impact": "Enter 1 or more.",
            "#/data/a~1b~0c": "Enter true or false.",
            "#/data/contact": "This field is required.",
        }

    def test_a_pointer_starts_where_the_caller_says_the_data_stood(self):
        assert refused(WORK, {}, pointer="#/variables") == {"#/variables/outcome": "This field is required."}

    def test_no_data_counts_as_no_fields(self):
        assert refused(WORK, None) == {"#/data/outcome": "This field is required."}

    @pytest.mark.parametrize("data", [[], "text", 1, True])
    def test_data_that_is_no_object_is_refused(self, data):
        assert refused(WORK, data) == {"#/data": "Give the fields as an object."}

    def test_a_default_is_not_filled_in(self):
        assert form({"colour": {"type": "string", "default": "red"}}).check({}) == {}

    def test_a_condition_demands_a_field(self):
        assert refused(WORK, {"outcome": "resolve"}) == {"#/data/resolution": "This field is required."}

    def test_an_empty_text_is_called_missing(self):
        assert refused(form({"title": {"type": "string", "minLength": 1}}), {"title": ""}) == {
            "#/data/title": "This field is required."
        }

    def test_true_is_no_number(self):
        assert "#/data/impact" in refused(form({"impact": {"type": "integer"}}), {"impact": True})

    def test_cents_are_multiples_of_a_hundredth(self):
        price = form({"price": {"type": "number", "multipleOf": 0.01}})

        assert price.check({"price": 4.35}) == {"price": 4.35}
        assert refused(price, {"price": 4.355}) == {"#/data/price": "Enter a multiple of 0.01."}

    def test_what_may_be_chosen_is_said_rather_than_the_type(self):
        subject = form({"impact": {"type": "integer", "enum": [1, 2, 3]}})

        assert refused(subject, {"impact": "high"}) == {"#/data/impact": "Choose one of: 1, 2, 3."}


class TestUndeclaredFields:
    def test_an_undeclared_field_is_refused(self):
        problems = refused(WORK, {"outcome": "ask", "question": "?", "assignee": "mallory"})

        assert problems == {"#/data/assignee": "This field is not part of the form."}

    def test_a_field_of_another_choice_is_refused(self):
        problems = refused(WORK, {"outcome": "resolve", "resolution": "done", "question": "?"})

        assert problems == {"#/data/question": "This field is not part of the form."}

    def test_undeclared_fields_are_refused_inside_objects_and_lists(self):
        part = {"type": "object", "properties": {"name": {"type": "string"}}}
        subject = form({"service": part, "parts": {"type": "array", "items": part}})

        problems = refused(subject, {"service": {"owner": "x"}, "parts": [{"name": "a"}, {"price": 1}]})

        assert problems.keys() == {"#/data/service/owner", "#/data/parts/1/price"}

    def test_two_branches_may_each_declare_a_part_of_one_object(self):
        street = {"address": {"type": "object", "properties": {"street": {"type": "string"}}}}
        town = {"address": {"type": "object", "properties": {"town": {"type": "string"}}}}
        subject = form({}, allOf=[{"properties": street}, {"properties": town}])

        assert subject.check({"address": {"street": "a", "town": "b"}})
        assert refused(subject, {"address": {"land": "c"}}).keys() == {"#/data/address/land"}

    def test_a_choice_may_rule_a_field_out(self):
        subject = form(
            {"kind": {"type": "string"}, "note": {"type": "string"}},
            allOf=[when("kind", "plain", properties={"note": False})],
        )

        assert refused(subject, {"kind": "plain", "note": "x"}) == {
            "#/data/note": "This field is not part of the form."
        }

    @pytest.mark.parametrize("word", ["additionalProperties", "unevaluatedProperties"])
    def test_the_author_may_open_a_level(self, word):
        assert form({"a": {"type": "string"}}, **{word: True}).check({"b": 1}) == {"b": 1}

    @pytest.mark.parametrize("word", ["additionalProperties", "unevaluatedProperties"])
    def test_the_author_may_close_a_level_that_declares_nothing(self, word):
        subject = form({"a": {"type": "object", word: False}})

        assert refused(subject, {"a": {"b": 1}}) == {"#/data/a/b": "This field is not part of the form."}

    def test_an_object_without_declared_fields_takes_any(self):
        assert form({"a": {"type": "object"}}).check({"a": {"b": {"c": 1}}}) == {"a": {"b": {"c": 1}}}

    def test_names_may_be_declared_by_pattern(self):
        subject = form({"notes": {"type": "object", "patternProperties": {"^n[0-9]$": {"type": "string"}}}})

        assert subject.check({"notes": {"n1": "a"}}) == {"notes": {"n1": "a"}}
        assert refused(subject, {"notes": {"n1": 1, "x": "a"}}).keys() == {
            "#/data/notes/n1",
            "#/data/notes/x",
        }


class TestReadOnlyFields:
    def test_a_read_only_field_is_dropped_whatever_it_holds(self):
        assert WORK.check({"outcome": "ask", "question": "?", "number": ["forged"]}) == {
            "outcome": "ask",
            "question": "?",
        }

    def test_a_read_only_field_is_never_demanded(self):
        assert form({"number": {"type": "string", "readOnly": True}}, required=["number"]).check({}) == {}

    def test_a_condition_sees_the_current_value_and_not_the_forged_one(self):
        subject = form(
            {"priority": {"type": "string", "readOnly": True}, "manager": {"type": "string"}},
            allOf=[when("priority", "high", required=["manager"])],
        )

        problems = refused(subject, {"priority": "low"}, current={"priority": "high"})

        assert problems == {"#/data/manager": "This field is required."}

    def test_a_current_value_that_does_not_fit_does_not_lock_the_form(self):
        assert WORK.check({"outcome": "ask", "question": "?"}, current={"number": None})

    def test_a_replaced_list_keeps_the_read_only_part_of_its_entries(self):
        row = {"step": {"type": "string", "readOnly": True}, "done": {"type": "boolean"}}
        entry = {"type": "object", "properties": row, "required": ["step", "done"]}
        subject = form({"list": {"type": "array", "items": entry}})
        current = {"list": [{"step": "unplug", "done": False}]}

        kept = subject.check({"list": [{"step": "forged", "done": True}]}, current=current)

        assert kept == {"list": [{"step": "unplug", "done": True}]}
        assert current == {"list": [{"step": "unplug", "done": False}]}

    def test_a_field_is_read_only_through_a_reference_too(self):
        subject = form({"n": {"$ref": "#/$defs/number"}}, **{"$defs": {"number": {"readOnly": True}}})

        assert subject.check({"n": 1}) == {}


class TestAlternatives:
    def test_the_nearest_alternative_is_reported(self):
        subject = form({"phone": {"anyOf": [{"type": "null"}, {"type": "string", "minLength": 5}]}})

        assert refused(subject, {"phone": "1"}) == {"#/data/phone": "Enter at least 5 characters."}

    def test_the_alternative_that_was_chosen_is_reported(self):
        phone = {"properties": {"by": {"const": "phone"}, "number": {"type": "string"}}}
        mail = {"properties": {"by": {"const": "mail"}, "address": {"type": "string"}}}
        subject = form(
            {"by": {"type": "string"}},
            oneOf=[phone | {"required": ["by", "number"]}, mail | {"required": ["by", "address"]}],
        )

        assert subject.check({"by": "mail", "address": "x"}) == {"by": "mail", "address": "x"}
        assert refused(subject, {"by": "mail"}) == {"#/data/address": "This field is required."}
        assert refused(subject, {"by": "fax"}) == {"#/data/by": "Choose one of: phone, mail."}

    def test_titled_choices_are_named_by_their_titles(self):
        subject = form({"impact": {"oneOf": [{"const": 1, "title": "High"}, {"const": 2, "title": "Low"}]}})

        assert refused(subject, {"impact": 3}) == {"#/data/impact": "Choose one of: High, Low."}


class TestFormats:
    @pytest.mark.parametrize(
        ("name", "good", "bad"),
        [
            ("date", "2024-02-29", "2023-02-29"),
            ("date-time", "2026-03-31T14:00:00.5+02:00", "2026-03-31T14:00:00"),
            ("date-time", "2026-03-31T14:00:00Z", "2026-03-31T25:00:00Z"),
            ("time", "00:00:00", "24:01:00"),
            ("duration", "P1DT2H", "P1DT"),
            ("email", "ann@acme.example", "ann@acme"),
            ("uri", "https://acme.example/a?b=c", "acme"),
            ("hostname", "db-1.acme.example", "db_1-"),
            ("ipv4", "10.0.0.1", "10.0.0.256"),
            ("ipv6", "::1", "::g"),
            ("uuid", "6f1c6a4e-8e0b-4a57-9f0f-1f3a9d8f2b7c", "6f1c"),
        ],
    )
    def test_a_format_is_checked(self, name, good, bad):
        subject = form({"x": {"type": "string", "format": name}})

        assert subject.check({"x": good}) == {"x": good}
        assert refused(subject, {"x": bad})["#/data/x"].startswith("Enter a")

    def test_a_pattern_that_would_hang_a_backtracking_matcher_is_answered_at_once(self):
        subject = form({"x": {"type": "string", "pattern": "^(a+)+$"}})
        began = time.process_time()

        problems = refused(subject, {"x": "a" * 50_000 + "!"})

        assert problems == {"#/data/x": "This does not have the expected form."}
        assert time.process_time() - began < 5


class TestBounds:
    def test_a_deeply_nested_submission_is_refused(self):
        deep: Any = 1
        for _ in range(100_000):
            deep = [deep]

        assert refused(form({"x": {}}), {"x": deep}) == {"#/data": "Nested deeper than 32 levels."}

    def test_a_large_submission_is_refused(self):
        assert refused(form({"x": {}}), {"x": "a" * 300_000}) == {"#/data": "Larger than 256 kB."}

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", {1: 2}, object()])
    def test_what_is_not_json_is_refused(self, value):
        assert refused(form({"x": {}}), {"x": value}) == {"#/data/x": "This is not a JSON value."}

    def test_a_number_beyond_what_browsers_hold_exactly_is_refused(self):
        assert "9007199254740991" in refused(form({"x": {}}), {"x": 2**53})["#/data/x"]

    def test_half_a_surrogate_pair_is_refused(self):
        assert refused(form({"x": {}}), {"x": "\ud800"}) == {
            "#/data": "Contains text that is not valid Unicode."
        }

    def test_thousands_of_wrong_entries_are_reported_up_to_a_bound(self):
        subject = form({"x": {"type": "array", "items": {"type": "string"}}})

        assert len(refused(subject, {"x": [1] * 5_000})) == MAX_PROBLEMS

    def test_equal_objects_are_found_in_a_long_list_without_comparing_each_with_each(self):
        subject = form({"x": {"type": "array", "uniqueItems": True}})
        entries = [{"n": n} for n in range(2_000)]

        assert subject.check({"x": [*entries, True, 1]})
        assert refused(subject, {"x": [*entries, {"n": 7.0}]}) == {
            "#/data/x": "Each entry may be given only once."
        }


class TestOpening:
    def test_a_form_opens_with_the_fitting_values_of_its_fields_and_with_decisions_empty(self):
        subject = form(
            {
                "title": {"type": "string"},
                "impact": {"type": "integer"},
                "outcome": {"type": "string", "writeOnly": True},
                "note": {"type": "string"},
            }
        )
        variables = {"title": "Printer", "impact": "high", "outcome": "ask", "secret": 1}

        assert subject.initial(variables) == {"title": "Printer"}

    def test_a_translation_lies_over_the_form_and_changes_nothing_else(self):
        field = {"type": "string", "title": "Title", "oneOf": [{"const": "a", "title": "One"}]}
        document = {
            "schema": {"type": "object", "properties": {"title": field}},
            "ui": {"title": {"ui:help": "Help", "ui:widget": "radio"}},
            "i18n": {
                "zh-CN": {
                    "schema": {"properties": {"title": {"title": "标题", "oneOf": [{"title": "一"}]}}},
                    "ui": {"title": {"ui:help": "帮助"}},
                }
            },
        }
        assert check_document(document, "f") == []

        chinese = Form(document).localised("zh-CN")

        assert chinese["schema"]["properties"]["title"] == {
            "type": "string",
            "title": "标题",
            "oneOf": [{"const": "a", "title": "一"}],
        }
        assert chinese["ui"] == {"title": {"ui:help": "帮助", "ui:widget": "radio"}}
        assert Form(document).localised("zh") == chinese
        assert Form(document).localised("de") == {"schema": document["schema"], "ui": document["ui"]}


class TestNoForm:
    @pytest.mark.parametrize("data", [None, {}])
    def test_a_task_without_a_form_may_be_completed_without_data(self, data):
        check_no_form(data)

    def test_a_task_without_a_form_takes_no_field(self):
        with pytest.raises(Invalid) as caught:
            check_no_form({"assignee": "mallory"})

        assert [problem.pointer for problem in caught.value.problems] == ["#/data/assignee"]


class TestDocument:
    def test_all_problems_are_told_at_once_with_file_and_place(self):
        schema = {
            "type": "array",
            "properties": {
                "a": {"pattern": "(?=x)"},
                "b": {"format": "colour"},
                "c": {"requird": True},
            },
        }

        problems = check_document({"schema": schema, "ui": [], "extra": 1}, "incident/triage.json")

        assert {problem.file for problem in problems} == {"incident/triage.json"}
        places = {problem.detail.partition(": ")[0] for problem in problems}
        assert places == {
            "#/extra",
            "#/ui",
            "#/schema/type",
            "#/schema/properties/a/pattern",
            "#/schema/properties/b/format",
            "#/schema/properties/c/requird",
        }

    @pytest.mark.parametrize("document", [None, [], "form", 1, {}, {"schema": True}, {"schema": None}])
    def test_what_is_no_object_with_a_schema_is_no_form(self, document):
        assert check_document(document, "f")

    def test_a_schema_against_the_standard_is_refused(self):
        assert faults({"type": "object", "properties": {"a": {"type": "text"}}})

    @pytest.mark.parametrize(
        "reference", ["https://evil.example/s.json", "#", "#/$defs/missing", "#/properties/a", "other.json"]
    )
    def test_only_definitions_of_the_form_itself_may_be_referred_to(self, reference):
        problems = faults({"type": "object", "properties": {"a": {"$ref": reference}}, "$defs": {"b": {}}})

        assert len(problems) == 1
        assert "is not to a definition of this form" in problems[0]

    def test_a_definition_that_contains_itself_is_refused(self):
        loop = {"a": {"properties": {"b": {"$ref": "#/$defs/c"}}}, "c": {"items": {"$ref": "#/$defs/a"}}}

        problems = faults({"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": loop})

        assert problems == ["#/schema/$defs: The definition 'a' contains itself."]

    def test_a_few_definitions_that_unfold_without_bearable_end_are_refused(self):
        doubled = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(20)}

        problems = faults({"type": "object", "$ref": "#/$defs/d0", "$defs": {**doubled, "d20": {}}})

        assert problems == ["#/schema: More than 2000 schemas once the references are resolved."]

    def test_a_long_chain_of_definitions_is_refused(self):
        chain = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(900)}

        assert faults({"type": "object", "$ref": "#/$defs/d0", "$defs": {**chain, "d900": {}}}) == [
            "#/schema/$defs: References nest deeper than 32 levels."
        ]

    def test_a_deep_document_is_refused(self):
        schema: dict[str, Any] = {}
        for _ in range(5_000):
            schema = {"not": schema}

        assert faults(schema) == ["#: Nested deeper than 32 levels."]

    @pytest.mark.parametrize(
        "overlay",
        [
            {"schema": {"properties": {"gone": {"title": "x"}}}},
            {"schema": {"properties": {"a": {"maxLength": 3}}}},
            {"schema": {"properties": {"a": "x"}}},
            {"ui": "x"},
            {"text": {}},
            "x",
        ],
    )
    def test_a_translation_may_only_change_texts_of_what_is_there(self, overlay):
        schema = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 2}}}

        assert len(faults(schema, i18n={"zh-CN": overlay})) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
WORDS = st.sampled_from(
    """type properties required items enum const pattern format minimum multipleOf allOf anyOf oneOf if then
    else not contains $ref $defs readOnly additionalProperties unevaluatedProperties uniqueItems
    dependentSchemas """.split()  # noqa: SIM905 - a list of the same words would be a page long
)
SCHEMAS = st.recursive(
    st.booleans()
    | st.sampled_from(
        ["string", "object", "array", "date", "^a", "#/$defs/a", 1, 0.5, ["a"], ["string", "null"]]
    ),
    lambda inner: (
        st.dictionaries(WORDS, inner, max_size=4)
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        | st.lists(inner, max_size=3)
    ),
    max_leaves=20,
)


def pointers_of_refusal(subject: Form, data: object) -> list[str | None]:
    """The pointers of what is refused, or none if nothing is; any other exception fails the test."""
    try:
        json.dumps(subject.check(data), allow_nan=False)
    except Invalid as refusal:
        return [problem.pointer for problem in refusal.problems]
    return []


class TestReference:
    def test_the_reference_names_every_keyword_and_format(self):
        page = (Path(__file__).parents[2] / "docs/reference/forms.md").read_text(encoding="utf-8")

        assert [word for word in sorted(KEYWORDS | FORMATS.keys()) if f"`{word}`" not in page] == []


class TestAnything:
    @given(JSON)
    def test_nothing_but_a_refusal_comes_out_of_a_submission(self, data):
        pointers = pointers_of_refusal(WORK, data)

        assert all(pointer and pointer.startswith("#/data") for pointer in pointers)

    @settings(max_examples=300)
    @given(st.dictionaries(WORDS, SCHEMAS, max_size=5), JSON)
    def test_nothing_but_problems_comes_out_of_a_document_and_what_passes_can_check(self, schema, data):
        document = {"schema": {**schema, "type": "object"}}

        problems = check_document(document, "f")
        pointers = [] if problems else pointers_of_refusal(Form(document), {"a": data, "b": data})

        assert all(problem.detail.startswith("#") for problem in problems)
        assert all(pointer and pointer.startswith("#/data") for pointer in pointers)
