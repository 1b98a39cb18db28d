"""Deployments and what they hold, as JSON."""

from typing import Any

from marshmallow import Schema, fields, validate

from api.language import locales
from api.pages import PageQuery, page_of
from api.schemas.base import SENTENCE_CODE, SENTENCE_VALUES, Instant, cause
from engine import languages
from engine.deployments import Origin


class WarningSchema(Schema):
    detail = fields.String(required=True)
    file = fields.String(allow_none=True)
    element = fields.String(allow_none=True, metadata={"description": "The element's id, as drawn."})
    line = fields.Integer(allow_none=True)
    code = fields.String(allow_none=True, metadata={"description": SENTENCE_CODE})
    values = fields.Dict(keys=fields.String(), metadata={"description": SENTENCE_VALUES})


class DeployedSchema(Schema):
    kind = fields.String(required=True, metadata={"description": "`process`, `decision` or `form`."})
    key = fields.String(required=True)
    version = fields.Integer(required=True)


class DeploymentSchema(Schema):
    id = fields.String(metadata={"description": "Not there in a dry run."})
    definitions = fields.List(fields.Nested(DeployedSchema), required=True)
    warnings = fields.List(fields.Nested(WarningSchema), required=True)


class DeployQuery(Schema):
    dry_run = fields.Boolean(load_default=False, metadata={"description": "Only check; store nothing."})


class ProcessVersionSchema(Schema):
    key = fields.String(required=True)
    version = fields.Integer(required=True)


def in_called_process(**more: Any) -> fields.Nested:
    """A field that says in which called process an element is drawn."""
    description = "The called process the element is drawn in; null: the case's own process."
    return fields.Nested(
        ProcessVersionSchema, required=True, allow_none=True, metadata={"description": description}, **more
    )


class CallSchema(ProcessVersionSchema):
    element = fields.String(required=True, metadata={"description": "The id of the call activity."})


class OfDeploymentSchema(Schema):
    """Who deployed a version, when and why."""

    deployment = fields.String(attribute="deployment_id", required=True)
    deployed_at = Instant(attribute="deployment.deployed_at", required=True)
    deployed_by = fields.String(
        attribute="deployment.deployed_by",
        required=True,
        allow_none=True,
        metadata={"description": "A username; null: it came with Baton."},
    )
    reason = fields.String(attribute="deployment.reason", required=True, allow_none=True)
    origin = fields.String(
        attribute="deployment.origin",
        required=True,
        validate=validate.OneOf([*Origin]),
        metadata={"description": "`seed`: it came with Baton; `person`: somebody deployed it."},
    )


class ProcessDefinitionSchema(OfDeploymentSchema):
    id = fields.String(required=True)
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.Function(
        lambda row: languages.chosen(row.names, *locales(), written=row.name),
        required=True,
        metadata={"type": "string", "description": "In the reader's language."},
    )
    names = fields.Dict(
        required=True, metadata={"description": "The name in other languages, by language tag."}
    )
    description = fields.Function(
        lambda row: languages.chosen(row.descriptions, *locales(), written=row.description),
        required=True,
        metadata={"type": ["string", "null"], "description": "What it is for, in the reader's language."},
    )
    start_form = fields.String(
        required=True, allow_none=True, metadata={"description": "The key of the form it is started with."}
    )
    plain_start = fields.Boolean(
        required=True,
        metadata={"description": "Whether people and calls may start it; else it only begins by itself."},
    )
    calls = fields.List(
        fields.Nested(CallSchema),
        required=True,
        metadata={"description": "The versions that its call activities call, pinned when it was deployed."},
    )
    file = fields.String(required=True)
    created_at = Instant(required=True)


class StartEventSchema(Schema):
    element = fields.String(required=True, metadata={"description": "The id of the start event, as drawn."})
    kind = fields.String(required=True, validate=validate.OneOf(["timer", "message", "signal"]))
    name = fields.String(
        required=True, allow_none=True, metadata={"description": "The message's or signal's; null: a timer."}
    )
    due_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "When a timer begins the next case; null: none follows."},
    )
    attempts = fields.Integer(required=True, metadata={"description": "That failed since it was due."})
    error = fields.String(required=True, allow_none=True)
    cause = cause("error")


class DefinitionsQuery(PageQuery):
    startable = fields.Boolean(
        load_default=False, metadata={"description": "Only those the caller may start."}
    )


