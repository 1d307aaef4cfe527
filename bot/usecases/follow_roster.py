"""Follow the roster: posts that wait under an entry that has changed are held for a person."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.domain.accounts import Account
from bot.domain.people import SERVICE
from bot.domain.posts import WAITING, Hold, PostEvent, PostState, step
from bot.roster.diff import weight_digest
from bot.store import audit, posts, service
from bot.store.database import Tx
from bot.usecases.duty import ADMINS, in_charge
from bot.usecases.parts import Parts

log = structlog.get_logger()


def hold_changed(parts: Parts, *, now: datetime) -> int:
    """Compares what posts depend on with what was last followed, here or in an earlier life. Returns how many were held.

    Handle, id, status, secret, and the office's names, hours, closures and approval rule: ``bot.roster.diff`` says what.
    """
    registry = parts.registry()
    digests = {account.id: weight_digest(registry, account.id) for account in registry.accounts}
    with parts.store.read() as tx:
        known = service.account_digests(tx)
    changed = [account for account in registry.accounts if known.get(account.id) != digests[account.id]]
    left = sorted(known.keys() - digests.keys())
    if not changed and not left:
        return 0
    with parts.store.begin() as tx:
        held = sum(_follow(tx, each, digests[each.id], first=each.id not in known, now=now) for each in changed)
        return held + sum(_hold_waiting(tx, account_id, [ADMINS], "left", now) for account_id in left)


def _follow(tx: Tx, account: Account, digest: str, *, first: bool, now: datetime) -> int:
    service.save_account_digest(tx, account.id, digest, at=now)
    if first:
        return 0
    audit.append(tx, SERVICE, "roster.followed", f"account:{account.id}", at=now, digest=digest)
    held = _hold_waiting(tx, account.id, in_charge(account, now), digest, now)
    log.warning("roster_entry_changed", account=account.id, held=held)
    return held


def _hold_waiting(tx: Tx, account_id: str, told: list[str], once: str, now: datetime) -> int:
    """Authors learn that their post waits; whoever is in charge of the account, that its entry changed."""
    waiting = posts.find(tx, states=[s for s in PostState if s in WAITING], accounts=[account_id], limit=1000)
    for post in waiting:
        step(post.state, PostEvent.HOLD)
        posts.hold(tx, post, Hold.ROSTER, at=now)
        audit.append(tx, SERVICE, "post.held", f"post:{post.id}", at=now, why=Hold.ROSTER.value)
        service.tell(tx, [post.author], "post.held.roster", f"post:{post.id}", at=now, once=once)
    if waiting:
        service.tell(tx, told, "account.changed", f"account:{account_id}", at=now, once=once)
    return len(waiting)
