"""Lists in pages: `?limit=&cursor=` in, `{"items", "next"}` out.

A cursor says after which item to go on, so a page costs the same however far down the list it is, and nothing
is skipped when the list changes meanwhile.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeVar

from flask import request
from marshmallow import Schema, fields, validate

from api.serialisation import from_json, to_json
from api.server import server
from engine.errors import Invalid, NotFound

DEFAULT_LIMIT = 50
HIGHEST_LIMIT = 200
SIGNATURE_BYTES = 12
HIGHEST_VERSION = 2**31 - 1
"""Beyond it no database could even be asked."""

Item = TypeVar("Item")


class PageQuery(Schema):
    """The parameters of every list; subclass it to add filters."""

    limit = fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, HIGHEST_LIMIT),
        metadata={"description": "How many items at most."},
    )
    cursor = fields.String(
        load_default=None,
        validate=validate.Length(1, 1000),
        metadata={"description": "Where to go on: `next` of the page before."},
    )


def page_of(schema: type[Schema]) -> type[Schema]:
    """The schema of a page whose items have this schema."""
    name = schema.__name__.removesuffix("Schema")
    next_page = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The cursor of the next page; null on the last one."},
    )
    items = fields.List(fields.Nested(schema), required=True)
    return type(f"{name}PageSchema", (Schema,), {"items": items, "next": next_page})


def after(query: dict[str, Any]) -> list[Any] | None:
    """The values in the query's cursor, as `page` was given them; None on the first. Raises `Invalid`."""
    cursor = query["cursor"]
    return None if cursor is None else _decode(cursor)


def page(found: Sequence[Item], limit: int, key: Callable[[Item], Sequence[Any]]) -> dict[str, Any]:
    """A page of what was found. Ask the verb for `limit + 1` items: one more than fits tells of a next page.

    `key` gives the values (texts, numbers, instants) by which the list is ordered, the last one unique.
    """
    items = list(found[:limit])
    return {"items": items, "next": _encode(key(items[-1])) if len(found) > limit else None}


def existing(version: int) -> int:
    """The number of a version, if there could be one. Raises `NotFound`."""
    if version > HIGHEST_VERSION:
        raise NotFound(f"Nothing has {version} versions.")
    return version


def _encode(values: Sequence[Any]) -> str:
    content = to_json([{"at": value} if isinstance(value, datetime) else value for value in values])
    return urlsafe_b64encode(_signature(content) + content).rstrip(b"=").decode()


def _decode(cursor: str) -> list[Any]:
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        raw = b""
    signature, content = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(content)):
        raise Invalid("This cursor is not one of this list.")
    values = from_json(content)
    return [datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value for value in values]


def _signature(content: bytes) -> bytes:
    # The path is signed along: a cursor of one list means nothing in another.
    key = server().settings.secret_key.encode()[:64]
    return blake2b(request.path.encode() + b"\0" + content, key=key, digest_size=SIGNATURE_BYTES).digest()
