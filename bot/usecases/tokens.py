"""API tokens for the agency's other systems: asked by one admin, confirmed by another, fetched once, revocable.

A token writes posts as the actor ``api:<name>``. They wait for approval like anybody's, and the person who answers
for the token cannot approve them.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.domain.errors import BadInput, NotAllowed
from bot.domain.people import EVERYWHERE, Grant, Person, Role
from bot.store import audit, people, tokens
from bot.store.database import Tx
from bot.store.tokens import Token
from bot.usecases.parts import Parts
from bot.usecases.people import ADMINS_AT_LEAST, OPERATOR, admins
from bot.usecases.throttle import MINUTES, count_failure, refuse_hasty

LIVES_AT_MOST: Final = timedelta(days=366)
PER_MINUTE: Final = 60
ACTOR: Final = "api:"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_LIMITER: Final = MovingWindowRateLimiter(MemoryStorage())
_JAPAN: Final = ZoneInfo("Asia/Tokyo")


class Scope(StrEnum):
    """What a token may be used for."""

    POSTS_READ = "posts:read"
    POSTS_WRITE = "posts:write"
    REGISTRY_READ = "registry:read"
    FIGURES_READ = "figures:read"


@dataclass(frozen=True, slots=True)
class Wish:
    """A token somebody asks for. ``offices``: ids of the roster, or ``*``; ``until``: its last day."""

    name: str
    owner: str
    scopes: tuple[Scope, ...]
    offices: tuple[str, ...]
    until: date
    per_minute: int = PER_MINUTE


@dataclass(frozen=True, slots=True)
class Caller:
    """Another system at work: its token and the actor it acts as."""

    token: Token
    person: Person


@dataclass(frozen=True, slots=True)
class Fetched:
    """The secret, shown once."""

    token: Token
    secret: str = field(repr=False)


class UnknownToken(NotAllowed):
    """No token, or none that counts any more."""


class TooMany(NotAllowed):
    """The token or the address asks too often; ``wait_s`` seconds from now it may again."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"Too many requests; wait {wait_s} seconds.")
        self.wait_s = wait_s


def ask(parts: Parts, wish: Wish, *, by: Person, now: datetime) -> Token:
    """Asks for a token. The operator's is ready at once while there are fewer than two admins."""
    with parts.store.begin() as tx:
        _require_admin(tx, by, now)
        _check(parts, tx, wish, now)
        token = tokens.add(
            tx,
            wish.name,
            owner=wish.owner,
            scopes=wish.scopes,
            offices=wish.offices,
            per_minute=wish.per_minute,
            until=wish.until,
            by=by.login,
            at=now,
        )
        _record(tx, by, "asked", token, now)
        if by is OPERATOR and len(admins(tx, now)) < ADMINS_AT_LEAST:
            return tokens.move(tx, token.id, "asked", "ready", by=by.login, at=now)
    return token


def confirm(parts: Parts, token_id: int, *, by: Person, now: datetime) -> Token:
    """The second admin's yes."""
    with parts.store.begin() as tx:
        _require_admin(tx, by, now)
        if by.login == tokens.get(tx, token_id).asked_by:
            raise NotAllowed("You asked for this token; another admin has to confirm it.").worded(
                "problem.second-admin"
            )
        token = tokens.move(tx, token_id, "asked", "ready", by=by.login, at=now)
        _record(tx, by, "confirmed", token, now)
    return token


def refuse(parts: Parts, token_id: int, *, by: Person, now: datetime) -> Token:
    with parts.store.begin() as tx:
        _require_admin(tx, by, now)
        token = tokens.move(tx, token_id, "asked", "refused", by=by.login, at=now)
        _record(tx, by, "refused", token, now)
    return token


def fetch(parts: Parts, token_id: int, *, by: Person, now: datetime) -> Fetched:
    """Makes the secret and shows it once, to the one who asked for the token."""
    with parts.store.begin() as tx:
        _require_admin(tx, by, now)
        token = tokens.get(tx, token_id)
        if token.asked_by != by.login:
            raise NotAllowed("Only the admin who asked for the token fetches its secret.").worded("problem.not-asker")
        secret = f"kouhou_{secrets.token_urlsafe(32)}"
        token = tokens.move(tx, token_id, "ready", "active", by=by.login, at=now, token_hash=_hash(secret))
        _record(tx, by, "fetched", token, now)
    return Fetched(token, secret)


