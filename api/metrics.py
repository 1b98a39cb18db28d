"""What `/metrics` counts about requests. Others register their own numbers on `server().metrics`."""

from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

from api.server import Server

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


def install(app: Flask, server: Server) -> None:
    """Count the requests of this application. Labels name endpoints, never paths: those have no end."""
    requests = Counter(
        "baton_http_requests", "Requests answered.", ("endpoint", "method", "status"), registry=server.metrics
    )
    seconds = Histogram(
        "baton_http_request_seconds",
        "How long an answer took.",
        ("endpoint",),
        registry=server.metrics,
        buckets=BUCKETS,
    )

    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        method = request.method if request.url_rule is not None else "any"
        requests.labels(endpoint, method, response.status_code).inc()
        seconds.labels(endpoint).observe(perf_counter() - g.started)
        return response

    app.after_request(count)
