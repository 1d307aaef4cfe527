"""One stage per platform for the contract: the same play over X, Facebook and the recorder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from bot.domain import accounts as roster
from bot.domain.accounts import Account, Capabilities, Means, Status
from bot.domain.errors import Unclear
from bot.domain.ports import Platform
from bot.platforms import Facebook, FacebookApp, FacebookPage, Recorder, X, XAccount, XApp
from bot.sandbox import AppKeys, Sandbox, SettableClock
from bot.sandbox import FacebookPage as PracticePage
from bot.sandbox import XAccount as PracticeAccount

THU_10_JST = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
EVERYTHING = Capabilities(hide=Means.API, delete=Means.API, block=Means.API)
NOTHING = Capabilities(hide=Means.NONE, delete=Means.NONE, block=Means.ASSISTED)
READ_S = 1.0

APP = AppKeys()
TOKYO = PracticeAccount.invent("IMMI_TOKYO", block_by_api=True)
OSAKA = PracticeAccount.invent("IMMI_OSAKA")
NAGOYA = PracticePage.invent("nagoya.nyukan.support")
STRANGER = "13000000000000"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40

X_APP = XApp(APP.consumer_key, APP.consumer_secret, APP.bearer_token)
X_TOKENS = {each.handle: XAccount(each.access_token, each.access_token_secret) for each in (TOKYO, OSAKA)}
FACEBOOK_APP = FacebookApp(APP.app_id, APP.app_secret, APP.verify_token)
PAGE_TOKENS = {NAGOYA.handle: FacebookPage(NAGOYA.page_id, NAGOYA.page_token)}
SECRETS = (
    APP.consumer_key,
    APP.consumer_secret,
    APP.bearer_token,
    APP.app_secret,
    NAGOYA.page_token,
    *(each.access_token for each in (TOKYO, OSAKA)),
    *(each.access_token_secret for each in (TOKYO, OSAKA)),
)


def account(handle: str, platform: roster.Platform, **facts: Any) -> Account:
    """An active account of the roster with every capability."""
    made: dict[str, Any] = {"id": handle.lower(), "url": f"https://{platform}.example/{handle}", "office": "tokyo"}
    made |= {"status": Status.ACTIVE, "capabilities": EVERYTHING, **facts}
    return Account(handle=handle, platform=platform, **made)


@dataclass(slots=True)
class Stage:
    """A platform, an account on it, and the hands of everybody else there."""

    platform: Platform
    account: Account
    clock: SettableClock
    says: Callable[[str, str], str]
    vanish: Callable[[str], None]
    creates: Callable[[], int]
    lose_next_answer: Callable[[], None]
    author_of: Callable[[str], str]

    @property
    def is_x(self) -> bool:
        return self.platform.name == roster.Platform.X

    def sweep(self, recent: list[str], cursors: dict[str, str], *, pages: int = 99) -> list[str]:
        """Ids that the sweeps find, as a collector would: one cursor per source; stops after ``pages`` pages."""
        found: list[str] = []
        for source in self.platform.sources(self.account, recent):
            more = True
            while more and pages:
                page = self.platform.replies(self.account, source, cursors.get(source, ""))
                found += [each.platform_id for each in page.replies]
                cursors[source], more, pages = page.cursor, page.more, pages - 1
        return found


def x_adapter(url: str, clock: SettableClock, **facts: Any) -> X:
    return X(X_APP, X_TOKENS, clock=clock, base_url=url, **{"read_s": READ_S, "sleep": clock.advance, **facts})


def facebook_adapter(url: str, clock: SettableClock, **facts: Any) -> Facebook:
    return Facebook(FACEBOOK_APP, PAGE_TOKENS, clock=clock, base_url=url, **{"read_s": READ_S, **facts})


def x_stage(sandbox: Sandbox, clock: SettableClock, numbers: Iterator[int]) -> Stage:
    return Stage(
        platform=x_adapter(sandbox.urls.x, clock),
        account=account("IMMI_TOKYO", roster.Platform.X),
        clock=clock,
        says=lambda parent, text: sandbox.people.reply(parent, text, handle=f"visitor{next(numbers)}"),
        vanish=sandbox.people.delete,
        creates=lambda: sandbox.people.creates().get("IMMI_TOKYO", 0),
        lose_next_answer=lambda: sandbox.fault("reset_after", route="create"),
        author_of=lambda reply: sandbox.world.x.posts[reply].author_id,
    )


def facebook_stage(sandbox: Sandbox, clock: SettableClock, numbers: Iterator[int]) -> Stage:
    return Stage(
        platform=facebook_adapter(sandbox.urls.facebook, clock),
        account=account("nagoya.nyukan.support", roster.Platform.FACEBOOK),
        clock=clock,
        says=lambda parent, text: sandbox.people.comment(parent, text, name=f"Visitor {next(numbers)}"),
        vanish=sandbox.people.delete,
        creates=lambda: sandbox.people.creates().get("nagoya.nyukan.support", 0),
        lose_next_answer=lambda: sandbox.fault("reset_after", route="feed"),
        author_of=lambda reply: sandbox.world.graph.comments[reply].author_id,
    )


def recorder_stage(clock: SettableClock) -> Stage:
    recorder = Recorder(clock)
    tokyo = account("IMMI_TOKYO", roster.Platform.X)
    return Stage(
        platform=recorder,
        account=tokyo,
        clock=clock,
        says=lambda parent, text: recorder.hear(tokyo, parent, text),
        vanish=recorder.take_away,
        creates=lambda: len(recorder.posts),
        lose_next_answer=lambda: recorder.fail_next("publish", Unclear(), after=True),
        author_of=lambda reply: recorder.said[reply].author_id,
    )


@contextmanager
def staged(kind: str, sandbox: Sandbox, clock: SettableClock) -> Iterator[Stage]:
    """The stage of that name; its adapter is closed afterwards."""
    stages = {
        "x": lambda: x_stage(sandbox, clock, count(1)),
        "facebook": lambda: facebook_stage(sandbox, clock, count(1)),
        "recorder": lambda: recorder_stage(clock),
    }
    stage = stages[kind]()
    try:
        yield stage
    finally:
        close = getattr(stage.platform, "close", None)
        if close:
            close()
