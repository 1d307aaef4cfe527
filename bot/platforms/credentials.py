"""Secrets as plain values; bootstrap fills them from settings. None of them ever shows itself in a ``repr``."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class XApp:
    """The one X app that all accounts share; ``bearer_token`` serves webhook management only."""

    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    bearer_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class XAccount:
    """An OAuth 1.0a user token of one account; it looks like ``<user id>-<rest>`` and never expires by itself.

    ``oauth2_token`` lives two hours; it is wanted once, to be told about replies as they come.
    """

    access_token: str = field(repr=False)
    access_token_secret: str = field(repr=False)
    oauth2_token: str = field(default="", repr=False)

    @property
    def user_id(self) -> str:
        """The account's own numeric id, read off the token; empty if the token has none."""
        owner, dash, _ = self.access_token.partition("-")
        return owner if dash and owner.isdigit() else ""


@dataclass(frozen=True, slots=True)
class FacebookApp:
    """The Meta app that all Pages share."""

    app_id: str
    app_secret: str = field(repr=False)
    verify_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FacebookPage:
    """A Page's numeric id and its Page token."""

    page_id: str
    page_token: str = field(repr=False)
