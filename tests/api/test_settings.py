"""The settings: read strictly, refused when dangerous, and all documented."""

import os
import re
import secrets
from pathlib import Path

import pytest

from config import settings
from config.settings import BadSetting, read, with_secret_key

ROOT = Path(__file__).parents[2]
LONG_KEY = "k" * settings.SHORTEST_SECRET_KEY


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text()

    assert re.findall(r"^\| `(BATON_\w+)`", page, re.MULTILINE)
    assert set(re.findall(r"^\| `(BATON_\w+)`", page, re.MULTILINE)) == set(settings.variables())


def test_nothing_set_means_one_node_on_this_machine() -> None:
    found = read({})

    assert found.on_loopback
    assert found.on_sqlite
    assert not found.demo
    assert not found.test_clock


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BATON_PORT", "eighty"),
        ("BATON_PORT", "70000"),
        ("BATON_DEMO", "yes"),
        ("BATON_THREADS", "0"),
        ("BATON_TIMEZONE", "Europe/Nowhere"),
        ("BATON_DATABASE_URL", "mysql://localhost/baton"),
        ("BATON_DATABASE_URL", "sqlite:///:memory:"),
        ("BATON_DATABASE_URL", "sqlite:///"),
        ("BATON_DATABASE_URL", "sqlite:///file:baton?mode=memory&uri=true"),
        ("BATON_SECRET_KEY", "short"),
        ("BATON_LOG", "loud"),
    ],
)
def test_a_bad_value_stops_the_start_and_names_the_variable(variable: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"^{variable}: "):
        read({variable: value})


@pytest.mark.parametrize("variable", ["BATON_DEMO", "BATON_TEST_CLOCK"])
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.com"])
def test_what_is_for_this_machine_alone_is_refused_elsewhere(variable: str, host: str) -> None:
    with pytest.raises(BadSetting, match=variable):
        read({variable: "1", "BATON_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_what_is_for_this_machine_alone_is_allowed_there(host: str) -> None:
    found = read({"BATON_DEMO": "1", "BATON_TEST_CLOCK": "1", "BATON_HOST": host})

    assert found.demo
    assert found.test_clock


def test_the_secret_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    environment = {"BATON_DATA_DIR": str(tmp_path / "new")}

    first = with_secret_key(read(environment))
    second = with_secret_key(read(environment))

    assert len(first.secret_key) >= settings.SHORTEST_SECRET_KEY
    assert first.secret_key == second.secret_key
    assert os.stat(tmp_path / "new" / "secret-key").st_mode & 0o777 == 0o600


def test_whoever_starts_second_reads_the_whole_key_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[str] = []
    make = secrets.token_hex

    def make_while_another_starts(size: int) -> str:
        monkeypatch.setattr(secrets, "token_hex", make)
        keys.append(with_secret_key(read({"BATON_DATA_DIR": str(tmp_path)})).secret_key)
        return make(size)

    monkeypatch.setattr(secrets, "token_hex", make_while_another_starts)

    keys.append(with_secret_key(read({"BATON_DATA_DIR": str(tmp_path)})).secret_key)

    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_where_there_may_be_several_nodes_the_secret_key_is_demanded(tmp_path: Path) -> None:
    several = {
        "BATON_DATABASE_URL": "postgresql://db/baton",
        "BATON_DATA_DIR": str(tmp_path),
        "BATON_HOST": "0.0.0.0",
    }

    with pytest.raises(BadSetting, match="BATON_SECRET_KEY"):
        with_secret_key(read(several))
    assert with_secret_key(read(several | {"BATON_SECRET_KEY": LONG_KEY})).secret_key == LONG_KEY
    assert with_secret_key(read(several | {"BATON_HOST": "127.0.0.1"})).secret_key


def test_a_slip_of_the_pen_is_found() -> None:
    assert settings.unknown_variables({"BATON_PROT": "1", "BATON_PORT": "1", "PATH": ""}) == ["BATON_PROT"]
