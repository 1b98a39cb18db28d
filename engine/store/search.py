"""The words that cases are found by: one row a case, indexed for search by the database itself.

The words come cut and folded (`engine.words`), so the databases' own ideas of words never matter: SQLite's
FTS5 and PostgreSQL's GIN find the same cases. The index follows the row: by triggers on SQLite, by itself on
PostgreSQL; a command writes the row and nothing else.
"""

from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    Select,
    String,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    column,
    event,
    false,
    func,
    literal,
    literal_column,
    select,
    table,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store.base import Base, connection_of, table_of
from engine.words import Wanted

MOST_SAID = 100_000
"""Characters of words of a case's comments; what is said beyond them is not searched."""

FEW = 4_000
"""So many cases that have the words are told one by one; where there are more, a page is soon full."""


class CaseWordsRow(Base):
    """The words of a case, between spaces: `words` of its number, title and texts, `said` of its comments.

    `id` is made of the case's id: FTS5 knows its rows by a number that VACUUM leaves alone.
    """

    __tablename__ = "case_words"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    instance_id: Mapped[str] = mapped_column(
        String(26), ForeignKey("process_instance.id", ondelete="CASCADE"), unique=True
    )
    words: Mapped[str] = mapped_column(Text)
    said: Mapped[str] = mapped_column(Text)


INDEX = "case_search"
"""The name of the index: a table on SQLite, with a few more of its own beside it."""

_INDEX_ON_SQLITE = (
    # ascii: all beyond ASCII is a letter, and so no word of ours is ever cut again.
    "CREATE VIRTUAL TABLE case_search USING fts5(words, said, content='case_words', content_rowid='id', "
    "tokenize='ascii', detail=none, columnsize=0, prefix='1 2 3 4')",
    "CREATE TRIGGER case_words_added AFTER INSERT ON case_words BEGIN "
    "INSERT INTO case_search(rowid, words, said) VALUES (new.id, new.words, new.said); END",
    "CREATE TRIGGER case_words_changed AFTER UPDATE ON case_words BEGIN "
    "INSERT INTO case_search(case_search, rowid, words, said) "
    "VALUES ('delete', old.id, old.words, old.said); "
    "INSERT INTO case_search(rowid, words, said) VALUES (new.id, new.words, new.said); END",
    "CREATE TRIGGER case_words_removed AFTER DELETE ON case_words BEGIN "
    "INSERT INTO case_search(case_search, rowid, words, said) "
    "VALUES ('delete', old.id, old.words, old.said); END",
)
_VECTOR = (
    "array_to_tsvector(array_remove(string_to_array(case_words.words || ' ' || case_words.said, ' '), ''))"
)
_INDEX_ON_POSTGRESQL = (f"CREATE INDEX case_search ON case_words USING gin ({_VECTOR})",)


# For all tables, since a migration makes a table of its own with the name of ours.
@event.listens_for(Table, "after_create")
def _make_index(made: Table, connection: Connection, **_: Any) -> None:
    if made.name == CaseWordsRow.__tablename__:
        on_sqlite = connection.dialect.name == "sqlite"
        for statement in _INDEX_ON_SQLITE if on_sqlite else _INDEX_ON_POSTGRESQL:
            connection.exec_driver_sql(statement)


