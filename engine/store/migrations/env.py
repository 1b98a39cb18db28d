"""What Alembic runs; the connection, its transaction and the tables are given by `engine.store.migrate`."""

from alembic import context

connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=context.config.attributes["tables"],
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="base.",
)
context.run_migrations()
