"""People and groups, as JSON."""

from typing import Any

from marshmallow import Schema, fields, validate

from api.pages import PageQuery, page_of
from api.schemas.base import NewPassword, SortedList
from engine.people import Role

LOCALE = validate.Regexp(
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", error="Use a language tag such as en or zh-CN."
)


def _text(longest: int, **options: Any) -> fields.String:
    return fields.String(validate=validate.Length(1, longest), **options)


class PersonSchema(Schema):
    id = fields.String(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    organisation = fields.String(attribute="organisation_id", required=True, allow_none=True)
    roles = SortedList(fields.String(validate=validate.OneOf([*Role])), required=True)
    groups = SortedList(fields.String(), required=True)
    locale = fields.String(required=True)
    zone = fields.String(required=True, metadata={"description": "An IANA time zone."})
    active = fields.Boolean(required=True)


class ChangedPersonSchema(Schema):
    name = _text(200)
    email = fields.Email(allow_none=True, validate=validate.Length(1, 254))
    organisation = _text(64, allow_none=True)
    roles = fields.List(fields.String(validate=validate.OneOf([*Role])))
    groups = fields.List(_text(64))
    locale = fields.String(validate=LOCALE)
    zone = _text(64)
    active = fields.Boolean()
    password = NewPassword()


class NewPersonSchema(ChangedPersonSchema):
    class Meta:
        exclude = ("active",)

    username = _text(64, required=True)
    name = _text(200, required=True)


class PeopleQuery(PageQuery):
    q = fields.String(
        load_default=None, validate=validate.Length(0, 100), metadata={"description": "Part of a name."}
    )
    group = fields.String(load_default=None, metadata={"description": "Only members of this group."})


class GroupSchema(Schema):
    name = _text(64, required=True, metadata={"description": "What diagrams call it."})
    title = _text(200, required=True)
    titles = fields.Dict(
        keys=_text(35),
        values=_text(200),
        load_default=dict,
        metadata={"description": "Its title in other languages, by tag such as `zh-CN`."},
    )


PeoplePage = page_of(PersonSchema)
GroupsPage = page_of(GroupSchema)

PERSON_EXAMPLE = {
    "id": "019b0c6e5f3a4c1d9e8f7a6b5c4d",
    "username": "sam",
    "name": "Sam Okafor",
    "email": "sam@example.com",
    "organisation": "acme",
    "roles": ["agent"],
    "groups": ["service-desk"],
    "locale": "en",
    "zone": "Europe/Zurich",
    "active": True,
}
GROUP_EXAMPLE = {"name": "service-desk", "title": "Service desk", "titles": {"zh-CN": "服务台"}}
