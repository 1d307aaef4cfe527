"""Counts that may be published: how much went out, and how cases ended. No words, no people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.posts import PostState
from bot.store.database import Tx
from bot.store.tables.cases import CaseRow
from bot.store.tables.posts import PostRow


def published(tx: Tx, *, accounts: Sequence[str] | None, since: datetime, until: datetime) -> dict[str, int]:
    """Posts that went out in [since, until), by account; withdrawn ones went out too."""
    out = [PostState.PUBLISHED.value, PostState.WITHDRAWN.value]
    statement = select(PostRow.account, func.count()).where(
        col(PostRow.state).in_(out), col(PostRow.published_at) >= since, col(PostRow.published_at) < until
    )
    if accounts is not None:
        statement = statement.where(col(PostRow.account).in_(accounts))
    return dict(tx.session.exec(statement.group_by(PostRow.account)).all())


def cases_by_end(tx: Tx, *, offices: Sequence[str] | None, since: datetime, until: datetime) -> dict[str, int]:
    """Cases opened in [since, until), by the state they are in now."""
    statement = select(CaseRow.state, func.count()).where(CaseRow.opened_at >= since, CaseRow.opened_at < until)
    if offices is not None:
        statement = statement.where(col(CaseRow.office).in_(offices))
    return dict(tx.session.exec(statement.group_by(CaseRow.state)).all())
