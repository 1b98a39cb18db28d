"""Service-level policies over HTTP, and what they would mean for a case."""

from typing import Any

from api.commands import Reading, reading
from api.documents import Resource, blueprint_of
from api.schemas.service_levels import (
    FORECAST_EXAMPLE,
    POLICY_EXAMPLE,
    QUESTION_EXAMPLE,
    ForecastOfPolicySchema,
    ForecastQuestionSchema,
    PolicyDocumentSchema,
)
from engine import people, service_levels
from engine.durations import format_duration
from engine.errors import Invalid, NotFound, Problem
from engine.policies import Selected, Subject
from engine.service_levels import Draft, Kind

blueprint = blueprint_of(
    Resource(
        Kind.POLICY,
        "sla-policies",
        "a service-level policy",
        "service-level policies",
        "What is promised, to whom, by when",
        PolicyDocumentSchema,
        POLICY_EXAMPLE,
    )
)


@blueprint.post("/preview")
@blueprint.arguments(ForecastQuestionSchema, example=QUESTION_EXAMPLE)
@blueprint.answer(ForecastOfPolicySchema, problems=(403, 422), example=FORECAST_EXAMPLE)
def preview_policy(body: dict[str, Any]) -> dict[str, Any]:
    """Preview which target applies

    To a clock that starts as its case is opened: as everything stands, or with a policy under edit. When it
    would be due, and when it would reach its thresholds. Nothing is stored. Not for those who only request
    services.
    """
    draft = body["policy"] and Draft(body["policy_key"], body["policy"])
    with reading() as here:
        service_levels.require_reader(Kind.POLICY, here.person)
        organisation = _organisation(here, body)
        subject = Subject(
            body["process"],
            body["clock"],
            body["priority"],
            body["service"],
            organisation,
            body["opened_at"],
            body["team"],
        )
        found = service_levels.forecast(here.session, subject, by=here.person, draft=draft)
    return {
        "service": found.service,
        "agreement": found.agreement,
        "due_at": found.due,
        "thresholds": found.thresholds,
        **_of(found.selected),
    }


def _of(selected: Selected | None) -> dict[str, Any]:
    if selected is None:
        return {"policy": None, "calendar": None, "target": None}
    calendar = {"key": selected.calendar_key, "version": selected.calendar_version}
    return {
        "policy": {
            "key": selected.policy,
            "version": selected.policy_version,
            "target": selected.number,
        },
        "calendar": calendar | {"tz": selected.calendar.zone.key},
        "target": format_duration(selected.target),
    }


def _organisation(here: Reading, body: dict[str, Any]) -> str | None:
    """The organisation that was named, else the requester's. Raises `Invalid`."""
    if body["requester"] is None or body["organisation"] is not None:
        organisation: str | None = body["organisation"]
        return organisation
    try:
        return people.visible(here.session, body["requester"], here.person).organisation_id
    except NotFound as error:
        raise Invalid([Problem(error.detail, "#/requester")]) from error
