"""Queries about proposed roster changes, observations, attestations and look-alikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from bot.domain.errors import missing, overtaken
from bot.store.database import Tx
from bot.store.tables.roster import AttestationRow, LookAlikeRow, ObservedRow, RosterChangeRow


class ChangeState(StrEnum):
    """``approved`` waits for its day; ``refused`` could not be made because the file had moved on."""

    PENDING = "pending"
    APPROVED = "approved"
    APPLIED = "applied"
    REJECTED = "rejected"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RosterChange:
    """One proposed change as it stands."""

    id: int
    state: ChangeState
    base_sha256: str
    base_text: str
    edits: tuple[dict[str, Any], ...] | None
    new_text: str
    touched: tuple[str, ...]
    told_ja: tuple[str, ...]
    told_en: tuple[str, ...]
    by: str
    at: datetime
    effective_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    applied_at: datetime | None
    result_sha256: str
    note: str


@dataclass(frozen=True, slots=True)
class Observed:
    """What the platform last said about an account; ``token_ok`` is None before the first look."""

    account: str
    at: datetime
    platform_id: str = ""
    handle: str = ""
    name: str = ""
    verified: str = ""
    token_ok: bool | None = None
    problem: str = ""
    newest_post_at: datetime | None = None
    foreign_posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LookAlike:
    platform: str
    handle: str
    resembles: str
    first_seen_at: datetime
    last_seen_at: datetime
    replies: int


def add(tx: Tx, **facts: Any) -> RosterChange:
    row = RosterChangeRow(state=ChangeState.PENDING, **facts)
    tx.session.add(row)
    tx.session.flush()
    return _change(row)


def get(tx: Tx, change_id: int) -> RosterChange:
    row = tx.session.get(RosterChangeRow, change_id)
    if row is None:
        raise missing("roster-change", change_id)
    return _change(row)


def find(tx: Tx, *, states: Sequence[ChangeState] = (), limit: int = 100) -> list[RosterChange]:
    """Newest first."""
    statement = select(RosterChangeRow).order_by(col(RosterChangeRow.id).desc()).limit(limit)
    if states:
        statement = statement.where(col(RosterChangeRow.state).in_([each.value for each in states]))
    return [_change(row) for row in tx.session.exec(statement)]


def move(tx: Tx, change: RosterChange, state: ChangeState, **values: Any) -> RosterChange:
    """Conflict when somebody else decided in the meantime."""
    done = tx.session.execute(
        update(RosterChangeRow)
        .where(col(RosterChangeRow.id) == change.id, col(RosterChangeRow.state) == change.state.value)
        .values(state=state.value, **values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise overtaken("roster-change", change.id)
    tx.session.expire_all()
    return get(tx, change.id)


def observe(tx: Tx, seen: Observed) -> None:
    tx.session.merge(
        ObservedRow(
            account=seen.account,
            at=seen.at,
            platform_id=seen.platform_id,
            handle=seen.handle,
            name=seen.name,
            verified=seen.verified,
            token_ok=seen.token_ok,
            problem=seen.problem,
            newest_post_at=seen.newest_post_at,
            foreign_posts=list(seen.foreign_posts),
        )
    )


def observations(tx: Tx) -> dict[str, Observed]:
    """By account id."""
    return {row.account: _observed(row) for row in tx.session.exec(select(ObservedRow))}


def attest(tx: Tx, account: str, *, by: str, at: datetime, digest: str) -> None:
    tx.session.add(AttestationRow(account=account, by=by, at=at, digest=digest))
    tx.session.flush()


def attestations(tx: Tx) -> dict[str, tuple[str, datetime, str]]:
    """The newest (by, at, digest) of each account."""
    rows = tx.session.exec(select(AttestationRow).order_by(col(AttestationRow.id)))
    return {row.account: (row.by, row.at, row.digest) for row in rows}


def see_look_alike(tx: Tx, platform: str, handle: str, resembles: str, *, at: datetime) -> bool:
    """Counts a sighting; True when it is the first."""
    row = tx.session.get(LookAlikeRow, (platform, handle))
    if row is None:
        tx.session.add(
            LookAlikeRow(platform=platform, handle=handle, resembles=resembles, first_seen_at=at, last_seen_at=at)
        )
        tx.session.flush()
        return True
    row.last_seen_at, row.replies = at, row.replies + 1
    tx.session.add(row)
    return False


def look_alikes(tx: Tx) -> list[LookAlike]:
    """The most recently seen first."""
    rows = tx.session.exec(select(LookAlikeRow).order_by(col(LookAlikeRow.last_seen_at).desc()).limit(200))
    return [
        LookAlike(row.platform, row.handle, row.resembles, row.first_seen_at, row.last_seen_at, row.replies)
        for row in rows
    ]


def _change(row: RosterChangeRow) -> RosterChange:
    return RosterChange(
        id=row.id or 0,
        state=ChangeState(row.state),
        base_sha256=row.base_sha256,
        base_text=row.base_text,
        edits=tuple(row.edits) if row.edits is not None else None,
        new_text=row.new_text,
        touched=tuple(row.touched),
        told_ja=tuple(row.told_ja),
        told_en=tuple(row.told_en),
        by=row.by,
        at=row.at,
        effective_at=row.effective_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        applied_at=row.applied_at,
        result_sha256=row.result_sha256,
        note=row.note,
    )


def _observed(row: ObservedRow) -> Observed:
    return Observed(
        row.account,
        row.at,
        row.platform_id,
        row.handle,
        row.name,
        row.verified,
        row.token_ok,
        row.problem,
        row.newest_post_at,
        tuple(row.foreign_posts),
    )
