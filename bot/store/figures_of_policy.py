"""Counts by policy version: what was screened and flagged under it, what was decided and taken back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from bot.store.database import Tx
from bot.store.tables.cases import DecisionRow
from bot.store.tables.replies import VerdictRow
from moderation.cases import Move
from moderation.model import Action

_MEASURES = (Move.HIDE.value, Move.DELETE_NOW.value, Move.APPROVE.value)
_BACK = (Move.UNDO.value, Move.REVERSE.value)


def screened(tx: Tx, version: str, *, since: datetime, until: datetime) -> tuple[int, int]:
    """(flagged, screened) replies under a version in that span."""
    rows = dict(
        tx.session.exec(
            select(VerdictRow.action, func.count())
            .where(VerdictRow.policy == version, VerdictRow.at >= since, VerdictRow.at < until)
            .group_by(VerdictRow.action)
        ).all()
    )
    total = sum(rows.values())
    return total - rows.get(Action.NONE.value, 0), total


def measures(tx: Tx, version: str, *, since: datetime, until: datetime) -> tuple[int, int]:
    """(taken back, taken) measures of cases judged under a version in that span."""
    rows = dict(
        tx.session.exec(
            select(DecisionRow.move, func.count())
            .where(
                DecisionRow.policy == version,
                DecisionRow.at >= since,
                DecisionRow.at < until,
                col(DecisionRow.move).in_([*_MEASURES, *_BACK]),
            )
            .group_by(DecisionRow.move)
        ).all()
    )
    taken = sum(rows.get(each, 0) for each in _MEASURES)
    return min(taken, sum(rows.get(each, 0) for each in _BACK)), taken
