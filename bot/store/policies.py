"""Queries about policy versions: drafts, the live one, and those that were taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from bot.domain.errors import Conflict, missing
from bot.domain.judging import PolicyState, PolicyVersion
from bot.store.database import Tx
from bot.store.tables.policies import PolicyRow


def add(
    tx: Tx, *, version: str, text: str, wordings: Mapping[str, Any], base: str, note: str, by: str, at: datetime
) -> PolicyVersion:
    """A draft; Conflict when exactly this text stands already."""
    if tx.session.exec(select(PolicyRow.id).where(PolicyRow.version == version)).first() is not None:
        raise Conflict(f"Exactly this policy stands already as {version}.").worded(
            "problem.policy-stands", version=version
        )
    row = PolicyRow(version=version, state=PolicyState.DRAFT, text=text, base=base, note=note, made_by=by, made_at=at)
    row.wordings = dict(wordings)
    tx.session.add(row)
    tx.session.flush()
    return _policy(row)


def get(tx: Tx, policy_id: int) -> PolicyVersion:
    row = tx.session.get(PolicyRow, policy_id)
    if row is None:
        raise missing("policy", policy_id)
    return _policy(row)


def by_version(tx: Tx, version: str) -> PolicyVersion | None:
    """The stored version that verdicts name; None for the one that ships with the program."""
    row = tx.session.exec(select(PolicyRow).where(PolicyRow.version == version)).first()
    return _policy(row) if row else None


def live(tx: Tx) -> PolicyVersion | None:
    """The version in force; None while the one that ships is."""
    row = tx.session.exec(select(PolicyRow).where(PolicyRow.state == PolicyState.LIVE.value)).first()
    return _policy(row) if row else None


def replaced_by(tx: Tx, version: PolicyVersion) -> PolicyVersion | None:
    """The version that was retired when this one went live; None when that was the one that ships."""
    row = tx.session.exec(
        select(PolicyRow)
        .where(
            PolicyRow.state == PolicyState.RETIRED.value,
            PolicyRow.ended_at == version.live_at,
            PolicyRow.ended_why == "replaced",
        )
        .limit(1)
    ).first()
    return _policy(row) if row else None


def find(tx: Tx, *, states: Sequence[PolicyState] = (), limit: int = 100) -> list[PolicyVersion]:
    """Newest first."""
    statement = select(PolicyRow)
    if states:
        statement = statement.where(col(PolicyRow.state).in_([state.value for state in states]))
    return [_policy(row) for row in tx.session.exec(statement.order_by(col(PolicyRow.id).desc()).limit(limit))]


def change(tx: Tx, policy_id: int, state: PolicyState, **values: Any) -> PolicyVersion:
    """Moves a version; its text is never touched."""
    row = tx.session.get(PolicyRow, policy_id)
    if row is None:
        raise missing("policy", policy_id)
    row.state = state.value
    for name, value in values.items():
        setattr(row, name, value)
    tx.session.add(row)
    tx.session.flush()
    return _policy(row)


def _policy(row: PolicyRow) -> PolicyVersion:
    return PolicyVersion(
        id=row.id or 0,
        version=row.version,
        state=PolicyState(row.state),
        text=row.text,
        wordings=row.wordings,
        base=row.base,
        note=row.note,
        made_by=row.made_by,
        made_at=row.made_at,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        report=row.report,
        reported_at=row.reported_at,
        shadow=row.shadow,
        live_by=row.live_by,
        live_at=row.live_at,
        live_why=row.live_why,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
    )
