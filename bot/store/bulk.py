"""Many rows at once, for imports and measurements; ordinary work goes through the modules of its noun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from bot.store.database import Store

_AT_ONCE = 5000


def insert_rows(store: Store, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Plain inserts in one transaction; every column without a value takes its default."""
    with store.begin() as tx:
        for start in range(0, len(rows), _AT_ONCE):
            tx.session.execute(insert(table), rows[start : start + _AT_ONCE])
