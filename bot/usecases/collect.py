"""Collect the replies to every active account: each page is stored together with its cursor, so nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Final

import structlog

from bot.domain.accounts import Account, Platform
from bot.domain.errors import AuthExpired, PlatformError, RateLimited
from bot.domain.people import SERVICE
from bot.domain.ports import Looked, ReplyPage, SeenReply
from bot.store import audit, cases, gaps, looks, posts, replies, service
from bot.store.database import Tx
from bot.usecases import decide, drift, pacing
from bot.usecases.parts import Parts
from moderation.cases import ENDED, CaseState

log = structlog.get_logger()

RECENT: Final = timedelta(days=7)
"""X's search reaches back seven days; older threads are covered by mentions and by comments on Facebook."""
WHOLE_DAYS: Final = 6
"""Days before today whose posts are searched for. Sweeps are named after whole days of posts: a day that drops out
bit by bit would change its name, and its place would be lost, with every post."""
MOST_POSTS: Final = 1000
LOOK_EVERY: Final = timedelta(hours=16)
"""After this long a kept reply is due to be asked about; it leaves eight hours for a queue, within X's 24."""
LOOKS_AT_ONCE: Final = 100
"""Replies of one call at X (two of Facebook's), and of one transaction."""
MOST_LOOKS: Final = MappingProxyType({Platform.X: 10_000, Platform.FACEBOOK: 300})
"""Replies asked about in one run of one account. X: 18 accounts an hour stay below 3,500 calls in 15 minutes, and an
account may keep 40,000 whatever comes in. Facebook counts every id as a call, and asks for no 24 hours."""
MAY_RETURN: Final = timedelta(days=30)
"""A protected or suspended author may come back; what is gone for longer is not asked about again."""
MOST_PAGES: Final = 50
"""Pages of one sweep in one tick; the rest is read at the next one, from the stored cursor."""


@dataclass(frozen=True, slots=True)
class Harvest:
    """What one tick brought in."""

    new: int = 0
    edited: int = 0
    gone: int = 0
    gaps: int = 0
    failed: int = 0
    spared: int = 0  # sweeps left for a later tick

    def __add__(self, other: Harvest) -> Harvest:
        return Harvest(
            self.new + other.new,
            self.edited + other.edited,
            self.gone + other.gone,
            self.gaps + other.gaps,
            self.failed + other.failed,
            self.spared + other.spared,
        )


def collect(parts: Parts, *, now: datetime, pace: float = 0.0) -> Harvest:
    """One pass over every active account. A failing account is counted and does not stop the others.

    ``pace`` 1 keeps within the platforms' limits when called every minute; 0 reads every sweep.
    """
    total = Harvest()
    for account in parts.registry().active():
        try:
            total += collect_account(parts, account, now=now, pace=pace)
        except (AuthExpired, RateLimited) as exc:
            log.warning("collect_refused", account=account.id, error=type(exc).__name__)
            total += Harvest(failed=1)
        except PlatformError as exc:
            log.warning("collect_failed", account=account.id, error=type(exc).__name__, status=exc.status)
            total += Harvest(failed=1)
    return total


def collect_account(parts: Parts, account: Account, *, now: datetime, pace: float = 0.0) -> Harvest:
    """Every due sweep of one account. Raises the PlatformError of the last that failed when none brought anything."""
    every = _sources(parts, account, now)
    with parts.store.read() as tx:
        fresh = posts.recent_platform_ids(tx, account.id, since=now - pacing.FRESH)
        chosen = pacing.due(tx, account, every, fresh, pace=pace, now=now)
    total, failure = Harvest(), None
    for source in chosen:
        try:
            total += _sweep(parts, account, source, now)
        except PlatformError as exc:  # the other sweeps may still work; the cursor of this one stays where it was
            failure = exc
            _note(parts, account, source, exc, now)
    if failure is not None and total == Harvest():
        raise failure
    return total + Harvest(failed=int(failure is not None), spared=len(every) - len(chosen))


