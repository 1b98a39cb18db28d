"""Headers on every answer that keep browsers from doing what nobody asked for."""

from flask import Flask, Response, request

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE = (
    "default-src 'none'; script-src 'self'; style-src {styles}; connect-src 'self'; img-src 'self' data:; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
POLICY = "Content-Security-Policy"

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def install(app: Flask) -> None:
    """Put them on every answer of this application."""
    app.after_request(_protect)


def for_page(response: Response, nonce: str | None = None) -> Response:
    """Let this answer, a page of ours, load its own scripts, styles and data from this server; and use the
    styles its scripts add under this nonce.
    """
    styles = "'self'" if nonce is None else f"'self' 'nonce-{nonce}'"
    response.headers[POLICY] = PAGE.format(styles=styles)
    return response


def _protect(response: Response) -> Response:
    for name, value in ALWAYS.items():
        response.headers[name] = value
    response.headers.setdefault(POLICY, NOTHING)
    response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
