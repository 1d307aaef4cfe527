"""Queries about pushed events: stored once per key before anything else happens, worked later, then emptied."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.judging import StoredPush
from bot.store.database import Tx
from bot.store.tables.judging import PushRow


def keep(tx: Tx, platform: str, key: str, name: str, account_id: str, body: bytes, *, at: datetime) -> bool:
    """Stores one event; False when it was delivered before."""
    known = tx.session.exec(select(PushRow.id).where(PushRow.platform == platform, PushRow.key == key)).first()
    if known is not None:
        return False
    row = PushRow(
        platform=platform,
        key=key,
        name=name,
        account_id=account_id,
        body=tx.seal.close(body.decode("utf-8", "surrogateescape")),
        received_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return True


def waiting(tx: Tx, *, limit: int) -> list[StoredPush]:
    """The oldest events that nobody has worked."""
    rows = tx.session.exec(
        select(PushRow).where(col(PushRow.worked_at).is_(None)).order_by(col(PushRow.id)).limit(limit)
    )
    return [_push(tx, row) for row in rows]


def done(tx: Tx, push_id: int, outcome: str, *, at: datetime) -> None:
    """Worked: the words are dropped, the key stays against repeated deliveries."""
    row = tx.session.get(PushRow, push_id)
    if row is not None:
        row.worked_at, row.outcome, row.body = at, outcome, None
        tx.session.add(row)


def newest_at(tx: Tx, platform: str) -> datetime | None:
    """When this platform last pushed anything."""
    return tx.session.exec(select(func.max(PushRow.received_at)).where(PushRow.platform == platform)).one()


def forget(tx: Tx, *, before: datetime) -> int:
    """Removes keys that no platform delivers again; returns how many."""
    rows = tx.session.exec(select(PushRow).where(col(PushRow.worked_at) < before).limit(5000)).all()
    for row in rows:
        tx.session.delete(row)
    return len(rows)


def _push(tx: Tx, row: PushRow) -> StoredPush:
    body = tx.seal.open(row.body).encode("utf-8", "surrogateescape") if row.body else b""
    return StoredPush(row.id or 0, row.platform, row.key, row.name, row.account_id, body, row.received_at)
