"""Limits and money: what is left is shared, a fifth is kept for disasters, and every cost is known beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.accounts import Platform
from bot.domain.errors import BadInput
from bot.domain.ports import Budget
from bot.domain.posts import Content, Lane, Media, PostState
from bot.domain.prices import Rate, cost_of_post
from bot.store import service
from bot.usecases import costs
from bot.usecases.lanes import app_budget, lanes
from bot.usecases.price_table import SHIPPED, load_prices
from tests.house import JAPAN, WED_10_JST, House
from tests.usecases.stage import told

X_IDS = 18
PICTURE = Media("a.png", "0" * 64, "image/png", "案内図", 1)


def say(house: House, account: str, name: str, remaining: int, *, limit: int = 100, minutes: float = 15) -> None:
    """The platform's headers as they would be kept."""
    budget = Budget(name, limit, remaining, house.now + timedelta(minutes=minutes))
    with house.store.begin() as tx:
        service.record_budgets(tx, account, [budget], at=house.now)


@pytest.mark.parametrize(
    ("name", "limit", "remaining", "routine", "urgent"),
    [
        ("create", 100, 50, True, True),
        ("create", 100, 21, True, True),
        ("create", 100, 20, False, True),  # the reserve begins
        ("create", 100, 1, False, True),
        ("create", 100, 0, False, False),
        ("create-app-24h", 10_000, 2_001, True, True),
        ("create-app-24h", 10_000, 2_000, False, True),
        ("create-app-24h", 10_000, 3, False, True),
        ("month-usd", 250_000, 1, True, True),
        ("month-usd", 250_000, 0, False, True),  # only the disaster lane
        ("mentions", 300, 0, True, True),  # another bucket
    ],
)
def test_the_last_fifth_is_kept_for_disaster_notices(
    house: House, name: str, limit: int, remaining: int, routine: bool, urgent: bool
) -> None:
    say(house, "*" if name == "month-usd" else "x-tokyo", name, remaining, limit=limit)
    ordinary = house.scheduled(text="ふだんのお知らせ")
    page = house.scheduled("nagoya.nyukan.support", "ページのお知らせ")
    house.publish()
    assert (house.state(ordinary) is PostState.PUBLISHED) is routine
    disaster = house.scheduled(text="台風のため閉庁します。", lane=Lane.DISASTER)
    say(house, "*" if name == "month-usd" else "x-tokyo", name, remaining, limit=limit)
    house.publish()
    assert (house.state(disaster) is PostState.PUBLISHED) is urgent
    assert house.state(page) is PostState.PUBLISHED


def test_when_the_window_turns_everything_goes_out_again(house: House) -> None:
    say(house, "x-tokyo", "create", 0, minutes=10)
    post = house.scheduled()
    house.publish()
    assert house.state(post) is PostState.SCHEDULED
    house.wait(minutes=10)
    house.publish()
    assert house.state(post) is PostState.PUBLISHED


def test_one_accounts_limit_does_not_stop_another(house: House) -> None:
    say(house, "x-tokyo", "create", 0)
    post = house.scheduled("IMMI_OSAKA")
    house.publish()
    assert house.state(post) is PostState.PUBLISHED


def test_headers_are_trusted_and_without_them_our_own_calls_are_counted(house: House) -> None:
    for number in range(3):
        house.scheduled(text=f"お知らせ {number}")
    house.publish()
    with house.store.read() as tx:
        assert app_budget(house.parts, tx, now=house.now).remaining == 10_000 - 3, "as the practice platform says"
        assert app_budget(house.parts, tx, [], now=house.now).remaining == 10_000 - 3, "as we counted"
        assert app_budget(house.parts, tx, [], now=house.now + timedelta(hours=25)).remaining == 10_000
    say(house, "x-osaka", "create-app-24h", 42, limit=5_000)
    with house.store.read() as tx:
        assert app_budget(house.parts, tx, now=house.now).remaining == 42
        found = lanes(house.parts, tx, now=house.now)
    assert len(found.urgent_only) == X_IDS
    assert found.shut == ()


def test_the_apps_daily_limit_is_shared_and_the_reserve_holds_on_the_practice_platform(house: House) -> None:
    house.sandbox.turn(creates_per_day=5)
    queued = [house.scheduled(text=f"お知らせ {number}") for number in range(6)]
    house.publish()
    out = [house.state(post) for post in queued].count(PostState.PUBLISHED)
    assert out == 4, "one of five is left for a disaster"
    disaster = house.scheduled(text="津波警報のため閉庁します。", lane=Lane.DISASTER)
    house.publish()
    assert house.state(disaster) is PostState.PUBLISHED


# -- prices ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "platform", "usd"),
    [
        (Content("窓口は9時に開きます。"), Platform.X, 0.015),
        (Content("詳しくは https://www.moj.go.jp/isa/ へ"), Platform.X, 0.200),
        (Content("詳しくは moj.go.jp へ"), Platform.X, 0.200),  # X makes a link of it
        (Content("詳しくはこちら", link="https://www.moj.go.jp/isa/"), Platform.X, 0.200),
        (Content("案内図です。", media=(PICTURE, PICTURE)), Platform.X, 0.025),
        (Content("案内図です。 https://www.moj.go.jp", media=(PICTURE,)), Platform.X, 0.205),
        (Content("9.5時間ではなく10時間です。"), Platform.X, 0.015),
        (Content("詳しくは https://www.moj.go.jp/isa/ へ"), Platform.FACEBOOK, 0.0),
    ],
)
def test_the_price_of_a_post_is_known_before_it_is_approved(content: Content, platform: Platform, usd: float) -> None:
    assert cost_of_post(content, platform, load_prices().on(date(2026, 12, 2))) == pytest.approx(usd)


