"""Sign in and out with a local account; failures are limited by login and by address."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.domain.errors import NotAllowed
from bot.domain.people import EVERYWHERE, Person, Role
from bot.store import audit, people
from bot.store.database import Tx
from bot.store.people import Login, Session
from bot.usecases.parts import Parts
from bot.usecases.passwords import check_strength, fits, hash_password
from bot.usecases.throttle import count_failure, refuse_hasty

LIVES: Final = timedelta(hours=12)
"""A session ends after this long, used or not."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The cookie's token is shown once, here; the database keeps its hash. ``waits``: a second factor is still due."""

    token: str = field(repr=False)
    person: Person
    one_time: bool
    waits: bool = False


def sign_in(parts: Parts, login: str, password: str, *, address: str, agent: str, now: datetime) -> SignedIn:
    """Raises NotAllowed for a wrong pair, in the same words and after the same time whatever was wrong."""
    keys = (f"login:{login[:100]}", f"address:{address}")
    refuse_hasty(parts, *keys)
    with parts.store.read() as tx:
        known = people.login_of(tx, login)
    good = fits(password, known.password if known and known.active else None)
    if known is None or not good:
        count_failure(parts, *keys)
        who = Person(login=login[:50] if known else "unknown", address=address)
        with parts.store.begin() as tx:
            audit.append(tx, who, "session.refused", f"user:{who.login}", at=now)
        raise NotAllowed("Login or password is wrong.").worded("problem.wrong-pair")
    with parts.store.begin() as tx:
        return open_session(tx, known, address=address, agent=agent, now=now)


def open_session(
    tx: Tx, known: Login, *, address: str, agent: str, now: datetime, by: str = "password", strong: bool = False
) -> SignedIn:
    """A session with a fresh token. ``strong``: whoever vouched for the person saw a second factor already."""
    token = secrets.token_urlsafe(32)
    person = people.person(tx, known.login, address=address)
    opened = people.open_session(
        tx,
        known.id,
        hashlib.sha256(token.encode()).hexdigest(),
        at=now,
        ends_at=now + LIVES,
        address=address,
        agent=agent,
    )
    if strong:
        people.prove_second_factor(tx, opened.id)
    waits = known.has_factor and not strong
    audit.append(tx, person, "session.opened", f"user:{known.login}", at=now, session=opened.id, by=by, waits=waits)
    return SignedIn(token, person, known.one_time, waits)


def sign_out(parts: Parts, session: int, *, by: Person, now: datetime) -> None:
    with parts.store.begin() as tx:
        people.end_session(tx, session)
        audit.append(tx, by, "session.closed", f"user:{by.login}", at=now)


def sessions_of_all(parts: Parts, *, by: Person, now: datetime) -> list[tuple[str, Session]]:
    """Where everybody is signed in, for admins; the look itself is written down."""
    with parts.store.begin() as tx:
        _require_admin(tx, by, now)
        audit.append(tx, by, "session.read", "session:all", at=now)
        return people.all_sessions(tx, now=now)


def end_session(parts: Parts, session_id: int, *, by: Person, now: datetime) -> None:
    """Ends a session of one's own; an admin ends anybody's."""
    with parts.store.begin() as tx:
        found = people.session_by_id(tx, session_id)
        if found is None or found.user != by.id:
            _require_admin(tx, by, now)
        if found is None:
            return
        owner = next((each.login for each in people.logins(tx) if each.id == found.user), "unknown")
        people.end_session(tx, session_id)
        audit.append(tx, by, "session.ended", f"user:{owner}", at=now, session=session_id)


def change_password(parts: Parts, *, by: Person, old: str, new: str, now: datetime, keep: int | None = None) -> None:
    """Raises NotAllowed for a wrong old password, BadInput for a weak new one. Other sessions than ``keep`` end."""
    refuse_hasty(parts, f"password:{by.login}")
    with parts.store.read() as tx:
        known = people.login_of(tx, by.login)
    if known is None or not fits(old, known.password):
        count_failure(parts, f"password:{by.login}")
        raise NotAllowed("The old password is wrong.").worded("problem.wrong-old-password")
    check_strength(new, by.login)
    hashed = hash_password(new)
    with parts.store.begin() as tx:
        people.set_password(tx, by.login, hashed, one_time=False)
        ended = people.end_sessions(tx, known.id, but=keep) if keep is not None else 0
        audit.append(tx, by, "user.password-changed", f"user:{by.login}", at=now, sessions_ended=ended)


def _require_admin(tx: Tx, by: Person, now: datetime) -> None:
    if not people.person(tx, by.login).may(Role.ADMIN, EVERYWHERE, now.date()):
        raise NotAllowed("This session belongs to somebody else.").worded("problem.other-session")
