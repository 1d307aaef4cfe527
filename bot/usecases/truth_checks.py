"""Hold the roster against the platforms: renames, takeovers, dead tokens, idle accounts, posts made outside, look-alikes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.accounts import Account, Platform, digest_of
from bot.domain.cases import KeptReply
from bot.domain.errors import AuthExpired, NotAllowed, PlatformError
from bot.domain.people import EVERYWHERE, SERVICE, Person, Role
from bot.domain.ports import Identity, Timeline
from bot.roster.verify import Answer, verify
from bot.store import audit, posts, replies, roster_changes, service
from bot.store.roster_changes import Observed
from bot.usecases.parts import Parts

log = structlog.get_logger()

LOOK_BACK: Final = timedelta(days=30)
IDLE_WARNS: Final = timedelta(days=90)
IDLE_RETIRES: Final = timedelta(days=365)
DAILY: Final = timedelta(hours=20)
QUARTER: Final = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Truth:
    """One finding about one account. ``kind`` is a constant; ``alarm`` means: somebody must look today."""

    account: str
    kind: str
    detail: str = ""
    alarm: bool = False


def look(parts: Parts, *, now: datetime) -> tuple[Truth, ...]:
    """One pass over every active account; findings are stored, alarms told to owner, deputy and admins once."""
    found: list[Truth] = []
    for account in parts.registry().active():
        found += _look_at(parts, account, now)
    for truth in found:
        if truth.alarm:
            _alarm(parts, parts.account(truth.account), truth, now)
    log.info("roster_held_against_platforms", findings=len(found), alarms=sum(each.alarm for each in found))
    return tuple(found)


def look_daily(parts: Parts, *, now: datetime) -> int:
    """A pass when the last one is most of a day old, however often the service restarts. Returns how many findings."""
    with parts.store.read() as tx:
        seen = roster_changes.observations(tx).values()
    if seen and now - max(each.at for each in seen) < DAILY:
        return 0
    find_look_alikes(parts, now=now)
    return len(look(parts, now=now))


def standing(parts: Parts, *, now: datetime) -> tuple[Truth, ...]:
    """Every open finding from what was last observed, without a call; for pages and the doctor."""
    with parts.store.read() as tx:
        seen, attested = roster_changes.observations(tx), roster_changes.attestations(tx)
    accounts = parts.registry().active()
    found = [truth for account in accounts for truth in _compare(account, seen.get(account.id), now)]
    found += [truth for account in accounts for truth in _duties(account, now)]
    return (*found, *(truth for account in accounts for truth in _attested(account, attested, now)))


def attest(parts: Parts, account_id: str, *, by: Person, now: datetime) -> None:
    """The owner or the deputy (or an admin for them) says that the entry is right as it stands."""
    account = parts.account(account_id)
    answerable = {duty.staff for duty in (account.owner, account.deputy) if duty is not None}
    if by.login not in answerable and not by.may(Role.ADMIN, EVERYWHERE, now.date()):
        raise NotAllowed("Only the owner, the deputy or an admin can attest an account.").worded("problem.attest")
    with parts.store.begin() as tx:
        roster_changes.attest(tx, account.id, by=by.login, at=now, digest=digest_of(account))
        audit.append(tx, by, "account.attested", f"account:{account.id}", at=now, digest=digest_of(account))


def notice_look_alike(parts: Parts, reply: KeptReply, *, now: datetime) -> bool:
    """Remembers a handle that looks like one of ours; True when it is new, and admins are told."""
    platform = Platform(reply.platform)
    address = f"https://{'x.com' if platform is Platform.X else 'www.facebook.com'}/{reply.author.handle}"
    answer = verify(address, parts.registry()) if reply.author.handle else None
    if answer is None or answer.answer is not Answer.LOOK_ALIKE:
        return False
    resembles = answer.account.handle if answer.account else ""
    with parts.store.begin() as tx:
        first = roster_changes.see_look_alike(tx, reply.platform, reply.author.handle, resembles, at=now)
        if first:
            service.tell(tx, ["role:admin"], "account.look-alike", f"reply:{reply.id}", at=now)
    return first


def find_look_alikes(parts: Parts, *, now: datetime) -> int:
    """Looks through the authors of the last day's replies. Returns how many new look-alikes there are."""
    with parts.store.read() as tx:
        recent = replies.collected_since(tx, now - timedelta(days=1), limit=5000)
    return sum(notice_look_alike(parts, reply, now=now) for reply in recent)


