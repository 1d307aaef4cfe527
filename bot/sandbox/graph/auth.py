"""Whose Page token it is: from the header, the query or the form; with the proof that goes with it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from bot.sandbox.graph.errors import dead_token, graph_error
from bot.sandbox.graph.state import Page
from bot.sandbox.wire import Call
from bot.sandbox.world import World


@dataclass(frozen=True, slots=True)
class GraphCaller:
    """The Page behind the token; None for the app's own token."""

    page: Page | None
    token: str
    token_in_url: bool


def token_of(call: Call) -> str:
    scheme, _, rest = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    return call.param("access_token") or call.form.get("access_token", "")


def identify(world: World, call: Call) -> Page | None:
    """Whose token it is, without judging it."""
    return world.graph.page_of_token(token_of(call))


def authenticate(world: World, call: Call) -> GraphCaller:
    """The caller, or one of Graph's token errors."""
    token = token_of(call)
    if not token:
        raise graph_error(104, "An access token is required to request this resource.", status=401)
    _check_proof(world, call, token)
    if token == world.app.facebook_app_token:
        return GraphCaller(None, token, False)
    page = world.graph.page_of_token(token)
    if page is None:
        raise graph_error(190, "Invalid OAuth access token - Cannot parse access token", status=401)
    subcode = world.knobs.graph_token_errors.get(page.seed.handle)
    if subcode:
        raise dead_token(subcode)
    return GraphCaller(page, token, bool(call.param("access_token")))


def _check_proof(world: World, call: Call, token: str) -> None:
    given = call.param("appsecret_proof") or call.form.get("appsecret_proof", "")
    if not given and not world.knobs.graph_requires_proof:
        return
    wanted = hmac.new(world.app.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    if not given:
        raise graph_error(100, "API calls from the server require an appsecret_proof argument")
    if not hmac.compare_digest(wanted, given):
        raise graph_error(100, "Invalid appsecret_proof provided in the API argument")


def own_page(caller: GraphCaller) -> Page:
    """The Page that the token speaks for."""
    if caller.page is None:
        raise graph_error(200, "(#200) A page access token is required to request this resource.", status=403)
    return caller.page
