"""`baton lint` and `baton deploy`: diagrams, decisions and forms from files, checked or deployed."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from api.console import operator
from api.console.reading import read_only_database, require_up_to_date
from config.settings import Settings
from engine import deployments
from engine.database import Database
from engine.deployments import SUFFIXES, Deployed, Deployment, File
from engine.errors import Invalid, Problem

if TYPE_CHECKING:
    from httpx import Client

    from api.console import Commands


def register(commands: "Commands") -> None:
    lint = commands.add_parser(
        "lint", help="check diagrams, decisions and forms as a deployment would, without a database"
    )
    _add_paths(lint)
    lint.set_defaults(run=run_lint)
    deploy = commands.add_parser("deploy", help="deploy diagrams, decisions and forms, all of them or none")
    _add_paths(deploy)
    deploy.add_argument("--reason", help="why, for those who look at the deployment later")
    deploy.add_argument("--dry-run", action="store_true", help="only say what would be deployed")
    deploy.set_defaults(run=run_deploy)


def _add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a file, or a directory with all the diagrams, decisions and forms in it",
    )
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else on standard output")


def run_lint(arguments: argparse.Namespace) -> int:
    """0 when a deployment would be accepted, warnings or not; else 1."""
    sources = _sources(arguments.paths)
    problems, warnings = deployments.lint([source.file for source in sources])
    findings = [*_findings("error", problems, sources), *_findings("warning", warnings, sources)]
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        _print_findings(findings)
        print(_verdict(len(sources), len(problems), len(warnings)), file=sys.stderr)
    return 1 if problems else 0


def run_deploy(arguments: argparse.Namespace) -> int:
    """0 when everything was deployed, or would be; 1 when nothing was."""
    sources = _sources(arguments.paths)
    files = [source.file for source in sources]
    try:
        done = _check(files) if arguments.dry_run else _deploy(files, arguments.reason)
    except Invalid as invalid:
        findings = _findings("error", invalid.problems, sources)
        if arguments.json:
            print(json.dumps({"problems": [asdict(finding) for finding in findings]}, ensure_ascii=False))
        else:
            _print_findings(findings)
            print(invalid.detail, file=sys.stderr)
        return 1
    warnings = _findings("warning", done.warnings, sources)
    if arguments.json:
        print(json.dumps(_told(done, warnings), ensure_ascii=False))
    else:
        _print_findings(warnings)
        _print_deployed(done)
    return 0


# Files


@dataclass(frozen=True, slots=True)
class Source:
    """A file to deploy, and where it was found."""

    found_at: Path
    file: File


def _sources(paths: Sequence[Path]) -> list[Source]:
    """The files at these paths; those of a directory are named relative to it. Raises `Invalid`."""
    sources = [source for path in paths for source in _sources_at(path)]
    if not sources:
        looked_at = ", ".join(map(str, paths))
        raise Invalid(f"There is no diagram (.bpmn), decision (.dmn) or form (.json) in {looked_at}.")
    return sources


def _sources_at(path: Path) -> Iterator[Source]:
    if path.is_dir():
        for inner in sorted(_inside(path)):
            yield Source(inner, File(inner.relative_to(path).as_posix(), _read(inner)))
    else:
        yield Source(path, File(path.name, _read(path)))


def _inside(directory: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(directory, onerror=_unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (
            Path(folder, name) for name in names if name.endswith(SUFFIXES) and not name.startswith(".")
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        _unreadable(error)


def _unreadable(error: OSError) -> NoReturn:
    raise Invalid(f"{error.filename} cannot be read: {error.strerror}.") from None


# Deploying


def _check(files: Sequence[File]) -> Deployment:
    """Looking disturbs no server, so it is not asked."""
    with read_only_database() as database:
        require_up_to_date(database)
        with database.transaction(write=False) as session:
            return deployments.check(session, files, by=None)


def _deploy(files: Sequence[File], reason: str | None) -> Deployment:
    def here(found: Settings, database: Database) -> Deployment:
        with database.transaction() as session:
            now = database.now(session)
            return deployments.deploy(session, files, by=None, now=now, reason=reason, zone=found.timezone)

    def there(server: "Client") -> Deployment:
        parts = [("files", (file.path.rpartition("/")[2], file.data)) for file in files]
        fields: dict[str, Any] = {"paths": [file.path for file in files]}
        fields |= {"reason": reason} if reason else {}
        response = server.post("/deployments", data=fields, files=parts)
        operator.require_success(response)
        return _deployment(response.json())

    return operator.write(here, there)


def _deployment(answer: Mapping[str, Any]) -> Deployment:
    definitions = [Deployed(**definition) for definition in answer["definitions"]]
    return Deployment(answer["id"], definitions, [Problem(**warning) for warning in answer["warnings"]])


# Telling


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem or a warning; `file` is where the file was found."""

    level: str
    file: str | None
    line: int | None
    element: str | None
    detail: str


def _findings(level: str, problems: Sequence[Problem], sources: Sequence[Source]) -> list[Finding]:
    found_at = {source.file.path: str(source.found_at) for source in sources}
    return [
        Finding(level, found_at.get(one.file or "", one.file), one.line, one.element, one.detail)
        for one in problems
    ]


def _print_findings(findings: Sequence[Finding]) -> None:
    for one in findings:
        where = ":".join(str(part) for part in (one.file, one.line) if part is not None)
        head = " ".join(part for part in (where, one.element) if part)
        label = "warning: " if one.level == "warning" else ""
        print(f"{head}: {label}{one.detail}" if head else f"{label}{one.detail}")


def _verdict(files: int, problems: int, warnings: int) -> str:
    return f"{_count(files, 'file')}, {_count(problems, 'problem')}, {_count(warnings, 'warning')}."


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _told(done: Deployment, warnings: Sequence[Finding]) -> dict[str, Any]:
    """As the API tells it; a dry run has no id."""
    told = asdict(done) | {"warnings": [asdict(warning) for warning in warnings]}
    return {name: value for name, value in told.items() if value is not None}


def _print_deployed(done: Deployment) -> None:
    verb = "would be" if done.id is None else "is now"
    for one in done.definitions:
        print(f"The {one.kind} {one.key} {verb} at version {one.version}.")
