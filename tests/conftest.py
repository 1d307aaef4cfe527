"""The real databases: every test that asks for ``store`` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text

from bot.store.database import Store
from bot.store.seal import Seal
from tests.house import House

KEY = b"a key for tests, thirty-two long"
_NUMBERS = itertools.count(1)

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine leaks into a test."""
    for name in [each for each in os.environ if each.startswith("KOUHOU_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server of this test process; its URL without a database name, holding a ready template."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))  # or its lock folder warns
    import pgserver

    server = pgserver.postgres_server.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.psql("CREATE DATABASE kouhou_template;")
    template = Store(_at(url, "kouhou_template"), Seal(KEY))
    template.create_all()
    template.close()
    yield url
    server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty database with every table."""
    if request.param == "sqlite":
        made = Store(f"sqlite:///{tmp_path / 'kouhou.db'}", Seal(KEY))
        made.create_all()
    else:
        made = Store(_fresh(request.getfixturevalue("postgres")), Seal(KEY))
    yield made
    made.close()


@pytest.fixture
def house(store: Store, tmp_path: Path) -> Iterator[House]:
    """The whole service over practice platforms, with a clock that stands still until it is moved."""
    with House(store, tmp_path) as made:
        yield made


@pytest.fixture
def sqlite_house(tmp_path: Path) -> Iterator[House]:
    """The same on SQLite only, for what does not touch the database's own ways."""
    made = Store(f"sqlite:///{tmp_path / 'kouhou.db'}", Seal(KEY))
    made.create_all()
    with House(made, tmp_path) as house:
        yield house
    made.close()


def _fresh(url: str) -> str:
    name = f"t{next(_NUMBERS)}"
    engine = create_engine(_at(url, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE kouhou_template"))
    engine.dispose()
    return _at(url, name)


def _at(url: str, database: str) -> str:
    head, _, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{database}?{query}"
