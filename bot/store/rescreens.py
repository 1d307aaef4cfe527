"""Queries about walks over the archive under a draft: how far they are, whichever process works on them."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from sqlmodel import col, select

from bot.domain.errors import missing
from bot.domain.judging import RescreenRun, RunState
from bot.store.database import Tx
from bot.store.tables.policies import RescreenRow


def add(
    tx: Tx, policy: int, *, since: datetime, until: datetime, account: str, by: str, total: int, at: datetime
) -> RescreenRun:
    """A walk that begins now."""
    row = RescreenRow(
        policy=policy, state=RunState.RUNNING, since=since, until=until, account=account, total=total,
        asked_by=by, asked_at=at, beat_at=at,
    )  # fmt: skip
    tx.session.add(row)
    tx.session.flush()
    return _run(row)


def get(tx: Tx, run_id: int) -> RescreenRun:
    return _run(_row(tx, run_id))


def newest(tx: Tx, policy: int) -> RescreenRun | None:
    """The last walk under a draft, however it ended."""
    row = tx.session.exec(
        select(RescreenRow).where(RescreenRow.policy == policy).order_by(col(RescreenRow.id).desc()).limit(1)
    ).first()
    return _run(row) if row else None


def note(tx: Tx, run_id: int, *, done: int, at: datetime) -> bool:
    """How far it is. Returns whether it has to stop: somebody asked, or it was given up and begun anew."""
    row = _row(tx, run_id)
    row.done, row.beat_at = done, at
    tx.session.add(row)
    last = newest(tx, row.policy)
    return row.stop_asked or row.state != RunState.RUNNING or (last is not None and last.id != run_id)


def ask_to_stop(tx: Tx, run_id: int) -> None:
    """Whoever works on it ends at the next thousand."""
    row = _row(tx, run_id)
    row.stop_asked = True
    tx.session.add(row)


def end(tx: Tx, run_id: int, state: RunState, *, at: datetime, why: str = "") -> None:
    row = _row(tx, run_id)
    row.state, row.ended_at, row.beat_at, row.why = state, at, at, why
    tx.session.add(row)


def _row(tx: Tx, run_id: int) -> RescreenRow:
    row = tx.session.get(RescreenRow, run_id)
    if row is None:
        raise missing("rescreen", run_id)
    return row


def _run(row: RescreenRow) -> RescreenRun:
    told = {each.name: getattr(row, each.name) for each in fields(RescreenRun)}
    return RescreenRun(**{**told, "id": row.id or 0, "state": RunState(row.state)})
