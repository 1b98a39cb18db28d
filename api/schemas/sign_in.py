"""Signing in, as JSON."""

from marshmallow import Schema, fields, validate

from api.schemas.base import Instant, NewPassword
from api.schemas.people import PersonSchema


class CredentialsSchema(Schema):
    username = fields.String(required=True, validate=validate.Length(1, 200))
    password = fields.String(required=True, validate=validate.Length(1, 1024))


class TokenSchema(Schema):
    token = fields.String(required=True, metadata={"description": "Shown this once."})
    expires_at = Instant(required=True)


class SessionSchema(Schema):
    """A browser's session, as its pages know it."""

    person = fields.Nested(PersonSchema, required=True)
    csrf_token = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Send it as X-CSRF-Token with every change; null for callers with a token."},
    )


class NewTokenSchema(Schema):
    name = fields.String(
        required=True, validate=validate.Length(1, 100), metadata={"description": "What it is for."}
    )
    days = fields.Integer(load_default=90, strict=True, validate=validate.Range(1, 366))


class ListedTokenSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    created_at = Instant(required=True)
    expires_at = Instant(required=True)


class ListedTokensSchema(Schema):
    items = fields.List(fields.Nested(ListedTokenSchema), required=True)


class NewPasswordSchema(Schema):
    current = fields.String(required=True, validate=validate.Length(1, 1024))
    password = NewPassword(required=True)
