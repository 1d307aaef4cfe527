"""Queries about staff, their grants and their sessions. Passwords are stored as argon2id hashes by the caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete
from sqlmodel import col, select

from bot.domain.errors import Conflict, NotFound
from bot.domain.people import EVERYWHERE, Grant, Person, Role
from bot.store.database import Tx
from bot.store.tables.people import ConsentRow, GrantRow, PasskeyRow, SessionRow, UserRow


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
    name: str = ""
    email: str = ""
    subject: str = ""
    has_passkey: bool = False
    reads: tuple[str, ...] = ()

    @property
    def has_factor(self) -> bool:
        """Whether a second factor is asked for at sign-in."""
        return self.has_totp or self.has_passkey


@dataclass(frozen=True, slots=True)
class Given:
    """A grant with its story: ``deputy_of`` is the person it stands in for, empty for a right of one's own."""

    role: Role
    office: str
    until: date | None
    deputy_of: str
    given_by: str
    given_at: datetime


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
    subject: str | None = None,
) -> Person:
    """A new member of staff without any right; Conflict if the login is taken."""
    if tx.session.exec(select(UserRow.id).where(UserRow.login == login)).first() is not None:
        raise Conflict(f"The login '{login}' is taken; choose another.").worded("problem.login-taken", login=login)
    row = UserRow(
        login=login,
        name=name,
        email=email,
        password=password,
        one_time=one_time,
        locale=locale,
        subject=subject,
        created_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return person(tx, login)


def person(tx: Tx, login: str, *, address: str = "") -> Person:
    """The member of staff with every grant; NotFound for unknown or switched-off logins."""
    row = tx.session.exec(select(UserRow).where(UserRow.login == login)).first()
    if row is None or not row.active:
        raise NotFound(f"There is no active user '{login}'; see 'kouhou user list'.").worded("problem.no-user")
    return _person(tx, row, address)


def person_by_id(tx: Tx, user_id: int, *, address: str = "") -> Person:
    row = tx.session.get(UserRow, user_id)
    if row is None or not row.active:
        raise NotFound("This user does not exist any more or is switched off.").worded("problem.no-user")
    return _person(tx, row, address)


def everyone(tx: Tx) -> list[Person]:
    """All active staff by login."""
    rows = tx.session.exec(select(UserRow).where(col(UserRow.active)).order_by(UserRow.login)).all()
    return [_person(tx, row, "") for row in rows]


def logins(tx: Tx) -> list[Login]:
    """Everybody, switched-off people too, by login."""
    return [_login(tx, row) for row in tx.session.exec(select(UserRow).order_by(UserRow.login)).all()]


def given(tx: Tx, login: str) -> list[Given]:
    """Every grant of a person, ended ones too, by role and office."""
    user = _row(tx, login)
    rows = tx.session.exec(
        select(GrantRow).where(GrantRow.user == user.id).order_by(GrantRow.role, GrantRow.office)
    ).all()
    return [Given(Role(r.role), r.office, r.until, r.deputy_of, r.given_by, r.given_at) for r in rows]


def grant(
    tx: Tx,
    login: str,
    role: Role,
    *,
    office: str = EVERYWHERE,
    until: date | None = None,
    by: str,
    at: datetime,
    deputy_of: str = "",
) -> None:
    """Gives a role in an office; giving it again changes its end date."""
    user = _row(tx, login)
    found = tx.session.exec(
        select(GrantRow).where(GrantRow.user == user.id, GrantRow.role == role.value, GrantRow.office == office)
    ).first()
    row = found or GrantRow(user=user.id or 0, role=role, office=office, given_by=by, given_at=at)
    row.until, row.given_by, row.given_at, row.deputy_of = until, by, at, deputy_of
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
    return _login(tx, row) if row else None


def login_by_subject(tx: Tx, subject: str) -> Login | None:
    """The person whom the agency's sign-in knows under this subject."""
    row = tx.session.exec(select(UserRow).where(UserRow.subject == subject)).first()
    return _login(tx, row) if row else None


def set_subject(tx: Tx, login: str, subject: str) -> None:
    """Links a person to the agency's sign-in; Conflict if somebody else has that subject."""
    found = login_by_subject(tx, subject)
    if found is not None and found.login != login:
        raise Conflict("Somebody else is already linked to this sign-in.").worded("problem.linked")
    row = _row(tx, login)
    row.subject = subject
    tx.session.add(row)


def consent(tx: Tx, login: str, version: str, *, locale: str, at: datetime, address: str) -> None:
    """Writes down that this person agreed to this version."""
    row = _row(tx, login)
    row.consented = version
    tx.session.add(row)
    tx.session.add(ConsentRow(user=row.id or 0, version=version, locale=locale, at=at, address=address[:64]))


def set_password(tx: Tx, login: str, password: str, *, one_time: bool) -> None:
    row = _row(tx, login)
    row.password, row.one_time = password, one_time
    tx.session.add(row)


def set_locale(tx: Tx, login: str, locale: str) -> None:
    row = _row(tx, login)
    row.locale = locale
    tx.session.add(row)


def set_reads(tx: Tx, login: str, reads: Sequence[str]) -> None:
    """The tags of the languages that this person reads."""
    row = _row(tx, login)
    row.reads = " ".join(reads)
    tx.session.add(row)


def who_reads(tx: Tx, logins: Iterable[str], language: str) -> frozenset[str]:
    """Those of these people who read a language; who is unknown or switched off reads none."""
    wanted = (col(UserRow.login).in_(set(logins)), col(UserRow.active))
    rows = tx.session.exec(select(UserRow.login, UserRow.reads).where(*wanted))
    return frozenset(login for login, reads in rows if language in reads.split())


def notices_read(tx: Tx, login: str) -> int:
    """The number of the newest notice that this person has put away, 0 for none."""
    return tx.session.exec(select(UserRow.notices_read).where(UserRow.login == login)).first() or 0


def put_notices_away(tx: Tx, login: str, newest: int) -> None:
    row = _row(tx, login)
    row.notices_read = max(row.notices_read, newest)
    tx.session.add(row)


def set_blurs(tx: Tx, login: str, *, blurs: bool) -> None:
    """Whether harsh words are blurred for this person until they look at them."""
    row = _row(tx, login)
    row.blurs = blurs
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


def session_by_id(tx: Tx, session_id: int) -> Session | None:
    row = tx.session.get(SessionRow, session_id)
    return _session(row) if row is not None else None


def all_sessions(tx: Tx, *, now: datetime, limit: int = 500) -> list[tuple[str, Session]]:
    """(login, session) of every living session, the last used first."""
    rows = tx.session.exec(
        select(UserRow.login, SessionRow)
        .join(UserRow, col(UserRow.id) == SessionRow.user)
        .where(SessionRow.ends_at > now)
        .order_by(col(SessionRow.seen_at).desc())
        .limit(limit)
    )
    return [(login, _session(row)) for login, row in rows]


def end_sessions(tx: Tx, user: int, *, but: int = 0) -> int:
    """Ends every session of a person except one. Returns how many."""
    done = tx.session.execute(delete(SessionRow).where(col(SessionRow.user) == user, col(SessionRow.id) != but))
    return int(done.rowcount)  # type: ignore[attr-defined]


def prove_second_factor(tx: Tx, session_id: int) -> None:
    row = tx.session.get(SessionRow, session_id)
    if row is not None:
        row.second_factor, row.challenge, row.challenge_until = True, "", None
        tx.session.add(row)


def set_challenge(tx: Tx, session_id: int, challenge: str, *, until: datetime) -> None:
    """Remembers what a passkey has to sign in this session."""
    row = tx.session.get(SessionRow, session_id)
    if row is not None:
        row.challenge, row.challenge_until = challenge, until
        tx.session.add(row)


def take_challenge(tx: Tx, session_id: int, *, now: datetime) -> str:
    """The challenge, once; empty when there is none or its time is over."""
    row = tx.session.get(SessionRow, session_id)
    if row is None or not row.challenge or row.challenge_until is None or row.challenge_until < now:
        return ""
    challenge, row.challenge, row.challenge_until = row.challenge, "", None
    tx.session.add(row)
    return challenge


def _row(tx: Tx, login: str) -> UserRow:
    row = tx.session.exec(select(UserRow).where(UserRow.login == login)).first()
    if row is None:
        raise NotFound(f"There is no user '{login}'; see 'kouhou user list'.").worded("problem.no-user")
    return row


def _person(tx: Tx, row: UserRow, address: str) -> Person:
    found = tx.session.exec(select(GrantRow).where(GrantRow.user == row.id).order_by(col(GrantRow.id)))
    grants = tuple(Grant(Role(each.role), each.office, each.until) for each in found)
    reads = tuple(row.reads.split())
    return Person(row.login, row.name, grants, row.locale, address, row.id or 0, reads, row.blurs)


def _login(tx: Tx, row: UserRow) -> Login:
    passkey = tx.session.exec(select(PasskeyRow.id).where(PasskeyRow.user == row.id).limit(1)).first()
    return Login(
        row.id or 0,
        row.login,
        row.password,
        row.one_time,
        row.active,
        row.totp is not None,
        row.locale,
        row.consented,
        row.name,
        row.email,
        row.subject or "",
        passkey is not None,
        tuple(row.reads.split()),
    )


def _session(row: SessionRow) -> Session:
    return Session(
        row.id or 0, row.user, row.created_at, row.seen_at, row.ends_at, row.address, row.agent, row.second_factor
    )
