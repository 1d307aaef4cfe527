"""Publish due posts: claim, write down the attempt, call once, record. No transaction is open during a call."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain import hours
from bot.domain.accounts import Account, Office, Status
from bot.domain.errors import AuthExpired, Kind, NotFound, NotSent, PlatformError, RateLimited, Rejected, Unclear
from bot.domain.people import SERVICE
from bot.domain.ports import Clock, Receipt, Uploaded
from bot.domain.posts import Attempt, Hold, Outcome, Post, PostEvent, PostState, step, valid_approvers
from bot.store import attempts, audit, posts, service
from bot.store.database import Tx
from bot.usecases.approve import needed, reslot
from bot.usecases.compose import slot_for
from bot.usecases.parts import Parts
from bot.usecases.stop import stopped

log = structlog.get_logger()

RETRY_AFTER_S: Final = (5, 15, 45, 120)
"""Waits before a post that surely was not taken is tried again, seconds, with up to a fifth more at random."""
FIRST_LOOK: Final = timedelta(seconds=45)
HEADERLESS_WAIT: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Tally:
    """What one tick did."""

    published: int = 0
    unknown: int = 0
    held: int = 0
    failed: int = 0
    retried: int = 0


def publish_due(parts: Parts, *, owner: str, clock: Clock, at_most: int = 50) -> Tally:
    """Sends every due post once. Any number of processes may tick; each post is claimed by one of them."""
    counts = dict.fromkeys(("published", "unknown", "held", "failed", "retried"), 0)
    counts["held"] += hold_late(parts, now=clock())
    for _ in range(at_most):
        with parts.store.begin() as tx:
            post = attempts.claim(tx, now=clock(), owner=owner, busy=_stopped_accounts(parts, tx))
        if post is None:
            break
        counts[_word(_publish_one(parts, post, clock))] += 1
    return Tally(**counts)


def hold_late(parts: Parts, *, now: datetime) -> int:
    """Posts whose last minute has passed wait for a person; nothing late is ever blasted out."""
    with parts.store.begin() as tx:
        late = posts.find(tx, states=[PostState.SCHEDULED], until=now, limit=500)
        late = [post for post in late if post.revision.slot.publish_by <= now]
        for post in late:
            _hold(parts, tx, post, Hold.LATE, now)
    return len(late)


def _publish_one(parts: Parts, post: Post, clock: Clock) -> PostState:
    account = parts.account(post.account)
    why = _must_wait(parts, post, account, clock())
    if why is not None:
        return _hold_alone(parts, post, why, clock())
    try:
        media = _upload(parts, account, post)
        baseline = _baseline(parts, account, clock())
    except AuthExpired as exc:
        return _auth(parts, post, None, exc, clock())
    except (NotSent, RateLimited, Unclear) as exc:
        return _again(parts, post, None, exc, clock())  # a medium is invisible until used: any step may be repeated
    except (Rejected, NotFound) as exc:
        return _fail(parts, post, None, exc, clock())
    return _send(parts, post, account, media, baseline, clock)


def _send(
    parts: Parts, post: Post, account: Account, media: tuple[Uploaded, ...], baseline: str, clock: Clock
) -> PostState:
    content = post.revision.content
    body = json.dumps({"text": content.text, "link": content.link, "media": [each.media_id for each in media]})
    with parts.store.begin() as tx:
        attempt = attempts.prepare(tx, post, body=body, baseline=baseline, media_count=len(media), now=clock())
    with parts.store.begin() as tx:
        attempt = attempts.mark_sending(tx, attempt, now=clock())
    try:
        receipt = parts.platform(account).publish(account, content, media)
    except AuthExpired as exc:
        return _auth(parts, post, attempt, exc, clock())
    except (NotSent, RateLimited) as exc:
        return _again(parts, post, attempt, exc, clock())
    except Rejected as exc:
        return _refused(parts, post, attempt, exc, clock())
    except Exception as exc:
        return _lost(parts, post, attempt, exc, clock())
    return _published(parts, post, attempt, receipt, clock())


def _published(parts: Parts, post: Post, attempt: Attempt, receipt: Receipt, now: datetime) -> PostState:
    with parts.store.begin() as tx:
        attempts.close(tx, attempt, Outcome.PUBLISHED, now=now, http_status=receipt.status, trace=receipt.trace)
        service.record_budgets(tx, post.account, receipt.budgets, at=now)
        finish(tx, post, PostEvent.PUBLISH, receipt.platform_id, receipt.permalink, receipt.text, now)
    log.info("post_published", post=post.id, account=post.account, platform_id=receipt.platform_id)
    return PostState.PUBLISHED


def finish(tx: Tx, post: Post, event: PostEvent, platform_id: str, permalink: str, text: str, now: datetime) -> Post:
    """Binds the platform's id to the post; the unique constraint refuses to bind one id to two posts."""
    post = posts.change(
        tx,
        post,
        step(post.state, event),
        at=now,
        platform_id=platform_id,
        permalink=permalink,
        published_text=text,
        published_at=now,
        lease_owner=None,
        lease_until=None,
        hold=None,
        note="",
    )
    audit.append(
        tx,
        SERVICE,
        "post.published",
        f"post:{post.id}",
        at=now,
        platform_id=platform_id,
        digest=post.revision.digest,
        how=event.value,
    )
    return post


