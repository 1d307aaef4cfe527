"""What the platforms push: verified over the raw bytes, stored once, worked later. Polling stays the truth.

A push only ever brings what nobody has seen: words that are known are never changed by it, for deliveries come twice,
late and out of order. Everything else it tells (edited, deleted, hidden) makes us look at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

import structlog

from bot.domain.accounts import Account
from bot.domain.accounts import Platform as PlatformName
from bot.domain.errors import NotAllowed, PlatformError
from bot.domain.judging import StoredPush
from bot.domain.people import SERVICE
from bot.domain.ports import SeenReply
from bot.platforms import webhooks
from bot.platforms.webhooks import Pushed
from bot.store import audit, pushes, replies, service
from bot.usecases import drift
from bot.usecases.collect import keep_all, take_in
from bot.usecases.parts import Parts
from bot.usecases.reconcile import check_now

log = structlog.get_logger()

X_SIGNATURE: Final = "x-twitter-webhooks-signature"
FACEBOOK_SIGNATURE: Final = "x-hub-signature-256"
BODY_LIMIT: Final = webhooks.BODY_LIMIT
_OWN_POSTS: Final = frozenset({"post.create", "status.add", "photo.add", "share.add", "post.add"})
"""Our own post comes back as an echo: a second witness for one whose outcome is unknown."""


@dataclass(frozen=True, slots=True)
class PushKeys:
    """What signatures are checked with, and which account a platform id belongs to (``owners``: id to handle)."""

    consumer_secret: str = field(default="", repr=False)
    app_secret: str = field(default="", repr=False)
    verify_token: str = field(default="", repr=False)
    owners: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worked:
    """What one tick made of the waiting events."""

    events: int = 0
    new: int = 0
    looked: int = 0


def keys_of(secrets: Mapping[str, Any]) -> PushKeys:
    """From the secrets file. An X token begins with its account's id; a Page's id stands beside its token."""
    x, facebook = secrets.get("x", {}), secrets.get("facebook", {})
    owners = {str(t.get("access_token", "")).partition("-")[0]: name for name, t in x.get("accounts", {}).items()}
    owners |= {str(page.get("page_id", "")): name for name, page in facebook.get("pages", {}).items()}
    return PushKeys(
        consumer_secret=str(x.get("consumer_secret", "")),
        app_secret=str(facebook.get("app_secret", "")),
        verify_token=str(facebook.get("verify_token", "")),
        owners={key: name for key, name in owners.items() if key},
    )


def answer_x(keys: PushKeys, crc_token: str) -> dict[str, str]:
    """X's challenge; NotAllowed without a secret or with an absurd token."""
    if not keys.consumer_secret or not 0 < len(crc_token) <= 500:
        raise NotAllowed("This is no challenge of X.")
    return webhooks.x_crc_response(keys.consumer_secret, crc_token)


def answer_facebook(keys: PushKeys, query: Mapping[str, str]) -> str:
    """Facebook's handshake; NotAllowed when it does not bring our verify token."""
    challenge = webhooks.facebook_challenge(keys.verify_token, query)
    if challenge is None or len(challenge) > 500:
        raise NotAllowed("This is no handshake of Facebook.")
    return challenge


def receive_x(parts: Parts, raw: bytes, headers: Mapping[str, str], *, keys: PushKeys, now: datetime) -> int:
    """Stores a delivery of X. Returns how many events were new; NotAllowed for anything that X did not sign."""
    if not webhooks.x_signature_ok(keys.consumer_secret, raw, headers.get(X_SIGNATURE, "")):
        raise NotAllowed("This delivery is not signed by X.")
    return _store(parts, webhooks.x_events(raw), now)


def receive_facebook(parts: Parts, raw: bytes, headers: Mapping[str, str], *, keys: PushKeys, now: datetime) -> int:
    """The same for Facebook."""
    if not webhooks.facebook_signature_ok(keys.app_secret, raw, headers.get(FACEBOOK_SIGNATURE, "")):
        raise NotAllowed("This delivery is not signed by Facebook.")
    return _store(parts, webhooks.facebook_events(raw), now)


