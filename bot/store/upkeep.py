"""Queries about announced maintenance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, or_, select

from bot.domain.errors import missing
from bot.store.database import Tx
from bot.store.tables.people import MaintenanceRow


@dataclass(frozen=True, slots=True)
class Maintenance:
    """From ``starts_at`` until ``ends_at`` (None: until somebody ends it) the console only shows."""

    id: int
    starts_at: datetime
    ends_at: datetime | None
    note: str
    by: str

    def is_on(self, now: datetime) -> bool:
        return self.starts_at <= now and (self.ends_at is None or now < self.ends_at)


def announce(tx: Tx, *, starts_at: datetime, ends_at: datetime | None, note: str, by: str, at: datetime) -> Maintenance:
    row = MaintenanceRow(starts_at=starts_at, ends_at=ends_at, note=note, by=by, at=at)
    tx.session.add(row)
    tx.session.flush()
    return _maintenance(row)


def end(tx: Tx, maintenance_id: int, *, at: datetime) -> Maintenance:
    """It is over now, or never begins."""
    row = tx.session.get(MaintenanceRow, maintenance_id)
    if row is None:
        raise missing("maintenance", maintenance_id)
    row.ends_at = at
    row.starts_at = min(row.starts_at, at)
    tx.session.add(row)
    return _maintenance(row)


def coming(tx: Tx, *, now: datetime) -> list[Maintenance]:
    """What is on or announced, soonest first."""
    rows = tx.session.exec(
        select(MaintenanceRow)
        .where(or_(col(MaintenanceRow.ends_at).is_(None), col(MaintenanceRow.ends_at) > now))
        .order_by(col(MaintenanceRow.starts_at))
    )
    return [_maintenance(row) for row in rows]


def _maintenance(row: MaintenanceRow) -> Maintenance:
    return Maintenance(row.id or 0, row.starts_at, row.ends_at, row.note, row.by)
