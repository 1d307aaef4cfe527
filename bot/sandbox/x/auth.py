"""Who is calling X: OAuth 1.0a with a real signature check, OAuth 2.0 user tokens, the app's bearer."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final
from urllib.parse import quote, urlsplit

from bot.sandbox.wire import Call
from bot.sandbox.world import World
from bot.sandbox.x.errors import forbidden, problem, unauthorized
from bot.sandbox.x.state import Person

APP = "app"
# the signing rules themselves, from the library under tweepy; it has no type hints
signature: Final[Any] = import_module("oauthlib.oauth1.rfc5849.signature")


@dataclass(frozen=True, slots=True)
class Caller:
    """The account behind a token; `person` is None for the app alone."""

    person: Person | None
    method: str  # oauth1, oauth2, app
    scopes: frozenset[str] | None = None  # None: everything

    @property
    def name(self) -> str:
        return self.person.handle if self.person else APP


def identify(world: World, call: Call) -> Caller | None:
    """Whose token it is, without judging it; faults are scoped by this."""
    scheme, _, rest = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _bearer(world, rest.strip())
    if scheme.lower() != "oauth":
        return None
    token = _oauth_facts(call).get("oauth_token", "")
    people = world.x.people.values()
    found = next((who for who in people if who.account and who.account.access_token == token), None)
    return Caller(found, "oauth1") if found else None


def _bearer(world: World, token: str) -> Caller | None:
    if token == world.app.bearer_token:
        return Caller(None, "app")
    for person in world.x.people.values():
        if person.account and person.account.oauth2_token == token != "":
            return Caller(person, "oauth2", person.account.scopes)
    return None


def authenticate(world: World, call: Call) -> Caller:
    """The caller, or X's 401; 403 for a frozen account."""
    caller = identify(world, call)
    if caller is None or (caller.method == "oauth1" and not _signed(world, call, caller)):
        raise unauthorized()
    if caller.person and caller.person.revoked:
        raise unauthorized()
    if caller.person and caller.person.suspended:
        detail = "Your account is suspended and is not permitted to access this feature."
        raise problem(403, "Forbidden", detail, "user-suspended")
    return caller


def as_user(caller: Caller, *scopes: str) -> Person:
    """The person behind the call; the app alone and missing scopes are refused."""
    if caller.person is None:
        raise problem(
            403,
            "Unsupported Authentication",
            "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.",
            "unsupported-authentication",
        )
    need_scopes(caller, *scopes)
    return caller.person


def need_scopes(caller: Caller, *scopes: str) -> None:
    if caller.scopes is not None and not caller.scopes.issuperset(scopes):
        raise forbidden("Your token lacks a scope that this endpoint needs.")


def _oauth_facts(call: Call) -> dict[str, str]:
    headers = {"Authorization": call.headers.get("authorization", "")}
    try:
        return dict(signature.collect_parameters(headers=headers, exclude_oauth_signature=False))
    except ValueError:
        return {}


def _signed(world: World, call: Call, caller: Caller) -> bool:
    facts = _oauth_facts(call)
    if facts.get("oauth_consumer_key") != world.app.consumer_key:
        return False
    if facts.get("oauth_signature_method") != "HMAC-SHA1" or not _fresh(world, facts):
        return False
    assert caller.person is not None and caller.person.account is not None
    wanted = _signature_of(call, world.app.consumer_secret, caller.person.account.access_token_secret)
    return hmac.compare_digest(wanted, facts.get("oauth_signature", ""))


def _signature_of(call: Call, consumer_secret: str, token_secret: str) -> str:
    """The signature over the address as received; a form body counts, JSON and multipart do not."""
    is_form = call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    parameters = signature.collect_parameters(
        uri_query=urlsplit(call.url).query,
        body=call.body.decode() if is_form else None,
        headers={"Authorization": call.headers["authorization"]},
    )
    base = signature.signature_base_string(
        call.method,
        signature.base_string_uri(call.url),
        signature.normalize_parameters(parameters),
    )
    key = f"{quote(consumer_secret, safe='~')}&{quote(token_secret, safe='~')}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def _fresh(world: World, facts: dict[str, str]) -> bool:
    """A nonce works once. The timestamp is not judged: practice time is not the client's time."""
    seen = (facts.get("oauth_token", ""), facts.get("oauth_nonce", ""))
    if world.knobs.refuse_reused_nonce and seen in world.x.nonces:
        return False
    world.x.nonces.add(seen)
    return bool(seen[1])
