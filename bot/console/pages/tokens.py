"""API tokens: asked by one admin, confirmed by another, the secret shown once to the first."""

from __future__ import annotations

from datetime import timedelta

from fastapi.responses import Response

from bot.console.guard import Here, Number, Room, holders
from bot.console.pages.people import day_of
from bot.console.show import NAV, go, office_name, page
from bot.domain.errors import BadInput
from bot.domain.people import EVERYWHERE, Role
from bot.store import people
from bot.store import tokens as kept
from bot.usecases import tokens
from bot.usecases.tokens import PER_MINUTE, Scope, Wish

room = Room()
ADMINS = holders(Role.ADMIN)
NAV.append(("/api-tokens", "people.nav-tokens", Role.ADMIN.value, None))


@room.page("/api-tokens", ADMINS)
def every(visit: Here) -> Response:
    with visit.parts.store.read() as tx:
        found = kept.everything(tx)
        owners = people.everyone(tx)
    return page(
        visit,
        "people/tokens.html",
        tokens=found,
        owners=owners,
        scopes=list(Scope),
        offices=[EVERYWHERE, *(office.id for office in visit.parts.registry().offices)],
        named=lambda office: office_name(visit, office),
        mine=visit.by.login,
        per_minute=PER_MINUTE,
        until=visit.today + timedelta(days=365),
    )


@room.form("/api-tokens", ADMINS)
def ask(visit: Here) -> Response:
    form = visit.form
    until = day_of(form.get("until", ""))
    rate = form.get("per_minute", "")
    if until is None or not (rate.isascii() and rate.isdecimal()):
        raise BadInput("A token needs a last day and a rate.", key="until").worded("problem.token-until")
    wish = Wish(
        form.get("name", "").strip(),
        form.get("owner", ""),
        tuple(Scope(each) for each in visit.lists.get("scopes", ()) if each in list(Scope)),
        visit.lists.get("offices", ()),
        until,
        int(rate[:6]),
    )
    tokens.ask(visit.parts, wish, by=visit.by, now=visit.now)
    return go("/api-tokens", done="token-asked")


@room.form("/api-tokens/{number}/confirm", ADMINS)
def confirm(visit: Here, number: Number) -> Response:
    tokens.confirm(visit.parts, number, by=visit.by, now=visit.now)
    return go("/api-tokens", done="token-confirmed")


@room.form("/api-tokens/{number}/refuse", ADMINS)
def refuse(visit: Here, number: Number) -> Response:
    tokens.refuse(visit.parts, number, by=visit.by, now=visit.now)
    return go("/api-tokens", done="rights-refused")


@room.form("/api-tokens/{number}/fetch", ADMINS)
def fetch(visit: Here, number: Number) -> Response:
    done = tokens.fetch(visit.parts, number, by=visit.by, now=visit.now)
    return page(visit, "people/token_once.html", token=done.token, secret=done.secret)


@room.form("/api-tokens/{number}/revoke", ADMINS)
def revoke(visit: Here, number: Number) -> Response:
    tokens.revoke(visit.parts, number, by=visit.by, now=visit.now)
    return go("/api-tokens", done="token-revoked")
