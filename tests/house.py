"""A whole house for tests: roster, store, practice platforms over HTTP, and short words for what people do in it.

Given/when/then read like this: ``post = house.scheduled("IMMI_TOKYO", "…")``, ``house.publish()``,
``assert house.state(post) is PostState.PUBLISHED``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from bot.bootstrap import ScreenerCache
from bot.domain.accounts import Platform as PlatformName
from bot.domain.accounts import Registry
from bot.domain.people import Grant, Person, Role
from bot.domain.ports import Platform
from bot.domain.posts import Content, Lane, Post, PostState
from bot.platforms import Facebook, FacebookApp, FacebookPage, X, XAccount, XApp
from bot.roster.load import load
from bot.sandbox import FacebookPage as PracticePage
from bot.sandbox import Knobs, Sandbox, SettableClock
from bot.sandbox import XAccount as PracticeAccount
from bot.store import posts
from bot.store.database import Store
from bot.usecases import approve, collect, compose, publish, reconcile, screen_replies
from bot.usecases.parts import Parts, Shelf

JAPAN = ZoneInfo("Asia/Tokyo")
WED_10_JST = datetime(2026, 12, 2, 10, 0, tzinfo=JAPAN)
"""A Wednesday morning on which every office with known hours is open."""
ROSTER = Path(__file__).parent.parent / "accounts.toml"

STAFF = Person("hanako", "広報 花子", (Grant(Role.STAFF),))
APPROVER = Person("taro", "承認 太郎", (Grant(Role.APPROVER), Grant(Role.STAFF)))
SECOND = Person("jiro", "承認 次郎", (Grant(Role.APPROVER),))
MODERATOR = Person("rin", "見守 りん", (Grant(Role.MODERATOR),))
REVIEWER = Person("midori", "確認 みどり", (Grant(Role.MODERATOR), Grant(Role.REVIEWER)))
ADMIN = Person("kanri", "管理 一", (Grant(Role.ADMIN),))


class House:
    """Time stands still at Wednesday 10:00 in Japan until a test moves it."""

    def __init__(self, store: Store, folder: Path, *, start: datetime = WED_10_JST, knobs: Knobs | None = None) -> None:
        self.store = store
        self.folder = folder
        self.clock = SettableClock(start.astimezone(UTC))
        self.registry = load(ROSTER).registry
        self.sandbox = Sandbox(self.clock, 7, _practice_accounts(self.registry), knobs=knobs)
        self.parts: Parts

    def __enter__(self) -> Self:
        urls = self.sandbox.start()
        self.platforms = self._platforms(urls.x, urls.facebook)
        self.parts = Parts(
            store=self.store,
            registry=lambda: self.registry,
            platforms=self.platforms,
            screener=ScreenerCache(lambda: self.registry, None),
            shelf=Shelf(self.folder / "media"),
            clock=self.clock,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for platform in self.platforms.values():
            platform.close()  # type: ignore[attr-defined]
        self.sandbox.stop()

    # -- time ------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.clock()

    def wait(self, **length: float) -> datetime:
        """Moves the clock: ``house.wait(minutes=5)``."""
        return self.clock.advance(timedelta(**length).total_seconds())

    def jump_to(self, wall: datetime) -> datetime:
        return self.clock.advance((wall - self.clock()).total_seconds())

    # -- posts -----------------------------------------------------------------------------------

    def draft(
        self,
        account: str = "IMMI_TOKYO",
        text: str = "窓口は9時に開きます。",
        *,
        at: datetime | None = None,
        reason: str = "",
        lane: Lane = Lane.ROUTINE,
        by: Person = STAFF,
        content: Content | None = None,
    ) -> Post:
        wish = compose.Wish(account, content or Content(text), at or self.now, reason, lane)
        return compose.draft(self.parts, wish, by=by, now=self.now)

    def submitted(self, account: str = "IMMI_TOKYO", text: str = "窓口は9時に開きます。", **more: object) -> Post:
        post = self.draft(account, text, **more)  # type: ignore[arg-type]
        return compose.submit(self.parts, post.id, by=STAFF, now=self.now)

    def scheduled(self, account: str = "IMMI_TOKYO", text: str = "窓口は9時に開きます。", **more: object) -> Post:
        """A post that as many people as needed have approved."""
        post = self.submitted(account, text, **more)
        for person in (APPROVER, SECOND):
            if post.state is PostState.SUBMITTED:
                post = approve.approve(self.parts, post.id, by=person, now=self.now)
        return post

    def post(self, post: Post | int) -> Post:
        """The post as it stands now."""
        with self.store.read() as tx:
            return posts.get(tx, post if isinstance(post, int) else post.id)

    def state(self, post: Post | int) -> PostState:
        return self.post(post).state

    def publish(self) -> publish.Tally:
        return publish.publish_due(self.parts, owner="test:1:1", clock=self.clock)

    def reconcile(self) -> int:
        return reconcile.reconcile(self.parts, now=self.now)

    def created(self, account: str = "IMMI_TOKYO") -> int:
        """How many posts of this account the platform has ever created."""
        return self.sandbox.people.creates(account).get(account, 0)

    # -- replies ---------------------------------------------------------------------------------

    def published(self, account: str = "IMMI_TOKYO", text: str = "窓口は9時に開きます。") -> Post:
        post = self.scheduled(account, text)
        self.publish()
        return self.post(post)

    def collect(self) -> collect.Harvest:
        return collect.collect(self.parts, now=self.now)

    def screen(self) -> screen_replies.Screened:
        return screen_replies.screen_replies(self.parts, now=self.now)

    # -- the roster ------------------------------------------------------------------------------

    def change_account(self, handle: str, /, **changes: object) -> None:
        """The roster as if an admin had saved another value for this account."""
        changed = tuple(
            replace(each, **changes) if each.handle == handle else each  # type: ignore[arg-type]
            for each in self.registry.accounts
        )
        self.registry = replace(self.registry, accounts=changed)

    def _platforms(self, x_url: str, facebook_url: str) -> dict[str, Platform]:
        secrets = self.sandbox.secrets()
        x, facebook = secrets["x"], secrets["facebook"]
        return {
            PlatformName.X.value: X(
                XApp(x["consumer_key"], x["consumer_secret"], x["bearer_token"]),
                {handle: XAccount(**tokens) for handle, tokens in x["accounts"].items()},
                clock=self.clock,
                base_url=x_url,
                read_s=1.0,
                sleep=lambda seconds: None,
            ),
            PlatformName.FACEBOOK.value: Facebook(
                FacebookApp(facebook["app_id"], facebook["app_secret"], facebook["verify_token"]),
                {handle: FacebookPage(**page) for handle, page in facebook["pages"].items()},
                clock=self.clock,
                base_url=facebook_url,
                read_s=1.0,
            ),
        }


def _practice_accounts(registry: Registry) -> list[PracticeAccount | PracticePage]:
    return [
        PracticeAccount.invent(account.handle)
        if account.platform is PlatformName.X
        else PracticePage.invent(account.handle)
        for account in registry.accounts
    ]
