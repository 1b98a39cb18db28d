"""The database under everything: connections, transactions, column types and the time on PostgreSQL.

One `Database` a process. SQLite is opened in WAL mode with full synchronisation, and its writers queue in a
fair lock of ours, because bare SQLite writers poll and starve; PostgreSQL orders commands by row locks.
"""

import secrets
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

import orjson
import psycopg
import structlog
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from engine.clock import Clock
from engine.errors import Unavailable, kept

TIME_HOLDS_SECONDS = 1.0
"""How long the time PostgreSQL told is counted on before it is asked again."""

WAIT_FOR_WRITER_SECONDS = 10.0
"""How long a command waits for its turn before it answers "unavailable"."""

HANGS_AFTER_SECONDS = 60
"""How long a node may say nothing in the middle of a transaction before PostgreSQL gives it up. Without this,
a machine that is suspended, or dies without a word, would keep what it held: its cases would wait for it.
"""

KEEP_ALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""How libpq notices within half a minute that the database's machine has gone without a word; by the system's
own settings a sweep may wait for two hours.
"""

OUTCOME_UNKNOWN = "Whether this was done is not known. Look, or send it again with the same Idempotency-Key."

log = structlog.get_logger(__name__)


class IdTime:
    """The time in ids: the system's at the beginning, then counted by a clock that nobody sets, so it never
    goes back. Once the database has told its time it is that, so that nodes whose clocks differ agree.
    """

    def __init__(self) -> None:
        self._counts_from = time.time_ns() - time.monotonic_ns()
        self._told = False

    def follow(self, told: datetime) -> None:
        """Count from what the database told just now. It was true some time ago, never ahead: so the latest
        is best, and what would lead back is left.
        """
        counts_from = round(told.timestamp() * 1e9) - time.monotonic_ns()
        if not self._told or counts_from > self._counts_from:
            self._counts_from, self._told = counts_from, True

    def milliseconds(self) -> int:
        """Since 1970."""
        return (self._counts_from + time.monotonic_ns()) // 1_000_000


_id_time = IdTime()


def new_id() -> str:
    """A fresh opaque id of 26 characters whose text order follows time (to the millisecond, see `IdTime`), so
    indexes grow at one end.
    """
    return f"{_id_time.milliseconds():012x}" + secrets.token_hex(7)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: `timestamptz` on PostgreSQL; on SQLite a text of fixed width, so that text order
    is time order.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


Json = JSON(none_as_null=True)
"""A JSON value, kept as it was written (JSONB would reorder the fields of a form); None is stored as SQL
NULL.
"""


class Base(DeclarativeBase):
    """All tables. Constraint names are spelled out so that migrations can speak of them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class DrawnInProcess:
    """What a row that stands for a token says of where its element is drawn: `process_key` and
    `process_version` of the called process, empty in the case's own.
    """

    process_key: Mapped[str | None] = mapped_column(String(255))
    process_version: Mapped[int | None] = mapped_column(Integer)

    @property
    def process(self) -> dict[str, Any] | None:
        """The called process: `{"key", "version"}`."""
        if self.process_key is None:
            return None
        return {"key": self.process_key, "version": self.process_version}

    @property
    def whereabouts(self) -> dict[str, Any]:
        """What an entry of history about it says beside the element: the called process, if it is in one."""
        return {} if self.process is None else {"process": self.process}


class Attempted:
    """What a row that is due says of attempts that failed: how many, and why the last did (`cause`, as
    `sentences.told` gives it).
    """

    attempts: Mapped[int] = mapped_column(Integer)
    cause: Mapped[dict[str, Any] | None] = mapped_column(Json)

    @property
    def error(self) -> str | None:
        """The cause in English."""
        return None if self.cause is None else self.cause["detail"]

    def fail(self, error: Exception) -> timedelta:
        """Spend an attempt. How long to wait before the next: 1, 4, 9... minutes."""
        self.attempts, self.cause = self.attempts + 1, kept(error)
        return timedelta(minutes=self.attempts**2)

    def begin_anew(self) -> None:
        """Forget what failed."""
        self.attempts, self.cause = 0, None