def _lost(parts: Parts, post: Post, attempt: Attempt, exc: Exception, now: datetime) -> PostState:
    status = exc.status if isinstance(exc, PlatformError) else 0
    with parts.store.begin() as tx:
        attempts.close(
            tx,
            attempt,
            Outcome.UNKNOWN,
            now=now,
            http_status=status,
            code=_code(exc),
            trace=_trace(exc),
            next_look_at=now + FIRST_LOOK,
        )
        post = posts.change(tx, post, step(post.state, PostEvent.LOSE), at=now, lease_owner=None, lease_until=None)
        audit.append(tx, SERVICE, "post.unknown", f"post:{post.id}", at=now, status=status, code=_code(exc))
        service.tell(tx, [post.author], "post.unknown", f"post:{post.id}", at=now)
    log.warning("post_outcome_unknown", post=post.id, account=post.account, status=status, error=type(exc).__name__)
    return PostState.UNKNOWN


def _refused(parts: Parts, post: Post, attempt: Attempt, exc: Rejected, now: datetime) -> PostState:
    if exc.kind is Kind.DUPLICATE:
        return _duplicate(parts, post, attempt, exc, now)
    if exc.kind in (Kind.CREDIT, Kind.POLICY):
        return _halt(parts, post, attempt, exc, now)
    return _fail(parts, post, attempt, exc, now)


def _duplicate(parts: Parts, post: Post, attempt: Attempt, exc: Rejected, now: datetime) -> PostState:
    """A twin exists. After an own unknown outcome it is ours: look for it. Else somebody posted by hand: a person looks."""
    with parts.store.begin() as tx:
        earlier = any(each.outcome is Outcome.UNKNOWN for each in attempts.of_post(tx, post.id))
    if earlier:
        return _lost(parts, post, attempt, exc, now)
    with parts.store.begin() as tx:
        attempts.close(tx, attempt, Outcome.DUPLICATE, now=now, http_status=exc.status, code=exc.code)
        _hold(parts, tx, post, Hold.DUPLICATE, now)
    return PostState.HELD


