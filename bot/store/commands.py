"""Queries about commands at the platforms: their order, leases and outcomes, our own count of calls, and drift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, text, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from bot.domain.cases import Case, Command, CommandState, Drift, DriftKind, Verb
from bot.domain.errors import missing
from bot.store.database import Tx
from bot.store.tables.cases import CallRow, CaseRow, CommandRow, DriftRow
from bot.store.tables.replies import ReplyRow

LEASE = timedelta(seconds=60)
URGENT_LANE = 1
"""Lanes 0 and 1, life and exposed personal data, may use what the others must leave."""


def order(tx: Tx, case: Case, verb: Verb, obj: str, *, state: CommandState, by: str, at: datetime) -> Command:
    """A new command on an object: it overtakes the earlier ones, unless they were carried out or are under way.

    ValueError for an object without an id: a platform would be told to act on nobody.
    """
    if not obj.partition(":")[2]:
        raise ValueError(f"case {case.id}: {verb.value} needs an object with an id")
    tx.session.execute(
        update(CommandRow)
        .where(
            col(CommandRow.account) == case.account,
            col(CommandRow.object) == obj,
            col(CommandRow.state).not_in([CommandState.DONE.value, CommandState.SENDING.value]),
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


def of_case(tx: Tx, case_id: int) -> list[Command]:
    rows = tx.session.exec(select(CommandRow).where(CommandRow.case == case_id).order_by(col(CommandRow.id)))
    return [_command(row) for row in rows]


def get(tx: Tx, command_id: int) -> Command:
    row = tx.session.get(CommandRow, command_id)
    if row is None:
        raise missing("command", command_id)
    return _command(row)


def claim(
    tx: Tx, *, now: datetime, owner: str, busy: Iterable[str] = (), reserved: Iterable[str] = ()
) -> Command | None:
    """Takes the next due command, most harm first. One whose lease lapsed is taken again: every verb may be repeated.

    ``busy`` accounts are left out; of ``reserved`` ones only the urgent lanes are taken.
    """
    ready = (col(CommandRow.state) == CommandState.QUEUED.value) & (col(CommandRow.due_at) <= now)
    lapsed = (col(CommandRow.state) == CommandState.SENDING.value) & (col(CommandRow.lease_until) < now)
    kept_back = col(CommandRow.account).in_(list(reserved)) & (col(CommandRow.lane) > URGENT_LANE)
    older = aliased(CommandRow)
    under_way = (  # a reversal follows its action, never the other way round
        select(older.id)
        .where(
            col(older.account) == CommandRow.account,
            col(older.object) == CommandRow.object,
            col(older.number) < CommandRow.number,
            col(older.state) == CommandState.SENDING.value,
        )
        .exists()
    )
    statement = (
        select(CommandRow)
        .where(or_(ready, lapsed), col(CommandRow.account).not_in(list(busy)), ~kept_back, ~under_way)
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


def settle(tx: Tx, command_id: int, state: CommandState, **values: Any) -> Command:
    """Writes how a command ended, or when it is due again. An overtaken command keeps that state."""
    row = tx.session.get(CommandRow, command_id)
    if row is None:
        raise missing("command", command_id)
    row.state = _still(tx, row, state).value
    row.lease_owner = row.lease_until = None
    for name, value in values.items():
        setattr(row, name, value)
    tx.session.add(row)
    tx.session.flush()
    return _command(row)


def _still(tx: Tx, row: CommandRow, state: CommandState) -> CommandState:
    """What was not carried out gives way to a later command on its object, and stays overtaken."""
    if state is CommandState.DONE:
        return CommandState(row.state) if row.state == CommandState.OVERTAKEN else state
    later = tx.session.exec(
        select(CommandRow.id).where(
            CommandRow.account == row.account, CommandRow.object == row.object, CommandRow.number > row.number
        )
    ).first()
    return CommandState.OVERTAKEN if later is not None else state


def waiting(tx: Tx) -> list[Command]:
    """What still has to be carried out, by machine or by hand."""
    states = [CommandState.QUEUED.value, CommandState.SENDING.value, CommandState.BY_HAND.value]
    rows = tx.session.exec(
        select(CommandRow).where(col(CommandRow.state).in_(states)).order_by(col(CommandRow.lane), col(CommandRow.id))
    )
    return [_command(row) for row in rows]


def unfinished(
    tx: Tx, *, by_hand_since: datetime, offices: Sequence[str] | None = None, limit: int = 200
) -> list[Command]:
    """Acts that failed or could not be proved, and those left to hands for that long; the most harm first."""
    gave_up = col(CommandRow.state).in_([CommandState.FAILED.value, CommandState.UNPROVED.value])
    left = (col(CommandRow.state) == CommandState.BY_HAND.value) & (col(CommandRow.asked_at) <= by_hand_since)
    statement = select(CommandRow).where(or_(gave_up, left))
    if offices is not None:
        statement = statement.join(CaseRow, col(CaseRow.id) == CommandRow.case).where(col(CaseRow.office).in_(offices))
    rows = tx.session.exec(statement.order_by(col(CommandRow.lane), col(CommandRow.id)).limit(limit))
    return [_command(row) for row in rows]


def newest(tx: Tx, account: str, obj: str) -> Command | None:
    """The last command on an object in whatever state: it tells how the object must stand."""
    row = tx.session.exec(
        select(CommandRow)
        .where(CommandRow.account == account, CommandRow.object == obj)
        .order_by(col(CommandRow.number).desc())
        .limit(1)
    ).first()
    return _command(row) if row else None


def objects(tx: Tx, account: str, objs: Sequence[str]) -> dict[str, Command]:
    """The newest command on each of these objects."""
    rows = tx.session.exec(
        select(CommandRow)
        .where(CommandRow.account == account, col(CommandRow.object).in_(objs))
        .order_by(col(CommandRow.number))
    )
    return {row.object: _command(row) for row in rows}


def blocked_by(tx: Tx, account: str, obj: str) -> list[int]:
    """Numbers of the cases that ever ordered a block of this author."""
    wanted = (CommandRow.account == account, CommandRow.object == obj, CommandRow.verb == Verb.BLOCK.value)
    return list(tx.session.exec(select(CommandRow.case).where(*wanted).distinct()))


def blocks_to_prove(tx: Tx, *, before: datetime, limit: int) -> list[Command]:
    """Blocks carried out whose block list was last read before that instant, the longest unread first."""
    rows = tx.session.exec(
        select(CommandRow)
        .where(
            CommandRow.verb == Verb.BLOCK.value,
            CommandRow.state == CommandState.DONE.value,
            col(CommandRow.checked_at) < before,
        )
        .order_by(col(CommandRow.checked_at))
        .limit(limit)
    )
    return [_command(row) for row in rows]


def by_hand_unproved(tx: Tx, *, before: datetime, limit: int) -> list[Command]:
    """What a person should do in the app and has not been seen done, the longest unread first."""
    waiting_states = [CommandState.BY_HAND.value, CommandState.UNPROVED.value]
    hands = [Verb.BLOCK.value, Verb.UNBLOCK.value]
    rows = tx.session.exec(
        select(CommandRow)
        .where(
            col(CommandRow.state).in_(waiting_states),
            col(CommandRow.verb).in_(hands),
            func.coalesce(CommandRow.checked_at, CommandRow.asked_at) < before,
        )
        .order_by(func.coalesce(CommandRow.checked_at, CommandRow.asked_at))
        .limit(limit)
    )
    return [_command(row) for row in rows]


def checked(tx: Tx, command_id: int, *, at: datetime) -> None:
    """The platform was asked again about this command."""
    row = tx.session.get(CommandRow, command_id)
    if row is not None:
        row.checked_at = at
        tx.session.add(row)


def forget_authors(tx: Tx) -> int:
    """Where a block was lifted and no kept reply names its author, a number takes the place of their platform id.

    While a block is in force the id stays: nobody could lift it otherwise. Returns how many were forgotten.
    """
    later = aliased(CommandRow)
    overruled = select(later.id).where(
        col(later.account) == CommandRow.account,
        col(later.object) == CommandRow.object,
        col(later.number) > CommandRow.number,
    )
    known = select(ReplyRow.id).where(
        col(ReplyRow.platform).in_(["x", "facebook"]),  # for the index
        col(ReplyRow.author_id) == func.substr(CommandRow.object, len("author:") + 1),
    )
    lifted = tx.session.exec(
        select(CommandRow).where(
            col(CommandRow.object).startswith("author:"),
            ~col(CommandRow.object).startswith("author:erased-"),
            CommandRow.verb == Verb.UNBLOCK.value,
            CommandRow.state == CommandState.DONE.value,
            ~overruled.exists(),
            ~known.exists(),
        )
    ).all()
    for each in [(row.id, row.account, row.object) for row in lifted]:
        for table in (CommandRow, CallRow):
            tx.session.execute(
                update(table)
                .where(col(table.account) == each[1], col(table.object) == each[2])
                .values(object=f"author:erased-{each[0]}")
            )
    return len(lifted)


def one_at_a_time(tx: Tx) -> None:
    """Only one process at a time counts calls and claims; SQLite's writers are alone anyway."""
    if tx.is_postgres:
        tx.session.execute(text("SELECT pg_advisory_xact_lock(7022)"))


