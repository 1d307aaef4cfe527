"""Alembic's view of the database: the connection is handed over by ``bot.store.migrate``."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from bot.store import tables  # noqa: F401  every table must be known before anything is compared

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite cannot alter a table in place
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