def _look_at(parts: Parts, account: Account, now: datetime) -> list[Truth]:
    try:
        identity = parts.platform(account).whoami(account)
        timeline = parts.platform(account).own_posts(account, since=now - LOOK_BACK)
    except AuthExpired:
        _remember(parts, Observed(account.id, now, token_ok=False, problem="token refused"))
        return [Truth(account.id, "token-refused", alarm=True)]
    except PlatformError as exc:
        log.info("account_not_read", account=account.id, error=type(exc).__name__)
        return [Truth(account.id, "not-read", type(exc).__name__)]
    observed = _observed(parts, account, identity, timeline, now)
    _remember(parts, observed)
    return list(_compare(account, observed, now))


def _observed(parts: Parts, account: Account, identity: Identity, timeline: Timeline, now: datetime) -> Observed:
    ids = [post.platform_id for post in timeline.posts]
    with parts.store.read() as tx:
        ours = posts.bound_ids(tx, account.id, ids)
    foreign = tuple(post for post in ids if post not in ours)[:50]
    newest = max((post.created_at for post in timeline.posts), default=None)
    return Observed(
        account.id,
        now,
        identity.platform_id,
        identity.handle,
        identity.name,
        identity.verified,
        True,
        "",
        newest,
        foreign,
    )


def _compare(account: Account, seen: Observed | None, now: datetime) -> Iterator[Truth]:
    """What the platform said against what the roster says."""
    if seen is None:
        return
    if seen.token_ok is False:
        yield Truth(account.id, "token-refused", alarm=True)
        return
    if account.platform_id and seen.platform_id and account.platform_id != seen.platform_id:
        yield Truth(account.id, "other-account", f"{account.platform_id} → {seen.platform_id}", alarm=True)
    if seen.handle and seen.handle.casefold() != account.key:
        yield Truth(account.id, "renamed", f"@{account.handle} → @{seen.handle}", alarm=True)
    if not account.platform_id and seen.platform_id:
        yield Truth(account.id, "id-unknown", seen.platform_id)
    if seen.verified in ("", "none") and account.platform is Platform.X:
        yield Truth(account.id, "unverified")
    if seen.foreign_posts:
        yield Truth(account.id, "posted-outside", str(len(seen.foreign_posts)))
    idle = now - seen.newest_post_at if seen.newest_post_at else None
    if idle is not None and idle > IDLE_WARNS:
        yield Truth(account.id, "retire" if idle > IDLE_RETIRES else "idle", str(idle.days))


def _duties(account: Account, now: datetime) -> Iterator[Truth]:
    """Owner and deputy: both there, neither past the day of their transfer."""
    for name, duty in (("owner", account.owner), ("deputy", account.deputy)):
        if duty is None:
            yield Truth(account.id, f"{name}-missing", alarm=True)
        elif not duty.holds_on(now.date()):
            yield Truth(account.id, f"{name}-expired", duty.staff, alarm=True)
        elif not duty.holds_on(now.date() + timedelta(days=30)):
            yield Truth(account.id, f"{name}-leaves", f"{duty.staff} {duty.until}")


def _attested(account: Account, attested: dict[str, tuple[str, datetime, str]], now: datetime) -> Iterator[Truth]:
    known = attested.get(account.id)
    in_file = account.attested_on
    if known is None and (in_file is None or now.date() - in_file > QUARTER):
        yield Truth(account.id, "never-attested" if in_file is None else "attestation-old")
    elif known is not None and now - known[1] > QUARTER:
        yield Truth(account.id, "attestation-old", known[1].date().isoformat())
    elif known is not None and known[2] != digest_of(account):
        yield Truth(account.id, "changed-since-attested", known[0])


def _remember(parts: Parts, observed: Observed) -> None:
    with parts.store.begin() as tx:
        roster_changes.observe(tx, observed)


def _alarm(parts: Parts, account: Account, truth: Truth, now: datetime) -> None:
    people = [duty.staff for duty in (account.owner, account.deputy) if duty is not None]
    with parts.store.begin() as tx:
        told = f"account.{truth.kind}"
        service.tell(tx, [*people, "role:admin"], told, f"account:{account.id}", at=now, once=truth.detail)
        audit.append(tx, SERVICE, told, f"account:{account.id}", at=now, detail=truth.detail)
