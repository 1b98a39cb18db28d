"""The language an answer is written in."""

from flask import request

from api.auth import current_person


def locale() -> str:
    """The first language of `Accept-Language`, else the person's own: a tag such as `en` or `zh-CN`."""
    return request.accept_languages.best or current_person().locale
