"""Schema changes: every database is brought to the newest revision by Alembic, forwards only by itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from bot.store.database import Store

_HERE = Path(__file__).parent / "migrations"


def upgrade(store: Store) -> tuple[str, str]:
    """Brings the schema to the newest revision. Returns (revision before, revision after), empty for none."""
    before = current(store)
    with store.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, current(store)


def current(store: Store) -> str:
    """The revision the database stands at, empty for an empty database."""
    with store.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


@cache
def newest() -> str:
    """The revision this program expects."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def differences(store: Store) -> list[object]:
    """What the tables in the code have and the database has not, or the other way round; empty when they agree."""
    with store.engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))


def write_revision(store: Store, message: str) -> None:
    """For developers: a new migration from the difference between code and database."""
    with store.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.revision(config, message=message, autogenerate=True, rev_id=_next_id())


def _next_id() -> str:
    return f"{len(list((_HERE / 'versions').glob('[0-9]*.py'))) + 1:04d}"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "os")
    return config
