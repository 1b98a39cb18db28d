"""`baton backup` and `baton restore`: what was in the one database is in the other, whichever kind it is."""

import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select

from api.cli import main
from engine import backups, people, scheduler
from engine.backups import Manifest
from engine.clock import FixedClock, system_now
from engine.database import Database, ownership
from engine.store.history import HistoryRow
from engine.store.process_instances import ProcessInstanceRow
from tests.api.cases import STARTED, start_cases, with_cases
from tests.postgres import PostgresServer

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

COMPLAINT = {True: "There is no database at", False: "there is nothing to back up"}

Errors = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", database_url)
    monkeypatch.setenv("BATON_DATA_DIR", str(tmp_path))


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A second empty database, of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'baton.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create_database()
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup.zip"


def manifest_of(file: Path) -> Manifest:
    with file.open("rb") as opened:
        return backups.inspect_archive(opened)


def restore_to(url: str, file: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setenv("BATON_DATABASE_URL", url)
    return main(["restore", str(file), *options])


def cases_in(url: str) -> int:
    database = Database(url)
    with database.transaction(write=False) as session:
        count = backups.cases(session)
    database.close()
    return count


def test_all_that_was_backed_up_is_restored_to_the_letter_on_either_kind(
    database_url: str, elsewhere: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cases(database_url, 3)

    statuses = main(["backup", str(file)]), restore_to(elsewhere, file, monkeypatch)
    again = file.with_name("again.zip")
    main(["backup", str(again)])

    assert statuses == (0, 0)
    assert manifest_of(file).cases == 3
    assert manifest_of(again).tables == manifest_of(file).tables
    assert manifest_of(again).numbers == manifest_of(file).numbers == {"W": 3}
    assert main(["verify"]) == 0


def test_timers_that_fell_due_meanwhile_fire_once_each_after_a_restore(
    database_url: str, elsewhere: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cases(database_url, 25)
    main(["backup", str(file)])
    restore_to(elsewhere, file, monkeypatch)
    database = Database(elsewhere, FixedClock(STARTED + timedelta(days=7)))

    fired = scheduler.sweep_all(database), scheduler.sweep_all(database)

    with database.transaction(write=False) as session:
        remembered = session.scalar(
            select(func.count()).select_from(HistoryRow).where(HistoryRow.kind == "timer fired")
        )
    database.close()
    assert fired == (25, 0)
    assert remembered == 25


def test_case_numbers_go_on_where_they_were(
    database_url: str, elsewhere: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cases(database_url, 2)
    main(["backup", str(file)])

    restore_to(elsewhere, file, monkeypatch)
    database = Database(elsewhere)
    numbers = start_cases(database, 1)
    database.close()

    assert numbers == ["W-000003"]


def test_a_prefix_without_any_case_starts_at_one_after_a_restore(
    database_url: str, elsewhere: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cases(database_url, 0)
    main(["backup", str(file)])

    restore_to(elsewhere, file, monkeypatch)
    database = Database(elsewhere)
    numbers = start_cases(database, 1)
    database.close()

    assert numbers == ["W-000001"]


def test_a_backup_has_what_was_committed_while_others_write(database_url: str, file: Path) -> None:
    with_cases(database_url, 1)
    database = Database(database_url)

    with ownership(database), database.transaction() as session:
        session.execute(select(ProcessInstanceRow).with_for_update()).scalar_one().title = "not yet"
        session.flush()
        status = main(["backup", str(file)])
    database.close()

    rows = zipfile.ZipFile(file).read("tables/process_instance.jsonl").decode()
    assert status == 0
    assert "Wäit 等" in rows
    assert "not yet" not in rows


def test_a_database_with_cases_is_replaced_only_by_force(
    database_url: str, file: Path, capsys: Errors
) -> None:
    with_cases(database_url, 1)
    main(["backup", str(file)])
    database = Database(database_url)
    start_cases(database, 4)
    database.close()

    refused = main(["restore", str(file)])
    cases_after_refusal = cases_in(database_url)
    forced = main(["restore", str(file), "--force"])

    assert (refused, cases_after_refusal) == (1, 5)
    assert "holds 5 cases. Give --force" in capsys.readouterr().err
    assert (forced, cases_in(database_url)) == (0, 1)


@SQLITE
def test_nothing_is_restored_while_a_server_owns_the_database(
    database_url: str, file: Path, capsys: Errors
) -> None:
    with_cases(database_url, 1)
    main(["backup", str(file)])

    with ownership(Database(database_url)):
        status = main(["restore", str(file), "--force"])

    assert status == 1
    assert "Stop it first." in capsys.readouterr().err


@POSTGRESQL
def test_nothing_is_restored_while_others_are_connected(
    database_url: str, file: Path, capsys: Errors
) -> None:
    with_cases(database_url, 1)
    main(["backup", str(file)])
    node = Database(database_url)

    with node.transaction() as session:
        session.execute(select(1))
        status = main(["restore", str(file), "--force"])
    node.close()

    assert status == 1
    assert "Others are connected to this database (1); stop every node" in capsys.readouterr().err


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def scratch(file: Path) -> None:
    diagrams = zipfile.ZipFile(file).getinfo("tables/process_definition.jsonl")
    content = bytearray(file.read_bytes())
    content[diagrams.header_offset + diagrams.compress_size // 2] ^= 0xFF
    file.write_bytes(content)


def rewrite(file: Path, name: str, data: bytes) -> None:
    """The same zip file but for one of its members."""
    with zipfile.ZipFile(file) as old:
        kept = {inner: old.read(inner) for inner in old.namelist() if inner != name}
    with zipfile.ZipFile(file, "w") as new:
        for inner, content in (kept | {name: data}).items():
            new.writestr(inner, content)


def forge_a_row(file: Path) -> None:
    rewrite(file, "tables/person.jsonl", b'["id"]\n["mallory"]\n')


def come_from_tomorrow(file: Path) -> None:
    manifest = orjson.loads(zipfile.ZipFile(file).read(backups.MANIFEST))
    rewrite(file, backups.MANIFEST, orjson.dumps(manifest | {"revision": "9999"}))


def tell(**told: object) -> Callable[[Path], None]:
    """Spoils a backup by what its manifest says."""

    def spoil(file: Path) -> None:
        manifest = orjson.loads(zipfile.ZipFile(file).read(backups.MANIFEST))
        manifest = {name: value for name, value in (manifest | told).items() if value is not None}
        rewrite(file, backups.MANIFEST, orjson.dumps(manifest))

    return spoil


def be_another_zip(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "Dear Sir or Madam")


def be_a_letter(file: Path) -> None:
    file.write_text("Dear Sir or Madam")


@SQLITE
@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (cut, "cut off"),
        (scratch, "damaged"),
        (forge_a_row, "the table person is not what was written"),
        (come_from_tomorrow, "newer version"),
        (tell(format="new"), "no backup of Baton's"),
        (tell(revision=[]), "newer version"),
        (tell(tables=None), "damaged"),
        (tell(tables=["person"]), "damaged"),
        (tell(tables={"person": {"rows": "many"}}), "damaged"),
        (tell(made_at=None), "damaged"),
        (tell(numbers={"W; DROP TABLE person": 1}), "damaged"),
        (tell(numbers={"W": 2**40}), "damaged"),
        (be_another_zip, "no backup of Baton's"),
        (be_a_letter, "no backup of Baton's"),
    ],
)
def test_a_bad_file_is_refused_before_anything_is_touched(
    database_url, file, tmp_path, monkeypatch, capsys, spoil, complaint
):
    with_cases(database_url, 1)
    main(["backup", str(file)])
    spoil(file)

    status = main(["restore", str(file), "--force"])
    elsewhere = restore_to(f"sqlite:///{tmp_path / 'new.db'}", file, monkeypatch)

    assert (status, elsewhere) == (1, 1)
    assert complaint in capsys.readouterr().err
    assert cases_in(database_url) == 1
    assert not (tmp_path / "new.db").exists()


@SQLITE
def with_line(file: Path, table: str, data: bytes | None) -> None:
    """A backup that is whole in itself and has rows, or a lack of them, that Baton would never write."""
    manifest = orjson.loads(zipfile.ZipFile(file).read(backups.MANIFEST))
    if data is None:
        del manifest["tables"][table]
        with zipfile.ZipFile(file) as old:
            kept = {name: old.read(name) for name in old.namelist() if name != f"tables/{table}.jsonl"}
        with zipfile.ZipFile(file, "w") as new:
            for name, content in kept.items():
                new.writestr(name, content)
    else:
        manifest["tables"][table] = {"rows": data.count(b"\n") - 1, "sha256": sha256(data).hexdigest()}
        rewrite(file, f"tables/{table}.jsonl", data)
    rewrite(file, backups.MANIFEST, orjson.dumps(manifest))


@SQLITE
@pytest.mark.parametrize(
    ("table", "data"),
    [
        ("person", b'["id","height"]\n["mallory",2]\n'),
        ("person", b'["id"]\n["mallory"]\n'),
        ("person", b'["id"]\n{"mallory"\n'),
        ("person", b""),
        ("api_token", None),
        ("kept_answer", b'["scope","fingerprint","body","created_at"]\n["s","f","x","2026"]\n'),
    ],
)
def test_rows_that_are_none_of_ours_are_refused_and_nothing_is_replaced(
    database_url: str, file: Path, capsys: Errors, table: str, data: bytes | None
) -> None:
    with_cases(database_url, 1)
    main(["backup", str(file)])
    with_line(file, table, data)

    status = main(["restore", str(file), "--force"])

    assert status == 1
    assert f"damaged: the table {table} is not as Baton writes it" in capsys.readouterr().err
    assert cases_in(database_url) == 1


def test_the_token_of_a_server_that_ran_during_the_backup_opens_nothing_after_a_restore(
    database_url: str, file: Path
) -> None:
    with_cases(database_url, 1)
    database = Database(database_url)
    with database.transaction() as session:
        token = people.admit_operator(session, system_now())
    database.close()

    main(["backup", str(file)])
    status = main(["restore", str(file), "--force"])

    database = Database(database_url)
    with database.transaction(write=False) as session:
        assert people.person_of_token(session, token, system_now()) is None
    database.close()
    assert status == 0


def test_a_backup_is_for_its_owner_alone_and_replaces_an_earlier_one(database_url: str, file: Path) -> None:
    with_cases(database_url, 1)
    main(["backup", str(file)])
    database = Database(database_url)
    start_cases(database, 1)
    database.close()

    status = main(["backup", str(file)])

    assert (status, manifest_of(file).cases) == (0, 2)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list(file.parent.glob(".backup.zip*"))


@SQLITE
def test_only_an_earlier_backup_is_overwritten(database_url: str, tmp_path: Path, capsys: Errors) -> None:
    with_cases(database_url, 1)
    before = (tmp_path / "baton.db").read_bytes()

    status = main(["backup", str(tmp_path / "baton.db")])

    assert status == 1
    assert "exists and is no backup of Baton's" in capsys.readouterr().err
    assert (tmp_path / "baton.db").read_bytes() == before


@SQLITE
@pytest.mark.parametrize("name", ["absent/backup.zip", "."])
def test_a_place_where_nothing_can_be_written_is_named(database_url, tmp_path, capsys, name):
    with_cases(database_url, 1)

    status = main(["backup", str(tmp_path / name)])

    assert status == 1
    assert str(tmp_path) in capsys.readouterr().err


def test_a_database_without_tables_has_nothing_to_back_up(
    database_url: str, file: Path, capsys: Errors
) -> None:
    status = main(["backup", str(file)])

    assert status == 1
    assert COMPLAINT[Database(database_url).is_sqlite] in capsys.readouterr().err
    assert not file.exists()


@SQLITE
def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path, file: Path, capsys: Errors) -> None:
    (tmp_path / "baton.db").write_text("Dear Sir or Madam")

    status = main(["backup", str(file)])

    assert status == 1
    assert "is no SQLite database" in capsys.readouterr().err
