"""Somebody who knows Baton only by its API: she reads forms, fills them from their schemas, and works.

    ann, sam = sign_in(over_http(url), "ann", "demo"), sign_in(over_http(url), "sam", "demo")
    case = ann.start("incident", Steer(impact=1))
    sam.do(case, "triage", Steer(outcome="work"))

Nothing here knows a process: what a form asks for is found out by giving it, and a `Strategy` takes the
decisions.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from random import Random
from typing import Any, Protocol

import httpx
from flask import Flask
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, ValidationError

API = "/api/v1"
FORMATS = {
    "date": date(2026, 3, 2).isoformat(),
    "date-time": datetime(2026, 3, 2, 9, 30).isoformat() + "Z",
    "duration": "PT1H",
    "email": "kim@example.org",
    "hostname": "example.org",
    "idn-email": "kim@example.org",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "time": time(9, 30).isoformat() + "Z",
    "uri": "https://example.org/",
    "uuid": "12345678-1234-4234-8234-123456789abc",
}
MOST_REPAIRS = 200


# Decisions


class Strategy(Protocol):
    """Takes the decisions that a form leaves open."""

    given: Mapping[str, Any]
    """Fields whose values are settled, whatever the schema would allow."""

    def pick(self, name: str, options: list[Any]) -> Any:
        """One of the values a field may have."""


class Steer:
    """Gives these fields, and the first option of every other that is asked for."""

    def __init__(self, **given: Any) -> None:
        self.given = given

    def pick(self, name: str, options: list[Any]) -> Any:
        return options[0]


class Explore:
    """Decides by chance, the same way for the same random numbers."""

    given: Mapping[str, Any] = {}

    def __init__(self, random: Random) -> None:
        self._random = random

    def pick(self, name: str, options: list[Any]) -> Any:
        return self._random.choice(options)


# Filling forms


def fill(
    schema: dict[str, Any], strategy: Strategy, shown: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Data that is valid under a form's JSON Schema, made by mending what the schema complains about.

    Starts from what the form shows and the strategy gives. Gives up with an AssertionError when a complaint
    cannot be mended by filling in a field.
    """
    declared = schema.get("properties", {})
    data = {name: value for name, value in (shown or {}).items() if not declared[name].get("readOnly")}
    data |= strategy.given
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    for _ in range(MOST_REPAIRS):
        complaint = next((leaf for error in validator.iter_errors(data) for leaf in _leaves(error)), None)
        if complaint is None:
            return data
        _mend(data, complaint, schema, strategy)
    raise AssertionError(f"No valid data found for {schema}: {data}")


def _leaves(error: ValidationError) -> list[ValidationError]:
    """What an error comes from: of alternatives, the first that something can still be filled in for."""
    if not error.context:
        return [error]
    return [leaf for inner in error.context for leaf in _leaves(inner) if leaf.validator == "required"]


def _mend(data: dict[str, Any], error: ValidationError, schema: dict[str, Any], strategy: Strategy) -> None:
    assert error.validator in ("required", "dependentRequired"), f"{error.message} in {json.dumps(data)}"
    place: Any = data
    for step in error.absolute_path:
        place = place[step]
    names = error.validator_value
    if isinstance(names, dict):
        names = [name for present in names if present in place for name in names[present]]
    for name in [name for name in names if name not in place]:
        path = [*error.absolute_path, name]
        place[name] = make(name, _merged([*_declared(schema, path), _own(error, name)]), strategy)


def _own(error: ValidationError, name: str) -> dict[str, Any]:
    return error.schema.get("properties", {}).get(name, {})


def _declared(schema: Any, path: list[Any]) -> list[dict[str, Any]]:
    """What a schema itself says about the value at a path."""
    if not isinstance(schema, dict):
        return []
    if not path:
        return [schema]
    step = path[0]
    inner = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step)
    parts = [part for part in schema.get("allOf", ()) if isinstance(part, dict)]
    return [
        *_declared(inner, path[1:]),
        *(found for part in parts for found in _declared(part, path)),
    ]


