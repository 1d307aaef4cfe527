"""Queries for the cost meter: what was published and read in a stretch of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.posts import Content, Media, PostState
from bot.store.database import Tx
from bot.store.tables.posts import PostRow, RevisionRow
from bot.store.tables.replies import ReplyRow


@dataclass(frozen=True, slots=True)
class Sent:
    """One post that went out; withdrawing it later gives no money back."""

    account: str
    office: str
    at: datetime
    content: Content


def sent(tx: Tx, *, since: datetime, until: datetime) -> list[Sent]:
    """Everything published in [since, until), aware UTC."""
    rows = tx.session.exec(
        select(PostRow, RevisionRow)
        .join(RevisionRow, (col(RevisionRow.post) == PostRow.id) & (col(RevisionRow.number) == PostRow.revision))
        .where(col(PostRow.state).in_([PostState.PUBLISHED.value, PostState.WITHDRAWN.value]))
        .where(col(PostRow.published_at) >= since, col(PostRow.published_at) < until)
    )
    return [
        Sent(row.account, row.office, row.published_at, _content(revision))
        for row, revision in rows
        if row.published_at is not None
    ]


def read_replies(tx: Tx, *, since: datetime, until: datetime) -> dict[str, int]:
    """How many different replies were first read in [since, until), by account."""
    rows = tx.session.exec(
        select(ReplyRow.account, func.count())
        .where(ReplyRow.collected_at >= since, ReplyRow.collected_at < until)
        .group_by(ReplyRow.account)
    )
    return dict(rows.all())


def coming(tx: Tx, *, states: Sequence[PostState], since: datetime, until: datetime) -> list[Sent]:
    """What still waits to go out in [since, until); an estimate of what it will cost."""
    rows = tx.session.exec(
        select(PostRow, RevisionRow)
        .join(RevisionRow, (col(RevisionRow.post) == PostRow.id) & (col(RevisionRow.number) == PostRow.revision))
        .where(col(PostRow.state).in_([each.value for each in states]))
        .where(PostRow.due_at >= since, PostRow.due_at < until)
    )
    return [Sent(row.account, row.office, row.due_at, _content(revision)) for row, revision in rows]


def _content(row: RevisionRow) -> Content:
    return Content(row.text, row.link, tuple(Media(**item) for item in row.media), row.lang)
