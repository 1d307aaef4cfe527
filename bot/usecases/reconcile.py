"""Look for posts whose outcome is unknown on the account's own timeline, and recover claims of dead processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Final

import structlog

from bot.domain.accounts import Account
from bot.domain.errors import BadInput, NotAllowed, PlatformError
from bot.domain.normal_form import sent_form
from bot.domain.people import SERVICE, Person, Role, require
from bot.domain.ports import SeenPost, Timeline
from bot.domain.posts import Attempt, Content, Hold, Outcome, Phase, Post, PostEvent, PostState, step
from bot.store import attempts, audit, posts, service
from bot.store.database import Tx
from bot.usecases.outcomes import finish, warn_changed
from bot.usecases.parts import Parts

log = structlog.get_logger()

LOOKS: Final = tuple(timedelta(minutes=m) for m in (2, 5, 10, 20, 40))
"""When to look again after the first look, counted from the call."""
SLOW: Final = timedelta(minutes=15)
BEFORE, AFTER = timedelta(minutes=2), timedelta(minutes=60)
HEALTHY_ENOUGH: Final = 3
LONG_ENOUGH: Final = timedelta(minutes=20)
NEAR: Final = 0.95
EDITED_BUT_OURS: Final = 0.6
"""Likeness above which a post that appeared after our call and was then edited in the app is taken for ours."""


def recover(parts: Parts, *, now: datetime, is_dead: Callable[[str], bool] = lambda _: False) -> int:
    """Claims whose lease lapsed or whose process died: unsent ones go back, the rest becomes unknown."""
    with parts.store.begin() as tx:
        over = [each for each in attempts.claims(tx) if each.until <= now or is_dead(each.owner)]
        for claim in over:
            _recover_one(tx, claim, now)
    return len(over)


def _recover_one(tx: Tx, claim: attempts.Claim, now: datetime) -> None:
    post, attempt = claim.post, claim.attempt
    sent = attempt is not None and attempt.phase is Phase.SENDING
    if attempt is not None and sent:
        attempts.close(tx, attempt, Outcome.UNKNOWN, now=now, code="crash", next_look_at=now)
    elif attempt is not None:
        attempts.close(tx, attempt, Outcome.NOT_SENT, now=now, code="recovered")
    event = PostEvent.LOSE if sent else PostEvent.RECOVER
    posts.change(tx, post, step(post.state, event), at=now, lease_owner=None, lease_until=None)
    audit.append(tx, SERVICE, f"post.{event.value}", f"post:{post.id}", at=now)
    if sent:
        service.tell(tx, [post.author], "post.unknown", f"post:{post.id}", at=now, once=str(post.version))
    log.warning("claim_recovered", post=post.id, event_taken=event.value)


def reconcile(parts: Parts, *, now: datetime, limit: int = 50) -> int:
    """Reads the timeline for each unknown outcome that is due for a look. Returns how many were found."""
    with parts.store.read() as tx:
        due = attempts.to_look_for(tx, now=now, limit=limit)
    return sum(look_for(parts, attempt, now=now) for attempt in due)


def check_now(parts: Parts, account: str, *, now: datetime) -> int:
    """Looks at once for everything unknown on this account: an echo arrived, or a person asks. Returns how many."""
    with parts.store.begin() as tx:
        attempts.hurry(tx, account, now=now)
        waiting = attempts.unknown_on(tx, account)
    return sum(look_for(parts, attempt, now=now) for attempt in waiting)


def look_for(parts: Parts, attempt: Attempt, *, now: datetime) -> bool:
    """One read. Binds exactly one equal post; several or near ones go to a person; none means look again later."""
    with parts.store.read() as tx:
        post = posts.get(tx, attempt.post)
    if post.state is not PostState.UNKNOWN:  # bound meanwhile, by an echo or beside its twin
        return False
    account = parts.account(post.account)
    try:
        timeline = _read(parts, account, attempt)
    except PlatformError as exc:
        log.info("timeline_not_read", account=account.id, error=type(exc).__name__)
        return _look_again(parts, attempt, healthy=False, now=now)
    matches = _matches(parts, post, attempt, timeline)
    if len(matches) > 1 and _bind_younger_twins(parts, post, attempt, timeline, now):
        matches = _matches(parts, post, attempt, timeline)
    if len(matches) == 1:
        return _bind(parts, post, attempt, matches[0], now)
    edited = _edited(parts, post, attempt, timeline) if not matches else []
    if len(edited) == 1:
        return _bind(parts, post, attempt, edited[0], now, changed=True)
    if matches or edited or _near(attempt, timeline):
        return _ask_person(parts, post, attempt, "several" if matches else "near", now)
    return _look_again(parts, attempt, healthy=_healthy(parts, account, attempt, timeline), now=now)


def resend(parts: Parts, post_id: int, *, by: Person, now: datetime, reason: str) -> Post:
    """A person decides, after looking, that the post is not out there and sends it again."""
    return _settle_by_hand(parts, post_id, PostEvent.RESEND, by=by, now=now, reason=reason)


def give_up(parts: Parts, post_id: int, *, by: Person, now: datetime, reason: str) -> Post:
    """A person decides, after looking, that the post is not out there and is not sent again."""
    return _settle_by_hand(parts, post_id, PostEvent.GIVE_UP, by=by, now=now, reason=reason)


def absent_likely(attempt: Attempt, now: datetime) -> bool:
    """Three healthy reads over twenty minutes without a match: likely not out there, yet not proven."""
    started = _started(attempt)
    return attempt.healthy_looks >= HEALTHY_ENOUGH and now - started >= LONG_ENOUGH


def _read(parts: Parts, account: Account, attempt: Attempt) -> Timeline:
    """From the newest post before the call on, or from two minutes before it."""
    return parts.platform(account).own_posts(account, since=_started(attempt) - BEFORE, after_id=attempt.baseline)


def _started(attempt: Attempt) -> datetime:
    return attempt.sent_at or attempt.prepared_at


def _matches(parts: Parts, post: Post, attempt: Attempt, timeline: Timeline) -> list[SeenPost]:
    candidates = [seen for seen in timeline.posts if _in_time(seen, attempt) and _same(attempt, seen)]
    return _free(parts, post, candidates)


def _edited(parts: Parts, post: Post, attempt: Attempt, timeline: Timeline) -> list[SeenPost]:
    """Posts that appeared with our call and were edited in the app since; the platform shows the newest words only."""
    candidates = [
        seen
        for seen in timeline.posts
        if len(seen.versions) > 1
        and _in_time(seen, attempt)
        and seen.media == attempt.media_count
        and SequenceMatcher(None, seen.text, _sent(attempt)).ratio() >= EDITED_BUT_OURS
    ]
    return _free(parts, post, candidates)


def _free(parts: Parts, post: Post, candidates: list[SeenPost]) -> list[SeenPost]:
    """Those that no other post of ours is bound to, under any of their ids."""
    ids = [each for seen in candidates for each in (seen.platform_id, *seen.versions)]
    with parts.store.read() as tx:
        taken = posts.bound_ids(tx, post.account, ids)
    return [seen for seen in candidates if not taken & {seen.platform_id, *seen.versions}]


def _bind_younger_twins(parts: Parts, post: Post, attempt: Attempt, timeline: Timeline, now: datetime) -> int:
    """Equal words sent twice: the later call can only be the later post, so it is bound first."""
    with parts.store.read() as tx:
        others = attempts.unknown_on(tx, post.account)
    younger = [a for a in others if a.id > attempt.id and _sent(a) == _sent(attempt)]
    bound = 0
    for twin in younger:
        with parts.store.read() as tx:
            its_post = posts.get(tx, twin.post)
        found = _matches(parts, its_post, twin, timeline)
        if len(found) == 1:
            bound += _bind(parts, its_post, twin, found[0], now)
    return bound


def _in_time(seen: SeenPost, attempt: Attempt) -> bool:
    started = _started(attempt)
    newer = not attempt.baseline.isdigit() or not seen.platform_id.isdigit()
    newer = newer or int(seen.platform_id) > int(attempt.baseline)
    return newer and started - BEFORE <= seen.created_at <= started + AFTER


def _same(attempt: Attempt, seen: SeenPost) -> bool:
    return seen.text == _sent(attempt) and seen.media == attempt.media_count


def _sent(attempt: Attempt) -> str:
    """What was sent, in the normal form in which the platform's own words are compared."""
    body = json.loads(attempt.body)
    return sent_form(Content(body["text"], body["link"]))


