"""Queries about cases and the decisions on them; what is carried out stands in ``commands``."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, tuple_, update
from sqlmodel import col, select

from bot.domain.cases import Case, Decision, KeptReply, KeptVerdict
from bot.domain.errors import missing, overtaken
from bot.store.database import Tx
from bot.store.replies import labels_text, parse_labels
from bot.store.tables.cases import CaseLabelRow, CaseRow, DecisionRow
from moderation.cases import CaseState, Move, told_language
from moderation.categories import Category
from moderation.ladder import Step, step_of

FEW: Final = 6
"""Languages that are read one by one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases are asked for; empty fields ask for everything. ``offices`` None means every office."""

    states: tuple[CaseState, ...] = ()
    offices: tuple[str, ...] | None = None
    lane: int | None = None
    category: Category | None = None
    language: str = ""
    languages: tuple[str, ...] = ()
    platform: str = ""
    account: str = ""
    min_score: float = 0.0
    group_key: str = ""
    review_due: bool | None = None


def open_case(
    tx: Tx, reply: KeptReply, verdict: KeptVerdict, *, office: str, lane: int, group_key: str, at: datetime
) -> Case:
    """One case for one reply; a second verdict on the same reply refreshes the case instead."""
    row = CaseRow(
        reply=reply.id,
        account=reply.account,
        office=office,
        platform=reply.platform,
        state=CaseState.OPEN,
        opened_at=at,
        group_key=group_key,
        **_from_verdict(verdict, lane),
    )
    tx.session.add(row)
    tx.session.flush()
    _file_under(tx, _case(row))
    return _case(row)


def of_reply(tx: Tx, reply_id: int) -> Case | None:
    row = tx.session.exec(select(CaseRow).where(CaseRow.reply == reply_id)).first()
    return _case(row) if row else None


def refresh(tx: Tx, case: Case, verdict: KeptVerdict, *, lane: int, state: CaseState, group_key: str) -> Case:
    """The reply was judged anew, perhaps in other words; a case that had ended opens again."""
    judged = _from_verdict(verdict, min(lane, case.lane))
    return change(tx, case, state, place=0, opinion="", group_key=group_key, **judged)


def get(tx: Tx, case_id: int) -> Case:
    row = tx.session.get(CaseRow, case_id)
    if row is None:
        raise missing("case", case_id)
    return _case(row)


def find(
    tx: Tx,
    *,
    states: Sequence[CaseState] = (),
    offices: Sequence[str] | None = None,
    limit: int = 50,
    offset: int = 0,
    **more: Any,
) -> list[Case]:
    """The queue: lane by harm, then place, then age. ``more`` are further fields of ``Wanted``."""
    asked = Wanted(tuple(states), None if offices is None else tuple(offices), **more)
    return queue(tx, asked, limit=limit, offset=offset)


def queue(tx: Tx, wanted: Wanted, *, limit: int = 50, offset: int = 0) -> list[Case]:
    """The page of the queue. Each of its runs is read by its own index in order and the heads are merged: no big sort,
    and only the rows of the page itself are loaded.
    """
    runs = [_heads(tx, each, state, limit + offset) for each, state in _runs(wanted)]
    return _in_order(tx, [number for *_, number in islice(heapq.merge(*runs), offset, offset + limit)])


def beyond(tx: Tx, wanted: Wanted, past: Case | None, *, back: bool = False, limit: int = 50) -> list[Case]:
    """What follows a case in the queue, or with ``back`` stands before it, the nearest first; None: from its front."""
    runs = [_heads(tx, each, state, limit, past=past, back=back) for each, state in _runs(wanted)]
    return _in_order(tx, [number for *_, number in islice(heapq.merge(*runs, reverse=back), limit)])


def _in_order(tx: Tx, numbers: Sequence[int]) -> list[Case]:
    rows = {row.id: row for row in tx.session.exec(select(CaseRow).where(col(CaseRow.id).in_(numbers)))}
    return [_case(rows[number]) for number in numbers]


def count(tx: Tx, wanted: Wanted, *, most: int = 10_000) -> int:
    """How many cases fit, counted up to ``most``: a page needs no more."""
    ids = select(CaseRow.id).where(*_conditions(wanted.states, wanted))
    if wanted.category is not None:
        states = [each.value for each in wanted.states or tuple(CaseState)]
        of_category = (CaseLabelRow.category == int(wanted.category), col(CaseLabelRow.state).in_(states))
        ids = ids.join(CaseLabelRow, col(CaseLabelRow.case) == col(CaseRow.id)).where(*of_category)
    return tx.session.exec(select(func.count()).select_from(ids.limit(most).subquery())).one()


def _runs(wanted: Wanted) -> list[tuple[Wanted, CaseState]]:
    """What is read in order by itself: each state, and each language where a few are asked for. Many of them fit nearly
    every case, and the side table of a category knows none: there one reading for all is the shorter way.
    """
    apart = 0 < len(wanted.languages) <= FEW and wanted.category is None and not wanted.language
    asked = [replace(wanted, language=each, languages=()) for each in wanted.languages] if apart else [wanted]
    return [(each, state) for each in asked for state in wanted.states or tuple(CaseState)]


def _heads(
    tx: Tx, wanted: Wanted, state: CaseState, depth: int, *, past: Case | None = None, back: bool = False
) -> list[tuple[int, int, datetime, int]]:
    """(lane, place, opened at, number) of the first cases in one state, in the order of the queue or against it."""
    side = CaseRow if wanted.category is None else CaseLabelRow
    place = [col(side.lane), col(side.place), col(side.opened_at), col(CaseRow.id)]
    statement = _narrowed(select(side.lane, side.place, side.opened_at, CaseRow.id).select_from(CaseRow), wanted, state)
    if past is not None:
        here = (past.lane, past.place, past.opened_at, past.id)
        statement = statement.where(tuple_(*place) < here if back else tuple_(*place) > here)
    order = [each.desc() for each in place] if back else place
    return list(tx.session.exec(statement.order_by(*order).limit(depth)))


def _narrowed(statement: Any, wanted: Wanted, state: CaseState) -> Any:
    """One category is read through its side table, which repeats what the queue is ordered by."""
    conditions = _conditions((state,), wanted)
    if wanted.category is None:
        return statement.where(*conditions)
    return statement.join(CaseLabelRow, col(CaseLabelRow.case) == col(CaseRow.id)).where(
        CaseLabelRow.category == int(wanted.category), CaseLabelRow.state == state.value, *conditions
    )


def count_by_lane(tx: Tx, *, states: Sequence[CaseState], offices: Sequence[str] | None = None) -> dict[int, int]:
    wanted = _conditions(states, Wanted(offices=None if offices is None else tuple(offices)))
    rows = tx.session.exec(select(CaseRow.lane, func.count()).where(*wanted).group_by(col(CaseRow.lane)))
    return dict(rows.all())


def due_block_reviews(tx: Tx, *, until: datetime, offices: Sequence[str] | None = None) -> list[Case]:
    """Blocks in force whose review date has come, the longest due first."""
    conditions = _conditions((), Wanted(offices=None if offices is None else tuple(offices)))
    rows = tx.session.exec(
        select(CaseRow)
        .where(col(CaseRow.block_review_at) <= until, CaseRow.step == Step.BLOCK.word, *conditions)
        .order_by(col(CaseRow.block_review_at))
        .limit(500)
    )
    return [_case(row) for row in rows]


def reviews_due(tx: Tx, offices: Sequence[str] | None = None) -> list[Case]:
    """Break-glass acts that another person still has to look at, oldest first."""
    conditions = _conditions((), Wanted(offices=None if offices is None else tuple(offices), review_due=True))
    rows = tx.session.exec(select(CaseRow).where(*conditions).order_by(col(CaseRow.acted_at)).limit(500))
    return [_case(row) for row in rows]


def of_replies(tx: Tx, reply_ids: Sequence[int]) -> dict[int, Case]:
    """The cases about these replies, by reply."""
    rows = tx.session.exec(select(CaseRow).where(col(CaseRow.reply).in_(reply_ids)))
    return {row.reply: _case(row) for row in rows}


def many(tx: Tx, ids: Sequence[int]) -> list[Case]:
    """These cases by number; unknown numbers are left out."""
    rows = tx.session.exec(select(CaseRow).where(col(CaseRow.id).in_(ids)).order_by(col(CaseRow.id)))
    return [_case(row) for row in rows]


def group_sizes(
    tx: Tx, *, states: Sequence[CaseState], offices: Sequence[str] | None, least: int, limit: int = 50
) -> list[tuple[str, int, datetime, datetime]]:
    """Groups of equal words: (group key, open cases, first, last), the largest first."""
    conditions = _conditions(states, Wanted(offices=None if offices is None else tuple(offices)))
    number = func.count().label("number")
    rows = tx.session.exec(
        select(CaseRow.group_key, number, func.min(CaseRow.opened_at), func.max(CaseRow.opened_at))
        .where(CaseRow.group_key != "", *conditions)
        .group_by(CaseRow.group_key)
        .having(number >= least)
        .order_by(number.desc())
        .limit(limit)
    )
    return [(key, int(size), _aware(first), _aware(last)) for key, size, first, last in rows]


def first_of_group(tx: Tx, key: str, states: Sequence[CaseState]) -> int:
    """The number of a group's oldest case in these states, 0 when there is none."""
    conditions = _conditions(states, Wanted(group_key=key))
    return tx.session.exec(select(func.min(CaseRow.id)).where(*conditions)).one() or 0


