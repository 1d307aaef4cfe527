"""Withdraw a published post: delete it from its platform, with a reason and a record (policy 5.3)."""

from __future__ import annotations

from datetime import datetime

from bot.domain.errors import BadInput
from bot.domain.people import Person, Role, require
from bot.domain.posts import Post, PostEvent, step
from bot.store import posts
from bot.usecases.parts import Parts
from bot.usecases.trail import record


def withdraw(parts: Parts, post_id: int, *, by: Person, now: datetime, reason: str) -> Post:
    """Deletes it and records who and why. Deleting converges, so a second try after an unclear one harms nobody."""
    if not reason.strip():
        raise BadInput("Write why it is withdrawn; the record is kept.", key="reason").worded("problem.reason-missing")
    with parts.store.read() as tx:
        post = posts.get(tx, post_id)
    account = parts.account(post.account)
    office = parts.office(account)
    require(by, Role.APPROVER, office.id, parts.today(office, now))
    state = step(post.state, PostEvent.WITHDRAW)
    with parts.store.begin() as tx:
        record(tx, by, "post.withdrawing", post, office, now)
    parts.platform(account).withdraw(account, post.platform_id)
    with parts.store.begin() as tx:
        post = posts.change(tx, post, state, at=now, note=reason.strip())
        record(tx, by, "post.withdrawn", post, office, now)
    return post
