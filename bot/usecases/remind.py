"""Tell approvers in time: an hour and a quarter of an hour before a slot that still waits, and of reviews left undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.domain.people import Person, Role
from bot.domain.posts import Post, PostState
from bot.store import desk, people, posts, service
from bot.store.database import Tx
from bot.usecases.parts import Parts

BEFORE: Final = (timedelta(minutes=15), timedelta(minutes=60))
"""The nearest one counts: a post submitted ten minutes before its slot is told of once."""

_TICK: Final = timedelta(microseconds=1)
"""Spans end just before their end; a slot exactly an hour away is told of."""


def remind(parts: Parts, *, now: datetime) -> int:
    """Leaves a notice for everybody who could approve or review in time. Returns how many posts were told of."""
    with parts.store.begin() as tx:
        waiting = posts.find(tx, states=[PostState.SUBMITTED], since=now, until=now + BEFORE[-1] + _TICK, limit=500)
        overdue = [post for each, post in desk.reviews_due(tx, None) if each.due_at <= now]
        if not waiting and not overdue:
            return 0
        staff = people.everyone(tx)
        for post in waiting:
            minutes = _minutes(post, now)
            service.tell(
                tx, approvers(parts, staff, post, now), f"post.approve-soon.{minutes}", f"post:{post.id}", at=now
            )
        for post in overdue:
            service.tell(tx, approvers(parts, staff, post, now), "post.review-overdue", f"post:{post.id}", at=now)
    return len(waiting) + len(overdue)


def tell_approvers(parts: Parts, tx: Tx, post: Post, kind: str, *, now: datetime) -> None:
    """At once, for what cannot wait until its reminder."""
    service.tell(tx, approvers(parts, people.everyone(tx), post, now), kind, f"post:{post.id}", at=now)


def approvers(parts: Parts, staff: list[Person], post: Post, now: datetime) -> list[str]:
    """Logins that may approve this post today, deputies until their last day included; never its author."""
    office = parts.office(parts.account(post.account))
    today = parts.today(office, now)
    return [each.login for each in staff if each.may(Role.APPROVER, office.id, today) and each.login != post.author]


def _minutes(post: Post, now: datetime) -> int:
    left = post.revision.slot.due_at - now
    nearest = next((each for each in BEFORE if left <= each), BEFORE[-1])
    return int(nearest.total_seconds() // 60)
