"""Drafts, as JSON."""

from marshmallow import Schema, ValidationError, fields, validate

from api.pages import PageQuery, page_of
from api.schemas.base import Instant
from engine.drafts import LARGEST, Kind


class DraftSchema(Schema):
    kind = fields.String(required=True, validate=validate.OneOf([*Kind]))
    key = fields.String(required=True)
    based_on = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The version it began from; null: it is new."},
    )
    updated_at = Instant(required=True)
    updated_by = fields.String(required=True)
    revision = fields.Integer(required=True)


class OpenedDraftSchema(DraftSchema):
    content = fields.String(required=True)


def _check_size(text: str) -> None:
    if len(text.encode()) > LARGEST:
        raise ValidationError(f"A draft has at most {LARGEST:,} bytes.")


class DraftWorkSchema(Schema):
    content = fields.String(
        required=True,
        validate=_check_size,
        metadata={"description": f"The file's text, valid or not; at most {LARGEST:,} bytes."},
    )
    based_on = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 2**31 - 1)
    )


class DraftsQuery(PageQuery):
    kind = fields.String(load_default=None, validate=validate.OneOf([*Kind]))


DraftsPage = page_of(DraftSchema)

DRAFT_EXAMPLE = {
    "kind": "form",
    "key": "incident/triage",
    "based_on": 3,
    "updated_at": "2026-03-02T09:30:00.000000Z",
    "updated_by": "pat",
    "revision": 5,
}
OPENED_DRAFT_EXAMPLE = DRAFT_EXAMPLE | {"content": '{"schema": {"type": "object"}}'}