def close_gaps(parts: Parts, *, now: datetime) -> int:
    """Reads everything that the platform still shows of accounts with a gap; then nothing more can be done about it."""
    with parts.store.read() as tx:
        wanted = gaps.accounts_with_gaps(tx)
    closed = 0
    for account in parts.registry().active():
        if account.id not in wanted:
            continue
        try:
            whole = all(_read_whole(parts, account, each, now) for each in _sources(parts, account, now))
        except PlatformError as exc:
            log.warning("gap_not_read", account=account.id, error=type(exc).__name__)
            continue
        if whole:
            with parts.store.begin() as tx:
                closed += gaps.close(tx, account.id, noticed_by=now, at=now)
                audit.append(tx, SERVICE, "reply.gap-closed", f"account:{account.id}", at=now)
    return closed


def _sources(parts: Parts, account: Account, now: datetime) -> tuple[str, ...]:
    start = datetime.combine((now.astimezone(UTC) - timedelta(days=WHOLE_DAYS)).date(), time(), UTC)
    with parts.store.read() as tx:
        recent = posts.recent_platform_ids(tx, account.id, since=start, limit=MOST_POSTS)
    return parts.platform(account).sources(account, recent)


def _note(parts: Parts, account: Account, source: str, exc: PlatformError, now: datetime) -> None:
    log.info("sweep_failed", account=account.id, sweep=source.partition(":")[0], error=type(exc).__name__)
    if isinstance(exc, RateLimited):
        with parts.store.begin() as tx:
            pacing.note_limit(tx, account, source, exc, now=now)


def _read_whole(parts: Parts, account: Account, source: str, now: datetime) -> bool:
    """From the beginning, beside the sweep's own cursor; False when there is more than a tick can read."""
    cursor = ""
    for _ in range(MOST_PAGES):
        page = parts.platform(account).replies(account, source, cursor)
        with parts.store.begin() as tx:
            keep_all(parts, tx, account, page.replies, now)
            service.record_budgets(tx, account.id, page.budgets, at=now)
        if not page.more:
            return True
        cursor = page.cursor
    return False


def recheck(parts: Parts, *, now: datetime, most: Mapping[Platform, int] = MOST_LOOKS) -> Harvest:
    """Asks again for kept replies of any age: deletions, edits, returns and undone hidings are noticed, cases told.

    Replies under a measure and those of the last seven days are asked about every time, the rest once in ``LOOK_EVERY``.
    """
    total = Harvest()
    for account in parts.registry().active():
        ids = _to_look(parts, account, now, most[account.platform])
        if len(ids) >= most[account.platform]:
            log.warning("recheck_full", account=account.id, replies=len(ids))
        try:
            for start in range(0, len(ids), LOOKS_AT_ONCE):
                total += _look(parts, account, ids[start : start + LOOKS_AT_ONCE], now)
        except PlatformError as exc:
            log.warning("recheck_failed", account=account.id, error=type(exc).__name__)
            total += Harvest(failed=1)
    return total


def take_in(parts: Parts, tx: Tx, account: Account, looked: Looked, *, now: datetime) -> Harvest:
    """What the platform itself says about known replies: gone, back again, edited, hidden or shown elsewhere."""
    gone = replies.mark_gone(tx, account.platform.value, looked.gone, at=now)
    for reply_id in gone:
        audit.append(tx, SERVICE, "reply.gone", f"reply:{reply_id}", at=now)
        drift.gone(parts, tx, reply_id, now=now)
    for reply_id in replies.come_back(tx, account.platform.value, looked.present):
        audit.append(tx, SERVICE, "reply.back", f"reply:{reply_id}", at=now)
        drift.back(tx, reply_id, now=now)
    drift.compare(parts, tx, account, looked.present, now=now)
    return keep_all(parts, tx, account, looked.present, now) + Harvest(gone=len(gone))


