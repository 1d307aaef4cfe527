"""Facts for quality and reports: what was collected, decided, taken back, and what nobody flagged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as columns
from sqlmodel import col, select

from bot.domain.cases import CommandState
from bot.store.database import Tx
from bot.store.replies import parse_labels
from bot.store.tables.cases import CaseRow, CommandRow, DecisionRow
from bot.store.tables.replies import ReplyRow, VerdictRow
from moderation.cases import Move, told_language
from moderation.categories import Category
from moderation.ladder import Step, step_of
from moderation.model import Action

_ENDS = (Move.DISMISS.value, Move.HIDE.value, Move.DELETE_NOW.value, Move.APPROVE.value)
_PROPOSES = (Move.PROPOSE_DELETE.value, Move.PROPOSE_BLOCK.value)
_BACK = (Move.UNDO.value, Move.REVERSE.value)


@dataclass(frozen=True, slots=True)
class Decided:
    """One case with its last decision in a span. ``step`` NONE: found permitted. ``back``: taken back afterwards."""

    case: int
    reply: int
    account: str
    office: str
    language: str
    labels: tuple[Category, ...]
    scores: Mapping[str, float]
    step: Step
    category: Category | None
    back: bool
    by: str
    written_at: datetime
    collected_at: datetime
    first_seen_at: datetime | None
    decided_at: datetime
    carried_out: bool = True  # False: the platform has not been seen standing so
    flagged: bool = True  # False: a person found it in a sample of what screening had left alone


class _Facts(NamedTuple):
    """What a report needs of a case, its reply and its verdict: columns, for thousands of rows come at once."""

    id: int
    reply: int
    account: str
    office: str
    language: str
    labels: str
    first_seen_at: datetime | None
    written_at: datetime
    collected_at: datetime
    scores: Mapping[str, float]
    action: str


class _Move(NamedTuple):
    """What a report needs of a decision."""

    id: int
    case: int
    by: str
    move: str
    step: str
    category: int | None
    at: datetime


_FACTS: Final[tuple[Any, ...]] = (
    CaseRow.id, CaseRow.reply, CaseRow.account, CaseRow.office, CaseRow.language, CaseRow.labels,
    CaseRow.first_seen_at, ReplyRow.written_at, ReplyRow.collected_at, VerdictRow.scores, VerdictRow.action,
)  # fmt: skip
_labels = cache(parse_labels)
"""Few combinations of labels, many cases."""


def decided(tx: Tx, *, since: datetime, until: datetime, offices: Sequence[str] | None = None) -> list[Decided]:
    """Cases whose last dismissal or measure fell into the span, in their order."""
    story: dict[int, list[_Move]] = {}
    in_span = (
        select(DecisionRow.case)
        .where(DecisionRow.at >= since, DecisionRow.at < until, col(DecisionRow.move).in_(_ENDS))
        .distinct()
    )
    moves = columns(*(getattr(DecisionRow, name) for name in _Move._fields))
    for row in tx.session.execute(moves.where(col(DecisionRow.case).in_(in_span)).order_by(col(DecisionRow.id))):
        story.setdefault(row.case, []).append(_Move._make(row))
    found = tx.session.execute(
        columns(*_FACTS)
        .join(ReplyRow, col(ReplyRow.id) == CaseRow.reply)
        .join(VerdictRow, col(VerdictRow.id) == CaseRow.verdict)
        .where(col(CaseRow.id).in_(in_span), *_offices(offices))
        .order_by(col(CaseRow.id))
    )
    done = _carried_out(tx, in_span)
    return [_decided(_Facts._make(row), story[row.id], done) for row in found]


def unflagged_ids(tx: Tx, *, since: datetime, until: datetime) -> list[int]:
    """Numbers of replies in which screening found nothing, with words, collected in the span."""
    rows = tx.session.exec(
        select(ReplyRow.id)
        .where(
            ReplyRow.action == Action.NONE.value,
            ReplyRow.collected_at >= since,
            ReplyRow.collected_at < until,
            col(ReplyRow.words).is_not(None),
        )
        .order_by(col(ReplyRow.id))
    )
    return [each or 0 for each in rows]


def collected(tx: Tx, *, since: datetime, until: datetime, accounts: Sequence[str] | None) -> tuple[int, int, int]:
    """(collected, screened, flagged) replies of the span."""
    conditions = [col(ReplyRow.collected_at) >= since, col(ReplyRow.collected_at) < until]
    if accounts is not None:
        conditions.append(col(ReplyRow.account).in_(accounts))
    rows = tx.session.exec(select(ReplyRow.action, func.count()).where(*conditions).group_by(ReplyRow.action)).all()
    counts = dict(rows)
    total = sum(counts.values())
    screened = total - counts.get("", 0)
    return total, screened, screened - counts.get(Action.NONE.value, 0)


def accounts(tx: Tx, reply_ids: Sequence[int]) -> dict[int, str]:
    """The account that each reply was written to."""
    rows = tx.session.exec(select(ReplyRow.id, ReplyRow.account).where(col(ReplyRow.id).in_(reply_ids)))
    return {number or 0: account for number, account in rows}


def languages(tx: Tx, reply_ids: Sequence[int]) -> dict[int, str]:
    """The language of each reply as its newest verdict says, as cases are filed."""
    rows = tx.session.exec(
        select(VerdictRow.reply, VerdictRow.language, VerdictRow.language_doubt)
        .where(col(VerdictRow.reply).in_(reply_ids))
        .order_by(col(VerdictRow.id))
    )
    return {reply: told_language(tag, doubt) for reply, tag, doubt in rows}


def policies_between(tx: Tx, *, since: datetime, until: datetime) -> list[str]:
    """The policy versions that verdicts of the span were made under."""
    rows = tx.session.exec(select(VerdictRow.policy).where(VerdictRow.at >= since, VerdictRow.at < until).distinct())
    return sorted(rows)


def opened(tx: Tx, *, since: datetime, until: datetime, offices: Sequence[str] | None) -> list[tuple[str, str]]:
    """(labels, language) of every case opened in the span."""
    rows = tx.session.exec(
        select(CaseRow.labels, CaseRow.language).where(
            CaseRow.opened_at >= since, CaseRow.opened_at < until, *_offices(offices)
        )
    )
    return [(labels, language) for labels, language in rows]


def finished_cases(tx: Tx, *, since: datetime, until: datetime) -> list[int]:
    """Numbers of cases that people decided in the span and that wait for nobody: what a second review draws from."""
    rows = tx.session.exec(
        select(CaseRow.id)
        .join(DecisionRow, col(DecisionRow.case) == CaseRow.id)
        .where(
            DecisionRow.at >= since,
            DecisionRow.at < until,
            col(DecisionRow.move).in_(_ENDS),
            col(CaseRow.state).in_(["acted", "closed", "dismissed"]),
        )
        .distinct()
        .order_by(col(CaseRow.id))
    )
    return [each or 0 for each in rows]


def _offices(offices: Sequence[str] | None) -> list[ColumnElement[bool]]:
    return [] if offices is None else [col(CaseRow.office).in_(offices)]


def _carried_out(tx: Tx, cases: Any) -> set[tuple[int, str]]:
    """(case, verb) of what was done at the platforms, by each case's newest command; a step is called like its verb."""
    rows = tx.session.exec(
        select(CommandRow.case, CommandRow.verb, CommandRow.state)
        .where(col(CommandRow.case).in_(cases))
        .order_by(col(CommandRow.id))
    )
    newest = {(case, verb): state for case, verb, state in rows}
    return {act for act, state in newest.items() if state == CommandState.DONE}


def _decided(case: _Facts, story: list[_Move], done: set[tuple[int, str]]) -> Decided:
    last = next(row for row in reversed(story) if row.move in _ENDS)
    named = last
    if last.move == Move.APPROVE.value:
        named = next((each for each in reversed(story) if each.move in _PROPOSES and each.id < last.id), last)
    step = Step.NONE if last.move == Move.DISMISS.value else step_of(last.step)
    back = any(row.move in _BACK and row.id > last.id for row in story)
    return Decided(
        case=case.id,
        reply=case.reply,
        account=case.account,
        office=case.office,
        language=case.language,
        labels=_labels(case.labels),
        scores=case.scores,
        step=step,
        category=Category(named.category) if named.category else None,
        back=back,
        by=last.by,
        written_at=case.written_at,
        collected_at=case.collected_at,
        first_seen_at=case.first_seen_at,
        decided_at=last.at,
        carried_out=step is Step.NONE or (case.id, step.word) in done,
        flagged=case.action != Action.NONE.value,
    )