def _near(attempt: Attempt, timeline: Timeline) -> bool:
    wanted = _sent(attempt)
    close = (seen for seen in timeline.posts if _in_time(seen, attempt))
    return any(seen.text != wanted and SequenceMatcher(None, seen.text, wanted).ratio() >= NEAR for seen in close)


def _healthy(parts: Parts, account: Account, attempt: Attempt, timeline: Timeline) -> bool:
    """A read counts as proof of absence only if it is complete and shows a post that must be there."""
    if not timeline.complete:
        return False
    if not attempt.baseline:
        return True
    shown = {each for seen in timeline.posts for each in (seen.platform_id, *seen.versions)}
    with parts.store.read() as tx:
        return attempt.baseline in shown or bool(posts.bound_ids(tx, account.id, sorted(shown)))


def _bind(parts: Parts, post: Post, attempt: Attempt, seen: SeenPost, now: datetime, *, changed: bool = False) -> bool:
    with parts.store.begin() as tx:
        attempts.settle(tx, attempt, Outcome.RECONCILED)
        post = finish(tx, post, PostEvent.FIND, seen.platform_id, seen.permalink, seen.text, now, at=seen.created_at)
        if changed:
            warn_changed(tx, post, now)
    log.info("post_reconciled", post=post.id, account=post.account, platform_id=seen.platform_id)
    return True


