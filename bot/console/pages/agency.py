"""Sign-in through the agency's own provider (OpenID Connect)."""

from __future__ import annotations

from typing import Final

from fastapi.responses import RedirectResponse, Response

from bot.console.guard import ANYBODY, COOKIE, Here, Room
from bot.console.pages.security import site_of
from bot.console.show import go, page, sentence
from bot.console.visit import Visit
from bot.domain.errors import KouhouError, NotFound
from bot.usecases import oidc
from bot.usecases.oidc import Provider

room = Room()
TRIP: Final = "kouhou_trip"
_BACK: Final = "/sign-in/agency/back"


@room.page("/sign-in/agency", ANYBODY)
def leave(visit: Here) -> Response:
    """Off to the provider; state, nonce and verifier travel in a sealed cookie."""
    back = visit.query("back", "/")
    inside = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    trip = oidc.depart(visit.parts, _provider(visit), redirect_uri=_redirect(visit), back=inside, now=visit.now)
    response = RedirectResponse(trip.url, 303)
    response.set_cookie(
        TRIP, trip.cookie, max_age=600, httponly=True, samesite="lax", secure=_secure(visit), path="/sign-in/agency"
    )
    return response


@room.page(_BACK, ANYBODY)
def come_back(visit: Here) -> Response:
    """Back from the provider with a code, or without."""
    query = visit.request.query_params
    client = visit.request.client
    try:
        done, back = oidc.arrive(
            visit.parts,
            _provider(visit),
            cookie=visit.request.cookies.get(TRIP, ""),
            state=query.get("state", ""),
            code=query.get("code", ""),
            redirect_uri=_redirect(visit),
            address=client.host if client else "",
            agent=visit.request.headers.get("user-agent", ""),
            now=visit.now,
        )
    except KouhouError as exc:
        response: Response = page(visit, "sign_in.html", 403, back="/", problem=sentence(visit, exc), login="")
    else:
        response = go(back)
        response.set_cookie(COOKIE, done.token, httponly=True, samesite="lax", secure=_secure(visit), path="/")
    response.delete_cookie(TRIP, path="/sign-in/agency")
    return response


def _provider(visit: Visit) -> Provider:
    settings = visit.app.settings
    if not settings.oidc_issuer:
        raise NotFound("No sign-in of the agency is set up here.").worded("problem.no-oidc")
    return Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)


def _redirect(visit: Visit) -> str:
    return site_of(visit).origin + _BACK


def _secure(visit: Visit) -> bool:
    return site_of(visit).origin.startswith("https:")
