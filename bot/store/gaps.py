"""Queries about sweeps: when each was last read, and stretches of time that may have been missed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from bot.store.database import Tx
from bot.store.tables.replies import CursorRow, GapRow


def read_times(tx: Tx, account: str) -> dict[str, datetime]:
    """When a page of each sweep of this account was last stored."""
    rows = tx.session.exec(select(CursorRow).where(CursorRow.account == account))
    return {row.source: row.read_at for row in rows if row.read_at is not None}


def is_open(tx: Tx, account: str, source: str) -> bool:
    """Whether a gap in this sweep is known already."""
    found = select(GapRow.id).where(GapRow.account == account, GapRow.source == source, col(GapRow.closed_at).is_(None))
    return tx.session.exec(found.limit(1)).first() is not None


def accounts_with_gaps(tx: Tx) -> list[str]:
    return sorted(set(tx.session.exec(select(GapRow.account).where(col(GapRow.closed_at).is_(None)))))


def close(tx: Tx, account: str, *, noticed_by: datetime, at: datetime) -> int:
    """Everything that the platform still shows was read again: gaps noticed until then are closed. Returns how many."""
    done = tx.session.execute(
        update(GapRow)
        .where(col(GapRow.account) == account, col(GapRow.closed_at).is_(None), col(GapRow.noticed_at) <= noticed_by)
        .values(closed_at=at)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