def _halt(parts: Parts, post: Post, attempt: Attempt, exc: Rejected, now: datetime) -> PostState:
    """Credit used up stops the platform, a frozen account stops itself; the post waits and is not marked failed."""
    account = parts.account(post.account)
    credit = exc.kind is Kind.CREDIT
    scope = f"platform:{account.platform.value}" if credit else f"account:{account.id}"
    with parts.store.begin() as tx:
        attempts.close(tx, attempt, Outcome.REFUSED, now=now, http_status=exc.status, code=exc.code)
        service.stop(tx, scope, reason=exc.kind.value, by=SERVICE, at=now)
        audit.append(tx, SERVICE, "stop.on", scope, at=now, kind=exc.kind.value)
        service.tell(tx, _responsible(account), f"stop.{exc.kind.value}", scope, at=now)
        _hold(parts, tx, post, Hold.BUDGET if credit else Hold.ACCOUNT, now)
    return PostState.HELD


def _fail(parts: Parts, post: Post, attempt: Attempt | None, exc: Exception, now: datetime) -> PostState:
    kind = exc.kind.value if isinstance(exc, Rejected) else "media"
    with parts.store.begin() as tx:
        if attempt is not None:
            attempts.close(tx, attempt, Outcome.REFUSED, now=now, http_status=_status(exc), code=_code(exc))
        posts.change(
            tx,
            post,
            step(post.state, PostEvent.FAIL),
            at=now,
            note=f"{kind}: {exc}"[:500],
            lease_owner=None,
            lease_until=None,
        )
        audit.append(tx, SERVICE, "post.failed", f"post:{post.id}", at=now, kind=kind, code=_code(exc))
        service.tell(tx, [post.author], "post.failed", f"post:{post.id}", at=now)
    log.warning("post_failed", post=post.id, account=post.account, kind=kind, code=_code(exc))
    return PostState.FAILED


def _auth(parts: Parts, post: Post, attempt: Attempt | None, exc: AuthExpired, now: datetime) -> PostState:
    """One probe tells a dead token from a passing fault; the post waits, the account's owner and deputy are told."""
    account = parts.account(post.account)
    try:
        parts.platform(account).whoami(account)
    except PlatformError:
        alive = False
    else:
        alive = True
    if alive:
        return _again(parts, post, attempt, exc, now)
    with parts.store.begin() as tx:
        if attempt is not None:
            attempts.close(tx, attempt, Outcome.AUTH, now=now, http_status=exc.status, code=exc.code)
        service.tell(tx, _responsible(account), "account.token", f"account:{account.id}", at=now, once=str(now.date()))
        _hold(parts, tx, post, Hold.ACCOUNT, now)
    log.warning("account_token_refused", account=account.id, post=post.id)
    return PostState.HELD


def _again(parts: Parts, post: Post, attempt: Attempt | None, exc: PlatformError, now: datetime) -> PostState:
    """Surely not taken: back into the queue, inside the window; past closing time it moves to the next opening."""
    office = parts.office(parts.account(post.account))
    with parts.store.begin() as tx:
        tries = len(attempts.of_post(tx, post.id)) + (attempt is None)
        if attempt is not None:
            outcome = Outcome.NOT_EXECUTED if isinstance(exc, RateLimited) else Outcome.NOT_SENT
            attempts.close(tx, attempt, outcome, now=now, http_status=exc.status, code=exc.code)
        retry_at = _retry_at(exc, tries, now)
        if retry_at < post.revision.slot.publish_by:
            posts.change(
                tx,
                post,
                step(post.state, PostEvent.RETRY),
                at=now,
                retry_at=retry_at,
                lease_owner=None,
                lease_until=None,
            )
            return PostState.SCHEDULED
        return _next_window(parts, tx, post, office, exc, retry_at, now)


def _next_window(
    parts: Parts, tx: Tx, post: Post, office: Office, exc: PlatformError, retry_at: datetime, now: datetime
) -> PostState:
    opening = hours.next_open(office, retry_at)
    if not isinstance(exc, RateLimited) or opening is None or post.revision.slot.is_exception:
        _hold(parts, tx, post, Hold.LATE, now)
        return PostState.HELD
    post = reslot(tx, post, slot_for(office, opening), now=now)
    posts.change(
        tx, post, step(post.state, PostEvent.RETRY), at=now, retry_at=retry_at, lease_owner=None, lease_until=None
    )
    audit.append(tx, SERVICE, "post.reslotted", f"post:{post.id}", at=now, due_at=opening.isoformat())
    service.tell(tx, [post.author], "post.reslotted", f"post:{post.id}", at=now, once=opening.isoformat())
    return PostState.SCHEDULED