class FormSchema(Schema):
    schema = fields.Dict(required=True, metadata={"description": "JSON Schema 2020-12."})
    ui = fields.Dict(required=True, metadata={"description": "uiSchema as react-jsonschema-form knows it."})


class DecisionDefinitionSchema(OfDeploymentSchema):
    id = fields.String(required=True)
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    name = fields.String(required=True)
    names = fields.Dict(
        required=True, metadata={"description": "The name in other languages, by language tag."}
    )
    file = fields.String(required=True)
    created_at = Instant(required=True)


class TrialSchema(Schema):
    variables = fields.Dict(keys=fields.String(), required=True)
    xml = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": "A DMN file to decide by instead of what is deployed."},
    )


class DecidedSchema(Schema):
    result = fields.List(
        fields.Dict(),
        required=True,
        metadata={"description": "The outputs of each rule that the hit policy chose, by name."},
    )
    matched = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "The rules behind the result, from 1; none when defaults were given."},
    )
    version = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Null when `xml` was given."}
    )


class FormDefinitionSchema(OfDeploymentSchema):
    id = fields.String(required=True)
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    created_at = Instant(required=True)


class FormDocumentSchema(FormDefinitionSchema):
    document = fields.Dict(required=True, metadata={"description": "`schema`, `ui` and `i18n`, as deployed."})


class LatestFormSchema(FormDocumentSchema):
    versions = fields.List(
        fields.Nested(FormDefinitionSchema),
        required=True,
        metadata={"description": "The newest first, at most 200."},
    )


ProcessDefinitionsPage = page_of(ProcessDefinitionSchema)
DecisionDefinitionsPage = page_of(DecisionDefinitionSchema)
FormDefinitionsPage = page_of(FormDefinitionSchema)
StartsPage = page_of(StartEventSchema)

DEPLOYMENT_EXAMPLE = {
    "id": "01a204287a4c5400828941b1a1",
    "definitions": [
        {"kind": "form", "key": "incident/triage", "version": 3},
        {"kind": "process", "key": "incident", "version": 7},
    ],
    "warnings": [],
}
OF_DEPLOYMENT_EXAMPLE = {
    "deployment": "01a204287a4c5400828941b1a1",
    "deployed_at": "2026-03-02T09:30:00.000000Z",
    "deployed_by": "pat",
    "reason": "Reminders every two days",
    "origin": "person",
}
DEFINITION_EXAMPLE = {
    "id": "01a204287a4c5400828941b1a2",
    "key": "incident",
    "version": 7,
    "name": "Incident",
    "names": {"zh-CN": "事件"},
    "description": "Something does not work as it should.",
    "start_form": "incident/report",
    "plain_start": True,
    "calls": [{"element": "major", "key": "major-incident", "version": 2}],
    **OF_DEPLOYMENT_EXAMPLE,
    "file": "incident/incident.bpmn",
    "created_at": "2026-03-02T09:30:00.000000Z",
}
FORM_EXAMPLE = {
    "schema": {
        "type": "object",
        "required": ["title"],
        "properties": {"title": {"type": "string", "maxLength": 200}},
    },
    "ui": {"title": {"ui:autofocus": True}},
}
DECISION_EXAMPLE = {
    "id": "01a204287a4c5400828941b1a3",
    "key": "incident_priority",
    "version": 2,
    "name": "Priority of an incident",
    "names": {"zh-CN": "事件优先级"},
    **OF_DEPLOYMENT_EXAMPLE,
    "file": "incident/priority.dmn",
    "created_at": "2026-03-02T09:30:00.000000Z",
}
DECIDED_EXAMPLE = {"result": [{"priority": 2}], "matched": [4], "version": 2}
START_EXAMPLE = {
    "element": "every_morning",
    "kind": "timer",
    "name": None,
    "due_at": "2026-03-03T07:00:00.000000Z",
    "attempts": 0,
    "error": None,
    "cause": None,
}
FORM_DEFINITION_EXAMPLE = {
    "id": "01a204287a4c5400828941b1a4",
    "key": "incident/report",
    "version": 3,
    **OF_DEPLOYMENT_EXAMPLE,
    "created_at": "2026-03-02T09:30:00.000000Z",
}
FORM_DOCUMENT_EXAMPLE = FORM_DEFINITION_EXAMPLE | {"document": FORM_EXAMPLE}
