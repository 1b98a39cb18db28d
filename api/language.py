"""The languages an answer may be written in."""

from flask import request

from api.auth import current_person


def locales() -> list[str]:
    """The languages of `Accept-Language`, the most wanted first, then the person's own: tags such as `en` or
    `zh-CN`, of which `engine.languages.chosen` takes the first there is a translation for.
    """
    named = [tag for tag, quality in request.accept_languages if quality > 0 and tag != "*"]
    return [*named, current_person().locale]
