"""Reads an endpoint's arguments, strictly, and in the right order when several things are wrong."""

from typing import Any, NoReturn

from flask import current_app, request
from webargs.flaskparser import FlaskParser

from api.commands import reading
from api.payload import json_body


class ArgumentParser(FlaskParser):
    """A body in another type than JSON is refused, not overlooked, and 422 comes after 404, 409 and 403."""

    def _raw_load_json(self, req: Any) -> Any:
        return json_body()

    def handle_error(self, *args: Any, **options: Any) -> NoReturn:
        guard = getattr(current_app.view_functions[request.endpoint or ""], "guard", None)
        if guard is not None:
            with reading() as here:
                guard(here, **(request.view_args or {}))
        super().handle_error(*args, **options)