Found = TypeVar("Found", bound=Base)


def table_of(row: type[Base]) -> Table:
    """The table behind a row class. What every command executes is a statement on the table, built once:
    building
    one, and taking it through the unit of work, costs several times what it does.
    """
    return cast(Table, row.__table__)


_CONNECTION = "baton_connection"


def connection_of(session: Session) -> Connection:
    """The connection of a session that `Database.transaction` gave, in its transaction. Asking the session
    itself takes as long as half a statement; in a savepoint it must be, for only then is there one.
    """
    found = session.info.get(_CONNECTION)
    if session.in_nested_transaction() or not isinstance(found, Connection):
        return session.connection()
    return found


def as_value(row: type[Found], columns: Iterable[Any]) -> Found:
    """A whole row read by a statement on its table, as an object of its class that no session watches."""
    value = cast(Found, row.__mapper__.class_manager.new_instance())
    vars(value).update(zip(table_of(row).columns.keys(), columns, strict=True))
    return value


def change_state(session: Session, table: Table, instance_id: str, before: str, after: str) -> None:
    """Put what belongs to a case and is in one state into another."""
    mine = (table.c.instance_id == instance_id) & (table.c.state == before)
    connection_of(session).execute(update(table).where(mine).values(state=after))


def values_of(row: Base, names: Iterable[str]) -> dict[str, Any]:
    """The named columns of a row, to execute a statement with."""
    known = vars(row)  # asking the mapped attributes costs several times as much
    return {name: known[name] if name in known else getattr(row, name) for name in names}


class FairLock:
    """A lock that is handed over in the order it was asked for; `threading.Lock` lets a busy thread overtake
    the others for ever.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._queue: deque[threading.Event] = deque()

    def acquire(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds; whether the lock is now held."""
        with self._guard:
            if not self._held and not self._queue:
                self._held = True
                return True
            turn = threading.Event()
            self._queue.append(turn)
        if turn.wait(timeout):
            return True
        with self._guard:
            if turn.is_set():  # handed over between the time-out and here: it is ours
                return True
            self._queue.remove(turn)
            return False

    def release(self) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._held = False


