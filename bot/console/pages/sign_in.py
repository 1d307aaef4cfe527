"""Sign in and out, change the password, choose the language."""

from __future__ import annotations

from fastapi.responses import Response

from bot.console.guard import ANYBODY, COOKIE, LOCALE_COOKIE, SIGNED_IN, Here, Room
from bot.console.show import go, page, sentence
from bot.console.visit import Visit
from bot.console.words import LOCALES
from bot.domain.errors import KouhouError
from bot.store import people
from bot.usecases import sign_in as gate

room = Room()
_YEAR_S = 31_536_000


@room.page("/sign-in", ANYBODY)
def sign_in_page(visit: Here) -> Response:
    return page(visit, "sign_in.html", back=_inside(visit.query("back", "/")), problem="", login="")


@room.form("/sign-in", ANYBODY)
def sign_in(visit: Here) -> Response:
    login, back = visit.form.get("login", "").strip(), _inside(visit.form.get("back", "/"))
    client = visit.request.client
    try:
        done = gate.sign_in(
            visit.parts,
            login,
            visit.form.get("password", ""),
            address=client.host if client else "",
            agent=visit.request.headers.get("user-agent", ""),
            now=visit.now,
        )
    except KouhouError as exc:
        return page(visit, "sign_in.html", 403, back=back, problem=sentence(visit, exc), login=login)
    response = go("/password" if done.one_time else back)
    secure = visit.request.url.scheme == "https" or visit.app.settings.public_url.startswith("https:")
    response.set_cookie(COOKIE, done.token, httponly=True, samesite="lax", secure=secure, path="/")
    return response


@room.form("/sign-out", SIGNED_IN)
def sign_out(visit: Here) -> Response:
    gate.sign_out(visit.parts, visit.session, by=visit.by, now=visit.now)
    response = go("/sign-in")
    response.delete_cookie(COOKIE, path="/")
    return response


@room.page("/password", SIGNED_IN)
def password_page(visit: Here) -> Response:
    return page(visit, "password.html", problem="")


@room.form("/password", SIGNED_IN)
def password(visit: Here) -> Response:
    old, new, again = (visit.form.get(name, "") for name in ("old", "new", "again"))
    if new != again:
        return page(visit, "password.html", 422, problem=visit.words.plain("password.differ"))
    try:
        gate.change_password(visit.parts, by=visit.by, old=old, new=new, now=visit.now, keep=visit.session)
    except KouhouError as exc:
        return page(visit, "password.html", 422, problem=sentence(visit, exc))
    return go("/", done="password")


@room.form("/words", ANYBODY)
def choose_words(visit: Here) -> Response:
    """The language of the pages; kept for the person and in the browser."""
    locale = visit.form.get("locale", "ja")
    response = go(_inside(visit.form.get("back", "/")))
    if locale in LOCALES:
        response.set_cookie(LOCALE_COOKIE, locale, max_age=_YEAR_S, samesite="lax", path="/")
        _remember(visit, locale)
    return response


def _remember(visit: Visit, locale: str) -> None:
    if visit.person is not None:
        with visit.parts.store.begin() as tx:
            people.set_locale(tx, visit.person.login, locale)


def _inside(path: str) -> str:
    """Only addresses of this console; anything else leads home."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
