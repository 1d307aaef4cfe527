"""Queries about cases, decisions and the commands that carry them out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, update
from sqlmodel import col, select

from bot.domain.cases import Case, Command, CommandState, Decision, KeptReply, KeptVerdict, Verb
from bot.domain.errors import Conflict, NotFound
from bot.store.database import Tx
from bot.store.replies import labels_text, parse_labels
from bot.store.tables.cases import CaseRow, CommandRow, DecisionRow
from moderation.cases import CaseState, Move
from moderation.categories import Category
from moderation.ladder import Step, step_of

LEASE = timedelta(seconds=60)


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
    return _case(row)


def of_reply(tx: Tx, reply_id: int) -> Case | None:
    row = tx.session.exec(select(CaseRow).where(CaseRow.reply == reply_id)).first()
    return _case(row) if row else None


def refresh(tx: Tx, case: Case, verdict: KeptVerdict, *, lane: int, state: CaseState) -> Case:
    """The reply was edited and judged anew; a case that had ended opens again."""
    return change(tx, case, state, **_from_verdict(verdict, min(lane, case.lane)))


def get(tx: Tx, case_id: int) -> Case:
    row = tx.session.get(CaseRow, case_id)
    if row is None:
        raise NotFound(f"There is no case {case_id}.")
    return _case(row)


def find(
    tx: Tx,
    *,
    states: Sequence[CaseState] = (),
    offices: Sequence[str] | None = None,
    lane: int | None = None,
    category: Category | None = None,
    language: str = "",
    platform: str = "",
    min_score: float = 0.0,
    group_key: str = "",
    limit: int = 50,
    offset: int = 0,
) -> list[Case]:
    """The queue: lane by harm, then age. ``offices`` None means every office."""
    wanted = _conditions(states, offices, lane, language, platform, min_score, group_key)
    if category is not None:
        wanted.append(("," + col(CaseRow.labels) + ",").contains(f",{int(category)},"))
    statement = select(CaseRow).where(*wanted).order_by(col(CaseRow.lane), col(CaseRow.opened_at), col(CaseRow.id))
    return [_case(row) for row in tx.session.exec(statement.limit(limit).offset(offset))]


def count_by_lane(tx: Tx, *, states: Sequence[CaseState], offices: Sequence[str] | None = None) -> dict[int, int]:
    wanted = _conditions(states, offices, None, "", "", 0.0, "")
    rows = tx.session.exec(select(CaseRow.lane, func.count()).where(*wanted).group_by(col(CaseRow.lane)))
    return dict(rows.all())


def count_by_state(tx: Tx, offices: Sequence[str] | None = None) -> dict[CaseState, int]:
    wanted = _conditions((), offices, None, "", "", 0.0, "")
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
        raise Conflict(f"Case {case.id} was changed by somebody else in the meantime; read it again.")
    tx.session.expire_all()
    return get(tx, case.id)


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


def decisions(tx: Tx, case_id: int) -> list[Decision]:
    rows = tx.session.exec(select(DecisionRow).where(DecisionRow.case == case_id).order_by(col(DecisionRow.id)))
    return [_decision(tx, row) for row in rows]


def order(tx: Tx, case: Case, verb: Verb, obj: str, *, state: CommandState, by: str, at: datetime) -> Command:
    """A new command on an object; waiting commands on the same object are overtaken by it."""
    tx.session.execute(
        update(CommandRow)
        .where(
            col(CommandRow.account) == case.account,
            col(CommandRow.object) == obj,
            col(CommandRow.state).in_([CommandState.QUEUED.value, CommandState.BY_HAND.value]),
        )
        .values(state=CommandState.OVERTAKEN.value)
        .execution_options(synchronize_session=False)
    )
    newest = tx.session.exec(
        select(func.max(CommandRow.number)).where(CommandRow.account == case.account, CommandRow.object == obj)
    ).one()
    row = CommandRow(
        case=case.id,
        account=case.account,
        object=obj,
        number=(newest or 0) + 1,
        verb=verb,
        lane=case.lane,
        state=state,
        due_at=at,
        asked_by=by,
        asked_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return _command(row)


def commands(tx: Tx, case_id: int) -> list[Command]:
    rows = tx.session.exec(select(CommandRow).where(CommandRow.case == case_id).order_by(col(CommandRow.id)))
    return [_command(row) for row in rows]


def command(tx: Tx, command_id: int) -> Command:
    row = tx.session.get(CommandRow, command_id)
    if row is None:
        raise NotFound(f"There is no command {command_id}.")
    return _command(row)


def claim_command(tx: Tx, *, now: datetime, owner: str, busy: Iterable[str] = ()) -> Command | None:
    """Takes the next due command, most harm first. One whose lease lapsed is taken again: every verb may be repeated."""
    ready = (col(CommandRow.state) == CommandState.QUEUED.value) & (col(CommandRow.due_at) <= now)
    lapsed = (col(CommandRow.state) == CommandState.SENDING.value) & (col(CommandRow.lease_until) < now)
    statement = (
        select(CommandRow)
        .where(or_(ready, lapsed), col(CommandRow.account).not_in(list(busy)))
        .order_by(col(CommandRow.lane), col(CommandRow.due_at), col(CommandRow.id))
        .limit(1)
    )
    if tx.is_postgres:
        statement = statement.with_for_update(skip_locked=True)
    row = tx.session.exec(statement).first()
    if row is None:
        return None
    row.state, row.lease_owner, row.lease_until, row.tries = CommandState.SENDING, owner, now + LEASE, row.tries + 1
    tx.session.add(row)
    tx.session.flush()
    return _command(row)


def settle_command(tx: Tx, command_id: int, state: CommandState, **values: Any) -> Command:
    """Writes how a command ended, or when it is due again. An overtaken command keeps that state."""
    row = tx.session.get(CommandRow, command_id)
    if row is None:
        raise NotFound(f"There is no command {command_id}.")
    row.state = state.value
    row.lease_owner = row.lease_until = None
    for name, value in values.items():
        setattr(row, name, value)
    tx.session.add(row)
    tx.session.flush()
    return _command(row)


def waiting_commands(tx: Tx) -> list[Command]:
    """What still has to be carried out, by machine or by hand."""
    waiting = [CommandState.QUEUED.value, CommandState.SENDING.value, CommandState.BY_HAND.value]
    rows = tx.session.exec(
        select(CommandRow).where(col(CommandRow.state).in_(waiting)).order_by(col(CommandRow.lane), col(CommandRow.id))
    )
    return [_command(row) for row in rows]


def _conditions(
    states: Sequence[CaseState],
    offices: Sequence[str] | None,
    lane: int | None,
    language: str,
    platform: str,
    min_score: float,
    group_key: str,
) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if states:
        wanted.append(col(CaseRow.state).in_([each.value for each in states]))
    if offices is not None:
        wanted.append(col(CaseRow.office).in_(offices))
    if lane is not None:
        wanted.append(col(CaseRow.lane) == lane)
    for column, value in (
        (CaseRow.language, language),
        (CaseRow.platform, platform),
        (CaseRow.group_key, group_key),
    ):
        if value:
            wanted.append(col(column) == value)
    if min_score > 0:
        wanted.append(col(CaseRow.top_score) >= min_score)
    return wanted


def _from_verdict(verdict: KeptVerdict, lane: int) -> dict[str, Any]:
    return {
        "verdict": verdict.id,
        "lane": lane,
        "labels": labels_text(verdict.labels),
        "top_score": max(verdict.scores.values(), default=0.0),
        "language": verdict.language,
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


def _command(row: CommandRow) -> Command:
    return Command(
        id=row.id or 0,
        case=row.case,
        account=row.account,
        object=row.object,
        number=row.number,
        verb=Verb(row.verb),
        lane=row.lane,
        state=CommandState(row.state),
        due_at=row.due_at,
        tries=row.tries,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        code=row.code,
        seen=row.seen,
        done_at=row.done_at,
    )
