"""After an older database was put back: what may have been sent since is looked for, the rest waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from bot.domain.people import SERVICE
from bot.domain.posts import Hold, Outcome, Post, PostEvent, PostState, step
from bot.store import attempts, audit, posts, service
from bot.store.database import Tx
from bot.usecases import outcomes
from bot.usecases.duty import ADMINS
from bot.usecases.parts import Parts
from bot.usecases.publish import body_of

log = structlog.get_logger()

NOTE: Final = "The database is older than this moment: look at the account before you release it."
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Restored:
    """How many posts are looked for, and how many wait for a person."""

    unknown: int = 0
    held: int = 0


def after_restore(parts: Parts, *, now: datetime) -> Restored:
    """Nothing is sent by itself that the newer database may have sent, moved, cancelled or withdrawn.

    Posts due before now become unknown and are looked for on the account; later ones are held. Run it once, before
    the service starts again; running it twice changes nothing.
    """
    unknown = _all(parts, (PostState.SCHEDULED, PostState.PUBLISHING), until=now, now=now)
    held = _all(parts, (PostState.SCHEDULED, PostState.APPROVED), until=None, now=now)
    marked = _mark_held(parts, now)
    with parts.store.begin() as tx:
        audit.append(tx, SERVICE, "db.restored", "db", at=now, unknown=unknown, held=held, marked=marked)
        service.tell(tx, [ADMINS], "db.restored", "db", at=now, once=now.isoformat())
    log.warning("database_restored", unknown=unknown, held=held + marked)
    return Restored(unknown, held + marked)


def _all(parts: Parts, states: tuple[PostState, ...], *, until: datetime | None, now: datetime) -> int:
    done = 0
    while True:
        with parts.store.begin() as tx:
            found = posts.find(tx, states=states, until=until, limit=_AT_ONCE)
            for post in found:
                _doubt(tx, post, now) if until else outcomes.hold(tx, post, Hold.RESTORE, now, note=NOTE)
        done += len(found)
        if len(found) < _AT_ONCE:
            return done


def _doubt(tx: Tx, post: Post, now: datetime) -> None:
    """It may be out there: an attempt at its slot is assumed and looked for on the account's own timeline."""
    attempt = attempts.open_on(tx, post.id)
    if attempt is not None:
        attempts.close(tx, attempt, Outcome.NOT_SENT, now=now, code="restore")
    content = post.revision.content
    body = body_of(content.text, content.link, [])
    attempts.assume_sent(tx, post, body=body, media_count=len(content.media), code="restore", now=now)
    posts.change(tx, post, step(post.state, PostEvent.LOSE), at=now, lease_owner=None, lease_until=None)
    audit.append(tx, SERVICE, "post.unknown", f"post:{post.id}", at=now, code="restore")
    service.tell(tx, [post.author], "post.unknown", f"post:{post.id}", at=now, once=str(post.version))


def _mark_held(parts: Parts, now: datetime) -> int:
    """A held post may have been released and sent since: its reason now says so."""
    with parts.store.begin() as tx:
        held = posts.find(tx, states=[PostState.HELD], until=now, limit=10_000)
        doubtful = [post for post in held if post.hold is not Hold.RESTORE]
        for post in doubtful:
            posts.change(tx, post, post.state, at=now, hold=Hold.RESTORE.value, note=NOTE)
    return len(doubtful)
