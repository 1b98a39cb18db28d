"""What all schemas share."""

from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from engine import people
from engine.durations import format_instant

SENTENCE_CODE = "Names the fault and stays the same; `detail` is its sentence in English."
SENTENCE_VALUES = (
    "What the sentence tells: texts, numbers, and sentences as objects of `detail`, `code` and `values`."
)


class SentenceSchema(Schema):
    """A reason that can be said in any language; the own words of a person or a program have no code."""

    detail = fields.String(required=True)
    code = fields.String(required=True, allow_none=True, metadata={"description": SENTENCE_CODE})
    values = fields.Dict(keys=fields.String(), required=True, metadata={"description": SENTENCE_VALUES})


def cause(of: str, *, allow_none: bool = True) -> fields.Nested:
    """What the field of that name says in English, as it can be said in any language."""
    what = {"description": f"What `{of}` says, by its code and values."}
    return fields.Nested(SentenceSchema, required=True, allow_none=allow_none, metadata=what)


class Instant(fields.AwareDateTime):
    """An instant: RFC 3339 in UTC, always with six digits of fractions, so that texts sort as times do."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if not isinstance(value, datetime):
            return None
        return format_instant(value)


class NewPassword(fields.String):
    """A password to be given to somebody, as the verbs take it: hashed while the arguments are read, for that
    is slow and no transaction is open yet.
    """

    def __init__(self, **options: Any) -> None:
        longest, shortest = people.PASSWORD_LENGTH[-1], people.PASSWORD_LENGTH[0]
        super().__init__(validate=validate.Length(shortest, longest), load_only=True, **options)

    def deserialize(self, value: Any, *args: Any, **options: Any) -> Any:
        password = super().deserialize(value, *args, **options)
        return people.hashed(password) if isinstance(password, str) else password


class SortedList(fields.List[Any]):
    """A set as JSON: its members in order, so that the same set is always the same text."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        return super()._serialize(sorted(value), attr, obj, **kwargs)
