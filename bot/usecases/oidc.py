"""The agency's own sign-in (OpenID Connect): code flow with PKCE, state and nonce; rights stay in this service.

A subject of the provider is linked to a user when the user is made or by two admins, never by an e-mail address:
addresses can be given to somebody else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.domain.errors import KouhouError, NotAllowed
from bot.domain.people import Person
from bot.store import audit, people
from bot.usecases.parts import Parts
from bot.usecases.sign_in import SignedIn, open_session

WAIT_S: Final = 10.0
LIVES: Final = timedelta(minutes=10)
SKEW_S: Final = 60
_STRONG: Final = frozenset({"mfa", "otp", "hwk", "swk", "sc", "fpt"})
"""Methods of RFC 8176 that are, or imply, a second factor."""
_ALGORITHMS: Final = ["RS256", "PS256", "ES256"]


@dataclass(frozen=True, slots=True)
class Provider:
    """What the operator wrote down about the agency's sign-in."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Departure:
    """``url`` is where the browser goes; ``cookie`` is sealed and comes back with the browser."""

    url: str
    cookie: str = field(repr=False)


def depart(parts: Parts, provider: Provider, *, redirect_uri: str, back: str, now: datetime) -> Departure:
    """Starts a sign-in. KouhouError when the provider cannot be reached."""
    facts = _discover(provider)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    until = (now + LIVES).timestamp()
    kept = json.dumps({"state": state, "nonce": nonce, "verifier": verifier, "back": back, "until": until})
    cookie = base64.urlsafe_b64encode(parts.store.seal.close(kept)).decode()
    return Departure(f"{facts['authorization_endpoint']}?{urlencode(query)}", cookie)


def arrive(
    parts: Parts,
    provider: Provider,
    *,
    cookie: str,
    state: str,
    code: str,
    redirect_uri: str,
    address: str,
    agent: str,
    now: datetime,
) -> tuple[SignedIn, str]:
    """Ends a sign-in: the session and the page to go back to. Raises NotAllowed for whatever does not fit."""
    kept = _open(parts, cookie, now)
    if not state or not code or not secrets.compare_digest(state.encode(), str(kept["state"]).encode()):
        raise _refused()
    token = _exchange(provider, code, str(kept["verifier"]), redirect_uri)
    claims = _claims(provider, token, str(kept["nonce"]), now)
    subject = f"{provider.issuer}|{claims['sub']}"
    with parts.store.begin() as tx:
        known = people.login_by_subject(tx, subject)
        if known is not None and known.active:
            strong = bool(_STRONG & set(claims.get("amr") or ()))
            done = open_session(tx, known, address=address, agent=agent, now=now, by="oidc", strong=strong)
            return done, str(kept["back"])
        who = Person("unknown", address=address)
        audit.append(tx, who, "session.refused", f"user:{known.login if known else 'unknown'}", at=now, by="oidc")
    raise NotAllowed("The agency's sign-in knows you, but no user here is linked to you; ask an admin.").worded(
        "problem.not-linked"
    )


def _discover(provider: Provider) -> dict[str, Any]:
    facts = _get(f"{provider.issuer}/.well-known/openid-configuration")
    if facts.get("issuer") != provider.issuer:
        raise _unreachable()
    return facts


def _exchange(provider: Provider, code: str, verifier: str, redirect_uri: str) -> str:
    """The provider's word about the person, still unread."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
        "client_id": provider.client_id,
    }
    pair = (provider.client_id, provider.client_secret) if provider.client_secret else None
    try:
        answer = httpx.post(str(_discover(provider)["token_endpoint"]), data=form, auth=pair, timeout=WAIT_S)
    except httpx.HTTPError:
        raise _unreachable() from None
    if answer.status_code != 200:
        raise _refused()
    token = answer.json().get("id_token")
    if not isinstance(token, str):
        raise _refused()
    return token


def _claims(provider: Provider, token: str, nonce: str, now: datetime) -> dict[str, Any]:
    """Signature, issuer, audience, time and nonce, all of them or nothing."""
    keys = KeySet.import_key_set(_get(str(_discover(provider)["jwks_uri"])))  # type: ignore[arg-type]
    try:
        claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
    except (JoseError, ValueError):
        raise _refused() from None
    audience = claims.get("aud")
    at = now.timestamp()
    fits = (
        claims.get("iss") == provider.issuer
        and provider.client_id in ([audience] if isinstance(audience, str) else audience or [])
        and claims.get("azp", provider.client_id) == provider.client_id
        and claims.get("nonce") == nonce
        and at < float(claims.get("exp", 0)) + SKEW_S
        and float(claims.get("iat", 0)) - SKEW_S <= at
        and bool(claims.get("sub"))
    )
    if not fits:
        raise _refused()
    return dict(claims)


def _open(parts: Parts, cookie: str, now: datetime) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(parts.store.seal.open(base64.urlsafe_b64decode(cookie.encode())))
    except (ValueError, KouhouError):
        raise _refused() from None
    if float(kept["until"]) < now.timestamp():
        raise _refused()
    return kept


def _get(url: str) -> dict[str, Any]:
    try:
        answer = httpx.get(url, timeout=WAIT_S)
        answer.raise_for_status()
        value = answer.json()
    except (httpx.HTTPError, ValueError):
        raise _unreachable() from None
    if not isinstance(value, dict):
        raise _unreachable()
    return value


def _refused() -> NotAllowed:
    return NotAllowed("The agency's sign-in did not end well; start again.").worded("problem.oidc")


def _unreachable() -> KouhouError:
    return KouhouError("The agency's sign-in cannot be reached; try later or use a local login.").worded(
        "problem.oidc-away"
    )
