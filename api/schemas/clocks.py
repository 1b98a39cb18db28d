"""Service-level clocks, as JSON."""

from datetime import timedelta
from typing import Any

from marshmallow import Schema, fields, validate
from webargs.fields import DelimitedList

from api.language import locales
from api.pages import PageQuery, page_of
from api.schemas.base import Instant, cause
from engine.clocks import MINUTE, ClockState
from engine.durations import format_duration


def minutes(amount: timedelta | None) -> float | None:
    """Minutes with four decimals."""
    return None if amount is None else round(amount / MINUTE, 4)


def _minutes(read: Any, description: str) -> fields.Function:
    metadata = {"type": ["number", "null"], "description": description}
    return fields.Function(lambda view: minutes(read(view)), required=True, metadata=metadata)


class CaseOfClockSchema(Schema):
    id = fields.String(attribute="instance.id", required=True)
    number = fields.String(attribute="instance.number", required=True)
    title = fields.String(attribute="instance.title", required=True)
    state = fields.String(attribute="instance.state", required=True)
    definition = fields.String(attribute="instance.definition_key", required=True)
    definition_name = fields.Function(
        lambda view: view.process.in_(*locales()),
        required=True,
        metadata={"type": "string", "description": "What the process is called, in the reader's language."},
    )
    priority = fields.Integer(attribute="instance.priority", required=True, allow_none=True)
    service = fields.String(attribute="instance.service", required=True, allow_none=True)
    requester = fields.String(attribute="instance.requester", required=True, allow_none=True)
    escalation_level = fields.Integer(attribute="instance.escalation_level", required=True)
    groups = fields.List(
        fields.String(), required=True, metadata={"description": "Those that its open tasks are offered to."}
    )
    assignees = fields.List(
        fields.String(), required=True, metadata={"description": "Those who have an open task of it."}
    )


class VersionSchema(Schema):
    key = fields.String(required=True)
    version = fields.Integer(required=True)


class ThresholdSchema(Schema):
    name = fields.String(required=True, metadata={"description": "What follows `sla.<clock>.`"})
    due_at = Instant(required=True, allow_none=True, metadata={"description": "null: not known for now."})
    fired_at = Instant(required=True, allow_none=True)
    lateness_seconds = fields.Float(required=True, allow_none=True)
    error = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it could not be fired so far."}
    )
    cause = cause("error")
    dead = fields.Boolean(
        required=True, metadata={"description": "It failed as often as is allowed, and waits for a person."}
    )


def _version(kind: str) -> fields.Function:
    def read(view: Any) -> dict[str, Any] | None:
        key = getattr(view.clock, f"{kind}_key")
        return None if key is None else {"key": key, "version": getattr(view.clock, f"{kind}_version")}

    metadata = {
        "type": ["object", "null"],
        "required": ["key", "version"],
        "properties": {"key": {"type": "string"}, "version": {"type": "integer"}},
        "description": f"The version of the {kind} it runs under; null when nothing is measured.",
    }
    return fields.Function(read, required=True, metadata=metadata)


class PaceSchema(Schema):
    counts = fields.Boolean(
        required=True, metadata={"description": "All time until `until` is working time, or none is."}
    )
    since = Instant(required=True)
    until = Instant(required=True)
    remaining_minutes = _minutes(lambda pace: pace.remaining, "Working time that was left at `since`.")


def _pace() -> fields.Nested:
    description = "How it counts down for a while, for whoever shows it; null: it does not run."
    return fields.Nested(PaceSchema, required=True, allow_none=True, metadata={"description": description})


class ClockSchema(Schema):
    id = fields.String(attribute="clock.id", required=True)
    instance = fields.Nested(CaseOfClockSchema, attribute="itself", required=True)
    name = fields.String(attribute="clock.name", required=True)
    state = fields.String(attribute="clock.state", required=True, validate=validate.OneOf([*ClockState]))
    started_at = Instant(attribute="clock.started_at", required=True)
    stopped_at = Instant(attribute="clock.stopped_at", required=True, allow_none=True)
    due_at = Instant(
        attribute="clock.due_at",
        required=True,
        allow_none=True,
        metadata={"description": "null: paused with time left, never, or nothing is measured."},
    )
    target = fields.Function(
        lambda view: view.selected and format_duration(view.selected.target),
        required=True,
        metadata={"type": ["string", "null"], "description": "Working time, such as `PT4H`."},
    )
    elapsed_minutes = _minutes(lambda view: view.elapsed if view.selected else None, "Working time used up.")
    remaining_minutes = _minutes(lambda view: view.remaining, "Working time left; below 0 once it is broken.")
    pace = _pace()
    percent = fields.Function(
        lambda view: None if view.percent is None else round(view.percent, 2),
        required=True,
        metadata={"type": ["number", "null"], "description": "Of the target used up."},
    )
    breached = fields.Boolean(required=True)
    breached_at = Instant(required=True, allow_none=True)
    at_risk = fields.Boolean(
        required=True,
        metadata={"description": "A threshold on the way to the target has fired, and it is not broken."},
    )
    policy = _version("policy")
    calendar = _version("calendar")
    agreement = fields.String(attribute="clock.agreement", required=True, allow_none=True)
    thresholds = fields.List(fields.Nested(ThresholdSchema), required=True)


