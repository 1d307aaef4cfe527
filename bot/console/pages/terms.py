"""The terms of use: to be read by anybody, to be agreed to before the first use and after each change."""

from __future__ import annotations

from fastapi.responses import Response

from bot.console.guard import ANYBODY, SIGNED_IN, Here, Room
from bot.console.show import go, page
from bot.store import people
from bot.usecases import consent

room = Room()


@room.page("/terms", ANYBODY)
def terms(visit: Here) -> Response:
    found = consent.current(visit.app.settings.terms)
    agreed = ""
    if visit.person is not None:
        with visit.parts.store.read() as tx:
            known = people.login_of(tx, visit.person.login)
        agreed = known.consented if known else ""
    return page(visit, "people/terms.html", version=found.version, text=found.text(visit.words.locale), agreed=agreed)


@room.form("/terms", SIGNED_IN)
def agree(visit: Here) -> Response:
    found = consent.current(visit.app.settings.terms)
    consent.agree(
        visit.parts, visit.form.get("version", ""), found, locale=visit.words.locale, by=visit.by, now=visit.now
    )
    return go("/")
