"""Queries about reads of cases, blind reviews, golden cases, objections and legal holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from bot.domain.errors import Conflict, missing
from bot.domain.judging import Appeal, Channel, Golden, Judgement, LegalHold, Opinion, ReviewItem, ReviewKind
from bot.store.database import Tx
from bot.store.tables.judging import (
    AppealRow,
    CaseReadRow,
    GoldenRow,
    HoldRow,
    JudgementRow,
    ReviewItemRow,
)
from moderation.categories import Category
from moderation.ladder import step_of

PROPOSAL = "proposal"
"""Batch of the second views that a proposal asks for; they are no part of the blind queue."""


def note_read(tx: Tx, case_id: int, by: str, *, at: datetime, harsh: bool) -> None:
    """Somebody opened a case."""
    tx.session.add(CaseReadRow(case=case_id, by=by, at=at, harsh=harsh))
    tx.session.flush()


def last_read(tx: Tx, case_id: int, by: str) -> datetime | None:
    """When this person last opened this case."""
    return tx.session.exec(
        select(CaseReadRow.at)
        .where(CaseReadRow.case == case_id, CaseReadRow.by == by)
        .order_by(col(CaseReadRow.at).desc())
        .limit(1)
    ).first()


def reads_of(tx: Tx, case_id: int, *, limit: int = 200) -> list[tuple[str, datetime]]:
    """Who opened a case and when, newest first."""
    rows = tx.session.exec(
        select(CaseReadRow).where(CaseReadRow.case == case_id).order_by(col(CaseReadRow.at).desc()).limit(limit)
    )
    return [(row.by, row.at) for row in rows]


def harsh_read(tx: Tx, by: str, *, since: datetime) -> int:
    """How many different harsh cases this person opened since then."""
    return tx.session.exec(
        select(func.count(func.distinct(CaseReadRow.case))).where(
            CaseReadRow.by == by, CaseReadRow.at >= since, col(CaseReadRow.harsh)
        )
    ).one()


def add_golden(
    tx: Tx, *, text: str, post: str, language: str, category: Category | None, note: str, by: str, at: datetime
) -> Golden:
    """A case with a known answer."""
    row = GoldenRow(
        words=tx.seal.close(text),
        post=tx.seal.close(post),
        language=language,
        category=int(category or 0),
        note=note,
        added_by=by,
        added_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return _golden(tx, row)


def golden(tx: Tx, golden_id: int) -> Golden:
    row = tx.session.get(GoldenRow, golden_id)
    if row is None:
        raise missing("golden", golden_id)
    return _golden(tx, row)


def goldens(tx: Tx) -> list[Golden]:
    """Those in use, oldest first."""
    rows = tx.session.exec(select(GoldenRow).where(col(GoldenRow.retired_at).is_(None)).order_by(col(GoldenRow.id)))
    return [_golden(tx, row) for row in rows]


def retire_golden(tx: Tx, golden_id: int, *, at: datetime) -> None:
    row = tx.session.get(GoldenRow, golden_id)
    if row is None:
        raise missing("golden", golden_id)
    row.retired_at = row.retired_at or at
    tx.session.add(row)


def add_item(tx: Tx, kind: ReviewKind, *, at: datetime, **facts: Any) -> ReviewItem:
    """One thing to judge; ``facts`` are fields of ``ReviewItem``."""
    row = ReviewItemRow(kind=kind.value, made_at=at, **facts)
    tx.session.add(row)
    tx.session.flush()
    return _item(row)


def item(tx: Tx, item_id: int) -> ReviewItem:
    row = tx.session.get(ReviewItemRow, item_id)
    if row is None:
        raise missing("review", item_id)
    return _item(row)


def newest_second(tx: Tx, case_id: int) -> ReviewItem | None:
    """The second view that is asked for on the newest proposal of a case; later quality reviews are none."""
    row = tx.session.exec(
        select(ReviewItemRow)
        .where(
            ReviewItemRow.case == case_id,
            ReviewItemRow.kind == ReviewKind.SECOND.value,
            ReviewItemRow.batch == PROPOSAL,
        )
        .order_by(col(ReviewItemRow.id).desc())
        .limit(1)
    ).first()
    return _item(row) if row else None


def open_items(
    tx: Tx, by: str, *, kinds: Sequence[ReviewKind] = (), batch: str = "", limit: int = 200
) -> list[ReviewItem]:
    """What this person has not judged yet, oldest first."""
    judged = select(JudgementRow.item).where(JudgementRow.by == by)
    statement = select(ReviewItemRow).where(col(ReviewItemRow.done_at).is_(None), col(ReviewItemRow.id).not_in(judged))
    if kinds:
        statement = statement.where(col(ReviewItemRow.kind).in_([kind.value for kind in kinds]))
    if batch:
        statement = statement.where(ReviewItemRow.batch == batch)
    return [_item(row) for row in tx.session.exec(statement.order_by(col(ReviewItemRow.id)).limit(limit))]


def has_batch(tx: Tx, batch: str) -> bool:
    """Whether these reviews were drawn already."""
    return tx.session.exec(select(ReviewItemRow.id).where(ReviewItemRow.batch == batch).limit(1)).first() is not None


def close_item(tx: Tx, item_id: int, *, at: datetime) -> None:
    row = tx.session.get(ReviewItemRow, item_id)
    if row is not None and row.done_at is None:
        row.done_at = at
        tx.session.add(row)
        tx.session.flush()


def judge(tx: Tx, item_id: int, by: str, opinion: Opinion, *, blind: bool, at: datetime) -> Judgement:
    """One person's view, once; Conflict when they already gave it."""
    known = tx.session.exec(select(JudgementRow.id).where(JudgementRow.item == item_id, JudgementRow.by == by)).first()
    if known is not None:
        raise Conflict("You have judged this already; a first view is not changed.").worded("problem.judged")
    row = JudgementRow(
        item=item_id,
        by=by,
        category=int(opinion.category or 0),
        step=opinion.step.word,
        blind=blind,
        at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return _judgement(row)


def judgements(tx: Tx, item_ids: Sequence[int]) -> list[Judgement]:
    """The views on these items, oldest first."""
    rows = tx.session.exec(
        select(JudgementRow).where(col(JudgementRow.item).in_(item_ids)).order_by(col(JudgementRow.id))
    )
    return [_judgement(row) for row in rows]


def judged_items(
    tx: Tx, kind: ReviewKind, *, since: datetime, until: datetime
) -> list[tuple[ReviewItem, list[Judgement]]]:
    """Items of a kind with the views given in that span, judged ones only."""
    rows = tx.session.exec(
        select(ReviewItemRow, JudgementRow)
        .join(JudgementRow, col(JudgementRow.item) == ReviewItemRow.id)
        .where(ReviewItemRow.kind == kind.value, JudgementRow.at >= since, JudgementRow.at < until)
        .order_by(col(ReviewItemRow.id), col(JudgementRow.id))
    )
    found: dict[int, tuple[ReviewItem, list[Judgement]]] = {}
    for row, view in rows:
        found.setdefault(row.id or 0, (_item(row), []))[1].append(_judgement(view))
    return list(found.values())


def add_appeal(tx: Tx, case_id: int, *, channel: Channel, words: str, language: str, by: str, at: datetime) -> Appeal:
    """An objection as it came in."""
    row = AppealRow(
        case=case_id, channel=channel.value, words=tx.seal.close(words), language=language, entered_by=by, at=at
    )
    tx.session.add(row)
    tx.session.flush()
    return _appeal(tx, row)


def settle_appeal(tx: Tx, appeal_id: int, outcome: str, *, by: str, answer: str, at: datetime) -> Appeal:
    row = tx.session.get(AppealRow, appeal_id)
    if row is None:
        raise missing("objection", appeal_id)
    row.outcome, row.judged_by, row.judged_at, row.answer = outcome, by, at, tx.seal.close(answer)
    tx.session.add(row)
    tx.session.flush()
    return _appeal(tx, row)


def appeals_of(tx: Tx, case_id: int) -> list[Appeal]:
    """The objections on a case, oldest first."""
    rows = tx.session.exec(select(AppealRow).where(AppealRow.case == case_id).order_by(col(AppealRow.id)))
    return [_appeal(tx, row) for row in rows]


def appeals_between(tx: Tx, *, since: datetime, until: datetime) -> list[Appeal]:
    """The objections that came in during that span."""
    rows = tx.session.exec(
        select(AppealRow).where(AppealRow.at >= since, AppealRow.at < until).order_by(col(AppealRow.id))
    )
    return [_appeal(tx, row) for row in rows]


def forget_appeals(tx: Tx, case_id: int) -> None:
    """Erases what people wrote in their objections; outcome and dates stay."""
    for row in tx.session.exec(select(AppealRow).where(AppealRow.case == case_id)):
        row.words = None
        tx.session.add(row)


def hold(tx: Tx, reply_id: int, *, ground: str, by: str, at: datetime, until: datetime) -> LegalHold:
    row = HoldRow(reply=reply_id, ground=tx.seal.close(ground), by=by, at=at, until=until)
    tx.session.add(row)
    tx.session.flush()
    return _hold(tx, row)


def held(tx: Tx, reply_ids: Sequence[int], *, now: datetime) -> set[int]:
    """Those of these replies that a legal hold protects from erasure now."""
    rows = tx.session.exec(
        select(HoldRow.reply).where(
            col(HoldRow.reply).in_(reply_ids), HoldRow.until > now, col(HoldRow.ended_at).is_(None)
        )
    )
    return set(rows)


def holds_of(tx: Tx, reply_id: int, *, now: datetime) -> list[LegalHold]:
    """The holds on a reply that are in force."""
    rows = tx.session.exec(
        select(HoldRow).where(HoldRow.reply == reply_id, HoldRow.until > now, col(HoldRow.ended_at).is_(None))
    )
    return [_hold(tx, row) for row in rows]


def end_holds(tx: Tx, reply_id: int, *, by: str, at: datetime) -> int:
    """Ends every hold on a reply; returns how many there were."""
    rows = tx.session.exec(select(HoldRow).where(HoldRow.reply == reply_id, col(HoldRow.ended_at).is_(None))).all()
    for row in rows:
        row.ended_at, row.ended_by = at, by
        tx.session.add(row)
    return len(rows)


def _golden(tx: Tx, row: GoldenRow) -> Golden:
    return Golden(
        id=row.id or 0,
        text=tx.seal.open(row.words) if row.words else "",
        post=tx.seal.open(row.post) if row.post else "",
        language=row.language,
        category=Category(row.category) if row.category else None,
        note=row.note,
    )


def _item(row: ReviewItemRow) -> ReviewItem:
    return ReviewItem(
        id=row.id or 0,
        kind=ReviewKind(row.kind),
        language=row.language,
        made_at=row.made_at,
        reply=row.reply,
        case=row.case,
        golden=row.golden,
        batch=row.batch,
        stands_for=row.stands_for,
        done_at=row.done_at,
    )


def _judgement(row: JudgementRow) -> Judgement:
    opinion = Opinion(Category(row.category) if row.category else None, step_of(row.step))
    return Judgement(row.id or 0, row.item, row.by, opinion, row.blind, row.at)


def _appeal(tx: Tx, row: AppealRow) -> Appeal:
    return Appeal(
        id=row.id or 0,
        case=row.case,
        channel=Channel(row.channel),
        words=tx.seal.open(row.words) if row.words else "",
        language=row.language,
        entered_by=row.entered_by,
        at=row.at,
        outcome=row.outcome,
        judged_by=row.judged_by,
        judged_at=row.judged_at,
        answer=tx.seal.open(row.answer) if row.answer else "",
    )


def _hold(tx: Tx, row: HoldRow) -> LegalHold:
    ground = tx.seal.open(row.ground) if row.ground else ""
    return LegalHold(row.id or 0, row.reply, ground, row.by, row.at, row.until)
