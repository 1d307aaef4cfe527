"""What people do on the platforms: visitors write, edit, delete; staff act by hand in the app; and a look at it all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.graph.comments import add_comment, hide_comment, remove_comment
from bot.sandbox.graph.events import block_event, comment_event
from bot.sandbox.graph.publish import add_post as add_page_post
from bot.sandbox.graph.publish import remove_post as remove_page_post
from bot.sandbox.graph.state import FbPost, Page
from bot.sandbox.ids import x_time
from bot.sandbox.world import World
from bot.sandbox.x.create import add_post, remove_post
from bot.sandbox.x.events import related, renamed
from bot.sandbox.x.state import Person, XPost


@dataclass(frozen=True, slots=True)
class Seen:
    """One post, reply or comment as it stands on a platform."""

    platform: str
    id: str
    account: str  # handle of the agency account, empty for visitors
    author: str
    text: str
    created_at: str
    parent_id: str
    deleted: bool
    hidden: bool
    source: str  # api, hand, visitor
    media: int
    published: bool = True


class People:
    """Every method takes the world's lock; unknown ids raise KeyError."""

    def __init__(self, world: World) -> None:
        self._world = world

    # -- visitors on X -------------------------------------------------------------------------

    def reply(
        self, post_id: str, text: str, *, handle: str, name: str = "", mention: bool = True, at: datetime | None = None
    ) -> str:
        """A visitor answers a post (or another reply) on X; `mention` keeps the @name in front."""
        with self._world.lock:
            parent = self._standing(post_id)
            author = self._world.x.visitor(handle, name)
            addressed = self._world.x.people[parent.author_id].handle
            words = f"@{addressed} {text}" if mention and addressed != author.handle else text
            return self._write(author, words, parent=parent, at=at)

    def quote(self, post_id: str, text: str, *, handle: str, name: str = "", at: datetime | None = None) -> str:
        """A visitor quotes a post on X."""
        with self._world.lock:
            author = self._world.x.visitor(handle, name)
            return self._write(author, text, quoted=self._standing(post_id), at=at)

    def mention(self, text: str, *, handle: str, name: str = "", at: datetime | None = None) -> str:
        """A visitor posts on X by itself; write the @name into the text."""
        with self._world.lock:
            return self._write(self._world.x.visitor(handle, name), text, at=at)

    def _write(
        self,
        author: Person,
        text: str,
        *,
        parent: XPost | None = None,
        quoted: XPost | None = None,
        at: datetime | None = None,
        source: str = "visitor",
    ) -> str:
        moment = at or self._world.now()
        return add_post(self._world, author, text, at=moment, parent=parent, quoted=quoted, source=source).id

    def _standing(self, post_id: str) -> XPost:
        post = self._world.x.posts[post_id]
        if post.deleted:
            raise KeyError(post_id)
        return post

    def protect(self, handle: str, yes: bool = True) -> None:
        """Make an X person's posts private, or public again."""
        with self._world.lock:
            self._world.x.visitor(handle).protected = yes

    def suspend(self, handle: str, yes: bool = True) -> None:
        """X freezes a visitor or an agency account."""
        with self._world.lock:
            self._world.x.visitor(handle).suspended = yes

    def revoke(self, handle: str, yes: bool = True) -> None:
        """Kill the token of an agency account on X (401 from now on)."""
        with self._world.lock:
            self._agency(handle).revoked = yes

    def rename(self, handle: str, new_handle: str) -> None:
        """An X account changes its handle; its id stays."""
        with self._world.lock:
            person = self._world.x.visitor(handle)
            person.handle = new_handle
            renamed(self._world, person)

    # -- visitors on Facebook ------------------------------------------------------------------

    def comment(
        self, parent_id: str, text: str, *, name: str, anonymous: bool = False, attachment_url: str = ""
    ) -> str:
        """A visitor comments on a Page's post or on a comment; `anonymous` withholds the author."""
        with self._world.lock:
            author_id = self._world.graph.visitor(name)
            return add_comment(
                self._world,
                parent_id,
                text,
                author_id=author_id,
                author_name=name,
                anonymous=anonymous,
                attachment_url=attachment_url,
            ).id

    # -- edits and deletions by whoever wrote it -----------------------------------------------

    def edit(self, ident: str, text: str) -> str:
        """The author rewrites a reply or comment; on X the new version has a new id, which is returned."""
        with self._world.lock:
            comment = self._world.graph.comments.get(ident)
            if comment is not None:
                comment.message = text
                comment_event(self._world, comment, "edited")
                return ident
            old = self._world.x.newest(self._standing(ident))
            author = self._world.x.people[old.author_id]
            front = re.match(r"@\w+ ", old.written) if old.parent_id else None
            text = (front[0] if front else "") + text  # the @name that X puts before a reply stays
            return add_post(self._world, author, text, at=self._world.now(), previous=old, source=old.source).id

    def delete(self, ident: str) -> None:
        """The author (or staff by hand) deletes a post, reply or comment."""
        with self._world.lock:
            graph = self._world.graph
            if ident in graph.comments:
                remove_comment(self._world, graph.comments[ident], by_page=False)
            elif ident in graph.posts:
                remove_page_post(self._world, graph.posts[ident])
            else:
                remove_post(self._world, self._standing(ident))

    # -- staff by hand in the app --------------------------------------------------------------

    def post_by_hand(self, account: str, text: str) -> str:
        """A colleague posts in the app, past this service."""
        with self._world.lock:
            page = self._world.graph.page_named(account)
            if page is not None:
                return add_page_post(self._world, page, text, source="hand").id
            return self._write(self._agency(account), text, source="hand")

    def block_by_hand(self, account: str, target: str) -> None:
        """A colleague blocks somebody (X handle, or Facebook user id) in the app."""
        with self._world.lock:
            page = self._world.graph.page_named(account)
            if page is not None:
                page.blocked[target] = self._world.now()
                block_event(self._world, page.id, target, "block")
                return
            me, person = self._agency(account), self._world.x.visitor(target)
            listed = self._world.x.blocking.setdefault(me.id, [])
            if person.id not in listed:
                listed.append(person.id)
                related(self._world, "block.block", me, person)

    def hide_by_hand(self, ident: str, yes: bool = True) -> None:
        """A colleague hides a reply or comment in the app."""
        with self._world.lock:
            comment = self._world.graph.comments.get(ident)
            if comment is not None:
                hide_comment(self._world, comment, yes)
            else:
                self._standing(ident).hidden = yes

    def _agency(self, handle: str) -> Person:
        person = self._world.x.by_handle(handle)
        if person is None or person.account is None:
            raise KeyError(handle)
        return person

    # -- looking -------------------------------------------------------------------------------

    def size(self) -> int:
        """How much there is; grows with every post, so that a watcher knows when to look."""
        return len(self._world.x.posts) + len(self._world.graph.posts)

    def name_of(self, account: str) -> str:
        """Display name of an agency account."""
        page = self._world.graph.page_named(account)
        return page.seed.name if page else self._agency(account).name

    def creates(self, account: str = "") -> dict[str, int]:
        """How many creates took effect, by handle; both platforms."""
        with self._world.lock:
            counted = {**self._world.x.creates, **self._world.graph.creates}
        return {handle: number for handle, number in counted.items() if account in ("", handle)}

    def posts(self, account: str = "") -> list[Seen]:
        """Agency posts on both platforms, oldest first, deleted ones included."""
        with self._world.lock:
            seen = [self._x(post) for post in self._world.x.posts.values()]
            seen += [self._fb(post) for post in self._world.graph.posts.values()]
        return [item for item in seen if item.account and account in ("", item.account)]

    def replies(self, parent_id: str = "") -> list[Seen]:
        """What visitors wrote on both platforms, oldest first, deleted ones included."""
        with self._world.lock:
            seen = [self._x(post) for post in self._world.x.posts.values() if post.source == "visitor"]
            seen += self._comments()
        return [item for item in seen if parent_id in ("", item.parent_id)]

    def hidden(self) -> set[str]:
        """Ids of hidden replies and comments."""
        return {item.id for item in self.replies() if item.hidden}

    def blocked(self, account: str) -> set[str]:
        """Who an account blocks: X handles, or Facebook user ids."""
        with self._world.lock:
            page = self._world.graph.page_named(account)
            if page is not None:
                return set(page.blocked)
            return self._handles(self._world.x.blocking.get(self._agency(account).id, []))

    def is_blocked(self, account: str, handle: str, name: str) -> bool:
        """Does this account block the X person of that handle, or the Facebook person of that name?"""
        page = self._world.graph.page_named(account)
        return (self._world.graph.visitor(name) if page else handle) in self.blocked(account)

    def muted(self, account: str) -> set[str]:
        """X handles that an account mutes."""
        with self._world.lock:
            return self._handles(self._world.x.muting.get(self._agency(account).id, []))

    def _handles(self, idents: list[str]) -> set[str]:
        return {self._world.x.people[ident].handle for ident in idents}

    def _x(self, post: XPost) -> Seen:
        author = self._world.x.people[post.author_id]
        return Seen(
            "x",
            post.id,
            author.handle if author.account else "",
            author.handle,
            post.written,
            x_time(post.created_at),
            post.parent_id or post.quoted_id,
            post.deleted,
            post.hidden,
            post.source,
            len(post.media_keys),
        )

    def _fb(self, post: FbPost) -> Seen:
        page: Page = self._world.graph.pages[post.page_id]
        return Seen(
            "facebook",
            post.id,
            page.seed.handle,
            page.seed.handle,
            post.message,
            x_time(post.created_at),
            "",
            post.deleted,
            False,
            post.source,
            len(post.photo_ids),
            post.published,
        )

    def _comments(self) -> list[Seen]:
        return [
            Seen(
                "facebook",
                item.id,
                "",
                item.author_name,
                item.message,
                x_time(item.created_at),
                item.parent_id,
                item.deleted,
                item.hidden,
                "visitor",
                1 if item.attachment_url else 0,
            )
            for item in self._world.graph.comments.values()
            if item.author_id not in self._world.graph.pages
        ]
