"""The language an answer is written in."""

from flask import request

from api.auth import current_person


def locale() -> str:
    """The first language of `Accept-Language`, else the person's own: a tag such as `en` or `zh-CN`."""
    named = (tag for tag in request.accept_languages.values() if tag != "*")
    return next(named, current_person().locale)
