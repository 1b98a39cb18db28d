"""The Alembic environment; `engine.store.migrate` runs it."""
