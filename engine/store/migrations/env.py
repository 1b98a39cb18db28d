"""What Alembic runs: it takes the open connection and the tables from `engine.store.migrate` and owns no transaction."""

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
