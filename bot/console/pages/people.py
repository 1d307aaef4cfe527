"""Users and their rights: every change is asked on one admin's desk and confirmed on another's."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Path
from fastapi.responses import Response
from markupsafe import Markup

from bot.console.guard import Here, Number, Room, holders
from bot.console.show import NAV, go, office_name, page
from bot.console.visit import Visit
from bot.domain.errors import BadInput, NotFound
from bot.domain.people import EVERYWHERE, Role
from bot.store import audit, people, rights
from bot.store.rights import ChangeKind
from bot.usecases import people as desk
from bot.usecases.people import Wish
from moderation.language import TOLD

room = Room()
ADMINS = holders(Role.ADMIN)
Login = Annotated[str, Path(max_length=50)]


def _waiting(visit: Visit) -> int:
    with visit.parts.store.read() as tx:
        return rights.count_waiting(tx)


NAV.append(("/people", "people.nav-users", Role.ADMIN.value, _waiting))


@room.page("/people", ADMINS)
def everybody(visit: Here) -> Response:
    """The list is personal data of staff: the look is written down."""
    with visit.parts.store.begin() as tx:
        audit.append(tx, visit.by, "user.read", "user:all", at=visit.now)
        rows = [(each, people.given(tx, each.login)) for each in people.logins(tx)]
        waiting = rights.waiting(tx)
    return page(visit, "people/list.html", rows=rows, waiting=waiting, mine=visit.by.login)


@room.form("/people", ADMINS)
def add(visit: Here) -> Response:
    login = visit.form.get("login", "").strip()
    password = desk.add_user(
        visit.parts,
        login,
        name=visit.form.get("name", "")[:100],
        email=visit.form.get("email", "")[:200],
        subject=_subject(visit),
        by=visit.by,
        now=visit.now,
    )
    return page(visit, "people/password_once.html", login=login, password=password)


@room.page("/people/{login}", ADMINS)
def one(visit: Here, login: Login) -> Response:
    with visit.parts.store.begin() as tx:
        known = people.login_of(tx, login)
        if known is None:
            raise NotFound("There is no such user.").worded("problem.no-user")
        audit.append(tx, visit.by, "user.read", f"user:{login}", at=visit.now)
        given, changes = people.given(tx, login), rights.of(tx, login)
        others = [each for each in people.everyone(tx) if each.login != login]
    return page(
        visit,
        "people/user.html",
        account=known,
        given=given,
        changes=changes,
        others=others,
        roles=list(Role),
        offices=[EVERYWHERE, *(office.id for office in visit.parts.registry().offices)],
        named=lambda office: office_name(visit, office),
        mine=visit.by.login,
        languages=_languages(visit),
        linkable=bool(visit.app.settings.oidc_issuer),
    )


@room.form("/people/{login}/ask", ADMINS)
def ask(visit: Here, login: Login) -> Response:
    """A change that another admin has to confirm."""
    form = visit.form
    kind = form.get("kind", "")
    if kind not in list(ChangeKind):
        raise BadInput("Choose what to change.", key="kind").worded("problem.role-office")
    role = form.get("role", "")
    wish = Wish(
        ChangeKind(kind),
        login,
        Role(role) if role in list(Role) else None,
        form.get("office", ""),
        day_of(form.get("until", "")),
        form.get("deputy_of", ""),
        _subject(visit),
    )
    desk.ask(visit.parts, wish, by=visit.by, now=visit.now)
    return go(f"/people/{login}", done="rights-asked")


@room.form("/people/{login}/reads", ADMINS)
def set_reads(visit: Here, login: Login) -> Response:
    desk.set_reads(visit.parts, login, visit.lists.get("reads", ()), by=visit.by, now=visit.now)
    return go(f"/people/{login}", done="reads-saved")


@room.form("/people/{login}/off", ADMINS)
def switch_off(visit: Here, login: Login) -> Response:
    desk.switch_off(visit.parts, login, by=visit.by, now=visit.now)
    return go(f"/people/{login}", done="user-off")


@room.form("/rights/{number}/confirm", ADMINS)
def confirm(visit: Here, number: Number) -> Response:
    done = desk.confirm(visit.parts, number, by=visit.by, now=visit.now)
    if done.password and done.change is not None:
        return page(visit, "people/password_once.html", login=done.change.login, password=done.password)
    return go("/people", done="rights-confirmed")


@room.form("/rights/{number}/refuse", ADMINS)
def refuse(visit: Here, number: Number) -> Response:
    desk.refuse(visit.parts, number, by=visit.by, now=visit.now)
    return go("/people", done="rights-refused")


def _languages(visit: Visit) -> list[tuple[str, Markup]]:
    """Every language that a reply is told to be in, Japanese first, with its name."""
    tags = ["ja", *sorted(TOLD - {"ja"})]
    return [(tag, visit.words.nearest("language", tag.replace("-", "."))) for tag in tags]


def day_of(text: str) -> date | None:
    """A day from a date field; None for an empty one."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("This is no day; write for example 2027-03-31.", key="until").worded("problem.day") from None


def _subject(visit: Visit) -> str:
    """Who the agency's sign-in says they are, with the issuer before it; empty for local users."""
    typed = visit.form.get("subject", "").strip()[:200]
    return f"{visit.app.settings.oidc_issuer}|{typed}" if typed else ""
