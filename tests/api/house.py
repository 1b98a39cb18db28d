"""A small house in which every command can be given: what each needs is waiting for it."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from api import create_app
from api.schemas.service_levels import CALENDAR_PREVIEW_EXAMPLE, QUESTION_EXAMPLE
from api.schemas.sla import PREVIEW_EXAMPLE
from config import settings as all_settings
from engine import escalations, integrity, people, runtime, scheduler
from engine.clock import system_now
from engine.database import Database
from engine.store.history import HistoryRow
from engine.store.migrate import all_tables
from engine.store.process_instances import ProcessInstanceRow
from tests.api.faults import everything
from tests.desk import ORGANISATION, Desk
from tests.engine.bpmn.support import (
    boundary,
    catch,
    diagram,
    end,
    event_sub,
    mark,
    message,
    par,
    path,
    script,
    service,
    signal,
    start,
    throw,
    timer,
    timer_of,
    user,
)
from tests.engine.dmn.support import decision, document, table
from tests.engine.support import form
from tests.walker import Reply, multipart

FIRED = ("timer fired", "threshold fired", "message", "signal", "started")
"""What happens to cases of itself."""
DESK = {"candidateGroups": "service-desk"}
LATE = (boundary("late", "first", timer("PT1H"), interrupting=False), end("told"), path("late told"))


def trial(second: str = "Second") -> bytes:
    """Two tasks with a script between them, which fails when `by` is 0; a timer, a message and a threshold
    beside them.
    """
    return diagram(
        mark("start answer"),
        start(), user("first", formKey="trial/first", **DESK), script("share", "part = 10 // by"),
        user("second", name=second, dueDate="${now()}", **DESK), end(), path("start first share second end"),
        *LATE,
        event_sub("on_note", start("noted", message("note"), isInterrupting=False),
                  script("count", "notes = notes + 1"), end("counted"), path("noted count counted")),
        event_sub("on_half", start("half", message("sla.answer.50"), isInterrupting=False),
                  user("hurry", **DESK), end("hurried"), path("half hurry hurried")),
        key="trial", messages=("note", "sla.answer.50"),
    )  # fmt: skip


ERRAND = diagram(
    mark("start errand"), start(), service("call"), user("first", **DESK), end(),
    path("start call first end"),
    *LATE, key="errand",
)  # fmt: skip
BETWEEN = {"messages": ("ring",), "signals": ("alarm",)}
SENDER = diagram(
    start(), throw("rings", message("ring")), throw("alarms", signal("alarm")), end(),
    path("start rings alarms end"), key="sender", **BETWEEN,
)  # fmt: skip
HEARER = diagram(
    start(), par("both"), catch("rung", message("ring")), catch("alarmed", signal("alarm")), end(),
    path("start both rung end"), path("both alarmed end"), key="hearer", **BETWEEN,
)  # fmt: skip
HOURLY = diagram(
    start("start", timer_of("timeCycle", "R/PT1H")), user("first", **DESK), end(), path("start first end"),
    key="hourly",
)  # fmt: skip
DECISION = document(decision(table(["x"], ["y"], [(("1",), ("2",))]), key="choice"))
FORM = form(by="integer")
FILES = {"trial.bpmn": trial(), "errand.bpmn": ERRAND, "choice.dmn": DECISION, "trial/first.json": FORM}

ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
TELLS = [
    {"at": "50%", "do": [{"notify": {"people": ["mia", "sam"]}}, {"level": 1}]},
    {"at": "100%", "do": []},
]


def promise(target: str = "PT2H") -> dict[str, Any]:
    terms = {"target": target, "calendar": "round", "thresholds": TELLS}
    return {"name": "Answers", "targets": [terms | {"clock": clock} for clock in ("answer", "errand")]}


SPARE = {"clock": "none", "target": "PT1H", "calendar": "round"}
LEVELS: dict[str, dict[str, Any]] = {
    "calendars": {"name": "Always", "tz": "UTC", "weekly": ALWAYS},
    "services": {"name": "Mail"},
    "agreements": {"name": "Globex", "kind": "sla", "organisation": "globex"},
    "sla-policies": {"name": "Spare", "targets": [SPARE]},
}


@dataclass(frozen=True)
class Command:
    """Something to send, by whom: `words` are a method and a path, in which `{name}` stands for what the
    house knows by that name. `again` is the answer when it is sent again with its key after it was done:
    None is the first one.
    """

    words: str
    by: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    again: int | None = None

    def __str__(self) -> str:
        return self.words


class House(Desk):
    """A desk at which `known` is waiting; `furnished` is all that its database holds."""

    def __init__(self, database_url: str, directory: Path) -> None:
        environment = {
            "BATON_DATABASE_URL": database_url,
            "BATON_DATA_DIR": str(directory),
            "BATON_SECRET_KEY": "a key that only these tests know, long enough",
            "BATON_TEST_CLOCK": "1",
        }
        database = Database(database_url)
        if database.is_sqlite:  # what a disk does is not looked at here
            event.listen(database.engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
        all_tables().create_all(database.engine)
        with database.transaction() as session:
            people.seed_demo(session, ORGANISATION, system_now())
        app = create_app(all_settings.read(environment), database, built=Path("nowhere"))
        server = app.extensions["baton"]
        server.after_advance = lambda: scheduler.sweep_all(database)
        server.ready.set()
        super().__init__(app, database)
        self.known = self._furnish()
        self.furnished = everything(database)

    def send(self, command: Command, key: str | None = None) -> Reply:
        """Its answer."""
        method, path = command.words.format(**self.known).split()
        headers, body = self._filled(command.headers), self._filled(command.body)
        headers |= {"Idempotency-Key": key or uuid4().hex}
        if "Cookie" not in headers:
            headers["Authorization"] = f"Bearer {self(command.by).token}"
        return self(command.by).transport(method, f"/api/v1{path}", body, headers)

    def rule(self, command: Command) -> str:
        """The endpoint that it reaches, such as `POST /api/v1/user-tasks/<task_id>/claim`."""
        method, path = command.words.format(**self.known).split()
        adapter = self.app.url_map.bind("localhost")
        rule, _ = adapter.match(f"/api/v1{path.partition('?')[0]}", method, return_rule=True)
        return f"{method} {rule.rule}"

    def sweep(self) -> None:
        """Look what is due, as the scheduler does: whatever goes wrong, it looks again a moment later."""
        with suppress(Exception):
            scheduler.sweep_all(self.database)

    def fired(self) -> Counter[tuple[str, str, str | None, str | None]]:
        """(case, kind, element, threshold) of everything that ever happened of itself; of a case that began,
        its process.
        """
        entry, case = HistoryRow, ProcessInstanceRow
        told = select(case.id, case.definition_key, entry.kind, entry.element, entry.detail)
        told = told.join(case, case.id == entry.instance_id).where(entry.kind.in_(FIRED))
        with self.database.transaction(write=False) as session:
            rows = session.execute(told).all()
        return Counter(
            (key if kind == "started" else case_id, kind, element, detail.get("threshold"))
            for case_id, key, kind, element, detail in rows
        )

    def faults(self) -> list[Any]:
        """What does not fit together."""
        with self.database.transaction(write=False) as session:
            return list(integrity.verify(session, system_now()))

    def _filled(self, told: Any) -> Any:
        """The texts in a dict, with what the house knows in them."""
        if not isinstance(told, Mapping):
            return told
        texts = {name: text.format(**self.known) for name, text in told.items() if isinstance(text, str)}
        return dict(told) | texts

    def _furnish(self) -> dict[str, str]:
        for username in SENDERS:
            self(username)
        pat = self("pat")
        assert pat.deploy(FILES).status == 201
        assert pat.deploy({"trial.bpmn": trial("Another")}).status == 201
        assert pat.deploy({"sender.bpmn": SENDER, "hearer.bpmn": HEARER}).status == 201
        self._save("/calendars/round", LEVELS["calendars"])
        for kind, level in LEVELS.items():
            self._save(f"/{kind}/spare", level)
        self._save("/sla-policies/answers", promise())
        self._save("/drafts/form/spare", {"content": "{}"})
        known = self._failures() | self._session()
        known |= {f"{name}_case": self._case("trial") for name in ("fresh", "held", "resting", "failed")}
        known |= {f"{name}_task": self._task(known[f"{name}_case"]) for name in ("fresh", "held")}
        self("sam").post(f"/user-tasks/{known['held_task']}/claim")
        self("mia").post(f"/process-instances/{known['resting_case']}/suspend")
        self._fail(known["failed_case"])
        known |= {f"{name}_job": self._job(self._case("errand")) for name in ("fresh", "dead")}
        self("root").post(f"/jobs/{known['dead_job']}/fail", {"message": "No.", "retry": False})
        assert pat.deploy({"hourly.bpmn": HOURLY}).status == 201
        pat.post("/auth/tokens", {"name": "spare"})
        tokens = pat.get("/auth/tokens")["items"]
        known["spare_token"] = next(token["id"] for token in tokens if token["name"] == "spare")
        assert pat.send("PUT", "/sla-policies/answers", promise("PT3H"), **{"If_Match": '"1"'}).status == 200
        self._case("hearer")
        self._case("sender")
        return known

    def _save(self, path: str, document: Any) -> None:
        reply = self("pat").send("PUT", path, document, If_None_Match="*")
        assert reply.status == 200, reply

    def _case(self, definition: str) -> str:
        variables = {"by": 2, "notes": 0}
        body = {"definition": definition, "variables": variables}
        return str(self("ann").post("/process-instances", body)["id"])

    def _task(self, case: str, element: str = "first") -> str:
        return str(self("sam").task({"id": case}, element)["id"])

    def _job(self, case: str) -> str:
        return str(self("root").get(f"/jobs?instance={case}")["items"][0]["id"])

    def _fail(self, case: str) -> None:
        self("sam").post(f"/user-tasks/{self._task(case)}/complete", {"data": {"by": 0}})
        assert self("mia").get(f"/process-instances/{case}")["state"] == "failed"
        self("mia").send("PATCH", f"/process-instances/{case}/variables", {"by": 2})

    def _failures(self) -> dict[str, str]:
        """A notification, then a timer and a threshold that failed as often as they may."""
        case = self._case("trial")
        self("sam").wait(minutes=61)  # the timer fires, and half of the target is used
        told = self("mia").get("/notifications")["items"][0]["id"]
        tired, unheard = self._case("trial"), self._case("sender")
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(runtime, "advance", _break)
            broken.setattr(escalations, "fire", _break)
            for _ in range(7):
                self("sam").wait(hours=1)
        (timer,) = self("mia").get(f"/timers?instance={tired}&state=dead")["items"]
        (clock,) = self("mia").get(f"/clocks?instance={tired}")["items"]
        (unheard_of,) = self("mia").get(f"/deliveries?instance={unheard}")["items"]
        known = {"told_case": case, "told": told, "dead_delivery": unheard_of["id"]}
        return known | {"dead_timer": timer["id"], "tired_clock": clock["id"]}

    def _session(self) -> dict[str, str]:
        """A browser's, of nia."""
        browser = self.app.test_client()
        body = {"username": "nia", "password": "demo"}
        csrf = browser.post("/api/v1/auth/login", json=body).json["csrf_token"]
        cookie = browser.get_cookie("baton_session")
        assert cookie is not None
        return {"cookie": f"baton_session={cookie.value}", "csrf": csrf}


