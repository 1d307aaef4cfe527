"""Queries about staff, their grants and their sessions. Passwords are stored as argon2id hashes by the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete
from sqlmodel import col, select

from bot.domain.errors import Conflict, NotFound
from bot.domain.people import EVERYWHERE, Grant, Person, Role
from bot.store.database import Tx
from bot.store.tables.people import GrantRow, SessionRow, UserRow


@dataclass(frozen=True, slots=True)
class Login:
    """What sign-in needs to know about a member of staff; ``password`` is a hash."""

    id: int
    login: str
    password: str | None
    one_time: bool
    active: bool
    has_totp: bool
    locale: str
    consented: str


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    id: int
    user: int
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    agent: str
    second_factor: bool


def add(
    tx: Tx,
    login: str,
    *,
    name: str,
    at: datetime,
    password: str | None = None,
    one_time: bool = False,
    email: str = "",
    locale: str = "ja",
) -> Person:
    """A new member of staff without any right; Conflict if the login is taken."""
    if tx.session.exec(select(UserRow.id).where(UserRow.login == login)).first() is not None:
        raise Conflict(f"The login '{login}' is taken; choose another.")
    row = UserRow(
        login=login, name=name, email=email, password=password, one_time=one_time, locale=locale, created_at=at
    )
    tx.session.add(row)
    tx.session.flush()
    return person(tx, login)


def person(tx: Tx, login: str, *, address: str = "") -> Person:
    """The member of staff with every grant; NotFound for unknown or switched-off logins."""
    row = tx.session.exec(select(UserRow).where(UserRow.login == login)).first()
    if row is None or not row.active:
        raise NotFound(f"There is no active user '{login}'; see 'kouhou user list'.")
    return _person(tx, row, address)


def person_by_id(tx: Tx, user_id: int, *, address: str = "") -> Person:
    row = tx.session.get(UserRow, user_id)
    if row is None or not row.active:
        raise NotFound("This user does not exist any more or is switched off.")
    return _person(tx, row, address)


def everyone(tx: Tx) -> list[Person]:
    """All active staff by login."""
    rows = tx.session.exec(select(UserRow).where(col(UserRow.active)).order_by(UserRow.login)).all()
    return [_person(tx, row, "") for row in rows]


def grant(
    tx: Tx, login: str, role: Role, *, office: str = EVERYWHERE, until: date | None = None, by: str, at: datetime
) -> None:
    """Gives a role in an office; giving it again changes its end date."""
    user = _row(tx, login)
    found = tx.session.exec(
        select(GrantRow).where(GrantRow.user == user.id, GrantRow.role == role.value, GrantRow.office == office)
    ).first()
    row = found or GrantRow(user=user.id or 0, role=role, office=office, given_by=by, given_at=at)
    row.until, row.given_by, row.given_at = until, by, at
    tx.session.add(row)
    tx.session.flush()


def revoke(tx: Tx, login: str, role: Role, *, office: str) -> None:
    user = _row(tx, login)
    tx.session.execute(
        delete(GrantRow).where(
            col(GrantRow.user) == user.id, col(GrantRow.role) == role.value, col(GrantRow.office) == office
        )
    )


def login_of(tx: Tx, login: str) -> Login | None:
    row = tx.session.exec(select(UserRow).where(UserRow.login == login)).first()
    return _login(row) if row else None


def set_password(tx: Tx, login: str, password: str, *, one_time: bool) -> None:
    row = _row(tx, login)
    row.password, row.one_time = password, one_time
    tx.session.add(row)


def set_locale(tx: Tx, login: str, locale: str) -> None:
    row = _row(tx, login)
    row.locale = locale
    tx.session.add(row)


def set_active(tx: Tx, login: str, *, active: bool) -> None:
    """Switches a user on or off; their sessions end at once when off."""
    row = _row(tx, login)
    row.active = active
    tx.session.add(row)
    if not active:
        tx.session.execute(delete(SessionRow).where(col(SessionRow.user) == row.id))


def open_session(
    tx: Tx, user: int, token_hash: str, *, at: datetime, ends_at: datetime, address: str, agent: str
) -> Session:
    row = SessionRow(
        user=user,
        token_hash=token_hash,
        created_at=at,
        seen_at=at,
        ends_at=ends_at,
        address=address[:64],
        agent=agent[:200],
    )
    tx.session.add(row)
    tx.session.flush()
    return _session(row)


def session(tx: Tx, token_hash: str, *, now: datetime) -> Session | None:
    """The living session behind a token's hash."""
    row = tx.session.exec(select(SessionRow).where(SessionRow.token_hash == token_hash)).first()
    return _session(row) if row is not None and row.ends_at > now else None


def touch_session(tx: Tx, session_id: int, *, at: datetime) -> None:
    row = tx.session.get(SessionRow, session_id)
    if row is not None:
        row.seen_at = at
        tx.session.add(row)


def sessions(tx: Tx, user: int, *, now: datetime) -> Sequence[Session]:
    rows = tx.session.exec(
        select(SessionRow).where(SessionRow.user == user, SessionRow.ends_at > now).order_by(col(SessionRow.seen_at))
    )
    return [_session(row) for row in rows]


def end_session(tx: Tx, session_id: int) -> None:
    tx.session.execute(delete(SessionRow).where(col(SessionRow.id) == session_id))


def _row(tx: Tx, login: str) -> UserRow:
    row = tx.session.exec(select(UserRow).where(UserRow.login == login)).first()
    if row is None:
        raise NotFound(f"There is no user '{login}'; see 'kouhou user list'.")
    return row


def _person(tx: Tx, row: UserRow, address: str) -> Person:
    found = tx.session.exec(select(GrantRow).where(GrantRow.user == row.id).order_by(col(GrantRow.id)))
    grants = tuple(Grant(Role(each.role), each.office, each.until) for each in found)
    return Person(row.login, row.name, grants, row.locale, address, row.id or 0)


def _login(row: UserRow) -> Login:
    return Login(
        row.id or 0, row.login, row.password, row.one_time, row.active, row.totp is not None, row.locale, row.consented
    )


def _session(row: SessionRow) -> Session:
    return Session(
        row.id or 0, row.user, row.created_at, row.seen_at, row.ends_at, row.address, row.agent, row.second_factor
    )