def note_call(tx: Tx, command: Command, conversation: str, *, at: datetime) -> None:
    """Written before the call, so that a crash counts it too."""
    row = CallRow(
        account=command.account,
        conversation=conversation,
        command=command.id,
        object=command.object,
        verb=command.verb,
        at=at,
    )
    tx.session.add(row)
    tx.session.flush()


def calls_since(tx: Tx, since: datetime) -> dict[str, int]:
    """How many hides and unhides were called for each account since then."""
    rows = tx.session.exec(select(CallRow.account, func.count()).where(CallRow.at > since).group_by(CallRow.account))
    return dict(rows.all())


def hidden_in(tx: Tx, account: str, conversation: str) -> int:
    """How many replies of a conversation our last call hid; one that was refused hid nothing."""
    newest_call = (
        select(func.max(CallRow.id))
        .join(CommandRow, col(CommandRow.id) == CallRow.command)
        .where(CallRow.account == account, CallRow.conversation == conversation)
        .where(CommandRow.state != CommandState.FAILED.value)
        .group_by(CallRow.object)
    )
    return tx.session.exec(
        select(func.count()).where(col(CallRow.id).in_(newest_call), CallRow.verb == Verb.HIDE.value)
    ).one()


def note_drift(tx: Tx, case: Case, kind: DriftKind, *, at: datetime) -> Drift | None:
    """Notes a difference once; None while the same one is still open on the case."""
    open_one = tx.session.exec(
        select(DriftRow.id).where(
            DriftRow.case == case.id, DriftRow.kind == kind.value, col(DriftRow.settled_at).is_(None)
        )
    ).first()
    if open_one is not None:
        return None
    row = DriftRow(case=case.id, kind=kind.value, noticed_at=at)
    tx.session.add(row)
    tx.session.flush()
    return _drift(row)


