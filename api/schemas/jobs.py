"""Jobs, as JSON."""

from marshmallow import Schema, fields, validate

from api.pages import PageQuery, page_of
from api.schemas.base import Instant
from api.schemas.deployments import in_called_process
from engine.jobs import JobState


class JobSchema(Schema):
    id = fields.String(required=True)
    instance = fields.String(attribute="instance_id", required=True)
    element = fields.String(required=True, metadata={"description": "The id of the service task, as drawn."})
    process = in_called_process()
    topic = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([*JobState]))
    variables = fields.Dict(required=True, metadata={"description": "The inputs of the service task."})
    attempts = fields.Integer(required=True, metadata={"description": "How often it has failed."})
    error = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it failed the last time."}
    )
    created_at = Instant(required=True)
    next_at = Instant(required=True, metadata={"description": "When it may be worked on next."})


class JobsQuery(PageQuery):
    state = fields.String(
        load_default=None, validate=validate.OneOf([JobState.WAITING, JobState.HELD, JobState.DEAD])
    )
    instance = fields.String(load_default=None)
    topic = fields.String(load_default=None)


class ResultsSchema(Schema):
    variables = fields.Dict(keys=fields.String(), load_default=dict)


class JobFailureSchema(Schema):
    message = fields.String(required=True, validate=validate.Length(1, 2000))
    error_code = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 255),
        metadata={"description": "Throws this BPMN error where the service task stands."},
    )
    retry = fields.Boolean(
        load_default=True,
        metadata={"description": "Whether it is to be tried again, while attempts are left."},
    )


JobsPage = page_of(JobSchema)

JOB_EXAMPLE = {
    "id": "01a204287a86e8a2c2b6fe2771",
    "instance": "01a204287a6f508e8ac5e73610",
    "element": "tell_monitoring",
    "process": None,
    "topic": "monitoring.silence",
    "state": "waiting",
    "variables": {"host": "db-7", "minutes": 30},
    "attempts": 1,
    "error": "The monitoring system does not answer.",
    "created_at": "2026-03-02T09:30:00.000000Z",
    "next_at": "2026-03-02T09:31:00.000000Z",
}