class ClockEventSchema(Schema):
    at = Instant(required=True)
    kind = fields.String(
        required=True,
        metadata={
            "description": "`started`, `paused`, `resumed`, `stopped`, `cancelled`, `re-aimed`, "
            "`threshold fired`, `threshold failed` or `threshold retried`."
        },
    )
    by = fields.String(attribute="actor", required=True, allow_none=True)
    detail = fields.Dict(required=True)


class TeamSchema(Schema):
    group = fields.String(required=True, allow_none=True, metadata={"description": "null: with no group."})
    minutes = fields.Function(
        lambda team: minutes(team.used), required=True, metadata={"type": "number", "description": "Working."}
    )
    target = fields.Function(
        lambda team: team.target and format_duration(team.target),
        required=True,
        metadata={"type": ["string", "null"], "description": "What was agreed with it for such clocks."},
    )
    minutes_of_target = _minutes(lambda team: team.used_of_target, "Time used by the calendar of that.")
    breached = fields.Function(
        lambda team: team.target and team.used_of_target > team.target,
        required=True,
        metadata={"type": ["boolean", "null"], "description": "null: nothing was agreed with it."},
    )


class SpanSchema(Schema):
    group = fields.String(required=True, allow_none=True)
    paused = fields.Boolean(required=True)
    since = Instant(required=True)
    until = Instant(required=True)
    minutes = fields.Function(
        lambda span: minutes(span.used), required=True, metadata={"type": "number", "description": "Working."}
    )


class OpenedClockSchema(ClockSchema):
    events = fields.List(fields.Nested(ClockEventSchema), required=True)
    teams = fields.List(
        fields.Nested(TeamSchema),
        required=True,
        metadata={"description": "Working time with each group; with `paused_minutes` the whole."},
    )
    paused_minutes = fields.Float(required=True)
    spans = fields.List(
        fields.Nested(SpanSchema), required=True, metadata={"description": "Who had it when, in order."}
    )
    data_versions = fields.Dict(
        attribute="clock.data_versions",
        required=True,
        allow_none=True,
        metadata={"description": "What knew of holidays and time zones when it was stopped."},
    )


class ClocksQuery(PageQuery):
    instance = fields.String(load_default=None)
    state = DelimitedList(
        fields.String(validate=validate.OneOf([*ClockState])),
        load_default=(),
        metadata={"description": "Without it the open ones; of one case all."},
    )
    name = fields.String(load_default=None)
    process = fields.String(load_default=None, metadata={"description": "The key of the process."})
    service = fields.String(load_default=None)
    priority = fields.Integer(load_default=None, validate=validate.Range(-(2**31), 2**31 - 1))
    team = fields.String(load_default=None, metadata={"description": "A group that its work is offered to."})
    breached = fields.Boolean(load_default=None, allow_none=True)
    at_risk = fields.Boolean(load_default=None, allow_none=True)
    paused = fields.Boolean(load_default=None, allow_none=True)
    unassigned = fields.Boolean(
        load_default=False, metadata={"description": "Only of cases with work that nobody has."}
    )


class ReAimSchema(Schema):
    dry_run = fields.Boolean(load_default=True, metadata={"description": "Only tell what would change."})
    policy = fields.String(load_default=None, allow_none=True, metadata={"description": "Its key."})
    calendar = fields.String(load_default=None, allow_none=True, metadata={"description": "Its key."})


class ReAimedSchema(Schema):
    clock = fields.String(attribute="clock.id", required=True)
    name = fields.String(attribute="clock.name", required=True)
    instance = fields.String(attribute="instance.id", required=True)
    number = fields.String(attribute="instance.number", required=True)
    title = fields.String(attribute="instance.title", required=True)
    due_before = Instant(required=True, allow_none=True)
    due_after = Instant(required=True, allow_none=True)
    target_before = fields.Function(
        lambda one: _target(one.target_before), required=True, metadata={"type": ["string", "null"]}
    )
    target_after = fields.Function(
        lambda one: _target(one.target_after), required=True, metadata={"type": ["string", "null"]}
    )


