"""Who may call what: every endpoint there is has its place here, so that a new one cannot be forgotten."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.schemas.service_levels import QUESTION_EXAMPLE
from config.settings import Settings
from tests.desk import Desk, chain, diagram, open_desk
from tests.engine.dmn.support import decision, document, table
from tests.engine.support import form
from tests.walker import Steer, in_process

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

V1 = "/api/v1"
PUBLIC = {
    *("GET /", "GET /healthz", "GET /readyz", "GET /metrics"),
    *("GET /api/openapi.json", "GET /api/docs", "GET /api/docs.css"),
    *(f"POST {V1}/auth/token", f"POST {V1}/auth/login"),
}
DOCUMENT = ("", "/<key>", "/<key>/versions", "/<key>/versions/<int:number>")
# Everybody who is signed in: about herself, about what all may know, or a list of what she may see.
EVERYBODY = {
    *(f"POST {V1}/auth/logout", f"GET {V1}/auth/me", f"POST {V1}/auth/password"),
    *(f"GET {V1}/auth/tokens", f"POST {V1}/auth/tokens"),
    *(f"GET {V1}/people", f"GET {V1}/groups", f"POST {V1}/clock/advance"),
    *(f"GET {V1}/process-definitions", f"GET {V1}/process-definitions/<key>"),
    *(f"GET {V1}/process-definitions/<key>/versions", f"GET {V1}/process-definitions/<key>/start-form"),
    f"GET {V1}/process-definitions/<key>/starts",
    f"GET {V1}/process-definitions/<key>/versions/<int:number>",
    f"GET {V1}/process-definitions/<key>/versions/<int:number>/xml",
    *(f"GET {V1}/decision-definitions", f"GET {V1}/decision-definitions/<key>"),
    f"GET {V1}/decision-definitions/<key>/versions",
    f"GET {V1}/decision-definitions/<key>/versions/<int:number>",
    f"GET {V1}/decision-definitions/<key>/versions/<int:number>/xml",
    *(f"GET {V1}/forms", f"GET {V1}/forms/<path:key>", f"GET {V1}/forms/<path:key>/versions/<int:number>"),
    *(f"GET {V1}/process-instances", f"POST {V1}/process-instances"),
    *(f"GET {V1}/user-tasks", f"GET {V1}/timers", f"GET {V1}/deliveries"),
    f"POST {V1}/sla/preview",
    *(f"GET {V1}/clocks", f"GET {V1}/notifications", f"POST {V1}/notifications/read"),
    *(f"GET {V1}/calendars/<key>/days", f"POST {V1}/calendars/preview"),
    *(f"GET {V1}/{kind}{part}" for kind in ("calendars", "services") for part in DOCUMENT),
}
# What was agreed with one customer is no other's business: for those who work on cases.
STAFF = {
    f"POST {V1}/sla-policies/preview",
    *(f"GET {V1}/{kind}{part}" for kind in ("agreements", "sla-policies") for part in DOCUMENT),
}
# The work of programs, for administrators: whoever may see the case is told so.
JOBS = {
    f"GET {V1}/jobs/<job_id>",
    *(f"POST {V1}/jobs/<job_id>/{verb}" for verb in ("complete", "fail", "retry")),
}
# An outsider is not even told that there is such a thing.
HIDDEN = JOBS | {
    *(f"GET {V1}/people/<username>", f"DELETE {V1}/auth/tokens/<token_id>", f"POST {V1}/messages"),
    f"GET {V1}/process-instances/<instance_id>",
    *(
        f"GET {V1}/process-instances/<instance_id>/{part}"
        for part in ("history", "variables", "diagram", "messages")
    ),
    *(f"{method} {V1}/process-instances/<instance_id>/comments" for method in ("GET", "POST")),
    *(
        f"POST {V1}/process-instances/<instance_id>/{verb}"
        for verb in ("cancel", "suspend", "resume", "retry", "migrate")
    ),
    f"PATCH {V1}/process-instances/<instance_id>/variables",
    f"GET {V1}/user-tasks/<task_id>",
    *(f"POST {V1}/user-tasks/<task_id>/{verb}" for verb in ("claim", "release", "assign", "complete")),
    f"POST {V1}/deliveries/<delivery_id>/retry",
    *(f"POST {V1}/timers/<timer_id>/retry", f"POST {V1}/clocks/<clock_id>/retry"),
    *(f"GET {V1}/clocks/<clock_id>", f"POST {V1}/notifications/<notification_id>/read"),
}
FORBIDDEN = {
    f"GET {V1}/drafts",
    *(f"{method} {V1}/drafts/<kind>/<path:key>" for method in ("GET", "PUT", "DELETE")),
    *(f"POST {V1}/deployments", f"POST {V1}/decision-definitions/<key>/evaluate", f"GET {V1}/jobs"),
    *(f"POST {V1}/people", f"PATCH {V1}/people/<username>", f"POST {V1}/groups"),
    *(
        f"{method} {V1}/{kind}/<key>"
        for method in ("PUT", "DELETE")
        for kind in ("calendars", "services", "agreements", "sla-policies")
    ),
    f"POST {V1}/clocks/re-aim",
}
QUERIES = {f"GET {V1}/calendars/<key>/days": "?from=2026-03-02&to=2026-03-08"}
LEVELS: dict[str, dict[str, Any]] = {
    "calendars": {"name": "Always", "tz": "UTC", "weekly": {}},
    "services": {"name": "Incidents"},
    "agreements": {"name": "Incidents", "kind": "sla"},
    "sla-policies": {
        "name": "Incidents",
        "targets": [{"clock": "mending", "target": "PT1H", "calendar": "incident"}],
    },
}
BODIES: dict[str, Any] = {
    f"POST {V1}/people": {"username": "kim", "name": "Kim"},
    f"PATCH {V1}/people/<username>": {"name": "Kim"},
    f"POST {V1}/groups": {"name": "kims", "title": "Kim's"},
    f"PUT {V1}/calendars/<key>": LEVELS["calendars"],
    f"PUT {V1}/services/<key>": LEVELS["services"],
    f"PUT {V1}/agreements/<key>": LEVELS["agreements"],
    f"PUT {V1}/sla-policies/<key>": LEVELS["sla-policies"],
    f"POST {V1}/clocks/re-aim": {"dry_run": False},
    f"POST {V1}/sla-policies/preview": QUESTION_EXAMPLE,
    f"PUT {V1}/drafts/<kind>/<path:key>": {"content": "{}"},
    f"POST {V1}/user-tasks/<task_id>/assign": {"assignee": "zoe"},
    f"POST {V1}/jobs/<job_id>/fail": {"message": "No."},
    f"POST {V1}/decision-definitions/<key>/evaluate": {"variables": {"x": 1}},
    f"POST {V1}/process-instances/<instance_id>/migrate": {"version": 2},
    f"POST {V1}/process-instances/<instance_id>/comments": {"text": "Hello"},
}


JOB = '<serviceTask id="call" camunda:type="external" camunda:topic="monitor"/>'
SEND = '<sendTask id="send" messageRef="told"/>'
ERRAND = diagram("errand", chain(SEND, JOB), declared='<message id="told" name="told"/>')
DECISION = document(decision(table(["x"], ["y"], [(("1",), ("2",))]), key="incident"))


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(settings.database_url, tmp_path) as desk:
        yield desk


@pytest.fixture
def known(desk: Desk) -> dict[str, str]:
    """What stands for the parameters of paths: ann's case, its task and timer, a job, a delivery and a token
    of hers.
    """
    files = {"errand.bpmn": ERRAND, "incident.dmn": DECISION, "incident.json": form(x="integer")}
    assert desk("pat").deploy(files).status == 201
    for kind, level in LEVELS.items():
        assert desk("pat").send("PUT", f"/{kind}/incident", level, If_None_Match="*").status == 200
    errand = desk("ann").start("errand")
    case = desk("ann").start("incident", Steer(title="Confidential"))
    desk("sam").do(case, "triage", Steer(outcome="work", assigned_group="service-desk"))
    desk("sam").do(case, "work", Steer(outcome="resolve"))
    return {
        "instance_id": case["id"],
        "task_id": desk("ann").task(case, "confirm")["id"],
        "timer_id": desk("ann").get(f"/timers?instance={case['id']}")["items"][0]["id"],
        "job_id": desk("root").get(f"/jobs?instance={errand['id']}")["items"][0]["id"],
        "delivery_id": desk("ann").get(f"/deliveries?instance={errand['id']}")["items"][0]["id"],
        "token_id": desk("ann").get("/auth/tokens")["items"][0]["id"],
        "clock_id": desk("ann").get(f"/clocks?instance={case['id']}")["items"][0]["id"],
        "notification_id": "unknown",
        "number": "1",
        "key": "incident",
        "kind": "form",
        "username": "ann",
    }


@pytest.fixture
def outsider(desk: Desk) -> str:
    """A requester of another organisation."""
    desk("root").post("/groups", {"name": "zoo", "title": "Zoo"})
    desk("root").post("/people", {"username": "zoe", "name": "Zoe", "roles": ["requester"]})
    return "zoe"


def endpoints(desk: Desk) -> set[str]:
    """Every method of every rule, such as `GET /api/v1/user-tasks`."""
    return {
        f"{method} {rule.rule}"
        for rule in desk.app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def filled(endpoint: str, known: dict[str, str]) -> tuple[str, str]:
    method, path = endpoint.split(" ")
    for name, value in known.items():
        path = (
            path.replace(f"<{name}>", value).replace(f"<int:{name}>", value).replace(f"<path:{name}>", value)
        )
    assert "<" not in path, f"the test knows no value for a parameter of {path}"
    return method, path


def test_every_endpoint_has_a_rule_and_only_one(desk: Desk) -> None:
    rules = [PUBLIC, EVERYBODY, STAFF, HIDDEN, FORBIDDEN]

    assert endpoints(desk) == set().union(*rules)
    assert sum(len(rule) for rule in rules) == len(set().union(*rules))


def test_whoever_has_not_signed_in_gets_nothing_but_what_is_public(desk: Desk, known: dict[str, str]) -> None:
    nobody = in_process(desk.app)

    for endpoint in endpoints(desk) - PUBLIC:
        method, path = filled(endpoint, known)
        for headers in ({}, {"Authorization": "Bearer baton_forged"}, {"Authorization": "Basic YTpi"}):
            reply = nobody(method, path, None, headers)
            assert (endpoint, reply.status) == (endpoint, 401)
            assert reply.headers["WWW-Authenticate"].startswith("Bearer")
            assert reply.body["type"] == "urn:baton:problem:unauthorized"
    for endpoint in PUBLIC:
        assert nobody(*filled(endpoint, known), None, {}).status != 401


def test_an_outsider_is_told_of_nothing(desk: Desk, known: dict[str, str], outsider: str) -> None:
    message = {"name": "incident.withdraw", "instance": known["instance_id"]}
    bodies = BODIES | {f"POST {V1}/messages": message}

    for endpoint in HIDDEN:
        method, path = filled(endpoint, known)
        reply = desk(outsider).send(method, path.removeprefix(V1), bodies.get(endpoint))
        assert (endpoint, reply.status) == (endpoint, 404)
        assert "Confidential" not in str(reply.body)


def test_an_outsider_sees_nothing_in_any_list(desk: Desk, known: dict[str, str], outsider: str) -> None:
    secrets = [known[name] for name in ("instance_id", "task_id", "timer_id", "token_id", "clock_id")]

    for endpoint in sorted(EVERYBODY):
        method, path = filled(endpoint, known)
        if method == "GET":
            path = path.removeprefix(V1) + QUERIES.get(endpoint, "")
            reply = desk(outsider).send(method, path)
            assert reply.status == 200, endpoint
            assert not any(secret in str(reply.body) for secret in [*secrets, "Confidential"]), endpoint


@pytest.mark.parametrize("username", ["zoe", "sam", "audra"])
def test_what_is_for_a_few_is_forbidden_to_others(
    desk: Desk, known: dict[str, str], outsider: str, username: str
) -> None:
    if username == "zoe":
        known = known | {"username": "zoe"}  # of others she would not even be told

    for endpoint in FORBIDDEN:
        method, path = filled(endpoint, known)
        reply = desk(username).send(method, path.removeprefix(V1), BODIES.get(endpoint))
        assert (endpoint, reply.status) == (endpoint, 403)


def test_what_was_agreed_is_for_those_who_work_on_cases(
    desk: Desk, known: dict[str, str], outsider: str
) -> None:
    for endpoint in sorted(STAFF):
        method, path = filled(endpoint, known)
        for username, status in ((outsider, 403), ("sam", 200), ("audra", 200)):
            reply = desk(username).send(method, path.removeprefix(V1), BODIES.get(endpoint))
            assert (endpoint, username, reply.status) == (endpoint, username, status)


def test_an_auditor_reads_everything_and_changes_nothing(desk: Desk, known: dict[str, str]) -> None:
    changes = {"POST", "PATCH", "DELETE"}
    own = {f"DELETE {V1}/auth/tokens/<token_id>", f"POST {V1}/notifications/<notification_id>/read"}
    message = {"name": "incident.withdraw", "instance": known["instance_id"]}
    bodies = BODIES | {f"POST {V1}/messages": message}
    case = desk("ann").case({"id": known["instance_id"]})

    for endpoint in sorted(HIDDEN - own - JOBS):
        method, path = filled(endpoint, known)
        reply = desk("audra").send(method, path.removeprefix(V1), bodies.get(endpoint))
        expected = {403, 409} if method in changes else {200}
        assert reply.status in expected, endpoint

    assert desk("ann").case(case) == case


@pytest.mark.parametrize(
    ("username", "sees"),
    [
        ("ann", True),  # reported it
        ("sam", True),  # worked on it
        ("nia", False),  # of another team
        ("mia", True),
        ("pat", True),
        ("audra", True),
        ("root", True),
        ("carl", False),
    ],
)
def test_a_case_is_seen_by_those_it_concerns(
    desk: Desk, known: dict[str, str], username: str, sees: bool
) -> None:
    path = f"/process-instances/{known['instance_id']}"

    assert desk(username).send("GET", path).status == (200 if sees else 404)
    assert bool(desk(username).get("/process-instances")["items"]) is sees


def test_a_browser_changes_nothing_without_its_csrf_token(desk: Desk, known: dict[str, str]) -> None:
    browser = desk.app.test_client()
    session = browser.post(f"{V1}/auth/login", json={"username": "ann", "password": "demo"}).json
    path = f"{V1}/user-tasks/{known['task_id']}/claim"

    assert browser.get(f"{V1}/user-tasks").status_code == 200
    assert browser.post(path).status_code == 403
    assert browser.post(path, headers={"X-CSRF-Token": "forged"}).status_code == 403
    assert browser.post(path, headers={"X-CSRF-Token": session["csrf_token"]}).status_code == 200
