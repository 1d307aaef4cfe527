"""Sign in and out with a local account; tries are limited by login and by address."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.domain.errors import NotAllowed
from bot.domain.people import Person
from bot.store import audit, people
from bot.usecases.parts import Parts
from bot.usecases.passwords import check_strength, fits, hash_password

LIVES: Final = timedelta(hours=12)
"""A session ends after this long, used or not."""
_TRIES: Final = RateLimitItemPerMinute(10, 5)
_LIMITER: Final = MovingWindowRateLimiter(MemoryStorage())


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The cookie's token is shown once, here; the database keeps its hash."""

    token: str
    person: Person
    one_time: bool


def sign_in(parts: Parts, login: str, password: str, *, address: str, agent: str, now: datetime) -> SignedIn:
    """Raises NotAllowed for a wrong pair, in the same words and after the same time whatever was wrong."""
    keys = (f"login:{login[:100]}", f"address:{address}")
    if not all(_LIMITER.test(_TRIES, key) for key in keys):
        raise NotAllowed("Too many tries; wait five minutes.").worded("problem.too-many-tries", minutes=5)
    with parts.store.read() as tx:
        known = people.login_of(tx, login)
    good = fits(password, known.password if known and known.active else None)
    if known is None or not good:
        for key in keys:  # only failures count: an office of fifty behind one address signs in at nine
            _LIMITER.hit(_TRIES, key)
        who = Person(login=login[:50] if known else "unknown", address=address)
        with parts.store.begin() as tx:
            audit.append(tx, who, "session.refused", f"user:{who.login}", at=now)
        raise NotAllowed("Login or password is wrong.").worded("problem.wrong-pair")
    token = secrets.token_urlsafe(32)
    with parts.store.begin() as tx:
        person = people.person(tx, login, address=address)
        people.open_session(
            tx,
            known.id,
            hashlib.sha256(token.encode()).hexdigest(),
            at=now,
            ends_at=now + LIVES,
            address=address,
            agent=agent,
        )
        audit.append(tx, person, "session.opened", f"user:{login}", at=now)
    return SignedIn(token, person, known.one_time)


def sign_out(parts: Parts, session: int, *, by: Person, now: datetime) -> None:
    with parts.store.begin() as tx:
        people.end_session(tx, session)
        audit.append(tx, by, "session.closed", f"user:{by.login}", at=now)


def change_password(parts: Parts, *, by: Person, old: str, new: str, now: datetime) -> None:
    """Raises NotAllowed for a wrong old password, BadInput for a weak new one."""
    with parts.store.read() as tx:
        known = people.login_of(tx, by.login)
    if known is None or not fits(old, known.password):
        raise NotAllowed("The old password is wrong.").worded("problem.wrong-old-password")
    check_strength(new, by.login)
    hashed = hash_password(new)
    with parts.store.begin() as tx:
        people.set_password(tx, by.login, hashed, one_time=False)
        audit.append(tx, by, "user.password-changed", f"user:{by.login}", at=now)
