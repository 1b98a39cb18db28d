"""What all schemas share."""

from datetime import datetime
from typing import Any

from marshmallow import fields

from engine.calendars import format_instant


class Instant(fields.AwareDateTime):
    """An instant: RFC 3339 in UTC, always with six digits of fractions, so that texts sort as times do."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if not isinstance(value, datetime):
            return None
        return format_instant(value)


class SortedList(fields.List[Any]):
    """A set as JSON: its members in order, so that the same set is always the same text."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        return super()._serialize(sorted(value), attr, obj, **kwargs)
