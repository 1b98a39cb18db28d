"""The browser side: its one page at every path that is no one else's, and the files that page loads.

They are made by the build (`web/dist`). Where nothing was built, the front door leads to the API's
documentation.
"""

import re
import secrets
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, Response, abort, redirect, request, send_file
from werkzeug.routing import PathConverter

from api.auth import COOKIE, public
from api.headers import for_page

BUILT = Path(__file__).parent.parent / "web" / "dist"
NONCE = "{{ nonce }}"
SIGNED_IN = re.compile("<!-- signed in: (.*?) -->")  # what only somebody with a session needs soon
FOR_EVER = "public, max-age=31536000, immutable"  # a file's name changes with its content

ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
ASSET = re.compile(r"\w[\w.-]*")


class PagePath(PathConverter):
    """A path that a person may stand at in her browser. What programs ask for stays a 404 when it is unknown,
    and so do the files that browsers and robots look for by themselves (`/favicon.ico`).
    """

    regex = r"(?!(?:api|assets|engine-rest)(?:/|$))(?![^/]*\.[^/]*$)[^/].*?"


def install(app: Flask, built: Path) -> None:
    """Serve what the build left in this folder."""
    app.url_map.converters["page"] = PagePath
    app.register_blueprint(_pages(built) if (built / "index.html").exists() else _without_pages())


def _pages(built: Path) -> Blueprint:
    pages = Blueprint("web", __name__)

    @pages.get("/")
    @pages.get("/<page:path>")
    @public
    def page(path: str = "") -> Response:
        # Libraries add styles while they run. The nonce, new for each answer, lets these in and no others.
        nonce = secrets.token_urlsafe(16)
        html = (built / "index.html").read_text(encoding="utf-8").replace(NONCE, nonce)
        html = SIGNED_IN.sub(r"\1" if COOKIE in request.cookies else "", html)
        return for_page(Response(html, content_type="text/html; charset=utf-8"), nonce)

    @pages.get("/assets/<name>")
    @public
    def asset(name: str) -> Response:
        path = built / "assets" / name
        content_type = TYPES.get(path.suffix)
        if content_type is None or not ASSET.fullmatch(name) or not path.is_file():
            abort(404)
        return _file(path, content_type)

    return pages


def _without_pages() -> Blueprint:
    front_door = Blueprint("web", __name__)

    @front_door.get("/")
    @public
    def page() -> Response:
        return cast(Response, redirect("/api/docs"))

    return front_door


def _file(path: Path, content_type: str) -> Response:
    """The file in the best of the encodings the build made of it and the browser takes."""
    encoding = None
    for name, suffix in ENCODINGS:
        compressed = path.with_name(path.name + suffix)
        if request.accept_encodings[name] and compressed.is_file():
            path, encoding = compressed, name
            break
    response = send_file(path, mimetype=content_type, conditional=False, etag=False)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Vary"] = "Accept-Encoding"
    response.headers.pop("Content-Disposition", None)
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response
