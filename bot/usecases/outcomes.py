"""How a call ended and what follows: each outcome is written together with the post's new state, and told to people."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain import hours
from bot.domain.errors import AuthExpired, Conflict, Kind, PlatformError, RateLimited, Rejected
from bot.domain.normal_form import came_back_as_sent
from bot.domain.people import SERVICE
from bot.domain.ports import Receipt
from bot.domain.posts import Attempt, Hold, Outcome, Post, PostEvent, PostState, step
from bot.store import attempts, audit, posts, service
from bot.store.database import Tx
from bot.usecases.approve import reslot
from bot.usecases.compose import slot_for
from bot.usecases.duty import ADMINS, day, in_charge
from bot.usecases.parts import Parts
from bot.usecases.persistent import persistent
from bot.usecases.probe_tokens import Standing, judge

log = structlog.get_logger()

RETRY_AFTER_S: Final = (5, 15, 45, 120)
"""Waits before a post that surely was not taken is tried again, seconds, with up to a fifth more at random."""
FIRST_LOOK: Final = timedelta(seconds=45)
HEADERLESS_WAIT: Final = timedelta(seconds=60)
SHORTEST_WAIT: Final = timedelta(seconds=30)
"""A reset that has already passed is a clock that differs; never more than two tries a minute."""
LONGEST_RESET: Final = timedelta(hours=25)
"""No limit of either platform lasts longer than a day; a later reset is a broken header."""
CHANGED: Final = "The platform shows other words than were sent; compare them."


def published(parts: Parts, post: Post, attempt: Attempt, receipt: Receipt, now: datetime) -> PostState:
    """The platform's id is proof. A claim that was lost meanwhile (a process that slept) is settled all the same."""
    try:
        _write_published(parts, post, attempt, receipt, now)
    except Conflict:
        return _published_late(parts, post, receipt, now)
    log.info("post_published", post=post.id, account=post.account, platform_id=receipt.platform_id)
    return PostState.PUBLISHED


@persistent
def _write_published(parts: Parts, post: Post, attempt: Attempt, receipt: Receipt, now: datetime) -> None:
    with parts.store.begin() as tx:
        attempts.close(tx, attempt, Outcome.PUBLISHED, now=now, http_status=receipt.status, trace=receipt.trace)
        post = finish(tx, post, PostEvent.PUBLISH, receipt.platform_id, receipt.permalink, receipt.text, now)
        if not came_back_as_sent(post.revision.content, receipt.text, parts.account(post.account).platform):
            warn_changed(tx, post, now)
        service.record_budgets(tx, post.account, receipt.budgets, at=now)


def finish(
    tx: Tx,
    post: Post,
    event: PostEvent,
    platform_id: str,
    permalink: str,
    text: str,
    now: datetime,
    *,
    at: datetime | None = None,
) -> Post:
    """Binds the platform's id to the post; the unique constraint refuses to bind one id to two posts.

    ``at``: when the platform says that it appeared, where that is known.
    """
    post = posts.change(
        tx,
        post,
        step(post.state, event),
        at=now,
        platform_id=platform_id,
        permalink=permalink,
        published_text=text,
        published_at=at or now,
        lease_owner=None,
        lease_until=None,
        hold=None,
        note="",
    )
    facts = {"platform_id": platform_id, "digest": post.revision.digest, "how": event.value}
    audit.append(tx, SERVICE, "post.published", f"post:{post.id}", at=now, **facts)
    return post


def warn_changed(tx: Tx, post: Post, now: datetime) -> None:
    """The words differ from the approved ones: a warning for the author, never a reason to send again."""
    posts.change(tx, post, post.state, at=now, note=CHANGED)
    audit.append(tx, SERVICE, "post.text-differs", f"post:{post.id}", at=now, platform_id=post.platform_id)
    service.tell(tx, [post.author], "post.text-differs", f"post:{post.id}", at=now)
    log.warning("post_text_differs", post=post.id, account=post.account)


@persistent
def lost(parts: Parts, post: Post, attempt: Attempt, exc: Exception, now: datetime) -> PostState:
    """Nobody knows whether it is out there: it is looked for, and never sent again by itself."""
    facts = {"http_status": _status(exc), "code": _code(exc), "trace": _trace(exc)}
    with parts.store.begin() as tx:
        attempts.close(tx, attempt, Outcome.UNKNOWN, now=now, next_look_at=now + FIRST_LOOK, **facts)
        _to_unknown(tx, post, now, _code(exc))
    log.warning("post_outcome_unknown", post=post.id, account=post.account, error=type(exc).__name__)
    return PostState.UNKNOWN


