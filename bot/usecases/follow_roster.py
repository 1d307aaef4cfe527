"""Follow the roster: posts that wait under an entry that has changed are held for a person."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.domain.accounts import Account, digest_of
from bot.domain.people import SERVICE
from bot.domain.posts import WAITING, Hold, PostEvent, PostState, step
from bot.store import audit, posts, service
from bot.store.database import Tx
from bot.usecases.duty import ADMINS, in_charge
from bot.usecases.parts import Parts

log = structlog.get_logger()


def hold_changed(parts: Parts, *, now: datetime) -> int:
    """Compares each entry with the one last followed, here or in an earlier life. Returns how many posts were held."""
    accounts = parts.registry().accounts
    with parts.store.read() as tx:
        known = service.account_digests(tx)
    changed = [account for account in accounts if known.get(account.id) != _digest(account)]
    left = sorted(known.keys() - {account.id for account in accounts})
    if not changed and not left:
        return 0
    with parts.store.begin() as tx:
        held = sum(_follow(tx, account, first=account.id not in known, now=now) for account in changed)
        return held + sum(_hold_waiting(tx, account_id, [ADMINS], "left", now) for account_id in left)


def _follow(tx: Tx, account: Account, *, first: bool, now: datetime) -> int:
    service.save_account_digest(tx, account.id, _digest(account), at=now)
    if first:
        return 0
    audit.append(tx, SERVICE, "roster.followed", f"account:{account.id}", at=now, digest=_digest(account))
    held = _hold_waiting(tx, account.id, in_charge(account, now), _digest(account), now)
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


def _digest(account: Account) -> str:
    """What a waiting post depends on: where it goes and whether it may."""
    return digest_of((account.platform.value, account.handle, account.platform_id or "", account.status.value))
