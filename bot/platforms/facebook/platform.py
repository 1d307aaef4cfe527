"""Facebook Pages behind the port. One HTTP call per method, lists excepted; nothing is repeated."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain.accounts import Account, Platform
from bot.domain.errors import Kind, NotSent, Rejected
from bot.domain.length import ALT_LIMIT, full_text
from bot.domain.ports import (
    Clock,
    Identity,
    Looked,
    Pushing,
    ReadBack,
    Receipt,
    ReplyPage,
    SeenReply,
    Timeline,
    Uploaded,
)
from bot.domain.posts import Content
from bot.platforms.calls import already_gone_is_done, repeatable, require
from bot.platforms.credentials import FacebookApp, FacebookPage
from bot.platforms.cursors import load
from bot.platforms.facebook.graph import BASE_URL, VERSION, Pages, Said
from bot.platforms.facebook.shapes import (
    COMMENT_FIELDS,
    POST_FIELDS,
    comment,
    next_cursor,
    own_post,
    permalink,
    rows,
)
from bot.platforms.times import to_epoch
from bot.platforms.transport import READ_S

LATE: Final = timedelta(minutes=5)
_COMMENTS: Final = "comments:"
_NODE: Final = re.compile(r"[\w.]{1,80}", re.ASCII)
_POST_PAGES: Final = 10
_LOOK_AT_ONCE: Final = 50
_PUSHED: Final = ("feed",)
_WHO: Final = "id,name,username,verification_status"


class Facebook:
    """Thread-safe. ``pages`` maps roster handles to tokens; ``clock`` gives aware UTC."""

    name = Platform.FACEBOOK.value

    def __init__(
        self,
        app: FacebookApp,
        pages: Mapping[str, FacebookPage],
        *,
        clock: Clock,
        base_url: str = BASE_URL,
        version: str = VERSION,
        read_s: float = READ_S,
    ) -> None:
        self._pages = Pages(app, pages, clock=clock, base_url=base_url, version=version, read_s=read_s)
        self._clock = clock

    def close(self) -> None:
        self._pages.close()

    def answered_version(self, account: Account) -> str:
        """The Graph version of the latest answer; another than the configured one means that ours is retired."""
        return self._pages.answered_version(account)

    def whoami(self, account: Account) -> Identity:
        with repeatable():
            return _identity(self._pages.get(account, "me", fields=_WHO))

    def resolve(self, account: Account, handle: str) -> Identity:
        with repeatable():
            return _identity(self._pages.get(account, _node(handle.removeprefix("@")), fields=_WHO))

    def upload(self, account: Account, data: bytes, mime: str, alt: str) -> Uploaded:
        """An unpublished photo: invisible until a post attaches it."""
        if not mime.startswith("image/"):
            raise Rejected(f"This service sends photos to Facebook, not {mime}.", code="media-type")
        if len(alt) > ALT_LIMIT:
            raise Rejected(f"The alt text has {len(alt)} characters; {ALT_LIMIT} are allowed.", code="alt-too-long")
        facts = {"published": "false", **({"alt_text_custom": alt} if alt else {})}
        album = f"{self._pages.page_id(account)}/photos"
        with repeatable():
            said = self._pages.call(account, lambda g: g.put_photo(("photo", data, mime), album, **facts))
            photo = said.id()
            if alt:
                self._check_alt(account, photo, alt)
        return Uploaded(photo, alt)

    def publish(self, account: Account, content: Content, media: Sequence[Uploaded]) -> Receipt:
        attached = [{"media_fbid": each.media_id} for each in media] or None
        said = self._pages.post(
            account,
            f"{self._pages.page_id(account)}/feed",
            message=full_text(content, Platform.FACEBOOK) or None,
            link=None if attached else content.link or None,  # beside photos it stands in the message
            attached_media=attached,
        )
        return Receipt(
            platform_id=said.id(),
            permalink=permalink(said.id()),
            status=said.answer.status,
            trace=said.answer.trace,
            budgets=said.budgets,
        )

    def withdraw(self, account: Account, platform_id: str) -> None:
        with already_gone_is_done():
            self._pages.delete(account, _node(platform_id)).demand_success()

    def own_posts(self, account: Account, *, since: datetime, after_id: str = "") -> Timeline:
        """Newest first, from one page up to ten, until a post is older than ``since``.

        That older post is included, as is ``after_id`` when it is among them: they prove a healthy read.
        """
        path = f"{self._pages.page_id(account)}/published_posts"
        with repeatable():
            pages, complete = self._posts_since(account, path, since)
        posts = [own_post(row) for page in pages for row in rows(page.page)]
        posts.sort(key=lambda post: post.created_at, reverse=True)
        return Timeline(tuple(posts), complete, pages[-1].budgets)

    def sources(self, account: Account, recent: Sequence[str]) -> tuple[str, ...]:
        """``comments:<post id>`` per post."""
        return tuple(f"{_COMMENTS}{each}" for each in dict.fromkeys(recent) if _NODE.fullmatch(each))

    def replies(self, account: Account, source: str, cursor: str) -> ReplyPage:
        """All levels of comments in the order of time: the default ranking would lose some between two pages."""
        post_id, at = source.removeprefix(_COMMENTS), load(cursor)
        with repeatable():
            try:
                said = self._comments(account, post_id, at.since, at.page)
            except Rejected as exc:
                if not at.page or exc.kind is not Kind.CONTENT:
                    raise
                at = at.restarted()  # Facebook has forgotten the page
                said = self._comments(account, post_id, at.since, "")
        found = [comment(row, post_id) for row in rows(said.page)]
        top = max((to_epoch(each.created_at) for each in found), default=0)
        page = next_cursor(said.page)
        settled = to_epoch(self._clock() - LATE)
        after = at.turned(page, top, len(found)) if page else at.finished(top, settled)
        return ReplyPage(self._others(account, found), after.dump(), bool(page), budgets=said.budgets)

    def look(self, account: Account, ids: Sequence[str]) -> Looked:
        nodes = [_node(each) for each in ids]
        chunks = (nodes[start : start + _LOOK_AT_ONCE] for start in range(0, len(nodes), _LOOK_AT_ONCE))
        return _joined([self._look(account, chunk) for chunk in chunks])

    def hide(self, account: Account, reply_id: str) -> None:
        require(account, "hide", account.capabilities.hide)
        with already_gone_is_done():
            self._pages.post(account, _node(reply_id), is_hidden=True).demand_success()

    def unhide(self, account: Account, reply_id: str) -> None:
        require(account, "hide", account.capabilities.hide)
        self._pages.post(account, _node(reply_id), is_hidden=False).demand_success()

    def delete_reply(self, account: Account, reply_id: str) -> None:
        """Irreversible; the caller has kept the evidence."""
        require(account, "delete", account.capabilities.delete)
        with already_gone_is_done():
            self._pages.delete(account, _node(reply_id)).demand_success()

    def block(self, account: Account, author_id: str) -> None:
        require(account, "block", account.capabilities.block)
        said = self._pages.post(account, f"{self._pages.page_id(account)}/blocked", user=author_id)
        result = said.page.get(author_id)
        if result is False:  # with HTTP 200
            sentence = "Facebook did not block this person; block them by hand on the Page."
            raise Rejected(sentence, kind=Kind.PERMISSION, status=said.answer.status, code="block-refused")
        if result is not True:
            raise said.unclear("Facebook answered without confirming the block; read the block list.")

    def unblock(self, account: Account, author_id: str) -> None:
        require(account, "block", account.capabilities.block)
        with already_gone_is_done():
            self._pages.delete(account, f"{self._pages.page_id(account)}/blocked", user=author_id).demand_success()

    def read_back(self, account: Account, reply_id: str, author_id: str) -> ReadBack:
        """A hidden comment stays visible to its author (and, some say, their friends) and to the Page.

        Leave an id empty to skip its half.
        """
        blocked = self._is_blocked(account, author_id) if author_id else None
        if not reply_id:
            return ReadBack(None, None, None, blocked)
        looked = self.look(account, [reply_id])
        if not looked.present:
            return ReadBack(False, False, False, blocked, {"reply": "gone"})
        hidden = looked.present[0].hidden
        said = {True: "yes", False: "no", None: "unsaid"}[hidden]
        return ReadBack(
            None if hidden is None else not hidden, True, True, blocked, {"reply": "present", "hidden": said}
        )

    def pushing(self, account: Account, url: str, *, ask: bool) -> Pushing:
        """The Page's own subscription. ``url`` itself is entered once in the app's dashboard, which no Page can see."""
        path = f"{self._pages.page_id(account)}/subscribed_apps"
        with repeatable():
            told = self._told(account, path)
            if ask and not set(_PUSHED) <= told:
                self._pages.post(account, path, subscribed_fields=",".join(_PUSHED)).demand_success()
                told = self._told(account, path)
        return Pushing(tuple(sorted(told)), tuple(each for each in _PUSHED if each not in told))

    def _told(self, account: Account, path: str) -> set[str]:
        return {str(name) for app in rows(self._pages.get(account, path).page) for name in app["subscribed_fields"]}

    def _is_blocked(self, account: Account, author_id: str) -> bool:
        with repeatable():
            said = self._pages.get(account, f"{self._pages.page_id(account)}/blocked", user=author_id)
        return any(str(row.get("id")) == author_id for row in rows(said.page))

    def _check_alt(self, account: Account, photo: str, alt: str) -> None:
        shown = self._pages.get(account, photo, fields="alt_text,alt_text_custom").page
        if alt not in (shown.get("alt_text_custom"), shown.get("alt_text")):
            raise NotSent("Facebook did not keep the alt text; the upload is tried again by itself.", code="alt-lost")

    def _posts_since(self, account: Account, path: str, since: datetime) -> tuple[list[Said], bool]:
        """Pages newest first, and whether they reach back to ``since``."""
        pages: list[Said] = []
        after = ""
        while len(pages) < _POST_PAGES:
            pages.append(self._pages.get(account, path, fields=POST_FIELDS, limit=25, after=after or None))
            after = next_cursor(pages[-1].page)
            if not after or any(own_post(row).created_at < since for row in rows(pages[-1].page)):
                return pages, True
        return pages, False

    def _comments(self, account: Account, post_id: str, since: int, page: str) -> Said:
        return self._pages.get(
            account,
            f"{_node(post_id)}/comments",
            filter="stream",
            order="chronological",
            since=since or None,
            limit=100,
            after=page or None,
            fields=COMMENT_FIELDS,
        )

    def _others(self, account: Account, found: Sequence[SeenReply]) -> tuple[SeenReply, ...]:
        """What visitors wrote; the Page's own comments are no replies to screen."""
        own = self._pages.page_id(account)
        return tuple(each for each in found if each.author_id != own and each.platform_id)

    def _look(self, account: Account, ids: Sequence[str]) -> Looked:
        """One missing id fails the whole call, so a refused set is halved until the missing one stands alone."""
        try:
            with repeatable():
                said = self._pages.get(account, "", ids=",".join(ids), fields=COMMENT_FIELDS)
        except Rejected as exc:
            if exc.kind is not Kind.GONE:
                raise
            if len(ids) == 1:
                return Looked((), tuple(ids))
            half = len(ids) // 2
            return _joined([self._look(account, ids[:half]), self._look(account, ids[half:])])
        present = tuple(comment(said.page[each]) for each in ids if isinstance(said.page.get(each), dict))
        return Looked(present, tuple(each for each in ids if each not in said.page), said.budgets)


def _joined(parts: Sequence[Looked]) -> Looked:
    """Several looks as one; the budgets of the latest that had any."""
    present = tuple(each for part in parts for each in part.present)
    gone = tuple(each for part in parts for each in part.gone)
    return Looked(present, gone, next((part.budgets for part in reversed(parts) if part.budgets), ()))


def _node(node_id: str) -> str:
    """Refuses what would change the path of the call."""
    if not _NODE.fullmatch(node_id):
        raise Rejected("This is no Facebook id or name; mend it.", kind=Kind.CONTENT, code="id")
    return node_id


def _identity(said: Said) -> Identity:
    page = said.page
    verified = str(page.get("verification_status") or "")
    return Identity(said.id(), str(page.get("username") or ""), str(page.get("name") or ""), verified)