def work(parts: Parts, *, owners: Mapping[str, str], now: datetime, limit: int = 200) -> Worked:
    """Works what was stored, oldest first. What fails here is left to the next poll, which finds it anyway."""
    with parts.store.read() as tx:
        waiting = pushes.waiting(tx, limit=limit)
    new = looked = 0
    for each in waiting:
        account = _account(parts, each, owners)
        outcome = _work_one(parts, account, _opened(each), now) if account else "unknown-account"
        with parts.store.begin() as tx:
            pushes.done(tx, each.id, outcome, at=now)
        new += outcome == "new"
        looked += outcome == "looked"
    if waiting:
        log.info("pushes_worked", events=len(waiting), new=new, looked=looked)
    return Worked(len(waiting), new, looked)


def _store(parts: Parts, events: tuple[Pushed, ...], now: datetime) -> int:
    with parts.store.begin() as tx:
        return sum(
            pushes.keep(tx, each.platform, each.key[:300], each.name[:60], each.account_id[:60], _closed(each), at=now)
            for each in events
        )


def _work_one(parts: Parts, account: Account, event: Pushed, now: datetime) -> str:
    """One constant word for what was done."""
    if event.name.startswith("block.") or event.name.endswith((".block", ".unblock")):
        return _blocked(parts, account, event, now)
    if event.name.startswith("profile.update") or event.name == "oauth.revoke":
        return _alarm(parts, account, event, now)
    if event.own and event.name in _OWN_POSTS:
        return "found" if check_now(parts, account.id, now=now) else "own"
    if event.own and event.reply is not None:
        return "own"
    if event.reply is not None and _unknown(parts, account, event.object_id):
        return _keep(parts, account, event.reply, now)
    return _look(parts, account, event.object_id, now) if event.object_id else "nothing"


def _keep(parts: Parts, account: Account, seen: SeenReply, now: datetime) -> str:
    with parts.store.begin() as tx:
        return "new" if keep_all(parts, tx, account, (seen,), now).new else "known"


def _unknown(parts: Parts, account: Account, reply_id: str) -> bool:
    with parts.store.read() as tx:
        return replies.by_platform_id(tx, account.platform.value, reply_id) is None


def _look(parts: Parts, account: Account, reply_id: str, now: datetime) -> str:
    """Asks the platform itself how a known reply stands; what it says counts, not the delivery."""
    if _unknown(parts, account, reply_id):
        return "nothing"
    try:
        looked = parts.platform(account).look(account, [reply_id])
    except PlatformError as exc:
        log.info("push_left_to_poll", account=account.id, error=type(exc).__name__)
        return "left-to-poll"
    with parts.store.begin() as tx:
        take_in(parts, tx, account, looked, now=now)
    return "looked"


def _blocked(parts: Parts, account: Account, event: Pushed, now: datetime) -> str:
    if not event.object_id:
        return "nothing"
    blocked = not event.name.endswith("unblock")
    with parts.store.begin() as tx:
        told = drift.blocked_elsewhere(parts, tx, account, event.object_id, blocked=blocked, now=now)
    return "block-noted" if told else "known"


def _alarm(parts: Parts, account: Account, event: Pushed, now: datetime) -> str:
    """Somebody changed the account itself, or took our token away: admins and the office are told."""
    kind = "account.revoked" if event.name == "oauth.revoke" else "account.profile-changed"
    with parts.store.begin() as tx:
        told = ["role:admin", f"office:{account.office}"]
        service.tell(tx, told, kind, f"account:{account.id}", at=now, once=event.key)
        audit.append(tx, SERVICE, kind, f"account:{account.id}", at=now, office=account.office)
    return "told"


def _account(parts: Parts, event: StoredPush, owners: Mapping[str, str]) -> Account | None:
    """The agency account that an event is about; the roster's own ids count first."""
    registry = parts.registry()
    for account in registry.accounts:
        if account.platform.value == event.platform and account.platform_id == event.account_id:
            return account
    handle = owners.get(event.account_id, "")
    return registry.by_handle(handle, PlatformName(event.platform)) if handle else None


def _closed(event: Pushed) -> bytes:
    return json.dumps(asdict(event), ensure_ascii=True, default=lambda at: at.isoformat()).encode()


def _opened(stored: StoredPush) -> Pushed:
    facts = json.loads(stored.body)
    facts["at"] = datetime.fromisoformat(facts["at"])
    if facts["reply"] is not None:
        seen = facts["reply"]
        seen |= {"created_at": datetime.fromisoformat(seen["created_at"]), "attachments": tuple(seen["attachments"])}
        facts["reply"] = SeenReply(**seen)
    return Pushed(**facts)
