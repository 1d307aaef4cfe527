"""What the staff desk asks of the queue: filtered lists with their totals, taken slots, the days of a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func
from sqlalchemy import select as columns
from sqlmodel import col, select

from bot.domain.posts import Lane, Post, PostState
from bot.store import posts
from bot.store.database import Tx
from bot.store.tables.posts import PostRow, RevisionRow

DEAD = (PostState.CANCELLED, PostState.REJECTED, PostState.EXPIRED, PostState.FAILED, PostState.WITHDRAWN)
"""A slot in which one of these stands is free."""
WORDS_ON_A_MARK = 40
COUNTED_TO = 10_000
"""A total beyond it is shown as this many: counting a whole archive helps nobody."""

_CURRENT = and_(col(RevisionRow.post) == col(PostRow.id), col(RevisionRow.number) == col(PostRow.revision))


@dataclass(frozen=True, slots=True)
class Filter:
    """Empty and None mean "any"; the span is [since, until), aware UTC, of the slot. ``accounts`` () finds nothing."""

    states: tuple[PostState, ...] = ()
    accounts: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    author: str = ""
    lane: Lane | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A post on a calendar: its place and its first words."""

    id: int
    account: str
    state: PostState
    due_at: datetime
    reason: str
    version: int
    text: str


def search(
    tx: Tx, wanted: Filter, *, newest_first: bool = True, limit: int = 50, offset: int = 0
) -> tuple[list[Post], int]:
    """One page in the order of the slots, and how many there are (counted up to ``COUNTED_TO``)."""
    conditions = _conditions(wanted)
    order = col(PostRow.due_at).desc() if newest_first else col(PostRow.due_at)
    tie = col(PostRow.id).desc() if newest_first else col(PostRow.id)
    ids = tx.session.exec(select(PostRow.id).where(*conditions).order_by(order, tie).limit(limit).offset(offset)).all()
    some = select(PostRow.id).where(*conditions).limit(COUNTED_TO).subquery()
    total = tx.session.exec(select(func.count()).select_from(some)).one()
    return posts.many(tx, [each for each in ids if each is not None]), total


def every(tx: Tx, wanted: Filter, *, at_a_time: int = 500, most: int = 100_000) -> Iterator[Post]:
    """All of them, oldest slot first, without holding them all."""
    conditions = _conditions(wanted)
    statement = select(PostRow.id).where(*conditions).order_by(col(PostRow.due_at), col(PostRow.id)).limit(most)
    ids = [each for each in tx.session.exec(statement) if each is not None]
    for start in range(0, len(ids), at_a_time):
        yield from posts.many(tx, ids[start : start + at_a_time])


def marks(tx: Tx, wanted: Filter, *, most: int) -> list[Mark]:
    """The same as ``search``, oldest slot first, but only what a calendar draws: a month is read in one go."""
    rows = tx.session.execute(
        columns(
            col(PostRow.id),
            col(PostRow.account),
            col(PostRow.state),
            col(PostRow.due_at),
            col(PostRow.reason),
            col(PostRow.version),
            func.substr(RevisionRow.text, 1, WORDS_ON_A_MARK),
        )
        .join(RevisionRow, _CURRENT)
        .where(*_conditions(wanted))
        .order_by(col(PostRow.due_at), col(PostRow.id))
        .limit(most)
    )
    return [Mark(row[0], row[1], PostState(row[2]), *row[3:]) for row in rows]


def words_around(tx: Tx, wanted: Filter, *, most: int) -> list[tuple[int, str, str, datetime]]:
    """(post, account, text, when it went out or will), newest slot first: what a new text must not repeat."""
    rows = tx.session.execute(
        columns(
            col(PostRow.id),
            col(PostRow.account),
            col(RevisionRow.text),
            col(PostRow.published_at),
            col(PostRow.due_at),
        )
        .join(RevisionRow, _CURRENT)
        .where(*_conditions(wanted))
        .order_by(col(PostRow.due_at).desc())
        .limit(most)
    )
    return [(number, account, text, out or due) for number, account, text, out, due in rows]


def slots_taken(tx: Tx, account: str, *, since: datetime) -> list[datetime]:
    """Slots of this account from ``since`` on in which a living post stands, in order."""
    rows = tx.session.exec(
        select(PostRow.due_at)
        .where(PostRow.account == account, PostRow.due_at >= since, col(PostRow.state).not_in(DEAD))
        .order_by(col(PostRow.due_at))
    )
    return list(rows)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.states:
        found.append(col(PostRow.state).in_([each.value for each in wanted.states]))
    if wanted.accounts is not None:
        found.append(col(PostRow.account).in_(wanted.accounts))
    if wanted.since is not None:
        found.append(col(PostRow.due_at) >= wanted.since)
    if wanted.until is not None:
        found.append(col(PostRow.due_at) < wanted.until)
    if wanted.author:
        found.append(col(PostRow.author) == wanted.author)
    if wanted.lane is not None:
        found.append(col(PostRow.lane) == wanted.lane.value)
    if wanted.words:
        found.append(_says(wanted.words))
    return found


def _says(words: str) -> ColumnElement[bool]:
    said = select(RevisionRow.id).where(
        col(RevisionRow.post) == col(PostRow.id),
        col(RevisionRow.number) == col(PostRow.revision),
        col(RevisionRow.text).contains(words, autoescape=True),
    )
    return said.exists()
