"""The same words twice: across X accounts, on one account, and what is no repetition."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.accounts import Platform
from bot.domain.lint.duplicates import Sent, near_duplicates
from bot.domain.lint.model import Notice
from tests.notices import TUE_10_JST, around, notice

CLOSING = "年末年始の閉庁についてお知らせします。12月29日から1月3日まで窓口はお休みです。年始は1月4日から開庁します。"


def twins(*notices: Notice, recent: tuple[Sent, ...] = ()) -> dict[int, str]:
    """Which notice is told of which twin."""
    found = near_duplicates(notices, around().names, recent)
    return {place: each.facts["other"] for place, each in found.items()}


def row(id: str, handle: str, text: str, days: float = 0) -> Notice:
    return notice(text, handle, id=id, at=TUE_10_JST + timedelta(days=days))


REPEATED = [
    (("IMMI_TOKYO", CLOSING), ("IMMI_OSAKA", CLOSING)),
    (("IMMI_TOKYO", "東京入管です。" + CLOSING), ("IMMI_OSAKA", "大阪入管です。" + CLOSING)),
    (("IMMI_TOKYO", CLOSING), ("IMMI_OSAKA", CLOSING + "！ ")),
    (("IMMI_TOKYO", CLOSING), ("IMMI_OSAKA", CLOSING.replace("お知らせします", "ご案内いたします"))),
    (("IMMI_TOKYO", "東京入管は混雑しています"), ("IMMI_OSAKA", "大阪入管は混雑しています")),
    (("IMMI_TOKYO", CLOSING), ("IMMI_TOKYO", CLOSING)),
    (("nagoya.nyukan.support", CLOSING), ("nagoya.nyukan.support", CLOSING)),
    (("IMMI_TOKYO", "Ｈｅｌｌｏ everyone, welcome"), ("IMMI_OSAKA", "hello everyone; welcome!")),
]
VARIED = [
    (
        ("IMMI_TOKYO", CLOSING),
        ("IMMI_OSAKA", "大阪の窓口が年末に休む日は、リンク先でご確認ください。https://www.isa.go.jp/"),
    ),
    (("IMMI_TOKYO", CLOSING), ("ImmigrationServicesAgency.MOJ", CLOSING)),
    (("ImmigrationServicesAgency.MOJ", CLOSING), ("nagoya.nyukan.support", CLOSING)),
    (("IMMI_TOKYO", "本日の待ち時間は60分です"), ("IMMI_TOKYO", "本日の待ち時間は90分です")),
    (("IMMI_TOKYO", "混雑"), ("IMMI_OSAKA", "混乱")),
    (("IMMI_TOKYO", ""), ("IMMI_OSAKA", "")),
    (("IMMI_TOKYO", "東京入管"), ("IMMI_OSAKA", "大阪入管")),
]


@pytest.mark.parametrize(("one", "other"), REPEATED)
def test_the_same_words_are_told_on_both_sides(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert twins(row("a", *one), row("b", *other)) == {0: "b", 1: "a"}


@pytest.mark.parametrize(("one", "other"), VARIED)
def test_varied_words_other_numbers_and_the_other_platform_are_left_alone(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert twins(row("a", *one), row("b", *other)) == {}


@pytest.mark.parametrize(("handle", "days", "told"), [
    ("IMMI_TOKYO", 7, True), ("IMMI_TOKYO", 7.1, False), ("IMMI_OSAKA", 30, True), ("IMMI_OSAKA", 30.1, False),
])  # fmt: skip
def test_the_same_account_waits_a_week_another_thirty_days(handle: str, days: float, *, told: bool) -> None:
    assert bool(twins(row("a", "IMMI_TOKYO", CLOSING), row("b", handle, CLOSING, days))) is told


def test_a_notice_is_held_against_what_went_out() -> None:
    sent = Sent("17", "x-osaka", Platform.X, CLOSING, TUE_10_JST - timedelta(days=3))
    assert twins(row("a", "IMMI_TOKYO", CLOSING), recent=(sent,)) == {0: "17"}
    assert twins(row("a", "IMMI_TOKYO", "別のお知らせです。窓口の場所が変わります。"), recent=(sent,)) == {}


def test_among_many_rows_every_repeated_one_is_found() -> None:
    """A thousand different rows with one near twin each: the sketches lead to every twin."""
    words = [
        f"第{n}会議室で{n * 7 % 997}番の方をご案内し、{n * 13 % 991}人分の資料を{n * 31 % 983}階に置きます"
        for n in range(500)
    ]
    rows = [row(f"a{n}", "IMMI_TOKYO", text) for n, text in enumerate(words)]
    rows += [row(f"b{n}", "IMMI_OSAKA", "お知らせ " + text) for n, text in enumerate(words)]
    found = twins(*rows)
    assert [n for n in range(500) if n not in found or 500 + n not in found] == []
