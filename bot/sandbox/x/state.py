"""People, posts and media of practice X, in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.ids import Snowflakes
from bot.sandbox.seeds import XAccount, invented
from bot.sandbox.wire import Json


@dataclass(slots=True)
class Person:
    """An agency account (`account` is set) or a visitor."""

    id: str
    handle: str
    name: str
    created_at: datetime | None = None
    account: XAccount | None = None
    protected: bool = False
    suspended: bool = False
    revoked: bool = False  # its tokens answer 401
    parody: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A URL as written and the short link that stands for it."""

    written: str
    short: str
    media_key: str = ""


@dataclass(slots=True)
class XPost:
    """One version of a post. Versions of one post share the list `chain`, oldest id first."""

    id: str
    author_id: str
    written: str  # as sent
    text: str  # with t.co links, not yet escaped
    links: tuple[Link, ...]
    created_at: datetime
    conversation_id: str
    parent_id: str = ""
    quoted_id: str = ""
    media_keys: tuple[str, ...] = ()
    mentioned: frozenset[str] = frozenset()  # user ids
    reply_settings: str = "everyone"
    lang: str = "und"
    chain: list[str] = field(default_factory=list)
    deleted: bool = False
    hidden: bool = False
    source: str = "api"  # api, hand, visitor
    poll: bool = False

    @property
    def number(self) -> int:
        return int(self.id)


@dataclass(slots=True)
class Medium:
    """An upload on its way, later a picture or film of a post."""

    id: str
    key: str
    owner_id: str
    category: str
    media_type: str
    total_bytes: int
    started_at: datetime
    parts: dict[int, bytes] = field(default_factory=dict)
    finalized_at: datetime | None = None
    alt_text: str = ""
    failed: bool = False
    used: bool = False

    @property
    def content(self) -> bytes:
        return b"".join(self.parts[index] for index in sorted(self.parts))


@dataclass(slots=True)
class XState:
    """Everything that practice X remembers."""

    accounts: Sequence[XAccount]
    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, XPost] = field(default_factory=dict)
    media: dict[str, Medium] = field(default_factory=dict)
    muting: dict[str, list[str]] = field(default_factory=dict)
    blocking: dict[str, list[str]] = field(default_factory=dict)
    sent: dict[tuple[str, str], datetime] = field(default_factory=dict)  # (user, words): the duplicate rule
    calls: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)  # window start, calls in it
    creates: dict[str, int] = field(default_factory=dict)  # handle -> creates that took effect
    nonces: set[tuple[str, str]] = field(default_factory=set)
    subscriptions: dict[str, Json] = field(default_factory=dict)
    webhooks: dict[str, Json] = field(default_factory=dict)
    history: list[tuple[datetime, Json]] = field(default_factory=list)  # events, for replay
    spent_usd: float = 0.0
    ids: Snowflakes = field(default_factory=Snowflakes)

    def __post_init__(self) -> None:
        for account in self.accounts:
            self.people[account.user_id] = Person(
                account.user_id,
                account.handle,
                account.name,
                account=account,
                protected=account.protected,
                suspended=account.suspended,
            )

    def by_handle(self, handle: str) -> Person | None:
        wanted = handle.lstrip("@").lower()
        return next((who for who in self.people.values() if who.handle.lower() == wanted), None)

    def visitor(self, handle: str, name: str = "") -> Person:
        """The visitor of that handle, made on first sight; its name follows the last one given."""
        found = self.by_handle(handle)
        if found is None:
            found = Person(str(3 * 10**15 + int(invented("visitor", handle, 12), 16)), handle, name or handle)
            self.people[found.id] = found
        elif name and found.account is None:
            found.name = name
        return found

    def newest(self, post: XPost) -> XPost:
        return self.posts[post.chain[-1]]

    def standing(self, wanted: Callable[[XPost], bool]) -> list[XPost]:
        """Wanted posts that still stand, in their newest version, newest first."""
        found = [
            post for post in self.posts.values() if not post.deleted and post.chain[-1] == post.id and wanted(post)
        ]
        return sorted(found, key=lambda post: post.number, reverse=True)
