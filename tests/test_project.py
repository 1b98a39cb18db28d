"""The project keeps its own promises: commands, locks, packages, links, and the checks of `make check`."""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from sqlalchemy import create_engine, inspect, text

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ["requirements.lock", "requirements-test.lock"]
NOT_OURS = {"__pycache__", "node_modules", "var", "build", "dist", "results"}


def our_files() -> Iterator[Path]:
    """Every file of the project; nothing hidden, installed or generated."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in NOT_OURS]
        folders[:] = [name for name in folders if not name.endswith(".egg-info")]
        yield from (Path(folder, name) for name in files)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def pins(lock: str) -> dict[str, Requirement]:
    """The locked requirements by normalised name."""
    lines = (ROOT / lock).read_text().replace("\\\n", " ").splitlines()
    requirements = [Requirement(line.split("--hash")[0]) for line in lines if line.strip()]
    return {normalised(requirement.name): requirement for requirement in requirements}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/develop.md"])
def test_every_command_the_documentation_names_is_in_the_makefile(page):
    named = set(re.findall(r"(?:^    |`)make ([a-z]+)", (ROOT / page).read_text(), re.MULTILINE))

    assert {"run", "test"} <= named
    assert named <= make_targets()


def test_continuous_integration_runs_the_test_command_of_the_readme():
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "exec make test"
    assert "\n    make test\n" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_and_no_folder(lock):
    content = (ROOT / lock).read_text()

    assert not re.search(r"://|@ |--(extra-)?index|--find-links|--trusted", content)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_requirement_to_one_version_with_hashes(lock):
    blocks = re.split(r"\n(?=\w)", (ROOT / lock).read_text().strip())

    assert [block for block in blocks if not re.match(r"[\w.-]+==[\w.]+ ", block)] == []
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_what_the_project_asks_for(lock):
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]]
    if lock == "requirements-test.lock":
        asked += PROJECT["project"]["optional-dependencies"]["test"]
    locked = pins(lock)

    for requirement in map(Requirement, asked):
        version = str(locked[normalised(requirement.name)].specifier).removeprefix("==")
        assert requirement.specifier.contains(version), f"{requirement} is locked as {version}: run make lock"


def test_the_test_lock_has_the_versions_that_are_served():
    served, tested = pins("requirements.lock"), pins("requirements-test.lock")

    assert {name: str(tested[name].specifier) for name in served} == {
        name: str(requirement.specifier) for name, requirement in served.items()
    }


def test_every_package_is_listed():
    folders = {path.parent for path in our_files() if path.suffix == ".py"}
    packages = {".".join(folder.relative_to(ROOT).parts) for folder in folders}

    ours = {package for package in packages if package.split(".")[0] in {"api", "config", "engine"}}

    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == sorted(ours)


def test_every_link_between_pages_leads_somewhere():
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in our_files()
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert broken == []


def test_no_file_names_the_place_it_was_written_at():
    places = [f"{ROOT}/", f"{Path.home()}/"]

    naming = [
        str(path.relative_to(ROOT))
        for path in our_files()
        if any(place.encode() in path.read_bytes() for place in places)
    ]

    assert naming == []


@pytest.mark.parametrize("check", ["lint", "style", "types", "floors", "browser"])
def test_make_check_passes(check):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}

    # The tools run this very test: nothing is to be installed now, by several workers at once.
    command = ["make", "--old-file=.venv/.tools", "--old-file=web/node_modules/.installed", check]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("round", [1, 2])
def test_each_test_has_a_database_of_its_own(database_url, round):
    engine = create_engine(database_url)

    found = inspect(engine).get_table_names()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    engine.dispose()

    assert found == []


@pytest.mark.durable
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_durable_test_runs_on_a_server_that_flushes_every_commit(database_url):
    engine = create_engine(database_url)

    with engine.connect() as connection:
        flushes = connection.execute(text("SHOW fsync")).scalar_one()
    engine.dispose()

    assert flushes == "on"
