"""Working calendars, services, agreements and service-level policies, as JSON.

What a document says is checked by the engine, which tells everything wrong with it at once; the schemas here
describe it.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates_schema

from api.language import locales
from api.pages import HIGHEST_VERSION, PageQuery
from api.schemas.base import Instant
from engine import languages
from engine.agreements import Kind as AgreementKind
from engine.calendars import WEEKDAYS, Rule
from engine.service_levels import KEY
from engine.targets import TO

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
MOST_DAYS = 400


class Written(fields.Raw):
    """A part of a document, described by its metadata and taken as it is."""

    def deserialize(self, value: Any, *_args: Any, **_options: Any) -> Any:
        return value


class DocumentSchema(Schema):
    """What people write. What it lacks or has too much is for the engine to say."""

    class Meta:
        unknown = INCLUDE

    name = Written(metadata={"type": "string"})
    names = Written(
        metadata={
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "The name in other languages, by language tag.",
        }
    )


def _text(description: str) -> Written:
    return Written(metadata={"type": ["string", "null"], "description": description})


_HOURS = {
    "type": "array",
    "items": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2},
}
_WEEK = {"type": "object", "properties": {day: _HOURS for day in WEEKDAYS}}


class CalendarDocumentSchema(DocumentSchema):
    tz = Written(metadata={"type": "string", "description": "The IANA zone whose wall clock decides."})
    weekly = Written(metadata={**_WEEK, "description": "The opening hours of the weekdays."})
    region = _text("Whose public holidays are closed: `DE`, `DE-BY`.")
    holidays = Written(metadata={"type": "array", "items": {"type": "string", "format": "date"}})
    special_days = Written(
        metadata={
            "type": "object",
            "additionalProperties": _HOURS,
            "description": "Dates with hours of their own, which win over everything else.",
        }
    )
    make_up = Written(
        metadata={**_HOURS, "description": "The hours of weekend days that make up for holidays."}
    )
    changes = Written(
        metadata={
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"from": {"type": "string", "format": "date"}, "weekly": _WEEK},
            },
            "description": "Weeks that are valid from a date on.",
        }
    )


class ServiceDocumentSchema(DocumentSchema):
    calendar = _text("The calendar of cases about it that no agreement covers.")
    owner_group = _text("The group that looks after it.")


class AgreementDocumentSchema(DocumentSchema):
    kind = Written(
        metadata={
            "type": "string",
            "enum": [*AgreementKind],
            "description": "With a customer, between teams, or with a supplier.",
        }
    )
    organisation = _text("The customer of an `sla`; null: everybody.")
    team = _text("The group whose work an `ola` is about, or that stands for the supplier of a `uc`.")
    supplier = _text("Who supplies, in words.")
    services = Written(
        metadata={
            "type": "array",
            "items": {"type": "string"},
            "description": "The services it covers; none: all.",
        }
    )
    calendar = _text("The calendar of the cases it covers.")
    valid_from = _text("Its first day.")
    valid_to = _text("Its last day.")


_NAMES = {"type": "array", "items": {"type": "string"}}
_ACTION = {
    "type": "object",
    "properties": {
        "notify": {
            "type": "object",
            "properties": {
                "people": _NAMES,
                "roles": _NAMES,
                "groups": _NAMES,
                "to": {"type": "array", "items": {"type": "string", "enum": [*TO]}},
            },
        },
        "in_hours": {
            "type": "boolean",
            "description": "Tell whom it notifies in their hours only.",
        },
        "level": {"type": "integer", "description": "The escalation level the case is raised to."},
        "add_group": {"type": "string", "description": "A group that joins in."},
        "reassign": {"type": "string", "description": "A group that takes over."},
    },
}
_THRESHOLD = {
    "type": "object",
    "properties": {
        "at": {"type": "string", "description": "`75%`, `before.PT30M` or `after.PT2H`."},
        "do": {"type": "array", "items": _ACTION},
    },
}
_TARGET = {
    "type": "object",
    "properties": {
        "agreement": {"type": ["string", "null"]},
        "service": {"type": ["string", "null"]},
        "process": {"type": ["string", "null"]},
        "clock": {"type": "string"},
        "priority": {"type": ["integer", "null"]},
        "target": {"type": "string", "description": "Working time: `PT4H`."},
        "calendar": {"type": "string"},
        "thresholds": {"type": "array", "items": _THRESHOLD},
    },
}


class PolicyDocumentSchema(DocumentSchema):
    targets = Written(
        metadata={
            "type": "array",
            "items": _TARGET,
            "description": "The most specific that applies holds: what is null counts for all.",
        }
    )


class NamedSchema(Schema):
    """A version of a document in lists."""

    key = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.Function(
        lambda row: languages.chosen(
            row.document.get("names") or {}, *locales(), written=row.document["name"]
        ),
        required=True,
        metadata={"type": "string", "description": "In the reader's language."},
    )
    retired = fields.Boolean(required=True, metadata={"description": "Whether it applies no more."})
    origin = fields.String(
        required=True, metadata={"description": "`seed`: it came with Baton; `person`: somebody wrote it."}
    )
    created_at = Instant(required=True)
    created_by = fields.String(required=True, allow_none=True)


def opened(document: type[DocumentSchema]) -> type[Schema]:
    """The schema of a version with its document."""
    name = document.__name__.replace("Document", "Version")
    return type(name, (NamedSchema,), {"document": fields.Nested(document, required=True)})


# Days of a calendar


class DaysQuery(Schema):
    """From a day to another, both included."""

    begin = fields.Date(data_key="from", required=True, validate=validate.Range(FIRST_DAY, LAST_DAY))
    end = fields.Date(data_key="to", required=True, validate=validate.Range(FIRST_DAY, LAST_DAY))

    @validates_schema
    def _not_too_many(self, data: dict[str, Any], **_: Any) -> None:
        if not timedelta(0) <= data["end"] - data["begin"] < timedelta(days=MOST_DAYS):
            raise ValidationError(f"Ask for 1 to {MOST_DAYS} days.", "to")


class StoredDaysQuery(DaysQuery):
    version = fields.Integer(
        load_default=None,
        validate=validate.Range(1, HIGHEST_VERSION),
        metadata={"description": "Of the calendar; else its latest."},
    )


class CalendarPreviewSchema(DaysQuery):
    calendar = fields.Nested(CalendarDocumentSchema, required=True)


class DaySchema(Schema):
    date = fields.Date(required=True)
    hours = fields.List(
        fields.List(fields.String()),
        required=True,
        metadata={
            "description": "What opens on that day; hours that do not end after they start run past midnight."
        },
    )
    rule = fields.String(
        required=True,
        validate=validate.OneOf([*Rule]),
        metadata={"description": "What decides about the day."},
    )
    holiday = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The public holiday on that day, in the reader's language if it is known."},
    )


class DaysSchema(Schema):
    tz = fields.String(required=True)
    days = fields.List(fields.Nested(DaySchema), required=True)


# What would apply


class ForecastQuestionSchema(Schema):
    process = fields.String(required=True, validate=validate.Length(1, 255))
    clock = fields.String(required=True, validate=validate.Length(1, 255))
    priority = fields.Integer(load_default=None, allow_none=True, strict=True)
    service = fields.String(load_default=None, allow_none=True)
    organisation = fields.String(load_default=None, allow_none=True)
    requester = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": "A username, in place of her organisation."},
    )
    team = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": "For the clock of a team: the group."},
    )
    opened_at = Instant(
        required=True,
        default_timezone=UTC,
        validate=validate.Range(
            datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC), max_inclusive=False
        ),
    )
    policy = fields.Nested(
        PolicyDocumentSchema,
        load_default=None,
        allow_none=True,
        metadata={"description": "A policy under edit, as if it were saved."},
    )
    policy_key = fields.String(
        load_default="_draft",
        validate=validate.Regexp(rf"(_draft|{KEY})\Z"),
        metadata={"description": "Whose place that policy takes; else it comes beside the others."},
    )


class PolicyReferenceSchema(Schema):
    key = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "0: the policy under edit."})
    target = fields.Integer(
        required=True, metadata={"description": "The number of the target in it, from 0."}
    )


class CalendarReferenceSchema(Schema):
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    tz = fields.String(required=True)


class ReachedSchema(Schema):
    name = fields.String(required=True)
    at = Instant(required=True, allow_none=True, metadata={"description": "null: never."})


class ForecastOfPolicySchema(Schema):
    service = fields.String(required=True, allow_none=True, metadata={"description": "The service's key."})
    agreement = fields.String(
        required=True, allow_none=True, metadata={"description": "The agreement that covers the case."}
    )
    policy = fields.Nested(
        PolicyReferenceSchema,
        required=True,
        allow_none=True,
        metadata={"description": "null: no target applies, and nothing is measured."},
    )
    calendar = fields.Nested(CalendarReferenceSchema, required=True, allow_none=True)
    target = fields.String(required=True, allow_none=True, metadata={"description": "As written: `PT4H`."})
    due_at = Instant(required=True, allow_none=True, metadata={"description": "null: never, or no target."})
    thresholds = fields.List(fields.Nested(ReachedSchema), required=True)


class DocumentsQuery(PageQuery):
    """The parameters of lists of documents."""


CALENDAR_EXAMPLE = {
    "name": "Office hours",
    "names": {"zh-CN": "办公时间"},
    "tz": "Europe/Berlin",
    "weekly": {day: [["09:00", "12:00"], ["13:00", "17:30"]] for day in WEEKDAYS[:5]},
    "region": "DE-BY",
    "special_days": {"2026-12-31": [["09:00", "12:00"]]},
}
SERVICE_EXAMPLE = {"name": "E-mail", "calendar": "office-hours", "owner_group": "network"}
AGREEMENT_EXAMPLE = {
    "name": "Globex",
    "kind": "sla",
    "organisation": "globex",
    "services": ["email"],
    "calendar": "office-hours",
    "valid_from": "2026-01-01",
    "valid_to": None,
}
POLICY_EXAMPLE = {
    "name": "Incidents",
    "targets": [
        {
            "process": "incident",
            "clock": "resolution",
            "priority": 1,
            "target": "PT4H",
            "calendar": "office-hours",
            "thresholds": [
                {"at": "75%", "do": [{"notify": {"to": ["assignee"]}, "in_hours": True}]},
                {"at": "100%", "do": [{"level": 1}, {"add_group": "major-incident"}]},
            ],
        }
    ],
}
NAMED_EXAMPLE = {
    "key": "office-hours",
    "version": 2,
    "name": "Office hours",
    "retired": False,
    "origin": "person",
    "created_at": "2026-03-02T09:30:00.000000Z",
    "created_by": "mia",
}
DAYS_EXAMPLE = {
    "tz": "Europe/Berlin",
    "days": [
        {"date": "2026-01-06", "hours": [], "rule": "holiday", "holiday": "Epiphany"},
        {
            "date": "2026-01-07",
            "hours": [["09:00", "12:00"], ["13:00", "17:30"]],
            "rule": "week",
            "holiday": None,
        },
    ],
}
CALENDAR_PREVIEW_EXAMPLE = {"calendar": CALENDAR_EXAMPLE, "from": "2026-01-06", "to": "2026-01-07"}
QUESTION_EXAMPLE = {
    "process": "incident",
    "clock": "resolution",
    "priority": 2,
    "requester": "ann",
    "opened_at": "2026-03-06T16:50:00Z",
}
FORECAST_EXAMPLE = {
    "service": None,
    "agreement": "globex",
    "policy": {"key": "incidents", "version": 2, "target": 1},
    "calendar": {"key": "office-hours", "version": 1, "tz": "Europe/Berlin"},
    "target": "PT8H",
    "due_at": "2026-03-09T16:20:00.000000Z",
    "thresholds": [{"name": "75", "at": "2026-03-09T14:20:00.000000Z"}],
}
