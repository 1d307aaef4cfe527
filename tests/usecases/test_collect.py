"""Collecting: whatever fails halfway, no reply is lost and none is kept twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.domain.accounts import Account, Platform
from bot.domain.errors import NotSent, PlatformError, RateLimited
from bot.domain.ports import Budget, Looked, ReplyPage, SeenReply
from bot.domain.ports import Platform as PlatformPort
from bot.domain.posts import Post
from bot.settings import read_settings
from bot.store import audit, looks, replies, service
from bot.store.tables.replies import ReplyRow
from bot.usecases import collect, pacing
from bot.usecases.check_sending import check_sending
from bot.usecases.parts import Parts
from tests.house import WED_10_JST, House

X, PAGE = "IMMI_TOKYO", "nagoya.nyukan.support"


def kept(house: House, handle: str = X) -> list[str]:
    """Platform ids of what is stored for an account, sorted."""
    account = house.parts.account(handle).id
    with house.store.read() as tx:
        return sorted(looks.fresh(tx, account, since=house.now - timedelta(days=30), limit=5000))


def crowd(house: House, post: Post, count: int, *, start: int = 0) -> list[str]:
    """So many visitors answer; their ids, sorted."""
    made = []
    for number in range(start, start + count):
        words = f"{number} 番の窓口はどこですか"
        if house.parts.account(post.account).platform.value == "x":
            made.append(house.sandbox.people.reply(post.platform_id, words, handle=f"visitor{number}"))
        else:
            made.append(house.sandbox.people.comment(post.platform_id, words, name=f"訪問者{number}"))
        house.wait(seconds=1)
    return sorted(made)


# -- nothing is lost when a poll fails halfway --------------------------------------------------------


@pytest.mark.parametrize("account", [X, PAGE])
@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("error", {"status": 503}),
        ("html_503", {}),
        ("rate_limited", {"seconds": 60}),
        ("rate_limited_bare", {}),
        ("reset_before", {}),
        ("list_body", {}),
        ("unauthorized", {}),
        ("slow", {"seconds": 0.05}),
    ],
)
def test_a_poll_that_fails_loses_nothing(sqlite_house: House, account: str, kind: str, facts: dict[str, Any]) -> None:
    house = sqlite_house
    post = house.published(account)
    first = crowd(house, post, 3)
    house.collect()
    assert kept(house, account) == first
    more = crowd(house, post, 3, start=3)
    for route in ("mentions", "search", "comments"):
        house.sandbox.fault(kind, times=2, route=route, account=account, **facts)
    house.collect()
    house.sandbox.clear_faults()
    house.wait(minutes=6)
    house.collect()
    assert kept(house, account) == sorted(first + more)


@pytest.mark.parametrize("account", [X, PAGE])
def test_a_crash_between_two_pages_reads_on_and_keeps_each_once(house: House, account: str) -> None:
    post = house.published(account)
    everybody = crowd(house, post, 230)
    platform = house.parts.platforms["x" if account == X else "facebook"]

    class Dying:
        """Dies at the second page of anything."""

        name = platform.name
        pages = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(platform, name)

        def replies(self, *args: Any) -> ReplyPage:
            Dying.pages += 1
            if Dying.pages == 2:
                raise KeyboardInterrupt
            return platform.replies(*args)

    dying = replace(house.parts, platforms={**house.parts.platforms, platform.name: Dying()})
    with pytest.raises(KeyboardInterrupt):
        collect.collect_account(dying, house.parts.account(account), now=house.now)
    halfway = kept(house, account)
    assert 0 < len(halfway) < len(everybody)
    house.collect()
    assert kept(house, account) == everybody


def test_one_account_that_fails_does_not_stop_the_others(house: House) -> None:
    tokyo, osaka = house.published(X), house.published("IMMI_OSAKA")
    crowd(house, tokyo, 1)
    from_osaka = crowd(house, osaka, 2, start=10)
    house.sandbox.people.revoke(X)
    assert house.collect().failed >= 1
    assert kept(house, "IMMI_OSAKA") == from_osaka
    assert kept(house, X) == []


def test_one_sweep_that_fails_does_not_stop_the_other_sweeps(house: House) -> None:
    post = house.published()
    there = crowd(house, post, 2)
    house.sandbox.fault("error", platform="x", route="mentions", account=X, status=503)
    found = house.collect()
    assert kept(house) == there
    assert (found.new, found.failed) == (2, 1), "its mentions failed, its search did not"


class Paper:
    """A platform whose sweeps are lists on paper; some calls fail, and a page may be shown twice."""

    name = "x"

    def __init__(self, failures: list[bool], page_size: int) -> None:
        self.shown: list[SeenReply] = []
        self.failures, self.page_size = failures, page_size

    def sources(self, account: Account, recent: Any) -> tuple[str, ...]:
        return ("mentions",)

    def replies(self, account: Account, source: str, cursor: str) -> ReplyPage:
        if self.failures and self.failures.pop(0):
            raise NotSent
        start = int(cursor or 0)
        page = self.shown[start : start + self.page_size]
        end = start + len(page)
        return ReplyPage(tuple(page), str(end), end < len(self.shown))

    def look(self, account: Account, ids: Any) -> Looked:
        return Looked(tuple(self.shown), ())


@given(
    bursts=st.lists(st.integers(0, 7), min_size=1, max_size=6),
    failures=st.lists(st.booleans(), max_size=30),
    page_size=st.integers(1, 5),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_fails_whenever_everything_is_kept_once(
    sqlite_house: House, bursts: list[int], failures: list[bool], page_size: int
) -> None:
    paper = Paper(failures, page_size)
    account = sqlite_house.parts.account(X)
    parts: Parts = replace(sqlite_house.parts, platforms={"x": paper})  # type: ignore[dict-item]
    with sqlite_house.store.begin() as tx:
        replies.save_cursor(tx, account.id, "mentions", "", at=sqlite_house.now)
    before = set(kept(sqlite_house))
    number = len(before)
    for burst in bursts:
        for _ in range(burst):
            number += 1
            seen = SeenReply(f"{10**15 + number}", "1", "1", f"{number} 番", sqlite_house.now, "9", "somebody")
            paper.shown.append(seen)
        try:
            collect.collect_account(parts, account, now=sqlite_house.now)
        except PlatformError:
            continue
    paper.failures.clear()
    collect.collect_account(parts, account, now=sqlite_house.now)
    assert sorted(set(kept(sqlite_house)) - before) == sorted(each.platform_id for each in paper.shown)


# -- what counts as a reply ---------------------------------------------------------------------------


@pytest.mark.parametrize("account", [X, PAGE])
def test_reading_twice_keeps_once(house: House, account: str) -> None:
    post = house.published(account)
    there = crowd(house, post, 4)
    assert house.collect().new == 4
    house.wait(minutes=1)
    assert house.collect().new == 0
    assert kept(house, account) == there


def test_own_posts_and_echoes_of_other_official_accounts_are_no_replies(house: House) -> None:
    post = house.published(X)
    house.sandbox.people.post_by_hand(X, f"@{X} 自分のお知らせ")
    house.sandbox.people.reply(post.platform_id, "当庁のお知らせもご覧ください", handle="IMMI_OSAKA")
    visitor = house.sandbox.people.reply(post.platform_id, "ありがとうございます", handle="visitor")
    look_alike = house.sandbox.people.reply(post.platform_id, "還付金があります", handle="IMMI_T0KYO")
    house.collect()
    assert kept(house) == sorted([visitor, look_alike])


# -- edits and deletions -------------------------------------------------------------------------------


@pytest.mark.parametrize("account", [X, PAGE])
def test_edits_and_deletions_are_noticed_and_old_words_stay(house: House, account: str) -> None:
    post = house.published(account)
    ids = crowd(house, post, 3)
    house.collect()
    house.sandbox.people.edit(ids[0], "書き直しました")
    house.sandbox.people.delete(ids[1])
    house.wait(minutes=1)
    found = collect.recheck(house.parts, now=house.now)
    assert (found.edited, found.gone) == (1, 1)
    platform = "x" if account == X else "facebook"
    with house.store.read() as tx:
        edited, gone, same = (replies.by_platform_id(tx, platform, each) for each in ids)
        assert edited is not None and gone is not None and same is not None
        assert "書き直しました" in (edited.text or "")
        assert [words for _, words, _ in replies.versions(tx, edited.id) if words]
        assert gone.gone_at == house.now
        assert same.gone_at is None
        assert [each.what for each in audit.about(tx, f"reply:{gone.id}")][-1] == "reply.gone"
    again = collect.recheck(house.parts, now=house.now)
    assert (again.edited, again.gone) == (0, 0), "told once"


def test_a_recheck_that_fails_marks_nothing_as_gone(house: House) -> None:
    post = house.published()
    crowd(house, post, 2)
    house.collect()
    house.sandbox.fault("html_503", times=5, platform="x", route="tweets")
    assert collect.recheck(house.parts, now=house.now).gone == 0
    house.sandbox.fault("list_body", times=5, platform="x", route="tweets")
    assert collect.recheck(house.parts, now=house.now).gone == 0
    assert len(kept(house)) == 2


class Asked:
    """Shows every reply, and notes when it was asked about which."""

    def __init__(self, seen: Sequence[SeenReply]) -> None:
        self.seen = {each.platform_id: each for each in seen}
        self.at = {each.platform_id: each.created_at for each in seen}
        self.now = WED_10_JST

    def look(self, account: Account, ids: Sequence[str]) -> Looked:
        self.at |= dict.fromkeys(ids, self.now)
        return Looked(tuple(self.seen[each] for each in ids), ())


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_kept_reply_is_asked_about_within_24_hours(sqlite_house: House, data: st.DataObject) -> None:
    """Old replies, as many as the runs of eight hours may ask about in the half that is theirs, and a busy week on top."""
    house, account, most = sqlite_house, sqlite_house.parts.account(X), 8
    ages = data.draw(st.lists(st.integers(0, 400), min_size=1, max_size=most // 2 * 8))
    busy = [0] * data.draw(st.sampled_from([0, 20]))
    seen = [
        SeenReply(str(number), "", "", "words", WED_10_JST - timedelta(days=age))
        for number, age in enumerate([*busy, *ages])
    ]
    platform = Asked(seen)
    house.registry = replace(house.registry, accounts=(account,))
    parts = replace(house.parts, platforms={"x": cast(PlatformPort, platform)})
    with house.store.begin() as tx:
        tx.session.execute(delete(ReplyRow))
        for each in seen:
            replies.keep(tx, "x", account.id, each, at=each.created_at)
    for hour in range(48):
        platform.now = WED_10_JST + timedelta(hours=hour)
        collect.recheck(parts, now=platform.now, most={Platform.X: most})
        if hour >= 8:  # the service stood still before
            assert max(platform.now - each for each in platform.at.values()) < timedelta(hours=24)


def test_no_more_replies_are_asked_about_in_a_day_than_were_paid_for(sqlite_house: House) -> None:
    house, account = sqlite_house, sqlite_house.parts.account(X)
    seen = [SeenReply(str(number), "", "", "words", WED_10_JST - timedelta(days=9)) for number in range(9)]
    platform = Asked(seen)
    house.registry = replace(house.registry, accounts=(account,))
    prices = replace(house.parts.prices, looks_per_day=4)
    parts = replace(house.parts, platforms={"x": cast(PlatformPort, platform)}, prices=prices)
    with house.store.begin() as tx:
        for each in seen:
            replies.keep(tx, "x", account.id, each, at=each.created_at)

    asked = []
    for hour in (0, 1, 2, 24):
        platform.at.clear()
        platform.now = WED_10_JST + timedelta(hours=hour)
        collect.recheck(parts, now=platform.now)
        asked.append(len(platform.at))

    assert asked == [4, 0, 0, 4]
    [told] = [each for each in check_sending(parts, read_settings({}), now=house.now) if each.id == "looks"]
    assert told.state == "warn"
    assert "9 kept" in told.message


# -- gaps ----------------------------------------------------------------------------------------------


def test_a_gap_is_recorded_once_and_closed_by_reading_everything_again(house: House) -> None:
    post = house.published()
    house.collect()
    house.wait(days=8)
    house.published(text="久しぶりのお知らせ")
    late = crowd(house, post, 3)
    with house.store.begin() as tx:
        account = house.parts.account(X).id
        replies.note_gap(tx, account, "mentions", since=None, at=house.now)
    house.sandbox.fault("error", times=1, platform="x", route="mentions", account=X, status=503)
    assert collect.close_gaps(house.parts, now=house.now) == 0, "a full pass that fails closes nothing"
    assert collect.close_gaps(house.parts, now=house.now) >= 1
    with house.store.read() as tx:
        assert replies.open_gaps(tx) == []
        assert audit.about(tx, f"account:{account}")[-1].what == "reply.gap-closed"
    assert set(late) <= set(kept(house))
    assert collect.close_gaps(house.parts, now=house.now) == 0


def test_the_same_gap_is_noted_once(house: House) -> None:
    account = house.parts.account(X)
    platform = house.parts.platforms["x"]

    class Forgetful:
        name = "x"

        def __getattr__(self, name: str) -> Any:
            return getattr(platform, name)

        def replies(self, *args: Any) -> ReplyPage:
            return replace(platform.replies(*args), gap=True)

    parts = replace(house.parts, platforms={"x": Forgetful()})
    for _ in range(3):
        collect.collect_account(parts, account, now=house.now)
        house.wait(minutes=1)
    with house.store.read() as tx:
        assert len(replies.open_gaps(tx)) == 1


# -- limits ---------------------------------------------------------------------------------------------


def test_what_the_headers_say_is_kept(house: House) -> None:
    house.published()
    house.collect()
    with house.store.read() as tx:
        found = service.budgets(tx, house.parts.account(X).id)
    names = {name for _, name in found}
    assert {"mentions", "conversations", "quotes"} <= names
    assert all(0 <= each.remaining <= each.limit for each in found.values())


@pytest.mark.parametrize(
    ("name", "limit", "remaining", "read"),
    [
        ("mentions", 300, 31, True),
        ("mentions", 300, 30, False),
        ("mentions", 300, 0, False),
        ("create", 100, 0, True),  # another bucket
    ],
)
def test_near_zero_a_sweep_waits_for_the_window_to_turn(
    house: House, name: str, limit: int, remaining: int, read: bool
) -> None:
    account = house.parts.account(X)
    budget = Budget(name, limit, remaining, house.now + timedelta(minutes=10))
    with house.store.begin() as tx:
        service.record_budgets(tx, account.id, [budget], at=house.now)
    before = len(house.sandbox.requests("x", "mentions"))
    found = collect.collect_account(house.parts, account, now=house.now)
    assert (len(house.sandbox.requests("x", "mentions")) > before) is read
    assert found.spared == (not read)
    house.wait(minutes=10)
    assert collect.collect_account(house.parts, account, now=house.now).spared == 0


@pytest.mark.parametrize("kind", ["rate_limited", "rate_limited_bare", "rate_limited_odd"])
def test_a_refused_sweep_is_left_alone_until_its_window_turns(house: House, kind: str) -> None:
    account = house.parts.account(X)
    house.sandbox.fault(kind, platform="x", route="mentions", account=X, seconds=600)
    with pytest.raises(RateLimited):
        collect.collect_account(house.parts, account, now=house.now)
    asked = len(house.sandbox.requests("x", "mentions"))
    for _ in range(4):
        house.wait(minutes=1)
        collect.collect_account(house.parts, account, now=house.now)
    assert len(house.sandbox.requests("x", "mentions")) == asked
    house.wait(minutes=10)
    collect.collect_account(house.parts, account, now=house.now)
    assert len(house.sandbox.requests("x", "mentions")) == asked + 1


def test_a_pages_limit_holds_all_its_sweeps_back(house: House) -> None:
    post = house.published(PAGE)
    crowd(house, post, 1)
    account = house.parts.account(PAGE)
    with house.store.begin() as tx:
        service.record_budgets(tx, account.id, [Budget("page-call_count", 100, 4, None)], at=house.now)
    assert collect.collect_account(house.parts, account, now=house.now).spared >= 1
    house.wait(minutes=6)
    assert collect.collect_account(house.parts, account, now=house.now).new == 1


def test_paced_reading_spares_the_searches_that_all_accounts_share_and_finds_everything(sqlite_house: House) -> None:
    """X allows the app 450 searches in a quarter of an hour; every minute each account is looked at."""
    house = sqlite_house
    handles = [X, "IMMI_OSAKA", "IMMI_NAGOYA"]
    for handle in handles:
        house.published(handle, f"{handle} のお知らせ")
    house.wait(days=1, hours=1)
    fresh = [house.published(handle, f"{handle} 次の日") for handle in handles]
    there = crowd(house, fresh[-1], 2)
    before = len(house.sandbox.requests("x", "search"))
    for _ in range(15):
        collect.collect(house.parts, now=house.now, pace=1.0)
        house.wait(minutes=1)
    searches = len(house.sandbox.requests("x", "search")) - before
    kinds, fresh_reads, older_reads = 2, 3, 1
    assert searches == len(handles) * kinds * (fresh_reads + older_reads)
    assert kept(house, handles[-1]) == there


@pytest.mark.parametrize(
    ("source", "fresh", "minutes", "due"),
    [
        ("mentions", (), 0, True),
        ("conversations:5,6", ("6",), 4, False),
        ("conversations:5,6", ("6",), 5, True),
        ("conversations:5,6", (), 5, False),
        ("conversations:5,6", (), 15, True),
        ("quotes:5", ("5",), 5, True),
        ("comments:9_1", ("9_1",), 0, True),
        ("comments:9_1", (), 14, False),
        ("comments:9_1", (), 15, True),
    ],
)
def test_young_posts_are_read_often_and_old_ones_seldom(
    sqlite_house: House, source: str, fresh: tuple[str, ...], minutes: int, due: bool
) -> None:
    account = sqlite_house.parts.account(X)
    with sqlite_house.store.begin() as tx:
        replies.save_cursor(tx, account.id, source, "", at=sqlite_house.now)
    now = sqlite_house.wait(minutes=minutes)
    with sqlite_house.store.read() as tx:
        assert (pacing.due(tx, account, [source], fresh, pace=1.0, now=now) == [source]) is due
        assert pacing.due(tx, account, [source], fresh, pace=0.0, now=now) == [source]
