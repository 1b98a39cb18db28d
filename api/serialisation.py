"""JSON in and out, by orjson: strict (no NaN, no lone surrogates) and quick."""

from typing import Any

import orjson
from flask.json.provider import JSONProvider


def to_json(value: Any) -> bytes:
    """The JSON text of plain values."""
    return orjson.dumps(value)


def from_json(text: str | bytes) -> Any:
    """The value of a JSON text; raises `ValueError` for anything else."""
    return orjson.loads(text)


class OrjsonProvider(JSONProvider):
    """What Flask itself uses for JSON."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        return to_json(obj).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        return from_json(s)