def refused(parts: Parts, post: Post, attempt: Attempt | None, exc: Rejected, now: datetime) -> PostState:
    """Sending the same again cannot help; whose turn it is stands in ``exc.kind``."""
    if exc.kind is Kind.DUPLICATE and attempt is not None:
        return _duplicate(parts, post, attempt, exc, now)
    if exc.kind in (Kind.CREDIT, Kind.POLICY):
        return _halt(parts, post, attempt, exc, now)
    return _fail(parts, post, attempt, exc, now)


def no_token(parts: Parts, post: Post, attempt: Attempt | None, exc: AuthExpired, now: datetime) -> PostState:
    """A dead token holds the post; a platform that refuses everybody's token is waited out inside the window."""
    account = parts.account(post.account)
    if judge(parts, account, now=now) is not Standing.DEAD:
        return again(parts, post, attempt, exc, now)
    return _hold_for_token(parts, post, attempt, exc, now)


@persistent
def _hold_for_token(parts: Parts, post: Post, attempt: Attempt | None, exc: AuthExpired, now: datetime) -> PostState:
    with parts.store.begin() as tx:
        if attempt is not None:
            attempts.close(tx, attempt, Outcome.AUTH, now=now, http_status=exc.status, code=exc.code)
        hold(tx, post, Hold.ACCOUNT, now)
    return PostState.HELD


@persistent
def again(parts: Parts, post: Post, attempt: Attempt | None, exc: PlatformError, now: datetime) -> PostState:
    """Surely not taken: back into the queue, inside the window; past closing time it moves to the next opening."""
    retry_at = _retry_at(exc, post.fence, now)
    with parts.store.begin() as tx:
        if attempt is not None:
            attempts.close(tx, attempt, _outcome(exc), now=now, http_status=exc.status, code=exc.code)
        if retry_at < post.revision.slot.publish_by:
            back(tx, post, PostEvent.RETRY, now, retry_at=retry_at)
            return PostState.SCHEDULED
        return _next_window(parts, tx, post, exc, retry_at, now)


def back(tx: Tx, post: Post, event: PostEvent, now: datetime, *, retry_at: datetime | None = None) -> Post:
    """Into the queue again, without a claim."""
    return posts.change(
        tx, post, step(post.state, event), at=now, retry_at=retry_at, lease_owner=None, lease_until=None
    )


@persistent
def hold_alone(parts: Parts, post: Post, why: Hold, now: datetime, *, note: str = "") -> PostState:
    """Waits for a person, in a transaction of its own."""
    with parts.store.begin() as tx:
        hold(tx, post, why, now, note=note)
    return PostState.HELD


def hold(tx: Tx, post: Post, why: Hold, now: datetime, *, note: str = "") -> None:
    """Waits for a person; the author is told."""
    step(post.state, PostEvent.HOLD)
    posts.hold(tx, post, why, at=now, note=note)
    audit.append(tx, SERVICE, "post.held", f"post:{post.id}", at=now, why=why.value)
    service.tell(tx, [post.author], f"post.held.{why.value}", f"post:{post.id}", at=now, once=str(post.version))
    log.warning("post_held", post=post.id, account=post.account, why=why.value)


@persistent
def _published_late(parts: Parts, post: Post, receipt: Receipt, now: datetime) -> PostState:
    """The answer came after recovery had called the post unknown; the receipt settles it."""
    with parts.store.begin() as tx:
        present = posts.get(tx, post.id)
        open_ones = [each for each in attempts.of_post(tx, post.id) if each.outcome is Outcome.UNKNOWN]
        if present.state is not PostState.UNKNOWN or not open_ones:
            log.warning("late_receipt", post=post.id, state=present.state.value, platform_id=receipt.platform_id)
            return present.state
        attempts.settle(tx, open_ones[-1], Outcome.RECONCILED)
        finish(tx, present, PostEvent.FIND, receipt.platform_id, receipt.permalink, receipt.text, now)
    return PostState.PUBLISHED


def _to_unknown(tx: Tx, post: Post, now: datetime, code: str) -> None:
    posts.change(tx, post, step(post.state, PostEvent.LOSE), at=now, lease_owner=None, lease_until=None)
    audit.append(tx, SERVICE, "post.unknown", f"post:{post.id}", at=now, code=code)
    service.tell(tx, [post.author], "post.unknown", f"post:{post.id}", at=now, once=str(post.version))