def revoke(parts: Parts, token_id: int, *, by: Person, now: datetime) -> Token:
    """Ends a token at once; one admin is enough, for it must be quick."""
    with parts.store.begin() as tx:
        _require_admin(tx, by, now)
        token = tokens.move(tx, token_id, tokens.get(tx, token_id).state, "revoked", by=by.login, at=now)
        _record(tx, by, "revoked", token, now)
    return token


def caller(parts: Parts, secret: str, *, address: str, now: datetime) -> Caller:
    """Who calls. UnknownToken for unknown, ended or revoked tokens, TooMany beyond the token's rate."""
    try:
        refuse_hasty(parts, f"api-address:{address}")
    except NotAllowed:
        raise TooMany(MINUTES * 60) from None
    with parts.store.read() as tx:
        token = tokens.by_hash(tx, _hash(secret))
    if token is None or token.state != "active" or token.until < _day(now):
        count_failure(parts, f"api-address:{address}")
        raise UnknownToken("This token is not known, has ended or was revoked.")
    if not _LIMITER.hit(RateLimitItemPerMinute(token.per_minute), parts.store.url, f"token:{token.id}"):
        raise TooMany(60)
    if token.used_at is None or now - token.used_at > timedelta(minutes=1):
        with parts.store.begin() as tx:
            tokens.touch(tx, token.id, at=now)
            if token.used_at is None or _day(token.used_at) != _day(now):
                audit.append(tx, _actor(token, address), "token.used", f"token:{token.id}", at=now)
    return Caller(token, _actor(token, address))


def answers_for(tx: Tx, author: str, by: Person) -> bool:
    """Whether ``by`` answers for the token that wrote a post: their yes would be the author's own."""
    return author.startswith(ACTOR) and tokens.owner_of(tx, author.removeprefix(ACTOR)) == by.login


def refuse_owner(tx: Tx, author: str, by: Person) -> None:
    """Raises NotAllowed for the one who answers for the token that wrote the post."""
    if answers_for(tx, author, by):
        raise NotAllowed("You answer for the token that wrote this post; somebody else has to approve it.").worded(
            "problem.own-token"
        )


def _actor(token: Token, address: str) -> Person:
    """The token as an act sees it: it writes and submits in its offices, and nothing else."""
    may_write = Scope.POSTS_WRITE in token.scopes
    grants = tuple(Grant(Role.STAFF, office, token.until) for office in token.offices) if may_write else ()
    return Person(f"{ACTOR}{token.name}", token.name, grants, address=address)


def _check(parts: Parts, tx: Tx, wish: Wish, now: datetime) -> None:
    """Raises BadInput naming what to mend."""
    if not _NAME.fullmatch(wish.name):
        raise BadInput("A token's name is 2 to 40 small letters, digits or hyphens.", key="name").worded(
            "problem.token-name"
        )
    if not wish.scopes:
        raise BadInput("Choose what the token may be used for.", key="scopes").worded("problem.token-scopes")
    known = {EVERYWHERE, *(office.id for office in parts.registry().offices)}
    if not wish.offices or set(wish.offices) - known:
        raise BadInput("Choose offices of the roster.", key="offices").worded("problem.role-office")
    if not _day(now) <= wish.until <= _day(now) + LIVES_AT_MOST:
        raise BadInput("A token needs a last day, at most a year ahead.", key="until").worded("problem.token-until")
    if not 1 <= wish.per_minute <= 6000:
        raise BadInput("Write 1 to 6000 requests a minute.", key="per_minute").worded("problem.token-rate")
    owner = people.login_of(tx, wish.owner)
    if owner is None or not owner.active:
        raise BadInput(f"There is no user '{wish.owner}' who could answer for it.", key="owner").worded(
            "problem.no-user"
        )


def _require_admin(tx: Tx, by: Person, now: datetime) -> None:
    if by is not OPERATOR and not people.person(tx, by.login).may(Role.ADMIN, EVERYWHERE, _day(now)):
        raise NotAllowed("Tokens are given by admins of all offices.").worded("problem.other-role")


def _record(tx: Tx, by: Person, step: str, token: Token, now: datetime) -> None:
    audit.append(
        tx,
        by,
        f"token.{step}",
        f"token:{token.id}",
        at=now,
        scopes=list(token.scopes),
        offices=list(token.offices),
        owner=token.owner,
        until=token.until.isoformat(),
    )


def _hash(secret: str) -> str:
    """256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _day(now: datetime) -> date:
    return now.astimezone(_JAPAN).date()