@event.listens_for(Table, "before_drop")
def _drop_index(dropped: Table, connection: Connection, **_: Any) -> None:
    if dropped.name == CaseWordsRow.__tablename__ and connection.dialect.name == "sqlite":
        for name in ("added", "changed", "removed"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS case_words_{name}")
        connection.exec_driver_sql("DROP TABLE IF EXISTS case_search")


def is_declared(name: str | None, kind: str, _parents: Any) -> bool:
    """Alembic's `include_name`: the index is made with its table and is no business of a revision's."""
    return kind not in ("table", "index") or not (name or "").startswith(INDEX)


# Writing

_TABLE = table_of(CaseWordsRow)


def _upsert(insert: Any) -> Any:
    statement = insert(_TABLE)
    return statement.on_conflict_do_update(
        index_elements=["instance_id"], set_={"words": statement.excluded.words}
    )


_PUT = {"sqlite": _upsert(sqlite.insert), "postgresql": _upsert(postgresql.insert)}
_SAY = (
    update(_TABLE)
    .where(_TABLE.c.instance_id == bindparam("instance"))
    .values(
        said=case(
            (func.length(_TABLE.c.said) < MOST_SAID, _TABLE.c.said + " " + bindparam("more", type_=Text())),
            else_=_TABLE.c.said,
        )
    )
)
_SAY_ALL = update(_TABLE).where(_TABLE.c.instance_id == bindparam("instance")).values(said=bindparam("all"))


def put(session: Session, instance_id: str, words: Iterable[str]) -> None:
    """Let a case be found by these words, and no longer by those it was; its comments stay as they are."""
    connection = connection_of(session)
    row = {"id": _number(instance_id), "instance_id": instance_id, "words": " ".join(words), "said": ""}
    connection.execute(_PUT[connection.dialect.name], row)


def say(session: Session, instance_id: str, words: Iterable[str]) -> None:
    """Let a case be found by the words of one more comment."""
    more = {"instance": instance_id, "more": " ".join(words)}
    connection_of(session).execute(_SAY, more)


def say_all(session: Session, instance_id: str, words: Iterable[str]) -> None:
    """Let a case be found by the words of these comments and of no others."""
    said = " ".join(words)[:MOST_SAID]
    connection_of(session).execute(_SAY_ALL, {"instance": instance_id, "all": said})


def _number(instance_id: str) -> int:
    return int.from_bytes(blake2b(instance_id.encode(), digest_size=8).digest()) >> 2


# Finding

_FTS = table(INDEX, column("rowid", Integer), column(INDEX, Text))


def found_by(
    session: Session, wanted: Collection[Wanted], case_id: ColumnElement[str]
) -> ColumnElement[bool]:
    """The condition that the case with this id has all these words.

    Asks which cases those are. A few are named, to begin a list with; whether one of many has the words is
    looked up case by case, as a list comes by it: where many have them, a page is full before long.
    """
    if not wanted:
        return false()
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    # Whole words first: they are told one by one, a beginning only when all it may mean is gathered.
    for asked in dict.fromkeys((tuple(Wanted(word.text) for word in wanted), tuple(wanted))):
        few = list(session.scalars(_having(asked, on_sqlite).limit(FEW + 1)))
        if len(few) > FEW:
            return _has(wanted, case_id, on_sqlite)
    return _among(case_id, few, on_sqlite)


def _fts5(wanted: Collection[Wanted]) -> str:
    return " AND ".join(f'"{word.text}"' + ("*" if word.begins else "") for word in wanted)


def _tsquery(wanted: Collection[Wanted]) -> str:
    return " & ".join(f"'{word.text}'" + (":*" if word.begins else "") for word in wanted)


def _having(wanted: Collection[Wanted], on_sqlite: bool) -> Select[str]:
    having = select(_TABLE.c.instance_id)
    if on_sqlite:
        joined = having.join(_FTS, _FTS.c.rowid == _TABLE.c.id)
        return joined.where(_FTS.c[INDEX].op("MATCH")(_fts5(wanted)))
    # Letter for letter what is indexed: with a parameter in it, PostgreSQL would not know it again.
    return having.where(literal_column(_VECTOR).bool_op("@@")(cast(_tsquery(wanted), postgresql.TSQUERY)))


def _among(case_id: ColumnElement[str], few: list[str], on_sqlite: bool) -> ColumnElement[bool]:
    # One parameter for all: each way to see a case names them again, and parameters are limited.
    if on_sqlite:
        listed = func.json_each(orjson.dumps(few).decode()).table_valued("value")
        return case_id.in_(select(listed.c.value))
    return case_id == any_(cast(literal(few, postgresql.ARRAY(String)), postgresql.ARRAY(String)))


def _has(wanted: Collection[Wanted], case_id: ColumnElement[str], on_sqlite: bool) -> ColumnElement[bool]:
    # Read off the row itself: an index would gather all cases with the words for each of them.
    place: Any = func.instr if on_sqlite else func.strpos
    all_words = " " + _TABLE.c.words + " " + _TABLE.c.said + " "
    there = [place(all_words, f" {word.text}" if word.begins else f" {word.text} ") > 0 for word in wanted]
    own = select(and_(*there)).where(_TABLE.c.instance_id == case_id)
    # A value, not EXISTS, which PostgreSQL would turn round: all cases with the words first.
    return own.correlate_except(_TABLE).scalar_subquery()
