"""The doors: HTTP and the command line. Here the HTTP application is put together."""

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from api import (
    agreements,
    auth,
    calendars,
    clock,
    clocks,
    decision_definitions,
    deliveries,
    deployments,
    drafts,
    errors,
    forms,
    headers,
    health,
    jobs,
    logs,
    messages,
    metrics,
    notifications,
    openapi,
    payload,
    people,
    process_definitions,
    process_instances,
    services,
    sign_in,
    sla,
    sla_policies,
    timers,
    user_tasks,
    web,
)
from api.serialisation import OrjsonProvider
from api.server import Server
from config.settings import Settings
from engine.database import Database

BLUEPRINTS = (
    health.blueprint,
    sign_in.blueprint,
    people.blueprint,
    people.groups_blueprint,
    deployments.blueprint,
    drafts.blueprint,
    process_definitions.blueprint,
    decision_definitions.blueprint,
    forms.blueprint,
    process_instances.blueprint,
    user_tasks.blueprint,
    messages.blueprint,
    deliveries.blueprint,
    timers.blueprint,
    calendars.blueprint,
    services.blueprint,
    agreements.blueprint,
    sla_policies.blueprint,
    sla.blueprint,
    clocks.blueprint,
    notifications.blueprint,
    jobs.blueprint,
    clock.blueprint,
)


def create_app(settings: Settings, database: Database, built: Path = web.BUILT) -> Flask:
    """The application on a migrated database. What it holds is in `app.extensions["baton"]`, a `Server`.

    `settings.secret_key` must be there (`config.settings.with_secret_key`). The caller sets `ready`.
    `built` is the folder the build of the browser side was written to.
    """
    app = Flask("api", static_folder=None)
    app.json = OrjsonProvider(app)
    server = Server(settings, database)
    app.extensions["baton"] = server
    # The order counts: the log begins first and ends last; the body is bounded before anybody is asked who
    # she is.
    logs.install(app)
    metrics.install(app, server)
    headers.install(app)
    payload.install(app)
    if settings.demo or settings.test_clock:
        # Else another site's page could let its own name resolve to this machine, and use what is open here.
        payload.install_loopback_only(app)
    auth.install(app)
    errors.install(app)
    api = openapi.install(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    web.install(app, built)
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app
