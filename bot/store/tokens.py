"""Queries about API tokens and what was answered under an idempotency key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from bot.domain.errors import Conflict, missing
from bot.store.database import Tx
from bot.store.tables.people import AnswerRow, TokenRow

ANSWERS_LIVE: Final = timedelta(days=30)
"""How long the same key gives the same answer."""


@dataclass(frozen=True, slots=True)
class Token:
    """What another system may do. ``state``: asked, ready (its secret was not fetched yet), active, refused, revoked."""

    id: int
    name: str
    owner: str
    scopes: tuple[str, ...]
    offices: tuple[str, ...]
    per_minute: int
    until: date
    state: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A kept answer: ``asked`` is the digest of what was asked, ``body`` the JSON that was sent."""

    asked: str
    status: int
    body: str


def add(
    tx: Tx,
    name: str,
    *,
    owner: str,
    scopes: Sequence[str],
    offices: Sequence[str],
    per_minute: int,
    until: date,
    by: str,
    at: datetime,
) -> Token:
    """A token that waits for a second admin; Conflict if the name was used before."""
    if tx.session.exec(select(TokenRow.id).where(TokenRow.name == name)).first() is not None:
        raise Conflict(f"A token '{name}' exists or existed; choose another name.").worded(
            "problem.token-taken", name=name
        )
    row = TokenRow(
        name=name,
        owner=owner,
        scopes=" ".join(scopes),
        offices=" ".join(offices),
        per_minute=per_minute,
        until=until,
        asked_by=by,
        asked_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return _token(row)


def get(tx: Tx, token_id: int) -> Token:
    return _token(_row(tx, token_id))


def everything(tx: Tx) -> list[Token]:
    return [_token(row) for row in tx.session.exec(select(TokenRow).order_by(col(TokenRow.id).desc()))]


def by_hash(tx: Tx, token_hash: str) -> Token | None:
    row = tx.session.exec(select(TokenRow).where(TokenRow.token_hash == token_hash)).first()
    return _token(row) if row else None


def owner_of(tx: Tx, name: str) -> str:
    """Login of the person who answers for a token; empty for an unknown name."""
    return tx.session.exec(select(TokenRow.owner).where(TokenRow.name == name)).first() or ""


def move(tx: Tx, token_id: int, was: str, state: str, *, by: str, at: datetime, token_hash: str | None = None) -> Token:
    """Moves a token from one state to the next; Conflict if somebody was first."""
    values: dict[str, object] = {"state": state, "decided_by": by, "decided_at": at}
    if token_hash is not None:
        values = {"state": state, "token_hash": token_hash}
    if state == "revoked":
        values = {"state": state, "token_hash": None, "revoked_at": at}
    done = tx.session.execute(
        update(TokenRow)
        .where(col(TokenRow.id) == token_id, col(TokenRow.state) == was)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Somebody was faster; look at the list again.").worded("problem.settled")
    tx.session.expire_all()
    return get(tx, token_id)


def touch(tx: Tx, token_id: int, *, at: datetime) -> None:
    row = _row(tx, token_id)
    row.used_at = at
    tx.session.add(row)


def answer(tx: Tx, token_id: int, key: str) -> Answer | None:
    """What this token was answered under this key before."""
    row = tx.session.get(AnswerRow, (token_id, key), populate_existing=True)
    return Answer(row.asked, row.status, tx.seal.open(row.body)) if row else None


def keep_answer(tx: Tx, token_id: int, key: str, asked: str, status: int, body: str, *, at: datetime) -> bool:
    """Whether this was the first answer under the key; a second writer waits for the first and gets False."""
    old = delete(AnswerRow).where(col(AnswerRow.token) == token_id, col(AnswerRow.at) < at - ANSWERS_LIVE)
    tx.session.execute(old.execution_options(synchronize_session=False))
    values = {"token": token_id, "key": key, "asked": asked, "status": status, "body": tx.seal.close(body), "at": at}
    insert = postgresql.insert if tx.is_postgres else sqlite.insert
    first = insert(AnswerRow).values(**values).on_conflict_do_nothing().returning(col(AnswerRow.key))
    return tx.session.execute(first).first() is not None


def _row(tx: Tx, token_id: int) -> TokenRow:
    row = tx.session.get(TokenRow, token_id)
    if row is None:
        raise missing("token", token_id)
    return row


def _token(row: TokenRow) -> Token:
    return Token(
        row.id or 0,
        row.name,
        row.owner,
        tuple(row.scopes.split()),
        tuple(row.offices.split()),
        row.per_minute,
        row.until,
        row.state,
        row.asked_by,
        row.asked_at,
        row.decided_by,
        row.revoked_at,
        row.used_at,
    )
