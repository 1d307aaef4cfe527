"""The console over a house on SQLite; pages do not know which database is below."""

from __future__ import annotations

import pytest

from bot.bootstrap import App
from tests.console.rig import app_of
from tests.house import House


@pytest.fixture
def app(sqlite_house: House) -> App:
    return app_of(sqlite_house)
