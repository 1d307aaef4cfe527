"""Queries about claims and attempts: who may send, what was sent, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, text, update
from sqlmodel import col, select

from bot.domain.errors import NotFound, missing, overtaken
from bot.domain.posts import Attempt, Lane, Outcome, Phase, Post, PostState
from bot.store import posts
from bot.store.database import Tx
from bot.store.tables.posts import AttemptRow, PostRow

LEASE = timedelta(seconds=60)
"""How long a claim holds before recovery may look at it."""
_ONE_AT_A_TIME = 7230412
"""Number of the advisory lock under which PostgreSQL lets claims pass one by one, so that "one post in flight for
each account" holds; SQLite's write lock does the same by itself."""


def is_due(tx: Tx, *, now: datetime) -> bool:
    """Whether anything waits to be claimed; a cheap question for the tick of every second."""
    found = select(PostRow.id).where(PostRow.state == PostState.SCHEDULED.value, PostRow.due_at <= now).limit(1)
    return tx.session.exec(found).first() is not None


def claim(
    tx: Tx, *, now: datetime, owner: str, busy: Sequence[str] = (), urgent_only: Sequence[str] = ()
) -> Post | None:
    """Takes the next due post for ``owner``: one conditional update, a lease, the fencing number counted up.

    Urgent posts first, then by slot. Accounts in ``busy`` and accounts with another post in flight are passed over;
    accounts in ``urgent_only`` send their disaster notices and nothing else. A post past its last minute stays.
    """
    if tx.is_postgres:
        tx.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    flying = select(PostRow.account).where(PostRow.state == PostState.PUBLISHING.value)
    due = (
        select(PostRow.id)
        .where(PostRow.state == PostState.SCHEDULED.value, PostRow.due_at <= now, PostRow.publish_by > now)
        .where(or_(col(PostRow.retry_at).is_(None), col(PostRow.retry_at) <= now))
        .where(col(PostRow.account).not_in(flying), col(PostRow.account).not_in(list(busy)))
        .order_by(col(PostRow.lane), col(PostRow.due_at), col(PostRow.id))
        .limit(1)
    )
    if urgent_only:
        due = due.where(or_(col(PostRow.lane) == Lane.DISASTER.value, col(PostRow.account).not_in(list(urgent_only))))
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


def extend(tx: Tx, post: Post, *, until: datetime) -> None:
    """Holds a claim longer, for a film that takes its time; Conflict if the claim was lost meanwhile."""
    done = tx.session.execute(
        update(PostRow)
        .where(col(PostRow.id) == post.id, col(PostRow.fence) == post.fence)
        .where(col(PostRow.state) == PostState.PUBLISHING.value)
        .values(lease_until=until)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise overtaken("post", post.id)
    tx.session.expire_all()


def prepare(tx: Tx, post: Post, *, body: str, baseline: str, media_count: int, now: datetime) -> Attempt:
    """Writes down exactly what will be sent. The unique index refuses a second open attempt.

    Conflict if the claim was lost, so that a process that slept leaves no row in its successor's way.
    """
    extend(tx, post, until=now + LEASE)
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
    if post.fence != attempt.fence:
        raise overtaken("post", post.id)
    extend(tx, post, until=now + LEASE)
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


def reopen(tx: Tx, attempt: Attempt, *, next_look_at: datetime) -> Attempt:
    """Makes an attempt that seemed absent unknown again: the platform has just said that a twin exists."""
    return _update(tx, attempt, attempt.phase, outcome=Outcome.UNKNOWN.value, next_look_at=next_look_at)


def assume_sent(tx: Tx, post: Post, *, body: str, media_count: int, code: str, now: datetime) -> Attempt:
    """An attempt that this database knows nothing of but that may have happened at the slot: look for it."""
    row = AttemptRow(
        post=post.id,
        number=len(of_post(tx, post.id)) + 1,
        digest=post.revision.digest,
        phase=Phase.CLOSED,
        fence=post.fence,
        body=body,
        media_count=media_count,
        prepared_at=post.revision.slot.due_at,
        sent_at=post.revision.slot.due_at,
        closed_at=now,
        outcome=Outcome.UNKNOWN,
        code=code,
        next_look_at=now,
    )
    tx.session.add(row)
    tx.session.flush()
    return _attempt(row)


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


def unknown_on(tx: Tx, account: str) -> list[Attempt]:
    """Every attempt of this account whose outcome is unknown, newest first."""
    rows = tx.session.exec(
        select(AttemptRow)
        .join(PostRow, col(PostRow.id) == col(AttemptRow.post))
        .where(PostRow.account == account, AttemptRow.outcome == Outcome.UNKNOWN.value)
        .order_by(col(AttemptRow.sent_at).desc(), col(AttemptRow.id).desc())
    )
    return [_attempt(row) for row in rows]


def hurry(tx: Tx, account: str, *, now: datetime) -> int:
    """Looks for this account's unknown posts at the next tick. Returns for how many."""
    waiting = [each for each in unknown_on(tx, account) if each.next_look_at is None or each.next_look_at > now]
    for each in waiting:
        _update(tx, each, each.phase, next_look_at=now)
    return len(waiting)


def last_baseline(tx: Tx, account: str) -> str:
    """The newest own post that was seen before this account's latest call; empty before the first."""
    found = tx.session.exec(
        select(AttemptRow.baseline)
        .join(PostRow, col(PostRow.id) == col(AttemptRow.post))
        .where(PostRow.account == account, AttemptRow.baseline != "")
        .order_by(col(AttemptRow.id).desc())
        .limit(1)
    ).first()
    return found or ""


def typed_times(tx: Tx, *, since: datetime, limit: int) -> list[tuple[int, datetime, str]]:
    """(post, UTC instant, wall time as typed) of the next scheduled posts, soonest first."""
    rows = tx.session.exec(
        select(PostRow.id, PostRow.due_at, PostRow.due_wall)
        .where(PostRow.state == PostState.SCHEDULED.value, PostRow.publish_by > since)
        .order_by(col(PostRow.due_at), col(PostRow.id))
        .limit(limit)
    )
    return [(number, due_at, wall) for number, due_at, wall in rows if number is not None]


def typed_time(tx: Tx, post_id: int) -> str:
    """The wall time as typed, e.g. ``2026-12-08T10:00:00+09:00[Asia/Tokyo]``."""
    row = tx.session.get(PostRow, post_id)
    return row.due_wall if row else ""


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
        Claim(posts.get(tx, row.id), row.lease_owner or "", row.lease_until or row.updated_at, open_on(tx, row.id))
        for row in rows
        if row.id is not None
    ]


def open_on(tx: Tx, post_id: int) -> Attempt | None:
    """The attempt in flight, if there is one; the unique index allows no second."""
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
        raise overtaken("post", attempt.post)
    tx.session.expire_all()
    row = tx.session.get(AttemptRow, attempt.id)
    if row is None:
        raise missing("attempt", attempt.id)
    return _attempt(row)


def _attempt(row: AttemptRow) -> Attempt:
    if row.id is None:
        raise NotFound("The attempt was not stored.").worded("problem.database")
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
