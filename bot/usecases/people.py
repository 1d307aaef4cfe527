"""Who works here and what they may do. Every change to rights is asked by one admin and confirmed by another."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.errors import BadInput, Conflict, NotAllowed
from bot.domain.people import EVERYWHERE, Person, Role
from bot.store import audit, people, rights, second_factor, service
from bot.store.database import Tx
from bot.store.people import Login
from bot.store.rights import ChangeKind, ChangeState, RightsChange
from bot.usecases.parts import Parts
from bot.usecases.passwords import hash_password
from moderation.language import TOLD

OPERATOR: Final = Person(login="operator", name="operator of the machine")
"""Who has the shell of the server has the database anyway; the trail names them as such."""
RESERVED: Final = frozenset({"operator", "kouhou", "unknown", "api"})
ADMINS_AT_LEAST: Final = 2
"""With fewer nobody could confirm anything; until then the operator's word is enough."""
DEPUTY_AT_MOST: Final = timedelta(days=366)
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,49}")
_JAPAN: Final = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True, slots=True)
class Wish:
    """A change to somebody's rights. ``until`` is the last day of a grant; a deputy always has one."""

    kind: ChangeKind
    login: str
    role: Role | None = None
    office: str = ""
    until: date | None = None
    deputy_of: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``password`` is a one-time password, shown once, where the change made one."""

    change: RightsChange | None
    in_force: bool
    password: str = field(default="", repr=False)


def add_user(
    parts: Parts, login: str, *, name: str, email: str = "", subject: str = "", by: Person, now: datetime
) -> str:
    """A new member of staff without any right. Returns a one-time password; empty for users of the agency's sign-in."""
    if not _LOGIN.fullmatch(login) or login in RESERVED:
        raise BadInput(
            "A login is 1 to 50 small letters, digits, dots, hyphens or underscores, and not a name of the service.",
            key="login",
        ).worded("problem.login-shape")
    password = "" if subject else secrets.token_urlsafe(12)
    hashed = hash_password(password) if password else None
    with parts.store.begin() as tx:
        _require_admin(tx, by, now)
        if subject and people.login_by_subject(tx, subject) is not None:
            raise Conflict("Somebody else is already linked to this sign-in.").worded("problem.linked")
        people.add(
            tx,
            login,
            name=name.strip() or login,
            email=email.strip(),
            at=now,
            password=hashed,
            one_time=bool(password),
            subject=subject or None,
        )
        audit.append(tx, by, "user.added", f"user:{login}", at=now, linked=bool(subject))
    return password


def ask(parts: Parts, wish: Wish, *, by: Person, now: datetime) -> Outcome:
    """Asks for a change. The operator's is in force at once while there are fewer than two admins."""
    with parts.store.begin() as tx:
        target = _demand(tx, wish.login)
        _check_wish(parts, tx, wish, target, now)
        _refuse_raising_oneself(wish.kind, wish.login, by)
        _require_reach(tx, by, wish.login, wish.office, now)
        change = rights.ask(
            tx,
            wish.kind,
            wish.login,
            role=wish.role or "",
            office=wish.office,
            until=wish.until,
            deputy_of=wish.deputy_of,
            subject=wish.subject,
            by=by.login,
            at=now,
        )
        _record(tx, by, "asked", change, now)
        if by is OPERATOR and len(admins(tx, now)) < ADMINS_AT_LEAST:
            return _apply(tx, change, by, now)
        others = [each.login for each in admins(tx, now) if each.login not in (by.login, wish.login)]
        service.tell(tx, others, "rights.asked", f"user:{wish.login}", at=now, once=str(change.id))
    return Outcome(change, in_force=False)


def confirm(parts: Parts, change_id: int, *, by: Person, now: datetime) -> Outcome:
    """The second admin's yes: another person than the one who asked, and than the one who gains."""
    with parts.store.begin() as tx:
        change = rights.get(tx, change_id)
        _refuse_raising_oneself(change.kind, change.login, by)
        if by.login == change.asked_by:
            raise NotAllowed("You asked for this change; another admin has to confirm it.").worded(
                "problem.second-admin"
            )
        _require_reach(tx, by, change.login, change.office, now)
        _demand(tx, change.login)
        if change.until is not None and change.until < _day(now):
            raise NotAllowed("The last day of this right has passed; ask anew.").worded("problem.right-over")
        return _apply(tx, change, by, now)


