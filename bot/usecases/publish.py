"""Publish due posts: claim, write down the attempt, call once, record. No transaction is open during a call."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain import hours
from bot.domain.accounts import Account, Status
from bot.domain.errors import (
    AuthExpired,
    Conflict,
    NotFound,
    NotSent,
    PlatformError,
    RateLimited,
    Rejected,
    Unclear,
)
from bot.domain.ports import Clock, Uploaded
from bot.domain.posts import Attempt, Hold, Outcome, Post, PostEvent, PostState, valid_approvers
from bot.store import attempts, posts
from bot.usecases import outcomes, wall_times
from bot.usecases.approve import needed
from bot.usecases.lanes import lanes, stop_for
from bot.usecases.parts import Parts
from bot.usecases.probe_tokens import Standing, judge, known_dead

log = structlog.get_logger()

HANDS: Final = 6
"""How many accounts are served at once; eighteen notices at nine o'clock sharp are out within a few seconds."""
CLAIM_EVERY_S: Final = 1.0
"""While a call hangs, what becomes due elsewhere is claimed all the same."""
FILM_LEASE: Final = timedelta(minutes=5)
"""How long a claim holds while a picture or film is handed over and processed."""
LOOK_BACK: Final = timedelta(days=7)
"""How far an account's timeline is read for its newest post when nothing is known about it yet."""
NOT_APPROVED: Final = "Nobody has approved exactly this text, account and time; edit and submit it again."
MISSING_PICTURE: Final = "A picture is missing or no longer what was approved; attach it again."


@dataclass(frozen=True, slots=True)
class Tally:
    """What one tick did. ``passed_on``: claims that another process took over meanwhile."""

    published: int = 0
    unknown: int = 0
    held: int = 0
    failed: int = 0
    retried: int = 0
    passed_on: int = 0


def publish_due(parts: Parts, *, owner: str, clock: Clock, at_most: int = 50) -> Tally:
    """Sends every due post once. Any number of processes may tick; each post is claimed by one of them.

    Different accounts are served side by side, so that one call that hangs delays nobody else's notice.
    """
    counts = Counter(held=hold_late(parts, now=clock()))
    post = _claim(parts, owner=owner, now=clock())
    if post is None:
        return Tally(**counts)
    with ThreadPoolExecutor(HANDS, thread_name_prefix="publish") as pool:
        running: set[Future[PostState]] = set()
        left = at_most
        while running or post is not None:
            while post is not None:
                running.add(_hand_over(pool, parts, post, clock))
                left -= 1
                post = _claim(parts, owner=owner, now=clock()) if left > 0 and len(running) < HANDS else None
            done, running = wait(running, timeout=CLAIM_EVERY_S, return_when=FIRST_COMPLETED)
            counts.update(_word(each.result()) for each in done)
            post = _claim(parts, owner=owner, now=clock()) if left > 0 and len(running) < HANDS else None
    return Tally(**counts)


def _hand_over(pool: ThreadPoolExecutor, parts: Parts, post: Post, clock: Clock) -> Future[PostState]:
    """Into a thread, with the log's context of this tick."""
    return pool.submit(copy_context().run, _publish_one, parts, post, clock)


def hold_late(parts: Parts, *, now: datetime) -> int:
    """Posts whose last minute has passed wait for a person; nothing late is ever blasted out."""
    with parts.store.read() as tx:
        due = posts.find(tx, states=[PostState.SCHEDULED], until=now, limit=500)
    late = [post for post in due if post.revision.slot.publish_by <= now]
    return sum(_hold_late(parts, post, now) for post in late)


def _hold_late(parts: Parts, post: Post, now: datetime) -> bool:
    try:
        outcomes.hold_alone(parts, post, Hold.LATE, now)
    except Conflict:  # somebody moved or cancelled it in this very moment
        return False
    return True


def _claim(parts: Parts, *, owner: str, now: datetime) -> Post | None:
    with parts.store.read() as tx:
        if not attempts.is_due(tx, now=now):
            return None
        open_lanes = lanes(parts, tx, now=now)
    with parts.store.begin() as tx:
        return attempts.claim(tx, now=now, owner=owner, busy=open_lanes.shut, urgent_only=open_lanes.urgent_only)


def _publish_one(parts: Parts, post: Post, clock: Clock) -> PostState:
    """From the claim to a written outcome. A claim that was lost on the way is somebody else's to finish."""
    try:
        account = parts.account(post.account)
    except NotFound:
        return outcomes.hold_alone(parts, post, Hold.ROSTER, clock())
    try:
        return _hold_if_needed(parts, post, account, clock()) or _through_media(parts, post, account, clock)
    except Conflict:
        log.warning("claim_lost", post=post.id, account=post.account)
        return PostState.PUBLISHING


def _through_media(parts: Parts, post: Post, account: Account, clock: Clock) -> PostState:
    """Media are invisible until a post uses them: whatever fails here, nothing was sent."""
    try:
        media = _upload(parts, account, post, clock)
    except AuthExpired as exc:
        return outcomes.no_token(parts, post, None, exc, clock())
    except (NotSent, RateLimited, Unclear) as exc:
        return outcomes.again(parts, post, None, exc, clock())
    except Rejected as exc:
        return outcomes.refused(parts, post, None, exc, clock())
    except NotFound:
        return outcomes.hold_alone(parts, post, Hold.BY_HAND, clock(), note=MISSING_PICTURE)
    baseline = _baseline(parts, account, clock())
    return _hold_if_needed(parts, post, account, clock()) or _send(parts, post, account, media, baseline, clock)


