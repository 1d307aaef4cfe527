"""Collect the replies to every active account: each page is stored together with its cursor, so nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.accounts import Account
from bot.domain.errors import AuthExpired, PlatformError, RateLimited
from bot.domain.people import SERVICE
from bot.domain.ports import ReplyPage, SeenReply
from bot.store import audit, cases, posts, replies, service
from bot.store.database import Tx
from bot.usecases import drift
from bot.usecases.parts import Parts
from moderation.cases import ENDED, CaseState

log = structlog.get_logger()

RECENT: Final = timedelta(days=7)
"""X's search reaches back seven days; older threads are covered by mentions and by comments on Facebook."""
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

    def __add__(self, other: Harvest) -> Harvest:
        return Harvest(
            self.new + other.new,
            self.edited + other.edited,
            self.gone + other.gone,
            self.gaps + other.gaps,
            self.failed + other.failed,
        )


def collect(parts: Parts, *, now: datetime) -> Harvest:
    """One pass over every active account. A failing account is counted and does not stop the others."""
    total = Harvest()
    for account in parts.registry().active():
        try:
            total += collect_account(parts, account, now=now)
        except (AuthExpired, RateLimited) as exc:
            log.warning("collect_refused", account=account.id, error=type(exc).__name__)
            total += Harvest(failed=1)
        except PlatformError as exc:
            log.warning("collect_failed", account=account.id, error=type(exc).__name__, status=exc.status)
            total += Harvest(failed=1)
    return total


def collect_account(parts: Parts, account: Account, *, now: datetime) -> Harvest:
    """Every sweep of one account. Raises the PlatformError of the first sweep that failed, after trying them all."""
    with parts.store.read() as tx:
        recent = posts.recent_platform_ids(tx, account.id, since=now - RECENT)
    total, failure = Harvest(), None
    for source in parts.platform(account).sources(account, recent):
        try:
            total += _sweep(parts, account, source, now)
        except PlatformError as exc:  # the other sweeps may still work; the cursor of this one stays where it was
            failure = exc
    if failure is not None and total == Harvest():
        raise failure
    return total + Harvest(failed=int(failure is not None))


def recheck(parts: Parts, *, now: datetime, most: int = 300) -> Harvest:
    """Asks again for recent replies: deletions and edits are noticed, and open cases told."""
    total = Harvest()
    for account in parts.registry().active():
        with parts.store.read() as tx:
            ids = replies.recent_platform_ids(tx, account.id, since=now - RECENT, limit=most)
        if not ids:
            continue
        try:
            looked = parts.platform(account).look(account, ids)
        except PlatformError as exc:
            log.warning("recheck_failed", account=account.id, error=type(exc).__name__)
            total += Harvest(failed=1)
            continue
        with parts.store.begin() as tx:
            gone = replies.mark_gone(tx, account.platform.value, looked.gone, at=now)
            for reply_id in gone:
                audit.append(tx, SERVICE, "reply.gone", f"reply:{reply_id}", at=now)
                drift.gone(parts, tx, reply_id, now=now)
            drift.compare(parts, tx, account, looked.present, now=now)
            service.record_budgets(tx, account.id, looked.budgets, at=now)
            total += keep_all(parts, tx, account, looked.present, now) + Harvest(gone=len(gone))
    return total


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
        if page.gap:
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
            _wake(tx, reply_id)
    return Harvest(new=counts["new"], edited=counts["edited"])


def _is_ours(parts: Parts, account: Account, seen: SeenReply) -> bool:
    """Own posts and echoes of any official account are not visitors' replies."""
    if seen.author_id and seen.author_id == account.platform_id:
        return True
    official = parts.registry().by_handle(seen.author_handle, account.platform) if seen.author_handle else None
    return official is not None and (official.platform_id in (None, seen.author_id) or not seen.author_id)


def _wake(tx: Tx, reply_id: int) -> None:
    """An edited reply takes its ended case back to the queue; the screener will judge the new words."""
    case = cases.of_reply(tx, reply_id)
    if case is not None and case.state in ENDED:
        cases.change(tx, case, CaseState.OPEN)
