"""What a signed-in person passes before any other page: terms of use, a second factor, and no changes in maintenance."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from bot.console.guard import FIRST
from bot.console.show import NOTES, safe_words, show_moment
from bot.console.visit import Visit
from bot.store import people
from bot.usecases import consent, maintenance

OPEN_IN_MAINTENANCE: Final = ("/operations/maintenance", "/terms", "/password", "/security", "/sessions", "/stop")
"""What may still be changed: agreements, protection of one's own account, stopping everything, and ending maintenance."""


def terms_first(visit: Visit) -> str | None:
    """Nobody does anything before agreeing to the terms as they are now."""
    with visit.parts.store.read() as tx:
        known = people.login_of(tx, visit.by.login)
    agreed = known is not None and known.consented == consent.current(visit.app.settings.terms).version
    return None if agreed else "/terms"


def factor_first(visit: Visit) -> str | None:
    """With real platforms everybody has a second factor; in practice mode it is a choice."""
    if visit.app.settings.practice:
        return None
    with visit.parts.store.read() as tx:
        known = people.login_of(tx, visit.by.login)
        session = people.session_by_id(tx, visit.session)
    strong = session is not None and session.second_factor
    return None if strong or (known is not None and known.has_factor) else "/security"


def no_changes_in_maintenance(visit: Visit) -> str | None:
    """Reading goes on; a form is refused with the reason."""
    if visit.request.method == "POST" and not visit.request.url.path.startswith(OPEN_IN_MAINTENANCE):
        maintenance.refuse_writing(visit.parts, now=visit.now)
    return None


def maintenance_note(visit: Visit) -> Markup | None:
    """The notice above every page, from the announcement to the end."""
    found = maintenance.coming(visit.parts, now=visit.now)
    if not found:
        return None
    soonest = found[0]
    locale = visit.words.locale
    until = show_moment(soonest.ends_at, locale) if soonest.ends_at else visit.words("maintenance.open-end")
    word = "maintenance.is-on" if soonest.is_on(visit.now) else "maintenance.will-be"
    said = visit.words(word, start=show_moment(soonest.starts_at, locale), end=until)
    return said + Markup(" ") + safe_words(soonest.note, 300) if soonest.note else said


FIRST.extend([terms_first, factor_first, no_changes_in_maintenance])
NOTES.append(maintenance_note)
