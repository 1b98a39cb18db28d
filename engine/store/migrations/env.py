"""What Alembic runs; the connection, its transaction and the tables are given by `engine.store.migrate`."""

from typing import Any, Literal

from alembic import context

from engine.store.base import Instant, Json
from engine.store.search import is_declared

connection = context.config.attributes["connection"]


def own_type(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Our own column types by their names in `engine.store.base`; all others as Alembic writes them."""
    if kind != "type":
        return False
    if isinstance(value, Instant):
        return "base.Instant()"
    return "base.Json" if isinstance(value, type(Json)) and value._variant_mapping else False


context.configure(
    connection=connection,
    target_metadata=context.config.attributes["tables"],
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=own_type,
    include_name=is_declared,
    compare_type=True,
)
context.run_migrations()
