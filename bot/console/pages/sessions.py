"""Where one is signed in, and for admins where everybody is; each session can be ended."""

from __future__ import annotations

from fastapi.responses import Response

from bot.console.guard import SIGNED_IN, Here, Number, Room, holders
from bot.console.show import NAV, go, page
from bot.domain.people import Role
from bot.store import people
from bot.usecases import sign_in

room = Room()
NAV.append(("/sessions", "people.nav-sessions", "", None))


@room.page("/sessions", SIGNED_IN)
def own(visit: Here) -> Response:
    with visit.parts.store.read() as tx:
        found = people.sessions(tx, visit.by.id, now=visit.now)
    rows = [(visit.by.login, each) for each in reversed(found)]
    return page(visit, "people/sessions.html", rows=rows, everybody=False, back="/sessions")


@room.page("/sessions/all", holders(Role.ADMIN))
def all_sessions(visit: Here) -> Response:
    rows = sign_in.sessions_of_all(visit.parts, by=visit.by, now=visit.now)
    return page(visit, "people/sessions.html", rows=rows, everybody=True, back="/sessions/all")


@room.form("/sessions/{number}/end", SIGNED_IN)
def end(visit: Here, number: Number) -> Response:
    sign_in.end_session(visit.parts, number, by=visit.by, now=visit.now)
    if number == visit.session:
        return go("/sign-in")
    return go("/sessions/all" if visit.form.get("back") == "/sessions/all" else "/sessions", done="session-ended")
