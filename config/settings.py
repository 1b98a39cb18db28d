"""The settings: every environment variable Baton reads, named once, read once, then frozen.

Only the start-up of the doors reads them; `docs/reference/settings.md` explains each.
"""

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "BATON_"
SHORTEST_SECRET_KEY = 32


class BadSetting(Exception):
    """A variable of the environment has a value Baton cannot start with."""

    def __init__(self, variable: str, problem: str) -> None:
        super().__init__(f"{variable}: {problem}")
        self.variable = variable


def _text(value: str) -> str:
    return value


def _flag(value: str) -> bool:
    if value not in ("0", "1"):
        raise ValueError(f"must be 1 or 0, not '{value}'")
    return value == "1"


def _number(lowest: int, highest: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isdecimal() or not lowest <= int(value) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}, not '{value}'")
        return int(value)

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}, not '{value}'")
        return value

    return read


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"must be an IANA time zone such as Europe/Zurich, not '{value}'") from None
    return value


def _database_url(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    file, _, options = value.removeprefix("sqlite:///").partition("?")
    if file in ("", ":memory:", "file::memory:") or "mode=memory" in options:
        raise ValueError("must name a file: what SQLite has in memory, no other process sees, and it is lost")
    return value


def _secret_key(value: str) -> str:
    if len(value) < SHORTEST_SECRET_KEY:
        raise ValueError(
            f"must have at least {SHORTEST_SECRET_KEY} characters; make one with `openssl rand -hex 32`"
        )
    return value


def _setting(default: Any, read: Callable[[str], Any]) -> Any:
    return field(default=default, metadata={"read": read})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one process was told. The variable of a field is its name in capitals after `BATON_`."""

    host: str = _setting("127.0.0.1", _text)
    port: int = _setting(8000, _number(1, 65535))
    data_dir: Path = _setting(Path("var"), Path)  # noqa: RUF009
    database_url: str = _setting("", _database_url)
    secret_key: str = _setting("", _secret_key)
    demo: bool = _setting(False, _flag)
    timezone: str = _setting("UTC", _zone)
    test_clock: bool = _setting(False, _flag)
    threads: int = _setting(8, _number(1, 256))
    proxies: int = _setting(0, _number(0, 10))
    log: str = _setting("info", _one_of("debug", "info", "warning", "error"))

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def variables() -> tuple[str, ...]:
    """The name of every variable there is."""
    return tuple(_variable(one.name) for one in fields(Settings))


def unknown_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Variables that look like ours and are not: most likely slips of the pen."""
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in variables())


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this environment; an empty variable counts as absent. Raises `BadSetting`."""
    values = {
        one.name: _value(_variable(one.name), environment[_variable(one.name)], one.metadata["read"])
        for one in fields(Settings)
        if environment.get(_variable(one.name))
    }
    settings = Settings(**values)
    if not settings.database_url:
        settings = replace(settings, database_url=f"sqlite:///{settings.data_dir / 'baton.db'}")
    _refuse_what_is_dangerous(settings)
    return settings


def with_secret_key(settings: Settings) -> Settings:
    """The settings with the key that signs what travels through browsers: the one given, else its own.

    Its own is made once, readable by its owner alone, in the data directory. Nodes on several machines must
    share one, so it is demanded where there may be several: on PostgreSQL, unless only this machine reaches
    the server.
    """
    if settings.secret_key:
        return settings
    if not settings.on_sqlite and not settings.on_loopback:
        raise BadSetting(
            "BATON_SECRET_KEY", "must be set, the same for every node; make one with `openssl rand -hex 32`"
        )
    return replace(settings, secret_key=_own_secret_key(settings.data_dir / "secret-key"))


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _value(variable: str, text: str, read: Callable[[str], Any]) -> Any:
    try:
        return read(text)
    except ValueError as error:
        raise BadSetting(variable, str(error)) from None


def _refuse_what_is_dangerous(settings: Settings) -> None:
    if settings.on_loopback:
        return
    where = f"is for this machine alone, but BATON_HOST is '{settings.host}'; bind to 127.0.0.1"
    if settings.demo:
        raise BadSetting("BATON_DEMO", f"{where}: everybody knows the demo passwords")
    if settings.test_clock:
        raise BadSetting("BATON_TEST_CLOCK", f"{where}: it lets callers move the time")


def _own_secret_key(path: Path) -> str:
    try:
        if not path.exists():
            _make_secret_key(path)
        key = path.read_text().strip()
    except OSError as error:
        raise BadSetting(
            "BATON_DATA_DIR", f"no secret key can be kept there: {error.strerror} ({path})"
        ) from None
    if len(key) < SHORTEST_SECRET_KEY:
        raise BadSetting(
            "BATON_SECRET_KEY", f"the key in {path} is too short; delete the file to have another made"
        )
    return key


def _make_secret_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # its owner's alone
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        # Linked when it is whole: of processes that start together one gives its key, and all read that one.
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
