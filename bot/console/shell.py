"""What stands around every page: the practice clock, stops, notices, and the menu of the person's roles."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup
from starlette.routing import Match

from bot.console.visit import Visit
from bot.domain.people import Role
from bot.store import service
from bot.store.service import Stop
from bot.usecases.notices import for_person

Badge = Callable[[Visit], int]
_LAST: Final = ("roster", "audit", "operations", "people")
"""Desks at the end of the menu: people come for the others every day."""
NAV: list[tuple[str, str, str, Badge | None]] = []
"""(address, word, roles joined by ``|``, counter): desks add their entries when their module is loaded.

Entries whose word begins alike (``staff.``) stand together under the heading ``<beginning>.desk``.
"""
NOTES: list[Callable[[Visit], Markup | None]] = []
"""Each may give a sentence that stands above every page, like the notice of a coming maintenance."""

_BELL_COUNTS_TO: Final = 100
_KNOWN_AT_MOST: Final = 2000
_NUMBER: Final = re.compile(r"\d+")
_MAY_STOP: Final = (Role.APPROVER, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    href: str
    word: str
    count: int
    here: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """What ``base.html`` shows around a page. ``may_stop``: this person can stop publishing from here."""

    agency: str
    practice: bool
    here: str
    back: str
    done: str = ""
    menu: dict[str, list[Entry]] = field(default_factory=dict)
    notes: tuple[Markup, ...] = ()
    stops: tuple[Stop, ...] = ()
    unread: int = 0
    may_stop: bool = False
    has_notices: bool = False


def shell_of(visit: Visit) -> Shell:
    """Nothing about the service is told before sign-in."""
    request = visit.request
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    bare = Shell(
        agency=_agency(visit),
        practice=visit.app.settings.practice,
        here=request.url.path,
        back=back if request.method == "GET" else "/",
        done=_done(visit),
        notes=tuple(note for make in NOTES if (note := make(visit))),
    )
    if visit.person is None or visit.must_change_password:
        return bare
    with visit.parts.store.read() as tx:
        stops = service.stops(tx)
        unread = len(for_person(tx, visit.person, visit.today, limit=_BELL_COUNTS_TO))
    return Shell(
        **{name: getattr(bare, name) for name in ("agency", "practice", "here", "back", "done", "notes")},
        menu=_menu(visit),
        stops=tuple(stops),
        unread=unread,
        may_stop=bool(known(visit, "/stop")) and visit.has(*_MAY_STOP),
        has_notices=bool(known(visit, "/notices")),
    )


def known(visit: Visit, path: str, query: str = "") -> str:
    """The address if some room has such a page, else nothing: a link never leads nowhere."""
    shape = _NUMBER.sub("1", path)  # every post's page is the same page
    seen: dict[str, bool] = visit.request.app.state.known
    if shape not in seen:
        if len(seen) >= _KNOWN_AT_MOST:
            seen.clear()
        scope = {"type": "http", "method": "GET", "path": shape, "root_path": "", "headers": []}
        seen[shape] = any(route.matches(scope)[0] is Match.FULL for route in visit.request.app.routes)
    return (path + (f"?{query}" if query else "")) if seen[shape] else ""


def _menu(visit: Visit) -> dict[str, list[Entry]]:
    held = {role.value for role in visit.by.roles(visit.today)}
    here = visit.request.url.path
    seen = [entry for entry in NAV if not entry[2] or held & set(entry[2].split("|"))]
    best = max((href for href, *_ in seen if _leads(href, here)), key=len, default="")
    menu: dict[str, list[Entry]] = {}
    for href, word, _roles, badge in seen:
        count = badge(visit) if badge else 0
        menu.setdefault(word.partition(".")[0], []).append(Entry(href, word, count, href == best))
    return dict(sorted(menu.items(), key=lambda desk: _LAST.index(desk[0]) if desk[0] in _LAST else -1))


def _leads(href: str, here: str) -> bool:
    return here == href or (href != "/" and here.startswith(href + "/"))


def _agency(visit: Visit) -> str:
    top = next((office for office in visit.parts.registry().offices if office.parent is None), None)
    return top.names.best(visit.words.lang) if top else ""


def _done(visit: Visit) -> str:
    """``?done=submitted`` shows ``done.submitted``, or ``warned.submitted`` as a warning, if there is such a sentence."""
    keys = (f"{table}.{visit.query('done')}" for table in ("done", "warned"))
    return next(filter(visit.words.has, keys), "")
