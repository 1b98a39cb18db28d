"""Forms: is a document one, and does what a person sent fit it. Pure: knows no task and no table."""

import copy
import ipaddress
import json
import math
import threading
import time as time_
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from fractions import Fraction
from functools import lru_cache, reduce
from textwrap import shorten
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

import re2
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import create

from engine import languages
from engine.errors import Invalid, Problem
from engine.sentences import Sentence

Schema = dict[str, Any] | bool
Path = tuple[str | int, ...]
Fault = tuple[Path, Sentence]

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_VALUES = 10_000
MAX_SUBSCHEMAS = 2_000
MAX_PROBLEMS = 100
SECONDS = 0.5
# JSON readers, browsers among them, keep whole numbers exact only up to here.
MAX_INTEGER = 2**53 - 1

UNDECLARED = Sentence("field-undeclared")
REQUIRED = Sentence("field-required")
NO_FORM = Sentence("no-form")
NOT_ALLOWED = Sentence("value-not-allowed")


class Form:
    """A document that passed `check_document`, compiled once. Never changes, so threads may share it.

    `schema` and `ui` are the author's own, for a browser to render; do not write into them.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.schema: dict[str, Any] = document["schema"]
        self.ui: dict[str, Any] = document.get("ui", {})
        self._root = _inlined(self.schema, self.schema.get("$defs", {}))
        self._validator = _Validator(self._root, format_checker=_format_checker)
        self._views = {
            locale: _merged({"schema": self.schema, "ui": self.ui}, overlay)
            for locale, overlay in document.get("i18n", {}).items()
        }

    def check(
        self, data: object, *, current: Mapping[str, Any] | None = None, pointer: str = "#/data"
    ) -> dict[str, Any]:
        """What of `data` may be stored, as a copy; or `Invalid`, with one problem per field.

        Read-only fields are ignored whatever was sent for them: their `current` value counts in conditions,
        and stays inside an object or list entry that is replaced around it. A field that was not sent is not
        filled in from its `default`. `pointer` says where in the request the data stood; None counts as `{}`.
        """
        submitted = {} if data is None else data
        if not isinstance(submitted, dict):
            raise Invalid([Problem.of(Sentence("fields-no-object"), pointer=pointer)])
        if fault := _bounds_fault(submitted):
            raise Invalid([Problem.of(fault[1], pointer=_pointer(fault[0], pointer))])
        read_only: set[Path] = set()
        try:
            with _at_most(SECONDS):
                settled = _with_read_only(submitted, current, [self._root], (), read_only)
                problems = self._problems(settled, read_only)
        except _TooLong:
            raise Invalid([Problem.of(Sentence("check-takes-too-long"), pointer=pointer)]) from None
        if problems:
            raise Invalid([Problem.of(reason, pointer=_pointer(path, pointer)) for path, reason in problems])
        return {name: value for name, value in settled.items() if (name,) not in read_only}

    def initial(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows when it opens: the declared fields that `variables` has a fitting value for.

        A field marked `writeOnly`, such as a decision that is to be taken anew, opens empty; so does a form
        that takes too long to fill.
        """
        try:
            with _at_most(SECONDS):
                return self._filled(variables)
        except _TooLong:
            return {}

    def _filled(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        layers = list(_possible(self._root))
        names = dict.fromkeys(name for layer in layers for name in layer.get("properties", {}))
        return {
            name: copy.deepcopy(variables[name])
            for name in names
            if name in variables
            and not _marked(_of_property(layers, name), "writeOnly")
            and all(self._holds(schema, variables[name]) for schema in _of_property([self._root], name))
        }

    def localised(self, *locales: str) -> dict[str, Any]:
        """`{"schema", "ui"}` in the first of these languages there is (see `languages.chosen`)."""
        return languages.chosen(self._views, *locales, written={"schema": self.schema, "ui": self.ui})

    def _problems(self, value: dict[str, Any], read_only: set[Path]) -> list[Fault]:
        """One sentence per field: the first, but what may be chosen says more than what type it has."""
        found: dict[Path, Finding] = {}
        for finding in self._findings(value, read_only):
            path, known = finding.path, found.get(finding.path)
            if any(path[:length] in read_only for length in range(1, len(path) + 1)):
                continue  # nobody who sees this form could mend it
            if known is None or known.keyword == "type":
                found[path] = finding
        return [(path, finding.sentence) for path, finding in found.items()][:MAX_PROBLEMS]

    def _findings(self, value: dict[str, Any], read_only: set[Path]) -> "Iterator[Finding]":
        for error in self._validator.iter_errors(value):
            yield from _leaves(error)
        for path in self._undeclared(value, [self._root], (), read_only):
            yield Finding(path, "unevaluatedProperties", UNDECLARED)

    def _undeclared(
        self, value: object, schemas: Iterable[Schema], path: Path, read_only: set[Path]
    ) -> Iterator[Path]:
        """The fields no schema in force speaks of, where fields are declared and the author opened nothing.

        As `unevaluatedProperties: false` would say, were it to reach beyond the schema it stands in: two
        branches may each declare a part of one nested object.
        """
        if path in read_only or not isinstance(value, dict | list):
            return
        layers = [layer for schema in schemas for layer in self._in_force(schema, value)]
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            inner = _of_item(layers, key) if isinstance(key, int) else _of_property(layers, key)
            if not inner and isinstance(key, str) and _closed(layers):
                yield (*path, key)
            else:
                yield from self._undeclared(child, inner, (*path, key), read_only)

    def _in_force(self, schema: Schema, value: Any) -> Iterator[dict[str, Any]]:
        """The schema and those inside it that hold for the same value, conditions decided."""
        if not isinstance(schema, dict):
            return
        yield schema
        parts: list[Schema] = list(schema.get("allOf", ()))
        for keyword in ("anyOf", "oneOf"):
            branches = schema.get(keyword, ())
            # None fits: that is reported already, and the fields of the nearest branch are no second mistake.
            parts += [branch for branch in branches if self._holds(branch, value)] or branches
        if "if" in schema:
            taken = ("if", "then") if self._holds(schema["if"], value) else ("else",)
            parts += [schema[keyword] for keyword in taken if keyword in schema]
        if isinstance(value, dict):
            parts += [part for name, part in schema.get("dependentSchemas", {}).items() if name in value]
        for part in parts:
            yield from self._in_force(part, value)

    def _holds(self, schema: Schema, value: object) -> bool:
        return bool(self._validator.evolve(schema=schema).is_valid(value))


def check_no_form(data: object, pointer: str = "#/data") -> None:
    """A task without a form takes no data: None and `{}` pass, all else is `Invalid`."""
    if data is None or data == {}:
        return
    if not isinstance(data, dict):
        raise Invalid([Problem.of(NO_FORM, pointer=pointer)])
    names = list(data)[:MAX_PROBLEMS]
    raise Invalid([Problem.of(NO_FORM, pointer=_pointer((str(name),), pointer)) for name in names])


def check_document(document: object, file: str) -> list[Problem]:
    """Everything that keeps `document` from being a form; empty when it is one. `file` is its name.

    Refused beside what JSON Schema 2020-12 refuses: references to anything but `#/$defs/name`, definitions
    that contain themselves, patterns that cannot be matched in linear time, and formats and keywords that
    would go unchecked.
    """
    return [
        Problem.of(Sentence("wrong-in-form", place=_pointer(path, "#"), reason=reason), file=file)
        for path, reason in _document_faults(document)
    ][:MAX_PROBLEMS]


# Where schemas stand inside a schema: alone, in a list, or under names.
_ALONE = frozenset(
    {"additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"}
)
_LISTED = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties"})
# Those that speak about the same value as the schema around them, and so may add to its fields.
_SAME_VALUE = frozenset({"allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas"})

_TELLING = frozenset(
    {
        "$comment",
        "$ref",
        "$schema",
        "contentEncoding",
        "contentMediaType",
        "default",
        "deprecated",
        "description",
    }
    | {"examples", "readOnly", "title", "writeOnly", "unevaluatedProperties"}
)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _subschemas(schema: dict[str, Any]) -> Iterator[tuple[Path, Schema]]:
    for keyword, value in schema.items():
        if keyword in _ALONE:
            yield (keyword,), value
        elif keyword in _LISTED:
            yield from (((keyword, index), part) for index, part in enumerate(value))
        elif keyword in _NAMED:
            yield from (((keyword, name), part) for name, part in value.items())


def _rebuilt(keyword: str, value: Any, change: Callable[[Schema], Schema]) -> Any:
    if keyword in _ALONE:
        return change(value)
    if keyword in _LISTED:
        return [change(part) for part in value]
    if keyword in _NAMED:
        return {name: change(part) for name, part in value.items()}
    return value


def _inlined(schema: Schema, definitions: Mapping[str, Schema]) -> Any:
    """The schema with each `$ref` replaced by what it names, so that no later step has to follow one."""
    if not isinstance(schema, dict):
        # The library reports a plain `false` at the object around the field.
        return schema or _NOTHING
    result = {
        keyword: _rebuilt(keyword, value, lambda part: _inlined(part, definitions))
        for keyword, value in schema.items()
        if keyword not in ("$defs", "$ref", "$schema")
    }
    if "$ref" in schema:
        named = _inlined(definitions[_definition_name(schema["$ref"])], definitions)
        result["allOf"] = [*result.get("allOf", ()), named]
    return result


_NOTHING: dict[str, Any] = {"not": {}}


def _definition_name(reference: str) -> str:
    return reference.removeprefix("#/$defs/").replace("~1", "/").replace("~0", "~")


def _possible(schema: Schema) -> Iterator[dict[str, Any]]:
    """The schema and all inside it that may speak about the same value, whatever their conditions."""
    if not isinstance(schema, dict):
        return
    yield schema
    for path, part in _subschemas(schema):
        if path[0] in _SAME_VALUE:
            yield from _possible(part)


def _of_property(layers: Iterable[dict[str, Any]], name: str) -> list[Schema]:
    _look_at_the_time()
    found: list[Schema] = []
    for layer in layers:
        own = [layer["properties"][name]] if name in layer.get("properties", ()) else []
        own += [part for text, part in layer.get("patternProperties", {}).items() if _matches(text, name)]
        if not own and "additionalProperties" in layer:
            own = [layer["additionalProperties"]]
        found += own
    return found


def _of_item(layers: Iterable[dict[str, Any]], index: int) -> list[Schema]:
    _look_at_the_time()
    found: list[Schema] = []
    for layer in layers:
        first = layer.get("prefixItems", ())
        if index < len(first):
            found.append(first[index])
        elif "items" in layer:
            found.append(layer["items"])
    return found


def _marked(schemas: Iterable[Schema], mark: str) -> bool:
    return any(layer.get(mark) is True for schema in schemas for layer in _possible(schema))


def _closed(layers: list[dict[str, Any]]) -> bool:
    """Whether these declare fields, and none says what becomes of further ones."""
    declares = any(
        "properties" in layer or "patternProperties" in layer or layer.get("unevaluatedProperties") is False
        for layer in layers
    )
    opened = any(
        "additionalProperties" in layer or layer.get("unevaluatedProperties") is True for layer in layers
    )
    return declares and not opened


def _with_read_only(
    value: Any, current: object, schemas: Iterable[Schema], path: Path, marked: set[Path]
) -> Any:
    """A copy of `value` whose read-only fields are those of `current`; their paths are added to `marked`."""
    layers = [layer for schema in schemas for layer in _possible(schema)]
    if isinstance(value, list):
        before = current if isinstance(current, list) else []
        return [
            _with_read_only(
                item,
                before[index] if index < len(before) else None,
                _of_item(layers, index),
                (*path, index),
                marked,
            )
            for index, item in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    known = current if isinstance(current, Mapping) else {}
    result: dict[str, Any] = {}
    for name in dict.fromkeys([*value, *(name for layer in layers for name in layer.get("properties", {}))]):
        inner = _of_property(layers, name)
        if _marked(inner, "readOnly"):
            marked.add((*path, name))
            if name in known:
                result[name] = copy.deepcopy(known[name])
        elif name in value:
            result[name] = _with_read_only(value[name], known.get(name), inner, (*path, name), marked)
    return result


def _merged(base: Any, overlay: Any) -> Any:
    """`base` with the texts of `overlay` over it: objects key by key, lists of objects entry by entry."""
    if isinstance(base, dict) and isinstance(overlay, dict):
        return base | {key: _merged(base.get(key), text) for key, text in overlay.items()}
    if (
        isinstance(base, list)
        and isinstance(overlay, list)
        and all(isinstance(item, dict) for item in overlay)
    ):
        return [*(_merged(old, new) for old, new in zip(base, overlay, strict=False)), *base[len(overlay) :]]
    return overlay


def _bounds_fault(value: object) -> Fault | None:
    """Where and why `value` is not JSON of bearable size, or None. Recurses only once the depth is known."""
    waiting: list[tuple[Path, object]] = [((), value)]
    seen = 0
    while waiting:
        path, item = waiting.pop()
        seen += 1
        if len(path) > MAX_DEPTH:
            return (), Sentence("data-too-deep", most=MAX_DEPTH)
        if seen > MAX_VALUES:
            return (), Sentence("too-many-values", most=MAX_VALUES)
        if isinstance(item, dict) and all(isinstance(name, str) for name in item):
            waiting.extend(((*path, name), inner) for name, inner in item.items())
        elif isinstance(item, list):
            waiting.extend(((*path, index), inner) for index, inner in enumerate(item))
        elif fault := _scalar_fault(item):
            return path, fault
    try:
        size = len(json.dumps(value, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return (), Sentence("no-unicode")
    return ((), Sentence("data-too-large", most=MAX_BYTES // 1024)) if size > MAX_BYTES else None


def _scalar_fault(value: object) -> Sentence | None:
    if value is None or isinstance(value, str | bool):
        return None
    if isinstance(value, int):
        return None if abs(value) <= MAX_INTEGER else Sentence("integer-too-large", most=MAX_INTEGER)
    if isinstance(value, float) and math.isfinite(value):
        return None
    return Sentence("no-json-value")


def _pointer(path: Iterable[str | int], root: str) -> str:
    # RFC 6901, section 6: a pointer in a URI fragment is percent-encoded.
    tokens = (quote(str(step).replace("~", "~0").replace("/", "~1"), safe="!$&'()*+,;=:@?") for step in path)
    return "/".join([root, *tokens])


# --- Is it a form? -----------------------------------------------------------------------------------------


def _document_faults(document: object) -> Iterator[Fault]:
    if not isinstance(document, dict):
        yield (), Sentence("form-no-object")
        return
    if fault := _bounds_fault(document):
        yield fault
        return
    for name in document.keys() - {"schema", "ui", "i18n"}:
        yield (name,), Sentence("form-member-unknown")
    if not isinstance(document.get("ui", {}), dict):
        yield ("ui",), Sentence("ui-no-object")
    yield from _prefixed(("schema",), _schema_faults(document.get("schema")))
    yield from _prefixed(("i18n",), _translation_faults(document.get("i18n", {}), document.get("schema")))


def _prefixed(prefix: Path, faults: Iterable[Fault]) -> Iterator[Fault]:
    return (((*prefix, *path), reason) for path, reason in faults)


def _schema_faults(schema: object) -> Iterator[Fault]:
    if not isinstance(schema, dict):
        yield (), Sentence("schema-no-object")
        return
    broken = [
        (tuple(error.absolute_path), Sentence("no-schema", reason=shorten(error.message, 300)))
        for error in _meta_validator.iter_errors(schema)
    ]
    if broken:
        yield from broken
        return
    if schema.get("type") != "object":
        yield ("type",), Sentence("schema-of-no-object")
    yield from _keyword_faults(schema, ())
    yield from _reference_faults(schema)


def _keyword_faults(schema: Schema, path: Path) -> Iterator[Fault]:
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        if reason := _keyword_fault(keyword, value, at_root=not path):
            yield (*path, keyword), reason
    for text in schema.get("patternProperties", ()):
        if reason := _pattern_fault(text):
            yield (*path, "patternProperties", text), reason
    for step, part in _subschemas(schema):
        yield from _keyword_faults(part, (*path, *step))


def _keyword_fault(keyword: str, value: Any, *, at_root: bool) -> Sentence | None:
    match keyword:
        case "pattern":
            return _pattern_fault(value)
        case "format" if value not in FORMATS:
            return Sentence("format-unknown", format=value, known=", ".join(sorted(FORMATS)))
        case "unevaluatedProperties" if not isinstance(value, bool):
            return Sentence("only-true-or-false")
        case "$schema" if value.rstrip("#") != _DIALECT:
            return Sentence("schema-dialect", dialect=_DIALECT)
        case "$defs" if not at_root:
            return Sentence("definitions-not-at-top")
    if keyword in KEYWORDS or keyword.startswith("x-"):
        return None
    return Sentence("keyword-unsupported", keyword=keyword)


def _pattern_fault(text: str) -> Sentence | None:
    try:
        _compiled(text)
    except re2.error as error:
        return Sentence("pattern-unsupported", pattern=text, reason=str(error))
    return None


def _reference_faults(schema: dict[str, Any]) -> Iterator[Fault]:
    definitions = schema.get("$defs", {})
    for path, reference in _references(schema, ()):
        if not reference.startswith("#/$defs/") or _definition_name(reference) not in definitions:
            yield path, Sentence("reference-unknown", reference=reference)
            return
    sizes: dict[str, int] = {}
    try:
        total = _expanded_size(schema, definitions, sizes, ())
    except _Endless as error:
        yield ("$defs",), error.reason
        return
    if total > MAX_SUBSCHEMAS:
        yield (), Sentence("too-many-schemas", most=MAX_SUBSCHEMAS)


class _Endless(Exception):
    """Written out, these references would have no end, or none worth waiting for; `reason` says why."""

    def __init__(self, reason: Sentence) -> None:
        self.reason = reason
        super().__init__(str(reason))


def _references(schema: Schema, path: Path) -> Iterator[tuple[Path, str]]:
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        yield (*path, "$ref"), schema["$ref"]
    for step, part in _subschemas(schema):
        yield from _references(part, (*path, *step))


def _expanded_size(
    schema: Schema, definitions: Mapping[str, Schema], sizes: dict[str, int], open_names: tuple[str, ...]
) -> int:
    """How many schemas there are with every reference written out.

    A definition is counted once and remembered: ten that each name the next one twice cost ten steps here,
    not a thousand.
    """
    if not isinstance(schema, dict):
        return 1
    size = 1 + sum(_expanded_size(part, definitions, sizes, open_names) for _, part in _subschemas(schema))
    if "$ref" in schema:
        name = _definition_name(schema["$ref"])
        if name in open_names:
            raise _Endless(Sentence("definition-in-itself", definition=name))
        if len(open_names) == MAX_DEPTH:
            raise _Endless(Sentence("references-too-deep", most=MAX_DEPTH))
        if name not in sizes:
            sizes[name] = _expanded_size(definitions[name], definitions, sizes, (*open_names, name))
        size += sizes[name]
    return size


def _translation_faults(i18n: object, schema: object) -> Iterator[Fault]:
    if not isinstance(i18n, dict):
        yield (), Sentence("i18n-no-object")
        return
    for locale, overlay in i18n.items():
        if not isinstance(overlay, dict) or overlay.keys() - {"schema", "ui"}:
            yield (locale,), Sentence("translation-unclear")
            continue
        if not isinstance(overlay.get("ui", {}), dict):
            yield (locale, "ui"), Sentence("ui-no-object")
        yield from _prefixed((locale, "schema"), _overlay_faults(overlay.get("schema", {}), schema))


def _overlay_faults(overlay: object, base: object) -> Iterator[Fault]:
    """A translation changes what people read, never what is checked, and names nothing that is not there."""
    if isinstance(overlay, dict) and isinstance(base, dict):
        for key, value in overlay.items():
            is_field = isinstance(base.get(key), dict)  # one that happens to be called title
            if key in ("title", "description") and isinstance(value, str) and not is_field:
                continue
            nowhere = [((), Sentence("translation-of-nothing"))]
            inner = _overlay_faults(value, base[key]) if key in base else nowhere
            yield from _prefixed((key,), inner)
    elif isinstance(overlay, list) and isinstance(base, list) and len(overlay) <= len(base):
        for index, (new, old) in enumerate(zip(overlay, base, strict=False)):
            yield from _prefixed((index,), _overlay_faults(new, old))
    else:
        yield (), Sentence("translation-of-rules")


# --- Keywords the library checks in another way than we need -----------------------------------------------

Errors = Iterator[ValidationError]


@lru_cache(maxsize=4 * MAX_SUBSCHEMAS)
def _compiled(text: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(text, options)


def _matches(pattern: str, text: str) -> bool:
    _look_at_the_time()  # one keyword may ask for as many matches as there are patterns times fields
    return _compiled(pattern).search(text) is not None


def _pattern(validator: Any, pattern: str, value: object, schema: Any) -> Errors:
    if isinstance(value, str) and not _matches(pattern, value):
        yield ValidationError("pattern")


def _pattern_properties(validator: Any, patterns: dict[str, Schema], value: object, schema: Any) -> Errors:
    if isinstance(value, dict):
        for text, part in patterns.items():
            for name in value:
                if _matches(text, name):
                    yield from validator.descend(value[name], part, path=name, schema_path=text)


def _additional_properties(validator: Any, rest: Schema, value: object, schema: dict[str, Any]) -> Errors:
    if isinstance(value, dict):
        layer = {key: part for key, part in schema.items() if key != "additionalProperties"}
        for name in value:
            if not _of_property([layer], name):
                yield from validator.descend(value[name], rest, path=name)


def _property_names(validator: Any, names: Schema, value: object, schema: Any) -> Errors:
    if isinstance(value, dict):
        for name in value:
            if not validator.evolve(schema=names).is_valid(name):
                yield ValidationError("propertyNames", path=[name])


def _required(validator: Any, names: list[str], value: object, schema: Any) -> Errors:
    if isinstance(value, dict):
        yield from (ValidationError("required", path=[name]) for name in names if name not in value)


def _dependent_required(validator: Any, needs: dict[str, list[str]], value: object, schema: Any) -> Errors:
    if isinstance(value, dict):
        for name, names in needs.items():
            if name in value:
                yield from _required(validator, names, value, schema)


def _unique_items(validator: Any, unique: bool, value: object, schema: Any) -> Errors:
    # The library compares each with each when they cannot be sorted: minutes for a long list of objects.
    if unique and isinstance(value, list) and len({_identity(item) for item in value}) < len(value):
        yield ValidationError("uniqueItems")


def _identity(value: object) -> object:
    """Equal for values that JSON Schema calls equal: 1 and 1.0 are, 1 and true are not."""
    if isinstance(value, dict):
        return "object", frozenset((name, _identity(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return "array", tuple(_identity(item) for item in value)
    return isinstance(value, bool), value


def _multiple_of(validator: Any, step: int | float, value: object, schema: Any) -> Errors:
    # By their decimal digits: as binary fractions, 4.35 is no multiple of 0.01.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    if (Fraction(str(value)) / Fraction(str(step))).denominator != 1:
        yield ValidationError("multipleOf")


_CHECKS: dict[str, Any] = {
    **{
        keyword: check
        for keyword, check in Draft202012Validator.VALIDATORS.items()
        if keyword not in ("$ref", "$dynamicRef", "unevaluatedItems", "unevaluatedProperties")
    },
    "additionalProperties": _additional_properties,
    "dependentRequired": _dependent_required,
    "multipleOf": _multiple_of,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "propertyNames": _property_names,
    "required": _required,
    "uniqueItems": _unique_items,
}


class _TooLong(Exception):
    """A form's check has used up its time."""


_time = threading.local()


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Bound what this thread checks meanwhile: alternatives in lists in alternatives multiply.

    Processor time, so that a busy server does not refuse honest submissions.
    """
    _time.out = time_.thread_time() + seconds
    try:
        yield
    finally:
        _time.out = math.inf


def _look_at_the_time() -> None:
    if time_.thread_time() > getattr(_time, "out", math.inf):
        raise _TooLong


def _timed(check: Callable[..., Errors | None]) -> Callable[..., Errors]:
    def timed(*given: Any) -> Errors:
        _look_at_the_time()
        yield from check(*given) or ()

    return timed


_Validator = create(
    meta_schema=Draft202012Validator.META_SCHEMA,
    validators={keyword: _timed(check) for keyword, check in _CHECKS.items()},
    type_checker=Draft202012Validator.TYPE_CHECKER,
)
# All a form may use.
KEYWORDS = _CHECKS.keys() | _ALONE | _NAMED | _TELLING
_meta_validator = Draft202012Validator(Draft202012Validator.META_SCHEMA)


# --- Formats -----------------------------------------------------------------------------------------------


def _is_date(text: str) -> bool:
    return _matches(r"^\d{4}-\d\d-\d\d$", text) and bool(date.fromisoformat(text))


def _is_instant(text: str) -> bool:
    shape = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
    return _matches(shape, text) and bool(datetime.fromisoformat(text))


def _is_time(text: str) -> bool:
    shape = r"^\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$"
    return _matches(shape, text) and bool(time.fromisoformat(text))


def _is_duration(text: str) -> bool:
    shape = r"^P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?)$"
    return _matches(shape, text) and text[-1] not in "PT"


def _is_email(text: str) -> bool:
    return _matches(r"^[^\s@<>,;\"]{1,64}@([^\s@<>,;\".]{1,63}\.)+[^\s@<>,;\".]{2,63}$", text)


def _is_uri(text: str) -> bool:
    return _matches(r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+$", text)


def _is_hostname(text: str) -> bool:
    label = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    return len(text) <= 253 and _matches(rf"^{label}(\.{label})*$", text)


def _is_uuid(text: str) -> bool:
    return str(UUID(text)) == text.lower()


def _is_ipv4(text: str) -> bool:
    return bool(ipaddress.IPv4Address(text))


def _is_ipv6(text: str) -> bool:
    return "%" not in text and bool(ipaddress.IPv6Address(text))


FORMATS: dict[str, tuple[Callable[[str], bool], str]] = {  # with the code of what to say otherwise
    "date": (_is_date, "enter-date"),
    "date-time": (_is_instant, "enter-instant"),
    "time": (_is_time, "enter-time"),
    "duration": (_is_duration, "enter-duration"),
    "email": (_is_email, "enter-email"),
    "uri": (_is_uri, "enter-uri"),
    "hostname": (_is_hostname, "enter-hostname"),
    "ipv4": (_is_ipv4, "enter-ipv4"),
    "ipv6": (_is_ipv6, "enter-ipv6"),
    "uuid": (_is_uuid, "enter-uuid"),
}


def _checker_of(fits: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or fits(value)


_format_checker = FormatChecker(formats=())
for _name, (_fits, _) in FORMATS.items():
    _format_checker.checks(_name, raises=ValueError)(_checker_of(_fits))


# --- Sentences for people ----------------------------------------------------------------------------------


class Finding(NamedTuple):
    """One broken rule: where, the keyword that says so, and the sentence for the person."""

    path: Path
    keyword: str
    sentence: Sentence


def _leaves(error: ValidationError) -> Iterator[Finding]:
    """What is wrong; of alternatives, only what keeps the nearest one from fitting."""
    if not error.context:
        yield Finding(tuple(error.absolute_path), str(error.validator), _sentence(error))
    elif choices := _choices(error):
        for path, options in choices.items():
            yield Finding((*error.absolute_path, *path), "enum", _choose(options))
    else:
        for inner in min(_branches(error), key=_distance):
            yield from _leaves(inner)


def _branches(error: ValidationError) -> list[list[ValidationError]]:
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    return list(branches.values())


def _distance(errors: list[ValidationError]) -> tuple[int, int]:
    """How far a branch is from fitting: of another type, meant for another choice, or only incomplete."""
    other_type = any(error.validator == "type" and not error.path for error in errors)
    other_choice = any(error.validator in ("const", "enum") for error in errors)
    return 2 * other_type + other_choice, len(errors)


def _choices(error: ValidationError) -> dict[Path, list[Any]]:
    """The fields that every alternative pins to values of its own, and those values together."""
    pinned = [
        {tuple(inner.path): inner for inner in branch if inner.validator in ("const", "enum")}
        for branch in _branches(error)
    ]
    common = set(pinned[0]).intersection(*pinned[1:])
    return {path: [option for branch in pinned for option in _options(branch[path])] for path in common}


def _options(error: ValidationError) -> list[Any]:
    value: Any = error.validator_value
    if error.validator == "enum":
        return list(value)
    title = error.schema.get("title") if isinstance(error.schema, dict) else None
    return [title or value]


def _choose(options: list[Any]) -> Sentence:
    return Sentence("choose", options=", ".join(_spelled(option) for option in options))


def _spelled(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _bound(code: str) -> Callable[[Any], Sentence]:
    return lambda bound: Sentence(code, bound=_spelled(bound))


def _number(code: str) -> Callable[[int], Sentence]:
    """What asks for so many: one has a sentence of its own."""
    return lambda number: Sentence(f"{code}-one") if number == 1 else Sentence(code, number=number)


_OF_TYPE = {
    "string": "a-text",
    "number": "a-number",
    "integer": "a-whole-number",
    "boolean": "a-boolean",
    "array": "a-list",
    "object": "a-group",
    "null": "nothing",
}


def _enter_type(types: str | list[str]) -> Sentence:
    first, *others = (Sentence(_OF_TYPE[name]) for name in ([types] if isinstance(types, str) else types))
    return Sentence(
        "enter", what=reduce(lambda one, other: Sentence("or", one=one, other=other), others, first)
    )


_SENTENCES: dict[str, Callable[[Any], Sentence]] = {
    "additionalProperties": lambda _: UNDECLARED,
    "const": lambda value: Sentence("must-be", value=_spelled(value)),
    "contains": lambda _: Sentence("entry-missing"),
    "dependentRequired": lambda _: REQUIRED,
    "enum": _choose,
    "exclusiveMaximum": _bound("enter-less-than"),
    "exclusiveMinimum": _bound("enter-more-than"),
    "format": lambda name: Sentence(FORMATS[name][1]),
    "maxItems": _number("give-entries-most"),
    "maxLength": _number("enter-characters-most"),
    "maxProperties": _number("fill-fields-most"),
    "maximum": _bound("enter-at-most"),
    "maxContains": lambda _: Sentence("entries-too-many"),
    "minContains": lambda _: Sentence("entries-too-few"),
    "minItems": _number("give-entries-least"),
    "minLength": _number("enter-characters-least"),
    "minProperties": _number("fill-fields-least"),
    "minimum": _bound("enter-at-least"),
    "multipleOf": _bound("enter-multiple"),
    "not": lambda _: NOT_ALLOWED,
    "oneOf": lambda _: Sentence("fits-several"),
    "pattern": lambda _: Sentence("pattern-missed"),
    "propertyNames": lambda _: UNDECLARED,
    "required": lambda _: REQUIRED,
    "type": _enter_type,
    "uniqueItems": lambda _: Sentence("entry-only-once"),
}


def _sentence(error: ValidationError) -> Sentence:
    if error.schema == _NOTHING:  # a field that this choice rules out
        return UNDECLARED
    if error.validator == "minLength" and error.instance == "":
        return REQUIRED
    return _SENTENCES.get(str(error.validator), lambda _: NOT_ALLOWED)(error.validator_value)
