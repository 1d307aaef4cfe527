"""A day of posting and listening in fast time on the practice platforms, with a share of calls going wrong.

The service is the real one on a database of its own; only the clock is moved by hand. What is counted at the end is
held against what the platforms have, so that a post that went out twice cannot hide.
"""

from __future__ import annotations

import random
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.bootstrap import App, build, practice_platforms, practice_start
from bot.domain.accounts import Account, Platform
from bot.domain.people import Grant, Person, Role
from bot.domain.posts import Content, Post, PostState
from bot.roster.load import load
from bot.sandbox import Fault, Sandbox, SettableClock
from bot.sandbox.crowd import lines as sayings
from bot.sandbox.faults import FaultBook
from bot.settings import Settings
from bot.store import attempts, posts, replies
from bot.usecases import approve, collect, compose, publish, reconcile, screen_replies
from bot.usecases.steps import last_lost

AROUND: Final = datetime(2026, 12, 2, 0, tzinfo=UTC)
"""A Wednesday morning in Japan; the rehearsal begins when the first office is open."""
FIRST_SLOT: Final = timedelta(minutes=5)
SPREAD: Final = timedelta(hours=3)
"""The slots of one account are spread over this long, at least a minute apart."""
CHORES_EVERY: Final = timedelta(minutes=5)
LOOK_EVERY: Final = timedelta(seconds=30)
GIVES_UP: Final = timedelta(hours=4)
"""After the last slot: what has not settled by then is counted as open."""
WRITING: Final = ("refuse", "reset_before", "reset_after", "error", "error_after", "no_id", "html_after", "html_503",
                  "no_error_500", "list_after")  # fmt: skip
READING: Final = ("refuse", "reset_before", "error", "html_503", "list_body")
UNAVAILABLE: Final = {"status": 503, "code": 2}
PEOPLE: Final = tuple(
    Person(f"rehearsal-{number}", f"練習 {number}", (Grant(Role.STAFF), Grant(Role.APPROVER))) for number in range(3)
)


