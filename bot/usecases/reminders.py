"""Remind approvers: a post that still waits for a yes an hour and a quarter of an hour before its slot."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.domain.people import Person, Role
from bot.domain.posts import Post, PostState, valid_approvers
from bot.store import people, posts, service
from bot.store.database import Tx
from bot.usecases.parts import Parts

BEFORE: Final = (timedelta(minutes=60), timedelta(minutes=15))


def remind(parts: Parts, *, now: datetime) -> int:
    """Tells everybody who could still approve, once an hour before and once a quarter before. Returns for how many."""
    with parts.store.begin() as tx:
        waiting = posts.find(tx, states=[PostState.SUBMITTED], since=now, until=now + max(BEFORE), limit=1000)
        staff = people.everyone(tx) if waiting else []
        return sum(_remind_one(parts, tx, post, staff, now) for post in waiting)


def _remind_one(parts: Parts, tx: Tx, post: Post, staff: list[Person], now: datetime) -> bool:
    left = post.revision.slot.due_at - now
    minutes = next((lead for lead in sorted(BEFORE) if left <= lead), None)
    if minutes is None:
        return False
    office = parts.office(parts.account(post.account))
    done = {post.author, post.revision.author, *valid_approvers(post)}
    able = [p.login for p in staff if p.may(Role.APPROVER, office.id, parts.today(office, now)) and p.login not in done]
    once = f"{minutes.total_seconds():.0f} {post.revision.digest}"
    service.tell(tx, able, "post.expires", f"post:{post.id}", at=now, once=once)
    return bool(able)
