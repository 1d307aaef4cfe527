"""One way to write a post's step into the audit chain."""

from __future__ import annotations

from datetime import datetime

from bot.domain.accounts import Office
from bot.domain.people import Person
from bot.domain.posts import Post
from bot.store import audit
from bot.store.database import Tx


def record(tx: Tx, by: Person, what: str, post: Post, office: Office, now: datetime) -> None:
    """Ids, digest and state; never the words."""
    audit.append(
        tx,
        by,
        what,
        f"post:{post.id}",
        at=now,
        office=office.id,
        revision=post.revision.number,
        digest=post.revision.digest,
        state=post.state.value,
        exception=post.revision.slot.is_exception,
    )
