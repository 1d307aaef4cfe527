"""Second opinions on cases: who has not been asked about, and where a case stands inside its lane because of one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update
from sqlmodel import col, select

from bot.domain.cases import Case
from bot.store import cases
from bot.store.database import Tx
from bot.store.tables.cases import CaseLabelRow, CaseRow
from moderation.cases import CaseState


def unasked(tx: Tx, *, limit: int) -> list[Case]:
    """Open cases that nobody holds and no opinion was asked about, in the order of the queue."""
    statement = (
        select(CaseRow.id)
        .where(CaseRow.state == CaseState.OPEN.value, CaseRow.opinion == "", col(CaseRow.holder).is_(None))
        .order_by(col(CaseRow.lane), col(CaseRow.place), col(CaseRow.opened_at))
        .limit(limit)
    )
    ids: Sequence[int | None] = tx.session.exec(statement).all()
    return cases.many(tx, [each for each in ids if each is not None])


def record(tx: Tx, case: Case, opinion: str, *, place: int) -> bool:
    """Keeps what was said and where the case stands now inside its lane, -1 to 1. False when a person was faster.

    Nothing else of the case is touched, not even its version: a moderator who has it open is not disturbed.
    """
    done = tx.session.execute(
        update(CaseRow)
        .where(col(CaseRow.id) == case.id, col(CaseRow.version) == case.version, col(CaseRow.opinion) == "")
        .values(place=place, opinion=opinion)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        return False
    tx.session.execute(update(CaseLabelRow).where(col(CaseLabelRow.case) == case.id).values(place=place))
    tx.session.expire_all()
    return True
