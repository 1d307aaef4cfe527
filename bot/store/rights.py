"""Queries about changes to rights that wait for a second admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, update
from sqlmodel import col, select

from bot.domain.errors import Conflict, missing
from bot.store.database import Tx
from bot.store.tables.people import RightsChangeRow


class ChangeKind(StrEnum):
    """What two admins are needed for: each of these could hand somebody more than they have."""

    GRANT = "grant"
    REVOKE = "revoke"
    RESTORE = "restore"  # a switched-off person may sign in again
    RESET = "reset"  # a new one-time password, second factors forgotten
    LINK = "link"  # to a subject of the agency's sign-in


class ChangeState(StrEnum):
    """Where a change stands."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class RightsChange:
    """One change to the rights of ``login``; role, office, until and deputy only where the kind has them."""

    id: int
    kind: ChangeKind
    login: str
    role: str
    office: str
    until: date | None
    deputy_of: str
    subject: str
    state: ChangeState
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None


def ask(
    tx: Tx,
    kind: ChangeKind,
    login: str,
    *,
    role: str = "",
    office: str = "",
    until: date | None = None,
    deputy_of: str = "",
    subject: str = "",
    by: str,
    at: datetime,
) -> RightsChange:
    """A change that waits; Conflict if the same one waits already."""
    same = select(RightsChangeRow.id).where(
        RightsChangeRow.kind == kind.value,
        RightsChangeRow.login == login,
        RightsChangeRow.role == role,
        RightsChangeRow.office == office,
        RightsChangeRow.state == ChangeState.ASKED.value,
    )
    if tx.session.exec(same).first() is not None:
        raise Conflict("The same change already waits for a second admin.").worded("problem.waits-already")
    row = RightsChangeRow(
        kind=kind.value,
        login=login,
        role=role,
        office=office,
        until=until,
        deputy_of=deputy_of,
        subject=subject,
        asked_by=by,
        asked_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return _change(row)


def get(tx: Tx, change_id: int) -> RightsChange:
    row = tx.session.get(RightsChangeRow, change_id)
    if row is None:
        raise missing("change", change_id)
    return _change(row)


def settle(tx: Tx, change_id: int, state: ChangeState, *, by: str, at: datetime) -> RightsChange:
    """Ends a waiting change; Conflict if somebody was first."""
    done = tx.session.execute(
        update(RightsChangeRow)
        .where(col(RightsChangeRow.id) == change_id, col(RightsChangeRow.state) == ChangeState.ASKED.value)
        .values(state=state.value, decided_by=by, decided_at=at)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Somebody has already decided this change.").worded("problem.settled")
    tx.session.expire_all()
    return get(tx, change_id)


def waiting(tx: Tx) -> list[RightsChange]:
    """Oldest first."""
    rows = tx.session.exec(
        select(RightsChangeRow)
        .where(RightsChangeRow.state == ChangeState.ASKED.value)
        .order_by(col(RightsChangeRow.id))
    )
    return [_change(row) for row in rows]


def count_waiting(tx: Tx) -> int:
    statement = select(func.count()).where(RightsChangeRow.state == ChangeState.ASKED.value)
    return int(tx.session.exec(statement).one())


def of(tx: Tx, login: str, *, limit: int = 30) -> list[RightsChange]:
    """The changes to one person's rights, newest first."""
    rows = tx.session.exec(
        select(RightsChangeRow)
        .where(RightsChangeRow.login == login)
        .order_by(col(RightsChangeRow.id).desc())
        .limit(limit)
    )
    return [_change(row) for row in rows]


def _change(row: RightsChangeRow) -> RightsChange:
    return RightsChange(
        row.id or 0,
        ChangeKind(row.kind),
        row.login,
        row.role,
        row.office,
        row.until,
        row.deputy_of,
        row.subject,
        ChangeState(row.state),
        row.asked_by,
        row.asked_at,
        row.decided_by,
        row.decided_at,
    )
