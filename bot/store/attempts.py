"""Queries about claims and attempts: who may send, what was sent, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, update
from sqlmodel import col, select

from bot.domain.errors import Conflict, NotFound
from bot.domain.posts import Attempt, Outcome, Phase, Post, PostState
from bot.store import posts
from bot.store.database import Tx
from bot.store.tables.posts import AttemptRow, PostRow

LEASE = timedelta(seconds=60)
"""How long a claim holds before recovery may look at it."""


def claim(tx: Tx, *, now: datetime, owner: str, busy: Sequence[str] = ()) -> Post | None:
    """Takes the next due post for ``owner``: one conditional update, a lease, the fencing number counted up.

    Urgent posts first, then by slot. Accounts in ``busy`` and accounts with another post in flight are passed over.
    """
    flying = select(PostRow.account).where(PostRow.state == PostState.PUBLISHING.value)
    due = (
        select(PostRow.id)
        .where(PostRow.state == PostState.SCHEDULED.value, PostRow.due_at <= now)
        .where(or_(col(PostRow.retry_at).is_(None), col(PostRow.retry_at) <= now))
        .where(col(PostRow.account).not_in(flying), col(PostRow.account).not_in(list(busy)))
        .order_by(col(PostRow.lane), col(PostRow.due_at), col(PostRow.id))
        .limit(1)
    )
    if tx.is_postgres:
        due = due.with_for_update(skip_locked=True)
    chosen = tx.session.exec(due).first()
    if chosen is None:
        return None
    taken = tx.session.execute(
        update(PostRow)
        .where(col(PostRow.id) == chosen, col(PostRow.state) == PostState.SCHEDULED.value)
        .values(
            state=PostState.PUBLISHING.value,
            version=PostRow.version + 1,
            fence=PostRow.fence + 1,
            lease_owner=owner,
            lease_until=now + LEASE,
            updated_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    return posts.get(tx, chosen) if taken.rowcount == 1 else None  # type: ignore[attr-defined]


def prepare(tx: Tx, post: Post, *, body: str, baseline: str, media_count: int, now: datetime) -> Attempt:
    """Writes down exactly what will be sent. The unique index refuses a second open attempt."""
    number = tx.session.exec(select(func.count()).where(AttemptRow.post == post.id)).one() + 1
    row = AttemptRow(
        post=post.id,
        number=number,
        digest=post.revision.digest,
        phase=Phase.PREPARED,
        fence=post.fence,
        body=body,
        baseline=baseline,
        media_count=media_count,
        prepared_at=now,
    )
    tx.session.add(row)
    tx.session.flush()
    return _attempt(row)


def mark_sending(tx: Tx, attempt: Attempt, *, now: datetime) -> Attempt:
    """From here on the post may be out there. Conflict if the claim was lost to somebody with a newer fence."""
    post = posts.get(tx, attempt.post)
    if post.state is not PostState.PUBLISHING or post.fence != attempt.fence:
        raise Conflict(f"Post {post.id} is no longer ours to send.")
    return _update(tx, attempt, Phase.PREPARED, phase=Phase.SENDING.value, sent_at=now)


def close(tx: Tx, attempt: Attempt, outcome: Outcome, *, now: datetime, **facts: Any) -> Attempt:
    """Writes the outcome of an open attempt; ``facts`` are http_status, code, trace, next_look_at."""
    return _update(tx, attempt, attempt.phase, phase=Phase.CLOSED.value, outcome=outcome.value, closed_at=now, **facts)


def looked(tx: Tx, attempt: Attempt, *, healthy: bool, next_look_at: datetime | None) -> Attempt:
    """Counts one reconciliation read."""
    return _update(
        tx,
        attempt,
        attempt.phase,
        looks=attempt.looks + 1,
        healthy_looks=attempt.healthy_looks + healthy,
        next_look_at=next_look_at,
    )


def settle(tx: Tx, attempt: Attempt, outcome: Outcome) -> Attempt:
    """Replaces ``unknown`` by what reconciliation or a person found."""
    return _update(tx, attempt, attempt.phase, outcome=outcome.value, next_look_at=None)


def of_post(tx: Tx, post_id: int) -> list[Attempt]:
    """Every attempt on a post, oldest first."""
    rows = tx.session.exec(select(AttemptRow).where(AttemptRow.post == post_id).order_by(col(AttemptRow.number)))
    return [_attempt(row) for row in rows]


def to_look_for(tx: Tx, *, now: datetime, limit: int = 50) -> list[Attempt]:
    """Unknown outcomes whose next read of the timeline is due."""
    rows = tx.session.exec(
        select(AttemptRow)
        .where(AttemptRow.outcome == Outcome.UNKNOWN.value, col(AttemptRow.next_look_at) <= now)
        .order_by(col(AttemptRow.next_look_at))
        .limit(limit)
    )
    return [_attempt(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Claim:
    """A post in flight: who holds it, until when, and its open attempt if there is one."""

    post: Post
    owner: str
    until: datetime
    attempt: Attempt | None


def claims(tx: Tx) -> list[Claim]:
    """Every post in flight."""
    rows = tx.session.exec(select(PostRow).where(PostRow.state == PostState.PUBLISHING.value)).all()
    return [
        Claim(posts.get(tx, row.id), row.lease_owner or "", row.lease_until or row.updated_at, _open(tx, row.id))
        for row in rows
        if row.id is not None
    ]


def _open(tx: Tx, post_id: int) -> Attempt | None:
    row = tx.session.exec(
        select(AttemptRow).where(AttemptRow.post == post_id, AttemptRow.phase != Phase.CLOSED.value)
    ).first()
    return _attempt(row) if row else None


def _update(tx: Tx, attempt: Attempt, expected: Phase, **values: Any) -> Attempt:
    done = tx.session.execute(
        update(AttemptRow)
        .where(col(AttemptRow.id) == attempt.id, col(AttemptRow.phase) == expected.value)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(f"Attempt {attempt.number} of post {attempt.post} was settled by somebody else.")
    tx.session.expire_all()
    row = tx.session.get(AttemptRow, attempt.id)
    if row is None:
        raise NotFound(f"There is no attempt {attempt.id}.")
    return _attempt(row)


def _attempt(row: AttemptRow) -> Attempt:
    if row.id is None:
        raise NotFound("The attempt was not stored.")
    return Attempt(
        id=row.id,
        post=row.post,
        number=row.number,
        digest=row.digest,
        phase=Phase(row.phase),
        fence=row.fence,
        body=row.body,
        baseline=row.baseline,
        prepared_at=row.prepared_at,
        sent_at=row.sent_at,
        closed_at=row.closed_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        http_status=row.http_status,
        code=row.code,
        trace=row.trace,
        looks=row.looks,
        healthy_looks=row.healthy_looks,
        next_look_at=row.next_look_at,
        media_count=row.media_count,
    )