def drifts(tx: Tx, case_id: int) -> list[Drift]:
    """Every difference noticed on a case, oldest first."""
    rows = tx.session.exec(select(DriftRow).where(DriftRow.case == case_id).order_by(col(DriftRow.id)))
    return [_drift(row) for row in rows]


def open_drifts(tx: Tx, offices: Sequence[str] | None = None, *, limit: int = 200) -> list[Drift]:
    """Differences that nobody has looked at, oldest first."""
    statement = select(DriftRow).where(col(DriftRow.settled_at).is_(None))
    if offices is not None:
        statement = statement.join(CaseRow, col(CaseRow.id) == DriftRow.case).where(col(CaseRow.office).in_(offices))
    return [_drift(row) for row in tx.session.exec(statement.order_by(col(DriftRow.noticed_at)).limit(limit))]


def drift(tx: Tx, drift_id: int) -> Drift:
    row = tx.session.get(DriftRow, drift_id)
    if row is None:
        raise missing("alarm", drift_id)
    return _drift(row)


def settle_drift(tx: Tx, drift_id: int, *, by: str, at: datetime) -> Drift:
    """Somebody looked at it."""
    row = tx.session.get(DriftRow, drift_id)
    if row is None:
        raise missing("alarm", drift_id)
    if row.settled_at is None:
        row.settled_at, row.settled_by = at, by
        tx.session.add(row)
        tx.session.flush()
    return _drift(row)


def _drift(row: DriftRow) -> Drift:
    return Drift(row.id or 0, row.case, DriftKind(row.kind), row.noticed_at, row.settled_at, row.settled_by)


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