@dataclass(frozen=True, slots=True)
class Plan:
    """``faults``: share of calls that go wrong, 0 to 1."""

    posts: int = 200
    replies: int = 500
    faults: float = 0.1
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of it. ``doubles``: posts that are out there more than once; ``lost``: out there without our knowing,
    or ours without being out there. Lateness in seconds of the practice clock.
    """

    posts: int
    published: int
    unknown: int
    reconciled: int
    resent: int
    held: int
    failed: int
    open: int
    doubles: int
    lost: int
    late_median_s: float
    late_p99_s: float
    replies: int
    collected: int
    cases: int
    calls: int
    faulted: int
    practice_s: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Storm(FaultBook):
    """Breaks a share of the calls by lot. The lots of each account are its own, so a seed tells the same story again."""

    def __init__(self, share: float, seed: int) -> None:
        super().__init__()
        self.share, self._seed = share, seed
        self.calls: Counter[tuple[str, str, str]] = Counter()
        self.hit = 0

    def take(self, platform: str, route: str, account: str) -> Fault | None:
        """The fault of this call, or None."""
        where = (platform, route, account)
        self.calls[where] += 1
        lot = random.Random(f"{self._seed}/{where}/{self.calls[where]}")
        if lot.random() >= self.share:
            return None
        self.hit += 1
        kind = lot.choice(WRITING if route in ("create", "feed") else READING)
        return Fault(kind, **(UNAVAILABLE if kind in ("error", "error_after") else {}))  # type: ignore[arg-type]


@dataclass
class Rehearsal:
    """One run; ``tell(done, total)`` is called as posts settle and replies come in."""

    plan: Plan
    roster: Path
    home: Path
    tell: Callable[[int, int], None] = lambda done, total: None
    counts: Counter[str] = field(default_factory=Counter)

    def run(self) -> Figures:
        registry = load(self.roster).registry
        self.clock = SettableClock(practice_start(registry, AROUND))
        self.began = self.clock()
        self.sandbox: Sandbox = practice_platforms(registry, self.clock, crowd=False)
        self.storm = Storm(self.plan.faults, self.plan.seed)
        self.sandbox.world.faults = self.storm
        self.lots = random.Random(self.plan.seed)
        with self.sandbox:
            app = build(self._settings(), practice_platforms=False, clock=self.clock)
            try:
                self._day(app, self._arrange(app))
                return self._figures(app)
            finally:
                app.close()

    def _settings(self) -> Settings:
        urls = self.sandbox.urls
        return Settings(
            home=self.home, database_url=f"sqlite:///{self.home / 'rehearsal.db'}", accounts=self.roster,
            secrets=self.sandbox.secrets(), x_base_url=urls.x, facebook_base_url=urls.facebook,
        )  # fmt: skip

    def _arrange(self, app: App) -> datetime:
        """Every post written and approved before the first slot. Returns the last slot."""
        accounts = app.parts.registry().active()
        rounds = max(1, -(-self.plan.posts // len(accounts)))
        gap = max(timedelta(minutes=1), SPREAD / rounds)
        wishes = [self._wish(number, accounts, gap) for number in range(self.plan.posts)]
        for post_id in compose.draft_many(app.parts, wishes, by=PEOPLE[0], now=self.clock(), submit=True):
            state = PostState.SUBMITTED
            for person in PEOPLE[1:]:
                if state is PostState.SUBMITTED:
                    state = approve.approve(app.parts, post_id, by=person, now=self.clock()).state
        return max((wish.due_at for wish in wishes if wish.due_at), default=self.began)

    def _wish(self, number: int, accounts: tuple[Account, ...], gap: timedelta) -> compose.Wish:
        turn, place = divmod(number, len(accounts))
        due = self.began + FIRST_SLOT + turn * gap + timedelta(seconds=place)
        words = f"【練習】窓口からのお知らせ 第{number + 1}号です。"
        return compose.Wish(accounts[place].id, Content(words), due, "練習のため")

    def _day(self, app: App, last: datetime) -> None:
        """Ticks as the service would, without waiting where nothing can happen."""
        chores = self.clock() + FIRST_SLOT + CHORES_EVERY
        while True:
            tally = publish.publish_due(app.parts, owner="rehearsal:0:0", clock=self.clock)
            self.counts["unknown"] += tally.unknown
            waiting = self._settle(app)
            now = self.clock()
            if now >= chores:
                self._chores(app)
                chores = now + CHORES_EVERY
            if not waiting or now > last + GIVES_UP:
                break
            self.clock.advance(self._pause(app, now, chores))
        self._listen_on(app)

    def _settle(self, app: App) -> int:
        """Looks for what is unknown, lets a person send again what is surely not there. Returns how many wait."""
        self.counts["reconciled"] += reconcile.reconcile(app.parts, now=self.clock())
        with app.parts.store.read() as tx:
            lost = posts.find(tx, states=[PostState.UNKNOWN], limit=1000)
            tried = {post.id: last_lost(attempts.of_post(tx, post.id)) for post in lost}
            waiting = posts.count_by_state(tx)
        for post in lost:
            attempt = tried[post.id]
            if attempt is not None and reconcile.absent_likely(attempt, self.clock()):
                reconcile.resend(app.parts, post.id, by=PEOPLE[1], now=self.clock(), reason="練習:見たが出ていない")
                self.counts["resent"] += 1
        left = sum(waiting.get(each, 0) for each in (PostState.SCHEDULED, PostState.PUBLISHING, PostState.UNKNOWN))
        self.tell(self.plan.posts - left, self.plan.posts + self.plan.replies)
        return left

    def _pause(self, app: App, now: datetime, chores: datetime) -> float:
        """Seconds until something can happen, at least one."""
        with app.parts.store.read() as tx:
            coming = posts.find(tx, states=[PostState.SCHEDULED], since=now, limit=1)
            overdue = posts.find(tx, states=[PostState.SCHEDULED, PostState.UNKNOWN], until=now, limit=1)
        ends = [chores, *(post.revision.slot.due_at for post in coming), *([now + LOOK_EVERY] if overdue else ())]
        return float(max(1.0, (min(ends) - now).total_seconds()))

    def _chores(self, app: App) -> None:
        self._talk(app, max(1, self.plan.replies // 30))
        collect.collect(app.parts, now=self.clock(), pace=1.0)
        self._screen(app)

    def _listen_on(self, app: App) -> None:
        """The rest of the replies; then calm weather, in which nothing that was written may stay unseen."""
        self._talk(app, self.plan.replies)
        collect.collect(app.parts, now=self.clock())
        self.storm.share = 0.0
        for _ in range(2):
            self.clock.advance(CHORES_EVERY.total_seconds())
            collect.collect(app.parts, now=self.clock())
        self._screen(app)

    def _talk(self, app: App, most: int) -> None:
        """Visitors answer what is out there."""
        with app.parts.store.read() as tx:
            out = posts.find(tx, states=[PostState.PUBLISHED], newest_first=True, limit=200)
        for _ in range(min(most, self.plan.replies - self.counts["said"]) if out else 0):
            self._say(app, self.lots.choice(out))

    def _say(self, app: App, post: Post) -> None:
        self.counts["said"] += 1
        number = self.counts["said"]
        words = f"{self.lots.choice(sayings()).text} ({number})"
        if app.parts.account(post.account).platform is Platform.X:
            self.sandbox.people.reply(post.platform_id, words, handle=f"visitor_{number % 997}")
        else:
            self.sandbox.people.comment(post.platform_id, words, name=f"訪問者 {number % 997}")

    def _screen(self, app: App) -> None:
        while True:
            done = screen_replies.screen_replies(app.parts, now=self.clock())
            self.counts["cases"] += done.cases
            if not done.replies:
                return
            self.counts["screened"] += done.replies
            self.tell(self.plan.posts + self.counts["screened"], self.plan.posts + self.plan.replies)

    def _figures(self, app: App) -> Figures:
        with app.parts.store.read() as tx:
            known = posts.find(tx, limit=self.plan.posts + 1)
            collected = len(replies.collected_since(tx, self.began, limit=2 * self.plan.replies + 100))
        states = Counter(post.state for post in known)
        late = sorted(
            (post.published_at - post.revision.slot.due_at).total_seconds() for post in known if post.published_at
        )
        out = Counter(seen.text for seen in self.sandbox.people.posts() if seen.source == "api")
        ours = {post.revision.content.text for post in known if post.state is PostState.PUBLISHED}
        looked_for = {post.revision.content.text for post in known if post.state is PostState.UNKNOWN}
        return Figures(
            posts=len(known),
            published=states[PostState.PUBLISHED],
            unknown=self.counts["unknown"],
            reconciled=self.counts["reconciled"],
            resent=self.counts["resent"],
            held=states[PostState.HELD],
            failed=states[PostState.FAILED],
            open=sum(states[each] for each in (PostState.SCHEDULED, PostState.PUBLISHING, PostState.UNKNOWN)),
            doubles=sum(times - 1 for times in out.values()),
            lost=len(ours - out.keys()) + len(out.keys() - ours - looked_for),
            late_median_s=round(statistics.median(late), 1) if late else 0.0,
            late_p99_s=round(late[min(len(late) - 1, int(0.99 * len(late)))], 1) if late else 0.0,
            replies=self.counts["said"],
            collected=collected,
            cases=self.counts["cases"],
            calls=self.storm.calls.total(),
            faulted=self.storm.hit,
            practice_s=round((self.clock() - self.began).total_seconds()),
        )
