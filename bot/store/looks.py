"""Whom to ask the platform about again: every kept reply has an instant at which that is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import col, select

from bot.store.database import Tx
from bot.store.tables.cases import CaseRow
from bot.store.tables.replies import ReplyRow
from moderation.ladder import Step

_IN_FORCE = [Step.HIDE.word, Step.BLOCK.word]


def in_force(tx: Tx, account: str, *, limit: int) -> list[str]:
    """Platform ids of replies under a measure in force, the longest unasked first."""
    found = tx.session.exec(
        select(ReplyRow.platform_id)
        .join(CaseRow, col(CaseRow.reply) == ReplyRow.id)
        .where(ReplyRow.account == account, col(ReplyRow.look_at).is_not(None), col(CaseRow.step).in_(_IN_FORCE))
        .order_by(col(ReplyRow.look_at))
        .limit(limit)
    )
    return list(found)


def fresh(tx: Tx, account: str, *, since: datetime, limit: int) -> list[str]:
    """Those written since then, the longest unasked first."""
    found = tx.session.exec(
        select(ReplyRow.platform_id)
        .where(ReplyRow.account == account, ReplyRow.written_at >= since, col(ReplyRow.look_at).is_not(None))
        .order_by(col(ReplyRow.look_at))
        .limit(limit)
    )
    return list(found)


def due(tx: Tx, account: str, *, now: datetime, limit: int) -> list[str]:
    """Those of any age whose time has come, the longest due first."""
    found = tx.session.exec(
        select(ReplyRow.platform_id)
        .where(ReplyRow.account == account, col(ReplyRow.look_at) <= now)
        .order_by(col(ReplyRow.look_at))
        .limit(limit)
    )
    return list(found)


def kept(tx: Tx, platform: str, *, most: int = 50_000) -> int:
    """How many replies are still asked about, counted up to ``most``: a page that tells it must not wait."""
    wanted = (ReplyRow.platform == platform, col(ReplyRow.look_at).is_not(None))
    some = select(ReplyRow.id).where(*wanted).limit(most).subquery()
    return tx.session.exec(select(func.count()).select_from(some)).one()


def asked_for(tx: Tx, platform: str, *, until: datetime) -> frozenset[str]:
    """Platform ids of those whose next turn is at ``until`` or later: they were asked about lately."""
    wanted = (ReplyRow.platform == platform, col(ReplyRow.look_at) >= until)
    return frozenset(tx.session.exec(select(ReplyRow.platform_id).where(*wanted)))


def asked(tx: Tx, account: str, platform_ids: Sequence[str], *, again: datetime, gone_before: datetime) -> None:
    """These were asked about, and are next ``again``; what left the platform before ``gone_before`` never."""
    these = col(ReplyRow.account) == account, col(ReplyRow.platform_id).in_(platform_ids)
    for more, instant in (((), again), ((col(ReplyRow.gone_at) < gone_before,), None)):
        tx.session.execute(
            update(ReplyRow)
            .where(*these, *more, col(ReplyRow.look_at).is_not(None))
            .values(look_at=instant)
            .execution_options(synchronize_session=False)
        )