def refuse(parts: Parts, change_id: int, *, by: Person, now: datetime) -> RightsChange:
    """Another admin says no, or the one who asked takes it back."""
    with parts.store.begin() as tx:
        change = rights.get(tx, change_id)
        own = by.login == change.asked_by
        if not own:
            _require_reach(tx, by, change.login, change.office, now)
        change = rights.settle(
            tx, change_id, ChangeState.WITHDRAWN if own else ChangeState.REFUSED, by=by.login, at=now
        )
        _record(tx, by, change.state.value, change, now)
        service.tell(tx, [change.asked_by], f"rights.{change.state.value}", f"user:{change.login}", at=now)
    return change


def switch_off(parts: Parts, login: str, *, by: Person, now: datetime) -> None:
    """Ends every session and lets nobody sign in as them; one admin is enough, for it must be quick."""
    with parts.store.begin() as tx:
        target = _demand(tx, login)
        if login == by.login:
            raise NotAllowed("You cannot switch yourself off; ask another admin.").worded("problem.own-switch")
        _require_reach(tx, by, login, "", now)
        left = [each.login for each in admins(tx, now) if each.login != login]
        if by is not OPERATOR and len(left) < ADMINS_AT_LEAST and login in [a.login for a in admins(tx, now)]:
            raise NotAllowed("Two admins have to remain; make another one first.").worded("problem.last-admins")
        if not target.active:
            raise Conflict("This user is switched off already.").worded("problem.is-off")
        people.set_active(tx, login, active=False)
        audit.append(tx, by, "user.disabled", f"user:{login}", at=now)


def set_reads(parts: Parts, login: str, reads: Iterable[str], *, by: Person, now: datetime) -> tuple[str, ...]:
    """Says which languages somebody reads. One admin is enough, but nobody says it of themselves: blocks rest on it."""
    wanted = set(reads)
    if not wanted <= TOLD:
        known = " ".join(sorted(TOLD))
        raise BadInput(f"Choose languages among {known}.", key="reads").worded("problem.reads")
    with parts.store.begin() as tx:
        known_as = _demand(tx, login)
        if login == by.login:
            raise NotAllowed("Nobody says of themselves what they read; ask another admin.").worded("problem.own-reads")
        _require_reach(tx, by, login, "", now)
        kept = tuple(sorted(wanted))
        people.set_reads(tx, login, kept)
        audit.append(tx, by, "user.reads", f"user:{login}", at=now, before=list(known_as.reads), reads=list(kept))
    return kept


def check_office(parts: Parts, office: str) -> None:
    """Raises BadInput for an office that the roster does not have."""
    if office not in {EVERYWHERE, *(each.id for each in parts.registry().offices)}:
        raise BadInput("Choose a role and an office of the roster.", key="office").worded("problem.role-office")


def admins(tx: Tx, now: datetime) -> list[Person]:
    """Active people who may administer everything today."""
    return [each for each in people.everyone(tx) if each.may(Role.ADMIN, EVERYWHERE, _day(now))]


def _apply(tx: Tx, change: RightsChange, by: Person, now: datetime) -> Outcome:
    """The change in force, in the transaction of the yes."""
    password = ""
    if change.kind is ChangeKind.GRANT:
        people.grant(
            tx,
            change.login,
            Role(change.role),
            office=change.office,
            until=change.until,
            by=change.asked_by,
            at=now,
            deputy_of=change.deputy_of,
        )
    elif change.kind is ChangeKind.REVOKE:
        people.revoke(tx, change.login, Role(change.role), office=change.office)
    elif change.kind is ChangeKind.RESTORE:
        people.set_active(tx, change.login, active=True)
    elif change.kind is ChangeKind.LINK:
        people.set_subject(tx, change.login, change.subject)
    elif change.kind is ChangeKind.RESET:
        password = _reset(tx, change.login)
    done = rights.settle(tx, change.id, ChangeState.CONFIRMED, by=by.login, at=now)
    _record(tx, by, "confirmed", done, now)
    told = [change.login, *([change.asked_by] if change.asked_by != by.login else [])]
    service.tell(tx, told, "rights.confirmed", f"user:{change.login}", at=now, once=str(change.id))
    return Outcome(done, in_force=True, password=password)


