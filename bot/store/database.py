"""The database: one engine, write transactions that start as writers, read transactions that change nothing.

SQLite in WAL mode serves one machine; PostgreSQL any number of processes. The same code runs on both.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, OperationalError, SQLAlchemyError
from sqlmodel import Session, SQLModel, create_engine

from bot.domain.errors import BadInput, Conflict, KouhouError, NotAllowed, NotFound
from bot.store import tables  # noqa: F401  registers every table with SQLModel.metadata
from bot.store.seal import Seal

_BEGIN: Final = "kouhou_begin"
_GAVE_WAY: Final = frozenset({"40001", "40P01"})
"""What PostgreSQL says to the one of two transactions that has to begin again."""


class Collision(KouhouError):
    """Two transactions reached for the same row in the same moment; beginning again will do."""


@dataclass(frozen=True, slots=True)
class Tx:
    """One open transaction; query modules take it as their first argument."""

    session: Session
    seal: Seal

    @property
    def is_postgres(self) -> bool:
        return self.session.get_bind().dialect.name == "postgresql"


class Store:
    """Opens transactions. ``begin`` commits when its block ends well and rolls back otherwise."""

    def __init__(self, url: str, seal: Seal) -> None:
        self.url = url
        self.seal = seal
        self.engine = _engine(url)
        self._writing = self.engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """A write transaction. On SQLite it takes the write lock at once, so that it can never fail halfway."""
        with Session(self._writing, expire_on_commit=False) as session, _said_plainly():
            with session.begin():
                yield Tx(session, self.seal)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A read transaction: a stable picture, rolled back at the end."""
        with Session(self.engine, expire_on_commit=False) as session, _said_plainly():
            yield Tx(session, self.seal)

    def create_all(self) -> None:
        """Every table at once, for tests; a real database is made by ``migrate.upgrade``."""
        SQLModel.metadata.create_all(self.engine)

    def ping(self) -> None:
        """Raises KouhouError when the database cannot be reached."""
        with self.read() as tx:
            tx.session.execute(text("SELECT 1"))

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadInput(
            "This is no database URL; write for example sqlite:////srv/kouhou/kouhou.db",
            key="KOUHOU_DATABASE_URL",
        ) from None
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_size=5, pool_pre_ping=True)
    if parsed.get_backend_name() != "sqlite":
        raise BadInput("Only SQLite and PostgreSQL are supported.", key="KOUHOU_DATABASE_URL")
    engine = create_engine(parsed, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN event decides, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


@contextmanager
def _said_plainly() -> Iterator[None]:
    """A broken database is told in a sentence; the driver's own text may hold parameters, that is people's words."""
    try:
        yield
    except (BadInput, Conflict, NotAllowed, NotFound):
        raise
    except SQLAlchemyError as exc:
        kind, word = (Collision, "problem.collision") if _collided(exc) else (KouhouError, "problem.database")
        raise kind(f"The database refused: {_reason(exc)}. Run 'kouhou check' for what to do.").worded(word) from exc


def _collided(exc: SQLAlchemyError) -> bool:
    if isinstance(exc, OperationalError):
        return getattr(exc.orig, "sqlstate", None) in _GAVE_WAY
    return isinstance(exc, IntegrityError)


def _reason(exc: SQLAlchemyError) -> str:
    original = getattr(exc, "orig", None)
    return str(original or type(exc).__name__).splitlines()[0][:200]
