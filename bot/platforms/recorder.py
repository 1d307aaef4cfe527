"""A platform in memory that obeys the port: for dry runs, demonstrations and the tests of every other room.

It keeps what was sent, minds capabilities and missing objects as the real ones do, and fails on request.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from bot.domain.accounts import Account, Platform
from bot.domain.errors import BadInput, Kind, PlatformError, Rejected
from bot.domain.length import full_text
from bot.domain.normal_form import sent_form
from bot.domain.ports import (
    Clock,
    Identity,
    Looked,
    Pushing,
    ReadBack,
    Receipt,
    ReplyPage,
    SeenPost,
    SeenReply,
    Timeline,
    Uploaded,
)
from bot.domain.posts import Content
from bot.platforms.calls import already_gone_is_done, require
from bot.platforms.cursors import Cursor, load

REPLIES: Final = "replies"
PAGE: Final = 100


@dataclass(slots=True)
class Sent:
    """One post that the recorder took."""

    account: str
    content: Content
    media: tuple[Uploaded, ...]
    seen: SeenPost


@dataclass(slots=True)
class Recorder:
    """``clock`` gives aware UTC. ``posts``, ``hidden``, ``blocked`` and ``calls`` are there to be looked at."""

    clock: Clock
    name: str = Platform.X.value
    calls: list[str] = field(default_factory=list)
    posts: dict[str, Sent] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)
    said: dict[str, SeenReply] = field(default_factory=dict)
    told_to: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    blocked: set[tuple[str, str]] = field(default_factory=set)
    pushed_to: dict[str, str] = field(default_factory=dict)
    faults: dict[str, list[tuple[PlatformError, bool]]] = field(default_factory=dict)
    last: int = 10**15

    def fail_next(self, method: str, error: PlatformError, *, after: bool = False) -> None:
        """The next call of ``method`` raises ``error``; with ``after`` only once it has taken effect."""
        if not callable(getattr(self, method, None)):
            raise BadInput("The recorder has no such call.", key=method)
        self.faults.setdefault(method, []).append((error, after))

    def hear(
        self, account: Account, parent_id: str, text: str, *, author_id: str = "7001", author: str = "visitor"
    ) -> str:
        """A visitor answers below ``parent_id``; gives the reply's id."""
        reply_id = self._next_id()
        parent = self.said.get(parent_id)
        conversation = parent.conversation_id if parent else parent_id
        self.said[reply_id] = SeenReply(
            platform_id=reply_id,
            conversation_id=conversation,
            parent_id=parent_id,
            text=text,
            created_at=self.clock(),
            author_id=author_id,
            author_handle=author,
            author_name=author,
            kind="comment" if self.name == Platform.FACEBOOK else "reply",
        )
        self.told_to[reply_id] = account.key
        return reply_id

    def take_away(self, object_id: str) -> None:
        """A post or a reply disappears, as when its author deletes it."""
        self.posts.pop(object_id, None)
        self.said.pop(object_id, None)

    def close(self) -> None:
        """Nothing is open."""

    def whoami(self, account: Account) -> Identity:
        with self._call("whoami"):
            return Identity(_own_id(account), account.handle, account.label.best("ja"))

    def resolve(self, account: Account, handle: str) -> Identity:
        with self._call("resolve"):
            if handle.removeprefix("@").casefold() != account.key:
                raise Rejected("Nobody has this handle here.", kind=Kind.GONE)
            return Identity(_own_id(account), account.handle)

    def upload(self, account: Account, data: bytes, mime: str, alt: str) -> Uploaded:
        with self._call("upload"):
            media_id = self._next_id()
            self.media[media_id] = data
            return Uploaded(media_id, alt)

    def publish(self, account: Account, content: Content, media: Sequence[Uploaded]) -> Receipt:
        with self._call("publish"):
            if any(each.media_id not in self.media for each in media):
                raise Rejected("A medium is not there; upload it again.", kind=Kind.CONTENT)
            post_id = self._next_id()
            link = f"https://{self.name}.example/{account.handle}/{post_id}"
            seen = SeenPost(post_id, sent_form(content), self.clock(), link, len(media))
            self.posts[post_id] = Sent(account.key, content, tuple(media), seen)
            return Receipt(post_id, link, full_text(content, Platform(self.name)), status=201)

    def withdraw(self, account: Account, platform_id: str) -> None:
        with self._call("withdraw"):
            self.posts.pop(platform_id, None)

    def own_posts(self, account: Account, *, since: datetime, after_id: str = "") -> Timeline:
        with self._call("own_posts"):
            mine = [each.seen for each in self.posts.values() if each.account == account.key]
            seen = [post for post in mine if post.created_at >= since or post.platform_id == after_id]
            return Timeline(tuple(sorted(seen, key=lambda post: int(post.platform_id), reverse=True)), complete=True)

    def sources(self, account: Account, recent: Sequence[str]) -> tuple[str, ...]:
        return (REPLIES,)

    def replies(self, account: Account, source: str, cursor: str) -> ReplyPage:
        with self._call("replies"):
            since = load(cursor).since
            mine = (each for each in self.said.values() if self.told_to[each.platform_id] == account.key)
            ids = {int(each.platform_id): each for each in mine}
            fresh = [(number, ids[number]) for number in sorted(ids) if number > since]
            page = fresh[:PAGE]
            top = page[-1][0] if page else since
            return ReplyPage(tuple(self._shown(each) for _, each in page), Cursor(top).dump(), len(fresh) > PAGE)

    def look(self, account: Account, ids: Sequence[str]) -> Looked:
        with self._call("look"):
            present = tuple(self._shown(self.said[each]) for each in ids if each in self.said)
            return Looked(present, tuple(each for each in ids if each not in self.said))

    def hide(self, account: Account, reply_id: str) -> None:
        require(account, "hide", account.capabilities.hide)
        with self._call("hide"), already_gone_is_done():
            self._there(reply_id)
            self.hidden.add(reply_id)

    def unhide(self, account: Account, reply_id: str) -> None:
        require(account, "hide", account.capabilities.hide)
        with self._call("unhide"):
            self._there(reply_id)
            self.hidden.discard(reply_id)

    def delete_reply(self, account: Account, reply_id: str) -> None:
        if self.name == Platform.X:
            raise Rejected("Nobody can delete another person's reply on X; hide it.", kind=Kind.PLAN, code="no-delete")
        require(account, "delete", account.capabilities.delete)
        with self._call("delete_reply"):
            self.said.pop(reply_id, None)

    def block(self, account: Account, author_id: str) -> None:
        require(account, "block", account.capabilities.block)
        with self._call("block"):
            self.blocked.add((account.key, author_id))

    def unblock(self, account: Account, author_id: str) -> None:
        require(account, "block", account.capabilities.block)
        with self._call("unblock"):
            self.blocked.discard((account.key, author_id))

    def pushing(self, account: Account, url: str, *, ask: bool) -> Pushing:
        with self._call("pushing"):
            if ask:
                self.pushed_to[account.key] = url
            told = self.pushed_to.get(account.key) == url
            return Pushing(("feed",)) if told else Pushing((), ("feed",))

    def read_back(self, account: Account, reply_id: str, author_id: str) -> ReadBack:
        with self._call("read_back"):
            blocked = (account.key, author_id) in self.blocked if author_id else None
            if not reply_id:
                return ReadBack(None, None, None, blocked)
            if reply_id not in self.said:
                return ReadBack(False, False, False, blocked, {"reply": "gone"})
            if self.name == Platform.X:
                return ReadBack(None, True, True, blocked, {"reply": "present", "hidden": "unsaid"})
            hidden = reply_id in self.hidden
            return ReadBack(not hidden, True, True, blocked, {"reply": "present", "hidden": "yes" if hidden else "no"})

    def _shown(self, reply: SeenReply) -> SeenReply:
        """X never shows whether a reply is hidden."""
        return reply if self.name == Platform.X else replace(reply, hidden=reply.platform_id in self.hidden)

    def _there(self, reply_id: str) -> None:
        if reply_id not in self.said:
            raise Rejected("There is no such reply any more.", kind=Kind.GONE)

    @contextmanager
    def _call(self, method: str) -> Iterator[None]:
        """Records the call and raises its fault before or after the effect."""
        self.calls.append(method)
        waiting = self.faults.get(method)
        error, after = waiting.pop(0) if waiting else (None, False)
        if error and not after:
            raise error
        yield
        if error:
            raise error

    def _next_id(self) -> str:
        self.last += 1
        return str(self.last)


def _own_id(account: Account) -> str:
    """A roster that does not know the id yet still gets one that stays the same."""
    return account.platform_id or str(7 * 10**15 + int.from_bytes(account.key.encode()[:6], "big") % 10**14)