def test_an_estimate_names_the_day_of_its_prices_and_of_its_rate(house: House) -> None:
    account = house.parts.account("IMMI_TOKYO")
    found = costs.estimate(house.parts, account, Content("https://www.moj.go.jp"), now=house.now)
    assert (found.usd, found.yen, found.with_url) == (0.2, 31, True)
    assert (found.on, found.rate_on) == (date(2026, 2, 6), date(2026, 10, 1))


@pytest.mark.parametrize(("usd", "yen"), [(0.0, 0), (0.015, 3), (0.2, 31), (1.0, 155), (0.001, 1)])
def test_yen_are_rounded_up_so_that_an_estimate_is_never_too_low(usd: float, yen: int) -> None:
    assert Rate(155.0, date(2026, 10, 1)).in_yen(usd) == yen


def test_old_months_keep_their_old_prices() -> None:
    shipped = load_prices()
    dearer = replace(shipped.lists[0], since=date(2026, 12, 15), post=0.5)
    table = replace(shipped, lists=(*shipped.lists, dearer))
    assert [table.on(day).post for day in (date(2025, 1, 1), date(2026, 12, 14), date(2026, 12, 15))] == [
        0.015, 0.015, 0.5,
    ]  # fmt: skip


def test_each_office_sees_what_it_spent_in_the_month(house: House) -> None:
    house.published("IMMI_TOKYO", "窓口は9時に開きます。")
    house.published("IMMI_TOKYO", "詳しくは https://www.moj.go.jp/isa/ へ")
    house.published("IMMI_OSAKA", "窓口は混み合っています。")
    house.published("nagoya.nyukan.support", "費用はかかりません。")
    root = house.post(1).platform_id
    for number in range(3):
        house.sandbox.people.reply(root, f"ありがとうございます {number}", handle=f"visitor{number}")
    house.collect()
    house.scheduled("IMMI_OSAKA", "あすのお知らせ https://www.moj.go.jp", at=WED_10_JST + timedelta(days=1))
    month = costs.costs_by_office(house.parts, date(2026, 12, 20))
    spent = {each.office: each for each in month.offices if each.usd}
    tokyo = spent[house.parts.account("IMMI_TOKYO").office]
    osaka = spent[house.parts.account("IMMI_OSAKA").office]
    assert (tokyo.posts, tokyo.posts_with_url, tokyo.replies_read) == (1, 1, 3)
    assert tokyo.usd == pytest.approx(0.015 + 0.2 + 3 * 0.005)
    assert osaka.usd == pytest.approx(0.015)
    assert month.usd == pytest.approx(0.245)
    assert month.waiting_usd == pytest.approx(0.2)
    assert len(month.offices) == len(house.registry.offices)


@pytest.mark.parametrize(
    ("at", "month", "counted"),
    [
        (datetime(2026, 12, 28, 15, 59, tzinfo=JAPAN), date(2026, 12, 1), 1),
        (datetime(2026, 12, 28, 15, 59, tzinfo=JAPAN), date(2027, 1, 1), 0),
        (datetime(2027, 1, 4, 9, 0, tzinfo=JAPAN), date(2026, 12, 1), 0),
        (datetime(2027, 1, 4, 9, 0, tzinfo=JAPAN), date(2027, 1, 1), 1),
    ],
)
def test_a_month_is_a_month_in_japan(sqlite_house: House, at: datetime, month: date, counted: int) -> None:
    sqlite_house.jump_to(at)
    sqlite_house.published()
    assert sum(each.posts for each in costs.costs_by_office(sqlite_house.parts, month).offices) == counted
    first, after = costs.span(month)
    assert first.astimezone(JAPAN).day == after.astimezone(JAPAN).day == 1
    assert first.tzinfo is UTC


@pytest.mark.parametrize(
    ("limit", "kinds", "goes_out"),
    [(1.0, [], True), (0.25, ["budget.low"], True), (0.2, ["budget.spent"], False), (0.0, [], True)],
)
def test_the_admins_hear_at_eighty_and_at_a_hundred_percent(
    house: House, limit: float, kinds: list[str], goes_out: bool
) -> None:
    parts = house.parts = replace(house.parts, prices=replace(house.parts.prices, usd_per_month=limit))
    house.published(text="https://www.moj.go.jp/isa/")
    for _ in range(3):
        costs.watch_money(parts, now=house.now)
        house.wait(minutes=1)
    assert [kind for kind in told(house, "role:admin") if kind.startswith("budget")] == kinds
    post = house.scheduled(text="次のお知らせ")
    urgent = house.scheduled(text="台風のため閉庁します。", lane=Lane.DISASTER)
    house.publish()
    assert (house.state(post) is PostState.PUBLISHED) is goes_out
    assert house.state(urgent) is PostState.PUBLISHED


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("post = 0.015", "post = -1"), "post"),
        (("post = 0.015", 'post = "cheap"'), "post"),
        (("post = 0.015", "post = true"), "post"),
        (("since = 2026-02-06", 'since = "spring"'), "since"),
        (("yen = 155.0", ""), "yen"),
        (("[[list]]", "[[lists]]"), "list"),
        (("[rate]", "[rate"), "TOML"),
    ],
)
def test_a_bad_price_table_is_refused_with_file_and_key(tmp_path: Path, changed: tuple[str, str], said: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(SHIPPED.read_text(encoding="utf-8").replace(*changed), encoding="utf-8")
    with pytest.raises(BadInput, match=said) as refused:
        load_prices(file)
    assert "prices.toml" in str(refused.value)


def test_a_missing_price_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load_prices(tmp_path / "none.toml")