def _ask_person(parts: Parts, post: Post, attempt: Attempt, why: str, now: datetime) -> bool:
    with parts.store.begin() as tx:
        attempts.looked(tx, attempt, healthy=False, next_look_at=now + SLOW)
        service.tell(tx, [post.author], f"post.unknown.{why}", f"post:{post.id}", at=now)
    return False


def _look_again(parts: Parts, attempt: Attempt, *, healthy: bool, now: datetime) -> bool:
    started = _started(attempt)
    upcoming = [started + wait for wait in LOOKS if started + wait > now]
    with parts.store.begin() as tx:
        after = attempts.looked(tx, attempt, healthy=healthy, next_look_at=upcoming[0] if upcoming else now + SLOW)
        if absent_likely(after, now):
            post = posts.get(tx, attempt.post)
            service.tell(tx, [post.author], "post.absent-likely", f"post:{post.id}", at=now)
    return False


def _settle_by_hand(parts: Parts, post_id: int, event: PostEvent, *, by: Person, now: datetime, reason: str) -> Post:
    if not reason.strip():
        raise BadInput("Write how you made sure that it is not on the account.", key="reason").worded(
            "problem.absent-how"
        )
    with parts.store.begin() as tx:
        post = posts.get(tx, post_id)
        office = parts.office(parts.account(post.account))
        require(by, Role.APPROVER, office.id, parts.today(office, now))
        lost = next((a for a in reversed(attempts.of_post(tx, post_id)) if a.outcome is Outcome.UNKNOWN), None)
        if lost is None or not absent_likely(lost, now):
            raise NotAllowed(
                "It is still being looked for on the account; wait until at least three good reads failed."
            ).worded("problem.still-looking")
        attempts.settle(tx, lost, Outcome.ABSENT)
        state = step(post.state, event)
        if state is PostState.SCHEDULED and post.revision.slot.publish_by <= now:
            post = posts.hold(tx, post, Hold.LATE, at=now, note=reason.strip())
        else:
            post = posts.change(tx, post, state, at=now, note=reason.strip(), retry_at=None)
        audit.append(tx, by, f"post.{event.value}", f"post:{post.id}", at=now, office=office.id)
    return post
