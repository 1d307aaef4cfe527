"""Queries about tokens and limits: which accounts can speak, and how much they may still say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.ports import Budget
from bot.store.database import Tx
from bot.store.tables.health import TokenProbeRow
from bot.store.tables.posts import AttemptRow, PostRow
from bot.store.tables.service import BudgetRow


@dataclass(frozen=True, slots=True)
class Probe:
    """The newest probe of an account's token. ``dead``: refused while most others work."""

    account: str
    at: datetime
    ok: bool
    dead: bool = False
    failing_since: datetime | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A limit as an answer to ``account`` stated it at ``at``."""

    account: str
    budget: Budget
    at: datetime


def save_probe(tx: Tx, probe: Probe) -> None:
    tx.session.merge(
        TokenProbeRow(
            account=probe.account,
            at=probe.at,
            ok=probe.ok,
            dead=probe.dead,
            failing_since=probe.failing_since,
            code=probe.code[:60],
        )
    )


def probes(tx: Tx) -> dict[str, Probe]:
    """The newest probe of each account."""
    rows = tx.session.exec(select(TokenProbeRow))
    return {row.account: Probe(row.account, row.at, row.ok, row.dead, row.failing_since, row.code) for row in rows}


def known(tx: Tx) -> list[Known]:
    """Every limit that an answer has stated, newest first."""
    rows = tx.session.exec(select(BudgetRow).order_by(col(BudgetRow.at).desc()))
    return [Known(row.account, Budget(row.name, row.limit_count, row.remaining, row.reset_at), row.at) for row in rows]


def sent_since(tx: Tx, accounts: list[str], since: datetime) -> int:
    """How many creates these accounts have begun since then; what counts against a shared limit without headers."""
    return int(
        tx.session.exec(
            select(func.count())
            .select_from(AttemptRow)
            .join(PostRow, col(PostRow.id) == col(AttemptRow.post))
            .where(col(PostRow.account).in_(accounts), col(AttemptRow.sent_at) >= since)
        ).one()
    )
