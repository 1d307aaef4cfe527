"""Queries over the whole archive of replies: what is due for erasure, what a rescreen looks at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from bot.domain.cases import KeptReply
from bot.store.database import Tx
from bot.store.replies import kept_reply, latest_verdict, parse_labels
from bot.store.tables.replies import ReplyRow


def gone_unforgotten(tx: Tx, platform: str, *, gone_before: datetime, limit: int) -> list[int]:
    """Replies that left the platform before that instant and whose words are still here, the longest gone first."""
    rows = tx.session.exec(
        select(ReplyRow.id)
        .where(
            ReplyRow.platform == platform,
            col(ReplyRow.gone_at) <= gone_before,
            col(ReplyRow.forgotten_at).is_(None),
        )
        .order_by(col(ReplyRow.gone_at))
        .limit(limit)
    )
    return [each or 0 for each in rows]


def older_than(tx: Tx, *, collected_before: datetime, after_id: int, limit: int) -> list[int]:
    """Numbers of replies with words that were collected before that instant, in their order."""
    rows = tx.session.exec(
        select(ReplyRow.id)
        .where(
            col(ReplyRow.id) > after_id,
            ReplyRow.collected_at <= collected_before,
            col(ReplyRow.forgotten_at).is_(None),
        )
        .order_by(col(ReplyRow.id))
        .limit(limit)
    )
    return [each or 0 for each in rows]


def of_author(tx: Tx, platform: str, author_id: str, *, limit: int = 10_000) -> list[int]:
    """Numbers of everything this author wrote to our accounts, newest first."""
    if not author_id:
        return []
    rows = tx.session.exec(
        select(ReplyRow.id)
        .where(ReplyRow.platform == platform, ReplyRow.author_id == author_id)
        .order_by(col(ReplyRow.written_at).desc())
        .limit(limit)
    )
    return [each or 0 for each in rows]


def between(
    tx: Tx, *, since: datetime, until: datetime, account: str, after_id: int, limit: int
) -> list[tuple[KeptReply, tuple[int, ...]]]:
    """Screened replies with words, collected in that span, with their present labels, in the order of their numbers."""
    rows = tx.session.exec(
        select(ReplyRow)
        .where(col(ReplyRow.id) > after_id, *_span(since, until, account))
        .order_by(col(ReplyRow.id))
        .limit(limit)
    )
    return [(kept_reply(tx, row), tuple(int(label) for label in parse_labels(row.labels))) for row in rows]


def count_between(tx: Tx, *, since: datetime, until: datetime, account: str) -> int:
    return tx.session.exec(select(func.count()).select_from(ReplyRow).where(*_span(since, until, account))).one()


def was_flood(tx: Tx, reply_id: int) -> bool:
    """Whether the newest verdict counted the reply as part of a flood."""
    found = latest_verdict(tx, reply_id)
    return found is not None and any(each.detector == "flood" for each in found.findings)


def _span(since: datetime, until: datetime, account: str) -> list[ColumnElement[bool]]:
    wanted = [
        col(ReplyRow.collected_at) >= since,
        col(ReplyRow.collected_at) < until,
        col(ReplyRow.screened_at).is_not(None),
        col(ReplyRow.words).is_not(None),
    ]
    return [*wanted, col(ReplyRow.account) == account] if account else wanted