@contextmanager
def apart(tx: Tx) -> Iterator[None]:
    """A part of a transaction that is taken back alone when its block fails."""
    with tx.session.begin_nested():
        yield


def _aware(at: datetime | str) -> datetime:
    """An aggregate on SQLite comes back as text in UTC."""
    parsed = datetime.fromisoformat(at) if isinstance(at, str) else at
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def count_by_state(tx: Tx, offices: Sequence[str] | None = None) -> dict[CaseState, int]:
    wanted = _conditions((), Wanted(offices=None if offices is None else tuple(offices)))
    rows = tx.session.exec(select(CaseRow.state, func.count()).where(*wanted).group_by(CaseRow.state))
    return {CaseState(state): number for state, number in rows}


def change(tx: Tx, case: Case, state: CaseState, **values: Any) -> Case:
    """Moves a case; Conflict when somebody changed it since ``case`` was read."""
    done = tx.session.execute(
        update(CaseRow)
        .where(col(CaseRow.id) == case.id, col(CaseRow.version) == case.version)
        .values(state=state.value, version=case.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise overtaken("case", case.id)
    tx.session.expire_all()
    changed = get(tx, case.id)
    if (changed.labels, changed.lane, changed.place) != (case.labels, case.lane, case.place):
        _file_under(tx, changed)
    elif changed.state is not case.state:
        tx.session.execute(
            update(CaseLabelRow).where(col(CaseLabelRow.case) == case.id).values(state=changed.state.value)
        )
    return changed


def _file_under(tx: Tx, case: Case) -> None:
    """The case stands under each of its categories."""
    tx.session.execute(delete(CaseLabelRow).where(col(CaseLabelRow.case) == case.id))
    for label in case.labels:
        where: dict[str, Any] = {
            "state": case.state,
            "lane": case.lane,
            "place": case.place,
            "opened_at": case.opened_at,
        }
        tx.session.add(CaseLabelRow(case=case.id, category=int(label), **where))
    tx.session.flush()


def decide(
    tx: Tx,
    case: Case,
    move: Move,
    *,
    by: str,
    step: Step,
    category: Category | None,
    reason: str,
    why_not_less: str,
    at: datetime,
) -> Decision:
    """Writes down one move. A decision without a policy version cannot be stored."""
    row = DecisionRow(
        case=case.id,
        by=by,
        move=move,
        step=step.word,
        category=int(category) if category else None,
        clause=category.clause if category else "",
        policy=case.policy,
        reason=tx.seal.close(reason),
        why_not_less=tx.seal.close(why_not_less),
        at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return _decision(tx, row)


def note(tx: Tx, case: Case, *, by: str, reason: str, at: datetime) -> None:
    """A reason that belongs to no move, kept with the decisions: why a block was kept at its review."""
    row = DecisionRow(case=case.id, by=by, move=Move.REVIEW, policy=case.policy, reason=tx.seal.close(reason), at=at)
    tx.session.add(row)
    tx.session.flush()


def forget_group(tx: Tx, case_id: int) -> None:
    """The keyed print of erased words goes as well."""
    tx.session.execute(update(CaseRow).where(col(CaseRow.id) == case_id).values(group_key=""))


def decisions(tx: Tx, case_id: int) -> list[Decision]:
    rows = tx.session.exec(select(DecisionRow).where(DecisionRow.case == case_id).order_by(col(DecisionRow.id)))
    return [_decision(tx, row) for row in rows]


def _conditions(states: Sequence[CaseState], wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if len(states) == 1:
        found.append(col(CaseRow.state) == states[0].value)
    elif states:
        found.append(col(CaseRow.state).in_([each.value for each in states]))
    if wanted.offices is not None:
        found.append(col(CaseRow.office).in_(wanted.offices))
    if wanted.languages:
        found.append(col(CaseRow.language).in_(wanted.languages))
    if wanted.lane is not None:
        found.append(col(CaseRow.lane) == wanted.lane)
    exact = ("language", "platform", "account", "group_key")
    found += [col(getattr(CaseRow, name)) == getattr(wanted, name) for name in exact if getattr(wanted, name)]
    if wanted.min_score > 0:
        found.append(col(CaseRow.top_score) >= wanted.min_score)
    if wanted.review_due is not None:
        found.append(col(CaseRow.review_due) == wanted.review_due)
    return found


def _from_verdict(verdict: KeptVerdict, lane: int) -> dict[str, Any]:
    return {
        "verdict": verdict.id,
        "lane": lane,
        "labels": labels_text(verdict.labels),
        "top_score": max(verdict.scores.values(), default=0.0),
        "language": told_language(verdict.language, verdict.language_doubt),
        "policy": verdict.policy,
    }


def _case(row: CaseRow) -> Case:
    return Case(
        id=row.id or 0,
        reply=row.reply,
        verdict=row.verdict,
        account=row.account,
        office=row.office,
        platform=row.platform,
        lane=row.lane,
        state=CaseState(row.state),
        step=step_of(row.step),
        labels=parse_labels(row.labels),
        top_score=row.top_score,
        language=row.language,
        policy=row.policy,
        group_key=row.group_key,
        version=row.version,
        opened_at=row.opened_at,
        holder=row.holder,
        held_until=row.held_until,
        proposer=row.proposer,
        decider=row.decider,
        review_due=row.review_due,
        first_seen_at=row.first_seen_at,
        acted_at=row.acted_at,
        closed_at=row.closed_at,
        block_review_at=row.block_review_at,
        proposed=step_of(row.proposed),
        place=row.place,
    )


def _decision(tx: Tx, row: DecisionRow) -> Decision:
    return Decision(
        id=row.id or 0,
        case=row.case,
        by=row.by,
        move=Move(row.move),
        step=step_of(row.step),
        category=Category(row.category) if row.category else None,
        policy=row.policy,
        reason=tx.seal.open(row.reason) if row.reason else "",
        why_not_less=tx.seal.open(row.why_not_less) if row.why_not_less else "",
        at=row.at,
    )
