"""Pages, posts, photos and comments of practice Facebook, in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.seeds import FacebookPage, invented


@dataclass(slots=True)
class Page:
    seed: FacebookPage
    blocked: dict[str, datetime] = field(default_factory=dict)  # user id -> since
    subscribed_fields: tuple[str, ...] = ()
    calls: list[float] = field(default_factory=list)  # for the usage headers

    @property
    def id(self) -> str:
        return self.seed.page_id


@dataclass(slots=True)
class FbPost:
    id: str  # <page>_<number>
    page_id: str
    message: str
    link: str
    created_at: datetime
    published: bool = True
    scheduled_at: datetime | None = None
    photo_ids: tuple[str, ...] = ()
    deleted: bool = False
    source: str = "api"  # api, hand

    @property
    def status_type(self) -> str:
        if self.photo_ids:
            return "added_photos"
        return "shared_story" if self.link else "mobile_status_update"


@dataclass(slots=True)
class Photo:
    id: str
    page_id: str
    content: bytes
    url: str
    message: str
    alt_text: str
    created_at: datetime
    published: bool
    post_id: str = ""
    deleted: bool = False


@dataclass(slots=True)
class Comment:
    """A comment in a tree; `author_id` is empty when Facebook withholds the author."""

    id: str
    post_id: str
    parent_id: str  # the post's id for a top-level comment
    author_id: str
    author_name: str
    message: str
    created_at: datetime
    attachment_url: str = ""
    anonymous: bool = False
    hidden: bool = False
    deleted: bool = False

    def is_by(self, page_id: str) -> bool:
        return self.author_id == page_id


@dataclass(slots=True)
class GraphState:
    """Everything that practice Facebook remembers."""

    seeds: Sequence[FacebookPage]
    pages: dict[str, Page] = field(default_factory=dict)
    posts: dict[str, FbPost] = field(default_factory=dict)
    photos: dict[str, Photo] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    visitors: dict[str, str] = field(default_factory=dict)  # id -> name
    creates: dict[str, int] = field(default_factory=dict)  # Page handle -> creates that took effect
    last_number: int = 122_100_000_000_000

    def __post_init__(self) -> None:
        for seed in self.seeds:
            self.pages[seed.page_id] = Page(seed)

    def next_number(self) -> str:
        self.last_number += 7
        return str(self.last_number)

    def page_named(self, name: str) -> Page | None:
        """A Page by id or by handle."""
        found = self.pages.get(name)
        return found or next((page for page in self.pages.values() if page.seed.handle == name), None)

    def page_of_token(self, token: str) -> Page | None:
        return next((page for page in self.pages.values() if token and page.seed.page_token == token), None)

    def visitor(self, name: str) -> str:
        """The id of the visitor of that name, made on first sight."""
        ident = str(10**14 * 61 + int(invented("facebook visitor", name, 10), 16))
        self.visitors[ident] = name
        return ident

    def children(self, parent_id: str) -> list[Comment]:
        """Standing comments directly below, oldest first."""
        below = [item for item in self.comments.values() if item.parent_id == parent_id and not item.deleted]
        return sorted(below, key=lambda item: (item.created_at, item.id))

    def subtree(self, parent_id: str) -> list[Comment]:
        """Standing comments below at any depth, oldest first."""
        found = [item for child in self.children(parent_id) for item in (child, *self.subtree(child.id))]
        return sorted(found, key=lambda item: (item.created_at, item.id))