def _target(seconds: int | None) -> str | None:
    return None if seconds is None else format_duration(timedelta(seconds=seconds))


class ReAimAnswerSchema(Schema):
    dry_run = fields.Boolean(required=True)
    changed = fields.List(fields.Nested(ReAimedSchema), required=True)
    more = fields.Boolean(
        required=True, metadata={"description": "There are others, beyond what one command takes."}
    )


class ClockOfTaskSchema(Schema):
    name = fields.String(attribute="clock.name", required=True)
    state = fields.String(attribute="clock.state", required=True)
    due_at = Instant(attribute="clock.due_at", required=True, allow_none=True)
    # One that runs is told by its pace: a figure that changes would send every list anew to whoever asks
    # whether it has changed.
    remaining_minutes = _minutes(
        lambda view: view.remaining if view.clock.state == ClockState.PAUSED else None,
        "Working time left while it is paused.",
    )
    pace = _pace()
    breached = fields.Boolean(required=True)
    at_risk = fields.Boolean(required=True)


ClocksPage = page_of(ClockSchema)

PACE_EXAMPLE = {
    "counts": True,
    "since": "2026-03-02T09:30:00.000000Z",
    "until": "2026-03-02T17:00:00.000000Z",
    "remaining_minutes": 360.0,
}
CLOCK_EXAMPLE = {
    "id": "01a204287b12c4d2c2b6fe2770",
    "instance": {
        "id": "01a204287a6f508e8ac5e73610",
        "number": "INC-000123",
        "title": "Printer on floor 3 jams",
        "state": "active",
        "definition": "incident",
        "definition_name": "Incident",
        "priority": 3,
        "service": "printing",
        "requester": "ann",
        "escalation_level": 0,
        "groups": ["service-desk"],
        "assignees": ["sam"],
    },
    "name": "resolution",
    "state": "running",
    "started_at": "2026-03-02T09:30:00.000000Z",
    "stopped_at": None,
    "due_at": "2026-03-03T09:30:00.000000Z",
    "target": "PT8H",
    "elapsed_minutes": 120.0,
    "remaining_minutes": 360.0,
    "pace": PACE_EXAMPLE,
    "percent": 25.0,
    "breached": False,
    "breached_at": None,
    "at_risk": False,
    "policy": {"key": "incidents", "version": 3},
    "calendar": {"key": "office-hours", "version": 1},
    "agreement": "globex",
    "thresholds": [
        {
            "name": "75",
            "due_at": "2026-03-02T15:30:00.000000Z",
            "fired_at": None,
            "lateness_seconds": None,
            "error": None,
            "cause": None,
            "dead": False,
        }
    ],
}
OPENED_CLOCK_EXAMPLE = CLOCK_EXAMPLE | {
    "events": [
        {
            "at": "2026-03-02T09:30:00.000000Z",
            "kind": "started",
            "by": "ann",
            "detail": {"element": "incident", "target": 28800, "due": "2026-03-03T09:30:00.000000Z"},
        }
    ],
    "teams": [
        {
            "group": "service-desk",
            "minutes": 120.0,
            "target": "PT1H",
            "minutes_of_target": 120.0,
            "breached": True,
        }
    ],
    "paused_minutes": 0.0,
    "spans": [
        {
            "group": "service-desk",
            "paused": False,
            "since": "2026-03-02T09:30:00.000000Z",
            "until": "2026-03-02T11:30:00.000000Z",
            "minutes": 120.0,
        }
    ],
    "data_versions": None,
}
RE_AIM_EXAMPLE = {
    "dry_run": True,
    "changed": [
        {
            "clock": "01a204287b12c4d2c2b6fe2770",
            "name": "resolution",
            "instance": "01a204287a6f508e8ac5e73610",
            "number": "INC-000123",
            "title": "Printer on floor 3 jams",
            "due_before": "2026-03-03T09:30:00.000000Z",
            "due_after": "2026-03-02T15:30:00.000000Z",
            "target_before": "PT8H",
            "target_after": "PT6H",
        }
    ],
    "more": False,
}
CLOCK_OF_TASK_EXAMPLE = {
    "name": "resolution",
    "state": "running",
    "due_at": "2026-03-03T09:30:00.000000Z",
    "remaining_minutes": None,
    "pace": PACE_EXAMPLE,
    "breached": False,
    "at_risk": False,
}
