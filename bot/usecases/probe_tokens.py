"""Probe the tokens before they are needed: daily, a day and an hour before a scheduled post, and after a refusal.

One dead token is told to the account's owner and deputy once. When most tokens of a platform are refused within ten
minutes, the platform is broken and not the tokens: the admins are told once and no account is marked dead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog

from bot.domain.accounts import Account
from bot.domain.errors import AuthExpired, PlatformError, Rejected
from bot.domain.people import SERVICE
from bot.domain.posts import PostState
from bot.store import audit, health, posts, service
from bot.store.database import Tx
from bot.store.health import Probe
from bot.usecases.duty import ADMINS, day, in_charge
from bot.usecases.parts import Parts
from bot.usecases.persistent import persistent

log = structlog.get_logger()

DAILY: Final = timedelta(hours=24)
BEFORE: Final = (timedelta(hours=24), timedelta(hours=1))
"""How long before a scheduled post its account's token is probed."""
FAILING_AGAIN: Final = timedelta(minutes=30)
"""How often a refused token is tried, so that a renewed one is noticed."""
TOGETHER: Final = timedelta(minutes=10)
"""Refusals within this time belong together."""


class Standing(StrEnum):
    """What a refusal means."""

    ALIVE = "alive"
    DEAD = "dead"
    OUTAGE = "outage"


def probe_due(parts: Parts, *, now: datetime) -> int:
    """Probes every active account whose turn it is. Returns how many tokens were refused."""
    with parts.store.read() as tx:
        known, coming = health.probes(tx), _next_slots(tx, now)
    active = parts.registry().active()
    due = [a for a in active if _is_due(known.get(a.id), coming.get(a.id), now)]
    refused = [account for account in due if not _probe(parts, account, now).ok]
    for account in refused:
        _settle(parts, account, now)
    return len(refused)


def judge(parts: Parts, account: Account, *, now: datetime) -> Standing:
    """Asks the platform who the token belongs to; before calling it dead, asks for the other accounts as well."""
    if _probe(parts, account, now).ok:
        return Standing.ALIVE
    return _settle(parts, account, now)


def known_dead(parts: Parts, account: Account) -> bool:
    """Whether the newest probe found the token dead; a renewed one is noticed by ``judge``."""
    with parts.store.read() as tx:
        found = health.probes(tx).get(account.id)
    return found is not None and found.dead


def _probe(parts: Parts, account: Account, now: datetime) -> Probe:
    """One harmless read. An answer that says nothing about the token leaves the former finding as it was."""
    code = ""
    try:
        parts.platform(account).whoami(account)
    except (AuthExpired, Rejected) as exc:
        code = exc.code or str(exc.status) or "refused"
    except PlatformError as exc:
        log.info("token_not_probed", account=account.id, error=type(exc).__name__)
        return _former(parts, account, now)
    return _remember(parts, account, code, now)


@persistent
def _remember(parts: Parts, account: Account, code: str, now: datetime) -> Probe:
    with parts.store.begin() as tx:
        return _write_probe(tx, account, code, now)


def _write_probe(tx: Tx, account: Account, code: str, now: datetime) -> Probe:
    before = health.probes(tx).get(account.id)
    since = (before.failing_since if before is not None else None) or now
    probe = Probe(account.id, now, ok=not code, failing_since=since if code else None, code=code)
    if code and before is not None:
        probe = replace(probe, dead=before.dead)
    health.save_probe(tx, probe)
    if before is not None and before.dead and not code:
        audit.append(tx, SERVICE, "account.token-works", f"account:{account.id}", at=now)
        told = in_charge(account, now)
        service.tell(tx, told, "account.token-works", f"account:{account.id}", at=now, once=str(before.failing_since))
        log.info("account_token_works", account=account.id)
    return probe


def _former(parts: Parts, account: Account, now: datetime) -> Probe:
    with parts.store.read() as tx:
        found = health.probes(tx).get(account.id)
    return found or Probe(account.id, now, ok=True)


def _settle(parts: Parts, account: Account, now: datetime) -> Standing:
    """One dead token, or a platform that refuses most of them."""
    peers = [each for each in parts.registry().active(account.platform) if each.id != account.id]
    with parts.store.read() as tx:
        known = health.probes(tx)
    if account.id in known and known[account.id].dead:
        return Standing.DEAD
    for peer in peers:
        if peer.id not in known or now - known[peer.id].at > TOGETHER:
            known[peer.id] = _probe(parts, peer, now)
    refused = 1 + sum(not known[peer.id].ok for peer in peers)
    if refused > 1 and refused * 2 > len(peers) + 1:
        return _outage(parts, account, refused, now)
    for each in (account, *(peer for peer in peers if not known[peer.id].ok)):
        _mark_dead(parts, each, now)
    return Standing.DEAD


@persistent
def _outage(parts: Parts, account: Account, refused: int, now: datetime) -> Standing:
    scope = f"platform:{account.platform.value}"
    with parts.store.begin() as tx:
        service.tell(tx, [ADMINS], "platform.tokens-refused", scope, at=now, once=str(day(now)))
    log.warning("platform_refuses_tokens", platform=account.platform.value, refused=refused)
    return Standing.OUTAGE


@persistent
def _mark_dead(parts: Parts, account: Account, now: datetime) -> None:
    with parts.store.begin() as tx:
        probe = health.probes(tx).get(account.id)
        if probe is None or probe.ok or probe.dead:
            return
        health.save_probe(tx, replace(probe, dead=True))
        audit.append(tx, SERVICE, "account.token-refused", f"account:{account.id}", at=now, code=probe.code)
        told = in_charge(account, now)
        service.tell(tx, told, "account.token", f"account:{account.id}", at=now, once=str(probe.failing_since))
    log.warning("account_token_refused", account=account.id)


def _next_slots(tx: Tx, now: datetime) -> dict[str, list[datetime]]:
    """Slots of the coming day by account."""
    slots: dict[str, list[datetime]] = {}
    for post in posts.find(tx, states=[PostState.SCHEDULED], since=now, until=now + max(BEFORE), limit=1000):
        slots.setdefault(post.account, []).append(post.revision.slot.due_at)
    return slots


def _is_due(last: Probe | None, slots: Iterable[datetime] | None, now: datetime) -> bool:
    if last is None or now - last.at >= DAILY:
        return True
    if not last.ok:
        return now - last.at >= FAILING_AGAIN
    return any(last.at < slot - lead <= now for slot in slots or () for lead in BEFORE)