def _send(
    parts: Parts, post: Post, account: Account, media: tuple[Uploaded, ...], baseline: str, clock: Clock
) -> PostState:
    content = post.revision.content
    attempt = _write_down(parts, post, account, media, baseline, clock())
    if attempt is None:
        return PostState.SCHEDULED
    try:
        receipt = parts.platform(account).publish(account, content, media)
    except AuthExpired as exc:
        return outcomes.no_token(parts, post, attempt, exc, clock())
    except (NotSent, RateLimited) as exc:
        return outcomes.again(parts, post, attempt, exc, clock())
    except Rejected as exc:
        return outcomes.refused(parts, post, attempt, exc, clock())
    except Exception as exc:  # whatever is not in the table above may have happened after the post was taken
        return outcomes.lost(parts, post, attempt, exc, clock())
    return outcomes.published(parts, post, attempt, receipt, clock())


def _write_down(
    parts: Parts, post: Post, account: Account, media: tuple[Uploaded, ...], baseline: str, now: datetime
) -> Attempt | None:
    """The attempt, committed and marked as sending; None when a stop switch was turned on in the last moment."""
    content = post.revision.content
    body = body_of(content.text, content.link, [each.media_id for each in media])
    with parts.store.begin() as tx:
        attempt = attempts.prepare(tx, post, body=body, baseline=baseline, media_count=len(media), now=now)
    with parts.store.begin() as tx:
        if stop_for(tx, account, post.lane) is None:
            return attempts.mark_sending(tx, attempt, now=now)
        attempts.close(tx, attempt, Outcome.NOT_SENT, now=now, code="stopped")
        outcomes.back(tx, post, PostEvent.RECOVER, now)
    log.info("stopped_before_sending", post=post.id, account=post.account)
    return None


def body_of(text: str, link: str, media_ids: list[str]) -> str:
    """What an attempt keeps of the call."""
    return json.dumps({"text": text, "link": link, "media": media_ids})


def _hold_if_needed(parts: Parts, post: Post, account: Account, now: datetime) -> PostState | None:
    """The last look before a call, taken again after the media: roster, approval of these bytes, hours, token."""
    why = _must_wait(parts, post, account, now)
    return outcomes.hold_alone(parts, post, why[0], now, note=why[1]) if why else None


def _must_wait(parts: Parts, post: Post, account: Account, now: datetime) -> tuple[Hold, str] | None:
    """Why a person has to look first, and a sentence where the reason does not say it."""
    office, slot = parts.office(account), post.revision.slot
    if account.status is not Status.ACTIVE:
        return Hold.ROSTER, ""
    if len(valid_approvers(post)) < needed(office, post):
        return Hold.BY_HAND, NOT_APPROVED
    if slot.publish_by <= now:
        return Hold.LATE, ""
    if not slot.is_exception and not hours.is_open(office, now):
        return Hold.OUTSIDE_HOURS, ""
    if not _agreed_on_time(parts, post):
        return Hold.BY_HAND, wall_times.NOTE
    if known_dead(parts, account) and judge(parts, account, now=now) is Standing.DEAD:
        return Hold.ACCOUNT, ""
    return None


def _agreed_on_time(parts: Parts, post: Post) -> bool:
    with parts.store.read() as tx:
        return wall_times.agrees(post.revision.slot.due_at, attempts.typed_time(tx, post.id))


def _upload(parts: Parts, account: Account, post: Post, clock: Clock) -> tuple[Uploaded, ...]:
    platform = parts.platform(account)
    uploaded = []
    for item in post.revision.content.media:
        with parts.store.begin() as tx:
            attempts.extend(tx, post, until=clock() + FILM_LEASE)
        done = platform.upload(account, parts.shelf.get(item.sha256), item.mime, item.alt)
        if done.alt != item.alt:
            raise Rejected("The platform did not keep the alternative text as approved.")
        uploaded.append(done)
    return tuple(uploaded)


def _baseline(parts: Parts, account: Account, now: datetime) -> str:
    """The newest own post before the call: what came later can only be newer. Reads on from the last one known."""
    with parts.store.read() as tx:
        ours = posts.recent_platform_ids(tx, account.id, since=now - timedelta(days=365), limit=1)
        known = _newest([*ours, attempts.last_baseline(tx, account.id)])
    try:
        seen = parts.platform(account).own_posts(account, since=now - LOOK_BACK, after_id=known).posts
    except PlatformError as exc:
        log.info("baseline_not_read", account=account.id, error=type(exc).__name__)
        return known
    return seen[0].platform_id if seen else known


def _newest(ids: list[str]) -> str:
    """X's ids grow with time; Facebook's do not tell, so there our own latest post stands first."""
    named = [each for each in ids if each]
    if named and all(each.isdigit() for each in named):
        return max(named, key=int)
    return named[0] if named else ""


def _word(state: PostState) -> str:
    words = {PostState.SCHEDULED: "retried", PostState.PUBLISHING: "passed_on"}
    return words.get(state, state.value)
