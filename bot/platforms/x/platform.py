"""X behind the port. Everything is one HTTP call per method, media and block lists excepted; nothing is repeated."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain.accounts import Account, Platform
from bot.domain.errors import Kind, RateLimited, Rejected
from bot.domain.length import full_text
from bot.domain.normal_form import unfold_x
from bot.domain.ports import Clock, Identity, Looked, Pushing, ReadBack, Receipt, ReplyPage, Timeline, Uploaded
from bot.domain.posts import Content
from bot.platforms.calls import already_gone_is_done, repeatable, require
from bot.platforms.credentials import XAccount, XApp
from bot.platforms.times import is_id, x_stamp
from bot.platforms.x import sweep
from bot.platforms.x.activity import ActivityDesk
from bot.platforms.x.client import BASE_URL, Clients, Said
from bot.platforms.x.dialect import Dialect, Raw, asked, own_post, permalink, rows
from bot.platforms.x.look import LookDesk
from bot.platforms.x.media import MediaDesk

_HANDLE: Final = re.compile(r"\w{1,15}", re.ASCII)
_TIMELINE_PAGES: Final = 10
_BLOCK_PAGES: Final = 10


class X:
    """Thread-safe. ``accounts`` maps roster handles to tokens; ``clock`` gives aware UTC."""

    name = Platform.X.value

    def __init__(
        self,
        app: XApp,
        accounts: Mapping[str, XAccount],
        *,
        clock: Clock,
        base_url: str = BASE_URL,
        dialect: Dialect = Dialect.TWEET,
        read_s: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clients = Clients(app, accounts, base_url=base_url, read_s=read_s)
        self._dialect = dialect
        self._media = MediaDesk(self._clients, clock, sleep)
        self._sweeps = sweep.Sweeps(self._clients, clock, dialect)
        self._looks = LookDesk(self._clients, dialect)
        self._activity = ActivityDesk(self._clients)

    def close(self) -> None:
        self._clients.close()

    def whoami(self, account: Account) -> Identity:
        with repeatable():
            return _identity(self._get(account, "/2/users/me", _USER))

    def resolve(self, account: Account, handle: str) -> Identity:
        """Rejected(GONE) when nobody has this handle today."""
        name = handle.removeprefix("@")
        if not _HANDLE.fullmatch(name):
            raise Rejected("An X handle has 1 to 15 letters, digits or underscores; mend the roster.", code="handle")
        with repeatable():
            return _identity(self._get(account, f"/2/users/by/username/{name}", _USER))

    def upload(self, account: Account, data: bytes, mime: str, alt: str) -> Uploaded:
        return self._media.upload(account, data, mime, alt)

    def publish(self, account: Account, content: Content, media: Sequence[Uploaded]) -> Receipt:
        text = full_text(content, Platform.X)
        ids = [each.media_id for each in media] or None
        said = self._clients.call(account, lambda c: c.create_tweet(text=text or None, media_ids=ids, user_auth=True))
        post_id = str(said.data.get("id") or "")
        if not post_id:
            raise said.unclear("X accepted the post without giving its id; look before sending again.")
        return Receipt(
            platform_id=post_id,
            permalink=permalink(account.handle, post_id),
            text=unfold_x(str(said.data.get("text", ""))),
            status=said.answer.status,
            trace=said.answer.trace,
            budgets=said.budgets("create"),
        )

    def withdraw(self, account: Account, platform_id: str) -> None:
        with already_gone_is_done():
            said = self._clients.call(account, lambda c: c.delete_tweet(platform_id, user_auth=True))
            _demand(said, "deleted", True)

    def own_posts(self, account: Account, *, since: datetime, after_id: str = "") -> Timeline:
        """Top-level posts only. The post ``after_id`` itself is included while it exists: it proves a healthy read."""
        params = {**asked(self._dialect), "max_results": "100", "exclude": "replies,retweets"}
        if is_id(after_id) and int(after_id) > 0:
            params["since_id"] = str(int(after_id) - 1)
        else:
            params["start_time"] = x_stamp(since - timedelta(seconds=1))
        route = f"/2/users/{self._clients.own_id(account)}/tweets"
        with repeatable():
            pages, complete = self._pages(account, route, params, _TIMELINE_PAGES)
        posts = [own_post(row, account.handle) for page in pages for row in rows(page.page)]
        posts.sort(key=lambda post: post.created_at, reverse=True)
        return Timeline(tuple(posts), complete, pages[-1].budgets("timeline"))

    def sources(self, account: Account, recent: Sequence[str]) -> tuple[str, ...]:
        return sweep.sources(recent)

    def replies(self, account: Account, source: str, cursor: str) -> ReplyPage:
        return self._sweeps.page(account, source, cursor)

    def look(self, account: Account, ids: Sequence[str]) -> Looked:
        """An id that X neither shows nor explains is in neither list. An edited reply keeps the asked id."""
        return self._looks.look(account, ids)

    def hide(self, account: Account, reply_id: str) -> None:
        require(account, "hide", account.capabilities.hide)
        with already_gone_is_done():
            _demand(self._clients.call(account, lambda c: c.hide_reply(reply_id, user_auth=True)), "hidden", True)

    def unhide(self, account: Account, reply_id: str) -> None:
        require(account, "hide", account.capabilities.hide)
        _demand(self._clients.call(account, lambda c: c.unhide_reply(reply_id, user_auth=True)), "hidden", False)

    def delete_reply(self, account: Account, reply_id: str) -> None:
        """Always refused: on X nobody deletes somebody else's reply."""
        raise Rejected("Nobody can delete another person's reply on X; hide it.", kind=Kind.PLAN, code="no-delete")

    def block(self, account: Account, author_id: str) -> None:
        """The Enterprise endpoint, which tweepy has no method for."""
        require(account, "block", account.capabilities.block)
        route = f"/2/users/{self._clients.own_id(account)}/blocking"
        said = self._clients.request(account, "POST", route, body={"target_user_id": author_id})
        _demand(said, "blocking", True)

    def unblock(self, account: Account, author_id: str) -> None:
        require(account, "block", account.capabilities.block)
        route = f"/2/users/{self._clients.own_id(account)}/blocking/{author_id}"
        with already_gone_is_done():
            _demand(self._clients.request(account, "DELETE", route), "blocking", False)

    def read_back(self, account: Account, reply_id: str, author_id: str) -> ReadBack:
        """X never shows whether a reply is hidden: then ``stranger`` is None. Leave an id empty to skip its half."""
        blocked = self._is_blocked(account, author_id) if author_id else None
        if not reply_id:
            return ReadBack(None, None, None, blocked)
        looked = self.look(account, [reply_id])
        if reply_id in looked.gone:
            return ReadBack(False, False, False, blocked, {"reply": "gone"})
        there = True if looked.present else None
        return ReadBack(None, there, there, blocked, {"reply": "present" if there else "unknown", "hidden": "unsaid"})

    def pushing(self, account: Account, url: str, *, ask: bool) -> Pushing:
        return self._activity.pushing(account, url, ask=ask)

    def _is_blocked(self, account: Account, author_id: str) -> bool | None:
        """From the block list, which is open to every plan; None when it is too long or was read too often."""
        route = f"/2/users/{self._clients.own_id(account)}/blocking"
        try:
            with repeatable():
                pages, complete = self._pages(account, route, {"max_results": "1000"}, _BLOCK_PAGES)
        except RateLimited:  # 15 reads in 15 minutes
            return None
        listed = any(str(row.get("id")) == author_id for page in pages for row in rows(page.page))
        return listed or (False if complete else None)

    def _get(self, account: Account, route: str, params: Raw) -> Said:
        return self._clients.request(account, "GET", route, params=params)

    def _pages(self, account: Account, route: str, params: Raw, most: int) -> tuple[list[Said], bool]:
        """Up to ``most`` pages, and whether those were all."""
        pages = [self._get(account, route, params)]
        while (token := sweep.next_token(pages[-1])) and len(pages) < most:
            pages.append(self._get(account, route, {**params, "pagination_token": token}))
        return pages, not token


_USER: Final = {"user.fields": "id,name,username,verified,verified_type,protected"}


def _demand(said: Said, word: str, value: bool) -> None:
    """A converging verb is done only when X says so."""
    if said.data.get(word) is not value:
        raise said.unclear("X answered without confirming the action; read it back.")


def _identity(said: Said) -> Identity:
    user = said.data
    if not user.get("id"):
        if not said.page.get("errors"):
            raise said.unclear("X did not say whose account this is.")
        raise Rejected("Nobody on X has this handle today.", kind=Kind.GONE, status=said.answer.status)
    verified = user.get("verified_type") or ("blue" if user.get("verified") else "none")
    return Identity(str(user["id"]), str(user.get("username", "")), str(user.get("name", "")), str(verified))