def _merged(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for schema in schemas:
        merged |= schema
    return merged


def make(name: str, schema: dict[str, Any], strategy: Strategy) -> Any:
    """A value that one field's schema allows."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return strategy.pick(name, schema["enum"])
    for alternatives in ("oneOf", "anyOf"):
        if alternatives in schema:
            rest = {key: value for key, value in schema.items() if key != alternatives}
            return make(name, rest | strategy.pick(name, schema[alternatives]), strategy)
    kind = schema.get("type", "string")
    return _MAKERS[kind[0] if isinstance(kind, list) else kind](name, schema, strategy)


def _make_text(name: str, schema: dict[str, Any], strategy: Strategy) -> str:
    if "format" in schema:
        return FORMATS[schema["format"]]
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    if "pattern" in schema:
        return _matching(schema["pattern"], shortest, longest)
    text = f"Some {name}"
    return (text + "." * (shortest - len(text)))[:longest]


def _matching(pattern: str, shortest: int, longest: int) -> str:
    """A text that a pattern of JSON Schema fits (which may match anywhere)."""
    quiet = settings(
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    texts = st.from_regex(pattern).filter(lambda text: "\n" not in text)
    return find(texts, lambda text: shortest <= len(text) <= longest, settings=quiet)


def _make_number(name: str, schema: dict[str, Any], strategy: Strategy) -> int | float:
    step = schema.get("multipleOf", 1 if schema.get("type") == "integer" else 0.5)
    lowest = schema.get("minimum", schema.get("exclusiveMinimum", min(0, schema.get("maximum", 0))))
    value = -(-lowest // step) * step
    while value < lowest or value == schema.get("exclusiveMinimum"):
        value += step
    return value


def _make_list(name: str, schema: dict[str, Any], strategy: Strategy) -> list[Any]:
    made = [make(name, part, strategy) for part in schema.get("prefixItems", ())]
    item = schema.get("items", {})
    options = item.get("enum") if schema.get("uniqueItems") else None
    while len(made) < schema.get("minItems", 0):
        made.append(options[len(made)] if options else make(f"{name} {len(made) + 1}", item, strategy))
    return made


def _make_object(name: str, schema: dict[str, Any], strategy: Strategy) -> dict[str, Any]:
    return fill(schema, Steer())


_MAKERS = {
    "array": _make_list,
    "boolean": lambda name, _schema, strategy: strategy.pick(name, [True, False]),
    "integer": _make_number,
    "null": lambda _name, _schema, _strategy: None,
    "number": _make_number,
    "object": _make_object,
    "string": _make_text,
}


# Calling


@dataclass(frozen=True)
class Reply:
    """What the server answered: the body as JSON if it is that, else as bytes."""

    status: int
    body: Any
    headers: Mapping[str, str]


class Transport(Protocol):
    """Sends one request. `body` is sent as JSON unless it is None; bytes are sent as they are."""

    def __call__(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Reply: ...


def over_http(url: str) -> Transport:
    """To a server at this address."""
    client = httpx.Client(base_url=url, timeout=120)

    def send(method: str, path: str, body: Any, headers: Mapping[str, str]) -> Reply:
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        answer = client.request(method, path, content=content, headers=_typed(body, headers))
        return Reply(answer.status_code, _read(answer.content, answer.headers), answer.headers)

    return send


def in_process(app: Flask) -> Transport:
    """To an application in this process, without a socket."""

    def send(method: str, path: str, body: Any, headers: Mapping[str, str]) -> Reply:
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        answer = app.test_client(use_cookies=False).open(
            path, method=method, data=content, headers=_typed(body, headers)
        )
        return Reply(answer.status_code, _read(answer.data, answer.headers), answer.headers)

    return send


def _typed(body: Any, headers: Mapping[str, str]) -> dict[str, str]:
    return ({} if body is None else {"Content-Type": "application/json"}) | dict(headers)


def _read(content: bytes, headers: Mapping[str, str]) -> Any:
    return json.loads(content) if "json" in headers.get("Content-Type", "") and content else content


def multipart(files: list[tuple[str, str, bytes]], fields: Mapping[str, str]) -> tuple[bytes, str]:
    """A form with files (part, file name, content) as a body, and its type."""
    head = "--baton\r\nContent-Disposition: form-data; name="
    parts = [f'{head}"{name}"\r\n\r\n{text}\r\n'.encode() for name, text in fields.items()]
    for name, file, data in files:
        parts.append(f'{head}"{name}"; filename="{file}"\r\n\r\n'.encode() + data + b"\r\n")
    return b"".join([*parts, b"--baton--\r\n"]), "multipart/form-data; boundary=baton"


def sign_in(transport: Transport, username: str, password: str) -> "Person":
    """A person with a token of her own."""
    reply = transport("POST", f"{API}/auth/token", {"username": username, "password": password}, {})
    assert reply.status == 200, reply
    return Person(transport, reply.body["token"])


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in. Paths are relative to `/api/v1`."""

    transport: Transport
    token: str

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """The answer, whatever it is; a header `If_Match="..."` is `If-Match`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.transport(method, API + path, body, {"Authorization": f"Bearer {self.token}"} | named)

    def get(self, path: str, **headers: str) -> Any:
        """The body of an answer that has to be 200."""
        return self._expect(self.send("GET", path, **headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """The body of an answer that has to be a success."""
        return self._expect(self.send("POST", path, body, **headers))

    def everything(self, path: str) -> list[Any]:
        """All items of a list, page by page."""
        joint = "&" if "?" in path else "?"
        page = self.get(f"{path}{joint}limit=200")
        items = page["items"]
        while page["next"]:
            page = self.get(f"{path}{joint}limit=200&cursor={page['next']}")
            items += page["items"]
        return items

    def start(self, definition: str, strategy: Strategy | None = None) -> dict[str, Any]:
        """A new case, its start form filled in."""
        strategy = strategy or Steer()
        form = self.get(f"/process-definitions/{definition}/start-form")
        variables = dict(strategy.given) if form is None else fill(form["schema"], strategy)
        return self.post("/process-instances", {"definition": definition, "variables": variables})

    def case(self, case: Mapping[str, Any]) -> dict[str, Any]:
        """The case as it is now."""
        return self.get(f"/process-instances/{case['id']}")

    def tasks(self, case: Mapping[str, Any], state: str = "open") -> list[dict[str, Any]]:
        """The tasks of a case that she sees."""
        return self.everything(f"/user-tasks?instance={case['id']}&state={state}")

    def task(self, case: Mapping[str, Any], element: str) -> dict[str, Any]:
        """The one open task of a case at this element, with its form."""
        (task,) = [task for task in self.tasks(case) if task["element"] == element]
        return self.get(f"/user-tasks/{task['id']}")

    def do(self, case: Mapping[str, Any], element: str, strategy: Strategy | None = None) -> dict[str, Any]:
        """Claim the case's task at this element, fill in its form and complete it; the task as it is then."""
        return self.complete(self.task(case, element), strategy)

    def complete(self, task: Mapping[str, Any], strategy: Strategy | None = None) -> dict[str, Any]:
        """Claim a task (as `task` gave it) unless it is hers, fill in its form and complete it."""
        if task["assignee"] is None:
            self.post(f"/user-tasks/{task['id']}/claim")
        form = task["form"]
        data = None if form is None else fill(form["schema"], strategy or Steer(), task["data"])
        return self.post(f"/user-tasks/{task['id']}/complete", {"data": data})

    def tell(self, case: Mapping[str, Any], message: str, **payload: Any) -> dict[str, Any]:
        """Send a message to a case by its number."""
        body = {"name": message, "correlation_key": case["number"], "payload": payload}
        return self.post("/messages", body)

    def deploy(self, files: Mapping[str, bytes], query: str = "", **fields: str) -> Reply:
        """Deploy files by their paths, whatever comes of it; `query` such as `?dry_run=true`."""
        body, kind = multipart([("files", path, data) for path, data in files.items()], fields)
        return self.send("POST", f"/deployments{query}", body, Content_Type=kind)

    def wait(self, **period: float) -> str:
        """Move the server's test clock: `wait(days=2)`. What falls due meanwhile has fired; the new time."""
        units = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
        seconds = sum(units[unit] * number for unit, number in period.items())
        return self.post("/clock/advance", {"seconds": seconds})["now"]

    def _expect(self, reply: Reply) -> Any:
        assert 200 <= reply.status < 300, (reply.status, reply.body)
        return reply.body