def _reset(tx: Tx, login: str) -> str:
    password = secrets.token_urlsafe(12)
    target = _demand(tx, login)
    people.set_password(tx, login, hash_password(password), one_time=True)
    second_factor.forget_all(tx, target.id)
    people.end_sessions(tx, target.id)
    return password


def _check_wish(parts: Parts, tx: Tx, wish: Wish, target: Login, now: datetime) -> None:
    """Raises BadInput for a change that makes no sense, before anybody is asked."""
    if wish.kind in (ChangeKind.GRANT, ChangeKind.REVOKE):
        _check_grant(parts, tx, wish, now)
    if wish.kind is ChangeKind.RESTORE and target.active:
        raise BadInput("This user is not switched off.", key="login").worded("problem.not-off")
    if wish.kind is ChangeKind.LINK and not wish.subject.strip():
        raise BadInput("Write who the agency's sign-in says they are.", key="subject").worded("problem.no-subject")


def _check_grant(parts: Parts, tx: Tx, wish: Wish, now: datetime) -> None:
    check_office(parts, wish.office if wish.role is not None else "")
    if wish.kind is ChangeKind.REVOKE:
        if (wish.role, wish.office) not in [(each.role, each.office) for each in people.given(tx, wish.login)]:
            raise BadInput("The person does not hold this right.", key="role").worded("problem.not-held")
        return
    if wish.until is not None and wish.until < _day(now):
        raise BadInput("The last day has passed already.", key="until").worded("problem.until-passed")
    if wish.deputy_of:
        _check_deputy(tx, wish, now)


def _check_deputy(tx: Tx, wish: Wish, now: datetime) -> None:
    today = _day(now)
    if wish.until is None or wish.until > today + DEPUTY_AT_MOST:
        raise BadInput("A deputy needs a last day, at most a year ahead.", key="until").worded("problem.deputy-end")
    if wish.deputy_of == wish.login:
        raise BadInput("Nobody is their own deputy.", key="deputy_of").worded("problem.own-deputy")
    person = people.person(tx, wish.deputy_of)
    if wish.role is not None and not person.may(wish.role, wish.office, today):
        raise BadInput(
            "A deputy cannot get a right that the person they stand in for does not hold.", key="deputy_of"
        ).worded("problem.deputy-more")


def _refuse_raising_oneself(kind: ChangeKind, login: str, by: Person) -> None:
    """Giving a right back is the one change to one's own rights that may be asked for."""
    if by.login == login and kind is not ChangeKind.REVOKE:
        raise NotAllowed("Nobody changes their own rights; ask two other admins.").worded("problem.own-rights")


def _require_admin(tx: Tx, by: Person, now: datetime) -> None:
    """The rights as the database has them now: the page may have been open since before they were taken away."""
    if by is OPERATOR:
        return
    if Role.ADMIN not in people.person(tx, by.login).roles(_day(now)):
        raise NotAllowed("Only admins do this.").worded("problem.other-role")


def _require_reach(tx: Tx, by: Person, login: str, office: str, now: datetime) -> None:
    """An admin of some offices reaches people whose rights all lie there, and gives rights there only."""
    if by is OPERATOR:
        return
    _require_admin(tx, by, now)
    fresh = people.person(tx, by.login)
    touched = {each.office for each in people.given(tx, login)} | ({office} if office else set())
    out = [each for each in touched if not fresh.may(Role.ADMIN, each, _day(now))]
    if out:
        raise NotAllowed("You are no admin of every office in which this person has rights.").worded("problem.reach")


def _demand(tx: Tx, login: str) -> Login:
    found = people.login_of(tx, login)
    if found is None:
        raise BadInput(f"There is no user '{login}'.", key="login").worded("problem.no-user")
    return found


def _record(tx: Tx, by: Person, step: str, change: RightsChange, now: datetime) -> None:
    audit.append(
        tx,
        by,
        f"rights.{step}",
        f"user:{change.login}",
        at=now,
        office="" if change.office == EVERYWHERE else change.office,
        change=change.id,
        kind=change.kind.value,
        role=change.role,
        scope=change.office,
        until=change.until.isoformat() if change.until else "",
        deputy_of=change.deputy_of,
        asked_by=change.asked_by,
    )


def _day(now: datetime) -> date:
    return now.astimezone(_JAPAN).date()