def _must_wait(parts: Parts, post: Post, account: Account, now: datetime) -> Hold | None:
    """The last look before a call: roster, approval of exactly these bytes, hours."""
    office = parts.office(account)
    if account.status is not Status.ACTIVE:
        return Hold.ROSTER
    if len(valid_approvers(post)) < needed(office, post):
        return Hold.BY_HAND
    if not post.revision.slot.is_exception and not hours.is_open(office, now):
        return Hold.OUTSIDE_HOURS
    return None


def _upload(parts: Parts, account: Account, post: Post) -> tuple[Uploaded, ...]:
    platform = parts.platform(account)
    uploaded = []
    for item in post.revision.content.media:
        done = platform.upload(account, parts.shelf.get(item.sha256), item.mime, item.alt)
        if done.alt != item.alt:
            raise Rejected("The platform did not keep the alternative text as approved.", kind=Kind.CONTENT)
        uploaded.append(done)
    return tuple(uploaded)


def _baseline(parts: Parts, account: Account, now: datetime) -> str:
    """The newest own post before the call; without a readable timeline, the newest one that we sent ourselves."""
    try:
        seen = parts.platform(account).own_posts(account, since=now - timedelta(days=30)).posts
    except PlatformError as exc:
        log.info("baseline_not_read", account=account.id, error=type(exc).__name__)
        with parts.store.read() as tx:
            known = posts.recent_platform_ids(tx, account.id, since=now - timedelta(days=30), limit=1)
        return known[0] if known else ""
    return seen[0].platform_id if seen else ""


def _hold_alone(parts: Parts, post: Post, why: Hold, now: datetime) -> PostState:
    with parts.store.begin() as tx:
        _hold(parts, tx, post, why, now)
    return PostState.HELD


def _hold(parts: Parts, tx: Tx, post: Post, why: Hold, now: datetime) -> None:
    step(post.state, PostEvent.HOLD)
    posts.hold(tx, post, why, at=now)
    audit.append(tx, SERVICE, "post.held", f"post:{post.id}", at=now, why=why.value)
    service.tell(tx, [post.author], f"post.held.{why.value}", f"post:{post.id}", at=now, once=str(post.version))
    log.warning("post_held", post=post.id, account=post.account, why=why.value)


def _stopped_accounts(parts: Parts, tx: Tx) -> tuple[str, ...]:
    return tuple(account.id for account in parts.registry().accounts if stopped(tx, account) is not None)


def _retry_at(exc: PlatformError, tries: int, now: datetime) -> datetime:
    if isinstance(exc, RateLimited):
        doubled = HEADERLESS_WAIT * 2 ** min(tries - 1, 4)
        return exc.retry_at or now + min(doubled, timedelta(minutes=15))
    wait = RETRY_AFTER_S[min(tries, len(RETRY_AFTER_S)) - 1]
    return now + timedelta(seconds=wait * random.uniform(1.0, 1.2))


def _responsible(account: Account) -> list[str]:
    return [duty.staff for duty in (account.owner, account.deputy) if duty is not None]


def _word(state: PostState) -> str:
    return "retried" if state is PostState.SCHEDULED else state.value


def _status(exc: Exception) -> int:
    return exc.status if isinstance(exc, PlatformError) else 0


def _code(exc: Exception) -> str:
    return exc.code if isinstance(exc, PlatformError) else type(exc).__name__


def _trace(exc: Exception) -> str:
    return exc.trace if isinstance(exc, PlatformError) else ""