class Database:
    """The connections to one database and the transactions on it.

    `url` is an SQLAlchemy URL (`sqlite:///file` or `postgresql+psycopg://...`; `postgresql://` is read as the
    latter). `clock` tells the time on SQLite, and how far time is moved on both.
    """

    def __init__(self, url: str, clock: Clock | None = None, *, pool_size: int = 20) -> None:
        self.clock = clock or Clock()
        self.url = make_url(url)
        if self.url.drivername in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = (
            _sqlite_engine(self.url, pool_size) if self.is_sqlite else _postgres_engine(self.url, pool_size)
        )
        # Neither opens a transaction: pysqlite is told nothing and sends no BEGIN, psycopg commits by itself.
        alone = {"baton_begin": False} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._alone = self.engine.execution_options(**alone)
        self._writer = FairLock()
        self._told: tuple[datetime, float] | None = None  # the database's time, and when it told it

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises `Unavailable` when the database does not answer, is locked, or was restarted under it; the
        driver's reason is logged. Nothing was changed then, save in one case, which the error's words tell:
        a connection that dies during the commit leaves unknown whether that was done. A reading transaction
        (`write=False`) never waits for writers, and has nothing to commit.
        """
        queued = write and self.is_sqlite
        if queued and not self._writer.acquire(WAIT_FOR_WRITER_SECONDS):
            raise Unavailable("The database is busy. Nothing was changed; try again.")
        try:
            with self._session(write) as session:
                yield session
        finally:
            if queued:
                self._writer.release()

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """For one statement that reads, on `connection_of` this session: no transaction is opened around it,
        which would take longer than the statement. Raises `Unavailable`.
        """
        with _telling_unavailable(), self._alone.connect() as connection, Session(connection) as session:
            session.info[_CONNECTION] = connection
            yield session
            self._told = session.info.get(_TOLD, self._told)

    @contextmanager
    def _session(self, write: bool) -> Iterator[Session]:
        with _telling_unavailable(), self.engine.connect() as connection:
            connection = connection.execution_options(baton_write=write)
            with Session(connection, expire_on_commit=False, autoflush=False) as session:
                session.info[_CONNECTION] = session.connection()  # begins the transaction
                yield session
                if write:
                    self._commit(session, connection)
                elif not self.is_sqlite:
                    _end_reading(connection)

    def _commit(self, session: Session, connection: Connection) -> None:
        try:
            session.flush()  # what fails here is no failure of the commit
            self._commit_flushed(session)
        except BaseException:
            connection.invalidate()  # the pool would hand its open transaction to whoever comes next
            raise

    def _commit_flushed(self, session: Session) -> None:
        try:
            session.commit()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise _unavailable(error, OUTCOME_UNKNOWN) from error
            raise

    def now(self, session: Session) -> datetime:
        """The present instant (aware UTC) for a command: the database's own time on PostgreSQL, so that nodes
        agree; else the clock's.
        """
        if self.is_sqlite or not self.clock.follows_system:
            now = self.clock.now()
        else:
            now = self._database_time(session) + self.clock.offset
        if self.clock.follows_system:
            session.info[_ASKED_AT] = (now, time.monotonic())
        return now

    def _database_time(self, session: Session) -> datetime:
        """The database's time, asked for at most once a second; between two times this machine only counts
        on,
        with a clock that nobody sets.
        """
        told = self._told
        if told is None or time.monotonic() - told[1] > TIME_HOLDS_SECONDS:
            instant = connection_of(session).execute(_DATABASE_TIME).scalar_one().astimezone(UTC)
            self._told = told = (instant, time.monotonic())
            _id_time.follow(instant)
        return told[0] + timedelta(seconds=time.monotonic() - told[1])

    def present(self) -> Any:
        """The present instant to compare with inside a statement, so that asking the time is no statement of
        its own.
        """
        if self.is_sqlite or not self.clock.follows_system:
            return literal(self.clock.now(), Instant)
        # In a subquery it is asked once; compared with directly, for each row and past the index.
        return select(func.clock_timestamp() + self.clock.offset).scalar_subquery()

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _telling_unavailable() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise _unavailable(error) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise _unavailable(error) from error
        raise


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """Something that may fail without harm to the rest of its transaction: then it is undone. Give what it
    raises to `raise_if_cut_off`.
    """
    savepoint = session.begin_nested()
    try:
        yield
        session.flush()
    except BaseException:
        savepoint.rollback()
        raise
    try:
        savepoint.commit()
    except BaseException:  # it may stand already, and must not be done again
        session.info[_IS_UNKNOWN] = True
        raise


def raise_if_cut_off(session: Session, error: Exception) -> None:
    """Raise an error again that is the database's own, not that of what was attempted: the connection was
    lost, the disk is full, somebody holds a lock too long. Nothing more can be written in its transaction,
    not even that something failed, and nothing that was to be done has spent an attempt.
    """
    if _IS_UNKNOWN in session.info:
        raise error
    if isinstance(error, DBAPIError) and (
        error.connection_invalidated or _is_the_databases(error.orig) or _was_rolled_back(session)
    ):
        raise error


_IS_UNKNOWN = "baton_attempt_is_unknown"


_TROUBLE = ("08", "25", "40", "53", "55", "57", "58")
"""PostgreSQL's classes of its own troubles: connections, transactions, resources, locks, operators, the
system.
"""
_SQLITE_TROUBLE = {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY),
    *(sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN),
    sqlite3.SQLITE_PROTOCOL,
}


def _is_the_databases(error: BaseException | None) -> bool:
    if isinstance(error, psycopg.Error):
        return (error.sqlstate or "")[:2] in _TROUBLE
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE_TROUBLE


def _was_rolled_back(session: Session) -> bool:
    """Whether SQLite has given up the whole transaction by itself, as it does on a full disk. What is said
    then is done at once, outside any; and of the savepoint it only tells that there is none.
    """
    driver = session.info[_CONNECTION].connection.driver_connection
    return isinstance(driver, sqlite3.Connection) and not driver.in_transaction


def _end_reading(connection: Connection) -> None:
    """Roll back below psycopg, which on a rollback of its own forgets every statement it had the server
    prepare: each would then be planned anew in every request.
    """
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    driver.pgconn.exec_(b"ROLLBACK")


def _unavailable(error: SQLAlchemyError, detail: str | None = None) -> Unavailable:
    """The error for callers. The log has the driver's own words: a missing table or a full disk looks, from
    outside, like a database that is only busy.
    """
    log.warning("database unavailable", reason=str(getattr(error, "orig", error)), error=type(error).__name__)
    return Unavailable(detail)


_ASKED_AT = "baton_asked_at"
_TOLD = "baton_told"
_DATABASE_TIME = text("SELECT clock_timestamp()")


class _Told(FunctionElement[datetime]):
    type = DateTime(timezone=True)
    inherit_cache = True


@compiles(_Told)
def _tell(*_: Any, **__: Any) -> str:
    return "clock_timestamp()"


@compiles(_Told, "sqlite")
def _tell_nothing(*_: Any, **__: Any) -> str:
    return "NULL"


TOLD_AT = _Told().label("told_at")
"""A column for a statement that is sent anyway: the time on PostgreSQL, else None. See `hear_time`."""


def hear_time(session: Session, told_at: datetime | None) -> None:
    """Let the time that came along with a glance be known, so that nobody needs to ask for it."""
    if told_at is not None:
        session.info[_TOLD] = (told_at.astimezone(UTC), time.monotonic())
        _id_time.follow(told_at)


def at_flush(session: Session, now: datetime) -> datetime:
    """The present instant at the end of a command that was given `now` at its beginning; `now` itself on a
    clock that stands still.
    """
    told: tuple[datetime, float] | None = session.info.get(_ASKED_AT)
    if told is None or now < told[0]:
        return now
    return max(now, told[0] + timedelta(seconds=time.monotonic() - told[1]))


def hold_still(session: Session) -> None:
    """Let this reading transaction see one instant from here on, whoever writes meanwhile; call it first."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's transactions do so as they are
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _postgres_options() -> str:
    options = {
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": f"{HANGS_AFTER_SECONDS:g}s",
        "timezone": "UTC",
        "jit": "off",  # compiling a plan takes longer than any of ours runs
    }
    return " ".join(f"-c {name}={value}" for name, value in options.items())


def _postgres_engine(url: Any, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=WAIT_FOR_WRITER_SECONDS,
        # errors are logged, and people's data and hashes of secrets do not belong there
        hide_parameters=True,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        pool_use_lifo=True,  # the connection used last has every statement prepared
        connect_args={"connect_timeout": 5, "options": _postgres_options(), **KEEP_ALIVE},
    )


def _sqlite_engine(url: Any, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=WAIT_FOR_WRITER_SECONDS,
        # errors are logged, and people's data and hashes of secrets do not belong there
        hide_parameters=True,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        connect_args={"check_same_thread": False, "timeout": 5, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would come too late and never be IMMEDIATE
        connection.create_function("lower", 1, _lower, deterministic=True)  # SQLite's own knows ASCII only
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-32000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("baton_begin", True):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("baton_write", True) else "BEGIN")

    return engine
