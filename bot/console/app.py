"""The web application: rooms, errors as pages that say what to do, headers that take power from hostile text."""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from bot.bootstrap import App
from bot.console import pages
from bot.console.guard import GoFirst, Room, SignInFirst, person_visit
from bot.console.show import go, page, sentence
from bot.console.words import words_for
from bot.domain.errors import BadInput, Conflict, KouhouError, NotAllowed, NotFound

log = structlog.get_logger()

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; media-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_STATUS: Final = {BadInput: 422, NotAllowed: 403, Conflict: 409, NotFound: 404}


def create_app(app: App) -> FastAPI:
    """Every room found in ``pages/``; each module holds a ``room``."""
    web = FastAPI(title="kouhou", docs_url=None, redoc_url=None, openapi_url=None)
    web.state.kouhou = app
    web.state.known = {}  # which addresses have a page; asked for every link, so remembered
    for room in rooms():
        web.include_router(room)
    web.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    web.add_exception_handler(SignInFirst, _sign_in_first)
    web.add_exception_handler(GoFirst, _go_first)
    web.add_exception_handler(KouhouError, _said)
    web.add_exception_handler(HTTPException, _not_there)
    web.add_exception_handler(RequestValidationError, _not_there)
    web.middleware("http")(_headers)
    return web


def rooms() -> list[Room]:
    """The rooms of all page modules, by name."""
    names = sorted(each.name for each in pkgutil.iter_modules(pages.__path__))
    modules = [importlib.import_module(f"{pages.__name__}.{name}") for name in names]
    return [module.room for module in modules if isinstance(getattr(module, "room", None), Room)]


async def _headers(request: Request, forward: Callable[[Request], Awaitable[Response]]) -> Response:
    try:
        response = await forward(request)
    except Exception as exc:
        response = await run_in_threadpool(_broke, request, exc)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if not request.url.path.startswith("/static"):
        response.headers.setdefault("Cache-Control", "no-store")
    if request.url.scheme == "https":
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _sign_in_first(request: Request, _exc: Exception) -> Response:
    back = request.url.path if request.method == "GET" else "/"
    return go("/sign-in", back=back) if back != "/" else go("/sign-in")


def _go_first(_request: Request, exc: Exception) -> Response:
    return go(exc.path if isinstance(exc, GoFirst) else "/")


def _said(request: Request, exc: Exception) -> Response:
    status = next((code for kind, code in _STATUS.items() if isinstance(exc, kind)), 500)
    visit = person_visit(request)
    return page(visit, "error.html", status, sentence=sentence(visit, exc), kind=_kind(status))


def _not_there(request: Request, exc: Exception) -> Response:
    """What the framework refuses by itself: unknown addresses, wrong methods, forms that are no forms."""
    status = exc.status_code if isinstance(exc, HTTPException) else 404
    visit = person_visit(request)
    said = visit.words("error.no-page") if status in (404, 405) else visit.words("error.not-read")
    return page(visit, "error.html", status, sentence=said, kind=_kind(status))


def _broke(request: Request, exc: Exception) -> Response:
    """The log names the error and the address, never what was typed; without a database words alone must do."""
    where = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(exc.__traceback__)[-6:]]
    log.error("page_broke", path=request.url.path, error=type(exc).__name__, where=where)
    try:
        visit = person_visit(request)
        return page(visit, "error.html", 500, sentence=visit.words("error.ours"), kind="ours")
    except Exception:  # whatever broke the page may break this one too: no person, no language, no template then
        words = words_for("ja")
        return PlainTextResponse(f"{words.plain('error.kind.ours')}: {words.plain('error.ours')}", 500)


def _kind(status: int) -> str:
    return {403: "not-allowed", 404: "not-found", 405: "not-found", 409: "conflict"}.get(status, "bad-input")
