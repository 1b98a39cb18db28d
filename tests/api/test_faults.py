"""The database fails at any statement or commit of any command: then all of it is done or nothing, and sent
again with its key it is done once.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import cycle
from uuid import uuid4

import pytest
import structlog
from argon2 import PasswordHasher
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from engine import deployments, history, idempotency, people, timers
from engine.clock import system_now
from engine.database import Database, upgrade
from engine.deployments import File
from engine.errors import Unavailable
from tests.api.faults import COMMIT, Broken, Growth, Kind, Rows, everything, failing, growth, put_back
from tests.api.house import COMMANDS, FIRED, Command, House
from tests.engine.support import form
from tests.postgres import PostgresServer
from tests.walker import Reply

WRITING = {"POST", "PUT", "PATCH", "DELETE"}
MOST = {"POST /process-instances", "POST /user-tasks/{fresh_task}/complete", "POST /auth/token"}
SQLITE = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
POSTGRES = pytest.mark.parametrize("house", ["postgresql"], indirect=True)
BOTH = pytest.mark.parametrize("house", ["sqlite", "postgresql"], indirect=True)

Record = Callable[[House, int], None]


@pytest.fixture(scope="module")
def record(request: pytest.FixtureRequest) -> Iterator[Record]:
    """Counts what failed, on which database, and tells it in the end."""
    numbers: Counter[str] = Counter()
    yield lambda house, number: numbers.update({house.database.engine.dialect.name: number})
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        for name, number in numbers.items():
            print(f"\n{name}: {number} failures of the database; nothing lost, doubled or half done")


@pytest.fixture(autouse=True)
def _quiet_logs() -> Iterator[None]:
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that the tests of this module share: each puts back what it finds."""
    directory = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as cheap, structlog.testing.capture_logs():
        cheap.setattr(people, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        cheap.setattr(timers, "BATCH_SECONDS", 60)  # however busy the machine, a batch is the same
        if request.param == "sqlite":
            yield House(f"sqlite:///{directory / 'baton.db'}", directory)
            return
        postgres: PostgresServer = request.getfixturevalue("postgres")
        name = postgres.create_database()
        yield House(postgres.url(name), directory)
        postgres.drop_database(name)


@SQLITE
def test_every_command_there_is_over_http_is_broken_here(house: House) -> None:
    there = {
        f"{method} {rule.rule}"
        for rule in house.app.url_map.iter_rules()
        for method in rule.methods & WRITING
    }

    # Moving the clock is nothing but a sweep, which is broken below.
    assert {house.rule(command) for command in COMMANDS} == there - {"POST /api/v1/clock/advance"}


# Commands


@dataclass(frozen=True)
class Undisturbed:
    """A command that nothing disturbed: its answer, what came of it, and what was said for it."""

    reply: Reply
    growth: Growth
    said: list[str]

    @property
    def commits(self) -> int:
        return self.said.count(COMMIT)


Points = Callable[[list[str]], Iterator[tuple[int, Kind]]]
"""Chooses among all that was said what is to fail, and how."""

Send = Callable[[str], Reply]
"""Does something under a key, and tells what came of it."""


def undisturbed(house: House, send: Send, before: Rows) -> Undisturbed:
    """What is done when nothing fails; afterwards it is not done."""
    for _ in range(2):  # the first fills the caches
        with failing(house.database) as fault:
            reply = send(uuid4().hex)
        assert 200 <= reply.status < 300, reply.body
        grown = growth(before, everything(house.database))
        put_back(house.database, before)
    return Undisturbed(reply, grown, fault.said)


def some(said: list[str]) -> Iterator[tuple[int, Kind]]:
    """Every fourth word fails in one way, by turns, and a commit in all."""
    kinds = cycle(Kind)
    for at, word in enumerate(said, 1):
        if word == COMMIT:
            yield from ((at, kind) for kind in Kind)
        elif at % 4 == len(said) % 4:
            yield at, next(kinds)


def few(said: list[str]) -> Iterator[tuple[int, Kind]]:
    """Every fifth word fails in one way, by turns."""
    return zip(range(1, len(said) + 1, 5), cycle(Kind), strict=False)


def every(said: list[str]) -> Iterator[tuple[int, Kind]]:
    """Every word fails in every way."""
    return ((at, kind) for at in range(1, len(said) + 1) for kind in Kind)


def break_at(house: House, send: Send, points: Points, again: int | None = None) -> int:
    """Send a command, let the database fail at each of these points, and send it again with its key, as
    often as there are points. `again` is the answer when it was done before, if not the first one. How often
    that was.
    """
    before = house.furnished
    put_back(house.database, before)
    clean = undisturbed(house, send, before)
    chosen = list(points(clean.said))
    for at, kind in chosen:
        where, key = f"{kind} at {clean.said[at - 1]:.60}", uuid4().hex
        with failing(house.database, at, kind) as fault:
            failed = send(key)
        assert fault.met, where
        done = 0 < clean.commits == fault.commits
        assert failed.status in (500, 503) or not clean.commits, where
        assert house.database.engine.pool.checkedout() == 0, where
        assert growth(before, everything(house.database)) == (clean.growth if done else {}), where
        retried = send(key)
        if done and again is not None:
            assert retried.status == again, where
        else:
            assert retried.status == clean.reply.status, where
            assert growth(before, everything(house.database)) == clean.growth, where
            assert ("Idempotency-Replayed" in retried.headers) == done
        put_back(house.database, before)
    return len(chosen)


WRITES_MOST = [command for command in COMMANDS if str(command) in MOST]


@SQLITE
@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_a_command_that_fails_has_done_nothing_or_all_and_is_done_once_when_sent_again(
    house: House, command: Command
) -> None:
    assert break_at(house, partial(house.send, command), some, command.again) > 0


@POSTGRES
@pytest.mark.parametrize("command", WRITES_MOST, ids=str)
def test_on_postgresql_too(house: House, command: Command) -> None:
    assert break_at(house, partial(house.send, command), some, command.again) > 0


@pytest.mark.proof
@BOTH
@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_a_command_that_fails_anywhere_in_any_way_has_done_nothing_or_all_and_is_done_once(
    house: House, command: Command, record: Record
) -> None:
    record(house, break_at(house, partial(house.send, command), every, command.again))


# What no person sends


def at_a_door(house: House, act: Callable[[Session], object]) -> Send:
    """A transaction of the server's own, answered as a request would be."""

    def send(_key: str) -> Reply:
        try:
            with house.database.transaction() as session:
                act(session)
        except (Broken, Unavailable) as error:
            return Reply(500 if isinstance(error, Broken) else 503, None, {})
        return Reply(200, None, {})

    return send


def forget_what_is_over(session: Session) -> None:
    in_a_month = system_now() + timedelta(days=30)
    idempotency.purge(session, in_a_month)
    people.purge(session, in_a_month)


def come_with_another_form(session: Session) -> None:
    deployments.seed(session, [File("trial/other.json", form(by="string"))], now=system_now())


DOORS: dict[str, Callable[[Session], object]] = {
    "forget what is over": forget_what_is_over,
    "come with another form": come_with_another_form,
    "erase a person": lambda session: history.erase_actor(session, "ann"),
    "let the command line in": lambda session: people.admit_operator(session, system_now()),
    "close it again": people.dismiss_operator,
}


@SQLITE
@pytest.mark.parametrize("act", DOORS.values(), ids=DOORS)
def test_what_the_server_does_of_itself_is_done_or_not_and_can_be_done_again(
    house: House, act: Callable[[Session], object]
) -> None:
    assert break_at(house, at_a_door(house, act), some, again=200) > 0


@pytest.mark.proof
@BOTH
@pytest.mark.parametrize("act", DOORS.values(), ids=DOORS)
def test_what_the_server_does_of_itself_fails_anywhere_in_any_way_and_can_be_done_again(
    house: House, act: Callable[[Session], object], record: Record
) -> None:
    record(house, break_at(house, at_a_door(house, act), every, again=200))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_tables_are_made_all_or_none(database_url: str) -> None:
    database = Database(database_url)
    for at in range(1, 1000, 10):
        with failing(database, at, Kind.REFUSED) as fault, suppress(Unavailable):
            upgrade(database)
        if not fault.met:
            break
        assert inspect(database.engine).get_table_names() == []
    assert at > 50
    assert set(inspect(database.engine).get_table_names()) > {"process_instance", "timer"}
    database.close()


# The sweep


def grown(house: House) -> Growth:
    """What came of everything since the house was furnished."""
    return growth(house.furnished, everything(house.database))


def break_sweep_at(house: House, points: Points) -> int:
    """Let much fall due at once, the database fail at each of these points of the sweep, and the next sweep
    go on; as often as there are points. How often that was.
    """
    before, began = house.furnished, house.database.clock.offset
    put_back(house.database, before)
    late, later = began + timedelta(minutes=100), began + timedelta(minutes=105)
    house.database.clock.offset = late
    house.sweep()  # it fills the caches
    put_back(house.database, before)
    stages = [Growth()]
    with failing(house.database, look=lambda: stages.append(grown(house))) as clean:
        house.sweep()
    all_fired = house.fired()
    put_back(house.database, before)
    assert {threshold for _, _, _, threshold in all_fired} >= {None, "50"}  # timers, and thresholds
    assert {kind for _, kind, _, _ in all_fired} == set(FIRED)
    chosen = list(points(clean.said))
    for at, kind in chosen:
        where = f"{kind} at {clean.said[at - 1]:.60}"
        with failing(house.database, at, kind) as fault:
            house.sweep()
        if kind is not Kind.BROKEN:  # what is our own fault spends an attempt of what failed
            assert grown(house) == stages[fault.commits], where
        assert house.database.engine.pool.checkedout() == 0, where
        house.database.clock.offset = later
        house.sweep()
        assert house.fired() == all_fired, where
        assert house.faults() == [], where
        house.database.clock.offset = late
        put_back(house.database, before)
    house.database.clock.offset = began
    return len(chosen)


@SQLITE
def test_a_sweep_that_fails_leaves_everything_due_and_the_next_fires_it_once(house: House) -> None:
    assert break_sweep_at(house, few) > 0


def kept(said: list[str]) -> Iterator[tuple[int, Kind]]:
    """The moments at which something that was attempted stands, and our own code fails."""
    return ((at, Kind.BROKEN) for at, word in enumerate(said, 1) if word.startswith("RELEASE"))


@SQLITE
def test_an_attempt_that_may_stand_already_is_not_made_again(house: House) -> None:
    assert break_sweep_at(house, kept) > 0


@pytest.mark.proof
@BOTH
def test_a_sweep_that_fails_anywhere_in_any_way_leaves_everything_due_and_the_next_fires_it_once(
    house: House, record: Record
) -> None:
    record(house, break_sweep_at(house, every))