@persistent
def _duplicate(parts: Parts, post: Post, attempt: Attempt, exc: Rejected, now: datetime) -> PostState:
    """A twin exists. After an own call that was lost it is ours: look for it. Else somebody posted by hand."""
    with parts.store.begin() as tx:
        earlier = [a for a in attempts.of_post(tx, post.id) if a.outcome in (Outcome.UNKNOWN, Outcome.ABSENT)]
        attempts.close(tx, attempt, Outcome.DUPLICATE, now=now, http_status=exc.status, code=exc.code)
        if not earlier:
            hold(tx, post, Hold.DUPLICATE, now)
            return PostState.HELD
        attempts.reopen(tx, earlier[-1], next_look_at=now)
        _to_unknown(tx, post, now, "duplicate")
    return PostState.UNKNOWN


@persistent
def _halt(parts: Parts, post: Post, attempt: Attempt | None, exc: Rejected, now: datetime) -> PostState:
    """Credit used up stops the platform, a frozen account stops itself; the post waits and is not marked failed."""
    account = parts.account(post.account)
    credit = exc.kind is Kind.CREDIT
    scope = f"platform:{account.platform.value}" if credit else f"account:{account.id}"
    with parts.store.begin() as tx:
        if attempt is not None:
            attempts.close(tx, attempt, Outcome.REFUSED, now=now, http_status=exc.status, code=exc.code)
        service.stop(tx, scope, reason=exc.kind.value, by=SERVICE, at=now)
        audit.append(tx, SERVICE, "stop.on", scope, at=now, kind=exc.kind.value)
        told = [*in_charge(account, now), ADMINS]
        service.tell(tx, told, f"stop.{exc.kind.value}", scope, at=now, once=str(day(now)))
        hold(tx, post, Hold.BUDGET if credit else Hold.ACCOUNT, now)
    return PostState.HELD


@persistent
def _fail(parts: Parts, post: Post, attempt: Attempt | None, exc: Rejected, now: datetime) -> PostState:
    kind = exc.kind.value
    with parts.store.begin() as tx:
        if attempt is not None:
            attempts.close(tx, attempt, Outcome.REFUSED, now=now, http_status=exc.status, code=exc.code)
        note = f"{kind}: {exc}"[:500]
        state = step(post.state, PostEvent.FAIL)
        posts.change(tx, post, state, at=now, note=note, lease_owner=None, lease_until=None)
        audit.append(tx, SERVICE, "post.failed", f"post:{post.id}", at=now, kind=kind, code=exc.code)
        service.tell(tx, [post.author], "post.failed", f"post:{post.id}", at=now, once=str(post.version))
    log.warning("post_failed", post=post.id, account=post.account, kind=kind, code=exc.code)
    return PostState.FAILED


def _next_window(parts: Parts, tx: Tx, post: Post, exc: PlatformError, retry_at: datetime, now: datetime) -> PostState:
    office = parts.office(parts.account(post.account))
    opening = hours.next_open(office, retry_at)
    if not isinstance(exc, RateLimited) or opening is None or post.revision.slot.is_exception:
        hold(tx, post, Hold.LATE, now)
        return PostState.HELD
    post = reslot(tx, post, slot_for(office, opening), now=now)
    back(tx, post, PostEvent.RETRY, now, retry_at=retry_at)
    audit.append(tx, SERVICE, "post.reslotted", f"post:{post.id}", at=now, due_at=opening.isoformat())
    service.tell(tx, [post.author], "post.reslotted", f"post:{post.id}", at=now, once=opening.isoformat())
    log.info("post_reslotted", post=post.id, account=post.account)
    return PostState.SCHEDULED


def _retry_at(exc: PlatformError, tries: int, now: datetime) -> datetime:
    """``tries``: how often the post was claimed, this time included."""
    if isinstance(exc, RateLimited):
        doubled = min(HEADERLESS_WAIT * 2 ** min(max(tries - 1, 0), 4), timedelta(minutes=15))
        said = exc.retry_at if exc.retry_at is not None and exc.retry_at <= now + LONGEST_RESET else None
        return max(said or now + doubled, now + SHORTEST_WAIT)
    wait = RETRY_AFTER_S[min(max(tries, 1), len(RETRY_AFTER_S)) - 1]
    return now + timedelta(seconds=wait * random.uniform(1.0, 1.2))


def _outcome(exc: PlatformError) -> Outcome:
    if isinstance(exc, AuthExpired):
        return Outcome.AUTH
    return Outcome.NOT_EXECUTED if isinstance(exc, RateLimited) else Outcome.NOT_SENT


def _status(exc: Exception) -> int:
    return exc.status if isinstance(exc, PlatformError) else 0


def _code(exc: Exception) -> str:
    return exc.code if isinstance(exc, PlatformError) else type(exc).__name__


def _trace(exc: Exception) -> str:
    return exc.trace if isinstance(exc, PlatformError) else ""
