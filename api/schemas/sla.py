"""What is asked of a service-level clock before it runs, as JSON."""

from datetime import UTC, timedelta
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from api.schemas.base import Instant

LONGEST = timedelta(days=7305)
"""How far from its start anything about a clock may lie: twenty years."""
MOST_MINUTES = 20 * 366 * 24 * 60


class _Lenient(Schema):
    class Meta:
        unknown = EXCLUDE


def _minutes(**options: Any) -> fields.Float:
    return fields.Float(validate=validate.Range(0, MOST_MINUTES), **options)


def _at(**options: Any) -> Instant:
    """A time without an offset is read as UTC."""
    return Instant(default_timezone=UTC, **options)


class ChangeSchema(_Lenient):
    at_utc = _at(required=True)
    target_minutes = _minutes(load_default=None)
    calendar = fields.Dict(load_default=None)


class PreviewSchema(_Lenient):
    calendar = fields.Dict(
        required=True,
        metadata={"description": "`tz`, `weekly`, `holidays`, `special_days`... as of a working calendar."},
    )
    start_utc = _at(required=True)
    target_minutes = _minutes(required=True)
    pauses_utc = fields.List(
        fields.Tuple((_at(), _at(allow_none=True))), load_default=[], validate=validate.Length(max=1000)
    )
    changes = fields.List(fields.Nested(ChangeSchema), load_default=[], validate=validate.Length(max=100))
    levels_minutes = fields.List(_minutes(), load_default=[], validate=validate.Length(max=100))
    check_at_utc = fields.List(_at(), load_default=[], validate=validate.Length(max=100))
    resolution = fields.String(
        load_default="minute",
        validate=validate.OneOf(["minute", "second"]),
        metadata={"description": "Accepted and of no consequence: time is counted to the microsecond."},
    )

    @validates_schema
    def _near_the_start(self, data: dict[str, Any], **_: Any) -> None:
        start = data["start_utc"]
        far = {
            "changes": [change["at_utc"] for change in data["changes"]],
            "pauses_utc": [at for pause in data["pauses_utc"] for at in pause if at],
            "check_at_utc": data["check_at_utc"],
        }
        problems = {
            name: ["Nothing may lie more than twenty years from the start."]
            for name, instants in far.items()
            if any(abs(at - start) > LONGEST for at in instants)
        }
        if problems:
            raise ValidationError(problems)


class LevelSchema(Schema):
    minutes = fields.Float(required=True)
    due_utc = Instant(required=True, allow_none=True)


class CheckSchema(Schema):
    at_utc = Instant(required=True)
    elapsed_minutes = fields.Float(required=True)
    remaining_minutes = fields.Float(required=True)
    breached = fields.Boolean(required=True)


class ForecastSchema(Schema):
    due_utc = Instant(
        required=True, allow_none=True, metadata={"description": "null: paused with time left, or never."}
    )
    levels = fields.List(fields.Nested(LevelSchema), required=True)
    checks = fields.List(fields.Nested(CheckSchema), required=True)


PREVIEW_EXAMPLE = {
    "calendar": {"tz": "Europe/Berlin", "weekly": {"fri": [["09:00", "18:00"]], "mon": [["09:00", "18:00"]]}},
    "start_utc": "2026-03-06T16:50:00Z",
    "target_minutes": 240,
    "levels_minutes": [120],
    "check_at_utc": ["2026-03-09T09:00:00Z"],
}
FORECAST_EXAMPLE = {
    "due_utc": "2026-03-09T11:50:00.000000Z",
    "levels": [{"minutes": 120.0, "due_utc": "2026-03-09T09:50:00.000000Z"}],
    "checks": [
        {
            "at_utc": "2026-03-09T09:00:00.000000Z",
            "elapsed_minutes": 70.0,
            "remaining_minutes": 170.0,
            "breached": False,
        }
    ],
}
