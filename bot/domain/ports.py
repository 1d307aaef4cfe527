"""What the use cases need from the outside world; bootstrap decides who provides it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.accounts import Account
from bot.domain.posts import Content

Clock = Callable[[], datetime]
"""The present instant as aware UTC. Only bootstrap holds the real one."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What the platform says is left: ``remaining`` of ``limit`` until ``reset_at`` (aware UTC)."""

    name: str
    limit: int
    remaining: int
    reset_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the token belongs to, as the platform says."""

    platform_id: str
    handle: str
    name: str = ""
    verified: str = ""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """One medium at the platform: invisible until used, so every step may be repeated."""

    media_id: str
    alt: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that a post was created: a non-empty platform id, never anything less."""

    platform_id: str
    permalink: str
    text: str = ""
    status: int = 0
    trace: str = ""
    budgets: tuple[Budget, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenPost:
    """One of our own posts as the platform shows it; ``text`` is in the normal form of reconciliation."""

    platform_id: str
    text: str
    created_at: datetime
    permalink: str = ""
    media: int = 0
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """A read of our own posts, newest first; ``complete`` is False when a page was missing."""

    posts: tuple[SeenPost, ...]
    complete: bool
    budgets: tuple[Budget, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenReply:
    """One reply, quote or comment as the platform shows it."""

    platform_id: str
    conversation_id: str
    parent_id: str
    text: str
    created_at: datetime
    author_id: str = ""
    author_handle: str = ""
    author_name: str = ""
    kind: str = "reply"
    lang: str = ""
    hidden: bool | None = None
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyPage:
    """One page of a sweep: store it, then store ``cursor``; ``more`` asks for another call with that cursor.

    ``gap`` is True when the platform could not reach back to the cursor, so something may be missing.
    """

    replies: tuple[SeenReply, ...]
    cursor: str
    more: bool = False
    gap: bool = False
    budgets: tuple[Budget, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """Re-reading known replies: those still there, and the ids that are gone."""

    present: tuple[SeenReply, ...]
    gone: tuple[str, ...]
    budgets: tuple[Budget, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the platform shows after an action: who can still see the reply, None where it does not say."""

    stranger: bool | None
    author: bool | None
    agency: bool | None
    blocked: bool | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pushing:
    """Events of one account that the platform pushes to us, and those that it was not or could not be asked for."""

    told: tuple[str, ...]
    missing: tuple[str, ...] = ()


class Platform(Protocol):
    """X or Facebook. Every method makes its calls without hidden retries and raises a PlatformError otherwise."""

    name: str

    def whoami(self, account: Account) -> Identity: ...

    def resolve(self, account: Account, handle: str) -> Identity: ...

    def upload(self, account: Account, data: bytes, mime: str, alt: str) -> Uploaded: ...

    def publish(self, account: Account, content: Content, media: Sequence[Uploaded]) -> Receipt: ...

    def withdraw(self, account: Account, platform_id: str) -> None: ...

    def own_posts(self, account: Account, *, since: datetime, after_id: str = "") -> Timeline: ...

    def sources(self, account: Account, recent: Sequence[str]) -> tuple[str, ...]:
        """Names of the sweeps that find every reply, given the ids of our recent posts, e.g. ``mentions``."""
        ...

    def replies(self, account: Account, source: str, cursor: str) -> ReplyPage: ...

    def look(self, account: Account, ids: Sequence[str]) -> Looked: ...

    def hide(self, account: Account, reply_id: str) -> None: ...

    def unhide(self, account: Account, reply_id: str) -> None: ...

    def delete_reply(self, account: Account, reply_id: str) -> None: ...

    def block(self, account: Account, author_id: str) -> None: ...

    def unblock(self, account: Account, author_id: str) -> None: ...

    def read_back(self, account: Account, reply_id: str, author_id: str) -> ReadBack: ...

    def pushing(self, account: Account, url: str, *, ask: bool) -> Pushing:
        """What is pushed to ``url`` about this account; with ``ask`` after asking for what is missing."""
        ...


class Mailer(Protocol):
    """E-mail. Raises Rejected for an address that is refused, NotSent when the server cannot take mail now."""

    def send(self, to: str, subject: str, body: str, *, at: datetime) -> None: ...


class Translator(Protocol):
    """Machine translation of one text on one person's request; it never raises. ``host``: who gets to read the text."""

    host: str

    def translate(self, text: str, source: str, target: str) -> str | None:
        """Plain text, from a BCP 47 tag or ``und`` to ``ja`` or ``en``.

        None without an answer in time; empty when the service cannot translate this.
        """
        ...

    def answers(self) -> bool:
        """Whether the service is there; nothing of anybody is sent."""
        ...
