"""Who may see a page. Every route is made by ``Room.page`` or ``Room.form`` and so says it; a test walks them all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Path, Request
from starlette.datastructures import FormData, UploadFile

from bot.console.visit import Visit, csrf_of, readable, token_hash
from bot.console.words import words_for
from bot.domain.errors import BadInput, NotAllowed, NotFound
from bot.domain.people import Role
from bot.store import people

F = TypeVar("F", bound=Callable[..., Any])
COOKIE: Final = "kouhou_session"
LOCALE_COOKIE: Final = "kouhou_words"
IDLE_END: Final = timedelta(hours=2)
WRITE_SEEN_AFTER: Final = timedelta(minutes=1)
MOST_FIELDS: Final = 2000
MOST_BYTES: Final = 100_000_000
"""Of one form with its files; a film for X is the largest thing that anybody sends."""
MOST_BYTES_OF_STRANGERS: Final = 1_000_000
"""Before sign-in; nobody outside fills the disk."""

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""A row's number in an address: whatever else is typed there is a page that does not exist."""


@dataclass(frozen=True, slots=True)
class Who:
    """The people a page is for: anybody, anybody signed in, or holders of one of some roles in any office."""

    name: str
    roles: frozenset[Role] = frozenset()

    def __str__(self) -> str:
        return self.name or "|".join(sorted(role.value for role in self.roles))


ANYBODY: Final = Who("anybody")
SIGNED_IN: Final = Who("signed-in")


def holders(*roles: Role) -> Who:
    return Who("", frozenset(roles))


class SignInFirst(Exception):
    """Nobody is signed in; the page to come back to is kept."""


class GoFirst(Exception):
    """Another page comes first: a new password, the terms of use, a second factor."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def _password_first(visit: Visit) -> str | None:
    return "/password" if visit.must_change_password else None


FIRST: Final[list[Callable[[Visit], str | None]]] = [_password_first]
"""Each may name the page that a signed-in person has to pass before any other; desks add theirs in this order."""
FREE: Final = ("/sign-out", "/words")
"""Open to a signed-in person whatever comes first."""


class Room(APIRouter):
    """A router whose every route says who may use it."""

    def page(self, path: str, who: Who) -> Callable[[F], F]:
        """A page to look at: GET, changes nothing."""
        return self.get(path, dependencies=[Depends(_gate(who))], openapi_extra={"who": str(who)}, response_model=None)

    def form(self, path: str, who: Who) -> Callable[[F], F]:
        """A form to send: POST, checked against forgery before anything else."""
        return self.post(path, dependencies=[Depends(_gate(who))], openapi_extra={"who": str(who)}, response_model=None)


def person_visit(request: Request) -> Visit:
    """Session and language; no rights are looked at here."""
    app = request.app.state.kouhou
    now = app.parts.clock()
    token = request.cookies.get(COOKIE, "")
    locale = request.cookies.get(LOCALE_COOKIE, "")
    if not token:
        return Visit(request, app, words_for(locale or _asked(request)), now)
    address = request.client.host if request.client else ""
    with app.parts.store.read() as tx:
        session = people.session(tx, token_hash(token), now=now)
        if session is None or now - session.seen_at > IDLE_END:
            return Visit(request, app, words_for(locale or _asked(request)), now)
        try:
            person = people.person_by_id(tx, session.user, address=address)
        except NotFound:
            return Visit(request, app, words_for(locale), now)
        login = people.login_of(tx, person.login)
    if login is not None and login.has_factor and not session.second_factor:  # nobody yet: one page is open to them
        words = words_for(locale or person.locale)
        return Visit(request, app, words, now, session=session.id, csrf=csrf_of(token))
    if now - session.seen_at > WRITE_SEEN_AFTER:
        with app.parts.store.begin() as tx:
            people.touch_session(tx, session.id, at=now)
    return Visit(
        request,
        app,
        words_for(locale or person.locale),
        now,
        person=person,
        session=session.id,
        csrf=csrf_of(token),
        must_change_password=bool(login and login.one_time),
    )


async def _form_of(base: Annotated[Visit, Depends(person_visit)]) -> AsyncIterator[FormData | None]:
    """The form as long as its page is made; uploaded files are closed afterwards."""
    request = base.request
    if request.method != "POST":
        yield None
        return
    length = request.headers.get("content-length", "")
    most = MOST_BYTES if base.person else MOST_BYTES_OF_STRANGERS
    if not length.isdecimal() or int(length) > most:
        raise BadInput("This is too much at once.").worded("problem.too-large", most=max(most // 1_000_000, 1))
    async with request.form(max_files=20, max_fields=MOST_FIELDS, max_part_size=2_000_000) as form:
        yield form


def current_visit(
    base: Annotated[Visit, Depends(person_visit)], sent: Annotated[FormData | None, Depends(_form_of)]
) -> Visit:
    """The visit with its form. A POST from elsewhere, or without the session's token, is refused."""
    path = base.request.scope["path"]
    if readable(path) != path:
        raise NotFound("There is no such page.").worded("error.no-page")
    if sent is None:
        return base
    _refuse_foreign(base.request)
    if base.csrf and sent.get("csrf") != base.csrf:
        raise NotAllowed("This form is too old or does not come from this console. Open the page again.").worded(
            "problem.old-form"
        )
    form = {key: readable(value) for key, value in sent.items() if isinstance(value, str)}
    lists = {key: tuple(readable(v) for v in sent.getlist(key) if isinstance(v, str)) for key in form}
    files = {key: tuple(v for v in sent.getlist(key) if isinstance(v, UploadFile) and v.filename) for key in sent}
    if any("\x00" in value for value in form.values()):
        raise BadInput("The form holds NUL characters; type the text anew.").worded("problem.nul")
    return replace(base, form=form, lists=lists, files={k: v for k, v in files.items() if v})


Here = Annotated[Visit, Depends(current_visit)]
"""What a page takes as its first argument."""


def _gate(who: Who) -> Callable[[Visit], None]:
    def gate(visit: Here) -> None:
        if who is ANYBODY:
            return
        if visit.person is None:
            raise GoFirst("/second-factor") if visit.session else SignInFirst
        _pass_first(visit)
        if who.roles and not visit.has(*who.roles):
            raise NotAllowed("This page needs another role; ask an admin.").worded("problem.other-role")

    return gate


def _pass_first(visit: Visit) -> None:
    """Stops at the first page that is still due, unless the visit is to that page itself."""
    here = visit.request.url.path
    if here in FREE:
        return
    due = next((path for check in FIRST if (path := check(visit))), None)
    if due and not here.startswith(due):
        raise GoFirst(due)


def _refuse_foreign(request: Request) -> None:
    """Browsers say where a form comes from; what comes from another site has no power here."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise NotAllowed("This form does not come from this console.").worded("problem.foreign-form")
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise NotAllowed("This form does not come from this console.").worded("problem.foreign-form")


def _asked(request: Request) -> str:
    return "en" if request.headers.get("accept-language", "ja").lower().startswith("en") else "ja"