def _to_look(parts: Parts, account: Account, now: datetime, most: int) -> list[str]:
    """Platform ids, measures in force first. Half of the run is open to what is due longest, so that all come round.

    At X a reply that was asked about today costs nothing more; others only as far as the price table allows.
    """
    bound = parts.prices.looks_per_day if account.platform is Platform.X else 0
    with parts.store.read() as tx:
        due = looks.due(tx, account.id, now=now, limit=most)
        urgent = looks.in_force(tx, account.id, limit=most)
        urgent += looks.fresh(tx, account.id, since=now - RECENT, limit=most)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        paid = looks.asked_for(tx, account.platform.value, until=today + LOOK_EVERY) if bound else frozenset()
    first = list(dict.fromkeys(urgent))[: max(most // 2, most - len(due))]
    ids = list(dict.fromkeys([*first, *due]))[:most]
    if not bound:
        return ids
    new = [each for each in ids if each not in paid]
    allowed = paid.union(new[: max(0, bound - len(paid))])
    return [each for each in ids if each in allowed]


def _look(parts: Parts, account: Account, ids: Sequence[str], now: datetime) -> Harvest:
    looked = parts.platform(account).look(account, ids)
    with parts.store.begin() as tx:
        found = take_in(parts, tx, account, looked, now=now)
        looks.asked(tx, account.id, ids, again=now + LOOK_EVERY, gone_before=now - MAY_RETURN)
        service.record_budgets(tx, account.id, looked.budgets, at=now)
    return found


def _sweep(parts: Parts, account: Account, source: str, now: datetime) -> Harvest:
    total = Harvest()
    with parts.store.read() as tx:
        cursor = replies.cursor(tx, account.id, source)
    for _ in range(MOST_PAGES):
        page = parts.platform(account).replies(account, source, cursor)
        total += _store(parts, account, source, page, now)
        cursor = page.cursor
        if not page.more:
            break
    return total


def _store(parts: Parts, account: Account, source: str, page: ReplyPage, now: datetime) -> Harvest:
    with parts.store.begin() as tx:
        found = keep_all(parts, tx, account, page.replies, now)
        replies.save_cursor(tx, account.id, source, page.cursor, at=now)
        service.record_budgets(tx, account.id, page.budgets, at=now)
        if page.gap and not gaps.is_open(tx, account.id, source):
            replies.note_gap(tx, account.id, source, since=None, at=now)
            log.warning("reply_gap", account=account.id, source=source)
    return found + Harvest(gaps=int(page.gap))


def keep_all(parts: Parts, tx: Tx, account: Account, seen: tuple[SeenReply, ...], now: datetime) -> Harvest:
    """Stores visitors' replies once each, however they were seen; own posts and echoes are left out."""
    counts = {"new": 0, "edited": 0, "known": 0}
    for each in seen:
        if _is_ours(parts, account, each):
            continue
        reply_id, how = replies.keep(tx, account.platform.value, account.id, each, at=now)
        counts[how] += 1
        if how == "edited":
            audit.append(tx, SERVICE, "reply.edited", f"reply:{reply_id}", at=now)
            drift.edited(parts, tx, reply_id, now=now)
            _wake(tx, reply_id, now)
    return Harvest(new=counts["new"], edited=counts["edited"])


def _is_ours(parts: Parts, account: Account, seen: SeenReply) -> bool:
    """Own posts and echoes of any official account are not visitors' replies."""
    if seen.author_id and seen.author_id == account.platform_id:
        return True
    official = parts.registry().by_handle(seen.author_handle, account.platform) if seen.author_handle else None
    return official is not None and (official.platform_id in (None, seen.author_id) or not seen.author_id)


def _wake(tx: Tx, reply_id: int, now: datetime) -> None:
    """Edited words: an ended case goes back to the queue, a proposal about the old ones falls, the group is left.

    The screener will judge the new words; until then whoever saw the old ones finds the case changed.
    """
    case = cases.of_reply(tx, reply_id)
    if case is None:
        return
    if case.state is CaseState.PROPOSED:
        case = decide.drop_proposal(tx, case, now=now)
    cases.change(tx, case, CaseState.OPEN if case.state in ENDED else case.state, group_key="")
