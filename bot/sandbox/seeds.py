"""Who exists on the practice platforms at the start: invented keys and accounts, never real ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

ALL_SCOPES = frozenset(
    [
        "tweet.read",
        "tweet.write",
        "users.read",
        "tweet.moderate.write",
        "mute.read",
        "mute.write",
        "block.read",
        "block.write",
        "media.write",
        "offline.access",
    ]
)


def invented(kind: str, name: str, length: int = 40) -> str:
    """A repeatable invented secret, so that a restart of practice mode keeps its tokens."""
    return hashlib.sha256(f"kouhou practice {kind} {name}".encode()).hexdigest()[:length]


def _invented_number(kind: str, name: str, first: int) -> str:
    return str(first + int(invented(kind, name, 12), 16) % 10**14)


@dataclass(frozen=True, slots=True)
class AppKeys:
    """The one app on each platform; field names are those of the secrets file."""

    consumer_key: str = invented("consumer key", "x", 25)
    consumer_secret: str = invented("consumer secret", "x", 50)
    bearer_token: str = "AAAA" + invented("bearer", "x", 50)
    app_id: str = _invented_number("app", "facebook", 10**14)
    app_secret: str = invented("app secret", "facebook", 32)
    verify_token: str = invented("verify token", "facebook", 24)

    @property
    def facebook_app_token(self) -> str:
        return f"{self.app_id}|{self.app_secret}"


@dataclass(frozen=True, slots=True)
class XAccount:
    """One agency account on practice X. The token starts with the user id, as tweepy expects."""

    handle: str
    name: str
    user_id: str
    access_token: str
    access_token_secret: str
    oauth2_token: str = ""
    scopes: frozenset[str] = ALL_SCOPES
    block_by_api: bool = False  # the Enterprise plan's endpoint
    self_serve: bool = False  # summon rule, no quotes, one cashtag
    long_posts: bool = False  # Premium: 25,000
    protected: bool = False
    suspended: bool = False

    @classmethod
    def invent(cls, handle: str, name: str = "", **details: Any) -> XAccount:
        user_id = _invented_number("x user", handle, 10**15)
        facts: dict[str, Any] = {
            "user_id": user_id,
            "access_token": f"{user_id}-{invented('access token', handle)}",
            "access_token_secret": invented("access token secret", handle, 45),
            "oauth2_token": invented("oauth2 token", handle, 60),
        }
        return cls(handle=handle, name=name or handle, **{**facts, **details})


@dataclass(frozen=True, slots=True)
class FacebookPage:
    """One agency Page on practice Facebook."""

    handle: str
    name: str
    page_id: str
    page_token: str

    @classmethod
    def invent(cls, handle: str, name: str = "") -> FacebookPage:
        page_id = _invented_number("page", handle, 10**14)
        return cls(handle, name or handle, page_id, "EAA" + invented("page token", handle, 60))


Account = XAccount | FacebookPage


@dataclass(frozen=True, slots=True)
class BaseUrls:
    """Where a started sandbox answers."""

    root: str
    x: str = field(default="")
    facebook: str = field(default="")
    control: str = field(default="")


def secrets_of(app: AppKeys, accounts: Iterable[Account]) -> dict[str, Any]:
    """The same facts in the shape of the secrets file, keyed by roster handle."""
    x: dict[str, Any] = {}
    pages: dict[str, Any] = {}
    for account in accounts:
        if isinstance(account, XAccount):
            x[account.handle] = {
                "access_token": account.access_token,
                "access_token_secret": account.access_token_secret,
                "oauth2_token": account.oauth2_token,
            }
        else:
            pages[account.handle] = {"page_id": account.page_id, "page_token": account.page_token}
    return {
        "x": {
            "consumer_key": app.consumer_key,
            "consumer_secret": app.consumer_secret,
            "bearer_token": app.bearer_token,
            "accounts": x,
        },
        "facebook": {
            "app_id": app.app_id,
            "app_secret": app.app_secret,
            "verify_token": app.verify_token,
            "pages": pages,
        },
    }