def _break(*_arguments: Any, **_options: Any) -> None:
    raise RuntimeError("broken")


def _parts(files: Mapping[str, bytes], **fields: str) -> dict[str, Any]:
    body, kind = multipart([("files", path, data) for path, data in files.items()], fields)
    return {"body": body, "headers": {"Content-Type": kind}}


NEW, FIRST = {"If-None-Match": "*"}, {"If-Match": '"1"'}
BROWSER = {"Cookie": "{cookie}", "X-CSRF-Token": "{csrf}"}
SIGNED_IN = {"username": "carl", "password": "demo"}
RESULT = {"variables": {"by": 5}}

COMMANDS = (
    # Cases
    Command("POST /process-instances", "ann", {"definition": "trial", "variables": {"by": 2, "notes": 0}}),
    Command("POST /process-instances/{fresh_case}/cancel", "mia", {"reason": "Not wanted."}),
    Command("POST /process-instances/{fresh_case}/suspend", "mia"),
    Command("POST /process-instances/{resting_case}/resume", "mia"),
    Command("POST /process-instances/{failed_case}/retry", "mia"),
    Command("POST /process-instances/{fresh_case}/migrate", "pat", {"version": 1}),
    Command("POST /process-instances/{fresh_case}/comments", "ann", {"text": "Still waiting."}),
    Command("PATCH /process-instances/{failed_case}/variables", "mia", {"by": 5}),
    Command("POST /user-tasks/{fresh_task}/claim", "sam"),
    Command("POST /user-tasks/{held_task}/release", "sam"),
    Command("POST /user-tasks/{fresh_task}/assign", "mia", {"assignee": "sam"}),
    Command("POST /user-tasks/{fresh_task}/complete", "sam", {"data": {"by": 5}}),
    Command("POST /user-tasks/{held_task}/complete", "sam", {"data": {"by": 0}}),
    Command("POST /messages", "sam", {"name": "note", "instance": "{fresh_case}"}),
    # Jobs, timers and clocks
    Command("POST /jobs/{fresh_job}/complete", "root", RESULT),
    Command("POST /jobs/{fresh_job}/fail", "root", {"message": "Not now."}),
    Command("POST /jobs/{fresh_job}/fail", "root", {"message": "Never.", "retry": False}),
    Command("POST /jobs/{dead_job}/retry", "root"),
    Command("POST /timers/{dead_timer}/retry", "mia"),
    Command("POST /clocks/{tired_clock}/retry", "mia"),
    Command("POST /deliveries/{dead_delivery}/retry", "mia"),
    Command("POST /clocks/re-aim", "mia", {"dry_run": False, "calendar": "round"}),
    Command("POST /notifications/{told}/read", "mia"),
    Command("POST /notifications/read", "mia"),
    # What owners make
    Command(
        "POST /deployments", "pat", **_parts({"trial.bpmn": trial("New"), "trial/first.json": FORM + b" "})
    ),
    Command("POST /deployments", "pat", **_parts({"choice.dmn": DECISION.replace(b">2<", b">3<")})),
    Command("PUT /drafts/process/trial", "pat", {"content": "<definitions/>"}, NEW),
    Command("PUT /drafts/form/spare", "pat", {"content": "[]"}, FIRST),
    Command("DELETE /drafts/form/spare", "pat", headers=FIRST),
    Command("PUT /calendars/new", "pat", LEVELS["calendars"], NEW),
    Command("PUT /services/new", "pat", {"name": "New"}, NEW),
    Command("PUT /agreements/new", "pat", {"name": "New", "kind": "sla", "organisation": "acme"}, NEW),
    Command("PUT /sla-policies/new", "pat", {"name": "New", "targets": [SPARE | {"clock": "new"}]}, NEW),
    *(
        Command(f"PUT /{kind}/spare", "pat", level | {"name": "Other"}, FIRST)
        for kind, level in LEVELS.items()
    ),
    *(Command(f"DELETE /{kind}/spare", "pat", headers=FIRST) for kind in LEVELS),
    # People
    Command("POST /people", "root", {"username": "kim", "name": "Kim", "groups": ["cab"]}),
    Command("PATCH /people/ann", "root", {"name": "Ann A.", "groups": ["cab"], "active": False}),
    Command("POST /groups", "root", {"name": "kims", "title": "Kim's"}),
    Command("DELETE /auth/tokens/{spare_token}", "pat"),
    # Their answers are secrets, which are not kept: sent again, they are done again.
    Command("POST /auth/token", "carl", SIGNED_IN, again=200),
    Command("POST /auth/login", "carl", SIGNED_IN, again=200),
    Command("POST /auth/tokens", "sam", {"name": "monitoring"}, again=201),
    # Whoever has done that is signed out.
    Command("POST /auth/logout", "nia", headers=BROWSER, again=401),
    Command(
        "POST /auth/password", "nia", {"current": "demo", "password": "correct horse"}, BROWSER, again=401
    ),
    # What writes nothing
    Command("POST /decision-definitions/choice/evaluate", "pat", {"variables": {"x": 1}}),
    Command("POST /process-instances/{fresh_case}/migrate?dry_run=true", "pat", {"version": 1}),
    Command("POST /deployments?dry_run=true", "pat", **_parts({"trial.bpmn": trial("New")})),
    Command("POST /sla-policies/preview", "mia", QUESTION_EXAMPLE),
    Command("POST /calendars/preview", "mia", CALENDAR_PREVIEW_EXAMPLE),
    Command("POST /sla/preview", "mia", PREVIEW_EXAMPLE),
)
"""Every command there is over HTTP, at least once."""

SENDERS = {command.by for command in COMMANDS}
