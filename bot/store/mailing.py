"""Queries for e-mail: which notices have not been mailed, and who has an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from bot.store.database import Tx
from bot.store.service import Notice
from bot.store.tables.people import UserRow
from bot.store.tables.service import NoticeRow


@dataclass(frozen=True, slots=True)
class Address:
    """Where a member of staff reads mail, in which language, and the newest notice they put away in the console."""

    login: str
    email: str
    locale: str
    notices_read: int


def addresses(tx: Tx) -> list[Address]:
    """Active staff with an e-mail address, by login."""
    rows = tx.session.exec(select(UserRow).where(col(UserRow.active), UserRow.email != "").order_by(UserRow.login))
    return [Address(row.login, row.email, row.locale, row.notices_read) for row in rows]


def unmailed(tx: Tx, *, limit: int = 1000) -> list[Notice]:
    """Notices that were not mailed yet, oldest first."""
    rows = tx.session.exec(
        select(NoticeRow)
        .where(col(NoticeRow.mailed_at).is_(None))
        .order_by(col(NoticeRow.at), col(NoticeRow.id))
        .limit(limit)
    )
    return [Notice(row.id or 0, row.person, row.kind, row.subject, row.at) for row in rows]


def mark_mailed(tx: Tx, ids: Sequence[int], *, at: datetime) -> None:
    tx.session.execute(
        update(NoticeRow)
        .where(col(NoticeRow.id).in_(ids))
        .values(mailed_at=at)
        .execution_options(synchronize_session=False)
    )
